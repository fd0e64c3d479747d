/*
 * what_if.c
 *		A counterfactual: the timeline of an item had a stage taken more or less time.
 */
#include "postgres.h"

#include <math.h>

#include "base/compat.h"
#include "base/time_range.h"
#include "item/what_if.h"
#include "miscadmin.h"

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
		timestamp_out_of_range();
	return (uint64) scaled;
}

Timeline *
what_if(const Timeline *timeline, const FlowItem *item, int stage, float8 factor)
{
	TimelineReader reader;
	TimelineBuilder builder;
	int			visit = -1;		/* the one that the instant before belongs to */
	int64		visit_begins = 0;	/* where it begins now */
	int64		old_at = 0,
				new_at = 0;
	bool		first = true;

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
					timestamp_out_of_range();
				moved = (int64) ((uint64) visit_begins + offset);
			}
			new_at = Max(moved, new_at + 1);
			if (!IS_VALID_TIMESTAMP(new_at))
				timestamp_out_of_range();
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
	return timeline_builder_finish(&builder);
}
