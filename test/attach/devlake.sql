-- The domain layer of DevLake, made of issues of Jira, and of requests, commits, pipelines and deployments of GitLab and GitHub.
CREATE SCHEMA devlake_now;
CREATE VIEW devlake_now.boards AS SELECT 'jira:JiraBoard:1:1'::varchar AS id, 'Shop'::varchar AS name;
CREATE VIEW devlake_now.board_issues AS
SELECT 'jira:JiraBoard:1:1'::varchar AS board_id, 'jira:JiraIssue:1:' || o.id AS issue_id
FROM made.object AS o WHERE o.source = 'jira' AND o.kind = 'issue' AND NOT o.is_deleted;
CREATE VIEW devlake_now.issues AS
SELECT 'jira:JiraIssue:1:' || o.id AS id, 'https://jira.example.com/browse/' || (o.body ->> 'key') AS url, o.body ->> 'key' AS issue_key,
	f.fields ->> 'summary' AS title, CASE f.fields #>> '{issuetype,name}' WHEN 'Bug' THEN 'BUG' WHEN 'Task' THEN 'TASK'
		ELSE 'REQUIREMENT' END
		AS type, f.fields #>> '{issuetype,name}' AS original_type, CASE f.fields #>> '{status,statusCategory,key}' WHEN 'new' THEN 'TODO'
		WHEN 'done' THEN 'DONE' ELSE 'IN_PROGRESS' END AS status, f.fields #>> '{status,name}' AS original_status,
	(f.fields ->> 'customfield_10016')::float8 AS story_point, (f.fields ->> 'resolutiondate')::timestamptz AS resolution_date,
	(f.fields ->> 'created')::timestamptz AS created_date, (f.fields ->> 'updated')::timestamptz AS updated_date,
	coalesce('jira:JiraIssue:1:' || (f.fields #>> '{parent,id}'), '') AS parent_issue_id, f.fields #>> '{priority,name}' AS priority,
	''::varchar AS severity, (f.fields ->> 'duedate')::timestamptz AS due_date
FROM made.object AS o, LATERAL (SELECT o.body -> 'fields' AS fields) AS f
WHERE o.source = 'jira' AND o.kind = 'issue' AND NOT o.is_deleted;
CREATE VIEW devlake_now.issue_labels AS
SELECT 'jira:JiraIssue:1:' || o.id AS issue_id, l.label AS label_name
FROM made.object AS o, jsonb_array_elements_text(o.body #> '{fields,labels}') AS l (label)
WHERE o.source = 'jira' AND o.kind = 'issue' AND NOT o.is_deleted;
CREATE VIEW devlake_now.sprints AS
SELECT 'jira:JiraSprint:1:' || s AS id, 'Sprint ' || s AS name FROM generate_series(7, 8) AS s;
-- Of sprints it has its own ids, of everything else the words of Jira.
CREATE VIEW devlake_now.issue_changelogs AS
SELECT concat_ws(':', 'jira:JiraIssueChangelogItems:1', h.history ->> 'id', i.item ->> 'field', CASE WHEN i.item ->> 'field' = 'Link' THEN
		i.place END) AS id,
	'jira:JiraIssue:1:' || o.id AS issue_id, i.item ->> 'fieldId' AS field_id, i.item ->> 'field' AS field_name,
	CASE i.item ->> 'field' WHEN 'Sprint' THEN (SELECT string_agg('jira:JiraSprint:1:' || s.id, ',')
		FROM string_to_table(i.item ->> 'from', ', ') AS s (id)) ELSE i.item ->> 'fromString' END AS original_from_value,
	CASE i.item ->> 'field' WHEN 'Sprint' THEN (SELECT string_agg('jira:JiraSprint:1:' || s.id, ',')
		FROM string_to_table(i.item ->> 'to', ', ') AS s (id)) ELSE i.item ->> 'toString' END AS original_to_value,
	(h.history ->> 'created')::timestamptz AS created_date
FROM made.object AS o, jsonb_array_elements(o.body #> '{changelog,histories}') AS h (history),
	jsonb_array_elements(h.history -> 'items') WITH ORDINALITY AS i (item, place)
WHERE o.source = 'jira' AND o.kind = 'issue' AND NOT o.is_deleted;
CREATE VIEW devlake_now.issue_relationships AS
SELECT 'jira:JiraIssue:1:' || o.id AS source_issue_id,
	'jira:JiraIssue:1:' || coalesce(l.link #>> '{inwardIssue,id}', l.link #>> '{outwardIssue,id}') AS target_issue_id,
	CASE WHEN l.link ? 'inwardIssue' THEN l.link #>> '{type,inward}' ELSE l.link #>> '{type,outward}' END AS original_type
FROM made.object AS o, jsonb_array_elements(o.body #> '{fields,issuelinks}') AS l (link)
WHERE o.source = 'jira' AND o.kind = 'issue' AND NOT o.is_deleted;
CREATE VIEW devlake_now.repos AS
SELECT DISTINCT CASE r.source WHEN 'gitlab' THEN 'gitlab:GitlabProject:1:' ELSE 'github:GithubRepo:1:' END || abs(hashtext(r.repository))
	AS id,
	r.repository AS name, 'https://' || r.source || '.com/' || r.repository AS url
FROM (SELECT q.source, q.repository FROM made.request AS q UNION SELECT d.source, d.repository FROM made.deployed AS d) AS r;
CREATE VIEW devlake_now.pull_requests AS
SELECT CASE o.source WHEN 'gitlab' THEN 'gitlab:GitlabMergeRequest:1:' ELSE 'github:GithubPullRequest:1:' END || q.id AS id,
	r.id AS base_repo_id, CASE q.state WHEN 'merged' THEN 'MERGED' WHEN 'closed' THEN 'CLOSED' ELSE 'OPEN' END AS status,
	o.body ->> 'state' AS original_status, q.title, coalesce(q.description, '') AS description, coalesce(o.body ->> 'web_url',
		o.body ->> 'html_url') AS url, q.id AS pull_request_key, q.created_at AS created_date, q.merged_at AS merged_date,
	coalesce(q.merged_at, q.closed_at) AS closed_date, coalesce(q.squash, q.merge) AS merge_commit_sha, q.branch AS head_ref,
	q.target_branch AS base_ref, q.head AS head_commit_sha
FROM made.request AS q JOIN made.object AS o ON o.source = q.source AND o.kind IN ('merge_request', 'pull_request') AND o.id = q.id::text
	JOIN devlake_now.repos AS r ON r.name = q.repository;
CREATE VIEW devlake_now.commits AS
SELECT o.id AS sha, coalesce(o.body ->> 'message', o.body #>> '{commit,message}') AS message, coalesce(o.body ->> 'authored_date',
	o.body #>> '{commit,author,date}')::timestamptz AS authored_date, coalesce(o.body ->> 'committed_date',
	o.body #>> '{commit,committer,date}')::timestamptz AS committed_date
FROM made.object AS o WHERE o.kind = 'commit';
CREATE VIEW devlake_now.commit_parents AS
SELECT c.sha AS commit_sha, p.sha AS parent_commit_sha FROM gen.commit AS c, unnest(c.parents) AS p (sha);
CREATE VIEW devlake_now.repo_commits AS
SELECT r.id AS repo_id, c.sha AS commit_sha FROM gen.commit AS c JOIN devlake_now.repos AS r ON r.name = c.repository;
CREATE VIEW devlake_now.cicd_pipelines AS
SELECT CASE o.source WHEN 'gitlab' THEN 'gitlab:GitlabPipeline:1:' ELSE 'github:GithubRun:1:' END || o.id AS id, coalesce(o.body ->> 'name',
	'pipeline') AS name, CASE v.status WHEN 'success' THEN 'SUCCESS' ELSE 'FAILURE' END AS result, 'DONE'::varchar AS status,
	v.status AS original_status, coalesce(o.body ->> 'web_url', o.body ->> 'html_url') AS url,
	(o.body ->> 'created_at')::timestamptz AS created_date, NULL::timestamptz AS queued_date,
	coalesce(o.body ->> 'started_at', o.body ->> 'run_started_at')::timestamptz AS started_date,
	coalesce(o.body ->> 'finished_at', o.body ->> 'updated_at')::timestamptz AS finished_date
FROM made.object AS o, LATERAL (SELECT coalesce(o.body ->> 'conclusion', o.body ->> 'status') AS status) AS v
WHERE o.kind IN ('pipeline', 'workflow_run');
CREATE VIEW devlake_now.cicd_pipeline_commits AS
SELECT CASE o.source WHEN 'gitlab' THEN 'gitlab:GitlabPipeline:1:' ELSE 'github:GithubRun:1:' END || o.id AS pipeline_id,
	coalesce(o.body ->> 'sha', o.body ->> 'head_sha') AS commit_sha, 'main'::varchar AS branch, r.id AS repo_id
FROM made.object AS o JOIN devlake_now.repos AS r ON coalesce(o.body ->> 'web_url', o.body ->> 'html_url')
	~ ('\.com/' || r.name || '/(-/pipelines|actions)/')
WHERE o.kind IN ('pipeline', 'workflow_run');
CREATE VIEW devlake_now.cicd_deployment_commits AS
SELECT CASE d.source WHEN 'gitlab' THEN 'gitlab:GitlabDeployment:1:' ELSE 'github:GithubDeployment:1:' END || d.id AS id,
	CASE d.status WHEN 'success' THEN 'SUCCESS' ELSE 'FAILURE' END AS result, 'DONE'::varchar AS status, d.status AS original_status,
	upper(d.environment_tier) AS environment, CASE WHEN d.source = 'github' AND d.environment = 'live' THEN 'production' ELSE d.environment
		END AS original_environment,
	d.created_at AS created_date, NULL::timestamptz AS queued_date, d.created_at AS started_date, d.finished_at AS finished_date,
	d.sha AS commit_sha, 'main'::varchar AS ref_name, r.id AS repo_id, r.url AS repo_url
FROM made.deployed AS d JOIN devlake_now.repos AS r ON r.name = d.repository;

-- DevLake has ids of its own, and ids neither of changes nor of events. What it does not keep is not compared: when a request was
-- reviewed, when links began, order and methods of links.
CREATE FUNCTION devlake_now.comparable(relation text, "row" jsonb) RETURNS jsonb LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
	told    CONSTANT jsonb := "row" - '{told,updated_at}'::text[] - CASE WHEN relation <> 'link' THEN 'source' ELSE '' END;
	renamed text := told::text;
	result  jsonb;
	name    record;
BEGIN
	FOR name IN SELECT * FROM (VALUES ('issue:jira:JiraIssue:1:', 'jira:issue:'), ('pull_request:gitlab:GitlabMergeRequest:1:',
		'gitlab:merge_request:'), ('pull_request:github:GithubPullRequest:1:', 'github:pull_request:'),
			('pipeline:gitlab:GitlabPipeline:1:',
		'gitlab:pipeline:'), ('pipeline:github:GithubRun:1:', 'github:workflow_run:'), ('deployment:gitlab:GitlabDeployment:1:',
		'gitlab:deployment:'), ('deployment:github:GithubDeployment:1:', 'github:deployment:')) AS n (theirs, ours) LOOP
		renamed := replace(renamed, 'devlake:' || name.theirs, name.ours);
	END LOOP;
	result := renamed::jsonb;
	-- Issues of GitLab and GitHub are not among the issues here.
	IF coalesce(result ->> 'entity', result ->> 'item', result ->> 'source', '') ~ '^(gitlab|github):issue:' THEN
		RETURN NULL;
	END IF;
	RETURN CASE relation
		WHEN 'item' THEN (SELECT jsonb_object_agg(e.key, e.value) FROM jsonb_each(result) AS e WHERE e.key IN ('item', 'key', 'project',
			'source_type', 'type', 'priority', 'title', 'url', 'parent', 'size', 'created_at', 'due_at', 'tags'))
		WHEN 'item_change' THEN result - '{change_id,told_at}'::text[]
		WHEN 'item_alias' THEN CASE WHEN result ->> 'alias' NOT LIKE '%:node:%' THEN result - '{since}'::text[] END
		WHEN 'event' THEN CASE
			WHEN result ->> 'state' IN ('approved', 'changes_requested', 'running', 'queued', 'created') THEN NULL
			ELSE jsonb_build_object('entity', result -> 'entity', 'at', result -> 'at', 'state', CASE result ->> 'state' WHEN 'failure' THEN
				'failed' ELSE result ->> 'state' END, 'previous', result -> 'previous') END
		-- It has no job of a deployment, and links between issues only as they stand.
		WHEN 'link' THEN CASE WHEN result ->> 'target' LIKE '%:job:%' OR result ->> 'kind' = 'blocked_by'
			AND (result ->> 'target' NOT LIKE 'jira:%' OR result ->> 'source'
			NOT LIKE 'jira:%') THEN NULL ELSE jsonb_build_object('source', result -> 'source', 'target', result -> 'target',
				'kind', result -> 'kind') END
		WHEN 'merge_request' THEN result - '{first_review_at,approved_at,ready_at,author_kind,assisted_by}'::text[]
			|| CASE result ->> 'state' WHEN 'open' THEN '{"state": "opened"}' ELSE '{}'::jsonb END
		-- Parents have no order, and a commit without any may be one whose parents are not known.
		WHEN 'commit' THEN result - '{author_kind,assisted_by,url}'::text[] || jsonb_build_object('parents', (
			SELECT jsonb_agg(p.sha ORDER BY p.sha) FROM jsonb_array_elements(nullif(result -> 'parents', 'null')) AS p (sha)))
		WHEN 'build' THEN (result - '{attempt,queued_at}'::text[]) || CASE result ->> 'status' WHEN 'failure' THEN '{"status": "failed"}'
			ELSE '{}'::jsonb END
		WHEN 'deployment' THEN result - '{url,started_at}'::text[] || CASE result ->> 'status' WHEN 'failure' THEN '{"status": "failed"}'
			ELSE '{}'::jsonb END
		-- The present state is seen where no change leads to it.
		WHEN 'observation' THEN NULL
		ELSE result END;
END
$$;
-- A row that is gone tells nothing, and it has when a request was closed only while it is.
CREATE FUNCTION devlake_now.lasting(relation text, "row" jsonb) RETURNS jsonb LANGUAGE sql STABLE
RETURN CASE WHEN NOT made.is_gone("row") AND NOT (relation = 'event' AND "row" ->> 'state' = 'closed') THEN "row" END;
