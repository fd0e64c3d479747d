-- Timelines as values: every literal that is refused, the canonical text, casts, binary form and order.
SET client_min_messages = warning;
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS vsm;
SELECT plan(204);
-- nothing may depend on the session
SET LOCAL TimeZone = 'America/St_Johns';
SET LOCAL DateStyle = 'SQL, DMY';

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
-- Reads bytes as a value of a type in its binary form, as a client would send them.
CREATE FUNCTION pg_temp.receive(type regtype, bytes bytea) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	header CONSTANT bytea := '\x5047434f50590aff0d0a00' || int4send(0) || int4send(0);
	result text;
BEGIN
	EXECUTE format('CREATE TEMP TABLE received_value (value %s)', type);
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
	('  ', 'The input string ended unexpectedly.'),
	('x', 'Token "x" is invalid.'),
	('{', 'The input string ended unexpectedly.'),
	('[', 'The input string ended unexpectedly.'),
	('[["2026-01-05T10:00:00Z","A"]', 'The input string ended unexpectedly.'),
	('[["2026-01-05T10:00:00Z","A"]]x', 'Token "x" is invalid.'),
	('[["2026-01-05T10:00:00Z","A"]] [', 'Expected end of input, but found "[".'),
	('[["2026-01-05T10:00:00Z","A"],]', 'Expected JSON value, but found "]".'),
	('[["2026-01-05T10:00:00Z" "A"]]', 'Expected "," or "]", but found ""A"".'),
	('[[''2026-01-05T10:00:00Z'',"A"]]', 'Token "''" is invalid.'),
	('[["2026-01-05T10:00:00Z","A]]', 'Token ""A]]" is invalid.'),
	('[["2026-01-05T10:00:00Z","A\x"]]', 'Escape sequence "\x" is invalid.'),
	(E'[["2026-01-05T10:00:00Z","A\nB"]]', 'Character with value 0x0a must be escaped.'),
	-- surrogates
	('[["2026-01-05T10:00:00Z","A\ud83d"]]', 'Unicode low surrogate must follow a high surrogate.'),
	('[["2026-01-05T10:00:00Z","A\ude00"]]', 'Unicode low surrogate must follow a high surrogate.'),
	('[["2026-01-05T10:00:00Z","\ud83dx"]]', 'Unicode low surrogate must follow a high surrogate.'),
	('[["2026-01-05T10:00:00Z","\ud83d\ud83d"]]', 'Unicode high surrogate must not follow a high surrogate.'),
	('[["2026-01-05T10:00:00Z","\u12"]]', '"\u" must be followed by four hexadecimal digits.'),
	-- no events
	('[]', 'A timeline has at least one event; an item without events has no timeline (NULL).'),
	(' [ ] ', 'A timeline has at least one event; an item without events has no timeline (NULL).');
INSERT INTO refused (literal, detail)
SELECT literal, 'A timeline is an array of [time, state] pairs of strings, for example [["2026-01-05T10:00:00Z","In Progress"]].'
FROM unnest(ARRAY['{}', '{"2026-01-05T10:00:00Z":"A"}', '1', '"x"', 'null', 'true',
	'[1]', '[null]', '["2026-01-05T10:00:00Z","A"]', '[[]]', '[["2026-01-05T10:00:00Z"]]',
	'[["2026-01-05T10:00:00Z","A","B"]]', '[["2026-01-05T10:00:00Z",1,"B"]]',
	'[["2026-01-05T10:00:00Z",1]]', '[["2026-01-05T10:00:00Z",null]]', '[["2026-01-05T10:00:00Z",true]]',
	'[["2026-01-05T10:00:00Z",{}]]', '[["2026-01-05T10:00:00Z",[]]]', '[["2026-01-05T10:00:00Z",["A"]]]',
	'[[null,"A"]]', '[[1767607200,"A"]]', '[[true,"A"]]', '[[["2026-01-05T10:00:00Z"],"A"]]', '[[{},"A"]]',
	'[[["2026-01-05T10:00:00Z","A"]]]', '[["2026-01-05T10:00:00Z","A"],{}]', '[["2026-01-05T10:00:00Z","A"],null]',
	'[["2026-01-05T10:00:00Z","A"],[]]', '[{"at":"2026-01-05T10:00:00Z","state":"A"}]']) AS literal;
