CREATE OR REPLACE VIEW :"schema".scorecard_monthly WITH (security_barrier) AS
-- (Nothing is materialized: a filter by value stream reaches what is counted.)
WITH flow AS (
	SELECT f.month, f.value_stream, f.portfolio, f.team, bool_and(f.is_complete) AS is_complete, sum(f.finished_count)::integer
		AS finished_count,
		sum(f.load_count)::integer AS load_count, sum(f.active_days) / nullif(sum(f.active_days + f.wait_days), 0) AS flow_efficiency,
		(sum(f.finished_count) FILTER (WHERE f.type = 'feature'))::integer AS feature_count,
		(sum(f.finished_count) FILTER (WHERE f.type = 'defect'))::integer AS defect_count,
		(sum(f.finished_count) FILTER (WHERE f.type = 'risk'))::integer AS risk_count,
		(sum(f.finished_count) FILTER (WHERE f.type = 'debt'))::integer AS debt_count,
		(sum(f.finished_count) FILTER (WHERE f.type = 'other'))::integer AS other_count
	FROM :"schema".flow_monthly AS f WHERE f.level = 'item'
	GROUP BY f.month, f.value_stream, f.portfolio, f.team),
delivery AS (
	SELECT d.month, d.value_stream, d.portfolio, d.team, bool_and(d.is_complete) AS is_complete,
		sum(d.deployment_count)::integer AS deployment_count,
		sum(d.failed_count)::float8 / nullif(sum(d.deployment_count) FILTER (WHERE d.failed_count IS NOT NULL), 0) AS change_fail_rate,
		sum(d.rework_count)::float8 / nullif(sum(d.deployment_count) FILTER (WHERE d.rework_count IS NOT NULL), 0) AS rework_rate
	FROM :"schema".dora_monthly AS d
	GROUP BY d.month, d.value_stream, d.portfolio, d.team),
figure AS (
	SELECT month, value_stream, portfolio, team, coalesce(f.is_complete, d.is_complete) AS is_complete, coalesce(f.finished_count, 0)
		AS finished_count,
		t.flow_time_p85_days, f.flow_efficiency, coalesce(f.load_count, 0) AS load_count,
		coalesce(f.feature_count, 0) AS feature_count,
		coalesce(f.defect_count, 0) AS defect_count,
		coalesce(f.risk_count, 0) AS risk_count,
		coalesce(f.debt_count, 0) AS debt_count,
		coalesce(f.other_count, 0) AS other_count,
		coalesce(f.feature_count, 0)::float8 / nullif(f.finished_count, 0) AS feature_share,
		coalesce(f.defect_count, 0)::float8 / nullif(f.finished_count, 0) AS defect_share,
		coalesce(f.risk_count, 0)::float8 / nullif(f.finished_count, 0) AS risk_share,
		coalesce(f.debt_count, 0)::float8 / nullif(f.finished_count, 0) AS debt_share,
		coalesce(f.other_count, 0)::float8 / nullif(f.finished_count, 0) AS other_share,
		d.deployment_count, c.change_lead_time_p50_hours, d.change_fail_rate, r.recovery_p50_hours, d.rework_rate
	FROM flow AS f
		FULL JOIN delivery AS d USING (month, value_stream, portfolio, team)
		LEFT JOIN (
			SELECT i.finished_month AS month, i.value_stream, i.team,
				percentile_cont(0.85) WITHIN GROUP (ORDER BY i.flow_time_days) AS flow_time_p85_days
			FROM :"schema".item_group AS i WHERE i.level = 'item' AND NOT i.untouched AND i.finished_month IS NOT NULL
			GROUP BY i.finished_month, i.value_stream, i.team) AS t USING (month, value_stream, team)
		LEFT JOIN (
			SELECT l.released_month AS month, l.value_stream, l.team,
				percentile_cont(0.5) WITHIN GROUP (ORDER BY l.lead_time_hours) AS change_lead_time_p50_hours
			FROM :"schema".change_lead_time AS l
			GROUP BY l.released_month, l.value_stream, l.team) AS c USING (month, value_stream, team)
		LEFT JOIN (
			SELECT o.finished_month AS month, o.value_stream, o.team,
				percentile_cont(0.5) WITHIN GROUP (ORDER BY o.recovery_hours) AS recovery_p50_hours
			FROM :"schema".deployment_outcome AS o
				-- Where no incidents are told, nobody knows what was not rolled back.
				JOIN :"schema".incidents_since AS i ON i.value_stream = o.value_stream
				CROSS JOIN (SELECT time_zone FROM :"schema".model LIMIT 1) AS m
			WHERE o.counted AND o.failed AND o.finished_month >= vsm.period_month(i.since, m.time_zone)
			GROUP BY o.finished_month, o.value_stream, o.team) AS r USING (month, value_stream, team))
