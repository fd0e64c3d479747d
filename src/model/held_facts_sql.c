/*
 * held_facts_sql.c
 *		The facts that are being written to a model: kept in memory, each kind by itself.
 *
 * They are judged once, as they come, and a statement that writes facts of a kind reads these alone,
 * in place, as a table told_KIND that only the statements of the writing functions see. Of a temporary
 * table each of them would pass by all facts, and every transaction would cut it. What is more than
 * half of work_mem goes to a temporary file.
 *
 * Whoever owns a model can call all of this, in any order, from functions and triggers of his own. So
 * facts are not let go of while a statement reads them or adds to them, and what a connection of SPI
 * knows of the tables, which may be longer than the transaction, stays where it is.
 */
#include "postgres.h"

#include "access/detoast.h"
#include "access/xact.h"
#include "base/compat.h"
#include "base/rows_sql.h"
#include "catalog/pg_type.h"
#include "common/hashfn.h"
#include "executor/execdesc.h"
#include "executor/executor.h"
#include "executor/spi.h"
#include "executor/tuptable.h"
#include "miscadmin.h"
#include "model/enter_model.h"
#include "model/execute_sql.h"
#include "model/held_facts.h"
#include "model/refused_documents_sql.h"
#include "model/told_fact_sql.h"
#include "tcop/dest.h"
#include "tcop/pquery.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/hsearch.h"
#include "utils/memutils.h"
#include "utils/portal.h"
#include "utils/queryenvironment.h"
#include "utils/resowner.h"
#include "utils/timestamp.h"
#include "utils/tuplestore.h"

PG_FUNCTION_INFO_V1(vsm_hold_facts);
PG_FUNCTION_INFO_V1(vsm_hold_next_facts);
PG_FUNCTION_INFO_V1(vsm_refused_facts);
PG_FUNCTION_INFO_V1(vsm_held_facts);
PG_FUNCTION_INFO_V1(vsm_held_events);
PG_FUNCTION_INFO_V1(vsm_open_held_facts);
PG_FUNCTION_INFO_V1(vsm_enter_facts);
PG_FUNCTION_INFO_V1(vsm_release_facts);

static const struct
{
	const char *name;
	Oid			type;
}			fact_columns[COLUMNS] = {
	{"source", TEXTOID}, {"fact", TEXTOID}, {"entity", TEXTOID}, {"at", TIMESTAMPTZOID}, {"value", TEXTOID}, {"id", TEXTOID},
	{"name", TEXTOID}, {"previous", TEXTOID}, {"value_id", TEXTOID}, {"previous_id", TEXTOID}, {"seq", INT8OID},
	{"method", TEXTOID}, {"confidence", FLOAT8OID}, {"until", TIMESTAMPTZOID}, {"details", JSONBOID},
	{"version", TIMESTAMPTZOID}, {"document", INT8OID}, {"received_at", TIMESTAMPTZOID}, {"payload", INT8OID}, {"again", BOOLOID}
};

/* Events that are told a second time among those that are held lie by themselves. */
#define EVENT_AGAIN		FACT_KINDS
#define STORES			(FACT_KINDS + 1)

/* How many events are looked at for that: the others lie together, whether they are told again or not. */
#define MAX_KNOWN_EVENTS	100000

static const char *const table_names[STORES] = {
	"told_event", "told_observed", "told_created", "told_change", "told_alias", "told_history", "told_link", "told_item",
	"told_merge_request", "told_commit", "told_build", "told_deployment", "told_incident", "told_usage", "told_outcome",
	"told_event_again"
};

/* What statements read facts as. They are never freed, but taken again: a connection may still name them. */
typedef struct ToldTables
{
	struct ToldTables *next;	/* of those that no facts are behind */
	EphemeralNamedRelationData tables[STORES];
} ToldTables;

