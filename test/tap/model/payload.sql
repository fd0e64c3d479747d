-- Times as tools write them, text that is not quite JSON, and the words that stand for types and tiers.
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS vsm;
SELECT plan(51);

-- The answers must not depend on the session.
SET LOCAL TimeZone = 'America/Los_Angeles';
SET LOCAL DateStyle = 'German';

SELECT is_empty($$
	SELECT written, vsm.payload_time(written), expected FROM (VALUES
		('2026-01-05T10:00:00Z', timestamptz '2026-01-05 10:00:00+00'),
		('2026-01-05T10:00:00.000+0100', '2026-01-05 09:00:00+00'),
		('2026-01-05T10:00:00.123-0830', '2026-01-05 18:30:00.123+00'),
		('2026-01-05T10:00:00+01', '2026-01-05 09:00:00+00'),
		('2017-09-15 16:50:55 UTC', '2017-09-15 16:50:55+00'),
		('2017-09-15T16:50:55GMT', '2017-09-15 16:50:55+00'),
		('2021-04-28 21:50:00 +0200', '2021-04-28 19:50:00+00'),
		('2021-04-28 21:50:00 -02:00', '2021-04-28 23:50:00+00'),
		('2026-01-05T10:00:00', '2026-01-05 10:00:00+00'),
		('2026-01-05 10:00', '2026-01-05 10:00:00+00'),
		('2026-01-05', '2026-01-05 00:00:00+00'),
		('  2026-01-05T10:00:00Z ', '2026-01-05 10:00:00+00'),
		('2024-02-29T23:59:59.999999999Z', '2024-03-01 00:00:00+00'),
		('0001-01-01T00:00:00Z', '0001-01-01 00:00:00+00'),
		('9999-12-31T23:59:59.999Z', '9999-12-31 23:59:59.999+00'),
		('1525698237764', '2018-05-07 13:03:57.764+00'),
		('1525698237764.25', '2018-05-07 13:03:57.76425+00'),
		('0', '1970-01-01 00:00:00+00'),
		('-1', '1969-12-31 23:59:59.999+00'),
		('-62135596800000', '0001-01-01 00:00:00+00'),
		('253402300799999', '9999-12-31 23:59:59.999+00')) AS v (written, expected)
	WHERE vsm.payload_time(written) IS DISTINCT FROM expected$$, 'times in every spelling');
SELECT is(vsm.payload_time(''), NULL, 'empty text is no time');
SELECT is(vsm.payload_time('  '), NULL, 'neither are blanks');
SELECT is(vsm.payload_time(NULL), NULL, 'nor NULL');

-- Against PostgreSQL's own reading, which needs the right settings: random times, written in every way.
SELECT setseed(0.7) \g /dev/null
CREATE TEMP TABLE written AS
SELECT t.at, to_char(t.at AT TIME ZONE 'UTC' + make_interval(mins => z.minutes), 'YYYY-MM-DD' || (ARRAY['"T"', ' '])[1 + i % 2]
	|| 'HH24:MI:SS' || (ARRAY['', '.MS', '.US'])[1 + i % 3]) || z.zone AS text
FROM generate_series(1, 6000) AS i,
	LATERAL (SELECT date_trunc((ARRAY['second', 'milliseconds', 'microseconds'])[1 + i % 3],
		timestamptz '1900-01-01 00:00+00' + random() * interval '200 years') AS at) AS t,
	LATERAL (SELECT * FROM (VALUES (0, 'Z'), (0, ' UTC'), (0, ''), (90, '+0130'), (-570, '-09:30'), (840, ' +14'), (-210, '-03:30'))
		AS v (minutes, zone) OFFSET i % 7 LIMIT 1) AS z;
SELECT is_empty($$SELECT text, at, vsm.payload_time(text) FROM written WHERE vsm.payload_time(text) IS DISTINCT FROM at$$,
	'6000 random times in every spelling');
SELECT is((SELECT count(*) FROM written WHERE vsm.payload_time(floor(extract(epoch FROM at) * 1000)::bigint::text) <>
	date_trunc('milliseconds', at)), 0::bigint, 'and in milliseconds');
