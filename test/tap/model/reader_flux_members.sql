-- Payloads of Flux without one of their members, or with something else in its place.
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS vsm;
SELECT plan(4);
SET LOCAL TimeZone = 'UTC';
SET LOCAL jit = off;
SET LOCAL client_min_messages = error;

CREATE TEMP TABLE sample (sample text, payload jsonb);
INSERT INTO sample VALUES
('event', '{"involvedObject": {"kind": "Kustomization", "namespace": "flux-system", "name": "checkout"}, "severity": "info",
	"timestamp": "2026-01-12T09:00:00Z", "reason": "ReconciliationSucceeded", "metadata":
		{"revision": "main@sha1:c000000000000000000000000000000000000001"}, "reportingController": "kustomize-controller"}'),
('kustomization', '{"kind": "Kustomization", "metadata": {"name": "checkout", "namespace": "flux-system", "labels": {"env": "live"}},
	"spec": {"targetNamespace": "shop"}, "status": {"lastAttemptedRevision": "main@sha1:c000000000000000000000000000000000000001",
	"conditions": [{"type": "Ready", "status": "True", "reason": "ReconciliationSucceeded", "lastTransitionTime": "2026-01-12T09:00:00Z"}],
	"history": [{"firstReconciled": "2026-01-11T09:00:00Z", "lastReconciledStatus": "ReconciliationSucceeded",
		"metadata": {"revision": "main@sha1:c000000000000000000000000000000000000002"}}]}}'),
('release', '{"kind": "HelmRelease", "metadata": {"name": "checkout", "namespace": "production"}, "status": {"history":
	[{"chartVersion": "1.2.3", "appVersion": "1.2", "status": "deployed", "lastDeployed": "2026-01-12T09:00:00Z"}]}}');
\set tool flux
\set depth 5
\ir ../../reader_members.sql

SELECT results_eq('SELECT * FROM another ORDER BY 1, path COLLATE "C"', $$VALUES
	('event', 'involvedObject', 'object, {}'), ('kustomization', 'status', 'object, {}'), ('release', 'status', 'object, {}')$$,
	'what is null, empty or of another type is as good as none, but for what a payload is called by');
SELECT results_eq('SELECT * FROM lost ORDER BY 1, path COLLATE "C"', $$VALUES
	('event', 'involvedObject.namespace', 'deployment, event success, link deploys'),
	('event', 'metadata', 'deployment, event success, link deploys'),
	('event', 'metadata.revision', 'deployment, event success, link deploys'),
	('kustomization', 'metadata.namespace', 'deployment, event success, link deploys'),
	('kustomization', 'status.conditions', 'deployment, event success, link deploys'),
	('kustomization', 'status.conditions.0', 'deployment, event success, link deploys'),
	('kustomization', 'status.conditions.0.lastTransitionTime', 'deployment, event success, link deploys'),
	('kustomization', 'status.conditions.0.status', 'deployment, event success, link deploys'),
	('kustomization', 'status.conditions.0.type', 'deployment, event success, link deploys'),
	('kustomization', 'status.history', 'deployment, event success, link deploys'),
	('kustomization', 'status.history.0', 'deployment, event success, link deploys'),
	('kustomization', 'status.history.0.firstReconciled', 'deployment, event success, link deploys'),
	('kustomization', 'status.history.0.lastReconciledStatus', 'deployment, event success, link deploys'),
	('kustomization', 'status.history.0.metadata', 'deployment, event success, link deploys'),
	('kustomization', 'status.history.0.metadata.revision', 'deployment, event success, link deploys'),
	('kustomization', 'status.lastAttemptedRevision', 'deployment, event success, link deploys'),
	('release', 'metadata.namespace', 'deployment, event success, link deploys'),
	('release', 'status.history', 'deployment, event success, link deploys'),
	('release', 'status.history.0', 'deployment, event success, link deploys'),
	('release', 'status.history.0.chartVersion', 'deployment, event success, link deploys'),
	('release', 'status.history.0.lastDeployed', 'deployment, event success, link deploys'),
	('release', 'status.history.0.status', 'deployment, event success, link deploys')$$,
	'a member that is missing costs what it told');
SELECT results_eq('SELECT * FROM needed ORDER BY 1, path COLLATE "C"', $$VALUES
	('event', 'involvedObject', 'it is neither an event nor an object of Flux'),
	('event', 'involvedObject.kind', 'it has no involvedObject.kind'),
	('event', 'involvedObject.name', 'it has no involvedObject.name'), ('event', 'reason', 'it has no reason'),
	('event', 'timestamp', 'it has no timestamp'), ('kustomization', 'kind', 'it is neither an event nor an object of Flux'),
	('kustomization', 'metadata', 'it has no metadata.name'), ('kustomization', 'metadata.name', 'it has no metadata.name'),
	('kustomization', 'status', 'it has no status: it is as it was written, not as it runs'),
	('release', 'kind', 'it is neither an event nor an object of Flux'), ('release', 'metadata', 'it has no metadata.name'),
	('release', 'metadata.name', 'it has no metadata.name'),
	('release', 'status', 'it has no status: it is as it was written, not as it runs')$$,
	'a payload is not read without what it is about, and when');

SELECT finish();
ROLLBACK;
