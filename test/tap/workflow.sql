-- Workflows as values: each refused literal, canonical text, binary form, rules, presets, the
-- aggregate from a mapping table, and where a workflow may come from.
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS vsm;

-- The error of a statement: SQLSTATE, message, detail.
CREATE FUNCTION pg_temp.failure(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	state text; message text; detail text;
BEGIN
	EXECUTE statement;
	RETURN 'no error';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL;
	RETURN concat_ws(' | ', state, message, nullif(detail, ''));
END $$;

CREATE TEMP TABLE refused (number int GENERATED ALWAYS AS IDENTITY, literal text, detail text);
INSERT INTO refused (literal, detail) VALUES
	('', 'The input string ended unexpectedly.'),
	('{"stages"', 'The input string ended unexpectedly.'),
	('[]', 'A workflow is an object with the key "stages", not an array.'),
	('"Build"', 'A workflow is an object with the key "stages", not a string.'),
	('null', 'A workflow is an object with the key "stages", not null.'),
	('{}', 'A workflow has at least one stage, in the array "stages".'),
	('{"stages":[]}', 'A workflow has at least one stage, in the array "stages".'),
	('{"stages":{}}', 'A workflow has at least one stage, in the array "stages".'),
	('{"stages":null}', 'A workflow has at least one stage, in the array "stages".'),
	('{"stages":[null]}', 'A stage must be an object, not null.'),
	('{"stages":["Build"]}', 'A stage must be an object, not a string.'),
	('{"stages":[{"name":"A","class":"new"}],"stages":[]}', 'Key "stages" stands twice in a workflow.'),
	('{"stages":[{"name":"A","class":"new"}],"rules":{}}', 'Unknown key "rules" in a workflow.'),
	('{"stages":[{"name":"A","class":"new","color":"red"}]}', 'Unknown key "color" in a stage.'),
	('{"stages":[{"name":"A","name":"B","class":"new"}]}', 'Key "name" stands twice in a stage.'),
	('{"stages":[{"class":"new"}]}', 'A stage has no name.'),
	('{"stages":[{"name":"","class":"new"}]}', 'Key "name" of a stage is empty.'),
	('{"stages":[{"name":null,"class":"new"}]}', 'Key "name" of a stage must be a string, not null.'),
	('{"stages":[{"name":7,"class":"new"}]}', 'Key "name" of a stage must be a string, not a number.'),
	('{"stages":[{"name":"(unmapped)","class":"new"}]}', 'No stage can be named "(unmapped)": that is the stage of states that the workflow does not know.'),
	('{"stages":[{"name":"A"}]}', 'Stage "A" has no class.'),
	('{"stages":[{"name":"A","class":"idle"}]}', 'Stage "A" has the unknown class "idle"; a class is "new", "active", "waiting", "blocked", "done" or "cancelled".'),
	('{"stages":[{"name":"A","class":true}]}', 'Key "class" of a stage must be a string, not a boolean.'),
	('{"stages":[{"name":"A","class":"new"},{"name":"A","class":"done"}]}', 'Stage "A" stands twice.'),
	('{"stages":[{"name":"A","class":"new","states":"x"}]}', 'Key "states" of stage "A" must be an array, not a string.'),
	('{"stages":[{"name":"A","class":"new","states":[null]}]}', 'Key "states" of stage "A" must hold strings, not null.'),
	('{"stages":[{"name":"A","class":"new","states":[""]}]}', 'Key "states" of stage "A" has an empty name.'),
	('{"stages":[{"name":"A","class":"new","states":["x","x"]}]}', 'State "x" stands twice in stage "A".'),
	('{"stages":[{"name":"A","class":"new","states":["A","A"]}]}', 'State "A" stands twice in stage "A".'),
	('{"stages":[{"name":"A","class":"new","states":["x"]},{"name":"B","class":"done","states":["x"]}]}', 'State "x" belongs to both stage "A" and stage "B".'),
	('{"stages":[{"name":"A","class":"new"},{"name":"B","class":"done","states":["A"]}]}', 'State "A" belongs to both stage "A" and stage "B".'),
	('{"stages":[{"name":"A","class":"blocked","states":["x"],"until":["y"]},{"name":"B","class":"done","states":["x"]}]}', 'State "x" belongs to both stage "A" and stage "B".'),
	('{"stages":[{"name":"A","class":"new","until":["y"]}]}', 'Stage "A" has "until", which is for class "blocked" only.'),
	('{"stages":[{"name":"A","class":"blocked"}]}', 'Stage "A" of class "blocked" needs "until": the states that end it.'),
	('{"stages":[{"name":"A","class":"blocked","until":[]}]}', 'Stage "A" of class "blocked" needs "until": the states that end it.'),
	('{"stages":[{"name":"A","class":"blocked","until":["A"]}]}', 'State "A" both begins and ends stage "A".'),
	('{"stages":[{"name":"A","class":"blocked","states":["x"],"until":["y","x"]}]}', 'State "x" both begins and ends stage "A".'),
	('{"stages":[{"name":"A","class":"blocked","until":["y","y"]}]}', 'State "y" stands twice in "until" of stage "A".'),
	('{"stages":[{"name":"A","class":"new","phase":""}]}', 'Key "phase" of a stage is empty.'),
	('{"stages":[{"name":"A","class":"new","owner":7}]}', 'Key "owner" of a stage must be a string, not a number.'),
	('{"stages":[{"name":"A","class":"new","waiting_for":[]}]}', 'Key "waiting_for" of a stage must be a string, not an array.'),
	('{"stages":[{"name":"A","class":"new","limit":0}]}', 'The limit of stage "A" must be a whole number of at least 1.'),
	('{"stages":[{"name":"A","class":"new","limit":2.5}]}', 'The limit of stage "A" must be a whole number of at least 1.'),
	('{"stages":[{"name":"A","class":"new","limit":"2"}]}', 'The limit of stage "A" must be a whole number of at least 1.'),
	('{"stages":[{"name":"A","class":"new","limit":99999999999}]}', 'The limit of stage "A" must be a whole number of at least 1.'),
	('{"stages":[{"name":"A","class":"new"}],"start":"now"}', 'Rule "start" has the unknown value "now"; it is "committed", "active" or "created".'),
	('{"stages":[{"name":"A","class":"new"}],"reopen":null}', 'Rule "reopen" must be a string, not null.'),
	('{"stages":[{"name":"A","class":"new"}],"reopen":"restart"}', 'Rule "reopen" has the unknown value "restart"; it is "continue", "pause" or "first".'),
	('{"stages":[{"name":"A","class":"new"}],"backward":"wipe"}', 'Rule "backward" has the unknown value "wipe"; it is "keep" or "erase".'),
	('{"stages":[{"name":"A","class":"new"}],"unmapped":"drop"}', 'Rule "unmapped" has the unknown value "drop"; it is "waiting", "ignore" or "error".'),
	('{"stages":[{"name":"A","class":"done"}],"start":"active"}', 'Rule "start" is "active", but no stage is of class "active".');

SELECT plan(28 + (SELECT count(*) FROM refused)::int);

SELECT is(pg_temp.failure(format('SELECT %L::vsm.workflow', literal)),
	'22P02 | invalid input syntax for type vsm.workflow | ' || detail, left(literal, 70))
FROM refused ORDER BY number;
SELECT is(pg_temp.failure($$SELECT '{"stages":[{"name":"A\u0000","class":"new"}]}'::vsm.workflow$$),
	'22P05 | invalid input syntax for type vsm.workflow | \u0000 cannot be converted to text.', 'a name with a zero byte');
SELECT is(pg_temp.failure($$SELECT '{"stages":[{"class":"new"}]}'::jsonb::vsm.workflow$$),
	'22P02 | invalid input syntax for type vsm.workflow | A stage has no name.', 'the same from jsonb');
SELECT matches(pg_temp.failure(format('SELECT %L::vsm.workflow', repeat('[', 100000))), '^(54001|22P02)', 'nested too deep');
SELECT is(pg_temp.failure(format('SELECT %L::vsm.workflow', (SELECT json_build_object('stages', json_agg(json_build_object('name', 'S' || i, 'class', 'new'))) FROM generate_series(1, 1001) i))),
	'22P02 | invalid input syntax for type vsm.workflow | A workflow has at most 1000 stages.', 'too many stages');

-- Forms
CREATE TEMP TABLE full_workflow AS SELECT '{"start": "created", "stages": [
	{"name": "Backlog", "class": "new", "states": ["To Do", "Backlog"], "phase": "Discovery"},
	{"name": "Approval", "class": "waiting", "waiting_for": "approval", "owner": "Prödukt", "limit": 5},
	{"name": "Build", "class": "active", "states": ["In \"Progress\""]},
	{"name": "Blocked", "class": "blocked", "states": ["Flagged"], "until": ["Unflagged", "Done", "Paused"]},
	{"name": "Paused", "class": "blocked", "until": ["Unflagged"]},
	{"name": "Released", "class": "done", "states": ["Done"]}], "unmapped": "ignore"}'::vsm.workflow AS workflow;
