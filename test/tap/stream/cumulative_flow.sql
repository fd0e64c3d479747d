-- vsm.cumulative_flow: by hand, against items x buckets in plain SQL, and on real data
SET client_min_messages = warning;
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS vsm;
\ir ../../oracle.sql
\ir ../../cancel.sql
SET LOCAL max_parallel_workers_per_gather = 0;
SET LOCAL jit = off;
SET LOCAL TimeZone = 'America/St_Johns';
SET LOCAL IntervalStyle = 'sql_standard';

SELECT plan(78);

------------------------------------------------------------------------------
-- By hand
------------------------------------------------------------------------------

CREATE FUNCTION pg_temp.stream() RETURNS vsm.workflow LANGUAGE sql AS $$
SELECT '{"stages":[{"name":"To Do","class":"new"},{"name":"Build","class":"active"},
	{"name":"Blocked","class":"blocked","until":["Unblocked"]},
	{"name":"Done","class":"done"},{"name":"Dropped","class":"cancelled"}]}'::vsm.workflow
$$;
-- Items of March 2026 in UTC: before since; open; reopened; cancelled; blocked; three states at one
-- instant; begun after until
CREATE TEMP TABLE item ON COMMIT DROP AS
SELECT vsm.timeline(('2026-03-' || left(e, 8) || '+00')::timestamptz, substr(e, 10)) AS timeline
FROM (VALUES ('01 00:00 To Do, 02 12:00 Build'), ('03 06:00 Build, 03 18:00 Done, 05 06:00 Build, 05 18:00 Done'),
			('02 23:59 To Do, 04 00:00 Dropped'), ('04 12:00 Blocked, 04 13:00 Build, 04 14:00 Unblocked'),
			('05 00:00 To Do, 05 00:00 Build, 05 00:00 Done'), ('06 00:00 Build')) AS v(events),
	regexp_split_to_table(events, ', ') AS e
GROUP BY events;

SELECT results_eq(
	$$SELECT to_char(bucket AT TIME ZONE 'UTC', 'DD HH24:MI'), place, stage, class, in_stage, arrived, departed
	FROM (SELECT vsm.cumulative_flow(timeline, pg_temp.stream(), '2026-03-03 00:00+00', '2026-03-06 00:00+00', '1 day') AS flow FROM item)
		AS f, unnest(flow)$$,
	$$VALUES ('03 00:00', 1, 'To Do', 'new', 1::bigint, 0::bigint, 0::bigint), ('03 00:00', 2, 'Build', 'active', 1, 1, 1),
			('03 00:00', 4, 'Done', 'done', 1, 1, 0), ('03 00:00', 5, 'Dropped', 'cancelled', 0, 0, 0),
			('04 00:00', 1, 'To Do', 'new', 0, 0, 1), ('04 00:00', 2, 'Build', 'active', 2, 1, 0),
			('04 00:00', 4, 'Done', 'done', 1, 0, 0), ('04 00:00', 5, 'Dropped', 'cancelled', 1, 1, 0),
			('05 00:00', 1, 'To Do', 'new', 0, 1, 1), ('05 00:00', 2, 'Build', 'active', 2, 2, 2),
			('05 00:00', 4, 'Done', 'done', 2, 2, 1), ('05 00:00', 5, 'Dropped', 'cancelled', 1, 0, 0)$$,
	'items before since, open, reopened, cancelled, with visits of no length; blocked stages are left out');
SELECT is((SELECT count(*)::int FROM (SELECT vsm.cumulative_flow(t, pg_temp.stream(), '2026-03-03 00:00+00', '2026-03-05 00:00+00',
	'1 day') AS flow
		FROM unnest(ARRAY['[["2026-03-04T12:00:00Z","Odd"],["2026-03-04T12:00:00Z","Build"]]'::vsm.timeline]) AS t) AS f, unnest(flow)
	WHERE stage = '(unmapped)' AND place IS NULL AND class = 'waiting' AND in_stage = 0 AND arrived = departed), 2,
	'(unmapped) has a row in every bucket if it occurred, even for no time');
SELECT is((SELECT max(in_stage)::int FROM (SELECT vsm.cumulative_flow(t, pg_temp.stream(), '2026-03-03 00:00+00', '2026-03-05 00:00+00',
	'1 day') AS flow
		FROM unnest(ARRAY['[["2026-03-05T00:00:00Z","Build"]]'::vsm.timeline]) AS t) AS f, unnest(flow)), 0, 'until is not included');
