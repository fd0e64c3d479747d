-- Views of value: features and when they are done, what waiting costs, what to do first, what it brought. A small model, worked
-- out by hand.
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS vsm;
SELECT plan(15);
SET LOCAL client_min_messages = error;
SET LOCAL jit = off;
-- A zone where clocks were changed 40 days ago, and will be in three days: days added in the session's zone are found at any time of year.
SELECT set_config('timezone', format('OLD3NEW,J%s/0,J%s/0', least(to_char(now() + interval '3 days', 'DDD')::int, 365),
	least(to_char(now() - interval '40 days', 'DDD')::int, 365)), true) AS zone \gset
CALL vsm.create_model('flow', time_zone => 'UTC', currency => 'EUR');

-- 09:00 UTC of a day of this week, whose Monday is day 1; so last week is days -6 to 0, the week before -13 to -7, then -20 to -14
-- and -27 to -21.
CREATE FUNCTION pg_temp.day(n numeric) RETURNS timestamptz LANGUAGE sql STABLE AS
$$SELECT (date_trunc('week', now() AT TIME ZONE 'UTC') + time '09:00') AT TIME ZONE 'UTC' + make_interval(secs => (n - 1) * 86400)$$;
CREATE FUNCTION pg_temp.days(since timestamptz, until timestamptz) RETURNS float8 LANGUAGE sql IMMUTABLE AS
$$SELECT date_part('epoch', until - since) / 86400$$;

INSERT INTO flow.value_stream (value_stream, portfolio, workflow, calendar) VALUES
	('Shop', 'Retail', '{"stages":[{"name":"Backlog","class":"new","states":["To Do"]},{"name":"Design Review","class":"waiting"},
		{"name":"Build","class":"active","states":["In Progress"]},
		{"name":"Blocked","class":"blocked","states":["Flagged"],"until":["Unflagged"]},
		{"name":"Review","class":"waiting"},{"name":"Done","class":"done"},{"name":"Dropped","class":"cancelled"}]}', NULL),
	('Pay', NULL, '{"stages":[{"name":"To Do","class":"new"},{"name":"In Progress","class":"active"},{"name":"Done","class":"done"}]}',
		NULL);
INSERT INTO flow.team (team, value_stream, cost_per_day, calendar) VALUES ('Red', 'Shop', 1000, NULL), ('Blue', 'Shop', NULL, NULL),
	('Violet', 'Shop', 1000, NULL),
	('Green', 'Pay', 700, NULL), ('White', 'Pay', 700, '{"week":{"mon":["09:00-17:00"],"thu":["09:00-12:00"]}}');
INSERT INTO flow.routing (rank, project, value_stream) VALUES (10, 'SHOP', 'Shop'), (20, 'PAY', 'Pay');

