/*
 * trailers_sql.c
 *		vsm.trailers: the trailers of a commit's message.
 */
#include "postgres.h"

#include "base/compat.h"
#include "base/rows_sql.h"
#include "correlation/trailers.h"
#include "utils/builtins.h"

PG_FUNCTION_INFO_V1(vsm_trailers);

/* The value on one line: each line feed and the blanks after it become a space, as git unfolds it. */
static text *
unfolded(const Trailer *trailer)
{
	text	   *result = palloc(VARHDRSZ + trailer->value_len);
	char	   *to = VARDATA(result);
	const char *end = trailer->value + trailer->value_len;

	for (const char *p = trailer->value; p < end;)
	{
		if (*p == '\n' || (*p == '\r' && p + 1 < end && p[1] == '\n'))
		{
			while (p < end && (*p == '\n' || *p == '\r' || *p == ' ' || *p == '\t'))
				p++;
			*to++ = ' ';
		}
		else
			*to++ = *p++;
	}
	SET_VARSIZE(result, to - (char *) result);
	return result;
}

/*
 * trailers(message text) -> setof trailer (key text, value text)
 *
 * In the order of the message; no rows for a message without trailers and for NULL.
 */
Datum
vsm_trailers(PG_FUNCTION_ARGS)
{
	text	   *message = PG_GETARG_TEXT_PP(0);
	const char *end = VARDATA_ANY(message) + VARSIZE_ANY_EXHDR(message);
	const char *place = trailers_begin(VARDATA_ANY(message), &end);
	Trailer		trailer;
	Rows		rows;

	rows_begin_set(fcinfo, &rows);
	while (trailers_next(&place, end, &trailer))
	{
		Datum		values[2];
		bool		nulls[2] = {false, false};

		values[0] = PointerGetDatum(cstring_to_text_with_len(trailer.key, trailer.key_len));
		values[1] = PointerGetDatum(unfolded(&trailer));
		rows_add(&rows, values, nulls);
		pfree(DatumGetPointer(values[0]));
		pfree(DatumGetPointer(values[1]));
	}
	return rows_end(&rows);
}
