-- Timelines of a size that nobody has, groups that do not fit into memory, and what is too much.
SET client_min_messages = warning;
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS vsm;
SELECT plan(20);
SET LOCAL TimeZone = 'America/St_Johns';
-- The aggregate itself is what is asked
SET LOCAL vsm.enable_group_plan = off;
SET LOCAL max_parallel_workers_per_gather = 0;
SET LOCAL jit = off;
SELECT setseed(0.29);

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
-- The most memory that this session ever had, in kB; 0 where the system does not say.
CREATE FUNCTION pg_temp.memory_peak() RETURNS bigint LANGUAGE plpgsql AS $$
BEGIN
	RETURN substring(pg_read_file('/proc/self/status') FROM 'VmHWM:\s+(\d+)')::bigint;
EXCEPTION WHEN undefined_file THEN
	RETURN 0;
END $$;

-- First, because nothing has needed memory yet: a sort compares hundreds of thousands of times in one
-- memory context, so what a comparison leaves there adds up.
CREATE TEMP TABLE to_sort AS
SELECT ('[["2026-01-05T10:00:00Z","A"],["2026-01-05T11:00:00Z","' || repeat('x', 1 + n % 3) || n * 7919 % 3001 || '"]]')::vsm.timeline
	AS timeline FROM generate_series(1, 40000) n;
SET LOCAL work_mem = '64MB';
SELECT pg_temp.memory_peak() AS before \gset
CREATE TEMP TABLE sorted AS SELECT row_number() OVER () AS place, timeline FROM (SELECT timeline FROM to_sort ORDER BY timeline OFFSET 0)
	AS s;
SELECT cmp_ok(pg_temp.memory_peak() - :before, '<', 30000::bigint,
	format('sorting takes memory for the rows alone, not for the comparisons (%s kB)', pg_temp.memory_peak() - :before));
SELECT is_empty('SELECT FROM sorted a JOIN sorted b ON b.place = a.place + 1 WHERE a.timeline OPERATOR(vsm.>) b.timeline',
	'and it is sorted');
DROP TABLE sorted, to_sort;
RESET work_mem;

------------------------------------------------------------------------------
-- One item with five million events
------------------------------------------------------------------------------

CREATE TEMP TABLE stream AS SELECT '{"stages": [
	{"name": "S0", "class": "new"}, {"name": "S1", "class": "active", "states": ["S2", "S3"]},
	{"name": "S4", "class": "waiting", "states": ["S5"]}, {"name": "Flag", "class": "blocked", "states": ["S6"], "until": ["S7"]},
	{"name": "S8", "class": "done"}]}'::vsm.workflow AS wf;
CREATE TEMP TABLE five_million (timeline vsm.timeline);
ALTER TABLE five_million ALTER timeline SET STORAGE EXTERNAL;
-- In an order of their own, 5,000,000 seconds, the state from the second.
INSERT INTO five_million
SELECT vsm.timeline('2026-01-01 00:00+00'::timestamptz + make_interval(secs => s), 'S' || s % 9)
FROM (SELECT (n * 7919 % 5000000)::int AS s FROM generate_series(1::bigint, 5000000) n) AS e;
SELECT is(vsm.num_events(timeline), 5000000, 'five million events') FROM five_million;
SELECT is(vsm.span(timeline), '[2026-01-01 00:00:00+00,2026-02-27 20:53:19+00]', 'from the first to the last') FROM five_million;
SELECT is(vsm.state_at(timeline, '2026-01-31 12:00:00.5+00'), 'S' || (30 * 86400 + 43200) % 9, 'state_at') FROM five_million;
SELECT cmp_ok(pg_column_size(timeline), '<', 5000000 * 6, 'six bytes each, at most') FROM five_million;
-- Of nine seconds one is S0 (new: waiting once it runs), three S1, two S4, then the flag for one, S8 done.
-- The clock runs from second 1 to 4,999,994, the last that becomes done from elsewhere; a flag hides nothing active.
SELECT results_eq($$SELECT outcome, started_at, finished_at, extract(epoch FROM active_time)::int, extract(epoch FROM wait_time)::int,
	extract(epoch FROM blocked_time)::int, reopened
		FROM five_million, stream, vsm.flow(timeline, wf, NULL, '2026-03-01 00:00+00') f$$,
	-- what the seconds from 1 to the last event, and the rest until as_of, are made of
	$$SELECT 'open', '2026-01-01 00:00:01+00'::timestamptz, NULL::timestamptz,
		sum(n) FILTER (WHERE place IN (1, 2, 3))::int, sum(n) FILTER (WHERE place NOT IN (1, 2, 3))::int,
			sum(n) FILTER (WHERE place = 6)::int, 4999999 / 9
	  FROM (SELECT s % 9 AS place, count(*) AS n FROM generate_series(1, 4999998) s GROUP BY 1
		UNION ALL SELECT 4999999 % 9, extract(epoch FROM '2026-03-01 00:00+00'::timestamptz - '2026-02-27 20:53:19+00')) AS v$$,
	'its metrics');
