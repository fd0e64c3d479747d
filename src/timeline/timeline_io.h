/*
 * timeline_io.h
 *		Timelines as arguments and results of SQL functions.
 */
#ifndef VSM_TIMELINE_IO_H
#define VSM_TIMELINE_IO_H

#include "fmgr.h"
#include "timeline/timeline.h"

/* A short header is fine for readers, so a small stored timeline is never copied. */
#define DatumGetTimeline(datum)		((Timeline *) PG_DETOAST_DATUM_PACKED(datum))
#define PG_GETARG_TIMELINE(n)		DatumGetTimeline(PG_GETARG_DATUM(n))
#define PG_RETURN_TIMELINE(timeline) PG_RETURN_POINTER(timeline)

#endif							/* VSM_TIMELINE_IO_H */
