/*
 * group_node_sql.c
 *		GROUP BY with vsm.timeline(at, state), and vsm.timelines, executed on a set of timelines.
 *
 * The node fills a set with all rows of its child, and then reads it: a row for each item, which is
 * a group; or its only row is the set. What is computed of a row is left to the executor's expressions.
 *
 * A key of GROUP BY that is passed by value is the number of its item; one that is a varlena, its
 * bytes. Several keys, or one of another kind, are laid behind each other.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/parallel.h"
#include "base/compat.h"
#include "base/time_range.h"
#include "catalog/objectaccess.h"
#include "catalog/pg_aggregate.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "commands/explain.h"
#ifdef VSM_EXPLAIN_HEADERS
#include "commands/explain_format.h"
#include "commands/explain_state.h"
#endif
#include "executor/executor.h"
#include "miscadmin.h"
#include "nodes/nodeFuncs.h"
#include "timeline_set/group_heap_sql.h"
#include "timeline_set/group_plan_sql.h"
#include "timeline_set/timeline_set_io.h"
#include "timeline_set/timeline_set_share.h"
#include "utils/acl.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/ruleutils.h"
#include "utils/syscache.h"
#include "utils/timestamp.h"

/* How the keys of a group make the key of an item. */
typedef enum GroupKeyKind
{
	KEY_NUMBER,
	KEY_BYTES,
	KEY_ROW
} GroupKeyKind;

typedef struct GroupKey
{
	int			column;			/* of the child, from 0 */
	int16		length;			/* of its type */
	bool		by_value;
	bool		is_name;		/* what is behind its end is not of it */
} GroupKey;

typedef struct GroupNode
{
	CustomScanState css;		/* must be first */
	GroupKeyKind kind;
	GroupKey   *keys;
	int			num_keys;
	int			at_column;		/* of the child, from 0 */
	int			state_column;
	int			num_columns;	/* so many of the child are needed */
	List	   *summaries;
	bool		whole;			/* the set is the answer */
	GroupHeap  *heap;			/* NULL: rows come from the child, one by one */
	bool		toasted;		/* something of this row was */
	char	   *row;			/* the keys of a row, laid behind each other */
	Size		row_size;

	/* Of the execution; the set is there as soon as there is a row, or if it is shared. */
	MemoryContext context;
	SharedSet  *shared;			/* NULL: no other process takes part */
	TimelineSet *set;
	TimelineSetReader *reader;
	bool		is_filled;
	bool		is_emitted;		/* the set, where it is the answer */
	Size		peak_memory;
	uint64		peak_file;		/* bytes in temporary files */
} GroupNode;

/*----------
 * Filling the set.
 *----------
 */

/* The bytes of a varlena; if it is toasted, until the next row. */
static inline struct varlena *
plain(GroupNode *node, Datum datum)
{
	MemoryContext old;
	struct varlena *result;

	if (likely(timeline_set_is_plain(datum)))
		return (struct varlena *) DatumGetPointer(datum);
	old = MemoryContextSwitchTo(node->css.ss.ps.ps_ExprContext->ecxt_per_tuple_memory);
	result = timeline_set_plain(datum);
	MemoryContextSwitchTo(old);
	node->toasted = true;
	return result;
}

/* A value of a type that is passed by value, all its bits given by it. */
static inline int64
by_value_number(Datum value, int16 length)
{
	switch (length)
	{
		case sizeof(char):
			return DatumGetChar(value);
		case sizeof(int16):
			return DatumGetInt16(value);
		case sizeof(int32):
			return DatumGetInt32(value);
		default:
			return (int64) value;
	}
}

static inline Datum
by_value_datum(int64 number, int16 length)
{
	switch (length)
	{
		case sizeof(char):
			return CharGetDatum((char) number);
		case sizeof(int16):
			return Int16GetDatum((int16) number);
		case sizeof(int32):
			return Int32GetDatum((int32) number);
		default:
			return (Datum) number;
	}
}

