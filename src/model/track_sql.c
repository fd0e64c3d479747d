/*
 * track_sql.c
 *		Trigger of tables that vsm.track was told of: each change of a state goes to the inbox of a
 *		model.
 *
 * It is in C because it runs for every row that an application writes, and because it writes as the
 * owner of the model: who changes a row needs no right to the model. So that nobody else can write
 * there by a trigger of his own making, the statement that writes finds the table in the model's
 * table tracked, or writes nothing.
 */
#include "postgres.h"

#include "access/xact.h"
#include "base/compat.h"
#include "catalog/namespace.h"
#include "catalog/partition.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "model/execute_sql.h"
#include "model/inbox.h"
#include "utils/builtins.h"
#include "utils/datetime.h"
#include "utils/datum.h"
#include "utils/json.h"
#include "utils/jsonb.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/resowner.h"
#include "utils/syscache.h"

PG_FUNCTION_INFO_V1(vsm_track_change);
PG_FUNCTION_INFO_V1(vsm_tracked_text);

/* What the arguments of a trigger say, of one table in a statement: see vsm_track_change. */
typedef struct Tracked
{
	const char *missing;		/* a column that the table has no longer; else NULL */
	int			columns;
	int			ids;			/* columns that make up the id */
	int			state;			/* which of them is the state */
	struct
	{
		const char *member;		/* of the payload */
		int			number;		/* of the column */
	}			column[FLEXIBLE_ARRAY_MEMBER];
} Tracked;

/* Changes that this session has told of: they keep their order, and have names of their own. */
static int64 changes = 0;

/*
 * The row that was deleted last, by the table tracked, id and state. An update that moves a row
 * to another partition deletes and inserts it, one row after the other.
 */
static struct
{
	FullTransactionId transaction;
	Oid			table;
	char	   *id;				/* NULL: none */
	char	   *state;			/* NULL: it had none */
}			deleted;

static Tracked *
read_arguments(Trigger *trigger, Relation relation, MemoryContext context)
{
	int			columns = trigger->tgnargs / 2 - 1;
	Tracked    *tracked = MemoryContextAllocZero(context, offsetof(Tracked, column) + columns * sizeof(tracked->column[0]));

	tracked->state = -1;
	for (int i = 0; i < columns; i++)
	{
		const char *member = trigger->tgargs[2 + 2 * i];
		const char *name = trigger->tgargs[3 + 2 * i];
		int			number = SPI_fnumber(RelationGetDescr(relation), name);

		if (number <= 0 && tracked->missing == NULL)
			tracked->missing = MemoryContextStrdup(context, name);
		tracked->column[tracked->columns].member = MemoryContextStrdup(context, member);
		tracked->column[tracked->columns].number = number;
		if (strcmp(member, "state") == 0)
			tracked->state = tracked->columns;
		else if (strcmp(member, "id") == 0)
			tracked->ids++;
		tracked->columns++;
	}
	if (tracked->state < 0 || tracked->ids == 0)
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("trigger \"%s\" was not made by vsm.track", trigger->tgname),
				 errdetail("Its arguments name no state, or no id.")));
	return tracked;
}

/* A value as text that means the same in every session, of JSON that is a text this; NULL if it is JSON's null. */
static char *
value_text(Oid type, Datum value)
{
	char		time[MAXDATELEN + 1];
	const int	utc = 0;
	bool		is_varlena;
	Oid			output;

	switch (getBaseType(type))
	{
		case TIMESTAMPTZOID:
			return pstrdup(JsonEncodeDateTime(time, value, TIMESTAMPTZOID, &utc));
		case TIMESTAMPOID:
			return pstrdup(JsonEncodeDateTime(time, value, TIMESTAMPOID, NULL));
		case DATEOID:
			return pstrdup(JsonEncodeDateTime(time, value, DATEOID, NULL));
		case BOOLOID:
			return pstrdup(DatumGetBool(value) ? "true" : "false");
		case BPCHAROID:
			return TextDatumGetCString(DirectFunctionCall1(rtrim1, value));
		case NUMERICOID:
			return DatumGetCString(DirectFunctionCall1(numeric_out, DirectFunctionCall1(numeric_trim_scale, value)));
		case BYTEAOID:
			{
				bytea	   *bytes = DatumGetByteaPP(value);
				char	   *text = palloc(2 * VARSIZE_ANY_EXHDR(bytes) + 3);

				strcpy(text, "\\x");
				text[2 + hex_encode(VARDATA_ANY(bytes), VARSIZE_ANY_EXHDR(bytes), text + 2)] = '\0';
				return text;
			}
		case JSONBOID:
			{
				Jsonb	   *json = DatumGetJsonbP(value);
				JsonbValue	scalar;

				if (JsonbExtractScalar(&json->root, &scalar) && scalar.type == jbvNull)
					return NULL;
				if (JB_ROOT_IS_SCALAR(json) && scalar.type == jbvString)
					return pnstrdup(scalar.val.string.val, scalar.val.string.len);
			}
			break;
		default:
			break;
	}
	getTypeOutputInfo(type, &output, &is_varlena);
	return OidOutputFunctionCall(output, value);
}

