/*
 * What is wrong with a model, or with how one of its functions was called, in a sentence each. They
 * ask before they act, so that nobody meets an error of the catalog instead.
 */

CREATE FUNCTION vsm.check_kind(schema text, name text, wanted text) RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	kind text;
BEGIN
	SELECT CASE c.relkind WHEN 'r' THEN 'table' WHEN 'p' THEN 'table' WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view'
		WHEN 'f' THEN 'foreign table' WHEN 'S' THEN 'sequence' WHEN 'c' THEN 'composite type' ELSE 'index' END
	INTO kind FROM pg_class AS c WHERE c.oid = to_regclass(format('%I.%I', schema, name));
	IF kind <> wanted THEN
		RAISE EXCEPTION USING
			ERRCODE = 'wrong_object_type',
			MESSAGE = format('%I.%I is a %s, not a %s', schema, name, kind, wanted),
			DETAIL = format('In the schema of a model this is the name of a %s that vsm.create_model makes.', wanted),
			HINT = format('Give it another name, then: CALL vsm.create_model(%L)', schema);
	END IF;
END
$$;
COMMENT ON FUNCTION vsm.check_kind(text, text, text) IS
	'raises if something else than a table, or a view, has the name of one of a model; a part of vsm.create_model';

CREATE FUNCTION vsm.check_column(schema text, relation text, name text, definition text) RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	target regclass := to_regclass(format('%I.%I', schema, relation));
	wanted CONSTANT regtype := split_part(definition, ' ', 1)::regtype;
	found  record;
	empty  boolean := true;
BEGIN
	IF target IS NULL THEN
		RETURN;
	END IF;
	SELECT a.attnotnull, format_type(a.atttypid, a.atttypmod) AS type,
		-- texts and numbers of any width will do, and what is a domain of the user's
		a.atttypid = wanted OR t.typbasetype = wanted OR t.typcategory = w.typcategory AND t.typcategory IN ('S', 'N') AS fits
	INTO found
	FROM pg_attribute AS a JOIN pg_type AS t ON t.oid = a.atttypid JOIN pg_type AS w ON w.oid = wanted
	WHERE a.attrelid = target AND a.attname = name AND NOT a.attisdropped;

	IF NOT found.fits THEN
		RAISE EXCEPTION USING
			ERRCODE = 'datatype_mismatch',
			MESSAGE = format('column "%s" of table %I.%I is of type %s, not %s', name, schema, relation, found.type, wanted),
			DETAIL = 'What vsm writes to the column and reads from it is of that type.',
			HINT = format('Change its type with ALTER TABLE, or rename it, then: CALL vsm.create_model(%L)', schema);
	END IF;
	IF definition LIKE '%NOT NULL%' AND found.attnotnull IS NOT TRUE THEN
		IF found.type IS NOT NULL THEN
			EXECUTE format('SELECT NOT EXISTS (SELECT FROM %s AS t WHERE t.%I IS NULL)', target, name) INTO empty;
		ELSIF definition !~ 'DEFAULT|GENERATED' THEN
			EXECUTE format('SELECT NOT EXISTS (SELECT FROM %s)', target) INTO empty;
		END IF;
		IF NOT empty THEN
			RAISE EXCEPTION USING
				ERRCODE = 'not_null_violation',
				MESSAGE = format('column "%s" of table %I.%I is missing in rows that are there', name, schema, relation),
				DETAIL = 'In every row of a model it has a value.',
				HINT = format('Add the column if it is not there, give it a value in every row, then: CALL vsm.create_model(%L)', schema);
		END IF;
	END IF;
END
$$;
COMMENT ON FUNCTION vsm.check_column(text, text, text, text) IS
	'raises if a column of a table that is there cannot be the column of a model; a part of vsm.create_model';

