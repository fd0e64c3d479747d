/*
 * flow_metrics.h
 *		The times of one item on its clock.
 */
#ifndef VSM_FLOW_METRICS_H
#define VSM_FLOW_METRICS_H

#include "item/flow_time.h"

/* All of the time on the clock, and of which kind it is. */
typedef struct ClockTimes
{
	FlowTime	total;
	FlowTime	active;			/* active stages outside layers */
	FlowTime	blocked;		/* under at least one layer, whatever the stage */
} ClockTimes;

/*
 * Sums the visits on the clock, by the calendar (NULL: wall clock). Times of an item that has not
 * started are 0, not unknown: nothing of it is on the clock. 22008 if a sum overflows.
 */
extern void clock_times_read(const FlowItem *item, CalendarReader *calendar, ClockTimes *times);

typedef enum ClockTimeKind
{
	ACTIVE_TIME,
	WAIT_TIME,
	BLOCKED_TIME
} ClockTimeKind;

/* One of them; waiting is what is neither. */
extern FlowTime clock_time(const ClockTimes *times, ClockTimeKind kind);

/* active / (active + wait); false if that is 0 or not known. */
extern bool flow_efficiency(const ClockTimes *times, float8 *result);

/* The time between the beginnings of two visits. */
extern FlowTime item_time_between(const FlowItem *item, CalendarReader *calendar, int from, int to);

/* The time on the clock of one stage, or of one layer. */
extern FlowTime item_stage_time(const FlowItem *item, CalendarReader *calendar, int stage);

#endif							/* VSM_FLOW_METRICS_H */
