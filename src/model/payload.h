/*
 * payload.h
 *		What the readers of raw payloads need and SQL has not: times in every spelling that
 *		tools use, whatever the session's settings, and text that is not quite JSON.
 */
#ifndef VSM_PAYLOAD_H
#define VSM_PAYLOAD_H

#include "datatype/timestamp.h"

/*
 * Reads a time: ISO 8601 with a T or a space, seconds and fraction optional, the zone as Z, UTC,
 * GMT, +02:00, +0200 or +02, with a space before it or not; without a zone it is UTC; a date alone
 * is its midnight in UTC; a bare number is milliseconds since 1970. False for empty text. Anything
 * else is 22007, never a guess; 22008 out of PostgreSQL's range.
 */
extern bool payload_read_time(const char *text, int len, TimestampTz *at);

/*
 * Where the escape \u0000 stands in JSON text, or NULL. A backslash that is itself escaped does
 * not begin one.
 */
extern const char *payload_null_escape(const char *p, const char *end);

#endif							/* VSM_PAYLOAD_H */
