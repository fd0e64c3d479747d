-- Azure DevOps: what its payloads state, and what comes of a story told by service hooks, by the API, in any order and twice.
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS vsm;
SELECT plan(38);
SET LOCAL TimeZone = 'Asia/Tokyo';
SET LOCAL jit = off;
SET LOCAL client_min_messages = error;

-- A user story from its creation to production by service hooks ("hook") and by the API ("api").
CREATE TEMP TABLE sample (place serial, way text, name text, payload jsonb);
INSERT INTO sample (way, name, payload) VALUES
('hook', 'created', '{"eventType": "workitem.created", "createdDate": "2026-01-05T09:00:02Z", "resource": {"id": 12, "rev": 1, "fields": {
	"System.TeamProject": "Shop", "System.WorkItemType": "Product Backlog Item", "System.State": "New", "System.Title": "Show the total",
	"System.IterationPath": "Shop\\Sprint 1", "System.AreaPath": "Shop\\Web", "System.CreatedDate": "2026-01-05T09:00:00Z",
	"System.ChangedDate": "2026-01-05T09:00:00Z", "Microsoft.VSTS.Common.StateChangeDate": "2026-01-05T09:00:00Z"}}}'),
('hook', 'activated', '{"eventType": "workitem.updated", "createdDate": "2026-01-06T10:00:01Z", "resource": {"id": 2, "workItemId": 12,
	"rev": 2, "revisedDate": "9999-01-01T00:00:00Z", "fields": {"System.State": {"oldValue": "New", "newValue": "Active"},
		"System.ChangedDate": {"oldValue": "2026-01-05T09:00:00Z", "newValue": "2026-01-06T10:00:00Z"},
		"System.IterationPath": {"oldValue": "Shop\\Sprint 1", "newValue": "Shop\\Sprint 2"},
		"Microsoft.VSTS.Scheduling.StoryPoints": {"newValue": 5.0}},
	"revision": {"id": 12, "rev": 2, "fields": {"System.TeamProject": "Shop", "System.WorkItemType": "Product Backlog Item",
		"System.State": "Active", "System.Title": "Show the total", "System.IterationPath": "Shop\\Sprint 2",
		"System.AreaPath": "Shop\\Web", "System.CreatedDate": "2026-01-05T09:00:00Z", "System.ChangedDate": "2026-01-06T10:00:00Z",
		"Microsoft.VSTS.Common.StateChangeDate": "2026-01-06T10:00:00Z", "Microsoft.VSTS.Scheduling.StoryPoints": 5.0}}}}'),
('hook', 'push', '{"eventType": "git.push", "createdDate": "2026-01-07T09:00:02Z", "resource": {"commits": [{"commitId":
	"a000000000000000000000000000000000000001", "author": {"name": "Ann", "email": "ann@example.com", "date": "2026-01-07T08:50:00Z"},
	"committer": {"name": "Ann", "date": "2026-01-07T08:55:00Z"}, "comment": "Show the total, see #12"}], "refUpdates": [{
	"name": "refs/heads/total", "oldObjectId": "0000000000000000000000000000000000000000",
	"newObjectId": "a000000000000000000000000000000000000001"}], "repository": {"name": "web", "project": {"name": "Shop"},
	"defaultBranch": "refs/heads/main"}, "pushId": 14, "date": "2026-01-07T09:00:00Z"}}'),
('hook', 'request', '{"eventType": "git.pullrequest.created", "createdDate": "2026-01-07T09:10:01Z", "resource": {"repository": {"name":
	"web", "project": {"name": "Shop"}}, "pullRequestId": 99, "status": "active", "createdBy": {"id": "u1", "displayName": "Ann"},
	"creationDate": "2026-01-07T09:10:00Z", "title": "Show the total #12", "sourceRefName": "refs/heads/total", "targetRefName":
	"refs/heads/main", "isDraft": true, "lastMergeSourceCommit": {"commitId": "a000000000000000000000000000000000000001"},
	"lastMergeCommit": {"commitId": "c000000000000000000000000000000000000001"}, "reviewers": []}}'),
('hook', 'reviewed', '{"eventType": "git.pullrequest.updated", "createdDate": "2026-01-07T15:00:00Z", "resource": {"repository": {"name":
	"web", "project": {"name": "Shop"}}, "pullRequestId": 99, "status": "active", "createdBy": {"id": "u1", "displayName": "Ann"},
	"creationDate": "2026-01-07T09:10:00Z", "title": "Show the total #12", "sourceRefName": "refs/heads/total", "targetRefName":
	"refs/heads/main", "isDraft": false, "lastMergeSourceCommit": {"commitId": "a000000000000000000000000000000000000001"},
	"reviewers": [{"id": "u2", "displayName": "Ben", "vote": 10}]}}'),
