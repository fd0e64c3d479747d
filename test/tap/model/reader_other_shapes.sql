-- The same things in the shapes of forks, of old versions and of clients: what is null, empty, numbered or named otherwise.
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS vsm;
SELECT plan(52);
SET LOCAL TimeZone = 'UTC';
SET LOCAL jit = off;
SET LOCAL client_min_messages = error;

CREATE FUNCTION pg_temp.read(tool text, payload jsonb) RETURNS SETOF vsm.fact LANGUAGE plpgsql AS $$
	-- what is refused is a link "refused" to the reason
DECLARE
	k vsm.payload_kind;
BEGIN
	EXECUTE format('SELECT * FROM vsm.%I($1)', tool || '_kind') INTO k USING payload;
	IF k.reason IS NOT NULL THEN
		RETURN QUERY SELECT (vsm.fact_link(tool, k.kind, k.reason, 'refused')).*;
	ELSE
		RETURN QUERY EXECUTE format('SELECT * FROM vsm.%I($1, $2, vsm.default_names())', 'read_' || tool || '_' || k.kind)
			USING tool, payload;
	END IF;
END$$;

SELECT results_eq($$SELECT vsm.json_time(v) FROM unnest(ARRAY['1767974500000000', '1767974500000000000', '" 1767974500123456 "',
		'1767974500000000.0', '99999999999999999', '"12345678901234567890"', '9999999999999999999']::jsonb[]) AS v$$,
	ARRAY['2026-01-09 16:01:40+00', '2026-01-09 16:01:40+00', '2026-01-09 16:01:40.123456+00', '2026-01-09 16:01:40+00', NULL, NULL,
		NULL]::timestamptz[], 'microseconds and nanoseconds since 1970');

-- GitHub, and Gitea, which sends the same webhooks
SELECT results_eq($$SELECT vsm.github_repository(u) FROM unnest(ARRAY['https://git.example.com/api/v1/repos/shop/web/git/commits/c1',
		'https://ghe.example.com/api/v3/repos/shop/web/issues/1', 'https://api.github.com/repositories/17/issues/1',
		'https://api.github.com/repos/shop/repositories/x']) AS u$$, ARRAY['shop/web', 'shop/web', NULL, 'shop/repositories'],
	'the repository that an address of the API names');
SELECT results_eq($$SELECT i.n, f.fact, f.value, f.details ->> 'due_at', f.at
	FROM (VALUES
		(1, '{"action": "closed", "issue": {"id": 91, "number": 5, "title": "T", "state": "closed", "labels": [], "milestone": null,
			"created_at": "2026-01-05T10:00:00Z", "updated_at": "2026-01-07T10:00:00Z", "closed_at": null, "due_date":
			"2026-02-01T23:59:59Z", "pull_request": null}, "repository": {"full_name": "shop/web"}}'::jsonb),
		(2, '{"id": 92, "number": 6, "title": "T", "state": "closed", "html_url": "https://github.com/shop/web/issues/6", "created_at":
			"2012-05-25T11:47:59Z", "updated_at": "2012-05-25T17:32:32Z", "closed_at": "2012-05-25T17:32:32Z", "labels": [],
			"pull_request": {"html_url": null, "diff_url": null, "patch_url": null}}')) AS i (n, payload),
			pg_temp.read('github', i.payload) AS f
	WHERE f.fact IN ('item', 'event') ORDER BY i.n, f.fact, f.at$$, $$VALUES
	(1, 'event', 'opened', NULL, timestamptz '2026-01-05 10:00Z'), (1, 'event', 'closed', NULL, '2026-01-07 10:00Z'),
	(1, 'item', NULL, '2026-02-01T23:59:59+00:00', '2026-01-07 10:00Z'),
	(2, 'event', 'opened', NULL, '2012-05-25 11:47:59Z'), (2, 'event', 'closed', NULL, '2012-05-25 17:32:32Z'),
	(2, 'item', NULL, NULL, '2012-05-25 17:32:32Z')$$, 'an issue whose pull request is null');
CREATE TEMP TABLE listed AS SELECT '{"id": 700, "number": 9, "node_id": "MDExOlB1bGxSZXF1ZXN0NDc4NjI5MDcw", "title": "SHOP-3 total",
	"state":
	"closed", "html_url": "https://github.com/shop/web/pull/9", "labels": [], "user": {"login": "ann", "type": "User"}, "created_at":
	"2026-01-05T10:00:00Z", "updated_at": "2026-01-07T10:00:00Z", "closed_at": "2026-01-06T10:00:00Z",
	"pull_request": {"html_url": "https://github.com/shop/web/pull/9", "merged_at": "2026-01-06T10:00:00Z"}}'::jsonb AS payload;
SELECT bag_eq($$SELECT f.fact, f.entity, coalesce(f.value, f.details ->> 'state'), f.at FROM listed, pg_temp.read('github', payload) AS f
	WHERE f.fact IN ('merge_request', 'event', 'link') AND f.entity IS NOT NULL$$, $$VALUES
	('merge_request', 'github:pull_request:478629070', 'merged', timestamptz '2026-01-07 10:00Z'),
	('event', 'github:pull_request:478629070', 'opened', '2026-01-05 10:00Z'),
	('event', 'github:pull_request:478629070', 'merged', '2026-01-06 10:00Z'),
	('link', 'github:pull_request:478629070', 'SHOP-3', '2026-01-05 10:00Z')$$, 'a pull request in a list of issues');
