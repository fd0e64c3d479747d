/*
 * propose_workflow.c
 *		The aggregate vsm.propose_workflow: a draft of a workflow from the data.
 *
 * Every state becomes a stage. Its class comes from the words in its name (below), else from
 * its position: first is new, where most items end is done, the rest is active. Stages stand
 * in the order of the median rank of their first entry; done and cancelled ones last.
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "base/compat.h"
#include "miscadmin.h"
#include "timeline/timeline_fmgr.h"
#include "workflow/workflow_fmgr.h"

PG_FUNCTION_INFO_V1(vsm_propose_workflow_add);
PG_FUNCTION_INFO_V1(vsm_propose_workflow_finish);

/*
 * The word list. A name has a class if a word of it begins with one of these, ignoring case;
 * classes are tried in this order, so "Ready for Test" waits and "Test Done" is done.
 */
static const struct
{
	StageClass	stage_class;
	const char *words[20];
}			word_list[] =
{
	{CLASS_CANCELLED, {"cancel", "won't", "wont", "reject", "declin", "abandon", "duplicate",
	"invalid", "obsolete", "withdrawn", "dropped", "discard", NULL}},
	{CLASS_DONE, {"done", "closed", "resolved", "released", "deployed", "live", "complete",
	"finished", "shipped", "fixed", "delivered", "production", NULL}},
	{CLASS_WAITING, {"wait", "ready", "approv", "pending", "hold", "queue", "blocked", "selected",
	"review", "awaiting", "paused", "sign", "feedback", "stag", NULL}},
	{CLASS_ACTIVE, {"progress", "develop", "doing", "coding", "implement", "build", "analy",
	"design", "test", "qa", "working", "verif", "investigat", "refin", "integrat", NULL}},
	{CLASS_NEW, {"backlog", "todo", "to", "open", "new", "created", "draft", "idea", "funnel",
	"reported", "submitted", "triage", "inbox", NULL}},
};

/* Ranks beyond this are one: nobody's stream has more stages. */
#define MAX_RANK	64

typedef struct ProposedState
{
	StateName	name;			/* key */
	uint32		items;			/* that entered it */
	uint32		ended;			/* that are in it at the end */
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

/* More different states than a workflow can have stages: it is no workflow. */
static void
too_many_states(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
			 errmsg("too many different states to propose a workflow"),
			 errdetail("A workflow has at most %d stages.", WORKFLOW_MAX_STAGES)));
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
	state->items = state->ended = 0;
	memset(state->first_ranks, 0, sizeof(state->first_ranks));
	return state;
}

/* Transition function: one timeline; NULL is skipped. */
Datum
vsm_propose_workflow_add(PG_FUNCTION_ARGS)
{
	MemoryContext context;
	proposed_hash *states;
	TimelineReader reader;
	StateName  *names;
	bool	   *seen;
	uint32		rank = 0;

	if (!AggCheckCallContext(fcinfo, &context))
		elog(ERROR, "aggregate function called in non-aggregate context");
	if (PG_ARGISNULL(0))
		states = proposed_create(context, 64, NULL);
	else
		states = (proposed_hash *) PG_GETARG_POINTER(0);
	if (PG_ARGISNULL(1))
		PG_RETURN_POINTER(states);

	timeline_open(&reader, PG_GETARG_TIMELINE(1));
	names = timeline_names(&reader);
	seen = palloc0(sizeof(bool) * reader.num_states);
	while (timeline_next(&reader))
	{
		if (!seen[reader.state])
		{
			ProposedState *state = find_state(states, names[reader.state]);

			seen[reader.state] = true;
			state->items++;
			state->first_ranks[Min(rank, MAX_RANK - 1)]++;
			rank++;
		}
		if ((reader.next_event & 0xffff) == 0)
			CHECK_FOR_INTERRUPTS();
	}
	find_state(states, names[reader.state])->ended++;
	PG_RETURN_POINTER(states);
}

static bool
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '\'' || (c & 0x80) != 0;
}

/* Whether a word of a name begins with that word. */
static bool
has_word(const char *name, const char *word)
{
	for (const char *p = name; *p != '\0'; p++)
	{
		if ((p == name || !is_letter(p[-1])) && pg_strncasecmp(p, word, strlen(word)) == 0 &&
			(strlen(word) > 2 || !is_letter(p[strlen(word)])))
			return true;
	}
	return false;
}

