/*
 * duration.h
 *		Intervals as microseconds and back.
 *
 * A duration is a length of real time: a day in an interval is 24 hours, and a month, which
 * has no length, is refused.
 */
#ifndef VSM_DURATION_H
#define VSM_DURATION_H

#include "datatype/timestamp.h"

/*
 * The microseconds of an interval. what names it in messages ("a duration"). Errors: months
 * 22023, infinite or beyond int64 22008.
 */
extern int64 duration_from_interval(const Interval *interval, const char *what);

/* The same of one that may not be negative (22023). */
extern int64 duration_not_negative(const Interval *interval, const char *what);

/*
 * The interval of that length, in the current memory context: as days and a time of less than
 * 24 hours (as the difference of two timestamps is), or in hours and smaller only (as working
 * time is).
 */
extern Interval *duration_to_interval(int64 microseconds, bool in_days);

#endif							/* VSM_DURATION_H */