-- times; those without an offset would mean something else in another session
INSERT INTO refused (literal, detail)
SELECT format('[["%s","A"]]', at), format('"%s": %s', at, detail)
FROM (VALUES
	(ARRAY['2026-01-05T10:00:00', '2026-01-05T10:00:00.5', '2026-01-05 10:00', '0044-03-15T10:00:00 BC'],
	 'The time has no offset: without Z or an offset such as +02:00 it would depend on the session''s time zone.'),
	(ARRAY['2026-02-29T10:00:00Z', '2026-02-30T10:00:00Z', '1900-02-29T00:00:00Z', '2026-00-01T10:00:00Z', '2026-13-01T10:00:00Z',
	 '2026-01-00T10:00:00Z', '2026-01-32T10:00:00Z', '2026-04-31T10:00:00Z', '2026-01-05T25:00:00Z', '2026-01-05T24:00:01Z',
	 '2026-01-05T24:00:00.1Z', '2026-01-05T10:60:00Z', '2026-01-05T10:00:61Z', '0000-01-05T10:00:00Z'],
	 'The date or the time of day does not exist.'),
	(ARRAY['294277-01-01T00:00:00Z', '294276-12-31T23:59:59.9999999Z', '294276-12-31T23:30:00-01:00', '999999-01-01T00:00:00Z',
	 '4714-11-23T23:59:59.999999Z BC', '4714-11-24T00:30:00+01:00 BC', '9999-01-01T00:00:00Z BC'],
	 'The time is outside of PostgreSQL''s range.'),
	(ARRAY['', 'infinity', '-infinity', 'now', 'epoch', '2026-01-05', '2026-01-05Z', '2026-01-05T10Z', '2026-01-05T10:00:00.Z',
	 '2026-01-05T10:00:00,5Z', '2026-1-05T10:00:00Z', '2026-01-5T10:00:00Z', '202-01-05T10:00:00Z', '-2026-01-05T10:00:00Z',
	 '+2026-01-05T10:00:00Z', '20260105T100000Z', '2026/01/05T10:00:00Z', '05.01.2026 10:00:00+00', '2026-01-05_10:00:00Z',
	 '2026-01-05T10:00:00UTC', '2026-01-05T10:00:00 Z', '2026-01-05T10:00:00Z ', ' 2026-01-05T10:00:00Z', '2026-01-05T10:00:00ZZ',
	 '2026-01-05T10:00:00+2', '2026-01-05T10:00:00+16:00', '2026-01-05T10:00:00+02:60', '2026-01-05T10:00:00+02:00:60',
	 '2026-01-05T10:00:00+02:', '2026-01-05T10:00:00+02:0', '2026-01-05T10:00:00+020', '2026-01-05T10:00:00 Europe/Paris',
	 '2026-01-05T10:00:00Z AD', '2026-01-05T10:00:00Z BC BC', '1000000-01-01T00:00:00Z', '99999999999999999999-01-01T00:00:00Z',
	 '٢٠٢٦-01-05T10:00:00Z'],
	 'A time is written as 2026-01-05T10:00:00Z or with an offset such as +02:00.')) AS kind (times, detail), unnest(times) AS at;
INSERT INTO refused (literal, detail, state) VALUES
	('[["2026-01-05T10:00:00Z","A\u0000"]]', '\u0000 cannot be converted to text.', '22P05'),
	('[["2026-01-05T10:00:00Z\u0000","A"]]', '\u0000 cannot be converted to text.', '22P05');

SELECT is(pg_temp.failure(format('SELECT %L::vsm.timeline', literal)),
	concat_ws(' | ', state, 'invalid input syntax for type vsm.timeline', detail), 'refused: ' || translate(literal, E'\n', ' '))
