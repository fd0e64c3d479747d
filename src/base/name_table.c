/*
 * name_table.c
 *		Distinct names as they lie in stored graphs and releases.
 *
 * Layout, in 4-byte words: num_names, hex_bytes, then either num_names times hex_bytes packed
 * bytes, or num_names + 1 offsets and the bytes of the names; padded to a word.
 */
#include "postgres.h"

#include "base/compat.h"
#include "base/name_table.h"
#include "miscadmin.h"
#include "port/pg_bswap.h"
#include "utils/json.h"

/* A name while it is sorted: eight of its bytes as a number, so that most comparisons see no name. */
typedef struct NameKey
{
	uint64		key;
	uint32		offset;			/* of the name in the state */
	uint32		number;
} NameKey;

/* Fewer names than this are sorted by comparing, more by digits. */
#define RADIX_MIN	512

#define ST_SORT sort_name_keys
#define ST_ELEMENT_TYPE NameKey
#define ST_COMPARE(a, b) ((a)->key < (b)->key ? -1 : (a)->key > (b)->key)
#define ST_SCOPE static
#define ST_DEFINE
#include "lib/sort_template.h"

/*
 * Eight bytes of a name from depth on as a number that compares like them, zeros behind the
 * end. In a table of packed names these are packed bytes, else those of the name itself.
 */
static inline uint64
key_at(const RecordName *name, uint32 depth, bool packed)
{
	char		buffer[HEX_NAME_MAX];
	uint32		len = packed ? record_name_size(name) : record_name_len(name);
	const char *bytes = packed ? name->bytes : record_name_bytes(name, buffer);
	uint64		word = 0;

	if (len >= depth + sizeof(word))
		memcpy(&word, bytes + depth, sizeof(word));
	else if (len > depth)
		memcpy(&word, bytes + depth, len - depth);
	return pg_hton64(word);
}

/*
 * Sorts keys by their eight bytes, last byte first. Bytes that all keys share are skipped.
 * The result is in keys.
 */
static void
radix_sort(NameKey *keys, NameKey *scratch, uint32 count)
{
	uint32		(*histogram)[256] = palloc0(sizeof(uint32) * 8 * 256);
	NameKey    *from = keys;
	NameKey    *to = scratch;

	for (uint32 i = 0; i < count; i++)
	{
		for (int byte = 0; byte < 8; byte++)
			histogram[byte][(keys[i].key >> (byte * 8)) & 0xff]++;
	}
	for (int byte = 0; byte < 8; byte++)
	{
		uint32	   *next = histogram[byte];
		uint32		sum = 0;
		int			shift = byte * 8;
		NameKey    *swap;

		CHECK_FOR_INTERRUPTS();
		if (next[(from[0].key >> shift) & 0xff] == count)
			continue;
		for (int value = 0; value < 256; value++)
		{
			uint32		n = next[value];

			next[value] = sum;
			sum += n;
		}
		for (uint32 i = 0; i < count; i++)
			to[next[(from[i].key >> shift) & 0xff]++] = from[i];
		swap = from;
		from = to;
		to = swap;
	}
	if (from != keys)
		memcpy(keys, from, sizeof(NameKey) * (Size) count);
	pfree(histogram);
}

/*
 * Sorts names that are equal up to depth. Names are distinct, and hold no zero byte or are
 * equally long, so those that agree in eight bytes go on behind them. The largest group is the next round of the loop
 * and only the others are recursed into, so the stack is logarithmic whatever the names.
 */
