-- Values of every type that can be stored, and what is asked of them; for test/t/upgrade.t and record.sh.
--   form       a value in text form
--   question   a query over it, a value of that type, and the tables stored_TYPE (number, value)
-- since is the version that has them; psql variable version: none that is newer is loaded.
CREATE TABLE form (number int GENERATED ALWAYS AS IDENTITY, since text, type name, form text);
CREATE TABLE question (number int GENERATED ALWAYS AS IDENTITY, since text, type name, question text);

INSERT INTO form (since, type, form) VALUES
('0.1.0', 'timeline', '[["2026-01-05T10:00:00Z","To Do"]]'),
('0.1.0', 'timeline', '[["2026-01-02T16:00:00Z","To Do"],["2026-01-05T10:00:00Z","In Progress"],["2026-01-07T10:00:00Z","In Review"],'
	'["2026-01-08T10:00:00Z","In Progress"],["2026-01-09T16:00:00Z","Done"],["2026-01-12T10:00:00Z","In Progress"],["2026-01-13T10:00:00Z",'
		'"Done"]]'),
('0.1.0', 'timeline', '[["2026-01-05T09:00:00Z","To Do"],["2026-01-06T09:00:00Z","In Progress"],["2026-01-06T17:00:00.000001Z","Flagged"],'
	'["2026-01-08T09:00:00Z","Unflagged"],["2026-01-08T09:00:00Z","In Review"]]'),
('0.1.0', 'timeline', '[["4714-11-24T00:00:00Z BC","In Progress"],["1999-12-31T23:59:59.999999Z","Pr\u00fcfung \ud83d\ude00"],'
	'["294276-12-31T23:59:59.999999Z","\n\"\\"]]'),
('0.1.0', 'timeline', (SELECT jsonb_agg(jsonb_build_array('2026-01-01T00:00:00Z'::timestamptz + k * interval '7 hours 3 minutes 1.5 '
	'seconds', (ARRAY['To Do', 'In Progress', 'In Review', 'Lost', repeat('state', 60)])[1 + k * k % 7 % 5]) ORDER BY k)
	FROM generate_series(1, 30) AS k)::text),
('0.1.0', 'timeline_state', '[["2026-01-05T10:00:00Z","A"],["2026-01-05T10:00:00Z","B"]]'),
('0.1.0', 'timeline_state', '[["2026-01-05T10:00:00Z",5,"A"],["2026-01-05T10:00:00Z",-9223372036854775808,"\u00e9"]]'),
('0.1.0', 'workflow', '{"stages":[{"name":"Backlog","class":"new","states":["To Do"]},{"name":"Build","class":"active",'
	'"states":["In Progress"],"limit":3,"owner":"Zo\u00eb"},{"name":"Blocked","class":"blocked","states":["Flagged"],'
		'"until":["Unflagged"]},{"name":"Review","class":"waiting","states":["In Review","Pr\u00fcfung \ud83d\ude00"],'
			'"waiting_for":"review","phase":"Delivery"},{"name":"Released","class":"done","states":["Done"]},{"name":"Dropped",'
				'"class":"cancelled","states":["Won''t Do"]}]}'),
('0.1.0', 'workflow', '{"start":"created","reopen":"first","backward":"erase","unmapped":"ignore","stages":[{"name":"In Progress",'
	'"class":"active"},{"name":"Done","class":"done"}]}'),
('0.1.0', 'calendar', '{}'),
('0.1.0', 'calendar', '{"time_zone":"Europe/Paris","week":{"mon":["09:00-12:00","13:00-17:00"],"tue":["09:00-17:00"],'
	'"sun":["22:00-24:00"]},"holidays":["2026-05-01"],"exceptions":{"2026-03-29":["01:30-03:30"]}}'),
('0.2.0', 'text_timelines', '[]'),
('0.2.0', 'text_timelines', '[["PAY-1",[["2026-01-05T10:00:00Z","A"],["2026-01-05T10:00:00Z","B"]]],'
	'["\u00e9",[["2026-01-05T10:00:00Z","A"]]]]'),
