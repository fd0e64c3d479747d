/*
 * breach_sql.c
 *		When an open item has been on the clock, or in a stage, for a given time: vsm.breach_at.
 */
#include "postgres.h"

#include "base/compat.h"
#include "base/duration.h"
#include "item/breach.h"
#include "item/item_sql.h"
#include "utils/timestamp.h"

PG_FUNCTION_INFO_V1(vsm_breach_at);
PG_FUNCTION_INFO_V1(vsm_breach_at_stage);

static Datum
breach_at(FunctionCallInfo fcinfo, int stage, int calendar_argno)
{
	int64		target = duration_not_negative(PG_GETARG_INTERVAL_P(2), "a target");
	const FlowItem *item;
	int64		at;

	if ((item = item_arguments(fcinfo, NO_ARGUMENT)) == NULL ||
		!item_breach_at(item, item_calendar(fcinfo, calendar_argno), stage, target, &at))
		PG_RETURN_NULL();
	PG_RETURN_TIMESTAMPTZ(at);
}

/* breach_at(timeline, workflow, target, calendar) */
Datum
vsm_breach_at(PG_FUNCTION_ARGS)
{
	if (PG_ARGISNULL(0) || PG_ARGISNULL(1) || PG_ARGISNULL(2))
		PG_RETURN_NULL();
	return breach_at(fcinfo, WHOLE_CLOCK, 3);
}

/* breach_at(timeline, workflow, target, stage, calendar) */
Datum
vsm_breach_at_stage(PG_FUNCTION_ARGS)
{
	int			stage;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1) || PG_ARGISNULL(2) || PG_ARGISNULL(3))
		PG_RETURN_NULL();
	/* An unknown stage is an error whatever the item, so it is looked for first. */
	stage = item_stage_argument(item_workflow(fcinfo, 1), PG_GETARG_TEXT_PP(3));
	return breach_at(fcinfo, stage, 4);
}
