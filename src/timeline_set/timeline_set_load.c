/*
 * timeline_set_load.c
 *		Bringing a partition of a set into memory, divided into buckets that fit the first cache.
 */
#include "postgres.h"

#include "base/compat.h"
#include "miscadmin.h"
#include "timeline_set/timeline_set_reader.h"
#include "utils/memutils.h"

/*
 * The records of a bucket, their events and the items they are of: about 24 kB. Buckets are
 * written to in turn, so beyond some number each of them is a miss.
 */
#define BUCKET_SIZE			8192
#define MAX_BUCKET_BITS		12

/* Partitions smaller than this are read at once however little memory there is. */
#define LEAST_DIVIDED		(256 * 1024)

/* With fewer bits of the hash left a partition is not divided further. */
#define MAX_HASH_BITS_USED	24

/* Room for events of one item, to begin with. */
#define FEWEST_EVENTS		65536

static Size
partition_size(const SetPartition *partition)
{
	Size		size = 0;

	for (uint32 i = 0; i < partition->num_extents; i++)
		size += partition->extents[i].size;
	for (const SetChunk *chunk = partition->first; chunk != NULL; chunk = chunk->next)
		size += chunk->used;
	return size;
}

static void
read_extent(const SetExtent *extent, char *to)
{
	CHECK_FOR_INTERRUPTS();
	if (BufFileSeek(extent->file, extent->fileno, extent->offset, SEEK_SET) != 0 ||
		BufFileRead(extent->file, to, extent->size) != extent->size)
		ereport(ERROR,
				(errcode_for_file_access(),
				 errmsg("could not read from the temporary file of a set of timelines: %m")));
}

/* A walk over a partition that has only a piece of it in memory at a time. */
typedef struct SetWalk
{
	TimelineSetReader *reader;
	const SetPartition *partition;
	uint32		next_extent;
	const SetChunk *next_chunk;
	SetSegment	segment;
} SetWalk;

static void
walk_begin(SetWalk *walk, TimelineSetReader *reader, const SetPartition *partition)
{
	walk->reader = reader;
	walk->partition = partition;
	walk->next_extent = 0;
	walk->next_chunk = partition->first;
}

static bool
walk_next(SetWalk *walk)
{
	if (walk->next_extent < walk->partition->num_extents)
	{
		const SetExtent *extent = &walk->partition->extents[walk->next_extent++];
		char	   *data = set_buffer_reserve(walk->reader, &walk->reader->raw, extent->size);

		read_extent(extent, data);
		walk->segment.begin = data;
		walk->segment.end = data + extent->size;
		return true;
	}
	if (walk->next_chunk == NULL)
		return false;
	walk->segment.begin = walk->next_chunk->data;
	walk->segment.end = walk->next_chunk->data + walk->next_chunk->used;
	walk->next_chunk = walk->next_chunk->next;
	return true;
}

/* Divides a partition that is too large by the next bits of the hash; they are read one by one. */
static void
divide_partition(TimelineSetReader *reader, const SetPartition *partition)
{
	TimelineSet *set = reader->set;
	MemoryContext context = AllocSetContextCreate(reader->context, "part of a set of timelines",
												  ALLOCSET_DEFAULT_SIZES);
	TimelineSet *part_set = timeline_set_new(context, set->text_keys, set->max_memory);
	SetWalk		walk;

	part_set->names = set->names;
	part_set->summarized = set->summarized;
	part_set->rank = set->rank;
	part_set->packer = set->packer;
	part_set->hash_bits_used = set->hash_bits_used +
		(set->partition_mask != 0 ? SET_PARTITION_BITS : 0);
	part_set->partition_mask = SET_PARTITIONS - 1;
	/* From here on the reader ends it, whatever happens. */
	reader->part = timeline_set_read(part_set, reader->context);

	walk_begin(&walk, reader, partition);
	while (walk_next(&walk))
	{
		for (const char *p = walk.segment.begin; p < walk.segment.end;)
		{
			SetRecord	record;

			timeline_set_record(p, set->text_keys, &record);
			memcpy(timeline_set_append(part_set, record.hash,
									   timeline_set_partition(part_set, record.hash),
									   record.size), p, record.size);
			p += record.size;
		}
	}
	for (uint32 number = 0; number <= SET_NULL_ITEM; number++)
		timeline_set_close_chunk(part_set, number);
}

