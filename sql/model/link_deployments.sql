/*
 * SELECT vsm.link_deployments('flow'): which deployment a change is about and which one caused an
 * incident, where the tools do not say so themselves. It looks at the whole model, which readers
 * do not, so it is run after vsm.ingest. What it found before and no longer finds is removed; what
 * it finds again is not written again.
 *
 * A change deploys, unless it names a deployment or commit: the successful deployments of its
 * service that ended during the work on it ("service and time of work", 0.7).
 *
 * An incident is caused by, in this order,
 *   what the change that it names as its cause deploys ("change", 0.95),
 *   the deployment of the commit that it names as its cause ("commit", 0.95),
 *   if it names no cause and is not said to have none in a change: the latest successful deployment of its service and environment that
 *   ended before it was opened ("latest deployment before", 0.5). An incident without an
 *   environment is one of production.
 *
 * A service has the names of the table service and, by their repository, those of the tools.
 */
CREATE FUNCTION vsm.deployments_of(services text[]) RETURNS TABLE (deployment text, service text, sha text, environment text, tier text,
	finished_at timestamptz)
LANGUAGE plpgsql STABLE ROWS 2000
SET plan_cache_mode = force_custom_plan
SET jit = off
AS $$
#variable_conflict use_column
BEGIN
	IF services IS NULL OR EXISTS (SELECT FROM naming AS n WHERE n.kind = 'service') THEN
		RETURN QUERY
		SELECT d.deployment, r.service, d.sha, d.environment, d.environment_tier, d.finished_at
		FROM deployment AS d JOIN routed_deployment AS r ON r.deployment = d.deployment
		WHERE d.status = 'success' AND d.finished_at IS NOT NULL AND (services IS NULL OR r.service = ANY (services));
	ELSE
		RETURN QUERY
		SELECT d.deployment, r.service, d.sha, d.environment, d.environment_tier, d.finished_at
		FROM (
				SELECT e.* FROM deployment AS e WHERE e.service = ANY (services)
				UNION ALL
				SELECT e.* FROM deployment AS e
				WHERE e.service IS NULL
				AND e.repository = ANY (services || ARRAY(SELECT s.repository FROM service AS s WHERE s.service = ANY (services)))
				UNION ALL
				-- (Of the repository of their commit, if any.)
				SELECT e.* FROM deployment AS e WHERE e.service IS NULL AND e.repository IS NULL AND e.sha IS NOT NULL) AS d,
			LATERAL (SELECT v.service FROM routed_deployment AS v WHERE v.deployment = d.deployment OFFSET 0) AS r
		WHERE d.status = 'success' AND d.finished_at IS NOT NULL AND r.service = ANY (services);
	END IF;
END
$$;
COMMENT ON FUNCTION vsm.deployments_of(text[]) IS
	'the deployments of these services that ended well, of all if they are NULL, in the model that search_path names; a part of '
	'vsm.link_deployments';

