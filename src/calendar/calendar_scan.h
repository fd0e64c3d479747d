/*
 * calendar_scan.h
 *		From a calendar's dates to open periods; for calendar_reader.c only.
 */
#ifndef VSM_CALENDAR_SCAN_H
#define VSM_CALENDAR_SCAN_H

#include "calendar/calendar.h"
#include "pgtime.h"

/*
 * How far, in days, a local date can lie from the instants it means: a POSIX zone may be 167
 * hours from UTC.
 */
#define CALENDAR_MARGIN_DAYS	8

typedef struct CalendarPeriod
{
	TimestampTz begin;			/* [begin, end) */
	TimestampTz end;
} CalendarPeriod;

/* What a scan needs, and what it remembers for the next. Zeroed, then the first three set. */
typedef struct CalendarScanner
{
	MemoryContext context;		/* of periods */
	const Calendar *calendar;
	pg_tz	   *zone;

	/* Local seconds in [offset_first, offset_end) are offset seconds ahead of UTC. */
	int64		offset_first;
	int64		offset_end;
	int64		offset;

	CalendarPeriod *periods;	/* the last scan's */
	int			max_periods;
} CalendarScanner;

/* Floor division for a positive divisor. */
static inline int64
calendar_floor_div(int64 value, int64 divisor)
{
	int64		result = value / divisor;

	return result - (value % divisor < 0);
}

/*
 * Computes the maximal open periods of some UTC days, sorted and cut to them, in
 * scanner->periods, and returns their number. The zone and the weekdays are those of the days;
 * holidays and exceptions those of the dates date_shift days later, or none (only_week).
 */
extern int	calendar_scan(CalendarScanner *scanner, int32 first_day, int32 num_days, bool only_week,
						  int32 date_shift);

#endif							/* VSM_CALENDAR_SCAN_H */
