/*
 * payload.c
 *		What the readers of raw payloads need and SQL has not.
 */
#include "postgres.h"

#include <ctype.h>

#include "base/compat.h"
#include "base/timestamp_text.h"
#include "miscadmin.h"
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

/* Text is looked at piece by piece, between which a cancel request is heard. */
#define INTERRUPT_BYTES	(64 * 1024)

/* The quote that ends a string whose first character is at p, or NULL. */
static const char *
string_end(const char *p, const char *end)
{
	while (p < end && *p != '"')
		p += *p == '\\' ? 2 : 1;
	return p < end ? p : NULL;
}

bool
payload_longest_array(const char *text, const char *end, PayloadArray *array)
{
	const char *start = NULL;	/* of the array at the top that p is in */
	const char *heard = text;
	int			depth = 0;
	int			top = -1;		/* the depth within such arrays: 1 if the text is one, 2 if it is an object */

	array->start = array->end = NULL;
	for (const char *p = text; p < end; p++)
	{
		if (p - heard >= INTERRUPT_BYTES)
		{
			CHECK_FOR_INTERRUPTS();
			heard = p;
		}
		switch (*p)
		{
			case '"':
				p = string_end(p + 1, end);
				if (p == NULL)
					return false;
				break;
			case '[':
			case '{':
				if (top < 0)
					top = *p == '[' ? 1 : 2;
				if (++depth == top && *p == '[')
					start = p + 1;
				break;
			case ']':
			case '}':
				if (depth-- == top && start != NULL)
				{
					if (*p == ']' && p - start > array->end - array->start)
					{
						array->start = start;
						array->end = p;
					}
					start = NULL;
				}
				if (depth < 0)
					return false;
				break;
		}
	}
	return depth == 0 && array->start != NULL && array->end - array->start >= (end - text) / 2;
}

const char *
payload_elements_end(const char *p, const PayloadArray *array, int elements, size_t bytes)
{
	const char *start = p;
	const char *heard = p;
	int			depth = 0;

	for (; p < array->end; p++)
	{
		if (p - heard >= INTERRUPT_BYTES)
		{
			CHECK_FOR_INTERRUPTS();
			heard = p;
		}
		if (*p == '"')
			p = string_end(p + 1, array->end);
		else if (*p == '[' || *p == '{')
			depth++;
		else if (*p == ']' || *p == '}')
			depth--;
		else if (*p == ',' && depth == 0 && --elements <= 0 && p - start >= bytes)
			return p;
		Assert(p != NULL);		/* the array was found by its brackets and quotes */
	}
	return array->end;
}
