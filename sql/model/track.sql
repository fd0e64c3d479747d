/*
 * Any table with a status column is a source: CALL vsm.track('flow', 'ticket', 'desk', id => 'ticket_id', state => 'status').
 * What it says at once becomes states that were seen, what changes from then on is written to the inbox
 * by a trigger of the table (src/model/track_sql.c) and read from there (track_change.sql).
 */

CREATE FUNCTION vsm.track_change() RETURNS trigger
	AS 'MODULE_PATHNAME', 'vsm_track_change' LANGUAGE C;
COMMENT ON FUNCTION vsm.track_change() IS
	'trigger function of tables that are tracked, after a row is inserted or updated: writes the state that it got to the inbox of a '
	'model, as the owner of the model; a part of vsm.track';

CREATE FUNCTION vsm.tracked_text(value anyelement) RETURNS text
	AS 'MODULE_PATHNAME', 'vsm_tracked_text' LANGUAGE C STABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.tracked_text(anyelement) IS
	'a value as the trigger of vsm.track tells it: times in UTC, true and false, numbers without zeros at their end, of JSON that is a '
	'text this; a part of vsm.track';

-- A name has 63 bytes, and what is longer is cut off.
CREATE FUNCTION vsm.track_trigger(model text, tracked regclass) RETURNS name
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
RETURN coalesce((
	SELECT t.tgname FROM pg_trigger AS t
	WHERE t.tgrelid = tracked AND t.tgfoid = to_regprocedure('vsm.track_change()') AND NOT t.tgisinternal
	AND starts_with(encode(t.tgargs, 'hex'), encode(convert_to(model, getdatabaseencoding()), 'hex') || '00')
	ORDER BY t.tgname LIMIT 1),
	CASE WHEN octet_length(model) <= 53 THEN 'vsm_track_' || model ELSE 'vsm_track_' || md5(model) END::name);
COMMENT ON FUNCTION vsm.track_trigger(text, regclass) IS
	'the name of the trigger by which a model tracks a table, or is to; a part of vsm.track';

CREATE FUNCTION vsm.tracked_columns(tracked regclass, id text, "values" jsonb) RETURNS jsonb
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	columns jsonb;
	missing text;
BEGIN
	-- An id of several columns: 'order_id, line'. A column whose name has a comma in it is one.
	SELECT jsonb_agg(jsonb_build_array(c.member, c.name) ORDER BY c.kind, c.place) INTO columns
	FROM (
		SELECT 1 AS kind, 'id' AS member, btrim(i.name) AS name, i.place
		FROM unnest(CASE
			WHEN EXISTS (SELECT FROM pg_attribute AS a WHERE a.attrelid = tracked AND a.attname = id AND a.attnum > 0) THEN ARRAY[id]
			ELSE string_to_array(id, ',') END) WITH ORDINALITY AS i (name, place)
		UNION ALL
		SELECT 2, v.key, v.value, 0 FROM jsonb_each_text("values") AS v WHERE v.value IS NOT NULL) AS c;
	SELECT c ->> 1 INTO missing
	FROM jsonb_array_elements(columns) AS c
	WHERE NOT EXISTS (
		SELECT FROM pg_attribute AS a WHERE a.attrelid = tracked AND a.attname = c ->> 1 AND a.attnum > 0 AND NOT a.attisdropped)
	LIMIT 1;
	IF missing IS NOT NULL THEN
		RAISE EXCEPTION USING
			ERRCODE = 'undefined_column',
			MESSAGE = format('table %s has no column "%s"', tracked, missing),
			DETAIL = (
				SELECT 'Its columns: ' || string_agg(a.attname, ', ' ORDER BY a.attnum) || '.'
				FROM pg_attribute AS a WHERE a.attrelid = tracked AND a.attnum > 0 AND NOT a.attisdropped),
			HINT = 'Name columns, as they are written in pg_attribute; an id of several as ''order_id, line''.';
	END IF;
	RETURN columns;
END
$$;
COMMENT ON FUNCTION vsm.tracked_columns(regclass, text, jsonb) IS
	'the columns of a table that are to be read, as the table tracked has them; raises if there is none of that name; a part of vsm.track';

