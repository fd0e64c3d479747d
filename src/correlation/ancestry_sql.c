/*
 * ancestry_sql.c
 *		Which release first contained a commit: vsm.first_release and vsm.unknown_commits.
 */
#include "postgres.h"

#include "base/compat.h"
#include "base/name_table_io.h"
#include "base/rows_sql.h"
#include "correlation/ancestry.h"
#include "correlation/graph_io.h"
#include "correlation/releases_io.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

PG_FUNCTION_INFO_V1(vsm_first_release);
PG_FUNCTION_INFO_V1(vsm_unknown_commits);

/* For each name of the releases that is the sha of one, its node in the history, or NO_NAME. */
static uint32 *
find_released_commits(const ReleasesReader *releases, const GraphReader *history)
{
	uint32	   *commits = palloc_extended(sizeof(uint32) * ((Size) releases->names.num_names + 1), MCXT_ALLOC_HUGE);
	bool	   *known = palloc_extended((Size) releases->names.num_names + 1, MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);

	for (uint32 i = 0; i < releases->num_releases; i++)
	{
		uint32		sha = releases->releases[i].sha;

		if (!known[sha])
		{
			char		buffer[HEX_NAME_MAX];
			uint32		len;
			const char *name = name_table_get(&releases->names, sha, buffer, &len);

			commits[sha] = name_table_find(&history->names, name, len);
			known[sha] = true;
			CHECK_FOR_INTERRUPTS();
		}
	}
	pfree(known);
	return commits;
}