('hook', 'merged', '{"eventType": "git.pullrequest.updated", "createdDate": "2026-01-08T10:00:01Z", "resource": {"repository": {"name":
	"web", "project": {"name": "Shop"}}, "pullRequestId": 99, "status": "completed", "createdBy": {"id": "u1", "displayName": "Ann"},
	"creationDate": "2026-01-07T09:10:00Z", "closedDate": "2026-01-08T10:00:00Z", "title": "Show the total #12",
	"sourceRefName": "refs/heads/total", "targetRefName": "refs/heads/main", "lastMergeSourceCommit": {"commitId":
	"a000000000000000000000000000000000000001"}, "lastMergeCommit": {"commitId": "b000000000000000000000000000000000000001"},
	"reviewers": [{"id": "u2", "displayName": "Ben", "vote": 10}]}}'),
('hook', 'pushed main', '{"eventType": "git.push", "createdDate": "2026-01-08T10:00:02Z", "resource": {"commits": [{"commitId":
	"b000000000000000000000000000000000000001", "committer": {"name": "Ann", "date": "2026-01-08T10:00:00Z"},
	"comment": "Merged PR 99: Show the total"}], "refUpdates": [{"name": "refs/heads/main",
	"newObjectId": "b000000000000000000000000000000000000001"}], "repository": {"name": "web", "project": {"name": "Shop"},
	"defaultBranch": "refs/heads/main"}, "pushId": 15, "date": "2026-01-08T10:00:01Z"}}'),
('hook', 'built', '{"eventType": "build.complete", "createdDate": "2026-01-08T10:10:02Z", "resource": {"id": 31, "buildNumber": "1",
	"status": "completed", "result": "succeeded", "queueTime": "2026-01-08T10:00:05Z", "startTime": "2026-01-08T10:00:10Z",
	"finishTime": "2026-01-08T10:10:00Z", "definition": {"id": 5, "name": "web-ci"}, "project": {"name": "Shop"}, "sourceBranch":
	"refs/heads/main", "sourceVersion": "b000000000000000000000000000000000000001", "repository": {"type": "TfsGit", "name": "web"}}}'),
('hook', 'asked', '{"eventType": "ms.vss-release.deployment-approval-completed-event", "createdDate": "2026-01-08T11:00:51Z", "resource": {
	"approval": {"id": 3, "approvalType": "preDeploy", "createdOn": "2026-01-08T10:30:00Z", "modifiedOn": "2026-01-08T11:00:50Z",
	"status": "approved", "isAutomated": false, "attempt": 1, "release": {"id": 7}, "releaseEnvironment": {"id": 9}}}}'),
('hook', 'deployed', '{"eventType": "ms.vss-release.deployment-completed-event", "createdDate": "2026-01-08T11:05:00Z", "resource": {
	"environment": {"id": 9, "releaseId": 7, "name": "Production", "status": "succeeded"}, "deployment": {"attempt": 1,
	"deploymentStatus": "succeeded", "queuedOn": "2026-01-08T10:30:00Z", "startedOn": "2026-01-08T11:01:00Z",
	"completedOn": "2026-01-08T11:05:00Z", "release": {"id": 7, "artifacts": [{"type": "Build", "isPrimary": true,
	"definitionReference": {"version": {"id": "31"}, "project": {"name": "Shop"}}}, {"type": "Git", "definitionReference": {"version":
	{"id": "d000000000000000000000000000000000000001"}}}]}}}}'),
('hook', 'closed', '{"eventType": "workitem.updated", "createdDate": "2026-01-08T12:00:01Z", "resource": {"id": 3, "workItemId": 12,
	"rev": 3, "fields": {"System.State": {"oldValue": "Active", "newValue": "Done"}, "System.ChangedDate": {
		"oldValue": "2026-01-06T10:00:00Z", "newValue": "2026-01-08T12:00:00Z"}},
	"revision": {"id": 12, "rev": 3, "fields": {"System.TeamProject": "Shop", "System.WorkItemType": "Product Backlog Item",
		"System.State": "Done", "System.Title": "Show the total", "System.IterationPath": "Shop\\Sprint 2",
		"System.AreaPath": "Shop\\Web", "System.CreatedDate": "2026-01-05T09:00:00Z", "System.ChangedDate": "2026-01-08T12:00:00Z",
		"Microsoft.VSTS.Common.StateChangeDate": "2026-01-08T12:00:00Z", "Microsoft.VSTS.Scheduling.StoryPoints": 5.0}}}}'),
('hook', 'incident', '{"eventType": "workitem.created", "createdDate": "2026-01-08T12:30:02Z", "resource": {"id": 20, "rev": 1, "fields": {
	"System.TeamProject": "Shop", "System.WorkItemType": "Bug", "System.Tags": "incident; web", "System.State": "New",
	"System.Title": "No total", "Microsoft.VSTS.Common.Severity": "1 - Critical", "System.AreaPath": "Shop\\Web",
	"System.CreatedDate": "2026-01-08T12:30:00Z", "System.ChangedDate": "2026-01-08T12:30:00Z"}}}'),
