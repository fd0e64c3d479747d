CREATE OR REPLACE VIEW :"schema".flow_monthly WITH (security_barrier) AS
SELECT q.period AS month, q.value_stream, q.portfolio, q.team, q.type, q.level, q.is_complete, q.finished_count, q.created_count,
	q.started_count, q.cancelled_count,
	q.reopened_count, q.untouched_count, q.load_count, q.load_age_days_sum, q.flow_time_days_sum, q.active_days,
	q.wait_days, q.active_days / nullif(q.active_days + q.wait_days, 0) AS flow_efficiency, q.flow_efficiency_mean,
	q.flow_time_p50_days, q.flow_time_p85_days, q.flow_time_p95_days, now() AS as_of_at
FROM :"schema".flow_period AS q
WHERE q.unit = 'month';

COMMENT ON VIEW :"schema".flow_monthly IS 'flow by month: one row a month, value stream, team, type and level, from the first to now';
COMMENT ON COLUMN :"schema".flow_monthly.month IS 'month, by its first day, in the time zone of the model';
COMMENT ON COLUMN :"schema".flow_monthly.value_stream IS 'value stream, as at the end of its items; (none): no rule of routing matches';
COMMENT ON COLUMN :"schema".flow_monthly.portfolio IS 'portfolio of the value stream; (none): in none';
COMMENT ON COLUMN :"schema".flow_monthly.team IS 'team, as at the end of its items; (none): of no team';
COMMENT ON COLUMN :"schema".flow_monthly.type IS
	'type as at the end of its items: feature, defect, risk, debt or other; (none): not told';
COMMENT ON COLUMN :"schema".flow_monthly.level IS
	'level: parent or item, see flow_item; parents are not to be counted beside their children';
COMMENT ON COLUMN :"schema".flow_monthly.is_complete IS 'whether the month is over';
COMMENT ON COLUMN :"schema".flow_monthly.finished_count IS 'number of items that were done, each in the month of its present finish';
COMMENT ON COLUMN :"schema".flow_monthly.created_count IS 'number of items that were created';
COMMENT ON COLUMN :"schema".flow_monthly.started_count IS 'number of items on which work began, untouched ones left out';
COMMENT ON COLUMN :"schema".flow_monthly.cancelled_count IS 'number of items that were cancelled, where they still are';
COMMENT ON COLUMN :"schema".flow_monthly.reopened_count IS 'number of times that items which were done or cancelled were reopened';
COMMENT ON COLUMN :"schema".flow_monthly.untouched_count IS 'number of finished items that had never been started: backlog clean-up';
COMMENT ON COLUMN :"schema".flow_monthly.load_count IS
	'load: number of items in active and waiting stages when the month ended, or now';
COMMENT ON COLUMN :"schema".flow_monthly.load_age_days_sum IS 'sum of their ages in days, on the clock';
COMMENT ON COLUMN :"schema".flow_monthly.flow_time_days_sum IS
	'sum of the flow times in days of finished items, untouched ones left out';
COMMENT ON COLUMN :"schema".flow_monthly.active_days IS 'sum of the active times in days of finished items, untouched ones left out';
COMMENT ON COLUMN :"schema".flow_monthly.wait_days IS 'sum of the waiting times in days of finished items, untouched ones left out';
COMMENT ON COLUMN :"schema".flow_monthly.flow_efficiency IS
	'flow efficiency of finished items, active_days / (active_days + wait_days), from 0 to 1; NULL where both are 0';
COMMENT ON COLUMN :"schema".flow_monthly.flow_efficiency_mean IS
	'mean of the flow efficiencies of finished items, from 0 to 1; NULL: none was done, but for untouched ones';
COMMENT ON COLUMN :"schema".flow_monthly.flow_time_p50_days IS
	'flow time in days within which half of the finished items were done; NULL: none was, but for untouched ones';
COMMENT ON COLUMN :"schema".flow_monthly.flow_time_p85_days IS
	'flow time in days within which 85 % of the finished items were done; NULL: none was, but for untouched ones';
COMMENT ON COLUMN :"schema".flow_monthly.flow_time_p95_days IS
	'flow time in days within which 95 % of the finished items were done; NULL: none was, but for untouched ones';
COMMENT ON COLUMN :"schema".flow_monthly.as_of_at IS 'now: up to when the running month is counted';
