-- vsm.rollup: by hand, and at every instant against its definition in plain SQL
SET client_min_messages = warning;
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS vsm;
\ir ../../oracle.sql
SET LOCAL max_parallel_workers_per_gather = 0;
SET LOCAL jit = off;
SET LOCAL TimeZone = 'America/St_Johns';

SELECT plan(50);

------------------------------------------------------------------------------
-- By hand
------------------------------------------------------------------------------

CREATE FUNCTION pg_temp.stream() RETURNS vsm.workflow LANGUAGE sql AS $$
SELECT '{"stages":[{"name":"Backlog","class":"new","states":["To Do"]},{"name":"Build","class":"active"},
	{"name":"QA","class":"active"},
	{"name":"Blocked","class":"blocked","states":["Flagged"],"until":["Unflagged"],"waiting_for":"dependency"},
	{"name":"Merged","class":"waiting"},{"name":"Released","class":"done"},
	{"name":"Dropped","class":"cancelled","states":["Won''t Do"]}]}'::vsm.workflow
$$;

-- "02 09:00 Build, 05 09:00 QA" of March 2026 in UTC as a timeline, and back
CREATE FUNCTION pg_temp.part(events text) RETURNS vsm.timeline LANGUAGE sql AS $$
SELECT vsm.timeline(('2026-03-' || left(e, 8) || '+00')::timestamptz, substr(e, 10)) FROM regexp_split_to_table(events, ', ') AS e
$$;
CREATE FUNCTION pg_temp.shown(timeline vsm.timeline) RETURNS text LANGUAGE sql AS $$
SELECT string_agg(to_char(at AT TIME ZONE 'UTC', 'DD HH24:MI ') || state, ', ' ORDER BY at, state COLLATE "C") FROM vsm.events(timeline)
$$;
CREATE FUNCTION pg_temp.whole(rule text, VARIADIC parts text[]) RETURNS text LANGUAGE sql AS $$
SELECT pg_temp.shown(vsm.rollup(pg_temp.part(p), pg_temp.stream(), rule)) FROM unnest(parts) AS p
$$;

-- A tracker and two merge requests. By the rule, visits of the merge requests together:
--     Build   Mar 2 09:00   both, then the second (least)
--     Merged  Mar 16 09:00  the second is; the first has been released for 12 days
--     Released Mar 17 09:00
\set tracker '''02 09:00 Build, 05 09:00 QA, 17 09:00 Released'''
\set first_mr '''02 09:00 Build, 04 09:00 Merged, 04 17:00 Released'''
\set second_mr '''03 09:00 Build, 16 09:00 Merged, 17 09:00 Released'''
SELECT is(pg_temp.whole('least', :first_mr, :second_mr),
	'02 09:00 Build, 16 09:00 Merged, 17 09:00 Released', 'least of two merge requests: done when both are');
-- with the tracker, which is in QA from Mar 5 on while the merge requests are still in Build
SELECT is(pg_temp.whole('most', :tracker, pg_temp.whole('least', :first_mr, :second_mr)),
	'02 09:00 Build, 05 09:00 QA, 16 09:00 Merged, 17 09:00 Released', 'most of the tracker and that: never behind either');
SELECT results_eq(
	$$SELECT visit, stage, to_char(entered_at AT TIME ZONE 'UTC', 'DD HH24:MI'), to_char(left_at AT TIME ZONE 'UTC', 'DD HH24:MI'), backward
	FROM vsm.visits(pg_temp.part('02 09:00 Build, 05 09:00 QA, 16 09:00 Merged, 17 09:00 Released'), pg_temp.stream())$$,
	$$VALUES (1, 'Build', '02 09:00', '05 09:00', false), (2, 'QA', '05 09:00', '16 09:00', false),
			(3, 'Merged', '16 09:00', '17 09:00', false), (4, 'Released', '17 09:00', NULL, false)$$,
	'its visits');
