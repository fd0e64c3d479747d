/*
 * record_value_sql.h
 *		Types whose values are made from a RecordState: graphs and releases.
 *
 * Such a type has two forms. Its aggregates gather in a state; the value is canonical, so that
 * equal sets are equal bytes. A partial result is shipped as a value, and a state may come
 * where a value is asked for (an aggregate's state type is the type itself), so each function
 * takes both.
 */
#ifndef VSM_RECORD_VALUE_SQL_H
#define VSM_RECORD_VALUE_SQL_H

#include "base/flat_state_sql.h"
#include "base/record_state.h"

typedef struct RecordType
{
	const FlatFormat *value;	/* of the canonical form */
	const FlatFormat *state;
	Size		value_header;	/* the least that a value takes */
	uint32		name_mask;		/* as record_state_merge has it */
	RecordState *(*new_state) (void);
	FlatState  *(*from_state) (const RecordState *state);
	void		(*add_value) (RecordState **state, const FlatState *value);
} RecordType;

/* A datum as a value; a state is made canonical. Refuses (XX001) what is neither. */
extern const FlatState *record_value_get(const RecordType *type, Datum datum);

/* The state that is argument 0, writable, made from a value if it is one; NULL if there is none. */
extern RecordState *record_value_state(const RecordType *type, FunctionCallInfo fcinfo);

/* The union of arguments 0 and 1: as a state, and as a value. */
extern Datum record_value_combine(const RecordType *type, FunctionCallInfo fcinfo);
extern Datum record_value_merge(const RecordType *type, FunctionCallInfo fcinfo);

/* An arbitrary total order that agrees with equality: by size, then by the canonical bytes. */
extern int	record_value_compare(const FlatState *a, const FlatState *b);

#endif							/* VSM_RECORD_VALUE_SQL_H */
