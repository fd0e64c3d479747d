-- What a build of Jenkins deploys, told by the build, its pipeline and its stages in any order; of which commit.
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS vsm;
SELECT plan(14);
SET LOCAL TimeZone = 'UTC';
SET LOCAL jit = off;
SET LOCAL client_min_messages = error;

CREATE FUNCTION pg_temp.build(job text, number integer, result text, parameters jsonb DEFAULT '[]') RETURNS jsonb LANGUAGE sql AS $$
	SELECT jsonb_build_object('number', number, 'url', 'https://ci.example.com/job/' || replace(job, '/', '/job/') || '/' || number
		|| '/', 'building', result IS NULL, 'result', result,
		'timestamp', 1767974400000, 'duration', CASE WHEN result IS NULL THEN 0 ELSE 180000 END, 'actions',
			jsonb_build_array(jsonb_build_object('parameters', parameters),
			'{"lastBuiltRevision": {"SHA1": "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "branch": [{"name": "origin/main"}]}, '
				'"remoteUrls": ["https://git.example.com/shop/checkout.git"]}'::jsonb)) $$;
CREATE FUNCTION pg_temp.stage(job text, number integer, id text, name text, status text, at bigint) RETURNS jsonb LANGUAGE sql AS $$
	SELECT jsonb_build_object('_links', jsonb_build_object('self', jsonb_build_object('href', '/job/' || replace(job, '/', '/job/') || '/'
		|| number || '/execution/node/' || id || '/wfapi/describe')),
		'id', id, 'name', name, 'status', status, 'startTimeMillis', at, 'durationMillis', 30000) $$;
CREATE FUNCTION pg_temp.pipeline(job text, number integer, status text, VARIADIC stages jsonb[]) RETURNS jsonb LANGUAGE sql AS $$
	SELECT jsonb_build_object('_links', jsonb_build_object('self', jsonb_build_object('href', '/job/' || replace(job, '/', '/job/') || '/'
		|| number || '/wfapi/describe')),
		'id', number, 'name', '#' || number, 'status', status, 'startTimeMillis', 1767974400000, 'endTimeMillis', 1767974580000,
			'durationMillis', 180000, 'stages', stages) $$;

CREATE TEMP TABLE payload (place integer GENERATED ALWAYS AS IDENTITY, payload jsonb);
INSERT INTO payload (payload) VALUES
	-- its checks before and after are no deployments
	(pg_temp.build('shop/deploy-production', 7, 'SUCCESS')), (pg_temp.build('shop/deploy-production', 7, NULL)),
	(pg_temp.pipeline('shop/deploy-production', 7, 'SUCCESS', pg_temp.stage('shop/deploy-production', 7, '6', 'Pre-deploy checks',
		'SUCCESS', 1767974401000),
		pg_temp.stage('shop/deploy-production', 7, '9', 'Deploy to production', 'SUCCESS', 1767974431000),
			pg_temp.stage('shop/deploy-production', 7, '12', 'Verify deployment', 'SUCCESS', 1767974491000))),
	-- the stage that deploys was not executed
	(pg_temp.build('shop/deploy-production', 8, 'SUCCESS')),
	(pg_temp.pipeline('shop/deploy-production', 8, 'SUCCESS', pg_temp.stage('shop/deploy-production', 8, '9', 'Deploy to production',
		'NOT_EXECUTED', 0))),
	-- it deployed, and what came after failed
	(pg_temp.build('shop/deploy-production', 9, 'FAILURE')), (pg_temp.stage('shop/deploy-production', 9, '9', 'Deploy to production',
		'SUCCESS', 1767974431000)),
	-- no stage has the word
	(pg_temp.build('shop/deploy-production', 10, 'FAILURE')), (pg_temp.pipeline('shop/deploy-production', 10, 'FAILED',
		pg_temp.stage('shop/deploy-production', 10, '9', 'Rollout', 'FAILED', 1767974431000))),
	-- a parameter says more than the name of a stage
	(pg_temp.build('shop/deploy', 11, 'SUCCESS', '[{"name": "ENVIRONMENT", "value": "production"}]')), (pg_temp.stage('shop/deploy', 11,
		'9', 'Deploy to cluster', 'SUCCESS', 1767974431000)),
	-- a job that does not deploy, two of whose stages do
	(pg_temp.build('shop/web/main', 12, 'SUCCESS')),
	(pg_temp.pipeline('shop/web/main', 12, 'SUCCESS', pg_temp.stage('shop/web/main', 12, '6', 'Deploy to staging', 'SUCCESS',
		1767974401000),
		pg_temp.stage('shop/web/main', 12, '9', 'Deploy to production', 'SUCCESS', 1767974461000))),
	-- a branch that somebody called so
	(pg_temp.build('shop/web/feature%252Fdeploy-fix', 13, 'SUCCESS'));

