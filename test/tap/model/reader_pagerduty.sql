-- What PagerDuty's payloads state, in any order and by any way, and which deployments its incidents meet.
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS vsm;
SELECT plan(17);
SET LOCAL TimeZone = 'Asia/Tokyo';
SET LOCAL jit = off;
SET LOCAL client_min_messages = error;

-- One incident as webhooks tell it. It is opened again.
CREATE TEMP TABLE sample (sample text, payload jsonb);
CREATE FUNCTION pg_temp.event(type text, at text, incident jsonb) RETURNS jsonb LANGUAGE sql AS $$
	SELECT jsonb_build_object('event', jsonb_build_object('id', '01' || $1 || $2, 'event_type', 'incident.' || $1,
		'resource_type', 'incident', 'occurred_at', $2, 'agent', '{"id": "PU1", "type": "user_reference"}'::jsonb, 'client', NULL,
		'data', '{"id": "Q1", "type": "incident", "self": "https://api.example.com/incidents/Q1", "number": 7,
			"html_url": "https://shop.example.com/incidents/Q1", "created_at": "2026-01-12T09:40:00Z", "title": "No total",
			"service": {"id": "PS1", "type": "service_reference", "summary": "checkout"}, "priority": null, "urgency": "high",
			"resolve_reason": null}'::jsonb || $3)) $$;
INSERT INTO sample VALUES
('1', pg_temp.event('triggered', '2026-01-12T09:40:00.310Z', '{"status": "triggered"}')),
('2', pg_temp.event('acknowledged', '2026-01-12T09:45:10.250Z', '{"status": "acknowledged"}')),
('3', pg_temp.event('priority_updated', '2026-01-12T09:46:00.000Z',
	'{"status": "acknowledged", "priority": {"id": "PP1", "summary": "P1"}}')),
('4', pg_temp.event('resolved', '2026-01-12T10:30:00.990Z', '{"status": "resolved", "priority": {"id": "PP1", "summary": "P1"}}')),
('5', pg_temp.event('reopened', '2026-01-12T10:35:00.100Z', '{"status": "triggered", "priority": {"id": "PP1", "summary": "P1"}}')),
('6', pg_temp.event('resolved', '2026-01-12T11:00:00.700Z', '{"status": "resolved", "title": "No total in the basket",
	"priority": {"id": "PP1", "summary": "P1"}}'));
\set tool pagerduty
\ir ../../reader_samples.sql

SELECT results_eq($$SELECT DISTINCT t.kind, t.reason FROM sample AS s, pg_temp.facts(s.payload) AS t$$,
	$$VALUES ('incident', NULL::text)$$, 'webhooks are read');
SELECT results_eq($$SELECT (t.f).details FROM sample AS s, pg_temp.facts(s.payload) AS t WHERE (t.f).fact = 'incident'
	AND s.sample IN ('1', '4') ORDER BY s.sample$$,
	$$VALUES (jsonb_build_object('source', 'pagerduty', 'service', 'checkout', 'opened_at', timestamptz '2026-01-12 09:40Z',
			'severity', 'high', 'status', 'triggered', 'title', 'No total', 'url', 'https://shop.example.com/incidents/Q1',
			'resolved_at', NULL)),
		(jsonb_build_object('source', 'pagerduty', 'service', 'checkout', 'opened_at', timestamptz '2026-01-12 09:40Z',
			'severity', 'P1', 'status', 'resolved', 'title', 'No total', 'url', 'https://shop.example.com/incidents/Q1',
			'resolved_at', timestamptz '2026-01-12 10:30Z'))$$, 'an incident, its service, priority or urgency');

CALL vsm.create_model('forth');
SELECT is(pg_temp.ingest('forth', 'in order'), ROW (6, 0)::vsm.ingested, 'all are read');
SELECT results_eq($$SELECT service, environment, opened_at, acknowledged_at, resolved_at, severity, status, title, change_caused FROM
	forth.incident$$,
	$$VALUES ('checkout', NULL::text, timestamptz '2026-01-12 09:40Z', timestamptz '2026-01-12 09:45:10Z', timestamptz '2026-01-12 11:00Z',
		'P1', 'resolved', 'No total in the basket', NULL::boolean)$$, 'when it was opened, taken on, and resolved in the end');
SELECT results_eq($$SELECT at, state FROM forth.event ORDER BY at$$,
	$$VALUES (timestamptz '2026-01-12 09:40Z', 'triggered'), ('2026-01-12 09:45:10Z', 'acknowledged'), ('2026-01-12 10:30Z', 'resolved'),
		('2026-01-12 10:35Z', 'triggered'), ('2026-01-12 11:00Z', 'resolved')$$, 'its states, to the second');
CALL vsm.create_model('back');
SELECT is(pg_temp.ingest('back', 'back, one by one, twice'), ROW (12, 0)::vsm.ingested, 'backwards, one by one and twice');
SELECT bag_eq($$SELECT * FROM pg_temp.rows('back')$$, $$SELECT * FROM pg_temp.rows('forth')$$, '... the same rows');

-- The same as the REST API tells it: incident and log entries; among these such as change no state.
TRUNCATE sample;
INSERT INTO sample VALUES
('1', '{"incidents": [{"id": "Q1", "type": "incident", "summary": "[#7] No total in the basket", "title": "No total in the basket",
	"incident_number": 7, "created_at": "2026-01-12T09:40:00Z", "updated_at": "2026-01-12T11:00:00Z", "status": "resolved",
	"service": {"id": "PS1", "type": "service_reference", "summary": "checkout"}, "acknowledgements": [], "assignments": [],
	"last_status_change_at": "2026-01-12T11:00:00Z", "resolved_at": "2026-01-12T11:00:00Z", "priority": {"id": "PP1", "summary": "P1"},
	"urgency": "high", "html_url": "https://shop.example.com/incidents/Q1", "resolve_reason": null}], "limit": 25, "offset": 0,
	"more": false}'),
