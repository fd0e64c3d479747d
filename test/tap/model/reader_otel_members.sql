-- Payloads of OpenTelemetry without one of their members, or with something else in its place.
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS vsm;
SELECT plan(4);
SET LOCAL TimeZone = 'UTC';
SET LOCAL jit = off;
SET LOCAL client_min_messages = error;

CREATE TEMP TABLE sample (sample text, payload jsonb);
INSERT INTO sample VALUES
('run', '{"resource": {"attributes": {"vcs.repository.url.full": "https://git.example.com/shop/web", "vcs.ref.head.revision":
	"a000000000000000000000000000000000000001", "vcs.ref.head.name": "main"}}, "span": {"traceId": "t", "spanId": "s", "parentSpanId": "",
	"name": "RUN web", "kind": 2, "startTimeUnixNano": "1767866400000000000", "endTimeUnixNano": "1767867000000000000",
		"status": {"code": 2},
	"attributes": {"cicd.pipeline.name": "web", "cicd.pipeline.run.id": "77",
		"cicd.pipeline.run.url.full": "https://ci.example.com/77"}}}'),
('task', '{"resource": {"vcs.repository.name": "web", "vcs.owner.name": "shop"}, "span": {"traceId": "t", "spanId": "u", "parentSpanId":
	"s",
	"name": "rollout", "startTimeUnixNano": "1767866400000000000", "endTimeUnixNano": "1767867000000000000", "attributes": {
	"cicd.pipeline.task.name": "rollout", "cicd.pipeline.task.run.id": "t2", "cicd.pipeline.task.type": "deploy",
		"cicd.pipeline.run.id": 77,
	"cicd.pipeline.task.run.result": "success", "vcs.ref.head.revision": "a000000000000000000000000000000000000001",
	"deployment.environment.name": "production"}}}'),
('page', '{"resourceSpans": [{"resource": {"attributes": [{"key": "cicd.pipeline.name", "value": {"stringValue": "web"}}]}, "scopeSpans": [
	{"spans": [{"spanId": "s", "endTimeUnixNano": "1767867000000000000"}]}]}]}'),
('evaluation', '{"log": {"timeUnixNano": "1767873600000000000", "observedTimeUnixNano": "1767873660000000000", "eventName":
	"feature_flag.evaluation", "traceId": "t", "spanId": "s", "body": {"value": true}, "attributes": {"feature_flag.key": "SHOP-7-points",
	"feature_flag.result.variant": "gold"}}}'),
('deployment', '{"resource": {}, "log": {"timeUnixNano": "1767873600000000000", "attributes": {"deployment.id": "d9", "deployment.status":
	"succeeded", "deployment.environment.name": "production"}}}'),
('event', '{"span": {"traceId": "t", "spanId": "v", "endTimeUnixNano": "1767867000000000000", "events": [{"timeUnixNano":
	"1767866500000000000", "attributes": {"feature_flag.key": "new-total", "feature_flag.variant": "on"}}]}}');
\set tool otel
\set depth 4
\ir ../../reader_members.sql

SELECT results_eq('SELECT * FROM another ORDER BY 1, path COLLATE "C"',
	$$VALUES ('deployment', 'log', 'object, {}'), ('evaluation', 'log', 'object, {}'), ('evaluation', 'log.body.value', 'false'),
		('event', 'span', 'object, {}'), ('page', 'resourceSpans', '[], array'), ('run', 'span', 'object, {}'),
		('task', 'span', 'object, {}')$$,
	'what is null, empty or of another type is as good as none, but where that says what the payload is');
