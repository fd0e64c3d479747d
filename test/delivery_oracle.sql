-- Deployments, changes and the measures of DORA by their definition, in plain SQL over the model flow: tables made in this order,
-- from which none of what refresh makes is read but the parts of items. :zone is the zone of the model, whose weeks start on Monday.

-- Which deployments count, and of what they are.
CREATE TEMP TABLE wanted_deployment AS
SELECT d.*, CASE WHEN d.environment_tier = 'production' THEN CASE WHEN d.kind = 'infrastructure' THEN 'infrastructure' WHEN d.status <>
	'success' THEN 'status ' || d.status
	WHEN d.finished_at IS NULL THEN 'not finished' END ELSE 'not production' END AS reason,
	coalesce(d.named, (SELECT min(s.service) FROM flow.service AS s WHERE s.repository = d.repository HAVING count(*) = 1), d.repository,
		'(none)') AS service, coalesce(d.place, '(none)') AS environment
FROM (SELECT e.deployment, e.repository, e.sha, e.status, e.finished_at, e.environment_tier, e.service AS named, e.environment AS place,
	t.kind FROM flow.deployment AS e LEFT JOIN flow.service AS t ON t.service = coalesce(e.service,
	(SELECT min(s.service) FROM flow.service AS s WHERE s.repository = e.repository HAVING count(*) = 1))) AS d;
CREATE UNIQUE INDEX ON wanted_deployment (deployment);
CREATE TEMP TABLE wanted_counted AS
SELECT d.*, row_number() OVER (ORDER BY d.finished_at, d.deployment COLLATE "C") AS place_in_time FROM wanted_deployment AS d WHERE
	d.reason IS NULL;
ANALYZE wanted_counted;
-- All that each has in its history.
CREATE TEMP TABLE wanted_history AS
WITH RECURSIVE h AS (
	SELECT DISTINCT d.sha AS head, c.sha FROM wanted_counted AS d JOIN flow.commit AS c ON c.sha = d.sha
	UNION
	SELECT h.head, p.sha FROM h JOIN flow.commit AS c ON c.sha = h.sha, unnest(c.parents) AS u (sha) JOIN flow.commit AS p ON p.sha = u.sha)
SELECT * FROM h;
CREATE INDEX ON wanted_history (head, sha);
ANALYZE wanted_history;
-- The first deployment of each commit of each service.
CREATE TEMP TABLE wanted_first AS
SELECT DISTINCT ON (d.service, h.sha) d.service, h.sha, d.deployment, d.environment, d.finished_at
FROM wanted_counted AS d JOIN wanted_history AS h ON h.head = d.sha ORDER BY d.service, h.sha, d.place_in_time;
CREATE INDEX ON wanted_first (deployment);
CREATE INDEX ON wanted_first (sha);
ANALYZE wanted_first;
CREATE TEMP TABLE wanted_step AS
SELECT d.deployment, d.service, d.environment, d.sha, d.finished_at, d.place_in_time, p.deployment AS previous,
	EXISTS (SELECT FROM flow.commit AS c WHERE c.sha = d.sha) AS known,
	NOT EXISTS (SELECT FROM wanted_counted AS e WHERE e.service = d.service AND e.place_in_time < d.place_in_time) AS is_first,
	coalesce(p.sha = d.sha, false) AS is_redeploy,
	CASE WHEN p.deployment IS NULL OR p.sha = d.sha THEN false
		WHEN EXISTS (SELECT FROM flow.commit AS c WHERE c.sha = d.sha) AND EXISTS (SELECT FROM flow.commit AS c WHERE c.sha = p.sha)
			THEN EXISTS (SELECT FROM wanted_history AS h WHERE h.head = p.sha AND h.sha = d.sha) END AS is_rollback,
	NOT EXISTS (SELECT FROM wanted_counted AS e WHERE e.service = d.service AND e.place_in_time < d.place_in_time
		AND (e.sha = d.sha OR EXISTS (SELECT FROM wanted_history AS h WHERE h.head = e.sha AND h.sha = d.sha))) AND d.sha IS NOT NULL AS
			is_release,
	NOT EXISTS (SELECT FROM wanted_counted AS e WHERE e.service = d.service AND e.environment = d.environment AND e.place_in_time <
		d.place_in_time AND e.sha = d.sha) AS is_new