typedef struct HeldFacts
{
	struct HeldFacts *outer;	/* facts in whose writing these came to be held, or whose writing was never ended */
	uint64		number;			/* of no others */
	MemoryContext context;
	TupleDesc	columns;
	bool		is_writing;		/* statements may be reading them */
	int			uses;			/* statements that read them, or add to them, right now */
	Tuplestorestate *facts[STORES]; /* NULL: none */
	int64		counts[STORES];
	ToldTables *told;			/* NULL: no statement knows them yet */
	HTAB	   *known_events;	/* hashes of what identifies them; NULL: none */
	StringInfoData last_event;	/* what identifies the last one, its parts with their ends */
	bool		is_unsorted;	/* an event came after one that is greater */
	HTAB	   *refused;		/* documents; NULL: none */
} HeldFacts;

/* They go with the transaction. */
static HeldFacts *held = NULL;
static uint64 last_number = 0;

/* These stay. */
static TupleDesc columns_of_facts = NULL;
static Tuplestorestate *no_facts = NULL;
static ToldTables *free_tables = NULL;
static MemoryContext connections = NULL;	/* what SPI keeps with its connections */
static TimestampTz connected_at = 0;	/* the statement of the client in which they were made */
static ExecutorStart_hook_type previous_hook = NULL;
static bool is_hooked = false;

static void
forget_facts(void *arg)
{
	HeldFacts  *facts = arg;
	HeldFacts **link = &held;

	while (*link != NULL && *link != facts)
		link = &(*link)->outer;
	if (*link != NULL)
		*link = facts->outer;
	if (facts->told != NULL)
	{
		for (int kind = 0; kind < STORES; kind++)
			facts->told->tables[kind].reldata = no_facts;
		facts->told->next = free_tables;
		free_tables = facts->told;
	}
}

/* A statement that uses facts; it lies in the statement's own memory. */
typedef struct FactUse
{
	MemoryContextCallback callback;
	uint64		number;
} FactUse;

static void
end_use(void *arg)
{
	for (HeldFacts *facts = held; facts != NULL; facts = facts->outer)
	{
		if (facts->number == ((FactUse *) arg)->number)
			facts->uses--;
	}
}

/* Notes which facts a statement reads, until its memory goes, with an error or without. */
static void
note_use(QueryDesc *query, int eflags)
{
	ListCell   *cell;

	if (previous_hook != NULL)
		previous_hook(query, eflags);
	else
		standard_ExecutorStart(query, eflags);
	if (held == NULL || query->queryEnv == NULL)
		return;
	foreach(cell, query->plannedstmt->rtable)
	{
		const RangeTblEntry *entry = lfirst_node(RangeTblEntry, cell);
		EphemeralNamedRelation table;

		if (entry->rtekind != RTE_NAMEDTUPLESTORE || (table = get_ENR(query->queryEnv, entry->enrname)) == NULL)
			continue;
		for (HeldFacts *facts = held; facts != NULL; facts = facts->outer)
		{
			FactUse    *use;

			if (facts->told == NULL || table < facts->told->tables || table >= facts->told->tables + STORES)
				continue;
			use = MemoryContextAlloc(query->estate->es_query_cxt, sizeof(FactUse));
			use->callback.func = end_use;
			use->callback.arg = use;
			use->number = facts->number;
			MemoryContextRegisterResetCallback(query->estate->es_query_cxt, &use->callback);
			facts->uses++;
		}
	}
}

/* What is made once a session. */
static void
make_lasting(void)
{
	MemoryContext caller = MemoryContextSwitchTo(TopMemoryContext);
	TupleDesc	columns = CreateTemplateTupleDesc(COLUMNS);

	for (int i = 0; i < COLUMNS; i++)
		TupleDescInitEntry(columns, i + 1, fact_columns[i].name, fact_columns[i].type, -1, 0);
	vsm_finish_tupdesc(columns);
	if (no_facts == NULL)
		no_facts = tuplestore_begin_heap(true, false, 64);
	if (connections == NULL)
		connections = AllocSetContextCreate(TopMemoryContext, "vsm told tables", ALLOCSET_DEFAULT_SIZES);
	columns_of_facts = columns;
	if (!is_hooked)
	{
		previous_hook = ExecutorStart_hook;
		ExecutorStart_hook = note_use;
		is_hooked = true;
	}
	MemoryContextSwitchTo(caller);
}

