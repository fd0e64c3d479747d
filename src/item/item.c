/*
 * item.c
 *		How one item went through its workflow: visits of stages, layers of blocking over them,
 *		and the clock.
 *
 * The definitions, rule by rule, are those of doc/rules.md; the words in quotes below are theirs.
 */
#include "postgres.h"

#include "base/compat.h"
#include "item/item.h"
#include "miscadmin.h"

/*
 * What a state of a timeline means under a workflow: looked up once a dictionary, not once
 * an event.
 */
typedef struct StateMeaning
{
	int16		number;			/* of the workflow's state; -1: unknown to it */
	int16		stage;			/* which it enters, UNMAPPED_STAGE if unknown, NO_STAGE if none */
	uint8		stage_class;
	bool		layered;		/* it begins or ends a layer */
} StateMeaning;

#define NO_STAGE	(-2)

/*
 * Timelines of one source have few different dictionaries, so their meanings are remembered,
 * by content, for the workflow used last. This is a cache and nothing else: every entry is
 * found by comparing all of its bytes.
 */
#define MAX_WORKFLOW_SIZE	8192
#define MAX_DICTIONARY_SIZE	256
#define NUM_DICTIONARIES	16

typedef struct DictionaryEntry
{
	uint32		size;			/* 0: free */
	uint8		bytes[MAX_DICTIONARY_SIZE];
	StateMeaning meanings[ITEM_FEW];
} DictionaryEntry;

static struct
{
	uint64		generation;		/* grows whenever the workflow changes */
	uint32		workflow_size;
	char		workflow[MAX_WORKFLOW_SIZE];
	DictionaryEntry dictionaries[NUM_DICTIONARIES];
}			remembered;

/* What is needed only while a timeline is read. */
typedef struct ItemWalk
{
	FlowItem   *item;
	const Workflow *workflow;
	const WorkflowState *states;
	const TimelineReader *reader;
	const StateMeaning *meanings;	/* of the timeline's states */
	int			last_mapped;	/* stage of the last mapped visit before any is erased, or -1 */
	bool		last_stopped;	/* it is done or cancelled */
	bool		cut;			/* rule first: the clock has ended for good */
	int64	   *held_since;		/* of each layer; PERIOD_UNBOUNDED: it does not hold */
	uint32	   *tied;			/* states of the current instant */
	uint32		num_tied;
	uint32		max_tied;
	bool	   *stage_tied;		/* which stages they enter */
} ItemWalk;

/* Returns a number that stands for the workflow's content, or 0 if it is not remembered. */
static uint64
remember_workflow(const Workflow *workflow)
{
	uint32		size = VARSIZE(workflow);

	if (size > MAX_WORKFLOW_SIZE)
		return 0;
	if (size != remembered.workflow_size || memcmp(workflow, remembered.workflow, size) != 0)
	{
		memcpy(remembered.workflow, workflow, size);
		remembered.workflow_size = size;
		remembered.generation++;
		for (int i = 0; i < NUM_DICTIONARIES; i++)
			remembered.dictionaries[i].size = 0;
	}
	return remembered.generation;
}

static void
read_meanings(const TimelineReader *reader, const Workflow *workflow, StateMeaning *meanings)
{
	const uint8 *p = reader->names;

	for (uint32 i = 0; i < reader->num_states; i++)
	{
		StateName	name = timeline_next_name(&p);
		StateMeaning *meaning = &meanings[i];
		const WorkflowState *state;

		meaning->number = workflow_find_state(workflow, name.data, name.len);
		meaning->stage = UNMAPPED_STAGE;
		meaning->stage_class = CLASS_WAITING;
		meaning->layered = false;
		if (meaning->number < 0)
			continue;
		state = &workflow_states(workflow)[meaning->number];
		meaning->layered = state->begins >= 0 || state->num_ends > 0;
		meaning->stage = state->stage >= 0 ? state->stage : NO_STAGE;
		if (state->stage >= 0)
			meaning->stage_class = workflow_stages(workflow)[state->stage].stage_class;
	}
}

