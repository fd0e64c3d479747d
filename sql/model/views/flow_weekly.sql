CREATE OR REPLACE VIEW :"schema".flow_weekly WITH (security_barrier) AS
SELECT q.period AS week, q.value_stream, q.portfolio, q.team, q.type, q.level, q.is_complete, q.finished_count, q.created_count,
	q.started_count, q.cancelled_count, q.reopened_count, q.untouched_count, q.load_count, q.load_age_days_sum, q.flow_time_days_sum,
	q.active_days, q.wait_days, q.active_days / nullif(q.active_days + q.wait_days, 0) AS flow_efficiency, q.flow_efficiency_mean,
	q.flow_time_p50_days, q.flow_time_p85_days, q.flow_time_p95_days, now() AS as_of_at, q.flow_time_mean_days,
	q.finished_mean AS finished_limit_mean,
	CASE WHEN q.finished_mean IS NOT NULL THEN greatest(q.finished_mean - 2.66 * q.finished_range, 0) END AS finished_limit_lower,
	q.finished_mean + 2.66 * q.finished_range AS finished_limit_upper, q.flow_time_mean AS flow_time_limit_mean_days,
	CASE WHEN q.flow_time_mean IS NOT NULL THEN greatest(q.flow_time_mean - 2.66 * q.flow_time_range, 0) END
		AS flow_time_limit_lower_days,
	q.flow_time_mean + 2.66 * q.flow_time_range AS flow_time_limit_upper_days
FROM (
	-- Means, and mean moving ranges, of the weeks that limits are told from.
	SELECT p.*,
		CASE WHEN count(*) FILTER (WHERE p.is_told) OVER w >= 6 THEN avg(p.finished_count::float8) FILTER (WHERE p.is_told) OVER w END
			AS finished_mean,
		avg(abs(p.finished_count - p.finished_before)::float8) FILTER (WHERE p.is_told) OVER w AS finished_range,
		CASE WHEN count(p.flow_time_mean_days) FILTER (WHERE p.is_told) OVER w >= 6
			THEN avg(p.flow_time_mean_days) FILTER (WHERE p.is_told) OVER w END AS flow_time_mean,
		avg(abs(p.flow_time_mean_days - p.flow_time_before)) FILTER (WHERE p.is_told) OVER w AS flow_time_range
	FROM (
		SELECT f.*, t.flow_time_mean_days, b.since, f.is_complete AND row_number() OVER w <= 26 AS is_told,
			lag(f.finished_count) OVER w AS finished_before,
			-- Weeks in which nothing was done tell nothing of flow times.
			lag(t.flow_time_mean_days) OVER (PARTITION BY f.value_stream, f.portfolio, f.team, f.type, f.level, b.since,
				t.flow_time_mean_days IS NULL ORDER BY f.period) AS flow_time_before
		FROM :"schema".flow_period AS f
			CROSS JOIN LATERAL (
				SELECT f.flow_time_days_sum / nullif(f.finished_count - f.untouched_count, 0) AS flow_time_mean_days) AS t
			LEFT JOIN LATERAL (
				SELECT max(s.since) AS since FROM :"schema".process_baseline AS s
				WHERE s.value_stream = f.value_stream AND s.team = f.team AND s.since <= f.period) AS b ON true
		WHERE f.unit = 'week'
		WINDOW w AS (PARTITION BY f.value_stream, f.portfolio, f.team, f.type, f.level, b.since ORDER BY f.period)) AS p
	WINDOW w AS (PARTITION BY p.value_stream, p.portfolio, p.team, p.type, p.level, p.since)) AS q;

COMMENT ON VIEW :"schema".flow_weekly IS
	'flow by week, with natural process limits: one row a week, value stream, team, type and level, from the first to now';
COMMENT ON COLUMN :"schema".flow_weekly.week IS 'week, by its first day, in the time zone of the model';
COMMENT ON COLUMN :"schema".flow_weekly.value_stream IS 'value stream, as at the end of its items; (none): no rule of routing matches';
COMMENT ON COLUMN :"schema".flow_weekly.portfolio IS 'portfolio of the value stream; (none): in none';
COMMENT ON COLUMN :"schema".flow_weekly.team IS 'team, as at the end of its items; (none): of no team';
COMMENT ON COLUMN :"schema".flow_weekly.type IS
	'type as at the end of its items: feature, defect, risk, debt or other; (none): not told';