SELECT results_eq(
	$$SELECT vsm.reopened(t, pg_temp.stream()), vsm.finished_at(t, pg_temp.stream(), '2026-03-15 00:00+00')
	FROM vsm.merge(pg_temp.part('02 09:00 Build, 04 09:00 Merged, 04 17:00 Released'),
		pg_temp.part('03 09:00 Build, 16 09:00 Merged, 17 09:00 Released')) AS t$$,
	$$VALUES (1, timestamptz '2026-03-04 17:00+00')$$, 'the union of the merge requests says done 13 days early, and then a false reopen');
SELECT results_eq(
	$$SELECT vsm.reopened(t, pg_temp.stream()), vsm.finished_at(t, pg_temp.stream())
	FROM pg_temp.part(pg_temp.whole('least', '02 09:00 Build, 04 09:00 Merged, 04 17:00 Released',
		'03 09:00 Build, 16 09:00 Merged, 17 09:00 Released')) AS t$$,
	$$VALUES (0, timestamptz '2026-03-17 09:00+00')$$, 'the roll-up says done on the 17th, never reopened');
SELECT is(pg_temp.whole('most', :first_mr, :second_mr), '02 09:00 Build, 04 09:00 Merged, 04 17:00 Released',
	'most of the merge requests: done when one is');

-- A parent over its children
SELECT is(pg_temp.whole('least', '02 00:00 To Do, 04 00:00 Build, 08 00:00 Released',
	'03 00:00 To Do, 06 00:00 Build, 07 00:00 QA, 09 00:00 Released'),
	'02 00:00 Backlog, 04 00:00 Build, 08 00:00 QA, 09 00:00 Released',
	'a parent starts with its first child: the others, still new, count as being in Build');
SELECT is(pg_temp.whole('least', '02 00:00 Build, 04 00:00 Released', '06 00:00 To Do, 08 00:00 Released'),
	'02 00:00 Build, 04 00:00 Released, 06 00:00 Build, 08 00:00 Released', 'a child created after done reopens the parent');
SELECT is(pg_temp.whole('least', '02 00:00 To Do, 04 00:00 Won''t Do', '03 00:00 To Do, 05 00:00 To Do'),
	'02 00:00 Backlog', 'cancelled children are left out');
SELECT is(pg_temp.whole('most', '02 00:00 To Do, 04 00:00 Won''t Do', '03 00:00 To Do, 05 00:00 Build'),
	'02 00:00 Backlog, 05 00:00 Build', 'under most too, though cancelled has the highest place');
SELECT is(pg_temp.whole('least', '02 00:00 Build, 04 00:00 Won''t Do', '03 00:00 QA, 05 00:00 Won''t Do', '06 00:00 To Do'),
	'02 00:00 Build, 04 00:00 QA, 05 00:00 Dropped, 06 00:00 Build',
	'all that have begun are cancelled: so is the whole, until another begins; work had been started');
SELECT is(pg_temp.whole('least', '01 00:00 Mystery, 02 00:00 Build, 04 00:00 Riddle, 06 00:00 Released'),
	'02 00:00 Build, 06 00:00 Released', 'in (unmapped) a part is where it was before, and has not begun before any stage');
SELECT is(pg_temp.whole('least', '02 00:00 Mystery'), NULL, 'no part with a stage: NULL');
SELECT is(pg_temp.whole('least', '02 00:00 To Do, 03 00:00 QA, 03 00:00 Build, 03 00:00 Released, 04 00:00 To Do'),
	'02 00:00 Backlog, 03 00:00 Released, 04 00:00 Build', 'visits of no length are not seen, sent back to new counts as Build');

SELECT is((SELECT pg_temp.shown(vsm.rollup(pg_temp.part(p), '{"stages":[{"name":"To Do","class":"new"},{"name":"Done","class":"done"}]}',
	'least'))
	FROM unnest('{"02 00:00 To Do, 04 00:00 Done","03 00:00 To Do"}'::text[]) AS p),
	'02 00:00 To Do, 04 00:00 Done', 'without an active or waiting stage new parts count as being in the first done one');

