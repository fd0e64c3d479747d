-- What bad input gets: a finding, and refresh goes on with the rest.
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS vsm;
SELECT plan(9);
SET LOCAL client_min_messages = error;
CALL vsm.create_model('flow');
INSERT INTO flow.value_stream (value_stream, workflow) VALUES
	('Good', vsm.with_delivery('{"stages":[{"name":"To Do","class":"new"},{"name":"Build","class":"active"},{"name":"Done",'
		'"class":"done"}]}'::vsm.workflow)::jsonb),
	('Endless', vsm.with_delivery('{"stages":[{"name":"To Do","class":"new"},{"name":"Build","class":"active"},{"name":"Held",'
		'"class":"blocked","until":["Build"]},{"name":"Done","class":"done"}]}'::vsm.workflow)::jsonb);
ALTER TABLE flow.value_stream DROP CONSTRAINT value_stream_workflow_check;
INSERT INTO flow.value_stream (value_stream, workflow) VALUES ('Broken', '{"stages":[]}');
INSERT INTO flow.routing (rank, project, value_stream) VALUES (1, 'GOOD', 'Good'), (2, 'ENDLESS', 'Endless'), (3, 'BROKEN', 'Broken'),
	(4, 'NOWHERE', 'Nowhere');
INSERT INTO flow.item (item, source, project, created_at) SELECT lower(p), 'jira', p, '2026-01-01' FROM unnest(ARRAY['GOOD', 'ENDLESS',
	'BROKEN', 'NOWHERE']) AS p;
INSERT INTO flow.event (source, event_id, entity, at, state)
SELECT 'jira', i.item || n, i.item, timestamptz '2026-01-01' + n * interval '1 day', s FROM flow.item AS i, unnest(ARRAY['To Do', 'Build',
	'Done']) WITH ORDINALITY AS s (s, n);
INSERT INTO flow.commit (sha, repository, committed_at, parents) VALUES
	(repeat('a', 40), 'shop/round', '2026-01-02', ARRAY[repeat('b', 40)]), (repeat('b', 40), 'shop/round', '2026-01-02',
		ARRAY[repeat('a', 40)]),
	(repeat('c', 40), 'shop/web', '2026-01-02', '{}');
INSERT INTO flow.deployment (deployment, repository, sha, environment_tier, status, finished_at) VALUES
	('d1', 'shop/round', repeat('a', 40), 'production', 'success', '2026-01-05'), ('d2', 'shop/web', repeat('c', 40), 'production',
		'success', '2026-01-05'),
	('d3', 'shop/web', repeat('d', 40), 'production', 'success', '2026-01-06');
INSERT INTO flow.link (source, target, kind, method, confidence) VALUES (repeat('c', 40), 'good', 'implements', 'key in title', 1),
	(repeat('c', 40), 'endless', 'implements', 'key in title', 1);
SELECT lives_ok($$SELECT vsm.refresh_once('flow')$$, 'refresh goes on');
SELECT results_eq('SELECT item, outcome, parts FROM flow.item_flow ORDER BY item',
	$$VALUES ('broken', NULL, 0), ('endless', 'done', 1), ('good', 'done', 1), ('nowhere', NULL, 0)$$, 'with the rest');
SELECT results_eq($$SELECT sha, deployment FROM flow.commit_release$$, $$VALUES (repeat('c', 40), 'd2')$$,
	'a release whose commit is unknown is none of the others');
CREATE TEMP VIEW finding AS SELECT finding, subject, found FROM flow.data_quality;
SELECT results_eq($$SELECT subject, found FROM finding WHERE finding = 'workflow that does not compile'$$, $$VALUES ('Broken, rule 3',
	1::bigint)$$, 'a workflow that does not compile');
SELECT results_eq($$SELECT subject, found FROM finding WHERE finding = 'code left out'$$, $$VALUES ('Endless, rule 2', 1::bigint)$$,
	'a layer without an end');
SELECT results_eq($$SELECT subject, found FROM finding WHERE finding = 'unknown name'$$, $$VALUES ('value_stream: Nowhere', 1::bigint)$$,
	'a rule without a value stream');
SELECT results_eq($$SELECT subject, found FROM finding WHERE finding = 'first releases not made'$$, $$VALUES ('shop/round', 1::bigint)$$,
	'a cycle among commits');
SELECT results_eq($$SELECT subject, found FROM finding WHERE finding = 'released before it is known'$$,
	$$VALUES ('shop/web', 2::bigint)$$, 'what the first known deployment contains');
UPDATE flow.commit SET parents = '{}' WHERE sha = repeat('b', 40);
SELECT vsm.refresh_once('flow') \g /dev/null
SELECT is_empty($$SELECT FROM finding WHERE finding = 'first releases not made'$$, 'which is made when the cycle is gone');
SELECT finish();
ROLLBACK;
