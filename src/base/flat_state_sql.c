/*
 * flat_state_sql.c
 *		States of aggregates as arguments of SQL functions.
 */
#include "postgres.h"

#include "base/compat.h"
#include "base/flat_state_sql.h"

FlatState *
flat_state_get(FunctionCallInfo fcinfo, int argno, const FlatFormat *format)
{
	Datum		datum = PG_GETARG_DATUM(argno);
	FlatState  *state;

	/*
	 * After a Gather a small state arrives with a short header: detoasting makes an aligned
	 * copy. Outside an aggregate the datum may lie in a table's page: never change that.
	 */
	if (AggCheckCallContext(fcinfo, NULL))
		state = (FlatState *) PG_DETOAST_DATUM(datum);
	else
		state = (FlatState *) PG_DETOAST_DATUM_COPY(datum);
	flat_state_check(state, format);
	return state;
}

const FlatState *
flat_state_peek(Datum datum, const FlatFormat *format)
{
	FlatState  *state = (FlatState *) PG_DETOAST_DATUM(datum);

	flat_state_check(state, format);
	return state;
}
