/*
 * releases.c
 *		The releases of services to environments as one value: its bytes, how they are made,
 *		and the aggregate.
 */
#include "postgres.h"

#include "base/value_io.h"
#include "base/compat.h"
#include "miscadmin.h"
#include "correlation/releases.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

PG_FUNCTION_INFO_V1(vsm_releases_add);
PG_FUNCTION_INFO_V1(vsm_releases_combine);
PG_FUNCTION_INFO_V1(vsm_releases_final);
PG_FUNCTION_INFO_V1(vsm_releases_merge);

static inline int
compare_releases(const Release *a, const Release *b)
{
	if (a->target != b->target)
		return a->target < b->target ? -1 : 1;
	if (a->time_high != b->time_high)
		return a->time_high < b->time_high ? -1 : 1;
	if (a->time_low != b->time_low)
		return a->time_low < b->time_low ? -1 : 1;
	if (a->release != b->release)
		return a->release < b->release ? -1 : 1;
	if (a->sha != b->sha)
		return a->sha < b->sha ? -1 : 1;
	return 0;
}

#define ST_SORT sort_releases
#define ST_ELEMENT_TYPE Release
#define ST_COMPARE(a, b) compare_releases(a, b)
#define ST_SCOPE static
#define ST_CHECK_FOR_INTERRUPTS
#define ST_DEFINE
#include "lib/sort_template.h"

void
releases_open(ReleasesReader *reader, const Releases *releases)
{
	reader->num_releases = releases->num_releases;
	reader->releases = (const Release *) (releases + 1);
	name_table_open(&reader->names, (const char *) (reader->releases + reader->num_releases), NULL);
}

RecordState *
releases_state_new(void)
{
	return record_state_new(RELEASES_STATE_KIND, RELEASES_VERSION, RELEASE_WORDS);
}

void
releases_state_add(RecordState **state, uint32 target, uint32 release, uint32 sha,
				   TimestampTz released_at)
{
	uint64		biased = (uint64) released_at ^ (UINT64CONST(1) << 63);
	Release		record;

	record.target = target;
	record.time_high = biased >> 32;
	record.time_low = (uint32) biased;
	record.release = release;
	record.sha = sha;
	record_state_add(state, (uint32 *) &record);
}

void
releases_state_add_releases(RecordState **state, const Releases *releases)
{
	ReleasesReader reader;
	uint32	   *numbers;

	releases_open(&reader, releases);
	numbers = palloc_extended(sizeof(uint32) * ((Size) reader.names.num_names + 1), MCXT_ALLOC_HUGE);
	for (uint32 i = 0; i < reader.names.num_names; i++)
	{
		char		buffer[HEX_NAME_MAX];
		uint32		len;
		const char *name = name_table_get(&reader.names, i, buffer, &len);

		numbers[i] = record_state_name(state, name, len);
		if ((i & 0xffff) == 0)
			CHECK_FOR_INTERRUPTS();
	}
	for (uint32 i = 0; i < reader.num_releases; i++)
	{
		const Release *release = &reader.releases[i];

		releases_state_add(state, numbers[release->target], numbers[release->release],
						   numbers[release->sha], release_time(release));
		if ((i & 0xffff) == 0)
			CHECK_FOR_INTERRUPTS();
	}
	pfree(numbers);
}

Releases *
releases_from_state(const RecordState *state)
{
	NameOrder	order;
	const Release *records = (const Release *) record_state_records(state);
	Release    *sorted = palloc_extended(sizeof(Release) * ((Size) state->num_records + 1), MCXT_ALLOC_HUGE);
	uint32		num_releases = 0;
	Size		size;
	Releases   *releases;

	name_order_init(&order, state);
	for (uint32 i = 0; i < state->num_records; i++)
	{
		sorted[i] = records[i];
		sorted[i].target = order.rank[records[i].target];
		sorted[i].release = order.rank[records[i].release];
		sorted[i].sha = order.rank[records[i].sha];
	}
	sort_releases(sorted, state->num_records);
	for (uint32 i = 0; i < state->num_records; i++)
	{
		if (i == 0 || compare_releases(&sorted[i], &sorted[num_releases - 1]) != 0)
			sorted[num_releases++] = sorted[i];
	}

	size = sizeof(Releases) + sizeof(Release) * (Size) num_releases + name_table_size(&order);
	if (size > MaxAllocSize)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("too many releases for one value"),
				 errdetail("They would take %zu bytes; the limit is %zu.", size, (Size) MaxAllocSize)));
	releases = palloc0(size);
	SET_VARSIZE(releases, size);
	releases->head.version = RELEASES_VERSION;
	releases->head.kind = RELEASES_KIND;
	releases->head.used = size;
	releases->num_releases = num_releases;
	memcpy(releases + 1, sorted, sizeof(Release) * (Size) num_releases);
	name_table_write((char *) (releases + 1) + sizeof(Release) * (Size) num_releases,
					 &order, state, order.rank);

	pfree(sorted);
	pfree(order.by_name);
	pfree(order.rank);
	return releases;
}

bool
releases_is_state(const FlatState *value)
{
	if (VARSIZE(value) < sizeof(Releases) || value->version != RELEASES_VERSION ||
		value->used > VARSIZE(value) ||
		(value->kind != RELEASES_KIND && value->kind != RELEASES_STATE_KIND))
		ereport(ERROR,
				(errcode(ERRCODE_DATA_CORRUPTED),
				 errmsg("releases have an unknown format"),
				 errdetail("This version of vsm reads releases of format version %d.", RELEASES_VERSION)));
	return value->kind == RELEASES_STATE_KIND;
}

