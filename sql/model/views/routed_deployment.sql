CREATE OR REPLACE VIEW :"schema".routed_deployment AS
SELECT d.deployment, coalesce(d.service, s.service, d.repository) AS service, s.value_stream, s.team
FROM :"schema".deployment AS d
	LEFT JOIN LATERAL (
		-- Of several services of one repository none is taken, unless one of them is the repository as a whole.
		SELECT q.service, q.value_stream, q.team
		FROM (
			SELECT n.*, count(*) OVER () AS services, count(*) FILTER (WHERE n.path IS NULL) OVER () AS whole
			FROM :"schema".service AS n
			WHERE n.service = d.service OR d.service IS NULL AND n.repository = d.repository) AS q
		WHERE q.services = 1 OR q.path IS NULL AND q.whole = 1) AS s ON true;

COMMENT ON VIEW :"schema".routed_deployment IS 'service, value stream and team of every deployment';
COMMENT ON COLUMN :"schema".routed_deployment.deployment IS 'the deployment';
COMMENT ON COLUMN :"schema".routed_deployment.service IS 'the service: as told or by hand, else the only one of its repository, else the '
	'repository itself';
COMMENT ON COLUMN :"schema".routed_deployment.value_stream IS 'value stream of the service';
COMMENT ON COLUMN :"schema".routed_deployment.team IS 'team of the service';
