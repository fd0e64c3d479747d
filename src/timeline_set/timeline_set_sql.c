/*
 * timeline_set_sql.c
 *		All timelines of a table in one pass: the aggregates vsm.timelines.
 *
 * The value of the aggregates is an expanded object: vsm.unnest in the same query reads the
 * set where it lies. Only where the value is kept (in a table, a variable, a materialized
 * CTE) is it made flat; see timeline_set_flat.c.
 */
#include "postgres.h"

#include "base/compat.h"
#include "base/time_range.h"
#include "executor/executor.h"
#include "miscadmin.h"
#include "nodes/nodeFuncs.h"
#include "timeline_set/timeline_set_io.h"
#include "utils/lsyscache.h"
#include "utils/timestamp.h"

PG_FUNCTION_INFO_V1(vsm_text_timelines_add);
PG_FUNCTION_INFO_V1(vsm_bigint_timelines_add);
PG_FUNCTION_INFO_V1(vsm_timelines_finish);

/*
 * GROUP BY goes by the item's collation. A deterministic one has no two strings equal that
 * differ in a byte, so bytes are grouped here.
 */
static void
check_collation(FunctionCallInfo fcinfo)
{
	Aggref	   *aggref = AggGetAggref(fcinfo);
	Oid			collation = exprCollation((Node *) linitial_node(TargetEntry, aggref->args)->expr);

	if (!OidIsValid(collation))
		ereport(ERROR,
				(errcode(ERRCODE_INDETERMINATE_COLLATION),
				 errmsg("could not determine which collation to use for the items"),
				 errhint("Use the COLLATE clause to set the collation explicitly.")));
	if (!get_collation_isdeterministic(collation))
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("nondeterministic collations are not supported for the items of vsm.timelines"),
				 errdetail("Under the collation \"%s\" different strings can be one item.",
						   get_collation_name(collation)),
				 errhint("Set another collation, for example item COLLATE \"C\", or use GROUP BY item with vsm.timeline(at, state).")));
}

static void
close_set(Datum set)
{
	timeline_set_close((TimelineSet *) DatumGetPointer(set));
}

static TimelineSet *
begin_set(FunctionCallInfo fcinfo, bool text_keys)
{
	MemoryContext context;
	TimelineSet *set;

	if (AggCheckCallContext(fcinfo, &context) != AGG_CONTEXT_AGGREGATE)
		elog(ERROR, "transition function of vsm.timelines called outside an aggregate");
	if (text_keys)
		check_collation(fcinfo);
	set = timeline_set_new(context, text_keys, get_hash_memory_limit());

	/* On an error the resource owner closes the file. */
	AggRegisterCallback(fcinfo, close_set, PointerGetDatum(set));
	return set;
}

/*
 * The number of the state of a row, and its time. A row with a NULL is no event, but its item
 * is there all the same, as a group is.
 */
static inline uint32
row_event(FunctionCallInfo fcinfo, TimelineSet *set, int64 *at)
{
	text	   *state;

	*at = 0;
	if (unlikely(PG_ARGISNULL(2) || PG_ARGISNULL(3)))
		return SET_NO_EVENT;
	*at = PG_GETARG_TIMESTAMPTZ(2);
	check_finite(*at, "the time of an event");
	state = (text *) timeline_set_plain(PG_GETARG_DATUM(3));
	return timeline_set_state(set, VARDATA_ANY(state), VARSIZE_ANY_EXHDR(state));
}

Datum
vsm_bigint_timelines_add(PG_FUNCTION_ARGS)
{
	TimelineSet *set = PG_ARGISNULL(0) ? begin_set(fcinfo, false) : (TimelineSet *) PG_GETARG_POINTER(0);
	int64		at;
	uint32		state = row_event(fcinfo, set, &at);

	if (unlikely(PG_ARGISNULL(1)))
		timeline_set_add_null(set, at, state);
	else
		timeline_set_add_number(set, PG_GETARG_INT64(1), at, state);
	PG_RETURN_POINTER(set);
}

Datum
vsm_text_timelines_add(PG_FUNCTION_ARGS)
{
	TimelineSet *set = PG_ARGISNULL(0) ? begin_set(fcinfo, true) : (TimelineSet *) PG_GETARG_POINTER(0);
	int64		at;
	uint32		state = row_event(fcinfo, set, &at);

	if (unlikely(PG_ARGISNULL(1)))
		timeline_set_add_null(set, at, state);
	else
	{
		text	   *key = (text *) timeline_set_plain(PG_GETARG_DATUM(1));

		timeline_set_add_text(set, VARDATA_ANY(key), VARSIZE_ANY_EXHDR(key), at, state);
	}
	PG_RETURN_POINTER(set);
}

/* The final function of both. NULL if there was no row. */
Datum
vsm_timelines_finish(PG_FUNCTION_ARGS)
{
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	return timeline_set_datum((TimelineSet *) PG_GETARG_POINTER(0));
}
