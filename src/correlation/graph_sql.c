/*
 * graph_sql.c
 *		The aggregates that make graphs, and the union of two.
 */
#include "postgres.h"

#include "base/compat.h"
#include "catalog/pg_type.h"
#include "correlation/graph_io.h"
#include "utils/array.h"

PG_FUNCTION_INFO_V1(vsm_graph_add);
PG_FUNCTION_INFO_V1(vsm_graph_add_array);
PG_FUNCTION_INFO_V1(vsm_graph_combine);
PG_FUNCTION_INFO_V1(vsm_graph_final);
PG_FUNCTION_INFO_V1(vsm_graph_merge);

/* The bytes of a text argument; false if it is NULL or empty. */
static bool
get_name(FunctionCallInfo fcinfo, int argno, const char **name, uint32 *len)
{
	text	   *value;

	if (PG_ARGISNULL(argno))
		return false;
	value = PG_GETARG_TEXT_PP(argno);
	*name = VARDATA_ANY(value);
	*len = VARSIZE_ANY_EXHDR(value);
	return *len > 0;
}

static void
missing_source(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
			 errmsg("source of an edge is null or empty"),
			 errdetail("An edge leads from one named node to another; "
					   "without a target it gives a node without edges, but without a source it gives nothing."),
			 errhint("Leave such rows out, for example with FILTER (WHERE source IS NOT NULL).")));
}

/*
 * graph_add(state vsm.graph, source text, target text): transition of vsm.graph. NULL or empty
 * target: a node without edges. Neither source nor target (an outer join that found nothing):
 * the row is skipped; a target without a source: 22004.
 */
Datum
vsm_graph_add(PG_FUNCTION_ARGS)
{
	RecordState *state = record_value_state(&graph_type, fcinfo);
	const char *name;
	uint32		len;
	uint32		source;
	uint32		target = NO_NAME;

	if (!get_name(fcinfo, 1, &name, &len))
	{
		if (get_name(fcinfo, 2, &name, &len))
			missing_source();
		if (state == NULL)
			PG_RETURN_NULL();
		PG_RETURN_POINTER(state);
	}
	if (state == NULL)
		state = graph_state_new();
	source = record_state_name(&state, name, len);
	if (get_name(fcinfo, 2, &name, &len))
		target = record_state_name(&state, name, len);
	graph_state_add(&state, source, target);
	PG_RETURN_POINTER(state);
}

/*
 * graph_add(state vsm.graph, node text, targets text[]): the same for a node with all its
 * targets. NULL and empty elements are no targets.
 */
Datum
vsm_graph_add_array(PG_FUNCTION_ARGS)
{
	RecordState *state = record_value_state(&graph_type, fcinfo);
	Datum	   *elements = NULL;
	bool	   *nulls = NULL;
	int			num_elements = 0;
	int			num_targets = 0;
	const char *name;
	uint32		len;
	uint32		source;

	if (!PG_ARGISNULL(2))
		deconstruct_array(PG_GETARG_ARRAYTYPE_P(2), TEXTOID, -1, false, TYPALIGN_INT,
						  &elements, &nulls, &num_elements);
	for (int i = 0; i < num_elements; i++)
	{
		if (!nulls[i] && VARSIZE_ANY_EXHDR(DatumGetPointer(elements[i])) > 0)
			elements[num_targets++] = elements[i];
	}
	if (!get_name(fcinfo, 1, &name, &len))
	{
		if (num_targets > 0)
			missing_source();
		if (state == NULL)
			PG_RETURN_NULL();
		PG_RETURN_POINTER(state);
	}
	if (state == NULL)
		state = graph_state_new();
	source = record_state_name(&state, name, len);
	if (num_targets == 0)
		graph_state_add(&state, source, NO_NAME);
	for (int i = 0; i < num_targets; i++)
	{
		text	   *target = DatumGetTextPP(elements[i]);
		uint32		number = record_state_name(&state, VARDATA_ANY(target), VARSIZE_ANY_EXHDR(target));

		graph_state_add(&state, source, number);
	}
	PG_RETURN_POINTER(state);
}

/* graph_combine(state vsm.graph, other vsm.graph): union, a state. Strict. */
Datum
vsm_graph_combine(PG_FUNCTION_ARGS)
{
	return record_value_combine(&graph_type, fcinfo);
}

/* graph_final(state vsm.graph): the canonical value; the state stays as it is. Strict. */
Datum
vsm_graph_final(PG_FUNCTION_ARGS)
{
	PG_RETURN_POINTER(PG_GETARG_GRAPH(0));
}

/* merge(vsm.graph, vsm.graph): the union of nodes and edges. Strict. */
Datum
vsm_graph_merge(PG_FUNCTION_ARGS)
{
	return record_value_merge(&graph_type, fcinfo);
}
