/*
 * What came of deployments: which failed, by which incident or because the next one there rolled them
 * back, when service was restored, and which were made because of an incident (rework). It is read
 * from the views incident_cause and incident_rework, for the whole model at once, and what differs
 * is written to the table deployment_flow.
 */
CREATE FUNCTION vsm.write_incidents() RETURNS void
LANGUAGE plpgsql
SET jit = off
AS $$
#variable_conflict use_column
BEGIN
	WITH cause AS MATERIALIZED (SELECT c.* FROM incident_cause AS c WHERE c.change_caused IS NOT FALSE),
	rollback AS MATERIALIZED (SELECT k.previous, k.deployment, k.finished_at FROM deployment_flow AS k WHERE k.is_rollback),
	-- The surest: what somebody states, then that it was rolled back, then a guess.
	evidence AS MATERIALIZED (
		SELECT DISTINCT ON (e.deployment) e.*
		FROM (
			SELECT c.deployment, CASE WHEN c.stated THEN 1 ELSE 3 END AS rank, c.incident AS failed_by, c.method, c.confidence
			FROM cause AS c
			UNION ALL
			SELECT k.previous, 2, k.deployment, 'rollback', 1 FROM rollback AS k) AS e
		ORDER BY e.deployment, e.rank, e.confidence DESC NULLS LAST, e.failed_by COLLATE "C"),
	rework AS MATERIALIZED (
		SELECT w.deployment, (array_agg(w.incident ORDER BY i.opened_at, w.incident COLLATE "C"))[1] AS rework_of
		FROM incident_rework AS w JOIN incident AS i ON i.incident = w.incident GROUP BY w.deployment),
	new AS MATERIALIZED (
		SELECT f.deployment, e.failed_by, e.method, e.confidence,
			CASE WHEN i.deployment IS NULL THEN b.finished_at WHEN i.open_incidents = 0 THEN i.resolved_at END AS recovered_at,
			coalesce(i.open_incidents, 0) AS open_incidents, r.rework_of
		-- Of which something is to be said, or was.
		FROM (
				SELECT e.deployment FROM evidence AS e
				UNION SELECT r.deployment FROM rework AS r
				UNION
				SELECT o.deployment FROM deployment_flow AS o
				WHERE o.failed_by IS NOT NULL OR o.recovered_at IS NOT NULL OR o.open_incidents <> 0 OR o.rework_of IS NOT NULL) AS f
			LEFT JOIN evidence AS e ON e.deployment = f.deployment
			LEFT JOIN (
				SELECT c.deployment, max(c.resolved_at) AS resolved_at, count(*) FILTER (WHERE c.resolved_at IS NULL)::integer
					AS open_incidents
				FROM cause AS c GROUP BY c.deployment) AS i ON i.deployment = f.deployment
			LEFT JOIN rollback AS b ON b.previous = f.deployment
			LEFT JOIN rework AS r ON r.deployment = f.deployment)
	UPDATE deployment_flow AS o SET failed_by = n.failed_by, method = n.method, confidence = n.confidence, recovered_at = n.recovered_at,
		open_incidents = n.open_incidents, rework_of = n.rework_of
	FROM new AS n
	WHERE n.deployment = o.deployment AND (o.failed_by, o.method, o.confidence, o.recovered_at, o.open_incidents, o.rework_of)
		IS DISTINCT FROM (n.failed_by, n.method, n.confidence, n.recovered_at, n.open_incidents, n.rework_of);

	WITH new AS MATERIALIZED (
		SELECT q.service, q.value_stream, min(q.opened_at) AS since
		FROM (
			SELECT coalesce(r.service, '') AS service, coalesce(t.value_stream, '') AS value_stream, i.opened_at
			FROM incident AS i JOIN routed_incident AS r ON r.incident = i.incident
				LEFT JOIN LATERAL (SELECT k.value_stream FROM routed_item AS k WHERE k.item = i.incident OFFSET 0) AS t ON true
			UNION ALL
			SELECT c.service, '', c.opened_at FROM incident_cause AS c) AS q
		WHERE q.opened_at IS NOT NULL
		GROUP BY q.service, q.value_stream),
	gone AS (
		DELETE FROM incident_source AS o
		WHERE NOT EXISTS (SELECT FROM new AS n WHERE n.service = o.service AND n.value_stream = o.value_stream))
	INSERT INTO incident_source AS o (service, value_stream, since)
	SELECT n.service, n.value_stream, n.since FROM new AS n
	ON CONFLICT (service, value_stream) DO UPDATE SET since = excluded.since WHERE o.since <> excluded.since;
END
$$;
COMMENT ON FUNCTION vsm.write_incidents() IS
	'writes what has changed in which deployments failed, recovered or were made because of an incident, and of which services incidents '
	'are told, in the model that search_path names; a part of vsm.refresh';