SELECT is((SELECT array_agg(stage ORDER BY bucket, in_stage DESC) FILTER (WHERE in_stage = 1)
	FROM (SELECT vsm.cumulative_flow(t, vsm.with_rules(pg_temp.stream(), backward => 'erase'), '2026-03-01 00:00+00', until, '1 day')
		AS flow
		FROM unnest(ARRAY['[["2026-03-01T00:00:00Z","To Do"],["2026-03-01T12:00:00Z","Build"],["2026-03-02T12:00:00Z",'
			'"To Do"]]'::vsm.timeline]) AS t) AS f, unnest(flow)), want,
	'what happens after until erases nothing: until ' || until)
FROM (VALUES (timestamptz '2026-03-02 00:00+00', '{Build}'::text[]), ('2026-03-03 00:00+00', '{To Do,To Do}')) AS v(until, want);

-- Buckets: where they begin in local time
CREATE FUNCTION pg_temp.buckets(since timestamptz, until timestamptz, step interval, zone text) RETURNS text[] LANGUAGE sql AS $$
SELECT array_agg(to_char(bucket AT TIME ZONE zone, 'YYYY-MM-DD HH24:MI') ORDER BY bucket)
FROM (SELECT vsm.cumulative_flow(NULL, '{"stages":[{"name":"Build","class":"active"}]}', since, until, step, zone) AS flow) AS f,
	unnest(flow)
$$;
SELECT is(pg_temp.buckets('2026-01-31 00:00+00', '2026-05-02 00:00+00', '1 month', 'UTC'),
	'{2026-01-31 00:00,2026-02-28 00:00,2026-03-31 00:00,2026-04-30 00:00}', 'months from the 31st do not drift');
SELECT is(pg_temp.buckets('2028-02-29 12:00+00', '2030-03-01 00:00+00', '1 year', 'UTC'),
	'{2028-02-29 12:00,2029-02-28 12:00,2030-02-28 12:00}', 'years from a leap day');
SELECT is(pg_temp.buckets('2026-03-27 23:00+00', '2026-03-30 22:30+00', '1 day', 'Europe/Paris'),
	'{"2026-03-28 00:00","2026-03-29 00:00","2026-03-30 00:00","2026-03-31 00:00"}',
		'a day of 23 hours is a bucket, and the last one is cut');
SELECT is(pg_temp.buckets('2026-03-28 23:00+00', '2026-03-29 02:30+00', '30 minutes', 'Europe/Paris'),
	'{"2026-03-29 00:00","2026-03-29 00:30","2026-03-29 01:00","2026-03-29 01:30","2026-03-29 03:00","2026-03-29 03:30","2026-03-29 03:30",'
		'"2026-03-29 03:30","2026-03-29 04:00"}',
	'local times that are skipped: buckets never go back, some are empty');
SELECT is(pg_temp.buckets('2026-10-25 00:30+00', '2026-10-25 03:00+00', '1 hour', 'Europe/Paris'),
	'{"2026-10-25 02:30","2026-10-25 03:30"}', 'the first bucket begins at since, also in the first of two equal hours');
SELECT is(pg_temp.buckets('2026-01-01 00:00+00', '2026-01-03 00:00+00', '1000 years', 'UTC'), '{2026-01-01 00:00}',
	'a step beyond until: one bucket');
SELECT is(pg_temp.buckets('2026-01-01 00:00+00', '2026-01-03 00:00+00', '178956970 years', 'Asia/Kathmandu'), '{2026-01-01 05:45}',
	'beyond all time: one bucket');
SELECT is(pg_temp.buckets('2026-01-31 09:00+00', '2026-05-01 00:00+00', step, 'UTC'), (SELECT array_agg(to_char(at, 'YYYY-MM-DD HH24:MI')
	ORDER BY k)
	FROM generate_series(0, 1000) AS k, LATERAL (SELECT timestamp '2026-01-31 09:00' + k * step AS at) AS bound WHERE at < '2026-05-01'),
		'a step with negative parts: ' || step)
FROM (VALUES (interval '1 month -1 day'), ('1 day -01:00'), ('-1 year +15 months -10 days')) AS v(step);

------------------------------------------------------------------------------
-- NULL, empty, and errors
------------------------------------------------------------------------------

