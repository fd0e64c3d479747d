-- Views of delivery: deployments and what came of them, changes, the measures of DORA, requests, builds and what releases
-- carry, of a small model worked out by hand and beside plain SQL over the same rows.
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS vsm;
SELECT plan(27);
SET LOCAL client_min_messages = error;
SET LOCAL timezone = 'America/New_York';
SET LOCAL jit = off;
\set zone Europe/Paris
CALL vsm.create_model('flow', time_zone => :'zone');

-- 09:00 UTC of the nth day of 2026. Day 5 is a Monday, day 32 the first of February.
CREATE FUNCTION pg_temp.day(n numeric) RETURNS timestamptz LANGUAGE sql IMMUTABLE AS
$$SELECT timestamptz '2026-01-01 09:00Z' + (n - 1) * interval '1 day'$$;

INSERT INTO flow.value_stream (value_stream, portfolio, workflow) VALUES
	('Shop', 'Retail',
		'{"stages":[{"name":"To Do","class":"new"},{"name":"In Progress","class":"active"},{"name":"Done","class":"done"}]}'), ('Pay',
		NULL, NULL);
INSERT INTO flow.team (team) VALUES ('Red'), ('Blue');
INSERT INTO flow.routing (rank, project, value_stream, team) VALUES (10, 'SHOP', 'Shop', 'Red');
INSERT INTO flow.service (service, value_stream, team, repository, path, kind, until) VALUES
	('web', 'Shop', 'Red', 'shop/web', NULL, 'application', NULL),				-- in two regions
	('api', 'Shop', 'Blue', 'shop/mono', 'api', 'application', NULL),			-- two services of one repository
	('ui', 'Shop', 'Blue', 'shop/mono', 'ui', 'application', NULL),
	('network', 'Shop', NULL, 'shop/network', NULL, 'infrastructure', NULL),
	('pay', 'Pay', NULL, 'pay/core', NULL, 'application', pg_temp.day(20));		-- no incidents are known of Pay; retired on day 20

-- Commits: where, after which, written and committed when, which files.
INSERT INTO flow.commit (sha, repository, parents, authored_at, committed_at, paths)
SELECT c.sha, c.repository, string_to_array(c.parents, ' '), pg_temp.day(c.authored), pg_temp.day(coalesce(c.committed, c.authored)),
	c.paths::text[]
FROM (VALUES
	('w1', 'shop/web', NULL, 1.0, NULL, NULL), ('w2', 'shop/web', 'w1', 2, NULL, NULL), ('w3', 'shop/web', 'w2', 6, NULL, NULL),
	-- request 4 is squashed: of b4 nothing is released
	('b4', 'shop/web', 'w3', 6.5, NULL, NULL), ('s4', 'shop/web', 'w3', 8, NULL, NULL),
	-- request 5 is merged: its own commit counts, the merge does not
	('b5', 'shop/web', 's4', 9, NULL, NULL), ('m5', 'shop/web', 's4 b5', 10, NULL, NULL),
	('w6', 'shop/web', 'm5', 11, 12, NULL),					-- fixes incident 1
	('w7', 'shop/web', 'w6', 14, NULL, NULL),				-- reverts w3
	('w8', 'shop/web', 'w7', 20, NULL, NULL),
	('p9', 'shop/web', 'w6', 16, NULL, NULL),				-- a backport: nobody deploys it
	('c1', 'shop/mono', NULL, 4, NULL, '{api/a,ui/a}'), ('c2', 'shop/mono', 'c1', 6, NULL, '{api/b}'), ('c3', 'shop/mono', 'c2', 7, NULL,
		'{ui/b}'),
	('c4', 'shop/mono', 'c3', 10, NULL, NULL),				-- it is not told what it touches: both
	('c5', 'shop/mono', 'c4', 28, NULL, '{api/c}'), ('c6', 'shop/mono', 'c5', 29, NULL, '{api/c}'),
	('n1', 'shop/network', NULL, 4, NULL, NULL),
	-- p2 was written after it was released: a clock is wrong
	('p1', 'pay/core', NULL, 5, NULL, NULL), ('p2', 'pay/core', 'p1', 14, NULL, NULL)
	) AS c (sha, repository, parents, authored, committed, paths);