FROM refused ORDER BY place;
-- json and jsonb keep what is valid JSON, so it is the cast that refuses it.
SELECT results_eq(
	$$SELECT literal, pg_temp.failure(format('SELECT %L::json::vsm.timeline', literal)) FROM refused ORDER BY place$$,
	$$SELECT literal, CASE WHEN pg_temp.failure(format('SELECT %L::json', literal)) = 'no error' OR literal ~ 'u0000'
			THEN concat_ws(' | ', state, 'invalid input syntax for type vsm.timeline', detail)
			ELSE pg_temp.failure(format('SELECT %L::json', literal)) END
	  FROM refused ORDER BY place$$, 'the cast from json refuses the same');
SELECT results_eq(
	$$SELECT literal, pg_temp.failure(format('SELECT %L::jsonb::vsm.timeline', literal)) FROM refused ORDER BY place$$,
	$$SELECT literal, CASE WHEN pg_temp.failure(format('SELECT %L::jsonb', literal)) = 'no error'
			THEN concat_ws(' | ', state, 'invalid input syntax for type vsm.timeline', detail)
			ELSE pg_temp.failure(format('SELECT %L::jsonb', literal)) END
	  FROM refused ORDER BY place$$, 'and that from jsonb');

SELECT matches(pg_temp.failure(format('SELECT %L::vsm.timeline', repeat('[', 100000))), '^54001 \| stack depth limit exceeded',
	'deep arrays');
SELECT matches(pg_temp.failure(format('SELECT %L::vsm.timeline', repeat('[{"a":', 50000))), '^54001 \| stack depth limit exceeded',
	'deep objects');
SELECT is(pg_temp.failure(format('SELECT %L::vsm.timeline', repeat('[', 300) || repeat(']', 300))),
	'22P02 | invalid input syntax for type vsm.timeline | A timeline is an array of [time, state] pairs of strings, for example '
		'[["2026-01-05T10:00:00Z","In Progress"]].',
	'not so deep ones');

------------------------------------------------------------------------------
-- The canonical text
------------------------------------------------------------------------------

