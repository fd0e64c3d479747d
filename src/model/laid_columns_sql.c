/*
 * laid_columns_sql.c
 *		Facts about one row of a model laid over each other, column by column.
 */
#include "postgres.h"

#include "base/compat.h"
#include "base/rows_sql.h"
#include "base/timestamp_text.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "model/execute_sql.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/json.h"
#include "utils/jsonb.h"
#include "utils/lsyscache.h"
#include "utils/numeric.h"
#include "utils/timestamp.h"
#include "utils/typcache.h"

PG_FUNCTION_INFO_V1(vsm_lay_columns_add);
PG_FUNCTION_INFO_V1(vsm_lay_columns_finish);
PG_FUNCTION_INFO_V1(vsm_lay_row_finish);

extern Datum vsm_epoch_microseconds(PG_FUNCTION_ARGS);

/* A column that facts may name. */
typedef struct RowColumn
{
	char	   *name;
	char	   *told_as;		/* what facts call it */
	Oid			type;
	int			number;
} RowColumn;

typedef struct RowColumns
{
	Oid			row;
	TupleDesc	descriptor;
	int			told;			/* the number of the column told; 0: there is none */
	int			count;
	RowColumn	columns[FLEXIBLE_ARRAY_MEMBER];
} RowColumns;

/* A value as the type of its column writes it. */
typedef struct LaidValue
{
	JsonbValue	json;			/* of a time it is written when it is asked for */
	bool		is_time;
	TimestampTz time;
} LaidValue;

typedef struct LaidColumn
{
	bool		is_told;
	LaidValue	value;
	TimestampTz version;
	bool		has_version;
} LaidColumn;

typedef struct LaidColumns
{
	const RowColumns *row;
	int			facts;
	TimestampTz at;				/* the newest version */
	bool		has_at;
	LaidColumn	columns[FLEXIBLE_ARRAY_MEMBER];
} LaidColumns;

static bool
is_kept(const char *name, Datum *kept, int count)
{
	for (int i = 0; i < count; i++)
	{
		if (strcmp(TextDatumGetCString(kept[i]), name) == 0)
			return true;
	}
	return false;
}

/*
 * The columns of a row type, without those that are kept otherwise. One that is kept, of which
 * there is another with _told behind its name, is told as that one.
 */
static RowColumns *
columns_of_row(FunctionCallInfo fcinfo, Oid row, ArrayType *kept)
{
	MemoryContext caller = MemoryContextSwitchTo(fcinfo->flinfo->fn_mcxt);
	TupleDesc	types = lookup_rowtype_tupdesc(row, -1);
	RowColumns *columns = palloc0(offsetof(RowColumns, columns) + types->natts * sizeof(RowColumn));
	Datum	   *names;
	int			count;

	deconstruct_array(kept, TEXTOID, -1, false, TYPALIGN_INT, &names, NULL, &count);
	columns->row = row;
	columns->descriptor = CreateTupleDescCopy(types);
	for (int i = 0; i < types->natts; i++)
	{
		Form_pg_attribute type = TupleDescAttr(types, i);
		RowColumn  *column = &columns->columns[columns->count];
		int			len = strlen(NameStr(type->attname));

		if (!type->attisdropped && type->atttypid == JSONBOID && strcmp(NameStr(type->attname), "told") == 0)
			columns->told = i + 1;
		if (type->attisdropped || is_kept(NameStr(type->attname), names, count))
			continue;
		column->name = column->told_as = pstrdup(NameStr(type->attname));
		column->type = type->atttypid;
		column->number = i + 1;
		if (len > 5 && strcmp(column->name + len - 5, "_told") == 0)
		{
			char	   *told_as = pnstrdup(column->name, len - 5);

			if (is_kept(told_as, names, count))
				column->told_as = told_as;
		}
		columns->count++;
	}
	ReleaseTupleDesc(types);
	fcinfo->flinfo->fn_extra = columns;
	MemoryContextSwitchTo(caller);
	return columns;
}

/* Whether a list is one of texts, as a column text[] writes it. */
static bool
is_text_list(JsonbContainer *list)
{
	int			count = JsonContainerSize(list);

	if (!JsonContainerIsArray(list) || JsonContainerIsScalar(list))
		return false;
	for (int i = 0; i < count; i++)
	{
		JsonbValue *element = getIthJsonbValueFromContainer(list, i);

		if (element->type != jbvString && element->type != jbvNull)
			return false;
	}
	return true;
}

static TimestampTz
time_of_text(const char *text, int len)
{
	TimestampTz at;

	/* (As facts write it, in less time than PostgreSQL takes to find out what it is.) */
	if (timestamp_text_parse(text, len, &at) == NULL)
		return at;
	return DatumGetTimestampTz(DirectFunctionCall3(timestamptz_in, CStringGetDatum(pnstrdup(text, len)),
												   ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1)));
}

