/*
 * json_sql.c
 *		Members of payloads, read without ever raising.
 */
#include "postgres.h"

#include <ctype.h>
#include <math.h>

#include "access/tupmacs.h"
#include "base/compat.h"
#include "base/constant_argument.h"
#include "catalog/pg_type.h"
#include "model/json_member.h"
#include "model/payload.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/datetime.h"
#include "utils/json.h"
#include "utils/jsonb.h"
#include "utils/numeric.h"
#include "utils/timestamp.h"

PG_FUNCTION_INFO_V1(vsm_json_time);
PG_FUNCTION_INFO_V1(vsm_json_text);
PG_FUNCTION_INFO_V1(vsm_json_number);
PG_FUNCTION_INFO_V1(vsm_json_time_at);
PG_FUNCTION_INFO_V1(vsm_json_text_at);
PG_FUNCTION_INFO_V1(vsm_json_number_at);
PG_FUNCTION_INFO_V1(vsm_json_day);
PG_FUNCTION_INFO_V1(vsm_json_sha);
PG_FUNCTION_INFO_V1(vsm_json_whole_sha);
PG_FUNCTION_INFO_V1(vsm_json_lacks);
PG_FUNCTION_INFO_V1(vsm_servicenow_lacks);

/*
 * What tools write for "never": nothing at all as milliseconds since 1970, or the first day that their
 * dates know, 1900-01-01 at the latest.
 */
#define UNIX_EPOCH			(-(POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE) * USECS_PER_DAY)
#define FIRST_TIME			(-(POSTGRES_EPOCH_JDATE - INT64CONST(2415022)) * USECS_PER_DAY)

/* Later than ISO 8601 writes, as no tool means it: 10000-01-01. To times before it readers may add hours. */
#define TOO_LATE			((INT64CONST(5373485) - POSTGRES_EPOCH_JDATE) * USECS_PER_DAY)

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

bool
member_at(JsonbContainer *container, const char *text, int len, JsonbValue *value)
{
	JsonbValue *found;

	if (container == NULL || JsonContainerIsScalar(container))
		return false;
	if (JsonContainerIsObject(container))
		return getKeyJsonValueFromContainer(container, text, len, value) != NULL;
	found = element_at(container, text, len);
	if (found != NULL)
		*value = *found;
	return found != NULL;
}

/* The container that a value is; NULL if it is a scalar. */
static JsonbContainer *
container_of(const JsonbValue *value)
{
	return value->type == jbvBinary ? value->val.binary.data : NULL;
}

/* One name of a path, and where it stood in the object that was asked last. */
typedef struct PathStep
{
	char	   *name;
	int			len;
	uint32		place;
} PathStep;

typedef struct MemberPath
{
	int			count;
	PathStep	steps[FLEXIBLE_ARRAY_MEMBER];
} MemberPath;

/* The path in the second argument, if it is a constant; it is taken apart once a statement. */
static MemberPath *
constant_path(FunctionCallInfo fcinfo)
{
	FmgrInfo   *function = fcinfo->flinfo;
	MemberPath *path;
	Datum	   *names;
	bool	   *nulls;
	int			count;

	if (!argument_is_constant(function, 1))
		return NULL;
	deconstruct_array(PG_GETARG_ARRAYTYPE_P(1), TEXTOID, -1, false, TYPALIGN_INT, &names, &nulls, &count);
	path = MemoryContextAllocZero(function->fn_mcxt, offsetof(MemberPath, steps) + count * sizeof(PathStep));
	for (int i = 0; i < count; i++)
	{
		PathStep   *step = &path->steps[i];

		/* (A path with a NULL leads nowhere.) */
		if (nulls[i])
			break;
		step->len = VARSIZE_ANY_EXHDR(DatumGetPointer(names[i]));
		step->name = MemoryContextAlloc(function->fn_mcxt, step->len + 1);
		memcpy(step->name, VARDATA_ANY(DatumGetPointer(names[i])), step->len);
		step->name[step->len] = '\0';
		path->count++;
	}
	if (path->count < count)
		path->count = 0;
	function->fn_extra = path;
	return path;
}

