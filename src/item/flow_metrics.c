/*
 * flow_metrics.c
 *		The times of one item on its clock.
 */
#include "postgres.h"

#include "base/compat.h"
#include "item/flow_metrics.h"

/*
 * The usual item: wall clock, nothing blocked. Its visits follow each other, so if the whole
 * time does not overflow no part of it does.
 */
static void
read_plain_times(const FlowItem *item, ClockTimes *times)
{
	int64		since = item->visits[item->start].entered_at;
	int64		until = item->end < item->num_visits ?
		item->visits[item->end].entered_at : item->until;
	int64		active = 0;
	int64		paused = 0;

	flow_time_add(&times->total, NULL, since, until);
	if (!times->total.known)
		return;
	for (int i = item->start; i < item->end; i++)
	{
		int64		left_at = item_left_at(item, i);

		if (item_is_active(item, i))
			active += left_at - item->visits[i].entered_at;
		else if (item_is_paused(item, i))
			paused += left_at - item->visits[i].entered_at;
	}
	times->total.microseconds -= paused;
	times->active.microseconds = active;
}

void
clock_times_read(const FlowItem *item, CalendarReader *calendar, ClockTimes *times)
{
	int			cursor = 0;

	memset(times, 0, sizeof(ClockTimes));
	times->total.known = true;
	if (item->start >= 0 && calendar == NULL && item->num_blocked == 0)
		read_plain_times(item, times);
	else if (item->start >= 0)
	{
		for (int i = item->start; i < item->end; i++)
		{
			int64		since = item->visits[i].entered_at;
			int64		until = item_left_at(item, i);
			FlowTime	visit = {true, 0};
			FlowTime	blocked = {true, 0};

			if (!item_on_clock(item, i))
				continue;
			flow_time_add(&visit, calendar, since, until);
			if (item->num_blocked > 0)
				flow_time_add_blocked(&blocked, calendar, item, since, until, &cursor);
			flow_time_sum(&times->total, visit);
			times->blocked.microseconds += blocked.microseconds;
			if (item_is_active(item, i))
				times->active.microseconds += visit.microseconds - blocked.microseconds;
		}
	}
	/* No partial sums: as long as the clock runs into the unknown, none of them is known. */
	times->active.known = times->blocked.known = times->total.known;
}

FlowTime
clock_time(const ClockTimes *times, ClockTimeKind kind)
{
	FlowTime	wait = times->total;

	wait.microseconds -= times->active.microseconds;
	return kind == ACTIVE_TIME ? times->active : kind == WAIT_TIME ? wait : times->blocked;
}

bool
flow_efficiency(const ClockTimes *times, float8 *result)
{
	if (!times->total.known || times->total.microseconds == 0)
		return false;
	*result = (float8) times->active.microseconds / (float8) times->total.microseconds;
	return true;
}

FlowTime
item_time_between(const FlowItem *item, CalendarReader *calendar, int from, int to)
{
	FlowTime	time = {true, 0};

	flow_time_add(&time, calendar, item->visits[from].entered_at, item->visits[to].entered_at);
	return time;
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