static void
begin_holding(void)
{
	MemoryContext context = AllocSetContextCreate(TopTransactionContext, "vsm facts", ALLOCSET_DEFAULT_SIZES);
	HeldFacts  *facts = MemoryContextAllocZero(context, sizeof(HeldFacts));
	MemoryContextCallback *callback = MemoryContextAllocZero(context, sizeof(MemoryContextCallback));

	if (columns_of_facts == NULL)
		make_lasting();
	facts->context = context;
	facts->columns = columns_of_facts;
	facts->number = ++last_number;
	callback->func = forget_facts;
	callback->arg = facts;
	MemoryContextRegisterResetCallback(context, callback);
	facts->outer = held;
	held = facts;
}

static void
release_facts(void)
{
	if (held->uses > 0)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_IN_USE),
				 errmsg("facts that a statement is reading cannot be let go of")));
	for (int kind = 0; kind < STORES; kind++)
	{
		if (held->facts[kind] != NULL)
			tuplestore_end(held->facts[kind]);
	}
	MemoryContextDelete(held->context);
}

/* Empty stores are there as well, for who reads them. */
static Tuplestorestate *
facts_of_kind(HeldFacts *facts, int kind)
{
	if (facts->facts[kind] == NULL)
	{
		MemoryContext caller = MemoryContextSwitchTo(facts->context);
		ResourceOwner owner = CurrentResourceOwner;

		/* They outlive a subtransaction, as the memory does. */
		CurrentResourceOwner = TopTransactionResourceOwner;
		facts->facts[kind] = tuplestore_begin_heap(true, false, Max(work_mem / 2, 64));
		CurrentResourceOwner = owner;
		MemoryContextSwitchTo(caller);
	}
	return facts->facts[kind];
}

/*
 * Whether an event was told before. Of two whose hashes are the same by chance, the second counts as
 * told again, which costs nothing but time.
 */
static bool
is_known_event(HeldFacts *facts, const Datum *values, const bool *nulls)
{
	static const int key[] = {ENTITY, SOURCE, ID};
	uint64		hash = 0;
	bool		found;

	for (int i = 0; i < lengthof(key); i++)
	{
		if (!nulls[key[i]])
			hash = hash_combine64(hash, DatumGetUInt64(hash_any_extended((unsigned char *) VARDATA_ANY(DatumGetPointer(values[key[i]])),
																		 fact_text_size(values, nulls, key[i]), 0)));
	}
	if (facts->known_events == NULL)
	{
		HASHCTL		control = {0};

		control.keysize = sizeof(uint64);
		control.entrysize = sizeof(uint64);
		control.hcxt = facts->context;
		facts->known_events = hash_create("vsm known events", 256, &control, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	}
	if (hash_get_num_entries(facts->known_events) >= MAX_KNOWN_EVENTS)
		return hash_search(facts->known_events, &hash, HASH_FIND, NULL) != NULL;
	hash_search(facts->known_events, &hash, HASH_ENTER, &found);
	return found;
}

/* Notes the event that comes next; they are sorted, each part byte by byte, if none is less than the one before. */
static void
note_event(HeldFacts *facts, const Datum *values, const bool *nulls)
{
	static const int key[] = {ENTITY, SOURCE, ID};
	StringInfo	last = &facts->last_event;
	int			order = 0;
	int			place = 0;

	if (facts->is_unsorted)
		return;
	if (last->data == NULL)
	{
		MemoryContext caller = MemoryContextSwitchTo(facts->context);

		initStringInfo(last);
		MemoryContextSwitchTo(caller);
	}
	for (int i = 0; i < lengthof(key); i++)
	{
		const char *data = nulls[key[i]] ? "" : VARDATA_ANY(DatumGetPointer(values[key[i]]));
		int			len = fact_text_size(values, nulls, key[i]);

		if (order == 0 && place < last->len)
		{
			int			last_len = strlen(last->data + place);

			order = memcmp(data, last->data + place, Min(len, last_len));
			if (order == 0)
				order = len - last_len;
			place += last_len + 1;
		}
	}
	facts->is_unsorted = order < 0;
	resetStringInfo(last);
	for (int i = 0; i < lengthof(key); i++)
	{
		if (!nulls[key[i]])
			appendBinaryStringInfo(last, VARDATA_ANY(DatumGetPointer(values[key[i]])), fact_text_size(values, nulls, key[i]));
		appendStringInfoChar(last, '\0');
	}
}

/* Receives what a statement returns. */
typedef struct FactReceiver
{
	DestReceiver receiver;
	HeldFacts  *facts;
	MemoryContext context;		/* for one fact */
	uint64		received;
} FactReceiver;

static void
receive_startup(DestReceiver *self, int operation, TupleDesc columns)
{
	bool		fits = columns->natts == COLUMNS;

	for (int i = 0; i < COLUMNS && fits; i++)
		fits = TupleDescAttr(columns, i)->atttypid == fact_columns[i].type;
	if (!fits)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("a statement does not return facts"),
				 errdetail("It returns the columns of vsm.fact, the document that states the fact, when that was received, "
						   "the kept payload that it stands in, and whether that is read again.")));
}

