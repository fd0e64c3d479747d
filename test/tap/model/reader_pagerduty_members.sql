-- Payloads of PagerDuty without one of their members, or with something else in its place.
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS vsm;
SELECT plan(4);
SET LOCAL TimeZone = 'UTC';
SET LOCAL jit = off;
SET LOCAL client_min_messages = error;

CREATE TEMP TABLE sample (sample text, payload jsonb);
INSERT INTO sample VALUES
('event', '{"event": {"id": "01A", "event_type": "incident.acknowledged", "resource_type": "incident",
	"occurred_at": "2026-01-12T09:45:10.250Z", "agent": {"id": "PU1", "type": "user_reference"}, "client": null,
	"data": {"id": "Q1", "type": "incident", "html_url": "https://shop.example.com/incidents/Q1", "number": 7, "status": "acknowledged",
		"created_at": "2026-01-12T09:40:00Z", "title": "No total", "service": {"id": "PS1", "summary": "checkout"},
		"priority": {"id": "PP1", "summary": "P1"}, "urgency": "high", "resolve_reason": null}}}'),
('incident', '{"incident": {"id": "Q2", "type": "incident", "summary": "[#8] Slow", "incident_number": 8, "status": "resolved",
	"created_at": "2026-01-12T12:00:00Z", "updated_at": "2026-01-12T12:31:00Z", "resolved_at": "2026-01-12T12:30:00Z",
	"last_status_change_at": "2026-01-12T12:30:00Z", "service": {"id": "PS1", "name": "checkout"}, "urgency": "low",
	"acknowledgements": [{"at": "2026-01-12T12:05:00Z", "acknowledger": {"id": "PU1"}}],
	"external_references": [{"external_id": "OPS-12"}], "resolve_reason": {"type": "merge_resolve_reason", "incident": {"id": "Q1"}},
	"html_url": "https://shop.example.com/incidents/Q2"}}'),
('log_entry', '{"log_entry": {"id": "R1", "type": "resolve_log_entry", "created_at": "2026-01-12T12:30:00Z",
	"service": {"id": "PS1", "summary": "checkout"}, "incident": {"id": "Q2", "summary": "[#8] Slow", "html_url": "https://x/Q2"}}}');
\set tool pagerduty
\set depth 4
\ir ../../reader_members.sql

SELECT results_eq('SELECT * FROM another ORDER BY 1, path COLLATE "C"', $$VALUES ('event', 'event', 'object, {}'),
	('incident', 'incident', 'object, {}'), ('log_entry', 'log_entry', 'object, {}')$$,
	'what is null, empty or of another type is as good as none, but an object is what the payload is called by');
SELECT results_eq('SELECT * FROM lost ORDER BY 1, path COLLATE "C"', $$VALUES ('event', 'event.data.created_at', 'event triggered'),
	('incident', 'incident.acknowledgements', 'event acknowledged'), ('incident', 'incident.acknowledgements.0', 'event acknowledged'),
	('incident', 'incident.acknowledgements.0.at', 'event acknowledged'), ('incident', 'incident.created_at', 'event triggered'),
	('incident', 'incident.external_references', 'link part_of'), ('incident', 'incident.external_references.0', 'link part_of'),
	('incident', 'incident.external_references.0.external_id', 'link part_of'), ('incident', 'incident.resolve_reason', 'link part_of'),
	('incident', 'incident.resolve_reason.incident', 'link part_of'), ('incident', 'incident.resolve_reason.incident.id', 'link part_of'),
	('incident', 'incident.status', 'event resolved'), ('log_entry', 'log_entry.type', 'event resolved, incident')$$,
	'a member that is missing costs what it told');
SELECT results_eq('SELECT * FROM needed ORDER BY 1, path COLLATE "C"', $$VALUES
	('event', 'event', 'it is neither a webhook nor an incident nor a log entry'), ('event', 'event.data', 'it has no event.data.id'),
	('event', 'event.data.id', 'it has no event.data.id'), ('event', 'event.event_type', 'it has no event.event_type'),
	('event', 'event.occurred_at', 'it has no event.occurred_at'),
	('incident', 'incident', 'it is neither a webhook nor an incident nor a log entry'),
	('incident', 'incident.id', 'it has no incident.id'),
	('log_entry', 'log_entry', 'it is neither a webhook nor an incident nor a log entry'),
	('log_entry', 'log_entry.created_at', 'it has no log_entry.created_at'),
	('log_entry', 'log_entry.incident', 'it has no log_entry.incident.id'),
	('log_entry', 'log_entry.incident.id', 'it has no log_entry.incident.id')$$,
	'a payload is not read without what it is about, and when');

SELECT finish();
ROLLBACK;
