-- What OpenTelemetry's spans and log records state, in every way that its protocol is written, and how the way of an item ends in its use.
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS vsm;
SELECT plan(18);
SET LOCAL TimeZone = 'Asia/Tokyo';
SET LOCAL jit = off;
SET LOCAL client_min_messages = error;

-- A run of a pipeline with two tasks, the second of which deploys, by the conventions for CI/CD.
CREATE TEMP TABLE sample (sample text, payload jsonb);
CREATE FUNCTION pg_temp.attributes(told jsonb) RETURNS jsonb LANGUAGE sql AS $$
	SELECT coalesce(jsonb_agg(jsonb_build_object('key', key, 'value', jsonb_build_object(CASE jsonb_typeof(value) WHEN 'string' THEN
		'stringValue' WHEN 'boolean' THEN 'boolValue' ELSE 'intValue' END, value))), '[]') FROM jsonb_each(told)$$;
CREATE FUNCTION pg_temp.nanoseconds(at text) RETURNS text LANGUAGE sql AS
$$SELECT (extract(epoch FROM ('2026-01-08T' || at || 'Z')::timestamptz) * 1000000000)::bigint::text$$;
CREATE TEMP TABLE span AS
SELECT n, jsonb_build_object('traceId', '5b8aa5a2d2c872e8321cf37308d69df2', 'spanId', '051581bf3cb55c1' || n, 'parentSpanId',
	CASE WHEN n > 1 THEN '051581bf3cb55c11' ELSE '' END, 'name', name, 'kind', 2, 'startTimeUnixNano', pg_temp.nanoseconds(since),
	'endTimeUnixNano', pg_temp.nanoseconds(until), 'status', '{}'::jsonb, 'attributes', pg_temp.attributes(told)) AS span
FROM (VALUES
	(1, 'RUN web', '10:00:00', '10:10:00.5', '{"cicd.pipeline.name": "web", "cicd.pipeline.run.id": 77, "cicd.pipeline.result": "success",
		"cicd.pipeline.run.url.full": "https://ci.example.com/77"}'::jsonb),
	(2, 'test', '10:00:10', '10:05:00', '{"cicd.pipeline.task.name": "test", "cicd.pipeline.task.run.id": "t1", "cicd.pipeline.task.type":
		"test", "cicd.pipeline.run.id": 77, "cicd.pipeline.task.run.result": "failure"}'),
	(3, 'rollout', '10:06:00', '10:09:00', '{"cicd.pipeline.task.name": "rollout", "cicd.pipeline.task.run.id": "t2",
		"cicd.pipeline.task.type": "deploy", "cicd.pipeline.run.id": 77, "cicd.pipeline.task.run.result": "success",
		"deployment.environment.name": "production"}'),
	(4, 'GET /', '10:09:00', '10:09:01', '{"http.request.method": "GET"}')) AS t (n, name, since, until, told);