/* Where the child of a container begins. */
static inline uint32
child_offset(const JsonbContainer *container, uint32 place)
{
	uint32		offset = 0;

	while (place > 0)
	{
		JEntry		entry = container->children[--place];

		offset += JBE_OFFLENFLD(entry);
		if (JBE_HAS_OFF(entry))
			break;
	}
	return offset;
}

/* How a name compares with that of a member of an object, as objects order them. */
static inline int
compare_name(const JsonbContainer *object, const char *names, uint32 place, const char *name, int len)
{
	JEntry		entry = object->children[place];
	uint32		offset;
	int			length;

	if (!JBE_HAS_OFF(entry) && JBE_OFFLENFLD(entry) != len)
		return len - (int) JBE_OFFLENFLD(entry);
	offset = child_offset(object, place);
	length = JBE_HAS_OFF(entry) ? JBE_OFFLENFLD(entry) - offset : JBE_OFFLENFLD(entry);
	if (length != len)
		return len - length;
	return memcmp(name, names + offset, len);
}

static void
set_child(const JsonbContainer *container, char *data, uint32 place, JsonbValue *value)
{
	JEntry		entry = container->children[place];
	uint32		offset = child_offset(container, place);
	uint32		length = JBE_HAS_OFF(entry) ? JBE_OFFLENFLD(entry) - offset : JBE_OFFLENFLD(entry);

	if (JBE_ISSTRING(entry))
	{
		value->type = jbvString;
		value->val.string.val = data + offset;
		value->val.string.len = length;
	}
	else if (JBE_ISNUMERIC(entry))
	{
		value->type = jbvNumeric;
		value->val.numeric = (Numeric) (data + INTALIGN(offset));
	}
	else if (JBE_ISBOOL(entry))
	{
		value->type = jbvBool;
		value->val.boolean = JBE_ISBOOL_TRUE(entry);
	}
	else if (JBE_ISCONTAINER(entry))
	{
		value->type = jbvBinary;
		value->val.binary.data = (JsonbContainer *) (data + INTALIGN(offset));
		value->val.binary.len = length - (INTALIGN(offset) - offset);
	}
	else
		value->type = jbvNull;
}

/*
 * The member of an object that a step of a path names, as member_at finds it. Payloads of a kind have
 * the same members, mostly: it is looked for first where it was, or was not, in the last one.
 */
static bool
member_of_step(JsonbContainer *object, PathStep *step, JsonbValue *value)
{
	uint32		count = JsonContainerSize(object);
	char	   *data = (char *) (object->children + 2 * count);
	uint32		low = 0;
	uint32		high = count;

	if (step->place <= count)
	{
		int			compared = step->place < count ? compare_name(object, data, step->place, step->name, step->len) : -1;

		if (compared == 0)
		{
			set_child(object, data, step->place + count, value);
			return true;
		}
		if (compared > 0)
			low = step->place + 1;
		else if (step->place == 0 || compare_name(object, data, step->place - 1, step->name, step->len) > 0)
			return false;
		else
			high = step->place;
	}
	while (low < high)
	{
		uint32		middle = low + (high - low) / 2;
		int			compared = compare_name(object, data, middle, step->name, step->len);

		if (compared == 0)
		{
			step->place = middle;
			set_child(object, data, middle + count, value);
			return true;
		}
		if (compared > 0)
			low = middle + 1;
		else
			high = middle;
	}
	step->place = low;
	return false;
}

