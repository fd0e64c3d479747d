-- GitLab and GitHub as Airbyte leaves them: the same as the answers of their REST interfaces.
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS vsm;
SELECT plan(29);
SET LOCAL client_min_messages = error;
SET LOCAL TimeZone = 'Asia/Tokyo';
CALL vsm.create_model('told');
CALL vsm.create_model('flow');
CREATE TABLE object (source text, stream text, body jsonb);
INSERT INTO object VALUES
	('gitlab', 'issues', '{"id": 71, "iid": 7, "project_id": 5, "title": "Total", "description": "", "state": "closed",
		"created_at": "2026-01-02T15:00:00.000Z", "updated_at": "2026-01-13T10:00:00.000Z", "closed_at": "2026-01-13T10:00:00.000Z",
		"labels": ["bug"], "issue_type": "issue", "due_date": "2026-02-01", "weight": 3,
		"web_url": "https://gitlab.example.com/shop/checkout/-/issues/7"}'),
	('gitlab', 'merge_requests', '{"id": 91, "iid": 9, "project_id": 5, "title": "SHOP-7: total", "description": "Closes #7",
		"state": "merged", "created_at": "2026-01-06T08:00:00.000Z", "updated_at": "2026-01-12T08:00:00.000Z",
		"merged_at": "2026-01-12T08:00:00.000Z", "target_branch": "main", "source_branch": "total", "source_project_id": 5,
		"target_project_id": 5, "draft": false, "sha": "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
		"merge_commit_sha": "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb",
		"web_url": "https://gitlab.example.com/shop/checkout/-/merge_requests/9"}'),
	('gitlab', 'pipelines', '{"id": 301, "project_id": 5, "sha": "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb", "ref": "main",
		"status": "success", "created_at": "2026-01-12T08:01:00.000Z", "updated_at": "2026-01-12T08:09:00.000Z",
		"started_at": "2026-01-12T08:02:00.000Z", "finished_at": "2026-01-12T08:09:00.000Z",
		"web_url": "https://gitlab.example.com/shop/checkout/-/pipelines/301"}'),
	('gitlab', 'jobs', '{"id": 401, "name": "build", "stage": "build", "status": "success", "ref": "main",
		"created_at": "2026-01-12T08:01:00.000Z", "started_at": "2026-01-12T08:02:00.000Z", "finished_at": "2026-01-12T08:05:00.000Z",
		"pipeline": {"id": 301, "sha": "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"},
		"web_url": "https://gitlab.example.com/shop/checkout/-/jobs/401"}'),
	('gitlab', 'deployments', '{"id": 501, "iid": 5, "ref": "main", "sha": "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb",
		"created_at": "2026-01-13T09:00:00.000Z", "updated_at": "2026-01-13T09:05:00.000Z", "status": "success",
		"environment": {"id": 1, "name": "production"}, "deployable": {"id": 402, "finished_at": "2026-01-13T09:05:00.000Z",
			"web_url": "https://gitlab.example.com/shop/checkout/-/jobs/402"}}'),
	('github', 'issues', '{"id": 71, "node_id": "I_71", "number": 7, "title": "Total", "body": "", "state": "closed",
		"state_reason": "completed", "created_at": "2026-01-02T15:00:00Z", "updated_at": "2026-01-13T10:00:00Z",
		"closed_at": "2026-01-13T10:00:00Z", "labels": [{"name": "bug"}], "user": {"login": "ada", "type": "User"},
		"repository_url": "https://api.github.com/repos/shop/web", "html_url": "https://github.com/shop/web/issues/7"}'),
	('github', 'pull_requests', '{"id": 91, "number": 9, "title": "SHOP-7: total", "body": "Closes #7", "state": "closed",
		"created_at": "2026-01-06T08:00:00Z", "updated_at": "2026-01-12T08:00:00Z", "closed_at": "2026-01-12T08:00:00Z",
		"merged_at": "2026-01-12T08:00:00Z", "draft": false, "user": {"login": "ada", "type": "User"},
		"head": {"ref": "total", "sha": "cccccccccccccccccccccccccccccccccccccccc"}, "base": {"ref": "main"},
		"merge_commit_sha": "dddddddddddddddddddddddddddddddddddddddd", "html_url": "https://github.com/shop/web/pull/9",
		"url": "https://api.github.com/repos/shop/web/pulls/9"}'),
	('github', 'workflow_runs', '{"id": 301, "name": "ci", "head_branch": "main", "head_sha": "dddddddddddddddddddddddddddddddddddddddd",
		"run_number": 4, "run_attempt": 1, "event": "push", "status": "completed", "conclusion": "success",
		"created_at": "2026-01-12T08:01:00Z", "run_started_at": "2026-01-12T08:02:00Z", "updated_at": "2026-01-12T08:09:00Z",
		"html_url": "https://github.com/shop/web/actions/runs/301", "repository": {"full_name": "shop/web"}}'),
	('github', 'deployments', '{"id": 501, "sha": "dddddddddddddddddddddddddddddddddddddddd", "ref": "main", "environment": "production",
		"created_at": "2026-01-13T09:00:00Z", "updated_at": "2026-01-13T09:05:00Z", "payload": {}, "task": "deploy",
			"statuses_url": "https://api.github.com/repos/shop/web/deployments/501/statuses",
		"url": "https://api.github.com/repos/shop/web/deployments/501", "repository_url": "https://api.github.com/repos/shop/web"}');