static void
sort_names(const RecordState *state, NameKey *keys, NameKey *scratch, uint32 count,
		   uint32 depth, bool packed)
{
	while (count > 1)
	{
		uint32		start = 0;
		uint32		largest = 0;
		uint32		largest_count = 0;

		for (uint32 i = 0; i < count; i++)
			keys[i].key = key_at(record_state_name_at(state, keys[i].offset), depth, packed);
		CHECK_FOR_INTERRUPTS();
		if (count < RADIX_MIN)
			sort_name_keys(keys, count);
		else
			radix_sort(keys, scratch, count);

		depth += sizeof(uint64);
		for (uint32 i = 1; i <= count; i++)
		{
			if (i < count && keys[i].key == keys[start].key)
				continue;
			if (i - start > largest_count)
			{
				if (largest_count > 1)
					sort_names(state, keys + largest, scratch, largest_count, depth, packed);
				largest = start;
				largest_count = i - start;
			}
			else if (i - start > 1)
				sort_names(state, keys + start, scratch, i - start, depth, packed);
			start = i;
		}
		keys += largest;
		count = largest_count;
	}
}

void
name_order_init(NameOrder *order, const RecordState *state)
{
	uint32		count = state->num_names;
	NameKey    *keys = palloc_extended(sizeof(NameKey) * ((Size) count + 1), MCXT_ALLOC_HUGE);
	NameKey    *scratch = palloc_extended(sizeof(NameKey) * ((Size) count + 1), MCXT_ALLOC_HUGE);
	const RecordName *name = record_state_first_name(state);
	uint32		size = count > 0 ? name->size : 0;
	bool		packed = (size & RECORD_NAME_PACKED) != 0;

	order->num_names = count;
	order->text_bytes = 0;
	for (uint32 i = 0; i < count; i++)
	{
		keys[i].offset = (const char *) name - (const char *) state;
		keys[i].number = i;
		order->text_bytes += record_name_len(name);
		packed = packed && name->size == size;
		name = record_state_next_name(name);
	}
	order->hex_bytes = packed ? size & ~RECORD_NAME_PACKED : 0;
	sort_names(state, keys, scratch, count, 0, packed);

	order->by_name = palloc_extended(sizeof(uint32) * ((Size) count + 1), MCXT_ALLOC_HUGE);
	order->rank = palloc_extended(sizeof(uint32) * ((Size) count + 1), MCXT_ALLOC_HUGE);
	for (uint32 i = 0; i < count; i++)
	{
		order->by_name[i] = keys[i].number;
		order->rank[keys[i].number] = i;
	}
	pfree(scratch);
	pfree(keys);
}

Size
name_table_size(const NameOrder *order)
{
	Size		size = 2 * sizeof(uint32);

	if (order->hex_bytes > 0)
		size += (Size) order->num_names * order->hex_bytes;
	else
		size += ((Size) order->num_names + 1) * sizeof(uint32) + order->text_bytes;
	return INTALIGN(size);
}

void
name_table_write(char *table, const NameOrder *order, const RecordState *state, const uint32 *place)
{
	uint32	   *words = (uint32 *) table;
	const RecordName *name = record_state_first_name(state);
	uint32	   *starts = words + 2;
	char	   *bytes;

	words[0] = order->num_names;
	words[1] = order->hex_bytes;
	if (order->hex_bytes > 0)
	{
		bytes = (char *) (words + 2);
		for (uint32 i = 0; i < order->num_names; i++)
		{
			memcpy(bytes + (Size) place[i] * order->hex_bytes, name->bytes, order->hex_bytes);
			name = record_state_next_name(name);
		}
		return;
	}

	bytes = (char *) (starts + order->num_names + 1);
	for (uint32 i = 0; i < order->num_names; i++)
	{
		starts[place[i] + 1] = record_name_len(name);
		name = record_state_next_name(name);
	}
	CHECK_FOR_INTERRUPTS();
	for (uint32 i = 0; i < order->num_names; i++)
		starts[i + 1] += starts[i];
	name = record_state_first_name(state);
	for (uint32 i = 0; i < order->num_names; i++)
	{
		char		buffer[HEX_NAME_MAX];

		memcpy(bytes + starts[place[i]], record_name_bytes(name, buffer), record_name_len(name));
		name = record_state_next_name(name);
	}
}

