/*
 * OpenTelemetry, as its protocol writes it in JSON (OTLP): spans, by the conventions for CI/CD, and log records, by
 * those for feature flags; in camelCase or in snake case, numbers as text or as numbers, attributes as a list or as an
 * object; also a span or a record alone, as exporters to the console write them.
 *
 * A payload is a page, {"resourceSpans": [...]} or {"resourceLogs": [...]}; its elements are
 * {"resource": {attributes}, "span": {...}} or {"resource": {attributes}, "log": {...}}. Of the thousands of spans that
 * an application sends only those are elements that tell of a run, of a deployment or of a feature flag; if none does,
 * the payload is refused.
 *
 * A run of a pipeline is what cicd.pipeline.run.id calls it, SOURCE:run:ID, a task cicd.pipeline.task.run.id,
 * SOURCE:task:ID; what has no id is its span. What an attribute says of the span holds before what it says of the resource.
 * Jenkins's plugin has names of its own, from before the conventions: ci.pipeline.id is a job, and with ci.pipeline.run.number
 * SOURCE:run:JOB#N a run of it, whose span is the one that has its address or how it ended.
 */

CREATE FUNCTION vsm.otel_has_parent(span jsonb) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN coalesce(ltrim(coalesce(vsm.json_text(span, 'parentSpanId'), vsm.json_text(span, 'parent_span_id'), vsm.json_text(span, 'parent_id'),
	vsm.json_text(span, 'parentId'), vsm.json_text(span, 'Parent', 'SpanID'), vsm.json_text(span, 'parentSpanContext', 'spanId')), '0x')
	<> '', false);
COMMENT ON FUNCTION vsm.otel_has_parent(jsonb) IS 'whether a span of OpenTelemetry is within another';

CREATE FUNCTION vsm.otel_span_id(span jsonb) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN coalesce(vsm.json_text(span, 'spanId'), vsm.json_text(span, 'span_id'), vsm.json_text(span, 'context', 'span_id'),
	vsm.json_text(span, 'SpanContext', 'SpanID'), vsm.json_text(span, 'id'));
COMMENT ON FUNCTION vsm.otel_span_id(jsonb) IS 'the id of a span of OpenTelemetry, as the protocol or an exporter to the console writes it';

CREATE FUNCTION vsm.otel_began_at(span jsonb) RETURNS timestamptz
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN vsm.otel_time(coalesce(span -> 'startTimeUnixNano', span -> 'start_time_unix_nano', span -> 'start_time', span -> 'startTime',
	span -> 'StartTime', span -> 'timestamp'));
COMMENT ON FUNCTION vsm.otel_began_at(jsonb) IS
	'when a span of OpenTelemetry began, as the protocol or an exporter to the console writes it';

CREATE FUNCTION vsm.otel_finished_at(span jsonb) RETURNS timestamptz
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN coalesce(
	vsm.otel_time(coalesce(span -> 'endTimeUnixNano', span -> 'end_time_unix_nano', span -> 'end_time', span -> 'endTime',
		span -> 'EndTime')),
	-- That of JavaScript writes how many microseconds it took.
	vsm.otel_time(span -> 'timestamp') + CASE WHEN vsm.json_number(span, 'duration') BETWEEN 0 AND 1e14 THEN
		(vsm.json_number(span, 'duration') / 1000000)::float8 * interval '1 second' END);
COMMENT ON FUNCTION vsm.otel_finished_at(jsonb) IS
	'when a span of OpenTelemetry ended, as the protocol or an exporter to the console writes it';

CREATE FUNCTION vsm.otel_deploys(attributes jsonb) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN attributes ?| '{deployment.id,deployment.status}'
	OR attributes ?| '{deployment.environment.name,deployment.environment}'
		AND attributes ?| '{cicd.pipeline.name,cicd.pipeline.run.id,cicd.pipeline.task.name,cicd.pipeline.task.run.id}'
	OR vsm.json_text(attributes, 'cicd.pipeline.task.type') = 'deploy';
COMMENT ON FUNCTION vsm.otel_deploys(jsonb) IS
	'whether a span or a log record of OpenTelemetry with these attributes of its own is a deployment: on a resource an environment is '
	'that in which it runs';