SELECT q.*,
	CASE WHEN q.is_complete THEN first_value(q.finished_count) OVER before END AS previous_finished_count,
	CASE WHEN q.is_complete THEN first_value(q.flow_time_p85_days) OVER before END AS previous_flow_time_p85_days,
	CASE WHEN q.is_complete THEN first_value(q.flow_efficiency) OVER before END AS previous_flow_efficiency,
	CASE WHEN q.is_complete THEN first_value(q.load_count) OVER before END AS previous_load_count,
	CASE WHEN q.is_complete THEN first_value(q.feature_share) OVER before END AS previous_feature_share,
	CASE WHEN q.is_complete THEN first_value(q.defect_share) OVER before END AS previous_defect_share,
	CASE WHEN q.is_complete THEN first_value(q.risk_share) OVER before END AS previous_risk_share,
	CASE WHEN q.is_complete THEN first_value(q.debt_share) OVER before END AS previous_debt_share,
	CASE WHEN q.is_complete THEN first_value(q.other_share) OVER before END AS previous_other_share,
	CASE WHEN q.is_complete THEN first_value(q.deployment_count) OVER before END AS previous_deployment_count,
	CASE WHEN q.is_complete THEN first_value(q.change_lead_time_p50_hours) OVER before END AS previous_change_lead_time_p50_hours,
	CASE WHEN q.is_complete THEN first_value(q.change_fail_rate) OVER before END AS previous_change_fail_rate,
	CASE WHEN q.is_complete THEN first_value(q.recovery_p50_hours) OVER before END AS previous_recovery_p50_hours,
	CASE WHEN q.is_complete THEN first_value(q.rework_rate) OVER before END AS previous_rework_rate,
	now() AS as_of_at
FROM figure AS q
WINDOW before AS (PARTITION BY q.value_stream, q.team ORDER BY q.month
	RANGE BETWEEN interval '1 month' PRECEDING AND interval '1 month' PRECEDING);

COMMENT ON VIEW :"schema".scorecard_monthly IS
	'flow and delivery side by side, with the month before: one row a month, value stream and team';
COMMENT ON COLUMN :"schema".scorecard_monthly.month IS 'month, by its first day';
COMMENT ON COLUMN :"schema".scorecard_monthly.value_stream IS 'value stream; (none): of none';
COMMENT ON COLUMN :"schema".scorecard_monthly.portfolio IS 'portfolio of the value stream; (none): in none';
COMMENT ON COLUMN :"schema".scorecard_monthly.team IS
	'team, of items as at their end, of deployments the one that runs the service; (none): of no team';
COMMENT ON COLUMN :"schema".scorecard_monthly.is_complete IS 'whether the month is over';
COMMENT ON COLUMN :"schema".scorecard_monthly.finished_count IS 'number of items that were done, those with children left out';
COMMENT ON COLUMN :"schema".scorecard_monthly.flow_time_p85_days IS
	'flow time in days within which 85 % of them were done, untouched ones left out; NULL: there are none';
COMMENT ON COLUMN :"schema".scorecard_monthly.flow_efficiency IS
	'flow efficiency, active time / (active + waiting time) of them all, from 0 to 1; NULL where both are 0';
COMMENT ON COLUMN :"schema".scorecard_monthly.load_count IS
	'load: number of items in active and waiting stages when the month ended, or now';
