/*
 * GitLab: pipelines and jobs, which are builds, deployments and releases.
 *
 * A pipeline is a row of build, and so is each of its jobs: build.job is the pipeline's name
 * ("pipeline" where it has none), or that of the job. A job that is run again is another job, a
 * pipeline that is run again is the same. A job is queued since it waits for a runner, which it
 * does after the stages before it.
 */

/*
 * A job: its own events, its stage as an event of its pipeline, and its place in it. "pending"
 * is the time it was ready and waited for a runner. A job that deploys without GitLab's knowing it,
 * by an environment that names give to its name or stage, is a deployment.
 */
CREATE FUNCTION vsm.read_gitlab_job_object(source text, pipeline text, job jsonb, repository text, sha text, ref text, names jsonb)
RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 6
BEGIN ATOMIC
	SELECT q.*
	FROM (
		SELECT b.entity, b.name, b.stage, b.status, b.created_at, b.started_at, b.url, b.allow_failure,
			b.status IN ('success', 'failed', 'canceled', 'skipped') AS is_final,
			CASE WHEN b.queued >= 0 AND b.started_at IS NOT NULL THEN greatest(b.created_at, vsm.gitlab_shift(b.started_at, - b.queued))
				END AS queued_at,
			b.queued > 0 AS has_waited,
			CASE WHEN b.status IN ('success', 'failed', 'canceled', 'skipped') THEN
				vsm.gitlab_end(coalesce(b.started_at, b.created_at), b.finished_at, vsm.json_number(job, 'duration')) END AS finished_at,
			CASE WHEN vsm.json_text(job, 'environment', 'name') IS NULL THEN
				coalesce(vsm.meaning(names, 'job', b.name), vsm.meaning(names, 'stage', b.stage)) END AS environment
		FROM (
			SELECT source || ':job:' || vsm.json_text(job, 'id') AS entity,
				vsm.json_text(job, 'name') AS name,
				vsm.json_text(job, 'stage') AS stage,
				vsm.json_text(job, 'status') AS status,
				vsm.json_time(job, 'created_at') AS created_at,
				vsm.json_time(job, 'started_at') AS started_at,
				vsm.json_time(job, 'finished_at') AS finished_at,
				vsm.json_number(job, 'queued_duration') AS queued,
				vsm.json_text(job, 'web_url') AS url,
				job -> 'allow_failure' AS allow_failure
			OFFSET 0) AS b
		OFFSET 0) AS j,
	LATERAL (
		SELECT (vsm.fact_event(source, j.entity, j.created_at, 'created', j.entity || ':created',
			attributes => vsm.fact_details('name', j.name, 'stage', j.stage), version => j.created_at)).*
		WHERE j.created_at IS NOT NULL
		UNION ALL
		SELECT (vsm.fact_event(source, j.entity, j.queued_at, 'pending', j.entity || ':pending')).*
		WHERE j.queued_at IS NOT NULL AND j.has_waited
		UNION ALL
		SELECT (vsm.fact_event(source, j.entity, j.started_at, 'running', j.entity || ':running')).*
		WHERE j.started_at IS NOT NULL
		UNION ALL
		SELECT (vsm.fact_event(source, j.entity, j.finished_at, j.status, j.entity || ':' || j.status,
			attributes => CASE WHEN j.allow_failure = 'true' AND j.status = 'failed' THEN '{"allow_failure": true}'::jsonb END)).*
		WHERE j.finished_at IS NOT NULL
		UNION ALL
		SELECT (vsm.fact_event(source, pipeline, j.started_at, j.stage, j.entity || ':stage',
			attributes => vsm.fact_details('job', j.name))).*
		WHERE pipeline IS NOT NULL AND j.stage IS NOT NULL AND j.started_at IS NOT NULL
		UNION ALL
		SELECT (vsm.fact_link(source, j.entity, pipeline, 'part_of', 'pipeline')).*
		WHERE pipeline IS NOT NULL
		UNION ALL
		SELECT (vsm.fact_row(source, 'build', j.entity, greatest(j.created_at, j.started_at, j.finished_at),
			vsm.fact_details('source', source, 'repository', repository, 'job', j.name, 'sha', sha, 'ref', ref,
				'attempt', vsm.gitlab_count(job -> 'retries_count') + 1, 'status', j.status, 'queued_at', j.queued_at,
				'started_at', j.started_at, 'finished_at', j.finished_at, 'url', j.url))).*
		WHERE j.entity IS NOT NULL
		UNION ALL
		SELECT d.*
		FROM (
			SELECT (vsm.fact_row(source, 'deployment', j.entity, greatest(j.created_at, j.started_at, j.finished_at),
				vsm.fact_details('source', source, 'repository', repository, 'environment', j.environment,
					'environment_tier', vsm.meaning(names, 'environment', j.environment),
					'sha', sha, 'ref', ref, 'status', j.status, 'created_at', j.created_at, 'started_at', j.started_at,
					'finished_at', j.finished_at, 'url', j.url))).*
			UNION ALL
			SELECT (vsm.fact_link(source, j.entity, sha, 'deploys', 'deployment job')).*) AS d
		-- That it deploys is not enough, and what was not started did not.
		WHERE j.environment <> 'deploy' AND j.started_at IS NOT NULL AND sha IS NOT NULL OFFSET 0) AS q;