INSERT INTO flow.deployment (deployment, repository, service, environment, environment_tier, sha, status, finished_at)
SELECT d.deployment, d.repository, d.service, d.environment, d.tier, d.sha, d.status, pg_temp.day(d.finished)
FROM (VALUES
	('D1', 'shop/web', NULL, 'eu', 'production', 'w2', 'success', 3.0),			-- the first load: w1 and w2 may have been there before
	('D2', 'shop/web', NULL, 'us', 'production', 'w2', 'success', 3.1),			-- the same release in the other region
	('D3', 'shop/web', NULL, 'eu', 'production', 'w3', 'success', 7),
	('D4', 'shop/web', NULL, 'us', 'production', 'w3', 'success', 7.5),
	('D5', 'shop/web', NULL, 'eu', 'production', 'm5', 'success', 11),			-- incident 1 says it is its cause; rolled back, too
	('D6', 'shop/web', NULL, 'us', 'production', 'm5', 'failed', 11.5),
	('D7', 'shop/web', NULL, 'eu', 'production', 'w3', 'success', 11.8),		-- rolls D5 back
	('D8', 'shop/web', NULL, 'eu', 'production', 'w6', 'success', 12.5),		-- brings the fix of incident 1
	('D9', 'shop/web', NULL, 'us', 'production', 'w6', 'success', 12.7),
	('D10', 'shop/web', NULL, 'eu', 'production', 'w6', 'success', 13.5),		-- the same again; the latest before incident 2
	('D11', 'shop/web', NULL, 'eu', 'production', 'w7', 'success', 15),			-- brings a revert while incident 2 is open
	('D12', 'shop/web', NULL, 'eu', 'production', 'w8', 'success', 21),			-- the latest before incident 3, which is open
	('A1', 'shop/mono', 'api', 'live', 'production', 'c1', 'success', 5), ('A2', 'shop/mono', 'api', 'live', 'production', 'c3', 'success',
		8),
	('A3', 'shop/mono', 'api', 'live', 'production', 'c1', 'success', 9),		-- rolls A2 back, without an incident
	('A4', 'shop/mono', 'api', 'live', 'production', 'c4', 'success', 12),
	-- incident 5 is open then; the second at 00:30 of 2 February in Paris
	('A5', 'shop/mono', 'api', 'live', 'production', 'c5', 'success', 31), ('A6', 'shop/mono', 'api', 'live', 'production', 'c6',
		'success', 32.6042),
	('U1', 'shop/mono', 'ui', 'live', 'production', 'c1', 'success', 5.5), ('U2', 'shop/mono', 'ui', 'live', 'production', 'c3', 'success',
		8.5),
	('U3', 'shop/mono', 'ui', 'live', 'production', 'c4', 'success', 12.2),
	('P1', 'pay/core', NULL, 'live', 'production', 'p1', 'success', 6), ('P2', 'pay/core', NULL, 'live', 'production', 'p2', 'success', 13),
	('P3', 'pay/core', NULL, 'live', 'production', 'p1', 'success', 13.5),
	-- of a repository whose commits are not loaded
	('O1', 'other/thing', NULL, 'live', 'production', 'f1', 'success', 8), ('O2', 'other/thing', NULL, 'live', 'production', 'f1',
		'success', 9),
	('O3', 'other/thing', NULL, 'live', 'production', 'f2', 'success', 10), ('N1', NULL, NULL, NULL, 'production', NULL, 'success', 9),
	('S1', 'shop/web', NULL, 'test', 'staging', 'w2', 'success', 2.5), ('X1', 'shop/network', NULL, 'live', 'production', 'n1', 'success',
		5),
	('R1', 'shop/web', NULL, 'eu', 'production', 'w8', 'running', NULL), ('R2', 'shop/web', NULL, 'eu', 'production', 'w8', 'success', NULL)
	) AS d (deployment, repository, service, environment, tier, sha, status, finished);
