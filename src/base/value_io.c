/*
 * value_io.c
 *		What the functions of every type share; see value_io.h.
 */
#include "postgres.h"

#include "base/compat.h"
#include "base/value_io.h"
#include "common/hashfn.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"

Datum
value_refuse_text(Node *escontext, const char *name, const InputError *error)
{
	vsm_ereturn(escontext, (Datum) 0,
				(errcode(error->sqlstate),
				 errmsg("invalid input syntax for type %s", name),
				 errdetail("%s", error->detail)));
}

void
value_refuse_binary(const char *name, const InputError *error)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
			 errmsg("invalid binary format of type %s", name),
			 errdetail("%s", error->detail)));
	pg_unreachable();
}

void
value_begin_receive(StringInfo message, const char *name, int known)
{
	int			version = pq_getmsgbyte(message);

	if (version != known)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("invalid binary format of type %s", name),
				 errdetail("Its format version is %d; this version of vsm reads %d.", version, known)));
}

void
value_begin_send(StringInfo message, int version)
{
	pq_begintypsend(message);
	pq_sendbyte(message, version);
}

const char *
value_text_of_json(FunctionCallInfo fcinfo, int *len)
{
	text	   *json = PG_GETARG_TEXT_PP(0);

	*len = VARSIZE_ANY_EXHDR(json);
	return VARDATA_ANY(json);
}

const char *
value_text_of_jsonb(FunctionCallInfo fcinfo, int *len)
{
	Jsonb	   *jsonb = PG_GETARG_JSONB_P(0);
	char	   *text = JsonbToCString(NULL, &jsonb->root, VARSIZE(jsonb));

	*len = strlen(text);
	return text;
}

Datum
value_json(const char *text)
{
	return PointerGetDatum(cstring_to_text(text));
}

Datum
value_jsonb(const char *text)
{
	return DirectFunctionCall1(jsonb_in, CStringGetDatum(text));
}

bool
value_bytes_differ(const void *a, const void *b)
{
	return VARSIZE_ANY_EXHDR(a) != VARSIZE_ANY_EXHDR(b) ||
		memcmp(VARDATA_ANY(a), VARDATA_ANY(b), VARSIZE_ANY_EXHDR(a)) != 0;
}

uint32
value_hash(const void *value)
{
	return hash_bytes((const unsigned char *) VARDATA_ANY(value), VARSIZE_ANY_EXHDR(value));
}

uint64
value_hash_extended(const void *value, uint64 seed)
{
	return hash_bytes_extended((const unsigned char *) VARDATA_ANY(value), VARSIZE_ANY_EXHDR(value), seed);
}
