/*
 * derive_created_sql.c
 *		The events of items' creation, where nothing else was seen of these.
 *
 * That is so of nearly all items, and what vsm.state_differences says of them is simple: the state at creation is
 * what the earliest change came from, else what the source says. Here it is read off the rows of each, in the order
 * of the index; whatever is not as simple is left to the statement.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/table.h"
#include "access/xact.h"
#include "base/compat.h"
#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "executor/tuptable.h"
#include "model/add_rows.h"
#include "nodes/makefuncs.h"
#include "utils/acl.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/rls.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"
#include "utils/tuplestore.h"
#include "utils/xid8.h"

PG_FUNCTION_INFO_V1(vsm_derive_created);

/* Columns that are read, and of event those that are written. */
enum
{
	O_ENTITY, O_SOURCE, O_KIND, O_AT, O_STATE, O_STATE_ID, O_COLUMNS
};
enum
{
	E_ENTITY, E_SOURCE, E_EVENT_ID, E_AT, E_STATE, E_STATE_ID, E_METHOD, E_PREVIOUS, E_PREVIOUS_ID, E_SEQ, E_COLUMNS
};
enum
{
	W_SOURCE, W_EVENT_ID, W_ENTITY, W_AT, W_STATE, W_STATE_ID, W_METHOD, W_RECORDED_AT, W_XID, W_COLUMNS
};

static const char *const observation_columns[O_COLUMNS] = {"entity", "source", "kind", "at", "state", "state_id"};
static const char *const event_columns[E_COLUMNS] = {
	"entity", "source", "event_id", "at", "state", "state_id", "method", "previous", "previous_id", "seq"
};
static const char *const written_columns = "source, event_id, entity, at, state, state_id, method, recorded_at, xid";

/* A table whose rows are looked up by entity. */
typedef struct EntityTable
{
	Relation	relation;
	Oid			key;
	int			columns[E_COLUMNS];
	TupleTableSlot *slot;
	ScanKeyData scan_key;
} EntityTable;

/* What one source says of the creation of an entity. */
typedef struct Creation
{
	text	   *source;
	TimestampTz at;
	text	   *state;			/* NULL: it does not say */
	text	   *state_id;
	bool		has_event;		/* which is there already */
	TimestampTz event_at;
	text	   *event_state;
	text	   *event_state_id;
	text	   *event_method;
} Creation;

/* The earliest event that says what was before. */
typedef struct FirstChange
{
	bool		is_there;
	TimestampTz at;
	bool		has_seq;
	int64		seq;
	text	   *event_id;
	text	   *previous;
	text	   *previous_id;
} FirstChange;

typedef struct CreatedEvents
{
	RowMaker	maker;
	Tuplestorestate *rows;
	TupleDesc	columns;
	int64		count;
} CreatedEvents;

/* Opens a table that search_path finds; false if it is not as vsm.create_model makes it. */
static bool
open_entities(EntityTable *table, const char *name, const char *const *columns, int count)
{
	static const Oid types[E_COLUMNS] = {
		TEXTOID, TEXTOID, TEXTOID, TIMESTAMPTZOID, TEXTOID, TEXTOID, TEXTOID, TEXTOID, TEXTOID, INT8OID
	};
	Relation	index;
	bool		is_usable;

	table->relation = table_open(RangeVarGetRelid(makeRangeVar(NULL, pstrdup(name), -1), AccessShareLock, false), NoLock);
	if (table->relation->rd_rel->relkind != RELKIND_RELATION || rows_are_on_nodes(RelationGetRelid(table->relation)) ||
		pg_class_aclcheck(RelationGetRelid(table->relation), GetUserId(), ACL_SELECT) != ACLCHECK_OK ||
		check_enable_rls(RelationGetRelid(table->relation), InvalidOid, true) == RLS_ENABLED)
		return false;
	for (int i = 0; i < count; i++)
	{
		TupleDesc	descriptor = RelationGetDescr(table->relation);

		table->columns[i] = 0;
		for (int n = 0; n < descriptor->natts; n++)
		{
			Form_pg_attribute column = TupleDescAttr(descriptor, n);

			if (!column->attisdropped && column->atttypid == types[i] && strcmp(NameStr(column->attname), columns[i]) == 0)
				table->columns[i] = column->attnum;
		}
		if (table->columns[i] == 0)
			return false;
	}
	list_free(RelationGetIndexList(table->relation));
	table->key = table->relation->rd_pkindex;
	if (!OidIsValid(table->key))
		return false;
	index = index_open(table->key, AccessShareLock);
	is_usable = index->rd_index->indkey.values[0] == table->columns[0];
	ScanKeyEntryInitialize(&table->scan_key, 0, table->columns[0], BTEqualStrategyNumber, InvalidOid, index->rd_indcollation[0],
						   F_TEXTEQ, (Datum) 0);
	index_close(index, NoLock);
	if (is_usable)
		table->slot = MakeSingleTupleTableSlot(RelationGetDescr(table->relation), &TTSOpsHeapTuple);
	return is_usable;
}