CREATE FUNCTION vsm.link_changes(model text, changes text[] DEFAULT NULL) RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
SET jit = off
AS $$
#variable_conflict use_column
BEGIN
	PERFORM vsm.enter_model(model);
	-- Whether the view is there is told even if there is nothing to link.
	PERFORM FROM routed_deployment WHERE false;
	IF vsm.is_distributed(model) THEN
		PERFORM vsm.take_rows(model, 'event', 't.entity = ANY ($1) AND t.method = ''label''', ARRAY(
			SELECT c.item FROM item AS c WHERE c.project = 'change_request' AND (changes IS NULL OR c.item = ANY (changes))));
		PERFORM vsm.enter_model(model);
	END IF;
	WITH change AS MATERIALIZED (
		SELECT c.item, c.service, w.started_at, w.ended_at
		FROM item AS c
			JOIN LATERAL (
				SELECT min(e.at) FILTER (WHERE e.state = 'work started') AS started_at,
					max(e.at) FILTER (WHERE e.state = 'work ended') AS ended_at
				FROM event AS e WHERE e.entity = c.item AND e.method = 'label') AS w ON true
		WHERE c.project = 'change_request' AND (changes IS NULL OR c.item = ANY (changes))
		AND NOT EXISTS (SELECT FROM link AS l WHERE l.source = c.item AND l.kind = 'deploys'
			AND l.method IS DISTINCT FROM 'service and time of work')),
	wanted AS MATERIALIZED (
		SELECT DISTINCT c.item AS source, d.deployment AS target, d.finished_at
		FROM change AS c
			JOIN vsm.deployments_of(CASE WHEN changes IS NOT NULL THEN ARRAY(SELECT k.service FROM change AS k) END) AS d
				ON d.service = c.service AND d.finished_at >= c.started_at AND d.finished_at <= c.ended_at),
	gone AS (
		DELETE FROM link AS l
		WHERE l.kind = 'deploys' AND l.method = 'service and time of work' AND (changes IS NULL OR l.source = ANY (changes))
		AND NOT EXISTS (SELECT FROM wanted AS w WHERE w.source = l.source AND w.target = l.target))
	INSERT INTO link AS l (source, target, kind, method, confidence, since, changed_at)
	SELECT w.source, w.target, 'deploys', 'service and time of work', 0.7, w.finished_at, w.finished_at
	FROM wanted AS w
	ORDER BY w.source COLLATE "C", w.target COLLATE "C"
	ON CONFLICT (source, target, kind) DO UPDATE SET since = excluded.since, changed_at = excluded.changed_at
	WHERE l.method = 'service and time of work' AND (l.since, l.changed_at) IS DISTINCT FROM (excluded.since, excluded.changed_at);
	IF vsm.is_distributed(model) THEN
		PERFORM vsm.forget_rows(model);
		PERFORM vsm.enter_model(model);
	END IF;
	-- Not those that somebody else has just written.
	RETURN (
		SELECT count(*) FROM link AS l
		WHERE l.kind = 'deploys' AND l.method = 'service and time of work' AND (changes IS NULL OR l.source = ANY (changes)));
END
$$;
COMMENT ON FUNCTION vsm.link_changes(text, text[]) IS
	'links changes, all if none are named, to the deployments that ended during the work on them, and returns how many links they have; '
	'a part of vsm.link_deployments';

CREATE FUNCTION vsm.incident_services(incidents text[], since timestamptz) RETURNS TABLE (incident text, environment text,
	opened_at timestamptz, service text)
LANGUAGE plpgsql STABLE ROWS 2000
SET plan_cache_mode = force_custom_plan
SET jit = off
AS $$
#variable_conflict use_column
BEGIN
	RETURN QUERY
	SELECT i.incident, i.environment, i.opened_at, r.service
	FROM incident AS i JOIN routed_incident AS r ON r.incident = i.incident
	WHERE i.change_caused IS DISTINCT FROM false AND i.opened_at IS NOT NULL
	AND (incidents IS NULL OR i.incident = ANY (incidents)) AND (since IS NULL OR i.opened_at >= since);
END
$$;
COMMENT ON FUNCTION vsm.incident_services(text[], timestamptz) IS
	'the services of these incidents, of all if they are NULL, from a time on, in the model that search_path names; a part of '
	'vsm.link_deployments';

CREATE FUNCTION vsm.link_incidents(model text, incidents text[] DEFAULT NULL) RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
SET jit = off
AS $$
#variable_conflict use_column
DECLARE
	causes text[];
