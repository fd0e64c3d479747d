-- What Jenkins' payloads state: readers alone, then through the inbox in any order.
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS vsm;
SELECT plan(26);
SET LOCAL TimeZone = 'Asia/Tokyo';
SET LOCAL jit = off;
SET LOCAL client_min_messages = error;

CREATE TEMP TABLE sample (name text, payload jsonb);
INSERT INTO sample VALUES
('build', '{"_class": "org.jenkinsci.plugins.workflow.job.WorkflowRun", "number": 7, "url": '
	'"https://ci.example.com/job/shop/job/checkout/job/main/7/",
	"fullDisplayName": "Shop » Checkout » main #7", "building": false, "result": "SUCCESS", "timestamp": 1767974500000, "duration": 60500,
	"actions": [{"causes": [{"shortDescription": "Push event to branch main"}]}, {},
		{"_class": "jenkins.metrics.impl.TimeInQueueAction", "queuingDurationMillis": 2500},
		{"lastBuiltRevision": {"SHA1": "c000000000000000000000000000000000000001", "branch": [{"name": "refs/remotes/origin/main"}]}, '
			'"remoteUrls": ["git@git.example.com:shop/checkout.git"]},
		{"lastBuiltRevision": {"SHA1": "d000000000000000000000000000000000000001"}, "remoteUrls": '
			'["https://git.example.com/ci/library.git"]}],
	"changeSets": [{"kind": "git", "items": [{"commitId": "c000000000000000000000000000000000000001", "timestamp": 1767974400000, "msg": '
		'"SHOP-7: show the total"}]},
		{"kind": "git", "items": [{"commitId": "c000000000000000000000000000000000000000", "timestamp": 1767974300000, "msg": "tidy"}]}]}'),
('pipeline', '{"_links": {"self": {"href": "/job/shop/job/checkout/job/main/7/wfapi/describe"}}, "id": "7", "name": "#7", "status": '
	'"SUCCESS", "startTimeMillis": 1767974500000,
	"endTimeMillis": 1767974560500, "durationMillis": 60500, "queueDurationMillis": 2500, "stages": [
	{"id": "6", "name": "Build", "status": "SUCCESS", "startTimeMillis": 1767974501000, "durationMillis": 20000, "pauseDurationMillis": 0},
	{"id": "12", "name": "Deploy to staging", "status": "FAILED", "startTimeMillis": 1767974525000, "durationMillis": 30000, '
		'"pauseDurationMillis": 5000},
	{"id": "18", "name": "Smoke test", "status": "IN_PROGRESS", "startTimeMillis": 1767974556000, "durationMillis": 100}]}'),
('deploy', '{"number": 9, "url": "https://ci.example.com/jenkins/job/shop/job/deploy-production/9/", "building": false, "result": '
	'"SUCCESS", "timestamp": 1767978000000, "duration": 120000,
	"actions": [{"causes": [{"shortDescription": "Started by upstream", "upstreamProject": "shop/checkout/main", "upstreamBuild": 7, '
		'"upstreamUrl": "job/shop/job/checkout/job/main/"}]},
		{"lastBuiltRevision": {"SHA1": "c000000000000000000000000000000000000001", "branch": [{"name": "origin/main"}]}, "remoteUrls": '
			'["https://git.example.com/shop/checkout"]}],
	"changeSet": {"kind": "git", "items": []}}'),
('queued', '{"name": "main", "build": {"full_url": "https://ci.example.com/job/shop/job/checkout/job/main/7/", "number": 7, "phase": '
	'"QUEUED", "timestamp": 1767974497500}}'),
('started', '{"name": "main", "build": {"full_url": "https://ci.example.com/job/shop/job/checkout/job/main/7/", "number": 7, "phase": '
	'"STARTED", "timestamp": 1767974500000, "duration": 0,
	"scm": {"url": "git@git.example.com:shop/checkout.git", "branch": "origin/main", "commit": '
		'"c000000000000000000000000000000000000001"}}}'),
('completed', '{"name": "main", "build": {"full_url": "https://ci.example.com/job/shop/job/checkout/job/main/7/", "number": 7, "phase": '
	'"COMPLETED", "status": "SUCCESS", "timestamp": 1767974560500, "duration": 60500,
	"scm": {"url": "git@git.example.com:shop/checkout.git", "branch": "origin/main", "commit": '
		'"c000000000000000000000000000000000000001"}}}');
CREATE FUNCTION pg_temp.payload(name text) RETURNS jsonb LANGUAGE sql AS 'SELECT s.payload FROM sample AS s WHERE s.name = $1';

SELECT results_eq($$SELECT s.name, k.kind, k.reason FROM sample AS s, vsm.jenkins_kind(s.payload) AS k ORDER BY 1$$,
	$$VALUES ('build', 'build', NULL::text), ('completed', 'notification', NULL), ('deploy', 'build', NULL), ('pipeline', 'pipeline',
		NULL), ('queued', 'notification', NULL),
		('started', 'notification', NULL)$$, 'payloads are told by their shape');

-- Builds
CREATE TEMP TABLE fact AS SELECT f.* FROM vsm.read_jenkins_build('jenkins', pg_temp.payload('build'), vsm.default_names()) AS f;
SELECT results_eq($$SELECT at, value, id, details FROM fact WHERE fact = 'event' ORDER BY at$$,
	$$VALUES (timestamptz '2026-01-09 16:01:37.5+00', 'queued', 'jenkins:build:shop/checkout/main#7:queued', NULL),
		('2026-01-09 16:01:40+00', 'running', 'jenkins:build:shop/checkout/main#7:running', jsonb_build_object('repository',
			'shop/checkout', 'ref', 'main',
			'trigger', 'Push event to branch main', 'url', 'https://ci.example.com/job/shop/job/checkout/job/main/7/')),
		('2026-01-09 16:02:40.5+00', 'SUCCESS', 'jenkins:build:shop/checkout/main#7:finished', NULL)$$,
			'a build was queued, ran and ended');
SELECT results_eq($$SELECT value, name, method FROM fact WHERE fact = 'link' AND entity = 'jenkins:build:shop/checkout/main#7' ORDER BY 3,
	1$$,
	$$VALUES ('c000000000000000000000000000000000000001', 'builds', 'build'), ('d000000000000000000000000000000000000001', 'builds',
		'build'),
		('c000000000000000000000000000000000000000', 'builds', 'change set'), ('c000000000000000000000000000000000000001', 'builds',
			'change set')$$, 'the commits that it builds');
SELECT results_eq($$SELECT entity, details FROM fact WHERE fact = 'commit' ORDER BY 1$$,
	$$VALUES ('c000000000000000000000000000000000000000', jsonb_build_object('source', 'jenkins', 'repository', 'shop/checkout', 'title',
		'tidy', 'committed_at', timestamptz '2026-01-09 15:58:20+00')),
		('c000000000000000000000000000000000000001', jsonb_build_object('source', 'jenkins', 'repository', 'shop/checkout', 'title',
			'SHOP-7: show the total', 'committed_at', timestamptz '2026-01-09 16:00+00'))$$,
	'what has changed since the build before');
SELECT results_eq($$SELECT entity, value, method FROM fact WHERE name = 'implements'$$,
	$$VALUES ('c000000000000000000000000000000000000001', 'SHOP-7', 'key in title')$$, 'and the items it names');
SELECT is_empty($$SELECT * FROM fact WHERE fact NOT IN ('event', 'link', 'commit', 'build')$$, 'it deploys nothing');
SELECT set_eq($$SELECT DISTINCT entity FROM vsm.read_jenkins_build('jenkins:eu', pg_temp.payload('build') - 'url', vsm.default_names())
	WHERE fact = 'event'$$,
	$$VALUES ('jenkins:eu:build:Shop/Checkout/main#7')$$, 'without an address: the names that people see');
SELECT results_eq($$SELECT DISTINCT entity FROM vsm.read_jenkins_build('jenkins', pg_temp.payload('build')
	|| '{"url": "https://ci/view/all/job/a%20b/job/feature%252Fx/7/"}', vsm.default_names()) WHERE fact = 'event'$$,
	$$VALUES ('jenkins:build:a b/feature%2Fx#7')$$, 'names as Jenkins has them');
SELECT results_eq($$SELECT value FROM unnest(ARRAY['{"building": true}', '{"result": null}',
	'{"building": null, "result": "ABORTED"}']::jsonb[]) WITH ORDINALITY AS u (p, o),
		vsm.read_jenkins_build('jenkins', pg_temp.payload('build') || p, vsm.default_names()) WHERE fact = 'event' AND value <> 'queued'
			ORDER BY o, at$$,
	$$VALUES ('running'), ('running'), ('running'), ('ABORTED')$$, 'a build that is running has no end');
SELECT bag_eq($$SELECT f.* FROM jsonb_array_elements(vsm.jenkins_elements(jsonb_build_object('allBuilds',
	jsonb_build_array(pg_temp.payload('build'))))) AS e (build),
		vsm.read_jenkins_build('jenkins', e.build, vsm.default_names()) AS f$$, 'TABLE fact', 'in a list of builds');

-- Pipelines and stages
SELECT results_eq($$SELECT entity, at, value FROM vsm.read_jenkins_pipeline('jenkins', pg_temp.payload('pipeline'), vsm.default_names())
	WHERE fact = 'event' AND entity NOT LIKE '%deployment%' ORDER BY entity COLLATE "C", 2$$,
	$$VALUES ('jenkins:build:shop/checkout/main#7', timestamptz '2026-01-09 16:01:37.5+00', 'queued'),
		('jenkins:build:shop/checkout/main#7', '2026-01-09 16:01:40+00', 'running'),
		('jenkins:build:shop/checkout/main#7', '2026-01-09 16:01:41+00', 'Build'), ('jenkins:build:shop/checkout/main#7',
			'2026-01-09 16:02:05+00', 'Deploy to staging'),
		('jenkins:build:shop/checkout/main#7', '2026-01-09 16:02:36+00', 'Smoke test'), ('jenkins:build:shop/checkout/main#7',
			'2026-01-09 16:02:40.5+00', 'SUCCESS'),
		('jenkins:stage:shop/checkout/main#7:12', '2026-01-09 16:02:05+00', 'running'), ('jenkins:stage:shop/checkout/main#7:12',
			'2026-01-09 16:02:35+00', 'FAILED'),
		('jenkins:stage:shop/checkout/main#7:18', '2026-01-09 16:02:36+00', 'running'),
		('jenkins:stage:shop/checkout/main#7:6', '2026-01-09 16:01:41+00', 'running'), ('jenkins:stage:shop/checkout/main#7:6',
			'2026-01-09 16:02:01+00', 'SUCCESS')$$, 'a pipeline and its stages');
SELECT results_eq($$SELECT f.id, f.at, f.value FROM vsm.read_jenkins_pipeline('jenkins', pg_temp.payload('pipeline'), vsm.default_names())
	AS f JOIN fact USING (id) ORDER BY 2$$,
	$$SELECT id, at, value FROM fact WHERE fact = 'event' ORDER BY 2$$, 'its build is the same');
SELECT bag_eq($$SELECT f.* FROM vsm.read_jenkins_stage('jenkins', (pg_temp.payload('pipeline') #> '{stages,1}')
	|| '{"_links": {"self": {"href": "/job/shop/job/checkout/job/main/7/execution/node/12/wfapi/describe"}}}', vsm.default_names()) AS f$$,
	$$SELECT f.* FROM vsm.read_jenkins_pipeline('jenkins', pg_temp.payload('pipeline'), vsm.default_names()) AS f WHERE id LIKE '%#7:12%'
		OR entity LIKE '%#7:12%'$$, 'a stage alone');

-- Deployments
SELECT results_eq($$SELECT f.entity, jsonb_object_agg(c.key, c.value ORDER BY f.at) FROM vsm.read_jenkins_build('jenkins',
	pg_temp.payload('deploy'), vsm.default_names()) AS f, jsonb_each(f.details) AS c
		WHERE f.fact = 'deployment' GROUP BY 1$$,
	$$VALUES ('jenkins:deployment:shop/deploy-production#9', jsonb_build_object('source', 'jenkins', 'repository', 'shop/checkout',
		'environment', 'production', 'environment_tier', 'production',
		'sha', 'c000000000000000000000000000000000000001', 'ref', 'main', 'status', 'success', 'created_at',
			timestamptz '2026-01-09 17:00+00', 'started_at', timestamptz '2026-01-09 17:00+00',
		'finished_at', timestamptz '2026-01-09 17:02+00', 'url', 'https://ci.example.com/jenkins/job/shop/job/deploy-production/9/'))$$,
			'a job that deploys');
SELECT results_eq($$SELECT entity, name, value FROM vsm.read_jenkins_build('jenkins', pg_temp.payload('deploy'), vsm.default_names())
	WHERE fact = 'link' ORDER BY entity COLLATE "C", 2$$,
	$$VALUES ('jenkins:build:shop/deploy-production#9', 'builds', 'c000000000000000000000000000000000000001'),
		('jenkins:build:shop/deploy-production#9', 'part_of', 'jenkins:build:shop/checkout/main#7'),
		('jenkins:deployment:shop/deploy-production#9', 'deploys', 'c000000000000000000000000000000000000001'),
			('jenkins:deployment:shop/deploy-production#9', 'part_of', 'jenkins:build:shop/deploy-production#9')$$,
	'its commit and the build that started it');
SELECT results_eq($$SELECT details ->> 'environment', details ->> 'status' FROM vsm.read_jenkins_build('jenkins',
	jsonb_set(pg_temp.payload('deploy'), '{actions,2}',
		'{"parameters": [{"name": "TARGET", "value": "all"}, {"name": "ENVIRONMENT", "value": "live-eu"}]}', true)
			|| '{"result": "FAILURE"}', vsm.default_names()) WHERE fact = 'deployment' AND details ? 'status'$$,
	$$VALUES ('live-eu', 'failed')$$, 'its environment as a parameter');
SELECT results_eq($$SELECT entity, details ->> 'environment', details ->> 'environment_tier', details ->> 'status'
	FROM vsm.read_jenkins_pipeline('jenkins', pg_temp.payload('pipeline'), vsm.default_names()) WHERE fact = 'deployment'$$,
	$$VALUES ('jenkins:deployment:shop/checkout/main#7:12', 'staging', 'staging', 'failed')$$, 'a stage that deploys');
SELECT is_empty($$SELECT name, environment FROM (VALUES ('deploy-production', 'production'), ('Deploy to staging', 'staging'),
	('shop/deploy', NULL), ('shop/deploy-prod/main', 'prod'), ('Deployment (QA)', 'qa'),
	('redeployed', NULL)) AS v (name, environment) WHERE vsm.job_environment(name) IS DISTINCT FROM environment
		OR vsm.job_deploys(name) = (name = 'redeployed')$$, 'environments in names');

-- The Notification plugin
SELECT bag_eq($$SELECT f.id, f.at, f.value FROM sample AS s, vsm.read_jenkins_notification('jenkins', s.payload, vsm.default_names()) AS f
	WHERE s.name IN ('queued', 'completed') AND f.fact = 'event'$$,
	$$SELECT id, at, value FROM fact WHERE fact = 'event'$$, 'what is posted when a build was queued and has completed is what the API '
		'tells');
SELECT results_eq($$SELECT fact, at, value FROM vsm.read_jenkins_notification('jenkins', pg_temp.payload('started'), vsm.default_names())
	ORDER BY 1$$,
	$$VALUES ('build', timestamptz '2026-01-09 16:01:40+00', NULL), ('event', '2026-01-09 16:01:40+00', 'running'),
		('link', '2026-01-09 16:01:40+00', 'c000000000000000000000000000000000000001')$$, 'and when it has started');

-- What is refused
SELECT results_eq($$SELECT k.kind, k.reason FROM unnest(ARRAY['{"_class": "hudson.model.FreeStyleProject", "name": "x"}',
	'{"builds": [{"number": 1, "url": "u"}]}', '{"number": 1, "timestamp": 1}',
		'{"number": 1, "result": "SUCCESS", "fullDisplayName": "x #1"}', '{"inQueueSince": 1}',
			'{"build": {"phase": "STARTED", "full_url": "x"}}', '{"stages": [], "startTimeMillis": 1}', '{}']::jsonb[]) WITH ORDINALITY
				AS p (payload, o),
		vsm.jenkins_kind(p.payload) AS k ORDER BY o$$,
	$$VALUES ('job', 'it is about jobs, not builds'),
		('builds', 'one of its builds has no timestamp or no url: ask with ?tree=allBuilds[number,url,timestamp,duration,building,result,'
			'...]'),
		('build', 'it has neither url nor fullDisplayName'), ('build', 'it has no timestamp'), ('queue_item',
			'its build tells later how long it was queued'),
		('notification', 'its build.full_url is that of no build'), ('pipeline', 'its _links.self.href is that of no build'),
		('payload', 'its shape is not known: neither a build, a pipeline, a stage nor a notification')$$,
			'refused by name, with the reason');
SELECT is_empty($$SELECT url, repository FROM (VALUES ('git@github.com:shop/web.git', 'shop/web'),
	('https://user@git.example.com/a/b/c.git', 'a/b/c'), ('ssh://git@git.example.com:7999/shop/web.git', 'shop/web'),
	('https://github.com/shop/web/', 'shop/web'), ('web', NULL)) AS v (url, repository) WHERE vsm.git_repository(url) IS DISTINCT
		FROM repository$$, 'repositories by their remotes');

-- Through the inbox: in order, backwards and twice.
CALL vsm.create_model('forth');
CALL vsm.create_model('back');
INSERT INTO forth.inbox (source, payload) SELECT 'jenkins', payload FROM sample ORDER BY name;
SELECT is(vsm.ingest_once('forth'), ROW (6, 0)::vsm.ingested, 'all are read');
INSERT INTO back.inbox (source, payload) SELECT 'jenkins', payload FROM sample, generate_series(1, 2) ORDER BY name DESC;
DO $$BEGIN
	FOR i IN 1..2 * 6 LOOP
		PERFORM vsm.ingest_payloads('back', ARRAY(SELECT id FROM back.inbox ORDER BY id LIMIT 1));
	END LOOP;
END$$;
CREATE FUNCTION pg_temp.rows(model text) RETURNS TABLE (relation text, r jsonb) LANGUAGE plpgsql AS $$
BEGIN
	FOREACH relation IN ARRAY ARRAY['event', 'link', 'commit', 'deployment'] LOOP
		RETURN QUERY EXECUTE format('SELECT %L, to_jsonb(t) - ''recorded_at'' - ''xid'' FROM %I.%I AS t', relation, model, relation);
	END LOOP;
END$$;
SELECT is_empty($$(SELECT * FROM pg_temp.rows('forth') EXCEPT ALL SELECT * FROM pg_temp.rows('back')) UNION ALL (SELECT *
	FROM pg_temp.rows('back') EXCEPT ALL SELECT * FROM pg_temp.rows('forth'))$$,
	'backwards, one by one and twice: the same rows');
SELECT is((SELECT count(*) FROM forth.event WHERE entity = 'jenkins:build:shop/checkout/main#7'), 6::bigint,
	'a build told in four ways has each event once');
SELECT is((SELECT count(*) FROM forth.deployment), 2::bigint, 'and there are two deployments');

SELECT finish();
ROLLBACK;
