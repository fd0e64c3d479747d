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
	'deployment_flow', 'change_flow', 'incident_source', 'item_part', 'item_flow', 'visit', 'flow_count'];
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

CREATE FUNCTION vsm.watched_tables() RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ARRAY['build', 'commit', 'deployment', 'event', 'incident', 'item', 'item_alias', 'item_change', 'link', 'merge_request', 'usage'];
COMMENT ON FUNCTION vsm.watched_tables() IS
	'the tables of a model whose triggers (stamp, journal_keys, journal_truncate) tell vsm.refresh of changes; a part of vsm.refresh';

CREATE FUNCTION vsm.missing_triggers() RETURNS text
LANGUAGE plpgsql STABLE
AS $$
BEGIN
	RETURN (
		SELECT string_agg(w.relation, ', ' ORDER BY w.relation)
		FROM unnest(vsm.watched_tables()) AS w (relation)
		WHERE NOT (w.relation = 'event' AND vsm.is_distributed(vsm.model_of_path()))
		AND (
			SELECT count(*) FROM pg_trigger AS t
			WHERE t.tgrelid = to_regclass(w.relation) AND t.tgname IN ('stamp', 'journal_keys', 'journal_truncate')
			AND t.tgenabled = 'A') < 3);
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
 * Looks at what has changed, links deployments where that concerns them, writes what is to be made
 * anew into touched, and moves the mark, all in the transaction of its caller. Returns why all is to
 * be made anew, or NULL, and how many links there are, NULL if none was looked at.
 *
 * Links are looked for when the bound is known: they may be made from rows that are written later,
 * which the next refresh looks at again, but not from any that none looks at.
 */
CREATE FUNCTION vsm.take_changes(model text, rebuild boolean, OUT reason text, OUT links bigint)
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
	changes      record;
	keys         text[];
	lone         text[];	-- of these only the events are new
	batch        CONSTANT integer := 20000;
	batches      integer := 0;
