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

-- Every member down to the fourth level, and what may stand in its place.
CREATE TEMP TABLE mutant AS
WITH RECURSIVE member (sample, path, value) AS (
	SELECT s.sample, ARRAY[]::text[], s.payload FROM sample AS s
	UNION ALL
	SELECT m.sample, m.path || c.key, c.value
	FROM member AS m, LATERAL (
		SELECT o.key, o.value FROM jsonb_each(CASE jsonb_typeof(m.value) WHEN 'object' THEN m.value END) AS o
		UNION ALL
		SELECT (a.place - 1)::text, a.value FROM jsonb_array_elements(CASE jsonb_typeof(m.value) WHEN 'array' THEN m.value END)
			WITH ORDINALITY AS a (value, place)) AS c
	WHERE cardinality(m.path) < 4)
SELECT m.sample, m.path, p.place, CASE p.place WHEN 'none' THEN s.payload #- m.path ELSE jsonb_set(s.payload, m.path, p.value) END
	AS payload
FROM member AS m JOIN sample AS s USING (sample),
	(VALUES ('none', NULL::jsonb), ('null', 'null'), ('""', '""'), ('{}', '{}'), ('[]', '[]'), ('object', '{"a": {"b": 1}}'),
		('array', '[[1], null, {"a": 1}]'), ('false', 'false'),
		('number', '-17.5'), ('huge', '1e300'), ('text', '"some text"'), ('long', to_jsonb(repeat('x', 5000)))) AS p (place, value)
WHERE m.path <> '{}'
UNION ALL
SELECT s.sample, '{}', 'whole', s.payload FROM sample AS s;

CREATE TEMP TABLE told AS
SELECT m.sample, m.path, m.place, k.reason, f.*
FROM mutant AS m
	LEFT JOIN LATERAL vsm.jenkins_kind(m.payload) AS k ON true
	LEFT JOIN LATERAL (
		SELECT r.* FROM vsm.read_jenkins_build('jenkins', m.payload, vsm.default_names()) AS r WHERE k.kind = 'build' AND k.reason IS NULL
		UNION ALL SELECT r.* FROM vsm.read_jenkins_pipeline('jenkins', m.payload, vsm.default_names()) AS r WHERE k.kind = 'pipeline'
			AND k.reason IS NULL
		UNION ALL SELECT r.* FROM vsm.read_jenkins_stage('jenkins', m.payload, vsm.default_names()) AS r WHERE k.kind = 'stage'
			AND k.reason IS NULL
		UNION ALL SELECT r.* FROM vsm.read_jenkins_notification('jenkins', m.payload, vsm.default_names()) AS r
			WHERE k.kind = 'notification' AND k.reason IS NULL
		UNION ALL SELECT r.* FROM vsm.read_jenkins_run('jenkins', m.payload, vsm.default_names()) AS r WHERE k.kind = 'run' AND k.reason
			IS NULL
		UNION ALL SELECT r.* FROM vsm.read_jenkins_node('jenkins', m.payload, vsm.default_names()) AS r WHERE k.kind = 'node' AND k.reason
			IS NULL) AS f ON true;
SELECT is((SELECT count(*) FROM (SELECT DISTINCT sample, path, place FROM told) AS t), (SELECT count(*) FROM mutant),
	'whatever stands where, nothing raises');

-- A member that is null, empty or of another type is as good as none.
CREATE TEMP TABLE digest AS
SELECT t.sample, array_to_string(t.path, '.') AS path, t.place,
	md5(string_agg(concat_ws('|', t.reason, t.fact, t.entity, t.at, t.value, t.id, t.name, t.details), E'\n'
		ORDER BY concat_ws('|', t.reason, t.fact, t.entity, t.at, t.value, t.id, t.name, t.details) COLLATE "C")) AS digest
FROM told AS t GROUP BY 1, 2, 3;
SELECT results_eq($$SELECT d.sample, d.path, string_agg(d.place, ', ' ORDER BY d.place COLLATE "C") FROM digest AS d JOIN digest AS n
	ON (n.sample, n.path, n.place) = (d.sample, d.path, 'none')
	WHERE d.place IN ('null', '""', '{}', '[]', 'object', 'array', 'false') AND d.digest <> n.digest GROUP BY 1, 2 ORDER BY 1,
		d.path COLLATE "C"$$,
	$$VALUES ('build', 'actions.5.lastBuiltRevision', 'object, {}'), ('run', 'branch', 'object, {}'), ('run', 'changeSet.0.affectedPaths',
		'[], array')$$, 'what is null, empty or of another type is as good as none, but where that says something');

-- Without a member is lost what it told.
SELECT results_eq($$
	SELECT w.sample, array_to_string(m.path, '.') AS path, string_agg(DISTINCT w.fact || coalesce(' ' || coalesce(w.name, w.value), ''),
		', ')
	FROM mutant AS m JOIN told AS w ON w.sample = m.sample AND w.place = 'whole'
	WHERE m.place = 'none' AND w.fact IS NOT NULL AND NOT EXISTS (SELECT FROM told AS t WHERE (t.sample, t.path, t.place) = (m.sample,
		m.path, 'none') AND t.reason IS NOT NULL)
	AND NOT EXISTS (SELECT FROM told AS t WHERE (t.sample, t.path, t.place) = (m.sample, m.path, 'none') AND (t.fact, t.entity, t.value,
		t.id, t.name) IS NOT DISTINCT FROM (w.fact, w.entity, w.value, w.id, w.name))
	GROUP BY 1, m.path ORDER BY 1, array_to_string(m.path, '.') COLLATE "C"$$,
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
