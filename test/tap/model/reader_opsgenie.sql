-- What Opsgenie's payloads state, in any order and by any way, and which deployments its incidents meet.
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS vsm;
SELECT plan(16);
SET LOCAL TimeZone = 'Asia/Tokyo';
SET LOCAL jit = off;
SET LOCAL client_min_messages = error;

-- One alert as webhooks tell it: times are milliseconds, or nanoseconds.
CREATE TEMP TABLE sample (sample text, payload jsonb);
CREATE FUNCTION pg_temp.hook(action text, updated_at numeric, alert jsonb DEFAULT '{}') RETURNS jsonb LANGUAGE sql AS $$
	SELECT jsonb_build_object('action', $1, 'integrationName', 'Hook', 'source', '{"name": "", "type": "web"}'::jsonb, 'alert',
		'{"alertId": "a1", "tinyId": "7", "alias": "checkout-5xx", "message": "No total", "createdAt": 1768210800125, "priority": "P2",
			"tags": ["production", "service:checkout", "environment:live"], "username": "u"}'::jsonb
		|| jsonb_build_object('updatedAt', $2) || $3) $$;
INSERT INTO sample VALUES
('1', pg_temp.hook('Create', 1768210800125)), ('2', pg_temp.hook('Acknowledge', 1768211110125000063)),
('3', pg_temp.hook('UpdatePriority', 1768211200000, '{"priority": "P1"}')),
('4', pg_temp.hook('AddNote', 1768211300000, '{"priority": "P1"}')),
('5', pg_temp.hook('Close', 1768213800125000017, '{"priority": "P1"}'));
\set tool opsgenie
\ir ../../reader_samples.sql

SELECT results_eq($$SELECT DISTINCT t.kind, t.reason FROM sample AS s, pg_temp.facts(s.payload) AS t$$,
	$$VALUES ('alert', NULL::text)$$, 'webhooks are read');
CALL vsm.create_model('forth');
SELECT is(pg_temp.ingest('forth', 'in order'), ROW (5, 0)::vsm.ingested, 'all are read');
SELECT results_eq($$SELECT incident, service, environment, opened_at, acknowledged_at, resolved_at, severity, status, title FROM
	forth.incident$$,
	$$VALUES ('opsgenie:alert:a1', 'checkout', 'live', timestamptz '2026-01-12 09:40:00.125Z', timestamptz '2026-01-12 09:45:10.125Z',
		timestamptz '2026-01-12 10:30:00.125Z', 'P1', 'closed', 'No total')$$, 'an alert is an incident');
SELECT results_eq($$SELECT at, state FROM forth.event ORDER BY at$$,
	$$VALUES (timestamptz '2026-01-12 09:40:00.125Z', 'open'), ('2026-01-12 09:45:10.125Z', 'acknowledged'),
		('2026-01-12 10:30:00.125Z', 'closed')$$, 'its states');
CALL vsm.create_model('back');
SELECT is(pg_temp.ingest('back', 'back, one by one, twice'), ROW (10, 0)::vsm.ingested, 'backwards, one by one and twice');
SELECT bag_eq($$SELECT * FROM pg_temp.rows('back')$$, $$SELECT * FROM pg_temp.rows('forth')$$, '... the same rows');

-- The same as the REST API tells it.
TRUNCATE sample;
INSERT INTO sample VALUES
('1', '{"data": [{"id": "a1", "tinyId": "7", "alias": "checkout-5xx", "message": "No total", "status": "closed", "acknowledged": true,
	"isSeen": true, "tags": ["production", "service:checkout", "environment:live"], "snoozed": false, "count": 3,
	"createdAt": "2026-01-12T09:40:00.125Z", "updatedAt": "2026-01-12T10:30:00.125Z", "source": "web", "owner": "u", "priority": "P1",
	"report": {"ackTime": 310000, "closeTime": 3000000, "acknowledgedBy": "u", "closedBy": "u"}}], "paging": {}, "took": 0.3,
	"requestId": "r1"}');
CALL vsm.create_model('rest');
SELECT is(pg_temp.ingest('rest', 'in order'), ROW (1, 0)::vsm.ingested, 'a page of alerts');
SELECT bag_eq($$SELECT * FROM pg_temp.rows('rest')$$, $$SELECT * FROM pg_temp.rows('forth')$$, '... tells the same as webhooks');

