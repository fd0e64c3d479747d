/*
 * fact_details_sql.c
 *		Objects of what a payload tells: the columns of a row, the attributes of an event, a payload itself.
 *
 * Readers make some a payload, mostly of a dozen members. PostgreSQL's own functions look up the type
 * of each value in each call, sort the members, and lay the object out twice: with what is not known
 * and without. Here a call in a statement looks at its names and types once, and each object is
 * written to where it stays.
 */
#include "postgres.h"

#include "base/compat.h"
#include "base/constant_argument.h"
#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/datetime.h"
#include "utils/fmgrprotos.h"
#include "utils/json.h"
#include "utils/jsonb.h"
#include "utils/numeric.h"
#include "utils/timestamp.h"

PG_FUNCTION_INFO_V1(vsm_fact_details);
PG_FUNCTION_INFO_V1(vsm_told_columns);
PG_FUNCTION_INFO_V1(vsm_json_build);

/* What an object has of values that are not there. */
typedef enum KeptNulls
{
	NO_NULLS, NULLS_OF_JSON, ALL_NULLS
} KeptNulls;

/* A member of the object, in the order in which the object has them. */
typedef struct Detail
{
	const char *name;
	int			len;
	int			value;			/* the argument that is its value */
	Oid			type;
} Detail;

typedef struct DetailNames
{
	bool		is_plain;		/* false: only PostgreSQL itself can say what becomes of the arguments */
	int			count;
	Detail members[FLEXIBLE_ARRAY_MEMBER];
} DetailNames;

/* A value as it will lie in the object. */
typedef struct WrittenValue
{
	JEntry		entry;			/* its type */
	const void *data;
	Size		size;
	bool		is_aligned;
	char		time[MAXDATELEN + 1];
} WrittenValue;

static int
compare_members(const void *a, const void *b)
{
	const Detail *left = a;
	const Detail *right = b;

	/* as in a jsonb: the shorter first */
	if (left->len != right->len)
		return left->len - right->len;
	return memcmp(left->name, right->name, left->len);
}

static bool
is_written_here(Oid type)
{
	switch (type)
	{
		case TEXTOID:
		case TIMESTAMPTZOID:
		case INT4OID:
		case INT8OID:
		case NUMERICOID:
		case BOOLOID:
		case JSONBOID:
		case UNKNOWNOID:
			return true;
		default:
			return false;
	}
}

/* What the names and the types of the arguments of this call are; the names have to be constants. */
static DetailNames *
members_of_call(FunctionCallInfo fcinfo)
{
	FmgrInfo   *function = fcinfo->flinfo;
	int			count = PG_NARGS() / 2;
	DetailNames *known = MemoryContextAllocZero(function->fn_mcxt, offsetof(DetailNames, members) + count * sizeof(Detail));

	function->fn_extra = known;
	if (get_fn_expr_variadic(function) || PG_NARGS() % 2 != 0)
		return known;
	for (int i = 0; i < count; i++)
	{
		Detail *member = &known->members[i];
		Oid			name_type = get_fn_expr_argtype(function, 2 * i);

		member->value = 2 * i + 1;
		member->type = get_fn_expr_argtype(function, 2 * i + 1);
		if (!argument_is_constant(function, 2 * i) || PG_ARGISNULL(2 * i) || !is_written_here(member->type) ||
			(name_type != TEXTOID && name_type != UNKNOWNOID) ||
			(member->type == UNKNOWNOID && !argument_is_constant(function, 2 * i + 1)))
			return known;
		member->name = name_type == TEXTOID ? TextDatumGetCString(PG_GETARG_DATUM(2 * i)) : PG_GETARG_CSTRING(2 * i);
		member->len = strlen(member->name);
		member->name = memcpy(MemoryContextAlloc(function->fn_mcxt, member->len + 1), member->name, member->len + 1);
	}
	qsort(known->members, count, sizeof(Detail), compare_members);
	for (int i = 1; i < count; i++)
	{
		if (compare_members(&known->members[i - 1], &known->members[i]) == 0)
			return known;
	}
	known->count = count;
	known->is_plain = true;
	return known;
}

