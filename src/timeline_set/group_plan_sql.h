/*
 * group_plan_sql.h
 *		GROUP BY and vsm.timelines on a set of timelines: what the planner's part (group_plan_sql.c) tells the
 *		executor's (group_node_sql.c).
 */
#ifndef VSM_GROUP_PLAN_SQL_H
#define VSM_GROUP_PLAN_SQL_H

#include "nodes/execnodes.h"
#include "nodes/extensible.h"
#include "nodes/parsenodes.h"

/* How the node is called in EXPLAIN, and by parallel workers that read a plan. */
#define GROUP_NODE_NAME		"vsm_group"

/* What the node knows of a group beside its timeline. */
typedef enum GroupSummary
{
	SUMMARY_ROWS,				/* count(*) */
	SUMMARY_TIMES,				/* count(at) */
	SUMMARY_STATES,				/* count(state) */
	SUMMARY_FIRST,				/* min(at) */
	SUMMARY_LAST				/* max(at) */
} GroupSummary;

/*
 * The plan of a node. custom_scan_tlist has what it groups by, then the aggregate, then summaries;
 * custom_plans has the child; custom_private has these lists of integers. Where the answer is the set
 * itself custom_scan_tlist has the aggregate alone, and there is the last list.
 */
typedef enum GroupPlanPrivate
{
	GROUP_PLAN_COLUMNS,			/* of the child: each key's, the time's, the state's */
	GROUP_PLAN_NUM_GROUP_KEYS,	/* of GROUP BY; further keys are columns that depend on them */
	GROUP_PLAN_SUMMARIES,
	GROUP_PLAN_ITEM_TYPE		/* the OID of the type of the item's column */
} GroupPlanPrivate;

extern const CustomScanMethods group_node_methods;

/* The setting vsm.enable_group_plan, by which other plans for sets are switched, too. */
extern bool enable_group_plan;

/* Refuses (42501) a role that may not call a function. */
extern void group_check_execute(Oid function, Oid role, ObjectType type);

/* Whether that is a node whose only row is the set. */
extern bool group_node_is_set(const PlanState *state);

#endif							/* VSM_GROUP_PLAN_SQL_H */
