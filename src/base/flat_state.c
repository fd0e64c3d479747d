/*
 * flat_state.c
 *		The state of an aggregate as one flat varlena with slack, changed in place.
 */
#include "postgres.h"

#include "base/compat.h"
#include "base/flat_state.h"
#include "base/value.h"
#include "utils/memutils.h"

void
flat_state_refuse(const FlatState *state, const FlatFormat *format)
{
	bool		has_version = VARSIZE(state) >= sizeof(FlatState) && state->kind == format->kind;

	value_unknown_format(format->type, has_version ? state->version : format->version, format->version);
}

FlatState *
flat_state_new(Size header_size, Size size, const FlatFormat *format)
{
	FlatState  *state = palloc0(size);

	SET_VARSIZE(state, size);
	state->version = format->version;
	state->kind = format->kind;
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
