/*
 * inbox_sql.c
 *		Writes a change of a tracked table to the inbox of a model.
 *
 * An application waits for it with each row that it writes, and of an INSERT of a row of five columns
 * most is that a statement begins and ends. So the row goes straight to the table and its indexes,
 * where the inbox is as vsm.create_model makes it. What somebody has added to it (a trigger, a check,
 * a column) is left to a statement. (Policies do not bind the owner, as whom it is written.)
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/xact.h"
#include "base/compat.h"
#include "catalog/dependency.h"
#include "catalog/partition.h"
#include "catalog/pg_type.h"
#include "commands/sequence.h"
#include "executor/executor.h"
#include "model/inbox.h"
#include "nodes/primnodes.h"
#include "rewrite/rewriteHandler.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/inval.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

/* The inbox that was written to last, and the table tracked beside it. */
static struct
{
	Oid			inbox;			/* InvalidOid: not known, or not any more */
	Oid			tracked;
	bool		is_plain;
	AttrNumber	id;
	AttrNumber	source;
	AttrNumber	payload;
	AttrNumber	received_at;
	Oid			sequence;		/* of id */
	AttrNumber	tracked_relation;
	AttrNumber	tracked_source;
	Oid			tracked_key;	/* the index of tracked.relation */
}			known;

static bool is_watched = false;

static void
forget_inbox(Datum argument, Oid relation)
{
	if (!OidIsValid(relation) || relation == known.inbox || relation == known.tracked)
		known.inbox = InvalidOid;
}

/* Whether the columns are those that vsm.create_model makes, and their values known here. */
static bool
look_at_inbox(Relation inbox)
{
	TupleDesc	columns = RelationGetDescr(inbox);

	known.id = known.source = known.payload = known.received_at = InvalidAttrNumber;
	if (inbox->rd_rel->relkind != RELKIND_RELATION || inbox->rd_rel->relispartition || inbox->rd_rules != NULL ||
		inbox->trigdesc != NULL || (columns->constr != NULL && columns->constr->num_check > 0))
		return false;
	for (int i = 0; i < columns->natts; i++)
	{
		Form_pg_attribute column = TupleDescAttr(columns, i);
		const char *name = NameStr(column->attname);

		if (column->attisdropped)
			continue;
		if (strcmp(name, "id") == 0 && column->atttypid == INT8OID && column->attidentity != '\0')
			known.id = column->attnum;
		else if (strcmp(name, "received_at") == 0 && column->atttypid == TIMESTAMPTZOID)
		{
			Node	   *value = column->atthasdef ? build_column_default(inbox, column->attnum) : NULL;

			if (value == NULL || !IsA(value, FuncExpr) || ((FuncExpr *) value)->funcid != F_NOW)
				return false;
			known.received_at = column->attnum;
		}
		else if (column->atthasdef || column->attidentity != '\0')
			return false;
		else if (strcmp(name, "source") == 0 && column->atttypid == TEXTOID)
			known.source = column->attnum;
		else if (strcmp(name, "payload") == 0 && column->atttypid == TEXTOID)
			known.payload = column->attnum;
		else if (column->attnotnull || (column->atttypid != TEXTOID && column->atttypid != INT4OID && column->atttypid != TIMESTAMPTZOID))
			return false;
	}
	if (known.id == InvalidAttrNumber || known.source == InvalidAttrNumber || known.payload == InvalidAttrNumber ||
		known.received_at == InvalidAttrNumber)
		return false;
	known.sequence = vsm_identity_sequence(inbox, known.id);
	return OidIsValid(known.sequence);
}

static bool
look_at_tracked(Relation tracked)
{
	TupleDesc	columns = RelationGetDescr(tracked);

	known.tracked_relation = known.tracked_source = InvalidAttrNumber;
	if (tracked->rd_rel->relkind != RELKIND_RELATION)
		return false;
	for (int i = 0; i < columns->natts; i++)
	{
		Form_pg_attribute column = TupleDescAttr(columns, i);

		if (column->attisdropped)
			continue;
		if (strcmp(NameStr(column->attname), "relation") == 0 && column->atttypid == REGCLASSOID)
			known.tracked_relation = column->attnum;
		else if (strcmp(NameStr(column->attname), "source") == 0 && column->atttypid == TEXTOID)
			known.tracked_source = column->attnum;
	}
	list_free(RelationGetIndexList(tracked));
	known.tracked_key = tracked->rd_pkindex;
	return known.tracked_relation != InvalidAttrNumber && known.tracked_source != InvalidAttrNumber && OidIsValid(known.tracked_key);
}

