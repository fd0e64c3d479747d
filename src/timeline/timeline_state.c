/*
 * timeline_state.c
 *		The state of the aggregates that make timelines: a bag of events, in any order.
 */
#include "postgres.h"

#include "base/compat.h"
#include "common/hashfn.h"
#include "common/int.h"
#include "miscadmin.h"
#include "timeline/timeline_state.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

const FlatFormat timeline_state_format = {"vsm.timeline_state", TIMELINE_STATE_KIND, 1};

/* More or longer names than these change the layout. */
#define MAX_FEW_NAMES	64
#define MAX_SHORT_NAME	255

/* The layout of many names: what is behind the header. */
typedef struct ManyNames
{
	TimelineState state;
	uint32		hash_size;		/* power of 2, at least twice max_names */
	uint32		max_names;
	uint32		max_events;
	uint32		bytes_used;		/* of all names */
	uint32		max_bytes;
} ManyNames;

static inline int
compare_state_events(const StateEvent *a, const StateEvent *b)
{
	if (a->at != b->at)
		return a->at < b->at ? -1 : 1;
	if (a->seq != b->seq)
		return a->seq < b->seq ? -1 : 1;
	if (a->name != b->name)
		return a->name < b->name ? -1 : 1;
	return 0;
}

#define ST_SORT sort_state_events
#define ST_ELEMENT_TYPE StateEvent
#define ST_COMPARE(a, b) compare_state_events(a, b)
#define ST_SCOPE static
#define ST_CHECK_FOR_INTERRUPTS
#define ST_DEFINE
#include "lib/sort_template.h"

TimelineState *
timeline_state_new(bool with_seq)
{
	TimelineState *state = (TimelineState *)
		flat_state_new(TIMELINE_STATE_USUAL_SIZE, TIMELINE_STATE_USUAL_SIZE, &timeline_state_format);

	state->with_seq = with_seq;
	return state;
}

/*----------
 * Where things are.
 *----------
 */

static inline Size
event_size(const TimelineState *state)
{
	return sizeof(int64) + (state->with_seq ? sizeof(int64) : 0) +
		(state->many_names ? sizeof(uint32) : sizeof(uint8));
}

static inline uint32 *
many_slots(ManyNames *many)
{
	return (uint32 *) (many + 1);
}

/* Where the bytes of each name begin; name n ends where n + 1 begins. */
static inline uint32 *
many_starts(ManyNames *many)
{
	return many_slots(many) + many->hash_size;
}

static inline char *
first_event(TimelineState *state)
{
	if (state->many_names)
	{
		ManyNames  *many = (ManyNames *) state;

		return (char *) (many_starts(many) + many->max_names + 1);
	}
	return (char *) (state + 1);
}

static inline char *
many_bytes(ManyNames *many)
{
	return first_event(&many->state) + many->max_events * event_size(&many->state);
}

static inline void
write_state_event(const TimelineState *state, char *p, int64 at, int64 seq, uint32 name)
{
	memcpy(p, &at, sizeof(at));
	p += sizeof(at);
	if (state->with_seq)
	{
		memcpy(p, &seq, sizeof(seq));
		p += sizeof(seq);
	}
	if (state->many_names)
		memcpy(p, &name, sizeof(name));
	else
		*(uint8 *) p = (uint8) name;
}

static inline void
read_state_event(const TimelineState *state, const char *p, StateEvent *event)
{
	memcpy(&event->at, p, sizeof(event->at));
	p += sizeof(event->at);
	if (state->with_seq)
	{
		memcpy(&event->seq, p, sizeof(event->seq));
		p += sizeof(event->seq);
	}
	else
		event->seq = 0;
	if (state->many_names)
		memcpy(&event->name, p, sizeof(event->name));
	else
		event->name = *(const uint8 *) p;
}

void
timeline_state_names(TimelineState *state, StateName *names)
{
	if (state->many_names)
	{
		ManyNames  *many = (ManyNames *) state;
		const uint32 *starts = many_starts(many);
		const char *bytes = many_bytes(many);

		for (uint32 i = 0; i < state->num_names; i++)
		{
			names[i].data = bytes + starts[i];
			names[i].len = starts[i + 1] - starts[i];
		}
	}
	else
	{
		const char *p = (char *) state + VARSIZE(state) - state->names_size;

		for (uint32 i = state->num_names; i-- > 0;)
		{
			names[i].len = *(const uint8 *) p++;
			names[i].data = p;
			p += names[i].len;
		}
	}
}

/*----------
 * Growing.
 *----------
 */