CREATE TEMP TABLE told (item int, project text, team text, parent text, way text);
INSERT INTO told VALUES
	-- 1: active -30 to -24, -23 to -21 and since -19; beside that it waits -24 to -23 and -21 to -19. Of Blue two are left.
	(1, 'SHOP', 'Red', NULL, 'To Do -60, In Progress -30'),
	(2, 'SHOP', 'Red', 'SHOP-1', 'To Do -40, In Progress -30, Review -26, Done -20'),
	(3, 'SHOP', 'Red', 'jira:issue:1', 'To Do -40, In Progress -28, Done -24'),
	(4, 'SHOP', 'Blue', 'SHOP-1', 'To Do -25, In Progress -22, Flagged -21, Unflagged -19'),
	(5, 'SHOP', 'Blue', 'SHOP-1', 'To Do -35'),
	(6, 'SHOP', 'Red', 'SHOP-1', 'To Do -29, In Progress -23, Dropped -22'),
	-- 10 consists of 12, by way of 11, and 13; what 12 costs counts for 11.
	(10, 'SHOP', 'Red', NULL, 'To Do -100'),
	(11, 'SHOP', 'Red', 'SHOP-10', 'To Do -60'),
	(12, 'SHOP', 'Blue', 'SHOP-11', 'To Do -50'),
	(13, 'SHOP', 'Red', 'SHOP-10', 'To Do -50'),
	-- 14 has a part of a team that has finished nothing; 15 is above itself, by way of 16; 17 has children of two workflows, known
	-- as a feature alone; the only child of 19 was cancelled, so that is an item.
	(14, 'PAY', 'Green', NULL, 'To Do -40'),
	(18, 'PAY', 'Green', 'PAY-14', 'To Do -40, In Progress -4'),
	(15, 'PAY', 'Green', 'PAY-16', 'To Do -40'),
	(16, 'PAY', 'Green', 'PAY-15', 'To Do -40'),
	(17, 'SHOP', 'Old', NULL, 'To Do -45, In Progress -44, Done -30'),
	(19, 'SHOP', 'Old', NULL, 'To Do -45, In Progress -44, Review -42, Done -40'),
	(21, 'PAY', NULL, NULL, 'To Do -45, In Progress -44, Done -43'),
	(22, 'SHOP', 'Old', NULL, 'To Do -45, In Progress -44, Done -38'),
	(23, 'SHOP', 'Old', 'SHOP-19', 'To Do -45, Dropped -43'),
	-- What Red finished: with 2 and 3 two in weeks 4, 3 and 1, none in week 2, in which a backlog was cleaned up; this week does
	-- not count. Blue: one in weeks 3 and 1.
	(31, 'SHOP', 'Red', NULL, 'In Progress -24, Done -22'), (32, 'SHOP', 'Red', NULL, 'In Progress -17, Done -15'),
	(33, 'SHOP', 'Red', NULL, 'In Progress -6, Done -5'), (34, 'SHOP', 'Red', NULL, 'In Progress -6, Done -3'),
	(35, 'SHOP', 'Red', NULL, 'To Do -90, Done -10'), (36, 'SHOP', 'Red', NULL, 'To Do -90, Done -9'), (37, 'SHOP', 'Red', NULL,
		'In Progress 0, Done 0.625'),
	-- With urgencies of their own, and costs and values.
	(41, 'SHOP', 'Old', NULL, 'To Do -60, Design Review -17'), (42, 'SHOP', 'Old', NULL,
		'To Do -60, In Progress -30, Review -20, Done -10'), (43, 'SHOP', 'Old', NULL, 'To Do -20'),
	(44, 'SHOP', 'Old', NULL, 'To Do -20'), (45, 'SHOP', 'Old', NULL, 'To Do -20'), (46, 'SHOP', 'Old', NULL, 'To Do -20, Dropped -10'),
	(51, 'SHOP', 'Old', NULL, 'In Progress -60, Done -50'), (52, 'SHOP', 'Old', NULL, 'In Progress -60, Done -50'), (53, 'SHOP', 'Old',
		NULL, 'In Progress -60, Done -10'),
	(54, 'PAY', 'White', NULL, 'In Progress -27, Done -20'), (55, 'PAY', 'White', NULL, 'In Progress -24, Done -23.75'),
	(57, 'SHOP', 'Violet', NULL, 'In Progress -51, Flagged -48, Unflagged -46, Done -45'),
	(38, 'SHOP', 'Blue', NULL, 'In Progress -18, Done -16'), (39, 'SHOP', 'Blue', NULL, 'In Progress -4, Done -1'), (40, 'SHOP', 'Blue',
		NULL, 'In Progress -8');
INSERT INTO flow.item (item, source, key, project, type, team, parent, title, url)
SELECT 'jira:issue:' || t.item, 'jira', t.project || '-' || t.item, t.project, CASE WHEN t.item < 30 OR t.item > 53 AND t.project = 'PAY'
	THEN 'feature' ELSE 'debt' END, t.team, t.parent, 'Item ' || t.item, 'https://jira.example.com/' || t.item
FROM told AS t;
UPDATE flow.item SET feature = 'jira:issue:17' WHERE item IN ('jira:issue:21', 'jira:issue:22');
INSERT INTO flow.item_alias (alias, item) SELECT i.key, i.item FROM flow.item AS i;
INSERT INTO flow.event (source, event_id, entity, at, state)
SELECT 'jira', t.item || ':' || s.place, 'jira:issue:' || t.item, pg_temp.day(p[2]::numeric), p[1]
FROM told AS t, string_to_table(t.way, ', ') WITH ORDINALITY AS s (text, place), regexp_match(s.text, '^(.*) (-?[0-9.]+)$') AS p;
UPDATE flow.item SET urgency = '{"profile":"rate","per_week":1000}', due_at = now() + interval '1032 hours' WHERE item = 'jira:issue:1';
UPDATE flow.item SET urgency = '{"profile":"rate","per_week":9000}', due_at = now() - interval '24 hours' WHERE item = 'jira:issue:10';
-- A deadline eight weeks off.
UPDATE flow.item
SET urgency = jsonb_build_object('profile', 'deadline', 'at', now() + interval '1344 hours', 'step', 50000, 'per_week', 700)
	WHERE item = 'jira:issue:11';