('api', 'updates', '{"count": 3, "value": [{"id": 1, "workItemId": 12, "rev": 1, "revisedDate": "2026-01-06T10:00:00Z", "fields": {
	"System.TeamProject": {"newValue": "Shop"}, "System.WorkItemType": {"newValue": "Product Backlog Item"}, "System.State": {"newValue":
	"New"}, "System.Title": {"newValue": "Show the total"}, "System.IterationPath": {"newValue": "Shop\\Sprint 1"},
	"System.AreaPath": {"newValue": "Shop\\Web"}, "System.CreatedDate": {"newValue": "2026-01-05T09:00:00Z"},
	"System.ChangedDate": {"newValue": "2026-01-05T09:00:00Z"}}},
	{"id": 2, "workItemId": 12, "rev": 2, "revisedDate": "2026-01-08T12:00:00Z", "fields": {"System.State": {"oldValue": "New", "newValue":
	"Active"}, "System.ChangedDate": {"oldValue": "2026-01-05T09:00:00Z", "newValue": "2026-01-06T10:00:00Z"},
	"System.IterationPath": {"oldValue": "Shop\\Sprint 1", "newValue": "Shop\\Sprint 2"},
	"Microsoft.VSTS.Scheduling.StoryPoints": {"newValue": 5.0}}},
	{"id": 3, "workItemId": 12, "rev": 3, "revisedDate": "9999-01-01T00:00:00Z", "fields": {"System.State": {"oldValue": "Active",
	"newValue": "Done"}, "System.ChangedDate": {"oldValue": "2026-01-06T10:00:00Z", "newValue": "2026-01-08T12:00:00Z"}}}]}'),
('api', 'items', '{"count": 2, "value": [{"id": 12, "rev": 3, "fields": {"System.TeamProject": "Shop",
	"System.WorkItemType": "Product Backlog Item", "System.State": "Done", "System.Title": "Show the total",
	"System.IterationPath": "Shop\\Sprint 2", "System.AreaPath": "Shop\\Web", "System.CreatedDate": "2026-01-05T09:00:00Z",
	"System.ChangedDate": "2026-01-08T12:00:00Z", "Microsoft.VSTS.Common.StateChangeDate": "2026-01-08T12:00:00Z",
	"Microsoft.VSTS.Scheduling.StoryPoints": 5.0}, "relations": [{"rel": "ArtifactLink", "url":
	"vstfs:///Git/PullRequestId/p%2Fr%2F99"}]}, {"id": 20, "rev": 1, "fields": {"System.TeamProject": "Shop", "System.WorkItemType": "Bug",
	"System.Tags": "incident; web", "System.State": "New", "System.Title": "No total", "Microsoft.VSTS.Common.Severity": "1 - Critical",
	"System.AreaPath": "Shop\\Web", "System.CreatedDate": "2026-01-08T12:30:00Z", "System.ChangedDate": "2026-01-08T12:30:00Z"}}]}'),
('api', 'requests', '{"count": 1, "value": [{"repository": {"name": "web", "project": {"name": "Shop"}}, "pullRequestId": 99,
	"status": "completed", "createdBy": {"id": "u1", "displayName": "Ann"}, "creationDate": "2026-01-07T09:10:00Z",
	"closedDate": "2026-01-08T10:00:00Z", "title": "Show the total #12", "sourceRefName": "refs/heads/total",
	"targetRefName": "refs/heads/main", "lastMergeSourceCommit": {"commitId": "a000000000000000000000000000000000000001"},
	"lastMergeCommit": {"commitId": "b000000000000000000000000000000000000001"}, "reviewers": [{"id": "u2", "vote": 10}]}]}'),
('api', 'threads', '{"pullRequest": {"pullRequestId": 99, "createdBy": {"id": "u1"}}, "count": 2, "value": [{"id": 1,
	"publishedDate": "2026-01-07T14:00:00Z", "comments": [{"id": 1, "author": {"id": "u2", "displayName": "Ben"},
	"publishedDate": "2026-01-07T14:00:00Z", "commentType": "text"}], "properties": null}, {"id": 2,
	"publishedDate": "2026-01-07T15:00:00Z", "comments": [{"id": 1, "author": {"id": "u2", "displayName": "Ben"},
	"publishedDate": "2026-01-07T15:00:00Z", "commentType": "system"}], "properties": {"CodeReviewThreadType": {"$value": "VoteUpdate"},
	"CodeReviewVoteResult": {"$value": "10"}}}]}'),
('api', 'commits', '{"count": 1, "value": [{"commitId": "a000000000000000000000000000000000000001", "author": {"name": "Ann", "email":
	"ann@example.com", "date": "2026-01-07T08:50:00Z"}, "committer": {"name": "Ann", "date": "2026-01-07T08:55:00Z"},
	"comment": "Show the total, see #12", "remoteUrl": "https://dev.azure.com/acme/Shop/_git/web/commit/a000"}]}'),
('api', 'builds', '{"count": 1, "value": [{"id": 31, "buildNumber": "1", "status": "completed", "result": "succeeded",
	"queueTime": "2026-01-08T10:00:05Z", "startTime": "2026-01-08T10:00:10Z", "finishTime": "2026-01-08T10:10:00Z",
	"definition": {"id": 5, "name": "web-ci"}, "project": {"name": "Shop"}, "sourceBranch": "refs/heads/main",
	"sourceVersion": "b000000000000000000000000000000000000001", "repository": {"type": "TfsGit", "name": "web"}}]}'),
