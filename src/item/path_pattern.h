/*
 * path_pattern.h
 *		Regular expressions over the stages that an item visited.
 *
 * Every stage is spelt as one letter, and so PostgreSQL's own engine does the matching: a pattern
 * is its regular expression with <Stage> in place of characters.
 *
 *	<Stage>			one visit of that stage; \> and \\ stand for > and \ in its name
 *	[<A><B>]		one visit of either, [^<A><B>] of neither
 *	. * + ? {m,n} | ( ) (?: ) (?= ) (?! ) ^ $ *? \1		as always
 *
 * Anything else is refused: it would be a character, which no path has.
 */
#ifndef VSM_PATH_PATTERN_H
#define VSM_PATH_PATTERN_H

#include "item/item.h"
#include "nodes/pg_list.h"

/* A pattern as it is compiled for one workflow. */
typedef struct PathPattern PathPattern;

/*
 * The compiled pattern that is remembered in *cache, if it is of the same texts, else a new one in
 * its place, which lives below parent. 2201B for what is no pattern; 22023 for a stage that the
 * workflow does not have, and for a blocked one, which is never visited.
 */
extern PathPattern *path_pattern_get(PathPattern **cache, const Workflow *workflow,
									 const char *text, Size len, MemoryContext parent);

/* The names of stages that a pattern speaks of, as they come (list of char *); 2201B for what is no pattern. */
extern List *path_pattern_stages(const char *text, Size len);

/* Whether the path of an item, which was read by that workflow, has a part that matches. */
extern bool path_pattern_matches(PathPattern *pattern, const FlowItem *item);

#endif							/* VSM_PATH_PATTERN_H */
