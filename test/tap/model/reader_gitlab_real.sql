-- Recorded payloads of GitLab: the webhooks that go-gitlab tests with are read or refused for a reason, and recorded
-- answers of the API agree with what Apache DevLake parsed from them; what differs is listed, row by row.
\set there `[ -d "$VSM_REAL_DATA/webhooks/gitlab" ] && [ -d "$VSM_REAL_DATA/devlake/gitlab" ] && echo true || echo false`
\if :there
\else
\echo '1..0 # SKIP no recorded payloads in VSM_REAL_DATA'
\quit
\endif
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS vsm;
SELECT plan(19);
SET LOCAL client_min_messages = error;
SET LOCAL TimeZone = 'UTC';
CALL vsm.create_model('flow');
CALL vsm.create_model('lake');

-- Webhooks, one line a file: its name and its content.
\set hooks `cd "$VSM_REAL_DATA/webhooks/gitlab/testdata/webhooks" && for f in *.json; do printf '%s %s\n' "${f%.json}" "$(base64 <"$f" | tr -d '\n')"; done`
CREATE TEMP TABLE hook AS
SELECT split_part(line, ' ', 1) AS name, convert_from(decode(split_part(line, ' ', 2), 'base64'), 'UTF8') AS payload
FROM regexp_split_to_table(:'hooks', E'\n') AS line;
SELECT is((SELECT count(*) FROM hook), 21::bigint, 'there are 21 webhooks');
INSERT INTO flow.inbox (source, payload) SELECT 'gitlab', payload FROM hook ORDER BY name;
SELECT results_eq($$SELECT * FROM vsm.ingest_once('flow')$$, $$VALUES (11::bigint, 10::bigint)$$, 'eleven are read');
SELECT results_eq($$SELECT h.name, i.error FROM flow.inbox AS i JOIN hook AS h USING (payload) ORDER BY h.name COLLATE "C"$$, $$VALUES
	('feature_flag', 'gitlab feature_flag: switching a feature on or off is not told of an item, a commit or a deployment'),
	('group_merge_request', 'gitlab merge_request: it has no object_attributes.iid'),	-- its names end in blanks: "iid "
	('member', 'gitlab user_add_to_group: it says nothing about the flow of work'),
	('note_commit', 'gitlab note: comments change no state'), ('note_issue', 'gitlab note: comments change no state'),
	('note_snippet', 'gitlab note: comments change no state'),
	('resource_access_token_group', 'gitlab access_token: it says nothing about the flow of work'),
	('resource_access_token_project', 'gitlab access_token: it says nothing about the flow of work'),
	('subgroup', 'gitlab subgroup_create: it says nothing about the flow of work'), ('wiki_page',
		'gitlab wiki_page: it says nothing about the flow of work')$$,
	'the others are refused by name, with the reason');
SELECT results_eq($$SELECT split_part(entity, ':', 2), count(*) FROM flow.event GROUP BY 1 ORDER BY 1$$, $$VALUES ('branch', 1::bigint),
	('deployment', 1), ('issue', 3), ('job', 18), ('merge_request', 5), ('pipeline', 7), ('release', 1), ('tag', 1)$$,
	'events of each kind of entity');