/*
 * The value as a column of that type writes it, in place; false if only PostgreSQL itself can say
 * how. Texts, times and numbers are nearly all.
 */
static bool
write_as(Oid type, LaidValue *value)
{
	JsonbValue *json = &value->json;

	if (type == JSONBOID)
		return true;
	switch (json->type)
	{
		case jbvNull:
			return true;
		case jbvString:
			if (type == TIMESTAMPTZOID)
			{
				value->time = time_of_text(json->val.string.val, json->val.string.len);
				value->is_time = true;
			}
			return value->is_time || type == TEXTOID;
		case jbvNumeric:
			if (type == NUMERICOID)
				return !numeric_is_nan(json->val.numeric) && !numeric_is_inf(json->val.numeric);
			if (type == INT4OID || type == INT8OID)
			{
				char	   *text = DatumGetCString(DirectFunctionCall1(numeric_out, NumericGetDatum(json->val.numeric)));

				return strspn(text, "0123456789") == strlen(text) && strlen(text) < 10;
			}
			return false;
		case jbvBool:
			return type == BOOLOID;
		case jbvBinary:
			return type == TEXTARRAYOID && is_text_list(json->val.binary.data);
		default:
			return false;
	}
}

/* The value as JSON, which it is until it is changed. */
static JsonbValue *
json_of(LaidValue *value)
{
	if (value->is_time)
	{
		value->json.type = jbvString;
		value->json.val.string.val = JsonEncodeDateTime(NULL, TimestampTzGetDatum(value->time), TIMESTAMPTZOID, NULL);
		value->json.val.string.len = strlen(value->json.val.string.val);
	}
	return &value->json;
}

static bool
is_greater(LaidValue *a, LaidValue *b)
{
	return compareJsonbContainers(&JsonbValueToJsonb(json_of(a))->root, &JsonbValueToJsonb(json_of(b))->root) > 0;
}

/* Copies what a value points to. */
static void
copy_value(LaidValue *copy, const LaidValue *value, MemoryContext context)
{
	MemoryContext caller = MemoryContextSwitchTo(context);

	*copy = *value;
	if (value->json.type == jbvString && !value->is_time)
		copy->json.val.string.val = pnstrdup(value->json.val.string.val, value->json.val.string.len);
	else if (value->json.type == jbvNumeric)
		copy->json.val.numeric = DatumGetNumericCopy(NumericGetDatum(value->json.val.numeric));
	else if (value->json.type == jbvBinary)
		copy->json.val.binary.data = memcpy(palloc(value->json.val.binary.len), value->json.val.binary.data, value->json.val.binary.len);
	MemoryContextSwitchTo(caller);
}

static void
push_column(vsm_JsonbState *state, const RowColumn *column, JsonbValue *value)
{
	JsonbValue	key;

	key.type = jbvString;
	key.val.string.val = column->name;
	key.val.string.len = strlen(column->name);
	vsm_push_jsonb(state, WJB_KEY, &key);
	vsm_push_jsonb(state, WJB_VALUE, value);
}

/* All columns of the row that facts' columns make, as their types write them. */
static Jsonb *
write_by_types(const RowColumns *row, Jsonb *columns)
{
	MemoryContext caller = CurrentMemoryContext;
	vsm_JsonbState state = {0};
	StringInfoData statement;
	Datum		argument;
	Jsonb	   *result;
	bool		is_null;

	vsm_push_jsonb(&state, WJB_BEGIN_OBJECT, NULL);
	for (int i = 0; i < row->count; i++)
	{
		const RowColumn *type = &row->columns[i];
		JsonbValue	value;

		if (getKeyJsonValueFromContainer(&columns->root, type->told_as, strlen(type->told_as), &value) != NULL)
			push_column(&state, type, &value);
	}
	columns = JsonbValueToJsonb(vsm_push_jsonb(&state, WJB_END_OBJECT, NULL));

	initStringInfo(&statement);
	appendStringInfo(&statement, "SELECT pg_catalog.to_jsonb(pg_catalog.jsonb_populate_record(NULL::%s, $1::pg_catalog.jsonb))",
					 format_type_be_qualified(row->row));
	argument = CStringGetTextDatum(JsonbToCString(NULL, &columns->root, VARSIZE(columns)));
	SPI_connect();
	(void) execute_kept(statement.data, 1, &argument, NULL, NULL);
	argument = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &is_null);
	if (is_null)
		elog(ERROR, "a row of type \"%s\" is not written", format_type_be(row->row));
	MemoryContextSwitchTo(caller);
	result = DatumGetJsonbPCopy(argument);
	SPI_finish();
	return result;
}

