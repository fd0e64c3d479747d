/*
 * flat_state.h
 *		The state of an aggregate as one flat varlena with slack, changed in place.
 *
 * A concrete state type is pushed down by Citus and needs no serial functions; kept flat it
 * costs no memory context per group (under HashAgg a context per group is quadratic in the
 * number of groups) and nothing is copied while it does not grow. A state type begins with
 * FlatState; its transition function calls flat_state_get (flat_state_sql.h), then
 * flat_state_reserve before it appends, and returns the pointer.
 */
#ifndef VSM_FLAT_STATE_H
#define VSM_FLAT_STATE_H

#include "base/compat.h"
#include "common/int.h"

/*
 * Which state or value it is, so that none passes for another: all kinds there are. They are
 * stored, so a kind keeps its byte.
 */
typedef enum FlatKind
{
	NO_KIND = 0,				/* what never leaves the function that made it */
	TIMELINE_STATE_KIND = 1,
	CUMULATIVE_FLOW_KIND = 'c',
	GRAPH_KIND = 'G',			/* a graph, and ... */
	GRAPH_STATE_KIND = 'g',		/* ... the state it is made from, a RecordState */
	PROCESS_MAP_KIND = 'p',
	RELEASES_KIND = 'R',
	RELEASES_STATE_KIND = 'r',
	ROLLUP_KIND = 'u',
	SURVIVAL_KIND = 's',
	VARIANTS_KIND = 'v'
} FlatKind;

/* What a state or value of one type is checked for. */
typedef struct FlatFormat
{
	const char *type;			/* for messages: "vsm.graph" */
	uint8		kind;			/* FlatKind */
	uint8		version;
} FlatFormat;

typedef struct FlatState
{
	int32		vl_len_;		/* varlena header; the slack is inside VARSIZE */
	uint8		version;		/* format, checked on read */
	uint8		kind;			/* FlatKind */
	uint16		unused;			/* always zero */
	uint32		used;			/* bytes in use, this header included */
} FlatState;

/* Raises XX001 for a value that is not of that format. */
pg_noreturn extern void flat_state_refuse(const FlatState *state, const FlatFormat *format);

/* Whether a value is of that format. */
static inline bool
flat_state_is(const FlatState *state, const FlatFormat *format)
{
	return VARSIZE(state) >= sizeof(FlatState) && state->kind == format->kind &&
		state->version == format->version && state->used <= VARSIZE(state);
}

/* Refuses (XX001) what is not of that format. */
static inline void
flat_state_check(const FlatState *state, const FlatFormat *format)
{
	if (unlikely(!flat_state_is(state, format)))
		flat_state_refuse(state, format);
}

/* A new, zeroed state of size bytes, of which header_size are in use. */
extern FlatState *flat_state_new(Size header_size, Size size, const FlatFormat *format);

/*
 * Makes room for extra more bytes: the same pointer while they fit, else a copy of at least
 * twice the size. The old one is never freed: the executor does that. 54000 beyond 1 GB,
 * naming what (a plural: "the events of a timeline").
 */
extern FlatState *flat_state_reserve(FlatState *state, Size extra, const char *what);

/* Raises 22003: the number of something (a plural) is beyond bigint. */
pg_noreturn extern void flat_state_too_many(const char *what);

/* Adds to a count of a state; 22003 beyond bigint, naming what is counted (a plural). */
static inline void
flat_state_count(int64 *count, int64 more, const char *what)
{
	if (unlikely(pg_add_s64_overflow(*count, more, count)))
		flat_state_too_many(what);
}

#endif							/* VSM_FLAT_STATE_H */
