/*
 * cumulative_flow.h
 *		How many items are in each stage at the end of each bucket of time, and how many came and
 *		went in it: the state of vsm.cumulative_flow.
 *
 * The state is a table of what changes, not of what is: for each bucket and stage the visits
 * that began in it and those that ended in it, and one row before the first bucket for what
 * went on before. So an item costs its visits, whatever the number of buckets, and partial
 * states are added up. Sums over the buckets are made once, at the end.
 */
#ifndef VSM_CUMULATIVE_FLOW_H
#define VSM_CUMULATIVE_FLOW_H

#include "datatype/timestamp.h"
#include "pgtime.h"
#include "stream/group_state.h"
#include "timeline/timeline.h"
#include "workflow/workflow.h"

/* Visits of one stage that began, and that ended, in one bucket. */
typedef struct FlowCell
{
	int64		arrived;
	int64		departed;
} FlowCell;

typedef struct CumulativeFlowState
{
	FlatState	flat;
	int32		num_buckets;
	int32		num_columns;	/* the stages, and (unmapped) */
	int64		since;
	int64		until;
	Interval	step;
	double		density;		/* of the buckets; see time_buckets_density */
	uint32		bounds_offset;	/* int64[num_buckets + 1], if there are buckets */
	uint32		cells_offset;	/* FlowCell[num_buckets + 1][num_columns]; row 0: before since */
	uint32		workflow_offset;
	char		zone[FLEXIBLE_ARRAY_MEMBER];	/* its name, terminated */
} CumulativeFlowState;

static inline int64 *
cumulative_flow_bounds(const CumulativeFlowState *state)
{
	return (int64 *) ((char *) state + state->bounds_offset);
}

static inline FlowCell *
cumulative_flow_cells(const CumulativeFlowState *state)
{
	return (FlowCell *) ((char *) state + state->cells_offset);
}

static inline const Workflow *
cumulative_flow_workflow(const CumulativeFlowState *state)
{
	return (const Workflow *) ((char *) state + state->workflow_offset);
}

/* What a state is checked for. */
extern const FlatFormat cumulative_flow_format;

/* The zone of that name, or NULL. */
extern pg_tz *cumulative_flow_zone(const char *name);

/*
 * A state without items; step is positive (time_buckets_valid_step). 54000 if the table, or its
 * rows, would take more than 1 GB.
 */
extern CumulativeFlowState *cumulative_flow_new(const Workflow *workflow, int64 since, int64 until,
												const Interval *step, pg_tz *zone);

/* Counts the visits of one item, as it was known just before until. */
extern void cumulative_flow_add_item(CumulativeFlowState *state, const Timeline *timeline);

/* Adds what another state of the same configuration counted, of other items. */
extern void cumulative_flow_add_state(CumulativeFlowState *state, const CumulativeFlowState *other);

/* The same configuration, the zone apart? Raises 22023 naming what differs. */
extern void cumulative_flow_check(const CumulativeFlowState *state, const Workflow *workflow,
								  int64 since, int64 until, const Interval *step);

/* The name of the aggregate in messages. */
#define CUMULATIVE_FLOW_NAME	"cumulative_flow"

#endif							/* VSM_CUMULATIVE_FLOW_H */
