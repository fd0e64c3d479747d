/*
 * period_list_sql.h
 *		Periods of time as PostgreSQL's own tstzmultirange.
 */
#ifndef VSM_PERIOD_LIST_SQL_H
#define VSM_PERIOD_LIST_SQL_H

#include "base/period_list.h"
#include "fmgr.h"

/* The union of all as a tstzmultirange, in any order they were added. */
extern Datum period_list_to_multirange(const PeriodList *list);

#endif							/* VSM_PERIOD_LIST_SQL_H */
