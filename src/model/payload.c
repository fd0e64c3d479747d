/*
 * payload.c
 *		What the readers of raw payloads need and SQL has not: times in every spelling that
 *		tools use, whatever the session's settings, and text that is not quite JSON.
 */
#include "postgres.h"

#include <ctype.h>

#include "base/compat.h"
#include "base/json_tree.h"
#include "miscadmin.h"
#include "base/timestamp_text.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/numeric.h"
#include "utils/timestamp.h"

PG_FUNCTION_INFO_V1(vsm_payload_time);
PG_FUNCTION_INFO_V1(vsm_payload_text);
PG_FUNCTION_INFO_V1(vsm_payload_error);
PG_FUNCTION_INFO_V1(vsm_json_time);
PG_FUNCTION_INFO_V1(vsm_json_text);
PG_FUNCTION_INFO_V1(vsm_json_number);

/* A written time is not longer than this; what is longer is not a time. */
#define MAX_TIME_LENGTH	64
/* Nor a number that counts something. */
#define MAX_NUMBER_LENGTH	100

/*
 * Reads a time that is a bare number: milliseconds since 1970, as Jira and Jenkins send them.
 * Returns false where the text is not a number; sets *out_of_range outside of PostgreSQL's times.
 */
static bool
parse_epoch_milliseconds(const char *text, int len, TimestampTz *at, bool *out_of_range)
{
	const char *p = text;
	const char *end = text + len;
	bool		negative = false;
	int64		microseconds = 0;
	int			scale = 1000;	/* what one unit of the next digit behind the point is worth */
	int			digits = 0;

	if (p < end && *p == '-')
	{
		negative = true;
		p++;
	}
	for (; p < end && *p >= '0' && *p <= '9'; p++, digits++)
	{
		/* 18 digits of milliseconds are far outside of any calendar. */
		if (digits < 18)
			microseconds = microseconds * 10 + (*p - '0');
	}
	if (digits == 0)
		return false;
	if (digits <= 15)
		microseconds *= 1000;
	if (p < end && *p == '.')
	{
		for (p++; p < end && *p >= '0' && *p <= '9'; p++)
		{
			scale /= 10;
			if (digits <= 15)
				microseconds += (*p - '0') * scale;
		}
	}
	if (p != end)
		return false;
	if (negative)
		microseconds = -microseconds;
	*at = microseconds - (POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE) * USECS_PER_DAY;
	*out_of_range = digits > 15 || !IS_VALID_TIMESTAMP(*at);
	return true;
}

typedef enum TimeRead
{
	TIME_READ,
	TIME_EMPTY,
	TIME_INVALID,
	TIME_OUT_OF_RANGE
} TimeRead;

/*
 * Reads a time as a tool wrote it; see vsm_payload_time. *start and *len become the text without
 * the blanks around it.
 */
static TimeRead
read_time(const char **start, int *len, TimestampTz *at)
{
	char		normal[MAX_TIME_LENGTH + 16];
	int			n;
	bool		has_clock;
	bool		out_of_range;

	while (*len > 0 && isspace((unsigned char) **start))
	{
		(*start)++;
		(*len)--;
	}
	while (*len > 0 && isspace((unsigned char) (*start)[*len - 1]))
		(*len)--;
	if (*len == 0)
		return TIME_EMPTY;
	if (parse_epoch_milliseconds(*start, *len, at, &out_of_range))
		return out_of_range ? TIME_OUT_OF_RANGE : TIME_READ;
	if (*len > MAX_TIME_LENGTH)
		return TIME_INVALID;

	memcpy(normal, *start, *len);
	n = *len;
	/* "UTC" and "GMT" are Z; nothing may stand between time and zone. */
	if (n > 3 && (memcmp(normal + n - 3, "UTC", 3) == 0 || memcmp(normal + n - 3, "GMT", 3) == 0))
	{
		n -= 3;
		normal[n++] = 'Z';
	}
	has_clock = n > 10 && memchr(normal, ':', n) != NULL;
	if (has_clock)
	{
		int			zone = n;	/* where the zone begins */

		for (int i = 11; i < n && zone == n; i++)
		{
			if (normal[i] == '+' || normal[i] == '-' || normal[i] == 'Z' || normal[i] == 'z')
				zone = i;
		}
		if (zone == n)
			normal[n++] = 'Z';
		else if (normal[zone - 1] == ' ')
		{
			memmove(normal + zone - 1, normal + zone, n - zone);
			n--;
		}
	}
	else
	{
		memcpy(normal + n, "T00:00Z", 7);
		n += 7;
	}
	return timestamp_text_parse(normal, n, at) == NULL ? TIME_READ : TIME_INVALID;
}

