-- Six issues with flags, a backward move and skipped stages, and what jira-agile-metrics makes of
-- them: dates instead of times, its now is 2018-01-10.
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS vsm;
SELECT plan(5);
\set absent `[ -f "${VSM_REAL_DATA:-}/kanban_jam/changes.csv" ] && echo false || echo true`
\if :absent
SELECT skip('there is no kanban_jam in VSM_REAL_DATA', 5);
\else
\set load `sh "$VSM_TOP/test/load_csv.sh" issue "$VSM_REAL_DATA/kanban_jam/issues.csv"`
\i :load
\set load `sh "$VSM_TOP/test/load_csv.sh" change "$VSM_REAL_DATA/kanban_jam/changes.csv"`
\i :load
\set load `sh "$VSM_TOP/test/load_csv.sh" answer "$VSM_REAL_DATA/kanban_jam/expected_cycle.csv"`
\i :load
\set load `sh "$VSM_TOP/test/load_csv.sh" impediment "$VSM_REAL_DATA/kanban_jam/expected_impediments.csv"`
\i :load
SET LOCAL TimeZone = 'UTC';

CREATE TEMP TABLE meaning AS
SELECT vsm.preset('{"stages": [
	{"name": "Backlog",   "class": "new"},
	{"name": "Committed", "class": "waiting", "states": ["Next"]},
	{"name": "Build",     "class": "active"},
	{"name": "Test",      "class": "active",  "states": ["Code review", "QA"]},
	{"name": "Flagged",   "class": "blocked", "until": ["Unflagged"]},
	{"name": "Done",      "class": "done"}]}', 'jira_agile_metrics') AS workflow;

CREATE TEMP TABLE line AS
SELECT key, vsm.timeline(date_trunc('day', at::timestamptz), state) AS timeline
FROM (
	SELECT key, created AS at, 'Backlog' AS state FROM issue
	UNION ALL
	SELECT key, at, CASE WHEN field = 'status' THEN "to" WHEN coalesce("to", '') <> '' THEN 'Flagged' ELSE 'Unflagged' END
	FROM change) e
GROUP BY key;
CREATE TEMP TABLE now AS SELECT timestamptz '2018-01-10' AS as_of;

SELECT is(count(*), 6::bigint, 'there are six issues') FROM line;
SELECT results_eq(
	'SELECT key, vsm.days(vsm.flow_time(timeline, workflow)) FROM line, meaning ORDER BY key',
	'SELECT key, nullif(cycle_days, '''')::float8 FROM answer ORDER BY key', 'cycle days');
SELECT results_eq(
	'SELECT key, vsm.days(vsm.blocked_time(timeline, workflow, as_of => as_of)) FROM line, meaning, now ORDER BY key',
	'SELECT key, blocked_days::float8 FROM answer ORDER BY key', 'blocked days');

-- A flag lasts until it is cleared, or until the item is done; in the backlog it is shown, not counted.
SELECT results_eq($$
	SELECT key, lower(p)::date, nullif(upper(p), as_of)::date
	FROM line, meaning, now, unnest(vsm.blocked_periods(timeline, workflow, as_of)) AS p ORDER BY 1, 2 $$, $$
	SELECT key, start::date, nullif(nullif("end", '')::date, '2018-01-10')
	FROM impediment WHERE stage <> 'Backlog' ORDER BY 1, 2 $$, 'impediments after the commitment');

-- Its rule for a stage that was skipped, which is not ours: the date of the next one.
SELECT results_eq($$
	WITH entry AS (
		SELECT key, place, stage, first_entered_at::date AS entered
		FROM line, meaning, now, vsm.stage_times(timeline, workflow, as_of => as_of) WHERE class <> 'blocked'),
	filled AS (
		SELECT key, stage, min(entered) OVER (PARTITION BY key ORDER BY place DESC) AS entered FROM entry)
	SELECT key, max(entered) FILTER (WHERE stage = 'Backlog'), max(entered) FILTER (WHERE stage = 'Committed'),
		max(entered) FILTER (WHERE stage = 'Build'), max(entered) FILTER (WHERE stage = 'Test'),
		max(entered) FILTER (WHERE stage = 'Done')
	FROM filled GROUP BY key ORDER BY key $$, $$
	SELECT key, nullif(backlog, '')::date, nullif(committed, '')::date, nullif(build, '')::date,
		nullif(test, '')::date, nullif(done, '')::date FROM answer ORDER BY key $$, 'entry dates');
\endif
SELECT * FROM finish();
ROLLBACK;
