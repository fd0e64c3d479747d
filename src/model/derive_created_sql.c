/*
 * derive_created_sql.c
 *		The events of items' creation and of states that were seen, where these count without a condition.
 *
 * That is so of nearly all items, and what vsm.state_differences says of them is simple: the state at creation is
 * what the earliest change came from, else what the source says; a state that was seen is an event where it differs
 * from the one before it. Here it is read off the rows of each, in the order of the index; whatever is not as
 * simple, and events that are there and should be otherwise, are left to the statement.
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
	O_ENTITY, O_SOURCE, O_KIND, O_AT, O_STATE, O_STATE_ID, O_AFTER, O_COLUMNS
};
enum
{
	E_ENTITY, E_SOURCE, E_EVENT_ID, E_AT, E_STATE, E_STATE_ID, E_METHOD, E_PREVIOUS, E_PREVIOUS_ID, E_SEQ, E_COLUMNS
};
enum
{
	W_SOURCE, W_EVENT_ID, W_ENTITY, W_AT, W_STATE, W_STATE_ID, W_METHOD, W_RECORDED_AT, W_XID, W_COLUMNS
};

typedef struct ReadColumn
{
	const char *name;
	Oid			type;
} ReadColumn;

static const ReadColumn observation_columns[O_COLUMNS] = {
	{"entity", TEXTOID}, {"source", TEXTOID}, {"kind", TEXTOID}, {"at", TIMESTAMPTZOID}, {"state", TEXTOID}, {"state_id", TEXTOID},
	{"after", JSONBOID}
};
static const ReadColumn event_columns[E_COLUMNS] = {
	{"entity", TEXTOID}, {"source", TEXTOID}, {"event_id", TEXTOID}, {"at", TIMESTAMPTZOID}, {"state", TEXTOID}, {"state_id", TEXTOID},
	{"method", TEXTOID}, {"previous", TEXTOID}, {"previous_id", TEXTOID}, {"seq", INT8OID}
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

/* An event that is there. */
typedef struct PresentEvent
{
	text	   *source;
	text	   *event_id;
	TimestampTz at;
	text	   *state;
	text	   *state_id;
	text	   *method;
	text	   *previous;
	text	   *previous_id;
	bool		has_seq;
	int64		seq;
} PresentEvent;

/* What one source says of the creation of an entity. */
typedef struct Creation
{
	text	   *source;
	TimestampTz at;
	text	   *state;			/* NULL: it does not say */
	text	   *state_id;
	PresentEvent *event;		/* of it, which is there already; NULL: none */
} Creation;

/* An entity's state at a time: it was seen, or entered by an event or a creation. */
typedef struct StateAt
{
	TimestampTz at;
	bool		is_seen;
	PresentEvent *event;		/* NULL: it is seen, or that of a creation */
	text	   *source;
	text	   *state;
	text	   *state_id;
} StateAt;

/* What is known of an entity. */
typedef struct KnownEntity
{
	List	   *creations;
	List	   *states;			/* that were seen, and if any was, those that were entered */
	List	   *observed;		/* events of states that were seen */
	PresentEvent *first;		/* the earliest event that says what was before; NULL: none */
} KnownEntity;

typedef struct CreatedEvents
{
	RowMaker	maker;
	Tuplestorestate *rows;
	TupleDesc	columns;
	int64		count;
} CreatedEvents;

