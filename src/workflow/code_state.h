/*
 * code_state.h
 *		The states of the parts of an item's work (its merge requests and loose commits): the same
 *		names whatever tool they come from. A workflow gives them stages by naming them.
 */
#ifndef VSM_CODE_STATE_H
#define VSM_CODE_STATE_H

#include "workflow/workflow.h"

typedef enum CodeState
{
	CODE_OPENED,
	CODE_DRAFT,
	CODE_READY,
	CODE_APPROVED,
	CODE_REJECTED,
	CODE_REOPENED,
	CODE_CLOSED,
	CODE_MERGED,
	CODE_BUILT,
	RELEASE_REQUESTED,
	RELEASE_APPROVED,
	CODE_RELEASED,
	CODE_ON_TIER,				/* "code on staging" and the like: all that begin with CODE_ON */
	CODE_OTHER					/* a state of no such name */
} CodeState;

#define CODE_STATES		CODE_ON_TIER	/* so many have a name of their own */

extern const StateName code_state_names[CODE_STATES];

#define CODE_ON				"code on "

/* The state of an item that is done and waits for the release of its code. It is no part's. */
#define AWAITING_RELEASE	"awaiting release"

/* Which state a name is. */
extern CodeState code_state(const char *name, uint32 len);

/* The number of the stage (no layer) of a state, or -1. */
extern int	workflow_stage_of(const Workflow *workflow, const char *name, uint32 len);

/* Whether a stage (no layer) has a state of parts, or AWAITING_RELEASE. */
extern bool workflow_has_code(const Workflow *workflow);

#endif							/* VSM_CODE_STATE_H */
