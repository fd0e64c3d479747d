-- vsm.process_map: by hand, against window functions in plain SQL, and on real data
SET client_min_messages = warning;
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS vsm;
\ir ../../oracle.sql
SET LOCAL max_parallel_workers_per_gather = 0;
SET LOCAL jit = off;
SET LOCAL TimeZone = 'America/St_Johns';

SELECT plan(47);

------------------------------------------------------------------------------
-- By hand
------------------------------------------------------------------------------

CREATE FUNCTION pg_temp.stream() RETURNS vsm.workflow LANGUAGE sql AS $$
SELECT '{"stages":[{"name":"To Do","class":"new"},{"name":"Build","class":"active","states":["In Progress"]},
	{"name":"Blocked","class":"blocked","until":["Unblocked"]},{"name":"QA","class":"active"},
	{"name":"Done","class":"done"}]}'::vsm.workflow
$$;
CREATE TEMP TABLE item ON COMMIT DROP AS
SELECT vsm.timeline(('2026-03-' || left(e, 8) || '+00')::timestamptz, substr(e, 10)) AS timeline
FROM (VALUES ('02 09:00 Build, 03 12:00 QA, 04 09:00 In Progress, 05 09:00 QA, 06 12:00 Done'),
			('02 09:00 In Progress, 03 09:00 Odd, 04 09:00 Build, 06 09:00 QA, 07 09:00 Done'),
			('05 09:00 Build, 05 10:00 Blocked, 05 17:00 Done'), ('09 09:00 Odd'), ('09 09:00 Build')) AS v(events),
	regexp_split_to_table(events, ', ') AS e
GROUP BY events;

CREATE FUNCTION pg_temp.shown(map vsm.process_map_row[]) RETURNS SETOF text LANGUAGE sql AS $$
SELECT format('%s > %s: %s of %s in %s, %s to %s', coalesce(from_stage, '-'), coalesce(to_stage, '-'), moves, items, coalesce(total::text,
	'-'), coalesce(min::text, '-'), coalesce(max::text, '-'))
FROM unnest(map)
$$;
SELECT results_eq($$SELECT pg_temp.shown(vsm.process_map(timeline, pg_temp.stream())) FROM item$$,
	$$VALUES ('- > Build: 4 of 4 in -, - to -'),
			('Build > QA: 3 of 2 in 6 days 03:00:00, 1 day to 4 days'),
			('Build > Done: 1 of 1 in 08:00:00, 08:00:00 to 08:00:00'),
			('Build > -: 1 of 1 in -, - to -'),
			('QA > Build: 1 of 1 in 21:00:00, 21:00:00 to 21:00:00'),
			('QA > Done: 2 of 2 in 2 days 03:00:00, 1 day to 1 day 03:00:00'),
			('Done > -: 3 of 3 in -, - to -')$$,
	'with a workflow: in the order of the stream, (unmapped) skipped and neighbours folded, layers no stages');
SELECT results_eq($$SELECT pg_temp.shown(vsm.process_map(timeline, pg_temp.stream(),
	'{"week":{"mon":["09:00-17:00"],"tue":["09:00-17:00"],"wed":["09:00-17:00"],"thu":["09:00-17:00"],"fri":["09:00-17:00"]}}'))
		FROM item$$,
	$$VALUES ('- > Build: 4 of 4 in -, - to -'),
			('Build > QA: 3 of 2 in 51:00:00, 08:00:00 to 32:00:00'),
			('Build > Done: 1 of 1 in 08:00:00, 08:00:00 to 08:00:00'),
			('Build > -: 1 of 1 in -, - to -'),
			('QA > Build: 1 of 1 in 05:00:00, 05:00:00 to 05:00:00'),
			('QA > Done: 2 of 2 in 19:00:00, 08:00:00 to 11:00:00'),
			('Done > -: 3 of 3 in -, - to -')$$,
	'by a calendar: working hours');
SELECT results_eq($$SELECT pg_temp.shown(vsm.process_map(t))
	FROM unnest(ARRAY['[["2026-03-02T00:00:00Z","b"],["2026-03-03T00:00:00Z","b"],["2026-03-03T00:00:00Z","a"]]',
		'[["2026-03-02T00:00:00Z","b"]]']::vsm.timeline[]) AS t$$,
	$$VALUES ('- > b: 2 of 2 in -, - to -'), ('a > b: 1 of 1 in 00:00:00, 00:00:00 to 00:00:00'),
		('b > a: 1 of 1 in 1 day, 1 day to 1 day'), ('b > -: 2 of 2 in -, - to -')$$,
	'an event log: every event as it is, of one instant in byte order');
