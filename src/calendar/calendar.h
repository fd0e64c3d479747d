/*
 * calendar.h
 *		Working time: a calendar (zone, weekly hours, holidays, exceptions) and what can be
 *		asked of it.
 *
 * Instants are timestamptz microseconds (since 2000-01-01 UTC), dates days since 2000-01-01,
 * times of day minutes of local time. Open time is a set of instants: each interval of a date
 * becomes a pair of instants by PostgreSQL's own rule (a local time in a gap takes the offset
 * before it, an ambiguous one the offset after), inverted pairs are empty, overlaps count once.
 */
#ifndef VSM_CALENDAR_H
#define VSM_CALENDAR_H

#include "fmgr.h"
#include "lib/stringinfo.h"
#include "datatype/timestamp.h"

#include "base/json_tree.h"

#define CALENDAR_VERSION	1

#define CALENDAR_DAY_MINUTES	1440

typedef struct CalendarHolidays
{
	int32		first;			/* dates, both included */
	int32		last;
} CalendarHolidays;

typedef struct CalendarException
{
	int32		date;
	int32		first_interval; /* its intervals end where the next exception's begin */
} CalendarException;

typedef struct CalendarInterval
{
	int16		begin;			/* minutes of the day, [begin, end) */
	int16		end;
} CalendarInterval;

/*
 * The stored value, compiled: used in place, without parsing. After the struct follow
 * holidays (sorted, disjoint), exceptions (sorted), intervals (those of the week, Monday
 * first, then those of the exceptions, sorted and disjoint within a day) and the zone's name
 * with its terminating zero. It has no padding, so equal calendars are equal bytes.
 */
typedef struct Calendar
{
	int32		vl_len_;		/* varlena header */
	uint8		version;		/* CALENDAR_VERSION, checked on read */
	uint8		unused[3];		/* always zero */
	int32		num_holidays;
	int32		num_exceptions;
	int32		num_intervals;
	int32		week_first[8];	/* intervals of weekday i: [week_first[i], week_first[i + 1]) */
} Calendar;

#define CALENDAR_HOLIDAYS(calendar) \
	((CalendarHolidays *) ((char *) (calendar) + sizeof(Calendar)))
#define CALENDAR_EXCEPTIONS(calendar) \
	((CalendarException *) (CALENDAR_HOLIDAYS(calendar) + (calendar)->num_holidays))
#define CALENDAR_INTERVALS(calendar) \
	((CalendarInterval *) (CALENDAR_EXCEPTIONS(calendar) + (calendar)->num_exceptions))
#define CALENDAR_ZONE(calendar) \
	((char *) (CALENDAR_INTERVALS(calendar) + (calendar)->num_intervals))

/* calendar_text.c: between text and the compiled value */

/*
 * Compiles a calendar's JSON. Returns NULL with error filled (22P02, or 22P05 for what text
 * cannot hold) if it is not one.
 */
extern Calendar *calendar_parse(const char *json, int len, InputError *error);

/* Refuses a stored value of another format version (22P02). */
extern void calendar_check_version(const Calendar *calendar);

/* Appends the canonical JSON: keys and dates in order, no spaces, what is default left out. */
extern void calendar_print(const Calendar *calendar, StringInfo out);

/* Less than, equal to or greater than zero; the zone's name counts first. */
extern int	calendar_compare(const Calendar *a, const Calendar *b);

/* calendar.c: an opened calendar answers questions */

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

/* calendar_io.c: between Datums and the above */

/* The calendar of a datum, with a 4-byte header; version checked (22P02). */
extern Calendar *calendar_from_datum(Datum datum);

/*
 * An opened reader for a calendar argument, kept across the calls of one call site. The slot
 * (NULL at first) lives in the caller's own struct in fn_extra, and context is fn_mcxt. The
 * calendar's bytes are compared on every call, so columns are as right as constants; several
 * calendars are kept, so rows of many teams are not opened over and over.
 */
extern CalendarReader *calendar_reader_cached(CalendarReader **slot, Datum datum,
											  MemoryContext context);

/*
 * The same for functions that cache nothing else: the slot is fn_extra itself. NULL if the
 * argument is NULL (wall clock).
 */
extern CalendarReader *calendar_reader(FunctionCallInfo fcinfo, int argno);

#endif							/* VSM_CALENDAR_H */
