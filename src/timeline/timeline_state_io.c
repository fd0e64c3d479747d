/*
 * timeline_state_io.c
 *		vsm.timeline_state as a type: text.
 */
#include "postgres.h"

#include "base/compat.h"
#include "base/flat_state_sql.h"
#include "base/value_io.h"
#include "timeline/timeline_state_text.h"

static TimelineState *
get_state(Datum datum)
{
	return (TimelineState *) flat_state_peek(datum, &timeline_state_format);
}

VALUE_INPUT(timeline_state, "vsm.timeline_state", timeline_state_from_text)
VALUE_OUTPUT(timeline_state, get_state, timeline_state_to_text)
