/*
 * process_map_sql.c
 *		The aggregate vsm.process_map: what follows what, how often, in how many items, and after
 *		how long.
 *
 * Three forms: of a plain event log, in which every event counts as it is; of visits under a
 * workflow; and of visits with durations by a calendar.
 */
#include "postgres.h"

#include "base/compat.h"
#include "base/rows_sql.h"
#include "base/time_range.h"
#include "common/int.h"
#include "item/item_sql.h"
#include "miscadmin.h"
#include "stream/group_state_sql.h"
#include "stream/process_map.h"
#include "timeline/timeline_io.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

PG_FUNCTION_INFO_V1(vsm_process_map_add);
PG_FUNCTION_INFO_V1(vsm_process_map_add_workflow);
PG_FUNCTION_INFO_V1(vsm_process_map_combine);
PG_FUNCTION_INFO_V1(vsm_process_map_finish);

/* add(state, timeline): transition function of the first form. A NULL timeline is no item. */
Datum
vsm_process_map_add(PG_FUNCTION_ARGS)
{
	ProcessMapState *state = (ProcessMapState *)
		group_state_get(fcinfo, true, &process_map_format, PROCESS_MAP_NAME);

	if (state == NULL)
		state = process_map_new(NULL, NULL);
	else
		process_map_check(state, NULL, NULL);
	if (!PG_ARGISNULL(1))
		state = process_map_add_events(state, PG_GETARG_TIMELINE(1));
	PG_RETURN_POINTER(state);
}

/* add(state, timeline, workflow [, calendar]): transition function of the other forms. */
Datum
vsm_process_map_add_workflow(PG_FUNCTION_ARGS)
{
	bool		given = !PG_ARGISNULL(2);
	bool		has_calendar = PG_NARGS() > 3 && !PG_ARGISNULL(3);
	ProcessMapState *state = (ProcessMapState *)
		group_state_get(fcinfo, given, &process_map_format, PROCESS_MAP_NAME);
	const Workflow *workflow;
	struct varlena *calendar = NULL;
	CalendarReader *reader = NULL;

	if (!given)
		PG_RETURN_POINTER(state);
	workflow = item_workflow(fcinfo, 2);
	if (has_calendar)
	{
		calendar = PG_DETOAST_DATUM_PACKED(PG_GETARG_DATUM(3));
		reader = calendar_reader_cached(&item_call(fcinfo)->calendars, PointerGetDatum(calendar),
										fcinfo->flinfo->fn_mcxt);
	}
	if (state == NULL)
		state = process_map_new(workflow, has_calendar ? calendar_from_datum(PG_GETARG_DATUM(3)) : NULL);
	else
		process_map_check(state, workflow, calendar);
	if (!PG_ARGISNULL(1))
		state = process_map_add_visits(state, PG_GETARG_TIMELINE(1), reader);
	PG_RETURN_POINTER(state);
}

Datum
vsm_process_map_combine(PG_FUNCTION_ARGS)
{
	FlatState  *state;
	const FlatState *other_flat;
	Datum		result;

	if (group_state_combine(fcinfo, &process_map_format, PROCESS_MAP_NAME, &state, &other_flat, &result))
	{
		const ProcessMapState *other = (const ProcessMapState *) other_flat;

		process_map_check((ProcessMapState *) state, process_map_workflow(other), process_map_calendar(other));
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

	CHECK_FOR_INTERRUPTS();
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
		interval_out_of_range();
	time %= USECS_PER_DAY;
	if (by_calendar)
	{
		int64		whole;

		if (pg_mul_s64_overflow(days, USECS_PER_DAY, &whole) ||
			pg_add_s64_overflow(whole, (int64) time, &interval->time))
			interval_out_of_range();
	}
	else
	{
		if (days != (int32) days)
			interval_out_of_range();
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
	Rows		result;

	state = (const ProcessMapState *) group_state_final(fcinfo, &process_map_format);
	if (state == NULL)
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

	rows_begin_array(fcinfo, &result, state->num_moves);
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
		rows_add(&result, values, nulls);
	}
	return rows_end(&result);
}
