/*
 * calendar_text.h
 *		The JSON form of calendars.
 */
#ifndef VSM_CALENDAR_TEXT_H
#define VSM_CALENDAR_TEXT_H

#include "base/json_tree.h"
#include "calendar/calendar.h"

/*
 * Compiles a calendar's JSON. Returns NULL with error filled (22P02, or 22P05 for what text
 * cannot hold) if it is not one.
 */
extern Calendar *calendar_from_text(const char *json, int len, InputError *error);

/* The canonical JSON: keys and dates in order, no spaces, what is default left out. */
extern char *calendar_to_text(const Calendar *calendar);

#endif							/* VSM_CALENDAR_TEXT_H */
