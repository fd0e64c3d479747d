/*
 * guarded_memory.h
 *		A memory context whose every piece is a malloc of its own, so that AddressSanitizer sees
 *		a read or write one byte beside it, or after pfree. The server's own contexts cut
 *		pieces from blocks, and AddressSanitizer sees the blocks.
 */
#ifndef GUARDED_MEMORY_H
#define GUARDED_MEMORY_H

#include "utils/palloc.h"

extern MemoryContext guarded_memory_create(MemoryContext parent);

#endif							/* GUARDED_MEMORY_H */
