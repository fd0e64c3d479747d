/*
 * reach.c
 *		What can be reached in a graph, and what hangs together.
 */
#include "postgres.h"

#include "base/compat.h"
#include "correlation/reach.h"
#include "miscadmin.h"

ReachSearch *
reach_begin(const GraphReader *edges)
{
	ReachSearch *search = palloc0(sizeof(ReachSearch));
	Size		size = sizeof(uint32) * ((Size) edges->num_nodes + 1);

	search->edges = edges;
	search->reached = palloc_extended(size, MCXT_ALLOC_HUGE);
	search->hops = palloc_extended(size, MCXT_ALLOC_HUGE);
	search->via = palloc_extended(size, MCXT_ALLOC_HUGE);
	search->seen_by = palloc_extended(size, MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	return search;
}

void
reach_from(ReachSearch *search, uint32 root, uint32 max_hops)
{
	const GraphReader *edges = search->edges;

	search->search++;
	search->num_reached = 1;
	search->reached[0] = root;
	search->hops[root] = 0;
	search->via[root] = NO_NAME;
	search->seen_by[root] = search->search;

	/* reached is the queue as well: those behind next are not expanded yet. */
	for (uint32 next = 0; next < search->num_reached; next++)
	{
		uint32		node = search->reached[next];
		uint32		hops = search->hops[node];

		if (hops >= max_hops)
			break;
		CHECK_FOR_INTERRUPTS();
		for (uint32 edge = edges->edge_starts[node]; edge < edges->edge_starts[node + 1]; edge++)
		{
			uint32		target = edges->edge_targets[edge];

			if (search->seen_by[target] != search->search)
			{
				search->seen_by[target] = search->search;
				search->hops[target] = hops + 1;
				search->via[target] = node;
				search->reached[search->num_reached++] = target;
			}
			else if (search->hops[target] == hops + 1 &&
					 name_table_compare(&edges->names, node, search->via[target]) < 0)
				search->via[target] = node; /* an equally short path; its last node is smaller */
		}
	}
}

/* The node that stands for all that are known to hang together with this one. */
static inline uint32
find_root(uint32 *parent, uint32 node)
{
	while (parent[node] != node)
	{
		parent[node] = parent[parent[node]];	/* halves the way for the next time */
		node = parent[node];
	}
	return node;
}

uint32 *
find_components(const GraphReader *edges)
{
	Size		size = sizeof(uint32) * ((Size) edges->num_nodes + 1);
	uint32	   *parent = palloc_extended(size, MCXT_ALLOC_HUGE);
	uint32	   *smallest = palloc_extended(size, MCXT_ALLOC_HUGE);

	/* Union-find; the root is the lowest node, so that a parent is never above its child. */
	for (uint32 node = 0; node < edges->num_nodes; node++)
		parent[node] = node;
	for (uint32 node = 0; node < edges->num_nodes; node++)
	{
		for (uint32 edge = edges->edge_starts[node]; edge < edges->edge_starts[node + 1]; edge++)
		{
			uint32		a = find_root(parent, node);
			uint32		b = find_root(parent, edges->edge_targets[edge]);

			if (a < b)
				parent[b] = a;
			else
				parent[a] = b;
		}
		if ((node & 0xfff) == 0)
			CHECK_FOR_INTERRUPTS();
	}
	for (uint32 node = 0; node < edges->num_nodes; node++)
		parent[node] = parent[parent[node]];

	/* The first of each component in the order of names gives it the name. */
	memset(smallest, 0xff, size);
	for (uint32 i = 0; i < edges->num_nodes; i++)
	{
		uint32		node = name_table_nth(&edges->names, i);

		if (smallest[parent[node]] == NO_NAME)
			smallest[parent[node]] = node;
		if ((i & 0xffff) == 0)
			CHECK_FOR_INTERRUPTS();
	}
	for (uint32 node = 0; node < edges->num_nodes; node++)
		parent[node] = smallest[parent[node]];
	pfree(smallest);
	return parent;
}
