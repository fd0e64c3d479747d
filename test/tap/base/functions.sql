-- What is made of a timeline without interpreting it (clip, mark, periods), counterfactuals, intervals as
-- numbers; and all functions where PostgreSQL wants immutable ones, in parallel, and under any search_path.
SET client_min_messages = warning;
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS vsm;
SELECT plan(109);
SET LOCAL TimeZone = 'America/St_Johns';
SET LOCAL jit = off;
SELECT setseed(0.37);

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
-- A timeline of days and hours of January 2026: '05 10:00 A, 06 B'.
CREATE FUNCTION pg_temp.line(events text) RETURNS vsm.timeline LANGUAGE sql AS $$
	SELECT vsm.timeline(('2026-01-' || m[1] || coalesce(m[2], ' 00:00') || '+00')::timestamptz, m[3]) FROM regexp_matches(events,
		'(\d\d)( \d\d:\d\d[:.\d]*)? ([^,]+)', 'g') AS m $$;
CREATE FUNCTION pg_temp.events(timeline vsm.timeline) RETURNS text LANGUAGE sql AS $$
	SELECT string_agg(regexp_replace(to_char(at AT TIME ZONE 'UTC', 'DD HH24:MI:SS.US'), '( 00:00)?(:00)?\.000000$', '') || ' ' || state,
		', ' ORDER BY at, state COLLATE "C") FROM vsm.events(timeline) $$;

CREATE TABLE event AS
SELECT item, '2026-01-05 00:00+00'::timestamptz + (random() * CASE WHEN item % 3 = 0 THEN 12 ELSE 900 END)::int * interval '1 hour' AS at,
	(ARRAY['A', 'B', 'C', 'D', 'Flag', 'Unflag', 'Lost'])[1 + floor(random() * 7)::int] AS state
FROM generate_series(1, 300) item, generate_series(1, 1 + item % 20);
CREATE TABLE line AS SELECT item, vsm.timeline(at, state) AS timeline FROM event GROUP BY item;
CREATE TABLE pair AS SELECT DISTINCT * FROM event;

------------------------------------------------------------------------------
-- clip
------------------------------------------------------------------------------

SELECT is(pg_temp.events(vsm.clip(pg_temp.line('05 A, 06 B, 06 C, 08 D, 10 E'), during::tstzrange)), want, 'clip to ' || during)
FROM (VALUES
	('[2026-01-05 00:00+00, 2026-01-11 00:00+00)', '05 A, 06 B, 06 C, 08 D, 10 E'),
	('(,)', '05 A, 06 B, 06 C, 08 D, 10 E'),
	('[-infinity, infinity]', '05 A, 06 B, 06 C, 08 D, 10 E'),
	('[2026-01-06 00:00+00, 2026-01-08 00:00+00)', '06 B, 06 C'),
	('(2026-01-06 00:00+00, 2026-01-08 00:00+00]', '06 B, 06 C'),
	('[2026-01-07 00:00+00, 2026-01-09 00:00+00)', '07 B, 07 C, 08 D'),
	('[2026-01-07 00:00+00, 2026-01-07 00:00:00.000001+00)', '07 B, 07 C'),
	('[2026-01-20 00:00+00,)', '20 E'),
	('[2026-01-04 00:00+00, 2026-01-05 00:00:00.000001+00)', '05 A'),
	('[2026-01-04 00:00+00, 2026-01-05 00:00+00)', NULL),
	('(, 2026-01-05 00:00+00]', NULL),
	('[2026-01-07 00:00+00, 2026-01-07 00:00+00]', NULL),
	('[infinity,]', NULL), ('[,-infinity]', NULL),
	('empty', NULL)) AS c (during, want);
