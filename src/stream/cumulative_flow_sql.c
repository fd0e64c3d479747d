/*
 * cumulative_flow_sql.c
 *		The aggregate vsm.cumulative_flow: how many items are in each stage at the end of each
 *		bucket of time, and how many came and went in it.
 */
#include "postgres.h"

#include "base/compat.h"
#include "base/rows_sql.h"
#include "base/time_range.h"
#include "catalog/pg_type.h"
#include "common/int.h"
#include "item/item_sql.h"
#include "stream/cumulative_flow.h"
#include "stream/group_state_sql.h"
#include "stream/time_buckets.h"
#include "timeline/timeline_io.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"
#include "workflow/workflow_text.h"

PG_FUNCTION_INFO_V1(vsm_cumulative_flow_add);
PG_FUNCTION_INFO_V1(vsm_cumulative_flow_combine);
PG_FUNCTION_INFO_V1(vsm_cumulative_flow_finish);
PG_FUNCTION_INFO_V1(vsm_cumulative_flow_finish_stages);
PG_FUNCTION_INFO_V1(vsm_cumulative_flow_counts_add);

static void
refuse_zone(const char *name)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("time zone \"%s\" not recognized", name),
			 errhint("pg_timezone_names lists the time zones of this server.")));
}

static void
check_zone(const CumulativeFlowState *state, text *name)
{
	Size		len = VARSIZE_ANY_EXHDR(name);
	pg_tz	   *zone;

	if (strlen(state->zone) == len && memcmp(state->zone, VARDATA_ANY(name), len) == 0)
		return;
	/* Another spelling of the same zone is no difference. */
	zone = cumulative_flow_zone(text_to_cstring(name));
	if (zone == NULL)
		refuse_zone(text_to_cstring(name));
	if (strcmp(state->zone, pg_get_timezone_name(zone)) != 0)
		group_config_differs(CUMULATIVE_FLOW_NAME, "time_zone");
}

static CumulativeFlowState *
state_of_arguments(FunctionCallInfo fcinfo, const Workflow *workflow, bool has_zone)
{
	const char *zone_name = has_zone ? text_to_cstring(PG_GETARG_TEXT_PP(6)) : "UTC";
	pg_tz	   *zone = cumulative_flow_zone(zone_name);
	Interval   *step = PG_GETARG_INTERVAL_P(5);

	check_finite(PG_GETARG_TIMESTAMPTZ(3), "since");
	check_finite(PG_GETARG_TIMESTAMPTZ(4), "until");
	if (!time_buckets_valid_step(step))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("step must be positive"),
				 errdetail("The step is %s.",
						   DatumGetCString(DirectFunctionCall1(interval_out, IntervalPGetDatum(step)))),
				 errhint("Use for example interval '1 day'.")));
	if (zone == NULL)
		refuse_zone(zone_name);
	return cumulative_flow_new(workflow, PG_GETARG_TIMESTAMPTZ(3), PG_GETARG_TIMESTAMPTZ(4), step, zone);
}

/*
 * add(state, timeline, workflow, since, until, step [, time_zone]): transition function.
 * A NULL timeline is no item.
 */
Datum
vsm_cumulative_flow_add(PG_FUNCTION_ARGS)
{
	bool		has_zone = PG_NARGS() > 6;
	bool		given = !PG_ARGISNULL(2) && !PG_ARGISNULL(3) && !PG_ARGISNULL(4) &&
		!PG_ARGISNULL(5) && !(has_zone && PG_ARGISNULL(6));
	CumulativeFlowState *state;
	const Workflow *workflow;

	state = (CumulativeFlowState *) group_state_get(fcinfo, given, &cumulative_flow_format, CUMULATIVE_FLOW_NAME);
	if (!given)
		PG_RETURN_POINTER(state);
	workflow = item_workflow(fcinfo, 2);
	if (state == NULL)
		state = state_of_arguments(fcinfo, workflow, has_zone);
	else
	{
		cumulative_flow_check(state, workflow, PG_GETARG_TIMESTAMPTZ(3), PG_GETARG_TIMESTAMPTZ(4),
					 PG_GETARG_INTERVAL_P(5));
		if (has_zone)
			check_zone(state, PG_GETARG_TEXT_PP(6));
	}
	if (!PG_ARGISNULL(1))
		cumulative_flow_add_item(state, PG_GETARG_TIMELINE(1));
	PG_RETURN_POINTER(state);
}