/* Holds a fact, if it is one. */
static void
hold_fact(FactReceiver *receiver, TupleTableSlot *slot)
{
	HeldFacts  *facts = receiver->facts;
	Datum		values[COLUMNS];
	MemoryContext caller;
	int			kind;

	if (slot->tts_isnull[FACT])
		return;
	caller = MemoryContextSwitchTo(receiver->context);
	for (int i = 0; i < COLUMNS; i++)
	{
		values[i] = slot->tts_values[i];
		/* What a table keeps elsewhere may be gone before it is read. */
		if (!slot->tts_isnull[i] && TupleDescAttr(facts->columns, i)->attlen == -1 &&
			VARATT_IS_EXTENDED(DatumGetPointer(values[i])) && !VARATT_IS_SHORT(DatumGetPointer(values[i])))
			values[i] = PointerGetDatum(detoast_attr((struct varlena *) DatumGetPointer(values[i])));
	}
	kind = fact_kind(values[FACT]);
	if (kind >= 0 && is_fact(kind, values, slot->tts_isnull) &&
		!is_refused_fact(&facts->refused, facts->context, kind, values, slot->tts_isnull))
	{
		int			store = kind == FACT_EVENT && is_known_event(facts, values, slot->tts_isnull) ? EVENT_AGAIN : kind;

		if (store == FACT_EVENT)
			note_event(facts, values, slot->tts_isnull);
		tuplestore_putvalues(facts_of_kind(facts, store), facts->columns, values, slot->tts_isnull);
		facts->counts[store]++;
	}
	MemoryContextSwitchTo(caller);
	MemoryContextReset(receiver->context);
}

static bool
receive_fact(TupleTableSlot *slot, DestReceiver *self)
{
	FactReceiver *receiver = (FactReceiver *) self;

	if ((++receiver->received & 0xfff) == 0)
		CHECK_FOR_INTERRUPTS();
	slot_getallattrs(slot);
	hold_fact(receiver, slot);
	return true;
}

static void
receive_nothing(DestReceiver *self)
{
}

/*
 * hold_facts(statement text, VARIADIC arguments text[]) -> bigint
 *
 * Executes the statement like vsm.execute and holds the facts that it returns beside those that are
 * held, until they are written, released, or the transaction ends. Returns how many are held.
 */
