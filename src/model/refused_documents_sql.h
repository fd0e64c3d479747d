/*
 * refused_documents_sql.h
 *		The documents that state what cannot be taken: a hash table by their numbers.
 */
#ifndef VSM_REFUSED_DOCUMENTS_SQL_H
#define VSM_REFUSED_DOCUMENTS_SQL_H

#include "base/rows_sql.h"
#include "utils/hsearch.h"

/*
 * Whether a fact cannot be taken, its document being noted then: a name that is too long, a time that
 * is later than a day after the document was received. The table is made in the context when the first is noted.
 */
extern bool is_refused_fact(HTAB **refused, MemoryContext context, int kind, const Datum *values, const bool *nulls);

/* 0: facts that are of no document. */
extern bool is_refused_document(HTAB *refused, int64 document);

/* Adds a row (document bigint, reason text) for each of them. */
extern void add_refused_rows(HTAB *refused, Rows *rows);

#endif							/* VSM_REFUSED_DOCUMENTS_SQL_H */
