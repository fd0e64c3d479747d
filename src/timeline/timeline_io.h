/*
 * timeline_io.h
 *		Timelines as arguments and results of SQL functions.
 */
#ifndef VSM_TIMELINE_IO_H
#define VSM_TIMELINE_IO_H

#include "fmgr.h"
#include "nodes/nodes.h"
#include "timeline/timeline.h"

/* A short header is fine for readers, so a small stored timeline is never copied. */
#define DatumGetTimeline(datum)		((Timeline *) PG_DETOAST_DATUM_PACKED(datum))
#define PG_GETARG_TIMELINE(n)		DatumGetTimeline(PG_GETARG_DATUM(n))
#define PG_RETURN_TIMELINE(timeline) PG_RETURN_POINTER(timeline)

/* Refuses infinity (22008): what has no end has no place in a timeline. */
extern void check_finite(TimestampTz at, const char *what);

/* The text form of a timeline. */
extern char *timeline_to_text(const Timeline *timeline);

/* Reads the text form; throws, or saves to escontext and returns NULL. */
extern Timeline *timeline_from_text(const char *text, int len, Node *escontext);

#endif							/* VSM_TIMELINE_IO_H */