INSERT INTO sample
SELECT '1', jsonb_build_object('resourceSpans', jsonb_build_array(jsonb_build_object('resource', jsonb_build_object('attributes',
	pg_temp.attributes('{"service.name": "ci", "vcs.repository.url.full": "https://git.example.com/shop/web.git", "vcs.ref.head.name":
		"main", "vcs.ref.head.revision": "a000000000000000000000000000000000000001", "deployment.environment.name": "ci"}')),
	'scopeSpans', jsonb_build_array(jsonb_build_object('scope', '{}'::jsonb, 'spans', jsonb_agg(span ORDER BY n))))))
FROM span;
INSERT INTO sample
SELECT '2', jsonb_build_object('resourceLogs', jsonb_build_array(jsonb_build_object('resource', '{}'::jsonb, 'scopeLogs',
	jsonb_build_array(jsonb_build_object('logRecords', jsonb_build_array(
		jsonb_build_object('timeUnixNano', pg_temp.nanoseconds('12:00'), 'eventName', 'feature_flag.evaluation', 'traceId', 'a', 'spanId',
			'b', 'attributes', pg_temp.attributes('{"feature_flag.key": "new-total", "feature_flag.result.variant": "on",
				"feature_flag.context.id": "somebody@example.com"}')),
		jsonb_build_object('timeUnixNano', '0', 'observedTimeUnixNano', pg_temp.nanoseconds('12:01'), 'body',
			'{"kvlistValue": {"values": [{"key": "value", "value": {"boolValue": false}}]}}'::jsonb, 'attributes',
			pg_temp.attributes('{"event.name": "feature_flag.evaluation", "feature_flag.key": "new-total", "feature_flag.variant":
				"gold"}')),
		jsonb_build_object('timeUnixNano', pg_temp.nanoseconds('12:02'), 'body', '{"stringValue": "a line"}'::jsonb),
		jsonb_build_object('timeUnixNano', pg_temp.nanoseconds('12:03'), 'attributes', pg_temp.attributes('{"deployment.id": "d9",
			"deployment.status": "failed", "deployment.environment.name": "staging", "deployment.name": "web shop",
			"vcs.ref.head.revision": "a000000000000000000000000000000000000001"}'))))))));
INSERT INTO sample
SELECT '3', jsonb_build_object('resourceSpans', jsonb_build_array(jsonb_build_object('scopeSpans', jsonb_build_array(jsonb_build_object(
	'spans', jsonb_build_array(jsonb_build_object('traceId', 'c', 'spanId', 'd', 'name', 'GET /', 'startTimeUnixNano',
		pg_temp.nanoseconds('13:00'), 'endTimeUnixNano', pg_temp.nanoseconds('13:01'), 'events', jsonb_build_array(
			jsonb_build_object('timeUnixNano', pg_temp.nanoseconds('13:00:30'), 'name', 'feature_flag', 'attributes',
				pg_temp.attributes('{"feature_flag.key": "SHOP-7-points", "feature_flag.variant": "gold"}')))))))))) ;
\set tool otel
\ir ../../reader_samples.sql

CALL vsm.create_model('forth');
SELECT is(pg_temp.ingest('forth', 'in order'), ROW (3, 0)::vsm.ingested, 'spans and log records are read');
SELECT results_eq($$SELECT build, job, repository, left(sha, 4), ref, status, started_at, finished_at, url FROM forth.build
	ORDER BY build$$,
	$$VALUES ('otel:run:77', 'web', 'shop/web', 'a000', 'main', 'success', timestamptz '2026-01-08 10:00Z',
		timestamptz '2026-01-08 10:10:00.5Z', 'https://ci.example.com/77'),
	('otel:task:t1', 'test', 'shop/web', 'a000', 'main', 'failure', '2026-01-08 10:00:10Z', '2026-01-08 10:05Z', NULL),
	('otel:task:t2', 'rollout', 'shop/web', 'a000', 'main', 'success', '2026-01-08 10:06Z', '2026-01-08 10:09Z', NULL)$$,
	'a run of a pipeline and its tasks are builds');
SELECT results_eq($$SELECT deployment, repository, environment, environment_tier, left(sha, 4), status, build, finished_at
	FROM forth.deployment ORDER BY deployment$$, $$VALUES
	('otel:deployment:d9', NULL, 'staging', 'staging', 'a000', 'failure', NULL, timestamptz '2026-01-08 12:03Z'),
	('otel:deployment:t2', 'shop/web', 'production', 'production', 'a000', 'success', 'otel:run:77', '2026-01-08 10:09Z')$$,
	'a task that deploys is a deployment, where to it says itself; so is a record that tells of one');
SELECT results_eq('SELECT event_id, feature, at FROM forth.usage ORDER BY at', $$VALUES
	('new-total:1767873600000000:a:b', 'new-total', timestamptz '2026-01-08 12:00Z'),
	('SHOP-7-points:1767877230000000:c:d', 'SHOP-7', '2026-01-08 13:00:30Z')$$,
		'evaluations are use where the flag was on, and nobody''s name');
CALL vsm.create_model('back');
SELECT is(pg_temp.ingest('back', 'back, one by one, twice'), ROW (6, 0)::vsm.ingested, 'backwards and twice');
SELECT bag_eq($$SELECT * FROM pg_temp.rows('back')$$, $$SELECT * FROM pg_temp.rows('forth')$$, '... tells the same');

-- Written otherwise: in snake case with numbers, under the older name of scopes, attributes as objects, a span alone.
CREATE TEMP TABLE written AS SELECT * FROM sample;
CREATE FUNCTION pg_temp.write(VARIADIC changes text[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	TRUNCATE sample;
	INSERT INTO sample SELECT w.sample, w.payload FROM written AS w;
	FOR i IN 1 .. cardinality(changes) / 2 LOOP
		UPDATE sample AS s SET payload = regexp_replace(s.payload::text, changes[2 * i - 1], changes[2 * i], 'g')::jsonb;
	END LOOP;
END$$;
SELECT pg_temp.write('"(resource|scope)(Spans|Logs)"', '"\1_\2"', '"logRecords"', '"log_records"', '_Spans', '_spans', '_Logs', '_logs',
	'"(trace|span)Id"', '"\1_id"', 'parentSpanId', 'parent_span_id', '"([a-z]+)TimeUnixNano": "(\d+)"', '"\1_time_unix_nano": \2',
	'"timeUnixNano": "(\d+)"', '"time_unix_nano": \1', 'stringValue', 'string_value', 'intValue', 'int_value', 'boolValue', 'bool_value',
	'kvlistValue', 'kvlist_value', 'eventName', 'event_name') AS written \gset
CALL vsm.create_model('snake');
SELECT is(pg_temp.ingest('snake', 'in order'), ROW (3, 0)::vsm.ingested, 'in snake case');
SELECT bag_eq($$SELECT * FROM pg_temp.rows('snake')$$, $$SELECT * FROM pg_temp.rows('forth')$$, '... the same');
SELECT pg_temp.write('"scopeSpans"', '"instrumentationLibrarySpans"', '"scopeLogs"', '"instrumentationLibraryLogs"', '"logRecords"',
	'"logs"')
	AS written \gset
CALL vsm.create_model('older');
SELECT is(pg_temp.ingest('older', 'in order'), ROW (3, 0)::vsm.ingested, 'as before version 0.16 of the protocol');
SELECT bag_eq($$SELECT * FROM pg_temp.rows('older')$$, $$SELECT * FROM pg_temp.rows('forth')$$, '... the same');
SELECT results_eq($$SELECT (t.f).fact, (t.f).entity, (t.f).at, (t.f).value FROM pg_temp.facts('{"name": "web", "context": {"trace_id":
	"0x5b",
	"span_id": "0x05"}, "parent_id": null, "start_time": "2026-01-08T10:00:00.000001Z", "end_time": "2026-01-08T10:10:00Z", "status":
	{"status_code": "ERROR"}, "attributes": {"cicd.pipeline.name": "web", "cicd.pipeline.run.id": 77}, "resource": {"attributes":
	{"vcs.ref.head.revision": "a000000000000000000000000000000000000001"}}}') AS t ORDER BY 1, 3, 4$$, $$VALUES
	('build', 'otel:run:77', timestamptz '2026-01-08 10:10Z', NULL), ('event', 'otel:run:77', '2026-01-08 10:00:00.000001Z', 'running'),
	('event', 'otel:run:77', '2026-01-08 10:10Z', 'failure'), ('link', 'otel:run:77', NULL, 'a000000000000000000000000000000000000001')$$,
	'a span as an exporter to the console writes it');
SELECT results_eq($$SELECT t.kind, t.reason FROM unnest(ARRAY['{"resourceSpans": [{"scopeSpans": [{"spans": [{"spanId": "a"}]}]}]}',
	'{"resourceLogs": []}', '{"resourceMetrics": []}', '{"span": {"spanId": "a", "attributes": {"cicd.pipeline.task.name": "x"}}}',
	'{"log": {"timeUnixNano": "1767873600000000000", "attributes": {"feature_flag.key": "x"}}}', '{"x": 1}']::jsonb[])
	WITH ORDINALITY AS p (payload, n), pg_temp.facts(p.payload) AS t ORDER BY n$$, $$VALUES
	('spans', 'none of them tells of a run of a pipeline, a deployment or a feature flag'),
	('logs', 'none of them tells of a deployment or a feature flag'), ('metrics', 'metrics are not read: send spans'),
	('span', 'it has no endTimeUnixNano, or that is no time'),
	('log', 'it does not say what it gave: neither feature_flag.result.variant nor feature_flag.result.value'),
	('payload', 'its shape is not known: neither resourceSpans nor resourceLogs, neither a span nor a log record')$$,
	'what is not read, and why');

SELECT results_eq($$SELECT (t.f).fact, (t.f).entity, (t.f).at, (t.f).value FROM pg_temp.facts('{"resource": {"attributes": {}}, "name":
	"web", "traceId": "5b", "id": "05", "kind": 0, "timestamp": 1767866400000001, "duration": 600000000, "status": {"code": 2},
	"parentSpanContext": {"traceId": "5b", "spanId": "04"}, "attributes": {"cicd.pipeline.task.name": "test",
	"cicd.pipeline.task.run.id": 9, "vcs.ref.head.revision": "a000000000000000000000000000000000000001"}, "events": []}') AS t
	WHERE (t.f).value IS NOT NULL ORDER BY 1, 3$$, $$VALUES
	('event', 'otel:task:9', timestamptz '2026-01-08 10:00:00.000001Z', 'running'),
	('event', 'otel:task:9', '2026-01-08 10:10:00.000001Z', 'failure'),
	('link', 'otel:task:9', NULL, 'a000000000000000000000000000000000000001')$$, '... and as that of JavaScript does');
-- Jenkins's plugin, which has names of its own; of its spans those of stages and steps are within one of a run.
SELECT results_eq($$SELECT (t.f).fact, (t.f).entity, (t.f).at, (t.f).value, (t.f).details ->> 'job', (t.f).details ->> 'status'
	FROM (VALUES
		('{"ci.pipeline.id": "shop/web/main", "ci.pipeline.name": "Shop - web - main", "ci.pipeline.run.number": 7, "ci.pipeline.run.url":
			"https://ci.example.com/7", "ci.pipeline.run.result": "FAILURE", "ci.pipeline.run.completed": true}'::jsonb),
		('{"ci.pipeline.id": "deploy to production", "ci.pipeline.run.number": 8, "ci.pipeline.run.completed": true,
			"ci.pipeline.run.result": "SUCCESS"}')) AS s (told),
		pg_temp.facts(jsonb_build_object('resourceSpans', jsonb_build_array(jsonb_build_object('resource', jsonb_build_object('attributes',
			pg_temp.attributes('{"service.name": "jenkins"}')), 'scopeSpans', jsonb_build_array(jsonb_build_object('spans',
			jsonb_build_array(jsonb_build_object('traceId', 'a', 'spanId', 'b', 'parentSpanId', 'f', 'name', 'BUILD x', 'attributes',
				pg_temp.attributes(s.told), 'startTimeUnixNano', pg_temp.nanoseconds('10:00'), 'endTimeUnixNano',
				pg_temp.nanoseconds('10:10'), 'status', '{"code": 2}'::jsonb),
			jsonb_build_object('traceId', 'a', 'spanId', 'c', 'parentSpanId', 'b', 'name', 'Stage: Build', 'attributes',
				pg_temp.attributes('{"jenkins.pipeline.step.type": "stage", "ci.pipeline.id": "x", "ci.pipeline.run.number": 7}'),
				'startTimeUnixNano', pg_temp.nanoseconds('10:00'), 'endTimeUnixNano', pg_temp.nanoseconds('10:10'))))))))) AS t
	WHERE (t.f).fact <> 'link' ORDER BY 2, 1, 3$$,
	$$VALUES ('deployment', 'otel:deployment:a:b', timestamptz '2026-01-08 10:10Z', NULL, NULL::text, 'success'),
		('event', 'otel:deployment:a:b', '2026-01-08 10:00Z', 'running', NULL, NULL),
		('event', 'otel:deployment:a:b', '2026-01-08 10:10Z', 'success', NULL, NULL),
		('build', 'otel:run:deploy to production#8', '2026-01-08 10:10Z', NULL, 'deploy to production', 'success'),
		('event', 'otel:run:deploy to production#8', '2026-01-08 10:00Z', 'running', NULL, NULL),
		('event', 'otel:run:deploy to production#8', '2026-01-08 10:10Z', 'success', NULL, NULL),
		('build', 'otel:run:shop/web/main#7', '2026-01-08 10:10Z', NULL, 'shop/web/main', 'failure'),
		('event', 'otel:run:shop/web/main#7', '2026-01-08 10:00Z', 'running', NULL, NULL),
		('event', 'otel:run:shop/web/main#7', '2026-01-08 10:10Z', 'failure', NULL, NULL)$$, 'runs of Jenkins by its plugin');

CREATE FUNCTION pg_temp.use(flag text, is_on boolean, at timestamptz) RETURNS jsonb LANGUAGE sql AS $$
	SELECT jsonb_build_object('resourceLogs', jsonb_build_array(jsonb_build_object('scopeLogs', jsonb_build_array(jsonb_build_object(
		'logRecords', jsonb_build_array(jsonb_build_object('timeUnixNano', (extract(epoch FROM $3) * 1000000000)::bigint::text, 'eventName',
			'feature_flag.evaluation', 'attributes', pg_temp.attributes(jsonb_build_object('feature_flag.key', $1,
			'feature_flag.result.variant', CASE WHEN $2 THEN 'on' ELSE 'off' END)))))))))$$;
\ir ../../usage_journey.sql

SELECT finish();
ROLLBACK;
