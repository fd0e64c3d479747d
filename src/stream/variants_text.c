/*
 * variants_text.c
 *		The text form of the state of vsm.variants: the workflow, and variants as [stages, items,
 *		open items, flow times in microseconds]; stages are numbers from 0 on, -1 is (unmapped).
 */
#include "postgres.h"

#include "base/compat.h"
#include "miscadmin.h"
#include "stream/group_state_text.h"
#include "stream/variants_text.h"
#include "workflow/workflow_text.h"

static const char *const state_keys[] = {"workflow", "variants", NULL};

char *
variants_to_text(const FlatState *flat)
{
	const VariantsState *state = (const VariantsState *) flat;
	StringInfoData buf;
	uint32	   *starts;
	int64	   *times;

	if (group_state_is_unknown(flat))
		return pstrdup("null");
	times = variants_times(state, &starts);
	initStringInfo(&buf);
	appendStringInfoChar(&buf, '{');
	group_text_string(&buf, "workflow", workflow_to_text(variants_workflow(state)));
	group_text_key(&buf, "variants");
	appendStringInfoChar(&buf, '[');
	for (uint32 i = 0; i < state->num_variants; i++)
	{
		const Variant *variant = &variants_list(state)[i];
		const int16 *path = variant_path(state, variant);

		appendStringInfoString(&buf, i > 0 ? ",[[" : "[[");
		for (uint32 j = 0; j < variant->num_stages; j++)
			appendStringInfo(&buf, "%s%d", j > 0 ? "," : "", path[j]);
		appendStringInfo(&buf, "]," INT64_FORMAT "," INT64_FORMAT ",[", variant->items, variant->open_items);
		for (uint32 j = starts[i]; j < starts[i + 1]; j++)
			appendStringInfo(&buf, "%s" INT64_FORMAT, j > starts[i] ? "," : "", times[j]);
		appendStringInfoString(&buf, "]]");
		if ((i & 0xfff) == 0)
			CHECK_FOR_INTERRUPTS();
	}
	appendStringInfoString(&buf, "]}");
	return buf.data;
}

static bool
read_path(const JsonTree *array, const Workflow *workflow, int16 **path, InputError *error)
{
	int16	   *next;

	if (array->type != JSON_TREE_ARRAY || array->num_children == 0)
		return input_error(error, "The stages of a variant must be an array that is not empty.");
	next = *path = palloc_extended(sizeof(int16) * (Size) array->num_children, MCXT_ALLOC_HUGE);
	for (const JsonTree *node = array->first_child; node != NULL; node = node->next)
	{
		int64		stage;

		if (!group_read_int64(node, &stage, error))
			return false;
		if (stage < UNMAPPED_STAGE || stage >= workflow->num_stages)
			return input_error(error, "The workflow has no stage of the number " INT64_FORMAT ".", stage);
		*next++ = (int16) stage;
	}
	return true;
}

static bool
read_variant(VariantsState **state, const JsonTree *array, InputError *error)
{
	const JsonTree *node = array->first_child;
	uint32		num_before = (*state)->num_variants;
	uint32		num_stages;
	int16	   *path = NULL;
	uint32		number;
	int64		items;
	int64		open_items;

	if (array->type != JSON_TREE_ARRAY || array->num_children != 4)
		return input_error(error, "A variant must be an array of its stages, items, open items and flow times.");
	num_stages = node->num_children;
	if (!read_path(node, variants_workflow(*state), &path, error) ||
		!group_read_int64(node = node->next, &items, error) ||
		!group_read_int64(node = node->next, &open_items, error))
		return false;
	node = node->next;
	if (node->type != JSON_TREE_ARRAY)
		return input_error(error, "The flow times of a variant must be an array, not %s.", json_tree_type_name(node));
	if (items <= 0 || open_items < 0 || open_items > items || node->num_children > items - open_items)
		return input_error(error, "The numbers of items of a variant do not agree.");
	*state = variants_find(*state, path, num_stages, &number);
	if (number != num_before)
		return input_error(error, "A variant stands twice in \"variants\".");
	variants_count(*state, number, items, open_items);
	for (const JsonTree *child = node->first_child; child != NULL; child = child->next)
	{
		int64		time;

		if (!group_read_int64(child, &time, error))
			return false;
		if (time < 0)
			return input_error(error, "A flow time is negative.");
		*state = variants_add_time(*state, number, time);
	}
	pfree(path);
	return true;
}

static FlatState *
parse_state(const JsonTree *object, InputError *error)
{
	const JsonTree *array = json_tree_member(object, "variants");
	Workflow   *workflow = group_read_workflow(json_tree_member(object, "workflow"), error);
	VariantsState *state;

	if (workflow == NULL)
		return NULL;
	if (array->type != JSON_TREE_ARRAY)
	{
		input_error(error, "\"variants\" must be an array, not %s.", json_tree_type_name(array));
		return NULL;
	}
	state = variants_new(workflow);
	for (const JsonTree *node = array->first_child; node != NULL; node = node->next)
	{
		if (!read_variant(&state, node, error))
			return NULL;
	}
	return &state->flat;
}

FlatState *
variants_from_text(const char *text, int len, InputError *error)
{
	return group_state_from_text(text, len, &variants_format, state_keys, parse_state, error);
}