SELECT results_eq($$SELECT pg_temp.shown(vsm.process_map(t))
	FROM unnest(ARRAY['[["2026-03-02T00:00:00Z","b"],["2026-03-03T00:00:00Z","b"],["2026-03-06T00:00:00Z","b"]]']::vsm.timeline[]) AS t$$,
	$$VALUES ('- > b: 1 of 1 in -, - to -'), ('b > b: 2 of 1 in 4 days, 1 day to 3 days'), ('b > -: 1 of 1 in -, - to -')$$,
		'repeats are moves');

-- What doc/tasks.md computes over it: %C&A by stage and of the stream
SELECT results_eq($$
	WITH move AS (
		SELECT m.moves, f.place AS from_place, t.place AS to_place
		FROM (SELECT vsm.process_map(timeline, pg_temp.stream()) AS map FROM item) AS p, unnest(map) AS m
		JOIN vsm.stages(pg_temp.stream()) AS f ON f.stage = from_stage
		JOIN vsm.stages(pg_temp.stream()) AS t ON t.stage = to_stage),
	handover AS (
		SELECT stage, place,
				1 - coalesce(sum(moves) FILTER (WHERE to_place = place AND from_place > place), 0)
					/ sum(moves) FILTER (WHERE from_place = place AND to_place > place) AS ca
		FROM vsm.stages(pg_temp.stream()), move
		GROUP BY stage, place)
	SELECT stage, round(ca, 4), round(exp(sum(ln(nullif(ca, 0))) OVER (ORDER BY place)), 4) FROM handover WHERE ca IS NOT NULL
		ORDER BY place$$,
	$$VALUES ('Build', 0.75, 0.75), ('QA', 1.0, 0.75)$$, '%C&A: of four handovers from Build one came back');

------------------------------------------------------------------------------
-- NULL, empty, and errors
------------------------------------------------------------------------------

CREATE FUNCTION pg_temp.refused(statement text) RETURNS text[] LANGUAGE plpgsql AS $$
DECLARE
	message text; detail text; hint text;
BEGIN
	EXECUTE statement;
	RETURN NULL;
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
	RETURN ARRAY[SQLSTATE, message, detail, hint];
END $$;
SELECT is((SELECT vsm.process_map(timeline) FROM item WHERE false), NULL, 'no rows: NULL');
SELECT is((SELECT vsm.process_map(timeline, pg_temp.stream()) FROM item WHERE false), NULL, 'no rows with a workflow: NULL');
SELECT is(vsm.process_map(NULL)::text, '{}', 'no items: empty');
SELECT is(vsm.process_map(NULL, pg_temp.stream())::text, '{}', 'no items with a workflow: empty');
SELECT is(vsm.process_map('[["2026-03-02T00:00:00Z","Odd"]]', pg_temp.stream())::text, '{}', 'an item without a stage: empty');
SELECT is((SELECT vsm.process_map(timeline, NULL) FROM item), NULL, 'workflow NULL: NULL');
SELECT is((SELECT vsm.process_map(timeline, NULL, '{}') FROM item), NULL, 'workflow NULL with a calendar: NULL');
SELECT results_eq($$SELECT vsm.process_map(timeline, pg_temp.stream(), NULL) FROM item$$, $$SELECT vsm.process_map(timeline,
	pg_temp.stream()) FROM item$$, 'calendar NULL: wall clock');
SELECT results_eq($$SELECT vsm.process_map(t) FROM (SELECT timeline FROM item UNION ALL SELECT NULL) AS i(t)$$,
	$$SELECT vsm.process_map(timeline) FROM item$$, 'a NULL timeline is no item');

SELECT is(pg_temp.refused(statement),
	ARRAY['22023', '"' || argument || '" differs within one group', 'All rows of a group must give vsm.process_map the same "' || argument
		|| '".', 'Add what decides it to GROUP BY.'], statement)
