CREATE OR REPLACE VIEW :"schema".build_run WITH (security_barrier) AS
SELECT q.build, q.attempt, q.value_stream, q.portfolio, q.team, q.service, q.repository, q.job, q.finished_at, q.finished_day,
	q.finished_week, q.finished_month, q.queued_at, q.started_at, q.sha, q.ref, q.status, q.url, q.result,
	CASE WHEN q.queued_at <= q.started_at THEN date_part('epoch', q.started_at - q.queued_at) / 3600 END AS queue_hours,
	CASE WHEN q.started_at <= q.finished_at THEN date_part('epoch', q.finished_at - q.started_at) / 3600 END AS run_hours,
	q.is_rerun, CASE WHEN NOT q.is_rerun AND q.result IN ('success', 'failed') THEN q.result = 'success' END AS first_pass
FROM (
	SELECT b.build, coalesce(b.attempt, 1) AS attempt, coalesce(s.value_stream, '(none)') AS value_stream,
		coalesce(v.portfolio, '(none)') AS portfolio, coalesce(s.team, '(none)') AS team,
		coalesce(w.service, b.repository, '(none)') AS service, coalesce(b.repository, '(none)') AS repository, b.job, b.finished_at,
		vsm.period_day(b.finished_at, m.time_zone) AS finished_day,
		vsm.period_week(b.finished_at, m.time_zone, m.week_starts) AS finished_week,
		vsm.period_month(b.finished_at, m.time_zone) AS finished_month, b.queued_at, b.started_at, b.sha, b.ref, b.status, b.url,
		CASE
			WHEN b.finished_at IS NULL THEN NULL
			WHEN lower(b.status) IN ('success', 'passed', 'successful', 'succeeded', 'succeededwithissues') THEN 'success'
			WHEN lower(b.status) IN ('failed', 'failure', 'error', 'timed_out', 'startup_failure', 'unstable',
				'partiallysucceeded', 'timeout') THEN 'failed'
			WHEN lower(b.status) IN ('cancelled', 'canceled', 'aborted', 'stale', 'stopped', 'cancel', 'cancellation') THEN 'cancelled'
			WHEN lower(b.status) IN ('skipped', 'skip', 'neutral', 'not_built', 'action_required') THEN 'skipped'
			ELSE 'other'
		END AS result,
		coalesce(b.attempt > 1, false) OR EXISTS (
			SELECT FROM :"schema".build AS e
			WHERE e.sha = b.sha AND e.job = b.job AND e.repository IS NOT DISTINCT FROM b.repository AND e.build <> b.build
			AND (coalesce(e.queued_at, e.started_at, e.finished_at, 'infinity'), coalesce(e.finished_at, 'infinity'), e.build COLLATE "C") <
				(coalesce(b.queued_at, b.started_at, b.finished_at, 'infinity'), coalesce(b.finished_at, 'infinity'),
				b.build COLLATE "C"))
			AS is_rerun
	FROM :"schema".build AS b
		CROSS JOIN :"schema".model AS m
		LEFT JOIN :"schema".repository_service AS w ON w.repository = b.repository
		LEFT JOIN :"schema".service AS s ON s.service = coalesce(w.service, b.repository)
		LEFT JOIN :"schema".value_stream AS v ON v.value_stream = s.value_stream) AS q
WHERE NOT EXISTS (SELECT FROM :"schema".access) OR q.value_stream = ANY (ARRAY(
	SELECT a.value_stream FROM :"schema".access AS a JOIN pg_catalog.pg_roles AS o ON o.rolname = a.role
	WHERE pg_catalog.pg_has_role(o.oid, 'USAGE')));

COMMENT ON VIEW :"schema".build_run IS 'builds: runs of pipelines, workflows and jobs, one row a build and attempt';
COMMENT ON COLUMN :"schema".build_run.build IS 'build';
COMMENT ON COLUMN :"schema".build_run.attempt IS 'attempt, from 1';
COMMENT ON COLUMN :"schema".build_run.value_stream IS 'value stream of the service; (none): of none';
COMMENT ON COLUMN :"schema".build_run.portfolio IS 'portfolio of the value stream; (none): in none';
COMMENT ON COLUMN :"schema".build_run.team IS 'team that runs the service; (none): of no team';
COMMENT ON COLUMN :"schema".build_run.service IS 'service by the repository; (none): not known';
COMMENT ON COLUMN :"schema".build_run.repository IS 'repository; (none): not told';
COMMENT ON COLUMN :"schema".build_run.job IS 'pipeline, workflow or job; NULL: not told';
COMMENT ON COLUMN :"schema".build_run.finished_at IS 'when it ended; NULL: not yet';
COMMENT ON COLUMN :"schema".build_run.finished_day IS 'day on which it ended, in the time zone of the model; NULL: not yet';
COMMENT ON COLUMN :"schema".build_run.finished_week IS 'week in which it ended, by its first day; NULL: not yet';
COMMENT ON COLUMN :"schema".build_run.finished_month IS 'month in which it ended, by its first day; NULL: not yet';
COMMENT ON COLUMN :"schema".build_run.queued_at IS 'when it was asked for; NULL: not told';
COMMENT ON COLUMN :"schema".build_run.started_at IS 'when it began; NULL: not yet, or not told';
COMMENT ON COLUMN :"schema".build_run.sha IS 'commit that was built; NULL: not told';
COMMENT ON COLUMN :"schema".build_run.ref IS 'branch or tag that was built; NULL: not told';
COMMENT ON COLUMN :"schema".build_run.status IS 'last status, in the words of the tool; NULL: not told';
COMMENT ON COLUMN :"schema".build_run.url IS 'address in the tool; NULL: not told';
COMMENT ON COLUMN :"schema".build_run.result IS 'result: success, failed, cancelled, skipped or other; NULL: not ended';
COMMENT ON COLUMN :"schema".build_run.queue_hours IS 'time in the queue in hours; NULL: not told';
COMMENT ON COLUMN :"schema".build_run.run_hours IS 'time that it ran in hours; NULL: not ended, or not told';
COMMENT ON COLUMN :"schema".build_run.is_rerun IS 'whether the same job was run with the same commit before';
COMMENT ON COLUMN :"schema".build_run.first_pass IS
	'whether the first attempt of its commit and job succeeded; NULL: another attempt, or neither succeeded nor failed';
