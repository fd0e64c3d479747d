/*
 * graph_io.h
 *		Graphs as arguments of SQL functions.
 */
#ifndef VSM_GRAPH_IO_H
#define VSM_GRAPH_IO_H

#include "base/record_value_sql.h"
#include "correlation/graph.h"

/* What the type is to record_value_sql.h. */
extern const RecordType graph_type;

/* A datum as a canonical graph; a state of the aggregate is made canonical. */
extern const Graph *graph_from_datum(Datum datum);

#define PG_GETARG_GRAPH(n)	graph_from_datum(PG_GETARG_DATUM(n))

#endif							/* VSM_GRAPH_IO_H */
