/*
 * what_if_sql.c
 *		A counterfactual: the timeline of an item had a stage taken more or less time.
 */
#include "postgres.h"

#include <math.h>

#include "base/compat.h"
#include "item/item_sql.h"
#include "miscadmin.h"
#include "timeline/timeline_io.h"
#include "utils/timestamp.h"

PG_FUNCTION_INFO_V1(vsm_what_if);

static void
out_of_range(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
			 errmsg("timestamp out of range")));
}

/*
 * round(offset * factor), half to even. Offsets are not negative, and one that spans all of
 * PostgreSQL's timestamps needs 64 bits.
 */
static uint64
scale(uint64 offset, float8 factor)
{
	float8		scaled;

	if (factor == 1)
		return offset;			/* exactly, however long: a float8 is exact up to 285 years */
	scaled = rint((float8) offset * factor);
	if (scaled >= (float8) PG_UINT64_MAX)
		out_of_range();
	return (uint64) scaled;
}

/*
 * what_if(timeline, workflow, stage, factor): visits of the stage last factor times as long
 * and all later events move accordingly. Each instant moves to its visit's new beginning +
 * round(offset * factor), other visits keep their length; it stays at least one microsecond
 * after the instant before it, so that the order of events does not change. Errors: 22023
 * for a factor that is negative or not finite, an unknown or a blocked stage; 22008 if an
 * event would leave the range of timestamps.
 */
Datum
vsm_what_if(PG_FUNCTION_ARGS)
{
	Timeline   *timeline = PG_GETARG_TIMELINE(0);
	const Workflow *workflow = workflow_argument(&item_call(fcinfo)->workflow, PG_GETARG_DATUM(1),
												 fcinfo->flinfo->fn_mcxt);
	int			stage = item_stage_argument(workflow, PG_GETARG_TEXT_PP(2));
	float8		factor = PG_GETARG_FLOAT8(3);
	const FlowItem *item;
	TimelineReader reader;
	TimelineBuilder builder;
	int			visit = -1;		/* the one that the instant before belongs to */
	int64		visit_begins = 0;	/* where it begins now */
	int64		old_at = 0,
				new_at = 0;
	bool		first = true;

	if (isnan(factor) || isinf(factor) || factor < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("factor must be a number of at least 0")));
	if (stage >= 0 && workflow_stages(workflow)[stage].layer >= 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a stage of class \"blocked\" has no visits to lengthen or shorten"),
				 errhint("Name a stage of another class.")));
	item = item_arguments(fcinfo, NO_ARGUMENT);
	if (item == NULL)
		PG_RETURN_NULL();

	timeline_open(&reader, timeline);
	timeline_builder_init(&builder, reader.num_events);
	builder.names = timeline_names(&reader);
	builder.num_names = builder.max_names = reader.num_states;
	while (timeline_next(&reader))
	{
		if (first)
			old_at = new_at = reader.at;
		else if (reader.at != old_at)
		{
			int64		moved = reader.at;

			if (visit >= 0)
			{
				uint64		offset = (uint64) reader.at - (uint64) item->visits[visit].entered_at;

				if (item->visits[visit].stage == stage)
					offset = scale(offset, factor);
				if (offset > (uint64) PG_INT64_MAX - (uint64) visit_begins)
					out_of_range();
				moved = (int64) ((uint64) visit_begins + offset);
			}
			new_at = Max(moved, new_at + 1);
			if (!IS_VALID_TIMESTAMP(new_at))
				out_of_range();
			old_at = reader.at;
		}
		first = false;
		/* A visit begins at an instant: the one before it ends there. */
		while (visit + 1 < item->num_visits && item->visits[visit + 1].entered_at <= old_at)
		{
			visit++;
			visit_begins = new_at;
		}
		timeline_builder_event(&builder, new_at, reader.state);
		if ((reader.next_event & 0xfff) == 0)
			CHECK_FOR_INTERRUPTS();
	}
	PG_RETURN_TIMELINE(timeline_builder_finish(&builder));
}
