/*
 * propose_workflow_sql.c
 *		The aggregate vsm.propose_workflow: a draft of a workflow from the data.
 *
 * Every state becomes a stage. Stages stand in the order of the median rank of their first entry,
 * done and cancelled ones last. Classes come from the words in the names (state_name.c, which
 * tells names from sentences), corrected by what items do:
 *
 * - A state that is called done is waiting if most of its items go on to a state, new to them,
 *   that is not called done or cancelled: "Resolved" before "In Test".
 * - One that is called cancelled is waiting if most of its items go on: "Rejected", then reworked.
 * - If most of its items begin in it and do not end in it, its name means something else:
 *   "published", then closed.
 * - One in which a step has passed ("Dev Done", "Approved") is waiting, but done if most of its
 *   items had been done before and do not go on to what is new to them, or if nothing is called
 *   done and most of its items end there. "Merged" is done if most of its items end there. A last
 *   step ("Deployment") is active, but done if nothing is called done and most of its items end
 *   there.
 *
 * Where a name says nothing, the position does:
 *
 * - What items enter first is new.
 * - What follows a done state and is the end for most of its items is done, too.
 * - If nothing is done otherwise, the state in which the most items end is, provided that these
 *   are a tenth of all, that it is not where they begin, and that most of the items that enter it
 *   end in it. So is any other, provided that it is the end for nine tenths of the items that
 *   enter it and for a twentieth of all.
 * - The rest is active.
 *
 * If no stage is active, one that is called open and that most items enter but do not begin in is
 * ("Open" after "New"), or a step passed in which they begin ("Accepted"). If none is on the clock,
 * or no name says where work begins, the clock starts with the first event: nothing is left out.
 */
#include "postgres.h"

#include "base/compat.h"
#include "common/hashfn.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "timeline/timeline_io.h"
#include "workflow/state_name.h"
#include "workflow/workflow_io.h"
#include "workflow/workflow_text.h"

PG_FUNCTION_INFO_V1(vsm_propose_workflow_add);
PG_FUNCTION_INFO_V1(vsm_propose_workflow_finish);

/* Ranks beyond this are one: nobody's stream has more stages. */
#define MAX_RANK	64

/* Another end than the most usual one has at least these shares of its items and of all. */
#define NEARLY_ALL	0.9
#define A_SHARE		0.05

/* The most usual end has at least this share of all. */
#define AN_END		0.1

/* Names in a message: how many, and how long. */
#define MAX_LISTED	20
#define MAX_LISTED_BYTES	60

typedef struct ProposedState
{
	StateName	name;			/* key */
	StateSense	sense;			/* of its name */
	uint32		items;			/* that entered it */
	uint32		ended;			/* that are in it at the end */
	uint32		went_on;		/* that entered a state later that is not called done or cancelled */
	uint32		went_on_new;	/* the same, and had not been in that before */
	uint32		done_before;	/* that had been in a state that is called done */
	uint32		first_ranks[MAX_RANK];	/* as which different state they entered it, from 0 */
	char		status;
} ProposedState;

#define SH_PREFIX proposed
#define SH_ELEMENT_TYPE ProposedState
#define SH_KEY_TYPE StateName
#define SH_KEY name
#define SH_HASH_KEY(tb, key) hash_bytes((const unsigned char *) (key).data, (key).len)
#define SH_EQUAL(tb, a, b) ((a).len == (b).len && memcmp((a).data, (b).data, (a).len) == 0)
#define SH_SCOPE static inline
#define SH_DECLARE
#define SH_DEFINE
#include "lib/simplehash.h"

/* The state of the aggregate. */
typedef struct ProposedStates
{
	proposed_hash *states;
	uint64		items;
} ProposedStates;

/* More different states than a workflow can have stages: it is no workflow. */
static void
too_many_states(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
			 errmsg("too many different states to propose a workflow"),
			 errdetail("A workflow has at most %d stages.", WORKFLOW_MAX_STAGES),
			 errhint("Perhaps these are not states, but titles, names or numbers.")));
}

