/*
 * told_fact_sql.c
 *		A fact as readers tell it: its kinds, what makes it one, and the names in it.
 */
#include "postgres.h"

#include "mb/pg_wchar.h"
#include "model/told_fact_sql.h"
#include "utils/jsonb.h"

/* Bytes of a name, and of the names of a key: what fits into an index twice, and once. */
#define MAX_NAME	1000
#define MAX_KEY		2500

const char *const fact_kind_names[FACT_KINDS] = {
	"event", "observed", "created", "change", "alias", "history", "link", "item", "merge_request", "commit", "build", "deployment",
	"incident", "usage", "outcome"
};

static bool
text_is(Datum value, const char *name)
{
	int			len = strlen(name);

	return VARSIZE_ANY_EXHDR(DatumGetPointer(value)) == len && memcmp(VARDATA_ANY(DatumGetPointer(value)), name, len) == 0;
}

int
fact_kind(Datum name)
{
	for (int kind = 0; kind < FACT_KINDS; kind++)
	{
		if (text_is(name, fact_kind_names[kind]))
			return kind;
	}
	return -1;
}

int
fact_text_size(const Datum *values, const bool *nulls, int column)
{
	return nulls[column] ? 0 : (int) VARSIZE_ANY_EXHDR(DatumGetPointer(values[column]));
}

bool
is_fact(int kind, const Datum *values, const bool *nulls)
{
	if (fact_text_size(values, nulls, ENTITY) == 0)
		return false;
	switch (kind)
	{
		case FACT_EVENT:
			return !nulls[AT] && fact_text_size(values, nulls, VALUE) > 0 && fact_text_size(values, nulls, ID) > 0;
		case FACT_OBSERVED:
			return !nulls[AT] && fact_text_size(values, nulls, VALUE) > 0;
		case FACT_CREATED:
			return !nulls[AT];
		case FACT_USAGE:
			return !nulls[AT] && fact_text_size(values, nulls, ID) > 0;
		case FACT_OUTCOME:
			return !nulls[AT] && fact_text_size(values, nulls, NAME) > 0 && fact_text_size(values, nulls, VALUE) > 0;
		case FACT_CHANGE:
			return !nulls[AT] && fact_text_size(values, nulls, NAME) > 0 && fact_text_size(values, nulls, ID) > 0;
		case FACT_ALIAS:
			return fact_text_size(values, nulls, VALUE) > 0;
		case FACT_HISTORY:
			return !nulls[UNTIL];
		case FACT_LINK:
			{
				int			target = fact_text_size(values, nulls, VALUE);

				return target > 0 && fact_text_size(values, nulls, NAME) > 0 &&
					(target != fact_text_size(values, nulls, ENTITY) ||
					 memcmp(VARDATA_ANY(DatumGetPointer(values[VALUE])), VARDATA_ANY(DatumGetPointer(values[ENTITY])), target) != 0);
			}
		default:
			return true;
	}
}

/* A name that facts tell, and how many bytes the names of a fact's key have together. */
typedef struct ToldName
{
	const char *start;
	int			len;
	int			key;
} ToldName;

static void
note_name(ToldName *longest, const char *start, int len)
{
	if (len > longest->len)
	{
		longest->start = start;
		longest->len = len;
	}
}

static void
note_text(ToldName *longest, const Datum *values, const bool *nulls, int column)
{
	int			len = fact_text_size(values, nulls, column);

	if (len > 0)
		note_name(longest, VARDATA_ANY(DatumGetPointer(values[column])), len);
	longest->key += len;
}

/* The columns of rows that are names (vsm.ensure_limits), beside their keys. */
static const char *const name_columns[] = {
	"build", "environment", "environment_tier", "feature", "key", "parent", "repository", "service", "sha", "target_branch", "team",
	"value_stream"
};

static bool
is_name_column(const JsonbValue *key)
{
	for (int i = 0; i < lengthof(name_columns); i++)
	{
		if (key->val.string.len == strlen(name_columns[i]) &&
			memcmp(key->val.string.val, name_columns[i], key->val.string.len) == 0)
			return true;
	}
	return false;
}

static void
note_columns(ToldName *longest, Datum details)
{
	Jsonb	   *columns = DatumGetJsonbP(details);
	JsonbIterator *iterator;
	JsonbIteratorToken token;
	JsonbValue	value;
	bool		is_name = false;

	if (VARSIZE(columns) <= MAX_NAME || !JB_ROOT_IS_OBJECT(columns))
		return;
	iterator = JsonbIteratorInit(&columns->root);
	while ((token = JsonbIteratorNext(&iterator, &value, true)) != WJB_DONE)
	{
		if (token == WJB_KEY)
			is_name = is_name_column(&value);
		else if (token == WJB_VALUE && value.type == jbvString && is_name)
			note_name(longest, value.val.string.val, value.val.string.len);
	}
}

/* The longest name in a fact. */
static ToldName
longest_name(int kind, const Datum *values, const bool *nulls)
{
	ToldName	longest = {0};

	note_text(&longest, values, nulls, ENTITY);
	note_text(&longest, values, nulls, SOURCE);
	note_text(&longest, values, nulls, ID);
	note_text(&longest, values, nulls, NAME);
	switch (kind)
	{
		case FACT_EVENT:
		case FACT_OBSERVED:
		case FACT_CREATED:
		case FACT_ALIAS:
		case FACT_LINK:
			note_text(&longest, values, nulls, VALUE);
			break;
		case FACT_CHANGE:
			if (!nulls[NAME] && (text_is(values[NAME], "team") || text_is(values[NAME], "value_stream")))
			{
				note_text(&longest, values, nulls, VALUE);
				note_text(&longest, values, nulls, PREVIOUS);
			}
			break;
		case FACT_ITEM:
		case FACT_MERGE_REQUEST:
		case FACT_COMMIT:
		case FACT_BUILD:
		case FACT_DEPLOYMENT:
		case FACT_INCIDENT:
			if (!nulls[DETAILS])
				note_columns(&longest, values[DETAILS]);
			break;
		default:
			break;
	}
	return longest;
}

char *
long_name_reason(int kind, const Datum *values, const bool *nulls)
{
	ToldName	longest = longest_name(kind, values, nulls);

	if (longest.len <= MAX_NAME && longest.key <= MAX_KEY)
		return NULL;
	return psprintf("it names %.*s..., which is longer than %s", pg_mbcharcliplen(longest.start, longest.len, 60), longest.start,
					longest.len > MAX_NAME ? "1,000 bytes" : "2,500 bytes with the rest of its key");
}
