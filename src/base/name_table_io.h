/*
 * name_table_io.h
 *		Names of a table in binary form, and as text of SQL.
 */
#ifndef VSM_NAME_TABLE_IO_H
#define VSM_NAME_TABLE_IO_H

#include "base/name_table.h"
#include "fmgr.h"
#include "lib/stringinfo.h"

/*
 * The names in binary form: their number (int32), then for each the length (int32) and the bytes,
 * in the client's encoding.
 */
extern void name_table_send(StringInfo buf, const NameTable *table);

/*
 * Reads that form into a state, where names may have other numbers: those are returned. Each name
 * is followed by at least extra bytes of something else, so that no number allocates without
 * limit; what (a singular or plural: "graph") is named in errors, all of them 22P03.
 */
extern uint32 *name_table_receive(StringInfo buf, RecordState **state, uint32 extra,
								  const char *what, uint32 *num_names);

/* A text that is filled again for each row; zeroed at first. */
typedef struct NameText
{
	text	   *value;
	uint32		max_len;
} NameText;

/* The name at a place as a text that is good until the next call with the same kept. */
extern Datum name_table_text(const NameTable *table, uint32 place, NameText *kept);

/* A new text of the name. */
extern Datum name_table_new_text(const NameTable *table, uint32 place);

#endif							/* VSM_NAME_TABLE_IO_H */
