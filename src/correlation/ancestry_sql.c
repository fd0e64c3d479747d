/*
 * ancestry_sql.c
 *		The set-returning functions over graphs and releases.
 */
#include "postgres.h"

#include "correlation/ancestry.h"
#include "catalog/pg_type.h"
#include "base/compat.h"
#include "correlation/reach.h"
#include "correlation/releases.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

PG_FUNCTION_INFO_V1(vsm_first_release);
PG_FUNCTION_INFO_V1(vsm_unknown_commits);
PG_FUNCTION_INFO_V1(vsm_reach);
PG_FUNCTION_INFO_V1(vsm_components);

/* Where the rows of a function go. */
typedef struct RowSink
{
	Tuplestorestate *store;
	TupleDesc	desc;
	uint32		num_rows;
} RowSink;

/* Gets ready to return rows of the function's composite type, all at once. */
static void
begin_rows(FunctionCallInfo fcinfo, RowSink *sink)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;

	vsm_materialized_srf(fcinfo);
	sink->store = rsinfo->setResult;
	sink->desc = rsinfo->setDesc;
	sink->num_rows = 0;
}

static void
put_row(RowSink *sink, Datum *values, bool *nulls)
{
	tuplestore_putvalues(sink->store, sink->desc, values, nulls);
	if ((++sink->num_rows & 0xfff) == 0)
		CHECK_FOR_INTERRUPTS();
}

/* A text that is filled again for each row. */
typedef struct TextBuffer
{
	text	   *value;
	uint32		max_len;
} TextBuffer;

/*
 * The name at a place as a text that is good until the next call for the same buffer. The
 * bytes of a packed name are unpacked right into the text.
 */
static Datum
name_datum(TextBuffer *buffer, const NameTable *names, uint32 place)
{
	char	   *bytes;
	const char *name;
	uint32		len;

	if (buffer->value == NULL)
	{
		buffer->max_len = HEX_NAME_MAX;
		buffer->value = palloc(VARHDRSZ + buffer->max_len);
	}
	bytes = VARDATA(buffer->value);
	name = name_table_get(names, place, bytes, &len);
	if (name != bytes)
	{
		if (len > buffer->max_len)
		{
			pfree(buffer->value);
			buffer->max_len = len;
			buffer->value = palloc(VARHDRSZ + (Size) len);
		}
		memcpy(VARDATA(buffer->value), name, len);
	}
	SET_VARSIZE(buffer->value, VARHDRSZ + (Size) len);
	return PointerGetDatum(buffer->value);
}

/* A new text of the name at a place. */
static Datum
name_copy(const NameTable *names, uint32 place)
{
	TextBuffer	buffer = {0};

	return name_datum(&buffer, names, place);
}

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
put_first_releases(RowSink *sink, const AncestryWalk *walk, const GraphReader *history,
				   const ReleasesReader *releases, uint32 begin, uint32 end, bool *released)
{
	TextBuffer	sha = {0};
	Datum		target = name_copy(&releases->names, releases->releases[begin].target);
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
			release_names[claim - 1] = name_copy(&releases->names, release->release);
		values[0] = name_datum(&sha, &history->names, commit);
		values[1] = target;
		values[2] = release_names[claim - 1];
		values[3] = TimestampTzGetDatum(release_time(release));
		put_row(sink, values, nulls);
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
	RowSink		sink;
	GraphReader history;
	ReleasesReader releases = {0};
	AncestryWalk *walk;
	uint32	   *commits = NULL;
	bool	   *released;
	TextBuffer	sha = {0};

	begin_rows(fcinfo, &sink);
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
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
		put_first_releases(&sink, walk, &history, &releases, begin, end, released);
	}
	if (releases.num_releases == 0)
		ancestry_check_rest(walk);

	for (uint32 commit = 0; commit < history.num_nodes; commit++)
	{
		Datum		values[4] = {0};
		bool		nulls[4] = {false, true, true, true};

		if (released[commit] || !graph_is_given(&history, commit))
			continue;
		values[0] = name_datum(&sha, &history.names, commit);
		put_row(&sink, values, nulls);
	}
	PG_RETURN_NULL();
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
	RowSink		sink;
	GraphReader history = {0};
	ReleasesReader releases;
	TextBuffer	sha = {0};
	TextBuffer	detail = {0};
	Datum		values[3];
	bool		nulls[3] = {false};
	uint32	   *smallest;

	begin_rows(fcinfo, &sink);
	if (!PG_ARGISNULL(0))
	{
		graph_open(&history, PG_GETARG_GRAPH(0));
		smallest = palloc_extended(sizeof(uint32) * ((Size) history.num_nodes + 1), MCXT_ALLOC_HUGE);
		memset(smallest, 0xff, sizeof(uint32) * (Size) history.num_nodes);
		for (uint32 i = 0; i < history.num_nodes; i++)
		{
			uint32		child = name_table_nth(&history.names, i);

			for (uint32 edge = history.edge_starts[child]; edge < history.edge_starts[child + 1]; edge++)
			{
				uint32		parent = history.edge_targets[edge];

				if (smallest[parent] == NO_NAME)
					smallest[parent] = child;
			}
			if ((i & 0xffff) == 0)
				CHECK_FOR_INTERRUPTS();
		}
		values[0] = CStringGetTextDatum("parent");
		for (uint32 i = 0; i < history.num_nodes; i++)
		{
			uint32		commit = name_table_nth(&history.names, i);

			if (graph_is_given(&history, commit))
				continue;
			values[1] = name_datum(&sha, &history.names, commit);
			values[2] = name_datum(&detail, &history.names, smallest[commit]);
			put_row(&sink, values, nulls);
		}
		pfree(smallest);
	}
	if (!PG_ARGISNULL(1))
	{
		uint32	   *commits;

		releases_open(&releases, PG_GETARG_RELEASES(1));
		commits = find_released_commits(&releases, &history);
		smallest = palloc_extended(sizeof(uint32) * ((Size) releases.names.num_names + 1), MCXT_ALLOC_HUGE);
		memset(smallest, 0xff, sizeof(uint32) * (Size) releases.names.num_names);
		for (uint32 i = 0; i < releases.num_releases; i++)
		{
			const Release *release = &releases.releases[i];
			uint32		commit = commits[release->sha];

			if ((commit == NO_NAME || !graph_is_given(&history, commit)) &&
				release->release < smallest[release->sha])
				smallest[release->sha] = release->release;
		}
		values[0] = CStringGetTextDatum("release");
		for (uint32 i = 0; i < releases.names.num_names; i++)
		{
			if (smallest[i] == NO_NAME)
				continue;
			values[1] = name_datum(&sha, &releases.names, i);
			values[2] = name_datum(&detail, &releases.names, smallest[i]);
			put_row(&sink, values, nulls);
		}
	}
	PG_RETURN_NULL();
}

