/*
 * end_to_end.c
 *		One timeline of an item, from idea to use.
 *
 * In the order of the definition (doc/rules.md, "Follow an item from idea to use"; the words in
 * quotes are its own): the tracker's stage at each instant, T; the attempts, which are the times
 * between T's moves back; T held in a stage before done until what was merged is released; where
 * the code is in each attempt, P (code_progress.c); the further of both; and the tracker's layers
 * over it. All are read in one pass in the order of time.
 */
#include "postgres.h"

#include "base/compat.h"
#include "item/item.h"
#include "miscadmin.h"
#include "stream/end_to_end.h"
#include "stream/rollup.h"
#include "workflow/code_state.h"

/* T enters a stage. */
typedef struct Step
{
	int64		at;
	int			stage;
} Step;

/* Spells of one layer, touching ones joined, are those of EndToEnd.spells from first on. */
typedef struct LayerSpells
{
	uint32		first;
	uint32		count;
	uint32		name;			/* its numbers in the result's names */
	uint32		end;
	int64		renewed_at;		/* where its name was added last */
} LayerSpells;

typedef struct EndToEnd
{
	const Workflow *workflow;	/* its rules are the default ones */
	const WorkflowStage *stages;
	uint16	   *layer_ends;		/* states that end each layer and nothing else */
	FlowItem	item;			/* the tracker; without visits if there is none */
	CodeProgress code;

	Step	   *steps;			/* T, one a change */
	uint32		num_steps;
	Step	   *held;			/* the same after what is done has been held back */
	uint32		num_held;
	CodeAttempt *attempts;
	uint32		num_attempts;

	int64		begins_at;		/* the whole's first stage, or CODE_NEVER */
	TimelineBuilder builder;

	Period	   *spells;
	LayerSpells *layers;
} EndToEnd;

static inline StageClass
class_of(const EndToEnd *whole, int stage)
{
	return whole->stages[stage].stage_class;
}

static inline bool
is_done(const EndToEnd *whole, int stage)
{
	return stage != NO_STAGE && class_of(whole, stage) == CLASS_DONE;
}

static inline bool
is_cancelled(const EndToEnd *whole, int stage)
{
	return stage != NO_STAGE && class_of(whole, stage) == CLASS_CANCELLED;
}

/* "Only the stages count, never its rules": the workflow with the default ones. */
static const Workflow *
without_rules(const Workflow *workflow)
{
	Workflow   *copy;

	if (workflow->start == START_COMMITTED && workflow->reopen == REOPEN_CONTINUE &&
		workflow->backward == BACKWARD_KEEP && workflow->unmapped == UNMAPPED_WAITING)
		return workflow;
	copy = palloc(VARSIZE(workflow));
	memcpy(copy, workflow, VARSIZE(workflow));
	copy->start = START_COMMITTED;
	copy->reopen = REOPEN_CONTINUE;
	copy->backward = BACKWARD_KEEP;
	copy->unmapped = UNMAPPED_WAITING;
	return copy;
}

/*----------
 * The tracker.
 *----------
 */

static void
read_tracker(EndToEnd *whole, const Timeline *tracker)
{
	FlowItem   *item = &whole->item;
	int			before = NO_STAGE;

	whole->steps = NULL;
	whole->num_steps = 0;
	if (tracker == NULL)
	{
		item->num_visits = item->num_spells = 0;
		return;
	}
	/* Without a visit there may still be spells. */
	if (!item_read(item, tracker, whole->workflow, PERIOD_UNBOUNDED))
		return;
	whole->steps = palloc_extended(sizeof(Step) * (Size) item->num_visits, MCXT_ALLOC_HUGE);
	for (int i = 0; i < item->num_visits; i++)
	{
		/* "Of several states of one instant the last": visits of no length do not count. */
		if (i + 1 < item->num_visits && item->visits[i + 1].entered_at == item->visits[i].entered_at)
			continue;
		if (item->visits[i].mapped == before)
			continue;
		before = item->visits[i].mapped;
		whole->steps[whole->num_steps++] = (Step) {.at = item->visits[i].entered_at, .stage = before};
	}
}

