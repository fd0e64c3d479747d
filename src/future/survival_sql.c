/*
 * survival_sql.c
 *		Survival estimates in SQL: the aggregates, and the questions to their result.
 */
#include "postgres.h"

#include "base/compat.h"
#include "base/duration.h"
#include "base/rows_sql.h"
#include "funcapi.h"
#include "future/survival_compare.h"
#include "future/survival_io.h"
#include "future/survival_sum.h"
#include "utils/timestamp.h"

PG_FUNCTION_INFO_V1(vsm_survival_add);
PG_FUNCTION_INFO_V1(vsm_survival_merge);
PG_FUNCTION_INFO_V1(vsm_survival_finish);
PG_FUNCTION_INFO_V1(vsm_survival_percentile);
PG_FUNCTION_INFO_V1(vsm_survival_probability);
PG_FUNCTION_INFO_V1(vsm_survival_probability_at_age);
PG_FUNCTION_INFO_V1(vsm_survival_eta);
PG_FUNCTION_INFO_V1(vsm_survival_probability_after);
PG_FUNCTION_INFO_V1(vsm_survival_eta_after);
PG_FUNCTION_INFO_V1(vsm_survival_curve);
PG_FUNCTION_INFO_V1(vsm_survival_compare);

/* An argument to gather in, in its place where an aggregate calls. */
static Survival *
get_gathering(FunctionCallInfo fcinfo, int argno)
{
	Survival   *survival = (Survival *) flat_state_get(fcinfo, argno, &survival_format);

	return survival->gathering ? survival : survival_reopen(survival);
}

/* Outside of aggregates a value is always finished, so that equal ones have equal bytes. */
static Datum
return_gathered(FunctionCallInfo fcinfo, const Survival *survival)
{
	if (AggCheckCallContext(fcinfo, NULL))
		PG_RETURN_POINTER(survival);
	PG_RETURN_POINTER(survival_finish(survival));
}

/* The values that p may have. */
static double
get_probability(FunctionCallInfo fcinfo, int argno)
{
	double		p = PG_GETARG_FLOAT8(argno);

	if (isnan(p) || p < 0 || p > 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a probability must be between 0 and 1"),
				 errdetail("The probability asked for is %g.", p)));
	return p;
}

/*
 * Aggregates
 */

/* survival_add(survival, duration interval, finished boolean): the transition */
Datum
vsm_survival_add(PG_FUNCTION_ARGS)
{
	Survival   *survival;
	const Interval *interval;
	int64		duration;

	if (PG_ARGISNULL(1) || PG_ARGISNULL(2))
	{
		if (PG_ARGISNULL(0))
			PG_RETURN_NULL();
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	}
	interval = PG_GETARG_INTERVAL_P(1);
	duration = duration_not_negative(interval, "a duration");
	survival = PG_ARGISNULL(0) ? survival_new() : get_gathering(fcinfo, 0);
	survival = survival_add(survival, duration, PG_GETARG_BOOL(2), 1, interval->day != 0);
	return return_gathered(fcinfo, survival);
}

/* merge(survival, survival): all items of both; also the aggregates' combine function */
Datum
vsm_survival_merge(PG_FUNCTION_ARGS)
{
	Survival   *survival = get_gathering(fcinfo, 0);
	const Survival *other = (const Survival *) flat_state_peek(PG_GETARG_DATUM(1), &survival_format);

	return return_gathered(fcinfo, survival_add_all(survival, other));
}

Datum
vsm_survival_finish(PG_FUNCTION_ARGS)
{
	PG_RETURN_POINTER(PG_GETARG_SURVIVAL(0));
}

/*
 * Questions
 */

Datum
vsm_survival_percentile(PG_FUNCTION_ARGS)
{
	const Survival *survival = PG_GETARG_SURVIVAL(0);
	double		p = get_probability(fcinfo, 1);
	int64		duration;

	if (!survival_percentile(survival, p, &duration))
		PG_RETURN_NULL();
	PG_RETURN_INTERVAL_P(duration_to_interval(duration, survival->in_days));
}

Datum
vsm_survival_probability(PG_FUNCTION_ARGS)
{
	int64		within = duration_not_negative(PG_GETARG_INTERVAL_P(1), "a time to finish within");
	double		probability;

	if (!survival_probability(PG_GETARG_SURVIVAL(0), within, &probability))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(probability);
}

Datum
vsm_survival_probability_at_age(PG_FUNCTION_ARGS)
{
	int64		within = duration_not_negative(PG_GETARG_INTERVAL_P(1), "a time to finish within");
	int64		age = duration_not_negative(PG_GETARG_INTERVAL_P(2), "an age");
	double		probability;

	if (!survival_probability_at_age(PG_GETARG_SURVIVAL(0), within, age, &probability))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(probability);
}

