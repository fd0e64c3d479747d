-- vsm.notify_breaches: whom it tells of and when, beside the view aging_work; once. (Sessions and kills: test/t/notify_breaches.t.)
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS vsm;
SET LOCAL client_min_messages = error;
SET LOCAL jit = off;
SELECT plan(17);
CALL vsm.create_model('flow');
INSERT INTO flow.value_stream (value_stream, workflow)
SELECT v, '{"stages":[{"name":"To Do","class":"new"},{"name":"Build","class":"active"},
	{"name":"Blocked","class":"blocked","until":["Unblocked"]},{"name":"Review","class":"waiting"},{"name":"Done","class":"done"},
	{"name":"Dropped","class":"cancelled"}],"reopen":"pause"}' FROM unnest('{Shop,Pay}'::text[]) AS v;
CREATE FUNCTION pg_temp.tell(n int, days numeric, state text) RETURNS void LANGUAGE sql AS $$
	INSERT INTO flow.event (source, event_id, entity, at, state)
	VALUES ('jira', n || state || days, 'jira:issue:' || n, now() - make_interval(secs => days * 86400), state) $$;
INSERT INTO flow.item (item, source, key, value_stream, type, priority, title, created_at)
SELECT 'jira:issue:' || n, 'jira', 'SHOP-' || n, CASE WHEN n = 6 THEN 'Pay' ELSE 'Shop' END,
	CASE WHEN n = 7 THEN 'defect' ELSE 'feature' END, CASE WHEN n = 8 THEN 'High' END, repeat('ä', 5000), now() - interval '30 days'
FROM generate_series(1, 12) AS n;
SELECT count(pg_temp.tell(n, 30, 'To Do')) AS told FROM generate_series(1, 12) AS n \gset
SELECT count(pg_temp.tell(n, d, s)) AS told FROM (VALUES
	(1, 12, 'Build'), (1, 5, 'Review'),				-- older than 10 days, and in Review for more than 3
	(2, 9, 'Build'),								-- younger
	(3, 12, 'Build'), (3, 2, 'Done'),				-- done in time
	(4, 29, 'Build'), (4, 28, 'Dropped'),			-- cancelled
	(6, 6, 'Build'),								-- in Pay, where it is 5 days
	(7, 3, 'Build'),								-- defects 2 days
	(8, 1, 'Build'),								-- and in a hurry half a day
	(9, 8, 'Build'), (9, 7, 'Review'), (9, 5, 'Build'), (9, 1.5, 'Review'),	-- in Review for 2 and 1.5 days
	(10, 8, 'Review'), (10, 6, 'Build'),			-- no longer there
	(11, 15, 'Build'), (11, 12, 'Done'), (11, 4, 'Build')) AS v (n, d, s)		-- 3 and 4 days on the clock, which paused
\gset
INSERT INTO flow.service_level (value_stream, type, priority, stage, days) VALUES (NULL, NULL, NULL, NULL, 10),
	('Pay', NULL, NULL, NULL, 5), (NULL, 'defect', NULL, NULL, 2), ('Shop', 'feature', 'High', NULL, 0.5), (NULL, NULL, NULL, 'Review', 3);
SELECT vsm.refresh_once('flow') > 0 AS made \gset

SELECT is(vsm.notify_breaches('flow'), 6::bigint, 'items that are over their time are told');
SELECT results_eq($$SELECT split_part(item, ':', 3)::int, stage, now() - breached_at FROM flow.breach ORDER BY 1, 2$$,
	$$VALUES (1, '', interval '2 days'), (1, 'Review', '2 days'), (6, '', '1 day'), (7, '', '1 day'), (8, '', '12 hours'),
		(9, 'Review', '12 hours')$$, 'as a whole or in a stage, by the most specific service level');
SELECT set_eq('SELECT item, min(breached_at) FROM flow.breach GROUP BY item',
	'SELECT item, breach_at FROM flow.aging_work WHERE breach_at <= now()', 'as the view aging_work has it');
SELECT is(vsm.notify_breaches('flow'), 0::bigint, 'once');
UPDATE flow.breach SET told_at = now() - interval '1 day';

-- Another item breaches, one leaves its stage, one is done.
SELECT count(pg_temp.tell(n, d, s)) AS told FROM (VALUES (2, 10.5, 'Build'), (1, 0.1, 'Build'), (6, 0.1, 'Done')) AS v (n, d, s) \gset
SELECT vsm.refresh_once('flow') > 0 AS made \gset
SELECT is(vsm.notify_breaches('flow'), 1::bigint, 'and what is new');
SELECT results_eq($$SELECT split_part(item, ':', 3)::int, stage FROM flow.breach ORDER BY 1, 2$$,
	$$VALUES (1, ''), (1, 'Review'), (2, ''), (7, ''), (8, ''), (9, 'Review')$$, 'what is done goes, what has left a stage stays');
SELECT count(pg_temp.tell(n, d, s)) AS told FROM (VALUES (1, 0.05, 'Review'), (6, 0.01, 'Build')) AS v (n, d, s) \gset
SELECT vsm.refresh_once('flow') > 0 AS made \gset
SELECT is(vsm.notify_breaches('flow'), 1::bigint, 'back in the stage it is not told again, reopened it is');
UPDATE flow.service_level SET days = 1 WHERE stage IS NULL AND value_stream IS NULL AND type IS NULL;
SELECT is(vsm.notify_breaches('flow'), 3::bigint, 'a shorter time holds at once');
SELECT is((SELECT count(*) FROM flow.breach WHERE told_at = now()), 5::bigint, 'when it was told is kept');
SELECT set_eq($$SELECT item FROM flow.breach WHERE stage = ''$$, $$SELECT item FROM flow.aging_work WHERE breach_at <= now()
	AND item NOT IN (SELECT item FROM flow.breach WHERE stage <> '') UNION SELECT item FROM flow.breach WHERE stage = ''$$,
	'as aging_work has it');
DELETE FROM flow.service_level;
SELECT is(vsm.notify_breaches('flow'), 0::bigint, 'without service levels nothing breaches');
TRUNCATE flow.breach;
INSERT INTO flow.service_level (days) VALUES (100000);
SELECT is(vsm.notify_breaches('flow'), 0::bigint, 'nor by one that nothing reaches');

SELECT throws_ok('SELECT vsm.notify_breaches(NULL)', '22004', 'the schema of the model is NULL', 'no model');
SELECT throws_ok($$SELECT vsm.notify_breaches('nowhere')$$, '42P01', 'there is no model in schema "nowhere"', 'none there');
DROP TABLE flow.breach;
SELECT throws_ok($$SELECT vsm.notify_breaches('flow')$$, '42P01', 'the model in schema "flow" has no table "breach"', 'a model of before');
CALL vsm.create_model('flow');
SELECT lives_ok($$SELECT vsm.notify_breaches('flow')$$, 'which create_model completes');
CREATE ROLE vsm_breach_other SUPERUSER;
SET LOCAL ROLE vsm_breach_other;
SELECT throws_ok($$SELECT vsm.notify_breaches('flow')$$, '42501', NULL, 'only the owner');
RESET ROLE;
SELECT finish();
ROLLBACK;
