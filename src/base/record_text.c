/*
 * record_text.c
 *		Reading the text form of what is made from a RecordState: a JSON object of lists.
 */
#include "postgres.h"

#include "base/compat.h"
#include "base/record_text.h"
#include "miscadmin.h"

void
record_text_fail(RecordParser *parser)
{
	input_error(parser->error, "%s", parser->form);
}

bool
record_text_name(RecordParser *parser, const char *name, uint32 *number)
{
	if (*name == '\0')
		input_error(parser->error, "%s", parser->empty);
	if (input_failed(parser->error))
		return false;
	*number = record_state_name(&parser->state, name, strlen(name));
	return true;
}

void
record_text_done(RecordParser *parser, char *token)
{
	if (token != NULL)
		pfree(token);
	if ((++parser->num_names & 0xffff) == 0)
		CHECK_FOR_INTERRUPTS();
}

static JSON_ACTION_RESULT
parse_object_start(void *state)
{
	RecordParser *parser = state;

	if (parser->depth++ != 0)
		record_text_fail(parser);
	JSON_ACTION_RETURN();
}

static JSON_ACTION_RESULT
parse_object_end(void *state)
{
	((RecordParser *) state)->depth--;
	JSON_ACTION_RETURN();
}

static JSON_ACTION_RESULT
parse_field_start(void *state, char *name, bool isnull)
{
	RecordParser *parser = state;

	if (parser->depth == 1)
		record_text_name(parser, name, &parser->key);
	JSON_ACTION_RETURN();
}

bool
record_text_parse(RecordParser *parser, JsonSemAction *actions, const char *text, int len)
{
	actions->semstate = parser;
	actions->object_start = parse_object_start;
	actions->object_end = parse_object_end;
	actions->object_field_start = parse_field_start;
	return json_stream_parse(vsm_json_lexer(text, len), actions, parser->error);
}
