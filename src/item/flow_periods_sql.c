/*
 * flow_periods_sql.c
 *		When one item was active, waiting, blocked or in a stage, as tstzmultirange.
 */
#include "postgres.h"

#include "base/compat.h"
#include "base/period_list_sql.h"
#include "item/flow_periods.h"
#include "item/item_sql.h"

PG_FUNCTION_INFO_V1(vsm_active_periods);
PG_FUNCTION_INFO_V1(vsm_wait_periods);
PG_FUNCTION_INFO_V1(vsm_blocked_periods);
PG_FUNCTION_INFO_V1(vsm_stage_periods);

static Datum
worked_periods(FunctionCallInfo fcinfo, bool active)
{
	const FlowItem *item;
	PeriodList	list;

	if ((item = item_arguments(fcinfo, 2)) == NULL)
		PG_RETURN_NULL();
	period_list_init(&list);
	item_add_worked(item, active, &list);
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

	if ((item = item_arguments(fcinfo, 2)) == NULL)
		PG_RETURN_NULL();
	period_list_init(&list);
	item_add_all_blocked(item, &list);
	return period_list_to_multirange(&list);
}

/* stage_periods(timeline, workflow, stage, as_of); of a blocked stage: under that layer. */
Datum
vsm_stage_periods(PG_FUNCTION_ARGS)
{
	const FlowItem *item;
	PeriodList	list;
	int			stage;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1) || PG_ARGISNULL(2))
		PG_RETURN_NULL();
	stage = item_stage_argument(item_workflow(fcinfo, 1), PG_GETARG_TEXT_PP(2));
	if ((item = item_arguments(fcinfo, 3)) == NULL)
		PG_RETURN_NULL();
	period_list_init(&list);
	item_add_stage(item, stage, &list);
	return period_list_to_multirange(&list);
}
