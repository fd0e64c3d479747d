/*
 * timeline_set.h
 *		The timelines of many items at once: events in, one timeline an item out.
 *
 * Grouping by a hash table of items stalls on memory at every event once there are more
 * items than the cache holds. A set does not look items up while it is filled: it appends
 * each event, with its item's key, to one of 64 partitions by hash of the key. When it is
 * read, one partition at a time is divided further, until what is grouped lies in the cache.
 * Names of states are interned: an event carries a number.
 *
 * Beyond its limit of memory a set moves all events to a temporary file. A partition that is
 * too large to be read at once is divided by further bits of the hash.
 */
#ifndef VSM_TIMELINE_SET_H
#define VSM_TIMELINE_SET_H

#include "storage/buffile.h"
#include "timeline/timeline_packer.h"
#include "utils/dsa.h"

/*
 * The number of partitions, and of bits of the hash that choose one. So few can be written
 * to in turn without leaving the first cache.
 */
#define SET_PARTITION_BITS	6
#define SET_PARTITIONS		(1 << SET_PARTITION_BITS)

/* Where events of the item NULL go: it is an item of its own, as it is for GROUP BY. */
#define SET_NULL_ITEM		SET_PARTITIONS

/*
 * States of events that are none, from the first of these on: the item is there, but its row had a NULL
 * as its state, as its time, or as both.
 */
#define SET_NO_EVENT		(PG_UINT32_MAX - 2)
#define SET_NO_TIME			(PG_UINT32_MAX - 1)
#define SET_NOTHING			PG_UINT32_MAX

/*
 * An event as it lies in a partition, unaligned: key (8 bytes), word (8); or, with keys of text, word (8),
 * hash of the key (4), length of the key (1; 255: 4 more bytes have it), key. The word is the time, with
 * the state in its low byte. If one of them is too large for that the byte says so, and both stand at the
 * end: time (8), state (4).
 */
#define SET_NUMBER_RECORD	16
#define SET_TEXT_RECORD		13
#define SET_LONG_TEXT		255
#define SET_STATE_BITS		8
#define SET_STATE_MASK		0xff
#define SET_LONG_EVENT		((SET_NO_EVENT - 1) & SET_STATE_MASK)
#define SET_LONG_SIZE		12

/* A piece of a partition in memory. */
typedef struct SetChunk
{
	struct SetChunk *next;
	Size		size;			/* of data */
	Size		used;			/* of the last chunk: see SetCursor */
	char	   *data;			/* behind this, or in shared memory */
	dsa_pointer shared;
} SetChunk;

/* A piece of a partition in a temporary file. */
typedef struct SetExtent
{
	BufFile    *file;
	int			fileno;
	off_t		offset;
	Size		size;
} SetExtent;

typedef struct SetPartition
{
	SetChunk   *first;
	SetChunk   *last;
	SetExtent  *extents;		/* older than the chunks */
	uint32		num_extents;
	uint32		max_extents;
} SetPartition;

/* Where the next event of a partition is written: apart, because every row needs one. */
typedef struct SetCursor
{
	char	   *position;
	char	   *end;
} SetCursor;

/* A state's name, with the words that usually decide whether another is equal. */
typedef struct SetName
{
	uint64		first_bytes;
	uint64		last_bytes;
	StateName	name;
} SetName;

/*
 * A name of up to 32 bytes as words, zeroes behind it. Where so much can be read from its first byte on
 * it is found without a branch on its length, which no processor could foretell.
 */
#define SET_WORDS			4
#define SET_WORD_BYTES		(SET_WORDS * 8)
#define SET_SHORT_SLOTS		1024	/* for at most a quarter as many names */

typedef struct SetShortName
{
	uint64		words[SET_WORDS];
	uint32		len;
	uint32		number;
} SetShortName;

/* What all parts of a set share. */
typedef struct SetNames
{
	SetName    *names;
	uint32		count;
	uint32		max_names;
	uint32	   *slots;			/* number of a name + 1, by hash; 0: free */
	uint32		mask;
	SetShortName *short_names;	/* of those, some, found in this way before */
	uint32		num_short;
	const uint16 *short_slots;	/* place in short_names + 1, by hash of the words; 0: free */
	uint64		file_bytes;		/* written to temporary files */
	MemoryContext context;
	struct SetShare *share;		/* NULL: all names are ours; see timeline_set_share.h */
} SetNames;