BEGIN
	PERFORM vsm.enter_model(model);
	-- As in vsm.link_changes.
	PERFORM FROM routed_incident WHERE false;
	IF incidents IS NOT NULL THEN
		causes := ARRAY(SELECT l.target FROM entity_link AS l WHERE l.kind = 'caused_by' AND l.source = ANY (incidents));
	END IF;
	WITH stated AS MATERIALIZED (
		-- what tools say themselves
		SELECT l.source, l.target FROM entity_link AS l
		WHERE l.kind = 'caused_by' AND l.method IS DISTINCT FROM 'change' AND l.method IS DISTINCT FROM 'commit'
		AND l.method IS DISTINCT FROM 'latest deployment before' AND (incidents IS NULL OR l.source = ANY (incidents))),
	deploys AS MATERIALIZED (
		SELECT l.source, l.target FROM entity_link AS l WHERE l.kind = 'deploys' AND (incidents IS NULL OR l.source = ANY (causes))),
	incident_of AS MATERIALIZED (SELECT s.* FROM vsm.incident_services(incidents, NULL) AS s),
	released AS MATERIALIZED (
		SELECT d.* FROM vsm.deployments_of(CASE WHEN incidents IS NOT NULL THEN ARRAY(SELECT s.service FROM incident_of AS s) END) AS d),
	wanted AS MATERIALIZED (
		SELECT DISTINCT ON (c.incident, c.deployment) c.incident AS source, c.deployment AS target, c.method, c.confidence, c.opened_at
		FROM (
			SELECT i.incident, i.opened_at, t.target AS deployment, 'change' AS method, 0.95 AS confidence
			FROM incident_of AS i JOIN stated AS l ON l.source = i.incident
				JOIN deploys AS t ON t.source = l.target AND t.target LIKE '%:deployment:%'
			UNION ALL
			SELECT i.incident, i.opened_at, d.deployment, CASE WHEN l.target = d.sha THEN 'commit' ELSE 'change' END, 0.95
			FROM incident_of AS i JOIN stated AS l ON l.source = i.incident
				LEFT JOIN deploys AS t ON t.source = l.target
				JOIN deployment AS d ON d.sha = ANY (ARRAY[l.target, t.target]) AND d.finished_at <= i.opened_at
			UNION ALL
			SELECT i.incident, i.opened_at, b.deployment, 'latest deployment before', 0.5
			FROM incident_of AS i,
				LATERAL (
					SELECT d.deployment
					FROM released AS d
					WHERE d.service = i.service AND d.finished_at <= i.opened_at
					AND (d.environment = i.environment OR i.environment IS NULL AND d.tier = 'production')
					ORDER BY d.finished_at DESC, d.deployment COLLATE "C" LIMIT 1) AS b
			WHERE NOT EXISTS (SELECT FROM stated AS l WHERE l.source = i.incident)) AS c
		ORDER BY c.incident, c.deployment, c.method),
	gone AS (
		DELETE FROM link AS l
		WHERE l.kind = 'caused_by' AND l.method IN ('change', 'commit', 'latest deployment before')
		AND (incidents IS NULL OR l.source = ANY (incidents))
		AND NOT EXISTS (SELECT FROM wanted AS w WHERE w.source = l.source AND w.target = l.target))
	INSERT INTO link AS l (source, target, kind, method, confidence, since, changed_at)
	SELECT w.source, w.target, 'caused_by', w.method, w.confidence, w.opened_at, w.opened_at
	FROM wanted AS w
	ORDER BY w.source COLLATE "C", w.target COLLATE "C"
	ON CONFLICT (source, target, kind) DO UPDATE SET method = excluded.method, confidence = excluded.confidence, since = excluded.since,
		changed_at = excluded.changed_at
	WHERE l.method IN ('change', 'commit', 'latest deployment before')
	AND (l.method, l.confidence, l.since, l.changed_at) IS DISTINCT FROM (excluded.method, excluded.confidence, excluded.since,
		excluded.changed_at);
	RETURN (
		SELECT count(*) FROM link AS l
		WHERE l.kind = 'caused_by' AND l.method IN ('change', 'commit', 'latest deployment before')
		AND (incidents IS NULL OR l.source = ANY (incidents)));
END
$$;
COMMENT ON FUNCTION vsm.link_incidents(text, text[]) IS
	'links incidents, all if none are named, to the deployments that caused them, and returns how many links they have; a part of '
	'vsm.link_deployments';

CREATE FUNCTION vsm.link_deployments(model text) RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	state   text;
	message text;
	found   bigint;
