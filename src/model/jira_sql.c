/*
 * jira_sql.c
 *		The changelog of an issue of Jira, taken apart in one pass: an issue may have thousands of
 *		histories, and a function of sets for the items of each costs more than to read them.
 */
#include "postgres.h"

#include "base/compat.h"
#include "base/rows_sql.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "model/json_member.h"
#include "utils/builtins.h"
#include "utils/datetime.h"
#include "utils/json.h"
#include "utils/jsonb.h"
#include "utils/timestamp.h"

PG_FUNCTION_INFO_V1(vsm_jira_changes);
PG_FUNCTION_INFO_V1(vsm_jira_history);

#define MAX_ID			200		/* characters */

extern Datum vsm_payload_text(PG_FUNCTION_ARGS);
extern Datum vsm_payload_error(PG_FUNCTION_ARGS);
extern Datum vsm_payload_json(PG_FUNCTION_ARGS);

/* Whether a number has an exponent of four digits, which is more than PostgreSQL's numbers can hold. */
static bool
has_long_exponent(const char *text, int len)
{
	for (int i = 1; i + 4 < len; i++)
	{
		const char *digit = text + i + 1;

		if ((text[i] != 'e' && text[i] != 'E') || text[i - 1] < '0' || text[i - 1] > '9')
			continue;
		if (*digit == '+')
			digit++;
		if (text + len - digit >= 4 && strspn(pnstrdup(digit, 4), "0123456789") == 4)
			return true;
	}
	return false;
}

/* The items of a history that an importer kept as JSON in a string; NULL if they are none. */
static JsonbContainer *
items_in_text(const JsonbValue *value)
{
	text	   *items = cstring_to_text_with_len(value->val.string.val, value->val.string.len);
	JsonbContainer *parsed;

	LOCAL_FCINFO(call, 1);

	InitFunctionCallInfoData(*call, NULL, 1, InvalidOid, NULL, NULL);
	call->args[0].value = DirectFunctionCall1(vsm_payload_text, PointerGetDatum(items));
	call->args[0].isnull = false;
	(void) vsm_payload_error(call);
	if (!call->isnull || has_long_exponent(value->val.string.val, value->val.string.len))
		return NULL;
	parsed = &DatumGetJsonbP(DirectFunctionCall1(vsm_payload_json, PointerGetDatum(items)))->root;
	return JsonContainerIsArray(parsed) && !JsonContainerIsScalar(parsed) ? parsed : NULL;
}

static JsonbContainer *
items_of(JsonbContainer *history)
{
	JsonbValue	items;

	if (history == NULL || !JsonContainerIsObject(history) || !member_at(history, "items", 5, &items))
		return NULL;
	if (items.type == jbvString)
		return items_in_text(&items);
	return items.type == jbvBinary && JsonContainerIsArray(items.val.binary.data) ? items.val.binary.data : NULL;
}

static void
set_text(Datum *value, bool *is_null, JsonbContainer *item, const char *name)
{
	JsonbValue	member;
	text	   *text = member_at(item, name, strlen(name), &member) ? member_text(&member) : NULL;

	*is_null = text == NULL;
	*value = PointerGetDatum(text);
}

/* The id of a history, which is cut where it is longer than an id can be. */
static text *
history_id(JsonbContainer *history)
{
	JsonbValue	member;
	text	   *id = member_at(history, "id", 2, &member) ? member_text(&member) : NULL;
	int			len = id == NULL ? 0 : VARSIZE_ANY_EXHDR(id);

	if (len > MAX_ID)
		id = cstring_to_text_with_len(VARDATA_ANY(id), pg_mbcharcliplen(VARDATA_ANY(id), len, MAX_ID));
	return id;
}

/*
 * jira_changes(histories jsonb) -> setof (id text, at timestamptz, field text, field_id text,
 *		from_id text, from_text text, to_id text, to_text text, item jsonb)
 *
 * The items of the histories of an issue. A history whose items cannot be read is one item, null.
 */
