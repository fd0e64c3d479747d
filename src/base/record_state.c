/*
 * record_state.c
 *		The state of an aggregate that collects records about named things.
 */
#include "postgres.h"

#include "base/compat.h"
#include "base/record_state.h"
#include "miscadmin.h"
#include "utils/memutils.h"

/*
 * A slot of the hash table, addressed by the highest bits of the hash: when the table grows,
 * going through the old slots in order then fills the new ones in order, too, and the memory
 * is read and written sequentially. Offset 0 (the header) marks an empty slot.
 */
typedef struct NameSlot
{
	uint32		hash;
	uint32		offset;			/* of the RecordName, from the beginning of the state */
} NameSlot;

#define MIN_SLOT_BITS	4
#define MAX_SLOT_BITS	26		/* 512 MB: more names than fit beside it */
#define MIN_DATA		512		/* bytes for names and records at the beginning */

/* How full the table may be, in eighths. */
#define MAX_LOAD_EIGHTHS	5
#define MAX_LOAD_AT_LIMIT	7	/* when the state cannot grow any more */

/*
 * A graph where each name has many edges is likely to hold the same edges many times (events
 * delivered again and again): then duplicates are removed before memory is asked for.
 */
#define DUPLICATES_RATIO	4
#define DUPLICATES_MIN		1024

static inline Size
slots_size(uint32 slot_bits)
{
	return sizeof(NameSlot) << slot_bits;
}

static inline Size
records_size(const RecordState *state)
{
	return (Size) state->num_records * state->record_words * sizeof(uint32);
}

static inline NameSlot *
state_slots(const RecordState *state)
{
	return (NameSlot *) ((char *) state + VARSIZE(state) - slots_size(state->slot_bits));
}

const uint32 *
record_state_records(const RecordState *state)
{
	return (const uint32 *) ((char *) state_slots(state) - records_size(state));
}

static inline Size
free_space(const RecordState *state)
{
	return VARSIZE(state) - slots_size(state->slot_bits) - records_size(state) - state->head.used;
}

/*
 * A multiplicative hash of eight bytes at a time. It never leaves the process except inside a
 * partial state, which stays on the same machine; states are sent elsewhere as text or in the
 * binary form.
 */
static inline uint32
hash_bytes_of_name(const char *name, uint32 len)
{
	uint64		hash = len;
	uint64		word;

	while (len >= sizeof(word))
	{
		memcpy(&word, name, sizeof(word));
		hash = (hash ^ word) * UINT64CONST(0x9E3779B97F4A7C15);
		hash ^= hash >> 32;
		name += sizeof(word);
		len -= sizeof(word);
	}
	if (len > 0)
	{
		word = 0;
		memcpy(&word, name, len);
		hash = (hash ^ word) * UINT64CONST(0x9E3779B97F4A7C15);
		hash ^= hash >> 32;
	}
	return (uint32) ((hash * UINT64CONST(0xD6E8FEB86659FD93)) >> 32);
}

RecordState *
record_state_new(const FlatFormat *format, uint32 record_words)
{
	Size		size = MAXALIGN(sizeof(RecordState) + MIN_DATA + slots_size(MIN_SLOT_BITS));
	RecordState *state;

	state = (RecordState *) flat_state_new(sizeof(RecordState), size, format);
	state->record_words = record_words;
	state->slot_bits = MIN_SLOT_BITS;
	return state;
}

static int
compare_records(const void *a, const void *b, void *words)
{
	const uint32 *left = a;
	const uint32 *right = b;

	CHECK_FOR_INTERRUPTS();
	for (uint32 i = 0; i < *(uint32 *) words; i++)
	{
		if (left[i] != right[i])
			return left[i] < right[i] ? -1 : 1;
	}
	return 0;
}

