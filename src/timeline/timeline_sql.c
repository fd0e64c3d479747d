/*
 * timeline_sql.c
 *		Questions to a timeline and operations on it; none of them interprets its states.
 */
#include "postgres.h"

#include "base/compat.h"
#include "base/period_list_sql.h"
#include "base/rows_sql.h"
#include "base/time_range.h"
#include "catalog/pg_type.h"
#include "timeline/timeline_io.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/multirangetypes.h"
#include "utils/rangetypes.h"
#include "utils/timestamp.h"
#include "utils/typcache.h"

PG_FUNCTION_INFO_V1(vsm_timeline_union);
PG_FUNCTION_INFO_V1(vsm_timeline_events);
PG_FUNCTION_INFO_V1(vsm_timeline_span);
PG_FUNCTION_INFO_V1(vsm_timeline_num_events);
PG_FUNCTION_INFO_V1(vsm_timeline_state_at);
PG_FUNCTION_INFO_V1(vsm_timeline_path);
PG_FUNCTION_INFO_V1(vsm_timeline_clip);
PG_FUNCTION_INFO_V1(vsm_timeline_mark);
PG_FUNCTION_INFO_V1(vsm_timeline_periods);

Datum
vsm_timeline_union(PG_FUNCTION_ARGS)
{
	PG_RETURN_TIMELINE(timeline_union(PG_GETARG_TIMELINE(0), PG_GETARG_TIMELINE(1)));
}

/*----------
 * Reading.
 *----------
 */

/* Texts of all states of a timeline, by their numbers. */
static Datum *
state_texts(const TimelineReader *reader)
{
	Datum	   *texts = palloc(sizeof(Datum) * Max(reader->num_states, 1));
	const uint8 *p = reader->names;

	for (uint32 i = 0; i < reader->num_states; i++)
	{
		StateName	name = timeline_next_name(&p);

		texts[i] = PointerGetDatum(cstring_to_text_with_len(name.data, name.len));
	}
	return texts;
}

/* events(timeline) -> setof (at, state), in order; no rows for NULL. */
Datum
vsm_timeline_events(PG_FUNCTION_ARGS)
{
	Rows		rows;
	TimelineReader reader;
	Datum	   *texts;

	rows_begin_set(fcinfo, &rows);
	if (PG_ARGISNULL(0))
		return rows_end(&rows);
	timeline_open(&reader, PG_GETARG_TIMELINE(0));
	texts = state_texts(&reader);
	while (timeline_next(&reader))
	{
		Datum		values[2];
		bool		nulls[2] = {false, false};

		values[0] = TimestampTzGetDatum(reader.at);
		values[1] = texts[reader.state];
		rows_add(&rows, values, nulls);
	}
	return rows_end(&rows);
}

/* path(timeline) -> text[]: the state of every event, in order. */
Datum
vsm_timeline_path(PG_FUNCTION_ARGS)
{
	TimelineReader reader;
	Datum	   *texts;
	Datum	   *elements;

	timeline_open(&reader, PG_GETARG_TIMELINE(0));
	texts = state_texts(&reader);
	elements = palloc_extended(sizeof(Datum) * (Size) reader.num_events, MCXT_ALLOC_HUGE);
	while (timeline_next(&reader))
		elements[reader.next_event - 1] = texts[reader.state];
	PG_RETURN_ARRAYTYPE_P(construct_array(elements, reader.num_events, TEXTOID, -1, false,
										  TYPALIGN_INT));
}

Datum
vsm_timeline_num_events(PG_FUNCTION_ARGS)
{
	TimelineReader reader;

	timeline_open(&reader, PG_GETARG_TIMELINE(0));
	PG_RETURN_INT32(reader.num_events);
}

/* span(timeline) -> tstzrange: from the first to the last event, both included. */
Datum
vsm_timeline_span(PG_FUNCTION_ARGS)
{
	TypeCacheEntry *type = range_get_typcache(fcinfo, TSTZRANGEOID);
	RangeBound	lower = {.inclusive = true,.lower = true};
	RangeBound	upper = {.inclusive = true};
	int64		first,
				last;

	timeline_span(PG_GETARG_TIMELINE(0), &first, &last);
	lower.val = TimestampTzGetDatum(first);
	upper.val = TimestampTzGetDatum(last);
	PG_RETURN_RANGE_P(vsm_make_range(type, &lower, &upper, false));
}