FROM wanted_counted AS d
	LEFT JOIN LATERAL (SELECT e.deployment, e.sha FROM wanted_counted AS e WHERE e.service = d.service AND e.environment = d.environment
		AND e.place_in_time < d.place_in_time
		ORDER BY e.place_in_time DESC LIMIT 1) AS p ON true;
CREATE INDEX ON wanted_step (deployment);
ANALYZE wanted_step;

-- Names of requests and incidents, and links that stand by them; which commits belong to which request.
CREATE TEMP TABLE wanted_link AS
SELECT coalesce(s.item, l.source) AS source, coalesce(t.item, l.target) AS target, l.kind, l.method, l.confidence
FROM flow.link AS l LEFT JOIN flow.item_alias AS s ON s.alias = l.source LEFT JOIN flow.item_alias AS t ON t.alias = l.target WHERE l.until
	IS NULL;
CREATE INDEX ON wanted_link (source);
CREATE INDEX ON wanted_link (target);
ANALYZE wanted_link;
-- Changes, and when work on them began.
CREATE TEMP TABLE wanted_change AS
SELECT f.sha, f.service, f.environment, f.deployment, f.finished_at AS released_at, w.method, w.at AS first_commit_at,
	CASE WHEN w.at <= f.finished_at THEN date_part('epoch', f.finished_at - w.at) / 3600 END AS lead_time_hours
FROM wanted_first AS f JOIN wanted_step AS d ON d.deployment = f.deployment AND NOT d.is_first JOIN flow.commit AS c ON c.sha = f.sha AND
	coalesce(array_length(c.parents, 1), 0) < 2
	LEFT JOIN flow.service AS s ON s.service = f.service
	CROSS JOIN LATERAL (
		SELECT CASE WHEN count(r.request) > 0 THEN 'request' ELSE 'commit' END AS method, least(min(r.at), coalesce(c.authored_at,
			c.committed_at)) AS at
		FROM (
			SELECT l.target AS request, (SELECT min(coalesce(o.authored_at, o.committed_at)) FROM wanted_link AS p JOIN flow.commit AS o ON
				o.sha = p.source WHERE p.target = l.target AND p.kind = 'part_of') AS at
			FROM wanted_link AS l
			WHERE l.source = f.sha AND l.kind = 'part_of' AND l.method IN ('merge commit', 'squash commit', 'number in subject')
			AND EXISTS (SELECT FROM wanted_link AS p JOIN flow.commit AS o ON o.sha = p.source WHERE p.target = l.target AND p.kind =
				'part_of' AND p.source <> f.sha)
			AND NOT EXISTS (SELECT FROM wanted_link AS p JOIN flow.commit AS o ON o.sha = p.source JOIN wanted_first AS x ON x.sha =
				p.source AND x.service = f.service
				WHERE p.target = l.target AND p.kind = 'part_of' AND p.method NOT IN ('merge commit', 'squash commit', 'number in subject')
				AND (s.path IS NULL OR o.paths IS NULL OR EXISTS (SELECT FROM unnest(o.paths) AS y WHERE y LIKE s.path || '/%')))) AS r) AS
					w
WHERE s.path IS NULL OR c.paths IS NULL OR EXISTS (SELECT FROM unnest(c.paths) AS y WHERE y LIKE s.path || '/%');
CREATE INDEX ON wanted_change (deployment);
ANALYZE wanted_change;

CREATE TEMP TABLE wanted_incident AS
SELECT i.incident, i.environment, i.opened_at, i.resolved_at, i.change_caused,
	coalesce(i.service, (SELECT t.service FROM flow.item AS t WHERE t.item = i.incident), (SELECT min(s.service) FROM flow.service AS s
		WHERE s.repository = i.repository HAVING count(*) = 1), i.repository) AS service
