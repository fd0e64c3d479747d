-- The domain layer of Apache DevLake: a schema of our own in its shape, and DevLake's own rows beside its own answers.
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS vsm;
SELECT plan(18);
SET LOCAL client_min_messages = error;
SET LOCAL TimeZone = 'Asia/Tokyo';
CALL vsm.create_model('flow');

CREATE SCHEMA lake;
SET LOCAL search_path = lake, public;
CREATE TABLE issues (
	id varchar(255) PRIMARY KEY, created_at timestamptz, updated_at timestamptz, _raw_data_params varchar(255), url varchar(255),
	issue_key varchar(255), title text, description text, epic_key varchar(255), type varchar(100), original_type varchar(500),
	status varchar(100), original_status varchar(100), story_point float8, resolution_date timestamptz, created_date timestamptz,
	updated_date timestamptz, lead_time_minutes bigint, parent_issue_id varchar(255), priority varchar(255), severity varchar(255),
	component varchar(255), original_project varchar(255), due_date timestamptz);
CREATE TABLE issue_changelogs (
	id varchar(255) PRIMARY KEY, created_at timestamptz, updated_at timestamptz, issue_id varchar(255), author_id varchar(255),
	field_id varchar(255), field_name varchar(255), original_from_value text, original_to_value text, from_value text, to_value text,
	created_date timestamptz);
CREATE TABLE boards (id varchar(255) PRIMARY KEY, created_at timestamptz, updated_at timestamptz, name varchar(255));
CREATE TABLE board_issues (board_id varchar(255), issue_id varchar(255), created_at timestamptz, updated_at timestamptz);
CREATE TABLE issue_relationships (source_issue_id varchar(255), target_issue_id varchar(255), original_type varchar(255),
	updated_at timestamptz);
CREATE TABLE repos (id varchar(255) PRIMARY KEY, updated_at timestamptz, name varchar(255), url varchar(255));
CREATE TABLE pull_requests (
	id varchar(255) PRIMARY KEY, created_at timestamptz, updated_at timestamptz, base_repo_id varchar(255), head_repo_id varchar(255),
	status varchar(100), original_status varchar(100), title text, description text, url varchar(255), pull_request_key bigint,
	created_date timestamptz, merged_date timestamptz, closed_date timestamptz, merge_commit_sha varchar(40), head_ref varchar(255),
	base_ref varchar(255), head_commit_sha varchar(40), additions bigint, deletions bigint, is_draft boolean);
CREATE TABLE pull_request_issues (pull_request_id varchar(255), issue_id varchar(255), updated_at timestamptz);
CREATE TABLE pull_request_commits (
	commit_sha varchar(40), pull_request_id varchar(255), commit_authored_date timestamptz, updated_at timestamptz);
CREATE TABLE commit_parents (commit_sha varchar(40), parent_commit_sha varchar(40));
CREATE TABLE cicd_deployment_commits (
	id varchar(255) PRIMARY KEY, updated_at timestamptz, cicd_scope_id varchar(255), cicd_deployment_id varchar(255), name varchar(255),
	result varchar(100), status varchar(100), original_status varchar(100), environment varchar(255), original_environment varchar(255),
	created_date timestamptz, started_date timestamptz, finished_date timestamptz, commit_sha varchar(255), ref_name varchar(255),
	repo_id varchar(255), repo_url varchar(191));
CREATE TABLE project_mapping (project_name varchar(255), "table" varchar(255), row_id varchar(255));
CREATE TABLE incidents (
	id varchar(255) PRIMARY KEY, updated_at timestamptz, url varchar(255), title text, original_status varchar(100),
	resolution_date timestamptz, created_date timestamptz, updated_date timestamptz, severity varchar(255), "table" varchar(255),
	scope_id varchar(255));

INSERT INTO boards VALUES ('jira:JiraBoard:1:8', now(), now(), 'Pay'), ('github:GithubRepo:1:5', now(), now(), 'shop/checkout');
INSERT INTO board_issues VALUES ('jira:JiraBoard:1:8', 'jira:JiraIssue:1:1', now(), now()), ('github:GithubRepo:1:5',
	'github:GithubIssue:1:7', now(), now());