typedef struct TimelineSet
{
	SetCursor	cursors[SET_PARTITIONS + 1];
	uint32		partition_mask; /* 0 while there is only one partition */
	bool		text_keys;
	bool		summarized;		/* items are read with what there is of their rows */
	uint8		hash_bits_used; /* by the sets that this one is a part of */
	SetNames   *names;
	SetPartition partitions[SET_PARTITIONS + 1];
	Size		chunk_memory;
	Size		max_memory;		/* of the context, which may hold other sets too */
	BufFile    *file;			/* NULL: all is in memory */
	MemoryContext context;
	TimelinePacker *packer;		/* once it is read */
	uint32	   *rank;			/* of names, by number */
	uint32		num_readers;	/* of partitions; those that did not come to the end included */
	struct FlatTimelines *flat; /* once it was made flat; the partitions may be gone then */
	struct SetShare *share;		/* NULL: no other process has a part of it */
} TimelineSet;

/* A new set; all that it needs is allocated in that context. */
extern TimelineSet *timeline_set_new(MemoryContext context, bool text_keys, Size max_memory);

/* Frees what memory contexts do not: the temporary file. */
extern void timeline_set_close(TimelineSet *set);

/* Makes room in a partition for size more bytes, or finds the partition that has it by now. */
extern char *timeline_set_reserve(TimelineSet *set, uint32 hash, uint32 partition, Size size);

/* Frees all events of a set that is flat by now. */
extern void timeline_set_free_partitions(TimelineSet *set);

/* Frees a chunk that is in no list any more. */
extern void timeline_set_free_chunk(TimelineSet *set, SetChunk *chunk);

/* Notes how much of the last chunk of a partition is used. */
extern void timeline_set_close_chunk(TimelineSet *set, uint32 partition);

/* The number of a name that is seen for the first time, or whose hash collides. */
extern uint32 timeline_set_find_state(SetNames *names, const char *name, uint32 len, uint64 first_bytes, uint64 last_bytes, uint64 hash);

/* The number of a name by its words, where the first look failed. */
extern uint32 timeline_set_find_words(TimelineSet *set, const char *name, uint32 len);

/* Gives a name the next number; it must not be there yet. */
extern uint32 timeline_set_add_state(SetNames *names, const char *name, uint32 len);

/*----------
 * What runs for every row.
 *----------
 */

/* Mixes well enough that any bits of the result may be used. */
static inline uint64
timeline_set_mix(uint64 a, uint64 b)
{
	uint64		h = (a ^ UINT64CONST(0x8f6f3ad2c94a7b51)) * UINT64CONST(0xd1b54a32d192ed03);

	h ^= h >> 32;
	h = (h + b) * UINT64CONST(0x9fb21c651e98df25);
	return h ^ (h >> 29);
}

/* Hashes of keys; the first bits choose the partition. */
static inline uint32
timeline_set_hash_number(int64 key)
{
	return (uint32) (timeline_set_mix((uint64) key, 0) >> 32);
}

/* The first and the last eight bytes of a string; of up to 16 bytes they are all of it. */
static inline void
timeline_set_ends(const char *s, uint32 len, uint64 *first_bytes, uint64 *last_bytes)
{
	if (likely(len >= 8))
	{
		memcpy(first_bytes, s, 8);
		memcpy(last_bytes, s + len - 8, 8);
	}
	else if (len >= 4)
	{
		uint32		head,
					tail;

		memcpy(&head, s, 4);
		memcpy(&tail, s + len - 4, 4);
		*first_bytes = head;
		*last_bytes = tail;
	}
	else
	{
		*first_bytes = 0;
		if (len > 0)
			*first_bytes = (uint8) s[0] | (uint8) s[len / 2] << 8 | (uint8) s[len - 1] << 16;
		*last_bytes = 0;
	}
}

/* Of strings of more than 16 bytes. */
extern uint64 timeline_set_hash_long(const char *s, uint32 len);