-- Incidents. Of several services that were hit the one counts that naming knows.
SELECT results_eq($$SELECT (t.f).at, (t.f).details FROM pg_temp.facts('{"data": [{"id": "i1", "tinyId": "3", "message": "Slow",
		"status": "resolved", "createdAt": "2026-01-12T12:00:00Z", "updatedAt": "2026-01-12T12:31:00Z",
		"impactStartDate": "2026-01-12T11:55:00Z", "impactEndDate": "2026-01-12T12:30:00Z", "priority": "P2",
		"impactedServices": ["b3c1", "f0f0"], "links": {"web": "https://shop.example.com/i1"}}]}',
		vsm.names_of(ARRAY[ROW ('service', 'b3c1', 'checkout')::vsm.name_meaning])) AS t WHERE (t.f).fact = 'incident'$$,
	$$VALUES (timestamptz '2026-01-12 12:31Z', jsonb_build_object('source', 'opsgenie', 'service', 'checkout', 'opened_at',
		timestamptz '2026-01-12 11:55Z', 'severity', 'P2', 'status', 'resolved', 'title', 'Slow', 'url', 'https://shop.example.com/i1',
		'resolved_at', timestamptz '2026-01-12 12:30Z'))$$, 'an incident lasts as long as somebody was hit');
SELECT results_eq($$SELECT DISTINCT s.n, (t.f).details ->> 'service' FROM unnest(ARRAY['["b3c1"]', '["b3c1", "f0f0"]', '[]']::jsonb[])
	WITH ORDINALITY AS s (services, n), pg_temp.facts(jsonb_build_object('incident', jsonb_build_object('id', 'i1', 'createdAt',
	'2026-01-12T12:00:00Z', 'status', 'open', 'impactedServices', s.services))) AS t WHERE (t.f).fact = 'incident' ORDER BY 1$$,
	$$VALUES (1::bigint, 'b3c1'), (2, NULL), (3, NULL)$$, 'none is guessed of several; one that is not named is told as it is');

-- The alert of a responder is no incident of its own; of what is over without a time it is known when it was changed.
SELECT results_eq($$SELECT (t.f).fact, (t.f).value FROM pg_temp.facts(pg_temp.hook('Create', 1768210800125,
	'{"details": {"incident-id": "i1"}}')) AS t ORDER BY 1$$,
	$$VALUES ('event', 'open'), ('link', 'opsgenie:incident:i1')$$, 'the alert of a responder is part of its incident');
SELECT results_eq($$SELECT (t.f).fact, (t.f).at, (t.f).value, (t.f).details ->> 'resolved_at' FROM pg_temp.facts('{"data": {"id": "a2",
	"tinyId": "8", "message": "x", "status": "closed", "createdAt": "2026-01-12T09:00:00Z", "updatedAt": "2026-01-12T10:00:00Z"}}') AS t
	ORDER BY 1, 2$$,
	$$VALUES ('event', timestamptz '2026-01-12 09:00Z', 'open', NULL::text),
		('incident', '2026-01-12 09:00:00.000001Z', NULL, '2026-01-12T19:00:00+09:00'), ('incident', '2026-01-12 10:00Z', NULL, NULL),
		('observed', '2026-01-12 10:00Z', 'closed', NULL)$$, 'what is over without a time was so at the latest when it was changed');

-- Which deployments caused its incidents.
CREATE FUNCTION pg_temp.incident(id text, service text, opened_at timestamptz, resolved_at timestamptz) RETURNS jsonb LANGUAGE sql AS $$
	SELECT jsonb_build_object('data', jsonb_strip_nulls(jsonb_build_object('id', $1, 'tinyId', $1, 'message', $1, 'createdAt', $3,
		'updatedAt', coalesce($4, $3), 'status', CASE WHEN $4 IS NULL THEN 'open' ELSE 'resolved' END, 'impactStartDate', $3,
		'impactEndDate', $4, 'priority', 'P1', 'impactedServices', jsonb_build_array($2)))) $$;
\ir ../../incident_causes.sql

SELECT finish();
ROLLBACK;
