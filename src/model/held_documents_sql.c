/*
 * held_documents_sql.c
 *		Documents while they are read: kept in memory, where every statement finds them as they are.
 *
 * In a table they would be written, cut into chunks, and put together again by each statement that
 * looks at them. What is more than HELD_BYTES goes to a temporary file, so that memory is bounded.
 */
#include "postgres.h"

#include "base/compat.h"
#include "base/rows_sql.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "storage/buffile.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/resowner.h"
#include "utils/timestamp.h"

PG_FUNCTION_INFO_V1(vsm_hold_document);
PG_FUNCTION_INFO_V1(vsm_held_document);
PG_FUNCTION_INFO_V1(vsm_held_documents);
PG_FUNCTION_INFO_V1(vsm_held_tools);
PG_FUNCTION_INFO_V1(vsm_any_refused);
PG_FUNCTION_INFO_V1(vsm_judge_document);
PG_FUNCTION_INFO_V1(vsm_refuse_document);
PG_FUNCTION_INFO_V1(vsm_hold_names);
PG_FUNCTION_INFO_V1(vsm_names_held);
PG_FUNCTION_INFO_V1(vsm_release_documents);

#define HELD_BYTES		(12 * 1024 * 1024)

typedef struct HeldDocument
{
	struct varlena *body;		/* NULL: in the file */
	int			fileno;
	off_t		offset;
	Size		size;
	int64		payload;		/* what it is a part of */
	text	   *source;
	TimestampTz received_at;
	int			page;			/* see vsm.held_documents; -1: not looked at */
	text	   *kind;			/* NULL: not known */
	text	   *reason;			/* why it is not read; NULL: it is */
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
	struct varlena *names;		/* what names mean in the documents that are being read */
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

/* The document of a number, which begins with 1; NULL if there is none. */
static HeldDocument *
document_of(int32 number)
{
	return number >= 1 && number <= held.count ? &held.documents[number - 1] : NULL;
}

static text *
hold_text(const text *value)
{
	Size		size = VARSIZE_ANY(value);

	return memcpy(MemoryContextAlloc(held.context, size), value, size);
}

/* A source is a tool, or a tool, a colon and the name of one of several installations. */
static int
tool_length(const text *source)
{
	const char *start = VARDATA_ANY(source);
	int			len = VARSIZE_ANY_EXHDR(source);
	const char *colon = memchr(start, ':', len);

	return colon == NULL ? len : colon - start;
}

static bool
same_tool(const text *a, const text *b)
{
	int			len = tool_length(a);

	return len == tool_length(b) && memcmp(VARDATA_ANY(a), VARDATA_ANY(b), len) == 0;
}

/*
 * hold_document(payload bigint, source text, received_at timestamptz, body jsonb) -> integer
 *
 * Holds a document until release_documents or the end of the transaction, and returns its number.
 */
Datum
vsm_hold_document(PG_FUNCTION_ARGS)
{
	text	   *source = PG_GETARG_TEXT_PP(1);
	struct varlena *body = PG_GETARG_VARLENA_P(3);
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
	document->payload = PG_GETARG_INT64(0);
	document->source = hold_text(source);
	document->received_at = PG_GETARG_TIMESTAMPTZ(2);
	document->page = -1;
	document->kind = NULL;
	document->reason = NULL;
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
	PG_RETURN_INT32(++held.count);
}

static Datum
copy_of(const struct varlena *value)
{
	return PointerGetDatum(memcpy(palloc(VARSIZE(value)), value, VARSIZE(value)));
}

/*
 * held_document(number integer) -> jsonb
 *
 * The document of that number; NULL if there is none. It is a copy, since whoever calls may also
 * release the documents in the same statement.
 */
Datum
vsm_held_document(PG_FUNCTION_ARGS)
{
	HeldDocument *document = document_of(PG_GETARG_INT32(0));
	char	   *copy;

	if (document == NULL)
		PG_RETURN_NULL();
	if (document->body != NULL)
		return copy_of(document->body);
	copy = palloc(document->size);
	if (BufFileSeek(held.file, document->fileno, document->offset, SEEK_SET) != 0 ||
		BufFileRead(held.file, copy, document->size) != document->size)
		ereport(ERROR,
				(errcode_for_file_access(),
				 errmsg("could not read the temporary file of documents: %m")));
	PG_RETURN_POINTER(copy);
}

/*
 * held_documents() -> setof held_document
 *
 * What is known of the documents that are held.
 */
Datum
vsm_held_documents(PG_FUNCTION_ARGS)
{
	Rows		rows;

	rows_begin_set(fcinfo, &rows);
	for (int i = 0; i < held.count; i++)
	{
		HeldDocument *document = &held.documents[i];
		Datum		values[8] = {Int32GetDatum(i + 1), Int64GetDatum(document->payload), PointerGetDatum(document->source),
			PointerGetDatum(cstring_to_text_with_len(VARDATA_ANY(document->source), tool_length(document->source))),
			TimestampTzGetDatum(document->received_at), Int16GetDatum(document->page), PointerGetDatum(document->kind),
		PointerGetDatum(document->reason)};
		bool		nulls[8] = {false, false, false, false, false, document->page < 0, document->kind == NULL,
		document->reason == NULL};

		rows_add(&rows, values, nulls);
	}
	return rows_end(&rows);
}

/*
 * held_tools(page smallint) -> text[]
 *
 * The tools of the documents whose page is that, each once; NULL if there are none. Of those that are
 * no page only those of which nothing is known. (For one payload a statement costs more than this.)
 */
Datum
vsm_held_tools(PG_FUNCTION_ARGS)
{
	int			page = PG_ARGISNULL(0) ? -1 : PG_GETARG_INT16(0);
	const text **tools = palloc(sizeof(text *) * (held.count + 1));
	Datum	   *names;
	int			count = 0;

	for (int i = 0; i < held.count; i++)
	{
		const HeldDocument *document = &held.documents[i];
		int			known = 0;

		CHECK_FOR_INTERRUPTS();
		if (document->page != page || (page == 0 && (document->kind != NULL || document->reason != NULL)))
			continue;
		while (known < count && !same_tool(tools[known], document->source))
			known++;
		if (known == count)
			tools[count++] = document->source;
	}
	if (count == 0)
		PG_RETURN_NULL();
	names = palloc(sizeof(Datum) * count);
	for (int i = 0; i < count; i++)
		names[i] = PointerGetDatum(cstring_to_text_with_len(VARDATA_ANY(tools[i]), tool_length(tools[i])));
	PG_RETURN_ARRAYTYPE_P(construct_array(names, count, TEXTOID, -1, false, TYPALIGN_INT));
}

/* any_refused() -> boolean: whether a document is held that is not read, or whose facts are not written */
Datum
vsm_any_refused(PG_FUNCTION_ARGS)
{
	for (int i = 0; i < held.count; i++)
	{
		if (held.documents[i].reason != NULL)
			PG_RETURN_BOOL(true);
	}
	PG_RETURN_BOOL(false);
}

/*
 * judge_document(number integer, page smallint, kind text, reason text) -> void
 */
Datum
vsm_judge_document(PG_FUNCTION_ARGS)
{
	HeldDocument *document = PG_ARGISNULL(0) ? NULL : document_of(PG_GETARG_INT32(0));

	if (document == NULL)
		PG_RETURN_VOID();
	document->page = PG_ARGISNULL(1) ? -1 : PG_GETARG_INT16(1);
	document->kind = PG_ARGISNULL(2) ? NULL : hold_text(PG_GETARG_TEXT_PP(2));
	document->reason = PG_ARGISNULL(3) ? NULL : hold_text(PG_GETARG_TEXT_PP(3));
	PG_RETURN_VOID();
}

/*
 * refuse_document(number bigint, reason text) -> void
 *
 * It is not read, with the reason as that of what it is.
 */
Datum
vsm_refuse_document(PG_FUNCTION_ARGS)
{
	int64		number = PG_GETARG_INT64(0);
	HeldDocument *document = number > 0 && number <= held.count ? document_of((int32) number) : NULL;
	char	   *source;

	if (document == NULL)
		PG_RETURN_VOID();
	source = text_to_cstring(document->source);
	if (strchr(source, ':') != NULL)
		*strchr(source, ':') = '\0';
	document->reason = hold_text(cstring_to_text(psprintf("%s%s%s: %s", source, document->kind == NULL ? "" : " ",
														  document->kind == NULL ? "" : text_to_cstring(document->kind),
														  text_to_cstring(PG_GETARG_TEXT_PP(1)))));
	PG_RETURN_VOID();
}

/*
 * hold_names(names jsonb) -> void
 *
 * Holds what names mean, as each statement that reads documents takes it.
 */
Datum
vsm_hold_names(PG_FUNCTION_ARGS)
{
	struct varlena *names = PG_GETARG_VARLENA_P(0);
	struct varlena *copy;

	if (held.context == NULL)
		begin_holding();
	copy = MemoryContextAlloc(held.context, VARSIZE(names));
	memcpy(copy, names, VARSIZE(names));
	if (held.names != NULL)
		pfree(held.names);
	held.names = copy;
	PG_RETURN_VOID();
}

/* names_held() -> jsonb */
Datum
vsm_names_held(PG_FUNCTION_ARGS)
{
	if (held.names == NULL)
		PG_RETURN_NULL();
	return copy_of(held.names);
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