static void
close_entities(EntityTable *table)
{
	if (table->slot != NULL)
		ExecDropSingleTupleTableSlot(table->slot);
	if (table->relation != NULL)
		table_close(table->relation, NoLock);
}

static SysScanDesc
begin_entity(EntityTable *table, Datum entity)
{
	ScanKeyData key = table->scan_key;

	key.sk_argument = entity;
	return systable_beginscan(table->relation, table->key, true, GetActiveSnapshot(), 1, &key);
}

static bool
next_row(EntityTable *table, SysScanDesc scan)
{
	HeapTuple	tuple = systable_getnext(scan);

	if (tuple == NULL)
		return false;
	ExecStoreHeapTuple(tuple, table->slot, false);
	slot_getallattrs(table->slot);
	return true;
}

/* A text of the row that was read, copied; NULL if there is none. */
static text *
row_text(const EntityTable *table, int column)
{
	int			number = table->columns[column] - 1;

	return table->slot->tts_isnull[number] ? NULL : DatumGetTextPCopy(table->slot->tts_values[number]);
}

static TimestampTz
row_time(const EntityTable *table, int column)
{
	return DatumGetTimestampTz(table->slot->tts_values[table->columns[column] - 1]);
}

static bool
is_text(const EntityTable *table, int column, const char *expected)
{
	int			number = table->columns[column] - 1;
	text	   *value = table->slot->tts_isnull[number] ? NULL : DatumGetTextPP(table->slot->tts_values[number]);

	return value != NULL && VARSIZE_ANY_EXHDR(value) == strlen(expected) &&
		memcmp(VARDATA_ANY(value), expected, strlen(expected)) == 0;
}

/* Byte by byte; what is not there comes last. */
static int
compare_texts(const text *a, const text *b)
{
	int			len_a;
	int			len_b;
	int			order;

	if (a == NULL || b == NULL)
		return (a == NULL) - (b == NULL);
	len_a = VARSIZE_ANY_EXHDR(a);
	len_b = VARSIZE_ANY_EXHDR(b);
	order = memcmp(VARDATA_ANY(a), VARDATA_ANY(b), Min(len_a, len_b));
	return order != 0 ? order : len_a - len_b;
}

/* Reads what sources say of the creation of an entity; false if a state of it was seen, too. */
static bool
read_creations(EntityTable *observations, Datum entity, List **creations)
{
	SysScanDesc scan = begin_entity(observations, entity);
	bool		is_simple = true;

	while (is_simple && next_row(observations, scan))
	{
		Creation   *creation = NULL;
		text	   *source;
		text	   *state;
		text	   *state_id;
		ListCell   *cell;

		is_simple = !is_text(observations, O_KIND, "observed");
		if (!is_text(observations, O_KIND, "created"))
			continue;
		source = row_text(observations, O_SOURCE);
		foreach(cell, *creations)
		{
			if (compare_texts(((Creation *) lfirst(cell))->source, source) == 0)
				creation = lfirst(cell);
		}
		if (creation == NULL)
		{
			creation = palloc0(sizeof(Creation));
			creation->source = source;
			creation->at = row_time(observations, O_AT);
			*creations = lappend(*creations, creation);
		}
		creation->at = Min(creation->at, row_time(observations, O_AT));
		state = row_text(observations, O_STATE);
		state_id = row_text(observations, O_STATE_ID);
		if (state != NULL && VARSIZE_ANY_EXHDR(state) > 0 &&
			(compare_texts(state, creation->state) < 0 ||
			 (compare_texts(state, creation->state) == 0 && compare_texts(state_id, creation->state_id) < 0)))
		{
			creation->state = state;
			creation->state_id = state_id;
		}
	}
	systable_endscan(scan);
	return is_simple;
}

