/*
 * graph.h
 *		A directed graph over names as one value: commits and their parents, links between things.
 *
 * The value is a set of nodes and a set of edges, canonical: equal sets are equal bytes. Nodes
 * are numbered as a depth-first walk along the edges comes to them, so that what is linked lies
 * close together: a walk through a history of a million commits then reads memory nearly in
 * order. The edges of a node lie together, by the names of their targets. A node is *given* if it
 * stood as a source, with or without edges; a node that is only a target of others is not: in a
 * history it is a commit that somebody names as a parent and nobody has.
 */
#ifndef VSM_GRAPH_H
#define VSM_GRAPH_H

#include "base/name_table.h"

#define GRAPH_VERSION		1

/* Of the value and of the state of the aggregate. */
extern const FlatFormat graph_format;
extern const FlatFormat graph_state_format;

/* Records of the state: source and target, or NO_NAME for a node that is given. */
#define GRAPH_RECORD_WORDS	2
#define GRAPH_NAME_MASK		3

/*
 * The stored value: behind this header edge_starts (num_nodes + 1 words), edge_targets
 * (num_edges words), by_name (the nodes in byte order of names, num_nodes words), the bits of
 * given nodes (in words) and the table of names.
 */
typedef struct Graph
{
	FlatState	head;
	uint32		num_nodes;
	uint32		num_edges;
} Graph;

/* A graph in place, opened by graph_open. */
typedef struct GraphReader
{
	uint32		num_nodes;
	uint32		num_edges;
	const uint32 *edge_starts;	/* edges of node i: edge_targets[edge_starts[i] .. edge_starts[i + 1]) */
	const uint32 *edge_targets;
	const uint32 *given;
	NameTable	names;			/* a node's place is its number */
} GraphReader;

/* Opens a value of the format above; it must outlive the reader. */
extern void graph_open(GraphReader *reader, const Graph *graph);

/* Whether a node stood as a source; see above. */
static inline bool
graph_is_given(const GraphReader *reader, uint32 node)
{
	return (reader->given[node / 32] >> (node % 32)) & 1;
}

/* Building: a state, what is added to it, and the canonical value. 54000 beyond 1 GB. */
extern RecordState *graph_state_new(void);
extern void graph_state_add(RecordState **state, uint32 source, uint32 target);
extern void graph_state_add_graph(RecordState **state, const Graph *graph);
extern Graph *graph_from_state(const RecordState *state);

#endif							/* VSM_GRAPH_H */
