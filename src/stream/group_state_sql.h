/*
 * group_state_sql.h
 *		Transition and combine functions of the aggregates over many timelines.
 */
#ifndef VSM_GROUP_STATE_SQL_H
#define VSM_GROUP_STATE_SQL_H

#include "base/flat_state_sql.h"
#include "stream/group_state.h"

/*
 * For a transition function: the state of argument 0, writable, or NULL if the row is the
 * first of its group and gives a configuration. given: none of this row's is NULL.
 */
extern FlatState *group_state_get(FunctionCallInfo fcinfo, bool given, const FlatFormat *format,
								  const char *aggregate);

/*
 * For a combine function: true if there are two states to combine; else *result is what to
 * return, 0 for NULL.
 */
extern bool group_state_combine(FunctionCallInfo fcinfo, const FlatFormat *format, const char *aggregate,
								FlatState **state, const FlatState **other, Datum *result);

/* For a final function: the state of argument 0; NULL if there is none, or it is unknown. */
extern const FlatState *group_state_final(FunctionCallInfo fcinfo, const FlatFormat *format);

#endif							/* VSM_GROUP_STATE_SQL_H */
