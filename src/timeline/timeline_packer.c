/*
 * timeline_packer.c
 *		Packing many timelines whose states have names from one list.
 *
 * Names are ranked by their bytes once, for all timelines; from then on ranks are compared.
 * Items that went the same way have the same names, so the names of the last timelines are
 * kept as they are written, by the set of ranks in use.
 */
#include "postgres.h"

#include "base/compat.h"
#include "miscadmin.h"
#include "port/pg_bitutils.h"
#include "timeline/timeline_packer.h"
#include "timeline/timeline_write.h"
#include "utils/memutils.h"

/* With so many names a set of ranks is a word. */
#define FEW_NAMES			64

/* Written lists of names that are kept; a power of 2. */
#define KEPT_DICTIONARIES	64

/* Up to so many events insertion wins; they usually arrive in order. */
#define FEW_EVENTS			32

typedef struct PackedDictionary
{
	uint64		ranks;			/* 0: none */
	uint8	   *data;			/* its size included */
	Size		size;
} PackedDictionary;

struct TimelinePacker
{
	StateName  *names;			/* by rank */
	uint32		num_names;
	uint32	   *number;			/* of each rank in the timeline that is written */
	uint32	   *used;			/* ranks in the timeline that is written */
	uint32		max_used;
	PackedDictionary dictionaries[KEPT_DICTIONARIES];
	Timeline   *timeline;
	Size		size;
	MemoryContext context;
};

