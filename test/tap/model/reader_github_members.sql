-- Each member of each payload of GitHub is taken away, null, empty or of another type in turn: nothing raises, and nothing is lost but what
-- that member held.
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS vsm;
SELECT plan(5);
SET LOCAL jit = off;
SET LOCAL enable_memoize = off;
SET LOCAL client_min_messages = error;

-- One payload a kind, with all that its reader looks at.
CREATE TEMP TABLE sample (kind text, payload jsonb);
INSERT INTO sample VALUES
('issue', '{"action": "labeled", "label": {"name": "incident"}, "repository": {"full_name": "shop/web"}, "sender": {"login": "ann"}, '
	'"issue": {"id": 7001, "node_id": "MDU6SXNzdWU3MDAx", "number": 12, "title": "No total",
	"state": "closed", "state_reason": "completed", "html_url": "https://github.com/shop/web/issues/12", "repository_url": '
		'"https://api.github.com/repos/shop/web", "type": {"name": "Bug"},
	"labels": [{"name": "incident"}, {"name": "sev-1"}], "milestone": {"due_on": "2026-02-01T08:00:00Z"}, "parent_issue_url": '
		'"https://api.github.com/repos/shop/web/issues/4",
	"body": "root cause: c000000000000000000000000000000000000001", "created_at": "2026-01-05T09:00:00Z", "updated_at": '
		'"2026-01-09T16:00:05Z", "closed_at": "2026-01-09T16:00:00Z"},
	"changes": {"old_repository": {"full_name": "shop/ideas"}, "old_issue": {"number": 4}}}'),
('issue_event', '{"id": 1, "event": "review_requested", "created_at": "2026-01-06T10:00:00Z", "actor": {"login": "ann"}, '
	'"requested_reviewer": {"login": "bob"},
	"issue": {"id": 6999, "number": 13, "node_id": "MDExOlB1bGxSZXF1ZXN0ODAwMQ==", "pull_request": {"merged_at": null}}}'),
