-- What Applications of Argo CD state, in any order and by any way.
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS vsm;
SELECT plan(13);
SET LOCAL TimeZone = 'Asia/Tokyo';
SET LOCAL jit = off;
SET LOCAL client_min_messages = error;

-- An application while it is synchronized, after that, after one that failed, and after the next; what images it has then.
CREATE TEMP TABLE sample (sample text, payload jsonb);
CREATE FUNCTION pg_temp.application(status jsonb, images jsonb DEFAULT NULL) RETURNS jsonb LANGUAGE sql AS $$
	SELECT jsonb_build_object('kind', 'Application', 'apiVersion', 'argoproj.io/v1alpha1', 'metadata',
		'{"name": "checkout-production", "namespace": "argocd", "labels": {"app.kubernetes.io/name": "checkout"}}'::jsonb,
		'spec', '{"source": {"repoURL": "https://git.example.com/shop/deploy.git", "path": "checkout", "targetRevision": "main"},
			"destination": {"server": "https://kubernetes.default.svc", "namespace": "production"}, "project": "shop"}'::jsonb,
		'status', $1 || jsonb_strip_nulls(jsonb_build_object('summary', jsonb_build_object('images', $2)))) $$;
CREATE FUNCTION pg_temp.operation(phase text, n integer, minute integer) RETURNS jsonb LANGUAGE sql AS $$
	SELECT jsonb_build_object('operationState', jsonb_strip_nulls(jsonb_build_object('phase', $1,
		'startedAt', to_char(time '09:00' + $3 * interval '1 min', '"2026-01-12T"HH24:MI:SS"Z"'),
		'finishedAt', CASE WHEN $1 <> 'Running' THEN to_char(time '09:00:30' + $3 * interval '1 min', '"2026-01-12T"HH24:MI:SS"Z"') END,
		'syncResult', jsonb_build_object('revision', 'a00000000000000000000000000000000000000' || $2)))) $$;
CREATE FUNCTION pg_temp.history(VARIADIC minutes integer[]) RETURNS jsonb LANGUAGE sql AS $$
	SELECT jsonb_build_object('history', jsonb_agg(jsonb_build_object('id', m.n, 'revision',
		'a00000000000000000000000000000000000000' || CASE m.n WHEN 1 THEN 1 ELSE 3 END,
		'deployStartedAt', to_char(time '09:00' + m.minute * interval '1 min', '"2026-01-12T"HH24:MI:SS"Z"'),
		'deployedAt', to_char(time '09:00:30' + m.minute * interval '1 min', '"2026-01-12T"HH24:MI:SS"Z"'),
		'source', '{"repoURL": "https://git.example.com/shop/deploy.git", "path": "checkout"}'::jsonb) ORDER BY m.n))
	FROM unnest($1) WITH ORDINALITY AS m (minute, n) $$;
INSERT INTO sample VALUES
('1', pg_temp.application(pg_temp.operation('Running', 1, 0))),
('2', jsonb_build_object('app', pg_temp.application(pg_temp.operation('Succeeded', 1, 0) || pg_temp.history(0),
	'["r.example.com/shop/checkout:c000000000000000000000000000000000000001", "r.example.com/proxy:1.2"]'))),
('3', jsonb_build_object('items', jsonb_build_array(pg_temp.application(pg_temp.operation('Failed', 2, 10) || pg_temp.history(0),
	'["r.example.com/shop/checkout:c000000000000000000000000000000000000001", "r.example.com/proxy:1.2"]') - 'kind'), 'metadata',
	'{}'::jsonb)),
('4', pg_temp.application(pg_temp.operation('Succeeded', 3, 20) || pg_temp.history(0, 20),
	'["r.example.com/shop/checkout:c000000000000000000000000000000000000002", "r.example.com/proxy:1.2"]'));
\set tool argocd
\ir ../../reader_samples.sql

CALL vsm.create_model('forth');
SELECT is(pg_temp.ingest('forth', 'in order'), ROW (4, 0)::vsm.ingested, 'objects, notifications and lists are read');
SELECT results_eq($$SELECT deployment, service, environment, environment_tier, repository, sha, status, started_at, finished_at
	FROM forth.deployment ORDER BY started_at$$,
	$$VALUES ('argocd:deployment:argocd/checkout-production:1768208400', 'checkout', 'production', 'production', NULL,
			'c000000000000000000000000000000000000001', 'success', timestamptz '2026-01-12 09:00Z', timestamptz '2026-01-12 09:00:30Z'),
		('argocd:deployment:argocd/checkout-production:1768209000', 'checkout', 'production', 'production', 'shop/deploy',
			'a000000000000000000000000000000000000002', 'failure', '2026-01-12 09:10Z', '2026-01-12 09:10:30Z'),
		('argocd:deployment:argocd/checkout-production:1768209600', 'checkout', 'production', 'production', NULL,
			'c000000000000000000000000000000000000002', 'success', '2026-01-12 09:20Z', '2026-01-12 09:20:30Z')$$,
	'each operation is a deployment, of the commit that its images are of, else of the revision of the manifests');
