/*
 * rollup.c
 *		The timeline of a whole from those of its parts.
 *
 * All changes of all parts are sorted by time and applied to counts (how many
 * parts are in each stage, and how many of those under each layer); after each instant the
 * whole is read off the counts. So the cost is changes x stages, whatever the number of parts.
 */
#include "postgres.h"

#include "base/compat.h"
#include "item/item.h"
#include "miscadmin.h"
#include "stream/rollup.h"

/* A part enters a stage, or a layer of it begins or ends. */
typedef struct PartChange
{
	int64		at;
	uint32		order;			/* in which they were found, which is that of a part's visits */
	uint32		part;
	int16		stage;			/* that it enters, or NO_STAGE */
	int16		layer;			/* if not */
	bool		begins;
} PartChange;

#define NO_STAGE	(-1)

static inline int
compare_changes(const PartChange *a, const PartChange *b)
{
	if (a->at != b->at)
		return a->at < b->at ? -1 : 1;
	return a->order < b->order ? -1 : a->order > b->order;
}

#define ST_SORT sort_changes
#define ST_ELEMENT_TYPE PartChange
#define ST_COMPARE(a, b) compare_changes(a, b)
#define ST_SCOPE static
#define ST_CHECK_FOR_INTERRUPTS
#define ST_DEFINE
#include "lib/sort_template.h"

typedef struct Rollup
{
	const Workflow *workflow;
	const WorkflowStage *stages;
	RollupRule	rule;
	int			num_stages;
	int			num_layers;
	uint16	   *layer_ends;
	uint16	   *layer_stages;	/* of each layer its stage */
	int			first_on_clock; /* where new parts count as being, once it has started */

	PartChange *changes;
	uint32		num_changes;
	uint32		max_changes;

	/* The parts as they are. */
	int16	   *part_stage;		/* NO_STAGE: it has not begun */
	bool	   *part_layers;	/* [part][layer] */
	uint32	   *in_stage;		/* parts in each stage */
	uint32	   *under_layer;	/* [stage][layer] */
	bool		started;		/* a part has entered an active, waiting or done stage */

	/* The whole as it is. */
	int			whole_stage;	/* NO_STAGE: it has not begun */
	bool	   *whole_layers;
	bool	   *next_layers;
	TimelineBuilder builder;
	uint32		first_of_instant;	/* events of the builder from here on are of this instant */
} Rollup;

int
rollup_layer_ends(const Workflow *workflow, uint16 *ends)
{
	const WorkflowStage *stages = workflow_stages(workflow);
	const WorkflowState *states = workflow_states(workflow);

	for (int i = 0; i < workflow->num_stages; i++)
	{
		bool		found = false;

		if (stages[i].layer < 0)
			continue;
		for (int j = 0; j < stages[i].num_until && !found; j++)
		{
			uint16		number = workflow_listed(workflow)[stages[i].first_until + j];

			found = states[number].stage < 0 && states[number].begins < 0 && states[number].num_ends == 1;
			if (found)
				ends[stages[i].layer] = number;
		}
		if (!found)
			return i;
	}
	return -1;
}

void
rollup_refuse_endless(const Workflow *workflow, int stage)
{
	WorkflowText text = workflow_stages(workflow)[stage].name;
	char	   *name = pnstrdup(workflow_text(workflow, text), text.len);

	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("the workflow cannot be rolled up"),
			 errdetail("Each state in \"until\" of stage \"%s\" also enters a stage or ends another one, "
					   "so none can say that only \"%s\" ends.",
					   name, name),
			 errhint("Add a state of its own to its \"until\".")));
	pg_unreachable();
}

static void
add_change(Rollup *rollup, int64 at, uint32 part, int stage, int layer, bool begins)
{
	PartChange *change;

	if (rollup->num_changes == rollup->max_changes)
	{
		if (rollup->max_changes > PG_UINT32_MAX / 2)
			ereport(ERROR,
					(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
					 errmsg("too much data for one group"),
					 errdetail("The parts to roll up have more than %u changes.", rollup->num_changes)));
		rollup->max_changes *= 2;
		rollup->changes = repalloc_huge(rollup->changes, sizeof(PartChange) * (Size) rollup->max_changes);
	}
	change = &rollup->changes[rollup->num_changes];
	change->at = at;
	change->order = rollup->num_changes++;
	change->part = part;
	change->stage = stage;
	change->layer = layer;
	change->begins = begins;
}