static void
too_large(const TimelineState *state)
{
	ereport(ERROR,
			(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
			 errmsg("too many events for one timeline"),
			 errdetail("%u events over %u states would take more than %d bytes.",
					   state->num_events, state->num_names, (int) MaxAllocSize)));
}

/* Sorts events and removes duplicates; returns how many are left. */
static uint32
distinct_events(StateEvent *events, uint32 num_events)
{
	uint32		distinct = 0;

	sort_state_events(events, num_events);
	for (uint32 i = 0; i < num_events; i++)
	{
		if (i == 0 || compare_state_events(&events[distinct - 1], &events[i]) != 0)
			events[distinct++] = events[i];
	}
	return distinct;
}

/* Removes duplicates of events; returns whether that freed a quarter of them. */
static bool
remove_duplicates(TimelineState *state)
{
	Size		stride = event_size(state);
	uint32		before = state->num_events;
	StateEvent *events;
	char	   *p;
	uint32		distinct;

	if (before < 2)
		return false;
	events = palloc_extended(sizeof(StateEvent) * (Size) before, MCXT_ALLOC_HUGE);
	p = first_event(state);
	for (uint32 i = 0; i < before; i++, p += stride)
		read_state_event(state, p, &events[i]);
	distinct = distinct_events(events, before);
	p = first_event(state);
	for (uint32 i = 0; i < distinct; i++, p += stride)
		write_state_event(state, p, events[i].at, events[i].seq, events[i].name);
	pfree(events);
	state->num_events = distinct;
	return before - distinct > before / 4;
}

/* The slot of a name in the hash table: where it is, or the free one where it belongs. */
static uint32 *
many_find(ManyNames *many, const char *name, uint32 len)
{
	uint32	   *slots = many_slots(many);
	const uint32 *starts = many_starts(many);
	const char *bytes = many_bytes(many);
	uint32		mask = many->hash_size - 1;
	uint32		slot = hash_bytes((const unsigned char *) name, len) & mask;

	for (; slots[slot] != 0; slot = (slot + 1) & mask)
	{
		uint32		number = slots[slot] - 1;

		if (starts[number + 1] - starts[number] == len &&
			memcmp(bytes + starts[number], name, len) == 0)
			break;
	}
	return &slots[slot];
}

/* The number of a name of a state with room for it. */
static uint32
many_intern(ManyNames *many, const char *name, uint32 len)
{
	uint32	   *slot = many_find(many, name, len);
	uint32	   *starts = many_starts(many);

	if (*slot == 0)
	{
		uint32		number = many->state.num_names++;

		Assert(number < many->max_names && many->bytes_used + len <= many->max_bytes);
		memcpy(many_bytes(many) + many->bytes_used, name, len);
		starts[number] = many->bytes_used;
		many->bytes_used += len;
		starts[number + 1] = many->bytes_used;
		*slot = number + 1;
	}
	return *slot - 1;
}

/* A copy of any state in the layout of many names, with room for the given numbers. */
static TimelineState *
rebuild_many(TimelineState *old, uint32 max_names, uint32 max_events, uint32 max_bytes)
{
	ManyNames	header = {0};
	ManyNames  *many;
	Size		size;
	StateName  *names = palloc_extended(sizeof(StateName) * (Size) Max(old->num_names, 1),
										MCXT_ALLOC_HUGE);
	Size		old_stride = event_size(old);
	const char *from;
	char	   *to;

	header.state = *old;
	header.state.many_names = true;
	header.state.names_size = 0;
	header.state.num_names = 0;
	header.max_names = max_names;
	header.max_events = max_events;
	header.max_bytes = max_bytes;
	header.hash_size = 64;
	while (header.hash_size < (Size) max_names * 2)
		header.hash_size *= 2;
	size = sizeof(ManyNames) + sizeof(uint32) * ((Size) header.hash_size + max_names + 1) +
		event_size(&header.state) * (Size) max_events + max_bytes;
	if (size > MaxAllocSize)
		too_large(old);

	many = palloc0(size);
	*many = header;
	SET_VARSIZE(many, size);
	many->state.flat.used = size;
	timeline_state_names(old, names);
	for (uint32 i = 0; i < old->num_names; i++)
		many_intern(many, names[i].data, names[i].len);
	pfree(names);

	from = first_event(old);
	to = first_event(&many->state);
	for (uint32 i = 0; i < old->num_events; i++)
	{
		StateEvent	event;

		read_state_event(old, from, &event);
		write_state_event(&many->state, to, event.at, event.seq, event.name);
		from += old_stride;
		to += event_size(&many->state);
	}
	return &many->state;
}

