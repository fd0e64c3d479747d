-- Views of a model as tools leave it (test/bench/setup/model.sql), which ends in September 2025, in ten value streams: the CPU time
-- of each for one value stream from July on, and whole, beside a sequential scan of the results of items.
-- @needs model

-- @setup
SET client_min_messages = error;
-- Ten value streams: Shop and four like it, Payments and three like it, Support; a feature and what it is made of are in one of each.
INSERT INTO bench_model.value_stream (value_stream, portfolio, workflow, calendar)
SELECT v.value_stream || ' ' || n, v.portfolio, v.workflow, v.calendar FROM bench_model.value_stream AS v, generate_series(2, 5) AS n
WHERE v.value_stream = 'Shop' OR v.value_stream = 'Payments' AND n < 5;
INSERT INTO bench_model.team (team, value_stream, cost_per_day)
SELECT t.team || ' ' || n, t.value_stream || ' ' || n, t.cost_per_day FROM bench_model.team AS t, generate_series(2, 5) AS n
WHERE t.value_stream = 'Shop' OR n < 5;
INSERT INTO bench_model.routing (rank, source, project, type, value_stream, team)
SELECT r.rank + 100 * n, r.source, r.project || n, r.type, r.value_stream || ' ' || n, r.team || ' ' || n
FROM bench_model.routing AS r, generate_series(2, 5) AS n WHERE r.project = 'SHOP' OR r.project = 'PAY' AND n < 5;
UPDATE bench_model.item AS i SET project = i.project || t.n
FROM (
	SELECT k.item, 1 + CASE WHEN x.id >= 9000000 THEN x.id - 9000000 ELSE x.id / 12 END % CASE k.project WHEN 'SHOP' THEN 5 ELSE 4 END AS n
	FROM bench_model.item AS k, LATERAL (SELECT split_part(k.item, ':', 3)::bigint AS id) AS x
	WHERE k.source = 'jira' AND k.project IN ('SHOP', 'PAY') AND x.id < 9900000) AS t
WHERE t.item = i.item AND t.n > 1;
-- Services are shared among them: a tenth of what is deployed, reviewed and built is each one's.
UPDATE bench_model.service AS s SET value_stream = v.value_stream
FROM (SELECT k.service, row_number() OVER (ORDER BY k.service COLLATE "C") % 10 AS n FROM bench_model.service AS k) AS t
	JOIN (
		SELECT k.value_stream, row_number() OVER (ORDER BY k.value_stream COLLATE "C") % 10 AS n FROM bench_model.value_stream AS k) AS v
			ON v.n = t.n
WHERE s.service = t.service;
CALL vsm.refresh('bench_model');
VACUUM (ANALYZE);

-- @query scan
SELECT count(*), max(f.finished_at) FROM bench_model.item_flow AS f WHERE f.item IS NOT NULL

-- @query flow_item
SELECT * FROM bench_model.flow_item WHERE value_stream = 'Shop' AND finished_month >= date '2025-07-01'

-- @query flow_item_whole
SELECT * FROM bench_model.flow_item

-- @query flow_visit
SELECT * FROM bench_model.flow_visit WHERE value_stream = 'Shop' AND left_month >= date '2025-07-01'

-- @query flow_visit_whole
SELECT * FROM bench_model.flow_visit

-- @query flow_stage
SELECT * FROM bench_model.flow_stage WHERE value_stream = 'Shop' AND outcome = 'open'

-- @query flow_stage_whole
SELECT * FROM bench_model.flow_stage

-- @query journey
SELECT * FROM bench_model.journey WHERE value_stream = 'Shop' AND released_month >= date '2025-07-01'

-- @query journey_whole
SELECT * FROM bench_model.journey

-- @query flow_weekly
SELECT * FROM bench_model.flow_weekly WHERE value_stream = 'Shop' AND week >= date '2025-07-01'

-- @query flow_weekly_whole
SELECT * FROM bench_model.flow_weekly

-- @query flow_monthly
SELECT * FROM bench_model.flow_monthly WHERE value_stream = 'Shop' AND month >= date '2025-07-01'

