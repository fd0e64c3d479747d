/*
 * calendar.h
 *		A calendar of working time: zone, weekly hours, holidays, exceptions.
 *
 * Instants are timestamptz microseconds (since 2000-01-01 UTC), dates days since 2000-01-01,
 * times of day minutes of local time. Open time is a set of instants: each interval of a date
 * becomes a pair of instants by PostgreSQL's own rule (a local time in a gap takes the offset
 * before it, an ambiguous one the offset after), inverted pairs are empty, overlaps count once.
 */
#ifndef VSM_CALENDAR_H
#define VSM_CALENDAR_H

#include "datatype/timestamp.h"

#define CALENDAR_VERSION	1

#define CALENDAR_DAY_MINUTES	1440

typedef struct CalendarHolidays
{
	int32		first;			/* dates, both included */
	int32		last;
} CalendarHolidays;

typedef struct CalendarException
{
	int32		date;
	int32		first_interval; /* its intervals end where the next exception's begin */
} CalendarException;

typedef struct CalendarInterval
{
	int16		begin;			/* minutes of the day, [begin, end) */
	int16		end;
} CalendarInterval;

/*
 * The stored value, compiled: used in place, without parsing. After the struct follow
 * holidays (sorted, disjoint), exceptions (sorted), intervals (those of the week, Monday
 * first, then those of the exceptions, sorted and disjoint within a day) and the zone's name
 * with its terminating zero. It has no padding, so equal calendars are equal bytes.
 */
typedef struct Calendar
{
	int32		vl_len_;		/* varlena header */
	uint8		version;		/* CALENDAR_VERSION, checked on read */
	uint8		unused[3];		/* always zero */
	int32		num_holidays;
	int32		num_exceptions;
	int32		num_intervals;
	int32		week_first[8];	/* intervals of weekday i: [week_first[i], week_first[i + 1]) */
} Calendar;

#define CALENDAR_HOLIDAYS(calendar) \
	((CalendarHolidays *) ((char *) (calendar) + sizeof(Calendar)))
#define CALENDAR_EXCEPTIONS(calendar) \
	((CalendarException *) (CALENDAR_HOLIDAYS(calendar) + (calendar)->num_holidays))
#define CALENDAR_INTERVALS(calendar) \
	((CalendarInterval *) (CALENDAR_EXCEPTIONS(calendar) + (calendar)->num_exceptions))
#define CALENDAR_ZONE(calendar) \
	((char *) (CALENDAR_INTERVALS(calendar) + (calendar)->num_intervals))

/* Raises XX001 unless a stored value has the format version that is known. */
extern void calendar_check_format(const Calendar *calendar);

/* Less than, equal to or greater than zero; the zone's name counts first. */
extern int	calendar_compare(const Calendar *a, const Calendar *b);

/* The first holiday that does not end, or exception that is not, before a date. */
extern int	calendar_find_holiday(const Calendar *calendar, int32 date);
extern int	calendar_find_exception(const Calendar *calendar, int32 date);

#endif							/* VSM_CALENDAR_H */
