-- forecast_check: what forecasts said and what came. Worked out by hand; what each team's says beside plain SQL over all items as of each
-- week; what those of features said beside what the view feature says of a model that knows no more than was known then.
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS vsm;
SET client_min_messages = error;
SET jit = off;
\set schema flow
\set items 500
SELECT now() - interval '1000 days' AS first_day \gset
\ir ../../bench/setup/model.sql
BEGIN;
SET LOCAL timezone = 'America/New_York';
SELECT plan(13);

-- The beginning of the week so many weeks ago, and later in it.
CREATE FUNCTION pg_temp.week(ago int, days numeric DEFAULT 0) RETURNS timestamptz LANGUAGE sql STABLE AS
$$SELECT (date_trunc('week', now() AT TIME ZONE 'UTC') - ago * interval '7 days' + make_interval(secs => days * 86400))
	AT TIME ZONE 'UTC'$$;

------------------------------------------------------------------------------
-- By hand
------------------------------------------------------------------------------
CALL vsm.create_model('hand');
INSERT INTO hand.value_stream (value_stream, portfolio, workflow) VALUES ('Shop', 'Retail',
	'{"stages":[{"name":"To Do","class":"new"},{"name":"Build","class":"active"},{"name":"Done","class":"done"}]}');
CREATE TEMP TABLE work (item text, team text, parent text, created timestamptz, started timestamptz, done timestamptz);
INSERT INTO work
-- two a week; four a week that became one; one a week since six weeks; one a week, and one that came back
SELECT team || ago || ':' || n, team, NULL, pg_temp.week(ago, 0.5), pg_temp.week(ago, 1), pg_temp.week(ago, 2)
FROM generate_series(1, 60) AS ago, (VALUES ('Red'), ('Green'), ('Blue'), ('Gold')) AS t (team),
	LATERAL generate_series(1, CASE team WHEN 'Red' THEN 2 WHEN 'Green' THEN CASE WHEN ago > 4 THEN 4 ELSE 1 END WHEN 'Blue'
		THEN CASE WHEN ago > 6 THEN 0 ELSE 1 END ELSE 1 END) AS n;
-- Features of four items each, one item a week, one feature after the other; the last grows when it is half done.
INSERT INTO work
SELECT 'teal' || lpad(j::text, 2, '0'), 'Teal', 'feature' || lpad((j / 4)::text, 2, '0'), pg_temp.week(61), pg_temp.week(60 - j, 1),
	pg_temp.week(60 - j, 2)
FROM generate_series(0, 59) AS j;
INSERT INTO work VALUES ('again', 'Gold', NULL, pg_temp.week(6, 0.5), pg_temp.week(6, 1), pg_temp.week(6, 2)),
	('added', 'Teal', 'feature14', pg_temp.week(2, 1), NULL, NULL);
INSERT INTO hand.item (item, source, key, value_stream, team, parent, created_at)
SELECT 'jira:issue:' || item, 'jira', item, 'Shop', team, 'jira:issue:' || parent, created FROM work
UNION ALL SELECT DISTINCT 'jira:issue:' || parent, 'jira', parent, 'Shop', 'Teal', NULL, pg_temp.week(61)
FROM work WHERE parent IS NOT NULL;
INSERT INTO hand.event (source, event_id, entity, at, state)
SELECT 'jira', state, 'jira:issue:' || item, at, state
FROM work, LATERAL (VALUES (created, 'To Do'), (started, 'Build'), (done, 'Done')) AS e (at, state) WHERE at IS NOT NULL
UNION ALL SELECT 'jira', v.id, 'jira:issue:again', v.at, v.state
FROM (VALUES ('again', pg_temp.week(3, 3), 'Build'), ('at last', pg_temp.week(2, 3), 'Done')) AS v (id, at, state)
UNION ALL SELECT DISTINCT 'jira', 'To Do', 'jira:issue:' || parent, pg_temp.week(61), 'To Do' FROM work WHERE parent IS NOT NULL;
SELECT vsm.refresh_once('hand') > 0 AS made \gset

CREATE TEMP VIEW told AS
SELECT c.*, ((date_trunc('week', now() AT TIME ZONE 'UTC')::date - c.week) / 7)::int AS ago FROM hand.forecast_check AS c;
SELECT results_eq($$SELECT weeks_before, count(*), min(said_count), max(said_count), min(came_count), max(came_count), bool_and(held),
	avg(said_chance), min(sample_count), max(held_share), min(portfolio), min(promised_share) FROM told
	WHERE team = 'Red' GROUP BY 1 ORDER BY 1$$,
	$$VALUES (4, 26::bigint, 8, 8, 8, 8, true, 1::float8, 26, 1::float8, 'Retail', 0.85::float8),
		(8, 26, 16, 16, 16, 16, true, 1, 26, 1, 'Retail', 0.85)$$, 'a team that always does the same');
