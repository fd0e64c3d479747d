/*
 * group_state_sql.c
 *		Transition and combine functions of the aggregates over many timelines.
 */
#include "postgres.h"

#include "base/compat.h"
#include "stream/group_state_sql.h"

FlatState *
group_state_get(FunctionCallInfo fcinfo, bool given, const FlatFormat *format, const char *aggregate)
{
	FlatState  *state;

	if (PG_ARGISNULL(0))
		return given ? NULL : group_state_unknown(format);
	state = flat_state_get(fcinfo, 0, format);
	if (group_state_is_unknown(state) == given)
		group_config_null_differs(aggregate);
	return state;
}

bool
group_state_combine(FunctionCallInfo fcinfo, const FlatFormat *format, const char *aggregate,
					FlatState **state, const FlatState **other, Datum *result)
{
	*result = (Datum) 0;
	if (PG_ARGISNULL(1))
	{
		if (!PG_ARGISNULL(0))
			*result = PG_GETARG_DATUM(0);
		return false;
	}
	if (PG_ARGISNULL(0))
	{
		*result = PG_GETARG_DATUM(1);	/* the executor copies it */
		return false;
	}
	*state = flat_state_get(fcinfo, 0, format);
	*other = flat_state_peek(PG_GETARG_DATUM(1), format);
	if (group_state_is_unknown(*state) != group_state_is_unknown(*other))
		group_config_null_differs(aggregate);
	*result = PointerGetDatum(*state);
	return !group_state_is_unknown(*state);
}

const FlatState *
group_state_final(FunctionCallInfo fcinfo, const FlatFormat *format)
{
	const FlatState *state;

	if (PG_ARGISNULL(0))
		return NULL;
	state = flat_state_peek(PG_GETARG_DATUM(0), format);
	return group_state_is_unknown(state) ? NULL : state;
}
