/*
 * variants_sql.c
 *		The aggregate vsm.variants: the ways that items take through their stages, the most usual
 *		first.
 */
#include "postgres.h"

#include <math.h>

#include "base/compat.h"
#include "base/duration.h"
#include "base/rows_sql.h"
#include "catalog/pg_type.h"
#include "item/item_sql.h"
#include "miscadmin.h"
#include "stream/group_state_sql.h"
#include "stream/variants.h"
#include "timeline/timeline_io.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

PG_FUNCTION_INFO_V1(vsm_variants_add);
PG_FUNCTION_INFO_V1(vsm_variants_combine);
PG_FUNCTION_INFO_V1(vsm_variants_finish);

#define ST_SORT sort_times
#define ST_ELEMENT_TYPE int64
#define ST_COMPARE(a, b) (*(a) < *(b) ? -1 : *(a) > *(b))
#define ST_SCOPE static
#define ST_DEFINE
#define ST_CHECK_FOR_INTERRUPTS
#include "lib/sort_template.h"

/* add(state, timeline, workflow): the transition function. A NULL timeline is no item. */
Datum
vsm_variants_add(PG_FUNCTION_ARGS)
{
	bool		given = !PG_ARGISNULL(2);
	VariantsState *state = (VariantsState *)
		group_state_get(fcinfo, given, &variants_format, VARIANTS_NAME);
	const Workflow *workflow;

	if (!given)
		PG_RETURN_POINTER(state);
	workflow = item_workflow(fcinfo, 2);
	if (state == NULL)
		state = variants_new(workflow);
	else
		variants_check(state, workflow);
	if (!PG_ARGISNULL(1))
		state = variants_add_item(state, PG_GETARG_TIMELINE(1));
	PG_RETURN_POINTER(state);
}

Datum
vsm_variants_combine(PG_FUNCTION_ARGS)
{
	FlatState  *state;
	const FlatState *other_flat;
	Datum		result;

	if (group_state_combine(fcinfo, &variants_format, VARIANTS_NAME, &state, &other_flat, &result))
	{
		const VariantsState *other = (const VariantsState *) other_flat;

		variants_check((VariantsState *) state, variants_workflow(other));
		result = PointerGetDatum(variants_add_state((VariantsState *) state, other));
	}
	if (result == (Datum) 0)
		PG_RETURN_NULL();
	PG_RETURN_DATUM(result);
}

/*----------
 * Result.
 *----------
 */

/* The names of stages as text, and their places in byte order; (unmapped) stands first. */
typedef struct StageNames
{
	const VariantsState *state;
	Datum	   *texts;
	uint32	   *ranks;
} StageNames;

static void
make_stage_names(const VariantsState *state, StageNames *stages)
{
	const Workflow *workflow = variants_workflow(state);
	uint32		count = workflow->num_stages + 1;
	StateName  *names = palloc(sizeof(StateName) * count);
	uint32	   *order = palloc(sizeof(uint32) * count);

	stages->state = state;
	stages->texts = palloc(sizeof(Datum) * count);
	stages->ranks = palloc(sizeof(uint32) * count);
	for (uint32 i = 0; i < count; i++)
	{
		if (i == 0)
			names[i] = (StateName) {UNMAPPED_STAGE_NAME, strlen(UNMAPPED_STAGE_NAME)};
		else
		{
			WorkflowText name = workflow_stages(workflow)[i - 1].name;

			names[i] = (StateName) {workflow_text(workflow, name), name.len};
		}
		stages->texts[i] = PointerGetDatum(cstring_to_text_with_len(names[i].data, names[i].len));
		order[i] = i;
	}
	state_name_sort(names, order, count);
	for (uint32 i = 0; i < count; i++)
		stages->ranks[order[i]] = i;
}

