/*
 * process_map_sql.c
 *		vsm.process_map: what follows what, how often, in how many items, and after how long.
 *
 * Three forms: of a plain event log, in which every event counts as it is; of visits under a
 * workflow; and of visits with durations by a calendar. Durations are from entry to entry.
 */
#include "postgres.h"

#include "common/int.h"
#include "base/compat.h"
#include "stream/group_state.h"
#include "item/item_sql.h"
#include "miscadmin.h"
#include "stream/process_map.h"
#include "base/rows_sql.h"
#include "timeline/timeline_io.h"
#include "utils/builtins.h"
#include "utils/json.h"
#include "utils/timestamp.h"

PG_FUNCTION_INFO_V1(vsm_process_map_state_in);
PG_FUNCTION_INFO_V1(vsm_process_map_state_out);
PG_FUNCTION_INFO_V1(vsm_process_map_add);
PG_FUNCTION_INFO_V1(vsm_process_map_add_workflow);
PG_FUNCTION_INFO_V1(vsm_process_map_combine);
PG_FUNCTION_INFO_V1(vsm_process_map_finish);

static const char *const aggregate_name = "process_map";

static void
overflow(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
			 errmsg("interval out of range")));
}

/*----------
 * Items.
 *----------
 */

/* An event log as it is: every event is a node, repeats included. */
static ProcessMapState *
add_events(ProcessMapState *state, const Timeline *timeline)
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
			overflow();
		state = process_map_count(state, before, nodes[reader.state], duration);
		before = nodes[reader.state];
		before_at = reader.at;
		if (unlikely((reader.next_event & 0xfff) == 0))
			CHECK_FOR_INTERRUPTS();
	}
	return process_map_count(state, before, NO_NODE, 0);
}

/* Visits of stages: (unmapped) ones are skipped, and what are neighbours then are one. */
static ProcessMapState *
add_visits(ProcessMapState *state, const Timeline *timeline, CalendarReader *calendar)
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

		if (visit->stage == UNMAPPED_STAGE || visit->stage == before)
			continue;
		if (before != NO_NODE)
		{
			if (calendar != NULL)
				duration = calendar_working_time(calendar, before_at, visit->entered_at);
			else if (unlikely(pg_sub_s64_overflow(visit->entered_at, before_at, &duration)))
				overflow();
		}
		state = process_map_count(state, before, visit->stage, duration);
		before = visit->stage;
		before_at = visit->entered_at;
	}
	return before == NO_NODE ? state : process_map_count(state, before, NO_NODE, 0);
}

/*----------
 * Aggregates.
 *----------
 */

/* The same configuration? Raises 22023 naming what differs. */
static void
check_config(const ProcessMapState *state, const Workflow *workflow, const void *calendar)
{
	const Calendar *own_calendar = process_map_calendar(state);

	if ((process_map_workflow(state) == NULL) != (workflow == NULL) ||
		(workflow != NULL && !group_same_value(process_map_workflow(state), workflow)))
		group_config_differs(aggregate_name, "workflow");
	if ((own_calendar == NULL) != (calendar == NULL) ||
		(calendar != NULL && !group_same_value(own_calendar, calendar)))
		group_config_differs(aggregate_name, "calendar");
}

/* add(state, timeline): transition function of the first form. A NULL timeline is no item. */
Datum
vsm_process_map_add(PG_FUNCTION_ARGS)
{
	ProcessMapState *state = (ProcessMapState *)
		group_state_get(fcinfo, true, PROCESS_MAP_KIND, aggregate_name);

	if (state == NULL)
		state = process_map_new(NULL, NULL);
	else
		check_config(state, NULL, NULL);
	if (!PG_ARGISNULL(1))
		state = add_events(state, PG_GETARG_TIMELINE(1));
	PG_RETURN_POINTER(state);
}

