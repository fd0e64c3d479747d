/*
 * CALL vsm.attach_fivetran_jira('flow', 'jira'): what another tool leaves in tables becomes rows of
 * the model, by the same door as payloads do, whenever the model is refreshed.
 *
 * A layout is two functions, found by its name, in a file attach_LAYOUT.sql:
 *
 *   vsm.LAYOUT_tables() -> setof vsm.attached_table
 *       the tables and those of their columns that are read. What is marked with ! has to be there;
 *       anything else may be missing. Of names with | between them the first that is there is taken.
 *       Columns may be of any type: they are read as the type that is said, by vsm.attached_value; row
 *       is all columns of the table as JSON.
 *   vsm.LAYOUT_parts() -> setof vsm.attached_part
 *       what is read of them: a statement that gives records as the JSON of the tool's own REST
 *       interface, column body, for a reader of payloads; or, without a reader, facts. [[issue]] in
 *       a statement stands for the rows of a table, [[issue.id]] for those that belong to what has
 *       changed. $1 are the keys of what has changed, $2 is the source, $3 what names mean.
 *
 * and the procedure vsm.attach_LAYOUT.
 *
 * What has changed is told by a column in which a later change has a greater value (the time at which
 * the tool wrote the row): keys of rows from the greatest value of the last time on, of those that have
 * that value only what was written since, as the row itself tells. A row that comes with a lesser value,
 * since its transaction was long, is found by a full pass. Each part is one
 * statement, whatever there is of it, so that its cost is about that of the join of its tables; what
 * it gives is read in batches.
 *
 * Tables that are loaded anew, or hold a row several times, tell the same facts again, and these make
 * the same rows.
 */

CREATE TYPE vsm.attached_table AS (name text, columns text, changed text);
COMMENT ON TYPE vsm.attached_table IS
	'a table of a layout: its name, which ends in ! if it has to be there; its columns that are read, such as id! text, key text, created '
	'time; the column that tells of changes, NULL if none, = if all is read again when anything in it is another; a part of vsm.attached';

CREATE TYPE vsm.attached_part AS (part text, keys text[], reader text, statement text);
COMMENT ON TYPE vsm.attached_part IS
	'what is read of a layout: its name; table.column of rows whose change concerns it; the reader of payloads that reads it, NULL if the '
	'statement gives facts; the statement; a part of vsm.attached';

CREATE FUNCTION vsm.attached_json(value text) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	-- (An exponent of four digits is more than a number can hold. SHAs look like that, too.)
	IF value ~ '^\s*[\[{"]' AND vsm.payload_error(vsm.payload_text(value)) IS NULL
		AND (value !~ '\d[eE]\+?\d{4}' OR regexp_replace(value, '"([^"\\]|\\.)*"', '', 'g') !~ '\d[eE]\+?\d{4}') THEN
		RETURN vsm.payload_json(value);
	END IF;
	RETURN to_jsonb(value);
END
$$;
COMMENT ON FUNCTION vsm.attached_json(text) IS 'the JSON that a column of texts holds, the text itself if it is none; a part of '
	'vsm.attached_value';

CREATE FUNCTION vsm.attached_base(type regtype) RETURNS regtype
LANGUAGE plpgsql STABLE STRICT
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	result regtype := type;
	base   oid;
BEGIN
	LOOP
		SELECT t.typbasetype INTO base FROM pg_type AS t WHERE t.oid = result;
		EXIT WHEN base IS NULL OR base = 0;
		result := base;
	END LOOP;
	RETURN result;
END
$$;
COMMENT ON FUNCTION vsm.attached_base(regtype) IS 'the type below a domain, the type itself if it is none; a part of vsm.attached_value';

CREATE FUNCTION vsm.attached_value(name text, type regtype, kind text) RETURNS text
LANGUAGE plpgsql STABLE STRICT
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	base     CONSTANT regtype := vsm.attached_base(type);
	category CONSTANT "char" := (SELECT t.typcategory FROM pg_type AS t WHERE t.oid = base);
