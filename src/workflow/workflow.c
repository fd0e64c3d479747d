/*
 * workflow.c
 *		The interpretation of states: reading, checking, compiling and writing workflows.
 *
 * Pure core: the SQL-callable functions are in workflow_functions.c.
 */
#include "postgres.h"

#include "base/compat.h"
#include "utils/builtins.h"
#include "utils/json.h"
#include "workflow/workflow.h"

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

int
workflow_find_stage(const Workflow *workflow, const char *name, uint32 len)
{
	const WorkflowStage *stages = workflow_stages(workflow);

	for (int i = 0; i < workflow->num_stages; i++)
	{
		if (stages[i].name.len == len &&
			memcmp(workflow_text(workflow, stages[i].name), name, len) == 0)
			return i;
	}
	return -1;
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
workflow_parse(const char *json, int len, InputError *error)
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
 * Compiling.
 *----------
 */

/* A state while it is compiled. */
typedef struct StateSource
{
	const char *name;
	int			stage;			/* -1: none */
	int			begins;			/* -1: none */
	int			num_ends;
	int			last_end;		/* the last layer that it ends; -1: none */
} StateSource;

typedef struct Compiler
{
	const WorkflowSource *source;
	InputError *error;
	TimelineBuilder names;		/* of states: only its names are used */
	StateSource *states;
	int			max_states;
} Compiler;

/* The number of a state; a new one belongs to no stage. */
static int
add_state(Compiler *compiler, const char *name)
{
	StateName	state_name = {name, strlen(name)};
	uint32		before = compiler->names.num_names;
	uint32		number = timeline_builder_name(&compiler->names, state_name);

	if (number == before)
	{
		if (number == compiler->max_states)
		{
			compiler->max_states *= 2;
			compiler->states = repalloc(compiler->states,
										sizeof(StateSource) * compiler->max_states);
		}
		compiler->states[number].name = name;
		compiler->states[number].stage = -1;
		compiler->states[number].begins = -1;
		compiler->states[number].num_ends = 0;
		compiler->states[number].last_end = -1;
	}
	return number;
}

/* The number of the stage that is a layer. */
static int
stage_of_layer(const WorkflowSource *source, int layer)
{
	int			stage = 0;

	while (source->stages[stage].stage_class != CLASS_BLOCKED || layer-- > 0)
		stage++;
	return stage;
}

/* Gives a state to a stage, or a beginning to a layer; each state has one such place. */
static bool
own_state(Compiler *compiler, const char *name, int stage, int layer)
{
	const StageSource *stages = compiler->source->stages;
	int			number = add_state(compiler, name);
	StateSource *state = &compiler->states[number]; /* only now: adding may move them */
	int			owner = state->stage;

	if (state->begins >= 0)
		owner = stage_of_layer(compiler->source, state->begins);
	if (owner == stage)
		return input_error(compiler->error, "State \"%s\" stands twice in stage \"%s\".",
						   name, stages[stage].name);
	if (owner >= 0)
		return input_error(compiler->error, "State \"%s\" belongs to both stage \"%s\" and stage \"%s\".",
						   name, stages[owner].name, stages[stage].name);
	if (layer >= 0)
		state->begins = layer;
	else
		state->stage = stage;
	return true;
}

/* Checks one stage by itself. */
static bool
check_stage(const WorkflowSource *source, int number, InputError *error)
{
	const StageSource *stage = &source->stages[number];

	if (stage->name[0] == '\0')
		return input_error(error, "A stage has no name.");
	if (strcmp(stage->name, UNMAPPED_STAGE_NAME) == 0)
		return input_error(error, "No stage can be named \"%s\": that is the stage of states that the workflow does not know.",
						   UNMAPPED_STAGE_NAME);
	for (int i = 0; i < number; i++)
	{
		if (strcmp(source->stages[i].name, stage->name) == 0)
			return input_error(error, "Stage \"%s\" stands twice.", stage->name);
	}
	if (stage->stage_class == CLASS_BLOCKED && stage->num_until == 0)
		return input_error(error, "Stage \"%s\" of class \"blocked\" needs \"until\": the states that end it.",
						   stage->name);
	if (stage->stage_class != CLASS_BLOCKED && stage->num_until > 0)
		return input_error(error, "Stage \"%s\" has \"until\", which is for class \"blocked\" only.",
						   stage->name);
	return true;
}

/* Fills the table of states from the stages; false with error filled. */
static bool
collect_states(Compiler *compiler)
{
	const WorkflowSource *source = compiler->source;
	int			layer = 0;

	for (int i = 0; i < source->num_stages; i++)
	{
		const StageSource *stage = &source->stages[i];
		int			own_layer = stage->stage_class == CLASS_BLOCKED ? layer++ : -1;
		bool		own_name_listed = false;

		if (!own_state(compiler, stage->name, i, own_layer))
			return false;
		for (int j = 0; j < stage->num_states; j++)
		{
			/* Once is fine: a stage's name is one of its states anyway. */
			if (strcmp(stage->states[j], stage->name) == 0 && !own_name_listed)
			{
				own_name_listed = true;
				continue;
			}
			if (!own_state(compiler, stage->states[j], i, own_layer))
				return false;
		}
	}
	return true;
}

/* Checks and counts what ends the layers. */
static bool
collect_ends(Compiler *compiler, int *num_ends)
{
	const WorkflowSource *source = compiler->source;
	int			layer = 0;

	*num_ends = 0;
	for (int i = 0; i < source->num_stages; i++)
	{
		const StageSource *stage = &source->stages[i];

		for (int j = 0; j < stage->num_until; j++)
		{
			int			number = add_state(compiler, stage->until[j]);
			StateSource *state = &compiler->states[number];

			if (state->last_end == layer)
				return input_error(compiler->error, "State \"%s\" stands twice in \"until\" of stage \"%s\".",
								   stage->until[j], stage->name);
			if (state->begins == layer)
				return input_error(compiler->error, "State \"%s\" both begins and ends stage \"%s\".",
								   stage->until[j], stage->name);
			state->last_end = layer;
			state->num_ends++;
			(*num_ends)++;
		}
		if (stage->stage_class == CLASS_BLOCKED)
			layer++;
	}
	return true;
}

/* Copies a text behind the names written so far. */
static WorkflowText
write_text(Workflow *workflow, uint32 *used, const char *text)
{
	WorkflowText result = {0};

	if (text != NULL)
	{
		result.offset = workflow->names_offset + *used;
		result.len = strlen(text);
		memcpy((char *) workflow + result.offset, text, result.len);
		*used += result.len;
	}
	return result;
}

static Size
text_size(const char *text)
{
	return text == NULL ? 0 : strlen(text);
}

/* Writes the compiled form of what has been checked. */
static Workflow *
write_workflow(const Compiler *compiler, int num_listed, int num_ends)
{
	const WorkflowSource *source = compiler->source;
	int			num_states = compiler->names.num_names;
	Workflow	header = {0};
	Workflow   *workflow;
	WorkflowStage *stages;
	WorkflowState *states;
	uint16	   *slots;
	uint16	   *listed;
	uint16	   *ends;
	uint32		used = 0;
	uint32		next_listed = 0;
	uint32		next_end = 0;
	Size		names_size = 0;
	Size		size;

	for (int i = 0; i < num_states; i++)
		names_size += strlen(compiler->states[i].name);
	for (int i = 0; i < source->num_stages; i++)
		names_size += text_size(source->stages[i].phase) +
			text_size(source->stages[i].waiting_for) + text_size(source->stages[i].owner);

	header.version = WORKFLOW_VERSION;
	header.start = source->start;
	header.reopen = source->reopen;
	header.backward = source->backward;
	header.unmapped = source->unmapped;
	header.num_stages = source->num_stages;
	header.num_states = num_states;
	header.hash_mask = 15;
	while (header.hash_mask + 1 < num_states * 2)
		header.hash_mask = header.hash_mask * 2 + 1;
	header.stages_offset = sizeof(Workflow);
	header.states_offset = header.stages_offset + sizeof(WorkflowStage) * source->num_stages;
	header.slots_offset = header.states_offset + sizeof(WorkflowState) * num_states;
	header.listed_offset = header.slots_offset + sizeof(uint16) * (header.hash_mask + 1);
	header.ends_offset = header.listed_offset + sizeof(uint16) * num_listed;
	header.names_offset = header.ends_offset + sizeof(uint16) * num_ends;
	size = header.names_offset + names_size;

	workflow = palloc0(size);
	*workflow = header;
	SET_VARSIZE(workflow, size);
	stages = (WorkflowStage *) ((char *) workflow + header.stages_offset);
	states = (WorkflowState *) ((char *) workflow + header.states_offset);
	slots = (uint16 *) ((char *) workflow + header.slots_offset);
	listed = (uint16 *) ((char *) workflow + header.listed_offset);
	ends = (uint16 *) ((char *) workflow + header.ends_offset);

	for (int i = 0; i < num_states; i++)
	{
		uint32		slot;

		states[i].name = write_text(workflow, &used, compiler->states[i].name);
		states[i].stage = compiler->states[i].stage;
		states[i].begins = compiler->states[i].begins;
		states[i].first_end = next_end;
		states[i].num_ends = 0;	/* counted again while the list is filled */
		next_end += compiler->states[i].num_ends;
		slot = workflow_hash(compiler->states[i].name, states[i].name.len) & header.hash_mask;
		while (slots[slot] != 0)
			slot = (slot + 1) & header.hash_mask;
		slots[slot] = i + 1;
	}
	for (int i = 0; i < source->num_stages; i++)
	{
		const StageSource *from = &source->stages[i];
		WorkflowStage *to = &stages[i];

		to->name = states[workflow_find_state(workflow, from->name, strlen(from->name))].name;
		to->phase = write_text(workflow, &used, from->phase);
		to->waiting_for = write_text(workflow, &used, from->waiting_for);
		to->owner = write_text(workflow, &used, from->owner);
		to->limit = from->limit;
		to->stage_class = from->stage_class;
		to->layer = from->stage_class == CLASS_BLOCKED ? workflow->num_layers++ : -1;
		to->first_listed = next_listed;
		for (int j = 0; j < from->num_states; j++)
		{
			if (strcmp(from->states[j], from->name) != 0)
				listed[next_listed++] = workflow_find_state(workflow, from->states[j],
															strlen(from->states[j]));
		}
		to->num_listed = next_listed - to->first_listed;
		to->first_until = next_listed;
		to->num_until = from->num_until;
		for (int j = 0; j < from->num_until; j++)
		{
			int			number = workflow_find_state(workflow, from->until[j], strlen(from->until[j]));
			WorkflowState *state = &states[number];

			listed[next_listed++] = number;
			ends[state->first_end + state->num_ends++] = to->layer;
		}
	}
	Assert(used == names_size && next_listed == num_listed && next_end == num_ends);
	return workflow;
}

Workflow *
workflow_compile(const WorkflowSource *source, InputError *error)
{
	Compiler	compiler = {0};
	int			num_listed = 0;
	int			num_ends;
	bool		has_active = false;

	if (source->num_stages == 0)
	{
		input_error(error, "A workflow has at least one stage.");
		return NULL;
	}
	for (int i = 0; i < source->num_stages; i++)
	{
		if (i >= WORKFLOW_MAX_STAGES)
		{
			input_error(error, "A workflow has at most %d stages.", WORKFLOW_MAX_STAGES);
			return NULL;
		}
		if (!check_stage(source, i, error))
			return NULL;
		num_listed += source->stages[i].num_until;
		for (int j = 0; j < source->stages[i].num_states; j++)
			num_listed += strcmp(source->stages[i].states[j], source->stages[i].name) != 0;
		has_active |= source->stages[i].stage_class == CLASS_ACTIVE;
	}
	if (num_listed + source->num_stages > WORKFLOW_MAX_STATES)
	{
		input_error(error, "A workflow has at most %d states.", WORKFLOW_MAX_STATES);
		return NULL;
	}
	if (source->start == START_ACTIVE && !has_active)
	{
		input_error(error, "Rule \"start\" is \"active\", but no stage is of class \"active\".");
		return NULL;
	}

	compiler.source = source;
	compiler.error = error;
	compiler.max_states = 64;
	compiler.states = palloc(sizeof(StateSource) * compiler.max_states);
	timeline_builder_init(&compiler.names, 0);
	if (!collect_states(&compiler) || !collect_ends(&compiler, &num_ends))
		return NULL;
	return write_workflow(&compiler, num_listed, num_ends);
}

/*----------
 * Taking apart, writing JSON.
 *----------
 */

static char *
copy_text(const Workflow *workflow, WorkflowText text)
{
	return text.offset == 0 ? NULL : pnstrdup(workflow_text(workflow, text), text.len);
}

static char **
copy_names(const Workflow *workflow, int first, int count)
{
	char	  **names = palloc(sizeof(char *) * Max(count, 1));

	for (int i = 0; i < count; i++)
		names[i] = copy_text(workflow,
							 workflow_states(workflow)[workflow_listed(workflow)[first + i]].name);
	return names;
}

WorkflowSource *
workflow_source(const Workflow *workflow)
{
	WorkflowSource *source = palloc0(sizeof(WorkflowSource));

	source->start = workflow->start;
	source->reopen = workflow->reopen;
	source->backward = workflow->backward;
	source->unmapped = workflow->unmapped;
	source->num_stages = workflow->num_stages;
	source->stages = palloc0(sizeof(StageSource) * workflow->num_stages);
	for (int i = 0; i < workflow->num_stages; i++)
	{
		const WorkflowStage *from = &workflow_stages(workflow)[i];
		StageSource *to = &source->stages[i];

		to->name = copy_text(workflow, from->name);
		to->phase = copy_text(workflow, from->phase);
		to->waiting_for = copy_text(workflow, from->waiting_for);
		to->owner = copy_text(workflow, from->owner);
		to->limit = from->limit;
		to->stage_class = from->stage_class;
		to->num_states = from->num_listed;
		to->states = copy_names(workflow, from->first_listed, from->num_listed);
		to->num_until = from->num_until;
		to->until = copy_names(workflow, from->first_until, from->num_until);
	}
	return source;
}

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
workflow_to_json(const Workflow *workflow)
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