BEGIN
	PERFORM vsm.check_model(model, 'link', 'item', 'item_alias', 'event', 'service', 'deployment', 'incident');
	PERFORM vsm.check_owner(model, 'link', 'item', 'item_alias', 'event', 'service', 'deployment', 'incident', 'entity_link',
		'routed_deployment', 'routed_incident');
	-- One session at a time: of two, each would keep what the other has just found, though it finds it no longer.
	PERFORM pg_advisory_xact_lock(hashtextextended('vsm.link_deployments ' || model, 0));
	BEGIN
		PERFORM vsm.ask('SELECT vsm.link_images($1)', model);
		found := vsm.ask('SELECT vsm.link_changes($1)', model);
		RETURN found + vsm.ask('SELECT vsm.link_incidents($1)', model)::bigint;
	EXCEPTION WHEN syntax_error_or_access_rule_violation THEN
		GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT;
		PERFORM vsm.raise_model_error(model, 'vsm.link_deployments', state, message);
		RAISE;
	END;
END
$$;
COMMENT ON FUNCTION vsm.link_deployments(text) IS
	'links changes to the deployments that they are about and incidents to the deployments that caused them, and returns how many; the '
	'method of each link says how it was found';

/*
 * The same for the changes and incidents that it may be another for since these keys have changed:
 * by their own rows, events and links, by what they name as a cause, and by deployments.
 */
CREATE FUNCTION vsm.link_changed(model text, keys text[]) RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET jit = off
AS $$
#variable_conflict use_column
DECLARE
	names       text[];
	deployments text[];
	changes     text[];
	incidents   text[];
	earliest    timestamptz;
	found       bigint;