/* The same state of few names, twice as large. */
static TimelineState *
grow_few(TimelineState *old)
{
	Size		old_size = VARSIZE(old);
	Size		size = old_size * 2;
	TimelineState *state;

	if (old_size >= MaxAllocSize)
		too_large(old);
	size = Min(size, MaxAllocSize);
	state = palloc(size);
	memcpy(state, old, old_size - old->names_size);
	memset((char *) state + old_size - old->names_size, 0, size - old_size);
	memcpy((char *) state + size - old->names_size,
		   (char *) old + old_size - old->names_size, old->names_size);
	SET_VARSIZE(state, size);
	state->flat.used = size;
	return state;
}

/*----------
 * Adding.
 *----------
 */

static TimelineState *
add_many(TimelineState *state, int64 at, int64 seq, const char *name, uint32 len)
{
	ManyNames  *many = (ManyNames *) state;
	uint32		number = *many_find(many, name, len);

	if (number == 0 &&
		(state->num_names == many->max_names || many->max_bytes - many->bytes_used < len))
	{
		Size		max_bytes = Max((Size) many->max_bytes * 2, (Size) many->bytes_used + len);

		state = rebuild_many(state, state->num_names == many->max_names ?
							 many->max_names * 2 : many->max_names, many->max_events,
							 many->max_bytes - many->bytes_used < len ?
							 Min(max_bytes, MaxAllocSize) : many->max_bytes);
		many = (ManyNames *) state;
	}
	if (state->num_events == many->max_events && !remove_duplicates(state))
	{
		state = rebuild_many(state, many->max_names, many->max_events * 2, many->max_bytes);
		many = (ManyNames *) state;
	}
	number = many_intern(many, name, len);
	write_state_event(state, first_event(state) + event_size(state) * state->num_events,
					  at, seq, number);
	state->num_events++;
	return state;
}

/*
 * Adds when there is no room, or in the other layout, or when the name is new. Among few names
 * number is that of the name, or how many there are.
 */
static pg_noinline TimelineState *
add_slowly(TimelineState *state, int64 at, int64 seq, const char *name, uint32 len, uint32 number)
{
	Size		stride = event_size(state);

	if (!state->many_names && number == state->num_names &&
		(number == MAX_FEW_NAMES || len > MAX_SHORT_NAME))
		state = rebuild_many(state, Max(state->num_names * 2, 16),
							 Max(state->num_events * 2, 16),
							 Max(state->names_size * 2, 256) + len);
	if (state->many_names)
		return add_many(state, at, seq, name, len);

	for (;;)
	{
		Size		needed = sizeof(TimelineState) + stride * ((Size) state->num_events + 1) +
			state->names_size + (number == state->num_names ? 1 + len : 0);

		if (needed <= VARSIZE(state))
			break;
		if (!remove_duplicates(state))
			state = grow_few(state);
	}
	if (number == state->num_names)
	{
		char	   *p;

		state->names_size += 1 + len;
		state->num_names++;
		p = (char *) state + VARSIZE(state) - state->names_size;
		*(uint8 *) p = (uint8) len;
		memcpy(p + 1, name, len);
	}
	write_state_event(state, first_event(state) + stride * state->num_events, at, seq, number);
	state->num_events++;
	return state;
}

TimelineState *
timeline_state_add(TimelineState *state, int64 at, int64 seq, const char *name, uint32 len)
{
	uint32		number = state->num_names;

	if (likely(!state->many_names))
	{
		Size		stride = event_size(state);
		char	   *end = (char *) (state + 1) + stride * state->num_events;
		const char *names = (char *) state + VARSIZE(state) - state->names_size;
		const char *p = names;

		/* The newest name first. */
		for (uint32 i = number; i-- > 0; p += 1 + *(const uint8 *) p)
		{
			if (*(const uint8 *) p == len && memcmp(p + 1, name, len) == 0)
			{
				number = i;
				if (unlikely(end + stride > names))
					break;
				write_state_event(state, end, at, seq, i);
				state->num_events++;
				return state;
			}
		}
	}
	return add_slowly(state, at, seq, name, len, number);
}

