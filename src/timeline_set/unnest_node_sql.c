/*
 * unnest_node_sql.c
 *		FROM vsm.unnest(set), as a node of plans of its own.
 *
 * Of a function in FROM PostgreSQL keeps all rows before it goes on, each of them formed and taken apart
 * again. The node hands on the items of a set as they are read. Where the set is a subquery's only value
 * it takes that where it lies: as the value of a parameter it would be made flat, and copied.
 *
 * It is planned in place of the function's scan, with whose path the hook begins. That is left where rows are
 * locked or changed, because what is looked at again then is the row that a scan has given.
 */
#include "postgres.h"

#include "access/sysattr.h"
#include "base/compat.h"
#include "commands/explain.h"
#ifdef VSM_EXPLAIN_HEADERS
#include "commands/explain_format.h"
#include "commands/explain_state.h"
#endif
#include "executor/executor.h"
#include "miscadmin.h"
#include "nodes/extensible.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/clauses.h"
#include "optimizer/cost.h"
#include "optimizer/optimizer.h"
#include "optimizer/pathnode.h"
#include "optimizer/paths.h"
#include "optimizer/plancat.h"
#include "optimizer/restrictinfo.h"
#include "parser/parsetree.h"
#include "timeline_set/group_plan_sql.h"
#include "timeline_set/timeline_set_io.h"
#include "timeline_set/unnest_node_sql.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/ruleutils.h"

/* How the node is called in EXPLAIN, and by parallel workers that read a plan. */
#define UNNEST_NODE_NAME	"vsm_unnest"

/* What a row costs less than one that is kept first. */
#define ROW_COST_FACTOR		0.5

/* The functions: of items that are texts and of such that are numbers. */
#define NUM_FUNCTIONS		2

/* Exported, as where it is defined: otherwise SQL would not find it any more. */
extern PGDLLEXPORT Datum vsm_unnest(PG_FUNCTION_ARGS);

static set_rel_pathlist_hook_type previous_hook;

/* Those that the planner asked about last. */
static Oid	functions[NUM_FUNCTIONS];
static int	next_function;

typedef struct UnnestNode
{
	CustomScanState css;		/* must be first */
	ExprState  *set;
	bool		is_begun;
	TimelineSetReader *reader;	/* NULL: the set is NULL, or has been read */
	bool		text_keys;
	MemoryContext context;		/* of the reader */
} UnnestNode;

/*----------
 * Planning.
 *----------
 */

static bool
is_unnest(Oid function)
{
	FmgrInfo	info;

	fmgr_info(function, &info);
	return info.fn_addr == vsm_unnest;
}

void
unnest_node_note(Oid function)
{
	for (int i = 0; i < NUM_FUNCTIONS; i++)
	{
		if (functions[i] == function)
			return;
	}
	if (is_unnest(function))
	{
		functions[next_function] = function;
		next_function = (next_function + 1) % NUM_FUNCTIONS;
	}
}

/* The call of vsm.unnest that is all of a function in FROM; NULL if that is something else. */
static FuncExpr *
find_call(const RangeTblEntry *rte)
{
	Node	   *call;

	if (rte->rtekind != RTE_FUNCTION || rte->funcordinality || list_length(rte->functions) != 1)
		return NULL;
	call = linitial_node(RangeTblFunction, rte->functions)->funcexpr;
	if (!IsA(call, FuncExpr))
		return NULL;
	for (int i = 0; i < NUM_FUNCTIONS; i++)
	{
		Oid			function = ((FuncExpr *) call)->funcid;

		if (functions[i] == function && is_unnest(function))
			return (FuncExpr *) call;
	}
	return NULL;
}

/* Whether a query asks for columns of a relation only, not for its whole row. */
static bool
needs_columns_only(RelOptInfo *rel)
{
	Bitmapset  *columns = NULL;

	pull_varattnos((Node *) rel->reltarget->exprs, rel->relid, &columns);
	pull_varattnos((Node *) extract_actual_clauses(rel->baserestrictinfo, false), rel->relid, &columns);
	return bms_is_empty(columns) || bms_next_member(columns, -1) > -FirstLowInvalidHeapAttributeNumber;
}

static Plan *make_plan(PlannerInfo *root, RelOptInfo *rel, CustomPath *path, List *tlist, List *clauses, List *plans);
static Node *create_state(CustomScan *plan);

