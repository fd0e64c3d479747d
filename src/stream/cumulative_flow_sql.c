/*
 * cumulative_flow_sql.c
 *		vsm.cumulative_flow: how many items are in each stage at the end of each bucket of time,
 *		and how many came and went in it.
 *
 * The state is a table of what changes, not of what is: for each bucket and stage the visits
 * that began in it and those that ended in it, and one row before the first bucket for what
 * went on before. So an item costs its visits, whatever the number of buckets, and partial
 * states are added up. Sums over the buckets are made once, at the end.
 */
#include "postgres.h"

#include "base/compat.h"
#include "stream/group_state.h"
#include "item/item_sql.h"
#include "miscadmin.h"
#include "base/rows_sql.h"
#include "stream/time_buckets.h"
#include "timeline/timeline_io.h"
#include "base/timestamp_text.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

PG_FUNCTION_INFO_V1(vsm_cumulative_flow_state_in);
PG_FUNCTION_INFO_V1(vsm_cumulative_flow_state_out);
PG_FUNCTION_INFO_V1(vsm_cumulative_flow_add);
PG_FUNCTION_INFO_V1(vsm_cumulative_flow_combine);
PG_FUNCTION_INFO_V1(vsm_cumulative_flow_finish);

static const char *const aggregate_name = "cumulative_flow";

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
state_bounds(const CumulativeFlowState *state)
{
	return (int64 *) ((char *) state + state->bounds_offset);
}

static inline FlowCell *
state_cells(const CumulativeFlowState *state)
{
	return (FlowCell *) ((char *) state + state->cells_offset);
}

static inline const Workflow *
state_workflow(const CumulativeFlowState *state)
{
	return (const Workflow *) ((char *) state + state->workflow_offset);
}

/*----------
 * The core.
 *----------
 */

/* The zone of that name, or NULL. */
static pg_tz *
find_zone(const char *name)
{
	pg_tz	   *zone = name[0] == '\0' ? NULL : pg_tzset(name);

	return zone != NULL && pg_tz_acceptable(zone) ? zone : NULL;
}

/*
 * A row of the result takes at least so many bytes: header, bucket, place, two short texts and
 * three numbers. A table whose rows could not be returned is refused before it is filled.
 */
#define LEAST_ROW_SIZE	72

/* A state without items. Errors: 54000 if the table, or its rows, would take more than 1 GB. */
static CumulativeFlowState *
make_state(const Workflow *workflow, int64 since, int64 until, const Interval *step, pg_tz *zone)
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
	state = (CumulativeFlowState *) flat_state_new(size, size, CUMULATIVE_FLOW_KIND, GROUP_STATE_VERSION);
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
		memcpy(state_bounds(state), bounds, sizeof(int64) * (num_buckets + 1));
		pfree(bounds);
	}
	return state;
}

/* Counts the visits of one item, as it was known just before until. */
static void
add_item(CumulativeFlowState *state, const Timeline *timeline)
{
	FlowItem	item;
	const int64 *bounds = state_bounds(state);
	FlowCell   *row = state_cells(state);
	int			before = -1;

	if (state->num_buckets == 0 ||
		!item_read(&item, timeline, state_workflow(state), state->until - 1))
		return;
	for (int i = 0; i < item.num_visits; i++)
	{
		const ItemVisit *visit = &item.visits[i];
		int			column = visit->stage == UNMAPPED_STAGE ? state->num_columns - 1 : visit->stage;

		if (visit->entered_at >= state->since)
			row = state_cells(state) + (Size) state->num_columns *
				(time_bucket_of(bounds, state->num_buckets, state->density, visit->entered_at) + 1);
		flat_state_count(&row[column].arrived, 1, "visits");
		if (before >= 0)
			flat_state_count(&row[before].departed, 1, "visits");
		before = column;
	}
}

static void
add_state(CumulativeFlowState *state, const CumulativeFlowState *other)
{
	Size		num_cells = (Size) state->num_columns * (state->num_buckets + 1);
	FlowCell   *cells = state_cells(state);
	const FlowCell *others = state_cells(other);

	if (state->num_buckets == 0)
		return;
	for (Size i = 0; i < num_cells; i++)
	{
		flat_state_count(&cells[i].arrived, others[i].arrived, "visits");
		flat_state_count(&cells[i].departed, others[i].departed, "visits");
	}
}

