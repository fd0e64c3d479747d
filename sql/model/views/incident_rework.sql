CREATE OR REPLACE VIEW :"schema".incident_rework AS
SELECT q.incident, q.deployment,
	CASE
		WHEN q.is_rollback THEN 'rollback'
		WHEN q.is_fix THEN 'fix'
		WHEN q.is_revert THEN 'revert'
		ELSE 'last deployment before the end'
	END AS method
FROM (
	SELECT b.incident, b.deployment, b.is_rollback, b.is_fix, b.is_revert,
		bool_or(b.is_rollback OR b.is_fix OR b.is_revert) OVER (PARTITION BY b.incident) AS some,
		row_number() OVER (PARTITION BY b.incident ORDER BY b.finished_at DESC, b.deployment COLLATE "C" DESC) = 1 AS is_last
	FROM (
		-- Deployments that count between the beginning of an incident and its end, where it was caused and where it hit.
		SELECT DISTINCT h.incident, f.deployment, f.finished_at, coalesce(f.is_rollback, false) AS is_rollback,
			f.is_new AND x.sha IS NOT NULL AS is_fix, f.is_new AND v.sha IS NOT NULL AS is_revert
		FROM (
				SELECT k.incident, k.opened_at, k.resolved_at, k.service, k.environment FROM :"schema".incident_cause AS k
				UNION
				SELECT i.incident, i.opened_at, i.resolved_at, r.service, i.environment
				FROM :"schema".incident AS i JOIN :"schema".routed_incident AS r ON r.incident = i.incident
				WHERE r.service IS NOT NULL) AS h
			JOIN :"schema".deployment_flow AS f ON f.reason IS NULL AND f.service = h.service
				AND (f.environment = h.environment OR h.environment IS NULL)
				AND f.finished_at > h.opened_at AND f.finished_at <= h.resolved_at
			JOIN :"schema".deployment AS d ON d.deployment = f.deployment
			LEFT JOIN (
				-- Commits whose deployment brought a fix of the incident to production of the service.
				SELECT DISTINCT i.incident, r.service, e.sha
				FROM :"schema".incident_fix AS i
					JOIN :"schema".commit_release AS r ON r.sha = i.sha AND r.environment = 'production'
					JOIN :"schema".deployment AS e ON e.deployment = r.deployment) AS x
						ON x.incident = h.incident AND x.service = f.service AND x.sha = d.sha
			LEFT JOIN (
				-- Commits whose deployment brought a revert there.
				SELECT DISTINCT r.service, e.sha
				FROM (
						SELECT l.source AS sha FROM :"schema".link AS l WHERE l.kind = 'reverts' AND l.until IS NULL
						UNION
						SELECT p.source
						FROM :"schema".link AS l LEFT JOIN :"schema".item_alias AS a ON a.alias = l.source
							CROSS JOIN LATERAL (
								SELECT coalesce(a.item, l.source) AS name
								UNION ALL
								SELECT o.alias FROM :"schema".item_alias AS o WHERE o.item = coalesce(a.item, l.source)) AS n
							JOIN :"schema".link AS p ON p.target = n.name AND p.kind = 'part_of' AND p.until IS NULL
						WHERE l.kind = 'reverts' AND l.until IS NULL) AS t
					JOIN :"schema".commit_release AS r ON r.sha = t.sha AND r.environment = 'production'
					JOIN :"schema".deployment AS e ON e.deployment = r.deployment) AS v
						ON v.service = f.service AND v.sha = d.sha) AS b) AS q
WHERE q.is_rollback OR q.is_fix OR q.is_revert OR NOT q.some AND q.is_last;

COMMENT ON VIEW :"schema".incident_rework IS
	'deployments that were made because of an incident: between its beginning and its end those that release a fix of it or a revert, or '
	'roll back, else the last one; none while it is open';
COMMENT ON COLUMN :"schema".incident_rework.incident IS 'the incident';
COMMENT ON COLUMN :"schema".incident_rework.deployment IS 'the deployment';
COMMENT ON COLUMN :"schema".incident_rework.method IS 'how that is known: rollback, fix, revert or last deployment before the end';