/* Whether the event that was read comes before the first change so far. */
static bool
is_earlier(const EntityTable *events, const FirstChange *first)
{
	int			seq = events->columns[E_SEQ] - 1;
	bool		has_seq = !events->slot->tts_isnull[seq];
	TimestampTz at = row_time(events, E_AT);
	text	   *event_id;
	int			len;
	int			first_len;

	if (!first->is_there || at != first->at)
		return !first->is_there || at < first->at;
	if (has_seq != first->has_seq)
		return !has_seq;
	if (has_seq && DatumGetInt64(events->slot->tts_values[seq]) != first->seq)
		return DatumGetInt64(events->slot->tts_values[seq]) < first->seq;
	event_id = DatumGetTextPP(events->slot->tts_values[events->columns[E_EVENT_ID] - 1]);
	len = pg_mbstrlen_with_len(VARDATA_ANY(event_id), VARSIZE_ANY_EXHDR(event_id));
	first_len = pg_mbstrlen_with_len(VARDATA_ANY(first->event_id), VARSIZE_ANY_EXHDR(first->event_id));
	return len != first_len ? len < first_len : compare_texts(event_id, first->event_id) < 0;
}

/* Reads the events of an entity; false if one of a state that was seen is there. */
static bool
read_events(EntityTable *events, Datum entity, const char *created_id, List *creations, FirstChange *first)
{
	SysScanDesc scan = begin_entity(events, entity);
	bool		is_simple = true;

	while (is_simple && next_row(events, scan))
	{
		Creation   *creation = NULL;
		int			seq = events->columns[E_SEQ] - 1;

		is_simple = !is_text(events, E_METHOD, "observed");
		if (is_text(events, E_METHOD, "label"))
			continue;
		if (is_text(events, E_EVENT_ID, created_id))
		{
			text	   *source = row_text(events, E_SOURCE);
			ListCell   *cell;

			foreach(cell, creations)
			{
				if (compare_texts(((Creation *) lfirst(cell))->source, source) == 0)
					creation = lfirst(cell);
			}
		}
		if (creation != NULL)
		{
			creation->has_event = true;
			creation->event_at = row_time(events, E_AT);
			creation->event_state = row_text(events, E_STATE);
			creation->event_state_id = row_text(events, E_STATE_ID);
			creation->event_method = row_text(events, E_METHOD);
		}
		else if (!events->slot->tts_isnull[events->columns[E_PREVIOUS] - 1] && is_earlier(events, first))
		{
			first->is_there = true;
			first->at = row_time(events, E_AT);
			first->has_seq = !events->slot->tts_isnull[seq];
			first->seq = first->has_seq ? DatumGetInt64(events->slot->tts_values[seq]) : 0;
			first->event_id = row_text(events, E_EVENT_ID);
			first->previous = row_text(events, E_PREVIOUS);
			first->previous_id = row_text(events, E_PREVIOUS_ID);
		}
	}
	systable_endscan(scan);
	return is_simple;
}

/* Notes the events of the creation of an entity that are not there yet; false if others are to be changed. */
static bool
derive_entity(EntityTable *observations, EntityTable *events, Datum entity, CreatedEvents *created)
{
	char	   *created_id = psprintf("%s:created", TextDatumGetCString(entity));
	List	   *creations = NIL;
	FirstChange first = {0};
	ListCell   *cell;
	text	   *inferred = NULL;

	if (!read_creations(observations, entity, &creations) || !read_events(events, entity, created_id, creations, &first))
		return false;
	if (first.is_there)
		inferred = cstring_to_text("inferred");
	foreach(cell, creations)
	{
		Creation   *creation = lfirst(cell);
		text	   *state = first.is_there ? first.previous : creation->state;
		text	   *state_id = first.is_there ? first.previous_id : creation->state_id;

		if (creation->has_event &&
			(state == NULL || creation->event_at != creation->at || compare_texts(creation->event_state, state) != 0 ||
			 compare_texts(creation->event_state_id, state_id) != 0 || compare_texts(creation->event_method, inferred) != 0))
			return false;
	}
	foreach(cell, creations)
	{
		Creation   *creation = lfirst(cell);
		text	   *state = first.is_there ? first.previous : creation->state;
		text	   *state_id = first.is_there ? first.previous_id : creation->state_id;
		Datum		values[W_COLUMNS] = {0};
		bool		nulls[W_COLUMNS] = {false};

		if (creation->has_event || state == NULL)
			continue;
		values[W_SOURCE] = PointerGetDatum(creation->source);
		values[W_EVENT_ID] = CStringGetTextDatum(created_id);
		values[W_ENTITY] = entity;
		values[W_AT] = TimestampTzGetDatum(creation->at);
		values[W_STATE] = PointerGetDatum(state);
		values[W_STATE_ID] = PointerGetDatum(state_id);
		nulls[W_STATE_ID] = state_id == NULL;
		values[W_METHOD] = PointerGetDatum(inferred);
		nulls[W_METHOD] = inferred == NULL;
		values[W_RECORDED_AT] = TimestampTzGetDatum(GetCurrentTransactionStartTimestamp());
		values[W_XID] = FullTransactionIdGetDatum(GetTopFullTransactionId());
		tuplestore_putvalues(created->rows, created->columns, values, nulls);
		created->count++;
	}
	return true;
}

