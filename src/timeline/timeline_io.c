/*
 * timeline_io.c
 *		vsm.timeline as a type: text, binary, json and jsonb, comparison, hash.
 */
#include "postgres.h"

#include "base/compat.h"
#include "base/value_io.h"
#include "timeline/timeline_io.h"
#include "timeline/timeline_text.h"
#include "utils/timestamp.h"

PG_FUNCTION_INFO_V1(vsm_timeline_recv);
PG_FUNCTION_INFO_V1(vsm_timeline_send);

VALUE_TEXT_FUNCTIONS(timeline, "vsm.timeline", DatumGetTimeline, timeline_from_text, timeline_to_text)
VALUE_COMPARISON_FUNCTIONS(timeline, DatumGetTimeline, timeline_compare)

/*
 * Binary form: format version (byte), number of states (int32), each as int32 length and
 * bytes; number of events (int32), each as time (int64, microseconds since 2000-01-01 UTC)
 * and number of its state (int32).
 */
Datum
vsm_timeline_recv(PG_FUNCTION_ARGS)
{
	StringInfo	buf = (StringInfo) PG_GETARG_POINTER(0);
	TimelineBuilder builder;
	uint32	   *numbers;
	uint32		num_names,
				num_events;

	value_begin_receive(buf, "vsm.timeline", TIMELINE_VERSION);

	/* A name takes at least 4 bytes and an event 12: no count beyond that allocates. */
	num_names = pq_getmsgint(buf, 4);
	if (num_names == 0 || num_names > (buf->len - buf->cursor) / 4)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("invalid number of states in binary timeline: %u", num_names)));
	timeline_builder_init(&builder, 8);
	numbers = palloc(sizeof(uint32) * num_names);
	for (uint32 i = 0; i < num_names; i++)
	{
		int32		len = pq_getmsgint(buf, 4);
		StateName	name;
		int			server_len;

		if (len < 0 || len > buf->len - buf->cursor)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
					 errmsg("invalid length of a state in binary timeline: %d", len)));
		name.data = pq_getmsgtext(buf, len, &server_len);
		name.len = server_len;
		numbers[i] = timeline_builder_name(&builder, name);
	}
	num_events = pq_getmsgint(buf, 4);
	if (num_events == 0 || num_events > (buf->len - buf->cursor) / 12)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("invalid number of events in binary timeline: %u", num_events)));
	for (uint32 i = 0; i < num_events; i++)
	{
		int64		at = pq_getmsgint64(buf);
		uint32		state = pq_getmsgint(buf, 4);

		if (!IS_VALID_TIMESTAMP(at) || state >= num_names)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
					 errmsg("invalid event in binary timeline"),
					 errdetail("Its time is out of range, or there is no state of its number.")));
		timeline_builder_event(&builder, at, numbers[state]);
	}
	PG_RETURN_TIMELINE(timeline_builder_finish(&builder));
}

Datum
vsm_timeline_send(PG_FUNCTION_ARGS)
{
	TimelineReader reader;
	const uint8 *p;
	StringInfoData buf;

	timeline_open(&reader, PG_GETARG_TIMELINE(0));
	value_begin_send(&buf, TIMELINE_VERSION);
	pq_sendint32(&buf, reader.num_states);
	p = reader.names;
	for (uint32 i = 0; i < reader.num_states; i++)
	{
		StateName	name = timeline_next_name(&p);

		vsm_sendcountedtext(&buf, name.data, name.len);
	}
	pq_sendint32(&buf, reader.num_events);
	while (timeline_next(&reader))
	{
		pq_sendint64(&buf, reader.at);
		pq_sendint32(&buf, reader.state);
	}
	PG_RETURN_BYTEA_P(pq_endtypsend(&buf));
}
