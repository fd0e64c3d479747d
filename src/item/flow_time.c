/*
 * flow_time.c
 *		Time as it is measured: by a calendar or the wall clock, known or not.
 */
#include "postgres.h"

#include "base/compat.h"
#include "base/time_range.h"
#include "common/int.h"
#include "item/flow_time.h"
#include "miscadmin.h"

void
flow_time_sum(FlowTime *sum, FlowTime part)
{
	sum->known &= part.known;
	if (unlikely(pg_add_s64_overflow(sum->microseconds, part.microseconds, &sum->microseconds)))
		interval_out_of_range();
}

void
flow_time_add(FlowTime *sum, CalendarReader *calendar, int64 since, int64 until)
{
	FlowTime	elapsed = {true, 0};

	/* Once a visit, whoever adds them up. */
	CHECK_FOR_INTERRUPTS();
	if (until == PERIOD_UNBOUNDED)
		elapsed.known = false;
	else if (calendar != NULL)
		elapsed.microseconds = calendar_working_time(calendar, since, until);
	else if (unlikely(pg_sub_s64_overflow(until, since, &elapsed.microseconds)))
		interval_out_of_range();
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
