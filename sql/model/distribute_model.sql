/*
 * CALL vsm.distribute_model('flow'): what sources tell of entities, events and observations, lies on the
 * nodes of Citus, by entity. All else stays on the coordinator: the views join it in ways that Citus
 * does not plan on distributed tables.
 *
 * Statements that write a model look up rows one by one, in ways that Citus does not plan for such
 * tables. They need not be others there, since the rows of what is told, or made anew, are few: these
 * are copied into tables of the same names in a schema beside the model (vsm.batch_schema), which
 * comes before it in search_path, the statements run on them, and what they changed is written back,
 * in the same transaction. So what follows from facts is the same, wherever a model lies.
 *
 * Citus fires no trigger of ours for rows on other nodes. What a batch writes back carries its
 * transaction, as triggers would have it, and the keys of what it removes go into the journal.
 */

CREATE FUNCTION vsm.distributed_tables(OUT relation text, OUT key text) RETURNS SETOF record
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 2
BEGIN ATOMIC
	SELECT v.relation, v.key
	FROM (VALUES ('event', 'entity'), ('observation', 'entity')) AS v (relation, key);
END;
COMMENT ON FUNCTION vsm.distributed_tables() IS
	'the tables of a model that vsm.distribute_model distributes, and by which column; a part of vsm.distribute_model';

CREATE FUNCTION vsm.batch_schema(model text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN model || '_batch';
COMMENT ON FUNCTION vsm.batch_schema(text) IS
	'the schema beside a distributed model into which rows are copied that a batch reads and changes; a part of vsm.distribute_model';

-- The one place that knows.
CREATE FUNCTION vsm.is_on_nodes(relation regclass) RETURNS boolean
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	result boolean := false;
BEGIN
	IF to_regclass('pg_catalog.pg_dist_partition') IS NOT NULL THEN
		EXECUTE 'SELECT EXISTS (SELECT FROM pg_catalog.pg_dist_partition AS p
			WHERE p.logicalrelid = $1 AND (p.partmethod <> ''n'' OR p.repmodel = ''t''))'
		INTO result USING relation;
	END IF;
	RETURN result;
END
$$;
COMMENT ON FUNCTION vsm.is_on_nodes(regclass) IS
	'whether the rows of a table lie on nodes of Citus, by a column or all of them on each; a part of vsm.distribute_model';

CREATE FUNCTION vsm.is_distributed(model text) RETURNS boolean
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF to_regclass('pg_catalog.pg_dist_partition') IS NULL THEN
		RETURN false;
	END IF;
	RETURN coalesce(vsm.is_on_nodes(to_regclass(format('%I.event', model))), false);
END
$$;
COMMENT ON FUNCTION vsm.is_distributed(text) IS 'whether a model lies on the nodes of Citus; a part of vsm.distribute_model';

CREATE FUNCTION vsm.enter_batch(model text, schema text) RETURNS void
	AS 'MODULE_PATHNAME', 'vsm_enter_batch' LANGUAGE C VOLATILE STRICT;
COMMENT ON FUNCTION vsm.enter_batch(text, text) IS
	'lets names of tables mean those of a schema before those of a model, wherever vsm.enter_model is called for it, until vsm.leave_batch '
	'or the end of the transaction; a part of vsm.distribute_model';

CREATE FUNCTION vsm.leave_batch() RETURNS void
	AS 'MODULE_PATHNAME', 'vsm_leave_batch' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION vsm.leave_batch() IS 'ends what vsm.enter_batch began; a part of vsm.distribute_model';

CREATE FUNCTION vsm.model_of_path() RETURNS text
LANGUAGE plpgsql STABLE
AS $$
BEGIN
	-- As vsm.enter_model has set it: pg_catalog, what a batch has before it, the model, pg_temp.
	RETURN (
		SELECT p.name FROM unnest(current_schemas(false)) WITH ORDINALITY AS p (name, place)
		WHERE NOT starts_with(p.name, 'pg_') ORDER BY p.place DESC LIMIT 1);
END
$$;
COMMENT ON FUNCTION vsm.model_of_path() IS 'the model that search_path names; a part of vsm.distribute_model';

/*
 * Copies rows of one table of a distributed model to where the statements of a batch find them,
 * unless they are there. Of a model that is not distributed it does nothing.
 */
CREATE FUNCTION vsm.take_rows(model text, relation text, condition text, keys text[]) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	batch   CONSTANT text := vsm.batch_schema(model);
	columns text;
