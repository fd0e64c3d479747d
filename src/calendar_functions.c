/*
 * calendar_functions.c
 *		What users ask of a calendar: working time, due dates, open periods.
 */
#include "postgres.h"

#include "calendar.h"
#include "common/int.h"
#include "compat.h"
#include "utils/timestamp.h"

PG_FUNCTION_INFO_V1(vsm_working_time);

static void
check_finite(TimestampTz at)
{
	if (TIMESTAMP_NOT_FINITE(at))
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("timestamp out of range"),
				 errdetail("Working time is counted between finite instants.")));
}

static Interval *
make_interval(int64 days, int64 microseconds)
{
	Interval   *interval = palloc0(sizeof(Interval));

	interval->day = days;
	interval->time = microseconds;
	return interval;
}

/* Wall-clock time like timestamptz - timestamptz: days of 24 hours, and the rest. */
static Interval *
wall_clock_interval(int64 microseconds)
{
	return make_interval(microseconds / USECS_PER_DAY, microseconds % USECS_PER_DAY);
}

Datum
vsm_working_time(PG_FUNCTION_ARGS)
{
	CalendarReader *reader;
	TimestampTz since;
	TimestampTz until;
	int64		span;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		PG_RETURN_NULL();
	since = PG_GETARG_TIMESTAMPTZ(0);
	until = PG_GETARG_TIMESTAMPTZ(1);
	check_finite(since);
	check_finite(until);
	reader = calendar_reader(fcinfo, 2);
	if (reader != NULL)
		PG_RETURN_INTERVAL_P(make_interval(0, calendar_working_time(reader, since, until)));
	if (pg_sub_s64_overflow(until, since, &span))
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("interval out of range")));
	PG_RETURN_INTERVAL_P(wall_clock_interval(span));
}