Datum
vsm_cumulative_flow_combine(PG_FUNCTION_ARGS)
{
	FlatState  *flat;
	const FlatState *other_flat;
	Datum		result;

	if (group_state_combine(fcinfo, &cumulative_flow_format, CUMULATIVE_FLOW_NAME, &flat, &other_flat, &result))
	{
		CumulativeFlowState *state = (CumulativeFlowState *) flat;
		const CumulativeFlowState *other = (const CumulativeFlowState *) other_flat;

		cumulative_flow_check(state, cumulative_flow_workflow(other), other->since, other->until, &other->step);
		if (strcmp(state->zone, other->zone) != 0)
			group_config_differs(CUMULATIVE_FLOW_NAME, "time_zone");
		cumulative_flow_add_state(state, other);
	}
	if (result == (Datum) 0)
		PG_RETURN_NULL();
	PG_RETURN_DATUM(result);
}

/* What is the same in every row of a stage. */
typedef struct FlowColumn
{
	bool		shown;
	Datum		stage;
	Datum		stage_class;
	int64		in_stage;
} FlowColumn;

/* Stages but the blocked ones, and (unmapped) if it occurred. */
static FlowColumn *
make_columns(const CumulativeFlowState *state)
{
	const Workflow *workflow = cumulative_flow_workflow(state);
	const WorkflowStage *stages = workflow_stages(workflow);
	FlowColumn *columns = palloc0(sizeof(FlowColumn) * state->num_columns);
	FlowColumn *unmapped = &columns[state->num_columns - 1];

	for (int i = 0; i < workflow->num_stages; i++)
	{
		columns[i].shown = stages[i].stage_class != CLASS_BLOCKED;
		columns[i].stage = PointerGetDatum(cstring_to_text_with_len(workflow_text(workflow, stages[i].name),
																	stages[i].name.len));
		columns[i].stage_class = CStringGetTextDatum(stage_class_name(stages[i].stage_class));
	}
	unmapped->stage = CStringGetTextDatum(UNMAPPED_STAGE_NAME);
	unmapped->stage_class = CStringGetTextDatum(stage_class_name(CLASS_WAITING));
	for (int i = 0; i <= state->num_buckets && !unmapped->shown; i++)
		unmapped->shown = cumulative_flow_cells(state)[(Size) i * state->num_columns + state->num_columns - 1].arrived > 0;
	return columns;
}

/* The final function: vsm.cumulative_flow_row[], by bucket and place. */
Datum
vsm_cumulative_flow_finish(PG_FUNCTION_ARGS)
{
	const CumulativeFlowState *state;
	FlowColumn *columns;
	const FlowCell *cell;
	Rows		result;

	state = (const CumulativeFlowState *) group_state_final(fcinfo, &cumulative_flow_format);
	if (state == NULL)
		PG_RETURN_NULL();
	rows_begin_array(fcinfo, &result, 64);
	if (state->num_buckets == 0)
		return rows_end(&result);

	columns = make_columns(state);
	cell = cumulative_flow_cells(state);
	for (int i = 0; i < state->num_columns; i++, cell++)
		columns[i].in_stage = cell->arrived - cell->departed;
	for (int bucket = 0; bucket < state->num_buckets; bucket++)
	{
		for (int i = 0; i < state->num_columns; i++, cell++)
		{
			Datum		values[7];
			bool		nulls[7] = {false};

			if (!columns[i].shown)
				continue;
			flat_state_count(&columns[i].in_stage, cell->arrived - cell->departed, "visits");
			values[0] = TimestampTzGetDatum(cumulative_flow_bounds(state)[bucket]);
			values[1] = Int32GetDatum(i + 1);
			nulls[1] = i == state->num_columns - 1;
			values[2] = columns[i].stage;
			values[3] = columns[i].stage_class;
			values[4] = Int64GetDatum(columns[i].in_stage);
			values[5] = Int64GetDatum(cell->arrived);
			values[6] = Int64GetDatum(cell->departed);
			rows_add(&result, values, nulls);
		}
	}
	return rows_end(&result);
}