BEGIN
	PERFORM vsm.enter_model(model);
	IF keys IS NULL OR NOT vsm.is_distributed(model) THEN
		RETURN;
	END IF;
	-- Batches take turns: of two, each would wait for the rows of the other.
	PERFORM pg_advisory_xact_lock(hashtext('vsm.batch'), hashtext(model));
	SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) INTO columns FROM pg_attribute AS a
	WHERE a.attrelid = to_regclass(format('%I.%I', model, relation)) AND a.attnum > 0 AND NOT a.attisdropped;
	EXECUTE format(
		'WITH taken AS (
			INSERT INTO %1$I.%2$I (%3$s) SELECT %3$s FROM %4$I.%2$I AS t WHERE %5$s ON CONFLICT DO NOTHING RETURNING *)
		 INSERT INTO %1$I.%6$I SELECT * FROM taken', batch, relation, columns, model, condition, 'was_' || relation)
	USING keys;
	PERFORM vsm.enter_batch(model, batch);
END
$$;
COMMENT ON FUNCTION vsm.take_rows(text, text, text, text[]) IS
	'copies the rows of a table of a distributed model, t, for which a condition on the texts $1 holds, to where the statements of a batch '
	'find them; does nothing with a model that is not distributed; a part of vsm.distribute_model';

-- What a batch changed is written back, the rest forgotten.
CREATE FUNCTION vsm.return_rows(model text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	batch CONSTANT text := vsm.batch_schema(model);
	part  record;
	names record;
	found boolean;
BEGIN
	PERFORM vsm.enter_model(model);
	IF NOT vsm.is_distributed(model) THEN
		RETURN;
	END IF;
	PERFORM vsm.leave_batch();
	FOR part IN SELECT t.*, 'was_' || t.relation AS old FROM vsm.distributed_tables() AS t LOOP
		EXECUTE format('SELECT EXISTS (SELECT FROM %1$I.%2$I) OR EXISTS (SELECT FROM %1$I.%3$I)', batch, part.relation, part.old)
		INTO found;
		CONTINUE WHEN NOT found;
		SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) AS columns,
			string_agg(CASE WHEN a.attname = 'xid' THEN 'pg_current_xact_id()' ELSE format('n.%I', a.attname) END, ', '
				ORDER BY a.attnum) AS written,
			string_agg(format('%1$I = excluded.%1$I', a.attname), ', ' ORDER BY a.attnum) FILTER (WHERE k.conkey IS NULL) AS sets,
			string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) FILTER (WHERE k.conkey IS NOT NULL) AS key,
			string_agg(format('o.%I', a.attname), ', ' ORDER BY a.attnum) FILTER (WHERE k.conkey IS NOT NULL) AS old_key,
			string_agg(format('n.%1$I = o.%1$I', a.attname), ' AND ' ORDER BY a.attnum) FILTER (WHERE k.conkey IS NOT NULL) AS same,
			bool_or(a.attname = 'xid') AS is_watched
		INTO names
		FROM pg_attribute AS a
			LEFT JOIN pg_constraint AS k ON k.conrelid = a.attrelid AND k.contype = 'p' AND a.attnum = ANY (k.conkey)
		WHERE a.attrelid = to_regclass(format('%I.%I', model, part.relation)) AND a.attnum > 0 AND NOT a.attisdropped;

		EXECUTE format('SELECT EXISTS (SELECT FROM %1$I.%3$I AS o WHERE NOT EXISTS (SELECT FROM %1$I.%2$I AS n WHERE %4$s))', batch,
			part.relation, part.old, names.same) INTO found;
		IF found THEN
			IF names.is_watched THEN
				EXECUTE format(
					'INSERT INTO %4$I.journal (xid, kind, key)
					 SELECT DISTINCT pg_current_xact_id(), ''key'', o.%5$I FROM %1$I.%3$I AS o
					 WHERE NOT EXISTS (SELECT FROM %1$I.%2$I AS n WHERE %6$s)',
					batch, part.relation, part.old, model, part.key, names.same);
			END IF;
			EXECUTE format(
				'DELETE FROM %4$I.%2$I AS n
				 USING (SELECT %5$s FROM %1$I.%3$I AS o WHERE NOT EXISTS (SELECT FROM %1$I.%2$I AS n WHERE %6$s)) AS o WHERE %6$s',
				batch, part.relation, part.old, model, names.old_key, names.same);
		END IF;
		EXECUTE format('DELETE FROM %1$I.%2$I AS n USING %1$I.%3$I AS o WHERE %4$s AND n *= o', batch, part.relation, part.old,
			names.same);
		EXECUTE format('SELECT EXISTS (SELECT FROM %1$I.%2$I)', batch, part.relation) INTO found;
		IF found THEN
			EXECUTE format('INSERT INTO %4$I.%2$I (%3$s) SELECT %5$s FROM %1$I.%2$I AS n ON CONFLICT (%6$s) DO UPDATE SET %7$s',
				batch, part.relation, names.columns, model, names.written, names.key, names.sets);
		END IF;
		EXECUTE format('DELETE FROM %1$I.%2$I', batch, part.relation);
		EXECUTE format('DELETE FROM %1$I.%2$I', batch, part.old);
	END LOOP;
