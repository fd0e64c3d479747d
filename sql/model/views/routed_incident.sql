CREATE OR REPLACE VIEW :"schema".routed_incident AS
SELECT i.incident, coalesce(i.service, t.service, s.service, i.repository) AS service
FROM :"schema".incident AS i
	LEFT JOIN LATERAL (SELECT k.service FROM :"schema".item AS k WHERE k.item = i.incident OFFSET 0) AS t ON true
	LEFT JOIN :"schema".repository_service AS s ON s.repository = i.repository;

COMMENT ON VIEW :"schema".routed_incident IS 'service of every incident';
COMMENT ON COLUMN :"schema".routed_incident.incident IS 'the incident';
COMMENT ON COLUMN :"schema".routed_incident.service IS
	'the service: as told or by hand, else that of the incident as an item, else the only one of its repository, else the repository '
	'itself';