SELECT is(literal::vsm.timeline::text, canonical, what) FROM (VALUES
	('[["2026-01-05T10:00:00Z","A"]]', '[["2026-01-05T10:00:00Z","A"]]', 'one event'),
	(E' [ [ "2026-01-05T10:00:00Z" ,\t"A" ]\n] ', '[["2026-01-05T10:00:00Z","A"]]', 'spaces go'),
	('[["2026-01-05T10:00:00Z","B"],["2026-01-05T09:00:00Z","C"],["2026-01-05T10:00:00Z","A"]]',
	 '[["2026-01-05T09:00:00Z","C"],["2026-01-05T10:00:00Z","A"],["2026-01-05T10:00:00Z","B"]]', 'sorted by time and state'),
	('[["2026-01-05T10:00:00Z","b"],["2026-01-05T10:00:00Z","B"],["2026-01-05T10:00:00Z","ä"],["2026-01-05T10:00:00Z","a"],'
		'["2026-01-05T10:00:00Z","ab"],["2026-01-05T10:00:00Z",""]]',
	 '[["2026-01-05T10:00:00Z",""],["2026-01-05T10:00:00Z","B"],["2026-01-05T10:00:00Z","a"],["2026-01-05T10:00:00Z","ab"],'
		'["2026-01-05T10:00:00Z","b"],["2026-01-05T10:00:00Z","ä"]]',
	 'by bytes, whatever the collation'),
	('[["2026-01-05T10:00:00Z","A"],["2026-01-05T11:00:00+01:00","A"],["2026-01-05T10:00:00.000000Z","\u0041"]]',
	 '[["2026-01-05T10:00:00Z","A"]]', 'duplicates go'),
	('[["2026-01-05T10:00:00Z","A"],["2026-01-05T11:00:00Z","A"]]', '[["2026-01-05T10:00:00Z","A"],["2026-01-05T11:00:00Z","A"]]',
		'a state that comes again stays'),
	('[["2026-01-05T10:00:00.500000Z","A"]]', '[["2026-01-05T10:00:00.5Z","A"]]', 'no trailing zeros'),
	('[["2026-01-05T10:00:00.000001Z","A"]]', '[["2026-01-05T10:00:00.000001Z","A"]]', 'a microsecond'),
	('[["2026-01-05T10:00:00.1234564999Z","A"]]', '[["2026-01-05T10:00:00.123456Z","A"]]', 'rounded down'),
	('[["2026-12-31T23:59:59.9999995Z","A"]]', '[["2027-01-01T00:00:00Z","A"]]', 'rounded up'),
	('[["2026-01-05T24:00:00Z","A"]]', '[["2026-01-06T00:00:00Z","A"]]', 'the end of a day'),
	('[["2026-06-30T23:59:60Z","A"]]', '[["2026-07-01T00:00:00Z","A"]]', 'a leap second'),
	('[["2024-02-29T10:00:00Z","A"],["2000-02-29T10:00:00Z","A"]]', '[["2000-02-29T10:00:00Z","A"],["2024-02-29T10:00:00Z","A"]]',
		'leap years'),
	('[["2026-01-05t10:00:00z","A"]]', '[["2026-01-05T10:00:00Z","A"]]', 'small letters'),
	('[["2026-01-05 10:00:00+00","A"]]', '[["2026-01-05T10:00:00Z","A"]]', 'as PostgreSQL writes it'),
	('[["2026-01-05T10:00-03","A"]]', '[["2026-01-05T13:00:00Z","A"]]', 'without seconds, west'),
	('[["2026-01-05T10:00:00+0530","A"]]', '[["2026-01-05T04:30:00Z","A"]]', 'an offset without colon'),
	('[["2026-01-05T10:00:00-15:59:59","A"]]', '[["2026-01-06T01:59:59Z","A"]]', 'an offset with seconds'),
	('[["0001-01-01T00:00:00Z","A"],["0001-12-31T23:59:59Z BC","A"]]', '[["0001-12-31T23:59:59Z BC","A"],["0001-01-01T00:00:00Z","A"]]',
		'there is no year 0'),
	('[["4714-11-24T00:00:00Z BC","A"]]', '[["4714-11-24T00:00:00Z BC","A"]]', 'the first instant'),
	('[["294276-12-31T23:59:59.999999Z","A"]]', '[["294276-12-31T23:59:59.999999Z","A"]]', 'the last instant'),
	('[["294277-01-01T00:59:59+01:00","A"],["4714-11-23T23:00:00-01:00 BC","A"]]',
	 '[["4714-11-24T00:00:00Z BC","A"],["294276-12-31T23:59:59Z","A"]]', 'both as local times beyond'),
	('[["12026-01-05T10:00:00Z","A"],["09999-01-05T10:00:00Z","A"]]', '[["9999-01-05T10:00:00Z","A"],["12026-01-05T10:00:00Z","A"]]',
		'years of five digits'),
	('[["2026-01-05T10:00:00Z","\u00e9\ud83d\ude00é\u0041"]]', '[["2026-01-05T10:00:00Z","é😀éA"]]', 'no escapes but the necessary'),
	('[["2026-01-05T10:00:00Z","\"\\\/\b\f\n\r\t\u001f\u007f"]]', E'[["2026-01-05T10:00:00Z","\\"\\\\/\\b\\f\\n\\r\\t\\u001f\u007f"]]',
		'the necessary escapes'),
	('[["2026-01-05T10:00:00Z",""]]', '[["2026-01-05T10:00:00Z",""]]', 'an empty state is a state')) AS given (literal, canonical, what);
SELECT is(format('[["2026-01-05T10:00:00Z",%s]]', to_json(repeat(chr(n), n)))::vsm.timeline::text,
	format('[["2026-01-05T10:00:00Z",%s]]', to_json(repeat(chr(n), n))), format('a state of %s bytes', octet_length(repeat(chr(n), n))))
FROM unnest(ARRAY[126, 127, 128, 255, 256, 20000]) AS n;

------------------------------------------------------------------------------
-- Random sets of events, for all that follows
------------------------------------------------------------------------------

SELECT setseed(0.17);
CREATE TEMP TABLE state AS
SELECT n, CASE WHEN n <= 8 THEN (ARRAY['', 'In Progress', 'in progress', 'Prüfung', 'say "x"\y', E'line\nbreak', '待機', '😀'])[n]
	WHEN n = 9 THEN repeat('long ', 60) ELSE 'State ' || n END AS state