FROM (VALUES ('workflow', $$SELECT vsm.process_map(timeline, vsm.with_rules(pg_temp.stream(), start => s)) FROM item,
	unnest('{active,created}'::text[]) AS s$$),
			('calendar', $$SELECT vsm.process_map(timeline, pg_temp.stream(), c) FROM item,
				unnest(ARRAY['{}', '{"time_zone":"Europe/Paris"}']::vsm.calendar[]) AS c$$),
			('calendar', $$SELECT vsm.process_map(timeline, pg_temp.stream(), c) FROM item, unnest(ARRAY[NULL, '{}']::vsm.calendar[])
				AS c$$),
			('calendar', $$SELECT vsm.process_map(timeline, pg_temp.stream(), c) FROM item, unnest(ARRAY['{}', NULL]::vsm.calendar[])
				AS c$$)) AS v(argument, statement);
SELECT is(pg_temp.refused($$SELECT vsm.process_map(timeline, w) FROM item, unnest(ARRAY[pg_temp.stream(), NULL]) AS w$$),
	ARRAY['22023', 'configuration differs within one group', 'A configuration argument of vsm.process_map is NULL in some rows of a group, '
		'in others not.', 'Leave these rows out, or add what decides it to GROUP BY.'],
	'a workflow that is NULL in some rows');
SELECT is((pg_temp.refused($$SELECT vsm.process_map(timeline, vsm.with_rules(pg_temp.stream(), unmapped => 'error')) FROM item$$))[1:2],
	ARRAY['22023', 'state "Odd" is not in the workflow'], 'an unknown state under rule error');

-- Sums beyond what microseconds in 64 bits hold
CREATE FUNCTION pg_temp.ages(items int) RETURNS SETOF vsm.timeline LANGUAGE sql AS $$
SELECT '[["2000-01-01T00:00:00Z","Build"],["102000-01-01T00:00:00.5Z","QA"]]'::vsm.timeline FROM generate_series(1, items)
$$;
SELECT is((SELECT total FROM (SELECT vsm.process_map(t, pg_temp.stream()) AS map FROM pg_temp.ages(50) AS t) AS m, unnest(map)
	WHERE to_stage = 'QA' AND from_stage = 'Build'),
	50 * (timestamptz '102000-01-01 00:00:00.5+00' - '2000-01-01 00:00+00'), 'five million years are exact');
SELECT is(pg_temp.refused($$SELECT vsm.process_map(t, pg_temp.stream()) FROM pg_temp.ages(100) AS t$$), ARRAY['22008',
	'interval out of range', '', ''], 'ten million overflow');
SELECT is(pg_temp.refused($$SELECT vsm.process_map(t, pg_temp.stream(), '{}') FROM pg_temp.ages(5) AS t$$), ARRAY['22008',
	'interval out of range', '', ''], 'half a million in hours, too');
SELECT is(pg_temp.refused($$SELECT vsm.process_map('[["4000-01-01T00:00:00Z BC","Build"],["294000-01-01T00:00:00Z",'
	'"QA"]]'::vsm.timeline)$$), ARRAY['22008', 'interval out of range', '', ''], 'one move of 298000 years, too');

------------------------------------------------------------------------------
-- Random: window functions
------------------------------------------------------------------------------

SELECT FROM oracle.generate(600, 0, 24);
DELETE FROM oracle.ask;
CREATE TEMP TABLE member ON COMMIT DROP AS
SELECT wf, 1 + (17 * n + 41 * k)::int % 600 AS item
FROM   (SELECT wf, row_number() OVER (ORDER BY wf) AS n FROM oracle.rules WHERE unmapped <> 'error') AS w, generate_series(1, 8) AS k
WHERE  n % 5 = 0;
INSERT INTO oracle.ask SELECT row_number() OVER (ORDER BY item, wf), item, wf, NULL FROM member;
ANALYZE member;
SELECT FROM oracle.answer();
CREATE TEMP TABLE timeline ON COMMIT DROP AS
SELECT DISTINCT item, oracle.timeline_text(item)::vsm.timeline AS timeline FROM oracle.fact;
CREATE TEMP TABLE workflow ON COMMIT DROP AS
SELECT wf, oracle.workflow_text(wf)::vsm.workflow AS workflow FROM (SELECT DISTINCT wf FROM member) AS m;

