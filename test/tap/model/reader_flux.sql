-- What Flux states, in any order and by any way.
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS vsm;
SELECT plan(14);
SET LOCAL TimeZone = 'Asia/Tokyo';
SET LOCAL jit = off;
SET LOCAL client_min_messages = error;

-- A revision that fails first, is applied then, and again and again; and one of a chart.
CREATE TEMP TABLE sample (sample text, payload jsonb);
CREATE FUNCTION pg_temp.event(kind text, reason text, at text, revision text) RETURNS jsonb LANGUAGE sql AS $$
	SELECT jsonb_build_object('involvedObject', jsonb_build_object('apiVersion', 'x/v1', 'kind', $1, 'name', 'checkout', 'namespace',
		'production', 'uid', 'u'), 'severity', CASE WHEN $2 LIKE '%Failed' THEN 'error' ELSE 'info' END, 'timestamp', $3, 'message', 'm',
		'reason', $2, 'metadata', jsonb_build_object('revision', $4), 'reportingController', 'c', 'reportingInstance', 'c-1') $$;
INSERT INTO sample VALUES
('1', pg_temp.event('Kustomization', 'HealthCheckFailed', '2026-01-12T09:00:00Z', 'main@sha1:c000000000000000000000000000000000000001')),
('2', pg_temp.event('Kustomization', 'ReconciliationSucceeded', '2026-01-12T09:10:00Z',
	'main@sha1:c000000000000000000000000000000000000001')),
('3', pg_temp.event('Kustomization', 'ReconciliationSucceeded', '2026-01-12T09:20:00Z', 'main/c000000000000000000000000000000000000001')),
('4', pg_temp.event('Kustomization', 'HealthCheckFailed', '2026-01-12T11:00:00Z', 'main@sha1:c000000000000000000000000000000000000001')),
('5', pg_temp.event('HelmRelease', 'UpgradeSucceeded', '2026-01-12T09:30:00Z', '1.2.3')),
('6', pg_temp.event('GitRepository', 'NewArtifact', '2026-01-12T08:59:00Z', 'main@sha1:c000000000000000000000000000000000000001'));
\set tool flux
\ir ../../reader_samples.sql

CALL vsm.create_model('forth');
SELECT is(pg_temp.ingest('forth', 'in order'), ROW (6, 0)::vsm.ingested, 'events are read');
SELECT results_eq($$SELECT deployment, service, environment, environment_tier, sha, ref, status, finished_at
	FROM forth.deployment ORDER BY finished_at$$,
	$$VALUES ('flux:deployment:Kustomization/production/checkout@c000000000000000000000000000000000000001', 'checkout', 'production',
			'production', 'c000000000000000000000000000000000000001', 'main', 'success', timestamptz '2026-01-12 09:10Z'),
		('flux:deployment:HelmRelease/production/checkout@1.2.3', 'checkout', 'production', 'production', NULL, '1.2.3', 'success',
			'2026-01-12 09:30Z')$$, 'a revision is a deployment: since it was applied first, whatever fails later');
SELECT results_eq('SELECT source, target, kind, method FROM forth.link', $$VALUES
	('flux:deployment:Kustomization/production/checkout@c000000000000000000000000000000000000001',
		'c000000000000000000000000000000000000001', 'deploys', 'revision')$$, '... of a commit');
CALL vsm.create_model('back');
SELECT is(pg_temp.ingest('back', 'back, one by one, twice'), ROW (12, 0)::vsm.ingested, 'backwards, one by one and twice');
SELECT bag_eq($$SELECT * FROM pg_temp.rows('back')$$, $$SELECT * FROM pg_temp.rows('forth')$$, '... the same rows');

