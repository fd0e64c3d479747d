/*
 * timeline_set_reader.h
 *		A reader of a set of timelines from inside; for timeline_set_read.c and
 *		timeline_set_load.c only.
 */
#ifndef VSM_TIMELINE_SET_READER_H
#define VSM_TIMELINE_SET_READER_H

#include "timeline_set/timeline_set.h"

/* An item of the current bucket. */
typedef struct SetGroup
{
	int64		number;
	const char *text;
	uint32		text_len;
	uint32		hash;
	uint32		num_events;
	uint32		last_event;		/* the number of the one that was added last, from 1; 0: none */
} SetGroup;

/* An event of the current bucket: those of a group are a list, the last one first. */
typedef struct SetEvent
{
	int64		at;
	uint32		state;			/* its rank */
	uint32		before;			/* the number of the one added before it; 0: none */
} SetEvent;

/* Records one behind the other. */
typedef struct SetSegment
{
	const char *begin;
	const char *end;
} SetSegment;

/* An array that is not kept when it grows. */
typedef struct SetBuffer
{
	void	   *data;
	Size		size;
} SetBuffer;

struct TimelineSetReader
{
	TimelineSet *set;
	MemoryContext context;
	uint32		next_partition; /* of those that are read here: none is behind the last one */
	uint32		partition;		/* the current one */

	/* The current partition: its records as they were added, and by buckets. */
	SetBuffer	segments;
	uint32		num_segments;
	SetBuffer	raw;
	SetBuffer	key;			/* of a partition that may be one item */
	SetBuffer	records;
	const char *bucket_begin;	/* of the next bucket */
	Size	   *bucket_size;
	uint32		num_buckets;
	uint32		next_bucket;

	/* The current bucket. */
	SetGroup   *groups;
	uint32		num_groups;
	uint32		max_groups;
	uint32		next_group;
	SetBuffer	slots;			/* number of a group + 1, by hash; 0: free */
	uint32		mask;
	SetBuffer	listed;			/* SetEvent of all groups, in the order in which they were added */
	SetBuffer	events;			/* TimelineEvent of the current group */
	bool		is_listed;		/* false: the only group's events are there by now */
	SetBuffer	summaries;		/* of each group, if the set is summarized */

	/* A partition that was too large, divided. */
	TimelineSetReader *part;

	/* Instead of all that: a flat set. */
	const FlatTimelines *flat;
	const char *flat_position;
	uint32		flat_left;
};

/* Room for size bytes; what was there is lost if it has to grow. */
static inline void *
set_buffer_reserve(TimelineSetReader *reader, SetBuffer *buffer, Size size)
{
	if (buffer->size < size)
	{
		if (buffer->data != NULL)
			pfree(buffer->data);
		buffer->data = NULL;
		buffer->size = Max(size, buffer->size + buffer->size / 2);
		buffer->data = MemoryContextAllocExtended(reader->context, buffer->size, MCXT_ALLOC_HUGE);
	}
	return buffer->data;
}

/* Adds a row to a summary, which begins as zeroes. */
static inline void
set_summarize(SetSummary *summary, const SetRecord *record)
{
	summary->num_rows++;
	summary->num_states += record->state < SET_NO_EVENT || record->state == SET_NO_TIME;
	if (unlikely(record->state >= SET_NO_TIME))
		return;
	if (summary->num_times == 0 || record->at < summary->first)
		summary->first = record->at;
	if (summary->num_times == 0 || record->at > summary->last)
		summary->last = record->at;
	summary->num_times++;
}

/* A new item, without events. */
static inline SetGroup *
set_reader_add_group(TimelineSetReader *reader)
{
	SetGroup   *group;

	if (reader->num_groups == reader->max_groups)
	{
		Size		size;

		reader->max_groups = Max(reader->max_groups * 2, 64);
		size = sizeof(SetGroup) * (Size) reader->max_groups;
		if (reader->groups == NULL)
			reader->groups = MemoryContextAlloc(reader->context, size);
		else
			reader->groups = repalloc_huge(reader->groups, size);
	}
	group = &reader->groups[reader->num_groups++];
	group->num_events = group->last_event = 0;
	return group;
}

/*
 * Brings a partition into buckets; or, if it is one item, reads that; or, if it is too large,
 * divides it into the parts of another set.
 */
extern void set_reader_load(TimelineSetReader *reader, uint32 partition);

#endif							/* VSM_TIMELINE_SET_READER_H */
