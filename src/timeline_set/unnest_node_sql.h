/*
 * unnest_node_sql.h
 *		FROM vsm.unnest(set), as a node of plans of its own.
 */
#ifndef VSM_UNNEST_NODE_SQL_H
#define VSM_UNNEST_NODE_SQL_H

#include "postgres_ext.h"

/* Registers the node, and the hook that plans it. */
extern void unnest_node_init(void);

/* Notes a function that the planner has asked about: it may be vsm.unnest. */
extern void unnest_node_note(Oid function);

#endif							/* VSM_UNNEST_NODE_SQL_H */