-- what ran is compared with its representation: days and time, or hours only
CREATE FUNCTION pg_temp.parts(i interval) RETURNS text LANGUAGE sql AS $$
SELECT extract(year FROM i) * 12 + extract(month FROM i) || 'm ' || extract(day FROM i) || 'd ' || extract(epoch
	FROM i - date_trunc('day', i)) || 's' $$;

CREATE TEMP TABLE log_map ON COMMIT DROP AS
SELECT from_stage, to_stage, moves, items, pg_temp.parts(total) AS total, pg_temp.parts(min) AS min, pg_temp.parts(max) AS max
FROM   (SELECT vsm.process_map(timeline) AS map FROM timeline) AS m, unnest(map);
CREATE TEMP TABLE expected_log_map ON COMMIT DROP AS
WITH event AS (
	SELECT item, at, state, lead(state) OVER w AS next, lag(state) OVER w AS before, lead(at) OVER w - at AS duration
	FROM   oracle.fact WINDOW w AS (PARTITION BY item ORDER BY at, state COLLATE "C")
), move AS (
	SELECT item, state AS from_stage, next AS to_stage, duration FROM event
	UNION ALL
	SELECT item, NULL, state, NULL FROM event WHERE before IS NULL
)
SELECT from_stage, to_stage, count(*) AS moves, count(DISTINCT item) AS items,
	pg_temp.parts(oracle.to_interval(sum((extract(epoch FROM duration) * 1000000)::bigint)::bigint)) AS total,
		pg_temp.parts(min(duration)) AS min, pg_temp.parts(max(duration)) AS max
FROM   move GROUP BY 1, 2;
SELECT cmp_ok((SELECT count(*)::int FROM expected_log_map), '>=', 300, 'hundreds of kinds of moves');
SELECT is_empty($$(TABLE log_map EXCEPT ALL TABLE expected_log_map) UNION ALL (TABLE expected_log_map EXCEPT ALL TABLE log_map)$$,
	'the map of an event log');

CREATE TEMP TABLE map ON COMMIT DROP AS
SELECT wf, by_calendar, from_stage, to_stage, moves, items, pg_temp.parts(total) AS total, pg_temp.parts(min) AS min, pg_temp.parts(max)
	AS max
FROM   (SELECT wf, false AS by_calendar, vsm.process_map(timeline, workflow) AS map FROM member JOIN timeline USING (item) JOIN workflow
	USING (wf) GROUP BY wf
		UNION ALL
		SELECT wf, true, vsm.process_map(timeline, workflow, '{"time_zone":"Europe/Paris","week":{"mon":["09:00-12:00","13:00-18:00"],'
			'"wed":["10:00-24:00"],"sun":["00:00-06:00"]}}')
		FROM member JOIN timeline USING (item) JOIN workflow USING (wf) GROUP BY wf) AS m, unnest(map);
CREATE TEMP TABLE expected_map ON COMMIT DROP AS
WITH mapped AS (
	SELECT a.wf, a.item, v.visit, v.place, v.stage, v.entered_at, lag(v.place) OVER (PARTITION BY v.ask ORDER BY v.visit) AS before
	FROM   oracle.visit v JOIN oracle.ask a USING (ask) WHERE v.place IS NOT NULL
), visit AS (
	SELECT *, lead(stage) OVER w AS next, lead(entered_at) OVER w AS next_at
	FROM   mapped WHERE before IS DISTINCT FROM place WINDOW w AS (PARTITION BY wf, item ORDER BY visit)
), move AS (
	SELECT wf, item, stage AS from_stage, next AS to_stage, entered_at, next_at FROM visit
	UNION ALL
	SELECT wf, item, NULL, stage, NULL, NULL FROM visit WHERE before IS NULL
), timed AS (
	SELECT *, false AS by_calendar, oracle.micros(entered_at, next_at) AS us FROM move
	UNION ALL
	SELECT *, true, (extract(epoch FROM vsm.working_time(entered_at, next_at,
		'{"time_zone":"Europe/Paris","week":{"mon":["09:00-12:00","13:00-18:00"],"wed":["10:00-24:00"],"sun":["00:00-06:00"]}}')) *
			1000000)::bigint FROM move
	WHERE  next_at IS NOT NULL
	UNION ALL
	SELECT *, true, NULL FROM move WHERE next_at IS NULL
)
SELECT wf, by_calendar, from_stage, to_stage, count(*) AS moves, count(DISTINCT item) AS items,
		pg_temp.parts(CASE WHEN by_calendar THEN sum(us) * interval '1 microsecond' ELSE oracle.to_interval(sum(us)::bigint) END) AS total,
		pg_temp.parts(CASE WHEN by_calendar THEN min(us) * interval '1 microsecond' ELSE oracle.to_interval(min(us)) END) AS min,
		pg_temp.parts(CASE WHEN by_calendar THEN max(us) * interval '1 microsecond' ELSE oracle.to_interval(max(us)) END) AS max