SELECT results_eq($$SELECT f.details ->> 'state', f.details ? 'closed_at' FROM listed,
		pg_temp.read('github', payload #- '{pull_request,merged_at}') AS f WHERE f.fact = 'merge_request'$$, $$VALUES (NULL::text, false)$$,
	'of which it is not said whether it was merged');
SELECT results_eq($$SELECT f.value FROM listed, pg_temp.read('github', payload - 'node_id') AS f$$,
	ARRAY['it is a pull request, and has no node_id that tells which: load /pulls'], 'or which it is');
CALL vsm.create_model('flow');
INSERT INTO flow.inbox (source, payload) SELECT 'github', payload FROM listed;
INSERT INTO flow.inbox (source, payload) VALUES ('github', '{"id": 478629070, "number": 9, "title": "SHOP-3 total", "state": "closed",
	"html_url": "https://github.com/shop/web/pull/9", "user": {"login": "ann", "type": "User"}, "created_at": "2026-01-05T10:00:00Z",
	"updated_at": "2026-01-07T10:00:00Z", "closed_at": "2026-01-06T10:00:00Z", "merged_at": "2026-01-06T10:00:00Z", "head": {"ref": "f",
	"sha": "c000000000000000000000000000000000000001"}, "base": {"ref": "main", "repo": {"full_name": "shop/web"}}}');
INSERT INTO flow.inbox (source, payload) SELECT 'github', payload FROM listed;
SELECT is(vsm.ingest_once('flow'), ROW (3, 0)::vsm.ingested, 'both ways of telling of it');
SELECT results_eq($$SELECT m.merge_request, m.source_branch, e.attributes ->> 'source_branch' FROM flow.merge_request AS m
		JOIN flow.event AS e ON e.entity = m.merge_request AND e.state = 'opened'$$,
	$$VALUES ('github:pull_request:478629070', 'f', 'f')$$, 'which is one request, with what the better one tells');
SELECT results_eq($$SELECT f.value, f.at FROM pg_temp.read('github', '{"ref": "refs/heads/SHOP-7", "before":
		"c000000000000000000000000000000000000001", "after": "c000000000000000000000000000000000000002", "commits": [{"id":
		"c000000000000000000000000000000000000002", "message": "x", "timestamp": "2026-01-05T10:00:00+02:00"}], "head_commit": null,
		"repository": {"full_name": "shop/web"}}') AS f WHERE f.fact = 'event'$$, $$VALUES ('pushed', timestamptz '2026-01-05 08:00Z')$$,
	'a push whose head is null');
SELECT bag_eq($$SELECT f.fact, coalesce(f.value, f.details ->> 'approved_at', f.details ->> 'first_review_at') FROM pg_temp.read('github',
		'{"action": "reviewed", "pull_request": {"id": 9, "number": 7, "user": {"login": "ann"}, "state": "open", "created_at":
		"2026-01-05T10:00:00Z", "updated_at": "2026-01-06T10:00:00Z", "base": {"ref": "main", "repo": {"full_name": "shop/web"}}, "head":
		{"ref": "f"}}, "review": {"type": "pull_request_review_approved", "content": "ok"}, "repository": {"full_name": "shop/web"},
		"sender": {"login": "bob"}}') AS f
	WHERE f.at = '2026-01-06 10:00Z' AND f.fact IN ('event', 'merge_request')$$, $$VALUES ('event', 'approved'),
	('merge_request', '2026-01-06T10:00:00+00:00'), ('merge_request', '2026-01-06T10:00:00+00:00')$$, 'a review without an id');
SELECT results_eq($$SELECT vsm.github_gitea_review(jsonb_build_object('review', jsonb_build_object('type', t), 'pull_request',
		'{"updated_at": "2026-01-06T10:00:00Z"}'::jsonb)) ->> 'state'
	FROM unnest(ARRAY['pull_request_comment', 'pull_request_review_comment', 'pull_request_approved',
		'pull_request_review_request']) WITH ORDINALITY AS u (t, n) ORDER BY n$$,
	ARRAY['commented', 'commented', 'approved', NULL], 'kinds of reviews of Gitea, old and new');
SELECT results_eq($$SELECT f.value, f.at FROM pg_temp.read('github', '{"action": "closed", "pull_request": {"id": 9, "number": 7, "state":
		"closed", "merged": false, "created_at": "2026-01-05T10:00:00Z", "updated_at": "2026-01-06T10:00:00Z", "base": {"ref": "main",
		"repo": {"full_name": "shop/web"}}, "head": {"ref": "f"}}, "repository": {"full_name": "shop/web"}}') AS f
	WHERE f.fact = 'event' AND f.at IS NOT NULL ORDER BY f.at$$, $$VALUES ('opened', timestamptz '2026-01-05 10:00Z'),
	('closed', '2026-01-06 10:00Z')$$, 'a request that was closed, without saying when');
SELECT results_eq($$SELECT f.details ->> 'started_at', f.details ->> 'finished_at' FROM pg_temp.read('github', '{"id": 5, "run_attempt": 2,
		"run_number": 3, "workflow_id": 1, "status": "completed", "conclusion": "skipped", "created_at": "2026-01-05T10:00:00Z",
		"run_started_at": "2026-01-06T10:00:00Z", "updated_at": "2026-01-05T11:00:00Z"}') AS f WHERE f.fact = 'build'$$,
	$$VALUES (NULL::text, '2026-01-05T11:00:00+00:00')$$, 'a run that ended before it began has not begun');
SELECT results_eq($$SELECT f.value FROM pg_temp.read('github', '{"name": "v1", "zipball_url": "x", "commit": {"sha":
		"c000000000000000000000000000000000000001", "url": "x"}}') AS f$$, ARRAY['its commit.url does not name its repository'],
	'a tag of no repository is refused');

-- GitLab
SELECT results_eq($$SELECT f.value FROM unnest(ARRAY['{"name": "v1", "target": "x", "commit": {"id":
		"c000000000000000000000000000000000000001"}}', '{"id": "r3097", "short_id": "r3097", "parent_ids": []}',
		'{"message": "404 Not Found"}',
		'{"error": "x", "error_description": "no right"}']::jsonb[]) WITH ORDINALITY AS p (payload, n),
		pg_temp.read('gitlab', p.payload) AS f
	ORDER BY p.n$$, ARRAY['it has no commit.web_url, which says of which project it is', 'its id is no SHA: r3097',
	'it is an error: 404 Not Found', 'it is an error: no right'], 'what states nothing is refused with the reason');
SELECT results_eq($$SELECT f.at FROM pg_temp.read('gitlab', '{"name": "v1", "target": "x", "created_at": "2026-01-09T10:00:00Z", "commit":
		{"id": "c000000000000000000000000000000000000001", "committed_date": "2026-01-05T10:00:00Z", "web_url":
		"https://gitlab.example.com/shop/web/-/commit/c000000000000000000000000000000000000001"}}') AS f WHERE f.fact = 'event'$$,
	ARRAY['2026-01-09 10:00Z'::timestamptz], 'a tag that says when it was made');

