/*
 * compat.h
 *		What differs between PostgreSQL 14 and 18, and nothing else.
 *
 * Every C file of vsm includes "postgres.h" and then this header; no other file
 * tests PG_VERSION_NUM.
 */
#ifndef VSM_COMPAT_H
#define VSM_COMPAT_H

#include "fmgr.h"
#include "common/jsonapi.h"
#include "funcapi.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/rangetypes.h"
#include "utils/tuplestore.h"

#if PG_VERSION_NUM >= 160000
#include "varatt.h"
#endif

/* get_hash_memory_limit moved to miscadmin.h with 15. */
#if PG_VERSION_NUM < 150000
#include "executor/nodeHash.h"
#endif

/* A whole number from text as int64, in 14. */
#if PG_VERSION_NUM < 150000
#define strtoi64(text, end, base)	((int64) strtoll(text, end, base))
#endif

/* JSON callbacks return a status since 16. */
#if PG_VERSION_NUM >= 160000
#define JSON_ACTION_RESULT		JsonParseErrorType
#define JSON_ACTION_RETURN()	return JSON_SUCCESS
#else
#define JSON_ACTION_RESULT		void
#define JSON_ACTION_RETURN()	return
#endif

/* A lexer over a string of known length; the caller frees nothing. */
static inline JsonLexContext *
vsm_json_lexer(const char *json, int len)
{
#if PG_VERSION_NUM >= 170000
	return makeJsonLexContextCstringLen(NULL, unconstify(char *, json), len,
										GetDatabaseEncoding(), true);
#else
	return makeJsonLexContextCstringLen(unconstify(char *, json), len,
										GetDatabaseEncoding(), true);
#endif
}

/* The last argument of pq_sendcountedtext went with 17. */
#if PG_VERSION_NUM >= 170000
#define vsm_sendcountedtext(buf, str, len) pq_sendcountedtext(buf, str, len)
#else
#define vsm_sendcountedtext(buf, str, len) pq_sendcountedtext(buf, str, len, false)
#endif

/* make_range has an argument for soft errors since 16. */
#if PG_VERSION_NUM >= 160000
#define vsm_make_range(type, lower, upper, empty) make_range(type, lower, upper, empty, NULL)
#else
#define vsm_make_range(type, lower, upper, empty) make_range(type, lower, upper, empty)
#endif

/*
 * A set-returning function that fills a tuplestore: rsinfo->setResult and rsinfo->setDesc are
 * ready then. The server's own helper came with 15 under a name that changed in 15.1.
 */
static inline ReturnSetInfo *
vsm_materialized_srf(FunctionCallInfo fcinfo)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
#if PG_VERSION_NUM >= 150000
	InitMaterializedSRF(fcinfo, 0);
#else
	MemoryContext old;
	TupleDesc	tupdesc;

	if (rsinfo == NULL || !IsA(rsinfo, ReturnSetInfo) ||
		(rsinfo->allowedModes & SFRM_Materialize) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("set-valued function called in context that cannot accept a set")));
	old = MemoryContextSwitchTo(rsinfo->econtext->ecxt_per_query_memory);
	if (get_call_result_type(fcinfo, NULL, &tupdesc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	rsinfo->returnMode = SFRM_Materialize;
	rsinfo->setResult = tuplestore_begin_heap((rsinfo->allowedModes & SFRM_Materialize_Random) != 0,
											  false, work_mem);
	rsinfo->setDesc = BlessTupleDesc(tupdesc);
	MemoryContextSwitchTo(old);
#endif
	return rsinfo;
}

/* Soft errors arrived with 16; before that an input function just throws. */
#if PG_VERSION_NUM >= 160000
#include "nodes/miscnodes.h"
#define VSM_ESCONTEXT(fcinfo)	((fcinfo)->context)
#define vsm_ereturn(context, value, ...) ereturn(context, value, __VA_ARGS__)
#else
#define VSM_ESCONTEXT(fcinfo)	NULL
#define vsm_ereturn(context, value, ...) \
	do { (void) (context); ereport(ERROR, __VA_ARGS__); return value; } while (0)
#endif

/* Asks for the cache line of an address, which need not be valid, before it is needed. */
#if defined(__GNUC__) || defined(__clang__)
#define vsm_prefetch(address)	__builtin_prefetch(address)
#else
#define vsm_prefetch(address)	((void) 0)
#endif

/* Outer joins are among the relations of a join since 16. */
#if PG_VERSION_NUM >= 160000
#define vsm_all_relids(root)	((root)->all_query_rels)
#else
#define vsm_all_relids(root)	((root)->all_baserels)
#endif

#endif							/* VSM_COMPAT_H */