INSERT INTO issues (id, updated_at, issue_key, title, type, original_type, status, original_status, story_point, created_date, updated_date,
	resolution_date, priority, parent_issue_id)
VALUES ('jira:JiraIssue:1:1', '2026-02-01Z', 'PAY-1', 'Total', 'REQUIREMENT', 'Story', 'DONE', 'Done', 3, '2026-01-02 15:00Z',
		'2026-01-13 10:00Z', '2026-01-13 09:00Z', 'High', ''),
	('github:GithubIssue:1:7', '2026-02-01Z', '7', 'Wrong total', 'BUG', 'bug,web', 'DONE', 'CLOSED', NULL, '2026-01-03 15:00Z',
		'2026-01-05 10:00Z', '2026-01-05 10:00Z', NULL, 'jira:JiraIssue:1:1'),
	('jira:JiraIssue:1:3', '2026-02-01Z', 'PAY-3', 'Outage', 'INCIDENT', 'Incident', 'TODO', 'To Do', NULL, '2026-01-03 15:00Z',
		'2026-01-03 15:00Z', NULL, 'Highest', NULL);
INSERT INTO issue_changelogs (id, updated_at, issue_id, field_id, field_name, original_from_value, original_to_value, created_date)
VALUES ('c1', '2026-02-01Z', 'jira:JiraIssue:1:1', 'status', 'status', 'To Do', 'In Progress', '2026-01-05 08:00Z'),
	('c2', '2026-02-01Z', 'jira:JiraIssue:1:1', 'status', 'status', 'In Progress', 'Done', '2026-01-13 09:00Z'),
	('c3', '2026-02-01Z', 'jira:JiraIssue:1:1', 'priority', 'priority', 'Medium', 'High', '2026-01-07 08:00Z'),
	('c4', '2026-02-01Z', 'jira:JiraIssue:1:1', 'customfield_10021', 'Flagged', '', 'Impediment', '2026-01-07 08:00Z'),
	('c5', '2026-02-01Z', 'jira:JiraIssue:1:1', 'customfield_10021', 'Flagged', 'Impediment', '', '2026-01-08 08:00Z'),
	('c6', '2026-02-01Z', 'jira:JiraIssue:1:1', 'customfield_10019', 'Rank', '', 'Ranked lower', '2026-01-08 08:00Z');
INSERT INTO issue_relationships VALUES ('jira:JiraIssue:1:1', 'jira:JiraIssue:1:3', 'is blocked by', '2026-02-01Z');
INSERT INTO repos VALUES ('github:GithubRepo:1:5', now(), 'shop/checkout', 'https://github.com/shop/checkout');
INSERT INTO pull_requests (id, updated_at, base_repo_id, status, original_status, title, pull_request_key, created_date, merged_date,
	closed_date, merge_commit_sha, head_ref, base_ref, additions, deletions)
VALUES ('github:GithubPullRequest:1:9', '2026-02-01Z', 'github:GithubRepo:1:5', 'MERGED', 'merged', 'PAY-1: total', 12, '2026-01-06 08:00Z',
	'2026-01-12 08:00Z', '2026-01-12 08:00Z', 'aaaa', 'feature/PAY-1', 'main', 10, 2);
INSERT INTO pull_request_issues VALUES ('github:GithubPullRequest:1:9', 'github:GithubIssue:1:7', '2026-02-01Z');
INSERT INTO pull_request_commits VALUES ('bbbb', 'github:GithubPullRequest:1:9', '2026-01-06 07:00Z', '2026-02-01Z');
INSERT INTO commit_parents VALUES ('aaaa', 'bbbb');
INSERT INTO cicd_deployment_commits (id, updated_at, cicd_scope_id, cicd_deployment_id, name, result, status, environment,
	original_environment, created_date, started_date, finished_date, commit_sha, ref_name, repo_id, repo_url)
