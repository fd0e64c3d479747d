/*
 * unnest_sql.c
 *		vsm.unnest: the items of a set of timelines as rows, and what the planner wants to know
 *		of it, namely how many there will be.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "base/compat.h"
#include "base/rows_sql.h"
#include "funcapi.h"
#include "nodes/nodeFuncs.h"
#include "nodes/pathnodes.h"
#include "nodes/supportnodes.h"
#include "optimizer/optimizer.h"
#include "optimizer/pathnode.h"
#include "optimizer/tlist.h"
#include "parser/parsetree.h"
#include "timeline_set/timeline_set_io.h"
#include "timeline_set/unnest_node_sql.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/selfuncs.h"

PG_FUNCTION_INFO_V1(vsm_unnest);
PG_FUNCTION_INFO_V1(vsm_unnest_support);

/* What is kept from row to row. */
typedef struct UnnestCall
{
	TimelineSetReader *reader;
	TupleDesc	tupdesc;
	bool		text_keys;
	HeapTupleHeader header;		/* of any row without NULLs */
} UnnestCall;

/* The header that heap_form_tuple gives a row without NULLs. */
static HeapTupleHeader
form_header(const UnnestCall *call)
{
	Datum		values[2];
	bool		nulls[2] = {false, false};

	values[0] = call->text_keys ? CStringGetTextDatum("") : Int64GetDatum(0);
	values[1] = CStringGetTextDatum("");	/* any varlena */
	return heap_form_tuple(call->tupdesc, values, nulls)->t_data;
}

/*
 * A row as a composite datum. Without NULLs it is put together here, behind a copy of the
 * header: heap_form_tuple would look at each column three times.
 */
static Datum
form_row(const SetItem *item, const UnnestCall *call)
{
	HeapTupleHeader row;
	Size		key_offset = call->header->t_hoff;
	Size		key_end = key_offset + sizeof(int64);
	Size		timeline_offset,
				size;
	bool		short_key = item->text_len + VARHDRSZ_SHORT <= VARATT_SHORT_MAX;

	if (unlikely(item->is_null || item->timeline == NULL))
	{
		Datum		values[2] = {(Datum) 0, PointerGetDatum(item->timeline)};
		bool		nulls[2] = {item->is_null, item->timeline == NULL};

		if (!item->is_null)
			values[0] = call->text_keys ?
				PointerGetDatum(cstring_to_text_with_len(item->text, item->text_len)) :
				Int64GetDatum(item->number);
		return row_make(call->tupdesc, values, nulls);
	}
	if (call->text_keys)
		key_end = key_offset + (short_key ? VARHDRSZ_SHORT : VARHDRSZ) + item->text_len;
	timeline_offset = INTALIGN(key_end);
	size = timeline_offset + VARSIZE(item->timeline);
	if (size > MaxAllocSize)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("timeline is too large"),
				 errdetail("With its item it takes more than %d bytes.", (int) MaxAllocSize)));
	row = palloc(size);
	memcpy(row, call->header, key_offset);
	HeapTupleHeaderSetDatumLength(row, size);
	if (!call->text_keys)
		memcpy((char *) row + key_offset, &item->number, sizeof(int64));
	else
	{
		char	   *key = (char *) row + key_offset;

		if (short_key)
			SET_VARSIZE_SHORT(key, VARHDRSZ_SHORT + item->text_len);
		else
			SET_VARSIZE(key, VARHDRSZ + item->text_len);
		memcpy(VARDATA_ANY(key), item->text, item->text_len);
		memset((char *) row + key_end, 0, timeline_offset - key_end);
	}
	memcpy((char *) row + timeline_offset, item->timeline, VARSIZE(item->timeline));
	return HeapTupleHeaderGetDatum(row);
}

/*
 * When the rows are not all fetched: the set may be gone by now, but the files of a divided
 * partition are the reader's.
 */
static void
close_reader(Datum reader)
{
	timeline_set_read_close((TimelineSetReader *) DatumGetPointer(reader));
}

/*
 * unnest(timelines) -> setof (item, timeline): value by value, so that in a select list rows
 * stream.
 */
Datum
vsm_unnest(PG_FUNCTION_ARGS)
{
	FuncCallContext *funcctx;
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	UnnestCall *call;
	SetItem		item;

	if (SRF_IS_FIRSTCALL())
	{
		MemoryContext old;

		funcctx = SRF_FIRSTCALL_INIT();
		old = MemoryContextSwitchTo(funcctx->multi_call_memory_ctx);
		call = palloc0(sizeof(UnnestCall));
		call->tupdesc = row_type(fcinfo);
		call->reader = timeline_set_datum_read(PG_GETARG_DATUM(0), &call->text_keys);
		call->header = form_header(call);
		RegisterExprContextCallback(rsinfo->econtext, close_reader, PointerGetDatum(call->reader));
		funcctx->user_fctx = call;
		MemoryContextSwitchTo(old);
	}
	funcctx = SRF_PERCALL_SETUP();
	call = funcctx->user_fctx;
	if (timeline_set_next(call->reader, &item))
		SRF_RETURN_NEXT(funcctx, form_row(&item, call));
	UnregisterExprContextCallback(rsinfo->econtext, close_reader, PointerGetDatum(call->reader));
	timeline_set_read_end(call->reader);
	SRF_RETURN_DONE(funcctx);
}

/*----------
 * For the planner.
 *----------
 */

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
		return clamp_row_est(timeline_set_from_datum(((Const *) set)->constvalue)->num_items);
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

			unnest_node_note(((FuncExpr *) rows->node)->funcid);
			if (items > 0)
			{
				rows->rows = items;
				PG_RETURN_POINTER(rows);
			}
		}
	}
	PG_RETURN_POINTER(NULL);
}
