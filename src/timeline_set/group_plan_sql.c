/*
 * group_plan_sql.c
 *		GROUP BY with vsm.timeline(at, state), and vsm.timelines, planned on a set of timelines.
 *
 * A hook adds a path to the planner's own for queries of this class: one or more keys, each of a
 * type whose equal values have equal bytes, and one vsm.timeline(at, state), used as often as one
 * likes, with no other aggregate but count(*), count, min and max of the same at, and count of the
 * same state. So it does where vsm.timelines(item, at, state) is all that is computed of the rows of a
 * query: the node's answer is then the set. All other queries are left alone.
 *
 * The library need not be preloaded: the planner asks the aggregate's transition function for its
 * cost, by the support function below, before it looks at the hook. So the hook is there in time,
 * and knows the transition functions' OIDs; a query without them costs a few comparisons.
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
#include "timeline_set/unnest_node_sql.h"
#include "utils/fmgroids.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/selfuncs.h"
#include "utils/syscache.h"
#include "utils/typcache.h"

PG_FUNCTION_INFO_V1(vsm_group_plan_support);

/* Exported, as where they are defined: otherwise SQL would not find them any more. */
extern PGDLLEXPORT Datum vsm_timeline_add_event(PG_FUNCTION_ARGS);
extern PGDLLEXPORT Datum vsm_timeline_finish(PG_FUNCTION_ARGS);
extern PGDLLEXPORT Datum vsm_text_timelines_add(PG_FUNCTION_ARGS);
extern PGDLLEXPORT Datum vsm_bigint_timelines_add(PG_FUNCTION_ARGS);
extern PGDLLEXPORT Datum vsm_timelines_finish(PG_FUNCTION_ARGS);

extern PGDLLEXPORT void _PG_init(void);

/* Costs beside those of core's aggregation: to begin with, and of a row compared with a transition. */
#define BEGIN_COST			0.5
#define ROW_COST_FACTOR		0.4

/*
 * What a row takes in truth, in units of which a sequential scan takes 0.01 for it. By far the most of
 * aggregation is not in the planner's costs, neither in core's nor, so that they compare, in ours; but
 * whether several processes are worth their start and the transfer of what they find depends on it.
 */
#define ROW_TIME			0.02

bool		enable_group_plan = true;
static create_upper_paths_hook_type previous_hook;

/* The transition functions of the aggregates that sets are made for. */
typedef enum SetFunction
{
	ADD_EVENT,
	ADD_NUMBER,
	ADD_TEXT,
	NUM_SET_FUNCTIONS
} SetFunction;

static const PGFunction set_functions[NUM_SET_FUNCTIONS] = {
	vsm_timeline_add_event, vsm_bigint_timelines_add, vsm_text_timelines_add
};

/* Their OIDs, once the planner has asked for them. */
static Oid	set_function_oids[NUM_SET_FUNCTIONS];

/* What of a query the node needs. */
typedef struct GroupQuery
{
	List	   *keys;			/* expressions: those of GROUP BY, then columns that depend on them */
	int			num_group_keys;
	bool		whole;			/* no groups: the one key is the item of vsm.timelines, whose set is the answer */
	Aggref	   *aggref;
	Expr	   *at;				/* its arguments */
	Expr	   *state;
	List	   *others;			/* aggregates beside it, */
	List	   *summaries;		/* and what of a group they are */
} GroupQuery;

/*----------
 * Which queries.
 *----------
 */

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

/* The planner wants to know what a call costs: that is as declared, but now it is told who asks. */
Datum
vsm_group_plan_support(PG_FUNCTION_ARGS)
{
	Node	   *request = (Node *) PG_GETARG_POINTER(0);

	if (IsA(request, SupportRequestCost))
	{
		Oid			function = ((SupportRequestCost *) request)->funcid;

		for (int i = 0; i < NUM_SET_FUNCTIONS; i++)
		{
			if (is_function(function, set_functions[i]))
				set_function_oids[i] = function;
		}
	}
	PG_RETURN_POINTER(NULL);
}

/* Whether an aggregate's result is that of these functions of this library alone. */
static bool
is_made_by(Oid aggregate, PGFunction transition, PGFunction final)
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
		is_function(form->aggtransfn, transition) && is_function(form->aggfinalfn, final);
	ReleaseSysCache(tuple);
	return result;
}

