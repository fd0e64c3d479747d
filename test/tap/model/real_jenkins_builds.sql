-- Builds and stages of Jenkins as Apache DevLake's tests have them, and its answers. Where ours
-- differ, the rows are named.
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS vsm;
SET LOCAL timezone = 'UTC';
SET LOCAL client_min_messages = error;
SELECT plan(14);
\set absent `[ -d "${VSM_REAL_DATA:-}/devlake/jenkins/e2e" ] && echo false || echo true`
\if :absent
SELECT skip('there is no devlake/jenkins in VSM_REAL_DATA', 14);
\else
\set load `sh "$VSM_TOP/test/load_csv.sh" folder_build "$VSM_REAL_DATA/devlake/jenkins/e2e/raw_tables/_raw_jenkins_api_builds.csv"`
\i :load
\set load `sh "$VSM_TOP/test/load_csv.sh" branch_build "$VSM_REAL_DATA/devlake/jenkins/e2e/raw_tables/_raw_jenkins_api_builds_multibranch.csv"`
\i :load
\set load `sh "$VSM_TOP/test/load_csv.sh" folder_stage "$VSM_REAL_DATA/devlake/jenkins/e2e/raw_tables/_raw_jenkins_api_stages.csv"`
\i :load
\set load `sh "$VSM_TOP/test/load_csv.sh" branch_stage "$VSM_REAL_DATA/devlake/jenkins/e2e/raw_tables/_raw_jenkins_api_stages_multibranch.csv"`
\i :load
\set load `sh "$VSM_TOP/test/load_csv.sh" folder_answer "$VSM_REAL_DATA/devlake/jenkins/e2e/snapshot_tables/cicd_pipelines.csv"`
\i :load
\set load `sh "$VSM_TOP/test/load_csv.sh" branch_answer "$VSM_REAL_DATA/devlake/jenkins/e2e/snapshot_tables/cicd_pipelines_multibranch.csv"`
\i :load
\set load `sh "$VSM_TOP/test/load_csv.sh" folder_commit_answer "$VSM_REAL_DATA/devlake/jenkins/e2e/snapshot_tables/cicd_pipeline_commits.csv"`
\i :load
\set load `sh "$VSM_TOP/test/load_csv.sh" branch_commit_answer "$VSM_REAL_DATA/devlake/jenkins/e2e/snapshot_tables/cicd_pipeline_commits_multibranch.csv"`
\i :load
\set load `sh "$VSM_TOP/test/load_csv.sh" folder_stage_answer "$VSM_REAL_DATA/devlake/jenkins/e2e/snapshot_tables/_tool_jenkins_stages.csv"`
\i :load
\set load `sh "$VSM_TOP/test/load_csv.sh" branch_stage_answer "$VSM_REAL_DATA/devlake/jenkins/e2e/snapshot_tables/_tool_jenkins_stages_multibranch.csv"`
\i :load

-- The builds were asked for without their url, which is the address of the job and their number.
CREATE TEMP VIEW payload AS
SELECT 'folder' AS set, data::jsonb || jsonb_build_object('url', '/' || (input::jsonb ->> 'Path') || 'job/' || (input::jsonb ->> 'Name')
	|| '/' || (data::jsonb ->> 'number') || '/') AS build FROM folder_build
UNION ALL
SELECT 'branch', data::jsonb || jsonb_build_object('url', (input::jsonb ->> 'URL') || (data::jsonb ->> 'number') || '/') FROM branch_build;
CREATE TEMP TABLE fact AS SELECT p.set, f.* FROM payload AS p, vsm.read_jenkins_build('jenkins', p.build, vsm.default_names()) AS f;
SELECT is_empty($$SELECT k.* FROM payload, vsm.jenkins_kind(build) AS k WHERE (k.kind, k.reason) IS DISTINCT FROM ROW ('build', NULL)$$,
	'all are builds');

-- Name, start, length and result. DevLake cuts the start to the second and adds the length to that.
CREATE TEMP VIEW ours AS
SELECT s.set, substr(s.entity, 15) AS name, date_trunc('second', s.at) AS started_at, date_trunc('second', s.at) + (e.at - s.at)
	AS finished_at, e.value AS result
FROM fact AS s LEFT JOIN fact AS e ON e.set = s.set AND e.entity = s.entity AND e.id = e.entity || ':finished'
WHERE s.id = s.entity || ':running';
CREATE TEMP VIEW theirs AS
SELECT 'folder' AS set, name, created_date::timestamptz AS started_at, nullif(finished_date, '')::timestamptz AS finished_at,
	original_result AS result FROM folder_answer
