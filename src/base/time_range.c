/*
 * time_range.c
 *		What is refused of times and durations: infinity, and results out of range.
 */
#include "postgres.h"

#include "base/compat.h"
#include "base/time_range.h"

void
refuse_infinite(const char *what)
{
	ereport(ERROR,
			(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
			 errmsg("%s cannot be infinite", what)));
	pg_unreachable();
}

void
interval_out_of_range(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
			 errmsg("interval out of range")));
	pg_unreachable();
}

void
timestamp_out_of_range(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
			 errmsg("timestamp out of range")));
	pg_unreachable();
}