TimelineState *
timeline_state_add_state(TimelineState *state, TimelineState *other)
{
	StateName  *names;
	Size		stride = event_size(other);
	const char *p = first_event(other);

	if (state->with_seq != other->with_seq)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("cannot combine a timeline that has sequence numbers with one that has none")));
	names = palloc_extended(sizeof(StateName) * (Size) Max(other->num_names, 1), MCXT_ALLOC_HUGE);
	timeline_state_names(other, names);
	for (uint32 i = 0; i < other->num_events; i++, p += stride)
	{
		StateEvent	event;

		read_state_event(other, p, &event);
		state = timeline_state_add(state, event.at, event.seq,
								   names[event.name].data, names[event.name].len);
		if ((i & 0xffff) == 0)
			CHECK_FOR_INTERRUPTS();
	}
	pfree(names);
	return state;
}

TimelineState *
timeline_state_add_timeline(TimelineState *state, const Timeline *timeline)
{
	TimelineReader reader;
	StateName  *names;

	timeline_open(&reader, timeline);
	names = timeline_names(&reader);
	while (timeline_next(&reader))
	{
		const StateName *name = &names[reader.state];

		state = timeline_state_add(state, reader.at, 0, name->data, name->len);
		if ((reader.next_event & 0xffff) == 0)
			CHECK_FOR_INTERRUPTS();
	}
	pfree(names);
	return state;
}

/*----------
 * Finishing.
 *----------
 */

StateEvent *
timeline_state_events(TimelineState *state, const StateName *names, uint32 *num_events)
{
	uint32	   *order = palloc_extended(sizeof(uint32) * (Size) state->num_names, MCXT_ALLOC_HUGE);
	uint32	   *rank = palloc_extended(sizeof(uint32) * (Size) state->num_names, MCXT_ALLOC_HUGE);
	StateEvent *events = palloc_extended(sizeof(StateEvent) * (Size) state->num_events, MCXT_ALLOC_HUGE);
	Size		stride = event_size(state);
	const char *p = first_event(state);

	for (uint32 i = 0; i < state->num_names; i++)
		order[i] = i;
	state_name_sort(names, order, state->num_names);
	for (uint32 i = 0; i < state->num_names; i++)
		rank[order[i]] = i;
	for (uint32 i = 0; i < state->num_events; i++, p += stride)
	{
		read_state_event(state, p, &events[i]);
		events[i].name = rank[events[i].name];
	}
	*num_events = distinct_events(events, state->num_events);
	for (uint32 i = 0; i < *num_events; i++)
		events[i].name = order[events[i].name];
	pfree(rank);
	pfree(order);
	return events;
}

/*
 * The events of a state that has sequence numbers, the k-th of an instant (from 0) moved by k
 * microseconds.
 */
static uint32
place_by_sequence(TimelineState *state, const StateName *names, TimelineEvent *placed)
{
	uint32		num_events;
	StateEvent *events = timeline_state_events(state, names, &num_events);
	int64		offset = 0;

	for (uint32 i = 0; i < num_events; i++)
	{
		offset = i > 0 && events[i - 1].at == events[i].at ? offset + 1 : 0;
		if (pg_add_s64_overflow(events[i].at, offset, &placed[i].at) ||
			!IS_VALID_TIMESTAMP(placed[i].at))
			ereport(ERROR,
					(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
					 errmsg("timestamp out of range"),
					 errdetail("There is no room behind the last instant for the order of its events.")));
		placed[i].state = events[i].name;
	}
	pfree(events);
	return num_events;
}

/* Up to so many events and names are finished without asking for memory. */
#define USUAL_EVENTS	64

Timeline *
timeline_state_finish(TimelineState *state)
{
	StateName	usual_names[MAX_FEW_NAMES];
	TimelineEvent usual_events[USUAL_EVENTS];
	StateName  *names = usual_names;
	TimelineEvent *events = usual_events;
	uint32		num_events = state->num_events;
	Size		stride = event_size(state);
	const char *p = first_event(state);
	Timeline   *timeline;

	if (state->num_names > MAX_FEW_NAMES)
		names = palloc_extended(sizeof(StateName) * (Size) state->num_names, MCXT_ALLOC_HUGE);
	if (num_events > USUAL_EVENTS)
		events = palloc_extended(sizeof(TimelineEvent) * (Size) num_events, MCXT_ALLOC_HUGE);
	timeline_state_names(state, names);
	if (state->with_seq)
		num_events = place_by_sequence(state, names, events);
	else
	{
		for (uint32 i = 0; i < num_events; i++, p += stride)
		{
			StateEvent	event;

			read_state_event(state, p, &event);
			events[i].at = event.at;
			events[i].state = event.name;
		}
	}
	timeline = timeline_pack(names, state->num_names, events, num_events);
	if (events != usual_events)
		pfree(events);
	if (names != usual_names)
		pfree(names);
	return timeline;
}
