/*
 * calendar_reader.h
 *		Working time: what can be asked of an opened calendar.
 */
#ifndef VSM_CALENDAR_READER_H
#define VSM_CALENDAR_READER_H

#include "calendar/calendar.h"

/*
 * A calendar opened for reading: its zone resolved, and sums of open time built where they
 * were asked for, so that a question costs the same whatever its span. Memory is bounded
 * (16 MB, usually some tens of kB).
 */
typedef struct CalendarReader CalendarReader;

/*
 * Opens a calendar, given as the bytes after its varlena header, or returns the reader in the
 * cache that has the same bytes (NULL: an empty cache). A reader copies its calendar and lives
 * below parent; the cache keeps some tens of them, those used last. A zone this server does not
 * know: 22023.
 */
extern CalendarReader *calendar_open(CalendarReader **cache, const char *bytes, Size size,
									 MemoryContext parent);

/*
 * Open time in [since, until) in microseconds, negative when reversed. Both must be finite.
 * 22008 if it does not fit.
 */
extern int64 calendar_working_time(CalendarReader *reader, TimestampTz since, TimestampTz until);

/* Whether at is open. */
extern bool calendar_is_working(CalendarReader *reader, TimestampTz at);

/*
 * The instant with amount microseconds of open time between at and it: forward the earliest,
 * backward (amount < 0) the latest, at itself for 0. False if there is none.
 */
extern bool calendar_add(CalendarReader *reader, TimestampTz at, int64 amount, TimestampTz *result);

/*
 * Calls visit (which asks nothing of the reader) for each open period that meets
 * [since, until), in order, cut to it. A long one may come in pieces that touch.
 */
typedef void (*CalendarVisit) (TimestampTz begin, TimestampTz end, void *context);
extern void calendar_visit_periods(CalendarReader *reader, TimestampTz since, TimestampTz until,
								   CalendarVisit visit, void *context);

#endif							/* VSM_CALENDAR_READER_H */