/* The meanings of a timeline's states; remembered is whether the workflow is. */
static const StateMeaning *
find_meanings(const TimelineReader *reader, const Workflow *workflow, bool is_remembered,
			  StateMeaning *few)
{
	uint32		size = reader->dictionary_size;
	StateMeaning *meanings = few;
	DictionaryEntry *entry;

	if (!is_remembered || size > MAX_DICTIONARY_SIZE || reader->num_states > ITEM_FEW)
	{
		if (reader->num_states > ITEM_FEW)
			meanings = palloc_extended(sizeof(StateMeaning) * (Size) reader->num_states,
									   MCXT_ALLOC_HUGE);
		read_meanings(reader, workflow, meanings);
		return meanings;
	}
	entry = &remembered.dictionaries[(size * 7 + reader->num_states) % NUM_DICTIONARIES];
	if (entry->size != size || memcmp(entry->bytes, reader->dictionary, size) != 0)
	{
		read_meanings(reader, workflow, entry->meanings);
		memcpy(entry->bytes, reader->dictionary, size);
		entry->size = size;
	}
	return entry->meanings;
}

static pg_noinline void
grow_visits(FlowItem *item)
{
	ItemVisit  *grown = palloc_extended(sizeof(ItemVisit) * (Size) item->max_visits * 2,
										MCXT_ALLOC_HUGE);

	memcpy(grown, item->visits, sizeof(ItemVisit) * item->num_visits);
	if (item->visits != item->few_visits)
		pfree(item->visits);
	item->visits = grown;
	item->max_visits *= 2;
}

static inline void
push_visit(ItemWalk *walk, int64 at, int stage, StageClass stage_class)
{
	FlowItem   *item = walk->item;
	ItemVisit  *visit;

	if (unlikely(item->num_visits == item->max_visits))
		grow_visits(item);
	visit = &item->visits[item->num_visits++];
	visit->entered_at = at;
	visit->stage = stage;
	visit->mapped = walk->last_mapped;
	visit->stage_class = stage_class;
	visit->stopped = walk->last_stopped;
}

/*
 * Rule erase, at a move to a lower place: "all visits with a higher place are removed, and
 * (unmapped) visits with the stage they follow". Places of what is left do not fall, so it
 * is a matter of the end of the list. Returns when the visit to enter begins: "a removed
 * visit's time goes to the visit before it that is left, or, if none, to the one entered".
 */
static int64
erase_visits(FlowItem *item, int stage, int64 at)
{
	while (item->num_visits > 0 && item->visits[item->num_visits - 1].mapped > stage)
	{
		item->num_visits--;
		if (item->num_visits == 0)
			return item->visits[0].entered_at;
	}
	return at;
}

/* The item is in a stage, or in a state that the workflow does not know, from at on. */
static pg_attribute_always_inline void
enter_stage(ItemWalk *walk, int64 at, int stage, StageClass stage_class)
{
	FlowItem   *item = walk->item;
	int			before = walk->last_mapped;
	bool		stopped = stage_class >= CLASS_DONE;
	bool		reopens = walk->last_stopped && !stopped;

	if (unlikely(walk->cut))
		return;
	if (unlikely(stage == UNMAPPED_STAGE))
	{
		if (item->num_visits == 0 || item->visits[item->num_visits - 1].stage != UNMAPPED_STAGE)
			push_visit(walk, at, UNMAPPED_STAGE, CLASS_WAITING);
		return;
	}

	if (unlikely(walk->last_stopped))
		item->reopened += reopens;
	else if (stage < before)
		item->rework++;
	if (stage < before && walk->workflow->backward == BACKWARD_ERASE)
		at = erase_visits(item, stage, at);
	if (unlikely(reopens))
		item->reopened_at = at;
	walk->last_mapped = stage;
	walk->last_stopped = stopped;
	if (item->num_visits == 0 || item->visits[item->num_visits - 1].stage != stage)
		push_visit(walk, at, stage, stage_class);
	if (stopped && walk->workflow->reopen == REOPEN_FIRST)
		walk->cut = true;
}

static void
add_spell(FlowItem *item, int layer, int64 since, int64 until, bool holds)
{
	ItemSpell  *spell;

	if (item->num_spells == item->max_spells)
	{
		item->max_spells = Max(item->max_spells * 2, 8);
		if (item->spells == NULL)
			item->spells = palloc(sizeof(ItemSpell) * item->max_spells);
		else
			item->spells = repalloc_huge(item->spells, sizeof(ItemSpell) * (Size) item->max_spells);
	}
	spell = &item->spells[item->num_spells++];
	spell->since = since;
	spell->until = until;
	spell->layer = layer;
	spell->holds = holds;
}

/* "An end without a beginning is ignored." */
static void
end_layers(ItemWalk *walk, int64 at, const WorkflowState *state)
{
	const uint16 *ends = workflow_ends(walk->workflow) + state->first_end;

	for (int i = 0; i < state->num_ends; i++)
	{
		int64	   *since = &walk->held_since[ends[i]];

		if (*since != PERIOD_UNBOUNDED)
		{
			add_spell(walk->item, ends[i], *since, at, false);
			*since = PERIOD_UNBOUNDED;
		}
	}
}

