-- Payloads of Bitbucket without one of their members, or with something else in its place.
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS vsm;
SELECT plan(4);
SET LOCAL TimeZone = 'UTC';
SET LOCAL jit = off;
SET LOCAL client_min_messages = error;

CREATE TEMP TABLE sample (sample text, payload jsonb);
INSERT INTO sample VALUES
('merged', '{"actor": {"uuid": "{u2}"}, "repository": {"full_name": "shop/web"}, "pullrequest": {"type": "pullrequest", "id": 9,
	"title": "SHOP-7: show the total", "description": "See PAY-3", "state": "MERGED", "draft": false, "created_on":
	"2026-01-06T09:10:00+00:00", "updated_on": "2026-01-08T10:00:00.5+00:00", "author": {"uuid": "{u1}", "display_name": "Ann"},
	"source": {"branch": {"name": "total"}, "commit": {"hash": "a00000000001"}}, "destination": {"branch": {"name": "main"},
	"repository": {"full_name": "shop/web"}}, "merge_commit": {"hash": "b00000000001"}, "links": {"html": {"href":
	"https://bitbucket.org/shop/web/pull-requests/9"}}, "participants": [{"user": {"uuid": "{u2}", "display_name": "Ben"},
	"approved": true, "participated_on": "2026-01-07T15:00:00+00:00"}]}}'),
('approved', '{"actor": {"uuid": "{u2}"}, "repository": {"full_name": "shop/web"}, "approval": {"date": "2026-01-07T15:00:00+00:00",
	"user": {"uuid": "{u2}", "display_name": "Ben"}}, "pullrequest": {"id": 9, "state": "OPEN", "draft": true, "created_on":
	"2026-01-06T09:10:00+00:00", "updated_on": "2026-01-07T15:00:00+00:00", "author": {"uuid": "{u1}"}}}'),
('server', '{"eventKey": "pr:reviewer:needs_work", "date": "2026-01-07T16:00:00+0100", "actor": {"name": "ben", "id": 2}, "pullRequest": {
	"id": 4, "title": "SHOP-8", "state": "DECLINED", "createdDate": 1767690600000, "updatedDate": 1767866400000, "closedDate":
	1767866400000, "fromRef": {"displayId": "x", "latestCommit": "a00000000002"}, "toRef": {"displayId": "main", "repository": {"slug":
	"api", "project": {"key": "SHOP"}}}, "author": {"user": {"id": 1, "name": "ann"}}, "links": {"self": [{"href": "https://b/4"}]}},
	"participant": {"user": {"id": 2, "name": "ben"}, "status": "NEEDS_WORK"}}'),
('push', '{"actor": {}, "repository": {"full_name": "shop/web", "mainbranch": {"name": "main"}}, "push": {"changes": [{"new": {"type":
	"branch", "name": "SHOP-7-total", "target": {"hash": "a00000000001", "date": "2026-01-06T08:55:00+00:00"}}, "commits": [{"hash":
	"a00000000001", "date": "2026-01-06T08:55:00+00:00", "message": "PAY-3: total\n\nThis reverts commit abcdef0.", "author": {"raw":
	"Ann <ann@example.com>"}, "parents": [{"hash": "a00000000000"}], "links": {"html": {"href": "https://x"}}}]}]}}'),
('refs', '{"eventKey": "repo:refs_changed", "date": "2026-01-06T09:00:00+0000", "repository": {"slug": "api", "project": {"key": "SHOP"}},
	"changes": [{"ref": {"displayId": "v1", "type": "TAG"}, "toHash": "b00000000001", "type": "ADD"}], "commits": [{"id": "b00000000001",
	"authorTimestamp": 1767689400000, "committerTimestamp": 1767689500000, "message": "SHOP-9: x", "author": {"name": "Ann"}}]}'),
('commit', '{"pullRequest": {"id": 4, "toRef": {"repository": {"slug": "api", "project": {"key": "SHOP"}}}}, "id": "b00000000001",
	"authorTimestamp": 1767689400000, "committerTimestamp": 1767689500000, "message": "SHOP-9: x", "parents": [{"id": "b00000000000"}]}'),
('activity', '{"pull_request": {"id": 9, "links": {"html": {"href": "https://bitbucket.org/shop/web/pull-requests/9"}}}, "approval":
	{"date":
	"2026-01-07T15:00:00+00:00", "user": {"uuid": "{u2}"}}, "update": {"state": "MERGED", "date": "2026-01-08T10:00:00+00:00"}}'),
('issue', '{"actor": {}, "repository": {"full_name": "shop/web"}, "issue": {"id": 3, "title": "Total", "kind": "bug", "priority": "major",
	"state": "open", "created_on": "2026-01-05T09:00:00+00:00", "updated_on": "2026-01-06T09:00:00+00:00"}, "changes": {"status": {"old":
	"new", "new": "open"}}}'),
