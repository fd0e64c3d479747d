CREATE OR REPLACE VIEW :"schema".dora_period AS
SELECT g.unit, p.period::date AS period, g.value_stream, g.portfolio, g.team, g.service, g.environment,
	(p.period + l.step) AT TIME ZONE m.time_zone <= now() AS is_complete,
	c.deployment_count::integer AS deployment_count, c.release_count::integer AS release_count,
	c.deployment_day_count::integer AS deployment_day_count,
	CASE WHEN k.incidents THEN c.failed_count END::integer AS failed_count,
	CASE WHEN k.incidents THEN c.failed_guess_count END::integer AS failed_guess_count,
	CASE WHEN k.incidents THEN c.open_failed_count END::integer AS open_failed_count,
	CASE WHEN g.commits THEN c.rollback_count END::integer AS rollback_count,
	CASE WHEN k.incidents THEN c.rework_count END::integer AS rework_count,
	CASE WHEN g.commits THEN c.change_count END::integer AS change_count,
	CASE WHEN p.period = g.period THEN h.change_lead_time_p50_hours END AS change_lead_time_p50_hours,
	CASE WHEN k.incidents THEN c.failed_count::float8 / nullif(c.deployment_count, 0) END AS change_fail_rate,
	CASE WHEN k.incidents THEN (c.failed_count - c.failed_guess_count)::float8 / nullif(c.deployment_count, 0) END
		AS change_fail_rate_stated,
	CASE WHEN k.incidents THEN c.rework_count::float8 / nullif(c.deployment_count, 0) END AS rework_rate,
	CASE WHEN k.incidents AND p.period = g.period THEN g.recovery_p50_hours END AS recovery_p50_hours
FROM (
		-- Periods with deployments that count, and up to the next of these or to now, or to the end of the service, those without.
		SELECT d.*, bool_or(d.known_count > 0) OVER w AS commits, lead(d.period) OVER w AS next_period
		FROM (
			SELECT u.unit, u.period::timestamp AS period, o.value_stream, o.portfolio, o.team, o.service, o.environment,
				count(*) AS deployment_count, count(*) FILTER (WHERE o.is_release) AS release_count,
				count(DISTINCT o.finished_day) AS deployment_day_count, count(o.failed_by) AS failed_count,
				count(*) FILTER (WHERE o.method = 'latest deployment before') AS failed_guess_count,
				count(*) FILTER (WHERE o.failed_by IS NOT NULL AND o.recovered_at IS NULL) AS open_failed_count,
				count(*) FILTER (WHERE o.is_rollback) AS rollback_count, count(o.rework_of) AS rework_count,
				count(*) FILTER (WHERE o.commit_known) AS known_count,
				percentile_cont(0.5) WITHIN GROUP (ORDER BY o.recovery_hours) AS recovery_p50_hours
			FROM (
					SELECT coalesce(s.value_stream, '(none)') AS value_stream, coalesce(v.portfolio, '(none)') AS portfolio,
						coalesce(s.team, '(none)') AS team, coalesce(nullif(f.service, ''), '(none)') AS service,
						coalesce(nullif(f.environment, ''), '(none)') AS environment,
						f.finished_day, f.finished_week, f.finished_month, f.failed_by, f.method, f.recovered_at,
						date_part('epoch', f.recovered_at - least(f.recovered_at, f.finished_at)) / 3600 AS recovery_hours, f.is_release,
						f.is_rollback, f.rework_of, f.commit_known
					FROM :"schema".deployment_flow AS f
						LEFT JOIN :"schema".service AS s ON s.service = f.service
						LEFT JOIN :"schema".value_stream AS v ON v.value_stream = s.value_stream
					WHERE f.reason IS NULL) AS o
				CROSS JOIN LATERAL (VALUES ('week', o.finished_week), ('month', o.finished_month)) AS u (unit, period)
			GROUP BY u.unit, u.period, o.value_stream, o.portfolio, o.team, o.service, o.environment) AS d
		WINDOW w AS (PARTITION BY d.unit, d.value_stream, d.portfolio, d.team, d.service, d.environment ORDER BY d.period)) AS g
	LEFT JOIN (
		SELECT u.unit, u.period::timestamp AS period, t.value_stream, t.service, t.environment, count(*) AS change_count,
			percentile_cont(0.5) WITHIN GROUP (ORDER BY t.lead_time_hours) AS change_lead_time_p50_hours
		FROM :"schema".change_lead_time AS t
			CROSS JOIN LATERAL (VALUES ('week', t.released_week), ('month', t.released_month)) AS u (unit, period)
		GROUP BY u.unit, u.period, t.value_stream, t.service, t.environment) AS h
			ON h.unit = g.unit AND h.period = g.period AND h.value_stream = g.value_stream AND h.service = g.service
			AND h.environment = g.environment
	LEFT JOIN :"schema".incidents_since AS i ON i.value_stream = g.value_stream
	LEFT JOIN :"schema".service AS s ON s.service = g.service
	CROSS JOIN :"schema".model AS m
	CROSS JOIN LATERAL (SELECT CASE g.unit WHEN 'week' THEN interval '7 days' ELSE interval '1 month' END AS step) AS l
	CROSS JOIN LATERAL (
		SELECT CASE g.unit WHEN 'week' THEN vsm.period_week(t.at, m.time_zone, m.week_starts) ELSE vsm.period_month(t.at, m.time_zone) END
			::timestamp AS period
		FROM (SELECT least(now(), s.until) AS at) AS t) AS e
	CROSS JOIN LATERAL generate_series(g.period, coalesce(g.next_period - l.step, greatest(g.period, e.period)), l.step) AS p (period)
	CROSS JOIN LATERAL (
		SELECT p.period >= CASE g.unit WHEN 'week' THEN vsm.period_week(i.since, m.time_zone, m.week_starts)
			ELSE vsm.period_month(i.since, m.time_zone) END AS incidents) AS k
	CROSS JOIN LATERAL (
		SELECT n.there * g.deployment_count AS deployment_count, n.there * g.release_count AS release_count,
			n.there * g.deployment_day_count AS deployment_day_count, n.there * g.failed_count AS failed_count,
			n.there * g.failed_guess_count AS failed_guess_count, n.there * g.open_failed_count AS open_failed_count,
			n.there * g.rollback_count AS rollback_count, n.there * g.rework_count AS rework_count,
			n.there * coalesce(h.change_count, 0) AS change_count
		FROM (SELECT CASE WHEN p.period = g.period THEN 1 ELSE 0 END AS there) AS n) AS c;

