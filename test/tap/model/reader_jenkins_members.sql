-- Payloads of Jenkins without one of their members, or with something else in its place.
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS vsm;
SELECT plan(3);
SET LOCAL TimeZone = 'UTC';
SET LOCAL jit = off;
SET LOCAL client_min_messages = error;

CREATE TEMP TABLE sample (sample text, payload jsonb);
INSERT INTO sample VALUES
('build', '{"_class": "org.jenkinsci.plugins.workflow.job.WorkflowRun", "number": 7, "url": '
	'"https://ci.example.com/job/shop/job/deploy-qa/7/", "fullDisplayName": "Shop » deploy-qa #7", "building": false, "result": "SUCCESS", '
		'"timestamp": 1767974500000, "duration": 60500,
	"actions": [{"causes": [{"shortDescription": "Push", "upstreamUrl": "job/a/", "upstreamBuild": 3}]}, {}, null, '
		'{"queuingDurationMillis": 2500},
		{"parameters": [{"name": "ENV", "value": "qa"}]},
		{"lastBuiltRevision": {"SHA1": "c000000000000000000000000000000000000001", "branch": [{"name": "refs/remotes/origin/main"}]}, '
			'"remoteUrls": ["git@git.example.com:shop/checkout.git"]},
		{"lastBuiltRevision": {"SHA1": "d000000000000000000000000000000000000001"}, "remoteUrls": '
			'["https://git.example.com/ci/library.git"]}],
	"changeSet": {"kind": "git", "items": [{"commitId": "c000000000000000000000000000000000000002", "timestamp": 1767974400000, "msg": '
		'"SHOP-8: x"}]},
	"changeSets": [{"kind": "git", "items": [{"commitId": "c000000000000000000000000000000000000001", "timestamp": 1767974400000, "msg": '
		'"SHOP-7: show", "comment": "SHOP-7\n\nThis reverts commit abcdef0123456789.", "author": {"fullName": "dependabot[bot]"}, '
			'"authorEmail": "x@example.com", "affectedPaths": ["a/b.c", 7]}]}]}'),
('pipeline', '{"_links": {"self": {"href": "/job/shop/job/deploy-qa/7/wfapi/describe"}}, "id": "7", "name": "#7", "status": "SUCCESS", '
	'"startTimeMillis": 1767974500000, "endTimeMillis": 1767974560500, "durationMillis": 60500, "queueDurationMillis": 2500, '
		'"pauseDurationMillis": 0, "stages": [
	{"id": "6", "name": "Build", "status": "SUCCESS", "startTimeMillis": 1767974501000, "durationMillis": 20000, "pauseDurationMillis": 10},
	{"id": "12", "name": "Deploy to staging", "status": "FAILED", "startTimeMillis": 1767974525000, "durationMillis": 30000, '
		'"pauseDurationMillis": 5000},
	{"id": "13", "name": "Deploy to prod", "status": "NOT_EXECUTED", "startTimeMillis": 0, "durationMillis": 0}]}'),
('stage', '{"_links": {"self": {"href": "/job/shop/job/deploy-qa/7/execution/node/12/wfapi/describe"}}, "id": "12", "name": '
	'"Deploy to staging", "status": "FAILED", "startTimeMillis": 1767974525000, "durationMillis": 30000, "pauseDurationMillis": 5000, '
		'"stageFlowNodes": []}'),
('notification', '{"name": "main", "display_name": "main", "url": "job/x/", "build": {"full_url": '
	'"https://ci.example.com/job/shop/job/deploy-qa/7/", "number": 7, "queue_id": 3, "phase": "COMPLETED", "status": "SUCCESS", '
		'"timestamp": 1767974560500, "duration": 60500, "url": "job/shop/job/deploy-qa/7/", "parameters": {"ENV": "qa"},
	"scm": {"url": "git@git.example.com:shop/checkout.git", "branch": "origin/main", "commit": '
		'"c000000000000000000000000000000000000001"}}}'),
('run', '{"_class": "io.jenkins.blueocean.rest.impl.pipeline.PipelineRunImpl", "_links": '
	'{"self": {"href": "/blue/rest/organizations/jenkins/pipelines/shop/pipelines/checkout/branches/main/runs/7/"}}, "id": "7", '
		'"organization": "jenkins", "pipeline": "main", "enQueueTime": "2026-01-09T16:01:37.500+0000", "startTime": '
			'"2026-01-09T16:01:40.000+0000", "endTime": "2026-01-09T16:02:40.500+0000", "durationInMillis": 60500, "result": "SUCCESS", '
				'"state": "FINISHED", "commitId": "c000000000000000000000000000000000000001", "branch": {"isPrimary": true, "url": "x"}, '
					'"causes": [{"shortDescription": "Push"}],
	"changeSet": [{"commitId": "c000000000000000000000000000000000000001", "timestamp": "2026-01-09T16:00:00.000+0000", "msg": '
		'"SHOP-7: show", "author": {"fullName": "A"}, "affectedPaths": ["a"]}]}'),
('node', '{"_links": {"self": {"href": "/blue/rest/organizations/jenkins/pipelines/shop/runs/7/nodes/12/"}}, "id": "12", "displayName": '
	'"Deploy to staging", "result": "FAILURE", "state": "FINISHED", "startTime": "2026-01-09T16:02:05.000+0000", "durationInMillis": '
		'30000, "type": "STAGE"}');
\set tool jenkins
\set depth 4
\ir ../../reader_members.sql

SELECT results_eq('SELECT * FROM another ORDER BY 1, path COLLATE "C"',
	$$VALUES ('build', 'actions.5.lastBuiltRevision', 'object, {}'), ('run', 'branch', 'object, {}'), ('run', 'changeSet.0.affectedPaths',
		'[], array')$$, 'what is null, empty or of another type is as good as none, but where that says something');

SELECT results_eq('SELECT * FROM lost ORDER BY 1, path COLLATE "C"',
	$$VALUES ('build', 'actions', 'event queued, link builds, link deploys, link part_of'), ('build', 'actions.0', 'link part_of'),
		('build', 'actions.0.causes', 'link part_of'),
		('build', 'actions.0.causes.0', 'link part_of'), ('build', 'actions.3', 'event queued'),
			('build', 'actions.3.queuingDurationMillis', 'event queued'),
		('build', 'actions.5', 'link deploys'), ('build', 'actions.5.lastBuiltRevision', 'link deploys'),
			('build', 'actions.5.lastBuiltRevision.SHA1', 'link deploys'),
		('build', 'actions.6', 'link builds'), ('build', 'actions.6.lastBuiltRevision', 'link builds'),
			('build', 'actions.6.lastBuiltRevision.SHA1', 'link builds'),
		('build', 'changeSet', 'commit, link builds, link implements'), ('build', 'changeSet.items',
			'commit, link builds, link implements'),
		('build', 'changeSet.items.0', 'commit, link builds, link implements'), ('build', 'changeSet.items.0.commitId',
			'commit, link builds, link implements'),
		('build', 'changeSet.items.0.msg', 'link implements'), ('build', 'changeSets',
			'commit, link deploys, link implements, link reverts'),
		('build', 'changeSets.0', 'commit, link deploys, link implements, link reverts'), ('build', 'changeSets.0.items',
			'commit, link deploys, link implements, link reverts'),
		('build', 'changeSets.0.items.0', 'commit, link deploys, link implements, link reverts'), ('build', 'result',
			'event SUCCESS, event success'),
		('build', 'url', 'build, deployment, event SUCCESS, event queued, event running, event success, link builds, link deploys, link '
			'part_of'),
		('node', 'displayName', 'deployment, event Deploy to staging, event failed, event running, link part_of'),
			('node', 'durationInMillis', 'event FAILED'),
		('node', 'result', 'event FAILED, event failed'), ('node', 'startTime',
			'deployment, event Deploy to staging, event FAILED, event failed, event running, link part_of'),
		('node', 'state', 'event FAILED, event failed'), ('notification', 'build.duration', 'event running'), ('notification',
			'build.scm', 'link builds, link deploys'),
		('notification', 'build.scm.commit', 'link builds, link deploys'), ('notification', 'build.status', 'event SUCCESS, event success'),
		('pipeline', 'queueDurationMillis', 'event queued'),
		('pipeline', 'stages', 'event Build, event Deploy to staging, event FAILED, event SUCCESS, event failed, event running, event '
			'skipped, link part_of'),
		('pipeline', 'stages.0', 'event Build, event SUCCESS, event running, link part_of'), ('pipeline', 'stages.0.durationMillis',
			'event SUCCESS'),
		('pipeline', 'stages.0.id', 'event Build, event SUCCESS, event running, link part_of'), ('pipeline', 'stages.0.name',
			'event Build'),
		('pipeline', 'stages.0.startTimeMillis', 'event Build, event SUCCESS, event running, link part_of'), ('pipeline',
			'stages.0.status', 'event SUCCESS'),
		('pipeline', 'stages.1', 'event Deploy to staging, event FAILED, event failed, event running, link part_of'), ('pipeline',
			'stages.1.durationMillis', 'event FAILED'),
		('pipeline', 'stages.1.id', 'event Deploy to staging, event FAILED, event running, link part_of'), ('pipeline', 'stages.1.name',
			'event Deploy to staging, event failed'),
		('pipeline', 'stages.1.startTimeMillis', 'event Deploy to staging, event FAILED, event failed, event running, link part_of'),
		('pipeline', 'stages.1.status', 'event FAILED, event failed'), ('pipeline', 'stages.2', 'event skipped'), ('pipeline',
			'stages.2.name', 'event skipped'),
		('pipeline', 'stages.2.status', 'event skipped'), ('pipeline', 'startTimeMillis', 'event queued, event running'), ('pipeline',
			'status', 'event SUCCESS, event success'),
		('run', 'changeSet', 'commit, link implements'), ('run', 'changeSet.0', 'commit, link implements'),
			('run', 'changeSet.0.commitId', 'commit, link implements'),
		('run', 'changeSet.0.msg', 'link implements'), ('run', 'enQueueTime', 'event queued'), ('run', 'result', 'event SUCCESS'),
		('run', 'startTime', 'event queued, event running'), ('stage', 'durationMillis', 'event FAILED'),
		('stage', 'name', 'deployment, event Deploy to staging, event failed, event running, link part_of'),
		('stage', 'startTimeMillis', 'deployment, event Deploy to staging, event FAILED, event failed, event running, link part_of'),
		('stage', 'status', 'event FAILED, event failed')$$, 'a member that is missing costs what it told');

SELECT finish();
ROLLBACK;