-- The same as the objects tell it.
TRUNCATE sample;
INSERT INTO sample VALUES
('1', '{"kind": "List", "items": [
	{"kind": "Kustomization", "metadata": {"name": "checkout", "namespace": "production"}, "status": {
		"lastAppliedRevision": "main@sha1:c000000000000000000000000000000000000001",
		"lastAttemptedRevision": "main@sha1:c000000000000000000000000000000000000001",
		"conditions": [{"type": "Ready", "status": "False", "reason": "HealthCheckFailed",
			"lastTransitionTime": "2026-01-12T11:00:00Z"}],
		"history": [{"firstReconciled": "2026-01-12T09:10:00Z", "lastReconciled": "2026-01-12T09:20:00Z",
			"lastReconciledStatus": "ReconciliationSucceeded", "metadata":
				{"revision": "main@sha1:c000000000000000000000000000000000000001"}}]}},
	{"kind": "HelmRelease", "metadata": {"name": "checkout", "namespace": "production"}, "status": {"history": [
		{"chartName": "checkout", "chartVersion": "1.2.3", "status": "deployed", "version": 1,
			"lastDeployed": "2026-01-12T09:30:00Z"}]}}]}');
CALL vsm.create_model('rest');
SELECT is(pg_temp.ingest('rest', 'in order'), ROW (1, 0)::vsm.ingested, 'a List of objects');
SELECT bag_eq($$SELECT * FROM pg_temp.rows('rest') WHERE relation <> 'event' OR r ->> 'state' = 'success'$$,
	$$SELECT * FROM pg_temp.rows('forth') WHERE relation <> 'event' OR r ->> 'state' = 'success'$$,
	'... tells the same, but when it failed first');
-- The same as Events of its controllers in Kubernetes tell it, which count what happens again.
TRUNCATE sample;
INSERT INTO sample
SELECT '1', jsonb_build_object('kind', 'List', 'items', jsonb_agg(jsonb_build_object('kind', 'Event', 'apiVersion', 'v1', 'metadata',
	jsonb_build_object('name', 'checkout.' || e.n, 'namespace', 'production', 'annotations', jsonb_build_object(e.annotation, e.revision)),
	'involvedObject', jsonb_build_object('kind', e.kind, 'namespace', 'production', 'name', 'checkout'), 'reason', e.reason,
	'type', e.type, 'firstTimestamp', e.since, 'lastTimestamp', e.until, 'count', 2)))
FROM (VALUES
	(1, 'Kustomization', 'Warning', 'HealthCheckFailed', '2026-01-12T09:00:00Z', '2026-01-12T09:01:00Z',
		'kustomize.toolkit.fluxcd.io/revision', 'main@sha1:c000000000000000000000000000000000000001'),
	(2, 'Kustomization', 'Normal', 'ReconciliationSucceeded', '2026-01-12T09:10:00Z', '2026-01-12T10:10:00Z',
		'kustomize.toolkit.fluxcd.io/revision', 'main@sha1:c000000000000000000000000000000000000001'),
	(3, 'HelmRelease', 'Normal', 'UpgradeSucceeded', '2026-01-12T09:30:00Z', NULL, 'helm.toolkit.fluxcd.io/revision', '1.2.3'),
	(4, 'GitRepository', 'Warning', 'GitOperationFailed', '2026-01-12T09:30:00Z', NULL, 'x', 'y'))
	AS e (n, kind, type, reason, since, until, annotation, revision);
CALL vsm.create_model('kubernetes');
SELECT is(pg_temp.ingest('kubernetes', 'in order'), ROW (1, 0)::vsm.ingested, 'Events of Kubernetes');
SELECT bag_eq($$SELECT * FROM pg_temp.rows('kubernetes')$$, $$SELECT * FROM pg_temp.rows('forth')$$, '... tell the same');
SELECT results_eq($$SELECT t.kind, t.reason FROM unnest(ARRAY['{"kind": "GitRepository", "metadata": {"name": "x"}}',
	'{"kind": "Kustomization", "metadata": {"name": "x"}}',
	'{"involvedObject": {"kind": "Kustomization", "name": "x"}, "reason": "Progressing"}',
	'{"a": 1}']::jsonb[]) WITH ORDINALITY AS p (payload, n), pg_temp.facts(p.payload) AS t ORDER BY n$$,
	$$VALUES ('other', 'objects of kind GitRepository are not read'),
		('object', 'it has no status: it is as it was written, not as it runs'), ('event', 'it has no timestamp'),
		('payload', 'it is neither an event nor an object of Flux')$$, 'what is not read, and why');

