/*
 * state_name.h
 *		What the name of a state says about the work in it.
 */
#ifndef VSM_STATE_NAME_H
#define VSM_STATE_NAME_H

#include "workflow/state_words.h"

/* What the words of a name mean; SENSE_UNKNOWN if it is no name, but a sentence, or says nothing. */
extern StateSense state_name_sense(const char *name, int len);

#endif							/* VSM_STATE_NAME_H */
