/*
 * flat_state.h
 *		The state of an aggregate as one flat varlena with slack, changed in place.
 *
 * A concrete state type is pushed down by Citus and needs no serial functions; kept flat it
 * costs no memory context per group (under HashAgg a context per group is quadratic in the
 * number of groups) and nothing is copied while it does not grow. A state type begins with
 * FlatState; its transition function calls flat_state_get, then flat_state_reserve before it
 * appends, and returns the pointer.
 */
#ifndef VSM_FLAT_STATE_H
#define VSM_FLAT_STATE_H

#include "base/compat.h"
#include "common/int.h"
#include "fmgr.h"

typedef struct FlatState
{
	int32		vl_len_;		/* varlena header; the slack is inside VARSIZE */
	uint8		version;		/* format, checked on read */
	uint8		kind;			/* which state it is, so that none passes for another */
	uint16		unused;			/* always zero */
	uint32		used;			/* bytes in use, this header included */
} FlatState;

/*
 * The state that is argument argno, writable: in place when an aggregate calls and the datum
 * is plain, else a copy. Refuses (22P02) what is not a state of that kind and version.
 */
extern FlatState *flat_state_get(FunctionCallInfo fcinfo, int argno, uint8 kind, uint8 version);

/* The same for reading only: never copies a plain datum. */
extern const FlatState *flat_state_peek(Datum datum, uint8 kind, uint8 version);

/* A new, zeroed state of size bytes, of which header_size are in use. */
extern FlatState *flat_state_new(Size header_size, Size size, uint8 kind, uint8 version);

/*
 * Makes room for extra more bytes: the same pointer while they fit, else a copy of at least
 * twice the size. The old one is never freed: the executor does that. 54000 beyond 1 GB,
 * naming what (a plural: "the events of a timeline").
 */
extern FlatState *flat_state_reserve(FlatState *state, Size extra, const char *what);

pg_noreturn extern void flat_state_too_many(const char *what);

/* Adds to a count of a state; 22003 beyond bigint, naming what is counted (a plural). */
static inline void
flat_state_count(int64 *count, int64 more, const char *what)
{
	if (unlikely(pg_add_s64_overflow(*count, more, count)))
		flat_state_too_many(what);
}

#endif							/* VSM_FLAT_STATE_H */
