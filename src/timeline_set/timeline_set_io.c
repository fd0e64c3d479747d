/*
 * timeline_set_io.c
 *		The types vsm.text_timelines and vsm.bigint_timelines: a set of timelines as one value, an
 *		expanded object within a query, flat where it is kept; and its text.
 */
#include "postgres.h"

#include "base/compat.h"
#include "base/value_io.h"
#include "timeline_set/timeline_set_io.h"
#include "timeline_set/timeline_set_text.h"
#include "utils/expandeddatum.h"

/* The types of SQL: items are text, or numbers. */
#define TEXT_TIMELINES		"vsm.text_timelines"
#define BIGINT_TIMELINES	"vsm.bigint_timelines"

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
timeline_set_from_datum(Datum datum)
{
	const FlatTimelines *flat = (FlatTimelines *) PG_DETOAST_DATUM(datum);
	bool		text_keys = VARSIZE(flat) > offsetof(FlatTimelines, text_keys) && flat->text_keys;

	if (VARSIZE(flat) < sizeof(FlatTimelines))
		value_unknown_format(text_keys ? TEXT_TIMELINES : BIGINT_TIMELINES,
							 FLAT_TIMELINES_VERSION, FLAT_TIMELINES_VERSION);
	value_check_version(text_keys ? TEXT_TIMELINES : BIGINT_TIMELINES, flat->version, FLAT_TIMELINES_VERSION);
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
	flat = timeline_set_from_datum(datum);
	*text_keys = flat->text_keys;
	return timeline_set_read_flat(flat, CurrentMemoryContext);
}

/*----------
 * Text.
 *----------
 */

static void *
text_timelines_from_text(const char *text, int len, InputError *error)
{
	return unconstify(FlatTimelines *, timeline_set_from_text(text, len, true, error));
}

static void *
bigint_timelines_from_text(const char *text, int len, InputError *error)
{
	return unconstify(FlatTimelines *, timeline_set_from_text(text, len, false, error));
}

VALUE_INPUT(text_timelines, TEXT_TIMELINES, text_timelines_from_text)
VALUE_INPUT(bigint_timelines, BIGINT_TIMELINES, bigint_timelines_from_text)

VALUE_FUNCTION(vsm_timelines_out)
{
	bool		text_keys;
	TimelineSetReader *reader = timeline_set_datum_read(PG_GETARG_DATUM(0), &text_keys);
	char	   *text = timeline_set_to_text(reader, text_keys);

	timeline_set_read_end(reader);
	PG_RETURN_CSTRING(text);
}
