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
CREATE FUNCTION vsm.link_changes(model text) RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
#variable_conflict use_column
BEGIN
	PERFORM vsm.enter_model(model);
	WITH wanted AS MATERIALIZED (
		SELECT DISTINCT c.item AS source, d.deployment AS target, d.finished_at
		FROM item AS c
			JOIN LATERAL (
				SELECT min(e.at) FILTER (WHERE e.state = 'work started') AS started_at,
					max(e.at) FILTER (WHERE e.state = 'work ended') AS ended_at
				FROM event AS e WHERE e.entity = c.item AND e.method = 'label') AS w ON true
			JOIN (deployment AS d JOIN routed_deployment AS r ON r.deployment = d.deployment)
				ON r.service = c.service AND d.status = 'success' AND d.finished_at >= w.started_at AND d.finished_at <= w.ended_at
		WHERE c.project = 'change_request'
		AND NOT EXISTS (SELECT FROM link AS l WHERE l.source = c.item AND l.kind = 'deploys'
			AND l.method IS DISTINCT FROM 'service and time of work')),
	gone AS (
		DELETE FROM link AS l
		WHERE l.kind = 'deploys' AND l.method = 'service and time of work'
		AND NOT EXISTS (SELECT FROM wanted AS w WHERE w.source = l.source AND w.target = l.target))
	INSERT INTO link AS l (source, target, kind, method, confidence, since, changed_at)
	SELECT w.source, w.target, 'deploys', 'service and time of work', 0.7, w.finished_at, w.finished_at
	FROM wanted AS w
	ORDER BY w.source COLLATE "C", w.target COLLATE "C"
	ON CONFLICT (source, target, kind) DO UPDATE SET since = excluded.since, changed_at = excluded.changed_at
	WHERE l.method = 'service and time of work' AND (l.since, l.changed_at) IS DISTINCT FROM (excluded.since, excluded.changed_at);
	-- Not those that somebody else has just written.
	RETURN (SELECT count(*) FROM link AS l WHERE l.kind = 'deploys' AND l.method = 'service and time of work');
END
$$;
COMMENT ON FUNCTION vsm.link_changes(text) IS
	'links changes to the deployments that ended during the work on them, and returns how many; a part of vsm.link_deployments';

CREATE FUNCTION vsm.link_incidents(model text) RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
#variable_conflict use_column
BEGIN
	PERFORM vsm.enter_model(model);
	WITH stated AS MATERIALIZED (
		-- what tools say themselves
		SELECT l.source, l.target FROM entity_link AS l
		WHERE l.kind = 'caused_by' AND l.method IS DISTINCT FROM 'change' AND l.method IS DISTINCT FROM 'commit'
		AND l.method IS DISTINCT FROM 'latest deployment before'),
	incident_of AS MATERIALIZED (
		-- the service by name, of its item, by a repository that has one only; else the repository
		SELECT i.incident, i.environment, i.opened_at, coalesce(i.service, t.service, s.service, i.repository) AS service
		FROM incident AS i
			LEFT JOIN item AS t ON t.item = i.incident
			LEFT JOIN LATERAL (
				SELECT CASE WHEN count(*) = 1 THEN min(q.service) WHEN count(*) FILTER (WHERE q.path IS NULL) = 1 THEN
					min(q.service) FILTER (WHERE q.path IS NULL) END AS service
				FROM service AS q WHERE q.repository = i.repository) AS s ON true
		WHERE i.change_caused IS DISTINCT FROM false AND i.opened_at IS NOT NULL),
	wanted AS MATERIALIZED (
		SELECT DISTINCT ON (c.incident, c.deployment) c.incident AS source, c.deployment AS target, c.method, c.confidence, c.opened_at
		FROM (
			SELECT i.incident, i.opened_at, t.target AS deployment, 'change' AS method, 0.95 AS confidence
			FROM incident_of AS i JOIN stated AS l ON l.source = i.incident
				JOIN entity_link AS t ON t.source = l.target AND t.kind = 'deploys' AND t.target LIKE '%:deployment:%'
			UNION ALL
			SELECT i.incident, i.opened_at, d.deployment, CASE WHEN l.target = d.sha THEN 'commit' ELSE 'change' END, 0.95
			FROM incident_of AS i JOIN stated AS l ON l.source = i.incident
				LEFT JOIN entity_link AS t ON t.source = l.target AND t.kind = 'deploys'
				JOIN deployment AS d ON d.sha IN (l.target, t.target) AND d.finished_at <= i.opened_at
			UNION ALL
			SELECT i.incident, i.opened_at, b.deployment, 'latest deployment before', 0.5
			FROM incident_of AS i,
				LATERAL (
					SELECT d.deployment
					FROM deployment AS d JOIN routed_deployment AS r ON r.deployment = d.deployment
					WHERE r.service = i.service AND d.status = 'success' AND d.finished_at <= i.opened_at
					AND (d.environment = i.environment OR i.environment IS NULL AND d.environment_tier = 'production')
					ORDER BY d.finished_at DESC, d.deployment COLLATE "C" LIMIT 1) AS b
			WHERE NOT EXISTS (SELECT FROM stated AS l WHERE l.source = i.incident)) AS c
		ORDER BY c.incident, c.deployment, c.method),
	gone AS (
		DELETE FROM link AS l
		WHERE l.kind = 'caused_by' AND l.method IN ('change', 'commit', 'latest deployment before')
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
	RETURN (SELECT count(*) FROM link AS l WHERE l.kind = 'caused_by' AND l.method IN ('change', 'commit', 'latest deployment before'));
END
$$;
COMMENT ON FUNCTION vsm.link_incidents(text) IS
	'links incidents to the deployments that caused them, and returns how many; a part of vsm.link_deployments';

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
		'routed_deployment');
	-- One session at a time: of two, each would keep what the other has just found, though it finds it no longer.
	PERFORM pg_advisory_xact_lock(hashtextextended('vsm.link_deployments ' || model, 0));
	BEGIN
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
