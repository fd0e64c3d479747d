/*
 * fuzz.c
 *		Feeds what libFuzzer makes up to the input functions of a type, inside a real server
 *		process (single-user mode), where everything they call is the server's own.
 *
 * fuzz(type regtype, form text, seeds text[], holds text, options text[]) runs until the options
 * say, and ends the process. Every input is read as a value of the type, form 'text' by its input
 * function, 'binary' by its receive function. It must be refused by an error that names a rule
 * broken, or be a value that
 *   - is written and read again as itself, in both forms, and
 *   - for which the query holds says true, with the value as its $1.
 * Anything else (an internal error, a report of a sanitizer, a value that changes) ends the process
 * with a report and the input. The seeds, values in text form, are where libFuzzer starts from.
 */
#include "postgres.h"

#include <sys/stat.h>

#include "access/htup_details.h"
#include "access/xact.h"
#include "base/compat.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "guarded_memory.h"
#include "libpq/pqformat.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "storage/ipc.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/resowner.h"
#include "utils/syscache.h"

PG_FUNCTION_INFO_V1(fuzz);
PG_FUNCTION_INFO_V1(fuzz_overrun);

/* libFuzzer's own entry; what it takes as the target returns 0. */
typedef int (*FuzzTarget) (const uint8_t *data, size_t size);
extern int	LLVMFuzzerRunDriver(int *argc, char ***argv, FuzzTarget target);

static struct
{
	bool		binary;
	bool		has_binary;		/* the type has a binary form */
	FmgrInfo	input,
				output,
				receive,
				send;
	Oid			ioparam,
				receive_ioparam;
	SPIPlanPtr	holds;			/* NULL if there is none */
	MemoryContext memory;		/* of one input */
	enum
	{
		READING, CHECKING_FORMS, ASKING
	}			doing;
	uint64		read,
				refused;
}			target;

pg_noreturn static void
found(const char *what, const char *detail)
{
	fprintf(stderr, "FOUND: %s: %s\n", what, detail);
	abort();
}

/*
 * The error that is being handled. An input may be refused; what was read can be written; a query
 * over it may say that a result is out of range or too large.
 */
static void
judge_error(void)
{
	ErrorData  *error;
	int			category;
	bool		allowed;

	MemoryContextSwitchTo(target.memory);
	error = CopyErrorData();
	FlushErrorState();
	category = ERRCODE_TO_CATEGORY(error->sqlerrcode);
	allowed = target.doing == READING ? category != ERRCODE_INTERNAL_ERROR :
		target.doing == ASKING && (category == ERRCODE_DATA_EXCEPTION || category == ERRCODE_PROGRAM_LIMIT_EXCEEDED);
	allowed = allowed || error->sqlerrcode == ERRCODE_OUT_OF_MEMORY;	/* see guarded_memory.c */
	if (!allowed || error->sqlerrcode == ERRCODE_QUERY_CANCELED)
		found(unpack_sql_state(error->sqlerrcode), error->message ? error->message : "no message");
}

/* A copy in memory that ends where it ends, with the NUL that the server puts behind every message. */
static StringInfoData
message_of(const void *data, int size)
{
	StringInfoData message;

	message.data = palloc(size + 1);
	memcpy(message.data, data, size);
	message.data[size] = '\0';
	message.len = size;
	message.maxlen = size + 1;
	message.cursor = 0;
	return message;
}

static Datum
receive(const void *data, int size)
{
	StringInfoData message = message_of(data, size);
	Datum		value = ReceiveFunctionCall(&target.receive, &message, target.receive_ioparam, -1);

	/* As the server's own callers do. */
	if (message.cursor != message.len)
		ereport(ERROR, (errcode(ERRCODE_INVALID_BINARY_REPRESENTATION), errmsg("improper binary format")));
	return value;
}

/* A value that was read is written and read as itself. Errors here are findings. */
static void
check_forms(Datum value)
{
	char	   *text = OutputFunctionCall(&target.output, value);
	Datum		again = InputFunctionCall(&target.input, pstrdup(text), target.ioparam, -1);
	char	   *text_again = OutputFunctionCall(&target.output, again);
	bytea	   *sent;
	bytea	   *sent_again;

	if (strcmp(text, text_again) != 0)
		found("the text of a value is read as another", psprintf("%s became %s", text, text_again));
	if (!target.has_binary)
		return;
	sent = SendFunctionCall(&target.send, value);
	again = receive(VARDATA(sent), VARSIZE(sent) - VARHDRSZ);
	text_again = OutputFunctionCall(&target.output, again);
	if (strcmp(text, text_again) != 0)
		found("the binary form of a value is read as another", psprintf("%s became %s", text, text_again));
	sent_again = SendFunctionCall(&target.send, again);
	if (VARSIZE(sent) != VARSIZE(sent_again) || memcmp(sent, sent_again, VARSIZE(sent)) != 0)
		found("a value has two binary forms", text);
}

static void
check_holds(Datum value)
{
	bool		isnull;

	SPI_connect();
	if (SPI_execute_plan(target.holds, &value, NULL, true, 0) != SPI_OK_SELECT)
		found("the query is not a SELECT", "holds");
	for (uint64 row = 0; row < SPI_processed; row++)
	{
		Datum		holds = SPI_getbinval(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, 1, &isnull);

		if (isnull || !DatumGetBool(holds))
			found("does not hold", OutputFunctionCall(&target.output, value));
	}
	if (SPI_processed == 0)
		found("the query has no row", OutputFunctionCall(&target.output, value));
	SPI_finish();
}

