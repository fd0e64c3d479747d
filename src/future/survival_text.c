/*
 * survival_text.c
 *		The text form of a survival estimate.
 *
 * {"days":true,"resolution":4,"durations":[[518400000000,3,1],...]}: for each duration, in
 * microseconds and shortest first, how many items had finished and how many were open.
 * "days" is there if durations are shown in days and not in hours only, "resolution" if they
 * are rounded to more than one microsecond. The form depends on no setting and loses nothing;
 * distributed databases send partial results in it, so it is read as a stream, not as a tree.
 */
#include "postgres.h"

#include "base/compat.h"
#include "common/int.h"
#include "future/survival_text.h"
#include "miscadmin.h"

typedef enum TextKey
{
	KEY_NONE,
	KEY_DAYS,
	KEY_RESOLUTION,
	KEY_DURATIONS
} TextKey;

/* Where in the document the parser is. */
typedef enum TextLevel
{
	LEVEL_OUTSIDE,
	LEVEL_OBJECT,
	LEVEL_DURATIONS,
	LEVEL_ROW
} TextLevel;

typedef struct SurvivalTextReader
{
	Survival   *survival;
	InputError *error;
	TextLevel	level;
	TextKey		key;
	bool		seen[KEY_DURATIONS + 1];
	int64		row[3];			/* duration, finished, open */
	int			num_columns;
	int64		total;
} SurvivalTextReader;

char *
survival_to_text(const Survival *survival)
{
	const SurvivalStep *steps = SURVIVAL_STEPS(survival);
	uint32		num_steps = SURVIVAL_NUM_STEPS(survival);
	StringInfoData text;
	StringInfo	buf = &text;

	initStringInfo(buf);
	appendStringInfoChar(buf, '{');
	if (survival->in_days)
		appendStringInfoString(buf, "\"days\":true,");
	if (survival->resolution > 0)
		appendStringInfo(buf, "\"resolution\":" INT64_FORMAT ",",
						 INT64CONST(1) << survival->resolution);
	appendStringInfoString(buf, "\"durations\":[");
	for (uint32 i = 0; i < num_steps; i++)
	{
		appendStringInfo(buf, "%s[" INT64_FORMAT "," INT64_FORMAT "," INT64_FORMAT "]",
						 i == 0 ? "" : ",", steps[i].duration, steps[i].finished, steps[i].open);
		if ((i & 0xffff) == 0)
			CHECK_FOR_INTERRUPTS();
	}
	appendStringInfoString(buf, "]}");
	return text.data;
}

/* Reads a whole number that is not negative, as JSON writes it. */
static bool
read_count(const char *text, int64 *value)
{
	*value = 0;
	for (; *text != '\0'; text++)
	{
		if (*text < '0' || *text > '9' ||
			pg_mul_s64_overflow(*value, 10, value) ||
			pg_add_s64_overflow(*value, *text - '0', value))
			return false;
	}
	return true;
}

static void
misplaced(SurvivalTextReader *reader, const char *what)
{
	switch (reader->level)
	{
		case LEVEL_OUTSIDE:
			input_error(reader->error, "A survival estimate is an object, not %s.", what);
			break;
		case LEVEL_OBJECT:
			if (reader->key == KEY_DURATIONS)
				input_error(reader->error, "\"durations\" must be an array, not %s.", what);
			else if (reader->key == KEY_DAYS)
				input_error(reader->error, "\"days\" must be a boolean, not %s.", what);
			else
				input_error(reader->error, "\"resolution\" must be a number, not %s.", what);
			break;
		case LEVEL_DURATIONS:
			input_error(reader->error, "Each element of \"durations\" must be an array, not %s.", what);
			break;
		case LEVEL_ROW:
			input_error(reader->error, "A duration and its counts must be numbers, not %s.", what);
			break;
	}
}

static void
end_row(SurvivalTextReader *reader)
{
	int64	   *row = reader->row;

	if (reader->num_columns != 3)
		input_error(reader->error, "Each element of \"durations\" must have 3 numbers: microseconds, finished, open.");
	else if (row[1] == 0 && row[2] == 0)
		input_error(reader->error, "Duration " INT64_FORMAT " has no items.", row[0]);
	else if (pg_add_s64_overflow(reader->total, row[1], &reader->total) ||
			 pg_add_s64_overflow(reader->total, row[2], &reader->total))
		input_error(reader->error, "The number of items is beyond the range of bigint.");
	else
	{
		if (row[1] > 0)
			reader->survival = survival_add(reader->survival, row[0], true, row[1], false);
		if (row[2] > 0)
			reader->survival = survival_add(reader->survival, row[0], false, row[2], false);
	}
}

