/*
 * time_buckets.h
 *		Buckets of time: local since + k * step in a time zone, the last one cut at until.
 *
 * A step is PostgreSQL's interval: months and days follow the calendar of the zone (a day
 * may have 23 or 25 hours), the time part does too, as timestamp without time zone counts
 * it. Each bound is counted from since, so that months do not drift: from the 31st of
 * January the second is the 28th of February and the third the 31st of March.
 */
#ifndef VSM_TIME_BUCKETS_H
#define VSM_TIME_BUCKETS_H

#include "datatype/timestamp.h"
#include "pgtime.h"

/*
 * The bounds of the buckets of [since, until), in the current memory context: bucket k is
 * [bounds[k], bounds[k + 1]), *num_buckets of them, and bounds[*num_buckets] is until; 0
 * buckets, and NULL, if until <= since. Bounds never fall: where local times jump back or
 * are skipped a bucket may be empty. More than max_buckets: 54000.
 *
 * The step must be positive: time_buckets_valid_step. Parts of it may be negative; bounds that would
 * lie before the one before them are moved to it.
 */
extern int64 *time_buckets(int64 since, int64 until, const Interval *step, pg_tz *zone,
						   int max_buckets, int *num_buckets);

/* Whether a step is positive, as PostgreSQL compares intervals: 30 days a month, 24 hours a day. */
extern bool time_buckets_valid_step(const Interval *step);

/*
 * How many buckets there are in a microsecond, for time_bucket_of: only a guess, because
 * days and months differ in length.
 */
extern double time_buckets_density(const int64 *bounds, int num_buckets);

/* The bucket of an instant in [bounds[0], bounds[num_buckets]), by bisection. */
extern int	time_bucket_search(const int64 *bounds, int num_buckets, int64 at);

/* The same, from where it is likely to be. */
static inline int
time_bucket_of(const int64 *bounds, int num_buckets, double density, int64 at)
{
	double		guess = (double) ((uint64) at - (uint64) bounds[0]) * density;
	int			bucket = guess < num_buckets ? (int) guess : num_buckets - 1;

	/* Rounding, or an hour of summer time. */
	bucket -= bucket > 0 && at < bounds[bucket];
	bucket += bucket < num_buckets - 1 && at >= bounds[bucket + 1];
	if (likely(at >= bounds[bucket] && at < bounds[bucket + 1]))
		return bucket;
	return time_bucket_search(bounds, num_buckets, at);
}

#endif							/* VSM_TIME_BUCKETS_H */
