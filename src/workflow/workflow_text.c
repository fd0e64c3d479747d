/*
 * workflow_text.c
 *		The JSON form of workflows, and the words in it.
 */
#include "postgres.h"

#include "base/compat.h"
#include "utils/json.h"
#include "workflow/workflow_text.h"

static const char *const class_names[] = {
	"new", "active", "waiting", "blocked", "done", "cancelled", NULL
};
static const char *const start_names[] = {"committed", "active", "created", NULL};
static const char *const reopen_names[] = {"continue", "pause", "first", NULL};
static const char *const backward_names[] = {"keep", "erase", NULL};
static const char *const unmapped_names[] = {"waiting", "ignore", "error", NULL};

static const char *const workflow_keys[] = {
	"stages", "start", "reopen", "backward", "unmapped", NULL
};
static const char *const stage_keys[] = {
	"name", "class", "states", "phase", "waiting_for", "owner", "limit", "until", NULL
};

const char *
stage_class_name(StageClass stage_class)
{
	return class_names[stage_class];
}

/* The place of a word in a list of words, or -1. */
static int
find_word(const char *const *words, const char *word)
{
	for (int i = 0; words[i] != NULL; i++)
	{
		if (strcmp(words[i], word) == 0)
			return i;
	}
	return -1;
}

bool
stage_class_parse(const char *name, StageClass *stage_class)
{
	int			found = find_word(class_names, name);

	*stage_class = Max(found, 0);
	return found >= 0;
}

/* All words of a list, for messages. */
static char *
list_words(const char *const *words)
{
	StringInfoData buf;

	initStringInfo(&buf);
	for (int i = 0; words[i] != NULL; i++)
		appendStringInfo(&buf, "%s\"%s\"", i == 0 ? "" : words[i + 1] == NULL ? " or " : ", ", words[i]);
	return buf.data;
}

/*----------
 * Reading JSON.
 *----------
 */

/* An optional string that is not empty. */
static bool
read_text(const JsonTree *stage, const char *key, char **value, InputError *error)
{
	JsonTree   *member = json_tree_member(stage, key);

	*value = NULL;
	if (member == NULL)
		return true;
	if (member->type != JSON_TREE_STRING)
		return input_error(error, "Key \"%s\" of a stage must be a string, not %s.",
						   key, json_tree_type_name(member));
	if (member->text[0] == '\0')
		return input_error(error, "Key \"%s\" of a stage is empty.", key);
	*value = member->text;
	return true;
}

/* An optional array of strings that are not empty. */
static bool
read_names(const JsonTree *stage, const char *key, const char *stage_name,
		   char ***names, int *num_names, InputError *error)
{
	JsonTree   *member = json_tree_member(stage, key);

	*names = NULL;
	*num_names = 0;
	if (member == NULL)
		return true;
	if (member->type != JSON_TREE_ARRAY)
		return input_error(error, "Key \"%s\" of stage \"%s\" must be an array, not %s.",
						   key, stage_name, json_tree_type_name(member));
	*names = palloc(sizeof(char *) * Max(member->num_children, 1));
	for (JsonTree *name = member->first_child; name != NULL; name = name->next)
	{
		if (name->type != JSON_TREE_STRING)
			return input_error(error, "Key \"%s\" of stage \"%s\" must hold strings, not %s.",
							   key, stage_name, json_tree_type_name(name));
		if (name->text[0] == '\0')
			return input_error(error, "Key \"%s\" of stage \"%s\" has an empty name.", key, stage_name);
		(*names)[(*num_names)++] = name->text;
	}
	return true;
}

static bool
read_limit(const JsonTree *stage, StageSource *result, InputError *error)
{
	JsonTree   *member = json_tree_member(stage, "limit");

	result->limit = 0;
	if (member == NULL)
		return true;
	if (member->type == JSON_TREE_NUMBER)
	{
		/* In JSON 1000, 1e3 and 1000.0 are one number, and jsonb writes it in its own way. */
		double		limit = strtod(member->text, NULL);

		if (limit >= 1 && limit <= PG_INT32_MAX && limit == (int32) limit)
		{
			result->limit = (int32) limit;
			return true;
		}
	}
	return input_error(error, "The limit of stage \"%s\" must be a whole number of at least 1.",
					   result->name);
}

static bool
read_stage(const JsonTree *stage, StageSource *result, InputError *error)
{
	char	   *class_name;

	if (stage->type != JSON_TREE_OBJECT)
		return input_error(error, "A stage must be an object, not %s.", json_tree_type_name(stage));
	if (!json_tree_check_keys(stage, stage_keys, "a stage", error) ||
		!read_text(stage, "name", &result->name, error))
		return false;
	if (result->name == NULL)
		return input_error(error, "A stage has no name.");
	if (!read_text(stage, "class", &class_name, error) ||
		!read_text(stage, "phase", &result->phase, error) ||
		!read_text(stage, "waiting_for", &result->waiting_for, error) ||
		!read_text(stage, "owner", &result->owner, error) ||
		!read_names(stage, "states", result->name, &result->states, &result->num_states, error) ||
		!read_names(stage, "until", result->name, &result->until, &result->num_until, error) ||
		!read_limit(stage, result, error))
		return false;
	if (class_name == NULL)
		return input_error(error, "Stage \"%s\" has no class.", result->name);
	if (!stage_class_parse(class_name, &result->stage_class))
		return input_error(error, "Stage \"%s\" has the unknown class \"%s\"; a class is %s.",
						   result->name, class_name, list_words(class_names));
	return true;
}