UPDATE flow.item AS i SET urgency = t.urgency::jsonb
FROM (VALUES (41, '{"profile":"rate","per_week":700}'), (42, '{"profile":"rate","per_week":700}'), (44,
	'{"profile":"rate","per_week":700,"currency":"USD"}'),
	(45, '{"profile":"rate"}'), (46, '{"profile":"rate","per_week":700}')) AS t (item, urgency) WHERE i.item = 'jira:issue:' || t.item;
UPDATE flow.item SET urgency = jsonb_build_object('profile', 'deadline', 'at', now() + interval '72 hours', 'step', 500, 'per_week', 70)
	WHERE item = 'jira:issue:43';
UPDATE flow.item AS i SET planned_value = t.planned, cost = t.cost FROM (VALUES (51, 1000, 600), (52, 500, NULL), (53, 10, NULL))
	AS t (item, planned, cost)
WHERE i.item = 'jira:issue:' || t.item;
-- Before its release; twice a day of one source, once of another; without users; after 30 days.
INSERT INTO flow.usage (source, event_id, feature, at, users) VALUES ('app', '1', 'SHOP-51', pg_temp.day(-55), 99), ('app', '2',
	'SHOP-51', pg_temp.day(-45), 10),
	('app', '3', 'jira:issue:51', pg_temp.day(-44.9), 7), ('web', '3', 'SHOP-51', pg_temp.day(-45), 3), ('app', '4', 'SHOP-51',
		pg_temp.day(-44), 5),
	('app', '5', 'SHOP-51', pg_temp.day(-43), NULL), ('app', '6', 'SHOP-51', pg_temp.day(-15), 100);
INSERT INTO flow.outcome (feature, at, measure, amount, currency) VALUES ('SHOP-51', pg_temp.day(-40), 'revenue', 400, 'EUR'),
	('jira:issue:51', pg_temp.day(-30), 'cost saved', 300, NULL),
	('SHOP-51', pg_temp.day(-20), 'revenue', 900, 'USD');
SELECT vsm.refresh_once('flow') AS made \gset

-- feature
SELECT results_eq('SELECT key, item_count, finished_count, cancelled_count, added_after_start_count, remaining_count, level
	FROM flow.feature ORDER BY key COLLATE "C"',
	$$VALUES ('PAY-14', 1, 0, 0, 0, 1, 'parent'), ('SHOP-1', 5, 2, 1, 2, 2, 'parent'), ('SHOP-10', 2, 0, 0, 0, 2, 'parent'),
		('SHOP-11', 1, 0, 0, 0, 1, 'parent'), ('SHOP-17', 2, 2, 0, 0, 0, 'parent')$$,
			'features consist of items without children, at whatever depth');
SELECT results_eq($$SELECT round(active_days::numeric, 6), round(wait_days::numeric, 6), round(flow_efficiency::numeric, 6)
	FROM flow.feature WHERE key = 'SHOP-1'$$,
	$$SELECT round((8 + d)::numeric, 6), 3.000000, round(((8 + d) / (11 + d))::numeric, 6) FROM pg_temp.days(pg_temp.day(-19), now())
		AS d$$,
	'it waits where none of its items is worked on: unions, no sums');
SELECT results_eq($$SELECT active_days, wait_days, flow_efficiency FROM flow.feature WHERE key = 'SHOP-10'$$,
	'VALUES (0::float8, 0::float8, NULL::float8)', 'nothing of it has begun');
SELECT results_eq('SELECT key, children_stage FROM flow.feature ORDER BY key COLLATE "C"',
	$$VALUES ('PAY-14', 'In Progress'), ('SHOP-1', 'Design Review'), ('SHOP-10', 'Backlog'), ('SHOP-11', 'Backlog'), ('SHOP-17', NULL)$$,
	'where the last of them is, in one workflow');
-- Samples of Red are 2, 2, 0, 2, of Blue 1, 0, 1. Alone: 1 needs 2 of Blue, in 3 weeks 20/27, in 4 72/81; 10 needs 1 of each: in 2
-- weeks 15/16 x 8/9, in 3 63/64 x 26/27; 11 needs 1 of Blue: in 2 weeks 8/9.
SELECT results_eq('SELECT key, date_part(''epoch'', p85_alone_at - now()) / 604800 FROM flow.feature ORDER BY key COLLATE "C"',
	$$VALUES ('PAY-14', NULL::float8), ('SHOP-1', 4), ('SHOP-10', 3), ('SHOP-11', 2), ('SHOP-17', NULL)$$,
		'as if its teams did nothing else');
