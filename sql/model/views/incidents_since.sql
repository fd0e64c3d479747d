CREATE OR REPLACE VIEW :"schema".incidents_since AS
SELECT q.value_stream, min(q.since) AS since
FROM (
	SELECT i.value_stream, i.since FROM :"schema".incident_source AS i WHERE i.value_stream <> ''
	UNION ALL
	SELECT coalesce(s.value_stream, '(none)'), i.since
	FROM :"schema".incident_source AS i LEFT JOIN :"schema".service AS s ON s.service = i.service
	WHERE i.service <> '' OR i.value_stream = '') AS q
GROUP BY q.value_stream;

COMMENT ON VIEW :"schema".incidents_since IS 'value streams of which incidents are told: what is not told of there did not happen';
COMMENT ON COLUMN :"schema".incidents_since.value_stream IS
	'value stream of the service that was hit, of that whose deployment caused the incident, or of the incident as an item; '
	'(none): of none';
COMMENT ON COLUMN :"schema".incidents_since.since IS 'when the first of them was opened';