COMMENT ON COLUMN :"schema".scorecard_monthly.feature_count IS 'number of items of type feature that were done';
COMMENT ON COLUMN :"schema".scorecard_monthly.defect_count IS 'number of items of type defect that were done';
COMMENT ON COLUMN :"schema".scorecard_monthly.risk_count IS 'number of items of type risk that were done';
COMMENT ON COLUMN :"schema".scorecard_monthly.debt_count IS 'number of items of type debt that were done';
COMMENT ON COLUMN :"schema".scorecard_monthly.other_count IS 'number of items of type other that were done';
COMMENT ON COLUMN :"schema".scorecard_monthly.feature_share IS
	'share of items of type feature in those that were done, from 0 to 1; NULL: none was';
COMMENT ON COLUMN :"schema".scorecard_monthly.defect_share IS
	'share of items of type defect in those that were done, from 0 to 1; NULL: none was';
COMMENT ON COLUMN :"schema".scorecard_monthly.risk_share IS
	'share of items of type risk in those that were done, from 0 to 1; NULL: none was';
COMMENT ON COLUMN :"schema".scorecard_monthly.debt_share IS
	'share of items of type debt in those that were done, from 0 to 1; NULL: none was';
COMMENT ON COLUMN :"schema".scorecard_monthly.other_share IS
	'share of items of type other in those that were done, from 0 to 1; NULL: none was';
COMMENT ON COLUMN :"schema".scorecard_monthly.deployment_count IS
	'number of deployments that count, of the services of the team; NULL: none is known of yet';
COMMENT ON COLUMN :"schema".scorecard_monthly.change_lead_time_p50_hours IS
	'change lead time in hours, median; NULL: there were no changes';
COMMENT ON COLUMN :"schema".scorecard_monthly.change_fail_rate IS
	'share of deployments that failed, from 0 to 1; NULL: incidents are not told of, or there were none';
COMMENT ON COLUMN :"schema".scorecard_monthly.recovery_p50_hours IS
	'time to recover from a failed deployment in hours, median; NULL: none has';
COMMENT ON COLUMN :"schema".scorecard_monthly.rework_rate IS
	'share of deployments that were rework after an incident, from 0 to 1; NULL: incidents are not told of, or there were none';
COMMENT ON COLUMN :"schema".scorecard_monthly.previous_finished_count IS
	'finished_count of the month before; NULL while this one is not over';
COMMENT ON COLUMN :"schema".scorecard_monthly.previous_flow_time_p85_days IS
	'flow_time_p85_days of the month before; NULL while this one is not over';
COMMENT ON COLUMN :"schema".scorecard_monthly.previous_flow_efficiency IS
	'flow_efficiency of the month before; NULL while this one is not over';
COMMENT ON COLUMN :"schema".scorecard_monthly.previous_load_count IS 'load_count of the month before; NULL while this one is not over';
COMMENT ON COLUMN :"schema".scorecard_monthly.previous_feature_share IS
	'feature_share of the month before; NULL while this one is not over';
COMMENT ON COLUMN :"schema".scorecard_monthly.previous_defect_share IS 'defect_share of the month before; NULL while this one is not over';
COMMENT ON COLUMN :"schema".scorecard_monthly.previous_risk_share IS 'risk_share of the month before; NULL while this one is not over';
COMMENT ON COLUMN :"schema".scorecard_monthly.previous_debt_share IS 'debt_share of the month before; NULL while this one is not over';
COMMENT ON COLUMN :"schema".scorecard_monthly.previous_other_share IS 'other_share of the month before; NULL while this one is not over';
COMMENT ON COLUMN :"schema".scorecard_monthly.previous_deployment_count IS
	'deployment_count of the month before; NULL while this one is not over';
COMMENT ON COLUMN :"schema".scorecard_monthly.previous_change_lead_time_p50_hours IS
	'change_lead_time_p50_hours of the month before; NULL while this one is not over';
COMMENT ON COLUMN :"schema".scorecard_monthly.previous_change_fail_rate IS
	'change_fail_rate of the month before; NULL while this one is not over';
COMMENT ON COLUMN :"schema".scorecard_monthly.previous_recovery_p50_hours IS
	'recovery_p50_hours of the month before; NULL while this one is not over';
COMMENT ON COLUMN :"schema".scorecard_monthly.previous_rework_rate IS 'rework_rate of the month before; NULL while this one is not over';
COMMENT ON COLUMN :"schema".scorecard_monthly.as_of_at IS 'now: up to when it is measured';