/* The same configuration? Raises 22023 naming what differs. */
static void
check_config(const CumulativeFlowState *state, const Workflow *workflow, int64 since, int64 until,
			 const Interval *step)
{
	if (!group_same_value(state_workflow(state), workflow))
		group_config_differs(aggregate_name, "workflow");
	if (state->since != since)
		group_config_differs(aggregate_name, "since");
	if (state->until != until)
		group_config_differs(aggregate_name, "until");
	if (state->step.time != step->time || state->step.day != step->day ||
		state->step.month != step->month)
		group_config_differs(aggregate_name, "step");
}

/*----------
 * SQL.
 *----------
 */

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
	zone = find_zone(text_to_cstring(name));
	if (zone == NULL)
		refuse_zone(text_to_cstring(name));
	if (strcmp(state->zone, pg_get_timezone_name(zone)) != 0)
		group_config_differs(aggregate_name, "time_zone");
}

static CumulativeFlowState *
state_of_arguments(FunctionCallInfo fcinfo, const Workflow *workflow, bool has_zone)
{
	const char *zone_name = has_zone ? text_to_cstring(PG_GETARG_TEXT_PP(6)) : "UTC";
	pg_tz	   *zone = find_zone(zone_name);
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
	return make_state(workflow, PG_GETARG_TIMESTAMPTZ(3), PG_GETARG_TIMESTAMPTZ(4), step, zone);
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

	state = (CumulativeFlowState *) group_state_get(fcinfo, given, CUMULATIVE_FLOW_KIND, aggregate_name);
	if (!given)
		PG_RETURN_POINTER(state);
	workflow = workflow_argument(&item_call(fcinfo)->workflow, PG_GETARG_DATUM(2),
								 fcinfo->flinfo->fn_mcxt);
	if (state == NULL)
		state = state_of_arguments(fcinfo, workflow, has_zone);
	else
	{
		check_config(state, workflow, PG_GETARG_TIMESTAMPTZ(3), PG_GETARG_TIMESTAMPTZ(4),
					 PG_GETARG_INTERVAL_P(5));
		if (has_zone)
			check_zone(state, PG_GETARG_TEXT_PP(6));
	}
	if (!PG_ARGISNULL(1))
		add_item(state, PG_GETARG_TIMELINE(1));
	PG_RETURN_POINTER(state);
}

Datum
vsm_cumulative_flow_combine(PG_FUNCTION_ARGS)
{
	FlatState  *flat;
	const FlatState *other_flat;
	Datum		result;

	if (group_state_combine(fcinfo, CUMULATIVE_FLOW_KIND, aggregate_name, &flat, &other_flat, &result))
	{
		CumulativeFlowState *state = (CumulativeFlowState *) flat;
		const CumulativeFlowState *other = (const CumulativeFlowState *) other_flat;

		check_config(state, state_workflow(other), other->since, other->until, &other->step);
		if (strcmp(state->zone, other->zone) != 0)
			group_config_differs(aggregate_name, "time_zone");
		add_state(state, other);
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
	const Workflow *workflow = state_workflow(state);
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
		unmapped->shown = state_cells(state)[(Size) i * state->num_columns + state->num_columns - 1].arrived > 0;
	return columns;
}

/* The final function: vsm.cumulative_flow_row[], by bucket and place. */
Datum
vsm_cumulative_flow_finish(PG_FUNCTION_ARGS)
{
	const CumulativeFlowState *state;
	FlowColumn *columns;
	const FlowCell *cell;
	RowArray	result;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	state = (const CumulativeFlowState *) flat_state_peek(PG_GETARG_DATUM(0), CUMULATIVE_FLOW_KIND,
														  GROUP_STATE_VERSION);
	if (group_state_is_unknown(&state->flat))
		PG_RETURN_NULL();
	row_array_begin(fcinfo, &result, 64);
	if (state->num_buckets == 0)
		PG_RETURN_DATUM(row_array_end(&result));

	columns = make_columns(state);
	cell = state_cells(state);
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
			values[0] = TimestampTzGetDatum(state_bounds(state)[bucket]);
			values[1] = Int32GetDatum(i + 1);
			nulls[1] = i == state->num_columns - 1;
			values[2] = columns[i].stage;
			values[3] = columns[i].stage_class;
			values[4] = Int64GetDatum(columns[i].in_stage);
			values[5] = Int64GetDatum(cell->arrived);
			values[6] = Int64GetDatum(cell->departed);
			row_array_add(&result, values, nulls);
		}
		CHECK_FOR_INTERRUPTS();
	}
	PG_RETURN_DATUM(row_array_end(&result));
}

/*----------
 * The text form of the state: configuration, and the cells that are not 0 as
 * [row, column, arrived, departed].
 *----------
 */

