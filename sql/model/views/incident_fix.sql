CREATE OR REPLACE VIEW :"schema".incident_fix AS
SELECT DISTINCT q.incident, q.sha
FROM (
	SELECT l.incident, u.sha
	FROM (
			SELECT i.incident, coalesce(a.item, k.source) AS source, k.kind,
				(array_agg(k.until ORDER BY k.changed_at DESC NULLS LAST, k.until NULLS LAST))[1] AS until,
				max(coalesce(k.confidence, 1)) AS confidence
			FROM :"schema".incident AS i
				CROSS JOIN LATERAL (
					SELECT i.incident AS name UNION ALL SELECT o.alias FROM :"schema".item_alias AS o WHERE o.item = i.incident) AS n
				JOIN :"schema".link AS k ON k.target = n.name AND k.kind IN ('implements', 'fixes')
				LEFT JOIN :"schema".item_alias AS a ON a.alias = k.source
			GROUP BY i.incident, coalesce(a.item, k.source), k.kind) AS l
		JOIN :"schema".model AS m ON l.confidence >= m.part_confidence
		CROSS JOIN LATERAL (
			SELECT l.source AS sha
			UNION ALL
			-- the commits of a request
			SELECT p.source
			FROM (SELECT l.source AS name UNION ALL SELECT o.alias FROM :"schema".item_alias AS o WHERE o.item = l.source) AS n
				JOIN :"schema".link AS p ON p.target = n.name
			WHERE p.kind = 'part_of' AND p.until IS NULL
			UNION ALL
			-- what a change deploys
			SELECT d.sha FROM :"schema".link AS p JOIN :"schema".deployment AS d ON d.deployment = p.target
			WHERE p.source = l.source AND p.kind = 'deploys' AND p.until IS NULL) AS u
	WHERE l.until IS NULL) AS q
WHERE q.sha IS NOT NULL;

COMMENT ON VIEW :"schema".incident_fix IS
	'commits that fix incidents: linked to them themselves, by their request or by the change that deploys them';
COMMENT ON COLUMN :"schema".incident_fix.incident IS 'the incident';
COMMENT ON COLUMN :"schema".incident_fix.sha IS 'the commit';