FROM generate_series(1, 100) n;
CREATE TEMP TABLE random_event AS
SELECT item, at, state
FROM (SELECT item, CASE item % 5
		WHEN 0 THEN '2026-01-05 00:00+00'::timestamptz + (random() * 20)::int * interval '1 hour'	-- ties and duplicates
		WHEN 1 THEN '2026-01-05 00:00+00'::timestamptz + random() * interval '400 days'
		WHEN 2 THEN '2000-01-01 00:00+00'::timestamptz + (random() * 30 - 15)::int * interval '1 microsecond'
		WHEN 3 THEN '4714-11-24 00:00:00+00 BC'::timestamptz + random() * interval '298989 years'
		ELSE '2026-01-05 00:00+00'::timestamptz + interval '1 microsecond' * (256::numeric ^ (random() * 6)::int)::bigint
	END AS at, 1 + floor(random() * CASE WHEN item % 3 = 0 THEN 100 ELSE 9 END)::int AS n
	FROM generate_series(1, 400) item, LATERAL generate_series(1, 1 + item % 150 / (1 + item % 7)) k) AS e
JOIN state USING (n);
-- The text form, in plain SQL.
CREATE TEMP TABLE event_text AS
SELECT item, at, state, format('["%sZ%s",%s]', lpad('', 5 - strpos(day, '-'), '0') || day || rtrim(rtrim(to_char(utc, '.US'), '0'), '.'),
	CASE WHEN extract(year FROM utc) < 0 THEN ' BC' ELSE '' END, to_json(state)) AS pair
FROM (SELECT item, at, state, at AT TIME ZONE 'UTC' AS utc, to_char(at AT TIME ZONE 'UTC', 'FMYYYY-MM-DD"T"HH24:MI:SS') AS day
	FROM random_event) AS e;
CREATE TEMP TABLE wanted AS
SELECT item, '[' || string_agg(pair, ',' ORDER BY at, state COLLATE "C") || ']' AS canonical
FROM (SELECT DISTINCT * FROM event_text) AS e GROUP BY item;
CREATE TEMP TABLE value AS
SELECT item, ('[' || string_agg(pair, ', ' ORDER BY random()) || ']')::vsm.timeline AS timeline FROM event_text GROUP BY item;

SELECT cmp_ok((SELECT count(*) FROM random_event), '>', (SELECT count(*) FROM (SELECT DISTINCT * FROM random_event) AS e),
	'there are duplicates');
SELECT is_empty('SELECT item, timeline::text FROM value EXCEPT ALL SELECT item, canonical FROM wanted', 'the text is canonical');
SELECT is_empty('SELECT item, canonical FROM wanted EXCEPT ALL SELECT item, timeline::text FROM value', 'and complete');
SELECT is_empty('SELECT item FROM value JOIN wanted USING (item) WHERE vsm.timeline_send(canonical::vsm.timeline) <> '
	'vsm.timeline_send(timeline)',
	'the canonical text gives the same bytes');
SELECT is_empty('SELECT item FROM value WHERE vsm.timeline_send(timeline::json::vsm.timeline) <> vsm.timeline_send(timeline)',
	'through json');
SELECT is_empty('SELECT item FROM value WHERE vsm.timeline_send(timeline::jsonb::vsm.timeline) <> vsm.timeline_send(timeline)',
	'through jsonb');
SELECT is_empty('SELECT item FROM value WHERE timeline::json::text <> timeline::text', 'as json it is the text');
SELECT is_empty('SELECT item FROM value WHERE to_json(timeline)::text <> timeline::text', 'to_json knows the cast');
SELECT is_empty('SELECT item FROM value WHERE to_jsonb(timeline) <> timeline::text::jsonb OR timeline::jsonb <> timeline::text::jsonb',
	'and to_jsonb');
SELECT is_empty('SELECT item FROM value WHERE vsm.timeline_send(vsm.to_timeline(vsm.to_json(timeline))) <> '
	'vsm.timeline_send(vsm.to_timeline(vsm.to_jsonb(timeline)))',
	'the casts as functions');

