-- What Kubernetes states of Deployments, in any order and by any way.
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS vsm;
SELECT plan(8);
SET LOCAL TimeZone = 'Asia/Tokyo';
SET LOCAL jit = off;
SET LOCAL client_min_messages = error;

-- Two revisions of a Deployment: the ReplicaSets say when they began, the Deployment that they have rolled out.
CREATE TEMP TABLE sample (sample text, payload jsonb);
CREATE FUNCTION pg_temp.workload(revision integer, reason text, at text, image text) RETURNS jsonb LANGUAGE sql AS $$
	SELECT jsonb_build_object('apiVersion', 'apps/v1', 'kind', 'Deployment', 'metadata', jsonb_build_object('name', 'checkout', 'namespace',
			'production', 'generation', $1, 'creationTimestamp', '2026-01-01T00:00:00Z', 'labels', '{"app": "checkout"}'::jsonb,
			'annotations', jsonb_build_object('deployment.kubernetes.io/revision', $1::text)),
		'spec', jsonb_build_object('template', jsonb_build_object('spec', jsonb_build_object('containers', jsonb_build_array(
			jsonb_build_object('name', 'checkout', 'image', $4))))),
		'status', jsonb_build_object('observedGeneration', $1, 'conditions', jsonb_build_array(
			'{"type": "Available", "status": "True", "reason": "MinimumReplicasAvailable"}'::jsonb,
			jsonb_build_object('type', 'Progressing', 'status', CASE $2 WHEN 'ProgressDeadlineExceeded' THEN 'False' ELSE 'True' END,
				'reason', $2, 'lastUpdateTime', $3, 'lastTransitionTime', '2026-01-01T00:00:30Z')))) $$;
CREATE FUNCTION pg_temp.replicas(revision integer, at text, image text, annotations jsonb DEFAULT '{}') RETURNS jsonb LANGUAGE sql AS $$
	SELECT jsonb_build_object('apiVersion', 'apps/v1', 'kind', 'ReplicaSet', 'metadata', jsonb_build_object('name', 'checkout-' || $1,
			'namespace', 'production', 'creationTimestamp', $2, 'labels', '{"app": "checkout"}'::jsonb, 'annotations',
			jsonb_build_object('deployment.kubernetes.io/revision', $1::text) || $4,
			'ownerReferences', '[{"kind": "Deployment", "name": "checkout", "controller": true}]'::jsonb),
		'spec', jsonb_build_object('template', jsonb_build_object('spec', jsonb_build_object('containers', jsonb_build_array(
			jsonb_build_object('name', 'checkout', 'image', $3)))))) $$;
INSERT INTO sample VALUES
('1', pg_temp.replicas(1, '2026-01-12T09:00:00Z', 'r.example.com/shop/checkout:c000000000000000000000000000000000000001')),
('2', pg_temp.workload(1, 'NewReplicaSetAvailable', '2026-01-12T09:02:00Z',
	'r.example.com/shop/checkout:c000000000000000000000000000000000000001')),
('3', jsonb_build_object('type', 'MODIFIED', 'object', pg_temp.workload(2, 'ReplicaSetUpdated', '2026-01-12T10:00:05Z',
	'r.example.com/shop/checkout:1.2'))),
('4', jsonb_build_object('kind', 'List', 'items', jsonb_build_array(pg_temp.workload(2, 'ProgressDeadlineExceeded', '2026-01-12T10:10:00Z',
		'r.example.com/shop/checkout:1.2'),
	pg_temp.replicas(2, '2026-01-12T10:00:00Z', 'r.example.com/shop/checkout:1.2',
		'{"org.opencontainers.image.revision": "c000000000000000000000000000000000000002"}')))),
('5', '{"kind": "Event", "reason": "ScalingReplicaSet", "message": "Scaled up replica set checkout-1 to 3", "type": "Normal",
	"firstTimestamp": "2026-01-12T09:00:01Z", "lastTimestamp": "2026-01-12T09:00:01Z", "metadata": {"name": "checkout.1"},
	"involvedObject": {"kind": "Deployment", "namespace": "production", "name": "checkout", "labels": {"app": "checkout"},
		"annotations": {"deployment.kubernetes.io/revision": "1"}}}');
