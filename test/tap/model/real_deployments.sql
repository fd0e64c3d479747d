-- Deployments, pull requests and incidents as Apache DevLake's tests have them, and its answers.
-- Where our rule differs on purpose, the rows that differ are named.
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS vsm;
SET LOCAL search_path = public, vsm;
SET LOCAL timezone = 'UTC';
SELECT plan(17);
\set absent `[ -d "${VSM_REAL_DATA:-}/devlake/dora" ] && echo false || echo true`
\if :absent
SELECT skip('there is no devlake/dora in VSM_REAL_DATA', 17);
\else
\set load `sh "$VSM_TOP/test/load_csv.sh" refdiff_parent "$VSM_REAL_DATA/devlake/refdiff/e2e/deployment_commit_diff/commit_parents.csv"`
\i :load
\set load `sh "$VSM_TOP/test/load_csv.sh" refdiff_commit "$VSM_REAL_DATA/devlake/refdiff/e2e/deployment_commit_diff/repo_commits.csv"`
\i :load
\set load `sh "$VSM_TOP/test/load_csv.sh" refdiff_deployment "$VSM_REAL_DATA/devlake/refdiff/e2e/deployment_commit_diff/cicd_deployment_commits.csv"`
\i :load
\set load `sh "$VSM_TOP/test/load_csv.sh" refdiff_answer "$VSM_REAL_DATA/devlake/refdiff/e2e/deployment_commit_diff/commits_diffs.csv"`
\i :load
\set load `sh "$VSM_TOP/test/load_csv.sh" diff "$VSM_REAL_DATA/devlake/dora/e2e/change_lead_time/commits_diffs.csv"`
\i :load
\set load `sh "$VSM_TOP/test/load_csv.sh" deployment "$VSM_REAL_DATA/devlake/dora/e2e/change_lead_time/cicd_deployment_commits.csv"`
\i :load
\set load `sh "$VSM_TOP/test/load_csv.sh" pull_request "$VSM_REAL_DATA/devlake/dora/e2e/change_lead_time/pull_requests.csv"`
\i :load
\set load `sh "$VSM_TOP/test/load_csv.sh" pull_request_commit "$VSM_REAL_DATA/devlake/dora/e2e/change_lead_time/pull_request_commits.csv"`
\i :load
\set load `sh "$VSM_TOP/test/load_csv.sh" lead_time_answer "$VSM_REAL_DATA/devlake/dora/e2e/change_lead_time/project_pr_metrics.csv"`
\i :load
\set load `sh "$VSM_TOP/test/load_csv.sh" incident "$VSM_REAL_DATA/devlake/dora/e2e/connect_incident_to_deployment/raw_tables/incidents.csv"`
\i :load
\set load `sh "$VSM_TOP/test/load_csv.sh" project_mapping "$VSM_REAL_DATA/devlake/dora/e2e/connect_incident_to_deployment/raw_tables/project_mapping.csv"`
\i :load
\set load `sh "$VSM_TOP/test/load_csv.sh" project_deployment "$VSM_REAL_DATA/devlake/dora/e2e/connect_incident_to_deployment/prev_success_deployment_commit/cicd_deployment_commits_after.csv"`
\i :load
\set load `sh "$VSM_TOP/test/load_csv.sh" incident_answer "$VSM_REAL_DATA/devlake/dora/e2e/connect_incident_to_deployment/snapshot_tables/project_incident_deployment_relationships.csv"`
\i :load
\set load `sh "$VSM_TOP/test/load_csv.sh" issue "$VSM_REAL_DATA/devlake/dora/e2e/raw_tables/issues.csv"`
\i :load
\set load `sh "$VSM_TOP/test/load_csv.sh" board_issue "$VSM_REAL_DATA/devlake/dora/e2e/raw_tables/board_issues.csv"`
\i :load
\set load `sh "$VSM_TOP/test/load_csv.sh" issue_answer "$VSM_REAL_DATA/devlake/dora/e2e/snapshot_tables/project_incident_deployment_relationships.csv"`
\i :load
\set load `sh "$VSM_TOP/test/load_csv.sh" previous_before "$VSM_REAL_DATA/devlake/dora/e2e/prev_success_deployment_commit/cicd_deployment_commits_before.csv"`
\i :load
\set load `sh "$VSM_TOP/test/load_csv.sh" previous_answer "$VSM_REAL_DATA/devlake/dora/e2e/prev_success_deployment_commit/cicd_deployment_commits_after.csv"`
\i :load

-- refdiff: what each deployment has that the one before had not.
\set repository 'github:GithubRepo:1:484251804'
CREATE TEMP VIEW refdiff_first AS
SELECT f.* FROM vsm.first_release(
	(SELECT vsm.graph(commit_sha, parent_commit_sha) FROM refdiff_commit LEFT JOIN refdiff_parent USING (commit_sha)
		WHERE repo_id = :'repository'),
	(SELECT vsm.releases(repo_url || '/' || environment, commit_sha, commit_sha, started_date::timestamptz) FROM refdiff_deployment
		WHERE cicd_scope_id = :'repository' AND result = 'SUCCESS')) f;
