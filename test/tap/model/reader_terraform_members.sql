-- Payloads of Terraform Cloud without one of their members, or with something else in its place.
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS vsm;
SELECT plan(4);
SET LOCAL TimeZone = 'UTC';
SET LOCAL jit = off;
SET LOCAL client_min_messages = error;

CREATE TEMP TABLE sample (sample text, payload jsonb);
INSERT INTO sample VALUES
('notification', '{"payload_version": 1, "run_url": "https://x/r1", "run_id": "run-1", "run_created_at": "2026-01-12T09:00:00.125Z",
	"workspace_name": "network-production", "notifications": [{"trigger": "run:completed", "run_status": "applied",
		"run_updated_at": "2026-01-12T09:05:00.500Z"}]}'),
('run', '{"data": {"id": "run-1", "type": "runs", "attributes": {"status": "applied", "created-at": "2026-01-12T09:00:00.125Z",
	"status-timestamps": {"planned-at": "2026-01-12T09:01:00+00:00", "applied-at": "2026-01-12T09:05:00+00:00"}}, "relationships":
		{"workspace": {"data": {"id": "ws-1"}}, "configuration-version": {"data": {"id": "cv-1"}}}}, "included": [
	{"id": "ws-1", "type": "workspaces", "attributes": {"name": "network-production"}},
	{"id": "cv-1", "type": "configuration-versions", "relationships": {"ingress-attributes": {"data": {"id": "ia-1"}}}},
	{"id": "ia-1", "type": "ingress-attributes", "attributes": {"commit-sha": "c000000000000000000000000000000000000001"}}]}');
\set tool terraform
\set depth 4
\ir ../../reader_members.sql

SELECT results_eq('SELECT * FROM another ORDER BY 1, path COLLATE "C"', $$VALUES
	('run', 'data', '[], array')$$,
	'what is null, empty or of another type is as good as none, but for what a payload is called by');
SELECT results_eq('SELECT * FROM lost ORDER BY 1, path COLLATE "C"', $$VALUES
	('run', 'data.attributes.status-timestamps', 'event planned, event success'),
	('run', 'data.attributes.status-timestamps.applied-at', 'event success'),
	('run', 'data.attributes.status-timestamps.planned-at', 'event planned'), ('run', 'data.relationships', 'link deploys'),
	('run', 'data.relationships.configuration-version', 'link deploys'),
	('run', 'data.relationships.configuration-version.data', 'link deploys'), ('run', 'included', 'link deploys'),
	('run', 'included.1', 'link deploys'), ('run', 'included.1.id', 'link deploys'),
	('run', 'included.1.relationships', 'link deploys'), ('run', 'included.1.relationships.ingress-attributes', 'link deploys'),
	('run', 'included.1.type', 'link deploys'), ('run', 'included.2', 'link deploys'),
	('run', 'included.2.attributes', 'link deploys'), ('run', 'included.2.attributes.commit-sha', 'link deploys'),
	('run', 'included.2.id', 'link deploys'), ('run', 'included.2.type', 'link deploys')$$,
	'a member that is missing costs what it told');
SELECT results_eq('SELECT * FROM needed ORDER BY 1, path COLLATE "C"', $$VALUES
	('notification', 'notifications', 'it has no run_status'), ('notification', 'notifications.0', 'it has no run_status'),
	('notification', 'notifications.0.run_status', 'it has no run_status'),
	('notification', 'notifications.0.run_updated_at', 'it has no run_updated_at'), ('notification', 'run_id', 'it has no run_id'),
	('run', 'data', 'it is neither a notification nor a run'), ('run', 'data.attributes', 'it has no attributes.status'),
	('run', 'data.attributes.created-at', 'it has no attributes.created-at'),
	('run', 'data.attributes.status', 'it has no attributes.status'), ('run', 'data.id', 'it has no id'),
	('run', 'data.type', 'it is neither a notification nor a run')$$,
	'a payload is not read without what it is about, and when');

SELECT finish();
ROLLBACK;
