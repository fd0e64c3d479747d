/*
 * timeline_write.h
 *		The bytes of a stored timeline; see timeline.h for what they are.
 */
#ifndef VSM_TIMELINE_WRITE_H
#define VSM_TIMELINE_WRITE_H

#include "port/pg_bitutils.h"
#include "timeline/timeline.h"

/* Writes an unsigned number of 7 bits a byte, low ones first. */
static inline uint8 *
timeline_write_varint(uint8 *p, uint32 value)
{
	while (value >= 0x80)
	{
		*p++ = (uint8) (value | 0x80);
		value >>= 7;
	}
	*p++ = (uint8) value;
	return p;
}

/* The bytes that it takes. */
static inline Size
timeline_varint_size(uint32 value)
{
	Size		size = 1;

	for (; value >= 0x80; value >>= 7)
		size++;
	return size;
}

/* The most that a timeline can take. timeline_write_event never writes beyond that. */
static inline Size
timeline_max_size(Size dictionary_size, uint32 num_names, uint32 num_events)
{
	Size		max_varint = 5;
	Size		max_event = 1 + sizeof(int64) + (num_names > TIMELINE_TAG_MAX_STATE ? max_varint : 0);

	return offsetof(Timeline, data) + max_varint + dictionary_size + max_varint + max_event * num_events;
}

/* Raises 54000: it could be more than 1 GB. */
pg_noreturn extern void timeline_too_large(uint32 num_events, uint32 num_states);

/* What a state's name takes in a dictionary. */
static inline Size
timeline_name_size(StateName name)
{
	return timeline_varint_size(name.len) + name.len;
}

/* Writes a state's name. */
static inline uint8 *
timeline_write_name(uint8 *p, StateName name)
{
	p = timeline_write_varint(p, name.len);
	memcpy(p, name.data, name.len);
	return p + name.len;
}

/*
 * Writes an event, delta microseconds after the one before. It may write, but not use, up to
 * 8 bytes more than it takes.
 */
static inline uint8 *
timeline_write_event(uint8 *p, uint64 delta, uint32 state)
{
	uint8	   *tag = p++;
	uint32		length = delta == 0 ? 0 : pg_leftmost_one_pos64(delta) / 8 + 1;
	uint32		tag_length = length;

	if (unlikely(state >= TIMELINE_TAG_MAX_STATE))
	{
		p = timeline_write_varint(p, state);
		state = TIMELINE_TAG_MAX_STATE;
	}
	if (unlikely(length >= 7))
	{
		length = 8;
		tag_length = 7;
	}
	*tag = (uint8) (state << TIMELINE_TAG_LENGTH_BITS | tag_length);
#ifndef WORDS_BIGENDIAN
	memcpy(p, &delta, sizeof(delta));
#else
	for (uint32 i = 0; i < length; i++)
		p[i] = (uint8) (delta >> (8 * i));
#endif
	return p + length;
}

#endif							/* VSM_TIMELINE_WRITE_H */
