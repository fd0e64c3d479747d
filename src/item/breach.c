/*
 * breach.c
 *		When an open item has been on the clock, or in a stage, for a given time.
 */
#include "postgres.h"

#include "base/compat.h"
#include "base/time_range.h"
#include "common/int.h"
#include "item/breach.h"
#include "miscadmin.h"

/*
 * What a clock still has to go. Periods are given in their order; the running one, which is the
 * last, has no end.
 */
typedef struct Countdown
{
	CalendarReader *calendar;
	int64		remaining;
	bool		running;		/* a period without end was given */
	bool		reached;
	int64		reached_at;
} Countdown;

/* The instant so much time after since; false if it is beyond what a timestamp holds, or never. */
static bool
time_after(CalendarReader *calendar, int64 since, int64 amount, int64 *at)
{
	if (calendar != NULL)
		return calendar_add(calendar, since, amount, at);
	return !pg_add_s64_overflow(since, amount, at) && IS_VALID_TIMESTAMP(*at);
}

/*
 * The clock runs in [since, until). A period that ends just when the target is reached reaches it:
 * of all instants with that much time before them the earliest counts, and in a later period there
 * is none.
 */
static void
count_down(Countdown *countdown, int64 since, int64 until)
{
	int64		time;

	CHECK_FOR_INTERRUPTS();
	if (until == PERIOD_UNBOUNDED)
		countdown->running = true;
	if (countdown->reached)
		return;
	if (until != PERIOD_UNBOUNDED)
	{
		if (countdown->calendar != NULL)
			time = calendar_working_time(countdown->calendar, since, until);
		else if (pg_sub_s64_overflow(until, since, &time))
			time = PG_INT64_MAX;	/* longer than any target */
		if (time < countdown->remaining)
		{
			countdown->remaining -= time;
			return;
		}
	}
	countdown->reached = time_after(countdown->calendar, since, countdown->remaining, &countdown->reached_at);
}

bool
item_breach_at(const FlowItem *item, CalendarReader *calendar, int stage, int64 target, int64 *at)
{
	Countdown	countdown = {.calendar = calendar, .remaining = target};

	Assert(item->until == PERIOD_UNBOUNDED && target >= 0);
	if (item->outcome != OUTCOME_OPEN)
		return false;
	if (stage >= 0 && item->stages[stage].layer >= 0)
	{
		PeriodList	list;

		period_list_init(&list);
		item_add_layer(item, item->stages[stage].layer, &list);
		for (uint32 i = 0; i < list.count; i++)
			count_down(&countdown, list.periods[i].since, list.periods[i].until);
		pfree(list.periods);
	}
	else
	{
		for (int i = item->start; i < item->end; i++)
		{
			if (item_on_clock(item, i) && (stage == WHOLE_CLOCK || item->visits[i].stage == stage))
				count_down(&countdown, item->visits[i].entered_at, item_left_at(item, i));
		}
	}
	*at = countdown.reached_at;
	return countdown.running && countdown.reached;
}
