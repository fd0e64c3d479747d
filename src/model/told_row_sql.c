/*
 * told_row_sql.c
 *		Rows of a model that are told column by column, each with a version of its own.
 */
#include "postgres.h"

#include "base/compat.h"
#include "base/rows_sql.h"
#include "common/int.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/numeric.h"
#include "utils/timestamp.h"

PG_FUNCTION_INFO_V1(vsm_epoch_microseconds);
PG_FUNCTION_INFO_V1(vsm_tell_row);

#define EPOCH_MICROSECONDS	((POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE) * USECS_PER_DAY)

/* The version of a column; what has no version is older than all that has one. */
#define NEVER			PG_INT64_MIN
#define UNVERSIONED		(PG_INT64_MIN + 1)

/* Microseconds since 1970: the greatest number of the last years that PostgreSQL knows, and of infinity. */
static int64
epoch_microseconds(TimestampTz at)
{
	int64		microseconds;

	if (TIMESTAMP_IS_NOBEGIN(at))
		return UNVERSIONED;
	if (pg_add_s64_overflow(at, EPOCH_MICROSECONDS, &microseconds))
		return PG_INT64_MAX;
	return microseconds;
}

/* epoch_microseconds(timestamptz) -> bigint: microseconds since 1970; infinity is the greatest, -infinity the least of all. */
Datum
vsm_epoch_microseconds(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(epoch_microseconds(PG_GETARG_TIMESTAMPTZ(0)));
}

typedef struct Column
{
	char	   *name;
	int			len;
	JsonbValue	value;			/* as the row has it, or will have it */
	int64		version;
	bool		changed;
} Column;

/* A member of a JSON object, or NULL; names of columns are short. */
static JsonbValue *
member(Jsonb *object, const char *name, int len, JsonbValue *value)
{
	if (object == NULL || !JB_ROOT_IS_OBJECT(object))
		return NULL;
	return getKeyJsonValueFromContainer(&object->root, name, len, value);
}

static int64
version_of(JsonbValue *value)
{
	if (value->type == jbvNumeric)
		return DatumGetInt64(DirectFunctionCall1(numeric_int8, NumericGetDatum(value->val.numeric)));
	return UNVERSIONED;
}

static int
compare_values(JsonbValue *a, JsonbValue *b)
{
	return compareJsonbContainers(&JsonbValueToJsonb(a)->root, &JsonbValueToJsonb(b)->root);
}

/* The columns of a JSON object of at most that many members. */
static Column *
columns_of(Jsonb *object, int room, int *count)
{
	Column	   *columns;
	JsonbIterator *iterator;
	JsonbIteratorToken token;
	JsonbValue	value;
	int			n = 0;
	int			size = object != NULL && JB_ROOT_IS_OBJECT(object) ? JB_ROOT_COUNT(object) : 0;

	columns = palloc0(sizeof(Column) * (size + room + 1));
	if (size > 0)
	{
		iterator = JsonbIteratorInit(&object->root);
		(void) JsonbIteratorNext(&iterator, &value, true);
		while ((token = JsonbIteratorNext(&iterator, &value, true)) != WJB_END_OBJECT)
		{
			Assert(token == WJB_KEY);
			columns[n].name = value.val.string.val;
			columns[n].len = value.val.string.len;
			token = JsonbIteratorNext(&iterator, &value, true);
			Assert(token == WJB_VALUE);
			columns[n++].value = value;
		}
	}
	*count = n;
	return columns;
}

static void
push_member(vsm_JsonbState *state, Column *column, JsonbValue *value)
{
	JsonbValue	key;

	key.type = jbvString;
	key.val.string.val = column->name;
	key.val.string.len = column->len;
	vsm_push_jsonb(state, WJB_KEY, &key);
	vsm_push_jsonb(state, WJB_VALUE, value);
}

/* The version of each column of a row, of which at is the usual one. */
static void
read_versions(Column *columns, int count, Jsonb *told, int64 at)
{
	for (int i = 0; i < count; i++)
	{
		JsonbValue	value;
		JsonbValue *version = member(told, columns[i].name, columns[i].len, &value);

		if (version == NULL)
			columns[i].version = columns[i].value.type == jbvNull ? NEVER : at;
		else
		{
			columns[i].version = version_of(version);
			if (columns[i].version == 0)
				columns[i].version = at;
		}
	}
}

static Column *
find_column(Column *columns, int count, const Column *wanted)
{
	for (int i = 0; i < count; i++)
	{
		if (columns[i].len == wanted->len && memcmp(columns[i].name, wanted->name, wanted->len) == 0)
			return &columns[i];
	}
	return NULL;
}

/*
 * Tells a column anew, and returns whether its value is another one: the newer version holds, of
 * equal ones the greater value, or, again, what is told now.
 */
