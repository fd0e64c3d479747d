/*
 * payload.h
 *		What the readers of raw payloads need and SQL has not: times in every spelling that
 *		tools use, whatever the session's settings, and text that is not quite JSON.
 */
#ifndef VSM_PAYLOAD_H
#define VSM_PAYLOAD_H

#include "datatype/timestamp.h"

typedef enum PayloadTime
{
	PAYLOAD_TIME_READ,
	PAYLOAD_TIME_EMPTY,
	PAYLOAD_TIME_INVALID,
	PAYLOAD_TIME_OUT_OF_RANGE	/* of PostgreSQL's times */
} PayloadTime;

/*
 * Reads a time: ISO 8601 with a T or a space, seconds and fraction optional, the zone as Z, UTC,
 * GMT, +02:00, +0200 or +02, with a space before it or not; without a zone it is UTC; a date alone
 * is its midnight in UTC; a bare number is milliseconds since 1970. Anything else is invalid,
 * never a guess.
 */
extern PayloadTime payload_read_time(const char *text, int len, TimestampTz *at);

/* Whether a text is a number: digits, with a sign before and one point within. */
extern bool payload_read_number(const char *text, int len);

/*
 * Where JSON text has an escape that PostgreSQL cannot hold, or NULL: \u0000, or one half of a
 * surrogate pair without the other, as where text was cut within an emoji. A backslash that is
 * itself escaped does not begin one.
 */
extern const char *payload_bad_escape(const char *p, const char *end);

#endif							/* VSM_PAYLOAD_H */
