/*
 * refused_documents_sql.c
 *		The documents that state what cannot be taken, and why.
 *
 * One fact that cannot be taken is reason enough to take none of its document: what is left would be
 * taken for all that it says.
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/pg_collation.h"
#include "model/refused_documents_sql.h"
#include "model/told_fact_sql.h"
#include "utils/builtins.h"
#include "utils/datetime.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"
#include "utils/varlena.h"

typedef struct RefusedDocument
{
	int64		document;		/* 0: facts that are of none */
	char	   *reason;			/* about a name; NULL: only times are at fault */
	TimestampTz at;				/* the latest of what cannot be taken */
	bool		has_at;
	TimestampTz received_at;
	bool		has_received_at;
} RefusedDocument;

/* The document of a fact among those that are refused, which it becomes. */
static RefusedDocument *
refused_document(HTAB **table, MemoryContext context, int64 document)
{
	RefusedDocument *refused;
	bool		found;

	if (*table == NULL)
	{
		HASHCTL		control = {0};

		control.keysize = sizeof(int64);
		control.entrysize = sizeof(RefusedDocument);
		control.hcxt = context;
		*table = hash_create("vsm refused documents", 64, &control, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	}
	refused = hash_search(*table, &document, HASH_ENTER, &found);
	if (!found)
	{
		memset(refused, 0, sizeof(RefusedDocument));
		refused->document = document;
	}
	return refused;
}

bool
is_refused_fact(HTAB **table, MemoryContext context, int kind, const Datum *values, const bool *nulls)
{
	char	   *reason = long_name_reason(kind, values, nulls);
	bool		is_later = false;
	RefusedDocument *refused;

	if (!nulls[AT] && kind != FACT_ALIAS && kind != FACT_LINK && kind != FACT_HISTORY)
	{
		TimestampTz received_at = nulls[RECEIVED_AT] ? GetCurrentTransactionStartTimestamp() :
			DatumGetTimestampTz(values[RECEIVED_AT]);

		/* A day has 24 hours or, where clocks are set, an hour more or less: not what matters here. */
		is_later = !TIMESTAMP_NOT_FINITE(received_at) && DatumGetTimestampTz(values[AT]) > received_at + USECS_PER_DAY;
	}
	if (reason == NULL && !is_later)
		return false;

	refused = refused_document(table, context, nulls[DOCUMENT] ? 0 : DatumGetInt64(values[DOCUMENT]));
	/* Whichever fact comes first, the same of several reasons. */
	if (reason != NULL &&
		(refused->reason == NULL ||
		 varstr_cmp(reason, strlen(reason), refused->reason, strlen(refused->reason), DEFAULT_COLLATION_OID) < 0))
		refused->reason = MemoryContextStrdup(context, reason);
	if (!nulls[AT] && (!refused->has_at || refused->at < DatumGetTimestampTz(values[AT])))
	{
		refused->at = DatumGetTimestampTz(values[AT]);
		refused->has_at = true;
	}
	if (!nulls[RECEIVED_AT] && (!refused->has_received_at || refused->received_at < DatumGetTimestampTz(values[RECEIVED_AT])))
	{
		refused->received_at = DatumGetTimestampTz(values[RECEIVED_AT]);
		refused->has_received_at = true;
	}
	return true;
}

bool
is_refused_document(HTAB *refused, int64 document)
{
	return hash_search(refused, &document, HASH_FIND, NULL) != NULL;
}

static char *
shown_time(TimestampTz at)
{
	struct pg_tm tm;
	fsec_t		fraction;

	if (TIMESTAMP_NOT_FINITE(at))
		return at < 0 ? "-infinity" : "infinity";
	if (timestamp2tm(at, NULL, &tm, &fraction, NULL, NULL) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("timestamp out of range")));
	return psprintf("%04d-%02d-%02d %02d:%02d:%02dZ", tm.tm_year > 0 ? tm.tm_year : -(tm.tm_year - 1), tm.tm_mon, tm.tm_mday,
					tm.tm_hour, tm.tm_min, tm.tm_sec);
}

void
add_refused_rows(HTAB *table, Rows *rows)
{
	HASH_SEQ_STATUS scan;
	RefusedDocument *refused;

	hash_seq_init(&scan, table);
	while ((refused = hash_seq_search(&scan)) != NULL)
	{
		Datum		values[2] = {Int64GetDatum(refused->document), (Datum) 0};
		bool		nulls[2] = {refused->document == 0, false};
		char	   *reason = refused->reason;

		/* Versions of earlier states are some microseconds older than what the payload says. */
		if (reason == NULL)
			reason = psprintf("it tells of %s, which is later than when it was received (%s)",
							  shown_time(TIMESTAMP_NOT_FINITE(refused->at) ? refused->at : refused->at + 10),
							  shown_time(refused->has_received_at ? refused->received_at : GetCurrentTransactionStartTimestamp()));
		values[1] = CStringGetTextDatum(reason);
		rows_add(rows, values, nulls);
	}
}