-- Blocked
SELECT is(pg_temp.whole('least', '02 00:00 Build, 03 00:00 Flagged, 05 00:00 Unflagged', '02 00:00 QA, 04 00:00 Flagged'),
	'02 00:00 Build, 03 00:00 Blocked, 05 00:00 Unflagged', 'blocked while the part that holds the stage is');
SELECT is(pg_temp.whole('least', '02 00:00 Build, 03 00:00 Flagged, 05 00:00 Unflagged', '02 00:00 Build, 04 00:00 Flagged, 06 00:00 QA'),
	'02 00:00 Build, 04 00:00 Blocked, 05 00:00 Unflagged', 'while every part that holds it is');
SELECT is(pg_temp.whole('most', '02 00:00 Build', '02 00:00 To Do, 03 00:00 Flagged, 05 00:00 QA, 06 00:00 Unflagged'),
	'02 00:00 Build, 05 00:00 Blocked, 05 00:00 QA, 06 00:00 Unflagged', 'from when it holds the stage');
SELECT is(pg_temp.whole('least', '02 00:00 To Do, 03 00:00 Flagged, 06 00:00 Unflagged',
	'02 00:00 To Do, 04 00:00 Build, 05 00:00 Flagged'),
	'02 00:00 Backlog, 04 00:00 Build, 05 00:00 Blocked, 06 00:00 Unflagged', 'new parts hold the stage that they count as being in');

-- Stage names, and other layers, that end a layer
SELECT is((SELECT pg_temp.shown(vsm.rollup(pg_temp.part(p),
	'{"stages":[{"name":"Build","class":"active"},{"name":"Review","class":"waiting","states":["In Review"]},
		{"name":"Flagged","class":"blocked","until":["Review","Held","Unflagged"]},
		{"name":"Held","class":"blocked","until":["Flagged","Released"]}]}', 'least'))
	FROM unnest(ARRAY['02 00:00 Build, 03 00:00 Flagged, 04 00:00 In Review, 05 00:00 Unflagged']) AS p),
	'02 00:00 Build, 03 00:00 Flagged, 04 00:00 Flagged, 04 00:00 Review, 05 00:00 Unflagged',
	'a layer that the name of the new stage would end begins again');
SELECT is((SELECT pg_temp.shown(vsm.rollup(pg_temp.part(p),
	'{"stages":[{"name":"Build","class":"active"},
		{"name":"Flagged","class":"blocked","states":["F"],"until":["Held","Unflagged"]},
		{"name":"Held","class":"blocked","states":["H"],"until":["Flagged","Released"]}]}', 'least'))
	FROM unnest(ARRAY['02 00:00 Build, 03 00:00 F, 04 00:00 H, 05 00:00 Unflagged, 06 00:00 Released']) AS p),
	'02 00:00 Build, 03 00:00 Flagged, 04 00:00 Flagged, 04 00:00 Held, 05 00:00 Unflagged, 06 00:00 Released',
	'and one that the beginning of another would');

------------------------------------------------------------------------------
-- NULL, empty, and errors
------------------------------------------------------------------------------

SELECT is((SELECT vsm.rollup(NULL::vsm.timeline, pg_temp.stream(), 'least')::text WHERE false), NULL, 'no rows: NULL');
SELECT is(vsm.rollup(NULL, pg_temp.stream(), 'least')::text, NULL, 'no parts: NULL');
SELECT is((SELECT pg_temp.shown(vsm.rollup(t, pg_temp.stream(), 'least')) FROM unnest(ARRAY[NULL, pg_temp.part('02 00:00 Build'), NULL])
	AS t),
	'02 00:00 Build', 'a NULL timeline is no part');