COMMENT ON COLUMN :"schema".flow_weekly.level IS
	'level: parent or item, see flow_item; parents are not to be counted beside their children';
COMMENT ON COLUMN :"schema".flow_weekly.is_complete IS 'whether the week is over';
COMMENT ON COLUMN :"schema".flow_weekly.finished_count IS 'number of items that were done, each in the week of its present finish';
COMMENT ON COLUMN :"schema".flow_weekly.created_count IS 'number of items that were created';
COMMENT ON COLUMN :"schema".flow_weekly.started_count IS 'number of items on which work began, untouched ones left out';
COMMENT ON COLUMN :"schema".flow_weekly.cancelled_count IS 'number of items that were cancelled, where they still are';
COMMENT ON COLUMN :"schema".flow_weekly.reopened_count IS 'number of times that items which were done or cancelled were reopened';
COMMENT ON COLUMN :"schema".flow_weekly.untouched_count IS 'number of finished items that had never been started: backlog clean-up';
COMMENT ON COLUMN :"schema".flow_weekly.load_count IS 'load: number of items in active and waiting stages when the week ended, or now';
COMMENT ON COLUMN :"schema".flow_weekly.load_age_days_sum IS 'sum of their ages in days, on the clock';
COMMENT ON COLUMN :"schema".flow_weekly.flow_time_days_sum IS
	'sum of the flow times in days of finished items, untouched ones left out';
COMMENT ON COLUMN :"schema".flow_weekly.active_days IS 'sum of the active times in days of finished items, untouched ones left out';
COMMENT ON COLUMN :"schema".flow_weekly.wait_days IS 'sum of the waiting times in days of finished items, untouched ones left out';
COMMENT ON COLUMN :"schema".flow_weekly.flow_efficiency IS
	'flow efficiency of finished items, active_days / (active_days + wait_days), from 0 to 1; NULL where both are 0';
COMMENT ON COLUMN :"schema".flow_weekly.flow_efficiency_mean IS
	'mean of the flow efficiencies of finished items, from 0 to 1; NULL: none was done, but for untouched ones';
COMMENT ON COLUMN :"schema".flow_weekly.flow_time_p50_days IS
	'flow time in days within which half of the finished items were done; NULL: none was, but for untouched ones';
COMMENT ON COLUMN :"schema".flow_weekly.flow_time_p85_days IS
	'flow time in days within which 85 % of the finished items were done; NULL: none was, but for untouched ones';
COMMENT ON COLUMN :"schema".flow_weekly.flow_time_p95_days IS
	'flow time in days within which 95 % of the finished items were done; NULL: none was, but for untouched ones';
COMMENT ON COLUMN :"schema".flow_weekly.as_of_at IS 'now: up to when the running month is counted';
COMMENT ON COLUMN :"schema".flow_weekly.flow_time_mean_days IS
	'mean flow time in days of the items finished in the week, untouched ones left out; NULL: none was';
COMMENT ON COLUMN :"schema".flow_weekly.finished_limit_mean IS
	'natural process limits of finished_count: the mean of the weeks that they are told from; NULL: fewer than 6 weeks';
COMMENT ON COLUMN :"schema".flow_weekly.finished_limit_lower IS
	'natural process limits of finished_count: the lower one, at least 0; NULL: fewer than 6 weeks to tell from';
COMMENT ON COLUMN :"schema".flow_weekly.finished_limit_upper IS
	'natural process limits of finished_count: the upper one; NULL: fewer than 6 weeks to tell from';
COMMENT ON COLUMN :"schema".flow_weekly.flow_time_limit_mean_days IS
	'natural process limits of flow_time_mean_days: the mean of the weeks that they are told from; NULL: fewer than 6 weeks with '
	'finished items';
COMMENT ON COLUMN :"schema".flow_weekly.flow_time_limit_lower_days IS
	'natural process limits of flow_time_mean_days: the lower one, at least 0; NULL: fewer than 6 weeks to tell from';
COMMENT ON COLUMN :"schema".flow_weekly.flow_time_limit_upper_days IS
	'natural process limits of flow_time_mean_days: the upper one; NULL: fewer than 6 weeks to tell from';
