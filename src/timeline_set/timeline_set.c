/*
 * timeline_set.c
 *		Filling a set of timelines: partitions of events, interned names, the temporary file.
 */
#include "postgres.h"

#include "base/compat.h"
#include "miscadmin.h"
#include "timeline_set/timeline_set_share.h"
#include "utils/memutils.h"

/*
 * A small set has one partition, whose chunks double from 1 kB. From 256 kB on it has all of
 * them, whose chunks double from 16 kB: larger than what an allocation set keeps in its own
 * blocks, so that freeing them gives the memory back.
 */
#define SMALL_CHUNK			1024
#define SMALL_SET			(256 * 1024)
#define FIRST_CHUNK			(16 * 1024)
#define LARGEST_CHUNK		(128 * 1024)

/* What malloc and the allocation set put before a chunk, so that it fills whole pages. */
#define CHUNK_OVERHEAD		128

/* A set with less than this in memory leaves it to others to make room. */
#define LEAST_SPILL			(64 * 1024)

/* Slots for names to begin with, so many that ten names hardly ever share one. */
#define FEWEST_SLOTS		512

const uint8 timeline_set_masks[2 * SET_WORD_BYTES] = {
	0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff
};

/* Slots of a set that has found no name by its words yet. */
static const uint16 free_short_slots[SET_SHORT_SLOTS];

TimelineSet *
timeline_set_new(MemoryContext context, bool text_keys, Size max_memory)
{
	TimelineSet *set = MemoryContextAllocZero(context, sizeof(TimelineSet));
	SetNames   *names = MemoryContextAllocZero(context, sizeof(SetNames));

	names->context = context;
	names->max_names = 16;
	names->names = MemoryContextAlloc(context, sizeof(SetName) * names->max_names);
	names->mask = FEWEST_SLOTS - 1;
	names->slots = MemoryContextAllocZero(context, sizeof(uint32) * (names->mask + 1));
	names->short_slots = free_short_slots;
	set->names = names;
	set->context = context;
	set->text_keys = text_keys;
	set->max_memory = max_memory;
	return set;
}

void
timeline_set_close(TimelineSet *set)
{
	if (set->file != NULL)
	{
		BufFileClose(set->file);
		set->file = NULL;
	}
	if (set->share != NULL)
		timeline_set_share_close(set->share);
}

/*----------
 * Names of states.
 *----------
 */

uint64
timeline_set_hash_long(const char *s, uint32 len)
{
	uint64		hash = len;
	uint64		first_bytes,
				last_bytes;

	for (uint32 i = 0; i + 8 < len; i += 8)
	{
		uint64		word;

		memcpy(&word, s + i, 8);
		hash = timeline_set_mix(hash, word);
	}
	timeline_set_ends(s, len, &first_bytes, &last_bytes);
	return timeline_set_mix(hash, last_bytes);
}

static uint64
name_hash(const SetName *name)
{
	return timeline_set_hash_text(name->name.data, name->name.len,
								  name->first_bytes, name->last_bytes);
}

static void
place_name(SetNames *names, uint32 number, uint64 hash)
{
	uint32		i = hash & names->mask;

	while (names->slots[i] != 0)
		i = (i + 1) & names->mask;
	names->slots[i] = number + 1;
}