static inline uint64
timeline_set_hash_text(const char *s, uint32 len, uint64 first_bytes, uint64 last_bytes)
{
	if (unlikely(len > 16))
		return timeline_set_hash_long(s, len);
	return timeline_set_mix(first_bytes + ((uint64) len << 56), last_bytes);
}

/* The number of a state's name. */
static inline uint32
timeline_set_state(TimelineSet *set, const char *name, uint32 len)
{
	SetNames   *names = set->names;
	uint64		first_bytes,
				last_bytes,
				hash;
	uint32		slot;

	timeline_set_ends(name, len, &first_bytes, &last_bytes);
	hash = timeline_set_hash_text(name, len, first_bytes, last_bytes);
	slot = names->slots[hash & names->mask];
	if (likely(slot != 0))
	{
		const SetName *found = &names->names[slot - 1];

		if (likely(found->first_bytes == first_bytes && found->last_bytes == last_bytes &&
				   found->name.len == len) &&
			(len <= 16 || memcmp(found->name.data, name, len) == 0))
			return slot - 1;
	}
	return timeline_set_find_state(names, name, len, first_bytes, last_bytes, hash);
}

/* What is of a name, and what is behind it: from SET_WORD_BYTES - len on. */
extern const uint8 timeline_set_masks[2 * SET_WORD_BYTES];

static pg_attribute_always_inline bool
timeline_set_same_words(const SetShortName *name, uint64 a, uint64 b, uint64 c, uint64 d, uint32 len)
{
	return ((name->words[0] ^ a) | (name->words[1] ^ b) | (name->words[2] ^ c) | (name->words[3] ^ d) |
			(name->len ^ len)) == 0;
}

/* The i-th word of a name of so many bytes, zeroes behind it. */
static pg_attribute_always_inline uint64
timeline_set_word(const char *name, uint32 len, int i)
{
	uint64		word,
				mask;

	memcpy(&word, name + 8 * i, 8);
	memcpy(&mask, timeline_set_masks + SET_WORD_BYTES - len + 8 * i, 8);
	return word & mask;
}

/* Where a name of these words is looked for. */
static pg_attribute_always_inline uint32
timeline_set_words_slot(uint64 a, uint64 b, uint64 c, uint64 d)
{
	uint64		h = (a ^ UINT64CONST(0x8f6f3ad2c94a7b51)) * UINT64CONST(0xd1b54a32d192ed03) ^
		(b ^ UINT64CONST(0x9e3779b97f4a7c15)) * UINT64CONST(0x9fb21c651e98df25) ^
		(c * UINT64CONST(0xc2b2ae3d27d4eb4f)) ^ (d * UINT64CONST(0x9e3779b97f4a7c15));

	return (h >> 32 ^ h) >> 8 & (SET_SHORT_SLOTS - 1);
}

/* The number of a state's name, which may lie in a page of BLCKSZ bytes. */
static pg_attribute_always_inline uint32
timeline_set_state_of_page(TimelineSet *set, const char *name, uint32 len, const char *page)
{
	uint64		a,
				b,
				c,
				d;
	uint32		slot;
	uint32		found;

	/* Elsewhere than in the page the difference is large. */
	if (unlikely(len > SET_WORD_BYTES ||
				 (uintptr_t) name - (uintptr_t) page > (uintptr_t) (BLCKSZ - SET_WORD_BYTES)))
		return timeline_set_state(set, name, len);
	a = timeline_set_word(name, len, 0);
	b = timeline_set_word(name, len, 1);
	c = timeline_set_word(name, len, 2);
	d = timeline_set_word(name, len, 3);
	slot = timeline_set_words_slot(a, b, c, d);
	found = set->names->short_slots[slot];
	if (likely(found != 0))
	{
		const SetShortName *known = &set->names->short_names[found - 1];

		if (likely(timeline_set_same_words(known, a, b, c, d, len)))
			return known->number;
	}
	return timeline_set_find_words(set, name, len);
}

/* Which partition has the items of that hash. */
static inline uint32
timeline_set_partition(const TimelineSet *set, uint32 hash)
{
	return (hash << set->hash_bits_used) >> (32 - SET_PARTITION_BITS) & set->partition_mask;
}

