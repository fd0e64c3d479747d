-- CDEvents: what its events state, in every form that they come in, and what comes of a story in any order and twice.
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS vsm;
SELECT plan(18);
SET LOCAL TimeZone = 'Asia/Tokyo';
SET LOCAL jit = off;
SET LOCAL client_min_messages = error;

CREATE FUNCTION pg_temp.event(id text, type text, at text, subject text, content jsonb) RETURNS jsonb LANGUAGE sql AS $$
SELECT jsonb_build_object('context', jsonb_build_object('version', '0.4.1', 'id', id, 'source', '/x', 'type', 'dev.cdevents.' || type
	|| '.0.2.0',
	'timestamp', '2026-01-' || at || ':00Z'), 'subject', jsonb_build_object('id', subject, 'content', content))$$;
CREATE TEMP TABLE sample (place serial, payload jsonb);
INSERT INTO sample (payload) VALUES
(pg_temp.event('1', 'ticket.created', '05T09:00', 'SHOP-7', '{"summary": "Show the total", "ticketType": "task", "group": "shop"}')),
(pg_temp.event('2', 'change.created', '06T09:10', '9', '{"description": "SHOP-7: show the total", "repository": {"id": "shop/web"}}')),
(pg_temp.event('3', 'change.reviewed', '07T15:00', '9', '{"repository": {"id": "shop/web"}}')),
(pg_temp.event('4', 'change.merged', '08T10:00', '9', '{"repository": {"id": "shop/web"}}')),
(pg_temp.event('5', 'pipelinerun.queued', '08T10:00', 'p1', '{"pipelineName": "web"}')),
(pg_temp.event('6', 'pipelinerun.started', '08T10:00', 'p1', '{"pipelineName": "web"}')),
(pg_temp.event('7', 'taskrun.finished', '08T10:05', 't1', '{"taskName": "test", "pipelineRun": {"id": "p1"}, "outcome": "failure"}')),
(pg_temp.event('8', 'pipelinerun.finished', '08T10:10', 'p1', '{"pipelineName": "web", "outcome": "success"}')),
(pg_temp.event('9', 'artifact.packaged', '08T10:11', 'pkg:oci/web@sha256%3Aab',
	'{"change": {"id": "b000000000000000000000000000000000000001"}}')),
(pg_temp.event('10', 'service.deployed', '08T11:05', 'web',
	'{"environment": {"id": "production"}, "artifactId": "pkg:oci/web@sha256:ab"}')),
(pg_temp.event('11', 'incident.reported', '08T12:10', 'i1', '{"service": {"id": "web"}, "environment": {"id": "production"}}')),
(pg_temp.event('12', 'incident.detected', '08T12:00', 'i1', '{"description": "No total", "service": {"id": "web"}, "environment": {"id":
	"production"}}')),