-- A week of 10 costs 9000 / 3 weeks, one of 1 1000 / 4, one of 11 nothing before its deadline: that is their order. Blue has begun 4
-- and 40. For 10 it needs 3: 12 and these; in 4 weeks 48/81, in 6 656/729, in 7 2088/2187 (and Red 1 of 2 a week). For 1 it needs 4:
-- 5, these two, and 12, which is in 10: in 6 weeks 496/729, in 8 5984/6561, in 9 18848/19683. For 11 12, the two, and 5.
SELECT results_eq($$SELECT key, ARRAY(SELECT date_part('epoch', a - now()) / 604800 FROM unnest(ARRAY[p50_at, p85_at, p95_at]) AS a),
	p85_day
	FROM flow.feature ORDER BY key COLLATE "C"$$,
	$$SELECT t.key, t.weeks, (now() AT TIME ZONE 'UTC' + t.weeks[2] * interval '7 days')::date FROM (VALUES ('PAY-14', ARRAY[NULL, NULL,
		NULL]::float8[]),
		('SHOP-1', '{6, 8, 9}'), ('SHOP-10', '{4, 6, 7}'), ('SHOP-11', '{6, 8, 9}'), ('SHOP-17', '{NULL, NULL, NULL}')) AS t (key, weeks)$$,
	'behind what is begun and what comes first, of all its teams together');
SELECT results_eq('SELECT key, round(late_probability::numeric, 9) FROM flow.feature ORDER BY key COLLATE "C"',
	$$VALUES ('PAY-14', NULL), ('SHOP-1', round(233 / 729.0, 9)), ('SHOP-10', 1.000000000), ('SHOP-11', NULL), ('SHOP-17', NULL)$$,
		'late: not done in six whole weeks, or due before now');

-- delay_cost
SELECT results_eq('SELECT key, item_count, round(delay_cost::numeric, 3), round(backlog_cost::numeric, 3), round(weekly_cost::numeric, 3)
	FROM flow.delay_cost ORDER BY key COLLATE "C"',
	$$SELECT v.key, v.items, round(v.delay::numeric, 3), round(v.backlog::numeric, 3), round(v.week::numeric, 3)
	FROM (VALUES ('SHOP-1', 5, 3000 / 7.0, 30000 / 7.0, 1000),						-- 3 days of waiting, 30 until the first was started
		('SHOP-10', 1, 0, 9000 / 7.0 * pg_temp.days(pg_temp.day(-100), now()), 9000),	-- not started; what 12 waits for counts for 11
		('SHOP-11', 1, 0, 0, 0),														-- its deadline is later than that
		('SHOP-41', 1, 100 * pg_temp.days(pg_temp.day(-17), now()), 4300, 700), ('SHOP-42', 1, 1000, 3000, NULL),
		('SHOP-43', 1, 0, 0, 540),													-- a deadline in 3 days: 500, and 4 days at 10
		('SHOP-44', 1, NULL, NULL, NULL), ('SHOP-45', 1, NULL, NULL, NULL),				-- in another currency; no profile
		('SHOP-46', 1, 0, 1000, NULL)) AS v (key, items, delay, backlog, week)$$, 'what waiting, the backlog and another week cost');

-- expedite
SELECT results_eq('SELECT key, divisor, remaining_weeks, weekly_cost, cd3, round(late_probability::numeric, 6)
	FROM flow.expedite ORDER BY cd3 DESC NULLS LAST, key COLLATE "C"',
	$$VALUES ('SHOP-10', 'weeks', 3::float8, 9000::float8, 3000::float8, 1.000000), ('SHOP-1', 'weeks', 4, 1000, 250, round(233 / 729.0,
		6)), ('SHOP-11', 'weeks', 2, 0, 0, NULL),
		('SHOP-41', 'weeks', NULL, 700, NULL, NULL), ('SHOP-43', 'weeks', NULL, 540, NULL, NULL), ('SHOP-44', 'weeks', NULL, NULL, NULL,
			NULL), ('SHOP-45', 'weeks', NULL, NULL, NULL, NULL)$$,
	'the highest cost for a week of work first');
UPDATE flow.item AS i SET size = CASE i.item WHEN 'jira:issue:10' THEN 100 ELSE 2 END;
SELECT results_eq('SELECT key, divisor, cd3 FROM flow.expedite WHERE cd3 IS NOT NULL ORDER BY cd3 DESC, key COLLATE "C"',
	$$VALUES ('SHOP-1', 'size', 500::float8), ('SHOP-41', 'size', 350), ('SHOP-43', 'size', 270), ('SHOP-10', 'size', 90), ('SHOP-11',
		'size', 0)$$, 'or for its size, where each has one');
