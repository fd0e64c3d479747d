/*
 * timeline.c
 *		The facts of one item: packing, reading, set union and order of timelines, and questions
 *		to them; none of them interprets a state.
 */
#include "postgres.h"

#include "base/compat.h"
#include "base/value.h"
#include "common/hashfn.h"
#include "miscadmin.h"
#include "timeline/timeline_write.h"
#include "utils/memutils.h"

/* Up to so many names are ranked on the stack; the usual item has about ten. */
#define FEW_NAMES	64

static inline int
compare_events(const TimelineEvent *a, const TimelineEvent *b)
{
	if (a->at != b->at)
		return a->at < b->at ? -1 : 1;
	if (a->state != b->state)
		return a->state < b->state ? -1 : 1;
	return 0;
}

#define ST_SORT sort_events
#define ST_ELEMENT_TYPE TimelineEvent
#define ST_COMPARE(a, b) compare_events(a, b)
#define ST_SCOPE static
#define ST_CHECK_FOR_INTERRUPTS
#define ST_DEFINE
#include "lib/sort_template.h"

int
state_name_compare(const StateName *a, const StateName *b)
{
	int			result = memcmp(a->data, b->data, Min(a->len, b->len));

	if (result != 0)
		return result;
	return a->len < b->len ? -1 : a->len > b->len;
}

#define ST_SORT sort_name_numbers
#define ST_ELEMENT_TYPE uint32
#define ST_COMPARE_ARG_TYPE const StateName
#define ST_COMPARE(a, b, names) state_name_compare(&(names)[*(a)], &(names)[*(b)])
#define ST_SCOPE static
#define ST_CHECK_FOR_INTERRUPTS
#define ST_DEFINE
#include "lib/sort_template.h"

/* From a name to its number. */
typedef struct StateNameEntry
{
	StateName	name;
	uint32		number;
	char		status;
} StateNameEntry;

#define SH_PREFIX state_name
#define SH_ELEMENT_TYPE StateNameEntry
#define SH_KEY_TYPE StateName
#define SH_KEY name
#define SH_HASH_KEY(tb, key) hash_bytes((const unsigned char *) (key).data, (key).len)
#define SH_EQUAL(tb, a, b) ((a).len == (b).len && memcmp((a).data, (b).data, (a).len) == 0)
#define SH_SCOPE static inline
#define SH_DECLARE
#define SH_DEFINE
#include "lib/simplehash.h"

void
state_name_sort(const StateName *names, uint32 *numbers, uint32 count)
{
	if (count > FEW_NAMES)
	{
		sort_name_numbers(numbers, count, names);
		return;
	}
	/* Ten names are in order sooner than a general sort has begun. */
	for (uint32 i = 1; i < count; i++)
	{
		uint32		moving = numbers[i];
		uint32		j = i;

		for (; j > 0 && state_name_compare(&names[numbers[j - 1]], &names[moving]) > 0; j--)
			numbers[j] = numbers[j - 1];
		numbers[j] = moving;
	}
}

void
timeline_sort_events(TimelineEvent *events, uint32 num_events)
{
	sort_events(events, num_events);
}

void
timeline_open(TimelineReader *reader, const Timeline *timeline)
{
	const Timeline *plain = timeline;
	const uint8 *start = (const uint8 *) VARDATA_ANY(plain);
	const uint8 *p = start + 1;

	value_check_version("vsm.timeline", start[0], TIMELINE_VERSION);
	reader->dictionary_size = timeline_varint(&p);
	reader->dictionary = p;
	reader->num_states = timeline_varint(&p);
	reader->names = p;
	p = reader->dictionary + reader->dictionary_size;
	reader->num_events = timeline_varint(&p);
	reader->next_event = 0;
	reader->position = p;
	reader->end = start + VARSIZE_ANY_EXHDR(plain);
	reader->at = 0;
	reader->state = 0;
}

StateName *
timeline_names(const TimelineReader *reader)
{
	StateName  *names = palloc(sizeof(StateName) * Max(reader->num_states, 1));
	const uint8 *p = reader->names;

	for (uint32 i = 0; i < reader->num_states; i++)
		names[i] = timeline_next_name(&p);
	return names;
}

void
timeline_too_large(uint32 num_events, uint32 num_states)
{
	ereport(ERROR,
			(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
			 errmsg("timeline is too large"),
			 errdetail("%u events and their %u states could take more than %d bytes.",
					   num_events, num_states, (int) MaxAllocSize)));
	pg_unreachable();
}

