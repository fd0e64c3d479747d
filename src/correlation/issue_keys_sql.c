/*
 * issue_keys_sql.c
 *		The keys of issues that a text names: PAY-12 in a commit's subject or a branch's name.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "common/hashfn.h"
#include "base/compat.h"
#include "miscadmin.h"
#include "base/record_state.h"
#include "utils/array.h"
#include "utils/builtins.h"

PG_FUNCTION_INFO_V1(vsm_issue_keys);
PG_FUNCTION_INFO_V1(vsm_issue_keys_of_projects);

/* A key found: its place in the text. */
typedef struct IssueKey
{
	uint32		start;
	uint32		dash;
	uint32		end;
} IssueKey;

/*
 * The keys of a text. Most name one or two: those are compared with each other in place. Where
 * there are more, all move to a dictionary, so that a long list is not quadratic.
 */
#define KEYS_INLINE		16

typedef struct IssueKeys
{
	IssueKey	first[KEYS_INLINE];
	uint32		num_keys;		/* in first */
	RecordState *more;			/* all keys, or NULL */
} IssueKeys;

/* Project keys in upper case, in a hash table of one chunk, kept between calls. */
typedef struct KnownProjects
{
	uint32		array_size;		/* the argument it was made from, byte by byte */
	uint32		mask;			/* slots - 1 */
	char	   *array;
	char	  **slots;			/* NULL: free */
} KnownProjects;

