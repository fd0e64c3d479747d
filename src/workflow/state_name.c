/*
 * state_name.c
 *		What the name of a state says about the work in it, by the words of state_words.c.
 *
 * Columns of states hold names ("In Review", "Ready for Test", "Erledigt", "開発中") and, in event
 * logs, sentences ("T07-1 Draft intern advice", "Send invoice"). A word of the list means something
 * in a name only. These are the rules:
 *
 * - Upper and lower case, accents, full and half width do not matter ("TERMINE" is "terminé"), and
 *   ä, ö, ü may be written ae, oe, ue. The locale and the encoding of the database do not matter
 *   either.
 * - A name falls into parts at : / | ( ) , and the like and at a dash between blanks: what one
 *   part says is said ("In Progress - Frontend"). Parts fall into words at blanks, hyphens,
 *   underscores and where lower case becomes upper ("InReview"). Words match whole.
 * - Words with a digit and single letters are numbers and codes: they are left out ("02 Test").
 * - At each word the longest phrase of the list that begins there is read.
 * - A verb that tells what to do makes a sentence of what follows, unless that ends in what became
 *   of it: "Send for review", but "Send invoice done".
 * - A phrase counts if all words of its part are known; else if the unknown ones, three at most,
 *   stand where the list has a star beside the phrase: "Waiting for Bob" (waiting *), "Case closed"
 *   (* closed), but not "Draft intern advice" (draft).
 * - Of several phrases in a part the first in the order of StateSense decides. A word of work
 *   beside a word for done is a step that is done, "Test Done": it has passed.
 * - Of several parts the first decides in the same order, only that a step that has passed says
 *   less than what is being done: "Accepted / In Progress".
 *
 * Chinese and Japanese have no blanks: there a run of their characters is one word, which matches
 * whole, or else by its beginning or end ("待*", "*完了") with at most eight characters more.
 */
#include "postgres.h"

#include "base/compat.h"
#include "catalog/namespace.h"
#include "common/unicode_norm.h"
#include "mb/pg_wchar.h"
#include "utils/memutils.h"
#include "workflow/state_name.h"

/* What is longer is no name; its first letters are not worth reading. */
#define MAX_NAME_BYTES		255
#define MAX_WORDS			40
#define MAX_PHRASE_WORDS	6
#define MAX_UNKNOWN_WORDS	3
#define MAX_UNKNOWN_LETTERS	24	/* before or behind "*word" */
#define MAX_UNKNOWN_SIGNS	8	/* the same in Chinese and Japanese */

/* Characters of Unicode, folded; not terminated. */
typedef struct Word
{
	const pg_wchar *chars;
	uint16		len;
	uint16		part;
} Word;

typedef struct Words
{
	Word		words[MAX_WORDS];
	int			count;
	pg_wchar	chars[MAX_NAME_BYTES * 20];	/* one becomes 18 at most by decomposition */
} Words;

/* A phrase of the list. */
typedef struct Phrase
{
	Word		words[MAX_PHRASE_WORDS];
	uint8		num_words;
	bool		before;			/* unknown words may stand before it */
	bool		behind;
	bool		suffix;			/* letters may stand before its word */
	bool		prefix;
	bool		verb;			/* words behind it make a sentence */
	StateSense	sense;
} Phrase;

/* The list in a form to search, made once a session. */
typedef struct PhraseList
{
	Phrase	   *phrases;		/* in the order of compare_phrases */
	int			num_phrases;
	Phrase	   *affixes;		/* of one word with a star at it, in the order of the list */
	int			num_affixes;
} PhraseList;

static PhraseList *phrase_list = NULL;

/*
 * Letters that do not decompose into a base letter and marks. Case: ASCII, Greek and Cyrillic;
 * accents are gone by then, and other scripts of the list have none.
 */
static pg_wchar
fold_letter(pg_wchar c)
{
	if (c >= 'A' && c <= 'Z')
		return c + ('a' - 'A');
	if ((c >= 0x391 && c <= 0x3A9) || (c >= 0x410 && c <= 0x42F))
		return c + 0x20;
	if (c >= 0x400 && c <= 0x40F)
		return c + 0x50;
	switch (c)
	{
		case 0xD8:
		case 0xF8:
			return 'o';
		case 0x110:
		case 0x111:
			return 'd';
		case 0x131:
			return 'i';
		case 0x141:
		case 0x142:
			return 'l';
		default:
			return c;
	}
}

