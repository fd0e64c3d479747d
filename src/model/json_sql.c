/*
 * json_sql.c
 *		Members of payloads, read without ever raising.
 */
#include "postgres.h"

#include "base/compat.h"
#include "model/payload.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/numeric.h"
#include "utils/timestamp.h"

PG_FUNCTION_INFO_V1(vsm_json_time);
PG_FUNCTION_INFO_V1(vsm_json_text);
PG_FUNCTION_INFO_V1(vsm_json_number);

/* What tools write for "never": nothing at all as milliseconds since 1970, or as a date since the year 1. */
#define EPOCH			(-(POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE) * USECS_PER_DAY)
#define SECOND_YEAR		(-(POSTGRES_EPOCH_JDATE - INT64CONST(1721791)) * USECS_PER_DAY)

/*
 * json_time(jsonb) -> timestamptz
 *
 * The time in a member of a payload, written as vsm_payload_time says, as text or as a number.
 * NULL for whatever is no time (null, an object, other text, a negative number) and for what tools
 * write for "never", 0 milliseconds since 1970 and days of the year 1: what is wrong with one member
 * costs that member only.
 */
Datum
vsm_json_time(PG_FUNCTION_ARGS)
{
	JsonbValue	value;
	const char *start;
	int			len;
	TimestampTz at;

	if (!JsonbExtractScalar(&PG_GETARG_JSONB_P(0)->root, &value))
		PG_RETURN_NULL();
	if (value.type == jbvString)
	{
		start = value.val.string.val;
		len = value.val.string.len;
	}
	else if (value.type == jbvNumeric)
	{
		start = DatumGetCString(DirectFunctionCall1(numeric_out, NumericGetDatum(value.val.numeric)));
		len = strlen(start);
	}
	else
		PG_RETURN_NULL();
	if (payload_read_time(start, len, &at) != PAYLOAD_TIME_READ || at == EPOCH || at < SECOND_YEAR ||
		(at < EPOCH && value.type == jbvNumeric))
		PG_RETURN_NULL();
	PG_RETURN_TIMESTAMPTZ(at);
}

/*
 * json_text(jsonb) -> text
 *
 * The text of a member that is text or a number and not empty; NULL for everything else. An id
 * that a tool writes as 17, 17.0 or "17" is "17".
 */
Datum
vsm_json_text(PG_FUNCTION_ARGS)
{
	JsonbValue	value;

	if (!JsonbExtractScalar(&PG_GETARG_JSONB_P(0)->root, &value))
		PG_RETURN_NULL();
	if (value.type == jbvString && value.val.string.len > 0)
		PG_RETURN_TEXT_P(cstring_to_text_with_len(value.val.string.val, value.val.string.len));
	if (value.type == jbvNumeric)
	{
		char	   *number = DatumGetCString(DirectFunctionCall1(numeric_out, NumericGetDatum(value.val.numeric)));
		char	   *point = strchr(number, '.');

		if (point != NULL && strspn(point + 1, "0") == strlen(point + 1))
			*point = '\0';
		PG_RETURN_TEXT_P(cstring_to_text(number));
	}
	PG_RETURN_NULL();
}

/*
 * json_number(jsonb) -> numeric
 *
 * The number in a member, also where a tool writes it as text ("-5.0"). NULL for what is none;
 * infinity and NaN are none.
 */
Datum
vsm_json_number(PG_FUNCTION_ARGS)
{
	JsonbValue	value;

	if (!JsonbExtractScalar(&PG_GETARG_JSONB_P(0)->root, &value))
		PG_RETURN_NULL();
	if (value.type == jbvNumeric)
		PG_RETURN_NUMERIC(DatumGetNumericCopy(NumericGetDatum(value.val.numeric)));
	if (value.type != jbvString || !payload_read_number(value.val.string.val, value.val.string.len))
		PG_RETURN_NULL();

	PG_RETURN_DATUM(DirectFunctionCall3(numeric_in, CStringGetDatum(pnstrdup(value.val.string.val, value.val.string.len)),
										ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1)));
}