/*
 * "An attempt begins at each move of T to a lower place (not among done stages) and at each move
 * into (from nothing too) or out of a cancelled stage".
 */
static bool
begins_attempt(const EndToEnd *whole, uint32 step)
{
	int			before = step == 0 ? NO_STAGE : whole->steps[step - 1].stage;
	int			stage = whole->steps[step].stage;

	return is_cancelled(whole, before) || is_cancelled(whole, stage) ||
		(stage < before && !(is_done(whole, before) && is_done(whole, stage)));
}

static void
find_attempts(EndToEnd *whole)
{
	CodeAttempt *attempt;

	whole->attempts = palloc_extended(sizeof(CodeAttempt) * ((Size) whole->num_steps + 1), MCXT_ALLOC_HUGE);
	attempt = whole->attempts;
	*attempt = (CodeAttempt) {.since = CODE_ALWAYS, .until = CODE_NEVER, .first_done = CODE_NEVER};
	for (uint32 i = 0; i < whole->num_steps; i++)
	{
		const Step *step = &whole->steps[i];

		if (begins_attempt(whole, i))
		{
			attempt->until = step->at;
			*++attempt = (CodeAttempt) {
				.since = step->at,.until = CODE_NEVER,.first_done = CODE_NEVER,
				.cancelled = is_cancelled(whole, step->stage)
			};
		}
		if (is_done(whole, step->stage) && attempt->first_done == CODE_NEVER)
			attempt->first_done = step->at;
	}
	whole->num_attempts = attempt - whole->attempts + 1;

	/* "Code alone is not done": where there is a tracker, it is so only where that is. */
	for (uint32 i = 0; i < whole->num_attempts; i++)
		whole->attempts[i].done_counts = whole->num_steps == 0 || whole->attempts[i].first_done != CODE_NEVER;
}

/*
 * "From d until R, or until T leaves done, T counts as in the stage of awaiting release - or in
 * its stage just before d, if that is of the same attempt and of a higher place".
 */
static void
hold_done(EndToEnd *whole)
{
	int			awaiting = workflow_stage_of(whole->workflow, AWAITING_RELEASE, strlen(AWAITING_RELEASE));

	whole->held = whole->steps;
	whole->num_held = whole->num_steps;
	if (awaiting < 0)
		return;
	whole->held = palloc_extended(sizeof(Step) * Max((Size) whole->num_steps * 2, 1), MCXT_ALLOC_HUGE);
	whole->num_held = 0;
	for (uint32 i = 0; i < whole->num_steps;)
	{
		uint32		next = i + 1;	/* where T leaves done */
		int64		released_at;

		if (!is_done(whole, whole->steps[i].stage))
		{
			whole->held[whole->num_held++] = whole->steps[i++];
			continue;
		}
		while (next < whole->num_steps && is_done(whole, whole->steps[next].stage))
			next++;
		released_at = code_progress_release(&whole->code, whole->steps[i].at);
		if (released_at > whole->steps[i].at)
		{
			Step		step = {.at = whole->steps[i].at,.stage = awaiting};

			if (i > 0 && !begins_attempt(whole, i))
				step.stage = Max(step.stage, whole->steps[i - 1].stage);
			whole->held[whole->num_held++] = step;
			while (i + 1 < next && whole->steps[i + 1].at <= released_at)
				i++;
			if (next == whole->num_steps ? released_at < CODE_NEVER : released_at < whole->steps[next].at)
				whole->held[whole->num_held++] = (Step) {.at = released_at,.stage = whole->steps[i].stage};
			i++;
		}
		while (i < next)
			whole->held[whole->num_held++] = whole->steps[i++];
	}
}

/*----------
 * The whole.
 *----------
 */

static uint32
name_number(EndToEnd *whole, WorkflowText text)
{
	StateName	name = {workflow_text(whole->workflow, text), text.len};

	return timeline_builder_name(&whole->builder, name);
}

