-- Apache DevLake's pull requests, deployments and incidents as a model, and its answers beside the views of delivery.
-- Where our rule differs on purpose, the rows that differ are named.
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS vsm;
SET LOCAL client_min_messages = error;
SET LOCAL timezone = 'UTC';
SELECT plan(10);
\set absent `[ -d "${VSM_REAL_DATA:-}/devlake/dora" ] && echo false || echo true`
\if :absent
SELECT skip('there is no devlake/dora in VSM_REAL_DATA', 10);
\else
\set load `sh "$VSM_TOP/test/load_csv.sh" diff "$VSM_REAL_DATA/devlake/dora/e2e/change_lead_time/commits_diffs.csv"`
\i :load
\set load `sh "$VSM_TOP/test/load_csv.sh" deployed "$VSM_REAL_DATA/devlake/dora/e2e/change_lead_time/cicd_deployment_commits.csv"`
\i :load
\set load `sh "$VSM_TOP/test/load_csv.sh" pull_request "$VSM_REAL_DATA/devlake/dora/e2e/change_lead_time/pull_requests.csv"`
\i :load
\set load `sh "$VSM_TOP/test/load_csv.sh" pull_request_commit "$VSM_REAL_DATA/devlake/dora/e2e/change_lead_time/pull_request_commits.csv"`
\i :load
\set load `sh "$VSM_TOP/test/load_csv.sh" lead_time_answer "$VSM_REAL_DATA/devlake/dora/e2e/change_lead_time/project_pr_metrics.csv"`
\i :load
\set load `sh "$VSM_TOP/test/load_csv.sh" told "$VSM_REAL_DATA/devlake/dora/e2e/connect_incident_to_deployment/raw_tables/incidents.csv"`
\i :load
\set load `sh "$VSM_TOP/test/load_csv.sh" mapping "$VSM_REAL_DATA/devlake/dora/e2e/connect_incident_to_deployment/raw_tables/project_mapping.csv"`
\i :load
\set load `sh "$VSM_TOP/test/load_csv.sh" project_deployed "$VSM_REAL_DATA/devlake/dora/e2e/connect_incident_to_deployment/prev_success_deployment_commit/cicd_deployment_commits_after.csv"`
\i :load
\set load `sh "$VSM_TOP/test/load_csv.sh" incident_answer "$VSM_REAL_DATA/devlake/dora/e2e/connect_incident_to_deployment/snapshot_tables/project_incident_deployment_relationships.csv"`
\i :load

-- Change lead time. A service is what a scope deploys of a repository. The history is what the comparisons tell: a commit
-- that was deployed comes after the one before it and what it has beyond that.
CALL vsm.create_model('flow');
INSERT INTO flow.commit (sha, repository, parents)
SELECT d.new_commit_sha, 'repo1', array_agg(d.commit_sha) || array_agg(DISTINCT d.old_commit_sha) FILTER (WHERE d.old_commit_sha <> '')
FROM diff AS d GROUP BY d.new_commit_sha;
INSERT INTO flow.commit (sha, repository) SELECT commit_sha, 'repo1' FROM deployed UNION SELECT commit_sha, 'repo1' FROM diff ON CONFLICT
	DO NOTHING;
INSERT INTO flow.commit (sha, repository, authored_at)
SELECT commit_sha, 'repo1', commit_authored_date::timestamptz FROM pull_request_commit;
INSERT INTO flow.deployment (deployment, service, repository, environment, environment_tier, sha, status, started_at, finished_at)
SELECT id, cicd_scope_id || ' ' || repo_url, 'repo1', nullif(environment, ''), lower(nullif(environment, '')), commit_sha,
	CASE result WHEN 'SUCCESS' THEN 'success' ELSE 'failed' END, started_date::timestamptz, finished_date::timestamptz
