-- Builds of Jenkins into the model, beside the same rows by hand, as jsonb has them: into tables with the same keys, and nothing if a
-- build is not what it should be, comes twice or in another order. And beside when each began and ended, and no more.
-- @needs jenkins_payload

-- @setup
SET client_min_messages = error;
CALL vsm.create_model('jenkins');
CREATE SCHEMA jenkins_hand;
CREATE TABLE jenkins_hand.event (LIKE jenkins.event INCLUDING DEFAULTS, PRIMARY KEY (entity, source, event_id));
CREATE TABLE jenkins_hand.link (LIKE jenkins.link INCLUDING DEFAULTS, PRIMARY KEY (source, target, kind, method));
CREATE TABLE jenkins_hand.commit (LIKE jenkins.commit INCLUDING DEFAULTS, PRIMARY KEY (sha));
CREATE TABLE jenkins_hand.build (LIKE jenkins.build INCLUDING DEFAULTS, PRIMARY KEY (build));
CREATE TABLE jenkins_hand.deployment (LIKE jenkins.deployment INCLUDING DEFAULTS, PRIMARY KEY (deployment));
CREATE TABLE jenkins_event (source text, event_id text, entity text, at timestamptz, state text, PRIMARY KEY (source, event_id));

-- @run ingest_jenkins
CALL vsm.ingest('jenkins')

-- @before ingest_jenkins
TRUNCATE jenkins.inbox, jenkins.event, jenkins.item, jenkins.item_alias, jenkins.item_change, jenkins.observation, jenkins.link,
	jenkins.commit, jenkins.merge_request, jenkins.build, jenkins.deployment, jenkins.incident;
INSERT INTO jenkins.inbox (source, payload) SELECT 'jenkins', payload FROM jenkins_payload ORDER BY id;
ANALYZE jenkins.inbox;

-- @run jenkins_by_hand
WITH told AS MATERIALIZED (
	SELECT w.p, e.name, regexp_replace(e.name, '#.*$', '') AS job, to_timestamp((w.p ->> 'timestamp')::bigint / 1000.0) AS started_at,
		to_timestamp(((w.p ->> 'timestamp')::bigint + (w.p ->> 'duration')::bigint) / 1000.0) AS finished_at, w.p ->> 'result' AS status
	FROM (SELECT payload::jsonb AS p FROM jenkins_payload OFFSET 0) AS w,
		LATERAL (SELECT regexp_replace(regexp_replace(w.p ->> 'url', '^https://[^/]+/job/(.*)/(\d+)/$', '\1#\2'), '/job/', '/', 'g') AS name
			OFFSET 0) AS e),
