/*
 * group_plan_sql.c
 *		GROUP BY with vsm.timeline(at, state), planned on a set of timelines.
 *
 * A hook adds a path to the planner's own for queries of this class: one or more keys, each of a
 * type whose equal values have equal bytes, and no aggregate but one vsm.timeline(at, state), used as
 * often as one likes. All other queries are left alone.
 *
 * The library need not be preloaded: the planner asks the aggregate's transition function for its
 * cost, by the support function below, before it looks at the hook. So the hook is there in time,
 * and knows the transition function's OID; a query without it costs a comparison.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/nbtree.h"
#include "base/compat.h"
#include "catalog/pg_aggregate.h"
#include "catalog/pg_type.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "nodes/supportnodes.h"
#include "optimizer/clauses.h"
#include "optimizer/cost.h"
#include "optimizer/optimizer.h"
#include "optimizer/pathnode.h"
#include "optimizer/plancat.h"
#include "optimizer/planner.h"
#include "optimizer/prep.h"
#include "optimizer/tlist.h"
#include "parser/parsetree.h"
#include "timeline_set/group_plan_sql.h"
#include "timeline_set/timeline_set.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/selfuncs.h"
#include "utils/syscache.h"
#include "utils/typcache.h"

PG_FUNCTION_INFO_V1(vsm_group_plan_support);

/* Exported, as where they are defined: otherwise SQL would not find them any more. */
extern PGDLLEXPORT Datum vsm_timeline_add_event(PG_FUNCTION_ARGS);
extern PGDLLEXPORT Datum vsm_timeline_finish(PG_FUNCTION_ARGS);

extern PGDLLEXPORT void _PG_init(void);

/* Costs beside those of core's aggregation: to begin with, and of a row compared with a transition. */
#define BEGIN_COST			0.5
#define ROW_COST_FACTOR		0.4

static bool enable_group_plan = true;
static create_upper_paths_hook_type previous_hook;

/* The transition function of vsm.timeline(at, state), once the planner has asked for it. */
static Oid	add_event_function = InvalidOid;

/* What of a query the node needs. */
typedef struct GroupQuery
{
	List	   *keys;			/* expressions: those of GROUP BY, then columns that depend on them */
	int			num_group_keys;
	Aggref	   *aggref;
} GroupQuery;

/*----------
 * Which queries.
 *----------
 */

/* The planner wants to know what a call costs: that is as declared, but now it is told who asks. */
Datum
vsm_group_plan_support(PG_FUNCTION_ARGS)
{
	Node	   *request = (Node *) PG_GETARG_POINTER(0);

	if (IsA(request, SupportRequestCost))
		add_event_function = ((SupportRequestCost *) request)->funcid;
	PG_RETURN_POINTER(NULL);
}

/* Whether that is a function of this library, called without anything in between. */
static bool
is_function(Oid oid, PGFunction function)
{
	FmgrInfo	info;

	if (!OidIsValid(oid))
		return false;
	fmgr_info(oid, &info);
	return info.fn_addr == function;
}

/* Whether an aggregate's result is that of vsm_timeline_add_event and vsm_timeline_finish alone. */
static bool
makes_timelines(Oid aggregate)
{
	HeapTuple	tuple = SearchSysCache1(AGGFNOID, ObjectIdGetDatum(aggregate));
	Form_pg_aggregate form;
	bool		initial_is_null;
	bool		result;

	if (!HeapTupleIsValid(tuple))
		return false;
	form = (Form_pg_aggregate) GETSTRUCT(tuple);
	(void) SysCacheGetAttr(AGGFNOID, tuple, Anum_pg_aggregate_agginitval, &initial_is_null);
	result = form->aggkind == AGGKIND_NORMAL && initial_is_null && !form->aggfinalextra &&
		is_function(form->aggtransfn, vsm_timeline_add_event) &&
		is_function(form->aggfinalfn, vsm_timeline_finish);
	ReleaseSysCache(tuple);
	return result;
}

static bool
is_timeline_aggregate(const Aggref *aggref)
{
	return aggref->aggsplit == AGGSPLIT_SIMPLE && aggref->agglevelsup == 0 &&
		aggref->aggkind == AGGKIND_NORMAL && !aggref->aggvariadic &&
		aggref->aggdirectargs == NIL && aggref->aggorder == NIL &&
		aggref->aggdistinct == NIL && aggref->aggfilter == NULL &&
		list_length(aggref->args) == 2 &&
		exprType((Node *) linitial_node(TargetEntry, aggref->args)->expr) == TIMESTAMPTZOID &&
		!contain_subplans((Node *) aggref->args) &&
		makes_timelines(aggref->aggfnoid);
}

