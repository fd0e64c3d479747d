/*
 * rollup_sql.c
 *		The aggregate vsm.rollup: the timeline of a whole from those of its parts.
 *
 * The state holds the parts as they are, behind the configuration: the whole is made once, at
 * the end. So rows may come in any order, partial states may overlap, and a part counted
 * twice changes nothing.
 */
#include "postgres.h"

#include "base/compat.h"
#include "stream/group_state.h"
#include "item/item_sql.h"
#include "stream/rollup.h"
#include "timeline/timeline_io.h"
#include "timeline/timeline_text.h"
#include "utils/builtins.h"
#include "utils/json.h"

PG_FUNCTION_INFO_V1(vsm_rollup_state_in);
PG_FUNCTION_INFO_V1(vsm_rollup_state_out);
PG_FUNCTION_INFO_V1(vsm_rollup_add);
PG_FUNCTION_INFO_V1(vsm_rollup_combine);
PG_FUNCTION_INFO_V1(vsm_rollup_finish);

static const char *const aggregate_name = "rollup";
static const char *const rule_names[] = {"least", "most"};

/* Room for the parts of a usual whole. */
#define FIRST_PARTS_SIZE	512

typedef struct RollupState
{
	FlatState	flat;
	uint32		rule;			/* RollupRule */
	uint32		num_parts;
	uint32		parts_offset;	/* timelines with 4-byte headers, each aligned to 4 */
	uint32		unused;			/* always zero */
	/* the workflow follows, then the parts */
} RollupState;

static inline const Workflow *
state_workflow(const RollupState *state)
{
	return (const Workflow *) ((const char *) state + MAXALIGN(sizeof(RollupState)));
}

static RollupState *
make_state(const Workflow *workflow, RollupRule rule)
{
	Size		parts_offset = MAXALIGN(MAXALIGN(sizeof(RollupState)) + VARSIZE(workflow));
	RollupState *state = (RollupState *) flat_state_new(parts_offset, parts_offset + FIRST_PARTS_SIZE,
														ROLLUP_KIND, GROUP_STATE_VERSION);

	state->rule = rule;
	state->parts_offset = parts_offset;
	memcpy((char *) state + MAXALIGN(sizeof(RollupState)), workflow, VARSIZE(workflow));
	return state;
}

static RollupState *
add_parts(RollupState *state, const char *bytes, Size size, uint32 num_parts)
{
	state = (RollupState *) flat_state_reserve(&state->flat, size, "The parts to roll up");
	memcpy((char *) state + state->flat.used, bytes, size);
	state->flat.used += size;
	state->num_parts += num_parts;
	return state;
}

static RollupState *
add_part(RollupState *state, const Timeline *timeline)
{
	Size		size = VARHDRSZ + VARSIZE_ANY_EXHDR(timeline);
	char	   *part;

	state = (RollupState *) flat_state_reserve(&state->flat, INTALIGN(size), "The parts to roll up");
	part = (char *) state + state->flat.used;
	memset(part, 0, INTALIGN(size));
	SET_VARSIZE(part, size);
	memcpy(VARDATA(part), VARDATA_ANY(timeline), size - VARHDRSZ);
	state->flat.used += INTALIGN(size);
	state->num_parts++;
	return state;
}

/* The parts of a state, as an array. */
static const Timeline **
list_parts(const RollupState *state)
{
	const Timeline **parts = palloc_extended(sizeof(Timeline *) * (Size) Max(state->num_parts, 1),
											 MCXT_ALLOC_HUGE);
	const char *part = (const char *) state + state->parts_offset;

	for (uint32 i = 0; i < state->num_parts; i++)
	{
		parts[i] = (const Timeline *) part;
		part += INTALIGN(VARSIZE(part));
	}
	return parts;
}

/* The same configuration? Raises 22023 naming what differs. */
static void
check_config(const RollupState *state, const Workflow *workflow, RollupRule rule)
{
	if (!group_same_value(state_workflow(state), workflow))
		group_config_differs(aggregate_name, "workflow");
	if (state->rule != (uint32) rule)
		group_config_differs(aggregate_name, "rule");
}

static RollupRule
rule_argument(text *name)
{
	for (int i = 0; i < lengthof(rule_names); i++)
	{
		if (strlen(rule_names[i]) == VARSIZE_ANY_EXHDR(name) &&
			memcmp(rule_names[i], VARDATA_ANY(name), VARSIZE_ANY_EXHDR(name)) == 0)
			return i;
	}
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("unknown rule \"%s\"", text_to_cstring(name)),
			 errhint("The rules are \"least\" and \"most\".")));
	return ROLLUP_LEAST;		/* keep the compiler quiet */
}

/* A blocked stage whose end cannot be written, or NULL. */
static const char *
endless_stage(const Workflow *workflow)
{
	uint16	   *ends = palloc(sizeof(uint16) * Max(workflow->num_layers, 1));
	int			stage = rollup_layer_ends(workflow, ends);

	pfree(ends);
	if (stage < 0)
		return NULL;
	return pnstrdup(workflow_text(workflow, workflow_stages(workflow)[stage].name),
					workflow_stages(workflow)[stage].name.len);
}

