/*
 * calendar_io.h
 *		Calendars as arguments of SQL functions.
 */
#ifndef VSM_CALENDAR_IO_H
#define VSM_CALENDAR_IO_H

#include "calendar/calendar_reader.h"
#include "fmgr.h"

/* The calendar of a datum, with a 4-byte header; refuses (XX001) an unknown format. */
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

#endif							/* VSM_CALENDAR_IO_H */