/* add(state, timeline, workflow [, calendar]): transition function of the other forms. */
Datum
vsm_process_map_add_workflow(PG_FUNCTION_ARGS)
{
	bool		given = !PG_ARGISNULL(2);
	bool		has_calendar = PG_NARGS() > 3 && !PG_ARGISNULL(3);
	ProcessMapState *state = (ProcessMapState *)
		group_state_get(fcinfo, given, PROCESS_MAP_KIND, aggregate_name);
	const Workflow *workflow;
	struct varlena *calendar = NULL;
	CalendarReader *reader = NULL;

	if (!given)
		PG_RETURN_POINTER(state);
	workflow = workflow_argument(&item_call(fcinfo)->workflow, PG_GETARG_DATUM(2),
								 fcinfo->flinfo->fn_mcxt);
	if (has_calendar)
	{
		calendar = PG_DETOAST_DATUM_PACKED(PG_GETARG_DATUM(3));
		reader = calendar_reader_cached(&item_call(fcinfo)->calendars, PointerGetDatum(calendar),
										fcinfo->flinfo->fn_mcxt);
	}
	if (state == NULL)
		state = process_map_new(workflow, has_calendar ? calendar_from_datum(PG_GETARG_DATUM(3)) : NULL);
	else
		check_config(state, workflow, calendar);
	if (!PG_ARGISNULL(1))
		state = add_visits(state, PG_GETARG_TIMELINE(1), reader);
	PG_RETURN_POINTER(state);
}

Datum
vsm_process_map_combine(PG_FUNCTION_ARGS)
{
	FlatState  *state;
	const FlatState *other_flat;
	Datum		result;

	if (group_state_combine(fcinfo, PROCESS_MAP_KIND, aggregate_name, &state, &other_flat, &result))
	{
		const ProcessMapState *other = (const ProcessMapState *) other_flat;

		check_config((ProcessMapState *) state, process_map_workflow(other), process_map_calendar(other));
		result = PointerGetDatum(process_map_add_state((ProcessMapState *) state, other));
	}
	if (result == (Datum) 0)
		PG_RETURN_NULL();
	PG_RETURN_DATUM(result);
}

/*----------
 * Result.
 *----------
 */

/* The names of nodes as text, and where each stands in the order of rows. */
typedef struct NodeTexts
{
	Datum	   *texts;
	uint32	   *ranks;
} NodeTexts;

static void
make_node_texts(const ProcessMapState *state, NodeTexts *nodes)
{
	const Workflow *workflow = process_map_workflow(state);
	uint32		count = workflow != NULL ? workflow->num_stages : state->num_names;
	StateName  *names = palloc_extended(sizeof(StateName) * (Size) Max(count, 1), MCXT_ALLOC_HUGE);
	uint32	   *order = palloc(sizeof(uint32) * Max(count, 1));

	nodes->texts = palloc(sizeof(Datum) * Max(count, 1));
	nodes->ranks = palloc(sizeof(uint32) * Max(count, 1));
	for (uint32 i = 0; i < count; i++)
	{
		if (workflow != NULL)
		{
			WorkflowText name = workflow_stages(workflow)[i].name;

			names[i].data = workflow_text(workflow, name);
			names[i].len = name.len;
		}
		else
		{
			const ProcessName *name = &process_map_names(state)[i];

			names[i].data = (const char *) state + name->offset;
			names[i].len = name->len;
		}
		nodes->texts[i] = PointerGetDatum(cstring_to_text_with_len(names[i].data, names[i].len));
		order[i] = i;
	}
	/* Stages are in the order of the stream already. */
	if (workflow == NULL)
		state_name_sort(names, order, count);
	for (uint32 i = 0; i < count; i++)
		nodes->ranks[order[i]] = i;
}

/* Where a move stands in the result: entries before and exits behind all other moves of a node. */
typedef struct RankedMove
{
	int64		from;
	int64		to;
	const ProcessMove *move;
} RankedMove;

static int
compare_moves(const void *a, const void *b)
{
	const RankedMove *move_a = a;
	const RankedMove *move_b = b;

	if (move_a->from != move_b->from)
		return move_a->from < move_b->from ? -1 : 1;
	return move_a->to < move_b->to ? -1 : move_a->to > move_b->to;
}

/*
 * An interval of days and microseconds: wall clock as timestamptz - timestamptz gives it,
 * by a calendar hours and smaller only.
 */
static Datum
interval_of(int64 days, uint64 time, bool by_calendar)
{
	Interval   *interval = palloc0(sizeof(Interval));

	if (pg_add_s64_overflow(days, (int64) (time / USECS_PER_DAY), &days))
		overflow();
	time %= USECS_PER_DAY;
	if (by_calendar)
	{
		int64		whole;

		if (pg_mul_s64_overflow(days, USECS_PER_DAY, &whole) ||
			pg_add_s64_overflow(whole, (int64) time, &interval->time))
			overflow();
	}
	else
	{
		if (days != (int32) days)
			overflow();
		interval->day = (int32) days;
		interval->time = (int64) time;
	}
	return IntervalPGetDatum(interval);
}

