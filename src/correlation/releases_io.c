/*
 * releases_io.c
 *		vsm.releases as a type: text, binary, json and jsonb, comparison, hash.
 */
#include "postgres.h"

#include "base/compat.h"
#include "base/name_table_io.h"
#include "base/value_io.h"
#include "correlation/releases_io.h"
#include "correlation/releases_text.h"
#include "miscadmin.h"
#include "utils/timestamp.h"

PG_FUNCTION_INFO_V1(vsm_releases_recv);
PG_FUNCTION_INFO_V1(vsm_releases_send);

static FlatState *
from_state(const RecordState *state)
{
	return &releases_from_state(state)->head;
}

static void
add_value(RecordState **state, const FlatState *value)
{
	releases_state_add_releases(state, (const Releases *) value);
}

const RecordType releases_type = {
	.value = &releases_format,
	.state = &releases_state_format,
	.value_header = sizeof(Releases),
	.name_mask = RELEASE_NAME_MASK,
	.new_state = releases_state_new,
	.from_state = from_state,
	.add_value = add_value
};

const Releases *
releases_from_datum(Datum datum)
{
	return (const Releases *) record_value_get(&releases_type, datum);
}

VALUE_TEXT_FUNCTIONS(releases, "vsm.releases", releases_from_datum, releases_from_text, releases_to_text)
VALUE_COMPARISON_FUNCTIONS(releases, releases_from_datum, record_value_compare)

/*
 * Binary form: format version (byte), number of names (int32), for each its length and bytes;
 * number of releases (int32), for each the time (int64, microseconds since 2000-01-01 UTC) and
 * the numbers of target, release and sha (int32, from 0).
 */
Datum
vsm_releases_recv(PG_FUNCTION_ARGS)
{
	StringInfo	buf = (StringInfo) PG_GETARG_POINTER(0);
	RecordState *state = releases_state_new();
	uint32		num_names,
				num_releases;
	uint32	   *numbers;
	bool	   *used;

	value_begin_receive(buf, "vsm.releases", RELEASES_VERSION);

	numbers = name_table_receive(buf, &state, 0, "releases", &num_names);
	used = palloc0((Size) num_names + 1);
	/* A release takes 20 bytes: no count beyond that allocates. */
	num_releases = pq_getmsgint(buf, 4);
	if (num_releases > (buf->len - buf->cursor) / 20)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("invalid number of releases in binary releases: %u", num_releases)));
	for (uint32 i = 0; i < num_releases; i++)
	{
		int64		at = pq_getmsgint64(buf);
		uint32		target = pq_getmsgint(buf, 4);
		uint32		release = pq_getmsgint(buf, 4);
		uint32		sha = pq_getmsgint(buf, 4);

		if (!IS_VALID_TIMESTAMP(at) || target >= num_names || release >= num_names || sha >= num_names)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
					 errmsg("invalid release in binary releases"),
					 errdetail("Its time is out of range, or there is no name of its number.")));
		releases_state_add(&state, numbers[target], numbers[release], numbers[sha], at);
		used[target] = used[release] = used[sha] = true;
		if ((i & 0xffff) == 0)
			CHECK_FOR_INTERRUPTS();
	}
	for (uint32 i = 0; i < num_names; i++)
	{
		if (!used[i])
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
					 errmsg("unused name in binary releases"),
					 errdetail("Each name is that of a target, a release or a commit.")));
	}
	PG_RETURN_POINTER(releases_from_state(state));
}

Datum
vsm_releases_send(PG_FUNCTION_ARGS)
{
	ReleasesReader reader;
	StringInfoData buf;

	releases_open(&reader, PG_GETARG_RELEASES(0));
	value_begin_send(&buf, RELEASES_VERSION);
	name_table_send(&buf, &reader.names);
	pq_sendint32(&buf, reader.num_releases);
	for (uint32 i = 0; i < reader.num_releases; i++)
	{
		const Release *release = &reader.releases[i];

		pq_sendint64(&buf, release_time(release));
		pq_sendint32(&buf, release->target);
		pq_sendint32(&buf, release->release);
		pq_sendint32(&buf, release->sha);
		if ((i & 0xffff) == 0)
			CHECK_FOR_INTERRUPTS();
	}
	PG_RETURN_BYTEA_P(pq_endtypsend(&buf));
}