-- DevLake: the raw answers, and its tables. (A variable can hold a command of psql, which takes no variables itself.)
\set lake `printf '%s/devlake/gitlab/e2e' "$VSM_REAL_DATA"`
CREATE TEMP TABLE raw (id text, params text, data text, url text, input text, created_at text);
\set copy '\\copy raw FROM ''' :lake '/raw_tables/_raw_gitlab_api_merge_requests.csv'' (FORMAT csv, HEADER)'
:copy
\set copy '\\copy raw FROM ''' :lake '/raw_tables/_raw_gitlab_api_pipeline.csv'' (FORMAT csv, HEADER)'
:copy
\set copy '\\copy raw FROM ''' :lake '/raw_tables/_raw_gitlab_api_pipeline_details.csv'' (FORMAT csv, HEADER)'
:copy
\set copy '\\copy raw FROM ''' :lake '/raw_tables/_raw_gitlab_api_job.csv'' (FORMAT csv, HEADER)'
:copy
\set copy '\\copy raw FROM ''' :lake '/raw_tables/_raw_gitlab_api_deployments.csv'' (FORMAT csv, HEADER)'
:copy
\set copy '\\copy raw FROM ''' :lake '/raw_tables/_raw_gitlab_api_issues.csv'' (FORMAT csv, HEADER)'
:copy
CREATE TEMP TABLE raw_commits (LIKE raw);
\set copy '\\copy raw_commits FROM ''' :lake '/raw_tables/_raw_gitlab_api_merge_request_commits.csv'' (FORMAT csv, HEADER)'
:copy
\set columns `head -n 1 "$VSM_REAL_DATA/devlake/gitlab/e2e/snapshot_tables/pull_requests.csv" | tr -d '\r"' | sed 's/,/ text, /g'`
CREATE TEMP TABLE pull_requests (:columns text);
\set copy '\\copy pull_requests FROM ''' :lake '/snapshot_tables/pull_requests.csv'' (FORMAT csv, HEADER)'
:copy
\set columns `head -n 1 "$VSM_REAL_DATA/devlake/gitlab/e2e/snapshot_tables/cicd_pipelines.csv" | tr -d '\r"' | sed 's/,/ text, /g'`
CREATE TEMP TABLE cicd_pipelines (:columns text);
\set copy '\\copy cicd_pipelines FROM ''' :lake '/snapshot_tables/cicd_pipelines.csv'' (FORMAT csv, HEADER)'
:copy
\set columns `head -n 1 "$VSM_REAL_DATA/devlake/gitlab/e2e/snapshot_tables/cicd_pipeline_commits.csv" | tr -d '\r"' | sed 's/,/ text, /g'`
CREATE TEMP TABLE cicd_pipeline_commits (:columns text);
\set copy '\\copy cicd_pipeline_commits FROM ''' :lake '/snapshot_tables/cicd_pipeline_commits.csv'' (FORMAT csv, HEADER)'
:copy
\set columns `head -n 1 "$VSM_REAL_DATA/devlake/gitlab/e2e/snapshot_tables/cicd_tasks.csv" | tr -d '\r"' | sed 's/,/ text, /g'`
CREATE TEMP TABLE cicd_tasks (:columns text);
\set copy '\\copy cicd_tasks FROM ''' :lake '/snapshot_tables/cicd_tasks.csv'' (FORMAT csv, HEADER)'
:copy
\set columns `head -n 1 "$VSM_REAL_DATA/devlake/gitlab/e2e/snapshot_tables/cicd_deployments.csv" | tr -d '\r"' | sed 's/,/ text, /g'`
CREATE TEMP TABLE cicd_deployments (:columns text);
\set copy '\\copy cicd_deployments FROM ''' :lake '/snapshot_tables/cicd_deployments.csv'' (FORMAT csv, HEADER)'
:copy
\set columns `head -n 1 "$VSM_REAL_DATA/devlake/gitlab/e2e/snapshot_tables/issues.csv" | tr -d '\r"' | sed 's/,/ text, /g'`
CREATE TEMP TABLE issues (:columns text);
\set copy '\\copy issues FROM ''' :lake '/snapshot_tables/issues.csv'' (FORMAT csv, HEADER)'
:copy
\set columns `head -n 1 "$VSM_REAL_DATA/devlake/gitlab/e2e/snapshot_tables/issue_labels.csv" | tr -d '\r"' | sed 's/,/ text, /g'`
CREATE TEMP TABLE issue_labels (:columns text);
\set copy '\\copy issue_labels FROM ''' :lake '/snapshot_tables/issue_labels.csv'' (FORMAT csv, HEADER)'
:copy
\set columns `head -n 1 "$VSM_REAL_DATA/devlake/gitlab/e2e/snapshot_tables/pull_request_commits.csv" | tr -d '\r"' | sed 's/,/ text, /g'`
CREATE TEMP TABLE pull_request_commits (:columns text);
\set copy '\\copy pull_request_commits FROM ''' :lake '/snapshot_tables/pull_request_commits.csv'' (FORMAT csv, HEADER)'
:copy

