-- Views of flow: a small model, worked out by hand, and each view beside its definition in plain SQL.
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS vsm;
SELECT plan(30);
SET LOCAL client_min_messages = error;
SET LOCAL jit = off;
-- A zone where clocks were changed 40 days ago, and will be in three days: days added in the session's zone are found at any time of year.
SELECT set_config('timezone', format('OLD3NEW,J%s/0,J%s/0', least(to_char(now() + interval '3 days', 'DDD')::int, 365),
	least(to_char(now() - interval '40 days', 'DDD')::int, 365)), true) AS zone \gset
CALL vsm.create_model('flow', time_zone => 'Europe/Paris', currency => 'EUR');

-- 09:00 UTC of the nth day since a Monday ten weeks ago; and so many days ago.
CREATE FUNCTION pg_temp.day(n numeric) RETURNS timestamptz LANGUAGE sql STABLE
RETURN (date_trunc('week', now() AT TIME ZONE 'Europe/Paris') + interval '9 hours') AT TIME ZONE 'UTC' + (n - 70) * interval '24 hours';
CREATE FUNCTION pg_temp.ago(n numeric) RETURNS timestamptz LANGUAGE sql STABLE RETURN now() - n * interval '24 hours';
CREATE FUNCTION pg_temp.week(n int) RETURNS date LANGUAGE sql STABLE
RETURN date_trunc('week', now() AT TIME ZONE 'Europe/Paris')::date - 70 + 7 * n;

INSERT INTO flow.value_stream (value_stream, portfolio, workflow) VALUES
	('Shop', 'Retail', '{"stages":[{"name":"Backlog","class":"new","states":["To Do"]},
		{"name":"Design Review","class":"waiting","states":["In Design"],"waiting_for":"architects","limit":3},
		{"name":"Build","class":"active","states":["In Progress"],"owner":"Ada"},
		{"name":"Blocked","class":"blocked","states":["Flagged"],"until":["Unflagged"]},
		{"name":"QA","class":"waiting","states":["Testing"],"phase":"Test"},{"name":"Done","class":"done"},
		{"name":"Dropped","class":"cancelled"}]}'),
	('Pay', NULL, '{"stages":[{"name":"To Do","class":"new"},{"name":"In Progress","class":"active"},{"name":"Done","class":"done"}]}');
INSERT INTO flow.routing (rank, project, value_stream) VALUES (10, 'SHOP', 'Shop'), (20, 'PAY', 'Pay');
CREATE TEMP TABLE told (item text, project text, type text, team text, way text);
INSERT INTO told VALUES
	('1', 'SHOP', 'feature', 'Red', 'To Do 0, In Progress 1, Testing 3, Done 5'),				-- week 0, flow 4: 2 active, 2 waiting
	('2', 'SHOP', 'feature', 'Red', 'To Do 0, In Progress 2, Done 9, In Progress 15, Done 16'),	-- week 1 and again 2: 14
	('3', 'SHOP', 'feature', 'Red', 'To Do 1, Done 20'),						-- cleaned up in week 2
	('4', 'SHOP', 'feature', 'Red', 'In Progress 0, Done 17'),					-- parent of 1 and 2
	('5', 'SHOP', 'feature', 'Red', 'To Do 3, In Progress 8, Testing 10, In Progress 12, Testing 13, Done 14'),	-- sent back; week 1 to 2
	('6', 'SHOP', 'feature', 'Blue', 'In Progress 0, Testing 4, Done 6'),		-- of team Red until day 5
	('7', 'SHOP', 'defect', 'Red', 'To Do 2, In Progress 3, Dropped 5'),		-- cancelled in week 0
	('8', 'SHOP', 'defect', 'Red', 'In Progress 6.6042, Done 8'),					-- started on Monday in Paris, on Sunday UTC
	('9', 'SHOP', 'risk', 'Red', 'In Design 60'),								-- kept by 10 and 11
	('10', 'PAY', 'feature', NULL, 'To Do 58, In Progress 61'),
	('11', 'PAY', 'feature', NULL, 'In Progress 58, Done 64'),
	('12', 'PAY', 'feature', NULL, 'To Do 58');									-- kept, too, but nobody has begun
INSERT INTO told SELECT 100 + n, 'SHOP', 'debt', 'Green' FROM generate_series(1, 20) AS n;
INSERT INTO flow.item (item, source, key, title, url, project, type, team, source_type)
SELECT 'jira:issue:' || t.item, 'jira', t.project || '-' || t.item, 'Item ' || t.item, 'https://jira.example.com/' || t.item, t.project,
	t.type, t.team, 'Story'