SELECT results_eq('SELECT * FROM lost ORDER BY 1, path COLLATE "C"',
	$$VALUES ('deployment', 'log.attributes', 'deployment, event running, event success, link deploys'),
		('deployment', 'log.attributes.deployment.id', 'deployment, event running, event success, link deploys'),
		('deployment', 'log.attributes.deployment.status', 'event success'), ('evaluation', 'log.attributes', 'usage'),
		('evaluation', 'log.attributes.feature_flag.key', 'usage'), ('evaluation', 'log.spanId', 'usage'),
		('evaluation', 'log.timeUnixNano', 'usage'), ('evaluation', 'log.traceId', 'usage'),
		('event', 'span.events.0.timeUnixNano', 'usage'), ('event', 'span.traceId', 'usage'), ('run', 'resource', 'link builds'),
		('run', 'resource.attributes', 'link builds'), ('run', 'resource.attributes.vcs.ref.head.revision', 'link builds'),
		('run', 'span.attributes.cicd.pipeline.run.id', 'build, event failure, event running, link builds'),
		('run', 'span.startTimeUnixNano', 'event running'), ('run', 'span.status', 'event failure'),
		('run', 'span.status.code', 'event failure'), ('task', 'span.attributes.cicd.pipeline.run.id', 'link part_of'),
		('task', 'span.attributes.cicd.pipeline.task.run.id',
			'build, deployment, event running, event success, link builds, link deploys, link part_of'),
		('task', 'span.attributes.cicd.pipeline.task.run.result', 'event success'),
		('task', 'span.attributes.vcs.ref.head.revision', 'link builds, link deploys'),
		('task', 'span.startTimeUnixNano', 'event running')$$,
	'a member that is missing costs what it told');
SELECT results_eq('SELECT * FROM needed ORDER BY 1, path COLLATE "C"',
	$$VALUES ('deployment', 'log', 'its shape is not known: neither resourceSpans nor resourceLogs, neither a span nor a log record'),
		('deployment', 'log.timeUnixNano', 'it has no timeUnixNano, or that is no time'),
		('evaluation', 'log', 'its shape is not known: neither resourceSpans nor resourceLogs, neither a span nor a log record'),
		('event', 'span', 'its shape is not known: neither resourceSpans nor resourceLogs, neither a span nor a log record'),
		('event', 'span.endTimeUnixNano', 'it has no endTimeUnixNano, or that is no time'),
		('event', 'span.events', 'it tells of no run of a pipeline, no deployment and no feature flag'),
		('event', 'span.events.0', 'it tells of no run of a pipeline, no deployment and no feature flag'),
		('event', 'span.events.0.attributes', 'it tells of no run of a pipeline, no deployment and no feature flag'),
		('event', 'span.spanId', 'it has no spanId'),
		('page', 'resourceSpans', 'its shape is not known: neither resourceSpans nor resourceLogs, neither a span nor a log record'),
		('page', 'resourceSpans.0', 'none of them tells of a run of a pipeline, a deployment or a feature flag'),
		('page', 'resourceSpans.0.resource', 'none of them tells of a run of a pipeline, a deployment or a feature flag'),
		('page', 'resourceSpans.0.resource.attributes', 'none of them tells of a run of a pipeline, a deployment or a feature flag'),
		('page', 'resourceSpans.0.scopeSpans', 'none of them tells of a run of a pipeline, a deployment or a feature flag'),
		('page', 'resourceSpans.0.scopeSpans.0', 'none of them tells of a run of a pipeline, a deployment or a feature flag'),
		('run', 'span', 'its shape is not known: neither resourceSpans nor resourceLogs, neither a span nor a log record'),
		('run', 'span.attributes', 'it tells of no run of a pipeline, no deployment and no feature flag'),
		('run', 'span.endTimeUnixNano', 'it has no endTimeUnixNano, or that is no time'), ('run', 'span.spanId', 'it has no spanId'),
		('task', 'span', 'its shape is not known: neither resourceSpans nor resourceLogs, neither a span nor a log record'),
		('task', 'span.attributes', 'it tells of no run of a pipeline, no deployment and no feature flag'),
		('task', 'span.endTimeUnixNano', 'it has no endTimeUnixNano, or that is no time'), ('task', 'span.spanId', 'it has no spanId')$$,
	'a payload is not read without what it is about, and when');

SELECT finish();
ROLLBACK;
