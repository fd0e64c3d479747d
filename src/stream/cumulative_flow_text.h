/*
 * cumulative_flow_text.h
 *		The text form of the state of vsm.cumulative_flow.
 */
#ifndef VSM_CUMULATIVE_FLOW_TEXT_H
#define VSM_CUMULATIVE_FLOW_TEXT_H

#include "base/json_tree.h"
#include "stream/cumulative_flow.h"

/* Between a state and its text; NULL, with error filled (22P02, 22P05), for what is none. */
extern FlatState *cumulative_flow_from_text(const char *text, int len, InputError *error);
extern char *cumulative_flow_to_text(const FlatState *state);

#endif							/* VSM_CUMULATIVE_FLOW_TEXT_H */