-- Now 1 comes before 10: of Blue it has left 4 and 5, and 40 is begun.
SELECT results_eq($$SELECT (p50_at - now()) / 7, (SELECT f.samples -> 0 FROM flow.feature_state AS f WHERE f.item = 'jira:issue:1')
	FROM flow.feature WHERE key = 'SHOP-1'$$,
	$$VALUES (interval '4 days', '[1, 0, 1]'::jsonb)$$, 'and features are begun in that order');

-- value_realization, and what days of teams are shared among. Red worked on 2 from Friday to Tuesday, on 3 from Sunday to Thursday, on 6
-- on Friday and on 31 on Thursday and Friday; White, which works on Mondays and Thursdays, on 54 from Monday to Monday, on 55 on the
-- Thursday between; Violet on 57 from Friday to Thursday, but not on Tuesday. Of Old no cost is known.
SELECT results_eq($$SELECT i.key, round(c.cost::numeric, 6) FROM flow.item_cost AS c JOIN flow.item AS i ON i.item = c.item
	WHERE i.key IN ('SHOP-2', 'SHOP-3', 'SHOP-6', 'SHOP-31', 'SHOP-51',
		'PAY-54', 'PAY-55', 'SHOP-57') ORDER BY i.key COLLATE "C"$$,
	$$VALUES ('PAY-54', 1750.000000), ('PAY-55', 350.000000), ('SHOP-2', 2000.000000), ('SHOP-3', 2500.000000), ('SHOP-31', 1000.000000),
		('SHOP-51', NULL), ('SHOP-57', 4000.000000),
		('SHOP-6', 500.000000)$$, 'a working day of a team is shared among what it worked on');
SELECT results_eq($$SELECT key, released_at, first_used_at, user_days_30, planned_value, realized_value, realized_share,
	round(cost::numeric, 6), cost_method, payback_at, unused
	FROM flow.value_realization WHERE key NOT IN ('PAY-14', 'SHOP-19') ORDER BY key COLLATE "C"$$,
	$$VALUES ('PAY-54', pg_temp.day(-20), NULL::timestamptz, NULL::float8, NULL::float8, NULL::float8, NULL::float8, 1750.000000,
		'team days', NULL::timestamptz, NULL::boolean),
		('PAY-55', pg_temp.day(-23.75), NULL, NULL, NULL, NULL, NULL, 350.000000, 'team days', NULL, NULL),
		('SHOP-1', NULL, NULL, NULL, NULL, 0, NULL, NULL, NULL, NULL, NULL), ('SHOP-10', NULL, NULL, NULL, NULL, 0, NULL, 0.000000,
			'team days', NULL, NULL),
		('SHOP-11', NULL, NULL, NULL, NULL, 0, NULL, 0.000000, 'team days', NULL, NULL), ('SHOP-17', pg_temp.day(-38), NULL, NULL, NULL,
			0, NULL, NULL, NULL, NULL, true),
		('SHOP-51', pg_temp.day(-50), pg_temp.day(-45), 18, 1000, 700, 0.7, 600.000000, 'told', pg_temp.day(-30), false),
		('SHOP-52', pg_temp.day(-50), NULL, NULL, 500, 0, 0, NULL, NULL, NULL, true), ('SHOP-53', pg_temp.day(-10), NULL, NULL, 10, 0, 0,
			NULL, NULL, NULL, NULL)$$,
	'what features brought, and cost');
INSERT INTO flow.usage (source, event_id, feature, at) VALUES ('app', 'early', 'SHOP-53', pg_temp.day(-5));
SELECT results_eq($$SELECT first_used_at, unused FROM flow.value_realization WHERE key = 'SHOP-53'$$,
	$$VALUES (pg_temp.day(-5), NULL::boolean)$$, 'in the first 30 days it is not said whether it is used');
UPDATE flow.item AS i SET urgency = t.urgency::jsonb FROM (VALUES (12, '"high"'), (13, 'null'), (14, '3'), (15, '[]')) AS t (item, urgency)
WHERE i.item = 'jira:issue:' || t.item;
SELECT set_eq($$SELECT finding, subject, found FROM flow.data_quality WHERE finding IN ('urgency not understood', 'another currency')$$,
	$$VALUES ('another currency', 'outcomes in USD', 1::bigint), ('another currency', 'urgencies in USD', 1),
		('urgency not understood', '', 5)$$, 'urgencies that are none, or in another currency, are found');
SELECT finish();
ROLLBACK;
