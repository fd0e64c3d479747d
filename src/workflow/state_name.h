/*
 * state_name.h
 *		What the name of a state says about the work in it.
 */
#ifndef VSM_STATE_NAME_H
#define VSM_STATE_NAME_H

#include "workflow/state_words.h"

/* What the words of a name mean; SENSE_UNKNOWN if it is no name, but a sentence, or says nothing. */
extern StateSense state_name_sense(const char *name, int len);

/*
 * Whether one of some phrases, with commas between them, stands in a name. Case and accents do
 * not matter; with a star at a phrase ("*review", "review*") its word may go on there.
 */
extern bool state_name_has(const char *name, int len, const char *phrases);

#endif							/* VSM_STATE_NAME_H */
