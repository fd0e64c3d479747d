/*
 * add_rows_sql.c
 *		Rows that facts make, added to a table of a model.
 *
 * INSERT ... ON CONFLICT looks up each row in the index, inserts it with a mark that it takes back, fires a
 * trigger for it and writes it to the log by itself. What is told in bulk is mostly new, and rows of one
 * entity come together: so each entity is looked up once, and its rows go to the table and its indexes as
 * those of COPY do, where the table is as vsm.create_model makes it. What somebody has added to it (a
 * trigger, a default, a policy that binds its owner) is left to the statement, and so are rows that are there.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/nbtree.h"
#include "access/stratnum.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "base/compat.h"
#include "catalog/namespace.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_trigger.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "executor/executor.h"
#include "executor/spi.h"
#include "model/add_rows.h"
#include "model/execute_sql.h"
#include "model/held_facts.h"
#include "nodes/makefuncs.h"
#include "parser/parse_func.h"
#include "storage/bufmgr.h"
#include "tcop/dest.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/resowner.h"
#include "utils/rls.h"
#include "utils/snapmgr.h"
#include "utils/varlena.h"

PG_FUNCTION_INFO_V1(vsm_add_rows);

extern Datum vsm_stamp(PG_FUNCTION_ARGS);

/* Rows that go to the table together. */
#define MAX_ROWS	500
#define MAX_BYTES	(128 * 1024)

/* Fewer facts than these are written by a statement: what one payload states is not looked at twice. */
#define MIN_FACTS	200

/* Keys that are looked up one by one before a gap between those that are there is looked for again. */
#define MAX_PASSED	63

/*
 * Keys that no row begins with: those behind one that was looked up and before the next that is there. Rows come
 * in order, so one lookup is mostly enough for many that are new; where it is not, as among ids of commits, the
 * next keys are looked up one by one, twice as many each time.
 */
typedef struct KeyGap
{
	IndexScanDesc scan;			/* NULL: none was looked for */
	ScanKeyData from;
	FmgrInfo	compare;
	Datum		first;
	Datum		next;
	bool		is_there;
	bool		has_next;
	int			passed;			/* keys that were looked up one by one since */
	int			to_pass;
} KeyGap;

typedef struct RowAdder
{
	DestReceiver receiver;
	Relation	table;
	List	   *names;			/* of the columns that the statement gives */
	Oid			key;			/* the index of its primary key */
	int			keys;			/* columns of that */
	KeyGap		gap;
	AttrNumber	columns[INDEX_MAX_KEYS];
	ScanKeyData scan_keys[INDEX_MAX_KEYS];
	int		   *sources;		/* for each column of the table that of the statement, or -1 */
	EState	   *estate;
	ResultRelInfo *target;
	CommandId	command;
	bool		is_plain;
	bool		are_new;		/* no row can be there */
	TupleDesc	slot_columns;	/* a copy, since it costs more than a slot to count those of one that is shared */
	TupleTableSlot *slots[MAX_ROWS];
	int			count;
	Size		bytes;
	MemoryContext last_context;
	Datum		last[INDEX_MAX_KEYS];	/* the key of the row before */
	bool		has_last;
	bool		is_known;		/* there are rows whose key begins as that */
	Datum	   *values;			/* of a row that is there */
	bool	   *nulls;
	uint64		added;
	uint64		same;			/* were there as they are */
	uint64		different;		/* were there otherwise, or came twice */
} RowAdder;

bool
rows_are_on_nodes(Oid table)
{
	Oid			argument = REGCLASSOID;

	/* (Without Citus nobody is asked.) */
	return OidIsValid(get_relname_relid("pg_dist_partition", PG_CATALOG_NAMESPACE)) &&
		DatumGetBool(OidFunctionCall1(LookupFuncName(list_make2(makeString("vsm"), makeString("is_on_nodes")), 1, &argument, false),
									  ObjectIdGetDatum(table)));
}

