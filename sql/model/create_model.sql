/*
 * CALL vsm.create_model('flow'): the tables that tools' events land in, in a schema of the user's.
 *
 * What a model consists of are files of plain SQL beside this one: tables/NAME.sql, views/NAME.sql, triggers/NAME.sql and
 * functions/NAME.sql, one for each object, with its comments. psql runs any of them as it is, again and again:
 *
 *     psql -v schema=flow -f sql/model/views/routed_item.sql
 *
 * A file makes what is missing and leaves what is there: run again after an upgrade it adds columns at the end and replaces
 * a view in place. make quotes all of them into vsm.model_sql, each behind those whose objects it names as :"schema".NAME,
 * and create_model runs them. To add a table or a view, add its file; a column stands on a line of its own.
 *
 * Tables and views belong to the caller. No column has a type of vsm, so that not even DROP EXTENSION ... CASCADE takes data
 * with it; it is refused while a model's constraints, triggers and views use vsm.
 */

-- What has no IF NOT EXISTS in SQL.

CREATE PROCEDURE vsm.ensure_key(schema text, relation text, VARIADIC columns text[])
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	target CONSTANT regclass := format('%I.%I', schema, relation)::regclass;
	there  record;
	key    text;
BEGIN
	SELECT k.conname, ARRAY(SELECT a.attname::text FROM unnest(k.conkey) WITH ORDINALITY AS c (attnum, o) JOIN pg_attribute AS a
		USING (attnum)
			WHERE a.attrelid = target ORDER BY c.o) AS columns
	INTO there FROM pg_constraint AS k WHERE k.conrelid = target AND k.contype = 'p';
	IF FOUND THEN
		IF columns[1] <> 'entity' OR there.columns[:2] <> '{source,event_id}' THEN
			RETURN;
		END IF;
		-- The key of event in 0.2.0, which found no entity.
		EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', target, there.conname);
	END IF;
	-- The key of a partitioned table holds the columns by which it is partitioned.
	SELECT string_agg(quote_ident(k.name), ', ' ORDER BY k.o) INTO key
	FROM (
		SELECT n.name, min(n.o) AS o
		FROM (
			SELECT c.name, c.o FROM unnest(columns) WITH ORDINALITY AS c (name, o)
			UNION ALL
			SELECT a.attname, 100 + p.o
			FROM pg_partitioned_table AS q, unnest(q.partattrs::smallint[]) WITH ORDINALITY AS p (attnum, o), pg_attribute AS a
			WHERE q.partrelid = target AND a.attrelid = target AND a.attnum = p.attnum) AS n
		GROUP BY n.name) AS k;
	IF key ~ '(recorded_at|xid)' THEN
		RAISE EXCEPTION USING
			ERRCODE = 'invalid_table_definition',
			MESSAGE = format('table %s cannot be partitioned by when its rows were written', target),
			DETAIL = format('Its key would be (%s), and an event told twice would be two rows.', key),
			HINT = 'Partition it by at, entity or source.';
	END IF;
	EXECUTE format('ALTER TABLE %s ADD CONSTRAINT %I PRIMARY KEY (%s)', target, relation || '_pkey', key);
END
$$;
COMMENT ON PROCEDURE vsm.ensure_key(text, text, text[]) IS
	'gives a table of a model its primary key, if it has none; a part of vsm.create_model';

CREATE PROCEDURE vsm.ensure_check(schema text, relation text, name text, condition text)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	target CONSTANT regclass := format('%I.%I', schema, relation)::regclass;
BEGIN
	IF NOT EXISTS (SELECT FROM pg_constraint AS k WHERE k.conrelid = target AND k.conname = name) THEN
		EXECUTE format('ALTER TABLE %s ADD CONSTRAINT %I CHECK (%s)', target, name, condition);
	END IF;
END
$$;
COMMENT ON PROCEDURE vsm.ensure_check(text, text, text, text) IS
	'gives a table of a model a check constraint, if it has none of that name; a part of vsm.create_model';