build AS MATERIALIZED (
	SELECT t.*, 'jenkins:build:' || t.name AS build, a.waited, a.sha, a.ref,
		regexp_replace(a.remote, '^https://[^/]+/(.*)\.git$', '\1') AS repository,
		t.job LIKE '%deploy-production' AS deploys, 'jenkins:deployment:' || t.name AS deployment,
		CASE t.status WHEN 'SUCCESS' THEN 'success' ELSE 'failed' END AS deployed
	FROM told AS t, LATERAL (
		SELECT max((x ->> 'queuingDurationMillis')::bigint) * interval '1 millisecond' AS waited,
			max(x #>> '{lastBuiltRevision,SHA1}') AS sha, max(x #>> '{lastBuiltRevision,branch,0,name}') AS ref,
			max(x #>> '{remoteUrls,0}') AS remote
		FROM jsonb_array_elements(t.p -> 'actions') AS x) AS a),
change AS MATERIALIZED (
	SELECT b.repository, i, to_timestamp((i ->> 'timestamp')::bigint / 1000.0) AS at
	FROM build AS b, jsonb_array_elements(b.p -> 'changeSets') AS c, jsonb_array_elements(c -> 'items') AS i),
events AS (
	INSERT INTO jenkins_hand.event (source, entity, event_id, at, state, attributes)
	SELECT 'jenkins', b.build, b.build || ':' || v.event, v.at, v.state, v.attributes
	FROM build AS b, LATERAL (VALUES ('queued', b.started_at - b.waited, 'queued', NULL::jsonb),
		('running', b.started_at, 'running', jsonb_build_object('ref', b.ref, 'url', b.p ->> 'url', 'repository', b.repository)),
		('finished', b.finished_at, b.status, NULL)) AS v (event, at, state, attributes)
	UNION ALL
	SELECT 'jenkins', b.deployment, b.deployment || ':' || v.state, v.at, v.state, NULL
	FROM build AS b, LATERAL (VALUES (b.started_at, 'running'), (b.finished_at, b.deployed)) AS v (at, state) WHERE b.deploys),
commits AS (
	INSERT INTO jenkins_hand.commit (sha, repository, committed_at, title, source, updated_at, author_kind, paths)
	SELECT c.i ->> 'commitId', c.repository, c.at, c.i ->> 'msg', 'jenkins', c.at, 'person',
		ARRAY(SELECT jsonb_array_elements_text(c.i -> 'affectedPaths'))
	FROM change AS c),
builds AS (
	INSERT INTO jenkins_hand.build (build, repository, job, sha, ref, attempt, status, queued_at, started_at, finished_at, url, source,
		updated_at)
	SELECT b.build, b.repository, b.job, b.sha, b.ref, 1, b.status, b.started_at - b.waited, b.started_at, b.finished_at, b.p ->> 'url',
		'jenkins', b.finished_at
	FROM build AS b),
deployments AS (
	INSERT INTO jenkins_hand.deployment (deployment, repository, environment, environment_tier, sha, ref, status, created_at, started_at,
		finished_at, url, source, updated_at)
	SELECT b.deployment, b.repository, 'production', 'production', b.sha, b.ref, b.deployed, b.started_at, b.started_at, b.finished_at,
		b.p ->> 'url', 'jenkins', b.finished_at
	FROM build AS b WHERE b.deploys)
INSERT INTO jenkins_hand.link (source, target, kind, method, confidence)
SELECT l.source, l.target, l.kind, l.method, 1
FROM (
	SELECT c.i ->> 'commitId' AS source, substring(c.i ->> 'msg' FROM '[A-Z]+-[0-9]+') AS target, 'implements' AS kind,
		'key in title' AS method
	FROM change AS c
	UNION ALL
	SELECT b.build, b.sha, 'builds', 'build' FROM build AS b
	UNION ALL
	SELECT b.deployment, v.target, v.kind, 'build'
	FROM build AS b, LATERAL (VALUES (b.build, 'part_of'), (b.sha, 'deploys')) AS v (target, kind) WHERE b.deploys) AS l

-- @before jenkins_by_hand
TRUNCATE jenkins_hand.event, jenkins_hand.link, jenkins_hand.commit, jenkins_hand.build, jenkins_hand.deployment;

-- @run jenkins_times_by_hand
INSERT INTO jenkins_event
SELECT 'jenkins', e.entity || ':' || s.event, e.entity, s.at, s.state
FROM (SELECT payload::jsonb AS p FROM jenkins_payload OFFSET 0) AS w,
	jsonb_to_record(p) AS r (url text, number integer, result text, timestamp bigint, duration bigint),
	LATERAL (SELECT 'build:' || regexp_replace(regexp_replace(r.url, '^https://[^/]+/job/(.*)/(\d+)/$', '\1#\2'), '/job/', '/', 'g')
		AS entity) AS e,
	LATERAL (VALUES ('running', 'running', to_timestamp(r.timestamp / 1000.0)), ('finished', r.result,
		to_timestamp((r.timestamp + r.duration) / 1000.0))) AS s (event, state, at)

-- @before jenkins_times_by_hand
TRUNCATE jenkins_event;

-- @ratio ingest_jenkins_vs_jsonb ingest_jenkins / jenkins_by_hand <= 2
-- @ratio ingest_jenkins_vs_times ingest_jenkins / jenkins_times_by_hand

-- @same ingest_jenkins_vs_jsonb
-- The same commits, builds, deployments, links and events.
SELECT d.*
FROM (
	(
		SELECT sha, repository, title, committed_at::text AS at FROM jenkins.commit
		EXCEPT ALL SELECT sha, repository, title, committed_at::text AS at FROM jenkins_hand.commit)
	UNION ALL
	(
		SELECT build, job || attempt, sha || status, concat_ws(' ', queued_at, started_at, finished_at) FROM jenkins.build
		EXCEPT ALL SELECT build, job || attempt, sha || status, concat_ws(' ', queued_at, started_at, finished_at) FROM jenkins_hand.build)
	UNION ALL
	(
		SELECT deployment, sha, status, finished_at::text FROM jenkins.deployment
		EXCEPT ALL SELECT deployment, sha, status, finished_at::text FROM jenkins_hand.deployment)
	UNION ALL
	(
		SELECT source, target, kind, method FROM jenkins.link
		EXCEPT ALL SELECT source, target, kind, method FROM jenkins_hand.link)
	UNION ALL
	(
		SELECT entity, state, NULL, at::text FROM jenkins.event
		EXCEPT ALL SELECT entity, state, NULL, at::text FROM jenkins_hand.event)) AS d
LIMIT 10

-- @same ingest_jenkins_vs_times
SELECT e.* FROM jenkins_event AS e
WHERE NOT EXISTS (SELECT FROM jenkins.event AS o WHERE o.entity = 'jenkins:' || e.entity AND o.at = e.at AND o.state = e.state)
LIMIT 10