INSERT INTO lake.inbox (source, payload) SELECT 'gitlab', data FROM raw;
INSERT INTO lake.inbox (source, payload) SELECT 'gitlab', jsonb_build_object('merge_request', jsonb_build_object('id',
	input::jsonb -> 'GitlabId'), 'commits', jsonb_agg(data::jsonb)) FROM raw_commits GROUP BY input;
SELECT results_eq($$SELECT * FROM vsm.ingest_once('lake')$$, $$VALUES (169::bigint, 0::bigint)$$,
	'every recorded answer of the API is read');

-- Both sides in the same columns; DevLake's ids end in GitLab's.
CREATE FUNCTION pg_temp.id(text) RETURNS text LANGUAGE sql AS $$SELECT regexp_replace($1, '^.*:', '')$$;
CREATE FUNCTION pg_temp.at(text) RETURNS timestamptz LANGUAGE sql AS $$SELECT nullif($1, '')::timestamptz$$;
CREATE FUNCTION pg_temp.at(wanted_entity text, states text[], is_last boolean DEFAULT false) RETURNS timestamptz LANGUAGE sql AS $$
	SELECT CASE WHEN is_last THEN max(at) ELSE min(at) END FROM lake.event WHERE entity = wanted_entity AND state = ANY (states)
		AND method IS NULL$$;
CREATE FUNCTION pg_temp.last_state(wanted_entity text) RETURNS text LANGUAGE sql AS $$
	-- A draft is open, too.
	SELECT state FROM lake.event WHERE entity = wanted_entity AND state <> 'draft' ORDER BY at DESC, event_id DESC LIMIT 1$$;

CREATE TEMP TABLE request AS
SELECT 'DevLake' AS who, pg_temp.id(id) AS id, original_status AS state, pg_temp.at(created_date) AS opened_at, pg_temp.at(merged_date)
	AS merged_at,
	pg_temp.at(closed_date) AS closed_at, nullif(merge_commit_sha, '') AS merge_commit, head_ref, base_ref FROM pull_requests
UNION ALL
SELECT 'vsm', pg_temp.id(entity), pg_temp.last_state(entity), at, pg_temp.at(entity, '{merged}'), pg_temp.at(entity, '{closed}', true),
	(SELECT source FROM lake.link WHERE target = entity AND method = 'merge commit'), attributes ->> 'source_branch',
		attributes ->> 'target_branch'
FROM lake.event WHERE entity LIKE 'gitlab:merge_request:%' AND state = 'opened';

CREATE TEMP TABLE pipeline AS
SELECT 'DevLake' AS who, pg_temp.id(id) AS id, original_status AS state, pg_temp.at(created_date) AS created_at, pg_temp.at(started_date)
	AS started_at, pg_temp.at(finished_date) AS finished_at
FROM cicd_pipelines
UNION ALL
SELECT 'vsm', pg_temp.id(entity), pg_temp.last_state(entity), pg_temp.at(entity, '{created}'), pg_temp.at(entity, '{running}'),
	pg_temp.at(entity, '{success,failed,canceled,skipped}', true)
FROM (SELECT 'gitlab:pipeline:' || (data::jsonb ->> 'id') AS entity FROM raw WHERE data::jsonb ? 'detailed_status') AS detailed;

CREATE TEMP TABLE build AS
SELECT 'DevLake' AS who, pg_temp.id(pipeline_id) AS pipeline, commit_sha FROM cicd_pipeline_commits
UNION ALL
SELECT 'vsm', pg_temp.id(source), target FROM lake.link WHERE kind = 'builds' AND source IN (SELECT 'gitlab:pipeline:'
	|| (data::jsonb ->> 'id') FROM raw WHERE url LIKE '%/pipelines?%');