TimelinePacker *
timeline_packer_new(const StateName *names, uint32 num_names, uint32 *rank)
{
	TimelinePacker *packer = palloc0(sizeof(TimelinePacker));
	Size		count = Max(num_names, 1);
	uint32	   *order = palloc_extended(sizeof(uint32) * count, MCXT_ALLOC_HUGE);

	for (uint32 i = 0; i < num_names; i++)
		order[i] = i;
	state_name_sort(names, order, num_names);
	packer->context = CurrentMemoryContext;
	packer->num_names = num_names;
	packer->names = palloc_extended(sizeof(StateName) * count, MCXT_ALLOC_HUGE);
	packer->number = palloc_extended(sizeof(uint32) * count, MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	for (uint32 i = 0; i < num_names; i++)
	{
		packer->names[i] = names[order[i]];
		rank[order[i]] = i;
	}
	pfree(order);
	return packer;
}

/* Sorts events by time and state. */
static inline void
sort_events(TimelineEvent *events, uint32 num_events)
{
	if (num_events > FEW_EVENTS)
	{
		timeline_sort_events(events, num_events);
		return;
	}
	for (uint32 i = 1; i < num_events; i++)
	{
		TimelineEvent moving = events[i];
		uint32		j = i;

		for (; j > 0 && (events[j - 1].at > moving.at ||
						 (events[j - 1].at == moving.at && events[j - 1].state > moving.state)); j--)
			events[j] = events[j - 1];
		events[j] = moving;
	}
}

/* A buffer for a timeline; 54000 beyond 1 GB. */
static Timeline *
reserve(TimelinePacker *packer, Size dictionary_size, uint32 num_used, uint32 num_events)
{
	Size		size = timeline_max_size(dictionary_size, num_used, num_events);

	if (unlikely(size > packer->size))
	{
		if (size > MaxAllocSize)
			timeline_too_large(num_events, num_used);
		if (packer->timeline != NULL)
			pfree(packer->timeline);
		packer->timeline = NULL;
		packer->size = Max(Max(size, 1024), Min(packer->size * 2, MaxAllocSize));
		packer->timeline = MemoryContextAlloc(packer->context, packer->size);
	}
	return packer->timeline;
}

/* Writes the dictionary of the used ranks, behind its size. */
static uint8 *
write_dictionary(const TimelinePacker *packer, uint8 *p, Size size, const uint32 *used, uint32 num_used)
{
	p = timeline_write_varint(p, size);
	p = timeline_write_varint(p, num_used);
	for (uint32 i = 0; i < num_used; i++)
		p = timeline_write_name(p, packer->names[used[i]]);
	return p;
}

static Size
dictionary_size(const TimelinePacker *packer, const uint32 *used, uint32 num_used)
{
	Size		size = timeline_varint_size(num_used);

	for (uint32 i = 0; i < num_used; i++)
		size += timeline_name_size(packer->names[used[i]]);
	return size;
}

/* Writes the number of events and the events, which are sorted, without duplicates. */
static uint8 *
write_events(uint8 *p, const TimelineEvent *events, uint32 num_events, uint32 num_distinct,
			 const uint32 *number)
{
	int64		before = events[0].at;

	p = timeline_write_varint(p, num_distinct);
	/* Unsigned: the first may lie before 2000, and a step may pass 2^63. */
	p = timeline_write_event(p, (uint64) before, number[events[0].state]);
	for (uint32 i = 1; i < num_events; i++)
	{
		if (unlikely(events[i].at == before) && events[i].state == events[i - 1].state)
			continue;
		p = timeline_write_event(p, (uint64) events[i].at - (uint64) before,
								 number[events[i].state]);
		before = events[i].at;
		if (unlikely((i & 0xffff) == 0))
			CHECK_FOR_INTERRUPTS();
	}
	return p;
}

/* The written names of a set of ranks. */
static const PackedDictionary *
few_dictionary(TimelinePacker *packer, uint64 ranks)
{
	PackedDictionary *dictionary =
	&packer->dictionaries[(ranks * UINT64CONST(0x9e3779b97f4a7c15)) >> 32 & (KEPT_DICTIONARIES - 1)];

	if (unlikely(dictionary->ranks != ranks))
	{
		uint32		used[FEW_NAMES];
		uint32		num_used = 0;
		Size		size;

		for (uint64 left = ranks; left != 0; left &= left - 1)
			used[num_used++] = pg_rightmost_one_pos64(left);
		if (dictionary->data != NULL)
			pfree(dictionary->data);
		dictionary->ranks = 0;
		dictionary->data = NULL;
		size = dictionary_size(packer, used, num_used);
		dictionary->size = timeline_varint_size(size) + size;
		dictionary->data = MemoryContextAllocExtended(packer->context, dictionary->size, MCXT_ALLOC_HUGE);
		write_dictionary(packer, dictionary->data, size, used, num_used);
		dictionary->ranks = ranks;
	}
	return dictionary;
}

/* The ranks in use and the number of distinct events, if events are sorted; false if they are not. */
static inline bool
look_at_sorted(const TimelineEvent *events, uint32 num_events, uint64 *ranks, uint32 *num_distinct)
{
	*ranks = UINT64CONST(1) << events[0].state;
	*num_distinct = 1;
	for (uint32 i = 1; i < num_events; i++)
	{
		*ranks |= UINT64CONST(1) << events[i].state;
		if (likely(events[i].at > events[i - 1].at) ||
			(events[i].at == events[i - 1].at && events[i].state > events[i - 1].state))
			(*num_distinct)++;
		else if (events[i].at != events[i - 1].at || events[i].state != events[i - 1].state)
			return false;
	}
	return true;
}

static const Timeline *
pack_few(TimelinePacker *packer, TimelineEvent *events, uint32 num_events)
{
	const PackedDictionary *dictionary;
	Timeline   *timeline;
	uint8	   *p;
	uint64		ranks;
	uint32		number[FEW_NAMES];
	uint32		num_used = 0;
	uint32		num_distinct;

	/* Most are, as they came. */
	if (unlikely(!look_at_sorted(events, num_events, &ranks, &num_distinct)))
	{
		sort_events(events, num_events);
		(void) look_at_sorted(events, num_events, &ranks, &num_distinct);
	}
	for (uint64 left = ranks; left != 0; left &= left - 1)
		number[pg_rightmost_one_pos64(left)] = num_used++;
	dictionary = few_dictionary(packer, ranks);
	timeline = reserve(packer, dictionary->size, num_used, num_distinct);
	timeline->version = TIMELINE_VERSION;
	p = timeline->data;
	memcpy(p, dictionary->data, dictionary->size);
	p = write_events(p + dictionary->size, events, num_events, num_distinct, number);
	SET_VARSIZE(timeline, p - (uint8 *) timeline);
	return timeline;
}

static int
compare_ranks(const void *a, const void *b)
{
	uint32		rank_a = *(const uint32 *) a;
	uint32		rank_b = *(const uint32 *) b;

	CHECK_FOR_INTERRUPTS();
	return rank_a < rank_b ? -1 : rank_a > rank_b;
}

static const Timeline *
pack_many(TimelinePacker *packer, TimelineEvent *events, uint32 num_events)
{
	Timeline   *timeline;
	uint8	   *p;
	uint32	   *used;
	uint32		num_used = 0;
	uint32		num_distinct = 1;
	Size		size;

	/* A number that is not that of its own rank was left by another timeline. */
	if (packer->max_used < num_events)
	{
		if (packer->used != NULL)
			pfree(packer->used);
		packer->used = NULL;
		packer->max_used = Max(num_events, 256);
		packer->used = MemoryContextAllocExtended(packer->context,
												  sizeof(uint32) * (Size) packer->max_used, MCXT_ALLOC_HUGE);
	}
	used = packer->used;
	for (uint32 i = 0; i < num_events; i++)
	{
		uint32		rank = events[i].state;
		uint32		number = packer->number[rank];

		if (number >= num_used || used[number] != rank)
		{
			packer->number[rank] = num_used;
			used[num_used++] = rank;
		}
		if (i > 0)
			num_distinct += events[i].at != events[i - 1].at || rank != events[i - 1].state;
	}
	qsort(used, num_used, sizeof(uint32), compare_ranks);
	for (uint32 i = 0; i < num_used; i++)
		packer->number[used[i]] = i;
	size = dictionary_size(packer, used, num_used);
	timeline = reserve(packer, size, num_used, num_distinct);
	timeline->version = TIMELINE_VERSION;
	p = write_dictionary(packer, timeline->data, size, used, num_used);
	p = write_events(p, events, num_events, num_distinct, packer->number);
	SET_VARSIZE(timeline, p - (uint8 *) timeline);
	return timeline;
}

const Timeline *
timeline_packer_pack(TimelinePacker *packer, TimelineEvent *events, uint32 num_events)
{
	Assert(num_events > 0);
	if (packer->num_names <= FEW_NAMES)
		return pack_few(packer, events, num_events);
	sort_events(events, num_events);
	return pack_many(packer, events, num_events);
}
