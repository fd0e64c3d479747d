/*
 * timestamp_text.c
 *		Points in time as ISO 8601 text in UTC, whatever the session's settings.
 */
#include "postgres.h"

#include "base/compat.h"
#include "base/time_range.h"
#include "base/timestamp_text.h"
#include "utils/builtins.h"
#include "utils/datetime.h"
#include "utils/timestamp.h"

/* Years that are outside of PostgreSQL's range anyway are not read to the end. */
#define MAX_YEAR_DIGITS	6

void
timestamp_text_append(StringInfo buf, TimestampTz at)
{
	struct pg_tm tm;
	fsec_t		fsec;
	char		text[64];
	char	   *p = text;
	bool		bc;

	if (timestamp2tm(at, NULL, &tm, &fsec, NULL, NULL) != 0)
		timestamp_out_of_range();
	bc = tm.tm_year <= 0;
	p = pg_ultostr_zeropad(p, bc ? 1 - tm.tm_year : tm.tm_year, 4);
	*p++ = '-';
	p = pg_ultostr_zeropad(p, tm.tm_mon, 2);
	*p++ = '-';
	p = pg_ultostr_zeropad(p, tm.tm_mday, 2);
	*p++ = 'T';
	p = pg_ultostr_zeropad(p, tm.tm_hour, 2);
	*p++ = ':';
	p = pg_ultostr_zeropad(p, tm.tm_min, 2);
	*p++ = ':';
	p = pg_ultostr_zeropad(p, tm.tm_sec, 2);
	if (fsec != 0)
	{
		*p++ = '.';
		p = pg_ultostr_zeropad(p, fsec, 6);
		while (p[-1] == '0')
			p--;
	}
	*p++ = 'Z';
	if (bc)
	{
		memcpy(p, " BC", 3);
		p += 3;
	}
	appendBinaryStringInfo(buf, text, p - text);
}

/* Reads exactly the given number of digits; false where there are fewer. */
static bool
read_digits(const char **p, const char *end, int count, int *value)
{
	*value = 0;
	for (int i = 0; i < count; i++)
	{
		if (*p >= end || **p < '0' || **p > '9')
			return false;
		*value = *value * 10 + (*(*p)++ - '0');
	}
	return true;
}

static bool
read_char(const char **p, const char *end, char c)
{
	if (*p >= end || **p != c)
		return false;
	(*p)++;
	return true;
}

/* Reads Z or an offset; false where there is none. East is positive. */
static bool
read_offset(const char **p, const char *end, int *seconds)
{
	int			sign;
	int			hour,
				minute = 0,
				second = 0;

	if (read_char(p, end, 'Z') || read_char(p, end, 'z'))
	{
		*seconds = 0;
		return true;
	}
	if (read_char(p, end, '+'))
		sign = 1;
	else if (read_char(p, end, '-'))
		sign = -1;
	else
		return false;
	if (!read_digits(p, end, 2, &hour))
		return false;
	if (read_char(p, end, ':'))
	{
		if (!read_digits(p, end, 2, &minute))
			return false;
		if (read_char(p, end, ':') && !read_digits(p, end, 2, &second))
			return false;
	}
	else if (*p < end && **p >= '0' && **p <= '9')
	{
		if (!read_digits(p, end, 2, &minute))
			return false;
	}
	if (hour > MAX_TZDISP_HOUR || minute > 59 || second > 59)
		return false;
	*seconds = sign * ((hour * 60 + minute) * 60 + second);
	return true;
}

/* Reads the fraction behind the point, rounding to microseconds. */
static bool
read_fraction(const char **p, const char *end, int *microseconds)
{
	int			digits = 0;
	bool		round_up = false;

	*microseconds = 0;
	for (; *p < end && **p >= '0' && **p <= '9'; (*p)++, digits++)
	{
		if (digits < 6)
			*microseconds = *microseconds * 10 + (**p - '0');
		else if (digits == 6)
			round_up = **p >= '5';
	}
	if (digits == 0)
		return false;
	for (int i = digits; i < 6; i++)
		*microseconds *= 10;
	if (round_up)
		(*microseconds)++;		/* 1000000 is fine: it is added, not printed */
	return true;
}

static const char *const form =
"A time is written as 2026-01-05T10:00:00Z or with an offset such as +02:00.";

/* Reads the date and the time of day; false if they are not written as they should be. */
static bool
read_local(const char **p, const char *end, struct pg_tm *tm, int *microseconds)
{
	const char *year_end = *p;
	int			digits;

	while (year_end < end && *year_end >= '0' && *year_end <= '9')
		year_end++;
	digits = year_end - *p;
	if (digits < 4 || digits > MAX_YEAR_DIGITS)
		return false;
	if (!read_digits(p, end, digits, &tm->tm_year) ||
		!read_char(p, end, '-') || !read_digits(p, end, 2, &tm->tm_mon) ||
		!read_char(p, end, '-') || !read_digits(p, end, 2, &tm->tm_mday))
		return false;
	if (!read_char(p, end, 'T') && !read_char(p, end, 't') && !read_char(p, end, ' '))
		return false;
	if (!read_digits(p, end, 2, &tm->tm_hour) ||
		!read_char(p, end, ':') || !read_digits(p, end, 2, &tm->tm_min))
		return false;
	if (!read_char(p, end, ':'))
		return true;
	return read_digits(p, end, 2, &tm->tm_sec) &&
		(!read_char(p, end, '.') || read_fraction(p, end, microseconds));
}

static bool
is_bc(const char *p, const char *end)
{
	return end - p == 3 && memcmp(p, " BC", 3) == 0;
}

const char *
timestamp_text_parse(const char *text, int len, TimestampTz *at)
{
	const char *p = text;
	const char *end = text + len;
	struct pg_tm tm = {0};
	int			microseconds = 0;
	int			offset;
	int			zone;
	bool		bc;

	if (!read_local(&p, end, &tm, &microseconds))
		return form;
	if (p >= end || is_bc(p, end))
		return "The time has no offset: without Z or an offset such as +02:00 it would depend on the session's time zone.";
	if (!read_offset(&p, end, &offset))
		return form;
	bc = is_bc(p, end);
	if (p != end && !bc)
		return form;

	/* 24:00:00 is the next midnight and :60 the next minute, as in PostgreSQL. */
	if (tm.tm_year == 0 || tm.tm_mon < 1 || tm.tm_mon > MONTHS_PER_YEAR || tm.tm_mday < 1 ||
		tm.tm_min > 59 || tm.tm_sec > 60 || tm.tm_hour > 24 ||
		(tm.tm_hour == 24 && (tm.tm_min > 0 || tm.tm_sec > 0 || microseconds > 0)))
		return "The date or the time of day does not exist.";
	if (bc)
		tm.tm_year = 1 - tm.tm_year;
	if (tm.tm_mday > day_tab[isleap(tm.tm_year)][tm.tm_mon - 1])
		return "The date or the time of day does not exist.";

	/* The zone counts west of Greenwich; what must be in range is the instant, not the local time. */
	zone = -offset;
	if (tm2timestamp(&tm, 0, &zone, at) != 0)
		return "The time is outside of PostgreSQL's range.";
	*at += microseconds;
	if (!IS_VALID_TIMESTAMP(*at))
		return "The time is outside of PostgreSQL's range.";
	return NULL;
}
