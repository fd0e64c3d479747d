/*
 * end_to_end_sql.c
 *		vsm.end_to_end: one timeline of an item from its tracker and the parts of its work.
 */
#include "postgres.h"

#include "base/compat.h"
#include "catalog/pg_type.h"
#include "item/item_sql.h"
#include "stream/end_to_end.h"
#include "timeline/timeline_io.h"
#include "utils/array.h"

PG_FUNCTION_INFO_V1(vsm_end_to_end);

/* The elements of an argument that is an array of at most one dimension; none if it is NULL. */
static int
array_argument(FunctionCallInfo fcinfo, int argno, const char *name, int typlen, bool by_value, char align,
			   Datum **elements, bool **nulls)
{
	ArrayType  *array;
	int			count;

	if (PG_ARGISNULL(argno))
		return 0;
	array = PG_GETARG_ARRAYTYPE_P(argno);
	if (ARR_NDIM(array) > 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("\"%s\" must be an array of one dimension", name),
				 errdetail("It has %d dimensions.", ARR_NDIM(array))));
	deconstruct_array(array, ARR_ELEMTYPE(array), typlen, by_value, align, elements, nulls, &count);
	return count;
}

/* end_to_end(tracker, workflow, parts, releasable); see end_to_end.c. */
Datum
vsm_end_to_end(PG_FUNCTION_ARGS)
{
	const Timeline *tracker = NULL;
	const Timeline *result;
	const Timeline **parts;
	Releasable *releasable;
	Datum	   *part_datums = NULL;
	Datum	   *releasable_datums = NULL;
	bool	   *part_nulls = NULL;
	bool	   *releasable_nulls = NULL;
	int			num_parts;
	int			num_releasable;

	if (PG_ARGISNULL(1))
		PG_RETURN_NULL();
	num_parts = array_argument(fcinfo, 2, "parts", -1, false, TYPALIGN_INT, &part_datums, &part_nulls);
	num_releasable = array_argument(fcinfo, 3, "releasable", sizeof(bool), true, TYPALIGN_CHAR,
									&releasable_datums, &releasable_nulls);
	if (!PG_ARGISNULL(3) && num_releasable != num_parts)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("\"releasable\" must have an element for each of \"parts\""),
				 errdetail("It has %d, and there are %d parts.", num_releasable, num_parts)));

	if (!PG_ARGISNULL(0))
		tracker = PG_GETARG_TIMELINE(0);
	parts = palloc(sizeof(Timeline *) * Max(num_parts, 1));
	releasable = palloc(sizeof(Releasable) * Max(num_parts, 1));
	for (int i = 0; i < num_parts; i++)
	{
		parts[i] = part_nulls[i] ? NULL : DatumGetTimeline(part_datums[i]);
		if (num_releasable == 0 || releasable_nulls[i])
			releasable[i] = RELEASABLE_IF_RELEASED;
		else
			releasable[i] = DatumGetBool(releasable_datums[i]) ? RELEASABLE : NOT_RELEASABLE;
	}
	result = end_to_end(tracker, item_workflow(fcinfo, 1), parts, releasable, num_parts);
	if (result == NULL)
		PG_RETURN_NULL();
	PG_RETURN_TIMELINE(result);
}
