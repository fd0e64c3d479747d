/*
 * rows_sql.h
 *		The one way a row leaves C: alone, or with others as a set or as an array of a named
 *		composite type.
 */
#ifndef VSM_ROWS_SQL_H
#define VSM_ROWS_SQL_H

#include "access/tupdesc.h"
#include "fmgr.h"
#include "utils/tuplestore.h"

/* The rows of a result so far. */
typedef struct Rows
{
	TupleDesc	tupdesc;		/* of a row */
	Tuplestorestate *set;		/* NULL: they become an array */
	Datum	   *elements;		/* of the array */
	uint32		count;
	uint32		max;
} Rows;

/* The result of a set-returning function, materialized. */
extern void rows_begin_set(FunctionCallInfo fcinfo, Rows *rows);

/* The result of an aggregate: an array of rows, to be unnested. max is a guess. */
extern void rows_begin_array(FunctionCallInfo fcinfo, Rows *rows, uint32 max);

/* Adds a row, whose values are copied. Looks for a cancel request now and then. */
extern void rows_add(Rows *rows, Datum *values, bool *nulls);

/* What the function returns. 54000 if an array would take more than 1 GB. */
extern Datum rows_end(Rows *rows);

/*
 * The row type that the function called returns, or a set of which it returns one by one. It
 * lives in the current memory context.
 */
extern TupleDesc row_type(FunctionCallInfo fcinfo);

/* A row alone. */
extern Datum row_make(TupleDesc tupdesc, Datum *values, bool *nulls);

#endif							/* VSM_ROWS_SQL_H */