('api', 'approvals', '{"count": 1, "value": [{"id": 3, "approvalType": "preDeploy", "createdOn": "2026-01-08T10:30:00Z",
	"modifiedOn": "2026-01-08T11:00:50Z", "status": "approved", "isAutomated": false, "attempt": 1, "release": {"id": 7},
	"releaseEnvironment": {"id": 9}, "approver": {"id": "u2"}}]}'),
('api', 'deployments', '{"count": 1, "value": [{"id": 70, "release": {"id": 7, "artifacts": [{"type": "Build", "isPrimary": true,
	"definitionReference": {"version": {"id": "31"}, "project": {"name": "Shop"}}}, {"type": "Git", "definitionReference": {"version":
	{"id": "d000000000000000000000000000000000000001"}}}]}, "releaseEnvironment": {"id": 9, "name": "Production"}, "attempt": 1,
	"deploymentStatus": "succeeded", "operationStatus": "Approved", "queuedOn": "2026-01-08T10:30:00Z",
	"startedOn": "2026-01-08T11:01:00Z", "completedOn": "2026-01-08T11:05:00Z", "lastModifiedOn": "2026-01-08T11:05:00Z"}]}');

CREATE FUNCTION pg_temp.payload(wanted text) RETURNS jsonb LANGUAGE sql AS $$SELECT payload FROM sample WHERE name = wanted$$;
CREATE FUNCTION pg_temp.read(payload jsonb, VARIADIC naming text[] DEFAULT '{}') RETURNS SETOF vsm.fact LANGUAGE plpgsql AS $$
	-- what is refused is a link "refused" to the reason
DECLARE
	k vsm.payload_kind;
BEGIN
	SELECT * INTO k FROM vsm.azuredevops_kind(payload);
	IF k.reason IS NOT NULL THEN
		RETURN QUERY SELECT (vsm.fact_link('azuredevops', k.kind, k.reason, 'refused')).*;
	ELSE
		RETURN QUERY EXECUTE format('SELECT * FROM vsm.%I($1, $2, $3)', 'read_azuredevops_' || k.kind)
			USING 'azuredevops', payload, vsm.names_of(ARRAY(
				SELECT ROW (naming[3 * i - 2], naming[3 * i - 1], naming[3 * i])::vsm.name_meaning
				FROM generate_series(1, cardinality(naming) / 3) AS i)
			|| ARRAY(SELECT ROW (d.kind, d.name, d.meaning)::vsm.name_meaning FROM vsm.default_naming() AS d));
	END IF;
END$$;

SELECT results_eq($$SELECT kind, reason FROM unnest(ARRAY['{"eventType": "workitem.updated", "resource": null}',
	'{"eventType": "workitem.updated", "resource": {"workItemId": 0, "rev": 1}}', '{"eventType": "workitem.deleted", "resource":
		{"id": 1}}',
	'{"eventType": "message.posted", "resource": {"id": 1}}', '{"eventType": "ms.vss-pipelinechecks-events.approval-pending"}',
	'{"queryType": "flat", "workItems": [{"id": 1}]}', '{"id": "x", "name": "web", "remoteUrl": "https://x"}',
	'{"id": 1, "publishedDate": "2026-01-07T15:00:00Z", "comments": []}',
	'{"id": 5, "stageName": "prod", "owner": {"id": 3}, "environmentId": 4}', '{"build": {"id": 3}, "id": "t", "type": "Task", "parentId":
	"j", "state": "completed"}', '{"pullRequestId": "", "status": "active"}']::jsonb[]) WITH ORDINALITY AS p (payload, o),
	vsm.azuredevops_kind(p.payload) ORDER BY o$$, $$VALUES
	('workitem.updated', 'it has no resource: let the service hook send all details'), ('workitem.updated', 'it has no workItemId'),
	('workitem.deleted', 'it has no createdDate'), ('message.posted', 'it says nothing about the flow of work'),
	('ms.vss-pipelinechecks-events.approval-pending', 'it does not say of which run'),
	('query', 'it has nothing but ids: ask for the updates of its work items, too'),
	('payload', 'its shape is not known: neither a service hook nor an object of the API that is read'),
	('thread', 'it has no pullRequest.pullRequestId, nor its address as _links.self.href'),
	('environment_deployment', 'its environment is not known: say {"environment": {"name": "..."}, "value": [...]}'),
	('timeline_record', 'of a timeline, stages and jobs are read'), ('pull_request', 'it has no pullRequestId')$$,
	'refused with the reason');

-- Work items
SELECT bag_eq($$SELECT fact, at AT TIME ZONE 'UTC', value, previous, name, method FROM pg_temp.read(pg_temp.payload('activated'))
	WHERE fact IN ('event', 'created', 'observed', 'change')$$, $$VALUES
	('created', timestamp '2026-01-05 09:00', NULL, NULL, NULL, NULL), ('event', '2026-01-06 10:00', 'Active', 'New', NULL, NULL),
	('change', '2026-01-06 10:00', 'Shop\Sprint 2', 'Shop\Sprint 1', 'sprint', NULL),
	('change', '2026-01-06 10:00', '5.0', NULL, 'size', NULL)$$, 'an update: its state, and what else changed');
