/*
 * payload_sql.c
 *		What the readers of raw payloads, which are written in SQL, call.
 */
#include "postgres.h"

#include <ctype.h>

#include "base/compat.h"
#include "base/json_tree.h"
#include "miscadmin.h"
#include "model/payload.h"
#include "model/payload_json.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

PG_FUNCTION_INFO_V1(vsm_payload_time);
PG_FUNCTION_INFO_V1(vsm_payload_text);
PG_FUNCTION_INFO_V1(vsm_payload_json);
PG_FUNCTION_INFO_V1(vsm_payload_error);
PG_FUNCTION_INFO_V1(vsm_payload_head);
PG_FUNCTION_INFO_V1(vsm_payload_parts);

/* The text without the blanks around it. */
static char *
trimmed(text *input)
{
	char	   *start = text_to_cstring(input);
	char	   *end = start + strlen(start);

	while (isspace((unsigned char) *start))
		start++;
	while (end > start && isspace((unsigned char) end[-1]))
		*--end = '\0';
	return start;
}

/*
 * payload_time(text) -> timestamptz
 *
 * See payload_read_time. Empty text is NULL; what is no time is 22007, what is out of PostgreSQL's
 * range 22008.
 */
Datum
vsm_payload_time(PG_FUNCTION_ARGS)
{
	text	   *input = PG_GETARG_TEXT_PP(0);
	TimestampTz at;

	switch (payload_read_time(VARDATA_ANY(input), VARSIZE_ANY_EXHDR(input), &at))
	{
		case PAYLOAD_TIME_READ:
			PG_RETURN_TIMESTAMPTZ(at);
		case PAYLOAD_TIME_EMPTY:
			break;
		case PAYLOAD_TIME_OUT_OF_RANGE:
			ereport(ERROR,
					(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
					 errmsg("time out of range: \"%s\"", trimmed(input))));
			break;
		case PAYLOAD_TIME_INVALID:
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_DATETIME_FORMAT),
					 errmsg("invalid time: \"%.64s\"", trimmed(input)),
					 errdetail("Readable are ISO 8601, with or without a zone (UTC then), and milliseconds since 1970.")));
			break;
	}
	PG_RETURN_NULL();
}

/*
 * payload_text(text) -> text
 *
 * The same JSON text without a byte order mark in front, and with every escape that PostgreSQL's
 * text cannot hold (see payload_bad_escape) written as \ufffd, the replacement character. A payload
 * that has none is returned as it is.
 */
Datum
vsm_payload_text(PG_FUNCTION_ARGS)
{
	text	   *input = PG_GETARG_TEXT_PP(0);
	const char *start = VARDATA_ANY(input);
	int			len = VARSIZE_ANY_EXHDR(input);
	bool		marked = len >= 3 && memcmp(start, "\xEF\xBB\xBF", 3) == 0;
	const char *found = payload_bad_escape(start, start + len);
	text	   *result;
	char	   *target;

	if (found == NULL && !marked)
		PG_RETURN_TEXT_P(input);

	if (marked)
	{
		start += 3;
		len -= 3;
	}
	result = cstring_to_text_with_len(start, len);
	target = VARDATA(result);
	while (found != NULL)
	{
		memcpy(target + (found - start), "\\ufffd", 6);
		CHECK_FOR_INTERRUPTS();
		found = payload_bad_escape(found + 6, start + len);
	}
	PG_RETURN_TEXT_P(result);
}

/*
 * payload_json(text) -> jsonb
 *
 * What payload_text(payload)::jsonb is, errors included.
 */
Datum
vsm_payload_json(PG_FUNCTION_ARGS)
{
	text	   *input = PG_GETARG_TEXT_PP(0);
	const char *start = VARDATA_ANY(input);
	size_t		len = VARSIZE_ANY_EXHDR(input);
	Jsonb	   *result;
	Datum		readable;

	if (len >= 3 && memcmp(start, "\xEF\xBB\xBF", 3) == 0)
	{
		start += 3;
		len -= 3;
	}
	result = payload_jsonb(start, len);
	if (result != NULL)
		PG_RETURN_JSONB_P(result);
	readable = DirectFunctionCall1(vsm_payload_text, PointerGetDatum(input));
	PG_RETURN_DATUM(DirectFunctionCall1(jsonb_in, CStringGetDatum(text_to_cstring(DatumGetTextPP(readable)))));
}