/*
 * lay_columns_add(state internal, row anyelement, columns jsonb, at timestamptz, kept text[]) -> internal
 *
 * row says of which type the row is, kept which of its columns are not told by facts. Of each
 * column the newest version holds, of equal versions the greater value, as its type writes it.
 */
Datum
vsm_lay_columns_add(PG_FUNCTION_ARGS)
{
	LaidColumns *laid = PG_ARGISNULL(0) ? NULL : (LaidColumns *) PG_GETARG_POINTER(0);
	Jsonb	   *columns = PG_ARGISNULL(2) ? NULL : PG_GETARG_JSONB_P(2);
	bool		has_version = !PG_ARGISNULL(3);
	TimestampTz version = has_version ? PG_GETARG_TIMESTAMPTZ(3) : 0;
	RowColumns *row = fcinfo->flinfo->fn_extra;
	MemoryContext group;
	Jsonb	   *written = NULL;

	if (!AggCheckCallContext(fcinfo, &group))
		elog(ERROR, "lay_columns_add called in non-aggregate context");
	if (row == NULL && (PG_ARGISNULL(4) || !type_is_rowtype(get_fn_expr_argtype(fcinfo->flinfo, 1))))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("vsm.lay_columns needs the type of a row, and an array of columns that are not told")));
	if (row == NULL)
		row = columns_of_row(fcinfo, get_fn_expr_argtype(fcinfo->flinfo, 1), PG_GETARG_ARRAYTYPE_P(4));
	if (laid == NULL)
	{
		laid = MemoryContextAllocZero(group, offsetof(LaidColumns, columns) + row->count * sizeof(LaidColumn));
		laid->row = row;
	}
	laid->facts++;
	if (has_version && (!laid->has_at || laid->at < version))
		laid->at = version;
	laid->has_at |= has_version;
	for (int i = 0; i < row->count && columns != NULL && JB_ROOT_IS_OBJECT(columns); i++)
	{
		const RowColumn *type = &row->columns[i];
		LaidColumn *column = &laid->columns[i];
		LaidValue	value = {0};

		if (getKeyJsonValueFromContainer(&columns->root, type->told_as, strlen(type->told_as), &value.json) == NULL ||
			(column->is_told && column->has_version && (!has_version || version < column->version)))
			continue;
		if (!write_as(type->type, &value))
		{
			if (written == NULL)
				written = write_by_types(row, columns);
			if (getKeyJsonValueFromContainer(&written->root, type->name, strlen(type->name), &value.json) == NULL)
				elog(ERROR, "column \"%s\" is not written", type->name);
			(void) write_as(type->type, &value);
		}
		if (column->is_told && column->has_version == has_version && column->version == version &&
			!is_greater(&value, &column->value))
			continue;
		copy_value(&column->value, &value, group);
		column->is_told = true;
		column->version = version;
		column->has_version = has_version;
	}
	PG_RETURN_POINTER(laid);
}

/*
 * lay_columns_finish(state internal) -> told_row
 *
 * The columns, and the version of each; no versions where there was one fact only.
 */
Datum
vsm_lay_columns_finish(PG_FUNCTION_ARGS)
{
	LaidColumns *laid;
	vsm_JsonbState columns = {0};
	vsm_JsonbState versions = {0};
	Datum		results[2];
	bool		nulls[2] = {false, true};

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	laid = (LaidColumns *) PG_GETARG_POINTER(0);
	vsm_push_jsonb(&columns, WJB_BEGIN_OBJECT, NULL);
	vsm_push_jsonb(&versions, WJB_BEGIN_OBJECT, NULL);
	for (int i = 0; i < laid->row->count; i++)
	{
		LaidColumn *column = &laid->columns[i];
		JsonbValue	value;

		if (!column->is_told)
			continue;
		push_column(&columns, &laid->row->columns[i], json_of(&column->value));
		if (laid->facts == 1)
			continue;
		value.type = jbvNull;
		if (column->has_version)
		{
			value.type = jbvNumeric;
			value.val.numeric = int64_to_numeric(DatumGetInt64(DirectFunctionCall1(vsm_epoch_microseconds,
																				   TimestampTzGetDatum(column->version))));
		}
		push_column(&versions, &laid->row->columns[i], &value);
	}
	results[0] = JsonbPGetDatum(JsonbValueToJsonb(vsm_push_jsonb(&columns, WJB_END_OBJECT, NULL)));
	if (laid->facts > 1)
	{
		results[1] = JsonbPGetDatum(JsonbValueToJsonb(vsm_push_jsonb(&versions, WJB_END_OBJECT, NULL)));
		nulls[1] = false;
	}
	PG_RETURN_DATUM(row_make(row_type(fcinfo), results, nulls));
}

