/*
 * group_state.c
 *		What the aggregates over many timelines share: their configuration, and the text form
 *		of their states.
 */
#include "postgres.h"

#include "base/compat.h"
#include "stream/group_state.h"
#include "base/timestamp_text.h"
#include "utils/builtins.h"
#include "utils/json.h"

void
group_config_differs(const char *aggregate, const char *argument)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("\"%s\" differs within one group", argument),
			 errdetail("All rows of a group must give vsm.%s the same \"%s\".", aggregate, argument),
			 errhint("Add what decides it to GROUP BY.")));
	pg_unreachable();
}

/* Some rows had a NULL among their configuration, which one is not known any more. */
static void
group_config_null_differs(const char *aggregate)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("configuration differs within one group"),
			 errdetail("A configuration argument of vsm.%s is NULL in some rows of a group, in others not.", aggregate),
			 errhint("Leave these rows out, or add what decides it to GROUP BY.")));
}

FlatState *
group_state_get(FunctionCallInfo fcinfo, bool given, uint8 kind, const char *aggregate)
{
	FlatState  *state;

	if (PG_ARGISNULL(0))
		return given ? NULL : flat_state_new(sizeof(FlatState), sizeof(FlatState), kind,
											 GROUP_STATE_VERSION);
	state = flat_state_get(fcinfo, 0, kind, GROUP_STATE_VERSION);
	if (group_state_is_unknown(state) == given)
		group_config_null_differs(aggregate);
	return state;
}

bool
group_state_combine(FunctionCallInfo fcinfo, uint8 kind, const char *aggregate,
					FlatState **state, const FlatState **other, Datum *result)
{
	*result = (Datum) 0;
	if (PG_ARGISNULL(1))
	{
		if (!PG_ARGISNULL(0))
			*result = PG_GETARG_DATUM(0);
		return false;
	}
	if (PG_ARGISNULL(0))
	{
		*result = PG_GETARG_DATUM(1);	/* the executor copies it */
		return false;
	}
	*state = flat_state_get(fcinfo, 0, kind, GROUP_STATE_VERSION);
	*other = flat_state_peek(PG_GETARG_DATUM(1), kind, GROUP_STATE_VERSION);
	if (group_state_is_unknown(*state) != group_state_is_unknown(*other))
		group_config_null_differs(aggregate);
	*result = PointerGetDatum(*state);
	return !group_state_is_unknown(*state);
}

bool
group_same_value(const void *stored, const void *given)
{
	Size		size = VARSIZE_ANY_EXHDR(given);

	return VARSIZE(stored) - VARHDRSZ == size &&
		memcmp(VARDATA(stored), VARDATA_ANY(given), size) == 0;
}

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

Datum
group_state_in(FunctionCallInfo fcinfo, const char *type_name, uint8 kind,
			   const char *const *keys, GroupStateParser parse)
{
	char	   *text = PG_GETARG_CSTRING(0);
	InputError	error = {0};
	JsonTree   *root = json_tree_parse(text, strlen(text), &error);
	FlatState  *state = NULL;

	if (root != NULL)
	{
		if (root->type == JSON_TREE_NULL)
			state = flat_state_new(sizeof(FlatState), sizeof(FlatState), kind, GROUP_STATE_VERSION);
		else if (root->type != JSON_TREE_OBJECT)
			input_error(&error, "It must be an object or null, not %s.", json_tree_type_name(root));
		else if (json_tree_check_keys(root, keys, "a state", &error))
		{
			const char *const *key = keys;

			while (*key != NULL && json_tree_member(root, *key) != NULL)
				key++;
			if (*key != NULL)
				input_error(&error, "The state has no \"%s\".", *key);
			else
				state = parse(root, &error);
		}
	}
	if (state == NULL)
		vsm_ereturn(VSM_ESCONTEXT(fcinfo), (Datum) 0,
					(errcode(error.sqlstate),
					 errmsg("invalid input syntax for type %s", type_name),
					 errdetail("%s", error.detail)));
	PG_RETURN_POINTER(state);
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
	return workflow_parse(text, strlen(text), error);
}
