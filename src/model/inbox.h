/*
 * inbox.h
 *		The inbox of a model as triggers write to it.
 */
#ifndef VSM_INBOX_H
#define VSM_INBOX_H

#include "utils/relcache.h"

typedef enum InboxResult
{
	INBOX_WRITTEN,
	INBOX_NOT_TRACKED,			/* the model's table tracked does not name the table */
	INBOX_NOT_PLAIN				/* it takes a statement: nothing was done */
} InboxResult;

/*
 * Writes what a change of a table says to the inbox with that oid, as the current user, who owns it and
 * the table tracked: under the source that tracked gives the table or one whose partition it is.
 */
extern InboxResult inbox_add_change(Oid inbox, Oid tracked, Relation changed, const char *payload);

#endif							/* VSM_INBOX_H */