SELECT is(vsm.timeline_send(vsm.clip(timeline, '[2026-02-01 00:00+00, 2026-02-01 01:00+00)')), vsm.timeline_send(t.want), 'clip')
FROM five_million, (SELECT vsm.timeline('2026-01-01 00:00+00'::timestamptz + make_interval(secs => s), 'S' || s % 9) AS want
	FROM generate_series(31 * 86400, 31 * 86400 + 3599) s) AS t;
SELECT ok(vsm.merge(timeline, timeline) OPERATOR(vsm.=) timeline, 'merged with itself it stays') FROM five_million;
DROP TABLE five_million;

------------------------------------------------------------------------------
-- One item with a million different states
------------------------------------------------------------------------------

CREATE TEMP TABLE million (timeline vsm.timeline);
ALTER TABLE million ALTER timeline SET STORAGE EXTERNAL;
INSERT INTO million SELECT vsm.timeline('2026-01-01 00:00+00'::timestamptz + n * interval '1 second', 'State ' || n)
	FROM generate_series(1, 1000000) n;
SELECT is(vsm.num_events(timeline), 1000000, 'a million states') FROM million;
SELECT is(vsm.state_at(timeline, '2026-01-06 00:00+00'), 'State 432000', 'each is found') FROM million;
SELECT is(vsm.flow_time(timeline, '{"stages": [{"name": "State 1", "class": "active"}, {"name": "State 1000000", "class": "done"}]}'),
	'1000000 seconds'::interval - '1 second', 'and can be a stage') FROM million;
SELECT ok(vsm.merge(part) OPERATOR(vsm.=) (SELECT vsm.clip(timeline, '[2026-01-01 00:00+00, 2026-01-04 00:00+00)') FROM million),
	'merged from overlapping partials')
FROM (SELECT vsm.timeline('2026-01-01 00:00+00'::timestamptz + n * interval '1 second', 'State ' || n) AS part
	FROM (SELECT n, n / 80000 AS p FROM generate_series(1, 3 * 86400 - 1) n UNION ALL SELECT n, 9 FROM generate_series(60000, 90000) n)
		AS e GROUP BY p) AS t;
SELECT is(vsm.path(text_form::vsm.timeline), vsm.path(part), 'as text and back')
FROM (SELECT part, part::text AS text_form FROM million, vsm.clip(timeline, '[2026-01-02 00:00+00, 2026-01-03 00:00+00)') AS part) AS t;
DROP TABLE million;

------------------------------------------------------------------------------
-- More groups than memory
------------------------------------------------------------------------------

CREATE TEMP TABLE event AS
SELECT n % 60000 AS item, '2026-01-01 00:00+00'::timestamptz + n * interval '1 hour' AS at, n % 7 AS seq, 'State ' || n % 11 AS state
	FROM generate_series(1, 480000) n;
ANALYZE event;
CREATE TEMP TABLE grouped AS SELECT item, vsm.timeline(at, state) AS timeline, vsm.timeline(at, state, seq) AS placed FROM event
	GROUP BY item LIMIT 0;
CREATE FUNCTION pg_temp.explain(statement text) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE result jsonb;
BEGIN
	EXECUTE 'EXPLAIN (ANALYZE, COSTS off, TIMING off, FORMAT json) ' || statement INTO result;
	RETURN result -> 0 -> 'Plan';
END $$;
SET LOCAL enable_sort = off;
SET LOCAL work_mem = '4MB';
CREATE TEMP TABLE spilled AS SELECT pg_temp.explain('INSERT INTO grouped SELECT item, vsm.timeline(at, state), vsm.timeline(at, state, '
	'seq) FROM event GROUP BY item') AS plan;
SELECT is(plan #>> '{Plans,0,Strategy}', 'Hashed', 'work_mem 4MB: a hash aggregate') FROM spilled;
SELECT cmp_ok((plan #>> '{Plans,0,HashAgg Batches}')::int, '>', 4, 'that spills') FROM spilled;
SELECT cmp_ok((plan #>> '{Plans,0,Peak Memory Usage}')::int, '<', 3 * 4096, 'and hardly takes more than it may (kB)') FROM spilled;
SET LOCAL enable_sort = on;
SET LOCAL enable_hashagg = off;
SELECT is((SELECT count(*) FROM grouped), 60000::bigint, 'every group is there');
SELECT is_empty('SELECT item, timeline::text, placed::text FROM grouped
	EXCEPT ALL SELECT item, vsm.timeline(at, state)::text, vsm.timeline(at, state, seq)::text FROM event GROUP BY item', 'and right');

------------------------------------------------------------------------------
-- More than a gigabyte
------------------------------------------------------------------------------

SELECT coalesce(substring(pg_read_file('/proc/meminfo', 0, 2000, true) FROM 'MemAvailable:\s+(\d+)')::bigint, 0) > 4000000
	AS enough_memory \gset
\if :enough_memory
SELECT is(pg_temp.failure($$SELECT vsm.timeline('2026-01-01 00:00+00', repeat(repeat(chr(64 + n), 1000), 540000)) FROM generate_series(1,
	2) n$$),
	'54000 | too many events for one timeline | 1 events over 1 states would take more than 1073741823 bytes.',
		'names of more than a gigabyte');
\else
SELECT skip('a gigabyte of names needs four of memory');
\endif

SELECT finish();
ROLLBACK;