END
$$;
COMMENT ON FUNCTION vsm.return_rows(text) IS
	'writes what the statements of a batch have changed of the rows of vsm.take_rows back to a distributed model, and forgets these; does '
	'nothing with a model that is not distributed; a part of vsm.distribute_model';

CREATE FUNCTION vsm.forget_rows(model text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	part record;
BEGIN
	PERFORM vsm.enter_model(model);
	IF NOT vsm.is_distributed(model) THEN
		RETURN;
	END IF;
	PERFORM vsm.leave_batch();
	FOR part IN SELECT t.relation FROM vsm.distributed_tables() AS t LOOP
		EXECUTE format('DELETE FROM %I.%I', vsm.batch_schema(model), part.relation);
		EXECUTE format('DELETE FROM %I.%I', vsm.batch_schema(model), 'was_' || part.relation);
	END LOOP;
END
$$;
COMMENT ON FUNCTION vsm.forget_rows(text) IS
	'forgets the rows of vsm.take_rows, which were only read; does nothing with a model that is not distributed; a part of '
	'vsm.distribute_model';

-- The rows that facts that are held may change.
CREATE FUNCTION vsm.take_told_rows(model text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	entities text[];
BEGIN
	PERFORM vsm.enter_model(model);
	IF NOT vsm.is_distributed(model) THEN
		RETURN;
	END IF;
	PERFORM vsm.enter_facts(model);
	entities := ARRAY(
		SELECT f.entity FROM told_event AS f UNION SELECT f.entity FROM told_event_again AS f
		UNION SELECT f.entity FROM told_observed AS f UNION SELECT f.entity FROM told_created AS f
		UNION SELECT f.entity FROM told_change AS f UNION SELECT f.entity FROM told_history AS f
		UNION SELECT f.entity FROM told_item AS f);
	PERFORM vsm.take_rows(model, t.relation, format('t.%I = ANY ($1)', t.key), entities) FROM vsm.distributed_tables() AS t;
END
$$;
COMMENT ON FUNCTION vsm.take_told_rows(text) IS
	'takes the rows of a distributed model that the facts that are held may change; a part of vsm.distribute_model';

-- The events that items are made anew from: their own, and those of the requests, builds and changes that links lead to.
CREATE FUNCTION vsm.take_item_events(model text, items text[]) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET jit = off
AS $$
#variable_conflict use_column
DECLARE
	entities text[] := items;
	found    text[] := items;
BEGIN
	PERFORM vsm.enter_model(model);
	IF NOT vsm.is_distributed(model) THEN
		RETURN;
	END IF;
	-- Requests and commits, then what reverts these.
	FOR i IN 1 .. 2 LOOP
		found := vsm.all_names(ARRAY(
			SELECT l.source
			FROM vsm.each_entity(vsm.all_names(found)) AS n (key), LATERAL (
				SELECT k.source FROM link AS k
				WHERE k.target = n.key
				AND (i = 1 AND k.kind IN ('implements', 'fixes') OR i = 2 AND k.kind = 'reverts') OFFSET 0) AS l));
		found := found || ARRAY(
			SELECT l.source
			FROM vsm.each_entity(found) AS n (key), LATERAL (
				SELECT k.source FROM link AS k WHERE k.target = n.key AND k.kind = 'part_of' OFFSET 0) AS l
			UNION
			-- the request that a commit belongs to, and its other commits
			SELECT o.source
			FROM vsm.each_entity(found) AS n (key),
				LATERAL (SELECT k.target FROM link AS k WHERE k.source = n.key AND k.kind = 'part_of' OFFSET 0) AS l,
				LATERAL (SELECT k.source FROM link AS k WHERE k.target = l.target AND k.kind = 'part_of' OFFSET 0) AS o);
		entities := entities || found;
	END LOOP;
	-- Builds of commits, and changes by which these are released.
	entities := entities || ARRAY(
		SELECT l.source
		FROM vsm.each_entity(entities) AS n (key), LATERAL (
			SELECT k.source FROM link AS k WHERE k.target = n.key AND k.kind = 'builds' OFFSET 0) AS l)
		|| vsm.all_names(ARRAY(
			SELECT l.source
			FROM vsm.each_entity(vsm.all_names(ARRAY(
					SELECT DISTINCT r.deployment
					FROM vsm.each_entity(entities) AS n (key),
						LATERAL (SELECT c.deployment FROM commit_release AS c WHERE c.sha = n.key OFFSET 0) AS r))) AS d (name),
				LATERAL (SELECT k.source FROM link AS k WHERE k.target = d.name AND k.kind = 'deploys' OFFSET 0) AS l));
	PERFORM vsm.take_rows(model, 'event', 't.entity = ANY ($1)', ARRAY(SELECT DISTINCT e FROM unnest(entities) AS e));
END
$$;
COMMENT ON FUNCTION vsm.take_item_events(text, text[]) IS
	'takes the events of a distributed model that these items are made anew from; a part of vsm.distribute_model';

/*
 * What a view over events is on a distributed model: it asks functions for them, an entity's or all. With a distributed table in a view
 * Citus plans all of it, or says that it cannot (or ends the server, as of data_quality).
 */
CREATE FUNCTION vsm.distributed_statement(file text, statement text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
	WHEN file IN ('views/item_trace.sql', 'views/review.sql') AND starts_with(statement, 'CREATE ')
		THEN regexp_replace(statement, '%1\$I\.event AS (\w+)(\s+WHERE|\s+ON) \1\.entity = ([\w.]+)',
			'%2$I.events_of(\3) AS \1\2 \1.entity = \3', 'g')
	WHEN file = 'views/data_quality.sql' AND starts_with(statement, 'CREATE ')
		THEN replace(statement, '%1$I.event AS ', '%2$I.all_events() AS ')
	ELSE statement END;
COMMENT ON FUNCTION vsm.distributed_statement(text, text) IS
	'a statement of vsm.model_sql as a distributed model takes it, with the schema of its batches as %2$I; a part of '
	'vsm.distribute_model';

/*
 * A transaction that wrote on several nodes has ended on the coordinator a moment before it has on the
 * others, or longer before, if one of them ended meanwhile. Who goes by what has ended here waits for them.
 */
CREATE FUNCTION vsm.await_nodes(model text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	asked CONSTANT text := 'SELECT coalesce(array_agg(p.gid), ''{}'')::text FROM pg_catalog.pg_prepared_xacts AS p
		WHERE p.gid LIKE ''citus\_%'' AND p.database = pg_catalog.current_database()';
	open  text[];
	found text[];
	lost  text;
BEGIN
	PERFORM vsm.enter_model(model);
	IF NOT vsm.is_distributed(model) THEN
		RETURN;
	END IF;
	FOR i IN 0 .. 600 LOOP
		EXECUTE 'SELECT array_agg(g),
				string_agg(r.nodename || '':'' || r.nodeport || '': '' || r.result, ''; '') FILTER (WHERE NOT r.success)
			FROM run_command_on_workers($1) AS r LEFT JOIN LATERAL unnest(CASE WHEN r.success THEN r.result::text[] END) AS g ON true'
		INTO found, lost USING asked;
		IF lost IS NOT NULL THEN
			RAISE EXCEPTION USING
				ERRCODE = 'connection_failure',
				MESSAGE = format('a node of the model in schema "%s" cannot be asked', model),
				DETAIL = lost || '.',
				HINT = 'Call vsm.refresh again when all nodes are there: it goes on from where it was.';
		END IF;
		open := ARRAY(SELECT o FROM unnest(coalesce(open, found)) AS o WHERE o = ANY (found));
		IF open = '{}' THEN
			RETURN;
		END IF;
		IF i = 0 AND has_function_privilege('recover_prepared_transactions()', 'EXECUTE') THEN
			-- What is left of a node that ended.
			EXECUTE 'SELECT recover_prepared_transactions()';
		ELSE
			PERFORM pg_sleep(0.05);
		END IF;
	END LOOP;
	RAISE EXCEPTION USING
		ERRCODE = 'object_not_in_prerequisite_state',
		MESSAGE = format('a transaction that wrote to the model in schema "%s" has not ended on each of its nodes', model),
		DETAIL = format('It is prepared there: %s.', array_to_string(open, ', ')),
		HINT = 'When all nodes are there, as a superuser: SELECT recover_prepared_transactions()';
END
$$;
COMMENT ON FUNCTION vsm.await_nodes(text) IS
	'waits until transactions that have ended on the coordinator have ended on the nodes of a distributed model, too; a part of '
	'vsm.distribute_model';

CREATE FUNCTION vsm.make_batch_tables(model text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET client_min_messages = warning
AS $$
DECLARE
	batch CONSTANT text := vsm.batch_schema(model);
	part  record;
BEGIN
	PERFORM vsm.enter_model(model);
	PERFORM set_config('citus.enable_ddl_propagation', 'off', true);
	EXECUTE format('CREATE SCHEMA IF NOT EXISTS %I', batch);
	FOR part IN SELECT t.*, 'was_' || t.relation AS old FROM vsm.distributed_tables() AS t LOOP
		EXECUTE format('DROP TABLE IF EXISTS %1$I.%2$I, %1$I.%3$I CASCADE', batch, part.relation, part.old);
		EXECUTE format('CREATE UNLOGGED TABLE %1$I.%2$I (LIKE %3$I.%2$I INCLUDING ALL EXCLUDING STATISTICS)', batch, part.relation, model);
		EXECUTE format('CREATE UNLOGGED TABLE %1$I.%2$I (LIKE %3$I.%4$I INCLUDING INDEXES)', batch, part.old, model, part.relation);
		EXECUTE format('COMMENT ON TABLE %1$I.%2$I IS %3$L', batch, part.relation,
			'rows of a distributed model while a batch reads and changes them; empty when none does');
	END LOOP;
	-- Events entity by entity, which Citus sends to the one node that has it, for views; as the owner, as views read tables.
	EXECUTE format(
		'CREATE OR REPLACE FUNCTION %1$I.events_of(name text) RETURNS TABLE (entity text, at timestamptz, state text, method text)
		 LANGUAGE plpgsql STABLE ROWS 10 SECURITY DEFINER SET search_path = pg_catalog, pg_temp
		 AS %2$L', batch, format('BEGIN
			RETURN QUERY EXECUTE ''SELECT e.entity, e.at, e.state, e.method FROM %I.event AS e WHERE e.entity = $1'' USING $1;
		 END', model));
	EXECUTE format('COMMENT ON FUNCTION %I.events_of(text) IS %L', batch, 'the events of an entity, for views of a distributed model');
	EXECUTE format(
		'CREATE OR REPLACE FUNCTION %1$I.all_events() RETURNS TABLE (source text, event_id text, entity text, at timestamptz, state text,
			previous text, method text, attributes jsonb, recorded_at timestamptz)
		 LANGUAGE plpgsql STABLE ROWS 100000 SECURITY DEFINER SET search_path = pg_catalog, pg_temp
		 AS %2$L', batch, format('BEGIN
			RETURN QUERY EXECUTE ''SELECT e.source, e.event_id, e.entity, e.at, e.state, e.previous, e.method, e.attributes, e.recorded_at
				FROM %I.event AS e'';
		 END', model));
	EXECUTE format('COMMENT ON FUNCTION %I.all_events() IS %L', batch, 'all events, for views of a distributed model');
	PERFORM set_config('citus.enable_ddl_propagation', 'on', true);
END
$$;
COMMENT ON FUNCTION vsm.make_batch_tables(text) IS
	'makes the tables into which batches of a distributed model copy rows, anew; a part of vsm.distribute_model';

CREATE PROCEDURE vsm.distribute_model(model text)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	batch CONSTANT text := vsm.batch_schema(model);
	part  record;
	watch record;
	views text;
	given text[];
BEGIN
	PERFORM vsm.check_model(model);
	PERFORM vsm.check_owner(model, VARIADIC vsm.told_tables() || vsm.derived_tables());
	IF NOT EXISTS (SELECT FROM pg_extension AS e WHERE e.extname = 'citus') THEN
		RAISE EXCEPTION USING
			ERRCODE = 'feature_not_supported',
			MESSAGE = format('the model in schema "%s" cannot be distributed', model),
			DETAIL = 'This database has no Citus, which keeps tables on several servers.',
			HINT = 'Install Citus on each of them, then in this database: CREATE EXTENSION citus';
	ELSIF octet_length(batch) > 63 THEN
		RAISE EXCEPTION USING
			ERRCODE = 'name_too_long',
			MESSAGE = format('the model in schema "%s" cannot be distributed', model),
			DETAIL = format('The schema beside it would be named "%s", which PostgreSQL would cut off after 63 bytes.', batch),
			HINT = 'Give the schema a shorter name: ALTER SCHEMA ... RENAME TO ...';
	ELSIF vsm.is_distributed(model) THEN
		RAISE NOTICE USING MESSAGE = format('the model in schema "%s" is distributed already', model);
		RETURN;
	ELSIF EXISTS (SELECT FROM pg_partitioned_table AS p WHERE p.partrelid = format('%I.event', model)::regclass) THEN
		RAISE EXCEPTION USING
			ERRCODE = 'feature_not_supported',
			MESSAGE = format('the model in schema "%s" cannot be distributed', model),
			DETAIL = 'Its table event is partitioned.',
			HINT = 'Distribute a model whose tables are as vsm.create_model makes them.';
	ELSIF to_regnamespace(quote_ident(batch)) IS NOT NULL THEN
		RAISE EXCEPTION USING
			ERRCODE = 'duplicate_schema',
			MESSAGE = format('schema "%s" is there already', batch),
			DETAIL = 'Batches of a distributed model copy rows into tables of a schema of that name.',
			HINT = 'Rename it, or drop it if it is left from a model that was distributed before.';
	END IF;
	-- Nobody writes meanwhile, and nothing that was written is lost: the next refresh makes all anew.
	FOR part IN SELECT t.* FROM vsm.distributed_tables() AS t LOOP
		EXECUTE format('LOCK TABLE %I.%I IN ACCESS EXCLUSIVE MODE', model, part.relation);
		FOR watch IN
			SELECT t.tgname FROM pg_trigger AS t
			WHERE t.tgrelid = format('%I.%I', model, part.relation)::regclass AND t.tgname IN ('stamp', 'journal_keys', 'journal_truncate')
		LOOP
			EXECUTE format('DROP TRIGGER %I ON %I.%I', watch.tgname, model, part.relation);
		END LOOP;
	END LOOP;
	EXECUTE format('UPDATE %I.mark SET bound = NULL', model);
	-- Citus would follow every way from a view to every other, for hours; and views over events are others there.
	SELECT string_agg(format('%I.%I', model, v.name), ', '),
		array_agg((SELECT array_agg(format('GRANT %s ON %I.%I TO %s%s', a.privilege_type, model, v.name,
			CASE WHEN a.grantee = 0 THEN 'PUBLIC' ELSE a.grantee::regrole::text END,
			CASE WHEN a.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END))
			FROM pg_class AS c, aclexplode(c.relacl) AS a
			WHERE c.oid = to_regclass(format('%I.%I', model, v.name)) AND a.grantee <> c.relowner)::text)
	INTO views, given
	FROM unnest('{data_quality,item_trace,review}'::text[]) AS v (name);
	EXECUTE 'DROP VIEW IF EXISTS ' || views;
	FOR part IN SELECT t.* FROM vsm.distributed_tables() AS t LOOP
		EXECUTE 'SELECT create_distributed_table($1::text::regclass, $2, colocate_with => $3)'
		USING format('%I.%I', model, part.relation), part.key,
			CASE part.relation WHEN 'event' THEN 'none' ELSE format('%I.event', model) END;
	END LOOP;
	PERFORM vsm.make_batch_tables(model);
	CALL vsm.run_model_sql(model);
	PERFORM set_config('citus.enable_ddl_propagation', 'off', true);
	PERFORM vsm.execute(g) FROM unnest(given) AS v (grants), unnest(v.grants::text[]) AS g;
	PERFORM set_config('citus.enable_ddl_propagation', 'on', true);
END
$$;
COMMENT ON PROCEDURE vsm.distribute_model(text) IS
	'distributes the tables of a model that grow with its items to the nodes of Citus, by item; the next refresh makes all anew';