/* The scalar that the path in the second argument leads to, within the first; false if there is none. */
static bool
scalar_at(FunctionCallInfo fcinfo, JsonbValue *value)
{
	JsonbContainer *container = &PG_GETARG_JSONB_P(0)->root;
	MemberPath *constant = fcinfo->flinfo != NULL ? fcinfo->flinfo->fn_extra : NULL;
	ArrayType  *path;
	int			count;
	char	   *key;

	if (constant == NULL)
		constant = constant_path(fcinfo);
	if (constant != NULL)
	{
		for (int i = 0; i < constant->count; i++)
		{
			PathStep   *step = &constant->steps[i];

			if (container != NULL && JsonContainerIsObject(container) ? !member_of_step(container, step, value) :
				!member_at(container, step->name, step->len, value))
				return false;
			container = container_of(value);
		}
		return constant->count > 0 && container == NULL;
	}

	path = PG_GETARG_ARRAYTYPE_P(1);
	count = ArrayGetNItems(ARR_NDIM(path), ARR_DIMS(path));
	key = ARR_DATA_PTR(path);
	if (count == 0 || ARR_HASNULL(path))
		return false;
	for (int i = 0; i < count; i++)
	{
		if (!member_at(container, VARDATA_ANY(key), VARSIZE_ANY_EXHDR(key), value))
			return false;
		container = container_of(value);
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

/* Whether a text is a number of 16 digits, which are microseconds since 1970, or of 19, which are nanoseconds. */
static bool
read_fine_time(const char *text, int len, TimestampTz *time)
{
	int64		number = 0;
	int			digits;

	while (len > 0 && isspace((unsigned char) *text))
	{
		text++;
		len--;
	}
	for (digits = 0; digits < len && digits < 19 && text[digits] >= '0' && text[digits] <= '9'; digits++)
	{
		if (number > (PG_INT64_MAX - 9) / 10)
			return false;
		number = number * 10 + (text[digits] - '0');
	}
	if ((digits != 16 && digits != 19) || *text == '0' || (digits < len && text[digits] >= '0' && text[digits] <= '9'))
		return false;
	*time = UNIX_EPOCH + (digits == 16 ? number : number / 1000);
	return true;
}

bool
member_time(const JsonbValue *value, TimestampTz *time)
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
		return false;
	if (len >= 16 && is_bare_number(start, len) && read_fine_time(start, len, time))
		return true;
	if (payload_read_time(start, len, &at) != PAYLOAD_TIME_READ || at == UNIX_EPOCH || at < FIRST_TIME ||
		at >= TOO_LATE || (at < UNIX_EPOCH && value->type == jbvNumeric))
		return false;
	if (at > UNIX_EPOCH && at < UNIX_EPOCH + FIRST_MILLISECONDS * 1000 && is_bare_number(start, len))
	{
		at = UNIX_EPOCH + (at - UNIX_EPOCH) * 1000;
		if (at < UNIX_EPOCH + FIRST_MILLISECONDS * 1000)
			return false;
	}
	*time = at;
	return true;
}

static Datum
time_of(FunctionCallInfo fcinfo, JsonbValue *value)
{
	TimestampTz at;

	if (!member_time(value, &at))
		PG_RETURN_NULL();
	PG_RETURN_TIMESTAMPTZ(at);
}

text *
member_text(const JsonbValue *value)
{
	if (value->type == jbvString && value->val.string.len > 0)
		return cstring_to_text_with_len(value->val.string.val, value->val.string.len);
	if (value->type == jbvNumeric)
	{
		char	   *number = DatumGetCString(DirectFunctionCall1(numeric_out, NumericGetDatum(value->val.numeric)));
		char	   *point = strchr(number, '.');

		if (point != NULL && strspn(point + 1, "0") == strlen(point + 1))
			*point = '\0';
		return cstring_to_text(number);
	}
	return NULL;
}

static Datum
text_of(FunctionCallInfo fcinfo, JsonbValue *value)
{
	text	   *member = member_text(value);

	if (member == NULL)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(member);
}

/* Whether tables of a model take a number, which is reckoned with as float8. */
static bool
can_be_told(Datum number)
{
	float8		value = DatumGetFloat8(DirectFunctionCall1(numeric_float8_no_overflow, number));

	/* What is too small for it becomes zero. */
	if (value == 0)
		return DatumGetBool(DirectFunctionCall2(numeric_eq, number, NumericGetDatum(int64_to_numeric(0))));
	return fabs(value) < 1e300;
}

static Datum
number_of(FunctionCallInfo fcinfo, JsonbValue *value)
{
	Datum		number;

	if (value->type == jbvNumeric)
		number = NumericGetDatum(DatumGetNumericCopy(NumericGetDatum(value->val.numeric)));
	else if (value->type == jbvString && payload_read_number(value->val.string.val, value->val.string.len))
		number = DirectFunctionCall3(numeric_in, CStringGetDatum(pnstrdup(value->val.string.val, value->val.string.len)),
									 ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1));
	else
		PG_RETURN_NULL();
	if (!can_be_told(number))
		PG_RETURN_NULL();
	PG_RETURN_DATUM(number);
}