-- Jira: what boards and slim answers have
SELECT results_eq($$SELECT f.details ->> 'parent', f.details ->> 'feature' FROM (VALUES
		(1, '{"epic": {"id": 37, "key": "SHOP-9"}}'::jsonb), (2, '{"epic": {"id": 10001, "key": "SHOP-1"}}'), (3,
		'{"parent": {"key": "SHOP-8"}}'),
		(4, '{"parent": {"id": "8", "fields": {"issuetype": {"name": "Story", "hierarchyLevel": 0}}},
		"epic": {"id": 37}}')) AS p (n, fields),
	pg_temp.read('jira', jsonb_build_object('id', '10001', 'key', 'SHOP-1', 'fields', p.fields)) AS f WHERE f.fact = 'item' ORDER BY p.n$$,
	$$VALUES ('jira:issue:37', 'jira:issue:37'), (NULL, NULL), ('SHOP-8', NULL), ('jira:issue:8', 'jira:issue:37')$$,
	'the epic of a board, and a parent by its key');
SELECT results_eq($$SELECT f.entity, f.value, f.at FROM pg_temp.read('jira', '{"id": "1", "key": "A-1", "fields": {"updated":
		"2026-01-09T10:00:00Z", "issuelinks": [{"type": {"inward": "is blocked by", "outward": "blocks"}, "inwardIssue": {"key": "A-3"}},
		{"type": {"inward": "is blocked by", "outward": "blocks"}, "outwardIssue": {"id": "4", "key": "A-4"}}]}, "changelog": {"total": 2,
		"histories": [{"id": "7", "created": "2026-01-06T10:00:00Z", "items": [{"field": "Link", "to": "A-9", "toString":
		"This issue is blocked by A-9"}]}, {"id": "6", "created": "2026-01-05T10:00:00Z", "items": [{"field": "Link", "to": "A-3",
		"toString": "This issue is blocked by A-3"}]}]}}') AS f WHERE f.fact = 'link' AND f.method = 'issue link'
	ORDER BY f.value, f.at, f.version$$, $$VALUES ('jira:issue:1', 'A-3', timestamptz '2026-01-05 10:00Z'),
	('jira:issue:1', 'A-3', '2026-01-05 10:00Z'), ('jira:issue:1', 'A-9', '2026-01-06 10:00Z'), ('jira:issue:4', 'jira:issue:1', NULL)$$,
	'links that have the key of the other issue only');

-- ServiceNow
SELECT results_eq($$SELECT f.value FROM unnest(ARRAY['{"sys_id": "a1", "table_name": "incident", "table_sys_id": "i1", "file_name": "x.png",
		"sys_updated_on": "2026-01-09 10:00:00"}', '{"sys_id": "i1", "number": "INC01", "sys_class_name": "Incident", "sys_updated_on":
		"09.01.2026 11:00:00"}', '{"sys_id": "c1", "number": "CHG01", "type": "Normal", "sys_updated_on": "2026-01-09 11:00:00"}',
		'{"sys_id": "c1", "number": "CHG01", "risk": "Moderado", "sys_updated_on": "2026-01-09 11:00:00"}', '{"sys_id": "i1", "number":
		"INC01", "urgency": "Hoch", "sys_updated_on": "2026-01-09 11:00:00"}', '{"sys_id": "p1", "sysapproval": "CHG01", "approver": "Ann",
		"state": "Approved", "sys_created_on": "2026-01-09 11:00:00"}']::jsonb[]) WITH ORDINALITY AS p (payload, n),
		pg_temp.read('servicenow', p.payload) AS f ORDER BY p.n$$,
	$$SELECT CASE n WHEN 1 THEN 'records of the table sys_attachment are not read'
		ELSE 'it has display values only, whose times are in the zone of whoever asked: ask with sysparm_display_value=all or false' END
	FROM generate_series(1, 6) AS n$$, 'attachments, and display values in several languages');
SELECT results_eq($$SELECT f.details - '{source,key,project,source_type,type}'::text[] FROM unnest(ARRAY['{}', '{"priority": "", "due_date":
		"", "business_service": "", "story_points": ""}', '{"priority": {"display_value": "", "value": ""}, "due_date": null, "end_date":
		"2026-01-10 10:00:00", "business_service": {"display_value": "Shop"},
		"story_points": "5"}']::jsonb[]) WITH ORDINALITY AS p (payload, n),
		pg_temp.read('servicenow', '{"sys_id": "s1", "number": "STRY01", "sys_updated_on": "2026-01-09 10:00:00"}' || p.payload) AS f
	WHERE f.fact = 'item' ORDER BY p.n$$, ARRAY['{}', '{"priority": null, "due_at": null, "service": null, "size": null}',
	'{"priority": null, "due_at": "2026-01-10T10:00:00+00:00", "service": "Shop", "size": 5}']::jsonb[],
	'what is empty, and what was not asked for');

-- Azure DevOps: clients that write numbers for the words of the API
SELECT bag_eq($$SELECT p.n, f.fact, coalesce(f.details ->> 'status', f.details ->> 'state') FROM (VALUES
		(1, '{"id": 21, "buildNumber": "1", "status": 2, "result": 8, "queueTime": "2026-01-05T10:00:00Z",
		"startTime": "2026-01-05T10:01:00Z",
		"finishTime": "2026-01-05T10:02:00Z", "definition": {"name": "deploy prod"}}'::jsonb),
		(2, '{"pullRequestId": 9, "status": 3, "creationDate": "2026-01-05T10:00:00Z", "closedDate": "2026-01-06T10:00:00Z",
		"repository": {"name": "web", "project": {"name": "Shop"}}}'),
		(3, '{"id": "b", "type": "Job", "name": "x", "state": 2, "result": 0, "startTime": "2026-01-05T10:00:00Z", "finishTime":
		"2026-01-05T10:05:00Z", "parentId": "a", "build": {"id": 21}}'),
		(4, '{"id": 3, "deploymentStatus": 16, "release": {"id": 12}, "releaseEnvironment": {"id": 5, "name": "Prod"}, "queuedOn":
		"2026-01-05T10:00:00Z", "completedOn": "2026-01-05T10:05:00Z", "attempt": 1}'),
		(5, '{"id": 22, "buildNumber": "2", "status": 77, "queueTime": "2026-01-05T10:00:00Z"}')) AS p (n, payload),
	pg_temp.read('azuredevops', p.payload) AS f WHERE f.fact IN ('build', 'deployment', 'merge_request')$$, $$VALUES
	(1, 'build', 'failed'), (1, 'deployment', 'failed'), (2, 'merge_request', 'completed'), (3, 'build', 'succeeded'),
	(4, 'deployment', 'failed'), (5, 'build', '77')$$, 'enumerations by their numbers');
SELECT results_eq($$SELECT f.value FROM unnest(ARRAY['{"commitId": "c000000000000000000000000000000000000001", "gitObjectType": "blob",
	"path":
		"/README.md"}', '{"message": "TF401180: not found", "typeKey": "x", "errorCode": 0}']::jsonb[]) AS p,
		pg_temp.read('azuredevops', p) AS f$$, ARRAY['a file says nothing about the flow of work', 'it is an error: TF401180: not found'],
	'a file is no commit');

-- Bitbucket
CREATE TEMP TABLE merged AS SELECT '{"pullrequest": {"id": 2, "state": "MERGED", "created_on": "2026-01-05T10:00:00Z", "updated_on":
	"2026-01-09T10:00:00Z", "links": {"html": {"href": "https://bitbucket.org/shop/web/pull-requests/2"}}}, "repository": {"full_name":
	"shop/web"}}'::jsonb AS payload;