(pg_temp.event('13', 'incident.resolved', '08T13:00', 'i1', '{"description": "Better", "service": {"id": "web"}}')),
(pg_temp.event('14', 'service.rolledback', '08T12:50', 'web', '{"environment": {"id": "production"}, "artifactId":
	"pkg:oci/web@sha256:99"}')),
(pg_temp.event('15', 'ticket.closed', '09T09:00', 'SHOP-7', '{"resolution": "completed"}'));

SELECT results_eq($$SELECT kind, reason FROM unnest(ARRAY[pg_temp.event('1', 'branch.created', '05T09:00', 'b', '{}'),
	pg_temp.event('1', 'change.merged', '05T09:00', '', '{}'), pg_temp.event('1', 'change.merged', 'x', '9', '{}'),
	'{"context": {"type": "dev.cdeventsx.tool.made.0.1.0"}}', '{"specversion": "1.0", "data_base64": "e30="}', '{"x": 1}'])
	WITH ORDINALITY AS p (payload, o), vsm.cdevents_kind(p.payload) ORDER BY o$$, $$VALUES
	('branch.created', 'it says nothing about the flow of work'), ('change.merged', 'it has no subject.id'),
	('change.merged', 'its context.timestamp is no time: 2026-01-x:00Z'), ('payload', 'events dev.cdeventsx.tool.made.0.1.0 are not read'),
	('payload', 'its data is base64: send JSON'),
	('payload', 'its shape is not known: neither an event with a context nor a CloudEvent that holds one')$$, 'refused with the reason');

-- Forms
SELECT bag_eq($$SELECT f.* FROM sample AS s, vsm.read_cdevents_service('cdevents', jsonb_build_object('specversion', '1.0', 'type', 'x',
	'data',
	s.payload), vsm.default_names()) AS f WHERE s.place = 10$$, $$SELECT f.* FROM sample AS s, vsm.read_cdevents_service('cdevents',
		s.payload,
	vsm.default_names()) AS f WHERE s.place = 10$$, 'a CloudEvent in structured form');
SELECT bag_eq($$SELECT f.* FROM sample AS s, vsm.read_cdevents_service('cdevents', jsonb_build_object('headers', '{"ce-id": "10"}'::jsonb,
	'body', s.payload), vsm.default_names()) AS f WHERE s.place = 10$$, $$SELECT f.* FROM sample AS s,
	vsm.read_cdevents_service('cdevents', s.payload, vsm.default_names()) AS f WHERE s.place = 10$$,
		'and one in binary form with its headers');
SELECT is((SELECT count(*) FROM sample AS s, vsm.cdevents_kind(jsonb_set(s.payload, '{context}', (s.payload -> 'context') - 'version'
	|| jsonb_build_object('specversion', '0.5.0', 'type', regexp_replace(s.payload #>> '{context,type}', '0\.2\.0$', '0.3.0')))) AS k
	WHERE k.reason IS NULL), 15::bigint, 'versions before 0.5 and since');

-- Through the inbox
CREATE FUNCTION pg_temp.rows(model text) RETURNS TABLE (relation text, r jsonb) LANGUAGE plpgsql AS $$
BEGIN
	FOREACH relation IN ARRAY ARRAY['event', 'item', 'item_alias', 'link', 'incident', 'merge_request', 'commit', 'build',
		'deployment'] LOOP
		RETURN QUERY EXECUTE format('SELECT %L, to_jsonb(t) - ''recorded_at'' - ''xid'' FROM %I.%I AS t', relation, model, relation);
	END LOOP;
END$$;
CALL vsm.create_model('forth');
CALL vsm.create_model('back');
CALL vsm.create_model('batch');
INSERT INTO forth.inbox (source, payload) SELECT 'cdevents', payload FROM sample ORDER BY place;
SELECT is(vsm.ingest_once('forth'), ROW (15, 0)::vsm.ingested, 'events are read');
INSERT INTO back.inbox (source, payload) SELECT 'cdevents', payload FROM sample, generate_series(1, 2) ORDER BY place DESC;
DO $$BEGIN
	FOR i IN 1..2 * 15 LOOP
		PERFORM vsm.ingest_payloads('back', ARRAY(SELECT id FROM back.inbox ORDER BY id LIMIT 1));
	END LOOP;
END$$;
SELECT is_empty($$(SELECT * FROM pg_temp.rows('forth') EXCEPT ALL SELECT * FROM pg_temp.rows('back')) UNION ALL (SELECT *
	FROM pg_temp.rows('back') EXCEPT ALL SELECT * FROM pg_temp.rows('forth'))$$, 'backwards, one by one and twice: the same rows');
INSERT INTO batch.inbox (source, payload) SELECT 'cdevents', jsonb_agg(payload) FROM sample;
SELECT is(vsm.ingest_once('batch'), ROW (1, 0)::vsm.ingested, 'a batch is read');
SELECT is_empty($$SELECT * FROM pg_temp.rows('forth') EXCEPT ALL SELECT * FROM pg_temp.rows('batch')$$, 'and tells the same');

SELECT results_eq($$SELECT state, at AT TIME ZONE 'UTC' FROM forth.event WHERE entity LIKE '%:ticket:%' ORDER BY at$$, $$VALUES
	('created', timestamp '2026-01-05 09:00'), ('closed', '2026-01-09 09:00')$$, 'a ticket is an item');
SELECT results_eq($$SELECT merge_request, repository, state, first_review_at AT TIME ZONE 'UTC', merged_at AT TIME ZONE 'UTC'
	FROM forth.merge_request$$, $$VALUES ('cdevents:change:9@/x', 'shop/web', 'merged', timestamp '2026-01-07 15:00', timestamp
	'2026-01-08 10:00')$$, 'a change is a request');
SELECT results_eq($$SELECT job, status, started_at - queued_at, finished_at - started_at FROM forth.build
	WHERE job IS NOT NULL ORDER BY job$$,
	$$VALUES ('test', 'failure', NULL::interval, NULL::interval), ('web', 'success', interval '0', interval '10 minutes')$$,
		'runs are builds');
SELECT results_eq($$SELECT service, environment_tier, status, sha, finished_at AT TIME ZONE 'UTC'
	FROM forth.deployment ORDER BY finished_at$$,
	$$VALUES ('web', 'production', 'success', 'b000000000000000000000000000000000000001', timestamp '2026-01-08 11:05'),
	('web', 'production', 'success', NULL, '2026-01-08 12:50')$$, 'a deployment has the commit of its artifact');
SELECT results_eq($$SELECT service, opened_at AT TIME ZONE 'UTC', resolved_at AT TIME ZONE 'UTC', title, status FROM forth.incident$$,
	$$VALUES ('web', timestamp '2026-01-08 12:00', timestamp '2026-01-08 13:00', 'No total', 'resolved')$$,
	'an incident began when it was detected, not when it was reported');

-- What it is loaded for: from a ticket to production and to what broke there. Changes are called by the commits they landed as.
CALL vsm.create_model('whole');
INSERT INTO whole.value_stream (value_stream, workflow) VALUES ('Shop', vsm.with_delivery('{"stages": [{"name": "Build", "class": "active",
	"states": ["created"]}, {"name": "Released", "class": "done", "states": ["closed"]}, {"name": "Dropped", "class": "cancelled",
	"states": ["withdrawn"]}]}')::jsonb);
INSERT INTO whole.routing (rank, source, project, value_stream) VALUES (10, 'cdevents', 'shop', 'Shop');
INSERT INTO whole.service (service, repository, value_stream) VALUES ('web', 'shop/web', 'Shop');
INSERT INTO whole.inbox (source, payload)
SELECT 'cdevents', pg_temp.event(s.id, s.type, s.at, s.subject, s.content::jsonb)
FROM (VALUES
	('1', 'change.merged', '04T10:00', 'b000000000000000000000000000000000000000', '{"repository": {"id": "shop/web"}}'),
	('2', 'artifact.packaged', '04T10:11', 'pkg:oci/web@sha256%3Aa0', '{"change": {"id": "b000000000000000000000000000000000000000"}}'),
	('3', 'service.deployed', '05T11:05', 'web', '{"environment": {"id": "production"}, "artifactId": "pkg:oci/web@sha256:a0"}'),
	('4', 'ticket.created', '05T09:00', 'SHOP-7', '{"summary": "Show the total", "ticketType": "task", "group": "shop"}'),
	('5', 'change.created', '06T09:10', 'b000000000000000000000000000000000000001', '{"description": "SHOP-7: show the total",
		"repository": {"id": "shop/web"}}'),
	('6', 'change.merged', '08T10:00', 'b000000000000000000000000000000000000001', '{"repository": {"id": "shop/web"}}'),
	('7', 'artifact.packaged', '08T10:11', 'pkg:oci/web@sha256%3Aa1', '{"change": {"id": "b000000000000000000000000000000000000001"}}'),
	('8', 'ticket.closed', '08T10:30', 'SHOP-7', '{"resolution": "completed"}'),
	('9', 'service.deployed', '08T11:05', 'web', '{"environment": {"id": "production"}, "artifactId": "pkg:oci/web@sha256:a1"}'),
	('10', 'incident.detected', '08T12:00', 'i1', '{"service": {"id": "web"}, "environment": {"id": "production"}}'),
	('11', 'service.deployed', '08T12:50', 'web', '{"environment": {"id": "production"}, "artifactId": "pkg:oci/web@sha256:a2"}'),
	('12', 'incident.resolved', '08T13:05', 'i1', '{"service": {"id": "web"}}'),
	('13', 'ticket.created', '05T09:00', 'SHOP-8', '{"summary": "Hide it", "ticketType": "task", "group": "shop", "labels":
		["bug"]}'),
	('14', 'ticket.closed', '07T09:00', 'SHOP-8', '{"resolution": "withdrawn", "ticketType": "task"}'))
	AS s (id, type, at, subject, content);
SELECT is(vsm.ingest_once('whole'), ROW (14, 0)::vsm.ingested, 'all are read');
SELECT vsm.refresh_once('whole') AS made \gset
SELECT results_eq('SELECT j.key, j.outcome, j.first_commit_at, j.merged_at, j.released_at, j.finished_at
	FROM whole.journey AS j ORDER BY 1',
	$$VALUES ('SHOP-7', 'done', timestamptz '2026-01-06 09:10Z', timestamptz '2026-01-08 10:00Z', timestamptz '2026-01-08 11:05Z',
		timestamptz '2026-01-08 11:05Z'), ('SHOP-8', 'cancelled', NULL, NULL, NULL, NULL)$$, 'the way of a ticket to production');
SELECT results_eq('SELECT i.key, i.project, i.type, i.source_type FROM whole.item AS i ORDER BY 1',
	$$VALUES ('SHOP-7', 'shop', 'feature', 'task'), ('SHOP-8', 'shop', 'defect', 'task')$$,
	'its project and its type, by its labels first');
SELECT results_eq($$SELECT o.finished_at, o.counted, o.failed, right(o.failed_by, 5), o.recovered_at, o.is_rework
	FROM whole.deployment_outcome AS o ORDER BY 1$$,
	$$VALUES (timestamptz '2026-01-05 11:05Z', true, false, NULL, NULL::timestamptz, false),
		('2026-01-08 11:05Z', true, true, 'i1@/x', '2026-01-08 13:05Z', false), ('2026-01-08 12:50Z', true, false, NULL, NULL, true)$$,
	'a deployment fails by its incident');
SELECT results_eq($$SELECT d.deployment_count, d.failed_count, d.change_count, round(d.change_lead_time_p50_hours::numeric, 2),
	round(d.change_fail_rate::numeric, 2), d.recovery_p50_hours
	FROM whole.dora_monthly AS d WHERE d.month = '2026-01-01' AND d.service = 'web'$$,
	$$VALUES (3, 1, 1, 49.92, 0.33, 2::float8)$$, 'the metrics of DORA');

SELECT finish();
ROLLBACK;