('status', '{"actor": {}, "repository": {"full_name": "shop/web"}, "commit_status": {"key": "ci", "name": "CI #4", "state": "FAILED", "url":
	"https://ci", "refname": "main", "created_on": "2026-01-08T10:00:00+00:00", "updated_on": "2026-01-08T10:05:00+00:00", "commit": {
	"hash": "b00000000001", "date": "2026-01-08T10:00:00+00:00", "message": "Merge"}}}'),
('pipeline', '{"type": "pipeline", "uuid": "{p1}", "build_number": 4, "repository": {"full_name": "shop/web"}, "state": {"name":
	"COMPLETED",
	"result": {"name": "SUCCESSFUL"}}, "created_on": "2026-01-08T10:00:00Z", "completed_on": "2026-01-08T10:10:00Z", "target": {"ref_name":
	"main", "commit": {"hash": "b00000000001"}}}'),
('step', '{"type": "pipeline_step", "uuid": "{s1}", "pipeline": {"uuid": "{p1}"}, "name": "Test", "state": {"name": "COMPLETED", "result": {
	"name": "FAILED"}}, "started_on": "2026-01-08T10:01:00Z", "completed_on": "2026-01-08T10:02:00Z"}'),
('deployment', '{"type": "deployment", "uuid": "{d1}", "environment": {"uuid": "{e1}", "name": "EU", "environment_type": {"name":
	"Production"}}, "release": {"pipeline": {"uuid": "{p1}"}, "commit": {"hash": "b00000000001"}, "url":
	"https://bitbucket.org/shop/web/addon/pipelines/home", "created_on": "2026-01-08T11:00:00Z"}, "state": {"name": "COMPLETED", "status":
	{"name": "SUCCESSFUL"}, "started_on": "2026-01-08T11:01:00Z", "completed_on": "2026-01-08T11:05:00Z", "url": "https://x"}, "step":
	{"uuid": "{s2}"}, "last_update_time": "2026-01-08T11:05:01Z"}'),
('server deployment', '{"deploymentSequenceNumber": 3, "key": "web", "environment": {"key": "prod", "displayName": "Live", "type":
	"PRODUCTION"}, "state": "FAILED", "lastUpdated": 1767870000000, "toCommit": {"id": "b00000000001"}, "repository": {"slug": "api",
	"project": {"key": "SHOP"}}}');
\set tool bitbucket
\set depth 4
\ir ../../reader_members.sql
SELECT is((SELECT count(*) FROM mutant AS m LEFT JOIN LATERAL vsm.bitbucket_kind(m.payload) AS k ON true WHERE k.kind IS NULL), 0::bigint,
	'and it is of some kind');

SELECT results_eq('SELECT * FROM another ORDER BY 1, path COLLATE "C"',
	$$VALUES ('activity', 'pull_request', '"", [], array, false, null, object, {}'),
		('approved', 'pullrequest', '"", [], array, false, null, object, {}'),
		('approved', 'pullrequest.draft', 'false'),
		('commit', 'authorTimestamp', '"", [], array, false, null, object, {}'),
		('issue', 'changes.status', '"", [], array, false, null, object, {}'),
		('issue', 'issue', '"", [], array, false, null, object, {}'),
		('merged', 'pullrequest', '"", [], array, false, null, object, {}'),
		('push', 'push', '"", [], array, false, null, object, {}'),
		('refs', 'eventKey', '"", [], array, false, null, object, {}'),
		('server', 'eventKey', '"", [], array, false, null, object, {}'),
		('server deployment', 'deploymentSequenceNumber', '"", [], array, false, null, object, {}'),
		('server deployment', 'environment', '"", [], array, false, null, object, {}'),
		('status', 'commit_status', '"", [], array, false, null, object, {}')$$,
	'what is null, empty or of another type is as good as none, but where that says something');