-- Beyond these limits one row would keep refresh or a view from its end.
CREATE PROCEDURE vsm.ensure_limits(schema text, relation text, kind text, VARIADIC columns text[])
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	limits CONSTANT text := CASE kind
		-- Nothing is reckoned with infinity; up to 1900-01-01 is what tools write for never.
		WHEN 'time' THEN '%1$I >= ''1900-01-02 00:00+00'' AND %1$I < ''10000-01-01 00:00+00'''
		-- float8 holds it and sums of it, and it is neither NaN nor infinity.
		WHEN 'number' THEN 'abs(%1$I) < 1e300'
		-- An index holds two.
		WHEN 'name' THEN 'octet_length(%1$I) <= 1000' END;
BEGIN
	FOR i IN 1..cardinality(columns) LOOP
		CALL vsm.ensure_check(schema, relation, format('%s_%s_check', relation, columns[i]), format(limits, columns[i]));
	END LOOP;
END
$$;
COMMENT ON PROCEDURE vsm.ensure_limits(text, text, text, text[]) IS
	'has columns of a table of a model hold times (1900-01-02 to the end of 9999), numbers (below 1e300) or names (of 1,000 bytes) with '
	'which all can be reckoned and shown; a part of vsm.create_model';

CREATE FUNCTION vsm.model_sql() RETURNS TABLE (file text, statement text)
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE ROWS 300
SET search_path = pg_catalog, pg_temp
AS $files$
BEGIN
	RETURN QUERY VALUES
-- include model_files
	;
END
$files$;
COMMENT ON FUNCTION vsm.model_sql() IS
	'the statements that make a model, by the files they stand in, as format(statement, schema) has them; a part of vsm.create_model';

CREATE FUNCTION vsm.model_columns() RETURNS TABLE (relation text, name text, definition text)
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 200
BEGIN ATOMIC
	SELECT substring(m.file FROM '^tables/(.*)\.sql$'), c.part[1], rtrim(c.part[2], ',')
	FROM (SELECT f.file, string_to_table(f.statement, E'\n') AS line FROM vsm.model_sql() AS f WHERE f.file LIKE 'tables/%') AS m,
		LATERAL (SELECT regexp_match(m.line, '^\tADD COLUMN IF NOT EXISTS (\S+) (.*)$') AS part) AS c
	WHERE c.part IS NOT NULL;
END;
COMMENT ON FUNCTION vsm.model_columns() IS 'the columns of the tables of a model, as its files define them; a part of vsm.create_model';

CREATE FUNCTION vsm.is_made_by_this_version(schema text) RETURNS boolean
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	result boolean;
BEGIN
	EXECUTE format('SELECT m.version = (SELECT e.extversion FROM pg_extension AS e WHERE e.extname = ''vsm'') FROM %I.model AS m',
		schema) INTO result;
	RETURN coalesce(result, false);
END
$$;
COMMENT ON FUNCTION vsm.is_made_by_this_version(text) IS 'whether a model was last made or completed by this version of vsm; a part of '
	'vsm.create_model';

CREATE FUNCTION vsm.model_triggers(OUT relation text, OUT name text, OUT always boolean) RETURNS SETOF record
LANGUAGE sql STABLE
BEGIN ATOMIC
	SELECT g.made[2], g.made[1], bool_or(e.enabled IS NOT NULL)
	FROM vsm.model_sql() AS m,
		LATERAL (SELECT regexp_match(m.statement, '^CREATE \S+ \S+ TRIGGER (\S+) .* ON %1\$I\.(\S+)') AS made) AS g
		LEFT JOIN (
			SELECT regexp_match(n.statement, '^ALTER TABLE %1\$I\.(\S+) ENABLE ALWAYS TRIGGER (\S+)') AS enabled
			FROM vsm.model_sql() AS n) AS e ON e.enabled[1] = g.made[2] AND e.enabled[2] = g.made[1]
	WHERE g.made IS NOT NULL
	GROUP BY g.made;