BEGIN
	PERFORM vsm.enter_model(model);
	INSERT INTO mark DEFAULT VALUES ON CONFLICT DO NOTHING;
	SELECT m.bound, m.system_identifier, m.partitions, m.settings INTO old_bound, old_cluster, old_tables, old_settings
		FROM mark AS m FOR UPDATE;
	-- Only now: what another refresh has looked at is not looked at with an older view.
	new_bound := pg_snapshot_xmin(pg_current_snapshot());
	own := pg_current_xact_id_if_assigned();
	PERFORM vsm.await_nodes(model);
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
		-- All is looked at, which the setting above is not made for.
		PERFORM set_config('enable_seqscan', 'on', true);
		links := vsm.link_deployments(model);
		DELETE FROM route;
		-- Items in the order of the index.
		INSERT INTO touched (kind, key) SELECT 'item', i.item FROM item AS i ORDER BY i.item ON CONFLICT DO NOTHING;
		INSERT INTO touched (kind, key)
		SELECT 'item', f.item FROM item_flow AS f WHERE NOT EXISTS (SELECT FROM item AS i WHERE i.item = f.item)
		UNION SELECT 'repository', coalesce(c.repository, '') FROM commit AS c
		UNION SELECT 'repository', coalesce(c.repository, d.repository, '') FROM deployment AS d LEFT JOIN commit AS c ON c.sha = d.sha
		UNION SELECT 'repository', coalesce(q.repository, '') FROM merge_request AS q
		UNION SELECT 'repository', r.repository FROM commit_release AS r
		UNION SELECT 'repository', b.repository FROM released_branch AS b
		UNION SELECT 'repository', f.repository FROM deployment_flow AS f
		UNION SELECT 'repository', f.repository FROM change_flow AS f
		UNION SELECT 'incidents', ''
		UNION SELECT 'counts', ''
		ON CONFLICT DO NOTHING;
	ELSE
		changes := vsm.changed_keys(old_bound, new_bound, own);
		IF changes.keys IS NOT NULL OR changes.moved IS NOT NULL OR changes.repositories IS NOT NULL THEN
			lone := vsm.lone_items(ARRAY(
				SELECT m FROM vsm.each_entity(changes.moved) AS m EXCEPT SELECT k FROM vsm.each_entity(changes.keys) AS k));
			links := vsm.link_changed(model, nullif(changes.keys || ARRAY(
				SELECT m FROM vsm.each_entity(changes.moved) AS m EXCEPT SELECT l FROM vsm.each_entity(lone) AS l), '{}'));
			IF links IS NOT NULL THEN
				-- With what that has just written.
				changes := vsm.changed_keys(old_bound, new_bound, own);
				lone := vsm.lone_items(ARRAY(
					SELECT m FROM vsm.each_entity(changes.moved) AS m EXCEPT SELECT k FROM vsm.each_entity(changes.keys) AS k));
			END IF;
			keys := changes.keys || ARRAY(
				SELECT m FROM vsm.each_entity(changes.moved) AS m EXCEPT SELECT l FROM vsm.each_entity(lone) AS l);
			PERFORM vsm.touch_changes(keys[:batch], changes.aliases, changes.shas, changes.members, changes.repositories);
			WHILE batch * (batches + 1) < cardinality(keys) LOOP
				-- Of many keys what they lead to is not held at once.
				batches := batches + 1;
				PERFORM vsm.touch_changes(keys[batch * batches + 1:batch * (batches + 1)], NULL, NULL, NULL, NULL);
			END LOOP;
			INSERT INTO touched (kind, key) SELECT 'item events', l FROM vsm.each_entity(lone) AS l ON CONFLICT DO NOTHING;
		END IF;
	END IF;
	DELETE FROM journal AS j WHERE j.xid < new_bound OR j.xid = own;
	UPDATE mark AS m SET bound = new_bound, system_identifier = new_cluster, partitions = new_tables, settings = new_settings;
END
$$;
COMMENT ON FUNCTION vsm.take_changes(text, boolean) IS
	'links deployments, writes what has changed since the last time, or all of it, into the table touched and moves the mark; returns why '
	'all is to be made anew, NULL if it is not, and how many links there are; a part of vsm.refresh';

/*
 * Keys are looked up one by one, in arrays: how many there are is not known when the statements are
 * planned, and a plan for many reads whole tables. There are few statements, since a refresh that
 * finds little takes most of its time to plan them.
 */
CREATE FUNCTION vsm.all_names(keys text[]) RETURNS text[]
LANGUAGE plpgsql STABLE
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET jit = off
AS $$
BEGIN
	RETURN ARRAY(
		WITH bearer AS MATERIALIZED (
			SELECT k.key FROM vsm.each_entity(keys) AS k (key)
			UNION
			SELECT a.item
			FROM vsm.each_entity(keys) AS k (key), LATERAL (SELECT i.item FROM item_alias AS i WHERE i.alias = k.key OFFSET 0) AS a)
		SELECT b.key FROM bearer AS b
		UNION
		SELECT a.alias FROM bearer AS b, LATERAL (SELECT i.alias FROM item_alias AS i WHERE i.item = b.key OFFSET 0) AS a);
END
$$;
COMMENT ON FUNCTION vsm.all_names(text[]) IS
	'these keys, what has them as an alias, and all aliases of both, in the model that search_path names; a part of vsm.refresh';

CREATE FUNCTION vsm.changed_entities(first_xid xid8, bound_xid xid8, own_xid xid8) RETURNS SETOF text
LANGUAGE plpgsql STABLE ROWS 100
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET jit = off
AS $$
BEGIN
	IF vsm.is_distributed(vsm.model_of_path()) THEN
		-- (Citus plans no statement that is kept.)
		RETURN QUERY EXECUTE 'SELECT e.entity FROM event AS e WHERE e.xid >= $1 AND (e.xid < $2 OR e.xid = $3)'
		USING first_xid, bound_xid, own_xid;
	ELSE
		RETURN QUERY SELECT e.entity FROM event AS e WHERE e.xid >= first_xid AND (e.xid < bound_xid OR e.xid = own_xid);
	END IF;