SELECT is(ROW(vsm.clip(NULL, '(,)'), vsm.clip(pg_temp.line('05 A'), NULL))::text, '(,)', 'clip of NULL');
CREATE TABLE part AS
SELECT item, timeline, tstzrange(least(a, b), greatest(a, b)) AS during
FROM (SELECT item, timeline, '2026-01-04 00:00+00'::timestamptz + (random() * 950)::int * interval '1 hour' AS a,
	'2026-01-04 00:00+00'::timestamptz + (random() * 950)::int * interval '1 hour' AS b
	FROM line, generate_series(1, 5)) AS p;
CREATE TABLE wanted_part AS
SELECT p.item, p.during, e.at, e.state FROM (SELECT DISTINCT item, during FROM part) p JOIN pair e ON e.item = p.item AND e.at <@ p.during
UNION
SELECT p.item, p.during, lower(p.during), e.state FROM (SELECT DISTINCT item, during FROM part WHERE NOT isempty(during)) p JOIN pair e
	USING (item)
WHERE e.at = (SELECT max(at) FROM pair b WHERE b.item = p.item AND b.at <= lower(p.during));
SELECT is_empty('SELECT DISTINCT item, during, e.at, e.state FROM part, vsm.events(vsm.clip(timeline, during)) e EXCEPT ALL TABLE '
	'wanted_part', 'clip: nothing more');
SELECT is_empty('TABLE wanted_part EXCEPT ALL SELECT DISTINCT item, during, e.at, e.state FROM part, vsm.events(vsm.clip(timeline, '
	'during)) e', 'clip: nothing less');
-- Clipped at a bound, two parts are together what was there, but for the stamp of what held.
SELECT is_empty($$SELECT FROM part WHERE NOT isempty(during)
	AND vsm.state_at(vsm.clip(timeline, during), upper(during) - interval '1 microsecond') IS DISTINCT FROM vsm.state_at(timeline,
		upper(during) - interval '1 microsecond')$$, 'what holds at the end of a part is what held');

------------------------------------------------------------------------------
-- mark
------------------------------------------------------------------------------

SELECT is(pg_temp.events(vsm.mark(pg_temp.line('05 A, 08 B'), periods::tstzmultirange, 'Flag', 'Unflag')), want, 'mark ' || periods)
FROM (VALUES
	('{}', '05 A, 08 B'),
	('{[2026-01-06 00:00+00, 2026-01-07 00:00+00)}', '05 A, 06 Flag, 07 Unflag, 08 B'),
	('{(2026-01-06 00:00+00, 2026-01-07 00:00+00]}', '05 A, 06 Flag, 07 Unflag, 08 B'),
	('{[2026-01-03 00:00+00, 2026-01-04 00:00+00), [2026-01-08 00:00+00, 2026-01-09 00:00+00), [2026-01-10 00:00+00,)}',
		'03 Flag, 04 Unflag, 05 A, 08 B, 08 Flag, 09 Unflag, 10 Flag'),
	('{[2026-01-06 00:00+00, infinity)}', '05 A, 06 Flag, 08 B'),
	('{[2026-01-06 00:00+00, 2026-01-06 00:00+00]}', '05 A, 06 Flag, 06 Unflag, 08 B')) AS c (periods, want);
SELECT is(pg_temp.failure($$SELECT vsm.mark('[["2026-01-05T00:00:00Z","A"]]', '{(,2026-01-06 00:00+00)}', 'F', 'U')$$),
	'22008 | a period to mark must have a lower bound | An event cannot lie at minus infinity.', 'mark: a period without a beginning');
SELECT is(pg_temp.failure($$SELECT vsm.mark('[["2026-01-05T00:00:00Z","A"]]', '{[-infinity,2026-01-06 00:00+00)}', 'F', 'U')$$),
	'22008 | the lower bound of a period to mark cannot be infinite', 'mark: one that began at -infinity');
SELECT is(ROW(vsm.mark(NULL, '{}', 'F', 'U'), vsm.mark(timeline, NULL, 'F', 'U'), vsm.mark(timeline, '{}', NULL, 'U'), vsm.mark(timeline,
	'{}', 'F', NULL))::text, '(,,,)', 'mark with a NULL')