/* Marks above and below letters, and characters without a width. */
static bool
is_accent(pg_wchar c)
{
	return (c >= 0x300 && c <= 0x36F) || (c >= 0x200B && c <= 0x200F) || c == 0x2060 || c == 0xFEFF || c == 0xAD ||
		(c >= 0xFE00 && c <= 0xFE0F);
}

static bool
is_apostrophe(pg_wchar c)
{
	return c == '\'' || c == 0x2019 || c == 0x2018 || c == 0x02BC || c == 0x60 || c == 0xB4;
}

/* Characters that stand between parts. */
static bool
is_break(pg_wchar c)
{
	return (c < 0x80 && c != 0 && strchr(":/|()[]{},;<>=\"!?#\\", (int) c) != NULL) || c == 0x2013 || c == 0x2014 ||
		(c >= 0x2190 && c <= 0x21FF) || (c >= 0x3001 && c <= 0x3002) || (c >= 0x3008 && c <= 0x3011) || c == 0x30FB;
}

/* Letters and digits; marks of other scripts belong to their letters. */
static bool
is_letter(pg_wchar c)
{
	/* Signs, punctuation, symbols and emoji, beyond those of ASCII and Latin 1. */
	static const pg_wchar others[][2] = {
		{0xD7, 0xD7}, {0xF7, 0xF7}, {0x2000, 0x2BFF}, {0x3000, 0x3004}, {0x3008, 0x3020}, {0x30FB, 0x30FB},
		{0xE000, 0xF8FF}, {0xFFF0, 0xFFFF}, {0x1F000, 0x1FAFF}
	};

	if (c < 0xC0)
		return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
	for (int i = 0; i < lengthof(others); i++)
	{
		if (c >= others[i][0] && c <= others[i][1])
			return false;
	}
	return true;
}

/* Characters of scripts that are written without blanks. */
static bool
is_sign(pg_wchar c)
{
	return (c >= 0x3005 && c <= 0x3007) || (c >= 0x3041 && c <= 0x30FF) || (c >= 0x3400 && c <= 0x9FFF) ||
		(c >= 0x20000 && c <= 0x3FFFF);
}

static bool
is_upper(pg_wchar c)
{
	return c >= 'A' && c <= 'Z';
}

static bool
is_lower(pg_wchar c)
{
	return c >= 'a' && c <= 'z';
}

/* Whether a new word begins at text[i], which is a letter, as the one before is. */
static bool
begins_word(const pg_wchar *text, int i)
{
	if (is_sign(text[i]) != is_sign(text[i - 1]))
		return true;
	/* InReview, QAReady, but TODOs */
	return is_upper(text[i]) && (is_lower(text[i - 1]) ||
								 (is_upper(text[i - 1]) && is_lower(text[i + 1]) && is_lower(text[i + 2])));
}

/* Ends the word that is being read, unless it is a code. */
static void
end_word(Words *words, const pg_wchar *chars, const pg_wchar *end, int part, bool code)
{
	int			len = end - chars;

	if (len == 0 || code || (len == 1 && chars[0] < 0x80) || words->count >= MAX_WORDS)
		return;
	words->words[words->count++] = (Word) {.chars = chars, .len = len, .part = part};
}

/* Takes UTF-8 apart into folded words. */
static void
read_words(const char *text, int len, Words *words)
{
	pg_wchar   *wide = palloc(sizeof(pg_wchar) * (len + 1));
	pg_wchar   *plain;
	pg_wchar   *p = words->chars;
	pg_wchar   *start = p;
	const pg_wchar *limit = words->chars + lengthof(words->chars) - 2;
	int			part = 0;
	bool		code = false;
	int			count = 0;

	words->count = 0;
	wide[pg_encoding_mb2wchar_with_len(PG_UTF8, text, wide, len)] = 0;
	plain = unicode_normalize(UNICODE_NFKD, wide);
	/* Accents and what takes no place go first, so that neighbours are letters. */
	for (const pg_wchar *c = plain; *c != 0; c++)
	{
		if (!is_accent(*c))
			plain[count++] = *c;
	}
	plain[count] = 0;

	for (int i = 0; i < count && p < limit; i++)
	{
		pg_wchar	c = plain[i];

		/* won't is one word; l'étude is two */
		if (is_apostrophe(c) && p > start && (plain[i + 1] | 0x20) == 't' && !is_letter(plain[i + 2]))
			continue;
		if (p > start && (!is_letter(c) || (is_letter(plain[i - 1]) && begins_word(plain, i))))
		{
			end_word(words, start, p, part, code);
			start = p;
			code = false;
		}
		if (is_letter(c))
		{
			code = code || (c >= '0' && c <= '9');
			switch (c)
			{
				case 0xDF:		/* sharp s */
				case 0x1E9E:
					*p++ = 's';
					*p++ = 's';
					break;
				case 0x152:		/* ligature oe */
				case 0x153:
					*p++ = 'o';
					*p++ = 'e';
					break;
				default:
					*p++ = fold_letter(c);
			}
		}
		else if (is_break(c) || (c == '-' && i > 0 && plain[i - 1] == ' ' && plain[i + 1] == ' '))
			part++;
	}
	end_word(words, start, p, part, code);
	pfree(wide);
	pfree(plain);
}