CREATE FUNCTION vsm.otel_role(resource jsonb, span jsonb, attributes jsonb) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
	WHEN attributes ? 'cicd.pipeline.task.run.id' OR attributes ? 'cicd.pipeline.task.name' AND NOT resource ? 'cicd.pipeline.task.run.id'
		OR resource ? 'cicd.pipeline.task.run.id' AND attributes::text !~ '"cicd\.pipeline\.' THEN 'task'
	WHEN attributes ? 'cicd.pipeline.task.name' THEN NULL	-- a step of a task
	WHEN (attributes || resource) ?| '{cicd.pipeline.name,cicd.pipeline.run.id}' AND NOT resource ? 'cicd.pipeline.task.run.id'
		AND (NOT vsm.otel_has_parent(span) OR attributes ?| '{cicd.pipeline.result,cicd.pipeline.run.result}'
			OR attributes ?| '{cicd.pipeline.name,cicd.pipeline.run.id}' AND vsm.json_text(span, 'kind') IN ('2', 'SPAN_KIND_SERVER'))
		THEN 'run'
	WHEN attributes ? 'ci.pipeline.id' AND attributes ?| '{ci.pipeline.run.url,ci.pipeline.run.result,ci.pipeline.run.completed}' THEN 'run'
	WHEN vsm.otel_deploys(attributes) THEN 'deployment'
END;
COMMENT ON FUNCTION vsm.otel_role(jsonb, jsonb, jsonb) IS
	'what a span of OpenTelemetry is by the attributes of its resource and its own: run, task or deployment; NULL if nothing of these';

CREATE FUNCTION vsm.otel_evaluates(span jsonb) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN EXISTS (
	SELECT FROM jsonb_array_elements(coalesce(vsm.json_array(span -> 'events'), vsm.json_array(span -> 'Events'))) AS e
	WHERE vsm.json_text(vsm.otel_attributes(coalesce(e.value -> 'attributes', e.value -> 'Attributes')), 'feature_flag.key') IS NOT NULL);
COMMENT ON FUNCTION vsm.otel_evaluates(jsonb) IS 'whether a span of OpenTelemetry has events that are evaluations of feature flags';