CREATE TEMP TABLE job AS
SELECT 'DevLake' AS who, pg_temp.id(id) AS id, pg_temp.id(pipeline_id) AS pipeline, original_status AS state, pg_temp.at(created_date)
	AS created_at, pg_temp.at(started_date) AS started_at,
	pg_temp.at(finished_date) AS finished_at FROM cicd_tasks
UNION ALL
SELECT 'vsm', pg_temp.id(e.entity), pg_temp.id(l.target), pg_temp.last_state(e.entity), pg_temp.at(e.entity, '{created}'),
	pg_temp.at(e.entity, '{running}'), pg_temp.at(e.entity, '{success,failed,canceled,skipped}', true)
FROM lake.event AS e LEFT JOIN lake.link AS l ON l.source = e.entity AND l.kind = 'part_of' WHERE e.entity LIKE 'gitlab:job:%'
	AND e.state = 'created';

CREATE TEMP TABLE deployment AS
SELECT 'DevLake' AS who, pg_temp.id(id) AS id, original_status AS state, original_environment AS environment, pg_temp.at(created_date)
	AS created_at, pg_temp.at(started_date) AS started_at,
	pg_temp.at(finished_date) AS finished_at FROM cicd_deployments
UNION ALL
SELECT 'vsm', pg_temp.id(deployment), status, environment, created_at, started_at, finished_at FROM lake.deployment;

CREATE TEMP TABLE issue AS
SELECT 'DevLake' AS who, pg_temp.id(id) AS id, issue_key AS number, title, pg_temp.at(created_date) AS created_at,
	pg_temp.at(resolution_date) AS closed_at,
	(SELECT string_agg(label_name, ', ' ORDER BY label_name COLLATE "C") FROM issue_labels WHERE issue_id = i.id) AS labels FROM issues AS i
UNION ALL
SELECT 'vsm', pg_temp.id(item), split_part(key, '#', 2), title, created_at, pg_temp.at(item, '{closed}', true), (SELECT string_agg(l, ', '
	ORDER BY l COLLATE "C") FROM jsonb_array_elements_text(tags) AS l) FROM lake.item;

CREATE TEMP TABLE request_commit AS
SELECT 'DevLake' AS who, pg_temp.id(pull_request_id) AS request, commit_sha, pg_temp.at(commit_authored_date) AS authored_at
	FROM pull_request_commits
UNION ALL
SELECT 'vsm', pg_temp.id(l.target), l.source, c.authored_at FROM lake.link AS l JOIN lake.commit AS c ON c.sha = l.source
	WHERE l.kind = 'part_of'
AND EXISTS (SELECT FROM raw_commits AS r WHERE r.data::jsonb ->> 'id' = l.source AND 'gitlab:merge_request:'
	|| (r.input::jsonb ->> 'GitlabId') = l.target);

-- Rows that only one side has, as JSON without who.
CREATE FUNCTION pg_temp.differences(relation text) RETURNS TABLE (who text, line text) LANGUAGE plpgsql AS $$
BEGIN
	RETURN QUERY EXECUTE format('SELECT min(r.who), (to_jsonb(r) - ''who'')::text FROM pg_temp.%I AS r GROUP BY 2 HAVING count(*) <> 2 OR '
		'min(r.who) = max(r.who) ORDER BY 2, 1', relation);
END$$;

SELECT is_empty($$SELECT * FROM pg_temp.differences('issue')$$, 'issues: numbers, titles, times and labels as in DevLake');
SELECT is_empty($$SELECT * FROM pg_temp.differences('pipeline')$$, 'pipelines: states and times as in DevLake');
SELECT is_empty($$SELECT * FROM pg_temp.differences('build')$$, 'pipelines: commits as in DevLake');

