/*
 * calendar_text.c
 *		The JSON form of calendars: reading, compiling, printing.
 *
 * The canonical text keeps intervals and holidays as they were written, sorted: touching
 * intervals are not joined, because next to a change of the zone's offset
 * ["02:30-03:10","03:10-04:00"] and ["02:30-04:00"] are different sets of instants.
 */
#include "postgres.h"

#include <ctype.h>

#include "base/compat.h"
#include "calendar/calendar_text.h"
#include "miscadmin.h"
#include "pgtime.h"
#include "utils/datetime.h"
#include "utils/json.h"

static const char *const weekdays[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun", NULL};

static const char *const calendar_keys[] = {"time_zone", "week", "holidays", "exceptions", NULL};

typedef struct ParsedException
{
	int32		date;
	const JsonTree *day;
} ParsedException;

/* What is read so far; the arrays are as long as the document can need. */
typedef struct CalendarParser
{
	InputError *error;
	const char *zone;
	int32		week_first[8];
	CalendarHolidays *holidays;
	int			num_holidays;
	CalendarException *exceptions;
	int			num_exceptions;
	CalendarInterval *intervals;
	int			num_intervals;
	int			max_intervals;
} CalendarParser;

static int
two_digits(const char *text)
{
	if (!isdigit((unsigned char) text[0]) || !isdigit((unsigned char) text[1]))
		return -1;
	return (text[0] - '0') * 10 + (text[1] - '0');
}

/*
 * YYYY-MM-DD (years above 9999 have more digits) to days since 2000-01-01. False if it is not
 * a date of the Gregorian calendar from year 1 to the last of timestamptz.
 */
static bool
parse_date(const char *text, int32 *date)
{
	int			digits = 0;
	int			year = 0;
	int			month;
	int			day;

	while (isdigit((unsigned char) text[digits]) && digits < 7)
		year = year * 10 + (text[digits++] - '0');
	if (digits < 4 || (digits > 4 && text[0] == '0') || strlen(text) != digits + 6 ||
		text[digits] != '-' || text[digits + 3] != '-')
		return false;
	month = two_digits(text + digits + 1);
	day = two_digits(text + digits + 4);
	if (year < 1 || year > 294276 || month < 1 || month > MONTHS_PER_YEAR ||
		day < 1 || day > day_tab[isleap(year)][month - 1])
		return false;
	*date = date2j(year, month, day) - POSTGRES_EPOCH_JDATE;
	return true;
}

static const char *
print_date(int32 date)
{
	int			year;
	int			month;
	int			day;

	j2date(date + POSTGRES_EPOCH_JDATE, &year, &month, &day);
	return psprintf("%04d-%02d-%02d", year, month, day);
}

/* HH:MM from 00:00 to 24:00; -1 if it is not that. */
static int
parse_minutes(const char *text)
{
	int			hours = two_digits(text);
	int			minutes = hours < 0 || text[2] != ':' ? -1 : two_digits(text + 3);

	if (minutes < 0 || minutes > 59 || hours > 24 || (hours == 24 && minutes > 0))
		return -1;
	return hours * 60 + minutes;
}

static int
compare_intervals(const void *a, const void *b)
{
	CHECK_FOR_INTERRUPTS();
	return ((const CalendarInterval *) a)->begin - ((const CalendarInterval *) b)->begin;
}

static int
compare_holidays(const void *a, const void *b)
{
	int32		first = ((const CalendarHolidays *) a)->first;
	int32		second = ((const CalendarHolidays *) b)->first;

	CHECK_FOR_INTERRUPTS();
	return (first > second) - (first < second);
}

static int
compare_exceptions(const void *a, const void *b)
{
	int32		first = ((const ParsedException *) a)->date;
	int32		second = ((const ParsedException *) b)->date;

	CHECK_FOR_INTERRUPTS();
	return (first > second) - (first < second);
}

static void
add_interval(CalendarParser *parser, int begin, int end)
{
	if (parser->num_intervals == parser->max_intervals)
	{
		parser->max_intervals *= 2;
		parser->intervals = repalloc(parser->intervals,
									 parser->max_intervals * sizeof(CalendarInterval));
	}
	parser->intervals[parser->num_intervals].begin = begin;
	parser->intervals[parser->num_intervals].end = end;
	parser->num_intervals++;
}

/* Reads the intervals of a day; what names the day in messages ("mon", "2026-12-24"). */
static bool
parse_day(CalendarParser *parser, const JsonTree *day, const char *what)
{
	int			first = parser->num_intervals;

	if (day->type == JSON_TREE_OBJECT && day->num_children == 0)
		return true;			/* {} is closed, for a day as for the week */
	if (day->type != JSON_TREE_ARRAY)
		return input_error(parser->error,
						   "The intervals of \"%s\" must be an array, not %s.",
						   what, json_tree_type_name(day));
	for (const JsonTree *node = day->first_child; node != NULL; node = node->next)
	{
		int			begin = -1;
		int			end = -1;

		if (node->type != JSON_TREE_STRING)
			return input_error(parser->error,
							   "An interval of \"%s\" must be a string, not %s.",
							   what, json_tree_type_name(node));
		if (strlen(node->text) == 11 && node->text[5] == '-')
		{
			begin = parse_minutes(node->text);
			end = parse_minutes(node->text + 6);
		}
		if (begin < 0 || end < 0)
			return input_error(parser->error,
							   "Interval \"%s\" of \"%s\" must be written like \"09:00-17:30\", from 00:00 to 24:00.",
							   node->text, what);
		if (begin == end)
			return input_error(parser->error, "Interval \"%s\" of \"%s\" is empty.",
							   node->text, what);
		if (begin > end)
			return input_error(parser->error,
							   "Interval \"%s\" of \"%s\" ends before it begins; "
							   "an interval that crosses midnight is written as two, one on each day.",
							   node->text, what);
		add_interval(parser, begin, end);
	}
	qsort(parser->intervals + first, parser->num_intervals - first,
		  sizeof(CalendarInterval), compare_intervals);
	for (int i = first + 1; i < parser->num_intervals; i++)
	{
		CalendarInterval *before = &parser->intervals[i - 1];
		CalendarInterval *after = &parser->intervals[i];

		if (after->begin < before->end)
			return input_error(parser->error,
							   "Intervals \"%02d:%02d-%02d:%02d\" and \"%02d:%02d-%02d:%02d\" of \"%s\" overlap.",
							   before->begin / 60, before->begin % 60, before->end / 60, before->end % 60,
							   after->begin / 60, after->begin % 60, after->end / 60, after->end % 60,
							   what);
	}
	return true;
}

static bool
parse_zone(CalendarParser *parser, const JsonTree *node)
{
	pg_tz	   *zone;

	if (node == NULL)
	{
		parser->zone = "UTC";
		return true;
	}
	if (node->type != JSON_TREE_STRING)
		return input_error(parser->error, "\"time_zone\" must be a string, not %s.",
						   json_tree_type_name(node));
	zone = node->text[0] == '\0' ? NULL : pg_tzset(node->text);
	if (zone == NULL)
		return input_error(parser->error, "Time zone \"%s\" is not known.", node->text);
	if (!pg_tz_acceptable(zone))
		return input_error(parser->error, "Time zone \"%s\" counts leap seconds, which PostgreSQL does not.",
						   node->text);
	parser->zone = pg_get_timezone_name(zone);
	return true;
}

static bool
parse_week(CalendarParser *parser, const JsonTree *week)
{
	if (week != NULL)
	{
		if (week->type != JSON_TREE_OBJECT)
			return input_error(parser->error, "\"week\" must be an object, not %s.",
							   json_tree_type_name(week));
		if (!json_tree_check_keys(week, weekdays, "\"week\"", parser->error))
			return false;
	}
	for (int i = 0; i < 7; i++)
	{
		const JsonTree *day = week == NULL ? NULL : json_tree_member(week, weekdays[i]);

		parser->week_first[i] = parser->num_intervals;
		if (week == NULL)
			add_interval(parser, 0, CALENDAR_DAY_MINUTES);
		else if (day != NULL && !parse_day(parser, day, weekdays[i]))
			return false;
	}
	parser->week_first[7] = parser->num_intervals;
	return true;
}

static bool
parse_holiday_date(CalendarParser *parser, const JsonTree *node, int32 *date)
{
	if (node->type != JSON_TREE_STRING)
		return input_error(parser->error, "A date of \"holidays\" must be a string, not %s.",
						   json_tree_type_name(node));
	if (!parse_date(node->text, date))
		return input_error(parser->error, "\"%s\" in \"holidays\" is not a date like \"2026-12-31\".",
						   node->text);
	return true;
}

static bool
parse_holidays(CalendarParser *parser, const JsonTree *list)
{
	if (list == NULL)
		return true;
	if (list->type != JSON_TREE_ARRAY)
		return input_error(parser->error, "\"holidays\" must be an array, not %s.",
						   json_tree_type_name(list));
	parser->holidays = palloc(Max(list->num_children, 1) * sizeof(CalendarHolidays));
	for (const JsonTree *node = list->first_child; node != NULL; node = node->next)
	{
		CalendarHolidays *holidays = &parser->holidays[parser->num_holidays++];

		if (node->type == JSON_TREE_ARRAY)
		{
			if (node->num_children != 2)
				return input_error(parser->error,
								   "A range of \"holidays\" must be its first and its last date, not %d elements.",
								   node->num_children);
			if (!parse_holiday_date(parser, node->first_child, &holidays->first) ||
				!parse_holiday_date(parser, node->last_child, &holidays->last))
				return false;
			if (holidays->first > holidays->last)
				return input_error(parser->error, "The range of \"holidays\" from %s to %s is reversed.",
								   node->first_child->text, node->last_child->text);
		}
		else
		{
			if (!parse_holiday_date(parser, node, &holidays->first))
				return false;
			holidays->last = holidays->first;
		}
	}
	qsort(parser->holidays, parser->num_holidays, sizeof(CalendarHolidays), compare_holidays);
	for (int i = 1; i < parser->num_holidays; i++)
	{
		if (parser->holidays[i].first <= parser->holidays[i - 1].last)
			return input_error(parser->error, "Date %s stands twice in \"holidays\".",
							   print_date(parser->holidays[i].first));
	}
	return true;
}

static bool
parse_exceptions(CalendarParser *parser, const JsonTree *object)
{
	ParsedException *parsed;
	int			num_parsed = 0;

	if (object == NULL)
		return true;
	if (object->type != JSON_TREE_OBJECT)
		return input_error(parser->error, "\"exceptions\" must be an object, not %s.",
						   json_tree_type_name(object));
	parsed = palloc(Max(object->num_children, 1) * sizeof(ParsedException));
	for (const JsonTree *node = object->first_child; node != NULL; node = node->next)
	{
		if (!parse_date(node->key, &parsed[num_parsed].date))
			return input_error(parser->error, "\"%s\" in \"exceptions\" is not a date like \"2026-12-31\".",
							   node->key);
		parsed[num_parsed++].day = node;
	}
	qsort(parsed, num_parsed, sizeof(ParsedException), compare_exceptions);
	parser->exceptions = palloc(Max(num_parsed, 1) * sizeof(CalendarException));
	for (int i = 0; i < num_parsed; i++)
	{
		if (i > 0 && parsed[i].date == parsed[i - 1].date)
			return input_error(parser->error, "Date %s stands twice in \"exceptions\".",
							   print_date(parsed[i].date));
		parser->exceptions[i].date = parsed[i].date;
		parser->exceptions[i].first_interval = parser->num_intervals;
		if (!parse_day(parser, parsed[i].day, parsed[i].day->key))
			return false;
	}
	parser->num_exceptions = num_parsed;
	return true;
}

Calendar *
calendar_from_text(const char *json, int len, InputError *error)
{
	CalendarParser parser = {0};
	JsonTree   *root = json_tree_parse(json, len, error);
	Calendar   *calendar;
	Size		size;

	if (root == NULL)
		return NULL;
	parser.error = error;
	parser.max_intervals = 64;
	parser.intervals = palloc(parser.max_intervals * sizeof(CalendarInterval));
	if (root->type != JSON_TREE_OBJECT)
	{
		input_error(error, "A calendar must be an object, not %s.", json_tree_type_name(root));
		return NULL;
	}
	if (!json_tree_check_keys(root, calendar_keys, "a calendar", error) ||
		!parse_zone(&parser, json_tree_member(root, "time_zone")) ||
		!parse_week(&parser, json_tree_member(root, "week")) ||
		!parse_holidays(&parser, json_tree_member(root, "holidays")) ||
		!parse_exceptions(&parser, json_tree_member(root, "exceptions")))
		return NULL;

	/* The text was longer than each of these parts, so their sum cannot overflow. */
	size = sizeof(Calendar) + parser.num_holidays * sizeof(CalendarHolidays) +
		parser.num_exceptions * sizeof(CalendarException) +
		parser.num_intervals * sizeof(CalendarInterval) + strlen(parser.zone) + 1;
	calendar = palloc0(size);
	SET_VARSIZE(calendar, size);
	calendar->version = CALENDAR_VERSION;
	calendar->num_holidays = parser.num_holidays;
	calendar->num_exceptions = parser.num_exceptions;
	calendar->num_intervals = parser.num_intervals;
	memcpy(calendar->week_first, parser.week_first, sizeof(parser.week_first));
	if (parser.num_holidays > 0)
		memcpy(CALENDAR_HOLIDAYS(calendar), parser.holidays,
			   parser.num_holidays * sizeof(CalendarHolidays));
	if (parser.num_exceptions > 0)
		memcpy(CALENDAR_EXCEPTIONS(calendar), parser.exceptions,
			   parser.num_exceptions * sizeof(CalendarException));
	if (parser.num_intervals > 0)
		memcpy(CALENDAR_INTERVALS(calendar), parser.intervals,
			   parser.num_intervals * sizeof(CalendarInterval));
	strcpy(CALENDAR_ZONE(calendar), parser.zone);
	return calendar;
}

static void
print_intervals(const Calendar *calendar, int first, int end, StringInfo out)
{
	const CalendarInterval *intervals = CALENDAR_INTERVALS(calendar);

	appendStringInfoChar(out, '[');
	for (int i = first; i < end; i++)
		appendStringInfo(out, "%s\"%02d:%02d-%02d:%02d\"", i > first ? "," : "",
						 intervals[i].begin / 60, intervals[i].begin % 60,
						 intervals[i].end / 60, intervals[i].end % 60);
	appendStringInfoChar(out, ']');
}

/* Whether every day of the week is open from 00:00 to 24:00, as without a week. */
static bool
is_always_open(const Calendar *calendar)
{
	for (int i = 0; i < 7; i++)
	{
		const CalendarInterval *interval = CALENDAR_INTERVALS(calendar) + calendar->week_first[i];

		if (calendar->week_first[i + 1] - calendar->week_first[i] != 1 ||
			interval->begin != 0 || interval->end != CALENDAR_DAY_MINUTES)
			return false;
	}
	return true;
}

char *
calendar_to_text(const Calendar *calendar)
{
	StringInfoData buf;
	StringInfo	out = &buf;
	const char *separator = "";

	initStringInfo(out);
	appendStringInfoString(out, "{\"time_zone\":");
	escape_json(out, CALENDAR_ZONE(calendar));
	if (!is_always_open(calendar))
	{
		appendStringInfoString(out, ",\"week\":{");
		for (int i = 0; i < 7; i++)
		{
			if (calendar->week_first[i] == calendar->week_first[i + 1])
				continue;
			appendStringInfo(out, "%s\"%s\":", separator, weekdays[i]);
			print_intervals(calendar, calendar->week_first[i], calendar->week_first[i + 1], out);
			separator = ",";
		}
		appendStringInfoChar(out, '}');
	}
	for (int i = 0; i < calendar->num_holidays; i++)
	{
		const CalendarHolidays *holidays = &CALENDAR_HOLIDAYS(calendar)[i];

		appendStringInfoString(out, i == 0 ? ",\"holidays\":[" : ",");
		if (holidays->first == holidays->last)
			appendStringInfo(out, "\"%s\"", print_date(holidays->first));
		else
			appendStringInfo(out, "[\"%s\",\"%s\"]", print_date(holidays->first),
							 print_date(holidays->last));
	}
	if (calendar->num_holidays > 0)
		appendStringInfoChar(out, ']');
	for (int i = 0; i < calendar->num_exceptions; i++)
	{
		const CalendarException *exception = &CALENDAR_EXCEPTIONS(calendar)[i];

		appendStringInfo(out, "%s\"%s\":", i == 0 ? ",\"exceptions\":{" : ",",
						 print_date(exception->date));
		print_intervals(calendar, exception->first_interval,
						i + 1 < calendar->num_exceptions ? exception[1].first_interval : calendar->num_intervals,
						out);
	}
	if (calendar->num_exceptions > 0)
		appendStringInfoChar(out, '}');
	appendStringInfoChar(out, '}');
	return buf.data;
}