Datum
vsm_hold_facts(PG_FUNCTION_ARGS)
{
	FactReceiver receiver = {0};
	int64		count;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	if (held == NULL || held->is_writing)
		begin_holding();
	receiver.receiver.receiveSlot = receive_fact;
	receiver.receiver.rStartup = receive_startup;
	receiver.receiver.rShutdown = receive_nothing;
	receiver.receiver.rDestroy = receive_nothing;
	receiver.receiver.mydest = DestNone;
	receiver.facts = held;
	receiver.context = AllocSetContextCreate(CurrentMemoryContext, "vsm fact", ALLOCSET_DEFAULT_SIZES);
	SPI_connect();
	receiver.facts->uses++;
	PG_TRY();
	{
		execute_guarded(text_to_cstring(PG_GETARG_TEXT_PP(0)), PG_ARGISNULL(1) ? NULL : PG_GETARG_ARRAYTYPE_P(1), &receiver.receiver);
	}
	PG_FINALLY();
	{
		receiver.facts->uses--;
	}
	PG_END_TRY();
	SPI_finish();
	MemoryContextDelete(receiver.context);
	count = 0;
	for (int kind = 0; kind < STORES; kind++)
		count += receiver.facts->counts[kind];
	PG_RETURN_INT64(count);
}

/* The first fact of a document that comes with the next ones of a cursor; it lies in the cursor's memory. */
static struct
{
	Portal		cursor;			/* NULL: there is none */
	MinimalTuple fact;
}			pending;

static void
forget_pending(void *arg)
{
	if (pending.cursor == arg)
		pending.cursor = NULL;
}

/* Receives the facts of a cursor, up to the first one of another document if that is asked. */
typedef struct CursorReceiver
{
	FactReceiver base;
	Portal		cursor;
	bool		ends_document;
	bool		has_document;
	int64		document;		/* the last one */
} CursorReceiver;

static bool
receive_next(TupleTableSlot *slot, DestReceiver *self)
{
	CursorReceiver *receiver = (CursorReceiver *) self;
	int64		document;

	if ((++receiver->base.received & 0xfff) == 0)
		CHECK_FOR_INTERRUPTS();
	slot_getallattrs(slot);
	document = slot->tts_isnull[DOCUMENT] ? 0 : DatumGetInt64(slot->tts_values[DOCUMENT]);
	if (receiver->ends_document && receiver->has_document && document != receiver->document)
	{
		MemoryContext caller = MemoryContextSwitchTo(receiver->cursor->portalContext);
		MemoryContextCallback *callback = palloc(sizeof(MemoryContextCallback));

		pending.fact = ExecCopySlotMinimalTuple(slot);
		pending.cursor = receiver->cursor;
		callback->func = forget_pending;
		callback->arg = receiver->cursor;
		MemoryContextRegisterResetCallback(receiver->cursor->portalContext, callback);
		MemoryContextSwitchTo(caller);
		return true;
	}
	receiver->has_document = true;
	receiver->document = document;
	hold_fact(&receiver->base, slot);
	return true;
}

/* Takes the facts of a cursor, at least so many, and all of a document. */
static void
fetch_facts(CursorReceiver *receiver, int64 count)
{
	DestReceiver *destination = &receiver->base.receiver;

	if (pending.cursor == receiver->cursor)
	{
		TupleTableSlot *slot = MakeSingleTupleTableSlot(receiver->base.facts->columns, &TTSOpsMinimalTuple);

		ExecStoreMinimalTuple(pending.fact, slot, false);
		pending.cursor = NULL;
		(void) receive_next(slot, destination);
		ExecDropSingleTupleTableSlot(slot);
		pfree(pending.fact);
	}
	if (PortalRunFetch(receiver->cursor, FETCH_FORWARD, count, destination) < count)
		return;
	receiver->ends_document = true;
	while (pending.cursor != receiver->cursor && PortalRunFetch(receiver->cursor, FETCH_FORWARD, 1, destination) > 0)
		;
}

/*
 * hold_next_facts(cursor text, count bigint) -> bigint
 *
 * Holds the next facts of a cursor beside those that are held: at least so many, and all of the last document. Returns
 * the number of that, and NULL if there were no more.
 */