FROM line WHERE item = 1;
SELECT is(pg_temp.events(vsm.mark(pg_temp.line('05 A'), '{[2026-01-05 00:00+00, 2026-01-06 00:00+00)}', 'A', 'A')), '05 A, 06 A',
	'mark with states that are there');
-- A period marked is a layer.
SELECT is(vsm.blocked_time(vsm.mark(pg_temp.line('05 Build, 09 Done'),
	'{[2026-01-06 00:00+00, 2026-01-07 00:00+00), [2026-01-08 00:00+00,)}', 'F', 'U'),
	'{"stages":[{"name":"Build","class":"active"},{"name":"Blocked","class":"blocked","states":["F"],"until":["U"]},{"name":"Done",'
		'"class":"done"}]}'), '2 days', 'what is marked blocks');

------------------------------------------------------------------------------
-- periods
------------------------------------------------------------------------------

SELECT is(vsm.periods(pg_temp.line('05 A, 06 B, 07 A, 08 A, 09 C'), 'A')::text,
	'{["2026-01-04 20:30:00-03:30","2026-01-05 20:30:00-03:30"),["2026-01-06 20:30:00-03:30","2026-01-08 20:30:00-03:30")}',
		'periods touch: one');
SELECT is(vsm.periods(pg_temp.line('05 A, 06 B'), 'B')::text, '{["2026-01-05 20:30:00-03:30",)}', 'the last one has no end');
SELECT is(vsm.periods(pg_temp.line('05 A, 06 B'), 'C')::text, '{}', 'never');
SELECT is(vsm.periods(pg_temp.line('05 A, 06 B, 06 A'), 'A')::text, '{["2026-01-04 20:30:00-03:30","2026-01-05 20:30:00-03:30")}',
	'of states of one instant the last holds');
SELECT is(ROW(vsm.periods(NULL, 'A'), vsm.periods(timeline, NULL))::text, '(,)', 'periods of NULL') FROM line WHERE item = 1;
SELECT is_empty($$
	WITH held AS (SELECT item, tstzrange(at, lead(at) OVER (PARTITION BY item ORDER BY at)) AS during, state
		FROM (SELECT item, at, max(state COLLATE "C") AS state FROM pair GROUP BY item, at) AS e)
	SELECT item, state, vsm.periods(timeline, state)::text FROM line, unnest(ARRAY['A', 'B', 'Flag', 'Lost']) AS state
	EXCEPT ALL
	SELECT item, s.state, coalesce((SELECT range_agg(during) FROM held h WHERE h.item = line.item AND h.state = s.state), '{}')::text
		FROM line, unnest(ARRAY['A', 'B', 'Flag', 'Lost']) AS s (state)$$,
	'periods of random timelines');

------------------------------------------------------------------------------
-- what_if
------------------------------------------------------------------------------

CREATE TABLE stream AS SELECT '{"stages":[{"name":"Todo","class":"new"},{"name":"Build","class":"active"},{"name":"Blocked",'
	'"class":"blocked","states":["Flag"],"until":["Unflag"]},{"name":"Review","class":"waiting"},{"name":"Done",'
		'"class":"done"}]}'::vsm.workflow AS wf;