BEGIN
	RETURN CASE kind
		WHEN 'text' THEN
			CASE
				WHEN category = 'S' THEN format('nullif(%s::text, '''')', name)
				WHEN base IN ('int2', 'int4', 'int8', 'uuid') THEN name || '::text'
				WHEN base = 'bytea'::regtype THEN format('nullif(encode(%s, ''hex''), '''')', name)
				ELSE format('vsm.json_text(to_jsonb(%s))', name)
			END
		WHEN 'time' THEN
			-- (Before 1970 is what tools write for never.)
			CASE
				WHEN base = 'timestamptz'::regtype THEN
					format('CASE WHEN %1$s > ''1970-01-01 00:00Z'' AND %1$s < ''10000-01-01 00:00Z'' THEN %1$s END', name)
				WHEN base IN ('timestamp'::regtype, 'date'::regtype) THEN
					format('CASE WHEN %1$s > ''1970-01-01'' AND %1$s < ''10000-01-01'' THEN %1$s::timestamp AT TIME ZONE ''UTC'' END', name)
				ELSE format('vsm.json_time(to_jsonb(%s))', name)
			END
		WHEN 'json' THEN
			CASE
				WHEN base = 'jsonb'::regtype THEN name
				WHEN base = 'json'::regtype THEN format('vsm.attached_json(%s::text)', name)
				WHEN category = 'S' THEN format('vsm.attached_json(nullif(%s::text, ''''))', name)
				ELSE format('to_jsonb(%s)', name)
			END
		WHEN 'number' THEN
			CASE WHEN base IN ('int2', 'int4', 'int8') THEN name || '::numeric'
				ELSE format('trim_scale(vsm.json_number(to_jsonb(%s)))', name) END
		WHEN 'flag' THEN
			CASE WHEN base = 'bool'::regtype THEN name ELSE format('lower(%s::text) IN (''true'', ''t'', ''1'', ''yes'')', name) END
	END;
END
$$;
COMMENT ON FUNCTION vsm.attached_value(text, regtype, text) IS
	'the expression that reads a column of any type as text, time (without a zone: UTC), json, number or flag; a part of vsm.attached';

CREATE FUNCTION vsm.attached_relation(source_schema text, relation text) RETURNS regclass
LANGUAGE sql STABLE STRICT
SET search_path = pg_catalog, pg_temp
RETURN coalesce(to_regclass(format('%I.%I', source_schema, rtrim(relation, '!'))),
	to_regclass(format('%I.%I', source_schema, upper(rtrim(relation, '!')))));
COMMENT ON FUNCTION vsm.attached_relation(text, text) IS
	'the table of a layout in a schema, by its name or the same in capitals; NULL if there is none; a part of vsm.attached';

CREATE FUNCTION vsm.attached_label(relation regclass) RETURNS text
LANGUAGE sql STABLE STRICT
SET search_path = pg_catalog, pg_temp
RETURN (SELECT format('%I.%I', n.nspname, c.relname) FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
	WHERE c.oid = relation);
COMMENT ON FUNCTION vsm.attached_label(regclass) IS 'the name of a table with its schema, as a statement has it; a part of vsm.attached';

CREATE FUNCTION vsm.attached_hint(source_schema text, relation text) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
RETURN CASE
	WHEN to_regclass(format('%I.%I', source_schema, '_airbyte_raw_' || relation)) IS NOT NULL THEN
		format('Airbyte has left it as %I.%I: make a view %I of it, with a column for each member that is read.', source_schema,
			'_airbyte_raw_' || relation, relation)
	ELSE 'Have the tool that fills the schema load it, too; of a table with another name make a view with this one.' END;
COMMENT ON FUNCTION vsm.attached_hint(text, text) IS 'what to do about a table of a layout that is missing; a part of vsm.attached';

CREATE FUNCTION vsm.attached_columns(source_schema text, relation vsm.attached_table)
RETURNS TABLE (name text, attribute name, type regtype, kind text)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	relname CONSTANT text := rtrim(relation.name, '!');
	space   CONSTANT regnamespace := to_regnamespace(quote_ident(source_schema));
	target  regclass;
	wanted  record;
	number  smallint;
BEGIN
	IF space IS NULL THEN
		RAISE EXCEPTION USING
			ERRCODE = 'invalid_schema_name',
			MESSAGE = format('there is no schema "%s"', source_schema),
			HINT = 'Attach the schema by the name that it has now; with the same source what was read before stays as it is.';
	ELSIF NOT has_schema_privilege(space, 'USAGE') THEN
		RAISE EXCEPTION USING
			ERRCODE = 'insufficient_privilege',
			MESSAGE = format('permission denied for schema "%s"', source_schema),
			HINT = format('As its owner: GRANT USAGE ON SCHEMA %1$I TO %2$I; GRANT SELECT ON ALL TABLES IN SCHEMA %1$I TO %2$I',
				source_schema, current_user);
	END IF;
	target := vsm.attached_relation(source_schema, relname);
	IF target IS NULL AND relation.name LIKE '%!' THEN
		RAISE EXCEPTION USING
			ERRCODE = 'undefined_table',
			MESSAGE = format('schema "%s" has no table "%s"', source_schema, relname),
			DETAIL = 'Nothing can be read without it.',
			HINT = vsm.attached_hint(source_schema, relname);
	ELSIF NOT has_any_column_privilege(target, 'SELECT') THEN
		RAISE EXCEPTION USING
			ERRCODE = 'insufficient_privilege',
			MESSAGE = format('permission denied for table %s', vsm.attached_label(target)),
			HINT = format('As its owner: GRANT SELECT ON %s TO %I', vsm.attached_label(target), current_user);
	END IF;
	FOR wanted IN
		SELECT c.part[1] AS names, c.part[2] <> '' AS is_required, c.part[3] AS kind
		FROM regexp_matches(relation.columns, '([\w|]+)(!?) (\w+)', 'g') AS c (part)
	LOOP
		name := split_part(wanted.names, '|', 1);
		kind := wanted.kind;
		-- (A row is all of its columns.)
		SELECT a.attname, vsm.attached_base(a.atttypid), a.attnum INTO attribute, type, number
		FROM unnest(string_to_array(wanted.names, '|')) WITH ORDINALITY AS n (name, place)
			JOIN pg_attribute AS a ON lower(a.attname) = lower(n.name)
		WHERE a.attrelid = target AND a.attnum > 0 AND NOT a.attisdropped AND wanted.kind <> 'row'
		ORDER BY n.place, a.attname = n.name DESC LIMIT 1;
		IF NOT FOUND AND target IS NOT NULL AND wanted.is_required THEN
			RAISE EXCEPTION USING
				ERRCODE = 'undefined_column',
				MESSAGE = format('table %s has no column "%s"', vsm.attached_label(target), replace(wanted.names, '|', '" or "')),
				DETAIL = 'Nothing can be read without it.',
				HINT = 'Have the tool that fills the table load it, too.';
		ELSIF attribute IS NOT NULL AND NOT has_column_privilege(target, number, 'SELECT') THEN
			RAISE EXCEPTION USING
				ERRCODE = 'insufficient_privilege',
				MESSAGE = format('permission denied for column "%s" of table %s', attribute, vsm.attached_label(target)),
				HINT = format('As its owner: GRANT SELECT (%I) ON %s TO %I', attribute, vsm.attached_label(target), current_user);
		END IF;
		RETURN NEXT;
	END LOOP;
END
$$;
COMMENT ON FUNCTION vsm.attached_columns(text, vsm.attached_table) IS
	'the columns of a table of a layout that are read, and what they are in the table of that name in a schema (NULL: it has no such); '
	'raises if something is missing that has to be there; a part of vsm.attached';

-- Of the keys only those that a column of that type can have: of a part whose tables have other types some may be no numbers.
CREATE FUNCTION vsm.attached_keys(keys text[], type regtype) RETURNS text[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	bits CONSTANT integer := CASE type WHEN 'int2'::regtype THEN 15 WHEN 'int4'::regtype THEN 31 WHEN 'int8'::regtype THEN 63 END;
BEGIN
	RETURN CASE
		WHEN bits IS NOT NULL THEN ARRAY(
			SELECT k.key FROM unnest(keys) AS k (key)
			WHERE CASE WHEN k.key ~ '^-?\d{1,19}$' THEN k.key::numeric BETWEEN -(2 ^ bits::numeric) AND 2 ^ bits::numeric - 1 END)
		WHEN type = 'numeric'::regtype THEN ARRAY(
			SELECT k.key FROM unnest(keys) AS k (key) WHERE k.key ~ '^-?\d+(\.\d+)?$' AND length(k.key) < 1000)
		WHEN type = 'uuid'::regtype THEN ARRAY(
			SELECT k.key FROM unnest(keys) AS k (key) WHERE k.key ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$')
		ELSE keys END;
END
$$;
COMMENT ON FUNCTION vsm.attached_keys(text[], regtype) IS
	'those of some keys that are values of a type, which is one of numbers, uuid or text; a part of vsm.attached_rows';

CREATE FUNCTION vsm.attached_keyed(attribute name, type regtype) RETURNS text
LANGUAGE sql STABLE STRICT
SET search_path = pg_catalog, pg_temp
RETURN CASE
	-- As the column's own type, so that an index can find them. (character is character(1) in a cast, bpchar is not.)
	WHEN type IN ('int2', 'int4', 'int8', 'numeric', 'uuid', 'text', 'varchar', 'bpchar') THEN
		format('t.%I = ANY (vsm.attached_keys($1, %L)::%s[])', attribute, type, (SELECT t.typname FROM pg_type AS t WHERE t.oid = type))
	ELSE format('%s = ANY ($1)', vsm.attached_value(format('t.%I', attribute), type, 'text')) END;
COMMENT ON FUNCTION vsm.attached_keyed(name, regtype) IS
	'the condition that a column has one of the keys in $1; a part of vsm.attached_rows';

-- Tools do not agree on how they mark a row that is gone. In Fivetran's history mode the rows of a key are what it was from
-- _fivetran_start to _fivetran_end; that it is gone moves no _fivetran_synced.
CREATE FUNCTION vsm.attached_gone(target regclass) RETURNS text
LANGUAGE sql STABLE STRICT
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
	SELECT string_agg(format(CASE m.kind
			WHEN 'gone' THEN '(%s) IS TRUE' WHEN 'there' THEN '(%s) IS FALSE' ELSE '%s IS NOT NULL' END,
		CASE WHEN m.kind = 'since' THEN format('t.%I', a.attname)
			ELSE vsm.attached_value(format('t.%I', a.attname), a.atttypid, 'flag') END),
		' OR ' ORDER BY m.name)
	FROM (VALUES ('_fivetran_deleted', 'gone'), ('_fivetran_active', 'there'), ('_ab_cdc_deleted_at', 'since'),
			('_sdc_deleted_at', 'since'), ('__deleted', 'gone')) AS m (name, kind)
		JOIN pg_attribute AS a ON lower(a.attname) = m.name
	WHERE a.attrelid = target AND a.attnum > 0 AND NOT a.attisdropped;
END;
COMMENT ON FUNCTION vsm.attached_gone(regclass) IS
	'the condition that a row of a table was deleted, as Fivetran, Airbyte, Stitch and Debezium say it; NULL if they do not; a part of '
	'vsm.attached_rows';

-- Columns of texts may hold JSON, but what people write does not.
CREATE FUNCTION vsm.attached_whole(target regclass) RETURNS text
LANGUAGE sql STABLE STRICT
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
	SELECT CASE WHEN w.texts IS NULL THEN w.row
		ELSE format('CASE WHEN array_to_string(ARRAY[%1$s], '''') ~ ''[[{]'' THEN %2$s%3$s ELSE %2$s END', w.texts, w.row, w.json) END
	FROM (
		-- (Blanks that fill up a character(n) mean nothing.)
		SELECT concat(CASE WHEN bool_or(a.attname <> lower(a.attname)) THEN
				'(SELECT jsonb_object_agg(lower(e.key), e.value) FROM jsonb_each(to_jsonb(t)) AS e)' ELSE 'to_jsonb(t)' END,
			string_agg(format(' || jsonb_build_object(%L, t.%I::text)', lower(a.attname), a.attname), '' ORDER BY a.attnum)
				FILTER (WHERE a.type = 'bpchar'::regtype)) AS row,
			string_agg(format('left(t.%I::text, 1)', a.attname), ', ' ORDER BY a.attnum) FILTER (WHERE a.is_text) AS texts,
			string_agg(format(' || CASE WHEN t.%1$I::text ~ ''^[[{]'' THEN jsonb_build_object(%2$L, vsm.attached_json(t.%1$I::text)) '
				'ELSE ''{}'' END', a.attname, lower(a.attname)), '' ORDER BY a.attnum) FILTER (WHERE a.is_text) AS json
		FROM (
			SELECT a.attname, a.attnum, t.oid AS type, t.typcategory = 'S' AND lower(a.attname) NOT IN ('title',
				'display_title', 'name', 'body', 'description', 'short_description', 'message', 'note', 'comments', 'work_notes',
				'close_notes', 'value', 'oldvalue', 'newvalue') AS is_text
			FROM pg_attribute AS a JOIN pg_type AS t ON t.oid = vsm.attached_base(a.atttypid)
			WHERE a.attrelid = target AND a.attnum > 0 AND NOT a.attisdropped) AS a) AS w;
