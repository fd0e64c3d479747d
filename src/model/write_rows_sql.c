/*
 * write_rows_sql.c
 *		Writes the facts about rows of a table of a model.
 */
#include "postgres.h"

#include "access/table.h"
#include "base/compat.h"
#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "model/add_rows.h"
#include "model/enter_model.h"
#include "model/execute_sql.h"
#include "model/held_facts.h"
#include "nodes/makefuncs.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

PG_FUNCTION_INFO_V1(vsm_write_rows);

/* A table whose rows are told column by column. */
typedef struct ToldTable
{
	char	   *name;			/* with its schema; this and columns as statements write them */
	char	   *key;			/* every such table is keyed by its first column */
	List	   *columns;		/* what facts may name: all but the key and what is kept of the facts themselves */
	const char *earliest;		/* the column whose earliest time holds; NULL: none */
	bool		is_item;
	bool		is_laid;		/* vsm.lay_row makes its rows */
} ToldTable;

static bool
is_kept(const ToldTable *table, const char *column)
{
	static const char *const kept[] = {"updated_at", "told", "payload", "xid"};
	static const char *const kept_of_item[] = {"type", "changelog", "changelog_until"};

	for (int i = 0; i < lengthof(kept); i++)
	{
		if (strcmp(column, kept[i]) == 0)
			return true;
	}
	for (int i = 0; table->is_item && i < lengthof(kept_of_item); i++)
	{
		if (strcmp(column, kept_of_item[i]) == 0)
			return true;
	}
	return table->earliest != NULL && strcmp(column, table->earliest) == 0;
}

static bool
is_laid_type(Oid type)
{
	return type == TEXTOID || type == TIMESTAMPTZOID || type == NUMERICOID || type == INT4OID || type == INT8OID || type == BOOLOID ||
		type == JSONBOID || type == TEXTARRAYOID;
}

static void
look_at_table(ToldTable *table, const char *relation)
{
	/* (by search_path, in which another table may come before that of the model) */
	Oid			oid = RangeVarGetRelid(makeRangeVar(NULL, pstrdup(relation), -1), AccessShareLock, false);
	Relation	target = table_open(oid, NoLock);

	table->name = psprintf("%s.%s", quote_identifier(get_namespace_name(RelationGetNamespace(target))), quote_identifier(relation));
	table->key = NULL;
	table->columns = NIL;
	table->is_item = strcmp(relation, "item") == 0;
	table->earliest = NULL;
	table->is_laid = true;
	if (strcmp(relation, "merge_request") == 0)
		table->earliest = "first_review_at";
	else if (strcmp(relation, "incident") == 0)
		table->earliest = "acknowledged_at";
	for (int i = 0; i < RelationGetNumberOfAttributes(target); i++)
	{
		Form_pg_attribute column = TupleDescAttr(RelationGetDescr(target), i);

		if (column->attisdropped)
			continue;
		if (table->key == NULL)
			table->key = pstrdup(NameStr(column->attname));
		else if (!is_kept(table, NameStr(column->attname)))
		{
			table->columns = lappend(table->columns, pstrdup(quote_identifier(NameStr(column->attname))));
			table->is_laid &= is_laid_type(column->atttypid);
		}
	}
	table_close(target, NoLock);
	if (table->key == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_COLUMN),
				 errmsg("table %s has no columns", table->name)));
}

/* For each column: the format, with the name of the column in the place of each %s. */
static void
append_columns(StringInfo statement, const ToldTable *table, const char *before, const char *between)
{
	ListCell   *cell;

	foreach(cell, table->columns)
	{
		appendStringInfoString(statement, before);
		if (between != NULL)
		{
			appendStringInfoString(statement, (char *) lfirst(cell));
			appendStringInfoString(statement, between);
		}
		appendStringInfoString(statement, (char *) lfirst(cell));
	}
}

/* The columns that are no facts, as an array of SQL. */
static void
append_kept(StringInfo statement, const ToldTable *table, bool with_key)
{
	appendStringInfoString(statement, "'{updated_at,told,payload,xid");
	if (table->is_item)
		appendStringInfoString(statement, ",type,changelog,changelog_until");
	if (table->earliest != NULL)
		appendStringInfo(statement, ",%s", table->earliest);
	appendStringInfoString(statement, "}'::text[]");
	if (with_key)
		appendStringInfo(statement, " || %s::text", quote_literal_cstr(table->key));
}

/*
 * The facts of an entity laid over each other, values as the columns' types write them, so that they
 * can be compared; with the periods of which all changes of an item are known, if that is asked.
 */
