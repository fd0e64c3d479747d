CREATE OR REPLACE VIEW :"schema".repository_service AS
SELECT q.repository, q.service
FROM (
	SELECT s.repository, CASE
		WHEN count(*) = 1 THEN min(s.service)
		WHEN count(*) FILTER (WHERE s.path IS NULL) = 1 THEN min(s.service) FILTER (WHERE s.path IS NULL) END AS service
	FROM :"schema".service AS s WHERE s.repository IS NOT NULL GROUP BY s.repository) AS q
WHERE q.service IS NOT NULL;

COMMENT ON VIEW :"schema".repository_service IS
	'the service that a repository as a whole is: its only one, or the only one without a path';
COMMENT ON COLUMN :"schema".repository_service.repository IS 'the repository';
COMMENT ON COLUMN :"schema".repository_service.service IS 'the service';
