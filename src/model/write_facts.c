/*
 * write_facts.c
 *		What the door of a model needs and SQL has not: statements whose plans are kept, and rows
 *		that are told column by column.
 */
#include "postgres.h"

#include "base/compat.h"
#include "catalog/pg_type.h"
#include "common/hashfn.h"
#include "executor/spi.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/hsearch.h"
#include "utils/jsonb.h"
#include "utils/memutils.h"
#include "utils/numeric.h"
#include "utils/timestamp.h"

PG_FUNCTION_INFO_V1(vsm_execute);
PG_FUNCTION_INFO_V1(vsm_ask);
PG_FUNCTION_INFO_V1(vsm_epoch_microseconds);
PG_FUNCTION_INFO_V1(vsm_tell_row);

/* Statements differ by model, tool and kind: more than this many and all are planned anew. */
#define MAX_KEPT_PLANS	500
#define MAX_ARGUMENTS	16

typedef struct KeptPlan
{
	char	   *statement;
	int			arguments;
	SPIPlanPtr	plan;
	struct KeptPlan *next;		/* of the same hash */
} KeptPlan;

typedef struct KeptPlans
{
	uint32		hash;			/* of the statement */
	KeptPlan   *first;
} KeptPlans;

static HTAB *kept_plans = NULL;
static int	kept_plan_count = 0;

static void
forget_plans(void)
{
	HASH_SEQ_STATUS scan;
	KeptPlans  *plans;

	hash_seq_init(&scan, kept_plans);
	while ((plans = hash_seq_search(&scan)) != NULL)
	{
		while (plans->first != NULL)
		{
			KeptPlan   *plan = plans->first;

			plans->first = plan->next;
			SPI_freeplan(plan->plan);
			pfree(plan->statement);
			pfree(plan);
		}
	}
	kept_plan_count = 0;
}

/* The plan of a statement with so many parameters of type text; SPI is connected. */
static SPIPlanPtr
kept_plan(const char *statement, int arguments)
{
	uint32		hash = hash_bytes((const unsigned char *) statement, strlen(statement));
	Oid			types[MAX_ARGUMENTS];
	KeptPlans  *plans;
	KeptPlan   *plan;
	SPIPlanPtr	prepared;
	bool		found;

	if (kept_plans == NULL)
	{
		HASHCTL		control = {0};

		control.keysize = sizeof(uint32);
		control.entrysize = sizeof(KeptPlans);
		kept_plans = hash_create("vsm kept plans", 64, &control, HASH_ELEM | HASH_BLOBS);
	}
	plans = hash_search(kept_plans, &hash, HASH_FIND, NULL);
	for (plan = plans == NULL ? NULL : plans->first; plan != NULL; plan = plan->next)
	{
		if (plan->arguments == arguments && strcmp(plan->statement, statement) == 0)
			return plan->plan;
	}

	for (int i = 0; i < arguments; i++)
		types[i] = TEXTOID;
	prepared = SPI_prepare(statement, arguments, types);
	if (prepared == NULL)
		elog(ERROR, "SPI_prepare failed: %s", SPI_result_code_string(SPI_result));
	if (SPI_keepplan(prepared) != 0)
		elog(ERROR, "SPI_keepplan failed");
	if (kept_plan_count >= MAX_KEPT_PLANS)
		forget_plans();

	plans = hash_search(kept_plans, &hash, HASH_ENTER, &found);
	if (!found)
		plans->first = NULL;
	plan = MemoryContextAlloc(TopMemoryContext, sizeof(KeptPlan));
	plan->statement = MemoryContextStrdup(TopMemoryContext, statement);
	plan->arguments = arguments;
	plan->plan = prepared;
	plan->next = plans->first;
	plans->first = plan;
	kept_plan_count++;
	return prepared;
}

/*
 * Executes the statement with the texts as its parameters. The triggers that it fires cannot
 * become another role, as SET ROLE would let them where the caller came to be the model's owner by
 * SET ROLE himself: those that are deferred to the commit are fired before this ends, too.
 */
static int
execute_guarded(FunctionCallInfo fcinfo)
{
	char	   *statement = text_to_cstring(PG_GETARG_TEXT_PP(0));
	Datum	   *values = NULL;
	bool	   *nulls = NULL;
	char	   *null_marks;
	int			count = 0;
	int			result;
	Oid			user;
	int			context;

	if (!PG_ARGISNULL(1))
		deconstruct_array(PG_GETARG_ARRAYTYPE_P(1), TEXTOID, -1, false, TYPALIGN_INT, &values, &nulls, &count);
	if (count > MAX_ARGUMENTS)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("a statement has at most %d arguments here", MAX_ARGUMENTS)));
	null_marks = palloc(count + 1);
	for (int i = 0; i < count; i++)
		null_marks[i] = nulls[i] ? 'n' : ' ';

	/* An error sets both back, with the end of the transaction or subtransaction. */
	GetUserIdAndSecContext(&user, &context);
	SetUserIdAndSecContext(user, context | SECURITY_LOCAL_USERID_CHANGE);
	result = SPI_execute_plan(kept_plan(statement, count), values, null_marks, false, 0);
	if (result < 0)
		elog(ERROR, "SPI_execute_plan failed: %s", SPI_result_code_string(result));
	if ((context & SECURITY_LOCAL_USERID_CHANGE) == 0 && GetAuthenticatedUserId() != user)
	{
		uint64		processed = SPI_processed;
		SPITupleTable *rows = SPI_tuptable;

		if (SPI_execute("SET CONSTRAINTS ALL IMMEDIATE", false, 0) < 0)
			elog(ERROR, "SPI_execute failed");
		SPI_processed = processed;
		SPI_tuptable = rows;
	}
	SetUserIdAndSecContext(user, context);
	return result;
}

