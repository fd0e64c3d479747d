/*
 * visits_sql.c
 *		One item visit by visit and stage by stage.
 */
#include "postgres.h"

#include "base/compat.h"
#include "base/rows_sql.h"
#include "catalog/pg_type.h"
#include "item/item_sql.h"
#include "item/visits.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"
#include "workflow/workflow_text.h"

PG_FUNCTION_INFO_V1(vsm_visits);
PG_FUNCTION_INFO_V1(vsm_visits_with_load);
PG_FUNCTION_INFO_V1(vsm_stage_times);
PG_FUNCTION_INFO_V1(vsm_path);
PG_FUNCTION_INFO_V1(vsm_stage_at);

/* Texts that many rows share: of stages by number, the unmapped one first, and of classes. */
typedef struct StageTexts
{
	Datum	   *stages;
	Datum		classes[CLASS_CANCELLED + 1];
} StageTexts;

static void
make_stage_texts(const FlowItem *item, StageTexts *texts)
{
	texts->stages = palloc(sizeof(Datum) * (item->workflow->num_stages + 1));
	for (int stage = UNMAPPED_STAGE; stage < item->workflow->num_stages; stage++)
		texts->stages[stage + 1] = item_stage_text(item, stage);
	for (int i = 0; i <= CLASS_CANCELLED; i++)
		texts->classes[i] = CStringGetTextDatum(stage_class_name(i));
}

/* The class of a stage; that of unmapped visits is what they count as. */
static StageClass
class_of(const FlowItem *item, int stage)
{
	return stage == UNMAPPED_STAGE ? CLASS_WAITING : item->stages[stage].stage_class;
}

static void
set_interval(FlowTime time, CalendarReader *calendar, Datum *value, bool *isnull)
{
	*isnull = !time.known;
	if (time.known)
		*value = flow_time_interval(time, calendar);
}

/* Where a walk over the visits of an item in their order is. */
typedef struct VisitWalk
{
	StageTexts	texts;
	int			cursor;			/* of flow_time_add_blocked */
	int			mapped_before;	/* the last mapped stage, -1: none yet */
} VisitWalk;

#define VISIT_COLUMNS 10		/* of vsm.visit */

static void
begin_visits(const FlowItem *item, VisitWalk *walk)
{
	make_stage_texts(item, &walk->texts);
	walk->cursor = 0;
	walk->mapped_before = -1;
}

/* The columns of vsm.visit of the next visit. */
static void
visit_columns(VisitWalk *walk, const FlowItem *item, CalendarReader *calendar, int i, Datum *values, bool *nulls)
{
	const ItemVisit *visit = &item->visits[i];
	int64		left_at = item_left_at(item, i);
	FlowTime	duration = {true, 0};
	FlowTime	blocked = {true, 0};

	flow_time_add(&duration, calendar, visit->entered_at, left_at);
	flow_time_add_blocked(&blocked, calendar, item, visit->entered_at, left_at, &walk->cursor);
	values[0] = Int32GetDatum(i + 1);
	nulls[1] = visit->stage == UNMAPPED_STAGE;
	values[1] = Int32GetDatum(visit->stage + 1);
	values[2] = walk->texts.stages[visit->stage + 1];
	values[3] = walk->texts.classes[class_of(item, visit->stage)];
	values[4] = TimestampTzGetDatum(visit->entered_at);
	nulls[5] = i == item->num_visits - 1;
	values[5] = TimestampTzGetDatum(left_at);
	set_interval(duration, calendar, &values[6], &nulls[6]);
	set_interval(blocked, calendar, &values[7], &nulls[7]);
	values[8] = BoolGetDatum(item_on_clock(item, i));
	values[9] = BoolGetDatum(visit->stage != UNMAPPED_STAGE && visit->stage < walk->mapped_before);
	if (visit->stage != UNMAPPED_STAGE)
		walk->mapped_before = visit->stage;
}

/* visits(timeline, workflow, calendar, as_of) -> setof vsm.visit */
Datum
vsm_visits(PG_FUNCTION_ARGS)
{
	Rows		rows;
	const FlowItem *item;
	CalendarReader *calendar;
	VisitWalk	walk;

	rows_begin_set(fcinfo, &rows);
	if ((item = item_arguments(fcinfo, 3)) == NULL)
		return rows_end(&rows);
	calendar = item_calendar(fcinfo, 2);
	begin_visits(item, &walk);
	for (int i = 0; i < item->num_visits; i++)
	{
		Datum		values[VISIT_COLUMNS] = {0};
		bool		nulls[VISIT_COLUMNS] = {false};

		visit_columns(&walk, item, calendar, i, values, nulls);
		rows_add(&rows, values, nulls);
	}
	return rows_end(&rows);
}

/* Whether an item is in load during a visit. */
static bool
in_load(const FlowItem *item, int i)
{
	StageClass	stage_class = class_of(item, item->visits[i].stage);

	return stage_class == CLASS_ACTIVE || stage_class == CLASS_WAITING;
}

/*
 * Whether load goes on from a visit to the next as if they were one: the item ages in both, or in neither and the first takes
 * no time.
 */
static bool
load_goes_on(const FlowItem *item, int i)
{
	bool		ages = item_on_clock(item, i);

	return in_load(item, i) && in_load(item, i + 1) && ages == item_on_clock(item, i + 1) &&
		(ages || item_left_at(item, i) == item->visits[i].entered_at);
}

