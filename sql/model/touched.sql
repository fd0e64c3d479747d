/*
 * What a refresh has to do: what has changed since the one before, and what follows from that, which goes into the table touched. (How
 * changes are noticed, and what is done with them: see refresh.sql.)
 */

/*
 * Keys are looked up one by one, in arrays: how many there are is not known when the statements are
 * planned, and a plan for many reads whole tables. There are few statements, since a refresh that
 * finds little takes most of its time to plan them.
 */
CREATE FUNCTION vsm.keys_without(keys text[], others text[]) RETURNS text[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET plan_cache_mode = force_generic_plan
AS $$
BEGIN
	-- In their order, in which they are looked up.
	RETURN ARRAY(SELECT k FROM vsm.each_entity(keys) AS k EXCEPT SELECT o FROM vsm.each_entity(others) AS o ORDER BY 1);
END
$$;
COMMENT ON FUNCTION vsm.keys_without(text[], text[]) IS
	'those of these keys that are none of the others, in their order; a part of vsm.refresh';

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
	IF vsm.counts_at_end() THEN
		-- Nor are marks as they should be.
		RETURN '{}';
	END IF;
	-- (What waits to be made anew may since be more. What has results has had its parts made.)
	RETURN ARRAY(
		SELECT k.key
		FROM vsm.each_entity(keys) AS k (key)
		WHERE EXISTS (SELECT FROM item_flow AS f WHERE f.item = k.key AND NOT f.concerns_others)
		AND NOT EXISTS (SELECT FROM touched AS t WHERE t.kind = 'item' AND t.key = k.key));
END
$$;
COMMENT ON FUNCTION vsm.lone_items(text[]) IS
	'those of these keys that are items whose events concern them alone, and not their parts, in the model that search_path names; a part '
	'of vsm.refresh';

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
			lone := vsm.lone_items(vsm.keys_without(changes.moved, changes.keys));
			keys := changes.keys || vsm.keys_without(changes.moved, lone);
			links := vsm.link_changed(model, nullif(keys, '{}'));
			IF links IS NOT NULL THEN
				-- With what that has just written.
				changes := vsm.changed_keys(old_bound, new_bound, own);
				lone := vsm.keys_without(lone, changes.keys);
				keys := changes.keys || vsm.keys_without(changes.moved, lone);
			END IF;
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