-- Forth, back and in another order; together and one by one.
CREATE FUNCTION pg_temp.load(model text, key text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	CALL vsm.create_model(model);
	EXECUTE format('INSERT INTO %I.inbox (source, payload) SELECT ''jenkins'', payload FROM payload ORDER BY %s', model, key);
END$$;
DO $$BEGIN
	PERFORM pg_temp.load('forth', 'place'), pg_temp.load('back', '- place'), pg_temp.load('mixed', 'place * 5 % 13');
END$$;
SELECT is(vsm.ingest_once('forth'), ROW (14, 0)::vsm.ingested, 'all are read');
DO $$BEGIN
	FOR i IN 1..14 LOOP
		PERFORM vsm.ingest_payloads('back', ARRAY(SELECT id FROM back.inbox ORDER BY id LIMIT 1));
		PERFORM vsm.ingest_payloads('mixed', ARRAY(SELECT id FROM mixed.inbox ORDER BY id LIMIT 1));
	END LOOP;
END$$;
SELECT results_eq($$SELECT substr(deployment, 20), environment, environment_tier, status, left(sha, 1), started_at::time::text,
	finished_at::time::text FROM forth.deployment ORDER BY deployment COLLATE "C"$$,
	$$VALUES ('shop/deploy#11', 'production', 'production', 'success', 'a', '16:00:31', '16:01:01'),
		('shop/deploy-production#10', 'production', 'production', 'failed', 'a', '16:00:00', '16:03:00'),
		('shop/deploy-production#7', 'production', 'production', 'success', 'a', '16:00:31', '16:01:01'),
		('shop/deploy-production#8', 'production', 'production', 'skipped', 'a', '16:00:00', '16:03:00'),
		('shop/deploy-production#9', 'production', 'production', 'success', 'a', '16:00:31', '16:01:01'),
		('shop/web/main#12:6', 'staging', 'staging', 'success', 'a', '16:00:01', '16:00:31'),
		('shop/web/main#12:9', 'production', 'production', 'success', 'a', '16:01:01', '16:01:31')$$,
	'a job that deploys deploys once a build: what its stage says holds, of the commit that the build has');
SELECT results_eq($$SELECT substr(entity, 20), state, at::time::text FROM forth.event
	WHERE entity LIKE 'jenkins:deployment:shop/deploy-production#%' ORDER BY entity COLLATE "C", at$$,
	$$VALUES ('shop/deploy-production#10', 'running', '16:00:00'), ('shop/deploy-production#10', 'failed', '16:03:00'),
		('shop/deploy-production#7', 'running', '16:00:00'),
		('shop/deploy-production#7', 'success', '16:01:01'), ('shop/deploy-production#8', 'running', '16:00:00'),
			('shop/deploy-production#8', 'skipped', '16:03:00'),
		('shop/deploy-production#9', 'running', '16:00:00'), ('shop/deploy-production#9', 'success', '16:01:01')$$, 'and so do its events');
CREATE FUNCTION pg_temp.rows(model text) RETURNS TABLE (relation text, r jsonb) LANGUAGE plpgsql AS $$
BEGIN
	FOREACH relation IN ARRAY ARRAY['event', 'link', 'commit', 'build', 'deployment'] LOOP
		RETURN QUERY EXECUTE format('SELECT %L, to_jsonb(t) - ''recorded_at'' - ''xid'' - ''told_at'' FROM %I.%I AS t', relation, model,
			relation);
	END LOOP;
END$$;
SELECT bag_eq($$SELECT * FROM pg_temp.rows('back')$$, $$SELECT * FROM pg_temp.rows('forth')$$, 'backwards, one by one: the same rows');
SELECT bag_eq($$SELECT * FROM pg_temp.rows('mixed')$$, $$SELECT * FROM pg_temp.rows('forth')$$, 'in another order: the same rows');
SELECT results_eq($$SELECT substr(build, 15), repository, job, left(sha, 1), ref, attempt, status, started_at::time::text,
	finished_at::time::text FROM forth.build WHERE build LIKE '%#12'$$,
	$$VALUES ('shop/web/main#12', 'shop/checkout', 'shop/web/main', 'a', 'main', 1, 'SUCCESS', '16:00:00', '16:03:00')$$,
		'builds have a row of their own');

-- Names
SELECT is_empty($$SELECT name, deploys FROM (VALUES ('Pre-deploy checks', false), ('Verify deployment', false),
	('Approve deploy to production', false), ('Wait for the deployment', false), ('Deployment tests', false),
	('Test and deploy', true), ('Deploy', true), ('deploy-test', true), ('Deploy checkout', true), ('undeploy', false),
		('Post-deployment', false), ('Deploy to review', true)) AS v (name, deploys)
	WHERE vsm.job_deploys(name) <> deploys OR (vsm.job_target(vsm.default_names(), 'stage', name) IS NOT NULL) <> deploys$$,
		'which stages deploy, by their names');
SELECT results_eq($$SELECT DISTINCT f.entity, f.details ->> 'environment' FROM vsm.names_of(ARRAY[ROW ('job', 'shop/ship', 'live'),
	ROW ('stage', 'Verify deployment', 'deploy'), ROW ('stage', 'Deploy docs', 'none')]::vsm.name_meaning[]
		|| ARRAY(SELECT ROW (d.kind, d.name, d.meaning)::vsm.name_meaning FROM vsm.default_naming() AS d)) AS n (names),
		LATERAL (SELECT * FROM vsm.read_jenkins_build('jenkins', pg_temp.build('shop/ship', 3, 'SUCCESS'), n.names)
			UNION ALL SELECT * FROM vsm.read_jenkins_stage('jenkins', pg_temp.stage('a', 1, '2', 'Verify deployment', 'SUCCESS',
				1767974431000), n.names)
			UNION ALL SELECT * FROM vsm.read_jenkins_stage('jenkins', pg_temp.stage('a', 1, '3', 'Deploy docs', 'SUCCESS', 1767974431000),
				n.names)) AS f
	WHERE f.fact = 'deployment' AND f.details ? 'status' ORDER BY 1$$,
	$$VALUES ('jenkins:deployment:a#1:2', NULL), ('jenkins:deployment:shop/ship#3', 'live')$$, 'and by what the installation says of them');

-- Revisions
CREATE FUNCTION pg_temp.revisions(changes text, named text DEFAULT 'x') RETURNS TABLE (repository text, sha text) LANGUAGE sql AS $$
	SELECT v ->> 'repository', left(v ->> 'sha', 1) FROM vsm.jenkins_revision(
		'[{"lastBuiltRevision": {"SHA1": "1111111111111111111111111111111111111111", "branch": [{"name": "main"}]}, "remoteUrls": '
			'["https://git.example.com/ci/library.git"]}, null, {},
		  {"lastBuiltRevision": {"SHA1": "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "branch": [{"name": "origin/main"}, '
			'{"name": "main"}]}, "remoteUrls": ["git@git.example.com:shop/checkout.git"]}]',
		jsonb_build_array(jsonb_build_object('items', changes::jsonb)), vsm.names_of(ARRAY[ROW ('service', named,
			'checkout')]::vsm.name_meaning[])) AS v $$;
SELECT results_eq($$SELECT * FROM pg_temp.revisions('[{"commitId": "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}]')$$,
	$$VALUES ('shop/checkout', 'a')$$, 'of several revisions the one among the changes');
SELECT results_eq($$SELECT * FROM pg_temp.revisions('[]')$$, $$VALUES (NULL::text, NULL::text)$$, 'without changes none, never the first');
SELECT results_eq($$SELECT * FROM pg_temp.revisions('[]', 'shop/checkout')$$, $$VALUES ('shop/checkout', 'a')$$,
	'or that whose repository is a service');

-- What is no SHA, and has no end
SELECT is_empty($$SELECT f.* FROM vsm.read_jenkins_build('jenkins', pg_temp.build('a', 1, 'SUCCESS')
	|| '{"actions": [], "changeSet": {"kind": "svn", "items": [{"commitId": "3097", "timestamp": 1, "msg": "A-1: x"}]}}',
	vsm.default_names()) AS f WHERE f.fact NOT IN ('event', 'build') AND f.entity IS NOT NULL$$, 'a revision of Subversion is no commit');
SELECT results_eq($$SELECT k.reason FROM unnest(ARRAY['{"duration": null}', '{"duration": -1}',
	'{"duration": 0, "building": true}']::jsonb[]) WITH ORDINALITY AS p (part, o),
		vsm.jenkins_kind(pg_temp.build('a', 1, 'SUCCESS') || p.part) AS k ORDER BY o$$,
	$$VALUES ('it has no duration'), ('its duration is negative'), (NULL)$$, 'a build that has ended has a duration');

-- Blue Ocean and wfapi tell the same of a stage.
SELECT bag_eq($$SELECT f.* FROM vsm.read_jenkins_node('jenkins',
	'{"_links": {"self": {"href": '
		'"/blue/rest/organizations/jenkins/pipelines/shop/pipelines/web/branches/feature%252Fx/runs/7/nodes/12/"}}, "id": "12",
		"displayName": "Deploy to staging", "result": "FAILURE", "state": "FINISHED", "startTime": "2026-01-09T16:00:31.000+0000", '
			'"durationInMillis": 30000, "type": "STAGE"}', vsm.default_names()) AS f$$,
	$$SELECT f.* FROM vsm.read_jenkins_stage('jenkins', pg_temp.stage('shop/web/feature%252Fx', 7, '12', 'Deploy to staging', 'FAILED',
		1767974431000), vsm.default_names()) AS f$$,
	'Blue Ocean tells the same of a stage as wfapi');

SELECT finish();
ROLLBACK;
