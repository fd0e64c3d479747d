/*
 * held_documents_sql.c
 *		Documents while they are read: kept in memory, where every statement finds them as they are.
 *
 * In a table they would be written, cut into chunks, and put together again by each statement that
 * looks at them. What is more than HELD_BYTES goes to a temporary file, so that memory is bounded.
 */
#include "postgres.h"

#include "base/compat.h"
#include "storage/buffile.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/resowner.h"

PG_FUNCTION_INFO_V1(vsm_hold_document);
PG_FUNCTION_INFO_V1(vsm_held_document);
PG_FUNCTION_INFO_V1(vsm_release_documents);

#define HELD_BYTES		(12 * 1024 * 1024)

typedef struct HeldDocument
{
	struct varlena *body;		/* NULL: in the file */
	int			fileno;
	off_t		offset;
	Size		size;
} HeldDocument;

/* They go with the transaction. */
static struct
{
	MemoryContext context;		/* NULL: nothing is held */
	HeldDocument *documents;
	int			count;
	int			room;
	Size		bytes;			/* in memory */
	BufFile    *file;
	int			end_fileno;		/* where the file ends */
	off_t		end_offset;
}			held;

static void
forget_documents(void *arg)
{
	memset(&held, 0, sizeof(held));
}

static void
begin_holding(void)
{
	MemoryContextCallback *callback;

	held.context = AllocSetContextCreate(TopTransactionContext, "vsm documents", ALLOCSET_DEFAULT_SIZES);
	callback = MemoryContextAlloc(held.context, sizeof(MemoryContextCallback));
	callback->func = forget_documents;
	callback->arg = NULL;
	MemoryContextRegisterResetCallback(held.context, callback);
	held.room = 256;
	held.documents = MemoryContextAlloc(held.context, held.room * sizeof(HeldDocument));
}

/*
 * hold_document(body jsonb) -> integer
 *
 * Holds a document until release_documents or the end of the transaction, and returns its number.
 */
Datum
vsm_hold_document(PG_FUNCTION_ARGS)
{
	struct varlena *body = PG_GETARG_VARLENA_P(0);
	Size		size = VARSIZE(body);
	HeldDocument *document;

	if (held.context == NULL)
		begin_holding();
	if (held.count == held.room)
	{
		held.room *= 2;
		held.documents = repalloc_huge(held.documents, held.room * sizeof(HeldDocument));
	}
	document = &held.documents[held.count];
	document->size = size;
	if (held.bytes + size <= HELD_BYTES)
	{
		document->body = MemoryContextAlloc(held.context, size);
		memcpy(document->body, body, size);
		held.bytes += size;
	}
	else
	{
		MemoryContext caller = MemoryContextSwitchTo(held.context);

		if (held.file == NULL)
		{
			ResourceOwner owner = CurrentResourceOwner;

			/* It outlives a subtransaction that fails, as the memory does. */
			CurrentResourceOwner = TopTransactionResourceOwner;
			held.file = BufFileCreateTemp(false);
			CurrentResourceOwner = owner;
		}
		if (BufFileSeek(held.file, held.end_fileno, held.end_offset, SEEK_SET) != 0)
			ereport(ERROR,
					(errcode_for_file_access(),
					 errmsg("could not seek in the temporary file of documents: %m")));
		document->body = NULL;
		document->fileno = held.end_fileno;
		document->offset = held.end_offset;
		BufFileWrite(held.file, body, size);
		BufFileTell(held.file, &held.end_fileno, &held.end_offset);
		MemoryContextSwitchTo(caller);
	}
	PG_RETURN_INT32(held.count++);
}

/*
 * held_document(number integer) -> jsonb
 *
 * The document of that number, as it lies in memory; NULL if there is none.
 */
Datum
vsm_held_document(PG_FUNCTION_ARGS)
{
	int32		number = PG_GETARG_INT32(0);
	HeldDocument *document;
	char	   *copy;

	if (number < 0 || number >= held.count)
		PG_RETURN_NULL();
	document = &held.documents[number];
	if (document->body != NULL)
		PG_RETURN_POINTER(document->body);
	copy = palloc(document->size);
	if (BufFileSeek(held.file, document->fileno, document->offset, SEEK_SET) != 0 ||
		BufFileRead(held.file, copy, document->size) != document->size)
		ereport(ERROR,
				(errcode_for_file_access(),
				 errmsg("could not read the temporary file of documents: %m")));
	PG_RETURN_POINTER(copy);
}

/* release_documents() -> void */
Datum
vsm_release_documents(PG_FUNCTION_ARGS)
{
	if (held.file != NULL)
		BufFileClose(held.file);
	if (held.context != NULL)
		MemoryContextDelete(held.context);
	PG_RETURN_VOID();
}