/* "A beginning inside its own layer changes nothing." */
static void
begin_layer(ItemWalk *walk, int64 at, const WorkflowState *state)
{
	if (state->begins >= 0 && walk->held_since[state->begins] == PERIOD_UNBOUNDED)
		walk->held_since[state->begins] = at;
}

static void
refuse_unmapped(const ItemWalk *walk, uint32 state)
{
	const StateName *name = &timeline_names(walk->reader)[state];

	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("state \"%s\" is not in the workflow", pnstrdup(name->data, name->len)),
			 errdetail("The workflow's rule \"unmapped\" is \"error\"."),
			 errhint("Add the state to a stage, or set the rule to \"waiting\" or \"ignore\".")));
}

/* An instant with one event, the usual case. */
static inline void
walk_single(ItemWalk *walk, int64 at, uint32 timeline_state)
{
	const StateMeaning *meaning = &walk->meanings[timeline_state];

	if (unlikely(meaning->number < 0))
	{
		if (walk->workflow->unmapped == UNMAPPED_ERROR)
			refuse_unmapped(walk, timeline_state);
		if (walk->workflow->unmapped == UNMAPPED_IGNORE)
			return;
	}
	if (unlikely(meaning->layered))
	{
		end_layers(walk, at, &walk->states[meaning->number]);
		begin_layer(walk, at, &walk->states[meaning->number]);
	}
	if (likely(meaning->stage != NO_STAGE))
		enter_stage(walk, at, meaning->stage, meaning->stage_class);
}

/*
 * An instant with several events: "states of one instant are ordered: (unmapped), then
 * stages by place; layers are apart from that order; ends apply before beginnings".
 */
static void
walk_tied(ItemWalk *walk, int64 at)
{
	bool		unmapped = false;
	int			lowest = walk->workflow->num_stages;
	int			highest = -1;

	if (walk->stage_tied == NULL)
		walk->stage_tied = palloc0(sizeof(bool) * walk->workflow->num_stages);
	for (uint32 i = 0; i < walk->num_tied; i++)
	{
		const StateMeaning *meaning = &walk->meanings[walk->tied[i]];

		if (meaning->number < 0)
		{
			if (walk->workflow->unmapped == UNMAPPED_ERROR)
				refuse_unmapped(walk, walk->tied[i]);
			unmapped |= item_has_unmapped(walk->workflow);
			continue;
		}
		if (meaning->layered)
			end_layers(walk, at, &walk->states[meaning->number]);
		if (meaning->stage != NO_STAGE)
		{
			walk->stage_tied[meaning->stage] = true;
			lowest = Min(lowest, meaning->stage);
			highest = Max(highest, meaning->stage);
		}
	}
	for (uint32 i = 0; i < walk->num_tied; i++)
	{
		const StateMeaning *meaning = &walk->meanings[walk->tied[i]];

		if (meaning->layered)
			begin_layer(walk, at, &walk->states[meaning->number]);
	}
	if (unmapped)
		enter_stage(walk, at, UNMAPPED_STAGE, CLASS_WAITING);
	for (int stage = lowest; stage <= highest; stage++)
	{
		if (walk->stage_tied[stage])
			enter_stage(walk, at, stage, walk->item->stages[stage].stage_class);
		walk->stage_tied[stage] = false;
	}
}

static void
add_tied(ItemWalk *walk, uint32 state)
{
	if (walk->num_tied == walk->max_tied)
	{
		walk->max_tied = Max(walk->max_tied * 2, 16);
		if (walk->tied == NULL)
			walk->tied = palloc(sizeof(uint32) * walk->max_tied);
		else
			walk->tied = repalloc_huge(walk->tied, sizeof(uint32) * (Size) walk->max_tied);
	}
	walk->tied[walk->num_tied++] = state;
}

/* Reads the events that count. */
static void
walk_events(ItemWalk *walk, int64 as_of)
{
	TimelineReader reader = *walk->reader;	/* a copy can live in registers */
	bool		more = timeline_next(&reader);
	uint32		instants = 0;

	while (more && reader.at <= as_of && !walk->cut)
	{
		int64		at = reader.at;
		uint32		state = reader.state;

		more = timeline_next(&reader);
		if (likely(!more || reader.at != at))
			walk_single(walk, at, state);
		else
		{
			walk->num_tied = 0;
			add_tied(walk, state);
			for (; more && reader.at == at; more = timeline_next(&reader))
			{
				add_tied(walk, reader.state);
				if ((walk->num_tied & 0xffff) == 0)
					CHECK_FOR_INTERRUPTS();
			}
			walk_tied(walk, at);
		}
		if (unlikely((++instants & 0xfff) == 0))
			CHECK_FOR_INTERRUPTS();
	}
}