SELECT is(pg_temp.events(vsm.what_if(pg_temp.line(events), wf, stage, factor)), want, format('%s, %s x %s', events, stage, factor))
FROM stream, (VALUES
	('05 Todo, 06 Build, 08 Review, 12 Done', 'Review', 0.5::float8, '05 Todo, 06 Build, 08 Review, 10 Done'),
	('05 Todo, 06 Build, 08 Review, 12 Done', 'Review', 2, '05 Todo, 06 Build, 08 Review, 16 Done'),
	('05 Todo, 06 Build, 08 Review, 12 Done', 'Review', 0, '05 Todo, 06 Build, 08 Review, 08 00:00:00.000001 Done'),
	('05 Todo, 06 Build, 08 Review, 12 Done', 'Todo', 0.5, '05 Todo, 05 12:00 Build, 07 12:00 Review, 11 12:00 Done'),
	('05 Todo, 06 Build, 08 Review, 12 Done', 'Done', 0, '05 Todo, 06 Build, 08 Review, 12 Done'),
	('06 Build, 08 Review, 10 Build, 12 Review, 14 Done', 'Review', 0.25, '06 Build, 08 Review, 08 12:00 Build, 10 12:00 Review, 11 Done'),
	('06 Build, 08 Flag, 10 Unflag, 12 Done', 'Build', 0.5, '06 Build, 07 Flag, 08 Unflag, 09 Done'),
	('06 Build, 08 Flag, 10 Unflag, 12 Done', 'Build', 0, '06 Build, 06 00:00:00.000001 Flag, 06 00:00:00.000002 Unflag, 06 '
		'00:00:00.000003 Done'),
	('06 Build, 08 Build, 10 Lost, 12 Done', 'Build', 0.5, '06 Build, 07 Build, 08 Lost, 10 Done'),
	('06 Build, 10 Lost, 12 Done', '(unmapped)', 3, '06 Build, 10 Lost, 16 Done'),
	('06 Build, 06 Review, 08 Done', 'Build', 5, '06 Build, 06 Review, 08 Done'),
	('04 Flag, 06 Build, 08 Done', 'Build', 0.5, '04 Flag, 06 Build, 07 Done'),
	('06 Build, 06 00:00:00.000003 Done', 'Build', 0.5, '06 Build, 06 00:00:00.000002 Done'),
	('06 Build, 06 00:00:00.000005 Done', 'Build', 0.5, '06 Build, 06 00:00:00.000002 Done')) AS c (events, stage, factor, want);
SELECT is(vsm.what_if(pg_temp.line('05 Flag'), wf, 'Build', 2)::text, NULL, 'what_if of an item without a visit') FROM stream;
SELECT is(ROW(vsm.what_if(NULL, wf, 'Build', 2), vsm.what_if(pg_temp.line('05 Build'), NULL, 'Build', 2),
	vsm.what_if(pg_temp.line('05 Build'), wf, NULL, 2), vsm.what_if(pg_temp.line('05 Build'), wf, 'Build', NULL))::text, '(,,,)',
		'what_if with a NULL') FROM stream;
SELECT is(pg_temp.failure(format('SELECT vsm.what_if(''[["2026-01-05T00:00:00Z","Build"],["2026-01-06T00:00:00Z","Done"]]'', wf, %L, %L) '
	'FROM stream', stage, factor)), failure, format('what_if: %s x %s', stage, factor))
FROM (VALUES
	('Build', '-0.1', '22023 | factor must be a number of at least 0'),
	('Build', 'NaN', '22023 | factor must be a number of at least 0'),
	('Build', 'Infinity', '22023 | factor must be a number of at least 0'),
	('Build', '-Infinity', '22023 | factor must be a number of at least 0'),
	('Build', '1e300', '22008 | timestamp out of range'),
	('Build', '1e9', '22008 | timestamp out of range'),
	('Blocked', '1', '22023 | a stage of class "blocked" has no visits to lengthen or shorten | Name a stage of another class.'),
	('Nowhere', '1', '22023 | the workflow has no stage "Nowhere" | vsm.stages(workflow) lists its stages.')) AS c (stage, factor, failure);

-- Random items under random rules: the same way, in other times.
CREATE TABLE rules AS
SELECT row_number() OVER () AS n, vsm.with_rules('{"stages":[{"name":"A","class":"new"},{"name":"B","class":"active"},{"name":"Flag",'
	'"class":"blocked","until":["Unflag"]},{"name":"C","class":"waiting"},{"name":"D","class":"done"}]}',
	start, reopen, backward, unmapped) AS wf
