/*
 * releases_text.c
 *		The text form of releases: {"target":[["released at","release","sha"],...],...}.
 */
#include "postgres.h"

#include "base/compat.h"
#include "base/timestamp_text.h"
#include "correlation/releases_text.h"
#include "miscadmin.h"

/* The text is read in one pass, without a tree. */
typedef struct ReleasesParser
{
	RecordState *state;
	InputError *error;
	int			depth;
	int			member;			/* of the current release */
	uint32		num_scalars;
	uint32		target;
	uint32		release;
	TimestampTz released_at;
} ReleasesParser;

static void
fail_form(ReleasesParser *parser)
{
	input_error(parser->error, "%s",
				"Releases are an object of arrays of [time, release, sha] triples of strings, "
				"for example {\"shop\":[[\"2026-01-05T10:00:00Z\",\"v1\",\"4f9be21\"]]}.");
}

static bool
check_name(ReleasesParser *parser, const char *name)
{
	if (*name == '\0')
		input_error(parser->error, "%s", "A target, release or sha is not empty.");
	return !input_failed(parser->error);
}

static JSON_ACTION_RESULT
parse_object_start(void *state)
{
	ReleasesParser *parser = state;

	if (parser->depth++ != 0)
		fail_form(parser);
	JSON_ACTION_RETURN();
}

static JSON_ACTION_RESULT
parse_object_end(void *state)
{
	((ReleasesParser *) state)->depth--;
	JSON_ACTION_RETURN();
}

static JSON_ACTION_RESULT
parse_field_start(void *state, char *name, bool isnull)
{
	ReleasesParser *parser = state;

	if (parser->depth == 1 && check_name(parser, name))
		parser->target = record_state_name(&parser->state, name, strlen(name));
	JSON_ACTION_RETURN();
}

static JSON_ACTION_RESULT
parse_array_start(void *state)
{
	ReleasesParser *parser = state;

	if (parser->depth < 1 || parser->depth > 2)
		fail_form(parser);
	parser->depth++;
	parser->member = 0;
	JSON_ACTION_RETURN();
}

static JSON_ACTION_RESULT
parse_array_end(void *state)
{
	ReleasesParser *parser = state;

	/* A target without a release, or a release without all its members. */
	if (parser->depth == 3 ? parser->member != 3 : parser->member == 0)
		fail_form(parser);
	parser->depth--;
	parser->member = -1;		/* of the list of a target: it has had one */
	JSON_ACTION_RETURN();
}

static JSON_ACTION_RESULT
parse_scalar(void *state, char *token, JsonTokenType type)
{
	ReleasesParser *parser = state;
	int			member = parser->member++;

	if (parser->depth != 3 || type != JSON_TOKEN_STRING || member > 2)
		fail_form(parser);
	else if (!input_failed(parser->error))
	{
		if (member == 0)
		{
			const char *problem = timestamp_text_parse(token, strlen(token), &parser->released_at);

			if (problem != NULL)
				input_error(parser->error, "\"%s\": %s", token, problem);
		}
		else if (check_name(parser, token))
		{
			uint32		name = record_state_name(&parser->state, token, strlen(token));

			if (member == 1)
				parser->release = name;
			else
				releases_state_add(&parser->state, parser->target, parser->release, name,
								   parser->released_at);
		}
	}
	if (token != NULL)
		pfree(token);
	if ((++parser->num_scalars & 0xffff) == 0)
		CHECK_FOR_INTERRUPTS();
	JSON_ACTION_RETURN();
}

Releases *
releases_from_text(const char *text, int len, InputError *error)
{
	ReleasesParser parser = {0};
	JsonSemAction actions = {0};

	parser.state = releases_state_new();
	parser.error = error;
	actions.semstate = &parser;
	actions.object_start = parse_object_start;
	actions.object_end = parse_object_end;
	actions.object_field_start = parse_field_start;
	actions.array_start = parse_array_start;
	actions.array_end = parse_array_end;
	actions.scalar = parse_scalar;
	if (!json_stream_parse(vsm_json_lexer(text, len), &actions, error))
		return NULL;
	return releases_from_state(parser.state);
}

char *
releases_to_text(const Releases *releases)
{
	ReleasesReader reader;
	StringInfoData buf;

	releases_open(&reader, releases);
	initStringInfo(&buf);
	appendStringInfoChar(&buf, '{');
	for (uint32 i = 0; i < reader.num_releases; i++)
	{
		const Release *release = &reader.releases[i];

		if ((i & 0xffff) == 0)
			CHECK_FOR_INTERRUPTS();
		if (i > 0 && release->target == release[-1].target)
			appendStringInfoChar(&buf, ',');
		else
		{
			if (i > 0)
				appendStringInfoString(&buf, "],");
			name_table_append_json(&buf, &reader.names, release->target);
			appendStringInfoString(&buf, ":[");
		}
		appendStringInfoString(&buf, "[\"");
		timestamp_text_append(&buf, release_time(release));
		appendStringInfoString(&buf, "\",");
		name_table_append_json(&buf, &reader.names, release->release);
		appendStringInfoChar(&buf, ',');
		name_table_append_json(&buf, &reader.names, release->sha);
		appendStringInfoChar(&buf, ']');
	}
	if (reader.num_releases > 0)
		appendStringInfoChar(&buf, ']');
	appendStringInfoChar(&buf, '}');
	return buf.data;
}
