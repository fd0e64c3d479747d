/*
 * value_io.h
 *		A type of SQL from what it is in C: its input and output, its casts, its comparison.
 *
 * Each type writes how its text is read and written and how two values are ordered; the
 * functions of SQL around these are the same for all and are defined by the macros here.
 * In them type is the word in the functions' names (vsm_TYPE_in), name the type's in SQL
 * ("vsm.timeline"), and
 *
 *	from_text(text, len, error)	makes the value, or returns NULL with the InputError filled
 *	to_text(value)				returns its text, terminated
 *	get(datum)					returns the value, detoasted and checked, in place or as a copy
 *	compare(a, b)				orders two values as memcmp does
 */
#ifndef VSM_VALUE_IO_H
#define VSM_VALUE_IO_H

#include "base/json_tree.h"
#include "base/value.h"
#include "fmgr.h"
#include "libpq/pqformat.h"
#include "nodes/nodes.h"

/* Throws, or saves to escontext, why a text is no value of a type; then 0 is to be returned. */
extern Datum value_refuse_text(Node *escontext, const char *name, const InputError *error);

/* Raises 22P03: what a client sent is no value of the type. */
pg_noreturn extern void value_refuse_binary(const char *name, const InputError *error);

/* The beginning of a binary form is the version of the format, a byte; another one: 22P03. */
extern void value_begin_receive(StringInfo message, const char *name, int known);
extern void value_begin_send(StringInfo message, int version);

/* The text of an argument that is json, not terminated, or jsonb. */
extern const char *value_text_of_json(FunctionCallInfo fcinfo, int *len);
extern const char *value_text_of_jsonb(FunctionCallInfo fcinfo, int *len);

/* A text as json and as jsonb. */
extern Datum value_json(const char *text);
extern Datum value_jsonb(const char *text);

/* Whether two values that are canonical, so that equal ones are equal bytes, differ. */
extern bool value_bytes_differ(const void *a, const void *b);

/* Hashes of the bytes of a canonical value. */
extern uint32 value_hash(const void *value);
extern uint64 value_hash_extended(const void *value, uint64 seed);

/* Frees what get made of an argument, if it is a copy. */
static inline void
value_free_copy(FunctionCallInfo fcinfo, int argno, const void *value)
{
	if (value != PG_GETARG_POINTER(argno))
		pfree(unconstify(void *, value));
}

/* A function of SQL, to be followed by its body. */
#define VALUE_FUNCTION(symbol) \
PG_FUNCTION_INFO_V1(symbol); \
Datum \
symbol(PG_FUNCTION_ARGS)

