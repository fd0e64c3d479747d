/*
 * rollup.h
 *		The timeline of a whole from those of its parts: at each instant the stage of the least
 *		or the most advanced part.
 */
#ifndef VSM_ROLLUP_H
#define VSM_ROLLUP_H

#include "timeline/timeline.h"
#include "workflow/workflow.h"

typedef enum RollupRule
{
	ROLLUP_LEAST,
	ROLLUP_MOST
} RollupRule;

/*
 * The states that end the layers of the whole, by layer: the first in "until" that is in no
 * stage's states and ends no other layer. Returns the first stage that has none, or -1.
 */
extern int	rollup_layer_ends(const Workflow *workflow, uint16 *ends);

/* Raises (22023) that a stage has none. */
pg_noreturn extern void rollup_refuse_endless(const Workflow *workflow, int stage);

/*
 * Rolls up parts, in any order. The definition:
 *
 * A part has begun when it first has a stage; its stage at an instant is that of the visit
 * that holds then, or of the one before it while it is unmapped. It is left out while it is
 * cancelled, unless all that have begun are. The whole is in the stage of lowest place that a
 * part is in (least), or in that of highest place (most). Under least, once any part has
 * entered an active, waiting or done stage, parts in stages of class new count as being in
 * the first active or waiting stage (if there is none: the first done). The whole is under a
 * layer while every part that holds the whole's stage is.
 *
 * One event a change; its states are names of stages, and for the end of a layer the state of
 * rollup_layer_ends, which must have found all. A change that would end a layer in the
 * reading of the result (a stage's name may stand in its "until") begins it anew at that
 * instant, so that the result reads as it was meant. NULL if no part ever has a stage.
 * Errors: 22023 for an unknown state under the rule unmapped = error.
 */
extern Timeline *rollup_parts(const Workflow *workflow, RollupRule rule,
							  const Timeline *const *parts, uint32 num_parts);

#endif							/* VSM_ROLLUP_H */
