/*
 * record_state.h
 *		The state of an aggregate that collects records about named things.
 *
 * Graphs and releases are sets of small records (an edge, a release) whose members are names
 * that occur again and again. The state numbers each distinct name once and keeps records of
 * fixed size over those numbers, all in one flat varlena (see flat_state.h):
 *
 *	 [ RecordState ][ names, growing upward -> ] free [ <- records ][ hash slots ]
 *
 * Names are numbered in the order of their first appearance, so the bytes depend on the order
 * of input; name_table.h makes what does not.
 */
#ifndef VSM_RECORD_STATE_H
#define VSM_RECORD_STATE_H

#include "base/flat_state.h"
#include "base/hex_name.h"

/* In the place of a name's number: no name. */
#define NO_NAME		PG_UINT32_MAX

typedef struct RecordState
{
	FlatState	head;			/* head.used: the end of the names */
	uint32		record_words;	/* 4-byte words a record */
	uint32		num_names;
	uint32		num_records;
	uint32		slot_bits;		/* there are 2^slot_bits hash slots */
} RecordState;

/*
 * A name within the state; the next one follows at record_state_next_name. Ids of commits are
 * packed (see hex_name.h): whether a name is depends on the name alone, so that equal names
 * have equal bytes.
 */
typedef struct RecordName
{
	uint32		number;
	uint32		size;			/* of bytes; with the highest bit if they are packed */
	char		bytes[FLEXIBLE_ARRAY_MEMBER];
} RecordName;

#define RECORD_NAME_PACKED	0x80000000

static inline bool
record_name_is_packed(const RecordName *name)
{
	return (name->size & RECORD_NAME_PACKED) != 0;
}

/* How many bytes the name takes in the state, and how many it has. */
static inline uint32
record_name_size(const RecordName *name)
{
	return name->size & ~RECORD_NAME_PACKED;
}

static inline uint32
record_name_len(const RecordName *name)
{
	return record_name_is_packed(name) ? record_name_size(name) * 2 : name->size;
}

/* The bytes of a name: in the state, or unpacked to a buffer of HEX_NAME_MAX bytes. */
static inline const char *
record_name_bytes(const RecordName *name, char *buffer)
{
	if (!record_name_is_packed(name))
		return name->bytes;
	hex_name_unpack(name->bytes, record_name_len(name), buffer);
	return buffer;
}

/* An empty state for records of that many words. */
extern RecordState *record_state_new(const FlatFormat *format, uint32 record_words);

/*
 * The number of a name, which is added if it is new. The state may move: like every function
 * that adds, this one takes where the pointer is kept. 54000 beyond 1 GB.
 */
extern uint32 record_state_name(RecordState **state, const char *name, uint32 len);

/* Adds a record; the same one may be there more than once. 54000 beyond 1 GB. */
extern void record_state_add(RecordState **state, const uint32 *record);

/*
 * Adds all names and records of another state of the same kind. Bit i of name_mask says that
 * word i of a record is the number of a name (or NO_NAME); the other words are copied.
 */
extern void record_state_merge(RecordState **state, const RecordState *other, uint32 name_mask);

/* The records, num_records times record_words words, in no particular order. */
extern const uint32 *record_state_records(const RecordState *state);

/* The name that lies there. */
static inline const RecordName *
record_state_name_at(const RecordState *state, uint32 offset)
{
	return (const RecordName *) ((const char *) state + offset);
}

/* All names, num_names of them, by their numbers: the first, and the one behind another. */
static inline const RecordName *
record_state_first_name(const RecordState *state)
{
	return (const RecordName *) ((const char *) state + sizeof(RecordState));
}

static inline const RecordName *
record_state_next_name(const RecordName *name)
{
	return (const RecordName *) ((const char *) name + INTALIGN(offsetof(RecordName, bytes) + (Size) record_name_size(name)));
}

#endif							/* VSM_RECORD_STATE_H */
