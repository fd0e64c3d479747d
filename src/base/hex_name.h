/*
 * hex_name.h
 *		Names of lower-case hexadecimal digits, as ids of commits are, in half the bytes.
 *
 * Eight digits are handled at a time as the bytes of one 64-bit number; first digits lie in
 * its lowest byte, whatever the machine's byte order.
 */
#ifndef VSM_HEX_NAME_H
#define VSM_HEX_NAME_H

#include "port/pg_bswap.h"

/* Lengths of names that are packed: whole groups of digits, up to sha512. */
#define HEX_NAME_MIN	8
#define HEX_NAME_MAX	128

#define EACH_BYTE(value) (UINT64CONST(0x0101010101010101) * (value))

static inline uint64
load_digits(const char *digits)
{
	uint64		word;

	memcpy(&word, digits, sizeof(word));
#ifdef WORDS_BIGENDIAN
	word = pg_bswap64(word);
#endif
	return word;
}

/*
 * Packs a name of len bytes into len / 2; false if its length is odd or out of bounds, or a
 * character is no lower-case hexadecimal digit (packed is undefined then).
 */
static inline bool
hex_name_pack(const char *name, uint32 len, char *packed)
{
	uint32		done = 0;

	if (len < HEX_NAME_MIN || len > HEX_NAME_MAX || len % 2 != 0)
		return false;
	for (;;)
	{
		uint64		word = load_digits(name + done);
		uint64		letter = (word >> 6) & EACH_BYTE(1);	/* 0x61 .. 0x66, not 0x30 .. 0x39 */
		uint64		low = word & EACH_BYTE(0x0f);
		uint64		value = low + letter * 9;
		uint32		bytes;

		/* High half 3 or 6; low half at most 9 or 6; and not 0 in a letter. No sum overflows. */
		if ((word & EACH_BYTE(0xf0)) != EACH_BYTE(0x30) + letter * 0x30 ||
			((low + EACH_BYTE(6) + letter * 3) & EACH_BYTE(0x10)) != 0 ||
			((letter << 4) & ~(low + EACH_BYTE(0x0f))) != 0)
			return false;
		value = (value << 4 | value >> 8) & UINT64CONST(0x00ff00ff00ff00ff);
		value = (value | value >> 8) & UINT64CONST(0x0000ffff0000ffff);
		bytes = (uint32) (value | value >> 16);
#ifdef WORDS_BIGENDIAN
		bytes = pg_bswap32(bytes);
#endif
		memcpy(packed + done / 2, &bytes, sizeof(bytes));
		done += 8;
		if (done == len)
			return true;
		if (done > len - 8)
			done = len - 8;		/* the last group overlaps the one before */
	}
}

/* Unpacks len / 2 bytes into a name of len. */
static inline void
hex_name_unpack(const char *packed, uint32 len, char *name)
{
	uint32		done = 0;

	for (;;)
	{
		uint32		bytes;
		uint64		value;

		memcpy(&bytes, packed + done / 2, sizeof(bytes));
#ifdef WORDS_BIGENDIAN
		bytes = pg_bswap32(bytes);
#endif
		value = bytes;
		value = (value | value << 16) & UINT64CONST(0x0000ffff0000ffff);
		value = (value | value << 8) & UINT64CONST(0x00ff00ff00ff00ff);
		value = (value >> 4 | value << 8) & EACH_BYTE(0x0f);
		value += EACH_BYTE('0') + (((value + EACH_BYTE(6)) >> 4) & EACH_BYTE(1)) * ('a' - '0' - 10);
#ifdef WORDS_BIGENDIAN
		value = pg_bswap64(value);
#endif
		memcpy(name + done, &value, sizeof(value));
		done += 8;
		if (done == len)
			return;
		if (done > len - 8)
			done = len - 8;
	}
}

#endif							/* VSM_HEX_NAME_H */