/* Whether a container may hold members that are null. */
static bool
may_hold_null(JsonbContainer *container)
{
	if (JsonContainerIsObject(container))
		return JsonContainerSize(container) > 0;
	for (uint32 i = 0; i < JsonContainerSize(container); i++)
	{
		if (JBE_ISCONTAINER(container->children[i]))
			return true;
	}
	return false;
}

static void
set_string(WrittenValue *value, const char *data, Size size)
{
	if (size > JENTRY_OFFLENMASK)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("string too long to represent as jsonb string"),
				 errdetail("Due to an implementation restriction, jsonb strings cannot exceed %d bytes.", JENTRY_OFFLENMASK)));
	value->entry = JENTRY_ISSTRING;
	value->data = data;
	value->size = size;
}

static void
set_number(WrittenValue *value, Numeric number)
{
	value->entry = JENTRY_ISNUMERIC;
	value->data = number;
	value->size = VARSIZE_ANY(number);
	value->is_aligned = true;
}

/* A member of a payload, with the nulls in it or without; false if it is null. */
static bool
set_json(WrittenValue *value, Jsonb *json, KeptNulls kept)
{
	JsonbValue	scalar;

	if (!JB_ROOT_IS_SCALAR(json))
	{
		if (kept == NO_NULLS && may_hold_null(&json->root))
			json = DatumGetJsonbP(DirectFunctionCall1(jsonb_strip_nulls, JsonbPGetDatum(json)));
		value->entry = JENTRY_ISCONTAINER;
		value->data = &json->root;
		value->size = VARSIZE(json) - VARHDRSZ;
		value->is_aligned = true;
		return true;
	}
	(void) JsonbExtractScalar(&json->root, &scalar);
	switch (scalar.type)
	{
		case jbvString:
			set_string(value, scalar.val.string.val, scalar.val.string.len);
			return true;
		case jbvNumeric:
			set_number(value, scalar.val.numeric);
			return true;
		case jbvBool:
			value->entry = scalar.val.boolean ? JENTRY_ISBOOL_TRUE : JENTRY_ISBOOL_FALSE;
			return true;
		default:
			value->entry = JENTRY_ISNULL;
			return kept != NO_NULLS;
	}
}

/* What an argument, which is not NULL, is as a value of JSON; false if that is null. */
static bool
set_value(WrittenValue *value, Oid type, Datum argument, KeptNulls kept)
{
	value->data = NULL;
	value->size = 0;
	value->is_aligned = false;
	switch (type)
	{
		case TEXTOID:
			{
				text	   *string = DatumGetTextPP(argument);

				set_string(value, VARDATA_ANY(string), VARSIZE_ANY_EXHDR(string));
				return true;
			}
		case UNKNOWNOID:
			set_string(value, DatumGetCString(argument), strlen(DatumGetCString(argument)));
			return true;
		case TIMESTAMPTZOID:
			JsonEncodeDateTime(value->time, argument, TIMESTAMPTZOID, NULL);
			set_string(value, value->time, strlen(value->time));
			return true;
		case INT4OID:
			set_number(value, int64_to_numeric(DatumGetInt32(argument)));
			return true;
		case INT8OID:
			set_number(value, int64_to_numeric(DatumGetInt64(argument)));
			return true;
		case NUMERICOID:
			set_number(value, DatumGetNumeric(argument));
			if (numeric_is_nan(DatumGetNumeric(argument)) || numeric_is_inf(DatumGetNumeric(argument)))
			{
				char	   *shown = DatumGetCString(DirectFunctionCall1(numeric_out, argument));

				value->is_aligned = false;
				set_string(value, shown, strlen(shown));
			}
			return true;
		case BOOLOID:
			value->entry = DatumGetBool(argument) ? JENTRY_ISBOOL_TRUE : JENTRY_ISBOOL_FALSE;
			return true;
		default:
			return set_json(value, DatumGetJsonbP(argument), kept);
	}
}

/* The entry of a name or value: of every so many where it ends, else its length. */
static void
add_entry(JEntry *entries, int i, JEntry type, Size size, Size *total)
{
	*total += size;
	if (*total > JENTRY_OFFLENMASK)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("total size of jsonb object elements exceeds the maximum of %u bytes", JENTRY_OFFLENMASK)));
	entries[i] = i % JB_OFFSET_STRIDE == 0 ? type | *total | JENTRY_HAS_OFF : type | size;
}

