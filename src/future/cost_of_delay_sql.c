/*
 * cost_of_delay_sql.c
 *		What waiting costs: an urgency profile, integrated over periods.
 *
 * Amounts are numeric. Lengths of time are summed in whole microseconds before an amount is
 * multiplied by them, so that a rate is divided once, at the end: many short periods cost
 * exactly what a long one does. Only value that expires needs a power, in double precision.
 */
#include "postgres.h"

#include <math.h>

#include "base/compat.h"
#include "base/time_range.h"
#include "common/int.h"
#include "future/probability.h"
#include "future/urgency_text.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/float.h"
#include "utils/jsonb.h"
#include "utils/multirangetypes.h"
#include "utils/numeric.h"
#include "utils/timestamp.h"

PG_FUNCTION_INFO_V1(vsm_cost_of_delay);
PG_FUNCTION_INFO_V1(vsm_cd3);

/* A period of waiting, bounded on both sides. */
typedef struct WaitingPeriod
{
	TimestampTz since;
	TimestampTz until;
	bool		since_inclusive;
	bool		until_inclusive;
} WaitingPeriod;

typedef struct Waiting
{
	WaitingPeriod *periods;		/* in order, none overlaps another */
	int			num_periods;
} Waiting;

static Numeric
number(const char *text)
{
	return DatumGetNumeric(DirectFunctionCall3(numeric_in, CStringGetDatum(text),
											   ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1)));
}

static Numeric
add(Numeric a, Numeric b)
{
	return DatumGetNumeric(DirectFunctionCall2(numeric_add, NumericGetDatum(a), NumericGetDatum(b)));
}

static Numeric
multiply(Numeric a, Numeric b)
{
	return DatumGetNumeric(DirectFunctionCall2(numeric_mul, NumericGetDatum(a), NumericGetDatum(b)));
}

/* To at least 20 decimals; where that is less than 16 digits, to 16 digits. */
static Numeric
divide(Numeric a, Numeric b)
{
	/* A quotient has no fewer decimals than what is divided. */
	a = add(a, number("0.00000000000000000000"));
	return DatumGetNumeric(DirectFunctionCall2(numeric_div, NumericGetDatum(a), NumericGetDatum(b)));
}

/* The length from since to until, which is later. */
static int64
length(TimestampTz since, TimestampTz until)
{
	int64		microseconds;

	if (pg_sub_s64_overflow(until, since, &microseconds))
		interval_out_of_range();
	return microseconds;
}

/* The length of the parts of all periods from a time on (DT_NOBEGIN: of all). */
static int64
total_length(const Waiting *waiting, TimestampTz since)
{
	int64		total = 0;

	for (int i = 0; i < waiting->num_periods; i++)
	{
		const WaitingPeriod *period = &waiting->periods[i];

		/* Disjoint periods together are no longer than from the first to the last. */
		if (period->until > since &&
			pg_add_s64_overflow(total, length(Max(period->since, since), period->until), &total))
			interval_out_of_range();
		if ((i & 0xffff) == 0)
			CHECK_FOR_INTERRUPTS();
	}
	return total;
}

static Numeric
cost_of_rate(const char *per_week, int64 microseconds)
{
	return divide(multiply(number(per_week), int64_to_numeric(microseconds)),
				  int64_to_numeric(USECS_PER_WEEK));
}

static bool
contains(const Waiting *waiting, TimestampTz at)
{
	for (int i = 0; i < waiting->num_periods; i++)
	{
		const WaitingPeriod *period = &waiting->periods[i];

		if ((at > period->since || (at == period->since && period->since_inclusive)) &&
			(at < period->until || (at == period->until && period->until_inclusive)))
			return true;
	}
	return false;
}

/*
 * The share of the value lost in a period is the difference of 2^-weeks/half life between
 * its ends, computed so that short periods lose no digits.
 */
static Numeric
cost_of_expiry(const Urgency *urgency, const Waiting *waiting)
{
	double		half_life = urgency->half_life_weeks * USECS_PER_WEEK;
	ExactSum	lost = {0};

	for (int i = 0; i < waiting->num_periods; i++)
	{
		const WaitingPeriod *period = &waiting->periods[i];
		TimestampTz since = Max(period->since, urgency->at);

		if (period->until > since)
			exact_sum_add(&lost, exp2(-(double) length(urgency->at, since) / half_life) *
						  -expm1(-M_LN2 * (double) length(since, period->until) / half_life));
		if ((i & 0xffff) == 0)
			CHECK_FOR_INTERRUPTS();
	}
	return multiply(number(urgency->value),
					DatumGetNumeric(DirectFunctionCall1(float8_numeric,
														Float8GetDatum(exact_sum_value(&lost)))));
}

/*
 * Between two points the rate is a straight line, so the cost of [a, b) is (b - a) times the
 * rate in its middle. With the times from the first point on, and d the length between the
 * points, that is (first * (b - a) * (2d - a - b) + second * (b - a) * (a + b)) / 2d; the two
 * factors are summed over the periods, in whole numbers, before the one division.
 */