INSERT INTO flow.incident (incident, service, repository, environment, opened_at, resolved_at, change_caused)
SELECT 'pager:incident:' || i.incident, i.service, i.repository, i.environment, pg_temp.day(i.opened), pg_temp.day(i.resolved),
	i.change_caused
FROM (VALUES
	(1, 'web', NULL, 'eu', 11.2, 13.0, true), (2, NULL, 'shop/web', 'eu', 14.5, 15.5, NULL), (3, 'web', NULL, NULL, 22, NULL, NULL), (4,
		'web', NULL, 'eu', 7.2, 7.4, false),
	(5, 'api', NULL, 'live', 30, 33, false)) AS i (incident, service, repository, environment, opened, resolved, change_caused);
INSERT INTO flow.item_alias (alias, item) VALUES ('INC-1', 'pager:incident:1'), ('shop/web!4', 'gitlab:merge_request:4');
INSERT INTO flow.link (source, target, kind, method, confidence) VALUES
	('INC-1', 'D5', 'caused_by', 'field', 1), ('pager:incident:1', 'D3', 'caused_by', 'field', 1),
	('gitlab:merge_request:6', 'INC-1', 'fixes', 'key in title', 0.95), ('w6', 'gitlab:merge_request:6', 'part_of', 'merge commit', 1),
		('w7', 'w3', 'reverts', 'revert message', 1),
	('b4', 'shop/web!4', 'part_of', 'head commit', 1), ('s4', 'gitlab:merge_request:4', 'part_of', 'squash commit', 1),
	('b5', 'gitlab:merge_request:5', 'part_of', 'head commit', 1), ('m5', 'gitlab:merge_request:5', 'part_of', 'merge commit', 1),
	('p9', 'gitlab:merge_request:9', 'part_of', 'merge commit', 1), ('c2', 'gitlab:merge_request:10', 'part_of', 'squash commit', 1),
		('c4', 'gitlab:merge_request:11', 'part_of', 'squash commit', 1),
	('gitlab:merge_request:4', 'SHOP-1', 'implements', 'key in branch', 0.9), ('gitlab:merge_request:5', 'SHOP-1', 'implements',
		'key in title', 0.95), ('gitlab:merge_request:5', 'SHOP-2', 'implements', 'key in title', 0.95),
	('gitlab:merge_request:10', 'SHOP-2', 'implements', 'key in title', 0.95);
-- That the cause of incident 1 is D3 has been taken back.
UPDATE flow.link SET until = pg_temp.day(12) WHERE target = 'D3';

INSERT INTO flow.item (item, source, key, title, url, project, type, priority) VALUES
	('jira:issue:1', 'jira', 'SHOP-1', 'Search', 'https://jira.example.com/1', 'SHOP', 'feature', 'Low'), ('jira:issue:2', 'jira',
		'SHOP-2', 'Basket', 'https://jira.example.com/2', 'SHOP', 'defect', 'High');
INSERT INTO flow.item_alias (alias, item) SELECT i.key, i.item FROM flow.item AS i;
INSERT INTO flow.event (source, event_id, entity, at, state) SELECT 'jira', i.item || s.state, i.item, pg_temp.day(s.day), s.state FROM
	flow.item AS i, (VALUES ('To Do', 4), ('In Progress', 5), ('Done', 12)) AS s (state, day);
INSERT INTO flow.merge_request (merge_request, repository, title, state, target_branch, created_at, ready_at, first_review_at, approved_at,
	merged_at, closed_at, additions, author_kind)
SELECT 'gitlab:merge_request:' || r.id, r.repository, 'Request ' || r.id, r.state, r.branch, pg_temp.day(r.created), pg_temp.day(r.ready),
	pg_temp.day(r.reviewed), pg_temp.day(r.approved), pg_temp.day(r.merged), pg_temp.day(r.closed), 10, 'person'