SELECT is(workflow::text, '{"stages":[{"name":"Backlog","class":"new","states":["To Do"],"phase":"Discovery"},'
	'{"name":"Approval","class":"waiting","waiting_for":"approval","owner":"Prödukt","limit":5},'
	'{"name":"Build","class":"active","states":["In \"Progress\""]},'
	'{"name":"Blocked","class":"blocked","states":["Flagged"],"until":["Unflagged","Done","Paused"]},'
	'{"name":"Paused","class":"blocked","until":["Unflagged"]},'
	'{"name":"Released","class":"done","states":["Done"]}],"start":"created","reopen":"continue","backward":"keep","unmapped":"ignore"}',
	'canonical text; the stage''s own name is not listed, rules are always written') FROM full_workflow;
SELECT ok(bool_and(vsm.workflow_eq(workflow, again)), 'text, json and jsonb lead back')
FROM full_workflow, LATERAL (VALUES (workflow::text::vsm.workflow), (workflow::json::vsm.workflow), (workflow::jsonb::vsm.workflow)) AS v (again);
SELECT is(vsm.workflow_send(workflow), '\x01'::bytea || convert_to(workflow::text, 'UTF8'), 'binary form: version and text') FROM full_workflow;
SELECT ok(vsm.workflow_eq('{"stages":[{"name":"A","class":"done","states":["A"]}]}', '{"stages":[{"name":"A","class":"done"}]}'), 'listing the own name changes nothing');
SELECT ok(NOT vsm.workflow_eq('{"stages":[{"name":"A","class":"done"}]}', '{"stages":[{"name":"A","class":"done"}],"reopen":"pause"}'), 'another rule is another workflow');
SELECT is(count(DISTINCT workflow), 2::bigint, 'distinct by hash and by order')
FROM (SELECT workflow FROM full_workflow UNION ALL SELECT workflow FROM full_workflow UNION ALL SELECT vsm.with_rules(workflow, reopen => 'first') FROM full_workflow) w;

