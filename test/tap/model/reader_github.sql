-- What GitHub's payloads state: readers alone, then through the inbox in any order.
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS vsm;
SELECT plan(46);
SET LOCAL TimeZone = 'Asia/Tokyo';
SET LOCAL jit = off;

-- An issue, a pull request that closes it, its review, its commit, run, job, deployment and release.
CREATE TEMP TABLE sample (name text, payload jsonb);
INSERT INTO sample VALUES
('issue', $json${"id": 7001, "number": 12, "title": "Customers see the total", "state": "closed", "state_reason": "completed",
	"html_url": "https://github.com/shop/checkout/issues/12", "repository_url": "https://api.github.com/repos/shop/checkout",
	"labels": [{"name": "web"}, {"name": "bug"}], "milestone": {"due_on": "2026-02-01T08:00:00Z"}, "body": "It is missing.",
	"created_at": "2026-01-05T09:00:00Z", "updated_at": "2026-01-09T16:00:05Z", "closed_at": "2026-01-09T16:00:00Z"}$json$),
('pull_request', '{"id": 8001, "number": 13, "title": "SHOP-7: show the total", "body": "Fixes #12", "state": "closed", "draft": false,
	"html_url": "https://github.com/shop/checkout/pull/13", "merged": true, "head": {"ref": "PAY-3-total", "sha": '
		'"a000000000000000000000000000000000000001"},
	"base": {"ref": "main", "sha": "b000000000000000000000000000000000000000", "repo": {"full_name": "shop/checkout"}},
	"merge_commit_sha": "c000000000000000000000000000000000000001", "created_at": "2026-01-07T10:00:00Z",
	"updated_at": "2026-01-09T16:00:01Z", "closed_at": "2026-01-09T16:00:00Z", "merged_at": "2026-01-09T16:00:00Z"}'),
('review', '{"id": 8101, "state": "APPROVED", "submitted_at": "2026-01-09T15:00:00Z", "commit_id": '
	'"a000000000000000000000000000000000000001",
	"user": {"login": "ann"}, "pull_request_url": "https://api.github.com/repos/shop/checkout/pulls/13"}'),
('commit', '{"sha": "a000000000000000000000000000000000000001", "html_url": '
	'"https://github.com/shop/checkout/commit/a000000000000000000000000000000000000001",
	"commit": {"message": "SHOP-7: show the total\n\nand the tax", "author": {"date": "2026-01-06T11:00:00Z"}, "committer": '
		'{"date": "2026-01-07T09:59:00Z"}},
	"parents": [{"sha": "b000000000000000000000000000000000000000"}]}'),
('run', '{"id": 8201, "name": "ci", "run_number": 5, "workflow_id": 9, "run_attempt": 2, "event": "push", "head_branch": "main",
	"head_sha": "c000000000000000000000000000000000000001", "status": "completed", "conclusion": "success", "html_url": '
		'"https://github.com/shop/checkout/actions/runs/8201",
	"pull_requests": [{"id": 8001, "number": 13}], "head_commit": {"id": "c000000000000000000000000000000000000001", "message": '
		'"Show the total (#13)",
	"timestamp": "2026-01-09T16:00:00Z"}, "repository": {"full_name": "shop/checkout"},
	"created_at": "2026-01-09T16:00:10Z", "run_started_at": "2026-01-09T16:30:00Z", "updated_at": "2026-01-09T16:40:00Z"}'),
('job', '{"id": 8301, "run_id": 8201, "run_attempt": 2, "name": "deploy", "head_sha": "c000000000000000000000000000000000000001", '
	'"status": "completed",
	"conclusion": "success", "steps": [], "html_url": "https://github.com/shop/checkout/actions/runs/8201/job/8301", "created_at": '
		'"2026-01-09T16:30:01Z", "started_at": "2026-01-09T16:35:00Z", "completed_at": "2026-01-09T16:40:00Z"}'),
('deployment', '{"id": 8401, "sha": "c000000000000000000000000000000000000001", "ref": "main", "task": "deploy", "environment": "live-eu", '
	'"production_environment": true,
	"url": "https://api.github.com/repos/shop/checkout/deployments/8401", "repository_url": "https://api.github.com/repos/shop/checkout",
	"statuses_url": "https://api.github.com/repos/shop/checkout/deployments/8401/statuses", "created_at": "2026-01-09T16:35:05Z", '
		'"updated_at": "2026-01-10T08:00:00Z"}'),
('release', '{"id": 8501, "tag_name": "v1.4", "target_commitish": "c000000000000000000000000000000000000001", "draft": false, '
	'"prerelease": false,
	"html_url": "https://github.com/shop/checkout/releases/tag/v1.4", "created_at": "2026-01-09T16:00:00Z", "published_at": '
		'"2026-01-09T17:00:00Z"}');
CREATE FUNCTION pg_temp.payload(name text) RETURNS jsonb LANGUAGE sql AS 'SELECT s.payload FROM sample AS s WHERE s.name = $1';
-- The same object in a webhook: its name, the action, what is beside it.
CREATE FUNCTION pg_temp.hook(key text, object jsonb, action text DEFAULT 'completed', beside jsonb DEFAULT '{}') RETURNS jsonb
	LANGUAGE sql AS $$
	SELECT jsonb_build_object('action', action, key, object, 'sender', '{"login": "ann"}'::jsonb,
		'repository', '{"full_name": "shop/checkout", "default_branch": "main", "pushed_at": 1767974400}'::jsonb) || beside $$;

-- Issues
CREATE TEMP TABLE fact AS SELECT f.* FROM vsm.read_github_issue('github', pg_temp.payload('issue'), vsm.default_names()) AS f;
SELECT results_eq($$SELECT at, value, id FROM fact WHERE fact = 'event' ORDER BY at$$,
	$$VALUES (timestamptz '2026-01-05 09:00+00', 'opened', 'github:issue:7001:opened'),
		('2026-01-09 16:00+00', 'closed', 'github:issue:7001:closed:1767974400')$$, 'an issue was opened and closed');
SELECT is((SELECT details FROM fact WHERE fact = 'item'), jsonb_build_object('source', 'github', 'key', 'shop/checkout#12', 'project',
	'shop/checkout', 'source_type', 'issue',
	'type', 'defect', 'title', 'Customers see the total', 'url', 'https://github.com/shop/checkout/issues/12', 'created_at',
		timestamptz '2026-01-05 09:00+00',
	'due_at', timestamptz '2026-02-01 08:00+00', 'tags', '["web", "bug"]'::jsonb), 'the columns of the item');
SELECT results_eq($$SELECT entity, value FROM fact WHERE fact = 'alias'$$, $$VALUES ('github:issue:7001', 'shop/checkout#12')$$,
	'and its number');
SELECT is_empty($$SELECT * FROM fact WHERE fact NOT IN ('event', 'item', 'alias')$$, 'and nothing else');
SELECT bag_eq($$SELECT f.* FROM vsm.read_github_issue('github', pg_temp.hook('issue', pg_temp.payload('issue'), 'closed'),
	vsm.default_names()) AS f$$, 'TABLE fact', 'a webhook has the same');
SELECT is_empty($$SELECT * FROM vsm.read_github_issue('github', pg_temp.payload('issue') || '{"pull_request": {}}',
	vsm.default_names())$$, 'a pull request among the issues is not one');
SELECT is((SELECT value FROM vsm.read_github_issue('github', pg_temp.payload('issue') || '{"state_reason": "not_planned"}',
	vsm.default_names()) WHERE id LIKE '%closed%'), 'not_planned',
	'closed as not planned is a state of its own');
SELECT is((SELECT details ->> 'type' FROM vsm.read_github_issue('github', pg_temp.payload('issue') || '{"type": {"name": "Feature"}}',
	vsm.default_names()) WHERE fact = 'item'), 'feature',
	'the type of an issue comes before its labels');
SELECT results_eq($$SELECT value, at, method FROM unnest(ARRAY['labeled', 'unlabeled', 'reopened', 'pinned']) WITH ORDINALITY AS u (a, o),
		vsm.read_github_issue('github', pg_temp.hook('issue', pg_temp.payload('issue') || '{"state": "open"}', a,
			'{"label": {"name": "web"}}'), vsm.default_names()) WHERE fact = 'event' AND value <> 'opened' ORDER BY o$$,
	$$VALUES ('web', timestamptz '2026-01-09 16:00:05+00', 'label'), ('web removed', '2026-01-09 16:00:05+00', 'label'), ('reopened',
		'2026-01-09 16:00:05+00', NULL)$$,
	'labels and reopening; pinning is no event');
SELECT results_eq($$SELECT value, id, method FROM unnest(ARRAY['{"event": "closed", "state_reason": "not_planned"}',
	'{"event": "closed"}', '{"event": "reopened"}',
		'{"event": "unlabeled", "label": {"name": "web"}}', '{"event": "assigned"}']::jsonb[]) WITH ORDINALITY AS u (e, o),
		vsm.read_github_issue_event('github', u.e || '{"id": 1, "created_at": "2026-01-09T16:00:00Z", "issue": {"id": 7001}}',
			vsm.default_names()) ORDER BY o$$,
	$$VALUES ('not_planned', 'github:issue:7001:closed:1767974400', NULL), ('closed', 'github:issue:7001:closed:1767974400', NULL),
		('reopened', 'github:issue:7001:reopened:1767974400', NULL), ('web removed', 'github:issue:7001:label:web removed:1767974400',
			'label')$$,
	'the history of an issue has the ids that its webhooks have');
SELECT results_eq($$SELECT value FROM vsm.read_github_issue('github', pg_temp.hook('issue', pg_temp.payload('issue'), 'opened',
		'{"changes": {"old_repository": {"full_name": "shop/ideas"}, "old_issue": {"number": 4}}}'), vsm.default_names())
			WHERE fact = 'alias' ORDER BY 1$$,
	$$VALUES ('shop/checkout#12'), ('shop/ideas#4')$$, 'an issue that came from another repository keeps its old number');
-- Incidents
SELECT results_eq($$SELECT fact, value, name, details - 'title' - 'url' - 'source' FROM vsm.read_github_issue('github',
	pg_temp.payload('issue') || jsonb_build_object(
		'labels', '[{"name": "Incident"}, {"name": "sev-1"}]'::jsonb, 'body', 'Root cause: C000000000000000000000000000000000000001'),
			vsm.default_names()) WHERE fact IN ('incident', 'link') ORDER BY 1$$,
	$$VALUES ('incident', NULL, NULL, jsonb_build_object('repository', 'shop/checkout', 'opened_at', timestamptz '2026-01-05 09:00+00',
		'resolved_at', timestamptz '2026-01-09 16:00+00',
		'severity', 'sev-1', 'status', 'closed')), ('link', 'c000000000000000000000000000000000000001', 'caused_by', NULL)$$,
			'an incident and its cause');

-- Pull requests
DROP TABLE fact;
CREATE TEMP TABLE fact AS SELECT f.* FROM vsm.read_github_pull_request('github', pg_temp.payload('pull_request'), vsm.default_names()) AS f;
SELECT results_eq($$SELECT at, value FROM fact WHERE fact = 'event' ORDER BY at$$, $$VALUES (timestamptz '2026-01-07 10:00+00', 'opened'),
	('2026-01-09 16:00+00', 'merged')$$,
	'a pull request was opened and merged');
SELECT results_eq($$SELECT entity, name, value, method FROM fact WHERE fact = 'link' ORDER BY method$$,
	$$VALUES ('github:pull_request:8001', 'implements', 'shop/checkout#12', 'closing reference'),
		('a000000000000000000000000000000000000001', 'part_of', 'github:pull_request:8001', 'head commit'),
		('github:pull_request:8001', 'implements', 'PAY-3', 'key in branch'), ('github:pull_request:8001', 'implements', 'SHOP-7',
			'key in title'),
		('c000000000000000000000000000000000000001', 'part_of', 'github:pull_request:8001', 'merge commit')$$,
			'its commits, what it closes and names');
SELECT bag_eq($$SELECT f.* FROM vsm.read_github_pull_request('github', pg_temp.hook('pull_request', pg_temp.payload('pull_request'),
	'closed'), vsm.default_names()) AS f$$, 'TABLE fact', 'a webhook has the same');
SELECT is_empty($$SELECT * FROM vsm.read_github_pull_request('github', pg_temp.payload('pull_request')
	|| '{"merged_at": null, "state": "open", "closed_at": null}', vsm.default_names())
	WHERE value IN ('merged', 'closed') OR method = 'merge commit'$$, 'before the merge, merge_commit_sha is a trial');
SELECT is((SELECT count(*) FROM vsm.read_github_pull_request('github', pg_temp.payload('pull_request') || '{"merged_at": null}',
	vsm.default_names()) WHERE value = 'closed'), 1::bigint, 'closed without a merge');
SELECT results_eq($$SELECT value, at, (f::text ~ 'bob')::text FROM unnest(ARRAY['converted_to_draft', 'ready_for_review',
	'review_requested', 'enqueued', 'reopened', 'synchronize']) WITH ORDINALITY AS u (a, o),
		vsm.read_github_pull_request('github', pg_temp.hook('pull_request', pg_temp.payload('pull_request'), a,
			'{"requested_reviewer": {"login": "bob"}}'), vsm.default_names()) AS f
		WHERE fact = 'event' AND value NOT IN ('opened', 'merged') ORDER BY o$$,
	$$SELECT v, timestamptz '2026-01-09 16:00:01+00', 'false'
		FROM unnest(ARRAY['draft', 'ready_for_review', 'review_requested', 'enqueued', 'reopened']) AS v$$,
			'what a webhook tells of a pull request, and of nobody by name');
SELECT is((SELECT at FROM vsm.read_github_pull_request('github', pg_temp.hook('pull_request', pg_temp.payload('pull_request')
	|| '{"draft": true}', 'opened'), vsm.default_names()) WHERE value = 'draft'),
	timestamptz '2026-01-07 10:00+00', 'opened as a draft');
-- Reviews
SELECT results_eq($$SELECT entity, at, value, id FROM vsm.read_github_pull_request_review('github', pg_temp.hook('review',
	pg_temp.payload('review') || '{"state": "approved"}',
		'submitted', jsonb_build_object('pull_request', pg_temp.payload('pull_request'))), vsm.default_names()) WHERE id LIKE '%review%'$$,
	$$VALUES ('github:pull_request:8001', timestamptz '2026-01-09 15:00+00', 'approved', 'github:pull_request:8001:review:8101')$$,
		'a review is an event of the pull request');
SELECT results_eq($$SELECT at, value, id FROM vsm.read_github_pull_request_review('github', pg_temp.hook('review',
	pg_temp.payload('review') || '{"state": "dismissed"}',
		'dismissed', jsonb_build_object('pull_request', pg_temp.payload('pull_request'))), vsm.default_names()) WHERE id LIKE '%review%'$$,
	$$VALUES (timestamptz '2026-01-09 16:00:01+00', 'dismissed', 'github:pull_request:8001:review:8101:dismissed')$$,
		'so is its dismissal');
SELECT results_eq($$SELECT fact, entity, at, value FROM vsm.read_github_pull_request_part('github', jsonb_build_object('pull_request',
	'{"id": 8001}'::jsonb,
		'reviews', jsonb_build_array(pg_temp.payload('review'), pg_temp.payload('review') || '{"state": "DISMISSED"}',
			pg_temp.payload('review') || '{"state": "PENDING", "submitted_at": null}'),
		'commits', jsonb_build_array(pg_temp.payload('commit'))), vsm.default_names()) WHERE fact = 'event' OR name = 'part_of'
			ORDER BY 1$$,
	$$VALUES ('event', 'github:pull_request:8001', timestamptz '2026-01-09 15:00+00', 'approved'),
		('link', 'a000000000000000000000000000000000000001', NULL, 'github:pull_request:8001')$$,
	'reviews and commits of the API, wrapped with their request');

-- Commits
SELECT results_eq($$SELECT fact, at, value, name, details FROM vsm.read_github_commit('github', pg_temp.payload('commit'),
	vsm.default_names()) ORDER BY 1$$,
	$$VALUES ('commit', timestamptz '2026-01-07 09:59+00', NULL, NULL, jsonb_build_object('source', 'github', 'repository', 'shop/checkout',
		'authored_at', timestamptz '2026-01-06 11:00+00', 'committed_at', timestamptz '2026-01-07 09:59+00', 'title',
			'SHOP-7: show the total',
		'parents', '["b000000000000000000000000000000000000000"]'::jsonb, 'url',
			'https://github.com/shop/checkout/commit/a000000000000000000000000000000000000001')),
		('link', '2026-01-07 09:59+00', 'SHOP-7', 'implements', NULL)$$, 'a commit with its parents');
SELECT is_empty($$SELECT title, expected FROM (VALUES ('Show the total (#13)', 'o/r#13'), ('Merge pull request #14 from x/y', 'o/r#14'),
	('Show (#13) the total', NULL),
		('Part of #13', NULL)) AS v (title, expected)
	WHERE (SELECT value FROM vsm.read_github_commit_object('github', 'o/r', NULL, jsonb_build_object('id', 'abc', 'message', title
		|| E'\n\nmore'), vsm.default_names()) WHERE name = 'part_of') IS DISTINCT FROM expected$$,
	'squashed and merged pull requests, by their subjects');
SELECT is_empty($$SELECT message, expected FROM (VALUES ('fix #1, closes o/q#2 and Resolved: https://github.com/o/s/issues/3',
	'{o/q#2,o/r#1,o/s#3}'), ('prefix #4', '{}'),
		('fixes#5', '{}'), ('see #6', '{}'), ('close #7a', '{}')) AS v (message, expected)
	WHERE ARRAY(SELECT c FROM vsm.github_closes(message, 'o/r') AS c ORDER BY c COLLATE "C")::text <> expected$$, 'what a message closes');

-- Pushes
CREATE TEMP TABLE push AS SELECT jsonb_build_object('ref', 'refs/heads/PAY-3-total', 'before', repeat('0', 40), 'after',
	'a000000000000000000000000000000000000001', 'deleted', false,
	'repository', pg_temp.hook('x', 'null') -> 'repository', 'head_commit', c.c, 'commits', jsonb_build_array(c.c)) AS push
	FROM (SELECT '{"id": "a000000000000000000000000000000000000001", "message": "SHOP-7: show the total", "timestamp": '
		'"2026-01-07T10:59:00+01:00"}'::jsonb AS c) AS c;
SELECT results_eq($$SELECT fact, entity, at, value FROM push, vsm.read_github_push('github', push, vsm.default_names())
	WHERE fact <> 'commit' ORDER BY 1, 4$$,
	$$VALUES ('event', 'github:branch:shop/checkout@PAY-3-total', timestamptz '2026-01-09 16:00+00', 'pushed'),
		('link', 'a000000000000000000000000000000000000001', '2026-01-07 09:59+00', 'PAY-3'),
			('link', 'a000000000000000000000000000000000000001', '2026-01-07 09:59+00', 'SHOP-7')$$,
	'a push at the second that GitHub counts since 1970; keys in branch and subject');
SELECT results_eq($$SELECT fact, entity, value FROM push, vsm.read_github_push('github', push
	|| '{"ref": "refs/tags/v1.4", "after": "d000000000000000000000000000000000000001", "commits": []}', vsm.default_names())
		WHERE name IS DISTINCT FROM 'implements' ORDER BY 1$$,
	$$VALUES ('commit', 'a000000000000000000000000000000000000001', NULL), ('event', 'github:tag:shop/checkout@v1.4', 'tagged'),
		('link', 'github:tag:shop/checkout@v1.4', 'a000000000000000000000000000000000000001')$$,
			'a tag builds the commit, not the SHA of its own');
SELECT results_eq($$SELECT value FROM push, vsm.read_github_push('github', push
	|| '{"deleted": true, "commits": [], "head_commit": null}', vsm.default_names())$$, $$VALUES ('deleted')$$,
		'a branch that was deleted');

-- Runs and jobs
SELECT results_eq($$SELECT fact, id, at, value FROM vsm.read_github_workflow_run('github', pg_temp.payload('run'), vsm.default_names())
	WHERE fact = 'event' ORDER BY at$$,
	$$VALUES ('event', 'github:workflow_run:8201:1:queued', timestamptz '2026-01-09 16:00:10+00', 'queued'),
		('event', 'github:workflow_run:8201:2:queued', '2026-01-09 16:30+00', 'queued'),
		('event', 'github:workflow_run:8201:2:completed', '2026-01-09 16:40+00', 'success')$$, 'the second attempt of a run');
SELECT results_eq($$SELECT entity, value, name FROM vsm.read_github_workflow_run('github', pg_temp.payload('run'), vsm.default_names())
	WHERE fact = 'link' ORDER BY 2$$,
	$$VALUES ('github:workflow_run:8201', 'c000000000000000000000000000000000000001', 'builds'), ('github:workflow_run:8201',
		'github:pull_request:8001', 'builds'),
		('c000000000000000000000000000000000000001', 'shop/checkout#13', 'part_of')$$, 'what it builds');
SELECT bag_eq($$SELECT f.* FROM vsm.read_github_workflow_run('github', pg_temp.hook('workflow_run', pg_temp.payload('run')),
	vsm.default_names()) AS f$$,
	$$SELECT f.* FROM vsm.read_github_workflow_runs('github', jsonb_build_object('total_count', 1, 'workflow_runs',
		jsonb_build_array(pg_temp.payload('run'))), vsm.default_names()) AS f$$, 'a webhook has what the API has');
SELECT results_eq($$SELECT fact, at, value FROM unnest(ARRAY[pg_temp.payload('run'), pg_temp.hook('workflow_run', pg_temp.payload('run')
	|| '{"status": "in_progress"}', 'in_progress')]) WITH ORDINALITY AS u (p, o),
		vsm.read_github_workflow_run('github', CASE o WHEN 1 THEN p || '{"status": "waiting"}' ELSE p END, vsm.default_names())
			WHERE value IN ('waiting', 'in_progress') ORDER BY o$$,
	$$VALUES ('observed', timestamptz '2026-01-09 16:40+00', 'waiting'), ('event', '2026-01-09 16:40+00', 'in_progress')$$,
		'a run that has not ended');
SELECT results_eq($$SELECT value, at FROM vsm.read_github_workflow_job('github', pg_temp.payload('job'), vsm.default_names())
	WHERE fact = 'event' ORDER BY at$$,
	$$VALUES ('queued', timestamptz '2026-01-09 16:30:01+00'), ('in_progress', '2026-01-09 16:35+00'), ('success',
		'2026-01-09 16:40+00')$$, 'a job was queued, ran and ended');
SELECT results_eq($$SELECT value FROM vsm.read_github_workflow_job('github', pg_temp.hook('workflow_job', pg_temp.payload('job')
	|| '{"status": "waiting", "conclusion": null, "completed_at": null}', 'waiting',
	'{"deployment": {"id": 8401}}'), vsm.default_names()) WHERE fact = 'event' OR method = 'workflow job' ORDER BY 1$$,
		$$VALUES ('github:workflow_job:8301'), ('waiting')$$, 'waiting for the approval of a deployment; it has not started');
SELECT bag_eq($$SELECT f.* FROM vsm.read_github_workflow_job('github', pg_temp.hook('workflow_job', pg_temp.payload('job')),
	vsm.default_names()) AS f$$,
	$$SELECT f.* FROM vsm.read_github_workflow_jobs('github', jsonb_build_object('total_count', 1, 'jobs',
		jsonb_build_array(pg_temp.payload('job'))), vsm.default_names()) AS f$$, 'a webhook has what the API has');

-- Deployments and releases
CREATE FUNCTION pg_temp.status(state text, at text) RETURNS jsonb LANGUAGE sql AS $$
	SELECT jsonb_build_object('id', 9000 + length(state), 'state', state, 'created_at', at, 'environment', 'live-eu', 'target_url', '',
		'deployment_url', 'https://api.github.com/repos/shop/checkout/deployments/8401', 'repository_url',
			'https://api.github.com/repos/shop/checkout') $$;
SELECT results_eq($$SELECT fact, at, value, name, details - 'source' - 'url' FROM vsm.read_github_deployment('github',
	pg_temp.hook('deployment_status', pg_temp.status('success', '2026-01-09T16:39:59Z'),
		'created', jsonb_build_object('deployment', pg_temp.payload('deployment'), 'workflow_run', pg_temp.payload('run'))),
			vsm.default_names()) ORDER BY 1, 2, 3$$,
	$$VALUES ('deployment', timestamptz '2026-01-09 16:39:59+00', NULL, NULL, jsonb_build_object('repository', 'shop/checkout',
		'environment', 'live-eu', 'environment_tier', 'production',
			'sha', 'c000000000000000000000000000000000000001', 'ref', 'main', 'status', 'success', 'created_at',
				timestamptz '2026-01-09 16:35:05+00', 'finished_at', timestamptz '2026-01-09 16:39:59+00')),
		('event', '2026-01-09 16:35:05+00', 'created', NULL, NULL), ('event', '2026-01-09 16:39:59+00', 'success', NULL, NULL),
		('link', NULL, 'c000000000000000000000000000000000000001', 'deploys', NULL), ('link', NULL, 'github:workflow_run:8201', 'part_of',
			NULL)$$, 'a deployment, its status, its commit and run');
SELECT results_eq($$SELECT fact, entity, value, id FROM vsm.read_github_deployment('github', pg_temp.status('in_progress',
	'2026-01-09T16:36:00Z'), vsm.default_names()) ORDER BY 1$$,
	$$VALUES ('deployment', 'github:deployment:8401', NULL, NULL), ('event', 'github:deployment:8401', 'in_progress',
		'github:deployment:8401:status:9011')$$, 'a status of the API');
SELECT results_eq($$SELECT fact, value FROM vsm.read_github_release('github', pg_temp.payload('release'), vsm.default_names()) ORDER BY 1,
	2$$,
	$$VALUES ('event', 'released'), ('link', 'c000000000000000000000000000000000000001'), ('link', 'github:tag:shop/checkout@v1.4')$$,
		'a release, its tag and its commit');
SELECT is_empty($$SELECT f.* FROM unnest(ARRAY[pg_temp.payload('release') || '{"draft": true}', pg_temp.hook('release',
	pg_temp.payload('release'), 'deleted')]) AS u (p),
	vsm.read_github_release('github', p, vsm.default_names()) AS f$$, 'a draft is not released, and a release that was deleted says '
		'nothing');

-- Kinds
SELECT results_eq($$SELECT string_agg(k.kind, ' ' ORDER BY s.name) FROM sample AS s, vsm.github_kind(s.payload) AS k
	WHERE s.name <> 'review' AND k.reason IS NULL$$,
	$$VALUES ('commit deployment issue workflow_job pull_request release workflow_run')$$, 'objects of the API are told by their shape');
SELECT results_eq($$SELECT k.kind, k.reason FROM unnest(ARRAY['{"action": "created", "comment": {}, "issue": {}}',
	'{"action": "created", "check_run": {}, "deployment": {}}',
		'{"action": "opened", "issue": {"id": 1}}', '{"ref_type": "branch", "master_branch": "main", "ref": "x"}',
			'{"context": "ci", "sha": "a", "branches": []}',
		'{"event": "closed", "created_at": "2026-01-05", "actor": {}}', '{"action": "starred", "sender": {}}', '{"workflow_runs": [{}]}',
			'{}']::jsonb[]) WITH ORDINALITY AS p (payload, o),
		vsm.github_kind(p.payload) AS k ORDER BY o$$,
	$$VALUES ('issue_comment', 'comments change no state'), ('check_run', 'the job of the workflow tells the same: send workflow_job'),
		('issue', 'it has no issue.number'),
		('create', 'the push of the branch or tag tells the same, with its commits'),
			('status', 'it is what some other tool said of a commit: read that tool'),
		('issue_event', 'it does not say which issue it is about: ask for the events of the repository, /repos/OWNER/NAME/issues/events'),
		('webhook', 'it says nothing about the flow of work'), ('workflow_runs', 'one of its runs has no id or no created_at'),
		('payload', 'its shape is not known: neither a webhook nor an object of the API that is read')$$,
			'refused by name, with the reason');

-- Through the inbox: in order, backwards and twice.
SET LOCAL client_min_messages = error;
CREATE TEMP TABLE arrived AS SELECT row_number() OVER () AS o, p::text AS payload FROM (
	SELECT pg_temp.hook('issue', pg_temp.payload('issue') || '{"state": "open", "closed_at": null, "updated_at": "2026-01-05T09:00:00Z", '
		'"title": "Total"}', 'opened')
	UNION ALL SELECT push FROM push
	UNION ALL SELECT pg_temp.hook('pull_request', pg_temp.payload('pull_request')
		|| '{"merged_at": null, "state": "open", "updated_at": "2026-01-07T10:00:00Z"}', 'opened')
	UNION ALL SELECT s.payload FROM sample AS s WHERE s.name NOT IN ('review', 'deployment')
	UNION ALL SELECT pg_temp.hook('deployment', pg_temp.payload('deployment'), 'created')
	UNION ALL SELECT pg_temp.hook('deployment_status', pg_temp.status(s.state, s.at), 'created', jsonb_build_object('deployment',
		pg_temp.payload('deployment')))
	FROM (VALUES ('in_progress', '2026-01-09T16:36:00Z'), ('success', '2026-01-09T16:39:59Z'), ('inactive', '2026-01-12T16:39:59Z'))
		AS s (state, at)) AS p (p);
CALL vsm.create_model('forth');
CALL vsm.create_model('back');
INSERT INTO forth.inbox (source, payload) SELECT 'github', payload FROM arrived ORDER BY o;
SELECT is(vsm.ingest_once('forth'), ROW (13, 0)::vsm.ingested, 'all are read');
INSERT INTO back.inbox (source, payload) SELECT 'github', payload FROM arrived ORDER BY o DESC;
INSERT INTO back.inbox (source, payload) SELECT 'github', payload FROM arrived, generate_series(1, 2) ORDER BY o;
DO $$BEGIN
	FOR i IN 1..3 * 13 LOOP
		PERFORM vsm.ingest_payloads('back', ARRAY(SELECT id FROM back.inbox ORDER BY id LIMIT 1));
	END LOOP;
END$$;
CREATE FUNCTION pg_temp.rows(model text) RETURNS TABLE (relation text, r jsonb) LANGUAGE plpgsql AS $$
BEGIN
	FOREACH relation IN ARRAY ARRAY['event', 'item', 'item_alias', 'link', 'commit', 'deployment', 'incident'] LOOP
		RETURN QUERY EXECUTE format('SELECT %L, to_jsonb(t) - ''recorded_at'' - ''xid'' FROM %I.%I AS t', relation, model, relation);
	END LOOP;
END$$;
SELECT is_empty($$(SELECT * FROM pg_temp.rows('forth') EXCEPT ALL SELECT * FROM pg_temp.rows('back')) UNION ALL (SELECT *
	FROM pg_temp.rows('back') EXCEPT ALL SELECT * FROM pg_temp.rows('forth'))$$,
	'backwards, one by one and three times: the same rows');
SELECT results_eq($$SELECT status, started_at, finished_at FROM forth.deployment$$,
	$$VALUES ('success', timestamptz '2026-01-09 16:36+00', timestamptz '2026-01-09 16:39:59+00')$$,
	'a deployment that became inactive was a success');
SELECT results_eq($$SELECT l.target, l.method FROM forth.entity_link AS l WHERE l.source = 'c000000000000000000000000000000000000001'
	AND l.kind = 'part_of'$$,
	$$VALUES ('github:pull_request:8001', 'merge commit')$$, 'the squashed commit is of the pull request, by both ways');
SELECT set_eq($$SELECT l.target FROM forth.entity_link AS l WHERE l.source = 'github:pull_request:8001' AND l.kind = 'implements'$$,
	$$VALUES ('github:issue:7001'), ('SHOP-7'), ('PAY-3')$$,
	'which implements the issue');

SELECT finish();
ROLLBACK;
