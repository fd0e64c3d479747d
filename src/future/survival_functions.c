/*
 * survival_functions.c
 *		vsm.survival in SQL: the type, the aggregates and the questions to it.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "base/compat.h"
#include "base/duration.h"
#include "funcapi.h"
#include "libpq/pqformat.h"
#include "future/survival.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/timestamp.h"

PG_FUNCTION_INFO_V1(vsm_survival_in);
PG_FUNCTION_INFO_V1(vsm_survival_out);
PG_FUNCTION_INFO_V1(vsm_survival_recv);
PG_FUNCTION_INFO_V1(vsm_survival_send);
PG_FUNCTION_INFO_V1(vsm_survival_to_json);
PG_FUNCTION_INFO_V1(vsm_survival_to_jsonb);
PG_FUNCTION_INFO_V1(vsm_survival_from_json);
PG_FUNCTION_INFO_V1(vsm_survival_from_jsonb);
PG_FUNCTION_INFO_V1(vsm_survival_add);
PG_FUNCTION_INFO_V1(vsm_survival_merge);
PG_FUNCTION_INFO_V1(vsm_survival_finish);
PG_FUNCTION_INFO_V1(vsm_survival_percentile);
PG_FUNCTION_INFO_V1(vsm_survival_probability);
PG_FUNCTION_INFO_V1(vsm_survival_probability_at_age);
PG_FUNCTION_INFO_V1(vsm_survival_eta);
PG_FUNCTION_INFO_V1(vsm_survival_curve);

/* An argument in its finished form; only inside of aggregates and their tests is it another. */
static const Survival *
get_finished(Datum datum)
{
	const Survival *survival = (const Survival *) flat_state_peek(datum, SURVIVAL_KIND, SURVIVAL_VERSION);

	return survival->gathering ? survival_finish(survival) : survival;
}

/* An argument to gather in, in its place where an aggregate calls. */
static Survival *
get_gathering(FunctionCallInfo fcinfo, int argno)
{
	Survival   *survival = (Survival *) flat_state_get(fcinfo, argno, SURVIVAL_KIND, SURVIVAL_VERSION);

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
 * Text, json, jsonb, binary
 */

static Survival *
from_text(const char *text, Node *escontext)
{
	InputError	error = {0};
	Survival   *survival = survival_text_parse(text, strlen(text), &error);

	if (survival == NULL)
		vsm_ereturn(escontext, NULL,
					(errcode(error.sqlstate),
					 errmsg("invalid input syntax for type %s", "vsm.survival"),
					 errdetail("%s", error.detail)));
	return survival;
}

static StringInfoData
to_text(Datum datum)
{
	StringInfoData buf;

	initStringInfo(&buf);
	survival_text_append(&buf, get_finished(datum));
	return buf;
}

Datum
vsm_survival_in(PG_FUNCTION_ARGS)
{
	Survival   *survival = from_text(PG_GETARG_CSTRING(0), VSM_ESCONTEXT(fcinfo));

	if (survival == NULL)
		PG_RETURN_NULL();		/* the error is saved in the context */
	PG_RETURN_POINTER(survival);
}

Datum
vsm_survival_out(PG_FUNCTION_ARGS)
{
	PG_RETURN_CSTRING(to_text(PG_GETARG_DATUM(0)).data);
}

Datum
vsm_survival_to_json(PG_FUNCTION_ARGS)
{
	StringInfoData buf = to_text(PG_GETARG_DATUM(0));

	PG_RETURN_TEXT_P(cstring_to_text_with_len(buf.data, buf.len));
}

Datum
vsm_survival_to_jsonb(PG_FUNCTION_ARGS)
{
	return DirectFunctionCall1(jsonb_in, CStringGetDatum(to_text(PG_GETARG_DATUM(0)).data));
}

Datum
vsm_survival_from_json(PG_FUNCTION_ARGS)
{
	PG_RETURN_POINTER(from_text(text_to_cstring(PG_GETARG_TEXT_PP(0)), NULL));
}

Datum
vsm_survival_from_jsonb(PG_FUNCTION_ARGS)
{
	Jsonb	   *json = PG_GETARG_JSONB_P(0);

	PG_RETURN_POINTER(from_text(JsonbToCString(NULL, &json->root, VARSIZE(json)), NULL));
}

/*
 * Binary form: format version (byte), in days (byte), resolution as exponent (byte), number of
 * durations (int32), each as microseconds, finished, open (int64). The estimates are computed
 * again: nobody can send wrong ones.
 */
Datum
vsm_survival_recv(PG_FUNCTION_ARGS)
{
	StringInfo	buf = (StringInfo) PG_GETARG_POINTER(0);
	Survival   *survival = survival_new();
	int			version = pq_getmsgbyte(buf);
	int			in_days;
	int			resolution;
	uint32		num_steps;

	if (version != SURVIVAL_VERSION)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("survival estimate has format version %d", version),
				 errdetail("This version of vsm reads format version %d.", SURVIVAL_VERSION)));
	in_days = pq_getmsgbyte(buf);
	resolution = pq_getmsgbyte(buf);
	num_steps = pq_getmsgint(buf, 4);
	if (in_days > 1 || resolution > SURVIVAL_MAX_RESOLUTION || num_steps == 0 ||
		num_steps > (buf->len - buf->cursor) / 24)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("invalid header of a binary survival estimate")));
	survival->resolution = resolution;
	for (uint32 i = 0; i < num_steps; i++)
	{
		int64		duration = pq_getmsgint64(buf);
		int64		finished = pq_getmsgint64(buf);
		int64		open = pq_getmsgint64(buf);

		if (duration < 0 || finished < 0 || open < 0 || (finished == 0 && open == 0))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
					 errmsg("invalid duration in a binary survival estimate"),
					 errdetail("A duration or a count is negative, or there are no items.")));
		if (finished > 0)
			survival = survival_add(survival, duration, true, finished, in_days);
		if (open > 0)
			survival = survival_add(survival, duration, false, open, in_days);
	}
	PG_RETURN_POINTER(survival_finish(survival));
}