-- Stages
SELECT results_eq('SELECT place, stage, class, phase, waiting_for, owner, wip_limit, states, until FROM full_workflow, vsm.stages(workflow)',
	$$VALUES (1, 'Backlog', 'new', 'Discovery', NULL, NULL, NULL::int, '{Backlog,"To Do"}'::text[], NULL::text[]),
	(2, 'Approval', 'waiting', NULL, 'approval', 'Prödukt', 5, '{Approval}', NULL),
	(3, 'Build', 'active', NULL, NULL, NULL, NULL, ARRAY['Build', 'In "Progress"'], NULL),
	(4, 'Blocked', 'blocked', NULL, NULL, NULL, NULL, '{Blocked,Flagged}', '{Unflagged,Done,Paused}'),
	(5, 'Paused', 'blocked', NULL, NULL, NULL, NULL, '{Paused}', '{Unflagged}'),
	(6, 'Released', 'done', NULL, NULL, NULL, NULL, '{Released,Done}', NULL)$$, 'stages');
SELECT is_empty('SELECT * FROM vsm.stages(NULL)', 'no stages of no workflow');

-- Rules and presets
SELECT is((vsm.with_rules(workflow, 'active', 'pause', 'erase', 'error'))::jsonb - 'stages',
	'{"start":"active","reopen":"pause","backward":"erase","unmapped":"error"}'::jsonb, 'all rules') FROM full_workflow;
