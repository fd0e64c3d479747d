/*
 * releases_io.h
 *		Releases as arguments of SQL functions.
 */
#ifndef VSM_RELEASES_IO_H
#define VSM_RELEASES_IO_H

#include "base/record_value_sql.h"
#include "correlation/releases.h"

/* What the type is to record_value_sql.h. */
extern const RecordType releases_type;

/* A datum as canonical releases; a state of the aggregate is made canonical. */
extern const Releases *releases_from_datum(Datum datum);

#define PG_GETARG_RELEASES(n)	releases_from_datum(PG_GETARG_DATUM(n))

#endif							/* VSM_RELEASES_IO_H */
