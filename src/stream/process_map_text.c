/*
 * process_map_text.c
 *		The text form of the state of vsm.process_map: configuration (null where there is none),
 *		names of nodes without a workflow, and moves as [from, to, moves, items, total days, total
 *		microseconds, min, max]; -1 is no node.
 */
#include "postgres.h"

#include "base/compat.h"
#include "calendar/calendar_text.h"
#include "miscadmin.h"
#include "stream/group_state_text.h"
#include "stream/process_map_text.h"
#include "utils/json.h"
#include "workflow/workflow_text.h"

static const char *const state_keys[] = {"workflow", "calendar", "names", "moves", NULL};

char *
process_map_to_text(const FlatState *flat)
{
	const ProcessMapState *state = (const ProcessMapState *) flat;
	StringInfoData buf;

	if (group_state_is_unknown(flat))
		return pstrdup("null");
	initStringInfo(&buf);
	appendStringInfoChar(&buf, '{');
	if (state->workflow_offset != 0)
		group_text_string(&buf, "workflow", workflow_to_text(process_map_workflow(state)));
	else
		appendStringInfoString(&buf, "\"workflow\":null");
	if (state->calendar_offset != 0)
		group_text_string(&buf, "calendar", calendar_to_text(process_map_calendar(state)));
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
	return buf.data;
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
	const char *text = NULL;
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
		calendar = calendar_from_text(text, strlen(text), error);
		if (calendar == NULL)
			return NULL;
	}
	state = process_map_new(workflow, calendar);
	if (!read_names(&state, json_tree_member(object, "names"), error) ||
		!read_moves(&state, json_tree_member(object, "moves"), error))
		return NULL;
	return &state->flat;
}

FlatState *
process_map_from_text(const char *text, int len, InputError *error)
{
	return group_state_from_text(text, len, &process_map_format, state_keys, parse_state, error);
}
