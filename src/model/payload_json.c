/*
 * payload_json.c
 *		JSON text made jsonb in two passes.
 *
 * The first finds where values begin and end, eight bytes each; the second writes them, the
 * members of an object in their order, to where they stay. So nothing is copied but once, and
 * memory is that of the result and the list of values.
 */
#include "postgres.h"

#include "base/compat.h"
#include "model/payload_json.h"
#include "utils/numeric.h"

/* Longer text may be more than a jsonb can hold. */
#define MAX_TEXT_LENGTH	(16 * 1024 * 1024)
#define MAX_DEPTH		200
/* Whole numbers that an int64 surely holds. */
#define MAX_INT_DIGITS	18

typedef enum NodeType
{
	NODE_NULL,
	NODE_FALSE,
	NODE_TRUE,
	NODE_STRING,
	NODE_ESCAPED,				/* a string with escapes */
	NODE_INTEGER,
	NODE_DECIMAL,
	NODE_ARRAY,
	NODE_OBJECT
} NodeType;

/* A value or key, in the order of the text: the children of an array or object follow it. */
typedef struct JsonNode
{
	uint32		start;			/* where its text begins; of an array or object: how many values it has */
	uint32		type:4,
				size:28;		/* length of its text; of an array or object: the node behind its last child */
} JsonNode;

typedef struct Nodes
{
	const char *text;
	JsonNode	   *nodes;
	uint32		count;
	uint32		room;
	Size		size;			/* the jsonb is not larger */
} Nodes;

static inline JsonNode *
add_node(Nodes *nodes, NodeType type, uint32 start, uint32 size)
{
	JsonNode	   *node;

	if (nodes->count == nodes->room)
	{
		nodes->room *= 2;
		nodes->nodes = repalloc_huge(nodes->nodes, nodes->room * sizeof(JsonNode));
	}
	node = &nodes->nodes[nodes->count++];
	node->type = type;
	node->start = start;
	node->size = size;
	return node;
}

/* Bytes that end a run of plain characters in a string: quote, backslash, control characters. */
#define BYTES(byte)		(UINT64CONST(0x0101010101010101) * (byte))
#define ZERO_BYTES(word)	(((word) - BYTES(0x01)) & ~(word) & BYTES(0x80))

static inline bool
has_special(uint64 word)
{
	return (ZERO_BYTES(word ^ BYTES('"')) | ZERO_BYTES(word ^ BYTES('\\')) |
			((word - BYTES(0x20)) & ~word & BYTES(0x80))) != 0;
}

static inline int
hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
		return (c | 0x20) - 'a' + 10;
	return -1;
}

/* The code unit of \uXXXX whose digits begin at p, or -1. */
static int
code_unit(const char *p, const char *end)
{
	int			unit = 0;

	if (end - p < 4)
		return -1;
	for (int i = 0; i < 4; i++)
	{
		int			value = hex_value(p[i]);

		if (value < 0)
			return -1;
		unit = unit * 16 + value;
	}
	return unit;
}

/*
 * What the escape behind the backslash before p says, and how many bytes it takes there; -1 if it
 * is none, or one that text cannot hold.
 */
static int
escaped_character(const char *p, const char *end, int *length)
{
	int			unit;
	int			low;

	*length = 1;
	if (p >= end)
		return -1;
	switch (*p)
	{
		case '"':
		case '\\':
		case '/':
			return *p;
		case 'b':
			return '\b';
		case 'f':
			return '\f';
		case 'n':
			return '\n';
		case 'r':
			return '\r';
		case 't':
			return '\t';
		case 'u':
			break;
		default:
			return -1;
	}
	unit = code_unit(p + 1, end);
	*length = 5;
	if (unit < 0x80)
		return unit > 0 ? unit : -1;
	if (GetDatabaseEncoding() != PG_UTF8 || (unit >= 0xDC00 && unit < 0xE000))
		return -1;
	if (unit < 0xD800 || unit >= 0xE000)
		return unit;
	if (end - p < 11 || p[5] != '\\' || p[6] != 'u')
		return -1;
	low = code_unit(p + 7, end);
	if (low < 0xDC00 || low >= 0xE000)
		return -1;
	*length = 11;
	return 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
}

/* The quote that ends the string whose text begins at p, or NULL; escaped: whether it has escapes. */
static const char *
string_end(const char *p, const char *end, bool *escaped)
{
	*escaped = false;
	for (;;)
	{
		uint64		word;
		int			length;

		while (end - p >= 8)
		{
			memcpy(&word, p, 8);
			if (has_special(word))
				break;
			p += 8;
		}
		while (p < end && *p != '"' && *p != '\\' && (unsigned char) *p >= 0x20)
			p++;
		if (p == end || (unsigned char) *p < 0x20)
			return NULL;
		if (*p == '"')
			return p;
		*escaped = true;
		if (escaped_character(p + 1, end, &length) < 0)
			return NULL;
		p += 1 + length;
	}
}

