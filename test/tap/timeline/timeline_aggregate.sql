-- The aggregates that make timelines against plain SQL, in every way that PostgreSQL runs an aggregate;
-- and the functions that read a timeline.
SET client_min_messages = warning;
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS vsm;
SELECT plan(86);
SET LOCAL TimeZone = 'America/St_Johns';
-- The aggregate itself is what is asked
SET LOCAL vsm.enable_group_plan = off;
SET LOCAL jit = off;
SELECT setseed(0.23);

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
CREATE FUNCTION pg_temp.plan(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE line text; result text := '';
BEGIN
	FOR line IN EXECUTE 'EXPLAIN (COSTS off) ' || statement LOOP
		result := result || line || E'\n';
	END LOOP;
	RETURN result;
END $$;

------------------------------------------------------------------------------
-- Random events: ties, duplicates, NULLs, few and many and long names
------------------------------------------------------------------------------

-- k spreads the rows over partitions. Not temporary: parallel workers do not see what is.
CREATE SCHEMA aggregate_test;
SET LOCAL search_path = aggregate_test, public;
CREATE TABLE state AS
SELECT n, CASE WHEN n <= 5 THEN (ARRAY['', 'In Progress', 'in progress', 'Prüfung', E'say "x"\\y'])[n]
	WHEN n <= 8 THEN repeat('long ' || n, n * 10) ELSE 'State ' || n END AS state
FROM generate_series(1, 120) n;
CREATE TABLE event (k int NOT NULL, item int NOT NULL, at timestamptz, seq bigint, state text) PARTITION BY LIST (k);
CREATE TABLE event_0 PARTITION OF event FOR VALUES IN (0);
CREATE TABLE event_1 PARTITION OF event FOR VALUES IN (1);
CREATE TABLE event_2 PARTITION OF event FOR VALUES IN (2);
INSERT INTO event
SELECT floor(random() * 3), item,
	CASE WHEN random() < 0.97 THEN '2026-01-05 00:00+00'::timestamptz + CASE WHEN item % 4 = 0 THEN (random() * 9)::int * interval '1 hour'
		ELSE random() * interval '400 days' END END,
	CASE WHEN random() < 0.97 THEN floor(random() * 5 - 2) END,
	CASE WHEN random() < 0.97 THEN state END
FROM (SELECT item, 1 + floor(random() * CASE WHEN item % 10 = 0 THEN 120 WHEN item % 3 = 0 THEN 9 ELSE 4 END)::int AS n
	FROM generate_series(1, 600) item, LATERAL generate_series(1, CASE WHEN item % 10 = 0 THEN 300 ELSE item % 30 END)) AS e JOIN state
		USING (n);
INSERT INTO event SELECT floor(random() * 3), item, at, seq, state FROM event WHERE random() < 0.3;	-- the same rows again
INSERT INTO event VALUES (0, 1001, NULL, 1, 'A'), (1, 1001, now(), 1, NULL), (2, 1001, now(), NULL, NULL), (0, 1002, now(), NULL, 'A');
ANALYZE event;
SELECT cmp_ok((SELECT count(*) FROM event WHERE at IS NULL OR state IS NULL OR seq IS NULL), '>', 300::bigint, 'there are NULLs');

-- What the aggregates are, in plain SQL: a set of pairs; with seq the k-th of an instant moved by k microseconds.
CREATE TABLE pair AS SELECT DISTINCT item, at, state FROM event WHERE at IS NOT NULL AND state IS NOT NULL;
CREATE TABLE placed AS
SELECT item, at + (row_number() OVER (PARTITION BY item, at ORDER BY seq, state COLLATE "C") - 1) * interval '1 microsecond' AS at, state
FROM (SELECT DISTINCT item, at, seq, state FROM event WHERE at IS NOT NULL AND state IS NOT NULL AND seq IS NOT NULL) AS e;

CREATE TABLE serial AS SELECT item, vsm.timeline(at, state) AS timeline, vsm.timeline(at, state, seq) AS placed FROM event GROUP BY item;
CREATE VIEW read AS SELECT item, e.at, e.state FROM serial, vsm.events(timeline) AS e;
CREATE VIEW read_placed AS SELECT item, e.at, e.state FROM serial, vsm.events(placed) AS e;
SELECT is_empty('TABLE read EXCEPT ALL TABLE pair', 'timeline(at, state): nothing more');
SELECT is_empty('TABLE pair EXCEPT ALL TABLE read', 'timeline(at, state): nothing less');
SELECT is_empty('TABLE read_placed EXCEPT ALL TABLE placed', 'timeline(at, state, seq): nothing more');
SELECT is_empty('TABLE placed EXCEPT ALL TABLE read_placed', 'timeline(at, state, seq): nothing less');
SELECT is((SELECT ROW(timeline, placed)::text FROM serial WHERE item = 1001), '(,)',
	'rows with a NULL are skipped, and nothing is left: NULL');
SELECT is((SELECT ROW(vsm.num_events(timeline), placed)::text FROM serial WHERE item = 1002), '(1,)',
	'a NULL seq skips the row where it is asked for');
SELECT is((SELECT ROW(vsm.timeline(at, state), vsm.timeline(at, state, seq), vsm.merge(NULL::vsm.timeline))::text FROM event WHERE false),
	'(,,)', 'no rows: NULL');

-- The instants of a sequence.
SELECT is(vsm.timeline(at, state, seq)::text,
	'[["2026-01-05T10:00:00Z","B"],["2026-01-05T10:00:00.000001Z","A"],["2026-01-05T10:00:00.000002Z","C"],["2026-01-05T10:00:00.000003Z",'
		'"B"],["2026-01-05T11:00:00Z","A"]]',
	'seq orders the rows of an instant, then the bytes of the state; one state may come twice')
FROM (VALUES ('10:00', 'C', 2), ('10:00', 'A', 2), ('10:00', 'B', 3), ('11:00', 'A', 9), ('10:00', 'B', -5), ('10:00', 'A', 2))
	AS e (t, state, seq),
	LATERAL (SELECT ('2026-01-05 ' || t || '+00')::timestamptz) AS a (at);
SELECT is(vsm.timeline('2026-01-05 10:00+00', s, n)::text, '[["2026-01-05T10:00:00Z","A"],["2026-01-05T10:00:00.000001Z","B"]]',
	'the whole range of bigint')
FROM (VALUES ('A', (-9223372036854775808)::bigint), ('B', 9223372036854775807)) AS e (s, n);
SELECT is(pg_temp.failure($$SELECT vsm.timeline('294276-12-31 23:59:59.999999+00', n::text, n) FROM generate_series(1, 2) n$$),
	'22008 | timestamp out of range | There is no room behind the last instant for the order of its events.',
		'no room behind the last instant');

SELECT is(pg_temp.failure(format('SELECT vsm.timeline(%L, %L)', at, 'A')), '22008 | the time of an event cannot be infinite',
	'an event at ' || at)
FROM unnest(ARRAY['infinity', '-infinity']) AS at;
SELECT is(pg_temp.failure(format('SELECT vsm.timeline(%L, %L, 1)', at, 'A')), '22008 | the time of an event cannot be infinite',
	'with seq: an event at ' || at)
FROM unnest(ARRAY['infinity', '-infinity']) AS at;
SELECT is(vsm.timeline('infinity', NULL)::text, NULL, 'where there is no state there is no event');

------------------------------------------------------------------------------
-- Merging
------------------------------------------------------------------------------

-- Random partials that overlap and together hold every event.
CREATE TABLE part AS SELECT (random() * 4)::int AS part, item, vsm.timeline(at, state) AS timeline FROM event GROUP BY 1, 2;
INSERT INTO part SELECT 9, item, vsm.timeline(at, state) FROM event WHERE random() < 0.5 GROUP BY item;
SELECT is_empty('SELECT item, vsm.merge(timeline)::text FROM part GROUP BY item EXCEPT ALL SELECT item, timeline::text FROM serial',
	'merge(timeline): nothing more');
SELECT is_empty('SELECT item, timeline::text FROM serial EXCEPT ALL SELECT item, vsm.merge(timeline)::text FROM part GROUP BY item',
	'merge(timeline): nothing less');
SELECT is_empty('SELECT item, vsm.merge(timeline)::text FROM (SELECT * FROM part ORDER BY random() LIMIT 10000) AS p GROUP BY item EXCEPT '
	'ALL SELECT item, timeline::text FROM serial',
	'merge(timeline): in any order');
CREATE TABLE pair_of_parts AS
SELECT a.item, a.timeline AS a, b.timeline AS b, c.timeline AS c FROM part a JOIN part b USING (item) JOIN part c USING (item)
WHERE a.part = 1 AND b.part = 2 AND c.part = 9 AND a.timeline IS NOT NULL AND b.timeline IS NOT NULL AND c.timeline IS NOT NULL;
SELECT cmp_ok(count(*), '>', 200::bigint, 'there is something to merge') FROM pair_of_parts;
SELECT is_empty('SELECT FROM pair_of_parts WHERE vsm.timeline_send(vsm.merge(a, b)) <> vsm.timeline_send(vsm.merge(b, a))',
	'merge(a, b): commutative');
SELECT is_empty('SELECT FROM pair_of_parts WHERE vsm.timeline_send(vsm.merge(vsm.merge(a, b), c)) <> vsm.timeline_send(vsm.merge(a, '
	'vsm.merge(b, c)))', 'merge(a, b): associative');
SELECT is_empty('SELECT FROM pair_of_parts WHERE vsm.timeline_send(vsm.merge(vsm.merge(a, b), a)) <> vsm.timeline_send(vsm.merge(a, b)) OR '
	'vsm.merge(a, a)::text <> a::text', 'merge(a, b): idempotent');
SELECT is_empty('SELECT FROM pair_of_parts WHERE a OPERATOR(vsm.||) b OPERATOR(vsm.<>) vsm.merge(a, b)', '||');
SELECT is_empty($$SELECT item, e.at, e.state FROM pair_of_parts, vsm.events(vsm.merge(a, b)) AS e EXCEPT ALL
	(SELECT item, e.at, e.state FROM pair_of_parts, vsm.events(a) AS e UNION SELECT item, e.at, e.state FROM pair_of_parts, vsm.events(b)
		AS e)$$, 'merge(a, b): the union, nothing more');
SELECT is_empty($$(SELECT item, e.at, e.state FROM pair_of_parts, vsm.events(a) AS e UNION SELECT item, e.at, e.state FROM pair_of_parts,
	vsm.events(b) AS e)
	EXCEPT ALL SELECT item, e.at, e.state FROM pair_of_parts, vsm.events(vsm.merge(a, b)) AS e$$, 'merge(a, b): nothing less');
SELECT is_empty('SELECT FROM pair_of_parts WHERE vsm.merge(a, NULL) IS NOT NULL OR vsm.merge(NULL, a) IS NOT NULL',
	'merge(a, b): NULL for NULL');
SELECT is(vsm.merge(timeline)::text, '[["2026-01-05T10:00:00Z","A"]]', 'merge(timeline): NULLs are skipped')
FROM (VALUES (NULL::vsm.timeline), ('[["2026-01-05T10:00:00Z","A"]]'), (NULL)) AS t (timeline);
-- Each source row in one partial: then timelines with seq merge rightly too.
SELECT is_empty($$SELECT item, vsm.merge(placed)::text FROM (SELECT item, vsm.timeline(at, state, seq) AS placed FROM event GROUP BY item,
	at) AS p GROUP BY item
	EXCEPT ALL SELECT item, placed::text FROM serial$$, 'partials with seq that share no instant merge');

------------------------------------------------------------------------------
-- Every way of running it: the same result
------------------------------------------------------------------------------

CREATE FUNCTION pg_temp.check_same(how text, statement text, plan_pattern text) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
	RETURN NEXT matches(pg_temp.plan(statement), plan_pattern, how || ': the plan');
	RETURN NEXT is_empty(format('(%s) EXCEPT ALL SELECT item, timeline::text, placed::text FROM serial', statement), how
		|| ': nothing more');
	RETURN NEXT is_empty(format('SELECT item, timeline::text, placed::text FROM serial EXCEPT ALL (%s)', statement), how
		|| ': nothing less');
END $$;
SET LOCAL max_parallel_workers_per_gather = 0;
SELECT pg_temp.check_same('shuffled',
	'SELECT item, vsm.timeline(at, state)::text, vsm.timeline(at, state, seq)::text FROM (SELECT * FROM event ORDER BY md5(ctid::text || '
		'state || seq) OFFSET 0) AS e GROUP BY item',
	'HashAggregate.*Sort');
SET LOCAL enable_hashagg = off;
SELECT pg_temp.check_same('sorted groups',
	'SELECT item, vsm.timeline(at, state)::text, vsm.timeline(at, state, seq)::text FROM event GROUP BY item', 'GroupAggregate');
SET LOCAL enable_hashagg = on;
SELECT pg_temp.check_same('ordered input',
	'SELECT item, vsm.timeline(at, state ORDER BY at DESC)::text, vsm.timeline(at, state, seq ORDER BY state)::text FROM event GROUP BY '
		'item', 'GroupAggregate');
SELECT pg_temp.check_same('DISTINCT input',
	'SELECT item, vsm.timeline(DISTINCT at, state)::text, vsm.timeline(DISTINCT at, state, seq)::text FROM event GROUP BY item',
		'GroupAggregate');
SELECT pg_temp.check_same('grouping sets',
	'SELECT item, vsm.timeline(at, state)::text, vsm.timeline(at, state, seq)::text FROM event GROUP BY GROUPING SETS ((item), (item, k), '
		'()) HAVING GROUPING(item, k) = 1', 'MixedAggregate');

SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL min_parallel_table_scan_size = 0;
SET LOCAL max_parallel_workers_per_gather = 3;
SET LOCAL parallel_leader_participation = off;
SELECT pg_temp.check_same('parallel',
	'SELECT item, vsm.timeline(at, state)::text, vsm.timeline(at, state, seq)::text FROM event GROUP BY item',
		'Finalize.*Gather.*Partial HashAggregate.*Parallel');
SET LOCAL enable_hashagg = off;
SELECT pg_temp.check_same('parallel, sorted groups',
	'SELECT item, vsm.timeline(at, state)::text, vsm.timeline(at, state, seq)::text FROM event GROUP BY item',
		'Finalize GroupAggregate.*Gather Merge.*Partial GroupAggregate.*Parallel');
SET LOCAL enable_hashagg = on;
SELECT matches(pg_temp.plan('SELECT vsm.timeline(at, state || item) FROM event'), 'Finalize Aggregate.*Gather.*Partial Aggregate',
	'parallel, one group of thousands of names: the plan');
CREATE TABLE whole AS SELECT vsm.timeline(at, state || item) AS timeline FROM event;
SELECT is((SELECT timeline::text FROM whole), (SELECT vsm.timeline(at, state || item)::text FROM pair),
	'parallel, one group of thousands of names');
SELECT matches(pg_temp.plan('SELECT item, vsm.merge(timeline) FROM part GROUP BY item'), 'Finalize.*Partial', 'parallel merge: the plan');
SELECT is_empty('SELECT item, vsm.merge(timeline)::text FROM part GROUP BY item EXCEPT ALL SELECT item, timeline::text FROM serial',
	'parallel merge');
SET LOCAL max_parallel_workers_per_gather = 0;

-- k is no part of the key: each partition makes partial states, which overlap.
SET LOCAL enable_partitionwise_aggregate = on;
SELECT pg_temp.check_same('partition-wise',
	'SELECT item, vsm.timeline(at, state)::text, vsm.timeline(at, state, seq)::text FROM event GROUP BY item',
		'Finalize.*Append.*Partial.*event_0.*Partial.*event_1.*Partial.*event_2');
SET LOCAL enable_partitionwise_aggregate = off;

-- The state as text and back, between any two partials, as other nodes would send it.
CREATE AGGREGATE partial(timestamptz, text) (SFUNC = vsm.timeline_add_event, STYPE = vsm.timeline_state);
CREATE AGGREGATE partial(timestamptz, text, bigint) (SFUNC = vsm.timeline_add_event, STYPE = vsm.timeline_state);
CREATE AGGREGATE combine(vsm.timeline_state) (SFUNC = vsm.timeline_combine, STYPE = vsm.timeline_state, FINALFUNC = vsm.timeline_finish,
	PARALLEL = SAFE);
CREATE TABLE partial_state AS
SELECT item, part, partial(at, state) AS state, partial(at, state, seq) AS placed FROM (SELECT *, (random() * 4)::int AS part FROM event)
	AS e GROUP BY item, part;
INSERT INTO partial_state SELECT item, 9, partial(at, state), partial(at, state, seq) FROM event WHERE random() < 0.5 GROUP BY item;
SELECT is_empty('SELECT item, combine(state)::text, combine(placed)::text FROM partial_state GROUP BY item EXCEPT ALL SELECT item, '
	'timeline::text, placed::text FROM serial',
	'stored states, random and overlapping, combine to the same');
SELECT is_empty($$SELECT item, combine(state::text::vsm.timeline_state)::text, combine(placed::text::vsm.timeline_state)::text
	FROM partial_state GROUP BY item
	EXCEPT ALL SELECT item, timeline::text, placed::text FROM serial$$, 'and as text');
SELECT is_empty($$SELECT FROM partial_state WHERE item <= 60 AND
	ARRAY(SELECT DISTINCT e FROM jsonb_array_elements(placed::text::jsonb) AS e ORDER BY e) <> ARRAY(SELECT DISTINCT e
		FROM jsonb_array_elements(placed::text::vsm.timeline_state::text::jsonb) AS e ORDER BY e)$$,
	'no event changes as text');
SELECT is_empty('SELECT FROM partial_state WHERE vsm.timeline_finish(state)::text <> (state::text::vsm.timeline)::text',
	'a state without seq reads as a timeline');
SELECT is(partial('2026-01-05 10:00+00', 'A', 7)::text, '[["2026-01-05T10:00:00Z",7,"A"]]', 'the text of a state with seq');

-- The functions by hand, outside of an aggregate: what they are given does not change.
CREATE TABLE by_hand AS SELECT state, state AS before FROM partial_state WHERE item = 10 AND part = 1;
SELECT is_empty($$SELECT FROM by_hand WHERE vsm.timeline_add_event(state, now(), 'new')::text = state::text
	OR state::text <> before::text$$, 'an argument is not changed');
SELECT is(vsm.timeline_add_event(NULL, NULL, 'A')::text, NULL, 'a NULL state stays NULL without an event');
SELECT is(vsm.timeline_finish(NULL)::text, NULL, 'no state: no timeline');
SELECT is(vsm.timeline_combine(NULL, NULL)::text, NULL, 'no states: no state');
SELECT is(vsm.timeline_combine('[["2026-01-05T10:00:00Z","A"]]', NULL)::text, '[["2026-01-05T10:00:00Z","A"]]', 'the other state is NULL');
SELECT is(vsm.timeline_combine(NULL, '[["2026-01-05T10:00:00Z","A"]]')::text, '[["2026-01-05T10:00:00Z","A"]]', 'or the first');
SELECT is(pg_temp.failure($$SELECT vsm.timeline_combine('[["2026-01-05T10:00:00Z","A"]]', '[["2026-01-05T10:00:00Z",1,"A"]]')$$),
	'22023 | cannot combine a timeline that has sequence numbers with one that has none', 'states of two kinds');
SELECT is(pg_temp.failure(format('SELECT %L::vsm.timeline_state', literal)), '22P02 | invalid input syntax for type vsm.timeline_state | '
	|| detail, 'no state: ' || literal)
FROM (VALUES ('', 'The input string ended unexpectedly.'),
	('[]', 'A timeline has at least one event; an item without events has no timeline (NULL).'),
	('[["2026-01-05T10:00:00Z",1.5,"A"]]', 'A timeline is an array of [time, state] pairs of strings, for example [["2026-01-05T10:00:00Z",'
		'"In Progress"]].'),
	('[["2026-01-05T10:00:00Z",9223372036854775808,"A"]]', 'A timeline is an array of [time, state] pairs of strings, for example '
		'[["2026-01-05T10:00:00Z","In Progress"]].'),
	('[["2026-01-05T10:00:00Z","1","A"]]', 'A timeline is an array of [time, state] pairs of strings, for example [["2026-01-05T10:00:00Z",'
		'"In Progress"]].'),
	('[["2026-01-05T10:00:00",1,"A"]]', '"2026-01-05T10:00:00": The time has no offset: without Z or an offset such as +02:00 it would '
		'depend on the session''s time zone.')) AS w (literal, detail);

-- FILTER, and as a window function: the state goes on after it was finished.
SELECT is_empty($$SELECT item, vsm.timeline(at, state) FILTER (WHERE k = 1)::text FROM event GROUP BY item
	EXCEPT ALL SELECT item, t.timeline::text FROM (SELECT DISTINCT item FROM event) AS i LEFT JOIN (SELECT item, vsm.timeline(at, state)
		AS timeline FROM event_1 GROUP BY item) AS t USING (item)$$, 'FILTER');
SELECT is_empty($$
	SELECT item, n, vsm.timeline(at, state) OVER running::text, vsm.timeline(at, state, seq) OVER running::text
	FROM (SELECT item, at, seq, state, row_number() OVER (PARTITION BY item ORDER BY at, seq, state, k) AS n FROM event WHERE item IN (4,
		7, 12, 29, 30)) AS e
	WINDOW running AS (PARTITION BY item ORDER BY n)
	EXCEPT ALL
	SELECT item, n, l.timeline::text, l.placed::text
	FROM (SELECT item, array_agg(at ORDER BY n) AS at, array_agg(seq ORDER BY n) AS seq, array_agg(state ORDER BY n) AS state
		FROM (SELECT item, at, seq, state, row_number() OVER (PARTITION BY item ORDER BY at, seq, state, k) AS n FROM event
			WHERE item IN (4, 7, 12, 29, 30)) AS e GROUP BY item) AS a,
	generate_series(1, cardinality(at)) n,
	LATERAL (SELECT vsm.timeline(x, y) AS timeline, vsm.timeline(x, y, z) AS placed FROM unnest(at[:n], state[:n], seq[:n]) AS u (x, y,
		z)) AS l$$,
	'a running window');
SELECT is_empty($$
	SELECT timeline::text FROM (SELECT n, vsm.merge(timeline) OVER (ORDER BY n ROWS BETWEEN 2 PRECEDING AND CURRENT ROW) AS timeline
		FROM (SELECT row_number() OVER (ORDER BY item) AS n, timeline FROM serial WHERE item <= 60) AS s) AS w
	EXCEPT ALL
	SELECT (SELECT vsm.merge(timeline)::text FROM (SELECT row_number() OVER (ORDER BY item) AS n, timeline FROM serial WHERE item <= 60)
		AS s WHERE n BETWEEN m - 2 AND m) FROM generate_series(1, 60) m$$,
	'a sliding window');
SELECT is(vsm.timeline(at, state)::text, vsm.merge(vsm.timeline(at, state)) OVER ()::text, 'an aggregate of an aggregate') FROM event
	WHERE item = 10;

------------------------------------------------------------------------------
-- Reading: events, path, span, num_events, state_at
------------------------------------------------------------------------------

SELECT results_eq('SELECT item, e.at, e.state FROM serial, vsm.events(timeline) WITH ORDINALITY AS e (at, state, n) WHERE item <= 100 '
	'ORDER BY item, n',
	'SELECT item, at, state FROM pair WHERE item <= 100 ORDER BY item, at, state COLLATE "C"', 'events come in order');
SELECT is_empty('SELECT * FROM vsm.events(NULL)', 'events of NULL: no rows');
SELECT is_empty('SELECT item, vsm.path(timeline), vsm.num_events(timeline), vsm.span(timeline) FROM serial WHERE timeline IS NOT NULL
	EXCEPT ALL SELECT item, array_agg(state ORDER BY at, state COLLATE "C"), count(*)::int, tstzrange(min(at), max(at), ''[]'') FROM pair '
		'GROUP BY item', 'path, num_events, span');
SELECT is(ROW(vsm.path(NULL::vsm.timeline), vsm.num_events(NULL), vsm.span(NULL), vsm.state_at(NULL, now()),
	vsm.state_at('[["2026-01-05T10:00:00Z","A"]]', NULL))::text, '(,,,,)', 'of NULL: NULL');
CREATE TABLE asked AS
SELECT item, timeline, at FROM serial, LATERAL (
	SELECT at FROM vsm.events(timeline) UNION SELECT at - interval '1 microsecond' FROM vsm.events(timeline)
	UNION SELECT at + interval '1 microsecond' FROM vsm.events(timeline) UNION VALUES ('infinity'::timestamptz), ('-infinity')) AS a
WHERE item <= 40;
CREATE INDEX ON pair (item, at, state COLLATE "C");
ANALYZE pair;
SELECT is_empty('SELECT item, at, vsm.state_at(timeline, at) FROM asked
	EXCEPT ALL SELECT item, at, (SELECT state FROM pair p WHERE p.item = a.item AND p.at <= a.at ORDER BY p.at DESC, state COLLATE "C" '
		'DESC LIMIT 1) FROM asked a', 'state_at');

-- Ten events over nine usual names, as they are stored.
CREATE TABLE stored AS SELECT vsm.timeline('2026-01-05 09:12:34.567+00'::timestamptz + n * interval '31 hours 17 minutes 3.141 seconds',
	state) AS timeline
FROM unnest(ARRAY['Backlog', 'Ready', 'Analysis', 'In Progress', 'Code Review', 'In Progress', 'QA', 'Ready for Release', 'Done',
	'Cancelled']) WITH ORDINALITY AS e (state, n);
SELECT cmp_ok(pg_column_size(timeline), '<=', 160, 'ten events over nine names take at most 160 bytes, but ' || pg_column_size(timeline))
	FROM stored;
SELECT cmp_ok(pg_column_size(timeline), '<=', 10 * 10 + (SELECT sum(length(s)) FROM unnest(ARRAY['Backlog', 'Ready', 'Analysis',
	'In Progress', 'Code Review', 'QA', 'Ready for Release', 'Done', 'Cancelled']) s)::int,
	'at most ten bytes an event beside its names') FROM stored;

SELECT finish();
ROLLBACK;
