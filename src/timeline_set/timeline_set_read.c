/*
 * timeline_set_read.c
 *		Reading a set of timelines: a partition at a time is divided into buckets that fit the
 *		first cache, and each of those grouped by item.
 *
 * Pure core: timeline_set_functions.c has the SQL-callable functions.
 */
#include "postgres.h"

#include "base/compat.h"
#include "miscadmin.h"
#include "timeline_set/timeline_set.h"
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

#define FEWEST_SLOTS		128

/* Room for events of one item, to begin with. */
#define FEWEST_EVENTS		65536

/* An item of the current bucket. */
typedef struct SetGroup
{
	int64		number;
	const char *text;
	uint32		text_len;
	uint32		hash;
	uint32		num_events;
	uint32		next_event;		/* where its next event is put; its last one's end, then */
} SetGroup;

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
	uint32		next_partition;

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
	SetBuffer	group_of;		/* each record */
	SetBuffer	events;			/* of one group behind the other */

	/* A partition that was too large, divided. */
	TimelineSetReader *part;

	/* Instead of all that: a flat set. */
	const FlatTimelines *flat;
	const char *flat_position;
	uint32		flat_left;
};

static void *
buffer_reserve(TimelineSetReader *reader, SetBuffer *buffer, Size size)
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

/* Ranks the names of a set, once. */
static void
rank_names(TimelineSet *set)
{
	MemoryContext old = MemoryContextSwitchTo(set->context);
	const SetNames *names = set->names;
	StateName  *list = palloc_extended(sizeof(StateName) * (Size) Max(names->count, 1), MCXT_ALLOC_HUGE);

	for (uint32 i = 0; i < names->count; i++)
		list[i] = names->names[i].name;
	set->rank = palloc_extended(sizeof(uint32) * (Size) Max(names->count, 1), MCXT_ALLOC_HUGE);
	set->packer = timeline_packer_new(list, names->count, set->rank);
	pfree(list);
	MemoryContextSwitchTo(old);
}

TimelineSetReader *
timeline_set_read_flat(const FlatTimelines *flat, MemoryContext parent)
{
	MemoryContext context = AllocSetContextCreate(parent, "reader of timelines",
												  ALLOCSET_SMALL_SIZES);
	TimelineSetReader *reader = MemoryContextAllocZero(context, sizeof(TimelineSetReader));

	reader->context = context;
	reader->flat = flat;
	reader->flat_position = flat->data;
	reader->flat_left = flat->num_items;
	return reader;
}

TimelineSetReader *
timeline_set_read(TimelineSet *set, MemoryContext parent)
{
	MemoryContext context;
	TimelineSetReader *reader;

	if (set->flat != NULL)
		return timeline_set_read_flat(set->flat, parent);
	context = AllocSetContextCreate(parent, "reader of timelines", ALLOCSET_DEFAULT_SIZES);
	reader = MemoryContextAllocZero(context, sizeof(TimelineSetReader));
	reader->set = set;
	reader->context = context;
	set->num_readers++;
	for (uint32 number = 0; number <= SET_NULL_ITEM; number++)
		timeline_set_close_chunk(set, number);
	if (set->packer == NULL)
		rank_names(set);
	return reader;
}

/* Ends the reading of a divided partition. */
static void
end_part(TimelineSetReader *reader)
{
	TimelineSet *part_set = reader->part->set;

	timeline_set_read_end(reader->part);
	reader->part = NULL;
	timeline_set_close(part_set);
	MemoryContextDelete(part_set->context);
}

void
timeline_set_read_end(TimelineSetReader *reader)
{
	if (reader->part != NULL)
		end_part(reader);
	if (reader->set != NULL)
		reader->set->num_readers--;
	MemoryContextDelete(reader->context);
}

void
timeline_set_read_close(TimelineSetReader *reader)
{
	for (; reader->part != NULL; reader = reader->part)
		timeline_set_close(reader->part->set);
}

