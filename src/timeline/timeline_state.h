/*
 * timeline_state.h
 *		The state of the aggregates that make timelines: a bag of events, in any order.
 *
 * One flat varlena in one of two layouts, both changed in place:
 *
 *	few names	header, events upwards, slack, names downwards from the end, the newest first.
 *				An event is its time, its sequence number where there is one, and the number
 *				of its name in one byte: 9 or 17 bytes. 256 bytes hold the usual item.
 *	many names	header, a hash table of names, where they begin, events, slack, their bytes,
 *				slack. The number of a name takes 4 bytes.
 *
 * When it is full, duplicates are removed; only if that does not help it doubles. So memory
 * grows with the distinct events, not with the rows seen.
 */
#ifndef VSM_TIMELINE_STATE_H
#define VSM_TIMELINE_STATE_H

#include "base/flat_state.h"
#include "timeline/timeline.h"

/*
 * What a new state takes: the best of those measured. A smaller one doubles for the usual item, a
 * larger one costs memory.
 */
#define TIMELINE_STATE_USUAL_SIZE	256

typedef struct TimelineState
{
	FlatState	flat;
	uint8		with_seq;		/* events carry sequence numbers */
	uint8		many_names;		/* which layout */
	uint16		names_size;		/* few names: their bytes, lengths included */
	uint32		num_events;
	uint32		num_names;
} TimelineState;

/* What a state is checked for. */
extern const FlatFormat timeline_state_format;

/* A new, empty state. */
extern TimelineState *timeline_state_new(bool with_seq);

/*
 * Asks for all of a state of the usual size at once. Under hashed grouping the states of a million
 * items are cold, and header, names and the last event lie in different cache lines.
 */
static inline void
timeline_state_prefetch(const void *state)
{
	for (int offset = 0; offset < TIMELINE_STATE_USUAL_SIZE; offset += 64)
		vsm_prefetch((const char *) state + offset);
	vsm_prefetch((const char *) state + TIMELINE_STATE_USUAL_SIZE - 1);
}

/* Adds an event; seq is looked at only if the state has sequence numbers. Returns the state. */
extern TimelineState *timeline_state_add(TimelineState *state, int64 at, int64 seq,
										 const char *name, uint32 name_len);

/* Adds all events of another state, or of a timeline, to a state. */
extern TimelineState *timeline_state_add_state(TimelineState *state, TimelineState *other);
extern TimelineState *timeline_state_add_timeline(TimelineState *state, const Timeline *timeline);

/* The timeline of all events. The state is not changed. */
extern Timeline *timeline_state_finish(TimelineState *state);

/* All names of a state, num_names of them, in the order of their numbers. */
extern void timeline_state_names(TimelineState *state, StateName *names);

/* An event, whatever the layout. */
typedef struct StateEvent
{
	int64		at;
	int64		seq;			/* 0 in a state without sequence numbers */
	uint32		name;			/* its number */
} StateEvent;

/* The distinct events of a state, sorted by (time, sequence number, state bytes). */
extern StateEvent *timeline_state_events(TimelineState *state, const StateName *names, uint32 *num_events);

#endif							/* VSM_TIMELINE_STATE_H */