FROM (VALUES
	(4, 'shop/web', 'merged', 'main', 7.0, 7.25, 7.5, 7.75, 8.0, NULL),				-- a draft for 6 hours
	(5, 'shop/web', 'merged', 'main', 9.5, NULL, NULL, NULL, 10, NULL),				-- nobody looked at it
	(6, 'shop/web', 'merged', 'main', 11.5, NULL, 11.75, NULL, 12, NULL),			-- looked at, but not approved
	(7, 'shop/web', 'closed', 'main', 11.5, NULL, NULL, NULL, NULL, 12),
	(8, 'shop/web', 'draft', 'main', 20, NULL, NULL, NULL, NULL, NULL),
	(9, 'shop/web', 'merged', 'release/1', 16, NULL, NULL, 16.25, 16.5, NULL),		-- the backport
	(10, 'shop/mono', 'merged', 'main', 6, NULL, NULL, NULL, 6.5, NULL), (11, 'shop/mono', 'merged', 'main', 10, NULL, NULL, NULL, 10.5,
		NULL)
	) AS r (id, repository, state, branch, created, ready, reviewed, approved, merged, closed);
INSERT INTO flow.event (source, event_id, entity, at, state) VALUES ('gitlab', 'e1', 'gitlab:merge_request:4', pg_temp.day(7), 'draft'),
	('gitlab', 'e2', 'gitlab:merge_request:4', pg_temp.day(7.25), 'ready');
INSERT INTO flow.build (build, repository, job, sha, attempt, status, queued_at, started_at, finished_at)
SELECT b.build, b.repository, b.job, b.sha, b.attempt, b.status, pg_temp.day(b.queued), pg_temp.day(b.started), pg_temp.day(b.finished)
FROM (VALUES
	('b1', 'shop/web', 'test', 'w3', 1, 'failed', 6.0, 6.25, 6.5), ('b2', 'shop/web', 'test', 'w3', 2, 'success', 6.5, 6.5, 7.0), ('b3',
		'shop/web', 'lint', 'w3', 1, 'SUCCESS', NULL, 6, 6.5),
	('b4', 'shop/web', 'test', 's4', NULL, 'SUCCESS', 8, 8.25, 8.5), ('b5', 'shop/web', 'test', 's4', NULL, 'FAILURE', 9, 9, 9.5), ('b6',
		'shop/web', 'test', 'w6', 1, 'running', 12, 12, NULL),
	('b7', 'pay/core', 'test', 'p1', 3, 'canceled', 5, 5, 5.5), ('b8', NULL, 'test', NULL, 1, 'success', 5, NULL, 5.5)) AS b (build,
		repository, job, sha, attempt, status, queued, started, finished);
SELECT vsm.refresh_once('flow') AS made \gset

-- By hand: the deployments that count. New: commits without merges that came to production of the service first with them.
SELECT results_eq($$SELECT deployment, service, environment, new_commit_count, is_first, is_release, is_rollback, is_redeploy, previous
	FROM flow.deployment_outcome WHERE counted ORDER BY service, environment, finished_at$$,
	$$VALUES ('N1', '(none)', '(none)', NULL::int, true, false, false, false, NULL),
	('A1', 'api', 'live', NULL, true, true, false, false, NULL), ('A2', 'api', 'live', 1, false, true, false, false, 'A1'), ('A3', 'api',
		'live', 0, false, false, true, false, 'A2'),
	('A4', 'api', 'live', 1, false, true, false, false, 'A3'), ('A5', 'api', 'live', 1, false, true, false, false, 'A4'), ('A6', 'api',
		'live', 1, false, true, false, false, 'A5'),
	('O1', 'other/thing', 'live', NULL, true, true, false, false, NULL), ('O2', 'other/thing', 'live', NULL, false, false, false, true,
		'O1'), ('O3', 'other/thing', 'live', NULL, false, true, NULL, false, 'O2'),
	('P1', 'pay', 'live', NULL, true, true, false, false, NULL), ('P2', 'pay', 'live', 1, false, true, false, false, 'P1'), ('P3', 'pay',
		'live', 0, false, false, true, false, 'P2'),
	('U1', 'ui', 'live', NULL, true, true, false, false, NULL), ('U2', 'ui', 'live', 1, false, true, false, false, 'U1'), ('U3', 'ui',
		'live', 1, false, true, false, false, 'U2'),
	('D1', 'web', 'eu', NULL, true, true, false, false, NULL), ('D3', 'web', 'eu', 1, false, true, false, false, 'D1'), ('D5', 'web', 'eu',
		2, false, true, false, false, 'D3'),
	('D7', 'web', 'eu', 0, false, false, true, false, 'D5'), ('D8', 'web', 'eu', 1, false, true, false, false, 'D7'), ('D10', 'web', 'eu',
		0, false, false, false, true, 'D8'),
	('D11', 'web', 'eu', 1, false, true, false, false, 'D10'), ('D12', 'web', 'eu', 1, false, true, false, false, 'D11'),
	('D2', 'web', 'us', 0, false, false, false, false, NULL), ('D4', 'web', 'us', 0, false, false, false, false, 'D2'), ('D9', 'web', 'us',
		0, false, false, false, false, 'D4')$$,
	'what each deployment brought after the one before it');
