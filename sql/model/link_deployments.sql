/*
 * SELECT vsm.link_deployments('flow'): which deployment a change is about and which one caused an
 * incident, where the tools do not say so themselves. It looks at the whole model, which readers
 * do not, so it is run after vsm.ingest. What it found before and no longer finds is removed.
 *
 * A change deploys, unless it names a deployment or commit: the successful deployments of its
 * service that ended during the work on it ("service and time of work", 0.7).
 *
 * An incident is caused by, in this order,
 *   what the change that it names as its cause deploys ("change", 0.95),
 *   the deployment of the commit that it names as its cause ("commit", 0.95),
 *   if it names no cause: the latest successful deployment of its service and environment that
 *   ended before it was opened ("latest deployment before", 0.5). An incident without an
 *   environment is one of production.
 *
 * A service has the names of the table service and, by their repository, those of the tools.
 */
CREATE FUNCTION vsm.link_deployments(model text) RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
DECLARE
	found   bigint;
	changes bigint;
	state   text;
	message text;
BEGIN
	PERFORM vsm.check_model(model, 'link', 'item', 'item_alias', 'event', 'service', 'deployment', 'incident');
	-- One session at a time: of two, each would keep what the other has just found, though it finds it no longer.
	PERFORM pg_advisory_xact_lock(hashtextextended('vsm.link_deployments ' || model, 0));
	BEGIN
		EXECUTE format('DELETE FROM %I.link WHERE (kind, method) IN ((''deploys'', ''service and time of work''),
			(''caused_by'', ''change''), (''caused_by'', ''commit''), (''caused_by'', ''latest deployment before''))', model);

		EXECUTE format(
			'INSERT INTO %1$I.link (source, target, kind, method, confidence, since, changed_at)
			 SELECT c.item, d.deployment, ''deploys'', ''service and time of work'', 0.7, d.finished_at, d.finished_at
			 FROM %1$I.item AS c
				JOIN LATERAL (SELECT min(e.at) FILTER (WHERE e.state = ''work started'') AS started_at,
						max(e.at) FILTER (WHERE e.state = ''work ended'') AS ended_at
					FROM %1$I.event AS e WHERE e.entity = c.item AND e.method = ''label'') AS w ON true
				JOIN (%1$I.deployment AS d JOIN %1$I.routed_deployment AS r ON r.deployment = d.deployment)
					ON r.service = c.service AND d.status = ''success'' AND d.finished_at >= w.started_at AND d.finished_at <= w.ended_at
			 WHERE c.project = ''change_request''
			 AND NOT EXISTS (SELECT FROM %1$I.link AS l WHERE l.source = c.item AND l.kind = ''deploys'')
			 ORDER BY c.item COLLATE "C", d.deployment COLLATE "C"
			 ON CONFLICT DO NOTHING', model);
		GET DIAGNOSTICS changes = ROW_COUNT;

		EXECUTE format(
			'INSERT INTO %1$I.link (source, target, kind, method, confidence, since, changed_at)
			 SELECT i.incident, c.deployment, ''caused_by'', c.method, c.confidence, i.opened_at, i.opened_at
			 FROM %1$I.incident AS i
				LEFT JOIN LATERAL (
					SELECT s.service FROM %1$I.service AS s WHERE s.repository = i.repository
					ORDER BY s.path IS NOT NULL, s.service LIMIT 1) AS s ON true,
				LATERAL (
					SELECT t.target AS deployment, ''change'' AS method, 0.95 AS confidence
					FROM %1$I.entity_link AS l
						JOIN %1$I.entity_link AS t ON t.source = l.target AND t.kind = ''deploys'' AND t.target LIKE ''%%:deployment:%%''
					WHERE l.source = i.incident AND l.kind = ''caused_by''
					UNION ALL
					SELECT d.deployment, CASE WHEN l.target = d.sha THEN ''commit'' ELSE ''change'' END, 0.95
					FROM %1$I.entity_link AS l
						LEFT JOIN %1$I.entity_link AS t ON t.source = l.target AND t.kind = ''deploys''
						JOIN %1$I.deployment AS d ON d.sha IN (l.target, t.target) AND d.finished_at <= i.opened_at
					WHERE l.source = i.incident AND l.kind = ''caused_by''
					UNION ALL
					(SELECT d.deployment, ''latest deployment before'', 0.5
					 FROM %1$I.deployment AS d JOIN %1$I.routed_deployment AS r ON r.deployment = d.deployment
					 WHERE r.service = coalesce(i.service, s.service, i.repository) AND d.status = ''success''
						AND d.finished_at <= i.opened_at
					 AND (d.environment = i.environment OR i.environment IS NULL AND d.environment_tier = ''production'')
					 AND NOT EXISTS (SELECT FROM %1$I.link AS l WHERE l.source = i.incident AND l.kind = ''caused_by'')
					 ORDER BY d.finished_at DESC, d.deployment COLLATE "C" LIMIT 1)) AS c
			 ORDER BY i.incident COLLATE "C", c.deployment COLLATE "C", c.method
			 ON CONFLICT DO NOTHING', model);
		GET DIAGNOSTICS found = ROW_COUNT;
		RETURN found + changes;
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
