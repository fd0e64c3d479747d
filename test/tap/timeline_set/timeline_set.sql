-- vsm.timelines and vsm.unnest: the same as GROUP BY item with vsm.timeline, whatever the rows,
-- the memory and the place in a query.
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS vsm;
\ir ../../cancel.sql
SET LOCAL TIME ZONE 'UTC';
-- The aggregate itself is what is asked
SET LOCAL vsm.enable_group_plan = off;
SELECT plan(101);

-- What an SQL statement raises: SQLSTATE, message, detail and hint, or 'no error'.
CREATE FUNCTION pg_temp.error_of(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	code text; message text; detail text; hint text;
BEGIN
	EXECUTE statement;
	RETURN 'no error';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS code = RETURNED_SQLSTATE, message = MESSAGE_TEXT,
		detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
	RETURN concat_ws(' | ', code, message, nullif(detail, ''), nullif(hint, ''));
END $$;

-- The rows in which two tables (item, timeline) differ; "same as bytes" where keys allow a join.
CREATE FUNCTION pg_temp.differences(expected regclass, got regclass) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	difference text;
	different_bytes bigint;
BEGIN
	EXECUTE format('SELECT string_agg(left(d::text, 200), E''\n'') FROM (
		SELECT * FROM ((TABLE %1$s EXCEPT ALL TABLE %2$s) UNION ALL (TABLE %2$s EXCEPT ALL TABLE %1$s)) u LIMIT 3) d', expected, got)
	INTO difference;
	IF difference IS NULL THEN
		EXECUTE format('SELECT count(*) FROM %s a JOIN %s b USING (item) WHERE NOT a *= b', expected, got) INTO different_bytes;
		IF different_bytes > 0 THEN
			RETURN different_bytes || ' timelines are not the same bytes';
		END IF;
	END IF;
	RETURN coalesce(difference, 'none');
END $$;

-- What a query over events (item, at, state) gives by GROUP BY and by sets, under settings of
-- memory, and how many blocks of temporary files a set took.
CREATE FUNCTION pg_temp.compare(source text, memory text DEFAULT '4MB') RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	difference text;
BEGIN
	PERFORM set_config('client_min_messages', 'error', true);
	EXECUTE format('CREATE TEMP TABLE grouped ON COMMIT DROP AS SELECT item, vsm.timeline(at, state) AS timeline FROM (%s) e GROUP BY '
		'item', source);
	PERFORM set_config('work_mem', memory, true);
	EXECUTE format('CREATE TEMP TABLE unnested ON COMMIT DROP AS SELECT (u).* FROM (SELECT vsm.unnest(vsm.timelines(item, at, state)) AS u '
		'FROM (%s) e) s', source);
	PERFORM set_config('work_mem', '4MB', true);
	difference := pg_temp.differences('grouped', 'unnested');
	DROP TABLE grouped, unnested;
	RETURN difference;
END $$;

CREATE FUNCTION pg_temp.temp_blocks(query text, memory text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
	plan json;
BEGIN
	PERFORM set_config('work_mem', memory, true);
	EXECUTE 'EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON) ' || query INTO plan;
	PERFORM set_config('work_mem', '4MB', true);
	RETURN plan->0->'Plan'->>'Temp Written Blocks';
END $$;

CREATE FUNCTION pg_temp.temp_files() RETURNS bigint LANGUAGE sql AS
$$SELECT count(*) FROM pg_ls_tmpdir() WHERE name LIKE 'pgsql_tmp' || pg_backend_pid() || '.%'$$;

CREATE FUNCTION pg_temp.estimate(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	plan json;
BEGIN
	EXECUTE 'EXPLAIN (FORMAT JSON) ' || query INTO plan;
	RETURN plan->0->'Plan'->>'Plan Rows';
END $$;

SET LOCAL hash_mem_multiplier = 1;
SELECT setseed(0.5);

-- Random events: in order of arrival, some twice, some at one instant, some with NULLs.
CREATE TABLE ev AS
SELECT item, 'K-' || item AS key, at, state FROM (
	SELECT nullif((random() * 3000)::int, 0) AS item,
		CASE WHEN random() > 0.01 THEN timestamptz '2024-01-01' + (n / 20) * interval '7 minutes' END AS at,
		CASE WHEN random() > 0.01 THEN (ARRAY['To Do', 'In Progress', 'In Review', 'Done', '', 'é'])[1 + (random() * 5)::int] END AS state
	FROM generate_series(1, 30000) n) r;
INSERT INTO ev SELECT * FROM ev WHERE random() < 0.05;
INSERT INTO ev SELECT item, 'K-' || item, NULL, 'Done' FROM generate_series(5001, 5010) item;

-- The same as GROUP BY item
SELECT is(pg_temp.compare('SELECT item::bigint AS item, at, state FROM ev'), 'none', 'numbers as keys, in memory');
SELECT is(pg_temp.compare('SELECT key AS item, at, state FROM ev'), 'none', 'texts as keys, in memory');
SELECT is(pg_temp.compare('SELECT item::bigint AS item, at, state FROM ev', '64kB'), 'none', 'numbers as keys, from a file');
SELECT is(pg_temp.compare('SELECT key AS item, at, state FROM ev', '64kB'), 'none', 'texts as keys, from a file');
SELECT is(pg_temp.compare('SELECT key AS item, at, state FROM ev', '512kB'), 'none', 'texts as keys, some from a file');
SELECT is(pg_temp.compare('SELECT item::bigint AS item, at, state FROM ev ORDER BY at DESC'), 'none', 'backwards');
SELECT is(pg_temp.compare('SELECT key AS item, at, state FROM ev ORDER BY random()'), 'none', 'in random order');
SELECT is(pg_temp.compare('SELECT item::bigint AS item, at, state FROM ev WHERE item < 40'), 'none', 'a small set');
SELECT is(pg_temp.compare('SELECT key AS item, at, state FROM ev WHERE item < 40'), 'none', 'a small set of texts');
SELECT is(pg_temp.compare('SELECT NULL::bigint AS item, at, state FROM ev WHERE item < 40'), 'none', 'only the item NULL');
SELECT is(pg_temp.compare('SELECT NULL::text AS item, at, NULL AS state FROM ev WHERE item < 40'), 'none',
	'only the item NULL, without events');
SELECT is(pg_temp.compare('SELECT item::bigint AS item, at, state FROM ev WHERE item > 5000'), 'none', 'only items without events');
SELECT is(pg_temp.compare('SELECT item::bigint AS item, at, state FROM ev WHERE false'), 'none', 'no rows');
SELECT is(vsm.timelines(item::bigint, at, state)::text, NULL, 'no rows: the set is NULL') FROM ev WHERE false;
SELECT is((SELECT count(*) FROM vsm.unnest(NULL::vsm.bigint_timelines)), 0::bigint, 'no rows of NULL');

-- 200,000 events, beyond any of the sizes at which something changes
CREATE TEMP TABLE many AS
SELECT (n * 7919) % 20011 AS item, timestamptz '2024-01-01' + n * interval '11 seconds' AS at,
	'State ' || (n * 31) % 9 AS state
FROM generate_series(1, 200000) n;
SELECT is(pg_temp.compare('SELECT item::bigint AS item, at, state FROM many', '64MB'), 'none', '200,000 events in memory');
SELECT is(pg_temp.compare('SELECT ''K-'' || item AS item, at, state FROM many', '64MB'), 'none', '200,000 events of texts in memory');
SELECT is(pg_temp.compare('SELECT item::bigint AS item, at, state FROM many', '64kB'), 'none', '200,000 events from a file, divided');
SELECT is(pg_temp.compare('SELECT ''K-'' || item AS item, at, state FROM many', '1MB'), 'none', '200,000 events of texts from a file');
SELECT is(pg_temp.compare('SELECT item::bigint AS item, at, state FROM many UNION ALL
	SELECT item % 5, at, state FROM many', '64kB'), 'none', 'five items of 40,000 events beside small ones, divided');
SELECT is(pg_temp.compare('SELECT ''K-'' || item AS item, at, state FROM many UNION ALL
	SELECT (item % 5)::text, at, state FROM many', '64kB'), 'none', 'five items of 40,000 events beside small ones, texts');
SELECT is(pg_temp.compare('SELECT 7::bigint AS item, at, state FROM many', '64kB'), 'none', 'one item of 200,000 events');
SELECT is(pg_temp.compare('SELECT repeat(''x'', 20) AS item, at, state FROM many', '1MB'), 'none', 'one item of 200,000 events, a text');
SELECT is(pg_temp.compare('SELECT n::bigint AS item, now() AS at, ''Done''::text AS state FROM generate_series(1, 100000) n'), 'none',
	'100,000 items of one event');
SELECT is(pg_temp.compare('SELECT n::bigint << 40 AS item, now() AS at, ''Done''::text AS state FROM generate_series(-5000, 5000) n'),
	'none',
	'numbers that differ in high bits only');
SELECT is(pg_temp.compare('SELECT nullif(item % 3, 0)::bigint AS item, at, state FROM many', '64kB'), 'none',
	'an item NULL of 66,000 events, from a file');

-- States
SELECT is(pg_temp.compare('SELECT (item % 10)::bigint AS item, at, ''State number '' || n % 300 AS state
	FROM (SELECT *, row_number() OVER () AS n FROM many WHERE item < 2000) m'), 'none', '300 states, long names');
SELECT is(pg_temp.compare('SELECT item::bigint AS item, at, ''s'' || row_number() OVER () AS state FROM many WHERE item < 2000'), 'none',
	'each event a state of its own');
SELECT is(pg_temp.compare('SELECT (item % 3)::bigint AS item, at, ''s'' || item % 40 AS state FROM ev'), 'none', '40 states in one item');
SELECT is(pg_temp.compare('SELECT (item % 7)::bigint AS item, at, left(''abcdefghijklmnopqrstuvwxyz'', item % 27) AS state FROM ev'),
	'none',
	'names of 0 to 26 bytes, each the beginning of the next');
SELECT is(pg_temp.compare('SELECT (item % 7)::bigint AS item, at, ''same beginning '' || item % 50 || '' same end'' AS state FROM ev'),
	'none',
	'names that differ in the middle');
SELECT is(pg_temp.compare('SELECT (item % 7)::bigint AS item, at, repeat(chr(97 + item % 5), 10000) AS state FROM ev WHERE item < 100'),
	'none', 'names of 10 kB');

-- Times
SELECT is(pg_temp.compare($q$SELECT 1::bigint AS item, at, 'a'::text AS state FROM unnest(ARRAY['4713-01-01 00:00:00+00 BC',
	'294276-12-31 23:59:59.999999+00',
	'2000-01-01 00:00:00+00', '1999-12-31 23:59:59.999999+00', '1900-01-01 00:00:00+00']::timestamptz[]) at$q$), 'none',
		'the first and the last times there are');
SELECT is(pg_temp.compare('SELECT item % 50::bigint AS item, timestamptz ''2026-01-01'' AS at, state FROM ev'), 'none',
	'all at one instant');
SELECT is(pg_temp.compare('SELECT item % 3::bigint AS item, timestamptz ''2026-01-01'' + item * 7919 % 1009 * interval ''1 second'' AS at, '
	'state FROM ev WHERE item < 1000'), 'none',
	'an item''s events out of order');
SELECT is(pg_temp.error_of('SELECT vsm.timelines(1, at, state) FROM (VALUES (''infinity''::timestamptz, ''a'')) e(at, state)'),
	'22008 | the time of an event cannot be infinite', 'infinity is refused');
SELECT is(pg_temp.error_of('SELECT vsm.timelines(''x'', at, state) FROM (VALUES (''-infinity''::timestamptz, ''a'')) e(at, state)'),
	'22008 | the time of an event cannot be infinite', 'so is -infinity');

-- Keys
SELECT is(pg_temp.compare('SELECT left(repeat(item::text, 80), item % 300) AS item, at, state FROM ev'), 'none', 'keys of 0 to 299 bytes');
CREATE TEMP TABLE toasted (item text, at timestamptz, state text);
ALTER TABLE toasted ALTER item SET STORAGE EXTERNAL;
INSERT INTO toasted SELECT repeat(chr(97 + item % 20), 10000 + item % 2), at, state FROM ev WHERE item < 300;
SELECT is(pg_temp.compare('SELECT * FROM toasted'), 'none', 'toasted keys of 10 kB');
SELECT is(pg_temp.compare('SELECT * FROM toasted', '64kB'), 'none', 'keys of 10 kB from a file');
ALTER TABLE toasted ALTER item SET STORAGE EXTENDED;
UPDATE toasted SET item = item || '';
SELECT is(pg_temp.compare('SELECT * FROM toasted'), 'none', 'compressed keys');
SELECT is(pg_temp.compare('SELECT v AS item, now() AS at, ''x''::text AS state FROM unnest(ARRAY[-9223372036854775808, '
	'9223372036854775807, 0, -1]) v'), 'none',
	'the smallest and the largest numbers');

-- Collations: as GROUP BY, or refused.
SELECT is(pg_temp.compare('SELECT key COLLATE "C" AS item, at, state COLLATE "POSIX" AS state FROM ev WHERE item < 100'), 'none',
	'two collations');
SELECT is(pg_temp.error_of('CREATE TEMP TABLE two (c text COLLATE "C", p text COLLATE "POSIX");
	INSERT INTO two VALUES (''a'', ''b''); SELECT vsm.timelines(c || p, now(), ''x'') FROM two'),
	'42P22 | could not determine which collation to use for the items | Use the COLLATE clause to set the collation explicitly.',
	'an indeterminate collation is refused, as by GROUP BY');
SELECT coalesce((SELECT CASE WHEN pg_temp.error_of('CREATE COLLATION pg_temp.ignore_case (provider = icu, locale = ''und-u-ks-level2'', '
	'deterministic = false)') = 'no error'
	THEN is(pg_temp.error_of('SELECT vsm.timelines(item COLLATE pg_temp.ignore_case, at, state) FROM (VALUES (''a'', now(), ''x''), '
		'(''A'', now(), ''x'')) e(item, at, state)'),
	'0A000 | nondeterministic collations are not supported for the items of vsm.timelines | Under the collation "ignore_case" different '
		'strings can be one item. | Set another collation, for example item COLLATE "C", or use GROUP BY item with vsm.timeline(at, '
			'state).',
	'a nondeterministic collation is refused') END), skip('no ICU'));
SELECT to_regcollation('pg_temp.ignore_case') IS NOT NULL AS has_icu \gset
\if :has_icu
SELECT is((SELECT count(*) FROM vsm.unnest((SELECT vsm.timelines(item COLLATE "C", at, state)
	FROM (SELECT item COLLATE pg_temp.ignore_case AS item, now() AS at, 'x' COLLATE pg_temp.ignore_case AS state
		FROM (VALUES ('a'), ('A')) v(item)) e))), 2::bigint, 'for states, and below another one, it is of no effect');
\else
SELECT skip('no ICU');
\endif

-- Places in a query
CREATE TEMP TABLE expected AS SELECT item::bigint AS item, vsm.timeline(at, state) AS timeline FROM ev GROUP BY item;
CREATE TEMP TABLE expected_text AS SELECT key AS item, vsm.timeline(at, state) AS timeline FROM ev GROUP BY key;
CREATE FUNCTION pg_temp.gives(query text, expected regclass DEFAULT 'expected') RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	difference text;
BEGIN
	EXECUTE 'CREATE TEMP TABLE got ON COMMIT DROP AS ' || query;
	difference := pg_temp.differences(expected, 'got');
	DROP TABLE got;
	RETURN difference;
END $$;
SELECT is(pg_temp.gives('SELECT * FROM vsm.unnest((SELECT vsm.timelines(item, at, state) FROM ev))'), 'none', 'FROM a scalar subquery');
SELECT is(pg_temp.gives('SELECT u.* FROM (SELECT vsm.timelines(key, at, state) AS items FROM ev) s, vsm.unnest(s.items) AS u',
	'expected_text'), 'none',
	'FROM, laterally');
SELECT is(pg_temp.gives('WITH s AS MATERIALIZED (SELECT vsm.timelines(item, at, state) AS items FROM ev) SELECT u.* FROM s, '
	'vsm.unnest(s.items) AS u'), 'none',
	'from a materialized CTE');
SELECT is(pg_temp.gives('WITH s AS (SELECT vsm.timelines(item, at, state) AS items FROM ev)
	SELECT a.* FROM s, vsm.unnest(s.items) AS a WHERE a.item % 2 = 0 UNION ALL
	SELECT b.* FROM s, vsm.unnest(s.items) AS b WHERE (b.item % 2 = 0) IS NOT TRUE'), 'none', 'a CTE used twice');
SELECT is(pg_temp.gives('SELECT (a).* FROM (SELECT vsm.unnest(items) AS a, vsm.unnest(items) AS b FROM
	(SELECT vsm.timelines(item, at, state) AS items FROM ev OFFSET 0) s) u WHERE (a).timeline OPERATOR(vsm.=) (b).timeline OR (a).timeline '
		'IS NULL'), 'none',
	'one set read twice at the same time');
SELECT is(pg_temp.gives('SELECT (u).* FROM (SELECT vsm.unnest(items) AS u, length(items::text) FROM
	(SELECT vsm.timelines(item, at, state) AS items FROM ev OFFSET 0) s) u'), 'none', 'a set that is made flat while it is read');
CREATE MATERIALIZED VIEW kept AS SELECT u.* FROM vsm.unnest((SELECT vsm.timelines(item, at, state) FROM ev)) AS u;
SELECT is(pg_temp.differences('expected', 'kept'), 'none', 'the definition of a materialized view');
REFRESH MATERIALIZED VIEW kept;
SELECT is(pg_temp.differences('expected', 'kept'), 'none', 'refreshed');
DROP MATERIALIZED VIEW kept;
CREATE FUNCTION pg_temp.in_plpgsql() RETURNS SETOF vsm.bigint_timeline LANGUAGE plpgsql AS $$
DECLARE
	items vsm.bigint_timelines;
	u vsm.bigint_timeline;
BEGIN
	SELECT vsm.timelines(item, at, state) INTO items FROM ev;
	FOR u IN SELECT * FROM vsm.unnest(items) LOOP
		RETURN NEXT u;
	END LOOP;
END $$;
SELECT is(pg_temp.gives('SELECT * FROM pg_temp.in_plpgsql()'), 'none', 'a variable of PL/pgSQL');
SELECT is(pg_temp.gives('SELECT (u).* FROM (SELECT vsm.unnest(vsm.timelines(item, at, state) FILTER (WHERE at IS NULL OR at >= '
	'''2024-01-01'')) AS u FROM ev) s'), 'none', 'FILTER');
SELECT is(pg_temp.gives('SELECT (u).* FROM (SELECT vsm.unnest(vsm.timelines(DISTINCT item, at, state ORDER BY item DESC, at, state)) AS u '
	'FROM ev) s'), 'none', 'DISTINCT and ORDER BY');
SELECT is(pg_temp.error_of('SELECT vsm.timelines(item, at, state) OVER () FROM ev'),
	'0A000 | aggregate function vsm.timelines(bigint,timestamp with time zone,text) does not support use as a window function',
		'no window function');

-- One set a group
CREATE TEMP TABLE expected_team AS SELECT item % 7 AS team, item::bigint AS item, vsm.timeline(at, state) AS timeline FROM ev GROUP BY item;
CREATE FUNCTION pg_temp.by_team(memory text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	different bigint;
BEGIN
	PERFORM set_config('work_mem', memory, true);
	CREATE TEMP TABLE got ON COMMIT DROP AS
	SELECT team, (u).* FROM (SELECT item % 7 AS team, vsm.unnest(vsm.timelines(item, at, state)) AS u FROM ev GROUP BY item % 7) s;
	PERFORM set_config('work_mem', '4MB', true);
	SELECT count(*) INTO different FROM ((TABLE expected_team EXCEPT ALL TABLE got) UNION ALL (TABLE got EXCEPT ALL TABLE expected_team)) d;
	DROP TABLE got;
	RETURN different;
END $$;
SET LOCAL enable_sort = off;
SELECT is(pg_temp.by_team('4MB'), '0', 'groups, by hash');
SELECT is(pg_temp.by_team('64kB'), '0', 'groups, by hash, from files');
SET LOCAL enable_sort = on;
SET LOCAL enable_hashagg = off;
SELECT is(pg_temp.by_team('4MB'), '0', 'groups, sorted');
SELECT is(pg_temp.by_team('64kB'), '0', 'groups, sorted, from files');
SET LOCAL enable_hashagg = on;
SELECT is((SELECT count(*) FROM generate_series(0, 6) AS team, LATERAL (
	SELECT (u).* FROM (SELECT vsm.unnest(vsm.timelines(item, at, state)) AS u FROM ev WHERE item % 7 = team) s LIMIT 20) u), 140::bigint,
	'made again for each row of another table, and left before the end');

-- Where rows come from
CREATE TEMP TABLE parted (item bigint, at timestamptz, state text) PARTITION BY HASH (item);
CREATE TEMP TABLE parted_0 PARTITION OF parted FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TEMP TABLE parted_1 PARTITION OF parted FOR VALUES WITH (MODULUS 2, REMAINDER 1);
INSERT INTO parted SELECT item, at, state FROM ev;
SELECT is(pg_temp.gives('SELECT u.* FROM vsm.unnest((SELECT vsm.timelines(item, at, state) FROM parted)) AS u'), 'none',
	'a partitioned table');
CREATE TEMP VIEW guarded WITH (security_barrier) AS SELECT * FROM ev WHERE item < 100;
SELECT is_empty($$
	WITH by_set AS (SELECT item, timeline FROM vsm.unnest((SELECT vsm.timelines(item, at, state) FROM guarded))),
	by_group AS (SELECT item::bigint, vsm.timeline(at, state) FROM guarded GROUP BY item)
	(TABLE by_set EXCEPT ALL TABLE by_group) UNION ALL (TABLE by_group EXCEPT ALL TABLE by_set) $$,
	'a view with a security barrier');
CREATE TABLE public.guarded_ev AS SELECT item, at, state FROM ev WHERE item IS NOT NULL;
ALTER TABLE public.guarded_ev ENABLE ROW LEVEL SECURITY;
CREATE POLICY even ON public.guarded_ev USING (item % 2 = 0);
CREATE ROLE vsm_test_reader;
GRANT SELECT ON public.guarded_ev TO vsm_test_reader;
CREATE TEMP TABLE allowed AS SELECT item::bigint AS item, vsm.timeline(at, state) AS timeline FROM public.guarded_ev WHERE item % 2 = 0
	GROUP BY item;
GRANT SELECT ON allowed TO vsm_test_reader;
SET LOCAL ROLE vsm_test_reader;
CREATE TEMP TABLE seen AS SELECT (u).item, (u).timeline FROM (SELECT vsm.unnest(vsm.timelines(item, at, state)) AS u
	FROM public.guarded_ev) s;
RESET ROLE;
SELECT ok((SELECT count(*) FROM seen) > 10 AND (SELECT count(*) FROM seen) < (SELECT count(DISTINCT item) FROM public.guarded_ev),
	'row security hides items');
SELECT is(pg_temp.differences('allowed', 'seen'), 'none', 'and shows all the others, whole');
DROP TABLE public.guarded_ev;
DROP OWNED BY vsm_test_reader;
DROP ROLE vsm_test_reader;
SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL min_parallel_table_scan_size = 0;
CREATE TABLE public.shared_ev AS SELECT item, at, state FROM ev;
ALTER TABLE public.shared_ev SET (parallel_workers = 2);
SELECT is(pg_temp.gives('SELECT u.* FROM vsm.unnest((SELECT vsm.timelines(item, at, state) FROM public.shared_ev)) AS u'), 'none',
	'a parallel scan below it');
RESET parallel_setup_cost;
RESET parallel_tuple_cost;
RESET min_parallel_table_scan_size;
DROP TABLE public.shared_ev;

-- Kept sets
CREATE TEMP TABLE stored AS SELECT vsm.timelines(item, at, state) AS items, vsm.timelines(key, at, state) AS text_items FROM ev;
SELECT is(pg_temp.gives('SELECT u.* FROM stored, vsm.unnest(items) AS u'), 'none', 'a set in a table');
SELECT is(pg_temp.gives('SELECT u.* FROM stored, vsm.unnest(text_items) AS u', 'expected_text'), 'none', 'a set of texts in a table');
SELECT is(pg_temp.gives('SELECT u.* FROM stored, vsm.unnest(items::text::vsm.bigint_timelines) AS u'), 'none', 'through its text form');
SELECT is(pg_temp.gives('SELECT u.* FROM stored, vsm.unnest(text_items::text::vsm.text_timelines) AS u', 'expected_text'), 'none',
	'texts through its text form');

-- Text form
SELECT is((SELECT vsm.timelines(1, '2026-01-05 10:00', 'To "Do"'))::text, '[[1,[["2026-01-05T10:00:00Z","To \"Do\""]]]]', 'text form');
SELECT is((SELECT vsm.timelines('PAY-"1"', '2026-01-05 10:00', 'Done'))::text, '[["PAY-\"1\"",[["2026-01-05T10:00:00Z","Done"]]]]',
	'text form, keys of text');
SELECT is((SELECT vsm.timelines(item, NULL, 'Done') FROM unnest(ARRAY[NULL, 'a']) item)::text, '[["a",null],[null,null]]',
	'text form of what is not there');
SELECT is('[[2,[["2026-01-05T10:00:00Z","b"]]],[2,[["2026-01-05T10:00:00Z","a"],["2026-01-05T10:00:00Z","b"]]], '
	'[2,null]]'::vsm.bigint_timelines::text,
	'[[2,[["2026-01-05T10:00:00Z","a"],["2026-01-05T10:00:00Z","b"]]]]', 'an item that stands twice has all events');
SELECT is(' [ ] '::vsm.text_timelines::text, '[]', 'the empty set');
SELECT is((SELECT count(*) FROM vsm.unnest('[]'::vsm.text_timelines)), 0::bigint, 'no rows of the empty set');
SELECT is(string_agg(split_part(pg_temp.error_of(format('SELECT %L::vsm.bigint_timelines', given)), ' | ', 3), E'\n' ORDER BY n),
	repeat('A set of timelines is an array of [item, timeline] pairs, for example [[1,[["2026-01-05T10:00:00Z","In Progress"]]]].'
		|| E'\n', 9) ||
	'"today": A time is written as 2026-01-05T10:00:00Z or with an offset such as +02:00.', 'malformed texts, numbers')
FROM unnest(ARRAY['{}', '1', '[1]', '[[1]]', '[[1,null,null]]', '[["1",null]]', '[[1.5,null]]', '[[9223372036854775808,null]]', '[[1,2]]',
	'[[1,[["today","a"]]]]'])
	WITH ORDINALITY v(given, n);
SELECT is(pg_temp.error_of('SELECT ''[[1,null]]''::vsm.text_timelines'),
	'22P02 | invalid input syntax for type vsm.text_timelines | A set of timelines is an array of [item, timeline] pairs, for example '
		'[["PAY-1",[["2026-01-05T10:00:00Z","In Progress"]]]].',
	'malformed text, texts');

-- Estimates
ANALYZE many;
SELECT ok(e::float8 BETWEEN 18000 AND 22000, 'estimated rows in a select list: ' || e)
FROM pg_temp.estimate('SELECT vsm.unnest(vsm.timelines(item, at, state)) FROM many') e;
SELECT ok(e::float8 BETWEEN 18000 AND 22000, 'estimated rows FROM a scalar subquery: ' || e)
FROM pg_temp.estimate('SELECT * FROM vsm.unnest((SELECT vsm.timelines(item, at, state) FROM many))') e;
SELECT ok(e::float8 BETWEEN 18000 AND 22000, 'estimated rows FROM, laterally: ' || e)
FROM pg_temp.estimate('SELECT u.* FROM (SELECT vsm.timelines(m.item, at, state) AS items FROM many m JOIN (SELECT 1 AS one) o ON one > 0) '
	's, vsm.unnest(items) AS u') e;
SELECT ok(e::float8 BETWEEN 18000 AND 22000, 'estimated rows of a CTE: ' || e)
FROM pg_temp.estimate('WITH s AS MATERIALIZED (SELECT vsm.timelines(item, at, state) AS items FROM many) SELECT u.* FROM s, '
	'vsm.unnest(items) AS u') e;
SELECT is(pg_temp.estimate('SELECT * FROM vsm.unnest(''[[1,null],[2,null],[3,null]]''::vsm.bigint_timelines)'), '3', 'rows of a constant');

-- Memory and files
SELECT is(pg_temp.temp_blocks('SELECT vsm.unnest(vsm.timelines(item, at, state)) FROM many', '64MB'), 0::bigint,
	'no file while memory is enough');
SELECT ok(pg_temp.temp_blocks('SELECT vsm.unnest(vsm.timelines(item, at, state)) FROM many', '1MB') > 300, 'temporary blocks are counted');
SET LOCAL work_mem = '1MB';
DECLARE c CURSOR FOR SELECT vsm.unnest(vsm.timelines(item, at, state)) FROM (SELECT * FROM many UNION ALL SELECT item + 50000, at, state
	FROM many) m;
FETCH 1 FROM c \gset
SELECT ok(sum(total_bytes) < 2500000, 'within the limit of memory: ' || sum(total_bytes))
FROM pg_backend_memory_contexts WHERE name IN ('reader of timelines', 'part of a set of timelines') OR (name = 'ExprContext'
	AND total_bytes > 100000);
SELECT is(pg_temp.temp_files(), 1::bigint, 'one file while it is read');
CLOSE c;
SELECT is(pg_temp.temp_files(), 0::bigint, 'none when the cursor is closed before the end');
SELECT is((SELECT count(*) FROM pg_backend_memory_contexts WHERE name IN ('reader of timelines', 'part of a set of timelines')),
	0::bigint, 'and no memory');

-- Stopped at any moment, by an error or by being cancelled
SET LOCAL work_mem = '64kB';
CREATE FUNCTION pg_temp.stop_often() RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	stopped int := 0; failed int := 0;
	seen text;
BEGIN
	FOR i IN 1..8 LOOP
		BEGIN
			PERFORM CASE WHEN (u).item = (i * 2221) % 20011 THEN 1 / ((u).item - (u).item) END
			FROM (SELECT vsm.unnest(vsm.timelines(item, at, CASE WHEN at < '2024-01-20'::timestamptz OR i % 2 = 0 THEN state
				ELSE (1 / (item - item))::text END)) AS u
				FROM (SELECT * FROM many LIMIT 120000 + i * 5000) m) s;
		EXCEPTION WHEN division_by_zero THEN
			failed := failed + 1;
		END;
		seen := concat_ws(',', seen, pg_temp.temp_files());
	END LOOP;
	RETURN failed || ' errors, files left: ' || seen;
END $$;
SELECT is(pg_temp.stop_often(), '8 errors, files left: 0,0,0,0,0,0,0,0', 'errors in subtransactions leave no file');
SELECT is((SELECT count(*) FROM pg_backend_memory_contexts WHERE name IN ('reader of timelines', 'part of a set of timelines')),
	0::bigint, 'nor memory');

-- The session cancels itself at this row of 600,000 events, or of the timelines made of them: exactly there, however fast
-- the machine is. The sequence, which no rollback turns back, says how many files there were
CREATE TEMP SEQUENCE files_then MINVALUE 0;
CREATE FUNCTION pg_temp.cancelled(at_event bigint, at_timeline bigint DEFAULT 0) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	PERFORM CASE WHEN t.number = at_timeline THEN setval('files_then', pg_temp.temp_files()) + pg_cancel_backend(pg_backend_pid())::int END
	FROM (
		SELECT row_number() OVER () AS number
		FROM (
			SELECT vsm.unnest(vsm.timelines(item, at, CASE
				WHEN number = at_event AND setval('files_then', pg_temp.temp_files()) >= 0 AND pg_cancel_backend(pg_backend_pid())
					THEN 'Cancelled'
				ELSE state END))
			FROM (
				SELECT item, at, state, row_number() OVER () AS number
				FROM (SELECT * FROM many UNION ALL SELECT item + 50000, at, state FROM many UNION ALL SELECT 1, at, state FROM many) AS m
			) AS e
		) AS u
	) AS t;
	RETURN 'it came to its end';
EXCEPTION WHEN query_canceled THEN
	RETURN format('cancelled with%s files, files left: %s', CASE WHEN (SELECT last_value FROM files_then) = 0 THEN 'out' END,
		pg_temp.temp_files());
END $$;
SELECT is(pg_temp.cancelled(1), 'cancelled without files, files left: 0', 'cancelled at the first event');
SELECT is(pg_temp.cancelled(300000), 'cancelled with files, files left: 0', 'cancelled when a file is there');
SELECT is(pg_temp.cancelled(0, 1), 'cancelled with files, files left: 0', 'cancelled at the first timeline');
SELECT is(pg_temp.cancelled(0, 20000), 'cancelled with files, files left: 0', 'cancelled in the middle of the timelines');
-- Nor is any other moment
SELECT is(pg_temp.cancel('SELECT vsm.unnest(vsm.timelines(item, at, state)) FROM many, generate_series(1, 10000)', seconds)
	|| ', files left: ' || pg_temp.temp_files(), '57014 | canceling statement due to user request, files left: 0',
		format('cancelled after %s seconds', seconds))
FROM unnest('{0.005,0.05,0.1}'::numeric[]) AS seconds;
SELECT is(pg_temp.compare('SELECT 1::bigint AS item, at, state FROM many, generate_series(1, 2)', '64kB'), 'none',
	'one item of 400,000 rows, half of them duplicates');

SELECT finish();
ROLLBACK;
