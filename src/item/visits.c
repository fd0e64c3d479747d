/*
 * visits.c
 *		The visits of one item, summed up by stage.
 */
#include "postgres.h"

#include "base/compat.h"
#include "item/flow_metrics.h"
#include "item/visits.h"
#include "miscadmin.h"

static void
summarize_stay(StageSummary *summary, int64 since, int64 until, bool has_left)
{
	summary->visits++;
	if (!summary->entered || since < summary->first_entered_at)
		summary->first_entered_at = since;
	summary->entered = true;
	if (has_left)
	{
		if (!summary->left || until > summary->last_left_at)
			summary->last_left_at = until;
		summary->left = true;
	}
}

/* Stages and, last, (unmapped): all visits, off the clock included. */
static void
summarize_visits(const FlowItem *item, CalendarReader *calendar, StageSummary *summaries)
{
	int			cursor = 0;

	for (int i = 0; i < item->num_visits; i++)
	{
		const ItemVisit *visit = &item->visits[i];
		int64		left_at = item_left_at(item, i);
		StageSummary *summary = &summaries[visit->stage == UNMAPPED_STAGE ?
										   item->workflow->num_stages : visit->stage];

		summarize_stay(summary, visit->entered_at, left_at, i < item->num_visits - 1);
		flow_time_add(&summary->duration, calendar, visit->entered_at, left_at);
		flow_time_add_blocked(&summary->blocked, calendar, item, visit->entered_at, left_at, &cursor);
		if (item_on_clock(item, i))
			flow_time_add(&summary->on_clock, calendar, visit->entered_at, left_at);
	}
}

/* Blocked stages: their spells as they are, on the clock or not. */
static void
summarize_spells(const FlowItem *item, CalendarReader *calendar, StageSummary *summaries)
{
	for (int stage = 0; stage < item->workflow->num_stages; stage++)
	{
		StageSummary *summary = &summaries[stage];

		if (item->stages[stage].layer < 0)
			continue;
		CHECK_FOR_INTERRUPTS();
		for (int i = 0; i < item->num_spells; i++)
		{
			const ItemSpell *spell = &item->spells[i];

			if (spell->layer != item->stages[stage].layer)
				continue;
			summarize_stay(summary, spell->since, spell->until, !spell->holds);
			flow_time_add(&summary->duration, calendar, spell->since, spell->until);
		}
		summary->blocked = summary->duration;
		summary->on_clock = item_stage_time(item, calendar, stage);
	}
}

StageSummary *
stage_summaries(const FlowItem *item, CalendarReader *calendar)
{
	int			num_stages = item->workflow->num_stages;
	StageSummary *summaries = palloc0(sizeof(StageSummary) * (num_stages + 1));

	for (int i = 0; i <= num_stages; i++)
		summaries[i].duration.known = summaries[i].on_clock.known = summaries[i].blocked.known = true;
	summarize_visits(item, calendar, summaries);
	summarize_spells(item, calendar, summaries);
	return summaries;
}

int
item_visit_at(const FlowItem *item, int64 at)
{
	int			low = 0;
	int			high = item->num_visits;

	/* The first one entered after that time, by bisection. */
	while (low < high)
	{
		int			middle = low + (high - low) / 2;

		if (item->visits[middle].entered_at <= at)
			low = middle + 1;
		else
			high = middle;
	}
	return low - 1;
}