/* state_at(timeline, at) -> text: of tied states the last in byte order; NULL before the first. */
Datum
vsm_timeline_state_at(PG_FUNCTION_ARGS)
{
	StateName	name;

	if (!timeline_state_at(PG_GETARG_TIMELINE(0), PG_GETARG_TIMESTAMPTZ(1), &name))
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text_with_len(name.data, name.len));
}

/*----------
 * Operations.
 *----------
 */

/*
 * clip(timeline, tstzrange): the events within [lower, upper), whatever the range's own
 * bounds include; see timeline_clip. NULL if nothing is left.
 */
Datum
vsm_timeline_clip(PG_FUNCTION_ARGS)
{
	RangeType  *range = PG_GETARG_RANGE_P(1);
	TypeCacheEntry *type = range_get_typcache(fcinfo, RangeTypeGetOid(range));
	RangeBound	lower,
				upper;
	bool		empty;
	Timeline   *result;

	range_deserialize(type, range, &lower, &upper, &empty);
	if (empty)
		PG_RETURN_NULL();
	result = timeline_clip(PG_GETARG_TIMELINE(0),
						   lower.infinite ? DT_NOBEGIN : DatumGetTimestampTz(lower.val),
						   upper.infinite ? DT_NOEND : DatumGetTimestampTz(upper.val));
	if (result == NULL)
		PG_RETURN_NULL();
	PG_RETURN_TIMELINE(result);
}

/*
 * mark(timeline, periods, begins, ends): adds the event begins at each lower and ends at
 * each finite upper bound of the periods. A lower bound at -infinity cannot be an event:
 * 22008. Bounds are taken as [ ).
 */
Datum
vsm_timeline_mark(PG_FUNCTION_ARGS)
{
	MultirangeType *periods = PG_GETARG_MULTIRANGE_P(1);
	TypeCacheEntry *type = multirange_get_typcache(fcinfo, MultirangeTypeGetOid(periods));
	text	   *begins = PG_GETARG_TEXT_PP(2);
	text	   *ends = PG_GETARG_TEXT_PP(3);
	StateName	begins_name = {VARDATA_ANY(begins), VARSIZE_ANY_EXHDR(begins)};
	StateName	ends_name = {VARDATA_ANY(ends), VARSIZE_ANY_EXHDR(ends)};
	Timeline   *timeline = PG_GETARG_TIMELINE(0);
	TimelineBuilder builder;
	uint32		begins_number,
				ends_number;
	Timeline   *marks;

	timeline_builder_init(&builder, periods->rangeCount * 2);
	begins_number = timeline_builder_name(&builder, begins_name);
	ends_number = timeline_builder_name(&builder, ends_name);
	for (int i = 0; i < periods->rangeCount; i++)
	{
		RangeBound	lower,
					upper;

		multirange_get_bounds(type->rngtype, periods, i, &lower, &upper);
		if (lower.infinite)
			ereport(ERROR,
					(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
					 errmsg("a period to mark must have a lower bound"),
					 errdetail("An event cannot lie at minus infinity.")));
		check_finite(DatumGetTimestampTz(lower.val), "the lower bound of a period to mark");
		timeline_builder_event(&builder, DatumGetTimestampTz(lower.val), begins_number);
		if (!upper.infinite && !TIMESTAMP_NOT_FINITE(DatumGetTimestampTz(upper.val)))
			timeline_builder_event(&builder, DatumGetTimestampTz(upper.val), ends_number);
	}
	marks = timeline_builder_finish(&builder);
	if (marks == NULL)
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	PG_RETURN_TIMELINE(timeline_union(timeline, marks));
}

/*
 * periods(timeline, state) -> tstzmultirange: when that state held; see timeline_periods. Empty
 * if it never did.
 */
Datum
vsm_timeline_periods(PG_FUNCTION_ARGS)
{
	text	   *wanted = PG_GETARG_TEXT_PP(1);
	StateName	wanted_name = {VARDATA_ANY(wanted), VARSIZE_ANY_EXHDR(wanted)};
	PeriodList	periods;

	period_list_init(&periods);
	timeline_periods(PG_GETARG_TIMELINE(0), wanted_name, &periods);
	return period_list_to_multirange(&periods);
}