FROM   timed GROUP BY 1, 2, 3, 4;
SELECT cmp_ok((SELECT count(*)::int FROM expected_map), '>=', 2000, 'thousands of moves of many workflows');
SELECT is_empty($$(TABLE map EXCEPT ALL TABLE expected_map) UNION ALL (TABLE expected_map EXCEPT ALL TABLE map)$$,
	'the maps of workflows, by wall clock and by a calendar');
SELECT is_empty($$
	SELECT * FROM (SELECT m.wf, f.place, t.place AS to_place, lag((coalesce(f.place, 0), coalesce(t.place, 9999))) OVER (PARTITION BY m.wf
		ORDER BY n) AS before, n
		FROM (SELECT wf, r.* FROM (SELECT wf, vsm.process_map(timeline, workflow) AS map FROM member JOIN timeline USING (item)
			JOIN workflow USING (wf) GROUP BY wf) AS m, unnest(map) WITH ORDINALITY AS r(from_stage, to_stage, moves, items, total, min,
				max, n)) AS m
		LEFT JOIN oracle.stage f ON f.wf = m.wf AND f.stage = m.from_stage LEFT JOIN oracle.stage t ON t.wf = m.wf
			AND t.stage = m.to_stage) AS x
	WHERE before >= (coalesce(place, 0), coalesce(to_place, 9999))$$, 'in the order of the stream');

-- variants
SELECT is_empty($$
	WITH variant AS (SELECT wf, vsm.path(timeline, workflow) AS path, count(*) FROM member JOIN timeline USING (item) JOIN workflow
		USING (wf) GROUP BY 1, 2),
	expected AS (SELECT wf, path, count(*) FROM (SELECT wf, item, array_agg(stage ORDER BY visit) AS path FROM oracle.visit
		JOIN oracle.ask USING (ask) GROUP BY 1, 2) AS p GROUP BY 1, 2
		UNION ALL SELECT wf, NULL, count(*) FROM oracle.ask a WHERE NOT EXISTS (SELECT FROM oracle.visit v WHERE v.ask = a.ask) GROUP BY 1)
	(TABLE variant EXCEPT ALL TABLE expected) UNION ALL (TABLE expected EXCEPT ALL TABLE variant)$$, 'variants');

-- many names, long names
CREATE TEMP TABLE wide ON COMMIT DROP AS
SELECT k / 50 AS item, timestamptz '2026-01-01 00:00+00' + k * interval '1 hour' AS at, 'A state with the number ' || (k * 7919) % 1500
	|| repeat('.', k % 40) AS state
FROM generate_series(0, 9999) AS k;
SELECT is_empty($$
	WITH ours AS (SELECT from_stage, to_stage, moves, items FROM (SELECT vsm.process_map(timeline) AS map FROM (SELECT vsm.timeline(at,
		state) AS timeline FROM wide GROUP BY item) AS t) AS m, unnest(map)),
	theirs AS (SELECT state, next, count(*), count(DISTINCT item) FROM (
			SELECT item, state, lead(state) OVER w AS next FROM wide WINDOW w AS (PARTITION BY item ORDER BY at)
			UNION ALL SELECT item, NULL, state FROM (SELECT item, state, row_number() OVER (PARTITION BY item ORDER BY at) AS n FROM wide)
				AS f WHERE n = 1) AS x GROUP BY 1, 2)
	(TABLE ours EXCEPT ALL TABLE theirs) UNION ALL (TABLE theirs EXCEPT ALL TABLE ours)$$, 'thousands of long names');

------------------------------------------------------------------------------
-- Any order, any partials, in parallel
------------------------------------------------------------------------------