('2', (SELECT jsonb_build_object('log_entries', jsonb_agg(jsonb_build_object('id', 'R' || e.n, 'type', e.type || '_log_entry',
		'created_at', e.at, 'service', '{"id": "PS1", "type": "service_reference", "summary": "checkout"}'::jsonb,
		'incident', '{"id": "Q1", "summary": "[#7] No total in the basket", "html_url": "https://shop.example.com/incidents/Q1"}'::jsonb)),
		'more', false)
	FROM (VALUES (1, 'trigger', '2026-01-12T09:40:00Z'), (2, 'notify', '2026-01-12T09:40:05Z'), (3, 'acknowledge', '2026-01-12T09:45:10Z'),
		(4, 'resolve', '2026-01-12T10:30:00Z'), (5, 'reopen', '2026-01-12T10:35:00Z'), (6, 'resolve', '2026-01-12T11:00:00Z'))
		AS e (n, type, at)));
CALL vsm.create_model('rest');
SELECT is(pg_temp.ingest('rest', 'in order'), ROW (2, 0)::vsm.ingested, 'pages of incidents and log entries');
SELECT bag_eq($$SELECT * FROM pg_temp.rows('rest')$$, $$SELECT * FROM pg_temp.rows('forth')$$, '... tell the same as webhooks');
CALL vsm.create_model('both');
SELECT is(pg_temp.ingest('both', 'back'), ROW (2, 0)::vsm.ingested, 'the log first');
SELECT bag_eq($$SELECT * FROM pg_temp.rows('both')$$, $$SELECT * FROM pg_temp.rows('forth')$$, '... the same again');

