-- Rules for projects that none matches.
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS vsm;
SELECT plan(13);
SET LOCAL client_min_messages = error;
CALL vsm.create_model('flow');
SELECT is_empty($$SELECT * FROM vsm.propose_routing('flow')$$, 'without items there is nothing to propose');
INSERT INTO flow.item (item, source, project) VALUES ('a', 'jira', 'SHOP'), ('b', 'jira', 'SHOP'), ('c', 'jira', 'A_B%'), ('d', 'jira',
	'NONE'), ('e', 'jira', NULL), ('f', 'jira', 'PAY'), ('g', 'jira', 'MINE');
INSERT INTO flow.event (source, event_id, entity, at, state, method)
SELECT 'jira', v.item || n, v.item, timestamptz '2026-01-01' + n * interval '1 day', s, NULL
FROM (VALUES ('a'), ('b'), ('c'), ('e'), ('f'), ('g')) AS v (item), unnest(ARRAY['To Do', 'In Progress', 'In Review', 'Done'])
	WITH ORDINALITY AS s (s, n);
INSERT INTO flow.event (source, event_id, entity, at, state, method) VALUES ('jira', 'l', 'a', '2026-01-02', 'frontend', 'label');
INSERT INTO flow.value_stream (value_stream, workflow) VALUES ('Payment',
	'{"stages":[{"name":"In Progress","class":"active"},{"name":"Done","class":"done"}]}'), ('MINE', NULL);
INSERT INTO flow.routing (rank, project, value_stream) VALUES (7, 'PAY', 'Payment');
CREATE TEMP TABLE before AS SELECT to_jsonb(v) AS row FROM flow.value_stream AS v UNION ALL SELECT to_jsonb(r) FROM flow.routing AS r;
CREATE TEMP TABLE proposed AS SELECT * FROM vsm.propose_routing('flow');
SELECT results_eq('SELECT rank, project, value_stream, items FROM proposed ORDER BY rank', $$VALUES (10, 'A_B%', 'A_B%', 1::bigint),
	(20, 'MINE', 'MINE', 1), (30, 'SHOP', 'SHOP', 2)$$,
	'a value stream and a rule a project that no rule matches and whose items have states');
SELECT is_empty('SELECT row FROM before EXCEPT ALL (SELECT to_jsonb(v) FROM flow.value_stream AS v UNION ALL SELECT to_jsonb(r) FROM '
	'flow.routing AS r)', 'what was there is as it was');
SELECT is((SELECT project FROM flow.routing WHERE rank = 10), 'A\_B\%', 'a rule matches that project alone');
SELECT isnt((SELECT workflow FROM flow.routing WHERE rank = 20), NULL, 'a value stream without a workflow is not given one: the rule has '
	'it');
SELECT is((SELECT workflow FROM flow.routing WHERE rank = 30), NULL, 'else the value stream has it');
SELECT is((SELECT workflow FROM proposed WHERE rank = 30), (SELECT workflow FROM flow.value_stream WHERE value_stream = 'SHOP'),
	'which is returned');
SELECT results_eq($$SELECT stage, class FROM vsm.stages((SELECT workflow FROM proposed WHERE rank = 30)::vsm.workflow)$$,
	$$VALUES ('To Do', 'new'), ('In Progress', 'active'), ('In Review', 'waiting'), ('Merged', 'waiting'), ('Waiting for release',
		'waiting'), ('Done', 'done')$$,
	'the stages of the items, and those of code');
SELECT is_empty($$SELECT s.stage FROM vsm.stages((SELECT workflow FROM proposed WHERE rank = 30)::vsm.workflow) AS s
	WHERE 'frontend' = ANY (s.states || s.stage)$$, 'a label is no state of it');
SELECT results_eq($$SELECT item, value_stream, rank FROM flow.routed_item ORDER BY item$$,
	$$VALUES ('a', 'SHOP', 30), ('b', 'SHOP', 30), ('c', 'A_B%', 10), ('d', NULL, NULL), ('e', NULL, NULL), ('f', 'Payment', 7),
		('g', 'MINE', 20)$$, 'items are routed there');
SELECT is_empty($$SELECT * FROM vsm.propose_routing('flow')$$, 'a second time there is nothing to propose');
SELECT vsm.refresh_once('flow') \g /dev/null
SELECT results_eq($$SELECT item, value_stream, flow_time FROM flow.item_flow WHERE finished_at IS NOT NULL ORDER BY item$$,
	$$VALUES ('a', 'SHOP', interval '2 days'), ('b', 'SHOP', '2 days'), ('c', 'A_B%', '2 days'), ('f', 'Payment', '2 days'), ('g', 'MINE',
		'2 days')$$, 'and measured');
CREATE ROLE vsm_test_other;
GRANT USAGE ON SCHEMA flow TO vsm_test_other;
SET LOCAL ROLE vsm_test_other;
SELECT throws_ok($$SELECT * FROM vsm.propose_routing('flow')$$, '42501', NULL, 'only the owner is given rules');
RESET ROLE;
SELECT finish();
ROLLBACK;
