/*
 * group_heap_sql.c
 *		Rows of a heap table, as a node above a plain sequential scan reads them by itself.
 */
#include "postgres.h"

#include "base/compat.h"
#include "pgstat.h"
#include "storage/bufmgr.h"
#include "timeline_set/group_heap_sql.h"
#include "utils/rel.h"

static uint8
alignment_bytes(char alignment)
{
	switch (alignment)
	{
		case TYPALIGN_CHAR:
			return sizeof(char);
		case TYPALIGN_SHORT:
			return ALIGNOF_SHORT;
		case TYPALIGN_INT:
			return ALIGNOF_INT;
		default:
			return ALIGNOF_DOUBLE;
	}
}

GroupHeap *
group_heap_new(const PlanState *child, int num_columns)
{
	const ScanState *scan = (const ScanState *) child;
	GroupHeap  *heap;

	/* Rows that EvalPlanQual looks at again are not in the table's order; ProjInfo is NULL if rows are as stored. */
	if (!IsA(child, SeqScanState) || child->qual != NULL || child->ps_ProjInfo != NULL ||
		child->state->es_epq_active != NULL ||
		scan->ss_currentRelation->rd_tableam != GetHeapamTableAmRoutine())
		return NULL;
	heap = palloc0(sizeof(GroupHeap));
	heap->descriptor = RelationGetDescr(scan->ss_currentRelation);
	heap->num_columns = num_columns;
	heap->columns = palloc0(sizeof(HeapColumn) * num_columns);
	heap->fields = palloc0(sizeof(char *) * num_columns);
	heap->values = palloc0(sizeof(Datum) * num_columns);
	heap->is_null = palloc0(sizeof(bool) * num_columns);
	for (int i = 0; i < num_columns; i++)
	{
		Form_pg_attribute attribute = TupleDescAttr(heap->descriptor, i);

		heap->columns[i].length = attribute->attlen;
		heap->columns[i].alignment = alignment_bytes(attribute->attalign);
		heap->columns[i].by_value = attribute->attbyval;
	}
	return heap;
}

void
group_heap_short_row(GroupHeap *heap, HeapTupleHeader header)
{
	HeapTupleData tuple = {0};

	tuple.t_data = header;
	for (int i = 0; i < heap->num_columns; i++)
		heap->values[i] = heap_getattr(&tuple, i + 1, heap->descriptor, &heap->is_null[i]);
}

/*
 * The rows of the scan's page from the current one on, or behind it: the scan is told that it gave them
 * all. A scan that is not allowed to look at whole pages gives one row.
 */
static void
take_rows(GroupHeap *heap, bool with_current)
{
	HeapScanDesc scan = (HeapScanDesc) heap->scan;
	int			num_before = with_current ? 0 : 1;

	heap->page = BufferGetPage(scan->rs_cbuf);
	if ((scan->rs_base.rs_flags & SO_ALLOW_PAGEMODE) == 0)
	{
		heap->only = ItemPointerGetOffsetNumber(&scan->rs_ctup.t_self);
		heap->next = &heap->only + num_before;
		heap->end = &heap->only + 1;
		return;
	}
	heap->next = scan->rs_vistuples + scan->rs_cindex + num_before;
	heap->end = scan->rs_vistuples + scan->rs_ntuples;
	heap->ahead = (const char *) heap->page;
	heap->ahead_step = 0;
	if (scan->rs_cbuf == heap->buffer + 1)
	{
		heap->ahead += BLCKSZ;
		heap->ahead_step = BLCKSZ / scan->rs_ntuples;
	}
	heap->buffer = scan->rs_cbuf;
	vsm_count_heap_rows(scan->rs_base.rs_rd, scan->rs_ntuples - scan->rs_cindex - 1);
	scan->rs_cindex = scan->rs_ntuples - 1;
}

void
group_heap_begin(GroupHeap *heap, TableScanDesc scan)
{
	heap->scan = scan;
	take_rows(heap, false);
}

bool
group_heap_page(GroupHeap *heap)
{
	if (heap_getnext(heap->scan, ForwardScanDirection) == NULL)
		return false;
	take_rows(heap, true);
	return true;
}
