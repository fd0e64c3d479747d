/*
 * timeline_set_read.c
 *		Reading a set of timelines: a partition at a time is divided into buckets (see
 *		timeline_set_load.c), and each of those grouped by item.
 */
#include "postgres.h"

#include "base/compat.h"
#include "miscadmin.h"
#include "timeline_set/timeline_set_reader.h"
#include "timeline_set/timeline_set_share.h"
#include "utils/memutils.h"

/* Slots for the items of a bucket, to begin with. */
#define FEWEST_SLOTS		128

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
	if (set->share != NULL)
		timeline_set_share_names(set->names);
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
 * A bucket.
 *----------
 */

static void
reset_slots(TimelineSetReader *reader, uint32 count)
{
	uint32	   *slots = set_buffer_reserve(reader, &reader->slots, sizeof(uint32) * (Size) count);

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

/* The group that a record belongs to. */
static pg_attribute_always_inline SetGroup *
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
				return group;
		}
		else if (likely(group->hash == record->hash && group->text_len == record->text_len &&
						memcmp(group->text, record->text, record->text_len) == 0))
			return group;
	}
	if (unlikely(reader->num_groups >= reader->mask / 2))
	{
		grow_slots(reader);
		slots = reader->slots.data;
		i = record->hash & reader->mask;
		while (slots[i] != 0)
			i = (i + 1) & reader->mask;
	}
	group = set_reader_add_group(reader);
	if (text_keys)
	{
		group->text = record->text;
		group->text_len = record->text_len;
	}
	else
		group->number = record->number;
	group->hash = record->hash;
	slots[i] = reader->num_groups;
	return group;
}

/* Groups the events of a bucket by item: a record is read once, and its event put before those of its item. */
static pg_attribute_always_inline void
group_records(TimelineSetReader *reader, const char *begin, const char *end, bool text_keys, bool summarized)
{
	const uint32 *rank = reader->set->rank;
	Size		max_records = (end - begin) / (text_keys ? SET_TEXT_RECORD : SET_NUMBER_RECORD);
	SetEvent   *events = set_buffer_reserve(reader, &reader->listed, sizeof(SetEvent) * max_records);
	SetSummary *summaries = NULL;
	uint32		num_events = 0;
	uint32		num_summaries = 0;

	if (summarized)
		summaries = set_buffer_reserve(reader, &reader->summaries, sizeof(SetSummary) * max_records);
	reader->num_groups = reader->next_group = 0;
	reader->is_listed = true;
	reset_slots(reader, FEWEST_SLOTS);
	for (const char *p = begin; p < end;)
	{
		SetRecord	record;
		SetGroup   *group;
		SetEvent   *event;

		timeline_set_record(p, text_keys, &record);
		p += record.size;
		group = find_group(reader, &record, text_keys);
		if (summarized)
		{
			uint32		number = group - reader->groups;

			if (number == num_summaries)
				memset(&summaries[num_summaries++], 0, sizeof(SetSummary));
			set_summarize(&summaries[number], &record);
		}
		if (unlikely(record.state >= SET_NO_EVENT))
			continue;
		event = &events[num_events++];
		event->at = record.at;
		event->state = rank[record.state];
		event->before = group->last_event;
		group->last_event = num_events;
		group->num_events++;
	}
}

/* The events of a group, in the order in which they were added: most of them are sorted then. */
static TimelineEvent *
group_events(TimelineSetReader *reader, const SetGroup *group)
{
	const SetEvent *listed = reader->listed.data;
	TimelineEvent *events;
	TimelineEvent *event;

	if (!reader->is_listed)
		return reader->events.data;
	events = set_buffer_reserve(reader, &reader->events, sizeof(TimelineEvent) * (Size) group->num_events);
	event = events + group->num_events;
	for (uint32 number = group->last_event; number != 0; number = listed[number - 1].before)
	{
		event--;
		event->at = listed[number - 1].at;
		event->state = listed[number - 1].state;
	}
	return events;
}

/* Groups the next bucket. */
static void
load_bucket(TimelineSetReader *reader)
{
	const char *begin = reader->bucket_begin;
	const char *end = begin + reader->bucket_size[reader->next_bucket++];

	CHECK_FOR_INTERRUPTS();
	reader->bucket_begin = end;
	if (reader->set->summarized)
		group_records(reader, begin, end, reader->set->text_keys, true);
	else if (reader->set->text_keys)
		group_records(reader, begin, end, true, false);
	else
		group_records(reader, begin, end, false, false);
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
	item->summary = NULL;
	item->timeline = VARSIZE(p) == VARHDRSZ ? NULL : (const Timeline *) p;
	reader->flat_position = p + INTALIGN(VARSIZE(p));
	return true;
}

/* Finds the next partition that nobody reads yet. */
static bool
find_partition(TimelineSetReader *reader)
{
	if (reader->next_partition > SET_NULL_ITEM)
		return false;
	if (reader->set->share != NULL)
		reader->partition = timeline_set_share_take(reader->set);
	else
		reader->partition = reader->next_partition;
	reader->next_partition = reader->partition + 1;
	return reader->partition <= SET_NULL_ITEM;
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
		else if (find_partition(reader))
			set_reader_load(reader, reader->partition);
		else
			return false;
	}
	group = &reader->groups[reader->next_group++];
	item->is_null = reader->partition == SET_NULL_ITEM;
	item->number = group->number;
	item->text = group->text;
	item->text_len = group->text_len;
	item->summary = NULL;
	if (reader->set->summarized)
		item->summary = (SetSummary *) reader->summaries.data + (group - reader->groups);
	item->timeline = NULL;
	if (group->num_events > 0)
		item->timeline = timeline_packer_pack(reader->set->packer, group_events(reader, group), group->num_events);
	return true;
}