/* The end of the number that begins at p, or NULL if it is none that can be read here. */
static const char *
number_end(const char *p, const char *end, bool *whole)
{
	const char *digits;

	if (p < end && *p == '-')
		p++;
	digits = p;
	while (p < end && *p >= '0' && *p <= '9')
		p++;
	if (p == digits || (*digits == '0' && p - digits > 1))
		return NULL;
	*whole = p - digits <= MAX_INT_DIGITS;
	if (p < end && *p == '.')
	{
		const char *fraction = ++p;

		*whole = false;
		while (p < end && *p >= '0' && *p <= '9')
			p++;
		if (p == fraction)
			return NULL;
	}
	if (p < end && (*p == 'e' || *p == 'E'))
		return NULL;
	return p;
}

static inline const char *
skip_blanks(const char *p, const char *end)
{
	while (p < end && (*p == ' ' || *p == '\n' || *p == '\t' || *p == '\r'))
		p++;
	return p;
}

/* Adds the key at p, and returns where its value begins; NULL if there is none that can be read here. */
static inline const char *
read_key(Nodes *nodes, const char *text, const char *p, const char *end)
{
	const char *start = p + 1;
	bool		escaped;

	if (p == end || *p != '"')
		return NULL;
	p = string_end(start, end, &escaped);
	if (p == NULL || escaped)
		return NULL;
	add_node(nodes, NODE_STRING, start - text, p - start);
	nodes->size += p - start + sizeof(JEntry);
	p = skip_blanks(p + 1, end);
	return p == end || *p != ':' ? NULL : skip_blanks(p + 1, end);
}

/* Adds the value at p, which is no array and no object, and returns where it ends; NULL if it cannot be read here. */
static inline const char *
read_scalar(Nodes *nodes, const char *text, const char *p, const char *end)
{
	const char *start = p;
	bool		flag;

	switch (*p)
	{
		case '"':
			p = string_end(++start, end, &flag);
			if (p == NULL)
				return NULL;
			add_node(nodes, flag ? NODE_ESCAPED : NODE_STRING, start - text, p - start);
			nodes->size += p - start;
			return p + 1;
		case 't':
			if (end - p < 4 || memcmp(p, "true", 4) != 0)
				return NULL;
			add_node(nodes, NODE_TRUE, 0, 0);
			return p + 4;
		case 'f':
			if (end - p < 5 || memcmp(p, "false", 5) != 0)
				return NULL;
			add_node(nodes, NODE_FALSE, 0, 0);
			return p + 5;
		case 'n':
			if (end - p < 4 || memcmp(p, "null", 4) != 0)
				return NULL;
			add_node(nodes, NODE_NULL, 0, 0);
			return p + 4;
		default:
			p = number_end(p, end, &flag);
			if (p == NULL)
				return NULL;
			add_node(nodes, flag ? NODE_INTEGER : NODE_DECIMAL, start - text, p - start);
			/* padding, header, two bytes for four digits and two more where the point cuts them */
			nodes->size += 3 + 16 + (p - start);
			return p;
	}
}

/* Finds all values; false if the text has to be looked at more closely. */
static bool
find_values(Nodes *nodes, const char *text, const char *end)
{
	uint32		open[MAX_DEPTH];	/* the arrays and objects that p is in */
	int			depth = 0;
	const char *p = skip_blanks(text, end);
	bool		in_object = false;

	if (p == end || (*p != '{' && *p != '['))
		return false;
	for (;;)
	{
		/* A value, in an object behind its key. */
		if (in_object && (p = read_key(nodes, text, p, end)) == NULL)
			return false;
		if (p == end)
			return false;
		nodes->size += sizeof(JEntry);
		switch (*p)
		{
			case '{':
			case '[':
				if (depth == MAX_DEPTH)
					return false;
				in_object = *p == '{';
				open[depth++] = nodes->count;
				add_node(nodes, in_object ? NODE_OBJECT : NODE_ARRAY, 0, 0);
				nodes->size += 3 + sizeof(uint32);
				p = skip_blanks(p + 1, end);
				if (p == end)
					return false;
				if (*p != (in_object ? '}' : ']'))
					continue;
				/* It is empty: not the value of the one that it is. */
				nodes->nodes[open[depth - 1]].start--;
				goto value_done;
			default:
				p = read_scalar(nodes, text, p, end);
				if (p == NULL)
					return false;
		}
value_done:
		/* What follows a value: the next one, or the end of those that it is the last of. */
		for (;;)
		{
			JsonNode	   *container = &nodes->nodes[open[depth - 1]];

			container->start++;
			p = skip_blanks(p, end);
			if (p == end)
				return false;
			if (*p == ',')
			{
				p = skip_blanks(p + 1, end);
				break;
			}
			if (*p != (in_object ? '}' : ']'))
				return false;
			CHECK_FOR_INTERRUPTS();
			container->size = nodes->count;
			p++;
			if (--depth == 0)
				return skip_blanks(p, end) == end;
			in_object = nodes->nodes[open[depth - 1]].type == NODE_OBJECT;
		}
	}
}

