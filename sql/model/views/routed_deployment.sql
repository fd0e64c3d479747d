CREATE OR REPLACE VIEW :"schema".routed_deployment AS
SELECT d.deployment, coalesce(d.service, m.service, s.service, r.repository) AS service, s.value_stream, s.team
FROM :"schema".deployment AS d
	-- A deployment that is told without its repository is of that of its commit.
	LEFT JOIN LATERAL (
		SELECT k.repository FROM :"schema".commit AS k WHERE k.sha = d.sha AND d.repository IS NULL OFFSET 0) AS c ON true
	CROSS JOIN LATERAL (SELECT coalesce(d.repository, c.repository) AS repository) AS r
	LEFT JOIN LATERAL (
		-- By the name of its environment, else of the job that made it, else of its repository, as vsm.meaning has it.
		SELECT p.meaning AS service
		FROM (
			SELECT DISTINCT ON (t.place) t.place, n.meaning
			FROM (
				SELECT 1 AS place, d.environment AS name
				UNION ALL
				SELECT 2, b.job FROM :"schema".link AS l JOIN :"schema".build AS b ON b.build = l.target
				WHERE l.source = d.deployment AND l.kind = 'part_of' AND l.until IS NULL
				UNION ALL
				-- (A job that deploys where its tool knows no deployments is its own build.)
				SELECT 2, b.job FROM :"schema".build AS b WHERE b.build = d.deployment
				UNION ALL
				SELECT 3, r.repository) AS t
				JOIN :"schema".naming AS n ON CASE WHEN n.name ~ '^/.+/$' THEN t.name ~* substr(n.name, 2, length(n.name) - 2)
					ELSE lower(t.name) = lower(n.name) END
			WHERE n.kind = 'service' AND d.source LIKE n.source
			ORDER BY t.place, n.name ~ '^/.+/$', length(n.source) DESC, n.source COLLATE "C", n.name COLLATE "C") AS p
		WHERE d.service IS NULL AND p.meaning <> 'none'
		ORDER BY p.place LIMIT 1) AS m ON true
	LEFT JOIN LATERAL (
		-- Of several services of one repository none is taken, unless one of them is the repository as a whole.
		SELECT q.service, q.value_stream, q.team
		FROM (
			SELECT n.*, count(*) OVER () AS services, count(*) FILTER (WHERE n.path IS NULL) OVER () AS whole
			FROM :"schema".service AS n
			WHERE n.service = coalesce(d.service, m.service)
			OR coalesce(d.service, m.service) IS NULL AND n.repository = r.repository) AS q
		WHERE q.services = 1 OR q.path IS NULL AND q.whole = 1) AS s ON true;

COMMENT ON VIEW :"schema".routed_deployment IS 'service, value stream and team of every deployment';
COMMENT ON COLUMN :"schema".routed_deployment.deployment IS 'the deployment';
COMMENT ON COLUMN :"schema".routed_deployment.service IS
	'the service: as told or by hand, else by naming of its environment, job or repository, else the only one of its repository, else the '
	'repository itself';
COMMENT ON COLUMN :"schema".routed_deployment.value_stream IS 'value stream of the service';
COMMENT ON COLUMN :"schema".routed_deployment.team IS 'team of the service';
