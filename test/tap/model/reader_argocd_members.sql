-- Payloads of Argo CD without one of their members, or with something else in its place.
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS vsm;
SELECT plan(4);
SET LOCAL TimeZone = 'UTC';
SET LOCAL jit = off;
SET LOCAL client_min_messages = error;

CREATE TEMP TABLE sample (sample text, payload jsonb);
INSERT INTO sample VALUES
('running', '{"metadata": {"name": "checkout", "namespace": "argocd", "labels": {"env": "live"}},
	"spec": {"source": {"repoURL": "git@git.example.com:shop/deploy.git"}, "destination": {"namespace": "shop"}},
	"status": {"operationState": {"phase": "Failed", "startedAt": "2026-01-12T09:00:00Z", "finishedAt": "2026-01-12T09:01:00Z",
		"syncResult": {"revision": "a000000000000000000000000000000000000001",
			"source": {"repoURL": "https://git.example.com/shop/deploy.git"}}}}}'),
('synced', '{"app": {"kind": "Application", "metadata": {"name": "checkout", "namespace": "argocd"},
	"spec": {"destination": {"namespace": "production"}},
	"status": {"history": [{"id": 1, "revision": "a000000000000000000000000000000000000001", "deployStartedAt": "2026-01-12T09:00:00Z",
		"deployedAt": "2026-01-12T09:01:00Z"}],
		"summary": {"images": ["r.example.com/shop/checkout:c000000000000000000000000000000000000001"]}}}}');
\set tool argocd
\set depth 5
\ir ../../reader_members.sql

SELECT results_eq('SELECT * FROM another ORDER BY 1, path COLLATE "C"', $$VALUES
	('running', 'metadata', 'object, {}'), ('running', 'status', 'object, {}'), ('synced', 'app.status', 'object, {}')$$,
	'what is null, empty or of another type is as good as none, but for what a payload is called by');
SELECT results_eq('SELECT * FROM lost ORDER BY 1, path COLLATE "C"', $$VALUES
	('running', 'metadata.namespace', 'deployment, event failure, event running, link deploys'),
	('running', 'status.operationState', 'deployment, event failure, event running, link deploys'),
	('running', 'status.operationState.phase', 'deployment, event failure, event running, link deploys'),
	('running', 'status.operationState.startedAt', 'deployment, event failure, event running, link deploys'),
	('running', 'status.operationState.syncResult', 'link deploys'),
	('running', 'status.operationState.syncResult.revision', 'link deploys'),
	('synced', 'app.metadata.namespace', 'deployment, event running, event success, link deploys'),
	('synced', 'app.status.history', 'deployment, event running, event success, link deploys'),
	('synced', 'app.status.history.0', 'deployment, event running, event success, link deploys'),
	('synced', 'app.status.history.0.deployStartedAt', 'deployment, event running, event success, link deploys'),
	('synced', 'app.status.history.0.deployedAt', 'deployment, event running, event success, link deploys'),
	('synced', 'app.status.summary', 'link deploys'), ('synced', 'app.status.summary.images', 'link deploys'),
	('synced', 'app.status.summary.images.0', 'link deploys')$$,
	'a member that is missing costs what it told');
SELECT results_eq('SELECT * FROM needed ORDER BY 1, path COLLATE "C"', $$VALUES
	('running', 'metadata', 'it is no Application: send it whole, as {"app": {{toJson .app}}}'),
	('running', 'metadata.name', 'it has no metadata.name'),
	('running', 'status', 'it has no status: it is as it was written, not as it runs'),
	('synced', 'app', 'it is no Application: send it whole, as {"app": {{toJson .app}}}'),
	('synced', 'app.metadata', 'it has no metadata.name'), ('synced', 'app.metadata.name', 'it has no metadata.name'),
	('synced', 'app.status', 'it has no status: it is as it was written, not as it runs')$$,
	'a payload is not read without what it is about, and when');

SELECT finish();
ROLLBACK;
