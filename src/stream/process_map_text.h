/*
 * process_map_text.h
 *		The text form of the state of vsm.process_map.
 */
#ifndef VSM_PROCESS_MAP_TEXT_H
#define VSM_PROCESS_MAP_TEXT_H

#include "base/json_tree.h"
#include "stream/process_map.h"

/* Between a state and its text; NULL, with error filled (22P02, 22P05), for what is none. */
extern FlatState *process_map_from_text(const char *text, int len, InputError *error);
extern char *process_map_to_text(const FlatState *state);

#endif							/* VSM_PROCESS_MAP_TEXT_H */
