-- Apache DevLake's own rows in its own tables, attached: histories of issues and causes of incidents are as its answers have them.
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS vsm;
SET LOCAL client_min_messages = error;
SET LOCAL TimeZone = 'Asia/Tokyo';
SELECT plan(10);
\set absent `[ -d "${VSM_REAL_DATA:-}/devlake/dora" ] && echo false || echo true`
\if :absent
SELECT skip('there is no devlake/dora in VSM_REAL_DATA', 10);
\else
\set load `sh "$VSM_TOP/test/load_csv.sh" issues "$VSM_REAL_DATA/devlake/issue_trace/e2e/raw_tables/issues.csv"`
\i :load
\set load `sh "$VSM_TOP/test/load_csv.sh" changelogs "$VSM_REAL_DATA/devlake/issue_trace/e2e/raw_tables/issue_changelogs.csv"`
\i :load
\set load `sh "$VSM_TOP/test/load_csv.sh" answer "$VSM_REAL_DATA/devlake/issue_trace/e2e/snapshot_tables/issue_status_history.csv"`
\i :load
\set load `sh "$VSM_TOP/test/load_csv.sh" incidents "$VSM_REAL_DATA/devlake/dora/e2e/connect_incident_to_deployment/raw_tables/incidents.csv"`
\i :load
\set load `sh "$VSM_TOP/test/load_csv.sh" mapping "$VSM_REAL_DATA/devlake/dora/e2e/connect_incident_to_deployment/raw_tables/project_mapping.csv"`
\i :load
\set load `sh "$VSM_TOP/test/load_csv.sh" deployed "$VSM_REAL_DATA/devlake/dora/e2e/connect_incident_to_deployment/prev_success_deployment_commit/cicd_deployment_commits_after.csv"`
\i :load
\set load `sh "$VSM_TOP/test/load_csv.sh" caused "$VSM_REAL_DATA/devlake/dora/e2e/connect_incident_to_deployment/snapshot_tables/project_incident_deployment_relationships.csv"`
\i :load
CREATE SCHEMA trace;
CREATE TABLE trace.issues AS TABLE pg_temp.issues;
CREATE TABLE trace.issue_changelogs AS TABLE pg_temp.changelogs;
CALL vsm.create_model('flow');
CALL vsm.attach_devlake('flow', 'trace');
SELECT vsm.refresh_once('flow');
SELECT results_eq($$SELECT refused, error FROM vsm.attached('flow')$$, 'VALUES (0::bigint, NULL::text)', 'its issues are read');
SELECT is((SELECT count(*) FROM flow.item)::int, 32, 'all of them');
CREATE TEMP VIEW state AS
SELECT substr(e.entity, length('devlake:issue:') + 1) AS issue_id, e.state, e.at FROM flow.event AS e WHERE e.state !~ 'lagged$';
CREATE TEMP VIEW answered AS
SELECT a.issue_id, a.original_status AS state, a.start_date::timestamptz AS at FROM answer AS a;
SELECT bag_eq($$(TABLE state EXCEPT ALL TABLE answered)$$,
	$$VALUES ('jira:JiraIssue:2:10100', '已完成', timestamptz '2021-03-28 08:05:55.638Z'), ('tapd:TapdStory:2:1149308060001017333', 'Open',
		'2023-05-31 13:17:24Z')$$, 'each issue was in the states that DevLake''s history of states has, since the same times, but for two');
-- Of one no change is known: DevLake has it in its present state since it was created, we since that was seen. The other has no name for
-- the state there.
SELECT bag_eq($$(TABLE answered EXCEPT ALL TABLE state)$$,
	$$VALUES ('jira:JiraIssue:2:10100', '已完成', timestamptz '2020-06-12 00:52:23.456Z'), ('tapd:TapdStory:2:1149308060001017333', NULL,
		'2023-05-31 13:17:24Z')$$, 'which DevLake tells otherwise');
SELECT is((SELECT count(*) FROM flow.event AS e WHERE e.state !~ 'lagged$')::int, 200, 'which are 200');
SELECT bag_eq('SELECT key, title, created_at, size FROM flow.item',
	$$SELECT i.issue_key, i.title, i.created_date::timestamptz, nullif(i.story_point, '')::numeric FROM pg_temp.issues AS i$$,
	'its columns');

-- Its incidents are laid to the deployments of their project.
CREATE SCHEMA dora;
CREATE TABLE dora.incidents AS
SELECT i.*, i.updated_date AS resolution_date FROM pg_temp.incidents AS i;
CREATE TABLE dora.project_mapping AS TABLE pg_temp.mapping;
CREATE TABLE dora.cicd_deployment_commits AS TABLE pg_temp.deployed;
CALL vsm.create_model('project');
CALL vsm.attach_devlake('project', 'dora');
SELECT vsm.refresh_once('project');
SELECT results_eq($$SELECT refused, error FROM vsm.attached('project')$$, 'VALUES (0::bigint, NULL::text)', 'its deployments are read');
SELECT bag_eq($$SELECT substr(c.incident, length('devlake:issue:') + 1), c.service, d.cicd_deployment_id
	FROM project.incident_cause AS c JOIN pg_temp.deployed AS d ON 'devlake:deployment:' || d.id = c.deployment$$, 'TABLE caused',
	'the deployment that each incident is laid to');
SELECT is((SELECT count(*) FROM project.incident_cause)::int, 6, 'six of them');
SELECT results_eq($$SELECT o.deployment, o.recovered_at FROM project.deployment_outcome AS o WHERE o.failed ORDER BY o.finished_at$$,
	$$VALUES ('devlake:deployment:3', timestamptz '2022-09-15 02:13:18Z'), ('devlake:deployment:13', '2022-11-29 00:46:47Z')$$,
	'a deployment fails once, and recovers when the last of its incidents is resolved, as by rows of the model');
\endif
SELECT * FROM finish();
ROLLBACK;