static ProposedState *
find_state(proposed_hash *states, StateName name)
{
	bool		found;
	ProposedState *state = proposed_lookup(states, name);

	if (state != NULL)
		return state;
	if (states->members >= WORKFLOW_MAX_STAGES)
		too_many_states();
	/* The key must outlive the row: its bytes go where the table is. */
	name.data = memcpy(MemoryContextAlloc(states->ctx, Max(name.len, 1)), name.data, name.len);
	state = proposed_insert(states, name, &found);
	memset((char *) state + offsetof(ProposedState, sense), 0,
		   offsetof(ProposedState, status) - offsetof(ProposedState, sense));
	state->sense = state_name_sense(name.data, name.len);
	return state;
}

/* Whether a name says that work ended there. */
static bool
is_end(const ProposedState *state)
{
	return state->sense == SENSE_DONE || state->sense == SENSE_CANCELLED;
}

/* Transition function: one timeline; NULL is skipped. */
Datum
vsm_propose_workflow_add(PG_FUNCTION_ARGS)
{
	MemoryContext context;
	ProposedStates *proposed;
	TimelineReader reader;
	StateName  *names;
	ProposedState **entered;	/* by their numbers in the timeline; NULL: not yet */
	uint32	   *first;			/* number of the event with which each was entered */
	uint32		last_on = 0;	/* event of a state that is no end, */
	uint32		last_new = 0;	/* and one that is entered for the first time; from 1 */
	uint32		rank = 0;
	bool		done = false;

	if (!AggCheckCallContext(fcinfo, &context))
		elog(ERROR, "aggregate function called in non-aggregate context");
	if (PG_ARGISNULL(0))
	{
		proposed = MemoryContextAllocZero(context, sizeof(ProposedStates));
		proposed->states = proposed_create(context, 64, NULL);
	}
	else
		proposed = (ProposedStates *) PG_GETARG_POINTER(0);
	if (PG_ARGISNULL(1))
		PG_RETURN_POINTER(proposed);

	timeline_open(&reader, PG_GETARG_TIMELINE(1));
	names = timeline_names(&reader);
	/* Pointers into the table: it must not grow between two of them. */
	for (uint32 i = 0; i < reader.num_states; i++)
		find_state(proposed->states, names[i]);
	entered = palloc0(sizeof(ProposedState *) * reader.num_states);
	first = palloc(sizeof(uint32) * reader.num_states);
	while (timeline_next(&reader))
	{
		ProposedState *state = entered[reader.state];
		bool		is_new = state == NULL;

		if (is_new)
		{
			state = entered[reader.state] = find_state(proposed->states, names[reader.state]);
			first[reader.state] = reader.next_event;
			state->items++;
			state->first_ranks[Min(rank, MAX_RANK - 1)]++;
			rank++;
			if (done)
				state->done_before++;
		}
		if (state->sense == SENSE_DONE)
			done = true;
		if (!is_end(state))
		{
			last_on = reader.next_event;
			if (is_new)
				last_new = reader.next_event;
		}
		if ((reader.next_event & 0xffff) == 0)
			CHECK_FOR_INTERRUPTS();
	}
	entered[reader.state]->ended++;
	for (uint32 i = 0; i < reader.num_states; i++)
	{
		entered[i]->went_on += first[i] < last_on;
		entered[i]->went_on_new += first[i] < last_new;
	}
	proposed->items++;
	PG_RETURN_POINTER(proposed);
}

/* A state while stages are put in order. */
typedef struct Proposal
{
	char	   *name;
	const ProposedState *state;
	uint32		median_rank;
	double		mean_rank;
	StageClass	stage_class;
	bool		decided;		/* else by position */
	bool		by_words;
	const char *until;			/* a layer: the state that ends it */
} Proposal;