SELECT results_eq($$SELECT ago, said_count, came_count, held, round(held_share::numeric, 9) FROM told
	WHERE team = 'Green' AND weeks_before = 4 AND ago < 7 ORDER BY 1$$,
	$$VALUES (1, 16, 4, false, round(22 / 26.0, 9)), (2, 16, 7, false, round(22 / 26.0, 9)), (3, 16, 10, false, round(22 / 26.0, 9)),
		(4, 16, 13, false, round(22 / 26.0, 9)), (5, 16, 16, true, round(22 / 26.0, 9)), (6, 16, 16, true, round(22 / 26.0, 9))$$,
	'one that came to do less');
SELECT results_eq($$SELECT weeks_before, ago, made_day, said_count, came_count, sample_count FROM told WHERE team = 'Blue' ORDER BY 1, 2$$,
	$$VALUES (4, 1, (pg_temp.week(4) AT TIME ZONE 'UTC')::date, 4, 4, 2), (4, 2, (pg_temp.week(5) AT TIME ZONE 'UTC')::date, 4, 4, 1)$$,
	'one that is new');
-- Done in the sixth week before, back in the third, done again in the second: at the end of the fourth it was done.
SELECT results_eq($$SELECT ago, said_count, came_count, sample_count FROM told
	WHERE team = 'Gold' AND weeks_before = 4 AND ago <= 6 ORDER BY 1$$,
	$$VALUES (1, 4, 5, 26), (2, 4, 5, 26), (3, 4, 4, 26), (4, 4, 5, 26), (5, 4, 5, 26), (6, 4, 5, 26)$$,
	'what came back was done until then');
SELECT is((SELECT round(said_chance::numeric, 9) FROM told WHERE team = 'Gold' AND weeks_before = 4 AND ago = 1), 1::numeric,
	'and is a finish in the weeks before');
SELECT results_eq($$SELECT weeks_before, key, ago, said_count, came_count, held, said_chance FROM told
	WHERE forecast = 'feature' ORDER BY 1, 2$$,
	$$SELECT w, 'feature' || lpad(g::text, 2, '0'), 57 - 4 * g, 4, 4, g < 14, 1::float8
	FROM (VALUES (4, 8), (8, 8)) AS h (w, first), generate_series(h.first, 14) AS g ORDER BY 1, 2$$,
	'features one after the other, of which the last grew');
SELECT is((SELECT count(*) FROM told WHERE (forecast = 'team') <> (key IS NULL) OR NOT is_complete OR ago NOT BETWEEN 1 AND 26), 0::bigint,
	'of the last 26 weeks');
DROP SCHEMA hand CASCADE;

------------------------------------------------------------------------------
-- Teams, by plain SQL over the generated model
------------------------------------------------------------------------------
UPDATE flow.model SET time_zone = 'Europe/Paris', week_starts = 'sun';
SELECT vsm.refresh_once('flow') > 0 AS made \gset
CREATE TEMP TABLE moment AS
SELECT n, (vsm.period_week(now(), 'Europe/Paris', 'sun') - 7 * n)::timestamp AT TIME ZONE 'Europe/Paris' AS at,
	vsm.period_week(now(), 'Europe/Paris', 'sun') - 7 * n AS week FROM generate_series(0, 60) AS n;
CREATE TEMP TABLE finished AS
SELECT m.n, i.value_stream, coalesce(i.team, '(none)') AS team, f.finished_at
FROM flow.item_flow AS i JOIN flow.route AS r USING (route), moment AS m,
	LATERAL vsm.flow(i.timeline, r.workflow, NULL, m.at) AS f
WHERE m.n <= 33 AND i.value_stream IS NOT NULL AND i.level IS DISTINCT FROM 'parent' AND f.outcome = 'done'
AND (f.active_time > '0' OR EXISTS (
	SELECT FROM vsm.visits(i.timeline, r.workflow, NULL, m.at) AS v WHERE v.on_clock AND v.class IN ('active', 'waiting')));
CREATE TEMP TABLE first AS
SELECT value_stream, coalesce(team, '(none)') AS team, vsm.period_week(min(first_finished_at), 'Europe/Paris', 'sun') AS week
FROM flow.item_flow WHERE NOT untouched AND level IS DISTINCT FROM 'parent' GROUP BY 1, 2;
CREATE TEMP TABLE wanted AS
SELECT f.value_stream, f.team, h AS weeks_before, m.week AS made_day, s.samples, vsm.forecast_items(s.samples, h, 0.85) AS said,
	(SELECT count(*) FROM finished AS x
		WHERE x.n = m.n - h AND x.value_stream = f.value_stream AND x.team = f.team AND x.finished_at >= m.at) AS came