SELECT results_eq($$SELECT at, state FROM forth.event ORDER BY at$$,
	$$VALUES (timestamptz '2026-01-12 09:00Z', 'running'), ('2026-01-12 09:00:30Z', 'success'), ('2026-01-12 09:10Z', 'running'),
		('2026-01-12 09:10:30Z', 'failure'), ('2026-01-12 09:20Z', 'running'), ('2026-01-12 09:20:30Z', 'success')$$, 'its states');
CALL vsm.create_model('back');
SELECT is(pg_temp.ingest('back', 'back, one by one, twice'), ROW (8, 0)::vsm.ingested, 'backwards, one by one and twice');
SELECT bag_eq($$SELECT * FROM pg_temp.rows('back')$$, $$SELECT * FROM pg_temp.rows('forth')$$, '... the same rows');

-- What commit an image is of.
CREATE FUNCTION pg_temp.deployed(images jsonb, naming vsm.name_meaning[] DEFAULT '{}') RETURNS text LANGUAGE sql AS $$
	SELECT concat_ws(' ', max((t.f).details ->> 'sha') FILTER (WHERE (t.f).fact = 'deployment' AND (t.f).at > '2026-01-12'),
		max((t.f).details ->> 'repository'), max((t.f).value) FILTER (WHERE (t.f).fact = 'link' AND (t.f).method = 'image'))
	FROM pg_temp.facts(pg_temp.application(pg_temp.operation('Succeeded', 1, 0), $1), vsm.names_of($2)) AS t $$;
SELECT is(pg_temp.deployed('["r.example.com:5000/shop/checkout:main-c000000000000000000000000000000000000001"]'),
	'c000000000000000000000000000000000000001 c000000000000000000000000000000000000001', 'a tag that ends in a SHA');
SELECT is(pg_temp.deployed(jsonb_build_array('shop/checkout:1.2@sha256:' || repeat('0a', 32))),
	'shop/deploy shop/checkout:1.2@sha256:' || repeat('0a', 32), 'a digest tells nothing by itself: the image is linked');
SELECT is(pg_temp.deployed('["shop/checkout:1.2", "proxy:1"]', ARRAY[ROW ('image', 'shop/checkout', 'shop/web')]::vsm.name_meaning[]),
	'shop/web shop/checkout:1.2', 'naming says which repository an image is built from');
SELECT is(pg_temp.deployed('["shop/checkout:1.2"]',
	ARRAY[ROW ('image', 'shop/checkout:1.2', 'c000000000000000000000000000000000000009')]::vsm.name_meaning[]),
	'c000000000000000000000000000000000000009 c000000000000000000000000000000000000009', '... or which commit');
SELECT ok(pg_temp.deployed('["a:c000000000000000000000000000000000000001", "b:c000000000000000000000000000000000000002"]')
	!~ 'c0000', 'of several none is taken');

SELECT results_eq($$SELECT vsm.argocd_elements(p) FROM unnest(ARRAY['{"metadata": {}, "items": null}', '{"metadata": {}, "items": []}',
	'{"metadata": {}}']::jsonb[]) AS p$$, ARRAY['[]', '[]', NULL]::jsonb[], 'a list of none');
SELECT bag_eq($$SELECT t.f FROM sample AS s, pg_temp.facts(jsonb_build_object('type', 'MODIFIED', 'object', s.payload)) AS t
	WHERE s.sample = '4'$$, $$SELECT t.f FROM sample AS s, pg_temp.facts(s.payload) AS t WHERE s.sample = '4'$$, 'as a watch tells it');
SELECT results_eq($$SELECT t.kind, t.reason FROM unnest(ARRAY['{"kind": "AppProject", "metadata": {"name": "shop"}}',
	'{"app": "checkout", "revision": "a1"}', '{"error": "permission denied", "code": 7, "message": "permission denied"}',
	'{"kind": "Application", "metadata": {}}']::jsonb[]) WITH ORDINALITY AS p (payload, n), pg_temp.facts(p.payload) AS t ORDER BY n$$,
	$$VALUES ('object', 'objects of kind AppProject are not read'),
		('payload', 'it is no Application: send it whole, as {"app": {{toJson .app}}}'), ('error', 'it is an error: permission denied'),
		('application', 'it has no metadata.name')$$, 'what is not read, and why');

SELECT finish();
ROLLBACK;