/*
 * payload_error(text) -> text
 *
 * Why a payload is not JSON, as a sentence; NULL when it is. Unlike a cast to jsonb it does not
 * raise, so one payload that was cut off need not stop a batch. (What is nested deeper than the
 * stack allows raises 54001 here as well.)
 */
Datum
vsm_payload_error(PG_FUNCTION_ARGS)
{
	text	   *input = PG_GETARG_TEXT_PP(0);
	JsonSemAction actions = {0};
	InputError	error = {0};

	if (json_stream_parse(vsm_json_lexer(VARDATA_ANY(input), VARSIZE_ANY_EXHDR(input)), &actions, &error))
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text(error.detail));
}

/*
 * The payload with only the elements of its longest array from start to end. Where there are none
 * between two commas, which is not JSON, there are none here either.
 */
static text *
with_elements(text *payload, const PayloadArray *array, const char *start, const char *end)
{
	const char *payload_end = VARDATA_ANY(payload) + VARSIZE_ANY_EXHDR(payload);
	const char *p = start;
	StringInfoData part;

	while (p < end && isspace((unsigned char) *p))
		p++;
	initStringInfo(&part);
	enlargeStringInfo(&part, (array->start - VARDATA_ANY(payload)) + (end - start) + (payload_end - array->end) + 1);
	appendBinaryStringInfo(&part, VARDATA_ANY(payload), array->start - VARDATA_ANY(payload));
	appendBinaryStringInfo(&part, start, end - start);
	if (p == end && (start > array->start || end < array->end))
		appendStringInfoChar(&part, ',');
	appendBinaryStringInfo(&part, array->end, payload_end - array->end);
	return cstring_to_text_with_len(part.data, part.len);
}

/*
 * payload_head(text, elements integer) -> text
 *
 * The payload with only the first elements of its longest array: small, and still enough to say
 * what it is. NULL if it has no array at its top that makes up at least half of it.
 */
Datum
vsm_payload_head(PG_FUNCTION_ARGS)
{
	text	   *payload = PG_GETARG_TEXT_PP(0);
	PayloadArray array;

	if (!payload_longest_array(VARDATA_ANY(payload), VARDATA_ANY(payload) + VARSIZE_ANY_EXHDR(payload), &array))
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(with_elements(payload, &array, array.start,
								   payload_elements_end(array.start, &array, PG_GETARG_INT32(1), 0)));
}

typedef struct Parts
{
	text	   *payload;
	PayloadArray array;
	const char *next;			/* where the next part begins; NULL: there is none */
} Parts;

/*
 * payload_parts(text, bytes integer) -> setof text
 *
 * The payload in parts, each with all of it but of its longest array only some elements, of
 * together as many bytes or little more. One that has no such array is its only part.
 */
Datum
vsm_payload_parts(PG_FUNCTION_ARGS)
{
	FuncCallContext *context;
	Parts	   *parts;

	if (SRF_IS_FIRSTCALL())
	{
		MemoryContext caller;

		context = SRF_FIRSTCALL_INIT();
		caller = MemoryContextSwitchTo(context->multi_call_memory_ctx);
		parts = palloc(sizeof(Parts));
		parts->payload = PG_GETARG_TEXT_PP(0);
		if (!payload_longest_array(VARDATA_ANY(parts->payload),
								   VARDATA_ANY(parts->payload) + VARSIZE_ANY_EXHDR(parts->payload), &parts->array))
			parts->array.start = NULL;
		parts->next = parts->array.start != NULL ? parts->array.start : VARDATA_ANY(parts->payload);
		context->user_fctx = parts;
		MemoryContextSwitchTo(caller);
	}
	context = SRF_PERCALL_SETUP();
	parts = context->user_fctx;
	if (parts->next == NULL)
		SRF_RETURN_DONE(context);
	if (parts->array.start == NULL)
	{
		parts->next = NULL;
		SRF_RETURN_NEXT(context, PointerGetDatum(parts->payload));
	}
	else
	{
		const char *start = parts->next;
		const char *end = payload_elements_end(start, &parts->array, 1, Max(PG_GETARG_INT32(1), 1));

		parts->next = end < parts->array.end ? end + 1 : NULL;
		SRF_RETURN_NEXT(context, PointerGetDatum(with_elements(parts->payload, &parts->array, start, end)));
	}
}