VALUES ('github:GithubDeployment:1:4', '2026-02-01Z', 's1', 'd4', 'deploy', 'SUCCESS', 'DONE', 'PRODUCTION', 'live', '2026-01-13 09:00Z',
	'2026-01-13 09:01Z', '2026-01-13 09:05Z', 'aaaa', 'main', 'github:GithubRepo:1:5', 'https://github.com/shop/checkout');
INSERT INTO project_mapping VALUES ('checkout', 'cicd_scopes', 's1'), ('checkout', 'boards', 'b1'), ('other', 'boards', 'b2'),
	('third', 'boards', 'b2');
INSERT INTO incidents VALUES ('pd:1', '2026-02-01Z', NULL, 'Down', 'resolved', '2026-01-14 10:00Z', '2026-01-14 09:00Z',
	'2026-01-14 10:00Z',
	'P1', 'boards', 'b1'), ('pd:2', '2026-02-01Z', NULL, 'Slow', 'triggered', NULL, '2026-01-14 09:00Z', '2026-01-14 10:00Z', 'P2',
		'boards', 'b2');

CALL vsm.attach_devlake('flow', 'lake');
SELECT vsm.refresh_once('flow');
SELECT results_eq($$SELECT refused, error FROM vsm.attached('flow')$$, 'VALUES (0::bigint, NULL::text)', 'it is read');
SELECT results_eq($$SELECT key, project, type, source_type, priority, size, parent FROM flow.item ORDER BY key$$,
	$$VALUES ('PAY-1', 'PAY', 'feature', 'Story', 'High', 3::numeric, NULL), ('PAY-3', 'PAY', 'defect', 'Incident', 'Highest', NULL, NULL),
		('shop/checkout#7', 'shop/checkout', 'defect', 'bug,web', NULL, NULL, 'devlake:issue:jira:JiraIssue:1:1')$$,
	'issues, by key and project, of the board where a key is a number only');
SELECT results_eq($$SELECT i.key, e.at, e.state, e.previous, e.method FROM flow.event AS e JOIN flow.item AS i ON i.item = e.entity
	ORDER BY i.key, e.at, e.state$$,
	$$VALUES ('PAY-1', timestamptz '2026-01-02 15:00Z', 'To Do', NULL, 'inferred'), ('PAY-1', '2026-01-05 08:00Z', 'In Progress', 'To Do',
		NULL),
		('PAY-1', '2026-01-07 08:00Z', 'Flagged', NULL, NULL), ('PAY-1', '2026-01-08 08:00Z', 'Unflagged', NULL, NULL),
		('PAY-1', '2026-01-13 09:00Z', 'Done', 'In Progress', NULL), ('PAY-3', '2026-01-03 15:00Z', 'To Do', NULL, NULL),
		('shop/checkout#7', '2026-01-03 15:00Z', 'OPEN', NULL, NULL), ('shop/checkout#7', '2026-01-05 10:00Z', 'CLOSED', NULL,
			'observed')$$,
	'states by their original names; what nobody moved is where it was, what has no changelog was seen');
SELECT results_eq('SELECT attribute, at, value, previous FROM flow.item_change ORDER BY at',
	$$VALUES ('priority', timestamptz '2026-01-02 15:00Z', 'Medium', NULL), ('priority', '2026-01-07 08:00Z', 'High', 'Medium')$$,
	'changes of attributes');
SELECT results_eq('SELECT source, kind, target, method FROM flow.link ORDER BY 2, 1, 3',
	$$VALUES ('devlake:issue:jira:JiraIssue:1:1', 'blocked_by', 'devlake:issue:jira:JiraIssue:1:3', 'issue link'),
		('devlake:issue:pd:1', 'caused_by', 'devlake:deployment:github:GithubDeployment:1:4', 'latest deployment before'),
		('devlake:deployment:github:GithubDeployment:1:4', 'deploys', 'aaaa', 'deployment'),
		('devlake:pull_request:github:GithubPullRequest:1:9', 'implements', 'PAY-1', 'key in title'),
		('devlake:pull_request:github:GithubPullRequest:1:9', 'implements', 'devlake:issue:github:GithubIssue:1:7', 'pull request issues'),
		('aaaa', 'part_of', 'devlake:pull_request:github:GithubPullRequest:1:9', 'merge commit'),
		('bbbb', 'part_of', 'devlake:pull_request:github:GithubPullRequest:1:9', 'pull request commits')$$, 'links');