END
$$;
COMMENT ON FUNCTION vsm.changed_entities(xid8, xid8, xid8) IS
	'what events that were written in these transactions are about, in the model that search_path names; a part of vsm.refresh';

CREATE FUNCTION vsm.changed_keys(first_xid xid8, bound_xid xid8, own_xid xid8, OUT keys text[], OUT moved text[], OUT aliases text[],
	OUT shas text[], OUT members text[], OUT repositories text[])
LANGUAGE plpgsql STABLE
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET jit = off
AS $$
#variable_conflict use_column
BEGIN
	SELECT array_agg(DISTINCT c.key) FILTER (WHERE c.kind NOT IN ('repository', 'event')),
		array_agg(DISTINCT c.key) FILTER (WHERE c.kind = 'event'), array_agg(DISTINCT c.key) FILTER (WHERE c.kind = 'alias'),
		array_agg(DISTINCT c.key) FILTER (WHERE c.kind = 'sha'), array_agg(DISTINCT c.key) FILTER (WHERE c.kind = 'member'),
		array_agg(DISTINCT c.key) FILTER (WHERE c.kind = 'repository')
	INTO keys, moved, aliases, shas, members, repositories
	FROM (
		SELECT 'event' AS kind, e.key FROM vsm.changed_entities(first_xid, bound_xid, own_xid) AS e (key)
		UNION ALL
		SELECT 'key', i.item FROM item AS i WHERE i.xid >= first_xid AND (i.xid < bound_xid OR i.xid = own_xid)
		UNION ALL
		SELECT 'key', c.item FROM item_change AS c WHERE c.xid >= first_xid AND (c.xid < bound_xid OR c.xid = own_xid)
		UNION ALL
		SELECT v.kind, v.key FROM item_alias AS a, LATERAL (VALUES ('key', a.item), ('alias', a.alias)) AS v (kind, key)
		WHERE a.xid >= first_xid AND (a.xid < bound_xid OR a.xid = own_xid)
		UNION ALL
		SELECT v.kind, v.key
		FROM link AS l,
			LATERAL (VALUES (CASE l.kind WHEN 'part_of' THEN 'member' ELSE 'key' END, l.source), ('key', l.target)) AS v (kind, key)
		WHERE l.xid >= first_xid AND (l.xid < bound_xid OR l.xid = own_xid)
		UNION ALL
		SELECT v.kind, v.key FROM commit AS c, LATERAL (VALUES ('sha', c.sha), ('repository', coalesce(c.repository, ''))) AS v (kind, key)
		WHERE c.xid >= first_xid AND (c.xid < bound_xid OR c.xid = own_xid)
		UNION ALL
		SELECT 'key', q.merge_request FROM merge_request AS q WHERE q.xid >= first_xid AND (q.xid < bound_xid OR q.xid = own_xid)
		UNION ALL
		SELECT 'member', b.build FROM build AS b WHERE b.xid >= first_xid AND (b.xid < bound_xid OR b.xid = own_xid)
		UNION ALL
		SELECT v.kind, v.key
		FROM deployment AS d,
			LATERAL (VALUES ('key', d.deployment), ('sha', d.sha), ('repository', coalesce(d.repository, ''))) AS v (kind, key)
		WHERE d.xid >= first_xid AND (d.xid < bound_xid OR d.xid = own_xid) AND v.key IS NOT NULL
		UNION ALL
		SELECT 'key', i.incident FROM incident AS i WHERE i.xid >= first_xid AND (i.xid < bound_xid OR i.xid = own_xid)
		UNION ALL
		SELECT 'key', u.feature FROM usage AS u WHERE u.xid >= first_xid AND (u.xid < bound_xid OR u.xid = own_xid)
		UNION ALL
		-- Of what is gone it is not known what it was.
		SELECT v.kind, j.key FROM journal AS j, LATERAL (VALUES (j.kind), ('sha'), ('member')) AS v (kind)
		WHERE (j.xid < bound_xid OR j.xid = own_xid) AND (v.kind = j.kind OR j.kind = 'key')) AS c;
