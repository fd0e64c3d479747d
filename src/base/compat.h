/*
 * compat.h
 *		What differs between PostgreSQL 15 and 19, and nothing else.
 *
 * Every C file of vsm includes it; no other file tests PG_VERSION_NUM.
 */
#ifndef VSM_COMPAT_H
#define VSM_COMPAT_H

#include "fmgr.h"
#include "common/jsonapi.h"
#include "funcapi.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/jsonb.h"
#include "utils/rangetypes.h"

#if PG_VERSION_NUM >= 160000
#include "varatt.h"
#endif

/* The mark of a function that does not return stands before its declaration since 18. */
#if PG_VERSION_NUM < 180000
#define pg_noreturn pg_attribute_noreturn()
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

/* What a jsonb is built in, zero at first, holds the result since 19; before that each step returned it. */
#if PG_VERSION_NUM >= 190000
typedef JsonbInState vsm_JsonbState;
#else
typedef struct vsm_JsonbState
{
	JsonbParseState *parsed;
} vsm_JsonbState;
#endif

/* Returns the jsonb once the outermost array or object has ended. */
static inline JsonbValue *
vsm_push_jsonb(vsm_JsonbState *state, JsonbIteratorToken token, JsonbValue *value)
{
#if PG_VERSION_NUM >= 190000
	pushJsonbValue(state, token, value);
	return state->result;
#else
	return pushJsonbValue(&state->parsed, token, value);
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

/* A row type that was put together is finished since 19. */
#if PG_VERSION_NUM >= 190000
#define vsm_finish_tupdesc(columns)	TupleDescFinalize(columns)
#else
#define vsm_finish_tupdesc(columns)	((void) (columns))
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

/* Generated columns may be computed when they are read since 18. */
#if PG_VERSION_NUM >= 180000
#define vsm_is_virtual(generated) ((generated) == 'v')
#else
#define vsm_is_virtual(generated) ((void) (generated), false)
#endif

/* What EXPLAIN is written with has headers of its own since 18. */
#if PG_VERSION_NUM >= 180000
#define VSM_EXPLAIN_HEADERS
#endif

/* Whether EXPLAIN writes columns with their tables' names; since 18 groups are no table. */
#if PG_VERSION_NUM >= 180000
#define vsm_explain_prefix(es)	((es)->rtable_size > 1 || (es)->verbose)
#else
#define vsm_explain_prefix(es)	(list_length((es)->rtable) > 1 || (es)->verbose)
#endif

/* Paths count what is disabled since 18; before that it is a part of their cost. */
#if PG_VERSION_NUM >= 180000
#define vsm_copy_disabled_nodes(path, child) ((path)->disabled_nodes = (child)->disabled_nodes)
#else
#define vsm_copy_disabled_nodes(path, child) ((void) 0)
#endif

/* Whether a role may call a function: functions are objects like others since 16. */
#if PG_VERSION_NUM >= 160000
#define vsm_function_aclcheck(function, role) object_aclcheck(ProcedureRelationId, function, role, ACL_EXECUTE)
#else
#define vsm_function_aclcheck(function, role) pg_proc_aclcheck(function, role, ACL_EXECUTE)
#endif

/* The sequence of an identity column is asked for by the table since 17, before that by its oid. */
#if PG_VERSION_NUM >= 170000
#define vsm_identity_sequence(relation, column) getIdentitySequence(relation, column, true)
#else
#define vsm_identity_sequence(relation, column) getIdentitySequence(RelationGetRelid(relation), column, true)
#endif

/* What a row that is inserted adds to the indexes of its table: what is asked are flags since 19. */
#if PG_VERSION_NUM >= 190000
#define vsm_insert_index_tuples(target, slot, estate) ExecInsertIndexTuples(target, estate, 0, slot, NIL, NULL)
#elif PG_VERSION_NUM >= 160000
#define vsm_insert_index_tuples(target, slot, estate) ExecInsertIndexTuples(target, slot, estate, false, false, NULL, NIL, false)
#else
#define vsm_insert_index_tuples(target, slot, estate) ExecInsertIndexTuples(target, slot, estate, false, false, NULL, NIL)
#endif

/* A scan of an index says where its work is counted since 18, and has flags since 19. */
#if PG_VERSION_NUM >= 190000
#define vsm_index_beginscan(table, index, snapshot, keys) index_beginscan(table, index, snapshot, NULL, keys, 0, 0)
#elif PG_VERSION_NUM >= 180000
#define vsm_index_beginscan(table, index, snapshot, keys) index_beginscan(table, index, snapshot, NULL, keys, 0)
#else
#define vsm_index_beginscan(table, index, snapshot, keys) index_beginscan(table, index, snapshot, keys, 0)
#endif

/* What statistics have of a table lost its prefix with 16. */
#if PG_VERSION_NUM >= 160000
#define VSM_ROWS_RETURNED	counts.tuples_returned
#else
#define VSM_ROWS_RETURNED	t_counts.t_tuples_returned
#endif

/* As pgstat_count_heap_getnext, of so many rows. */
#define vsm_count_heap_rows(relation, rows) \
	do { \
		if (pgstat_should_count_relation(relation)) \
			(relation)->pgstat_info->VSM_ROWS_RETURNED += (rows); \
	} while (0)

/* The kinds of memory contexts are the server's alone since 16; test/fuzz has one of its own. */
#if PG_VERSION_NUM < 160000
#define VSM_OWN_MEMORY_CONTEXTS
#endif

#endif							/* VSM_COMPAT_H */