/* The rows of first_release for the releases of one target, claimed by number from 1. */
static void
put_first_releases(Rows *rows, const AncestryWalk *walk, const GraphReader *history,
				   const ReleasesReader *releases, uint32 begin, uint32 end, bool *released)
{
	NameText	sha = {0};
	Datum		target = name_table_new_text(&releases->names, releases->releases[begin].target);
	Datum	   *release_names = palloc_extended(sizeof(Datum) * ((Size) (end - begin) + 1),
												MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	Datum		values[4];
	bool		nulls[4] = {false};

	for (uint32 commit = 0; commit < history->num_nodes; commit++)
	{
		uint32		claim = ancestry_claim_of(walk, commit);
		const Release *release;

		if (claim == 0 || !graph_is_given(history, commit))
			continue;
		released[commit] = true;
		release = &releases->releases[begin + claim - 1];
		if (release_names[claim - 1] == 0)
			release_names[claim - 1] = name_table_new_text(&releases->names, release->release);
		values[0] = name_table_text(&history->names, commit, &sha);
		values[1] = target;
		values[2] = release_names[claim - 1];
		values[3] = TimestampTzGetDatum(release_time(release));
		rows_add(rows, values, nulls);
	}
	for (uint32 i = 0; i < end - begin; i++)
	{
		if (release_names[i] != 0)
			pfree(DatumGetPointer(release_names[i]));
	}
	pfree(release_names);
}

/*
 * first_release(commits vsm.graph, releases vsm.releases) -> setof vsm.commit_release: for each
 * given commit and each target the earliest release that contains it; a commit in no release:
 * one row of NULLs. NULL commits: no rows; NULL releases: none. A cycle: 22023.
 */
Datum
vsm_first_release(PG_FUNCTION_ARGS)
{
	Rows		rows;
	GraphReader history;
	ReleasesReader releases = {0};
	AncestryWalk *walk;
	uint32	   *commits = NULL;
	bool	   *released;
	NameText	sha = {0};

	rows_begin_set(fcinfo, &rows);
	if (PG_ARGISNULL(0))
		return rows_end(&rows);
	graph_open(&history, PG_GETARG_GRAPH(0));
	if (!PG_ARGISNULL(1))
	{
		releases_open(&releases, PG_GETARG_RELEASES(1));
		commits = find_released_commits(&releases, &history);
	}
	released = palloc_extended((Size) history.num_nodes + 1, MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	walk = ancestry_begin(&history);

	for (uint32 begin = 0, end; begin < releases.num_releases; begin = end)
	{
		if (begin > 0)
			ancestry_reset(walk);
		for (end = begin;
			 end < releases.num_releases && releases.releases[end].target == releases.releases[begin].target;
			 end++)
		{
			uint32		commit = commits[releases.releases[end].sha];

			if (commit != NO_NAME)
				ancestry_claim(walk, commit, end - begin + 1);
		}
		if (begin == 0)
			ancestry_check_rest(walk);
		put_first_releases(&rows, walk, &history, &releases, begin, end, released);
	}
	if (releases.num_releases == 0)
		ancestry_check_rest(walk);

	for (uint32 commit = 0; commit < history.num_nodes; commit++)
	{
		Datum		values[4] = {0};
		bool		nulls[4] = {false, true, true, true};

		if (released[commit] || !graph_is_given(&history, commit))
			continue;
		values[0] = name_table_text(&history.names, commit, &sha);
		rows_add(&rows, values, nulls);
	}
	return rows_end(&rows);
}

/* The names that some commit has as a parent and that are not given. */
static void
put_unknown_parents(Rows *rows, const GraphReader *history)
{
	uint32	   *smallest = palloc_extended(sizeof(uint32) * ((Size) history->num_nodes + 1), MCXT_ALLOC_HUGE);
	NameText	sha = {0};
	NameText	detail = {0};
	Datum		values[3];
	bool		nulls[3] = {false};

	memset(smallest, 0xff, sizeof(uint32) * (Size) history->num_nodes);
	for (uint32 i = 0; i < history->num_nodes; i++)
	{
		uint32		child = name_table_nth(&history->names, i);

		for (uint32 edge = history->edge_starts[child]; edge < history->edge_starts[child + 1]; edge++)
		{
			uint32		parent = history->edge_targets[edge];

			if (smallest[parent] == NO_NAME)
				smallest[parent] = child;
		}
		if ((i & 0xffff) == 0)
			CHECK_FOR_INTERRUPTS();
	}
	values[0] = CStringGetTextDatum("parent");
	for (uint32 i = 0; i < history->num_nodes; i++)
	{
		uint32		commit = name_table_nth(&history->names, i);

		if (graph_is_given(history, commit))
			continue;
		values[1] = name_table_text(&history->names, commit, &sha);
		values[2] = name_table_text(&history->names, smallest[commit], &detail);
		rows_add(rows, values, nulls);
	}
	pfree(smallest);
}

/* The names that some release has as its commit and that are not given. */
static void
put_unknown_releases(Rows *rows, const ReleasesReader *releases, const GraphReader *history)
{
	uint32	   *commits = find_released_commits(releases, history);
	uint32	   *smallest = palloc_extended(sizeof(uint32) * ((Size) releases->names.num_names + 1), MCXT_ALLOC_HUGE);
	NameText	sha = {0};
	NameText	detail = {0};
	Datum		values[3];
	bool		nulls[3] = {false};

	memset(smallest, 0xff, sizeof(uint32) * (Size) releases->names.num_names);
	for (uint32 i = 0; i < releases->num_releases; i++)
	{
		const Release *release = &releases->releases[i];
		uint32		commit = commits[release->sha];

		if ((commit == NO_NAME || !graph_is_given(history, commit)) &&
			release->release < smallest[release->sha])
			smallest[release->sha] = release->release;
	}
	values[0] = CStringGetTextDatum("release");
	for (uint32 i = 0; i < releases->names.num_names; i++)
	{
		if (smallest[i] == NO_NAME)
			continue;
		values[1] = name_table_text(&releases->names, i, &sha);
		values[2] = name_table_text(&releases->names, smallest[i], &detail);
		rows_add(rows, values, nulls);
	}
	pfree(smallest);
	pfree(commits);
}

/*
 * unknown_commits(commits vsm.graph, releases vsm.releases) -> setof vsm.unknown_commit: shas
 * that are named and not given, each once a kind: as the parent of a commit (detail: the
 * smallest such commit) and as the commit of a release (detail: the smallest such release).
 * NULL is an empty graph, or no releases.
 */
Datum
vsm_unknown_commits(PG_FUNCTION_ARGS)
{
	Rows		rows;
	GraphReader history = {0};
	ReleasesReader releases;

	rows_begin_set(fcinfo, &rows);
	if (!PG_ARGISNULL(0))
	{
		graph_open(&history, PG_GETARG_GRAPH(0));
		put_unknown_parents(&rows, &history);
	}
	if (!PG_ARGISNULL(1))
	{
		releases_open(&releases, PG_GETARG_RELEASES(1));
		put_unknown_releases(&rows, &releases, &history);
	}
	return rows_end(&rows);
}
