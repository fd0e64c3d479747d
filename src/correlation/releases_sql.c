/*
 * releases_sql.c
 *		The aggregate that makes releases, and the union of two.
 */
#include "postgres.h"

#include "base/compat.h"
#include "base/time_range.h"
#include "correlation/releases_io.h"
#include "utils/timestamp.h"

PG_FUNCTION_INFO_V1(vsm_releases_add);
PG_FUNCTION_INFO_V1(vsm_releases_combine);
PG_FUNCTION_INFO_V1(vsm_releases_final);
PG_FUNCTION_INFO_V1(vsm_releases_merge);

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
	RecordState *state = record_value_state(&releases_type, fcinfo);
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
	check_finite(released_at, "time of a release");
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
	return record_value_combine(&releases_type, fcinfo);
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
	return record_value_merge(&releases_type, fcinfo);
}
