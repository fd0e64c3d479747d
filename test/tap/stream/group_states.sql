-- States of rollup, cumulative_flow, process_map and variants as text: whatever is mutated in them is refused
-- by a rule, or read, used and written again without loss
SET client_min_messages = warning;
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS vsm;
SET LOCAL TimeZone = 'America/St_Johns';

SELECT plan(13);

CREATE AGGREGATE pg_temp.cumulative_flow(vsm.timeline, vsm.workflow, timestamptz, timestamptz, interval,
	text) (SFUNC = vsm.cumulative_flow_add, STYPE = vsm.cumulative_flow_state);
CREATE AGGREGATE pg_temp.process_map(vsm.timeline) (SFUNC = vsm.process_map_add, STYPE = vsm.process_map_state);
CREATE AGGREGATE pg_temp.process_map(vsm.timeline, vsm.workflow, vsm.calendar) (SFUNC = vsm.process_map_add, STYPE = vsm.process_map_state);
CREATE AGGREGATE pg_temp.rollup(vsm.timeline, vsm.workflow, text) (SFUNC = vsm.rollup_add, STYPE = vsm.rollup_state);
CREATE AGGREGATE pg_temp.variants(vsm.timeline, vsm.workflow) (SFUNC = vsm.variants_add, STYPE = vsm.variants_state);