/* Sets one rule from its word, unless that is NULL. */
static bool
set_rule(const char *rule, const char *const *words, const char *word, int *value,
		 InputError *error)
{
	if (word == NULL)
		return true;
	*value = find_word(words, word);
	if (*value < 0)
		return input_error(error, "Rule \"%s\" has the unknown value \"%s\"; it is %s.",
						   rule, word, list_words(words));
	return true;
}

bool
workflow_set_rules(WorkflowSource *source, const char *start, const char *reopen,
				   const char *backward, const char *unmapped, InputError *error)
{
	int			start_value = source->start;
	int			reopen_value = source->reopen;
	int			backward_value = source->backward;
	int			unmapped_value = source->unmapped;

	if (!set_rule("start", start_names, start, &start_value, error) ||
		!set_rule("reopen", reopen_names, reopen, &reopen_value, error) ||
		!set_rule("backward", backward_names, backward, &backward_value, error) ||
		!set_rule("unmapped", unmapped_names, unmapped, &unmapped_value, error))
		return false;
	source->start = start_value;
	source->reopen = reopen_value;
	source->backward = backward_value;
	source->unmapped = unmapped_value;
	return true;
}

static bool
read_rule(const JsonTree *workflow, const char *rule, char **word, InputError *error)
{
	JsonTree   *member = json_tree_member(workflow, rule);

	*word = NULL;
	if (member == NULL)
		return true;
	if (member->type != JSON_TREE_STRING)
		return input_error(error, "Rule \"%s\" must be a string, not %s.",
						   rule, json_tree_type_name(member));
	*word = member->text;
	return true;
}

Workflow *
workflow_from_text(const char *json, int len, InputError *error)
{
	JsonTree   *tree = json_tree_parse(json, len, error);
	JsonTree   *stages;
	WorkflowSource source = {0};
	char	   *start,
			   *reopen,
			   *backward,
			   *unmapped;

	if (tree == NULL)
		return NULL;
	if (tree->type != JSON_TREE_OBJECT)
	{
		input_error(error, "A workflow is an object with the key \"stages\", not %s.",
					json_tree_type_name(tree));
		return NULL;
	}
	if (!json_tree_check_keys(tree, workflow_keys, "a workflow", error))
		return NULL;
	stages = json_tree_member(tree, "stages");
	if (stages == NULL || stages->type != JSON_TREE_ARRAY || stages->num_children == 0)
	{
		input_error(error, "A workflow has at least one stage, in the array \"stages\".");
		return NULL;
	}
	source.stages = palloc0(sizeof(StageSource) * stages->num_children);
	for (JsonTree *stage = stages->first_child; stage != NULL; stage = stage->next)
	{
		if (!read_stage(stage, &source.stages[source.num_stages++], error))
			return NULL;
	}
	if (!read_rule(tree, "start", &start, error) ||
		!read_rule(tree, "reopen", &reopen, error) ||
		!read_rule(tree, "backward", &backward, error) ||
		!read_rule(tree, "unmapped", &unmapped, error) ||
		!workflow_set_rules(&source, start, reopen, backward, unmapped, error))
		return NULL;
	return workflow_compile(&source, error);
}

/*----------
 * Writing JSON.
 *----------
 */

static void
write_json_text(StringInfo buf, const char *key, const char *value)
{
	if (value == NULL)
		return;
	appendStringInfo(buf, ",\"%s\":", key);
	escape_json(buf, value);
}

static void
write_json_names(StringInfo buf, const char *key, char **names, int count)
{
	if (count == 0)
		return;
	appendStringInfo(buf, ",\"%s\":[", key);
	for (int i = 0; i < count; i++)
	{
		if (i > 0)
			appendStringInfoChar(buf, ',');
		escape_json(buf, names[i]);
	}
	appendStringInfoChar(buf, ']');
}

char *
workflow_to_text(const Workflow *workflow)
{
	WorkflowSource *source = workflow_source(workflow);
	StringInfoData buf;

	initStringInfo(&buf);
	appendStringInfoString(&buf, "{\"stages\":[");
	for (int i = 0; i < source->num_stages; i++)
	{
		const StageSource *stage = &source->stages[i];

		appendStringInfoString(&buf, i == 0 ? "{\"name\":" : ",{\"name\":");
		escape_json(&buf, stage->name);
		write_json_text(&buf, "class", class_names[stage->stage_class]);
		write_json_names(&buf, "states", stage->states, stage->num_states);
		write_json_names(&buf, "until", stage->until, stage->num_until);
		write_json_text(&buf, "phase", stage->phase);
		write_json_text(&buf, "waiting_for", stage->waiting_for);
		write_json_text(&buf, "owner", stage->owner);
		if (stage->limit > 0)
			appendStringInfo(&buf, ",\"limit\":%d", stage->limit);
		appendStringInfoChar(&buf, '}');
	}
	appendStringInfo(&buf, "],\"start\":\"%s\",\"reopen\":\"%s\",\"backward\":\"%s\",\"unmapped\":\"%s\"}",
					 start_names[source->start], reopen_names[source->reopen],
					 backward_names[source->backward], unmapped_names[source->unmapped]);
	return buf.data;
}
