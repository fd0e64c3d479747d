/*
 * process_map.h
 *		The state of vsm.process_map: a directly-follows graph, how often one state or stage
 *		follows another, in how many items, and after how long.
 *
 * One flat varlena, changed in place: configuration, moves, a hash table of moves, and for
 * the form without a workflow the names of states with a hash table of theirs. With a
 * workflow the nodes are the numbers of its stages. When a part is full, all is moved into a
 * state of twice that size.
 */
#ifndef VSM_PROCESS_MAP_H
#define VSM_PROCESS_MAP_H

#include "calendar/calendar_reader.h"
#include "stream/group_state.h"
#include "timeline/timeline.h"
#include "workflow/workflow.h"

/* Where a move comes from, or goes to, that has none: entries and exits. */
#define NO_NODE		PG_UINT32_MAX

/* From one node to another, of all items. */
typedef struct ProcessMove
{
	uint32		from;
	uint32		to;
	int64		moves;
	int64		items;
	uint64		last_item;		/* serial number of the item that moved last */
	int64		total_days;		/* sum of durations: days of 24 hours, which microseconds ... */
	uint64		total_time;		/* ... that reach 2^62 are carried over to */
	int64		min;			/* microseconds */
	int64		max;
} ProcessMove;

typedef struct ProcessName
{
	uint32		offset;			/* of its bytes, from the beginning of the state */
	uint32		len;
	uint32		follower;		/* the name found after it last, NO_NODE at first: see process_map_node */
} ProcessName;

typedef struct ProcessMapState
{
	FlatState	flat;
	uint32		num_names;
	uint32		num_moves;
	uint64		num_items;		/* seen by this state; a serial number */
	uint32		max_moves;		/* both hash tables have twice as many slots; a power of two */
	uint32		max_names;
	uint32		names_used;		/* bytes of names */
	uint32		names_size;
	uint32		workflow_offset;	/* 0: none */
	uint32		calendar_offset;
	uint32		moves_offset;	/* ProcessMove[max_moves] */
	uint32		move_slots_offset;	/* uint32: number + 1, 0 for free */
	uint32		names_offset;	/* ProcessName[max_names] */
	uint32		name_slots_offset;
	uint32		bytes_offset;	/* of the names */
} ProcessMapState;

static inline const Workflow *
process_map_workflow(const ProcessMapState *state)
{
	return state->workflow_offset == 0 ? NULL :
		(const Workflow *) ((const char *) state + state->workflow_offset);
}

/* A varlena with a 4-byte header. */
static inline const Calendar *
process_map_calendar(const ProcessMapState *state)
{
	return state->calendar_offset == 0 ? NULL :
		(const Calendar *) ((const char *) state + state->calendar_offset);
}

static inline ProcessMove *
process_map_moves(const ProcessMapState *state)
{
	return (ProcessMove *) ((char *) state + state->moves_offset);
}

static inline ProcessName *
process_map_names(const ProcessMapState *state)
{
	return (ProcessName *) ((char *) state + state->names_offset);
}

/* What a state is checked for. */
extern const FlatFormat process_map_format;

/* The name of the aggregate in messages. */
#define PROCESS_MAP_NAME	"process_map"

/* An empty state; workflow and calendar, which are copied, may be NULL. */
extern ProcessMapState *process_map_new(const Workflow *workflow, const Calendar *calendar);

/*
 * The node of a state's name, which is added if it is new; the state may have moved then.
 * before: the node of the name that stood before it in its timeline's list, or NO_NODE. Names
 * stand there in byte order, so what followed it last time is likely to follow it again.
 */
extern ProcessMapState *process_map_node(ProcessMapState *state, StateName name, uint32 before,
										 uint32 *node);

/* The move between two nodes, added if it is new; the state may have moved then. */
extern ProcessMapState *process_map_move(ProcessMapState *state, uint32 from, uint32 to,
										 ProcessMove **move);

/*
 * Counts a move of the current item (state->num_items) that took so long; duration is
 * ignored where there is none: at entries and exits.
 */
extern ProcessMapState *process_map_count(ProcessMapState *state, uint32 from, uint32 to,
										  int64 duration);

/* Adds what another state counted, of other items. */
extern ProcessMapState *process_map_add_state(ProcessMapState *state, const ProcessMapState *other);

/*
 * Counts one item. Durations are from entry to entry; 22008 if one is out of range. The form
 * without a workflow takes an event log as it is: every event is a node, repeats included. Under
 * the workflow of the state nodes are visits of stages: (unmapped) ones are skipped, and what are
 * neighbours then are one; time is measured by the calendar (NULL: wall clock).
 */
extern ProcessMapState *process_map_add_events(ProcessMapState *state, const Timeline *timeline);
extern ProcessMapState *process_map_add_visits(ProcessMapState *state, const Timeline *timeline,
											   CalendarReader *calendar);

/*
 * The same configuration? The calendar is a varlena, its header a short one or not. Raises 22023
 * naming what differs.
 */
extern void process_map_check(const ProcessMapState *state, const Workflow *workflow, const void *calendar);

#endif							/* VSM_PROCESS_MAP_H */
