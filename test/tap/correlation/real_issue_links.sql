-- Pull requests and issues as Apache DevLake's tests have them: its links by numbers such as #1884.
-- Those are no Jira keys, so its own regular expression finds them; the links are ours.
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS vsm;
SET LOCAL search_path = public, vsm;
SELECT plan(6);
\set absent `[ -d "${VSM_REAL_DATA:-}/devlake/linker" ] && echo false || echo true`
\if :absent
SELECT skip('there is no devlake/linker in VSM_REAL_DATA', 6);
\else
\set load `sh "$VSM_TOP/test/load_csv.sh" pull_request "$VSM_REAL_DATA/devlake/linker/e2e/snapshot_tables/pull_requests.csv"`
\i :load
\set load `sh "$VSM_TOP/test/load_csv.sh" issue "$VSM_REAL_DATA/devlake/linker/e2e/snapshot_tables/issues.csv"`
\i :load
\set load `sh "$VSM_TOP/test/load_csv.sh" board_issue "$VSM_REAL_DATA/devlake/linker/e2e/snapshot_tables/board_issues.csv"`
\i :load
\set load `sh "$VSM_TOP/test/load_csv.sh" mapping "$VSM_REAL_DATA/devlake/linker/e2e/snapshot_tables/project_mapping.csv"`
\i :load
\set load `sh "$VSM_TOP/test/load_csv.sh" answer "$VSM_REAL_DATA/devlake/linker/e2e/snapshot_tables/pull_request_issues.csv"`
\i :load
\set load `sh "$VSM_TOP/test/load_csv.sh" cross_pull_request "$VSM_REAL_DATA/devlake/linker/e2e/snapshot_tables/cross_project_pull_requests.csv"`
\i :load
\set load `sh "$VSM_TOP/test/load_csv.sh" cross_issue "$VSM_REAL_DATA/devlake/linker/e2e/snapshot_tables/cross_project_issues.csv"`
\i :load
\set load `sh "$VSM_TOP/test/load_csv.sh" cross_board_issue "$VSM_REAL_DATA/devlake/linker/e2e/snapshot_tables/cross_project_board_issues.csv"`
\i :load
\set load `sh "$VSM_TOP/test/load_csv.sh" cross_mapping "$VSM_REAL_DATA/devlake/linker/e2e/snapshot_tables/cross_project_project_mapping.csv"`
\i :load
\set load `sh "$VSM_TOP/test/load_csv.sh" cross_before "$VSM_REAL_DATA/devlake/linker/e2e/snapshot_tables/cross_project_pull_request_issues_before.csv"`
\i :load
\set load `sh "$VSM_TOP/test/load_csv.sh" cross_answer "$VSM_REAL_DATA/devlake/linker/e2e/snapshot_tables/cross_project_pull_request_issues_after.csv"`
\i :load

-- The first text that names an issue wins: title, else description, else branch.
CREATE FUNCTION pg_temp.numbers_in(text) RETURNS text[] LANGUAGE sql AS $$SELECT array_agg(m[1]) FROM regexp_matches($1, '#(\d+)', 'g') m$$;
CREATE TEMP VIEW link AS
SELECT DISTINCT p.id AS pull_request_id, i.id AS issue_id, p.pull_request_key, i.issue_key
FROM pull_request p, unnest(coalesce(pg_temp.numbers_in(p.title), pg_temp.numbers_in(p.description), pg_temp.numbers_in(p.head_ref))) number
JOIN issue i ON i.issue_key = number JOIN board_issue b ON b.issue_id = i.id
JOIN mapping board ON board."table" = 'boards' AND board.row_id = b.board_id JOIN mapping repo ON repo."table" = 'repos'
	AND repo.project_name = board.project_name
WHERE repo.row_id = p.base_repo_id;
SELECT is_empty('(TABLE link EXCEPT ALL SELECT pull_request_id, issue_id, pull_request_key, issue_key FROM answer) UNION ALL (SELECT '
	'pull_request_id, issue_id, pull_request_key, issue_key FROM answer EXCEPT ALL TABLE link)', 'links of pull requests to issues');
SELECT is((SELECT count(*) FROM answer), 3::bigint, 'of which there are three');
CREATE TEMP VIEW cross_link AS
SELECT DISTINCT p.id AS pull_request_id, i.id AS issue_id, p.pull_request_key, i.issue_key
FROM cross_pull_request p, unnest(coalesce(pg_temp.numbers_in(p.title), pg_temp.numbers_in(p.description),
	pg_temp.numbers_in(p.head_ref))) number
JOIN cross_issue i ON i.issue_key = number JOIN cross_board_issue b ON b.issue_id = i.id
JOIN cross_mapping board ON board."table" = 'boards' AND board.row_id = b.board_id JOIN cross_mapping repo ON repo."table" = 'repos'
	AND repo.project_name = board.project_name
WHERE repo.row_id = p.base_repo_id
UNION SELECT pull_request_id, issue_id, pull_request_key, issue_key FROM cross_before WHERE _raw_data_table
	IS NOT NULL;	-- links that the source gave
SELECT is_empty('(TABLE cross_link EXCEPT ALL SELECT pull_request_id, issue_id, pull_request_key, issue_key FROM cross_answer) UNION ALL '
	'(SELECT pull_request_id, issue_id, pull_request_key, issue_key FROM cross_answer EXCEPT ALL TABLE cross_link)',
		'links across projects');
SELECT is((SELECT count(*) FROM cross_answer), 4::bigint, 'of which there are four');

-- As a graph, links are followed and grouped.
SELECT results_eq('SELECT split_part(entity, $$:$$, 4) AS entity, hops FROM vsm.reach((SELECT vsm.graph(pull_request_id, issue_id) FROM '
	'link), (SELECT array_agg(DISTINCT pull_request_id ORDER BY pull_request_id) FROM link), 1) ORDER BY root, hops, entity',
	$$VALUES ('1819250573', 0), ('1237324696', 1), ('1237324697', 1), ('1819250574', 0), ('1237324698', 1)$$,
		'what each pull request is for');
SELECT is((SELECT count(DISTINCT component) FROM vsm.components((SELECT vsm.graph(pull_request_id, issue_id) FROM link))), 2::bigint,
	'two groups that have nothing to do with each other');
\endif
SELECT * FROM finish();
ROLLBACK;
