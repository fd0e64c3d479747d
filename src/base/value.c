/*
 * value.c
 *		What every stored value begins with: the version of its format.
 */
#include "postgres.h"

#include "base/compat.h"
#include "base/value.h"

void
value_unknown_format(const char *type, int version, int known)
{
	ereport(ERROR,
			(errcode(ERRCODE_DATA_CORRUPTED),
			 errmsg("stored value of type %s has an unknown format", type),
			 version != known ?
			 errdetail("Its format version is %d; this version of vsm reads %d.", version, known) :
			 errdetail("It is damaged, or of another type.")));
	pg_unreachable();
}
