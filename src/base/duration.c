/*
 * duration.c
 *		Intervals as microseconds and back.
 */
#include "postgres.h"

#include "base/compat.h"
#include "base/duration.h"
#include "base/time_range.h"
#include "common/int.h"
#include "utils/timestamp.h"

int64
duration_from_interval(const Interval *interval, const char *what)
{
	int64		microseconds;

#ifdef INTERVAL_NOT_FINITE
	if (INTERVAL_NOT_FINITE(interval))
		refuse_infinite(what);
#endif
	if (interval->month != 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s cannot be given in months", what),
				 errdetail("A month has no fixed length."),
				 errhint("Write it in days or smaller; a day is 24 hours.")));
	if (pg_mul_s64_overflow(interval->day, USECS_PER_DAY, &microseconds) ||
		pg_add_s64_overflow(microseconds, interval->time, &microseconds))
		interval_out_of_range();
	return microseconds;
}

int64
duration_not_negative(const Interval *interval, const char *what)
{
	int64		microseconds = duration_from_interval(interval, what);

	if (microseconds < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s cannot be negative", what)));
	return microseconds;
}

Interval *
duration_to_interval(int64 microseconds, bool in_days)
{
	Interval   *interval = palloc0(sizeof(Interval));

	if (in_days)
	{
		interval->day = microseconds / USECS_PER_DAY;
		microseconds %= USECS_PER_DAY;
	}
	interval->time = microseconds;
	return interval;
}