Datum
vsm_survival_send(PG_FUNCTION_ARGS)
{
	const Survival *survival = get_finished(PG_GETARG_DATUM(0));
	const SurvivalStep *steps = SURVIVAL_STEPS(survival);
	uint32		num_steps = SURVIVAL_NUM_STEPS(survival);
	StringInfoData buf;

	pq_begintypsend(&buf);
	pq_sendbyte(&buf, SURVIVAL_VERSION);
	pq_sendbyte(&buf, survival->in_days);
	pq_sendbyte(&buf, survival->resolution);
	pq_sendint32(&buf, num_steps);
	for (uint32 i = 0; i < num_steps; i++)
	{
		pq_sendint64(&buf, steps[i].duration);
		pq_sendint64(&buf, steps[i].finished);
		pq_sendint64(&buf, steps[i].open);
	}
	PG_RETURN_BYTEA_P(pq_endtypsend(&buf));
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
	const Survival *other = (const Survival *) flat_state_peek(PG_GETARG_DATUM(1),
															   SURVIVAL_KIND, SURVIVAL_VERSION);

	return return_gathered(fcinfo, survival_add_all(survival, other));
}

Datum
vsm_survival_finish(PG_FUNCTION_ARGS)
{
	PG_RETURN_POINTER(get_finished(PG_GETARG_DATUM(0)));
}

/*
 * Questions
 */

Datum
vsm_survival_percentile(PG_FUNCTION_ARGS)
{
	const Survival *survival = get_finished(PG_GETARG_DATUM(0));
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

	if (!survival_probability(get_finished(PG_GETARG_DATUM(0)), within, &probability))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(probability);
}

Datum
vsm_survival_probability_at_age(PG_FUNCTION_ARGS)
{
	int64		within = duration_not_negative(PG_GETARG_INTERVAL_P(1), "a time to finish within");
	int64		age = duration_not_negative(PG_GETARG_INTERVAL_P(2), "an age");
	double		probability;

	if (!survival_probability_at_age(get_finished(PG_GETARG_DATUM(0)), within, age, &probability))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(probability);
}

Datum
vsm_survival_eta(PG_FUNCTION_ARGS)
{
	const Survival *survival = get_finished(PG_GETARG_DATUM(0));
	int64		age = duration_not_negative(PG_GETARG_INTERVAL_P(1), "an age");
	double		p = get_probability(fcinfo, 2);
	int64		remaining;

	if (!survival_remaining(survival, age, p, &remaining))
		PG_RETURN_NULL();
	PG_RETURN_INTERVAL_P(duration_to_interval(remaining, survival->in_days));
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
		TupleDesc	tupdesc;
		const Survival *survival;

		funcctx = SRF_FIRSTCALL_INIT();
		old = MemoryContextSwitchTo(funcctx->multi_call_memory_ctx);
		if (get_call_result_type(fcinfo, NULL, &tupdesc) != TYPEFUNC_COMPOSITE)
			elog(ERROR, "return type must be a row type");
		funcctx->tuple_desc = BlessTupleDesc(tupdesc);
		survival = get_finished(PointerGetDatum(PG_DETOAST_DATUM_COPY(PG_GETARG_DATUM(0))));
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
		SRF_RETURN_NEXT(funcctx, HeapTupleGetDatum(heap_form_tuple(funcctx->tuple_desc, values, nulls)));
	}
	SRF_RETURN_DONE(funcctx);
}