/*
 * json_time(jsonb) -> timestamptz
 *
 * The time in a member of a payload, written as vsm_payload_time says, as text or as a number.
 * Numbers that would lie before 1973 as milliseconds since 1970 are seconds.
 * NULL for whatever is no time (null, an object, other text, a negative number, a year of five
 * digits) and for what tools write for "never", 0 milliseconds since 1970 and 1900-01-01 and before:
 * what is wrong with one member costs that member only.
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
 * infinity, NaN and what is too large or too small for float8 are none.
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

/* Whether a text is a day without a time: 2026-01-31. */
static bool
is_day(const char *text, int len)
{
	for (int i = 0; i < len; i++)
	{
		if (i == 4 || i == 7 ? text[i] != '-' : !(text[i] >= '0' && text[i] <= '9'))
			return false;
	}
	return len == 10;
}

/*
 * json_day(jsonb) -> jsonb
 *
 * A day without a time as it is, a time as json_time reads it; NULL for what is neither.
 */
Datum
vsm_json_day(PG_FUNCTION_ARGS)
{
	Jsonb	   *member = PG_GETARG_JSONB_P(0);
	JsonbValue	value;
	TimestampTz at;
	char		time[MAXDATELEN + 1];

	if (!JsonbExtractScalar(&member->root, &value) || !member_time(&value, &at))
		PG_RETURN_NULL();
	if (value.type == jbvString && is_day(value.val.string.val, value.val.string.len))
		PG_RETURN_JSONB_P(member);
	JsonEncodeDateTime(time, TimestampTzGetDatum(at), TIMESTAMPTZOID, NULL);
	value.type = jbvString;
	value.val.string.val = time;
	value.val.string.len = strlen(time);
	PG_RETURN_JSONB_P(JsonbValueToJsonb(&value));
}

/* The text of a member that is nothing but hexadecimal digits; NULL if it is anything else. */
static text *
hex_of_member(Jsonb *member)
{
	JsonbValue	value;
	text	   *hex;

	if (!JsonbExtractScalar(&member->root, &value))
		return NULL;
	if (value.type == jbvString)
		hex = cstring_to_text_with_len(value.val.string.val, value.val.string.len);
	else if (value.type == jbvNumeric)
		hex = cstring_to_text(DatumGetCString(DirectFunctionCall1(numeric_out, NumericGetDatum(value.val.numeric))));
	else
		return NULL;
	for (int i = 0; i < VARSIZE_ANY_EXHDR(hex); i++)
	{
		char		digit = VARDATA_ANY(hex)[i];

		if (!(digit >= '0' && digit <= '9') && !(digit >= 'a' && digit <= 'f'))
			return NULL;
	}
	return hex;
}

/*
 * json_sha(jsonb) -> text
 *
 * The SHA in a member, whole or abbreviated: hexadecimal digits that are not all zero.
 */
Datum
vsm_json_sha(PG_FUNCTION_ARGS)
{
	text	   *sha = hex_of_member(PG_GETARG_JSONB_P(0));
	int			len = sha == NULL ? 0 : VARSIZE_ANY_EXHDR(sha);

	for (int i = 0; len >= 4 && len <= 64 && i < len; i++)
	{
		if (VARDATA_ANY(sha)[i] != '0')
			PG_RETURN_TEXT_P(sha);
	}
	PG_RETURN_NULL();
}