/* Room for size more bytes of the keys of a row, used being there. */
static char *
reserve_row(GroupNode *node, Size used, Size size)
{
	Size		needed = used + size;

	if (unlikely(needed > node->row_size))
	{
		if (needed > MaxAllocSize)
			ereport(ERROR,
					(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
					 errmsg("keys of GROUP BY are too large"),
					 errdetail("Together they take more than %d bytes.", (int) MaxAllocSize)));
		needed = Min(Max(needed, node->row_size * 2), MaxAllocSize);
		node->row = repalloc(node->row, needed);
		node->row_size = needed;
	}
	return node->row + used;
}

/* Lays the keys of a row behind each other, each after a byte that says whether it is there. */
static uint32
make_row(GroupNode *node, const Datum *values, const bool *nulls)
{
	Size		used = 0;

	for (int i = 0; i < node->num_keys; i++)
	{
		const GroupKey *key = &node->keys[i];
		Datum		value = values[key->column];
		bool		is_null = nulls[key->column];

		*reserve_row(node, used, 1) = is_null;
		used++;
		if (is_null)
			continue;
		if (key->by_value)
		{
			int64		number = by_value_number(value, key->length);

			memcpy(reserve_row(node, used, sizeof(number)), &number, sizeof(number));
			used += sizeof(number);
		}
		else if (key->length > 0)
		{
			char	   *to = reserve_row(node, used, key->length);

			if (key->is_name)
				strncpy(to, NameStr(*DatumGetName(value)), NAMEDATALEN);
			else
				memcpy(to, DatumGetPointer(value), key->length);
			used += key->length;
		}
		else
		{
			struct varlena *bytes = plain(node, value);
			uint32		size = VARSIZE_ANY_EXHDR(bytes);
			char	   *to = reserve_row(node, used, sizeof(size) + size);

			memcpy(to, &size, sizeof(size));
			memcpy(to + sizeof(size), VARDATA_ANY(bytes), size);
			used += sizeof(size) + size;
		}
	}
	return used;
}

/* The number of the state of a row, and its time; as vsm.timeline(at, state) takes them. page: where the row lies, or NULL. */
static pg_attribute_always_inline uint32
row_event(GroupNode *node, const Datum *values, const bool *nulls, const char *page, int64 *at)
{
	struct varlena *state;

	*at = 0;
	if (unlikely(nulls[node->at_column]))
		return nulls[node->state_column] ? SET_NOTHING : SET_NO_TIME;
	*at = DatumGetTimestampTz(values[node->at_column]);
	if (unlikely(nulls[node->state_column]))
		return SET_NO_EVENT;
	check_finite(*at, "the time of an event");
	state = plain(node, values[node->state_column]);
	return timeline_set_state_of_page(node->set, VARDATA_ANY(state), VARSIZE_ANY_EXHDR(state), page);
}

static pg_attribute_always_inline void
add_row(GroupNode *node, GroupKeyKind kind, const Datum *values, const bool *nulls, const char *page)
{
	TimelineSet *set = node->set;
	const GroupKey *key = node->keys;
	int64		at;
	uint32		state = row_event(node, values, nulls, page, &at);

	if (kind == KEY_ROW)
	{
		uint32		size = make_row(node, values, nulls);

		timeline_set_add_text(set, node->row, size, at, state);
	}
	else if (unlikely(nulls[key->column]))
		timeline_set_add_null(set, at, state);
	else if (kind == KEY_NUMBER)
		timeline_set_add_number(set, by_value_number(values[key->column], key->length), at, state);
	else
	{
		struct varlena *bytes = plain(node, values[key->column]);

		timeline_set_add_text(set, VARDATA_ANY(bytes), VARSIZE_ANY_EXHDR(bytes), at, state);
	}
	if (unlikely(node->toasted))
	{
		ResetExprContext(node->css.ss.ps.ps_ExprContext);
		node->toasted = false;
	}
}