('0.2.0', 'bigint_timelines', '[[1,[["2026-01-05T10:00:00Z","A"],["2026-01-05T10:00:00Z","B"]]],[-9223372036854775808,'
	'[["2026-01-05T10:00:00Z","A"]]]]'),
('0.2.0', 'graph', '{}'),
('0.2.0', 'graph', '{"a":["b","c"],"b":["c"],"da39a3ee5e6b4b0d3255bfef95601890afd80709":["\u00e9"],"q":[]}'),
('0.2.0', 'releases', '{}'),
('0.2.0', 'releases', '{"shop":[["2026-01-05T10:00:00.25Z","v1","a"],["2026-01-05T10:00:00Z","v2","c"]],'
	'"\u00e9":[["0044-03-15T12:00:00Z BC","v1","da39a3ee5e6b4b0d3255bfef95601890afd80709"]]}'),
('0.2.0', 'survival', '{"durations":[[0,0,1]]}'),
('0.2.0', 'survival', '{"days":true,"durations":[[0,1,0],[43200000000,1,0],[432000000000,1,1]]}'),
('0.2.0', 'survival', '{"durations":[[3600000000,1,0],[7200000000,1,0],[10800000000,0,1],[14400000000,1,0],[18000000000,2,0]]}'),
('0.2.0', 'rollup_state', '{"workflow":"{\"stages\":[{\"name\":\"A\",\"class\":\"active\"},{\"name\":\"C\",\"class\":\"done\"}],'
	'\"start\":\"committed\",\"reopen\":\"pause\",\"backward\":\"keep\",\"unmapped\":\"waiting\"}","rule":"least",'
		'"parts":["[[\"2026-03-02T09:00:00Z\",\"A\"],[\"2026-03-04T17:00:00Z\",\"C\"]]","[[\"2026-03-03T09:00:00Z\",\"A\"]]"]}'),
('0.2.0', 'cumulative_flow_state', '{"workflow":"{\"stages\":[{\"name\":\"A\",\"class\":\"active\"},{\"name\":\"C\",\"class\":\"done\"}],'
	'\"start\":\"committed\",\"reopen\":\"pause\",\"backward\":\"keep\",\"unmapped\":\"waiting\"}","since":"2026-03-01T00:00:00Z",'
		'"until":"2026-03-20T00:00:00Z","step":[0,7,0],"time_zone":"Europe/Paris","visits":[[1,1,2,1],[1,2,1,1]]}'),
('0.2.0', 'process_map_state', '{"workflow":null,"calendar":null,"names":["B","C","Odd \"\\ \u00fc"],"moves":[[-1,0,2,2,0,0,0,0],'
	'[0,2,1,1,0,172800000000,172800000000,172800000000]]}'),
('0.2.0', 'process_map_state', '{"workflow":"{\"stages\":[{\"name\":\"A\",\"class\":\"active\"},{\"name\":\"C\",\"class\":\"done\"}],'
	'\"start\":\"committed\",\"reopen\":\"pause\",\"backward\":\"keep\",\"unmapped\":\"waiting\"}",'
		'"calendar":"{\"time_zone\":\"Europe/Paris\"}","names":[],"moves":[[-1,0,2,2,0,0,0,0],[0,1,1,1,0,0,0,0]]}'),
('0.3.0', 'variants_state', 'null'),
('0.3.0', 'variants_state', '{"workflow":"{\"stages\":[{\"name\":\"A\",\"class\":\"active\"},'
	'{\"name\":\"Pr\u00fcfung\",\"class\":\"waiting\"},{\"name\":\"C\",\"class\":\"done\"}],'
	'\"start\":\"committed\",\"reopen\":\"continue\",\"backward\":\"keep\",\"unmapped\":\"waiting\"}",'
		'"variants":[[[0,1,2],2,0,[172800000000,262800000000]],[[0,2],1,0,[172800500000]],[[0],1,1,[]]]}');