-- Webhooks of version 2; what is taken on now; what was merged; a ticket in a tracker.
SELECT results_eq($$SELECT (t.f).fact, (t.f).entity, (t.f).at, coalesce((t.f).name || ' ', '') || (t.f).value,
	(t.f).details ->> 'acknowledged_at'
	FROM pg_temp.facts('{"messages": [{"event": "incident.acknowledge", "id": "m1", "created_on": "2026-01-12T09:45:10Z",
		"log_entries": [{"id": "R3", "type": "acknowledge_log_entry", "created_at": "2026-01-12T09:45:10Z", "incident": {"id": "Q1"}}],
		"incident": {"id": "Q1", "status": "acknowledged", "created_at": "2026-01-12T09:40:00Z", "acknowledgements":
			[{"at": "2026-01-12T09:45:10Z"}], "last_status_change_at": "2026-01-12T09:45:10Z", "service": {"id": "PS1", "name": "checkout"},
			"external_references": [{"external_id": "OPS-12"}, {"external_id": "1506438878.000302"}],
			"resolve_reason": {"type": "merge_resolve_reason", "incident": {"id": "Q0"}}}}]}') AS t ORDER BY 1, 4, 5$$,
	$$VALUES ('event', 'pagerduty:incident:Q1', timestamptz '2026-01-12 09:45:10Z', 'acknowledged', NULL),
		('event', 'pagerduty:incident:Q1', '2026-01-12 09:45:10Z', 'acknowledged', NULL),
		('event', 'pagerduty:incident:Q1', '2026-01-12 09:40Z', 'triggered', NULL),
		('incident', 'pagerduty:incident:Q1', '2026-01-12 09:45:10Z', NULL, '2026-01-12T18:45:10+09:00'),
		('incident', 'pagerduty:incident:Q1', '2026-01-12 09:45:10Z', NULL, '2026-01-12T18:45:10+09:00'),
		('incident', 'pagerduty:incident:Q1', '2026-01-12 09:45:10Z', NULL, '2026-01-12T18:45:10+09:00'),
		('link', 'pagerduty:incident:Q1', NULL, 'part_of OPS-12', NULL),
		('link', 'pagerduty:incident:Q1', NULL, 'part_of pagerduty:incident:Q0', NULL)$$, 'a webhook of version 2');
SELECT results_eq($$SELECT t.kind, t.reason FROM unnest(ARRAY['{"event": {"event_type": "pagey.ping", "data": {"type": "ping"}}}',
	'{"event": {"event_type": "incident.annotated", "data": {"id": "PN1", "type": "incident_note", "incident": {"id": "Q1"}}}}',
	'{"incidents": [{"id": "Q1", "type": "incident_reference", "status": "resolved"}]}',
	'{"error": {"message": "Not Found", "code": 2100}}',
	'{"messages": [{"type": "incident.trigger", "id": "x", "data": {"incident": {"id": "Q1"}}}]}', '{"hello": 1}']::jsonb[])
	WITH ORDINALITY AS p (payload, n), pg_temp.facts(p.payload) AS t ORDER BY n$$,
	$$VALUES ('event', 'events pagey.ping are not read'), ('event', 'events incident.annotated are not read'),
		('incident', 'it has no created_at'), ('error', 'it is an error: Not Found'),
		('message', 'webhooks of version 1 are not read: subscribe to those of version 3'),
		('payload', 'it is neither a webhook nor an incident nor a log entry')$$, 'what is not read, and why');

-- Which deployments caused its incidents.
CREATE FUNCTION pg_temp.incident(id text, service text, opened_at timestamptz, resolved_at timestamptz) RETURNS jsonb LANGUAGE sql AS $$
	SELECT jsonb_build_object('incident', jsonb_strip_nulls(jsonb_build_object('id', $1, 'type', 'incident', 'created_at', $3,
		'updated_at', coalesce($4, $3), 'status', CASE WHEN $4 IS NULL THEN 'triggered' ELSE 'resolved' END, 'resolved_at', $4,
		'service', jsonb_build_object('id', 'P' || $2, 'summary', $2), 'urgency', 'high', 'title', $1))) $$;
\ir ../../incident_causes.sql

SELECT finish();
ROLLBACK;