/* Done and cancelled ones last, else in the order in which items come to them. */
static int
compare_proposals(const void *a, const void *b)
{
	const Proposal *left = a;
	const Proposal *right = b;
	int			left_end = left->stage_class >= CLASS_DONE ? left->stage_class : 0;
	int			right_end = right->stage_class >= CLASS_DONE ? right->stage_class : 0;

	if (left_end != right_end)
		return left_end < right_end ? -1 : 1;
	if (left->median_rank != right->median_rank)
		return left->median_rank < right->median_rank ? -1 : 1;
	/* A layer is no place to come to. */
	if ((left->until != NULL) != (right->until != NULL))
		return left->until == NULL ? -1 : 1;
	if (left->mean_rank != right->mean_rank)
		return left->mean_rank < right->mean_rank ? -1 : 1;
	return strcmp(left->name, right->name);
}

/* The lower median of the ranks at which items first entered a state. */
static uint32
median_rank(const ProposedState *state)
{
	uint64		seen = 0;
	uint32		rank = 0;

	while (rank < MAX_RANK - 1 && (seen += state->first_ranks[rank]) * 2 < state->items)
		rank++;
	return rank;
}

static double
mean_rank(const ProposedState *state)
{
	uint64		sum = 0;

	for (uint32 rank = 0; rank < MAX_RANK; rank++)
		sum += (uint64) rank * state->first_ranks[rank];
	return (double) sum / state->items;
}

/* Whether it is at least half of the items that entered a state. */
static bool
most(const ProposedState *state, uint32 items)
{
	return (uint64) items * 2 >= state->items;
}

/*
 * Flagged and Unflagged, or Blocked and Unblocked, are a layer: both become one stage of
 * class blocked. Returns the number of proposals left.
 */
static int
find_layers(Proposal *proposals, int count)
{
	static const char *const layers[][2] = {{"Flagged", "Unflagged"}, {"Blocked", "Unblocked"}};

	for (int i = 0; i < lengthof(layers); i++)
	{
		int			begins = -1;
		int			ends = -1;

		for (int j = 0; j < count; j++)
		{
			if (pg_strcasecmp(proposals[j].name, layers[i][0]) == 0)
				begins = j;
			else if (pg_strcasecmp(proposals[j].name, layers[i][1]) == 0)
				ends = j;
		}
		if (begins < 0 || ends < 0)
			continue;
		proposals[begins].stage_class = CLASS_BLOCKED;
		proposals[begins].decided = true;
		proposals[begins].by_words = true;
		proposals[begins].until = proposals[ends].name;
		memmove(&proposals[ends], &proposals[ends + 1], sizeof(Proposal) * (count - ends - 1));
		count--;
	}
	return count;
}

/* Decides the class of a stage. */
static void
decide(Proposal *proposal, StageClass stage_class, bool by_words)
{
	proposal->stage_class = stage_class;
	proposal->decided = true;
	proposal->by_words = by_words;
}

/* Classes that follow from the name, as far as what the items do agrees with it. */
static void
class_by_words(Proposal *proposal)
{
	const ProposedState *state = proposal->state;
	bool		begins = proposal->median_rank == 0 && !most(state, state->ended);
	bool		goes_on;

	switch (state->sense)
	{
		case SENSE_QUEUE:
		case SENSE_WAITING:
			decide(proposal, CLASS_WAITING, true);
			break;
		case SENSE_CANCELLED:
			goes_on = (uint64) state->went_on * 2 > state->items;
			if (!begins)
				decide(proposal, goes_on ? CLASS_WAITING : CLASS_CANCELLED, !goes_on);
			break;
		case SENSE_DONE:
			goes_on = (uint64) state->went_on_new * 2 > state->items;
			if (!begins)
				decide(proposal, goes_on ? CLASS_WAITING : CLASS_DONE, !goes_on);
			break;
		case SENSE_LANDED:
			decide(proposal, most(state, state->ended) ? CLASS_DONE : CLASS_WAITING, true);
			break;
		case SENSE_ACTIVE:
			decide(proposal, CLASS_ACTIVE, true);
			break;
		case SENSE_OPEN:
		case SENSE_NEW:
			decide(proposal, CLASS_NEW, true);
			break;
		case SENSE_PASSED:
		case SENSE_LAST_STEP:
		case SENSE_NEUTRAL:
		case SENSE_VERB:
		case SENSE_UNKNOWN:
			break;
	}
}

