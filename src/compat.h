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
#include "mb/pg_wchar.h"

#if PG_VERSION_NUM >= 160000
#include "varatt.h"
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

/* Ranges are made with an error context since 16. */
#if PG_VERSION_NUM >= 160000
#define vsm_make_range(typcache, lower, upper, empty) make_range(typcache, lower, upper, empty, NULL)
#else
#define vsm_make_range(typcache, lower, upper, empty) make_range(typcache, lower, upper, empty)
#endif

#endif							/* VSM_COMPAT_H */
