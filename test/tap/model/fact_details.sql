-- What facts carry: the object of what is known, as PostgreSQL's own functions make it.
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS vsm;
SELECT plan(17);
SET LOCAL TimeZone = 'America/St_Johns';
SET LOCAL DateStyle = 'German';
SELECT setseed(0.2) \g /dev/null

-- Values of every type that readers have, each now and then missing; numbers with and without digits behind the point.
CREATE TEMP TABLE value AS
SELECT i, CASE WHEN random() < 0.7 THEN repeat((ARRAY['a', 'é', '"', '\', E'\n', ''])[1 + i % 6], i % 40) END AS text,
	CASE WHEN random() < 0.7 THEN (ARRAY['infinity', '-infinity', '1999-12-31 23:59:59.999999Z',
		'0044-03-15 12:00Z BC'])[1 + i % 4]::timestamptz
		WHEN random() < 0.7 THEN timestamptz '2026-01-05 10:00Z' + i * interval '7.3 minutes' END AS at,
	CASE WHEN random() < 0.7 THEN (i * 7919 - 500000)::integer END AS count,
		CASE WHEN random() < 0.7 THEN i * 90071992547409::bigint - 5 END AS big,
	CASE WHEN random() < 0.7 THEN (ARRAY['0', '-0.50', '1e40', '1e-20', 'NaN', 'Infinity', '123.4500'])[1 + i % 7]::numeric END AS number,
	CASE WHEN random() < 0.7 THEN i % 2 = 0 END AS flag,
	CASE WHEN random() < 0.8 THEN (ARRAY['null', 'true', '"x"', '17.0', '[]', '{}', '[1, null, "a"]', '[[null]]',
		'{"a": null, "b": {"c": null}}',
		'[{"a": null, "b": 1}]', '{"b": [1, {"c": null}]}'])[1 + i % 11]::jsonb END AS json
FROM generate_series(1, 600) AS i;

SELECT is_empty($$SELECT * FROM (
		SELECT v.i, vsm.fact_details('source', 'forge', 'title', v.text, 'created_at', v.at, 'attempt', v.count, 'id', v.big, 'size',
			v.number,
				'is_new', v.flag, 'tags', v.json, 'url', v.text || '/' || v.i, 'none', NULL, 'nothing', NULL::text) AS ours,
			jsonb_strip_nulls(jsonb_build_object('source', 'forge', 'title', v.text, 'created_at', v.at, 'attempt', v.count, 'id', v.big,
				'size', v.number, 'is_new', v.flag, 'tags', v.json, 'url', v.text || '/' || v.i, 'none', NULL, 'nothing',
					NULL::text)) AS theirs
		FROM value AS v) AS c
	WHERE c.ours IS DISTINCT FROM c.theirs OR c.ours::text <> c.theirs::text OR md5(jsonb_send(c.ours)) <> md5(jsonb_send(c.theirs))
		OR pg_column_size(c.ours) <> pg_column_size(c.theirs)$$, 'the same objects as PostgreSQL''s own functions make');
SELECT is((SELECT count(DISTINCT vsm.fact_details('title', v.text, 'created_at', v.at, 'size', v.number, 'tags', v.json))
	FROM value AS v),
	(SELECT count(DISTINCT jsonb_strip_nulls(jsonb_build_object('title', v.text, 'created_at', v.at, 'size', v.number, 'tags', v.json)))
	 FROM value AS v), 'of which as many differ');
SELECT is_empty($$SELECT * FROM (
		SELECT v.i, vsm.json_build('source', 'forge', 'title', v.text, 'created_at', v.at, 'attempt', v.count, 'id', v.big, 'size',
				v.number, 'is_new', v.flag, 'tags', v.json, 'url', v.text || '/' || v.i, 'none', NULL, 'nothing', NULL::text) AS ours,
			jsonb_build_object('source', 'forge', 'title', v.text, 'created_at', v.at, 'attempt', v.count, 'id', v.big, 'size', v.number,
				'is_new', v.flag, 'tags', v.json, 'url', v.text || '/' || v.i, 'none', NULL, 'nothing', NULL::text) AS theirs
		FROM value AS v) AS c
	WHERE c.ours IS DISTINCT FROM c.theirs OR c.ours::text <> c.theirs::text OR md5(jsonb_send(c.ours)) <> md5(jsonb_send(c.theirs))
		OR pg_column_size(c.ours) <> pg_column_size(c.theirs)$$, 'and with all that is null');
SELECT is_empty($$SELECT v.i
	FROM value AS v, LATERAL (SELECT vsm.told_columns('source', 'forge', 'title', v.text, 'created_at', v.at, 'attempt', v.count,
		'id', v.big, 'size', v.number, 'is_new', v.flag, 'tags', v.json, 'none', NULL, 'nothing', 'null'::jsonb) AS ours) AS o
	WHERE o.ours IS DISTINCT FROM (
		SELECT jsonb_object_agg(e.key, e.value)
		FROM jsonb_each(jsonb_build_object('source', 'forge', 'title', v.text, 'created_at', v.at, 'attempt', v.count, 'id', v.big,
			'size', v.number, 'is_new', v.flag, 'nothing', 'null'::jsonb) || CASE WHEN v.json IS NOT NULL THEN
				jsonb_build_object('tags', v.json) ELSE '{}' END) AS e
		WHERE e.value <> 'null' OR e.key IN ('tags', 'nothing'))$$, 'or with what is null in JSON');
SELECT is(vsm.json_build(VARIADIC ARRAY['a', 'x', 'b', NULL]), '{"a": "x", "b": null}', 'an array of names and values, with nulls');
SELECT throws_ok($$SELECT vsm.told_columns('day', date '2026-01-05')$$, '22023', NULL, 'columns are of the types of columns');
-- An object of many members has offsets instead of lengths at some places.
SELECT is_empty($$SELECT v.i FROM value AS v,
	LATERAL (SELECT vsm.fact_details('a', v.text, 'b', v.at, 'c', v.count, 'd', v.json, 'e', v.number, 'f', 1, 'g', 2, 'h', 3, 'i',
		4, 'j', v.json,
		'k', 6, 'l', 7, 'm', 8, 'n', v.big, 'o', v.flag, 'p', 11, 'q', 12, 'r', 13, 's', v.text, 't', 15, 'u', 16, 'v', 17, 'w',
			v.json) AS o) AS o
	WHERE o.o -> 'w' IS DISTINCT FROM jsonb_strip_nulls(nullif(v.json, 'null')) OR o.o ->> 's' IS DISTINCT FROM v.text
		OR (o.o ->> 'n')::bigint IS DISTINCT FROM v.big OR o.o ->> 'v' <> '17' OR (o.o -> 'o')::text IS DISTINCT FROM v.flag::text
		OR (SELECT count(*) FROM jsonb_object_keys(o.o)) <> 13 + num_nonnulls(v.text, v.text, v.at, v.count, v.number, v.big, v.flag)
			+ 3 * num_nonnulls(nullif(v.json, 'null'))$$, 'members of an object of more than 32 entries are found');
SELECT is(vsm.fact_details('none', NULL::text), '{}', 'of what is not known nothing is left');
SELECT is(vsm.fact_details('b', 1, 'a', 2, 'b', 3), '{"a": 2, "b": 3}', 'of a name that stands there twice the last value holds');
SELECT is(vsm.fact_details(VARIADIC ARRAY['a', 'x', 'b', NULL]), '{"a": "x"}', 'an array of names and values');
SELECT is(vsm.fact_details(VARIADIC NULL::text[]), NULL, 'NULL of no array');
SELECT is(vsm.fact_details('day', date '2026-01-05', 'list', ARRAY[1, NULL], 'real', 0.5::float8),
	jsonb_strip_nulls(jsonb_build_object('day', date '2026-01-05', 'list', ARRAY[1, NULL], 'real', 0.5::float8)),
		'values of other types');
SELECT is_empty($$SELECT n FROM unnest(ARRAY['a', 'bb', 'é', '']) AS n WHERE vsm.fact_details(n, 1) <> jsonb_build_object(n, 1)$$,
	'names that are no constants');
SELECT throws_ok($$SELECT vsm.fact_details('a')$$, '22023', NULL, 'a name without a value');
SELECT throws_ok($$SELECT vsm.fact_details(NULL::text, 1)$$, '22023', NULL, 'a value without a name');
SELECT is((SELECT string_agg(vsm.fact_details('at', timestamptz '2026-01-05 10:00Z')::text, '') FROM generate_series(1, 2)),
	repeat('{"at": "2026-01-05T06:30:00-03:30"}', 2), 'times as the session has them');

-- In PL/pgSQL an expression is kept, and the variables in it change.
CREATE FUNCTION pg_temp.details() RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	said text := '';
	name text;
	member jsonb;
BEGIN
	FOREACH name IN ARRAY ARRAY['a', 'b', 'a'] LOOP
		member := vsm.fact_details(name, name);
		said := said || (member ->> name) || vsm.json_text('{"a": 1, "b": 2}', VARIADIC ARRAY[name]);
	END LOOP;
	RETURN said;
END $$;
SELECT is(pg_temp.details(), 'a1b2a1', 'names that are variables');

SELECT finish();
ROLLBACK;
