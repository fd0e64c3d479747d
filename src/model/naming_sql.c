/*
 * naming_sql.c
 *		What the names that installations choose mean: names of fields, labels, jobs, ...
 *
 * Readers ask for several names a payload, so the names come as one jsonb, made once a run by
 * vsm.names: {kind: {"name": {name in lower case: meaning}, "pattern": [[expression, meaning]]}}.
 */
#include "postgres.h"

#include "base/compat.h"
#include "catalog/pg_collation.h"
#include "regex/regex.h"
#include "utils/builtins.h"
#include "utils/formatting.h"
#include "utils/jsonb.h"

PG_FUNCTION_INFO_V1(vsm_meaning);

/* The object or array that is a member of an object, or NULL. */
static JsonbContainer *
member_of(JsonbContainer *object, const char *key, int len, JsonbValue *value)
{
	if (!JsonContainerIsObject(object) || getKeyJsonValueFromContainer(object, key, len, value) == NULL ||
		value->type != jbvBinary)
		return NULL;
	return value->val.binary.data;
}

/* A meaning as the result of the function; "none" says that the name means nothing. */
static Datum
meaning_datum(FunctionCallInfo fcinfo, JsonbValue *meaning)
{
	if (meaning->type != jbvString ||
		(meaning->val.string.len == 4 && memcmp(meaning->val.string.val, "none", 4) == 0))
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text_with_len(meaning->val.string.val, meaning->val.string.len));
}

/*
 * meaning(names jsonb, kind text, name text) -> text
 *
 * What the name means: by its entry if it has one, else by the first pattern that is found in it,
 * both regardless of case; NULL if it means nothing. A pattern that is no regular expression is
 * 2201B; the table naming does not take one.
 */
Datum
vsm_meaning(PG_FUNCTION_ARGS)
{
	Jsonb	   *names = PG_GETARG_JSONB_P(0);
	text	   *kind = PG_GETARG_TEXT_PP(1);
	text	   *name = PG_GETARG_TEXT_PP(2);
	JsonbContainer *meanings;
	JsonbContainer *entries;
	JsonbContainer *patterns;
	JsonbValue	value;
	JsonbValue	found;
	int			count;

	meanings = member_of(&names->root, VARDATA_ANY(kind), VARSIZE_ANY_EXHDR(kind), &value);
	if (meanings == NULL)
		PG_RETURN_NULL();

	entries = member_of(meanings, "name", 4, &value);
	if (entries != NULL && JsonContainerSize(entries) > 0 && JsonContainerIsObject(entries))
	{
		char	   *lower = str_tolower(VARDATA_ANY(name), VARSIZE_ANY_EXHDR(name), DEFAULT_COLLATION_OID);

		if (getKeyJsonValueFromContainer(entries, lower, strlen(lower), &found) != NULL)
			return meaning_datum(fcinfo, &found);
	}

	patterns = member_of(meanings, "pattern", 7, &value);
	count = patterns != NULL && JsonContainerIsArray(patterns) ? JsonContainerSize(patterns) : 0;
	for (int i = 0; i < count; i++)
	{
		JsonbValue *pattern = getIthJsonbValueFromContainer(patterns, i);
		JsonbValue *expression;

		if (pattern->type != jbvBinary || !JsonContainerIsArray(pattern->val.binary.data) ||
			JsonContainerSize(pattern->val.binary.data) != 2)
			continue;
		expression = getIthJsonbValueFromContainer(pattern->val.binary.data, 0);
		if (expression->type != jbvString)
			continue;
		/* PostgreSQL keeps the last expressions compiled. */
		if (RE_compile_and_execute(cstring_to_text_with_len(expression->val.string.val, expression->val.string.len),
								   VARDATA_ANY(name), VARSIZE_ANY_EXHDR(name),
								   REG_ADVANCED | REG_ICASE | REG_NOSUB, DEFAULT_COLLATION_OID, 0, NULL))
			return meaning_datum(fcinfo, getIthJsonbValueFromContainer(pattern->val.binary.data, 1));
	}
	PG_RETURN_NULL();
}