/* The most items first, then paths by the bytes of their stages, as ORDER BY path COLLATE "C". */
static int
compare_variants(const void *a, const void *b, void *arg)
{
	const StageNames *stages = arg;
	const Variant *variant_a = &variants_list(stages->state)[*(const uint32 *) a];
	const Variant *variant_b = &variants_list(stages->state)[*(const uint32 *) b];
	const int16 *path_a = variant_path(stages->state, variant_a);
	const int16 *path_b = variant_path(stages->state, variant_b);

	CHECK_FOR_INTERRUPTS();
	if (variant_a->items != variant_b->items)
		return variant_a->items > variant_b->items ? -1 : 1;
	for (uint32 i = 0; i < variant_a->num_stages && i < variant_b->num_stages; i++)
	{
		if (path_a[i] != path_b[i])
			return stages->ranks[path_a[i] + 1] < stages->ranks[path_b[i] + 1] ? -1 : 1;
	}
	return variant_a->num_stages < variant_b->num_stages ? -1 : variant_a->num_stages > variant_b->num_stages;
}

static Datum
path_array(const StageNames *stages, const Variant *variant)
{
	const int16 *path = variant_path(stages->state, variant);
	Datum	   *elements = palloc_extended(sizeof(Datum) * (Size) variant->num_stages, MCXT_ALLOC_HUGE);
	ArrayType  *array;

	for (uint32 i = 0; i < variant->num_stages; i++)
		elements[i] = stages->texts[path[i] + 1];
	array = construct_array(elements, variant->num_stages, TEXTOID, -1, false, TYPALIGN_INT);
	pfree(elements);
	return PointerGetDatum(array);
}

/*
 * percentile_cont over sorted times, of which there is at least one, by the same functions for
 * intervals that it calls.
 */
static Datum
percentile(const int64 *times, uint32 count, double p)
{
	double		place = p * (count - 1);
	Datum		low = IntervalPGetDatum(duration_to_interval(times[(uint32) floor(place)], true));
	Datum		high = IntervalPGetDatum(duration_to_interval(times[(uint32) ceil(place)], true));

	if (floor(place) == ceil(place))
		return low;
	high = DirectFunctionCall2(interval_mi, high, low);
	high = DirectFunctionCall2(interval_mul, high, Float8GetDatum(place - floor(place)));
	return DirectFunctionCall2(interval_pl, high, low);
}

/* The final function: vsm.variant_row[], the most usual first. */
Datum
vsm_variants_finish(PG_FUNCTION_ARGS)
{
	const VariantsState *state;
	StageNames	stages;
	uint32	   *order;
	uint32	   *starts;
	int64	   *times;
	int64		total = 0;
	int64		so_far = 0;
	Rows		result;

	state = (const VariantsState *) group_state_final(fcinfo, &variants_format);
	if (state == NULL)
		PG_RETURN_NULL();
	make_stage_names(state, &stages);
	order = palloc_extended(sizeof(uint32) * (Size) Max(state->num_variants, 1), MCXT_ALLOC_HUGE);
	for (uint32 i = 0; i < state->num_variants; i++)
	{
		order[i] = i;
		flat_state_count(&total, variants_list(state)[i].items, "items");
	}
	qsort_arg(order, state->num_variants, sizeof(uint32), compare_variants, &stages);
	times = variants_times(state, &starts);

	rows_begin_array(fcinfo, &result, state->num_variants);
	for (uint32 i = 0; i < state->num_variants; i++)
	{
		const Variant *variant = &variants_list(state)[order[i]];
		int64	   *own = times + starts[order[i]];
		uint32		count = starts[order[i] + 1] - starts[order[i]];
		Datum		values[7] = {0};
		bool		nulls[7] = {false};

		so_far += variant->items;
		values[0] = path_array(&stages, variant);
		values[1] = Int64GetDatum(variant->items);
		values[2] = Float8GetDatum((double) variant->items / (double) total);
		values[3] = Float8GetDatum((double) so_far / (double) total);
		values[4] = Int64GetDatum(variant->open_items);
		nulls[5] = nulls[6] = count == 0;
		if (count > 0)
		{
			sort_times(own, count);
			values[5] = percentile(own, count, 0.5);
			values[6] = percentile(own, count, 0.85);
		}
		rows_add(&result, values, nulls);
		pfree(DatumGetPointer(values[0]));
	}
	return rows_end(&result);
}
