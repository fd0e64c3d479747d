/*
 * flow_periods_sql.c
 *		When one item was active, waiting, blocked or in a stage, as tstzmultirange.
 *
 * All are on the clock, and the running one ends at as_of or has no end, so the working time
 * of the periods is the metric of the same name.
 */
#include "postgres.h"

#include "base/compat.h"
#include "item/item_sql.h"
#include "utils/builtins.h"

PG_FUNCTION_INFO_V1(vsm_active_periods);
PG_FUNCTION_INFO_V1(vsm_wait_periods);
PG_FUNCTION_INFO_V1(vsm_blocked_periods);
PG_FUNCTION_INFO_V1(vsm_stage_periods);

/* Adds [since, until) without the given periods, which are disjoint and in order. */
static void
add_without(PeriodList *list, int64 since, int64 until, const PeriodList *without)
{
	for (uint32 i = 0; i < without->count; i++)
	{
		period_list_add(list, since, without->periods[i].since);
		since = without->periods[i].until;
	}
	period_list_add(list, since, until);
}

/*
 * The time on the clock: active outside layers (active) or all the rest (not active).
 */
static Datum
worked_periods(FunctionCallInfo fcinfo, bool active)
{
	const FlowItem *item;
	PeriodList	list;
	int			cursor = 0;

	if ((item = item_arguments(fcinfo, 2)) == NULL)
		PG_RETURN_NULL();
	period_list_init(&list);
	for (int i = 0; i < item->num_visits; i++)
	{
		int64		since = item->visits[i].entered_at;
		int64		until = item_left_at(item, i);
		PeriodList	blocked;

		if (!item_on_clock(item, i))
			continue;
		if (!item_is_active(item, i))
		{
			if (!active)
				period_list_add(&list, since, until);
			continue;
		}
		period_list_init(&blocked);
		item_add_blocked(item, since, until, &cursor, &blocked);
		if (active)
			add_without(&list, since, until, &blocked);
		else
		{
			for (uint32 j = 0; j < blocked.count; j++)
				period_list_add(&list, blocked.periods[j].since, blocked.periods[j].until);
		}
		pfree(blocked.periods);
	}
	return period_list_to_multirange(&list);
}

Datum
vsm_active_periods(PG_FUNCTION_ARGS)
{
	return worked_periods(fcinfo, true);
}

Datum
vsm_wait_periods(PG_FUNCTION_ARGS)
{
	return worked_periods(fcinfo, false);
}

Datum
vsm_blocked_periods(PG_FUNCTION_ARGS)
{
	const FlowItem *item;
	PeriodList	list;
	int			cursor = 0;

	if ((item = item_arguments(fcinfo, 2)) == NULL)
		PG_RETURN_NULL();
	period_list_init(&list);
	for (int i = 0; i < item->num_visits; i++)
	{
		if (item_on_clock(item, i))
			item_add_blocked(item, item->visits[i].entered_at, item_left_at(item, i),
							 &cursor, &list);
	}
	return period_list_to_multirange(&list);
}

/* stage_periods(timeline, workflow, stage, as_of); of a blocked stage: under that layer. */
Datum
vsm_stage_periods(PG_FUNCTION_ARGS)
{
	const FlowItem *item;
	PeriodList	list;
	int			stage;
	int			layer;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1) || PG_ARGISNULL(2))
		PG_RETURN_NULL();
	stage = item_stage_argument(workflow_argument(&item_call(fcinfo)->workflow,
												  PG_GETARG_DATUM(1), fcinfo->flinfo->fn_mcxt),
								PG_GETARG_TEXT_PP(2));
	if ((item = item_arguments(fcinfo, 3)) == NULL)
		PG_RETURN_NULL();
	layer = stage >= 0 ? item->stages[stage].layer : -1;
	period_list_init(&list);
	if (layer >= 0)
		item_add_layer(item, layer, &list);
	else
	{
		for (int i = 0; i < item->num_visits; i++)
		{
			if (item->visits[i].stage == stage && item_on_clock(item, i))
				period_list_add(&list, item->visits[i].entered_at, item_left_at(item, i));
		}
	}
	return period_list_to_multirange(&list);
}
