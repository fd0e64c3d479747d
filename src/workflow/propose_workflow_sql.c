/*
 * propose_workflow_sql.c
 *		The aggregate vsm.propose_workflow: counts what items do, and makes the draft of a workflow of it.
 */
#include "postgres.h"

#include "base/compat.h"
#include "common/hashfn.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "timeline/timeline_io.h"
#include "workflow/propose_workflow.h"
#include "workflow/workflow_io.h"
#include "workflow/workflow_text.h"

PG_FUNCTION_INFO_V1(vsm_propose_workflow_add);
PG_FUNCTION_INFO_V1(vsm_propose_workflow_finish);

/* Names in a message: how many, and how long. */
#define MAX_LISTED	20
#define MAX_LISTED_BYTES	60

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
	if (!proposals_have_class(proposals, count, CLASS_DONE))
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
		char	   *name = pnstrdup(state->name.data, state->name.len);

		/* A stage needs a name, and one that is free. */
		if (name[0] == '\0' || strcmp(name, UNMAPPED_STAGE_NAME) == 0)
			continue;
		propose_stage(&proposals[count++], name, state);
	}
	if (count == 0)
		PG_RETURN_NULL();
	count = propose_classes(proposals, count, proposed->items, &source.start);
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
