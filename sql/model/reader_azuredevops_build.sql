/*
 * Azure DevOps: builds and runs of pipelines, which are the same, their stages and jobs, and deployments
 * to environments.
 *
 * A run is a build: its job is the name of its pipeline, its status the result, or its state while it
 * has none. A stage is an event of its run, and one whose name means an environment, by names or by its
 * words ("Deploy to production"), is a deployment, which has its commit from the run.
 */

CREATE FUNCTION vsm.azuredevops_status(result text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE lower(result)
	WHEN 'succeeded' THEN 'success' WHEN 'partiallysucceeded' THEN 'success' WHEN 'succeededwithissues' THEN 'success'
	WHEN 'failed' THEN 'failed' WHEN 'rejected' THEN 'failed' WHEN 'abandoned' THEN 'canceled'
	WHEN 'canceled' THEN 'canceled' WHEN 'stopped' THEN 'canceled' WHEN 'skipped' THEN 'skipped' WHEN 'notdeployed' THEN 'skipped'
	WHEN 'inprogress' THEN 'running' WHEN 'running' THEN 'running'
	WHEN 'queued' THEN 'created' WHEN 'scheduled' THEN 'created' WHEN 'notstarted' THEN 'created' WHEN 'waiting' THEN 'created'
	WHEN 'pending' THEN 'created' WHEN 'undefined' THEN NULL
	ELSE lower(result)
END;
COMMENT ON FUNCTION vsm.azuredevops_status(text) IS
	'the status of a deployment by a result or state of Azure DevOps, in the words that other tools have';

CREATE FUNCTION vsm.azuredevops_is_final(status text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN coalesce(status IN ('success', 'failed', 'canceled', 'skipped'), false);
COMMENT ON FUNCTION vsm.azuredevops_is_final(text) IS 'whether a deployment of that status has ended';

/*
 * What deploys: by its target, which is an environment, or "deploy" if its name says that it deploys; where
 * that is all that is known the environment is in the name, or not known.
 */
CREATE FUNCTION vsm.read_azuredevops_target(source text, entity text, build text, target text, name text, repository text, sha text,
	ref text, state text, created_at timestamptz, started_at timestamptz, finished_at timestamptz, url text, at timestamptz, names jsonb)
RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 3
BEGIN ATOMIC
	SELECT q.*
	FROM (
		SELECT vsm.job_target_environment(target, name) AS environment, vsm.azuredevops_status(state) AS status
		WHERE target IS NOT NULL
		OFFSET 0) AS d,
	LATERAL (
		SELECT (vsm.fact_row(source, 'deployment', entity, at,
			vsm.fact_details('source', source, 'repository', repository, 'environment', d.environment,
				'environment_tier', vsm.meaning(names, 'environment', d.environment), 'sha', sha, 'ref', ref, 'status', d.status,
				'created_at', created_at, 'started_at', started_at,
				'finished_at', CASE WHEN vsm.azuredevops_is_final(d.status) THEN finished_at END, 'url', url, 'build', build))).*
		UNION ALL
		SELECT (vsm.fact_event(source, entity, finished_at, d.status, entity || ':' || d.status)).*
		WHERE vsm.azuredevops_is_final(d.status) AND finished_at IS NOT NULL
		UNION ALL
		SELECT (vsm.fact_event(source, entity, started_at, 'running', entity || ':running')).*
		WHERE started_at IS NOT NULL
		UNION ALL
		SELECT (vsm.fact_link(source, entity, sha, 'deploys', 'deployment')).*
		WHERE sha IS NOT NULL
		UNION ALL
		SELECT (vsm.fact_link(source, entity, build, 'part_of', 'deployment job')).*
		WHERE build IS NOT NULL) AS q;
END;
COMMENT ON FUNCTION vsm.read_azuredevops_target(text, text, text, text, text, text, text, text, text, timestamptz, timestamptz, timestamptz,
	text, timestamptz, jsonb) IS 'the facts of a deployment that a pipeline or a stage of Azure DevOps makes';

CREATE FUNCTION vsm.read_azuredevops_build(source text, payload jsonb, names jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 6
BEGIN ATOMIC
	SELECT f.*
	FROM (
		SELECT b.*, source || ':build:' || b.id AS entity, source || ':deployment:' || b.id AS deployment,
			-- Builds of the first kind had no state beside the result.
			CASE WHEN b.result IS NOT NULL AND b.status IN ('completed', 'all') OR b.status IS NULL THEN b.result ELSE b.status END
				AS state,
			vsm.job_target(names, 'job', b.job) AS target,
			CASE WHEN (b.finished < coalesce(b.started_at, b.queued_at)) IS NOT TRUE THEN b.finished END AS finished_at,
			coalesce(b.changed_at, greatest(b.queued_at, b.started_at, b.finished), b.sent_at) AS at
		FROM (
			SELECT vsm.json_text(h.build, 'id') AS id,
				vsm.json_text(h.build, 'definition', 'name') AS job,
				CASE
					WHEN h.build #>> '{repository,type}' = 'GitHub' THEN coalesce(vsm.json_text(h.build, 'repository', 'id'),
						vsm.json_text(h.build, 'repository', 'name'))
					ELSE coalesce(vsm.azuredevops_address(vsm.json_text(h.build, 'repository', 'url')),
						vsm.json_text(h.build, 'project', 'name') || '/' || vsm.json_text(h.build, 'repository', 'name')) END AS repository,
				-- (A changeset and a revision of Subversion are no SHA.)
				coalesce(CASE WHEN lower(h.build #>> '{repository,type}') IN ('svn', 'tfsversioncontrol', 'tfvc') THEN NULL
						ELSE vsm.json_sha(h.build -> 'sourceVersion') END,
					substring(h.build ->> 'sourceGetVersion' FROM ':([0-9a-f]{40})$')) AS sha,
				vsm.azuredevops_branch(coalesce(vsm.json_text(h.build, 'sourceBranch'),
					substring(h.build ->> 'sourceGetVersion' FROM '^LG:(refs/[^:]+):[0-9a-f]{40}$'))) AS ref,
				vsm.azuredevops_word('build status', vsm.json_text(h.build, 'status')) AS status,
				vsm.azuredevops_word('build result', vsm.json_text(h.build, 'result')) AS result,
				vsm.json_time(h.build, 'queueTime') AS queued_at, vsm.json_time(h.build, 'startTime') AS started_at,
				vsm.json_time(h.build, 'finishTime') AS finished, vsm.json_time(h.build, 'lastChangedDate') AS changed_at, h.sent_at,
				coalesce(vsm.json_text(h.build, '_links', 'web', 'href'), vsm.json_text(h.build, 'url')) AS url
			FROM (
				SELECT vsm.azuredevops_resource(b.body) AS build, vsm.azuredevops_hook_time(b.body) AS sent_at
				FROM (SELECT payload || '{}' AS body OFFSET 0) AS b
				OFFSET 0) AS h
			OFFSET 0) AS b
		OFFSET 0) AS p,
	LATERAL (
		SELECT r.* FROM vsm.read_run(source, p.entity, p.job, p.repository, p.sha, p.ref, p.state, p.queued_at,
			p.started_at, p.finished_at, p.url, p.at) AS r
		UNION ALL
		SELECT d.* FROM vsm.read_azuredevops_target(source, p.deployment, p.entity, p.target, p.job, p.repository, p.sha, p.ref, p.state,
			p.queued_at, p.started_at, p.finished_at, p.url, p.at, names) AS d) AS f;
END;
COMMENT ON FUNCTION vsm.read_azuredevops_build(text, jsonb, jsonb) IS
	'facts of a build of Azure DevOps, and of the deployment that it makes if the name of its pipeline says so: service hook '
	'build.complete, or GET /build/builds';

/*
 * A stage, with its run: a row of build, an event of the run, and a deployment if its name means an
 * environment. name is what it is called, key what identifies it within the run.
 */
CREATE FUNCTION vsm.read_azuredevops_stage(source text, run text, key text, name text, state text, attempt integer, repository text,
	sha text, started_at timestamptz, finished_at timestamptz, at timestamptz, names jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 6
BEGIN ATOMIC
	SELECT f.*
	FROM (
		SELECT source || ':stage:' || run || '/' || key AS entity, source || ':deployment:' || run || '/' || key AS deployment,
			source || ':build:' || run AS build, coalesce(vsm.job_target(names, 'stage', name), vsm.job_target(names, 'stage', key))
				AS target,
			NULL::text AS no_ref, NULL::timestamptz AS no_time
		OFFSET 0) AS s,
	LATERAL (
		SELECT q.*
		FROM (
			SELECT (vsm.fact_event(source, s.build, started_at, name, s.entity)).*
			WHERE started_at IS NOT NULL AND name <> '__default'
			UNION ALL
			SELECT (vsm.fact_event(source, s.entity, started_at, 'running', s.entity || ':running',
				attributes => jsonb_build_object('name', name))).*
			WHERE started_at IS NOT NULL
			UNION ALL
			SELECT (vsm.fact_event(source, s.entity, finished_at, state, s.entity || ':' || state,
				attributes => jsonb_build_object('name', name))).*
			WHERE finished_at IS NOT NULL AND state IS NOT NULL
			UNION ALL
			SELECT (vsm.fact_link(source, s.entity, s.build, 'part_of', 'run')).*) AS q
		UNION ALL
		SELECT d.* FROM vsm.read_azuredevops_target(source, s.deployment, s.build, s.target, coalesce(name, key), repository, sha, s.no_ref,
			state, s.no_time, started_at, finished_at, s.no_ref, at, names) AS d) AS f;
END;
COMMENT ON FUNCTION vsm.read_azuredevops_stage(text, text, text, text, text, integer, text, text, timestamptz, timestamptz, timestamptz,
	jsonb) IS 'the facts of a stage of a run of Azure DevOps, and of the deployment that it makes if its name says so';

CREATE FUNCTION vsm.read_azuredevops_run(source text, payload jsonb, names jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 8
BEGIN ATOMIC
	SELECT f.*
	FROM (
		SELECT r.*, source || ':build:' || r.id AS entity, source || ':job:' || r.id || '/' || vsm.json_text(r.job, 'id') AS job_entity,
			coalesce(vsm.json_text(r.stage, 'displayName'), vsm.json_text(r.stage, 'name')) AS stage_name,
			vsm.json_text(r.stage, 'name') AS stage_key,
			coalesce(vsm.json_text(r.stage, 'result'), vsm.json_text(r.stage, 'state')) AS stage_state,
			vsm.json_time(r.stage, 'startTime') AS stage_started, vsm.json_time(r.stage, 'finishTime') AS stage_finished,
			coalesce(vsm.json_text(r.job, 'result'), vsm.json_text(r.job, 'state')) AS job_state,
			vsm.json_time(r.job, 'startTime') AS job_started, vsm.json_time(r.job, 'finishTime') AS job_finished
		FROM (
			SELECT h.*, vsm.json_text(h.run, 'id') AS id,
				coalesce(vsm.json_text(h.run, 'pipeline', 'name'), vsm.json_text(h.resource, 'pipeline', 'name')) AS pipeline,
				coalesce(vsm.azuredevops_word('run result', vsm.json_text(h.run, 'result')),
					vsm.azuredevops_word('run state', vsm.json_text(h.run, 'state'))) AS state,
				vsm.json_time(h.run, 'createdDate') AS created_at, vsm.json_time(h.run, 'finishedDate') AS finished_at,
				-- Of several repositories it is not said which one is built.
				CASE WHEN h.number = 1 THEN coalesce(vsm.json_sha(h.repository #> '{change,version}'),
					vsm.json_sha(h.repository -> 'version'))
					ELSE vsm.json_sha(h.run #> '{resources,repositories,self,version}') END AS sha,
				CASE WHEN h.number = 1 THEN vsm.azuredevops_address(vsm.json_text(h.repository, 'url')) END AS repository_name,
				vsm.azuredevops_branch(vsm.json_text(h.run, 'resources', 'repositories', 'self', 'refName')) AS ref,
				coalesce(vsm.json_text(h.run, '_links', 'web', 'href'), vsm.json_text(h.run, 'url')) AS url,
				coalesce(h.sent_at, greatest(vsm.json_time(h.run, 'createdDate'), vsm.json_time(h.run, 'finishedDate'))) AS at
			FROM (
				SELECT k.resource, k.sent_at, CASE WHEN k.is_hook THEN k.resource -> 'run' ELSE k.resource END AS run,
					CASE WHEN k.hook LIKE '%.stage-state-%' THEN vsm.json_object(k.resource -> 'stage') END AS stage,
					CASE WHEN k.hook LIKE '%.job-state-%' THEN vsm.json_object(k.resource -> 'job') END AS job,
					vsm.json_text(k.resource, 'stage', 'name') AS job_stage,
					k.resource #> '{repositories,0}' AS repository,
					jsonb_array_length(vsm.json_array(k.resource -> 'repositories')) AS number, k.hook
				FROM (
					SELECT vsm.azuredevops_resource(b.body) AS resource, vsm.azuredevops_hook_time(b.body) AS sent_at,
						b.body ? 'eventType' AS is_hook, vsm.json_text(b.body, 'eventType') AS hook
					FROM (SELECT payload || '{}' AS body OFFSET 0) AS b
					OFFSET 0) AS k
				OFFSET 0) AS h
			OFFSET 0) AS r
		OFFSET 0) AS p,
	LATERAL (
		-- A run within the hook of a stage may be older than it is.
		SELECT q.* FROM vsm.read_run(source, p.entity, p.pipeline, p.repository_name, p.sha, p.ref, p.state, p.created_at,
			NULL, CASE WHEN p.hook IS NULL OR p.hook LIKE '%.run-state-%' THEN p.finished_at END, p.url, p.at) AS q
		WHERE p.hook IS NULL OR p.hook LIKE '%.run-state-%' OR p.state IS DISTINCT FROM 'completed'
		UNION ALL
		SELECT d.* FROM vsm.read_azuredevops_target(source, source || ':deployment:' || p.id, p.entity,
			vsm.job_target(names, 'job', p.pipeline), p.pipeline, p.repository_name, p.sha, p.ref, p.state, p.created_at, NULL,
			p.finished_at, p.url, p.at, names) AS d
		WHERE p.hook IS NULL OR p.hook LIKE '%.run-state-%'
		UNION ALL
		SELECT s.* FROM vsm.read_azuredevops_stage(source, p.id, p.stage_key, p.stage_name, p.stage_state,
			vsm.json_count(p.stage -> 'attempt'), p.repository_name, p.sha,
			coalesce(p.stage_started, CASE WHEN lower(p.stage_state) IN ('running', 'inprogress') THEN p.sent_at END),
			CASE WHEN p.stage ->> 'state' = 'completed' THEN coalesce(p.stage_finished, p.sent_at) END, p.at, names) AS s
		WHERE p.stage_key IS NOT NULL
		UNION ALL
		SELECT j.* FROM vsm.read_run(source, p.job_entity,
			concat_ws('/', p.pipeline, nullif(p.job_stage, '__default'), vsm.json_text(p.job, 'name')), p.repository_name, p.sha, NULL,
			p.job_state, CASE WHEN lower(p.job_state) = 'waiting' THEN p.sent_at END, p.job_started,
			CASE WHEN p.job ->> 'state' = 'completed' THEN coalesce(p.job_finished, p.sent_at) END,
			vsm.json_text(p.job, '_links', 'web', 'href'), p.at, vsm.json_count(p.job -> 'attempt')) AS j
		WHERE p.job_entity IS NOT NULL
		UNION ALL
		SELECT (vsm.fact_link(source, p.job_entity, p.entity, 'part_of', 'run')).*
		WHERE p.job_entity IS NOT NULL) AS f;
END;
COMMENT ON FUNCTION vsm.read_azuredevops_run(text, jsonb, jsonb) IS
	'facts of a run of a pipeline of Azure DevOps: service hooks ms.vss-pipelines.run-state-changed-event, stage-state-changed-event and '
	'job-state-changed-event, or GET /pipelines/ID/runs';

CREATE FUNCTION vsm.read_azuredevops_timeline_record(source text, payload jsonb, names jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 6
BEGIN ATOMIC
	SELECT f.*
	FROM (
		SELECT b.*, source || ':job:' || b.run || '/' || b.id AS entity, source || ':build:' || b.run AS build
		FROM (
			SELECT b.body ->> 'type' AS type, vsm.azuredevops_timeline_run(b.body) AS run, vsm.json_text(b.body, 'id') AS id,
				vsm.json_text(b.body, 'name') AS name, coalesce(vsm.json_text(b.body, 'identifier'), vsm.json_text(b.body, 'name')) AS key,
				coalesce(vsm.azuredevops_word('record result', vsm.json_text(b.body, 'result')),
					vsm.azuredevops_word('record state', vsm.json_text(b.body, 'state'))) AS state,
				vsm.json_time(b.body, 'startTime') AS started_at,
				CASE WHEN vsm.azuredevops_word('record state', vsm.json_text(b.body, 'state')) = 'completed' THEN
					vsm.json_time(b.body, 'finishTime') END AS finished_at,
				vsm.json_count(b.body -> 'attempt') AS attempt, NULL::text AS nothing, NULL::timestamptz AS never
			FROM (SELECT payload || '{}' AS body OFFSET 0) AS b
			OFFSET 0) AS b
		OFFSET 0) AS p,
	LATERAL (
		SELECT s.* FROM vsm.read_azuredevops_stage(source, p.run, p.key, p.name, p.state, p.attempt, p.nothing, p.nothing, p.started_at,
			p.finished_at, coalesce(p.finished_at, p.started_at), names) AS s
		WHERE p.type = 'Stage' AND p.key IS NOT NULL AND coalesce(p.finished_at, p.started_at) IS NOT NULL
		UNION ALL
		SELECT j.* FROM vsm.read_run(source, p.entity, p.name, p.nothing, p.nothing, p.nothing, p.state, p.never,
			p.started_at, p.finished_at, p.nothing, coalesce(p.finished_at, p.started_at), p.attempt) AS j
		WHERE p.type = 'Job'
		UNION ALL
		SELECT (vsm.fact_link(source, p.entity, p.build, 'part_of', 'run')).*
		WHERE p.type = 'Job') AS f;
END;
COMMENT ON FUNCTION vsm.read_azuredevops_timeline_record(text, jsonb, jsonb) IS
	'facts of a stage or a job of a run of Azure DevOps: GET /build/builds/ID/timeline';

CREATE FUNCTION vsm.read_azuredevops_environment_deployment(source text, payload jsonb, names jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 3
BEGIN ATOMIC
	SELECT f.*
	FROM (
		SELECT b.*, source || ':deployment:' || b.run || '/' || b.stage AS entity, source || ':build:' || b.run AS build
		FROM (
			SELECT vsm.json_text(b.body, 'owner', 'id') AS run, vsm.json_text(b.body, 'stageName') AS stage,
				vsm.json_text(b.body, 'environment', 'name') AS environment,
				coalesce(vsm.azuredevops_word('record result', vsm.json_text(b.body, 'result')),
					CASE WHEN vsm.json_time(b.body, 'startTime') IS NOT NULL THEN 'inProgress' END)
					AS state,
				vsm.json_time(b.body, 'queueTime') AS queued_at, vsm.json_time(b.body, 'startTime') AS started_at,
				vsm.json_time(b.body, 'finishTime') AS finished_at, vsm.json_text(b.body, 'owner', '_links', 'web', 'href') AS url,
				NULL::text AS nothing
			FROM (SELECT payload || '{}' AS body OFFSET 0) AS b
			OFFSET 0) AS b
		OFFSET 0) AS p,
		LATERAL vsm.read_azuredevops_target(source, p.entity, p.build, p.environment, p.stage, p.nothing, p.nothing, p.nothing, p.state,
			p.queued_at, p.started_at, p.finished_at, p.url, greatest(p.queued_at, p.started_at, p.finished_at), names) AS f;
END;
COMMENT ON FUNCTION vsm.read_azuredevops_environment_deployment(text, jsonb, jsonb) IS
	'facts of a deployment to an environment of Azure DevOps: GET /distributedtask/environments/ID/environmentdeploymentrecords, with '
	'the environment said beside them: {"environment": {"name": "production"}, "value": [...]}';