SELECT results_eq($$SELECT deployment, failed_by, method, confidence, recovery_hours, open_incident_count FROM flow.deployment_outcome
	WHERE failed ORDER BY deployment$$,
	-- A2 for a day; D5 until day 13 by its incident, not by the rollback; D10 until incident 2 was resolved on day 15.5.
	$$VALUES ('A2', 'A3', 'rollback', 1::float8, 24::float8, 0), ('D10', 'pager:incident:2', 'latest deployment before', 0.5, 48, 0),
		('D12', 'pager:incident:3', 'latest deployment before', 0.5, NULL, 1),
	('D5', 'pager:incident:1', 'field', 1, 48, 0), ('P2', 'P3', 'rollback', 1, 12, 0)$$,
		'what failed, how that is known, and how long it took to recover');
SELECT results_eq($$SELECT deployment FROM flow.deployment_outcome WHERE is_rework ORDER BY deployment$$, $$VALUES ('A6'), ('D11'), ('D7'),
	('D8')$$, 'rework: the last one in an incident, a revert, a rollback, a fix');
SELECT set_eq($$SELECT deployment, failed, is_rework FROM flow.deployment_outcome WHERE counted AND (failed IS NULL OR is_rework IS NULL)$$,
	$$VALUES ('P1', NULL::boolean, NULL::boolean), ('P2', true, NULL), ('P3', NULL, NULL), ('O1', NULL, NULL), ('O2', NULL, NULL), ('O3',
		NULL, NULL), ('N1', NULL, NULL)$$,
	'what is not known where no incident was told of: only that P2 was rolled back');
SELECT set_eq($$SELECT deployment, reason FROM flow.deployment_outcome WHERE NOT counted$$, $$VALUES ('D6', 'status failed'), ('S1',
	'not production'), ('X1', 'infrastructure'), ('R1', 'status running'), ('R2', 'not finished')$$, 'what does not count, and why');
SELECT results_eq($$SELECT sha, service, environment, deployment, method, lead_time_hours FROM flow.change_lead_time ORDER BY service,
	released_at, sha$$,
	-- s4: 4.5 days, since its request began with b4; b5 2; w6 1.5 from being written, not committed
	$$VALUES ('c2', 'api', 'live', 'A2', 'commit', 48::float8), ('c4', 'api', 'live', 'A4', 'commit', 48), ('c5', 'api', 'live', 'A5',
		'commit', 72), ('c6', 'api', 'live', 'A6', 'commit', 86.5008),
	('p2', 'pay', 'live', 'P2', 'commit', NULL), ('c3', 'ui', 'live', 'U2', 'commit', 36), ('c4', 'ui', 'live', 'U3', 'commit', 52.8),
	('w3', 'web', 'eu', 'D3', 'commit', 24), ('b5', 'web', 'eu', 'D5', 'commit', 48), ('s4', 'web', 'eu', 'D5', 'request', 108), ('w6',
		'web', 'eu', 'D8', 'commit', 36), ('w7', 'web', 'eu', 'D11', 'commit', 24),
	('w8', 'web', 'eu', 'D12', 'commit', 24)$$, 'changes, each once a service, where it came first');
