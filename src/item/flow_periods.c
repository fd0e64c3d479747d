/*
 * flow_periods.c
 *		When one item was active, waiting, blocked or in a stage.
 */
#include "postgres.h"

#include "base/compat.h"
#include "item/flow_periods.h"

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

void
item_add_worked(const FlowItem *item, bool active, PeriodList *list)
{
	int			cursor = 0;

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
				period_list_add(list, since, until);
			continue;
		}
		period_list_init(&blocked);
		item_add_blocked(item, since, until, &cursor, &blocked);
		if (active)
			add_without(list, since, until, &blocked);
		else
		{
			for (uint32 j = 0; j < blocked.count; j++)
				period_list_add(list, blocked.periods[j].since, blocked.periods[j].until);
		}
		pfree(blocked.periods);
	}
}

void
item_add_all_blocked(const FlowItem *item, PeriodList *list)
{
	int			cursor = 0;

	for (int i = 0; i < item->num_visits; i++)
	{
		if (item_on_clock(item, i))
			item_add_blocked(item, item->visits[i].entered_at, item_left_at(item, i), &cursor, list);
	}
}

void
item_add_stage(const FlowItem *item, int stage, PeriodList *list)
{
	if (stage >= 0 && item->stages[stage].layer >= 0)
	{
		item_add_layer(item, item->stages[stage].layer, list);
		return;
	}
	for (int i = 0; i < item->num_visits; i++)
	{
		if (item->visits[i].stage == stage && item_on_clock(item, i))
			period_list_add(list, item->visits[i].entered_at, item_left_at(item, i));
	}
}