/*
 * execute(statement text, VARIADIC arguments text[]) -> bigint
 *
 * Executes the statement as its caller, with the texts as its parameters, and returns how many
 * rows it processed. PostgreSQL's EXECUTE in PL/pgSQL plans each time, which for one payload
 * costs several times what reading it does.
 */
Datum
vsm_execute(PG_FUNCTION_ARGS)
{
	uint64		processed;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	SPI_connect();
	execute_guarded(fcinfo);
	processed = SPI_processed;
	SPI_finish();
	PG_RETURN_INT64((int64) processed);
}

/*
 * ask(statement text, VARIADIC arguments text[]) -> text
 *
 * The same for a statement that returns something: its first column in its first row, as text.
 */
Datum
vsm_ask(PG_FUNCTION_ARGS)
{
	MemoryContext caller = CurrentMemoryContext;
	text	   *answer = NULL;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	SPI_connect();
	execute_guarded(fcinfo);
	if (SPI_processed > 0 && SPI_tuptable != NULL)
	{
		char	   *value = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);

		if (value != NULL)
		{
			MemoryContext spi = MemoryContextSwitchTo(caller);

			answer = cstring_to_text(value);
			MemoryContextSwitchTo(spi);
		}
	}
	SPI_finish();
	if (answer == NULL)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(answer);
}

#define EPOCH_MICROSECONDS	((POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE) * USECS_PER_DAY)

/* epoch_microseconds(timestamptz) -> bigint: microseconds since 1970. */
Datum
vsm_epoch_microseconds(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(PG_GETARG_TIMESTAMPTZ(0) + EPOCH_MICROSECONDS);
}

/* The version of a column; what has no version is older than all that has one. */
#define NEVER			PG_INT64_MIN
#define UNVERSIONED		(PG_INT64_MIN + 1)

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
push_member(JsonbParseState **state, Column *column, JsonbValue *value)
{
	JsonbValue	key;

	key.type = jbvString;
	key.val.string.val = column->name;
	key.val.string.len = column->len;
	pushJsonbValue(state, WJB_KEY, &key);
	pushJsonbValue(state, WJB_VALUE, value);
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
	int64		old_at = PG_ARGISNULL(2) ? UNVERSIONED : PG_GETARG_TIMESTAMPTZ(2) + EPOCH_MICROSECONDS;
	Jsonb	   *new = PG_ARGISNULL(3) ? NULL : PG_GETARG_JSONB_P(3);
	Jsonb	   *new_told = PG_ARGISNULL(4) ? NULL : PG_GETARG_JSONB_P(4);
	int64		new_at = PG_ARGISNULL(5) ? UNVERSIONED : PG_GETARG_TIMESTAMPTZ(5) + EPOCH_MICROSECONDS;
	bool		again = !PG_ARGISNULL(6) && PG_GETARG_BOOL(6);
	int64		at = Max(old_at, new_at);
	Column	   *news;
	Column	   *columns;
	int			new_count;
	int			count;
	bool		changed = false;
	JsonbParseState *state = NULL;
	JsonbValue *built;
	JsonbValue	value;
	TupleDesc	descriptor;
	Datum		results[2];
	bool		result_nulls[2] = {true, true};

	if (get_call_result_type(fcinfo, NULL, &descriptor) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	news = columns_of(new, 0, &new_count);
	columns = columns_of(old, new_count, &count);

	for (int i = 0; i < count; i++)
	{
		JsonbValue *told = member(old_told, columns[i].name, columns[i].len, &value);

		if (told == NULL)
			columns[i].version = columns[i].value.type == jbvNull ? NEVER : old_at;
		else
		{
			columns[i].version = version_of(told);
			if (columns[i].version == 0)
				columns[i].version = old_at;
		}
	}
	for (int i = 0; i < new_count; i++)
	{
		JsonbValue *told = member(new_told, news[i].name, news[i].len, &value);
		int64		version = new_told == NULL ? new_at : told == NULL ? UNVERSIONED : version_of(told);
		Column	   *column = NULL;
		int			compared;

		for (int j = 0; j < count && column == NULL; j++)
		{
			if (columns[j].len == news[i].len && memcmp(columns[j].name, news[i].name, news[i].len) == 0)
				column = &columns[j];
		}
		if (column == NULL)
		{
			/* only where there is no row yet: to_jsonb of a row has all its columns */
			column = &columns[count++];
			*column = news[i];
			column->version = version;
			column->changed = true;
			continue;
		}
		compared = compare_values(&news[i].value, &column->value);
		if (version < column->version ||
			(version == column->version && !again && compared <= 0))
			continue;
		column->version = version;
		if (compared != 0)
		{
			column->value = news[i].value;
			column->changed = true;
			changed = true;
		}
	}

	if (changed || old == NULL)
	{
		pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
		for (int i = 0; i < count; i++)
		{
			if (columns[i].changed)
				push_member(&state, &columns[i], &columns[i].value);
		}
		results[0] = JsonbPGetDatum(JsonbValueToJsonb(pushJsonbValue(&state, WJB_END_OBJECT, NULL)));
		result_nulls[0] = false;
	}

	state = NULL;
	changed = false;
	pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
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
		changed = true;
	}
	built = pushJsonbValue(&state, WJB_END_OBJECT, NULL);
	if (changed)
	{
		results[1] = JsonbPGetDatum(JsonbValueToJsonb(built));
		result_nulls[1] = false;
	}
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(descriptor), results, result_nulls)));
}