/*----------
 * The list.
 *----------
 */

static int
compare_words(const Word *left, const Word *right)
{
	int			result = memcmp(left->chars, right->chars, sizeof(pg_wchar) * Min(left->len, right->len));

	return result != 0 ? result : (int) left->len - (int) right->len;
}

/* By the first word, then long ones first, then by the other words and in the order of senses. */
static int
compare_phrases(const void *a, const void *b)
{
	const Phrase *left = a;
	const Phrase *right = b;
	int			result = compare_words(&left->words[0], &right->words[0]);

	if (result == 0)
		result = (int) right->num_words - (int) left->num_words;
	for (int i = 1; result == 0 && i < left->num_words; i++)
		result = compare_words(&left->words[i], &right->words[i]);
	if (result == 0)
		result = (int) left->sense - (int) right->sense;
	return result;
}

/* Adds one phrase as written in the list. */
static void
add_phrase(PhraseList *list, StateSense sense, const char *text, int len)
{
	Phrase		phrase = {.sense = sense};
	Words	   *words;

	if (len > 2 && memcmp(text, "* ", 2) == 0)
	{
		phrase.before = true;
		text += 2;
		len -= 2;
	}
	if (len > 2 && memcmp(text + len - 2, " *", 2) == 0)
	{
		phrase.behind = true;
		len -= 2;
	}
	phrase.suffix = text[0] == '*';
	phrase.prefix = text[len - 1] == '*';
	phrase.verb = sense == SENSE_VERB;
	words = palloc(sizeof(Words));
	read_words(text, len, words);
	if (words->count == 0 || words->count > MAX_PHRASE_WORDS)
		elog(ERROR, "no phrase of words of states: \"%s\"", pnstrdup(text, len));
	phrase.num_words = words->count;
	for (int i = 0; i < words->count; i++)
	{
		Size		size = sizeof(pg_wchar) * words->words[i].len;

		phrase.words[i] = words->words[i];
		phrase.words[i].chars = memcpy(palloc(size), words->words[i].chars, size);
	}
	pfree(words);
	if (phrase.prefix || phrase.suffix)
		list->affixes[list->num_affixes++] = phrase;
	else
		list->phrases[list->num_phrases++] = phrase;
}

/* The same phrase with ae, oe, ue, as German is written where a keyboard lacks ä, ö, ü. */
static void
add_without_umlauts(PhraseList *list, StateSense sense, const char *text, int len)
{
	static const char *const umlauts[][2] = {{"ä", "ae"}, {"ö", "oe"}, {"ü", "ue"}};
	StringInfoData buf;
	bool		found = false;

	initStringInfo(&buf);
	for (int i = 0; i < len; i++)
	{
		int			umlaut = 0;

		while (umlaut < lengthof(umlauts) && strncmp(text + i, umlauts[umlaut][0], 2) != 0)
			umlaut++;
		if (umlaut < lengthof(umlauts))
		{
			appendStringInfoString(&buf, umlauts[umlaut][1]);
			found = true;
			i++;
		}
		else
			appendStringInfoChar(&buf, text[i]);
	}
	if (found)
		add_phrase(list, sense, buf.data, buf.len);
	pfree(buf.data);
}

/* Of phrases of the same words one is left: the first sense, with the stars of all that have it. */
static void
merge_phrases(PhraseList *list)
{
	int			kept = 0;

	for (int i = 1; i < list->num_phrases; i++)
	{
		Phrase	   *last = &list->phrases[kept];
		Phrase	   *phrase = &list->phrases[i];
		StateSense	sense = phrase->sense;
		bool		same;

		phrase->sense = last->sense;
		same = compare_phrases(last, phrase) == 0;
		phrase->sense = sense;
		if (!same)
			list->phrases[++kept] = *phrase;
		else
		{
			last->before |= phrase->before && sense == last->sense;
			last->behind |= phrase->behind && sense == last->sense;
			last->verb |= phrase->verb;
		}
	}
	list->num_phrases = kept + 1;
}

