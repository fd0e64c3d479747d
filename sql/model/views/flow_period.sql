CREATE OR REPLACE VIEW :"schema".flow_period AS
SELECT g.unit, p.period::date AS period, g.value_stream, g.portfolio, g.team, g.type, g.level, e.until <= now() AS is_complete,
	CASE WHEN p.period = g.period THEN g.finished_count ELSE 0 END::integer AS finished_count,
	CASE WHEN p.period = g.period THEN g.created_count ELSE 0 END::integer AS created_count,
	CASE WHEN p.period = g.period THEN g.started_count ELSE 0 END::integer AS started_count,
	CASE WHEN p.period = g.period THEN g.cancelled_count ELSE 0 END::integer AS cancelled_count,
	CASE WHEN p.period = g.period THEN g.reopened_count ELSE 0 END::integer AS reopened_count,
	CASE WHEN p.period = g.period THEN g.untouched_count ELSE 0 END::integer AS untouched_count,
	g.load_count::integer AS load_count,
	((g.aging_count * date_part('epoch', least(now(), e.until))::numeric - g.load_since / 1000000) / 86400)::float8 AS load_age_days_sum,
	CASE WHEN p.period = g.period THEN g.flow_time_days_sum ELSE 0 END AS flow_time_days_sum,
	CASE WHEN p.period = g.period THEN g.active_days ELSE 0 END AS active_days,
	CASE WHEN p.period = g.period THEN g.wait_days ELSE 0 END AS wait_days,
	CASE WHEN p.period = g.period THEN g.flow_efficiency_mean END AS flow_efficiency_mean,
	CASE WHEN p.period = g.period THEN g.flow_time_days[1] END AS flow_time_p50_days,
	CASE WHEN p.period = g.period THEN g.flow_time_days[2] END AS flow_time_p85_days,
	CASE WHEN p.period = g.period THEN g.flow_time_days[3] END AS flow_time_p95_days
FROM (
		-- Periods in which something happens, what has come into stages on the clock by then and not left them, and up to when it
		-- stays so.
		SELECT s.unit, s.period::timestamp AS period, s.value_stream, s.portfolio, s.team, s.type, s.level, s.finished_count,
			s.created_count, s.started_count, s.cancelled_count, s.reopened_count, s.untouched_count, s.flow_time_days_sum, s.active_days,
			s.wait_days, s.flow_efficiency_mean, s.flow_time_days, sum(s.load_change) OVER w AS load_count,
			sum(s.aging_change) OVER w AS aging_count, sum(s.load_since) OVER w AS load_since, lead(s.period) OVER w AS next_period
		FROM (
			SELECT t.unit, t.period, t.value_stream, t.portfolio, t.team, t.type, t.level, sum(t.finished_count) AS finished_count,
				sum(t.created_count) AS created_count, sum(t.started_count) AS started_count, sum(t.cancelled_count) AS cancelled_count,
				sum(t.reopened_count) AS reopened_count, sum(t.untouched_count) AS untouched_count, sum(t.load_change) AS load_change,
				sum(t.aging_change) AS aging_change, sum(t.load_since) AS load_since,
				sum(t.flow_time_days_sum) AS flow_time_days_sum, sum(t.active_days) AS active_days,
				sum(t.wait_days) AS wait_days, max(t.flow_efficiency_mean) AS flow_efficiency_mean, max(t.flow_time_days) AS flow_time_days
			FROM (
				-- What is done, once, in the period of its present finish.
				SELECT x.unit, x.period, f.value_stream, f.portfolio, f.team, f.type, f.level, count(*) AS finished_count,
					0 AS created_count, 0 AS started_count, 0 AS cancelled_count, 0 AS reopened_count,
					count(*) FILTER (WHERE f.untouched) AS untouched_count, 0 AS load_change, 0 AS aging_change, 0::numeric AS load_since,
					coalesce(sum(f.flow_time_days) FILTER (WHERE NOT f.untouched), 0) AS flow_time_days_sum,
					coalesce(sum(f.active_days) FILTER (WHERE NOT f.untouched), 0) AS active_days,
					coalesce(sum(f.wait_days) FILTER (WHERE NOT f.untouched), 0) AS wait_days,
					avg(f.flow_efficiency) FILTER (WHERE NOT f.untouched) AS flow_efficiency_mean,
					percentile_cont(ARRAY[0.5, 0.85, 0.95]) WITHIN GROUP (ORDER BY f.flow_time_days) FILTER (WHERE NOT f.untouched)
						AS flow_time_days
				FROM :"schema".item_group AS f,
					LATERAL (VALUES ('week', f.finished_week), ('month', f.finished_month)) AS x (unit, period)
				WHERE f.outcome = 'done'
				GROUP BY x.unit, x.period, f.value_stream, f.portfolio, f.team, f.type, f.level
				UNION ALL
				-- What else happens, counted by refresh.
				SELECT c.unit, c.period, c.value_stream, coalesce(v.portfolio, '(none)'), c.team, c.type, c.level, 0, c.created, c.started,
					c.cancelled, c.reopened, 0, c.load_change, c.aging_change, c.load_since, 0, 0, 0, NULL, NULL
				FROM :"schema".flow_count AS c
					LEFT JOIN :"schema".value_stream AS v ON v.value_stream = c.value_stream
				WHERE c.unit IN ('week', 'month') AND (NOT EXISTS (SELECT FROM :"schema".access) OR c.value_stream = ANY (ARRAY(
					SELECT a.value_stream FROM :"schema".access AS a JOIN pg_catalog.pg_roles AS o ON o.rolname = a.role
					WHERE pg_catalog.pg_has_role(o.oid, 'USAGE'))))) AS t
			GROUP BY t.unit, t.period, t.value_stream, t.portfolio, t.team, t.type, t.level) AS s
		WINDOW w AS (PARTITION BY s.unit, s.value_stream, s.portfolio, s.team, s.type, s.level ORDER BY s.period)) AS g
	CROSS JOIN (SELECT time_zone, week_starts, currency FROM :"schema".model LIMIT 1) AS m
	CROSS JOIN LATERAL (SELECT CASE g.unit WHEN 'week' THEN interval '7 days' ELSE interval '1 month' END AS step) AS l
	-- (An array has few elements for the planner, a series a thousand.)
	CROSS JOIN LATERAL unnest(ARRAY(SELECT generate_series(g.period, coalesce(g.next_period - l.step, greatest(g.period,
		vsm.period_of(g.unit, vsm.period_day(now(), m.time_zone), m.week_starts)::timestamp)), l.step))) AS p (period)
	CROSS JOIN LATERAL (SELECT (p.period + l.step) AT TIME ZONE m.time_zone AS until) AS e;

