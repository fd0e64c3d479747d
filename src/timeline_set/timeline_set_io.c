/*
 * timeline_set_io.c
 *		A set of timelines as one value: an expanded object within a query, flat where it is kept.
 */
#include "postgres.h"

#include "base/compat.h"
#include "miscadmin.h"
#include "timeline_set/timeline_set_io.h"
#include "utils/expandeddatum.h"
#include "utils/memutils.h"

typedef struct ExpandedTimelines
{
	ExpandedObjectHeader header;
	TimelineSet *set;
} ExpandedTimelines;

static Size
get_flat_size(ExpandedObjectHeader *header)
{
	return VARSIZE(timeline_set_flat(((ExpandedTimelines *) header)->set));
}

static void
flatten_into(ExpandedObjectHeader *header, void *result, Size allocated_size)
{
	const FlatTimelines *flat = timeline_set_flat(((ExpandedTimelines *) header)->set);

	Assert(allocated_size == VARSIZE(flat));
	memcpy(result, flat, allocated_size);
}

static const ExpandedObjectMethods expanded_timelines = {get_flat_size, flatten_into};

const FlatTimelines *
timeline_set_check(const FlatTimelines *flat)
{
	if (VARSIZE(flat) < sizeof(FlatTimelines) || flat->version != FLAT_TIMELINES_VERSION)
		ereport(ERROR,
				(errcode(ERRCODE_DATA_CORRUPTED),
				 errmsg("set of timelines has format version %d", flat->version),
				 errdetail("This version of vsm reads format version %d.", FLAT_TIMELINES_VERSION)));
	return flat;
}

Datum
timeline_set_datum(TimelineSet *set)
{
	ExpandedTimelines *expanded = MemoryContextAllocZero(set->context, sizeof(ExpandedTimelines));
	void	   *pointer;

	/*
	 * The object is never handed out for writing, so nobody moves or deletes its context: it
	 * may be that of the aggregate, which holds other sets as well.
	 */
	EOH_init_header(&expanded->header, &expanded_timelines, set->context);
	expanded->set = set;

	/*
	 * Up to 15 a final function's result is copied, and so made flat, unless it is a chunk of
	 * the current memory context. So it is one: a copy of the pointer to the object.
	 */
	pointer = palloc(EXPANDED_POINTER_SIZE);
	memcpy(pointer, DatumGetPointer(EOHPGetRODatum(&expanded->header)), EXPANDED_POINTER_SIZE);
	return PointerGetDatum(pointer);
}

TimelineSetReader *
timeline_set_datum_read(Datum datum, bool *text_keys)
{
	const FlatTimelines *flat;

	if (VARATT_IS_EXTERNAL_EXPANDED(DatumGetPointer(datum)))
	{
		ExpandedObjectHeader *header = DatumGetEOHP(datum);

		if (header->eoh_methods == &expanded_timelines)
		{
			TimelineSet *set = ((ExpandedTimelines *) header)->set;

			*text_keys = set->text_keys;
			return timeline_set_read(set, CurrentMemoryContext);
		}
	}
	flat = DatumGetFlatTimelines(datum);
	*text_keys = flat->text_keys;
	return timeline_set_read_flat(flat, CurrentMemoryContext);
}
