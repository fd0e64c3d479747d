-- Views of a model where it is told little, or much at once: ties, changes of the instant of creation, what is taken away and
-- told again, what is told without a repository. Each by hand.
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS vsm;
SELECT plan(20);
SET LOCAL client_min_messages = error;
SET LOCAL timezone = 'UTC';
CALL vsm.create_model('flow', time_zone => 'America/New_York');

-- 15:00 UTC of the nth day of 2026.
CREATE FUNCTION pg_temp.day(n numeric) RETURNS timestamptz LANGUAGE sql IMMUTABLE AS
$$SELECT timestamptz '2026-01-01 15:00Z' + (n - 1) * interval '1 day'$$;

INSERT INTO flow.value_stream (value_stream, workflow) VALUES
	('Shop', '{"stages":[{"name":"To Do","class":"new"},{"name":"In Progress","class":"active"},{"name":"In Review","class":"waiting"},
		{"name":"Done","class":"done"},{"name":"Dropped","class":"cancelled"}]}'),
	('Pay', '{"stages":[{"name":"Queue","class":"waiting"},{"name":"In Progress","class":"active"},{"name":"Done","class":"done"}],
		"start":"active"}'),
	('Bare', NULL);
INSERT INTO flow.routing (rank, project, value_stream) VALUES (1, 'SHOP', 'Shop'), (2, 'PAY', 'Pay'), (3, 'BARE', 'Bare');
CREATE TEMP TABLE told (item text, project text, way text);
INSERT INTO told VALUES
	('1', 'SHOP', 'To Do 5, In Progress 6, Done 8, Dropped 10'),
	('2', 'SHOP', 'To Do 5, In Progress 6, Done 8'),
	('3', 'SHOP', 'To Do 5'),											-- parent of 4, of which no workflow is known
	('4', 'BARE', 'To Do 5'),
	('5', 'SHOP', 'To Do 5, In Progress 6, Done 10, Odd 20, In Progress 34'),	-- day 34 is the third of February
	('6', 'PAY', 'Queue 5'),											-- not started: its clock begins with In Progress
	('7', 'PAY', 'Queue 5, In Progress 15, Queue 20'),
	('8', 'SHOP', 'To Do 5, In Progress 6, Done 8'),
	('9', 'SHOP', 'To Do 5, In Progress 6, Done 8'),
	('10', 'SHOP', 'To Do 5'),
	('11', 'SHOP', 'To Do 5'),
	('14', 'PAY', 'Queue 5, In Progress 15, Done 20'),
	('15', 'PAY', 'Queue 5, In Progress 15, Queue 20');
INSERT INTO flow.item (item, source, key, project, type)
SELECT t.item, 'jira', t.project || '-' || t.item, t.project, CASE WHEN t.item IN ('14', '15') THEN 'risk' ELSE 'feature' END
FROM told AS t;
INSERT INTO flow.event (source, event_id, entity, at, state)
SELECT 'jira', t.item || ':' || s.place, t.item, pg_temp.day(p[2]::numeric), p[1]
FROM told AS t, string_to_table(t.way, ', ') WITH ORDINALITY AS s (text, place), regexp_match(s.text, '^(.*) ([0-9.]+)$') AS p;
-- A team that works where it is Monday while it is Sunday in the zone of the model: from one Monday to the next.
INSERT INTO flow.team (team, cost_per_day, calendar) VALUES ('Delhi', 100, '{"time_zone":"Asia/Kolkata","week":{"mon":["09:00-17:00"],
	"tue":["09:00-17:00"],"wed":["09:00-17:00"],"thu":["09:00-17:00"],"fri":["09:00-17:00"]}}');
INSERT INTO flow.item (item, source, project, team, planned_value) VALUES ('13', 'jira', 'PAY', 'Delhi', 1000);
INSERT INTO flow.event (source, event_id, entity, at, state) VALUES ('jira', '13:1', '13', pg_temp.day(5), 'In Progress'),
	('jira', '13:2', '13', pg_temp.day(12), 'Done');
-- What goes through two stages at one instant, not long ago.
INSERT INTO flow.item (item, source, project) VALUES ('12', 'jira', 'SHOP');
INSERT INTO flow.event (source, event_id, entity, at, state)
SELECT 'jira', '12:' || s.state, '12', now() - s.ago * interval '1 day', s.state
FROM (VALUES ('To Do', 9), ('In Progress', 5), ('In Review', 5), ('Done', 3)) AS s (state, ago);
UPDATE flow.item SET parent = '3' WHERE item = '4';
-- What a clock that is ahead says is done tomorrow.
INSERT INTO flow.item (item, source, project, team, planned_value) VALUES ('16', 'jira', 'PAY', 'Delhi', 1000);
INSERT INTO flow.event (source, event_id, entity, at, state) VALUES ('jira', '16:1', '16', now() - interval '8 days', 'In Progress'),
	('jira', '16:2', '16', now() + interval '1 day', 'Done');

