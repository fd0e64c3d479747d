/*
 * process_map.c
 *		The state of vsm.process_map: a directly-follows graph.
 */
#include "postgres.h"

#include "base/compat.h"
#include "base/time_range.h"
#include "common/hashfn.h"
#include "common/int.h"
#include "item/item.h"
#include "miscadmin.h"
#include "stream/process_map.h"
#include "utils/memutils.h"

const FlatFormat process_map_format = {"vsm.process_map_state", PROCESS_MAP_KIND, GROUP_STATE_VERSION};

/* What a usual stream needs; a power of two. */
#define FIRST_MAX_MOVES		64
#define FIRST_MAX_NAMES		32
#define FIRST_NAMES_SIZE	512

#define TOTAL_TIME_LIMIT	(UINT64CONST(1) << 62)

static inline uint32 *
move_slots(const ProcessMapState *state)
{
	return (uint32 *) ((char *) state + state->move_slots_offset);
}

static inline uint32 *
name_slots(const ProcessMapState *state)
{
	return (uint32 *) ((char *) state + state->name_slots_offset);
}

static inline const char *
name_bytes(const ProcessMapState *state, const ProcessName *name)
{
	return (const char *) state + name->offset;
}

static inline uint32
hash_move(uint32 from, uint32 to)
{
	return murmurhash32(from * 0x9E3779B1 + to);
}

/* An empty state with room for so much. */
static ProcessMapState *
make_state(const Workflow *workflow, const Calendar *calendar, uint64 max_moves, uint64 max_names,
		   uint64 names_size)
{
	uint64		size = MAXALIGN(sizeof(ProcessMapState));
	ProcessMapState header = {0};
	ProcessMapState *state;

	if (workflow != NULL)
	{
		header.workflow_offset = (uint32) size;
		size = MAXALIGN(size + VARSIZE(workflow));
	}
	if (calendar != NULL)
	{
		header.calendar_offset = (uint32) size;
		size = MAXALIGN(size + VARSIZE(calendar));
	}
	header.moves_offset = (uint32) size;
	size += sizeof(ProcessMove) * max_moves;
	header.move_slots_offset = (uint32) size;
	size += sizeof(uint32) * 2 * max_moves;
	header.names_offset = (uint32) size;
	size += sizeof(ProcessName) * max_names;
	header.name_slots_offset = (uint32) size;
	size += sizeof(uint32) * 2 * max_names;
	header.bytes_offset = (uint32) size;
	size += names_size;
	if (size > MaxAllocSize)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("too much data for one group"),
				 errdetail("The process map would take more than %d bytes.", (int) MaxAllocSize)));

	state = (ProcessMapState *) flat_state_new(size, size, &process_map_format);
	header.flat = state->flat;
	header.max_moves = (uint32) max_moves;
	header.max_names = (uint32) max_names;
	header.names_size = (uint32) names_size;
	*state = header;
	if (workflow != NULL)
		memcpy((char *) state + state->workflow_offset, workflow, VARSIZE(workflow));
	if (calendar != NULL)
		memcpy((char *) state + state->calendar_offset, calendar, VARSIZE(calendar));
	return state;
}

ProcessMapState *
process_map_new(const Workflow *workflow, const Calendar *calendar)
{
	bool		named = workflow == NULL;

	return make_state(workflow, calendar, FIRST_MAX_MOVES, named ? FIRST_MAX_NAMES : 0,
					  named ? FIRST_NAMES_SIZE : 0);
}

static void
enter_slot(uint32 *slots, uint32 max, uint32 hash, uint32 number)
{
	uint32		mask = max * 2 - 1;
	uint32		slot = hash & mask;

	while (slots[slot] != 0)
		slot = (slot + 1) & mask;
	slots[slot] = number + 1;
}

static uint32
hash_name(const char *data, uint32 len)
{
	return hash_bytes((const unsigned char *) data, len);
}

/* A copy with room for more. The old one is not freed: the executor does that. */
static ProcessMapState *
grow(const ProcessMapState *old, uint64 max_moves, uint64 max_names, uint64 names_size)
{
	ProcessMapState *state = make_state(process_map_workflow(old), process_map_calendar(old),
										max_moves, max_names, names_size);
	ProcessName *names = process_map_names(state);

	state->num_items = old->num_items;
	state->num_moves = old->num_moves;
	state->num_names = old->num_names;
	state->names_used = old->names_used;
	memcpy(process_map_moves(state), process_map_moves(old), sizeof(ProcessMove) * old->num_moves);
	for (uint32 i = 0; i < state->num_moves; i++)
	{
		const ProcessMove *move = &process_map_moves(state)[i];

		enter_slot(move_slots(state), state->max_moves, hash_move(move->from, move->to), i);
	}
	memcpy((char *) state + state->bytes_offset, (const char *) old + old->bytes_offset, old->names_used);
	for (uint32 i = 0; i < state->num_names; i++)
	{
		names[i] = process_map_names(old)[i];
		names[i].offset += state->bytes_offset - old->bytes_offset;
		enter_slot(name_slots(state), state->max_names,
				   hash_name(name_bytes(state, &names[i]), names[i].len), i);
	}
	return state;
}