END
$$;
COMMENT ON FUNCTION vsm.changed_keys(xid8, xid8, xid8) IS
	'the keys of rows that were written in these transactions or are gone, but for those of events, which moved has; which of them may be '
	'aliases, commits, or builds and what is part of something; and the repositories of commits and deployments; in the model that '
	'search_path names; a part of vsm.refresh';

CREATE FUNCTION vsm.lone_items(keys text[]) RETURNS text[]
LANGUAGE plpgsql STABLE
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET jit = off
AS $$
BEGIN
	-- By none of its names it is anything that vsm.link_changed or vsm.touch_changes would follow. (What has results has had its parts
	-- made.)
	RETURN ARRAY(
		SELECT k.key
		FROM vsm.each_entity(keys) AS k (key)
		WHERE EXISTS (SELECT FROM item AS i WHERE i.item = k.key AND i.project IS DISTINCT FROM 'change_request')
		AND EXISTS (SELECT FROM item_flow AS f WHERE f.item = k.key)
		AND NOT EXISTS (SELECT FROM item_alias AS a WHERE a.alias = k.key AND a.item <> k.key)
		AND NOT EXISTS (
			SELECT
			FROM (SELECT k.key AS name UNION ALL SELECT a.alias FROM item_alias AS a WHERE a.item = k.key) AS n, LATERAL (
				SELECT FROM link AS l
				WHERE l.source = n.name AND l.kind IN ('implements', 'fixes', 'builds', 'part_of', 'deploys', 'reverts', 'caused_by')
				UNION ALL SELECT FROM link AS l WHERE l.target = n.name AND l.kind IN ('part_of', 'deploys', 'caused_by')
				UNION ALL SELECT FROM item_part AS p WHERE p.part = n.name
				UNION ALL SELECT FROM item_part AS p WHERE p.sha = n.name
				UNION ALL SELECT FROM item_part AS p WHERE p.deployment = n.name
				UNION ALL SELECT FROM merge_request AS q WHERE q.merge_request = n.name
				UNION ALL SELECT FROM deployment AS d WHERE d.deployment = n.name
				UNION ALL SELECT FROM incident AS d WHERE d.incident = n.name
				OFFSET 0) AS o));
END
$$;
COMMENT ON FUNCTION vsm.lone_items(text[]) IS
	'those of these keys that are items with results and nothing else, neither a part of the work on others nor a change, incident or '
	'deployment, in the model that search_path names: new events of theirs concern them alone, and not their parts; a part of vsm.refresh';

CREATE FUNCTION vsm.touch_changes(keys text[], aliases text[], shas text[], members text[], repositories text[]) RETURNS void
LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET jit = off
AS $$
#variable_conflict use_column
DECLARE
	names   text[] := vsm.all_names(keys);
	linked  text[];
	reached text[];
