/*
 * stamp_sql.c
 *		Triggers that tell refresh what has changed: the transaction that wrote a row, and the keys
 *		that rows had which are gone.
 *
 * They are in C because they run for every row that anybody writes to a model, and because the
 * second writes as the owner of the table, which a function of SQL could only do for good
 * (SECURITY DEFINER).
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/transam.h"
#include "access/xact.h"
#include "base/compat.h"
#include "catalog/partition.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "model/execute_sql.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/xid8.h"

PG_FUNCTION_INFO_V1(vsm_stamp);
PG_FUNCTION_INFO_V1(vsm_journal);

static int
column_number(Relation relation, const char *name)
{
	int			number = SPI_fnumber(RelationGetDescr(relation), name);

	if (number <= 0)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_COLUMN),
				 errmsg("table \"%s\" has no column \"%s\"", RelationGetRelationName(relation), name),
				 errhint("Make what is missing with: CALL vsm.create_model('%s')",
						 get_namespace_name(RelationGetNamespace(relation)))));
	return number;
}

/*
 * stamp() -> trigger
 *
 * Before a row is inserted or updated: writes the transaction into its column xid.
 */
Datum
vsm_stamp(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = (TriggerData *) fcinfo->context;
	HeapTuple	tuple;
	int		   *column;
	Datum		xid;
	bool		is_null;

	if (!CALLED_AS_TRIGGER(fcinfo) || !TRIGGER_FIRED_BEFORE(trigger->tg_event) || !TRIGGER_FIRED_FOR_ROW(trigger->tg_event))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("vsm.stamp is a trigger function"),
				 errdetail("It is called before a row is inserted or updated.")));
	tuple = TRIGGER_FIRED_BY_UPDATE(trigger->tg_event) ? trigger->tg_newtuple : trigger->tg_trigtuple;
	/* Of one table in a statement, it is looked for once. */
	column = fcinfo->flinfo->fn_extra;
	if (column == NULL)
	{
		column = MemoryContextAlloc(fcinfo->flinfo->fn_mcxt, sizeof(int));
		*column = column_number(trigger->tg_relation, "xid");
		fcinfo->flinfo->fn_extra = column;
	}
	xid = heap_getattr(tuple, *column, RelationGetDescr(trigger->tg_relation), &is_null);
	/* write_facts has written it already. */
	if (!is_null && FullTransactionIdEquals(DatumGetFullTransactionId(xid), GetTopFullTransactionId()))
		return PointerGetDatum(tuple);
	xid = FullTransactionIdGetDatum(GetTopFullTransactionId());
	is_null = false;
	return PointerGetDatum(heap_modify_tuple_by_cols(tuple, RelationGetDescr(trigger->tg_relation), 1, column, &xid, &is_null));
}

/* What was journalled last: of many rows of one item that go together one line is enough. */
static struct
{
	Oid			schema;
	FullTransactionId xid;
	SubTransactionId subtransaction;
	char		kind[32];
	char		key[256];
}			last;

static void
journal(Oid schema, const char *kind, const char *key)
{
	StringInfoData statement;
	Datum		values[2];
	FullTransactionId xid = GetTopFullTransactionId();
	SubTransactionId subtransaction = GetCurrentSubTransactionId();

	if (last.schema == schema && FullTransactionIdEquals(last.xid, xid) && last.subtransaction == subtransaction &&
		strcmp(last.kind, kind) == 0 && strcmp(last.key, key) == 0)
		return;

	initStringInfo(&statement);
	appendStringInfo(&statement,
					 "INSERT INTO %s.journal (xid, kind, key) VALUES (pg_catalog.pg_current_xact_id(), $1, $2)",
					 quote_identifier(get_namespace_name(schema)));
	values[0] = CStringGetTextDatum(kind);
	values[1] = CStringGetTextDatum(key);
	(void) execute_kept(statement.data, 2, values, NULL, NULL);

	/* Longer names are journalled each time. */
	last.schema = strlen(kind) < sizeof(last.kind) && strlen(key) < sizeof(last.key) ? schema : InvalidOid;
	last.xid = xid;
	last.subtransaction = subtransaction;
	strlcpy(last.kind, kind, sizeof(last.kind));
	strlcpy(last.key, key, sizeof(last.key));
}

/* A key of a row, NULL if it has none. What is of no repository is kept as of an empty one, which refresh looks at as at any. */
static char *
key_of(HeapTuple row, TupleDesc columns, int column, const char *kind)
{
	char	   *key = SPI_getvalue(row, columns, column);

	return key == NULL && strcmp(kind, "repository") == 0 ? pstrdup("") : key;
}

/*
 * journal(kind, column, kind, column, ...) -> trigger
 *
 * After a row was deleted, or updated so that one of the columns has another value: writes the
 * values that they had to the table journal beside, each with its kind; after TRUNCATE: that all is
 * to be made anew. It writes as the owner of the table, as the triggers of foreign keys do: who
 * deletes needs no right to the journal.
 */
Datum
vsm_journal(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = (TriggerData *) fcinfo->context;
	Relation	relation;
	TupleDesc	columns;
	Oid			schema;
	Oid			user;
	int			context;

	if (!CALLED_AS_TRIGGER(fcinfo) || !TRIGGER_FIRED_AFTER(trigger->tg_event))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("vsm.journal is a trigger function"),
				 errdetail("It is called after rows are updated, deleted or truncated.")));
	relation = trigger->tg_relation;
	columns = RelationGetDescr(relation);
	/* A partition may lie in another schema than the model. */
	schema = relation->rd_rel->relispartition ?
		get_rel_namespace(llast_oid(get_partition_ancestors(RelationGetRelid(relation)))) : RelationGetNamespace(relation);

	SPI_connect();
	GetUserIdAndSecContext(&user, &context);
	SetUserIdAndSecContext(relation->rd_rel->relowner, context | SECURITY_LOCAL_USERID_CHANGE | SECURITY_NOFORCE_RLS);
	if (TRIGGER_FIRED_BY_TRUNCATE(trigger->tg_event))
		journal(schema, "rebuild", "");
	else
	{
		for (int i = 0; i + 1 < trigger->tg_trigger->tgnargs; i += 2)
		{
			const char *kind = trigger->tg_trigger->tgargs[i];
			int			column = column_number(relation, trigger->tg_trigger->tgargs[i + 1]);
			char	   *old = key_of(trigger->tg_trigtuple, columns, column, kind);

			if (old == NULL)
				continue;
			if (TRIGGER_FIRED_BY_UPDATE(trigger->tg_event))
			{
				char	   *new = key_of(trigger->tg_newtuple, columns, column, kind);

				if (new != NULL && strcmp(old, new) == 0)
					continue;
			}
			journal(schema, kind, old);
		}
	}
	SetUserIdAndSecContext(user, context);
	SPI_finish();
	return PointerGetDatum(NULL);
}