-- Binary, as a file, all at once; then what of it is wrong.
CREATE TEMP TABLE received (LIKE value);
DO $$ BEGIN
	EXECUTE format('COPY value TO %L (FORMAT binary)', current_setting('data_directory') || '/vsm_timeline_test');
	EXECUTE format('COPY received FROM %L (FORMAT binary)', current_setting('data_directory') || '/vsm_timeline_test');
	EXECUTE format('COPY (SELECT) TO PROGRAM %L', 'cat >/dev/null; rm ' || quote_literal(current_setting('data_directory')
		|| '/vsm_timeline_test'));
END $$;
SELECT is((SELECT count(*) FROM received), (SELECT count(*) FROM value), 'COPY in binary brings all');
SELECT is_empty('SELECT item FROM value v JOIN received r USING (item) WHERE v.timeline::text <> r.timeline::text OR '
	'pg_column_size(v.timeline) <> pg_column_size(r.timeline)',
	'and the same');

CREATE TEMP TABLE binary_form AS SELECT vsm.timeline_send('[["2026-01-05T10:00:00Z","A"],["2026-01-05T11:00:00Z","Bé"]]') AS whole;
CREATE FUNCTION pg_temp.names(names bytea[]) RETURNS bytea LANGUAGE sql AS $$
	SELECT int4send(cardinality(names)) || string_agg(int4send(length(name)) || name, '') FROM unnest(names) AS name $$;
CREATE FUNCTION pg_temp.events(at bigint[], number int[]) RETURNS bytea LANGUAGE sql AS $$
	SELECT int4send(cardinality(at)) || string_agg(int8send(a) || int4send(n), '') FROM unnest(at, number) AS e (a, n) $$;
SELECT is(whole, '\x01' || pg_temp.names(ARRAY['A', convert_to('Bé', 'UTF8')]) || pg_temp.events(ARRAY[820922400000000, 820926000000000],
	ARRAY[0, 1]),
	'the binary form is what is documented') FROM binary_form;
SELECT is(pg_temp.receive('vsm.timeline', '\x01' || pg_temp.names(ARRAY['Z', 'A', 'A', 'unused']::bytea[]) || pg_temp.events(ARRAY[1, 0,
	1, 1], ARRAY[0, 1, 1, 2])),
	'[["2000-01-01T00:00:00Z","A"],["2000-01-01T00:00:00.000001Z","A"],["2000-01-01T00:00:00.000001Z","Z"]]', 'and is made canonical');
CREATE TEMP TABLE wrong_binary (place serial, bytes bytea, failure text);
INSERT INTO wrong_binary (bytes, failure) VALUES
	('', '08P01 | no data left in message'),
	('\x00', '22P03 | invalid binary format of type vsm.timeline | Its format version is 0; this version of vsm reads 1.'),
	('\x02', '22P03 | invalid binary format of type vsm.timeline | Its format version is 2; this version of vsm reads 1.'),
	('\x01', '08P01 | insufficient data left in message'),
	('\x01' || int4send(0), '22P03 | invalid number of states in binary timeline: 0'),
	('\x01' || int4send(-1), '22P03 | invalid number of states in binary timeline: 4294967295'),
	('\x01' || int4send(2147483647), '22P03 | invalid number of states in binary timeline: 2147483647'),
	('\x01' || int4send(1) || int4send(-1), '22P03 | invalid length of a state in binary timeline: -1'),
	('\x01' || int4send(1) || int4send(2) || '\x41'::bytea, '22P03 | invalid length of a state in binary timeline: 2'),
	('\x01' || pg_temp.names(ARRAY['\xff'::bytea]) || pg_temp.events(ARRAY[0], ARRAY[0]),
		'22021 | invalid byte sequence for encoding "UTF8": 0xff'),
	('\x01' || pg_temp.names(ARRAY['\x00'::bytea]) || pg_temp.events(ARRAY[0], ARRAY[0]),
		'22021 | invalid byte sequence for encoding "UTF8": 0x00'),
	('\x01' || pg_temp.names(ARRAY['A']::bytea[]), '08P01 | insufficient data left in message'),
	('\x01' || pg_temp.names(ARRAY['A']::bytea[]) || int4send(0), '22P03 | invalid number of events in binary timeline: 0'),
	('\x01' || pg_temp.names(ARRAY['A']::bytea[]) || int4send(2) || int8send(0) || int4send(0),
		'22P03 | invalid number of events in binary timeline: 2'),
	('\x01' || pg_temp.names(ARRAY['A']::bytea[]) || int4send(-1) || int8send(0) || int4send(0),
		'22P03 | invalid number of events in binary timeline: 4294967295'),
	('\x01' || pg_temp.names(ARRAY['A']::bytea[]) || pg_temp.events(ARRAY[0], ARRAY[1]),
		'22P03 | invalid event in binary timeline | Its time is out of range, or there is no state of its number.'),
	('\x01' || pg_temp.names(ARRAY['A']::bytea[]) || pg_temp.events(ARRAY[0], ARRAY[-1]),
		'22P03 | invalid event in binary timeline | Its time is out of range, or there is no state of its number.'),
	('\x01' || pg_temp.names(ARRAY['A']::bytea[]) || pg_temp.events(ARRAY[9223372036854775807], ARRAY[0]),
		'22P03 | invalid event in binary timeline | Its time is out of range, or there is no state of its number.'),
	('\x01' || pg_temp.names(ARRAY['A']::bytea[]) || pg_temp.events(ARRAY[(-9223372036854775808)::bigint], ARRAY[0]),
		'22P03 | invalid event in binary timeline | Its time is out of range, or there is no state of its number.'),
	('\x01' || pg_temp.names(ARRAY['A']::bytea[]) || pg_temp.events(ARRAY[9223371331200000000], ARRAY[0]),
		'22P03 | invalid event in binary timeline | Its time is out of range, or there is no state of its number.'),
	('\x01' || pg_temp.names(ARRAY['A']::bytea[]) || pg_temp.events(ARRAY[0], ARRAY[0]) || '\x00', '22P03 | incorrect binary data format');
