/*
 * path_pattern.c
 *		Regular expressions over the stages that an item visited.
 */
#include "postgres.h"

#include "base/compat.h"
#include "catalog/pg_collation.h"
#include "item/path_pattern.h"
#include "miscadmin.h"
#include "regex/regex.h"
#include "utils/memutils.h"

/*
 * The letters of stages by number; that of (unmapped) stands before them. None of them is special
 * in a regular expression, and all are below the code from which on the engine's look-ups become
 * slower. Under the C collation the engine asks no locale about them.
 */
#define FIRST_LETTER	0x101

StaticAssertDecl(FIRST_LETTER + WORKFLOW_MAX_STAGES <= 0x7ff, "stages have letters that are fast");

struct PathPattern
{
	MemoryContext context;		/* of it and all it holds */
	MemoryContextCallback callback;
	Workflow   *workflow;
	char	   *text;
	Size		len;
	regex_t		regex;
};

static inline pg_wchar
stage_letter(int stage)
{
	return FIRST_LETTER + stage;
}

/* A pattern while it is spelt in letters. */
typedef struct PatternReader
{
	const Workflow *workflow;	/* NULL: any stage will do */
	const char *next;
	const char *end;
	pg_wchar   *letters;
	Size		num_letters;
	List	   *stages;			/* their names as they come, if there is no workflow */
} PatternReader;

static void
invalid_pattern(const char *detail)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_REGULAR_EXPRESSION),
			 errmsg("invalid path pattern"),
			 errdetail("%s", detail),
			 errhint("Stages are written <Stage>, with \\> and \\\\ for > and \\ in their names; "
					 "beside them stand the signs of regular expressions, and no other characters.")));
}

static inline bool
at_char(const PatternReader *reader, char c)
{
	return reader->next < reader->end && *reader->next == c;
}

static inline void
put_letter(PatternReader *reader, pg_wchar letter)
{
	reader->letters[reader->num_letters++] = letter;
}

/* <Stage>, whose < was read. */
static void
read_stage(PatternReader *reader)
{
	char	   *name = palloc(reader->end - reader->next + 1);
	Size		len = 0;
	int			stage;

	for (;;)
	{
		if (reader->next == reader->end)
			invalid_pattern("A stage does not end with >.");
		if (*reader->next == '>')
			break;
		if (*reader->next == '\\')
		{
			reader->next++;
			if (!at_char(reader, '>') && !at_char(reader, '\\'))
				invalid_pattern("In a stage, \\ is not followed by > or \\.");
		}
		name[len++] = *reader->next++;
	}
	reader->next++;
	if (reader->workflow == NULL)
	{
		reader->stages = lappend(reader->stages, pnstrdup(name, len));
		put_letter(reader, stage_letter(0));
		pfree(name);
		return;
	}
	stage = item_find_stage(reader->workflow, name, len);
	if (stage >= 0 && workflow_stages(reader->workflow)[stage].stage_class == CLASS_BLOCKED)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a stage of class \"blocked\" is never visited"),
				 errdetail("\"%s\" is a layer over the stages of a path.", pnstrdup(name, len)),
				 errhint("vsm.blocked_periods and vsm.stage_periods say when an item was blocked.")));
	put_letter(reader, stage_letter(stage));
	pfree(name);
}

/* [<A><B>] or [^<A><B>], whose [ was read. */
static void
read_set(PatternReader *reader)
{
	put_letter(reader, '[');
	if (at_char(reader, '^'))
		put_letter(reader, *reader->next++);
	do
	{
		if (!at_char(reader, '<'))
			invalid_pattern("Between [ and ] stands something else than stages.");
		reader->next++;
		read_stage(reader);
	} while (!at_char(reader, ']'));
	put_letter(reader, *reader->next++);
}

/* {n}, {n,} or {n,m}, whose { was read. What the numbers may be the engine says. */
static void
read_bounds(PatternReader *reader)
{
	const char *first = reader->next;

	put_letter(reader, '{');
	while (reader->next < reader->end &&
		   ((*reader->next >= '0' && *reader->next <= '9') || (*reader->next == ',' && reader->next > first)))
		put_letter(reader, *reader->next++);
	if (reader->next == first || !at_char(reader, '}'))
		invalid_pattern("Between { and } stands something else than one number, or two with a comma between.");
	put_letter(reader, *reader->next++);
}

/* ( or the beginning of (?: ), (?= ) or (?! ), whose ( was read. */
static void
read_group(PatternReader *reader)
{
	put_letter(reader, '(');
	if (!at_char(reader, '?'))
		return;
	put_letter(reader, *reader->next++);
	if (at_char(reader, '<'))
		invalid_pattern("There is no (?<= and no (?<! in a path pattern.");
	if (!at_char(reader, ':') && !at_char(reader, '=') && !at_char(reader, '!'))
		invalid_pattern("After (? stands something else than : = or !.");
	put_letter(reader, *reader->next++);
}