-- Changes of the very instant at which it was created come after what it was created with, whatever their ids.
UPDATE flow.item SET team = 'Blue', priority = 'High' WHERE item IN ('2', '8');
INSERT INTO flow.item_change (item, attribute, change_id, at, value, previous) VALUES
	('2', 'team', 'created', pg_temp.day(5), 'Red', NULL), ('2', 'team', '7', pg_temp.day(5), 'Blue', 'Red'),
	('8', 'priority', 'created', pg_temp.day(5), NULL, NULL), ('8', 'priority', '8', pg_temp.day(7), 'High', NULL),
	-- Days end in the zone of the model: the 20th, and again; the 20th, none, the 25th.
	('10', 'due_at', 'created', pg_temp.day(5), '2026-01-20', NULL), ('10', 'due_at', '9', pg_temp.day(6), '2026-01-20', '2026-01-20'),
	('11', 'due_at', '9', pg_temp.day(6), '2026-01-20', NULL), ('11', 'due_at', '10', pg_temp.day(7), NULL, '2026-01-20'),
	('11', 'due_at', '11', pg_temp.day(8), '2026-01-25', NULL);
UPDATE flow.item SET due_at = '2026-01-21 05:00Z'::timestamptz - interval '1 microsecond' WHERE item = '10';
UPDATE flow.item SET due_at = '2026-01-26 05:00Z'::timestamptz - interval '1 microsecond' WHERE item = '11';

-- 9 is done by its tracker; of its requests one is merged at once, and not yet released as others of its repository are. 8 has one
-- in a repository that is never released.
INSERT INTO flow.commit (sha, repository, parents, committed_at) VALUES
	('a1', 'shop/web', '{}', pg_temp.day(1)), ('a2', 'shop/web', '{a1}', pg_temp.day(3)), ('a3', 'shop/web', '{a2}', pg_temp.day(7)),
	('b1', 'shop/notes', '{}', pg_temp.day(7)), ('c1', NULL, '{}', pg_temp.day(1));
INSERT INTO flow.merge_request (merge_request, repository, target_branch, created_at, merged_at) VALUES
	('m2', 'shop/web', 'main', pg_temp.day(3), pg_temp.day(3)), ('m3', 'shop/web', 'main', pg_temp.day(7), pg_temp.day(7)),
	('m4', 'shop/notes', 'main', pg_temp.day(6), pg_temp.day(7));
INSERT INTO flow.link (source, target, kind, method, confidence) VALUES
	('a2', 'm2', 'part_of', 'merge commit', 1), ('a3', 'm3', 'part_of', 'merge commit', 1), ('b1', 'm4', 'part_of', 'merge commit', 1),
	('m3', '9', 'implements', 'key in title', 1), ('m4', '8', 'implements', 'key in title', 1);
INSERT INTO flow.service (service, value_stream, repository) VALUES ('web', 'Shop', 'shop/web');
-- The second says what it deploys, and not of which repository; the third deploys what is of none.
INSERT INTO flow.deployment (deployment, repository, environment, environment_tier, sha, status, finished_at) VALUES
	('d1', 'shop/web', 'live', 'production', 'a1', 'success', pg_temp.day(2)),
	('d2', NULL, 'live', 'production', 'a2', 'success', pg_temp.day(4)),
	('d3', NULL, 'live', 'production', 'c1', 'success', pg_temp.day(4));
SELECT vsm.refresh_once('flow') AS made \gset

SELECT is((SELECT f.first_finished_at FROM flow.flow_item AS f WHERE f.item = '1'), pg_temp.day(8),
	'what was done and then cancelled was done once');
SELECT is((SELECT f.team FROM flow.flow_item AS f WHERE f.item = '2'), 'Blue',
	'a change at its creation comes after what it was created with');
SELECT results_eq($$SELECT v.priority FROM flow.flow_visit AS v WHERE v.item = '8' ORDER BY v.visit$$, ARRAY[NULL, 'High', 'High'],
	'a visit has the priority that the item had at its end, also none');
SELECT is((SELECT f.level FROM flow.flow_item AS f WHERE f.item = '3'), 'parent',
	'a child that is not cancelled counts, also where nothing is known of its states');
SELECT results_eq($$SELECT f.item_count, f.remaining_count FROM flow.feature AS f WHERE f.item = '3'$$, 'VALUES (1, 1)',
	'and is left to do');
