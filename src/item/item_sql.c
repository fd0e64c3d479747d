/*
 * item_sql.c
 *		What every SQL function over (timeline, workflow [, calendar] [, as_of]) shares.
 */
#include "postgres.h"

#include "common/int.h"
#include "base/compat.h"
#include "base/duration.h"
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

const FlowItem *
item_arguments(FunctionCallInfo fcinfo, int as_of_argno)
{
	int64		as_of = PERIOD_UNBOUNDED;
	const Workflow *workflow;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		return NULL;
	if (as_of_argno != NO_ARGUMENT && !PG_ARGISNULL(as_of_argno))
	{
		as_of = PG_GETARG_TIMESTAMPTZ(as_of_argno);
		check_finite(as_of, "as_of");
	}
	workflow = workflow_argument(&item_call(fcinfo)->workflow, PG_GETARG_DATUM(1),
								 fcinfo->flinfo->fn_mcxt);
	return item_recall(PG_GETARG_TIMELINE(0), workflow, as_of);
}

CalendarReader *
item_calendar(FunctionCallInfo fcinfo, int calendar_argno)
{
	if (PG_ARGISNULL(calendar_argno))
		return NULL;
	return calendar_reader_cached(&item_call(fcinfo)->calendars,
								  PG_GETARG_DATUM(calendar_argno), fcinfo->flinfo->fn_mcxt);
}

static void
overflow(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
			 errmsg("interval out of range")));
}

void
flow_time_sum(FlowTime *sum, FlowTime part)
{
	sum->known &= part.known;
	if (unlikely(pg_add_s64_overflow(sum->microseconds, part.microseconds, &sum->microseconds)))
		overflow();
}

void
flow_time_add(FlowTime *sum, CalendarReader *calendar, int64 since, int64 until)
{
	FlowTime	elapsed = {true, 0};

	if (until == PERIOD_UNBOUNDED)
		elapsed.known = false;
	else if (calendar != NULL)
		elapsed.microseconds = calendar_working_time(calendar, since, until);
	else if (unlikely(pg_sub_s64_overflow(until, since, &elapsed.microseconds)))
		overflow();
	flow_time_sum(sum, elapsed);
}

void
flow_time_add_blocked(FlowTime *sum, CalendarReader *calendar, const FlowItem *item,
					  int64 since, int64 until, int *cursor)
{
	PeriodList	list;

	if (item->num_blocked == 0)
	{
		/* Without as_of the running visit may yet be blocked: its time is not known. */
		if (until == PERIOD_UNBOUNDED)
			sum->known = false;
		return;
	}
	period_list_init(&list);
	item_add_blocked(item, since, until, cursor, &list);
	for (uint32 i = 0; i < list.count; i++)
		flow_time_add(sum, calendar, list.periods[i].since, list.periods[i].until);
	if (until == PERIOD_UNBOUNDED)
		sum->known = false;
	pfree(list.periods);
}

FlowTime
item_stage_time(const FlowItem *item, CalendarReader *calendar, int stage)
{
	FlowTime	sum = {true, 0};

	if (stage >= 0 && item->stages[stage].layer >= 0)
	{
		PeriodList	list;

		period_list_init(&list);
		item_add_layer(item, item->stages[stage].layer, &list);
		for (uint32 i = 0; i < list.count; i++)
			flow_time_add(&sum, calendar, list.periods[i].since, list.periods[i].until);
		pfree(list.periods);
		return sum;
	}
	for (int i = 0; i < item->num_visits; i++)
	{
		if (item->visits[i].stage == stage && item_on_clock(item, i))
			flow_time_add(&sum, calendar, item->visits[i].entered_at, item_left_at(item, i));
	}
	return sum;
}

Datum
flow_time_interval(int64 microseconds, CalendarReader *calendar)
{
	return IntervalPGetDatum(duration_to_interval(microseconds, calendar == NULL));
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
	const char *bytes = VARDATA_ANY(name);
	uint32		len = VARSIZE_ANY_EXHDR(name);
	int			stage = workflow_find_stage(workflow, bytes, len);

	if (stage >= 0)
		return stage;
	if (len == strlen(UNMAPPED_STAGE_NAME) && memcmp(bytes, UNMAPPED_STAGE_NAME, len) == 0)
	{
		if (workflow->unmapped == UNMAPPED_WAITING)
			return UNMAPPED_STAGE;
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the workflow has no stage \"%s\"", UNMAPPED_STAGE_NAME),
				 errdetail("Unknown states are visits only under the rule unmapped = \"waiting\".")));
	}
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("the workflow has no stage \"%s\"", text_to_cstring(name)),
			 errhint("vsm.stages(workflow) lists its stages.")));
}

const char *
item_outcome_name(ItemOutcome outcome)
{
	static const char *const names[] = {"new", "open", "done", "cancelled"};

	return names[outcome];
}