/* What a column of a type that write_as knows has for a value; false: it is empty. */
static bool
read_as(Oid type, const LaidValue *value, Datum *datum)
{
	const JsonbValue *json = &value->json;

	if (!value->is_time && json->type == jbvNull)
		return false;
	switch (type)
	{
		case JSONBOID:
			*datum = JsonbPGetDatum(JsonbValueToJsonb(unconstify(JsonbValue *, json)));
			return true;
		case TEXTOID:
			*datum = PointerGetDatum(cstring_to_text_with_len(json->val.string.val, json->val.string.len));
			return true;
		case TIMESTAMPTZOID:
			*datum = TimestampTzGetDatum(value->time);
			return true;
		case NUMERICOID:
			*datum = NumericGetDatum(json->val.numeric);
			return true;
		case INT4OID:
			*datum = DirectFunctionCall1(numeric_int4, NumericGetDatum(json->val.numeric));
			return true;
		case INT8OID:
			*datum = DirectFunctionCall1(numeric_int8, NumericGetDatum(json->val.numeric));
			return true;
		case BOOLOID:
			*datum = BoolGetDatum(json->val.boolean);
			return true;
		case TEXTARRAYOID:
			{
				JsonbContainer *list = json->val.binary.data;
				int			count = JsonContainerSize(list);
				int			bound = 1;
				Datum	   *elements = palloc(sizeof(Datum) * (count + 1));
				bool	   *nulls = palloc(sizeof(bool) * (count + 1));

				for (int i = 0; i < count; i++)
				{
					JsonbValue *element = getIthJsonbValueFromContainer(list, i);

					nulls[i] = element->type == jbvNull;
					elements[i] = nulls[i] ? (Datum) 0 :
						PointerGetDatum(cstring_to_text_with_len(element->val.string.val, element->val.string.len));
				}
				*datum = count == 0 ? PointerGetDatum(construct_empty_array(TEXTOID)) :
					PointerGetDatum(construct_md_array(elements, nulls, 1, &count, &bound, TEXTOID, -1, false, TYPALIGN_INT));
				return true;
			}
		default:
			elog(ERROR, "no column of a row that is laid is of type \"%s\"", format_type_be(type));
	}
}

/* The versions of columns that are not that of the row, as vsm.tell_row gives them to a row that was not there; 0: none. */
static Datum
unusual_versions(const LaidColumns *laid)
{
	vsm_JsonbState versions = {0};
	JsonbValue *built;
	bool		is_unusual = false;

	vsm_push_jsonb(&versions, WJB_BEGIN_OBJECT, NULL);
	for (int i = 0; i < laid->row->count; i++)
	{
		const LaidColumn *column = &laid->columns[i];
		bool		is_usual = column->has_version == laid->has_at && (!laid->has_at || column->version == laid->at);
		JsonbValue	value;
		bool		is_empty;

		if (!column->is_told)
			continue;
		is_empty = !column->value.is_time && column->value.json.type == jbvNull;
		if (is_usual && !is_empty)
			continue;
		value.type = jbvNull;
		if (column->has_version)
		{
			value.type = jbvNumeric;
			value.val.numeric = int64_to_numeric(is_usual ? 0 :
												 DatumGetInt64(DirectFunctionCall1(vsm_epoch_microseconds,
																				   TimestampTzGetDatum(column->version))));
		}
		push_column(&versions, &laid->row->columns[i], &value);
		is_unusual = true;
	}
	built = vsm_push_jsonb(&versions, WJB_END_OBJECT, NULL);
	return is_unusual ? JsonbPGetDatum(JsonbValueToJsonb(built)) : (Datum) 0;
}

/*
 * lay_row_finish(state internal, row anyelement, ...) -> anyelement
 *
 * The row that facts make where there was none: their columns, and the versions of these in the column told.
 */
Datum
vsm_lay_row_finish(PG_FUNCTION_ARGS)
{
	LaidColumns *laid;
	const RowColumns *row;
	Datum	   *values;
	bool	   *nulls;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	laid = (LaidColumns *) PG_GETARG_POINTER(0);
	row = laid->row;
	values = palloc0(sizeof(Datum) * row->descriptor->natts);
	nulls = palloc(sizeof(bool) * row->descriptor->natts);
	memset(nulls, true, sizeof(bool) * row->descriptor->natts);
	for (int i = 0; i < row->count; i++)
	{
		const RowColumn *column = &row->columns[i];

		if (laid->columns[i].is_told)
			nulls[column->number - 1] = !read_as(column->type, &laid->columns[i].value, &values[column->number - 1]);
	}
	if (row->told > 0)
	{
		values[row->told - 1] = unusual_versions(laid);
		nulls[row->told - 1] = values[row->told - 1] == (Datum) 0;
	}
	PG_RETURN_DATUM(row_make(row->descriptor, values, nulls));
}