/* Reads the list, in a context of its own that stays if nothing fails. */
static PhraseList *
read_list(void)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "vsm words of states", ALLOCSET_DEFAULT_SIZES);
	MemoryContext old = MemoryContextSwitchTo(context);
	PhraseList *list = palloc0(sizeof(PhraseList));
	int			most = 0;

	/* Each phrase twice at most: with umlauts and without. */
	for (const StateWords *row = state_words; row->language != NULL; row++)
	{
		for (const char *p = row->phrases; p != NULL; p = strchr(p + 1, ','))
			most += 2;
	}
	list->phrases = palloc(sizeof(Phrase) * most);
	list->affixes = palloc(sizeof(Phrase) * most);
	for (const StateWords *row = state_words; row->language != NULL; row++)
	{
		for (const char *p = row->phrases;; p += 2)
		{
			int			len = strcspn(p, ",");

			add_phrase(list, row->sense, p, len);
			add_without_umlauts(list, row->sense, p, len);
			p += len;
			if (*p == '\0')
				break;
		}
	}
	qsort(list->phrases, list->num_phrases, sizeof(Phrase), compare_phrases);
	merge_phrases(list);
	list->phrases = repalloc(list->phrases, sizeof(Phrase) * list->num_phrases);
	list->affixes = repalloc(list->affixes, sizeof(Phrase) * list->num_affixes);
	MemoryContextSwitchTo(old);
	MemoryContextSetParent(context, CacheMemoryContext);
	return list;
}

/*----------
 * Reading a name.
 *----------
 */

/* Where a phrase stands in a part. */
typedef struct Match
{
	const Phrase *phrase;
	int			place;
} Match;

