/*
 * propose_workflow.c
 *		A draft of a workflow from what items do: stages, their order and their classes.
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

#include "workflow/propose_workflow.h"

/* Another end than the most usual one has at least these shares of its items and of all. */
#define NEARLY_ALL	0.9
#define A_SHARE		0.05

/* The most usual end has at least this share of all. */
#define AN_END		0.1

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

bool
proposals_have_class(const Proposal *proposals, int count, StageClass stage_class)
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

	if (proposals_have_class(proposals, count, CLASS_DONE))
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
	return !named || !(proposals_have_class(proposals, count, CLASS_ACTIVE) || proposals_have_class(proposals, count, CLASS_WAITING));
}

void
propose_stage(Proposal *proposal, char *name, const ProposedState *state)
{
	proposal->name = name;
	proposal->state = state;
	proposal->median_rank = median_rank(state);
	proposal->mean_rank = mean_rank(state);
	class_by_words(proposal);
}

int
propose_classes(Proposal *proposals, int count, uint64 items, StartRule *start)
{
	count = find_layers(proposals, count);
	class_by_position(proposals, count, items);
	qsort(proposals, count, sizeof(Proposal), compare_proposals);
	*start = starts_with_creation(proposals, count) ? START_CREATED : START_COMMITTED;
	return count;
}
