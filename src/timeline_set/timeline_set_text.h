/*
 * timeline_set_text.h
 *		The text form of sets of timelines.
 */
#ifndef VSM_TIMELINE_SET_TEXT_H
#define VSM_TIMELINE_SET_TEXT_H

#include "base/json_tree.h"
#include "timeline_set/timeline_set.h"

/*
 * Reads a text, in which pairs may come in any order and an item more than once; NULL, with error
 * filled (22P02, 22P05), for what is no set.
 */
extern const FlatTimelines *timeline_set_from_text(const char *text, int len, bool text_keys, InputError *error);

/* The text of what a reader reads, to its end. */
extern char *timeline_set_to_text(TimelineSetReader *reader, bool text_keys);

#endif							/* VSM_TIMELINE_SET_TEXT_H */