void
name_table_open(NameTable *table, const char *at, const uint32 *by_name)
{
	const uint32 *words = (const uint32 *) at;

	table->num_names = words[0];
	table->hex_bytes = words[1];
	table->starts = words + 2;
	table->bytes = (const char *) (words + 2);
	if (table->hex_bytes == 0)
		table->bytes += ((Size) table->num_names + 1) * sizeof(uint32);
	table->by_name = by_name;
}

/* Compares a name as it is with one of a table that is not packed. */
static inline int
compare_names(const char *a, uint32 a_len, const char *b, uint32 b_len)
{
	int			order = memcmp(a, b, Min(a_len, b_len));

	if (order == 0)
		order = a_len < b_len ? -1 : a_len > b_len;
	return order;
}

int
name_table_compare(const NameTable *table, uint32 a, uint32 b)
{
	if (table->hex_bytes > 0)
		return memcmp(table->bytes + (Size) a * table->hex_bytes,
					  table->bytes + (Size) b * table->hex_bytes, table->hex_bytes);
	return compare_names(table->bytes + table->starts[a], table->starts[a + 1] - table->starts[a],
						 table->bytes + table->starts[b], table->starts[b + 1] - table->starts[b]);
}

uint32
name_table_find(const NameTable *table, const char *name, uint32 len)
{
	char		packed[HEX_NAME_MAX / 2];
	uint32		low = 0;
	uint32		high = table->num_names;

	if (table->hex_bytes > 0)
	{
		if (len != table->hex_bytes * 2 || !hex_name_pack(name, len, packed))
			return NO_NAME;
	}
	while (low < high)
	{
		uint32		middle = low + (high - low) / 2;
		uint32		place = name_table_nth(table, middle);
		int			order;

		if (table->hex_bytes > 0)
			order = memcmp(packed, table->bytes + (Size) place * table->hex_bytes, table->hex_bytes);
		else
			order = compare_names(name, len, table->bytes + table->starts[place],
								  table->starts[place + 1] - table->starts[place]);
		if (order == 0)
			return place;
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NO_NAME;
}

const char *
name_table_get(const NameTable *table, uint32 place, char *buffer, uint32 *len)
{
	if (table->hex_bytes == 0)
	{
		*len = table->starts[place + 1] - table->starts[place];
		return table->bytes + table->starts[place];
	}
	*len = table->hex_bytes * 2;
	hex_name_unpack(table->bytes + (Size) place * table->hex_bytes, *len, buffer);
	return buffer;
}

uint32 *
name_table_add_to(const NameTable *table, RecordState **state)
{
	uint32	   *numbers = palloc_extended(sizeof(uint32) * ((Size) table->num_names + 1), MCXT_ALLOC_HUGE);

	for (uint32 place = 0; place < table->num_names; place++)
	{
		char		buffer[HEX_NAME_MAX];
		uint32		len;
		const char *name = name_table_get(table, place, buffer, &len);

		numbers[place] = record_state_name(state, name, len);
		if ((place & 0xffff) == 0)
			CHECK_FOR_INTERRUPTS();
	}
	return numbers;
}

void
name_table_append_json(StringInfo buf, const NameTable *table, uint32 place)
{
	char		buffer[HEX_NAME_MAX];
	uint32		len;
	const char *name = name_table_get(table, place, buffer, &len);
	bool		plain = true;
	char	   *terminated;

	for (uint32 i = 0; i < len && plain; i++)
		plain = (unsigned char) name[i] >= ' ' && name[i] != '"' && name[i] != '\\';
	if (plain)
	{
		appendStringInfoCharMacro(buf, '"');
		appendBinaryStringInfo(buf, name, len);
		appendStringInfoCharMacro(buf, '"');
		return;
	}
	terminated = pnstrdup(name, len);
	escape_json(buf, terminated);
	pfree(terminated);
}