CREATE FUNCTION vsm.check_model(model text, VARIADIC tables text[] DEFAULT '{}') RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	missing text;
BEGIN
	IF model IS NULL THEN
		RAISE EXCEPTION USING
			ERRCODE = 'null_value_not_allowed',
			MESSAGE = 'the schema of the model is NULL',
			HINT = 'Name the schema that was given to vsm.create_model, such as ''flow''.';
	END IF;
	SELECT t.name INTO missing
	FROM unnest('{model}' || tables) WITH ORDINALITY AS t (name, place)
	WHERE to_regclass(format('%I.%I', model, coalesce(t.name, ''))) IS NULL ORDER BY t.place LIMIT 1;
	IF missing = 'model' THEN
		RAISE EXCEPTION USING
			ERRCODE = 'undefined_table',
			MESSAGE = format('there is no model in schema "%s"', model),
			DETAIL = CASE
				WHEN to_regnamespace(quote_ident(model)) IS NULL THEN 'There is no such schema.'
				ELSE 'The schema has no table "model".'
			END,
			HINT = format('Create the model with: CALL vsm.create_model(%L)', coalesce(nullif(model, ''), 'flow'));
	ELSIF FOUND THEN
		RAISE EXCEPTION USING
			ERRCODE = 'undefined_table',
			MESSAGE = format('the model in schema "%s" has no table "%s"', model, missing),
			DETAIL = 'vsm.create_model makes it, so it has been dropped or renamed since.',
			HINT = format('Make what is missing with: CALL vsm.create_model(%L)', model);
	END IF;
	PERFORM vsm.check_kind(model, t.name, 'table') FROM unnest('{model}' || tables) AS t (name);
END
$$;
COMMENT ON FUNCTION vsm.check_model(text, text[]) IS
	'raises if a schema is NULL, is not that of a model or lacks one of these tables; a part of whatever is called with a model';

CREATE FUNCTION vsm.check_inbox(model text) RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	missing text;
BEGIN
	PERFORM vsm.check_model(model, 'inbox');
	SELECT c.name INTO missing
	FROM unnest(ARRAY['id', 'source', 'payload', 'received_at', 'error', 'attempts', 'attempted_at']) WITH ORDINALITY AS c (name, place)
	WHERE NOT EXISTS (
		SELECT FROM pg_attribute AS a
		WHERE a.attrelid = format('%I.inbox', model)::regclass AND a.attname = c.name AND NOT a.attisdropped)
	ORDER BY c.place LIMIT 1;
	IF FOUND THEN
		RAISE EXCEPTION USING
			ERRCODE = 'undefined_column',
			MESSAGE = format('table %I.inbox has no column "%s"', model, missing),
			DETAIL = 'An inbox has the columns id, source, payload, received_at, error, attempts and attempted_at.',
			HINT = format('Make what is missing with: CALL vsm.create_model(%L)', model);
	END IF;
	PERFORM vsm.check_column(model, 'inbox', c.name, c.type)
	FROM (VALUES ('id', 'bigint'), ('source', 'text'), ('payload', 'text'), ('received_at', 'timestamptz'), ('error', 'text'),
		('attempts', 'integer'),
		('attempted_at', 'timestamptz')) AS c (name, type);
END
$$;
COMMENT ON FUNCTION vsm.check_inbox(text) IS
	'raises if there is no inbox in that schema from which payloads can be read and deleted; a part of vsm.ingest';

CREATE FUNCTION vsm.raise_model_error(model text, doing text, state text, message text) RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	-- Something that is named in a statement is not there, or is of another kind.
	IF state IN ('42P01', '42703', '42883', '42804', '42809', '42846', '42P10', '42P16') THEN
		RAISE EXCEPTION USING
			ERRCODE = state,
			MESSAGE = format('%s failed on the model in schema "%s"', doing, model),
			DETAIL = upper(left(message, 1)) || substr(message, 2) || '.',
			HINT = format('If a table was changed by hand, change it back, then: CALL vsm.create_model(%L)', model);
	END IF;
END
$$;
COMMENT ON FUNCTION vsm.raise_model_error(text, text, text, text) IS
	'raises what PostgreSQL said of a model that lacks something; a part of vsm.ingest and vsm.link_deployments';

CREATE FUNCTION vsm.check_settings(time_zone text, week_starts text) RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	-- they are files of a server, but what is in them differs from one to the next
	local_names CONSTANT text := '^((posix|right)/.*|posixrules|localtime|Factory)$';
	known       text;
	taken       boolean := true;
