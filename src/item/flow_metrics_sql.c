/*
 * flow_metrics_sql.c
 *		Metrics of one item: SQL functions that answer with one value each, and vsm.flow, which
 *		answers with all of them.
 *
 * Arguments are (timeline, workflow, calendar, as_of) where time is measured and (timeline,
 * workflow, as_of) for the rest. A metric is NULL where it is not so or not known: for an
 * open item without as_of the time of its running visit is not known, and no metric is ever
 * a sum of the rest.
 */
#include "postgres.h"

#include "base/compat.h"
#include "base/rows_sql.h"
#include "item/flow_metrics.h"
#include "item/item_sql.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

PG_FUNCTION_INFO_V1(vsm_created_at);
PG_FUNCTION_INFO_V1(vsm_started_at);
PG_FUNCTION_INFO_V1(vsm_finished_at);
PG_FUNCTION_INFO_V1(vsm_cancelled_at);
PG_FUNCTION_INFO_V1(vsm_outcome);
PG_FUNCTION_INFO_V1(vsm_flow_time);
PG_FUNCTION_INFO_V1(vsm_lead_time);
PG_FUNCTION_INFO_V1(vsm_backlog_time);
PG_FUNCTION_INFO_V1(vsm_item_age);
PG_FUNCTION_INFO_V1(vsm_blocked_time);
PG_FUNCTION_INFO_V1(vsm_active_time);
PG_FUNCTION_INFO_V1(vsm_wait_time);
PG_FUNCTION_INFO_V1(vsm_flow_efficiency);
PG_FUNCTION_INFO_V1(vsm_stage_time);
PG_FUNCTION_INFO_V1(vsm_rework);
PG_FUNCTION_INFO_V1(vsm_reopened);
PG_FUNCTION_INFO_V1(vsm_first_finished_at);
PG_FUNCTION_INFO_V1(vsm_reopened_at);
PG_FUNCTION_INFO_V1(vsm_flow);

/*----------
 * Times of day.
 *----------
 */

static Datum
optional_time(FunctionCallInfo fcinfo, bool is_so, int64 at)
{
	if (!is_so)
		PG_RETURN_NULL();
	PG_RETURN_TIMESTAMPTZ(at);
}

Datum
vsm_created_at(PG_FUNCTION_ARGS)
{
	const FlowItem *item;

	if ((item = item_arguments(fcinfo, 2)) == NULL)
		PG_RETURN_NULL();
	PG_RETURN_TIMESTAMPTZ(item->visits[0].entered_at);
}

Datum
vsm_started_at(PG_FUNCTION_ARGS)
{
	const FlowItem *item;

	if ((item = item_arguments(fcinfo, 2)) == NULL)
		PG_RETURN_NULL();
	return optional_time(fcinfo, item->start >= 0, item->visits[Max(item->start, 0)].entered_at);
}

/* When the item finished with that outcome. */
static Datum
ended_at(FunctionCallInfo fcinfo, ItemOutcome outcome)
{
	const FlowItem *item;

	if ((item = item_arguments(fcinfo, 2)) == NULL || item->outcome != outcome)
		PG_RETURN_NULL();
	PG_RETURN_TIMESTAMPTZ(item->visits[item->end].entered_at);
}

Datum
vsm_finished_at(PG_FUNCTION_ARGS)
{
	return ended_at(fcinfo, OUTCOME_DONE);
}

Datum
vsm_cancelled_at(PG_FUNCTION_ARGS)
{
	return ended_at(fcinfo, OUTCOME_CANCELLED);
}

Datum
vsm_first_finished_at(PG_FUNCTION_ARGS)
{
	const FlowItem *item;

	if ((item = item_arguments(fcinfo, 2)) == NULL)
		PG_RETURN_NULL();
	for (int i = 0; i < item->num_visits; i++)
	{
		if (item->visits[i].stage_class == CLASS_DONE)
			PG_RETURN_TIMESTAMPTZ(item->visits[i].entered_at);
	}
	PG_RETURN_NULL();
}

Datum
vsm_reopened_at(PG_FUNCTION_ARGS)
{
	const FlowItem *item;

	if ((item = item_arguments(fcinfo, 2)) == NULL || item->reopened == 0)
		PG_RETURN_NULL();
	return optional_time(fcinfo, true, item->reopened_at);
}

Datum
vsm_outcome(PG_FUNCTION_ARGS)
{
	const FlowItem *item;

	if ((item = item_arguments(fcinfo, 2)) == NULL)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text(item_outcome_name(item->outcome)));
}

/*----------
 * Amounts of time.
 *----------
 */