static void
append_laid(StringInfo statement, const ToldTable *table, const char *model, const char *relation, const char *aggregate,
			bool with_periods)
{
	const char *of_rows = with_periods ? " FILTER (WHERE f.period IS NULL)" : "";

	appendStringInfo(statement,
					 "SELECT f.entity, max(f.at) AS at, max(f.payload) AS payload, bool_or(f.again) AS again, "
					 "min(f.earliest) AS earliest, %svsm.%s(NULL::%s, f.details, f.at, ",
					 with_periods ? "range_agg(f.period) FILTER (WHERE f.period IS NOT NULL) AS periods, " : "", aggregate, table->name);
	append_kept(statement, table, false);
	appendStringInfo(statement, ")%s AS %s FROM (SELECT f.entity, f.at, f.payload, f.again, ", of_rows,
					 strcmp(aggregate, "lay_row") == 0 ? "whole" : "laid");
	if (table->is_item)
		/* A day without a time ends in the model's time zone. */
		appendStringInfoString(statement,
							   "CASE WHEN f.details ->> 'due_at' ~ '^\\d{4}-\\d\\d-\\d\\d$' THEN f.details || jsonb_build_object('due_at', "
							   "((f.details ->> 'due_at')::date + 1)::timestamp AT TIME ZONE m.time_zone - interval '1 microsecond') "
							   "ELSE f.details END");
	else
		appendStringInfoString(statement, "f.details");
	if (table->earliest != NULL)
		appendStringInfo(statement, " AS details, (f.details ->> '%s')::timestamptz AS earliest", table->earliest);
	else
		appendStringInfoString(statement, " AS details, NULL::timestamptz AS earliest");
	if (with_periods)
		appendStringInfoString(statement, ", NULL::tstzrange AS period");
	appendStringInfo(statement, " FROM %s AS f", quote_identifier(psprintf("told_%s", relation)));
	if (table->is_item)
		appendStringInfo(statement, ", %s.model AS m", quote_identifier(model));
	if (with_periods)
		appendStringInfoString(statement,
							   " UNION ALL SELECT h.entity, NULL, NULL, NULL, NULL, NULL, tstzrange(h.at, h.until, '[]') "
							   "FROM told_history AS h WHERE (h.at <= h.until) IS NOT FALSE");
	appendStringInfo(statement, ") AS f GROUP BY f.entity%s", with_periods ? " HAVING bool_or(f.period IS NULL)" : "");
}

static void
append_told(StringInfo statement, const ToldTable *table, const char *model, const char *relation, bool with_periods)
{
	appendStringInfo(statement,
					 "WITH told AS MATERIALIZED ("
					 "SELECT l.entity, l.at, (l.laid).columns, (l.laid).told AS versions, l.payload, l.again, l.earliest%s FROM (",
					 with_periods ? ", l.periods" : "");
	append_laid(statement, table, model, relation, "lay_columns", with_periods);
	appendStringInfoString(statement, ") AS l)");
}

/* The columns of a row that is made, and the rows, behind the facts laid over each other. */
static char *
made_columns(const ToldTable *table, bool with_periods)
{
	StringInfoData columns;

	initStringInfo(&columns);
	appendStringInfo(&columns, "%s, updated_at, told, payload, xid", quote_identifier(table->key));
	append_columns(&columns, table, ", ", NULL);
	if (table->is_item)
		appendStringInfoString(&columns, ", type");
	else if (table->earliest != NULL)
		appendStringInfo(&columns, ", %s", table->earliest);
	if (with_periods)
		appendStringInfoString(&columns, ", changelog, changelog_until");
	return columns.data;
}

static void
append_row(StringInfo statement, const ToldTable *table, const char *told, bool with_periods)
{
	appendStringInfo(statement, "SELECT t.entity, t.at, (t.%s).told, t.payload, pg_current_xact_id()", told);
	append_columns(statement, table, ", (t.whole).", NULL);
	if (table->is_item)
		appendStringInfoString(statement, ", (t.whole).type_told");
	else if (table->earliest != NULL)
		appendStringInfoString(statement, ", t.earliest");
	if (with_periods)
		appendStringInfoString(statement,
							   ", t.periods, CASE WHEN lower_inf(t.periods) THEN "
							   "upper((SELECT r FROM unnest(t.periods) AS r LIMIT 1)) END");
}

static void
append_made_rows(StringInfo statement, const ToldTable *table, bool with_periods)
{
	append_row(statement, table, "told_row", with_periods);
	appendStringInfo(statement,
					 " FROM (SELECT t.*, vsm.tell_row(NULL, NULL, NULL, t.columns, t.versions, t.at, false) AS told_row, "
					 "jsonb_populate_record(NULL::%s, t.columns) AS whole FROM told AS t OFFSET 0) AS t "
					 "ORDER BY t.entity COLLATE \"C\"", table->name);
}

