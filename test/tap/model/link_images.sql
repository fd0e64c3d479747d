-- Which commit an image is of, where others than what deployed it tell.
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS vsm;
SELECT plan(9);
SET LOCAL TimeZone = 'UTC';
SET LOCAL jit = off;
SET LOCAL client_min_messages = error;
CALL vsm.create_model('flow');

SELECT results_eq($$SELECT vsm.image_name(i), vsm.image_tag(i), vsm.image_digest(i) FROM unnest(ARRAY['web', 'web:1.2', 'r:5000/shop/web',
	'r:5000/shop/web:1.2@sha256:' || repeat('0a', 32), 'docker-pullable://r/web:latest']) AS i$$,
	$$VALUES ('web', NULL, NULL), ('web', '1.2', NULL), ('r:5000/shop/web', NULL, NULL),
		('r:5000/shop/web', '1.2', 'sha256:' || repeat('0a', 32)), ('r/web', NULL, NULL)$$, 'parts of an image');
SELECT results_eq($$SELECT vsm.revision_sha(r) FROM unnest(ARRAY[repeat('c', 40), 'main@sha1:' || repeat('c', 40),
	'main/' || repeat('c', 40),
	'1.2.3', 'latest@sha256:' || repeat('c', 64), repeat('c', 39)]) AS r$$,
	$$VALUES (repeat('c', 40)), (repeat('c', 40)), (repeat('c', 40)), (NULL), (NULL), (NULL)$$, 'the commit of a revision');

INSERT INTO flow.commit (sha, repository, source) VALUES ('ab10000000000000000000000000000000000001', 'shop/web', 'github'),
	('cd20000000000000000000000000000000000002', 'shop/web', 'github'), ('cd20000111100000000000000000000000000003', 'shop/api', 'github'),
	('ef30000000000000000000000000000000000004', 'shop/web', 'github');
INSERT INTO flow.build (build, repository, sha, source) VALUES ('ci:build:7', 'shop/web', 'ef30000000000000000000000000000000000004', 'ci');
INSERT INTO flow.deployment (deployment, source, repository, environment, environment_tier, status, finished_at)
SELECT 'k:deployment:' || d.id, 'k', d.repository, 'production', 'production', 'success', '2026-01-12 09:00Z'
FROM (VALUES (1, NULL), (2, 'shop/web'), (3, NULL), (4, 'shop/web'), (5, NULL), (6, NULL), (7, NULL)) AS d (id, repository);
INSERT INTO flow.link (source, target, kind, method) VALUES
	('k:deployment:1', 'r/web:1@sha256:' || repeat('0a', 32), 'deploys', 'image'),		-- the build that pushed it is told
	('k:deployment:2', 'r/web:1.4.0', 'deploys', 'image'),								-- a tag of its repository
	('k:deployment:3', 'r/web:main-ab10000', 'deploys', 'image'),						-- the only commit that begins so
	('k:deployment:4', 'r/web:cd20000', 'deploys', 'image'),							-- ... in its repository
	('k:deployment:5', 'r/web:cd20000', 'deploys', 'image'),							-- not the only one
	('k:deployment:6', 'r/web:20260112', 'deploys', 'image'),							-- a day, no SHA
	('k:deployment:7', 'r/web:2', 'deploys', 'image'),									-- said to be of a commit
	('sha256:' || repeat('0a', 32), 'ci:build:7', 'builds', 'artifact'),
	('github:tag:shop/web@v1.4.0', 'ab10000000000000000000000000000000000001', 'builds', 'tag'),
	('r/web:2', 'cd20000000000000000000000000000000000002', 'builds', 'artifact');
SELECT is(vsm.link_deployments('flow'), 0::bigint, 'deployments are linked');
SELECT results_eq($$SELECT right(deployment, 1), left(sha, 7) FROM flow.deployment ORDER BY 1$$,
	$$VALUES ('1', 'ef30000'), ('2', 'ab10000'), ('3', 'ab10000'), ('4', 'cd20000'), ('5', NULL), ('6', NULL), ('7', 'cd20000')$$,
	'by the build that pushed it, a tag, the beginning of a SHA, or what is told of it');
SELECT results_eq($$SELECT subject, found,
	detail ~ 'INSERT INTO flow.naming .source, kind, name, meaning. VALUES .''k'', ''image'', ''r/web'''
	FROM flow.data_quality WHERE finding = 'image of no known commit'$$,
	$$VALUES ('r/web (k)', 2::bigint, true)$$, 'what nobody knows is a finding');

-- What is told later holds; what is no longer so goes; refresh sees to it.
SELECT is(vsm.link_images('flow'), 0::bigint, 'once more: nothing to do');
INSERT INTO flow.commit (sha, repository, source) VALUES ('ab10000999900000000000000000000000000009', 'shop/web', 'github');
SELECT vsm.refresh_once('flow') AS made \gset
SELECT is((SELECT sha FROM flow.deployment WHERE deployment = 'k:deployment:3'), NULL, 'another commit begins so, too');
SELECT vsm.open_facts();
INSERT INTO pg_temp.vsm_fact SELECT (vsm.fact_row('k', 'deployment', 'k:deployment:1', '2026-01-12 09:00Z',
	'{"sha": "ab10000000000000000000000000000000000001"}')).*;
SELECT lives_ok($$SELECT vsm.write_facts('flow')$$, 'the tool tells the commit itself');
SELECT vsm.link_images('flow') AS written \gset
SELECT is((SELECT sha FROM flow.deployment WHERE deployment = 'k:deployment:1'), 'ab10000000000000000000000000000000000001',
	'... which holds');

SELECT finish();
ROLLBACK;
