/*
 * execute_sql.c
 *		Statements whose plans are kept, executed so that the triggers they fire stay who they are.
 */
#include "postgres.h"

#include "access/table.h"
#include "access/xact.h"
#include "base/compat.h"
#include "catalog/heap.h"
#include "catalog/pg_type.h"
#include "commands/tablecmds.h"
#include "common/hashfn.h"
#include "executor/spi.h"
#include "model/execute_sql.h"
#include "nodes/params.h"
#include "tcop/dest.h"
#include "utils/acl.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/hsearch.h"
#include "utils/memutils.h"
#include "utils/rel.h"

PG_FUNCTION_INFO_V1(vsm_execute);
PG_FUNCTION_INFO_V1(vsm_ask);
PG_FUNCTION_INFO_V1(vsm_can_commit);
PG_FUNCTION_INFO_V1(vsm_cut_table);

/* Statements differ by model, tool and kind: more than this many and all are planned anew. */
#define MAX_KEPT_PLANS	500
#define MAX_ARGUMENTS	16

typedef struct KeptPlan
{
	char	   *statement;
	int			arguments;
	SPIPlanPtr	plan;
	int			running;		/* executions that have not ended, one within the other */
	struct KeptPlan *next;		/* of the same hash */
} KeptPlan;

typedef struct KeptPlans
{
	uint32		hash;			/* of the statement */
	KeptPlan   *first;
} KeptPlans;

static HTAB *kept_plans = NULL;
static int	kept_plan_count = 0;

/* Forgets all plans but those that are running: a statement may have called what needs another plan. */
static void
forget_plans(void)
{
	HASH_SEQ_STATUS scan;
	KeptPlans  *plans;

	hash_seq_init(&scan, kept_plans);
	while ((plans = hash_seq_search(&scan)) != NULL)
	{
		KeptPlan  **link = &plans->first;

		while (*link != NULL)
		{
			KeptPlan   *plan = *link;

			if (plan->running > 0)
			{
				link = &plan->next;
				continue;
			}
			*link = plan->next;
			SPI_freeplan(plan->plan);
			pfree(plan->statement);
			pfree(plan);
			kept_plan_count--;
		}
	}
}

/* Not inlined: what execute_kept catches would clobber its variables. */
static pg_noinline KeptPlan *
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
			return plan;
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
	plan->running = 0;
	plan->next = plans->first;
	plans->first = plan;
	kept_plan_count++;
	return plan;
}

int
execute_kept(const char *statement, int arguments, const Datum *values, const bool *nulls, DestReceiver *receiver)
{
	KeptPlan   *plan = kept_plan(statement, arguments);
	SPIExecuteOptions options = {0};
	int			result;

	options.params = makeParamList(arguments);
	for (int i = 0; i < arguments; i++)
	{
		ParamExternData *parameter = &options.params->params[i];

		parameter->value = values[i];
		parameter->isnull = nulls != NULL && nulls[i];
		parameter->pflags = PARAM_FLAG_CONST;
		parameter->ptype = TEXTOID;
	}
	options.dest = receiver;
	plan->running++;
	PG_TRY();
	{
		result = SPI_execute_plan_extended(plan->plan, &options);
	}
	PG_FINALLY();
	{
		plan->running--;
	}
	PG_END_TRY();
	if (result < 0)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("a statement cannot be executed here"),
				 errdetail("It copies from or to the client, or begins or ends a transaction.")));
	return result;
}

/*
 * Triggers that the statement fires cannot become another role, as SET ROLE would let them where the
 * caller came to be the model's owner by SET ROLE himself: those that are deferred to the commit are
 * fired before this ends, too.
 */
int
execute_guarded(const char *statement, ArrayType *arguments, DestReceiver *receiver)
{
	Datum	   *values = NULL;
	bool	   *nulls = NULL;
	int			count = 0;
	int			result;
	Oid			user;
	int			context;

	if (arguments != NULL)
		deconstruct_array(arguments, TEXTOID, -1, false, TYPALIGN_INT, &values, &nulls, &count);
	if (count > MAX_ARGUMENTS)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("a statement has at most %d arguments here", MAX_ARGUMENTS)));

	/* An error sets both back, with the end of the transaction or subtransaction. */
	GetUserIdAndSecContext(&user, &context);
	SetUserIdAndSecContext(user, context | SECURITY_LOCAL_USERID_CHANGE);
	result = execute_kept(statement, count, values, nulls, receiver);
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

/* The arguments of a function (statement text, VARIADIC arguments text[]). */
static void
execute_arguments(FunctionCallInfo fcinfo)
{
	execute_guarded(text_to_cstring(PG_GETARG_TEXT_PP(0)), PG_ARGISNULL(1) ? NULL : PG_GETARG_ARRAYTYPE_P(1), NULL);
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
	execute_arguments(fcinfo);
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
	execute_arguments(fcinfo);
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

/*
 * can_commit() -> boolean
 *
 * Whether the procedure of PL/pgSQL that asks, in an expression of its own, may commit.
 */
Datum
vsm_can_commit(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(SPI_inside_nonatomic_context() && !IsSubTransaction());
}

/*
 * cut_table(regclass) -> void
 *
 * Empties a temporary table of this session as ON COMMIT DELETE ROWS does: at once, for good, and
 * without making the statements that name it be planned anew, as TRUNCATE does.
 */
Datum
vsm_cut_table(PG_FUNCTION_ARGS)
{
	Oid			table = PG_GETARG_OID(0);
	Relation	relation = table_open(table, AccessExclusiveLock);

	if (!RELATION_IS_LOCAL(relation) || relation->rd_rel->relpersistence != RELPERSISTENCE_TEMP ||
		relation->rd_rel->relkind != RELKIND_RELATION)
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("\"%s\" is not a temporary table of this session", RelationGetRelationName(relation))));
	if (pg_class_aclcheck(table, GetUserId(), ACL_TRUNCATE) != ACLCHECK_OK)
		aclcheck_error(ACLCHECK_NO_PRIV, OBJECT_TABLE, RelationGetRelationName(relation));
	CheckTableNotInUse(relation, "TRUNCATE");
	table_close(relation, NoLock);
	heap_truncate(list_make1_oid(table));
	PG_RETURN_VOID();
}
