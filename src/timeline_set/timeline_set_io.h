/*
 * timeline_set_io.h
 *		Sets of timelines as arguments and results of SQL functions.
 */
#ifndef VSM_TIMELINE_SET_IO_H
#define VSM_TIMELINE_SET_IO_H

#include "fmgr.h"
#include "timeline_set/timeline_set.h"

/* Whether the bytes of a varlena can be read where it lies. */
static inline bool
timeline_set_is_plain(Datum datum)
{
	struct varlena *p = (struct varlena *) DatumGetPointer(datum);

	return VARATT_IS_4B_U(p) || (VARATT_IS_SHORT(p) && !VARATT_IS_EXTERNAL(p));
}

/* A varlena as it lies there, unless it is toasted. */
static inline struct varlena *
timeline_set_plain(Datum datum)
{
	if (likely(timeline_set_is_plain(datum)))
		return (struct varlena *) DatumGetPointer(datum);
	return pg_detoast_datum_packed((struct varlena *) DatumGetPointer(datum));
}

/* The flat set of a datum; refuses (XX001) a format that this version of vsm does not read. */
extern const FlatTimelines *timeline_set_from_datum(Datum datum);

/* The datum of a set, an expanded object that points to it and lives as long. */
extern Datum timeline_set_datum(TimelineSet *set);

/* Reads the set of a datum, expanded or flat; allocates in the current memory context. */
extern TimelineSetReader *timeline_set_datum_read(Datum datum, bool *text_keys);

#endif							/* VSM_TIMELINE_SET_IO_H */