/* \1 to \9, whose \ was read. */
static void
read_reference(PatternReader *reader)
{
	if (reader->next == reader->end || *reader->next < '1' || *reader->next > '9' ||
		(reader->next + 1 < reader->end && reader->next[1] >= '0' && reader->next[1] <= '9'))
		invalid_pattern("Outside of stages, \\ is not followed by the number of a group from 1 to 9.");
	put_letter(reader, '\\');
	put_letter(reader, *reader->next++);
}

/* Spells a pattern in letters: never more of them than it has bytes. */
static void
spell_pattern(PatternReader *reader)
{
	while (reader->next < reader->end)
	{
		const char *c = reader->next++;

		switch (*c)
		{
			case '<':
				read_stage(reader);
				break;
			case '[':
				read_set(reader);
				break;
			case '{':
				read_bounds(reader);
				break;
			case '(':
				read_group(reader);
				break;
			case '\\':
				read_reference(reader);
				break;
			case '.':
			case '*':
			case '+':
			case '?':
			case '|':
			case ')':
			case '^':
			case '$':
				put_letter(reader, *c);
				break;
			default:
				invalid_pattern(psprintf("\"%s\" stands outside of <...>.",
										 pnstrdup(c, Min(pg_mblen(c), (int) (reader->end - c)))));
		}
	}
}

/* Before 16 the engine's memory is not of a context. */
static void
free_regex(void *arg)
{
	pg_regfree(&((PathPattern *) arg)->regex);
}

static PathPattern *
compile_pattern(const Workflow *workflow, const char *text, Size len, MemoryContext parent, List **stages)
{
	PatternReader reader = {workflow, text, text + len};
	MemoryContext context;
	MemoryContext old;
	PathPattern *pattern;
	int			status;

	reader.letters = palloc_extended(sizeof(pg_wchar) * (len + 1), MCXT_ALLOC_HUGE);
	spell_pattern(&reader);
	if (stages != NULL)
		*stages = reader.stages;

	context = AllocSetContextCreate(parent, "vsm path pattern", ALLOCSET_SMALL_SIZES);
	old = MemoryContextSwitchTo(context);
	pattern = palloc0(sizeof(PathPattern));
	pattern->context = context;
	if (workflow != NULL)
		pattern->workflow = memcpy(palloc(VARSIZE(workflow)), workflow, VARSIZE(workflow));
	pattern->text = memcpy(palloc(len + 1), text, len);
	pattern->len = len;
	status = pg_regcomp(&pattern->regex, reader.letters, reader.num_letters,
						REG_ADVANCED | REG_NOSUB, C_COLLATION_OID);
	MemoryContextSwitchTo(old);
	pfree(reader.letters);
	if (status != REG_OKAY)
	{
		char		message[100];

		/* It was cancelled, perhaps. */
		CHECK_FOR_INTERRUPTS();
		pg_regerror(status, &pattern->regex, message, sizeof(message));
		MemoryContextDelete(context);
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_REGULAR_EXPRESSION),
				 errmsg("invalid path pattern"),
				 errdetail("As a regular expression it is refused: %s.", message)));
	}
	pattern->callback.func = free_regex;
	pattern->callback.arg = pattern;
	MemoryContextRegisterResetCallback(context, &pattern->callback);
	return pattern;
}

PathPattern *
path_pattern_get(PathPattern **cache, const Workflow *workflow, const char *text, Size len,
				 MemoryContext parent)
{
	PathPattern *pattern = *cache;

	if (pattern != NULL && pattern->len == len && memcmp(pattern->text, text, len) == 0 &&
		workflow_compare(pattern->workflow, workflow) == 0)
		return pattern;
	*cache = NULL;
	if (pattern != NULL)
		MemoryContextDelete(pattern->context);
	*cache = compile_pattern(workflow, text, len, parent, NULL);
	return *cache;
}

List *
path_pattern_stages(const char *text, Size len)
{
	List	   *stages;
	PathPattern *pattern = compile_pattern(NULL, text, len, CurrentMemoryContext, &stages);

	MemoryContextDelete(pattern->context);
	return stages;
}

bool
path_pattern_matches(PathPattern *pattern, const FlowItem *item)
{
	pg_wchar	few_letters[ITEM_FEW] = {0};
	pg_wchar   *letters = few_letters;
	char		message[100];
	int			status;

	if (item->num_visits > ITEM_FEW)
		letters = palloc_extended(sizeof(pg_wchar) * (Size) item->num_visits, MCXT_ALLOC_HUGE);
	for (int i = 0; i < item->num_visits; i++)
		letters[i] = stage_letter(item->visits[i].stage);
	status = pg_regexec(&pattern->regex, letters, item->num_visits, 0, NULL, 0, NULL, 0);
	if (letters != few_letters)
		pfree(letters);
	if (status == REG_OKAY || status == REG_NOMATCH)
		return status == REG_OKAY;
	CHECK_FOR_INTERRUPTS();
	pg_regerror(status, &pattern->regex, message, sizeof(message));
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_REGULAR_EXPRESSION),
			 errmsg("regular expression failed: %s", message)));
}