/* All that happens to one part. */
static void
read_part(Rollup *rollup, const Timeline *timeline, uint32 part)
{
	FlowItem	item;
	int			before = NO_STAGE;

	if (!item_read(&item, timeline, rollup->workflow, PERIOD_UNBOUNDED))
		return;
	for (int i = 0; i < item.num_visits; i++)
	{
		/* "In (unmapped) where it was before": before any stage it has not begun. */
		if (item.visits[i].mapped != before)
			add_change(rollup, item.visits[i].entered_at, part, item.visits[i].mapped, 0, false);
		before = item.visits[i].mapped;
	}
	for (int i = 0; i < item.num_spells; i++)
	{
		add_change(rollup, item.spells[i].since, part, NO_STAGE, item.spells[i].layer, true);
		if (!item.spells[i].holds)
			add_change(rollup, item.spells[i].until, part, NO_STAGE, item.spells[i].layer, false);
	}
	if (item.visits != item.few_visits)
		pfree(item.visits);
	if (item.spells != NULL)
	{
		pfree(item.spells);
		pfree(item.blocked);
	}
}

static void
apply_change(Rollup *rollup, const PartChange *change)
{
	bool	   *layers = rollup->part_layers + (Size) change->part * rollup->num_layers;
	int			stage = rollup->part_stage[change->part];

	if (change->stage == NO_STAGE)
	{
		layers[change->layer] = change->begins;
		if (stage != NO_STAGE)
			rollup->under_layer[stage * rollup->num_layers + change->layer] += change->begins ? 1 : -1;
		return;
	}
	if (stage != NO_STAGE)
		rollup->in_stage[stage]--;
	rollup->in_stage[change->stage]++;
	for (int i = 0; i < rollup->num_layers; i++)
	{
		if (!layers[i])
			continue;
		if (stage != NO_STAGE)
			rollup->under_layer[stage * rollup->num_layers + i]--;
		rollup->under_layer[change->stage * rollup->num_layers + i]++;
	}
	rollup->part_stage[change->part] = change->stage;
	switch ((StageClass) rollup->stages[change->stage].stage_class)
	{
		case CLASS_ACTIVE:
		case CLASS_WAITING:
		case CLASS_DONE:
			rollup->started = true;
			break;
		case CLASS_NEW:
		case CLASS_BLOCKED:
		case CLASS_CANCELLED:
			break;
	}
}

/* Whether parts in a stage count as being in first_on_clock. */
static inline bool
is_advanced(const Rollup *rollup, int stage)
{
	return rollup->rule == ROLLUP_LEAST && rollup->started &&
		rollup->stages[stage].stage_class == CLASS_NEW;
}

/* The stage of the whole, NO_STAGE before any part has begun. */
static int
find_whole_stage(const Rollup *rollup)
{
	int			found = NO_STAGE;
	bool		found_cancelled = true;

	for (int i = 0; i < rollup->num_stages; i++)
	{
		bool		cancelled = rollup->stages[i].stage_class == CLASS_CANCELLED;
		int			stage = is_advanced(rollup, i) ? rollup->first_on_clock : i;

		if (rollup->in_stage[i] == 0 || (cancelled && !found_cancelled))
			continue;
		/* Cancelled ones give way to any other. */
		if (found == NO_STAGE || (found_cancelled && !cancelled) ||
			(rollup->rule == ROLLUP_LEAST ? stage < found : stage > found))
			found = stage;
		found_cancelled = cancelled;
	}
	return found;
}

/* Whether every part that holds the whole's stage is under a layer. */
static bool
is_under_layer(const Rollup *rollup, int whole_stage, int layer)
{
	if (rollup->under_layer[whole_stage * rollup->num_layers + layer] < rollup->in_stage[whole_stage])
		return false;
	if (whole_stage != rollup->first_on_clock)
		return true;
	for (int i = 0; i < rollup->num_stages; i++)
	{
		if (is_advanced(rollup, i) &&
			rollup->under_layer[i * rollup->num_layers + layer] < rollup->in_stage[i])
			return false;
	}
	return true;
}

static void
add_event(Rollup *rollup, int64 at, WorkflowText text)
{
	StateName	name = {workflow_text(rollup->workflow, text), text.len};

	timeline_builder_event(&rollup->builder, at, timeline_builder_name(&rollup->builder, name));
}

/* Whether an event of this instant ends a layer. */
static bool
is_ended_now(const Rollup *rollup, int layer)
{
	for (uint32 i = rollup->first_of_instant; i < rollup->builder.num_events; i++)
	{
		StateName	name = rollup->builder.names[rollup->builder.events[i].state];
		const WorkflowState *state = workflow_states(rollup->workflow) +
			workflow_find_state(rollup->workflow, name.data, name.len);

		for (int j = 0; j < state->num_ends; j++)
		{
			if (workflow_ends(rollup->workflow)[state->first_end + j] == layer)
				return true;
		}
	}
	return false;
}