UNION ALL SELECT 'branch', name, created_date::timestamptz, nullif(finished_date, '')::timestamptz, original_result FROM branch_answer;
SELECT is((SELECT count(*) FROM theirs WHERE set = 'branch'), 15::bigint, 'fifteen builds of branches');
SELECT bag_eq($$SELECT * FROM ours WHERE set = 'branch'$$, $$SELECT * FROM theirs WHERE set = 'branch'$$, 'of which all is the same');
SELECT bag_eq($$SELECT name, started_at, finished_at FROM ours WHERE set = 'folder'$$, $$SELECT name, started_at, finished_at FROM theirs
	WHERE set = 'folder'
		UNION ALL SELECT 'pipeline-test2#1', '2022-09-08 15:40:13+00', '2022-09-08 15:40:17.564+00'$$,
	'builds in folders: theirs lack pipeline-test2, a job they were not asked for');
SELECT set_eq($$SELECT name, result FROM ours AS o WHERE set = 'folder' EXCEPT SELECT name, result FROM theirs$$,
	$$VALUES ('pipeline-test2#1', 'SUCCESS'), ('Test-jenkins-dir/test-jenkins-sub-dir/test-sub-sub-dir/devlake#27', NULL),
		('Test-jenkins-dir/test-jenkins-sub-dir/test-sub-sub-dir/devlake#10001', NULL),
			('Test-jenkins-dir/test-jenkins-sub-dir/test-sub-sub-dir/devlake#10002', NULL)$$,
	'three builds have a result while they are running: theirs have it with no end, ours have neither');
SELECT is_empty($$SELECT * FROM theirs AS t WHERE NOT EXISTS (SELECT FROM ours AS o WHERE (o.set, o.name) = (t.set, t.name))$$,
	'no build of theirs is missing');

-- Commits
SELECT bag_eq($$SELECT substr(entity, 15), value FROM fact WHERE set = 'branch' AND name = 'builds'$$,
	$$SELECT substr(pipeline_id, 24), commit_sha FROM branch_commit_answer$$, 'commits of branch builds');
SELECT bag_eq($$SELECT substr(entity, 15), value FROM fact WHERE set = 'folder' AND name = 'builds'$$,
	$$SELECT substr(pipeline_id, 24), commit_sha FROM folder_commit_answer$$, 'commits of builds in folders');
SELECT set_eq($$SELECT details ->> 'repository' FROM fact WHERE details ? 'repository'$$, $$VALUES ('merico-dev/lake'),
	('gustavobini/devlake-jenkins')$$, 'their repositories, by https and scp');

-- Stages
CREATE TEMP VIEW stage AS
SELECT 'branch' AS set, data::jsonb AS stage FROM branch_stage UNION ALL SELECT 'folder', data::jsonb FROM folder_stage;
CREATE TEMP TABLE stage_fact AS SELECT s.set, s.stage ->> 'id' AS stage, f.* FROM stage AS s, vsm.read_jenkins_stage('jenkins', s.stage,
	vsm.default_names()) AS f WHERE f.fact = 'event';
CREATE TEMP VIEW our_stage AS
SELECT b.set, b.stage, substr(b.entity, 15) AS build, b.value AS name, b.at AS started_at, e.value AS status, e.at - b.at AS length
FROM stage_fact AS b LEFT JOIN stage_fact AS e ON e.set = b.set AND e.id = left(b.id, -6) || ':finished'
WHERE b.entity LIKE 'jenkins:build:%';
SELECT is_empty($$SELECT k.* FROM stage, vsm.jenkins_kind(stage) AS k WHERE (k.kind, k.reason) IS DISTINCT FROM ROW ('stage', NULL)$$,
	'all are stages');
SELECT is((SELECT count(*) FROM branch_stage_answer), 65::bigint, 'sixty-five stages of branch builds');
SELECT bag_eq($$SELECT build, stage, name, started_at, length, status FROM our_stage WHERE set = 'branch'$$,
	$$SELECT build_name, id, name, to_timestamp(start_time_millis::numeric / 1000), duration_millis::numeric * interval '1 millisecond',
		status FROM branch_stage_answer$$, 'of which all is the same');
SELECT bag_eq($$SELECT DISTINCT stage, name, started_at FROM our_stage WHERE set = 'folder'$$,
	$$SELECT DISTINCT id, name, to_timestamp(start_time_millis::numeric / 1000) FROM folder_stage_answer$$, 'stages of builds in folders');
SELECT set_eq($$SELECT DISTINCT regexp_replace(build, '#\d+$', '') FROM our_stage WHERE set = 'folder'
	AND build NOT LIKE 'Test-jenkins-dir/%'$$,
	$$SELECT DISTINCT replace(substring(data::jsonb #>> '{_links,self,href}' FROM '^/job/(.*)/\d+/execution/'), '%20', ' ')
		FROM folder_stage$$,
	'whose addresses are those of other jobs, while theirs were all given to the one asked for');
\endif
SELECT finish();
ROLLBACK;