BEGIN
	-- What they implement, fix, build, belong to or deploy.
	linked := ARRAY(
		SELECT DISTINCT l.target
		FROM vsm.each_entity(names) AS n (key), LATERAL (
			SELECT k.target FROM link AS k
			WHERE k.source = n.key AND k.kind IN ('implements', 'fixes', 'builds', 'part_of', 'deploys') OFFSET 0) AS l);
	IF aliases IS NOT NULL THEN
		-- Of a request that names what has got or lost a name there may be more or fewer items.
		linked := linked || ARRAY(
			SELECT DISTINCT o.target
			FROM vsm.each_entity(vsm.all_names(ARRAY(
					SELECT l.source
					FROM vsm.each_entity(aliases) AS a (key), LATERAL (
						SELECT k.source FROM link AS k
						WHERE k.target = a.key AND k.kind IN ('implements', 'fixes') OFFSET 0) AS l))) AS r (key),
				LATERAL (SELECT k.target FROM link AS k WHERE k.source = r.key AND k.kind IN ('implements', 'fixes') OFFSET 0) AS o);
	END IF;
	linked := vsm.all_names(linked);
	-- And the commits of requests: one that no release contains is released by way of another.
	reached := names || linked || ARRAY(
		SELECT l.source
		FROM vsm.each_entity(names || linked) AS n (key), LATERAL (
			SELECT k.source FROM link AS k WHERE k.target = n.key AND k.kind = 'part_of' OFFSET 0) AS l);

	INSERT INTO touched (kind, key)
	SELECT DISTINCT t.kind, t.key
	FROM vsm.each_entity(reached) AS n (key), LATERAL (
		SELECT 'item' AS kind, i.item AS key FROM item AS i WHERE i.item = n.key
		UNION ALL SELECT 'item', f.item FROM item_flow AS f WHERE f.item = n.key
		UNION ALL SELECT 'item', p.item FROM item_part AS p WHERE p.part = n.key
		UNION ALL SELECT 'item', p.item FROM item_part AS p WHERE p.sha = n.key
		UNION ALL SELECT 'item', p.item FROM item_part AS p WHERE p.deployment = n.key
		UNION ALL SELECT 'branches', q.repository FROM merge_request AS q WHERE q.merge_request = n.key AND q.repository IS NOT NULL
		OFFSET 0) AS t
	ON CONFLICT DO NOTHING;

	-- Of whose parts one is reverted, and what names the item that it is a part of.
	INSERT INTO touched (kind, key)
	SELECT 'item', r FROM vsm.reverted_items(names) AS r
	UNION
	SELECT 'item', i.item
	FROM vsm.each_entity(aliases) AS a (key), LATERAL (
		SELECT k.item FROM item AS k WHERE k.parent = a.key
		UNION ALL SELECT k.item FROM item AS k WHERE k.feature = a.key OFFSET 0) AS i
	ON CONFLICT DO NOTHING;

	IF repositories IS NOT NULL OR shas IS NOT NULL OR members IS NOT NULL OR aliases IS NOT NULL THEN
		-- What is, or may have been, a part of requests, and these.
		linked := shas || members || aliases;
		linked := vsm.all_names(linked || ARRAY(
			SELECT l.target
			FROM vsm.each_entity(linked) AS n (key), LATERAL (
				SELECT k.target FROM link AS k WHERE k.source = n.key AND k.kind = 'part_of' OFFSET 0) AS l));
		INSERT INTO touched (kind, key)
		SELECT DISTINCT 'repository', coalesce(r.repository, '')
		FROM (
			SELECT k.repository FROM vsm.each_entity(repositories) AS k (repository)
			UNION ALL
			SELECT t.repository
			FROM vsm.each_entity(shas) AS n (key), LATERAL (
				SELECT c.repository FROM commit AS c WHERE c.sha = n.key
				UNION ALL SELECT d.repository FROM deployment AS d WHERE d.sha = n.key
				OFFSET 0) AS t
			UNION ALL
			-- Of which service a deployment is may be told by the build that it is part of.
			SELECT coalesce(c.repository, d.repository)
			FROM (
					SELECT n.key FROM vsm.each_entity(members) AS n (key)
					UNION ALL
					SELECT l.source FROM vsm.each_entity(members) AS n (key), LATERAL (
						SELECT k.source FROM link AS k WHERE k.target = n.key AND k.kind = 'part_of' OFFSET 0) AS l) AS m,
				LATERAL (SELECT e.sha, e.repository FROM deployment AS e WHERE e.deployment = m.key OFFSET 0) AS d
				LEFT JOIN LATERAL (SELECT k.repository FROM commit AS k WHERE k.sha = d.sha OFFSET 0) AS c ON true
			UNION ALL
			-- When work on what landed with a request began is told by its commits.
			SELECT c.repository
			FROM vsm.each_entity(linked) AS n (key),
				LATERAL (SELECT k.source FROM link AS k WHERE k.target = n.key AND k.kind = 'part_of' OFFSET 0) AS l,
				LATERAL (SELECT k.repository FROM commit AS k WHERE k.sha = l.source OFFSET 0) AS c) AS r
		ON CONFLICT DO NOTHING;
	END IF;
	-- What was deployed has changed, or an incident, or what reverts or deploys.
	IF EXISTS (SELECT FROM touched AS t WHERE t.kind = 'repository')
		OR EXISTS (SELECT FROM journal AS j WHERE j.kind = 'incident')
		OR EXISTS (
			SELECT FROM vsm.each_entity(names) AS n (key), LATERAL (
				SELECT FROM incident AS i WHERE i.incident = n.key
				UNION ALL
				SELECT FROM link AS k WHERE k.source = n.key AND k.kind IN ('reverts', 'deploys') OFFSET 0) AS t)
	THEN
		INSERT INTO touched (kind, key) VALUES ('incidents', '') ON CONFLICT DO NOTHING;
	END IF;
