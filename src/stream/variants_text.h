/*
 * variants_text.h
 *		The text form of the state of vsm.variants.
 */
#ifndef VSM_VARIANTS_TEXT_H
#define VSM_VARIANTS_TEXT_H

#include "base/json_tree.h"
#include "stream/variants.h"

/* Between a state and its text; NULL, with error filled (22P02, 22P05), for what is none. */
extern FlatState *variants_from_text(const char *text, int len, InputError *error);
extern char *variants_to_text(const FlatState *state);

#endif							/* VSM_VARIANTS_TEXT_H */
