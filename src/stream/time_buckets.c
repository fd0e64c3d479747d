/*
 * time_buckets.c
 *		Buckets of time: local since + k * step in a time zone, the last one cut at until.
 */
#include "postgres.h"

#include "base/compat.h"
#include "base/time_range.h"
#include "common/int.h"
#include "miscadmin.h"
#include "stream/time_buckets.h"
#include "utils/datetime.h"
#include "utils/timestamp.h"

bool
time_buckets_valid_step(const Interval *step)
{
	/* As PostgreSQL compares intervals: a month has 30 days, a day 24 hours. */
	int64		days = (int64) step->month * DAYS_PER_MONTH + step->day + step->time / USECS_PER_DAY;

	return days > 0 || (days == 0 && step->time % USECS_PER_DAY > 0);
}

/* Local time of an instant, as a timestamp without time zone; false if out of range. */
static bool
to_local(int64 at, pg_tz *zone, int64 *local)
{
	struct pg_tm tm;
	fsec_t		fsec;
	int			offset;

	return timestamp2tm(at, &offset, &tm, &fsec, NULL, zone) == 0 &&
		tm2timestamp(&tm, fsec, NULL, local) == 0;
}

/* The instant of a local time, as AT TIME ZONE has it; false if out of range. */
static bool
to_instant(int64 local, pg_tz *zone, int64 *at)
{
	struct pg_tm tm;
	fsec_t		fsec;

	if (timestamp2tm(local, NULL, &tm, &fsec, NULL, NULL) != 0)
		return false;
	return !pg_add_s64_overflow(local, DetermineTimeZoneOffset(&tm, zone) * USECS_PER_SEC, at) &&
		IS_VALID_TIMESTAMP(*at);
}

/* A local time k months later; a day that the month does not have becomes its last. */
static bool
add_months(int64 *local, int64 months)
{
	struct pg_tm tm;
	fsec_t		fsec;
	int64		month;
	int64		year;

	if (months == 0)
		return true;
	if (timestamp2tm(*local, NULL, &tm, &fsec, NULL, NULL) != 0)
		return false;
	month = (int64) tm.tm_year * MONTHS_PER_YEAR + tm.tm_mon - 1 + months;
	year = month / MONTHS_PER_YEAR - (month % MONTHS_PER_YEAR < 0);
	if (year < JULIAN_MINYEAR || year > JULIAN_MAXYEAR)
		return false;
	tm.tm_year = (int) year;
	tm.tm_mon = (int) (month - year * MONTHS_PER_YEAR) + 1;
	tm.tm_mday = Min(tm.tm_mday, day_tab[isleap(tm.tm_year)][tm.tm_mon - 1]);
	return tm2timestamp(&tm, fsec, NULL, local) == 0;
}

/* Local since + k * step as an instant; false if that is beyond what a timestamp can be. */
static bool
bound_of(int64 local_since, const Interval *step, int64 k, pg_tz *zone, int64 *bound)
{
	int64		local = local_since;
	int64		days,
				time;

	if (!add_months(&local, step->month * k) ||
		pg_mul_s64_overflow(step->day * k, USECS_PER_DAY, &days) ||
		pg_add_s64_overflow(local, days, &local) ||
		pg_mul_s64_overflow(step->time, k, &time) ||
		pg_add_s64_overflow(local, time, &local) ||
		!IS_VALID_TIMESTAMP(local))
		return false;
	if (zone == NULL)
	{
		*bound = local;
		return true;
	}
	return to_instant(local, zone, bound);
}

int64 *
time_buckets(int64 since, int64 until, const Interval *step, pg_tz *zone,
			 int max_buckets, int *num_buckets)
{
	int64	   *bounds;
	int			max = 64;
	int			count = 0;
	int64		local_since = since;

	*num_buckets = 0;
	if (until <= since)
		return NULL;
	/* UTC is its own local time, and needs no rules. */
	if (strcmp(pg_get_timezone_name(zone), "UTC") == 0)
		zone = NULL;
	else if (!to_local(since, zone, &local_since))
		timestamp_out_of_range();

	bounds = palloc(sizeof(int64) * max);
	bounds[0] = since;
	for (;;)
	{
		int64		bound;

		if (++count > max_buckets)
			ereport(ERROR,
					(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
					 errmsg("too many buckets"),
					 errdetail("There may be %d buckets between since and until.", max_buckets),
					 errhint("Choose a longer step or a shorter period.")));
		if (count == max)
		{
			max *= 2;
			bounds = repalloc_huge(bounds, sizeof(int64) * (Size) max);
		}
		if (!bound_of(local_since, step, count, zone, &bound) || bound >= until)
			break;
		bounds[count] = Max(bound, bounds[count - 1]);
		if ((count & 0xfff) == 0)
			CHECK_FOR_INTERRUPTS();
	}
	bounds[count] = until;
	*num_buckets = count;
	return bounds;
}

double
time_buckets_density(const int64 *bounds, int num_buckets)
{
	/* Without the last one, which may be cut. */
	int			whole = Max(num_buckets - 1, 1);
	uint64		length;

	if (num_buckets == 0)
		return 0;
	length = (uint64) bounds[whole] - (uint64) bounds[0];
	return length == 0 ? 0 : (double) whole / (double) length;
}

int
time_bucket_search(const int64 *bounds, int num_buckets, int64 at)
{
	int			low = 0;
	int			high = num_buckets;

	/* The last bound that is not after at: behind it the bucket is not empty. */
	while (high - low > 1)
	{
		int			middle = low + (high - low) / 2;

		if (bounds[middle] <= at)
			low = middle;
		else
			high = middle;
	}
	return low;
}