/*----------
 * A partition.
 *----------
 */

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
read_extent(TimelineSet *set, const SetExtent *extent, char *to)
{
	CHECK_FOR_INTERRUPTS();
	if (BufFileSeek(set->file, extent->fileno, extent->offset, SEEK_SET) != 0 ||
		BufFileRead(set->file, to, extent->size) != extent->size)
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
		char	   *data = buffer_reserve(walk->reader, &walk->reader->raw, extent->size);

		read_extent(walk->reader->set, extent, data);
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
			SetRecord	record;

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
				item->text = memcpy(buffer_reserve(reader, &reader->key, record.text_len + 1),
									record.text, record.text_len);
		}
	}
	return true;
}

static SetGroup *
add_group(TimelineSetReader *reader)
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
	group->num_events = 0;
	return group;
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
		return buffer_reserve(reader, buffer, sizeof(TimelineEvent) * FEWEST_EVENTS);
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
	SetWalk		walk;

	walk_begin(&walk, reader, partition);
	while (walk_next(&walk))
	{
		for (const char *p = walk.segment.begin; p < walk.segment.end;)
		{
			SetRecord	record;

			timeline_set_record(p, set->text_keys, &record);
			p += record.size;
			if (record.state == SET_NO_EVENT)
				continue;
			if (unlikely(sizeof(TimelineEvent) * ((Size) num_events + 1) > reader->events.size))
				events = make_room(reader, &num_events);
			events[num_events].at = record.at;
			events[num_events++].state = set->rank[record.state];
		}
		CHECK_FOR_INTERRUPTS();
	}
	reader->num_groups = reader->next_group = 0;
	group = add_group(reader);
	group->number = item->number;
	group->text = item->text;
	group->text_len = item->text_len;
	group->num_events = group->next_event = num_events;
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
	segments = buffer_reserve(reader, &reader->segments, sizeof(SetSegment) * ((Size) num_chunks + 1));
	reader->num_segments = 0;
	if (size > 0)
	{
		char	   *to = buffer_reserve(reader, &reader->raw, size);

		segments[0].begin = to;
		for (uint32 i = 0; i < partition->num_extents; i++)
		{
			read_extent(reader->set, &partition->extents[i], to);
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
	char	   *to = buffer_reserve(reader, &reader->records, size);
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
			if (!text_keys)
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

/* Brings the next partition into buckets, or divides it. */
static void
load_partition(TimelineSetReader *reader, uint32 number)
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

/*----------
 * A bucket.
 *----------
 */

static void
reset_slots(TimelineSetReader *reader, uint32 count)
{
	uint32	   *slots = buffer_reserve(reader, &reader->slots, sizeof(uint32) * (Size) count);

	memset(slots, 0, sizeof(uint32) * (Size) count);
	reader->mask = count - 1;
}

static void
grow_slots(TimelineSetReader *reader)
{
	uint32	   *slots;

	reset_slots(reader, (reader->mask + 1) * 4);
	slots = reader->slots.data;
	for (uint32 number = 0; number < reader->num_groups; number++)
	{
		uint32		i = reader->groups[number].hash & reader->mask;

		while (slots[i] != 0)
			i = (i + 1) & reader->mask;
		slots[i] = number + 1;
	}
}

/* The number of the group that a record belongs to. */
static pg_attribute_always_inline uint32
find_group(TimelineSetReader *reader, const SetRecord *record, bool text_keys)
{
	uint32	   *slots = reader->slots.data;
	uint32		i = record->hash & reader->mask;
	SetGroup   *group;

	for (; slots[i] != 0; i = (i + 1) & reader->mask)
	{
		group = &reader->groups[slots[i] - 1];
		if (!text_keys)
		{
			if (likely(group->number == record->number))
				return slots[i] - 1;
		}
		else if (likely(group->hash == record->hash && group->text_len == record->text_len &&
						memcmp(group->text, record->text, record->text_len) == 0))
			return slots[i] - 1;
	}
	if (unlikely(reader->num_groups >= reader->mask / 2))
	{
		grow_slots(reader);
		slots = reader->slots.data;
		i = record->hash & reader->mask;
		while (slots[i] != 0)
			i = (i + 1) & reader->mask;
	}
	group = add_group(reader);
	if (text_keys)
	{
		group->text = record->text;
		group->text_len = record->text_len;
	}
	else
		group->number = record->number;
	group->hash = record->hash;
	slots[i] = reader->num_groups;
	return reader->num_groups - 1;
}

/* Groups the events of a bucket by item. */
static pg_attribute_always_inline void
group_records(TimelineSetReader *reader, const char *begin, const char *end, bool text_keys)
{
	const uint32 *rank = reader->set->rank;
	Size		max_records = (end - begin) / (text_keys ? SET_TEXT_RECORD : SET_NUMBER_RECORD);
	uint32	   *group_of = buffer_reserve(reader, &reader->group_of, sizeof(uint32) * max_records);
	TimelineEvent *events = buffer_reserve(reader, &reader->events, sizeof(TimelineEvent) * max_records);
	uint32		num_records = 0;
	uint32		first = 0;

	reader->num_groups = reader->next_group = 0;
	reset_slots(reader, FEWEST_SLOTS);
	for (const char *p = begin; p < end;)
	{
		SetRecord	record;
		uint32		number;

		timeline_set_record(p, text_keys, &record);
		number = find_group(reader, &record, text_keys);
		reader->groups[number].num_events += record.state != SET_NO_EVENT;
		group_of[num_records++] = number;
		p += record.size;
	}
	for (uint32 i = 0; i < reader->num_groups; i++)
	{
		reader->groups[i].next_event = first;
		first += reader->groups[i].num_events;
	}
	num_records = 0;
	for (const char *p = begin; p < end;)
	{
		SetRecord	record;
		uint32		number = group_of[num_records++];

		timeline_set_record(p, text_keys, &record);
		p += record.size;
		if (likely(record.state != SET_NO_EVENT))
		{
			TimelineEvent *event = &events[reader->groups[number].next_event++];

			event->at = record.at;
			event->state = rank[record.state];
		}
	}
}

/* Groups the next bucket. */
static void
load_bucket(TimelineSetReader *reader)
{
	const char *begin = reader->bucket_begin;
	const char *end = begin + reader->bucket_size[reader->next_bucket++];

	CHECK_FOR_INTERRUPTS();
	reader->bucket_begin = end;
	if (reader->set->text_keys)
		group_records(reader, begin, end, true);
	else
		group_records(reader, begin, end, false);
}

/* The next item of a flat set. */
static bool
next_flat(TimelineSetReader *reader, SetItem *item)
{
	const char *p = reader->flat_position;

	if (reader->flat_left == 0)
		return false;
	reader->flat_left--;
	item->is_null = reader->flat_left == 0 && reader->flat->null_item;
	if (!item->is_null && !reader->flat->text_keys)
	{
		memcpy(&item->number, p, sizeof(int64));
		p += sizeof(int64);
	}
	else if (!item->is_null)
	{
		memcpy(&item->text_len, p, sizeof(uint32));
		item->text = p + sizeof(uint32);
		p += sizeof(uint32) + INTALIGN(item->text_len);
	}
	item->timeline = VARSIZE(p) == VARHDRSZ ? NULL : (const Timeline *) p;
	reader->flat_position = p + INTALIGN(VARSIZE(p));
	return true;
}

bool
timeline_set_next(TimelineSetReader *reader, SetItem *item)
{
	SetGroup   *group;

	if (reader->flat != NULL)
		return next_flat(reader, item);
	while (reader->next_group == reader->num_groups)
	{
		if (reader->part != NULL)
		{
			if (timeline_set_next(reader->part, item))
				return true;
			end_part(reader);
		}
		else if (reader->next_bucket < reader->num_buckets)
			load_bucket(reader);
		else if (reader->next_partition <= SET_NULL_ITEM)
			load_partition(reader, reader->next_partition++);
		else
			return false;
	}
	group = &reader->groups[reader->next_group++];
	item->is_null = reader->next_partition > SET_NULL_ITEM;
	item->number = group->number;
	item->text = group->text;
	item->text_len = group->text_len;
	item->timeline = NULL;
	if (group->num_events > 0)
		item->timeline = timeline_packer_pack(reader->set->packer,
											  (TimelineEvent *) reader->events.data + group->next_event - group->num_events,
											  group->num_events);
	return true;
}