SELECT is(pg_temp.failure(format('SELECT pg_temp.receive(''vsm.timeline'', %L)', bytes)), failure, 'refused in binary: ' || bytes::text)
FROM wrong_binary ORDER BY place;
SELECT is_empty($$SELECT n FROM binary_form, generate_series(1, length(whole) - 1, 3) n
	WHERE pg_temp.failure(format('SELECT pg_temp.receive(''vsm.timeline'', %L)', substr(whole, 1, n))) !~ '^(08P01|22P03)'$$,
		'refused wherever it is cut off');

------------------------------------------------------------------------------
-- Order, equality, hash
------------------------------------------------------------------------------

-- By the first event that differs, an event by time and state bytes; what begins the other is less.
CREATE TYPE pg_temp.sort_key AS (at timestamptz, state bytea);
CREATE TEMP TABLE small AS SELECT item, timeline, ARRAY(SELECT ROW(at, convert_to(state, 'UTF8'))::pg_temp.sort_key
	FROM vsm.events(timeline)) AS events
FROM (SELECT item, timeline FROM value WHERE item <= 60
	UNION ALL SELECT 1000 + item, vsm.clip(timeline, tstzrange(NULL, upper(vsm.span(timeline)))) FROM value WHERE item <= 60
	UNION ALL SELECT 2000 + item, timeline::text::vsm.timeline FROM value WHERE item <= 60) AS t
WHERE timeline IS NOT NULL;
CREATE TEMP TABLE pair AS
SELECT a.timeline AS a, b.timeline AS b, btarraycmp(a.events, b.events) AS comparison FROM small a, small b;
SELECT cmp_ok(count(*) FILTER (WHERE comparison = 0), '>', (SELECT count(*) FROM small), 'some pairs are equal') FROM pair;
SELECT is_empty('SELECT FROM pair WHERE sign(vsm.timeline_cmp(a, b)) <> comparison', 'order');
SELECT is_empty($$SELECT FROM pair WHERE (a OPERATOR(vsm.=) b, a OPERATOR(vsm.<>) b, a OPERATOR(vsm.<) b, a OPERATOR(vsm.<=) b,
	a OPERATOR(vsm.>) b, a OPERATOR(vsm.>=) b)
	<> (comparison = 0, comparison <> 0, comparison < 0, comparison <= 0, comparison > 0, comparison >= 0)$$, 'operators');
