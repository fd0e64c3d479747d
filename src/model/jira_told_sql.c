/*
 * jira_told_sql.c
 *		The changes of an issue of Jira, of the values that its fields got.
 *
 * Who keeps histories in a table says of each field which value it has from when on: what it changed from is
 * the value before. Most of these are moves from one status to another, of which a payload needs the last
 * ones only; the others are facts as they are, and to write them as JSON and to read that again costs more
 * than all the rest.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "base/compat.h"
#include "base/rows_sql.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "model/told_fact_sql.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/datetime.h"
#include "utils/json.h"
#include "utils/jsonb.h"
#include "utils/timestamp.h"
#include "utils/typcache.h"

PG_FUNCTION_INFO_V1(vsm_jira_fields);
PG_FUNCTION_INFO_V1(vsm_jira_changelog);
PG_FUNCTION_INFO_V1(vsm_jira_moves);

#define MAX_ID			200		/* characters */
#define UNIX_EPOCH_MILLISECONDS	((POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE) * INT64CONST(86400000))

/* The columns of vsm.jira_value. */
enum
{
	V_FIELD_ID, V_FIELD, V_IS_CUSTOM, V_AT, V_ID, V_VALUE, V_LIST, V_COLUMNS
};

/* A value that a field got. */
typedef struct ToldValue
{
	Datum		values[V_COLUMNS];
	bool		nulls[V_COLUMNS];
	int			place;
	bool		is_first;		/* of its field */
	bool		is_change;		/* from the value before, which is the element before this one */
	bool		is_move;		/* a change of status */
} ToldValue;

typedef struct ToldValues
{
	int			count;
	ToldValue  *values;			/* of each field in the order of time */
	bool		is_whole;		/* the first status is as old as the issue */
	int			changes;
	TimestampTz last_at;		/* of the changes; DT_NOBEGIN: none has a time */
	TimestampTz moved_at;		/* the same of changes of status */
} ToldValues;

static bool
text_is(const ToldValue *told, int column, const char *expected)
{
	text	   *value = told->nulls[column] ? NULL : DatumGetTextPP(told->values[column]);

	return value != NULL && VARSIZE_ANY_EXHDR(value) == strlen(expected) &&
		memcmp(VARDATA_ANY(value), expected, strlen(expected)) == 0;
}

/* Byte by byte; what is not there comes last. */
static int
compare_texts(const ToldValue *left, const ToldValue *right, int column)
{
	text	   *a = left->nulls[column] ? NULL : DatumGetTextPP(left->values[column]);
	text	   *b = right->nulls[column] ? NULL : DatumGetTextPP(right->values[column]);
	int			order;

	if (a == NULL || b == NULL)
		return (a == NULL) - (b == NULL);
	order = memcmp(VARDATA_ANY(a), VARDATA_ANY(b), Min(VARSIZE_ANY_EXHDR(a), VARSIZE_ANY_EXHDR(b)));
	return order != 0 ? order : (int) VARSIZE_ANY_EXHDR(a) - (int) VARSIZE_ANY_EXHDR(b);
}

static TimestampTz
time_of(const ToldValue *told)
{
	return told->nulls[V_AT] ? DT_NOBEGIN : DatumGetTimestampTz(told->values[V_AT]);
}

/* By field and time; what has no time comes last. */
static int
compare_values(const void *a, const void *b)
{
	const ToldValue *left = a;
	const ToldValue *right = b;
	int			order = compare_texts(left, right, V_FIELD_ID);

	if (order != 0)
		return order;
	if (left->nulls[V_AT] != right->nulls[V_AT])
		return left->nulls[V_AT] - right->nulls[V_AT];
	if (time_of(left) != time_of(right))
		return time_of(left) < time_of(right) ? -1 : 1;
	return left->place - right->place;
}

/* Says of each value whether it is a change, of an issue that was created then. */
static void
find_changes(ToldValues *told, bool has_created, TimestampTz created)
{
	told->last_at = told->moved_at = DT_NOBEGIN;
	for (int i = 0; i < told->count; i++)
	{
		ToldValue  *value = &told->values[i];
		bool		is_status = text_is(value, V_FIELD_ID, "status");
		bool		has_both = has_created && !value->nulls[V_AT];

		value->is_first = i == 0 || compare_texts(value, value - 1, V_FIELD_ID) != 0;
		/* The first value, as old as the issue, is no change, and labels have none. */
		if (text_is(value, V_FIELD_ID, "labels"))
			value->is_change = false;
		else if (value->is_first)
			value->is_change = has_both && time_of(value) > Min(created, DT_NOEND - USECS_PER_SEC) + USECS_PER_SEC;
		else
			value->is_change = compare_texts(value, value - 1, V_ID) != 0;
		told->is_whole |= is_status && value->is_first && has_both && !value->is_change;
		value->is_move = is_status && value->is_change;
		if (!value->is_change)
			continue;
		told->changes++;
		told->last_at = Max(told->last_at, time_of(value));
		if (value->is_move)
			told->moved_at = Max(told->moved_at, time_of(value));
	}
}

