/*
 * calendar_io.c
 *		vsm.calendar as a type: text, binary, json and jsonb, comparison, hash; and the reader
 *		of a calendar argument.
 */
#include "postgres.h"

#include "calendar/calendar.h"
#include "base/value_io.h"
#include "base/compat.h"
#include "libpq/pqformat.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"

/* Of the binary form: this byte, then the text form. */
#define CALENDAR_BINARY_VERSION 1

PG_FUNCTION_INFO_V1(vsm_calendar_in);
PG_FUNCTION_INFO_V1(vsm_calendar_out);
PG_FUNCTION_INFO_V1(vsm_calendar_recv);
PG_FUNCTION_INFO_V1(vsm_calendar_send);
PG_FUNCTION_INFO_V1(vsm_calendar_from_json);
PG_FUNCTION_INFO_V1(vsm_calendar_from_jsonb);
PG_FUNCTION_INFO_V1(vsm_calendar_to_json);
PG_FUNCTION_INFO_V1(vsm_calendar_to_jsonb);

Calendar *
calendar_from_datum(Datum datum)
{
	Calendar   *calendar = (Calendar *) PG_DETOAST_DATUM(datum);

	calendar_check_version(calendar);
	return calendar;
}

CalendarReader *
calendar_reader_cached(CalendarReader **slot, Datum datum, MemoryContext context)
{
	struct varlena *packed = PG_DETOAST_DATUM_PACKED(datum);
	CalendarReader *reader = calendar_open(slot, VARDATA_ANY(packed), VARSIZE_ANY_EXHDR(packed),
										   context);

	if ((Pointer) packed != DatumGetPointer(datum))
		pfree(packed);
	return reader;
}

CalendarReader *
calendar_reader(FunctionCallInfo fcinfo, int argno)
{
	if (PG_ARGISNULL(argno))
		return NULL;
	return calendar_reader_cached((CalendarReader **) &fcinfo->flinfo->fn_extra,
								  PG_GETARG_DATUM(argno), fcinfo->flinfo->fn_mcxt);
}

Datum
vsm_calendar_in(PG_FUNCTION_ARGS)
{
	char	   *text = PG_GETARG_CSTRING(0);
	InputError	error;
	Calendar   *calendar = calendar_parse(text, strlen(text), &error);

	if (calendar == NULL)
		vsm_ereturn(VSM_ESCONTEXT(fcinfo), (Datum) 0,
					(errcode(error.sqlstate),
					 errmsg("invalid input syntax for type %s", "vsm.calendar"),
					 errdetail_internal("%s", error.detail)));
	PG_RETURN_POINTER(calendar);
}

Datum
vsm_calendar_out(PG_FUNCTION_ARGS)
{
	StringInfoData text;

	initStringInfo(&text);
	calendar_print(calendar_from_datum(PG_GETARG_DATUM(0)), &text);
	PG_RETURN_CSTRING(text.data);
}

/*
 * The binary form is read by the parser of the text form, so nothing reaches the compiled value
 * unchecked. Any fault in it is 22P03.
 */
Datum
vsm_calendar_recv(PG_FUNCTION_ARGS)
{
	StringInfo	message = (StringInfo) PG_GETARG_POINTER(0);
	int			version = pq_getmsgbyte(message);
	InputError	error;
	Calendar   *calendar;
	char	   *text;
	int			len;

	if (version != CALENDAR_BINARY_VERSION)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("unsupported binary format of type %s", "vsm.calendar"),
				 errdetail("Its format version is %d; this version of vsm reads %d.",
						   version, CALENDAR_BINARY_VERSION)));
	text = pq_getmsgtext(message, message->len - message->cursor, &len);
	calendar = calendar_parse(text, len, &error);
	if (calendar == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("invalid binary format of type %s", "vsm.calendar"),
				 errdetail_internal("%s", error.detail)));
	PG_RETURN_POINTER(calendar);
}

Datum
vsm_calendar_send(PG_FUNCTION_ARGS)
{
	StringInfoData text;
	StringInfoData message;

	initStringInfo(&text);
	calendar_print(calendar_from_datum(PG_GETARG_DATUM(0)), &text);
	pq_begintypsend(&message);
	pq_sendbyte(&message, CALENDAR_BINARY_VERSION);
	pq_sendtext(&message, text.data, text.len);
	PG_RETURN_BYTEA_P(pq_endtypsend(&message));
}

static Calendar *
calendar_from_json(const char *json, int len)
{
	InputError	error;
	Calendar   *calendar = calendar_parse(json, len, &error);

	if (calendar == NULL)
		ereport(ERROR,
				(errcode(error.sqlstate),
				 errmsg("invalid input syntax for type %s", "vsm.calendar"),
				 errdetail_internal("%s", error.detail)));
	return calendar;
}

Datum
vsm_calendar_from_json(PG_FUNCTION_ARGS)
{
	text	   *json = PG_GETARG_TEXT_PP(0);

	PG_RETURN_POINTER(calendar_from_json(VARDATA_ANY(json), VARSIZE_ANY_EXHDR(json)));
}

Datum
vsm_calendar_from_jsonb(PG_FUNCTION_ARGS)
{
	Jsonb	   *jsonb = PG_GETARG_JSONB_P(0);
	char	   *json = JsonbToCString(NULL, &jsonb->root, VARSIZE(jsonb));

	PG_RETURN_POINTER(calendar_from_json(json, strlen(json)));
}

Datum
vsm_calendar_to_json(PG_FUNCTION_ARGS)
{
	StringInfoData text;

	initStringInfo(&text);
	calendar_print(calendar_from_datum(PG_GETARG_DATUM(0)), &text);
	PG_RETURN_TEXT_P(cstring_to_text_with_len(text.data, text.len));
}

Datum
vsm_calendar_to_jsonb(PG_FUNCTION_ARGS)
{
	StringInfoData text;

	initStringInfo(&text);
	calendar_print(calendar_from_datum(PG_GETARG_DATUM(0)), &text);
	return DirectFunctionCall1(jsonb_in, CStringGetDatum(text.data));
}

static int
compare_arguments(FunctionCallInfo fcinfo)
{
	Calendar   *a = calendar_from_datum(PG_GETARG_DATUM(0));
	Calendar   *b = calendar_from_datum(PG_GETARG_DATUM(1));
	int			result = calendar_compare(a, b);

	PG_FREE_IF_COPY(a, 0);
	PG_FREE_IF_COPY(b, 1);
	return result;
}

static struct varlena *
hashed_argument(FunctionCallInfo fcinfo)
{
	return (struct varlena *) calendar_from_datum(PG_GETARG_DATUM(0));
}

COMPARISON_FUNCTIONS(calendar, compare_arguments, compare_arguments)
HASH_FUNCTIONS(calendar, hashed_argument)
