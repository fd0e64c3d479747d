/*
 * duration_sql.c
 *		Intervals as numbers, and flow efficiency over many items.
 */
#include "postgres.h"

#include "base/compat.h"
#include "base/duration.h"
#include "base/time_range.h"
#include "catalog/pg_type.h"
#include "common/int.h"
#include "utils/array.h"
#include "utils/timestamp.h"

PG_FUNCTION_INFO_V1(vsm_hours);
PG_FUNCTION_INFO_V1(vsm_days);
PG_FUNCTION_INFO_V1(vsm_efficiency_add);
PG_FUNCTION_INFO_V1(vsm_efficiency_combine);
PG_FUNCTION_INFO_V1(vsm_efficiency_finish);

static float8
interval_in(const Interval *interval, float8 unit_seconds)
{
	return (float8) duration_from_interval(interval, "a duration") / (unit_seconds * USECS_PER_SEC);
}

/* hours(interval) -> float8 */
Datum
vsm_hours(PG_FUNCTION_ARGS)
{
	PG_RETURN_FLOAT8(interval_in(PG_GETARG_INTERVAL_P(0), SECS_PER_HOUR));
}

/* days(interval) -> float8, of 24 hours */
Datum
vsm_days(PG_FUNCTION_ARGS)
{
	PG_RETURN_FLOAT8(interval_in(PG_GETARG_INTERVAL_P(0), SECS_PER_DAY));
}

/*----------
 * flow_efficiency(active, wait): the ratio of the sums. The state is an array of four
 * bigint, as avg(integer) has one: seconds and microseconds of both sums, so that a million
 * items of many years neither overflow nor round.
 *----------
 */

enum
{
	ACTIVE_SECONDS,
	ACTIVE_REST,
	WAIT_SECONDS,
	WAIT_REST,
	NUM_SUMS
};

static int64 *
sums_of(ArrayType *state)
{
	if (ARR_NDIM(state) != 1 || ARR_DIMS(state)[0] != NUM_SUMS || ARR_HASNULL(state) ||
		ARR_ELEMTYPE(state) != INT8OID)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the state of vsm.flow_efficiency is an array of four bigint")));
	return (int64 *) ARR_DATA_PTR(state);
}

/* The state of argument 0 to write to: in place if an aggregate calls. */
static ArrayType *
writable_state(FunctionCallInfo fcinfo)
{
	if (AggCheckCallContext(fcinfo, NULL))
		return PG_GETARG_ARRAYTYPE_P(0);
	return PG_GETARG_ARRAYTYPE_P_COPY(0);
}

/* Adds to a sum, whose microseconds stay below a second. */
static void
add_to_sum(int64 *sum, int64 seconds, int64 rest)
{
	if (pg_add_s64_overflow(sum[1], rest, &sum[1]) ||
		pg_add_s64_overflow(sum[0], seconds, &sum[0]) ||
		pg_add_s64_overflow(sum[0], sum[1] / USECS_PER_SEC, &sum[0]))
		interval_out_of_range();
	sum[1] %= USECS_PER_SEC;
}

/* Transition function; a row with a NULL is skipped. */
Datum
vsm_efficiency_add(PG_FUNCTION_ARGS)
{
	ArrayType  *state;
	int64	   *sums;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();		/* not in an aggregate: that begins with zeros */
	state = writable_state(fcinfo);
	sums = sums_of(state);
	if (PG_ARGISNULL(1) || PG_ARGISNULL(2))
		PG_RETURN_ARRAYTYPE_P(state);
	add_to_sum(&sums[ACTIVE_SECONDS], 0,
			   duration_from_interval(PG_GETARG_INTERVAL_P(1), "active time"));
	add_to_sum(&sums[WAIT_SECONDS], 0,
			   duration_from_interval(PG_GETARG_INTERVAL_P(2), "wait time"));
	PG_RETURN_ARRAYTYPE_P(state);
}

Datum
vsm_efficiency_combine(PG_FUNCTION_ARGS)
{
	ArrayType  *state = writable_state(fcinfo);
	int64	   *sums = sums_of(state);
	const int64 *other = sums_of(PG_GETARG_ARRAYTYPE_P(1));

	add_to_sum(&sums[ACTIVE_SECONDS], other[ACTIVE_SECONDS], other[ACTIVE_REST]);
	add_to_sum(&sums[WAIT_SECONDS], other[WAIT_SECONDS], other[WAIT_REST]);
	PG_RETURN_ARRAYTYPE_P(state);
}

/* Final function: NULL if all is 0, which it is without rows. */
Datum
vsm_efficiency_finish(PG_FUNCTION_ARGS)
{
	const int64 *sums = sums_of(PG_GETARG_ARRAYTYPE_P(0));
	float8		active = (float8) sums[ACTIVE_SECONDS] * USECS_PER_SEC + sums[ACTIVE_REST];
	float8		wait = (float8) sums[WAIT_SECONDS] * USECS_PER_SEC + sums[WAIT_REST];

	if (active + wait == 0)
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(active / (active + wait));
}
