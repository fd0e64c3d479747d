-- Payloads of Opsgenie without one of their members, or with something else in its place.
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS vsm;
SELECT plan(4);
SET LOCAL TimeZone = 'UTC';
SET LOCAL jit = off;
SET LOCAL client_min_messages = error;

CREATE TEMP TABLE sample (sample text, payload jsonb);
INSERT INTO sample VALUES
('alert', '{"data": {"id": "a1", "tinyId": "7", "alias": "checkout-5xx", "message": "No total", "status": "closed", "acknowledged": true,
	"createdAt": "2026-01-12T09:40:00.125Z", "updatedAt": "2026-01-12T10:31:00Z", "priority": "P1", "tags": ["environment:live"],
	"entity": "web-1", "details": {"service": "checkout"}, "report": {"ackTime": 310000, "closeTime": 3000000}}, "took": 0.1,
	"requestId": "r"}'),
('hook', '{"action": "Acknowledge", "alert": {"alertId": "a1", "tinyId": "7", "message": "No total", "createdAt": 1768210800125,
	"updatedAt": 1768211110125000063, "priority": "P1", "tags": ["service:checkout"], "details": {"incident-id": "i1"}},
	"integrationId": "x"}'),
('incident', '{"data": {"id": "i1", "tinyId": "3", "message": "Slow", "status": "resolved", "createdAt": "2026-01-12T12:00:00Z",
	"updatedAt": "2026-01-12T12:31:00Z", "impactStartDate": "2026-01-12T11:55:00Z", "impactEndDate": "2026-01-12T12:30:00Z",
	"priority": "P2", "impactedServices": ["checkout"], "links": {"web": "https://x/i1"}}}');
\set tool opsgenie
\set depth 4
\ir ../../reader_members.sql

SELECT results_eq('SELECT * FROM another ORDER BY 1, path COLLATE "C"', $$VALUES ('alert', 'data', '[], array'),
	('hook', 'alert', 'object, {}'), ('incident', 'data', '[], array')$$,
	'what is null, empty or of another type is as good as none, but a list of data is a page');
SELECT results_eq('SELECT * FROM lost ORDER BY 1, path COLLATE "C"', $$VALUES
	('alert', 'data.createdAt', 'event acknowledged, event closed, event open'),
	('alert', 'data.report', 'event acknowledged, event closed'), ('alert', 'data.report.ackTime', 'event acknowledged'),
	('alert', 'data.report.closeTime', 'event closed'), ('alert', 'data.status', 'event closed'), ('hook', 'action', 'event acknowledged'),
	('hook', 'alert.createdAt', 'event open'), ('hook', 'alert.details', 'link part_of'),
	('hook', 'alert.details.incident-id', 'link part_of'), ('hook', 'alert.updatedAt', 'event acknowledged'),
	('incident', 'data.impactEndDate', 'event resolved'), ('incident', 'data.impactStartDate', 'event open'),
	('incident', 'data.status', 'event resolved')$$, 'a member that is missing costs what it told');
SELECT results_eq('SELECT * FROM needed ORDER BY 1, path COLLATE "C"', $$VALUES
	('alert', 'data', 'it is neither an alert nor an incident'), ('alert', 'data.id', 'it has no id'),
	('hook', 'alert', 'it is neither an alert nor an incident'), ('hook', 'alert.alertId', 'it has no id'),
	('incident', 'data', 'it is neither an alert nor an incident'), ('incident', 'data.id', 'it has no id')$$,
	'a payload is not read without what it is about');

SELECT finish();
ROLLBACK;
