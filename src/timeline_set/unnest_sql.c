/*
 * unnest_sql.c
 *		What the planner wants to know of vsm.unnest: how many items there will be.
 */
#include "postgres.h"

#include "base/compat.h"
#include "nodes/nodeFuncs.h"
#include "nodes/pathnodes.h"
#include "nodes/supportnodes.h"
#include "optimizer/optimizer.h"
#include "optimizer/pathnode.h"
#include "optimizer/tlist.h"
#include "parser/parsetree.h"
#include "timeline_set/timeline_set_io.h"
#include "utils/selfuncs.h"

PG_FUNCTION_INFO_V1(vsm_unnest_support);

static double estimate_items(PlannerInfo *root, Node *set);

/* The rows that a query aggregates; 0 if that is not known. */
static double
input_rows(PlannerInfo *root)
{
	Relids		relids = vsm_all_relids(root);
	RelOptInfo *rel = NULL;
	int			relid;

	if (bms_get_singleton_member(relids, &relid))
		rel = root->simple_rel_array[relid];
	else if (!bms_is_empty(relids))
		rel = find_join_rel(root, relids);
	return rel != NULL ? rel->rows : 0;
}

/* The items of an aggregate vsm.timelines of a query: as many as groups, if it grouped by item. */
static double
estimate_aggregate(PlannerInfo *root, Aggref *aggref)
{
	Expr	   *item = linitial_node(TargetEntry, aggref->args)->expr;
	double		rows = input_rows(root);
	double		items;

	if (rows <= 0)
		return 0;
	items = estimate_num_groups(root, list_make1(item), rows, NULL, NULL);
	if (root->parse->groupClause != NIL)
		items /= estimate_num_groups(root,
									 get_sortgrouplist_exprs(root->parse->groupClause, root->parse->targetList),
									 rows, NULL, NULL);
	return clamp_row_est(items);
}

/* The items of a set that is a column of another query, which has been planned. */
static double
estimate_column(PlannerInfo *query, AttrNumber column)
{
	TargetEntry *entry = query == NULL ? NULL : get_tle_by_resno(query->parse->targetList, column);

	return entry == NULL ? 0 : estimate_items(query, (Node *) entry->expr);
}

/* The query of a CTE that is not inlined; it may be of an outer query. */
static PlannerInfo *
cte_query(PlannerInfo *root, const RangeTblEntry *rte)
{
	int			i = 0;
	ListCell   *cell;

	for (Index level = rte->ctelevelsup; level > 0 && root != NULL; level--)
		root = root->parent_root;
	if (root == NULL)
		return NULL;
	foreach(cell, root->parse->cteList)
	{
		if (strcmp(lfirst_node(CommonTableExpr, cell)->ctename, rte->ctename) == 0)
			break;
		i++;
	}
	if (cell == NULL || rte->self_reference || i >= list_length(root->cte_plan_ids) ||
		list_nth_int(root->cte_plan_ids, i) <= 0)
		return NULL;
	return list_nth(root->glob->subroots, list_nth_int(root->cte_plan_ids, i) - 1);
}

static double
estimate_var(PlannerInfo *root, const Var *var)
{
	RangeTblEntry *rte;

	if (var->varlevelsup != 0 || IS_SPECIAL_VARNO(var->varno) || var->varattno <= 0)
		return 0;
	rte = planner_rt_fetch(var->varno, root);
	if (rte->rtekind == RTE_SUBQUERY && root->simple_rel_array[var->varno] != NULL)
		return estimate_column(root->simple_rel_array[var->varno]->subroot, var->varattno);
	if (rte->rtekind == RTE_CTE)
		return estimate_column(cte_query(root, rte), var->varattno);
	return 0;
}

/* A scalar subquery has become a parameter that its plan sets. */
static double
estimate_param(PlannerInfo *root, const Param *param)
{
	ListCell   *cell;

	if (param->paramkind != PARAM_EXEC)
		return 0;
	foreach(cell, root->init_plans)
	{
		SubPlan    *plan = lfirst_node(SubPlan, cell);

		if (plan->subLinkType == EXPR_SUBLINK && list_member_int(plan->setParam, param->paramid))
			return estimate_column(list_nth(root->glob->subroots, plan->plan_id - 1), 1);
	}
	return 0;
}

/* How many items a set has; 0 if that is not known. */
static double
estimate_items(PlannerInfo *root, Node *set)
{
	if (IsA(set, Const))
	{
		if (((Const *) set)->constisnull)
			return 1;
		return clamp_row_est(DatumGetFlatTimelines(((Const *) set)->constvalue)->num_items);
	}
	if (root == NULL)
		return 0;
	if (IsA(set, Aggref) && ((Aggref *) set)->args != NIL)
		return estimate_aggregate(root, (Aggref *) set);
	if (IsA(set, Var))
		return estimate_var(root, (Var *) set);
	if (IsA(set, Param))
		return estimate_param(root, (Param *) set);
	return 0;
}

Datum
vsm_unnest_support(PG_FUNCTION_ARGS)
{
	Node	   *request = (Node *) PG_GETARG_POINTER(0);

	if (IsA(request, SupportRequestRows))
	{
		SupportRequestRows *rows = (SupportRequestRows *) request;

		if (is_funcclause(rows->node))
		{
			double		items = estimate_items(rows->root, linitial(((FuncExpr *) rows->node)->args));

			if (items > 0)
			{
				rows->rows = items;
				PG_RETURN_POINTER(rows);
			}
		}
	}
	PG_RETURN_POINTER(NULL);
}