END;
COMMENT ON FUNCTION vsm.attached_whole(regclass) IS
	'the expression that gives a row of a table as JSON, whose members have the names of columns in small letters; a part of '
	'vsm.attached_rows';

CREATE FUNCTION vsm.attached_rows(source_schema text, relation vsm.attached_table, key text) RETURNS text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	target  CONSTANT regclass := vsm.attached_relation(source_schema, relation.name);
	gone    CONSTANT text := vsm.attached_gone(target);
	ends    CONSTANT boolean := relation.columns ~ '\m_fivetran_deleted\M';
	list    text;
	terms   text[];
	first   record;
	version record;
BEGIN
	-- The versions of a row in history mode: when they began and ended, and whether the row is there.
	SELECT max(a.attname) FILTER (WHERE lower(a.attname) = '_fivetran_start') AS begins,
		max(a.attname) FILTER (WHERE lower(a.attname) = '_fivetran_end') AS ended,
		max(a.attname) FILTER (WHERE lower(a.attname) = '_fivetran_active') AS active
	INTO version
	FROM pg_attribute AS a WHERE a.attrelid = target AND a.attnum > 0 AND NOT a.attisdropped;
	SELECT string_agg(format('%s AS %I', coalesce(
			CASE
				WHEN target IS NULL THEN NULL
				WHEN c.kind = 'row' THEN vsm.attached_whole(target)
				WHEN c.name = '_fivetran_deleted' THEN gone
				WHEN c.name = '_fivetran_synced' AND version.ended IS NOT NULL AND version.active IS NOT NULL THEN
					format('CASE WHEN t.%I THEN %s ELSE %s END', version.active,
						coalesce(vsm.attached_value('t.' || quote_ident(c.attribute), c.type, c.kind), 'NULL'),
						vsm.attached_value(format('t.%I', version.ended), (SELECT a.atttypid FROM pg_attribute AS a
							WHERE a.attrelid = target AND a.attname = version.ended), c.kind)) END,
			vsm.attached_value('t.' || quote_ident(c.attribute), c.type, c.kind),
			'NULL::' || CASE c.kind WHEN 'time' THEN 'timestamptz' WHEN 'json' THEN 'jsonb' WHEN 'row' THEN 'jsonb'
				WHEN 'number' THEN 'numeric'
				WHEN 'flag' THEN 'boolean' ELSE 'text' END), c.name), ', '),
		coalesce(array_agg(vsm.attached_keyed(c.attribute, c.type)) FILTER (WHERE c.name = key AND c.attribute IS NOT NULL), '{}')
	INTO list, terms
	FROM vsm.attached_columns(source_schema, relation) AS c;
	IF target IS NULL THEN
		RETURN format('(SELECT %s WHERE false)', list);
	ELSIF key IS NOT NULL AND NOT ends AND gone IS NOT NULL THEN
		terms := terms || format('(%s) IS NOT TRUE', gone);
	ELSIF version.begins IS NOT NULL AND version.active IS NOT NULL THEN
		-- Of what was deleted the last version.
		SELECT c.* INTO first FROM vsm.attached_columns(source_schema, relation) AS c LIMIT 1;
		IF first.name IN ('id', 'sys_id') THEN
			terms := terms || format('(t.%1$I OR NOT EXISTS (SELECT FROM %2$s AS n WHERE n.%3$I = t.%3$I AND n.%4$I > t.%4$I))',
				version.active, vsm.attached_label(target), first.attribute, version.begins);
		END IF;
	END IF;
	RETURN format('(SELECT %s FROM %s AS t%s)', list, vsm.attached_label(target),
		CASE WHEN terms <> '{}' THEN ' WHERE ' || array_to_string(terms, ' AND ') ELSE '' END);