END;
COMMENT ON FUNCTION vsm.read_gitlab_job_object(text, text, jsonb, text, text, text, jsonb) IS
	'the facts of a job in a payload of GitLab; pipeline is the entity it belongs to, sha and ref are what it was run on';

CREATE FUNCTION vsm.read_gitlab_job(source text, payload jsonb, names jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 8
BEGIN ATOMIC
	SELECT f.*
	FROM (
		SELECT
			-- The webhook writes build_ before every name, and the id of the pipeline as that of the commit.
			CASE WHEN b.is_hook THEN jsonb_build_object('id', b.body -> 'build_id', 'name', b.body -> 'build_name', 'stage',
				b.body -> 'build_stage',
				'status', b.body -> 'build_status', 'created_at', b.body -> 'build_created_at', 'started_at', b.body -> 'build_started_at',
				'finished_at', b.body -> 'build_finished_at', 'duration', b.body -> 'build_duration', 'queued_duration',
					b.body -> 'build_queued_duration',
				'allow_failure', b.body -> 'build_allow_failure', 'retries_count', b.body -> 'retries_count', 'environment',
					b.body -> 'environment')
			ELSE b.body END AS job,
			source || ':pipeline:' || coalesce(vsm.json_text(b.body, 'pipeline_id'),
				vsm.json_text(b.body, 'pipeline', 'id')) AS pipeline,
			source || ':pipeline:' || vsm.json_text(b.body, 'downstream_pipeline', 'id') AS downstream,
			coalesce(vsm.gitlab_sha(b.body -> 'sha'), vsm.gitlab_sha(b.body #> '{pipeline,sha}'), vsm.gitlab_sha(b.body #> '{commit,sha}'),
				vsm.gitlab_sha(b.body #> '{commit,id}')) AS sha,
			vsm.json_text(b.body, 'ref') AS ref,
			CASE WHEN NOT b.is_hook THEN b.body -> 'commit' END AS commit,
			coalesce(vsm.json_text(b.body, 'project', 'path_with_namespace'), vsm.gitlab_project(vsm.json_text(b.body, 'web_url')),
				vsm.gitlab_project(vsm.json_text(b.body, 'pipeline', 'web_url')),
					vsm.gitlab_project(vsm.json_text(b.body, 'target_url')),
				vsm.gitlab_hook_project(b.body)) AS repository
		FROM (
			SELECT p.body, p.body ?| '{object_kind,event_name}' AS is_hook FROM (SELECT payload || '{}' AS body OFFSET 0) AS p
			OFFSET 0) AS b
		OFFSET 0) AS p,
	LATERAL (
		SELECT j.* FROM vsm.read_gitlab_job_object(source, p.pipeline, p.job, p.repository, p.sha, p.ref, names) AS j
		UNION ALL
		SELECT q.*
		FROM (
			SELECT (vsm.fact_link(source, p.pipeline, p.sha, 'builds', 'pipeline')).*
			WHERE p.pipeline IS NOT NULL AND p.sha IS NOT NULL
			UNION ALL
			-- A job that triggers another pipeline.
			SELECT (vsm.fact_link(source, p.downstream, p.pipeline, 'part_of', 'source pipeline')).*
			WHERE p.downstream IS NOT NULL AND p.pipeline IS NOT NULL OFFSET 0) AS q
		UNION ALL
		SELECT c.*
		FROM (SELECT vsm.gitlab_project(vsm.json_text(p.commit, 'web_url')) AS repository WHERE p.commit IS NOT NULL OFFSET 0) AS r,
			LATERAL vsm.read_gitlab_commit_object(source, r.repository, p.commit, NULL, names) AS c) AS f;
END;
COMMENT ON FUNCTION vsm.read_gitlab_job(text, jsonb, jsonb) IS
	'facts of a job of GitLab: webhook build, or GET /projects/ID/jobs and /projects/ID/pipelines/ID/bridges';

CREATE FUNCTION vsm.read_gitlab_pipeline(source text, payload jsonb, names jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 20
BEGIN ATOMIC
	SELECT f.*
	FROM (
		SELECT r.is_hook, r.pipeline, r.project, r.request, r.request_branch, r.request_title, r.parent, r.commit, r.builds, r.entity,
			r.created_at, r.started_at,
			r.status, r.sha, r.ref, r.url, r.updated_at, r.name, b.has_begun,
			CASE WHEN r.status IN ('success', 'failed', 'canceled', 'skipped') THEN
				vsm.gitlab_end(coalesce(r.started_at, r.created_at), r.finished_at, vsm.json_number(r.pipeline, 'duration'))
					END AS finished_at,
			-- A webhook has no version: the newest time in it.
			coalesce(r.updated_at, greatest(r.created_at, r.started_at, r.finished_at, b.newest)) AS version,
			-- Of a request from a fork it may run there.
			CASE WHEN r.is_forked IS NOT TRUE THEN r.project END AS commit_project
		FROM (
			SELECT q.*,
				source || ':pipeline:' || vsm.json_text(q.pipeline, 'id') AS entity,
				vsm.json_time(q.pipeline, 'created_at') AS created_at,
				vsm.json_time(q.pipeline, 'updated_at') AS updated_at,
				vsm.json_time(q.pipeline, 'finished_at') AS finished_at,
				-- The webhook says how long it was queued, the API when it started.
				coalesce(vsm.json_time(q.pipeline, 'started_at'),
					vsm.gitlab_shift(vsm.json_time(q.pipeline, 'created_at'),
						vsm.json_number(q.pipeline, 'queued_duration'))) AS started_at,
				vsm.json_text(q.pipeline, 'status') AS status,
				vsm.gitlab_sha(q.pipeline -> 'sha') AS sha,
				vsm.json_text(q.pipeline, 'ref') AS ref,
				coalesce(vsm.json_text(q.pipeline, 'web_url'), vsm.json_text(q.pipeline, 'url')) AS url,
				vsm.json_text(q.pipeline, 'name') AS name
			FROM (
				SELECT b.is_hook,
					CASE WHEN b.is_hook THEN b.body -> 'object_attributes' ELSE b.body END AS pipeline,
					coalesce(CASE WHEN b.is_hook THEN vsm.gitlab_hook_project(b.body) END,
						vsm.gitlab_project(coalesce(vsm.json_text(b.body, 'web_url'),
							vsm.json_text(b.body, 'object_attributes', 'url')))) AS project,
					source || ':merge_request:' || vsm.json_text(b.body, 'merge_request', 'id') AS request,
					vsm.json_text(b.body, 'merge_request', 'source_branch') AS request_branch,
					vsm.json_text(b.body, 'merge_request', 'title') AS request_title,
					vsm.json_text(b.body, 'merge_request', 'target_project_id') <> vsm.json_text(b.body, 'project', 'id') AS is_forked,
					source || ':pipeline:' || vsm.json_text(b.body, 'source_pipeline', 'pipeline_id') AS parent,
					CASE WHEN b.is_hook THEN b.body -> 'commit' END AS commit,
					CASE WHEN b.is_hook THEN vsm.json_array(b.body -> 'builds') END AS builds
				FROM (
					SELECT p.body, p.body ?| '{object_kind,event_name}' AS is_hook FROM (SELECT payload || '{}' AS body OFFSET 0) AS p
					OFFSET 0) AS b
				OFFSET 0) AS q
			OFFSET 0) AS r,
			LATERAL (
				SELECT max(greatest(vsm.json_time(e, 'created_at'), vsm.json_time(e, 'started_at'),
					vsm.json_time(e, 'finished_at'))) AS newest,
					bool_or(vsm.json_time(e, 'started_at') IS NOT NULL) AS has_begun
				FROM jsonb_array_elements(r.builds) AS e
				OFFSET 0) AS b
		OFFSET 0) AS p,
	LATERAL (
		SELECT q.*
		FROM (
			SELECT (vsm.fact_event(source, p.entity, p.created_at, 'created', p.entity || ':created',
				attributes => vsm.fact_details('project', p.project, 'ref', p.ref,
					'trigger', vsm.json_text(p.pipeline, 'source'), 'url', p.url), version => p.version)).*
			WHERE p.created_at IS NOT NULL
			UNION ALL
			SELECT (vsm.fact_event(source, p.entity, p.started_at, 'running', p.entity || ':running')).*
			WHERE p.started_at IS NOT NULL
			UNION ALL
			-- A pipeline can be run again: each end is an event.
			SELECT (vsm.fact_event(source, p.entity, p.finished_at, p.status,
				p.entity || ':' || p.status || ':' || vsm.gitlab_second(p.finished_at))).*
			WHERE p.finished_at IS NOT NULL
			UNION ALL
			-- A state that is not told by an event.
			SELECT (vsm.fact_observed(source, p.entity, CASE WHEN p.is_hook THEN p.version ELSE p.updated_at END, p.status)).*
			WHERE p.finished_at IS NULL AND p.status IS NOT NULL AND CASE WHEN p.is_hook THEN p.version ELSE p.updated_at END IS NOT NULL
			AND p.status <> 'created' AND NOT (p.status = 'running' AND (p.started_at IS NOT NULL OR p.has_begun IS TRUE))
			UNION ALL
			SELECT (vsm.fact_row(source, 'build', p.entity, p.version,
				vsm.fact_details('source', source, 'repository', p.project, 'job', coalesce(p.name, 'pipeline'), 'sha',
					p.sha, 'ref', p.ref,
					'status', p.status, 'queued_at', p.created_at, 'started_at', p.started_at, 'finished_at', p.finished_at, 'url', p.url)
				-- run again
				|| CASE WHEN p.status IN ('created', 'pending', 'running', 'manual', 'preparing', 'scheduled', 'waiting_for_resource') THEN
					'{"finished_at": null}'::jsonb
					ELSE '{}' END)).*
			UNION ALL
			SELECT (vsm.fact_link(source, p.entity, p.sha, 'builds', 'pipeline', since => p.created_at)).*
			WHERE p.sha IS NOT NULL
			UNION ALL
			SELECT (vsm.fact_link(source, p.entity, p.request, 'builds', 'merge request pipeline', since => p.created_at)).*
			WHERE p.request IS NOT NULL
			UNION ALL
			SELECT (vsm.fact_link(source, p.entity, p.parent, 'part_of', 'source pipeline', since => p.created_at)).*
			WHERE p.parent IS NOT NULL OFFSET 0) AS q
		UNION ALL
		SELECT k.* FROM vsm.read_keys(source, p.request, NULL, p.request_branch, p.request_title, NULL) AS k
		WHERE p.request IS NOT NULL
		UNION ALL
		SELECT c.* FROM vsm.read_gitlab_commit_object(source, p.commit_project, p.commit, NULL, names) AS c
		UNION ALL
		SELECT j.*
		FROM jsonb_array_elements(p.builds) AS b (job),
			LATERAL vsm.read_gitlab_job_object(source, p.entity, b.job, p.project, p.sha, p.ref, names) AS j) AS f;
END;
COMMENT ON FUNCTION vsm.read_gitlab_pipeline(text, jsonb, jsonb) IS
	'facts of a pipeline of GitLab: webhook pipeline with its jobs, or GET /projects/ID/pipelines and /pipelines/ID';