SELECT bag_eq($$SELECT line::jsonb ->> 'id' AS id, line::jsonb ->> 'state' AS state FROM pg_temp.differences('request')
	WHERE who = 'vsm'$$, $$VALUES ('111383524', 'closed'), ('114994501', 'opened'), ('135775405', 'opened'),
	('145012495', 'closed'), ('158698019', 'opened'), ('55146787', 'opened'), ('62519057', 'opened'), ('68978485', 'closed')$$,
		'merge requests: as in DevLake, but for those that have not been merged');
SELECT is_empty($$SELECT line::jsonb - 'merge_commit' FROM pg_temp.differences('request') GROUP BY 1 HAVING count(*) <> 2$$,
	'which differ in the merge commit only');
SELECT is_empty($$SELECT merge_commit, 'gitlab:merge_request:' || id FROM request WHERE who = 'DevLake' AND state <> 'merged' EXCEPT
	SELECT source, target FROM lake.link WHERE method = 'head commit'$$,
	'where DevLake puts the head of the branch: there is none');

SELECT bag_eq($$SELECT line::jsonb ->> 'id' AS id, line::jsonb ->> 'state' AS state FROM pg_temp.differences('job')
	WHERE who = 'DevLake'$$, $$VALUES ('60', 'created'), ('61', 'waiting_for_resource'), ('62', 'preparing'), ('63', 'pending'),
	('64', 'running'), ('65', 'manual'), ('66', 'scheduled')$$, 'jobs: as in DevLake, but for seven that have an end and yet no final '
		'status');
SELECT is_empty($$SELECT line::jsonb - '{state,finished_at}'::text[] FROM pg_temp.differences('job') GROUP BY 1 HAVING count(*) <> 2$$,
	'whose end is not taken');

SELECT is_empty($$SELECT line::jsonb - '{created_at,finished_at}'::text[] FROM pg_temp.differences('deployment') GROUP BY 1
	HAVING count(*) <> 2$$, 'deployments: status, environment and beginning as in DevLake');
SELECT is_empty($$SELECT d.id, d.created_at, v.created_at FROM deployment AS d JOIN deployment AS v USING (id) WHERE d.who = 'DevLake'
	AND v.who = 'vsm'
	AND d.created_at IS DISTINCT FROM (SELECT pg_temp.at(data::jsonb #>> '{deployable,created_at}') FROM raw
		WHERE data::jsonb ->> 'id' = d.id AND data::jsonb ? 'deployable')$$,
	'their creation is that of the deployment here, of its job in DevLake');
SELECT bag_eq($$SELECT d.id, d.state, v.finished_at - d.finished_at FROM deployment AS d JOIN deployment AS v USING (id)
	WHERE d.who = 'DevLake' AND v.who = 'vsm' AND v.finished_at IS DISTINCT FROM d.finished_at$$, $$VALUES
	('13432654', 'completed', NULL::interval), ('13436763', 'created', NULL), ('13436778', 'running', NULL), ('13436915', 'undeployed',
		NULL), ('13436986', 'blocked', NULL), ('13432768', 'failed', NULL)$$,
	'their end likewise: none while the status is not final; when it failed without its job having run, when it was last changed');
SELECT results_eq($$SELECT finished_at FROM deployment WHERE who = 'vsm' AND id = '13432768'$$,
	$$VALUES (timestamptz '2019-03-13 15:02:23.332+00')$$, 'as that one says');
SELECT is((SELECT count(*) FROM lake.link WHERE kind = 'deploys'), 8::bigint, 'every deployment has its commit');

SELECT bag_eq($$SELECT who, line::jsonb ->> 'commit_sha' FROM pg_temp.differences('request_commit')$$,
	$$VALUES ('vsm', '553f7613b178301da4075202afe91ebda5d97ab5'), ('vsm', '48295660f8bd0c0a024849d4407830face57d4bc'),
	('vsm', 'a09f2d4ae88e78d7424fba1ae6d0c036b677271d')$$, 'commits of merge requests: as in DevLake, which has lost three of the '
		'answers''');

SELECT finish();
ROLLBACK;