static Numeric
cost_of_points(const Urgency *urgency, const Waiting *waiting)
{
	Numeric		cost = int64_to_numeric(0);
	int			first_period = 0;

	for (int i = 0; i + 1 < urgency->num_points; i++)
	{
		const UrgencyPoint *first = &urgency->points[i];
		const UrgencyPoint *second = &urgency->points[i + 1];
		int64		distance = length(first->at, second->at);
		Numeric		twice = add(int64_to_numeric(distance), int64_to_numeric(distance));
		Numeric		of_first = int64_to_numeric(0);
		Numeric		of_second = int64_to_numeric(0);

		CHECK_FOR_INTERRUPTS();
		if (distance == 0)
			continue;			/* a jump */
		while (first_period < waiting->num_periods &&
			   waiting->periods[first_period].until <= first->at)
			first_period++;
		for (int j = first_period; j < waiting->num_periods && waiting->periods[j].since < second->at; j++)
		{
			int64		since = Max(waiting->periods[j].since, first->at) - first->at;
			int64		until = Min(waiting->periods[j].until, second->at) - first->at;
			Numeric		part = int64_to_numeric(until - since);
			Numeric		ends = add(int64_to_numeric(since), int64_to_numeric(until));
			Numeric		rest = add(int64_to_numeric(distance - since), int64_to_numeric(distance - until));

			of_first = add(of_first, multiply(part, rest));
			of_second = add(of_second, multiply(part, ends));
			CHECK_FOR_INTERRUPTS();
		}
		cost = add(cost, divide(add(multiply(number(first->per_week), of_first),
									multiply(number(second->per_week), of_second)),
								multiply(twice, int64_to_numeric(USECS_PER_WEEK))));
	}
	return cost;
}

static Numeric
cost_of_delay(const Urgency *urgency, const Waiting *waiting)
{
	Numeric		cost = NULL;

	switch (urgency->profile)
	{
		case URGENCY_RATE:
			cost = cost_of_rate(urgency->per_week, total_length(waiting, DT_NOBEGIN));
			break;
		case URGENCY_DEADLINE:
			cost = cost_of_rate(urgency->per_week, total_length(waiting, urgency->at));
			if (contains(waiting, urgency->at))
				cost = add(number(urgency->step), cost);
			break;
		case URGENCY_EXPIRING:
			cost = cost_of_expiry(urgency, waiting);
			break;
		case URGENCY_POINTS:
			cost = cost_of_points(urgency, waiting);
			break;
	}
	/* Division fills up with zeros; they say nothing. */
	return DatumGetNumeric(DirectFunctionCall1(numeric_trim_scale, NumericGetDatum(cost)));
}

/* The periods of a multirange; refuses those without both ends. */
static Waiting
get_periods(FunctionCallInfo fcinfo, int argno)
{
	MultirangeType *multirange = PG_GETARG_MULTIRANGE_P(argno);
	TypeCacheEntry *typcache = multirange_get_typcache(fcinfo, MultirangeTypeGetOid(multirange));
	RangeType **ranges;
	int32		num_ranges;
	Waiting		waiting;

	multirange_deserialize(typcache->rngtype, multirange, &num_ranges, &ranges);
	waiting.periods = palloc(sizeof(WaitingPeriod) * Max(num_ranges, 1));
	waiting.num_periods = num_ranges;
	for (int i = 0; i < num_ranges; i++)
	{
		RangeBound	lower,
					upper;
		bool		empty;

		range_deserialize(typcache->rngtype, ranges[i], &lower, &upper, &empty);
		/* What is not there is no time: where times are passed by reference, it points nowhere. */
		waiting.periods[i].since = lower.infinite ? DT_NOBEGIN : DatumGetTimestampTz(lower.val);
		waiting.periods[i].until = upper.infinite ? DT_NOEND : DatumGetTimestampTz(upper.val);
		waiting.periods[i].since_inclusive = lower.inclusive;
		waiting.periods[i].until_inclusive = upper.inclusive;
		if (TIMESTAMP_NOT_FINITE(waiting.periods[i].since) || TIMESTAMP_NOT_FINITE(waiting.periods[i].until))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("the delay in an unbounded period has no cost yet"),
					 TIMESTAMP_NOT_FINITE(waiting.periods[i].until) ?
					 errdetail("A period has no end.") : errdetail("A period has no beginning."),
					 errhint("Measure up to a time: give the function that made the periods an as_of, "
							 "or cut them with * tstzmultirange(tstzrange(NULL, now())).")));
	}
	return waiting;
}

/* cost_of_delay(urgency jsonb, periods tstzmultirange) -> numeric */
Datum
vsm_cost_of_delay(PG_FUNCTION_ARGS)
{
	Jsonb	   *json = PG_GETARG_JSONB_P(0);
	char	   *text = JsonbToCString(NULL, &json->root, VARSIZE(json));
	Urgency		urgency;
	Waiting		waiting;
	InputError	error = {0};

	if (!urgency_from_text(text, strlen(text), &urgency, &error))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("invalid urgency profile"),
				 errdetail("%s", error.detail),
				 errhint("Profiles are {\"profile\":\"rate\",\"per_week\":...}, "
						 "{\"profile\":\"deadline\",\"at\":...,\"step\":...,\"per_week\":...}, "
						 "{\"profile\":\"expiring\",\"from\":...,\"value\":...,\"half_life_weeks\":...} "
						 "and {\"profile\":\"points\",\"points\":[[time,per_week],...]}.")));
	waiting = get_periods(fcinfo, 1);
	PG_RETURN_NUMERIC(cost_of_delay(&urgency, &waiting));
}

/* cd3(cost_per_week numeric, weeks float8) -> float8 */
Datum
vsm_cd3(PG_FUNCTION_ARGS)
{
	Numeric		cost_per_week = PG_GETARG_NUMERIC(0);
	double		weeks = PG_GETARG_FLOAT8(1);

	if (isnan(weeks) || isinf(weeks) || weeks < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a duration in weeks must be finite and not negative"),
				 errdetail("The duration is %g weeks.", weeks)));
	if (numeric_is_nan(cost_per_week) || numeric_is_inf(cost_per_week))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a cost per week must be a finite number")));
	if (weeks == 0)
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(float8_div(DatumGetFloat8(DirectFunctionCall1(numeric_float8,
																   NumericGetDatum(cost_per_week))),
								weeks));
}