SELECT is((SELECT details - 'tags' FROM pg_temp.read(pg_temp.payload('activated')) WHERE fact = 'item'),
	'{"source": "azuredevops", "key": "Shop#12", "project": "Shop", "source_type": "Product Backlog Item", "type": "feature",
	"title": "Show the total", "size": 5.0, "created_at": "2026-01-05T18:00:00+09:00"}', 'the work item beside it');
SELECT bag_eq($$SELECT value FROM pg_temp.read(pg_temp.payload('created')) WHERE fact = 'alias'$$, $$VALUES ('Shop#12'), ('AB#12')$$,
	'what it is called');
SELECT bag_eq($$SELECT value, method FROM pg_temp.read('{"workItemId": 12, "rev": 4, "fields": {"System.ChangedDate": {"newValue":
	"2026-01-06T10:00:00Z"}, "System.BoardColumn": {"oldValue": "New", "newValue": "Doing"}, "System.Tags": {"oldValue": "ui; old",
	"newValue": "ui; new"}, "Microsoft.VSTS.CMMI.Blocked": {"oldValue": "Yes", "newValue": "No"}}}') WHERE fact = 'event'$$,
	$$VALUES ('Doing', 'label'), ('new', 'label'), ('old removed', 'label'), ('Unflagged', NULL)$$, 'columns, tags and flags');
SELECT bag_eq($$SELECT value FROM pg_temp.read('{"workItemId": 12, "rev": 4, "fields": {"System.ChangedDate": {"newValue":
	"2026-01-06T10:00:00Z"}, "Custom.OnHold": {"newValue": true}, "Custom.Squad": {"oldValue": "A", "newValue": "B"}}}', 'field',
	'Custom.OnHold', 'flag', 'field', 'Squad', 'team') WHERE fact IN ('event', 'change')$$, $$VALUES ('Flagged'), ('B')$$,
	'fields that an installation named');
SELECT results_eq($$SELECT f.details -> 'size', f.details -> 'parent' FROM unnest(ARRAY[
	'{"workItemId": 12, "rev": 4, "fields": {"System.ChangedDate": {"newValue": "2026-01-06T10:00:00Z"},
	"Microsoft.VSTS.Scheduling.Effort": {"oldValue": 3.0}, "System.Parent": {"oldValue": 3, "newValue": 4}}}']::jsonb[]) AS p,
	pg_temp.read(p) AS f WHERE f.fact = 'item'$$, $$VALUES ('null'::jsonb, '"azuredevops:work_item:4"'::jsonb)$$,
	'a field that was emptied, and a parent');
SELECT bag_eq($$SELECT entity, value, name, at AT TIME ZONE 'UTC' AS since, until AT TIME ZONE 'UTC' AS until
	FROM pg_temp.read('{"workItemId": 12,
	"rev": 4, "fields": {"System.ChangedDate": {"newValue": "2026-01-06T10:00:00Z"}}, "relations": {"added": [
	{"rel": "System.LinkTypes.Dependency-Reverse", "url": "https://x/_apis/wit/workItems/8"},
	{"rel": "System.LinkTypes.Hierarchy-Forward", "url": "https://x/_apis/wit/workItems/9"},
	{"rel": "System.LinkTypes.Related", "url": "https://x/_apis/wit/workItems/7"},
	{"rel": "ArtifactLink", "url": "vstfs:///Build/Build/31"}], "removed": [
	{"rel": "ArtifactLink", "url": "vstfs:///Git/Commit/p%2fr%2fc000000000000000000000000000000000000001"}]}}') WHERE fact = 'link'$$,
		$$VALUES
	('azuredevops:work_item:12', 'azuredevops:work_item:8', 'blocked_by', timestamp '2026-01-06 10:00', NULL::timestamp),
	('azuredevops:work_item:9', 'azuredevops:work_item:12', 'part_of', '2026-01-06 10:00', NULL),
	('azuredevops:build:31', 'azuredevops:work_item:12', 'builds', '2026-01-06 10:00', NULL),
	('c000000000000000000000000000000000000001', 'azuredevops:work_item:12', 'implements', NULL, '2026-01-06 10:00')$$, 'relations');
SELECT bag_eq($$SELECT value, at AT TIME ZONE 'UTC' FROM pg_temp.read('{"eventType": "workitem.deleted", "createdDate":
	"2026-01-07T09:00:02Z", "resource": {"id": 13, "fields": {"System.State": "New", "System.ChangedDate": "2026-01-06T09:00:00Z"}}}')
	WHERE fact IN ('event', 'observed')$$, $$VALUES ('Deleted', timestamp '2026-01-07 09:00:02')$$, 'deleted');
SELECT bag_eq($$SELECT fact, value, at AT TIME ZONE 'UTC' FROM pg_temp.read('{"eventType": "workitem.restored", "createdDate":
	"2026-01-08T09:00:02Z", "resource": {"id": 13, "fields": {"System.State": "New", "System.ChangedDate": "2026-01-06T09:00:00Z"}}}')
	WHERE fact IN ('event', 'observed')$$, $$VALUES ('observed', 'New', timestamp '2026-01-08 09:00:02')$$, 'and restored');