/* Whether values of an expression can be kept as their bytes. */
static bool
has_bytes(const Node *expr)
{
	Oid			type = exprType(expr);

	/* A C string has no length, and who knows what a pseudotype is. */
	return get_typlen(type) != -2 && get_typtype(type) != TYPTYPE_PSEUDO;
}

/*
 * Whether values of an expression are equal, as GROUP BY has it, if and only if they have the same
 * bytes. That is what an index asks before it keeps equal keys once; but strings of type character
 * are equal whatever blanks they end with.
 */
static bool
is_equal_image(Node *expr, Oid equality)
{
	Oid			type = exprType(expr);
	Oid			collation = exprCollation(expr);
	TypeCacheEntry *cache;
	Oid			procedure;

	if (!has_bytes(expr) || getBaseType(type) == BPCHAROID)
		return false;
	cache = lookup_type_cache(type, TYPECACHE_BTREE_OPFAMILY | TYPECACHE_EQ_OPR);
	if (!OidIsValid(cache->btree_opf) || cache->eq_opr != equality)
		return false;
	if (!OidIsValid(collation) && type_is_collatable(type))
		return false;
	procedure = get_opfamily_proc(cache->btree_opf, cache->btree_opintype, cache->btree_opintype,
								  BTEQUALIMAGE_PROC);
	return OidIsValid(procedure) &&
		DatumGetBool(OidFunctionCall1Coll(procedure, collation, ObjectIdGetDatum(cache->btree_opintype)));
}

/*
 * Looks at what is computed of a group: keys and the aggregate, or more of them; returns true if
 * the node cannot do it. A column that is no key is one that depends on keys, such as those of a table
 * grouped by its primary key: it is the same in all rows of a group.
 */
static bool
is_beyond(Node *node, void *context)
{
	GroupQuery *query = context;

	if (node == NULL || list_member(query->keys, node))
		return false;
	switch (nodeTag(node))
	{
		case T_Aggref:
			if (query->aggref != NULL)
				return !equal(query->aggref, node);
			query->aggref = (Aggref *) node;
			return !is_timeline_aggregate(query->aggref);
		case T_Var:
			if (((Var *) node)->varlevelsup != 0)
				return true;
			break;
		case T_PlaceHolderVar:
			if (((PlaceHolderVar *) node)->phlevelsup != 0)
				return true;
			break;
		case T_GroupingFunc:
		case T_WindowFunc:
			return true;
		default:
			return expression_tree_walker(node, is_beyond, context);
	}
	if (!has_bytes(node))
		return true;
	query->keys = lappend(query->keys, node);
	return false;
}

/* Whether a query, or the part of it that concerns one partition, is of the class. */
static bool
read_query(PlannerInfo *root, const RelOptInfo *output_rel, const GroupPathExtraData *extra, GroupQuery *query)
{
	ListCell   *cell;

	memset(query, 0, sizeof(GroupQuery));
	foreach(cell, root->parse->groupClause)
	{
		SortGroupClause *clause = lfirst_node(SortGroupClause, cell);
		Node	   *key = get_sortgroupclause_expr(clause, extra->targetList);

		if (contain_volatile_functions(key) || contain_subplans(key) || expression_returns_set(key) ||
			!is_equal_image(key, clause->eqop))
			return false;
		query->keys = lappend(query->keys, key);
	}
	query->num_group_keys = list_length(query->keys);
	if (is_beyond((Node *) output_rel->reltarget->exprs, query) || is_beyond(extra->havingQual, query))
		return false;
	return query->aggref != NULL;
}

/*----------
 * Paths.
 *----------
 */

static Plan *make_plan(PlannerInfo *root, RelOptInfo *rel, CustomPath *path, List *tlist, List *clauses, List *plans);

static const CustomPathMethods path_methods = {
	.CustomName = GROUP_NODE_NAME,
	.PlanCustomPath = make_plan
};

/* What a path carries until it becomes a plan: a list of these. */
typedef enum PathPrivate
{
	PATH_SCAN_TLIST,
	PATH_HAVING,
	PATH_COLUMNS,
	PATH_NUM_GROUP_KEYS
} PathPrivate;