FROM flow.incident AS i;
-- What an incident was caused by, where it was, and what was deployed there while it was open.
CREATE TEMP TABLE wanted_cause AS
SELECT i.incident, d.deployment, d.service, d.environment, l.method, l.confidence, i.opened_at, i.resolved_at, i.change_caused
FROM wanted_incident AS i JOIN wanted_link AS l ON l.source = i.incident AND l.kind = 'caused_by' JOIN wanted_step AS d ON d.deployment =
	l.target;
CREATE TEMP TABLE wanted_place AS
SELECT incident, opened_at, resolved_at, service, environment FROM wanted_cause
UNION SELECT i.incident, i.opened_at, i.resolved_at, i.service, d.environment
FROM wanted_incident AS i JOIN (SELECT DISTINCT service, environment FROM wanted_step) AS d ON d.service = i.service AND d.environment =
	coalesce(i.environment, d.environment);
CREATE TEMP TABLE wanted_rework AS
WITH between_them AS (
	SELECT p.incident, d.*,
		is_rollback IS TRUE OR d.is_new AND EXISTS (
			-- What the release brought: a fix or a revert.
			SELECT FROM wanted_counted AS e JOIN wanted_first AS f ON f.deployment = e.deployment AND f.service = d.service
				CROSS JOIN LATERAL (SELECT f.sha AS entity UNION SELECT l.target FROM wanted_link AS l WHERE l.source = f.sha AND l.kind =
					'part_of') AS n
				JOIN wanted_link AS l ON l.source = n.entity
				JOIN flow.commit AS c ON c.sha = f.sha LEFT JOIN flow.service AS s ON s.service = d.service
			WHERE e.service = d.service AND e.sha = d.sha
			AND (s.path IS NULL OR c.paths IS NULL OR EXISTS (SELECT FROM unnest(c.paths) AS y WHERE y LIKE s.path || '/%'))
			AND (l.kind = 'reverts' OR l.kind IN ('fixes', 'implements') AND l.target = p.incident AND coalesce(l.confidence, 1) >= 0.8))
				AS told
	FROM wanted_place AS p JOIN wanted_step AS d ON d.service = p.service AND d.environment = p.environment AND d.finished_at > p.opened_at
		AND d.finished_at <= p.resolved_at)
SELECT DISTINCT b.deployment FROM between_them AS b
WHERE b.told OR NOT EXISTS (SELECT FROM between_them AS o WHERE o.incident = b.incident AND (o.told OR o.place_in_time > b.place_in_time));
-- Value streams with incidents, and since when.
CREATE TEMP TABLE wanted_source AS
SELECT coalesce(s.value_stream, '(none)') AS value_stream, min(q.opened_at) AS since
FROM (SELECT service, opened_at FROM wanted_cause UNION ALL SELECT i.service, i.opened_at FROM wanted_incident AS i) AS q LEFT JOIN
	flow.service AS s ON s.service = q.service
GROUP BY 1;
CREATE TEMP TABLE wanted_dimension AS
SELECT DISTINCT d.service, coalesce(s.value_stream, '(none)') AS value_stream, coalesce(v.portfolio, '(none)') AS portfolio,
	coalesce(s.team, '(none)') AS team, s.until
FROM wanted_deployment AS d LEFT JOIN flow.service AS s ON s.service = d.service LEFT JOIN flow.value_stream AS v ON v.value_stream =
	s.value_stream;
CREATE FUNCTION pg_temp.first_day(unit text, at timestamptz, zone text) RETURNS date LANGUAGE sql IMMUTABLE AS $$SELECT date_trunc(unit, at
	AT TIME ZONE zone)::date$$;

