/*
 * releases_text.h
 *		The text form of releases.
 */
#ifndef VSM_RELEASES_TEXT_H
#define VSM_RELEASES_TEXT_H

#include "base/json_tree.h"
#include "correlation/releases.h"

/* Reads a text; NULL, with error filled (22P02, 22P05), for what are no releases. */
extern Releases *releases_from_text(const char *text, int len, InputError *error);

/* {"target":[["released at","release","sha"],...],...}, all in order. */
extern char *releases_to_text(const Releases *releases);

#endif							/* VSM_RELEASES_TEXT_H */
