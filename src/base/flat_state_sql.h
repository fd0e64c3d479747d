/*
 * flat_state_sql.h
 *		States of aggregates as arguments of SQL functions.
 */
#ifndef VSM_FLAT_STATE_SQL_H
#define VSM_FLAT_STATE_SQL_H

#include "base/flat_state.h"
#include "fmgr.h"

/*
 * The state that is argument argno, writable: in place when an aggregate calls and the datum
 * is plain, else a copy. Refuses (XX001) what is not of that format.
 */
extern FlatState *flat_state_get(FunctionCallInfo fcinfo, int argno, const FlatFormat *format);

/* The same for reading only: never copies a plain datum. */
extern const FlatState *flat_state_peek(Datum datum, const FlatFormat *format);

#endif							/* VSM_FLAT_STATE_SQL_H */