-- What is not a time is told from what is, whatever it is: nothing but this error.
CREATE FUNCTION pg_temp.failure(text) RETURNS text LANGUAGE plpgsql AS $$BEGIN PERFORM vsm.payload_time($1); RETURN 'read'; EXCEPTION
	WHEN OTHERS THEN RETURN SQLSTATE; END$$;
SELECT set_eq($$SELECT pg_temp.failure(overlay(text PLACING chr(32 + (random() * 90)::int) FROM 1 + (random() * 24)::int)) FROM written
	LIMIT 3000$$, ARRAY['read', '22007'], 'a changed letter is read or refused');

PREPARE bad_time AS SELECT vsm.payload_time($1);
SELECT throws_ok(format('EXECUTE bad_time(%L)', bad), '22007', format('invalid time: "%s"', bad), format('%s is not a time', bad))
FROM unnest(ARRAY['yesterday', '2026-13-01T00:00:00Z', '2026-02-30', '2026-01-05T25:00:00Z', '2026-01-05T10:00:00 Europe/Paris',
	'05.01.2026 10:00', '2026-01-05T10:00:00+99:00', '1525698237764x', '--1', '1.2.3']) AS bad;
SELECT throws_ok('SELECT vsm.payload_time(''99999999999999999'')', '22008', 'time out of range: "99999999999999999"',
	'far outside of the calendar');
SELECT throws_ok('SELECT vsm.payload_time(''9999999999999999999999999'')', '22008', 'time out of range: "9999999999999999999999999"',
	'farther');
SELECT throws_ok('SELECT vsm.payload_time(repeat(''2026'', 20) || ''x'')', '22007', NULL, 'text that is too long is not a time');