/* A member of an object. */
typedef struct Member
{
	uint32		key;			/* where the text of its key begins */
	uint32		length;
	uint32		value;			/* its node */
} Member;

typedef struct Output
{
	const char *text;
	const JsonNode *nodes;
	PayloadDecimal decimal;
	char	   *data;
	uint32		len;
	Member	   *members;		/* those of the objects that are being written */
	uint32		member_count;
	uint32		member_room;
} Output;

/* In the order of jsonb: the shorter key first; of equal keys the last one, which is the one that counts. */
static inline int
compare_members(const Member *a, const Member *b, const char *text)
{
	int			compared;

	if (a->length != b->length)
		return a->length < b->length ? -1 : 1;
	compared = memcmp(text + a->key, text + b->key, a->length);
	if (compared == 0)
		compared = a->value > b->value ? -1 : 1;
	return compared;
}

#define ST_SORT sort_members
#define ST_ELEMENT_TYPE Member
#define ST_COMPARE_ARG_TYPE const char
#define ST_COMPARE(a, b, text) compare_members(a, b, text)
#define ST_SCOPE static
#define ST_DEFINE
#include "lib/sort_template.h"

static inline uint32
pad(Output *out)
{
	uint32		padding = INTALIGN(out->len) - out->len;

	memset(out->data + out->len, 0, padding);
	out->len += padding;
	return padding;
}

static uint32
write_escaped(char *target, const char *p, const char *end)
{
	char	   *start = target;

	while (p < end)
	{
		const char *backslash = memchr(p, '\\', end - p);
		int			plain = (backslash != NULL ? backslash : end) - p;
		int			length;
		int			character;

		memcpy(target, p, plain);
		target += plain;
		p += plain;
		if (p == end)
			break;
		character = escaped_character(p + 1, end, &length);
		p += 1 + length;
		if (character < 0x80)
			*target++ = character;
		else
		{
			if (character < 0x800)
				*target++ = 0xC0 | (character >> 6);
			else
			{
				if (character < 0x10000)
					*target++ = 0xE0 | (character >> 12);
				else
				{
					*target++ = 0xF0 | (character >> 18);
					*target++ = 0x80 | ((character >> 12) & 0x3F);
				}
				*target++ = 0x80 | ((character >> 6) & 0x3F);
			}
			*target++ = 0x80 | (character & 0x3F);
		}
	}
	return target - start;
}

static JEntry
write_number(Output *out, const JsonNode *node)
{
	const char *start = out->text + node->start;
	uint32		padding = pad(out);
	Numeric		number;
	uint32		size;

	if (node->type == NODE_INTEGER)
	{
		bool		negative = *start == '-';
		int64		value = 0;

		for (uint32 i = negative ? 1 : 0; i < node->size; i++)
			value = value * 10 + (start[i] - '0');
		number = int64_to_numeric(negative ? -value : value);
	}
	else
		number = out->decimal(start, node->size);
	size = VARSIZE_ANY(number);
	memcpy(out->data + out->len, number, size);
	out->len += size;
	pfree(number);
	return JENTRY_ISNUMERIC | (padding + size);
}

static JEntry write_container(Output *out, uint32 place);

static inline JEntry
write_value(Output *out, uint32 place)
{
	const JsonNode *node = &out->nodes[place];
	uint32		size;

	switch ((NodeType) node->type)
	{
		case NODE_NULL:
			return JENTRY_ISNULL;
		case NODE_FALSE:
			return JENTRY_ISBOOL_FALSE;
		case NODE_TRUE:
			return JENTRY_ISBOOL_TRUE;
		case NODE_STRING:
			memcpy(out->data + out->len, out->text + node->start, node->size);
			out->len += node->size;
			return JENTRY_ISSTRING | node->size;
		case NODE_ESCAPED:
			size = write_escaped(out->data + out->len, out->text + node->start, out->text + node->start + node->size);
			out->len += size;
			return JENTRY_ISSTRING | size;
		case NODE_INTEGER:
		case NODE_DECIMAL:
			return write_number(out, node);
		case NODE_ARRAY:
		case NODE_OBJECT:
			break;
	}
	return write_container(out, place);
}

