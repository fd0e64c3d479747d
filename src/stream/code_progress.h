/*
 * code_progress.h
 *		Where the code of an item is: the parts of its work (merge requests, loose commits), and in
 *		each attempt at the item the stage of the part that is furthest behind.
 *
 * The definitions are those of doc/rules.md, "Follow an item from idea to use"; the words in
 * quotes in code_progress.c and end_to_end.c are theirs.
 */
#ifndef VSM_CODE_PROGRESS_H
#define VSM_CODE_PROGRESS_H

#include "timeline/timeline.h"
#include "workflow/workflow.h"

/* Before and after all times: "unknown" is never. */
#define CODE_ALWAYS		PG_INT64_MIN
#define CODE_NEVER		PG_INT64_MAX

/* In no stage; nothing. */
#define NO_STAGE		(-1)

/* Whether a part comes from a repository that is released at all. */
typedef enum Releasable
{
	RELEASABLE_IF_RELEASED,		/* not told */
	RELEASABLE,
	NOT_RELEASABLE
} Releasable;

/* A time in which the tracker goes on: from since until before until. */
typedef struct CodeAttempt
{
	int64		since;
	int64		until;			/* CODE_NEVER: the last one */
	int64		first_done;		/* when the tracker was first done in it, or CODE_NEVER */
	bool		cancelled;		/* it begins with cancelled: no code counts */
	bool		done_counts;	/* code can be done in it */
} CodeAttempt;

/* How done stages of parts are read: as they are, or as the last step before them. */
typedef enum DoneReading
{
	DONE_COUNTS,
	DONE_IS_NOT_ALONE,
	DONE_READINGS
} DoneReading;

typedef struct CodePart
{
	int64		begun;			/* its first event */
	int64		merged;			/* its last merge */
	int64		released;		/* its first release, or its merge if that is later */
	bool		releasable;
	bool		kept;			/* merged before the attempt: it keeps its stage */
	int16		last[DONE_READINGS];	/* stage of the last event that counts so far */
	int16		fresh;			/* of one that is not kept: that of the last one in the attempt */
} CodePart;

/* What happens to a part; also an entry of the lists of parts in order of a time. */
typedef struct CodeEvent
{
	int64		at;
	uint32		part;
	int16		stage;			/* that it enters */
} CodeEvent;

/* All parts, and where they are in the course of time. */
typedef struct CodeProgress
{
	const Workflow *workflow;
	const WorkflowStage *stages;
	int			num_stages;
	int16	   *done_as[DONE_READINGS]; /* by stage: the one that an event in it counts as */
	int			first_stage;	/* of parts without an event, or NO_STAGE */
	int			first_on_clock; /* where parts that are new count as being */

	CodePart   *parts;
	uint32		num_parts;
	CodeEvent  *events;			/* that count, by time and part */
	uint32		num_events;
	uint32		max_events;
	uint32		next_event;
	CodeEvent  *by_begin;		/* parts in the order in which they begin */
	CodeEvent  *by_settled;		/* in which they are merged or, without a merge, released */
	CodeEvent  *by_merge;		/* those that are releasable and merged */
	uint32		num_by_settled;
	uint32		num_by_merge;
	uint32		next_by_merge;
	int64		latest_release; /* of those before next_by_merge */

	/* The attempt. */
	CodeAttempt attempt;
	DoneReading reading;
	uint32		num_included;	/* of by_begin, from the first on */
	uint32		num_kept;		/* of by_settled */
	bool		begun;			/* there has been an event of a part that starts afresh */
	bool		started;		/* a part has entered an active, waiting or done stage */
	uint32	   *kept[DONE_READINGS];	/* parts that are kept, by stage + 1 (0: no event yet) */
	uint32	   *fresh;			/* parts with an event in the attempt, by stage */
	uint32	   *touched;		/* which parts these are */
	uint32		num_touched;
} CodeProgress;

/* Reads the parts, NULL ones and void ones left out; whether any is left. */
extern bool code_progress_read(CodeProgress *progress, const Workflow *workflow, const Timeline *const *parts,
							   const Releasable *releasable, uint32 num_parts);

/*
 * The latest release of the releasable parts that were merged by a time: CODE_NEVER if one of
 * them has none, CODE_ALWAYS if there is no such part. For times in ascending order.
 */
extern int64 code_progress_release(CodeProgress *progress, int64 at);

/* Begins an attempt, after all events before it have been taken. */
extern void code_progress_attempt(CodeProgress *progress, const CodeAttempt *attempt);

/* When the next event is, or CODE_NEVER. */
static inline int64
code_progress_next(const CodeProgress *progress)
{
	return progress->next_event < progress->num_events ?
		progress->events[progress->next_event].at : CODE_NEVER;
}

/* Takes all events of that instant. */
extern void code_progress_step(CodeProgress *progress);

/* The stage of the code, NO_STAGE before it begins. */
extern int	code_progress_stage(const CodeProgress *progress);

/* Of two stages the further one, by the rule most of vsm.rollup; each may be NO_STAGE. */
extern int	code_further(const CodeProgress *progress, int a, int b);

#endif							/* VSM_CODE_PROGRESS_H */
