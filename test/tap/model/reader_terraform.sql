-- What Terraform Cloud states of runs, in any order and by any way.
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS vsm;
SELECT plan(12);
SET LOCAL TimeZone = 'Asia/Tokyo';
SET LOCAL jit = off;
SET LOCAL client_min_messages = error;

-- A run that is applied, one that fails, one that only plans.
CREATE TEMP TABLE sample (sample text, payload jsonb);
CREATE FUNCTION pg_temp.notification(run text, status text, at text) RETURNS jsonb LANGUAGE sql AS $$
	SELECT jsonb_build_object('payload_version', 1, 'notification_configuration_id', 'nc-1', 'run_url', NULL,
		'run_id', $1, 'run_message', 'Merge', 'run_created_at', '2026-01-12T09:00:00.125Z', 'run_created_by', 'u', 'workspace_id', 'ws-1',
		'workspace_name', 'network-production', 'organization_name', 'shop', 'notifications', jsonb_build_array(jsonb_build_object(
			'message', 'm', 'trigger', 'run:x', 'run_status', $2, 'run_updated_at', $3, 'run_updated_by', NULL))) $$;
INSERT INTO sample VALUES
('1', pg_temp.notification('run-1', 'planning', '2026-01-12T09:00:10.500Z')),
('2', pg_temp.notification('run-1', 'planned', '2026-01-12T09:01:00.500Z')),
('3', pg_temp.notification('run-1', 'applying', '2026-01-12T09:04:00.500Z')),
('4', pg_temp.notification('run-1', 'applied', '2026-01-12T09:05:00.500Z')),
('5', pg_temp.notification('run-2', 'errored', '2026-01-12T09:06:00Z')),
('6', pg_temp.notification('run-3', 'planned_and_finished', '2026-01-12T09:07:00Z'));
\set tool terraform
\ir ../../reader_samples.sql

CALL vsm.create_model('forth');
SELECT is(pg_temp.ingest('forth', 'in order'), ROW (6, 0)::vsm.ingested, 'notifications are read');
SELECT results_eq($$SELECT deployment, kind, service, environment, environment_tier, status, created_at, started_at, finished_at
	FROM forth.deployment ORDER BY 1$$,
	$$VALUES ('terraform:deployment:run-1', 'infrastructure', 'network-production', 'network-production', 'production', 'success',
			timestamptz '2026-01-12 09:00Z', timestamptz '2026-01-12 09:04Z', timestamptz '2026-01-12 09:05Z'),
		('terraform:deployment:run-2', 'infrastructure', 'network-production', 'network-production', 'production', 'failure',
			'2026-01-12 09:00Z', NULL, '2026-01-12 09:06Z'),
		('terraform:deployment:run-3', 'infrastructure', 'network-production', 'network-production', 'production',
			'planned_and_finished', '2026-01-12 09:00Z', NULL, '2026-01-12 09:07Z')$$, 'a run is a deployment of infrastructure');
CALL vsm.create_model('back');
SELECT is(pg_temp.ingest('back', 'back, one by one, twice'), ROW (12, 0)::vsm.ingested, 'backwards, one by one and twice');
SELECT bag_eq($$SELECT * FROM pg_temp.rows('back')$$, $$SELECT * FROM pg_temp.rows('forth')$$, '... the same rows');

-- The same as the API tells it, which also has the commit.
TRUNCATE sample;
INSERT INTO sample
SELECT '1', jsonb_build_object('data', jsonb_agg(jsonb_build_object('id', r.id, 'type', 'runs', 'attributes', jsonb_build_object(
		'status', r.status, 'created-at', '2026-01-12T09:00:00.125Z', 'plan-only', false, 'status-timestamps', r.times::jsonb),
		'relationships', '{"workspace": {"data": {"id": "ws-1", "type": "workspaces"}}, "configuration-version": {"data": {"id": "cv-1"}}}'
			::jsonb) ORDER BY r.id),
	'included', '[{"id": "ws-1", "type": "workspaces", "attributes": {"name": "network-production"}},
		{"id": "cv-1", "type": "configuration-versions", "relationships": {"ingress-attributes": {"data": {"id": "ia-1"}}}},
		{"id": "ia-1", "type": "ingress-attributes", "attributes": {"branch": "main", "identifier": "shop/network",
			"commit-sha": "c000000000000000000000000000000000000001"}}]'::jsonb, 'meta', '{}'::jsonb)