END
$$;
COMMENT ON FUNCTION vsm.touch_changes(text[], text[], text[], text[], text[]) IS
	'writes what follows from what vsm.changed_keys has found into the table touched, in the model that search_path names; a part of '
	'vsm.refresh';

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

CREATE FUNCTION vsm.refresh_items(model text, batch integer, after_kind text, after_key text, OUT made bigint, OUT last_kind text,
	OUT last_key text)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
AS $$
#variable_conflict use_column
DECLARE
	items text[];
	moved text[];
BEGIN
	PERFORM vsm.enter_model(model);
	-- From where the batch before ended: what that has deleted may still lie in the index.
	SELECT array_agg(n.key) FILTER (WHERE n.kind = 'item'), array_agg(n.key) FILTER (WHERE n.kind <> 'item'), count(*), max(n.kind)
	INTO items, moved, made, last_kind
	FROM (
		SELECT t.kind, t.key FROM touched AS t
		WHERE t.kind >= 'item' AND t.kind <= 'item events' AND (t.kind, t.key) > (coalesce(after_kind, ''), coalesce(after_key, ''))
		ORDER BY t.kind, t.key LIMIT batch) AS n;
	last_key := coalesce(moved[cardinality(moved)], items[cardinality(items)]);
	IF made > 0 THEN
		PERFORM vsm.take_item_events(model, items || moved);
		IF items IS NOT NULL THEN
			PERFORM vsm.write_items(model, items, true);
		END IF;
		IF moved IS NOT NULL THEN
			PERFORM vsm.write_items(model, moved, false);
		END IF;
		PERFORM vsm.forget_rows(model);
	END IF;
END
$$;
COMMENT ON FUNCTION vsm.refresh_items(text, integer, text, text) IS
	'makes a batch of items in the table touched anew, those behind a kind and a name, and returns how many they are and the last of them; '
	'a part of vsm.refresh';

CREATE FUNCTION vsm.has_payloads(model text) RETURNS boolean
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
AS $$
BEGIN
	PERFORM vsm.enter_model(model);
	-- Of a table that is missing vsm.ingest says so.
	IF to_regclass('inbox') IS NULL OR to_regclass('payload') IS NULL THEN
		RETURN true;
	END IF;
	RETURN EXISTS (SELECT FROM inbox) OR EXISTS (SELECT FROM payload);
