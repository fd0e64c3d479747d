/*
 * CALL vsm.refresh('flow'): what follows from the facts of a model is made anew where they have
 * changed: first releases, the parts of items, their way end to end, results and visits. It costs
 * what has changed, not what there is, and misses nothing.
 *
 * Every row that is written carries its transaction (trigger stamp), and keys that are gone are
 * written down (trigger journal_keys). A refresh looks at the transactions from where the last one
 * ended (mark.bound) to the oldest that still runs; so what is committed late is seen late, but it
 * is seen. What follows from the keys found goes into the table touched, in the same transaction
 * that moves the mark; then it is made anew in batches, each of which commits. Whatever ends a
 * refresh in between, the next one goes on. Results are made from events, whole items at a time, so
 * that they are the same as if all were made anew.
 *
 * Transactions that change the tables of this file take turns (an advisory lock of the model).
 */

CREATE FUNCTION vsm.can_commit() RETURNS boolean
	AS 'MODULE_PATHNAME', 'vsm_can_commit' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION vsm.can_commit() IS
	'whether the procedure that asks may commit: not within a function, a transaction block, a block with EXCEPTION or a procedure with '
	'SET; '
	'a part of vsm.refresh';

CREATE FUNCTION vsm.check_commits(doing text, instead text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RAISE EXCEPTION USING
		ERRCODE = 'invalid_transaction_termination',
		MESSAGE = format('%s commits as it goes on, and cannot do that here', doing),
		DETAIL = 'It was called within a transaction block, a function, a block with EXCEPTION or a procedure with SET.',
		HINT = format('Call it on its own, or use %s, which does all in the transaction of its caller.', instead);
END
$$;
COMMENT ON FUNCTION vsm.check_commits(text, text) IS 'raises that a procedure cannot commit where it was called; a part of vsm.refresh';

CREATE FUNCTION vsm.derived_tables() RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ARRAY['mark', 'journal', 'touched', 'refresh_log', 'route', 'commit_release', 'released_branch',
	'deployment_flow', 'change_flow', 'incident_source', 'item_part', 'item_flow', 'visit'];
COMMENT ON FUNCTION vsm.derived_tables() IS 'the tables of a model that vsm.refresh keeps; a part of vsm.refresh';

-- The texts of what is set by hand and read for results: if one differs, all is made anew.
CREATE FUNCTION vsm.refresh_settings() RETURNS jsonb
LANGUAGE plpgsql STABLE
AS $$
BEGIN
	RETURN jsonb_build_object(
		'version', (SELECT e.extversion FROM pg_extension AS e WHERE e.extname = 'vsm'),
		'model', (SELECT jsonb_build_array(m.time_zone, m.week_starts, m.part_max_items, m.part_confidence) FROM model AS m),
		'value_stream', (SELECT jsonb_agg(jsonb_build_array(v.value_stream, v.workflow, v.calendar) ORDER BY v.value_stream COLLATE "C")
			FROM value_stream AS v),
		'team', (SELECT jsonb_agg(jsonb_build_array(t.team, t.calendar) ORDER BY t.team COLLATE "C") FROM team AS t),
		'routing', (SELECT jsonb_agg(jsonb_build_array(r.rank, r.source, r.project, r.type, r.value_stream, r.team, r.workflow)
			ORDER BY r.rank) FROM routing AS r),
		'service', (SELECT jsonb_agg(jsonb_build_array(s.service, s.repository, s.path, s.since, s.kind) ORDER BY s.service COLLATE "C")
			FROM service AS s),
		'naming', (SELECT jsonb_agg(jsonb_build_array(n.source, n.kind, n.name, n.meaning)
			ORDER BY n.source COLLATE "C", n.kind COLLATE "C", n.name COLLATE "C") FROM naming AS n
			WHERE n.kind IN ('type', 'category', 'service')));
END
$$;
COMMENT ON FUNCTION vsm.refresh_settings() IS 'what was set by hand and is read for results, in the model that search_path names; a part '
	'of vsm.refresh';

CREATE FUNCTION vsm.event_partitions() RETURNS text
LANGUAGE plpgsql STABLE
AS $$
BEGIN
	RETURN (
		SELECT string_agg(p.relid::oid || ':' || coalesce(pg_relation_filenode(p.relid)::text, ''), ' ' ORDER BY p.relid::oid)
		FROM pg_partition_tree('event'::regclass) AS p
		WHERE EXISTS (SELECT FROM pg_partitioned_table AS t WHERE t.partrelid = 'event'::regclass));
END
$$;
COMMENT ON FUNCTION vsm.event_partitions() IS
	'the tables that event consists of and their files, NULL if it is not partitioned, in the model that search_path names: a partition '
	'that is '
	'attached, detached or truncated fires no trigger; a part of vsm.refresh';

CREATE FUNCTION vsm.missing_triggers() RETURNS text
LANGUAGE plpgsql STABLE
AS $$
BEGIN
	RETURN (
		SELECT string_agg(DISTINCT w.relation, ', ' ORDER BY w.relation)
		FROM vsm.model_triggers() AS w
		WHERE w.always AND NOT EXISTS (
			SELECT FROM pg_trigger AS t WHERE t.tgrelid = to_regclass(w.relation) AND t.tgname = w.name AND t.tgenabled = 'A'));
END
$$;
COMMENT ON FUNCTION vsm.missing_triggers() IS
	'tables of which a trigger of ours is missing or disabled, NULL if none, in the model that search_path names; a part of vsm.refresh';

CREATE FUNCTION vsm.enter_refresh(model text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF model IS NULL OR to_regclass(format('%I.mark', model)) IS NULL OR to_regclass(format('%I.touched', model)) IS NULL
		OR to_regclass(format('%I.refresh_log', model)) IS NULL
	THEN
		PERFORM vsm.check_model(model, VARIADIC vsm.told_tables() || vsm.derived_tables());
	END IF;
	PERFORM vsm.check_owner(model);
	PERFORM pg_advisory_xact_lock(hashtext('vsm.refresh'), hashtext(model));
END
$$;
COMMENT ON FUNCTION vsm.enter_refresh(text) IS
	'looks at whether a model can be refreshed by who calls, and waits until nobody else does, for this transaction; a part of vsm.refresh';

CREATE FUNCTION vsm.log_step(model text, run bigint, step text, total bigint, detail text DEFAULT NULL) RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
	number bigint;
BEGIN
	PERFORM vsm.enter_model(model);
	INSERT INTO refresh_log (run, step, done, total, bound, detail)
	SELECT run, step, 0, total, m.bound, detail FROM (SELECT max(k.bound) AS bound FROM mark AS k) AS m RETURNING id INTO number;
	IF run IS NULL THEN
		UPDATE refresh_log AS l SET run = l.id WHERE l.id = number;
		DELETE FROM refresh_log AS l WHERE l.began_at < now() - interval '90 days';
	END IF;
	RETURN number;
END
$$;
COMMENT ON FUNCTION vsm.log_step(text, bigint, text, bigint, text) IS 'writes that a step of refresh begins, and returns its number; a '
	'part of vsm.refresh';

CREATE FUNCTION vsm.log_progress(model text, number bigint, done bigint, ended boolean, detail text DEFAULT NULL) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
AS $$
#variable_conflict use_variable
BEGIN
	PERFORM vsm.enter_model(model);
	UPDATE refresh_log AS l SET done = coalesce(log_progress.done, l.done), ended_at = CASE WHEN ended THEN clock_timestamp() END,
		detail = concat_ws('; ', l.detail, log_progress.detail)
	WHERE l.id = number;
END
$$;
COMMENT ON FUNCTION vsm.log_progress(text, bigint, bigint, boolean, text) IS 'writes how far a step of refresh has come; a part of '
	'vsm.refresh';

/*
 * Looks at what has changed, writes what is to be made anew into touched, and moves the mark, all in
 * the transaction of its caller. Returns why all is to be made anew, or NULL.
 */
CREATE FUNCTION vsm.take_changes(model text, rebuild boolean) RETURNS text
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET jit = off
AS $$
#variable_conflict use_column
DECLARE
	old_bound    xid8;
	old_cluster  bigint;
	old_tables   text;
	old_settings jsonb;
	new_bound    xid8;
	own          xid8;
	new_cluster  bigint;
	new_tables   text;
	new_settings jsonb;
	reason       text;
BEGIN
	PERFORM vsm.enter_model(model);
	INSERT INTO mark DEFAULT VALUES ON CONFLICT DO NOTHING;
	SELECT m.bound, m.system_identifier, m.partitions, m.settings INTO old_bound, old_cluster, old_tables, old_settings
		FROM mark AS m FOR UPDATE;
	-- Only now: what another refresh has looked at is not looked at with an older view.
	new_bound := pg_snapshot_xmin(pg_current_snapshot());
	own := pg_current_xact_id_if_assigned();
	SELECT c.system_identifier INTO new_cluster FROM pg_control_system() AS c;
	new_tables := vsm.event_partitions();
	new_settings := vsm.refresh_settings();
	reason := CASE
		WHEN rebuild THEN 'asked for'
		WHEN old_bound IS NULL THEN 'the first time'
		WHEN old_cluster IS DISTINCT FROM new_cluster THEN 'the model comes from another cluster'
		WHEN old_bound > new_bound THEN 'the model comes from a later state of the cluster'
		WHEN vsm.missing_triggers() IS NOT NULL THEN 'no trigger tells of changes of ' || vsm.missing_triggers()
		WHEN old_tables IS DISTINCT FROM new_tables THEN 'a partition of event was attached, detached, dropped or truncated'
		WHEN old_settings IS DISTINCT FROM new_settings THEN 'set anew: ' || (
			SELECT string_agg(coalesce(o.key, n.key), ', ' ORDER BY coalesce(o.key, n.key))
			FROM jsonb_each(old_settings) AS o FULL JOIN jsonb_each(new_settings) AS n ON n.key = o.key WHERE o.value IS DISTINCT
				FROM n.value)
		WHEN EXISTS (SELECT FROM journal AS j WHERE j.kind = 'rebuild' AND (j.xid < new_bound OR j.xid = own)) THEN 'a table was truncated'
		END;

	IF reason IS NOT NULL THEN
		DELETE FROM route;
		INSERT INTO touched (kind, key)
		SELECT 'item', i.item FROM item AS i
		UNION SELECT 'item', f.item FROM item_flow AS f
		UNION SELECT 'repository', coalesce(c.repository, '') FROM commit AS c
		UNION SELECT 'repository', coalesce(c.repository, d.repository, '') FROM deployment AS d LEFT JOIN commit AS c ON c.sha = d.sha
		UNION SELECT 'repository', coalesce(q.repository, '') FROM merge_request AS q
		UNION SELECT 'repository', r.repository FROM commit_release AS r
		UNION SELECT 'repository', b.repository FROM released_branch AS b
		UNION SELECT 'repository', f.repository FROM deployment_flow AS f
		UNION SELECT 'repository', f.repository FROM change_flow AS f
		UNION SELECT 'incidents', ''
		ON CONFLICT DO NOTHING;
	ELSE
		PERFORM vsm.touch_changes(old_bound, new_bound, own);
	END IF;
	DELETE FROM journal AS j WHERE j.xid < new_bound OR j.xid = own;
	UPDATE mark AS m SET bound = new_bound, system_identifier = new_cluster, partitions = new_tables, settings = new_settings;
	RETURN reason;
END
$$;
COMMENT ON FUNCTION vsm.take_changes(text, boolean) IS
	'writes what has changed since the last time, or all of it, into the table touched and moves the mark; returns why all is to be made '
	'anew, '
	'NULL if it is not; a part of vsm.refresh';

CREATE FUNCTION vsm.touch_changes(first_xid xid8, bound_xid xid8, own_xid xid8) RETURNS void
LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET jit = off
AS $$
#variable_conflict use_column
BEGIN
	WITH journalled AS MATERIALIZED (
		SELECT DISTINCT j.kind, j.key FROM journal AS j WHERE j.xid < bound_xid OR j.xid = own_xid),
	alias AS MATERIALIZED (
		SELECT a.alias AS key FROM item_alias AS a WHERE a.xid >= first_xid AND (a.xid < bound_xid OR a.xid = own_xid)
		UNION SELECT j.key FROM journalled AS j WHERE j.kind = 'alias'),
	made AS MATERIALIZED (
		SELECT c.sha, c.repository FROM commit AS c WHERE c.xid >= first_xid AND (c.xid < bound_xid OR c.xid = own_xid)),
	deployed AS MATERIALIZED (
		SELECT d.deployment, d.sha, d.repository FROM deployment AS d WHERE d.xid >= first_xid AND (d.xid < bound_xid OR d.xid = own_xid)),
	requested AS MATERIALIZED (
		SELECT q.merge_request, q.repository FROM merge_request AS q WHERE q.xid >= first_xid AND (q.xid < bound_xid OR q.xid = own_xid)),
	linked AS MATERIALIZED (
		SELECT l.source, l.target, l.kind FROM link AS l WHERE l.xid >= first_xid AND (l.xid < bound_xid OR l.xid = own_xid)),
	changed AS MATERIALIZED (
		SELECT e.entity AS key FROM event AS e WHERE e.xid >= first_xid AND (e.xid < bound_xid OR e.xid = own_xid)
		UNION SELECT i.item FROM item AS i WHERE i.xid >= first_xid AND (i.xid < bound_xid OR i.xid = own_xid)
		UNION SELECT c.item FROM item_change AS c WHERE c.xid >= first_xid AND (c.xid < bound_xid OR c.xid = own_xid)
		UNION SELECT a.item FROM item_alias AS a WHERE a.xid >= first_xid AND (a.xid < bound_xid OR a.xid = own_xid)
		UNION SELECT a.key FROM alias AS a
		UNION SELECT l.source FROM linked AS l
		UNION SELECT l.target FROM linked AS l
		UNION SELECT m.sha FROM made AS m
		UNION SELECT q.merge_request FROM requested AS q
		UNION SELECT b.build FROM build AS b WHERE b.xid >= first_xid AND (b.xid < bound_xid OR b.xid = own_xid)
		UNION SELECT d.deployment FROM deployed AS d
		UNION SELECT d.sha FROM deployed AS d WHERE d.sha IS NOT NULL
		UNION SELECT i.incident FROM incident AS i WHERE i.xid >= first_xid AND (i.xid < bound_xid OR i.xid = own_xid)
		UNION SELECT u.feature FROM usage AS u WHERE u.xid >= first_xid AND (u.xid < bound_xid OR u.xid = own_xid)
		UNION SELECT j.key FROM journalled AS j WHERE j.kind IN ('key', 'alias')),
	-- With all names of what has changed.
	named AS MATERIALIZED (
		SELECT c.key FROM changed AS c
		UNION SELECT a.alias FROM changed AS c JOIN item_alias AS a ON a.item = c.key
		UNION SELECT a.item FROM changed AS c JOIN item_alias AS a ON a.alias = c.key),
	-- Of a request that names what has got or lost a name there may be more or fewer items.
	counted AS MATERIALIZED (
		SELECT DISTINCT o.target
		FROM alias AS a JOIN link AS l ON l.target = a.key JOIN link AS o ON o.source = l.source
		WHERE l.kind IN ('implements', 'fixes') AND o.kind IN ('implements', 'fixes')),
	request AS MATERIALIZED (
		SELECT coalesce(a.item, l.target) AS name
		FROM named AS n JOIN link AS l ON l.source = n.key LEFT JOIN item_alias AS a ON a.alias = l.target WHERE l.kind = 'part_of'),
	items AS (
		INSERT INTO touched (kind, key)
		SELECT DISTINCT 'item', t.item
		FROM (
			SELECT i.item FROM named AS n JOIN item AS i ON i.item = n.key
			UNION ALL SELECT f.item FROM named AS n JOIN item_flow AS f ON f.item = n.key
			UNION ALL SELECT p.item FROM named AS n JOIN item_part AS p ON p.part = n.key
			UNION ALL SELECT p.item FROM named AS n JOIN item_part AS p ON p.sha = n.key
			UNION ALL SELECT p.item FROM named AS n JOIN item_part AS p ON p.deployment = n.key
			UNION ALL SELECT i.item FROM (
					SELECT l.target AS key FROM named AS n JOIN link AS l ON l.source = n.key WHERE l.kind IN ('implements', 'fixes')
					UNION SELECT c.target FROM counted AS c) AS k
				JOIN item AS i ON i.item = k.key
			UNION ALL SELECT a.item FROM (
					SELECT l.target AS key FROM named AS n JOIN link AS l ON l.source = n.key WHERE l.kind IN ('implements', 'fixes')
					UNION SELECT c.target FROM counted AS c) AS k
				JOIN item_alias AS a ON a.alias = k.key
			-- What names the item that it is a part of.
			UNION ALL SELECT i.item FROM alias AS a JOIN item AS i ON i.parent = a.key
			UNION ALL SELECT i.item FROM alias AS a JOIN item AS i ON i.feature = a.key
			-- What builds, deploys or belongs to what is a part.
			UNION ALL SELECT p.item FROM named AS n JOIN link AS l ON l.source = n.key JOIN item_part AS p ON p.sha = l.target
				WHERE l.kind = 'builds'
			UNION ALL SELECT p.item FROM named AS n JOIN link AS l ON l.source = n.key JOIN item_part AS p ON p.part = l.target
				WHERE l.kind = 'part_of'
			UNION ALL SELECT p.item FROM named AS n JOIN link AS l ON l.source = n.key JOIN item_alias AS a ON a.alias = l.target
				JOIN item_part AS p ON p.part = a.item WHERE l.kind = 'part_of'
			UNION ALL SELECT p.item FROM named AS n JOIN link AS l ON l.source = n.key JOIN item_part AS p ON p.deployment = l.target
				WHERE l.kind = 'deploys'
			-- A commit that is released by way of its request, which has got another commit.
			UNION ALL SELECT p.item FROM named AS n JOIN link AS l ON l.target = n.key JOIN item_part AS p ON p.part = l.source
				WHERE l.kind = 'part_of'
			UNION ALL SELECT r FROM vsm.reverted_items(ARRAY(SELECT n.key FROM named AS n)) AS r) AS t
		ON CONFLICT DO NOTHING)
	INSERT INTO touched (kind, key)
	SELECT DISTINCT r.kind, coalesce(r.repository, '')
	FROM (
		SELECT 'repository' AS kind, m.repository FROM made AS m
		UNION ALL SELECT 'repository', d.repository FROM made AS m JOIN deployment AS d ON d.sha = m.sha
		UNION ALL SELECT 'repository', coalesce(c.repository, d.repository) FROM deployed AS d LEFT JOIN commit AS c ON c.sha = d.sha
		UNION ALL SELECT 'repository', d.repository FROM deployed AS d
		UNION ALL SELECT 'repository', coalesce(c.repository, d.repository)
			FROM linked AS l JOIN deployment AS d ON d.deployment = l.source LEFT JOIN commit AS c ON c.sha = d.sha WHERE l.kind = 'part_of'
		-- When work on what landed with a request began is told by its commits.
		UNION ALL SELECT 'repository', c.repository
			FROM (
				SELECT n.key AS name FROM named AS n
				UNION SELECT r.name FROM request AS r
				UNION SELECT a.alias FROM request AS r JOIN item_alias AS a ON a.item = r.name) AS r
				JOIN link AS l ON l.target = r.name AND l.kind = 'part_of' JOIN commit AS c ON c.sha = l.source
		UNION ALL SELECT 'incidents', ''
			WHERE EXISTS (SELECT FROM linked) OR EXISTS (SELECT FROM alias) OR EXISTS (SELECT FROM journalled) OR EXISTS (SELECT FROM made)
			OR EXISTS (SELECT FROM deployed) OR EXISTS (SELECT FROM named AS n JOIN incident AS i ON i.incident = n.key)
		UNION ALL SELECT 'repository', j.key FROM journalled AS j WHERE j.kind = 'repository'
		UNION ALL SELECT 'repository', c.repository FROM journalled AS j JOIN commit AS c ON c.sha = j.key WHERE j.kind = 'key'
		UNION ALL SELECT 'branches', q.repository FROM requested AS q
		UNION ALL SELECT 'branches', q.repository
			FROM (
				SELECT l.target AS key FROM linked AS l WHERE l.kind = 'part_of'
				UNION SELECT j.key FROM journalled AS j WHERE j.kind = 'key'
				UNION SELECT a.item FROM linked AS l JOIN item_alias AS a ON a.alias = l.target WHERE l.kind = 'part_of'
				UNION SELECT a.item FROM journalled AS j JOIN item_alias AS a ON a.alias = j.key
				UNION SELECT a.item FROM alias AS k JOIN item_alias AS a ON a.alias = k.key) AS k
				JOIN merge_request AS q ON q.merge_request = k.key) AS r
	ON CONFLICT DO NOTHING;
END
$$;
COMMENT ON FUNCTION vsm.touch_changes(xid8, xid8, xid8) IS
	'writes what follows from rows that were written or are gone in these transactions into the table touched, in the model that '
	'search_path '
	'names; a part of vsm.refresh';

CREATE FUNCTION vsm.refresh_repositories(model text) RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
AS $$
#variable_conflict use_column
DECLARE
	next    record;
	changed bigint := 0;
BEGIN
	PERFORM vsm.enter_model(model);
	FOR next IN
		DELETE FROM touched AS t USING (
			-- All repositories before incidents, and these before any branches.
			SELECT k.kind, k.key FROM touched AS k
			WHERE k.kind = (SELECT max(m.kind) FROM touched AS m WHERE m.kind IN ('repository', 'incidents', 'branches'))
			ORDER BY k.key LIMIT 20) AS n
		WHERE t.kind = n.kind AND t.key = n.key RETURNING t.kind, t.key
	LOOP
		BEGIN
			IF next.kind = 'repository' THEN
				changed := changed + vsm.write_commit_releases(model, next.key);
				PERFORM vsm.write_deployment_flows(next.key);
				PERFORM vsm.write_change_flows(next.key);
				DELETE FROM touched AS t WHERE t.kind = 'failed' AND t.key = next.key;
			ELSIF next.kind = 'incidents' THEN
				PERFORM vsm.write_incidents();
			ELSE
				PERFORM vsm.write_released_branches(next.key);
			END IF;
		EXCEPTION WHEN data_exception THEN
			-- Such as a cycle among commits: what was known of it stays.
			INSERT INTO touched (kind, key) VALUES ('failed', next.key) ON CONFLICT DO NOTHING;
			RAISE WARNING USING
				MESSAGE = format('first releases of repository "%s" cannot be made', next.key),
				DETAIL = SQLERRM || '.',
				HINT = 'What was known of them before stays. See data_quality, and the commits of the repository.';
		END;
	END LOOP;
	RETURN changed;
END
$$;
COMMENT ON FUNCTION vsm.refresh_repositories(text) IS
	'makes first releases and released branches of some repositories in the table touched anew, and returns how many commits have another '
	'release; '
	'a part of vsm.refresh';

CREATE FUNCTION vsm.refresh_items(model text, batch integer) RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
AS $$
#variable_conflict use_column
DECLARE
	items text[];
BEGIN
	PERFORM vsm.enter_model(model);
	SELECT array_agg(n.key) INTO items
	FROM (SELECT t.key FROM touched AS t WHERE t.kind = 'item' ORDER BY t.kind, t.key LIMIT batch) AS n;
	IF items IS NOT NULL THEN
		PERFORM vsm.write_items(model, items);
	END IF;
	RETURN coalesce(cardinality(items), 0);
END
$$;
COMMENT ON FUNCTION vsm.refresh_items(text, integer) IS 'makes a batch of items in the table touched anew, and returns how many they are; '
	'a part of vsm.refresh';

CREATE FUNCTION vsm.count_touched(model text, of_kind text) RETURNS bigint
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
AS $$
BEGIN
	PERFORM vsm.enter_model(model);
	RETURN (SELECT count(*) FROM touched AS t WHERE CASE of_kind WHEN 'item' THEN t.kind = 'item' ELSE t.kind IN ('repository',
		'incidents', 'branches') END);
END
$$;
COMMENT ON FUNCTION vsm.count_touched(text, text) IS 'how many items, or repositories, are in the table touched; a part of vsm.refresh';

CREATE FUNCTION vsm.analyze_results(model text, items bigint) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	relation regclass;
BEGIN
	PERFORM vsm.enter_model(model);
	-- Who looks at the views right after the first refresh would else wait for plans made for empty tables; and what has a few
	-- rows, such as the table model, autovacuum never looks at, so that the planner takes it for one of thousands.
	FOR relation IN
		SELECT c.oid FROM pg_class AS c
		WHERE c.relnamespace = to_regnamespace(quote_ident(model)) AND c.relkind IN ('r', 'p') AND c.relowner = current_user::regrole
		AND (c.reltuples < 0 OR c.relname IN ('item', 'item_alias', 'item_change', 'link', 'item_part', 'item_flow', 'visit')
			AND items * 10 > (SELECT f.reltuples FROM pg_class AS f WHERE f.oid = 'item_flow'::regclass))
	LOOP
		EXECUTE format('ANALYZE %s', relation);
	END LOOP;
END
$$;
COMMENT ON FUNCTION vsm.analyze_results(text, bigint) IS
	'has the planner look at tables of a model that it does not know, and at items and their results if so many of them were made anew '
	'that what it knows is old; a part of vsm.refresh';

CREATE FUNCTION vsm.end_refresh(model text) RETURNS text
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	held text;
	name text;
BEGIN
	PERFORM vsm.enter_model(model);
	UPDATE mark SET refreshed_at = clock_timestamp();
	-- Of what has just been loaded nothing is known, and plans of views would take it for next to nothing.
	FOR name IN
		SELECT c.oid::regclass::text FROM pg_class AS c
		WHERE c.relnamespace = quote_ident(model)::regnamespace AND c.relkind = 'r' AND c.reltuples < 0
		AND c.relname = ANY (vsm.told_tables() || vsm.derived_tables())
		ORDER BY c.relname
	LOOP
		EXECUTE format('ANALYZE %s', name);
	END LOOP;
	SELECT h.what INTO held
	FROM (
		SELECT format('session %s of database "%s" has had its transaction open since %s', a.pid, a.datname, a.xact_start) AS what,
			a.xact_start AS at
		FROM pg_stat_activity AS a WHERE a.backend_xid IS NOT NULL AND a.pid <> pg_backend_pid()
		UNION ALL
		SELECT format('the prepared transaction "%s" of database "%s" has waited since %s', p.gid, p.database, p.prepared), p.prepared
		FROM pg_prepared_xacts AS p) AS h
	WHERE h.at < clock_timestamp() - interval '1 hour' ORDER BY h.at LIMIT 1;
	IF held IS NOT NULL THEN
		RAISE WARNING USING
			MESSAGE = format('what was written to the model in schema "%s" within the last hour may not have been seen', model),
			DETAIL = upper(left(held, 1)) || substr(held, 2) || '; what was written after it began is seen when it has ended.',
			HINT = 'Let it commit or roll back, or end it with pg_terminate_backend or ROLLBACK PREPARED.';
	END IF;
	RETURN held;
END
$$;
COMMENT ON FUNCTION vsm.end_refresh(text) IS
	'writes down that a refresh has come to its end, has tables analyzed that never were, and warns if a transaction of more than an '
	'hour keeps it from seeing what is new; a part of vsm.refresh';

CREATE PROCEDURE vsm.refresh(model text, rebuild boolean DEFAULT false)
LANGUAGE plpgsql
AS $$
DECLARE
	batch  CONSTANT integer := 2000;
	run    bigint;
	step   bigint;
	total  bigint;
	done   bigint;
	part   bigint;
	reason text;
BEGIN
	IF NOT vsm.can_commit() THEN
		PERFORM vsm.check_commits('vsm.refresh', pg_catalog.format('SELECT vsm.refresh_once(%L)', model));
	END IF;
	-- A procedure that commits cannot have a SET clause; at each COMMIT this setting ends.
	PERFORM pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
	PERFORM vsm.enter_refresh(model);
	run := vsm.ask('SELECT vsm.log_step($1, NULL, ''ingest'', NULL)', model);
	COMMIT;
	CALL vsm.ingest(model);
	COMMIT;

	PERFORM pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
	PERFORM vsm.enter_refresh(model);
	PERFORM vsm.ask('SELECT vsm.log_progress($1, $2::bigint, NULL, true)', model, run::text);
	step := vsm.ask('SELECT vsm.log_step($1, $2::bigint, ''link_deployments'', NULL)', model, run::text);
	done := vsm.ask('SELECT vsm.link_deployments($1)', model);
	PERFORM vsm.ask('SELECT vsm.log_progress($1, $2::bigint, $3::bigint, true)', model, step::text, done::text);
	COMMIT;

	PERFORM pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
	PERFORM vsm.enter_refresh(model);
	reason := vsm.ask('SELECT vsm.take_changes($1, $2::boolean)', model, coalesce(rebuild, false)::text);
	total := vsm.count_touched(model, 'item');
	step := vsm.ask('SELECT vsm.log_step($1, $2::bigint, $3, $4::bigint, $5)', model, run::text, CASE WHEN reason IS NULL THEN 'changes'
		ELSE 'rebuild' END,
		total::text, reason);
	PERFORM vsm.ask('SELECT vsm.log_progress($1, $2::bigint, $3::bigint, true)', model, step::text, total::text);
	COMMIT;

	PERFORM pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
	PERFORM vsm.enter_refresh(model);
	total := vsm.count_touched(model, 'repository');
	IF total > 0 THEN
		step := vsm.ask('SELECT vsm.log_step($1, $2::bigint, ''releases'', NULL)', model, run::text);
		done := 0;
		LOOP
			done := done + vsm.ask('SELECT vsm.refresh_repositories($1)', model)::bigint;
			total := vsm.count_touched(model, 'repository');
			PERFORM vsm.ask('SELECT vsm.log_progress($1, $2::bigint, $3::bigint, $4::boolean)', model, step::text, done::text,
				(total = 0)::text);
			COMMIT;
			PERFORM pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
			PERFORM vsm.enter_refresh(model);
			EXIT WHEN total = 0;
		END LOOP;
	END IF;

	done := 0;
	total := vsm.count_touched(model, 'item');
	IF total > 0 THEN
		step := vsm.ask('SELECT vsm.log_step($1, $2::bigint, ''items'', $3::bigint)', model, run::text, total::text);
		LOOP
			part := vsm.ask('SELECT vsm.refresh_items($1, $2::integer)', model, batch::text);
			done := done + part;
			PERFORM vsm.ask('SELECT vsm.log_progress($1, $2::bigint, $3::bigint, $4::boolean)', model, step::text, done::text,
				(part < batch)::text);
			COMMIT;
			PERFORM pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
			PERFORM vsm.enter_refresh(model);
			EXIT WHEN part < batch;
		END LOOP;
	END IF;
	PERFORM vsm.ask('SELECT vsm.analyze_results($1, $2::bigint)', model, done::text);
	step := vsm.ask('SELECT vsm.log_step($1, $2::bigint, ''end'', NULL)', model, run::text);
	reason := vsm.ask('SELECT vsm.end_refresh($1)', model);
	PERFORM vsm.ask('SELECT vsm.log_progress($1, $2::bigint, NULL, true, $3)', model, step::text, reason);
END
$$;
COMMENT ON PROCEDURE vsm.refresh(text, boolean) IS
	'reads the inbox of a model, links deployments, and makes first releases, parts, results and visits of items anew where something has '
	'changed, '
	'or all of them (rebuild); commits as it goes on, see the table refresh_log';

CREATE FUNCTION vsm.refresh_once(model text, rebuild boolean DEFAULT false) RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	done bigint := 0;
	part bigint;
BEGIN
	PERFORM vsm.enter_refresh(model);
	PERFORM vsm.ingest_once(model);
	PERFORM vsm.link_deployments(model);
	PERFORM vsm.ask('SELECT vsm.take_changes($1, $2::boolean)', model, coalesce(rebuild, false)::text);
	WHILE vsm.count_touched(model, 'repository') > 0 LOOP
		PERFORM vsm.ask('SELECT vsm.refresh_repositories($1)', model);
	END LOOP;
	LOOP
		part := vsm.ask('SELECT vsm.refresh_items($1, 2000)', model);
		EXIT WHEN part = 0;
		done := done + part;
	END LOOP;
	PERFORM vsm.ask('SELECT vsm.analyze_results($1, $2::bigint)', model, done::text);
	PERFORM vsm.ask('SELECT vsm.end_refresh($1)', model);
	RETURN done;
END
$$;
COMMENT ON FUNCTION vsm.refresh_once(text, boolean) IS
	'does what the procedure vsm.refresh does inside the transaction of the caller, sees what that has written, and returns how many items '
	'were made anew';
