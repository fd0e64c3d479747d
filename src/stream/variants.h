/*
 * variants.h
 *		The state of vsm.variants: the ways that items take through their stages, how many items
 *		took each, and how long.
 *
 * One flat varlena, changed in place: workflow, variants with a hash table of them, the stages of
 * all their paths, and the flow times of done items in the order in which they came, each with the
 * number of its variant. When a part is full, all is moved into a state in which that part is twice
 * as large. Flow times are kept one by one, since percentiles are of all of them.
 */
#ifndef VSM_VARIANTS_H
#define VSM_VARIANTS_H

#include "item/item.h"
#include "stream/group_state.h"

/* One way: the stages visited, in order. */
typedef struct Variant
{
	uint32		first_stage;	/* of its path, in the stages of the state */
	uint32		num_stages;		/* at least 1 */
	uint32		hash;
	uint32		unused;			/* always zero */
	int64		items;
	int64		open_items;
	int64		done_items;		/* that many flow times it has */
} Variant;

typedef struct VariantsState
{
	FlatState	flat;
	uint32		num_variants;
	uint32		max_variants;	/* the hash table has twice as many slots; a power of two */
	uint32		num_stages;		/* of all paths together */
	uint32		max_stages;
	uint32		num_times;
	uint32		max_times;
	uint32		workflow_offset;
	uint32		variants_offset;	/* Variant[max_variants] */
	uint32		slots_offset;	/* uint32: number + 1, 0 for free */
	uint32		times_offset;	/* int64[max_times]: microseconds */
	uint32		owners_offset;	/* uint32[max_times]: whose flow times they are */
	uint32		stages_offset;	/* int16[max_stages]: stages, UNMAPPED_STAGE among them */
} VariantsState;

static inline const Workflow *
variants_workflow(const VariantsState *state)
{
	return (const Workflow *) ((const char *) state + state->workflow_offset);
}

static inline Variant *
variants_list(const VariantsState *state)
{
	return (Variant *) ((char *) state + state->variants_offset);
}

/* The stages of a variant's path. */
static inline const int16 *
variant_path(const VariantsState *state, const Variant *variant)
{
	return (const int16 *) ((const char *) state + state->stages_offset) + variant->first_stage;
}

/* What a state is checked for. */
extern const FlatFormat variants_format;

/* The name of the aggregate in messages. */
#define VARIANTS_NAME	"variants"

/* An empty state; the workflow is copied. */
extern VariantsState *variants_new(const Workflow *workflow);

/* The variant of a path, added if it is new; the state may have moved then. */
extern VariantsState *variants_find(VariantsState *state, const int16 *path, uint32 num_stages, uint32 *number);

/*
 * Counts items of a variant; the two may move the state. 22003 beyond bigint, 54000 beyond 1 GB.
 * A flow time comes on top of the item that it is of.
 */
extern void variants_count(VariantsState *state, uint32 number, int64 items, int64 open_items);
extern VariantsState *variants_add_time(VariantsState *state, uint32 number, int64 time);

/* Counts one item; what has no visit is none. */
extern VariantsState *variants_add_item(VariantsState *state, const Timeline *timeline);

/* Adds what another state counted, of other items. */
extern VariantsState *variants_add_state(VariantsState *state, const VariantsState *other);

/*
 * All flow times variant by variant, each variant's in the order in which they came: those of
 * variant i begin at (*starts)[i] and end at (*starts)[i + 1].
 */
extern int64 *variants_times(const VariantsState *state, uint32 **starts);

/* The same workflow? Raises 22023 if it is not. */
extern void variants_check(const VariantsState *state, const Workflow *workflow);

#endif							/* VSM_VARIANTS_H */
