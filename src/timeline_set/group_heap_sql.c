/*
 * group_heap_sql.c
 *		Rows of a heap table, as a node above a plain sequential scan reads them by itself.
 */
#include "postgres.h"

#include "base/compat.h"
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
group_heap_short_row(GroupHeap *heap, HeapTuple tuple)
{
	for (int i = 0; i < heap->num_columns; i++)
		heap->values[i] = heap_getattr(tuple, i + 1, heap->descriptor, &heap->is_null[i]);
}
