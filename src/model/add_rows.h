/*
 * add_rows.h
 *		Rows that facts make, added to a table of a model.
 */
#ifndef VSM_ADD_ROWS_H
#define VSM_ADD_ROWS_H

#include "tcop/dest.h"

/* Whether the rows of a table lie on nodes of Citus: what is here is an empty table then. */
extern bool rows_are_on_nodes(Oid table);

/* What makes rows, and gives them to a receiver as a statement does. */
typedef struct RowMaker
{
	void		(*make) (const struct RowMaker *self, DestReceiver *receiver);
	bool		are_new;		/* it has looked up that none of them is there */
} RowMaker;

/*
 * Adds those of the rows whose key is not there yet to a table that search_path finds; columns names theirs. How many are
 * there now as they were made, and how many were there otherwise. False, and nothing is done, if only a statement can write
 * to the table.
 */
extern bool add_made_rows(const char *relation, const char *columns, const RowMaker *maker, uint64 *written, uint64 *different);

/* The same for the rows that a statement makes of the facts that are held; false, too, if these are few. */
extern bool add_new_rows(const char *relation, const char *columns, const char *rows, uint64 *written, uint64 *different);

#endif							/* VSM_ADD_ROWS_H */
