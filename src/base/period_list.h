/*
 * period_list.h
 *		Periods of time as a growing list.
 */
#ifndef VSM_PERIOD_LIST_H
#define VSM_PERIOD_LIST_H

/* The end of a period that has none. */
#define PERIOD_UNBOUNDED	PG_INT64_MAX

typedef struct Period
{
	int64		since;
	int64		until;			/* not included; PERIOD_UNBOUNDED: no upper bound */
} Period;

typedef struct PeriodList
{
	Period	   *periods;
	uint32		count;
	uint32		max;
} PeriodList;

/* An empty list, in the current memory context. */
extern void period_list_init(PeriodList *list);

/* Adds [since, until); an empty one is left out. */
extern void period_list_add(PeriodList *list, int64 since, int64 until);

#endif							/* VSM_PERIOD_LIST_H */