END;
COMMENT ON FUNCTION vsm.model_triggers() IS
	'triggers that a model has, and whether they fire for what replication writes, too; a part of vsm.create_model and vsm.refresh';

CREATE PROCEDURE vsm.run_model_sql(schema text)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET client_min_messages = warning
AS $$
DECLARE
	complete  text[];
	watched   text[];
	statement text;
	c         record;
	has_nodes CONSTANT boolean := to_regclass('pg_catalog.pg_dist_partition') IS NOT NULL;
	is_remote CONSTANT boolean := vsm.is_distributed(schema);
	names     CONSTANT text := (SELECT string_agg(d.relation, '|') FROM vsm.distributed_tables() AS d);
BEGIN
	-- Where a table has every column, or an index, making them would do nothing but lock the table.
	SELECT array_agg(t.file) INTO complete
	FROM (
		SELECT format('tables/%s.sql', w.relation) AS file
		FROM vsm.model_columns() AS w
			LEFT JOIN pg_attribute AS a
				ON a.attrelid = to_regclass(format('%I.%I', schema, w.relation)) AND a.attname = w.name AND NOT a.attisdropped
		GROUP BY w.relation HAVING bool_and(a.attname IS NOT NULL)) AS t;
	-- Nor are triggers made anew that are there and as this version made them.
	SELECT array_agg(w.relation || '.' || w.name) INTO watched
	FROM vsm.model_triggers() AS w
		JOIN pg_trigger AS t ON t.tgrelid = to_regclass(format('%I.%I', schema, w.relation)) AND t.tgname = w.name
	WHERE t.tgenabled = CASE WHEN w.always THEN 'A' ELSE 'O' END
	AND CASE WHEN to_regclass(format('%I.model', schema)) IS NULL THEN false ELSE vsm.is_made_by_this_version(schema) END;
	FOR statement IN
		SELECT format(CASE WHEN is_remote THEN vsm.distributed_statement(m.file, m.statement) ELSE m.statement END, schema,
			vsm.batch_schema(schema))
		FROM vsm.model_sql() AS m,
			LATERAL (SELECT regexp_match(m.statement, '^CREATE \S+ \S+ TRIGGER (\S+) .* ON %1\$I\.(\S+)') AS made,
				regexp_match(m.statement, '^ALTER TABLE %1\$I\.(\S+) ENABLE ALWAYS TRIGGER (\S+)') AS enabled) AS g
		WHERE CASE
			-- (Citus takes no triggers, and views need not be on other nodes.)
			WHEN is_remote AND coalesce(g.made[2], g.enabled[1], substring(m.statement FROM '^COMMENT ON TRIGGER \S+ ON %1\$I\.(\S+)'))
				IN (SELECT d.relation FROM vsm.distributed_tables() AS d) THEN false
			WHEN g.made IS NOT NULL THEN (g.made[2] || '.' || g.made[1] = ANY (watched)) IS NOT TRUE
			WHEN g.enabled IS NOT NULL THEN (g.enabled[1] || '.' || g.enabled[2] = ANY (watched)) IS NOT TRUE
			WHEN m.statement LIKE '%ADD COLUMN IF NOT EXISTS%' THEN (m.file = ANY (complete)) IS NOT TRUE
			WHEN m.statement LIKE '%ALTER COLUMN % SET DEFAULT %' THEN NOT EXISTS (
				SELECT FROM pg_attribute AS a
				WHERE a.attrelid = to_regclass(format('%I.%I', schema, substring(m.statement FROM '^ALTER TABLE %1\$I\.(\S+)')))
				AND a.attname = substring(m.statement FROM 'ALTER COLUMN (\S+) SET DEFAULT') AND a.atthasdef)
			WHEN m.statement LIKE '%INDEX IF NOT EXISTS %' THEN
				to_regclass(format('%I.%I', schema, substring(m.statement FROM 'INDEX IF NOT EXISTS (\S+)'))) IS NULL
			ELSE true
		END
	LOOP
		IF has_nodes THEN
			-- Other nodes have distributed tables alone: for each view Citus would follow every way to every other, for minutes.
			PERFORM set_config('citus.enable_ddl_propagation', CASE WHEN is_remote
				AND statement ~ ('^[A-Z]+ (TABLE|INDEX|vsm\.ensure_).*[( .''](' || names || ')\M') THEN 'on' ELSE 'off' END, true);
		END IF;
		EXECUTE statement;
		IF statement LIKE '%ENABLE ALWAYS TRIGGER%' THEN
			-- What was written without it is not known: the next refresh makes all anew.
			EXECUTE format('UPDATE %I.mark SET bound = NULL WHERE bound IS NOT NULL', schema);
		END IF;
	END LOOP;
	IF has_nodes THEN
		PERFORM set_config('citus.enable_ddl_propagation', 'on', true);
	END IF;
	-- In a table that the user has made, to be partitioned.
	FOR c IN
		SELECT w.relation, w.name
		FROM vsm.model_columns() AS w
			JOIN pg_attribute AS a ON a.attrelid = format('%I.%I', schema, w.relation)::regclass AND a.attname = w.name
		WHERE w.definition LIKE '%NOT NULL%' AND NOT a.attnotnull
	LOOP
		EXECUTE format('ALTER TABLE %I.%I ALTER COLUMN %I SET NOT NULL', schema, c.relation, c.name);
	END LOOP;