-- \u0000
SELECT is(vsm.payload_text('{"a":"x\u0000y"}'), '{"a":"x\ufffdy"}', 'a null character becomes the replacement character');
SELECT is(vsm.payload_text('{"a":"\u0000\u0000"}')::jsonb, '{"a":"\ufffd\ufffd"}'::jsonb, 'all of them, and it is JSON then');
SELECT is(vsm.payload_text('{"a":"x\\u0000y"}'), '{"a":"x\\u0000y"}', 'an escaped backslash before u0000 is none');
SELECT is(vsm.payload_text('{"a":"x\\\u0000y"}'), '{"a":"x\\\ufffdy"}', 'but after an escaped backslash there is one');
SELECT is(vsm.payload_text('{"a":"\u00001\u0001"}'), '{"a":"\ufffd1\u0001"}', 'other escapes stay');
SELECT is(vsm.payload_text('{"a":"\'), '{"a":"\', 'text that ends in a backslash stays');

-- What is not JSON
SELECT is(vsm.payload_error('{"a":[1,2,{"b":null}]}'), NULL, 'JSON has no error');
SELECT is(vsm.payload_error('{"a":[1,2'), 'The input string ended unexpectedly.', 'a payload that was cut off');
SELECT is(vsm.payload_error(''), 'The input string ended unexpectedly.', 'an empty one');
SELECT alike(vsm.payload_error('<html>'), '%<%', 'an error page');
SELECT alike(vsm.payload_error('{"a":"\ud800"}'), 'Unicode %surrogate%', 'half a character');
SELECT throws_ok($$SELECT vsm.payload_error(repeat('[', 1000000))$$, '54001', 'stack depth limit exceeded', 'nested too deeply');

SELECT is_empty($$
	SELECT name, vsm.item_type(name), expected FROM (VALUES
		('Bug', 'defect'), ('Defect', 'defect'), ('Production incident', 'defect'), ('Story', 'feature'), ('User Story', 'feature'),
		('New Feature', 'feature'), ('Task', 'feature'), ('Sub-task', 'feature'), ('Epic', 'feature'), ('Improvement', 'feature'),
		('Security', 'risk'), ('Vulnerability', 'risk'), ('Risk', 'risk'), ('Technical Debt', 'debt'), ('chore', 'debt'),
		('type::bug', 'defect'), ('Debugger', 'other'), ('Question', 'other'), (NULL, NULL)) AS v (name, expected)
	WHERE vsm.item_type(name) IS DISTINCT FROM expected$$, 'types of items by their names');
SELECT is_empty($$
	SELECT name, vsm.environment_tier(name), expected FROM (VALUES
		('production', 'production'), ('prod-eu', 'production'), ('live', 'production'), ('staging', 'staging'), ('pre-prod', 'staging'),
		('qa', 'testing'), ('test', 'testing'), ('review/feature-1', 'development'), ('dev', 'development'), ('canary', 'other'),
			(NULL, NULL)) AS v (name, expected)
	WHERE vsm.environment_tier(name) IS DISTINCT FROM expected$$, 'tiers of environments by their names');
SELECT is(vsm.payload_lacks('{"a":{"b":1}}', 'a.b'), NULL, 'nothing is missing');
SELECT is(vsm.payload_lacks('{"a":{"b":null}}', 'a', 'a.b', 'c'), 'it has no a.b', 'the first of what is missing');

-- Payloads in parts: of their longest array some elements each, and all that is beside it
SELECT results_eq($$SELECT vsm.payload_head(p, 1), vsm.payload_head(p, 2), ARRAY(SELECT vsm.payload_parts(p, 3)) FROM (VALUES
		('[1,2,3,4,5]'), ('{"a":[1,2,3,4,5,6,7]}'), ('{"a":[0],"b":[{"c":[1,2]},"],[\"",3,4,5,"x"],"c":2}'),
			(' [ {"a":1} , {"b":"}"} ] ')) AS v (p)$$,
	$$VALUES ('[1]', '[1,2]', ARRAY['[1,2]', '[3,4]', '[5]']), ('{"a":[1]}', '{"a":[1,2]}', ARRAY['{"a":[1,2]}', '{"a":[3,4]}',
		'{"a":[5,6]}', '{"a":[7]}']),
		('{"a":[0],"b":[{"c":[1,2]}],"c":2}', '{"a":[0],"b":[{"c":[1,2]},"],[\""],"c":2}',
			ARRAY['{"a":[0],"b":[{"c":[1,2]}],"c":2}', '{"a":[0],"b":["],[\""],"c":2}', '{"a":[0],"b":[3,4],"c":2}',
				'{"a":[0],"b":[5,"x"],"c":2}']),
		(' [ {"a":1} ] ', ' [ {"a":1} , {"b":"}"} ] ', ARRAY[' [ {"a":1} ] ', ' [ {"b":"}"} ] '])$$, 'payloads in parts');
SELECT is_empty($$SELECT p FROM unnest(ARRAY['', '{"a":1}', '1', '"[1,2,3]"', '{"a":[1,2],"b":"longer than the array"}', '[1,2', '[1,2]]',
	'["]', '{"a":[1,2}', '[1}']) AS p
	WHERE vsm.payload_head(p, 1) IS NOT NULL AND p <> '[1}' OR ARRAY(SELECT vsm.payload_parts(p, 1)) <> ARRAY[p]$$,
		'what has no such array is its only part');
-- Whatever is no JSON is none in parts either; what is has the same elements.
SELECT setseed(0.4) \g /dev/null
CREATE TEMP TABLE scrawled AS SELECT n, (SELECT string_agg((ARRAY['[', ']', '{', '}', ',', ',', ':', '1', '2', '"a"', '"\""', ' ',
	'[1,2]', '{"a":1}'])[1 + floor(random() * 14)::int], '')
	FROM generate_series(1, 1 + floor(random() * 8)::int + n * 0)) AS inner_text FROM generate_series(1, 3000) AS n;
CREATE FUNCTION pg_temp.parsed(payload text) RETURNS jsonb LANGUAGE plpgsql AS $$BEGIN RETURN payload::jsonb; EXCEPTION WHEN OTHERS THEN
	RETURN NULL; END$$;
SELECT is_empty($$SELECT p, bytes FROM (SELECT '[' || inner_text || ']' AS p FROM scrawled) AS w, generate_series(1, 4) AS bytes,
		LATERAL (SELECT array_agg(pg_temp.parsed(part)) AS parts FROM vsm.payload_parts(p, bytes) AS part) AS q
	WHERE pg_temp.parsed(p) IS DISTINCT FROM CASE WHEN array_position(parts, NULL) IS NULL THEN
		(SELECT coalesce(jsonb_agg(e ORDER BY o, i), '[]') FROM unnest(parts) WITH ORDINALITY AS a (part, o), jsonb_array_elements(part)
			WITH ORDINALITY AS b (e, i)) END$$,
	'a list in parts has the elements of the whole, or is no JSON');
SELECT cmp_ok((SELECT count(*) FROM scrawled WHERE pg_temp.parsed('[' || inner_text || ']') IS NOT NULL), '>', 100::bigint,
	'of which many are');

-- A payload as jsonb: the bytes, or the error, that PostgreSQL's own parser gives
CREATE FUNCTION pg_temp.made(payload text, ours boolean) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
	state text; message text; detail text;
BEGIN
	RETURN CASE WHEN ours THEN vsm.payload_json(payload) ELSE vsm.payload_text(payload)::jsonb END;
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL;
	RETURN jsonb_build_object('error', state, 'message', message, 'detail', detail);
END$$;
CREATE TEMP TABLE json_text (payload text);
INSERT INTO json_text VALUES ('{}'), ('[]'), (' [ ] '), ('{"a":1,"a":2}'), ('{"b":1,"a":{"x":[1,2,{"y":null}]},"a":3, "bb":-0}'),
	('[1,-1,0,-0,1.50,0.0001,1e5,-1.5E-3,9999,10000,-100000000]'),
	('[123456789012345678,1234567890123456789,12345678901234567890,-123456789012345678,1.10]'), ('["a\nb"]'),
		('["\u00e9\ud83d\ude00\u0041\u20ac\/\\\"\t\n\r\b\f x"]'), ('["\u0000"]'), ('["\ud800"]'), ('["\udc00x"]'),
	('["\ud83dx"]'), ('{"\u0061":1,"a":2}'), ('[01]'), ('[1.]'), ('[-]'), ('[1,]'), ('{"a":}'), ('[nullx]'), ('[truefalse]'), ('["a'),
		('["a\'), ('["a\u12'), ('1'), ('"x"'), ('null'), (''), (' '), ('[1 2]'), ('[]]'), ('{"":1,"":2}'), ('["\x"]'),
	('[{"a":[]},{"b":{}}]'), (repeat('[', 199) || repeat(']', 199)), (repeat('[', 201) || repeat(']', 201)), ('[' || repeat('1,', 100)
		|| '1]'), ('[' || repeat('"abc",', 1000) || 'null]'), ('[1e400000]'), ('[1.' || repeat('1', 400) || ']'),
	(U&'\FEFF{"a":1}'), ('["\u0001", "é", "日本", "😀"]'), ('{"é":1,"zz":2,"a":3,"日":4}'), (E'["a\tb"]'), (E'{"a"\n:\t[1 ,\r2 ] }');
INSERT INTO json_text SELECT (SELECT json_object_agg(left(md5(k::text || n), 1 + (k * n) % 9),
		CASE k % 5 WHEN 0 THEN to_json(k) WHEN 1 THEN to_json(md5(k::text)) WHEN 2 THEN '[1,{"q":"w"}]' WHEN 3 THEN to_json(k / 7.0)
			ELSE 'null' END)
	FROM generate_series(1, n) AS k)::text FROM generate_series(1, 120, 7) AS n;
SELECT setseed(0.6) \g /dev/null
CREATE TEMP TABLE scratched_json AS
SELECT overlay(w.payload PLACING substr('{}[]",:\ 0123456789eE.-+truefalsn' || E'\n\t', 1 + floor(random() * 36)::int,
	floor(random() * 3)::int) FROM 1 + floor(random() * length(w.payload))::int FOR floor(random() * 3)::int) AS payload
FROM json_text AS w, generate_series(1, 60) WHERE length(w.payload) BETWEEN 2 AND 400;
SELECT is_empty('SELECT payload, pg_temp.made(payload, true), pg_temp.made(payload, false) FROM json_text WHERE NOT record_image_eq(ROW '
	'(pg_temp.made(payload, true)), ROW (pg_temp.made(payload, false)))', 'JSON of all kinds');
SELECT is_empty('SELECT payload, pg_temp.made(payload, true), pg_temp.made(payload, false) FROM scratched_json WHERE NOT '
	'record_image_eq(ROW (pg_temp.made(payload, true)), ROW (pg_temp.made(payload, false)))', 'and what is left of it');
SELECT cmp_ok((SELECT count(*) FROM scratched_json WHERE pg_temp.made(payload, false) ? 'error'), '>', 500::bigint,
	'of which much is none');
SELECT cmp_ok((SELECT count(*) FROM scratched_json WHERE NOT pg_temp.made(payload, false) ? 'error'), '>', 500::bigint, 'and much is');

-- Members by their path are those that #> finds
CREATE TEMP TABLE member AS
SELECT v.object, string_to_array(p.path, ',') AS path
FROM (VALUES (jsonb '{"a": "x", "b": {"c": 17.0, "d": ["y", {"e": "2026-01-05"}, ""], "": "z"}, "n": null, "t": true, "m": 1767571200000}'),
		('["a", {"b": "c"}, -5.5]'), ('"a"'), ('null'), ('[]'), ('{}')) AS v (object),
	unnest(ARRAY['a', 'b', 'b,c', 'b,d', 'b,d,0', 'b,d,-1', 'b,d,-2,e', 'b,d,1,e', 'b,d,3', 'b,d,-4', 'b,d,x', 'b,d,1x', 'b,c,x', 'n',
		't', 'm', 'x',
		'0', '1,b', '2', '-1', '-', '00', '99999999999', '']) AS p (path);
SELECT is_empty($$SELECT * FROM member WHERE (vsm.json_text(object, VARIADIC path), vsm.json_number(object, VARIADIC path),
		vsm.json_time(object, VARIADIC path)) IS DISTINCT FROM
	(vsm.json_text(object #> path), vsm.json_number(object #> path), vsm.json_time(object #> path)) AND path <> '{}'$$,
		'members by their path');
SELECT cmp_ok((SELECT count(vsm.json_text(object, VARIADIC path)) FROM member), '>', 10::bigint, 'some of which are there');

-- Documents that are held, in memory and beyond
CREATE TEMP TABLE document AS SELECT n, vsm.hold_document(n, 'held:' || n, '2026-01-05 10:00Z', body) AS held, body
FROM (SELECT n, jsonb_build_object('n', n, 'text', repeat(md5(n::text), 20000)) AS body FROM generate_series(1, 40) AS n) AS d;
SELECT is_empty('SELECT n FROM document WHERE vsm.held_document(held) IS DISTINCT FROM body ORDER BY n DESC', 'documents that are held');
SELECT vsm.judge_document(held, 0::smallint, 'issue', NULL) FROM document WHERE n <= 2;
SELECT vsm.refuse_document(held, 'no') FROM document WHERE n = 2;
SELECT results_eq('SELECT document, payload, source, tool, received_at, page, kind, reason FROM vsm.held_documents() WHERE document <= 3',
	$$SELECT v.n, v.n::bigint, 'held:' || v.n, 'held', timestamptz '2026-01-05 10:00Z', v.page::smallint, v.kind, v.reason
		FROM (VALUES (1, 0, 'issue', NULL), (2, 0, 'issue', 'held issue: no'), (3, NULL, NULL, NULL)) AS v (n, page, kind, reason)$$,
	'what is known of them');
SELECT is((SELECT count(vsm.held_document(held)) FROM document, LATERAL (SELECT vsm.release_documents() IS NULL) AS r), 0::bigint,
	'and let go of');

-- Keys
SELECT results_eq(
	$$SELECT value, method, confidence FROM vsm.read_keys('x', 'e', NULL, 'feature/SHOP-7-total', 'SHOP-7: show the total', 'See PAY-3')
		ORDER BY 2, 1$$,
	$$VALUES ('SHOP-7', 'key in branch', 0.9::float8), ('PAY-3', 'key in description', 0.6), ('SHOP-7', 'key in title', 0.95)$$,
	'keys in branch, title and description');
SELECT is_empty($$SELECT * FROM vsm.read_keys('x', 'e', NULL, NULL, 'nothing', NULL)$$, 'no keys, no links');

SELECT finish();
ROLLBACK;