static int
compare_spells(const void *a, const void *b)
{
	const ItemSpell *spell_a = a;
	const ItemSpell *spell_b = b;

	CHECK_FOR_INTERRUPTS();
	return spell_a->since < spell_b->since ? -1 : spell_a->since > spell_b->since;
}

/* The times under at least one layer: a union, never a sum. */
static void
unite_spells(FlowItem *item)
{
	ItemSpell  *sorted = palloc_extended(sizeof(ItemSpell) * (Size) item->num_spells,
										 MCXT_ALLOC_HUGE);

	memcpy(sorted, item->spells, sizeof(ItemSpell) * item->num_spells);
	qsort(sorted, item->num_spells, sizeof(ItemSpell), compare_spells);
	item->blocked = palloc_extended(sizeof(Period) * (Size) item->num_spells, MCXT_ALLOC_HUGE);
	for (int i = 0; i < item->num_spells; i++)
	{
		Period	   *last = item->num_blocked > 0 ? &item->blocked[item->num_blocked - 1] : NULL;

		if (last != NULL && sorted[i].since <= last->until)
			last->until = Max(last->until, sorted[i].until);
		else
		{
			item->blocked[item->num_blocked].since = sorted[i].since;
			item->blocked[item->num_blocked++].until = sorted[i].until;
		}
	}
	pfree(sorted);
}

/* The first mapped visit whose class is in a set of bits (1 << class), or -1. */
static int
first_of_classes(const FlowItem *item, uint32 classes)
{
	for (int i = 0; i < item->num_visits; i++)
	{
		if ((classes & (1 << item->visits[i].stage_class)) != 0 &&
			item->visits[i].stage != UNMAPPED_STAGE)
			return i;
	}
	return -1;
}

/* The visit at which the clock starts, by the workflow's rule, or -1. */
static int
find_start(const FlowItem *item)
{
	int			start;

	switch ((StartRule) item->workflow->start)
	{
		case START_COMMITTED:
			return first_of_classes(item, 1 << CLASS_ACTIVE | 1 << CLASS_WAITING | 1 << CLASS_DONE);
		case START_ACTIVE:
			start = first_of_classes(item, 1 << CLASS_ACTIVE);
			return start >= 0 ? start : first_of_classes(item, 1 << CLASS_DONE);
		case START_CREATED:
			return 0;
	}
	return -1;					/* keep the compiler quiet */
}

/* Outcome, start and end of the clock, from the visits that are left. */
static void
read_clock(FlowItem *item)
{
	const ItemVisit *last = &item->visits[item->num_visits - 1];
	StageClass	outcome_class;

	item->start = find_start(item);
	item->end = item->num_visits;
	if (!last->stopped)
	{
		item->outcome = item->start >= 0 ? OUTCOME_OPEN : OUTCOME_NEW;
		return;
	}
	outcome_class = item->stages[last->mapped].stage_class;
	item->outcome = outcome_class == CLASS_DONE ? OUTCOME_DONE : OUTCOME_CANCELLED;

	/*
	 * "The clock ends where the outcome's class was last entered from another class": an
	 * unmapped visit counts as the stage it follows, so it neither ends nor begins a run.
	 */
	while (item->end > 0 && item->visits[item->end - 1].stopped &&
		   item->stages[item->visits[item->end - 1].mapped].stage_class == outcome_class)
		item->end--;
}

