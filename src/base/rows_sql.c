/*
 * rows_sql.c
 *		Results that are arrays of a named composite type.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "base/compat.h"
#include "base/rows_sql.h"
#include "utils/array.h"
#include "utils/lsyscache.h"
#include "utils/typcache.h"

void
row_array_begin(FunctionCallInfo fcinfo, RowArray *array, uint32 max)
{
	/* By the catalog: a final function's expression is not there on every path. */
	Oid			row_type = get_element_type(get_func_rettype(fcinfo->flinfo->fn_oid));

	array->tupdesc = lookup_rowtype_tupdesc_copy(row_type, -1);
	array->count = 0;
	array->max = Max(max, 8);
	array->rows = palloc_extended(sizeof(Datum) * (Size) array->max, MCXT_ALLOC_HUGE);
}

void
row_array_add(RowArray *array, Datum *values, bool *nulls)
{
	if (array->count == array->max)
	{
		array->max *= 2;
		array->rows = repalloc_huge(array->rows, sizeof(Datum) * (Size) array->max);
	}
	array->rows[array->count++] =
		HeapTupleHeaderGetDatum(heap_form_tuple(array->tupdesc, values, nulls)->t_data);
}

Datum
row_array_end(RowArray *array)
{
	return PointerGetDatum(construct_array(array->rows, array->count, array->tupdesc->tdtypeid,
										   -1, false, TYPALIGN_DOUBLE));
}