END
$$;
COMMENT ON FUNCTION vsm.attached_rows(text, vsm.attached_table, text) IS
	'the rows of a table of a layout as a subquery; key, if it is a column: only those in which it is in $1; NULL: those that were '
	'deleted, too, since what happened before bears their names, else without them, unless the layout asks for _fivetran_deleted; a '
	'part of vsm.attached';

CREATE FUNCTION vsm.attached_tables(layout text) RETURNS SETOF vsm.attached_table
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN QUERY EXECUTE format('SELECT t.* FROM vsm.%I() AS t', layout || '_tables');
END
$$;
COMMENT ON FUNCTION vsm.attached_tables(text) IS 'the tables of a layout; a part of vsm.attached';

CREATE FUNCTION vsm.attached_statement(source_schema text, layout text, statement text, is_keyed boolean) RETURNS text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	result text := statement;
	place  record;
BEGIN
	FOR place IN
		SELECT DISTINCT m.part[1] AS whole, m.part[2] AS relation, m.part[3] AS key
		FROM regexp_matches(statement, '(\[\[(\w+)(?:\.(\w+))?\]\])', 'g') AS m (part)
	LOOP
		result := replace(result, place.whole, (
			SELECT vsm.attached_rows(source_schema, t, CASE WHEN is_keyed THEN place.key ELSE left(place.key, 0) END)
			FROM vsm.attached_tables(layout) AS t WHERE rtrim(t.name, '!') = place.relation));
	END LOOP;
	RETURN result;
END
$$;
COMMENT ON FUNCTION vsm.attached_statement(text, text, text, boolean) IS
	'the statement of a part of a layout for the tables of a schema; is_keyed: only of what has the keys in $1; a part of vsm.attached';