/* Leaves each record once. They end at the slots, so the ones that are left move up there. */
static void
remove_duplicates(RecordState *state)
{
	uint32		words = state->record_words;
	Size		record_size = words * sizeof(uint32);
	uint32	   *records = unconstify(uint32 *, record_state_records(state));
	uint32		kept = 0;

	if (state->num_records == 0)
		return;
	qsort_arg(records, state->num_records, record_size, compare_records, &words);
	for (uint32 i = state->num_records; i-- > 0;)
	{
		uint32	   *record = records + (Size) i * words;
		uint32	   *last_kept = records + (Size) (state->num_records - kept) * words;

		if (kept == 0 || memcmp(record, last_kept, record_size) != 0)
		{
			memmove(last_kept - words, record, record_size);
			kept++;
		}
	}
	state->num_records = kept;
}

/*
 * The size of a state for extra bytes more: twice the data, and a table for twice the names.
 * 54000 if there is none.
 */
static Size
larger_size(const RecordState *old, Size extra, uint32 *slot_bits)
{
	Size		data = old->head.used + records_size(old) + extra;
	Size		data_size = data * 2;

	*slot_bits = old->slot_bits;
	while (*slot_bits < MAX_SLOT_BITS &&
		   (((uint64) 1 << *slot_bits) * MAX_LOAD_EIGHTHS) / 8 < (uint64) (old->num_names + 1) * 2)
		(*slot_bits)++;
	if (data_size + slots_size(*slot_bits) > MaxAllocSize)
	{
		/* The last stretch: a fuller table, and all that is left for data. */
		*slot_bits = old->slot_bits;
		while ((((uint64) 1 << *slot_bits) * MAX_LOAD_AT_LIMIT) / 8 <= old->num_names + 1)
			(*slot_bits)++;
		if (*slot_bits > MAX_SLOT_BITS || data + slots_size(*slot_bits) > MaxAllocSize)
			ereport(ERROR,
					(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
					 errmsg("too much data for one group"),
					 errdetail("Its names and what links them would take more than %d bytes.",
							   (int) MaxAllocSize)));
		data_size = MaxAllocSize - slots_size(*slot_bits);
	}
	return MAXALIGN_DOWN(data_size + slots_size(*slot_bits));
}

/*
 * Copies the state into a larger one, so much larger that the number of copies is logarithmic.
 */
static RecordState *
grow(const RecordState *old, Size extra)
{
	uint32		slot_bits;
	Size		size;
	RecordState *state;
	NameSlot   *old_slots = state_slots(old);
	NameSlot   *slots;
	uint32		old_count = (uint32) 1 << old->slot_bits;
	uint32		mask;

	CHECK_FOR_INTERRUPTS();
	size = larger_size(old, extra, &slot_bits);

	/* Every byte is written: a value may be copied, hashed or stored as a whole. */
	state = palloc(size);
	memcpy(state, old, old->head.used);
	SET_VARSIZE(state, size);
	state->slot_bits = slot_bits;
	slots = state_slots(state);
	{
		char	   *records = (char *) slots - records_size(old);

		memset((char *) state + state->head.used, 0, records - ((char *) state + state->head.used));
		memcpy(records, record_state_records(old), records_size(old));
	}
	if (slot_bits == old->slot_bits)
	{
		memcpy(slots, old_slots, slots_size(slot_bits));
		return state;
	}
	memset(slots, 0, slots_size(slot_bits));
	mask = ((uint32) 1 << slot_bits) - 1;
	for (uint32 i = 0; i < old_count; i++)
	{
		if (old_slots[i].offset != 0)
		{
			uint32		at = old_slots[i].hash >> (32 - slot_bits);

			while (slots[at].offset != 0)
				at = (at + 1) & mask;
			slots[at] = old_slots[i];
		}
	}
	return state;
}

/* Whether one more name needs a larger table. At the limit of memory it may be fuller. */
static inline bool
table_is_full(const RecordState *state)
{
	uint32		load = VARSIZE(state) > MaxAllocSize - 2 * MAXIMUM_ALIGNOF ?
		MAX_LOAD_AT_LIMIT : MAX_LOAD_EIGHTHS;

	return ((uint64) state->num_names + 1) * 8 > ((uint64) load << state->slot_bits);
}

