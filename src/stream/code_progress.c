/*
 * code_progress.c
 *		Where the code of an item is.
 *
 * All events of all parts that count are sorted by time once, and taken one after the other, in
 * whatever attempt they fall. What an attempt looks at are counts by stage: of the parts that
 * keep their stage, of those that had an event in this attempt, and of those that did not. Only
 * the parts that had one are set back when the next attempt begins, so the cost is that of the
 * events (times the stages, to find the least), whatever the number of attempts and parts.
 */
#include "postgres.h"

#include "base/compat.h"
#include "miscadmin.h"
#include "stream/code_progress.h"
#include "workflow/code_state.h"

static inline int
compare_code_events(const CodeEvent *a, const CodeEvent *b)
{
	if (a->at != b->at)
		return a->at < b->at ? -1 : 1;
	return a->part < b->part ? -1 : a->part > b->part;
}

#define ST_SORT sort_code_events
#define ST_ELEMENT_TYPE CodeEvent
#define ST_COMPARE(a, b) compare_code_events(a, b)
#define ST_SCOPE static
#define ST_CHECK_FOR_INTERRUPTS
#define ST_DEFINE
#include "lib/sort_template.h"

/* What a state of a part's timeline is. */
typedef struct PartState
{
	CodeState	code;
	int16		stage;			/* NO_STAGE: it does not count */
} PartState;

/* The usual part has no more different states than this. */
#define FEW_STATES		24

