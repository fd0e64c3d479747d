/*
 * guarded_memory.c
 *		See guarded_memory.h. Since PostgreSQL 16 the kinds of memory contexts are the server's
 *		alone; from there on it is the server's own with blocks so small that every piece above
 *		some 128 bytes is a malloc.
 */
#include "postgres.h"

#include "base/compat.h"
#include "guarded_memory.h"
#include "lib/ilist.h"
#include "utils/memutils.h"

#ifndef VSM_OWN_MEMORY_CONTEXTS

MemoryContext
guarded_memory_create(MemoryContext parent)
{
	return AllocSetContextCreate(parent, "guarded memory", 0, 1024, 1024);
}

#else

#include <sanitizer/asan_interface.h>

/* Before each piece. The server finds the context in the eight bytes before the piece. */
typedef struct GuardedPiece
{
	dlist_node	node;
	Size		size;
	MemoryContext context;
} GuardedPiece;

typedef struct GuardedContext
{
	MemoryContextData header;
	dlist_head	pieces;
} GuardedContext;

/* No input of fuzzing needs more for a short time: out of memory then. */
#define MAX_GUARDED	((Size) 4 << 20)

#define piece_of(pointer)	((GuardedPiece *) (pointer) - 1)

static void *
guarded_alloc(MemoryContext context, Size size)
{
	GuardedPiece *piece;

	StaticAssertStmt(sizeof(GuardedPiece) % MAXIMUM_ALIGNOF == 0, "pieces are aligned");
	if (size > MAX_GUARDED)
		return NULL;
	piece = malloc(sizeof(GuardedPiece) + size);
	if (piece == NULL)
		return NULL;
	piece->size = size;
	piece->context = context;
	dlist_push_tail(&((GuardedContext *) context)->pieces, &piece->node);
	context->mem_allocated += size;
	return piece + 1;
}

static void
guarded_free(MemoryContext context, void *pointer)
{
	GuardedPiece *piece = piece_of(pointer);

	dlist_delete(&piece->node);
	context->mem_allocated -= piece->size;
	free(piece);
}

static void *
guarded_realloc(MemoryContext context, void *pointer, Size size)
{
	void	   *grown = guarded_alloc(context, size);

	if (grown == NULL)
		return NULL;
	memcpy(grown, pointer, Min(size, piece_of(pointer)->size));
	guarded_free(context, pointer);
	return grown;
}

static void
guarded_reset(MemoryContext context)
{
	dlist_mutable_iter iter;

	dlist_foreach_modify(iter, &((GuardedContext *) context)->pieces)
		free(dlist_container(GuardedPiece, node, iter.cur));
	dlist_init(&((GuardedContext *) context)->pieces);
	context->mem_allocated = 0;
}

static void
guarded_delete(MemoryContext context)
{
	guarded_reset(context);
	free(context);
}

static Size
guarded_get_chunk_space(MemoryContext context, void *pointer)
{
	return sizeof(GuardedPiece) + piece_of(pointer)->size;
}

static bool
guarded_is_empty(MemoryContext context)
{
	return dlist_is_empty(&((GuardedContext *) context)->pieces);
}

static void
guarded_stats(MemoryContext context, MemoryStatsPrintFunc printfunc, void *passthru,
			  MemoryContextCounters *totals, bool print_to_stderr)
{
	if (totals)
		totals->totalspace += context->mem_allocated;
}

#ifdef MEMORY_CONTEXT_CHECKING
static void
guarded_check(MemoryContext context)
{
}
#endif

static const MemoryContextMethods guarded_methods = {
	.alloc = guarded_alloc,
	.free_p = guarded_free,
	.realloc = guarded_realloc,
	.reset = guarded_reset,
	.delete_context = guarded_delete,
	.get_chunk_space = guarded_get_chunk_space,
	.is_empty = guarded_is_empty,
	.stats = guarded_stats,
#ifdef MEMORY_CONTEXT_CHECKING
	.check = guarded_check,
#endif
};

MemoryContext
guarded_memory_create(MemoryContext parent)
{
	GuardedContext *context = malloc(sizeof(GuardedContext));

	if (context == NULL)
		ereport(ERROR, (errcode(ERRCODE_OUT_OF_MEMORY), errmsg("out of memory")));
	MemSet(context, 0, sizeof(GuardedContext));
	dlist_init(&context->pieces);
	MemoryContextCreate((MemoryContext) context, T_AllocSetContext, &guarded_methods, parent, "guarded memory");
	return (MemoryContext) context;
}

#endif
