/*
 * group_heap_sql.h
 *		Rows of a heap table, as a node above a plain sequential scan reads them by itself.
 *
 * Between a scan and what is above it a row passes through a slot: it is pinned, stored, taken apart
 * column by column with all that a slot may be. Where the scan has neither conditions nor columns that
 * are computed, the node asks the heap for the next page, which rows of it are visible being found out
 * for all of them at once, and finds the columns that it needs where they lie. The scan is the node's
 * child all the same: it begins and ends itself, and it is what EXPLAIN shows.
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
	const char **fields;		/* of the current row, where they lie, or */
	Datum	   *values;			/* what they are */
	bool	   *is_null;

	/* The page that the scan is at: where on it the rows are that the scan gives and that were not read yet. */
	Page		page;
	const OffsetNumber *next;
	const OffsetNumber *end;
	OffsetNumber only;			/* the one row of a scan that does not look at whole pages */

	/*
	 * What a row takes is mostly the wait for its bytes. Blocks that follow each other usually lie in buffers
	 * that do: so with each row some of the next page is asked for.
	 */
	Buffer		buffer;
	const char *ahead;			/* of the next page, what is to be asked for with the next row */
	Size		ahead_step;		/* 0: nothing */
} GroupHeap;

/* For the first so many columns of what a scan gives; NULL if it is no such scan. Nothing is read yet. */
extern GroupHeap *group_heap_new(const PlanState *child, int num_columns);

/* Takes over from a scan that has given a row. */
extern void group_heap_begin(GroupHeap *heap, TableScanDesc scan);

/* Steps to the next page that has rows; false if there is none. */
extern bool group_heap_page(GroupHeap *heap);

/* The columns of a tuple that has fewer of them than the table has by now. */
extern void group_heap_short_row(GroupHeap *heap, HeapTupleHeader header);

/* The next row of the page. */
static inline HeapTupleHeader
group_heap_next(GroupHeap *heap)
{
	ItemId		item = PageGetItemId(heap->page, *heap->next);

	heap->next++;
	vsm_prefetch(heap->ahead);
	heap->ahead += heap->ahead_step;
	return (HeapTupleHeader) PageGetItem(heap->page, item);
}

/* Finds where the columns of a row begin, if all of them are there: the usual row. */
static pg_attribute_always_inline bool
group_heap_fields(GroupHeap *heap, HeapTupleHeader header)
{
	const char *data = (const char *) header + header->t_hoff;
	const HeapColumn *column = heap->columns;
	const HeapColumn *end = column + heap->num_columns;
	const char **field = heap->fields;
	Size		offset = 0;

	if (unlikely((header->t_infomask & HEAP_HASNULL) != 0 || HeapTupleHeaderGetNatts(header) < heap->num_columns))
		return false;
	for (; column < end; column++)
	{
		/* Only before a varlena that is short or external there is no padding. */
		if (column->length != -1 || !VARATT_NOT_PAD_BYTE(data + offset))
			offset = TYPEALIGN(column->alignment, offset);
		*field++ = data + offset;
		if (column->length > 0)
			offset += column->length;
		else if (column->length == -1)
			offset += VARSIZE_ANY(data + offset);
		else
			offset += strlen(data + offset) + 1;
	}
	return true;
}

/* Finds the columns of any row. They are there until the next page. */
static inline void
group_heap_row(GroupHeap *heap, HeapTupleHeader header)
{
	const char *data = (const char *) header + header->t_hoff;
	const uint8 *nulls = (header->t_infomask & HEAP_HASNULL) != 0 ? header->t_bits : NULL;
	Size		offset = 0;

	if (unlikely(HeapTupleHeaderGetNatts(header) < heap->num_columns))
	{
		group_heap_short_row(heap, header);
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

#endif							/* VSM_GROUP_HEAP_SQL_H */