/* The rows of all facts, for those that are not there; of items with the periods that vsm.write_histories would give them. */
static char *
rows_statement(const ToldTable *table, const char *model, const char *relation)
{
	StringInfoData statement;

	initStringInfo(&statement);
	if (table->is_laid)
	{
		append_row(&statement, table, "whole", table->is_item);
		appendStringInfoString(&statement, " FROM (");
		append_laid(&statement, table, model, relation, "lay_row", table->is_item);
		appendStringInfoString(&statement, " OFFSET 0) AS t ORDER BY t.entity COLLATE \"C\"");
		return statement.data;
	}
	append_told(&statement, table, model, relation, table->is_item);
	appendStringInfoChar(&statement, ' ');
	append_made_rows(&statement, table, table->is_item);
	return statement.data;
}

/*
 * Makes the rows that are not there; returns how many are. It goes for all of them, so that whoever
 * writes one of them meanwhile is waited for, and what comes next sees what he wrote.
 */
static char *
insert_statement(const ToldTable *table, const char *model, const char *relation)
{
	StringInfoData statement;

	initStringInfo(&statement);
	append_told(&statement, table, model, relation, false);
	appendStringInfo(&statement, ", added AS (INSERT INTO %s (%s) ", table->name, made_columns(table, false));
	append_made_rows(&statement, table, false);
	appendStringInfo(&statement, " ON CONFLICT (%s) DO NOTHING RETURNING true) "
					 "SELECT (SELECT count(*) FROM told) - (SELECT count(*) FROM added)", quote_identifier(table->key));
	return statement.data;
}

/* Changes the rows that are there. */
static char *
update_statement(const ToldTable *table, const char *model, const char *relation)
{
	const char *key = quote_identifier(table->key);
	StringInfoData statement;

	initStringInfo(&statement);
	append_told(&statement, table, model, relation, false);
	appendStringInfo(&statement,
					 " UPDATE %s AS o SET updated_at = greatest(o.updated_at, n.at), told = n.told, "
					 "payload = CASE WHEN o.payload < 0 THEN n.payload ELSE greatest(o.payload, n.payload) END", table->name);
	append_columns(&statement, table, ", ", " = (n.whole).");
	if (table->is_item)
		/* Who corrects the type of an item keeps it, until the tracker calls the item otherwise. */
		appendStringInfoString(&statement,
							   ", type = CASE WHEN o.type IS NOT DISTINCT FROM o.type_told "
							   "OR (n.whole).type_told IS DISTINCT FROM o.type_told THEN (n.whole).type_told ELSE o.type END");
	else if (table->earliest != NULL)
		appendStringInfo(&statement,
						 ", %1$s = CASE WHEN o.payload < 0 THEN coalesce(n.earliest, o.%1$s) ELSE least(o.%1$s, n.earliest) END",
						 table->earliest);
	appendStringInfo(&statement,
					 " FROM (SELECT t.entity, t.at, t.payload, r.told, r.columns, w AS whole, t.earliest "
					 "FROM told AS t JOIN %s AS b ON b.%s = t.entity, "
					 "LATERAL vsm.tell_row(to_jsonb(b) - (", table->name, key);
	append_kept(&statement, table, true);
	appendStringInfoString(&statement,
						   "), b.told, b.updated_at, t.columns, t.versions, t.at, t.again) AS r, "
						   "LATERAL jsonb_populate_record(b, coalesce(r.columns, '{}')) AS w "
						   "WHERE r.columns IS NOT NULL OR r.told IS DISTINCT FROM b.told OR t.at > b.updated_at "
						   "OR t.at IS NOT NULL AND b.updated_at IS NULL OR b.payload < 0 OR t.payload > coalesce(b.payload, 0)");
	if (table->earliest != NULL)
		appendStringInfo(&statement, " OR (b.%s <= t.earliest) IS NOT TRUE AND t.earliest IS NOT NULL", table->earliest);
	appendStringInfo(&statement, ") AS n WHERE o.%s = n.entity", key);
	return statement.data;
}

/*
 * write_rows(model text, relation text) -> void
 *
 * Writes the facts that are held about rows of a table of the model.
 */
Datum
vsm_write_rows(PG_FUNCTION_ARGS)
{
	char	   *model = PG_ARGISNULL(0) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(0));
	char	   *relation;
	ToldTable	table;
	uint64		written;
	uint64		there;
	bool		is_null;

	enter_model(model);
	if (PG_ARGISNULL(1))
		PG_RETURN_VOID();
	relation = text_to_cstring(PG_GETARG_TEXT_PP(1));
	look_at_table(&table, relation);
	SPI_connect();
	share_held_facts();
	if (!add_new_rows(relation, made_columns(&table, table.is_item), rows_statement(&table, model, relation), &written, &there))
	{
		(void) execute_guarded(insert_statement(&table, model, relation), NULL, NULL);
		there = DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &is_null));
	}
	if (there > 0)
		(void) execute_guarded(update_statement(&table, model, relation), NULL, NULL);
	SPI_finish();
	PG_RETURN_VOID();
}
