/*
 * workflow_sql.c
 *		Workflows in SQL: their stages, rules, presets and states of code, and the aggregate from a
 *		mapping table.
 */
#include "postgres.h"

#include "base/compat.h"
#include "base/rows_sql.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "workflow/with_delivery.h"
#include "workflow/workflow_io.h"
#include "workflow/workflow_text.h"

PG_FUNCTION_INFO_V1(vsm_workflow_stages);
PG_FUNCTION_INFO_V1(vsm_workflow_with_rules);
PG_FUNCTION_INFO_V1(vsm_workflow_preset);
PG_FUNCTION_INFO_V1(vsm_workflow_with_delivery);
PG_FUNCTION_INFO_V1(vsm_workflow_add_row);
PG_FUNCTION_INFO_V1(vsm_workflow_finish);

/*----------
 * Stages.
 *----------
 */

static Datum
text_array(char **names, int count)
{
	Datum	   *elements = palloc(sizeof(Datum) * Max(count, 1));

	for (int i = 0; i < count; i++)
		elements[i] = CStringGetTextDatum(names[i]);
	return PointerGetDatum(construct_array(elements, count, TEXTOID, -1, false, TYPALIGN_INT));
}

/*
 * stages(workflow) -> setof (place, stage, class, phase, waiting_for, owner, wip_limit,
 * states, until). The states of a stage begin with its own name; until is NULL but for
 * class blocked.
 */
Datum
vsm_workflow_stages(PG_FUNCTION_ARGS)
{
	Rows		rows;
	WorkflowSource *source;

	rows_begin_set(fcinfo, &rows);
	if (PG_ARGISNULL(0))
		return rows_end(&rows);
	source = workflow_source(PG_GETARG_WORKFLOW(0));
	for (int i = 0; i < source->num_stages; i++)
	{
		const StageSource *stage = &source->stages[i];
		char	  **states = palloc(sizeof(char *) * (stage->num_states + 1));
		Datum		values[9] = {0};
		bool		nulls[9] = {false};

		states[0] = stage->name;
		memcpy(states + 1, stage->states, sizeof(char *) * stage->num_states);
		values[0] = Int32GetDatum(i + 1);
		values[1] = CStringGetTextDatum(stage->name);
		values[2] = CStringGetTextDatum(stage_class_name(stage->stage_class));
		nulls[3] = stage->phase == NULL;
		nulls[4] = stage->waiting_for == NULL;
		nulls[5] = stage->owner == NULL;
		if (!nulls[3])
			values[3] = CStringGetTextDatum(stage->phase);
		if (!nulls[4])
			values[4] = CStringGetTextDatum(stage->waiting_for);
		if (!nulls[5])
			values[5] = CStringGetTextDatum(stage->owner);
		nulls[6] = stage->limit == 0;
		values[6] = Int32GetDatum(stage->limit);
		values[7] = text_array(states, stage->num_states + 1);
		nulls[8] = stage->num_until == 0;
		if (!nulls[8])
			values[8] = text_array(stage->until, stage->num_until);
		rows_add(&rows, values, nulls);
	}
	return rows_end(&rows);
}

/*----------
 * Rules.
 *----------
 */

/* A workflow with other rules; those that are NULL stay. */
static Datum
with_rules(const Workflow *workflow, const char *start, const char *reopen,
		   const char *backward, const char *unmapped)
{
	WorkflowSource *source = workflow_source(workflow);
	InputError	error = {0};
	Workflow   *result = NULL;

	if (workflow_set_rules(source, start, reopen, backward, unmapped, &error))
		result = workflow_compile(source, &error);
	if (result == NULL)
		workflow_invalid(&error);
	PG_RETURN_POINTER(result);
}

static const char *
optional_argument(FunctionCallInfo fcinfo, int argno)
{
	return PG_ARGISNULL(argno) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(argno));
}

