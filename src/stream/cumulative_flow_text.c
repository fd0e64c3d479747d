/*
 * cumulative_flow_text.c
 *		The text form of the state of vsm.cumulative_flow: configuration, and the cells that are
 *		not 0 as [row, column, arrived, departed].
 */
#include "postgres.h"

#include "base/compat.h"
#include "base/timestamp_text.h"
#include "miscadmin.h"
#include "stream/cumulative_flow_text.h"
#include "stream/group_state_text.h"
#include "stream/time_buckets.h"
#include "workflow/workflow_text.h"

static const char *const state_keys[] =
{"workflow", "since", "until", "step", "time_zone", "visits", NULL};

static void
append_timestamp(StringInfo buf, const char *key, int64 at)
{
	group_text_key(buf, key);
	appendStringInfoChar(buf, '"');
	timestamp_text_append(buf, at);
	appendStringInfoChar(buf, '"');
}

char *
cumulative_flow_to_text(const FlatState *flat)
{
	const CumulativeFlowState *state = (const CumulativeFlowState *) flat;
	const FlowCell *cell;
	const char *separator = "";
	StringInfoData buf;

	if (group_state_is_unknown(flat))
		return pstrdup("null");
	initStringInfo(&buf);
	appendStringInfoChar(&buf, '{');
	group_text_string(&buf, "workflow", workflow_to_text(cumulative_flow_workflow(state)));
	append_timestamp(&buf, "since", state->since);
	append_timestamp(&buf, "until", state->until);
	group_text_key(&buf, "step");
	appendStringInfo(&buf, "[%d,%d," INT64_FORMAT "]", state->step.month, state->step.day, state->step.time);
	group_text_string(&buf, "time_zone", state->zone);
	group_text_key(&buf, "visits");
	appendStringInfoChar(&buf, '[');
	cell = cumulative_flow_cells(state);
	for (int row = 0; state->num_buckets > 0 && row <= state->num_buckets; row++)
	{
		for (int column = 0; column < state->num_columns; column++, cell++)
		{
			if (cell->arrived == 0 && cell->departed == 0)
				continue;
			appendStringInfo(&buf, "%s[%d,%d," INT64_FORMAT "," INT64_FORMAT "]", separator,
							 row, column, cell->arrived, cell->departed);
			separator = ",";
		}
		CHECK_FOR_INTERRUPTS();
	}
	appendStringInfoString(&buf, "]}");
	return buf.data;
}

static bool
read_cells(CumulativeFlowState *state, const JsonTree *array, InputError *error)
{
	if (array->type != JSON_TREE_ARRAY)
		return input_error(error, "\"visits\" must be an array, not %s.", json_tree_type_name(array));
	for (const JsonTree *node = array->first_child; node != NULL; node = node->next)
	{
		int64		numbers[4];
		FlowCell   *cell;

		if (!group_read_numbers(node, 4, numbers, error))
			return false;
		if (state->num_buckets == 0 || numbers[0] < 0 || numbers[0] > state->num_buckets ||
			numbers[1] < 0 || numbers[1] >= state->num_columns || numbers[2] < 0 || numbers[3] < 0)
			return input_error(error, "A member of \"visits\" is out of range.");
		cell = &cumulative_flow_cells(state)[numbers[0] * state->num_columns + numbers[1]];
		cell->arrived = numbers[2];
		cell->departed = numbers[3];
	}
	return true;
}

static FlatState *
parse_state(const JsonTree *object, InputError *error)
{
	Workflow   *workflow = group_read_workflow(json_tree_member(object, "workflow"), error);
	CumulativeFlowState *state;
	int64		since,
				until,
				numbers[3];
	Interval	step;
	const char *zone_name;
	pg_tz	   *zone;

	if (workflow == NULL ||
		!group_read_timestamp(json_tree_member(object, "since"), &since, error) ||
		!group_read_timestamp(json_tree_member(object, "until"), &until, error) ||
		!group_read_numbers(json_tree_member(object, "step"), 3, numbers, error) ||
		!group_read_string(json_tree_member(object, "time_zone"), &zone_name, error))
		return NULL;
	step.month = (int32) numbers[0];
	step.day = (int32) numbers[1];
	step.time = numbers[2];
	if (step.month != numbers[0] || step.day != numbers[1] || !time_buckets_valid_step(&step))
	{
		input_error(error, "The step is not positive, or out of range.");
		return NULL;
	}
	zone = cumulative_flow_zone(zone_name);
	if (zone == NULL)
	{
		input_error(error, "Time zone \"%s\" is not known.", zone_name);
		return NULL;
	}
	state = cumulative_flow_new(workflow, since, until, &step, zone);
	return read_cells(state, json_tree_member(object, "visits"), error) ? &state->flat : NULL;
}

FlatState *
cumulative_flow_from_text(const char *text, int len, InputError *error)
{
	return group_state_from_text(text, len, &cumulative_flow_format, state_keys, parse_state, error);
}
