-- Payloads of Kubernetes without one of their members, or with something else in its place.
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS vsm;
SELECT plan(4);
SET LOCAL TimeZone = 'UTC';
SET LOCAL jit = off;
SET LOCAL client_min_messages = error;

CREATE TEMP TABLE sample (sample text, payload jsonb);
INSERT INTO sample VALUES
('deployment', '{"kind": "Deployment", "metadata": {"name": "checkout", "namespace": "production", "generation": 3, "annotations":
	{"deployment.kubernetes.io/revision": "3"}, "labels": {"app": "checkout"}, "creationTimestamp": "2026-01-01T00:00:00Z"},
	"spec": {"template": {"spec": {"containers": [{"image": "r.example.com/shop/checkout:1.2.3"}]}}},
	"status": {"observedGeneration": 3, "conditions": [{"type": "Progressing", "status": "True", "reason": "NewReplicaSetAvailable",
		"lastUpdateTime": "2026-01-12T09:02:00Z"}]}}'),
('event', '{"kind": "Event", "reason": "ScalingReplicaSet", "firstTimestamp": "2026-01-12T09:00:00Z", "message": "Scaled up",
	"involvedObject": {"kind": "Deployment", "name": "checkout", "namespace": "production",
		"annotations": {"deployment.kubernetes.io/revision": "3"}}}'),
('set', '{"type": "ADDED", "object": {"kind": "ReplicaSet", "metadata": {"name": "checkout-5d", "namespace": "production",
	"annotations": {"deployment.kubernetes.io/revision": "3", "org.opencontainers.image.revision":
		"c000000000000000000000000000000000000001"}, "ownerReferences": [{"kind": "Deployment", "name": "checkout"}],
	"creationTimestamp": "2026-01-12T09:00:00Z"}}}');
\set tool kubernetes
\set depth 5
\ir ../../reader_members.sql

SELECT is_empty('SELECT * FROM another', 'what is null, empty or of another type is as good as none');
SELECT results_eq('SELECT * FROM lost ORDER BY 1, path COLLATE "C"', $$VALUES
	('deployment', 'metadata.namespace', 'deployment, event running, event success, link deploys'),
	('deployment', 'spec', 'link deploys'), ('deployment', 'spec.template', 'link deploys'),
	('deployment', 'spec.template.spec', 'link deploys'), ('deployment', 'spec.template.spec.containers', 'link deploys'),
	('deployment', 'spec.template.spec.containers.0', 'link deploys'), ('deployment', 'status', 'event success'),
	('deployment', 'status.conditions', 'event success'), ('deployment', 'status.conditions.0', 'event success'),
	('deployment', 'status.conditions.0.reason', 'event success'), ('deployment', 'status.conditions.0.status', 'event success'),
	('deployment', 'status.conditions.0.type', 'event success'), ('event', 'firstTimestamp', 'event ScalingReplicaSet'),
	('event', 'involvedObject.annotations', 'event ScalingReplicaSet'),
	('event', 'involvedObject.annotations.deployment.kubernetes.io/revision', 'event ScalingReplicaSet'),
	('event', 'involvedObject.namespace', 'event ScalingReplicaSet'),
	('set', 'object.metadata.annotations.org.opencontainers.image.revision', 'link deploys'),
	('set', 'object.metadata.namespace', 'deployment, event running, link deploys')$$,
	'a member that is missing costs what it told');
SELECT results_eq('SELECT * FROM needed ORDER BY 1, path COLLATE "C"', $$VALUES
	('deployment', 'kind', 'it is no object of Kubernetes: it has no kind'), ('deployment', 'metadata', 'it has no metadata.name'),
	('deployment',
		'metadata.annotations', 'it has no annotation deployment.kubernetes.io/revision: it is as it was written, not as it runs'),
	('deployment',
		'metadata.annotations.deployment.kubernetes.io/revision',
		'it has no annotation deployment.kubernetes.io/revision: it is as it was written, not as it runs'),
	('deployment', 'metadata.creationTimestamp', 'it has no metadata.creationTimestamp'),
	('deployment', 'metadata.name', 'it has no metadata.name'), ('event', 'involvedObject', 'it has no involvedObject.kind'),
	('event', 'involvedObject.kind', 'it has no involvedObject.kind'),
	('event', 'involvedObject.name', 'it has no involvedObject.name'), ('event', 'reason', 'it has no reason'),
	('set', 'object', 'it is no object of Kubernetes: it has no kind'),
	('set', 'object.kind', 'it is no object of Kubernetes: it has no kind'), ('set', 'object.metadata', 'it has no metadata.name'),
	('set',
		'object.metadata.annotations', 'it has no annotation deployment.kubernetes.io/revision: it is as it was written, not as it runs'),
	('set',
		'object.metadata.annotations.deployment.kubernetes.io/revision',
		'it has no annotation deployment.kubernetes.io/revision: it is as it was written, not as it runs'),
	('set', 'object.metadata.creationTimestamp', 'it has no metadata.creationTimestamp'),
	('set', 'object.metadata.name', 'it has no metadata.name'),
	('set', 'object.metadata.ownerReferences', 'it is of no Deployment'),
	('set', 'object.metadata.ownerReferences.0', 'it is of no Deployment'),
	('set', 'object.metadata.ownerReferences.0.kind', 'it is of no Deployment'),
	('set', 'object.metadata.ownerReferences.0.name', 'it is of no Deployment')$$,
	'a payload is not read without what it is about, and when');

SELECT finish();
ROLLBACK;
