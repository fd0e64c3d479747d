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
#include "common/hashfn.h"
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

/* A meaning as text; "none" says that the name means nothing. */
static text *
meaning_text(const JsonbValue *meaning)
{
	if (meaning->type != jbvString ||
		(meaning->val.string.len == 4 && memcmp(meaning->val.string.val, "none", 4) == 0))
		return NULL;
	return cstring_to_text_with_len(meaning->val.string.val, meaning->val.string.len);
}

static text *
look_up(Jsonb *names, const text *kind, text *name)
{
	JsonbContainer *meanings;
	JsonbContainer *entries;
	JsonbContainer *patterns;
	JsonbValue	value;
	JsonbValue	found;
	int			count;

	meanings = member_of(&names->root, VARDATA_ANY(kind), VARSIZE_ANY_EXHDR(kind), &value);
	if (meanings == NULL)
		return NULL;

	entries = member_of(meanings, "name", 4, &value);
	if (entries != NULL && JsonContainerSize(entries) > 0 && JsonContainerIsObject(entries))
	{
		char	   *lower = str_tolower(VARDATA_ANY(name), VARSIZE_ANY_EXHDR(name), DEFAULT_COLLATION_OID);

		if (getKeyJsonValueFromContainer(entries, lower, strlen(lower), &found) != NULL)
			return meaning_text(&found);
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
			return meaning_text(getIthJsonbValueFromContainer(pattern->val.binary.data, 1));
	}
	return NULL;
}

/*
 * What a call in a statement was asked, and answered: payloads of many thousand builds, requests and
 * issues name the same jobs, environments, authors and types.
 */
#define MEMO_SLOTS	64
#define MEMO_NAME	96			/* bytes; longer ones are looked up each time */
#define MEMO_NAMES	(64 * 1024) /* bytes: to compare more of them with what they were costs more than it saves */

typedef struct MemoSlot
{
	text	   *meaning;
	int			len;			/* 0: nothing is known here */
	char		name[MEMO_NAME];
} MemoSlot;

typedef struct Memo
{
	Jsonb	   *names;			/* all that follows is of these, and of this kind; NULL: nothing is known */
	text	   *kind;
	MemoSlot   *slots;
} Memo;

static void *
copy_value(MemoryContext context, const void *value)
{
	return memcpy(MemoryContextAlloc(context, VARSIZE_ANY(value)), value, VARSIZE_ANY(value));
}

static bool
same_value(const void *a, const void *b)
{
	return VARSIZE_ANY(a) == VARSIZE_ANY(b) && memcmp(a, b, VARSIZE_ANY(a)) == 0;
}

/* The slot of a name; NULL if it is not to be remembered. */
static MemoSlot *
memo_slot(FmgrInfo *function, Jsonb *names, const text *kind, const text *name)
{
	Memo	   *memo = function->fn_extra;
	int			len = VARSIZE_ANY_EXHDR(name);

	/* Who asks once has no use for it. */
	if (memo == NULL)
	{
		function->fn_extra = MemoryContextAllocZero(function->fn_mcxt, sizeof(Memo));
		return NULL;
	}
	if (len == 0 || len > MEMO_NAME || VARSIZE_ANY(names) > MEMO_NAMES)
		return NULL;
	if (memo->slots == NULL)
		memo->slots = MemoryContextAllocZero(function->fn_mcxt, MEMO_SLOTS * sizeof(MemoSlot));
	if (memo->names == NULL || !same_value(memo->names, names) || !same_value(memo->kind, kind))
	{
		for (int i = 0; i < MEMO_SLOTS; i++)
		{
			if (memo->slots[i].meaning != NULL)
				pfree(memo->slots[i].meaning);
		}
		memset(memo->slots, 0, MEMO_SLOTS * sizeof(MemoSlot));
		if (memo->names != NULL)
			pfree(memo->names);
		memo->names = NULL;
		if (memo->kind != NULL)
			pfree(memo->kind);
		memo->kind = NULL;
		memo->kind = copy_value(function->fn_mcxt, kind);
		memo->names = copy_value(function->fn_mcxt, names);
	}
	return &memo->slots[hash_bytes((const unsigned char *) VARDATA_ANY(name), len) % MEMO_SLOTS];
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
	int			len = VARSIZE_ANY_EXHDR(name);
	MemoSlot   *slot = memo_slot(fcinfo->flinfo, names, kind, name);
	text	   *meaning;

	if (slot != NULL && slot->len == len && memcmp(slot->name, VARDATA_ANY(name), len) == 0)
		meaning = slot->meaning == NULL ? NULL : copy_value(CurrentMemoryContext, slot->meaning);
	else
	{
		meaning = look_up(names, kind, name);
		if (slot != NULL)
		{
			text	   *kept = meaning == NULL ? NULL : copy_value(fcinfo->flinfo->fn_mcxt, meaning);

			if (slot->meaning != NULL)
				pfree(slot->meaning);
			slot->meaning = kept;
			slot->len = len;
			memcpy(slot->name, VARDATA_ANY(name), len);
		}
	}
	if (meaning == NULL)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(meaning);
}
