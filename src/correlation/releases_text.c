/*
 * releases_text.c
 *		The text form of releases: {"target":[["released at","release","sha"],...],...}.
 */
#include "postgres.h"

#include "base/compat.h"
#include "base/record_text.h"
#include "base/timestamp_text.h"
#include "correlation/releases_text.h"
#include "miscadmin.h"

typedef struct ReleasesParser
{
	RecordParser record;
	int			member;			/* of the current release */
	uint32		release;
	TimestampTz released_at;
} ReleasesParser;

static JSON_ACTION_RESULT
parse_array_start(void *state)
{
	ReleasesParser *parser = state;

	if (parser->record.depth < 1 || parser->record.depth > 2)
		record_text_fail(&parser->record);
	parser->record.depth++;
	parser->member = 0;
	JSON_ACTION_RETURN();
}

static JSON_ACTION_RESULT
parse_array_end(void *state)
{
	ReleasesParser *parser = state;

	/* A target without a release, or a release without all its members. */
	if (parser->record.depth == 3 ? parser->member != 3 : parser->member == 0)
		record_text_fail(&parser->record);
	parser->record.depth--;
	parser->member = -1;		/* of the list of a target: it has had one */
	JSON_ACTION_RETURN();
}

static JSON_ACTION_RESULT
parse_scalar(void *state, char *token, JsonTokenType type)
{
	ReleasesParser *parser = state;
	int			member = parser->member++;
	uint32		name;

	if (parser->record.depth != 3 || type != JSON_TOKEN_STRING || member > 2)
		record_text_fail(&parser->record);
	else if (!input_failed(parser->record.error))
	{
		if (member == 0)
		{
			const char *problem = timestamp_text_parse(token, strlen(token), &parser->released_at);

			if (problem != NULL)
				input_error(parser->record.error, "\"%s\": %s", token, problem);
		}
		else if (record_text_name(&parser->record, token, &name))
		{
			if (member == 1)
				parser->release = name;
			else
				releases_state_add(&parser->record.state, parser->record.key, parser->release, name,
								   parser->released_at);
		}
	}
	record_text_done(&parser->record, token);
	JSON_ACTION_RETURN();
}

Releases *
releases_from_text(const char *text, int len, InputError *error)
{
	ReleasesParser parser = {0};
	JsonSemAction actions = {0};

	parser.record.state = releases_state_new();
	parser.record.error = error;
	parser.record.form =
		"Releases are an object of arrays of [time, release, sha] triples of strings, "
		"for example {\"shop\":[[\"2026-01-05T10:00:00Z\",\"v1\",\"4f9be21\"]]}.";
	parser.record.empty = "A target, release or sha is not empty.";
	actions.array_start = parse_array_start;
	actions.array_end = parse_array_end;
	actions.scalar = parse_scalar;
	if (!record_text_parse(&parser.record, &actions, text, len))
		return NULL;
	return releases_from_state(parser.record.state);
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
