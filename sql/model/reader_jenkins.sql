/*
 * Jenkins: builds (api/json), pipelines with their stages (wfapi/describe, wfapi/runs), single
 * stages, lists of builds of a job, and what the Notification plugin posts.
 *
 * Entities are SOURCE:build:JOB#NUMBER, SOURCE:stage:JOB#NUMBER:ID and SOURCE:deployment:..., where
 * JOB is the full name by the address, shop/checkout/main; without an address the names that
 * people see, which differ where folders have display names. States are in Jenkins' words: queued,
 * running, then the result (SUCCESS, UNSTABLE, FAILURE, ABORTED, NOT_BUILT). The stages of a
 * pipeline are events of its build, too.
 *
 * timestamp is the start in milliseconds, and the end is duration after it. How long a build was
 * queued is told by the Metrics plugin (queuingDurationMillis) and wfapi (queueDurationMillis).
 *
 * Jenkins knows nothing of deployments: a job or a stage whose name has the word "deploy" is one.
 * Its environment is the parameter environment, env, deploy_env or target, else what the name says
 * behind the word: deploy-production, "Deploy to staging".
 */

CREATE FUNCTION vsm.jenkins_build(url text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	-- A branch with a slash is feature%2Fx as a name, whose own % the address writes as %25.
	SELECT replace(replace(replace(substr(a.path[1], 6), '/job/', '/'), '%20', ' '), '%25', '%') || '#' || a.path[2]
	FROM regexp_match('/' || url, '((?:/job/[^/]+)+)/(\d+)(?:/|$)') AS a (path);
END;
COMMENT ON FUNCTION vsm.jenkins_build(text) IS
	'the build that an address of Jenkins lies in, as JOB#NUMBER: shop/checkout/main#12; NULL if it is none';

CREATE FUNCTION vsm.git_repository(url text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT regexp_replace(substring(url FROM '^(?:[a-z+]+://[^/]+/|[^/:@]+@[^/:]+:)/?(.+?)/?$'), '\.git$', '');
END;
COMMENT ON FUNCTION vsm.git_repository(text) IS
	'the repository in the address of a remote of Git, by https, ssh or scp: shop/checkout; NULL if it is none';

CREATE FUNCTION vsm.jenkins_environment(name text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT lower(nullif(regexp_replace(
		substring(name FROM '(?i)(?:^|[^a-z])deploy(?:ment|s|ing)?(?![a-z])[^a-z0-9]*(?:(?:to|on|into|in)[^a-z0-9]+)?([^/]*)'),
		'(#\d+|[^a-zA-Z0-9]+)$', ''), ''));
END;
COMMENT ON FUNCTION vsm.jenkins_environment(text) IS
	'the environment in the name of a job or stage that deploys: deploy-production, Deploy to staging; NULL if the name says none';

CREATE FUNCTION vsm.jenkins_deploys(name text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT name ~* '(^|[^a-z])deploy(ment|s|ing)?([^a-z]|$)';
END;
COMMENT ON FUNCTION vsm.jenkins_deploys(text) IS 'whether the name of a job or stage has the word "deploy"';

/*
 * A deployment, by a build or a stage. status is Jenkins' result; the names of success and failure
 * are those that the other tools have, so that deployments can be asked for alike.
 */
CREATE FUNCTION vsm.read_jenkins_deployment(source text, deployment text, repository text, sha text, ref text, environment text,
	result text, started_at timestamptz, finished_at timestamptz, url text)
RETURNS SETOF vsm.old_fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 3
BEGIN ATOMIC
	SELECT source, f.fact, deployment, f.at, f.value, f.id, f.name, NULL::text, NULL::text, NULL::text, NULL::bigint,
		f.method, CASE f.fact WHEN 'link' THEN 1.0::float8 END, NULL::timestamptz, f.details
	FROM (SELECT CASE
			WHEN result IN ('SUCCESS', 'UNSTABLE') THEN 'success'
			WHEN result IN ('FAILURE', 'FAILED') THEN 'failed'
			WHEN result = 'ABORTED' THEN 'canceled'
			WHEN result IN ('NOT_BUILT', 'NOT_EXECUTED') THEN 'skipped'
			WHEN finished_at IS NULL THEN 'running'
			ELSE lower(result)
		END AS status OFFSET 0) AS d,
	LATERAL (
		SELECT 'deployment' AS fact, coalesce(finished_at, started_at) AS at, NULL AS value, NULL AS id, NULL AS name, NULL AS method,
			jsonb_strip_nulls(jsonb_build_object('source', source, 'repository', repository, 'environment', environment,
				'environment_tier', vsm.environment_tier(environment), 'sha', sha, 'ref', ref, 'status', d.status,
				'created_at', started_at, 'started_at', started_at, 'finished_at', finished_at, 'url', url)) AS details
		UNION ALL
		SELECT 'event', started_at, 'running', deployment || ':running', NULL, NULL, NULL
		UNION ALL
		SELECT 'event', finished_at, d.status, deployment || ':finished', NULL, NULL, NULL
		WHERE finished_at IS NOT NULL AND d.status IS NOT NULL
		UNION ALL
		SELECT 'link', NULL, sha, NULL, 'deploys', 'build', NULL
		WHERE sha IS NOT NULL) AS f;
END;
COMMENT ON FUNCTION vsm.read_jenkins_deployment(text, text, text, text, text, text, text, timestamptz, timestamptz, text) IS
	'the facts of a deployment that a build or a stage of Jenkins makes; its result as success, failed, canceled or skipped';

CREATE FUNCTION vsm.read_jenkins_build(source text, payload jsonb) RETURNS SETOF vsm.old_fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 10
BEGIN ATOMIC
	SELECT f.*
	FROM (SELECT q.*, source || ':build:' || q.name AS entity,
			vsm.git_repository(q.data #>> '{remoteUrls,0}') AS repository,
			regexp_replace(q.data #>> '{lastBuiltRevision,branch,0,name}', '^(refs/remotes/)?origin/', '') AS branch,
			-- The last name of the job, and of a branch job the name of its project.
			vsm.jenkins_deploys(regexp_replace(q.name, '#\d+$', '')) AS deploys
		FROM (SELECT
				coalesce(vsm.jenkins_build(payload ->> 'url'),
					replace(regexp_replace(payload ->> 'fullDisplayName', '\s+#\d+$', ''), ' » ', '/') || '#'
						|| (payload ->> 'number')) AS name,
				jsonb_path_query_first(payload, '$.actions[*] ? (exists(@.lastBuiltRevision.SHA1))') AS data,
				vsm.payload_time(payload ->> 'timestamp') AS started_at,
				CASE WHEN payload ->> 'building' IS DISTINCT FROM 'true' AND payload ->> 'result' IS NOT NULL THEN
					vsm.payload_time(((payload ->> 'timestamp')::numeric
						+ coalesce((payload ->> 'duration')::numeric, 0))::text) END AS finished_at,
				(jsonb_path_query_first(payload, '$.actions[*].queuingDurationMillis') #>> '{}')::float8 AS queued,
				-- Freestyle projects have one changeSet, pipelines one for each repository.
				jsonb_path_query_array(payload, '$.changeSet.items[*]')
					|| jsonb_path_query_array(payload, '$.changeSets[*].items[*]') AS changes,
				(SELECT p ->> 'value'
				 FROM jsonb_path_query(payload, '$.actions[*].parameters[*]') AS p
				 WHERE lower(p ->> 'name') IN ('environment', 'env', 'deploy_env', 'target') AND p ->> 'value' <> ''
				 ORDER BY length(p ->> 'name') DESC, p ->> 'name' LIMIT 1) AS environment
			OFFSET 0) AS q
		OFFSET 0) AS b,
	LATERAL (
		SELECT source, 'event', b.entity, e.at, e.state, b.entity || ':' || e.id, NULL::text, NULL::text, NULL::text, NULL::text,
			NULL::bigint,
			NULL::text, NULL::float8, NULL::timestamptz, e.details
		FROM (
			SELECT b.started_at - b.queued * interval '1 millisecond' AS at, 'queued' AS state, 'queued' AS id, NULL::jsonb AS details
			WHERE b.queued IS NOT NULL
			UNION ALL
			SELECT b.started_at, 'running', 'running', jsonb_strip_nulls(jsonb_build_object('repository', b.repository, 'ref', b.branch,
				'trigger', jsonb_path_query_first(payload, '$.actions[*].causes[*].shortDescription'), 'url', payload -> 'url'))
			UNION ALL
			SELECT b.finished_at, payload ->> 'result', 'finished', NULL
			WHERE b.finished_at IS NOT NULL) AS e
		UNION ALL
		-- A pipeline checks out its libraries, too: each has a revision.
		SELECT source, 'link', b.entity, b.started_at, r.revision ->> 'SHA1', NULL, 'builds', NULL, NULL, NULL, NULL, 'build', 1.0, NULL,
			NULL
		FROM jsonb_path_query(payload, '$.actions[*].lastBuiltRevision') AS r (revision)
		WHERE r.revision ->> 'SHA1' IS NOT NULL
		UNION ALL
		SELECT source, 'link', b.entity, b.started_at, c.item ->> 'commitId', NULL, 'builds', NULL, NULL, NULL, NULL, 'change set', 1.0,
			NULL, NULL
		FROM jsonb_array_elements(b.changes) AS c (item)
		WHERE c.item ->> 'commitId' IS NOT NULL
		UNION ALL
		SELECT source, 'commit', c.item ->> 'commitId', t.at, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
			jsonb_strip_nulls(jsonb_build_object('source', source, 'repository', b.repository, 'committed_at', t.at, 'title',
				c.item -> 'msg'))
		FROM jsonb_array_elements(b.changes) AS c (item), LATERAL (SELECT vsm.payload_time(c.item ->> 'timestamp') AS at OFFSET 0) AS t
		WHERE c.item ->> 'commitId' IS NOT NULL
		UNION ALL
		SELECT k.*
		FROM jsonb_array_elements(b.changes) AS c (item),
			LATERAL vsm.old_read_keys(source, c.item ->> 'commitId', vsm.payload_time(c.item ->> 'timestamp'), NULL, c.item ->> 'msg',
				NULL) AS k
		WHERE c.item ->> 'commitId' IS NOT NULL
		UNION ALL
		SELECT source, 'link', b.entity, b.started_at, source || ':build:' || u.name, NULL, 'part_of', NULL, NULL, NULL, NULL,
			'upstream build', 1.0, NULL, NULL
		FROM jsonb_path_query(payload, '$.actions[*].causes[*] ? (exists(@.upstreamUrl))') AS c (cause),
			LATERAL (SELECT vsm.jenkins_build((c.cause ->> 'upstreamUrl') || (c.cause ->> 'upstreamBuild')) AS name OFFSET 0) AS u
		WHERE u.name IS NOT NULL
		UNION ALL
		SELECT d.*
		FROM vsm.read_jenkins_deployment(source, source || ':deployment:' || b.name, b.repository, b.data #>> '{lastBuiltRevision,SHA1}',
			b.branch,
			coalesce(b.environment, vsm.jenkins_environment(regexp_replace(b.name, '#\d+$', ''))),
			payload ->> 'result', b.started_at, b.finished_at, payload ->> 'url') AS d
		WHERE b.deploys
		UNION ALL
		SELECT source, 'link', source || ':deployment:' || b.name, NULL, b.entity, NULL, 'part_of', NULL, NULL, NULL, NULL, 'build', 1.0,
			NULL, NULL
		WHERE b.deploys) AS f;
END;
COMMENT ON FUNCTION vsm.read_jenkins_build(text, jsonb) IS 'facts of a build of Jenkins: GET .../job/NAME/NUMBER/api/json';

CREATE FUNCTION vsm.read_jenkins_builds(source text, payload jsonb) RETURNS SETOF vsm.old_fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 1000
BEGIN ATOMIC
	SELECT f.*
	FROM jsonb_array_elements(coalesce(payload -> 'allBuilds', payload -> 'builds')) AS b, LATERAL vsm.read_jenkins_build(source, b) AS f;
END;
COMMENT ON FUNCTION vsm.read_jenkins_builds(text, jsonb) IS
	'facts of the builds of a job of Jenkins: GET .../job/NAME/api/json?tree=allBuilds[...]';

/*
 * A stage: its own events, and one of its build. Until an input is given a stage is paused; for
 * how long is known only at its end, so it is an attribute.
 */
CREATE FUNCTION vsm.read_jenkins_stage_object(source text, build text, stage jsonb) RETURNS SETOF vsm.old_fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 4
BEGIN ATOMIC
	SELECT f.*
	FROM (SELECT source || ':stage:' || build || ':' || (stage ->> 'id') AS entity,
			vsm.payload_time(stage ->> 'startTimeMillis') AS started_at,
			CASE WHEN stage ->> 'status' NOT IN ('IN_PROGRESS', 'PAUSED_PENDING_INPUT', '') THEN
				vsm.payload_time(((stage ->> 'startTimeMillis')::numeric + (stage ->> 'durationMillis')::numeric)::text) END AS finished_at
		OFFSET 0) AS s,
	LATERAL (
		SELECT source, e.fact, e.entity, e.at, e.value, e.id, e.name, NULL::text, NULL::text, NULL::text, NULL::bigint,
			e.method, CASE e.fact WHEN 'link' THEN 1.0::float8 END, NULL::timestamptz, e.details
		FROM (
			SELECT 'event' AS fact, s.entity, s.started_at AS at, 'running' AS value, s.entity || ':running' AS id, NULL AS name,
				NULL AS method,
				jsonb_build_object('name', stage -> 'name') AS details
			UNION ALL
			SELECT 'event', s.entity, s.finished_at, stage ->> 'status', s.entity || ':finished', NULL, NULL,
				jsonb_strip_nulls(jsonb_build_object('paused', nullif((stage ->> 'pauseDurationMillis')::numeric, 0)))
			WHERE s.finished_at IS NOT NULL
			UNION ALL
			SELECT 'event', source || ':build:' || build, s.started_at, stage ->> 'name', s.entity || ':stage', NULL, NULL, NULL
			UNION ALL
			SELECT 'link', s.entity, NULL, source || ':build:' || build, NULL, 'part_of', 'pipeline', NULL
			UNION ALL
			SELECT 'link', source || ':deployment:' || build || ':' || (stage ->> 'id'), NULL, source || ':build:' || build, NULL,
				'part_of', 'stage', NULL
			WHERE vsm.jenkins_deploys(stage ->> 'name')) AS e
		UNION ALL
		SELECT d.*
		FROM vsm.read_jenkins_deployment(source, source || ':deployment:' || build || ':' || (stage ->> 'id'), NULL, NULL, NULL,
			vsm.jenkins_environment(stage ->> 'name'), stage ->> 'status', s.started_at, s.finished_at, NULL) AS d
		WHERE vsm.jenkins_deploys(stage ->> 'name') AND stage ->> 'status' IS DISTINCT FROM 'NOT_EXECUTED') AS f
	WHERE s.started_at IS NOT NULL;
END;
COMMENT ON FUNCTION vsm.read_jenkins_stage_object(text, text, jsonb) IS
	'the facts of a stage of a pipeline of Jenkins; build is JOB#NUMBER';

CREATE FUNCTION vsm.read_jenkins_stage(source text, payload jsonb) RETURNS SETOF vsm.old_fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 4
BEGIN ATOMIC
	SELECT f.* FROM vsm.read_jenkins_stage_object(source, vsm.jenkins_build(payload #>> '{_links,self,href}'), payload) AS f;
END;
COMMENT ON FUNCTION vsm.read_jenkins_stage(text, jsonb) IS 'facts of one stage of Jenkins: GET .../NUMBER/execution/node/ID/wfapi/describe';

CREATE FUNCTION vsm.read_jenkins_pipeline(source text, payload jsonb) RETURNS SETOF vsm.old_fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 20
BEGIN ATOMIC
	SELECT f.*
	FROM (SELECT q.name, source || ':build:' || q.name AS entity, vsm.payload_time(payload ->> 'startTimeMillis') AS started_at,
			CASE payload ->> 'status' WHEN 'FAILED' THEN 'FAILURE' WHEN 'NOT_EXECUTED' THEN 'NOT_BUILT'
				ELSE payload ->> 'status' END AS result
		FROM (SELECT vsm.jenkins_build(payload #>> '{_links,self,href}') AS name OFFSET 0) AS q
		OFFSET 0) AS p,
	LATERAL (
		SELECT source, 'event', p.entity, e.at, e.state, p.entity || ':' || e.id, NULL::text, NULL::text, NULL::text, NULL::text,
			NULL::bigint,
			NULL::text, NULL::float8, NULL::timestamptz, NULL::jsonb
		FROM (
			SELECT p.started_at - (payload ->> 'queueDurationMillis')::float8 * interval '1 millisecond' AS at, 'queued' AS state,
				'queued' AS id
			WHERE (payload ->> 'queueDurationMillis')::float8 > 0
			UNION ALL
			SELECT p.started_at, 'running', 'running'
			UNION ALL
			SELECT vsm.payload_time(payload ->> 'endTimeMillis'), p.result, 'finished'
			WHERE p.result NOT IN ('IN_PROGRESS', 'PAUSED_PENDING_INPUT') AND payload ->> 'endTimeMillis' IS NOT NULL) AS e
		UNION ALL
		SELECT s.*
		FROM jsonb_array_elements(payload -> 'stages') AS g (stage),
			LATERAL vsm.read_jenkins_stage_object(source, p.name, g.stage) AS s) AS f;
END;
COMMENT ON FUNCTION vsm.read_jenkins_pipeline(text, jsonb) IS
	'facts of a pipeline of Jenkins and its stages: GET .../NUMBER/wfapi/describe, .../wfapi/runs';

CREATE FUNCTION vsm.read_jenkins_notification(source text, payload jsonb) RETURNS SETOF vsm.old_fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 8
BEGIN ATOMIC
	-- The build as the API would have it. At the end of a build the time is that of the end.
	SELECT f.*
	FROM (SELECT payload -> 'build' AS build, payload #>> '{build,phase}' IN ('COMPLETED', 'FINALIZED') AS ended
		WHERE payload #>> '{build,phase}' <> 'QUEUED' OFFSET 0) AS b,
	LATERAL vsm.read_jenkins_build(source, jsonb_build_object(
		'url', coalesce(b.build -> 'full_url', b.build -> 'url'), 'number', b.build -> 'number',
		'timestamp', CASE WHEN b.ended THEN (b.build ->> 'timestamp')::numeric - (b.build ->> 'duration')::numeric
			ELSE (b.build ->> 'timestamp')::numeric END,
		'duration', b.build -> 'duration',
		'building', NOT b.ended,
		'result', CASE WHEN b.ended THEN b.build -> 'status' END,
		'actions', jsonb_build_array(
			jsonb_build_object('lastBuiltRevision', jsonb_build_object('SHA1', b.build #> '{scm,commit}', 'branch',
				jsonb_build_array(jsonb_build_object('name', b.build #> '{scm,branch}'))),
				'remoteUrls', jsonb_build_array(b.build #> '{scm,url}')),
			jsonb_build_object('parameters', (SELECT jsonb_agg(jsonb_build_object('name', p.key, 'value', p.value))
				FROM jsonb_each(CASE jsonb_typeof(b.build -> 'parameters') WHEN 'object' THEN b.build -> 'parameters' END) AS p))))) AS f
	UNION ALL
	SELECT source, 'event', q.entity, vsm.payload_time(payload #>> '{build,timestamp}'), 'queued', q.entity || ':queued',
		NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
	FROM (SELECT source || ':build:'
			|| vsm.jenkins_build(coalesce(payload #>> '{build,full_url}', payload #>> '{build,url}')) AS entity OFFSET 0) AS q
	WHERE payload #>> '{build,phase}' = 'QUEUED';
END;
COMMENT ON FUNCTION vsm.read_jenkins_notification(text, jsonb) IS
	'facts of what the Notification plugin of Jenkins posts when a build was queued, starts and completes';

CREATE FUNCTION vsm.jenkins_kind(payload jsonb) RETURNS SETOF vsm.payload_kind
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 1
BEGIN ATOMIC
	SELECT n.name, k.reason
	FROM (SELECT CASE
			WHEN jsonb_typeof(payload -> 'build') = 'object' AND payload -> 'build' ? 'phase' THEN 'notification'
			WHEN payload ? 'allBuilds' OR payload ? 'builds' THEN 'builds'
			WHEN payload ? 'stages' AND payload ? 'startTimeMillis' THEN 'pipeline'
			WHEN payload ? 'startTimeMillis' AND payload #>> '{_links,self,href}' LIKE '%/execution/node/%' THEN 'stage'
			WHEN payload ? 'number' AND (payload ? 'timestamp' OR payload ? 'result') THEN 'build'
			WHEN payload ? 'inQueueSince' THEN 'queue_item'
			WHEN payload ? 'jobs' OR payload ->> '_class' ~ '(Job|Project|Folder)$' THEN 'job'
			ELSE 'payload'
		END AS name OFFSET 0) AS n,
	LATERAL (SELECT
		CASE n.name
			WHEN 'notification' THEN
				CASE WHEN vsm.jenkins_build(coalesce(payload #>> '{build,full_url}', payload #>> '{build,url}')) IS NULL
					THEN 'its build.full_url is that of no build'
					ELSE vsm.payload_lacks(payload, VARIADIC ARRAY['build.timestamp']
						|| CASE WHEN payload #>> '{build,phase}' IN ('COMPLETED', 'FINALIZED')
							THEN '{build.duration}'::text[] ELSE '{}' END) END
			WHEN 'builds' THEN
				CASE WHEN payload @? '$.*[*] ? (exists(@.number)
					&& (!exists(@.timestamp) || !exists(@.url) && !exists(@.fullDisplayName)))' THEN
					'one of its builds has no timestamp or no url: '
					'ask with ?tree=allBuilds[number,url,timestamp,duration,building,result,...]' END
			WHEN 'build' THEN
				CASE WHEN vsm.jenkins_build(payload ->> 'url') IS NULL AND payload ->> 'fullDisplayName' IS NULL
					THEN 'it has neither url nor fullDisplayName'
				ELSE vsm.payload_lacks(payload, 'number', 'timestamp') END
			WHEN 'pipeline' THEN CASE WHEN vsm.jenkins_build(payload #>> '{_links,self,href}') IS NULL
				THEN 'its _links.self.href is that of no build' END
			WHEN 'stage' THEN
				CASE WHEN vsm.jenkins_build(payload #>> '{_links,self,href}') IS NULL THEN 'its _links.self.href is that of no build'
				ELSE vsm.payload_lacks(payload, 'id', 'name', 'startTimeMillis') END
			WHEN 'queue_item' THEN 'its build tells later how long it was queued'
			WHEN 'job' THEN 'it is about jobs, not builds'
			ELSE 'its shape is not known: neither a build, a pipeline, a stage nor a notification'
		END AS reason
		OFFSET 0) AS k;
END;
COMMENT ON FUNCTION vsm.jenkins_kind(jsonb) IS 'which reader reads a payload of Jenkins, or why none does';