Datum
vsm_jira_changes(PG_FUNCTION_ARGS)
{
	static const char *const names[] = {"field", "fieldId", "from", "fromString", "to", "toString"};
	JsonbContainer *histories = &PG_GETARG_JSONB_P(0)->root;
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "vsm history", ALLOCSET_DEFAULT_SIZES);
	MemoryContext caller;
	JsonbIterator *iterator;
	JsonbIteratorToken token;
	JsonbValue	history;
	Rows		rows;

	rows_begin_set(fcinfo, &rows);
	if (!JsonContainerIsArray(histories) || JsonContainerIsScalar(histories))
		return rows_end(&rows);
	iterator = JsonbIteratorInit(histories);
	(void) JsonbIteratorNext(&iterator, &history, true);
	caller = MemoryContextSwitchTo(context);
	while ((token = JsonbIteratorNext(&iterator, &history, true)) == WJB_ELEM)
	{
		JsonbContainer *container = history.type == jbvBinary ? history.val.binary.data : NULL;
		JsonbContainer *items = items_of(container);
		int			count = items == NULL ? 1 : JsonContainerSize(items);
		JsonbIterator *each = items == NULL ? NULL : JsonbIteratorInit(items);
		JsonbValue	item;
		JsonbValue	member;
		TimestampTz at;
		Datum		values[9];
		bool		nulls[9] = {false};
		text	   *id = history_id(container);

		CHECK_FOR_INTERRUPTS();
		values[0] = PointerGetDatum(id);
		nulls[0] = id == NULL;
		nulls[1] = !member_at(container, "created", 7, &member) || !member_time(&member, &at);
		values[1] = nulls[1] ? (Datum) 0 : TimestampTzGetDatum(at);
		if (each != NULL)
			(void) JsonbIteratorNext(&each, &item, true);
		for (int i = 0; i < count; i++)
		{
			JsonbContainer *of;

			if (each == NULL)
				item.type = jbvNull;
			else
				(void) JsonbIteratorNext(&each, &item, true);
			of = item.type == jbvBinary ? item.val.binary.data : NULL;
			for (int n = 0; n < lengthof(names); n++)
				set_text(&values[2 + n], &nulls[2 + n], of, names[n]);
			values[8] = PointerGetDatum(JsonbValueToJsonb(&item));
			rows_add(&rows, values, nulls);
		}
		MemoryContextReset(context);
	}
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(context);
	return rows_end(&rows);
}

static void
add_text(StringInfo history, const char *name, FunctionCallInfo fcinfo, int argument)
{
	appendStringInfo(history, ", \"%s\": ", name);
	if (PG_ARGISNULL(argument))
		appendStringInfoString(history, "null");
	else
		escape_json(history, text_to_cstring(PG_GETARG_TEXT_PP(argument)));
}

/*
 * jira_history(at timestamptz, field text, field_id text, is_custom boolean, from_id text, from_text text,
 *		to_id text, to_text text) -> text
 *
 * One change as a history of the changelog, as JSON in text. (Only what 0.3.0 has in SQL calls it, which works with
 * this library until it is updated.)
 */
Datum
vsm_jira_history(PG_FUNCTION_ARGS)
{
	StringInfoData history;
	char		time[MAXDATELEN + 1];
	int			zone = 0;		/* UTC */

	initStringInfo(&history);
	appendStringInfoString(&history, "{\"created\": ");
	if (PG_ARGISNULL(0))
		appendStringInfoString(&history, "null");
	else
		escape_json(&history, JsonEncodeDateTime(time, PG_GETARG_DATUM(0), TIMESTAMPTZOID, &zone));
	appendStringInfo(&history, ", \"items\": [{\"fieldtype\": \"%s\"", !PG_ARGISNULL(3) && PG_GETARG_BOOL(3) ? "custom" : "jira");
	add_text(&history, "field", fcinfo, 1);
	add_text(&history, "fieldId", fcinfo, 2);
	add_text(&history, "from", fcinfo, 4);
	add_text(&history, "fromString", fcinfo, 5);
	add_text(&history, "to", fcinfo, 6);
	add_text(&history, "toString", fcinfo, 7);
	appendStringInfoString(&history, "}]}");
	PG_RETURN_TEXT_P(cstring_to_text_with_len(history.data, history.len));
}