/* The same of a row that has no NULL, by where its columns lie; false, and nothing is added, if one of them is toasted. */
static pg_attribute_always_inline bool
add_fields(GroupNode *node, GroupKeyKind kind)
{
	const GroupHeap *heap = node->heap;
	const GroupKey *key = node->keys;
	const char *key_field = heap->fields[key->column];
	const char *state_field = heap->fields[node->state_column];
	uint32		state;
	int64		at;

	if (unlikely(!timeline_set_is_plain(PointerGetDatum(state_field)) ||
				 (kind == KEY_BYTES && !timeline_set_is_plain(PointerGetDatum(key_field)))))
		return false;
	memcpy(&at, heap->fields[node->at_column], sizeof(at));
	check_finite(at, "the time of an event");
	state = timeline_set_state_of_page(node->set, VARDATA_ANY(state_field), VARSIZE_ANY_EXHDR(state_field),
									   (const char *) heap->page);
	if (kind == KEY_NUMBER)
		timeline_set_add_number(node->set, by_value_number(fetch_att(key_field, true, key->length), key->length), at, state);
	else
		timeline_set_add_text(node->set, VARDATA_ANY(key_field), VARSIZE_ANY_EXHDR(key_field), at, state);
	return true;
}

/* Adds the rows of a page. */
static pg_attribute_always_inline void
add_page(GroupNode *node, GroupKeyKind kind)
{
	GroupHeap  *heap = node->heap;

	while (heap->next < heap->end)
	{
		HeapTupleHeader header = group_heap_next(heap);

		if (kind != KEY_ROW && likely(group_heap_fields(heap, header)) && likely(add_fields(node, kind)))
			continue;
		group_heap_row(heap, header);
		add_row(node, kind, heap->values, heap->is_null, (const char *) heap->page);
	}
}

/* For EXPLAIN: at its largest a set is when it is filled, or when it has been read. */
static void
note_size(GroupNode *node)
{
	Size		memory = MemoryContextMemAllocated(node->context, true);

	if (node->shared != NULL && node->set != NULL && !node->is_filled)
		memory += node->set->chunk_memory;
	node->peak_memory = Max(node->peak_memory, memory);
	if (node->set != NULL)
		node->peak_file = Max(node->peak_file, node->set->names->file_bytes);
}

/* Adds the other rows of a child that is a plain scan of a heap. */
static void
add_heap_rows(GroupNode *node, PlanState *child)
{
	GroupHeap  *heap = node->heap;
	double		num_rows = 0;

	if (child->instrument != NULL)
		InstrStartNode(child->instrument);
	group_heap_begin(heap, ((ScanState *) child)->ss_currentScanDesc);
	do
	{
		num_rows += heap->end - heap->next;
		if (node->kind == KEY_NUMBER)
			add_page(node, KEY_NUMBER);
		else if (node->kind == KEY_BYTES)
			add_page(node, KEY_BYTES);
		else
			add_page(node, KEY_ROW);
	} while (group_heap_page(heap));
	if (child->instrument != NULL)
		InstrStopNode(child->instrument, num_rows);
}

/* Adds all rows of the child. */
static void
add_rows(GroupNode *node)
{
	PlanState  *child = linitial(node->css.custom_ps);

	node->toasted = false;
	for (;;)
	{
		TupleTableSlot *slot = ExecProcNode(child);

		if (TupIsNull(slot))
			break;
		CHECK_FOR_INTERRUPTS();
		if (unlikely(node->set == NULL))
		{
			node->set = timeline_set_new(node->context, node->kind != KEY_NUMBER, get_hash_memory_limit());
			node->set->summarized = node->summaries != NIL;
		}
		slot_getsomeattrs(slot, node->num_columns);
		add_row(node, node->kind, slot->tts_values, slot->tts_isnull, NULL);
		if (node->heap != NULL)
		{
			/* The scan has begun. */
			ExecClearTuple(slot);
			add_heap_rows(node, child);
			break;
		}
	}
}