END
$$;
COMMENT ON FUNCTION vsm.has_payloads(text) IS 'whether there are payloads to be read, or to be forgotten; a part of vsm.refresh';

CREATE FUNCTION vsm.has_repositories(model text) RETURNS boolean
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
AS $$
BEGIN
	PERFORM vsm.enter_model(model);
	RETURN EXISTS (SELECT FROM touched AS t WHERE t.kind IN ('repository', 'incidents', 'branches'));
END
$$;
COMMENT ON FUNCTION vsm.has_repositories(text) IS 'whether there are repositories in the table touched; a part of vsm.refresh';

CREATE FUNCTION vsm.count_touched(model text) RETURNS bigint
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
AS $$
BEGIN
	PERFORM vsm.enter_model(model);
	RETURN (SELECT count(*) FROM touched AS t WHERE t.kind IN ('item', 'item events'));
END
$$;
COMMENT ON FUNCTION vsm.count_touched(text) IS 'how many items are in the table touched; a part of vsm.refresh';

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
		AND (c.reltuples < 0 OR c.relname IN ('item', 'item_alias', 'item_change', 'link', 'item_part', 'item_flow', 'visit', 'flow_count')
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
SET enable_seqscan = off
AS $$
DECLARE
	held text;
BEGIN
	PERFORM vsm.enter_model(model);
	-- By which no item goes any more. (Looked up route by route: items are many.)
	DELETE FROM route AS r WHERE (SELECT f.route FROM item_flow AS f WHERE f.route = r.route LIMIT 1) IS NULL;
	UPDATE mark SET refreshed_at = clock_timestamp();
	-- Nobody has looked at these. (Who looks at them just now takes them.)
	DELETE FROM breach_made AS b
	WHERE b.id IN (SELECT k.id FROM breach_made AS k WHERE k.made_at < clock_timestamp() - interval '2 days' FOR UPDATE SKIP LOCKED);
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
	'writes down that a refresh has come to its end, and warns if a transaction of more than an hour keeps it from seeing what is new; a '
	'part of vsm.refresh';

CREATE PROCEDURE vsm.refresh(model text, rebuild boolean DEFAULT false)
LANGUAGE plpgsql
AS $$
DECLARE
	batch  CONSTANT integer := 2000;
	run    bigint;
	step   bigint;
	total  bigint;
	done   bigint;
	part   jsonb;
	taken  jsonb;
	reason text;
	is_last boolean;
BEGIN
	IF NOT vsm.can_commit() THEN
		PERFORM vsm.check_commits('vsm.refresh', pg_catalog.format('SELECT vsm.refresh_once(%L)', model));
	END IF;
	-- A procedure that commits cannot have a SET clause; at each COMMIT this setting ends.
	PERFORM pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
	PERFORM vsm.enter_refresh(model);
	run := vsm.ask('SELECT vsm.log_step($1, NULL, ''ingest'', NULL)', model);
	PERFORM vsm.ask('SELECT vsm.read_attached($1)', model);
	IF vsm.ask('SELECT vsm.has_payloads($1)', model)::boolean THEN
		COMMIT;
		CALL vsm.ingest(model);
	END IF;
	COMMIT;

	PERFORM pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
	PERFORM vsm.enter_refresh(model);
	PERFORM vsm.ask('SELECT vsm.log_progress($1, $2::bigint, NULL, true)', model, run::text);
	step := vsm.ask('SELECT vsm.log_step($1, $2::bigint, ''link_deployments'', NULL)', model, run::text);
	taken := vsm.ask('SELECT jsonb_build_array(t.reason, t.links)::text FROM vsm.take_changes($1, $2::boolean) AS t', model,
		coalesce(rebuild, false)::text);
	reason := taken ->> 0;
	PERFORM vsm.ask('SELECT vsm.log_progress($1, $2::bigint, $3::bigint, true)', model, step::text, taken ->> 1);
	total := vsm.ask('SELECT vsm.count_touched($1)', model);
	step := vsm.ask('SELECT vsm.log_step($1, $2::bigint, $3, $4::bigint, $5)', model, run::text, CASE WHEN reason IS NULL THEN 'changes'
		ELSE 'rebuild' END,
		total::text, reason);
	PERFORM vsm.ask('SELECT vsm.log_progress($1, $2::bigint, $3::bigint, true)', model, step::text, total::text);
	COMMIT;

	PERFORM pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
	PERFORM vsm.enter_refresh(model);
	IF vsm.ask('SELECT vsm.has_repositories($1)', model)::boolean THEN
		step := vsm.ask('SELECT vsm.log_step($1, $2::bigint, ''releases'', NULL)', model, run::text);
		done := 0;
		LOOP
			done := done + vsm.ask('SELECT vsm.refresh_repositories($1)', model)::bigint;
			is_last := NOT vsm.ask('SELECT vsm.has_repositories($1)', model)::boolean;
			PERFORM vsm.ask('SELECT vsm.log_progress($1, $2::bigint, $3::bigint, $4::boolean)', model, step::text, done::text,
				is_last::text);
			COMMIT;
			PERFORM pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
			PERFORM vsm.enter_refresh(model);
			EXIT WHEN is_last;
		END LOOP;
		total := vsm.ask('SELECT vsm.count_touched($1)', model);
	END IF;

	done := 0;
	IF total > 0 THEN
		step := vsm.ask('SELECT vsm.log_step($1, $2::bigint, ''items'', $3::bigint)', model, run::text, total::text);
		LOOP
			part := vsm.ask('SELECT jsonb_build_array(r.made, r.last_kind, r.last_key)::text
				FROM vsm.refresh_items($1, $2::integer, $3, $4) AS r', model, batch::text, part ->> 1, part ->> 2);
			done := done + (part ->> 0)::bigint;
			is_last := (part ->> 0)::bigint < batch;
			PERFORM vsm.ask('SELECT vsm.log_progress($1, $2::bigint, $3::bigint, $4::boolean)', model, step::text, done::text,
				is_last::text);
			COMMIT;
			PERFORM pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
			PERFORM vsm.enter_refresh(model);
			EXIT WHEN is_last;
		END LOOP;
	END IF;
	PERFORM vsm.ask('SELECT vsm.recount_flow($1)', model);
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
	part jsonb;
BEGIN
	PERFORM vsm.enter_refresh(model);
	PERFORM vsm.ask('SELECT vsm.read_attached($1)', model);
	IF vsm.ask('SELECT vsm.has_payloads($1)', model)::boolean THEN
		PERFORM vsm.ingest_once(model);
	END IF;
	PERFORM vsm.ask('SELECT t.links FROM vsm.take_changes($1, $2::boolean) AS t', model, coalesce(rebuild, false)::text);
	WHILE vsm.ask('SELECT vsm.has_repositories($1)', model)::boolean LOOP
		PERFORM vsm.ask('SELECT vsm.refresh_repositories($1)', model);
	END LOOP;
	LOOP
		part := vsm.ask('SELECT jsonb_build_array(r.made, r.last_kind, r.last_key)::text FROM vsm.refresh_items($1, 2000, $2, $3) AS r',
			model, part ->> 1, part ->> 2);
		EXIT WHEN part ->> 0 = '0';
		done := done + (part ->> 0)::bigint;
	END LOOP;
	PERFORM vsm.ask('SELECT vsm.recount_flow($1)', model);
	PERFORM vsm.ask('SELECT vsm.analyze_results($1, $2::bigint)', model, done::text);
	PERFORM vsm.ask('SELECT vsm.end_refresh($1)', model);
	RETURN done;
END
$$;
COMMENT ON FUNCTION vsm.refresh_once(text, boolean) IS
	'does what the procedure vsm.refresh does inside the transaction of the caller, sees what that has written, and returns how many items '
	'were made anew';