/*
 * Writes canonical parts: names distinct, in byte order and all used; events distinct and
 * in order, their states numbered by those names.
 */
static Timeline *
write_timeline(const StateName *names, uint32 num_names,
			   const TimelineEvent *events, uint32 num_events)
{
	Size		dictionary_size = timeline_varint_size(num_names);
	Size		size;
	Timeline   *timeline;
	uint8	   *p;
	int64		before = 0;

	for (uint32 i = 0; i < num_names; i++)
		dictionary_size += timeline_name_size(names[i]);
	size = timeline_max_size(dictionary_size, num_names, num_events);
	if (size > MaxAllocSize)
		timeline_too_large(num_events, num_names);

	timeline = palloc(size);
	timeline->version = TIMELINE_VERSION;
	p = timeline_write_varint(timeline->data, dictionary_size);
	p = timeline_write_varint(p, num_names);
	for (uint32 i = 0; i < num_names; i++)
		p = timeline_write_name(p, names[i]);
	p = timeline_write_varint(p, num_events);
	for (uint32 i = 0; i < num_events; i++)
	{
		/* Unsigned: the first may lie before 2000, and a step may pass 2^63. */
		p = timeline_write_event(p, (uint64) events[i].at - (uint64) before, events[i].state);
		before = events[i].at;
		if ((i & 0xffff) == 0)
			CHECK_FOR_INTERRUPTS();
	}
	SET_VARSIZE(timeline, p - (uint8 *) timeline);
	return timeline;
}

/*
 * Renumbers the states of events by the byte order of their names, and returns those names,
 * without those that no event has. Equal names get one number.
 */
static StateName *
rank_names(const StateName *names, uint32 num_names, TimelineEvent *events,
		   uint32 num_events, uint32 *num_ranked, StateName *few_ranked)
{
	uint32		few_order[FEW_NAMES];
	uint32		few_rank[FEW_NAMES];
	bool		few_used[FEW_NAMES];
	bool		few = num_names <= FEW_NAMES;
	uint32	   *order = few ? few_order : palloc(sizeof(uint32) * num_names);
	uint32	   *rank = few ? few_rank : palloc(sizeof(uint32) * num_names);
	bool	   *used = few ? few_used : palloc(sizeof(bool) * num_names);
	StateName  *ranked = few ? few_ranked : palloc(sizeof(StateName) * num_names);
	uint32		num_used = 0;

	memset(used, 0, sizeof(bool) * num_names);
	for (uint32 i = 0; i < num_events; i++)
		used[events[i].state] = true;
	for (uint32 i = 0; i < num_names; i++)
	{
		if (used[i])
			order[num_used++] = i;
	}
	state_name_sort(names, order, num_used);

	*num_ranked = 0;
	for (uint32 i = 0; i < num_used; i++)
	{
		const StateName *name = &names[order[i]];

		if (*num_ranked == 0 || state_name_compare(&ranked[*num_ranked - 1], name) != 0)
			ranked[(*num_ranked)++] = *name;
		rank[order[i]] = *num_ranked - 1;
	}
	for (uint32 i = 0; i < num_events; i++)
		events[i].state = rank[events[i].state];
	return ranked;
}

Timeline *
timeline_pack(const StateName *names, uint32 num_names,
			  TimelineEvent *events, uint32 num_events)
{
	StateName	few_ranked[FEW_NAMES];
	StateName  *ranked;
	uint32		num_ranked;
	uint32		distinct = 1;

	Assert(num_events > 0);
	ranked = rank_names(names, num_names, events, num_events, &num_ranked, few_ranked);
	sort_events(events, num_events);
	for (uint32 i = 1; i < num_events; i++)
	{
		if (compare_events(&events[distinct - 1], &events[i]) != 0)
			events[distinct++] = events[i];
	}
	return write_timeline(ranked, num_ranked, events, distinct);
}

/* The names of both timelines in byte order, and what number each name of a and b has there. */
static StateName *
union_names(const TimelineReader *a, const TimelineReader *b, uint32 *rank_a,
			uint32 *rank_b, uint32 *num_names)
{
	StateName  *names_a = timeline_names(a);
	StateName  *names_b = timeline_names(b);
	StateName  *names = palloc(sizeof(StateName) * (a->num_states + b->num_states));
	uint32		i = 0,
				j = 0,
				n = 0;

	while (i < a->num_states || j < b->num_states)
	{
		int			order;

		if (i == a->num_states)
			order = 1;
		else if (j == b->num_states)
			order = -1;
		else
			order = state_name_compare(&names_a[i], &names_b[j]);
		names[n] = order <= 0 ? names_a[i] : names_b[j];
		if (order <= 0)
			rank_a[i++] = n;
		if (order >= 0)
			rank_b[j++] = n;
		if ((++n & 0xffff) == 0)
			CHECK_FOR_INTERRUPTS();
	}
	*num_names = n;
	return names;
}