-- How rows of one group are refused whose arguments differ.
CREATE FUNCTION pg_temp.differs(argument text) RETURNS text[] LANGUAGE sql AS $$
SELECT CASE argument WHEN 'configuration' THEN ARRAY['22023', 'configuration differs within one group',
		'A configuration argument of vsm.cumulative_flow is NULL in some rows of a group, in others not.',
			'Leave these rows out, or add what decides it to GROUP BY.']
	ELSE ARRAY['22023', '"' || argument || '" differs within one group', 'All rows of a group must give vsm.cumulative_flow the same "'
		|| argument || '".', 'Add what decides it to GROUP BY.'] END
$$;
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

SELECT is((SELECT vsm.cumulative_flow(timeline, pg_temp.stream(), '2026-03-03', '2026-03-06', '1 day') FROM item WHERE false), NULL,
	'no rows: NULL');
SELECT results_eq(
	$$SELECT count(*)::int, sum(in_stage + arrived + departed)::int FROM (SELECT vsm.cumulative_flow(NULL, pg_temp.stream(),
		'2026-03-03 00:00+00', '2026-03-06 00:00+00', '1 day') AS flow) AS f, unnest(flow)$$,
	$$VALUES (12, 0)$$, 'no items: rows of 0');
SELECT is((SELECT vsm.cumulative_flow(timeline, pg_temp.stream(), '2026-03-03', until, '1 day')::text FROM item), '{}',
	'until <= since: empty, until ' || until)
FROM unnest('{2026-03-03,2026-03-02}'::timestamptz[]) AS until;
SELECT is((SELECT vsm.cumulative_flow(timeline, w, s, u, d, z) FROM item), NULL, n || ' NULL: NULL')
FROM (VALUES (NULL::vsm.workflow, timestamptz '2026-03-03', timestamptz '2026-03-06', interval '1 day', 'UTC', 'workflow'),
			(pg_temp.stream(), NULL, '2026-03-06', '1 day', 'UTC', 'since'), (pg_temp.stream(), '2026-03-03', NULL, '1 day', 'UTC',
				'until'),
			(pg_temp.stream(), '2026-03-03', '2026-03-06', NULL, 'UTC', 'step'), (pg_temp.stream(), '2026-03-03', '2026-03-06', '1 day',
				NULL, 'time_zone')) AS v(w, s, u, d, z, n);
SELECT is((SELECT vsm.cumulative_flow(timeline, NULL, '2026-03-03', '2026-03-06', '1 day') FROM item), NULL,
	'workflow NULL without a zone: NULL');

SELECT is(pg_temp.refused(format($$SELECT vsm.cumulative_flow(timeline, pg_temp.stream(), '2026-03-03', '2026-03-06', %L) FROM item$$,
	step)),
	ARRAY['22023', 'step must be positive', 'The step is ' || shown || '.', 'Use for example interval ''1 day''.'], 'step ' || step)
FROM (VALUES ('0', '0'), ('-1 day', '-1 0:00:00'), ('1 month -30 days', '+0-1 -30 +0:00:00'), ('1 day -24:00:01', '+0-0 +1 -24:00:01'))
	AS v(step, shown);
SELECT is(pg_temp.refused($$SELECT vsm.cumulative_flow(timeline, pg_temp.stream(), '-infinity', '2026-03-06', '1 day') FROM item$$),
	ARRAY['22008', 'since cannot be infinite', '', ''], 'since -infinity');
SELECT is(pg_temp.refused($$SELECT vsm.cumulative_flow(timeline, pg_temp.stream(), '2026-03-03', 'infinity', '1 day', 'UTC') FROM item$$),
	ARRAY['22008', 'until cannot be infinite', '', ''], 'until infinity');
SELECT is(pg_temp.refused(format($$SELECT vsm.cumulative_flow(timeline, pg_temp.stream(), '2026-03-03', '2026-03-06', '1 day', %L)
	FROM item$$, zone)),
	ARRAY['22023', 'time zone "' || zone || '" not recognized', '', 'pg_timezone_names lists the time zones of this server.'], 'zone "'
		|| zone || '"')
FROM unnest('{Europe/Atlantis,""}'::text[]) AS zone;
SELECT matches((pg_temp.refused($$SELECT vsm.cumulative_flow(timeline, pg_temp.stream(), '2023-01-01', '2026-03-06', '1 microsecond')
	FROM item$$))::text,
	'54000,"too many buckets","There may be \d+ buckets between since and until.","Choose a longer step or a shorter period."',
		'too many buckets');