/* vsm_TYPE_in */
#define VALUE_INPUT(type, name, from_text) \
VALUE_FUNCTION(vsm_##type##_in) \
{ \
	const char *text = PG_GETARG_CSTRING(0); \
	InputError	error = {0}; \
	void	   *value = from_text(text, strlen(text), &error); \
\
	if (value == NULL) \
		return value_refuse_text(VSM_ESCONTEXT(fcinfo), name, &error); \
	PG_RETURN_POINTER(value); \
}

/* vsm_TYPE_out */
#define VALUE_OUTPUT(type, get, to_text) \
VALUE_FUNCTION(vsm_##type##_out) \
{ \
	PG_RETURN_CSTRING(to_text(get(PG_GETARG_DATUM(0)))); \
}

/* vsm_TYPE_from_json and the like, from the text of argument 0. */
#define VALUE_FROM_JSON(symbol, name, from_text, text_of) \
VALUE_FUNCTION(symbol) \
{ \
	int			len; \
	const char *text = text_of(fcinfo, &len); \
	InputError	error = {0}; \
	void	   *value = from_text(text, len, &error); \
\
	if (value == NULL) \
		return value_refuse_text(NULL, name, &error); \
	PG_RETURN_POINTER(value); \
}

/* vsm_TYPE_in, _out and the casts from and to json and jsonb: all are the text form. */
#define VALUE_TEXT_FUNCTIONS(type, name, get, from_text, to_text) \
VALUE_INPUT(type, name, from_text) \
VALUE_OUTPUT(type, get, to_text) \
VALUE_FROM_JSON(vsm_##type##_from_json, name, from_text, value_text_of_json) \
VALUE_FROM_JSON(vsm_##type##_from_jsonb, name, from_text, value_text_of_jsonb) \
VALUE_FUNCTION(vsm_##type##_to_json) \
{ \
	return value_json(to_text(get(PG_GETARG_DATUM(0)))); \
} \
VALUE_FUNCTION(vsm_##type##_to_jsonb) \
{ \
	return value_jsonb(to_text(get(PG_GETARG_DATUM(0)))); \
}

/* vsm_TYPE_recv and _send of a type whose binary form is its text form behind the version. */
#define VALUE_BINARY_TEXT_FUNCTIONS(type, name, version, get, from_text, to_text) \
VALUE_FUNCTION(vsm_##type##_recv) \
{ \
	StringInfo	message = (StringInfo) PG_GETARG_POINTER(0); \
	const char *text; \
	int			len; \
	InputError	error = {0}; \
	void	   *value; \
\
	value_begin_receive(message, name, version); \
	text = pq_getmsgtext(message, message->len - message->cursor, &len); \
	value = from_text(text, len, &error); \
	if (value == NULL) \
		value_refuse_binary(name, &error); \
	PG_RETURN_POINTER(value); \
} \
VALUE_FUNCTION(vsm_##type##_send) \
{ \
	const char *text = to_text(get(PG_GETARG_DATUM(0))); \
	StringInfoData message; \
\
	value_begin_send(&message, version); \
	pq_sendtext(&message, text, strlen(text)); \
	PG_RETURN_BYTEA_P(pq_endtypsend(&message)); \
}

#define VALUE_COMPARISON(symbol, get, order, operator) \
VALUE_FUNCTION(symbol) \
{ \
	const void *a = get(PG_GETARG_DATUM(0)); \
	const void *b = get(PG_GETARG_DATUM(1)); \
	int			result = order(a, b); \
\
	value_free_copy(fcinfo, 0, a); \
	value_free_copy(fcinfo, 1, b); \
	PG_RETURN_BOOL(result operator 0); \
}

/*
 * The functions of the type's btree and hash operator classes: vsm_TYPE_eq, _ne, _lt, _le,
 * _gt, _ge, _cmp, _hash and _hash_extended. Equal values must be equal bytes.
 */
#define VALUE_COMPARISON_FUNCTIONS(type, get, compare) \
VALUE_COMPARISON(vsm_##type##_eq, get, value_bytes_differ, ==) \
VALUE_COMPARISON(vsm_##type##_ne, get, value_bytes_differ, !=) \
VALUE_COMPARISON(vsm_##type##_lt, get, compare, <) \
VALUE_COMPARISON(vsm_##type##_le, get, compare, <=) \
VALUE_COMPARISON(vsm_##type##_gt, get, compare, >) \
VALUE_COMPARISON(vsm_##type##_ge, get, compare, >=) \
VALUE_FUNCTION(vsm_##type##_cmp) \
{ \
	const void *a = get(PG_GETARG_DATUM(0)); \
	const void *b = get(PG_GETARG_DATUM(1)); \
	int			result = compare(a, b); \
\
	value_free_copy(fcinfo, 0, a); \
	value_free_copy(fcinfo, 1, b); \
	PG_RETURN_INT32(result); \
} \
VALUE_FUNCTION(vsm_##type##_hash) \
{ \
	const void *value = get(PG_GETARG_DATUM(0)); \
	uint32		hash = value_hash(value); \
\
	value_free_copy(fcinfo, 0, value); \
	PG_RETURN_UINT32(hash); \
} \
VALUE_FUNCTION(vsm_##type##_hash_extended) \
{ \
	const void *value = get(PG_GETARG_DATUM(0)); \
	uint64		hash = value_hash_extended(value, PG_GETARG_INT64(1)); \
\
	value_free_copy(fcinfo, 0, value); \
	PG_RETURN_UINT64(hash); \
}

#endif							/* VSM_VALUE_IO_H */