INSERT INTO told.inbox (source, payload) SELECT o.source, o.body::text FROM object AS o
UNION ALL SELECT 'github', '{"pull_request": {"id": 91, "user": {"login": "ada"}}, "reviews": [{"id": 601, "state": "APPROVED",
	"user": {"login": "bob", "type": "User"}, "submitted_at": "2026-01-08T08:00:00Z"}]}';
SELECT vsm.ingest_once('told');
SELECT is_empty('SELECT error FROM told.inbox', 'the payloads are read');

-- A table a stream, with a column a member: numbers, texts, times as texts, objects and lists as jsonb.
CREATE SCHEMA gitlab;
CREATE SCHEMA github;
DO $$
DECLARE
	o       object;
	columns text;
BEGIN
	FOR o IN SELECT * FROM object LOOP
		SELECT string_agg(format('%I %s', m.key, CASE jsonb_typeof(m.value) WHEN 'number' THEN 'bigint' WHEN 'boolean' THEN 'boolean'
			WHEN 'string' THEN CASE WHEN m.key LIKE '%\_at' THEN 'timestamptz' ELSE 'text' END ELSE 'jsonb' END), ', ') INTO columns
		FROM jsonb_each(o.body) AS m;
		EXECUTE format('CREATE TABLE %I.%I (_airbyte_raw_id text DEFAULT ''r'', _airbyte_extracted_at timestamptz DEFAULT ''2026-02-01Z'',
			_airbyte_meta jsonb, %s)', o.source, o.stream, columns);
		EXECUTE format('INSERT INTO %1$I.%2$I SELECT (jsonb_populate_record(NULL::%1$I.%2$I, $1 ||
			''{"_airbyte_extracted_at": "2026-02-01Z"}'')).*', o.source, o.stream) USING o.body;
	END LOOP;
END
$$;
-- What Airbyte does to jobs, and adds to GitHub's objects.
ALTER TABLE gitlab.jobs ADD pipeline_id bigint, ADD commit_id text;
UPDATE gitlab.jobs SET pipeline_id = 301, commit_id = 'bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb', pipeline = NULL;
ALTER TABLE github.issues ADD repository text DEFAULT 'shop/web', ADD pull_request jsonb;
ALTER TABLE github.pull_requests ADD repository text DEFAULT 'shop/web', ADD node_id text;
ALTER TABLE github.deployments ADD repository text DEFAULT 'shop/web';
CREATE TABLE github.reviews (
	_airbyte_extracted_at timestamptz, id bigint, state text, "user" jsonb, submitted_at timestamptz, commit_id text, pull_request_url text,
	repository text);
INSERT INTO github.reviews VALUES ('2026-02-01Z', 601, 'APPROVED', '{"login": "bob", "type": "User"}', '2026-01-08 08:00Z', NULL,
	'https://api.github.com/repos/shop/web/pulls/9', 'shop/web');

CALL vsm.attach_airbyte_gitlab('flow', 'gitlab');
CALL vsm.attach_airbyte_github('flow', 'github');
SELECT vsm.refresh_once('flow');
SELECT results_eq($$SELECT layout, records, refused, error FROM vsm.attached('flow')$$,
	$$VALUES ('airbyte_github', 5::bigint, 0::bigint, NULL::text), ('airbyte_gitlab', 5, 0, NULL)$$, 'both are read');
SELECT vsm.refresh_once('told');
CREATE FUNCTION same(relation text) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
	RETURN NEXT is_empty(format('SELECT to_jsonb(t) - %2$L::text[] FROM flow.%1$I AS t EXCEPT ALL SELECT to_jsonb(t) - %2$L::text[] FROM '
		'told.%1$I AS t', relation, '{xid,recorded_at,payload}'), relation || ': nothing but what payloads tell');
	RETURN NEXT is_empty(format('SELECT to_jsonb(t) - %2$L::text[] FROM told.%1$I AS t EXCEPT ALL SELECT to_jsonb(t) - %2$L::text[] FROM '
		'flow.%1$I AS t', relation, '{xid,recorded_at,payload}'), relation || ': all that payloads tell');
END
$$;
SELECT same(r) FROM unnest('{item,event,item_change,item_alias,link,incident,observation,merge_request,build,commit,deployment}'::text[])
	AS r;
SELECT is((SELECT count(*) FROM flow.item)::int, 2, 'an issue of each');
SELECT is((SELECT count(*) FROM flow.merge_request)::int, 2, 'a request of each');
SELECT is((SELECT count(*) FROM flow.build)::int, 3, 'two pipelines and a job');
SELECT is((SELECT first_review_at FROM flow.merge_request WHERE source = 'github'), '2026-01-08 08:00Z', 'and its review');
SELECT vsm.refresh_once('flow');
UPDATE gitlab.issues SET title = 'Sum', updated_at = '2026-01-14 08:00Z', _airbyte_extracted_at = '2026-02-02Z';
SELECT vsm.refresh_once('flow');
SELECT is((SELECT title FROM flow.item WHERE source = 'gitlab'), 'Sum', 'what is new is read');
SELECT * FROM finish();
ROLLBACK;