COMMENT ON VIEW :"schema".flow_period IS
	'what flow_weekly and flow_monthly are made of: one row a week or month, value stream, team, type and level, from the first to now';
COMMENT ON COLUMN :"schema".flow_period.unit IS 'week or month';
COMMENT ON COLUMN :"schema".flow_period.period IS 'the week or month, by its first day, in the time zone of the model';
COMMENT ON COLUMN :"schema".flow_period.value_stream IS 'value stream, as at the end of its items; (none): no rule of routing matches';
COMMENT ON COLUMN :"schema".flow_period.portfolio IS 'portfolio of the value stream; (none): in none';
COMMENT ON COLUMN :"schema".flow_period.team IS 'team, as at the end of its items; (none): of no team';
COMMENT ON COLUMN :"schema".flow_period.type IS
	'type as at the end of its items: feature, defect, risk, debt or other; (none): not told';
COMMENT ON COLUMN :"schema".flow_period.level IS
	'level: parent or item, see flow_item; parents are not to be counted beside their children';
COMMENT ON COLUMN :"schema".flow_period.is_complete IS 'whether the period is over';
COMMENT ON COLUMN :"schema".flow_period.finished_count IS 'number of items that were done, each in the period of its present finish';
COMMENT ON COLUMN :"schema".flow_period.created_count IS 'number of items that were created';
COMMENT ON COLUMN :"schema".flow_period.started_count IS 'number of items on which work began, untouched ones left out';
COMMENT ON COLUMN :"schema".flow_period.cancelled_count IS 'number of items that were cancelled, where they still are';
COMMENT ON COLUMN :"schema".flow_period.reopened_count IS 'number of times that items which were done or cancelled were reopened';
COMMENT ON COLUMN :"schema".flow_period.untouched_count IS 'number of finished items that had never been started: backlog clean-up';
COMMENT ON COLUMN :"schema".flow_period.load_count IS
	'load: number of items in active and waiting stages when the period ended, or now';
COMMENT ON COLUMN :"schema".flow_period.load_age_days_sum IS 'sum of their ages in days, on the clock';
COMMENT ON COLUMN :"schema".flow_period.flow_time_days_sum IS
	'sum of the flow times in days of finished items, untouched ones left out';
COMMENT ON COLUMN :"schema".flow_period.active_days IS 'sum of the active times in days of finished items, untouched ones left out';
COMMENT ON COLUMN :"schema".flow_period.wait_days IS 'sum of the waiting times in days of finished items, untouched ones left out';
COMMENT ON COLUMN :"schema".flow_period.flow_efficiency_mean IS
	'mean of the flow efficiencies of finished items, from 0 to 1; NULL: none was done, but for untouched ones';
COMMENT ON COLUMN :"schema".flow_period.flow_time_p50_days IS
	'flow time in days within which half of the finished items were done; NULL: none was, but for untouched ones';
COMMENT ON COLUMN :"schema".flow_period.flow_time_p85_days IS
	'flow time in days within which 85 % of the finished items were done; NULL: none was, but for untouched ones';
COMMENT ON COLUMN :"schema".flow_period.flow_time_p95_days IS
	'flow time in days within which 95 % of the finished items were done; NULL: none was, but for untouched ones';