static int
read_input(const uint8_t *data, size_t size)
{
	ResourceOwner owner = CurrentResourceOwner;
	MemoryContext old = CurrentMemoryContext;

	/* The server refuses these before any input function sees them. */
	if (!target.binary && (memchr(data, '\0', size) != NULL || !pg_verify_mbstr(GetDatabaseEncoding(), (const char *) data, size, true)))
		return 0;

	BeginInternalSubTransaction(NULL);
	MemoryContextSwitchTo(target.memory);
	target.doing = READING;
	PG_TRY();
	{
		Datum		value = target.binary ? receive(data, size) :
			InputFunctionCall(&target.input, message_of(data, size).data, target.ioparam, -1);

		target.doing = CHECKING_FORMS;
		check_forms(value);
		target.doing = ASKING;
		if (target.holds)
			check_holds(value);
		ReleaseCurrentSubTransaction();
	}
	PG_CATCH();
	{
		judge_error();
		RollbackAndReleaseCurrentSubTransaction();
	}
	PG_END_TRY();
	CurrentResourceOwner = owner;
	MemoryContextSwitchTo(old);
	MemoryContextReset(target.memory);

	if (target.doing == READING)
		target.refused++;
	else
		target.read++;
	CHECK_FOR_INTERRUPTS();
	return 0;
}

/* At the end of the process, which is libFuzzer's. */
static void
report(int code, Datum arg)
{
	fprintf(stderr, "inputs read: " UINT64_FORMAT ", refused: " UINT64_FORMAT "\n", target.read, target.refused);
}

/* The seeds become files of the folder, in the form of the inputs. */
static void
write_seeds(const char *folder, ArrayType *seeds)
{
	Datum	   *literal;
	bool	   *isnull;
	int			count;

	deconstruct_array(seeds, TEXTOID, -1, false, TYPALIGN_INT, &literal, &isnull, &count);
	mkdir(folder, S_IRWXU);
	for (int k = 0; k < count; k++)
	{
		char	   *seed = TextDatumGetCString(literal[k]);
		FILE	   *file = fopen(psprintf("%s/%d", folder, k), "w");
		Datum		value;

		if (file == NULL)
			ereport(ERROR, (errcode_for_file_access(), errmsg("could not write to folder \"%s\": %m", folder)));
		/* A seed that is refused is an error, in both forms. */
		value = InputFunctionCall(&target.input, seed, target.ioparam, -1);
		if (target.binary)
		{
			bytea	   *sent = SendFunctionCall(&target.send, value);

			fwrite(VARDATA(sent), 1, VARSIZE(sent) - VARHDRSZ, file);
		}
		else
			fputs(seed, file);
		if (fclose(file) != 0)
			ereport(ERROR, (errcode_for_file_access(), errmsg("could not write to folder \"%s\": %m", folder)));
	}
}

Datum
fuzz(PG_FUNCTION_ARGS)
{
	Oid			type = PG_GETARG_OID(0);
	char	   *form = text_to_cstring(PG_GETARG_TEXT_PP(1));
	char	   *holds = PG_ARGISNULL(3) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(3));
	Datum	   *option;
	bool	   *isnull;
	int			count;
	Oid			function;
	bool		varlena;
	char	  **argv;
	int			argc = 0;
	HeapTuple	tuple;

	getTypeInputInfo(type, &function, &target.ioparam);
	fmgr_info_cxt(function, &target.input, TopMemoryContext);
	getTypeOutputInfo(type, &function, &varlena);
	fmgr_info_cxt(function, &target.output, TopMemoryContext);
	tuple = SearchSysCache1(TYPEOID, ObjectIdGetDatum(type));
	target.has_binary = OidIsValid(((Form_pg_type) GETSTRUCT(tuple))->typreceive);
	ReleaseSysCache(tuple);
	if (target.has_binary)
	{
		getTypeBinaryInputInfo(type, &function, &target.receive_ioparam);
		fmgr_info_cxt(function, &target.receive, TopMemoryContext);
		getTypeBinaryOutputInfo(type, &function, &varlena);
		fmgr_info_cxt(function, &target.send, TopMemoryContext);
	}
	target.binary = strcmp(form, "binary") == 0;
	if (holds)
	{
		SPI_connect();
		target.holds = SPI_prepare(holds, 1, &type);
		if (target.holds == NULL || SPI_keepplan(target.holds) != 0)
			elog(ERROR, "could not prepare: %s", SPI_result_code_string(SPI_result));
		SPI_finish();
	}

	deconstruct_array(PG_GETARG_ARRAYTYPE_P(4), TEXTOID, -1, false, TYPALIGN_INT, &option, &isnull, &count);
	argv = palloc0((count + 3) * sizeof(char *));
	argv[argc++] = "fuzz";
	for (int k = 0; k < count; k++)
		argv[argc++] = TextDatumGetCString(option[k]);
	if (!PG_ARGISNULL(2))
	{
		write_seeds("seeds", PG_GETARG_ARRAYTYPE_P(2));
		argv[argc++] = "seeds";
	}

	target.memory = guarded_memory_create(TopMemoryContext);
	before_shmem_exit(report, 0);
	LLVMFuzzerRunDriver(&argc, &argv, read_input);
	PG_RETURN_VOID();
}

/* Reads one byte behind a piece of guarded memory, which must not go unseen. */
Datum
fuzz_overrun(PG_FUNCTION_ARGS)
{
	MemoryContext memory = guarded_memory_create(CurrentMemoryContext);
	char	   *volatile piece = MemoryContextAllocZero(memory, PG_GETARG_INT32(0));

	PG_RETURN_INT32(piece[PG_GETARG_INT32(0)]);
}