/* item_read for a workflow that is remembered, or not. */
static bool
walk_item(FlowItem *item, const Timeline *timeline, const Workflow *workflow, int64 as_of,
		  bool is_remembered)
{
	TimelineReader reader;
	ItemWalk	walk;
	StateMeaning few_meanings[ITEM_FEW];
	int64		few_held_since[ITEM_FEW];

	item->workflow = workflow;
	item->stages = workflow_stages(workflow);
	item->until = as_of;
	item->visits = item->few_visits;
	item->num_visits = 0;
	item->max_visits = ITEM_FEW;
	item->spells = NULL;
	item->num_spells = item->max_spells = 0;
	item->blocked = NULL;
	item->num_blocked = 0;
	item->rework = item->reopened = 0;

	timeline_open(&reader, timeline);
	walk.item = item;
	walk.workflow = workflow;
	walk.states = workflow_states(workflow);
	walk.reader = &reader;
	walk.meanings = find_meanings(&reader, workflow, is_remembered, few_meanings);
	walk.last_mapped = -1;
	walk.last_stopped = false;
	walk.cut = false;
	walk.tied = NULL;
	walk.num_tied = walk.max_tied = 0;
	walk.stage_tied = NULL;
	walk.held_since = NULL;
	if (workflow->num_layers > 0)
	{
		walk.held_since = workflow->num_layers <= ITEM_FEW ? few_held_since :
			palloc(sizeof(int64) * workflow->num_layers);
		for (int i = 0; i < workflow->num_layers; i++)
			walk.held_since[i] = PERIOD_UNBOUNDED;
	}

	walk_events(&walk, as_of);

	for (int i = 0; i < workflow->num_layers; i++)
	{
		if (walk.held_since[i] != PERIOD_UNBOUNDED)
			add_spell(item, i, walk.held_since[i], as_of, true);
	}
	if (item->num_visits == 0)
		return false;
	if (item->num_spells > 0)
		unite_spells(item);
	read_clock(item);
	return true;
}

bool
item_read(FlowItem *item, const Timeline *timeline, const Workflow *workflow, int64 as_of)
{
	return walk_item(item, timeline, workflow, as_of, remember_workflow(workflow) != 0);
}

/* Timelines longer than this are read anew by each function. */
#define MAX_RECALLED_SIZE	1024

const FlowItem *
item_recall(const Timeline *timeline, const Workflow *workflow, int64 as_of)
{
	static uint64 last_generation = 0;
	static uint32 last_size;
	static char last_timeline[MAX_RECALLED_SIZE];
	static FlowItem item;
	uint64		generation = remember_workflow(workflow);
	uint32		size = VARSIZE_ANY_EXHDR(timeline);

	if (generation != 0 && generation == last_generation && item.until == as_of &&
		size == last_size && memcmp(VARDATA_ANY(timeline), last_timeline, size) == 0)
	{
		/* The same content, but it may lie elsewhere now. */
		item.workflow = workflow;
		item.stages = workflow_stages(workflow);
		return &item;
	}
	last_generation = 0;		/* whatever happens below, an error included */
	if (!walk_item(&item, timeline, workflow, as_of, generation != 0))
		return NULL;
	/* Only what needs no memory of a context outlives this call. */
	if (size <= MAX_RECALLED_SIZE && item.visits == item.few_visits && item.num_spells == 0)
	{
		memcpy(last_timeline, VARDATA_ANY(timeline), size);
		last_size = size;
		last_generation = generation;
	}
	return &item;
}

void
item_add_blocked(const FlowItem *item, int64 since, int64 until, int *cursor, PeriodList *list)
{
	int			i = *cursor;

	while (i < item->num_blocked && item->blocked[i].until <= since)
		i++;
	*cursor = i;
	for (; i < item->num_blocked && item->blocked[i].since < until; i++)
		period_list_add(list, Max(since, item->blocked[i].since), Min(until, item->blocked[i].until));
}

void
item_add_layer(const FlowItem *item, int layer, PeriodList *list)
{
	int			first = 0;

	/* Spells of one layer are disjoint and in order, as visits are. */
	for (int i = 0; i < item->num_spells; i++)
	{
		const ItemSpell *spell = &item->spells[i];

		if (spell->layer != layer)
			continue;
		while (first < item->num_visits && item_left_at(item, first) <= spell->since)
			first++;
		for (int j = first; j < item->num_visits && item->visits[j].entered_at < spell->until; j++)
		{
			if (item_on_clock(item, j))
				period_list_add(list, Max(spell->since, item->visits[j].entered_at),
								Min(spell->until, item_left_at(item, j)));
		}
	}
}

int
item_find_stage(const Workflow *workflow, const char *name, uint32 len)
{
	int			stage = workflow_find_stage(workflow, name, len);

	if (stage >= 0)
		return stage;
	if (len == strlen(UNMAPPED_STAGE_NAME) && memcmp(name, UNMAPPED_STAGE_NAME, len) == 0)
	{
		if (item_has_unmapped(workflow))
			return UNMAPPED_STAGE;
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the workflow has no stage \"%s\"", UNMAPPED_STAGE_NAME),
				 errdetail("Unknown states are visits only under the rule unmapped = \"waiting\".")));
	}
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("the workflow has no stage \"%s\"", pnstrdup(name, len)),
			 errhint("vsm.stages(workflow) lists its stages.")));
}

const char *
item_outcome_name(ItemOutcome outcome)
{
	static const char *const names[] = {"new", "open", "done", "cancelled"};

	return names[outcome];
}
