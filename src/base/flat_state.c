/*
 * flat_state.c
 *		The state of an aggregate as one flat varlena with slack, changed in place.
 */
#include "postgres.h"

#include "base/compat.h"
#include "base/flat_state.h"
#include "utils/memutils.h"

static void
flat_state_check(const FlatState *state, uint8 kind, uint8 version)
{
	if (VARSIZE(state) < sizeof(FlatState) || state->kind != kind ||
		state->version != version || state->used > VARSIZE(state))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
				 errmsg("invalid aggregate state"),
				 errdetail("The value is not a state of this aggregate in a format that this version of vsm reads.")));
}

FlatState *
flat_state_get(FunctionCallInfo fcinfo, int argno, uint8 kind, uint8 version)
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
	flat_state_check(state, kind, version);
	return state;
}

const FlatState *
flat_state_peek(Datum datum, uint8 kind, uint8 version)
{
	FlatState  *state = (FlatState *) PG_DETOAST_DATUM(datum);

	flat_state_check(state, kind, version);
	return state;
}

FlatState *
flat_state_new(Size header_size, Size size, uint8 kind, uint8 version)
{
	FlatState  *state = palloc0(size);

	SET_VARSIZE(state, size);
	state->version = version;
	state->kind = kind;
	state->used = header_size;
	return state;
}

FlatState *
flat_state_reserve(FlatState *state, Size extra, const char *what)
{
	Size		old_size = VARSIZE(state);
	Size		needed = (Size) state->used + extra;
	Size		new_size;
	FlatState  *grown;

	if (needed <= old_size)
		return state;
	if (extra > MaxAllocSize || needed > MaxAllocSize)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("too much data for one group"),
				 errdetail("%s would take more than %d bytes.", what, (int) MaxAllocSize)));
	new_size = Max(old_size * 2, needed);
	if (new_size > MaxAllocSize)
		new_size = MaxAllocSize;
	grown = palloc(new_size);
	memcpy(grown, state, state->used);
	memset((char *) grown + state->used, 0, new_size - state->used);
	SET_VARSIZE(grown, new_size);
	return grown;
}

void
flat_state_too_many(const char *what)
{
	ereport(ERROR,
			(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
			 errmsg("too many %s", what),
			 errdetail("Their number is beyond the range of bigint.")));
}