/* "At each instant the further of T and P of the attempt"; "one event a change". */
static void
write_stages(EndToEnd *whole)
{
	int			stage = NO_STAGE;
	int			tracked = NO_STAGE;
	uint32		next_step = 0;

	whole->begins_at = CODE_NEVER;
	for (uint32 i = 0; i < whole->num_attempts; i++)
	{
		const CodeAttempt *attempt = &whole->attempts[i];

		code_progress_attempt(&whole->code, attempt);
		for (;;)
		{
			int64		step_at = next_step < whole->num_held ? whole->held[next_step].at : CODE_NEVER;
			int64		code_at = code_progress_next(&whole->code);
			int64		at = Min(step_at, code_at);
			int			further;

			CHECK_FOR_INTERRUPTS();
			if (at >= attempt->until)
				break;
			if (step_at == at)
				tracked = whole->held[next_step++].stage;
			if (code_at == at)
				code_progress_step(&whole->code);
			further = attempt->cancelled ? tracked :
				code_further(&whole->code, tracked, code_progress_stage(&whole->code));
			if (further == stage)
				continue;
			if (stage == NO_STAGE)
				whole->begins_at = at;
			stage = further;
			timeline_builder_event(&whole->builder, at, name_number(whole, whole->stages[stage].name));
		}
	}
}

/* "Before the whole's first stage the tracker's (unmapped) events stay under their raw names". */
static void
write_unmapped(EndToEnd *whole, const Timeline *tracker)
{
	TimelineReader reader;
	StateName  *names;

	if (whole->item.num_visits == 0 || whole->item.visits[0].stage != UNMAPPED_STAGE)
		return;
	timeline_open(&reader, tracker);
	names = timeline_names(&reader);
	while (timeline_next(&reader) && reader.at < whole->begins_at)
	{
		const StateName *name = &names[reader.state];

		if (workflow_find_state(whole->workflow, name->data, name->len) < 0)
			timeline_builder_event(&whole->builder, reader.at, timeline_builder_name(&whole->builder, *name));
		if ((reader.next_event & 0xfff) == 0)
			CHECK_FOR_INTERRUPTS();
	}
}

/*----------
 * Layers.
 *----------
 */

/* The tracker's spells by layer, "touching ones joined". */
static void
read_spells(EndToEnd *whole)
{
	const FlowItem *item = &whole->item;
	uint32		first = 0;

	whole->spells = palloc_extended(sizeof(Period) * (Size) item->num_spells, MCXT_ALLOC_HUGE);
	whole->layers = palloc0(sizeof(LayerSpells) * whole->workflow->num_layers);
	for (int i = 0; i < item->num_spells; i++)
		whole->layers[item->spells[i].layer].count++;
	for (int i = 0; i < whole->workflow->num_layers; i++)
	{
		whole->layers[i].first = first;
		whole->layers[i].renewed_at = CODE_ALWAYS;
		first += whole->layers[i].count;
		whole->layers[i].count = 0;
	}
	/* Those of one layer are disjoint and in order. */
	for (int i = 0; i < item->num_spells; i++)
	{
		const ItemSpell *spell = &item->spells[i];
		LayerSpells *layer = &whole->layers[spell->layer];
		Period	   *last = &whole->spells[layer->first + layer->count];

		if (layer->count > 0 && last[-1].until == spell->since)
			last[-1].until = spell->until;
		else
		{
			last->since = spell->since;
			last->until = spell->until;
			layer->count++;
		}
	}
}

/* "For each layer vsm.mark(whole, its spells, layer, own end)". */
static void
mark_layers(EndToEnd *whole)
{
	for (int i = 0; i < whole->workflow->num_stages; i++)
	{
		int			number = whole->stages[i].layer;
		LayerSpells *layer = &whole->layers[Max(number, 0)];

		if (number < 0 || layer->count == 0)
			continue;
		layer->name = name_number(whole, whole->stages[i].name);
		layer->end = name_number(whole, workflow_states(whole->workflow)[whole->layer_ends[number]].name);
		for (uint32 j = 0; j < layer->count; j++)
		{
			const Period *spell = &whole->spells[layer->first + j];

			timeline_builder_event(&whole->builder, spell->since, layer->name);
			if (spell->until != PERIOD_UNBOUNDED)
				timeline_builder_event(&whole->builder, spell->until, layer->end);
		}
	}
}

