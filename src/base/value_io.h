/*
 * value_io.h
 *		The functions of a type's btree and hash operator classes, of which each type writes
 *		only the comparison.
 */
#ifndef VSM_VALUE_IO_H
#define VSM_VALUE_IO_H

#include "common/hashfn.h"
#include "fmgr.h"

#define COMPARISON_FUNCTION(symbol, compare, operator) \
PG_FUNCTION_INFO_V1(symbol); \
Datum \
symbol(PG_FUNCTION_ARGS) \
{ \
	PG_RETURN_BOOL(compare(fcinfo) operator 0); \
}

/*
 * Defines vsm_TYPE_lt, _le, _gt, _ge and _cmp over compare(fcinfo), which orders arguments 0
 * and 1 as memcmp does, and vsm_TYPE_eq and _ne over differ(fcinfo), which is 0 where they
 * are equal (it may be the same function, or a quicker one).
 */
#define COMPARISON_FUNCTIONS(type, compare, differ) \
COMPARISON_FUNCTION(vsm_##type##_eq, differ, ==) \
COMPARISON_FUNCTION(vsm_##type##_ne, differ, !=) \
COMPARISON_FUNCTION(vsm_##type##_lt, compare, <) \
COMPARISON_FUNCTION(vsm_##type##_le, compare, <=) \
COMPARISON_FUNCTION(vsm_##type##_gt, compare, >) \
COMPARISON_FUNCTION(vsm_##type##_ge, compare, >=) \
PG_FUNCTION_INFO_V1(vsm_##type##_cmp); \
Datum \
vsm_##type##_cmp(PG_FUNCTION_ARGS) \
{ \
	PG_RETURN_INT32(compare(fcinfo)); \
}

/*
 * Defines vsm_TYPE_hash and vsm_TYPE_hash_extended over the bytes of argument 0, which are
 * canonical: get(fcinfo) returns it as a detoasted varlena, in place or as a copy.
 */
#define HASH_FUNCTIONS(type, get) \
PG_FUNCTION_INFO_V1(vsm_##type##_hash); \
PG_FUNCTION_INFO_V1(vsm_##type##_hash_extended); \
Datum \
vsm_##type##_hash(PG_FUNCTION_ARGS) \
{ \
	struct varlena *value = get(fcinfo); \
	uint32		hash = hash_bytes((unsigned char *) VARDATA_ANY(value), VARSIZE_ANY_EXHDR(value)); \
\
	PG_FREE_IF_COPY(value, 0); \
	PG_RETURN_UINT32(hash); \
} \
Datum \
vsm_##type##_hash_extended(PG_FUNCTION_ARGS) \
{ \
	struct varlena *value = get(fcinfo); \
	uint64		hash = hash_bytes_extended((unsigned char *) VARDATA_ANY(value), \
										   VARSIZE_ANY_EXHDR(value), PG_GETARG_INT64(1)); \
\
	PG_FREE_IF_COPY(value, 0); \
	PG_RETURN_UINT64(hash); \
}

#endif							/* VSM_VALUE_IO_H */