static bool
same_key(const SetRecord *a, const SetRecord *b, bool text_keys)
{
	if (!text_keys)
		return a->number == b->number;
	return a->text_len == b->text_len && memcmp(a->text, b->text, a->text_len) == 0;
}

/*
 * Whether all records of a partition are of one item; usually the second one is of another.
 * Then item is its first record, whose key is copied.
 */
static bool
is_one_item(TimelineSetReader *reader, const SetPartition *partition, SetRecord *item)
{
	bool		text_keys = reader->set->text_keys;
	bool		first = true;
	SetWalk		walk;

	walk_begin(&walk, reader, partition);
	while (walk_next(&walk))
	{
		for (const char *p = walk.segment.begin; p < walk.segment.end;)
		{
			SetRecord	record = {0};	/* keep compiler quiet */

			timeline_set_record(p, text_keys, &record);
			p += record.size;
			if (!first)
			{
				if (!same_key(&record, item, text_keys))
					return false;
				continue;
			}
			first = false;
			*item = record;
			if (text_keys)
				item->text = memcpy(set_buffer_reserve(reader, &reader->key, record.text_len + 1),
									record.text, record.text_len);
		}
	}
	return true;
}

/* Sorts events and removes duplicates; returns how many are left. */
static uint32
distinct_events(TimelineEvent *events, uint32 num_events)
{
	uint32		distinct = 0;

	timeline_sort_events(events, num_events);
	for (uint32 i = 0; i < num_events; i++)
	{
		if (i == 0 || events[i].at != events[i - 1].at || events[i].state != events[i - 1].state)
			events[distinct++] = events[i];
	}
	return distinct;
}

/* Makes room for another event of one item: its distinct ones are what takes memory. */
static TimelineEvent *
make_room(TimelineSetReader *reader, uint32 *num_events)
{
	SetBuffer  *buffer = &reader->events;
	Size		used;

	if (buffer->data == NULL)
		return set_buffer_reserve(reader, buffer, sizeof(TimelineEvent) * FEWEST_EVENTS);
	*num_events = distinct_events(buffer->data, *num_events);
	used = sizeof(TimelineEvent) * (Size) *num_events;
	if (used > buffer->size / 2)
	{
		buffer->size *= 2;
		buffer->data = repalloc_huge(buffer->data, buffer->size);
	}
	return buffer->data;
}

/*
 * Takes the events of a partition that is one item, which needs no more memory than a few
 * times that of its distinct events.
 */
static void
load_one_item(TimelineSetReader *reader, const SetPartition *partition, const SetRecord *item)
{
	TimelineSet *set = reader->set;
	SetGroup   *group;
	TimelineEvent *events = reader->events.data;
	uint32		num_events = 0;
	SetSummary *summary = NULL;
	SetWalk		walk;

	if (set->summarized)
	{
		summary = set_buffer_reserve(reader, &reader->summaries, sizeof(SetSummary));
		memset(summary, 0, sizeof(SetSummary));
	}
	walk_begin(&walk, reader, partition);
	while (walk_next(&walk))
	{
		for (const char *p = walk.segment.begin; p < walk.segment.end;)
		{
			SetRecord	record;

			timeline_set_record(p, set->text_keys, &record);
			p += record.size;
			if (summary != NULL)
				set_summarize(summary, &record);
			if (record.state >= SET_NO_EVENT)
				continue;
			if (unlikely(sizeof(TimelineEvent) * ((Size) num_events + 1) > reader->events.size))
				events = make_room(reader, &num_events);
			events[num_events].at = record.at;
			events[num_events++].state = set->rank[record.state];
		}
		CHECK_FOR_INTERRUPTS();
	}
	reader->num_groups = reader->next_group = 0;
	group = set_reader_add_group(reader);
	group->number = item->number;
	group->text = item->text;
	group->text_len = item->text_len;
	group->num_events = num_events;
	reader->is_listed = false;
}