/* The value of a column as such a text; NULL if it is empty. */
static char *
column_text(HeapTuple row, TupleDesc columns, int number)
{
	bool		is_null;
	Datum		value = SPI_getbinval(row, columns, number, &is_null);

	return is_null ? NULL : value_text(SPI_gettypeid(columns, number), value);
}

/*
 * tracked_text(anyelement) -> text
 *
 * A value as the trigger tells it.
 */
Datum
vsm_tracked_text(PG_FUNCTION_ARGS)
{
	char	   *text = value_text(get_fn_expr_argtype(fcinfo->flinfo, 0), PG_GETARG_DATUM(0));

	if (text == NULL)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text(text));
}

static void
add_member(StringInfo payload, const char *member, const char *value)
{
	appendStringInfoString(payload, payload->len > 1 ? ", " : "");
	escape_json(payload, member);
	appendStringInfoString(payload, ": ");
	escape_json(payload, value);
}

/* The id of a row; of several columns their values between slashes. NULL if one of them is empty. */
static char *
row_id(const Tracked *tracked, HeapTuple row, TupleDesc columns)
{
	StringInfoData id;

	initStringInfo(&id);
	for (int i = 0; i < tracked->columns; i++)
	{
		char	   *value;

		if (strcmp(tracked->column[i].member, "id") != 0)
			continue;
		if ((value = column_text(row, columns, tracked->column[i].number)) == NULL)
			return NULL;
		if (id.len > 0)
			appendStringInfoChar(&id, '/');
		for (char *c = value; *c; c++)
		{
			if (tracked->ids > 1 && (*c == '/' || *c == '\\'))
				appendStringInfoChar(&id, '\\');
			appendStringInfoChar(&id, *c);
		}
	}
	return id.data;
}

/* Whether an update changed the state or the id. */
static bool
has_changed(const Tracked *tracked, HeapTuple old, HeapTuple new, TupleDesc columns)
{
	for (int i = 0; i < tracked->columns; i++)
	{
		int			number = tracked->column[i].number;
		Form_pg_attribute column;
		bool		old_null;
		bool		new_null;
		Datum		old_value;
		Datum		new_value;

		if (i != tracked->state && strcmp(tracked->column[i].member, "id") != 0)
			continue;
		column = TupleDescAttr(columns, number - 1);
		old_value = SPI_getbinval(old, columns, number, &old_null);
		new_value = SPI_getbinval(new, columns, number, &new_null);
		if (old_null != new_null ||
			(!old_null && !datum_image_eq(old_value, new_value, column->attbyval, column->attlen)))
			return true;
	}
	return false;
}

/* The table that is partitioned, of a part of it. */
static Oid
whole_table(Relation relation)
{
	return relation->rd_rel->relispartition ? llast_oid(get_partition_ancestors(RelationGetRelid(relation)))
		: RelationGetRelid(relation);
}

/* Remembers the row that was deleted. */
static void
remember_deleted(const Tracked *tracked, TriggerData *trigger)
{
	TupleDesc	columns = RelationGetDescr(trigger->tg_relation);
	char	   *id = row_id(tracked, trigger->tg_trigtuple, columns);
	char	   *state = column_text(trigger->tg_trigtuple, columns, tracked->column[tracked->state].number);

	if (deleted.id != NULL)
		pfree(deleted.id);
	if (deleted.state != NULL)
		pfree(deleted.state);
	deleted.id = deleted.state = NULL;
	deleted.state = state != NULL ? MemoryContextStrdup(TopMemoryContext, state) : NULL;
	deleted.id = id != NULL ? MemoryContextStrdup(TopMemoryContext, id) : NULL;
	deleted.table = whole_table(trigger->tg_relation);
	deleted.transaction = GetTopFullTransactionId();
}

