/*
 * group_state_text.c
 *		The text form of states of the aggregates over many timelines.
 */
#include "postgres.h"

#include "base/compat.h"
#include "base/timestamp_text.h"
#include "stream/group_state_text.h"
#include "utils/json.h"
#include "workflow/workflow_text.h"

void
group_text_key(StringInfo buf, const char *key)
{
	appendStringInfo(buf, "%s\"%s\":", buf->data[buf->len - 1] == '{' ? "" : ",", key);
}

void
group_text_string(StringInfo buf, const char *key, const char *value)
{
	group_text_key(buf, key);
	escape_json(buf, value);
}

FlatState *
group_state_from_text(const char *text, int len, const FlatFormat *format,
					  const char *const *keys, GroupStateParser parse, InputError *error)
{
	JsonTree   *root = json_tree_parse(text, len, error);
	const char *const *key = keys;

	if (root == NULL)
		return NULL;
	if (root->type == JSON_TREE_NULL)
		return group_state_unknown(format);
	if (root->type != JSON_TREE_OBJECT)
	{
		input_error(error, "It must be an object or null, not %s.", json_tree_type_name(root));
		return NULL;
	}
	if (!json_tree_check_keys(root, keys, "a state", error))
		return NULL;
	while (*key != NULL && json_tree_member(root, *key) != NULL)
		key++;
	if (*key != NULL)
	{
		input_error(error, "The state has no \"%s\".", *key);
		return NULL;
	}
	return parse(root, error);
}

bool
group_read_int64(const JsonTree *node, int64 *value, InputError *error)
{
	char	   *end;

	if (node->type != JSON_TREE_NUMBER)
		return input_error(error, "There must be a number in place of %s.", json_tree_type_name(node));
	errno = 0;
	*value = strtoi64(node->text, &end, 10);
	if (errno != 0 || *end != '\0')
		return input_error(error, "%s is not an integer in range.", node->text);
	return true;
}

bool
group_read_numbers(const JsonTree *array, int count, int64 *values, InputError *error)
{
	const JsonTree *node;

	if (array->type != JSON_TREE_ARRAY || array->num_children != count)
		return input_error(error, "There must be an array of %d numbers in place of %s.", count,
						   json_tree_type_name(array));
	for (node = array->first_child; node != NULL; node = node->next)
	{
		if (!group_read_int64(node, values++, error))
			return false;
	}
	return true;
}

bool
group_read_string(const JsonTree *node, const char **value, InputError *error)
{
	if (node->type != JSON_TREE_STRING)
		return input_error(error, "There must be a string in place of %s.", json_tree_type_name(node));
	*value = node->text;
	return true;
}

bool
group_read_timestamp(const JsonTree *node, int64 *value, InputError *error)
{
	const char *text = NULL;
	const char *problem;

	if (!group_read_string(node, &text, error))
		return false;
	problem = timestamp_text_parse(text, strlen(text), value);
	if (problem != NULL)
		return input_error(error, "\"%s\": %s", text, problem);
	return true;
}

Workflow *
group_read_workflow(const JsonTree *node, InputError *error)
{
	const char *text = NULL;

	if (!group_read_string(node, &text, error))
		return NULL;
	return workflow_from_text(text, strlen(text), error);
}