/* The class of a name by the word list; false if no word is in it. */
static bool
class_by_words(const char *name, StageClass *stage_class)
{
	for (int i = 0; i < lengthof(word_list); i++)
	{
		for (const char *const *word = word_list[i].words; *word != NULL; word++)
		{
			if (has_word(name, *word))
			{
				*stage_class = word_list[i].stage_class;
				return true;
			}
		}
	}
	return false;
}

/* A state while stages are put in order. */
typedef struct Proposal
{
	char	   *name;
	const ProposedState *state;
	uint32		median_rank;
	StageClass	stage_class;
	bool		by_words;
	const char *until;			/* a layer: the state that ends it */
} Proposal;

static int
compare_proposals(const void *a, const void *b)
{
	const Proposal *left = a;
	const Proposal *right = b;
	bool		left_ends = left->stage_class >= CLASS_DONE;
	bool		right_ends = right->stage_class >= CLASS_DONE;

	if (left_ends != right_ends)
		return left_ends ? 1 : -1;
	if (left_ends && left->stage_class != right->stage_class)
		return left->stage_class < right->stage_class ? -1 : 1;
	if (left->median_rank != right->median_rank)
		return left->median_rank < right->median_rank ? -1 : 1;
	return strcmp(left->name, right->name);
}

/* The lower median of the ranks at which items first entered a state. */
static uint32
median_rank(const ProposedState *state)
{
	uint32		seen = 0;
	uint32		rank = 0;

	while (rank < MAX_RANK - 1 && (seen += state->first_ranks[rank]) * 2 < state->items)
		rank++;
	return rank;
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
		proposals[begins].by_words = true;
		proposals[begins].until = proposals[ends].name;
		memmove(&proposals[ends], &proposals[ends + 1], sizeof(Proposal) * (count - ends - 1));
		count--;
	}
	return count;
}

/* Classes of names without a known word, from where the stage stands. */
static void
class_by_position(Proposal *proposals, int count)
{
	Proposal   *last = NULL;

	qsort(proposals, count, sizeof(Proposal), compare_proposals);
	for (int i = 0; i < count; i++)
	{
		if (proposals[i].stage_class == CLASS_DONE)
			return;				/* where the stream ends is known by name */
		if (proposals[i].stage_class != CLASS_BLOCKED && !proposals[i].by_words && i > 0 &&
			(last == NULL || proposals[i].state->ended > last->state->ended))
			last = &proposals[i];
	}
	if (last != NULL && last->state->ended > 0)
		last->stage_class = CLASS_DONE;
}

/* Final function: the draft, with a NOTICE to review it. NULL if there was no timeline. */
Datum
vsm_propose_workflow_finish(PG_FUNCTION_ARGS)
{
	proposed_hash *states;
	proposed_iterator iterator;
	ProposedState *state;
	Proposal   *proposals;
	WorkflowSource source = {0};
	InputError	error = {0};
	Workflow   *workflow;
	int			count = 0;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	states = (proposed_hash *) PG_GETARG_POINTER(0);
	proposals = palloc0(sizeof(Proposal) * (states->members + 1));
	proposed_start_iterate(states, &iterator);
	while ((state = proposed_iterate(states, &iterator)) != NULL)
	{
		Proposal   *proposal = &proposals[count];

		/* A stage needs a name, and one that is free. */
		proposal->name = pnstrdup(state->name.data, state->name.len);
		if (proposal->name[0] == '\0' || strcmp(proposal->name, UNMAPPED_STAGE_NAME) == 0)
			continue;
		proposal->state = state;
		proposal->median_rank = median_rank(state);
		proposal->by_words = class_by_words(proposal->name, &proposal->stage_class);
		if (!proposal->by_words)
			proposal->stage_class = proposal->median_rank == 0 ? CLASS_NEW : CLASS_ACTIVE;
		count++;
	}
	if (count == 0)
		PG_RETURN_NULL();
	count = find_layers(proposals, count);
	class_by_position(proposals, count);
	qsort(proposals, count, sizeof(Proposal), compare_proposals);

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
	ereport(NOTICE,
			(errmsg("the proposed workflow is a draft of %d stages", count),
			 errdetail("Stages stand in the order in which items first entered them; classes were guessed from names and positions."),
			 errhint("Review it, above all which stages are waiting, before you rely on its numbers.")));
	PG_RETURN_POINTER(workflow);
}