/*
 * visits_with_load(timeline, workflow) -> the columns of vsm.visit by the wall clock, and age
 * (time on the clock before the visit), is_last, starts_load and ends_load.
 */
Datum
vsm_visits_with_load(PG_FUNCTION_ARGS)
{
	Rows		rows;
	const FlowItem *item;
	VisitWalk	walk;
	int		   *last;			/* visit of each stage, the unmapped one first */
	FlowTime	age = {true, 0};

	rows_begin_set(fcinfo, &rows);
	if ((item = item_arguments(fcinfo, NO_ARGUMENT)) == NULL)
		return rows_end(&rows);
	begin_visits(item, &walk);
	last = palloc(sizeof(int) * (item->workflow->num_stages + 1));
	for (int i = 0; i < item->num_visits; i++)
		last[item->visits[i].stage + 1] = i;
	for (int i = 0; i < item->num_visits; i++)
	{
		Datum		values[VISIT_COLUMNS + 4] = {0};
		bool		nulls[VISIT_COLUMNS + 4] = {false};
		bool		has_left = i < item->num_visits - 1;

		visit_columns(&walk, item, NULL, i, values, nulls);
		set_interval(age, NULL, &values[VISIT_COLUMNS], &nulls[VISIT_COLUMNS]);
		values[VISIT_COLUMNS + 1] = BoolGetDatum(last[item->visits[i].stage + 1] == i);
		values[VISIT_COLUMNS + 2] = BoolGetDatum(in_load(item, i) && !(i > 0 && load_goes_on(item, i - 1)));
		values[VISIT_COLUMNS + 3] = BoolGetDatum(in_load(item, i) && has_left && !load_goes_on(item, i));
		rows_add(&rows, values, nulls);
		if (item_on_clock(item, i) && has_left)
			flow_time_add(&age, NULL, item->visits[i].entered_at, item_left_at(item, i));
	}
	return rows_end(&rows);
}

/* stage_times(timeline, workflow, calendar, as_of) -> setof vsm.stage_summary */
Datum
vsm_stage_times(PG_FUNCTION_ARGS)
{
	Rows		rows;
	const FlowItem *item;
	CalendarReader *calendar;
	StageTexts	texts;
	StageSummary *summaries;
	int			num_stages;

	rows_begin_set(fcinfo, &rows);
	if ((item = item_arguments(fcinfo, 3)) == NULL)
		return rows_end(&rows);
	calendar = item_calendar(fcinfo, 2);
	make_stage_texts(item, &texts);
	num_stages = item->workflow->num_stages;
	summaries = stage_summaries(item, calendar);

	for (int i = 0; i <= num_stages; i++)
	{
		const StageSummary *summary = &summaries[i];
		int			stage = i == num_stages ? UNMAPPED_STAGE : i;
		Datum		values[9] = {0};
		bool		nulls[9] = {false};

		if (stage == UNMAPPED_STAGE && summary->visits == 0)
			continue;
		nulls[0] = stage == UNMAPPED_STAGE;
		values[0] = Int32GetDatum(stage + 1);
		values[1] = texts.stages[stage + 1];
		values[2] = texts.classes[class_of(item, stage)];
		values[3] = Int32GetDatum(summary->visits);
		set_interval(summary->duration, calendar, &values[4], &nulls[4]);
		set_interval(summary->on_clock, calendar, &values[5], &nulls[5]);
		set_interval(summary->blocked, calendar, &values[6], &nulls[6]);
		nulls[7] = !summary->entered;
		values[7] = TimestampTzGetDatum(summary->first_entered_at);
		nulls[8] = !summary->left;
		values[8] = TimestampTzGetDatum(summary->last_left_at);
		rows_add(&rows, values, nulls);
	}
	return rows_end(&rows);
}

/* path(timeline, workflow, as_of) -> text[]: the stages visited, in order. */
Datum
vsm_path(PG_FUNCTION_ARGS)
{
	const FlowItem *item;
	StageTexts	texts;
	Datum	   *elements;

	if ((item = item_arguments(fcinfo, 2)) == NULL)
		PG_RETURN_NULL();
	make_stage_texts(item, &texts);
	elements = palloc_extended(sizeof(Datum) * (Size) item->num_visits, MCXT_ALLOC_HUGE);
	for (int i = 0; i < item->num_visits; i++)
		elements[i] = texts.stages[item->visits[i].stage + 1];
	PG_RETURN_ARRAYTYPE_P(construct_array(elements, item->num_visits, TEXTOID, -1, false,
										  TYPALIGN_INT));
}

/* stage_at(timeline, workflow, at) -> text: the visit of the whole timeline that holds at at. */
Datum
vsm_stage_at(PG_FUNCTION_ARGS)
{
	const FlowItem *item;
	int			visit;

	if (PG_ARGISNULL(2) || (item = item_arguments(fcinfo, NO_ARGUMENT)) == NULL)
		PG_RETURN_NULL();
	visit = item_visit_at(item, PG_GETARG_TIMESTAMPTZ(2));
	if (visit < 0)
		PG_RETURN_NULL();
	PG_RETURN_DATUM(item_stage_text(item, item->visits[visit].stage));
}