('sub_issue', '{"action": "sub_issue_added", "sub_issue_id": 7001, "parent_issue_id": 7000, "repository": {"full_name": "shop/web"}, '
	'"sender": {"login": "ann"},
	"sub_issue": {"id": 7001, "number": 12, "title": "No total", "state": "open", "labels": [], "html_url": '
		'"https://github.com/shop/web/issues/12",
	"url": "https://api.github.com/repos/shop/web/issues/12", "created_at": "2026-01-05T09:00:00Z", "updated_at": "2026-01-06T09:00:00Z"},
	"parent_issue": {"id": 7000, "number": 4, "title": "Totals", "state": "open", "labels": [], "html_url": '
		'"https://github.com/shop/web/issues/4", "created_at": "2026-01-05T09:00:00Z", "updated_at": "2026-01-06T09:00:00Z"}}'),
('issue_dependency', '{"action": "blocked_by_added", "blocked_issue_id": 7001, "blocking_issue_id": 7002, "sender": {"login": "ann"},
	"blocked_issue": {"id": 7001, "updated_at": "2026-01-06T09:00:00Z"}, "blocking_issue": {"id": 7002, "updated_at": '
		'"2026-01-06T09:00:00Z"}}'),
('projects_v2_item', '{"action": "edited", "sender": {"login": "ann"}, "projects_v2_item": {"id": 501, "content_node_id": '
	'"MDU6SXNzdWU3MDAx", "content_type": "Issue", "updated_at": "2026-01-12T10:00:00Z"},
	"changes": {"field_value": {"field_name": "Status", "project_number": 3, "from": {"id": "a", "name": "Todo"}, "to": {"id": "b", '
		'"name": "In Progress"}}}}'),
('project_item', '{"id": 501, "content_type": "Issue", "updated_at": "2026-01-12T10:00:00Z", "content": {"id": 7001, "number": 12, '
	'"title": "No total", "state": "open", "labels": [],
	"html_url": "https://github.com/shop/web/issues/12",
	"url": "https://api.github.com/repos/shop/web/issues/12", "created_at": "2026-01-05T09:00:00Z", "updated_at": "2026-01-06T09:00:00Z"}, '
		'"fields": [{"id": 1, "name": "Status", "value": {"id": "b", "name": {"raw": "In Progress"}}}]}'),
('pull_request', '{"action": "review_requested", "number": 13, "requested_reviewer": {"login": "bob"}, "repository": {"full_name": '
	'"shop/web"}, "sender": {"login": "ann"}, "pull_request": {"id": 8001, "node_id": "MDExOlB1bGxSZXF1ZXN0ODAwMQ==",
	"number": 13, "title": "SHOP-7: show the total", "body": "Fixes #12\nReverts #11\n\nCo-authored-by: Helper <x@helper.example>", '
		'"state": "closed", "draft": true, "merged": true, "html_url": "https://github.com/shop/web/pull/13", "url": '
			'"https://api.github.com/repos/shop/web/pulls/13",
	"user": {"login": "ann", "type": "User"}, "head": {"ref": "PAY-3-total", "sha": "a000000000000000000000000000000000000001"}, "base": '
		'{"ref": "main", "repo": {"full_name": "shop/web"}}, "additions": 3, "deletions": 1, "commits": 2,
	"merge_commit_sha": "c000000000000000000000000000000000000001", "created_at": "2026-01-07T10:00:00Z", "updated_at": '
		'"2026-01-09T16:00:01Z", "closed_at": "2026-01-09T16:00:00Z", "merged_at": "2026-01-09T16:00:00Z"}}'),
('pull_request_review', '{"action": "submitted", "review": {"id": 8101, "state": "approved", "submitted_at": "2026-01-09T15:00:00Z", '
	'"commit_id": "a000000000000000000000000000000000000001", "user": {"login": "bob", "type": "User"}},
	"repository": {"full_name": "shop/web"}, "sender": {"login": "bob"}, "pull_request": {"id": 8001, "number": 13, "title": '
		'"Show the total", "state": "open", "merged_at": null, "closed_at": null, "user": {"login": "ann", "type": "User"},
	"html_url": "https://github.com/shop/web/pull/13", "created_at": "2026-01-07T10:00:00Z", "updated_at": "2026-01-09T15:00:00Z"}}'),
('pull_request_part', '{"pull_request": {"id": 8001, "user": {"login": "ann"}}, "reviews": [{"id": 8101, "state": "APPROVED", '
	'"submitted_at": "2026-01-09T15:00:00Z", "user": {"login": "bob"}}],
	"commits": [{"sha": "a000000000000000000000000000000000000001", "html_url": '
		'"https://github.com/shop/web/commit/a000000000000000000000000000000000000001", "commit": {"message": "x"}, "parents": []}]}'),
('commit', '{"sha": "a000000000000000000000000000000000000001", "html_url": '
	'"https://github.com/shop/web/commit/a000000000000000000000000000000000000001",
	"url": "https://api.github.com/repos/shop/web/commits/a000000000000000000000000000000000000001", "commit": {"message": '
		'"SHOP-7: show the total (#13)\n\nCloses #12",
	"author": {"name": "Ann", "date": "2026-01-06T11:00:00Z"}, "committer": {"date": "2026-01-07T09:59:00Z"}}, "author": {"login": "ann", '
		'"type": "User"}, "parents": [{"sha": "b000000000000000000000000000000000000000"}],
	"stats": {"additions": 4, "deletions": 1}, "files": [{"filename": "a.c"}]}'),
('push', '{"ref": "refs/heads/PAY-3-total", "before": "0000000000000000000000000000000000000001", "after": '
	'"a000000000000000000000000000000000000001", "deleted": false, "forced": false,
	"repository": {"full_name": "shop/web", "html_url": "https://github.com/shop/web", "default_branch": "main", "pushed_at": 1767974400}, '
		'"pusher": {"name": "ann"}, "sender": {"login": "ann"},
	"head_commit": {"id": "a000000000000000000000000000000000000001", "message": "SHOP-7: show the total", "timestamp": '
		'"2026-01-07T10:59:00+01:00"},
	"commits": [{"id": "a000000000000000000000000000000000000001", "message": "SHOP-7: show the total", "timestamp": '
		'"2026-01-07T10:59:00+01:00", "distinct": true, "url": "https://github.com/shop/web/commit/a0",
		"author": {"name": "Ann"}, "added": ["a.c"], "removed": [], "modified": []}]}'),
('tag', '{"name": "v1.4", "zipball_url": "x", "tarball_url": "x", "commit": {"sha": "a000000000000000000000000000000000000001", "url": '
	'"https://api.github.com/repos/shop/web/commits/a0"}}'),
('workflow_run', '{"action": "completed", "repository": {"full_name": "shop/web"}, "sender": {"login": "ann"}, "workflow_run": {"id": 8201,'
	' "name": "ci", "run_number": 5, "workflow_id": 9, "run_attempt": 2, "event": "push",
	"head_branch": "main", "head_sha": "c000000000000000000000000000000000000001", "status": "completed", "conclusion": "success", '
		'"html_url": "https://github.com/shop/web/actions/runs/8201", "pull_requests": [{"id": 8001}],
	"head_commit": {"id": "c000000000000000000000000000000000000001", "message": "Show the total (#13)", "timestamp": '
		'"2026-01-09T16:00:00Z"},
	"created_at": "2026-01-09T16:00:10Z", "run_started_at": "2026-01-09T16:30:00Z", "updated_at": "2026-01-09T16:40:00Z"}}'),
('workflow_job', '{"action": "completed", "repository": {"full_name": "shop/web"}, "sender": {"login": "ann"}, "deployment": {"id": 8401}, '
	'"workflow_job": {"id": 8301, "run_id": 8201, "run_attempt": 2, "name": "deploy",
	"head_sha": "c000000000000000000000000000000000000001", "head_branch": "main", "status": "completed", "conclusion": "success", '
		'"steps": [], "html_url": "https://github.com/shop/web/actions/runs/8201/job/8301",
	"created_at": "2026-01-09T16:30:01Z", "started_at": "2026-01-09T16:35:00Z", "completed_at": "2026-01-09T16:40:00Z"}}'),
('deployment_status', '{"action": "created", "repository": {"full_name": "shop/web"}, "sender": {"login": "ann"}, "workflow_run": '
	'{"id": 8201}, "deployment_status": {"id": 9007, "state": "success", "environment": "live-eu",
	"created_at": "2026-01-09T16:39:59Z", "log_url": "https://ci.example/1", "deployment_url": '
		'"https://api.github.com/repos/shop/web/deployments/8401"}, "deployment": {"id": 8401, "sha": '
			'"c000000000000000000000000000000000000001", "ref": "main", "environment": "live-eu", "production_environment": true,
	"payload": {"service": "web"}, "created_at": "2026-01-09T16:35:05Z"}}'),
('release', '{"action": "published", "repository": {"full_name": "shop/web"}, "sender": {"login": "ann"}, "release": {"id": 8501, '
	'"tag_name": "v1.4", "target_commitish": "c000000000000000000000000000000000000001",
	"draft": false, "prerelease": false, "html_url": "https://github.com/shop/web/releases/tag/v1.4", "published_at": '
		'"2026-01-09T17:00:00Z"}}');

-- Every member of the first three levels, of an array the first element, and what becomes of it.
CREATE TEMP TABLE variant AS
WITH RECURSIVE member AS (
	SELECT s.kind, '{}'::text[] AS path, s.payload AS value, s.payload FROM sample AS s
	UNION ALL
	SELECT m.kind, m.path || e.key, e.value, m.payload
	FROM member AS m, LATERAL (
		SELECT o.key, o.value FROM jsonb_each(CASE jsonb_typeof(m.value) WHEN 'object' THEN m.value ELSE '{}' END) AS o
		UNION ALL SELECT '0', m.value -> 0 WHERE jsonb_typeof(m.value) = 'array' AND jsonb_array_length(m.value) > 0) AS e
	WHERE cardinality(m.path) < 4)
SELECT row_number() OVER () AS variant, m.kind AS sample, array_to_string(m.path, '.') AS path, w.change, w.payload, k.kind, k.reason
FROM member AS m, LATERAL (
		SELECT 'removed' AS change, m.payload #- m.path AS payload WHERE m.path <> '{}'
		UNION ALL SELECT 'as it is', m.payload WHERE m.path = '{}'
		UNION ALL
		SELECT t.change, jsonb_set(m.payload, m.path, t.value)
		FROM (VALUES ('null', 'null'::jsonb), ('empty', '""'), ('object', '{"id": {}, "name": [1]}'), ('array', '[null, 7, "x", {}]'),
			('number', '17.5'), ('negative', '-1'), ('text', '"no such thing"'),
			('boolean', 'true'), ('huge', ('1' || repeat('0', 400))::jsonb), ('long', to_jsonb(repeat('x', 2000)))) AS t (change, value)
		WHERE m.path <> '{}') AS w,
	vsm.github_kind(w.payload) AS k;
SELECT cmp_ok((SELECT count(*) FROM variant), '>', 3500::bigint, 'thousands of variants');
SELECT is_empty('SELECT * FROM variant WHERE kind IS NULL', 'all of them have a kind');

CREATE TEMP TABLE told (variant bigint, fact vsm.fact);
CREATE FUNCTION pg_temp.read_all() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	name text;
BEGIN
	FOR name IN SELECT DISTINCT v.kind FROM variant AS v WHERE v.reason IS NULL LOOP
		EXECUTE format('INSERT INTO told SELECT v.variant, f FROM variant AS v, vsm.read_github_%s(''github'', v.payload, $1) AS f WHERE '
			'v.kind = $2 AND v.reason IS NULL', name)
		USING vsm.names_of(ARRAY[ROW ('assistant', 'Helper', 'Helper')::vsm.name_meaning] || ARRAY(SELECT ROW (d.kind, d.name,
			d.meaning)::vsm.name_meaning FROM vsm.default_naming() AS d)), name;
	END LOOP;
END$$;
SELECT lives_ok('SELECT pg_temp.read_all()', 'none of them raises');

-- What they state: events by their state, rows column by column, links by kind and method. What lacks its time or target is no fact.
CREATE TEMP TABLE stated AS
SELECT DISTINCT t.variant, s.stated
FROM told AS t, LATERAL (SELECT (t.fact).*) AS f, LATERAL (
	SELECT f.fact || ' ' || f.value AS stated WHERE f.fact IN ('event', 'observed') AND f.at IS NOT NULL AND f.id IS DISTINCT FROM ''
	UNION ALL SELECT 'change ' || f.name WHERE f.fact = 'change' AND f.at IS NOT NULL AND f.id IS NOT NULL
	UNION ALL SELECT 'alias ' || f.value WHERE f.fact = 'alias'
	UNION ALL SELECT concat_ws(' ', f.name, f.method, CASE WHEN f.at IS NOT NULL THEN 'since' END) WHERE f.fact = 'link' AND f.value
		IS NOT NULL
	UNION ALL SELECT f.fact || '.' || c.key FROM jsonb_object_keys(f.details) AS c (key) WHERE f.fact IN ('item', 'merge_request',
		'commit', 'build', 'deployment', 'incident')
	UNION ALL SELECT f.fact || ' at' WHERE f.fact IN ('item', 'merge_request', 'commit', 'build', 'deployment', 'incident') AND f.at
		IS NOT NULL) AS s
WHERE f.entity IS NOT NULL AND s.stated IS NOT NULL;
CREATE INDEX ON stated (variant);
CREATE TEMP TABLE lost AS
SELECT v.sample, v.path, v.change, CASE WHEN v.reason IS NOT NULL THEN '(refused)' ELSE s.stated END COLLATE "C" AS lost
FROM variant AS v JOIN variant AS o ON o.sample = v.sample AND o.change = 'as it is' JOIN stated AS s ON s.variant = o.variant
WHERE v.change <> 'as it is' AND (v.reason IS NOT NULL OR NOT EXISTS (SELECT FROM stated AS n WHERE n.variant = v.variant
	AND n.stated = s.stated));

-- What goes with a member that is taken away: sample, member and what is lost.
CREATE TEMP TABLE expected AS SELECT line FROM regexp_split_to_table(trim('
commit commit: (refused)
commit commit.author: commit.authored_at
commit commit.author.date: commit.authored_at
commit commit.committer: commit at, commit.committed_at, implements closing reference since, implements key in title since
commit commit.committer.date: commit at, commit.committed_at, implements closing reference since, implements key in title since
commit commit.message: commit.title, implements closing reference since, implements key in title since, part_of number in subject
commit files: commit.paths
commit parents: commit.parents
commit sha: (refused)
commit stats: commit.additions, commit.deletions
commit stats.additions: commit.additions
commit stats.deletions: commit.deletions
deployment_status deployment: deployment.created_at, deployment.ref, deployment.service, deployment.sha, deploys deployment, event created
deployment_status deployment.created_at: deployment.created_at, event created
deployment_status deployment.payload: deployment.service
deployment_status deployment.payload.service: deployment.service
deployment_status deployment.ref: deployment.ref
deployment_status deployment.sha: deployment.sha, deploys deployment
deployment_status deployment_status: deployment.finished_at, deployment.status, deployment.url, event success
deployment_status deployment_status.created_at: (refused)
deployment_status deployment_status.id: (refused)
deployment_status deployment_status.log_url: deployment.url
deployment_status deployment_status.state: (refused)
deployment_status workflow_run: part_of workflow run
deployment_status workflow_run.id: part_of workflow run
issue action: event incident
issue changes: alias shop/ideas#4
issue changes.old_issue: alias shop/ideas#4
issue changes.old_issue.number: alias shop/ideas#4
issue changes.old_repository: alias shop/ideas#4
issue changes.old_repository.full_name: alias shop/ideas#4
issue issue: (refused)
issue issue.body: caused_by root cause in description since
issue issue.closed_at: event closed, incident.resolved_at
issue issue.created_at: caused_by root cause in description since, event opened, incident.opened_at, item.created_at
issue issue.html_url: incident.url, item.url
issue issue.id: (refused)
issue issue.labels: incident at, incident.opened_at, incident.repository, incident.resolved_at, incident.severity, incident.source, '
	'incident.status, incident.title, incident.url, item.tags
issue issue.labels.0: incident at, incident.opened_at, incident.repository, incident.resolved_at, incident.severity, incident.source, '
	'incident.status, incident.title, incident.url
issue issue.labels.0.name: incident at, incident.opened_at, incident.repository, incident.resolved_at, incident.severity, incident.source, '
	'incident.status, incident.title, incident.url
issue issue.milestone: item.due_at
issue issue.milestone.due_on: item.due_at
issue issue.node_id: alias github:node:MDU6SXNzdWU3MDAx
issue issue.number: (refused)
issue issue.parent_issue_url: item.parent
issue issue.state: event closed, incident.resolved_at, incident.status
issue issue.title: incident.title, item.title
issue issue.updated_at: event incident
issue label: event incident
issue label.name: event incident
issue_event created_at: (refused)
issue_event event: event review_requested
issue_event issue: (refused)
issue_event issue.id: (refused)
issue_event issue.node_id: event review_requested
issue_event issue.pull_request: event review_requested
project_item content: (refused)
project_item content.created_at: event opened, item.created_at
project_item content.html_url: item.url
project_item content.id: (refused)
project_item content.labels: item.tags, item.type
project_item content.number: (refused)
project_item content.state: observed In Progress
project_item content.title: item.title
project_item fields: observed In Progress
project_item fields.0: observed In Progress
project_item fields.0.name: observed In Progress
project_item fields.0.value: observed In Progress
project_item fields.0.value.name: observed In Progress
project_item updated_at: observed In Progress
projects_v2_item changes: (refused)
projects_v2_item changes.field_value: (refused)
projects_v2_item changes.field_value.field_name: (refused)
projects_v2_item changes.field_value.to: (refused)
projects_v2_item changes.field_value.to.name: event In Progress
projects_v2_item projects_v2_item: (refused)
projects_v2_item projects_v2_item.content_node_id: (refused)
projects_v2_item projects_v2_item.updated_at: (refused)
pull_request action: event review_requested
pull_request pull_request: (refused)
pull_request pull_request.additions: merge_request.additions
pull_request pull_request.base: merge_request.target_branch
pull_request pull_request.base.ref: merge_request.target_branch
pull_request pull_request.body: implements closing reference since, merge_request.assisted_by, reverts reversal in description since
pull_request pull_request.commits: merge_request.commits
pull_request pull_request.created_at: event opened, implements closing reference since, implements key in branch since, implements key in '
	'title since, merge_request.created_at, reverts reversal in description since
pull_request pull_request.deletions: merge_request.deletions
pull_request pull_request.draft: merge_request.ready_at
pull_request pull_request.head: implements key in branch since, merge_request.source_branch, part_of head commit
pull_request pull_request.head.ref: implements key in branch since, merge_request.source_branch
pull_request pull_request.head.sha: part_of head commit
pull_request pull_request.html_url: merge_request.url
pull_request pull_request.id: (refused)
pull_request pull_request.merge_commit_sha: part_of merge commit
pull_request pull_request.merged_at: event merged, merge_request.merged_at, part_of merge commit
pull_request pull_request.node_id: alias github:node:MDExOlB1bGxSZXF1ZXN0ODAwMQ==
pull_request pull_request.number: (refused)
pull_request pull_request.title: implements key in title since, merge_request.title
pull_request pull_request.updated_at: event review_requested
pull_request pull_request.user: merge_request.author_kind
pull_request pull_request.user.login: merge_request.author_kind
pull_request_part commits: commit.parents, commit.repository, commit.source, commit.title, commit.url, part_of pull request commits
pull_request_part commits.0: commit.parents, commit.repository, commit.source, commit.title, commit.url, part_of pull request commits
pull_request_part commits.0.commit: commit.title
pull_request_part commits.0.commit.message: commit.title
pull_request_part commits.0.html_url: commit.repository, commit.url
pull_request_part commits.0.parents: commit.parents
pull_request_part commits.0.sha: commit.parents, commit.repository, commit.source, commit.title, commit.url, part_of pull request commits
pull_request_part pull_request: (refused)
pull_request_part pull_request.id: (refused)
pull_request_part reviews: event approved, merge_request at, merge_request.approved_at, merge_request.first_review_at, merge_request.source
pull_request_part reviews.0: event approved, merge_request at, merge_request.approved_at, merge_request.first_review_at, '
	'merge_request.source
pull_request_part reviews.0.state: event approved, merge_request at, merge_request.approved_at, merge_request.first_review_at, '
	'merge_request.source
pull_request_part reviews.0.submitted_at: event approved, merge_request at, merge_request.approved_at, merge_request.first_review_at, '
	'merge_request.source
pull_request_review pull_request: (refused)
pull_request_review pull_request.created_at: event opened, merge_request.created_at
pull_request_review pull_request.html_url: merge_request.url
pull_request_review pull_request.id: (refused)
pull_request_review pull_request.number: alias shop/web#13
pull_request_review pull_request.state: merge_request.closed_at, merge_request.merged_at, merge_request.state
pull_request_review pull_request.title: merge_request.title
pull_request_review pull_request.user: merge_request.author_kind
pull_request_review pull_request.user.login: merge_request.author_kind
pull_request_review review: event approved, merge_request.approved_at, merge_request.first_review_at
pull_request_review review.id: (refused)
pull_request_review review.state: event approved, merge_request.approved_at, merge_request.first_review_at
pull_request_review review.submitted_at: event approved, merge_request.approved_at, merge_request.first_review_at
push commits: commit.author_kind, commit.paths, commit.url, implements key in branch since
push commits.0: commit.author_kind, commit.paths, commit.url, implements key in branch since
push commits.0.author: commit.author_kind
push commits.0.author.name: commit.author_kind
push commits.0.id: commit.author_kind, commit.paths, commit.url, implements key in branch since
push commits.0.message: commit.title, implements key in title since
push commits.0.timestamp: commit at, commit.committed_at, implements key in branch since, implements key in title since
push commits.0.url: commit.url
push ref: (refused)
release release: (refused)
release release.published_at: builds release since, builds tag since, event released
release release.tag_name: (refused)
release release.target_commitish: builds release since
sub_issue parent_issue: alias shop/web#4
sub_issue parent_issue.html_url: alias shop/web#4
sub_issue parent_issue.id: alias shop/web#4
sub_issue parent_issue.number: alias shop/web#4
sub_issue sub_issue: alias shop/web#12
sub_issue sub_issue.id: alias shop/web#12
sub_issue sub_issue.number: alias shop/web#12
tag commit: (refused)
tag commit.sha: (refused)
tag commit.url: (refused)
tag name: (refused)
workflow_job deployment: part_of workflow job
workflow_job deployment.id: part_of workflow job
workflow_job workflow_job: build at, build.attempt, build.finished_at, build.job, build.queued_at, build.ref, build.repository, build.sha, '
	'build.source, build.started_at, build.status, build.url, builds workflow run, event in_progress, event queued, event success, part_of '
		'workflow job, part_of workflow run
workflow_job workflow_job.completed_at: build.finished_at, event success
workflow_job workflow_job.conclusion: event success
workflow_job workflow_job.created_at: build.queued_at, event queued
workflow_job workflow_job.head_branch: build.ref
workflow_job workflow_job.head_sha: build.sha, builds workflow run
workflow_job workflow_job.html_url: build.url
workflow_job workflow_job.id: (refused)
workflow_job workflow_job.name: build.job
workflow_job workflow_job.run_attempt: build.attempt
workflow_job workflow_job.run_id: builds workflow run, part_of workflow run
workflow_job workflow_job.started_at: build.started_at, event in_progress
workflow_run workflow_run: (refused)
workflow_run workflow_run.conclusion: event success
workflow_run workflow_run.created_at: builds pull request run since, builds workflow run since
workflow_run workflow_run.head_branch: build.ref
workflow_run workflow_run.head_commit: commit at, commit.committed_at, commit.repository, commit.source, commit.title, part_of number in '
	'subject
workflow_run workflow_run.head_commit.id: commit at, commit.committed_at, commit.repository, commit.source, commit.title, part_of number '
	'in subject
workflow_run workflow_run.head_commit.message: commit.title, part_of number in subject
workflow_run workflow_run.head_commit.timestamp: commit at, commit.committed_at
workflow_run workflow_run.head_sha: build.sha, builds workflow run since
workflow_run workflow_run.html_url: build.url
workflow_run workflow_run.id: (refused)
workflow_run workflow_run.name: build.job
workflow_run workflow_run.pull_requests: builds pull request run since
workflow_run workflow_run.pull_requests.0: builds pull request run since
workflow_run workflow_run.pull_requests.0.id: builds pull request run since
workflow_run workflow_run.run_started_at: build.queued_at, build.started_at
workflow_run workflow_run.updated_at: build at, build.finished_at, event success
', E'\n'), E'\n') AS line;
SELECT bag_eq($$SELECT sample || ' ' || path || ': ' || string_agg(DISTINCT lost, ', ' ORDER BY lost) FROM lost WHERE change = 'removed'
	GROUP BY sample, path$$,
	'TABLE expected', 'nothing is lost but what a member held');
-- What else goes where it is there, but of another type, or says otherwise.
SELECT bag_eq($$SELECT l.sample || ' ' || l.path || ' ' || l.changes || ': ' || string_agg(l.lost, ', ' ORDER BY l.lost)
		FROM (
			SELECT l.sample, l.path, l.lost, string_agg(DISTINCT l.change, '/' ORDER BY l.change) AS changes
			FROM lost AS l
			WHERE l.change <> 'removed' AND NOT EXISTS (SELECT FROM lost AS r WHERE r.sample = l.sample AND r.path = l.path
				AND r.change = 'removed' AND r.lost = l.lost)
			GROUP BY l.sample, l.path, l.lost) AS l
		GROUP BY l.sample, l.path, l.changes$$,
	$$SELECT line FROM regexp_split_to_table(trim('
commit commit array/boolean/empty/huge/long/negative/null/number/object/text: commit at, commit.authored_at, commit.committed_at, '
	'commit.title, implements closing reference since, implements key in title since, part_of number in subject
deployment_status deployment_status object: (refused)
deployment_status deployment_status.state huge/negative/number/text: deployment.finished_at, event success
issue issue.number huge/negative/number/text: alias shop/web#12
issue issue.state_reason huge/long/negative/number/text: event closed
issue repository.full_name huge/long/negative/number/text: alias shop/web#12
issue_event event array/boolean/empty/long/null/object: (refused)
issue_event issue null: event review_requested
project_item content.number huge/negative/number/text: alias shop/web#12
projects_v2_item changes.field_value.field_name array/boolean/empty/huge/long/negative/null/number/object/text: event In Progress
projects_v2_item changes.field_value.to array/boolean/empty/huge/long/negative/null/number/object/text: event In Progress
pull_request pull_request.number huge/negative/number/text: alias shop/web#13
pull_request repository.full_name huge/long/negative/number/text: alias shop/web#13
pull_request_review repository.full_name huge/long/negative/number/text: alias shop/web#13
pull_request_review review object: (refused)
push deleted boolean: event pushed
push ref huge/negative/number/text: implements key in branch since
push repository.full_name long: (refused)
release release.draft boolean: builds release since, builds tag since, event released
release release.prerelease boolean: event released
workflow_job workflow_job object: (refused)
workflow_job workflow_job.status huge/long/negative/number/text: build.started_at, event in_progress
workflow_run workflow_run.status huge/long/negative/number/text: event success
', E'\n'), E'\n') AS line$$, 'nor by another type of it');

SELECT finish();
ROLLBACK;
