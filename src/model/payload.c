/*
 * payload.c
 *		What the readers of raw payloads need and SQL has not.
 */
#include "postgres.h"

#include <ctype.h>

#include "base/compat.h"
#include "base/timestamp_text.h"
#include "model/payload.h"

/* A written time is not longer than this; what is longer is not a time. */
#define MAX_TIME_LENGTH	64

/* What it may lack: the time of day and the zone. */
#define ZONE_LENGTH		16

/*
 * Reads a time that is a bare number: milliseconds since 1970, as Jira and Jenkins send them.
 * Returns false where the text is not a number; raises 22008 out of PostgreSQL's range.
 */
static bool
parse_epoch_milliseconds(const char *text, int len, TimestampTz *at)
{
	const char *p = text;
	const char *end = text + len;
	bool		negative = false;
	int64		microseconds = 0;
	int			scale = 1000;	/* what one unit of the next digit behind the point is worth */
	int			digits = 0;

	if (p < end && *p == '-')
	{
		negative = true;
		p++;
	}
	for (; p < end && *p >= '0' && *p <= '9'; p++, digits++)
	{
		/* 18 digits of milliseconds are far outside of any calendar. */
		if (digits < 18)
			microseconds = microseconds * 10 + (*p - '0');
	}
	if (digits == 0)
		return false;
	if (digits <= 15)
		microseconds *= 1000;
	if (p < end && *p == '.')
	{
		for (p++; p < end && *p >= '0' && *p <= '9'; p++)
		{
			scale /= 10;
			if (digits <= 15)
				microseconds += (*p - '0') * scale;
		}
	}
	if (p != end)
		return false;
	if (negative)
		microseconds = -microseconds;
	*at = microseconds - (POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE) * USECS_PER_DAY;
	if (digits > 15 || !IS_VALID_TIMESTAMP(*at))
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("time out of range: \"%.*s\"", len, text)));
	return true;
}

/*
 * Writes a time that is not a number in the form of timestamp_text_parse, to a buffer that has
 * room for ZONE_LENGTH bytes more, and returns its length.
 */
static int
write_normal(const char *text, int len, char *normal)
{
	int			n = len;
	int			zone;			/* where the zone begins */

	memcpy(normal, text, len);
	/* "UTC" and "GMT" are Z; nothing may stand between time and zone. */
	if (n > 3 && (memcmp(normal + n - 3, "UTC", 3) == 0 || memcmp(normal + n - 3, "GMT", 3) == 0))
	{
		n -= 3;
		normal[n++] = 'Z';
	}
	if (n <= 10 || memchr(normal, ':', n) == NULL)
	{
		/* A date alone. */
		memcpy(normal + n, "T00:00Z", 7);
		return n + 7;
	}
	for (zone = 11; zone < n; zone++)
	{
		if (normal[zone] == '+' || normal[zone] == '-' || normal[zone] == 'Z' || normal[zone] == 'z')
			break;
	}
	if (zone == n)
		normal[n++] = 'Z';
	else if (normal[zone - 1] == ' ')
	{
		memmove(normal + zone - 1, normal + zone, n - zone);
		n--;
	}
	return n;
}

bool
payload_read_time(const char *text, int len, TimestampTz *at)
{
	char		normal[MAX_TIME_LENGTH + ZONE_LENGTH];

	while (len > 0 && isspace((unsigned char) *text))
	{
		text++;
		len--;
	}
	while (len > 0 && isspace((unsigned char) text[len - 1]))
		len--;
	if (len <= 0)
		return false;
	if (parse_epoch_milliseconds(text, len, at))
		return true;
	if ((Size) len > MAX_TIME_LENGTH ||
		timestamp_text_parse(normal, write_normal(text, len, normal), at) != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_DATETIME_FORMAT),
				 errmsg("invalid time: \"%.*s\"", Min(len, MAX_TIME_LENGTH), text),
				 errdetail("Readable are ISO 8601, with or without a zone (UTC then), and milliseconds since 1970.")));
	return true;
}

const char *
payload_null_escape(const char *p, const char *end)
{
	while ((p = memchr(p, '\\', end - p)) != NULL)
	{
		if (end - p >= 6 && memcmp(p, "\\u0000", 6) == 0)
			return p;
		if (end - p < 2)
			return NULL;
		p += 2;
	}
	return NULL;
}