Datum
vsm_hold_next_facts(PG_FUNCTION_ARGS)
{
	CursorReceiver receiver = {0};
	char	   *name = text_to_cstring(PG_GETARG_TEXT_PP(0));
	Oid			user;
	int			context;

	if (held == NULL || held->is_writing)
		begin_holding();
	receiver.cursor = SPI_cursor_find(name);
	if (!PortalIsValid(receiver.cursor))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_CURSOR),
				 errmsg("cursor \"%s\" does not exist", name)));
	receiver.base.receiver.receiveSlot = receive_next;
	receiver.base.receiver.rStartup = receive_startup;
	receiver.base.receiver.rShutdown = receive_nothing;
	receiver.base.receiver.rDestroy = receive_nothing;
	receiver.base.receiver.mydest = DestNone;
	receiver.base.facts = held;
	receiver.base.context = AllocSetContextCreate(CurrentMemoryContext, "vsm fact", ALLOCSET_DEFAULT_SIZES);
	GetUserIdAndSecContext(&user, &context);
	SetUserIdAndSecContext(user, context | SECURITY_LOCAL_USERID_CHANGE);
	receiver.base.facts->uses++;
	PG_TRY();
	{
		fetch_facts(&receiver, Max(PG_GETARG_INT64(1), 1));
	}
	PG_FINALLY();
	{
		receiver.base.facts->uses--;
	}
	PG_END_TRY();
	SetUserIdAndSecContext(user, context);
	MemoryContextDelete(receiver.base.context);
	if (!receiver.has_document)
		PG_RETURN_NULL();
	PG_RETURN_INT64(receiver.document);
}

/* Leaves out the facts of documents that are refused. */
static void
drop_refused(HeldFacts *facts)
{
	TupleTableSlot *slot = MakeSingleTupleTableSlot(facts->columns, &TTSOpsMinimalTuple);

	for (int kind = 0; kind < STORES; kind++)
	{
		Tuplestorestate *all = facts->facts[kind];

		if (all == NULL)
			continue;
		facts->facts[kind] = NULL;
		facts->counts[kind] = 0;
		tuplestore_rescan(all);
		while (tuplestore_gettupleslot(all, true, false, slot))
		{
			int64		document;

			CHECK_FOR_INTERRUPTS();
			slot_getallattrs(slot);
			document = slot->tts_isnull[DOCUMENT] ? 0 : DatumGetInt64(slot->tts_values[DOCUMENT]);
			if (is_refused_document(facts->refused, document))
				continue;
			tuplestore_puttupleslot(facts_of_kind(facts, kind), slot);
			facts->counts[kind]++;
		}
		ExecClearTuple(slot);
		tuplestore_end(all);
	}
	ExecDropSingleTupleTableSlot(slot);
}

/*
 * refused_facts() -> setof (document bigint, reason text)
 *
 * The documents that state what cannot be taken, with the reason. From then on none of their facts
 * is held.
 */
Datum
vsm_refused_facts(PG_FUNCTION_ARGS)
{
	Rows		rows;

	rows_begin_set(fcinfo, &rows);
	if (held != NULL && !held->is_writing && held->refused != NULL)
	{
		drop_refused(held);
		add_refused_rows(held->refused, &rows);
		hash_destroy(held->refused);
		held->refused = NULL;
	}
	return rows_end(&rows);
}

/*
 * held_facts() -> text[]
 *
 * The kinds of the facts that are held and not being written; NULL if none is.
 */
Datum
vsm_held_facts(PG_FUNCTION_ARGS)
{
	Datum		kinds[FACT_KINDS];
	int			count = 0;

	/* Facts in whose writing this is called are being written already. */
	for (int kind = 0; held != NULL && !held->is_writing && kind < FACT_KINDS; kind++)
	{
		if (held->counts[kind] > 0 || (kind == FACT_EVENT && held->counts[EVENT_AGAIN] > 0))
			kinds[count++] = CStringGetTextDatum(fact_kind_names[kind]);
	}
	if (count == 0)
		PG_RETURN_NULL();
	PG_RETURN_ARRAYTYPE_P(construct_array(kinds, count, TEXTOID, -1, false, TYPALIGN_INT));
}