static inline bool
is_name(const ProcessMapState *state, uint32 number, StateName name)
{
	const ProcessName *own = &process_map_names(state)[number];

	return own->len == name.len && memcmp(name_bytes(state, own), name.data, name.len) == 0;
}

ProcessMapState *
process_map_node(ProcessMapState *state, StateName name, uint32 before, uint32 *node)
{
	uint32		hash;
	uint32		mask;
	ProcessName *added;

	if (before != NO_NODE)
	{
		*node = process_map_names(state)[before].follower;
		if (*node != NO_NODE && is_name(state, *node, name))
			return state;
	}
	hash = hash_name(name.data, name.len);
	mask = state->max_names * 2 - 1;
	for (uint32 slot = hash & mask; name_slots(state)[slot] != 0; slot = (slot + 1) & mask)
	{
		*node = name_slots(state)[slot] - 1;
		if (is_name(state, *node, name))
		{
			if (before != NO_NODE)
				process_map_names(state)[before].follower = *node;
			return state;
		}
	}

	if (state->num_names == state->max_names || name.len > state->names_size - state->names_used)
	{
		uint64		names_size = state->names_size;

		while (name.len > names_size - state->names_used)
			names_size *= 2;
		state = grow(state, state->max_moves,
					 (uint64) state->max_names * (state->num_names == state->max_names ? 2 : 1),
					 names_size);
	}
	*node = state->num_names++;
	added = &process_map_names(state)[*node];
	added->offset = state->bytes_offset + state->names_used;
	added->len = name.len;
	added->follower = NO_NODE;
	memcpy((char *) state + added->offset, name.data, name.len);
	state->names_used += name.len;
	enter_slot(name_slots(state), state->max_names, hash, *node);
	if (before != NO_NODE)
		process_map_names(state)[before].follower = *node;
	return state;
}

/* The move between two nodes, or NULL. */
static inline ProcessMove *
find_move(const ProcessMapState *state, uint32 from, uint32 to)
{
	uint32		mask = state->max_moves * 2 - 1;
	const uint32 *slots = move_slots(state);

	for (uint32 slot = hash_move(from, to) & mask; slots[slot] != 0; slot = (slot + 1) & mask)
	{
		ProcessMove *move = &process_map_moves(state)[slots[slot] - 1];

		if (move->from == from && move->to == to)
			return move;
	}
	return NULL;
}

/*
 * Where moves between the first nodes stood in the state that was asked last: a guess that is always
 * checked, which is right but for states that take turns.
 */
#define GUESSED_NODES	32
static uint32 guessed_moves[(GUESSED_NODES + 1) * (GUESSED_NODES + 1)];

/* The same as find_move, by such a guess first. */
static inline ProcessMove *
guess_move(const ProcessMapState *state, uint32 from, uint32 to)
{
	/* NO_NODE + 1 is 0. */
	uint32		row = from + 1;
	uint32		column = to + 1;
	uint32	   *guess;
	ProcessMove *move;

	if (unlikely(row > GUESSED_NODES || column > GUESSED_NODES))
		return find_move(state, from, to);
	guess = &guessed_moves[row * (GUESSED_NODES + 1) + column];
	move = &process_map_moves(state)[*guess];
	if (likely(*guess < state->num_moves && move->from == from && move->to == to))
		return move;
	move = find_move(state, from, to);
	if (move != NULL)
		*guess = move - process_map_moves(state);
	return move;
}

ProcessMapState *
process_map_move(ProcessMapState *state, uint32 from, uint32 to, ProcessMove **move)
{
	*move = find_move(state, from, to);
	if (*move != NULL)
		return state;
	if (state->num_moves == state->max_moves)
		state = grow(state, (uint64) state->max_moves * 2, state->max_names, state->names_size);
	*move = &process_map_moves(state)[state->num_moves];
	memset(*move, 0, sizeof(ProcessMove));
	(*move)->from = from;
	(*move)->to = to;
	(*move)->min = PG_INT64_MAX;
	enter_slot(move_slots(state), state->max_moves, hash_move(from, to), state->num_moves++);
	return state;
}

static inline void
add_time(ProcessMove *move, uint64 time)
{
	move->total_time += time;
	if (unlikely(move->total_time >= TOTAL_TIME_LIMIT))
	{
		flat_state_count(&move->total_days, move->total_time / USECS_PER_DAY, "days");
		move->total_time %= USECS_PER_DAY;
	}
}

ProcessMapState *
process_map_count(ProcessMapState *state, uint32 from, uint32 to, int64 duration)
{
	ProcessMove *move = guess_move(state, from, to);

	if (unlikely(move == NULL))
		state = process_map_move(state, from, to, &move);
	flat_state_count(&move->moves, 1, "moves");
	if (move->last_item != state->num_items)
	{
		move->last_item = state->num_items;
		flat_state_count(&move->items, 1, "moves");
	}
	add_time(move, duration);
	move->min = Min(move->min, duration);
	move->max = Max(move->max, duration);
	return state;
}

