/*
 * timeline.h
 *		The facts of one item: the set of (time, state) pairs, ordered by time and state bytes.
 *
 * A stored timeline is canonical, so that equal sets are equal bytes:
 *
 *		varlena header
 *		uint8		format version
 *		varint		size of the dictionary in bytes
 *		dictionary	number of distinct states (varint), each: varint length, bytes; in byte
 *					order, without the terminating zero
 *		varint		number of events, at least 1
 *					each: a tag, its state's number if that is not in the tag, and the
 *					microseconds since the event before (the first: since 2000-01-01 UTC),
 *					little end first
 *
 * The tag holds in its low 3 bits the length of the microseconds (0 to 6 bytes, 7 means 8)
 * and in its high 5 bits the state's number (31: a varint with the number follows). A week
 * between events takes 6 bytes, an event of the usual item 6 or 7.
 */
#ifndef VSM_TIMELINE_H
#define VSM_TIMELINE_H

#include "base/period_list.h"
#include "datatype/timestamp.h"

#define TIMELINE_VERSION		1

typedef struct Timeline
{
	int32		vl_len_;		/* varlena header; read through VARSIZE_ANY: it may be short */
	uint8		version;
	uint8		data[FLEXIBLE_ARRAY_MEMBER];
} Timeline;

#define TIMELINE_TAG_LENGTH_BITS	3
#define TIMELINE_TAG_LENGTH_MASK	0x07
#define TIMELINE_TAG_MAX_STATE		31	/* this number means: see the varint behind */

/* A state name; not terminated. */
typedef struct StateName
{
	const char *data;
	uint32		len;
} StateName;

/* An event that is not packed; state is an index into an array of names. */
typedef struct TimelineEvent
{
	int64		at;
	uint32		state;
} TimelineEvent;

/*
 * A timeline, opened for reading. Valid while the timeline's bytes are.
 */
typedef struct TimelineReader
{
	const uint8 *dictionary;	/* number of states, then their names */
	uint32		dictionary_size;
	const uint8 *names;			/* length of the first name */
	uint32		num_states;
	uint32		num_events;
	uint32		next_event;		/* number of events read so far */
	const uint8 *position;		/* tag of the next event */
	const uint8 *end;
	int64		at;				/* of the event read last */
	uint32		state;
} TimelineReader;

/* Reads an unsigned number of 7 bits a byte, low ones first. */
static inline uint32
timeline_varint(const uint8 **position)
{
	const uint8 *p = *position;
	uint32		value = *p & 0x7f;

	for (int shift = 7; *p++ & 0x80; shift += 7)
		value |= (uint32) (*p & 0x7f) << shift;
	*position = p;
	return value;
}

/* The next name of a list of names. */
static inline StateName
timeline_next_name(const uint8 **position)
{
	StateName	name;

	name.len = timeline_varint(position);
	name.data = (const char *) *position;
	*position += name.len;
	return name;
}

/* Opens a timeline before its first event. XX001 for an unknown format. */
extern void timeline_open(TimelineReader *reader, const Timeline *timeline);

/* Steps to the next event, whose time and state are in the reader then; false at the end. */
static inline bool
timeline_next(TimelineReader *reader)
{
	const uint8 *p;
	uint8		tag;
	uint32		length;
	uint64		delta = 0;

	if (reader->next_event == reader->num_events)
		return false;
	p = reader->position;
	tag = *p++;
	reader->state = tag >> TIMELINE_TAG_LENGTH_BITS;
	if (unlikely(reader->state == TIMELINE_TAG_MAX_STATE))
		reader->state = timeline_varint(&p);
	length = tag & TIMELINE_TAG_LENGTH_MASK;
	if (unlikely(length == 7))
		length = 8;
#ifndef WORDS_BIGENDIAN
	if (likely(reader->end - p >= 8))
	{
		/* One load; the bytes behind the number are cut off. */
		memcpy(&delta, p, sizeof(delta));
		if (length < 8)
			delta &= (UINT64CONST(1) << (8 * length)) - 1;
	}
	else
#endif
	{
		for (uint32 i = 0; i < length; i++)
			delta |= (uint64) p[i] << (8 * i);
	}
	reader->at = (int64) ((uint64) reader->at + delta);
	reader->position = p + length;
	reader->next_event++;
	return true;
}

/* The names of a timeline, as an array in the current memory context. */
extern StateName *timeline_names(const TimelineReader *reader);

/*
 * Packs events into a canonical timeline: any order, duplicates of pairs and of names
 * allowed, names without an event dropped. The array of events is sorted and changed in
 * place. num_events is at least 1; 54000 if the result would take more than 1 GB.
 */
extern Timeline *timeline_pack(const StateName *names, uint32 num_names,
							   TimelineEvent *events, uint32 num_events);

/* The set union of two timelines. */
extern Timeline *timeline_union(const Timeline *a, const Timeline *b);

/* Orders timelines by their events, an event by time and then state bytes. */
extern int	timeline_compare(const Timeline *a, const Timeline *b);

/* The times of the first and of the last event. */
extern void timeline_span(const Timeline *timeline, int64 *first, int64 *last);

/* The state at a time, of tied ones the last in byte order; false before the first event. */
extern bool timeline_state_at(const Timeline *timeline, int64 at, StateName *name);

/*
 * Adds to periods when a state held, that is from its event to the next instant with an event; of
 * tied states the last in byte order holds. The last one has no end.
 */
extern void timeline_periods(const Timeline *timeline, StateName wanted, PeriodList *periods);

/*
 * The events within [from, until); all states of the last instant at or before from are kept,
 * stamped with it. NULL if nothing is left.
 */
extern Timeline *timeline_clip(const Timeline *timeline, int64 from, int64 until);

/* Orders names by their bytes. */
extern int	state_name_compare(const StateName *a, const StateName *b);

/* Sorts an array of indexes into names by the bytes of the names. */
extern void state_name_sort(const StateName *names, uint32 *numbers, uint32 count);

/* Sorts events by (at, state). */
extern void timeline_sort_events(TimelineEvent *events, uint32 num_events);

/*
 * A growing list of events and their names, for all that makes timelines event by event.
 */
typedef struct TimelineBuilder
{
	StateName  *names;
	uint32		num_names;
	uint32		max_names;
	struct state_name_hash *lookup; /* from names to their numbers, once there are many */
	TimelineEvent *events;
	uint32		num_events;
	uint32		max_events;
} TimelineBuilder;

/* An empty builder, with room for so many events, in the current memory context. */
extern void timeline_builder_init(TimelineBuilder *builder, uint32 max_events);

/* The number of a name, which is added if it is new; its bytes must outlive the builder. */
extern uint32 timeline_builder_name(TimelineBuilder *builder, StateName name);

/* Adds an event; its state is the number of a name. */
extern void timeline_builder_event(TimelineBuilder *builder, int64 at, uint32 state);

/* The packed timeline, or NULL if there is no event. */
extern Timeline *timeline_builder_finish(TimelineBuilder *builder);

#endif							/* VSM_TIMELINE_H */