END
$$;
COMMENT ON PROCEDURE vsm.run_model_sql(text) IS 'makes or completes the tables and views of a model; a part of vsm.create_model';

CREATE FUNCTION vsm.complete_model(schema text, time_zone text, week_starts text, currency text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	old text;
BEGIN
	EXECUTE format('SELECT m.version FROM %I.model AS m', schema) INTO old;
	-- What facts said before they were kept as they are.
	IF old LIKE '0.2.%' THEN
		EXECUTE format(
			'INSERT INTO %1$I.observation (entity, source, kind, at, state, state_id)
			 SELECT e.entity, e.source, CASE WHEN e.method = ''observed'' THEN ''observed'' ELSE ''created'' END, e.at,
				CASE WHEN e.method = ''inferred'' THEN '''' ELSE e.state END, CASE WHEN e.method IS DISTINCT FROM ''inferred''
					THEN e.state_id END
			 FROM %1$I.event AS e
			 WHERE e.method = ''observed'' OR e.event_id = e.entity || '':created'' AND EXISTS (SELECT FROM %1$I.item AS i
				WHERE i.item = e.entity)
			 ON CONFLICT DO NOTHING', schema);
		EXECUTE format('UPDATE %1$I.item AS i SET type_told = vsm.item_type(i.source_type)
			WHERE i.type_told IS NULL AND i.type IS NOT NULL AND i.source_type IS NOT NULL', schema);
	END IF;
	EXECUTE format('INSERT INTO %I.model (version, time_zone, week_starts, currency)
		VALUES ($1, coalesce($2, ''UTC''), coalesce($3, ''mon''), $4)
		ON CONFLICT (single) DO UPDATE SET version = $1, time_zone = coalesce($2, model.time_zone),
			week_starts = coalesce($3, model.week_starts), currency = coalesce($4, model.currency)
		WHERE (model.version, model.time_zone, model.week_starts, model.currency) IS DISTINCT FROM
			($1, coalesce($2, model.time_zone), coalesce($3, model.week_starts), coalesce($4, model.currency))', schema)
	USING (SELECT e.extversion FROM pg_extension AS e WHERE e.extname = 'vsm'), time_zone, week_starts, currency;
END
$$;
COMMENT ON FUNCTION vsm.complete_model(text, text, text, text) IS
	'sets the version and the settings of a model, and adds what earlier versions did not keep; a part of vsm.create_model';

CREATE PROCEDURE vsm.create_model(schema text, time_zone text DEFAULT NULL, week_starts text DEFAULT NULL, currency text DEFAULT NULL)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF schema IS NULL THEN
		PERFORM vsm.check_model(schema);
	ELSIF schema = '' OR schema = 'vsm' OR schema = 'information_schema' OR starts_with(schema, 'pg_') THEN
		RAISE EXCEPTION USING
			ERRCODE = 'invalid_schema_name',
			MESSAGE = format('a model cannot be created in schema "%s"', schema),
			DETAIL = 'The schema of a model is one of your own: not "vsm", which belongs to the extension, nor one of PostgreSQL''s.',
			HINT = 'Choose another name: CALL vsm.create_model(''flow'')';
	ELSIF octet_length(schema) > 63 THEN
		RAISE EXCEPTION USING
			ERRCODE = 'name_too_long',
			MESSAGE = format('schema "%s" has too long a name', schema),
			DETAIL = 'PostgreSQL would cut it off after 63 bytes.',
			HINT = 'Choose a shorter name.';
	END IF;
	PERFORM vsm.check_settings(time_zone, week_starts);
	-- One session at a time, so that who comes second finds what the first has made.
	PERFORM pg_advisory_xact_lock(hashtextextended('vsm.create_model ' || schema, 0));
	IF EXISTS (
		SELECT FROM to_regclass(format('%I.model', schema)) AS m
		WHERE m IS NOT NULL AND NOT EXISTS (SELECT FROM pg_class AS r WHERE r.oid = m))
	THEN
		RAISE EXCEPTION USING
			ERRCODE = 'serialization_failure',
			MESSAGE = format('another session has just created the model in schema "%s"', schema),
			DETAIL = 'This transaction sees the database as it was before.',
			HINT = 'Call vsm.create_model again in a new transaction.';
	END IF;
	PERFORM vsm.check_owner(schema, VARIADIC ARRAY(
		SELECT DISTINCT regexp_replace(m.file, '^(table|view)s/(.*)\.sql$', '\2') FROM vsm.model_sql() AS m
		WHERE m.file ~ '^(table|view)s/'));
	PERFORM vsm.check_kind(schema, f.part[2], f.part[1])
	FROM (SELECT DISTINCT regexp_match(m.file, '^(table|view)s/(.*)\.sql$') AS part FROM vsm.model_sql() AS m) AS f
	WHERE f.part IS NOT NULL ORDER BY f.part;
	PERFORM vsm.check_column(schema, c.relation, c.name, c.definition) FROM vsm.model_columns() AS c;

	IF to_regnamespace(quote_ident(schema)) IS NULL THEN
		BEGIN
			EXECUTE format('CREATE SCHEMA %I', schema);
		EXCEPTION WHEN duplicate_schema OR unique_violation THEN
			NULL;	-- somebody else has just made it
		END;
	END IF;
	CALL vsm.run_model_sql(schema);

	PERFORM vsm.ask('SELECT vsm.complete_model($1, $2, $3, $4)', schema, time_zone, week_starts, currency);

	IF EXISTS (SELECT FROM pg_roles AS r WHERE r.rolname = current_user AND (r.rolsuper OR r.rolbypassrls)) THEN
		RAISE WARNING USING
			MESSAGE = format('the model in schema "%s" belongs to "%s", whom row security does not bind', schema, current_user),
			DETAIL = 'Views read the tables as their owner does, so policies on the tables would not hold for those who read the views.',
			HINT = 'Create the model as a role that is neither a superuser nor has BYPASSRLS.';
	END IF;
END
$$;
COMMENT ON PROCEDURE vsm.create_model(text, text, text, text) IS
	'creates the tables and views of a model in a schema, owned by the caller, or brings them up to this version; data and grants stay. '
	'Settings left out are UTC, mon and no currency, or as they were';