/* Whether an instant is inside a spell of a layer, and not one of its ends. */
static bool
is_inside(const EndToEnd *whole, const LayerSpells *layer, int64 at)
{
	uint32		low = 0;
	uint32		high = layer->count;

	/* The first spell that ends after it, by bisection. */
	while (low < high)
	{
		uint32		middle = low + (high - low) / 2;

		if (whole->spells[layer->first + middle].until <= at)
			low = middle + 1;
		else
			high = middle;
	}
	return low < layer->count && whole->spells[layer->first + low].since < at;
}

/* Adds the names of the layers that an event would end though they hold. */
static void
renew_ended(EndToEnd *whole, const WorkflowState *state, int64 at)
{
	CHECK_FOR_INTERRUPTS();
	for (int i = 0; state != NULL && i < state->num_ends; i++)
	{
		LayerSpells *layer = &whole->layers[workflow_ends(whole->workflow)[state->first_end + i]];

		if (layer->renewed_at != at && is_inside(whole, layer, at))
		{
			layer->renewed_at = at;
			timeline_builder_event(&whole->builder, at, layer->name);
		}
	}
}

/* "Where an event of the result inside a spell would end it, the layer's name is added". */
static void
renew_layers(EndToEnd *whole)
{
	TimelineBuilder *builder = &whole->builder;
	uint32		num_events = builder->num_events;
	const WorkflowState **states = palloc_extended(sizeof(WorkflowState *) * (Size) builder->num_names, MCXT_ALLOC_HUGE);
	bool		ends = false;

	for (uint32 i = 0; i < builder->num_names; i++)
	{
		int			number = workflow_find_state(whole->workflow, builder->names[i].data, builder->names[i].len);

		states[i] = number < 0 ? NULL : &workflow_states(whole->workflow)[number];
		/* What only ends one layer is that one's own end, which nothing is inside of. */
		ends |= states[i] != NULL && states[i]->num_ends > 0 && (states[i]->stage >= 0 || states[i]->begins >= 0);
	}
	if (!ends)
		return;
	timeline_sort_events(builder->events, num_events);
	for (uint32 i = 0; i < num_events;)
	{
		int64		at = builder->events[i].at;
		uint32		added = builder->num_events;

		for (; i < num_events && builder->events[i].at == at; i++)
			renew_ended(whole, states[builder->events[i].state], at);
		/* A layer's name may end others. */
		for (; added < builder->num_events; added++)
			renew_ended(whole, states[builder->events[added].state], at);
	}
}

const Timeline *
end_to_end(const Timeline *tracker, const Workflow *workflow, const Timeline *const *parts,
		   const Releasable *releasable, uint32 num_parts)
{
	EndToEnd	whole;
	int			endless;

	if (num_parts == 0 || !workflow_has_code(workflow))
		return tracker;
	whole.workflow = without_rules(workflow);
	whole.stages = workflow_stages(whole.workflow);
	if (!code_progress_read(&whole.code, whole.workflow, parts, releasable, num_parts))
		return tracker;
	whole.layer_ends = palloc(sizeof(uint16) * Max(workflow->num_layers, 1));
	endless = rollup_layer_ends(workflow, whole.layer_ends);
	if (endless >= 0)
		rollup_refuse_endless(workflow, endless);

	read_tracker(&whole, tracker);
	find_attempts(&whole);
	hold_done(&whole);
	timeline_builder_init(&whole.builder, 32);
	write_stages(&whole);
	write_unmapped(&whole, tracker);
	if (whole.item.num_spells > 0)
	{
		read_spells(&whole);
		mark_layers(&whole);
		renew_layers(&whole);
	}
	return timeline_builder_finish(&whole.builder);
}