CREATE PROCEDURE vsm.track(model text, "table" regclass, source text, id text, state text, at text DEFAULT NULL, title text DEFAULT NULL,
	type text DEFAULT NULL, project text DEFAULT NULL, key text DEFAULT NULL, priority text DEFAULT NULL, parent text DEFAULT NULL,
	created_at text DEFAULT NULL, on_error text DEFAULT 'warn')
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
#variable_conflict use_column
DECLARE
	schema  CONSTANT text := track.model;
	name    CONSTANT text := track.source;
	errors  CONSTANT text := track.on_error;
	target  pg_class;
	columns jsonb;
	label   text;
	trigger name;
	stale   name;
	lacks   text;
	whole   regclass;
	child   regclass;
	refused bigint;
	reason  text;
BEGIN
	PERFORM vsm.check_model(schema, 'tracked', 'inbox', 'item', 'event', 'observation');
	PERFORM vsm.check_owner(schema, 'tracked', 'inbox', 'item', 'event', 'observation');
	lacks := CASE WHEN track."table" IS NULL THEN 'table' WHEN name IS NULL THEN 'source' WHEN track.id IS NULL THEN 'id'
		WHEN track.state IS NULL THEN 'state' WHEN errors IS NULL THEN 'on_error' END;
	IF lacks IS NOT NULL THEN
		RAISE EXCEPTION USING
			ERRCODE = 'null_value_not_allowed',
			MESSAGE = format('%s is NULL', lacks),
			HINT = format('CALL vsm.track(%L, ''ticket'', ''desk'', id => ''ticket_id'', state => ''status'')', schema);
	ELSIF name !~ '^[^:\s][^:]*$' OR octet_length(name) > 200 THEN
		RAISE EXCEPTION USING
			ERRCODE = 'invalid_parameter_value',
			MESSAGE = format('"%s" cannot be the source of a table', left(name, 100)),
			DETAIL = 'Its items are named SOURCE:item:ID.',
			HINT = 'A source is a name without a colon, such as desk.';
	ELSIF errors NOT IN ('warn', 'fail') THEN
		RAISE EXCEPTION USING
			ERRCODE = 'invalid_parameter_value',
			MESSAGE = format('on_error cannot be "%s"', errors),
			HINT = 'It is warn: the application goes on, with a warning; or fail: its statement ends in the error.';
	END IF;
	SELECT c.* INTO target FROM pg_class AS c WHERE c.oid = track."table";
	IF target.relkind NOT IN ('r', 'p') OR target.relpersistence = 't' THEN
		RAISE EXCEPTION USING
			ERRCODE = 'wrong_object_type',
			MESSAGE = format('%s cannot be tracked', track."table"),
			DETAIL = 'It is not a table that stays.',
			HINT = 'Name the table that the application writes to.';
	ELSIF target.oid = to_regclass(format('%I.inbox', schema)) THEN
		RAISE EXCEPTION USING
			ERRCODE = 'wrong_object_type',
			MESSAGE = format('%s cannot be tracked', track."table"),
			DETAIL = 'Changes are written there.',
			HINT = 'Name the table that the application writes to.';
	ELSIF vsm.is_on_nodes(target.oid) THEN
		RAISE EXCEPTION USING
			ERRCODE = 'feature_not_supported',
			MESSAGE = format('table %s cannot be tracked', track."table"),
			DETAIL = 'It lies on nodes of Citus, which fires no trigger for its rows.',
			HINT = format('Have the application write its changes to the model, too: INSERT INTO %I.event (source, event_id, entity, at, '
				'state) ...', schema);
	ELSIF NOT has_table_privilege(target.oid, 'SELECT') OR NOT has_table_privilege(target.oid, 'TRIGGER') THEN
		RAISE EXCEPTION USING
			ERRCODE = 'insufficient_privilege',
			MESSAGE = format('"%s" may not track table %s', current_user, track."table"),
			DETAIL = 'Who tracks a table reads it and makes a trigger on it.',
			HINT = format('As its owner: GRANT SELECT, TRIGGER ON %s TO %I', track."table", current_user);
	END IF;
	columns := vsm.tracked_columns(target.oid, track.id, jsonb_strip_nulls(jsonb_build_object('state', track.state, 'at', track.at,
		'title', track.title, 'type', track.type, 'project', track.project, 'key', track.key, 'priority', track.priority,
		'parent', track.parent, 'created_at', track.created_at)));
	label := format('%s.%I', target.relnamespace::regnamespace, target.relname);
	trigger := vsm.track_trigger(schema, target.oid);

	PERFORM vsm.enter_model(schema);
	-- (A partition has the triggers of the whole.)
	SELECT t.relation INTO whole FROM tracked AS t JOIN pg_partition_ancestors(target.oid) AS a ON a.relid = t.relation
	WHERE t.relation <> target.oid LIMIT 1;
	IF whole IS NOT NULL THEN
		RAISE EXCEPTION USING
			ERRCODE = 'wrong_object_type',
			MESSAGE = format('%s cannot be tracked', track."table"),
			DETAIL = format('It is a partition of %s, which the model tracks.', whole),
			HINT = format('First CALL vsm.untrack(%L, %L), or leave it at that.', schema, whole);
	END IF;
	-- Nobody writes to the table from here on, until what is there has been read.
	-- (A row that moves to another partition is deleted and inserted.)
	EXECUTE format('CREATE OR REPLACE TRIGGER %I AFTER INSERT OR UPDATE%s ON %s FOR EACH ROW EXECUTE FUNCTION vsm.track_change(%s)',
		trigger, CASE target.relkind WHEN 'p' THEN ' OR DELETE' END, label, (
			SELECT string_agg(quote_literal(a.value), ', ' ORDER BY a.place)
			FROM (
				SELECT schema AS value, 1::numeric AS place UNION ALL SELECT errors, 2
				UNION ALL
				SELECT p.value, 2 * c.place + p.place
				FROM jsonb_array_elements(columns) WITH ORDINALITY AS c (pair, place),
					jsonb_array_elements_text(c.pair) WITH ORDINALITY AS p (value, place)) AS a));
	-- Rows that replication brings are changes, too.
	IF pg_has_role(target.relowner, 'USAGE') THEN
		EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER %I', label, trigger);
		-- A model that got another name, or is gone, is told of nothing.
		FOR stale IN
			SELECT t.tgname FROM pg_trigger AS t
			WHERE t.tgrelid = target.oid AND t.tgfoid = to_regprocedure('vsm.track_change()') AND NOT t.tgisinternal
			AND to_regnamespace(quote_ident(convert_from(substr(t.tgargs, 1, position('\x00'::bytea IN t.tgargs) - 1),
				getdatabaseencoding()))) IS NULL
		LOOP
			EXECUTE format('DROP TRIGGER %I ON %s', stale, label);
		END LOOP;
	END IF;
	DELETE FROM tracked AS t
	WHERE NOT EXISTS (SELECT FROM pg_class AS c WHERE c.oid = t.relation)
	OR t.relation <> target.oid AND t.relation IN (SELECT p.relid FROM pg_partition_tree(target.oid) AS p);
	INSERT INTO tracked AS t (relation, source, columns, on_error) VALUES (target.oid, name, columns, errors)
	ON CONFLICT (relation) DO UPDATE SET source = excluded.source, columns = excluded.columns, on_error = excluded.on_error, since = now();

	PERFORM vsm.open_held_facts();
	PERFORM vsm.hold_facts(format('SELECT f.*, p.number, NULL::timestamptz, NULL::bigint, NULL::boolean FROM (
			SELECT jsonb_strip_nulls(jsonb_build_object(%s)) AS payload, row_number() OVER () AS number FROM %s AS t) AS p,
			LATERAL vsm.read_track_change($1, p.payload, $2::jsonb) AS f
		WHERE vsm.json_text(p.payload, ''id'') IS NOT NULL AND vsm.json_text(p.payload, ''state'') IS NOT NULL',
		(
			SELECT string_agg(format('%L, %s', c.member, c.value), ', ')
				|| ', ''observed'', true, ''now'', now()'
			FROM (
				SELECT p.pair ->> 0 AS member, CASE
					WHEN p.pair ->> 0 <> 'id' OR count(*) = 1 THEN min(format('vsm.tracked_text(t.%I)', p.pair ->> 1))
					ELSE string_agg(format('replace(replace(vsm.tracked_text(t.%I), ''\'', ''\\''), ''/'', ''\/'')', p.pair ->> 1),
						' || ''/'' || ' ORDER BY p.place) END AS value
				FROM jsonb_array_elements(columns) WITH ORDINALITY AS p (pair, place)
				GROUP BY p.pair ->> 0) AS c),
			CASE target.relkind WHEN 'r' THEN 'ONLY ' || label ELSE label END),
		'track:' || name, vsm.names(schema, 'track:' || name)::text);
	SELECT count(*), min(r.reason) INTO refused, reason FROM vsm.refused_facts() AS r;
	IF refused > 0 THEN
		RAISE WARNING USING
			MESSAGE = format('rows of %s that were left out: %s', track."table", refused),
			DETAIL = format('Of one %s.', reason);
	END IF;
	PERFORM vsm.check_owner(schema, VARIADIC vsm.told_tables());
	PERFORM vsm.ask('SELECT vsm.write_judged_facts($1)', schema);
	-- Rows of tables that inherit fire no trigger of this one.
	FOR child IN
		SELECT i.inhrelid FROM pg_inherits AS i JOIN pg_class AS c ON c.oid = i.inhrelid
		WHERE i.inhparent = target.oid AND NOT c.relispartition ORDER BY i.inhrelid
	LOOP
		CALL vsm.track(schema, child, name, track.id, track.state, track.at, track.title, track.type, track.project, track.key,
			track.priority, track.parent, track.created_at, errors);
	END LOOP;