/* An argument without casts that leave its bytes as they are. */
static Expr *
same_bytes(Expr *expr)
{
	while (IsA(expr, RelabelType))
		expr = ((RelabelType *) expr)->arg;
	return expr;
}

/* The columns of a target that have these expressions; NIL if not all of them are there. */
static List *
find_columns(const PathTarget *target, const List *exprs)
{
	List	   *columns = NIL;
	ListCell   *cell;

	foreach(cell, exprs)
	{
		int			column = 0;
		ListCell   *other;

		foreach(other, target->exprs)
		{
			column++;
			if (equal(lfirst(cell), lfirst(other)))
				break;
		}
		if (other == NULL)
			return NIL;
		columns = lappend_int(columns, column);
	}
	return columns;
}

/*
 * All columns of a table as they are stored, where an input is a scan of it that has those that are
 * asked for: so that nothing is computed of a row. Fails where a column is not stored.
 */
static List *
stored_columns(PlannerInfo *root, const Path *input)
{
	RelOptInfo *rel = input->parent;
	Oid			table;
	List	   *columns = NIL;
	ListCell   *cell;

	if (rel->reloptkind != RELOPT_BASEREL || rel->rtekind != RTE_RELATION ||
		(input->pathtype != T_SeqScan && input->pathtype != T_IndexScan && input->pathtype != T_BitmapHeapScan) ||
		IsA(input, ProjectionPath))
		return NIL;
	table = planner_rt_fetch(rel->relid, root)->relid;
	foreach(cell, build_physical_tlist(root, rel))
	{
		Var		   *var = (Var *) lfirst_node(TargetEntry, cell)->expr;

		if (!IsA(var, Var) || vsm_is_virtual(get_attgenerated(table, var->varattno)))
			return NIL;
		columns = lappend(columns, var);
	}
	return columns;
}

/*
 * What feeds the node: the input as it is, if it has the columns that the node reads, or a projection
 * of it that has nothing else.
 */
static Path *
make_child(PlannerInfo *root, Path *input, const GroupQuery *query, List **columns)
{
	List	   *exprs = list_copy(query->keys);
	PathTarget *target;
	ListCell   *cell;

	foreach(cell, query->aggref->args)
		exprs = lappend(exprs, same_bytes(lfirst_node(TargetEntry, cell)->expr));
	target = create_empty_pathtarget();
	target->exprs = stored_columns(root, input);
	*columns = find_columns(target, exprs);
	if (*columns == NIL)
	{
		*columns = find_columns(input->pathtarget, exprs);
		if (*columns != NIL)
			return input;
		target->exprs = exprs;
		for (int i = 1; i <= list_length(exprs); i++)
			*columns = lappend_int(*columns, i);
	}
	set_pathtarget_cost_width(root, target);
	return (Path *) create_projection_path(root, input->parent, input, target);
}

/* What the node emits, before it computes anything of that: the keys and the aggregate. */
static List *
scan_tlist(const GroupQuery *query)
{
	List	   *tlist = NIL;
	ListCell   *cell;

	foreach(cell, query->keys)
		tlist = lappend(tlist, makeTargetEntry(lfirst(cell), list_length(tlist) + 1, NULL, false));
	return lappend(tlist, makeTargetEntry((Expr *) query->aggref, list_length(tlist) + 1, NULL, false));
}

/* The costs, as cost_agg has those of hashing. */
static void
cost_path(PlannerInfo *root, CustomPath *path, const Path *child, const GroupQuery *query, List *having)
{
	AggClauseCosts costs = {0};
	double		rows = clamp_row_est(child->rows);
	List	   *group_keys = list_copy_head(query->keys, query->num_group_keys);
	double		groups = estimate_num_groups(root, group_keys, rows, NULL, NULL);
	double		bytes = rows * (SET_NUMBER_RECORD + Max(child->pathtarget->width - SET_NUMBER_RECORD, 0) / 2.0);
	Cost		startup = child->total_cost + BEGIN_COST;
	Cost		total;
	QualCost	qual_cost;

	get_agg_clause_costs(root, AGGSPLIT_SIMPLE, &costs);
	startup += costs.transCost.startup + costs.finalCost.startup +
		rows * ROW_COST_FACTOR * (costs.transCost.per_tuple + cpu_operator_cost * query->num_group_keys);
	total = startup + groups * (costs.finalCost.per_tuple + cpu_tuple_cost);
	if (bytes > get_hash_memory_limit())
	{
		startup += seq_page_cost * bytes / BLCKSZ;
		total += 2 * seq_page_cost * bytes / BLCKSZ;
	}
	path->path.rows = groups;
	if (having != NIL)
	{
		cost_qual_eval(&qual_cost, having, root);
		startup += qual_cost.startup;
		total += qual_cost.startup + groups * qual_cost.per_tuple;
		path->path.rows = clamp_row_est(groups * clauselist_selectivity(root, having, 0, JOIN_INNER, NULL));
	}
	path->path.startup_cost = startup + path->path.pathtarget->cost.startup;
	path->path.total_cost = total + path->path.pathtarget->cost.startup +
		path->path.pathtarget->cost.per_tuple * path->path.rows;
}

