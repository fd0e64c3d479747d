-- Every C function that may be called from SQL, with arguments nobody would give it: NULLs everywhere, the ends
-- of every range, values of other makers. It answers or refuses by an error of the user's; the server lives.
SET client_min_messages = warning;
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS vsm;
SELECT plan(4);
SET LOCAL TimeZone = 'America/St_Johns';
SELECT setseed(0.41);

CREATE TEMP TABLE argument (type regtype, literal text);
INSERT INTO argument VALUES
	('vsm.timeline', '[["2026-01-05T10:00:00Z","A"]]'),
	('vsm.timeline', '[["2026-01-05T10:00:00Z","A"],["2026-01-06T10:00:00Z","B"],["2026-01-06T10:00:00Z","F"],["2026-01-07T10:00:00Z","U"],'
		'["2026-01-08T10:00:00Z","C"]]'),
	('vsm.timeline', '[["4714-11-24T00:00:00Z BC","B"],["294276-12-31T23:59:59.999999Z","C"]]'),
	('vsm.workflow', '{"stages":[{"name":"A","class":"new"},{"name":"B","class":"active"},{"name":"F","class":"blocked","until":["U"]},'
		'{"name":"C","class":"done"}]}'),
	('vsm.workflow', '{"stages":[{"name":"F","class":"blocked","until":["U"]}]}'),
	('vsm.calendar', '{"time_zone":"Europe/Paris","week":{"mon":["09:00-17:00"]}}'), ('vsm.calendar', '{}'), ('vsm.calendar',
		'{"week":{}}'),
	('vsm.timeline_state', '[["2026-01-05T10:00:00Z","A"]]'), ('vsm.timeline_state', '[["2026-01-05T10:00:00Z",5,"A"]]'),
	('vsm.graph', '{}'), ('vsm.graph', '{"a":["b","c"],"b":["a"]}'),
	('timestamptz', '2026-01-06 00:00+00'), ('timestamptz', 'infinity'), ('timestamptz', '-infinity'), ('timestamptz',
		'294276-12-31 23:59:59.999999+00'), ('timestamptz', '4714-11-24 00:00:00+00 BC'),
	('text', 'A'), ('text', ''), ('text', '(unmapped)'), ('text', 'UTC'), ('text', 'least'), ('text', 'F'),
		('text', E'line\nbreak "quote" \\ 😀'),
	('interval', '1 day'), ('interval', '0'), ('interval', '-1 day'), ('interval', '1 month'), ('interval', '2147483647 days'),
		('interval', '-2147483648 days'),
	('bigint', '0'), ('bigint', '1'), ('bigint', '-9223372036854775808'), ('bigint', '9223372036854775807'),
	('int', '0'), ('int', '1'), ('int', '-1'), ('int', '2147483647'), ('int', '-2147483648'),
	('float8', '0'), ('float8', '0.5'), ('float8', '1'), ('float8', '-1'), ('float8', 'NaN'), ('float8', 'Infinity'), ('float8', '1e308'),
		('float8', '1e-308'),
	('numeric', '0'), ('numeric', 'NaN'), ('numeric', '1e1000'), ('numeric', '-5'), ('boolean', 'true'), ('boolean', 'false'),
	('tstzrange', 'empty'), ('tstzrange', '(,)'), ('tstzrange', '[2026-01-05 00:00+00,2026-01-07 00:00+00]'), ('tstzrange',
		'[-infinity,infinity]'), ('tstzrange', '(,2026-01-07 00:00+00)'),
	('tstzmultirange', '{}'), ('tstzmultirange', '{(,)}'), ('tstzmultirange',
		'{[2026-01-05 00:00+00,2026-01-07 00:00+00],[2026-02-05 00:00+00,)}'), ('tstzmultirange', '{[-infinity,infinity]}'),
	('text[]', '{}'), ('text[]', '{A,NULL,B}'), ('text[]', '{{A,B},{C,D}}'), ('text[]', '[5:6]={A,B}'),
	('int[]', '{}'), ('int[]', '{1,2,3}'), ('int[]', '{NULL}'), ('int[]', '{-1}'), ('int[]', '{{1},{2}}'),
		('int[]', '{2147483647,2147483647}'),
	('bigint[]', '{0,0,0,0}'), ('bigint[]', '{}'), ('bigint[]',
		'{9223372036854775807,9223372036854775807,9223372036854775807,9223372036854775807}'), ('bigint[]', '{{1,2},{3,4}}'), ('bigint[]',
			'{1,2,3,NULL}'),
	('vsm.timeline[]', '{}'), ('vsm.timeline[]', '{NULL}'), ('vsm.timeline[]',
		'[3:4]={"[[\"2026-01-05T10:00:00Z\",\"code opened\"],[\"2026-01-06T10:00:00Z\",\"code merged\"]]","[[\"2026-01-06T10:00:00Z\",'
			'\"A\"]]"}'),
	('vsm.timeline[]', '{{"[[\"2026-01-05T10:00:00Z\",\"A\"]]"}}'), ('boolean[]', '{}'), ('boolean[]', '{true,NULL}'), ('boolean[]',
		'{{true},{false}}'), ('boolean[]', '[0:0]={false}'),
	('vsm.workflow', '{"stages":[{"name":"A","class":"active","states":["code opened","awaiting release"]},{"name":"C","class":"done",'
		'"states":["code merged"]}]}'),
	('vsm.jira_value[]', '{}'), ('vsm.jira_value[]', '{NULL}'), ('vsm.jira_value[]',
		'{"(status,Status,f,\"2026-01-05 10:00+00\",1,A,)","(status,,,infinity,2,B,)","(status,,,-infinity,,,)","(,,,,,,null)",'
			'"(labels,,,,,,\"[1]\")","(status,,,\"294276-12-31 23:59:59.999999+00\",,B,)"}'),
	('json', '{}'), ('json', '[]'), ('json', 'null'), ('json', '1'), ('json', '[["2026-01-05T10:00:00Z","A"]]'),
	('jsonb', '{}'), ('jsonb', '[]'), ('jsonb', 'null'), ('jsonb', '"x"'), ('jsonb', '{"profile":"rate","per_week":10000}'),
		('jsonb', '{"profile":"points","points":[["2026-01-05T10:00:00Z",1e300],["2026-01-07T10:00:00Z",5]]}');