/*
 * The other final function, for who asks of some buckets only: vsm.cumulative_flow_stage[], by
 * place, with the numbers of all buckets in an array each. Elements of one size are found without a
 * look at those before.
 */
Datum
vsm_cumulative_flow_finish_stages(PG_FUNCTION_ARGS)
{
	const CumulativeFlowState *state;
	FlowColumn *columns;
	Size		size;
	ArrayType  *counts;
	Rows		result;

	state = (const CumulativeFlowState *) group_state_final(fcinfo, &cumulative_flow_format);
	if (state == NULL)
		PG_RETURN_NULL();
	rows_begin_array(fcinfo, &result, state->num_columns);
	if (state->num_buckets == 0)
		return rows_end(&result);

	columns = make_columns(state);
	size = ARR_OVERHEAD_NONULLS(1) + sizeof(int64) * 3 * (Size) state->num_buckets;
	counts = palloc0(size);
	SET_VARSIZE(counts, size);
	counts->ndim = 1;
	counts->elemtype = INT8OID;
	ARR_DIMS(counts)[0] = 3 * state->num_buckets;
	ARR_LBOUND(counts)[0] = 1;
	for (int i = 0; i < state->num_columns; i++)
	{
		const FlowCell *cell = cumulative_flow_cells(state) + i;
		int64	   *count = (int64 *) ARR_DATA_PTR(counts);
		Datum		values[4];
		bool		nulls[4] = {false};

		if (!columns[i].shown)
			continue;
		columns[i].in_stage = cell->arrived - cell->departed;
		for (int bucket = 0; bucket < state->num_buckets; bucket++)
		{
			cell += state->num_columns;
			flat_state_count(&columns[i].in_stage, cell->arrived - cell->departed, "visits");
			*count++ = columns[i].in_stage;
			*count++ = cell->arrived;
			*count++ = cell->departed;
		}
		values[0] = Int32GetDatum(i + 1);
		nulls[0] = i == state->num_columns - 1;
		values[1] = columns[i].stage;
		values[2] = columns[i].stage_class;
		values[3] = PointerGetDatum(counts);
		rows_add(&result, values, nulls);
	}
	return rows_end(&result);
}

/* add(state, counts): transition function, element by element. */
Datum
vsm_cumulative_flow_counts_add(PG_FUNCTION_ARGS)
{
	ArrayType  *state = AggCheckCallContext(fcinfo, NULL) ? PG_GETARG_ARRAYTYPE_P(0) : PG_GETARG_ARRAYTYPE_P_COPY(0);
	ArrayType  *other = PG_GETARG_ARRAYTYPE_P(1);
	int			length = ArrayGetNItems(ARR_NDIM(state), ARR_DIMS(state));
	int64	   *sums = (int64 *) ARR_DATA_PTR(state);
	const int64 *counts = (const int64 *) ARR_DATA_PTR(other);

	if (ARR_HASNULL(state) || ARR_HASNULL(other) || ArrayGetNItems(ARR_NDIM(other), ARR_DIMS(other)) != length)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("counts of different buckets cannot be added"),
				 errdetail("Arrays must have the same number of elements, none of which is null.")));
	for (int i = 0; i < length; i++)
		if (pg_add_s64_overflow(sums[i], counts[i], &sums[i]))
			ereport(ERROR,
					(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
					 errmsg("bigint out of range")));
	PG_RETURN_ARRAYTYPE_P(state);
}
