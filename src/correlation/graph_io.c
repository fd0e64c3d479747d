/*
 * graph_io.c
 *		vsm.graph as a type: text, binary, json and jsonb, comparison, hash.
 */
#include "postgres.h"

#include "base/compat.h"
#include "base/name_table_io.h"
#include "base/value_io.h"
#include "correlation/graph_io.h"
#include "correlation/graph_text.h"
#include "miscadmin.h"

PG_FUNCTION_INFO_V1(vsm_graph_recv);
PG_FUNCTION_INFO_V1(vsm_graph_send);

static FlatState *
from_state(const RecordState *state)
{
	return &graph_from_state(state)->head;
}

static void
add_value(RecordState **state, const FlatState *value)
{
	graph_state_add_graph(state, (const Graph *) value);
}

const RecordType graph_type = {
	.value = &graph_format,
	.state = &graph_state_format,
	.value_header = sizeof(Graph),
	.name_mask = GRAPH_NAME_MASK,
	.new_state = graph_state_new,
	.from_state = from_state,
	.add_value = add_value
};

const Graph *
graph_from_datum(Datum datum)
{
	return (const Graph *) record_value_get(&graph_type, datum);
}

VALUE_TEXT_FUNCTIONS(graph, "vsm.graph", graph_from_datum, graph_from_text, graph_to_text)
VALUE_COMPARISON_FUNCTIONS(graph, graph_from_datum, record_value_compare)

/*
 * Binary form: format version (byte), number of nodes (int32), for each the length and bytes
 * of its name; then for each node its number of targets (int32, -1 if it is not given) and
 * their numbers (int32, from 0).
 */
Datum
vsm_graph_recv(PG_FUNCTION_ARGS)
{
	StringInfo	buf = (StringInfo) PG_GETARG_POINTER(0);
	RecordState *state = graph_state_new();
	uint32		num_nodes;
	uint32	   *numbers;
	bool	   *used;

	value_begin_receive(buf, "vsm.graph", GRAPH_VERSION);

	/* Each node has a number of targets, too. */
	numbers = name_table_receive(buf, &state, 4, "graph", &num_nodes);
	used = palloc0((Size) num_nodes + 1);
	for (uint32 node = 0; node < num_nodes; node++)
	{
		int32		num_targets = pq_getmsgint(buf, 4);

		if (num_targets < -1 || num_targets > (buf->len - buf->cursor) / 4)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
					 errmsg("invalid number of targets in binary graph: %d", num_targets)));
		if (num_targets >= 0)
			used[node] = true;
		if (num_targets == 0)
			graph_state_add(&state, numbers[node], NO_NAME);
		for (int32 i = 0; i < num_targets; i++)
		{
			uint32		target = pq_getmsgint(buf, 4);

			if (target >= num_nodes)
				ereport(ERROR,
						(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
						 errmsg("invalid target in binary graph: %u", target),
						 errdetail("There is no node of that number.")));
			graph_state_add(&state, numbers[node], numbers[target]);
			used[target] = true;
		}
		if ((node & 0xffff) == 0)
			CHECK_FOR_INTERRUPTS();
	}
	for (uint32 node = 0; node < num_nodes; node++)
	{
		if (!used[node])
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
					 errmsg("unused name in binary graph"),
					 errdetail("Each name is that of a given node or of a target.")));
	}
	PG_RETURN_POINTER(graph_from_state(state));
}

Datum
vsm_graph_send(PG_FUNCTION_ARGS)
{
	GraphReader reader;
	StringInfoData buf;

	graph_open(&reader, PG_GETARG_GRAPH(0));
	value_begin_send(&buf, GRAPH_VERSION);
	name_table_send(&buf, &reader.names);
	for (uint32 node = 0; node < reader.num_nodes; node++)
	{
		uint32		begin = reader.edge_starts[node];
		uint32		end = reader.edge_starts[node + 1];

		pq_sendint32(&buf, graph_is_given(&reader, node) ? (int32) (end - begin) : -1);
		for (uint32 edge = begin; edge < end; edge++)
			pq_sendint32(&buf, reader.edge_targets[edge]);
		if ((node & 0xffff) == 0)
			CHECK_FOR_INTERRUPTS();
	}
	PG_RETURN_BYTEA_P(pq_endtypsend(&buf));
}
