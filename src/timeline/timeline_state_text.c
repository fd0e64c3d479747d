/*
 * timeline_state_text.c
 *		The text form of the state of the aggregates that make timelines: that of a timeline, or,
 *		where events have sequence numbers, [time, sequence number, state] triples.
 */
#include "postgres.h"

#include "base/compat.h"
#include "miscadmin.h"
#include "timeline/timeline_state_text.h"
#include "timeline/timeline_text.h"

TimelineState *
timeline_state_from_text(const char *text, int len, InputError *error)
{
	bool		with_seq = false;
	TimelineText parsed;
	InputError	ignored = {0};
	TimelineState *state;

	if (!timeline_text_parse(text, len, false, &parsed, error))
	{
		with_seq = true;
		if (!timeline_text_parse(text, len, true, &parsed, &ignored))
			return NULL;
	}
	state = timeline_state_new(with_seq);
	for (uint32 i = 0; i < parsed.builder.num_events; i++)
	{
		const TimelineEvent *event = &parsed.builder.events[i];
		const StateName *name = &parsed.builder.names[event->state];

		state = timeline_state_add(state, event->at, with_seq ? parsed.seqs[i] : 0,
								   name->data, name->len);
		if ((i & 0xffff) == 0)
			CHECK_FOR_INTERRUPTS();
	}
	return state;
}

char *
timeline_state_to_text(TimelineState *state)
{
	StateName  *names = palloc_extended(sizeof(StateName) * (Size) state->num_names,
										MCXT_ALLOC_HUGE);
	uint32		num_events;
	StateEvent *events;
	TimelineTextWriter writer;

	timeline_state_names(state, names);
	events = timeline_state_events(state, names, &num_events);
	timeline_text_begin(&writer, names, state->num_names);
	for (uint32 i = 0; i < num_events; i++)
	{
		timeline_text_event(&writer, events[i].at, state->with_seq ? &events[i].seq : NULL,
							events[i].name);
		if ((i & 0xffff) == 0)
			CHECK_FOR_INTERRUPTS();
	}
	return timeline_text_end(&writer);
}