/* Whether rows can be added to the table without a statement, apart from what the columns need. */
static bool
is_plain(Relation table)
{
	TriggerDesc *triggers = table->trigdesc;
	TupleDesc	columns = RelationGetDescr(table);
	Oid			oid = RelationGetRelid(table);

	if (table->rd_rel->relkind != RELKIND_RELATION || table->rd_rel->relispartition || table->rd_rules != NULL ||
		rows_are_on_nodes(oid) ||
		(columns->constr != NULL && columns->constr->has_generated_stored) ||
		pg_class_aclcheck(oid, GetUserId(), ACL_INSERT) != ACLCHECK_OK ||
		pg_class_aclcheck(oid, GetUserId(), ACL_SELECT) != ACLCHECK_OK || check_enable_rls(oid, InvalidOid, true) == RLS_ENABLED)
		return false;
	for (int i = 0; triggers != NULL && i < triggers->numtriggers; i++)
	{
		FmgrInfo	function;

		if (!TRIGGER_FOR_INSERT(triggers->triggers[i].tgtype))
			continue;
		/* Who says which transaction writes a row needs none to say it. */
		fmgr_info(triggers->triggers[i].tgfoid, &function);
		if (function.fn_addr != vsm_stamp)
			return false;
	}
	return true;
}

/* Looks at the primary key; false if there is none that can be looked up here. */
static bool
look_at_key(RowAdder *adder)
{
	List	   *indexes = RelationGetIndexList(adder->table);
	ListCell   *cell;
	bool		is_usable;
	Relation	index;

	adder->key = adder->table->rd_pkindex;
	foreach(cell, indexes)
	{
		index = index_open(lfirst_oid(cell), AccessShareLock);
		is_usable = index->rd_index->indimmediate;
		index_close(index, NoLock);
		if (!is_usable)
			return false;
	}
	if (!OidIsValid(adder->key))
		return false;
	index = index_open(adder->key, AccessShareLock);
	adder->keys = IndexRelationGetNumberOfKeyAttributes(index);
	for (int i = 0; i < adder->keys; i++)
	{
		Oid			type = index->rd_opcintype[i];
		Oid			equals = get_opfamily_member(index->rd_opfamily[i], type, type, BTEqualStrategyNumber);

		adder->columns[i] = index->rd_index->indkey.values[i];
		if (!OidIsValid(equals))
			elog(ERROR, "an operator of index \"%s\" is missing", RelationGetRelationName(index));
		ScanKeyEntryInitialize(&adder->scan_keys[i], 0, adder->columns[i], BTEqualStrategyNumber, InvalidOid,
							   index->rd_indcollation[i], get_opcode(equals), (Datum) 0);
	}
	index_close(index, NoLock);
	return true;
}

/* Finds the columns that the statement gives in the table; false if another needs a value, or one is of another type. */
static bool
match_columns(RowAdder *adder, TupleDesc given)
{
	TupleDesc	columns = RelationGetDescr(adder->table);

	if (list_length(adder->names) != given->natts)
		return false;
	adder->sources = palloc(columns->natts * sizeof(int));
	for (int i = 0; i < columns->natts; i++)
	{
		Form_pg_attribute column = TupleDescAttr(columns, i);

		adder->sources[i] = -1;
		if (column->attisdropped)
			continue;
		for (int n = 0; n < given->natts; n++)
		{
			if (strcmp((char *) list_nth(adder->names, n), NameStr(column->attname)) == 0)
				adder->sources[i] = n;
		}
		if (column->attgenerated != '\0')
			return false;
		if (adder->sources[i] >= 0 ? (TupleDescAttr(given, adder->sources[i])->atttypid != column->atttypid || column->atttypmod >= 0) :
			(column->atthasdef || column->attidentity != '\0' || get_typtype(column->atttypid) == TYPTYPE_DOMAIN))
			return false;
	}
	for (int i = 0; i < adder->keys; i++)
	{
		if (adder->sources[adder->columns[i] - 1] < 0)
			return false;
	}
	return true;
}