static bool
has_class(const Proposal *proposals, int count, StageClass stage_class)
{
	for (int i = 0; i < count; i++)
	{
		if (proposals[i].decided && proposals[i].stage_class == stage_class)
			return true;
	}
	return false;
}

/* Whether work may end in a state whose name does not say so. */
static bool
may_be_end(const Proposal *proposal)
{
	return !proposal->decided && proposal->median_rank > 0 && most(proposal->state, proposal->state->ended);
}

/* No name says where work is done: it is where items end. */
static void
find_ends(Proposal *proposals, int count, uint64 items)
{
	Proposal   *last = NULL;

	for (int i = 0; i < count; i++)
	{
		Proposal   *proposal = &proposals[i];

		if (may_be_end(proposal) && proposal->state->ended >= items * AN_END &&
			(last == NULL || proposal->state->ended > last->state->ended ||
			 (proposal->state->ended == last->state->ended && compare_proposals(proposal, last) > 0)))
			last = proposal;
	}
	for (int i = 0; i < count; i++)
	{
		Proposal   *proposal = &proposals[i];

		if (last != NULL && may_be_end(proposal) &&
			(proposal == last || (proposal->state->ended >= proposal->state->items * NEARLY_ALL &&
								  proposal->state->ended >= items * A_SHARE)))
			decide(proposal, CLASS_DONE, false);
	}
}

/* Classes that do not follow from the name alone. */
static void
class_by_position(Proposal *proposals, int count, uint64 items)
{
	Proposal   *open = NULL;

	if (has_class(proposals, count, CLASS_DONE))
	{
		/* What comes behind a done state. */
		for (int i = 0; i < count; i++)
		{
			const ProposedState *state = proposals[i].state;

			if (!proposals[i].decided && most(state, state->done_before) &&
				(state->sense == SENSE_PASSED ? !most(state, state->went_on_new) : most(state, state->ended)))
				decide(&proposals[i], CLASS_DONE, false);
		}
	}
	else
		find_ends(proposals, count, items);

	for (int i = 0; i < count; i++)
	{
		if (proposals[i].decided)
			continue;
		if (proposals[i].state->sense == SENSE_PASSED)
			decide(&proposals[i], CLASS_WAITING, true);
		else if (proposals[i].state->sense == SENSE_LAST_STEP)
			decide(&proposals[i], CLASS_ACTIVE, true);
		else
			decide(&proposals[i], proposals[i].median_rank == 0 ? CLASS_NEW : CLASS_ACTIVE, false);
	}

	/* A few items in an odd state do not make it the place of work. */
	for (int i = 0; i < count; i++)
	{
		if (proposals[i].stage_class == CLASS_ACTIVE &&
			(proposals[i].by_words || proposals[i].state->items >= items * A_SHARE))
			return;
	}
	for (int i = 0; i < count; i++)
	{
		const ProposedState *state = proposals[i].state;

		if ((uint64) state->items * 2 >= items &&
			((state->sense == SENSE_OPEN && proposals[i].median_rank > 0) ||
			 (state->sense == SENSE_PASSED && proposals[i].median_rank == 0)) &&
			(open == NULL || compare_proposals(&proposals[i], open) > 0))
			open = &proposals[i];
	}
	if (open != NULL)
		decide(open, CLASS_ACTIVE, false);
}

/* Whether the clock should start with the first event, as no stage and no name says where else. */
static bool
starts_with_creation(const Proposal *proposals, int count)
{
	bool		named = false;

	for (int i = 0; i < count; i++)
		named = named || (proposals[i].by_words && proposals[i].stage_class <= CLASS_WAITING);
	return !named || !(has_class(proposals, count, CLASS_ACTIVE) || has_class(proposals, count, CLASS_WAITING));
}

