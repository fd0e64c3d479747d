-- The view control: rules on the ways that items take, by hand.
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS vsm;
SELECT plan(13);
SET LOCAL client_min_messages = error;
CALL vsm.create_model('flow', time_zone => 'Europe/Paris');

INSERT INTO flow.value_stream (value_stream, workflow) VALUES
	('Shop', to_jsonb(vsm.with_delivery('{"stages":[{"name":"Build","class":"active"},{"name":"Blocked","class":"blocked",'
		'"until":["Unblocked"]},'
		'{"name":"Review","class":"waiting"},{"name":"Approval","class":"waiting"},{"name":"Released","class":"done"},'
		'{"name":"Dropped","class":"cancelled"}]}'))),
	('Pay', '{"stages":[{"name":"Doing","class":"active"},{"name":"Done","class":"done"}]}');
INSERT INTO flow.routing (rank, project, value_stream) VALUES (10, 'SHOP', 'Shop'), (20, 'PAY', 'Pay');
CREATE TEMP TABLE told (item text, project text, way text);
INSERT INTO told VALUES
	('1', 'SHOP', 'Build 5, Review 6, Approval 7, Released 8'),
	('2', 'SHOP', 'Build 5, Review 6, Released 8'),					-- never approved, released on day 8
	('3', 'SHOP', 'Build 5, Released 6, Approval 7'),				-- approved afterwards; and no review
	('4', 'SHOP', 'Build 5, Review 6, Approval 7, Released 8, Build 9, Released '
		'10'),	-- built after released, on day 9; no second approval
	('5', 'SHOP', 'Build 5'),
	('6', 'SHOP', 'Build 5, Dropped 6'),
	('7', 'PAY', 'Doing 5, Done 6');
INSERT INTO flow.item (item, source, key, project, type)
SELECT 'jira:issue:' || t.item, 'jira', t.project || '-' || t.item, t.project, 'feature' FROM told AS t;
INSERT INTO flow.event (source, event_id, entity, at, state)
SELECT 'jira', t.item || ':' || s.place, 'jira:issue:' || t.item, timestamptz '2026-01-01 09:00Z' + (p[2]::int - 1) * interval '1 day', p[1]
FROM told AS t, string_to_table(t.way, ', ') WITH ORDINALITY AS s (text, place), regexp_match(s.text, '^(.*) ([0-9]+)$') AS p;
SELECT vsm.refresh_once('flow') AS made \gset

CREATE TEMP VIEW seen AS SELECT rule, split_part(item, ':', 3) AS item, extract(day FROM broken_at)::int AS day, detail FROM flow.control;
SELECT is_empty('TABLE seen', 'no rules, no rows');
INSERT INTO flow.control_rule (name, pattern) VALUES
	('released without approval', '^[^<Approval>]*<Released>'), ('built after released', '<Released>.*<Build>');
INSERT INTO flow.control_rule (name, kind, pattern) VALUES ('review skipped', 'must', '<Review>.*<Released>');
SELECT bag_eq('TABLE seen', $$VALUES
	('released without approval', '2', 8, 'Build > Review > Released'),
	('released without approval', '3', 6, 'Build > Released'),
	('built after released', '4', 9, 'Build > Review > Approval > Released > Build')$$,
	'what broke which rule, when, and the way to there');
