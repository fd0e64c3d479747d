/*
 * enter_model_sql.c
 *		Names of tables that mean those of a model, if it is the caller's.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/xact.h"
#include "base/compat.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "executor/spi.h"
#include "model/enter_model.h"
#include "model/execute_sql.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

PG_FUNCTION_INFO_V1(vsm_enter_model);
PG_FUNCTION_INFO_V1(vsm_enter_batch);
PG_FUNCTION_INFO_V1(vsm_leave_batch);

/*
 * Of a distributed model, the rows that a batch changes lie in a schema of their own, whose tables
 * come before those of the model. Which model that is now, until the transaction ends.
 */
static struct
{
	char		model[NAMEDATALEN];
	char		schema[NAMEDATALEN];
	SubTransactionId subtransaction;
	bool		is_watched;
}			batch;

/* Says what is wrong with a model, if anything is. */
static void
check_model(const char *check, const char *model)
{
	Datum		argument = model == NULL ? (Datum) 0 : CStringGetTextDatum(model);
	bool		is_null = model == NULL;

	SPI_connect();
	(void) execute_kept(check, 1, &argument, &is_null, NULL);
	SPI_finish();
}

/* The table "model" of a schema, or InvalidOid. */
static Oid
model_table(const char *model)
{
	Oid			schema = model == NULL ? InvalidOid : LookupExplicitNamespace(model, true);

	return OidIsValid(schema) ? get_relname_relid("model", schema) : InvalidOid;
}

static bool
is_own(Oid table)
{
	HeapTuple	tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(table));
	bool		result = HeapTupleIsValid(tuple) && ((Form_pg_class) GETSTRUCT(tuple))->relowner == GetUserId();

	if (HeapTupleIsValid(tuple))
		ReleaseSysCache(tuple);
	return result;
}

void
enter_model(const char *model)
{
	Oid			table = model_table(model);
	char	   *path;

	if (!OidIsValid(table))
		check_model("SELECT vsm.check_model($1)", model);
	/* Whoever calls a part of it by itself is no safer than who calls the whole. */
	if (!is_own(table))
		check_model("SELECT vsm.check_owner($1)", model);
	if (batch.model[0] != '\0' && strcmp(batch.model, model) == 0)
		path = psprintf("pg_catalog, %s, %s, pg_temp", quote_identifier(batch.schema), quote_identifier(model));
	else
		path = psprintf("pg_catalog, %s, pg_temp", quote_identifier(model));
	(void) set_config_option("search_path", path, superuser() ? PGC_SUSET : PGC_USERSET, PGC_S_SESSION, GUC_ACTION_LOCAL, true, 0, false);
	pfree(path);
}

/* enter_model(model text) -> void */
Datum
vsm_enter_model(PG_FUNCTION_ARGS)
{
	enter_model(PG_ARGISNULL(0) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(0)));
	PG_RETURN_VOID();
}

static void
end_batch(XactEvent event, void *argument)
{
	batch.model[0] = '\0';
}

static void
end_batch_within(SubXactEvent event, SubTransactionId own, SubTransactionId parent, void *argument)
{
	if (event == SUBXACT_EVENT_ABORT_SUB && batch.subtransaction >= own)
		batch.model[0] = '\0';
	else if (event == SUBXACT_EVENT_COMMIT_SUB && batch.subtransaction == own)
		batch.subtransaction = parent;
}

/* enter_batch(model text, schema text) -> void */
Datum
vsm_enter_batch(PG_FUNCTION_ARGS)
{
	char	   *model = text_to_cstring(PG_GETARG_TEXT_PP(0));
	char	   *schema = text_to_cstring(PG_GETARG_TEXT_PP(1));

	enter_model(model);
	/* Names are as long as names can be: there are schemas of these. */
	(void) LookupExplicitNamespace(schema, false);
	if (!batch.is_watched)
	{
		RegisterXactCallback(end_batch, NULL);
		RegisterSubXactCallback(end_batch_within, NULL);
		batch.is_watched = true;
	}
	strlcpy(batch.model, model, NAMEDATALEN);
	strlcpy(batch.schema, schema, NAMEDATALEN);
	batch.subtransaction = GetCurrentSubTransactionId();
	enter_model(model);
	PG_RETURN_VOID();
}

/* leave_batch() -> void */
Datum
vsm_leave_batch(PG_FUNCTION_ARGS)
{
	char		model[NAMEDATALEN];

	strlcpy(model, batch.model, NAMEDATALEN);
	batch.model[0] = '\0';
	if (model[0] != '\0')
		enter_model(model);
	PG_RETURN_VOID();
}