static Datum
optional_interval(FunctionCallInfo fcinfo, FlowTime time, CalendarReader *calendar)
{
	if (!time.known)
		PG_RETURN_NULL();
	return flow_time_interval(time, calendar);
}

/* The whole time on the clock, for items of one outcome. */
static Datum
total_time(FunctionCallInfo fcinfo, ItemOutcome outcome)
{
	const FlowItem *item;
	CalendarReader *calendar;
	ClockTimes	times;

	if ((item = item_arguments(fcinfo, 3)) == NULL || item->outcome != outcome)
		PG_RETURN_NULL();
	calendar = item_calendar(fcinfo, 2);
	clock_times_read(item, calendar, &times);
	return optional_interval(fcinfo, times.total, calendar);
}

Datum
vsm_flow_time(PG_FUNCTION_ARGS)
{
	return total_time(fcinfo, OUTCOME_DONE);
}

Datum
vsm_item_age(PG_FUNCTION_ARGS)
{
	return total_time(fcinfo, OUTCOME_OPEN);
}

Datum
vsm_lead_time(PG_FUNCTION_ARGS)
{
	const FlowItem *item;
	CalendarReader *calendar;

	if ((item = item_arguments(fcinfo, 3)) == NULL || item->outcome != OUTCOME_DONE)
		PG_RETURN_NULL();
	calendar = item_calendar(fcinfo, 2);
	return optional_interval(fcinfo, item_time_between(item, calendar, 0, item->end), calendar);
}

Datum
vsm_backlog_time(PG_FUNCTION_ARGS)
{
	const FlowItem *item;
	CalendarReader *calendar;

	if ((item = item_arguments(fcinfo, 3)) == NULL || item->start < 0)
		PG_RETURN_NULL();
	calendar = item_calendar(fcinfo, 2);
	return optional_interval(fcinfo, item_time_between(item, calendar, 0, item->start), calendar);
}

static Datum
one_clock_time(FunctionCallInfo fcinfo, ClockTimeKind kind)
{
	const FlowItem *item;
	CalendarReader *calendar;
	ClockTimes	times;

	if ((item = item_arguments(fcinfo, 3)) == NULL)
		PG_RETURN_NULL();
	calendar = item_calendar(fcinfo, 2);
	clock_times_read(item, calendar, &times);
	return optional_interval(fcinfo, clock_time(&times, kind), calendar);
}

Datum
vsm_active_time(PG_FUNCTION_ARGS)
{
	return one_clock_time(fcinfo, ACTIVE_TIME);
}

Datum
vsm_wait_time(PG_FUNCTION_ARGS)
{
	return one_clock_time(fcinfo, WAIT_TIME);
}

Datum
vsm_blocked_time(PG_FUNCTION_ARGS)
{
	return one_clock_time(fcinfo, BLOCKED_TIME);
}

Datum
vsm_flow_efficiency(PG_FUNCTION_ARGS)
{
	const FlowItem *item;
	ClockTimes	times;
	float8		result;

	if ((item = item_arguments(fcinfo, 3)) == NULL)
		PG_RETURN_NULL();
	clock_times_read(item, item_calendar(fcinfo, 2), &times);
	if (!flow_efficiency(&times, &result))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(result);
}

/* stage_time(timeline, workflow, stage, calendar, as_of) */
Datum
vsm_stage_time(PG_FUNCTION_ARGS)
{
	const FlowItem *item;
	CalendarReader *calendar;
	int			stage;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1) || PG_ARGISNULL(2))
		PG_RETURN_NULL();
	/* An unknown stage is an error whatever the item, so it is looked for first. */
	stage = item_stage_argument(item_workflow(fcinfo, 1), PG_GETARG_TEXT_PP(2));
	if ((item = item_arguments(fcinfo, 4)) == NULL)
		PG_RETURN_NULL();
	calendar = item_calendar(fcinfo, 3);
	return optional_interval(fcinfo, item_stage_time(item, calendar, stage), calendar);
}

/*----------
 * Counts.
 *----------
 */

Datum
vsm_rework(PG_FUNCTION_ARGS)
{
	const FlowItem *item;

	if ((item = item_arguments(fcinfo, 2)) == NULL)
		PG_RETURN_NULL();
	PG_RETURN_INT32(item->rework);
}

Datum
vsm_reopened(PG_FUNCTION_ARGS)
{
	const FlowItem *item;

	if ((item = item_arguments(fcinfo, 2)) == NULL)
		PG_RETURN_NULL();
	PG_RETURN_INT32(item->reopened);
}