FROM unnest(ARRAY['committed', 'created']) start, unnest(ARRAY['continue', 'pause', 'first']) reopen,
	unnest(ARRAY['keep', 'erase']) backward, unnest(ARRAY['waiting', 'ignore']) unmapped;
CREATE TABLE supposed AS
SELECT item, n, timeline, wf, stage, factor, vsm.what_if(timeline, wf, stage, factor) AS other
FROM line, rules, (VALUES ('A', 0::float8), ('B', 0), ('C', 0), ('B', 0.5), ('C', 0.37), ('C', 1), ('D', 1), ('B', 3.3)) AS s (stage,
	factor) WHERE (item + n) % 3 = 0;
SELECT is_empty('SELECT item, n, stage FROM supposed WHERE factor = 1 AND other OPERATOR(vsm.<>) timeline', 'factor 1 changes nothing');
SELECT cmp_ok(count(*), '>', 1000::bigint, 'which is something') FROM supposed WHERE factor = 1 AND other IS NOT NULL;
SELECT is_empty($$SELECT item, n, stage, factor FROM supposed WHERE ROW(vsm.path(timeline, wf), vsm.path(timeline), vsm.outcome(timeline,
	wf), vsm.rework(timeline, wf), vsm.reopened(timeline, wf), vsm.num_events(timeline))
	IS DISTINCT FROM ROW(vsm.path(other, wf), vsm.path(other), vsm.outcome(other, wf), vsm.rework(other, wf), vsm.reopened(other, wf),
		vsm.num_events(other)) AND vsm.outcome(timeline, wf) IS NOT NULL$$, 'the way stays');
SELECT is_empty($$SELECT item, n, stage, factor, o FROM supposed, unnest(ARRAY['A', 'B', 'C', 'D']) o WHERE o <> stage
	AND vsm.stage_time(timeline, wf, o) IS DISTINCT FROM vsm.stage_time(other, wf, o)
	AND other IS NOT NULL AND factor > 0$$, 'other stages take as long');
-- With one event a visit (erasing makes visits of several), what is left of a visit at factor 0 is the microsecond that keeps the order.
CREATE TABLE orderly AS
SELECT item, n, wf, timeline, stage, factor, vsm.what_if(timeline, wf, stage, factor) AS other
FROM (SELECT item, vsm.timeline('2026-01-05 00:00+00'::timestamptz + (k * 100 + floor(random() * 99)) * interval '1 minute',
	(ARRAY['A', 'B', 'C', 'B', 'C', 'D', 'C', 'D'])[k]) AS timeline
	FROM generate_series(1, 60) item, generate_series(1, 8) k GROUP BY item) AS t, rules, unnest(ARRAY['B', 'C']) AS stage,
		unnest(ARRAY[0, 0.25, 4]) AS factor;
SELECT is_empty($$SELECT item, n, stage, factor FROM orderly WHERE vsm.stage_time(other, wf, stage) IS DISTINCT
	FROM (SELECT sum(greatest(v.duration * factor, interval '1 microsecond')) FROM vsm.visits(timeline, wf) v
		WHERE v.stage = orderly.stage AND on_clock)
	AND (factor > 0 OR wf::jsonb ->> 'backward' = 'keep')$$,
	'visits of the stage take factor times as long, but a microsecond at least');
SELECT is_empty($$SELECT item, n, stage, factor FROM orderly
	WHERE vsm.flow_time(other, wf) - vsm.flow_time(timeline, wf) IS DISTINCT FROM vsm.stage_time(other, wf,
		stage) - vsm.stage_time(timeline, wf, stage)$$, 'flow time changes by just that');
SELECT is_empty($$SELECT item, n, stage, factor FROM orderly WHERE vsm.active_time(other, wf) + vsm.wait_time(other, wf) IS DISTINCT
	FROM vsm.flow_time(other, wf)$$, 'and adds up');