Timeline *
timeline_union(const Timeline *a, const Timeline *b)
{
	TimelineReader reader_a,
				reader_b;
	uint32	   *rank_a,
			   *rank_b;
	StateName  *names;
	uint32		num_names;
	TimelineEvent *events;
	uint32		num_events = 0;
	bool		more_a,
				more_b;

	timeline_open(&reader_a, a);
	timeline_open(&reader_b, b);
	rank_a = palloc(sizeof(uint32) * reader_a.num_states);
	rank_b = palloc(sizeof(uint32) * reader_b.num_states);
	names = union_names(&reader_a, &reader_b, rank_a, rank_b, &num_names);
	events = palloc_extended(sizeof(TimelineEvent) *
							 ((Size) reader_a.num_events + reader_b.num_events), MCXT_ALLOC_HUGE);

	more_a = timeline_next(&reader_a);
	more_b = timeline_next(&reader_b);
	while (more_a || more_b)
	{
		TimelineEvent event_a = {0},
					event_b = {0};
		int			order;

		if (more_a)
		{
			event_a.at = reader_a.at;
			event_a.state = rank_a[reader_a.state];
		}
		if (more_b)
		{
			event_b.at = reader_b.at;
			event_b.state = rank_b[reader_b.state];
		}
		order = !more_a ? 1 : !more_b ? -1 : compare_events(&event_a, &event_b);
		events[num_events++] = order <= 0 ? event_a : event_b;
		if (order <= 0)
			more_a = timeline_next(&reader_a);
		if (order >= 0)
			more_b = timeline_next(&reader_b);
		if ((num_events & 0xffff) == 0)
			CHECK_FOR_INTERRUPTS();
	}
	return write_timeline(names, num_names, events, num_events);
}

int
timeline_compare(const Timeline *a, const Timeline *b)
{
	TimelineReader reader_a,
				reader_b;
	StateName  *names_a = NULL,
			   *names_b = NULL;
	bool		same_names;
	int			order = 0;

	timeline_open(&reader_a, a);
	timeline_open(&reader_b, b);

	/* Numbers of one dictionary are in the order of its names: so there is nothing to unpack. */
	same_names = reader_a.dictionary_size == reader_b.dictionary_size &&
		memcmp(reader_a.dictionary, reader_b.dictionary, reader_a.dictionary_size) == 0;
	if (!same_names)
	{
		names_a = timeline_names(&reader_a);
		names_b = timeline_names(&reader_b);
	}
	while (order == 0)
	{
		bool		more_a = timeline_next(&reader_a);
		bool		more_b = timeline_next(&reader_b);

		if (!more_a || !more_b)
		{
			order = (int) more_a - (int) more_b;
			break;
		}
		if (reader_a.at != reader_b.at)
			order = reader_a.at < reader_b.at ? -1 : 1;
		else if (!same_names)
			order = state_name_compare(&names_a[reader_a.state], &names_b[reader_b.state]);
		else if (reader_a.state != reader_b.state)
			order = reader_a.state < reader_b.state ? -1 : 1;
		if ((reader_a.next_event & 0xffff) == 0)
			CHECK_FOR_INTERRUPTS();
	}
	/* A sort compares millions of times in one memory context. */
	if (!same_names)
	{
		pfree(names_a);
		pfree(names_b);
	}
	return order;
}

void
timeline_span(const Timeline *timeline, int64 *first, int64 *last)
{
	TimelineReader reader;

	timeline_open(&reader, timeline);
	timeline_next(&reader);
	*first = reader.at;
	while (timeline_next(&reader))
	{
		if ((reader.next_event & 0xffff) == 0)
			CHECK_FOR_INTERRUPTS();
	}
	*last = reader.at;
}

bool
timeline_state_at(const Timeline *timeline, int64 at, StateName *name)
{
	TimelineReader reader;
	bool		found = false;
	uint32		state = 0;
	const uint8 *p;

	timeline_open(&reader, timeline);
	while (timeline_next(&reader) && reader.at <= at)
	{
		found = true;
		state = reader.state;
		if ((reader.next_event & 0xffff) == 0)
			CHECK_FOR_INTERRUPTS();
	}
	p = reader.names;
	for (uint32 i = 0; found && i <= state; i++)
		*name = timeline_next_name(&p);
	return found;
}

