/*
 * timeline_text.c
 *		The text form of timelines.
 *
 * It is a wire format (Citus sends states as text), hence one pass, no tree, and no setting
 * of the session in it.
 */
#include "postgres.h"

#include "base/compat.h"
#include "base/timestamp_text.h"
#include "miscadmin.h"
#include "timeline/timeline_text.h"
#include "utils/json.h"

static const char *const form_of_pair =
"A timeline is an array of [time, state] pairs of strings, for example [[\"2026-01-05T10:00:00Z\",\"In Progress\"]].";
static const char *const form_of_triple =
"This state is an array of [time, sequence number, state] triples.";

typedef struct TimelineParser
{
	TimelineText *result;
	InputError *error;
	int			depth;			/* of arrays */
	int			member;			/* of the current event */
	int64		at;
	int64		seq;
} TimelineParser;

static void
fail_form(TimelineParser *parser)
{
	input_error(parser->error, "%s", parser->result->with_seq ? form_of_triple : form_of_pair);
}

static void
add_event(TimelineParser *parser, char *state)
{
	TimelineText *result = parser->result;
	StateName	name;
	uint32		before = result->builder.num_names;
	uint32		number;

	name.data = state;
	name.len = strlen(state);
	number = timeline_builder_name(&result->builder, name);
	if (number < before)
		pfree(state);
	if (result->with_seq)
	{
		if (result->builder.num_events == result->max_seqs)
		{
			result->max_seqs *= 2;
			result->seqs = repalloc_huge(result->seqs, sizeof(int64) * (Size) result->max_seqs);
		}
		result->seqs[result->builder.num_events] = parser->seq;
	}
	timeline_builder_event(&result->builder, parser->at, number);
	if ((result->builder.num_events & 0xffff) == 0)
		CHECK_FOR_INTERRUPTS();
}

static JSON_ACTION_RESULT
parse_array_start(void *state)
{
	TimelineParser *parser = state;

	if (++parser->depth > 2)
		fail_form(parser);
	parser->member = 0;
	JSON_ACTION_RETURN();
}

static JSON_ACTION_RESULT
parse_array_end(void *state)
{
	TimelineParser *parser = state;

	if (parser->depth-- == 2 && parser->member != (parser->result->with_seq ? 3 : 2))
		fail_form(parser);
	JSON_ACTION_RETURN();
}

static JSON_ACTION_RESULT
parse_object_start(void *state)
{
	fail_form(state);
	JSON_ACTION_RETURN();
}

static void
parse_time(TimelineParser *parser, const char *token)
{
	const char *problem = timestamp_text_parse(token, strlen(token), &parser->at);

	if (problem != NULL)
		input_error(parser->error, "\"%s\": %s", token, problem);
}

static void
parse_seq(TimelineParser *parser, const char *token)
{
	char	   *end;

	errno = 0;
	parser->seq = strtoi64(token, &end, 10);
	if (errno != 0 || *end != '\0')
		fail_form(parser);
}

static JSON_ACTION_RESULT
parse_scalar(void *state, char *token, JsonTokenType type)
{
	TimelineParser *parser = state;
	int			member = parser->member++;
	int			state_member = parser->result->with_seq ? 2 : 1;

	if (parser->depth != 2 || member > state_member ||
		type != (member == 1 && state_member == 2 ? JSON_TOKEN_NUMBER : JSON_TOKEN_STRING))
		fail_form(parser);
	else if (!input_failed(parser->error))
	{
		if (member == state_member)
		{
			add_event(parser, token);
			JSON_ACTION_RETURN();
		}
		if (member == 0)
			parse_time(parser, token);
		else
			parse_seq(parser, token);
	}
	if (token != NULL)
		pfree(token);
	JSON_ACTION_RETURN();
}

bool
timeline_text_parse(const char *text, int len, bool with_seq,
					TimelineText *result, InputError *error)
{
	TimelineParser parser = {0};
	JsonSemAction actions = {0};

	timeline_builder_init(&result->builder, len / 40);
	result->with_seq = with_seq;
	result->max_seqs = result->builder.max_events;
	result->seqs = with_seq ?
		palloc_extended(sizeof(int64) * (Size) result->max_seqs, MCXT_ALLOC_HUGE) : NULL;

	parser.result = result;
	parser.error = error;
	actions.semstate = &parser;
	actions.array_start = parse_array_start;
	actions.array_end = parse_array_end;
	actions.object_start = parse_object_start;
	actions.scalar = parse_scalar;
	if (!json_stream_parse(vsm_json_lexer(text, len), &actions, error))
		return false;
	if (result->builder.num_events == 0)
		return input_error(error, "A timeline has at least one event; an item without events has no timeline (NULL).");
	return true;
}

void
timeline_text_begin(TimelineTextWriter *writer, const StateName *names, uint32 num_names)
{
	StringInfoData name;
	StringInfoData escaped;

	initStringInfo(&writer->buf);
	writer->escaped = palloc_extended(sizeof(char *) * (Size) Max(num_names, 1), MCXT_ALLOC_HUGE);

	/* Two buffers for all: a million names with a kilobyte of room each would be a gigabyte. */
	initStringInfo(&name);
	initStringInfo(&escaped);
	for (uint32 i = 0; i < num_names; i++)
	{
		resetStringInfo(&name);
		appendBinaryStringInfo(&name, names[i].data, names[i].len);
		resetStringInfo(&escaped);
		escape_json(&escaped, name.data);
		writer->escaped[i] = pnstrdup(escaped.data, escaped.len);
		if ((i & 0xffff) == 0xffff)
			CHECK_FOR_INTERRUPTS();
	}
	pfree(name.data);
	pfree(escaped.data);
}

void
timeline_text_event(TimelineTextWriter *writer, int64 at, const int64 *seq, uint32 state)
{
	StringInfo	buf = &writer->buf;

	appendStringInfoString(buf, buf->len == 0 ? "[[\"" : ",[\"");
	timestamp_text_append(buf, at);
	appendStringInfoString(buf, "\",");
	if (seq != NULL)
		appendStringInfo(buf, INT64_FORMAT ",", *seq);
	appendStringInfoString(buf, writer->escaped[state]);
	appendStringInfoChar(buf, ']');
}

char *
timeline_text_end(TimelineTextWriter *writer)
{
	appendStringInfoChar(&writer->buf, ']');
	return writer->buf.data;
}

Timeline *
timeline_from_text(const char *text, int len, InputError *error)
{
	TimelineText parsed;

	if (!timeline_text_parse(text, len, false, &parsed, error))
		return NULL;
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
