/*
 * releases_io.c
 *		Releases as text, json, jsonb and binary.
 */
#include "postgres.h"

#include "base/compat.h"
#include "libpq/pqformat.h"
#include "miscadmin.h"
#include "correlation/releases.h"
#include "base/timestamp_text.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/timestamp.h"

PG_FUNCTION_INFO_V1(vsm_releases_in);
PG_FUNCTION_INFO_V1(vsm_releases_out);
PG_FUNCTION_INFO_V1(vsm_releases_recv);
PG_FUNCTION_INFO_V1(vsm_releases_send);
PG_FUNCTION_INFO_V1(vsm_releases_to_json);
PG_FUNCTION_INFO_V1(vsm_releases_to_jsonb);
PG_FUNCTION_INFO_V1(vsm_releases_from_json);
PG_FUNCTION_INFO_V1(vsm_releases_from_jsonb);

/* The text is read in one pass, without a tree. */
typedef struct ReleasesParser
{
	RecordState *state;
	InputError *error;
	bool		failed;			/* error is filled; what follows is not looked at */
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
	if (!parser->failed)
		input_error(parser->error, "%s",
					"Releases are an object of arrays of [time, release, sha] triples of strings, "
					"for example {\"shop\":[[\"2026-01-05T10:00:00Z\",\"v1\",\"4f9be21\"]]}.");
	parser->failed = true;
}

static bool
check_name(ReleasesParser *parser, const char *name)
{
	if (*name != '\0')
		return true;
	if (!parser->failed)
		input_error(parser->error, "%s", "A target, release or sha is not empty.");
	parser->failed = true;
	return false;
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

	if (parser->depth == 1 && check_name(parser, name) && !parser->failed)
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
	else if (!parser->failed)
	{
		if (member == 0)
		{
			const char *problem = timestamp_text_parse(token, strlen(token), &parser->released_at);

			if (problem != NULL)
			{
				input_error(parser->error, "\"%s\": %s", token, problem);
				parser->failed = true;
			}
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
releases_from_text(const char *text, int len, Node *escontext)
{
	ReleasesParser parser = {0};
	InputError	error = {0};
	JsonSemAction actions = {0};
	JsonLexContext *lexer = vsm_json_lexer(text, len);
	JsonParseErrorType outcome;

	parser.state = releases_state_new();
	parser.error = &error;
	actions.semstate = &parser;
	actions.object_start = parse_object_start;
	actions.object_end = parse_object_end;
	actions.object_field_start = parse_field_start;
	actions.array_start = parse_array_start;
	actions.array_end = parse_array_end;
	actions.scalar = parse_scalar;
	outcome = pg_parse_json(lexer, &actions);
	if (outcome != JSON_SUCCESS)
		json_input_error(outcome, lexer, &error);
	if (outcome != JSON_SUCCESS || parser.failed)
		vsm_ereturn(escontext, NULL,
					(errcode(error.sqlstate),
					 errmsg("invalid input syntax for type %s", "vsm.releases"),
					 errdetail("%s", error.detail)));
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

Datum
vsm_releases_in(PG_FUNCTION_ARGS)
{
	char	   *text = PG_GETARG_CSTRING(0);
	Releases   *releases = releases_from_text(text, strlen(text), VSM_ESCONTEXT(fcinfo));

	if (releases == NULL)
		PG_RETURN_NULL();		/* the error is saved in the context */
	PG_RETURN_POINTER(releases);
}

Datum
vsm_releases_out(PG_FUNCTION_ARGS)
{
	PG_RETURN_CSTRING(releases_to_text(PG_GETARG_RELEASES(0)));
}

/*
 * Binary form: format version (byte), number of names (int32), for each its length and bytes;
 * number of releases (int32), for each the time (int64, microseconds since 2000-01-01 UTC) and
 * the numbers of target, release and sha (int32, from 0).
 */
Datum
vsm_releases_recv(PG_FUNCTION_ARGS)
{
	StringInfo	buf = (StringInfo) PG_GETARG_POINTER(0);
	RecordState *state = releases_state_new();
	int			version = pq_getmsgbyte(buf);
	uint32		num_names,
				num_releases;
	uint32	   *numbers;
	bool	   *used;

	if (version != RELEASES_VERSION)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("releases have format version %d", version),
				 errdetail("This version of vsm reads format version %d.", RELEASES_VERSION)));

	numbers = name_table_receive(buf, &state, 0, "releases", &num_names);
	used = palloc0((Size) num_names + 1);
	/* A release takes 20 bytes: no count beyond that allocates. */
	num_releases = pq_getmsgint(buf, 4);
	if (num_releases > (buf->len - buf->cursor) / 20)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("invalid number of releases in binary releases: %u", num_releases)));
	for (uint32 i = 0; i < num_releases; i++)
	{
		int64		at = pq_getmsgint64(buf);
		uint32		target = pq_getmsgint(buf, 4);
		uint32		release = pq_getmsgint(buf, 4);
		uint32		sha = pq_getmsgint(buf, 4);

		if (!IS_VALID_TIMESTAMP(at) || target >= num_names || release >= num_names || sha >= num_names)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
					 errmsg("invalid release in binary releases"),
					 errdetail("Its time is out of range, or there is no name of its number.")));
		releases_state_add(&state, numbers[target], numbers[release], numbers[sha], at);
		used[target] = used[release] = used[sha] = true;
		if ((i & 0xffff) == 0)
			CHECK_FOR_INTERRUPTS();
	}
	for (uint32 i = 0; i < num_names; i++)
	{
		if (!used[i])
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
					 errmsg("unused name in binary releases"),
					 errdetail("Each name is that of a target, a release or a commit.")));
	}
	PG_RETURN_POINTER(releases_from_state(state));
}

