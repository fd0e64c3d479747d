CREATE OR REPLACE VIEW :"schema".routed_deployment AS
SELECT d.deployment, coalesce(d.service, s.service, d.repository) AS service, s.value_stream, s.team
FROM :"schema".deployment AS d
	LEFT JOIN LATERAL (
		SELECT q.service, q.value_stream, q.team FROM :"schema".service AS q
		WHERE q.service = d.service OR d.service IS NULL AND q.repository = d.repository
		ORDER BY q.path IS NOT NULL, q.service LIMIT 1) AS s ON true;

COMMENT ON VIEW :"schema".routed_deployment IS 'service, value stream and team of every deployment';
COMMENT ON COLUMN :"schema".routed_deployment.deployment IS 'the deployment';
COMMENT ON COLUMN :"schema".routed_deployment.service IS 'the service: by hand, else the one of its repository, else the repository itself';
COMMENT ON COLUMN :"schema".routed_deployment.value_stream IS 'value stream of the service';
COMMENT ON COLUMN :"schema".routed_deployment.team IS 'team of the service';