static const CustomPathMethods path_methods = {
	.CustomName = UNNEST_NODE_NAME,
	.PlanCustomPath = make_plan
};

static const CustomScanMethods unnest_node_methods = {
	.CustomName = UNNEST_NODE_NAME,
	.CreateCustomScanState = create_state
};

/* The path of a function's scan. */
static const Path *
find_scan(const RelOptInfo *rel)
{
	ListCell   *cell;

	foreach(cell, rel->pathlist)
	{
		const Path *path = lfirst(cell);

		if (path->pathtype == T_FunctionScan)
			return path;
	}
	return NULL;
}

static void
unnest_paths_hook(PlannerInfo *root, RelOptInfo *rel, Index relid, RangeTblEntry *rte)
{
	const FuncExpr *call = enable_group_plan ? find_call(rte) : NULL;
	const Path *scan = call != NULL ? find_scan(rel) : NULL;

	if (scan != NULL && root->parse->commandType == CMD_SELECT && root->parse->rowMarks == NIL &&
		!expression_returns_set((Node *) call->args) && !contain_subplans((Node *) call->args) && needs_columns_only(rel))
	{
		CustomPath *path = makeNode(CustomPath);

		path->path = *scan;
		path->path.type = T_CustomPath;
		path->path.pathtype = T_CustomScan;
		path->path.total_cost -= ROW_COST_FACTOR * cpu_tuple_cost * path->path.rows;
		path->flags = CUSTOMPATH_SUPPORT_PROJECTION;
		path->methods = &path_methods;
		add_path(rel, &path->path);
	}
	if (previous_hook != NULL)
		previous_hook(root, rel, relid, rte);
}

/* The node's argument is the function's; what it emits before it computes anything of that, the function's columns. */
static Plan *
make_plan(PlannerInfo *root, RelOptInfo *rel, CustomPath *path, List *tlist, List *clauses, List *plans)
{
	CustomScan *plan = makeNode(CustomScan);
	const FuncExpr *call = find_call(planner_rt_fetch(rel->relid, root));

	plan->scan.plan.targetlist = tlist;
	plan->scan.plan.qual = extract_actual_clauses(clauses, false);
	plan->flags = path->flags;
	plan->custom_exprs = list_make1(linitial(call->args));
	plan->custom_private = list_make1_oid(call->funcid);
	plan->custom_scan_tlist = build_physical_tlist(root, rel);
	plan->methods = &unnest_node_methods;
	return &plan->scan.plan;
}

/*----------
 * Executing.
 *----------
 */

/*
 * Where the set is a parameter that a subquery is to give, and that makes it by a node: the parameter has the
 * set as it lies there from then on, which is until the subquery is asked again.
 */
static void
take_parameter(const UnnestNode *node, const CustomScan *plan)
{
	EState	   *estate = node->css.ss.ps.state;
	Param	   *param = linitial(plan->custom_exprs);
	ParamExecData *value;
	SubPlanState *subquery;
	ScanDirection direction = estate->es_direction;
	MemoryContext old;
	TupleTableSlot *slot;

	if (!IsA(param, Param) || param->paramkind != PARAM_EXEC)
		return;
	value = &estate->es_param_exec_vals[param->paramid];
	subquery = value->execPlan;
	if (subquery == NULL || subquery->subplan->subLinkType != EXPR_SUBLINK || !group_node_is_set(subquery->planstate))
		return;
	old = MemoryContextSwitchTo(estate->es_query_cxt);
	estate->es_direction = ForwardScanDirection;
	slot = ExecProcNode(subquery->planstate);
	estate->es_direction = direction;
	MemoryContextSwitchTo(old);
	value->value = slot_getattr(slot, 1, &value->isnull);
	value->execPlan = NULL;
}

static void
begin_reading(UnnestNode *node)
{
	ExprContext *context = node->css.ss.ps.ps_ExprContext;
	MemoryContext old;
	Datum		set;
	bool		is_null;

	take_parameter(node, (CustomScan *) node->css.ss.ps.plan);
	old = MemoryContextSwitchTo(node->context);
	set = ExecEvalExpr(node->set, context, &is_null);
	if (!is_null)
		node->reader = timeline_set_datum_read(set, &node->text_keys);
	MemoryContextSwitchTo(old);
	node->is_begun = true;
}