SELECT is(vsm.rollup(pg_temp.part('02 00:00 Build'), NULL, 'least')::text, NULL, 'NULL workflow: NULL');
SELECT is(vsm.rollup(pg_temp.part('02 00:00 Build'), pg_temp.stream(), NULL)::text, NULL, 'NULL rule: NULL');

-- SQLSTATE, message, detail and hint of an error
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
SELECT is(pg_temp.refused($$SELECT vsm.rollup(NULL, pg_temp.stream(), 'slowest')$$),
	ARRAY['22023', 'unknown rule "slowest"', '', 'The rules are "least" and "most".'], 'an unknown rule');
SELECT is(pg_temp.refused($$SELECT vsm.rollup(pg_temp.part('02 00:00 Build'), pg_temp.stream(), r) FROM unnest('{least,most}'::text[])
	AS r$$),
	ARRAY['22023', '"rule" differs within one group', 'All rows of a group must give vsm.rollup the same "rule".',
		'Add what decides it to GROUP BY.'],
	'two rules in a group');
SELECT is(pg_temp.refused($$SELECT vsm.rollup(pg_temp.part('02 00:00 Build'), vsm.with_rules(pg_temp.stream(), start => s), 'least')
	FROM unnest('{active,created}'::text[]) AS s$$),
	ARRAY['22023', '"workflow" differs within one group', 'All rows of a group must give vsm.rollup the same "workflow".',
		'Add what decides it to GROUP BY.'],
	'two workflows in a group');
SELECT is(pg_temp.refused(format($$SELECT vsm.rollup(pg_temp.part('02 00:00 Build'), CASE WHEN i <> %s THEN pg_temp.stream() END, 'least')
	FROM generate_series(1, 2) AS i$$, n)),
	ARRAY['22023', 'configuration differs within one group', 'A configuration argument of vsm.rollup is NULL in some rows of a group, in '
		'others not.', 'Leave these rows out, or add what decides it to GROUP BY.'],
	'a workflow and NULL in a group, NULL ' || w)
FROM (VALUES (1, 'first'), (2, 'last')) AS v(n, w);
SELECT is(pg_temp.refused($$SELECT vsm.rollup(NULL,
	'{"stages":[{"name":"Build","class":"active"},{"name":"Blocked","class":"blocked","until":["Build","Other"]},
		{"name":"Waits","class":"blocked","until":["Other","Blocked"]}]}', 'least')$$),
	ARRAY['22023', 'the workflow cannot be rolled up',
		'Each state in "until" of stage "Blocked" also enters a stage or ends another one, so none can say that only "Blocked" ends.',
		'Add a state of its own to its "until".'], 'a layer whose end cannot be written');
SELECT is((pg_temp.refused($$SELECT vsm.rollup(pg_temp.part('02 00:00 Mystery'), vsm.with_rules(pg_temp.stream(), unmapped => 'error'),
	'least')$$))[1:2],
	ARRAY['22023', 'state "Mystery" is not in the workflow'], 'an unknown state under rule error');

------------------------------------------------------------------------------
-- Random: every instant by the definition
------------------------------------------------------------------------------

SELECT FROM oracle.generate(300, 0, 24);
DELETE FROM oracle.ask;
-- layers that the names of stages, and each other's beginnings, end
INSERT INTO oracle.rules VALUES (90001, 'committed', 'continue', 'keep', 'waiting'), (90002, 'active', 'pause', 'erase', 'waiting');
INSERT INTO oracle.stage
SELECT wf, v.* FROM (VALUES (90001), (90002)) AS w(wf), (VALUES (1, 'To Do', 'new'), (2, 'Approval', 'waiting'), (3, 'Build', 'active'),
	(4, 'On Hold', 'blocked'), (5, 'Review', 'waiting'), (6, 'Flagged', 'blocked'), (7, 'Done', 'done'), (8, 'Closed', 'cancelled')) AS v;
