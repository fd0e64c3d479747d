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

#include "access/htup_details.h"
#include "base/compat.h"
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
PG_FUNCTION_INFO_V1(vsm_flow);

/* The time of an item on its clock, all of it and of which kind. */
typedef struct ClockTimes
{
	FlowTime	total;
	FlowTime	active;			/* active stages outside layers */
	FlowTime	blocked;		/* under at least one layer, whatever the stage */
} ClockTimes;

/*
 * The usual item: wall clock, nothing blocked. Its visits follow each other, so if the whole
 * time does not overflow no part of it does.
 */
static void
read_plain_times(const FlowItem *item, ClockTimes *times)
{
	int64		since = item->visits[item->start].entered_at;
	int64		until = item->end < item->num_visits ?
		item->visits[item->end].entered_at : item->until;
	bool		pause = item->workflow->reopen == REOPEN_PAUSE;
	int64		active = 0;
	int64		paused = 0;

	flow_time_add(&times->total, NULL, since, until);
	if (!times->total.known)
		return;
	for (int i = item->start; i < item->end; i++)
	{
		int64		left_at = item_left_at(item, i);

		if (item_is_active(item, i))
			active += left_at - item->visits[i].entered_at;
		else if (pause && item->visits[i].stopped)
			paused += left_at - item->visits[i].entered_at;
	}
	times->total.microseconds -= paused;
	times->active.microseconds = active;
}

/*
 * Sums the visits on the clock. Times of an item that has not started are 0, not unknown:
 * nothing of it is on the clock.
 */
static void
read_clock_times(const FlowItem *item, CalendarReader *calendar, ClockTimes *times)
{
	int			cursor = 0;

	memset(times, 0, sizeof(ClockTimes));
	times->total.known = true;
	if (item->start < 0)
		;
	else if (calendar == NULL && item->num_blocked == 0)
		read_plain_times(item, times);
	else
	{
		for (int i = item->start; i < item->end; i++)
		{
			int64		since = item->visits[i].entered_at;
			int64		until = item_left_at(item, i);
			FlowTime	visit = {true, 0};
			FlowTime	blocked = {true, 0};

			if (!item_on_clock(item, i))
				continue;
			flow_time_add(&visit, calendar, since, until);
			if (item->num_blocked > 0)
				flow_time_add_blocked(&blocked, calendar, item, since, until, &cursor);
			flow_time_sum(&times->total, visit);
			times->blocked.microseconds += blocked.microseconds;
			if (item_is_active(item, i))
				times->active.microseconds += visit.microseconds - blocked.microseconds;
		}
	}
	/* No partial sums: as long as the clock runs into the unknown, none of them is known. */
	times->active.known = times->blocked.known = times->total.known;
}

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
	return flow_time_interval(time.microseconds, calendar);
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
	read_clock_times(item, calendar, &times);
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
	FlowTime	time = {true, 0};

	if ((item = item_arguments(fcinfo, 3)) == NULL || item->outcome != OUTCOME_DONE)
		PG_RETURN_NULL();
	calendar = item_calendar(fcinfo, 2);
	flow_time_add(&time, calendar, item->visits[0].entered_at, item->visits[item->end].entered_at);
	return optional_interval(fcinfo, time, calendar);
}

Datum
vsm_backlog_time(PG_FUNCTION_ARGS)
{
	const FlowItem *item;
	CalendarReader *calendar;
	FlowTime	time = {true, 0};

	if ((item = item_arguments(fcinfo, 3)) == NULL || item->start < 0)
		PG_RETURN_NULL();
	calendar = item_calendar(fcinfo, 2);
	flow_time_add(&time, calendar, item->visits[0].entered_at, item->visits[item->start].entered_at);
	return optional_interval(fcinfo, time, calendar);
}

typedef enum ClockTimeKind
{
	ACTIVE_TIME,
	WAIT_TIME,
	BLOCKED_TIME
} ClockTimeKind;