/* Opens a table that search_path finds; false if it is not as vsm.create_model makes it. */
static bool
open_entities(EntityTable *table, const char *name, const ReadColumn *columns, int count)
{
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

			if (!column->attisdropped && column->atttypid == columns[i].type && strcmp(NameStr(column->attname), columns[i].name) == 0)
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

static StateAt *
add_state(KnownEntity *known, TimestampTz at, text *state)
{
	StateAt    *added = palloc0(sizeof(StateAt));

	added->at = at;
	added->state = state;
	known->states = lappend(known->states, added);
	return added;
}

static Creation *
creation_of(const KnownEntity *known, const text *source)
{
	ListCell   *cell;

	foreach(cell, known->creations)
	{
		if (compare_texts(((Creation *) lfirst(cell))->source, source) == 0)
			return lfirst(cell);
	}
	return NULL;
}

static void
read_creation(const EntityTable *observations, KnownEntity *known)
{
	text	   *source = row_text(observations, O_SOURCE);
	text	   *state = row_text(observations, O_STATE);
	text	   *state_id = row_text(observations, O_STATE_ID);
	Creation   *creation = creation_of(known, source);

	if (creation == NULL)
	{
		creation = palloc0(sizeof(Creation));
		creation->source = source;
		creation->at = row_time(observations, O_AT);
		known->creations = lappend(known->creations, creation);
	}
	creation->at = Min(creation->at, row_time(observations, O_AT));
	if (state != NULL && VARSIZE_ANY_EXHDR(state) > 0 &&
		(compare_texts(state, creation->state) < 0 ||
		 (compare_texts(state, creation->state) == 0 && compare_texts(state_id, creation->state_id) < 0)))
	{
		creation->state = state;
		creation->state_id = state_id;
	}
}

/* Reads what was told of an entity beside events; false if a state counts under a condition only. */
static bool
read_observations(EntityTable *observations, Datum entity, KnownEntity *known)
{
	SysScanDesc scan = begin_entity(observations, entity);
	bool		is_simple = true;

	while (is_simple && next_row(observations, scan))
	{
		if (is_text(observations, O_KIND, "created"))
			read_creation(observations, known);
		else if (is_text(observations, O_KIND, "observed"))
		{
			StateAt    *seen = add_state(known, row_time(observations, O_AT), row_text(observations, O_STATE));

			seen->is_seen = true;
			seen->source = row_text(observations, O_SOURCE);
			seen->state_id = row_text(observations, O_STATE_ID);
			is_simple = observations->slot->tts_isnull[observations->columns[O_AFTER] - 1];
		}
	}
	systable_endscan(scan);
	return is_simple;
}

/* In the order in which they came to be: of two at once the one without a number, or with the lesser. */
static int
compare_events(const PresentEvent *a, const PresentEvent *b)
{
	int			len_a;
	int			len_b;

	if (a->at != b->at)
		return a->at < b->at ? -1 : 1;
	if (a->has_seq != b->has_seq)
		return a->has_seq ? 1 : -1;
	if (a->has_seq && a->seq != b->seq)
		return a->seq < b->seq ? -1 : 1;
	len_a = pg_mbstrlen_with_len(VARDATA_ANY(a->event_id), VARSIZE_ANY_EXHDR(a->event_id));
	len_b = pg_mbstrlen_with_len(VARDATA_ANY(b->event_id), VARSIZE_ANY_EXHDR(b->event_id));
	return len_a != len_b ? len_a - len_b : compare_texts(a->event_id, b->event_id);
}

static PresentEvent *
read_event(const EntityTable *events)
{
	PresentEvent *event = palloc(sizeof(PresentEvent));
	int			seq = events->columns[E_SEQ] - 1;

	event->source = row_text(events, E_SOURCE);
	event->event_id = row_text(events, E_EVENT_ID);
	event->at = row_time(events, E_AT);
	event->state = row_text(events, E_STATE);
	event->state_id = row_text(events, E_STATE_ID);
	event->method = row_text(events, E_METHOD);
	event->previous = row_text(events, E_PREVIOUS);
	event->previous_id = row_text(events, E_PREVIOUS_ID);
	event->has_seq = !events->slot->tts_isnull[seq];
	event->seq = event->has_seq ? DatumGetInt64(events->slot->tts_values[seq]) : 0;
	return event;
}

static void
read_events(EntityTable *events, Datum entity, const char *created_id, KnownEntity *known)
{
	SysScanDesc scan = begin_entity(events, entity);
	bool		has_seen = known->states != NIL;

	while (next_row(events, scan))
	{
		PresentEvent *event;
		Creation   *creation;

		if (is_text(events, E_METHOD, "label"))
			continue;
		event = read_event(events);
		creation = is_text(events, E_EVENT_ID, created_id) ? creation_of(known, event->source) : NULL;
		if (creation != NULL)
			creation->event = event;
		else if (is_text(events, E_METHOD, "observed"))
			known->observed = lappend(known->observed, event);
		else
		{
			if (event->previous != NULL && (known->first == NULL || compare_events(event, known->first) < 0))
				known->first = event;
			if (has_seen && !is_text(events, E_STATE, "Flagged") && !is_text(events, E_STATE, "Unflagged"))
				add_state(known, event->at, event->state)->event = event;
		}
	}
	systable_endscan(scan);
}

/* Takes an event that should be among those that are missing, unless it is there; false if it is there otherwise. */
static bool
want_event(const PresentEvent *wanted, const PresentEvent *there, List **missing)
{
	if (there == NULL)
	{
		*missing = lappend(*missing, unconstify(PresentEvent *, wanted));
		return true;
	}
	return there->at == wanted->at && compare_texts(there->state, wanted->state) == 0 &&
		compare_texts(there->state_id, wanted->state_id) == 0 && compare_texts(there->method, wanted->method) == 0;
}

/* The events of the creation of an entity; false if one is there that should not be, or is not as it should be. */
static bool
derive_creations(KnownEntity *known, const char *created_id, List **missing)
{
	const PresentEvent *first = known->first;
	ListCell   *cell;

	foreach(cell, known->creations)
	{
		Creation   *creation = lfirst(cell);
		PresentEvent *wanted = palloc0(sizeof(PresentEvent));

		wanted->source = creation->source;
		wanted->event_id = cstring_to_text(created_id);
		wanted->at = creation->at;
		wanted->state = first != NULL ? first->previous : creation->state;
		wanted->state_id = first != NULL ? first->previous_id : creation->state_id;
		wanted->method = first != NULL ? cstring_to_text("inferred") : NULL;
		if (wanted->state == NULL ? creation->event != NULL : !want_event(wanted, creation->event, missing))
			return false;
		if (wanted->state != NULL && known->states != NIL)
			add_state(known, wanted->at, wanted->state);
	}
	return true;
}

/* What was entered before what was seen; of the former events in their order, behind creations. */
static int
compare_states(const ListCell *a, const ListCell *b)
{
	const StateAt *left = lfirst(a);
	const StateAt *right = lfirst(b);
	int			order;

	if (left->at != right->at)
		return left->at < right->at ? -1 : 1;
	if (left->is_seen != right->is_seen)
		return left->is_seen ? 1 : -1;
	if (left->is_seen)
	{
		order = compare_texts(left->state, right->state);
		return order != 0 ? order : compare_texts(left->source, right->source);
	}
	if (left->event == NULL || right->event == NULL)
		return (left->event != NULL) - (right->event != NULL);
	return compare_events(left->event, right->event);
}

static text *
observed_id(Datum entity, const StateAt *seen)
{
	Datum		epoch = DirectFunctionCall2(extract_timestamptz, CStringGetTextDatum("epoch"), TimestampTzGetDatum(seen->at));

	return cstring_to_text(psprintf("%s:%s:%s", TextDatumGetCString(entity), DatumGetCString(DirectFunctionCall1(numeric_out, epoch)),
									text_to_cstring(seen->state)));
}

static PresentEvent *
observed_event(const KnownEntity *known, const PresentEvent *wanted)
{
	ListCell   *cell;

	foreach(cell, known->observed)
	{
		PresentEvent *event = lfirst(cell);

		if (compare_texts(event->event_id, wanted->event_id) == 0 && compare_texts(event->source, wanted->source) == 0)
			return event;
	}
	return NULL;
}

/* A state that was seen is an event where it differs from the one before it; false as above. */
static bool
derive_observed(KnownEntity *known, Datum entity, List **missing)
{
	const StateAt *before = NULL;
	int			there = 0;
	ListCell   *cell;

	list_sort(known->states, compare_states);
	foreach(cell, known->states)
	{
		const StateAt *state = lfirst(cell);

		/* (Of several that were seen at once the first one holds.) */
		if (state->is_seen && before != NULL && before->is_seen && before->at == state->at)
			continue;
		if (state->is_seen && (before == NULL || compare_texts(before->state, state->state) != 0))
		{
			PresentEvent *wanted = palloc0(sizeof(PresentEvent));
			PresentEvent *event;

			wanted->source = state->source;
			wanted->event_id = observed_id(entity, state);
			wanted->at = state->at;
			wanted->state = state->state;
			wanted->state_id = state->state_id;
			wanted->method = cstring_to_text("observed");
			event = observed_event(known, wanted);
			there += event != NULL;
			if (!want_event(wanted, event, missing))
				return false;
		}
		before = state;
	}
	return there == list_length(known->observed);
}

/* Notes the events that follow from what is known of an entity and are not there yet; false if others are to be changed. */
static bool
derive_entity(EntityTable *observations, EntityTable *events, Datum entity, CreatedEvents *created)
{
	char	   *created_id = psprintf("%s:created", TextDatumGetCString(entity));
	KnownEntity known = {0};
	List	   *missing = NIL;
	ListCell   *cell;

	if (!read_observations(observations, entity, &known))
		return false;
	read_events(events, entity, created_id, &known);
	if (!derive_creations(&known, created_id, &missing) || !derive_observed(&known, entity, &missing))
		return false;
	foreach(cell, missing)
	{
		const PresentEvent *event = lfirst(cell);
		Datum		values[W_COLUMNS] = {0};
		bool		nulls[W_COLUMNS] = {false};

		values[W_SOURCE] = PointerGetDatum(event->source);
		values[W_EVENT_ID] = PointerGetDatum(event->event_id);
		values[W_ENTITY] = entity;
		values[W_AT] = TimestampTzGetDatum(event->at);
		values[W_STATE] = PointerGetDatum(event->state);
		values[W_STATE_ID] = PointerGetDatum(event->state_id);
		nulls[W_STATE_ID] = event->state_id == NULL;
		values[W_METHOD] = PointerGetDatum(event->method);
		nulls[W_METHOD] = event->method == NULL;
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
 * Writes the events of the creation of those of the entities of which this is simple, and of the states that were seen
 * of them, to the table event that search_path finds, and returns the others, of which vsm.state_differences says more.
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