SELECT results_eq('SELECT repository, title, state, created_at, merged_at, closed_at, additions FROM flow.merge_request',
	$$VALUES ('shop/checkout', 'PAY-1: total', 'merged', timestamptz '2026-01-06 08:00Z', timestamptz '2026-01-12 08:00Z',
		NULL::timestamptz, 10)$$,
	'pull requests');
SELECT results_eq('SELECT service, repository, environment, environment_tier, sha, status, finished_at FROM flow.deployment',
	$$VALUES ('checkout', 'shop/checkout', 'live', 'production', 'aaaa', 'success', timestamptz '2026-01-13 09:05Z')$$, 'deployments');
SELECT results_eq('SELECT incident, service, opened_at, resolved_at, severity FROM flow.incident ORDER BY 1',
	$$VALUES ('devlake:issue:jira:JiraIssue:1:3', NULL, timestamptz '2026-01-03 15:00Z', NULL::timestamptz, 'Highest'),
		('devlake:issue:pd:1', 'checkout', '2026-01-14 09:00Z', '2026-01-14 10:00Z', 'P1'),
		('devlake:issue:pd:2', NULL, '2026-01-14 09:00Z', NULL, 'P2')$$,
	'incidents, of the one project that they belong to');
SELECT results_eq('SELECT item, released_at FROM flow.item_flow WHERE released_at IS NOT NULL',
	'SELECT NULL::text, NULL::timestamptz LIMIT 0',
	'the first known production deployment of a repository releases nothing that was merged before it');
SELECT results_eq('SELECT sha, parents FROM flow.commit ORDER BY 1', $$VALUES ('aaaa', '{bbbb}'::text[]), ('bbbb', NULL)$$, 'commits');

-- What has changed alone.
UPDATE incidents SET resolution_date = '2026-01-14 11:00Z', updated_date = '2026-01-14 11:00Z', updated_at = '2026-02-02Z'
	WHERE id = 'pd:2';
SELECT vsm.refresh_once('flow');
SELECT is((SELECT error FROM vsm.attached('flow')), NULL, 'nothing is wrong');
SELECT is((SELECT resolved_at FROM flow.incident WHERE incident = 'devlake:issue:pd:2'), '2026-01-14 11:00Z', 'what is new is read');