/* Whether an aggregate is a plain one of so many arguments. */
static bool
is_plain_aggregate(const Aggref *aggref, int num_arguments)
{
	return aggref->aggsplit == AGGSPLIT_SIMPLE && aggref->agglevelsup == 0 &&
		aggref->aggkind == AGGKIND_NORMAL && !aggref->aggvariadic &&
		aggref->aggdirectargs == NIL && aggref->aggorder == NIL &&
		aggref->aggdistinct == NIL && aggref->aggfilter == NULL &&
		list_length(aggref->args) == num_arguments &&
		!contain_subplans((Node *) aggref->args);
}

static bool
is_timeline_aggregate(const Aggref *aggref)
{
	return is_plain_aggregate(aggref, 2) &&
		exprType((Node *) linitial_node(TargetEntry, aggref->args)->expr) == TIMESTAMPTZOID &&
		is_made_by(aggref->aggfnoid, vsm_timeline_add_event, vsm_timeline_finish);
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
 * Looks at what is computed of a group: keys and aggregates, or more of them; returns true if
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
			if (query->aggref != NULL && equal(query->aggref, node))
				return false;
			if (query->aggref == NULL && is_timeline_aggregate((Aggref *) node))
				query->aggref = (Aggref *) node;
			else
				query->others = list_append_unique(query->others, node);
			return false;
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

/* An argument without casts that leave its bytes as they are. */
static Expr *
same_bytes(Expr *expr)
{
	while (IsA(expr, RelabelType))
		expr = ((RelabelType *) expr)->arg;
	return expr;
}

/* Whether an aggregate is of the rows that the node keeps, and then what. */
static bool
is_summary(const GroupQuery *query, const Aggref *aggref, GroupSummary *summary)
{
	Expr	   *argument;

	if (aggref->aggsplit != AGGSPLIT_SIMPLE || aggref->agglevelsup != 0 || aggref->aggorder != NIL ||
		aggref->aggdistinct != NIL || aggref->aggfilter != NULL || list_length(aggref->args) > 1)
		return false;
	*summary = SUMMARY_ROWS;
	if (aggref->aggfnoid == F_COUNT_)
		return true;
	if (aggref->args == NIL)
		return false;
	argument = linitial_node(TargetEntry, aggref->args)->expr;
	switch (aggref->aggfnoid)
	{
		case F_MIN_TIMESTAMPTZ:
			*summary = SUMMARY_FIRST;
			return equal(argument, query->at);
		case F_MAX_TIMESTAMPTZ:
			*summary = SUMMARY_LAST;
			return equal(argument, query->at);
		case F_COUNT_ANY:
			if (IsA(argument, Const))
				return !((Const *) argument)->constisnull;
			*summary = equal(argument, query->at) ? SUMMARY_TIMES : SUMMARY_STATES;
			return *summary == SUMMARY_TIMES || equal(same_bytes(argument), same_bytes(query->state));
		default:
			return false;
	}
}

/* Finds the one aggregate that a query without groups may have; returns true if there is another one. */
static bool
has_other_aggregate(Node *node, void *context)
{
	GroupQuery *query = context;

	if (node == NULL)
		return false;
	if (!IsA(node, Aggref))
		return expression_tree_walker(node, has_other_aggregate, context);
	if (query->aggref == NULL)
		query->aggref = (Aggref *) node;
	return !equal(query->aggref, node);
}

/*
 * Whether a query without groups is of the class: one vsm.timelines, whose items are grouped by their
 * bytes. What refuses other items is the aggregate.
 */
static bool
read_whole_query(const RelOptInfo *output_rel, const GroupPathExtraData *extra, GroupQuery *query)
{
	Expr	   *item;
	Oid			collation;

	memset(query, 0, sizeof(GroupQuery));
	query->whole = true;
	if (extra->havingQual != NULL || has_other_aggregate((Node *) output_rel->reltarget->exprs, query) ||
		query->aggref == NULL || !is_plain_aggregate(query->aggref, 3))
		return false;
	item = linitial_node(TargetEntry, query->aggref->args)->expr;
	query->at = lsecond_node(TargetEntry, query->aggref->args)->expr;
	query->state = lthird_node(TargetEntry, query->aggref->args)->expr;
	if (is_made_by(query->aggref->aggfnoid, vsm_bigint_timelines_add, vsm_timelines_finish))
	{
		if (!get_typbyval(exprType((Node *) item)))
			return false;
		/* A smaller number is the same one. */
		if (IsA(item, FuncExpr) &&
			(((FuncExpr *) item)->funcid == F_INT8_INT4 || ((FuncExpr *) item)->funcid == F_INT8_INT2))
			item = linitial(((FuncExpr *) item)->args);
	}
	else
	{
		collation = exprCollation((Node *) item);
		if (!is_made_by(query->aggref->aggfnoid, vsm_text_timelines_add, vsm_timelines_finish) ||
			!OidIsValid(collation) || !get_collation_isdeterministic(collation))
			return false;
		item = same_bytes(item);
	}
	query->keys = list_make1(item);
	return true;
}

/* Whether a query, or the part of it that concerns one partition, is of the class. */
static bool
read_query(PlannerInfo *root, const RelOptInfo *output_rel, const GroupPathExtraData *extra, GroupQuery *query)
{
	ListCell   *cell;

	if (root->parse->groupClause == NIL)
		return read_whole_query(output_rel, extra, query);
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
	if (query->aggref == NULL)
		return false;
	query->at = linitial_node(TargetEntry, query->aggref->args)->expr;
	query->state = lsecond_node(TargetEntry, query->aggref->args)->expr;
	foreach(cell, query->others)
	{
		GroupSummary summary;

		if (!is_summary(query, lfirst_node(Aggref, cell), &summary))
			return false;
		query->summaries = lappend_int(query->summaries, summary);
	}
	return true;
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
	PATH_NUM_GROUP_KEYS,
	PATH_SUMMARIES,
	PATH_ITEM_TYPE
} PathPrivate;

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
	PathTarget *target = create_empty_pathtarget();
	Path	   *scan = IsA(input, ProjectionPath) ? ((ProjectionPath *) input)->subpath : input;

	exprs = lappend(exprs, same_bytes(query->at));
	exprs = lappend(exprs, same_bytes(query->state));
	/* A projection only puts columns in order, or computes what is not asked for, if all that is asked for is stored. */
	target->exprs = stored_columns(root, scan);
	*columns = find_columns(target, exprs);
	if (*columns != NIL)
		input = scan;
	else
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

/* What the node emits, before it computes anything of that: the keys, unless there are no groups, and the aggregates. */
static List *
scan_tlist(const GroupQuery *query)
{
	List	   *tlist = NIL;
	ListCell   *cell;

	foreach(cell, query->whole ? NIL : query->keys)
		tlist = lappend(tlist, makeTargetEntry(lfirst(cell), list_length(tlist) + 1, NULL, false));
	tlist = lappend(tlist, makeTargetEntry((Expr *) query->aggref, list_length(tlist) + 1, NULL, false));
	foreach(cell, query->others)
		tlist = lappend(tlist, makeTargetEntry(lfirst(cell), list_length(tlist) + 1, NULL, false));
	return tlist;
}

/* Among how many processes the rows of a partial path are divided, as the planner has it. */
static double
num_processes(const Path *path)
{
	double		leader = parallel_leader_participation ? 1.0 - 0.3 * path->parallel_workers : 0;

	return path->parallel_workers + Max(leader, 0);
}

/* The costs, as cost_agg has those of hashing; of one of several processes if the path is parallel. */
static void
cost_path(PlannerInfo *root, CustomPath *path, const Path *child, const GroupQuery *query, List *having)
{
	AggClauseCosts costs = {0};
	double		processes = path->path.parallel_aware ? num_processes(child) : 1;
	double		rows = clamp_row_est(child->rows);
	List	   *group_keys = list_copy_head(query->keys, query->num_group_keys);
	double		groups = query->whole ? 1 : estimate_num_groups(root, group_keys, rows * processes, NULL, NULL) / processes;
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

/* A path of the node over an input; a partial one if that is partial. */
static CustomPath *
make_path(PlannerInfo *root, Path *input, RelOptInfo *output_rel, const GroupQuery *query, List *having, bool partial)
{
	CustomPath *path = makeNode(CustomPath);
	List	   *columns;
	Path	   *child = make_child(root, input, query, &columns);

	path->path.pathtype = T_CustomScan;
	path->path.parent = output_rel;
	path->path.pathtarget = output_rel->reltarget;
	path->path.parallel_aware = partial;
	path->path.parallel_safe = output_rel->consider_parallel && child->parallel_safe;
	path->path.parallel_workers = child->parallel_workers;
	vsm_copy_disabled_nodes(&path->path, child);
	path->flags = CUSTOMPATH_SUPPORT_PROJECTION;
	path->custom_paths = list_make1(child);
	path->custom_private = list_make5(scan_tlist(query), having, columns,
									  list_make1_int(query->num_group_keys), query->summaries);
	if (query->whole)
		path->custom_private = lappend(path->custom_private, list_make1_oid(exprType(linitial(query->keys))));
	path->methods = &path_methods;
	cost_path(root, path, child, query, having);
	return path;
}

/* Costs that are to those of one process as the times of both: so many costs a unit of time, and such a time besides. */
static void
scale_costs(Path *path, double factor, Cost time)
{
	path->startup_cost = factor * (path->startup_cost + time);
	path->total_cost = factor * (path->total_cost + time);
}

/*
 * Several processes that fill a set together: for others to work on in these processes, and gathered.
 * add_path and add_partial_path may free what they are given, so both have a path of their own.
 */
static void
add_parallel_paths(PlannerInfo *root, RelOptInfo *input_rel, RelOptInfo *output_rel, const GroupQuery *query, List *having,
				   Cost serial_cost, double groups)
{
	Path	   *input = linitial(input_rel->partial_pathlist);
	Cost		time = clamp_row_est(input_rel->rows) * ROW_TIME;
	double		factor = serial_cost / (serial_cost + time);
	Path	   *partial = (Path *) make_path(root, input, output_rel, query, having, true);

	time /= num_processes(partial);
	/* Partitions that are grouped by themselves are gathered together. */
	if (!IS_OTHER_REL(output_rel))
	{
		Path	   *below = (Path *) make_path(root, input, output_rel, query, having, true);
		Path	   *gather = (Path *) create_gather_path(root, output_rel, below, output_rel->reltarget, NULL, &groups);

		scale_costs(below, factor, time);
		scale_costs(gather, factor, time);
		add_path(output_rel, gather);
	}
	scale_costs(partial, factor, time);
	add_partial_path(output_rel, partial);
}

static void
add_group_paths(PlannerInfo *root, RelOptInfo *input_rel, RelOptInfo *output_rel, const GroupPathExtraData *extra)
{
	GroupQuery	query;
	Path	   *path;
	Cost		cost;
	double		groups;
	List	   *having = (List *) extra->havingQual;

	if (!read_query(root, output_rel, extra, &query))
		return;
	path = (Path *) make_path(root, input_rel->cheapest_total_path, output_rel, &query, having, false);
	cost = path->total_cost;
	groups = path->rows;
	add_path(output_rel, path);
	if (!query.whole && output_rel->consider_parallel && input_rel->partial_pathlist != NIL)
		add_parallel_paths(root, input_rel, output_rel, &query, having, cost, groups);
}

/* Aggregates are known by their transition functions, each of which is there once. */
static bool
makes_set(const PlannerInfo *root)
{
	SetFunction first = root->parse->groupClause != NIL ? ADD_EVENT : ADD_NUMBER;
	SetFunction last = root->parse->groupClause != NIL ? ADD_EVENT : ADD_TEXT;
	ListCell   *cell;

	foreach(cell, root->aggtransinfos)
	{
		/* It is a node of its own kind since 16. */
		Oid			function = ((AggTransInfo *) lfirst(cell))->transfn_oid;

		for (int i = first; i <= last; i++)
		{
			if (function == set_function_oids[i])
				return true;
		}
	}
	return false;
}

static void
group_paths_hook(PlannerInfo *root, UpperRelationKind stage, RelOptInfo *input_rel, RelOptInfo *output_rel, void *extra)
{
	/* Of a query that has been asked about just now, all the rest. */
	if (stage == UPPERREL_GROUP_AGG && enable_group_plan && makes_set(root) && root->parse->groupingSets == NIL &&
		((GroupPathExtraData *) extra)->patype != PARTITIONWISE_AGGREGATE_PARTIAL &&
		input_rel->cheapest_total_path != NULL)
		add_group_paths(root, input_rel, output_rel, extra);

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
	plan->custom_private = list_make3(list_nth(path->custom_private, PATH_COLUMNS),
									  list_nth(path->custom_private, PATH_NUM_GROUP_KEYS),
									  list_nth(path->custom_private, PATH_SUMMARIES));
	if (list_length(path->custom_private) > PATH_ITEM_TYPE)
		plan->custom_private = lappend(plan->custom_private, list_nth(path->custom_private, PATH_ITEM_TYPE));
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
							 "Enables the planner's use of sets for GROUP BY with vsm.timeline(at, state), vsm.timelines and vsm.unnest.",
							 NULL, &enable_group_plan, true, PGC_USERSET, GUC_EXPLAIN, NULL, NULL, NULL);
	MarkGUCPrefixReserved("vsm");
	RegisterCustomScanMethods(&group_node_methods);
	previous_hook = create_upper_paths_hook;
	create_upper_paths_hook = group_paths_hook;
	unnest_node_init();
}