FROM told AS t;
INSERT INTO flow.item_alias (alias, item) SELECT i.key, i.item FROM flow.item AS i;
INSERT INTO flow.event (source, event_id, entity, at, state)
SELECT 'jira', t.item || ':' || s.place, 'jira:issue:' || t.item, pg_temp.day(p[2]::numeric), p[1]
FROM told AS t, string_to_table(t.way, ', ') WITH ORDINALITY AS s (text, place), regexp_match(s.text, '^(.*) ([0-9.]+)$') AS p;
-- 20 items of debt: into Design Review 60 days ago, there for 1 to 20 days, and done 2 days later. And three that are there now.
INSERT INTO flow.event (source, event_id, entity, at, state)
SELECT 'jira', 100 + n || v.state, 'jira:issue:' || 100 + n, pg_temp.ago(v.days), v.state
FROM generate_series(1, 20) AS n, LATERAL (VALUES (60, 'In Design'), (60 - n, 'In Progress'), (58 - n, 'Done')) AS v (days, state);
INSERT INTO flow.item (item, source, key, title, url, project, type, team, source_type, due_at, urgency)
SELECT 'jira:issue:' || n, 'jira', 'SHOP-' || n, 'Item ' || n, 'https://jira.example.com/' || n, 'SHOP', 'debt', 'Green', 'Story', due,
	urgency
FROM (VALUES (201, pg_temp.ago(-8.5), '{"profile":"rate","per_week":7000}'::jsonb), (202, pg_temp.ago(-56), NULL),
	(203, pg_temp.ago(1), '{"profile":"rate","per_week":7000,"currency":"USD"}')) AS v (n, due, urgency);
INSERT INTO flow.event (source, event_id, entity, at, state)
SELECT 'jira', n || ':1', 'jira:issue:' || n, pg_temp.ago(10), 'In Design' FROM generate_series(201, 203) AS n;
INSERT INTO flow.service_level (type, stage, days) VALUES ('debt', NULL, 19), ('debt', 'Design Review', 12);
UPDATE flow.item SET parent = 'SHOP-4', feature = 'SHOP-4' WHERE item IN ('jira:issue:1', 'jira:issue:2');
INSERT INTO flow.item_change (item, attribute, at, value, previous) VALUES
	('jira:issue:6', 'team', pg_temp.day(0), 'Red', NULL), ('jira:issue:6', 'team', pg_temp.day(5), 'Blue', 'Red');
INSERT INTO flow.link (source, target, kind, since, until) VALUES
	('SHOP-9', 'PAY-10', 'blocked_by', pg_temp.day(59), NULL), ('SHOP-9', 'PAY-11', 'blocked_by', pg_temp.day(62), NULL),
	('PAY-12', 'SHOP-9', 'blocked_by', pg_temp.day(60), NULL);
-- The code of item 1: two requests, one of which is reverted; one that was closed; the release waits for an approval.
INSERT INTO flow.commit (sha, repository, committed_at, parents) VALUES
	('a0', 'shop', pg_temp.day(-9), '{}'), ('a1', 'shop', pg_temp.day(2), '{a0}'), ('a2', 'shop', pg_temp.day(3), '{a1}'),
	('a3', 'shop', pg_temp.day(7), '{a2}');
INSERT INTO flow.merge_request (merge_request, repository, target_branch, state, created_at, ready_at, first_review_at, merged_at,
	closed_at,
	source)
SELECT 'gitlab:merge_request:' || n, 'shop', 'main', state, pg_temp.day(opened), pg_temp.day(ready), pg_temp.day(review),
	pg_temp.day(merged),
	pg_temp.day(closed), 'gitlab'
FROM (VALUES (1, 'merged', 1, 1.25, 1.75, 2, NULL), (2, 'merged', 1.5, NULL, 2.5, 3, NULL), (3, 'closed', 1, NULL, NULL, NULL, 1.5),
	(4, 'merged', 6.5, NULL, NULL, 7, NULL)) AS v (n, state, opened, ready, review, merged, closed);
INSERT INTO flow.link (source, target, kind, method, confidence) VALUES
	('gitlab:merge_request:1', 'SHOP-1', 'implements', 'key in title', 0.95), ('gitlab:merge_request:2', 'SHOP-1', 'implements',
		'key in title', 0.95),
	('gitlab:merge_request:3', 'SHOP-1', 'implements', 'key in title', 0.95),
	('a1', 'gitlab:merge_request:1', 'part_of', 'merge commit', 1), ('a2', 'gitlab:merge_request:2', 'part_of', 'merge commit', 1),
	('a3', 'gitlab:merge_request:4', 'part_of', 'merge commit', 1),
	('gitlab:merge_request:4', 'gitlab:merge_request:2', 'reverts', 'revert', 1), ('servicenow:change:1', 'gitlab:deployment:2',
		'deploys', 'named', 1),
	('jenkins:build:1', 'a1', 'builds', 'commit', 1), ('jenkins:build:2', 'a2', 'builds', 'commit', 1);