\set tool kubernetes
\ir ../../reader_samples.sql

CALL vsm.create_model('forth');
SELECT is(pg_temp.ingest('forth', 'in order'), ROW (5, 0)::vsm.ingested, 'objects, watches, lists and events are read');
SELECT results_eq($$SELECT deployment, service, environment, environment_tier, sha, status, started_at, finished_at
	FROM forth.deployment ORDER BY started_at$$,
	$$VALUES ('kubernetes:deployment:production/checkout#1', 'checkout', 'production', 'production',
			'c000000000000000000000000000000000000001', 'success', timestamptz '2026-01-12 09:00Z', timestamptz '2026-01-12 09:02Z'),
		('kubernetes:deployment:production/checkout#2', 'checkout', 'production', 'production',
			'c000000000000000000000000000000000000002', 'failure', '2026-01-12 10:00Z', '2026-01-12 10:10Z')$$,
	'each revision is a deployment');
SELECT results_eq($$SELECT right(entity, 2), at, state, method FROM forth.event ORDER BY at$$,
	$$VALUES ('#1', timestamptz '2026-01-12 09:00Z', 'running', NULL::text), ('#1', '2026-01-12 09:00:01Z', 'ScalingReplicaSet', 'label'),
		('#1', '2026-01-12 09:02Z', 'success', NULL), ('#2', '2026-01-12 10:00Z', 'running', NULL),
		('#2', '2026-01-12 10:10Z', 'failure', NULL)$$, 'its states, and what happened beside');
CALL vsm.create_model('back');
SELECT is(pg_temp.ingest('back', 'back, one by one, twice'), ROW (10, 0)::vsm.ingested, 'backwards, one by one and twice');
SELECT bag_eq($$SELECT * FROM pg_temp.rows('back')$$, $$SELECT * FROM pg_temp.rows('forth')$$, '... the same rows');

-- A ReplicaSet that was taken up again says nothing of when; a status of an older generation nothing of what.
SELECT is_empty($$SELECT FROM pg_temp.facts(pg_temp.replicas(3, '2026-01-12T09:00:00Z', 'x:1',
		'{"deployment.kubernetes.io/revision-history": "1"}')) AS t
		WHERE (t.f).details ? 'started_at' OR (t.f).fact = 'event' AND (t.f).at IS NOT NULL
	UNION ALL
	SELECT FROM pg_temp.facts(jsonb_set(pg_temp.workload(3, 'NewReplicaSetAvailable', '2026-01-12T09:02:00Z', 'x:1'),
		'{status,observedGeneration}', '2')) AS t WHERE (t.f).details ? 'status'
		OR (t.f).fact = 'event' AND (t.f).at IS NOT NULL$$,
	'what is not known is not told');
SELECT results_eq($$SELECT t.kind, t.reason FROM unnest(ARRAY['{"kind": "Pod", "metadata": {"name": "x"}}',
	'{"kind": "Deployment", "metadata": {"name": "x"}}', '{"kind": "Status", "message": "Unauthorized"}', '{"a": 1}',
	'{"kind": "ReplicaSet", "metadata": {"name": "x", "annotations": {"deployment.kubernetes.io/revision": "1"}}}']::jsonb[])
	WITH ORDINALITY AS p (payload, n), pg_temp.facts(p.payload) AS t ORDER BY n$$,
	$$VALUES ('object', 'objects of kind Pod are not read'),
		('rollout', 'it has no annotation deployment.kubernetes.io/revision: it is as it was written, not as it runs'),
		('error', 'it is an error: Unauthorized'), ('payload', 'it is no object of Kubernetes: it has no kind'),
		('rollout', 'it is of no Deployment')$$, 'what is not read, and why');
SELECT results_eq($$SELECT vsm.kubernetes_elements(p) FROM unnest(ARRAY['{"kind": "DeploymentList", "items": null}',
	'{"kind": "DeploymentList", "items": []}', '{"kind": "Deployment"}']::jsonb[]) AS p$$, ARRAY['[]', '[]', NULL]::jsonb[],
	'a list of none');

SELECT finish();
ROLLBACK;
