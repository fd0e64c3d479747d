/*
 * flow_time.h
 *		Time as it is measured: by a calendar or the wall clock, known or not.
 */
#ifndef VSM_FLOW_TIME_H
#define VSM_FLOW_TIME_H

#include "calendar/calendar_reader.h"
#include "item/item.h"

/* An amount of time that may be unknown: that of a running visit without as_of. */
typedef struct FlowTime
{
	bool		known;
	int64		microseconds;
} FlowTime;

/* Adds the time from since to until (PERIOD_UNBOUNDED: unknown) by the calendar; 22008 if it overflows. */
extern void flow_time_add(FlowTime *sum, CalendarReader *calendar, int64 since, int64 until);

/* Adds an amount; unknown if it is, 22008 if it overflows. */
extern void flow_time_sum(FlowTime *sum, FlowTime part);

/* Adds the parts of [since, until) that are blocked. */
extern void flow_time_add_blocked(FlowTime *sum, CalendarReader *calendar, const FlowItem *item,
								  int64 since, int64 until, int *cursor);

#endif							/* VSM_FLOW_TIME_H */
