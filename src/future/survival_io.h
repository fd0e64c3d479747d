/*
 * survival_io.h
 *		Survival estimates as arguments of SQL functions.
 */
#ifndef VSM_SURVIVAL_IO_H
#define VSM_SURVIVAL_IO_H

#include "base/flat_state_sql.h"
#include "future/survival.h"

/* A datum in its finished form; only inside of aggregates and their tests is it another. */
extern const Survival *survival_from_datum(Datum datum);

#define PG_GETARG_SURVIVAL(n)	survival_from_datum(PG_GETARG_DATUM(n))

#endif							/* VSM_SURVIVAL_IO_H */