/* Makes room for another name. */
static void
grow_names(SetNames *names)
{
	names->max_names *= 2;
	names->names = repalloc_huge(names->names, sizeof(SetName) * (Size) names->max_names);

	/* At most a quarter of the slots is taken: names that share one are slower. */
	pfree(names->slots);
	names->mask = Max(names->max_names * 4, FEWEST_SLOTS) - 1;
	names->slots = MemoryContextAllocExtended(names->context,
											  sizeof(uint32) * ((Size) names->mask + 1),
											  MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	for (uint32 i = 0; i < names->count; i++)
		place_name(names, i, name_hash(&names->names[i]));
}

/* The number of a name that is here, or the count of names. */
static uint32
find_name(const SetNames *names, const char *data, uint32 len, uint64 first_bytes, uint64 last_bytes, uint64 hash)
{
	for (uint32 i = hash & names->mask; names->slots[i] != 0; i = (i + 1) & names->mask)
	{
		const SetName *name = &names->names[names->slots[i] - 1];

		if (name->first_bytes == first_bytes && name->last_bytes == last_bytes &&
			name->name.len == len && memcmp(name->name.data, data, len) == 0)
			return names->slots[i] - 1;
	}
	return names->count;
}

uint32
timeline_set_find_state(SetNames *names, const char *data, uint32 len,
						uint64 first_bytes, uint64 last_bytes, uint64 hash)
{
	uint32		number = find_name(names, data, len, first_bytes, last_bytes, hash);

	if (number < names->count)
		return number;
	if (names->share != NULL)
	{
		/* Others may have numbered it meanwhile; while we look nobody else numbers one. */
		timeline_set_share_lock(names);
		number = find_name(names, data, len, first_bytes, last_bytes, hash);
		if (number == names->count)
			timeline_set_share_name(names, data, len);
		timeline_set_share_unlock(names);
		return number;
	}
	return timeline_set_add_state(names, data, len);
}

uint32
timeline_set_find_words(TimelineSet *set, const char *name, uint32 len)
{
	SetNames   *names = set->names;
	uint64		words[SET_WORDS];
	uint32		slot;
	SetShortName *added;

	for (int i = 0; i < SET_WORDS; i++)
		words[i] = timeline_set_word(name, len, i);
	slot = timeline_set_words_slot(words[0], words[1], words[2], words[3]);
	for (; names->short_slots[slot] != 0; slot = (slot + 1) % SET_SHORT_SLOTS)
	{
		const SetShortName *known = &names->short_names[names->short_slots[slot] - 1];

		if (timeline_set_same_words(known, words[0], words[1], words[2], words[3], len))
			return known->number;
	}
	if (names->num_short == SET_SHORT_SLOTS / 4)
		return timeline_set_state(set, name, len);
	if (names->short_names == NULL)
	{
		names->short_names = MemoryContextAlloc(names->context, sizeof(SetShortName) * (SET_SHORT_SLOTS / 4));
		names->short_slots = MemoryContextAllocZero(names->context, sizeof(uint16) * SET_SHORT_SLOTS);
	}
	added = &names->short_names[names->num_short];
	memcpy(added->words, words, sizeof(added->words));
	added->len = len;
	added->number = timeline_set_state(set, name, len);
	unconstify(uint16 *, names->short_slots)[slot] = ++names->num_short;
	return added->number;
}

uint32
timeline_set_add_state(SetNames *names, const char *data, uint32 len)
{
	SetName    *name;
	char	   *copy;

	if (names->count == names->max_names)
	{
		if (names->count >= PG_UINT32_MAX / 16)
			ereport(ERROR,
					(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
					 errmsg("too many states in one set of timelines"),
					 errdetail("There are more than %u.", names->count)));
		grow_names(names);
	}
	copy = MemoryContextAlloc(names->context, Max(len, 1));
	memcpy(copy, data, len);
	name = &names->names[names->count];
	timeline_set_ends(copy, len, &name->first_bytes, &name->last_bytes);
	name->name.data = copy;
	name->name.len = len;
	place_name(names, names->count, name_hash(name));
	return names->count++;
}

/*----------
 * Chunks of partitions.
 *----------
 */

static void
add_chunk(TimelineSet *set, uint32 number, Size size)
{
	SetPartition *partition = &set->partitions[number];
	SetChunk   *chunk;

	if (set->share == NULL)
	{
		chunk = MemoryContextAllocExtended(set->context, sizeof(SetChunk) + size, MCXT_ALLOC_HUGE);
		chunk->data = (char *) (chunk + 1);
	}
	else
	{
		chunk = MemoryContextAlloc(set->context, sizeof(SetChunk));
		chunk->data = timeline_set_share_allocate(set->share, size, &chunk->shared);
	}
	chunk->next = NULL;
	chunk->size = size;
	chunk->used = 0;
	if (partition->last != NULL)
		partition->last->next = chunk;
	else
		partition->first = chunk;
	partition->last = chunk;
	set->chunk_memory += size;
	set->cursors[number].position = chunk->data;
	set->cursors[number].end = chunk->data + size;
}

void
timeline_set_close_chunk(TimelineSet *set, uint32 number)
{
	SetChunk   *chunk = set->partitions[number].last;

	if (chunk != NULL)
		chunk->used = set->cursors[number].position - chunk->data;
}

void
timeline_set_free_chunk(TimelineSet *set, SetChunk *chunk)
{
	set->chunk_memory -= chunk->size;
	if (set->share != NULL)
		timeline_set_share_free(set->share, chunk->shared);
	pfree(chunk);
}

/* Frees the chunks of a partition; the last one stays, empty, unless a long key needed it. */
static void
empty_partition(TimelineSet *set, uint32 number)
{
	SetPartition *partition = &set->partitions[number];

	while (partition->first != partition->last)
	{
		SetChunk   *chunk = partition->first;

		partition->first = chunk->next;
		timeline_set_free_chunk(set, chunk);
	}
	if (partition->last == NULL)
		return;
	if (partition->last->size > LARGEST_CHUNK)
	{
		timeline_set_free_chunk(set, partition->last);
		partition->first = partition->last = NULL;
		set->cursors[number].position = set->cursors[number].end = NULL;
		return;
	}
	partition->last->used = 0;
	set->cursors[number].position = partition->last->data;
}

/* Divides a set that has become too large for one partition. */
static void
divide(TimelineSet *set)
{
	SetChunk   *chunk = set->partitions[0].first;

	timeline_set_close_chunk(set, 0);
	set->partitions[0].first = set->partitions[0].last = NULL;
	set->cursors[0].position = set->cursors[0].end = NULL;
	set->partition_mask = SET_PARTITIONS - 1;
	while (chunk != NULL)
	{
		SetChunk   *next = chunk->next;
		const char *p = chunk->data;
		const char *end = p + chunk->used;

		while (p < end)
		{
			SetRecord	record;

			timeline_set_record(p, set->text_keys, &record);
			memcpy(timeline_set_append(set, record.hash, timeline_set_partition(set, record.hash),
									   record.size), p, record.size);
			p += record.size;
		}
		timeline_set_free_chunk(set, chunk);
		chunk = next;
	}
}

static void
add_extent(TimelineSet *set, SetPartition *partition, SetChunk *chunk)
{
	SetExtent  *extent;

	if (partition->num_extents == partition->max_extents)
	{
		partition->max_extents = Max(partition->max_extents * 2, 16);
		if (partition->extents == NULL)
			partition->extents = MemoryContextAlloc(set->context, sizeof(SetExtent) * partition->max_extents);
		else
			partition->extents = repalloc_huge(partition->extents,
											   sizeof(SetExtent) * (Size) partition->max_extents);
	}
	extent = &partition->extents[partition->num_extents++];
	extent->file = set->file;
	BufFileTell(set->file, &extent->fileno, &extent->offset);
	extent->size = chunk->used;
	BufFileWrite(set->file, chunk->data, chunk->used);
	set->names->file_bytes += chunk->used;
}

/* Moves all events to the temporary file. */
static void
spill(TimelineSet *set)
{
	if (set->file == NULL)
	{
		MemoryContext old = MemoryContextSwitchTo(set->context);

		set->file = set->share != NULL ? timeline_set_share_file(set->share) : BufFileCreateTemp(false);
		MemoryContextSwitchTo(old);
	}
	for (uint32 number = 0; number <= SET_NULL_ITEM; number++)
	{
		SetPartition *partition = &set->partitions[number];

		timeline_set_close_chunk(set, number);
		for (SetChunk *chunk = partition->first; chunk != NULL; chunk = chunk->next)
		{
			CHECK_FOR_INTERRUPTS();
			if (chunk->used > 0)
				add_extent(set, partition, chunk);
		}
		empty_partition(set, number);
	}
}

char *
timeline_set_reserve(TimelineSet *set, uint32 hash, uint32 number, Size size)
{
	const SetChunk *last;
	Size		largest = Max(FIRST_CHUNK, Min(LARGEST_CHUNK, set->max_memory / (4 * SET_PARTITIONS)));
	Size		chunk_size;

	if (set->partition_mask == 0 && set->chunk_memory >= SMALL_SET && set->file == NULL)
	{
		divide(set);
		if (number != SET_NULL_ITEM)
			number = timeline_set_partition(set, hash);
		return timeline_set_append(set, hash, number, size);
	}
	timeline_set_close_chunk(set, number);
	if (set->chunk_memory >= LEAST_SPILL &&
		(set->share != NULL ? set->chunk_memory : MemoryContextMemAllocated(set->context, false)) > set->max_memory)
	{
		spill(set);
		if (set->cursors[number].end - set->cursors[number].position >= size)
			return timeline_set_append(set, hash, number, size);
	}
	last = set->partitions[number].last;
	if (last != NULL)
		chunk_size = Min(last->size * 2 + CHUNK_OVERHEAD, largest);
	else
		chunk_size = set->partition_mask == 0 ? SMALL_CHUNK : FIRST_CHUNK;
	chunk_size = Max(chunk_size - CHUNK_OVERHEAD, size);
	add_chunk(set, number, chunk_size);
	return timeline_set_append(set, hash, number, size);
}

void
timeline_set_free_partitions(TimelineSet *set)
{
	for (uint32 number = 0; number <= SET_NULL_ITEM; number++)
	{
		SetPartition *partition = &set->partitions[number];

		while (partition->first != NULL)
		{
			SetChunk   *next = partition->first->next;

			pfree(partition->first);
			partition->first = next;
		}
		partition->last = NULL;
	}
	set->chunk_memory = 0;
	timeline_set_close(set);
}

void
timeline_set_add_null(TimelineSet *set, int64 at, uint32 state)
{
	uint64		word = timeline_set_event_word(at, state);
	char	   *record;

	if (!set->text_keys)
	{
		timeline_set_write_number(set, 0, SET_NULL_ITEM, 0, at, state);
		return;
	}
	record = timeline_set_append(set, 0, SET_NULL_ITEM, SET_TEXT_RECORD + timeline_set_long_size(word));
	memset(record, 0, SET_TEXT_RECORD);
	memcpy(record, &word, 8);
	if (timeline_set_is_long(word))
		timeline_set_write_long(record + SET_TEXT_RECORD, at, state);
}
