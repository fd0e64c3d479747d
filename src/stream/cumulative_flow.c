/*
 * cumulative_flow.c
 *		The state of vsm.cumulative_flow.
 */
#include "postgres.h"

#include "base/compat.h"
#include "item/item.h"
#include "miscadmin.h"
#include "stream/cumulative_flow.h"
#include "stream/time_buckets.h"
#include "utils/memutils.h"

const FlatFormat cumulative_flow_format = {"vsm.cumulative_flow_state", CUMULATIVE_FLOW_KIND, GROUP_STATE_VERSION};

pg_tz *
cumulative_flow_zone(const char *name)
{
	pg_tz	   *zone = name[0] == '\0' ? NULL : pg_tzset(name);

	return zone != NULL && pg_tz_acceptable(zone) ? zone : NULL;
}

/*
 * A row of the result takes at least so many bytes: header, bucket, place, two short texts and
 * three numbers. A table whose rows could not be returned is refused before it is filled.
 */
#define LEAST_ROW_SIZE	72

CumulativeFlowState *
cumulative_flow_new(const Workflow *workflow, int64 since, int64 until, const Interval *step, pg_tz *zone)
{
	const char *zone_name = pg_get_timezone_name(zone);
	Size		workflow_offset = MAXALIGN(offsetof(CumulativeFlowState, zone) + strlen(zone_name) + 1);
	Size		bounds_offset = MAXALIGN(workflow_offset + VARSIZE(workflow));
	int			num_columns = workflow->num_stages + 1;
	Size		bucket_size = sizeof(int64) + sizeof(FlowCell) * num_columns;
	Size		rows_size = LEAST_ROW_SIZE * (Size) (workflow->num_stages - workflow->num_layers);
	int			num_buckets;
	int64	   *bounds;
	Size		cells_offset;
	Size		size;
	CumulativeFlowState *state;

	bounds = time_buckets(since, until, step, zone,
						  (MaxAllocSize - bounds_offset - 2 * bucket_size) / Max(bucket_size, rows_size),
						  &num_buckets);
	cells_offset = bounds_offset + (num_buckets > 0 ? sizeof(int64) * (num_buckets + 1) : 0);
	size = cells_offset + (num_buckets > 0 ? sizeof(FlowCell) * num_columns * (num_buckets + 1) : 0);
	state = (CumulativeFlowState *) flat_state_new(size, size, &cumulative_flow_format);
	state->num_buckets = num_buckets;
	state->num_columns = num_columns;
	state->since = since;
	state->until = until;
	state->step.time = step->time;
	state->step.day = step->day;
	state->step.month = step->month;
	state->density = time_buckets_density(bounds, num_buckets);
	state->workflow_offset = workflow_offset;
	state->bounds_offset = bounds_offset;
	state->cells_offset = cells_offset;
	strcpy(state->zone, zone_name);
	memcpy((char *) state + workflow_offset, workflow, VARSIZE(workflow));
	if (num_buckets > 0)
	{
		memcpy(cumulative_flow_bounds(state), bounds, sizeof(int64) * (num_buckets + 1));
		pfree(bounds);
	}
	return state;
}

void
cumulative_flow_add_item(CumulativeFlowState *state, const Timeline *timeline)
{
	FlowItem	item;
	const int64 *bounds = cumulative_flow_bounds(state);
	FlowCell   *row = cumulative_flow_cells(state);
	int			before = -1;

	if (state->num_buckets == 0 ||
		!item_read(&item, timeline, cumulative_flow_workflow(state), state->until - 1))
		return;
	for (int i = 0; i < item.num_visits; i++)
	{
		const ItemVisit *visit = &item.visits[i];
		int			column = visit->stage == UNMAPPED_STAGE ? state->num_columns - 1 : visit->stage;

		if (visit->entered_at >= state->since)
			row = cumulative_flow_cells(state) + (Size) state->num_columns *
				(time_bucket_of(bounds, state->num_buckets, state->density, visit->entered_at) + 1);
		flat_state_count(&row[column].arrived, 1, "visits");
		if (before >= 0)
			flat_state_count(&row[before].departed, 1, "visits");
		before = column;
		if (unlikely((i & 0xfff) == 0xfff))
			CHECK_FOR_INTERRUPTS();
	}
}

void
cumulative_flow_add_state(CumulativeFlowState *state, const CumulativeFlowState *other)
{
	Size		num_cells = (Size) state->num_columns * (state->num_buckets + 1);
	FlowCell   *cells = cumulative_flow_cells(state);
	const FlowCell *others = cumulative_flow_cells(other);

	if (state->num_buckets == 0)
		return;
	for (Size i = 0; i < num_cells; i++)
	{
		flat_state_count(&cells[i].arrived, others[i].arrived, "visits");
		flat_state_count(&cells[i].departed, others[i].departed, "visits");
	}
}

void
cumulative_flow_check(const CumulativeFlowState *state, const Workflow *workflow, int64 since, int64 until,
			 const Interval *step)
{
	if (!group_same_value(cumulative_flow_workflow(state), workflow))
		group_config_differs(CUMULATIVE_FLOW_NAME, "workflow");
	if (state->since != since)
		group_config_differs(CUMULATIVE_FLOW_NAME, "since");
	if (state->until != until)
		group_config_differs(CUMULATIVE_FLOW_NAME, "until");
	if (state->step.time != step->time || state->step.day != step->day ||
		state->step.month != step->month)
		group_config_differs(CUMULATIVE_FLOW_NAME, "step");
}