SELECT results_eq($$SELECT f.details ->> 'resolved_at', f.details ->> 'service' FROM unnest(ARRAY[
	'{"System.State": "Closed", "Microsoft.VSTS.Common.ResolvedDate": "2026-01-10T09:30:00Z", "Microsoft.VSTS.Common.ClosedDate":
	"2026-01-12T09:30:00Z"}', '{"System.State": "Active"}', '{"System.State": "Mitigated", "Microsoft.VSTS.Common.StateChangeDate":
	"2026-01-10T09:40:00Z"}']::jsonb[]) WITH ORDINALITY AS p (fields, o),
	pg_temp.read(jsonb_build_object('id', 20, 'rev', 4, 'fields', p.fields || '{"System.WorkItemType": "Outage", "System.AreaPath":
	"Shop\\Web", "System.ChangedDate": "2026-01-12T10:00:00Z"}'), 'state', 'Mitigated', 'resolved', 'service', 'Shop\Web', 'web') AS f
	WHERE f.fact = 'incident' ORDER BY o$$, $$VALUES ('2026-01-10T18:30:00+09:00', 'web'), (NULL, 'web'),
	('2026-01-10T18:40:00+09:00', 'web')$$, 'when an incident was resolved');

-- Pull requests and commits
SELECT bag_eq($$SELECT entity, value, method, confidence FROM pg_temp.read(pg_temp.payload('merged')) WHERE fact = 'link'$$, $$VALUES
	('azuredevops:pull_request:99', 'azuredevops:work_item:12', 'work item in title', 0.95::float8),
	('a000000000000000000000000000000000000001', 'azuredevops:pull_request:99', 'head commit', 1),
	('b000000000000000000000000000000000000001', 'azuredevops:pull_request:99', 'merge commit', 1)$$, 'links of a pull request');
SELECT is_empty($$SELECT * FROM pg_temp.read(pg_temp.payload('request')) WHERE entity LIKE 'c00%'$$, 'a trial merge is no commit of it');
SELECT bag_eq($$SELECT m FROM vsm.azuredevops_mentions('Fixes #12, AB#13; x#14 &#39; /#16 #17a (#18)') AS m$$,
	$$VALUES ('12'), ('13'), ('18')$$, 'work items that a text names');
SELECT results_eq($$SELECT vsm.azuredevops_address(u) FROM unnest(ARRAY['https://dev.azure.com/acme/Shop/_git/web/commit/a',
	'https://acme@dev.azure.com/acme/My%20Shop/_git/web?path=x', 'https://dev.azure.com/acme/_git/Shop',
	'https://acme.visualstudio.com/DefaultCollection/_git/Shop', 'https://acme.visualstudio.com/Shop/_git/web',
	'https://tfs.example.com/tfs/Acme/_git/Shop', 'https://github.com/a/b']) AS u$$,
	ARRAY['Shop/web', 'My Shop/web', 'Shop/Shop', 'Shop/Shop', 'Shop/web', NULL, NULL], 'repositories in addresses');
SELECT results_eq($$SELECT f.value, f.at AT TIME ZONE 'UTC' FROM vsm.azuredevops_elements(pg_temp.payload('threads')) AS e,
	jsonb_array_elements(e) WITH ORDINALITY AS t (thread, o), pg_temp.read(t.thread) AS f WHERE f.fact = 'event' ORDER BY o$$,
	$$VALUES ('approved', timestamp '2026-01-07 15:00')$$, 'a vote by its thread');
SELECT bag_eq($$SELECT f.details ->> 'first_review_at' FROM vsm.azuredevops_elements(pg_temp.payload('threads')) AS e,
	jsonb_array_elements(e) AS t, pg_temp.read(t) AS f WHERE f.details ? 'first_review_at'$$,
	$$VALUES ('2026-01-07T23:00:00+09:00'), ('2026-01-08T00:00:00+09:00')$$, 'and when others than its author said something');

-- Pipelines
SELECT results_eq($$SELECT d.environment, d.environment_tier, d.status, d.build FROM pg_temp.read('{"build": {"id": 32}, "id": "r1",
	"parentId": null, "type": "Stage", "name": "Deploy to production", "identifier": "prod", "startTime": "2026-01-08T10:15:00Z",
	"finishTime": "2026-01-08T10:20:00Z", "state": "completed", "result": "succeeded"}') AS f, jsonb_to_record(f.details) AS d
	(environment text, environment_tier text, status text, build text) WHERE f.fact = 'deployment'$$,
	$$VALUES ('production', 'production', 'success', 'azuredevops:build:32')$$, 'a stage that deploys');
SELECT results_eq($$SELECT d.environment, d.environment_tier FROM pg_temp.read('{"build": {"id": 32}, "id": "r1", "parentId": null,
	"type": "Stage", "name": "Rollout", "identifier": "s3", "startTime": "2026-01-08T10:15:00Z", "state": "inProgress"}', 'stage',
	'Rollout', 'live') AS f, jsonb_to_record(f.details) AS d (environment text, environment_tier text) WHERE f.fact = 'deployment'$$,
	$$VALUES ('live', 'production')$$, 'one whose name means an environment');
SELECT bag_eq($$SELECT entity FROM pg_temp.read('{"build": {"id": 32}, "id": "r1", "parentId": null, "type": "Stage", "name": "Test",
	"identifier": "t", "startTime": "2026-01-08T10:15:00Z", "state": "inProgress"}')$$, $$VALUES ('azuredevops:build:32'),
	('azuredevops:stage:32/t'), ('azuredevops:stage:32/t')$$, 'and one that deploys nothing: events, and its place in the run');
SELECT results_eq($$SELECT f.details ->> 'sha' FROM unnest(ARRAY[1, 2]) AS n, pg_temp.read(jsonb_build_object('eventType',
	'ms.vss-pipelines.run-state-changed-event', 'createdDate', '2026-01-08T10:10:02Z', 'resource', jsonb_build_object('run',
	'{"id": 33, "state": "completed", "result": "succeeded", "createdDate": "2026-01-08T10:00:05Z", "finishedDate":
	"2026-01-08T10:10:00Z"}'::jsonb, 'pipeline', '{"name": "web"}'::jsonb, 'repositories', (SELECT jsonb_agg('{"change": {"version":
	"b000000000000000000000000000000000000001"}, "url": "https://dev.azure.com/acme/Shop/_git/web"}'::jsonb)
	FROM generate_series(1, n)))))
	AS f WHERE f.fact = 'build'$$, ARRAY['b000000000000000000000000000000000000001', NULL], 'of several repositories none is guessed');
