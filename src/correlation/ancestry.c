/*
 * ancestry.c
 *		Which release first contained a commit, by walking from releases to ancestors.
 *
 * Releases claim commits in their order, earliest first. Whatever a release reaches that was
 * claimed before has had its ancestors claimed, too, so the walk stops there: each commit and
 * each edge is seen once, however many releases there are. The walk is depth first, which
 * finds cycles on the way.
 */
#include "postgres.h"

#include "base/compat.h"
#include "correlation/ancestry.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"

/* Claimed by ancestry_check_rest: seen, but contained in nothing. */
#define CLAIM_NONE		PG_UINT32_MAX

/* In Commit.parent: there is no parent, or there are several. */
#define NO_PARENT		PG_UINT32_MAX
#define MORE_PARENTS	(PG_UINT32_MAX - 1)

/*
 * A commit in the walk. Commits are numbered by their names, which says nothing about where
 * they lie in the history, so each step is a cache miss; what a step needs is together here.
 */
typedef struct Commit
{
	uint32		claim;			/* 0: not seen yet */
	uint32		position;		/* on the path, when it was put there */
	uint32		parent;			/* the only one, or one of the above */
} Commit;

/* A commit on the path from the release, and which of its edges comes next. */
typedef struct Step
{
	uint32		commit;
	uint32		next_edge;		/* NO_EDGE: no further one */
} Step;

#define NO_EDGE			PG_UINT32_MAX

struct AncestryWalk
{
	const GraphReader *history;
	Commit	   *commits;
	Step	   *path;
	uint32		max_path;
};

AncestryWalk *
ancestry_begin(const GraphReader *history)
{
	AncestryWalk *walk = palloc(sizeof(AncestryWalk));
	uint32		num_commits = history->num_nodes;

	walk->history = history;
	walk->commits = palloc_extended(sizeof(Commit) * ((Size) num_commits + 1), MCXT_ALLOC_HUGE);
	walk->max_path = 1024;
	walk->path = palloc(sizeof(Step) * walk->max_path);
	for (uint32 i = 0; i < num_commits; i++)
	{
		uint32		begin = history->edge_starts[i];
		uint32		num_parents = history->edge_starts[i + 1] - begin;
		Commit	   *commit = &walk->commits[i];

		commit->claim = 0;
		commit->position = 0;
		if (num_parents == 1)
			commit->parent = history->edge_targets[begin];
		else
			commit->parent = num_parents == 0 ? NO_PARENT : MORE_PARENTS;
	}
	return walk;
}

void
ancestry_reset(AncestryWalk *walk)
{
	for (uint32 i = 0; i < walk->history->num_nodes; i++)
		walk->commits[i].claim = 0;
}

uint32
ancestry_claim_of(const AncestryWalk *walk, uint32 commit)
{
	uint32		claim = walk->commits[commit].claim;

	return claim == CLAIM_NONE ? 0 : claim;
}

/* How many commits of a cycle the message names. */
#define MAX_NAMED	5

static void
append_commit(StringInfo buf, const GraphReader *history, uint32 commit)
{
	char		buffer[HEX_NAME_MAX];
	uint32		len;
	const char *name = name_table_get(&history->names, commit, buffer, &len);

	appendBinaryStringInfo(buf, name, len);
}

/* The path leads back to the commit at position from. */
static void
cycle_error(AncestryWalk *walk, uint32 from, uint32 path_len)
{
	StringInfoData buf;
	uint32		length = path_len - from;

	initStringInfo(&buf);
	for (uint32 i = from; i < path_len && i < from + MAX_NAMED; i++)
	{
		append_commit(&buf, walk->history, walk->path[i].commit);
		appendStringInfoString(&buf, " -> ");
	}
	if (length > MAX_NAMED)
		appendStringInfoString(&buf, "... -> ");
	append_commit(&buf, walk->history, walk->path[from].commit);
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("history of commits has a cycle"),
			 errdetail("A commit would be its own ancestor: %s.", buf.data),
			 errhint("Edges of a history lead from a commit to its parents.")));
}

/* Whether a commit that was seen before still is on the path: then it closes a circle. */
static inline void
refuse_cycle(AncestryWalk *walk, uint32 commit, uint32 path_len)
{
	uint32		position = walk->commits[commit].position;

	if (position < path_len && walk->path[position].commit == commit)
		cycle_error(walk, position, path_len);
}

/*
 * Goes back along the path to the last commit that has a parent not seen yet, and returns that
 * parent; NO_PARENT if there is none.
 */
static uint32
next_parent(AncestryWalk *walk, uint32 *path_len)
{
	const GraphReader *history = walk->history;

	for (;;)
	{
		Step	   *step;
		uint32		parent;

		while (*path_len > 0 && walk->path[*path_len - 1].next_edge == NO_EDGE)
			(*path_len)--;
		if (*path_len == 0)
			return NO_PARENT;
		CHECK_FOR_INTERRUPTS();
		step = &walk->path[*path_len - 1];
		parent = history->edge_targets[step->next_edge++];
		if (step->next_edge == history->edge_starts[step->commit + 1])
			step->next_edge = NO_EDGE;
		if (walk->commits[parent].claim == 0)
			return parent;
		refuse_cycle(walk, parent, *path_len);
	}
}

void
ancestry_claim(AncestryWalk *walk, uint32 commit, uint32 claim)
{
	uint32		path_len = 0;

	if (walk->commits[commit].claim != 0)
		return;
	while (commit != NO_PARENT)
	{
		Commit	   *current = &walk->commits[commit];
		Step	   *step;

		/* Put the commit on the path. */
		if (path_len == walk->max_path)
		{
			walk->max_path *= 2;
			walk->path = repalloc_huge(walk->path, sizeof(Step) * (Size) walk->max_path);
		}
		if ((path_len & 0xffff) == 0)
			CHECK_FOR_INTERRUPTS();
		current->claim = claim;
		current->position = path_len;
		step = &walk->path[path_len++];
		step->commit = commit;
		step->next_edge = NO_EDGE;
		if (current->parent == MORE_PARENTS)
			step->next_edge = walk->history->edge_starts[commit];
		else if (current->parent != NO_PARENT)
		{
			if (walk->commits[current->parent].claim == 0)
			{
				commit = current->parent;
				continue;
			}
			refuse_cycle(walk, current->parent, path_len);
		}
		commit = next_parent(walk, &path_len);
	}
}

void
ancestry_check_rest(AncestryWalk *walk)
{
	for (uint32 i = 0; i < walk->history->num_nodes; i++)
		ancestry_claim(walk, i, CLAIM_NONE);
}