void
timeline_periods(const Timeline *timeline, StateName wanted, PeriodList *periods)
{
	TimelineReader reader;
	StateName  *names;
	bool		holds = false;
	int64		since = 0;
	bool		more;

	timeline_open(&reader, timeline);
	names = timeline_names(&reader);
	more = timeline_next(&reader);
	while (more)
	{
		int64		at = reader.at;
		uint32		state;

		do
		{
			state = reader.state;
			more = timeline_next(&reader);
			if ((reader.next_event & 0xffff) == 0)
				CHECK_FOR_INTERRUPTS();
		} while (more && reader.at == at);
		if (holds)
			period_list_add(periods, since, at);
		holds = state_name_compare(&names[state], &wanted) == 0;
		since = at;
	}
	if (holds)
		period_list_add(periods, since, PERIOD_UNBOUNDED);
}

Timeline *
timeline_clip(const Timeline *timeline, int64 from, int64 until)
{
	TimelineReader reader;
	TimelineBuilder builder;
	int64		held_at = 0;
	uint32		num_held = 0;

	if (from >= until)
		return NULL;
	timeline_open(&reader, timeline);
	timeline_builder_init(&builder, 16);
	builder.names = timeline_names(&reader);
	builder.num_names = builder.max_names = reader.num_states;
	while (timeline_next(&reader) && reader.at < until)
	{
		if (reader.at <= from)
		{
			/* What held at the bound is replaced by what came later, up to it. */
			if (num_held > 0 && held_at != reader.at)
				builder.num_events = num_held = 0;
			held_at = reader.at;
			num_held++;
			timeline_builder_event(&builder, from, reader.state);
		}
		else
			timeline_builder_event(&builder, reader.at, reader.state);
		if ((reader.next_event & 0xffff) == 0)
			CHECK_FOR_INTERRUPTS();
	}
	return timeline_builder_finish(&builder);
}

void
timeline_builder_init(TimelineBuilder *builder, uint32 max_events)
{
	builder->lookup = NULL;
	builder->num_names = 0;
	builder->max_names = 16;
	builder->names = palloc(sizeof(StateName) * builder->max_names);
	builder->num_events = 0;
	builder->max_events = Max(max_events, 8);
	builder->events = palloc_extended(sizeof(TimelineEvent) * (Size) builder->max_events,
									  MCXT_ALLOC_HUGE);
}

uint32
timeline_builder_name(TimelineBuilder *builder, StateName name)
{
	if (builder->lookup != NULL)
	{
		bool		found;
		StateNameEntry *entry = state_name_insert(builder->lookup, name, &found);

		if (found)
			return entry->number;
		entry->number = builder->num_names;
	}
	else
	{
		for (uint32 i = 0; i < builder->num_names; i++)
		{
			if (builder->names[i].len == name.len &&
				memcmp(builder->names[i].data, name.data, name.len) == 0)
				return i;
		}
	}

	if (builder->num_names == builder->max_names)
	{
		builder->max_names *= 2;
		builder->names = repalloc_huge(builder->names,
									   sizeof(StateName) * (Size) builder->max_names);
	}
	builder->names[builder->num_names++] = name;
	if (builder->num_names == FEW_NAMES && builder->lookup == NULL)
	{
		builder->lookup = state_name_create(CurrentMemoryContext, FEW_NAMES * 4, NULL);
		for (uint32 i = 0; i < builder->num_names; i++)
		{
			bool		found;

			state_name_insert(builder->lookup, builder->names[i], &found)->number = i;
		}
	}
	return builder->num_names - 1;
}

void
timeline_builder_event(TimelineBuilder *builder, int64 at, uint32 state)
{
	TimelineEvent *event;

	if (builder->num_events == builder->max_events)
	{
		if (builder->max_events > PG_UINT32_MAX / 2)
			timeline_too_large(builder->num_events, builder->num_names);
		builder->max_events *= 2;
		builder->events = repalloc_huge(builder->events,
										sizeof(TimelineEvent) * (Size) builder->max_events);
	}
	event = &builder->events[builder->num_events++];
	event->at = at;
	event->state = state;
}

Timeline *
timeline_builder_finish(TimelineBuilder *builder)
{
	if (builder->num_events == 0)
		return NULL;
	return timeline_pack(builder->names, builder->num_names,
						 builder->events, builder->num_events);
}