static bool
is_plain(Relation inbox, Relation tracked)
{
	if (known.inbox == RelationGetRelid(inbox) && known.tracked == RelationGetRelid(tracked))
		return known.is_plain;
	if (!is_watched)
		CacheRegisterRelcacheCallback(forget_inbox, (Datum) 0);
	is_watched = true;
	/* (An error on the way leaves it to statements.) */
	known.is_plain = false;
	known.inbox = RelationGetRelid(inbox);
	known.tracked = RelationGetRelid(tracked);
	known.is_plain = look_at_inbox(inbox) && look_at_tracked(tracked);
	return known.is_plain;
}

/* The source that the table tracked gives a table; NULL if it has none. */
static char *
tracked_source(Relation tracked, Oid relation, Snapshot snapshot)
{
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple	row;
	char	   *source = NULL;

	ScanKeyInit(&key, known.tracked_relation, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(relation));
	scan = systable_beginscan(tracked, known.tracked_key, true, snapshot, 1, &key);
	if ((row = systable_getnext(scan)) != NULL)
	{
		bool		is_null;
		Datum		value = heap_getattr(row, known.tracked_source, RelationGetDescr(tracked), &is_null);

		source = is_null ? pstrdup("") : TextDatumGetCString(value);
	}
	systable_endscan(scan);
	return source;
}

static void
insert_row(Relation inbox, const char *source, const char *payload)
{
	EState	   *estate = CreateExecutorState();
	ResultRelInfo *target = makeNode(ResultRelInfo);
	TupleTableSlot *row;

	InitResultRelInfo(target, inbox, 0, NULL, 0);
	ExecOpenIndices(target, false);
	row = ExecInitExtraTupleSlot(estate, RelationGetDescr(inbox), &TTSOpsVirtual);
	ExecClearTuple(row);
	memset(row->tts_isnull, true, RelationGetDescr(inbox)->natts * sizeof(bool));
	row->tts_values[known.id - 1] = Int64GetDatum(nextval_internal(known.sequence, false));
	row->tts_values[known.source - 1] = CStringGetTextDatum(psprintf("track:%s", source));
	row->tts_values[known.payload - 1] = CStringGetTextDatum(payload);
	row->tts_values[known.received_at - 1] = TimestampTzGetDatum(GetCurrentTransactionStartTimestamp());
	row->tts_isnull[known.id - 1] = row->tts_isnull[known.source - 1] = false;
	row->tts_isnull[known.payload - 1] = row->tts_isnull[known.received_at - 1] = false;
	ExecStoreVirtualTuple(row);
	ExecSimpleRelationInsert(target, estate, row);
	ExecCloseIndices(target);
	ExecResetTupleTable(estate->es_tupleTable, false);
	FreeExecutorState(estate);
}

InboxResult
inbox_add_change(Oid inbox, Oid tracked, Relation changed, const char *payload)
{
	Relation	to = table_open(inbox, RowExclusiveLock);
	Relation	by = table_open(tracked, AccessShareLock);
	InboxResult result = INBOX_NOT_PLAIN;

	if (is_plain(to, by))
	{
		Snapshot	snapshot;
		char	   *source;

		/* As a statement sees it that begins now. */
		CommandCounterIncrement();
		snapshot = RegisterSnapshot(GetTransactionSnapshot());
		source = tracked_source(by, RelationGetRelid(changed), snapshot);
		if (source == NULL && changed->rd_rel->relispartition)
		{
			ListCell   *ancestor;

			foreach(ancestor, get_partition_ancestors(RelationGetRelid(changed)))
				if (source == NULL)
					source = tracked_source(by, lfirst_oid(ancestor), snapshot);
		}
		UnregisterSnapshot(snapshot);
		if (source != NULL)
			insert_row(to, source, payload);
		result = source != NULL ? INBOX_WRITTEN : INBOX_NOT_TRACKED;
	}
	table_close(by, NoLock);
	table_close(to, NoLock);
	return result;
}
