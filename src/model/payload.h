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

/*
 * The longest array at the top of JSON text: the text itself, or a member of the object that it is.
 * Text is scanned for its structure only; what else is wrong with it whoever parses it finds.
 */
typedef struct PayloadArray
{
	const char *start;			/* behind its bracket */
	const char *end;			/* its closing bracket */
} PayloadArray;

/* False if there is none that has at least half of the text, or brackets and quotes do not match. */
extern bool payload_longest_array(const char *text, const char *end, PayloadArray *array);

/*
 * Where the elements of an array that begin at p, behind a bracket or comma, end: at the comma
 * behind so many elements, and at least so many bytes, or at the end of the array.
 */
extern const char *payload_elements_end(const char *p, const PayloadArray *array, int elements, size_t bytes);

#endif							/* VSM_PAYLOAD_H */