INSERT INTO question (since, type, question)
SELECT since, type, format(question, type, to_json) FROM (VALUES ('0.1.0', 'timeline', 'to_jsonb'), ('0.1.0', 'workflow', 'to_jsonb'),
	('0.1.0', 'calendar', 'jsonb'), ('0.2.0', 'graph', 'graph_to_jsonb'), ('0.2.0', 'releases', 'releases_to_jsonb')) AS t (since, type,
		to_json),
	(VALUES ('SELECT it, vsm.%2$s(it), vsm.%1$s_send(it), vsm.%1$s_hash(it), vsm.%1$s_hash_extended(it, 7)'),
		('SELECT array_agg(o.number ORDER BY o.value) FROM stored_%1$s AS o WHERE o.value OPERATOR(vsm.>=) it')) AS q (question);
INSERT INTO question (since, type, question) VALUES
('0.1.0', 'timeline', $$SELECT vsm.span(it), vsm.num_events(it), vsm.path(it), vsm.state_at(it, '2026-01-08 09:00Z'), vsm.periods(it,
	'In Progress')$$),
('0.1.0', 'timeline', $$SELECT vsm.clip(it, '[2026-01-07 00:00Z,2026-01-12 00:00Z)'), vsm.merge(it, o.value) FROM stored_timeline AS o
	WHERE o.number = 2$$),
('0.1.0', 'timeline', $$SELECT w.number, vsm.flow(it, w.value, NULL, '2026-02-01 00:00Z') FROM stored_workflow AS w$$),
('0.1.0', 'timeline', $$SELECT w.number, c.number, vsm.visits(it, w.value, c.value, '2026-02-01 00:00Z') FROM stored_workflow AS w,
	stored_calendar AS c
	WHERE vsm.num_events(it) < 10 AND vsm.span(it) <@ '[2026-01-01 00:00Z,2026-03-01 00:00Z)'$$),
('0.2.0', 'timeline', $$SELECT vsm.what_if(it, w.value, 'Review', 0.5) FROM stored_workflow AS w WHERE w.number = 8$$),
('0.1.0', 'timeline_state', $$SELECT vsm.timeline_finish(it), vsm.timeline_finish(vsm.timeline_combine(it, it))$$),
('0.1.0', 'workflow', $$SELECT vsm.stages(it)$$),
('0.1.0', 'workflow', $$SELECT vsm.preset(it, 'kanban_guide'), vsm.with_rules(it, reopen => 'pause')$$),
('0.1.0', 'calendar', $$SELECT vsm.working_time('2026-03-01 00:00Z', '2026-06-01 00:00Z', it), vsm.add_working_time('2026-03-27 12:00Z',
	'10 hours', it)$$),
('0.2.0', 'text_timelines', $$SELECT it, (SELECT array_agg(u ORDER BY u.item COLLATE "C") FROM vsm.unnest(it) AS u)$$),
('0.2.0', 'bigint_timelines', $$SELECT it, (SELECT array_agg(u ORDER BY u.item) FROM vsm.unnest(it) AS u)$$),
('0.2.0', 'graph', $$SELECT vsm.components(it)$$),
('0.2.0', 'graph', $$SELECT vsm.reach(it, ARRAY['a'])$$),
('0.2.0', 'graph', $$SELECT r.number, vsm.first_release(it, r.value), vsm.unknown_commits(it, r.value) FROM stored_releases AS r$$),
('0.2.0', 'survival', $$SELECT it, vsm.survival_to_jsonb(it), vsm.survival_send(it)$$),
('0.2.0', 'survival', $$SELECT vsm.percentile(it, 0.5), vsm.probability(it, '5 hours'), vsm.probability(it, '5 hours', '2 hours'),
	vsm.eta(it, '1 hour', 0.5)$$),
('0.2.0', 'survival', $$SELECT vsm.curve(it)$$),
('0.2.0', 'survival', $$SELECT vsm.merge(it, o.value) FROM stored_survival AS o$$),
('0.2.0', 'rollup_state', $$SELECT it, vsm.rollup_finish(it), vsm.rollup_finish(vsm.rollup_combine(it, it))$$),
('0.2.0', 'cumulative_flow_state', $$SELECT it, vsm.cumulative_flow_finish(it), vsm.cumulative_flow_finish(vsm.cumulative_flow_combine(it,
	it))$$),