static const char *const state_keys[] =
{"workflow", "since", "until", "step", "time_zone", "visits", NULL};

static void
append_timestamp(StringInfo buf, const char *key, int64 at)
{
	group_text_key(buf, key);
	appendStringInfoChar(buf, '"');
	timestamp_text_append(buf, at);
	appendStringInfoChar(buf, '"');
}

Datum
vsm_cumulative_flow_state_out(PG_FUNCTION_ARGS)
{
	const CumulativeFlowState *state = (const CumulativeFlowState *)
		flat_state_peek(PG_GETARG_DATUM(0), CUMULATIVE_FLOW_KIND, GROUP_STATE_VERSION);
	const FlowCell *cell;
	const char *separator = "";
	StringInfoData buf;

	if (group_state_is_unknown(&state->flat))
		PG_RETURN_CSTRING(pstrdup("null"));
	initStringInfo(&buf);
	appendStringInfoChar(&buf, '{');
	group_text_string(&buf, "workflow", workflow_to_json(state_workflow(state)));
	append_timestamp(&buf, "since", state->since);
	append_timestamp(&buf, "until", state->until);
	group_text_key(&buf, "step");
	appendStringInfo(&buf, "[%d,%d," INT64_FORMAT "]", state->step.month, state->step.day, state->step.time);
	group_text_string(&buf, "time_zone", state->zone);
	group_text_key(&buf, "visits");
	appendStringInfoChar(&buf, '[');
	cell = state_cells(state);
	for (int row = 0; state->num_buckets > 0 && row <= state->num_buckets; row++)
	{
		for (int column = 0; column < state->num_columns; column++, cell++)
		{
			if (cell->arrived == 0 && cell->departed == 0)
				continue;
			appendStringInfo(&buf, "%s[%d,%d," INT64_FORMAT "," INT64_FORMAT "]", separator,
							 row, column, cell->arrived, cell->departed);
			separator = ",";
		}
		CHECK_FOR_INTERRUPTS();
	}
	appendStringInfoString(&buf, "]}");
	PG_RETURN_CSTRING(buf.data);
}

static bool
read_cells(CumulativeFlowState *state, const JsonTree *array, InputError *error)
{
	if (array->type != JSON_TREE_ARRAY)
		return input_error(error, "\"visits\" must be an array, not %s.", json_tree_type_name(array));
	for (const JsonTree *node = array->first_child; node != NULL; node = node->next)
	{
		int64		numbers[4];
		FlowCell   *cell;

		if (!group_read_numbers(node, 4, numbers, error))
			return false;
		if (state->num_buckets == 0 || numbers[0] < 0 || numbers[0] > state->num_buckets ||
			numbers[1] < 0 || numbers[1] >= state->num_columns || numbers[2] < 0 || numbers[3] < 0)
			return input_error(error, "A member of \"visits\" is out of range.");
		cell = &state_cells(state)[numbers[0] * state->num_columns + numbers[1]];
		cell->arrived = numbers[2];
		cell->departed = numbers[3];
	}
	return true;
}

static FlatState *
parse_state(const JsonTree *object, InputError *error)
{
	Workflow   *workflow = group_read_workflow(json_tree_member(object, "workflow"), error);
	CumulativeFlowState *state;
	int64		since,
				until,
				numbers[3];
	Interval	step;
	const char *zone_name;
	pg_tz	   *zone;

	if (workflow == NULL ||
		!group_read_timestamp(json_tree_member(object, "since"), &since, error) ||
		!group_read_timestamp(json_tree_member(object, "until"), &until, error) ||
		!group_read_numbers(json_tree_member(object, "step"), 3, numbers, error) ||
		!group_read_string(json_tree_member(object, "time_zone"), &zone_name, error))
		return NULL;
	step.month = (int32) numbers[0];
	step.day = (int32) numbers[1];
	step.time = numbers[2];
	if (step.month != numbers[0] || step.day != numbers[1] || !time_buckets_valid_step(&step))
	{
		input_error(error, "The step is not positive, or out of range.");
		return NULL;
	}
	zone = find_zone(zone_name);
	if (zone == NULL)
	{
		input_error(error, "Time zone \"%s\" is not known.", zone_name);
		return NULL;
	}
	state = make_state(workflow, since, until, &step, zone);
	return read_cells(state, json_tree_member(object, "visits"), error) ? &state->flat : NULL;
}

Datum
vsm_cumulative_flow_state_in(PG_FUNCTION_ARGS)
{
	return group_state_in(fcinfo, "vsm.cumulative_flow_state", CUMULATIVE_FLOW_KIND, state_keys, parse_state);
}