/* add(state, timeline, workflow, rule): transition function. A NULL timeline is no part. */
Datum
vsm_rollup_add(PG_FUNCTION_ARGS)
{
	bool		given = !PG_ARGISNULL(2) && !PG_ARGISNULL(3);
	RollupState *state = (RollupState *) group_state_get(fcinfo, given, ROLLUP_KIND, aggregate_name);
	const Workflow *workflow;
	RollupRule	rule;

	if (!given)
		PG_RETURN_POINTER(state);
	workflow = workflow_argument(&item_call(fcinfo)->workflow, PG_GETARG_DATUM(2),
								 fcinfo->flinfo->fn_mcxt);
	rule = rule_argument(PG_GETARG_TEXT_PP(3));
	if (state == NULL)
	{
		const char *endless = endless_stage(workflow);

		if (endless != NULL)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("the workflow cannot be rolled up"),
					 errdetail("Each state in \"until\" of stage \"%s\" also enters a stage or ends another one, so none can say that only \"%s\" ends.",
							   endless, endless),
					 errhint("Add a state of its own to its \"until\".")));
		state = make_state(workflow, rule);
	}
	else
		check_config(state, workflow, rule);
	if (!PG_ARGISNULL(1))
		state = add_part(state, PG_GETARG_TIMELINE(1));
	PG_RETURN_POINTER(state);
}

Datum
vsm_rollup_combine(PG_FUNCTION_ARGS)
{
	FlatState  *state;
	const FlatState *other_flat;
	Datum		result;

	if (group_state_combine(fcinfo, ROLLUP_KIND, aggregate_name, &state, &other_flat, &result))
	{
		const RollupState *other = (const RollupState *) other_flat;

		check_config((RollupState *) state, state_workflow(other), other->rule);
		result = PointerGetDatum(add_parts((RollupState *) state,
										   (const char *) other + other->parts_offset,
										   other->flat.used - other->parts_offset, other->num_parts));
	}
	if (result == (Datum) 0)
		PG_RETURN_NULL();
	PG_RETURN_DATUM(result);
}

/* The final function. NULL if no part ever has a stage. */
Datum
vsm_rollup_finish(PG_FUNCTION_ARGS)
{
	const RollupState *state;
	Timeline   *timeline;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	state = (const RollupState *) flat_state_peek(PG_GETARG_DATUM(0), ROLLUP_KIND, GROUP_STATE_VERSION);
	if (group_state_is_unknown(&state->flat))
		PG_RETURN_NULL();
	timeline = rollup_parts(state_workflow(state), state->rule, list_parts(state), state->num_parts);
	if (timeline == NULL)
		PG_RETURN_NULL();
	PG_RETURN_TIMELINE(timeline);
}

/*----------
 * The text form of the state: configuration, and the text forms of the parts.
 *----------
 */

static const char *const state_keys[] = {"workflow", "rule", "parts", NULL};

Datum
vsm_rollup_state_out(PG_FUNCTION_ARGS)
{
	const RollupState *state = (const RollupState *)
		flat_state_peek(PG_GETARG_DATUM(0), ROLLUP_KIND, GROUP_STATE_VERSION);
	const Timeline **parts;
	StringInfoData buf;

	if (group_state_is_unknown(&state->flat))
		PG_RETURN_CSTRING(pstrdup("null"));
	initStringInfo(&buf);
	appendStringInfoChar(&buf, '{');
	group_text_string(&buf, "workflow", workflow_to_json(state_workflow(state)));
	group_text_string(&buf, "rule", rule_names[state->rule]);
	group_text_key(&buf, "parts");
	appendStringInfoChar(&buf, '[');
	parts = list_parts(state);
	for (uint32 i = 0; i < state->num_parts; i++)
	{
		if (i > 0)
			appendStringInfoChar(&buf, ',');
		escape_json(&buf, timeline_to_text(parts[i]));
	}
	appendStringInfoString(&buf, "]}");
	PG_RETURN_CSTRING(buf.data);
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
	while (rule < lengthof(rule_names) && strcmp(rule_names[rule], rule_name) != 0)
		rule++;
	if (rule == lengthof(rule_names) || endless_stage(workflow) != NULL ||
		parts->type != JSON_TREE_ARRAY)
	{
		input_error(error, "The rule is unknown, the workflow cannot be rolled up, or \"parts\" is not an array.");
		return NULL;
	}
	state = make_state(workflow, rule);
	for (const JsonTree *node = parts->first_child; node != NULL; node = node->next)
	{
		const char *text;
		TimelineText parsed;

		if (!group_read_string(node, &text, error) ||
			!timeline_text_parse(text, strlen(text), false, &parsed, error))
			return NULL;
		state = add_part(state, timeline_builder_finish(&parsed.builder));
	}
	return &state->flat;
}

Datum
vsm_rollup_state_in(PG_FUNCTION_ARGS)
{
	return group_state_in(fcinfo, "vsm.rollup_state", ROLLUP_KIND, state_keys, parse_state);
}