/* An item as the row that expressions are computed of. */
static void
store_item(const UnnestNode *node, const SetItem *item, TupleTableSlot *slot)
{
	ExecClearTuple(slot);
	slot->tts_isnull[0] = item->is_null;
	slot->tts_values[0] = (Datum) 0;
	if (!item->is_null)
		slot->tts_values[0] = node->text_keys ?
			PointerGetDatum(cstring_to_text_with_len(item->text, item->text_len)) : Int64GetDatum(item->number);
	slot->tts_isnull[1] = item->timeline == NULL;
	slot->tts_values[1] = PointerGetDatum(item->timeline);
	ExecStoreVirtualTuple(slot);
}

static TupleTableSlot *
exec_node(CustomScanState *css)
{
	UnnestNode *node = (UnnestNode *) css;
	ExprContext *context = css->ss.ps.ps_ExprContext;
	TupleTableSlot *slot = css->ss.ss_ScanTupleSlot;
	SetItem		item;

	if (!node->is_begun)
		begin_reading(node);
	if (node->reader == NULL)
		return NULL;
	for (;;)
	{
		MemoryContext old;

		CHECK_FOR_INTERRUPTS();
		ResetExprContext(context);
		if (!timeline_set_next(node->reader, &item))
		{
			timeline_set_read_end(node->reader);
			node->reader = NULL;
			return NULL;
		}
		old = MemoryContextSwitchTo(context->ecxt_per_tuple_memory);
		store_item(node, &item, slot);
		MemoryContextSwitchTo(old);
		context->ecxt_scantuple = slot;
		if (ExecQual(css->ss.ps.qual, context))
			break;
		InstrCountFiltered1(css, 1);
	}
	return css->ss.ps.ps_ProjInfo != NULL ? ExecProject(css->ss.ps.ps_ProjInfo) : slot;
}

static void
begin_node(CustomScanState *css, EState *estate, int eflags)
{
	UnnestNode *node = (UnnestNode *) css;
	const CustomScan *plan = (CustomScan *) css->ss.ps.plan;

	group_check_execute(linitial_oid(plan->custom_private), GetUserId(), OBJECT_FUNCTION);
	node->set = ExecInitExpr(linitial(plan->custom_exprs), &css->ss.ps);
	node->context = AllocSetContextCreate(CurrentMemoryContext, "items of a set of timelines", ALLOCSET_SMALL_SIZES);
}

/* Forgets the reader; the set may be gone by now. */
static void
rescan_node(CustomScanState *css)
{
	UnnestNode *node = (UnnestNode *) css;

	ExecClearTuple(css->ss.ss_ScanTupleSlot);
	if (node->reader != NULL)
		timeline_set_read_close(node->reader);
	node->reader = NULL;
	node->is_begun = false;
	MemoryContextReset(node->context);
}

static void
end_node(CustomScanState *css)
{
	rescan_node(css);
	MemoryContextDelete(((UnnestNode *) css)->context);
}

static void
explain_node(CustomScanState *css, List *ancestors, ExplainState *es)
{
	CustomScan *plan = (CustomScan *) css->ss.ps.plan;
	List	   *context = set_deparse_context_plan(es->deparse_cxt, &plan->scan.plan, ancestors);

	ExplainPropertyText("Set", deparse_expression(linitial(plan->custom_exprs), context, vsm_explain_prefix(es), false), es);
}

static const CustomExecMethods exec_methods = {
	.CustomName = UNNEST_NODE_NAME,
	.BeginCustomScan = begin_node,
	.ExecCustomScan = exec_node,
	.EndCustomScan = end_node,
	.ReScanCustomScan = rescan_node,
	.ExplainCustomScan = explain_node
};

static Node *
create_state(CustomScan *plan)
{
	UnnestNode *node = (UnnestNode *) newNode(sizeof(UnnestNode), T_CustomScanState);

	node->css.methods = &exec_methods;
	return (Node *) node;
}

void
unnest_node_init(void)
{
	RegisterCustomScanMethods(&unnest_node_methods);
	previous_hook = set_rel_pathlist_hook;
	set_rel_pathlist_hook = unnest_paths_hook;
}