SELECT results_eq($$SELECT vsm.azuredevops_status(s) FROM unnest(ARRAY['succeeded', 'partiallySucceeded', 'rejected', 'notDeployed',
	'inProgress', 'undefined', 'odd']) AS s$$, ARRAY['success', 'success', 'failed', 'skipped', 'running', NULL, 'odd'],
	'statuses of deployments');
SELECT results_eq($$SELECT f.details ->> 'build', f.details ->> 'sha' FROM unnest(ARRAY['[{"type": "Build", "definitionReference":
	{"version": {"id": "31"}}}, {"type": "Git", "definitionReference": {"version": {"id": "d000000000000000000000000000000000000001"}}}]',
	'[{"type": "Git", "definitionReference": {"version": {"id": "d000000000000000000000000000000000000001"}}}]']::jsonb[]) WITH ORDINALITY
	AS a (artifacts, o), pg_temp.read(jsonb_build_object('release', jsonb_build_object('id', 7, 'artifacts', a.artifacts),
	'releaseEnvironment', '{"id": 9, "name": "QA"}'::jsonb, 'deploymentStatus', 'failed', 'queuedOn', '2026-01-08T10:30:00Z')) AS f
	WHERE f.fact = 'deployment' ORDER BY o$$, $$VALUES (NULL, NULL), (NULL, 'd000000000000000000000000000000000000001')$$,
	'of several artifacts, none of which is primary, none is guessed');
SELECT is_empty($$SELECT * FROM pg_temp.read('{"approvalType": "preDeploy", "createdOn": "2026-01-08T10:30:00Z", "status": "approved",
	"isAutomated": true, "release": {"id": 7}, "releaseEnvironment": {"id": 9}}')$$, 'an approval that nobody was asked for is none');

-- Through the inbox: hooks, hooks backwards and twice, the API, both.
CREATE FUNCTION pg_temp.rows(model text) RETURNS TABLE (relation text, r jsonb) LANGUAGE plpgsql AS $$
BEGIN
	FOREACH relation IN ARRAY ARRAY['event', 'item', 'item_alias', 'item_change', 'link', 'incident', 'merge_request', 'commit', 'build',
		'deployment'] LOOP
		RETURN QUERY EXECUTE format('SELECT %L, to_jsonb(t) - ''recorded_at'' - ''xid'' FROM %I.%I AS t', relation, model, relation);
	END LOOP;
END$$;
CALL vsm.create_model('hooks');
CALL vsm.create_model('back');
CALL vsm.create_model('api');
CALL vsm.create_model('mixed');
INSERT INTO hooks.inbox (source, payload) SELECT 'azuredevops', payload FROM sample WHERE way = 'hook' ORDER BY place;
SELECT is(vsm.ingest_once('hooks'), ROW (12, 0)::vsm.ingested, 'service hooks are read');
INSERT INTO back.inbox (source, payload) SELECT 'azuredevops', payload FROM sample, generate_series(1, 2) WHERE way = 'hook'
	ORDER BY place DESC;
DO $$BEGIN
	FOR i IN 1..2 * 12 LOOP
		PERFORM vsm.ingest_payloads('back', ARRAY(SELECT id FROM back.inbox ORDER BY id LIMIT 1));
	END LOOP;
END$$;
SELECT is_empty($$(SELECT * FROM pg_temp.rows('hooks') EXCEPT ALL SELECT * FROM pg_temp.rows('back')) UNION ALL (SELECT *
	FROM pg_temp.rows('back') EXCEPT ALL SELECT * FROM pg_temp.rows('hooks'))$$, 'backwards, one by one and twice: the same rows');
INSERT INTO api.inbox (source, payload) SELECT 'azuredevops', payload FROM sample WHERE way = 'api' ORDER BY place;
SELECT is(vsm.ingest_once('api'), ROW (8, 0)::vsm.ingested, 'answers of the API are read');
INSERT INTO mixed.inbox (source, payload) SELECT 'azuredevops', payload FROM sample ORDER BY md5(name);
SELECT is(vsm.ingest_once('mixed'), ROW (20, 0)::vsm.ingested, 'and both');
SELECT results_eq($$SELECT e.state, e.at FROM api.event AS e WHERE e.entity LIKE '%:work_item:%' ORDER BY e.entity, e.at$$,
	$$SELECT e.state, e.at FROM hooks.event AS e WHERE e.entity LIKE '%:work_item:%' ORDER BY e.entity, e.at$$,
	'states of work items are the same by either way');
SELECT is_empty($$SELECT r - 'told' FROM pg_temp.rows('hooks') WHERE relation IN ('item', 'item_change', 'item_alias', 'incident', 'build',
	'deployment') EXCEPT SELECT r - 'told' FROM pg_temp.rows('api')$$, 'and so are items, changes, incidents, builds and deployments');
SELECT results_eq($$SELECT entity, state, at FROM mixed.event WHERE method IS DISTINCT FROM 'observed' ORDER BY 1, 3, 2$$,
	$$SELECT DISTINCT entity, state, at FROM (SELECT * FROM hooks.event UNION ALL SELECT * FROM api.event) AS e
	WHERE method IS DISTINCT FROM 'observed' ORDER BY 1, 3, 2$$, 'together they tell nothing twice');

-- What it is loaded for
INSERT INTO hooks.value_stream (value_stream, workflow) VALUES ('Shop', '{"stages": [{"name": "Backlog", "class": "new", "states": ["New"]},
	{"name": "Build", "class": "active", "states": ["Active"]}, {"name": "Done", "class": "done", "states": ["Done"]}]}');
