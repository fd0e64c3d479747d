/*
 * calendar_scan.c
 *		From a calendar's dates to open periods, by walking over the days.
 */
#include "postgres.h"

#include "base/compat.h"
#include "calendar/calendar_scan.h"
#include "miscadmin.h"
#include "utils/datetime.h"

/*
 * The instant (in seconds since 2000) of a local time (seconds since 2000 as if it were UTC),
 * by DetermineTimeZoneOffset, which looks for an offset change after the local time less a
 * day. While that finds the same next change, and it is not reached, the answer is the same:
 * then this is a subtraction.
 */
static int64
local_to_instant(CalendarScanner *scanner, int64 local)
{
	const int64 epoch_seconds = (int64) (POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE) * SECS_PER_DAY;
	struct pg_tm tm = {0};
	int64		day;
	int64		second;
	int			offset;
	pg_time_t	probe;
	pg_time_t	boundary;
	long int	before_offset;
	long int	after_offset;
	int			before_isdst;
	int			after_isdst;
	int			changes;

	if (local >= scanner->offset_first && local < scanner->offset_end)
		return local - scanner->offset;

	day = calendar_floor_div(local, SECS_PER_DAY);
	second = local - day * SECS_PER_DAY;
	j2date(day + POSTGRES_EPOCH_JDATE, &tm.tm_year, &tm.tm_mon, &tm.tm_mday);
	tm.tm_hour = second / SECS_PER_HOUR;
	tm.tm_min = second / SECS_PER_MINUTE % MINS_PER_HOUR;
	tm.tm_sec = second % SECS_PER_MINUTE;
	offset = -DetermineTimeZoneOffset(&tm, scanner->zone);

	probe = local + epoch_seconds - SECS_PER_DAY;
	changes = pg_next_dst_boundary(&probe, &before_offset, &before_isdst, &boundary,
								   &after_offset, &after_isdst, scanner->zone);
	scanner->offset = before_offset;
	scanner->offset_first = local;
	if (changes == 0)
		scanner->offset_end = PG_INT64_MAX;
	else if (changes > 0)
	{
		boundary -= epoch_seconds;
		scanner->offset_end = boundary + Min(Min(before_offset, after_offset), SECS_PER_DAY);
	}
	else
		scanner->offset_end = local; /* cannot happen; then nothing is remembered */
	return local - offset;
}

/* Where the scan of successive dates stands in holidays and exceptions. */
typedef struct DateCursor
{
	const Calendar *calendar;
	bool		only_week;
	int			holiday;		/* first that does not end before the date */
	int			exception;		/* first that is not before the date */
} DateCursor;

/* The intervals of a date, which never goes back: [*first, *end) of the calendar's. */
static inline void
date_cursor_intervals(DateCursor *cursor, int32 date, int32 *first, int32 *end)
{
	const Calendar *calendar = cursor->calendar;
	int			weekday;

	if (!cursor->only_week)
	{
		const CalendarException *exceptions = CALENDAR_EXCEPTIONS(calendar);
		const CalendarHolidays *holidays = CALENDAR_HOLIDAYS(calendar);

		while (cursor->exception < calendar->num_exceptions &&
			   exceptions[cursor->exception].date < date)
			cursor->exception++;
		if (cursor->exception < calendar->num_exceptions &&
			exceptions[cursor->exception].date == date)
		{
			*first = exceptions[cursor->exception].first_interval;
			*end = cursor->exception + 1 < calendar->num_exceptions ?
				exceptions[cursor->exception + 1].first_interval : calendar->num_intervals;
			return;
		}
		while (cursor->holiday < calendar->num_holidays && holidays[cursor->holiday].last < date)
			cursor->holiday++;
		if (cursor->holiday < calendar->num_holidays && holidays[cursor->holiday].first <= date)
		{
			*first = *end = 0;
			return;
		}
	}
	weekday = (int) (date + 5 - 7 * calendar_floor_div(date + 5, 7));	/* 2000-01-01 was a Saturday */
	*first = calendar->week_first[weekday];
	*end = calendar->week_first[weekday + 1];
}

static int
compare_periods(const void *a, const void *b)
{
	TimestampTz first = ((const CalendarPeriod *) a)->begin;
	TimestampTz second = ((const CalendarPeriod *) b)->begin;

	return (first > second) - (first < second);
}

int
calendar_scan(CalendarScanner *scanner, int32 first_day, int32 num_days, bool only_week,
			  int32 date_shift)
{
	const CalendarInterval *intervals = CALENDAR_INTERVALS(scanner->calendar);
	TimestampTz first_instant = first_day * USECS_PER_DAY;
	TimestampTz last_instant = (first_day + num_days) * USECS_PER_DAY;
	int32		first_date = first_day - CALENDAR_MARGIN_DAYS + date_shift;
	DateCursor	cursor = {scanner->calendar, only_week,
		calendar_find_holiday(scanner->calendar, first_date),
	calendar_find_exception(scanner->calendar, first_date)};
	CalendarPeriod *periods;
	bool		sorted = true;
	int			num_found = 0;
	int			num_periods = 0;

	CHECK_FOR_INTERRUPTS();
	for (int32 day = first_day - CALENDAR_MARGIN_DAYS;
		 day < first_day + num_days + CALENDAR_MARGIN_DAYS; day++)
	{
		int64		midnight = (int64) day * SECS_PER_DAY;
		int32		interval;
		int32		interval_end;

		date_cursor_intervals(&cursor, day + date_shift, &interval, &interval_end);
		for (; interval < interval_end; interval++)
		{
			TimestampTz begin = USECS_PER_SEC *
				local_to_instant(scanner, midnight + intervals[interval].begin * SECS_PER_MINUTE);
			TimestampTz end = USECS_PER_SEC *
				local_to_instant(scanner, midnight + intervals[interval].end * SECS_PER_MINUTE);

			begin = Max(begin, first_instant);
			end = Min(end, last_instant);
			if (begin >= end)
				continue;
			if (num_found == scanner->max_periods)
			{
				int			max = Max(scanner->max_periods * 2, 1024);

				scanner->periods = scanner->periods == NULL ?
					MemoryContextAlloc(scanner->context, max * sizeof(CalendarPeriod)) :
					repalloc(scanner->periods, max * sizeof(CalendarPeriod));
				scanner->max_periods = max;
			}
			if (num_found > 0 && begin < scanner->periods[num_found - 1].begin)
				sorted = false;
			scanner->periods[num_found].begin = begin;
			scanner->periods[num_found++].end = end;
		}
	}

	/* Dates follow each other in time except where the zone's offset jumped. */
	periods = scanner->periods;
	if (!sorted)
		qsort(periods, num_found, sizeof(CalendarPeriod), compare_periods);
	for (int i = 0; i < num_found; i++)
	{
		if (num_periods > 0 && periods[i].begin <= periods[num_periods - 1].end)
			periods[num_periods - 1].end = Max(periods[num_periods - 1].end, periods[i].end);
		else
			periods[num_periods++] = periods[i];
	}
	return num_periods;
}