/* Writes how the whole has changed at an instant. */
static void
write_whole(Rollup *rollup, int64 at)
{
	int			stage = find_whole_stage(rollup);
	bool		again;

	if (stage == NO_STAGE)
		return;
	rollup->first_of_instant = rollup->builder.num_events;
	if (stage != rollup->whole_stage)
		add_event(rollup, at, rollup->stages[stage].name);
	rollup->whole_stage = stage;
	for (int i = 0; i < rollup->num_layers; i++)
	{
		rollup->next_layers[i] = is_under_layer(rollup, stage, i);
		if (rollup->next_layers[i] && !rollup->whole_layers[i])
			add_event(rollup, at, rollup->stages[rollup->layer_stages[i]].name);
		else if (!rollup->next_layers[i] && rollup->whole_layers[i])
			add_event(rollup, at, workflow_states(rollup->workflow)[rollup->layer_ends[i]].name);
	}

	/* What holds on but would be read as ended begins anew, which may end others. */
	do
	{
		again = false;
		for (int i = 0; i < rollup->num_layers; i++)
		{
			CHECK_FOR_INTERRUPTS();
			if (rollup->next_layers[i] && rollup->whole_layers[i] && is_ended_now(rollup, i))
			{
				add_event(rollup, at, rollup->stages[rollup->layer_stages[i]].name);
				rollup->whole_layers[i] = false;
				again = true;
			}
		}
	} while (again);
	memcpy(rollup->whole_layers, rollup->next_layers, sizeof(bool) * rollup->num_layers);
}

static void *
zeroed(Size count, Size size)
{
	return palloc_extended(Max(count * size, 1), MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
}

static void
begin_rollup(Rollup *rollup, const Workflow *workflow, RollupRule rule, uint32 num_parts)
{
	int			first_done = NO_STAGE;

	memset(rollup, 0, sizeof(Rollup));
	rollup->workflow = workflow;
	rollup->stages = workflow_stages(workflow);
	rollup->rule = rule;
	rollup->num_stages = workflow->num_stages;
	rollup->num_layers = workflow->num_layers;
	rollup->layer_ends = zeroed(workflow->num_layers, sizeof(uint16));
	rollup->layer_stages = zeroed(workflow->num_layers, sizeof(uint16));
	rollup_layer_ends(workflow, rollup->layer_ends);
	rollup->first_on_clock = NO_STAGE;
	for (int i = 0; i < rollup->num_stages; i++)
	{
		StageClass	stage_class = rollup->stages[i].stage_class;

		if (rollup->stages[i].layer >= 0)
			rollup->layer_stages[rollup->stages[i].layer] = i;
		if (rollup->first_on_clock == NO_STAGE &&
			(stage_class == CLASS_ACTIVE || stage_class == CLASS_WAITING))
			rollup->first_on_clock = i;
		if (first_done == NO_STAGE && stage_class == CLASS_DONE)
			first_done = i;
	}
	if (rollup->first_on_clock == NO_STAGE)
		rollup->first_on_clock = first_done;

	rollup->max_changes = 64;
	rollup->changes = palloc(sizeof(PartChange) * rollup->max_changes);
	rollup->part_stage = zeroed(num_parts, sizeof(int16));
	for (uint32 i = 0; i < num_parts; i++)
		rollup->part_stage[i] = NO_STAGE;
	rollup->part_layers = zeroed((Size) num_parts * rollup->num_layers, sizeof(bool));
	rollup->in_stage = zeroed(rollup->num_stages, sizeof(uint32));
	rollup->under_layer = zeroed((Size) rollup->num_stages * rollup->num_layers, sizeof(uint32));
	rollup->whole_stage = NO_STAGE;
	rollup->whole_layers = zeroed(rollup->num_layers, sizeof(bool));
	rollup->next_layers = zeroed(rollup->num_layers, sizeof(bool));
	timeline_builder_init(&rollup->builder, 32);
}

Timeline *
rollup_parts(const Workflow *workflow, RollupRule rule, const Timeline *const *parts, uint32 num_parts)
{
	Rollup		rollup;

	begin_rollup(&rollup, workflow, rule, num_parts);
	for (uint32 i = 0; i < num_parts; i++)
	{
		read_part(&rollup, parts[i], i);
		CHECK_FOR_INTERRUPTS();
	}
	sort_changes(rollup.changes, rollup.num_changes);
	for (uint32 i = 0; i < rollup.num_changes; i++)
	{
		CHECK_FOR_INTERRUPTS();
		apply_change(&rollup, &rollup.changes[i]);
		if (i + 1 == rollup.num_changes || rollup.changes[i + 1].at != rollup.changes[i].at)
			write_whole(&rollup, rollup.changes[i].at);
	}
	return timeline_builder_finish(&rollup.builder);
}
