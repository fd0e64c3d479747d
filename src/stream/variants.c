/*
 * variants.c
 *		The state of vsm.variants: the ways that items take through their stages.
 */
#include "postgres.h"

#include "base/compat.h"
#include "item/flow_metrics.h"
#include "miscadmin.h"
#include "stream/variants.h"
#include "utils/memutils.h"

const FlatFormat variants_format = {"vsm.variants_state", VARIANTS_KIND, GROUP_STATE_VERSION};

/* What a usual stream needs at first; the first is a power of two. */
#define FIRST_MAX_VARIANTS	64
#define FIRST_MAX_STAGES	512
#define FIRST_MAX_TIMES		256

static inline uint32 *
slots_of(const VariantsState *state)
{
	return (uint32 *) ((char *) state + state->slots_offset);
}

static inline int16 *
stages_of(const VariantsState *state)
{
	return (int16 *) ((char *) state + state->stages_offset);
}

static inline int64 *
times_of(const VariantsState *state)
{
	return (int64 *) ((char *) state + state->times_offset);
}

static inline uint32 *
owners_of(const VariantsState *state)
{
	return (uint32 *) ((char *) state + state->owners_offset);
}

/* An empty state with room for so much. */
static VariantsState *
make_state(const Workflow *workflow, uint64 max_variants, uint64 max_stages, uint64 max_times)
{
	uint64		size = MAXALIGN(sizeof(VariantsState));
	VariantsState header = {0};
	VariantsState *state;

	header.workflow_offset = (uint32) size;
	size = MAXALIGN(size + VARSIZE(workflow));
	header.variants_offset = (uint32) size;
	size += sizeof(Variant) * max_variants;
	header.times_offset = (uint32) size;
	size += sizeof(int64) * max_times;
	header.slots_offset = (uint32) size;
	size += sizeof(uint32) * 2 * max_variants;
	header.owners_offset = (uint32) size;
	size += sizeof(uint32) * max_times;
	header.stages_offset = (uint32) size;
	size += sizeof(int16) * max_stages;
	if (size > MaxAllocSize)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("too much data for one group"),
				 errdetail("The variants and their flow times would take more than %d bytes.", (int) MaxAllocSize)));

	state = (VariantsState *) flat_state_new(size, size, &variants_format);
	header.flat = state->flat;
	header.max_variants = (uint32) max_variants;
	header.max_stages = (uint32) max_stages;
	header.max_times = (uint32) max_times;
	*state = header;
	memcpy((char *) state + state->workflow_offset, workflow, VARSIZE(workflow));
	return state;
}

VariantsState *
variants_new(const Workflow *workflow)
{
	return make_state(workflow, FIRST_MAX_VARIANTS, FIRST_MAX_STAGES, FIRST_MAX_TIMES);
}

static void
enter_slot(const VariantsState *state, uint32 hash, uint32 number)
{
	uint32	   *slots = slots_of(state);
	uint32		mask = state->max_variants * 2 - 1;
	uint32		slot = hash & mask;

	while (slots[slot] != 0)
		slot = (slot + 1) & mask;
	slots[slot] = number + 1;
}

/* A copy with room for more. The old one is not freed: the executor does that. */
static pg_noinline VariantsState *
grow(const VariantsState *old, uint64 max_variants, uint64 max_stages, uint64 max_times)
{
	VariantsState *state = make_state(variants_workflow(old), max_variants, max_stages, max_times);

	state->num_variants = old->num_variants;
	state->num_stages = old->num_stages;
	state->num_times = old->num_times;
	memcpy(variants_list(state), variants_list(old), sizeof(Variant) * old->num_variants);
	memcpy(stages_of(state), stages_of(old), sizeof(int16) * old->num_stages);
	memcpy(times_of(state), times_of(old), sizeof(int64) * old->num_times);
	memcpy(owners_of(state), owners_of(old), sizeof(uint32) * old->num_times);
	if (state->max_variants == old->max_variants)
		memcpy(slots_of(state), slots_of(old), sizeof(uint32) * 2 * old->max_variants);
	else
	{
		for (uint32 i = 0; i < state->num_variants; i++)
			enter_slot(state, variants_list(state)[i].hash, i);
	}
	return state;
}

static inline uint32
hash_path(const int16 *path, uint32 num_stages)
{
	uint64		hash = num_stages;

	for (uint32 i = 0; i < num_stages; i++)
		hash = (hash ^ (uint16) path[i]) * UINT64CONST(0x9E3779B97F4A7C15);
	return (uint32) (hash >> 32) ^ (uint32) (hash >> 7);
}

