/*
 * graph.c
 *		A directed graph over names as one value: its bytes, and how they are made.
 */
#include "postgres.h"

#include "base/compat.h"
#include "correlation/graph.h"
#include "miscadmin.h"
#include "utils/memutils.h"

const FlatFormat graph_format = {"vsm.graph", GRAPH_KIND, GRAPH_VERSION};
const FlatFormat graph_state_format = {"vsm.graph", GRAPH_STATE_KIND, GRAPH_VERSION};

/* The rank of a target's name, to sort the edges of a node by. */
#define ST_SORT sort_targets
#define ST_ELEMENT_TYPE uint32
#define ST_COMPARE_ARG_TYPE const uint32
#define ST_COMPARE(a, b, rank) (rank[*(a)] < rank[*(b)] ? -1 : rank[*(a)] > rank[*(b)])
#define ST_SCOPE static
#define ST_DEFINE
#include "lib/sort_template.h"

/* A node on the path of a depth-first walk, and its edge that comes next. */
typedef struct Step
{
	uint32		node;
	uint32		next_edge;
} Step;

static inline Size
given_words(uint32 num_nodes)
{
	return ((Size) num_nodes + 31) / 32;
}

void
graph_open(GraphReader *reader, const Graph *graph)
{
	const uint32 *words = (const uint32 *) (graph + 1);
	const uint32 *by_name;

	reader->num_nodes = graph->num_nodes;
	reader->num_edges = graph->num_edges;
	reader->edge_starts = words;
	words += (Size) graph->num_nodes + 1;
	reader->edge_targets = words;
	words += graph->num_edges;
	by_name = words;
	words += graph->num_nodes;
	reader->given = words;
	words += given_words(graph->num_nodes);
	name_table_open(&reader->names, (const char *) words, by_name);
}

RecordState *
graph_state_new(void)
{
	return record_state_new(&graph_state_format, GRAPH_RECORD_WORDS);
}

void
graph_state_add(RecordState **state, uint32 source, uint32 target)
{
	uint32		record[GRAPH_RECORD_WORDS];

	record[0] = source;
	record[1] = target;
	record_state_add(state, record);
}

void
graph_state_add_graph(RecordState **state, const Graph *graph)
{
	GraphReader reader;
	uint32	   *numbers;

	graph_open(&reader, graph);
	numbers = name_table_add_to(&reader.names, state);
	for (uint32 node = 0; node < reader.num_nodes; node++)
	{
		if (graph_is_given(&reader, node) &&
			reader.edge_starts[node] == reader.edge_starts[node + 1])
			graph_state_add(state, numbers[node], NO_NAME);
		for (uint32 edge = reader.edge_starts[node]; edge < reader.edge_starts[node + 1]; edge++)
			graph_state_add(state, numbers[node], numbers[reader.edge_targets[edge]]);
		if ((node & 0xffff) == 0)
			CHECK_FOR_INTERRUPTS();
	}
	pfree(numbers);
}

/* The edges of a state by source; nodes have their numbers in the state. */
typedef struct StateEdges
{
	uint32		num_edges;
	uint32	   *starts;			/* num_nodes + 1 */
	uint32	   *targets;		/* each once, by name */
} StateEdges;

