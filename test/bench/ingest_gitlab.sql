-- Webhooks of GitLab into the model, beside the same rows by hand, as jsonb has them: into tables with the same keys, and nothing if a
-- webhook is not what it should be, comes twice or in another order. And beside one event a webhook, and no more.
-- @needs gitlab_payload

-- @setup
SET client_min_messages = error;
CALL vsm.create_model('gitlab');
CREATE SCHEMA gitlab_hand;
CREATE TABLE gitlab_hand.event (LIKE gitlab.event INCLUDING DEFAULTS, PRIMARY KEY (entity, source, event_id));
CREATE TABLE gitlab_hand.item (LIKE gitlab.item INCLUDING DEFAULTS, PRIMARY KEY (item));
CREATE TABLE gitlab_hand.alias (LIKE gitlab.item_alias INCLUDING DEFAULTS, PRIMARY KEY (alias, item));
CREATE TABLE gitlab_hand.link (LIKE gitlab.link INCLUDING DEFAULTS, PRIMARY KEY (source, target, kind, method));
CREATE TABLE gitlab_hand.commit (LIKE gitlab.commit INCLUDING DEFAULTS, PRIMARY KEY (sha));
CREATE TABLE gitlab_hand.request (LIKE gitlab.merge_request INCLUDING DEFAULTS, PRIMARY KEY (merge_request));
CREATE TABLE gitlab_hand.build (LIKE gitlab.build INCLUDING DEFAULTS, PRIMARY KEY (build));
CREATE TABLE gitlab_hand.deployment (LIKE gitlab.deployment INCLUDING DEFAULTS, PRIMARY KEY (deployment));
CREATE TABLE gitlab_event (source text, event_id text, entity text, at timestamptz, state text, PRIMARY KEY (source, event_id));

-- @run ingest_gitlab
CALL vsm.ingest('gitlab')

-- @before ingest_gitlab
TRUNCATE gitlab.inbox, gitlab.event, gitlab.item, gitlab.item_alias, gitlab.item_change, gitlab.observation, gitlab.link, gitlab.commit,
	gitlab.merge_request, gitlab.build, gitlab.deployment, gitlab.incident;
INSERT INTO gitlab.inbox (source, payload) SELECT 'gitlab', payload FROM gitlab_payload ORDER BY id;
ANALYZE gitlab.inbox;

-- @run gitlab_by_hand
WITH told AS MATERIALIZED (
	SELECT p, p ->> 'object_kind' AS kind, p -> 'object_attributes' AS o, p #>> '{project,path_with_namespace}' AS path
	FROM (SELECT payload::jsonb AS p FROM gitlab_payload OFFSET 0) AS w),
issue AS (
	SELECT t.o, 'gitlab:issue:' || (t.o ->> 'id') AS item, t.path || '#' || (t.o ->> 'iid') AS key, (t.o ->> 'created_at')::timestamptz
		AS created_at, t.path, t.p -> 'labels' AS labels
	FROM told AS t WHERE t.kind = 'issue'),
request AS MATERIALIZED (
	SELECT t.o, 'gitlab:merge_request:' || (t.o ->> 'id') AS request, t.path || '!' || (t.o ->> 'iid') AS key, t.path,
		(t.o ->> 'created_at')::timestamptz AS created_at, (t.o ->> 'updated_at')::timestamptz AS updated_at,
		t.o ->> 'merge_commit_sha' AS merge_sha, t.o #>> '{last_commit,id}' AS head_sha
	FROM told AS t WHERE t.kind = 'merge_request'),
pushed AS MATERIALIZED (
	SELECT c, t.path, (c ->> 'timestamp')::timestamptz AS at
	FROM told AS t, jsonb_array_elements(t.p -> 'commits') AS c WHERE t.kind = 'push'),
pipeline AS MATERIALIZED (
	SELECT t.o, t.p, 'gitlab:pipeline:' || (t.o ->> 'id') AS pipeline, t.path, t.o ->> 'sha' AS sha
	FROM told AS t WHERE t.kind = 'pipeline'),