VariantsState *
variants_find(VariantsState *state, const int16 *path, uint32 num_stages, uint32 *number)
{
	uint32		hash = hash_path(path, num_stages);
	uint32		mask = state->max_variants * 2 - 1;
	const uint32 *slots = slots_of(state);
	Variant    *variant;

	for (uint32 slot = hash & mask; slots[slot] != 0; slot = (slot + 1) & mask)
	{
		*number = slots[slot] - 1;
		variant = &variants_list(state)[*number];
		if (variant->hash == hash && variant->num_stages == num_stages &&
			memcmp(variant_path(state, variant), path, sizeof(int16) * num_stages) == 0)
			return state;
	}

	if (state->num_variants == state->max_variants || num_stages > state->max_stages - state->num_stages)
	{
		uint64		max_stages = state->max_stages;

		while (num_stages > max_stages - state->num_stages)
			max_stages *= 2;
		state = grow(state, (uint64) state->max_variants * (state->num_variants == state->max_variants ? 2 : 1),
					 max_stages, state->max_times);
	}
	*number = state->num_variants++;
	variant = &variants_list(state)[*number];
	variant->first_stage = state->num_stages;
	variant->num_stages = num_stages;
	variant->hash = hash;
	memcpy(stages_of(state) + state->num_stages, path, sizeof(int16) * num_stages);
	state->num_stages += num_stages;
	enter_slot(state, hash, *number);
	return state;
}

void
variants_count(VariantsState *state, uint32 number, int64 items, int64 open_items)
{
	Variant    *variant = &variants_list(state)[number];

	flat_state_count(&variant->items, items, "items");
	flat_state_count(&variant->open_items, open_items, "items");
}

VariantsState *
variants_add_time(VariantsState *state, uint32 number, int64 time)
{
	if (unlikely(state->num_times == state->max_times))
		state = grow(state, state->max_variants, state->max_stages, (uint64) state->max_times * 2);
	times_of(state)[state->num_times] = time;
	owners_of(state)[state->num_times++] = number;
	variants_list(state)[number].done_items++;
	return state;
}

VariantsState *
variants_add_item(VariantsState *state, const Timeline *timeline)
{
	FlowItem	item;
	ClockTimes	times;
	int16		few_stages[ITEM_FEW];
	int16	   *path = few_stages;
	uint32		number;

	if (!item_read(&item, timeline, variants_workflow(state), PERIOD_UNBOUNDED))
		return state;
	if (item.num_visits > ITEM_FEW)
		path = palloc_extended(sizeof(int16) * (Size) item.num_visits, MCXT_ALLOC_HUGE);
	for (int i = 0; i < item.num_visits; i++)
		path[i] = item.visits[i].stage;
	state = variants_find(state, path, item.num_visits, &number);
	variants_count(state, number, 1, item.outcome == OUTCOME_OPEN);
	if (item.outcome != OUTCOME_DONE)
		return state;
	clock_times_read(&item, NULL, &times);
	return variants_add_time(state, number, times.total.microseconds);
}

VariantsState *
variants_add_state(VariantsState *state, const VariantsState *other)
{
	uint32	   *numbers = palloc_extended(sizeof(uint32) * (Size) Max(other->num_variants, 1), MCXT_ALLOC_HUGE);

	for (uint32 i = 0; i < other->num_variants; i++)
	{
		const Variant *theirs = &variants_list(other)[i];

		state = variants_find(state, variant_path(other, theirs), theirs->num_stages, &numbers[i]);
		variants_count(state, numbers[i], theirs->items, theirs->open_items);
		if ((i & 0xffff) == 0)
			CHECK_FOR_INTERRUPTS();
	}
	for (uint32 i = 0; i < other->num_times; i++)
	{
		state = variants_add_time(state, numbers[owners_of(other)[i]], times_of(other)[i]);
		if ((i & 0xffff) == 0)
			CHECK_FOR_INTERRUPTS();
	}
	pfree(numbers);
	return state;
}

int64 *
variants_times(const VariantsState *state, uint32 **starts)
{
	int64	   *sorted = palloc_extended(sizeof(int64) * (Size) Max(state->num_times, 1), MCXT_ALLOC_HUGE);
	uint32	   *next = palloc_extended(sizeof(uint32) * ((Size) state->num_variants + 1), MCXT_ALLOC_HUGE);
	uint32		first = 0;

	/* Where each variant's next one goes: in the end, where those of the one behind it begin. */
	next[0] = 0;
	for (uint32 i = 0; i < state->num_variants; i++)
	{
		next[i + 1] = first;
		first += (uint32) variants_list(state)[i].done_items;
	}
	for (uint32 i = 0; i < state->num_times; i++)
		sorted[next[owners_of(state)[i] + 1]++] = times_of(state)[i];
	*starts = next;
	return sorted;
}

void
variants_check(const VariantsState *state, const Workflow *workflow)
{
	if (!group_same_value(variants_workflow(state), workflow))
		group_config_differs(VARIANTS_NAME, "workflow");
}