/* json_whole_sha(jsonb) -> text: the SHA in a member, of 40 or 64 digits */
Datum
vsm_json_whole_sha(PG_FUNCTION_ARGS)
{
	text	   *sha = hex_of_member(PG_GETARG_JSONB_P(0));

	if (sha == NULL || (VARSIZE_ANY_EXHDR(sha) != 40 && VARSIZE_ANY_EXHDR(sha) != 64))
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(sha);
}

/* What the members of a path, a.b.c, lead to; false if that is no scalar. */
static bool
scalar_at_path(JsonbContainer *container, const char *path, JsonbValue *value)
{
	for (;;)
	{
		int			len = strcspn(path, ".");

		if (!member_at(container, path, len, value))
			return false;
		container = container_of(value);
		if (path[len] == '\0')
			return container == NULL;
		path += len + 1;
	}
}

/* The scalar that a field of a record of ServiceNow is, or has as its value beside what is shown. */
static bool
scalar_of_field(JsonbContainer *record, const char *field, JsonbValue *value)
{
	if (!member_at(record, field, strlen(field), value))
		return false;
	if (container_of(value) != NULL)
		return member_at(container_of(value), "value", 5, value) && container_of(value) == NULL;
	return true;
}

/*
 * The reason why a payload cannot be read, by the members that it lacks; see vsm.json_lacks. In a
 * record of ServiceNow a name is that of a field, not a path.
 */
static Datum
lacks(FunctionCallInfo fcinfo, bool is_record)
{
	JsonbContainer *payload = PG_ARGISNULL(0) ? NULL : &PG_GETARG_JSONB_P(0)->root;
	Datum	   *paths;
	bool	   *nulls;
	int			count;

	if (PG_ARGISNULL(1))
		PG_RETURN_NULL();
	deconstruct_array(PG_GETARG_ARRAYTYPE_P(1), TEXTOID, -1, false, TYPALIGN_INT, &paths, &nulls, &count);
	for (int i = 0; i < count; i++)
	{
		char	   *path = nulls[i] ? NULL : TextDatumGetCString(paths[i]);
		bool		is_time;
		bool		is_there;
		JsonbValue	value;
		Datum		member;

		if (path == NULL)
			PG_RETURN_NULL();
		is_time = *path == '@';
		path += is_time ? 1 : 0;
		is_there = is_record ? scalar_of_field(payload, path, &value) : scalar_at_path(payload, path, &value);
		member = is_there ? text_of(fcinfo, &value) : (Datum) 0;
		if (!is_there || fcinfo->isnull)
		{
			fcinfo->isnull = false;
			PG_RETURN_TEXT_P(cstring_to_text(psprintf("it has no %s", path)));
		}
		if (VARSIZE_ANY_EXHDR(DatumGetPointer(member)) > 1000)
			PG_RETURN_TEXT_P(cstring_to_text(psprintf("its %s is longer than 1,000 bytes", path)));
		if (!is_time)
			continue;
		(void) time_of(fcinfo, &value);
		if (fcinfo->isnull)
		{
			const char *shown = VARDATA_ANY(DatumGetPointer(member));

			fcinfo->isnull = false;
			PG_RETURN_TEXT_P(cstring_to_text(psprintf("its %s is no time: %.*s", path,
													  pg_mbcharcliplen(shown, VARSIZE_ANY_EXHDR(DatumGetPointer(member)), 100), shown)));
		}
	}
	PG_RETURN_NULL();
}

/* json_lacks(payload jsonb, VARIADIC paths text[]) -> text */
Datum
vsm_json_lacks(PG_FUNCTION_ARGS)
{
	return lacks(fcinfo, false);
}

/* servicenow_lacks(record jsonb, VARIADIC fields text[]) -> text */
Datum
vsm_servicenow_lacks(PG_FUNCTION_ARGS)
{
	return lacks(fcinfo, true);
}