FROM deployed WHERE cicd_scope_id IN ('cicd1', 'cicd2');
INSERT INTO flow.merge_request (merge_request, repository, created_at, merged_at)
SELECT 'github:pull_request:' || id, 'repo1', created_date::timestamptz, nullif(merged_date, '')::timestamptz FROM pull_request;
INSERT INTO flow.link (source, target, kind, method, confidence)
SELECT commit_sha, 'github:pull_request:' || pull_request_id, 'part_of', 'pull request commits', 1 FROM pull_request_commit
UNION ALL SELECT merge_commit_sha, 'github:pull_request:' || id, 'part_of', 'merge commit', 1 FROM pull_request;
SELECT vsm.refresh_once('flow') AS made \gset
CREATE TEMP VIEW change AS
SELECT p.id, c.deployment, c.method, c.first_commit_at, c.lead_time_hours
FROM flow.change_lead_time AS c JOIN pull_request AS p ON p.merge_commit_sha = c.sha;
SELECT bag_eq('SELECT id, deployment FROM change',
	'SELECT id, deployment_commit_id FROM lead_time_answer WHERE nullif(deployment_commit_id, '''') IS NOT NULL',
	'the deployment of each pull request: what the first one ever brought counts for neither');
SELECT is((SELECT count(*) FROM change), 3::bigint, 'of which there are three');
SELECT bag_eq('SELECT id, first_commit_at FROM change', 'SELECT id, first_commit_authored_date::timestamptz FROM lead_time_answer
	WHERE nullif(deployment_commit_id, '''') IS NOT NULL', 'a request that landed in one commit counts from its first commit');
-- DevLake adds up minutes of coding, to the merge and to the deployment, each rounded up, and leaves negative ones out.
SELECT results_eq($$SELECT c.id, ceil(c.lead_time_hours * 60)::int, a.pr_cycle_time::int
	FROM change AS c JOIN lead_time_answer AS a USING (id) ORDER BY c.id$$,
	$$VALUES ('pr1', 4478, 4478),
	('pr2', 158, 1598),		-- its first commit was written after the request was merged
	('pr3', 8799, 10203)	-- it was deployed before it was merged
	$$, 'the time from the first commit to production is its cycle time where its parts do not contradict each other');
SELECT bag_eq('SELECT deployment, previous FROM flow.deployment_outcome WHERE counted',
	$$SELECT id, nullif(prev_success_deployment_commit_id, '') FROM deployed
	WHERE result = 'SUCCESS' AND environment = 'PRODUCTION' AND cicd_scope_id IN ('cicd1', 'cicd2')$$, 'the deployment before each');
SELECT set_eq('SELECT deployment, reason FROM flow.deployment_outcome WHERE NOT counted',
	$$VALUES ('7', 'not production'), ('8', 'not production'), ('11', 'status failed')$$, 'those that do not count');

-- Incidents. A service is all that a project deploys.
CALL vsm.create_model('project');
INSERT INTO project.deployment (deployment, service, repository, environment, environment_tier, sha, status, finished_at)
SELECT d.id, m.project_name, d.repo_url, nullif(d.environment, ''), lower(nullif(d.environment, '')), d.commit_sha,
	CASE d.result WHEN 'SUCCESS' THEN 'success' ELSE 'failed' END, d.finished_date::timestamptz
FROM project_deployed AS d LEFT JOIN mapping AS m ON m."table" = 'cicd_scopes' AND m.row_id = d.cicd_scope_id;
INSERT INTO project.incident (incident, service, opened_at, resolved_at)
SELECT i.id, m.project_name, i.created_date::timestamptz, i.updated_date::timestamptz
FROM told AS i LEFT JOIN mapping AS m ON m."table" = i."table" AND m.row_id = i.scope_id;
SELECT vsm.refresh_once('project') AS made \gset
SELECT bag_eq('SELECT c.incident, c.service, d.cicd_deployment_id FROM project.incident_cause AS c
	JOIN project_deployed AS d ON d.id = c.deployment', 'TABLE incident_answer', 'the deployment that each incident is laid to');
SELECT is((SELECT count(*) FROM project.incident_cause WHERE method = 'latest deployment before'), 6::bigint,
	'six of them, all by a guess');
-- Five incidents of the last deployment, until 29 November; one of the third, for 17 minutes.
SELECT results_eq($$SELECT o.deployment, d.cicd_deployment_id, o.recovered_at FROM project.deployment_outcome AS o
	JOIN project_deployed AS d ON d.id = o.deployment WHERE o.failed ORDER BY o.finished_at$$,
	$$VALUES ('3', 'pipeline2', timestamptz '2022-09-15 02:13:18Z'), ('13', 'pipeline7', '2022-11-29 00:46:47Z')$$,
	'a deployment fails once, and recovers when the last of its incidents is resolved');
SELECT results_eq($$SELECT deployment_count, failed_count, failed_guess_count, change_fail_rate, change_fail_rate_stated
	FROM project.dora_monthly WHERE service = 'project1' AND month = '2022-09-01'$$,
	'VALUES (10, 2, 2, 0.2::float8, 0::float8)', 'two of ten failed, none that anybody says');
\endif
SELECT * FROM finish();
ROLLBACK;