/*
 * reach(edges vsm.graph, roots text[], max_hops int) -> setof vsm.reached: what is reached from
 * each root along the edges; the root itself (in the graph or not) with 0 hops and no via. A
 * root given twice counts once; NULL roots are skipped. NULL max_hops: no limit; negative: 22023.
 */
Datum
vsm_reach(PG_FUNCTION_ARGS)
{
	RowSink		sink;
	GraphReader edges;
	ReachSearch *search;
	RecordState *roots;
	const RecordName *root;
	Datum	   *elements;
	bool	   *nulls;
	int			num_elements;
	uint32		max_hops = PG_UINT32_MAX;
	TextBuffer	entity = {0};
	TextBuffer	via = {0};

	begin_rows(fcinfo, &sink);
	if (!PG_ARGISNULL(2))
	{
		if (PG_GETARG_INT32(2) < 0)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("number of hops must not be negative"),
					 errdetail("It is %d.", PG_GETARG_INT32(2)),
					 errhint("NULL means without a limit.")));
		max_hops = PG_GETARG_INT32(2);
	}
	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		PG_RETURN_NULL();
	graph_open(&edges, PG_GETARG_GRAPH(0));
	search = reach_begin(&edges);

	/* Each root once, in the order given. */
	deconstruct_array(PG_GETARG_ARRAYTYPE_P(1), TEXTOID, -1, false, TYPALIGN_INT,
					  &elements, &nulls, &num_elements);
	roots = graph_state_new();
	for (int i = 0; i < num_elements; i++)
	{
		if (!nulls[i])
			record_state_name(&roots, VARDATA_ANY(DatumGetPointer(elements[i])),
							  VARSIZE_ANY_EXHDR(DatumGetPointer(elements[i])));
	}

	root = record_state_first_name(roots);
	for (uint32 i = 0; i < roots->num_names; i++, root = record_state_next_name(root))
	{
		char		buffer[HEX_NAME_MAX];
		const char *name = record_name_bytes(root, buffer);
		uint32		len = record_name_len(root);
		Datum		root_text = PointerGetDatum(cstring_to_text_with_len(name, len));
		uint32		node = name_table_find(&edges.names, name, len);
		Datum		values[4];
		bool		row_nulls[4] = {false, false, false, true};

		CHECK_FOR_INTERRUPTS();
		values[0] = root_text;
		if (node == NO_NAME)
		{
			values[1] = root_text;
			values[2] = Int32GetDatum(0);
			values[3] = (Datum) 0;
			put_row(&sink, values, row_nulls);
			continue;
		}
		reach_from(search, node, max_hops);
		for (uint32 k = 0; k < search->num_reached; k++)
		{
			uint32		reached = search->reached[k];

			values[1] = name_datum(&entity, &edges.names, reached);
			values[2] = Int32GetDatum((int32) search->hops[reached]);
			row_nulls[3] = search->via[reached] == NO_NAME;
			values[3] = row_nulls[3] ? (Datum) 0 : name_datum(&via, &edges.names, search->via[reached]);
			put_row(&sink, values, row_nulls);
		}
		pfree(DatumGetPointer(root_text));
	}
	PG_RETURN_NULL();
}

/*
 * components(edges vsm.graph) -> setof vsm.component: for each node the smallest node that it
 * hangs together with, edges taken in both directions. Strict.
 */
Datum
vsm_components(PG_FUNCTION_ARGS)
{
	RowSink		sink;
	GraphReader edges;
	uint32	   *components;
	TextBuffer	entity = {0};
	TextBuffer	component = {0};
	Datum		values[2];
	bool		nulls[2] = {false};

	begin_rows(fcinfo, &sink);
	graph_open(&edges, PG_GETARG_GRAPH(0));
	components = find_components(&edges);
	for (uint32 i = 0; i < edges.num_nodes; i++)
	{
		uint32		node = name_table_nth(&edges.names, i);

		values[0] = name_datum(&entity, &edges.names, node);
		values[1] = name_datum(&component, &edges.names, components[node]);
		put_row(&sink, values, nulls);
	}
	PG_RETURN_NULL();
}