------------------------------------------------------------------------------
-- hours, days, flow_efficiency
------------------------------------------------------------------------------

SELECT is(ROW(vsm.hours(duration), vsm.days(duration))::text, want, format('hours and days of %s', duration))
FROM (VALUES (interval '0', '(0,0)'), ('1 hour', '(1,0.041666666666666664)'), ('36:00', '(36,1.5)'), ('1 day 12:00', '(36,1.5)'),
	('-1 day -06:00', '(-30,-1.25)'), ('1 day -06:00', '(18,0.75)'),
	('0.000001 seconds', '(2.7777777777777777e-10,1.1574074074074074e-11)'), ('100000000 days', '(2400000000,100000000)'), (NULL, '(,)'))
		AS c (duration, want);
SELECT is(pg_temp.failure($$SELECT vsm.hours('1 month')$$), '22023 | a duration cannot be given in months | A month has no fixed length. | '
	'Write it in days or smaller; a day is 24 hours.', 'hours of a month');
SELECT is(pg_temp.failure($$SELECT vsm.days('-1 year')$$), '22023 | a duration cannot be given in months | A month has no fixed length. | '
	'Write it in days or smaller; a day is 24 hours.', 'days of a year');
SELECT is(pg_temp.failure($$SELECT vsm.hours('2147483647 days')$$), '22008 | interval out of range', 'hours of six million years');
SELECT is_empty($$SELECT FROM (SELECT (random() * 1e6 - 5e5) * interval '1 minute' + (random() * 100)::int * interval '1 day' AS d
	FROM generate_series(1, 1000)) AS r
	WHERE abs(vsm.hours(d) - extract(epoch FROM d) / 3600) > 1e-9 * abs(vsm.hours(d)) OR abs(vsm.days(d) - extract(epoch
		FROM d) / 86400) > 1e-9 * abs(vsm.days(d))$$, 'of random intervals');

SELECT is(vsm.flow_efficiency(a, w), 0.25::float8, 'flow_efficiency: the ratio of the sums')
FROM (VALUES (interval '1 hour', interval '0'), ('1 hour', '2 hours'), ('0', '4 hours'), (NULL, '5 days'), ('5 days', NULL), (NULL, NULL))
	AS v (a, w);
SELECT is(vsm.flow_efficiency(a, w), NULL, 'flow_efficiency of nothing but zeros') FROM (VALUES (interval '0', interval '0'), ('0', '0'))
	AS v (a, w);
SELECT is(vsm.flow_efficiency(a, w), NULL, 'of no rows') FROM (VALUES (interval '1 day', interval '0')) AS v (a, w) WHERE false;
SELECT is(vsm.flow_efficiency(a, w), NULL, 'of rows with a NULL') FROM (VALUES (interval '1 day', NULL::interval)) AS v (a, w);
SELECT is(vsm.flow_efficiency(a, w), 1::float8 / 3, 'of sums beyond what an interval holds')
FROM (SELECT interval '100000000 days' AS a, interval '100000000 days' AS w UNION ALL SELECT interval '0', interval '100000000 days'
	FROM generate_series(1, 1)) AS v;
SELECT is(pg_temp.failure($$SELECT vsm.flow_efficiency(interval '1 month', interval '0')$$),
	'22023 | active time cannot be given in months | A month has no fixed length. | Write it in days or smaller; a day is 24 hours.',
		'of months');
SELECT is(pg_temp.failure($$SELECT vsm.flow_efficiency(interval '0', interval '1 month')$$),
	'22023 | wait time cannot be given in months | A month has no fixed length. | Write it in days or smaller; a day is 24 hours.',
		'or months of waiting');
SELECT is(vsm.efficiency_add(NULL, '1 day', '1 day'), NULL, 'no state of it: NULL');
SELECT is(pg_temp.failure(format('SELECT vsm.efficiency_finish(%L)', state)),
	'22023 | the state of vsm.flow_efficiency is an array of four bigint', 'no state of it: ' || state)
