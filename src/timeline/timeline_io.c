/*
 * timeline_io.c
 *		Timelines as text, json, jsonb and binary.
 */
#include "postgres.h"

#include "base/compat.h"
#include "libpq/pqformat.h"
#include "miscadmin.h"
#include "timeline/timeline_io.h"
#include "timeline/timeline_text.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/timestamp.h"

PG_FUNCTION_INFO_V1(vsm_timeline_in);
PG_FUNCTION_INFO_V1(vsm_timeline_out);
PG_FUNCTION_INFO_V1(vsm_timeline_recv);
PG_FUNCTION_INFO_V1(vsm_timeline_send);
PG_FUNCTION_INFO_V1(vsm_timeline_to_json);
PG_FUNCTION_INFO_V1(vsm_timeline_to_jsonb);
PG_FUNCTION_INFO_V1(vsm_timeline_from_json);
PG_FUNCTION_INFO_V1(vsm_timeline_from_jsonb);

void
check_finite(TimestampTz at, const char *what)
{
	if (unlikely(TIMESTAMP_NOT_FINITE(at)))
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("%s cannot be infinite", what)));
}

Timeline *
timeline_from_text(const char *text, int len, Node *escontext)
{
	TimelineText parsed;
	InputError	error = {0};

	if (!timeline_text_parse(text, len, false, &parsed, &error))
		vsm_ereturn(escontext, NULL,
					(errcode(error.sqlstate),
					 errmsg("invalid input syntax for type %s", "vsm.timeline"),
					 errdetail("%s", error.detail)));
	return timeline_builder_finish(&parsed.builder);
}

char *
timeline_to_text(const Timeline *timeline)
{
	TimelineReader reader;
	TimelineTextWriter writer;

	timeline_open(&reader, timeline);
	timeline_text_begin(&writer, timeline_names(&reader), reader.num_states);
	while (timeline_next(&reader))
	{
		timeline_text_event(&writer, reader.at, NULL, reader.state);
		if ((reader.next_event & 0xffff) == 0)
			CHECK_FOR_INTERRUPTS();
	}
	return timeline_text_end(&writer);
}

Datum
vsm_timeline_in(PG_FUNCTION_ARGS)
{
	char	   *text = PG_GETARG_CSTRING(0);
	Timeline   *timeline = timeline_from_text(text, strlen(text), VSM_ESCONTEXT(fcinfo));

	if (timeline == NULL)
		PG_RETURN_NULL();		/* the error is saved in the context */
	PG_RETURN_TIMELINE(timeline);
}

Datum
vsm_timeline_out(PG_FUNCTION_ARGS)
{
	PG_RETURN_CSTRING(timeline_to_text(PG_GETARG_TIMELINE(0)));
}

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
	int			version = pq_getmsgbyte(buf);
	uint32	   *numbers;
	uint32		num_names,
				num_events;

	if (version != TIMELINE_VERSION)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("timeline has format version %d", version),
				 errdetail("This version of vsm reads format version %d.", TIMELINE_VERSION)));

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
	pq_begintypsend(&buf);
	pq_sendbyte(&buf, TIMELINE_VERSION);
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

Datum
vsm_timeline_to_json(PG_FUNCTION_ARGS)
{
	PG_RETURN_TEXT_P(cstring_to_text(timeline_to_text(PG_GETARG_TIMELINE(0))));
}

Datum
vsm_timeline_to_jsonb(PG_FUNCTION_ARGS)
{
	return DirectFunctionCall1(jsonb_in, CStringGetDatum(timeline_to_text(PG_GETARG_TIMELINE(0))));
}

Datum
vsm_timeline_from_json(PG_FUNCTION_ARGS)
{
	text	   *json = PG_GETARG_TEXT_PP(0);

	PG_RETURN_TIMELINE(timeline_from_text(VARDATA_ANY(json), VARSIZE_ANY_EXHDR(json), NULL));
}

Datum
vsm_timeline_from_jsonb(PG_FUNCTION_ARGS)
{
	Jsonb	   *jsonb = PG_GETARG_JSONB_P(0);
	char	   *text = JsonbToCString(NULL, &jsonb->root, VARSIZE(jsonb));

	PG_RETURN_TIMELINE(timeline_from_text(text, strlen(text), NULL));
}