/* The longest phrase that begins at a word, or NULL. */
static const Phrase *
find_phrase(const PhraseList *list, const Word *words, int count)
{
	int			low = 0;
	int			high = list->num_phrases;

	while (low < high)
	{
		int			middle = low + (high - low) / 2;

		if (compare_words(&list->phrases[middle].words[0], &words[0]) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < list->num_phrases && compare_words(&list->phrases[low].words[0], &words[0]) == 0; low++)
	{
		const Phrase *phrase = &list->phrases[low];
		int			same = 1;

		while (same < phrase->num_words && same < count && compare_words(&phrase->words[same], &words[same]) == 0)
			same++;
		if (same == phrase->num_words)
			return phrase;
	}
	return NULL;
}

/* The first in the order of senses of the affixes that a word has, or NULL. */
static const Phrase *
find_affix(const PhraseList *list, const Word *word)
{
	const Phrase *found = NULL;

	for (int i = 0; i < list->num_affixes; i++)
	{
		const Phrase *affix = &list->affixes[i];
		const Word *part = &affix->words[0];
		int			more = (int) word->len - (int) part->len;
		Size		size = sizeof(pg_wchar) * part->len;

		if (more < 0 || more > (is_sign(part->chars[0]) ? MAX_UNKNOWN_SIGNS : MAX_UNKNOWN_LETTERS))
			continue;
		if (((affix->suffix && memcmp(word->chars + more, part->chars, size) == 0) ||
			 (affix->prefix && memcmp(word->chars, part->chars, size) == 0)) &&
			(found == NULL || affix->sense < found->sense))
			found = affix;
	}
	return found;
}

/* What a part of a name says. */
static StateSense
part_sense(const PhraseList *list, const Word *words, int count)
{
	Match		matches[MAX_WORDS];
	int			num_matches = 0;
	int			num_unknown = 0;
	int			first_unknown = count;
	int			last_unknown = -1;
	StateSense	sense = SENSE_UNKNOWN;
	bool		works = false;
	bool		sentence = false;

	for (int i = 0; i < count;)
	{
		const Phrase *phrase = find_phrase(list, &words[i], count - i);

		if (phrase == NULL)
			phrase = find_affix(list, &words[i]);
		if (phrase == NULL)
		{
			num_unknown++;
			first_unknown = Min(first_unknown, i);
			last_unknown = i++;
			continue;
		}
		sentence = i == 0 ? phrase->verb && count > phrase->num_words :
			sentence && !(i + phrase->num_words == count && phrase->before && phrase->sense < SENSE_WAITING);
		if (phrase->sense < SENSE_NEUTRAL)
			matches[num_matches++] = (Match) {.phrase = phrase, .place = i};
		i += phrase->num_words;
	}
	if (sentence || num_unknown > MAX_UNKNOWN_WORDS)
		return SENSE_UNKNOWN;

	for (int i = 0; i < num_matches; i++)
	{
		const Phrase *phrase = matches[i].phrase;

		if ((first_unknown < matches[i].place && !phrase->before) ||
			(last_unknown > matches[i].place && !phrase->behind))
			continue;
		works = works || phrase->sense == SENSE_ACTIVE || phrase->sense == SENSE_WAITING;
		sense = Min(sense, phrase->sense);
	}
	return sense == SENSE_DONE && works ? SENSE_PASSED : sense;
}

/* What a part says in its place among those of other parts. */
static int
part_order(StateSense sense)
{
	return sense == SENSE_LANDED || sense == SENSE_PASSED ? SENSE_ACTIVE * 2 + 1 : (int) sense * 2;
}

/* The name in UTF-8, or NULL if it cannot be. */
static char *
name_to_utf8(const char *name, int len)
{
	int			encoding = GetDatabaseEncoding();
	int			space = len * MAX_CONVERSION_GROWTH + 1;
	char	   *text;
	Oid			conversion;

	if (encoding == PG_UTF8)
		return pnstrdup(name, len);
	if (encoding == PG_SQL_ASCII)
		return pg_encoding_verifymbstr(PG_UTF8, name, len) == len ? pnstrdup(name, len) : NULL;
	conversion = FindDefaultConversionProc(encoding, PG_UTF8);
	if (!OidIsValid(conversion))
		return NULL;
	text = palloc(space);
	if (pg_do_encoding_conversion_buf(conversion, encoding, PG_UTF8, (unsigned char *) unconstify(char *, name), len,
									  (unsigned char *) text, space, true) != len)
		return NULL;
	return text;
}

StateSense
state_name_sense(const char *name, int len)
{
	StateSense	sense = SENSE_UNKNOWN;
	Words	   *words;
	char	   *text;

	if (len > MAX_NAME_BYTES || (text = name_to_utf8(name, len)) == NULL)
		return SENSE_UNKNOWN;
	if (phrase_list == NULL)
		phrase_list = read_list();
	words = palloc(sizeof(Words));
	read_words(text, Min(strlen(text), MAX_NAME_BYTES), words);
	for (int i = 0; i < words->count;)
	{
		int			count = 1;
		StateSense	part;

		while (i + count < words->count && words->words[i + count].part == words->words[i].part)
			count++;
		part = part_sense(phrase_list, &words->words[i], count);
		if (part_order(part) < part_order(sense))
			sense = part;
		i += count;
	}
	pfree(words);
	pfree(text);
	return sense;
}

/* Whether a word is one of a phrase, or goes on where that allows it. */
static bool
is_word(const Word *word, const Word *wanted, bool suffix, bool prefix)
{
	int			more = (int) word->len - (int) wanted->len;
	Size		size = sizeof(pg_wchar) * wanted->len;

	if (more < 0 || (more > 0 && !suffix && !prefix))
		return false;
	if (suffix && prefix)
	{
		for (int i = 0; i <= more; i++)
		{
			if (memcmp(word->chars + i, wanted->chars, size) == 0)
				return true;
		}
		return false;
	}
	return memcmp(word->chars + (suffix ? more : 0), wanted->chars, size) == 0;
}

bool
state_name_has(const char *name, int len, const char *phrases)
{
	Words	   *words;
	Words	   *wanted;
	char	   *text;
	bool		found = false;

	if (len > MAX_NAME_BYTES || (text = name_to_utf8(name, len)) == NULL)
		return false;
	words = palloc(sizeof(Words));
	wanted = palloc(sizeof(Words));
	read_words(text, Min(strlen(text), MAX_NAME_BYTES), words);
	for (const char *p = phrases; *p != '\0' && !found;)
	{
		int			phrase_len = strcspn(p, ",");
		bool		suffix = p[0] == '*';
		bool		prefix = p[phrase_len - 1] == '*';

		read_words(p, phrase_len, wanted);
		for (int i = 0; i + wanted->count <= words->count && !found; i++)
		{
			int			same = 0;

			while (same < wanted->count &&
				   is_word(&words->words[i + same], &wanted->words[same],
						   suffix && same == 0, prefix && same == wanted->count - 1))
				same++;
			found = same == wanted->count;
		}
		p += phrase_len;
		p += strspn(p, ", ");
	}
	pfree(words);
	pfree(wanted);
	pfree(text);
	return found;
}
