-- What an item was, and each of its visits: by the changes of its attributes, and before the first of them by what that says
-- it was before.
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS vsm;
SELECT plan(5);
SET LOCAL client_min_messages = error;
CALL vsm.create_model('flow');
INSERT INTO flow.value_stream (value_stream, workflow)
SELECT v, '{"stages":[{"name":"To Do","class":"new"},{"name":"Build","class":"active"},{"name":"QA","class":"active"},
	{"name":"Done","class":"done"}]}' FROM unnest(ARRAY['Shop', 'Pay']) AS v;
INSERT INTO flow.routing (rank, project, value_stream, team) VALUES (1, 'SHOP', 'Shop', NULL), (2, 'PAY', 'Pay', 'Green');
INSERT INTO flow.naming (source, kind, name, meaning) VALUES ('jira', 'type', 'Bug', 'defect'), ('jira', 'type', 'Story', 'feature');
INSERT INTO flow.item (item, source, project, type, team, priority, created_at) VALUES
	('told', 'jira', 'SHOP', 'feature', 'Blue', 'High', '2026-01-01'),
	('untold', 'jira', 'SHOP', 'feature', 'Blue', 'High', '2026-01-01'),
	('moved', 'jira', 'SHOP', 'feature', NULL, 'High', '2026-01-01'),
	('still', 'jira', 'SHOP', 'feature', 'Blue', 'High', '2026-01-01');
INSERT INTO flow.event (source, event_id, entity, at, state)
SELECT 'jira', i.item || s.state, i.item, s.at, s.state
FROM flow.item AS i, (VALUES (timestamptz '2026-01-01', 'To Do'), ('2026-01-05', 'Build'), ('2026-01-10', 'QA'), ('2026-01-15', 'Done'))
	AS s (at, state);
INSERT INTO flow.item_change (item, at, attribute, value, previous, change_id) VALUES
	-- while it was built, and while it was tested
	('told', '2026-01-07', 'team', 'Red', 'Green', '1'), ('told', '2026-01-12', 'team', 'Blue', 'Red', '2'),
	('told', '2026-01-07', 'type', 'Story', 'Bug', '1'), ('told', '2026-01-07', 'priority', 'High', 'Low', '1'),
	-- what was before is not told
	('untold', '2026-01-07', 'team', 'Red', NULL, '1'), ('untold', '2026-01-12', 'team', 'Blue', 'Red', '2'),
	-- when it was done already
	('moved', '2026-02-01', 'project', 'SHOP', 'PAY', '1'), ('moved', '2026-02-01', 'type', 'Story', 'Bug', '1');
SELECT lives_ok($$SELECT vsm.refresh_once('flow')$$, 'refresh');
SELECT results_eq($$SELECT stage, team, type, priority FROM flow.visit WHERE item = 'told' ORDER BY visit$$,
	$$VALUES ('To Do', 'Green', 'defect', 'Low'), ('Build', 'Red', 'feature', 'High'), ('QA', 'Blue', 'feature', 'High'),
	('Done', 'Blue', 'feature', 'High')$$, 'each visit as at its end, the first as before the first change');
SELECT results_eq($$SELECT stage, team, type, priority FROM flow.visit WHERE item = 'untold' ORDER BY visit$$,
	$$VALUES ('To Do', 'Blue', 'feature', 'High'), ('Build', 'Red', 'feature', 'High'), ('QA', 'Blue', 'feature', 'High'),
	('Done', 'Blue', 'feature', 'High')$$, 'as now, where that does not say what was before');
SELECT results_eq($$SELECT item, value_stream, team, type, priority FROM flow.item_flow ORDER BY item$$,
	$$VALUES ('moved', 'Pay', 'Green', 'defect', 'High'), ('still', 'Shop', 'Blue', 'feature', 'High'), ('told', 'Shop', 'Blue',
		'feature', 'High'),
	('untold', 'Shop', 'Blue', 'feature', 'High')$$, 'and items as at their end');
SELECT results_eq($$SELECT DISTINCT team, type, priority FROM flow.visit WHERE item = 'still'$$, $$VALUES ('Blue', 'feature', 'High')$$,
	'what has no history is what it is');
SELECT finish();
ROLLBACK;
