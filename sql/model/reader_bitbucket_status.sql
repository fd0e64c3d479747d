/*
 * Bitbucket: build statuses, pipelines with their steps, and deployments.
 *
 * A pipeline is a row of build, and so is each of its steps; a build status is what any build server says of a
 * commit. Deployments of Cloud have their commit and pipeline; Data Center tells the environment's type.
 */

CREATE FUNCTION vsm.bitbucket_status(state text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE upper(state)
	WHEN 'SUCCESSFUL' THEN 'success' WHEN 'FAILED' THEN 'failed' WHEN 'ERROR' THEN 'failed' WHEN 'STOPPED' THEN 'canceled'
	WHEN 'CANCELLED' THEN 'canceled' WHEN 'ROLLED_BACK' THEN 'canceled' WHEN 'SKIPPED' THEN 'skipped' WHEN 'NOT_RUN' THEN 'skipped'
	WHEN 'IN_PROGRESS' THEN 'running' WHEN 'INPROGRESS' THEN 'running' WHEN 'PENDING' THEN 'created' WHEN 'UNDEPLOYED' THEN NULL
	WHEN 'UNKNOWN' THEN NULL
	ELSE lower(state)
END;
COMMENT ON FUNCTION vsm.bitbucket_status(text) IS 'the status of a deployment of Bitbucket in the words that other tools have';

CREATE FUNCTION vsm.read_bitbucket_build_status(source text, payload jsonb, names jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 4
BEGIN ATOMIC
	SELECT f.*
	FROM (
		SELECT s.*, source || ':build_status:' || s.sha || '/' || s.key AS entity,
			upper(s.state) IN ('SUCCESSFUL', 'FAILED', 'STOPPED', 'CANCELLED', 'ERROR') AS is_final, NULL::timestamptz AS never
		FROM (
			SELECT vsm.bitbucket_status_sha(b.body) AS sha, vsm.json_text(b.status, 'key') AS key, vsm.json_text(b.status, 'state')
				AS state,
				coalesce(vsm.json_text(b.status, 'name'), vsm.json_text(b.status, 'key')) AS job,
				coalesce(vsm.bitbucket_repository(b.body -> 'repository'), vsm.bitbucket_repository(b.status -> 'repository'),
					vsm.bitbucket_address(b.status #>> '{links,commit,href}'), vsm.bitbucket_address(b.status #>> '{links,self,href}'))
					AS repository,
				regexp_replace(coalesce(vsm.json_text(b.status, 'refname'), vsm.json_text(b.status, 'ref')), '^refs/(heads|tags)/', '')
					AS ref,
				coalesce(vsm.json_time(b.status, 'created_on'), vsm.json_time(b.status, 'createdDate'), vsm.json_time(b.status,
					'dateAdded'))
					AS created_at,
				coalesce(vsm.json_time(b.status, 'updated_on'), vsm.json_time(b.status, 'updatedDate'),
					vsm.json_time(b.status, 'dateAdded'), vsm.json_time(b.status, 'created_on')) AS updated_at,
				vsm.json_number(b.status, 'duration') AS duration, vsm.json_text(b.status, 'url') AS url, b.status -> 'commit' AS commit
			FROM (
				SELECT p.body, CASE WHEN p.body ? 'commit_status' THEN coalesce(vsm.json_object(p.body -> 'commit_status'), '{}')
					ELSE p.body END AS status
				FROM (SELECT payload || '{}' AS body OFFSET 0) AS p
				OFFSET 0) AS b
			OFFSET 0) AS s
		OFFSET 0) AS p,
	LATERAL (
		SELECT q.* FROM vsm.read_run(source, p.entity, p.job, p.repository, p.sha, p.ref, p.state, p.never,
			CASE WHEN p.is_final IS NOT TRUE OR p.created_at < p.updated_at THEN p.created_at END,
			CASE WHEN p.is_final THEN p.updated_at END, p.url, coalesce(p.updated_at, p.created_at)) AS q
		UNION ALL
		SELECT o.* FROM vsm.read_bitbucket_commit_object(source, p.repository, p.commit, NULL, names) AS o
		WHERE p.commit ?| '{message,date}') AS f;
END;
COMMENT ON FUNCTION vsm.read_bitbucket_build_status(text, jsonb, jsonb) IS
	'facts of a build status of Bitbucket: webhooks repo:commit_status_created and updated, or GET .../statuses with its commit';

CREATE FUNCTION vsm.read_bitbucket_pipeline(source text, payload jsonb, names jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 4
BEGIN ATOMIC
	SELECT q.*
	FROM (
		SELECT b.body, source || ':pipeline:' || vsm.bitbucket_uuid(b.body -> 'uuid') AS entity,
			coalesce(vsm.json_text(b.body, 'target', 'selector', 'pattern'), 'pipeline') AS job,
			coalesce(vsm.bitbucket_repository(b.body -> 'repository'), vsm.bitbucket_address(b.body #>> '{links,self,href}'),
				vsm.bitbucket_address(b.body #>> '{target,commit,links,html,href}')) AS repository,
			vsm.json_sha(b.body #> '{target,commit,hash}') AS sha, vsm.json_text(b.body, 'target', 'ref_name') AS ref,
			coalesce(vsm.json_text(b.body, 'state', 'result', 'name'), vsm.json_text(b.body, 'state', 'stage', 'name'),
				vsm.json_text(b.body, 'state', 'name')) AS state,
			vsm.json_time(b.body, 'created_on') AS created_at, vsm.json_time(b.body, 'completed_on') AS finished_at,
			vsm.json_text(b.body, 'links', 'html', 'href') AS url, NULL::timestamptz AS never
		FROM (SELECT payload || '{}' AS body OFFSET 0) AS b
		OFFSET 0) AS p,
		LATERAL vsm.read_run(source, p.entity, p.job, p.repository, p.sha, p.ref, p.state, p.created_at, p.never, p.finished_at,
			p.url, greatest(p.created_at, p.finished_at)) AS q;
END;
COMMENT ON FUNCTION vsm.read_bitbucket_pipeline(text, jsonb, jsonb) IS
	'facts of a pipeline of Bitbucket Cloud: GET .../pipelines';

CREATE FUNCTION vsm.read_bitbucket_step(source text, payload jsonb, names jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 5
BEGIN ATOMIC
	SELECT q.*
	FROM (
		SELECT b.body, source || ':step:' || vsm.bitbucket_uuid(b.body -> 'uuid') AS entity,
			source || ':pipeline:' || vsm.bitbucket_uuid(b.body #> '{pipeline,uuid}') AS pipeline, vsm.json_text(b.body, 'name') AS name,
			coalesce(vsm.json_text(b.body, 'state', 'result', 'name'), vsm.json_text(b.body, 'state', 'name')) AS state,
			vsm.json_time(b.body, 'started_on') AS started_at, vsm.json_time(b.body, 'completed_on') AS finished_at,
			vsm.bitbucket_repository(b.body -> 'repository') AS repository, NULL::text AS nothing, NULL::timestamptz AS never
		FROM (SELECT payload || '{}' AS body OFFSET 0) AS b
		OFFSET 0) AS p,
	LATERAL (
		SELECT r.* FROM vsm.read_run(source, p.entity, p.name, p.repository, p.nothing, p.nothing, p.state, p.never,
			p.started_at, p.finished_at, p.nothing, greatest(p.started_at, p.finished_at)) AS r
		UNION ALL
		SELECT (vsm.fact_event(source, p.pipeline, p.started_at, p.name, p.entity || ':step')).*
		WHERE p.pipeline IS NOT NULL AND p.name IS NOT NULL AND p.started_at IS NOT NULL
		UNION ALL
		SELECT (vsm.fact_link(source, p.entity, p.pipeline, 'part_of', 'pipeline')).*
		WHERE p.pipeline IS NOT NULL) AS q;
END;
COMMENT ON FUNCTION vsm.read_bitbucket_step(text, jsonb, jsonb) IS
	'facts of a step of a pipeline of Bitbucket Cloud: GET .../pipelines/UUID/steps';

/*
 * The environment of a deployment of Cloud is an id alone, unless it was asked for by fields=+values.environment.name,
 * or the environments stand beside the page, as GET .../environments has them.
 */
CREATE FUNCTION vsm.read_bitbucket_deployment(source text, payload jsonb, names jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 6
BEGIN ATOMIC
	SELECT q.*
	FROM (
		SELECT d.*, coalesce(names #>> ARRAY['environment', 'name', lower(d.environment)],
				CASE WHEN d.kind IN ('production', 'staging', 'testing', 'development') THEN d.kind WHEN d.kind = 'test' THEN 'testing' END,
				vsm.meaning(names, 'environment', d.environment)) AS tier,
			vsm.bitbucket_status(d.state) AS status,
			upper(d.state) IN ('SUCCESSFUL', 'FAILED', 'ERROR', 'STOPPED', 'CANCELLED', 'ROLLED_BACK') AS is_final
		FROM (
			SELECT b.body, source || ':deployment:' || coalesce(vsm.bitbucket_uuid(b.body -> 'uuid'),
					vsm.json_text(b.body, 'key') || '/' || vsm.json_text(b.body, 'environment', 'key') || '/'
						|| coalesce(vsm.json_text(b.body, 'deploymentSequenceNumber'), '1')) AS entity,
				coalesce(vsm.json_text(e.environment, 'name'), vsm.json_text(e.environment, 'displayName')) AS environment,
				lower(coalesce(vsm.json_text(e.environment, 'environment_type', 'name'),
					CASE WHEN b.body ? 'deploymentSequenceNumber' THEN vsm.json_text(e.environment, 'type') END)) AS kind,
				coalesce(vsm.json_sha(b.body #> '{release,commit,hash}'), vsm.json_sha(b.body #> '{deployable,commit,hash}'),
					vsm.json_sha(b.body #> '{toCommit,id}')) AS sha,
				coalesce(vsm.bitbucket_repository(b.body -> 'repository'), vsm.bitbucket_repository(b.body #> '{toCommit,repository}'),
					vsm.bitbucket_address(b.body #>> '{release,commit,links,html,href}'), vsm.bitbucket_address(b.body #>> '{release,url}'),
					vsm.bitbucket_address(b.body #>> '{deployable,url}')) AS repository,
				-- A deployment that has completed says how; DevLake and others leave it out, and then it is not known.
				coalesce(vsm.json_text(b.body, 'state', 'status', 'name'), vsm.json_text(b.body, 'state', 'name'),
					vsm.json_text(b.body, 'state')) AS state,
				coalesce(vsm.json_time(b.body, 'release', 'created_on'), vsm.json_time(b.body, 'deployable', 'created_on')) AS created_at,
				vsm.json_time(b.body, 'state', 'started_on') AS started_at,
				coalesce(vsm.json_time(b.body, 'state', 'completed_on'), vsm.json_time(b.body, 'lastUpdated')) AS finished_at,
				coalesce(vsm.json_time(b.body, 'last_update_time'), vsm.json_time(b.body, 'lastUpdated'),
					vsm.json_time(b.body, 'state', 'completed_on'), vsm.json_time(b.body, 'state', 'started_on')) AS updated_at,
				coalesce(vsm.json_text(b.body, 'state', 'url'), vsm.json_text(b.body, 'url')) AS url,
				source || ':pipeline:' || coalesce(vsm.bitbucket_uuid(b.body #> '{release,pipeline,uuid}'),
					vsm.bitbucket_uuid(b.body #> '{deployable,pipeline,uuid}')) AS pipeline,
				source || ':step:' || vsm.bitbucket_uuid(b.body #> '{step,uuid}') AS step
			FROM (SELECT payload || '{}' AS body OFFSET 0) AS b,
				LATERAL (
					SELECT coalesce(
						(SELECT n FROM jsonb_array_elements(coalesce(vsm.json_array(b.body #> '{environments,values}'),
							vsm.json_array(b.body -> 'environments'))) AS n
						 WHERE n -> 'uuid' = b.body #> '{environment,uuid}' LIMIT 1), b.body -> 'environment') AS environment
					OFFSET 0) AS e
			OFFSET 0) AS d
		OFFSET 0) AS p,
	LATERAL (
		SELECT (vsm.fact_row(source, 'deployment', p.entity, p.updated_at,
			vsm.fact_details('source', source, 'repository', p.repository, 'environment', p.environment,
				'environment_tier', p.tier, 'sha', p.sha, 'status', p.status, 'created_at', p.created_at, 'started_at', p.started_at,
				'finished_at', CASE WHEN p.is_final THEN p.finished_at END, 'url', p.url, 'build', p.pipeline))).*
		UNION ALL
		SELECT (vsm.fact_event(source, p.entity, p.started_at, 'running', p.entity || ':running')).*
		WHERE p.started_at IS NOT NULL
		UNION ALL
		SELECT (vsm.fact_event(source, p.entity, p.finished_at, p.status, p.entity || ':' || p.status)).*
		WHERE p.is_final AND p.finished_at IS NOT NULL AND p.status IS NOT NULL
		UNION ALL
		SELECT (vsm.fact_link(source, p.entity, p.sha, 'deploys', 'deployment')).*
		WHERE p.sha IS NOT NULL
		UNION ALL
		SELECT (vsm.fact_link(source, p.entity, l.target, 'part_of', 'deployment job')).*
		FROM (SELECT p.pipeline AS target UNION ALL SELECT p.step) AS l
		WHERE l.target IS NOT NULL) AS q;
END;
COMMENT ON FUNCTION vsm.read_bitbucket_deployment(text, jsonb, jsonb) IS
	'facts of a deployment of Bitbucket: GET .../deployments of Cloud, or .../commits/ID/deployments of Data Center';
