/*
 * group_state.c
 *		What the aggregates over many timelines share: their configuration, which holds for a
 *		whole group.
 */
#include "postgres.h"

#include "base/compat.h"
#include "stream/group_state.h"

FlatState *
group_state_unknown(const FlatFormat *format)
{
	return flat_state_new(sizeof(FlatState), sizeof(FlatState), format);
}

void
group_config_differs(const char *aggregate, const char *argument)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("\"%s\" differs within one group", argument),
			 errdetail("All rows of a group must give vsm.%s the same \"%s\".", aggregate, argument),
			 errhint("Add what decides it to GROUP BY.")));
	pg_unreachable();
}

void
group_config_null_differs(const char *aggregate)
{
	/* Which of its arguments it is is not known any more. */
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("configuration differs within one group"),
			 errdetail("A configuration argument of vsm.%s is NULL in some rows of a group, in others not.", aggregate),
			 errhint("Leave these rows out, or add what decides it to GROUP BY.")));
	pg_unreachable();
}

bool
group_same_value(const void *stored, const void *given)
{
	Size		size = VARSIZE_ANY_EXHDR(given);

	return VARSIZE(stored) - VARHDRSZ == size &&
		memcmp(VARDATA(stored), VARDATA_ANY(given), size) == 0;
}