job AS MATERIALIZED (
	SELECT b, 'gitlab:job:' || (b ->> 'id') AS job, p.pipeline, p.path, p.sha, p.o
	FROM pipeline AS p, jsonb_array_elements(p.p -> 'builds') AS b),
deployed AS MATERIALIZED (
	SELECT t.p, 'gitlab:deployment:' || (t.p ->> 'deployment_id') AS deployment, t.path, t.p ->> 'status' AS status,
		(t.p ->> 'status_changed_at')::timestamptz AS at, split_part(t.p ->> 'commit_url', '/commit/', 2) AS sha
	FROM told AS t WHERE t.kind = 'deployment'),
events AS (
	INSERT INTO gitlab_hand.event (source, entity, event_id, at, state)
	SELECT 'gitlab', e.entity, coalesce(e.event_id, e.entity || ':' || e.state), e.at, e.state
	FROM (
		SELECT i.item AS entity, i.created_at AS at, 'opened' AS state, NULL AS event_id FROM issue AS i
		UNION ALL
		SELECT r.request, r.updated_at, r.o ->> 'state', NULL FROM request AS r
		UNION ALL
		SELECT 'gitlab:branch:' || t.path || '@' || split_part(t.p ->> 'ref', '/', 3), (t.p #>> '{commits,0,timestamp}')::timestamptz,
			'pushed', t.p ->> 'after'
		FROM told AS t WHERE t.kind = 'push'
		UNION ALL
		SELECT p.pipeline, v.at, v.state, NULL
		FROM pipeline AS p, LATERAL (VALUES ((p.o ->> 'created_at')::timestamptz, 'created'),
			((p.o ->> 'created_at')::timestamptz + (p.o ->> 'queued_duration')::float8 * interval '1 second', 'running'),
			((p.o ->> 'finished_at')::timestamptz, p.o ->> 'status')) AS v (at, state)
		UNION ALL
		SELECT j.job, v.at, v.state, NULL
		FROM job AS j, LATERAL (VALUES ((j.b ->> 'created_at')::timestamptz, 'created'),
			((j.b ->> 'started_at')::timestamptz - (j.b ->> 'queued_duration')::float8 * interval '1 second', 'pending'),
			((j.b ->> 'started_at')::timestamptz, 'running'), ((j.b ->> 'finished_at')::timestamptz, j.b ->> 'status')) AS v (at, state)
		UNION ALL
		SELECT j.pipeline, (j.b ->> 'started_at')::timestamptz, j.b ->> 'stage', j.job || ':stage' FROM job AS j
		UNION ALL
		SELECT d.deployment, d.at, d.status, NULL FROM deployed AS d) AS e),
items AS (
	INSERT INTO gitlab_hand.item (item, title, url, created_at, tags, source, key, project, source_type, updated_at, type)
	SELECT i.item, i.o ->> 'title', i.o ->> 'url', i.created_at, i.labels, 'gitlab', i.key, i.path, lower(i.o ->> 'type'),
		(i.o ->> 'updated_at')::timestamptz, 'feature'
	FROM issue AS i),
aliases AS (
	INSERT INTO gitlab_hand.alias (alias, item, since)
	SELECT i.key, i.item, i.created_at FROM issue AS i
	UNION ALL SELECT r.key, r.request, r.created_at FROM request AS r WHERE r.merge_sha IS NULL),
commits AS (
	INSERT INTO gitlab_hand.commit (sha, repository, committed_at, title, url, source, updated_at, author_kind, paths)
	SELECT p.c ->> 'id', p.path, p.at, p.c ->> 'title', p.c ->> 'url', 'gitlab', p.at, 'person',
		ARRAY(SELECT jsonb_array_elements_text((p.c -> 'added') || (p.c -> 'modified') || (p.c -> 'removed')))
	FROM pushed AS p
	UNION ALL
	SELECT r.head_sha, r.path, (r.o #>> '{last_commit,timestamp}')::timestamptz, r.o #>> '{last_commit,title}', r.o #>> '{last_commit,url}',
		'gitlab', (r.o #>> '{last_commit,timestamp}')::timestamptz, 'person', NULL
	FROM request AS r WHERE r.merge_sha IS NULL),
requests AS (
	INSERT INTO gitlab_hand.request (merge_request, repository, title, url, source_branch, target_branch, state, created_at, merged_at,
		source, updated_at, author_kind)
	SELECT r.request, r.path, r.o ->> 'title', r.o ->> 'url', r.o ->> 'source_branch', r.o ->> 'target_branch', r.o ->> 'state',
		r.created_at, r.updated_at, 'gitlab', r.updated_at, 'person'
	FROM request AS r WHERE r.merge_sha IS NOT NULL),
builds AS (
	INSERT INTO gitlab_hand.build (build, repository, job, sha, ref, status, queued_at, started_at, finished_at, url, source, updated_at)
	SELECT p.pipeline, p.path, NULL, p.sha, p.o ->> 'ref', p.o ->> 'status', (p.o ->> 'created_at')::timestamptz, NULL,
		(p.o ->> 'finished_at')::timestamptz, p.o ->> 'url', 'gitlab', (p.o ->> 'finished_at')::timestamptz
	FROM pipeline AS p
	UNION ALL
	SELECT j.job, j.path, j.b ->> 'name', j.sha, j.o ->> 'ref', j.b ->> 'status', (j.b ->> 'created_at')::timestamptz,
		(j.b ->> 'started_at')::timestamptz, (j.b ->> 'finished_at')::timestamptz, NULL, 'gitlab', (j.b ->> 'finished_at')::timestamptz
	FROM job AS j),
deployments AS (
	INSERT INTO gitlab_hand.deployment (deployment, repository, environment, environment_tier, sha, ref, status, started_at, finished_at,
		url, source, updated_at)
	SELECT d.deployment, max(d.path), max(d.p ->> 'environment'), max(d.p ->> 'environment_tier'), max(d.sha), max(d.p ->> 'ref'),
		(array_agg(d.status ORDER BY d.at DESC))[1], min(d.at), max(d.at), max(d.p ->> 'deployable_url'), 'gitlab', max(d.at)
	FROM deployed AS d GROUP BY d.deployment)
INSERT INTO gitlab_hand.link (source, target, kind, method, confidence)
SELECT l.source, l.target, l.kind, l.method, 1
FROM (
	SELECT p.c ->> 'id' AS source, substring(p.c ->> 'message' FROM '[A-Z]+-[0-9]+') AS target, 'implements' AS kind,
		'key in title' AS method
	FROM pushed AS p
	UNION ALL
	SELECT r.request, substring(r.o ->> 'title' FROM '[A-Z]+-[0-9]+'), 'implements', 'key in title' FROM request AS r
	WHERE r.merge_sha IS NOT NULL
	UNION ALL
	SELECT r.head_sha, r.request, 'part_of', 'head commit' FROM request AS r WHERE r.merge_sha IS NULL
	UNION ALL
	SELECT r.merge_sha, r.request, 'part_of', 'merge commit' FROM request AS r WHERE r.merge_sha IS NOT NULL
	UNION ALL
	SELECT p.pipeline, p.sha, 'builds', 'pipeline' FROM pipeline AS p
	UNION ALL
	SELECT j.job, j.pipeline, 'part_of', 'pipeline' FROM job AS j
	UNION ALL
	SELECT d.deployment, d.sha, 'deploys', 'deployment' FROM deployed AS d WHERE d.status = 'success'
	UNION ALL
	SELECT d.deployment, 'gitlab:job:' || (d.p ->> 'deployable_id'), 'part_of', 'deployment job' FROM deployed AS d
	WHERE d.status = 'success') AS l

-- @before gitlab_by_hand
TRUNCATE gitlab_hand.event, gitlab_hand.item, gitlab_hand.alias, gitlab_hand.link, gitlab_hand.commit, gitlab_hand.request,
	gitlab_hand.build, gitlab_hand.deployment;

-- @run gitlab_events_by_hand
INSERT INTO gitlab_event
SELECT 'gitlab', e.entity || ':' || e.state, e.entity, e.at, e.state
FROM (SELECT payload::jsonb AS p FROM gitlab_payload OFFSET 0) AS w,
	jsonb_to_record(p) AS r (object_kind text, object_attributes jsonb, deployment_id text, status text, status_changed_at timestamptz,
		after text, commits jsonb),
	LATERAL (SELECT
		r.object_kind || ':' || coalesce(r.object_attributes ->> 'id', r.deployment_id, r.after) AS entity,
		coalesce(r.object_attributes ->> 'state', r.object_attributes ->> 'status', r.status, 'pushed') AS state,
		coalesce((r.object_attributes ->> 'finished_at')::timestamptz, (r.object_attributes ->> 'updated_at')::timestamptz,
			r.status_changed_at, (r.commits #>> '{0,timestamp}')::timestamptz) AS at) AS e

-- @before gitlab_events_by_hand
TRUNCATE gitlab_event;

-- @ratio ingest_gitlab_vs_jsonb ingest_gitlab / gitlab_by_hand <= 2
-- @ratio ingest_gitlab_vs_events ingest_gitlab / gitlab_events_by_hand

-- @same ingest_gitlab_vs_jsonb
-- The same items, aliases, commits, requests, builds, deployments, links and events.
SELECT d.*
FROM (
	(
		SELECT item, key, title, created_at::text AS at FROM gitlab.item
		EXCEPT ALL SELECT item, key, title, created_at::text AS at FROM gitlab_hand.item)
	UNION ALL
	(
		SELECT alias, item, NULL, since::text FROM gitlab.item_alias
		EXCEPT ALL SELECT alias, item, NULL, since::text FROM gitlab_hand.alias)
	UNION ALL
	(
		SELECT sha, repository, title, committed_at::text FROM gitlab.commit
		EXCEPT ALL SELECT sha, repository, title, committed_at::text FROM gitlab_hand.commit)
	UNION ALL
	(
		SELECT merge_request, source_branch, state, merged_at::text FROM gitlab.merge_request
		EXCEPT ALL SELECT merge_request, source_branch, state, merged_at::text FROM gitlab_hand.request)
	UNION ALL
	(
		SELECT build, sha, status, finished_at::text FROM gitlab.build
		EXCEPT ALL SELECT build, sha, status, finished_at::text FROM gitlab_hand.build)
	UNION ALL
	(
		SELECT deployment, sha, status, finished_at::text FROM gitlab.deployment
		EXCEPT ALL SELECT deployment, sha, status, finished_at::text FROM gitlab_hand.deployment)
	UNION ALL
	(
		SELECT source, target, kind, method FROM gitlab.link
		EXCEPT ALL SELECT source, target, kind, method FROM gitlab_hand.link)
	UNION ALL
	(
		SELECT split_part(entity, ':', 2), state, count(*)::text, NULL FROM gitlab.event GROUP BY 1, 2
		EXCEPT ALL SELECT split_part(entity, ':', 2), state, count(*)::text, NULL FROM gitlab_hand.event GROUP BY 1, 2)) AS d
LIMIT 10

-- @same ingest_gitlab_vs_events
-- Every event by hand is one of ours; the pushes are of a branch there, and a request is opened when it was created.
SELECT e.* FROM gitlab_event AS e
WHERE e.entity NOT LIKE 'push:%'
AND NOT EXISTS (SELECT FROM gitlab.event AS o WHERE o.entity = 'gitlab:' || e.entity AND o.state = e.state AND (o.at = e.at
	OR e.state = 'opened'))
LIMIT 10