FROM first AS f, moment AS m, unnest('{4,8}'::int[]) AS h, LATERAL (
	SELECT array_agg((
		SELECT count(*)::int FROM finished AS x JOIN moment AS u ON u.n = w.n - 1
		WHERE x.n = m.n AND x.value_stream = f.value_stream AND x.team = f.team AND x.finished_at >= w.at AND x.finished_at < u.at))
		AS samples
	FROM moment AS w WHERE w.n BETWEEN m.n + 1 AND m.n + 26 AND w.week >= f.week) AS s
WHERE m.n BETWEEN h AND h + 25 AND s.samples IS NOT NULL;
SELECT set_eq($$SELECT value_stream, team, weeks_before, made_day, said_count, came_count::bigint, sample_count,
		round(said_chance::numeric, 9), held
		FROM flow.forecast_check WHERE forecast = 'team'$$,
	$$SELECT value_stream, team, weeks_before, made_day, said, came, cardinality(samples),
		round(vsm.forecast_probability(samples, said, weeks_before)::numeric, 9), came >= said FROM wanted WHERE said > 0$$,
	'teams of the generated model');
SELECT cmp_ok((SELECT count(*) FROM wanted WHERE said > 0 AND came < said), '>', 5::bigint, 'some of which did not hold');
-- Independent weeks of one kind: what is left between 0.85 and this is that items are whole.
SELECT diag(format('generated model: of %s forecasts of teams %s %% held, where %s %% were to', count(*), round(avg(held::int) * 100),
	round((avg(said_chance) * 100)::numeric))) FROM flow.forecast_check WHERE forecast = 'team';
SELECT diag(format('generated model: of %s forecasts of features, many of which have an item that nobody closes, %s %% held', count(*),
	round(avg(held::int) * 100))) FROM flow.forecast_check WHERE forecast = 'feature';

------------------------------------------------------------------------------
-- Features, by the view feature of a model that knows what was known when most forecasts were made, eight weeks ago or before
------------------------------------------------------------------------------
-- Only what the tracker tells, and urgencies that are the same at any time.
DELETE FROM flow.item_change; DELETE FROM flow.merge_request; DELETE FROM flow.commit; DELETE FROM flow.deployment; DELETE FROM flow.link;
DELETE FROM flow.build; DELETE FROM flow.usage; DELETE FROM flow.incident;
UPDATE flow.item SET urgency = NULL WHERE urgency ->> 'profile' <> 'rate';
UPDATE flow.model SET time_zone = 'UTC', week_starts = 'mon';
SELECT vsm.refresh_once('flow', rebuild => true) > 0 AS made \gset
SELECT ((pg_temp.week(0) AT TIME ZONE 'UTC')::date - made_day) / 7 AS made_ago
FROM flow.forecast_check WHERE forecast = 'feature' AND made_day <= (pg_temp.week(8) AT TIME ZONE 'UTC')::date
GROUP BY made_day ORDER BY count(*) DESC, made_day LIMIT 1 \gset
CREATE TEMP TABLE said AS
SELECT subject, weeks_before, said_count, said_chance FROM flow.forecast_check
WHERE forecast = 'feature' AND made_day = (pg_temp.week(:made_ago) AT TIME ZONE 'UTC')::date;
DELETE FROM flow.event WHERE at > pg_temp.week(:made_ago);
DELETE FROM flow.item WHERE created_at > pg_temp.week(:made_ago);
UPDATE flow.event SET at = at + :made_ago * interval '7 days';
UPDATE flow.item SET created_at = created_at + :made_ago * interval '7 days', due_at = due_at + :made_ago * interval '7 days';
SELECT vsm.refresh_once('flow', rebuild => true) > 0 AS made \gset
CREATE TEMP TABLE known AS
SELECT item, round(extract(epoch FROM p85_at - now()) / 604800)::int AS weeks, remaining_count FROM flow.feature WHERE p85_at IS NOT NULL;
SELECT set_eq('SELECT subject, weeks_before, said_count FROM said',
	'SELECT item, weeks, remaining_count FROM known WHERE weeks IN (4, 8)', 'features as the view feature had them then');
SELECT cmp_ok((SELECT count(*) FROM said), '>', 0::bigint, 'of which there are some');
SELECT cmp_ok((SELECT count(*) FROM known WHERE weeks NOT IN (4, 8)), '>', 0::bigint, 'and others for later or sooner');
SELECT ok((SELECT bool_and(said_chance >= 0.85 * (1 - 1e-9)) FROM said), 'with the chance that was promised');
SELECT finish();
ROLLBACK;
