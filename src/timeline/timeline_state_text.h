/*
 * timeline_state_text.h
 *		The text form of the state of the aggregates that make timelines.
 */
#ifndef VSM_TIMELINE_STATE_TEXT_H
#define VSM_TIMELINE_STATE_TEXT_H

#include "base/json_tree.h"
#include "timeline/timeline_state.h"

/* Between a state and its text; NULL, with error filled (22P02, 22P05), for what is none. */
extern TimelineState *timeline_state_from_text(const char *text, int len, InputError *error);
extern char *timeline_state_to_text(TimelineState *state);

#endif							/* VSM_TIMELINE_STATE_TEXT_H */