static void
add_group_path(PlannerInfo *root, RelOptInfo *input_rel, RelOptInfo *output_rel, const GroupPathExtraData *extra)
{
	GroupQuery	query;
	CustomPath *path;
	Path	   *child;
	List	   *columns;
	List	   *having;

	if (!read_query(root, output_rel, extra, &query))
		return;
	child = make_child(root, input_rel->cheapest_total_path, &query, &columns);
	having = (List *) extra->havingQual;
	path = makeNode(CustomPath);
	path->path.pathtype = T_CustomScan;
	path->path.parent = output_rel;
	path->path.pathtarget = output_rel->reltarget;
	path->path.parallel_safe = output_rel->consider_parallel && child->parallel_safe;
	path->path.parallel_workers = child->parallel_workers;
	vsm_copy_disabled_nodes(&path->path, child);
	path->flags = CUSTOMPATH_SUPPORT_PROJECTION;
	path->custom_paths = list_make1(child);
	path->custom_private = list_make4(scan_tlist(&query), having, columns,
									  list_make1_int(query.num_group_keys));
	path->methods = &path_methods;
	cost_path(root, path, child, &query, having);
	add_path(output_rel, &path->path);
}

static void
group_paths_hook(PlannerInfo *root, UpperRelationKind stage, RelOptInfo *input_rel, RelOptInfo *output_rel, void *extra)
{
	/*
	 * Of a query that has been asked about just now, all the rest. Its aggregates are known by their
	 * transition functions; there is one, whatever is computed of it.
	 */
	if (stage == UPPERREL_GROUP_AGG && OidIsValid(add_event_function) && enable_group_plan &&
		list_length(root->aggtransinfos) == 1 &&
		((AggTransInfo *) linitial(root->aggtransinfos))->transfn_oid == add_event_function &&
		root->parse->groupClause != NIL && root->parse->groupingSets == NIL &&
		((GroupPathExtraData *) extra)->patype != PARTITIONWISE_AGGREGATE_PARTIAL &&
		input_rel->cheapest_total_path != NULL)
		add_group_path(root, input_rel, output_rel, extra);

	/* Others wrap the paths that they find, so ours is there by now. */
	if (previous_hook != NULL)
		previous_hook(root, stage, input_rel, output_rel, extra);
}

/* A plan of a path; what the path is above is planned by now. */
static Plan *
make_plan(PlannerInfo *root, RelOptInfo *rel, CustomPath *path, List *tlist, List *clauses, List *plans)
{
	CustomScan *plan = makeNode(CustomScan);

	plan->scan.plan.targetlist = tlist;
	plan->scan.plan.qual = list_nth(path->custom_private, PATH_HAVING);
	plan->flags = path->flags;
	plan->custom_plans = plans;
	plan->custom_private = list_make2(list_nth(path->custom_private, PATH_COLUMNS),
									  list_nth(path->custom_private, PATH_NUM_GROUP_KEYS));
	plan->custom_scan_tlist = list_nth(path->custom_private, PATH_SCAN_TLIST);
	plan->methods = &group_node_methods;
	return &plan->scan.plan;
}

/*
 * When the library is loaded.
 */
void
_PG_init(void)
{
	DefineCustomBoolVariable("vsm.enable_group_plan",
							 "Enables the planner's use of GROUP BY with vsm.timeline(at, state) on a set of timelines.",
							 NULL, &enable_group_plan, true, PGC_USERSET, GUC_EXPLAIN, NULL, NULL, NULL);
	MarkGUCPrefixReserved("vsm");
	RegisterCustomScanMethods(&group_node_methods);
	previous_hook = create_upper_paths_hook;
	create_upper_paths_hook = group_paths_hook;
}
