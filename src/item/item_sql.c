/*
 * item_sql.c
 *		What every SQL function over (timeline, workflow [, calendar] [, as_of]) shares.
 */
#include "postgres.h"

#include "base/compat.h"
#include "base/duration.h"
#include "base/time_range.h"
#include "item/item_sql.h"
#include "timeline/timeline_io.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

ItemCall *
item_call(FunctionCallInfo fcinfo)
{
	if (fcinfo->flinfo->fn_extra == NULL)
		fcinfo->flinfo->fn_extra = MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt,
														  sizeof(ItemCall));
	return fcinfo->flinfo->fn_extra;
}

const Workflow *
item_workflow(FunctionCallInfo fcinfo, int argno)
{
	return workflow_argument(&item_call(fcinfo)->workflow, PG_GETARG_DATUM(argno),
							 fcinfo->flinfo->fn_mcxt);
}

const FlowItem *
item_arguments(FunctionCallInfo fcinfo, int as_of_argno)
{
	int64		as_of = PERIOD_UNBOUNDED;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		return NULL;
	if (as_of_argno != NO_ARGUMENT && !PG_ARGISNULL(as_of_argno))
	{
		as_of = PG_GETARG_TIMESTAMPTZ(as_of_argno);
		check_finite(as_of, "as_of");
	}
	return item_recall(PG_GETARG_TIMELINE(0), item_workflow(fcinfo, 1), as_of);
}

CalendarReader *
item_calendar(FunctionCallInfo fcinfo, int calendar_argno)
{
	if (PG_ARGISNULL(calendar_argno))
		return NULL;
	return calendar_reader_cached(&item_call(fcinfo)->calendars,
								  PG_GETARG_DATUM(calendar_argno), fcinfo->flinfo->fn_mcxt);
}

Datum
flow_time_interval(FlowTime time, CalendarReader *calendar)
{
	return IntervalPGetDatum(duration_to_interval(time.microseconds, calendar == NULL));
}

Datum
item_stage_text(const FlowItem *item, int stage)
{
	WorkflowText name;

	if (stage == UNMAPPED_STAGE)
		return CStringGetTextDatum(UNMAPPED_STAGE_NAME);
	name = item->stages[stage].name;
	return PointerGetDatum(cstring_to_text_with_len(workflow_text(item->workflow, name), name.len));
}

int
item_stage_argument(const Workflow *workflow, text *name)
{
	return item_find_stage(workflow, VARDATA_ANY(name), VARSIZE_ANY_EXHDR(name));
}
