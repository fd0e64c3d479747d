/*
 * timeline_state_sql.c
 *		The aggregates that make timelines: vsm.timeline and vsm.merge.
 *
 * All have the state type vsm.timeline_state; see timeline_state.h. Rows may come in any
 * order and more than once, partial states may overlap: a timeline is a set.
 */
#include "postgres.h"

#include "base/compat.h"
#include "base/flat_state_sql.h"
#include "base/time_range.h"
#include "timeline/timeline_io.h"
#include "timeline/timeline_state.h"
#include "utils/timestamp.h"

PG_FUNCTION_INFO_V1(vsm_timeline_add_event);
PG_FUNCTION_INFO_V1(vsm_timeline_add_event_seq);
PG_FUNCTION_INFO_V1(vsm_timeline_add_timeline);
PG_FUNCTION_INFO_V1(vsm_timeline_combine);
PG_FUNCTION_INFO_V1(vsm_timeline_finish);

/* The state that is a datum, for reading. */
static TimelineState *
get_state(Datum datum)
{
	return (TimelineState *) flat_state_peek(datum, &timeline_state_format);
}

/* That of argument 0, to be changed; a new one if there is none. */
static TimelineState *
own_state(FunctionCallInfo fcinfo, bool with_seq)
{
	if (PG_ARGISNULL(0))
		return timeline_state_new(with_seq);
	return (TimelineState *) flat_state_get(fcinfo, 0, &timeline_state_format);
}

/*
 * add_event(state, at, state_name [, seq]): the transition functions of vsm.timeline. A row
 * with a NULL is skipped; infinity is an error (22008).
 */
static Datum
add_event(FunctionCallInfo fcinfo, bool with_seq)
{
	TimelineState *state;
	TimestampTz at;
	text	   *name;

	if (PG_ARGISNULL(1) || PG_ARGISNULL(2) || (with_seq && PG_ARGISNULL(3)))
	{
		if (PG_ARGISNULL(0))
			PG_RETURN_NULL();
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	}
	if (!PG_ARGISNULL(0))
		timeline_state_prefetch(PG_GETARG_POINTER(0));
	at = PG_GETARG_TIMESTAMPTZ(1);
	check_finite(at, "the time of an event");
	state = own_state(fcinfo, with_seq);
	name = PG_GETARG_TEXT_PP(2);
	state = timeline_state_add(state, at, with_seq ? PG_GETARG_INT64(3) : 0,
							   VARDATA_ANY(name), VARSIZE_ANY_EXHDR(name));
	PG_RETURN_POINTER(state);
}

Datum
vsm_timeline_add_event(PG_FUNCTION_ARGS)
{
	return add_event(fcinfo, false);
}

Datum
vsm_timeline_add_event_seq(PG_FUNCTION_ARGS)
{
	return add_event(fcinfo, true);
}

/* The transition function of vsm.merge. */
Datum
vsm_timeline_add_timeline(PG_FUNCTION_ARGS)
{
	TimelineState *state;

	if (PG_ARGISNULL(1))
	{
		if (PG_ARGISNULL(0))
			PG_RETURN_NULL();
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	}
	state = own_state(fcinfo, false);
	PG_RETURN_POINTER(timeline_state_add_timeline(state, PG_GETARG_TIMELINE(1)));
}

Datum
vsm_timeline_combine(PG_FUNCTION_ARGS)
{
	TimelineState *state;
	TimelineState *other;

	if (PG_ARGISNULL(1))
	{
		if (PG_ARGISNULL(0))
			PG_RETURN_NULL();
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	}
	if (PG_ARGISNULL(0))
		PG_RETURN_DATUM(PG_GETARG_DATUM(1));	/* the executor copies it */
	state = own_state(fcinfo, false);
	other = get_state(PG_GETARG_DATUM(1));
	PG_RETURN_POINTER(timeline_state_add_state(state, other));
}

/* The final function of all of them. NULL if there was no event. */
Datum
vsm_timeline_finish(PG_FUNCTION_ARGS)
{
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	timeline_state_prefetch(PG_GETARG_POINTER(0));
	PG_RETURN_TIMELINE(timeline_state_finish(get_state(PG_GETARG_DATUM(0))));
}