INSERT INTO oracle.stage_state SELECT wf, 3, 'In Progress' FROM (VALUES (90001), (90002)) AS w(wf);
INSERT INTO oracle.stage_until
SELECT wf, v.* FROM (VALUES (90001), (90002)) AS w(wf), (VALUES (4, 'Mystery'), (4, 'Review'), (4, 'Flagged'), (4, 'Done'), (6, 'Build'),
	(6, 'Unflagged'), (6, 'On Hold')) AS v;

-- "its first `until` that is in no `states` and ends no other layer": workflows in which every layer has one
CREATE TEMP TABLE workflow ON COMMIT DROP AS
SELECT wf, oracle.workflow_text(wf)::vsm.workflow AS workflow
FROM   oracle.rules r
WHERE  unmapped <> 'error'
	AND  NOT EXISTS (
	SELECT FROM oracle.stage s
	WHERE  s.wf = r.wf AND s.class = 'blocked' AND NOT EXISTS (
		SELECT FROM oracle.stage_until u
		WHERE  u.wf = s.wf AND u.place = s.place
		AND  NOT EXISTS (SELECT FROM oracle.state_of o WHERE o.wf = u.wf AND o.state = u.state)
		AND  NOT EXISTS (SELECT FROM oracle.stage_until o WHERE o.wf = u.wf AND o.state = u.state AND o.place <> u.place)));
SELECT cmp_ok((SELECT count(DISTINCT wf / 100)::int FROM workflow), '>=', 10, 'many streams can be rolled up');

-- Wholes of one to five parts, two for every other workflow, both rules
CREATE TEMP TABLE part ON COMMIT DROP AS
SELECT w.wf * 10 + g AS whole, w.wf, 1 + (31 * row_number() OVER () + p * 7)::int % 300 AS item
FROM   (SELECT wf, row_number() OVER (ORDER BY wf) AS n FROM workflow) AS w, generate_series(1, 2) AS g,
		generate_series(1, 1 + (n * 3 + g)::int % 5) AS p
WHERE  w.n % 2 = 0 OR w.wf > 90000;
INSERT INTO oracle.ask SELECT row_number() OVER (ORDER BY item, wf), item, wf, NULL FROM (SELECT DISTINCT item, wf FROM part) AS p;
ANALYZE part;
SELECT FROM oracle.answer();

CREATE TEMP TABLE rolled ON COMMIT DROP AS
SELECT p.whole, p.wf, rule, vsm.rollup(oracle.timeline_text(p.item)::vsm.timeline, w.workflow, rule) AS timeline
FROM   part p JOIN workflow w USING (wf), unnest('{least,most}'::text[]) AS rule
GROUP  BY 1, 2, 3;

-- All instants at which anything happens to a part
CREATE TEMP TABLE instant ON COMMIT DROP AS
SELECT DISTINCT p.whole, p.wf, v.at
FROM   part p JOIN oracle.ask a USING (item, wf),
		LATERAL (SELECT entered_at FROM oracle.visit v WHERE v.ask = a.ask
				UNION SELECT begins_at FROM oracle.spell s WHERE s.ask = a.ask
				UNION SELECT ends_at FROM oracle.spell s WHERE s.ask = a.ask AND ends_at IS NOT NULL) AS v(at);

ANALYZE instant;

-- "A part has begun at its first event; its stage is `stage_at`, in `(unmapped)` where it was before"
CREATE TEMP TABLE part_at ON COMMIT DROP AS
SELECT i.whole, i.wf, i.at, a.ask, v.place, s.class
FROM   instant i JOIN part p USING (whole, wf) JOIN oracle.ask a USING (item, wf)
JOIN   LATERAL (SELECT place FROM oracle.visit v
				WHERE  v.ask = a.ask AND v.entered_at <= i.at AND v.place IS NOT NULL
				ORDER  BY visit DESC LIMIT 1) AS v ON true