static void
fill_set(GroupNode *node)
{
	if (node->shared == NULL)
		add_rows(node);
	else
	{
		node->set = timeline_set_new_shared(node->context, node->kind != KEY_NUMBER, get_hash_memory_limit(),
											node->shared, node->css.ss.ps.state->es_query_dsa);
		node->set->summarized = node->summaries != NIL;
		if (timeline_set_share_begin(node->set))
		{
			add_rows(node);
			note_size(node);
			timeline_set_share_end(node->set);
		}
	}
	note_size(node);
	node->is_filled = true;
}

/*----------
 * Reading it.
 *----------
 */

static Datum
make_varlena(const char *data, uint32 size)
{
	struct varlena *result = palloc(VARHDRSZ + (Size) size);

	SET_VARSIZE(result, VARHDRSZ + size);
	memcpy(VARDATA(result), data, size);
	return PointerGetDatum(result);
}

/* Takes apart what make_row has laid. */
static void
split_row(const GroupNode *node, const char *p, TupleTableSlot *slot)
{
	for (int i = 0; i < node->num_keys; i++)
	{
		const GroupKey *key = &node->keys[i];

		slot->tts_isnull[i] = *p++;
		slot->tts_values[i] = (Datum) 0;
		if (slot->tts_isnull[i])
			continue;
		if (key->by_value)
		{
			int64		number;

			memcpy(&number, p, sizeof(number));
			slot->tts_values[i] = by_value_datum(number, key->length);
			p += sizeof(number);
		}
		else if (key->length > 0)
		{
			slot->tts_values[i] = PointerGetDatum(memcpy(palloc(key->length), p, key->length));
			p += key->length;
		}
		else
		{
			uint32		size;

			memcpy(&size, p, sizeof(size));
			slot->tts_values[i] = make_varlena(p + sizeof(size), size);
			p += sizeof(size) + size;
		}
	}
}

static Datum
summary_datum(const SetSummary *summary, GroupSummary kind, bool *is_null)
{
	*is_null = false;
	switch (kind)
	{
		case SUMMARY_ROWS:
			return Int64GetDatum(summary->num_rows);
		case SUMMARY_TIMES:
			return Int64GetDatum(summary->num_times);
		case SUMMARY_STATES:
			return Int64GetDatum(summary->num_states);
		case SUMMARY_FIRST:
			*is_null = summary->num_times == 0;
			return TimestampTzGetDatum(summary->first);
		case SUMMARY_LAST:
			*is_null = summary->num_times == 0;
			return TimestampTzGetDatum(summary->last);
	}
	elog(ERROR, "unknown summary of a group: %d", (int) kind);
	return (Datum) 0;			/* keep compiler quiet */
}

/* An item as the row that expressions are computed of: its keys, its timeline, and summaries. */
static void
store_item(GroupNode *node, const SetItem *item, TupleTableSlot *slot)
{
	int			timeline = node->num_keys;
	ListCell   *cell;

	ExecClearTuple(slot);
	if (node->kind == KEY_ROW)
		split_row(node, item->text, slot);
	else
	{
		slot->tts_isnull[0] = item->is_null;
		if (item->is_null)
			slot->tts_values[0] = (Datum) 0;
		else if (node->kind == KEY_NUMBER)
			slot->tts_values[0] = by_value_datum(item->number, node->keys[0].length);
		else
			slot->tts_values[0] = make_varlena(item->text, item->text_len);
	}
	slot->tts_isnull[timeline] = item->timeline == NULL;
	slot->tts_values[timeline] = PointerGetDatum(item->timeline);
	foreach(cell, node->summaries)
	{
		int			column = timeline + 1 + foreach_current_index(cell);

		slot->tts_values[column] = summary_datum(item->summary, lfirst_int(cell), &slot->tts_isnull[column]);
	}
	ExecStoreVirtualTuple(slot);
}

