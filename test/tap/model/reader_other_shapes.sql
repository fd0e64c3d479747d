-- The same things in the shapes of forks, of old versions and of clients: what is null, empty, numbered or named otherwise.
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS vsm;
SELECT plan(35);
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
		'https://ci.example.com/job/shop/jdk=17/', 'https://ci.example.com/job/a=b/job/c=d/12']) AS u$$,
	ARRAY['shop/jdk=17,os=linux#12', 'x/shop/org.shop$web#12', 'shop#12', NULL, 'a=b/c=d#12'], 'what a matrix or a Maven job runs');
SELECT results_eq($$SELECT f.value FROM pg_temp.read('jenkins', '{"number": 7, "url": "https://ci.example.com/computer/", "timestamp":
		1767974500000, "result": "SUCCESS", "duration": 1}') AS f$$, ARRAY['its url is that of no build'], 'an address of something else');

-- Nothing of this is an error, whatever of it is null.
CREATE TEMP TABLE refused AS SELECT count(*) AS number FROM flow.inbox WHERE error IS NOT NULL;
SELECT is((SELECT number FROM refused), 0::bigint, 'nothing is left over');
SELECT results_eq($$SELECT f.fact FROM pg_temp.read('linear', '{"action": "remove", "type": "Issue", "createdAt": "2026-01-05T10:17:00Z",
		"data": {"id": "i1", "number": 7, "team": {"key": "ENG"}, "title": "T", "state": {"name": "In Progress"}, "updatedAt":
		"2026-01-05T10:16:00Z"}}') AS f WHERE f.fact IN ('observed', 'event') ORDER BY f.at$$, ARRAY['observed', 'event'],
	'an issue that was removed had a state');

SELECT finish();
ROLLBACK;