static void
read_values(ToldValues *told, ArrayType *array)
{
	Datum	   *elements;
	bool	   *nulls;
	int			count;
	TupleDesc	columns = NULL;

	memset(told, 0, sizeof(ToldValues));
	deconstruct_array(array, ARR_ELEMTYPE(array), -1, false, TYPALIGN_DOUBLE, &elements, &nulls, &count);
	told->values = palloc_extended(sizeof(ToldValue) * (Size) Max(count, 1), MCXT_ALLOC_HUGE);
	for (int i = 0; i < count; i++)
	{
		ToldValue  *value = &told->values[told->count];
		HeapTupleHeader header;
		HeapTupleData tuple;

		if (nulls[i])
			continue;
		header = DatumGetHeapTupleHeader(elements[i]);
		if (columns == NULL)
			columns = lookup_rowtype_tupdesc(HeapTupleHeaderGetTypeId(header), HeapTupleHeaderGetTypMod(header));
		if (columns->natts != V_COLUMNS)
			elog(ERROR, "vsm.jira_value has %d columns", columns->natts);
		tuple.t_len = HeapTupleHeaderGetDatumLength(header);
		ItemPointerSetInvalid(&tuple.t_self);
		tuple.t_tableOid = InvalidOid;
		tuple.t_data = header;
		heap_deform_tuple(&tuple, columns, value->values, value->nulls);
		value->place = told->count++;
	}
	if (columns != NULL)
		ReleaseTupleDesc(columns);
	qsort(told->values, told->count, sizeof(ToldValue), compare_values);
}

static void
push_key(vsm_JsonbState *state, const char *name, int len)
{
	JsonbValue	key;

	key.type = jbvString;
	key.val.string.val = unconstify(char *, name);
	key.val.string.len = len;
	vsm_push_jsonb(state, WJB_KEY, &key);
}

static void
push_string(vsm_JsonbState *state, JsonbIteratorToken token, const char *string, int len)
{
	JsonbValue	value;

	value.type = string == NULL ? jbvNull : jbvString;
	value.val.string.val = unconstify(char *, string);
	value.val.string.len = len;
	vsm_push_jsonb(state, token, &value);
}

static void
push_text(vsm_JsonbState *state, const char *name, const ToldValue *told, int column)
{
	text	   *value = told == NULL || told->nulls[column] ? NULL : DatumGetTextPP(told->values[column]);

	push_key(state, name, strlen(name));
	push_string(state, WJB_VALUE, value == NULL ? NULL : VARDATA_ANY(value), value == NULL ? 0 : VARSIZE_ANY_EXHDR(value));
}

static void
push_time(vsm_JsonbState *state, const char *name, TimestampTz at)
{
	char		time[MAXDATELEN + 1];
	int			zone = 0;		/* UTC */

	push_key(state, name, strlen(name));
	if (at == DT_NOBEGIN)
		push_string(state, WJB_VALUE, NULL, 0);
	else
	{
		JsonEncodeDateTime(time, TimestampTzGetDatum(at), TIMESTAMPTZOID, &zone);
		push_string(state, WJB_VALUE, pstrdup(time), strlen(time));
	}
}

/*
 * jira_fields(told vsm.jira_value[]) -> jsonb
 *
 * The last value of each custom field, and of labels; NULL if there is none of these.
 */
