CREATE OR REPLACE VIEW :"schema".deployment_outcome WITH (security_barrier) AS
SELECT q.deployment, q.value_stream, q.portfolio, q.team, q.service, q.environment, q.finished_at, q.finished_day, q.finished_week,
	q.finished_month, q.created_at, q.started_at, q.repository, q.sha, q.ref, q.status, q.url, q.counted, q.reason,
	CASE WHEN q.counted THEN CASE WHEN q.failed_by IS NOT NULL THEN true WHEN q.is_told THEN false END END AS failed, q.failed_by, q.method,
	q.confidence, q.recovered_at,
	date_part('epoch', q.recovered_at - least(q.recovered_at, q.finished_at)) / 3600 AS recovery_hours, q.open_incident_count,
	q.new_commit_count, q.previous, q.is_first, q.is_release, q.is_rollback, q.is_redeploy,
	CASE WHEN q.counted THEN CASE WHEN q.rework_of IS NOT NULL THEN true WHEN q.is_told THEN false END END AS is_rework, q.rework_of
FROM (
	SELECT f.deployment, coalesce(s.value_stream, '(none)') AS value_stream, coalesce(v.portfolio, '(none)') AS portfolio,
		coalesce(s.team, '(none)') AS team, coalesce(nullif(f.service, ''), '(none)') AS service,
		coalesce(nullif(f.environment, ''), '(none)') AS environment, f.finished_at,
		f.finished_day, f.finished_week, f.finished_month, d.created_at, d.started_at,
		coalesce(nullif(f.repository, ''), '(none)') AS repository, d.sha, d.ref, d.status, d.url, f.reason IS NULL AS counted, f.reason,
		f.failed_by, f.method, f.confidence, f.recovered_at, f.open_incidents AS open_incident_count, f.new_commits AS new_commit_count,
		f.previous, f.is_first, f.is_release, f.is_rollback, f.is_redeploy, f.rework_of,
		-- In the same month or week as the first incident, or later.
		f.finished_at >= least(date_trunc('month', i.since AT TIME ZONE m.time_zone) AT TIME ZONE m.time_zone,
			vsm.period_week(i.since, m.time_zone, m.week_starts)::timestamp AT TIME ZONE m.time_zone) AS is_told
	FROM :"schema".deployment_flow AS f
		JOIN :"schema".deployment AS d ON d.deployment = f.deployment
		CROSS JOIN :"schema".model AS m
		LEFT JOIN :"schema".service AS s ON s.service = f.service
		LEFT JOIN :"schema".value_stream AS v ON v.value_stream = s.value_stream
		LEFT JOIN :"schema".incidents_since AS i ON i.value_stream = coalesce(s.value_stream, '(none)')) AS q
WHERE NOT EXISTS (SELECT FROM :"schema".access) OR q.value_stream = ANY (ARRAY(
	SELECT a.value_stream FROM :"schema".access AS a JOIN pg_catalog.pg_roles AS o ON o.rolname = a.role
	WHERE pg_catalog.pg_has_role(o.oid, 'USAGE')));

COMMENT ON VIEW :"schema".deployment_outcome IS
	'deployments and what came of them: the evidence behind the measures of DORA, one row a deployment';
COMMENT ON COLUMN :"schema".deployment_outcome.deployment IS 'deployment';
COMMENT ON COLUMN :"schema".deployment_outcome.value_stream IS 'value stream of the service; (none): of none';
COMMENT ON COLUMN :"schema".deployment_outcome.portfolio IS 'portfolio of the value stream; (none): in none';
COMMENT ON COLUMN :"schema".deployment_outcome.team IS 'team that runs the service; (none): of no team';
COMMENT ON COLUMN :"schema".deployment_outcome.service IS 'service, as told or by naming, else by the repository; (none): not known';
COMMENT ON COLUMN :"schema".deployment_outcome.environment IS 'environment by its name; (none): it has none';
COMMENT ON COLUMN :"schema".deployment_outcome.finished_at IS 'when it ended; NULL: not yet';
COMMENT ON COLUMN :"schema".deployment_outcome.finished_day IS 'day on which it ended, in the time zone of the model; NULL: not yet';
COMMENT ON COLUMN :"schema".deployment_outcome.finished_week IS 'week in which it ended, by its first day; NULL: not yet';
COMMENT ON COLUMN :"schema".deployment_outcome.finished_month IS 'month in which it ended, by its first day; NULL: not yet';
COMMENT ON COLUMN :"schema".deployment_outcome.created_at IS 'when it was asked for; NULL: not told';
COMMENT ON COLUMN :"schema".deployment_outcome.started_at IS 'when it began; NULL: not told';
COMMENT ON COLUMN :"schema".deployment_outcome.repository IS
	'repository of its commit, else the one it was deployed from; (none): none is known';
