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
	'time; the column that tells of changes, NULL if none; a part of vsm.attached';

CREATE TYPE vsm.attached_part AS (part text, keys text[], reader text, statement text);
COMMENT ON TYPE vsm.attached_part IS
	'what is read of a layout: its name; table.column of rows whose change concerns it; the reader of payloads that reads it, NULL if the '
	'statement gives facts; the statement; a part of vsm.attached';

CREATE FUNCTION vsm.attached_json(value text) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	-- (An exponent of four digits is more than a number can hold.)
	IF value ~ '^\s*[\[{"]' AND vsm.payload_error(vsm.payload_text(value)) IS NULL AND value !~ '\d[eE]\+?\d{4}' THEN
		RETURN vsm.payload_json(value);
	END IF;
	RETURN to_jsonb(value);
END
$$;
COMMENT ON FUNCTION vsm.attached_json(text) IS 'the JSON that a column of texts holds, the text itself if it is none; a part of '
	'vsm.attached_value';

CREATE FUNCTION vsm.attached_value(name text, type regtype, kind text) RETURNS text
LANGUAGE plpgsql STABLE STRICT
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	base     CONSTANT regtype := coalesce((SELECT nullif(t.typbasetype, 0) FROM pg_type AS t WHERE t.oid = type), type);
	category CONSTANT "char" := (SELECT t.typcategory FROM pg_type AS t WHERE t.oid = base);
