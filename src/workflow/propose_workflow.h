/*
 * propose_workflow.h
 *		A draft of a workflow from what items do: stages, their order and their classes.
 */
#ifndef VSM_PROPOSE_WORKFLOW_H
#define VSM_PROPOSE_WORKFLOW_H

#include "workflow/state_name.h"
#include "workflow/workflow.h"

/* Ranks beyond this are one: nobody's stream has more stages. */
#define MAX_RANK	64

/* What was seen of a state. */
typedef struct ProposedState
{
	StateName	name;			/* key */
	StateSense	sense;			/* of its name */
	uint32		items;			/* that entered it */
	uint32		ended;			/* that are in it at the end */
	uint32		went_on;		/* that entered a state later that is not called done or cancelled */
	uint32		went_on_new;	/* the same, and had not been in that before */
	uint32		done_before;	/* that had been in a state that is called done */
	uint32		first_ranks[MAX_RANK];	/* as which different state they entered it, from 0 */
	char		status;
} ProposedState;

/* A state while stages are put in order. */
typedef struct Proposal
{
	char	   *name;
	const ProposedState *state;
	uint32		median_rank;
	double		mean_rank;
	StageClass	stage_class;
	bool		decided;		/* else by position */
	bool		by_words;
	const char *until;			/* a layer: the state that ends it */
} Proposal;

/* Begins the proposal of a stage for a state that was entered. */
extern void propose_stage(Proposal *proposal, char *name, const ProposedState *state);

/*
 * Gives the proposals for the states of so many items their classes and their order; a state that
 * ends a layer is no stage. Returns how many are left, and where the clock should start.
 */
extern int	propose_classes(Proposal *proposals, int count, uint64 items, StartRule *start);

extern bool proposals_have_class(const Proposal *proposals, int count, StageClass stage_class);

#endif