-- DevLake's rows of GitLab beside what our reader makes of the payloads that they were made of.
SET LOCAL search_path = public;
\set absent `[ -d "${VSM_REAL_DATA:-}/devlake/gitlab" ] && echo false || echo true`
\if :absent
SELECT skip('there is no devlake/gitlab in VSM_REAL_DATA', 6);
\else
\set load `sh "$VSM_TOP/test/load_csv.sh" raw_issue "$VSM_REAL_DATA/devlake/gitlab/e2e/raw_tables/_raw_gitlab_api_issues.csv"`
\i :load
\set load `sh "$VSM_TOP/test/load_csv.sh" raw_request "$VSM_REAL_DATA/devlake/gitlab/e2e/raw_tables/_raw_gitlab_api_merge_requests.csv"`
\i :load
\set load `sh "$VSM_TOP/test/load_csv.sh" raw_deployment "$VSM_REAL_DATA/devlake/gitlab/e2e/raw_tables/_raw_gitlab_api_deployments.csv"`
\i :load
\set load `sh "$VSM_TOP/test/load_csv.sh" issues "$VSM_REAL_DATA/devlake/gitlab/e2e/snapshot_tables/issues.csv"`
\i :load
\set load `sh "$VSM_TOP/test/load_csv.sh" boards "$VSM_REAL_DATA/devlake/gitlab/e2e/snapshot_tables/boards.csv"`
\i :load
\set load `sh "$VSM_TOP/test/load_csv.sh" board_issues "$VSM_REAL_DATA/devlake/gitlab/e2e/snapshot_tables/board_issues.csv"`
\i :load
\set load `sh "$VSM_TOP/test/load_csv.sh" repos "$VSM_REAL_DATA/devlake/gitlab/e2e/snapshot_tables/repos.csv"`
\i :load
\set load `sh "$VSM_TOP/test/load_csv.sh" pull_requests "$VSM_REAL_DATA/devlake/gitlab/e2e/snapshot_tables/pull_requests.csv"`
\i :load
\set load `sh "$VSM_TOP/test/load_csv.sh" cicd_deployment_commits "$VSM_REAL_DATA/devlake/gitlab/e2e/snapshot_tables/cicd_deployment_commits.csv"`
\i :load
CREATE SCHEMA devlake;
ALTER TABLE pg_temp.issues RENAME TO issues_0;
CREATE TABLE devlake.issues AS TABLE pg_temp.issues_0;
CREATE TABLE devlake.boards AS TABLE pg_temp.boards;
CREATE TABLE devlake.board_issues AS TABLE pg_temp.board_issues;
CREATE TABLE devlake.repos AS TABLE pg_temp.repos;
CREATE TABLE devlake.pull_requests AS TABLE pg_temp.pull_requests;
CREATE TABLE devlake.cicd_deployment_commits AS TABLE pg_temp.cicd_deployment_commits;
CALL vsm.create_model('told');
CALL vsm.create_model('tables');
INSERT INTO told.inbox (source, payload)
SELECT 'gitlab', r.data FROM raw_issue AS r UNION ALL SELECT 'gitlab', r.data FROM raw_request AS r
UNION ALL SELECT 'gitlab', r.data FROM raw_deployment AS r;
SELECT vsm.ingest_once('told');
CALL vsm.attach_devlake('tables', 'devlake');
SELECT vsm.refresh_once('tables');
SELECT results_eq($$SELECT refused, error FROM vsm.attached('tables')$$, 'VALUES (0::bigint, NULL::text)', 'DevLake''s own rows are read');
SELECT bag_eq('SELECT key, project, title, url, created_at FROM tables.item', 'SELECT key, project, title, url, created_at FROM told.item',
	'its issues are those of the payloads');
SELECT bag_eq('SELECT i.key, e.at, e.state FROM tables.event AS e JOIN tables.item AS i ON i.item = e.entity',
	'SELECT i.key, e.at, e.state FROM told.event AS e JOIN told.item AS i ON i.item = e.entity', 'and so are their states');
SELECT bag_eq('SELECT repository, title, url, source_branch, target_branch, state, created_at, merged_at, closed_at FROM '
	'tables.merge_request',
	'SELECT repository, title, url, source_branch, target_branch, state, created_at, merged_at, closed_at FROM told.merge_request',
	'merge requests');
SELECT bag_eq('SELECT sha, ref, environment, environment_tier FROM tables.deployment',
	'SELECT sha, ref, environment, environment_tier FROM told.deployment', 'and deployments');
-- DevLake takes a deployment that is "completed" for a success, and has no end of one that no job made.
SELECT results_eq('SELECT t.environment, t.status, d.status, t.finished_at, d.finished_at FROM told.deployment AS t
	JOIN tables.deployment AS d USING (sha, environment) WHERE (t.status, t.finished_at) IS DISTINCT FROM (d.status, d.finished_at)
	ORDER BY t.sha, t.environment', $$VALUES ('staging', 'failed', 'failed', timestamptz '2019-03-13 15:02:23.332Z', NULL::timestamptz),
		('staging', 'completed', 'success', NULL, '2019-03-13 14:57:58.845Z')$$, 'with their ends, but for what DevLake reads otherwise');
\endif
SELECT * FROM finish();
ROLLBACK;
