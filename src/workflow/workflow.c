/*
 * workflow.c
 *		The interpretation of states: checking and compiling workflows, and taking them apart.
 */
#include "postgres.h"

#include "base/compat.h"
#include "workflow/workflow.h"

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

int
workflow_compare(const Workflow *a, const Workflow *b)
{
	int			result = memcmp(VARDATA(a), VARDATA(b), Min(VARSIZE(a), VARSIZE(b)) - VARHDRSZ);

	if (result == 0)
		result = VARSIZE(a) < VARSIZE(b) ? -1 : VARSIZE(a) > VARSIZE(b);
	return result;
}

/*----------
 * Compiling.
 *----------
 */

/* A state while it is compiled. */
typedef struct StateEntry
{
	const char *name;
	int			stage;			/* -1: none */
	int			begins;			/* -1: none */
	int			num_ends;
	int			last_end;		/* the last layer that it ends; -1: none */
} StateEntry;

typedef struct Compiler
{
	const WorkflowSource *source;
	InputError *error;
	TimelineBuilder names;		/* of states: only its names are used */
	StateEntry *states;
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
										sizeof(StateEntry) * compiler->max_states);
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
	StateEntry *state = &compiler->states[number]; /* only now: adding may move them */
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
			StateEntry *state = &compiler->states[number];

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

/* Where the parts of a workflow are written. */
typedef struct Writer
{
	const Compiler *compiler;
	Workflow   *workflow;
	WorkflowStage *stages;
	WorkflowState *states;
	uint16	   *slots;
	uint16	   *listed;
	uint16	   *ends;
	uint32		num_listed;		/* written so far */
	uint32		names_used;		/* bytes */
} Writer;

static Size
text_size(const char *text)
{
	return text == NULL ? 0 : strlen(text);
}

/* Fills the header of what has been checked, and returns the size of all of it. */
static Size
lay_out(const Compiler *compiler, int num_listed, int num_ends, Workflow *header)
{
	const WorkflowSource *source = compiler->source;
	int			num_states = compiler->names.num_names;
	Size		names_size = 0;

	for (int i = 0; i < num_states; i++)
		names_size += strlen(compiler->states[i].name);
	for (int i = 0; i < source->num_stages; i++)
		names_size += text_size(source->stages[i].phase) +
			text_size(source->stages[i].waiting_for) + text_size(source->stages[i].owner);

	memset(header, 0, sizeof(Workflow));
	header->version = WORKFLOW_VERSION;
	header->start = source->start;
	header->reopen = source->reopen;
	header->backward = source->backward;
	header->unmapped = source->unmapped;
	header->num_stages = source->num_stages;
	header->num_states = num_states;
	header->hash_mask = 15;
	while (header->hash_mask + 1 < num_states * 2)
		header->hash_mask = header->hash_mask * 2 + 1;
	header->stages_offset = sizeof(Workflow);
	header->states_offset = header->stages_offset + sizeof(WorkflowStage) * source->num_stages;
	header->slots_offset = header->states_offset + sizeof(WorkflowState) * num_states;
	header->listed_offset = header->slots_offset + sizeof(uint16) * (header->hash_mask + 1);
	header->ends_offset = header->listed_offset + sizeof(uint16) * num_listed;
	header->names_offset = header->ends_offset + sizeof(uint16) * num_ends;
	return header->names_offset + names_size;
}

/* Copies a text behind the names written so far. */
static WorkflowText
write_text(Writer *writer, const char *text)
{
	WorkflowText result = {0};

	if (text != NULL)
	{
		result.offset = writer->workflow->names_offset + writer->names_used;
		result.len = strlen(text);
		memcpy((char *) writer->workflow + result.offset, text, result.len);
		writer->names_used += result.len;
	}
	return result;
}

/* Writes the states and the hash table of their names; what they end follows with the stages. */
static void
write_states(Writer *writer)
{
	uint32		next_end = 0;

	for (int i = 0; i < writer->workflow->num_states; i++)
	{
		const StateEntry *from = &writer->compiler->states[i];
		WorkflowState *to = &writer->states[i];
		uint32		slot;

		to->name = write_text(writer, from->name);
		to->stage = from->stage;
		to->begins = from->begins;
		to->first_end = next_end;
		to->num_ends = 0;		/* counted again while the list is filled */
		next_end += from->num_ends;
		slot = workflow_hash(from->name, to->name.len) & writer->workflow->hash_mask;
		while (writer->slots[slot] != 0)
			slot = (slot + 1) & writer->workflow->hash_mask;
		writer->slots[slot] = i + 1;
	}
}

/* The number of a state that is among those written. */
static int
written_state(const Writer *writer, const char *name)
{
	return workflow_find_state(writer->workflow, name, strlen(name));
}

static void
write_stage(Writer *writer, const StageSource *from, WorkflowStage *to)
{
	to->name = writer->states[written_state(writer, from->name)].name;
	to->phase = write_text(writer, from->phase);
	to->waiting_for = write_text(writer, from->waiting_for);
	to->owner = write_text(writer, from->owner);
	to->limit = from->limit;
	to->stage_class = from->stage_class;
	to->layer = from->stage_class == CLASS_BLOCKED ? writer->workflow->num_layers++ : -1;
	to->first_listed = writer->num_listed;
	for (int i = 0; i < from->num_states; i++)
	{
		if (strcmp(from->states[i], from->name) != 0)
			writer->listed[writer->num_listed++] = written_state(writer, from->states[i]);
	}
	to->num_listed = writer->num_listed - to->first_listed;
	to->first_until = writer->num_listed;
	to->num_until = from->num_until;
	for (int i = 0; i < from->num_until; i++)
	{
		int			number = written_state(writer, from->until[i]);
		WorkflowState *state = &writer->states[number];

		writer->listed[writer->num_listed++] = number;
		writer->ends[state->first_end + state->num_ends++] = to->layer;
	}
}

/* Writes the compiled form of what has been checked. */
static Workflow *
write_workflow(const Compiler *compiler, int num_listed, int num_ends)
{
	Workflow	header;
	Size		size = lay_out(compiler, num_listed, num_ends, &header);
	Workflow   *workflow = palloc0(size);
	Writer		writer = {0};

	*workflow = header;
	SET_VARSIZE(workflow, size);
	writer.compiler = compiler;
	writer.workflow = workflow;
	writer.stages = (WorkflowStage *) ((char *) workflow + header.stages_offset);
	writer.states = (WorkflowState *) ((char *) workflow + header.states_offset);
	writer.slots = (uint16 *) ((char *) workflow + header.slots_offset);
	writer.listed = (uint16 *) ((char *) workflow + header.listed_offset);
	writer.ends = (uint16 *) ((char *) workflow + header.ends_offset);
	write_states(&writer);
	for (int i = 0; i < workflow->num_stages; i++)
		write_stage(&writer, &compiler->source->stages[i], &writer.stages[i]);
	Assert(writer.names_used == size - header.names_offset && writer.num_listed == num_listed);
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
	compiler.states = palloc(sizeof(StateEntry) * compiler.max_states);
	timeline_builder_init(&compiler.names, 0);
	if (!collect_states(&compiler) || !collect_ends(&compiler, &num_ends))
		return NULL;
	return write_workflow(&compiler, num_listed, num_ends);
}

/*----------
 * Taking apart.
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