SELECT is((pg_temp.refused($$SELECT vsm.cumulative_flow('[["2026-03-03T12:00:00Z","Odd"]]', vsm.with_rules(pg_temp.stream(),
	unmapped => 'error'), '2026-03-03', '2026-03-06', '1 day')$$))[1:2],
	ARRAY['22023', 'state "Odd" is not in the workflow'], 'an unknown state under rule error');
-- one row of the configuration, the other with one argument that differs
SELECT is(pg_temp.refused(format($$SELECT vsm.cumulative_flow(NULL, w, s, u, d, z)
	FROM (VALUES (pg_temp.stream(), timestamptz '2026-03-03', timestamptz '2026-03-06', interval '1 day', 'UTC'), (%s)) AS v(w, s, u, d,
		z)$$, other)),
	pg_temp.differs(argument),
	argument || ' differs: ' || other)
FROM (VALUES ('workflow', $$vsm.with_rules(pg_temp.stream(), start => 'created'), '2026-03-03', '2026-03-06', '1 day', 'UTC'$$),
			('since', $$pg_temp.stream(), '2026-03-03 01:00', '2026-03-06', '1 day', 'UTC'$$),
			('until', $$pg_temp.stream(), '2026-03-03', '2026-03-06 01:00', '1 day', 'UTC'$$),
			('step', $$pg_temp.stream(), '2026-03-03', '2026-03-06', '24 hours', 'UTC'$$),
			('time_zone', $$pg_temp.stream(), '2026-03-03', '2026-03-06', '1 day', 'Africa/Abidjan'$$),
			('configuration', $$pg_temp.stream(), NULL, '2026-03-06', '1 day', 'UTC'$$)) AS v(argument, other);
SELECT is(pg_temp.refused($$SELECT vsm.cumulative_flow(NULL, pg_temp.stream(), '2026-03-03', '2026-03-06', '1 day', z)
	FROM unnest('{Europe/Paris,europe/paris}'::text[]) AS z$$),
	NULL, 'two spellings of a zone do not differ');

-- Long loops can be cancelled
-- (Of one stage there may be the most: it takes a while until they are too many.)
SELECT is(pg_temp.cancel($$SELECT vsm.cumulative_flow(NULL, '{"stages":[{"name":"Done","class":"done"}]}', '2026-01-01', '2027-01-01',
	'1 second', 'Europe/Paris')$$, 0.02),
	'57014 | canceling statement due to user request', 'cancelled while it makes millions of buckets');

------------------------------------------------------------------------------
-- Random items and workflows: items x buckets
------------------------------------------------------------------------------

SELECT FROM oracle.generate(600, 0, 24);
DELETE FROM oracle.ask;
CREATE TEMP TABLE config (config int, since timestamptz, until timestamptz, step interval, zone text) ON COMMIT DROP;
INSERT INTO config VALUES
	(1, '2026-02-01 00:00+00', '2026-04-20 13:00+00', '1 day', 'UTC'),
	(2, '2026-01-31 23:00+00', '2026-04-20 13:00+00', '1 week', 'Europe/Paris'),
	(3, '2026-01-31 03:30+00', '2026-04-20 13:00+00', '1 month', 'America/St_Johns'),
	(4, '2026-02-01 00:00+00', '2026-04-20 13:00+00', '6 hours 30 minutes', 'Asia/Kathmandu'),
	(5, '2026-03-28 11:00+00', '2026-03-30 10:00+00', '30 minutes', 'Europe/Paris'),
	(6, '2026-01-05 00:00+00', '2026-04-20 13:00+00', '1 month 3 days 04:05:06.7', 'Australia/Lord_Howe'),
	(7, '2026-04-01 00:00+00', '2026-04-20 13:00+00', '1 year', 'UTC');

-- Groups of items, each group with its workflow
CREATE TEMP TABLE member ON COMMIT DROP AS
SELECT wf, 1 + (17 * n + 41 * k)::int % 600 AS item
FROM   (SELECT wf, row_number() OVER (ORDER BY wf) AS n FROM oracle.rules WHERE unmapped <> 'error') AS w, generate_series(1, 6) AS k
WHERE  n % 7 = 0;
INSERT INTO oracle.ask
SELECT row_number() OVER (ORDER BY item, wf, until), item, wf, until - interval '1 microsecond'
FROM   (SELECT DISTINCT item, wf, until FROM member, config) AS x;
ANALYZE member;
SELECT FROM oracle.answer();

