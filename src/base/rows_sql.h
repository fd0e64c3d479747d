/*
 * rows_sql.h
 *		Results that are arrays of a named composite type: built row by row, unnested by users.
 */
#ifndef VSM_ROWS_SQL_H
#define VSM_ROWS_SQL_H

#include "access/tupdesc.h"
#include "fmgr.h"

typedef struct RowArray
{
	TupleDesc	tupdesc;		/* of a row */
	Datum	   *rows;
	uint32		count;
	uint32		max;
} RowArray;

/* An empty array of the type that the function called returns. */
extern void row_array_begin(FunctionCallInfo fcinfo, RowArray *array, uint32 max);

extern void row_array_add(RowArray *array, Datum *values, bool *nulls);

/* The array; 54000 if it would take more than 1 GB. */
extern Datum row_array_end(RowArray *array);

#endif							/* VSM_ROWS_SQL_H */