/* Where to write a record of size bytes. */
static pg_attribute_always_inline char *
timeline_set_append(TimelineSet *set, uint32 hash, uint32 partition, Size size)
{
	SetCursor  *cursor = &set->cursors[partition];
	char	   *position = cursor->position;

	if (unlikely(cursor->end - position < size))
		return timeline_set_reserve(set, hash, partition, size);
	cursor->position = position + size;
	return position;
}

/* The word of an event. */
static inline uint64
timeline_set_event_word(int64 at, uint32 state)
{
	uint64		word = (uint64) at << SET_STATE_BITS;
	bool		fits = (int64) word >> SET_STATE_BITS == at && (state < SET_LONG_EVENT || state >= SET_NO_EVENT);

	return likely(fits) ? word | (state & SET_STATE_MASK) : word | SET_LONG_EVENT;
}

static inline bool
timeline_set_is_long(uint64 word)
{
	return unlikely((word & SET_STATE_MASK) == SET_LONG_EVENT);
}

/* What it takes beyond a usual record of that word. */
static inline Size
timeline_set_long_size(uint64 word)
{
	return timeline_set_is_long(word) ? SET_LONG_SIZE : 0;
}

/* Writes time and state at the end of a record that needs it. */
static inline void
timeline_set_write_long(char *p, int64 at, uint32 state)
{
	memcpy(p, &at, 8);
	memcpy(p + 8, &state, 4);
}

/* Writes an event with a number as its key to a partition: that of its hash, or the one of the item NULL. */
static pg_attribute_always_inline void
timeline_set_write_number(TimelineSet *set, uint32 hash, uint32 partition, int64 key, int64 at, uint32 state)
{
	uint64		word = timeline_set_event_word(at, state);
	char	   *record;

	if (timeline_set_is_long(word))
	{
		record = timeline_set_append(set, hash, partition, SET_NUMBER_RECORD + SET_LONG_SIZE);
		timeline_set_write_long(record + SET_NUMBER_RECORD, at, state);
	}
	else
		record = timeline_set_append(set, hash, partition, SET_NUMBER_RECORD);
	memcpy(record, &key, 8);
	memcpy(record + 8, &word, 8);
}

/* Adds an event of an item that has a number. */
static pg_attribute_always_inline void
timeline_set_add_number(TimelineSet *set, int64 key, int64 at, uint32 state)
{
	uint32		hash = timeline_set_hash_number(key);

	timeline_set_write_number(set, hash, timeline_set_partition(set, hash), key, at, state);
}

/* Adds an event of an item that has a text as its key. */
static inline void
timeline_set_add_text(TimelineSet *set, const char *key, uint32 len, int64 at, uint32 state)
{
	uint64		word = timeline_set_event_word(at, state);
	uint64		first_bytes,
				last_bytes;
	uint32		hash;
	Size		size = SET_TEXT_RECORD + (len < SET_LONG_TEXT ? len : 4 + (Size) len) + timeline_set_long_size(word);
	char	   *record;

	timeline_set_ends(key, len, &first_bytes, &last_bytes);
	hash = (uint32) (timeline_set_hash_text(key, len, first_bytes, last_bytes) >> 32);
	record = timeline_set_append(set, hash, timeline_set_partition(set, hash), size);
	memcpy(record, &word, 8);
	memcpy(record + 8, &hash, 4);
	if (likely(len >= 8 && len <= 16))
	{
		record[12] = (char) len;
		memcpy(record + SET_TEXT_RECORD, &first_bytes, 8);
		memcpy(record + SET_TEXT_RECORD + len - 8, &last_bytes, 8);
	}
	else if (len < SET_LONG_TEXT)
	{
		record[12] = (char) len;
		memcpy(record + SET_TEXT_RECORD, key, len);
	}
	else
	{
		record[12] = (char) SET_LONG_TEXT;
		memcpy(record + SET_TEXT_RECORD, &len, 4);
		memcpy(record + SET_TEXT_RECORD + 4, key, len);
	}
	if (timeline_set_is_long(word))
		timeline_set_write_long(record + size - SET_LONG_SIZE, at, state);
}

