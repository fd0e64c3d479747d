/*
 * calendar_io.c
 *		vsm.calendar as a type: text, binary, json and jsonb, comparison, hash; and calendars as
 *		arguments.
 */
#include "postgres.h"

#include "base/compat.h"
#include "base/value_io.h"
#include "calendar/calendar_io.h"
#include "calendar/calendar_text.h"

/* Of the binary form: this byte, then the text form. */
#define CALENDAR_BINARY_VERSION 1

static const char *const type_name = "vsm.calendar";

Calendar *
calendar_from_datum(Datum datum)
{
	Calendar   *calendar = (Calendar *) PG_DETOAST_DATUM(datum);

	calendar_check_format(calendar);
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

VALUE_TEXT_FUNCTIONS(calendar, type_name, calendar_from_datum, calendar_from_text, calendar_to_text)
VALUE_COMPARISON_FUNCTIONS(calendar, calendar_from_datum, calendar_compare)

/* Sent as text, so nothing reaches the compiled value unchecked. */
VALUE_BINARY_TEXT_FUNCTIONS(calendar, type_name, CALENDAR_BINARY_VERSION, calendar_from_datum, calendar_from_text, calendar_to_text)