static void
begin_rows(DestReceiver *self, int operation, TupleDesc given)
{
	RowAdder   *adder = (RowAdder *) self;
	TupleDesc	columns = RelationGetDescr(adder->table);

	adder->is_plain = match_columns(adder, given);
	if (!adder->is_plain)
		return;
	adder->estate = CreateExecutorState();
	adder->target = makeNode(ResultRelInfo);
	InitResultRelInfo(adder->target, adder->table, 0, NULL, 0);
	ExecOpenIndices(adder->target, false);
	adder->command = GetCurrentCommandId(true);
	adder->slot_columns = CreateTupleDescCopy(columns);
	adder->values = palloc(columns->natts * sizeof(Datum));
	adder->nulls = palloc(columns->natts * sizeof(bool));
	adder->are_new |= RelationGetNumberOfBlocks(adder->table) == 0;
}

/* Writes the rows that were gathered. */
static void
put_rows(RowAdder *adder)
{
	MemoryContext caller = MemoryContextSwitchTo(GetPerTupleMemoryContext(adder->estate));

	CHECK_FOR_INTERRUPTS();
	table_multi_insert(adder->table, adder->slots, adder->count, adder->command, 0, NULL);
	for (int i = 0; i < adder->count; i++)
	{
		ResetPerTupleExprContext(adder->estate);
		(void) vsm_insert_index_tuples(adder->target, adder->slots[i], adder->estate);
		ExecClearTuple(adder->slots[i]);
	}
	ResetPerTupleExprContext(adder->estate);
	MemoryContextSwitchTo(caller);
	adder->added += adder->count;
	adder->count = 0;
	adder->bytes = 0;
}

/*
 * Looks for a row whose key begins with as many columns of the last one. One that another transaction is
 * adding is not there yet: the index waits for it, and is an error then.
 */
static SysScanDesc
begin_lookup(RowAdder *adder, int keys)
{
	ScanKeyData scan_keys[INDEX_MAX_KEYS];

	memcpy(scan_keys, adder->scan_keys, keys * sizeof(ScanKeyData));
	for (int i = 0; i < keys; i++)
		scan_keys[i].sk_argument = adder->last[i];
	return systable_beginscan(adder->table, adder->key, true, SnapshotSelf, keys, scan_keys);
}

/* Whether the gap says that no row's key begins as the last one. */
static bool
is_in_gap(RowAdder *adder)
{
	KeyGap	   *gap = &adder->gap;
	Oid			collation = gap->from.sk_collation;

	return gap->is_there &&
		DatumGetInt32(FunctionCall2Coll(&gap->compare, collation, adder->last[0], gap->first)) > 0 &&
		(!gap->has_next || DatumGetInt32(FunctionCall2Coll(&gap->compare, collation, adder->last[0], gap->next)) < 0);
}

static void
begin_gaps(RowAdder *adder)
{
	MemoryContext caller = MemoryContextSwitchTo(adder->estate->es_query_cxt);
	Relation	index = index_open(adder->key, AccessShareLock);
	Oid			type = index->rd_opcintype[0];
	Oid			from = get_opfamily_member(index->rd_opfamily[0], type, type, BTGreaterEqualStrategyNumber);

	if (!OidIsValid(from))
		elog(ERROR, "an operator of index \"%s\" is missing", RelationGetRelationName(index));
	ScanKeyEntryInitialize(&adder->gap.from, 0, 1, BTGreaterEqualStrategyNumber, InvalidOid, index->rd_indcollation[0],
						   get_opcode(from), (Datum) 0);
	fmgr_info_copy(&adder->gap.compare, index_getprocinfo(index, 1, BTORDER_PROC), CurrentMemoryContext);
	adder->gap.scan = vsm_index_beginscan(adder->table, index, SnapshotSelf, 1);
	/* The next key is one that the index has, of whatever row that is. */
	adder->gap.scan->xs_want_itup = true;
	MemoryContextSwitchTo(caller);
}

static void
end_gaps(RowAdder *adder)
{
	Relation	index;

	if (adder->gap.scan == NULL)
		return;
	index = adder->gap.scan->indexRelation;
	index_endscan(adder->gap.scan);
	index_close(index, NoLock);
}