('0.2.0', 'process_map_state', $$SELECT it, vsm.process_map_finish(it), vsm.process_map_finish(vsm.process_map_combine(it, it))$$),
('0.3.0', 'variants_state', $$SELECT it, vsm.variants_finish(it), vsm.variants_finish(vsm.variants_combine(it, it))$$);

DELETE FROM form WHERE string_to_array(since, '.')::int[] > string_to_array(:'version', '.')::int[];
DELETE FROM question WHERE string_to_array(since, '.')::int[] > string_to_array(:'version', '.')::int[];

-- Bytes, written in hexadecimal, that become a value as they are: as those of a table that was written by another library.
DO $$
DECLARE
	alignment text;
BEGIN
	FOREACH alignment IN ARRAY ARRAY['int4', 'double'] LOOP
		EXECUTE format($f$
			CREATE TYPE bytes_%1$s;
			CREATE FUNCTION bytes_in_%1$s(cstring) RETURNS bytes_%1$s LANGUAGE internal IMMUTABLE STRICT AS 'byteain';
			CREATE FUNCTION bytes_out_%1$s(bytes_%1$s) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'byteaout';
			CREATE TYPE bytes_%1$s (INPUT = bytes_in_%1$s, OUTPUT = bytes_out_%1$s, ALIGNMENT = %1$s)$f$, alignment);
	END LOOP;
END $$;

-- What was recorded of a value: its bytes as they were stored (question 0), and the answers to the questions in their order.
CREATE TABLE recorded (type name, number int, question int, answer text);

-- Makes the tables stored_TYPE: of the bytes where they were recorded, else of the text.
CREATE PROCEDURE store() LANGUAGE plpgsql AS $$
DECLARE
	stored record;
BEGIN
	FOR stored IN SELECT typname, CASE typalign WHEN 'd' THEN 'bytes_double' ELSE 'bytes_int4' END AS bytes FROM pg_type
		WHERE typnamespace = 'vsm'::regnamespace AND typname IN (SELECT type FROM form) LOOP
		EXECUTE format($f$
			CREATE CAST (%2$I AS vsm.%1$I) WITHOUT FUNCTION;
			CREATE CAST (vsm.%1$I AS %2$I) WITHOUT FUNCTION;
			CREATE TABLE stored_%1$s AS SELECT number, coalesce(answer::%2$I::vsm.%1$I, form::vsm.%1$I) AS value
				FROM form LEFT JOIN recorded AS r USING (type, number) WHERE type = %1$L AND coalesce(question, 0) = 0$f$, stored.typname,
					stored.bytes);
	END LOOP;
END $$;

-- What the values in stored_TYPE answer, in the form of recorded.
CREATE FUNCTION answers() RETURNS SETOF recorded LANGUAGE plpgsql
SET datestyle = 'ISO' SET timezone = 'UTC' SET intervalstyle = 'postgres' SET bytea_output = 'hex' AS $$
DECLARE
	asked record;
BEGIN
	FOR asked IN SELECT DISTINCT type, 0 AS place, CASE typalign WHEN 'd' THEN 'it::bytes_double::text' ELSE 'it::bytes_int4::text' END
		AS answer
			FROM form JOIN pg_type ON typname = type AND typnamespace = 'vsm'::regnamespace
		UNION ALL SELECT type, row_number() OVER (PARTITION BY type ORDER BY number),
			format('(SELECT string_agg(q::text, '' '' ORDER BY q::text COLLATE "C") FROM (%s) AS q)', question) FROM question ORDER BY 1,
				2 LOOP
		RETURN QUERY EXECUTE format('SELECT %1$L::name, number, %2$s, %3$s FROM (SELECT number, value AS it FROM stored_%1$s) AS s ORDER '
			'BY number',
			asked.type, asked.place, asked.answer);
	END LOOP;
END $$;