INSERT INTO flow.build (build, repository, job, sha, status, finished_at, source) VALUES
	('jenkins:build:1', 'shop', 'main', 'a1', 'success', pg_temp.day(2.25), 'jenkins'),
	('jenkins:build:2', 'shop', 'main', 'a2', 'success', pg_temp.day(3.25), 'jenkins');
INSERT INTO flow.deployment (deployment, service, repository, environment, environment_tier, sha, status, finished_at, source)
SELECT 'gitlab:deployment:' || n, 'shop', 'shop', 'live', 'production', sha, 'success', pg_temp.day(at), 'gitlab'
FROM (VALUES (1, 'a0', -8), (2, 'a2', 5), (3, 'a3', 8)) AS v (n, sha, at);
INSERT INTO flow.event (source, event_id, entity, at, state) VALUES
	('servicenow', '1', 'servicenow:change:1', pg_temp.day(3.5), 'approval requested'),
	('servicenow', '2', 'servicenow:change:1', pg_temp.day(4.5), 'approval approved');
INSERT INTO flow.usage (source, event_id, feature, at) VALUES ('app', '1', 'SHOP-1', pg_temp.day(4)), ('app', '2', 'SHOP-1',
	pg_temp.day(8));
INSERT INTO flow.outcome (feature, at, measure, amount) VALUES ('SHOP-1', pg_temp.day(4), 'revenue', 1), ('SHOP-1', pg_temp.day(10),
	'revenue', 1);
SELECT vsm.refresh_once('flow') AS made \gset

-- Weeks of features of team Red: 1 in week 0; 5 and 2 and 3 in week 2, 2 at its second finish alone, 3 without its times; 4 is a parent.
SELECT results_eq($$SELECT week, finished_count, created_count, started_count, reopened_count, untouched_count, flow_time_days_sum,
	active_days, wait_days,
		flow_time_p50_days FROM flow.flow_weekly WHERE value_stream = 'Shop' AND team = 'Red' AND type = 'feature' AND level = 'item'
			ORDER BY week LIMIT 4$$,
	$$VALUES (pg_temp.week(0), 1, 4, 2, 0, 0, 4::float8, 2::float8, 2::float8, 4::float8), (pg_temp.week(1), 0, 0, 1, 0, 0, 0, 0, 0, NULL),
		(pg_temp.week(2), 3, 0, 0, 1, 1, 20, 11, 9, 10), (pg_temp.week(3), 0, 0, 0, 0, 0, 0, 0, 0, NULL)$$, 'weeks by hand');
-- On Monday of week 1 item 2 is on the clock, for 5 days and 15 hours (Paris is 2 hours ahead, or 1).
SELECT results_eq($$SELECT load_count, round((load_age_days_sum * 24)::numeric) FROM flow.flow_weekly
	WHERE value_stream = 'Shop' AND team = 'Red' AND type = 'feature' AND level = 'item' AND week = pg_temp.week(0)$$,
	$$SELECT 1, round(extract(epoch FROM (pg_temp.week(1)::timestamp AT TIME ZONE 'Europe/Paris') - pg_temp.day(2)) / 3600)$$,
		'and the load');
SELECT results_eq($$SELECT week FROM flow.flow_weekly WHERE type = 'defect' AND started_count > 0 ORDER BY week$$,
	$$VALUES (pg_temp.week(0)), (pg_temp.week(1))$$, 'what begins on Monday in Paris begins in that week');
SELECT results_eq($$SELECT sum(finished_count), bool_and(is_complete = (week + 7 <= (now() AT TIME ZONE 'Europe/Paris')::date))
	FROM flow.flow_weekly$$,
	$$SELECT count(*), true FROM flow.flow_item WHERE outcome = 'done'$$, 'each item is finished once, and the running week is not over');
SELECT results_eq($$SELECT sum(created_count), sum(finished_count) FROM flow.flow_monthly$$, $$SELECT sum(created_count),
	sum(finished_count) FROM flow.flow_weekly$$,
	'months and weeks tell of the same');
