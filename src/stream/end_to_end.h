/*
 * end_to_end.h
 *		One timeline of an item, from idea to use: from its tracker and the parts of its work.
 */
#ifndef VSM_END_TO_END_H
#define VSM_END_TO_END_H

#include "stream/code_progress.h"

/*
 * The timeline of the whole; what it is stands in end_to_end.c. tracker may be NULL, and so may
 * parts. Returns tracker itself if there is nothing to add to it. Errors: 22023 for a layer
 * whose end cannot be written.
 */
extern const Timeline *end_to_end(const Timeline *tracker, const Workflow *workflow, const Timeline *const *parts,
								  const Releasable *releasable, uint32 num_parts);

#endif							/* VSM_END_TO_END_H */
