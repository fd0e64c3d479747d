/*
 * name_table.h
 *		Distinct names as they lie in stored graphs and releases.
 *
 * A name is addressed by its place in the table. Either places are in byte order of the names,
 * or a list of the places in that order comes with the table. Where all names are ids of
 * commits of one length, they are packed (see hex_name.h) and take half a byte a digit and
 * nothing else.
 */
#ifndef VSM_NAME_TABLE_H
#define VSM_NAME_TABLE_H

#include "base/record_state.h"
#include "lib/stringinfo.h"

/* A table in place, opened by name_table_open. */
typedef struct NameTable
{
	uint32		num_names;
	uint32		hex_bytes;		/* packed bytes a name, or 0: names as they are */
	const uint32 *starts;		/* of names as they are: num_names + 1 offsets */
	const char *bytes;
	const uint32 *by_name;		/* places in byte order of names; NULL: 0, 1, 2, ... */
} NameTable;

/* The byte order of the names of a state. */
typedef struct NameOrder
{
	uint32		num_names;
	uint32		hex_bytes;
	Size		text_bytes;		/* of all names together */
	uint32	   *by_name;		/* numbers in the state, in byte order of names */
	uint32	   *rank;			/* by number in the state: place in that order */
} NameOrder;

/* Sorts the names of a state: about linear in their number. In the current memory context. */
extern void name_order_init(NameOrder *order, const RecordState *state);

/*
 * The bytes that a table takes (a multiple of 4), and the table, written to zeroed memory:
 * place says where each name goes, by its number in the state.
 */
extern Size name_table_size(const NameOrder *order);
extern void name_table_write(char *table, const NameOrder *order, const RecordState *state,
							 const uint32 *place);

/* Opens the table that begins there. */
extern void name_table_open(NameTable *table, const char *at, const uint32 *by_name);

/* The place of the name that is i-th in byte order. */
static inline uint32
name_table_nth(const NameTable *table, uint32 i)
{
	return table->by_name == NULL ? i : table->by_name[i];
}

/* The place of a name, or NO_NAME. */
extern uint32 name_table_find(const NameTable *table, const char *name, uint32 len);

/* Compares the names at two places by bytes, like memcmp. */
extern int	name_table_compare(const NameTable *table, uint32 a, uint32 b);

/*
 * The name at a place, not terminated: in the table, or unpacked to the buffer of
 * HEX_NAME_MAX bytes.
 */
extern const char *name_table_get(const NameTable *table, uint32 place, char *buffer, uint32 *len);

/* Adds all names to a state, and returns the number of each there, by its place. */
extern uint32 *name_table_add_to(const NameTable *table, RecordState **state);

/* Appends the name as a JSON string. */
extern void name_table_append_json(StringInfo buf, const NameTable *table, uint32 place);

#endif							/* VSM_NAME_TABLE_H */
