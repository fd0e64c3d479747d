/*
 * period_list.c
 *		Periods of time as a growing list.
 */
#include "postgres.h"

#include "base/compat.h"
#include "base/period_list.h"
#include "miscadmin.h"

void
period_list_init(PeriodList *list)
{
	list->count = 0;
	list->max = 8;
	list->periods = palloc(sizeof(Period) * list->max);
}

void
period_list_add(PeriodList *list, int64 since, int64 until)
{
	CHECK_FOR_INTERRUPTS();
	if (since >= until)
		return;
	/* Neighbours become one here already: the usual list is in order. */
	if (list->count > 0 && list->periods[list->count - 1].until == since)
	{
		list->periods[list->count - 1].until = until;
		return;
	}
	if (list->count == list->max)
	{
		list->max *= 2;
		list->periods = repalloc_huge(list->periods, sizeof(Period) * (Size) list->max);
	}
	list->periods[list->count].since = since;
	list->periods[list->count++].until = until;
}