/* The final function: vsm.process_map_row[], by place, or by the bytes of names. */
Datum
vsm_process_map_finish(PG_FUNCTION_ARGS)
{
	const ProcessMapState *state;
	bool		by_calendar;
	NodeTexts	nodes;
	RankedMove *ranked;
	RowArray	result;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	state = (const ProcessMapState *) flat_state_peek(PG_GETARG_DATUM(0), PROCESS_MAP_KIND,
													  GROUP_STATE_VERSION);
	if (group_state_is_unknown(&state->flat))
		PG_RETURN_NULL();
	by_calendar = state->calendar_offset != 0;
	make_node_texts(state, &nodes);
	ranked = palloc_extended(sizeof(RankedMove) * (Size) Max(state->num_moves, 1), MCXT_ALLOC_HUGE);
	for (uint32 i = 0; i < state->num_moves; i++)
	{
		const ProcessMove *move = &process_map_moves(state)[i];

		ranked[i].from = move->from == NO_NODE ? INT64CONST(-1) : (int64) nodes.ranks[move->from];
		ranked[i].to = move->to == NO_NODE ? PG_INT64_MAX : (int64) nodes.ranks[move->to];
		ranked[i].move = move;
	}
	qsort(ranked, state->num_moves, sizeof(RankedMove), compare_moves);

	row_array_begin(fcinfo, &result, state->num_moves);
	for (uint32 i = 0; i < state->num_moves; i++)
	{
		const ProcessMove *move = ranked[i].move;
		Datum		values[7] = {0};
		bool		nulls[7] = {false};

		nulls[0] = move->from == NO_NODE;
		nulls[1] = move->to == NO_NODE;
		if (!nulls[0])
			values[0] = nodes.texts[move->from];
		if (!nulls[1])
			values[1] = nodes.texts[move->to];
		values[2] = Int64GetDatum(move->moves);
		values[3] = Int64GetDatum(move->items);
		nulls[4] = nulls[5] = nulls[6] = nulls[0] || nulls[1];
		if (!nulls[4])
		{
			values[4] = interval_of(move->total_days, move->total_time, by_calendar);
			values[5] = interval_of(0, move->min, by_calendar);
			values[6] = interval_of(0, move->max, by_calendar);
		}
		row_array_add(&result, values, nulls);
		if ((i & 0xfff) == 0)
			CHECK_FOR_INTERRUPTS();
	}
	PG_RETURN_DATUM(row_array_end(&result));
}

/*----------
 * The text form of the state: configuration (null where there is none), names of nodes
 * without a workflow, and moves as
 * [from, to, moves, items, total days, total microseconds, min, max]; -1 is no node.
 *----------
 */

static const char *const state_keys[] = {"workflow", "calendar", "names", "moves", NULL};

Datum
vsm_process_map_state_out(PG_FUNCTION_ARGS)
{
	const ProcessMapState *state = (const ProcessMapState *)
		flat_state_peek(PG_GETARG_DATUM(0), PROCESS_MAP_KIND, GROUP_STATE_VERSION);
	StringInfoData buf;

	if (group_state_is_unknown(&state->flat))
		PG_RETURN_CSTRING(pstrdup("null"));
	initStringInfo(&buf);
	appendStringInfoChar(&buf, '{');
	if (state->workflow_offset != 0)
		group_text_string(&buf, "workflow", workflow_to_json(process_map_workflow(state)));
	else
		appendStringInfoString(&buf, "\"workflow\":null");
	if (state->calendar_offset != 0)
	{
		StringInfoData calendar;

		initStringInfo(&calendar);
		calendar_print(process_map_calendar(state), &calendar);
		group_text_string(&buf, "calendar", calendar.data);
	}
	else
		appendStringInfoString(&buf, ",\"calendar\":null");
	group_text_key(&buf, "names");
	appendStringInfoChar(&buf, '[');
	for (uint32 i = 0; i < state->num_names; i++)
	{
		const ProcessName *name = &process_map_names(state)[i];

		if (i > 0)
			appendStringInfoChar(&buf, ',');
		escape_json(&buf, pnstrdup((const char *) state + name->offset, name->len));
	}
	appendStringInfoString(&buf, "],\"moves\":[");
	for (uint32 i = 0; i < state->num_moves; i++)
	{
		const ProcessMove *move = &process_map_moves(state)[i];

		appendStringInfo(&buf, "%s[" INT64_FORMAT "," INT64_FORMAT "," INT64_FORMAT "," INT64_FORMAT ","
						 INT64_FORMAT "," INT64_FORMAT "," INT64_FORMAT "," INT64_FORMAT "]",
						 i > 0 ? "," : "",
						 move->from == NO_NODE ? INT64CONST(-1) : move->from,
						 move->to == NO_NODE ? INT64CONST(-1) : move->to,
						 move->moves, move->items, move->total_days, (int64) move->total_time,
						 move->min, move->max);
		if ((i & 0xfff) == 0)
			CHECK_FOR_INTERRUPTS();
	}
	appendStringInfoString(&buf, "]}");
	PG_RETURN_CSTRING(buf.data);
}