static inline bool
is_ascii_letter(unsigned char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static inline bool
is_digit(unsigned char c)
{
	return c >= '0' && c <= '9';
}

static inline bool
is_ascii_word(unsigned char c)
{
	return is_ascii_letter(c) || is_digit(c) || c == '_';
}

static inline char
to_upper(char c)
{
	return c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c;
}

/*
 * Whether a character beyond ASCII is part of a word, so that no key can touch it: the letters
 * of alphabetic scripts. Ideographs, kana and hangul are not: they stand next to a key without
 * a space, as do dashes, quotation marks and full-width punctuation.
 */
static bool
is_word_code_point(pg_wchar c)
{
	if (c < 0x00C0)
		return c == 0x00AA || c == 0x00B5 || c == 0x00BA;
	if (c == 0x00D7 || c == 0x00F7)
		return false;
	return c < 0x0E00 ||		/* Latin, Greek, Cyrillic, Hebrew, Arabic, Indic */
		(c >= 0x10A0 && c < 0x1100) ||	/* Georgian */
		(c >= 0x1E00 && c < 0x2000);	/* Latin and Greek with marks */
}

/* Whether the character that ends before, or begins at, that place is part of a word. */
static bool
word_before(const char *text, uint32 at)
{
	uint32		start = at - 1;

	if (at == 0)
		return false;
	if (!IS_HIGHBIT_SET(text[start]))
		return is_ascii_word(text[start]);
	if (GetDatabaseEncoding() != PG_UTF8)
		return true;
	while (start > 0 && ((unsigned char) text[start] & 0xC0) == 0x80)
		start--;
	return is_word_code_point(utf8_to_unicode((const unsigned char *) text + start));
}

static bool
word_at(const char *text, uint32 at, uint32 len)
{
	if (at >= len)
		return false;
	if (!IS_HIGHBIT_SET(text[at]))
		return is_ascii_word(text[at]);
	if (GetDatabaseEncoding() != PG_UTF8)
		return true;
	return is_word_code_point(utf8_to_unicode((const unsigned char *) text + at));
}

static inline uint32
hash_project(const char *project, uint32 len)
{
	return hash_bytes((const unsigned char *) project, len);
}

/* Whether text[start .. end) is one of the projects, in whatever case. */
static bool
is_project(const KnownProjects *projects, const char *text, uint32 start, uint32 end)
{
	char		project[256];
	uint32		len = end - start;
	uint32		slot;

	if (len >= sizeof(project))
		return false;
	for (uint32 i = 0; i < len; i++)
		project[i] = to_upper(text[start + i]);
	slot = hash_project(project, len) & projects->mask;
	while (projects->slots[slot] != NULL)
	{
		if (strlen(projects->slots[slot]) == len && memcmp(projects->slots[slot], project, len) == 0)
			return true;
		slot = (slot + 1) & projects->mask;
	}
	return false;
}

/* Same project, in whatever case, and same number. */
static bool
same_key(const char *text, const IssueKey *a, const IssueKey *b)
{
	uint32		len = a->end - a->start;

	if (len != b->end - b->start)
		return false;
	for (uint32 i = 0; i < len; i++)
	{
		if (to_upper(text[a->start + i]) != to_upper(text[b->start + i]))
			return false;
	}
	return true;
}

/* The text of a key: its project in upper case. */
static text *
key_text(const char *text_bytes, const IssueKey *key)
{
	uint32		len = key->end - key->start;
	text	   *value = palloc(VARHDRSZ + (Size) len);

	SET_VARSIZE(value, VARHDRSZ + (Size) len);
	for (uint32 i = 0; i < len; i++)
		VARDATA(value)[i] = to_upper(text_bytes[key->start + i]);
	return value;
}

static void
add_to_dictionary(IssueKeys *found, const char *text_bytes, const IssueKey *key)
{
	text	   *value = key_text(text_bytes, key);

	CHECK_FOR_INTERRUPTS();
	record_state_name(&found->more, VARDATA(value), VARSIZE(value) - VARHDRSZ);
	pfree(value);
}

static void
add_key(IssueKeys *found, const char *text, const IssueKey *key)
{
	if (found->more == NULL)
	{
		for (uint32 i = 0; i < found->num_keys; i++)
		{
			if (same_key(text, &found->first[i], key))
				return;
		}
		if (found->num_keys < KEYS_INLINE)
		{
			found->first[found->num_keys++] = *key;
			return;
		}
		found->more = record_state_new(0, 0, 1);
		for (uint32 i = 0; i < found->num_keys; i++)
			add_to_dictionary(found, text, &found->first[i]);
	}
	add_to_dictionary(found, text, key);
}

/*
 * Finds the keys of a text: a project, a dash and a number that does not begin with 0, with no
 * character of a word before and behind. Without projects a project is two or more upper-case
 * letters, digits and underscores and begins with a letter.
 */
static void
find_keys(const char *text, uint32 len, const KnownProjects *projects, IssueKeys *found)
{
	const char *next = text;
	const char *end = text + len;
	uint32		floor = 0;		/* a project does not begin before the end of the key before it */

	found->num_keys = 0;
	found->more = NULL;

	while ((next = memchr(next, '-', end - next)) != NULL)
	{
		IssueKey	key;

		key.dash = next - text;
		next++;
		if (next >= end || *next < '1' || *next > '9')
			continue;
		key.end = key.dash + 2;
		while (key.end < len && is_digit(text[key.end]))
			key.end++;
		next = text + key.end;
		if (word_at(text, key.end, len))
			continue;

		/* Back to the beginning of the word before the dash. */
		key.start = key.dash;
		while (key.start > floor && is_ascii_word(text[key.start - 1]))
			key.start--;
		if (key.start == key.dash || word_before(text, key.start))
			continue;
		if (projects != NULL)
		{
			if (!is_project(projects, text, key.start, key.dash))
				continue;
		}
		else
		{
			uint32		i = key.start;

			if (key.dash - key.start < 2 || text[i] < 'A' || text[i] > 'Z')
				continue;
			while (i < key.dash && !(text[i] >= 'a' && text[i] <= 'z'))
				i++;
			if (i < key.dash)
				continue;
		}
		add_key(found, text, &key);
		floor = key.end;
	}
}

/* The keys as text[], projects in upper case. */
static Datum
keys_array(const char *text, const IssueKeys *found)
{
	Datum		first[KEYS_INLINE];
	Datum	   *elements = first;
	uint32		num_elements = found->num_keys;

	if (num_elements == 0)
		return PointerGetDatum(construct_empty_array(TEXTOID));
	if (found->more == NULL)
	{
		for (uint32 i = 0; i < num_elements; i++)
			first[i] = PointerGetDatum(key_text(text, &found->first[i]));
	}
	else
	{
		const RecordName *name = record_state_first_name(found->more);
		char		buffer[HEX_NAME_MAX];

		num_elements = found->more->num_names;
		elements = palloc_extended(sizeof(Datum) * (Size) num_elements, MCXT_ALLOC_HUGE);
		for (uint32 i = 0; i < num_elements; i++)
		{
			elements[i] = PointerGetDatum(cstring_to_text_with_len(record_name_bytes(name, buffer), record_name_len(name)));
			name = record_state_next_name(name);
		}
	}
	return PointerGetDatum(construct_array(elements, num_elements, TEXTOID, -1, false, TYPALIGN_INT));
}

/* The set of projects for the argument: that of the call before if the argument is the same. */
static const KnownProjects *
get_projects(FunctionCallInfo fcinfo, int argno)
{
	ArrayType  *array = PG_GETARG_ARRAYTYPE_P(argno);
	KnownProjects *set = fcinfo->flinfo->fn_extra;
	MemoryContext old_context;
	Datum	   *elements;
	bool	   *nulls;
	int			num_elements;
	Size		size;
	uint32		num_slots = 4;
	char	   *bytes;

	if (set != NULL && set->array_size == VARSIZE(array) &&
		memcmp(set->array, array, set->array_size) == 0)
		return set;
	if (set != NULL)
	{
		fcinfo->flinfo->fn_extra = NULL;
		pfree(set);
	}

	deconstruct_array(array, TEXTOID, -1, false, TYPALIGN_INT, &elements, &nulls, &num_elements);
	while (num_slots < (uint32) num_elements * 2)
		num_slots *= 2;
	size = sizeof(KnownProjects) + sizeof(char *) * (Size) num_slots + VARSIZE(array);
	for (int i = 0; i < num_elements; i++)
		size += nulls[i] ? 0 : VARSIZE_ANY_EXHDR(DatumGetPointer(elements[i])) + 1;

	old_context = MemoryContextSwitchTo(fcinfo->flinfo->fn_mcxt);
	set = palloc0(size);
	MemoryContextSwitchTo(old_context);
	set->mask = num_slots - 1;
	set->slots = (char **) (set + 1);
	set->array = (char *) (set->slots + num_slots);
	set->array_size = VARSIZE(array);
	memcpy(set->array, array, set->array_size);
	bytes = set->array + set->array_size;
	for (int i = 0; i < num_elements; i++)
	{
		const char *project;
		uint32		len;
		uint32		slot;

		if (nulls[i])
			continue;
		project = VARDATA_ANY(DatumGetPointer(elements[i]));
		len = VARSIZE_ANY_EXHDR(DatumGetPointer(elements[i]));
		for (uint32 k = 0; k < len; k++)
			bytes[k] = to_upper(project[k]);
		slot = hash_project(bytes, len) & set->mask;
		while (set->slots[slot] != NULL)
			slot = (slot + 1) & set->mask;
		set->slots[slot] = bytes;
		bytes += len + 1;
	}
	fcinfo->flinfo->fn_extra = set;
	return set;
}

/* issue_keys(text text) -> text[]: distinct keys in order of appearance. Strict. */
Datum
vsm_issue_keys(PG_FUNCTION_ARGS)
{
	text	   *value = PG_GETARG_TEXT_PP(0);
	IssueKeys	found;

	find_keys(VARDATA_ANY(value), VARSIZE_ANY_EXHDR(value), NULL, &found);
	return keys_array(VARDATA_ANY(value), &found);
}

/*
 * issue_keys(text text, projects text[]) -> text[]: the same for these projects only, in
 * whatever case they and the text are; keys are given in upper case. Strict.
 */
Datum
vsm_issue_keys_of_projects(PG_FUNCTION_ARGS)
{
	text	   *value = PG_GETARG_TEXT_PP(0);
	IssueKeys	found;

	find_keys(VARDATA_ANY(value), VARSIZE_ANY_EXHDR(value), get_projects(fcinfo, 1), &found);
	return keys_array(VARDATA_ANY(value), &found);
}
