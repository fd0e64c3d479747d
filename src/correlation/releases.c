/*
 * releases.c
 *		The releases of services to environments as one value: its bytes, and how they are made.
 */
#include "postgres.h"

#include "base/compat.h"
#include "correlation/releases.h"
#include "miscadmin.h"
#include "utils/memutils.h"

const FlatFormat releases_format = {"vsm.releases", RELEASES_KIND, RELEASES_VERSION};
const FlatFormat releases_state_format = {"vsm.releases", RELEASES_STATE_KIND, RELEASES_VERSION};

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
	return record_state_new(&releases_state_format, RELEASE_WORDS);
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
	numbers = name_table_add_to(&reader.names, state);
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
	releases = (Releases *) flat_state_new(size, size, &releases_format);
	releases->num_releases = num_releases;
	memcpy(releases + 1, sorted, sizeof(Release) * (Size) num_releases);
	name_table_write((char *) (releases + 1) + sizeof(Release) * (Size) num_releases,
					 &order, state, order.rank);

	pfree(sorted);
	pfree(order.by_name);
	pfree(order.rank);
	return releases;
}