/* What a row says, as the reader in sql/model/track_change.sql takes it; NULL if it says nothing. */
static char *
payload_of(const Tracked *tracked, TriggerData *trigger)
{
	TupleDesc	columns = RelationGetDescr(trigger->tg_relation);
	bool		is_update = TRIGGER_FIRED_BY_UPDATE(trigger->tg_event);
	HeapTuple	row = is_update ? trigger->tg_newtuple : trigger->tg_trigtuple;
	StringInfoData payload;
	char		time[MAXDATELEN + 1];
	TimestampTz now = GetCurrentTransactionStartTimestamp();
	char	   *id = row_id(tracked, row, columns);
	char	   *state = column_text(row, columns, tracked->column[tracked->state].number);
	char	   *previous = is_update ? column_text(trigger->tg_trigtuple, columns, tracked->column[tracked->state].number) : NULL;

	/* An empty text is none, as readers have it. */
	if (id == NULL || state == NULL || *id == '\0' || *state == '\0')
		return NULL;
	/* A row that moves to another partition is not new. */
	if (!is_update && deleted.id != NULL && strcmp(deleted.id, id) == 0 && trigger->tg_relation->rd_rel->relispartition &&
		deleted.table == whole_table(trigger->tg_relation) &&
		FullTransactionIdEquals(deleted.transaction, GetTopFullTransactionId()))
	{
		if (deleted.state != NULL && strcmp(deleted.state, state) == 0)
			return NULL;
		is_update = true;
		previous = deleted.state;
	}
	initStringInfo(&payload);
	appendStringInfoChar(&payload, '{');
	add_member(&payload, "id", id);
	for (int i = 0; i < tracked->columns; i++)
	{
		char	   *value;

		if (strcmp(tracked->column[i].member, "id") != 0 &&
			(value = column_text(row, columns, tracked->column[i].number)) != NULL)
			add_member(&payload, tracked->column[i].member, value);
	}
	if (previous != NULL)
		add_member(&payload, "previous", previous);
	add_member(&payload, "now", JsonEncodeDateTime(time, TimestampTzGetDatum(now), TIMESTAMPTZOID, NULL));
	/* Transactions of a cluster that was restored begin anew; together with the time they do not. */
	changes++;
	appendStringInfo(&payload, ", \"change\": \"" INT64_FORMAT "." UINT64_FORMAT "." INT64_FORMAT "\", \"seq\": " INT64_FORMAT
					 ", \"is_new\": %s}",
					 now, U64FromFullTransactionId(GetTopFullTransactionId()), changes, changes, is_update ? "false" : "true");
	return payload.data;
}

/* A table of the model and its owner; an error where it is not there, or goes this moment. */
static Oid
table_owner(const char *model, const char *name, Oid *table)
{
	Oid			schema = get_namespace_oid(model, true);
	HeapTuple	tuple;
	Oid			owner;

	*table = OidIsValid(schema) ? get_relname_relid(name, schema) : InvalidOid;
	tuple = OidIsValid(*table) ? SearchSysCache1(RELOID, ObjectIdGetDatum(*table)) : NULL;

	if (!HeapTupleIsValid(tuple))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_TABLE),
				 errmsg("there is no model in schema \"%s\"", model),
				 errhint("If it got another name, let its owner CALL vsm.track with that; else drop the trigger.")));
	owner = ((Form_pg_class) GETSTRUCT(tuple))->relowner;
	ReleaseSysCache(tuple);
	return owner;
}

/* Writes a payload to the inbox by a statement; returns false if the table is not tracked. */
static bool
insert_payload(const char *model, Relation relation, const char *payload)
{
	StringInfoData statement;
	StringInfoData tables;
	Datum		values[2];
	ListCell   *ancestor;
	bool		is_tracked;

	initStringInfo(&tables);
	appendStringInfo(&tables, "{%u", RelationGetRelid(relation));
	if (relation->rd_rel->relispartition)
		foreach(ancestor, get_partition_ancestors(RelationGetRelid(relation)))
			appendStringInfo(&tables, ",%u", lfirst_oid(ancestor));
	appendStringInfoChar(&tables, '}');
	initStringInfo(&statement);
	appendStringInfo(&statement,
					 "INSERT INTO %s.inbox (source, payload) "
					 "SELECT pg_catalog.concat('track:', t.source), $1 FROM %s.tracked AS t "
					 "WHERE t.relation::pg_catalog.oid OPERATOR(pg_catalog.=) ANY ($2::pg_catalog._oid) LIMIT 1",
					 quote_identifier(model), quote_identifier(model));
	values[0] = CStringGetTextDatum(payload);
	values[1] = CStringGetTextDatum(tables.data);

	SPI_connect();
	(void) execute_kept(statement.data, 2, values, NULL, NULL);
	is_tracked = SPI_processed > 0;
	SPI_finish();
	return is_tracked;
}