Datum
vsm_workflow_with_rules(PG_FUNCTION_ARGS)
{
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	return with_rules(PG_GETARG_WORKFLOW(0),
					  optional_argument(fcinfo, 1), optional_argument(fcinfo, 2),
					  optional_argument(fcinfo, 3), optional_argument(fcinfo, 4));
}

/*
 * preset(workflow, name): the rules of a published method. Each rule with its source:
 *
 * flow_framework (Kersten, Project to Product; Planview Viz documentation): flow time runs
 * from the moment an item first moved into an Active or Waiting state until it is done
 * (committed), elapsed, reopened work included (continue), every visit counted (keep);
 * unknown states are shown, as waiting (waiting).
 *
 * kanban_guide (The Kanban Guide; ProKanban Pocket Guide): cycle time is the elapsed time
 * between when a work item started and when it finished (committed, continue, keep).
 *
 * jira_agile_metrics (jira-agile-metrics, calculators/cycletime.py): a backward move wipes
 * the dates of later stages (erase); statuses that are not mapped are logged and ignored
 * (ignore); the cycle runs from the first committed stage to the last time it became done.
 */
static const struct
{
	const char *name;
	const char *start;
	const char *reopen;
	const char *backward;
	const char *unmapped;
}			presets[] =
{
	{"flow_framework", "committed", "continue", "keep", "waiting"},
	{"kanban_guide", "committed", "continue", "keep", "waiting"},
	{"jira_agile_metrics", "committed", "continue", "erase", "ignore"},
};

Datum
vsm_workflow_preset(PG_FUNCTION_ARGS)
{
	char	   *name = text_to_cstring(PG_GETARG_TEXT_PP(1));

	for (int i = 0; i < lengthof(presets); i++)
	{
		if (strcmp(presets[i].name, name) == 0)
			return with_rules(PG_GETARG_WORKFLOW(0), presets[i].start, presets[i].reopen,
							  presets[i].backward, presets[i].unmapped);
	}
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("unknown preset \"%s\"", name),
			 errhint("Presets are flow_framework, kanban_guide and jira_agile_metrics.")));
}

/*----------
 * States of code.
 *----------
 */

/* with_delivery(workflow): the workflow that names the states of code, too; see with_delivery.c. */
Datum
vsm_workflow_with_delivery(PG_FUNCTION_ARGS)
{
	InputError	error = {0};
	Workflow   *result = workflow_with_delivery(PG_GETARG_WORKFLOW(0), &error);

	if (result == NULL)
		workflow_invalid(&error);
	PG_RETURN_POINTER(result);
}

/*----------
 * The aggregate from a mapping table.
 *----------
 */

typedef struct MappingRow
{
	int32		place;
	char	   *stage;
	char	   *class_name;
	char	   *state;			/* NULL: the stage has only its own name */
} MappingRow;

typedef struct MappingRows
{
	MappingRow *rows;
	int			count;
	int			max;
} MappingRows;

static int
compare_rows(const void *a, const void *b)
{
	const MappingRow *row_a = a;
	const MappingRow *row_b = b;
	int			result;

	CHECK_FOR_INTERRUPTS();
	if (row_a->place != row_b->place)
		return row_a->place < row_b->place ? -1 : 1;
	result = strcmp(row_a->stage, row_b->stage);
	if (result == 0)
		result = strcmp(row_a->class_name, row_b->class_name);
	if (result == 0)
		result = strcmp(row_a->state ? row_a->state : "", row_b->state ? row_b->state : "");
	return result;
}

/*
 * Transition function of vsm.workflow(place, stage, class, state). Only a state may be NULL:
 * then the stage's name is its only state.
 */
