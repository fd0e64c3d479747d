-- Forecasts of real histories: what those of the items of a project of eighteen years, and of the cases of a hospital, said, and what came;
-- and the view forecast_check over the last half year of the project.
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS vsm;
SET client_min_messages = error;
BEGIN;
SET LOCAL timezone = 'UTC';
SELECT plan(6);
\set absent `[ -f "${VSM_REAL_DATA:-}/githist/zookeeper/commits.csv" ] && [ -f "${VSM_REAL_DATA:-}/bupar/patients.csv" ] && echo false || echo true`
\if :absent
SELECT skip('there is no githist/zookeeper and bupar in VSM_REAL_DATA', 6);
\else
\set load `sh "$VSM_TOP/test/load_csv.sh" changes "$VSM_REAL_DATA/githist/zookeeper/commits.csv"`
\i :load
\set load `sh "$VSM_TOP/test/load_csv.sh" keys "$VSM_REAL_DATA/githist/zookeeper/commit_issue_keys.csv"`
\i :load
\set load `sh "$VSM_TOP/test/load_csv.sh" step "$VSM_REAL_DATA/bupar/patients.csv"`
\i :load

-- An item is done with its last commit; a case with its last step.
CREATE TEMP TABLE done AS
SELECT 'project' AS of, k.issue_key AS item, max(to_timestamp(c.commit_epoch::bigint)) AS at
FROM keys AS k JOIN changes AS c USING (sha) GROUP BY 2
UNION ALL
SELECT 'hospital', patient, max(time::timestamptz) FROM step GROUP BY patient;
CREATE TEMP TABLE weekly AS
SELECT w.of, w.week::date, row_number() OVER (PARTITION BY w.of ORDER BY w.week) AS n,
	(SELECT count(*)::int FROM done AS d WHERE d.of = w.of AND d.at >= w.week AND d.at < w.week + interval '7 days') AS items
FROM (
	SELECT d.of, generate_series(date_trunc('week', min(d.at)), date_trunc('week', max(d.at)) - interval '7 days', '7 days') AS week
	FROM done AS d GROUP BY d.of) AS w;
CREATE TEMP TABLE forecast AS
SELECT m.of, m.week + 7 AS made_day, h AS weeks, f.said, vsm.forecast_probability(s.samples, f.said, h) AS chance, (
	SELECT sum(x.items)::int FROM weekly AS x WHERE x.of = m.of AND x.n BETWEEN m.n + 1 AND m.n + h) AS came
FROM weekly AS m, unnest('{4,8}'::int[]) AS h,
	LATERAL (SELECT array_agg(x.items) AS samples FROM weekly AS x WHERE x.of = m.of AND x.n BETWEEN m.n - 25 AND m.n) AS s,
	LATERAL (SELECT vsm.forecast_items(s.samples, h, 0.85) AS said OFFSET 0) AS f
WHERE m.n >= 26 AND m.n + h <= (SELECT max(x.n) FROM weekly AS x WHERE x.of = m.of);
CREATE TEMP TABLE share AS
SELECT of, weeks, count(*) AS forecasts, avg((came >= said)::int) AS held, avg(chance) AS promised FROM forecast GROUP BY of, weeks;
SELECT diag(format('%s, %s weeks: of %s forecasts %s %% held, where %s %% were to', of, weeks, forecasts, round(100 * held),
	round((100 * promised)::numeric)))
FROM share ORDER BY of, weeks;
SELECT cmp_ok((SELECT held FROM share WHERE of = 'project' AND weeks = 4), '>=', 0.80, 'four weeks of the project hold');
SELECT cmp_ok((SELECT held FROM share WHERE of = 'project' AND weeks = 4), '<=', 0.90, 'as often as they should');
-- Weeks are like those around them, which the forecast does not know: it matters more the further it looks.
SELECT cmp_ok((SELECT corr(a.items, b.items) FROM weekly AS a JOIN weekly AS b ON b.of = a.of AND b.n = a.n + 1 WHERE a.of = 'project'),
	'>', 0.2::float8, 'its weeks are not independent');
SELECT cmp_ok((SELECT held FROM share WHERE of = 'project' AND weeks = 8), '>=', 0.70, 'so that eight weeks hold less often');
-- A year, on which little can be said.
SELECT cmp_ok((SELECT min(held) FROM share WHERE of = 'hospital'), '>=', 0.70, 'cases of the hospital');

-- The view, on the project as if its last whole week were the last one.
SELECT date_trunc('week', now())::date - max(week) - 7 AS shift FROM weekly WHERE of = 'project' \gset
CALL vsm.create_model('flow');
INSERT INTO flow.value_stream (value_stream, workflow)
VALUES ('Project', '{"stages":[{"name":"Open","class":"active"},{"name":"Done","class":"done"}]}');
INSERT INTO flow.item (item, source, key, value_stream, team)
SELECT 'git:item:' || item, 'git', item, 'Project', 'All' FROM done WHERE of = 'project';
INSERT INTO flow.event (source, event_id, entity, at, state)
SELECT 'git', v.state, 'git:item:' || d.item, d.at + :shift * interval '1 day' - v.before, v.state
FROM done AS d, (VALUES ('Open', interval '1 hour'), ('Done', '0')) AS v (state, before)
WHERE d.of = 'project' AND d.at < (SELECT max(week) + 7 FROM weekly WHERE of = 'project');
SELECT vsm.refresh_once('flow') > 0 AS made \gset
SELECT set_eq('SELECT weeks_before, made_day, said_count, came_count FROM flow.forecast_check',
	format('SELECT weeks, made_day + %s, said, came FROM forecast WHERE of = ''project'' AND said > 0
		AND made_day + 7 * weeks + %1$s > date_trunc(''week'', now())::date - 7 * 26', :shift), 'the last half year of it in the view');
SELECT diag(format('project, the last half year, %s weeks: of %s forecasts %s %% held', weeks_before, count(*),
	round(100 * avg(held::int))))
FROM flow.forecast_check GROUP BY weeks_before ORDER BY weeks_before;
\endif
SELECT finish();
ROLLBACK;