/* Looks for the gap behind the last key; true if that may be there itself. */
static bool
find_gap(RowAdder *adder)
{
	Form_pg_attribute column = TupleDescAttr(RelationGetDescr(adder->table), adder->columns[0] - 1);
	KeyGap	   *gap = &adder->gap;
	MemoryContext caller;
	Datum		next = (Datum) 0;
	bool		is_null;

	if (gap->scan == NULL)
		begin_gaps(adder);
	if (gap->is_there && !column->attbyval)
	{
		pfree(DatumGetPointer(gap->first));
		if (gap->has_next)
			pfree(DatumGetPointer(gap->next));
	}
	gap->is_there = false;
	gap->from.sk_argument = adder->last[0];
	index_rescan(gap->scan, &gap->from, 1, NULL, 0);
	gap->has_next = index_getnext_tid(gap->scan, ForwardScanDirection) != NULL;
	if (gap->has_next)
	{
		next = index_getattr(gap->scan->xs_itup, 1, gap->scan->xs_itupdesc, &is_null);
		if (DatumGetInt32(FunctionCall2Coll(&gap->compare, gap->from.sk_collation, adder->last[0], next)) == 0)
			return true;
	}
	caller = MemoryContextSwitchTo(adder->last_context);
	gap->first = datumCopy(adder->last[0], column->attbyval, column->attlen);
	if (gap->has_next)
		gap->next = datumCopy(next, column->attbyval, column->attlen);
	MemoryContextSwitchTo(caller);
	gap->is_there = true;
	return false;
}

/* Whether there may be rows whose key begins as the last one. */
static bool
has_rows_of(RowAdder *adder)
{
	KeyGap	   *gap = &adder->gap;
	SysScanDesc scan;
	bool		found;

	if (is_in_gap(adder))
	{
		gap->to_pass = 0;
		return false;
	}
	if (gap->passed >= gap->to_pass)
	{
		gap->passed = 0;
		gap->to_pass = Min(gap->to_pass * 2 + 1, MAX_PASSED);
		return find_gap(adder);
	}
	gap->passed++;
	scan = begin_lookup(adder, 1);
	found = systable_getnext(scan) != NULL;
	systable_endscan(scan);
	return found;
}

/* Whether two rows say the same, whenever and by whichever transaction they are written. */
static bool
says_same(RowAdder *adder, HeapTuple row, TupleTableSlot *slot)
{
	TupleDesc	columns = RelationGetDescr(adder->table);

	heap_deform_tuple(row, columns, adder->values, adder->nulls);
	for (int i = 0; i < columns->natts; i++)
	{
		Form_pg_attribute column = TupleDescAttr(columns, i);

		if (adder->sources[i] < 0 || strcmp(NameStr(column->attname), "xid") == 0 ||
			strcmp(NameStr(column->attname), "recorded_at") == 0)
			continue;
		if (adder->nulls[i] != slot->tts_isnull[i] ||
			(!adder->nulls[i] && !datum_image_eq(adder->values[i], slot->tts_values[i], column->attbyval, column->attlen)))
			return false;
	}
	return true;
}

/* Takes the key of a row as the last one; false if it was that already. */
static bool
take_key(RowAdder *adder, TupleTableSlot *slot, bool *begins_same)
{
	TupleDesc	columns = RelationGetDescr(adder->table);
	MemoryContext caller = MemoryContextSwitchTo(adder->last_context);
	bool		is_other = false;

	for (int i = 0; i < adder->keys; i++)
	{
		Form_pg_attribute column = TupleDescAttr(columns, adder->columns[i] - 1);
		Datum		value = slot->tts_values[adder->columns[i] - 1];
		bool		is_same = adder->has_last && datum_image_eq(adder->last[i], value, column->attbyval, column->attlen);

		if (i == 0)
			*begins_same = is_same;
		if (is_same)
			continue;
		if (adder->has_last && !column->attbyval)
			pfree(DatumGetPointer(adder->last[i]));
		adder->last[i] = datumCopy(value, column->attbyval, column->attlen);
		is_other = true;
	}
	MemoryContextSwitchTo(caller);
	adder->has_last = true;
	return is_other;
}