Datum
vsm_workflow_add_row(PG_FUNCTION_ARGS)
{
	MemoryContext context;
	MemoryContext old;
	MappingRows *rows;
	MappingRow *row;

	if (!AggCheckCallContext(fcinfo, &context))
		elog(ERROR, "aggregate function called in non-aggregate context");
	if (PG_ARGISNULL(1) || PG_ARGISNULL(2) || PG_ARGISNULL(3))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("invalid workflow"),
				 errdetail("A row of the mapping has no %s.",
						   PG_ARGISNULL(1) ? "place" : PG_ARGISNULL(2) ? "stage" : "class")));
	old = MemoryContextSwitchTo(context);
	if (PG_ARGISNULL(0))
	{
		rows = palloc0(sizeof(MappingRows));
		rows->max = 32;
		rows->rows = palloc(sizeof(MappingRow) * rows->max);
	}
	else
		rows = (MappingRows *) PG_GETARG_POINTER(0);
	if (rows->count == rows->max)
	{
		if (rows->max > PG_INT32_MAX / 2)
			ereport(ERROR,
					(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
					 errmsg("too many rows for one workflow"),
					 errdetail("There are more than %d.", rows->count)));
		rows->max *= 2;
		rows->rows = repalloc_huge(rows->rows, sizeof(MappingRow) * (Size) rows->max);
	}
	row = &rows->rows[rows->count++];
	row->place = PG_GETARG_INT32(1);
	row->stage = text_to_cstring(PG_GETARG_TEXT_PP(2));
	row->class_name = text_to_cstring(PG_GETARG_TEXT_PP(3));
	row->state = PG_ARGISNULL(4) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(4));
	MemoryContextSwitchTo(old);
	PG_RETURN_POINTER(rows);
}

/* One stage from its rows, which are next to each other; false with error filled. */
static bool
stage_of_rows(const MappingRow *rows, int count, StageSource *stage, InputError *error)
{
	memset(stage, 0, sizeof(StageSource));
	stage->name = rows[0].stage;
	stage->states = palloc(sizeof(char *) * count);
	if (!stage_class_parse(rows[0].class_name, &stage->stage_class))
		return input_error(error, "Stage \"%s\" has the unknown class \"%s\".",
						   stage->name, rows[0].class_name);
	for (int i = 0; i < count; i++)
	{
		if (strcmp(rows[i].stage, stage->name) != 0)
			return input_error(error, "Stages \"%s\" and \"%s\" have the same place %d.",
							   stage->name, rows[i].stage, rows[i].place);
		if (strcmp(rows[i].class_name, rows[0].class_name) != 0)
			return input_error(error, "Stage \"%s\" has the classes \"%s\" and \"%s\".",
							   stage->name, rows[0].class_name, rows[i].class_name);
		if (rows[i].state == NULL || (i > 0 && compare_rows(&rows[i - 1], &rows[i]) == 0))
			continue;
		if (rows[i].state[0] == '\0')
			return input_error(error, "Stage \"%s\" has an empty state.", stage->name);
		stage->states[stage->num_states++] = rows[i].state;
	}
	return true;
}

/* Final function: stages in the order of their places, which need not be 1, 2, 3. */
Datum
vsm_workflow_finish(PG_FUNCTION_ARGS)
{
	MappingRows *collected;
	MappingRow *rows;
	WorkflowSource source = {0};
	InputError	error = {0};
	Workflow   *workflow;
	int			count;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	collected = (MappingRows *) PG_GETARG_POINTER(0);
	count = collected->count;

	/* A copy: the state stays as it is, for a window's next row. */
	rows = palloc_extended(sizeof(MappingRow) * (Size) count, MCXT_ALLOC_HUGE);
	memcpy(rows, collected->rows, sizeof(MappingRow) * (Size) count);
	qsort(rows, count, sizeof(MappingRow), compare_rows);
	source.stages = palloc_extended(sizeof(StageSource) * (Size) count, MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	for (int first = 0; first < count;)
	{
		int			next = first;

		while (next < count && rows[next].place == rows[first].place)
			next++;
		if (!stage_of_rows(&rows[first], next - first, &source.stages[source.num_stages++], &error))
			workflow_invalid(&error);
		first = next;
	}
	workflow = workflow_compile(&source, &error);
	if (workflow == NULL)
		workflow_invalid(&error);
	PG_RETURN_POINTER(workflow);
}
