/*
 * reach.h
 *		What can be reached in a graph, and what hangs together.
 */
#ifndef VSM_REACH_H
#define VSM_REACH_H

#include "correlation/graph.h"

/* A breadth-first search that can be run from many roots, one after the other. */
typedef struct ReachSearch
{
	const GraphReader *edges;
	uint32		num_reached;
	uint32	   *reached;		/* nodes by distance from the root, the root first */
	uint32	   *hops;			/* by node; valid for reached ones */
	uint32	   *via;			/* by node: smallest predecessor on a shortest path; NO_NAME for the root */
	uint32	   *seen_by;		/* by node: number of the search that reached it */
	uint32		search;
} ReachSearch;

/* A search in edges, which must outlive it; in the current memory context. */
extern ReachSearch *reach_begin(const GraphReader *edges);

/*
 * Finds what is at most max_hops edges away from the root, along the edges: linear in the nodes
 * reached and their edges. The results of the search before are overwritten.
 */
extern void reach_from(ReachSearch *search, uint32 root, uint32 max_hops);

/*
 * For each node the one with the smallest name that it hangs together with, edges taken in both
 * directions: an array of num_nodes.
 */
extern uint32 *find_components(const GraphReader *edges);

#endif							/* VSM_REACH_H */