-- What is seen to be deleted, is there again later, and may be deleted once more: that has an id of its own, since of an event that is told
-- twice the earlier time stands. No statement may join rows of tables, which may be on nodes, with those of the model but in what is
-- materialized.
CREATE FUNCTION vsm.attached_ends(items text, deleted text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN format($sql$
	WITH item AS MATERIALIZED (%s),
	ended AS MATERIALIZED (
		SELECT i.entity, i.at, i.is_gone, i.state, i.state_id,
			max(n.at) FILTER (WHERE n.source = $2 AND starts_with(n.event_id, n.entity || ':deleted')) AS deleted_at,
			max(n.at) FILTER (WHERE NOT (n.source = $2 AND starts_with(n.event_id, n.entity || ':deleted'))) AS later_at
		FROM item AS i JOIN event AS e ON e.entity = i.entity AND e.source = $2 AND e.event_id = e.entity || ':deleted'
			JOIN event AS n ON n.entity = e.entity
		GROUP BY i.entity, i.at, i.is_gone, i.state, i.state_id)
	SELECT (vsm.fact_event($2, i.entity, i.at, %2$L, i.entity || ':deleted')).* FROM item AS i WHERE i.is_gone
	UNION ALL
	SELECT (vsm.fact_event($2, e.entity, e.at, %2$L, e.entity || ':deleted:' || extract(epoch FROM e.at))).*
	FROM ended AS e WHERE e.is_gone AND e.later_at > e.deleted_at AND e.at > e.later_at
	UNION ALL
	SELECT (vsm.fact_observed($2, e.entity, e.at, e.state, e.state_id)).*
	FROM ended AS e
	WHERE e.is_gone IS NOT TRUE AND e.state IS NOT NULL AND e.at > e.deleted_at AND (e.later_at > e.deleted_at) IS NOT TRUE$sql$,
	items, deleted);
COMMENT ON FUNCTION vsm.attached_ends(text, text) IS
	'the statement of a part of a layout that tells which items were deleted, as an event of that state, and which of those are there '
	'again, in the state that they have then; items is a statement that gives entity, at (when that was seen), is_gone, state and state_id '
	'of items; a part of vsm.attach_fivetran_jira and the like';

-- Rows of a heap say which transaction wrote them; those of views, foreign tables and other nodes do not, and a policy may let
-- more of them be seen than before. A table that took the place of another is in another file.
CREATE FUNCTION vsm.attached_files(source_schema text, layout text) RETURNS jsonb
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN (
		SELECT jsonb_object_agg(rtrim(t.name, '!'), pg_relation_filenode(c.oid))
		FROM vsm.attached_tables(layout) AS t
			JOIN pg_class AS c ON c.oid = vsm.attached_relation(source_schema, t.name)
			JOIN pg_am AS a ON a.oid = c.relam
		WHERE c.relkind = 'r' AND a.amname = 'heap' AND NOT c.relhassubclass AND NOT c.relrowsecurity AND NOT vsm.is_on_nodes(c.oid));
END
$$;
COMMENT ON FUNCTION vsm.attached_files(text, text) IS
	'the tables of a schema whose rows tell which transaction wrote them, each with the number of its file; a part of vsm.attached';

CREATE FUNCTION vsm.attached_changes(source_schema text, layout text, keys text[], read_to jsonb, bound xid8 DEFAULT NULL,
	kept jsonb DEFAULT NULL) RETURNS text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	list   text[];
	one    record;
BEGIN
	FOR one IN
		SELECT t, k.parts[1] AS relation, k.parts[2] AS key
		FROM (SELECT string_to_array(k.key, '.') AS parts FROM unnest(keys) AS k (key)) AS k
			JOIN vsm.attached_tables(layout) AS t ON rtrim(t.name, '!') = k.parts[1]
		WHERE vsm.attached_relation(source_schema, k.parts[1]) IS NOT NULL
	LOOP
		DECLARE
			changed record;
			key     record;
		BEGIN
			SELECT a.attname, (SELECT y.typname FROM pg_type AS y WHERE y.oid = vsm.attached_base(a.atttypid)) AS type
			INTO changed FROM vsm.attached_changed(source_schema, one.t) AS a;
			IF changed.attname IS NULL THEN
				RETURN NULL;
			END IF;
			SELECT c.* INTO key FROM vsm.attached_columns(source_schema, one.t) AS c WHERE c.name = one.key;
			CONTINUE WHEN key.attribute IS NULL;
			-- (A row that does not say when it changed may have changed.)
			list := list || format('SELECT %s FROM %s AS t%s', vsm.attached_value(format('t.%I', key.attribute), key.type, 'text'),
				vsm.attached_label(vsm.attached_relation(source_schema, one.relation)),
				CASE WHEN read_to ? one.relation THEN
					format(' WHERE (t.%1$I >= %2$L::%3$s OR t.%1$I IS NULL)', changed.attname, read_to ->> one.relation, changed.type)
				-- (Numbers of transactions come round: one that seems to be newer than all is old, and read once more.)
				|| CASE WHEN kept ? one.relation
					AND pg_snapshot_xmax(pg_current_snapshot())::text::numeric - bound::text::numeric < 2000000000 THEN
					format(' AND (t.%I > %L::%s OR age(t.xmin) <= age(%L::xid))', changed.attname, read_to ->> one.relation, changed.type,
						bound::text::numeric % 4294967296) ELSE '' END END);
		END;
	END LOOP;
	-- (Of a part whose tables are all missing nothing has changed.)
	RETURN format('SELECT array_agg(k.key) FROM (%s) AS k (key) WHERE k.key IS NOT NULL',
		coalesce(array_to_string(list, ' UNION '), 'SELECT NULL'));
END
$$;
COMMENT ON FUNCTION vsm.attached_changes(text, text, text[], jsonb, xid8, jsonb) IS
	'the statement that gives the keys of what has changed in the tables of a schema since they were read to there, when transactions '
	'before bound had ended; kept are those whose rows tell of that; NULL if a table has no column that tells of changes; a part of '
	'vsm.attached';

CREATE FUNCTION vsm.attached_changed(source_schema text, relation vsm.attached_table) RETURNS SETOF pg_attribute
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
	SELECT a.*
	FROM unnest(string_to_array(relation.changed, '|')) WITH ORDINALITY AS n (name, place)
		JOIN pg_attribute AS a ON lower(a.attname) = lower(n.name)
	WHERE a.attrelid = vsm.attached_relation(source_schema, relation.name) AND a.attnum > 0 AND NOT a.attisdropped
		-- what has an order that is that of time, and a greatest value
		AND vsm.attached_base(a.atttypid) IN ('timestamptz', 'timestamp', 'date', 'int4', 'int8', 'numeric', 'float8', 'text', 'varchar')
	ORDER BY n.place LIMIT 1;
END;
COMMENT ON FUNCTION vsm.attached_changed(text, vsm.attached_table) IS
	'the column of a table that tells of changes, no row if it has none; a part of vsm.attached';

CREATE FUNCTION vsm.attached_read_to(source_schema text, layout text) RETURNS jsonb
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	result jsonb := '{}';
	one    record;
	value  text;
BEGIN
	FOR one IN
		SELECT rtrim(t.name, '!') AS relation, vsm.attached_label(a.attrelid) AS label, a.attname,
			vsm.attached_base(a.atttypid) IN ('timestamptz', 'timestamp', 'date') AS is_time
		FROM vsm.attached_tables(layout) AS t, LATERAL vsm.attached_changed(source_schema, t) AS a
	LOOP
		-- What is written now is less than a time in the future.
		EXECUTE format('SELECT max(t.%I)::text FROM %s AS t%s', one.attname, one.label,
			CASE WHEN one.is_time THEN format(' WHERE t.%I <= now()', one.attname) END) INTO value;
		IF NOT one.is_time AND (vsm.json_time(to_jsonb(value)) <= now()) IS NOT TRUE THEN
			EXECUTE format('SELECT max(t.%1$I)::text FROM %2$s AS t WHERE vsm.json_time(to_jsonb(t.%1$I::text)) <= now()', one.attname,
				one.label) INTO value;
		END IF;
		IF value IS NOT NULL THEN
			result := result || jsonb_build_object(one.relation, value);
		END IF;
	END LOOP;
	RETURN result;
END
$$;
COMMENT ON FUNCTION vsm.attached_read_to(text, text) IS
	'the greatest values, up to now, of the columns that tell of changes in the tables of a schema; a part of vsm.attached';

CREATE FUNCTION vsm.attached_names(source_schema text, layout text) RETURNS jsonb
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	result jsonb := '{}';
	one    record;
	value  jsonb;
BEGIN
	FOR one IN
		SELECT rtrim(t.name, '!') AS relation, vsm.attached_rows(source_schema, t, NULL) AS rows
		FROM vsm.attached_tables(layout) AS t WHERE t.changed = '='
	LOOP
		EXECUTE format('SELECT jsonb_build_object(''digest'', md5(string_agg(r.row::text, '','' ORDER BY r.row)),
				''names'', CASE WHEN count(*) <= 10000 THEN jsonb_agg(DISTINCT coalesce(r.row -> ''label'', r.row -> ''name'')) END)
			FROM (SELECT DISTINCT to_jsonb(t) AS row FROM %s AS t) AS r', one.rows) INTO value;
		result := result || jsonb_build_object(one.relation, value);
	END LOOP;
	RETURN result;
END
$$;
COMMENT ON FUNCTION vsm.attached_names(text, text) IS
	'the names in each table of a schema that has those of what is in others, and a digest of all that is read of it; a part of '
	'vsm.attached';

CREATE FUNCTION vsm.read_attached_part(model text, source_schema text, layout text, source text, part vsm.attached_part, keys text[],
	names jsonb, OUT records bigint, OUT refused bigint, OUT reason text)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
SET cursor_tuple_fraction = 1
SET enable_memoize = off
SET jit = off
SET TimeZone = 'UTC'
SET DateStyle = 'ISO'
SET bytea_output = 'hex'
AS $$
#variable_conflict use_variable
DECLARE
	statement CONSTANT text := vsm.attached_statement(source_schema, layout, part.statement, keys IS NOT NULL);
	facts     refcursor;
	last      bigint;
	count     bigint;
BEGIN
	PERFORM vsm.enter_model(model);
	records := 0;
	refused := 0;
	-- (Planned for the keys as they are: of some unknown ones PostgreSQL expects few, and joins them pair by pair.) What tables say now
	-- holds, of what has the same version, too: rows that belong to others may have come after them.
	IF part.reader IS NULL THEN
		OPEN facts FOR EXECUTE format(
			'SELECT f.*, row_number() OVER (ORDER BY f.entity COLLATE "C"), now(), NULL::bigint, true FROM (%s) AS f', statement)
		USING keys, source, names;
	ELSE
		OPEN facts FOR EXECUTE format(
			'SELECT f.*, d.number, now(), NULL::bigint, true
			 FROM (SELECT $3 AS names OFFSET 0) AS n,
				(SELECT row_number() OVER () AS number, d.body FROM (%s OFFSET 0) AS d WHERE NOT d.body IS NULL OFFSET 0) AS d,
				LATERAL vsm.%I($2, d.body, n.names) AS f', statement, 'read_' || part.reader)
		USING keys, source, names;
	END IF;
	LOOP
		PERFORM vsm.open_held_facts();
		last := vsm.hold_next_facts(facts::text, 50000);
		EXIT WHEN last IS NULL;
		records := last;
		SELECT count(*), coalesce(reason, part.part || ': ' || min(r.reason)) INTO count, reason FROM vsm.refused_facts() AS r;
		refused := refused + count;
		PERFORM vsm.write_judged_facts(model);
	END LOOP;
	PERFORM vsm.release_facts();
	CLOSE facts;
END
$$;
COMMENT ON FUNCTION vsm.read_attached_part(text, text, text, text, vsm.attached_part, text[], jsonb) IS
	'reads a part of a layout from the tables of a schema, all of it or what has these keys, and writes what it states to a model; a part '
	'of vsm.read_attached';

CREATE FUNCTION vsm.read_attached_schema(model text, source_schema text, layout text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET TimeZone = 'UTC'
SET DateStyle = 'ISO'
AS $$
#variable_conflict use_variable
DECLARE
	there   record;
	names   jsonb;
	read_to jsonb;
	bound   xid8;
	cluster bigint;
	files   jsonb;
	kept    jsonb;	-- of the files those that were there when it was read last
	is_full boolean;
	gone    text[];
	part    vsm.attached_part;
	changes text;
	keys    text[];
	result  record;
	records bigint := 0;
	refused bigint := 0;
	reason  text;
BEGIN
	PERFORM vsm.enter_model(model);
	SELECT a.* INTO there FROM attached AS a WHERE a.source_schema = source_schema AND a.layout = layout FOR UPDATE;
	PERFORM vsm.attached_columns(source_schema, t) FROM vsm.attached_tables(layout) AS t;
	names := vsm.names(model, there.source);
	is_full := there.full_at IS NULL OR there.full_at <= now() - there.full_pass
		OR EXISTS (SELECT FROM naming AS n WHERE there.source LIKE n.source AND n.changed_at >= there.full_at)
		OR EXISTS (SELECT FROM naming_removed AS n WHERE there.source LIKE n.source AND n.removed_at >= there.full_at);
	-- Before anything is read: what is written from here on is read the next time.
	bound := pg_snapshot_xmin(pg_current_snapshot());
	SELECT c.system_identifier INTO cluster FROM pg_control_system() AS c;
	files := vsm.attached_files(source_schema, layout);
	-- A table that is in another file was loaded anew, or another took its place: what it tells may be of any time.
	there.read_to := there.read_to
		- ARRAY(SELECT f.key FROM jsonb_each(there.files) AS f WHERE files -> f.key IS DISTINCT FROM f.value);
	IF there.system_identifier = cluster AND there.bound <= bound THEN
		kept := (SELECT jsonb_object_agg(f.key, f.value) FROM jsonb_each(files) AS f WHERE there.files -> f.key = f.value);
	END IF;
	read_to := vsm.attached_read_to(source_schema, layout) || jsonb_build_object('=', vsm.attached_names(source_schema, layout));
	-- Names may come after what bears them, and change.
	is_full := is_full OR there.read_to -> '=' IS DISTINCT FROM read_to -> '=';
	-- Where tables have the names of today, a name that is no more words nothing: what is read now does.
	gone := ARRAY(
		SELECT DISTINCT n.name
		FROM jsonb_each(vsm.json_object(there.read_to -> '=')) AS t,
			jsonb_array_elements_text(vsm.json_array(t.value -> 'names')) AS n (name)
		WHERE n.name IS NOT NULL AND (read_to #> ARRAY['=', t.key, 'names'] ? n.name) IS NOT TRUE);
	IF gone <> '{}' THEN
		UPDATE event AS e SET told_at = NULL
		WHERE e.source = there.source AND e.told_at IS NOT NULL AND (e.state = ANY (gone) OR e.previous = ANY (gone));
		UPDATE item_change AS c SET told_at = NULL
		WHERE c.source = there.source AND c.told_at IS NOT NULL AND (c.value = ANY (gone) OR c.previous = ANY (gone));
	END IF;
	FOR part IN EXECUTE format('SELECT p.* FROM vsm.%I() AS p', layout || '_parts') LOOP
		keys := NULL;
		IF NOT is_full THEN
			changes := vsm.attached_changes(source_schema, layout, part.keys, there.read_to, there.bound, kept);
			IF changes IS NOT NULL THEN
				EXECUTE changes INTO keys;
				CONTINUE WHEN keys IS NULL;
			END IF;
		END IF;
		result := vsm.read_attached_part(model, source_schema, layout, there.source, part, keys, names);
		records := records + result.records;
		refused := refused + result.refused;
		reason := coalesce(reason, result.reason);
	END LOOP;
	UPDATE attached AS a SET read_to = read_to, bound = bound, system_identifier = cluster, files = files, read_at = now(),
		records = records, refused = refused, error = reason, full_at = CASE WHEN is_full THEN now() ELSE a.full_at END
	WHERE a.source_schema = source_schema AND a.layout = layout;
	IF is_full THEN
		-- With all names as they are.
		INSERT INTO source_read AS r (source, read_at) VALUES (there.source, now())
		ON CONFLICT (source) DO UPDATE SET read_at = excluded.read_at;
	END IF;
END
$$;
COMMENT ON FUNCTION vsm.read_attached_schema(text, text, text) IS
	'reads what has changed in the tables of a schema that is attached, or all of them, and writes what they state to a model; a part of '
	'vsm.read_attached';

CREATE FUNCTION vsm.read_attached(model text) RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	one     record;
	total   bigint := 0;
	state   text;
	message text;
BEGIN
	PERFORM vsm.enter_model(model);
	IF to_regclass('attached') IS NULL THEN
		RETURN 0;
	END IF;
	PERFORM vsm.check_owner(model, VARIADIC '{attached,naming,naming_removed,source_read}' || vsm.told_tables());
	FOR one IN SELECT a.source_schema, a.layout FROM attached AS a ORDER BY a.source_schema COLLATE "C", a.layout COLLATE "C" LOOP
		BEGIN
			PERFORM vsm.read_attached_schema(model, one.source_schema, one.layout);
			total := total + a.records FROM attached AS a WHERE a.source_schema = one.source_schema AND a.layout = one.layout;
		-- A tool that is just loading a table anew must not keep others from being read, nor what a view, a foreign table or a domain
		-- says.
		EXCEPTION WHEN syntax_error_or_access_rule_violation OR data_exception OR invalid_schema_name OR cardinality_violation
			OR integrity_constraint_violation OR object_not_in_prerequisite_state OR lock_not_available OR feature_not_supported
			OR plpgsql_error OR external_routine_exception OR fdw_error OR connection_exception OR program_limit_exceeded THEN
			GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT;
			UPDATE attached AS a SET error = state || ': ' || message
			WHERE a.source_schema = one.source_schema AND a.layout = one.layout;
			RAISE WARNING USING
				ERRCODE = state,
				MESSAGE = format('schema "%s" was not read: %s', one.source_schema, message),
				DETAIL = format('It is attached to the model in schema "%s" as %s.', model, one.layout),
				HINT = format('When that is mended, the next refresh reads it; or: CALL vsm.detach(%L, %L)', model, one.source_schema);
		END;
	END LOOP;
	RETURN total;
END
$$;
COMMENT ON FUNCTION vsm.read_attached(text) IS
	'reads what has changed in the schemas that are attached to a model; one that cannot be read is warned of and keeps its error; a part '
	'of vsm.refresh';

-- Of times that cannot be read nothing would come, and nothing say so.
CREATE FUNCTION vsm.check_attached_times(source_schema text, relation vsm.attached_table) RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	target CONSTANT regclass := vsm.attached_relation(source_schema, relation.name);
	one    record;
	found  record;
BEGIN
	FOR one IN
		SELECT c.attribute FROM vsm.attached_columns(source_schema, relation) AS c JOIN pg_type AS t ON t.oid = c.type
		WHERE c.kind = 'time' AND t.typcategory = 'S'
	LOOP
		EXECUTE format('SELECT min(v.value) AS value, count(vsm.json_time(to_jsonb(v.value))) AS times
			FROM (SELECT t.%1$I::text AS value FROM %2$s AS t WHERE t.%1$I::text ~ ''[1-9]'' LIMIT 1000) AS v', one.attribute,
			vsm.attached_label(target)) INTO found;
		IF found.value IS NOT NULL AND found.times = 0 THEN
			RAISE EXCEPTION USING
				ERRCODE = 'invalid_datetime_format',
				MESSAGE = format('column "%s" of table %s has no times that are understood', one.attribute, vsm.attached_label(target)),
				DETAIL = format('One of them is "%s".', left(found.value, 100)),
				HINT = 'Times are such as 2026-01-12T09:40:00Z, without a zone in UTC. Make a view with this name whose column says '
					'to_timestamp(...), and attach its schema.';
		END IF;
	END LOOP;
END
$$;
COMMENT ON FUNCTION vsm.check_attached_times(text, vsm.attached_table) IS
	'raises if a column of texts that should hold times holds none that are understood; a part of vsm.attach';

CREATE PROCEDURE vsm.attach(model text, source_schema text, layout text, source text, full_pass interval)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
	other text;
BEGIN
	PERFORM vsm.check_model(model, 'attached');
	PERFORM vsm.check_owner(model, 'attached');
	IF coalesce(source_schema, '') = '' OR coalesce(source, '') = '' THEN
		RAISE EXCEPTION USING
			ERRCODE = 'null_value_not_allowed',
			MESSAGE = format('the %s is missing', CASE WHEN coalesce(source_schema, '') = '' THEN 'schema that is to be attached'
				ELSE 'source' END),
			HINT = format('CALL vsm.attach_%s(%L, ''schema'')', layout, model);
	ELSIF full_pass <= '0' THEN
		RAISE EXCEPTION USING
			ERRCODE = 'invalid_parameter_value',
			MESSAGE = 'the time between full passes is not positive',
			HINT = 'NULL: all is read once, and when names change.';
	END IF;
	PERFORM vsm.enter_model(model);
	PERFORM vsm.attached_columns(source_schema, t) FROM vsm.attached_tables(layout) AS t;
	IF NOT EXISTS (SELECT FROM vsm.attached_tables(layout) AS t WHERE vsm.attached_relation(source_schema, t.name) IS NOT NULL) THEN
		RAISE EXCEPTION USING
			ERRCODE = 'undefined_table',
			MESSAGE = format('schema "%s" has no table of %s', source_schema, layout),
			DETAIL = (SELECT 'Read are: ' || string_agg(rtrim(t.name, '!'), ', ') || '.' FROM vsm.attached_tables(layout) AS t),
			HINT = (SELECT vsm.attached_hint(source_schema, rtrim(t.name, '!')) FROM vsm.attached_tables(layout) AS t
				ORDER BY to_regclass(format('%I.%I', source_schema, '_airbyte_raw_' || rtrim(t.name, '!'))) LIMIT 1);
	END IF;
	PERFORM vsm.check_attached_times(source_schema, t) FROM vsm.attached_tables(layout) AS t;
	SELECT a.source_schema INTO other FROM attached AS a
	WHERE a.source = source AND a.layout = layout AND a.source_schema <> source_schema
	ORDER BY a.source_schema COLLATE "C" LIMIT 1;
	IF other IS NOT NULL THEN
		RAISE WARNING USING
			MESSAGE = format('schema "%s" is attached as source "%s", too', other, source),
			DETAIL = 'What has the same id in both is one and the same.',
			HINT = format('If they are two installations: CALL vsm.attach_%s(%L, %L, source => %L)', layout, model, source_schema,
				split_part(source, ':', 1) || ':' || source_schema);
	END IF;
	INSERT INTO attached AS a (source_schema, layout, source, full_pass) VALUES (source_schema, layout, source, full_pass)
	ON CONFLICT ON CONSTRAINT attached_pkey DO UPDATE SET source = excluded.source, full_pass = excluded.full_pass, full_at = NULL,
		error = NULL;
END
$$;
COMMENT ON PROCEDURE vsm.attach(text, text, text, text, interval) IS
	'notes that a schema is to be read by vsm.refresh, or is to be read anew; a part of vsm.attach_devlake and the like';

CREATE PROCEDURE vsm.detach(model text, source_schema text)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
BEGIN
	PERFORM vsm.check_model(model, 'attached');
	PERFORM vsm.check_owner(model, 'attached');
	PERFORM vsm.enter_model(model);
	DELETE FROM attached AS a WHERE a.source_schema = source_schema;
	IF NOT FOUND THEN
		RAISE EXCEPTION USING
			ERRCODE = 'undefined_object',
			MESSAGE = format('schema "%s" is not attached to the model in schema "%s"', source_schema, model),
			HINT = format('What is attached: SELECT * FROM vsm.attached(%L)', model);
	END IF;
END
$$;
COMMENT ON PROCEDURE vsm.detach(text, text) IS
	'lets vsm.refresh no longer read a schema; what was read from it stays in the model';

CREATE FUNCTION vsm.attached(model text)
RETURNS TABLE (source_schema text, layout text, source text, full_pass interval, read_at timestamptz, full_at timestamptz, records bigint,
	refused bigint, error text)
LANGUAGE plpgsql STABLE ROWS 5
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
	PERFORM vsm.check_model(model, 'attached');
	RETURN QUERY EXECUTE format(
		'SELECT a.source_schema, a.layout, a.source, a.full_pass, a.read_at, a.full_at, a.records, a.refused, a.error
		 FROM %I.attached AS a ORDER BY a.source_schema COLLATE "C", a.layout COLLATE "C"', model);
END
$$;
COMMENT ON FUNCTION vsm.attached(text) IS
	'the schemas that vsm.refresh reads for a model: what they are, when they were read, when all of it was, how many records were read '
	'and refused the last time, and what was wrong';
