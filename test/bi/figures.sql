-- What the charts of bi/superset show, each as one SELECT on the views: columns in the order of the chart, rows in any.
-- test/bi/figures.py runs them. It writes for {team} that the team is the wanted one, if one is wanted; for {DAY} that this
-- day lies within the wanted time, and for that team; for {before DAY} the same of as long a time before; for {0.85 COLUMN} the
-- percentile of a column.
-- The line over a SELECT says of which dashboard and chart it is.

-- Value stream: Flow time p85
SELECT {0.85 flow_time_days} FROM flow_item
WHERE level = 'item' AND outcome = 'done' AND NOT untouched AND {finished_day}

-- Value stream: Flow time p50
SELECT {0.5 flow_time_days} FROM flow_item
WHERE level = 'item' AND outcome = 'done' AND NOT untouched AND {finished_day}

-- Value stream: Flow efficiency
SELECT sum(active_days) / (sum(active_days) + sum(wait_days)) FROM flow_item
WHERE level = 'item' AND outcome = 'done' AND NOT untouched AND {finished_day}

-- Value stream: Velocity
SELECT count(*) FROM flow_item
WHERE level = 'item' AND outcome = 'done' AND {finished_day}

-- Value stream: Within target
SELECT count(*) FILTER (WHERE target_met)::float8 / nullif(count(target_met), 0) FROM flow_item
WHERE level = 'item' AND outcome = 'done' AND {finished_day}

-- Value stream: Load
SELECT count(*) FROM flow_item WHERE level = 'item' AND outcome = 'open' AND {team}

-- Value stream: Beside the time before
SELECT t.value_stream, t.finished, t.p50, t.p85, t.efficiency, b.finished, b.p50, b.p85, b.efficiency
FROM (
	SELECT value_stream, count(*) AS finished, {0.5 flow_time_days} FILTER (WHERE NOT untouched) AS p50,
		{0.85 flow_time_days} FILTER (WHERE NOT untouched) AS p85,
		sum(active_days) FILTER (WHERE NOT untouched) / sum(active_days + wait_days) FILTER (WHERE NOT untouched) AS efficiency
	FROM flow_item WHERE level = 'item' AND outcome = 'done' AND {finished_day} GROUP BY 1) AS t
	LEFT JOIN (
		SELECT value_stream, count(*) AS finished, {0.5 flow_time_days} FILTER (WHERE NOT untouched) AS p50,
			{0.85 flow_time_days} FILTER (WHERE NOT untouched) AS p85,
			sum(active_days) FILTER (WHERE NOT untouched) / sum(active_days + wait_days) FILTER (WHERE NOT untouched) AS efficiency
		FROM flow_item WHERE level = 'item' AND outcome = 'done' AND {before finished_day} GROUP BY 1) AS b USING (value_stream)

-- Value stream: Where value waits (last 90 days)
SELECT stage_label, sum(wait_days) FROM bottleneck WHERE {team} GROUP BY 1

-- Value stream: Stages (last 90 days)
SELECT stage_label, waiting_for, sum(load_count), max(oldest_days), sum(arrival_count), sum(departure_count), sum(wait_days),
	sum(wait_days) / (SELECT sum(wait_days) FROM bottleneck WHERE {team}), sum(accurate_count)::float8 / nullif(sum(passed_count), 0)
FROM bottleneck WHERE {team} GROUP BY 1, 2

-- Value stream: Oldest work (now)
SELECT key, title, value_stream, team, type, stage_label, age_days, days_in_stage, stage_p85_days, waiting_for, target_chance, eta_day
FROM aging_work WHERE level = 'item' AND {team}

-- Value stream: Flow time by week
SELECT finished_week::text, {0.5 flow_time_days}, {0.85 flow_time_days} FROM flow_item
WHERE level = 'item' AND outcome = 'done' AND NOT untouched AND {finished_day} GROUP BY 1

-- Value stream: Items in each stage by day
SELECT day, stage_label, sum(in_stage) FROM cumulative_flow_daily
WHERE level = 'item' AND class IN ('active', 'waiting') AND {day} GROUP BY 1, 2

-- Value stream: Done by type and week
SELECT finished_week::text, type, count(*) FROM flow_item WHERE level = 'item' AND outcome = 'done' AND {finished_day} GROUP BY 1, 2

-- Value stream: Month by month (last 12 whole months)
SELECT finished_month, count(*), {0.5 flow_time_days} FILTER (WHERE NOT untouched),
	{0.85 flow_time_days} FILTER (WHERE NOT untouched),
	sum(active_days) FILTER (WHERE NOT untouched) / sum(active_days + wait_days) FILTER (WHERE NOT untouched), avg(target_met::int)