CREATE TEMP TABLE item ON COMMIT DROP AS
SELECT t::vsm.timeline AS timeline, '{"stages":[{"name":"Backlog","class":"new"},{"name":"Build","class":"active"},
	{"name":"Blocked","class":"blocked","until":["Unblocked"]},{"name":"Merged","class":"waiting"},{"name":"Released",'
		'"class":"done"}]}'::vsm.workflow AS workflow
FROM (VALUES ('[["2026-03-02T09:00:00Z","Build"],["2026-03-04T09:00:00Z","Merged"],["2026-03-04T17:00:00Z","Released"]]'),
			('[["2026-03-03T09:00:00Z","Build"],["2026-03-05T09:00:00Z","Blocked"],["2026-03-16T09:00:00Z","Merged"],'
				'["2026-03-17T09:00:00Z","Odd \"\\ ü"]]')) AS v(t);
CREATE TEMP TABLE state ON COMMIT DROP AS
SELECT kind, state FROM (
	SELECT pg_temp.cumulative_flow(timeline, workflow, '2026-03-01', '2026-03-20', '1 week', 'Europe/Paris')::text AS cumulative_flow,
			pg_temp.process_map(timeline)::text AS event_log, pg_temp.process_map(timeline, workflow,
				'{"time_zone":"Asia/Kolkata"}')::text AS process_map,
			pg_temp.rollup(timeline, workflow, 'most')::text AS rollup, pg_temp.variants(timeline, workflow)::text AS variants FROM item)
				AS s,
	LATERAL (VALUES ('cumulative_flow', cumulative_flow), ('process_map', event_log), ('process_map', process_map), ('rollup', rollup),
		('variants', variants)) AS v(kind, state);

SELECT is(ARRAY(SELECT DISTINCT kind || '_state' FROM state ORDER BY 1), ARRAY(SELECT typname::text FROM pg_type
	WHERE typnamespace = 'vsm'::regnamespace AND typtype = 'b' AND typname ~ '^[a-z].*_state$' AND typname <> 'timeline_state' ORDER BY 1),
	'all states are here');

-- A number below n for a key, the same everywhere
CREATE FUNCTION pg_temp.rnd(n int, VARIADIC key text[]) RETURNS int LANGUAGE sql IMMUTABLE AS $$
SELECT (('x' || substr(md5(array_to_string(key, '/')), 1, 7))::bit(28)::int % greatest(n, 1)) $$;

-- One of: a character away, a character replaced, a piece doubled, a number replaced, a piece away
CREATE FUNCTION pg_temp.mutated(state text, k int) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	place int;
BEGIN
	FOR i IN 0 .. k % 3 LOOP
		place := 1 + pg_temp.rnd(length(state), 'place', k::text, i::text);
		state := CASE pg_temp.rnd(5, 'how', k::text, i::text)
			WHEN 0 THEN overlay(state PLACING '' FROM place FOR 1)
			WHEN 1 THEN overlay(state PLACING (ARRAY['0', '-1', '9', '"', '[', ']', '{', '}', ',', 'null', '1e9', '99999999999', '\',
				'\u0000', 'true'])[1 + pg_temp.rnd(15, 'by', k::text, i::text)] FROM place FOR 1)
			WHEN 2 THEN overlay(state PLACING substr(state, 1 + pg_temp.rnd(length(state), 'piece', k::text), pg_temp.rnd(20, 'length',
				k::text)) FROM place FOR 0)
			WHEN 3 THEN substr(state, 1, place) || regexp_replace(substr(state, place + 1), '\d+',
							(ARRAY['0', '-1', '9999999999999999999', '4611686018427387904', '2147483648', '65536',
								'1'])[1 + pg_temp.rnd(7, 'number', k::text, i::text)])
			ELSE overlay(state PLACING '' FROM place FOR pg_temp.rnd(30, 'away', k::text)) END;
	END LOOP;
	RETURN state;
END $$;

-- How it ends: the SQLSTATE of a refusal, 'read' or 'lost'
CREATE FUNCTION pg_temp.ending(kind text, state text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	written text;
	again   text;
BEGIN
	EXECUTE format('SELECT %L::vsm.%I_state', state, kind) INTO written;
	EXECUTE format('SELECT %L::vsm.%I_state', written, kind) INTO again;
	IF again IS DISTINCT FROM written THEN RETURN 'lost'; END IF;
	EXECUTE format('SELECT vsm.%1$I_finish(vsm.%1$I_combine(%2$L, %2$L))', kind, written);
	RETURN 'read';
EXCEPTION WHEN OTHERS THEN
	RETURN SQLSTATE;
END $$;

CREATE TEMP TABLE ending ON COMMIT DROP AS
SELECT kind, pg_temp.ending(kind, pg_temp.mutated(state, k)) AS ending, count(*)
FROM state, generate_series(1, 800) AS k GROUP BY 1, 2;
SELECT is_empty($$SELECT * FROM ending WHERE ending NOT IN ('read', '22P02', '22P05', '22008', '22003', '54000', '22023')$$,
	'mutated states: refused by a rule, or read without loss');
SELECT cmp_ok((SELECT sum(count)::int FROM ending WHERE ending = 'read'), '>=', 30, 'some are read');
SELECT cmp_ok((SELECT sum(count)::int FROM ending WHERE ending = '22P02'), '>=', 2000, 'most are refused');

-- A state of one aggregate does not pass for that of another, nor does anything else
SELECT throws_ok(format('SELECT %L::vsm.rollup_state', state), '22P02', 'invalid input syntax for type vsm.rollup_state', 'a state of '
	|| kind || ' is none of rollup')
FROM (SELECT DISTINCT ON (kind) kind, state FROM state WHERE kind <> 'rollup' ORDER BY kind, state) AS s;

-- Running aggregates: the state is read again and again while it grows
CREATE TEMP TABLE running ON COMMIT DROP AS
SELECT n, timeline, workflow, vsm.process_map(timeline) OVER w AS process_map, vsm.rollup(timeline, workflow, 'least') OVER w AS rollup,
	vsm.variants(timeline, workflow) OVER w AS variants,
		vsm.cumulative_flow(timeline, workflow, '2026-03-01', '2026-03-20', '1 day') OVER w AS cumulative_flow
FROM (SELECT row_number() OVER (ORDER BY timeline::text, k) AS n, vsm.timeline(at + k * interval '5 hours', state || CASE
	WHEN state ~ 'Odd' THEN k::text ELSE '' END) AS timeline, workflow
	FROM item, generate_series(1, 30) AS k, vsm.events(timeline) GROUP BY timeline::text, k, workflow) AS i WINDOW w AS (ORDER BY n);
SELECT is_empty($$SELECT n FROM running r WHERE process_map IS DISTINCT FROM (SELECT vsm.process_map(timeline) FROM running i
	WHERE i.n <= r.n)$$, 'a running process map');
SELECT is_empty($$SELECT n FROM running r WHERE rollup::text IS DISTINCT FROM (SELECT vsm.rollup(timeline, workflow, 'least')::text
	FROM running i WHERE i.n <= r.n)$$, 'a running roll-up');
SELECT is_empty($$SELECT n FROM running r WHERE cumulative_flow IS DISTINCT FROM (SELECT vsm.cumulative_flow(timeline, workflow,
	'2026-03-01', '2026-03-20', '1 day') FROM running i WHERE i.n <= r.n)$$, 'a running cumulative flow');
SELECT is_empty($$SELECT n FROM running r WHERE variants IS DISTINCT FROM (SELECT vsm.variants(timeline, workflow) FROM running i
	WHERE i.n <= r.n)$$, 'running variants');

-- Called on a row of a table, a transition function leaves the row as it is
CREATE TEMP TABLE kept ON COMMIT DROP AS SELECT state::vsm.process_map_state FROM state WHERE kind = 'process_map'
	AND state LIKE '{"workflow":null%';
SELECT isnt((SELECT vsm.process_map_add(k.state, i.timeline)::text FROM kept k, item i LIMIT 1), (SELECT state::text FROM kept),
	'a transition function outside of an aggregate');
SELECT is((SELECT state::text FROM kept), (SELECT state FROM state WHERE kind = 'process_map' AND state LIKE '{"workflow":null%'),
	'changes nothing in place');

SELECT * FROM finish();
ROLLBACK;
