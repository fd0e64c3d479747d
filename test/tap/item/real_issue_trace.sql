-- Jira issues in DevLake's layout: the status intervals that DevLake made of their changelogs.
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS vsm;
SELECT plan(6);
\set absent `[ -f "${VSM_REAL_DATA:-}/devlake/issue_trace/e2e/raw_tables/issue_changelogs.csv" ] && echo false || echo true`
\if :absent
SELECT skip('there is no devlake/issue_trace in VSM_REAL_DATA', 6);
\else
\set load `sh "$VSM_TOP/test/load_csv.sh" issue "$VSM_REAL_DATA/devlake/issue_trace/e2e/raw_tables/issues.csv"`
\i :load
\set load `sh "$VSM_TOP/test/load_csv.sh" changelog "$VSM_REAL_DATA/devlake/issue_trace/e2e/raw_tables/issue_changelogs.csv"`
\i :load
\set load `sh "$VSM_TOP/test/load_csv.sh" answer "$VSM_REAL_DATA/devlake/issue_trace/e2e/snapshot_tables/issue_status_history.csv"`
\i :load
SET LOCAL TimeZone = 'Asia/Kathmandu';

-- A changelog has no row for the creation: the first state is the first change's from, since then;
-- without a change it is the present one. One source gives no from: its first state has no name.
CREATE TEMP VIEW event AS
WITH change AS (
	SELECT issue_id, created_date::timestamptz AS at, coalesce(original_from_value, '') AS was, original_to_value AS state,
		row_number() OVER (PARTITION BY issue_id ORDER BY created_date::timestamptz, id) AS number
	FROM changelog WHERE field_name = 'status')
SELECT issue_id, at, state FROM change
UNION ALL
SELECT i.id, i.created_date::timestamptz, coalesce(was, i.original_status) FROM issue i LEFT JOIN change ON i.id = issue_id AND number = 1;
UPDATE answer SET original_status = coalesce(original_status, '');
CREATE TEMP TABLE line AS SELECT issue_id, vsm.timeline(at, state) AS timeline FROM event GROUP BY issue_id;

SELECT is(count(*), 200::bigint, 'the answer has 200 intervals') FROM answer;
SELECT is_empty($$
	(SELECT issue_id, (e).at, (e).state FROM (SELECT issue_id, vsm.events(timeline) AS e FROM line) l
	 EXCEPT ALL SELECT issue_id, start_date::timestamptz, original_status FROM answer)
	UNION ALL
	(SELECT issue_id, start_date::timestamptz, original_status FROM answer
	 EXCEPT ALL SELECT issue_id, (e).at, (e).state FROM (SELECT issue_id, vsm.events(timeline) AS e FROM line) l) $$,
	'events of the timelines are the intervals, by start and by status as Jira has it');

-- DevLake's own status is an interpretation: as a workflow, whose stages are those statuses.
CREATE TEMP TABLE meaning AS
SELECT vsm.workflow(place::int, status, 'active', original_status) AS workflow
FROM (SELECT DISTINCT status, original_status, dense_rank() OVER (ORDER BY status) AS place FROM answer WHERE status <> '') s;
SELECT ok((SELECT count(*) FROM meaning, vsm.stages(workflow)) > 1, 'statuses are interpreted');
SELECT is_empty($$
	SELECT a.* FROM answer a JOIN line USING (issue_id), meaning
	WHERE status <> '' AND vsm.stage_at(timeline, workflow, start_date::timestamptz) IS DISTINCT FROM status $$,
	'the stage at each start is the status of DevLake');
SELECT is_empty($$
	SELECT issue_id FROM line, meaning, vsm.visits(timeline, workflow) AS v
	WHERE NOT EXISTS (SELECT FROM answer a WHERE a.issue_id = line.issue_id AND start_date::timestamptz = entered_at AND coalesce(status,
		'(unmapped)') = stage) $$,
	'every visit begins where an interval of its status does');
SELECT is_empty($$
	SELECT issue_id FROM line JOIN answer USING (issue_id) WHERE is_current_status = '1'
	AND vsm.state_at(timeline, now()) IS DISTINCT FROM original_status $$,
	'the current status is the last state');
\endif
SELECT * FROM finish();
ROLLBACK;