SELECT results_eq('SELECT release, sha FROM refdiff_first WHERE release IS NOT NULL ORDER BY 1, 2',
	'SELECT new_commit_sha, commit_sha FROM refdiff_answer ORDER BY 1, 2', 'refdiff: the five rows');
SELECT is((SELECT count(*) FROM refdiff_answer), 5::bigint, 'of which there are five');
SELECT results_eq('SELECT sha FROM refdiff_first WHERE release IS NULL ORDER BY 1', $$VALUES ('commit_sha3'), ('commit_sha5'),
	('commit_sha8')$$, 'and besides the commits that no deployment has');

-- Change lead time. There is no commit graph, only the answer of a comparison: edges from the new
-- commit to what it has. Target: the repository, as the project deploys it to production.
CREATE TEMP VIEW change AS
SELECT p.id, first.commit_sha AS first_commit, first.commit_authored_date::timestamptz AS authored_at, p.created_date::timestamptz
	AS created_at, p.merged_date::timestamptz AS merged_at,
	d.id AS deployment, f.released_at AS deployed_at,
	NOT EXISTS (SELECT FROM deployment e WHERE e.result = 'SUCCESS' AND e.finished_date::timestamptz < f.released_at
		AND (e.repo_url, e.environment, e.cicd_scope_id) = (d.repo_url, d.environment, d.cicd_scope_id)) AS is_first_deployment
FROM pull_request p
CROSS JOIN LATERAL (SELECT c.* FROM pull_request_commit c WHERE c.pull_request_id = p.id ORDER BY c.commit_authored_date::timestamptz
	LIMIT 1) first
LEFT JOIN vsm.first_release(
	(SELECT vsm.graph(sha, child) FROM (SELECT new_commit_sha, commit_sha FROM diff UNION ALL SELECT commit_sha, NULL FROM diff) e(sha,
		child)),
	(SELECT vsm.releases(repo_url, id, commit_sha, finished_date::timestamptz) FROM deployment WHERE result = 'SUCCESS'
		AND environment = 'PRODUCTION' AND cicd_scope_id IN ('cicd1', 'cicd2'))) f
	ON f.sha = p.merge_commit_sha
LEFT JOIN deployment d ON d.id = f.release
WHERE p.merged_date IS NOT NULL;
SELECT results_eq('SELECT id, deployment, deployed_at FROM change ORDER BY id',
	$$VALUES ('pr0', '1', timestamptz '2023-04-10 06:52:47Z'), ('pr1', '5', '2023-04-13 07:29:14Z'), ('pr2', '5', '2023-04-13 07:29:14Z'),
		('pr3', '6', '2023-04-13 07:30:34Z'), ('pr4', NULL, NULL), ('pr5', NULL, NULL)$$,
	'first production deployment of each pull request, by ancestry');
