/*
 * path_pattern_sql.c
 *		Regular expressions over the stages that an item visited: vsm.path_matches.
 */
#include "postgres.h"

#include "base/compat.h"
#include "item/item_sql.h"
#include "item/path_pattern.h"

PG_FUNCTION_INFO_V1(vsm_path_matches);

/* path_matches(timeline, workflow, pattern, as_of) */
Datum
vsm_path_matches(PG_FUNCTION_ARGS)
{
	const FlowItem *item;
	PathPattern *pattern;
	text	   *given;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1) || PG_ARGISNULL(2))
		PG_RETURN_NULL();
	/* What is no pattern is an error whatever the item, so it is looked at first. */
	given = PG_GETARG_TEXT_PP(2);
	pattern = path_pattern_get(&item_call(fcinfo)->pattern, item_workflow(fcinfo, 1),
							   VARDATA_ANY(given), VARSIZE_ANY_EXHDR(given), fcinfo->flinfo->fn_mcxt);
	if ((item = item_arguments(fcinfo, 3)) == NULL)
		PG_RETURN_NULL();
	PG_RETURN_BOOL(path_pattern_matches(pattern, item));
}
