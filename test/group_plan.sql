-- For tests of GROUP BY with vsm.timeline(at, state), by \ir ../../group_plan.sql: tables with columns of all kinds, and what
-- a query answers with sets of timelines and without.
SET LOCAL TIME ZONE 'UTC';
SET LOCAL jit = off;
SET LOCAL max_parallel_workers_per_gather = 0;
SELECT setseed(0.21);
-- Of so few rows the planner groups by itself, unless that seems dear.
SET LOCAL cpu_operator_cost = 0.25;

CREATE TYPE mood AS ENUM ('calm', 'cross', 'glad');
CREATE DOMAIN short_text AS text CHECK (length(value) < 100);
-- Whether two strings are equal is more than their bytes, where the server has ICU.
CREATE FUNCTION pg_temp.make_collation() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	CREATE COLLATION public.loose (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
EXCEPTION WHEN feature_not_supported OR invalid_parameter_value OR undefined_object THEN
	CREATE COLLATION public.loose (locale = 'C');
END $$;
SELECT pg_temp.make_collation();

-- Few items of many rows: ties, duplicates, NULLs, rows that are the only ones of their item, toasted texts.
CREATE TABLE event (
	item bigint, small smallint, medium int, flag boolean, letter "char", day date, local timestamp, number numeric, weight float8,
	key text COLLATE "C", code varchar(20), padded char(8), free bpchar, label name, id uuid, bits bytea, pattern bit(5), mood mood,
	short short_text, address inet, list int[], document jsonb, span interval, zoned timetz, long text, loose text COLLATE public.loose,
	at timestamptz, state text, stage varchar);
INSERT INTO event
SELECT k, k % 3, -k, k % 2 = 0, chr(97 + k % 5)::"char", date '2026-01-01' + k, timestamp '2026-01-01' + k * interval '1 h',
	k % 4 + (n % 2) * 0.0,
	CASE WHEN k % 5 = 0 THEN '-0' ELSE k % 5 END::float8, 'K-' || k % 37, CASE WHEN k % 11 = 0 THEN '' ELSE 'code ' || k % 11 END,
		'p' || k % 6,
	(ARRAY['a', 'a ', 'b'])[1 + n % 3], 'label ' || k % 8, md5((k % 9)::text)::uuid, decode(md5((k % 7)::text), 'hex'), (k % 8)::bit(5),
	(ARRAY['calm', 'cross', 'glad'])[1 + k % 3]::mood, 's' || k % 4, ('10.0.0.' || k % 10)::inet, ARRAY[k % 2, k % 3],
	jsonb_build_object('k', k % 3), (k % 3) * interval '1 day' + (n % 2) * (interval '24 h' - interval '1 day'),
	'10:00+02'::timetz + k % 2 * interval '1 h',
	repeat(md5((k % 3)::text), 400), (ARRAY['Ab', 'aB', 'c'])[1 + n % 3],
	CASE WHEN n % 17 <> 0 THEN timestamptz '2026-01-05' + (random() * 50)::int * interval '7 min' END,
	CASE WHEN n % 13 <> 0 THEN (ARRAY['Backlog', 'In Progress', 'Review', 'Done', ''])[1 + (random() * 4)::int] END,
	'Stage ' || n % 3
FROM generate_series(1, 600) AS n, LATERAL (SELECT (random() * 60)::int + n * 0 AS k) AS r;
-- Every column is NULL somewhere, and an item has none but rows that are no event.
INSERT INTO event (at, state) SELECT '2026-02-01'::timestamptz + n * interval '1 h', 'Done' FROM generate_series(1, 3) AS n;
INSERT INTO event (item, key, state) VALUES (1001, 'no event', 'Done'), (1001, 'no event', NULL);
ALTER TABLE event ADD no int GENERATED ALWAYS AS IDENTITY;

CREATE TABLE item (item bigint PRIMARY KEY, title text, team text, points numeric, tags text[]);
INSERT INTO item SELECT n, 'Title ' || n % 5, CASE WHEN n % 4 > 0 THEN 'Team ' || n % 4 END, n / 10.0,
	ARRAY['t' || n % 2] FROM generate_series(0, 50) AS n;

CREATE TABLE parted (item bigint, key text, at timestamptz, state text) PARTITION BY HASH (item);
CREATE TABLE parted_0 PARTITION OF parted FOR VALUES WITH (MODULUS 3, REMAINDER 0);
CREATE TABLE parted_1 PARTITION OF parted FOR VALUES WITH (MODULUS 3, REMAINDER 1);
CREATE TABLE parted_2 (state text, at timestamptz, gone int, key text, item bigint);
ALTER TABLE parted_2 DROP gone;
ALTER TABLE parted ATTACH PARTITION parted_2 FOR VALUES WITH (MODULUS 3, REMAINDER 2);
INSERT INTO parted SELECT item, key, at, state FROM event;
CREATE TABLE parent AS SELECT item, key, at, state FROM event LIMIT 200;
CREATE TABLE child (more int) INHERITS (parent);
INSERT INTO child SELECT item, key, at, state, 1 FROM event OFFSET 200;
CREATE VIEW guarded WITH (security_barrier) AS SELECT item, key, at, state, stage, medium FROM event WHERE item IS DISTINCT FROM 5;
CREATE INDEX ON event (medium);
ANALYZE event, item, parted, parent, child;

-- Whether the planner takes a set. For a plan with vsm_group of a table so small it must be no dearer than the others.
CREATE FUNCTION pg_temp.plan_of(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	line text;
	lines text := '';
BEGIN
	FOR line IN EXECUTE 'EXPLAIN (COSTS OFF, VERBOSE) ' || query LOOP
		lines := lines || E'\n' || ltrim(line);
	END LOOP;
	RETURN lines;
END $$;
CREATE FUNCTION pg_temp.is_grouped(query text) RETURNS boolean LANGUAGE sql AS $$ SELECT pg_temp.plan_of(query) LIKE '%(vsm_group)%' $$;

-- All that a query answers, or how it fails, under a setting of the GUC.
CREATE FUNCTION pg_temp.answer(query text, setting text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	result text;
BEGIN
	PERFORM set_config('vsm.enable_group_plan', setting, true);
	EXECUTE format('SELECT count(*) || '' rows: '' || coalesce(string_agg(q::text, E''\n'' ORDER BY q::text COLLATE "C"), '''') FROM '
		'(%s) AS q', query) INTO result;
	PERFORM set_config('vsm.enable_group_plan', 'on', true);
	RETURN result;
EXCEPTION WHEN OTHERS THEN
	RETURN SQLSTATE || ': ' || SQLERRM;
END $$;

-- For many partitions, and many names of states
CREATE TABLE large AS
SELECT n % 3001 AS item, 'KEY-' || n % 3001 AS key, timestamptz '2026-01-05' + n % 977 * interval '1 min' AS at, 'S' || n % 7 AS state,
	'N' || n % 500 AS many,
	CASE WHEN n % 10 > 0 THEN n % 5 END AS few FROM generate_series(1, 40000) AS n;
CREATE TABLE large_medium AS SELECT -item AS medium, at, state FROM large;
ANALYZE large, large_medium;
CREATE TABLE my_workflow AS
SELECT vsm.workflow(place, state, class, state) AS wf FROM (VALUES (1, 'Backlog', 'waiting'), (2, 'In Progress', 'active'), (3, 'Done',
	'done')) AS s (place, state, class);
-- An aggregate of somebody else, made of the same functions
CREATE AGGREGATE my_timeline(timestamptz, text) (SFUNC = vsm.timeline_add_event, STYPE = vsm.timeline_state,
	FINALFUNC = vsm.timeline_finish);