-- @query flow_monthly_whole
SELECT * FROM bench_model.flow_monthly

-- @query cumulative_flow_daily
SELECT * FROM bench_model.cumulative_flow_daily WHERE value_stream = 'Shop' AND day >= date '2025-07-01'

-- @query cumulative_flow_daily_whole
SELECT * FROM bench_model.cumulative_flow_daily

-- @query aging_work
SELECT * FROM bench_model.aging_work WHERE value_stream = 'Shop'

-- @query aging_work_whole
SELECT * FROM bench_model.aging_work

-- @query bottleneck
SELECT * FROM bench_model.bottleneck WHERE value_stream = 'Shop'

-- @query bottleneck_whole
SELECT * FROM bench_model.bottleneck

-- @query dependency_wait
SELECT * FROM bench_model.dependency_wait WHERE value_stream = 'Shop' AND since_month >= date '2025-07-01'

-- @query dependency_wait_whole
SELECT * FROM bench_model.dependency_wait

-- @query delay_cost
SELECT * FROM bench_model.delay_cost WHERE value_stream = 'Shop' AND outcome = 'open'

-- @query delay_cost_whole
SELECT * FROM bench_model.delay_cost

-- @query expedite
SELECT * FROM bench_model.expedite WHERE value_stream = 'Shop'

-- @query expedite_whole
SELECT * FROM bench_model.expedite

-- @query feature
SELECT * FROM bench_model.feature WHERE value_stream = 'Shop' AND outcome = 'open'

-- @query feature_whole
SELECT * FROM bench_model.feature

-- @query value_realization
SELECT * FROM bench_model.value_realization WHERE value_stream = 'Shop' AND released_month >= date '2025-07-01'

-- @query value_realization_whole
SELECT * FROM bench_model.value_realization

-- @query review
SELECT * FROM bench_model.review WHERE value_stream = 'Shop' AND merged_month >= date '2025-07-01'

-- @query review_whole
SELECT * FROM bench_model.review

-- @query build_run
SELECT * FROM bench_model.build_run WHERE value_stream = 'Shop' AND finished_month >= date '2025-07-01'

-- @query build_run_whole
SELECT * FROM bench_model.build_run

-- @query deployment_outcome
SELECT * FROM bench_model.deployment_outcome WHERE value_stream = 'Shop' AND finished_month >= date '2025-07-01'

-- @query deployment_outcome_whole
SELECT * FROM bench_model.deployment_outcome

-- @query change_lead_time
SELECT * FROM bench_model.change_lead_time WHERE value_stream = 'Shop' AND released_month >= date '2025-07-01'

-- @query change_lead_time_whole
SELECT * FROM bench_model.change_lead_time

-- @query dora_weekly
SELECT * FROM bench_model.dora_weekly WHERE value_stream = 'Shop' AND week >= date '2025-07-01'

-- @query dora_weekly_whole
SELECT * FROM bench_model.dora_weekly

-- @query dora_monthly
SELECT * FROM bench_model.dora_monthly WHERE value_stream = 'Shop' AND month >= date '2025-07-01'

-- @query dora_monthly_whole
SELECT * FROM bench_model.dora_monthly

-- @query release_item
SELECT * FROM bench_model.release_item WHERE value_stream = 'Shop' AND released_month >= date '2025-07-01'

-- @query release_item_whole
SELECT * FROM bench_model.release_item

-- @query scorecard_monthly
SELECT * FROM bench_model.scorecard_monthly WHERE value_stream = 'Shop' AND month >= date '2025-07-01'

-- @query scorecard_monthly_whole
SELECT * FROM bench_model.scorecard_monthly

-- @query process_map
SELECT * FROM bench_model.process_map WHERE value_stream = 'Shop'

-- @query process_map_whole
SELECT * FROM bench_model.process_map

-- (Which nobody reads whole: it has what led to each item. Of a hundred of them.)
-- @query item_trace
SELECT * FROM bench_model.item_trace WHERE item = ANY (ARRAY(SELECT 'jira:issue:' || n FROM generate_series(1001, 1100) AS n))