COMMENT ON COLUMN :"schema".deployment_outcome.sha IS 'commit that was deployed; NULL: not told';
COMMENT ON COLUMN :"schema".deployment_outcome.ref IS 'branch or tag that was deployed; NULL: not told';
COMMENT ON COLUMN :"schema".deployment_outcome.status IS 'last status, in the words of the tool; NULL: not told';
COMMENT ON COLUMN :"schema".deployment_outcome.url IS 'address in the tool; NULL: not told';
COMMENT ON COLUMN :"schema".deployment_outcome.counted IS
	'whether it counts: a deployment of an application to production that ended well';
COMMENT ON COLUMN :"schema".deployment_outcome.reason IS
	'why it does not count: not production, infrastructure, status and the status, not finished; NULL: it counts';
COMMENT ON COLUMN :"schema".deployment_outcome.failed IS
	'whether it failed: an incident that a change caused is laid to it, or the next one there rolls it back; NULL: it does '
	'not count, or no incident of the value stream was told of by then';
COMMENT ON COLUMN :"schema".deployment_outcome.failed_by IS
	'incident that it caused, the surest one, or the deployment that rolled it back; NULL unless it failed';
COMMENT ON COLUMN :"schema".deployment_outcome.method IS
	'how it is known that it failed: what the tool states, rollback, or latest deployment before (a guess); NULL unless it failed';
COMMENT ON COLUMN :"schema".deployment_outcome.confidence IS 'how sure that is, from 0 to 1; NULL unless it failed';
COMMENT ON COLUMN :"schema".deployment_outcome.recovered_at IS
	'when the last of its incidents was resolved, without an incident when it was rolled back; NULL while one is open, and '
	'unless it failed';
COMMENT ON COLUMN :"schema".deployment_outcome.recovery_hours IS
	'time to recover in hours, from its end; NULL while one of its incidents is open, and unless it failed';
COMMENT ON COLUMN :"schema".deployment_outcome.open_incident_count IS 'number of its incidents that are open';
COMMENT ON COLUMN :"schema".deployment_outcome.new_commit_count IS
	'number of commits, merges left out, that came to production of the service with it; NULL: it does not count, is the '
	'first, or its commit is not known';
COMMENT ON COLUMN :"schema".deployment_outcome.previous IS
	'the last deployment before it of the same repository, service and environment that counts; NULL: there is none, or it '
	'does not count';
COMMENT ON COLUMN :"schema".deployment_outcome.is_first IS
	'whether it is the first one known of the service in production, which may have had its commits before; NULL: it does not count';
COMMENT ON COLUMN :"schema".deployment_outcome.is_release IS
	'whether its commit came to production of the service with it; NULL: it does not count';
COMMENT ON COLUMN :"schema".deployment_outcome.is_rollback IS
	'whether its commit is an ancestor of the one before it there: it goes back; NULL: it does not count, or a commit is not known';
COMMENT ON COLUMN :"schema".deployment_outcome.is_redeploy IS
	'whether it has the same commit as the one before it there; NULL: it does not count';
COMMENT ON COLUMN :"schema".deployment_outcome.is_rework IS
	'whether it was made because of an incident: while that was open it released a fix of it or a revert, or rolled back, '
	'else it was the last one; NULL: it does not count, or no incident of the value stream was told of by then';
COMMENT ON COLUMN :"schema".deployment_outcome.rework_of IS
	'incident because of which it was made, of several the first; NULL: because of none that is told of';