Datum
vsm_jira_fields(PG_FUNCTION_ARGS)
{
	ToldValues	told;
	vsm_JsonbState state = {0};
	bool		has_fields = false;

	read_values(&told, PG_GETARG_ARRAYTYPE_P(0));
	vsm_push_jsonb(&state, WJB_BEGIN_OBJECT, NULL);
	for (int i = 0; i < told.count; i++)
	{
		const ToldValue *value = &told.values[i];
		bool		is_custom = !value->nulls[V_IS_CUSTOM] && DatumGetBool(value->values[V_IS_CUSTOM]);
		text	   *name;

		if (value->nulls[V_FIELD_ID] || (!is_custom && !text_is(value, V_FIELD_ID, "labels")) ||
			(i + 1 < told.count && compare_texts(value, value + 1, V_FIELD_ID) == 0))
			continue;
		has_fields = true;
		name = DatumGetTextPP(value->values[V_FIELD_ID]);
		if (value->nulls[V_LIST])
		{
			bool		is_empty = value->nulls[V_VALUE] || text_is(value, V_VALUE, "");

			push_key(&state, VARDATA_ANY(name), VARSIZE_ANY_EXHDR(name));
			push_string(&state, WJB_VALUE, is_empty ? NULL : VARDATA_ANY(DatumGetTextPP(value->values[V_VALUE])),
						is_empty ? 0 : VARSIZE_ANY_EXHDR(DatumGetTextPP(value->values[V_VALUE])));
		}
		else
		{
			Jsonb	   *list = DatumGetJsonbP(value->values[V_LIST]);
			JsonbValue	scalar;

			push_key(&state, VARDATA_ANY(name), VARSIZE_ANY_EXHDR(name));
			if (!JsonbExtractScalar(&list->root, &scalar))
			{
				scalar.type = jbvBinary;
				scalar.val.binary.data = &list->root;
				scalar.val.binary.len = VARSIZE(list) - VARHDRSZ;
			}
			vsm_push_jsonb(&state, WJB_VALUE, &scalar);
		}
	}
	if (!has_fields)
		PG_RETURN_NULL();
	PG_RETURN_JSONB_P(JsonbValueToJsonb(vsm_push_jsonb(&state, WJB_END_OBJECT, NULL)));
}

/* A change as a history of the changelog. */
static void
push_history(vsm_JsonbState *state, const ToldValue *value)
{
	bool		is_custom = !value->nulls[V_IS_CUSTOM] && DatumGetBool(value->values[V_IS_CUSTOM]);
	const ToldValue *before = value->is_first ? NULL : value - 1;

	vsm_push_jsonb(state, WJB_BEGIN_OBJECT, NULL);
	push_time(state, "created", time_of(value));
	push_key(state, "items", 5);
	vsm_push_jsonb(state, WJB_BEGIN_ARRAY, NULL);
	vsm_push_jsonb(state, WJB_BEGIN_OBJECT, NULL);
	push_key(state, "fieldtype", 9);
	push_string(state, WJB_VALUE, is_custom ? "custom" : "jira", is_custom ? 6 : 4);
	push_text(state, "field", value, value->nulls[V_FIELD] ? V_FIELD_ID : V_FIELD);
	push_text(state, "fieldId", value, V_FIELD_ID);
	push_text(state, "from", before, V_ID);
	push_text(state, "fromString", before, V_VALUE);
	push_text(state, "to", value, V_ID);
	push_text(state, "toString", value, V_VALUE);
	vsm_push_jsonb(state, WJB_END_OBJECT, NULL);
	vsm_push_jsonb(state, WJB_END_ARRAY, NULL);
	vsm_push_jsonb(state, WJB_END_OBJECT, NULL);
}

/*
 * jira_changelog(told vsm.jira_value[], created timestamptz, with_moves boolean) -> jsonb
 *
 * The changelog as the REST interface has it, a history a change, of status without those that vsm.jira_moves tells
 * unless they are asked for; total is how many there are if the history goes back to the creation. Before all others
 * there is a history of nothing that tells how far they reach. (They are in the order of fields: to sort those of an
 * issue by time costs more than to make them.)
 */
Datum
vsm_jira_changelog(PG_FUNCTION_ARGS)
{
	ToldValues	told;
	vsm_JsonbState state = {0};
	bool		with_moves = !PG_ARGISNULL(2) && PG_GETARG_BOOL(2);
	int			total = 0;
	JsonbValue	number;

	if (PG_ARGISNULL(0))
		told = (ToldValues) {0};
	else
		read_values(&told, PG_GETARG_ARRAYTYPE_P(0));
	find_changes(&told, !PG_ARGISNULL(1), PG_ARGISNULL(1) ? 0 : PG_GETARG_TIMESTAMPTZ(1));
	vsm_push_jsonb(&state, WJB_BEGIN_OBJECT, NULL);
	push_key(&state, "histories", 9);
	vsm_push_jsonb(&state, WJB_BEGIN_ARRAY, NULL);
	if (told.changes > 0)
	{
		vsm_push_jsonb(&state, WJB_BEGIN_OBJECT, NULL);
		push_key(&state, "items", 5);
		vsm_push_jsonb(&state, WJB_BEGIN_ARRAY, NULL);
		vsm_push_jsonb(&state, WJB_END_ARRAY, NULL);
		push_time(&state, "created", told.last_at);
		vsm_push_jsonb(&state, WJB_END_OBJECT, NULL);
		total++;
	}
	for (int i = 0; i < told.count; i++)
	{
		const ToldValue *value = &told.values[i];

		if (!value->is_change ||
			(value->is_move && !with_moves && !value->nulls[V_AT] && time_of(value) < told.moved_at))
			continue;
		CHECK_FOR_INTERRUPTS();
		push_history(&state, value);
		total++;
	}
	vsm_push_jsonb(&state, WJB_END_ARRAY, NULL);
	push_key(&state, "total", 5);
	number.type = jbvNull;
	if (told.is_whole)
	{
		number.type = jbvNumeric;
		number.val.numeric = int64_to_numeric(total);
	}
	vsm_push_jsonb(&state, WJB_VALUE, &number);
	PG_RETURN_JSONB_P(JsonbValueToJsonb(vsm_push_jsonb(&state, WJB_END_OBJECT, NULL)));
}

