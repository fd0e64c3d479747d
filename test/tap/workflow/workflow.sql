-- Workflows as values: every literal that is refused, rules and presets, the aggregate from a mapping
-- table, forms, order; and that metrics do not depend on how a workflow is stored.
SET client_min_messages = warning;
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS vsm;
SELECT plan(194);
SET LOCAL TimeZone = 'America/St_Johns';
SET LOCAL jit = off;
SELECT setseed(0.31);

-- What a statement fails with: SQLSTATE, message, detail and hint.
CREATE FUNCTION pg_temp.failure(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	message text; detail text; hint text;
BEGIN
	EXECUTE statement;
	RETURN 'no error';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
	RETURN concat_ws(' | ', sqlstate, message, nullif(detail, ''), nullif(hint, ''));
END $$;
-- Reads bytes as a workflow in its binary form, as a client would send them.
CREATE FUNCTION pg_temp.receive(bytes bytea) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	header CONSTANT bytea := '\x5047434f50590aff0d0a00' || int4send(0) || int4send(0);
	result text;
BEGIN
	CREATE TEMP TABLE received_value (value vsm.workflow);
	EXECUTE format('COPY received_value FROM PROGRAM %L (FORMAT binary)', format('echo %s | base64 -d',
		translate(encode(header || int2send(1::int2) || int4send(length(bytes)) || bytes || int2send((-1)::int2), 'base64'), E'\n', '')));
	SELECT value::text INTO result FROM received_value;
	DROP TABLE received_value;
	RETURN result;
END $$;

------------------------------------------------------------------------------
-- Literals that are refused, one by one
------------------------------------------------------------------------------

CREATE TEMP TABLE refused (place serial, literal text, detail text, state text DEFAULT '22P02');
INSERT INTO refused (literal, detail) VALUES
	('', 'The input string ended unexpectedly.'),
	('x', 'Token "x" is invalid.'),
	('{', 'The input string ended unexpectedly.'),
	('{"stages":[{"name":"A","class":"new"},]}', 'Expected JSON value, but found "]".'),
	('{"stages":[{"name":"A" "class":"new"}]}', 'Expected "," or "}", but found ""class"".'),
	('{"stages":[{"name":"A\ud83d","class":"new"}]}', 'Unicode low surrogate must follow a high surrogate.'),
	('[]', 'A workflow is an object with the key "stages", not an array.'),
	('1', 'A workflow is an object with the key "stages", not a number.'),
	('"A"', 'A workflow is an object with the key "stages", not a string.'),
	('true', 'A workflow is an object with the key "stages", not a boolean.'),
	('null', 'A workflow is an object with the key "stages", not null.'),
	('{}', 'A workflow has at least one stage, in the array "stages".'),
	('{"start":"created"}', 'A workflow has at least one stage, in the array "stages".'),
	('{"stages":null}', 'A workflow has at least one stage, in the array "stages".'),
	('{"stages":{}}', 'A workflow has at least one stage, in the array "stages".'),
	('{"stages":"A"}', 'A workflow has at least one stage, in the array "stages".'),
	('{"stages":[]}', 'A workflow has at least one stage, in the array "stages".'),
	('{"stages":[1]}', 'A stage must be an object, not a number.'),
	('{"stages":[null]}', 'A stage must be an object, not null.'),
	('{"stages":["A"]}', 'A stage must be an object, not a string.'),
	('{"stages":[[]]}', 'A stage must be an object, not an array.'),
	-- keys
	('{"stages":[{"name":"A","class":"new"}],"x":1}', 'Unknown key "x" in a workflow.'),
	('{"stages":[{"name":"A","class":"new"}],"Start":"created"}', 'Unknown key "Start" in a workflow.'),
	('{"stages":[{"name":"A","class":"new"}],"stages":[]}', 'Key "stages" stands twice in a workflow.'),
	('{"stages":[{"name":"A","class":"new"}],"start":"created","start":"created"}', 'Key "start" stands twice in a workflow.'),
	('{"stages":[{"name":"A","class":"new","wip":1}]}', 'Unknown key "wip" in a stage.'),
	('{"stages":[{"Name":"A","class":"new"}]}', 'Unknown key "Name" in a stage.'),
	('{"stages":[{"":"A","class":"new"}]}', 'Unknown key "" in a stage.'),
	('{"stages":[{"name":"A","class":"new","name":"A"}]}', 'Key "name" stands twice in a stage.'),
	('{"stages":[{"name":"A","class":"new","class":"new"}]}', 'Key "class" stands twice in a stage.'),
	-- names
	('{"stages":[{}]}', 'A stage has no name.'),
	('{"stages":[{"class":"new"}]}', 'A stage has no name.'),
	('{"stages":[{"name":"","class":"new"}]}', 'Key "name" of a stage is empty.'),
	('{"stages":[{"name":null,"class":"new"}]}', 'Key "name" of a stage must be a string, not null.'),
	('{"stages":[{"name":1,"class":"new"}]}', 'Key "name" of a stage must be a string, not a number.'),
	('{"stages":[{"name":"(unmapped)","class":"new"}]}', 'No stage can be named "(unmapped)": that is the stage of states that the '
		'workflow does not know.'),
	('{"stages":[{"name":"A","class":"new"},{"name":"A","class":"done"}]}', 'Stage "A" stands twice.'),
	-- classes
	('{"stages":[{"name":"A"}]}', 'Stage "A" has no class.'),
	('{"stages":[{"name":"A","class":null}]}', 'Key "class" of a stage must be a string, not null.'),
	('{"stages":[{"name":"A","class":1}]}', 'Key "class" of a stage must be a string, not a number.'),
	('{"stages":[{"name":"A","class":""}]}', 'Key "class" of a stage is empty.'),
	('{"stages":[{"name":"A","class":"New"}]}', 'Stage "A" has the unknown class "New"; a class is "new", "active", "waiting", "blocked", '
		'"done" or "cancelled".'),
	-- descriptions
	('{"stages":[{"name":"A","class":"waiting","waiting_for":null}]}', 'Key "waiting_for" of a stage must be a string, not null.'),
	('{"stages":[{"name":"A","class":"waiting","waiting_for":""}]}', 'Key "waiting_for" of a stage is empty.'),
	('{"stages":[{"name":"A","class":"waiting","owner":["x"]}]}', 'Key "owner" of a stage must be a string, not an array.'),
	('{"stages":[{"name":"A","class":"waiting","phase":true}]}', 'Key "phase" of a stage must be a string, not a boolean.'),
	-- states
	('{"stages":[{"name":"A","class":"new","states":null}]}', 'Key "states" of stage "A" must be an array, not null.'),
	('{"stages":[{"name":"A","class":"new","states":"B"}]}', 'Key "states" of stage "A" must be an array, not a string.'),
	('{"stages":[{"name":"A","class":"new","states":[1]}]}', 'Key "states" of stage "A" must hold strings, not a number.'),
	('{"stages":[{"name":"A","class":"new","states":[null]}]}', 'Key "states" of stage "A" must hold strings, not null.'),
	('{"stages":[{"name":"A","class":"new","states":[["B"]]}]}', 'Key "states" of stage "A" must hold strings, not an array.'),
	('{"stages":[{"name":"A","class":"new","states":[""]}]}', 'Key "states" of stage "A" has an empty name.'),
	('{"stages":[{"name":"A","class":"new","states":["B","B"]}]}', 'State "B" stands twice in stage "A".'),
	('{"stages":[{"name":"A","class":"new","states":["A","A"]}]}', 'State "A" stands twice in stage "A".'),
	('{"stages":[{"name":"A","class":"new","states":["X"]},{"name":"B","class":"new","states":["X"]}]}',
		'State "X" belongs to both stage "A" and stage "B".'),
	('{"stages":[{"name":"A","class":"new","states":["B"]},{"name":"B","class":"new"}]}',
		'State "B" belongs to both stage "A" and stage "B".'),
	('{"stages":[{"name":"B","class":"new"},{"name":"A","class":"new","states":["B"]}]}',
		'State "B" belongs to both stage "B" and stage "A".'),
	('{"stages":[{"name":"A","class":"blocked","states":["F"],"until":["U"]},{"name":"B","class":"new","states":["F"]}]}',
		'State "F" belongs to both stage "A" and stage "B".'),
	('{"stages":[{"name":"B","class":"new","states":["F"]},{"name":"A","class":"blocked","states":["F"],"until":["U"]}]}',
		'State "F" belongs to both stage "B" and stage "A".'),
	('{"stages":[{"name":"A","class":"blocked","states":["F"],"until":["U"]},{"name":"B","class":"blocked","states":["F"],'
		'"until":["U"]}]}', 'State "F" belongs to both stage "A" and stage "B".'),
	-- until
	('{"stages":[{"name":"A","class":"new","until":["B"]}]}', 'Stage "A" has "until", which is for class "blocked" only.'),
	('{"stages":[{"name":"A","class":"blocked"}]}', 'Stage "A" of class "blocked" needs "until": the states that end it.'),
	('{"stages":[{"name":"A","class":"blocked","until":[]}]}', 'Stage "A" of class "blocked" needs "until": the states that end it.'),
	('{"stages":[{"name":"A","class":"blocked","until":null}]}', 'Key "until" of stage "A" must be an array, not null.'),
	('{"stages":[{"name":"A","class":"blocked","until":"B"}]}', 'Key "until" of stage "A" must be an array, not a string.'),
	('{"stages":[{"name":"A","class":"blocked","until":[null]}]}', 'Key "until" of stage "A" must hold strings, not null.'),
	('{"stages":[{"name":"A","class":"blocked","until":[""]}]}', 'Key "until" of stage "A" has an empty name.'),
	('{"stages":[{"name":"A","class":"blocked","until":["A"]}]}', 'State "A" both begins and ends stage "A".'),
	('{"stages":[{"name":"A","class":"blocked","states":["B"],"until":["B"]}]}', 'State "B" both begins and ends stage "A".'),
	('{"stages":[{"name":"A","class":"blocked","until":["B","B"]}]}', 'State "B" stands twice in "until" of stage "A".'),
	-- rules
	('{"stages":[{"name":"A","class":"new"}],"start":"x"}', 'Rule "start" has the unknown value "x"; it is "committed", "active" or '
		'"created".'),
	('{"stages":[{"name":"A","class":"new"}],"start":""}', 'Rule "start" has the unknown value ""; it is "committed", "active" or '
		'"created".'),
	('{"stages":[{"name":"A","class":"new"}],"start":null}', 'Rule "start" must be a string, not null.'),
	('{"stages":[{"name":"A","class":"new"}],"start":"active"}', 'Rule "start" is "active", but no stage is of class "active".'),
	('{"stages":[{"name":"A","class":"new"}],"reopen":"x"}', 'Rule "reopen" has the unknown value "x"; it is "continue", "pause" or '
		'"first".'),
	('{"stages":[{"name":"A","class":"new"}],"reopen":1}', 'Rule "reopen" must be a string, not a number.'),
	('{"stages":[{"name":"A","class":"new"}],"backward":"x"}', 'Rule "backward" has the unknown value "x"; it is "keep" or "erase".'),
	('{"stages":[{"name":"A","class":"new"}],"backward":false}', 'Rule "backward" must be a string, not a boolean.'),
	('{"stages":[{"name":"A","class":"new"}],"unmapped":"x"}', 'Rule "unmapped" has the unknown value "x"; it is "waiting", "ignore" or '
		'"error".'),
	('{"stages":[{"name":"A","class":"new"}],"unmapped":["error"]}', 'Rule "unmapped" must be a string, not an array.'),
	('{"stages":[{"name":"A","class":"new"}],"unmapped":{}}', 'Rule "unmapped" must be a string, not an object.');
INSERT INTO refused (literal, detail)
SELECT format('{"stages":[{"name":"A","class":"new","limit":%s}]}', wip_limit),
	'The limit of stage "A" must be a whole number of at least 1.'
FROM unnest(ARRAY['0', '-1', '1.5', '1e-3', '1e10', '"5"', 'null', 'true', '[]', '2147483648', '9223372036854775808',
	'99999999999999999999']) AS wip_limit;
-- the last two of each limit
INSERT INTO refused (literal, detail) VALUES
	(format('{"stages":[%s]}', (SELECT string_agg(format('{"name":"S%s","class":"new"}', n), ',') FROM generate_series(1, 1001) n)),
		'A workflow has at most 1000 stages.'),
	(format('{"stages":[{"name":"S","class":"new","states":[%s]}]}', (SELECT string_agg(format('"T%s"', n), ',') FROM generate_series(1,
		20000) n)), 'A workflow has at most 20000 states.'),
	(format('{"stages":[{"name":"S","class":"blocked","until":[%s]}]}', (SELECT string_agg(format('"T%s"', n), ',')
		FROM generate_series(1, 20000) n)), 'A workflow has at most 20000 states.');
INSERT INTO refused (literal, detail, state) VALUES ('{"stages":[{"name":"A\u0000","class":"new"}]}',
	'\u0000 cannot be converted to text.', '22P05');

SELECT is(pg_temp.failure(format('SELECT %L::vsm.workflow', literal)),
	concat_ws(' | ', state, 'invalid input syntax for type vsm.workflow', detail), 'refused: ' || left(literal, 100))
FROM refused ORDER BY place;
SELECT results_eq(
	$$SELECT place, pg_temp.failure(format('SELECT %L::json::vsm.workflow', literal)) FROM refused ORDER BY place$$,
	$$SELECT place, CASE WHEN pg_temp.failure(format('SELECT %L::json', literal)) = 'no error' OR literal ~ 'u0000'
			THEN concat_ws(' | ', state, 'invalid input syntax for type vsm.workflow', detail)
			ELSE pg_temp.failure(format('SELECT %L::json', literal)) END
	  FROM refused ORDER BY place$$, 'the cast from json refuses the same');
-- jsonb has no key twice: the last one counts; and its 1e3 is 1000.
SELECT results_eq(
	$$SELECT place, pg_temp.failure(format('SELECT %L::jsonb::vsm.workflow', literal)) FROM refused
		WHERE detail !~ '^Key "(name|class|start)" stands twice' AND literal !~ '1e3' ORDER BY place$$,
	$$SELECT place, CASE WHEN detail ~ 'Key "stages" stands twice' THEN '22P02 | invalid input syntax for type vsm.workflow | A workflow '
		'has at least one stage, in the array "stages".'
			WHEN pg_temp.failure(format('SELECT %L::jsonb', literal)) = 'no error' THEN concat_ws(' | ', state,
				'invalid input syntax for type vsm.workflow', detail)
			ELSE pg_temp.failure(format('SELECT %L::jsonb', literal)) END
	  FROM refused WHERE detail !~ '^Key "(name|class|start)" stands twice' AND literal !~ '1e3' ORDER BY place$$, 'and that from jsonb');
SELECT matches(pg_temp.failure(format('SELECT %L::vsm.workflow', repeat('{"stages":[', 50000))), '^54001 \| stack depth limit exceeded',
	'deep nesting');

------------------------------------------------------------------------------
-- The text that comes back; equality
------------------------------------------------------------------------------

SELECT is(literal::vsm.workflow::text, canonical, what) FROM (VALUES
	('{"stages": [{"class": "new", "name": "A"}]}', '{"stages":[{"name":"A","class":"new"}],"start":"committed","reopen":"continue",'
		'"backward":"keep","unmapped":"waiting"}', 'rules are written out'),
	('{"unmapped":"error","backward":"erase","reopen":"first","start":"created","stages":[{"name":"A","class":"new"}]}',
	 '{"stages":[{"name":"A","class":"new"}],"start":"created","reopen":"first","backward":"erase","unmapped":"error"}',
		'keys in their order'),
	('{"stages":[{"name":"A","class":"new","states":["C","A","B"]}]}',
	 '{"stages":[{"name":"A","class":"new","states":["C","B"]}],"start":"committed","reopen":"continue","backward":"keep",'
		'"unmapped":"waiting"}', 'the stage''s own name goes, the order stays'),
	('{"stages":[{"name":"A","class":"new","states":[],"until":[],"limit":1}]}',
	 '{"stages":[{"name":"A","class":"new","limit":1}],"start":"committed","reopen":"continue","backward":"keep","unmapped":"waiting"}',
		'empty lists go'),
	('{"stages":[{"name":"A","class":"new","limit":1.5e3}]}',
	 '{"stages":[{"name":"A","class":"new","limit":1500}],"start":"committed","reopen":"continue","backward":"keep",'
		'"unmapped":"waiting"}', 'a number, however it is written'),
	('{"stages":[{"name":"A","class":"waiting","phase":"p","waiting_for":"w","owner":"o","limit":2147483647,"states":["\u00e9\"\\\n"]}]}',
	 '{"stages":[{"name":"A","class":"waiting","states":["é\"\\\n"],"phase":"p","waiting_for":"w","owner":"o","limit":2147483647}],'
		'"start":"committed","reopen":"continue","backward":"keep","unmapped":"waiting"}', 'all keys'),
	('{"stages":[{"name":"F","class":"blocked","states":["G"],"until":["U","B","H"]},{"name":"B","class":"active"},{"name":"H",'
		'"class":"blocked","until":["U"]}]}',
	 '{"stages":[{"name":"F","class":"blocked","states":["G"],"until":["U","B","H"]},{"name":"B","class":"active"},{"name":"H",'
		'"class":"blocked","until":["U"]}],"start":"committed","reopen":"continue","backward":"keep","unmapped":"waiting"}',
	 'what ends a layer may be a stage''s state, end others, or begin another layer')) AS given (literal, canonical, what);

-- Random workflows: up to 150 stages, of every class, with all keys, under all rules.
CREATE TEMP TABLE random_workflow AS
SELECT n, jsonb_build_object('start', (ARRAY['committed', 'created'])[1 + (n % 2)], 'reopen', (ARRAY['continue', 'pause',
	'first'])[1 + n / 2 % 3],
	'backward', (ARRAY['keep', 'erase'])[1 + n / 6 % 2], 'unmapped', (ARRAY['waiting', 'ignore'])[1 + n / 12 % 2],
	'stages', (SELECT jsonb_agg(jsonb_strip_nulls(jsonb_build_object('name', 'Stage ' || place, 'class', class,
			'states', CASE WHEN random() < 0.5 THEN (SELECT jsonb_agg('State ' || place || '-' || s) FROM generate_series(1,
				(random() * CASE WHEN n % 10 = 0 THEN 20 ELSE 3 END)::int) s) END,
			'until', CASE class WHEN 'blocked' THEN jsonb_build_array('Unblock ' || place, 'Stage ' || (place + 1) % stages) END,
			'phase', CASE WHEN random() < 0.3 THEN 'Phase ' || place END, 'waiting_for', CASE WHEN random() < 0.3 THEN 'Somebody '
				|| repeat('long ', (random() * 30)::int) END,
			'owner', CASE WHEN random() < 0.3 THEN 'Zoë' END, 'limit', CASE WHEN random() < 0.3 THEN 1 + (random() * 9)::int END))
				ORDER BY place)
		FROM (SELECT place, (ARRAY['new', 'active', 'waiting', 'blocked', 'done', 'cancelled'])[1 + floor(random() * 6)::int + n * 0]
			AS class FROM generate_series(0, stages - 1) place) AS s)) AS document
FROM (SELECT n, CASE WHEN n % 10 = 0 THEN 150 ELSE 2 + n % 11 END AS stages FROM generate_series(1, 96) n) AS w;
UPDATE random_workflow SET document = jsonb_set(document, '{stages,0,class}', '"active"') #- '{stages,0,until}';
UPDATE random_workflow SET document = jsonb_set(document, '{start}', '"active"') WHERE n % 5 = 0;
CREATE TEMP TABLE workflow AS SELECT n, document::vsm.workflow AS wf FROM random_workflow;
SELECT cmp_ok(max(pg_column_size(wf::text::vsm.workflow)), '>', 8192, 'some are large') FROM workflow;

SELECT is_empty('SELECT n, wf::jsonb FROM workflow EXCEPT SELECT n, document FROM random_workflow', 'nothing is lost');
SELECT is_empty($$SELECT n FROM workflow WHERE wf::text::vsm.workflow::text <> wf::text OR vsm.workflow_send(wf::text::vsm.workflow) <>
	vsm.workflow_send(wf)$$, 'as text and back');
SELECT is_empty($$SELECT n FROM workflow WHERE wf::json::vsm.workflow OPERATOR(vsm.<>) wf OR wf::jsonb::vsm.workflow OPERATOR(vsm.<>) wf
	OR to_json(wf)::text <> wf::text OR to_jsonb(wf) <> wf::jsonb$$, 'as json and jsonb and back');
CREATE TEMP TABLE received (LIKE workflow);
DO $$ BEGIN
	EXECUTE format('COPY workflow TO %L (FORMAT binary)', current_setting('data_directory') || '/vsm_workflow_test');
	EXECUTE format('COPY received FROM %L (FORMAT binary)', current_setting('data_directory') || '/vsm_workflow_test');
	EXECUTE format('COPY (SELECT) TO PROGRAM %L', 'cat >/dev/null; rm ' || quote_literal(current_setting('data_directory')
		|| '/vsm_workflow_test'));
END $$;
SELECT is((SELECT count(*) FROM workflow w JOIN received r USING (n) WHERE r.wf OPERATOR(vsm.=) w.wf), 96::bigint, 'in binary and back');
SELECT is(vsm.workflow_send(wf), '\x01'::bytea || convert_to(wf::text, 'UTF8'), 'the binary form is a version and the text') FROM workflow
	WHERE n = 1;
SELECT is(pg_temp.failure(format('SELECT pg_temp.receive(%L)', bytes)), failure, 'refused in binary: ' || failure)
FROM (VALUES ('\x'::bytea, '08P01 | no data left in message'),
	('\x00', '22P03 | invalid binary format of type vsm.workflow | Its format version is 0; this version of vsm reads 1.'),
	('\x02' || convert_to('{"stages":[{"name":"A","class":"new"}]}', 'UTF8'),
		'22P03 | invalid binary format of type vsm.workflow | Its format version is 2; this version of vsm reads 1.'),
	('\x7b' || convert_to('"stages":[{"name":"A","class":"new"}]}', 'UTF8'),
		'22P03 | invalid binary format of type vsm.workflow | Its format version is 123; this version of vsm reads 1.'),
	('\x01', '22P03 | invalid binary format of type vsm.workflow | The input string ended unexpectedly.'),
	('\x01' || convert_to('{"stages":[{"name":"A","class":"x"}]}', 'UTF8'), '22P03 | invalid binary format of type vsm.workflow | Stage '
		'"A" has the unknown class "x"; a class is "new", "active", "waiting", "blocked", "done" or "cancelled".'),
	('\x01ff', '22021 | invalid byte sequence for encoding "UTF8": 0xff'),
	('\x0100', '22021 | invalid byte sequence for encoding "UTF8": 0x00')) AS b (bytes, failure);
SELECT is(pg_temp.receive('\x01' || convert_to(' {"stages":[{"class":"new","name":"A"}]}', 'UTF8')),
	'{"stages":[{"name":"A","class":"new"}],"start":"committed","reopen":"continue","backward":"keep","unmapped":"waiting"}',
		'and is made canonical');

SELECT ok('{"stages":[{"name":"A","class":"new"}]}'::vsm.workflow OPERATOR(vsm.=) '{"stages":[{"name":"A","class":"new","states":["A"]}],'
	'"start":"committed"}', 'a stage''s name is one of its states, listed or not');
SELECT is(vsm.workflow_hash('{"stages":[{"name":"A","class":"new"}]}'),
	vsm.workflow_hash('{"stages":[{"states":["A"],"name":"A","class":"new"}],"unmapped":"waiting"}'), 'so their hashes are equal');
SELECT ok('{"stages":[{"name":"A","class":"new","states":["B","C"]}]}'::vsm.workflow OPERATOR(vsm.<>)
	'{"stages":[{"name":"A","class":"new","states":["C","B"]}]}', 'another order is another workflow');
CREATE TEMP TABLE pair AS SELECT a.wf AS a, b.wf AS b, a.wf::text = b.wf::text AS equal, vsm.workflow_cmp(a.wf, b.wf) AS comparison
FROM (SELECT * FROM workflow UNION ALL SELECT n, wf::text::vsm.workflow FROM workflow WHERE n < 20) a, workflow b;
SELECT is_empty($$SELECT FROM pair WHERE (a OPERATOR(vsm.=) b, a OPERATOR(vsm.<>) b, a OPERATOR(vsm.<) b, a OPERATOR(vsm.<=) b,
	a OPERATOR(vsm.>) b, a OPERATOR(vsm.>=) b, comparison = 0)
	<> (equal, NOT equal, comparison < 0, comparison <= 0, comparison > 0, comparison >= 0, equal)$$, 'operators');
SELECT is_empty('SELECT FROM pair WHERE sign(comparison) <> -sign(vsm.workflow_cmp(b, a))', 'the order is one');
SELECT is_empty('SELECT FROM pair WHERE equal AND (vsm.workflow_hash(a), vsm.workflow_hash_extended(a, 3)) <> (vsm.workflow_hash(b), '
	'vsm.workflow_hash_extended(b, 3))', 'hashes');
SELECT is((SELECT count(DISTINCT wf) FROM (SELECT wf FROM workflow UNION ALL SELECT wf FROM received) AS w),
	(SELECT count(DISTINCT wf::text) FROM workflow), 'DISTINCT');
SELECT is((SELECT count(*) FROM (SELECT wf FROM workflow INTERSECT SELECT wf FROM received) AS w), (SELECT count(DISTINCT wf::text)
	FROM workflow), 'INTERSECT');

------------------------------------------------------------------------------
-- stages, with_rules, preset
------------------------------------------------------------------------------

SELECT results_eq($$SELECT s::text FROM vsm.stages('{"stages":[{"name":"A","class":"new","states":["To Do","A","Open"],"phase":"Discovery"},
		{"name":"F","class":"blocked","states":["Flagged"],"until":["Unflagged","B"]},{"name":"B","class":"waiting","waiting_for":"review",'
			'"owner":"Zoë","limit":5}]}') AS s$$,
	$$VALUES ('(1,A,new,Discovery,,,,"{A,""To Do"",Open}",)'), ('(2,F,blocked,,,,,"{F,Flagged}","{Unflagged,B}")'),
		('(3,B,waiting,,review,Zoë,5,{B},)')$$, 'stages');
SELECT is_empty('SELECT * FROM vsm.stages(NULL)', 'stages of NULL: no rows');
SELECT is_empty($$SELECT n, s.place, s.stage, s.class, s.phase, s.waiting_for, s.owner, s.wip_limit, s.states[2:], s.until FROM workflow,
	vsm.stages(wf) s
	EXCEPT ALL SELECT n, place::int, stage ->> 'name', stage ->> 'class', stage ->> 'phase', stage ->> 'waiting_for', stage ->> 'owner',
		(stage ->> 'limit')::int,
		ARRAY(SELECT jsonb_array_elements_text(stage -> 'states')), CASE WHEN stage ? 'until'
			THEN ARRAY(SELECT jsonb_array_elements_text(stage -> 'until')) END
	FROM random_workflow, jsonb_array_elements(document -> 'stages') WITH ORDINALITY AS s (stage, place)$$, 'stages of random workflows');
SELECT is((SELECT count(*) FROM workflow, vsm.stages(wf)), (SELECT sum(jsonb_array_length(document -> 'stages'))
	FROM random_workflow)::bigint, 'all of them');

CREATE TEMP TABLE one AS SELECT '{"stages":[{"name":"A","class":"new","states":["X"]},{"name":"B","class":"active"}]}'::vsm.workflow AS wf;
CREATE FUNCTION pg_temp.rules(wf vsm.workflow) RETURNS text LANGUAGE sql AS $$
	SELECT concat_ws(' ', d ->> 'start', d ->> 'reopen', d ->> 'backward', d ->> 'unmapped') || CASE
		WHEN d -> 'stages' = (SELECT wf::jsonb -> 'stages' FROM one) THEN '' ELSE ' changed' END FROM (SELECT wf::jsonb) AS w (d) $$;
SELECT is(pg_temp.rules(vsm.with_rules(wf)), 'committed continue keep waiting', 'with_rules: none') FROM one;
SELECT is(pg_temp.rules(vsm.with_rules(wf, start => 'active')), 'active continue keep waiting', 'with_rules: start') FROM one;
SELECT is(pg_temp.rules(vsm.with_rules(wf, reopen => 'first', unmapped => 'error')), 'committed first keep error',
	'with_rules: reopen, unmapped') FROM one;
SELECT is(pg_temp.rules(vsm.with_rules(vsm.with_rules(wf, 'created', 'pause', 'erase', 'ignore'), backward => 'keep')),
	'created pause keep ignore', 'with_rules: the others stay') FROM one;
SELECT is(vsm.with_rules(NULL, 'x')::text, NULL, 'with_rules of NULL');
SELECT is(pg_temp.rules(vsm.preset(vsm.with_rules(wf, 'created', 'pause', 'erase', 'error'), preset)), rules, 'preset ' || preset)
FROM one, (VALUES ('flow_framework', 'committed continue keep waiting'), ('kanban_guide', 'committed continue keep waiting'),
	('jira_agile_metrics', 'committed continue erase ignore')) AS p (preset, rules);
SELECT is(vsm.preset(NULL, 'kanban_guide')::text, NULL, 'preset of NULL');
SELECT is(vsm.preset(wf, NULL)::text, NULL, 'preset NULL') FROM one;
SELECT is(pg_temp.failure('SELECT ' || call), failure, call) FROM (VALUES
	($$vsm.with_rules('{"stages":[{"name":"A","class":"new"}]}', start => 'x')$$,
		'22023 | invalid workflow | Rule "start" has the unknown value "x"; it is "committed", "active" or "created".'),
	($$vsm.with_rules('{"stages":[{"name":"A","class":"new"}]}', reopen => '')$$,
		'22023 | invalid workflow | Rule "reopen" has the unknown value ""; it is "continue", "pause" or "first".'),
	($$vsm.with_rules('{"stages":[{"name":"A","class":"new"}]}', backward => 'Keep')$$,
		'22023 | invalid workflow | Rule "backward" has the unknown value "Keep"; it is "keep" or "erase".'),
	($$vsm.with_rules('{"stages":[{"name":"A","class":"new"}]}', unmapped => 'x')$$,
		'22023 | invalid workflow | Rule "unmapped" has the unknown value "x"; it is "waiting", "ignore" or "error".'),
	($$vsm.with_rules('{"stages":[{"name":"A","class":"new"}]}', start => 'active')$$,
		'22023 | invalid workflow | Rule "start" is "active", but no stage is of class "active".'),
	($$vsm.preset('{"stages":[{"name":"A","class":"new"}]}', 'x')$$,
		'22023 | unknown preset "x" | Presets are flow_framework, kanban_guide and jira_agile_metrics.')) AS c (call, failure);

------------------------------------------------------------------------------
-- The aggregate from a mapping table
------------------------------------------------------------------------------

SELECT is(vsm.workflow(place, stage, class, state)::text,
	'{"stages":[{"name":"Backlog","class":"new","states":["Open","To Do"]},{"name":"Build","class":"active"},{"name":"Done","class":"done",'
		'"states":["Closed"]}],"start":"committed","reopen":"continue","backward":"keep","unmapped":"waiting"}',
	'places order the stages, bytes their states; rows twice and the stage''s own name are fine')
FROM (VALUES (70, 'Done', 'done', 'Closed'), (-3, 'Backlog', 'new', 'To Do'), (2, 'Build', 'active', NULL), (-3, 'Backlog', 'new', 'Open'),
	(-3, 'Backlog', 'new', 'To Do'), (70, 'Done', 'done', 'Done'), (70, 'Done', 'done', NULL)) AS m (place, stage, class, state);
SELECT is((SELECT vsm.workflow(place, stage, class, state)::text FROM (SELECT * FROM (VALUES (1, 'A', 'new', 'X'), (2, 'B', 'active',
	'Y'), (3, 'C', 'done', NULL)) AS m (place, stage, class, state) ORDER BY place DESC) AS m),
	(SELECT vsm.workflow(place, stage, class, state)::text FROM (VALUES (1, 'A', 'new', 'X'), (2, 'B', 'active', 'Y'), (3, 'C', 'done',
		NULL)) AS m (place, stage, class, state)), 'in any order');
SELECT is((SELECT vsm.workflow(1, 'A', 'new', NULL)::text FROM one WHERE false), NULL, 'no rows: NULL');
SELECT results_eq($$SELECT vsm.workflow(n, 'S' || n, 'new', NULL) OVER (ORDER BY n)::text FROM generate_series(1, 3) n$$,
	$$SELECT vsm.workflow(m, 'S' || m, 'new', NULL)::text FROM generate_series(1, 3) n, generate_series(1, n) m GROUP BY n ORDER BY n$$,
		'as a window function');
SELECT is(pg_temp.failure(format('SELECT vsm.workflow(place, stage, class, state) FROM (VALUES %s) AS m (place, stage, class, state)',
	rows)), '22023 | invalid workflow | ' || detail, 'refused: ' || rows)
FROM (VALUES
	($$(NULL::int, 'A', 'new', 'X')$$, 'A row of the mapping has no place.'),
	($$(1, NULL, 'new', 'X')$$, 'A row of the mapping has no stage.'),
	($$(1, 'A', NULL, 'X')$$, 'A row of the mapping has no class.'),
	($$(1, '', 'new', 'X')$$, 'A stage has no name.'),
	($$(1, 'A', 'new', '')$$, 'Stage "A" has an empty state.'),
	($$(1, 'A', 'New', 'X')$$, 'Stage "A" has the unknown class "New".'),
	($$(1, 'A', 'new', 'X'), (1, 'B', 'new', 'Y')$$, 'Stages "A" and "B" have the same place 1.'),
	($$(1, 'A', 'new', 'X'), (2, 'A', 'new', 'Y')$$, 'Stage "A" stands twice.'),
	($$(1, 'A', 'new', 'X'), (1, 'A', 'done', 'Y')$$, 'Stage "A" has the classes "done" and "new".'),
	($$(1, 'A', 'new', 'X'), (2, 'B', 'new', 'X')$$, 'State "X" belongs to both stage "A" and stage "B".'),
	($$(1, 'A', 'new', 'B'), (2, 'B', 'new', NULL)$$, 'State "B" belongs to both stage "A" and stage "B".'),
	($$(1, '(unmapped)', 'new', NULL)$$, 'No stage can be named "(unmapped)": that is the stage of states that the workflow does not '
		'know.'),
	($$(1, 'A', 'blocked', 'X')$$, 'Stage "A" of class "blocked" needs "until": the states that end it.')) AS m (rows, detail);

------------------------------------------------------------------------------
-- However a workflow is stored, metrics are the same
------------------------------------------------------------------------------

CREATE TEMP TABLE item AS
SELECT item, vsm.timeline('2026-01-05 00:00+00'::timestamptz + (random() * 500)::int * interval '1 hour',
	(ARRAY['Stage ', 'Stage ', 'State ', 'Unblock '])[kind] || place || CASE kind WHEN 3 THEN '-1' ELSE '' END) AS timeline
FROM (SELECT item, 1 + (random() * 3)::int AS kind, (random() * CASE WHEN item % 4 = 0 THEN 150 ELSE 12 END)::int AS place
	FROM generate_series(1, 40) item, generate_series(1, 3 + item % 20)) AS e
GROUP BY item;
CREATE TEMP TABLE constant (n int, item int, flow text, stages text);
DO $$
DECLARE w record;
BEGIN
	FOR w IN SELECT n, wf::text AS literal FROM workflow LOOP
		EXECUTE format('INSERT INTO constant SELECT %s, item, vsm.flow(timeline, %L, NULL, ''2026-02-01 00:00+00'')::text,
			(SELECT string_agg(s::text, '' '') FROM vsm.stage_times(timeline, %2$L, NULL, ''2026-02-01 00:00+00'') s) FROM item', w.n,
				w.literal);
	END LOOP;
END $$;
CREATE TEMP TABLE plain (n int, wf vsm.workflow);
CREATE TEMP TABLE compressed (n int, wf vsm.workflow);
CREATE TEMP TABLE toasted (n int, wf vsm.workflow);
CREATE TEMP TABLE toasted_compressed (n int, wf vsm.workflow, filler text);
ALTER TABLE plain ALTER wf SET STORAGE plain;
ALTER TABLE compressed ALTER wf SET STORAGE main;
ALTER TABLE toasted ALTER wf SET STORAGE external;
INSERT INTO plain SELECT n, wf FROM workflow WHERE n % 10 <> 0;
INSERT INTO compressed SELECT * FROM workflow;
INSERT INTO toasted SELECT * FROM workflow;
INSERT INTO toasted_compressed SELECT *, repeat('x', 3000) FROM workflow;
SELECT cmp_ok((SELECT count(*) FROM plain), '>', 50::bigint, 'stored as they are');
SELECT cmp_ok((SELECT count(*) FROM compressed WHERE pg_column_size(wf) < pg_column_size(wf::text::vsm.workflow) / 2), '>', 5::bigint,
	'stored compressed');
SELECT cmp_ok((SELECT pg_relation_size(reltoastrelid) FROM pg_class WHERE oid = 'toasted'::regclass), '>', 100000::bigint,
	'stored out of line');
SELECT cmp_ok((SELECT pg_relation_size(reltoastrelid) FROM pg_class WHERE oid = 'toasted_compressed'::regclass), '>', 10000::bigint,
	'stored compressed and out of line');
-- A workflow a row, each row another one, whatever was remembered of the row before.
SELECT is_empty(format($$(SELECT n, item, vsm.flow(timeline, wf, NULL, '2026-02-01 00:00+00')::text, (SELECT string_agg(s::text, ' ')
	FROM vsm.stage_times(timeline, wf, NULL, '2026-02-01 00:00+00') s)
	FROM item, %s ORDER BY %s) EXCEPT ALL SELECT * FROM constant$$, "table", "order"), format('%s, ordered by %s', "table", "order"))
FROM unnest(ARRAY['plain', 'compressed', 'toasted', 'toasted_compressed']) AS "table", unnest(ARRAY['n, item', 'item, n']) AS "order";
SELECT is((SELECT count(*) FROM constant), 96 * 40::bigint, 'all of them');
-- The metrics of a row walk it once: however they are mixed, each is that of its own arguments.
SELECT is_empty($$SELECT FROM item a JOIN item b ON b.item = a.item + 1, toasted w JOIN compressed v ON v.n = w.n + 1
	WHERE ROW(vsm.outcome(a.timeline, w.wf), vsm.rework(b.timeline, w.wf), vsm.outcome(a.timeline, v.wf), vsm.rework(b.timeline, v.wf),
		vsm.outcome(b.timeline, w.wf), vsm.rework(a.timeline, v.wf))
	IS DISTINCT FROM ROW((vsm.flow(a.timeline, w.wf)).outcome, (vsm.flow(b.timeline, w.wf)).rework, (vsm.flow(a.timeline, v.wf)).outcome,
		(vsm.flow(b.timeline, v.wf)).rework, (vsm.flow(b.timeline, w.wf)).outcome, (vsm.flow(a.timeline, v.wf)).rework)
	AND a.item % 5 = 0 AND w.n % 3 = 0$$, 'functions of several items and workflows in one row');

------------------------------------------------------------------------------
-- Errors of the metrics
------------------------------------------------------------------------------

CREATE TEMP TABLE strict AS SELECT '{"stages":[{"name":"A","class":"new"},{"name":"B","class":"active"},{"name":"C","class":"done"},'
	'{"name":"F","class":"blocked","until":["U"]}],"unmapped":"error"}'::vsm.workflow AS wf;
CREATE TEMP TABLE lost AS SELECT '[["2026-01-05T10:00:00Z","B"],["2026-01-06T10:00:00Z","C"],["2026-01-07T10:00:00Z",'
	'"lost \"é\""]]'::vsm.timeline AS timeline;
SELECT is(pg_temp.failure('SELECT vsm.flow_time(timeline, wf) FROM lost, strict'),
	'22023 | state "lost "é"" is not in the workflow | The workflow''s rule "unmapped" is "error". | Add the state to a stage, or set the '
		'rule to "waiting" or "ignore".', 'rule error: an unknown state');
SELECT is(vsm.flow_time(timeline, wf, as_of => '2026-01-06 10:00+00'), '1 day', 'not before it happened') FROM lost, strict;
SELECT is(vsm.flow_time(timeline, vsm.with_rules(wf, reopen => 'first')), '1 day', 'nor after the clock has ended for good') FROM lost,
	strict;
SELECT is(pg_temp.failure($$SELECT vsm.flow_time('[["2026-01-05T10:00:00Z","B"],["2026-01-05T10:00:00Z","Z"]]', wf) FROM strict$$),
	'22023 | state "Z" is not in the workflow | The workflow''s rule "unmapped" is "error". | Add the state to a stage, or set the rule to '
		'"waiting" or "ignore".', 'among others of its instant');

-- Every function that takes as_of refuses infinity; every one that takes a stage refuses one that is not there.
CREATE TEMP TABLE metric AS
SELECT p.oid, p.proname, p.proargnames[1:p.pronargs] AS names, format('vsm.%I(%s)', p.proname, (SELECT string_agg(format('%I => %s', name,
		CASE name WHEN 'timeline' THEN 'timeline' WHEN 'workflow' THEN 'wf' WHEN 'as_of' THEN '%1$s' WHEN 'at' THEN '%1$s' WHEN 'stage'
			THEN '%2$s' WHEN 'calendar' THEN 'NULL' WHEN 'factor' THEN '1'
			WHEN 'target' THEN '''1 day''' WHEN 'pattern' THEN '''.''' END), ', ')
	FROM unnest(p.proargnames[1:p.pronargs]) AS name)) AS call
FROM pg_proc p WHERE p.pronamespace = 'vsm'::regnamespace AND p.prokind = 'f' AND p.proargnames[1:2] = '{timeline,workflow}'
	AND 'vsm.timeline'::regtype = p.proargtypes[0];
SELECT is((SELECT count(*)::int FROM metric WHERE 'as_of' = ANY (names)), 27, 'functions that take as_of');
SELECT is_empty($$SELECT call FROM metric, unnest(ARRAY['infinity', '-infinity']) AS at WHERE 'as_of' = ANY (names)
	AND pg_temp.failure(format('SELECT ' || call || ' FROM lost, one', quote_literal(at), quote_literal('A'))) <> '22008 | as_of cannot be '
		'infinite'$$, 'each refuses infinity');
SELECT is_empty($$SELECT call FROM metric, unnest(ARRAY['a', 'A ', '', 'X']) AS stage WHERE 'stage' = ANY (names)
	AND pg_temp.failure(format('SELECT ' || call || ' FROM lost, one', 'NULL', quote_literal(stage))) <> format('22023 | the workflow has '
		'no stage "%s" | vsm.stages(workflow) lists its stages.', stage)$$, 'each refuses an unknown stage');
SELECT is_empty($$SELECT call FROM metric, strict WHERE 'stage' = ANY (names)
	AND pg_temp.failure(format('SELECT ' || call || ' FROM lost, strict', 'NULL', quote_literal('(unmapped)')))
	<> '22023 | the workflow has no stage "(unmapped)" | Unknown states are visits only under the rule unmapped = "waiting".'$$,
		'(unmapped) too, but under the rule waiting');
SELECT is_empty($$SELECT call FROM metric WHERE 'stage' = ANY (names) AND pg_temp.failure(format('SELECT ' || call || ' FROM lost, one',
	'NULL', quote_literal('(unmapped)'))) <> 'no error'$$, 'under which it is a stage');
SELECT is((SELECT count(*)::int FROM metric WHERE 'stage' = ANY (names)), 4, 'functions that take a stage');

-- Times are counted in 64 bits of microseconds, 292,271 years.
CREATE TEMP TABLE ages AS SELECT '[["4714-11-24T00:00:00Z BC","B"],["294276-12-31T23:59:59.999999Z","C"]]'::vsm.timeline AS timeline;
SELECT is(vsm.flow_time('[["2100-01-01T00:00:00Z","B"],["294276-12-31T23:59:59.999999Z","C"]]', wf),
	'294276-12-31 23:59:59.999999+00'::timestamptz - '2100-01-01 00:00:00+00'::timestamptz, 'a long time') FROM strict;
SELECT is(pg_temp.failure('SELECT vsm.flow_time(timeline, wf) FROM ages, strict'), '22008 | interval out of range', 'a longer one');
SELECT is_empty($$SELECT proname FROM metric, LATERAL pg_temp.failure(format('SELECT ' || call || ' FROM ages, one',
	quote_literal('294276-12-31 23:59:59.999999+00'), quote_literal('A'))) AS failure
	WHERE failure NOT IN ('no error', '22008 | interval out of range')$$, 'every function over it');

SELECT finish();
ROLLBACK;
