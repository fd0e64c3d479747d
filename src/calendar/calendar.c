/*
 * calendar.c
 *		A calendar of working time as it is stored.
 */
#include "postgres.h"

#include "base/compat.h"
#include "base/value.h"
#include "calendar/calendar.h"

void
calendar_check_format(const Calendar *calendar)
{
	if (VARSIZE(calendar) <= sizeof(Calendar))
		value_unknown_format("vsm.calendar", CALENDAR_VERSION, CALENDAR_VERSION);
	value_check_version("vsm.calendar", calendar->version, CALENDAR_VERSION);
}

int
calendar_compare(const Calendar *a, const Calendar *b)
{
	int			result = strcmp(CALENDAR_ZONE(a), CALENDAR_ZONE(b));
	Size		size_a = CALENDAR_ZONE(a) - (char *) a;
	Size		size_b = CALENDAR_ZONE(b) - (char *) b;

	if (result == 0)
		result = memcmp((const char *) a + VARHDRSZ, (const char *) b + VARHDRSZ,
						Min(size_a, size_b) - VARHDRSZ);
	if (result == 0)
		result = (size_a > size_b) - (size_a < size_b);
	return result;
}

int
calendar_find_holiday(const Calendar *calendar, int32 date)
{
	int			low = 0;
	int			high = calendar->num_holidays;

	while (low < high)
	{
		int			middle = low + (high - low) / 2;

		if (CALENDAR_HOLIDAYS(calendar)[middle].last < date)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

int
calendar_find_exception(const Calendar *calendar, int32 date)
{
	int			low = 0;
	int			high = calendar->num_exceptions;

	while (low < high)
	{
		int			middle = low + (high - low) / 2;

		if (CALENDAR_EXCEPTIONS(calendar)[middle].date < date)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}