/* Whether a row is new, as far as it has a key; counts it, if it is not. */
static bool
is_new(RowAdder *adder, TupleTableSlot *slot)
{
	bool		begins_same;
	SysScanDesc scan;
	HeapTuple	row;

	for (int i = 0; i < adder->keys; i++)
	{
		if (slot->tts_isnull[adder->columns[i] - 1])
			return true;
	}
	if (!take_key(adder, slot, &begins_same))
	{
		adder->different++;
		return false;
	}
	if (!adder->are_new && !begins_same)
		adder->is_known = has_rows_of(adder);
	if (!adder->is_known)
		return true;
	scan = begin_lookup(adder, adder->keys);
	row = systable_getnext(scan);
	if (row != NULL && says_same(adder, row, slot))
		adder->same++;
	else if (row != NULL)
		adder->different++;
	systable_endscan(scan);
	return row == NULL;
}

static bool
add_row(TupleTableSlot *given, DestReceiver *self)
{
	RowAdder   *adder = (RowAdder *) self;
	TupleDesc	columns = RelationGetDescr(adder->table);
	TupleTableSlot *slot;

	if (!adder->is_plain)
		return false;
	slot_getallattrs(given);
	slot = adder->slots[adder->count];
	if (slot == NULL)
	{
		MemoryContext caller = MemoryContextSwitchTo(adder->estate->es_query_cxt);

		slot = adder->slots[adder->count] = MakeSingleTupleTableSlot(adder->slot_columns, table_slot_callbacks(adder->table));
		adder->estate->es_tupleTable = lappend(adder->estate->es_tupleTable, slot);
		MemoryContextSwitchTo(caller);
	}
	ExecClearTuple(slot);
	for (int i = 0; i < columns->natts; i++)
	{
		slot->tts_isnull[i] = adder->sources[i] < 0 || given->tts_isnull[adder->sources[i]];
		slot->tts_values[i] = slot->tts_isnull[i] ? (Datum) 0 : given->tts_values[adder->sources[i]];
	}
	ExecStoreVirtualTuple(slot);
	if (!is_new(adder, slot))
	{
		ExecClearTuple(slot);
		return true;
	}
	if (columns->constr != NULL)
		ExecConstraints(adder->target, slot, adder->estate);
	ResetPerTupleExprContext(adder->estate);
	/* What it points to goes with the statement's next row. */
	ExecMaterializeSlot(slot);
	adder->bytes += ExecFetchSlotHeapTuple(slot, false, NULL)->t_len;
	if (++adder->count == MAX_ROWS || adder->bytes > MAX_BYTES)
		put_rows(adder);
	return true;
}

static void
end_rows(DestReceiver *self)
{
	RowAdder   *adder = (RowAdder *) self;

	if (adder->count > 0)
		put_rows(adder);
	if (!adder->is_plain)
		return;
	end_gaps(adder);
	ExecCloseIndices(adder->target);
	ExecResetTupleTable(adder->estate->es_tupleTable, false);
	FreeExecutorState(adder->estate);
}

static void
no_more(DestReceiver *self)
{
}

/* Adds the rows that are made, apart from those that are there; false if the table is not plain. */
static bool
try_rows(RowAdder *adder, const char *relation, const RowMaker *maker)
{
	/* (by search_path, in which another table may come before that of the model) */
	adder->table = table_open(RangeVarGetRelid(makeRangeVar(NULL, pstrdup(relation), -1), RowExclusiveLock, false), NoLock);
	adder->last_context = AllocSetContextCreate(CurrentMemoryContext, "vsm last key", ALLOCSET_SMALL_SIZES);
	if (is_plain(adder->table) && look_at_key(adder))
	{
		adder->receiver.receiveSlot = add_row;
		adder->receiver.rStartup = begin_rows;
		adder->receiver.rShutdown = end_rows;
		adder->receiver.rDestroy = no_more;
		adder->receiver.mydest = DestNone;
		adder->are_new = maker->are_new;
		maker->make(maker, &adder->receiver);
	}
	table_close(adder->table, NoLock);
	return adder->is_plain;
}

