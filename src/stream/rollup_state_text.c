/*
 * rollup_state_text.c
 *		The text form of the state of vsm.rollup: configuration, and the text forms of the parts.
 */
#include "postgres.h"

#include "base/compat.h"
#include "stream/group_state_text.h"
#include "stream/rollup_state_text.h"
#include "timeline/timeline_text.h"
#include "utils/json.h"
#include "workflow/workflow_text.h"

static const char *const state_keys[] = {"workflow", "rule", "parts", NULL};

char *
rollup_to_text(const FlatState *flat)
{
	const RollupState *state = (const RollupState *) flat;
	const Timeline **parts;
	StringInfoData buf;

	if (group_state_is_unknown(flat))
		return pstrdup("null");
	initStringInfo(&buf);
	appendStringInfoChar(&buf, '{');
	group_text_string(&buf, "workflow", workflow_to_text(rollup_workflow(state)));
	group_text_string(&buf, "rule", rollup_rule_names[state->rule]);
	group_text_key(&buf, "parts");
	appendStringInfoChar(&buf, '[');
	parts = rollup_state_parts(state);
	for (uint32 i = 0; i < state->num_parts; i++)
	{
		if (i > 0)
			appendStringInfoChar(&buf, ',');
		escape_json(&buf, timeline_to_text(parts[i]));
	}
	appendStringInfoString(&buf, "]}");
	return buf.data;
}

static FlatState *
parse_state(const JsonTree *object, InputError *error)
{
	Workflow   *workflow = group_read_workflow(json_tree_member(object, "workflow"), error);
	const JsonTree *parts = json_tree_member(object, "parts");
	const char *rule_name;
	int			rule = 0;
	RollupState *state;

	if (workflow == NULL || !group_read_string(json_tree_member(object, "rule"), &rule_name, error))
		return NULL;
	while (rule < lengthof(rollup_rule_names) && strcmp(rollup_rule_names[rule], rule_name) != 0)
		rule++;
	if (rule == lengthof(rollup_rule_names) || rollup_endless_stage(workflow) >= 0 ||
		parts->type != JSON_TREE_ARRAY)
	{
		input_error(error, "The rule is unknown, the workflow cannot be rolled up, or \"parts\" is not an array.");
		return NULL;
	}
	state = rollup_state_new(workflow, rule);
	for (const JsonTree *node = parts->first_child; node != NULL; node = node->next)
	{
		const char *text = NULL;
		Timeline   *part;

		if (!group_read_string(node, &text, error))
			return NULL;
		part = timeline_from_text(text, strlen(text), error);
		if (part == NULL)
			return NULL;
		state = rollup_state_add(state, part);
	}
	return &state->flat;
}

FlatState *
rollup_from_text(const char *text, int len, InputError *error)
{
	return group_state_from_text(text, len, &rollup_format, state_keys, parse_state, error);
}