CREATE TEMP TABLE timeline ON COMMIT DROP AS
SELECT item, oracle.timeline_text(item)::vsm.timeline AS timeline FROM (SELECT DISTINCT item FROM member) AS m;
CREATE TEMP TABLE flow ON COMMIT DROP AS
SELECT config, wf, r.*
FROM   (SELECT config, m.wf, vsm.cumulative_flow(timeline, w.workflow, since, until, step, zone) AS flow
		FROM   config, member m JOIN timeline USING (item) JOIN (SELECT wf, oracle.workflow_text(wf)::vsm.workflow AS workflow
			FROM oracle.rules) AS w USING (wf)
		GROUP  BY 1, 2) AS f, unnest(flow) AS r;

-- "buckets are local `since + k * step` in the zone, the last cut at `until`"
CREATE TEMP TABLE bucket ON COMMIT DROP AS
SELECT config, bucket, least(until, coalesce(lead(bucket) OVER w, until)) AS bucket_end, k
FROM   (SELECT config, until, k, max(CASE k WHEN 0 THEN since ELSE begins END) OVER (PARTITION BY config ORDER BY k) AS bucket
		FROM   (SELECT config, since, until, k, ((since AT TIME ZONE zone) + k * step) AT TIME ZONE zone AS begins
				FROM config, generate_series(0, 500) AS k) AS x
		-- buckets end with the first that begins at until or later
		WHERE  k < (SELECT min(n) FROM generate_series(1, 500) AS n, config AS c
					WHERE c.config = x.config AND ((c.since AT TIME ZONE c.zone) + n * c.step) AT TIME ZONE c.zone >= c.until)) AS y
WINDOW w AS (PARTITION BY config ORDER BY k);
ANALYZE bucket;

-- "in_stage = visits entered before the bucket's end and not left before it"
CREATE TEMP TABLE expected ON COMMIT DROP AS
WITH stay AS (
	SELECT c.config, v.*, a.wf
	FROM   config c JOIN oracle.ask a ON a.as_of = c.until - interval '1 microsecond' JOIN member USING (item, wf) JOIN oracle.visit v
		USING (ask)
), stage AS (
	SELECT config, wf, place, stage, class FROM config, oracle.stage WHERE class <> 'blocked' AND wf IN (SELECT wf FROM member)
	UNION
	SELECT config, wf, place, stage, class FROM stay WHERE place IS NULL
)
SELECT s.config, s.wf, b.bucket, s.place, s.stage, s.class,
		count(*) FILTER (WHERE entered_at < bucket_end AND (left_at IS NULL OR left_at >= bucket_end)) AS in_stage,
		count(*) FILTER (WHERE entered_at >= bucket AND entered_at < bucket_end) AS arrived,
		count(*) FILTER (WHERE left_at >= bucket AND left_at < bucket_end) AS departed
FROM   stage s JOIN bucket b USING (config) LEFT JOIN stay v ON v.config = s.config AND v.wf = s.wf AND v.stage = s.stage
GROUP  BY s.config, s.wf, b.bucket, b.k, s.place, s.stage, s.class;

SELECT cmp_ok((SELECT count(*)::int FROM expected WHERE arrived + departed > 0), '>=', 2000,
	'thousands of buckets in which something moves');
SELECT is_empty(format($$
	(SELECT * FROM expected WHERE config = %1$s EXCEPT ALL SELECT * FROM flow WHERE config = %1$s)
	UNION ALL (SELECT * FROM flow WHERE config = %1$s EXCEPT ALL SELECT * FROM expected WHERE config = %1$s)$$, config),
	format('buckets of %s in %s', step, zone))
FROM config;
SELECT is_empty($$
	SELECT * FROM (SELECT *, lag(in_stage) OVER (PARTITION BY config, wf, stage ORDER BY bucket, k) AS before
					FROM (SELECT f.*, row_number() OVER () AS k FROM flow f) AS f) AS x
	WHERE in_stage <> before + arrived - departed$$, 'in_stage(k) = in_stage(k-1) + arrived - departed');
SELECT results_eq(
	$$SELECT vsm.cumulative_flow(timeline, pg_temp.stream(), '2026-02-01 00:00+00', '2026-04-20 00:00+00', '1 day') FROM timeline$$,
	$$SELECT vsm.cumulative_flow(timeline, pg_temp.stream(), '2026-02-01 00:00+00', '2026-04-20 00:00+00', '1 day', 'UTC') FROM timeline$$,
	'without a zone: UTC');