SELECT results_eq($$SELECT f.fact, f.details ->> 'merged_at', f.value FROM merged, pg_temp.read('bitbucket', payload) AS f
	WHERE f.fact = 'merge_request' OR f.value = 'merged' ORDER BY f.fact COLLATE "C"$$,
	$$VALUES ('event', NULL, 'merged'), ('merge_request', '2026-01-09T10:00:00+00:00', NULL)$$, 'a merged request');
SELECT results_eq($$SELECT f.fact, f.details ->> 'merged_at', f.value FROM merged,
		pg_temp.read('bitbucket', payload || '{"comment": {"id": 1, "created_on": "2026-01-09T10:00:00Z"}}') AS f
	WHERE f.fact = 'merge_request' AND f.details ? 'state' OR f.value = 'merged' ORDER BY f.fact COLLATE "C"$$,
	$$VALUES ('merge_request', NULL, NULL), ('observed', NULL, 'merged')$$, 'a comment on it does not say when');
SELECT results_eq($$SELECT p.n, f.fact, f.value, f.details ->> 'type', f.at FROM (VALUES
		(1, '{"type": "issue_comment", "issue": {"id": 1, "title": "T"}, "created_on": "2026-01-05T10:00:00Z"}'::jsonb),
		(2, '{"type": "issue_change", "issue": {"type": "issue", "id": 1, "title": "T", "repository": {"full_name": "shop/web"}}, "changes":
		{"state": {"old": "new", "new": "resolved"}}, "created_on": "2026-01-05T10:00:00Z"}'),
		(3, '{"errors": [{"message": "no such repository"}]}')) AS p (n, payload), pg_temp.read('bitbucket', p.payload)
		AS f ORDER BY 1, 2$$,
	$$VALUES (1, 'link', 'comments change no state', NULL, NULL::timestamptz), (2, 'event', 'resolved', NULL, '2026-01-05 10:00Z'),
	(2, 'item', NULL, NULL, '2026-01-05 10:00Z'), (3, 'link', 'it is an error: no such repository', NULL, NULL)$$,
	'changes of an issue, comments and errors');
SELECT results_eq($$SELECT f.details ->> 'source_branch', f.details ->> 'target_branch' FROM pg_temp.read('bitbucket', '{"id": 101, "state":
		"OPEN", "createdDate": 1767974500000, "fromRef": {"id": "refs/heads/feature/SHOP-1"}, "toRef": {"id": "refs/heads/main",
		"repository":
		{"slug": "web", "project": {"key": "SHOP"}}}}') AS f WHERE f.fact = 'merge_request'$$, $$VALUES ('feature/SHOP-1', 'main')$$,
	'branches by their refs');

-- PagerDuty
SELECT results_eq($$SELECT f.fact, f.value, f.at FROM pg_temp.read('pagerduty', '{"event": {"event_type": "incident.priority_updated",
		"resource_type": "incident", "occurred_at": "2026-01-05T10:30:00Z", "data": {"id": "P1", "type": "incident",
		"status": "acknowledged",
		"created_at": "2026-01-05T10:00:00Z"}}}') AS f WHERE f.value IS NOT NULL ORDER BY f.at$$,
	$$VALUES ('event', 'triggered', timestamptz '2026-01-05 10:00Z'), ('observed', 'acknowledged', '2026-01-05 10:30Z')$$,
	'an event that is of no state tells the present one');

SELECT results_eq($$SELECT f.value, f.at FROM pg_temp.read('pagerduty', '{"event": {"event_type": "incident.reopened",
		"resource_type": "incident", "occurred_at": "2026-01-05T10:30:01Z", "data": {"id": "P1", "type": "incident",
		"status": "triggered", "reopened_at": "2026-01-05T10:30:00Z",
		"created_at": "2026-01-05T10:00:00Z"}}}') AS f WHERE f.value IS NOT NULL ORDER BY f.at DESC LIMIT 1$$,
	$$VALUES ('triggered', timestamptz '2026-01-05 10:30Z')$$, 'an incident was reopened when it says so');

-- Argo CD: others call something Application, too, and what lies in a repository is not what runs
SELECT results_eq($$SELECT f.value FROM unnest(ARRAY['{"apiVersion": "app.k8s.io/v1beta1"}', '{"apiVersion": "argoproj.io/v1alpha1"}',
		'{}']::jsonb[]) WITH ORDINALITY AS p (api, n), pg_temp.read('argocd', '{"kind": "Application", "metadata": {"name": "shop"},
		"spec": {"project": "default", "source": {"repoURL": "https://git.example.com/shop/web"}}}' || p.api) AS f ORDER BY p.n$$,
	ARRAY['objects of kind Application of app.k8s.io/v1beta1 are not read',
		'it has no status: it is as it was written, not as it runs', 'it has no status: it is as it was written, not as it runs'],
	'an Application of another, and one that nobody runs');

-- GitLab: an epic that has left its parent
SELECT results_eq($$SELECT f.details -> 'parent' FROM unnest(ARRAY['{"parent_id": null}', '{"parent_id": 4}', '{}']::jsonb[])
		WITH ORDINALITY AS p (parent, n), pg_temp.read('gitlab', '{"id": 9, "iid": 2, "group_id": 7, "title": "T", "state": "opened",
		"start_date": null, "due_date": null, "web_url": "https://gitlab.example.com/groups/shop/-/epics/2", "labels": [],
		"created_at": "2026-01-05T10:00:00Z", "updated_at": "2026-01-05T10:00:00Z"}' || p.parent) AS f
		WHERE f.fact = 'item' AND f.details ? 'source_type' ORDER BY p.n$$, ARRAY['null', '"gitlab:epic:4"', NULL]::jsonb[],
	'the parent of an epic');