JOIN   oracle.stage s ON s.wf = i.wf AND s.place = v.place
GROUP  BY 1, 2, 3, 4, 5, 6;
ANALYZE part_at;

-- "under `least`, once a part has entered an active, waiting or done stage"
CREATE TEMP TABLE started ON COMMIT DROP AS
SELECT p.whole, min(v.entered_at) AS at
FROM   part p JOIN oracle.ask a USING (item, wf) JOIN oracle.visit v USING (ask)
WHERE  v.place IS NOT NULL AND v.class IN ('active', 'waiting', 'done')
GROUP  BY 1;
ANALYZE started;

-- "parts in `new` count as being in the first active or waiting stage (if there is none: the first done)"
CREATE TEMP TABLE holder ON COMMIT DROP AS
WITH counted AS (
	SELECT p.*, rule,
			CASE WHEN rule = 'least' AND p.class = 'new' AND p.at >= s.at
				THEN coalesce((SELECT min(place) FROM oracle.stage o WHERE o.wf = p.wf AND o.class IN ('active', 'waiting')),
							(SELECT min(place) FROM oracle.stage o WHERE o.wf = p.wf AND o.class = 'done'))
				ELSE p.place END AS counts_as
	FROM   part_at p CROSS JOIN unnest('{least,most}'::text[]) AS rule LEFT JOIN started s USING (whole)
), ranked AS (
	-- "it is left out while cancelled (all begun parts cancelled: the whole is)"
	SELECT *, bool_and(class = 'cancelled') OVER w AS all_cancelled FROM counted
	WINDOW w AS (PARTITION BY whole, rule, at)
)
-- "the stage of the whole is that of its least (`least`) or most (`most`) advanced part"
SELECT whole, wf, rule, at, ask, counts_as AS place,
		CASE rule WHEN 'least' THEN min(counts_as) OVER w ELSE max(counts_as) OVER w END AS whole_place
FROM   ranked
WHERE  class <> 'cancelled' OR all_cancelled
WINDOW w AS (PARTITION BY whole, rule, at);
ANALYZE holder;

CREATE TEMP TABLE expected_stage ON COMMIT DROP AS
SELECT whole, wf, rule, at, whole_place AS place FROM holder GROUP BY 1, 2, 3, 4, 5;

-- "the whole is under it while every part that holds the whole's stage is"
CREATE TEMP TABLE expected_layer ON COMMIT DROP AS
SELECT h.whole, h.wf, h.rule, h.at, l.place,
		bool_and(EXISTS (SELECT FROM oracle.spell s WHERE s.ask = h.ask AND s.place = l.place AND s.span @> h.at)) AS under
FROM   holder h JOIN oracle.stage l ON l.wf = h.wf AND l.class = 'blocked'
WHERE  h.place = h.whole_place
GROUP  BY 1, 2, 3, 4, 5;

-- What came out: stages by their names, layers as the workflow reads them
CREATE TEMP TABLE rolled_event ON COMMIT DROP AS
SELECT r.whole, r.wf, r.rule, e.at, e.state FROM rolled r, vsm.events(r.timeline) AS e;
CREATE INDEX ON rolled_event (whole, rule, at);
ANALYZE rolled_event, expected_stage, expected_layer;

CREATE TEMP TABLE rolled_stage ON COMMIT DROP AS
SELECT x.whole, x.wf, x.rule, x.at, s.place
FROM   expected_stage x
CROSS  JOIN LATERAL (SELECT st.place FROM rolled_event e JOIN oracle.stage st ON st.wf = e.wf AND st.stage = e.state
	AND st.class <> 'blocked'
					WHERE  e.whole = x.whole AND e.rule = x.rule AND e.at <= x.at ORDER BY e.at DESC, st.place DESC LIMIT 1) AS s;