------------------------------------------------------------------------------
-- Any order, any partials, in parallel
------------------------------------------------------------------------------

CREATE TABLE public.cumulative_flow_item (k int, timeline vsm.timeline) PARTITION BY RANGE (k);
CREATE TABLE public.cumulative_flow_item_1 PARTITION OF public.cumulative_flow_item FOR VALUES FROM (0) TO (3);
CREATE TABLE public.cumulative_flow_item_2 PARTITION OF public.cumulative_flow_item DEFAULT;
INSERT INTO public.cumulative_flow_item SELECT item % 7, timeline FROM timeline;
ANALYZE public.cumulative_flow_item;
CREATE FUNCTION pg_temp.call(timeline text) RETURNS text LANGUAGE sql AS $$
SELECT format('vsm.cumulative_flow(%s, pg_temp.stream(), %L, %L, %L, %L)', timeline, '2026-02-01 00:00+00', '2026-04-20 00:00+00',
	'5 days 7 hours', 'Asia/Kolkata')
$$;
CREATE TEMP TABLE serial (flow vsm.cumulative_flow_row[]) ON COMMIT DROP;
DO $$ BEGIN EXECUTE format('INSERT INTO serial SELECT %s FROM public.cumulative_flow_item', pg_temp.call('timeline')); END $$;
SELECT results_eq(format('SELECT %s FROM (SELECT timeline FROM public.cumulative_flow_item ORDER BY timeline::text OFFSET 0) AS t',
	pg_temp.call('timeline')), 'TABLE serial', 'in another order');

CREATE AGGREGATE pg_temp.partial(vsm.timeline, vsm.workflow, timestamptz, timestamptz, interval, text) (SFUNC = vsm.cumulative_flow_add,
	STYPE = vsm.cumulative_flow_state);
CREATE AGGREGATE pg_temp.total(vsm.cumulative_flow_state) (SFUNC = vsm.cumulative_flow_combine, STYPE = vsm.cumulative_flow_state,
	FINALFUNC = vsm.cumulative_flow_finish);
CREATE TEMP TABLE partial (k int, state text) ON COMMIT DROP;
DO $$ BEGIN
	EXECUTE format('INSERT INTO partial SELECT k, %s::text FROM public.cumulative_flow_item GROUP BY k', replace(pg_temp.call('timeline'),
		'vsm.cumulative_flow', 'pg_temp.partial'));
	-- of no item
	EXECUTE format('INSERT INTO partial SELECT 100, %s::text', replace(pg_temp.call('NULL'), 'vsm.cumulative_flow', 'pg_temp.partial'));
END $$;
SELECT results_eq($$SELECT pg_temp.total(state::vsm.cumulative_flow_state ORDER BY k) FROM partial$$, 'TABLE serial',
	'merged from partial states that were sent as text');
SELECT results_eq($$SELECT pg_temp.total(state::vsm.cumulative_flow_state ORDER BY k DESC) FROM partial$$, 'TABLE serial',
	'merged the other way around');
SELECT is_empty($$SELECT FROM partial WHERE state::vsm.cumulative_flow_state::text <> state$$, 'the text form is lossless');
SELECT is((SELECT pg_temp.total(s::vsm.cumulative_flow_state) FROM unnest('{null,null}'::text[]) AS s), NULL,
	'states of an unknown configuration');