INSERT INTO hooks.routing (rank, source, project, value_stream) VALUES (10, 'azuredevops', 'Shop', 'Shop');
INSERT INTO hooks.service (service, repository, value_stream) VALUES ('web', 'Shop/web', 'Shop');
SELECT cmp_ok(vsm.refresh_once('hooks'), '>', 0::bigint, 'items are made');
SELECT results_eq($$SELECT key, type, size, started_at AT TIME ZONE 'UTC', finished_at AT TIME ZONE 'UTC' FROM hooks.flow_item
	WHERE key = 'Shop#12'$$, $$VALUES ('Shop#12', 'feature', 5::float8, timestamp '2026-01-06 10:00', timestamp '2026-01-08 12:00')$$,
	'the item flows');
SELECT results_eq($$SELECT first_commit_at AT TIME ZONE 'UTC', opened_at AT TIME ZONE 'UTC', ready_at AT TIME ZONE 'UTC',
	approved_at AT TIME ZONE 'UTC', merged_at AT TIME ZONE 'UTC', built_at AT TIME ZONE 'UTC', release_requested_at AT TIME ZONE 'UTC'
	FROM hooks.item_part WHERE item = 'azuredevops:work_item:12'$$, $$VALUES (timestamp '2026-01-07 08:50', timestamp '2026-01-07 09:10',
	timestamp '2026-01-07 14:59:59.999999', timestamp '2026-01-07 15:00', timestamp '2026-01-08 10:00', timestamp '2026-01-08 10:10',
		NULL::timestamp)$$,
	'its code, from the first commit to the build');
SELECT results_eq($$SELECT environment, environment_tier, status, sha, repository, build, finished_at AT TIME ZONE 'UTC'
	FROM hooks.deployment$$, $$VALUES ('Production', 'production', 'success', 'b000000000000000000000000000000000000001', 'Shop/web',
	'azuredevops:build:31', timestamp '2026-01-08 11:05')$$, 'a classic release deploys the commit of its build');
UPDATE hooks.service SET since = '2026-01-01';		-- (Its first deployment released something.)
SELECT cmp_ok(vsm.refresh_once('hooks'), '>', 0::bigint, 'the service began there');
SELECT results_eq($$SELECT j.stage, j.started_at, j.code_opened_at, j.merged_at, j.release_requested_at, j.release_approved_at,
	j.released_at, j.finished_at FROM hooks.journey AS j WHERE j.key = 'Shop#12'$$,
	$$VALUES ('Done', timestamptz '2026-01-06 10:00Z', timestamptz '2026-01-07 09:10Z', timestamptz '2026-01-08 10:00Z',
		timestamptz '2026-01-08 10:30Z', timestamptz '2026-01-08 11:00:50Z', timestamptz '2026-01-08 11:05Z',
		timestamptz '2026-01-08 12:00Z')$$, 'and with its release, which somebody approved');
SELECT results_eq($$SELECT d.service, d.environment, d.deployment_count, d.release_count, d.failed_count, d.change_fail_rate
	FROM hooks.dora_monthly AS d WHERE d.month = '2026-01-01'$$, $$VALUES ('web', 'Production', 1, 1, 0, 0::float8)$$,
	'the metrics of DORA');

SELECT finish();
ROLLBACK;
