/*
 * timestamp_text.h
 *		Points in time as ISO 8601 text in UTC, whatever the session's settings.
 */
#ifndef VSM_TIMESTAMP_TEXT_H
#define VSM_TIMESTAMP_TEXT_H

#include "datatype/timestamp.h"
#include "lib/stringinfo.h"

/*
 * Appends a finite time as "2026-01-05T10:00:00Z": a fraction only where it is not zero and
 * without trailing zeros, years of more than four digits as they are, and years before
 * 1 AD with " BC" behind the Z, as PostgreSQL does.
 */
extern void timestamp_text_append(StringInfo buf, TimestampTz at);

/*
 * Reads "2026-01-05T10:00:00.25+02:00" (T or one space; seconds and fraction may be absent;
 * offset Z, +hh, +hhmm, +hh:mm or +hh:mm:ss; " BC" at the end). The offset must be there: the
 * answer depends on no setting. Further digits of a fraction are rounded to microseconds.
 * Returns NULL, or why not as a sentence.
 */
extern const char *timestamp_text_parse(const char *text, int len, TimestampTz *at);

#endif							/* VSM_TIMESTAMP_TEXT_H */