static bool
tell_column(Column *column, Column *news, int64 version, bool again)
{
	int			compared = compare_values(&news->value, &column->value);

	if (version < column->version ||
		(version == column->version && !again && compared <= 0))
		return false;
	column->version = version;
	if (compared == 0)
		return false;
	column->value = news->value;
	return column->changed = true;
}

/* The columns that have changed, as an object. */
static Datum
write_changed(Column *columns, int count)
{
	vsm_JsonbState state = {0};

	vsm_push_jsonb(&state, WJB_BEGIN_OBJECT, NULL);
	for (int i = 0; i < count; i++)
	{
		if (columns[i].changed)
			push_member(&state, &columns[i], &columns[i].value);
	}
	return JsonbPGetDatum(JsonbValueToJsonb(vsm_push_jsonb(&state, WJB_END_OBJECT, NULL)));
}

/* The versions of columns that are not the usual one, as an object; 0 if there are none. */
static Datum
write_versions(Column *columns, int count, int64 at)
{
	vsm_JsonbState state = {0};
	JsonbValue *built;
	bool		unusual = false;

	vsm_push_jsonb(&state, WJB_BEGIN_OBJECT, NULL);
	for (int i = 0; i < count; i++)
	{
		bool		is_null = columns[i].value.type == jbvNull;
		JsonbValue	version;

		if (columns[i].version == NEVER || (!is_null && columns[i].version == at))
			continue;
		if (columns[i].version == UNVERSIONED)
			version.type = jbvNull;
		else
		{
			version.type = jbvNumeric;
			version.val.numeric = int64_to_numeric(columns[i].version == at ? 0 : columns[i].version);
		}
		push_member(&state, &columns[i], &version);
		unusual = true;
	}
	built = vsm_push_jsonb(&state, WJB_END_OBJECT, NULL);
	return unusual ? JsonbPGetDatum(JsonbValueToJsonb(built)) : (Datum) 0;
}

/*
 * tell_row(old jsonb, old_told jsonb, old_at, new jsonb, new_told jsonb, new_at, again boolean) -> told_row
 *
 * old is the row as it is, NULL if there is none yet, told and at what it says of the versions of
 * its columns; new are the columns that facts name. new_told NULL: all are of version new_at. The
 * result holds the columns of new that change, NULL if none does, and what the row's column told
 * becomes.
 */
Datum
vsm_tell_row(PG_FUNCTION_ARGS)
{
	Jsonb	   *old = PG_ARGISNULL(0) ? NULL : PG_GETARG_JSONB_P(0);
	Jsonb	   *old_told = PG_ARGISNULL(1) ? NULL : PG_GETARG_JSONB_P(1);
	int64		old_at = PG_ARGISNULL(2) ? UNVERSIONED : epoch_microseconds(PG_GETARG_TIMESTAMPTZ(2));
	Jsonb	   *new = PG_ARGISNULL(3) ? NULL : PG_GETARG_JSONB_P(3);
	Jsonb	   *new_told = PG_ARGISNULL(4) ? NULL : PG_GETARG_JSONB_P(4);
	int64		new_at = PG_ARGISNULL(5) ? UNVERSIONED : epoch_microseconds(PG_GETARG_TIMESTAMPTZ(5));
	bool		again = !PG_ARGISNULL(6) && PG_GETARG_BOOL(6);
	Column	   *news;
	Column	   *columns;
	int			new_count;
	int			count;
	bool		changed = false;
	Datum		results[2];
	bool		result_nulls[2] = {true, true};

	news = columns_of(new, 0, &new_count);
	columns = columns_of(old, new_count, &count);
	read_versions(columns, count, old_told, old_at);
	for (int i = 0; i < new_count; i++)
	{
		JsonbValue	value;
		JsonbValue *told = member(new_told, news[i].name, news[i].len, &value);
		int64		version = new_told == NULL ? new_at : told == NULL ? UNVERSIONED : version_of(told);
		Column	   *column = find_column(columns, count, &news[i]);

		CHECK_FOR_INTERRUPTS();
		if (column != NULL)
			changed |= tell_column(column, &news[i], version, again);
		else
		{
			/* only where there is no row yet: to_jsonb of a row has all its columns */
			columns[count] = news[i];
			columns[count].version = version;
			columns[count++].changed = true;
		}
	}

	if (changed || old == NULL)
	{
		results[0] = write_changed(columns, count);
		result_nulls[0] = false;
	}
	results[1] = write_versions(columns, count, Max(old_at, new_at));
	result_nulls[1] = results[1] == (Datum) 0;
	PG_RETURN_DATUM(row_make(row_type(fcinfo), results, result_nulls));
}
