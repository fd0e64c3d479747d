/*
 * ancestry.h
 *		Which release first contained a commit, by walking from releases to ancestors.
 */
#ifndef VSM_ANCESTRY_H
#define VSM_ANCESTRY_H

#include "correlation/graph.h"

/*
 * A walk over a history in which each commit is claimed once, by the first that comes. Edges
 * lead from a commit to its parents. Claims are numbers from 1 to ANCESTRY_MAX_CLAIM.
 */
typedef struct AncestryWalk AncestryWalk;

#define ANCESTRY_MAX_CLAIM	(PG_UINT32_MAX - 1)

/* A walk with nothing claimed, in the current memory context. */
extern AncestryWalk *ancestry_begin(const GraphReader *history);

/*
 * Claims a commit and all its ancestors that nobody has claimed: linear in those and their
 * edges. A commit that is its own ancestor: 22023.
 */
extern void ancestry_claim(AncestryWalk *walk, uint32 commit, uint32 claim);

/* Goes through all commits not claimed, so that every cycle is found; they stay unclaimed. */
extern void ancestry_check_rest(AncestryWalk *walk);

/* Who claimed the commit, or 0. */
extern uint32 ancestry_claim_of(const AncestryWalk *walk, uint32 commit);

/* Forgets all claims. */
extern void ancestry_reset(AncestryWalk *walk);

#endif							/* VSM_ANCESTRY_H */