ProcessMapState *
process_map_add_state(ProcessMapState *state, const ProcessMapState *other)
{
	uint32	   *nodes = palloc(sizeof(uint32) * Max(other->num_names, 1));
	const ProcessName *names = process_map_names(other);

	for (uint32 i = 0; i < other->num_names; i++)
	{
		StateName	name = {name_bytes(other, &names[i]), names[i].len};

		state = process_map_node(state, name, NO_NODE, &nodes[i]);
		if ((i & 0xffff) == 0)
			CHECK_FOR_INTERRUPTS();
	}
	for (uint32 i = 0; i < other->num_moves; i++)
	{
		const ProcessMove *theirs = &process_map_moves(other)[i];
		uint32		from = theirs->from;
		uint32		to = theirs->to;
		ProcessMove *move;

		if (other->workflow_offset == 0)
		{
			from = from == NO_NODE ? NO_NODE : nodes[from];
			to = to == NO_NODE ? NO_NODE : nodes[to];
		}
		state = process_map_move(state, from, to, &move);
		flat_state_count(&move->moves, theirs->moves, "moves");
		flat_state_count(&move->items, theirs->items, "moves");
		flat_state_count(&move->total_days, theirs->total_days, "days");
		add_time(move, theirs->total_time);
		move->min = Min(move->min, theirs->min);
		move->max = Max(move->max, theirs->max);
		if ((i & 0xffff) == 0)
			CHECK_FOR_INTERRUPTS();
	}
	pfree(nodes);
	return state;
}

void
process_map_check(const ProcessMapState *state, const Workflow *workflow, const void *calendar)
{
	const Calendar *own_calendar = process_map_calendar(state);

	if ((process_map_workflow(state) == NULL) != (workflow == NULL) ||
		(workflow != NULL && !group_same_value(process_map_workflow(state), workflow)))
		group_config_differs(PROCESS_MAP_NAME, "workflow");
	if ((own_calendar == NULL) != (calendar == NULL) ||
		(calendar != NULL && !group_same_value(own_calendar, calendar)))
		group_config_differs(PROCESS_MAP_NAME, "calendar");
}

/*----------
 * Items.
 *----------
 */

ProcessMapState *
process_map_add_events(ProcessMapState *state, const Timeline *timeline)
{
	TimelineReader reader;
	uint32		few_nodes[ITEM_FEW];
	uint32	   *nodes;
	uint32		before = NO_NODE;
	int64		before_at = 0;
	const uint8 *p;

	timeline_open(&reader, timeline);
	nodes = reader.num_states <= ITEM_FEW ? few_nodes :
		palloc_extended(sizeof(uint32) * (Size) reader.num_states, MCXT_ALLOC_HUGE);
	p = reader.names;
	for (uint32 i = 0; i < reader.num_states; i++)
	{
		state = process_map_node(state, timeline_next_name(&p), before, &nodes[i]);
		before = nodes[i];
	}

	state->num_items++;
	before = NO_NODE;
	while (timeline_next(&reader))
	{
		int64		duration = 0;

		if (before != NO_NODE && unlikely(pg_sub_s64_overflow(reader.at, before_at, &duration)))
			interval_out_of_range();
		state = process_map_count(state, before, nodes[reader.state], duration);
		before = nodes[reader.state];
		before_at = reader.at;
		if (unlikely((reader.next_event & 0xfff) == 0))
			CHECK_FOR_INTERRUPTS();
	}
	return process_map_count(state, before, NO_NODE, 0);
}

ProcessMapState *
process_map_add_visits(ProcessMapState *state, const Timeline *timeline, CalendarReader *calendar)
{
	FlowItem	item;
	uint32		before = NO_NODE;
	int64		before_at = 0;

	if (!item_read(&item, timeline, process_map_workflow(state), PERIOD_UNBOUNDED))
		return state;
	state->num_items++;
	for (int i = 0; i < item.num_visits; i++)
	{
		const ItemVisit *visit = &item.visits[i];
		int64		duration = 0;

		if (unlikely((i & 0xfff) == 0xfff))
			CHECK_FOR_INTERRUPTS();
		if (visit->stage == UNMAPPED_STAGE || visit->stage == before)
			continue;
		if (before != NO_NODE)
		{
			if (calendar != NULL)
				duration = calendar_working_time(calendar, before_at, visit->entered_at);
			else if (unlikely(pg_sub_s64_overflow(visit->entered_at, before_at, &duration)))
				interval_out_of_range();
		}
		state = process_map_count(state, before, visit->stage, duration);
		before = visit->stage;
		before_at = visit->entered_at;
	}
	return before == NO_NODE ? state : process_map_count(state, before, NO_NODE, 0);
}