/*
 * payload_time(text) -> timestamptz
 *
 * ISO 8601 with a T or a space, seconds and fraction optional, the zone as Z, UTC, GMT, +02:00,
 * +0200 or +02, with a space before it or not; without a zone it is UTC; a date alone is its
 * midnight in UTC; a bare number is milliseconds since 1970. Empty text is NULL. Anything else
 * is 22007, never a guess; a number outside of PostgreSQL's times is 22008.
 */
Datum
vsm_payload_time(PG_FUNCTION_ARGS)
{
	text	   *input = PG_GETARG_TEXT_PP(0);
	const char *start = VARDATA_ANY(input);
	int			len = VARSIZE_ANY_EXHDR(input);
	TimestampTz at;

	switch (read_time(&start, &len, &at))
	{
		case TIME_READ:
			PG_RETURN_TIMESTAMPTZ(at);
		case TIME_EMPTY:
			break;
		case TIME_OUT_OF_RANGE:
			ereport(ERROR,
					(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
					 errmsg("time out of range: \"%.*s\"", len, start)));
			break;
		case TIME_INVALID:
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_DATETIME_FORMAT),
					 errmsg("invalid time: \"%.*s\"", Min(len, MAX_TIME_LENGTH), start),
					 errdetail("Readable are ISO 8601, with or without a zone (UTC then), and milliseconds since 1970.")));
			break;
	}
	PG_RETURN_NULL();
}

/*
 * json_time(jsonb) -> timestamptz
 *
 * The time in a member of a payload, written as vsm_payload_time says, as text or as a number.
 * NULL for whatever is no time (null, an object, other text) and for 0 milliseconds since 1970,
 * which tools write for "never": what is wrong with one member costs that member only.
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
	if (read_time(&start, &len, &at) != TIME_READ ||
		at == -(POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE) * USECS_PER_DAY)
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
	const char *p;
	const char *end;
	char	   *number;

	if (!JsonbExtractScalar(&PG_GETARG_JSONB_P(0)->root, &value))
		PG_RETURN_NULL();
	if (value.type == jbvNumeric)
		PG_RETURN_NUMERIC(DatumGetNumericCopy(NumericGetDatum(value.val.numeric)));
	if (value.type != jbvString || value.val.string.len == 0 || value.val.string.len > MAX_NUMBER_LENGTH)
		PG_RETURN_NULL();

	/* Digits, with a sign before and one point within: numeric's own input would raise. */
	p = value.val.string.val;
	end = p + value.val.string.len;
	number = pnstrdup(p, value.val.string.len);
	if (*p == '-' || *p == '+')
		p++;
	if (p == end || !isdigit((unsigned char) *p))
		PG_RETURN_NULL();
	while (p < end && isdigit((unsigned char) *p))
		p++;
	if (p < end && *p == '.')
		for (p++; p < end && isdigit((unsigned char) *p);)
			p++;
	if (p != end)
		PG_RETURN_NULL();
	PG_RETURN_DATUM(DirectFunctionCall3(numeric_in, CStringGetDatum(number),
										ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1)));
}

/*
 * Where the escape \u0000 stands in JSON text, or NULL. A backslash that is itself escaped
 * does not begin one.
 */
static const char *
find_null_escape(const char *p, const char *end)
{
	while ((p = memchr(p, '\\', end - p)) != NULL)
	{
		if (end - p >= 6 && memcmp(p, "\\u0000", 6) == 0)
			return p;
		if (end - p < 2)
			return NULL;
		p += 2;
	}
	return NULL;
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
	const char *found = find_null_escape(start, start + len);
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
		found = find_null_escape(found + 6, start + len);
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
	JsonLexContext *lexer = vsm_json_lexer(VARDATA_ANY(input), VARSIZE_ANY_EXHDR(input));
	JsonSemAction actions = {0};
	JsonParseErrorType result = pg_parse_json(lexer, &actions);
	InputError	error;

	if (result == JSON_SUCCESS)
		PG_RETURN_NULL();
	json_input_error(result, lexer, &error);
	PG_RETURN_TEXT_P(cstring_to_text(error.detail));
}
