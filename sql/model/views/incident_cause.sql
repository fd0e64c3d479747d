CREATE OR REPLACE VIEW :"schema".incident_cause AS
SELECT i.incident, f.deployment, f.service, f.environment, l.method, l.confidence,
	l.method IS DISTINCT FROM 'latest deployment before' AS stated, i.change_caused, i.opened_at, i.resolved_at
FROM (
		-- As in entity_link, of which only these are looked up: this is read with every question about deployments.
		SELECT coalesce(a.item, k.source) AS source, k.target, (array_agg(k.method ORDER BY k.confidence DESC, k.method))[1] AS method,
			max(k.confidence) AS confidence,
			(array_agg(k.until ORDER BY k.changed_at DESC NULLS LAST, k.until NULLS LAST))[1] AS until
		FROM :"schema".link AS k LEFT JOIN :"schema".item_alias AS a ON a.alias = k.source
		WHERE k.kind = 'caused_by'
		GROUP BY coalesce(a.item, k.source), k.target) AS l
	JOIN :"schema".incident AS i ON i.incident = l.source
	JOIN :"schema".deployment_flow AS f ON f.deployment = l.target AND f.reason IS NULL
WHERE l.until IS NULL;

COMMENT ON VIEW :"schema".incident_cause IS
	'incidents and the deployments that caused them, of those that count: stated, or guessed by vsm.link_deployments';
COMMENT ON COLUMN :"schema".incident_cause.incident IS 'the incident';
COMMENT ON COLUMN :"schema".incident_cause.deployment IS 'the deployment';
COMMENT ON COLUMN :"schema".incident_cause.service IS 'its service, as in deployment_flow';
COMMENT ON COLUMN :"schema".incident_cause.environment IS 'its environment, as in deployment_flow';
COMMENT ON COLUMN :"schema".incident_cause.method IS 'how that is known';
COMMENT ON COLUMN :"schema".incident_cause.confidence IS 'how sure it is, from 0 to 1';
COMMENT ON COLUMN :"schema".incident_cause.stated IS 'whether somebody says so, and it is not only the latest deployment before';
COMMENT ON COLUMN :"schema".incident_cause.change_caused IS 'whether a change caused the incident; NULL: not known';
COMMENT ON COLUMN :"schema".incident_cause.opened_at IS 'when the incident was opened';
COMMENT ON COLUMN :"schema".incident_cause.resolved_at IS 'when it was resolved; NULL: not yet';
