/*
 * group_state.h
 *		What the aggregates over many timelines share: their configuration, which holds for a
 *		whole group.
 *
 * A state copies the configuration (workflow, rule, period, calendar) from the first row it
 * sees; every later row and every partial state must agree with it, else the answer would
 * depend on the order of rows: 22023. If one of the arguments is NULL the configuration is
 * unknown, and so is the result; such a state is a bare FlatState.
 */
#ifndef VSM_GROUP_STATE_H
#define VSM_GROUP_STATE_H

#include "base/flat_state.h"

/* The format of all of them. */
#define GROUP_STATE_VERSION		1

/* A state whose configuration is unknown. */
extern FlatState *group_state_unknown(const FlatFormat *format);

/* Whether it is one. */
static inline bool
group_state_is_unknown(const FlatState *state)
{
	return state->used == sizeof(FlatState);
}

/* Raises 22023: that argument of an aggregate differs between rows of one group. */
pg_noreturn extern void group_config_differs(const char *aggregate, const char *argument);

/* Raises 22023: a configuration argument is NULL in some rows of a group, in others not. */
pg_noreturn extern void group_config_null_differs(const char *aggregate);

/* Whether two plain values (4-byte headers, short ones allowed for given) are equal bytes. */
extern bool group_same_value(const void *stored, const void *given);

#endif							/* VSM_GROUP_STATE_H */