/* The set as the one row that expressions are computed of: as the aggregate, NULL if there was no row. */
static TupleTableSlot *
store_set(GroupNode *node, TupleTableSlot *slot)
{
	MemoryContext old = MemoryContextSwitchTo(node->context);

	ExecClearTuple(slot);
	slot->tts_isnull[0] = node->set == NULL;
	slot->tts_values[0] = node->set == NULL ? (Datum) 0 : timeline_set_datum(node->set);
	MemoryContextSwitchTo(old);
	return ExecStoreVirtualTuple(slot);
}

static TupleTableSlot *
exec_node(CustomScanState *css)
{
	GroupNode  *node = (GroupNode *) css;
	ExprContext *context = css->ss.ps.ps_ExprContext;
	TupleTableSlot *slot = css->ss.ss_ScanTupleSlot;
	SetItem		item;

	if (!node->is_filled)
		fill_set(node);
	if (node->whole)
	{
		if (node->is_emitted)
			return NULL;
		node->is_emitted = true;
		ResetExprContext(context);
		context->ecxt_scantuple = store_set(node, slot);
		return css->ss.ps.ps_ProjInfo != NULL ? ExecProject(css->ss.ps.ps_ProjInfo) : slot;
	}
	if (node->set == NULL)
		return NULL;
	if (node->reader == NULL)
		node->reader = timeline_set_read(node->set, node->context);
	for (;;)
	{
		MemoryContext old;

		ResetExprContext(context);
		if (!timeline_set_next(node->reader, &item))
		{
			note_size(node);
			return NULL;
		}
		old = MemoryContextSwitchTo(context->ecxt_per_tuple_memory);
		store_item(node, &item, slot);
		MemoryContextSwitchTo(old);
		context->ecxt_scantuple = slot;
		if (ExecQual(css->ss.ps.qual, context))
			break;
		InstrCountFiltered1(css, 1);
	}
	if (css->ss.ps.ps_ProjInfo != NULL)
		return ExecProject(css->ss.ps.ps_ProjInfo);
	return slot;
}

/*----------
 * Beginning and ending.
 *----------
 */

/* Forgets the set: its memory and its temporary files. */
static void
forget_set(GroupNode *node)
{
	if (node->reader != NULL)
		timeline_set_read_end(node->reader);
	if (node->set != NULL)
		timeline_set_close(node->set);
	node->reader = NULL;
	node->set = NULL;
	node->is_filled = node->is_emitted = false;
	MemoryContextReset(node->context);
}

void
group_check_execute(Oid function, Oid role, ObjectType type)
{
	AclResult	result = vsm_function_aclcheck(function, role);

	if (result != ACLCHECK_OK)
		aclcheck_error(result, type, get_func_name(function));
	InvokeFunctionExecuteHook(function);
}

/*
 * As the executor does for an aggregate: who calls it must be allowed to, and who owns it, to call
 * the functions that it consists of.
 */
static void
check_permissions(Oid aggregate)
{
	HeapTuple	tuple;
	Oid			owner;
	Oid			transition_function;
	Oid			final_function;

	group_check_execute(aggregate, GetUserId(), OBJECT_AGGREGATE);
	tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(aggregate));
	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for function %u", aggregate);
	owner = ((Form_pg_proc) GETSTRUCT(tuple))->proowner;
	ReleaseSysCache(tuple);
	tuple = SearchSysCache1(AGGFNOID, ObjectIdGetDatum(aggregate));
	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for aggregate %u", aggregate);
	transition_function = ((Form_pg_aggregate) GETSTRUCT(tuple))->aggtransfn;
	final_function = ((Form_pg_aggregate) GETSTRUCT(tuple))->aggfinalfn;
	ReleaseSysCache(tuple);
	group_check_execute(transition_function, owner, OBJECT_FUNCTION);
	if (OidIsValid(final_function))
		group_check_execute(final_function, owner, OBJECT_FUNCTION);
}