static void
give_events(const RowMaker *maker, DestReceiver *receiver)
{
	const CreatedEvents *created = (const CreatedEvents *) maker;
	TupleTableSlot *slot = MakeSingleTupleTableSlot(created->columns, &TTSOpsMinimalTuple);

	tuplestore_rescan(created->rows);
	receiver->rStartup(receiver, CMD_SELECT, created->columns);
	while (tuplestore_gettupleslot(created->rows, true, false, slot) && receiver->receiveSlot(slot, receiver))
		;
	receiver->rShutdown(receiver);
	ExecDropSingleTupleTableSlot(slot);
}

static TupleDesc
written_descriptor(void)
{
	static const Oid types[W_COLUMNS] = {
		TEXTOID, TEXTOID, TEXTOID, TIMESTAMPTZOID, TEXTOID, TEXTOID, TEXTOID, TIMESTAMPTZOID, XID8OID
	};
	TupleDesc	columns = CreateTemplateTupleDesc(W_COLUMNS);

	for (int i = 0; i < W_COLUMNS; i++)
		TupleDescInitEntry(columns, i + 1, NULL, types[i], -1, 0);
	vsm_finish_tupdesc(columns);
	return columns;
}

/*
 * derive_created(entities text[]) -> text[]
 *
 * Writes the events of the creation of those of the entities of which nothing was told but this and changes, to the
 * table event that search_path finds, and returns the others, of which vsm.state_differences says more.
 */
Datum
vsm_derive_created(PG_FUNCTION_ARGS)
{
	ArrayType  *entities = PG_GETARG_ARRAYTYPE_P(0);
	EntityTable observations = {0};
	EntityTable events = {0};
	CreatedEvents created = {{give_events, true}};
	MemoryContext context;
	MemoryContext caller;
	Datum	   *values;
	int			count;
	int			left = 0;
	bool		done;
	uint64		written;
	uint64		different;

	/* (A transaction that sees only what was there when it began is told by a statement what it cannot see.) */
	if (IsolationUsesXactSnapshot() || ARR_HASNULL(entities))
		PG_RETURN_ARRAYTYPE_P(entities);
	deconstruct_array(entities, TEXTOID, -1, false, TYPALIGN_INT, &values, NULL, &count);
	done = open_entities(&observations, "observation", observation_columns, O_COLUMNS) &&
		open_entities(&events, "event", event_columns, E_COLUMNS);
	if (done)
	{
		created.columns = written_descriptor();
		created.rows = tuplestore_begin_heap(false, false, work_mem);
		context = AllocSetContextCreate(CurrentMemoryContext, "vsm creation", ALLOCSET_DEFAULT_SIZES);
		for (int i = 0; i < count; i++)
		{
			bool		is_done;

			CHECK_FOR_INTERRUPTS();
			caller = MemoryContextSwitchTo(context);
			is_done = derive_entity(&observations, &events, values[i], &created);
			MemoryContextSwitchTo(caller);
			MemoryContextReset(context);
			if (!is_done)
				values[left++] = values[i];
		}
		MemoryContextDelete(context);
	}
	close_entities(&events);
	close_entities(&observations);
	if (done && created.count > 0)
		done = add_made_rows("event", written_columns, &created.maker, &written, &different) && different == 0;
	if (!done)
		PG_RETURN_ARRAYTYPE_P(PG_GETARG_ARRAYTYPE_P(0));
	PG_RETURN_ARRAYTYPE_P(construct_array(values, left, TEXTOID, -1, false, TYPALIGN_INT));
}