-- Jira: a change that does not name the statuses
SELECT results_eq($$SELECT f.fact, f.value, f.value_id FROM pg_temp.read('jira', '{"id": "8", "key": "SHOP-8", "fields": {"status": {"name":
		"Done", "id": "5"}, "created": "2026-01-05T10:00:00.000+0000", "updated": "2026-01-07T10:00:00.000+0000"}, "changelog": {"total": 2,
		"histories": [{"id": "1", "created": "2026-01-06T10:00:00.000+0000", "items": [{"field": "status", "from": "1", "to": "3"}]},
		{"id": "2", "created": "2026-01-07T10:00:00.000+0000", "items": [{"field": "status", "from": "3", "to": "5"}]}]}}') AS f
	WHERE f.fact IN ('event', 'observed') ORDER BY f.at$$, $$VALUES ('event', '3', '3'), ('event', 'Done', '5')$$,
	'a status without a name is called as the issue calls it, else by its id');

-- Linear: webhooks leave out what is empty, or have null there
SELECT results_eq($$SELECT f.details FROM unnest(ARRAY['{"targetDate": null}', '{}', '{"targetDate": "2026-02-01"}']::jsonb[])
		WITH ORDINALITY AS p (project, n), pg_temp.read('linear', jsonb_build_object('action', 'update', 'type', 'Project', 'createdAt',
			'2026-01-05T10:00:00Z', 'url', 'https://linear.app/p1', 'updatedFrom', '{"targetDate": "2026-01-20"}'::jsonb, 'data',
			'{"id": "p1", "name": "P", "updatedAt": "2026-01-05T10:00:00Z"}' || p.project)) AS f WHERE f.fact = 'item' ORDER BY p.n$$,
	$$SELECT '{"source": "linear", "project": "project", "source_type": "project", "type": "feature", "title": "P", "url":
		"https://linear.app/p1"}' || d FROM unnest(ARRAY['{"due_at": null}', '{"due_at": null}',
		'{"due_at": "2026-02-01"}']::jsonb[]) AS d$$,
	'a project whose target date was cleared');
SELECT results_eq($$SELECT f.details -> 'due_at', f.details ? 'size' FROM pg_temp.read('linear', '{"action": "update", "type": "Issue",
		"createdAt": "2026-01-05T10:00:00Z", "updatedFrom": {"dueDate": "2026-01-20"}, "data": {"id": "i1", "number": 7,
		"team": {"key": "ENG"},
		"title": "T", "state": {"name": "Todo"}, "updatedAt": "2026-01-05T10:00:00Z"}}') AS f WHERE f.fact = 'item'$$,
	$$VALUES ('null'::jsonb, false)$$, 'an issue whose due date was cleared');

-- Jenkins
SELECT results_eq($$SELECT vsm.jenkins_build(u) FROM unnest(ARRAY['https://ci.example.com/job/shop/jdk=17,os=linux/12/',
		'https://ci.example.com/job/x/job/shop/org.shop$web/12/console', 'https://ci.example.com/job/shop/12/?x=1',
		'https://ci.example.com/job/shop/jdk=17/', 'https://ci.example.com/job/a=b/job/c=d/12',
		'https://ci.example.com/view/all/job/shop/job/web/view/a/view/change-requests/job/PR-5/2/', '/job/view/job/view/3/']) AS u$$,
	ARRAY['shop/jdk=17,os=linux#12', 'x/shop/org.shop$web#12', 'shop#12', NULL, 'a=b/c=d#12', 'shop/web/PR-5#2', 'view/view#3'],
	'what a matrix or a Maven job runs, and what was asked for by a view');
SELECT results_eq($$SELECT s.sorted, d.status, d.started_at, d.finished_at FROM (VALUES ('COMPLETED first', 1), ('FINALIZED first', -1))
		AS s (sorted, factor),
	LATERAL (
		SELECT (array_agg(f.details ->> 'status' ORDER BY f.at DESC, p.n * s.factor))[1] AS status,
			(array_agg((f.details ->> 'started_at')::timestamptz ORDER BY f.at DESC, p.n * s.factor))[1] AS started_at,
			(array_agg((f.details ->> 'finished_at')::timestamptz ORDER BY f.at DESC, p.n * s.factor))[1] AS finished_at
		FROM (VALUES (1, 'STARTED', 1767974500000, NULL), (2, 'COMPLETED', 1767974560500, 60500),
				(3, 'FINALIZED', 1767974562000, 60500)) AS p (n, phase, at, duration),
			pg_temp.read('jenkins', jsonb_build_object('build', jsonb_build_object('full_url', 'https://ci.example.com/job/a/7/', 'phase',
				p.phase, 'status', 'SUCCESS', 'timestamp', p.at, 'duration', p.duration))) AS f
		WHERE f.fact = 'build') AS d$$, $$VALUES
	('COMPLETED first', 'SUCCESS', timestamptz '2026-01-09 16:01:40Z', timestamptz '2026-01-09 16:02:40.5Z'),
	('FINALIZED first', 'SUCCESS', '2026-01-09 16:01:40Z', '2026-01-09 16:02:40.5Z')$$, 'a build ended before it was finalized');
