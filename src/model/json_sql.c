/*
 * json_sql.c
 *		Members of payloads, read without ever raising.
 */
#include "postgres.h"

#include <ctype.h>

#include "base/compat.h"
#include "model/payload.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/numeric.h"
#include "utils/timestamp.h"

PG_FUNCTION_INFO_V1(vsm_json_time);
PG_FUNCTION_INFO_V1(vsm_json_text);
PG_FUNCTION_INFO_V1(vsm_json_number);
PG_FUNCTION_INFO_V1(vsm_json_time_at);
PG_FUNCTION_INFO_V1(vsm_json_text_at);
PG_FUNCTION_INFO_V1(vsm_json_number_at);

/* What tools write for "never": nothing at all as milliseconds since 1970, or as a date since the year 1. */
#define EPOCH			(-(POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE) * USECS_PER_DAY)
#define SECOND_YEAR		(-(POSTGRES_EPOCH_JDATE - INT64CONST(1721791)) * USECS_PER_DAY)

/*
 * Numbers below this are seconds, since no tool tells of anything before 1973, and the same number
 * of seconds reaches to the year 5138. Those whose seconds lie before 1973, too, are no time.
 */
#define FIRST_MILLISECONDS	INT64CONST(100000000000)

/* The member of an array that a text names by its place, from the end if negative, as #> does. */
static JsonbValue *
element_at(JsonbContainer *array, const char *text, int len)
{
	int			count = JsonContainerSize(array);
	bool		negative = len > 0 && *text == '-';
	int			place = 0;

	if (len == (negative ? 1 : 0) || len > 9)
		return NULL;
	for (int i = negative ? 1 : 0; i < len; i++)
	{
		if (text[i] < '0' || text[i] > '9')
			return NULL;
		place = place * 10 + (text[i] - '0');
	}
	if (negative)
		place = count - place;
	return place >= 0 && place < count ? getIthJsonbValueFromContainer(array, place) : NULL;
}

/* The scalar that the path in the second argument leads to, within the first; false if there is none. */
static bool
scalar_at(FunctionCallInfo fcinfo, JsonbValue *value)
{
	JsonbContainer *container = &PG_GETARG_JSONB_P(0)->root;
	ArrayType  *path = PG_GETARG_ARRAYTYPE_P(1);
	int			count = ArrayGetNItems(ARR_NDIM(path), ARR_DIMS(path));
	char	   *key = ARR_DATA_PTR(path);

	if (count == 0 || ARR_HASNULL(path) || JsonContainerIsScalar(container))
		return false;
	for (int i = 0; i < count; i++)
	{
		const char *text = VARDATA_ANY(key);
		int			len = VARSIZE_ANY_EXHDR(key);
		JsonbValue *found;

		if (container == NULL)
			return false;
		if (JsonContainerIsObject(container))
			found = getKeyJsonValueFromContainer(container, text, len, value);
		else
		{
			found = element_at(container, text, len);
			if (found != NULL)
				*value = *found;
		}
		if (found == NULL)
			return false;
		container = value->type == jbvBinary ? value->val.binary.data : NULL;
		key = att_addlength_pointer(key, -1, key);
		key = (char *) att_align_nominal(key, TYPALIGN_INT);
	}
	return container == NULL;
}

/* Whether a text is a number and nothing else, blanks around it aside. */
static bool
is_bare_number(const char *text, int len)
{
	for (int i = 0; i < len; i++)
		if (!(text[i] >= '0' && text[i] <= '9') && text[i] != '.' && !isspace((unsigned char) text[i]))
			return false;
	return true;
}

static Datum
time_of(FunctionCallInfo fcinfo, JsonbValue *value)
{
	const char *start;
	int			len;
	TimestampTz at;

	if (value->type == jbvString)
	{
		start = value->val.string.val;
		len = value->val.string.len;
	}
	else if (value->type == jbvNumeric)
	{
		start = DatumGetCString(DirectFunctionCall1(numeric_out, NumericGetDatum(value->val.numeric)));
		len = strlen(start);
	}
	else
		PG_RETURN_NULL();
	if (payload_read_time(start, len, &at) != PAYLOAD_TIME_READ || at == EPOCH || at < SECOND_YEAR ||
		(at < EPOCH && value->type == jbvNumeric))
		PG_RETURN_NULL();
	if (at > EPOCH && at < EPOCH + FIRST_MILLISECONDS * 1000 && is_bare_number(start, len))
	{
		at = EPOCH + (at - EPOCH) * 1000;
		if (at < EPOCH + FIRST_MILLISECONDS * 1000)
			PG_RETURN_NULL();
	}
	PG_RETURN_TIMESTAMPTZ(at);
}

static Datum
text_of(FunctionCallInfo fcinfo, JsonbValue *value)
{
	if (value->type == jbvString && value->val.string.len > 0)
		PG_RETURN_TEXT_P(cstring_to_text_with_len(value->val.string.val, value->val.string.len));
	if (value->type == jbvNumeric)
	{
		char	   *number = DatumGetCString(DirectFunctionCall1(numeric_out, NumericGetDatum(value->val.numeric)));
		char	   *point = strchr(number, '.');

		if (point != NULL && strspn(point + 1, "0") == strlen(point + 1))
			*point = '\0';
		PG_RETURN_TEXT_P(cstring_to_text(number));
	}
	PG_RETURN_NULL();
}

static Datum
number_of(FunctionCallInfo fcinfo, JsonbValue *value)
{
	if (value->type == jbvNumeric)
		PG_RETURN_NUMERIC(DatumGetNumericCopy(NumericGetDatum(value->val.numeric)));
	if (value->type != jbvString || !payload_read_number(value->val.string.val, value->val.string.len))
		PG_RETURN_NULL();

	PG_RETURN_DATUM(DirectFunctionCall3(numeric_in, CStringGetDatum(pnstrdup(value->val.string.val, value->val.string.len)),
										ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1)));
}

/*
 * json_time(jsonb) -> timestamptz
 *
 * The time in a member of a payload, written as vsm_payload_time says, as text or as a number.
 * Numbers that would lie before 1973 as milliseconds since 1970 are seconds.
 * NULL for whatever is no time (null, an object, other text, a negative number) and for what tools
 * write for "never", 0 milliseconds since 1970 and days of the year 1: what is wrong with one member
 * costs that member only.
 */
Datum
vsm_json_time(PG_FUNCTION_ARGS)
{
	JsonbValue	value;

	if (!JsonbExtractScalar(&PG_GETARG_JSONB_P(0)->root, &value))
		PG_RETURN_NULL();
	return time_of(fcinfo, &value);
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
	return text_of(fcinfo, &value);
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
	return number_of(fcinfo, &value);
}

/*
 * json_time(jsonb, VARIADIC path text[]) -> timestamptz, and so on
 *
 * The same of the member that a path leads to, which is not made a jsonb of its own.
 */
Datum
vsm_json_time_at(PG_FUNCTION_ARGS)
{
	JsonbValue	value;

	if (!scalar_at(fcinfo, &value))
		PG_RETURN_NULL();
	return time_of(fcinfo, &value);
}

Datum
vsm_json_text_at(PG_FUNCTION_ARGS)
{
	JsonbValue	value;

	if (!scalar_at(fcinfo, &value))
		PG_RETURN_NULL();
	return text_of(fcinfo, &value);
}

Datum
vsm_json_number_at(PG_FUNCTION_ARGS)
{
	JsonbValue	value;

	if (!scalar_at(fcinfo, &value))
		PG_RETURN_NULL();
	return number_of(fcinfo, &value);
}
