/*
 * vsm.c
 *		The module: what the server checks when it loads the library.
 */
#include "postgres.h"

#include "base/compat.h"

#ifdef PG_MODULE_MAGIC_EXT
PG_MODULE_MAGIC_EXT(.name = "vsm", .version = VSM_VERSION);
#else
PG_MODULE_MAGIC;
#endif
