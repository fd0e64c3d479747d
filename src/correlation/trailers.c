/*
 * trailers.c
 *		The trailers of a commit's message. The rules are those of git (trailer.c there): a line is
 *		a trailer if a colon follows its first word, made of letters, digits and dashes; lines that
 *		begin with a blank go on with the trailer before them, and lines that begin with # are
 *		comments.
 */
#include "postgres.h"

#include <ctype.h>

#include "base/compat.h"
#include "correlation/trailers.h"
#include "miscadmin.h"

static inline bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\f' || c == '\v';
}

/* Where the line at p ends, behind its line feed. */
static const char *
line_end(const char *p, const char *end)
{
	const char *feed = memchr(p, '\n', end - p);

	return feed == NULL ? end : feed + 1;
}

static bool
is_blank_line(const char *p, const char *end)
{
	const char *stop = line_end(p, end);

	while (p < stop && is_blank(*p))
		p++;
	return p == stop;
}

/* Where the line before p begins; begin if there is none. */
static const char *
line_before(const char *p, const char *begin)
{
	p--;
	while (p > begin && p[-1] != '\n')
		p--;
	return p;
}

/* How many bytes the key of the trailer at p has, 0 if there is none; *colon is where it ends. */
static int
key_length(const char *p, const char *end, const char **colon)
{
	const char *start = p;
	const char *stop = line_end(p, end);

	while (p < stop && (isalnum((unsigned char) *p) || *p == '-'))
		p++;
	*colon = p;
	while (*colon < stop && (**colon == ' ' || **colon == '\t'))
		(*colon)++;
	return *colon < stop && **colon == ':' ? p - start : 0;
}

/* Whether git itself writes such a line. */
static bool
is_of_git(const char *p, const char *end)
{
	static const char *const written[] = {"Signed-off-by: ", "(cherry picked from commit "};

	for (Size i = 0; i < lengthof(written); i++)
	{
		Size		len = strlen(written[i]);

		if ((Size) (end - p) >= len && memcmp(p, written[i], len) == 0)
			return true;
	}
	return false;
}

const char *
trailers_begin(const char *message, const char **end)
{
	const char *title_end = message;
	const char *line;
	const char *colon;
	int64		trailers = 0;
	int64		others = 0;
	int64		continuations = 0;
	bool		of_git = false;
	bool		only_blanks = true;

	for (line = message; line < *end; line = line_end(line, *end))
	{
		if (*end - line >= 3 && memcmp(line, "---", 3) == 0 && (*end - line == 3 || is_blank(line[3])))
		{
			*end = line;
			break;
		}
	}
	/* The first paragraph is the title. */
	while (title_end < *end && (*title_end == '#' || !is_blank_line(title_end, *end)))
		title_end = line_end(title_end, *end);

	for (line = *end; line > title_end;)
	{
		CHECK_FOR_INTERRUPTS();
		line = line_before(line, message);
		if (line < title_end)
			break;
		if (*line == '#')
		{
			others += continuations;
			continuations = 0;
			continue;
		}
		if (is_blank_line(line, *end))
		{
			if (only_blanks)
				continue;
			others += continuations;
			if ((of_git && trailers * 3 >= others) || (trailers > 0 && others == 0))
				return line_end(line, *end);
			return *end;
		}
		only_blanks = false;
		if (is_of_git(line, *end))
		{
			of_git = true;
			trailers++;
			continuations = 0;
		}
		else if (is_blank(*line))
			continuations++;
		else if (key_length(line, *end, &colon) > 0)
		{
			trailers++;
			continuations = 0;
		}
		else
		{
			others += 1 + continuations;
			continuations = 0;
		}
	}
	return *end;
}

bool
trailers_next(const char **place, const char *end, Trailer *trailer)
{
	while (*place < end)
	{
		const char *line = *place;
		const char *colon;

		CHECK_FOR_INTERRUPTS();
		*place = line_end(line, end);
		trailer->key_len = *line == '#' ? 0 : key_length(line, end, &colon);
		if (trailer->key_len == 0)
			continue;
		/* The lines that go on with it. */
		while (*place < end && (**place == ' ' || **place == '\t') && !is_blank_line(*place, end))
			*place = line_end(*place, end);
		trailer->key = line;
		trailer->value = colon + 1;
		trailer->value_len = *place - trailer->value;
		while (trailer->value_len > 0 && is_blank(*trailer->value))
		{
			trailer->value++;
			trailer->value_len--;
		}
		while (trailer->value_len > 0 && is_blank(trailer->value[trailer->value_len - 1]))
			trailer->value_len--;
		return true;
	}
	return false;
}
