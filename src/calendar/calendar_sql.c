/*
 * calendar_sql.c
 *		What users ask of a calendar: working time, due dates, open periods.
 *
 * None is strict in the calendar: without one every instant is open (wall clock).
 */
#include "postgres.h"

#include "base/compat.h"
#include "base/duration.h"
#include "base/period_list_sql.h"
#include "base/time_range.h"
#include "calendar/calendar_io.h"
#include "catalog/pg_type_d.h"
#include "common/int.h"
#include "miscadmin.h"
#include "utils/multirangetypes.h"
#include "utils/rangetypes.h"
#include "utils/timestamp.h"
#include "utils/typcache.h"

/* Of one answer of working_periods: thousands of years, some 100 MB while it is made. */
#define MAX_WORKING_PERIODS	1000000

PG_FUNCTION_INFO_V1(vsm_working_time);
PG_FUNCTION_INFO_V1(vsm_working_time_multirange);
PG_FUNCTION_INFO_V1(vsm_add_working_time);
PG_FUNCTION_INFO_V1(vsm_is_working);
PG_FUNCTION_INFO_V1(vsm_working_periods);

/* Refuses a range one of whose bounds is infinity, which is not the same as none. */
static void
check_bounds(const RangeBound *lower, const RangeBound *upper)
{
	check_finite(DatumGetTimestampTz(lower->val), "the lower bound of a period");
	check_finite(DatumGetTimestampTz(upper->val), "the upper bound of a period");
}

/* From since to until, both finite, by the calendar, or by the wall clock if reader is NULL. */
static int64
time_between(CalendarReader *reader, TimestampTz since, TimestampTz until)
{
	int64		span;

	if (reader != NULL)
		return calendar_working_time(reader, since, until);
	if (pg_sub_s64_overflow(until, since, &span))
		interval_out_of_range();
	return span;
}

Datum
vsm_working_time(PG_FUNCTION_ARGS)
{
	CalendarReader *reader;
	int64		span;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		PG_RETURN_NULL();
	check_finite(PG_GETARG_TIMESTAMPTZ(0), "since");
	check_finite(PG_GETARG_TIMESTAMPTZ(1), "until");
	reader = calendar_reader(fcinfo, 2);
	span = time_between(reader, PG_GETARG_TIMESTAMPTZ(0), PG_GETARG_TIMESTAMPTZ(1));
	PG_RETURN_INTERVAL_P(duration_to_interval(span, reader == NULL));
}

/* The sum over the ranges; NULL while one has no bound, because it is not known yet. */
Datum
vsm_working_time_multirange(PG_FUNCTION_ARGS)
{
	TypeCacheEntry *range_type;
	CalendarReader *reader;
	MultirangeType *periods;
	RangeBound	lower;
	RangeBound	upper;
	int64		sum = 0;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	periods = PG_GETARG_MULTIRANGE_P(0);
	reader = calendar_reader(fcinfo, 1);
	range_type = lookup_type_cache(TSTZRANGEOID, TYPECACHE_RANGE_INFO);
	if (periods->rangeCount > 0)
	{
		multirange_get_bounds(range_type, periods, 0, &lower, &upper);
		if (lower.infinite)
			PG_RETURN_NULL();
		multirange_get_bounds(range_type, periods, periods->rangeCount - 1, &lower, &upper);
		if (upper.infinite)
			PG_RETURN_NULL();
	}
	for (uint32 i = 0; i < periods->rangeCount; i++)
	{
		int64		span;

		CHECK_FOR_INTERRUPTS();
		multirange_get_bounds(range_type, periods, i, &lower, &upper);
		check_bounds(&lower, &upper);
		span = time_between(reader, DatumGetTimestampTz(lower.val), DatumGetTimestampTz(upper.val));
		if (pg_add_s64_overflow(sum, span, &sum))
			interval_out_of_range();
	}
	PG_RETURN_INTERVAL_P(duration_to_interval(sum, reader == NULL));
}

Datum
vsm_add_working_time(PG_FUNCTION_ARGS)
{
	CalendarReader *reader;
	TimestampTz at;
	TimestampTz result;
	int64		amount;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		PG_RETURN_NULL();
	at = PG_GETARG_TIMESTAMPTZ(0);
	amount = duration_from_interval(PG_GETARG_INTERVAL_P(1), "working time");
	reader = calendar_reader(fcinfo, 2);
	check_finite(at, "at");
	if (reader == NULL)
	{
		if (pg_add_s64_overflow(at, amount, &result) || !IS_VALID_TIMESTAMP(result))
			timestamp_out_of_range();
	}
	else if (!calendar_add(reader, at, amount, &result))
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("timestamp out of range"),
				 amount > 0 ?
				 errdetail("The calendar does not have that much open time after the given instant.") :
				 errdetail("The calendar does not have that much open time before the given instant.")));
	PG_RETURN_TIMESTAMPTZ(result);
}

Datum
vsm_is_working(PG_FUNCTION_ARGS)
{
	CalendarReader *reader;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	check_finite(PG_GETARG_TIMESTAMPTZ(0), "at");
	reader = calendar_reader(fcinfo, 1);
	PG_RETURN_BOOL(reader == NULL || calendar_is_working(reader, PG_GETARG_TIMESTAMPTZ(0)));
}

static void
add_period(TimestampTz begin, TimestampTz end, void *context)
{
	PeriodList *list = context;

	if (list->count == MAX_WORKING_PERIODS)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("too many working periods"),
				 errdetail("The range has more than %d.", MAX_WORKING_PERIODS),
				 errhint("Ask for a shorter range.")));
	period_list_add(list, begin, end);
}

/* The open periods that meet the range, intersected with it as PostgreSQL does. */
Datum
vsm_working_periods(PG_FUNCTION_ARGS)
{
	TypeCacheEntry *range_type;
	CalendarReader *reader;
	PeriodList	list;
	RangeType  *range;
	RangeType **opened;
	RangeBound	lower;
	RangeBound	upper;
	int32		num_opened;
	bool		empty;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	range = PG_GETARG_RANGE_P(0);
	reader = calendar_reader(fcinfo, 1);
	range_type = lookup_type_cache(TSTZRANGEOID, TYPECACHE_RANGE_INFO);
	range_deserialize(range_type, range, &lower, &upper, &empty);
	if (reader == NULL || empty)
		PG_RETURN_MULTIRANGE_P(make_multirange(TSTZMULTIRANGEOID, range_type, 1, &range));
	if (lower.infinite || upper.infinite)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("working periods of an unbounded range"),
				 errdetail("A range without a bound has no end of working periods."),
				 errhint("Give the range both bounds.")));
	check_bounds(&lower, &upper);

	/* One microsecond more shows whether an inclusive upper bound is open. */
	period_list_init(&list);
	calendar_visit_periods(reader, DatumGetTimestampTz(lower.val),
						   DatumGetTimestampTz(upper.val) + 1, add_period, &list);
	multirange_deserialize(range_type,
						   DatumGetMultirangeTypeP(period_list_to_multirange(&list)),
						   &num_opened, &opened);
	PG_RETURN_MULTIRANGE_P(multirange_intersect_internal(TSTZMULTIRANGEOID, range_type,
														 num_opened, opened, 1, &range));
}
