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

/* Nor a number that counts something. */
#define MAX_NUMBER_LENGTH	100

/* What it may lack: the time of day and the zone. */
#define ZONE_LENGTH		16

/*
 * Reads a time that is a bare number: milliseconds since 1970, as Jira and Jenkins send them.
 * PAYLOAD_TIME_INVALID where the text is not a number.
 */
static PayloadTime
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
		return PAYLOAD_TIME_INVALID;
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
		return PAYLOAD_TIME_INVALID;
	if (negative)
		microseconds = -microseconds;
	*at = microseconds - (POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE) * USECS_PER_DAY;
	return digits > 15 || !IS_VALID_TIMESTAMP(*at) ? PAYLOAD_TIME_OUT_OF_RANGE : PAYLOAD_TIME_READ;
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

PayloadTime
payload_read_time(const char *text, int len, TimestampTz *at)
{
	char		normal[MAX_TIME_LENGTH + ZONE_LENGTH];
	PayloadTime result;

	while (len > 0 && isspace((unsigned char) *text))
	{
		text++;
		len--;
	}
	while (len > 0 && isspace((unsigned char) text[len - 1]))
		len--;
	if (len <= 0)
		return PAYLOAD_TIME_EMPTY;
	result = parse_epoch_milliseconds(text, len, at);
	if (result != PAYLOAD_TIME_INVALID)
		return result;
	if (len <= MAX_TIME_LENGTH &&
		timestamp_text_parse(normal, write_normal(text, len, normal), at) == NULL)
		return PAYLOAD_TIME_READ;
	return PAYLOAD_TIME_INVALID;
}

bool
payload_read_number(const char *text, int len)
{
	const char *p = text;
	const char *end = text + len;

	if (p < end && (*p == '-' || *p == '+'))
		p++;
	if (p == end || len > MAX_NUMBER_LENGTH || !isdigit((unsigned char) *p))
		return false;
	while (p < end && isdigit((unsigned char) *p))
		p++;
	if (p < end && *p == '.')
	{
		for (p++; p < end && isdigit((unsigned char) *p);)
			p++;
	}
	return p == end;
}

/* What an escape \uXXXX at p says, or -1 if there is none. */
static int
escaped_unit(const char *p, const char *end)
{
	int			unit = 0;

	if (end - p < 6 || p[0] != '\\' || p[1] != 'u')
		return -1;
	for (int i = 2; i < 6; i++)
	{
		if (!isxdigit((unsigned char) p[i]))
			return -1;
		unit = unit * 16 + (isdigit((unsigned char) p[i]) ? p[i] - '0' : (p[i] | 0x20) - 'a' + 10);
	}
	return unit;
}

const char *
payload_bad_escape(const char *p, const char *end)
{
	while ((p = memchr(p, '\\', end - p)) != NULL)
	{
		int			unit = escaped_unit(p, end);

		if (unit == 0)
			return p;
		if (unit >= 0xD800 && unit < 0xDC00)
		{
			int			low = escaped_unit(p + 6, end);

			if (low < 0xDC00 || low >= 0xE000)
				return p;
			p += 12;
			continue;
		}
		if (unit >= 0xDC00 && unit < 0xE000)
			return p;
		if (end - p < 2)
			return NULL;
		p += 2;
	}
	return NULL;
}