-- States of aggregates, as the aggregates make them: from their transition functions.
CREATE FUNCTION pg_temp.states() RETURNS void LANGUAGE plpgsql AS $$
DECLARE aggregate record;
BEGIN
	FOR aggregate IN SELECT a.aggfnoid, a.aggtransfn, a.aggtranstype::regtype AS type, a.agginitval, p.proargtypes::regtype[] AS types
		FROM pg_aggregate a JOIN pg_proc p ON p.oid = a.aggfnoid WHERE p.pronamespace = 'vsm'::regnamespace
			AND a.aggtranstype::regtype::text ~ '^vsm' LOOP
		EXECUTE format('CREATE AGGREGATE pg_temp.state_of(%s) (SFUNC = %s, STYPE = %s)', (SELECT string_agg(t::text, ', ')
			FROM unnest(aggregate.types) t), aggregate.aggtransfn, aggregate.type);
		FOR i IN 1..25 LOOP
			BEGIN
				EXECUTE format('INSERT INTO argument SELECT %L, x FROM (SELECT pg_temp.state_of(%s)::text AS x) AS s WHERE x IS NOT NULL',
					aggregate.type::text,
					(SELECT string_agg(format('%L::%s', (SELECT literal FROM argument a WHERE a.type = t AND literal !~ '^(294276|4714)'
						ORDER BY random() LIMIT 1), t), ', ') FROM unnest(aggregate.types) t));
			EXCEPTION WHEN data_exception OR program_limit_exceeded THEN
				NULL;
			END;
		END LOOP;
		EXECUTE format('DROP AGGREGATE pg_temp.state_of(%s)', (SELECT string_agg(t::text, ', ') FROM unnest(aggregate.types) t));
	END LOOP;
