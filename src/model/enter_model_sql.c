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
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "model/enter_model.h"
#include "model/execute_sql.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

PG_FUNCTION_INFO_V1(vsm_enter_model);
PG_FUNCTION_INFO_V1(vsm_owns_tables);
PG_FUNCTION_INFO_V1(vsm_has_columns);
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

/*
 * owns_tables(model text, tables text[]) -> boolean
 *
 * Whether each of these is a table of a model, and the current user's. What is not so is said in a
 * sentence by vsm.check_model and vsm.check_owner, which cost more than to read a payload.
 */
Datum
vsm_owns_tables(PG_FUNCTION_ARGS)
{
	Oid			schema = get_namespace_oid(text_to_cstring(PG_GETARG_TEXT_PP(0)), true);
	Datum	   *names;
	bool	   *nulls;
	int			count;

	if (!OidIsValid(schema))
		PG_RETURN_BOOL(false);
	deconstruct_array(PG_GETARG_ARRAYTYPE_P(1), TEXTOID, -1, false, TYPALIGN_INT, &names, &nulls, &count);
	for (int i = 0; i < count; i++)
	{
		Oid			table = nulls[i] ? InvalidOid : get_relname_relid(TextDatumGetCString(names[i]), schema);
		char		kind = OidIsValid(table) ? get_rel_relkind(table) : '\0';

		if ((kind != RELKIND_RELATION && kind != RELKIND_PARTITIONED_TABLE) || !is_own(table))
			PG_RETURN_BOOL(false);
	}
	PG_RETURN_BOOL(true);
}

/*
 * has_columns(model text, relation text, names text[], types regtype[]) -> boolean
 *
 * Whether a table of a model has all of these columns, with those types.
 */
Datum
vsm_has_columns(PG_FUNCTION_ARGS)
{
	Oid			schema = get_namespace_oid(text_to_cstring(PG_GETARG_TEXT_PP(0)), true);
	Oid			table = OidIsValid(schema) ? get_relname_relid(text_to_cstring(PG_GETARG_TEXT_PP(1)), schema) : InvalidOid;
	Datum	   *names;
	Datum	   *types;
	bool	   *name_nulls;
	bool	   *type_nulls;
	int			count;
	int			type_count;

	deconstruct_array(PG_GETARG_ARRAYTYPE_P(2), TEXTOID, -1, false, TYPALIGN_INT, &names, &name_nulls, &count);
	deconstruct_array(PG_GETARG_ARRAYTYPE_P(3), REGTYPEOID, sizeof(Oid), true, TYPALIGN_INT, &types, &type_nulls, &type_count);
	if (!OidIsValid(table) || count != type_count)
		PG_RETURN_BOOL(false);
	for (int i = 0; i < count; i++)
	{
		AttrNumber	column = name_nulls[i] ? InvalidAttrNumber : get_attnum(table, TextDatumGetCString(names[i]));

		if (column == InvalidAttrNumber || type_nulls[i] || get_atttype(table, column) != DatumGetObjectId(types[i]))
			PG_RETURN_BOOL(false);
	}
	PG_RETURN_BOOL(true);
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
