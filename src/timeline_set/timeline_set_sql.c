/*
 * timeline_set_sql.c
 *		All timelines of a table in one pass: the aggregates vsm.timelines and vsm.unnest.
 *
 * The value of the aggregates is an expanded object: vsm.unnest in the same query reads the
 * set where it lies. Only where the value is kept (in a table, a variable, a materialized
 * CTE) is it made flat; see timeline_set_flat.c.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "base/compat.h"
#include "executor/executor.h"
#include "miscadmin.h"
#include "nodes/nodeFuncs.h"
#include "timeline/timeline_io.h"
#include "timeline_set/timeline_set_io.h"
#include "utils/builtins.h"
#include "utils/expandeddatum.h"
#include "utils/lsyscache.h"
#include "utils/timestamp.h"

PG_FUNCTION_INFO_V1(vsm_text_timelines_add);
PG_FUNCTION_INFO_V1(vsm_bigint_timelines_add);
PG_FUNCTION_INFO_V1(vsm_timelines_finish);
PG_FUNCTION_INFO_V1(vsm_unnest);

/*----------
 * The aggregates.
 *----------
 */

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

/* A text argument as it lies there, unless it is toasted. */
static inline text *
plain_text(Datum datum)
{
	struct varlena *p = (struct varlena *) DatumGetPointer(datum);

	if (likely(VARATT_IS_4B_U(p) || (VARATT_IS_SHORT(p) && !VARATT_IS_EXTERNAL(p))))
		return (text *) p;
	return (text *) pg_detoast_datum_packed(p);
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
	if (unlikely(TIMESTAMP_NOT_FINITE(*at)))
		check_finite(*at, "the time of an event");
	state = plain_text(PG_GETARG_DATUM(3));
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
		text	   *key = plain_text(PG_GETARG_DATUM(1));

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

/*----------
 * vsm.unnest
 *----------
 */

/* What is kept from row to row. */
typedef struct UnnestCall
{
	TimelineSetReader *reader;
	TupleDesc	tupdesc;
	bool		text_keys;
	HeapTupleHeader header;		/* of any row without NULLs */
} UnnestCall;

static void
values_of(const SetItem *item, bool text_keys, Datum *values, bool *nulls)
{
	nulls[0] = item->is_null;
	nulls[1] = item->timeline == NULL;
	if (!item->is_null)
		values[0] = text_keys ?
			PointerGetDatum(cstring_to_text_with_len(item->text, item->text_len)) :
			Int64GetDatum(item->number);
	values[1] = PointerGetDatum(item->timeline);
}

/* The header that heap_form_tuple gives a row without NULLs. */
static HeapTupleHeader
form_header(const UnnestCall *call)
{
	Datum		values[2];
	bool		nulls[2] = {false, false};

	values[0] = call->text_keys ? CStringGetTextDatum("") : Int64GetDatum(0);
	values[1] = CStringGetTextDatum("");	/* any varlena */
	return heap_form_tuple(call->tupdesc, values, nulls)->t_data;
}

/*
 * A row as a composite datum. Without NULLs it is put together here, behind a copy of the
 * header: heap_form_tuple would look at each column three times.
 */
static Datum
form_row(const SetItem *item, const UnnestCall *call)
{
	HeapTupleHeader row;
	Size		key_offset = call->header->t_hoff;
	Size		key_end = key_offset + sizeof(int64);
	Size		timeline_offset,
				size;
	bool		short_key = item->text_len + VARHDRSZ_SHORT <= VARATT_SHORT_MAX;

	if (unlikely(item->is_null || item->timeline == NULL))
	{
		Datum		values[2] = {0};
		bool		nulls[2];

		values_of(item, call->text_keys, values, nulls);
		return HeapTupleGetDatum(heap_form_tuple(call->tupdesc, values, nulls));
	}
	if (call->text_keys)
		key_end = key_offset + (short_key ? VARHDRSZ_SHORT : VARHDRSZ) + item->text_len;
	timeline_offset = INTALIGN(key_end);
	size = timeline_offset + VARSIZE(item->timeline);
	if (size > MaxAllocSize)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("timeline is too large"),
				 errdetail("With its item it takes more than %d bytes.", (int) MaxAllocSize)));
	row = palloc(size);
	memcpy(row, call->header, key_offset);
	HeapTupleHeaderSetDatumLength(row, size);
	if (!call->text_keys)
		memcpy((char *) row + key_offset, &item->number, sizeof(int64));
	else
	{
		char	   *key = (char *) row + key_offset;

		if (short_key)
			SET_VARSIZE_SHORT(key, VARHDRSZ_SHORT + item->text_len);
		else
			SET_VARSIZE(key, VARHDRSZ + item->text_len);
		memcpy(VARDATA_ANY(key), item->text, item->text_len);
		memset((char *) row + key_end, 0, timeline_offset - key_end);
	}
	memcpy((char *) row + timeline_offset, item->timeline, VARSIZE(item->timeline));
	return HeapTupleHeaderGetDatum(row);
}

/*
 * When the rows are not all fetched: the set may be gone by now, but the files of a divided
 * partition are the reader's.
 */
static void
close_reader(Datum reader)
{
	timeline_set_read_close((TimelineSetReader *) DatumGetPointer(reader));
}

/*
 * unnest(timelines) -> setof (item, timeline): value by value, so that in a select list rows
 * stream.
 */
Datum
vsm_unnest(PG_FUNCTION_ARGS)
{
	FuncCallContext *funcctx;
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	UnnestCall *call;
	SetItem		item;

	if (SRF_IS_FIRSTCALL())
	{
		MemoryContext old;

		funcctx = SRF_FIRSTCALL_INIT();
		old = MemoryContextSwitchTo(funcctx->multi_call_memory_ctx);
		call = palloc0(sizeof(UnnestCall));
		if (get_call_result_type(fcinfo, NULL, &call->tupdesc) != TYPEFUNC_COMPOSITE)
			elog(ERROR, "return type must be a row type");
		call->tupdesc = BlessTupleDesc(call->tupdesc);
		call->reader = timeline_set_datum_read(PG_GETARG_DATUM(0), &call->text_keys);
		call->header = form_header(call);
		RegisterExprContextCallback(rsinfo->econtext, close_reader, PointerGetDatum(call->reader));
		funcctx->user_fctx = call;
		MemoryContextSwitchTo(old);
	}
	funcctx = SRF_PERCALL_SETUP();
	call = funcctx->user_fctx;
	if (timeline_set_next(call->reader, &item))
		SRF_RETURN_NEXT(funcctx, form_row(&item, call));
	UnregisterExprContextCallback(rsinfo->econtext, close_reader, PointerGetDatum(call->reader));
	timeline_set_read_end(call->reader);
	SRF_RETURN_DONE(funcctx);
}
