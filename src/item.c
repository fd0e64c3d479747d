/*
 * item.c
 *		How one item went through its workflow: visits of stages, layers of blocking over them,
 *		and the clock.
 *
 * Pure core. The definitions, rule by rule, are those of the workflow's documentation in the
 * README; the words in quotes below are theirs.
 */
#include "postgres.h"

#include "compat.h"
#include "item.h"
#include "miscadmin.h"

/* What is needed only while a timeline is read. */
typedef struct ItemWalk
{
	FlowItem	   *item;
	const WorkflowState *states;
	const TimelineReader *reader;
	int16	   *state_of;		/* from the timeline's states to the workflow's; -1: unknown */
	int			last_mapped;	/* stage of the last mapped visit before any is erased, or -1 */
	bool		cut;			/* rule first: the clock has ended for good */
	int64	   *held_since;		/* of each layer; PERIOD_UNBOUNDED: it does not hold */
	uint32	   *tied;			/* states of the current instant */
	uint32		num_tied;
	uint32		max_tied;
	bool	   *stage_tied;		/* which stages they enter */
} ItemWalk;

static void
push_visit(FlowItem *item, int64 at, int stage, int mapped)
{
	ItemVisit  *visit;

	if (item->num_visits == item->max_visits)
	{
		ItemVisit  *grown = palloc_extended(sizeof(ItemVisit) * (Size) item->max_visits * 2,
											MCXT_ALLOC_HUGE);

		memcpy(grown, item->visits, sizeof(ItemVisit) * item->num_visits);
		if (item->visits != item->few_visits)
			pfree(item->visits);
		item->visits = grown;
		item->max_visits *= 2;
	}
	visit = &item->visits[item->num_visits++];
	visit->entered_at = at;
	visit->stage = stage;
	visit->mapped = mapped;
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
static inline void
enter_stage(ItemWalk *walk, int64 at, int stage)
{
	FlowItem	   *item = walk->item;
	int			before = walk->last_mapped;

	if (walk->cut)
		return;
	if (stage == UNMAPPED_STAGE)
	{
		if (item->num_visits == 0 || item->visits[item->num_visits - 1].stage != UNMAPPED_STAGE)
			push_visit(item, at, UNMAPPED_STAGE, before);
		return;
	}

	if (before >= 0 && before != stage)
	{
		if (item_stopped(item, before))
		{
			if (!item_stopped(item, stage))
				item->reopened++;
		}
		else if (stage < before)
			item->rework++;
		if (stage < before && item->workflow->backward == BACKWARD_ERASE)
			at = erase_visits(item, stage, at);
	}
	walk->last_mapped = stage;
	if (item->num_visits == 0 || item->visits[item->num_visits - 1].stage != stage)
		push_visit(item, at, stage, stage);
	if (item->workflow->reopen == REOPEN_FIRST && item_stopped(item, stage))
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
	const uint16 *ends = workflow_ends(walk->item->workflow) + state->first_end;

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
	int			number = walk->state_of[timeline_state];
	const WorkflowState *state;

	if (unlikely(number < 0))
	{
		if (walk->item->workflow->unmapped == UNMAPPED_ERROR)
			refuse_unmapped(walk, timeline_state);
		if (walk->item->workflow->unmapped == UNMAPPED_WAITING)
			enter_stage(walk, at, UNMAPPED_STAGE);
		return;
	}
	state = &walk->states[number];
	if (unlikely(walk->held_since != NULL))
	{
		end_layers(walk, at, state);
		begin_layer(walk, at, state);
	}
	if (state->stage >= 0)
		enter_stage(walk, at, state->stage);
}

/*
 * An instant with several events: "states of one instant are ordered: (unmapped), then
 * stages by place; layers are apart from that order; ends apply before beginnings".
 */
static void
walk_tied(ItemWalk *walk, int64 at)
{
	FlowItem	   *item = walk->item;
	bool		unmapped = false;
	int			lowest = item->workflow->num_stages;
	int			highest = -1;

	if (walk->stage_tied == NULL)
		walk->stage_tied = palloc0(sizeof(bool) * item->workflow->num_stages);
	for (uint32 i = 0; i < walk->num_tied; i++)
	{
		int			number = walk->state_of[walk->tied[i]];

		if (number < 0)
		{
			if (item->workflow->unmapped == UNMAPPED_ERROR)
				refuse_unmapped(walk, walk->tied[i]);
			unmapped |= item->workflow->unmapped == UNMAPPED_WAITING;
		}
		else
		{
			int			stage = walk->states[number].stage;

			if (walk->held_since != NULL)
				end_layers(walk, at, &walk->states[number]);
			if (stage >= 0)
			{
				walk->stage_tied[stage] = true;
				lowest = Min(lowest, stage);
				highest = Max(highest, stage);
			}
		}
	}
	for (uint32 i = 0; walk->held_since != NULL && i < walk->num_tied; i++)
	{
		int			number = walk->state_of[walk->tied[i]];

		if (number >= 0)
			begin_layer(walk, at, &walk->states[number]);
	}
	if (unmapped)
		enter_stage(walk, at, UNMAPPED_STAGE);
	for (int stage = lowest; stage <= highest; stage++)
	{
		if (walk->stage_tied[stage])
			enter_stage(walk, at, stage);
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
walk_events(ItemWalk *walk, TimelineReader *reader, int64 as_of)
{
	bool		more = timeline_next(reader);

	while (more && reader->at <= as_of && !walk->cut)
	{
		int64		at = reader->at;
		uint32		state = reader->state;

		more = timeline_next(reader);
		if (likely(!more || reader->at != at))
			walk_single(walk, at, state);
		else
		{
			walk->num_tied = 0;
			add_tied(walk, state);
			for (; more && reader->at == at; more = timeline_next(reader))
				add_tied(walk, reader->state);
			walk_tied(walk, at);
		}
		if (unlikely((reader->next_event & 0xfff) == 0))
			CHECK_FOR_INTERRUPTS();
	}
}

static int
compare_spells(const void *a, const void *b)
{
	const ItemSpell *spell_a = a;
	const ItemSpell *spell_b = b;

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

/* The first visit of that class, or -1. */
static int
first_of_class(const FlowItem *item, StageClass stage_class)
{
	for (int i = 0; i < item->num_visits; i++)
	{
		if (item_in_class(item, item->visits[i].stage, stage_class))
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
			for (int i = 0; i < item->num_visits; i++)
			{
				int			stage = item->visits[i].stage;

				if (item_in_class(item, stage, CLASS_ACTIVE) ||
					item_in_class(item, stage, CLASS_WAITING) ||
					item_in_class(item, stage, CLASS_DONE))
					return i;
			}
			return -1;
		case START_ACTIVE:
			start = first_of_class(item, CLASS_ACTIVE);
			return start >= 0 ? start : first_of_class(item, CLASS_DONE);
		case START_CREATED:
			return 0;
	}
	return -1;					/* keep the compiler quiet */
}

/* Outcome, start and end of the clock, from the visits that are left. */
static void
read_clock(FlowItem *item)
{
	int			last = item->visits[item->num_visits - 1].mapped;

	item->start = find_start(item);
	item->end = item->num_visits;
	if (!item_stopped(item, last))
	{
		item->outcome = item->start >= 0 ? OUTCOME_OPEN : OUTCOME_NEW;
		return;
	}
	item->outcome = item_in_class(item, last, CLASS_DONE) ? OUTCOME_DONE : OUTCOME_CANCELLED;

	/*
	 * "The clock ends where the outcome's class was last entered from another class": an
	 * unmapped visit counts as the stage it follows, so it neither ends nor begins a run.
	 */
	while (item->end > 0 &&
		   item_in_class(item, item->visits[item->end - 1].mapped,
						 item->stages[last].stage_class))
		item->end--;
}

bool
item_read(FlowItem *item, const Timeline *timeline, const Workflow *workflow, int64 as_of)
{
	TimelineReader reader;
	ItemWalk	walk;
	int16		few_state_of[ITEM_FEW];
	int64		few_held_since[ITEM_FEW];
	const uint8 *p;

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
	walk.states = workflow_states(workflow);
	walk.reader = &reader;
	walk.last_mapped = -1;
	walk.cut = false;
	walk.tied = NULL;
	walk.num_tied = walk.max_tied = 0;
	walk.stage_tied = NULL;
	walk.state_of = reader.num_states <= ITEM_FEW ? few_state_of :
		palloc_extended(sizeof(int16) * (Size) reader.num_states, MCXT_ALLOC_HUGE);
	p = reader.names;
	for (uint32 i = 0; i < reader.num_states; i++)
	{
		StateName	name = timeline_next_name(&p);

		walk.state_of[i] = workflow_find_state(workflow, name.data, name.len);
	}
	walk.held_since = NULL;
	if (workflow->num_layers > 0)
	{
		walk.held_since = workflow->num_layers <= ITEM_FEW ? few_held_since :
			palloc(sizeof(int64) * workflow->num_layers);
		for (int i = 0; i < workflow->num_layers; i++)
			walk.held_since[i] = PERIOD_UNBOUNDED;
	}

	walk_events(&walk, &reader, as_of);

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