/* Writes what a row says to the inbox, as the owner of the model. */
static void
write_change(const char *model, const Tracked *tracked_as, TriggerData *trigger)
{
	Relation	relation = trigger->tg_relation;
	char	   *payload;
	Oid			inbox;
	Oid			tracked;
	Oid			owner;
	Oid			user;
	int			context;
	InboxResult result;

	if (TRIGGER_FIRED_BY_DELETE(trigger->tg_event))
	{
		remember_deleted(tracked_as, trigger);
		return;
	}
	if ((payload = payload_of(tracked_as, trigger)) == NULL)
		return;
	owner = table_owner(model, "inbox", &inbox);

	/* Somebody else's table does not say whose changes the owner wants. */
	if (table_owner(model, "tracked", &tracked) != owner)
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("the tables inbox and tracked of the model in schema \"%s\" belong to different owners", model)));

	GetUserIdAndSecContext(&user, &context);
	SetUserIdAndSecContext(owner, context | SECURITY_LOCAL_USERID_CHANGE | SECURITY_NOFORCE_RLS);
	result = inbox_add_change(inbox, tracked, relation, payload);
	if (result == INBOX_NOT_PLAIN)
		result = insert_payload(model, relation, payload) ? INBOX_WRITTEN : INBOX_NOT_TRACKED;
	SetUserIdAndSecContext(user, context);
	if (result == INBOX_NOT_TRACKED)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("the model in schema \"%s\" does not track table \"%s\"", model, RelationGetRelationName(relation)),
				 errhint("Let its owner CALL vsm.track, or drop the trigger.")));
}

/* Writes what a row says; if that fails, says so and lets the application's statement go on. */
static void
try_change(const char *model, const Tracked *tracked, TriggerData *trigger)
{
	MemoryContext context = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;

	BeginInternalSubTransaction(NULL);
	MemoryContextSwitchTo(context);
	PG_TRY();
	{
		write_change(model, tracked, trigger);
		ReleaseCurrentSubTransaction();
		MemoryContextSwitchTo(context);
		CurrentResourceOwner = owner;
	}
	PG_CATCH();
	{
		ErrorData  *error;

		MemoryContextSwitchTo(context);
		error = CopyErrorData();
		FlushErrorState();
		RollbackAndReleaseCurrentSubTransaction();
		MemoryContextSwitchTo(context);
		CurrentResourceOwner = owner;
		/* Who cancels a statement means all of it. */
		if (error->sqlerrcode == ERRCODE_QUERY_CANCELED)
			ReThrowError(error);
		ereport(WARNING,
				(errcode(error->sqlerrcode),
				 errmsg("a change of table \"%s\" was not tracked: %s", RelationGetRelationName(trigger->tg_relation), error->message),
				 error->detail ? errdetail_internal("%s", error->detail) : 0,
				 error->hint ? errhint("%s", error->hint) : 0));
		FreeErrorData(error);
	}
	PG_END_TRY();
}

/*
 * track_change(model, on_error, member, column, member, column, ...) -> trigger
 *
 * After a row was inserted, or updated so that its state or its id is another: writes what the
 * columns say to the inbox of the model, each under its member. Of a partitioned table also after a
 * row was deleted.
 */
Datum
vsm_track_change(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = (TriggerData *) fcinfo->context;
	Tracked    *tracked;
	const char *model;
	bool		fails;

	if (!CALLED_AS_TRIGGER(fcinfo) || !TRIGGER_FIRED_AFTER(trigger->tg_event) || !TRIGGER_FIRED_FOR_ROW(trigger->tg_event) ||
		TRIGGER_FIRED_BY_TRUNCATE(trigger->tg_event) || trigger->tg_trigger->tgnargs < 6)
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("vsm.track_change is a trigger function"),
				 errdetail("It is called after a row is inserted or updated, by the trigger that vsm.track makes.")));
	model = trigger->tg_trigger->tgargs[0];
	fails = strcmp(trigger->tg_trigger->tgargs[1], "fail") == 0;
	/* Of one table in a statement, columns are looked for once. */
	tracked = fcinfo->flinfo->fn_extra;
	if (tracked == NULL)
		tracked = fcinfo->flinfo->fn_extra = read_arguments(trigger->tg_trigger, trigger->tg_relation, fcinfo->flinfo->fn_mcxt);
	if (tracked->missing != NULL && TRIGGER_FIRED_BY_DELETE(trigger->tg_event))
		return PointerGetDatum(NULL);
	if (tracked->missing != NULL)
	{
		ereport(fails ? ERROR : WARNING,
				(errcode(ERRCODE_UNDEFINED_COLUMN),
				 errmsg("changes of table \"%s\" are not tracked: it has no column \"%s\"",
						RelationGetRelationName(trigger->tg_relation), tracked->missing),
				 errhint("Name its columns anew with CALL vsm.track, or end it with CALL vsm.untrack.")));
		return PointerGetDatum(NULL);
	}
	if (TRIGGER_FIRED_BY_UPDATE(trigger->tg_event) &&
		!has_changed(tracked, trigger->tg_trigtuple, trigger->tg_newtuple, RelationGetDescr(trigger->tg_relation)))
		return PointerGetDatum(NULL);
	if (fails)
		write_change(model, tracked, trigger);
	else
		try_change(model, tracked, trigger);
	return PointerGetDatum(NULL);
}