BEGIN
	IF time_zone <> 'UTC'
		AND (time_zone ~ local_names OR NOT EXISTS (SELECT FROM pg_timezone_names AS z WHERE z.name = time_zone))
	THEN
		SELECT z.name INTO known FROM pg_timezone_names AS z
		WHERE lower(z.name) = lower(regexp_replace(time_zone, '^(posix|right)/', '')) AND z.name !~ local_names ORDER BY z.name LIMIT 1;
		BEGIN
			PERFORM timezone(time_zone, now());
		EXCEPTION WHEN invalid_parameter_value THEN
			taken := time_zone ~ local_names;
		END;
		RAISE EXCEPTION USING
			ERRCODE = 'invalid_parameter_value',
			MESSAGE = format('time zone "%s" is not %s', time_zone,
				CASE WHEN taken AND known IS NULL THEN 'that of a region' ELSE 'known' END),
			DETAIL = CASE
				WHEN time_zone ~ local_names THEN 'A name of this kind is not there on every server, or stands for something else there.'
				WHEN known IS NOT NULL THEN 'It is not written as in the view pg_timezone_names.'
				WHEN taken THEN
					'PostgreSQL takes it for a fixed offset or a rule, which does not say when the clocks of a region change and changed.'
				ELSE 'It is not in the view pg_timezone_names.'
			END,
			HINT = coalesce('Perhaps "' || known || '" is meant.', 'Names such as Europe/Paris are in the view pg_timezone_names.');
	END IF;
	IF week_starts NOT IN ('mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun') THEN
		RAISE EXCEPTION USING
			ERRCODE = 'invalid_parameter_value',
			MESSAGE = format('a week cannot start on "%s"', week_starts),
			HINT = 'Days are mon, tue, wed, thu, fri, sat and sun.';
	END IF;
END
$$;
COMMENT ON FUNCTION vsm.check_settings(text, text) IS
	'raises if a time zone is not that of a region or a day is none; what is NULL is left out; a part of vsm.create_model';

CREATE FUNCTION vsm.check_model_settings() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF NEW.time_zone IS NULL OR NEW.week_starts IS NULL THEN
		RAISE EXCEPTION USING
			ERRCODE = 'null_value_not_allowed',
			MESSAGE = format('the %s of a model cannot be NULL',
				CASE WHEN NEW.time_zone IS NULL THEN 'time zone' ELSE 'first day of the week' END),
			HINT = 'Where nothing else is known they are UTC and mon.';
	END IF;
	PERFORM vsm.check_settings(NEW.time_zone, NEW.week_starts);
	RETURN NEW;
END
$$;
COMMENT ON FUNCTION vsm.check_model_settings() IS
	'trigger function of the table "model": raises if its time zone or first day of the week is none';

/*
 * Whoever owns the tables of a model owns their triggers, too, and these run as whoever writes to
 * the tables. So only the owner himself may write to them by what vsm has: neither a member of his
 * role nor a superuser; and he only if nobody else has put a table or view of his own in their
 * place, as who owns the schema can.
 */
CREATE FUNCTION vsm.check_owner(model text, VARIADIC relations text[] DEFAULT '{}') RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	others record;
BEGIN
	SELECT c.relname, pg_get_userbyid(c.relowner) AS owner INTO others
	FROM unnest('{model}' || relations) WITH ORDINALITY AS r (name, place)
		JOIN pg_class AS c ON c.oid = to_regclass(format('%I.%I', model, r.name))
	WHERE c.relowner <> current_user::regrole
	ORDER BY r.place LIMIT 1;
	IF others.relname = 'model' THEN
		RAISE EXCEPTION USING
			ERRCODE = 'insufficient_privilege',
			MESSAGE = format('the model in schema "%s" is kept by its owner "%s" alone', model, others.owner),
			DETAIL = format('A trigger on the owner''s tables would run as "%s".', current_user),
			HINT = format('Log in as "%s", or schedule the job as that role.', others.owner);
	ELSIF FOUND THEN
		RAISE EXCEPTION USING
			ERRCODE = 'insufficient_privilege',
			MESSAGE = format('%I.%I belongs to "%s", not to "%s"', model, others.relname, others.owner, current_user),
			DETAIL = format('A trigger on it, or a function in it, would run as "%s".', current_user),
			HINT = 'All tables and views of a model belong to its owner: ALTER TABLE ... OWNER TO, or rename it.';
	END IF;
END
$$;
COMMENT ON FUNCTION vsm.check_owner(text, text[]) IS
	'raises if the current user is not the owner of a model, or not of one of these of its tables and views; a part of whatever writes to '
	'a model';

CREATE FUNCTION vsm.owns_tables(model text, tables text[]) RETURNS boolean
	AS 'MODULE_PATHNAME', 'vsm_owns_tables' LANGUAGE C STABLE STRICT;
COMMENT ON FUNCTION vsm.owns_tables(text, text[]) IS
	'whether a model has all of these tables, and they are the current user''s: then vsm.check_model and vsm.check_owner have nothing to '
	'say of them; a part of vsm.ingest';

CREATE FUNCTION vsm.has_columns(model text, relation text, names text[], types regtype[]) RETURNS boolean
	AS 'MODULE_PATHNAME', 'vsm_has_columns' LANGUAGE C STABLE STRICT;
COMMENT ON FUNCTION vsm.has_columns(text, text, text[], regtype[]) IS
	'whether a table of a model has all of these columns, of those types; a part of vsm.ingest';
