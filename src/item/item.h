/*
 * item.h
 *		How one item went through its workflow: visits of stages, layers of blocking over them,
 *		and the clock.
 *
 * This is the one place where a timeline is interpreted. Every metric of an item is read off
 * the struct FlowItem that item_read fills, so all of them agree.
 */
#ifndef VSM_ITEM_H
#define VSM_ITEM_H

#include "base/period_list.h"
#include "timeline/timeline.h"
#include "workflow/workflow.h"

/* The stage of a visit whose states the workflow does not know. */
#define UNMAPPED_STAGE	(-1)

typedef struct ItemVisit
{
	int64		entered_at;		/* the next visit's is when it was left */
	int16		stage;			/* UNMAPPED_STAGE: unknown states */
	int16		mapped;			/* the stage, or for unmapped visits the one it follows; -1: none */
	uint8		stage_class;	/* StageClass of the stage; unmapped visits count as waiting */
	bool		stopped;		/* the mapped stage is done or cancelled: so the clock stands */
} ItemVisit;

/* A time under one layer. */
typedef struct ItemSpell
{
	int64		since;
	int64		until;			/* as FlowItem.until where it still holds */
	int16		layer;
	bool		holds;			/* it has not ended */
} ItemSpell;

typedef enum ItemOutcome
{
	OUTCOME_NEW,
	OUTCOME_OPEN,
	OUTCOME_DONE,
	OUTCOME_CANCELLED
} ItemOutcome;

/* The usual item needs no memory beyond the struct. */
#define ITEM_FEW	48

typedef struct FlowItem
{
	const Workflow *workflow;
	const WorkflowStage *stages;
	int64		until;			/* the running visit is measured up to here; PERIOD_UNBOUNDED: no as_of */

	ItemVisit  *visits;
	int			num_visits;		/* at least 1 */
	int			max_visits;

	ItemSpell  *spells;			/* in the order in which they ended, running ones last */
	int			num_spells;
	int			max_spells;
	Period	   *blocked;		/* their union: disjoint, in order */
	int			num_blocked;

	ItemOutcome outcome;
	int			start;			/* the visit at which the clock starts; -1: it has not */
	int			end;			/* the visit at which it stops; num_visits: it runs */
	int			rework;			/* moves to a lower place, leaving done or cancelled not counted */
	int			reopened;		/* moves from done or cancelled to new, active or waiting */
	int64		reopened_at;	/* the last of them; undefined if there is none */

	ItemVisit	few_visits[ITEM_FEW];
} FlowItem;

/*
 * Interprets a timeline up to and including as_of (PERIOD_UNBOUNDED: all of it) and returns
 * whether the item has a visit by then. Errors: 22023 for an unknown state under the rule
 * unmapped = error.
 */
extern bool item_read(FlowItem *item, const Timeline *timeline, const Workflow *workflow, int64 as_of);

/*
 * The same, remembering the item read last: the metrics of a row, one function call each,
 * walk its timeline once. The item is valid until the next call. NULL: it has no visit.
 */
extern const FlowItem *item_recall(const Timeline *timeline, const Workflow *workflow, int64 as_of);

/* When a visit was left; of the last one until. */
static inline int64
item_left_at(const FlowItem *item, int visit)
{
	return visit + 1 < item->num_visits ? item->visits[visit + 1].entered_at : item->until;
}

/* Whether states that the workflow does not know are visits: its rule unmapped. */
static inline bool
item_has_unmapped(const Workflow *workflow)
{
	return workflow->unmapped == UNMAPPED_WAITING;
}

/* Whether the clock of an item that was reopened later stands during a visit: its rule "pause". */
static inline bool
item_is_paused(const FlowItem *item, int visit)
{
	return item->visits[visit].stopped && item->workflow->reopen == REOPEN_PAUSE;
}

/* Whether the clock runs during a visit. */
static inline bool
item_on_clock(const FlowItem *item, int visit)
{
	return item->start >= 0 && visit >= item->start && visit < item->end &&
		!item_is_paused(item, visit);
}

/* Whether a visit is worked on while the clock runs and no layer holds. */
static inline bool
item_is_active(const FlowItem *item, int visit)
{
	return item->visits[visit].stage_class == CLASS_ACTIVE;
}

/*
 * Adds to list the parts of [since, until) that are blocked; cursor, 0 at first, remembers
 * the place for calls with growing since.
 */
extern void item_add_blocked(const FlowItem *item, int64 since, int64 until, int *cursor,
							 PeriodList *list);

/* Adds to list the times on the clock under one layer. */
extern void item_add_layer(const FlowItem *item, int layer, PeriodList *list);

/*
 * The number of the stage of that name, UNMAPPED_STAGE for (unmapped) under rule waiting; 22023
 * for any other.
 */
extern int	item_find_stage(const Workflow *workflow, const char *name, uint32 len);

/* The outcome in words. */
extern const char *item_outcome_name(ItemOutcome outcome);

#endif							/* VSM_ITEM_H */
