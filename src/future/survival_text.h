/*
 * survival_text.h
 *		The text form of a survival estimate.
 */
#ifndef VSM_SURVIVAL_TEXT_H
#define VSM_SURVIVAL_TEXT_H

#include "base/json_tree.h"
#include "future/survival.h"

/* Between a finished value and its text; NULL, with error filled (22P02, 22P05), for what is none. */
extern Survival *survival_from_text(const char *text, int len, InputError *error);
extern char *survival_to_text(const Survival *survival);

#endif							/* VSM_SURVIVAL_TEXT_H */