FROM flow_item
WHERE level = 'item'
	AND finished_month < date_trunc('month', current_date) AND finished_month + interval '12 months' >= date_trunc('month', current_date)
	AND {team} GROUP BY 1

-- Delivery: Deployments
SELECT count(*) FROM deployment_outcome WHERE counted AND {finished_day}

-- Delivery: Change lead time
SELECT {0.5 lead_time_hours} FROM change_lead_time
WHERE {released_day}

-- Delivery: Change fail rate
SELECT avg(failed::int) FROM deployment_outcome WHERE counted AND {finished_day}

-- Delivery: Recovery time
SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM recovered_at - finished_at) / 3600) FROM deployment_outcome
WHERE failed AND {finished_day}

-- Delivery: Rework rate
SELECT avg(is_rework::int) FROM deployment_outcome WHERE counted AND {finished_day}

-- Delivery: Deployments by week
SELECT finished_week::text, count(*) - count(*) FILTER (WHERE failed), count(*) FILTER (WHERE failed) FROM deployment_outcome
WHERE counted AND {finished_day} GROUP BY 1

-- Delivery: Change lead time by week
SELECT released_week::text, {0.5 lead_time_hours}, {0.85 lead_time_hours} FROM change_lead_time
WHERE {released_day} GROUP BY 1

-- Delivery: Services
SELECT service, count(*), count(*) FILTER (WHERE failed), avg(failed::int),
	{0.5 recovery_hours}, avg(is_rework::int)
FROM deployment_outcome WHERE counted AND {finished_day} GROUP BY 1

-- Delivery: Month by month (last 12 whole months)
SELECT finished_month, count(*), count(*) FILTER (WHERE failed), avg(failed::int),
	{0.5 recovery_hours}, avg(is_rework::int)
FROM deployment_outcome
WHERE counted
	AND finished_month < date_trunc('month', current_date) AND finished_month + interval '12 months' >= date_trunc('month', current_date)
	AND {team} GROUP BY 1

-- Delivery: Deployments that failed
SELECT finished_day, service, environment, failed_by, method, recovery_hours FROM deployment_outcome
WHERE failed AND {finished_day}

-- Delivery: Slowest changes
SELECT released_day, service, title, lead_time_hours, method FROM change_lead_time
WHERE lead_time_hours >= 0 AND {released_day}

-- Delivery: Steps of a change by week
SELECT merged_week::text, {0.5 coding_hours}, {0.5 pickup_hours},
	{0.5 review_hours}, {0.5 release_hours}
FROM review WHERE {merged_day} GROUP BY 1

-- Delivery: Reviews by service
SELECT service, count(*), avg(reviewed::int), {0.5 coding_hours}, {0.5 pickup_hours},
	{0.5 review_hours}, {0.5 release_hours}
FROM review WHERE {merged_day} GROUP BY 1

-- Delivery: Builds by service
SELECT service, job, count(*), avg((result = 'failed')::int), avg(first_pass::int), 60 * {0.5 queue_hours},
	60 * {0.5 run_hours}
FROM build_run WHERE {finished_day} GROUP BY 1, 2

-- Value: Cost of a week more
SELECT sum(weekly_cost) FROM delay_cost WHERE outcome IN ('new', 'open') AND {team}

-- Value: Cost of waiting
SELECT sum(delay_cost) FROM delay_cost WHERE outcome IN ('new', 'open') AND {team}

-- Value: Likely late
SELECT count(*) FROM feature WHERE remaining_count > 0 AND late_probability > 0.5 AND {team}

-- Value: Value realized
SELECT sum(realized_value) / sum(planned_value) FROM value_realization
WHERE planned_value IS NOT NULL AND realized_value IS NOT NULL AND {released_day}

-- Value: Not used
SELECT count(*) FROM value_realization WHERE unused AND {released_day}

-- Value: What to do first (now)
SELECT key, title, team, stage_label, weekly_cost, remaining_weeks, cd3, delay_cost, due_day, late_probability FROM expedite
WHERE cd3 > -1 AND {team}

-- Value: What waiting cost (last 90 days)
SELECT stage_label, sum(delay_cost) FROM bottleneck WHERE delay_cost <> 0 AND {team} GROUP BY 1

-- Value: Open features (now)
SELECT key, title, team, children_stage, finished_count, item_count, p85_day, due_day, late_probability FROM feature
WHERE finished_count + cancelled_count < item_count AND {team}

-- Value: Who waits for whom (now)
SELECT key, team, blocker_key, blocker_team, blocker_stage, wait_days FROM dependency_wait
WHERE until_day IS NULL AND since_day IS NOT NULL AND {team}

-- Value: Released features and what they brought
SELECT key, title, value_stream, team, released_day, planned_value, realized_value, realized_share, cost, user_days_30, unused
FROM value_realization
WHERE (planned_value > 0 OR realized_value > 0) AND {released_day}