/*----------
 * All of them in one walk.
 *----------
 */

/* The fields of the composite type vsm.flow, in its order. */
enum
{
	FLOW_CREATED_AT,
	FLOW_STARTED_AT,
	FLOW_FINISHED_AT,
	FLOW_CANCELLED_AT,
	FLOW_OUTCOME,
	FLOW_FLOW_TIME,
	FLOW_LEAD_TIME,
	FLOW_BACKLOG_TIME,
	FLOW_ITEM_AGE,
	FLOW_BLOCKED_TIME,
	FLOW_ACTIVE_TIME,
	FLOW_WAIT_TIME,
	FLOW_FLOW_EFFICIENCY,
	FLOW_REWORK,
	FLOW_REOPENED,
	FLOW_STAGE,
	FLOW_STAGE_ENTERED_AT,
	NUM_FLOW_FIELDS
};

typedef struct FlowFields
{
	Datum		values[NUM_FLOW_FIELDS];
	bool		nulls[NUM_FLOW_FIELDS];
} FlowFields;

static void
set_field(FlowFields *fields, int field, Datum value)
{
	fields->values[field] = value;
	fields->nulls[field] = false;
}

static void
set_time_field(FlowFields *fields, int field, FlowTime time, CalendarReader *calendar)
{
	if (time.known)
		set_field(fields, field, flow_time_interval(time, calendar));
}

static void
read_fields(const FlowItem *item, CalendarReader *calendar, FlowFields *fields)
{
	const ItemVisit *last = &item->visits[item->num_visits - 1];
	ClockTimes	times;
	float8		ratio;

	clock_times_read(item, calendar, &times);
	set_field(fields, FLOW_CREATED_AT, TimestampTzGetDatum(item->visits[0].entered_at));
	set_field(fields, FLOW_OUTCOME, CStringGetTextDatum(item_outcome_name(item->outcome)));
	if (item->start >= 0)
	{
		set_field(fields, FLOW_STARTED_AT,
				  TimestampTzGetDatum(item->visits[item->start].entered_at));
		set_time_field(fields, FLOW_BACKLOG_TIME,
					   item_time_between(item, calendar, 0, item->start), calendar);
	}
	if (item->outcome == OUTCOME_DONE)
	{
		set_field(fields, FLOW_FINISHED_AT,
				  TimestampTzGetDatum(item->visits[item->end].entered_at));
		set_time_field(fields, FLOW_FLOW_TIME, times.total, calendar);
		set_time_field(fields, FLOW_LEAD_TIME,
					   item_time_between(item, calendar, 0, item->end), calendar);
	}
	else if (item->outcome == OUTCOME_CANCELLED)
		set_field(fields, FLOW_CANCELLED_AT,
				  TimestampTzGetDatum(item->visits[item->end].entered_at));
	else if (item->outcome == OUTCOME_OPEN)
		set_time_field(fields, FLOW_ITEM_AGE, times.total, calendar);
	set_time_field(fields, FLOW_BLOCKED_TIME, times.blocked, calendar);
	set_time_field(fields, FLOW_ACTIVE_TIME, times.active, calendar);
	set_time_field(fields, FLOW_WAIT_TIME, clock_time(&times, WAIT_TIME), calendar);
	if (flow_efficiency(&times, &ratio))
		set_field(fields, FLOW_FLOW_EFFICIENCY, Float8GetDatum(ratio));
	set_field(fields, FLOW_REWORK, Int32GetDatum(item->rework));
	set_field(fields, FLOW_REOPENED, Int32GetDatum(item->reopened));
	set_field(fields, FLOW_STAGE, item_stage_text(item, last->stage));
	set_field(fields, FLOW_STAGE_ENTERED_AT, TimestampTzGetDatum(last->entered_at));
}

/* flow(timeline, workflow, calendar, as_of) -> vsm.flow */
Datum
vsm_flow(PG_FUNCTION_ARGS)
{
	const FlowItem *item;
	FlowFields	fields;
	ItemCall   *call;

	if ((item = item_arguments(fcinfo, 3)) == NULL)
		PG_RETURN_NULL();
	call = item_call(fcinfo);
	if (call->tupdesc == NULL)
	{
		MemoryContext old = MemoryContextSwitchTo(fcinfo->flinfo->fn_mcxt);

		call->tupdesc = row_type(fcinfo);
		MemoryContextSwitchTo(old);
	}
	memset(fields.nulls, true, sizeof(fields.nulls));
	read_fields(item, item_calendar(fcinfo, 2), &fields);
	return row_make(call->tupdesc, fields.values, fields.nulls);
}
