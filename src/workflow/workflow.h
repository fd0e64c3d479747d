/*
 * workflow.h
 *		The interpretation of states: stages in the order of the stream, their classes, and the
 *		rules of the clock.
 *
 * A workflow is stored compiled, as one flat value that functions use in place: fixed
 * entries for stages and states, a hash table from the name of a state to its entry, and the
 * bytes of all names. Everything refers to everything by number or offset.
 */
#ifndef VSM_WORKFLOW_H
#define VSM_WORKFLOW_H

#include "base/json_tree.h"
#include "timeline/timeline.h"

#define WORKFLOW_VERSION	1

/* Limits, far above what anybody draws on a wall. */
#define WORKFLOW_MAX_STAGES	1000
#define WORKFLOW_MAX_STATES	20000

/* The stage of states that the workflow does not know. */
#define UNMAPPED_STAGE_NAME	"(unmapped)"

typedef enum StageClass
{
	CLASS_NEW,
	CLASS_ACTIVE,
	CLASS_WAITING,
	CLASS_BLOCKED,
	CLASS_DONE,
	CLASS_CANCELLED
} StageClass;

typedef enum StartRule
{
	START_COMMITTED,
	START_ACTIVE,
	START_CREATED
} StartRule;

typedef enum ReopenRule
{
	REOPEN_CONTINUE,
	REOPEN_PAUSE,
	REOPEN_FIRST
} ReopenRule;

typedef enum BackwardRule
{
	BACKWARD_KEEP,
	BACKWARD_ERASE
} BackwardRule;

typedef enum UnmappedRule
{
	UNMAPPED_WAITING,
	UNMAPPED_IGNORE,
	UNMAPPED_ERROR
} UnmappedRule;

/* Bytes in the workflow; offset 0 means that there are none. */
typedef struct WorkflowText
{
	uint32		offset;
	uint32		len;
} WorkflowText;

typedef struct WorkflowStage
{
	WorkflowText name;
	WorkflowText phase;
	WorkflowText waiting_for;
	WorkflowText owner;
	int32		limit;			/* 0: none */
	uint16		stage_class;	/* StageClass */
	int16		layer;			/* number among the blocked stages, or -1 */
	uint16		first_listed;	/* its states in the list of listed states, as written */
	uint16		num_listed;
	uint16		first_until;	/* behind them, what ends it */
	uint16		num_until;
} WorkflowStage;

typedef struct WorkflowState
{
	WorkflowText name;
	int16		stage;			/* which it enters, or -1; never a blocked one */
	int16		begins;			/* layer that it begins, or -1 */
	uint16		first_end;		/* layers that it ends, in the list of ends */
	uint16		num_ends;
} WorkflowState;

typedef struct Workflow
{
	int32		vl_len_;		/* varlena header, always the long one */
	uint8		version;
	uint8		start;			/* StartRule */
	uint8		reopen;			/* ReopenRule */
	uint8		backward;		/* BackwardRule */
	uint8		unmapped;		/* UnmappedRule */
	uint8		unused[3];		/* always zero */
	uint16		num_stages;
	uint16		num_layers;
	uint32		num_states;
	uint32		hash_mask;		/* size of the hash table - 1 */
	uint32		stages_offset;	/* all offsets are from the beginning of the value */
	uint32		states_offset;
	uint32		slots_offset;	/* uint16: number of a state + 1, 0 for free */
	uint32		listed_offset;	/* uint16: numbers of states */
	uint32		ends_offset;	/* uint16: numbers of layers */
	uint32		names_offset;
} Workflow;

static inline const WorkflowStage *
workflow_stages(const Workflow *workflow)
{
	return (const WorkflowStage *) ((const char *) workflow + workflow->stages_offset);
}

static inline const WorkflowState *
workflow_states(const Workflow *workflow)
{
	return (const WorkflowState *) ((const char *) workflow + workflow->states_offset);
}

static inline const uint16 *
workflow_listed(const Workflow *workflow)
{
	return (const uint16 *) ((const char *) workflow + workflow->listed_offset);
}

static inline const uint16 *
workflow_ends(const Workflow *workflow)
{
	return (const uint16 *) ((const char *) workflow + workflow->ends_offset);
}

static inline const char *
workflow_text(const Workflow *workflow, WorkflowText text)
{
	return (const char *) workflow + text.offset;
}

/*
 * A hash of short names: their length, first and last bytes. Stages are few and the order in
 * which a search finds them is checked, so it need not be good, only fast.
 */
static inline uint32
workflow_hash(const char *name, uint32 len)
{
	uint64		head = 0,
				tail = 0;

	if (len >= 8)
	{
		memcpy(&head, name, 8);
		memcpy(&tail, name + len - 8, 8);
	}
	else if (len >= 4)
	{
		memcpy(&head, name, 4);
		memcpy(&tail, name + len - 4, 4);
	}
	else if (len > 0)
	{
		head = (uint8) name[0];
		tail = (uint64) (uint8) name[len / 2] << 8 | (uint8) name[len - 1];
	}
	head = (head + len) * UINT64CONST(0x9E3779B97F4A7C15) ^ tail * UINT64CONST(0xC2B2AE3D27D4EB4F);
	return (uint32) ((head * UINT64CONST(0xD6E8FEB86659FD93)) >> 32);
}

/* The number of a state, or -1 if the workflow does not know it. */
static inline int
workflow_find_state(const Workflow *workflow, const char *name, uint32 len)
{
	const uint16 *slots = (const uint16 *) ((const char *) workflow + workflow->slots_offset);
	const WorkflowState *states = workflow_states(workflow);

	for (uint32 slot = workflow_hash(name, len) & workflow->hash_mask; slots[slot] != 0;
		 slot = (slot + 1) & workflow->hash_mask)
	{
		const WorkflowState *state = &states[slots[slot] - 1];

		if (state->name.len == len && memcmp(workflow_text(workflow, state->name), name, len) == 0)
			return slots[slot] - 1;
	}
	return -1;
}

/* The number of the stage of that name, or -1. */
extern int	workflow_find_stage(const Workflow *workflow, const char *name, uint32 len);

/* Orders workflows by their compiled bytes: the same source compiles to the same bytes. */
extern int	workflow_compare(const Workflow *a, const Workflow *b);

/*
 * A workflow before it is compiled. Texts are NULL where they are absent; lists are arrays
 * of strings.
 */
typedef struct StageSource
{
	char	   *name;
	char	   *phase;
	char	   *waiting_for;
	char	   *owner;
	int32		limit;
	StageClass	stage_class;
	char	  **states;			/* without the stage's own name */
	int			num_states;
	char	  **until;
	int			num_until;
} StageSource;

typedef struct WorkflowSource
{
	StageSource *stages;
	int			num_stages;
	StartRule	start;
	ReopenRule	reopen;
	BackwardRule backward;
	UnmappedRule unmapped;
} WorkflowSource;

/* Checks all that concerns several stages or rules and compiles; NULL with error filled. */
extern Workflow *workflow_compile(const WorkflowSource *source, InputError *error);

/* Takes a compiled workflow apart again. */
extern WorkflowSource *workflow_source(const Workflow *workflow);

#endif							/* VSM_WORKFLOW_H */
