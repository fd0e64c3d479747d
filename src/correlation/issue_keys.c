/*
 * issue_keys.c
 *		The keys of issues that a text names.
 */
#include "postgres.h"

#include "base/compat.h"
#include "common/hashfn.h"
#include "correlation/issue_keys.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"

/* The dictionary of many keys stays within one call. */
static const FlatFormat keys_format = {"issue keys", NO_KIND, 0};

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

void
known_projects_enter(KnownProjects *projects, const char *project, uint32 len, char *copy)
{
	uint32		slot;

	for (uint32 i = 0; i < len; i++)
		copy[i] = to_upper(project[i]);
	copy[len] = '\0';
	slot = hash_project(copy, len) & projects->mask;
	while (projects->slots[slot] != NULL && strcmp(projects->slots[slot], copy) != 0)
	{
		CHECK_FOR_INTERRUPTS();
		slot = (slot + 1) & projects->mask;
	}
	projects->slots[slot] = copy;
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

void
issue_key_copy(const char *text, const IssueKey *key, char *to)
{
	for (uint32 i = key->start; i < key->end; i++)
		*to++ = to_upper(text[i]);
}

static void
add_to_dictionary(IssueKeys *found, const char *text, const IssueKey *key)
{
	uint32		len = key->end - key->start;
	char	   *name = palloc(len);

	CHECK_FOR_INTERRUPTS();
	issue_key_copy(text, key, name);
	record_state_name(&found->more, name, len);
	pfree(name);
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
		found->more = record_state_new(&keys_format, 1);
		for (uint32 i = 0; i < found->num_keys; i++)
			add_to_dictionary(found, text, &found->first[i]);
	}
	add_to_dictionary(found, text, key);
}

/*
 * What is written like a key and is none, unless a project of that name is known: names of
 * standards, algorithms and lists, with their numbers; an empty list stands for any.
 */
static const struct
{
	const char *name;
	const char *numbers;
}			standards[] = {
	{"AES", " 128 192 256 "},
	{"BASE", " 16 32 36 58 62 64 85 "},
	{"COVID", " 19 "},
	{"CP", " 437 850 852 866 932 936 949 950 1250 1251 1252 1253 1254 1255 1256 1257 1258 "},
	{"CVE", ""},
	{"CWE", ""},
	{"ECMA", " 262 402 404 "},
	{"FIPS", " 140 180 186 197 199 200 201 202 "},
	{"HTTP", " 1 2 3 "},
	{"IEEE", " 754 802 829 830 1003 "},
	{"ISO", ""},
	{"JEP", ""},
	{"JSR", ""},
	{"LATIN", " 1 2 3 4 5 6 7 8 9 10 "},
	{"MD", " 2 4 5 "},
	{"OAUTH", " 1 2 "},
	{"PEP", ""},
	{"PKCS", ""},
	{"RFC", ""},
	{"RSA", " 1024 2048 3072 4096 8192 "},
	{"SHA", " 1 2 3 224 256 384 512 "},
	{"SSL", " 2 3 "},
	{"TLS", " 1 "},
	{"UCS", " 2 4 "},
	{"UTF", " 7 8 16 32 "},
	{"WCAG", " 1 2 3 "},
	{"WINDOWS", " 1250 1251 1252 1253 1254 1255 1256 1257 1258 "},
};

/* Whether a key is one of these; without the projects it is in capitals. */
static bool
is_standard(const char *key, uint32 len)
{
	const char *dash = memchr(key, '-', len);
	uint32		name_len = dash - key;

	for (Size i = 0; i < lengthof(standards); i++)
	{
		char		number[16];
		uint32		number_len = len - name_len - 1;

		if (strlen(standards[i].name) != name_len || memcmp(standards[i].name, key, name_len) != 0)
			continue;
		if (standards[i].numbers[0] == '\0')
			return true;
		if (number_len + 3 > sizeof(number))
			return false;
		number[0] = ' ';
		memcpy(number + 1, dash + 1, number_len);
		number[number_len + 1] = ' ';
		number[number_len + 2] = '\0';
		return strstr(standards[i].numbers, number) != NULL;
	}
	return false;
}

void
issue_keys_find(const char *text, uint32 len, const KnownProjects *projects, IssueKeys *found)
{
	const char *next = text;
	const char *end = text + len;
	uint32		floor = 0;		/* a project does not begin before the end of the key before it */

	found->num_keys = 0;
	found->more = NULL;

	while ((next = memchr(next, '-', end - next)) != NULL)
	{
		IssueKey	key;

		CHECK_FOR_INTERRUPTS();
		key.dash = next - text;
		next++;
		if (next >= end || *next < '1' || *next > '9')
			continue;
		key.end = key.dash + 2;
		while (key.end < len && is_digit(text[key.end]))
			key.end++;
		next = text + key.end;
		/* An underscore ends a key as a dash does: feature/SHOP-7_show_total. */
		if (word_at(text, key.end, len) && text[key.end] != '_')
			continue;

		/* Back to the beginning of the word before the dash. */
		key.start = key.dash;
		while (key.start > floor && is_ascii_word(text[key.start - 1]))
			key.start--;
		while (key.start == floor && key.start > 0 && text[key.start] == '_')
			floor = ++key.start;
		if (key.start == key.dash || (key.start != floor && word_before(text, key.start)))
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
			if (i < key.dash || is_standard(text + key.start, key.end - key.start))
				continue;
		}
		add_key(found, text, &key);
		floor = key.end;
	}
}