static void
read_plan(GroupNode *node, const CustomScan *plan)
{
	List	   *columns = list_nth(plan->custom_private, GROUP_PLAN_COLUMNS);

	node->summaries = list_nth(plan->custom_private, GROUP_PLAN_SUMMARIES);
	node->whole = list_length(plan->custom_private) > GROUP_PLAN_ITEM_TYPE;
	node->num_keys = list_length(columns) - 2;
	node->keys = palloc0(sizeof(GroupKey) * node->num_keys);
	for (int i = 0; i < node->num_keys; i++)
	{
		GroupKey   *key = &node->keys[i];
		Oid			type = node->whole ? linitial_oid(list_nth(plan->custom_private, GROUP_PLAN_ITEM_TYPE)) :
			exprType((Node *) list_nth_node(TargetEntry, plan->custom_scan_tlist, i)->expr);

		key->column = list_nth_int(columns, i) - 1;
		get_typlenbyval(type, &key->length, &key->by_value);
		key->is_name = getBaseType(type) == NAMEOID;
	}
	node->at_column = list_nth_int(columns, node->num_keys) - 1;
	node->state_column = list_nth_int(columns, node->num_keys + 1) - 1;
	for (int i = 0; i < list_length(columns); i++)
		node->num_columns = Max(node->num_columns, list_nth_int(columns, i));
	node->kind = KEY_ROW;
	if (node->num_keys == 1 && node->keys[0].by_value)
		node->kind = KEY_NUMBER;
	else if (node->num_keys == 1 && node->keys[0].length == -1)
		node->kind = KEY_BYTES;
}

static void
begin_node(CustomScanState *css, EState *estate, int eflags)
{
	GroupNode  *node = (GroupNode *) css;
	CustomScan *plan = (CustomScan *) css->ss.ps.plan;

	/* If the node is asked again, the set is there. */
	css->custom_ps = list_make1(ExecInitNode(linitial(plan->custom_plans), estate, eflags & ~EXEC_FLAG_REWIND));
	read_plan(node, plan);
	node->heap = group_heap_new(linitial(css->custom_ps), node->num_columns);
	for (int i = node->whole ? 0 : node->num_keys; i < list_length(plan->custom_scan_tlist); i++)
		check_permissions(castNode(Aggref, list_nth_node(TargetEntry, plan->custom_scan_tlist, i)->expr)->aggfnoid);
	node->row_size = 256;
	node->row = palloc(node->row_size);
	node->context = AllocSetContextCreate(CurrentMemoryContext, "timelines of groups", ALLOCSET_DEFAULT_SIZES);
}

static void
rescan_node(CustomScanState *css)
{
	GroupNode  *node = (GroupNode *) css;
	PlanState  *child = linitial(css->custom_ps);

	ExecClearTuple(css->ss.ss_ScanTupleSlot);
	if (css->ss.ps.chgParam != NULL)
		UpdateChangedParamSet(child, css->ss.ps.chgParam);
	if (node->is_filled && child->chgParam == NULL && node->shared == NULL)
	{
		if (node->reader != NULL)
			timeline_set_read_end(node->reader);
		node->reader = NULL;
		node->is_emitted = false;
		return;
	}
	forget_set(node);
	/* Otherwise its first row is what begins that. */
	if (child->chgParam == NULL)
		ExecReScan(child);
}

/*
 * Several processes.
 */

static Size
estimate_shared(CustomScanState *css, ParallelContext *context)
{
	return timeline_set_share_size(context->nworkers + 1);
}

