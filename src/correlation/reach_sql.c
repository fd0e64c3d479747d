/*
 * reach_sql.c
 *		What can be reached in a graph, and what hangs together: vsm.reach and vsm.components.
 */
#include "postgres.h"

#include "base/compat.h"
#include "base/name_table_io.h"
#include "base/rows_sql.h"
#include "catalog/pg_type.h"
#include "correlation/graph_io.h"
#include "correlation/reach.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"

PG_FUNCTION_INFO_V1(vsm_reach);
PG_FUNCTION_INFO_V1(vsm_components);

/* The distinct roots of an array, in the order given; NULLs are skipped. */
static RecordState *
read_roots(ArrayType *array)
{
	RecordState *roots = graph_state_new();
	Datum	   *elements;
	bool	   *nulls;
	int			num_elements;

	deconstruct_array(array, TEXTOID, -1, false, TYPALIGN_INT, &elements, &nulls, &num_elements);
	for (int i = 0; i < num_elements; i++)
	{
		if (!nulls[i])
			record_state_name(&roots, VARDATA_ANY(DatumGetPointer(elements[i])),
							  VARSIZE_ANY_EXHDR(DatumGetPointer(elements[i])));
	}
	return roots;
}

/* What was reached from a root; the root itself, in the graph or not, with 0 hops. */
static void
put_reached(Rows *rows, const GraphReader *edges, ReachSearch *search, const RecordName *root, uint32 max_hops)
{
	NameText	entity = {0};
	NameText	via = {0};
	char		buffer[HEX_NAME_MAX];
	const char *name = record_name_bytes(root, buffer);
	uint32		len = record_name_len(root);
	uint32		node = name_table_find(&edges->names, name, len);
	Datum		root_text = PointerGetDatum(cstring_to_text_with_len(name, len));
	Datum		values[4] = {root_text, root_text, Int32GetDatum(0), (Datum) 0};
	bool		nulls[4] = {false, false, false, true};

	if (node == NO_NAME)
		rows_add(rows, values, nulls);
	else
	{
		reach_from(search, node, max_hops);
		for (uint32 i = 0; i < search->num_reached; i++)
		{
			uint32		reached = search->reached[i];

			values[1] = name_table_text(&edges->names, reached, &entity);
			values[2] = Int32GetDatum((int32) search->hops[reached]);
			nulls[3] = search->via[reached] == NO_NAME;
			values[3] = nulls[3] ? (Datum) 0 : name_table_text(&edges->names, search->via[reached], &via);
			rows_add(rows, values, nulls);
		}
		if (entity.value != NULL)
			pfree(entity.value);
		if (via.value != NULL)
			pfree(via.value);
	}
	pfree(DatumGetPointer(root_text));
}

/*
 * reach(edges vsm.graph, roots text[], max_hops int) -> setof vsm.reached: what is reached from
 * each root along the edges; the root itself (in the graph or not) with 0 hops and no via. A
 * root given twice counts once; NULL roots are skipped. NULL max_hops: no limit; negative: 22023.
 */
Datum
vsm_reach(PG_FUNCTION_ARGS)
{
	Rows		rows;
	GraphReader edges;
	ReachSearch *search;
	RecordState *roots;
	const RecordName *root;
	uint32		max_hops = PG_UINT32_MAX;

	rows_begin_set(fcinfo, &rows);
	if (!PG_ARGISNULL(2))
	{
		if (PG_GETARG_INT32(2) < 0)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("number of hops must not be negative"),
					 errdetail("It is %d.", PG_GETARG_INT32(2)),
					 errhint("NULL means without a limit.")));
		max_hops = PG_GETARG_INT32(2);
	}
	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		return rows_end(&rows);
	graph_open(&edges, PG_GETARG_GRAPH(0));
	search = reach_begin(&edges);
	roots = read_roots(PG_GETARG_ARRAYTYPE_P(1));
	root = record_state_first_name(roots);
	for (uint32 i = 0; i < roots->num_names; i++, root = record_state_next_name(root))
	{
		CHECK_FOR_INTERRUPTS();
		put_reached(&rows, &edges, search, root, max_hops);
	}
	return rows_end(&rows);
}

/*
 * components(edges vsm.graph) -> setof vsm.component: for each node the smallest node that it
 * hangs together with, edges taken in both directions. Strict.
 */
Datum
vsm_components(PG_FUNCTION_ARGS)
{
	Rows		rows;
	GraphReader edges;
	uint32	   *components;
	NameText	entity = {0};
	NameText	component = {0};
	Datum		values[2];
	bool		nulls[2] = {false};

	rows_begin_set(fcinfo, &rows);
	graph_open(&edges, PG_GETARG_GRAPH(0));
	components = find_components(&edges);
	for (uint32 i = 0; i < edges.num_nodes; i++)
	{
		uint32		node = name_table_nth(&edges.names, i);

		values[0] = name_table_text(&edges.names, node, &entity);
		values[1] = name_table_text(&edges.names, components[node], &component);
		rows_add(&rows, values, nulls);
	}
	return rows_end(&rows);
}