static void *
zeroed(Size count, Size size)
{
	return palloc_extended(Max(count * size, 1), MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
}

/* The rules of vsm.rollup: whether a part in a stage of this class has started. */
static inline bool
is_started(const CodeProgress *progress, int stage)
{
	StageClass	stage_class = progress->stages[stage].stage_class;

	return stage_class == CLASS_ACTIVE || stage_class == CLASS_WAITING || stage_class == CLASS_DONE;
}

/*----------
 * Reading the parts.
 *----------
 */

/* What follows from the workflow alone. */
static void
read_stages(CodeProgress *progress, const Workflow *workflow)
{
	int			num_stages = workflow->num_stages;
	int			before = NO_STAGE;	/* the last active or waiting stage so far */
	int			first_done = NO_STAGE;

	progress->workflow = workflow;
	progress->stages = workflow_stages(workflow);
	progress->num_stages = num_stages;
	progress->first_stage = progress->first_on_clock = NO_STAGE;
	progress->done_as[DONE_COUNTS] = palloc(sizeof(int16) * num_stages * DONE_READINGS);
	progress->done_as[DONE_IS_NOT_ALONE] = progress->done_as[DONE_COUNTS] + num_stages;
	for (int i = 0; i < num_stages; i++)
	{
		progress->done_as[DONE_COUNTS][i] = progress->done_as[DONE_IS_NOT_ALONE][i] = i;
		switch ((StageClass) progress->stages[i].stage_class)
		{
			case CLASS_ACTIVE:
			case CLASS_WAITING:
				before = i;
				if (progress->first_on_clock == NO_STAGE)
					progress->first_on_clock = i;
				if (progress->first_stage == NO_STAGE)
					progress->first_stage = i;
				break;
			case CLASS_NEW:
				if (progress->first_stage == NO_STAGE)
					progress->first_stage = i;
				break;
			case CLASS_DONE:
				progress->done_as[DONE_IS_NOT_ALONE][i] = before;
				if (first_done == NO_STAGE)
					first_done = i;
				break;
			case CLASS_BLOCKED:
			case CLASS_CANCELLED:
				break;
		}
	}
	if (progress->first_on_clock == NO_STAGE)
		progress->first_on_clock = first_done;
}

static void
add_event(CodeProgress *progress, int64 at, uint32 part, int stage)
{
	CodeEvent  *event;

	if (progress->num_events == progress->max_events)
	{
		if (progress->max_events > PG_UINT32_MAX / 2)
			ereport(ERROR,
					(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
					 errmsg("too many parts of one item"),
					 errdetail("They have more than %u events.", progress->num_events)));
		progress->max_events *= 2;
		progress->events = repalloc_huge(progress->events, sizeof(CodeEvent) * (Size) progress->max_events);
	}
	event = &progress->events[progress->num_events++];
	event->at = at;
	event->part = part;
	event->stage = stage;
}

/* "Of its events count those whose state has a stage (no layer), at or before released". */
static void
add_events(CodeProgress *progress, const Timeline *timeline, const PartState *states, const CodePart *part, uint32 number)
{
	TimelineReader reader;
	bool		released = false;

	timeline_open(&reader, timeline);
	while (timeline_next(&reader))
	{
		const PartState *state = &states[reader.state];

		if ((reader.next_event & 0xfff) == 0)
			CHECK_FOR_INTERRUPTS();
		if (state->stage == NO_STAGE)
			continue;
		switch (state->code)
		{
			case CODE_RELEASED:
				if (!released)
					add_event(progress, part->released, number, state->stage);
				released = true;
				break;
			case CODE_BUILT:
			case CODE_ON_TIER:
			case RELEASE_REQUESTED:
			case RELEASE_APPROVED:
				/* "From merged on (never without a merge)". */
				if (reader.at >= part->merged && reader.at <= part->released)
					add_event(progress, reader.at, number, state->stage);
				break;
			case CODE_CLOSED:
				break;
			case CODE_OPENED:
			case CODE_DRAFT:
			case CODE_READY:
			case CODE_APPROVED:
			case CODE_REJECTED:
			case CODE_REOPENED:
			case CODE_MERGED:
			case CODE_OTHER:
				if (reader.at <= part->merged && reader.at <= part->released)
					add_event(progress, reader.at, number, state->stage);
				break;
		}
	}
}

/* Adds a part and its events, unless it is void. */
static void
read_part(CodeProgress *progress, const Timeline *timeline, Releasable releasable)
{
	TimelineReader reader;
	PartState	few_states[FEW_STATES];
	PartState  *states = few_states;
	CodePart   *part = &progress->parts[progress->num_parts];
	int64		released = CODE_NEVER;
	int64		closed = CODE_ALWAYS;
	int64		opened = CODE_ALWAYS;
	const uint8 *p;

	timeline_open(&reader, timeline);
	if (reader.num_states > FEW_STATES)
		states = palloc_extended(sizeof(PartState) * (Size) reader.num_states, MCXT_ALLOC_HUGE);
	p = reader.names;
	for (uint32 i = 0; i < reader.num_states; i++)
	{
		StateName	name = timeline_next_name(&p);

		states[i].code = code_state(name.data, name.len);
		states[i].stage = workflow_stage_of(progress->workflow, name.data, name.len);
	}

	part->merged = CODE_NEVER;
	for (bool first = true; timeline_next(&reader); first = false)
	{
		if ((reader.next_event & 0xfff) == 0)
			CHECK_FOR_INTERRUPTS();
		if (first)
			part->begun = reader.at;
		switch (states[reader.state].code)
		{
			case CODE_MERGED:
				part->merged = reader.at;
				break;
			case CODE_RELEASED:
				released = Min(released, reader.at);
				break;
			case CODE_CLOSED:
				closed = reader.at;
				break;
			case CODE_OPENED:
			case CODE_REOPENED:
				opened = reader.at;
				break;
			default:
				break;
		}
	}

	/* "Void: closed, never merged, and neither opened nor reopened later than the last close". */
	if (closed == CODE_ALWAYS || part->merged != CODE_NEVER || opened > closed)
	{
		part->released = released == CODE_NEVER || part->merged == CODE_NEVER ? released : Max(released, part->merged);
		part->releasable = releasable == RELEASABLE ||
			(releasable == RELEASABLE_IF_RELEASED && part->released != CODE_NEVER);
		part->kept = false;
		part->last[DONE_COUNTS] = part->last[DONE_IS_NOT_ALONE] = part->fresh = NO_STAGE;
		add_events(progress, timeline, states, part, progress->num_parts++);
	}
	if (states != few_states)
		pfree(states);
}

/* The parts in the orders in which attempts come to them. */
static void
order_parts(CodeProgress *progress)
{
	uint32		num_parts = progress->num_parts;

	progress->by_begin = palloc_extended(sizeof(CodeEvent) * (Size) num_parts * 3, MCXT_ALLOC_HUGE);
	progress->by_settled = progress->by_begin + num_parts;
	progress->by_merge = progress->by_settled + num_parts;
	progress->num_by_settled = progress->num_by_merge = 0;
	for (uint32 i = 0; i < num_parts; i++)
	{
		const CodePart *part = &progress->parts[i];
		int64		settled = part->merged != CODE_NEVER ? part->merged : part->released;

		progress->by_begin[i] = (CodeEvent) {.at = part->begun, .part = i};
		if (settled != CODE_NEVER)
			progress->by_settled[progress->num_by_settled++] = (CodeEvent) {.at = settled, .part = i};
		if (part->releasable && part->merged != CODE_NEVER)
			progress->by_merge[progress->num_by_merge++] = (CodeEvent) {.at = part->merged, .part = i};
	}
	sort_code_events(progress->by_begin, num_parts);
	sort_code_events(progress->by_settled, progress->num_by_settled);
	sort_code_events(progress->by_merge, progress->num_by_merge);
}

bool
code_progress_read(CodeProgress *progress, const Workflow *workflow, const Timeline *const *parts,
				   const Releasable *releasable, uint32 num_parts)
{
	uint32	   *counts;

	read_stages(progress, workflow);
	progress->parts = palloc_extended(sizeof(CodePart) * Max((Size) num_parts, 1), MCXT_ALLOC_HUGE);
	progress->num_parts = 0;
	progress->num_events = 0;
	progress->max_events = 32;
	progress->events = palloc(sizeof(CodeEvent) * progress->max_events);
	for (uint32 i = 0; i < num_parts; i++)
	{
		if (parts[i] != NULL)
			read_part(progress, parts[i], releasable[i]);
		if ((i & 0xfff) == 0)
			CHECK_FOR_INTERRUPTS();
	}
	if (progress->num_parts == 0)
		return false;
	sort_code_events(progress->events, progress->num_events);
	order_parts(progress);

	progress->next_event = 0;
	progress->next_by_merge = 0;
	progress->latest_release = CODE_ALWAYS;
	progress->num_included = progress->num_kept = progress->num_touched = 0;
	progress->begun = progress->started = false;
	counts = zeroed(DONE_READINGS * (progress->num_stages + 1) + progress->num_stages, sizeof(uint32));
	progress->kept[DONE_COUNTS] = counts;
	progress->kept[DONE_IS_NOT_ALONE] = counts + progress->num_stages + 1;
	progress->fresh = counts + DONE_READINGS * (progress->num_stages + 1);
	progress->touched = palloc_extended(sizeof(uint32) * (Size) progress->num_parts, MCXT_ALLOC_HUGE);
	return true;
}

int64
code_progress_release(CodeProgress *progress, int64 at)
{
	while (progress->next_by_merge < progress->num_by_merge &&
		   progress->by_merge[progress->next_by_merge].at <= at)
	{
		const CodePart *part = &progress->parts[progress->by_merge[progress->next_by_merge++].part];

		progress->latest_release = Max(progress->latest_release, part->released);
	}
	return progress->latest_release;
}

/*----------
 * Attempts.
 *----------
 */

void
code_progress_attempt(CodeProgress *progress, const CodeAttempt *attempt)
{
	progress->attempt = *attempt;
	progress->reading = attempt->done_counts ? DONE_COUNTS : DONE_IS_NOT_ALONE;
	progress->begun = progress->started = false;

	/* "Any other starts afresh". */
	for (uint32 i = 0; i < progress->num_touched; i++)
	{
		CodePart   *part = &progress->parts[progress->touched[i]];

		progress->fresh[part->fresh]--;
		part->fresh = NO_STAGE;
	}
	progress->num_touched = 0;

	/* "A part merged (without a merge: released) before the attempt keeps its stage". */
	while (progress->num_kept < progress->num_by_settled &&
		   progress->by_settled[progress->num_kept].at < attempt->since)
	{
		CodePart   *part = &progress->parts[progress->by_settled[progress->num_kept++].part];

		part->kept = true;
		for (int i = 0; i < DONE_READINGS; i++)
			progress->kept[i][part->last[i] + 1]++;
	}

	/* "Begun before the attempt's end and not after T's first done in it". */
	while (progress->num_included < progress->num_parts &&
		   progress->by_begin[progress->num_included].at < attempt->until &&
		   progress->by_begin[progress->num_included].at <= attempt->first_done)
		progress->num_included++;
	CHECK_FOR_INTERRUPTS();
}

/* Parts in a stage, as far as the attempt looks at them. */
static inline uint32
parts_in(const CodeProgress *progress, int stage)
{
	const uint32 *kept = progress->kept[progress->reading];
	uint32		count = kept[stage + 1] + progress->fresh[stage];

	/* "A part without such an event yet is in the workflow's first stage". */
	if (stage == progress->first_stage)
		count += kept[0] + progress->num_included - progress->num_kept - progress->num_touched;
	return count;
}

/* All events of one part at one instant: whether they count, and whether they start the work. */
static void
step_part(CodeProgress *progress, bool *begins, bool *starts)
{
	const CodeEvent *event = &progress->events[progress->next_event];
	int64		at = event->at;
	uint32		number = event->part;
	CodePart   *part = &progress->parts[number];
	int16		stage[DONE_READINGS] = {NO_STAGE, NO_STAGE};
	int16		entered;
	bool		included = !progress->attempt.cancelled && (part->kept || part->begun <= progress->attempt.first_done);

	for (; progress->next_event < progress->num_events && event->at == at && event->part == number;
		 event = &progress->events[++progress->next_event])
	{
		/* Of several the last by place holds, but all are entered. */
		for (int i = 0; i < DONE_READINGS; i++)
			stage[i] = Max(stage[i], progress->done_as[i][event->stage]);
		entered = progress->done_as[progress->reading][event->stage];
		if (included && entered != NO_STAGE && is_started(progress, entered))
			*starts = true;
	}
	for (int i = 0; i < DONE_READINGS; i++)
	{
		if (stage[i] == NO_STAGE)
			continue;
		if (part->kept)
		{
			progress->kept[i][part->last[i] + 1]--;
			progress->kept[i][stage[i] + 1]++;
		}
		part->last[i] = stage[i];
	}
	entered = stage[progress->reading];
	if (included && !part->kept && entered != NO_STAGE)
	{
		if (part->fresh == NO_STAGE)
			progress->touched[progress->num_touched++] = number;
		else
			progress->fresh[part->fresh]--;
		progress->fresh[entered]++;
		part->fresh = entered;
		*begins = true;
	}
}

void
code_progress_step(CodeProgress *progress)
{
	int64		at = code_progress_next(progress);
	bool		begins = false;
	bool		starts = false;

	while (code_progress_next(progress) == at)
	{
		step_part(progress, &begins, &starts);
		CHECK_FOR_INTERRUPTS();
	}

	/* "P begins with the first event in this attempt of a part that starts afresh". */
	if (begins && !progress->begun)
	{
		progress->begun = true;
		for (int i = 0; i < progress->num_stages && !progress->started; i++)
			progress->started = is_started(progress, i) && parts_in(progress, i) > 0;
	}
	/* "Read as if nothing had been before". */
	progress->started |= progress->begun && starts;
}

/* As in rollup.c: the least of the parts that are not cancelled, if there is one. */
int
code_progress_stage(const CodeProgress *progress)
{
	int			found = NO_STAGE;
	int			cancelled = NO_STAGE;

	if (!progress->begun)
		return NO_STAGE;
	for (int i = 0; i < progress->num_stages; i++)
	{
		StageClass	stage_class = progress->stages[i].stage_class;
		int			stage = progress->started && stage_class == CLASS_NEW ? progress->first_on_clock : i;

		if (parts_in(progress, i) == 0)
			continue;
		if (stage_class == CLASS_CANCELLED)
			cancelled = cancelled == NO_STAGE ? stage : cancelled;
		else if (found == NO_STAGE || stage < found)
			found = stage;
	}
	return found != NO_STAGE ? found : cancelled;
}

int
code_further(const CodeProgress *progress, int a, int b)
{
	bool		cancelled_a,
				cancelled_b;

	if (a == NO_STAGE || b == NO_STAGE)
		return Max(a, b);
	cancelled_a = progress->stages[a].stage_class == CLASS_CANCELLED;
	cancelled_b = progress->stages[b].stage_class == CLASS_CANCELLED;
	if (cancelled_a != cancelled_b)
		return cancelled_a ? b : a;
	return Max(a, b);
}