static bool
read_names(ProcessMapState **state, const JsonTree *array, InputError *error)
{
	if (array->type != JSON_TREE_ARRAY)
		return input_error(error, "\"names\" must be an array, not %s.", json_tree_type_name(array));
	if (array->num_children > 0 && (*state)->workflow_offset != 0)
		return input_error(error, "With a workflow there are no \"names\".");
	for (const JsonTree *node = array->first_child; node != NULL; node = node->next)
	{
		uint32		before = (*state)->num_names;
		uint32		number;
		const char *name;

		if (!group_read_string(node, &name, error))
			return false;
		*state = process_map_node(*state, (StateName) {name, strlen(name)}, NO_NODE, &number);
		if (number != before)
			return input_error(error, "\"%s\" stands twice in \"names\".", name);
	}
	return true;
}

static bool
read_moves(ProcessMapState **state, const JsonTree *array, InputError *error)
{
	int64		num_nodes = (*state)->workflow_offset != 0 ?
		process_map_workflow(*state)->num_stages : (*state)->num_names;

	if (array->type != JSON_TREE_ARRAY)
		return input_error(error, "\"moves\" must be an array, not %s.", json_tree_type_name(array));
	for (const JsonTree *node = array->first_child; node != NULL; node = node->next)
	{
		int64		numbers[8];
		ProcessMove *move;

		if (!group_read_numbers(node, lengthof(numbers), numbers, error))
			return false;
		for (int i = 2; i < lengthof(numbers); i++)
		{
			if (numbers[i] < 0 || numbers[5] >= INT64CONST(1) << 62)
				return input_error(error, "A member of \"moves\" is out of range.");
		}
		if (numbers[0] < -1 || numbers[0] >= num_nodes || numbers[1] < -1 || numbers[1] >= num_nodes)
			return input_error(error, "A member of \"moves\" has an unknown node.");
		*state = process_map_move(*state, numbers[0] < 0 ? NO_NODE : (uint32) numbers[0],
								  numbers[1] < 0 ? NO_NODE : (uint32) numbers[1], &move);
		move->moves = numbers[2];
		move->items = numbers[3];
		move->total_days = numbers[4];
		move->total_time = numbers[5];
		move->min = numbers[6];
		move->max = numbers[7];
	}
	return true;
}

static FlatState *
parse_state(const JsonTree *object, InputError *error)
{
	const JsonTree *node = json_tree_member(object, "workflow");
	Workflow   *workflow = NULL;
	Calendar   *calendar = NULL;
	const char *text;
	ProcessMapState *state;

	if (node->type != JSON_TREE_NULL)
	{
		workflow = group_read_workflow(node, error);
		if (workflow == NULL)
			return NULL;
	}
	node = json_tree_member(object, "calendar");
	if (node->type != JSON_TREE_NULL)
	{
		if (!group_read_string(node, &text, error))
			return NULL;
		calendar = calendar_parse(text, strlen(text), error);
		if (calendar == NULL)
			return NULL;
	}
	state = process_map_new(workflow, calendar);
	if (!read_names(&state, json_tree_member(object, "names"), error) ||
		!read_moves(&state, json_tree_member(object, "moves"), error))
		return NULL;
	return &state->flat;
}

Datum
vsm_process_map_state_in(PG_FUNCTION_ARGS)
{
	return group_state_in(fcinfo, "vsm.process_map_state", PROCESS_MAP_KIND, state_keys, parse_state);
}
