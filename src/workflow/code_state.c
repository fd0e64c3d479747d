/*
 * code_state.c
 *		The states of the parts of an item's work.
 */
#include "postgres.h"

#include "base/compat.h"
#include "workflow/code_state.h"

const char *const code_state_names[CODE_STATES] = {
	[CODE_OPENED] = "code opened",
	[CODE_DRAFT] = "code draft",
	[CODE_READY] = "code ready",
	[CODE_APPROVED] = "code approved",
	[CODE_REJECTED] = "code rejected",
	[CODE_REOPENED] = "code reopened",
	[CODE_CLOSED] = "code closed",
	[CODE_MERGED] = "code merged",
	[CODE_BUILT] = "code built",
	[RELEASE_REQUESTED] = "release requested",
	[RELEASE_APPROVED] = "release approved",
	[CODE_RELEASED] = "code released"
};

CodeState
code_state(const char *name, uint32 len)
{
	/* All begin with one of two words, and most states of trackers with neither. */
	if (len < 5 || (memcmp(name, "code ", 5) != 0 && memcmp(name, "relea", 5) != 0))
		return CODE_OTHER;
	for (int i = 0; i < CODE_STATES; i++)
	{
		if (strlen(code_state_names[i]) == len && memcmp(code_state_names[i], name, len) == 0)
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

	if (workflow_stage_of(workflow, AWAITING_RELEASE, strlen(AWAITING_RELEASE)) >= 0)
		return true;
	for (int i = 0; i < CODE_STATES; i++)
	{
		if (workflow_stage_of(workflow, code_state_names[i], strlen(code_state_names[i])) >= 0)
			return true;
	}
	/* Only a search through all of them finds those on tiers. */
	for (uint32 i = 0; i < workflow->num_states; i++)
	{
		if (states[i].stage >= 0 &&
			code_state(workflow_text(workflow, states[i].name), states[i].name.len) == CODE_ON_TIER)
			return true;
	}
	return false;
}