SELECT results_eq($$SELECT w.load_count::bigint FROM flow.flow_weekly AS w WHERE w.value_stream = 'Shop' AND team = 'Red'
	AND type = 'feature' AND level = 'item' ORDER BY week LIMIT 3$$,
	$$SELECT sum(in_stage)::bigint FROM flow.cumulative_flow_daily WHERE value_stream = 'Shop' AND team = 'Red' AND type = 'feature'
		AND level = 'item'
	AND class IN ('active', 'waiting') AND day IN (pg_temp.week(1) - 1, pg_temp.week(2) - 1, pg_temp.week(3) - 1) GROUP BY day
		ORDER BY day$$, 'load is what cumulative flow says');
SELECT is_empty($$SELECT day FROM flow.cumulative_flow_daily WHERE level = 'item' GROUP BY day, value_stream, team,
	type HAVING sum(in_stage) > 100$$, 'nobody is twice somewhere');
-- 10 whole weeks: their mean, and 2.66 times the mean of what two that follow each other differ by: 1, 0, 3, 0, ...: |-1|, 3, |-3|, 0, ...
SELECT results_eq($$SELECT DISTINCT round(finished_limit_mean::numeric, 6), finished_limit_lower, round(finished_limit_upper::numeric, 6),
	flow_time_limit_upper_days
	FROM flow.flow_weekly WHERE value_stream = 'Shop' AND team = 'Red' AND type = 'feature' AND level = 'item'$$,
	$$VALUES (0.4, 0::float8, round(0.4 + 2.66 * 7 / 9, 6), NULL::float8)$$,
		'natural process limits by hand; of two weeks with finished items none');

-- Debt in Design Review for 10 days. Of those there for longer the rest is 1 to 10 days, each as likely, and then 2: 11 days for 85 %.
SELECT results_eq($$SELECT key, round(days_in_stage::numeric, 6), wip_limit, sample_count, round(stage_p50_days::numeric, 6),
	round(stage_p85_days::numeric, 6), is_slow,
		round(extract(epoch FROM eta_p85_at - now()) / 86400, 6), round(target_chance::numeric, 6), round(late_probability::numeric, 6)
	FROM flow.aging_work WHERE type = 'debt' ORDER BY key$$,
	$$VALUES ('SHOP-201', 10.0, 3, 20, 10.5, 17.15, false, 11.0, 0.7, 0.4), ('SHOP-202', 10, 3, 20, 10.5, 17.15, false, 11, 0.7, 0.0),
		('SHOP-203', 10, 3, 20, 10.5, 17.15, false, 11, 0.7, 1)$$,
			'chances by hand: late by 4 of 10, not at all in eight weeks, surely where due already');
-- The clock runs since 10 days: the stage's target of 12 days comes before the item's of 19.
SELECT results_eq($$SELECT key, round(extract(epoch FROM breach_at - now()) / 86400, 6), delay_cost FROM flow.aging_work
	WHERE type = 'debt' ORDER BY key$$,
	$$VALUES ('SHOP-201', 2.0, 10000::float8), ('SHOP-202', 2, NULL), ('SHOP-203', 2, NULL)$$,
		'ten days of waiting at 7000 a week; of another currency none');
SELECT results_eq($$SELECT key, sample_count, eta_p85_at, late_probability, stage_p50_days FROM flow.aging_work WHERE type <> 'debt'
	AND value_stream = 'Shop'$$,
	$$VALUES ('SHOP-9', 0, NULL::timestamptz, NULL::float8, NULL::float8)$$, 'of a few nothing is told');
SELECT set_eq('SELECT item FROM flow.aging_work', $$SELECT item FROM flow.flow_item WHERE outcome = 'open'$$,
	'every open item, and no other');
UPDATE flow.item SET urgency = '{"profile":"none"}' WHERE key = 'SHOP-201';
SELECT is((SELECT delay_cost FROM flow.aging_work WHERE key = 'SHOP-201'), NULL, 'an urgency that is none ends no question');
UPDATE flow.item SET urgency = '{"profile":"rate","per_week":7000}' WHERE key = 'SHOP-201';

-- Features of Red in Build: 1 for 2 days, 2 for 7 and again for 1, 5 for 2 and again for 1, and 6, which was theirs then, for 4; 2 and 5
-- had
-- left it forward before. In QA 1 waited for 2 days, 5 for 2, was sent back, and for 1.
SELECT results_eq($$SELECT stage, arrival_count, departure_count, load_count, wait_days, active_days, wait_p50_days, passed_count,
	accurate_count
	FROM flow.bottleneck WHERE value_stream = 'Shop' AND team = 'Red' AND type = 'feature' ORDER BY place$$,
	$$VALUES ('Build', 6, 6, 0, 0::float8, 17::float8, 0::float8, 4, 2), ('QA', 3, 3, 0, 5, 0, 2, 2, 2)$$, 'bottleneck by hand');
