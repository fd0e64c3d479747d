/*
 * Jenkins: pipelines and their stages, as wfapi and Blue Ocean tell of them.
 */

/*
 * A stage: its own events, and one of its build. Until an input is given a stage is paused; for
 * how long is known only at its end, so it is an attribute. build_started_at and build_ended_at
 * are known where the whole pipeline is told.
 *
 * What it says of the deployment of its build is newer than what the build says, unless it was
 * not executed: then it is newer than the build only, see reader_jenkins.sql.
 */
CREATE FUNCTION vsm.read_jenkins_stage_facts(source text, names jsonb, build text, stage text, name text, status text,
	started_at timestamptz,
	finished_at timestamptz, paused numeric, build_started_at timestamptz, build_finished_at timestamptz)
RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 5
BEGIN ATOMIC
	SELECT q.*
	FROM (
		SELECT source || ':stage:' || build || ':' || stage AS entity, source || ':build:' || build AS build_entity,
			vsm.job_target(names, 'stage', name) AS target, coalesce(status, '') = 'NOT_EXECUTED' AS is_skipped
		OFFSET 0) AS s,
	LATERAL (
		SELECT e.*
		FROM (
			SELECT (vsm.fact_event(source, s.entity, started_at, 'running', s.entity || ':running',
				attributes => jsonb_build_object('name', name))).*
			UNION ALL
			SELECT (vsm.fact_event(source, s.entity, finished_at, status, s.entity || ':finished',
				attributes => CASE WHEN paused > 0 THEN jsonb_build_object('paused', paused) ELSE '{}' END)).*
			WHERE finished_at IS NOT NULL
			UNION ALL
			SELECT (vsm.fact_event(source, s.build_entity, started_at, name, s.entity || ':stage')).*
			UNION ALL
			SELECT (vsm.fact_link(source, s.entity, s.build_entity, 'part_of', 'pipeline')).*) AS e
		WHERE NOT s.is_skipped AND started_at IS NOT NULL
		UNION ALL
		SELECT d.*
		FROM (
			SELECT j.deploys, source || ':deployment:' || build || CASE WHEN j.deploys THEN '' ELSE ':' || stage END AS entity,
				vsm.job_target_environment(s.target, name) AS environment, vsm.jenkins_deployment_status(status) AS status,
				CASE WHEN s.is_skipped THEN coalesce(build_started_at, started_at) - interval '24 hours'
					ELSE coalesce(finished_at, started_at) END AS version
			FROM (SELECT vsm.jenkins_job_target(names, build) IS NOT NULL AS deploys OFFSET 0) AS j
			WHERE s.target IS NOT NULL AND (started_at IS NOT NULL AND NOT s.is_skipped OR s.is_skipped AND j.deploys)
			OFFSET 0) AS t,
		LATERAL (
			SELECT (vsm.fact_row(source, 'deployment', t.entity, t.version,
				vsm.fact_details('source', source,
					-- whose commit and repository it has
					'build', s.build_entity,
					'environment', CASE WHEN NOT s.is_skipped THEN t.environment END,
					'environment_tier', CASE WHEN NOT s.is_skipped THEN vsm.meaning(names, 'environment', t.environment) END,
					'status', t.status, 'created_at', started_at, 'started_at', started_at, 'finished_at', finished_at))).*
			UNION ALL
			SELECT (vsm.fact_event(source, t.entity, CASE WHEN NOT s.is_skipped THEN started_at END, 'running', t.entity || ':running')).*
			UNION ALL
			SELECT (vsm.fact_event(source, t.entity, CASE WHEN s.is_skipped THEN build_finished_at ELSE finished_at END, t.status,
				t.entity || ':finished',
				version => t.version)).*
			UNION ALL
			SELECT (vsm.fact_link(source, t.entity, s.build_entity, 'part_of',
				CASE WHEN t.deploys THEN 'build' ELSE 'stage' END)).*) AS d) AS q;
END;
COMMENT ON FUNCTION vsm.read_jenkins_stage_facts(text, jsonb, text, text, text, text, timestamptz, timestamptz, numeric, timestamptz,
	timestamptz) IS
	'the facts of a stage of a pipeline of Jenkins, and of the deployment that it makes; build is JOB#NUMBER';

CREATE FUNCTION vsm.read_jenkins_stage_object(source text, build text, stage jsonb, build_started_at timestamptz,
	build_finished_at timestamptz, names jsonb)
RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 5
BEGIN ATOMIC
	SELECT f.*
	FROM (
		SELECT coalesce(vsm.json_text(stage, 'id'), substring(stage #>> '{_links,self,href}' FROM '/execution/node/(\d+)')) AS id,
			vsm.json_text(stage, 'name') AS name, vsm.json_text(stage, 'status') AS status,
			vsm.json_time(stage, 'startTimeMillis') AS started_at,
			CASE WHEN vsm.json_text(stage, 'status') NOT IN ('IN_PROGRESS', 'PAUSED_PENDING_INPUT', 'NOT_EXECUTED')
				AND vsm.json_number(stage, 'durationMillis') >= 0 THEN
				vsm.jenkins_shift(vsm.json_time(stage, 'startTimeMillis'), vsm.json_number(stage, 'durationMillis')) END AS finished_at,
			vsm.json_number(stage, 'pauseDurationMillis') AS paused
		OFFSET 0) AS s,
		LATERAL vsm.read_jenkins_stage_facts(source, names, build, s.id, s.name, s.status, s.started_at, s.finished_at, s.paused,
			build_started_at,
			build_finished_at) AS f;
END;
COMMENT ON FUNCTION vsm.read_jenkins_stage_object(text, text, jsonb, timestamptz, timestamptz, jsonb) IS
	'the facts of a stage in a payload of wfapi; build is JOB#NUMBER, its times are NULL where they are not told';

CREATE FUNCTION vsm.read_jenkins_stage(source text, payload jsonb, names jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 5
BEGIN ATOMIC
	SELECT f.*
	FROM (SELECT payload || '{}' AS body, vsm.jenkins_build(vsm.json_text(payload, '_links', 'self', 'href')) AS build OFFSET 0) AS p,
		LATERAL vsm.read_jenkins_stage_object(source, p.build, p.body, NULL, NULL, names) AS f;
END;
COMMENT ON FUNCTION vsm.read_jenkins_stage(text, jsonb, jsonb) IS
	'facts of one stage of Jenkins: GET .../NUMBER/execution/node/ID/wfapi/describe';

CREATE FUNCTION vsm.read_jenkins_pipeline(source text, payload jsonb, names jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 20
BEGIN ATOMIC
	SELECT f.*
	FROM (SELECT payload || '{}' AS body OFFSET 0) AS b,
	LATERAL (
		SELECT vsm.jenkins_build(vsm.json_text(b.body, '_links', 'self', 'href')) AS name,
			vsm.json_time(b.body, 'startTimeMillis') AS started_at,
			CASE vsm.json_text(b.body, 'status')
				WHEN 'FAILED' THEN 'FAILURE'
				WHEN 'NOT_EXECUTED' THEN 'NOT_BUILT'
				WHEN 'IN_PROGRESS' THEN NULL
				WHEN 'PAUSED_PENDING_INPUT' THEN NULL
				ELSE vsm.json_text(b.body, 'status')
			END AS result,
			coalesce(vsm.json_time(b.body, 'endTimeMillis'), CASE WHEN vsm.json_number(b.body, 'durationMillis') > 0 THEN
				vsm.jenkins_shift(vsm.json_time(b.body, 'startTimeMillis'), vsm.json_number(b.body, 'durationMillis')) END) AS ended_at,
			CASE WHEN vsm.json_number(b.body, 'queueDurationMillis') > 0 THEN
				vsm.jenkins_shift(vsm.json_time(b.body, 'startTimeMillis'),
					- vsm.json_number(b.body, 'queueDurationMillis')) END AS queued_at
		OFFSET 0) AS r,
	LATERAL (SELECT CASE WHEN r.result IS NOT NULL AND (r.ended_at < r.started_at) IS NOT TRUE
		THEN r.ended_at END AS finished_at OFFSET 0) AS e,
	LATERAL (
		SELECT c.*
		FROM vsm.read_jenkins_run_facts(source, names, r.name, NULL, NULL, NULL, NULL, NULL, NULL, NULL, r.queued_at, r.started_at,
			e.finished_at, r.result) AS c
		UNION ALL
		SELECT o.*
		FROM jsonb_array_elements(vsm.json_array(b.body -> 'stages')) AS s (stage),
			LATERAL vsm.read_jenkins_stage_object(source, r.name, s.stage, r.started_at, e.finished_at, names) AS o) AS f;
END;
COMMENT ON FUNCTION vsm.read_jenkins_pipeline(text, jsonb, jsonb) IS
	'facts of a pipeline of Jenkins and its stages: GET .../NUMBER/wfapi/describe, .../wfapi/runs';

CREATE FUNCTION vsm.read_jenkins_node(source text, payload jsonb, names jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 5
BEGIN ATOMIC
	SELECT f.*
	FROM (SELECT payload || '{}' AS body OFFSET 0) AS b,
	LATERAL (
		SELECT vsm.json_text(b.body, '_links', 'self', 'href') AS href, vsm.json_time(b.body, 'startTime') AS started_at,
			CASE
				WHEN vsm.json_text(b.body, 'result') = 'NOT_BUILT' OR vsm.json_text(b.body, 'state') IN ('SKIPPED', 'NOT_BUILT')
					THEN 'NOT_EXECUTED'
				WHEN vsm.json_text(b.body, 'state') IS DISTINCT FROM 'FINISHED' THEN 'IN_PROGRESS'
				WHEN vsm.json_text(b.body, 'result') = 'FAILURE' THEN 'FAILED'
				WHEN vsm.json_text(b.body, 'result') = 'UNKNOWN' THEN NULL
				ELSE vsm.json_text(b.body, 'result')
			END AS status
		OFFSET 0) AS n,
		LATERAL vsm.read_jenkins_stage_facts(source, names, vsm.jenkins_build(n.href),
			coalesce(vsm.json_text(b.body, 'id'), substring(n.href FROM '/nodes/(\d+)')),
				coalesce(vsm.json_text(b.body, 'displayName'), vsm.json_text(b.body, 'name')),
			n.status, n.started_at,
			CASE WHEN n.status NOT IN ('IN_PROGRESS', 'NOT_EXECUTED') AND vsm.json_number(b.body, 'durationInMillis') >= 0 THEN
				vsm.jenkins_shift(n.started_at, vsm.json_number(b.body, 'durationInMillis')) END,
			NULL, NULL, NULL) AS f;
END;
COMMENT ON FUNCTION vsm.read_jenkins_node(text, jsonb, jsonb) IS
	'facts of a stage of a pipeline as Blue Ocean has it: GET .../runs/NUMBER/nodes';