static FlowTime
clock_time(const ClockTimes *times, ClockTimeKind kind)
{
	FlowTime	wait = times->total;

	wait.microseconds -= times->active.microseconds;
	return kind == ACTIVE_TIME ? times->active : kind == WAIT_TIME ? wait : times->blocked;
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
	read_clock_times(item, calendar, &times);
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

/* active / (active + wait); false if that is 0 or not known. */
static bool
efficiency(const ClockTimes *times, float8 *result)
{
	if (!times->total.known || times->total.microseconds == 0)
		return false;
	*result = (float8) times->active.microseconds / (float8) times->total.microseconds;
	return true;
}

Datum
vsm_flow_efficiency(PG_FUNCTION_ARGS)
{
	const FlowItem *item;
	ClockTimes	times;
	float8		result;

	if ((item = item_arguments(fcinfo, 3)) == NULL)
		PG_RETURN_NULL();
	read_clock_times(item, item_calendar(fcinfo, 2), &times);
	if (!efficiency(&times, &result))
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
	stage = item_stage_argument(workflow_argument(&item_call(fcinfo)->workflow,
												  PG_GETARG_DATUM(1), fcinfo->flinfo->fn_mcxt),
								PG_GETARG_TEXT_PP(2));
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
		set_field(fields, field, flow_time_interval(time.microseconds, calendar));
}

/* The time between two visits by the calendar. */
static FlowTime
time_between(const FlowItem *item, CalendarReader *calendar, int from, int to)
{
	FlowTime	time = {true, 0};

	flow_time_add(&time, calendar, item->visits[from].entered_at, item->visits[to].entered_at);
	return time;
}

static void
read_fields(const FlowItem *item, CalendarReader *calendar, FlowFields *fields)
{
	const ItemVisit *last = &item->visits[item->num_visits - 1];
	ClockTimes	times;
	float8		ratio;

	read_clock_times(item, calendar, &times);
	set_field(fields, FLOW_CREATED_AT, TimestampTzGetDatum(item->visits[0].entered_at));
	set_field(fields, FLOW_OUTCOME, CStringGetTextDatum(item_outcome_name(item->outcome)));
	if (item->start >= 0)
	{
		set_field(fields, FLOW_STARTED_AT,
				  TimestampTzGetDatum(item->visits[item->start].entered_at));
		set_time_field(fields, FLOW_BACKLOG_TIME,
					   time_between(item, calendar, 0, item->start), calendar);
	}
	if (item->outcome == OUTCOME_DONE)
	{
		set_field(fields, FLOW_FINISHED_AT,
				  TimestampTzGetDatum(item->visits[item->end].entered_at));
		set_time_field(fields, FLOW_FLOW_TIME, times.total, calendar);
		set_time_field(fields, FLOW_LEAD_TIME,
					   time_between(item, calendar, 0, item->end), calendar);
	}
	else if (item->outcome == OUTCOME_CANCELLED)
		set_field(fields, FLOW_CANCELLED_AT,
				  TimestampTzGetDatum(item->visits[item->end].entered_at));
	else if (item->outcome == OUTCOME_OPEN)
		set_time_field(fields, FLOW_ITEM_AGE, times.total, calendar);
	set_time_field(fields, FLOW_BLOCKED_TIME, times.blocked, calendar);
	set_time_field(fields, FLOW_ACTIVE_TIME, times.active, calendar);
	set_time_field(fields, FLOW_WAIT_TIME, clock_time(&times, WAIT_TIME), calendar);
	if (efficiency(&times, &ratio))
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

		if (get_call_result_type(fcinfo, NULL, &call->tupdesc) != TYPEFUNC_COMPOSITE)
			elog(ERROR, "return type must be a row type");
		call->tupdesc = BlessTupleDesc(CreateTupleDescCopy(call->tupdesc));
		MemoryContextSwitchTo(old);
	}
	memset(fields.nulls, true, sizeof(fields.nulls));
	read_fields(item, item_calendar(fcinfo, 2), &fields);
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(call->tupdesc, fields.values, fields.nulls)));
}