SELECT results_eq('SELECT * FROM lost ORDER BY 1, path COLLATE "C"',
	$$VALUES ('activity', 'approval', 'event approved'),
		('activity', 'approval.date', 'event approved'),
		('activity', 'update', 'event merged'),
		('activity', 'update.date', 'event merged'),
		('activity', 'update.state', 'event merged'),
		('approved', 'approval', 'event approved'),
		('approved', 'approval.date', 'event approved'),
		('approved', 'approval.user', 'event approved'),
		('approved', 'approval.user.uuid', 'event approved'),
		('approved', 'pullrequest.author', 'event approved'),
		('approved', 'pullrequest.author.uuid', 'event approved'),
		('approved', 'pullrequest.created_on', 'event opened'),
		('approved', 'pullrequest.draft', 'observed draft'),
		('approved', 'pullrequest.state', 'observed draft, observed reopened'),
		('commit', 'message', 'link implements'),
		('commit', 'pullRequest', 'link part_of'),
		('commit', 'pullRequest.id', 'link part_of'),
		('commit', 'pullRequest.toRef', 'link part_of'),
		('commit', 'pullRequest.toRef.repository', 'link part_of'),
		('commit', 'pullRequest.toRef.repository.project', 'link part_of'),
		('commit', 'pullRequest.toRef.repository.slug', 'link part_of'),
		('deployment', 'release', 'link deploys, link part_of'),
		('deployment', 'release.commit', 'link deploys'),
		('deployment', 'release.commit.hash', 'link deploys'),
		('deployment', 'release.pipeline', 'link part_of'),
		('deployment', 'release.pipeline.uuid', 'link part_of'),
		('deployment', 'state', 'event running, event success'),
		('deployment', 'state.completed_on', 'event success'),
		('deployment', 'state.started_on', 'event running'),
		('deployment', 'state.status', 'event success'),
		('deployment', 'state.status.name', 'event success'),
		('deployment', 'step', 'link part_of'),
		('deployment', 'step.uuid', 'link part_of'),
		('issue', 'changes', 'event open'),
		('issue', 'changes.status', 'event open'),
		('issue', 'changes.status.new', 'event open'),
		('issue', 'issue.created_on', 'created'),
		('issue', 'issue.updated_on', 'event open'),
		('merged', 'pullrequest.author', 'event approved'),
		('merged', 'pullrequest.author.uuid', 'event approved'),
		('merged', 'pullrequest.created_on', 'event opened'),
		('merged', 'pullrequest.description', 'link implements'),
		('merged', 'pullrequest.merge_commit', 'link part_of'),
		('merged', 'pullrequest.merge_commit.hash', 'link part_of'),
		('merged', 'pullrequest.participants', 'event approved'),
		('merged', 'pullrequest.participants.0', 'event approved'),
		('merged', 'pullrequest.participants.0.approved', 'event approved'),
		('merged', 'pullrequest.participants.0.participated_on', 'event approved'),
		('merged', 'pullrequest.participants.0.user', 'event approved'),
		('merged', 'pullrequest.source', 'link part_of'),
		('merged', 'pullrequest.source.commit', 'link part_of'),
		('merged', 'pullrequest.source.commit.hash', 'link part_of'),
		('merged', 'pullrequest.state', 'event merged, link part_of'),
		('merged', 'pullrequest.title', 'link implements'),
		('pipeline', 'completed_on', 'event SUCCESSFUL'),
		('pipeline', 'created_on', 'event queued'),
		('pipeline', 'state', 'event SUCCESSFUL'),
		('pipeline', 'state.result', 'event SUCCESSFUL'),
		('pipeline', 'state.result.name', 'event SUCCESSFUL'),
		('pipeline', 'target', 'link builds'),
		('pipeline', 'target.commit', 'link builds'),
		('pipeline', 'target.commit.hash', 'link builds'),
		('push', 'push.changes', 'commit, event pushed, link implements, link reverts'),
		('push', 'push.changes.0', 'commit, event pushed, link implements, link reverts'),
		('push', 'push.changes.0.commits', 'commit, link implements, link reverts'),
		('push', 'push.changes.0.new', 'event pushed, link implements'),
		('refs', 'changes', 'event tagged, link builds'),
		('refs', 'changes.0', 'event tagged, link builds'),
		('refs', 'changes.0.ref', 'event tagged, link builds'),
		('refs', 'changes.0.ref.displayId', 'event tagged, link builds'),
		('refs', 'changes.0.ref.type', 'event tagged, link builds'),
		('refs', 'changes.0.toHash', 'event tagged, link builds'),
		('refs', 'commits', 'commit, link implements'),
		('refs', 'commits.0', 'commit, link implements'),
		('refs', 'commits.0.id', 'commit, link implements'),
		('refs', 'commits.0.message', 'link implements'),
		('refs', 'date', 'event tagged'),
		('server', 'date', 'event changes_requested'),
		('server', 'eventKey', 'event changes_requested'),
		('server', 'participant', 'event changes_requested'),
		('server', 'participant.user', 'event changes_requested'),
		('server', 'pullRequest.author', 'event changes_requested'),
		('server', 'pullRequest.author.user', 'event changes_requested'),
		('server', 'pullRequest.createdDate', 'event opened'),
		('server', 'pullRequest.fromRef', 'link part_of'),
		('server', 'pullRequest.fromRef.latestCommit', 'link part_of'),
		('server', 'pullRequest.state', 'event closed'),
		('server', 'pullRequest.title', 'link implements'),
		('server deployment', 'lastUpdated', 'event failed'),
		('server deployment', 'state', 'event failed'),
		('server deployment', 'toCommit', 'link deploys'),
		('server deployment', 'toCommit.id', 'link deploys'),
		('status', 'commit_status.created_on', 'event running'),
		('status', 'commit_status.updated_on', 'event running'),
		('step', 'completed_on', 'event FAILED'),
		('step', 'name', 'event Test'),
		('step', 'pipeline', 'event Test, link part_of'),
		('step', 'pipeline.uuid', 'event Test, link part_of'),
		('step', 'started_on', 'event Test, event running'),
		('step', 'state', 'event FAILED'),
		('step', 'state.result', 'event FAILED'),
		('step', 'state.result.name', 'event FAILED')$$,
	'a member that is missing costs what it told');

SELECT finish();
ROLLBACK;
