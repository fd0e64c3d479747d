/*
 * graph_text.c
 *		The text form of graphs: {"node":["target",...],...}.
 */
#include "postgres.h"

#include "base/compat.h"
#include "correlation/graph_text.h"
#include "miscadmin.h"

/* The text is read in one pass, without a tree: a graph may have a million nodes. */
typedef struct GraphParser
{
	RecordState *state;
	InputError *error;
	int			depth;
	uint32		source;
	uint32		num_targets;	/* of the current source so far */
	uint32		num_scalars;
} GraphParser;

static void
fail_form(GraphParser *parser)
{
	input_error(parser->error, "%s",
				"A graph is an object of arrays of names, for example {\"node\":[\"target\"],\"target\":[]}.");
}

static bool
check_name(GraphParser *parser, const char *name)
{
	if (*name == '\0')
		input_error(parser->error, "%s", "The name of a node is not empty.");
	return !input_failed(parser->error);
}

static JSON_ACTION_RESULT
parse_object_start(void *state)
{
	GraphParser *parser = state;

	if (parser->depth++ != 0)
		fail_form(parser);
	JSON_ACTION_RETURN();
}

static JSON_ACTION_RESULT
parse_object_end(void *state)
{
	((GraphParser *) state)->depth--;
	JSON_ACTION_RETURN();
}

static JSON_ACTION_RESULT
parse_field_start(void *state, char *name, bool isnull)
{
	GraphParser *parser = state;

	if (parser->depth == 1 && check_name(parser, name))
		parser->source = record_state_name(&parser->state, name, strlen(name));
	parser->num_targets = 0;
	JSON_ACTION_RETURN();
}

static JSON_ACTION_RESULT
parse_array_start(void *state)
{
	GraphParser *parser = state;

	if (parser->depth++ != 1)
		fail_form(parser);
	JSON_ACTION_RETURN();
}

static JSON_ACTION_RESULT
parse_array_end(void *state)
{
	GraphParser *parser = state;

	parser->depth--;
	if (!input_failed(parser->error) && parser->num_targets == 0)
		graph_state_add(&parser->state, parser->source, NO_NAME);
	JSON_ACTION_RETURN();
}

static JSON_ACTION_RESULT
parse_scalar(void *state, char *token, JsonTokenType type)
{
	GraphParser *parser = state;

	if (parser->depth != 2 || type != JSON_TOKEN_STRING)
		fail_form(parser);
	else if (check_name(parser, token))
	{
		uint32		target = record_state_name(&parser->state, token, strlen(token));

		graph_state_add(&parser->state, parser->source, target);
		parser->num_targets++;
	}
	if (token != NULL)
		pfree(token);
	if ((++parser->num_scalars & 0xffff) == 0)
		CHECK_FOR_INTERRUPTS();
	JSON_ACTION_RETURN();
}

Graph *
graph_from_text(const char *text, int len, InputError *error)
{
	GraphParser parser = {0};
	JsonSemAction actions = {0};

	parser.state = graph_state_new();
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
	return graph_from_state(parser.state);
}

char *
graph_to_text(const Graph *graph)
{
	GraphReader reader;
	StringInfoData buf;
	bool		first = true;

	graph_open(&reader, graph);
	initStringInfo(&buf);
	appendStringInfoChar(&buf, '{');
	for (uint32 i = 0; i < reader.num_nodes; i++)
	{
		uint32		node = name_table_nth(&reader.names, i);

		if ((i & 0xffff) == 0)
			CHECK_FOR_INTERRUPTS();
		if (!graph_is_given(&reader, node))
			continue;
		if (!first)
			appendStringInfoChar(&buf, ',');
		first = false;
		name_table_append_json(&buf, &reader.names, node);
		appendStringInfoString(&buf, ":[");
		for (uint32 edge = reader.edge_starts[node]; edge < reader.edge_starts[node + 1]; edge++)
		{
			if (edge > reader.edge_starts[node])
				appendStringInfoChar(&buf, ',');
			name_table_append_json(&buf, &reader.names, reader.edge_targets[edge]);
		}
		appendStringInfoChar(&buf, ']');
	}
	appendStringInfoChar(&buf, '}');
	return buf.data;
}