BEGIN
	PERFORM vsm.enter_model(model);
	IF keys IS NULL THEN
		RETURN NULL;
	END IF;
	IF vsm.ask('SELECT vsm.link_images($1)', model)::bigint > 0 THEN
		found := 0;
	END IF;
	names := vsm.all_names(keys);
	-- A deployment may be of another service by another build, or by its commit where it is told without a repository.
	deployments := ARRAY(
		SELECT d.deployment
		FROM (
				SELECT n.key FROM vsm.each_entity(names) AS n (key)
				UNION
				SELECT l.source
				FROM vsm.each_entity(names) AS n (key),
					LATERAL (SELECT k.source FROM link AS k WHERE k.target = n.key AND k.kind = 'part_of' OFFSET 0) AS l) AS k,
			LATERAL (SELECT e.deployment FROM deployment AS e WHERE e.deployment = k.key OFFSET 0) AS d
		UNION
		SELECT d.deployment
		FROM vsm.each_entity(names) AS n (key),
			LATERAL (SELECT e.deployment, e.repository FROM deployment AS e WHERE e.sha = n.key OFFSET 0) AS d
		WHERE d.repository IS NULL);
	names := names || deployments;
	changes := ARRAY(
		SELECT i.item
		FROM vsm.each_entity(names) AS n (key), LATERAL (SELECT k.item, k.project FROM item AS k WHERE k.item = n.key OFFSET 0) AS i
		WHERE i.project = 'change_request'
		UNION
		SELECT l.source
		FROM vsm.each_entity(names) AS n (key), LATERAL (
			SELECT k.source FROM link AS k
			WHERE (k.source = n.key OR k.target = n.key) AND k.kind = 'deploys' AND k.method = 'service and time of work' OFFSET 0) AS l);
	IF deployments <> '{}' THEN
		IF vsm.is_distributed(model) THEN
			PERFORM vsm.take_rows(model, 'event', 't.entity = ANY ($1) AND t.method = ''label''', ARRAY(
				SELECT i.item
				FROM vsm.each_entity(deployments) AS t (key),
					LATERAL (SELECT r.service FROM routed_deployment AS r WHERE r.deployment = t.key OFFSET 0) AS s,
					LATERAL (SELECT k.item FROM item AS k WHERE k.project = 'change_request' AND k.service = s.service OFFSET 0) AS i));
			PERFORM vsm.enter_model(model);
		END IF;
		changes := changes || ARRAY(
			SELECT i.item
			FROM vsm.each_entity(deployments) AS t (key),
				LATERAL (SELECT e.finished_at FROM deployment AS e WHERE e.deployment = t.key AND e.status = 'success' OFFSET 0) AS d,
				LATERAL (SELECT r.service FROM routed_deployment AS r WHERE r.deployment = t.key OFFSET 0) AS s,
				LATERAL (SELECT k.item FROM item AS k WHERE k.project = 'change_request' AND k.service = s.service OFFSET 0) AS i,
				LATERAL (
					SELECT min(e.at) FILTER (WHERE e.state = 'work started') AS started_at,
						max(e.at) FILTER (WHERE e.state = 'work ended') AS ended_at
					FROM event AS e WHERE e.entity = i.item AND e.method = 'label') AS w
			WHERE d.finished_at BETWEEN w.started_at AND w.ended_at);
		IF vsm.is_distributed(model) THEN
			PERFORM vsm.forget_rows(model);
			PERFORM vsm.enter_model(model);
		END IF;
	END IF;

	IF EXISTS (SELECT FROM incident) THEN
		-- What names them as a cause, or names what deploys them.
		incidents := names;
		FOR i IN 1 .. 2 LOOP
			incidents := incidents || vsm.all_names(ARRAY(
				SELECT l.source
				FROM vsm.each_entity(incidents) AS n (key), LATERAL (
					SELECT k.source FROM link AS k WHERE k.target = n.key AND k.kind IN ('caused_by', 'deploys') OFFSET 0) AS l));
		END LOOP;
		incidents := ARRAY(
			SELECT DISTINCT i.incident
			FROM vsm.each_entity(incidents) AS n (key),
				LATERAL (SELECT k.incident FROM incident AS k WHERE k.incident = n.key OFFSET 0) AS i)
			|| ARRAY(
			-- of incidents that are gone
			SELECT l.source
			FROM vsm.each_entity(names) AS n (key), LATERAL (
				SELECT k.source FROM link AS k WHERE k.source = n.key AND k.kind = 'caused_by' OFFSET 0) AS l);
		IF deployments <> '{}' THEN
			earliest := (
				SELECT min(d.finished_at)
				FROM vsm.each_entity(deployments) AS t (key),
					LATERAL (SELECT e.finished_at FROM deployment AS e WHERE e.deployment = t.key AND e.status = 'success' OFFSET 0) AS d);
			IF earliest IS NOT NULL THEN
				incidents := incidents || ARRAY(
					SELECT i.incident FROM vsm.incident_services(NULL, earliest) AS i
					WHERE i.service IN (
						SELECT r.service
						FROM vsm.each_entity(deployments) AS t (key),
							LATERAL (SELECT v.service FROM routed_deployment AS v WHERE v.deployment = t.key OFFSET 0) AS r));
			END IF;
		END IF;
	ELSE
		incidents := ARRAY(
			SELECT DISTINCT l.source
			FROM vsm.each_entity(names) AS n (key), LATERAL (
				SELECT k.source FROM link AS k WHERE k.source = n.key AND k.kind = 'caused_by'
				AND k.method IN ('change', 'commit', 'latest deployment before') OFFSET 0) AS l);
	END IF;

	IF changes <> '{}' OR incidents <> '{}' THEN
		-- As in vsm.link_deployments.
		PERFORM pg_advisory_xact_lock(hashtextextended('vsm.link_deployments ' || model, 0));
		found := coalesce(found, 0);
		IF changes <> '{}' THEN
			found := vsm.ask('SELECT vsm.link_changes($1, $2::text[])', model, changes::text)::bigint;
		END IF;
		IF incidents <> '{}' THEN
			found := found + vsm.ask('SELECT vsm.link_incidents($1, $2::text[])', model, incidents::text)::bigint;
		END IF;
	END IF;
	RETURN found;
END
$$;
COMMENT ON FUNCTION vsm.link_changed(text, text[]) IS
	'links those changes and incidents to deployments for which these keys matter, and returns how many links they have, NULL if there are '
	'none; a part of vsm.refresh';
