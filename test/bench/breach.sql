-- A minute's call of vsm.notify_breaches: all items are open, half of them were told of long ago, a hundred are new; a service level for
-- the whole and one for the stage that half of the others are in.

-- @setup
SET client_min_messages = error;
CALL vsm.create_model('bench_breach');
INSERT INTO bench_breach.value_stream (value_stream) VALUES ('Shop');
INSERT INTO bench_breach.route (route, value_stream, workflow) VALUES ('Shop', 'Shop', '{"stages":[{"name":"To Do","class":"new"},
	{"name":"Build","class":"active"},{"name":"Review","class":"waiting"},{"name":"Done","class":"done"}]}');
INSERT INTO bench_breach.service_level (value_stream, type, stage, days) VALUES (NULL, NULL, NULL, 30), ('Shop', 'defect', NULL, 30),
	(NULL, NULL, 'Review', 25);
INSERT INTO bench_breach.item (item, source, key) SELECT 'jira:issue:' || n, 'jira', 'SHOP-' || n FROM generate_series(1, :items) AS n;
INSERT INTO bench_breach.item_flow (item, value_stream, route, type, outcome, parts, created_at, started_at, stage, stage_entered_at,
	timeline)
SELECT 'jira:issue:' || n, 'Shop', 'Shop', 'feature', 'open', 0, s.at - interval '5 days', s.at, v.stage, s.at + interval '1 day',
	t.timeline
FROM generate_series(1, :items) AS n,
	LATERAL (SELECT now() - interval '60 days' * (n::float8 / :items) - interval '2 days' AS at) AS s,
	LATERAL (SELECT CASE n % 2 WHEN 0 THEN 'Review' ELSE 'Build' END AS stage) AS v,
	LATERAL (
		SELECT vsm.timeline(x.at, x.state) AS timeline
		FROM (VALUES (s.at - interval '5 days', 'To Do'), (s.at, 'Build'), (s.at + interval '12 hours', 'Review'),
			(s.at + interval '1 day', v.stage)) AS x (at, state)) AS t;
ANALYZE;
SELECT vsm.notify_breaches('bench_breach');
VACUUM (ANALYZE) bench_breach.breach, bench_breach.breach_due, bench_breach.item_flow;

-- (What refresh has made anew it says in breach_made: a hundred that were told of and are now to be told of again.)
-- @run notify_breaches
SELECT vsm.notify_breaches('bench_breach')
-- @before notify_breaches
INSERT INTO bench_breach.breach_made (items) SELECT array_agg(b.item) FROM (SELECT item FROM bench_breach.breach LIMIT 100) AS b;
DELETE FROM bench_breach.breach WHERE ctid IN (SELECT ctid FROM bench_breach.breach LIMIT 100);

-- After another service level, or a rebuild.
-- @run notify_breaches_all
SELECT vsm.notify_breaches('bench_breach')
-- @before notify_breaches_all
UPDATE bench_breach.breach_mark SET service_levels = NULL;

-- @seconds notify_breaches_seconds notify_breaches <= 2
-- @seconds notify_breaches_all_seconds notify_breaches_all