CREATE TEMP TABLE wanted_outcome AS
SELECT d.deployment, x.value_stream, x.portfolio, x.team, d.service, d.environment, d.finished_at, pg_temp.first_day('day', d.finished_at,
	:'zone') AS finished_day, pg_temp.first_day('week', d.finished_at, :'zone') AS finished_week,
	pg_temp.first_day('month', d.finished_at, :'zone') AS finished_month, d.reason IS NULL AS counted, d.reason,
	CASE WHEN d.reason IS NULL THEN coalesce(f.failed_by IS NOT NULL, false) OR CASE WHEN pg_temp.first_day('month', d.finished_at,
		:'zone') >= pg_temp.first_day('month', i.since, :'zone')
		OR pg_temp.first_day('week', d.finished_at, :'zone') >= pg_temp.first_day('week', i.since, :'zone') THEN false END END AS failed,
	f.failed_by, f.method, f.confidence, r.recovered_at, date_part('epoch', r.recovered_at - d.finished_at) / 3600 AS recovery_hours,
		coalesce(o.open, 0)::int AS open_incident_count,
	CASE WHEN s.known AND NOT s.is_first THEN (SELECT count(*) FROM wanted_change AS c WHERE c.deployment = d.deployment)::int END AS
		new_commit_count,
	s.previous, s.is_first, s.is_release, s.is_rollback, s.is_redeploy,
	CASE WHEN d.reason IS NULL THEN d.deployment IN (TABLE wanted_rework) OR CASE WHEN pg_temp.first_day('month', d.finished_at, :'zone')
		>= pg_temp.first_day('month', i.since, :'zone')
		OR pg_temp.first_day('week', d.finished_at, :'zone') >= pg_temp.first_day('week', i.since, :'zone') THEN false END END AS is_rework
FROM wanted_deployment AS d JOIN wanted_dimension AS x ON x.service = d.service LEFT JOIN wanted_step AS s ON s.deployment = d.deployment
	LEFT JOIN wanted_source AS i ON i.value_stream = x.value_stream
	-- The rows that say so, the best of them first.
	LEFT JOIN LATERAL (
		SELECT e.failed_by, e.method, e.confidence
		FROM (
			SELECT CASE c.method WHEN 'latest deployment before' THEN 3 ELSE 1 END AS rank, c.incident AS failed_by, c.method, c.confidence
				FROM wanted_cause AS c WHERE c.deployment = d.deployment AND c.change_caused IS DISTINCT FROM false
			UNION ALL SELECT 2, n.deployment, 'rollback', 1 FROM wanted_step AS n WHERE n.previous = d.deployment AND n.is_rollback) AS e
		ORDER BY e.rank, e.confidence DESC, e.failed_by COLLATE "C" LIMIT 1) AS f ON true
	LEFT JOIN LATERAL (SELECT count(*) AS incidents, count(*) - count(c.resolved_at) AS open, max(c.resolved_at) AS last FROM wanted_cause
		AS c WHERE c.deployment = d.deployment AND c.change_caused IS DISTINCT FROM false) AS o ON true
	LEFT JOIN LATERAL (SELECT CASE WHEN o.incidents > 0 THEN CASE WHEN o.open = 0 THEN o.last END ELSE n.finished_at END AS recovered_at
		FROM (SELECT min(n.finished_at) AS finished_at FROM wanted_step AS n WHERE n.previous = d.deployment AND n.is_rollback) AS n) AS r
			ON true;
\set outcome 'SELECT deployment, value_stream, portfolio, team, service, environment, finished_at, finished_day, finished_week, finished_month, counted, reason, failed, failed_by, method, confidence, recovered_at, recovery_hours, open_incident_count, new_commit_count, previous, is_first, is_release, is_rollback, is_redeploy, is_rework FROM '
\set change 'SELECT sha, service, environment, deployment, released_at, method, first_commit_at, lead_time_hours FROM '

