/*
 * time_range.h
 *		What is refused of times and durations: infinity, and results out of range (22008).
 */
#ifndef VSM_TIME_RANGE_H
#define VSM_TIME_RANGE_H

#include "datatype/timestamp.h"

/* They raise 22008; what names the time. */
pg_noreturn extern void refuse_infinite(const char *what);
pg_noreturn extern void interval_out_of_range(void);
pg_noreturn extern void timestamp_out_of_range(void);

/* Refuses infinity; what names the time in the message ("since", "the time of an event"). */
static inline void
check_finite(TimestampTz at, const char *what)
{
	if (unlikely(TIMESTAMP_NOT_FINITE(at)))
		refuse_infinite(what);
}

#endif							/* VSM_TIME_RANGE_H */