static inline uint32
next_node(const JsonNode *nodes, uint32 place)
{
	return nodes[place].type >= NODE_ARRAY ? nodes[place].size : place + 1;
}

/* The entry of a child: of every so many where it ends, else its length. */
static inline void
write_entry(Output *out, uint32 entries, uint32 i, JEntry entry, uint32 *total)
{
	*total += JBE_OFFLENFLD(entry);
	if (i % JB_OFFSET_STRIDE == 0)
		entry = (entry & JENTRY_TYPEMASK) | *total | JENTRY_HAS_OFF;
	memcpy(out->data + entries + i * sizeof(JEntry), &entry, sizeof(JEntry));
}

/* The members of an object in their order, without those that a later one of the same key replaces. */
static uint32
order_members(Output *out, uint32 place, uint32 count)
{
	uint32		base = out->member_count;
	Member	   *members;
	uint32		kept = 0;
	bool		ordered = true;

	while (base + count > out->member_room)
	{
		out->member_room *= 2;
		out->members = repalloc_huge(out->members, out->member_room * sizeof(Member));
	}
	members = out->members + base;
	place++;
	for (uint32 i = 0; i < count; i++)
	{
		members[i].key = out->nodes[place].start;
		members[i].length = out->nodes[place].size;
		members[i].value = place + 1;
		if (i > 0 && compare_members(&members[i - 1], &members[i], out->text) > 0)
			ordered = false;
		place = next_node(out->nodes, place + 1);
	}
	if (!ordered)
		sort_members(members, count, out->text);
	for (uint32 i = 0; i < count; i++)
	{
		if (kept > 0 && members[kept - 1].length == members[i].length &&
			memcmp(out->text + members[kept - 1].key, out->text + members[i].key, members[i].length) == 0)
			continue;
		members[kept++] = members[i];
	}
	return kept;
}

static JEntry
write_container(Output *out, uint32 place)
{
	uint32		began = out->len;
	bool		is_object = out->nodes[place].type == NODE_OBJECT;
	uint32		count = out->nodes[place].start;
	uint32		base = out->member_count;
	uint32		header;
	uint32		entries;
	uint32		total = 0;

	CHECK_FOR_INTERRUPTS();
	if (is_object)
		count = order_members(out, place, count);
	(void) pad(out);
	header = count | (is_object ? JB_FOBJECT : JB_FARRAY);
	memcpy(out->data + out->len, &header, sizeof(header));
	entries = out->len + sizeof(header);
	out->len = entries + count * (is_object ? 2 : 1) * sizeof(JEntry);
	if (is_object)
	{
		out->member_count += count;
		for (uint32 i = 0; i < count; i++)
		{
			const Member *member = &out->members[base + i];

			memcpy(out->data + out->len, out->text + member->key, member->length);
			out->len += member->length;
			write_entry(out, entries, i, JENTRY_ISSTRING | member->length, &total);
		}
		for (uint32 i = 0; i < count; i++)
			write_entry(out, entries, count + i, write_value(out, out->members[base + i].value), &total);
		out->member_count = base;
	}
	else
	{
		place++;
		for (uint32 i = 0; i < count; i++)
		{
			write_entry(out, entries, i, write_value(out, place), &total);
			place = next_node(out->nodes, place);
		}
	}
	return JENTRY_ISCONTAINER | (out->len - began);
}

Jsonb *
payload_jsonb(const char *text, size_t len, PayloadDecimal decimal)
{
	Nodes		nodes = {0};
	Output		out = {0};

	if (len > MAX_TEXT_LENGTH)
		return NULL;
	nodes.text = text;
	nodes.room = Max(len / 16, 64);
	nodes.nodes = palloc_extended(nodes.room * sizeof(JsonNode), MCXT_ALLOC_HUGE);
	nodes.size = VARHDRSZ;
	if (!find_values(&nodes, text, text + len))
	{
		pfree(nodes.nodes);
		return NULL;
	}
	out.text = text;
	out.nodes = nodes.nodes;
	out.decimal = decimal;
	out.data = palloc(nodes.size);
	out.len = VARHDRSZ;
	out.member_room = 256;
	out.members = palloc(out.member_room * sizeof(Member));
	(void) write_container(&out, 0);
	Assert(out.len <= nodes.size);
	SET_VARSIZE(out.data, out.len);
	pfree(out.members);
	pfree(nodes.nodes);
	return (Jsonb *) out.data;
}