/* Adds a text, or as much of it as an id can have. */
static void
append_id(StringInfo string, text *id)
{
	char	   *data = VARDATA_ANY(id);
	int			len = VARSIZE_ANY_EXHDR(id);

	appendBinaryStringInfo(string, data, len <= MAX_ID ? len : pg_mbcharcliplen(data, len, MAX_ID));
}

/* A text that has something in it; NULL if there is none. */
static text *
text_of(const ToldValue *value, int column)
{
	text	   *string = value->nulls[column] ? NULL : DatumGetTextPP(value->values[column]);

	return string == NULL || VARSIZE_ANY_EXHDR(string) == 0 ? NULL : string;
}

static void
set_text(Datum *values, bool *nulls, int column, text *string)
{
	nulls[column] = string == NULL;
	values[column] = PointerGetDatum(string);
}

/*
 * jira_moves(source text, id text, told vsm.jira_value[], created timestamptz) -> setof vsm.fact
 *
 * The changes of status that vsm.jira_changelog leaves out, as the facts that vsm.read_jira_document makes of histories
 * that have no ids.
 */
Datum
vsm_jira_moves(PG_FUNCTION_ARGS)
{
	ToldValues	told;
	Datum		values[DOCUMENT] = {0};
	bool		nulls[DOCUMENT];
	StringInfoData id;
	int			entity;			/* bytes of it, with which an id begins */
	Rows		rows;

	rows_begin_set(fcinfo, &rows);
	if (PG_ARGISNULL(0) || PG_ARGISNULL(1) || PG_ARGISNULL(2))
		return rows_end(&rows);
	read_values(&told, PG_GETARG_ARRAYTYPE_P(2));
	find_changes(&told, !PG_ARGISNULL(3), PG_ARGISNULL(3) ? 0 : PG_GETARG_TIMESTAMPTZ(3));
	initStringInfo(&id);
	appendBinaryStringInfo(&id, VARDATA_ANY(PG_GETARG_TEXT_PP(0)), VARSIZE_ANY_EXHDR(PG_GETARG_TEXT_PP(0)));
	appendStringInfoString(&id, ":issue:");
	append_id(&id, PG_GETARG_TEXT_PP(1));
	entity = id.len;
	memset(nulls, true, sizeof(nulls));
	set_text(values, nulls, SOURCE, PG_GETARG_TEXT_PP(0));
	set_text(values, nulls, FACT, cstring_to_text(fact_kind_names[FACT_EVENT]));
	set_text(values, nulls, ENTITY, cstring_to_text_with_len(id.data, entity));
	for (int i = 0; i < told.count; i++)
	{
		const ToldValue *value = &told.values[i];
		text	   *state = text_of(value, V_VALUE);
		text	   *state_id = text_of(value, V_ID);
		int64		milliseconds = time_of(value) / 1000 + UNIX_EPOCH_MILLISECONDS;

		if (!value->is_move || state == NULL || value->nulls[V_AT] || time_of(value) >= told.moved_at)
			continue;
		/* (rounded down) */
		if (time_of(value) % 1000 < 0)
			milliseconds--;
		id.len = entity;
		appendStringInfo(&id, ":" INT64_FORMAT ":", milliseconds);
		append_id(&id, state_id == NULL ? state : state_id);
		values[AT] = values[VERSION] = value->values[V_AT];
		nulls[AT] = nulls[VERSION] = false;
		set_text(values, nulls, ID, cstring_to_text_with_len(id.data, id.len));
		set_text(values, nulls, VALUE, state);
		set_text(values, nulls, VALUE_ID, state_id);
		set_text(values, nulls, PREVIOUS, value->is_first ? NULL : text_of(value - 1, V_VALUE));
		set_text(values, nulls, PREVIOUS_ID, value->is_first ? NULL : text_of(value - 1, V_ID));
		rows_add(&rows, values, nulls);
	}
	return rows_end(&rows);
}