SELECT results_eq($$SELECT stage, team, arrival_count, active_days, wait_days FROM flow.bottleneck WHERE type = 'feature'
	AND value_stream = 'Shop' AND team = 'Blue'$$,
	$$VALUES ('QA', 'Blue', 1, 0::float8, 2::float8)$$, 'a visit is the team''s that had it at its end: Build ended with Red');
SELECT results_eq($$SELECT load_count, round(oldest_days::numeric, 6), wip_limit, round(wait_share::numeric, 6), delay_cost
	FROM flow.bottleneck
	WHERE type = 'debt' AND stage = 'Design Review'$$, $$VALUES (3, 10.0, 3, 1.0, 10000::float8)$$,
		'the queue, its oldest and what it costs');
SELECT is_empty($$SELECT value_stream, team FROM flow.bottleneck GROUP BY value_stream, team HAVING abs(sum(wait_share) - 1) > 1e-9$$,
	'shares make up the whole');

-- 9 has waited since day 60: by 10 alone until 62, by both until 11 was done on day 64, then by 10 alone.
SELECT results_eq($$SELECT key, blocker_key, since, until, round((wait_days - extract(epoch
	FROM now() - pg_temp.day(60)) / 86400)::numeric, 6),
		round((shared_wait_days - extract(epoch FROM now() - pg_temp.day(60)) / 86400)::numeric, 6), blocker_stage, blocker_value_stream
	FROM flow.dependency_wait WHERE blocker_key = 'PAY-10'$$,
	$$VALUES ('SHOP-9', 'PAY-10', pg_temp.day(60), NULL::timestamptz, 0.0, -1.0, 'In Progress', 'Pay')$$,
		'kept by the first for all the time, two days of it shared');
SELECT results_eq($$SELECT key, since, until, wait_days, shared_wait_days FROM flow.dependency_wait WHERE blocker_key = 'PAY-11'$$,
	$$VALUES ('SHOP-9', pg_temp.day(62), pg_temp.day(64), 2::float8, 1::float8)$$, 'kept by the second until it was done');
SELECT results_eq($$SELECT since, until, wait_days FROM flow.dependency_wait WHERE key = 'PAY-12'$$, $$VALUES (NULL::timestamptz,
	NULL::timestamptz, 0::float8)$$,
	'what nobody has begun does not wait');

SELECT results_eq($$SELECT from_stage_label, to_stage_label, move_count, item_count, total_days FROM flow.process_map
	WHERE value_stream = 'Shop' AND team = 'Red' AND type = 'feature' AND level = 'item' AND from_stage IN ('Build', 'QA') ORDER BY 1, 2$$,
	$$VALUES ('03 Build', '05 QA', 3, 2, 5::float8), ('03 Build', '06 Done', 2, 1, 8), ('05 QA', '03 Build', 1, 1, 2), ('05 QA',
		'06 Done', 2, 2, 3)$$, 'moves by hand');

-- Item 1: created on day 0, started and opened on day 1, in review from day 1.25 to 3, both together, built on 3.25, approved from 3.5 to
-- 4.5, released on 5, used on 8 (on 4 it was not yet released), of value on 10; the revert was released on 8.
SELECT results_eq($$SELECT merged_at, built_at, released_at, first_used_at, first_value_at, reverted_at, upstream_days,
	implementation_days, review_days, build_days,
		approval_days, release_wait_days, adoption_days, time_to_release_days, time_to_value_days, part_count, part_released_count
	FROM flow.journey WHERE key = 'SHOP-1'$$,
	$$VALUES (pg_temp.day(3), pg_temp.day(3.25), pg_temp.day(5), pg_temp.day(8), pg_temp.day(10), pg_temp.day(8), 1::float8, 2::float8,
		1.75::float8, 0.25::float8, 1::float8,
		2::float8, 3::float8, 5::float8, 10::float8, 2, 2)$$, 'the journey by hand');

\ir ../../views_flow_oracle.sql
SELECT is_empty(format('SELECT * FROM pg_temp.view_differs(%L)', v), v || ' is what plain SQL makes of items and visits')
FROM unnest(ARRAY['flow_weekly', 'flow_monthly', 'cumulative_flow_daily', 'aging_work', 'bottleneck', 'dependency_wait', 'process_map',
	'journey']) AS v;
SELECT finish();
ROLLBACK;