bool
add_made_rows(const char *relation, const char *columns, const RowMaker *maker, uint64 *written, uint64 *different)
{
	MemoryContext context = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;
	RowAdder   *adder;
	volatile bool done = false;

	/* A transaction that sees only what was there when it began is told by a statement what it cannot see. */
	if (IsolationUsesXactSnapshot())
		return false;
	adder = palloc0(sizeof(RowAdder));
	/* (What is no list of names the statement refuses in its own words.) */
	if (!SplitIdentifierString(pstrdup(columns), ',', &adder->names))
		return false;
	BeginInternalSubTransaction(NULL);
	MemoryContextSwitchTo(context);
	PG_TRY();
	{
		done = try_rows(adder, relation, maker);
		ReleaseCurrentSubTransaction();
		MemoryContextSwitchTo(context);
		CurrentResourceOwner = owner;
	}
	PG_CATCH();
	{
		ErrorData  *error;

		MemoryContextSwitchTo(context);
		error = CopyErrorData();
		FlushErrorState();
		RollbackAndReleaseCurrentSubTransaction();
		MemoryContextSwitchTo(context);
		CurrentResourceOwner = owner;
		/* Somebody who writes to the table himself has just added one of them: the statement waits for him. */
		if (error->sqlerrcode != ERRCODE_UNIQUE_VIOLATION && error->sqlerrcode != ERRCODE_EXCLUSION_VIOLATION)
			ReThrowError(error);
		FreeErrorData(error);
		done = false;
	}
	PG_END_TRY();
	*written = adder->added + adder->same;
	*different = adder->different;
	return done;
}

/* Rows that a statement returns. */
typedef struct StatementRows
{
	RowMaker	maker;
	const char *statement;
} StatementRows;

static void
execute_statement(const RowMaker *maker, DestReceiver *receiver)
{
	SPI_connect();
	share_held_facts();
	(void) execute_guarded(((const StatementRows *) maker)->statement, NULL, receiver);
	SPI_finish();
}

bool
add_new_rows(const char *relation, const char *columns, const char *rows, uint64 *written, uint64 *different)
{
	StatementRows statement = {{execute_statement, false}, rows};

	return held_facts_count() >= MIN_FACTS && add_made_rows(relation, columns, &statement.maker, written, different);
}

/*
 * add_rows(relation text, columns text, rows text, otherwise text) -> bigint
 *
 * Writes the rows that a statement returns, of the facts that are held, to a table that search_path finds;
 * otherwise says what is done with one, o, that is there: ON CONFLICT ... Rows with the same key come one behind the
 * other, if there are any, and better those together whose keys begin with the same value. A row that is there as it
 * is made is left as it is, so otherwise must change nothing of such. Returns how many rows are as they were made.
 */
Datum
vsm_add_rows(PG_FUNCTION_ARGS)
{
	char	   *relation = text_to_cstring(PG_GETARG_TEXT_PP(0));
	char	   *columns = text_to_cstring(PG_GETARG_TEXT_PP(1));
	char	   *rows = text_to_cstring(PG_GETARG_TEXT_PP(2));
	char	   *otherwise = text_to_cstring(PG_GETARG_TEXT_PP(3));
	uint64		written;
	uint64		different;

	if (add_new_rows(relation, columns, rows, &written, &different) &&
		(different == 0 || strcmp(otherwise, "ON CONFLICT DO NOTHING") == 0))
		PG_RETURN_INT64((int64) written);
	SPI_connect();
	share_held_facts();
	(void) execute_guarded(psprintf("INSERT INTO %s AS o (%s) %s %s", relation, columns, rows, otherwise), NULL, NULL);
	written = SPI_processed;
	SPI_finish();
	PG_RETURN_INT64((int64) written);
}
