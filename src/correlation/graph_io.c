/*
 * graph_io.c
 *		Graphs as text, json, jsonb and binary.
 */
#include "postgres.h"

#include "base/compat.h"
#include "correlation/graph.h"
#include "libpq/pqformat.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"

PG_FUNCTION_INFO_V1(vsm_graph_in);
PG_FUNCTION_INFO_V1(vsm_graph_out);
PG_FUNCTION_INFO_V1(vsm_graph_recv);
PG_FUNCTION_INFO_V1(vsm_graph_send);
PG_FUNCTION_INFO_V1(vsm_graph_to_json);
PG_FUNCTION_INFO_V1(vsm_graph_to_jsonb);
PG_FUNCTION_INFO_V1(vsm_graph_from_json);
PG_FUNCTION_INFO_V1(vsm_graph_from_jsonb);

/* The text is read in one pass, without a tree: a graph may have a million nodes. */
typedef struct GraphParser
{
	RecordState *state;
	InputError *error;
	bool		failed;			/* error is filled; what follows is not looked at */
	int			depth;
	uint32		source;
	uint32		num_targets;	/* of the current source so far */
	uint32		num_scalars;
} GraphParser;

static void
fail_form(GraphParser *parser)
{
	if (!parser->failed)
		input_error(parser->error, "%s",
					"A graph is an object of arrays of names, for example {\"node\":[\"target\"],\"target\":[]}.");
	parser->failed = true;
}

static bool
check_name(GraphParser *parser, const char *name)
{
	if (*name != '\0')
		return true;
	if (!parser->failed)
		input_error(parser->error, "%s", "The name of a node is not empty.");
	parser->failed = true;
	return false;
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

	if (parser->depth == 1 && check_name(parser, name) && !parser->failed)
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
	if (!parser->failed && parser->num_targets == 0)
		graph_state_add(&parser->state, parser->source, NO_NAME);
	JSON_ACTION_RETURN();
}

static JSON_ACTION_RESULT
parse_scalar(void *state, char *token, JsonTokenType type)
{
	GraphParser *parser = state;

	if (parser->depth != 2 || type != JSON_TOKEN_STRING)
		fail_form(parser);
	else if (check_name(parser, token) && !parser->failed)
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
graph_from_text(const char *text, int len, Node *escontext)
{
	GraphParser parser = {0};
	InputError	error = {0};
	JsonSemAction actions = {0};
	JsonLexContext *lexer = vsm_json_lexer(text, len);
	JsonParseErrorType outcome;

	parser.state = graph_state_new();
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
					 errmsg("invalid input syntax for type %s", "vsm.graph"),
					 errdetail("%s", error.detail)));
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

Datum
vsm_graph_in(PG_FUNCTION_ARGS)
{
	char	   *text = PG_GETARG_CSTRING(0);
	Graph	   *graph = graph_from_text(text, strlen(text), VSM_ESCONTEXT(fcinfo));

	if (graph == NULL)
		PG_RETURN_NULL();		/* the error is saved in the context */
	PG_RETURN_POINTER(graph);
}

Datum
vsm_graph_out(PG_FUNCTION_ARGS)
{
	PG_RETURN_CSTRING(graph_to_text(PG_GETARG_GRAPH(0)));
}

/*
 * Binary form: format version (byte), number of nodes (int32), for each the length and bytes
 * of its name; then for each node its number of targets (int32, -1 if it is not given) and
 * their numbers (int32, from 0).
 */
Datum
vsm_graph_recv(PG_FUNCTION_ARGS)
{
	StringInfo	buf = (StringInfo) PG_GETARG_POINTER(0);
	RecordState *state = graph_state_new();
	int			version = pq_getmsgbyte(buf);
	uint32		num_nodes;
	uint32	   *numbers;
	bool	   *used;

	if (version != GRAPH_VERSION)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("graph has format version %d", version),
				 errdetail("This version of vsm reads format version %d.", GRAPH_VERSION)));

	/* Each node has a number of targets, too. */
	numbers = name_table_receive(buf, &state, 4, "graph", &num_nodes);
	used = palloc0((Size) num_nodes + 1);
	for (uint32 node = 0; node < num_nodes; node++)
	{
		int32		num_targets = pq_getmsgint(buf, 4);

		if (num_targets < -1 || num_targets > (buf->len - buf->cursor) / 4)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
					 errmsg("invalid number of targets in binary graph: %d", num_targets)));
		if (num_targets >= 0)
			used[node] = true;
		if (num_targets == 0)
			graph_state_add(&state, numbers[node], NO_NAME);
		for (int32 i = 0; i < num_targets; i++)
		{
			uint32		target = pq_getmsgint(buf, 4);

			if (target >= num_nodes)
				ereport(ERROR,
						(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
						 errmsg("invalid target in binary graph: %u", target),
						 errdetail("There is no node of that number.")));
			graph_state_add(&state, numbers[node], numbers[target]);
			used[target] = true;
		}
		if ((node & 0xffff) == 0)
			CHECK_FOR_INTERRUPTS();
	}
	for (uint32 node = 0; node < num_nodes; node++)
	{
		if (!used[node])
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
					 errmsg("unused name in binary graph"),
					 errdetail("Each name is that of a given node or of a target.")));
	}
	PG_RETURN_POINTER(graph_from_state(state));
}

Datum
vsm_graph_send(PG_FUNCTION_ARGS)
{
	GraphReader reader;
	StringInfoData buf;

	graph_open(&reader, PG_GETARG_GRAPH(0));
	pq_begintypsend(&buf);
	pq_sendbyte(&buf, GRAPH_VERSION);
	name_table_send(&buf, &reader.names);
	for (uint32 node = 0; node < reader.num_nodes; node++)
	{
		uint32		begin = reader.edge_starts[node];
		uint32		end = reader.edge_starts[node + 1];

		pq_sendint32(&buf, graph_is_given(&reader, node) ? (int32) (end - begin) : -1);
		for (uint32 edge = begin; edge < end; edge++)
			pq_sendint32(&buf, reader.edge_targets[edge]);
		if ((node & 0xffff) == 0)
			CHECK_FOR_INTERRUPTS();
	}
	PG_RETURN_BYTEA_P(pq_endtypsend(&buf));
}

Datum
vsm_graph_to_json(PG_FUNCTION_ARGS)
{
	PG_RETURN_TEXT_P(cstring_to_text(graph_to_text(PG_GETARG_GRAPH(0))));
}

Datum
vsm_graph_to_jsonb(PG_FUNCTION_ARGS)
{
	return DirectFunctionCall1(jsonb_in, CStringGetDatum(graph_to_text(PG_GETARG_GRAPH(0))));
}

Datum
vsm_graph_from_json(PG_FUNCTION_ARGS)
{
	text	   *json = PG_GETARG_TEXT_PP(0);

	PG_RETURN_POINTER(graph_from_text(VARDATA_ANY(json), VARSIZE_ANY_EXHDR(json), NULL));
}

Datum
vsm_graph_from_jsonb(PG_FUNCTION_ARGS)
{
	Jsonb	   *jsonb = PG_GETARG_JSONB_P(0);
	char	   *text = JsonbToCString(NULL, &jsonb->root, VARSIZE(jsonb));

	PG_RETURN_POINTER(graph_from_text(text, strlen(text), NULL));
}