SELECT results_eq($$SELECT f.first_due_at = f.due_at, f.due_moved_count FROM flow.flow_item AS f WHERE f.item = '10'$$, 'VALUES (true, 0)',
	'a day that was told first ends as the day that is told');
SELECT results_eq($$SELECT f.first_due_at, f.due_moved_count FROM flow.flow_item AS f WHERE f.item = '11'$$,
	$$VALUES (timestamptz '2026-01-21 05:00Z' - interval '1 microsecond', 1)$$, 'a due date that was taken away and told anew was moved');
SELECT results_eq($$SELECT f.month, f.reopened_count FROM flow.flow_monthly AS f
	WHERE f.value_stream = 'Shop' AND f.team = '(none)' AND f.type = 'feature' AND f.level = 'item' AND f.month < '2026-03-01'
	ORDER BY f.month$$,
	$$VALUES (date '2026-01-01', 0), ('2026-02-01', 1)$$, 'a state that is not mapped reopens nothing');
-- On day 31, the last of January: 7 has been on the clock since day 15.
SELECT results_eq($$SELECT f.load_count, f.load_age_days_sum FROM flow.flow_monthly AS f
	WHERE f.value_stream = 'Pay' AND f.type = 'feature' AND f.month = '2026-01-01'$$,
	$$VALUES (2, date_part('epoch', timestamptz '2026-02-01 05:00Z' - pg_temp.day(15)) / 86400)$$,
	'what waits for its clock to begin is load, and grows no older');
SELECT results_eq($$SELECT f.load_count, f.load_age_days_sum FROM flow.flow_weekly AS f
	WHERE f.value_stream = 'Pay' AND f.type = 'feature' AND f.week = '2026-01-05'$$, $$VALUES (2, 0::float8)$$, 'nor before');
SELECT is((SELECT a.pace_p50_days FROM flow.aging_work AS a WHERE a.item = '15'), 0::float8,
	'what has left a stage before its clock began had no age yet');
SELECT results_eq($$SELECT b.stage, b.arrival_count, b.wait_days, b.active_days FROM flow.bottleneck AS b
	WHERE b.value_stream = 'Shop' AND b.type = '(none)' ORDER BY b.place$$,
	$$VALUES ('In Progress', 1, 0::float8, 0::float8), ('In Review', 1, 2, 0)$$, 'a visit of no length waits for 0 days');
SELECT results_eq($$SELECT j.item, j.review_days FROM flow.journey AS j WHERE j.part_count > 0 ORDER BY j.item$$,
	$$VALUES ('8', 1::float8), ('9', 0)$$, 'what was merged as it was opened was reviewed for 0 days');
SELECT results_eq($$SELECT v.item, v.released_at FROM flow.value_realization AS v WHERE v.item IN ('2', '8', '9') ORDER BY v.item$$,
	$$VALUES ('2', pg_temp.day(8)), ('8', pg_temp.day(8)), ('9', NULL)$$,
	'a feature whose parts are yet to be released is not, whatever its tracker says; without such parts it is when it is done');
SELECT is((SELECT v.cost FROM flow.value_realization AS v WHERE v.item = '13'), 600::float8,
	'a team has the working days of its own calendar: six from Monday to Monday');
SELECT cmp_ok((SELECT v.cost FROM flow.value_realization AS v WHERE v.item = '16'), '>=', 500::float8,
	'what is done tomorrow has cost what it has up to now');
SELECT results_eq($$SELECT o.deployment, o.repository, o.service, o.value_stream, o.counted FROM flow.deployment_outcome AS o
	ORDER BY o.deployment$$, $$VALUES ('d1', 'shop/web', 'web', 'Shop', true), ('d2', 'shop/web', 'web', 'Shop', true),
		('d3', '(none)', '(none)', '(none)', true)$$, 'a deployment told without its repository is of that of its commit');
SELECT results_eq($$SELECT o.deployment, o.previous, o.is_first, o.is_release, o.new_commit_count FROM flow.deployment_outcome AS o
	ORDER BY o.deployment$$, $$VALUES ('d1', NULL, true, true, NULL), ('d2', 'd1', false, true, 1), ('d3', NULL, true, true, NULL)$$,
	'and follows the others of it; what is of none has results, too');
SELECT results_eq('SELECT c.sha, c.deployment FROM flow.change_lead_time AS c', $$VALUES ('a2', 'd2')$$, 'and brought changes');
SELECT is_empty($$SELECT * FROM flow.touched WHERE kind = 'failed'$$, 'no repository is one whose releases cannot be made');

SELECT finish();
ROLLBACK;