-- Every week, or month, of a service in an environment from its first deployment up to now or to its end.
CREATE FUNCTION pg_temp.wanted_dora(unit text, zone text) RETURNS TABLE (period date, value_stream text, portfolio text, team text, service
	text, environment text, is_complete boolean, deployment_count int, release_count int,
	deployment_day_count int, failed_count int, failed_guess_count int, open_failed_count int, rollback_count int, rework_count int,
		change_count int, change_lead_time_p50_hours float8, change_fail_rate float8,
	change_fail_rate_stated float8, rework_rate float8, recovery_p50_hours float8) LANGUAGE sql AS $$
SELECT p.day::date, x.value_stream, x.portfolio, x.team, e.service, e.environment, (p.day + ('1 ' || unit)::interval) AT TIME ZONE zone <=
	now(), d.deployments, d.releases, d.days, CASE WHEN i.told THEN d.failed END, CASE WHEN i.told THEN d.guessed END,
	CASE WHEN i.told THEN d.open END, CASE WHEN e.known <= p.day THEN d.rollbacks END, CASE WHEN i.told THEN d.reworks END, CASE WHEN
		e.known <= p.day THEN c.changes END, c.median,
	CASE WHEN i.told AND d.deployments > 0 THEN d.failed / d.deployments::float8 END, CASE WHEN i.told AND d.deployments > 0 THEN (d.failed
		- d.guessed) / d.deployments::float8 END,
	CASE WHEN i.told AND d.deployments > 0 THEN d.reworks / d.deployments::float8 END, CASE WHEN i.told THEN d.recovery END
FROM (
		SELECT s.service, s.environment, min(pg_temp.first_day(unit, s.finished_at, zone)) AS first, max(pg_temp.first_day(unit,
			s.finished_at, zone)) AS last,
			min(pg_temp.first_day(unit, s.finished_at, zone)) FILTER (WHERE s.known) AS known FROM wanted_step AS s GROUP BY s.service,
				s.environment) AS e
	JOIN wanted_dimension AS x ON x.service = e.service
	LEFT JOIN wanted_source AS w ON w.value_stream = x.value_stream
	CROSS JOIN LATERAL generate_series(e.first::timestamp, greatest(e.last, pg_temp.first_day(unit, least(now(), x.until), zone)), ('1 ' ||
		unit)::interval) AS p (day)
	CROSS JOIN LATERAL (SELECT p.day >= pg_temp.first_day(unit, w.since, zone) AS told) AS i
	CROSS JOIN LATERAL (
		SELECT count(*)::int AS deployments, count(*) FILTER (WHERE o.is_release)::int AS releases, count(DISTINCT o.finished_day)::int AS
			days, count(*) FILTER (WHERE o.failed)::int AS failed,
			count(*) FILTER (WHERE o.method = 'latest deployment before')::int AS guessed, count(*) FILTER (WHERE o.failed AND
				o.recovered_at IS NULL)::int AS open, count(*) FILTER (WHERE o.is_rollback)::int AS rollbacks,
			count(*) FILTER (WHERE o.is_rework)::int AS reworks, percentile_cont(0.5) WITHIN GROUP (ORDER BY o.recovery_hours) AS recovery
		FROM wanted_outcome AS o WHERE o.counted AND o.service = e.service AND o.environment = e.environment AND pg_temp.first_day(unit,
			o.finished_at, zone) = p.day::date) AS d
	CROSS JOIN LATERAL (
		SELECT count(*)::int AS changes, percentile_cont(0.5) WITHIN GROUP (ORDER BY h.lead_time_hours) AS median
		FROM wanted_change AS h WHERE h.service = e.service AND h.environment = e.environment AND pg_temp.first_day(unit, h.released_at,
			zone) = p.day::date) AS c
$$;
\set dora 'value_stream, portfolio, team, service, environment, is_complete, deployment_count, release_count, deployment_day_count, failed_count, failed_guess_count, open_failed_count, rollback_count, rework_count, change_count, change_lead_time_p50_hours, change_fail_rate, change_fail_rate_stated, rework_rate, recovery_p50_hours FROM '