COMMENT ON VIEW :"schema".dora_period IS 'the measures of DORA by week and by month, of which dora_weekly and dora_monthly are made';
COMMENT ON COLUMN :"schema".dora_period.unit IS 'week or month';
COMMENT ON COLUMN :"schema".dora_period.period IS 'its first day';
COMMENT ON COLUMN :"schema".dora_period.value_stream IS 'value stream of the service; (none): of none';
COMMENT ON COLUMN :"schema".dora_period.portfolio IS 'portfolio of the value stream; (none): in none';
COMMENT ON COLUMN :"schema".dora_period.team IS 'team that runs the service; (none): of no team';
COMMENT ON COLUMN :"schema".dora_period.service IS 'service, as told or by naming, else by the repository; (none): not known';
COMMENT ON COLUMN :"schema".dora_period.environment IS 'environment of production by its name; (none): it has none';
COMMENT ON COLUMN :"schema".dora_period.is_complete IS 'whether it is over';
COMMENT ON COLUMN :"schema".dora_period.deployment_count IS 'number of deployments that count';
COMMENT ON COLUMN :"schema".dora_period.release_count IS
	'number of deployments whose commit came to production of the service with them, counted where it came first';
COMMENT ON COLUMN :"schema".dora_period.deployment_day_count IS 'number of days with a deployment';
COMMENT ON COLUMN :"schema".dora_period.failed_count IS
	'number of deployments that failed; NULL: no incident of the value stream was told of by then';
COMMENT ON COLUMN :"schema".dora_period.failed_guess_count IS
	'number of those that failed by a guess alone: the latest deployment before an incident; NULL: no incident of the value '
	'stream was told of by then';
COMMENT ON COLUMN :"schema".dora_period.open_failed_count IS
	'number of those that failed and have not recovered; NULL: no incident of the value stream was told of by then';
COMMENT ON COLUMN :"schema".dora_period.rollback_count IS
	'number of deployments that roll back; NULL: no commit of the service is known by then';
COMMENT ON COLUMN :"schema".dora_period.rework_count IS
	'number of deployments made because of an incident; NULL: no incident of the value stream was told of by then';
COMMENT ON COLUMN :"schema".dora_period.change_count IS
	'number of commits that came to production of the service; NULL: no commit of the service is known by then';
COMMENT ON COLUMN :"schema".dora_period.change_lead_time_p50_hours IS 'median of the change lead time in hours; NULL: no changes';
COMMENT ON COLUMN :"schema".dora_period.change_fail_rate IS
	'change fail rate: deployments that failed / deployments, from 0 to 1; NULL: no deployments, or no incident of the value '
	'stream was told of by then';
COMMENT ON COLUMN :"schema".dora_period.change_fail_rate_stated IS
	'change fail rate without guesses; NULL: no deployments, or no incident of the value stream was told of by then';
COMMENT ON COLUMN :"schema".dora_period.rework_rate IS
	'deployment rework rate: deployments made because of an incident / deployments, from 0 to 1; NULL: no deployments, or no '
	'incident of the value stream was told of by then';
COMMENT ON COLUMN :"schema".dora_period.recovery_p50_hours IS
	'median of the time to recover from a deployment that failed, in hours; NULL: none has recovered';