/* Brings a partition into memory, as segments. */
static void
load_segments(TimelineSetReader *reader, const SetPartition *partition)
{
	Size		size = 0;
	uint32		num_chunks = 0;
	SetSegment *segments;

	for (uint32 i = 0; i < partition->num_extents; i++)
		size += partition->extents[i].size;
	for (const SetChunk *chunk = partition->first; chunk != NULL; chunk = chunk->next)
		num_chunks++;
	segments = set_buffer_reserve(reader, &reader->segments, sizeof(SetSegment) * ((Size) num_chunks + 1));
	reader->num_segments = 0;
	if (size > 0)
	{
		char	   *to = set_buffer_reserve(reader, &reader->raw, size);

		segments[0].begin = to;
		for (uint32 i = 0; i < partition->num_extents; i++)
		{
			read_extent(&partition->extents[i], to);
			to += partition->extents[i].size;
		}
		segments[0].end = to;
		reader->num_segments = 1;
	}
	for (const SetChunk *chunk = partition->first; chunk != NULL; chunk = chunk->next)
	{
		segments[reader->num_segments].begin = chunk->data;
		segments[reader->num_segments++].end = chunk->data + chunk->used;
	}
}

/* The bucket of a hash whose first bits are the same in all of the partition. */
static inline uint32
bucket_of(uint32 hash, uint32 bits_used, uint32 bits)
{
	return (uint32) (((uint64) (hash << bits_used) << bits) >> 32);
}

/* Divides the records of the segments by bits of their hashes. */
static pg_attribute_always_inline void
fill_buckets(TimelineSetReader *reader, Size size, uint32 bits_used, uint32 bits, bool text_keys)
{
	const SetSegment *segments = reader->segments.data;
	char	   *to = set_buffer_reserve(reader, &reader->records, size);
	char	  **next = palloc(sizeof(char *) << bits);

	memset(reader->bucket_size, 0, sizeof(Size) << bits);
	for (uint32 i = 0; i < reader->num_segments; i++)
	{
		for (const char *p = segments[i].begin; p < segments[i].end;)
		{
			SetRecord	record;

			timeline_set_record(p, text_keys, &record);
			reader->bucket_size[bucket_of(record.hash, bits_used, bits)] += record.size;
			p += record.size;
		}
	}
	reader->bucket_begin = to;
	for (uint32 i = 0; i < 1 << bits; i++)
	{
		next[i] = to;
		to += reader->bucket_size[i];
	}
	for (uint32 i = 0; i < reader->num_segments; i++)
	{
		for (const char *p = segments[i].begin; p < segments[i].end;)
		{
			SetRecord	record;
			char	  **bucket;

			timeline_set_record(p, text_keys, &record);
			bucket = &next[bucket_of(record.hash, bits_used, bits)];
			if (!text_keys && likely(record.size == SET_NUMBER_RECORD))
				memcpy(*bucket, p, SET_NUMBER_RECORD);
			else
				memcpy(*bucket, p, record.size);
			*bucket += record.size;
			p += record.size;
		}
		CHECK_FOR_INTERRUPTS();
	}
	pfree(next);
}

void
set_reader_load(TimelineSetReader *reader, uint32 number)
{
	TimelineSet *set = reader->set;
	const SetPartition *partition = &set->partitions[number];
	Size		size = partition_size(partition);
	uint32		bits_used = set->hash_bits_used;
	uint32		bits = 0;
	SetRecord	item = {0};

	reader->num_buckets = reader->next_bucket = 0;
	if (size == 0)
		return;
	if (number == SET_NULL_ITEM ||
		(size > LEAST_DIVIDED && is_one_item(reader, partition, &item)))
	{
		load_one_item(reader, partition, &item);
		return;
	}
	if (size > Max(set->max_memory / 2, LEAST_DIVIDED) && bits_used < MAX_HASH_BITS_USED)
	{
		divide_partition(reader, partition);
		return;
	}

	if (set->partition_mask != 0)
		bits_used += SET_PARTITION_BITS;
	while (size >> bits > BUCKET_SIZE && bits < MAX_BUCKET_BITS && bits + bits_used < 32)
		bits++;
	if (reader->bucket_size == NULL)
		reader->bucket_size = MemoryContextAlloc(reader->context, sizeof(Size) << MAX_BUCKET_BITS);
	load_segments(reader, partition);
	if (bits == 0 && reader->num_segments == 1)
	{
		reader->bucket_begin = ((SetSegment *) reader->segments.data)->begin;
		reader->bucket_size[0] = size;
	}
	else if (set->text_keys)
		fill_buckets(reader, size, bits_used, bits, true);
	else
		fill_buckets(reader, size, bits_used, bits, false);
	reader->num_buckets = 1 << bits;
}
