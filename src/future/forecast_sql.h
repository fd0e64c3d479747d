/*
 * forecast_sql.h
 *		Arguments of functions that forecast.
 */
#ifndef VSM_FORECAST_SQL_H
#define VSM_FORECAST_SQL_H

#include "fmgr.h"
#include "future/forecast.h"

/* Checks samples and prepares them; sorts them in place. */
extern void forecast_throughput(Throughput *throughput, int32 *samples, int num_samples);

/* The probability asked for, above 0 and at most 1. */
extern double forecast_probability_argument(FunctionCallInfo fcinfo, int argno);

#endif							/* VSM_FORECAST_SQL_H */
