/*
 * rollup_sql.c
 *		The aggregate vsm.rollup: the timeline of a whole from those of its parts.
 */
#include "postgres.h"

#include "base/compat.h"
#include "item/item_sql.h"
#include "stream/group_state_sql.h"
#include "stream/rollup_state.h"
#include "timeline/timeline_io.h"
#include "utils/builtins.h"

PG_FUNCTION_INFO_V1(vsm_rollup_add);
PG_FUNCTION_INFO_V1(vsm_rollup_combine);
PG_FUNCTION_INFO_V1(vsm_rollup_finish);

static RollupRule
rule_argument(text *name)
{
	for (int i = 0; i < lengthof(rollup_rule_names); i++)
	{
		if (strlen(rollup_rule_names[i]) == VARSIZE_ANY_EXHDR(name) &&
			memcmp(rollup_rule_names[i], VARDATA_ANY(name), VARSIZE_ANY_EXHDR(name)) == 0)
			return i;
	}
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("unknown rule \"%s\"", text_to_cstring(name)),
			 errhint("The rules are \"least\" and \"most\".")));
	return ROLLUP_LEAST;		/* keep the compiler quiet */
}

/* add(state, timeline, workflow, rule): transition function. A NULL timeline is no part. */
Datum
vsm_rollup_add(PG_FUNCTION_ARGS)
{
	bool		given = !PG_ARGISNULL(2) && !PG_ARGISNULL(3);
	RollupState *state = (RollupState *) group_state_get(fcinfo, given, &rollup_format, ROLLUP_NAME);
	const Workflow *workflow;
	RollupRule	rule;

	if (!given)
		PG_RETURN_POINTER(state);
	workflow = item_workflow(fcinfo, 2);
	rule = rule_argument(PG_GETARG_TEXT_PP(3));
	if (state == NULL)
	{
		int			endless = rollup_endless_stage(workflow);

		if (endless >= 0)
			rollup_refuse_endless(workflow, endless);
		state = rollup_state_new(workflow, rule);
	}
	else
		rollup_check(state, workflow, rule);
	if (!PG_ARGISNULL(1))
		state = rollup_state_add(state, PG_GETARG_TIMELINE(1));
	PG_RETURN_POINTER(state);
}

Datum
vsm_rollup_combine(PG_FUNCTION_ARGS)
{
	FlatState  *state;
	const FlatState *other_flat;
	Datum		result;

	if (group_state_combine(fcinfo, &rollup_format, ROLLUP_NAME, &state, &other_flat, &result))
	{
		const RollupState *other = (const RollupState *) other_flat;

		rollup_check((RollupState *) state, rollup_workflow(other), other->rule);
		result = PointerGetDatum(rollup_state_add_state((RollupState *) state, other));
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

	state = (const RollupState *) group_state_final(fcinfo, &rollup_format);
	if (state == NULL)
		PG_RETURN_NULL();
	timeline = rollup_parts(rollup_workflow(state), state->rule, rollup_state_parts(state), state->num_parts);
	if (timeline == NULL)
		PG_RETURN_NULL();
	PG_RETURN_TIMELINE(timeline);
}