Datum
vsm_survival_eta(PG_FUNCTION_ARGS)
{
	const Survival *survival = PG_GETARG_SURVIVAL(0);
	int64		age = duration_not_negative(PG_GETARG_INTERVAL_P(1), "an age");
	double		p = get_probability(fcinfo, 2);
	int64		remaining;

	if (!survival_remaining(survival, age, p, &remaining))
		PG_RETURN_NULL();
	PG_RETURN_INTERVAL_P(duration_to_interval(remaining, survival->in_days));
}

/* probability(survival, within, given_age, after survival) */
Datum
vsm_survival_probability_after(PG_FUNCTION_ARGS)
{
	int64		within = duration_not_negative(PG_GETARG_INTERVAL_P(1), "a time to finish within");
	int64		age = duration_not_negative(PG_GETARG_INTERVAL_P(2), "an age");
	SurvivalSum sum;

	if (!survival_sum_begin(&sum, PG_GETARG_SURVIVAL(0), age, PG_GETARG_SURVIVAL(3)))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(survival_sum_probability(&sum, within));
}

/* eta(survival, age, after survival, p) */
Datum
vsm_survival_eta_after(PG_FUNCTION_ARGS)
{
	const Survival *survival = PG_GETARG_SURVIVAL(0);
	int64		age = duration_not_negative(PG_GETARG_INTERVAL_P(1), "an age");
	const Survival *after = PG_GETARG_SURVIVAL(2);
	double		p = get_probability(fcinfo, 3);
	SurvivalSum sum;
	int64		duration;

	if (!survival_sum_begin(&sum, survival, age, after) ||
		!survival_sum_percentile(&sum, p, &duration))
		PG_RETURN_NULL();
	PG_RETURN_INTERVAL_P(duration_to_interval(duration, survival->in_days || after->in_days));
}

/* curve(survival): value per call, so that a LIMIT ends it early */
Datum
vsm_survival_curve(PG_FUNCTION_ARGS)
{
	typedef struct Curve
	{
		SurvivalWalk walk;
		bool		in_days;
	} Curve;

	FuncCallContext *funcctx;
	Curve	   *curve;
	SurvivalPoint point;

	if (SRF_IS_FIRSTCALL())
	{
		MemoryContext old;
		const Survival *survival;

		funcctx = SRF_FIRSTCALL_INIT();
		old = MemoryContextSwitchTo(funcctx->multi_call_memory_ctx);
		funcctx->tuple_desc = row_type(fcinfo);
		survival = survival_from_datum(PointerGetDatum(PG_DETOAST_DATUM_COPY(PG_GETARG_DATUM(0))));
		curve = palloc(sizeof(Curve));
		curve->in_days = survival->in_days;
		survival_walk_begin(&curve->walk, survival);
		funcctx->user_fctx = curve;
		MemoryContextSwitchTo(old);
	}

	funcctx = SRF_PERCALL_SETUP();
	curve = funcctx->user_fctx;
	if (survival_walk_next(&curve->walk, &point))
	{
		Datum		values[6];
		bool		nulls[6] = {false};

		values[0] = IntervalPGetDatum(duration_to_interval(point.duration, curve->in_days));
		values[1] = Int64GetDatum(point.at_risk);
		values[2] = Int64GetDatum(point.finished);
		values[3] = Float8GetDatum(point.survival);
		nulls[4] = nulls[5] = !point.has_band;
		values[4] = point.has_band ? Float8GetDatum(point.lower) : (Datum) 0;
		values[5] = point.has_band ? Float8GetDatum(point.upper) : (Datum) 0;
		SRF_RETURN_NEXT(funcctx, row_make(funcctx->tuple_desc, values, nulls));
	}
	SRF_RETURN_DONE(funcctx);
}

/* compare(a survival, b survival) -> vsm.survival_comparison */
Datum
vsm_survival_compare(PG_FUNCTION_ARGS)
{
	const Survival *a = PG_GETARG_SURVIVAL(0);
	const Survival *b = PG_GETARG_SURVIVAL(1);
	SurvivalComparison comparison;
	int64		median_a;
	int64		median_b;
	Datum		values[6] = {0};
	bool		nulls[6] = {false};

	survival_compare(a, b, &comparison);
	nulls[0] = nulls[1] = !comparison.is_known;
	nulls[2] = !survival_percentile(a, 0.5, &median_a);
	nulls[3] = !survival_percentile(b, 0.5, &median_b);
	nulls[4] = nulls[2] || nulls[3];
	nulls[5] = !comparison.has_ratio;
	if (!nulls[0])
	{
		values[0] = Float8GetDatum(comparison.chi_square);
		values[1] = Float8GetDatum(comparison.p_value);
	}
	if (!nulls[2])
		values[2] = IntervalPGetDatum(duration_to_interval(median_a, a->in_days));
	if (!nulls[3])
		values[3] = IntervalPGetDatum(duration_to_interval(median_b, b->in_days));
	if (!nulls[4])
		values[4] = IntervalPGetDatum(duration_to_interval(median_b - median_a, a->in_days || b->in_days));
	if (!nulls[5])
		values[5] = Float8GetDatum(comparison.hazard_ratio);
	return row_make(row_type(fcinfo), values, nulls);
}