static void
collect_edges(StateEdges *edges, const RecordState *state, const uint32 *rank)
{
	const uint32 *records = record_state_records(state);
	uint32		num_nodes = state->num_names;
	uint32	   *starts = palloc_extended(sizeof(uint32) * ((Size) num_nodes + 2),
										 MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	uint32	   *targets = palloc_extended(sizeof(uint32) * ((Size) state->num_records + 1), MCXT_ALLOC_HUGE);
	uint32		begin = 0;
	uint32		written = 0;

	/* Counting sort by source: starts[i + 1] is the next place for node i, in the end its end. */
	starts++;
	for (Size i = 0; i < state->num_records; i++)
	{
		if (records[2 * i + 1] != NO_NAME)
			starts[records[2 * i] + 1]++;
	}
	for (uint32 node = 0; node < num_nodes; node++)
		starts[node + 1] += starts[node];
	CHECK_FOR_INTERRUPTS();
	for (Size i = state->num_records; i-- > 0;)
	{
		if (records[2 * i + 1] != NO_NAME)
			targets[starts[records[2 * i]]++] = records[2 * i + 1];
	}
	starts--;

	/* Each edge once. */
	for (uint32 node = 0; node < num_nodes; node++)
	{
		uint32		end = starts[node + 1];
		uint32		first = written;

		if (end - begin > 1)
			sort_targets(targets + begin, end - begin, rank);
		for (uint32 edge = begin; edge < end; edge++)
		{
			if (written == first || targets[written - 1] != targets[edge])
				targets[written++] = targets[edge];
		}
		begin = end;
		starts[node + 1] = written;
		if ((node & 0xffff) == 0)
			CHECK_FOR_INTERRUPTS();
	}
	edges->num_edges = written;
	edges->starts = starts;
	edges->targets = targets;
}

/*
 * Numbers the nodes as a depth-first walk comes to them: from the nodes to which no edge leads
 * (the newest commits), by name, then from what is left (circles), by name; along the edges of
 * a node by name. Only the sets of names and edges decide, so the numbering is canonical.
 * Returns the place of each node by its number in the state.
 */
static uint32 *
walk_order(const StateEdges *edges, const NameOrder *names)
{
	uint32		num_nodes = names->num_names;
	uint32	   *place = palloc_extended(sizeof(uint32) * ((Size) num_nodes + 1), MCXT_ALLOC_HUGE);
	bool	   *is_target = palloc_extended((Size) num_nodes + 1, MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	uint32		max_path = 1024;
	Step	   *path = palloc(sizeof(Step) * max_path);
	uint32		next_place = 0;

	memset(place, 0xff, sizeof(uint32) * (Size) num_nodes);
	for (uint32 edge = 0; edge < edges->num_edges; edge++)
		is_target[edges->targets[edge]] = true;
	for (int round = 0; round < 2 && next_place < num_nodes; round++)
	{
		for (uint32 i = 0; i < num_nodes; i++)
		{
			uint32		node = names->by_name[i];
			uint32		path_len = 0;

			if ((i & 0xffff) == 0)
				CHECK_FOR_INTERRUPTS();
			if ((round == 0 && is_target[node]) || place[node] != NO_NAME)
				continue;
			for (;;)
			{
				/* Number the node, and come back to it if it has an edge. */
				place[node] = next_place++;
				if (edges->starts[node] < edges->starts[node + 1])
				{
					if (path_len == max_path)
					{
						CHECK_FOR_INTERRUPTS();
						max_path *= 2;
						path = repalloc_huge(path, sizeof(Step) * (Size) max_path);
					}
					path[path_len].node = node;
					path[path_len++].next_edge = edges->starts[node];
				}

				/* The next node without a number; who has no further edge leaves the path first. */
				node = NO_NAME;
				while (path_len > 0 && node == NO_NAME)
				{
					Step	   *step = &path[path_len - 1];
					uint32		target = edges->targets[step->next_edge++];

					if (step->next_edge == edges->starts[step->node + 1])
						path_len--;
					if (place[target] == NO_NAME)
						node = target;
				}
				if (node == NO_NAME)
					break;
			}
		}
	}
	pfree(path);
	pfree(is_target);
	return place;
}

Graph *
graph_from_state(const RecordState *state)
{
	const uint32 *records = record_state_records(state);
	uint32		num_nodes = state->num_names;
	NameOrder	names;
	StateEdges	edges;
	uint32	   *place;
	Size		size;
	Graph	   *graph;
	uint32	   *starts;
	uint32	   *targets;
	uint32	   *by_name;
	uint32	   *given;

	name_order_init(&names, state);
	collect_edges(&edges, state, names.rank);
	place = walk_order(&edges, &names);

	size = sizeof(Graph) + name_table_size(&names) +
		sizeof(uint32) * ((Size) num_nodes + 1 + edges.num_edges + num_nodes + given_words(num_nodes));
	if (size > MaxAllocSize)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("graph is too large"),
				 errdetail("It would take %zu bytes; the limit is %zu.", size, (Size) MaxAllocSize)));
	graph = (Graph *) flat_state_new(size, size, &graph_format);
	graph->num_nodes = num_nodes;
	graph->num_edges = edges.num_edges;
	starts = (uint32 *) (graph + 1);
	targets = starts + num_nodes + 1;
	by_name = targets + edges.num_edges;
	given = by_name + num_nodes;

	for (uint32 node = 0; node < num_nodes; node++)
		starts[place[node] + 1] = edges.starts[node + 1] - edges.starts[node];
	for (uint32 i = 0; i < num_nodes; i++)
	{
		starts[i + 1] += starts[i];
		by_name[i] = place[names.by_name[i]];
	}
	CHECK_FOR_INTERRUPTS();
	for (uint32 node = 0; node < num_nodes; node++)
	{
		uint32		to = starts[place[node]];

		for (uint32 edge = edges.starts[node]; edge < edges.starts[node + 1]; edge++)
			targets[to++] = place[edges.targets[edge]];
	}
	for (Size i = 0; i < state->num_records; i++)
	{
		uint32		source = place[records[2 * i]];

		given[source / 32] |= (uint32) 1 << (source % 32);
	}
	name_table_write((char *) (given + given_words(num_nodes)), &names, state, place);

	pfree(place);
	pfree(edges.targets);
	pfree(edges.starts);
	pfree(names.by_name);
	pfree(names.rank);
	return graph;
}