FROM (VALUES ('run-1', 'applied', '{"planning-at": "2026-01-12T09:00:10+00:00", "planned-at": "2026-01-12T09:01:00+00:00",
		"applying-at": "2026-01-12T09:04:00+00:00", "applied-at": "2026-01-12T09:05:00+00:00"}'),
	('run-2', 'errored', '{"errored-at": "2026-01-12T09:06:00+00:00"}'),
	('run-3', 'planned_and_finished', '{"planned-and-finished-at": "2026-01-12T09:07:00+00:00"}')) AS r (id, status, times);
CALL vsm.create_model('rest');
SELECT is(pg_temp.ingest('rest', 'in order'), ROW (1, 0)::vsm.ingested, 'a page of runs');
SELECT bag_eq($$SELECT relation, r - '{sha,ref,repository}'::text[] FROM pg_temp.rows('rest') WHERE relation <> 'link'$$,
	$$SELECT relation, r - '{sha,ref,repository}'::text[] FROM pg_temp.rows('forth')$$, '... tells the same as notifications');
SELECT results_eq($$SELECT DISTINCT repository, sha, ref FROM rest.deployment$$,
	$$VALUES ('shop/network', 'c000000000000000000000000000000000000001', 'main')$$, '... and which commit');

-- It does not count among the deployments of applications and releases nothing, unless its service is said to be one.
INSERT INTO rest.value_stream (value_stream) VALUES ('Shop');
INSERT INTO rest.commit (sha, repository, committed_at, parents)
VALUES ('c000000000000000000000000000000000000001', 'shop/network', '2026-01-12 08:00Z', '{}');
INSERT INTO rest.item (item, source, key, project, type, created_at)
VALUES ('jira:issue:1', 'jira', 'SHOP-1', 'SHOP', 'feature', '2026-01-09 09:00Z');
INSERT INTO rest.link (source, target, kind, method, confidence)
VALUES ('c000000000000000000000000000000000000001', 'jira:issue:1', 'implements', 'key in message', 0.9);
SELECT vsm.refresh_once('rest') AS made \gset
SELECT results_eq($$SELECT o.deployment, o.counted, o.reason FROM rest.deployment_outcome AS o ORDER BY 1$$,
	$$VALUES ('terraform:deployment:run-1', false, 'infrastructure'), ('terraform:deployment:run-2', false, 'infrastructure'),
		('terraform:deployment:run-3', false, 'infrastructure')$$, 'infrastructure does not count');
SELECT is_empty($$SELECT d.service FROM rest.dora_monthly AS d WHERE d.deployment_count > 0
	UNION ALL SELECT r.deployment FROM rest.release_item AS r WHERE r.item IS NOT NULL$$,
	'... neither in the metrics of DORA nor as the release of an item');
INSERT INTO rest.service (service, value_stream, repository, kind, since)
VALUES ('network-production', 'Shop', 'shop/network', 'application', '2026-01-01');
SELECT vsm.refresh_once('rest') AS made \gset
SELECT results_eq($$SELECT o.deployment, o.counted, o.reason FROM rest.deployment_outcome AS o ORDER BY 1$$,
	$$VALUES ('terraform:deployment:run-1', true, NULL), ('terraform:deployment:run-2', false, 'status failure'),
		('terraform:deployment:run-3', false, 'status planned_and_finished')$$, '... unless its service is an application');
SELECT results_eq($$SELECT d.deployment_count, j.released_at FROM rest.dora_monthly AS d, rest.journey AS j
	WHERE d.month = '2026-01-01'$$, $$VALUES (1, timestamptz '2026-01-12 09:05Z')$$, '... then it counts, and releases');
SELECT results_eq($$SELECT t.kind, t.reason FROM unnest(ARRAY['{"payload_version": 1, "run_id": null, "notifications":
	[{"message": "Verification of x", "trigger": "verification"}]}', '{"payload_version": "2", "trigger_scope": "assessment"}',
	'{"data": {"id": "ws-1", "type": "workspaces", "attributes": {}}}', '{"errors": [{"status": "404", "title": "not found"}]}',
	'{"a": 1}', '{"data": {"id": "run-1", "type": "runs", "attributes": {"status": "applied"}}}']::jsonb[])
	WITH ORDINALITY AS p (payload, n), pg_temp.facts(p.payload) AS t ORDER BY n$$,
	$$VALUES ('notification', 'it verifies the notification, and is of no run'),
		('notification', 'notifications of assessment are not read'), ('object', 'objects of type workspaces are not read'),
		('error', 'it is an error: not found'), ('payload', 'it is neither a notification nor a run'),
		('run', 'it has no attributes.created-at')$$, 'what is not read, and why');

SELECT finish();
ROLLBACK;
