/*
 * period_list_sql.c
 *		Periods of time as PostgreSQL's own tstzmultirange.
 */
#include "postgres.h"

#include "base/compat.h"
#include "base/period_list_sql.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/multirangetypes.h"
#include "utils/rangetypes.h"
#include "utils/timestamp.h"
#include "utils/typcache.h"

Datum
period_list_to_multirange(const PeriodList *list)
{
	/* Not multirange_get_typcache: that keeps the type in fn_extra, where the workflow is. */
	TypeCacheEntry *type = lookup_type_cache(TSTZMULTIRANGEOID, TYPECACHE_MULTIRANGE_INFO);
	RangeType **ranges = palloc_extended(sizeof(RangeType *) * (Size) Max(list->count, 1),
										 MCXT_ALLOC_HUGE);

	for (uint32 i = 0; i < list->count; i++)
	{
		RangeBound	lower = {.inclusive = true,.lower = true};
		RangeBound	upper = {.inclusive = false};

		CHECK_FOR_INTERRUPTS();
		lower.val = TimestampTzGetDatum(list->periods[i].since);
		upper.infinite = list->periods[i].until == PERIOD_UNBOUNDED;
		upper.val = TimestampTzGetDatum(upper.infinite ? 0 : list->periods[i].until);
		ranges[i] = vsm_make_range(type->rngtype, &lower, &upper, false);
	}
	PG_RETURN_MULTIRANGE_P(make_multirange(TSTZMULTIRANGEOID, type->rngtype,
										   list->count, ranges));
}