SELECT results_eq($$SELECT f.value FROM pg_temp.read('jenkins', '{"number": 7, "url": "https://ci.example.com/computer/", "timestamp":
		1767974500000, "result": "SUCCESS", "duration": 1}') AS f$$, ARRAY['its url is that of no build'], 'an address of something else');

-- Nothing of this is an error, whatever of it is null.
CREATE TEMP TABLE refused AS SELECT count(*) AS number FROM flow.inbox WHERE error IS NOT NULL;
SELECT is((SELECT number FROM refused), 0::bigint, 'nothing is left over');
SELECT results_eq($$SELECT f.fact FROM pg_temp.read('linear', '{"action": "remove", "type": "Issue", "createdAt": "2026-01-05T10:17:00Z",
		"data": {"id": "i1", "number": 7, "team": {"key": "ENG"}, "title": "T", "state": {"name": "In Progress"}, "updatedAt":
		"2026-01-05T10:16:00Z"}}') AS f WHERE f.fact IN ('observed', 'event') ORDER BY f.at$$, ARRAY['observed', 'event'],
	'an issue that was removed had a state');

-- What is to be made, a project's own state, and what clients of GraphQL print are none of what they look like.
SELECT results_eq($$SELECT p.n, f.value FROM (VALUES
		(1, 'azuredevops', '{"id": 40, "name": "Shop", "path": "\\", "environments": [], "artifacts": [], "triggers": [], "createdOn":
			"2026-01-05T10:00:00Z", "releaseNameFormat": "Release-$(rev:r)"}'::jsonb),
		(2, 'azuredevops', '{"id": "05132b3a-41d6-430f-8738-42b20b34a601", "name": "T", "workItemTypeName": "Feature", "fields":
			{"System.State": "New"}}'),
		(3, 'azuredevops', '{"id": "s1", "publisherId": "tfs", "consumerId": "webHooks", "eventType": "build.complete"}'),
		(4, 'azuredevops', '{"workItemId": 299, "commentId": 50, "version": 2, "text": "x", "createdDate": "2026-01-05T10:00:00Z"}'),
		(5, 'github', '{"id": 2, "number": 2, "title": "P", "state": "open", "is_template": false, "short_description": null,
			"created_at": "2026-01-05T10:00:00Z", "updated_at": "2026-01-05T10:00:00Z"}'),
		(6, 'github', '{"id": "PR_kwDO", "number": 3, "title": "x", "state": "MERGED", "mergedAt": "2026-01-05T10:00:00Z",
			"headRefName": "t", "url": "https://github.com/shop/web/pull/3"}'),
		(7, 'servicenow', '{"sys_id": "m1", "id": "i1", "table": "incident", "field": "state", "value": "In Progress", "start":
			"2026-01-05 10:00:00", "definition": "Incident State", "duration": "1 Day 2 Hours"}')) AS p (n, tool, payload),
	pg_temp.read(p.tool, p.payload) AS f ORDER BY p.n$$, $$VALUES (1, 'it says what is to be made, not what was'),
	(2, 'it says what is to be made, not what was'), (3, 'it says what is to be made, not what was'),
	(4, 'comments change no state'), (5, 'it says nothing about the flow of work'),
	(6, 'answers of the GraphQL API are not read: ask the REST API for the same'),
	(7, 'it has display values only, whose times are in the zone of whoever asked: ask with sysparm_display_value=all or false')$$,
	'what looks like something that is read, and is not');
SELECT is_empty($$SELECT p.n, f FROM (VALUES
		(1, 'azuredevops', '{"id": 6, "buildNumber": "1", "status": "completed", "result": "succeeded", "definition": {"name": "x"},
			"queueTime": "2026-01-05T10:00:00Z", "repository": {"type": "Svn"}, "sourceVersion": "1234567"}'::jsonb),
		(2, 'otel', '{"traceId": "t", "spanId": "s", "name": "x", "startTimeUnixNano": "1767974500000000000", "endTimeUnixNano":
			"1767974501000000000", "attributes": [{"key": "cicd.pipeline.name", "value": {"stringValue": "build"}}, {"key":
			"cicd.pipeline.run.id", "value": {"stringValue": "5"}}, {"key": "vcs.ref.head.revision", "value": {"stringValue":
			"1234567"}}]}')) AS p (n, tool, payload),
	pg_temp.read(p.tool, p.payload) AS f
	WHERE f.value IS NOT DISTINCT FROM '1234567' OR f.details ? 'sha' OR f.name = 'refused'$$, 'a revision of Subversion is no SHA');
SELECT results_eq($$SELECT f.value, f.value_id, f.details ->> 'priority' FROM pg_temp.read('servicenow', '{"sys_id": "c1",
		"sys_class_name": "change_request", "number": "CHG1", "state": "-5.0", "priority": "4.0", "opened_at": "2026-01-05 10:00:00",
		"sys_updated_on": "2026-01-05 10:00:00", "sys_mod_count": "0.0"}') AS f WHERE f.fact IN ('created', 'item') ORDER BY f.fact$$,
	$$VALUES ('New', '-5', NULL), (NULL, NULL, '4')$$, 'codes that went through a spreadsheet');
SELECT results_eq($$SELECT p.n, f.fact, coalesce(f.value, f.details ->> 'status'), f.details ->> 'finished_at' FROM (VALUES
		(1, '{"_links": {"self": {"href": "/job/deploy-prod/2/wfapi/describe"}}, "status": "SUCCESS", "startTimeMillis": 1767974500000,
			"stages": []}'::jsonb),
		(2, '{"_links": {"self": {"href": "/blue/rest/organizations/jenkins/pipelines/deploy-prod/runs/7/"}}, "result": "FAILURE",
			"state": "FINISHED", "startTime": "2026-01-09T16:01:40.000+0000", "endTime": null, "durationInMillis": null}'),
		(3, '{"ciUrl": "http://ci/", "fullJobName": "deploy-prod", "number": 8, "startTime": "2026-01-09T16:01:40.000Z", "result":
			"ABORTED"}')) AS p (n, payload), pg_temp.read('jenkins', p.payload) AS f
	WHERE f.fact IN ('build', 'deployment') AND f.details ? 'status' OR f.fact = 'event' AND f.at IS NOT NULL
	ORDER BY p.n, f.fact, f.entity$$, $$VALUES (1, 'build', 'SUCCESS', NULL), (1, 'deployment', 'success', NULL),
	(1, 'event', 'running', NULL), (1, 'event', 'running', NULL), (2, 'build', 'FAILURE', NULL), (2, 'deployment', 'failed', NULL),
	(2, 'event', 'running', NULL), (2, 'event', 'running', NULL), (3, 'build', 'ABORTED', NULL), (3, 'deployment', 'canceled', NULL),
	(3, 'event', 'running', NULL), (3, 'event', 'running', NULL)$$, 'what ended is not running, though it is not said when it ended');
SELECT results_eq($$SELECT vsm.jenkins_cause(c) FROM unnest(ARRAY['{"shortDescription": "Started by user Ann Lee", "userName": "Ann Lee"}',
		'{"shortDescription": "Gestartet durch Benutzer Ann Lee", "userName": "Ann Lee"}',
		'{"shortDescription": "Started by GitHub push by ann"}',
		'{"shortDescription": "Started by timer"}', '{"shortDescription": "Started by upstream project \"a\" build number 5"}']::jsonb[])
		AS c$$, ARRAY['Started by user', 'Gestartet durch Benutzer', 'Started by GitHub push by', 'Started by timer',
	'Started by upstream project "a" build number 5'], 'what started a build, without names of persons');
SELECT results_eq($$SELECT f.fact, f.value, f.at, f.details ->> 'job', f.details ->> 'finished_at' FROM pg_temp.read('github', '{"action":
		"completed", "workflow": {"name": "CI"}, "workflow_run": {"id": 5, "run_number": 3, "run_attempt": 0, "path":
		"ci.yml@refs/heads/main", "status": "completed", "conclusion": "success", "started_at": "2026-01-05T10:00:00Z",
		"completed_at": "2026-01-05T10:05:00Z"}, "repository": {"full_name": "shop/web"}}') AS f ORDER BY f.fact, f.at$$,
	$$VALUES ('build', NULL, timestamptz '2026-01-05 10:05Z', 'CI', '2026-01-05T10:05:00+00:00'),
	('event', 'queued', '2026-01-05 10:00Z', NULL, NULL), ('event', 'success', '2026-01-05 10:05Z', NULL, NULL)$$,
	'a run of Gitea has a beginning and an end, and attempts that count from 0');
SELECT results_eq($$SELECT f.entity, f.details ->> 'key', f.details ->> 'source_type' FROM (VALUES
		(1, '{"id": 9, "iid": 1, "title": "E", "state": "opened", "author": {"id": 1}, "created_at": "2026-01-05T10:00:00Z",
			"web_url": "https://gitlab.example.com/groups/shop/-/work_items/1"}'::jsonb),
		(2, '{"object_kind": "work_item", "object_attributes": {"id": 9, "iid": 1, "title": "E", "state_id": 1, "created_at":
			"2026-01-05T10:00:00Z", "url": "https://gitlab.example.com/groups/shop/-/work_items/1"}}'),
		(3, '{"event_name": "issue", "project": {"path_with_namespace": "shop/web"}, "object_attributes": {"id": 9, "iid": 1, "title":
			"E", "state": "opened", "created_at": "2026-01-05T10:00:00Z"}}')) AS p (n, payload), pg_temp.read('gitlab', p.payload) AS f
	WHERE f.fact = 'item' AND f.details ? 'key' ORDER BY p.n$$, $$VALUES ('gitlab:epic:9', 'shop&1', 'epic'),
	('gitlab:epic:9', 'shop&1', 'epic'), ('gitlab:issue:9', 'shop/web#1', 'issue')$$,
	'a work item of a group is an epic; a system hook may have the name of its event only');
SELECT results_eq($$SELECT f.entity, f.details ->> 'repository' FROM pg_temp.read('gitlab', '{"event_name": "merge_request",
		"object_attributes": {"id": 9, "iid": 1, "state": "opened", "created_at": "2026-01-05T10:00:00Z", "target":
		{"path_with_namespace": "shop/web"}, "url": "https://gitlab.example.com/web/merge_requests/1"}}') AS f
	WHERE f.fact = 'merge_request'$$, $$VALUES ('gitlab:merge_request:9', 'shop/web')$$, 'so may that of a merge request');

-- What is told to have ended before it began has ended, at a time that is not known; data_quality counts the row.
SELECT results_eq($$SELECT p.n, f.fact, f.value, f.at FROM (VALUES
		(1, 'gitlab', '{"id": 9, "iid": 2, "title": "T", "state": "merged", "merged_at": "2025-12-31T00:00:00Z", "source_branch": "f",
			"created_at": "2026-01-05T10:00:00Z", "updated_at": "2026-01-06T10:00:00Z"}'::jsonb),
		(2, 'gitlab', '{"id": 9, "iid": 2, "title": "T", "state": "closed", "closed_at": "2025-12-31T00:00:00Z", "author": {"id": 1},
			"created_at": "2026-01-05T10:00:00Z", "updated_at": "2026-01-06T10:00:00Z"}'),
		(3, 'github', '{"id": 9, "number": 3, "state": "closed", "merged_at": "2025-12-31T00:00:00Z", "closed_at":
			"2025-12-31T00:00:00Z", "head": {"ref": "t"}, "base": {"ref": "main"}, "created_at": "2026-01-05T10:00:00Z", "updated_at":
			"2026-01-06T10:00:00Z"}'),
		(4, 'github', '{"id": 9, "number": 3, "title": "T", "state": "closed", "closed_at": "2025-12-31T00:00:00Z", "labels": [],
			"created_at": "2026-01-05T10:00:00Z", "updated_at": "2026-01-06T10:00:00Z"}'),
		(5, 'bitbucket', '{"id": 9, "type": "pullrequest", "state": "DECLINED", "closed_on": "2025-12-31T00:00:00Z", "destination":
			{"repository": {"full_name": "shop/web"}}, "created_on": "2026-01-05T10:00:00Z", "updated_on": "2026-01-06T10:00:00Z"}'))
		AS p (n, tool, payload), pg_temp.read(p.tool, p.payload) AS f
	WHERE f.fact IN ('event', 'observed') AND f.method IS DISTINCT FROM 'label' AND f.value <> 'opened' ORDER BY p.n, f.at$$,
	$$SELECT n, 'observed', v, timestamptz '2026-01-06 10:00Z' FROM unnest('{merged,closed,merged,closed,closed}'::text[])
		WITH ORDINALITY AS u (v, o), LATERAL (SELECT o::integer AS n) AS o$$, 'what ended before it began');
SELECT results_eq($$SELECT f.fact, f.value, f.at, f.details ->> 'finished_at' FROM pg_temp.read('gitlab', '{"id": 15, "ref": "main", "sha":
		"c000000000000000000000000000000000000001", "status": "success", "created_at": "2026-01-05T10:04:59Z", "updated_at":
		"2026-01-05T10:03:00Z", "environment": {"name": "production"}, "deployable": {"id": 796, "status": "success", "started_at":
		"2026-01-05T10:05:00Z", "finished_at": "2026-01-05T10:02:00Z"}}') AS f
	WHERE f.fact = 'deployment' OR f.value = 'success' ORDER BY f.fact$$, $$VALUES
	('deployment', NULL, timestamptz '2026-01-05 10:03Z', NULL), ('observed', 'success', '2026-01-05 10:05Z', NULL)$$,
	'nor is it known when such a deployment ended');

-- Bitbucket Data Center: activities of a request, said beside them
SELECT results_eq($$SELECT p.n, f.fact, f.value, f.details - 'source' FROM (VALUES (1, '{"action": "APPROVED"}'::jsonb),
		(2, '{"action": "REVIEWED", "user": {"id": 1}}'), (3, '{"action": "MERGED"}'), (4, '{"action": "DECLINED"}'),
		(5, '{"action": "REOPENED"}'), (6, '{"action": "RESCOPED"}'), (7, '{"action": "APPROVED", "pullRequest": null}'))
		AS p (n, activity),
	vsm.bitbucket_elements(jsonb_build_object('pullRequest', '{"id": 7, "author": {"user": {"id": 1}}, "toRef": {"repository": {"slug":
		"web", "project": {"key": "SHOP"}}}}'::jsonb, 'values', jsonb_build_array('{"id": 101, "createdDate": 1767974500000, "user":
		{"id": 2}}'::jsonb || p.activity))) AS e (elements),
	pg_temp.read('bitbucket', e.elements -> 0) AS f
	WHERE f.entity = 'bitbucket:pull_request:SHOP/web#7' OR f.name = 'refused'
	ORDER BY p.n, f.fact, f.details::text COLLATE "C"$$, $$VALUES
	(1, 'event', 'approved', NULL::jsonb), (1, 'merge_request', NULL, '{"approved_at": "2026-01-09T16:01:40+00:00"}'),
	(1, 'merge_request', NULL, '{"first_review_at": "2026-01-09T16:01:40+00:00"}'), (3, 'event', 'merged', NULL),
	(3, 'merge_request', NULL, '{"merged_at": "2026-01-09T16:01:40+00:00"}'), (4, 'event', 'closed', NULL),
	(4, 'merge_request', NULL, '{"closed_at": "2026-01-09T16:01:40+00:00"}'), (5, 'merge_request', NULL, '{"closed_at": null}'),
	(5, 'observed', 'reopened', '["closed"]'),
	(6, 'link', 'the pull request tells the same', NULL), (7, 'link', 'it does not say of which pull request: say '
		'{"pullRequest": {"id": 7, "toRef": {"repository": {...}}}, "values": [...]}', NULL)$$,
	'what happened to a request of Data Center');

-- The webhook that told of a change was lost: the next one says what is so.
CALL vsm.create_model('lost');
INSERT INTO lost.inbox (source, payload)
SELECT 'gitlab', jsonb_build_object('object_kind', 'issue', 'project', '{"path_with_namespace": "shop/web"}'::jsonb, 'labels', '[]'::jsonb,
	'object_attributes', jsonb_build_object('id', 301, 'iid', 23, 'state', s, 'action', a, 'created_at', '2026-01-05T10:00:00Z',
		'updated_at', u, 'closed_at', CASE s WHEN 'closed' THEN u END))
FROM (VALUES ('update', 'opened', '2026-01-08T10:00:00Z'), ('close', 'closed', '2026-01-06T10:00:00Z')) AS v (a, s, u);
INSERT INTO lost.inbox (source, payload)
SELECT 'github', jsonb_build_object('action', a, 'repository', '{"full_name": "shop/web"}'::jsonb, 'issue', jsonb_build_object('id', 1,
	'number', 1, 'state', s, 'labels', '[]'::jsonb, 'created_at', '2026-01-05T10:00:00Z', 'updated_at', u, 'closed_at', c))
FROM (VALUES ('edited', 'open', '2026-01-08T10:00:00Z', NULL), ('closed', 'closed', '2026-01-06T10:00:00Z', '2026-01-06T10:00:00Z'),
	('labeled', 'closed', '2026-01-09T10:00:00Z', NULL)) AS v (a, s, u, c);
INSERT INTO lost.inbox (source, payload)
SELECT 'github', jsonb_build_object('action', a, 'repository', '{"full_name": "shop/web"}'::jsonb, 'pull_request', jsonb_build_object(
	'id', 2, 'number', 2, 'state', s, 'draft', d, 'merged', m, 'head', '{"ref": "f"}'::jsonb, 'base', '{"ref": "main"}'::jsonb,
	'created_at', '2026-01-05T10:00:00Z', 'updated_at', u, 'closed_at', c))
FROM (VALUES ('labeled', 'open', '2026-01-08T10:00:00Z', NULL, false, false), ('closed', 'closed', '2026-01-06T10:00:00Z',
	'2026-01-06T10:00:00Z', false, false), ('synchronize', 'open', '2026-01-09T10:00:00Z', NULL, true, false),
	('edited', 'closed', '2026-01-10T10:00:00Z', NULL, false, true)) AS v (a, s, u, c, d, m);
INSERT INTO lost.inbox (source, payload)
SELECT 'bitbucket', jsonb_build_object('id', 7, 'state', 'DECLINED', 'source', '{"branch": {"name": "f"}}'::jsonb, 'destination',
	'{"branch": {"name": "main"}, "repository": {"full_name": "shop/web"}}'::jsonb, 'created_on', '2026-01-05T10:00:00Z', 'updated_on', u)
FROM unnest('{2026-01-08T10:00:00Z,2026-01-06T10:00:00Z}'::text[]) AS u;
SELECT is(vsm.ingest_once('lost'), ROW (11, 0)::vsm.ingested, 'webhooks of which some were lost');
SELECT results_eq($$SELECT entity, string_agg(state || ' ' || extract(day FROM at), ', ' ORDER BY at) FROM lost.event
	WHERE method IS DISTINCT FROM 'label' GROUP BY 1 ORDER BY entity COLLATE "C"$$, $$VALUES
	('bitbucket:pull_request:shop/web#7', 'opened 5, closed 6'),
	('github:issue:1', 'opened 5, closed 6, reopened 8, closed 9'),
	('github:pull_request:2', 'opened 5, closed 6, reopened 8, draft 9, merged 10'),
	('gitlab:issue:301', 'opened 5, closed 6, reopened 8')$$, 'a state that is shown is there, whatever told of it before; once');
SELECT is((SELECT closed_at FROM lost.merge_request WHERE source = 'bitbucket'), timestamptz '2026-01-06 10:00Z',
	'what was updated later was not closed later');

SELECT finish();
ROLLBACK;