/*
 * held_events() -> (count bigint, is_sorted boolean)
 *
 * How many events there are in told_event, and whether they are in the order of entity, source and id, byte by byte.
 */
Datum
vsm_held_events(PG_FUNCTION_ARGS)
{
	Datum		values[2] = {Int64GetDatum(held == NULL ? 0 : held->counts[FACT_EVENT]), BoolGetDatum(held == NULL || !held->is_unsorted)};
	bool		nulls[2] = {false, false};

	PG_RETURN_DATUM(row_make(row_type(fcinfo), values, nulls));
}

static ToldTables *
make_tables(void)
{
	ToldTables *told = free_tables;

	if (told != NULL)
	{
		free_tables = told->next;
		return told;
	}
	told = MemoryContextAllocZero(TopMemoryContext, sizeof(ToldTables));
	for (int kind = 0; kind < STORES; kind++)
	{
		EphemeralNamedRelation table = &told->tables[kind];

		table->md.name = unconstify(char *, table_names[kind]);
		table->md.reliddesc = InvalidOid;
		table->md.tupdesc = columns_of_facts;
		table->md.enrtype = ENR_NAMED_TUPLESTORE;
		/* Plans are made once, for many and for few. */
		table->md.enrtuples = 2000;
		table->reldata = no_facts;
	}
	return told;
}

void
share_held_facts(void)
{
	MemoryContext caller;

	if (held == NULL)
		begin_holding();
	held->is_writing = true;
	if (held->told == NULL)
		held->told = make_tables();

	/*
	 * What SPI makes here has to live as long as its connection, which may be that of a procedure that
	 * commits, or stand in a statement of a cursor. None outlives the statement of the client.
	 */
	if (connected_at != GetCurrentStatementStartTimestamp())
		MemoryContextReset(connections);
	connected_at = GetCurrentStatementStartTimestamp();
	caller = MemoryContextSwitchTo(connections);
	for (int kind = 0; kind < STORES; kind++)
	{
		int			result;

		held->told->tables[kind].reldata = facts_of_kind(held, kind);
		(void) SPI_unregister_relation(table_names[kind]);
		result = SPI_register_relation(&held->told->tables[kind]);
		if (result == SPI_ERROR_UNCONNECTED)
			ereport(ERROR,
					(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
					 errmsg("facts that are held can be read by the statements of a function only"),
					 errhint("Facts are written by vsm.write_facts.")));
		if (result != SPI_OK_REL_REGISTER)
			elog(ERROR, "SPI_register_relation failed: %s", SPI_result_code_string(result));
	}
	MemoryContextSwitchTo(caller);
}

int64
held_facts_count(void)
{
	int64		count = 0;

	for (int kind = 0; held != NULL && kind < STORES; kind++)
		count += held->counts[kind];
	return count;
}

/*
 * open_held_facts() -> void
 *
 * Begins with no facts held, whatever an error has left.
 */
Datum
vsm_open_held_facts(PG_FUNCTION_ARGS)
{
	if (held != NULL && !held->is_writing)
		release_facts();
	begin_holding();
	PG_RETURN_VOID();
}

/*
 * release_facts() -> void
 *
 * Lets go of the facts that were held last.
 */
Datum
vsm_release_facts(PG_FUNCTION_ARGS)
{
	if (held != NULL)
		release_facts();
	PG_RETURN_VOID();
}

/*
 * enter_facts(model text) -> void
 *
 * Lets the statements of the function in PL/pgSQL that calls, until it ends, read the facts that are
 * held as tables told_event, told_link, ..., and names of tables mean those of a model.
 */
Datum
vsm_enter_facts(PG_FUNCTION_ARGS)
{
	enter_model(PG_ARGISNULL(0) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(0)));
	share_held_facts();
	PG_RETURN_VOID();
}