SET LOCAL enable_partitionwise_aggregate = on;
SET LOCAL cpu_tuple_cost = 100;
SELECT results_eq(format('SELECT %s FROM public.cumulative_flow_item', pg_temp.call('timeline')), 'TABLE serial', 'partition by partition');
CREATE FUNCTION pg_temp.plan_of(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	line text; plan text := '';
BEGIN
	FOR line IN EXECUTE 'EXPLAIN (COSTS OFF) ' || statement LOOP plan := plan || line || E'\n'; END LOOP;
	RETURN plan;
END $$;
SELECT matches(pg_temp.plan_of(format('SELECT %s FROM public.cumulative_flow_item', pg_temp.call('timeline'))),
	'Append(.|\n)*Partial Aggregate', 'the planner aggregates partitions partially');
SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL min_parallel_table_scan_size = 0;
SET LOCAL max_parallel_workers_per_gather = 2;
-- a function of a temporary schema would keep it from the workers
SELECT replace(pg_temp.call('timeline'), 'pg_temp.stream()', quote_literal(pg_temp.stream()::text) || '::vsm.workflow') AS call \gset
SELECT results_eq(format('SELECT %s FROM public.cumulative_flow_item', :'call'), 'TABLE serial', 'in parallel');
SELECT matches(pg_temp.plan_of(format('SELECT %s FROM public.cumulative_flow_item', :'call')), 'Gather(.|\n)*Partial Aggregate',
	'the planner aggregates partially in workers');

SELECT is(pg_temp.refused(format($$SELECT pg_temp.total(s::vsm.cumulative_flow_state) FROM (SELECT state FROM partial WHERE k = 0
	UNION ALL SELECT %s) AS p(s)$$, replacement)),
	pg_temp.differs(argument),
	'partial states that differ: ' || argument)
FROM (VALUES ('workflow', $$(SELECT replace(state, 'Build', 'Make') FROM partial WHERE k = 100)$$),
			('since', $$(SELECT replace(state, '2026-02-01', '2026-02-02') FROM partial WHERE k = 100)$$),
			('until', $$(SELECT replace(state, '2026-04-20', '2026-04-21') FROM partial WHERE k = 100)$$),
			('step', $$(SELECT replace(state, '[0,5,', '[0,6,') FROM partial WHERE k = 100)$$),
			('time_zone', $$(SELECT replace(state, 'Asia/Kolkata', 'Asia/Kathmandu') FROM partial WHERE k = 100)$$),
			('configuration', $$'null'$$)) AS v(argument, replacement);
SELECT is(pg_temp.refused(format($$SELECT %L::vsm.cumulative_flow_state$$, (SELECT regexp_replace(state, pattern, replacement)
	FROM partial WHERE k = 100))),
	ARRAY['22P02', 'invalid input syntax for type vsm.cumulative_flow_state', detail, ''], 'a malformed state: ' || detail)
FROM (VALUES ('"time_zone".*$', '"visits":[]}', 'The state has no "time_zone".'), ('"visits":\[\]', '"visits":[[99,0,1,1]]',
	'A member of "visits" is out of range.'),
			('^.*$', '[]', 'It must be an object or null, not an array.')) AS v(pattern, replacement, detail);

------------------------------------------------------------------------------
-- Stage by stage, to look up some buckets
------------------------------------------------------------------------------

CREATE FUNCTION pg_temp.looked_up(stages vsm.cumulative_flow_stage[]) RETURNS TABLE (bucket int, place int, stage text, class text,
	in_stage bigint, arrived bigint, departed bigint) LANGUAGE sql AS $$
SELECT b, s.place, s.stage, s.class, s.counts[3 * b + 1], s.counts[3 * b + 2], s.counts[3 * b + 3]
FROM unnest(stages) AS s, generate_series(0, cardinality(s.counts) / 3 - 1) AS b
ORDER BY b, s.place$$;
INSERT INTO item SELECT vsm.timeline(v.at, v.state)
FROM (VALUES (timestamptz '2026-03-02 00:00+00', 'To Do'), ('2026-03-04 06:00+00', 'Odd'), ('2026-03-05 06:00+00', 'Build')) AS v (at,
	state);
SELECT results_eq(
	$$SELECT l.* FROM (SELECT vsm.cumulative_flow_stages(timeline, pg_temp.stream(), '2026-03-03 00:00+00', '2026-03-06 00:00+00', '1 day',
		'UTC') AS stages FROM item) AS f, pg_temp.looked_up(f.stages) AS l$$,
	$$SELECT extract(day FROM bucket AT TIME ZONE 'UTC')::int - 3, place, stage, class, in_stage, arrived, departed
	FROM (SELECT vsm.cumulative_flow(timeline, pg_temp.stream(), '2026-03-03 00:00+00', '2026-03-06 00:00+00', '1 day') AS flow FROM item)
		AS f, unnest(flow) ORDER BY 1, 2$$, 'stages have what rows have, (unmapped) too');
SELECT results_eq($$
	SELECT g.stage, vsm.cumulative_flow_counts(g.counts)
	FROM (
		SELECT vsm.cumulative_flow_stages(timeline, pg_temp.stream(), '2026-03-03', '2026-03-06', '1 day', 'UTC') AS stages
		FROM (SELECT timeline, row_number() OVER () AS n FROM item) AS i GROUP BY n % 3) AS f, unnest(f.stages) AS g
	GROUP BY g.stage ORDER BY g.stage$$,
	$$SELECT g.stage, g.counts FROM (
		SELECT vsm.cumulative_flow_stages(timeline, pg_temp.stream(), '2026-03-03', '2026-03-06', '1 day', 'UTC') AS stages FROM item) AS f,
		unnest(f.stages) AS g ORDER BY g.stage$$, 'counts of parts are those of the whole');
SELECT is((SELECT vsm.cumulative_flow_stages(timeline, pg_temp.stream(), '2026-03-03', '2026-03-03', '1 day', 'UTC')::text FROM item),
	'{}', 'no bucket: no stages');
SELECT is((SELECT vsm.cumulative_flow_stages(timeline, NULL, '2026-03-03', '2026-03-06', '1 day', 'UTC') FROM item), NULL,
	'no workflow: NULL');
SELECT is(pg_temp.refused($$SELECT vsm.cumulative_flow_counts(c) FROM (VALUES ('{1,2,3}'::bigint[]), ('{1,2}')) AS v (c)$$),
	ARRAY['2202E', 'counts of different buckets cannot be added', 'Arrays must have the same number of elements, none of which is null.',
		''],
	'counts of different buckets');
SELECT is((pg_temp.refused($$SELECT vsm.cumulative_flow_counts(c)
	FROM (VALUES ('{9223372036854775807}'::bigint[]), ('{1}')) AS v (c)$$))[1],
	'22003', 'counts that are too many');

------------------------------------------------------------------------------
-- Real data: jira-agile-metrics' cumulative flow
------------------------------------------------------------------------------

\set folder `echo "${VSM_REAL_DATA:-../shared/data}"`
\set items `cat "${VSM_REAL_DATA:-../shared/data}/kanban_jam/large_items.csv" 2>/dev/null`
\set expected_flow `cat "${VSM_REAL_DATA:-../shared/data}/kanban_jam/large_expected_cfd_wip_netflow.csv" 2>/dev/null`
SELECT :'items' <> '' AS has_data \gset
\if :has_data
CREATE TEMP TABLE jam ON COMMIT DROP AS
WITH line AS (SELECT string_to_array(l, ',') AS f FROM regexp_split_to_table(trim(E'\n' FROM :'items'), E'\n') WITH ORDINALITY AS t(l, n)
	WHERE n > 1)
SELECT f[1] AS key, vsm.timeline((f[i + 1] || ' 00:00+00')::timestamptz, ('{Backlog,Committed,Build,Test,Done}'::text[])[i]) AS timeline
FROM line, generate_series(1, 5) AS i
WHERE f[i + 1] <> ''
GROUP BY f[1];
-- cumulative at day's end: how many have reached a stage is how many are in it or beyond
SELECT results_eq($$
	WITH flow AS (
		SELECT r.* FROM (
			SELECT vsm.cumulative_flow(timeline, '{"stages":[{"name":"Backlog","class":"new"},{"name":"Committed","class":"waiting"},
				{"name":"Build","class":"active"},{"name":"Test","class":"active"},{"name":"Done","class":"done"}]}',
				'2018-01-01 00:00+00', '2018-01-10 00:00+00', '1 day') AS flow FROM jam) AS f, unnest(flow) AS r)
	SELECT concat_ws(',', to_char(bucket AT TIME ZONE 'UTC', 'YYYY-MM-DD'),
		sum(in_stage) FILTER (WHERE place >= 1), sum(in_stage) FILTER (WHERE place >= 2), sum(in_stage) FILTER (WHERE place >= 3),
		sum(in_stage) FILTER (WHERE place >= 4), sum(in_stage) FILTER (WHERE place >= 5),
		sum(in_stage) FILTER (WHERE place BETWEEN 2 AND 4),
		sum(arrived) FILTER (WHERE place = 2), sum(arrived) FILTER (WHERE place = 5),
		coalesce(sum(arrived) FILTER (WHERE place = 2), 0) - sum(arrived) FILTER (WHERE place = 5))
	FROM flow GROUP BY bucket ORDER BY bucket$$,
	format('SELECT l FROM regexp_split_to_table(%L, E''\n'') WITH ORDINALITY AS t(l, n) WHERE n > 1 ORDER BY n',
		trim(E'\n' FROM :'expected_flow')),
	'the nine days, WIP, arrivals and departures of jira-agile-metrics');
\else
SELECT skip(format('no real data in %s', :'folder'), 1);
\endif

SELECT * FROM finish();
ROLLBACK;