SELECT is_empty('SELECT FROM pair WHERE comparison = 0 AND (vsm.timeline_hash(a), vsm.timeline_hash_extended(a, 7)) <> '
	'(vsm.timeline_hash(b), vsm.timeline_hash_extended(b, 7))',
	'equal timelines have equal hashes');
SELECT cmp_ok((SELECT count(DISTINCT vsm.timeline_hash(timeline)) FROM small), '>', (SELECT count(DISTINCT events) * 9 / 10 FROM small),
	'others hardly ever');
SELECT is((SELECT bool_and(vsm.timeline_hash_extended(timeline, 1) <> vsm.timeline_hash_extended(timeline, 2)) FROM small), true,
	'the seed matters');
SELECT is((SELECT count(DISTINCT timeline) FROM small), (SELECT count(DISTINCT events) FROM small), 'DISTINCT');
SELECT is((SELECT count(*) FROM (SELECT timeline FROM small GROUP BY timeline) AS g), (SELECT count(DISTINCT events) FROM small),
	'GROUP BY');
SELECT results_eq('SELECT events FROM small ORDER BY timeline, item', 'SELECT events FROM small ORDER BY events, item', 'ORDER BY');

CREATE TEMP TABLE indexed AS SELECT item, timeline FROM small WHERE pg_column_size(timeline) < 2000;
CREATE INDEX ON indexed (timeline);
ANALYZE indexed;
SET LOCAL enable_seqscan = off;
SET LOCAL enable_bitmapscan = off;
CREATE FUNCTION pg_temp.plan(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE line text; result text := '';
BEGIN
	FOR line IN EXECUTE 'EXPLAIN (COSTS off) ' || statement LOOP
		result := result || line || E'\n';
	END LOOP;
	RETURN result;
END $$;
PREPARE by_index AS SELECT item FROM indexed WHERE timeline OPERATOR(vsm.=) (SELECT timeline FROM small WHERE item = 7) ORDER BY item;
SELECT matches(pg_temp.plan('EXECUTE by_index'), 'Index Scan using indexed_timeline_idx', 'btree: used');
SELECT results_eq('by_index', 'SELECT s.item FROM small s, small t WHERE t.item = 7 AND s.events = t.events ORDER BY item', 'btree: right');
DROP INDEX indexed_timeline_idx;
CREATE INDEX ON indexed USING hash (timeline);
SELECT matches(pg_temp.plan('SELECT FROM indexed WHERE timeline OPERATOR(vsm.=) ''[["2026-01-05T10:00:00Z","A"]]'''),
	'Index Scan using indexed_timeline_idx', 'hash: used');
SELECT results_eq('SELECT item FROM indexed WHERE timeline OPERATOR(vsm.=) (SELECT timeline FROM small WHERE item = 7) ORDER BY item',
	'SELECT s.item FROM small s, small t WHERE t.item = 7 AND s.events = t.events ORDER BY item', 'hash: right');
SET LOCAL enable_seqscan = on;
SET LOCAL enable_nestloop = off;
SET LOCAL enable_mergejoin = off;
SELECT matches(pg_temp.plan('SELECT a.item, b.item FROM small a JOIN small b ON a.timeline OPERATOR(vsm.=) b.timeline'), 'Hash Join',
	'hash join: used');
CREATE TEMP TABLE equal_pair AS SELECT a.item AS a, b.item AS b FROM small a JOIN small b ON a.events = b.events;
SELECT set_eq('SELECT a.item AS a, b.item AS b FROM small a JOIN small b ON a.timeline OPERATOR(vsm.=) b.timeline',
	'SELECT * FROM equal_pair', 'hash join: right');
SET LOCAL enable_hashjoin = off;
SET LOCAL enable_mergejoin = on;
SELECT matches(pg_temp.plan('SELECT a.item, b.item FROM small a JOIN small b ON a.timeline OPERATOR(vsm.=) b.timeline'), 'Merge Join',
	'merge join: used');
SELECT set_eq('SELECT a.item AS a, b.item AS b FROM small a JOIN small b ON a.timeline OPERATOR(vsm.=) b.timeline',
	'SELECT * FROM equal_pair', 'merge join: right');

SELECT finish();
ROLLBACK;
