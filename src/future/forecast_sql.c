/*
 * forecast_sql.c
 *		How many items, or how many periods: vsm.forecast_items, vsm.forecast_periods and
 *		vsm.forecast_probability.
 */
#include "postgres.h"

#include <math.h>

#include "base/compat.h"
#include "future/forecast_sql.h"
#include "utils/array.h"

PG_FUNCTION_INFO_V1(vsm_forecast_items);
PG_FUNCTION_INFO_V1(vsm_forecast_periods);
PG_FUNCTION_INFO_V1(vsm_forecast_probability);

void
forecast_throughput(Throughput *throughput, int32 *samples, int num_samples)
{
	if (num_samples == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a forecast needs at least one sample"),
				 errhint("Give the number of finished items of each past period, 0 included.")));
	throughput_init(throughput, samples, num_samples);
	if (throughput->least < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a sample cannot be negative"),
				 errdetail("The least sample is %d.", (int) throughput->least)));
}

/* Reads and checks the samples, argument 0. */
static void
get_throughput(FunctionCallInfo fcinfo, Throughput *throughput)
{
	ArrayType  *array = PG_GETARG_ARRAYTYPE_P(0);
	int			num_samples = ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array));
	int32	   *samples;

	if (array_contains_nulls(array))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a sample cannot be null"),
				 errhint("A period without finished items is a sample of 0.")));
	samples = palloc(sizeof(int32) * Max(num_samples, 1));
	memcpy(samples, ARR_DATA_PTR(array), sizeof(int32) * num_samples);
	forecast_throughput(throughput, samples, num_samples);
}

double
forecast_probability_argument(FunctionCallInfo fcinfo, int argno)
{
	double		p = PG_GETARG_FLOAT8(argno);

	if (isnan(p) || p <= 0 || p > 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the probability of a forecast must be above 0 and at most 1"),
				 errdetail("The probability asked for is %g.", p)));
	return p;
}

static int32
get_periods(FunctionCallInfo fcinfo, int argno)
{
	int32		periods = PG_GETARG_INT32(argno);

	if (periods < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the number of periods cannot be negative"),
				 errdetail("The number of periods is %d.", periods)));
	return periods;
}

static Datum
return_int(int64 value)
{
	if (value > PG_INT32_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("integer out of range"),
				 errdetail("The forecast is " INT64_FORMAT ".", value)));
	PG_RETURN_INT32((int32) value);
}

/* forecast_items(samples int[], periods int, p float8) -> int */
Datum
vsm_forecast_items(PG_FUNCTION_ARGS)
{
	Throughput	throughput;
	double		p;

	get_throughput(fcinfo, &throughput);
	p = forecast_probability_argument(fcinfo, 2);
	return return_int(forecast_items(&throughput, get_periods(fcinfo, 1), p));
}

/* forecast_periods(samples int[], items int, p float8) -> int */
Datum
vsm_forecast_periods(PG_FUNCTION_ARGS)
{
	Throughput	throughput;
	double		p;
	int32		items = PG_GETARG_INT32(1);
	int64		periods;

	get_throughput(fcinfo, &throughput);
	p = forecast_probability_argument(fcinfo, 2);
	if (items <= 0)
		PG_RETURN_INT32(0);
	periods = forecast_periods(&throughput, items, p);
	if (periods < 0)
		PG_RETURN_NULL();
	return return_int(periods);
}

/* forecast_probability(samples int[], items int, periods int) -> float8 */
Datum
vsm_forecast_probability(PG_FUNCTION_ARGS)
{
	Throughput	throughput;

	get_throughput(fcinfo, &throughput);
	PG_RETURN_FLOAT8(forecast_probability(&throughput, PG_GETARG_INT32(1), get_periods(fcinfo, 2)));
}