SELECT is_empty('(SELECT id, first_commit, authored_at, created_at, merged_at FROM change EXCEPT ALL SELECT id, first_commit_sha, '
	'first_commit_authored_date::timestamptz, pr_created_date::timestamptz, pr_merged_date::timestamptz FROM lead_time_answer)
	UNION ALL (SELECT id, first_commit_sha, first_commit_authored_date::timestamptz, pr_created_date::timestamptz, '
		'pr_merged_date::timestamptz FROM lead_time_answer EXCEPT ALL SELECT id, first_commit, authored_at, created_at, merged_at FROM '
			'change)',
	'first commits and times of the pull requests are those of DevLake');
SELECT results_eq(
	'SELECT c.id, c.deployment, a.deployment_commit_id FROM change c JOIN lead_time_answer a USING (id) WHERE (c.deployment, '
		'c.deployed_at) IS DISTINCT FROM (a.deployment_commit_id, a.pr_deployed_date::timestamptz)',
	$$VALUES ('pr0', '1', NULL::text)$$, 'deployments differ in one row: the first deployment ever counts, for DevLake it does not');
SELECT results_eq(
	'SELECT c.id, extract(epoch FROM c.deployed_at - c.merged_at) / 60 < 0 FROM change c JOIN lead_time_answer a USING (id) WHERE '
		'c.deployment = a.deployment_commit_id AND a.pr_deploy_time IS NULL',
	$$VALUES ('pr3', true)$$, 'spans differ in one row: deployed before it was merged is a negative span, for DevLake it is NULL');
SELECT results_eq(
	'SELECT id FROM change WHERE created_at < authored_at', $$VALUES ('pr2')$$,
		'and in another: the first commit was authored after the pull request was opened');
-- With DevLake's rules (no first deployment, minutes rounded up, negative spans NULL) the numbers are its own.
CREATE TEMP VIEW change_as_devlake AS
SELECT id, coding, deploy, coalesce(coding, 0) + ceil(extract(epoch FROM merged_at - created_at) / 60)::int + coalesce(deploy, 0) AS cycle
	FROM (
	SELECT *, CASE WHEN created_at >= authored_at THEN ceil(extract(epoch FROM created_at - authored_at) / 60)::int END AS coding,
		CASE WHEN deployed_at >= merged_at AND NOT is_first_deployment THEN ceil(extract(epoch FROM deployed_at - merged_at) / 60)::int
			END AS deploy FROM change) c;
SELECT is_empty('(SELECT id, coding, deploy, cycle FROM change_as_devlake EXCEPT ALL SELECT id, pr_coding_time::int, pr_deploy_time::int, '
	'pr_cycle_time::int FROM lead_time_answer)
	UNION ALL (SELECT id, pr_coding_time::int, pr_deploy_time::int, pr_cycle_time::int FROM lead_time_answer EXCEPT ALL SELECT id, coding, '
		'deploy, cycle FROM change_as_devlake)',
	'with its rules, its numbers of all pull requests');
SELECT is((SELECT count(*) FROM lead_time_answer), 6::bigint, 'of which there are six');

-- Incident to deployment: the latest successful deployment to production of the same project that finished before the incident.
CREATE TEMP VIEW cause AS
SELECT i.id, m.project_name, d.cicd_deployment_id
FROM incident i JOIN project_mapping m ON m."table" = i."table" AND m.row_id = i.scope_id
CROSS JOIN LATERAL (
	SELECT d.* FROM project_deployment d JOIN project_mapping s ON s."table" = 'cicd_scopes' AND s.row_id = d.cicd_scope_id
		AND s.project_name = m.project_name
	WHERE d.result = 'SUCCESS' AND d.environment = 'PRODUCTION' AND d.finished_date::timestamptz < i.created_date::timestamptz
	ORDER BY d.finished_date::timestamptz DESC LIMIT 1) d;
SELECT is_empty('(TABLE cause EXCEPT ALL TABLE incident_answer) UNION ALL (TABLE incident_answer EXCEPT ALL TABLE cause)',
	'incidents and their deployments');
SELECT is((SELECT count(*) FROM incident_answer), 6::bigint, 'of which there are six');
CREATE TEMP VIEW issue_cause AS
SELECT i.id, m.project_name, d.cicd_deployment_id
FROM issue i JOIN board_issue b ON b.issue_id = i.id JOIN project_mapping m ON m."table" = 'boards' AND m.row_id = b.board_id
CROSS JOIN LATERAL (
	SELECT d.* FROM project_deployment d JOIN project_mapping s ON s."table" = 'cicd_scopes' AND s.row_id = d.cicd_scope_id
		AND s.project_name = m.project_name
	WHERE d.result = 'SUCCESS' AND d.environment = 'PRODUCTION' AND d.finished_date::timestamptz < i.created_date::timestamptz
	ORDER BY d.finished_date::timestamptz DESC LIMIT 1) d
WHERE i.type = 'INCIDENT';
SELECT is_empty('(TABLE issue_cause EXCEPT ALL TABLE issue_answer) UNION ALL (TABLE issue_answer EXCEPT ALL TABLE issue_cause)',
	'incidents that are issues, and their deployments');
SELECT is((SELECT count(*) FROM issue_answer), 4::bigint, 'of which there are four');

-- The successful deployment before each.
SELECT is_empty($$
	SELECT * FROM previous_answer a FULL JOIN (
		SELECT id, CASE WHEN result = 'SUCCESS' AND environment <> '' THEN
			(SELECT p.id FROM previous_before p WHERE p.result = 'SUCCESS' AND (p.cicd_scope_id, p.repo_url,
				p.environment) = (d.cicd_scope_id, d.repo_url, d.environment)
			 AND p.started_date::timestamptz < d.started_date::timestamptz ORDER BY p.started_date::timestamptz DESC LIMIT 1) END
				AS previous
		FROM previous_before d) d USING (id) WHERE a.prev_success_deployment_commit_id IS DISTINCT FROM d.previous$$,
			'the successful deployment before each');
SELECT is((SELECT count(*) FROM previous_answer), 16::bigint, 'of sixteen');
-- The same deployments as releases of histories without merges: what came before is what a release contains.
SELECT is_empty($$
	WITH chain AS (SELECT d.id, d.cicd_scope_id || ' ' || d.repo_url || ' ' || d.environment AS target, d.commit_sha, p.commit_sha
		AS previous_sha, d.started_date::timestamptz AS at
		FROM previous_answer d LEFT JOIN previous_answer p ON p.id = d.prev_success_deployment_commit_id WHERE d.result = 'SUCCESS'
			AND d.environment <> '')
	SELECT * FROM chain c JOIN vsm.first_release((SELECT vsm.graph(commit_sha, previous_sha) FROM chain), (SELECT vsm.releases(target, id,
		commit_sha, at) FROM chain)) f
	ON f.sha = c.commit_sha WHERE f.release IS DISTINCT FROM c.id$$, 'each is the first release of its commit');
\endif
SELECT * FROM finish();
ROLLBACK;