static void
init_shared(CustomScanState *css, ParallelContext *context, void *coordinate)
{
	GroupNode  *node = (GroupNode *) css;

	/* If there was no shared memory to be had, this process is alone. */
	if (context->seg == NULL)
		return;
	node->shared = coordinate;
	node->peak_memory = node->peak_file = 0;
	timeline_set_share_init(node->shared, context->nworkers + 1, context->seg);
}

static void
reinit_shared(CustomScanState *css, ParallelContext *context, void *coordinate)
{
	if (context->seg == NULL)
		return;
	forget_set((GroupNode *) css);
	timeline_set_share_reset(coordinate, css->ss.ps.state->es_query_dsa);
}

static void
attach_shared(CustomScanState *css, shm_toc *toc, void *coordinate)
{
	GroupNode  *node = (GroupNode *) css;

	node->shared = coordinate;
	timeline_set_share_attach(node->shared);
}

/* The shared memory goes; what was taken in all is for EXPLAIN. */
static void
shutdown_shared(CustomScanState *css)
{
	GroupNode  *node = (GroupNode *) css;

	if (node->shared == NULL)
		return;
	timeline_set_share_note(node->shared, node->peak_memory, node->peak_file);
	timeline_set_share_noted(node->shared, &node->peak_memory, &node->peak_file);
	forget_set(node);
	node->shared = NULL;
}

static void
end_node(CustomScanState *css)
{
	GroupNode  *node = (GroupNode *) css;

	forget_set(node);
	MemoryContextDelete(node->context);
	ExecEndNode(linitial(css->custom_ps));
}

/*----------
 * EXPLAIN.
 *----------
 */

static void
explain_node(CustomScanState *css, List *ancestors, ExplainState *es)
{
	GroupNode  *node = (GroupNode *) css;
	CustomScan *plan = (CustomScan *) css->ss.ps.plan;
	int			num_group_keys = linitial_int(list_nth(plan->custom_private, GROUP_PLAN_NUM_GROUP_KEYS));
	List	   *context = set_deparse_context_plan(es->deparse_cxt, &plan->scan.plan, ancestors);
	List	   *keys = NIL;

	for (int i = 0; i < num_group_keys; i++)
		keys = lappend(keys, deparse_expression((Node *) list_nth_node(TargetEntry, plan->custom_scan_tlist, i)->expr,
												context, vsm_explain_prefix(es), true));
	if (keys != NIL)
		ExplainPropertyList("Group Key", keys, es);
	if (!es->analyze || node->peak_memory == 0)
		return;
	ExplainPropertyInteger("Memory Usage", "kB", (node->peak_memory + 1023) / 1024, es);
	if (node->peak_file > 0)
		ExplainPropertyInteger("Disk Usage", "kB", (node->peak_file + 1023) / 1024, es);
}

static const CustomExecMethods exec_methods = {
	.CustomName = GROUP_NODE_NAME,
	.BeginCustomScan = begin_node,
	.ExecCustomScan = exec_node,
	.EndCustomScan = end_node,
	.ReScanCustomScan = rescan_node,
	.EstimateDSMCustomScan = estimate_shared,
	.InitializeDSMCustomScan = init_shared,
	.ReInitializeDSMCustomScan = reinit_shared,
	.InitializeWorkerCustomScan = attach_shared,
	.ShutdownCustomScan = shutdown_shared,
	.ExplainCustomScan = explain_node
};

bool
group_node_is_set(const PlanState *state)
{
	return IsA(state, CustomScanState) && ((const CustomScanState *) state)->methods == &exec_methods &&
		((const GroupNode *) state)->whole && state->ps_ProjInfo == NULL;
}

static Node *
create_state(CustomScan *plan)
{
	GroupNode  *node = (GroupNode *) newNode(sizeof(GroupNode), T_CustomScanState);

	node->css.methods = &exec_methods;
	return (Node *) node;
}

const CustomScanMethods group_node_methods = {
	.CustomName = GROUP_NODE_NAME,
	.CreateCustomScanState = create_state
};
