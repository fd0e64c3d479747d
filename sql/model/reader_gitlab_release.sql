/*
 * GitLab: deployments and releases.
 */

CREATE FUNCTION vsm.read_gitlab_deployment(source text, payload jsonb, names jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 5
BEGIN ATOMIC
	SELECT f.*
	FROM (
		SELECT h.*,
			coalesce(h.told_at, vsm.json_time(h.body, 'updated_at'), h.created) AS changed_at,
			-- How an environment is called here before how GitLab understands its name.
			coalesce(names #>> ARRAY['environment', 'name', lower(h.environment)], h.tier,
				vsm.meaning(names, 'environment', h.environment)) AS environment_tier
		FROM (
			SELECT b.body,
				b.body ?| '{object_kind,event_name}' AS is_hook,
				source || ':deployment:' || CASE WHEN b.body ?| '{object_kind,event_name}' THEN vsm.json_text(b.body, 'deployment_id')
					ELSE vsm.json_text(b.body, 'id') END
					AS entity,
				coalesce(vsm.json_text(b.body, 'status'), vsm.json_text(b.body, 'deployable', 'status')) AS status,
				-- The API has the environment as an object, the webhook its name.
				coalesce(vsm.json_text(b.body, 'environment', 'name'), vsm.json_text(b.body, 'environment')) AS environment,
				coalesce(vsm.json_text(b.body, 'environment_tier'), vsm.json_text(b.body, 'environment', 'tier')) AS tier,
				coalesce(vsm.gitlab_hook_project(b.body), vsm.gitlab_project(vsm.json_text(b.body, 'deployable', 'pipeline', 'web_url')),
					vsm.gitlab_project(vsm.json_text(b.body, 'deployable', 'web_url')),
						vsm.gitlab_project(vsm.json_text(b.body, 'deployable', 'commit', 'web_url')),
					vsm.gitlab_project(vsm.json_text(b.body, 'deployable_url')),
						vsm.gitlab_project(vsm.json_text(b.body, 'commit_url'))) AS repository,
				coalesce(vsm.gitlab_sha(b.body -> 'sha'), vsm.address_commit(vsm.json_text(b.body, 'commit_url')),
					vsm.gitlab_sha(b.body #> '{deployable,commit,id}')) AS sha,
				vsm.json_text(b.body, 'ref') AS ref,
				coalesce(vsm.json_text(b.body, 'deployable_id'), vsm.json_text(b.body, 'deployable', 'id')) AS job,
				vsm.json_text(b.body, 'deployable', 'pipeline', 'id') AS pipeline,
				vsm.json_time(b.body, 'created_at') AS created,
				vsm.json_time(b.body, 'status_changed_at') AS told_at,
				vsm.json_time(b.body, 'deployable', 'created_at') AS asked_for,
				vsm.json_time(b.body, 'deployable', 'started_at') AS started,
				vsm.json_time(b.body, 'deployable', 'finished_at') AS finished,
				coalesce(vsm.json_text(b.body, 'deployable_url'), vsm.json_text(b.body, 'deployable', 'web_url')) AS url
			FROM (SELECT payload || '{}' AS body OFFSET 0) AS b
			OFFSET 0) AS h
		OFFSET 0) AS d,
	LATERAL (
		SELECT
			-- Before GitLab 12.6 a deployment was made after its job.
			CASE
				WHEN d.created > coalesce(d.started, d.finished) THEN least(d.asked_for, coalesce(d.started, d.finished))
				ELSE coalesce(d.created, CASE d.status WHEN 'created' THEN d.changed_at END)
			END AS created_at,
			coalesce(d.started, CASE WHEN d.is_hook AND d.status = 'running' THEN d.changed_at END) AS started_at,
			CASE WHEN d.status IN ('success', 'failed', 'canceled', 'skipped') THEN
				CASE WHEN d.finished >= coalesce(d.started, d.finished) THEN d.finished
					WHEN (d.changed_at < d.started) IS NOT TRUE THEN d.changed_at END END AS finished_at
		OFFSET 0) AS t,
	LATERAL (
		SELECT q.*
		FROM (
			SELECT (vsm.fact_row(source, 'deployment', d.entity, d.changed_at,
				vsm.fact_details('source', source, 'repository', d.repository, 'environment',
					d.environment,
					'environment_tier', d.environment_tier, 'sha', d.sha, 'ref', d.ref, 'status', d.status, 'created_at', t.created_at,
					'started_at', t.started_at, 'finished_at', t.finished_at, 'url', d.url))).*
			UNION ALL
			SELECT (vsm.fact_event(source, d.entity, e.at, e.state, d.entity || ':' || e.state)).*
			FROM (
				SELECT t.created_at AS at, 'created' AS state
				UNION ALL SELECT t.started_at, 'running'
				UNION ALL SELECT t.finished_at, d.status
				UNION ALL SELECT d.changed_at, d.status
				WHERE d.is_hook AND t.finished_at IS NULL AND d.status NOT IN ('created', 'running')) AS e
			WHERE e.at IS NOT NULL
			UNION ALL
			SELECT (vsm.fact_observed(source, d.entity, greatest(d.changed_at, t.started_at, t.created_at), d.status)).*
			WHERE NOT d.is_hook AND t.finished_at IS NULL AND d.changed_at IS NOT NULL AND d.status <> 'created'
			AND NOT (d.status = 'running' AND t.started_at IS NOT NULL)
			UNION ALL
			SELECT (vsm.fact_link(source, d.entity, d.sha, 'deploys', 'deployment')).*
			WHERE d.sha IS NOT NULL
			UNION ALL
			SELECT (vsm.fact_link(source, d.entity, source || ':job:' || d.job, 'part_of', 'deployment job')).*
			WHERE d.job IS NOT NULL
			UNION ALL
			SELECT (vsm.fact_link(source, source || ':job:' || d.job, source || ':pipeline:' || d.pipeline, 'part_of', 'pipeline')).*
			WHERE d.job IS NOT NULL AND d.pipeline IS NOT NULL OFFSET 0) AS q
		UNION ALL
		SELECT c.*
		FROM (SELECT d.body #> '{deployable,commit}' AS commit OFFSET 0) AS o,
			LATERAL vsm.read_gitlab_commit_object(source, d.repository, o.commit, NULL, names) AS c) AS f;
END;
COMMENT ON FUNCTION vsm.read_gitlab_deployment(text, jsonb, jsonb) IS
	'facts of a deployment of GitLab: webhook deployment, or GET /projects/ID/deployments and the last one of GET '
	'/projects/ID/environments/ID';

CREATE FUNCTION vsm.read_gitlab_release(source text, payload jsonb, names jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 3
BEGIN ATOMIC
	SELECT f.*
	FROM (
		SELECT r.project, r.body -> 'commit' AS commit, vsm.gitlab_sha(r.body #> '{commit,id}') AS sha,
			source || ':release:' || r.project || '@' || coalesce(vsm.json_text(r.body, 'tag'),
				vsm.json_text(r.body, 'tag_name')) AS entity,
			-- What is announced for a later day is not released yet.
			CASE WHEN r.body ->> 'action' IS DISTINCT FROM 'delete' AND r.body -> 'upcoming_release' IS DISTINCT FROM 'true' THEN
				coalesce(vsm.json_time(r.body, 'released_at'), vsm.json_time(r.body, 'created_at')) END AS released_at
		FROM (
			SELECT b.body, CASE WHEN b.body ?| '{object_kind,event_name}' THEN
				coalesce(vsm.gitlab_hook_project(b.body), vsm.gitlab_project(vsm.json_text(b.body, 'url')))
				ELSE vsm.gitlab_release_project(b.body) END AS project
			FROM (SELECT payload || '{}' AS body OFFSET 0) AS b
			OFFSET 0) AS r
		OFFSET 0) AS p,
	LATERAL (
		SELECT q.*
		FROM (
			SELECT (vsm.fact_event(source, p.entity, p.released_at, 'released', p.entity || ':released')).*
			WHERE p.released_at IS NOT NULL
			UNION ALL
			SELECT (vsm.fact_link(source, p.entity, p.sha, 'builds', 'release', since => p.released_at)).*
			WHERE p.sha IS NOT NULL OFFSET 0) AS q
		UNION ALL
		SELECT c.* FROM vsm.read_gitlab_commit_object(source, p.project, p.commit, NULL, names) AS c) AS f;
END;
COMMENT ON FUNCTION vsm.read_gitlab_release(text, jsonb, jsonb) IS
	'facts of a release of GitLab: webhook release, or GET /projects/ID/releases';
