/*
 * group_heap_sql.h
 *		Rows of a heap table, as a node above a plain sequential scan reads them by itself.
 *
 * Between a scan and what is above it a row passes through a slot: it is pinned, stored, taken apart
 * column by column with all that a slot may be. Where the scan has neither conditions nor columns that
 * are computed, the node asks the heap for the next tuple, and finds the columns that it needs where
 * they lie. The scan is the node's child all the same: it begins and ends itself, and it is what
 * EXPLAIN shows.
 */
#ifndef VSM_GROUP_HEAP_SQL_H
#define VSM_GROUP_HEAP_SQL_H

#include "access/heapam.h"
#include "access/htup_details.h"
#include "access/tupmacs.h"
#include "base/compat.h"
#include "executor/executor.h"

/* How a column lies in a tuple. */
typedef struct HeapColumn
{
	int16		length;
	uint8		alignment;		/* in bytes */
	bool		by_value;
} HeapColumn;

typedef struct GroupHeap
{
	TableScanDesc scan;
	TupleDesc	descriptor;
	int			num_columns;	/* so many are needed: the first ones */
	HeapColumn *columns;
	Datum	   *values;			/* of the current row */
	bool	   *is_null;
} GroupHeap;

/* For the first so many columns of what a scan gives; NULL if it is no such scan. Nothing is read yet. */
extern GroupHeap *group_heap_new(const PlanState *child, int num_columns);

/* The columns of a tuple that has fewer of them than the table has by now. */
extern void group_heap_short_row(GroupHeap *heap, HeapTuple tuple);

/* Finds the columns of a tuple. */
static inline void
group_heap_row(GroupHeap *heap, HeapTuple tuple)
{
	const HeapTupleHeader header = tuple->t_data;
	const char *data = (const char *) header + header->t_hoff;
	const uint8 *nulls = HeapTupleHasNulls(tuple) ? header->t_bits : NULL;
	Size		offset = 0;

	if (unlikely(HeapTupleHeaderGetNatts(header) < heap->num_columns))
	{
		group_heap_short_row(heap, tuple);
		return;
	}
	for (int i = 0; i < heap->num_columns; i++)
	{
		const HeapColumn *column = &heap->columns[i];

		if (nulls != NULL && att_isnull(i, nulls))
		{
			heap->values[i] = (Datum) 0;
			heap->is_null[i] = true;
			continue;
		}
		heap->is_null[i] = false;

		/* Only before a varlena that is short or external there is no padding. */
		if (column->length != -1 || !VARATT_NOT_PAD_BYTE(data + offset))
			offset = TYPEALIGN(column->alignment, offset);
		heap->values[i] = fetch_att(data + offset, column->by_value, column->length);
		if (column->length > 0)
			offset += column->length;
		else if (column->length == -1)
			offset += VARSIZE_ANY(data + offset);
		else
			offset += strlen(data + offset) + 1;
	}
}

/* Finds the columns of the next row, which are there until the one after it; false if there is none. */
static inline bool
group_heap_next(GroupHeap *heap)
{
	HeapTuple	tuple = heap_getnext(heap->scan, ForwardScanDirection);

	if (tuple == NULL)
		return false;
	group_heap_row(heap, tuple);
	return true;
}

#endif							/* VSM_GROUP_HEAP_SQL_H */