static Jsonb *
write_object(const Detail *const *members, const WrittenValue *values, int count)
{
	Size		room = VARHDRSZ + sizeof(uint32) + 2 * count * sizeof(JEntry);
	Size		total = 0;
	Jsonb	   *object;
	JEntry	   *entries;
	char	   *start;
	char	   *target;

	for (int i = 0; i < count; i++)
		room += members[i]->len + values[i].size + sizeof(uint32) - 1;
	object = palloc(room);
	object->root.header = JB_FOBJECT | count;
	entries = object->root.children;
	start = target = (char *) &entries[2 * count];
	for (int i = 0; i < count; i++)
	{
		memcpy(target, members[i]->name, members[i]->len);
		target += members[i]->len;
		add_entry(entries, i, JENTRY_ISSTRING, members[i]->len, &total);
	}
	for (int i = 0; i < count; i++)
	{
		/* (Padding is a part of what follows it.) */
		Size		padding = values[i].is_aligned ? INTALIGN(target - start) - (target - start) : 0;

		memset(target, 0, padding);
		target += padding;
		if (values[i].size > 0)
			memcpy(target, values[i].data, values[i].size);
		target += values[i].size;
		add_entry(entries, count + i, values[i].entry, padding + values[i].size, &total);
	}
	SET_VARSIZE(object, target - (char *) object);
	return object;
}

/* The same by PostgreSQL's own functions. */
static Datum
build_plainly(FunctionCallInfo fcinfo, KeptNulls kept)
{
	Datum		object;

	fcinfo->isnull = false;
	object = jsonb_build_object(fcinfo);
	if (fcinfo->isnull)
		return (Datum) 0;
	return kept == NO_NULLS ? DirectFunctionCall1(jsonb_strip_nulls, object) : object;
}

static Datum
build_object(FunctionCallInfo fcinfo, KeptNulls kept)
{
	DetailNames *known = fcinfo->flinfo->fn_extra;
	const Detail **members;
	WrittenValue *values;
	int			count = 0;

	if (known == NULL)
		known = members_of_call(fcinfo);
	if (!known->is_plain && kept == NULLS_OF_JSON)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("vsm.told_columns needs names that are constants, and values of the types of a row's columns")));
	if (!known->is_plain)
		return build_plainly(fcinfo, kept);
	members = palloc(known->count * sizeof(Detail *));
	values = palloc(known->count * sizeof(WrittenValue));
	for (int i = 0; i < known->count; i++)
	{
		const Detail *member = &known->members[i];
		WrittenValue *value = &values[count];
		bool		is_kept = kept == ALL_NULLS;

		if (!PG_ARGISNULL(member->value))
			is_kept |= set_value(value, member->type, PG_GETARG_DATUM(member->value), kept);
		else
			*value = (WrittenValue) {.entry = JENTRY_ISNULL};
		if (is_kept)
			members[count++] = member;
	}
	PG_RETURN_JSONB_P(write_object(members, values, count));
}

/*
 * fact_details(VARIADIC "any") -> jsonb
 *
 * The object that jsonb_strip_nulls(jsonb_build_object(...)) makes of the same arguments, byte for byte:
 * names and values in turn, of which those that are NULL or null are left out. Arguments of types that
 * readers have are written here; all else is left to those two.
 */
Datum
vsm_fact_details(PG_FUNCTION_ARGS)
{
	return build_object(fcinfo, NO_NULLS);
}

/*
 * told_columns(VARIADIC "any") -> jsonb
 *
 * The same with the values that are null in JSON: columns that are known to be empty.
 */
Datum
vsm_told_columns(PG_FUNCTION_ARGS)
{
	return build_object(fcinfo, NULLS_OF_JSON);
}

/*
 * json_build(VARIADIC "any") -> jsonb
 *
 * The object that jsonb_build_object(...) makes of the same arguments, byte for byte.
 */
Datum
vsm_json_build(PG_FUNCTION_ARGS)
{
	return build_object(fcinfo, ALL_NULLS);
}