/* Names and classes of what was decided by words, or not, for the message. */
static void
list_stages(StringInfo buf, const char *label, const Proposal *proposals, int count, bool by_words)
{
	int			listed = 0;

	for (int i = 0; i < count; i++)
	{
		const char *name = proposals[i].name;
		int			len = strlen(name);
		int			shown = pg_mbcliplen(name, len, MAX_LISTED_BYTES);

		if (proposals[i].by_words != by_words)
			continue;
		listed++;
		if (listed > MAX_LISTED)
			continue;
		appendStringInfo(buf, "%s\"%.*s%s\" %s", listed == 1 ? label : ", ", shown, name,
						 shown < len ? "..." : "", stage_class_name(proposals[i].stage_class));
	}
	if (listed > MAX_LISTED)
		appendStringInfo(buf, " and %d more", listed - MAX_LISTED);
	if (listed > 0)
		appendStringInfoChar(buf, '.');
}

/* Says what the draft is made of. */
static void
notice_draft(const Proposal *proposals, int count, StartRule start)
{
	StringInfoData buf;

	initStringInfo(&buf);
	list_stages(&buf, "\nBy words in their names: ", proposals, count, true);
	list_stages(&buf, "\nBy where items enter and leave them: ", proposals, count, false);
	if (!has_class(proposals, count, CLASS_DONE))
		appendStringInfoString(&buf, "\nNone is done: no name says so, and there is none in which most of its items end.");
	if (start == START_CREATED)
		appendStringInfoString(&buf, "\nThe clock starts with the first event, since no name says where work begins.");
	ereport(NOTICE,
			(errmsg("the proposed workflow is a draft of %d stages", count),
			 errdetail("Stages stand in the order in which items first entered them.%s", buf.data),
			 errhint("Review it, above all which stages are waiting, before you rely on its numbers.")));
	pfree(buf.data);
}

/* Final function: the draft, with a NOTICE to review it. NULL if there was no timeline. */
Datum
vsm_propose_workflow_finish(PG_FUNCTION_ARGS)
{
	ProposedStates *proposed;
	proposed_iterator iterator;
	ProposedState *state;
	Proposal   *proposals;
	WorkflowSource source = {0};
	InputError	error = {0};
	Workflow   *workflow;
	int			count = 0;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	proposed = (ProposedStates *) PG_GETARG_POINTER(0);
	proposals = palloc0(sizeof(Proposal) * (proposed->states->members + 1));
	proposed_start_iterate(proposed->states, &iterator);
	while ((state = proposed_iterate(proposed->states, &iterator)) != NULL)
	{
		Proposal   *proposal = &proposals[count];

		/* A stage needs a name, and one that is free. */
		proposal->name = pnstrdup(state->name.data, state->name.len);
		if (proposal->name[0] == '\0' || strcmp(proposal->name, UNMAPPED_STAGE_NAME) == 0)
			continue;
		proposal->state = state;
		proposal->median_rank = median_rank(state);
		proposal->mean_rank = mean_rank(state);
		class_by_words(proposal);
		count++;
	}
	if (count == 0)
		PG_RETURN_NULL();
	count = find_layers(proposals, count);
	class_by_position(proposals, count, proposed->items);
	qsort(proposals, count, sizeof(Proposal), compare_proposals);

	source.start = starts_with_creation(proposals, count) ? START_CREATED : START_COMMITTED;
	source.num_stages = count;
	source.stages = palloc0(sizeof(StageSource) * count);
	for (int i = 0; i < count; i++)
	{
		source.stages[i].name = proposals[i].name;
		source.stages[i].stage_class = proposals[i].stage_class;
		if (proposals[i].until != NULL)
		{
			source.stages[i].num_until = 1;
			source.stages[i].until = palloc(sizeof(char *));
			source.stages[i].until[0] = unconstify(char *, proposals[i].until);
		}
	}
	workflow = workflow_compile(&source, &error);
	if (workflow == NULL)
		workflow_invalid(&error);
	notice_draft(proposals, count, source.start);
	PG_RETURN_POINTER(workflow);
}