BEGIN
	RETURN CASE kind
		WHEN 'text' THEN
			CASE
				WHEN category = 'S' THEN format('nullif(%s::text, '''')', name)
				WHEN base IN ('int2', 'int4', 'int8', 'uuid') THEN name || '::text'
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
			CASE WHEN base IN ('int2', 'int4', 'int8') THEN name || '::numeric' ELSE format('vsm.json_number(to_jsonb(%s))', name) END
		WHEN 'flag' THEN
			CASE WHEN base = 'bool'::regtype THEN name ELSE format('lower(%s::text) IN (''true'', ''t'', ''1'', ''yes'')', name) END
	END;
END
$$;
COMMENT ON FUNCTION vsm.attached_value(text, regtype, text) IS
	'the expression that reads a column of any type as text, time (without a zone: UTC), json, number or flag; a part of vsm.attached';

CREATE FUNCTION vsm.attached_columns(source_schema text, relation vsm.attached_table)
RETURNS TABLE (name text, attribute name, type regtype, kind text)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	relname CONSTANT text := rtrim(relation.name, '!');
	target  CONSTANT regclass := to_regclass(format('%I.%I', source_schema, relname));
	wanted  record;
BEGIN
	IF to_regnamespace(quote_ident(source_schema)) IS NULL THEN
		RAISE EXCEPTION USING
			ERRCODE = 'invalid_schema_name',
			MESSAGE = format('there is no schema "%s"', source_schema),
			HINT = 'Attach the schema by the name that it has now; with the same source what was read before stays as it is.';
	ELSIF target IS NULL AND relation.name LIKE '%!' THEN
		RAISE EXCEPTION USING
			ERRCODE = 'undefined_table',
			MESSAGE = format('schema "%s" has no table "%s"', source_schema, relname),
			DETAIL = 'Nothing can be read without it.',
			HINT = 'Have the tool that fills the schema load it, too.';
	END IF;
	FOR wanted IN
		SELECT c.part[1] AS names, c.part[2] <> '' AS is_required, c.part[3] AS kind
		FROM regexp_matches(relation.columns, '([\w|]+)(!?) (\w+)', 'g') AS c (part)
	LOOP
		name := split_part(wanted.names, '|', 1);
		kind := wanted.kind;
		-- (A row is all of its columns.)
		SELECT a.attname, a.atttypid INTO attribute, type
		FROM unnest(string_to_array(wanted.names, '|')) WITH ORDINALITY AS n (name, place)
			JOIN pg_attribute AS a ON lower(a.attname) = lower(n.name)
		WHERE a.attrelid = target AND a.attnum > 0 AND NOT a.attisdropped AND wanted.kind <> 'row'
		ORDER BY n.place, a.attname = n.name DESC LIMIT 1;
		IF NOT FOUND AND target IS NOT NULL AND wanted.is_required THEN
			RAISE EXCEPTION USING
				ERRCODE = 'undefined_column',
				MESSAGE = format('table %I.%I has no column "%s"', source_schema, relname, replace(wanted.names, '|', '" or "')),
				DETAIL = 'Nothing can be read without it.',
				HINT = 'Have the tool that fills the table load it, too.';
		END IF;
		RETURN NEXT;
	END LOOP;
END
$$;
COMMENT ON FUNCTION vsm.attached_columns(text, vsm.attached_table) IS
	'the columns of a table of a layout that are read, and what they are in the table of that name in a schema (NULL: it has no such); '
	'raises if something is missing that has to be there; a part of vsm.attached';

CREATE FUNCTION vsm.attached_rows(source_schema text, relation vsm.attached_table, key text) RETURNS text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	target CONSTANT regclass := to_regclass(format('%I.%I', source_schema, rtrim(relation.name, '!')));
	list   text;
	keyed  text;
BEGIN
	SELECT string_agg(format('%s AS %I', coalesce(CASE WHEN c.kind = 'row' AND target IS NOT NULL THEN 'to_jsonb(t)' END,
			vsm.attached_value('t.' || quote_ident(c.attribute), c.type, c.kind),
			'NULL::' || CASE c.kind WHEN 'time' THEN 'timestamptz' WHEN 'json' THEN 'jsonb' WHEN 'row' THEN 'jsonb'
				WHEN 'number' THEN 'numeric'
				WHEN 'flag' THEN 'boolean' ELSE 'text' END), c.name), ', '),
		-- As the column's own type, so that an index can find them.
		max(format('WHERE t.%s = ANY ($1::text[]::%s[])', quote_ident(c.attribute), c.type)) FILTER (WHERE c.name = key
			AND c.attribute IS NOT NULL)
	INTO list, keyed
	FROM vsm.attached_columns(source_schema, relation) AS c;
	RETURN format('(SELECT %s %s)', list, CASE WHEN target IS NULL THEN 'WHERE false' ELSE
		format('FROM %I.%I AS t %s', source_schema, rtrim(relation.name, '!'), keyed) END);
END
$$;
COMMENT ON FUNCTION vsm.attached_rows(text, vsm.attached_table, text) IS
	'the rows of a table of a layout as a subquery; key, if not NULL: only those whose column of that name is in $1; a part of '
	'vsm.attached';

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
			SELECT vsm.attached_rows(source_schema, t, CASE WHEN is_keyed THEN place.key END)
			FROM vsm.attached_tables(layout) AS t WHERE rtrim(t.name, '!') = place.relation));
	END LOOP;
	RETURN result;
END
$$;
COMMENT ON FUNCTION vsm.attached_statement(text, text, text, boolean) IS
	'the statement of a part of a layout for the tables of a schema; is_keyed: only of what has the keys in $1; a part of vsm.attached';

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
			JOIN pg_class AS c ON c.oid = to_regclass(format('%I.%I', source_schema, rtrim(t.name, '!')))
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
		WHERE to_regclass(format('%I.%I', source_schema, k.parts[1])) IS NOT NULL
	LOOP
		DECLARE
			changed record;
			key     record;
		BEGIN
			SELECT a.attname, a.atttypid::regtype AS type INTO changed FROM vsm.attached_changed(source_schema, one.t) AS a;
			IF changed.attname IS NULL THEN
				RETURN NULL;
			END IF;
			SELECT c.* INTO key FROM vsm.attached_columns(source_schema, one.t) AS c WHERE c.name = one.key;
			CONTINUE WHEN key.attribute IS NULL;
			list := list || format('SELECT %s FROM %I.%I AS t%s', vsm.attached_value(format('t.%I', key.attribute), key.type, 'text'),
				source_schema, one.relation,
				CASE WHEN read_to ? one.relation THEN
					format(' WHERE t.%I >= %L::%s', changed.attname, read_to ->> one.relation, changed.type) END
				-- (Numbers of transactions come round: one that seems to be newer than all is old, and read once more.)
				|| CASE WHEN kept ? one.relation
					AND pg_snapshot_xmax(pg_current_snapshot())::text::numeric - bound::text::numeric < 2000000000 THEN
					format(' AND (t.%I > %L::%s OR age(t.xmin) <= age(%L::xid))', changed.attname, read_to ->> one.relation, changed.type,
						bound::text::numeric % 4294967296) ELSE '' END);
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
	WHERE a.attrelid = to_regclass(format('%I.%I', source_schema, rtrim(relation.name, '!'))) AND a.attnum > 0 AND NOT a.attisdropped
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
		SELECT rtrim(t.name, '!') AS relation, a.attname
		FROM vsm.attached_tables(layout) AS t, LATERAL vsm.attached_changed(source_schema, t) AS a
	LOOP
		EXECUTE format('SELECT max(t.%I)::text FROM %I.%I AS t', one.attname, source_schema, one.relation) INTO value;
		IF value IS NOT NULL THEN
			result := result || jsonb_build_object(one.relation, value);
		END IF;
	END LOOP;
	RETURN result;
END
$$;
COMMENT ON FUNCTION vsm.attached_read_to(text, text) IS
	'the greatest values of the columns that tell of changes in the tables of a schema; a part of vsm.attached';

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
	-- (Planned for the keys as they are: of some unknown ones PostgreSQL expects few, and joins them pair by pair.)
	IF part.reader IS NULL THEN
		OPEN facts FOR EXECUTE format(
			'SELECT f.*, row_number() OVER (ORDER BY f.entity COLLATE "C"), now(), NULL::bigint, false FROM (%s) AS f', statement)
		USING keys, source, names;
	ELSE
		OPEN facts FOR EXECUTE format(
			'SELECT f.*, d.number, now(), NULL::bigint, false
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
	IF there.system_identifier = cluster AND there.bound <= bound THEN
		kept := (SELECT jsonb_object_agg(f.key, f.value) FROM jsonb_each(files) AS f WHERE there.files -> f.key = f.value);
	END IF;
	read_to := vsm.attached_read_to(source_schema, layout);
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
		EXCEPTION WHEN syntax_error_or_access_rule_violation OR data_exception OR invalid_schema_name OR cardinality_violation THEN
			-- A tool that is just loading a table anew must not keep others from being read.
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

CREATE PROCEDURE vsm.attach(model text, source_schema text, layout text, source text, full_pass interval)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
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