END $$;
SELECT pg_temp.states() \g /dev/null
INSERT INTO argument SELECT 'vsm.text_timelines', vsm.timelines(item, '2026-01-05 10:00+00'::timestamptz, item)::text
	FROM unnest(ARRAY['A', 'B', '']) AS item;
INSERT INTO argument SELECT 'vsm.bigint_timelines', vsm.timelines(item, '2026-01-05 10:00+00'::timestamptz, 'A')::text
	FROM generate_series(1::bigint, 3) AS item;
SELECT is_empty($$SELECT DISTINCT t::regtype FROM pg_proc p, unnest(p.proargtypes::oid[]) t JOIN pg_type y ON y.oid = t
	WHERE p.pronamespace = 'vsm'::regnamespace AND p.prolang = (SELECT oid FROM pg_language WHERE lanname = 'c') AND p.provolatile = 'i'
		AND y.typtype <> 'p' AND NOT EXISTS (SELECT FROM argument a WHERE a.type = t)$$, 'values of all types that functions take');

CREATE TEMP TABLE outcome (function regprocedure, call text, state text, message text);
CREATE FUNCTION pg_temp.call(calls int) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	function record;
	arguments text;
	statement text;
	message text;
BEGIN
	FOR function IN SELECT p.oid::regprocedure AS name, p.proname, p.pronargs, p.proargtypes::regtype[] AS types,
			p.provariadic <> 0 AS is_variadic FROM pg_proc p
		JOIN pg_language l ON l.oid = p.prolang
		WHERE p.pronamespace = 'vsm'::regnamespace AND p.prokind = 'f' AND l.lanname = 'c' AND p.provolatile = 'i'
			AND p.prorettype NOT IN ('internal'::regtype, 'trigger'::regtype)
		AND NOT p.proargtypes::oid[] && ARRAY['internal'::regtype, 'cstring'::regtype]::oid[] ORDER BY 1::text LOOP
		FOR n IN 1..calls LOOP
			-- the first time only NULLs, the second time none, then one argument in eight
			SELECT string_agg(CASE WHEN function.is_variadic AND place = function.pronargs THEN 'VARIADIC ' ELSE '' END
				|| coalesce(quote_literal(literal), 'NULL') || '::' || type, ', ' ORDER BY place) INTO arguments
			FROM (SELECT place, type, CASE WHEN n > 1 AND (n = 2 OR random() > 0.125) THEN (SELECT literal FROM argument a
				WHERE a.type = t.type
					-- so many periods or days take too long here
					AND NOT (function.proname ~ '^(forecast|cumulative_flow)' AND literal ~ '^(\d{6}|4714)') ORDER BY random()
						LIMIT 1) END AS literal
				FROM unnest(function.types) WITH ORDINALITY AS t (type, place)) AS a;
			statement := format('SELECT count(x::text) FROM vsm.%I(%s) AS x', function.proname, arguments);
			BEGIN
				EXECUTE statement;
				INSERT INTO outcome VALUES (function.name, statement, '00000');
			EXCEPTION WHEN OTHERS THEN
				GET STACKED DIAGNOSTICS message = MESSAGE_TEXT;
				INSERT INTO outcome VALUES (function.name, statement, sqlstate, message);
			END;
		END LOOP;
	END LOOP;
END $$;
SELECT pg_temp.call(40) \g /dev/null
SELECT is_empty($$SELECT call, state, message FROM outcome WHERE state !~ '^(00000|22...|54000)$'$$,
	'an answer, or an error in the data or a limit');
SELECT is_empty($$SELECT call, state, message FROM outcome WHERE state <> '00000' AND coalesce(message, '') = ''$$, 'with a message');
SELECT cmp_ok((SELECT count(DISTINCT function) FROM outcome WHERE state = '00000'), '>=', (SELECT count(DISTINCT function) - 1
	FROM outcome), 'every function answers some of the calls');

SELECT finish();
ROLLBACK;
