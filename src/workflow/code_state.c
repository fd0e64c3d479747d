/*
 * code_state.c
 *		The states of the parts of an item's work.
 */
#include "postgres.h"

#include "base/compat.h"
#include "workflow/code_state.h"

#define CODE_NAME(text)		{text, sizeof(text) - 1}

const StateName code_state_names[CODE_STATES] = {
	[CODE_OPENED] = CODE_NAME("code opened"),
	[CODE_DRAFT] = CODE_NAME("code draft"),
	[CODE_READY] = CODE_NAME("code ready"),
	[CODE_APPROVED] = CODE_NAME("code approved"),
	[CODE_REJECTED] = CODE_NAME("code rejected"),
	[CODE_REOPENED] = CODE_NAME("code reopened"),
	[CODE_CLOSED] = CODE_NAME("code closed"),
	[CODE_MERGED] = CODE_NAME("code merged"),
	[CODE_BUILT] = CODE_NAME("code built"),
	[RELEASE_REQUESTED] = CODE_NAME("release requested"),
	[RELEASE_APPROVED] = CODE_NAME("release approved"),
	[CODE_RELEASED] = CODE_NAME("code released")
};

CodeState
code_state(const char *name, uint32 len)
{
	/* All begin with one of two words, and most states of trackers with neither. */
	if (len < 5 || (memcmp(name, "code ", 5) != 0 && memcmp(name, "relea", 5) != 0))
		return CODE_OTHER;
	for (int i = 0; i < CODE_STATES; i++)
	{
		if (code_state_names[i].len == len && memcmp(code_state_names[i].data, name, len) == 0)
			return i;
	}
	if (len > strlen(CODE_ON) && memcmp(name, CODE_ON, strlen(CODE_ON)) == 0)
		return CODE_ON_TIER;
	return CODE_OTHER;
}

int
workflow_stage_of(const Workflow *workflow, const char *name, uint32 len)
{
	int			number = workflow_find_state(workflow, name, len);

	return number < 0 ? -1 : workflow_states(workflow)[number].stage;
}

bool
workflow_has_code(const Workflow *workflow)
{
	const WorkflowState *states = workflow_states(workflow);

	for (int i = 0; i < CODE_STATES; i++)
	{
		if (workflow_stage_of(workflow, code_state_names[i].data, code_state_names[i].len) >= 0)
			return true;
	}
	if (workflow_stage_of(workflow, AWAITING_RELEASE, strlen(AWAITING_RELEASE)) >= 0)
		return true;
	/* Only a search through all of them finds those on tiers. */
	for (uint32 i = 0; i < workflow->num_states; i++)
	{
		if (states[i].stage >= 0 &&
			code_state(workflow_text(workflow, states[i].name), states[i].name.len) == CODE_ON_TIER)
			return true;
	}
	return false;
}