END
$$;
COMMENT ON PROCEDURE vsm.track(text, regclass, text, text, text, text, text, text, text, text, text, text, text, text) IS
	'makes a table with a status column a source of a model: columns are named by what they are of an item, id may be several, at is the '
	'time of the change, else that of the transaction. What is there is read as seen, each change of the state from then on is an event, '
	'at the next vsm.ingest or vsm.refresh. on_error: warn, the application''s statement goes on whatever happens here; fail, it does not';

CREATE PROCEDURE vsm.untrack(model text, "table" regclass)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
	schema CONSTANT text := untrack.model;
	target CONSTANT regclass := untrack."table";
	gone   regclass;
	made   record;
	child  regclass;
BEGIN
	PERFORM vsm.check_model(schema, 'tracked');
	PERFORM vsm.check_owner(schema, 'tracked');
	PERFORM vsm.enter_model(schema);
	DELETE FROM tracked AS t WHERE t.relation = target RETURNING t.relation INTO gone;
	IF gone IS NULL THEN
		RAISE EXCEPTION USING
			ERRCODE = 'undefined_object',
			MESSAGE = format('the model in schema "%s" does not track %s', schema, coalesce(target::text, 'NULL')),
			HINT = format('The tables that it tracks: SELECT relation, source FROM %I.tracked', schema);
	END IF;
	SELECT t.tgname AS name, format('%s.%I', c.relnamespace::regnamespace, c.relname) AS label, c.relowner AS owner INTO made
	FROM pg_trigger AS t JOIN pg_class AS c ON c.oid = t.tgrelid
	WHERE t.tgrelid = target AND t.tgname = vsm.track_trigger(schema, target);
	IF made.owner IS NOT NULL AND NOT pg_has_role(made.owner, 'USAGE') THEN
		RAISE EXCEPTION USING
			ERRCODE = 'insufficient_privilege',
			MESSAGE = format('table %s belongs to "%s", not to "%s"', target, pg_get_userbyid(made.owner), current_user),
			DETAIL = 'Only the owner of a table drops its triggers.',
			HINT = format('First, as "%s": DROP TRIGGER %I ON %s', pg_get_userbyid(made.owner), made.name, made.label);
	ELSIF made.owner IS NOT NULL THEN
		EXECUTE format('DROP TRIGGER %I ON %s', made.name, made.label);
	END IF;
	FOR child IN
		SELECT i.inhrelid FROM pg_inherits AS i JOIN tracked AS t ON t.relation = i.inhrelid
		WHERE i.inhparent = target ORDER BY i.inhrelid
	LOOP
		CALL vsm.untrack(schema, child);
	END LOOP;
END
$$;
COMMENT ON PROCEDURE vsm.untrack(text, regclass) IS
	'ends what vsm.track began: changes of the table are events no longer; what was told stays';
