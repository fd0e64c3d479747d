/*
 * graph_text.h
 *		The text form of graphs.
 */
#ifndef VSM_GRAPH_TEXT_H
#define VSM_GRAPH_TEXT_H

#include "base/json_tree.h"
#include "correlation/graph.h"

/* Reads a text; NULL, with error filled (22P02, 22P05), for what is no graph. */
extern Graph *graph_from_text(const char *text, int len, InputError *error);

/* {"node":["target",...],...}: given nodes in order with all their targets. */
extern char *graph_to_text(const Graph *graph);

#endif							/* VSM_GRAPH_TEXT_H */