SELECT is((vsm.with_rules(workflow, backward => 'erase'))::jsonb - 'stages',
	'{"start":"created","reopen":"continue","backward":"erase","unmapped":"ignore"}'::jsonb, 'one rule, the others stay') FROM full_workflow;
SELECT is(pg_temp.failure('SELECT vsm.with_rules(workflow, reopen => ''never'') FROM full_workflow'),
	'22023 | invalid workflow | Rule "reopen" has the unknown value "never"; it is "continue", "pause" or "first".', 'unknown value');
SELECT is(pg_temp.failure($$SELECT vsm.with_rules('{"stages":[{"name":"A","class":"done"}]}', start => 'active')$$),
	'22023 | invalid workflow | Rule "start" is "active", but no stage is of class "active".', 'a rule that does not fit');
SELECT results_eq($$SELECT name, vsm.preset(workflow, name)::jsonb - 'stages' FROM full_workflow, unnest('{flow_framework,kanban_guide,jira_agile_metrics}'::text[]) AS name$$,
	$$VALUES ('flow_framework', '{"start":"committed","reopen":"continue","backward":"keep","unmapped":"waiting"}'::jsonb),
	('kanban_guide', '{"start":"committed","reopen":"continue","backward":"keep","unmapped":"waiting"}'),
	('jira_agile_metrics', '{"start":"committed","reopen":"continue","backward":"erase","unmapped":"ignore"}')$$, 'presets');
SELECT is(pg_temp.failure('SELECT vsm.preset(workflow, ''scrum'') FROM full_workflow'), '22023 | unknown preset "scrum"', 'unknown preset');

-- From a mapping table
CREATE TEMP TABLE mapping (place int, stage text, class text, state text);
INSERT INTO mapping VALUES (20, 'Build', 'active', 'In Progress'), (20, 'Build', 'active', 'Doing'), (10, 'Backlog', 'new', NULL),
	(20, 'Build', 'active', 'Doing'), (30, 'Done', 'done', 'Done');
SELECT is(vsm.workflow(place, stage, class, state)::jsonb -> 'stages',
	'[{"name":"Backlog","class":"new"},{"name":"Build","class":"active","states":["Doing","In Progress"]},{"name":"Done","class":"done"}]'::jsonb,
	'by place, whatever the order of rows; states in byte order; twice is once') FROM mapping;
SELECT is(vsm.workflow(place, stage, class, state)::text, NULL, 'no rows') FROM mapping WHERE false;
SELECT is(pg_temp.failure(format('SELECT vsm.workflow(place, stage, class, state) FROM (TABLE mapping UNION ALL VALUES (%s)) m (place, stage, class, state)', row)),
	'22023 | invalid workflow | ' || detail, row)
FROM (VALUES
	($$NULL::int, 'A', 'new', 'a'$$, 'A row of the mapping has no place.'),
	($$40, NULL, 'new', 'a'$$, 'A row of the mapping has no stage.'),
	($$40, 'A', NULL, 'a'$$, 'A row of the mapping has no class.'),
	($$40, 'A', 'idle', 'a'$$, 'Stage "A" has the unknown class "idle".'),
	($$40, 'A', 'blocked', 'a'$$, 'Stage "A" of class "blocked" needs "until": the states that end it.'),
	($$10, 'A', 'new', 'a'$$, 'Stages "A" and "Backlog" have the same place 10.'),
	($$20, 'Build', 'done', 'b'$$, 'Stage "Build" has the classes "active" and "done".')) AS v (row, detail);
SELECT is(pg_temp.failure($$SELECT vsm.workflow(1, 'A', 'new', '')$$), '22023 | invalid workflow | Stage "A" has an empty state.', 'an empty state');

SELECT * FROM finish();
ROLLBACK;
