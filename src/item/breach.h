/*
 * breach.h
 *		When an open item has been on the clock, or in a stage, for a given time.
 */
#ifndef VSM_BREACH_H
#define VSM_BREACH_H

#include "calendar/calendar_reader.h"
#include "item/item.h"

/* In place of a stage: the clock of the item. */
#define WHOLE_CLOCK		(-2)

/*
 * The earliest instant at which the clock of an open item, or its time in a stage or under a
 * layer, has reached target microseconds (0 or more) by the calendar (NULL: wall clock), if the
 * item stays where it is. False while that clock stands, and where it never gets so far. The item
 * must have been read without as_of.
 */
extern bool item_breach_at(const FlowItem *item, CalendarReader *calendar, int stage, int64 target, int64 *at);

#endif							/* VSM_BREACH_H */