-- @query data_quality_whole
SELECT * FROM bench_model.data_quality

-- (The goals are those of a million items.)
-- @milliseconds scan_ms scan
-- @milliseconds view_flow_item_ms flow_item <= 2000
-- @milliseconds view_flow_item_whole_ms flow_item_whole <= 20000
-- @milliseconds view_flow_visit_ms flow_visit <= 2000
-- @milliseconds view_flow_visit_whole_ms flow_visit_whole <= 20000
-- @milliseconds view_flow_stage_ms flow_stage <= 2000
-- @milliseconds view_flow_stage_whole_ms flow_stage_whole <= 20000
-- @milliseconds view_journey_ms journey <= 2000
-- @milliseconds view_journey_whole_ms journey_whole <= 20000
-- @milliseconds view_flow_weekly_ms flow_weekly <= 2000
-- @milliseconds view_flow_weekly_whole_ms flow_weekly_whole <= 20000
-- @milliseconds view_flow_monthly_ms flow_monthly <= 2000
-- @milliseconds view_flow_monthly_whole_ms flow_monthly_whole <= 20000
-- @milliseconds view_cumulative_flow_daily_ms cumulative_flow_daily <= 2000
-- @milliseconds view_cumulative_flow_daily_whole_ms cumulative_flow_daily_whole <= 20000
-- @milliseconds view_aging_work_ms aging_work <= 2000
-- @milliseconds view_aging_work_whole_ms aging_work_whole <= 20000
-- @milliseconds view_bottleneck_ms bottleneck <= 2000
-- @milliseconds view_bottleneck_whole_ms bottleneck_whole <= 20000
-- @milliseconds view_dependency_wait_ms dependency_wait <= 2000
-- @milliseconds view_dependency_wait_whole_ms dependency_wait_whole <= 20000
-- @milliseconds view_delay_cost_ms delay_cost <= 2000
-- @milliseconds view_delay_cost_whole_ms delay_cost_whole <= 20000
-- @milliseconds view_expedite_ms expedite <= 2000
-- @milliseconds view_expedite_whole_ms expedite_whole <= 20000
-- @milliseconds view_feature_ms feature <= 2000
-- @milliseconds view_feature_whole_ms feature_whole <= 20000
-- @milliseconds view_value_realization_ms value_realization <= 2000
-- @milliseconds view_value_realization_whole_ms value_realization_whole <= 20000
-- @milliseconds view_review_ms review <= 2000
-- @milliseconds view_review_whole_ms review_whole <= 20000
-- @milliseconds view_build_run_ms build_run <= 2000
-- @milliseconds view_build_run_whole_ms build_run_whole <= 20000
-- @milliseconds view_deployment_outcome_ms deployment_outcome <= 2000
-- @milliseconds view_deployment_outcome_whole_ms deployment_outcome_whole <= 20000
-- @milliseconds view_change_lead_time_ms change_lead_time <= 2000
-- @milliseconds view_change_lead_time_whole_ms change_lead_time_whole <= 20000
-- @milliseconds view_dora_weekly_ms dora_weekly <= 2000
-- @milliseconds view_dora_weekly_whole_ms dora_weekly_whole <= 20000
-- @milliseconds view_dora_monthly_ms dora_monthly <= 2000
-- @milliseconds view_dora_monthly_whole_ms dora_monthly_whole <= 20000
-- @milliseconds view_release_item_ms release_item <= 2000
-- @milliseconds view_release_item_whole_ms release_item_whole <= 20000
-- @milliseconds view_scorecard_monthly_ms scorecard_monthly <= 2000
-- @milliseconds view_scorecard_monthly_whole_ms scorecard_monthly_whole <= 20000
-- @milliseconds view_process_map_ms process_map <= 2000
-- @milliseconds view_process_map_whole_ms process_map_whole <= 20000
-- @milliseconds view_item_trace_ms item_trace <= 2000
-- @milliseconds view_data_quality_whole_ms data_quality_whole <= 20000
