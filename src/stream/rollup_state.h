/*
 * rollup_state.h
 *		The state of vsm.rollup: the parts as they are, behind the configuration.
 *
 * The whole is made once, at the end. So rows may come in any order, partial states may overlap,
 * and a part counted twice changes nothing.
 */
#ifndef VSM_ROLLUP_STATE_H
#define VSM_ROLLUP_STATE_H

#include "stream/group_state.h"
#include "stream/rollup.h"

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
rollup_workflow(const RollupState *state)
{
	return (const Workflow *) ((const char *) state + MAXALIGN(sizeof(RollupState)));
}

/* What a state is checked for. */
extern const FlatFormat rollup_format;

/* The name of the aggregate in messages, and the words of its rules. */
#define ROLLUP_NAME		"rollup"
#define ROLLUP_RULES	2
extern const char *const rollup_rule_names[ROLLUP_RULES];

/* A state without parts. */
extern RollupState *rollup_state_new(const Workflow *workflow, RollupRule rule);

/* Adds a part, or all parts of another state. 54000 beyond 1 GB. */
extern RollupState *rollup_state_add(RollupState *state, const Timeline *timeline);
extern RollupState *rollup_state_add_state(RollupState *state, const RollupState *other);

/* The parts, as an array of num_parts. */
extern const Timeline **rollup_state_parts(const RollupState *state);

/* The same configuration? Raises 22023 naming what differs. */
extern void rollup_check(const RollupState *state, const Workflow *workflow, RollupRule rule);

/* A blocked stage whose end cannot be written, so that there is no roll-up; or -1. */
extern int	rollup_endless_stage(const Workflow *workflow);

#endif							/* VSM_ROLLUP_STATE_H */
