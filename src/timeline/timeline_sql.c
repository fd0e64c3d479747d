/*
 * timeline_sql.c
 *		Questions to a timeline and operations on it; none of them interprets its states.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "base/value_io.h"
#include "base/compat.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "base/period_list.h"
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
 * Comparison: one function orders, equality and hash look at the canonical bytes.
 *----------
 */

static int
compare_arguments(FunctionCallInfo fcinfo)
{
	Timeline   *a = PG_GETARG_TIMELINE(0);
	Timeline   *b = PG_GETARG_TIMELINE(1);
	int			result = timeline_compare(a, b);

	PG_FREE_IF_COPY(a, 0);
	PG_FREE_IF_COPY(b, 1);
	return result;
}

/* Equal timelines are equal bytes. */
static int
differ(FunctionCallInfo fcinfo)
{
	Timeline   *a = PG_GETARG_TIMELINE(0);
	Timeline   *b = PG_GETARG_TIMELINE(1);
	int			result;

	result = VARSIZE_ANY_EXHDR(a) != VARSIZE_ANY_EXHDR(b) ||
		memcmp(VARDATA_ANY(a), VARDATA_ANY(b), VARSIZE_ANY_EXHDR(a)) != 0;
	PG_FREE_IF_COPY(a, 0);
	PG_FREE_IF_COPY(b, 1);
	return result;
}

static struct varlena *
packed_argument(FunctionCallInfo fcinfo)
{
	return PG_DETOAST_DATUM_PACKED(PG_GETARG_DATUM(0));
}

COMPARISON_FUNCTIONS(timeline, compare_arguments, differ)
HASH_FUNCTIONS(timeline, packed_argument)

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
	ReturnSetInfo *rsinfo = vsm_materialized_srf(fcinfo);
	TimelineReader reader;
	Datum	   *texts;

	if (PG_ARGISNULL(0))
		return (Datum) 0;
	timeline_open(&reader, PG_GETARG_TIMELINE(0));
	texts = state_texts(&reader);
	while (timeline_next(&reader))
	{
		Datum		values[2];
		bool		nulls[2] = {false, false};

		values[0] = TimestampTzGetDatum(reader.at);
		values[1] = texts[reader.state];
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
		CHECK_FOR_INTERRUPTS();
	}
	return (Datum) 0;
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
	TimelineReader reader;
	TypeCacheEntry *type = range_get_typcache(fcinfo, TSTZRANGEOID);
	RangeBound	lower = {.inclusive = true,.lower = true};
	RangeBound	upper = {.inclusive = true};

	timeline_open(&reader, PG_GETARG_TIMELINE(0));
	timeline_next(&reader);
	lower.val = TimestampTzGetDatum(reader.at);
	while (timeline_next(&reader))
		;
	upper.val = TimestampTzGetDatum(reader.at);
	PG_RETURN_RANGE_P(vsm_make_range(type, &lower, &upper, false));
}

/* state_at(timeline, at) -> text: of tied states the last in byte order; NULL before the first. */
Datum
vsm_timeline_state_at(PG_FUNCTION_ARGS)
{
	TimelineReader reader;
	TimestampTz at = PG_GETARG_TIMESTAMPTZ(1);
	bool		found = false;
	uint32		state = 0;
	const uint8 *p;
	StateName	name = {0};

	timeline_open(&reader, PG_GETARG_TIMELINE(0));
	while (timeline_next(&reader) && reader.at <= at)
	{
		found = true;
		state = reader.state;
	}
	if (!found)
		PG_RETURN_NULL();
	p = reader.names;
	for (uint32 i = 0; i <= state; i++)
		name = timeline_next_name(&p);
	PG_RETURN_TEXT_P(cstring_to_text_with_len(name.data, name.len));
}

/*----------
 * Operations.
 *----------
 */

/*
 * clip(timeline, tstzrange): the events within [lower, upper), whatever the range's own
 * bounds include; all states of the last instant at or before the lower bound are kept,
 * stamped with it. NULL if nothing is left.
 */
Datum
vsm_timeline_clip(PG_FUNCTION_ARGS)
{
	RangeType  *range = PG_GETARG_RANGE_P(1);
	TypeCacheEntry *type = range_get_typcache(fcinfo, RangeTypeGetOid(range));
	RangeBound	lower,
				upper;
	bool		empty;
	TimelineReader reader;
	TimelineBuilder builder;
	StateName  *names;
	int64		from,
				until;
	int64		held_at = 0;
	uint32		num_held = 0;
	Timeline   *result;

	range_deserialize(type, range, &lower, &upper, &empty);
	if (empty)
		PG_RETURN_NULL();
	from = lower.infinite ? DT_NOBEGIN : DatumGetTimestampTz(lower.val);
	until = upper.infinite ? DT_NOEND : DatumGetTimestampTz(upper.val);
	if (from >= until)
		PG_RETURN_NULL();

	timeline_open(&reader, PG_GETARG_TIMELINE(0));
	names = timeline_names(&reader);
	timeline_builder_init(&builder, 16);
	builder.names = names;
	builder.num_names = builder.max_names = reader.num_states;
	while (timeline_next(&reader) && reader.at < until)
	{
		if (reader.at <= from)
		{
			/* What held at the bound is replaced by what came later, up to it. */
			if (num_held > 0 && held_at != reader.at)
				builder.num_events = num_held = 0;
			held_at = reader.at;
			num_held++;
			timeline_builder_event(&builder, from, reader.state);
		}
		else
			timeline_builder_event(&builder, reader.at, reader.state);
	}
	result = timeline_builder_finish(&builder);
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
 * periods(timeline, state) -> tstzmultirange: when that state held, that is from its event
 * to the next instant with an event; of tied states the last in byte order holds. The last
 * one has no upper bound. Empty if it never held.
 */
Datum
vsm_timeline_periods(PG_FUNCTION_ARGS)
{
	text	   *wanted = PG_GETARG_TEXT_PP(1);
	StateName	wanted_name = {VARDATA_ANY(wanted), VARSIZE_ANY_EXHDR(wanted)};
	TimelineReader reader;
	StateName  *names;
	PeriodList	periods;
	bool		holds = false;
	int64		since = 0;
	bool		more;

	timeline_open(&reader, PG_GETARG_TIMELINE(0));
	names = timeline_names(&reader);
	period_list_init(&periods);
	more = timeline_next(&reader);
	while (more)
	{
		int64		at = reader.at;
		uint32		state;

		do
		{
			state = reader.state;
			more = timeline_next(&reader);
		} while (more && reader.at == at);
		if (holds)
			period_list_add(&periods, since, at);
		holds = state_name_compare(&names[state], &wanted_name) == 0;
		since = at;
	}
	if (holds)
		period_list_add(&periods, since, PERIOD_UNBOUNDED);
	return period_list_to_multirange(&periods);
}