-- January: web in the east has D1, D3, D5, D7, D8, D10, D11, D12; D7 (04:12 of day 12 in UTC) and D8 are of one day.
SELECT results_eq($$SELECT service, environment, is_complete, deployment_count, release_count, deployment_day_count, failed_count,
	failed_guess_count, open_failed_count, rollback_count, rework_count, change_count,
		change_lead_time_p50_hours, change_fail_rate, change_fail_rate_stated, rework_rate, recovery_p50_hours FROM flow.dora_monthly WHERE
			month = '2026-01-01' ORDER BY service, environment$$,
	$$VALUES ('(none)', '(none)', true, 1, 0, 1, NULL::int, NULL::int, NULL::int, NULL::int, NULL::int, NULL::int, NULL::float8,
		NULL::float8, NULL::float8, NULL::float8, NULL::float8),
	('api', 'live', true, 5, 4, 5, 1, 0, 0, 1, 0, 3, 48, 0.2, 0.2, 0, 24),
	('other/thing', 'live', true, 3, 2, 3, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
	('pay', 'live', true, 3, 2, 2, NULL, NULL, NULL, 1, NULL, 1, NULL, NULL, NULL, NULL, NULL),
	('ui', 'live', true, 3, 3, 3, 0, 0, 0, 0, 0, 2, 44.4, 0, 0, 0, NULL),
	('web', 'eu', true, 8, 6, 7, 3, 2, 1, 1, 3, 6, 30, 0.375, 0.125, 0.375, 48),
	('web', 'us', true, 3, 0, 3, 0, 0, 0, 0, 0, 0, NULL, 0, 0, 0, NULL)$$, 'January by hand');
SELECT results_eq($$SELECT service, min(month), max(month) = date_trunc('month', now() AT TIME ZONE 'Europe/Paris')::date, count(*) =
	extract(year FROM age(max(month) + 1, min(month))) * 12 + extract(month FROM age(max(month) + 1, min(month))) + 1
		FROM flow.dora_monthly WHERE service IN ('web', 'pay') AND environment <> 'us' GROUP BY service ORDER BY service$$,
	$$VALUES ('pay', date '2026-01-01', false, true), ('web', date '2026-01-01', true, true)$$,
		'every month is a row, up to now or to the end of the service');
SELECT results_eq($$SELECT week FROM flow.dora_weekly WHERE service = 'pay' ORDER BY week$$, $$VALUES (date '2026-01-05'), ('2026-01-12'),
	('2026-01-19')$$, 'and every week');
SELECT results_eq($$SELECT failed_count, rollback_count, change_count FROM flow.dora_weekly WHERE service = 'ui' AND week BETWEEN
	'2026-01-05' AND '2026-01-25' ORDER BY week$$,
	$$VALUES (0, 0, 1), (0, 0, 1), (0, 0, 0)$$, 'a week without a deployment counts none');

-- Requests: hours of writing, until looked at, looked at, until merged, until released.
SELECT results_eq($$SELECT split_part(merge_request, ':', 3)::int AS r, service, team, item, key, item_count, type, coding_hours,
	pickup_hours, review_hours, merge_hours, release_hours, reviewed, merged_week FROM flow.review ORDER BY r$$,
	$$VALUES (4, 'web', 'Red', 'jira:issue:1', 'SHOP-1', 1, 'feature', 18::float8, 6::float8, 6::float8, 6::float8, 72::float8, true, date
		'2026-01-05'), (5, 'web', 'Red', NULL, NULL, 2, '(none)', 12, NULL, NULL, NULL, 24, false, '2026-01-05'),
	(6, 'web', 'Red', NULL, NULL, 0, '(none)', 12, 6, 6, NULL, 12, true, '2026-01-12'), (7, 'web', 'Red', NULL, NULL, 0, '(none)', NULL,
		NULL, NULL, NULL, NULL, false, NULL), (8, 'web', 'Red', NULL, NULL, 0, '(none)', NULL, NULL, NULL, NULL, NULL, false, NULL),
	(9, 'web', 'Red', NULL, NULL, 0, '(none)', 0, NULL, NULL, 6, NULL, false, '2026-01-12'), (10, 'api', 'Blue', 'jira:issue:2', 'SHOP-2',
		1, 'defect', 0, NULL, NULL, NULL, 36, false, '2026-01-05'),
	(11, 'shop/mono', '(none)', NULL, NULL, 0, '(none)', 0, NULL, NULL, NULL, 36, false, '2026-01-05')$$, 'requests by hand');
SELECT results_eq('SELECT merge_request FROM flow.review WHERE ready_at IS NULL', $$VALUES ('gitlab:merge_request:8')$$,
	'a draft is not ready');
SELECT results_eq($$SELECT build, attempt, service, result, queue_hours, run_hours, is_rerun, first_pass FROM flow.build_run ORDER BY
	build$$,
	$$VALUES ('b1', 1, 'web', 'failed', 6::float8, 6::float8, false, false), ('b2', 2, 'web', 'success', 0, 12, true, NULL), ('b3', 1,
		'web', 'success', NULL, 12, false, true), ('b4', 1, 'web', 'success', 6, 6, false, true),
	('b5', 1, 'web', 'failed', 0, 12, true, NULL), ('b6', 1, 'web', NULL, 0, NULL, false, NULL), ('b7', 3, 'pay', 'cancelled', 0, 12, true,
		NULL), ('b8', 1, '(none)', 'success', NULL, NULL, false, true)$$, 'builds by hand');
SELECT results_eq($$SELECT deployment, item, key, title, type, priority, service, environment, part_count, method, confidence FROM
	flow.release_item ORDER BY deployment, item$$,
	$$VALUES ('A2', 'jira:issue:2', 'SHOP-2', 'Basket', 'defect', 'High', 'api', 'live', 1, 'key in title', 0.95::float8), ('D5',
		'jira:issue:1', 'SHOP-1', 'Search', 'feature', 'Low', 'web', 'eu', 2, 'key in title', 0.95),
	('D5', 'jira:issue:2', 'SHOP-2', 'Basket', 'defect', 'High', 'web', 'eu', 1, 'key in title', 0.95)$$, 'what releases carry');

-- The way of an item, by its key; what came of it.
INSERT INTO flow.usage (source, event_id, feature, at) VALUES ('app', '1', 'SHOP-1', pg_temp.day(14)), ('app', '2', 'SHOP-1',
	pg_temp.day(13));
SELECT results_eq($$SELECT at, step, entity, event, via, method, confidence FROM vsm.trace('flow', 'SHOP-1')$$,
	$$VALUES (pg_temp.day(4), 'item', 'jira:issue:1', 'To Do', NULL, NULL, NULL::float8),
	(pg_temp.day(5), 'item', 'jira:issue:1', 'In Progress', NULL, NULL, NULL),
	(pg_temp.day(6.5), 'commit', 'b4', 'written', 'gitlab:merge_request:4', 'head commit', 1),
	(pg_temp.day(7), 'request', 'gitlab:merge_request:4', 'opened', 'jira:issue:1', 'key in branch', 0.9),
	(pg_temp.day(7.25), 'request', 'gitlab:merge_request:4', 'ready for review', 'jira:issue:1', 'key in branch', 0.9),
	(pg_temp.day(7.5), 'request', 'gitlab:merge_request:4', 'first review', 'jira:issue:1', 'key in branch', 0.9),
	(pg_temp.day(7.75), 'request', 'gitlab:merge_request:4', 'approved', 'jira:issue:1', 'key in branch', 0.9),
	(pg_temp.day(8), 'commit', 's4', 'written', 'gitlab:merge_request:4', 'squash commit', 1),
	(pg_temp.day(8), 'request', 'gitlab:merge_request:4', 'merged', 'jira:issue:1', 'key in branch', 0.9),
	(pg_temp.day(9), 'commit', 'b5', 'written', 'gitlab:merge_request:5', 'head commit', 1),
	(pg_temp.day(9.5), 'request', 'gitlab:merge_request:5', 'opened', 'jira:issue:1', 'key in title', 0.95),
	(pg_temp.day(10), 'commit', 'm5', 'written', 'gitlab:merge_request:5', 'merge commit', 1),
	(pg_temp.day(10), 'request', 'gitlab:merge_request:5', 'merged', 'jira:issue:1', 'key in title', 0.95),
	(pg_temp.day(11), 'deployment', 'D5', 'web on production', 'm5', 'history contains the commit', 1),
	(pg_temp.day(11), 'deployment', 'D5', 'web on production', 's4', 'history contains the commit', 1),
	(pg_temp.day(11.2), 'incident', 'pager:incident:1', 'opened', 'D5', 'field', 1),
	(pg_temp.day(12), 'item', 'jira:issue:1', 'Done', NULL, NULL, NULL),
	(pg_temp.day(13), 'incident', 'pager:incident:1', 'resolved', 'D5', 'field', 1),
	(pg_temp.day(13), 'usage', 'jira:issue:1', 'first used: app', NULL, 'alias', 1)$$, 'from the idea to its use');
SELECT bag_eq($$SELECT * FROM vsm.trace('flow', 'jira:issue:1')$$, $$SELECT * FROM vsm.trace('flow', 'SHOP-1')$$, 'or by its name');
SELECT is_empty($$SELECT * FROM vsm.trace('flow', 'SHOP-99')$$, 'of what is none there is none');
SELECT throws_ok($$SELECT * FROM vsm.trace('nowhere', 'SHOP-1')$$, '42P01', 'there is no model in schema "nowhere"', 'nor in no model');
-- A reader of Pay alone, and what a release of his would tell of an item of Shop.
UPDATE flow.service SET value_stream = 'Pay' WHERE service = 'api';
CREATE ROLE vsm_test_pay;
CALL vsm.grant_reader('flow', 'vsm_test_pay', ARRAY['Pay']);
SET LOCAL ROLE vsm_test_pay;
SELECT is_empty($$SELECT * FROM vsm.trace('flow', 'SHOP-1') UNION ALL SELECT * FROM vsm.trace('flow', 'jira:issue:1')$$,
	'who does not see an item is not told of its way');
SELECT results_eq('SELECT deployment, item, key, title, url, type FROM flow.release_item',
	$$VALUES ('A2', 'jira:issue:2', NULL::text, NULL::text, NULL::text, 'defect')$$,
	'who sees a release is not told what an item of others is about');
SELECT results_eq('SELECT DISTINCT value_stream FROM flow.deployment_outcome', $$VALUES ('Pay')$$, 'and sees no other release');
RESET ROLE;
DELETE FROM flow.access;
UPDATE flow.service SET value_stream = 'Shop' WHERE service = 'api';

-- All of it beside plain SQL.
\ir ../../delivery_oracle.sql
SELECT bag_eq(:'outcome' || 'flow.deployment_outcome', :'outcome' || 'wanted_outcome', 'deployments as plain SQL has them');
SELECT bag_eq(:'change' || 'flow.change_lead_time', :'change' || 'wanted_change', 'changes');
SELECT bag_eq('SELECT week, ' || :'dora' || 'flow.dora_weekly', format('SELECT period, %s pg_temp.wanted_dora(%L, %L)', :'dora', 'week',
	:'zone'), 'weeks');
SELECT bag_eq('SELECT month, ' || :'dora' || 'flow.dora_monthly', format('SELECT period, %s pg_temp.wanted_dora(%L, %L)', :'dora', 'month',
	:'zone'), 'months');
SELECT is_empty($$SELECT service, environment, change_count FROM flow.dora_monthly WHERE change_count IS DISTINCT FROM (SELECT CASE WHEN
	change_count IS NOT NULL THEN count(*) END FROM flow.change_lead_time AS c
	WHERE c.service = dora_monthly.service AND c.environment = dora_monthly.environment AND c.released_month = dora_monthly.month)$$,
		'changes of a month are its rows');

-- Weeks that start on Sunday: day 11 is one.
UPDATE flow.model SET week_starts = 'sun';
SELECT vsm.refresh_once('flow') AS made \gset
SELECT results_eq($$SELECT week, deployment_count FROM flow.dora_weekly WHERE service = 'web' AND environment = 'eu' AND deployment_count >
	0 ORDER BY week$$,
	$$VALUES (date '2025-12-28', 1), ('2026-01-04', 1), ('2026-01-11', 5), ('2026-01-18', 1)$$, 'weeks start when the model says');
SELECT finish();
ROLLBACK;