CREATE TEMP TABLE rolled_layer_event ON COMMIT DROP AS
SELECT e.whole, e.rule, l.place, e.at, bool_or(l.begins) AS begins
FROM   rolled_event e JOIN oracle.layer_state l ON l.wf = e.wf AND l.state = e.state
GROUP  BY 1, 2, 3, 4;
CREATE INDEX ON rolled_layer_event (whole, rule, place, at);
CREATE TEMP TABLE rolled_layer ON COMMIT DROP AS
SELECT x.whole, x.wf, x.rule, x.at, x.place,
		coalesce((SELECT e.begins FROM rolled_layer_event e
				WHERE  e.whole = x.whole AND e.rule = x.rule AND e.place = x.place AND e.at <= x.at ORDER BY e.at DESC LIMIT 1), false)
					AS under
FROM   expected_layer x;

SELECT cmp_ok((SELECT count(*)::int FROM expected_stage), '>=', 5000, 'thousands of instants');
SELECT cmp_ok((SELECT count(*)::int FROM expected_layer WHERE under), '>=', 200, 'hundreds of them under a layer');
SELECT is_empty($$(TABLE expected_stage EXCEPT ALL TABLE rolled_stage) UNION ALL (TABLE rolled_stage EXCEPT ALL TABLE expected_stage)$$,
	'the stage of the whole at every instant');
SELECT is_empty($$(TABLE expected_layer EXCEPT ALL TABLE rolled_layer) UNION ALL (TABLE rolled_layer EXCEPT ALL TABLE expected_layer)$$,
	'its layers at every instant');
SELECT is_empty($$SELECT whole, rule FROM rolled r WHERE timeline IS NULL AND EXISTS (SELECT FROM part_at p WHERE p.whole = r.whole)$$,
	'NULL only where no part has a stage');
SELECT is_empty($$
	SELECT * FROM (
		SELECT e.*, s.stage, lag(s.stage) OVER (PARTITION BY whole, rule ORDER BY at) AS before,
				lag(at) OVER (PARTITION BY whole, rule ORDER BY at) AS before_at
		FROM   rolled_event e JOIN oracle.stage s ON s.wf = e.wf AND s.stage = e.state AND s.class <> 'blocked') AS x
	WHERE  stage = before OR at = before_at$$, 'one event a change of stage');
SELECT is_empty($$
	SELECT * FROM rolled_event e
	WHERE  NOT EXISTS (SELECT FROM oracle.stage s WHERE s.wf = e.wf AND s.stage = e.state)
	AND  e.state <> ALL (SELECT u.state FROM oracle.stage_until u
							WHERE  u.wf = e.wf
							AND  NOT EXISTS (SELECT FROM oracle.state_of o WHERE o.wf = u.wf AND o.state = u.state)
							AND  NOT EXISTS (SELECT FROM oracle.stage_until o WHERE o.wf = u.wf AND o.state = u.state
								AND o.place <> u.place))$$,
	'states are names of stages and ends of one layer');

------------------------------------------------------------------------------
-- Any order, any partials, in parallel
------------------------------------------------------------------------------

CREATE TABLE public.rollup_part (whole int, wf int, item int, workflow vsm.workflow, timeline vsm.timeline) PARTITION BY LIST (wf);
CREATE TABLE public.rollup_part_1 PARTITION OF public.rollup_part DEFAULT;
DO $$ DECLARE w int; BEGIN
	FOR w IN SELECT DISTINCT wf FROM part WHERE wf % 4 = 0 ORDER BY wf LIMIT 3 LOOP
		EXECUTE format('CREATE TABLE public.rollup_part_%1$s PARTITION OF public.rollup_part FOR VALUES IN (%1$s)', w);
	END LOOP;
END $$;
INSERT INTO public.rollup_part SELECT whole, wf, item, workflow, oracle.timeline_text(item)::vsm.timeline FROM part JOIN workflow
	USING (wf);
ANALYZE public.rollup_part;
CREATE TEMP TABLE least ON COMMIT DROP AS SELECT whole, timeline::text FROM rolled WHERE rule = 'least';

