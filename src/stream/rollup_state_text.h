/*
 * rollup_state_text.h
 *		The text form of the state of vsm.rollup.
 */
#ifndef VSM_ROLLUP_STATE_TEXT_H
#define VSM_ROLLUP_STATE_TEXT_H

#include "base/json_tree.h"
#include "stream/rollup_state.h"

/* Between a state and its text; NULL, with error filled (22P02, 22P05), for what is none. */
extern FlatState *rollup_from_text(const char *text, int len, InputError *error);
extern char *rollup_to_text(const FlatState *state);

#endif							/* VSM_ROLLUP_STATE_TEXT_H */
