/*
 * timeline_set_text.c
 *		The text form of sets: [["PAY-1",[["2026-01-05T10:00:00Z","In Progress"],...]],...].
 *
 * A key that is a number stands as one, the item NULL as null, and so does the timeline of an
 * item without events.
 */
#include "postgres.h"

#include "base/compat.h"
#include "miscadmin.h"
#include "timeline/timeline_text.h"
#include "timeline_set/timeline_set_text.h"
#include "utils/json.h"
#include "utils/memutils.h"

static const char *const form_of_text_set =
"A set of timelines is an array of [item, timeline] pairs, for example [[\"PAY-1\",[[\"2026-01-05T10:00:00Z\",\"In Progress\"]]]].";
static const char *const form_of_bigint_set =
"A set of timelines is an array of [item, timeline] pairs, for example [[1,[[\"2026-01-05T10:00:00Z\",\"In Progress\"]]]].";

typedef struct SetParser
{
	TimelineSet *set;
	JsonLexContext *lexer;
	InputError *error;
	MemoryContext item_context; /* reset after each timeline */
	int			depth;			/* of arrays */
	int			member;			/* of the current pair */
	char	   *key;			/* text; NULL: the item NULL */
	int64		number;
	const char *timeline;		/* where its text begins */
} SetParser;

static void
fail_form(SetParser *parser)
{
	input_error(parser->error, "%s", parser->set->text_keys ? form_of_text_set : form_of_bigint_set);
}

static void
add_event(SetParser *parser, int64 at, uint32 state)
{
	if (parser->key == NULL)
		timeline_set_add_null(parser->set, at, state);
	else if (parser->set->text_keys)
		timeline_set_add_text(parser->set, parser->key, strlen(parser->key), at, state);
	else
		timeline_set_add_number(parser->set, parser->number, at, state);
}

static void
add_timeline(SetParser *parser, const char *text, int len)
{
	MemoryContext old = MemoryContextSwitchTo(parser->item_context);
	TimelineText parsed;

	if (!timeline_text_parse(text, len, false, &parsed, parser->error))
	{
		/* The error's detail lies in the context, which is not reset any more. */
		MemoryContextSwitchTo(old);
		return;
	}
	for (uint32 i = 0; i < parsed.builder.num_events; i++)
	{
		const TimelineEvent *event = &parsed.builder.events[i];
		const StateName *name = &parsed.builder.names[event->state];

		add_event(parser, event->at, timeline_set_state(parser->set, name->data, name->len));
	}
	MemoryContextSwitchTo(old);
	MemoryContextReset(parser->item_context);
	CHECK_FOR_INTERRUPTS();
}

static JSON_ACTION_RESULT
parse_array_start(void *state)
{
	SetParser  *parser = state;

	parser->depth++;
	if (parser->depth == 2)
		parser->member = 0;
	else if (parser->depth == 3)
	{
		if (parser->member++ != 1)
			fail_form(parser);
		parser->timeline = parser->lexer->token_start;
	}
	JSON_ACTION_RETURN();
}

static JSON_ACTION_RESULT
parse_array_end(void *state)
{
	SetParser  *parser = state;

	if (parser->depth == 3 && !input_failed(parser->error))
		add_timeline(parser, parser->timeline,
					 parser->lexer->prev_token_terminator - parser->timeline);
	if (parser->depth == 2 && parser->member != 2)
		fail_form(parser);
	parser->depth--;
	JSON_ACTION_RETURN();
}

static JSON_ACTION_RESULT
parse_object_start(void *state)
{
	fail_form(state);
	JSON_ACTION_RETURN();
}

/* Reads the key of an item, and whether it can be one. */
static bool
parse_key(SetParser *parser, char *token, JsonTokenType type)
{
	char	   *end;

	if (parser->key != NULL)
		pfree(parser->key);
	parser->key = NULL;
	if (type == JSON_TOKEN_NULL)
		return true;
	parser->key = pstrdup(token);
	if (parser->set->text_keys)
		return type == JSON_TOKEN_STRING;
	errno = 0;
	parser->number = strtoi64(token, &end, 10);
	return type == JSON_TOKEN_NUMBER && errno == 0 && *end == '\0';
}

static JSON_ACTION_RESULT
parse_scalar(void *state, char *token, JsonTokenType type)
{
	SetParser  *parser = state;

	if (parser->depth < 3)
	{
		int			member = parser->member++;

		if (parser->depth != 2 || member > 1 ||
			(member == 0 ? !parse_key(parser, token, type) : type != JSON_TOKEN_NULL))
			fail_form(parser);
		else if (member == 1 && !input_failed(parser->error))
			add_event(parser, 0, SET_NO_EVENT);
	}
	if (token != NULL)
		pfree(token);
	JSON_ACTION_RETURN();
}

const FlatTimelines *
timeline_set_from_text(const char *text, int len, bool text_keys, InputError *error)
{
	SetParser	parser = {0};
	JsonSemAction actions = {0};

	parser.set = timeline_set_new(CurrentMemoryContext, text_keys, MaxAllocHugeSize);
	parser.item_context = AllocSetContextCreate(CurrentMemoryContext, "timeline of a set",
												ALLOCSET_DEFAULT_SIZES);
	parser.lexer = vsm_json_lexer(text, len);
	parser.error = error;
	actions.semstate = &parser;
	actions.array_start = parse_array_start;
	actions.array_end = parse_array_end;
	actions.object_start = parse_object_start;
	actions.scalar = parse_scalar;
	if (!json_stream_parse(parser.lexer, &actions, error))
		return NULL;
	return timeline_set_flat(parser.set);
}

char *
timeline_set_to_text(TimelineSetReader *reader, bool text_keys)
{
	MemoryContext item_context = AllocSetContextCreate(CurrentMemoryContext, "timeline of a set",
													   ALLOCSET_DEFAULT_SIZES);
	StringInfoData buf;
	SetItem		item;

	initStringInfo(&buf);
	while (timeline_set_next(reader, &item))
	{
		MemoryContext old = MemoryContextSwitchTo(item_context);

		appendStringInfoString(&buf, buf.len == 0 ? "[[" : ",[");
		if (item.is_null)
			appendStringInfoString(&buf, "null");
		else if (!text_keys)
			appendStringInfo(&buf, INT64_FORMAT, item.number);
		else
			escape_json(&buf, pnstrdup(item.text, item.text_len));
		appendStringInfoChar(&buf, ',');
		appendStringInfoString(&buf, item.timeline == NULL ? "null" : timeline_to_text(item.timeline));
		appendStringInfoChar(&buf, ']');
		MemoryContextSwitchTo(old);
		MemoryContextReset(item_context);
		CHECK_FOR_INTERRUPTS();
	}
	appendStringInfoString(&buf, buf.len == 0 ? "[]" : "]");
	return buf.data;
}