/* A record, read. */
typedef struct SetRecord
{
	Size		size;			/* in the partition */
	uint32		hash;
	int64		number;			/* key, or */
	const char *text;			/* key */
	uint32		text_len;
	int64		at;
	uint32		state;
} SetRecord;

/* Reads the record that lies there. */
static pg_attribute_always_inline void
timeline_set_record(const char *p, bool text_keys, SetRecord *record)
{
	uint64		word;

	memcpy(&word, text_keys ? p : p + 8, 8);
	if (!text_keys)
	{
		record->size = SET_NUMBER_RECORD;
		memcpy(&record->number, p, 8);
		record->hash = timeline_set_hash_number(record->number);
	}
	else
	{
		memcpy(&record->hash, p + 8, 4);
		record->text_len = (uint8) p[12];
		record->text = p + SET_TEXT_RECORD;
		if (unlikely(record->text_len == SET_LONG_TEXT))
		{
			memcpy(&record->text_len, record->text, 4);
			record->text += 4;
		}
		record->size = record->text + record->text_len - p;
	}
	record->at = (int64) word >> SET_STATE_BITS;
	record->state = word & SET_STATE_MASK;
	if (likely(record->state < SET_LONG_EVENT))
		return;
	if (record->state != SET_LONG_EVENT)
	{
		record->state |= ~(uint32) SET_STATE_MASK;
		return;
	}
	memcpy(&record->at, p + record->size, 8);
	memcpy(&record->state, p + record->size + 8, 4);
	record->size += SET_LONG_SIZE;
}

/* Adds an event of the item NULL. */
extern void timeline_set_add_null(TimelineSet *set, int64 at, uint32 state);

/*----------
 * Reading.
 *----------
 */

typedef struct TimelineSetReader TimelineSetReader;

/* What there is of an item's rows, be they events or not. */
typedef struct SetSummary
{
	int64		num_rows;
	int64		num_times;
	int64		num_states;
	int64		first;			/* time, if there is one */
	int64		last;
} SetSummary;

/* An item of a set. What it points to is valid until the next one is read. */
typedef struct SetItem
{
	bool		is_null;		/* the item NULL */
	int64		number;			/* its key, or */
	const char *text;			/* its key, not terminated */
	uint32		text_len;
	const Timeline *timeline;	/* NULL if it has no event */
	const SetSummary *summary;	/* NULL unless the set is summarized */
} SetItem;

/*
 * Reads the items of a set, each once, in no particular order. Several readers may read one
 * set at the same time; nothing may be added to it any more. The reader allocates in the
 * given context and its children.
 */
extern TimelineSetReader *timeline_set_read(TimelineSet *set, MemoryContext context);
extern bool timeline_set_next(TimelineSetReader *reader, SetItem *item);

/* Frees the reader, its memory and its temporary files. */
extern void timeline_set_read_end(TimelineSetReader *reader);

/* Closes the reader's temporary files only; the set may be gone by now. */
extern void timeline_set_read_close(TimelineSetReader *reader);

/*----------
 * Flat sets.
 *----------
 */

#define FLAT_TIMELINES_VERSION	1

/*
 * All items and their timelines, each thing on a multiple of 4 bytes: each item's key (8
 * bytes; or length, 4 bytes, and bytes) and timeline, which is a varlena without content if
 * the item has no event. The item NULL is the last one and has no key.
 */
typedef struct FlatTimelines
{
	int32		vl_len_;		/* varlena header */
	uint8		version;
	uint8		text_keys;
	uint8		null_item;		/* there is an item NULL */
	uint8		unused;			/* always zero */
	uint32		num_items;		/* that one included */
	char		data[FLEXIBLE_ARRAY_MEMBER];
} FlatTimelines;

/*
 * The flat form of a set, kept with it. From then on the partitions are not needed: they are
 * freed if nobody reads them. 54000 if it would take more than 1 GB.
 */
extern const FlatTimelines *timeline_set_flat(TimelineSet *set);

/* As timeline_set_read. */
extern TimelineSetReader *timeline_set_read_flat(const FlatTimelines *flat, MemoryContext context);

#endif							/* VSM_TIMELINE_SET_H */