SELECT bag_eq('SELECT finding, subject, detail FROM flow.data_quality WHERE finding = ''control rule not judged''', $$VALUES
	('control rule not judged', 'built after released: Pay', 'A workflow lacks a stage that the pattern names, or has it as a layer: '
		'Build, '
		'Released. Name the stages of that value stream: INSERT INTO flow.control_rule (value_stream, name, pattern) VALUES (''Pay'', '
		'''built after released'', ...).'),
	('control rule not judged', 'released without approval: Pay', 'A workflow lacks a stage that the pattern names, or has it as a layer: '
		'Approval, Released. Name the stages of that value stream: INSERT INTO flow.control_rule (value_stream, name, pattern) VALUES '
		'(''Pay'', ''released without approval'', ...).'),
	('control rule not judged', 'review skipped: Pay', 'A workflow lacks a stage that the pattern names, or has it as a layer: Released, '
		'Review. Name the stages of that value stream: INSERT INTO flow.control_rule (value_stream, name, pattern) VALUES (''Pay'', '
		'''review skipped'', ...).')$$, 'a rule whose stages a workflow lacks is not judged there, and said to be');

-- 3 is open again: it was sent to a stage before.
UPDATE flow.control_rule SET pattern = '<Approval>' WHERE name = 'review skipped';
SELECT bag_eq($$SELECT item, day, detail FROM seen WHERE rule = 'review skipped'$$, $$VALUES ('2', 8, 'Build > Review > Released')$$,
	'what must be is asked of what is done only');
INSERT INTO flow.control_rule (value_stream, name, kind, pattern) VALUES ('Shop', 'review skipped', 'must', '<Review>'),
	('Pay', 'review skipped', 'must', '<Doing><Done>'), ('Pay', 'done at once', 'must_not', '^<Doing><Done>$');
SELECT bag_eq($$SELECT rule, item, day, detail FROM seen WHERE rule IN ('review skipped', 'done at once')$$,
	$$VALUES ('done at once', '7', 6, 'Doing > Done')$$, 'a rule of a value stream stands in place of that of its name for all');
SELECT results_eq($$SELECT broken_day, broken_month FROM flow.control WHERE rule = 'done at once'$$,
	$$VALUES (date '2026-01-06', date '2026-01-01')$$, 'days are those of the model');

-- Code that overtakes the ticket: merged and released before it was approved.
INSERT INTO flow.item (item, source, key, project, type) VALUES ('jira:issue:8', 'jira', 'SHOP-8', 'SHOP', 'feature');
INSERT INTO flow.event (source, event_id, entity, at, state) SELECT 'jira', '8:' || n, 'jira:issue:8', at, state
FROM (VALUES (1, timestamptz '2026-01-05 09:00Z', 'Build'), (2, '2026-01-09 09:00Z', 'Approval'), (3, '2026-01-12 09:00Z', 'Released'))
	AS e (n, at, state);
INSERT INTO flow.merge_request (merge_request, source, repository, target_branch, state, created_at, merged_at)
VALUES ('gitlab:merge_request:1', 'gitlab', 'web', 'main', 'merged', '2026-01-06 09:00Z', '2026-01-10 09:00Z');
INSERT INTO flow.link (source, target, kind, since, method, confidence)
VALUES ('gitlab:merge_request:1', 'jira:issue:8', 'implements', '2026-01-06 09:00Z', 'key', 1);
SELECT vsm.refresh_once('flow') AS made \gset
DELETE FROM flow.control_rule;
INSERT INTO flow.control_rule (name, of, pattern, kind) VALUES ('ticket', 'tracker', '^<Build><Approval><Released>$', 'must_not'),
	('whole', 'whole', '^<Build><Approval><Released>$', 'must_not');
SELECT set_eq($$SELECT rule FROM seen WHERE item = '8'$$, ARRAY['ticket'],
	'the tracker tells what its people did, the whole what was done');

-- What is no rule.
SELECT throws_ok($$INSERT INTO flow.control_rule (name, pattern) VALUES ('x', 'Build')$$, '2201B', NULL, 'what is no pattern is refused');
SELECT throws_ok($$INSERT INTO flow.control_rule (name, pattern, kind) VALUES ('x', '<Build>', 'may')$$, '23514', NULL, 'nor any kind');
SELECT throws_ok($$INSERT INTO flow.control_rule (name, pattern) VALUES ('ticket', '<Build>')$$, '23505', NULL, 'nor two of a name');
INSERT INTO flow.control_rule (name, pattern) VALUES ('layer', '<Blocked>');
SELECT is((SELECT count(*) FROM flow.data_quality WHERE finding = 'control rule not judged' AND subject = 'layer: Shop'), 1::bigint,
	'a layer is never visited: such a rule is a finding, and no error');
SELECT is(vsm.path_pattern_stages('^[^<A><B\>C>]*(<D>|<A>)+$'), '{A,B>C,D,A}', 'stages of a pattern');
SELECT throws_ok($$SELECT vsm.path_pattern_stages('<A>(')$$, '2201B', NULL, 'of what is one');
SELECT * FROM finish();
ROLLBACK;
