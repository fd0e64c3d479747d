/*
 * rows_sql.c
 *		The one way a row leaves C: alone, or with others as a set or as an array of a named
 *		composite type.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "base/compat.h"
#include "base/rows_sql.h"
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/lsyscache.h"
#include "utils/typcache.h"

void
rows_begin_set(FunctionCallInfo fcinfo, Rows *rows)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;

	/* (To look the columns up in the catalog leaves something behind each time, until the query ends.) */
	InitMaterializedSRF(fcinfo, rsinfo != NULL && IsA(rsinfo, ReturnSetInfo) && rsinfo->expectedDesc != NULL ?
						MAT_SRF_USE_EXPECTED_DESC : 0);
	memset(rows, 0, sizeof(Rows));
	rows->tupdesc = rsinfo->setDesc;
	rows->set = rsinfo->setResult;
}

void
rows_begin_array(FunctionCallInfo fcinfo, Rows *rows, uint32 max)
{
	/* By the catalog: a final function's expression is not there on every path. */
	Oid			type = get_element_type(get_func_rettype(fcinfo->flinfo->fn_oid));

	rows->tupdesc = lookup_rowtype_tupdesc_copy(type, -1);
	rows->set = NULL;
	rows->count = 0;
	rows->max = Max(max, 8);
	rows->elements = palloc_extended(sizeof(Datum) * (Size) rows->max, MCXT_ALLOC_HUGE);
}

void
rows_add(Rows *rows, Datum *values, bool *nulls)
{
	if ((++rows->count & 0xfff) == 0)
		CHECK_FOR_INTERRUPTS();
	if (rows->set != NULL)
	{
		tuplestore_putvalues(rows->set, rows->tupdesc, values, nulls);
		return;
	}
	if (rows->count > rows->max)
	{
		rows->max *= 2;
		rows->elements = repalloc_huge(rows->elements, sizeof(Datum) * (Size) rows->max);
	}
	rows->elements[rows->count - 1] = row_make(rows->tupdesc, values, nulls);
}

Datum
rows_end(Rows *rows)
{
	if (rows->set != NULL)
		return (Datum) 0;
	return PointerGetDatum(construct_array(rows->elements, rows->count, rows->tupdesc->tdtypeid,
										   -1, false, TYPALIGN_DOUBLE));
}

TupleDesc
row_type(FunctionCallInfo fcinfo)
{
	TupleDesc	tupdesc;

	if (get_call_result_type(fcinfo, NULL, &tupdesc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	return BlessTupleDesc(CreateTupleDescCopy(tupdesc));
}

Datum
row_make(TupleDesc tupdesc, Datum *values, bool *nulls)
{
	return HeapTupleHeaderGetDatum(heap_form_tuple(tupdesc, values, nulls)->t_data);
}
