/*
 * what_if_sql.c
 *		A counterfactual: the timeline of an item had a stage taken more or less time.
 */
#include "postgres.h"

#include <math.h>

#include "base/compat.h"
#include "item/item_sql.h"
#include "item/what_if.h"
#include "timeline/timeline_io.h"

PG_FUNCTION_INFO_V1(vsm_what_if);

/*
 * what_if(timeline, workflow, stage, factor): visits of the stage last factor times as long
 * and all later events move accordingly; see what_if.h. Errors: 22023 for a factor that is
 * negative or not finite, an unknown or a blocked stage; 22008 if an event would leave the
 * range of timestamps.
 */
Datum
vsm_what_if(PG_FUNCTION_ARGS)
{
	const Workflow *workflow = item_workflow(fcinfo, 1);
	int			stage = item_stage_argument(workflow, PG_GETARG_TEXT_PP(2));
	float8		factor = PG_GETARG_FLOAT8(3);
	const FlowItem *item;

	if (isnan(factor) || isinf(factor) || factor < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("factor must be a number of at least 0")));
	if (stage >= 0 && workflow_stages(workflow)[stage].layer >= 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a stage of class \"blocked\" has no visits to lengthen or shorten"),
				 errhint("Name a stage of another class.")));
	item = item_arguments(fcinfo, NO_ARGUMENT);
	if (item == NULL)
		PG_RETURN_NULL();
	PG_RETURN_TIMELINE(what_if(PG_GETARG_TIMELINE(0), item, stage, factor));
}
