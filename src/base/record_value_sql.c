/*
 * record_value_sql.c
 *		Types whose values are made from a RecordState: graphs and releases.
 */
#include "postgres.h"

#include "base/compat.h"
#include "base/record_value_sql.h"

/* Whether what was detoasted is a state. */
static bool
is_state(const RecordType *type, const FlatState *value)
{
	if (flat_state_is(value, type->state))
		return true;
	if (!flat_state_is(value, type->value) || VARSIZE(value) < type->value_header)
		flat_state_refuse(value, type->value);
	return false;
}

const FlatState *
record_value_get(const RecordType *type, Datum datum)
{
	FlatState  *value = (FlatState *) PG_DETOAST_DATUM(datum);

	if (is_state(type, value))
		return type->from_state((RecordState *) value);
	return value;
}

RecordState *
record_value_state(const RecordType *type, FunctionCallInfo fcinfo)
{
	FlatState  *value;
	RecordState *state;

	if (PG_ARGISNULL(0))
		return NULL;
	value = (FlatState *) PG_DETOAST_DATUM(PG_GETARG_DATUM(0));
	if (is_state(type, value))
		return (RecordState *) flat_state_get(fcinfo, 0, type->state);

	/* A value: the partial result of another machine, or the first one to merge. */
	state = type->new_state();
	type->add_value(&state, value);
	return state;
}

Datum
record_value_combine(const RecordType *type, FunctionCallInfo fcinfo)
{
	RecordState *state = record_value_state(type, fcinfo);
	FlatState  *other = (FlatState *) PG_DETOAST_DATUM(PG_GETARG_DATUM(1));

	if (is_state(type, other))
		record_state_merge(&state, (RecordState *) other, type->name_mask);
	else
		type->add_value(&state, other);
	PG_RETURN_POINTER(state);
}

Datum
record_value_merge(const RecordType *type, FunctionCallInfo fcinfo)
{
	RecordState *state = type->new_state();

	type->add_value(&state, record_value_get(type, PG_GETARG_DATUM(0)));
	type->add_value(&state, record_value_get(type, PG_GETARG_DATUM(1)));
	PG_RETURN_POINTER(type->from_state(state));
}

int
record_value_compare(const FlatState *a, const FlatState *b)
{
	Size		a_size = VARSIZE(a);
	Size		b_size = VARSIZE(b);

	if (a_size != b_size)
		return a_size < b_size ? -1 : 1;
	return memcmp(VARDATA(a), VARDATA(b), a_size - VARHDRSZ);
}
