/*
 * graph_text.c
 *		The text form of graphs: {"node":["target",...],...}.
 */
#include "postgres.h"

#include "base/compat.h"
#include "base/record_text.h"
#include "correlation/graph_text.h"
#include "miscadmin.h"

typedef struct GraphParser
{
	RecordParser record;
	uint32		num_targets;	/* of the current source so far */
} GraphParser;

static JSON_ACTION_RESULT
parse_array_start(void *state)
{
	GraphParser *parser = state;

	if (parser->record.depth++ != 1)
		record_text_fail(&parser->record);
	parser->num_targets = 0;
	JSON_ACTION_RETURN();
}

static JSON_ACTION_RESULT
parse_array_end(void *state)
{
	GraphParser *parser = state;

	parser->record.depth--;
	if (parser->num_targets == 0 && !input_failed(parser->record.error))
		graph_state_add(&parser->record.state, parser->record.key, NO_NAME);
	JSON_ACTION_RETURN();
}

static JSON_ACTION_RESULT
parse_scalar(void *state, char *token, JsonTokenType type)
{
	GraphParser *parser = state;
	uint32		target;

	if (parser->record.depth != 2 || type != JSON_TOKEN_STRING)
		record_text_fail(&parser->record);
	else if (record_text_name(&parser->record, token, &target))
	{
		graph_state_add(&parser->record.state, parser->record.key, target);
		parser->num_targets++;
	}
	record_text_done(&parser->record, token);
	JSON_ACTION_RETURN();
}

Graph *
graph_from_text(const char *text, int len, InputError *error)
{
	GraphParser parser = {0};
	JsonSemAction actions = {0};

	parser.record.state = graph_state_new();
	parser.record.error = error;
	parser.record.form =
		"A graph is an object of arrays of names, for example {\"node\":[\"target\"],\"target\":[]}.";
	parser.record.empty = "The name of a node is not empty.";
	actions.array_start = parse_array_start;
	actions.array_end = parse_array_end;
	actions.scalar = parse_scalar;
	if (!record_text_parse(&parser.record, &actions, text, len))
		return NULL;
	return graph_from_state(parser.record.state);
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