Datum
vsm_releases_send(PG_FUNCTION_ARGS)
{
	ReleasesReader reader;
	StringInfoData buf;

	releases_open(&reader, PG_GETARG_RELEASES(0));
	pq_begintypsend(&buf);
	pq_sendbyte(&buf, RELEASES_VERSION);
	name_table_send(&buf, &reader.names);
	pq_sendint32(&buf, reader.num_releases);
	for (uint32 i = 0; i < reader.num_releases; i++)
	{
		const Release *release = &reader.releases[i];

		pq_sendint64(&buf, release_time(release));
		pq_sendint32(&buf, release->target);
		pq_sendint32(&buf, release->release);
		pq_sendint32(&buf, release->sha);
		if ((i & 0xffff) == 0)
			CHECK_FOR_INTERRUPTS();
	}
	PG_RETURN_BYTEA_P(pq_endtypsend(&buf));
}

Datum
vsm_releases_to_json(PG_FUNCTION_ARGS)
{
	PG_RETURN_TEXT_P(cstring_to_text(releases_to_text(PG_GETARG_RELEASES(0))));
}

Datum
vsm_releases_to_jsonb(PG_FUNCTION_ARGS)
{
	return DirectFunctionCall1(jsonb_in, CStringGetDatum(releases_to_text(PG_GETARG_RELEASES(0))));
}

Datum
vsm_releases_from_json(PG_FUNCTION_ARGS)
{
	text	   *json = PG_GETARG_TEXT_PP(0);

	PG_RETURN_POINTER(releases_from_text(VARDATA_ANY(json), VARSIZE_ANY_EXHDR(json), NULL));
}

Datum
vsm_releases_from_jsonb(PG_FUNCTION_ARGS)
{
	Jsonb	   *jsonb = PG_GETARG_JSONB_P(0);
	char	   *text = JsonbToCString(NULL, &jsonb->root, VARSIZE(jsonb));

	PG_RETURN_POINTER(releases_from_text(text, strlen(text), NULL));
}
