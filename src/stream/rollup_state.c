/*
 * rollup_state.c
 *		The state of vsm.rollup: the parts as they are, behind the configuration.
 */
#include "postgres.h"

#include "base/compat.h"
#include "stream/rollup_state.h"

const FlatFormat rollup_format = {"vsm.rollup_state", ROLLUP_KIND, GROUP_STATE_VERSION};

const char *const rollup_rule_names[ROLLUP_RULES] = {"least", "most"};

/* Room for the parts of a usual whole. */
#define FIRST_PARTS_SIZE	512

RollupState *
rollup_state_new(const Workflow *workflow, RollupRule rule)
{
	Size		parts_offset = MAXALIGN(MAXALIGN(sizeof(RollupState)) + VARSIZE(workflow));
	RollupState *state = (RollupState *) flat_state_new(parts_offset, parts_offset + FIRST_PARTS_SIZE,
														&rollup_format);

	state->rule = rule;
	state->parts_offset = parts_offset;
	memcpy((char *) state + MAXALIGN(sizeof(RollupState)), workflow, VARSIZE(workflow));
	return state;
}

RollupState *
rollup_state_add_state(RollupState *state, const RollupState *other)
{
	const char *parts = (const char *) other + other->parts_offset;
	Size		size = other->flat.used - other->parts_offset;

	state = (RollupState *) flat_state_reserve(&state->flat, size, "The parts to roll up");
	memcpy((char *) state + state->flat.used, parts, size);
	state->flat.used += size;
	state->num_parts += other->num_parts;
	return state;
}

RollupState *
rollup_state_add(RollupState *state, const Timeline *timeline)
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

const Timeline **
rollup_state_parts(const RollupState *state)
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

void
rollup_check(const RollupState *state, const Workflow *workflow, RollupRule rule)
{
	if (!group_same_value(rollup_workflow(state), workflow))
		group_config_differs(ROLLUP_NAME, "workflow");
	if (state->rule != (uint32) rule)
		group_config_differs(ROLLUP_NAME, "rule");
}

int
rollup_endless_stage(const Workflow *workflow)
{
	uint16	   *ends = palloc(sizeof(uint16) * Max(workflow->num_layers, 1));
	int			stage = rollup_layer_ends(workflow, ends);

	pfree(ends);
	return stage;
}