FROM unnest(ARRAY['{}', '{1,2,3}', '{1,2,3,4,5}', '{1,2,3,NULL}', '{{1,2},{3,4}}']) AS state;

------------------------------------------------------------------------------
-- Indexes, generated columns, materialized views, parallel plans, search_path
------------------------------------------------------------------------------

CREATE FUNCTION pg_temp.plan(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE line text; result text := '';
BEGIN
	FOR line IN EXECUTE 'EXPLAIN (COSTS off, VERBOSE) ' || statement LOOP
		result := result || line || E'\n';
	END LOOP;
	RETURN result;
END $$;
CREATE TABLE stored (item int PRIMARY KEY, timeline vsm.timeline,
	outcome text GENERATED ALWAYS AS (vsm.outcome(timeline,
		'{"stages":[{"name":"A","class":"new"},{"name":"B","class":"active"},{"name":"C","class":"waiting"},{"name":"D",'
			'"class":"done"}]}'::vsm.workflow)) STORED,
	span tstzrange GENERATED ALWAYS AS (vsm.span(timeline)) STORED,
	CHECK (vsm.num_events(timeline) > 0));
INSERT INTO stored SELECT item, timeline FROM line;
CREATE INDEX stored_num_events ON stored (vsm.num_events(timeline));
CREATE INDEX stored_span ON stored USING gist (vsm.span(timeline));
CREATE INDEX stored_started ON stored (vsm.started_at(timeline,
	'{"stages":[{"name":"B","class":"active"},{"name":"D","class":"done"}]}'::vsm.workflow));
CREATE INDEX stored_states ON stored USING gin (vsm.path(timeline));
ANALYZE stored;
SET LOCAL enable_seqscan = off;
SELECT matches(pg_temp.plan(query), index, 'an index answers: ' || index) FROM (VALUES
	('SELECT item FROM stored WHERE vsm.num_events(timeline) = 7', 'stored_num_events'),
	('SELECT item FROM stored WHERE vsm.span(timeline) @> ''2026-01-06 00:00+00''::timestamptz', 'stored_span'),
	('SELECT item FROM stored WHERE vsm.started_at(timeline, ''{"stages":[{"name":"B","class":"active"},{"name":"D","class":"done"}]}'') < '
		'''2026-01-06 00:00+00''', 'stored_started'),
	('SELECT item FROM stored WHERE vsm.path(timeline) @> ''{Lost,D}''', 'stored_states')) AS q (query, index);
SELECT set_eq('SELECT item FROM stored WHERE vsm.num_events(timeline) = 7', 'SELECT item FROM pair GROUP BY item HAVING count(*) = 7',
	'right by num_events');
SELECT set_eq('SELECT item FROM stored WHERE vsm.span(timeline) @> ''2026-01-06 00:00+00''::timestamptz',
	'SELECT item FROM pair GROUP BY item HAVING min(at) <= ''2026-01-06 00:00+00'' AND max(at) >= ''2026-01-06 00:00+00''',
		'right by span');
SELECT set_eq('SELECT item FROM stored WHERE vsm.path(timeline) @> ''{Lost,D}''',
	'SELECT item FROM pair WHERE state = ''Lost'' INTERSECT SELECT item FROM pair WHERE state = ''D''', 'right by path');
SET LOCAL enable_seqscan = on;
SELECT is_empty($$SELECT item, outcome, span FROM stored EXCEPT ALL
	SELECT item, (SELECT CASE last WHEN 'D' THEN 'done' ELSE CASE WHEN started THEN 'open' ELSE 'new' END END
		FROM (SELECT (array_agg(state ORDER BY at DESC, state COLLATE "C" DESC) FILTER (WHERE state IN ('A', 'B', 'C', 'D')))[1] AS last,
			bool_or(state IN ('B', 'C', 'D')) AS started
		FROM pair p WHERE p.item = l.item) AS s WHERE last IS NOT NULL OR EXISTS (SELECT FROM pair p WHERE p.item = l.item)),
			vsm.span(timeline) FROM line l$$, 'generated columns');
UPDATE stored SET timeline = '[["2026-01-05T00:00:00Z","D"]]' WHERE item = 1;
SELECT is(outcome, 'done', 'are made anew') FROM stored WHERE item = 1;

-- All scalar functions in one query: serial, in parallel, and with nothing in the search_path.
CREATE TABLE call AS
SELECT string_agg(format('vsm.%I(%s)', p.proname, (SELECT string_agg(format('%I => %s', name, CASE name WHEN 'timeline' THEN 'timeline'
	WHEN 'workflow' THEN 'wf' WHEN 'as_of' THEN '''2026-01-20 00:00+00''::timestamptz'
		WHEN 'at' THEN '''2026-01-20 00:00+00''::timestamptz' WHEN 'stage' THEN '''B''' WHEN 'calendar'
			THEN '''{"week":{"mon":["09:00-17:00"],"wed":["00:00-24:00"]}}''' WHEN 'factor' THEN '0.5'
		WHEN 'target' THEN '''30 hours''::interval' WHEN 'pattern' THEN '''<B>.*<D>|^[^<C>]{1,3}$''' END), ', ')
			FROM unnest(p.proargnames[1:p.pronargs]) AS name)), ', ' ORDER BY p.oid) AS calls, count(*) AS number
FROM pg_proc p WHERE p.pronamespace = 'vsm'::regnamespace AND p.prokind = 'f' AND NOT p.proretset
	AND p.proargnames[1:2] = '{timeline,workflow}' AND 'vsm.timeline'::regtype = p.proargtypes[0];
SELECT cmp_ok(number, '>=', 24::bigint, 'there are functions to call') FROM call;
CREATE TABLE asked AS SELECT item, n, timeline, wf FROM line, rules WHERE (item + n) % 4 = 0;
SELECT format('SELECT item, n, ROW(%s)::text AS answer FROM public.asked', calls) AS query FROM call \gset
SET LOCAL max_parallel_workers_per_gather = 0;
CREATE TABLE serial_answer AS :query;
SET LOCAL search_path = '';
CREATE TABLE public.empty_path_answer AS :query;
SET LOCAL search_path = pg_catalog, pg_temp;
CREATE MATERIALIZED VIEW public.answer AS :query WITH NO DATA;
SELECT * FROM pg_catalog.set_config('search_path', '', true) \g /dev/null
REFRESH MATERIALIZED VIEW public.answer;
CREATE UNIQUE INDEX ON public.answer (item, n);
REFRESH MATERIALIZED VIEW CONCURRENTLY public.answer;
RESET search_path;
SET LOCAL max_parallel_workers_per_gather = 3;
SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL min_parallel_table_scan_size = 0;
SET LOCAL parallel_leader_participation = off;
SELECT matches(pg_temp.plan(:'query'), 'Gather.*Workers Planned: [1-3].*Parallel Seq Scan on public.asked.*Output: item, n, \(?ROW\(vsm.',
	'a parallel plan calls them in workers');
CREATE TABLE parallel_answer AS :query;
SELECT cmp_ok(count(*), '>', 1000::bigint, 'there are answers') FROM serial_answer;
SELECT is_empty('TABLE serial_answer EXCEPT ALL TABLE parallel_answer', 'in parallel: the same');
SELECT is_empty('TABLE serial_answer EXCEPT ALL TABLE empty_path_answer', 'without a search_path: the same');
SELECT is_empty('TABLE serial_answer EXCEPT ALL TABLE answer', 'in a materialized view: the same');
SELECT is((SELECT count(*) FROM parallel_answer), (SELECT count(*) FROM serial_answer), 'as many');

SELECT finish();
ROLLBACK;