SELECT set_eq($$SELECT whole, vsm.rollup(timeline, workflow, 'least' ORDER BY item DESC)::text FROM public.rollup_part GROUP BY whole$$,
	'TABLE least', 'in another order');
SELECT set_eq($$SELECT whole, vsm.rollup(timeline, workflow, 'least')::text FROM (TABLE public.rollup_part
	UNION ALL TABLE public.rollup_part) AS p GROUP BY whole$$,
	'TABLE least', 'with every part twice');

-- states as values: sent as text, overlapping, combined in any order
CREATE AGGREGATE pg_temp.rollup_partial(vsm.timeline, vsm.workflow, text) (SFUNC = vsm.rollup_add, STYPE = vsm.rollup_state);
CREATE AGGREGATE pg_temp.rollup_total(vsm.rollup_state) (SFUNC = vsm.rollup_combine, STYPE = vsm.rollup_state,
	FINALFUNC = vsm.rollup_finish);
SELECT set_eq($$
	SELECT whole, pg_temp.rollup_total(state::text::vsm.rollup_state ORDER BY -k)::text
	FROM   (SELECT whole, k, pg_temp.rollup_partial(timeline, workflow, 'least') AS state
			FROM   public.rollup_part, generate_series(0, 2) AS k
			WHERE  item % 3 = k OR item % 2 = k
			GROUP  BY whole, k) AS s
	GROUP  BY whole$$, 'TABLE least', 'merged from overlapping partial states that were sent as text');

SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL min_parallel_table_scan_size = 0;
SET LOCAL max_parallel_workers_per_gather = 2;
SELECT set_eq($$SELECT whole, vsm.rollup(timeline, workflow, 'least')::text FROM public.rollup_part GROUP BY whole$$,
	'TABLE least', 'in parallel');
CREATE FUNCTION pg_temp.plan_of(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	line text; plan text := '';
BEGIN
	FOR line IN EXECUTE 'EXPLAIN (COSTS OFF) ' || statement LOOP plan := plan || line || E'\n'; END LOOP;
	RETURN plan;
END $$;
SELECT matches(pg_temp.plan_of($$SELECT vsm.rollup(timeline, '{"stages":[{"name":"Build","class":"active"}]}', 'least')
	FROM public.rollup_part$$),
	'Partial Aggregate', 'the planner aggregates partially in workers');

SET LOCAL max_parallel_workers_per_gather = 0;
SET LOCAL enable_partitionwise_aggregate = on;
SET LOCAL cpu_tuple_cost = 100;
SELECT set_eq($$SELECT whole, vsm.rollup(timeline, workflow, 'least')::text FROM public.rollup_part GROUP BY whole$$,
	'TABLE least', 'partition by partition');
SELECT matches(pg_temp.plan_of($$SELECT whole, vsm.rollup(timeline, workflow, 'least') FROM public.rollup_part GROUP BY whole$$),
	'Append(.|\n)*Partial', 'the planner aggregates partitions partially');

SELECT is(pg_temp.refused($$
	SELECT vsm.rollup_combine(pg_temp.rollup_partial(timeline, workflow, 'least'), pg_temp.rollup_partial(timeline, workflow, 'most'))
	FROM   public.rollup_part WHERE whole = (SELECT min(whole) FROM public.rollup_part)$$),
	ARRAY['22023', '"rule" differs within one group', 'All rows of a group must give vsm.rollup the same "rule".',
		'Add what decides it to GROUP BY.'],
	'partial states of two rules');
SELECT is(pg_temp.refused($$SELECT '{"workflow":"{}","rule":"least"}'::vsm.rollup_state$$),
	ARRAY['22P02', 'invalid input syntax for type vsm.rollup_state', 'The state has no "parts".', ''], 'a malformed state');

SELECT * FROM finish();
ROLLBACK;