CREATE TABLE public.process_map_item (k int, timeline vsm.timeline) PARTITION BY RANGE (k);
CREATE TABLE public.process_map_item_1 PARTITION OF public.process_map_item FOR VALUES FROM (0) TO (3);
CREATE TABLE public.process_map_item_2 PARTITION OF public.process_map_item DEFAULT;
INSERT INTO public.process_map_item SELECT item % 7, timeline FROM timeline;
ANALYZE public.process_map_item;
CREATE TEMP TABLE serial ON COMMIT DROP AS
SELECT vsm.process_map(timeline) AS log, vsm.process_map(timeline, pg_temp.stream()) AS stages, vsm.process_map(timeline,
	pg_temp.stream(), '{"time_zone":"Asia/Kolkata","week":{"mon":["09:00-17:00"]}}') AS working
FROM public.process_map_item;
\set log 'vsm.process_map(timeline)'
SELECT quote_literal(pg_temp.stream()::text) || '::vsm.workflow' AS stream \gset
\set stages 'vsm.process_map(timeline, ' :stream ')'
\set working 'vsm.process_map(timeline, ' :stream ', ' '''{"time_zone":"Asia/Kolkata","week":{"mon":["09:00-17:00"]}}''::vsm.calendar' ')'
SELECT format('SELECT %s, %s, %s FROM public.process_map_item', :'log', :'stages', :'working') AS all_maps \gset
SELECT results_eq(replace(:'all_maps', 'public.process_map_item', '(SELECT timeline FROM public.process_map_item ORDER BY timeline::text '
	'OFFSET 0) AS t'), 'TABLE serial', 'in another order');

CREATE AGGREGATE pg_temp.log_partial(vsm.timeline) (SFUNC = vsm.process_map_add, STYPE = vsm.process_map_state);
CREATE AGGREGATE pg_temp.working_partial(vsm.timeline, vsm.workflow, vsm.calendar) (SFUNC = vsm.process_map_add,
	STYPE = vsm.process_map_state);
CREATE AGGREGATE pg_temp.total(vsm.process_map_state) (SFUNC = vsm.process_map_combine, STYPE = vsm.process_map_state,
	FINALFUNC = vsm.process_map_finish);
CREATE TEMP TABLE partial ON COMMIT DROP AS
SELECT k, pg_temp.log_partial(timeline)::text AS log, pg_temp.working_partial(timeline, pg_temp.stream(),
	'{"time_zone":"Asia/Kolkata","week":{"mon":["09:00-17:00"]}}')::text AS working
FROM (TABLE public.process_map_item UNION ALL SELECT 100, NULL) AS i GROUP BY k;
SELECT results_eq($$SELECT pg_temp.total(log::vsm.process_map_state ORDER BY k), pg_temp.total(working::vsm.process_map_state ORDER BY k)
	FROM partial$$,
	'SELECT log, working FROM serial', 'merged from partial states that were sent as text');
SELECT results_eq($$SELECT pg_temp.total(log::vsm.process_map_state ORDER BY k DESC), pg_temp.total(working::vsm.process_map_state
	ORDER BY k DESC) FROM partial$$,
	'SELECT log, working FROM serial', 'merged the other way around');
SELECT is_empty($$SELECT FROM partial WHERE log::vsm.process_map_state::text <> log OR working::vsm.process_map_state::text <> working$$,
	'the text form is lossless');

CREATE FUNCTION pg_temp.plan_of(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	line text; plan text := '';
BEGIN
	FOR line IN EXECUTE 'EXPLAIN (COSTS OFF) ' || statement LOOP plan := plan || line || E'\n'; END LOOP;
	RETURN plan;
END $$;
SET LOCAL enable_partitionwise_aggregate = on;
SET LOCAL cpu_tuple_cost = 100;
SELECT results_eq(:'all_maps', 'TABLE serial', 'partition by partition');
SELECT matches(pg_temp.plan_of(:'all_maps'), 'Append(.|\n)*Partial Aggregate', 'the planner aggregates partitions partially');
SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL min_parallel_table_scan_size = 0;
SET LOCAL max_parallel_workers_per_gather = 2;
SELECT results_eq(:'all_maps', 'TABLE serial', 'in parallel');
SELECT matches(pg_temp.plan_of(:'all_maps'), 'Gather(.|\n)*Partial Aggregate', 'the planner aggregates partially in workers');

SELECT is(pg_temp.refused($$SELECT pg_temp.total(s::vsm.process_map_state) FROM (SELECT log FROM partial WHERE k = 0 UNION ALL
	SELECT working FROM partial WHERE k = 1) AS p(s)$$),
	ARRAY['22023', '"workflow" differs within one group', 'All rows of a group must give vsm.process_map the same "workflow".',
		'Add what decides it to GROUP BY.'],
	'partial states of two forms');
SELECT is(pg_temp.refused(format($$SELECT %L::vsm.process_map_state$$, state)), ARRAY['22P02',
	'invalid input syntax for type vsm.process_map_state', detail, ''], 'a malformed state: ' || detail)
FROM (VALUES ('{"workflow":null,"calendar":null,"names":["a","a"],"moves":[]}', '"a" stands twice in "names".'),
			('{"workflow":null,"calendar":null,"names":["a"],"moves":[[0,1,1,1,0,0,0,0]]}', 'A member of "moves" has an unknown node.'),
			('{"workflow":null,"calendar":null,"names":["a"],"moves":[[0,0,-1,1,0,0,0,0]]}', 'A member of "moves" is out of range.'),
			('{"workflow":null,"calendar":null,"names":["a"],"moves":[[0,0,1]]}',
				'There must be an array of 8 numbers in place of an array.')) AS v(state, detail);

------------------------------------------------------------------------------
-- Real data: handling of patients
------------------------------------------------------------------------------

\set folder `echo "${VSM_REAL_DATA:-../shared/data}"`
\set patients `cat "${VSM_REAL_DATA:-../shared/data}/bupar/patients.csv" 2>/dev/null`
SELECT :'patients' <> '' AS has_data \gset
\if :has_data
CREATE TEMP TABLE patient ON COMMIT DROP AS
SELECT f[2] AS patient, f[1] || ' ' || f[5] AS state, f[6]::timestamptz AS at
FROM regexp_split_to_table(trim(E'\n' FROM :'patients'), E'\n') WITH ORDINALITY AS t(l, n), string_to_array(l, ',') AS f WHERE n > 1;
CREATE TEMP TABLE patient_timeline ON COMMIT DROP AS SELECT patient, vsm.timeline(at, state) AS timeline FROM patient GROUP BY patient;
SELECT results_eq($$SELECT (SELECT count(*) FROM patient)::int, sum(vsm.num_events(timeline))::int, count(*)::int FROM patient_timeline$$,
	$$VALUES (5442, 5442, 500)$$, 'patients: 5442 events of 500 cases');
SELECT is_empty($$
	WITH ours AS (SELECT from_stage, to_stage, moves, items, extract(epoch FROM total), extract(epoch FROM min), extract(epoch FROM max)
		FROM (SELECT vsm.process_map(timeline) AS map FROM patient_timeline) AS m, unnest(map)
		WHERE from_stage IS NOT NULL AND to_stage IS NOT NULL),
	theirs AS (SELECT state, next, count(*), count(DISTINCT patient), extract(epoch FROM sum(d)), extract(epoch FROM min(d)),
		extract(epoch FROM max(d))
		FROM (SELECT patient, state, lead(state) OVER w AS next, lead(at) OVER w - at AS d FROM patient WINDOW w AS (PARTITION BY patient
			ORDER BY at, state COLLATE "C")) AS x WHERE next IS NOT NULL GROUP BY 1, 2)
	(TABLE ours EXCEPT ALL TABLE theirs) UNION ALL (TABLE theirs EXCEPT ALL TABLE ours)$$, 'patients: the map');
SELECT is_empty($$
	WITH ours AS (SELECT vsm.path(timeline) AS path, count(*) FROM patient_timeline GROUP BY 1),
	theirs AS (SELECT path, count(*) FROM (SELECT array_agg(state ORDER BY at, state COLLATE "C") AS path FROM patient GROUP BY patient)
		AS x GROUP BY 1)
	(TABLE ours EXCEPT ALL TABLE theirs) UNION ALL (TABLE theirs EXCEPT ALL TABLE ours)$$, 'patients: variants');
\else
SELECT skip(format('no real data in %s', :'folder'), 3);
\endif

SELECT * FROM finish();
ROLLBACK;