/* Makes room for extra bytes of names or records. */
static void
reserve(RecordState **state, Size extra)
{
	if (free_space(*state) >= extra)
		return;
	if ((*state)->num_records >= DUPLICATES_MIN &&
		((*state)->num_records / DUPLICATES_RATIO >= (*state)->num_names ||
		 VARSIZE(*state) > MaxAllocSize / 2))
	{
		uint32		before = (*state)->num_records;

		remove_duplicates(*state);
		if ((*state)->num_records <= before / 2 && free_space(*state) >= extra)
			return;
	}
	*state = grow(*state, extra);
}

/* The number of a name whose bytes are as the state keeps them. */
static uint32
number_of_name(RecordState **state_pointer, const char *bytes, uint32 len, uint32 packed)
{
	RecordState *state = *state_pointer;
	uint32		hash = hash_bytes_of_name(bytes, len);
	Size		size = INTALIGN(offsetof(RecordName, bytes) + (Size) len);
	NameSlot   *slots = state_slots(state);
	uint32		mask = ((uint32) 1 << state->slot_bits) - 1;
	uint32		at = hash >> (32 - state->slot_bits);
	RecordName *entry;

	while (slots[at].offset != 0)
	{
		if (slots[at].hash == hash)
		{
			entry = (RecordName *) ((char *) state + slots[at].offset);
			if (entry->size == (len | packed) && memcmp(entry->bytes, bytes, len) == 0)
				return entry->number;
		}
		at = (at + 1) & mask;
	}

	/* A new name. If the state has to grow, the slot is looked for again. */
	if (table_is_full(state) || free_space(state) < size)
	{
		if (table_is_full(state))
			state = grow(state, size);
		else
			reserve(&state, size);
		*state_pointer = state;
		slots = state_slots(state);
		mask = ((uint32) 1 << state->slot_bits) - 1;
		at = hash >> (32 - state->slot_bits);
		while (slots[at].offset != 0)
			at = (at + 1) & mask;
	}
	slots[at].hash = hash;
	slots[at].offset = state->head.used;
	entry = (RecordName *) ((char *) state + state->head.used);
	entry->number = state->num_names++;
	entry->size = len | packed;
	memcpy(entry->bytes, bytes, len);
	state->head.used += size;
	return entry->number;
}

uint32
record_state_name(RecordState **state, const char *name, uint32 len)
{
	char		packed[HEX_NAME_MAX / 2];

	if (hex_name_pack(name, len, packed))
		return number_of_name(state, packed, len / 2, RECORD_NAME_PACKED);
	return number_of_name(state, name, len, 0);
}

void
record_state_add(RecordState **state, const uint32 *record)
{
	Size		size = (*state)->record_words * sizeof(uint32);

	reserve(state, size);
	(*state)->num_records++;
	memcpy(unconstify(uint32 *, record_state_records(*state)), record, size);
}

void
record_state_merge(RecordState **state, const RecordState *other, uint32 name_mask)
{
	uint32	   *numbers = palloc_extended(sizeof(uint32) * (Size) Max(other->num_names, 1), MCXT_ALLOC_HUGE);
	const RecordName *name = record_state_first_name(other);
	const uint32 *records = record_state_records(other);
	uint32		words = other->record_words;
	uint32	   *record = palloc(words * sizeof(uint32));

	for (uint32 i = 0; i < other->num_names; i++)
	{
		numbers[i] = number_of_name(state, name->bytes, record_name_size(name),
									name->size & RECORD_NAME_PACKED);
		name = record_state_next_name(name);
		if ((i & 0xffff) == 0)
			CHECK_FOR_INTERRUPTS();
	}
	for (uint32 i = 0; i < other->num_records; i++)
	{
		for (uint32 k = 0; k < words; k++)
		{
			uint32		word = records[(Size) i * words + k];

			record[k] = (name_mask & (1 << k)) && word != NO_NAME ? numbers[word] : word;
		}
		record_state_add(state, record);
		if ((i & 0xffff) == 0)
			CHECK_FOR_INTERRUPTS();
	}
	pfree(record);
	pfree(numbers);
}