static JSON_ACTION_RESULT
object_start(void *state)
{
	SurvivalTextReader *reader = state;

	if (!input_failed(reader->error))
	{
		if (reader->level == LEVEL_OUTSIDE)
			reader->level = LEVEL_OBJECT;
		else
			misplaced(reader, "an object");
	}
	JSON_ACTION_RETURN();
}

static JSON_ACTION_RESULT
field_start(void *state, char *name, bool isnull)
{
	SurvivalTextReader *reader = state;

	if (!input_failed(reader->error))
	{
		if (strcmp(name, "days") == 0)
			reader->key = KEY_DAYS;
		else if (strcmp(name, "resolution") == 0)
			reader->key = KEY_RESOLUTION;
		else if (strcmp(name, "durations") == 0)
			reader->key = KEY_DURATIONS;
		else
			reader->key = KEY_NONE;
		if (reader->key == KEY_NONE)
			input_error(reader->error, "Unknown key \"%s\" in a survival estimate.", name);
		else if (reader->seen[reader->key])
			input_error(reader->error, "Key \"%s\" stands twice in a survival estimate.", name);
		else
			reader->seen[reader->key] = true;
	}
	JSON_ACTION_RETURN();
}

static JSON_ACTION_RESULT
array_start(void *state)
{
	SurvivalTextReader *reader = state;

	if (!input_failed(reader->error))
	{
		if (reader->level == LEVEL_OBJECT && reader->key == KEY_DURATIONS)
			reader->level = LEVEL_DURATIONS;
		else if (reader->level == LEVEL_DURATIONS)
		{
			reader->level = LEVEL_ROW;
			reader->num_columns = 0;
			CHECK_FOR_INTERRUPTS();
		}
		else
			misplaced(reader, "an array");
	}
	JSON_ACTION_RETURN();
}

static JSON_ACTION_RESULT
array_end(void *state)
{
	SurvivalTextReader *reader = state;

	if (!input_failed(reader->error))
	{
		if (reader->level == LEVEL_ROW)
			end_row(reader);
		reader->level--;
	}
	JSON_ACTION_RETURN();
}

static JSON_ACTION_RESULT
scalar(void *state, char *token, JsonTokenType type)
{
	SurvivalTextReader *reader = state;
	int64		value;

	if (input_failed(reader->error))
		JSON_ACTION_RETURN();
	if (reader->level == LEVEL_OBJECT && reader->key == KEY_DAYS &&
		(type == JSON_TOKEN_TRUE || type == JSON_TOKEN_FALSE))
		reader->survival->in_days |= type == JSON_TOKEN_TRUE;
	else if (type != JSON_TOKEN_NUMBER ||
			 !(reader->level == LEVEL_ROW ||
			   (reader->level == LEVEL_OBJECT && reader->key == KEY_RESOLUTION)))
		misplaced(reader, type == JSON_TOKEN_NUMBER ? "a number" :
				  type == JSON_TOKEN_STRING ? "a string" :
				  type == JSON_TOKEN_NULL ? "null" : "a boolean");
	else if (!read_count(token, &value))
		input_error(reader->error, "\"%s\" is not a whole number from 0 to 9223372036854775807.", token);
	else if (reader->level == LEVEL_ROW)
	{
		if (reader->num_columns < 3)
			reader->row[reader->num_columns] = value;
		reader->num_columns++;
	}
	else
	{
		uint8		resolution = 0;

		while (resolution < SURVIVAL_MAX_RESOLUTION && INT64CONST(1) << resolution < value)
			resolution++;
		if (INT64CONST(1) << resolution != value)
			input_error(reader->error, "\"resolution\" must be a power of two of at most " INT64_FORMAT ".",
				 INT64CONST(1) << SURVIVAL_MAX_RESOLUTION);
		else
			reader->survival->resolution = Max(reader->survival->resolution, resolution);
	}
	pfree(token);
	JSON_ACTION_RETURN();
}

Survival *
survival_from_text(const char *text, int len, InputError *error)
{
	SurvivalTextReader reader = {0};
	JsonSemAction actions = {0};

	reader.survival = survival_new();
	reader.error = error;
	actions.semstate = &reader;
	actions.object_start = object_start;
	actions.object_field_start = field_start;
	actions.array_start = array_start;
	actions.array_end = array_end;
	actions.scalar = scalar;
	if (!json_stream_parse(vsm_json_lexer(text, len), &actions, error))
		return NULL;
	if (!reader.seen[KEY_DURATIONS])
		input_error(error, "A survival estimate needs the key \"durations\".");
	else if (reader.total == 0)
		input_error(error, "A survival estimate needs at least one duration.");
	return input_failed(error) ? NULL : survival_finish(reader.survival);
}
