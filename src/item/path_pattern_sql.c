/*
 * path_pattern_sql.c
 *		Regular expressions over the stages that an item visited: vsm.path_matches, vsm.path_pattern_stages.
 */
#include "postgres.h"

#include "base/compat.h"
#include "catalog/pg_type.h"
#include "item/item_sql.h"
#include "item/path_pattern.h"
#include "utils/array.h"
#include "utils/builtins.h"

PG_FUNCTION_INFO_V1(vsm_path_matches);
PG_FUNCTION_INFO_V1(vsm_path_pattern_stages);

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

/* path_pattern_stages(pattern) */
Datum
vsm_path_pattern_stages(PG_FUNCTION_ARGS)
{
	text	   *pattern = PG_GETARG_TEXT_PP(0);
	List	   *stages = path_pattern_stages(VARDATA_ANY(pattern), VARSIZE_ANY_EXHDR(pattern));
	Datum	   *names = palloc(sizeof(Datum) * (list_length(stages) + 1));
	int			count = 0;
	ListCell   *cell;

	foreach(cell, stages)
		names[count++] = CStringGetTextDatum((char *) lfirst(cell));
	PG_RETURN_ARRAYTYPE_P(construct_array(names, count, TEXTOID, -1, false, TYPALIGN_INT));
}