-- What it is loaded for: which items a revision releases. What was there before is applied first.
CALL vsm.create_model('whole');
INSERT INTO whole.value_stream (value_stream, workflow) VALUES ('Shop', vsm.with_delivery('{"stages": [{"name": "Build", "class": "active",
	"states": ["In Progress"]}, {"name": "Released", "class": "done", "states": ["Done"]}]}')::jsonb);
INSERT INTO whole.routing (rank, source, project, value_stream) VALUES (10, 'jira', 'SHOP', 'Shop');
INSERT INTO whole.service (service, repository, value_stream) VALUES ('checkout', 'shop/checkout', 'Shop');
INSERT INTO whole.item (item, source, key, project, type, created_at)
SELECT 'jira:issue:' || n, 'jira', 'SHOP-' || n, 'SHOP', 'feature', '2026-01-09 09:00Z' FROM generate_series(1, 2) AS n;
INSERT INTO whole.item_alias (alias, item) SELECT 'SHOP-' || n, 'jira:issue:' || n FROM generate_series(1, 2) AS n;
INSERT INTO whole.event (source, event_id, entity, at, state)
SELECT 'jira', n || state, 'jira:issue:' || n, at, state FROM generate_series(1, 2) AS n,
	(VALUES ('In Progress', timestamptz '2026-01-09 09:00Z'), ('Done', '2026-01-12 08:30Z')) AS s (state, at);
INSERT INTO whole.commit (sha, repository, committed_at, parents)
SELECT 'c00000000000000000000000000000000000000' || n, 'shop/checkout', '2026-01-12 08:00Z'::timestamptz + n * interval '1 min',
	CASE WHEN n > 0 THEN ARRAY['c00000000000000000000000000000000000000' || n - 1] ELSE '{}' END FROM generate_series(0, 2) AS n;
INSERT INTO whole.link (source, target, kind, method, confidence)
SELECT 'c00000000000000000000000000000000000000' || n, 'SHOP-' || n, 'implements', 'key in message', 0.9 FROM generate_series(1, 2) AS n;
TRUNCATE sample;
INSERT INTO sample VALUES
('0', pg_temp.event('Kustomization', 'ReconciliationSucceeded', '2026-01-11T09:00:00Z',
	'main@sha1:c000000000000000000000000000000000000000')),
('1', pg_temp.event('Kustomization', 'HealthCheckFailed', '2026-01-12T09:00:00Z', 'main@sha1:c000000000000000000000000000000000000001')),
('2', pg_temp.event('Kustomization', 'ReconciliationSucceeded', '2026-01-12T09:10:00Z',
	'main@sha1:c000000000000000000000000000000000000001')),
('3', pg_temp.event('Kustomization', 'ReconciliationFailed', '2026-01-12T10:00:00Z',
	'main@sha1:c000000000000000000000000000000000000002'));
SELECT is(pg_temp.ingest('whole', 'in order'), ROW (4, 0)::vsm.ingested, 'what Flux tells of the service');
SELECT vsm.refresh_once('whole') AS made \gset
SELECT results_eq('SELECT j.key, j.stage, j.merged_at, j.released_at FROM whole.journey AS j ORDER BY 1',
	$$VALUES ('SHOP-1', 'Released', timestamptz '2026-01-12 08:01Z', timestamptz '2026-01-12 09:10Z'),
		('SHOP-2', 'Waiting for release', '2026-01-12 08:02Z', NULL)$$,
	'an item is released when the revision with its commit is applied');
SELECT results_eq('SELECT o.finished_at, o.counted, o.reason FROM whole.deployment_outcome AS o ORDER BY 1',
	$$VALUES (timestamptz '2026-01-11 09:00Z', true, NULL), ('2026-01-12 09:10Z', true, NULL),
		('2026-01-12 10:00Z', false, 'status failure')$$,
	'what is not applied does not count');
SELECT results_eq($$SELECT d.service, d.deployment_count, d.release_count, d.change_count FROM whole.dora_monthly AS d
	WHERE d.month = '2026-01-01'$$, $$VALUES ('checkout', 2, 2, 1)$$, 'the metrics of DORA');

SELECT finish();
ROLLBACK;
