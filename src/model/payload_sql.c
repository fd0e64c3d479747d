/*
 * payload_sql.c
 *		What the readers of raw payloads, which are written in SQL, call.
 */
#include "postgres.h"

#include "base/compat.h"
#include "base/json_tree.h"
#include "miscadmin.h"
#include "model/payload.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

PG_FUNCTION_INFO_V1(vsm_payload_time);
PG_FUNCTION_INFO_V1(vsm_payload_text);
PG_FUNCTION_INFO_V1(vsm_payload_error);

/* payload_time(text) -> timestamptz; see payload_read_time. Empty text is NULL. */
Datum
vsm_payload_time(PG_FUNCTION_ARGS)
{
	text	   *input = PG_GETARG_TEXT_PP(0);
	TimestampTz at;

	if (!payload_read_time(VARDATA_ANY(input), VARSIZE_ANY_EXHDR(input), &at))
		PG_RETURN_NULL();
	PG_RETURN_TIMESTAMPTZ(at);
}

/*
 * payload_text(text) -> text
 *
 * The same JSON text with every escape \u0000, which PostgreSQL's text cannot hold, written as
 * \ufffd, the replacement character. A payload without one is returned as it is.
 */
Datum
vsm_payload_text(PG_FUNCTION_ARGS)
{
	text	   *input = PG_GETARG_TEXT_PP(0);
	const char *start = VARDATA_ANY(input);
	int			len = VARSIZE_ANY_EXHDR(input);
	const char *found = payload_null_escape(start, start + len);
	text	   *result;
	char	   *target;

	if (found == NULL)
		PG_RETURN_TEXT_P(input);

	result = cstring_to_text_with_len(start, len);
	target = VARDATA(result);
	do
	{
		memcpy(target + (found - start), "\\ufffd", 6);
		CHECK_FOR_INTERRUPTS();
		found = payload_null_escape(found + 6, start + len);
	} while (found != NULL);
	PG_RETURN_TEXT_P(result);
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