const Releases *
releases_from_datum(Datum datum)
{
	FlatState  *value = (FlatState *) PG_DETOAST_DATUM(datum);

	if (releases_is_state(value))
		return releases_from_state((RecordState *) value);
	return (const Releases *) value;
}

/* The state that is argument 0, writable, or NULL if there is none yet. */
static RecordState *
get_state(FunctionCallInfo fcinfo)
{
	FlatState  *value;
	RecordState *state;

	if (PG_ARGISNULL(0))
		return NULL;
	value = (FlatState *) PG_DETOAST_DATUM(PG_GETARG_DATUM(0));
	if (releases_is_state(value))
		return (RecordState *) flat_state_get(fcinfo, 0, RELEASES_STATE_KIND, RELEASES_VERSION);

	/* Canonical releases: the partial result of another machine, or the first to merge. */
	state = releases_state_new();
	releases_state_add_releases(&state, (Releases *) value);
	return state;
}

static uint32
add_name(FunctionCallInfo fcinfo, int argno, RecordState **state, const char *what)
{
	text	   *name = PG_ARGISNULL(argno) ? NULL : PG_GETARG_TEXT_PP(argno);

	if (name == NULL || VARSIZE_ANY_EXHDR(name) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("%s of a release is null or empty", what),
				 errdetail("A release has a target, a name, the commit that was released, and the time."),
				 errhint("Leave such rows out, for example with FILTER (WHERE sha IS NOT NULL).")));
	return record_state_name(state, VARDATA_ANY(name), VARSIZE_ANY_EXHDR(name));
}

/*
 * releases_add(state vsm.releases, target text, release text, sha text, released_at
 * timestamptz): transition of vsm.releases. NULL released_at: not released (yet), the row is
 * skipped; another NULL or an empty text: 22004; an infinite time: 22008.
 */
Datum
vsm_releases_add(PG_FUNCTION_ARGS)
{
	RecordState *state = get_state(fcinfo);
	TimestampTz released_at;
	uint32		target,
				release,
				sha;

	if (PG_ARGISNULL(4))
	{
		if (state == NULL)
			PG_RETURN_NULL();
		PG_RETURN_POINTER(state);
	}
	released_at = PG_GETARG_TIMESTAMPTZ(4);
	if (TIMESTAMP_NOT_FINITE(released_at))
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("time of a release cannot be infinite")));
	if (state == NULL)
		state = releases_state_new();
	target = add_name(fcinfo, 1, &state, "target");
	release = add_name(fcinfo, 2, &state, "name");
	sha = add_name(fcinfo, 3, &state, "commit");
	releases_state_add(&state, target, release, sha, released_at);
	PG_RETURN_POINTER(state);
}

/* releases_combine(state vsm.releases, other vsm.releases): union, a state. Strict. */
Datum
vsm_releases_combine(PG_FUNCTION_ARGS)
{
	RecordState *state = get_state(fcinfo);
	FlatState  *other = (FlatState *) PG_DETOAST_DATUM(PG_GETARG_DATUM(1));

	if (releases_is_state(other))
		record_state_merge(&state, (RecordState *) other, RELEASE_NAME_MASK);
	else
		releases_state_add_releases(&state, (Releases *) other);
	PG_RETURN_POINTER(state);
}

/* releases_final(state vsm.releases): the canonical value; the state stays as it is. Strict. */
Datum
vsm_releases_final(PG_FUNCTION_ARGS)
{
	PG_RETURN_POINTER(PG_GETARG_RELEASES(0));
}

/* merge(vsm.releases, vsm.releases): the union. Strict. */
Datum
vsm_releases_merge(PG_FUNCTION_ARGS)
{
	RecordState *state = releases_state_new();

	releases_state_add_releases(&state, PG_GETARG_RELEASES(0));
	releases_state_add_releases(&state, PG_GETARG_RELEASES(1));
	PG_RETURN_POINTER(releases_from_state(state));
}

/* An arbitrary total order that agrees with equality: by size, then by the canonical bytes. */
static int
compare_values(FunctionCallInfo fcinfo)
{
	const Releases *a = PG_GETARG_RELEASES(0);
	const Releases *b = PG_GETARG_RELEASES(1);
	Size		a_size = VARSIZE(a);
	Size		b_size = VARSIZE(b);
	int			order;

	if (a_size != b_size)
		order = a_size < b_size ? -1 : 1;
	else
		order = memcmp(VARDATA(a), VARDATA(b), a_size - VARHDRSZ);
	if ((Pointer) a != PG_GETARG_POINTER(0))
		pfree(unconstify(Releases *, a));
	if ((Pointer) b != PG_GETARG_POINTER(1))
		pfree(unconstify(Releases *, b));
	return order;
}

/* The canonical value: an aggregate's state may be the argument. */
static struct varlena *
hashed_argument(FunctionCallInfo fcinfo)
{
	return (struct varlena *) unconstify(Releases *, PG_GETARG_RELEASES(0));
}

COMPARISON_FUNCTIONS(releases, compare_values, compare_values)
HASH_FUNCTIONS(releases, hashed_argument)