CREATE FUNCTION vsm.otel_elements(payload jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT jsonb_agg(q.element)
	FROM (
		SELECT jsonb_build_object('resource', r.attributes, 'span', p.value) AS element
		FROM (
			SELECT e.value, vsm.otel_attributes(e.value #> '{resource,attributes}') AS attributes
			FROM jsonb_array_elements(coalesce(vsm.json_array(payload -> 'resourceSpans'), vsm.json_array(payload -> 'resource_spans')))
				AS e OFFSET 0) AS r,
			jsonb_array_elements(coalesce(vsm.json_array(r.value -> 'scopeSpans'), vsm.json_array(r.value -> 'scope_spans'),
				vsm.json_array(r.value -> 'instrumentationLibrarySpans'), vsm.json_array(r.value -> 'instrumentation_library_spans'))) AS s,
			jsonb_array_elements(vsm.json_array(s.value -> 'spans')) AS p
		WHERE jsonb_typeof(p.value) = 'object' AND (
			vsm.otel_role(r.attributes, p.value, vsm.otel_attributes(p.value -> 'attributes')) IS NOT NULL OR vsm.otel_evaluates(p.value))
		UNION ALL
		SELECT jsonb_build_object('resource', r.attributes, 'log', p.value)
		FROM (
			SELECT e.value, vsm.otel_attributes(e.value #> '{resource,attributes}') AS attributes
			FROM jsonb_array_elements(coalesce(vsm.json_array(payload -> 'resourceLogs'), vsm.json_array(payload -> 'resource_logs')))
				AS e OFFSET 0) AS r,
			jsonb_array_elements(coalesce(vsm.json_array(r.value -> 'scopeLogs'), vsm.json_array(r.value -> 'scope_logs'),
				vsm.json_array(r.value -> 'instrumentationLibraryLogs'), vsm.json_array(r.value -> 'instrumentation_library_logs'))) AS s,
			jsonb_array_elements(coalesce(vsm.json_array(s.value -> 'logRecords'), vsm.json_array(s.value -> 'log_records'),
				vsm.json_array(s.value -> 'logs'))) AS p,
			LATERAL (SELECT vsm.otel_attributes(p.value -> 'attributes') AS attributes OFFSET 0) AS a
		WHERE jsonb_typeof(p.value) = 'object'
		AND (vsm.json_text(a.attributes, 'feature_flag.key') IS NOT NULL OR vsm.otel_deploys(a.attributes))) AS q;
END;
COMMENT ON FUNCTION vsm.otel_elements(jsonb) IS
	'the spans and log records of a payload of OTLP that tell of a run, a deployment or a feature flag, each with the attributes of its '
	'resource; NULL if there are none';

CREATE FUNCTION vsm.otel_resource(payload jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN vsm.otel_attributes(coalesce(payload #> '{resource,attributes}', payload -> 'resource', payload -> 'Resource'));
COMMENT ON FUNCTION vsm.otel_resource(jsonb) IS 'the attributes of the resource that a span or log record of OpenTelemetry is of';

CREATE FUNCTION vsm.otel_result(span jsonb, result text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
	WHEN lower(result) IN ('success', 'succeeded', 'ok', 'passed') THEN 'success'
	WHEN lower(result) IN ('failure', 'failed', 'fail') THEN 'failure'
	WHEN result IS NOT NULL THEN lower(result)
	ELSE CASE upper(coalesce(vsm.json_text(span, 'status', 'code'), vsm.json_text(span, 'status', 'status_code'),
			vsm.json_text(span, 'Status', 'Code')))
		WHEN '1' THEN 'success' WHEN 'STATUS_CODE_OK' THEN 'success' WHEN 'OK' THEN 'success'
		WHEN '2' THEN 'failure' WHEN 'STATUS_CODE_ERROR' THEN 'failure' WHEN 'ERROR' THEN 'failure'
		-- That nobody set a status says nothing.
		ELSE 'finished' END
END;
COMMENT ON FUNCTION vsm.otel_result(jsonb, text) IS
	'how a run, a task or a deployment ended: by the result that attributes tell, else by the status of its span';

CREATE FUNCTION vsm.otel_repository(attributes jsonb) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN coalesce(vsm.repository_path(vsm.json_text(attributes, 'vcs.repository.url.full')),
	vsm.json_text(attributes, 'vcs.owner.name') || '/' || vsm.json_text(attributes, 'vcs.repository.name'),
	-- https://github.com/shop/web/actions/runs/7, https://gitlab.example.com/shop/web/-/pipelines/7
	vsm.repository_path(substring(coalesce(vsm.json_text(attributes, 'cicd.pipeline.run.url.full'),
		vsm.json_text(attributes, 'cicd.pipeline.task.run.url.full')) FROM '^(.+?)/(?:actions/runs|-/(?:pipelines|jobs))/')),
	vsm.json_text(attributes, 'vcs.repository.name'));
COMMENT ON FUNCTION vsm.otel_repository(jsonb) IS 'the repository that attributes of OpenTelemetry tell: shop/web';

CREATE FUNCTION vsm.otel_sha(attributes jsonb) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT vsm.json_sha(r.revision)
	FROM (SELECT coalesce(attributes -> 'vcs.ref.head.revision', attributes -> 'vcs.repository.ref.revision',
		attributes -> 'vcs.ref.revision', attributes -> 'vcs.revision',
		attributes -> 'github.head_sha', attributes -> 'github.job.head_sha') AS revision OFFSET 0) AS r
	-- (A number is a revision of something else than Git.)
	WHERE r.revision #>> '{}' !~ '^\d{1,39}$';
END;
COMMENT ON FUNCTION vsm.otel_sha(jsonb) IS
	'the commit that attributes of OpenTelemetry tell, by the conventions of any version or as the action otel-cicd-action tells it';

CREATE FUNCTION vsm.read_otel_deployment(source text, names jsonb, entity text, name text, environment text, repository text, sha text,
	ref text,
	build text, status text, started_at timestamptz, finished_at timestamptz)
RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 4
BEGIN ATOMIC
	SELECT (vsm.fact_row(source, 'deployment', entity, finished_at,
		vsm.fact_details('source', source, 'service', vsm.meaning(names, 'service', name), 'environment', environment,
			'environment_tier', vsm.meaning(names, 'environment', environment), 'repository', repository, 'sha', sha, 'ref', ref,
			'build', build, 'status', status, 'created_at', started_at, 'started_at', started_at, 'finished_at', finished_at))).*
	UNION ALL
	SELECT (vsm.fact_event(source, entity, started_at, 'running', entity || ':running')).*
	UNION ALL
	SELECT (vsm.fact_event(source, entity, finished_at, status, entity || ':finished', version => finished_at)).*
	UNION ALL
	SELECT (vsm.fact_link(source, entity, sha, 'deploys', 'pipeline')).*;
END;
COMMENT ON FUNCTION vsm.read_otel_deployment(text, jsonb, text, text, text, text, text, text, text, text, timestamptz, timestamptz) IS
	'the facts of a deployment that a span or a log record of OpenTelemetry tells';

CREATE FUNCTION vsm.otel_ref(attributes jsonb) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN coalesce(vsm.json_text(attributes, 'vcs.ref.head.name'), vsm.json_text(attributes, 'vcs.ref.head'),
	vsm.json_text(attributes, 'vcs.repository.ref.name'), vsm.json_text(attributes, 'github.head_branch'));
COMMENT ON FUNCTION vsm.otel_ref(jsonb) IS 'the branch or tag that attributes of OpenTelemetry tell';

CREATE FUNCTION vsm.read_otel_span(source text, payload jsonb, names jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 6
BEGIN ATOMIC
	SELECT f.*
	FROM (
		SELECT b.span, b.resource, b.own, b.resource || b.own AS told, vsm.otel_role(b.resource, b.span, b.own) AS role,
			concat_ws(':', coalesce(vsm.json_text(b.span, 'traceId'), vsm.json_text(b.span, 'trace_id'),
					vsm.json_text(b.span, 'context', 'trace_id'), vsm.json_text(b.span, 'SpanContext', 'TraceID')),
				vsm.otel_span_id(b.span)) AS id,
			coalesce(vsm.json_text(b.span, 'name'), vsm.json_text(b.span, 'Name')) AS name,
			vsm.otel_began_at(b.span) AS began_at, vsm.otel_finished_at(b.span) AS finished_at
		FROM (
			SELECT p.span, vsm.otel_resource(payload) AS resource,
				vsm.otel_attributes(coalesce(p.span -> 'attributes', p.span -> 'Attributes')) AS own
			FROM (SELECT coalesce(vsm.json_object(payload -> 'span'), payload) AS span OFFSET 0) AS p
			OFFSET 0) AS b
		OFFSET 0) AS s,
	LATERAL (
		SELECT coalesce(vsm.json_text(s.told, 'cicd.pipeline.run.id'),
				vsm.json_text(s.own, 'ci.pipeline.id') || '#' || vsm.json_text(s.own, 'ci.pipeline.run.number')) AS run,
			vsm.json_text(s.told, 'cicd.pipeline.task.run.id') AS task,
			vsm.otel_repository(s.told) AS repository, vsm.otel_sha(s.told) AS sha, vsm.otel_ref(s.told) AS ref,
			CASE WHEN (s.finished_at < s.began_at) IS NOT TRUE THEN s.began_at END AS started_at, vsm.otel_deploys(s.own) AS deploys,
			coalesce(CASE s.role WHEN 'task' THEN coalesce(vsm.json_text(s.own, 'cicd.pipeline.task.name'), s.name) END,
				vsm.json_text(s.told, 'cicd.pipeline.name'), vsm.json_text(s.own, 'ci.pipeline.id'), s.name) AS job,
			vsm.otel_result(s.span, CASE s.role
				WHEN 'task' THEN coalesce(vsm.json_text(s.told, 'cicd.pipeline.task.run.result'),
					vsm.json_text(s.told, 'cicd.pipeline.task.run.status'), vsm.json_text(s.told, 'cicd.pipeline.run.task.status'),
					vsm.json_text(s.told, 'github.job.conclusion'))
				WHEN 'run' THEN coalesce(vsm.json_text(s.told, 'cicd.pipeline.result'), vsm.json_text(s.told, 'cicd.pipeline.run.result'),
					vsm.json_text(s.told, 'cicd.pipeline.run.status'), vsm.json_text(s.told, 'github.conclusion'),
					vsm.json_text(s.own, 'ci.pipeline.run.result'))
				ELSE vsm.json_text(s.own, 'deployment.status') END) AS state,
			CASE s.role WHEN 'task' THEN vsm.json_text(s.told, 'cicd.pipeline.task.run.url.full')
				ELSE coalesce(vsm.json_text(s.told, 'cicd.pipeline.run.url.full'), vsm.json_text(s.told, 'github.html_url'),
					vsm.json_text(s.own, 'ci.pipeline.run.url')) END AS url
		OFFSET 0) AS t,
	LATERAL (
		SELECT CASE s.role WHEN 'task' THEN source || ':task:' || coalesce(t.task, s.id)
				WHEN 'run' THEN source || ':run:' || coalesce(t.run, s.id) END AS entity,
			CASE WHEN s.role IN ('run', 'task') THEN vsm.job_target(names, 'job', t.job) END AS target
		OFFSET 0) AS e,
	LATERAL (
		SELECT r.*
		FROM vsm.read_run(source, e.entity, t.job, t.repository, t.sha, t.ref, t.state, NULL, t.started_at, s.finished_at, t.url,
			s.finished_at)
			AS r
		WHERE s.role IN ('run', 'task')
		UNION ALL
		SELECT (vsm.fact_link(source, e.entity, source || ':run:' || t.run, 'part_of', 'pipeline')).*
		WHERE s.role = 'task'
		UNION ALL
		SELECT d.*
		FROM (
			SELECT source || ':deployment:' || coalesce(vsm.json_text(s.own, 'deployment.id'), t.task, s.id) AS entity,
				vsm.json_text(s.own, 'deployment.name') AS name,
				coalesce(vsm.json_text(s.own, 'deployment.environment.name'), vsm.json_text(s.own, 'deployment.environment'),
					vsm.job_target_environment(coalesce(e.target, 'deploy'), t.job)) AS environment,
				coalesce(source || ':run:' || t.run, e.entity) AS build,
				CASE WHEN s.own ? 'deployment.status' THEN vsm.otel_result(NULL, vsm.json_text(s.own, 'deployment.status')) ELSE t.state END
					AS status
			-- What was skipped deployed nothing.
			WHERE s.role IS NOT NULL AND (t.deploys OR e.target IS NOT NULL) AND t.state NOT IN ('skip', 'skipped')
			OFFSET 0) AS o,
			LATERAL vsm.read_otel_deployment(source, names, o.entity, o.name, o.environment, t.repository, t.sha, t.ref, o.build, o.status,
				t.started_at, s.finished_at) AS d
		UNION ALL
		SELECT u.*
		FROM (
			SELECT vsm.otel_attributes(coalesce(v.value -> 'attributes', v.value -> 'Attributes')) AS attributes,
				coalesce(vsm.otel_time(coalesce(v.value -> 'timeUnixNano', v.value -> 'time_unix_nano', v.value -> 'timestamp',
					v.value -> 'Time')), s.finished_at) AS at
			FROM jsonb_array_elements(coalesce(vsm.json_array(s.span -> 'events'), vsm.json_array(s.span -> 'Events'))) AS v
			OFFSET 0) AS v,
			LATERAL vsm.read_evaluation(source, names, v.attributes, v.at, s.id) AS u) AS f;
END;
COMMENT ON FUNCTION vsm.read_otel_span(text, jsonb, jsonb) IS
	'facts of a span of OpenTelemetry: a run of a pipeline or a task of it, a deployment, and evaluations of feature flags that are its '
	'events';

CREATE FUNCTION vsm.read_otel_log(source text, payload jsonb, names jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 3
BEGIN ATOMIC
	SELECT f.*
	FROM (
		SELECT b.own, b.resource || b.own AS told, vsm.otel_log_time(b.log) AS at,
			coalesce(vsm.json_text(b.log, 'traceId'), vsm.json_text(b.log, 'trace_id')) || ':'
				|| coalesce(vsm.json_text(b.log, 'spanId'), vsm.json_text(b.log, 'span_id')) AS id,
			coalesce(vsm.json_text(b.own, 'deployment.environment.name'), vsm.json_text(b.own, 'deployment.environment')) AS environment
		FROM (
			SELECT o.log, vsm.otel_log_attributes(o.log) AS own, vsm.otel_resource(payload) AS resource
			FROM (SELECT coalesce(vsm.json_object(payload -> 'log'), payload) AS log OFFSET 0) AS o
			OFFSET 0) AS b
		OFFSET 0) AS l,
	LATERAL (
		SELECT u.*
		FROM vsm.read_evaluation(source, names, l.own, l.at, coalesce(l.id, vsm.evaluation_context(l.own, l.at))) AS u
		UNION ALL
		SELECT d.*
		FROM (
			SELECT source || ':deployment:' || coalesce(vsm.json_text(l.own, 'deployment.id'), l.id,
					concat_ws(':', vsm.json_text(l.own, 'deployment.name'), l.environment, vsm.epoch_microseconds(l.at))) AS entity,
				vsm.json_text(l.own, 'deployment.name') AS name, vsm.otel_repository(l.told) AS repository, vsm.otel_sha(l.told) AS sha,
				vsm.otel_ref(l.told) AS ref, source || ':run:' || vsm.json_text(l.told, 'cicd.pipeline.run.id') AS build,
				vsm.otel_result(NULL, vsm.json_text(l.own, 'deployment.status')) AS status
			WHERE vsm.otel_deploys(l.own)
			OFFSET 0) AS o,
			LATERAL vsm.read_otel_deployment(source, names, o.entity, o.name, l.environment, o.repository, o.sha, o.ref, o.build,
				o.status, NULL,
				l.at) AS d) AS f;
END;
COMMENT ON FUNCTION vsm.read_otel_log(text, jsonb, jsonb) IS
	'facts of a log record of OpenTelemetry: an evaluation of a feature flag, or a deployment';

CREATE FUNCTION vsm.otel_kind(payload jsonb) RETURNS SETOF vsm.payload_kind
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 1
BEGIN ATOMIC
	SELECT k.name, CASE k.name
			WHEN 'spans' THEN 'none of them tells of a run of a pipeline, a deployment or a feature flag'
			WHEN 'logs' THEN 'none of them tells of a deployment or a feature flag'
			WHEN 'metrics' THEN 'metrics are not read: send spans'
			WHEN 'span' THEN CASE
				WHEN k.role IS NULL AND NOT k.evaluates THEN 'it tells of no run of a pipeline, no deployment and no feature flag'
				WHEN k.finished_at IS NULL THEN 'it has no endTimeUnixNano, or that is no time'
				WHEN vsm.otel_span_id(k.span) IS NULL THEN 'it has no spanId'
				WHEN k.role IS NULL THEN k.lacks END
			WHEN 'log' THEN CASE
				WHEN vsm.json_text(k.own, 'feature_flag.key') IS NULL AND NOT vsm.otel_deploys(k.own) THEN
					'it tells of no deployment and no feature flag'
				WHEN vsm.otel_log_time(k.log) IS NULL THEN 'it has no timeUnixNano, or that is no time'
				WHEN vsm.json_text(k.own, 'feature_flag.key') IS NOT NULL THEN vsm.evaluation_lacks(k.own) END
			ELSE 'its shape is not known: neither resourceSpans nor resourceLogs, neither a span nor a log record' END
	FROM (
		SELECT p.*, vsm.otel_role(vsm.otel_resource(p.body), p.span, vsm.otel_attributes(coalesce(p.span -> 'attributes',
				p.span -> 'Attributes'))) AS role,
			vsm.otel_evaluates(p.span) AS evaluates, vsm.otel_log_attributes(p.log) AS own,
			vsm.otel_finished_at(p.span) AS finished_at,
			-- (Of several evaluations those that can be read are.)
			(SELECT CASE WHEN count(*) = count(a.lacks) THEN min(a.lacks) END
				FROM (
					SELECT vsm.evaluation_lacks(a.attributes) AS lacks
					FROM (
						SELECT vsm.otel_attributes(coalesce(e.value -> 'attributes', e.value -> 'Attributes')) AS attributes
						FROM jsonb_array_elements(coalesce(vsm.json_array(p.span -> 'events'), vsm.json_array(p.span -> 'Events'))) AS e
						OFFSET 0) AS a
					WHERE vsm.json_text(a.attributes, 'feature_flag.key') IS NOT NULL
					OFFSET 0) AS a) AS lacks,
			CASE
				WHEN jsonb_typeof(coalesce(p.body -> 'resourceSpans', p.body -> 'resource_spans')) = 'array' THEN 'spans'
				WHEN jsonb_typeof(coalesce(p.body -> 'resourceLogs', p.body -> 'resource_logs')) = 'array' THEN 'logs'
				WHEN jsonb_typeof(coalesce(p.body -> 'resourceMetrics', p.body -> 'resource_metrics')) = 'array' THEN 'metrics'
				WHEN jsonb_typeof(p.body -> 'log') = 'object' THEN 'log'
				WHEN jsonb_typeof(p.body -> 'span') = 'object' OR
					p.body ?| '{startTimeUnixNano,start_time_unix_nano,endTimeUnixNano,SpanContext}'
					OR p.body ?& '{context,start_time}' OR p.body ?& '{traceId,timestamp,duration}' THEN 'span'
				WHEN p.body ?| '{timeUnixNano,time_unix_nano,observedTimeUnixNano,observed_time_unix_nano,observed_timestamp}' THEN 'log'
				ELSE 'payload' END AS name
		FROM (
			SELECT b.body, coalesce(vsm.json_object(b.body -> 'span'), b.body) AS span, coalesce(vsm.json_object(b.body -> 'log'),
				b.body) AS log
			FROM (SELECT payload || '{}' AS body OFFSET 0) AS b
			OFFSET 0) AS p
		OFFSET 0) AS k;
END;
COMMENT ON FUNCTION vsm.otel_kind(jsonb) IS 'which reader reads a payload of OpenTelemetry, or why none does';
