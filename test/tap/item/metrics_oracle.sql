-- Every function over one item against its definition in plain SQL: random items
-- and workflows, every combination of rules, four as_of each
SET client_min_messages = warning;
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS vsm;
\ir ../../oracle.sql
SET LOCAL max_parallel_workers_per_gather = 0;
SET LOCAL jit = off;
-- nothing may depend on the session
SET LOCAL TimeZone = 'America/St_Johns';
SET LOCAL IntervalStyle = 'sql_standard';

SELECT plan(62);

------------------------------------------------------------------------------
-- Items by hand: they prove the oracle, which then proves the extension
------------------------------------------------------------------------------

CREATE FUNCTION pg_temp.stream(wf int, start text, reopen text, backward text, unmapped text)
RETURNS void LANGUAGE sql AS $$
	INSERT INTO oracle.rules VALUES (wf, start, reopen, backward, unmapped);
	INSERT INTO oracle.stage VALUES
		(wf, 1, 'Backlog', 'new'), (wf, 2, 'Build', 'active'), (wf, 3, 'Blocked', 'blocked'),
		(wf, 4, 'Review', 'waiting'), (wf, 5, 'Released', 'done'), (wf, 6, 'Dropped', 'cancelled');
	INSERT INTO oracle.stage_state VALUES
		(wf, 1, 'To Do'), (wf, 2, 'In Progress'), (wf, 3, 'Flagged'),
		(wf, 4, 'In Review'), (wf, 5, 'Done'), (wf, 6, 'Won''t Do');
	INSERT INTO oracle.stage_until VALUES (wf, 3, 'Unflagged');
$$;
SELECT FROM pg_temp.stream(1000001, 'committed', 'continue', 'keep',  'waiting');
SELECT FROM pg_temp.stream(1000002, 'created',   'first',    'keep',  'waiting');
SELECT FROM pg_temp.stream(1000003, 'created',   'continue', 'keep',  'waiting');
SELECT FROM pg_temp.stream(1000004, 'committed', 'pause',    'keep',  'waiting');
SELECT FROM pg_temp.stream(1000005, 'committed', 'continue', 'erase', 'waiting');
SELECT FROM pg_temp.stream(1000006, 'active',    'first',    'keep',  'ignore');
SELECT FROM pg_temp.stream(1000007, 'committed', 'first',    'keep',  'error');

CREATE FUNCTION pg_temp.item(item int, events text[]) RETURNS void LANGUAGE sql AS $$
	INSERT INTO oracle.event
	SELECT item, ('2026-01-' || split_part(e, '|', 1) || '+00')::timestamptz, split_part(e, '|', 2)
	FROM   unnest(events) AS e
$$;
-- reopened, once sent back
SELECT FROM pg_temp.item(1000001, ARRAY[
	'02 16:00|To Do', '05 10:00|In Progress', '07 10:00|In Review', '08 10:00|In Progress',
	'09 16:00|Done', '12 10:00|In Progress', '13 10:00|Done']);
-- blocked before it begins, twice at one instant, and still at the end
SELECT FROM pg_temp.item(1000002, ARRAY[
	'01 10:00|Flagged', '02 00:00|To Do', '03 00:00|In Progress', '04 00:00|Flagged',
	'04 00:00|Unflagged', '05 00:00|In Review', '06 00:00|Done']);
-- sent back with unmapped states before, between and after
SELECT FROM pg_temp.item(1000003, ARRAY[
	'01 00:00|Mystery', '02 00:00|In Review', '03 00:00|Enigma', '04 00:00|In Progress',
	'05 00:00|Done', '06 00:00|Mystery']);
SELECT FROM pg_temp.item(1000004, ARRAY[
	'02 00:00|In Review', '03 00:00|Enigma', '04 00:00|In Progress', '05 00:00|Done']);
-- everything at once
SELECT FROM pg_temp.item(1000005, ARRAY[
	'02 00:00|Done', '02 00:00|In Progress', '02 00:00|Mystery', '02 00:00|To Do']);
-- reopened over an unmapped state
SELECT FROM pg_temp.item(1000006, ARRAY[
	'01 00:00|In Progress', '02 00:00|Done', '03 00:00|Mystery', '05 00:00|In Progress',
	'06 00:00|Done']);
-- done, cancelled, done
SELECT FROM pg_temp.item(1000007, ARRAY[
	'01 00:00|In Progress', '02 00:00|Done', '03 00:00|Won''t Do', '05 00:00|Done']);
-- under way, blocked now and then
SELECT FROM pg_temp.item(1000008, ARRAY[
	'01 00:00|To Do', '02 00:00|In Progress', '03 00:00|Flagged', '03 12:00|Unflagged',
	'04 00:00|In Review', '06 00:00|In Progress']);
-- given up before it began; given up under way
SELECT FROM pg_temp.item(1000009, ARRAY['01 00:00|To Do', '03 00:00|Won''t Do']);
SELECT FROM pg_temp.item(1000010, ARRAY[
	'01 00:00|To Do', '03 00:00|In Progress', '04 06:00|Won''t Do', '09 00:00|Flagged']);
-- layers only
SELECT FROM pg_temp.item(1000011, ARRAY['01 00:00|Flagged', '03 00:00|Unflagged']);
-- instants so close that nothing is left between them at factor 0
SELECT FROM pg_temp.item(1000012, ARRAY[
	'01 00:00|In Progress', '01 00:00:00.000005|Flagged', '01 00:00:00.000007|Unflagged',
	'01 00:00:00.000015|In Review', '01 00:00:00.000025|Done']);

INSERT INTO oracle.ask
SELECT 1000000 + row_number() OVER (), item, wf, as_of
FROM   (SELECT DISTINCT item FROM oracle.event) AS i, (SELECT wf FROM oracle.rules) AS w,
		(VALUES (NULL::timestamptz), ('2026-01-08 00:00+00')) AS a(as_of);

-- The answers to the asks about an item and a workflow
CREATE FUNCTION pg_temp.hand(item int, wf int, as_of timestamptz DEFAULT NULL) RETURNS SETOF oracle.flow
LANGUAGE sql STABLE AS $$
	SELECT f.* FROM oracle.ask a JOIN oracle.flow f USING (ask)
	WHERE  a.item = 1000000 + hand.item AND a.wf = 1000000 + hand.wf
	AND  a.as_of IS NOT DISTINCT FROM hand.as_of
$$;
CREATE FUNCTION pg_temp.ask(item int, wf int, as_of timestamptz DEFAULT NULL) RETURNS int
LANGUAGE sql STABLE
RETURN (SELECT a.ask FROM oracle.ask a
		WHERE  a.item = 1000000 + ask.item AND a.wf = 1000000 + ask.wf
		AND  a.as_of IS NOT DISTINCT FROM ask.as_of);

SELECT oracle.generate() \g /dev/null
SELECT oracle.answer() \g /dev/null

SELECT is(flow_time, '8 days', 'committed + continue: 8 days') FROM pg_temp.hand(1, 1);
SELECT is(flow_time, '7 days', 'created + first: 7 days') FROM pg_temp.hand(1, 2);
SELECT is(flow_time, '10 days 18:00', 'created + continue: 10 days 18:00') FROM pg_temp.hand(1, 3);
SELECT is(flow_time, '5 days 06:00', 'committed + pause: 5 days 06:00') FROM pg_temp.hand(1, 4);
SELECT is(flow_efficiency, 0.53125::float8, 'efficiency 0.53125') FROM pg_temp.hand(1, 1);
SELECT is(rework || ' ' || reopened, '1 1', 'rework 1, reopened 1') FROM pg_temp.hand(1, 1);
SELECT is(on_clock, '24:00', 'Review 24 h') FROM oracle.stage_time
WHERE ask = pg_temp.ask(1, 1) AND stage = 'Review';
SELECT is(on_clock, '8 days', 'erase: Build 8 days') FROM oracle.stage_time
WHERE ask = pg_temp.ask(1, 5) AND stage = 'Build';

SELECT results_eq($$ SELECT stage, duration::text, blocked::text, on_clock FROM oracle.visit
					WHERE ask = pg_temp.ask(2, 1) ORDER BY visit $$,
	$$ VALUES ('Backlog', '1 0:00:00', '1 0:00:00', false), ('Build', '2 0:00:00', '2 0:00:00', true),
			('Review', '1 0:00:00', '1 0:00:00', true), ('Released', NULL, NULL, false) $$,
	'a layer goes on under status changes');
SELECT results_eq($$ SELECT visits, duration, on_clock FROM oracle.stage_time
					WHERE stage = 'Blocked' AND ask IN (pg_temp.ask(2, 1), pg_temp.ask(2, 1, '2026-01-08 00:00+00'))
					ORDER BY ask $$,
	$$ VALUES (2, NULL, interval '3 days'), (2, interval '6 days 14:00', interval '3 days') $$,
	'two spells touch; the clock stopped while one holds');
SELECT results_eq($$ SELECT active_time, wait_time, blocked_time FROM pg_temp.hand(2, 1) $$,
	$$ VALUES (interval '0', interval '3 days', interval '3 days') $$, 'a layer makes active waiting');

SELECT results_eq($$ SELECT path, started_at, flow_time, rework FROM pg_temp.hand(3, 5) $$,
	$$ VALUES ('{(unmapped),Build,Released,(unmapped)}'::text[], timestamptz '2026-01-04 00:00+00',
				interval '1 day', 1) $$,
	'a removed visit''s time goes to the unmapped one before it');
SELECT results_eq($$ SELECT path, started_at, flow_time, rework FROM pg_temp.hand(4, 5) $$,
	$$ VALUES ('{Build,Released}'::text[], timestamptz '2026-01-02 00:00+00', interval '3 days', 1) $$,
	'a removed visit''s time goes to the one entered, (unmapped) with its stage');
SELECT results_eq($$ SELECT path, flow_time, wait_time, outcome FROM pg_temp.hand(3, 3) $$,
	$$ VALUES ('{(unmapped),Review,(unmapped),Build,Released,(unmapped)}'::text[], interval '4 days',
				interval '3 days', 'done') $$,
	'unmapped starts the clock under created and never moves its end');

SELECT results_eq($$ SELECT path, outcome, flow_time, flow_efficiency FROM pg_temp.hand(5, 1) $$,
	$$ VALUES ('{(unmapped),Backlog,Build,Released}'::text[], 'done', interval '0', NULL::float8) $$,
	'states of one instant in order');

SELECT results_eq($$ SELECT flow_time FROM oracle.flow
					WHERE ask IN (pg_temp.ask(6, 1), pg_temp.ask(6, 2), pg_temp.ask(6, 4)) ORDER BY ask $$,
	$$ VALUES (interval '5 days'), ('1 day'), ('2 days') $$, 'an unmapped visit pauses with the stage it follows');
SELECT results_eq($$ SELECT finished_at, flow_time, reopened FROM oracle.flow
					WHERE ask IN (pg_temp.ask(7, 1), pg_temp.ask(7, 2), pg_temp.ask(7, 4)) ORDER BY ask $$,
	$$ VALUES (timestamptz '2026-01-05 00:00+00', interval '4 days', 0),
			('2026-01-02 00:00+00', '1 day', 0), ('2026-01-05 00:00+00', '1 day', 0) $$,
	'done, cancelled, done: done when entered from cancelled');

SELECT results_eq($$ SELECT outcome, item_age, active_time, blocked_time FROM oracle.flow
					WHERE ask IN (pg_temp.ask(8, 1), pg_temp.ask(8, 1, '2026-01-08 00:00+00')) ORDER BY ask $$,
	$$ VALUES ('open', NULL::interval, NULL::interval, NULL::interval),
			('open', '6 days', '3 days 12:00', '12:00') $$, 'an open item needs as_of');
SELECT results_eq($$ SELECT stage, on_clock FROM oracle.stage_time WHERE ask = pg_temp.ask(8, 1) ORDER BY row $$,
	$$ VALUES ('Backlog', interval '0'), ('Build', NULL), ('Blocked', '12:00'), ('Review', '2 days'),
			('Released', '0'), ('Dropped', '0') $$, 'never a partial sum, other stages are known');
SELECT results_eq($$ SELECT outcome, cancelled_at, backlog_time, active_time, wait_time FROM oracle.flow
					WHERE ask IN (pg_temp.ask(9, 1), pg_temp.ask(10, 1)) ORDER BY ask $$,
	$$ VALUES ('cancelled', timestamptz '2026-01-03 00:00+00', NULL::interval, interval '0', interval '0'),
			('cancelled', '2026-01-04 06:00+00', '2 days', '1 day 06:00', '0') $$, 'cancelled: sunk time');
SELECT is_empty($$ SELECT * FROM pg_temp.hand(11, 1) $$, 'layers only: no visit, no answer');

SELECT results_eq($$ SELECT * FROM oracle.what_if(pg_temp.ask(1, 1), 'Review', 0.5) ORDER BY at $$,
	$$ VALUES (timestamptz '2026-01-02 16:00+00', 'To Do'), ('2026-01-05 10:00+00', 'In Progress'),
			('2026-01-07 10:00+00', 'In Review'), ('2026-01-07 22:00+00', 'In Progress'),
			('2026-01-09 04:00+00', 'Done'), ('2026-01-11 22:00+00', 'In Progress'),
			('2026-01-12 22:00+00', 'Done') $$, 'Review in half the time');
SELECT results_eq($$ SELECT extract(microseconds FROM at)::int, state
					FROM oracle.what_if(pg_temp.ask(12, 1), 'Build', 0.5) ORDER BY at $$,
	$$ VALUES (0, 'In Progress'), (2, 'Flagged'), (4, 'Unflagged'), (8, 'In Review'), (18, 'Done') $$,
	'half of it, half to even');
SELECT results_eq($$ SELECT extract(microseconds FROM at)::int, state
					FROM oracle.what_if(pg_temp.ask(12, 1), 'Build', 0) ORDER BY at $$,
	$$ VALUES (0, 'In Progress'), (1, 'Flagged'), (2, 'Unflagged'), (3, 'In Review'), (13, 'Done') $$,
	'instants stay apart');

------------------------------------------------------------------------------
-- Does the random data have what it must have?
------------------------------------------------------------------------------

CREATE TEMP TABLE random_ask AS
SELECT a.*, r.start, r.reopen, r.backward, r.unmapped
FROM   oracle.ask a JOIN oracle.rules r USING (wf) WHERE a.wf < 1000000;
ANALYZE random_ask;

CREATE TEMP TABLE coverage AS
WITH f AS (SELECT * FROM oracle.flow JOIN random_ask USING (ask)),
	v AS (SELECT * FROM oracle.visit JOIN random_ask USING (ask))
SELECT format('%s %s %s %s', start, reopen, backward, unmapped) AS feature, count(path) AS n
FROM   random_ask LEFT JOIN oracle.flow USING (ask) GROUP BY 1
UNION ALL
SELECT format('outcome %s, as_of %s', o, k), count(f.ask)
FROM   unnest('{new,open,done,cancelled}'::text[]) AS o CROSS JOIN unnest('{t,f}'::boolean[]) AS k
LEFT   JOIN f ON outcome = o AND (as_of IS NOT NULL) = k GROUP BY 1
UNION ALL
SELECT format('reopened, %s, %s', r, b), count(f.ask) FILTER (WHERE reopened > 0)
FROM   unnest('{continue,pause}'::text[]) AS r CROSS JOIN unnest('{keep,erase}'::text[]) AS b
LEFT   JOIN f ON reopen = r AND backward = b GROUP BY 1
UNION ALL
SELECT 'cut: events left out', count(*) FROM oracle.cut JOIN random_ask a USING (ask)
WHERE  EXISTS (SELECT FROM oracle.fact e WHERE e.item = a.item AND e.at > cut.at
				AND (a.as_of IS NULL OR e.at <= a.as_of))
UNION ALL
SELECT 'cut within an instant', count(*) FROM oracle.cut JOIN random_ask a USING (ask)
JOIN   oracle.state_of s USING (wf)
JOIN   oracle.fact e ON e.item = a.item AND e.at = cut.at AND e.state = s.state
JOIN   oracle.step c ON c.ask = cut.ask AND c.k = cut.k
WHERE  s.class <> 'blocked' AND s.place > c.place
UNION ALL
SELECT 'layer holds at the cut', count(*) FROM oracle.cut JOIN random_ask USING (ask)
JOIN   oracle.spell USING (ask) WHERE ends_at IS NULL
UNION ALL
SELECT 'layer event ignored after the cut', count(*) FROM oracle.cut JOIN random_ask a USING (ask)
JOIN   oracle.layer_state l USING (wf)
JOIN   oracle.fact e ON e.item = a.item AND e.state = l.state AND e.at > cut.at
UNION ALL
SELECT 'erased visits', count(*) FROM random_ask a
WHERE  (SELECT count(*) FROM oracle.raw_visit v WHERE v.ask = a.ask)
	> (SELECT count(*) FROM oracle.visit v WHERE v.ask = a.ask)
UNION ALL
SELECT 'erased from the beginning', count(*) FROM v JOIN oracle.raw_visit r
		ON r.ask = v.ask AND r.n = 1 WHERE visit = 1 AND r.place > v.place
UNION ALL
SELECT 'erasing changes started_at', count(*) FROM f JOIN LATERAL (
		SELECT min(entered_at) AS at FROM oracle.raw_visit r WHERE r.ask = f.ask
		AND class IN ('active', 'waiting', 'done') AND place IS NOT NULL) r ON r.at <> started_at
WHERE  start = 'committed'
UNION ALL SELECT 'reopened, but erased', count(*) FROM f
WHERE  backward = 'erase' AND reopened > 0 AND wait_periods = '{}'
UNION ALL SELECT '(unmapped) on the clock', count(*) FROM v WHERE place IS NULL AND on_clock
UNION ALL SELECT '(unmapped) paused', count(*) FROM v JOIN oracle.clock c USING (ask)
WHERE  reopen = 'pause' AND place IS NULL AND NOT on_clock AND visit > start_n
		AND (end_n IS NULL OR visit < end_n)
UNION ALL SELECT '(unmapped) after the end', count(*) FROM v JOIN oracle.clock c USING (ask)
WHERE  place IS NULL AND visit > end_n
UNION ALL SELECT '(unmapped) first, ' || s, count(v.ask) FILTER (WHERE visit = 1 AND place IS NULL AND outcome <> 'new')
FROM   unnest('{committed,active,created}'::text[]) s LEFT JOIN (v JOIN oracle.clock USING (ask)) ON start = s GROUP BY 1
UNION ALL SELECT '(unmapped) only', count(*) FROM f WHERE path = '{(unmapped)}'
UNION ALL SELECT 'different unmapped states fold', count(*) FROM oracle.step s
JOIN   oracle.step t ON t.ask = s.ask AND t.k = s.k + 1 AND t.state <> s.state
WHERE  s.place IS NULL AND t.place IS NULL
UNION ALL SELECT 'new on the clock', count(*) FROM v WHERE class = 'new' AND on_clock
UNION ALL SELECT 'done on the clock', count(*) FROM v WHERE class = 'done' AND on_clock
UNION ALL SELECT 'cancelled on the clock', count(*) FROM v WHERE class = 'cancelled' AND on_clock
UNION ALL SELECT 'backward visit', count(*) FROM oracle.visit WHERE backward
UNION ALL SELECT 'visit of length 0', count(*) FROM v WHERE entered_at = left_at
UNION ALL SELECT 'ties of stages', count(*) FROM oracle.step s JOIN oracle.step t
		ON t.ask = s.ask AND t.k = s.k + 1 AND t.at = s.at AND t.place > s.place
UNION ALL SELECT 'ties within a stage', count(*) FROM oracle.step s JOIN oracle.step t
		ON t.ask = s.ask AND t.k = s.k + 1 AND t.at = s.at AND t.place = s.place
UNION ALL SELECT 'moves among done', count(*) FROM v JOIN oracle.visit w
		ON w.ask = v.ask AND w.visit = v.visit + 1 AND w.class = 'done' WHERE v.class = 'done' AND v.visit > 1
UNION ALL SELECT 'done -> cancelled', count(*) FROM v JOIN oracle.visit w
		ON w.ask = v.ask AND w.visit = v.visit + 1 AND w.class = 'cancelled' WHERE v.class = 'done'
UNION ALL SELECT 'cancelled -> done', count(*) FROM v JOIN oracle.visit w
		ON w.ask = v.ask AND w.visit = v.visit + 1 AND w.class = 'done' WHERE v.class = 'cancelled'
UNION ALL SELECT 'start active by the first done', count(*) FROM f
WHERE  start = 'active' AND outcome = 'done' AND active_periods = '{}' AND flow_time = '0'
UNION ALL SELECT 'cancelled before started', count(*) FROM f WHERE outcome = 'cancelled' AND started_at IS NULL
UNION ALL SELECT 'sunk time', count(*) FROM f WHERE outcome = 'cancelled' AND active_time > '0'
UNION ALL SELECT 'blocked on the clock', count(*) FROM f WHERE blocked_time > '0'
UNION ALL SELECT 'active and blocked', count(*) FROM v JOIN oracle.flow USING (ask)
WHERE  class = 'active' AND v.on_clock AND blocked > '0' AND duration > blocked
UNION ALL SELECT 'layers overlap', count(*) FROM oracle.spell s JOIN oracle.spell t
		ON t.ask = s.ask AND t.place > s.place AND t.span && s.span
UNION ALL SELECT 'spells touch', count(*) FROM oracle.spell s JOIN oracle.spell t
		ON t.ask = s.ask AND t.place = s.place AND t.begins_at = s.ends_at
UNION ALL SELECT 'blocked before the first visit', count(*) FROM oracle.spell JOIN f USING (ask) WHERE begins_at < created_at
UNION ALL SELECT 'blocked at the end, ' || o, count(s.ask) FROM unnest('{new,open,done,cancelled}'::text[]) AS o
LEFT   JOIN (oracle.spell s JOIN oracle.clock USING (ask)) ON outcome = o AND ends_at IS NULL GROUP BY 1
UNION ALL SELECT 'layer ended by entering a stage', count(*) FROM oracle.spell s JOIN oracle.step t
		ON t.ask = s.ask AND t.at = s.ends_at AND t.place IS NOT NULL
		JOIN random_ask a ON a.ask = s.ask
		JOIN oracle.stage_until u ON u.wf = a.wf AND u.place = s.place AND u.state = t.state
UNION ALL SELECT 'layer ended by the beginning of another', count(*) FROM oracle.spell s
		JOIN oracle.spell t ON t.ask = s.ask AND t.place <> s.place AND t.begins_at = s.ends_at
UNION ALL SELECT 'blocked begins at as_of', count(*) FROM oracle.spell WHERE isempty(span)
UNION ALL SELECT 'visit begins at as_of', count(*) FROM v WHERE isempty(span) AND left_at IS NULL
UNION ALL SELECT 'no visit, but events', count(*) FROM random_ask a WHERE as_of IS NULL
		AND ask NOT IN (SELECT ask FROM oracle.flow) AND ask NOT IN (SELECT ask FROM oracle.refused)
UNION ALL SELECT 'refused', count(DISTINCT ask) FROM oracle.refused
UNION ALL SELECT 'unmapped after the cut is not refused', count(*) FROM oracle.cut
		JOIN random_ask a USING (ask) JOIN oracle.fact e ON e.item = a.item AND e.at > cut.at
		WHERE unmapped = 'error' AND state IN ('Mystery', 'Zurückgestellt')
		AND ask NOT IN (SELECT ask FROM oracle.refused)
UNION ALL SELECT 'long', count(*) FROM f WHERE cardinality(path) > 60
UNION ALL SELECT 'duplicates', count(*) - count(DISTINCT (item, at, state)) FROM oracle.event
UNION ALL SELECT 'skipped rows', count(*) FROM oracle.event WHERE at IS NULL OR state IS NULL;
SELECT is_empty('SELECT feature, n FROM coverage WHERE n < 5', 'the random data has every feature');
SELECT is((SELECT count(DISTINCT (start, reopen, backward, unmapped))::int FROM random_ask WHERE unmapped <> 'error'),
		36, 'every combination of rules');
-- The words of a rule, as the message lists them that refuses another one.
CREATE FUNCTION pg_temp.words(rule text) RETURNS text[] LANGUAGE plpgsql AS $$
DECLARE
	detail text;
BEGIN
	EXECUTE format('SELECT vsm.with_rules(%L, %I => %L)', '{"stages":[{"name":"A","class":"active"}]}', rule, '?');
	RETURN NULL;
EXCEPTION WHEN invalid_parameter_value THEN
	GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
	RETURN ARRAY(SELECT m[1] FROM regexp_matches(split_part(detail, '; it is ', 2), '"(\w+)"', 'g') AS m ORDER BY 1);
END $$;
SELECT is(ARRAY(SELECT DISTINCT to_jsonb(r) ->> rule FROM random_ask AS r ORDER BY 1), pg_temp.words(rule),
	'with all words of the rule ' || rule)
FROM unnest('{start,reopen,backward,unmapped}'::text[]) AS rule;

------------------------------------------------------------------------------
-- The extension
------------------------------------------------------------------------------

-- One test: the rows of both queries are the same, as text, so that intervals
-- and floats are compared to the last digit.  The first column of both is the
-- ask or the item.
CREATE FUNCTION pg_temp.same(what text, have text, want text) RETURNS SETOF text
LANGUAGE plpgsql AS $$
DECLARE
	wanted bigint;
	bad    bigint;
	note   text;
BEGIN
	EXECUTE 'CREATE TEMP TABLE have AS SELECT id, h::text AS line FROM (' || have || ') AS h(id)';
	EXECUTE 'CREATE TEMP TABLE want AS SELECT id, w::text AS line FROM (' || want || ') AS w(id)';
	CREATE TEMP TABLE differs AS
		(SELECT id, line, '+' AS side FROM (TABLE have EXCEPT ALL TABLE want) AS h)
		UNION ALL
		(SELECT id, line, '-' FROM (TABLE want EXCEPT ALL TABLE have) AS w);
	SELECT count(*) INTO bad FROM differs;
	SELECT count(*) INTO wanted FROM want;
	RETURN NEXT ok(bad = 0 AND wanted > 0, format('%s (%s)', what, wanted));
	IF bad > 0 THEN
		RETURN NEXT diag(bad || ' rows differ; + the extension, - the oracle');
		FOR note IN
			SELECT side || ' ' || d.line FROM differs d
			WHERE  id IN (SELECT DISTINCT id FROM differs ORDER BY id LIMIT 3) ORDER BY id, side LIMIT 30
		LOOP
			RETURN NEXT diag(note);
		END LOOP;
		FOR note IN
			SELECT format('%s: as_of %s, item %s, workflow %s', a.ask, oracle.instant_text(as_of),
						oracle.timeline_text(item), oracle.workflow_text(wf))
			FROM   oracle.ask a WHERE a.ask IN (SELECT DISTINCT id FROM differs ORDER BY id LIMIT 3)
		LOOP
			RETURN NEXT diag(note);
		END LOOP;
	END IF;
	DROP TABLE have, want, differs;
EXCEPTION WHEN OTHERS THEN
	RETURN NEXT fail(what);
	RETURN NEXT diag(SQLSTATE || ' ' || SQLERRM);
END $$;

-- Facts, from shuffled rows

CREATE TEMP TABLE line AS
SELECT item, vsm.timeline(at, state) AS timeline
FROM   (SELECT * FROM oracle.event ORDER BY oracle.rnd(ctid::text)) AS e
GROUP  BY item;
CREATE TEMP TABLE flow AS
SELECT wf, oracle.workflow_text(wf)::vsm.workflow AS workflow FROM oracle.rules;
CREATE TEMP TABLE q AS
SELECT ask, item, wf, timeline, workflow, as_of
FROM   oracle.ask JOIN line USING (item) JOIN flow USING (wf)
WHERE  ask NOT IN (SELECT ask FROM oracle.refused);
ANALYZE line, flow, q;

SELECT pg_temp.same('timeline, text form',
	'SELECT item, timeline::text FROM line',
	'SELECT item, oracle.timeline_text(item) FROM (SELECT DISTINCT item FROM oracle.fact) AS i');
SELECT pg_temp.same('text form in any order and with duplicates',
	$$ SELECT item, (SELECT '[' || string_agg(format('["%s", %s]', at AT TIME ZONE 'Asia/Kathmandu' || '+05:45',
									to_json(state)), ' , ' ORDER BY oracle.rnd(at::text, state)) || ']'
					FROM oracle.event e WHERE e.item = l.item AND at IS NOT NULL AND state IS NOT NULL)::vsm.timeline::text
		FROM line l $$,
	'SELECT item, timeline::text FROM line');
SELECT pg_temp.same('events, with ordinality',
	'SELECT item, n, e.at, e.state FROM line, vsm.events(timeline) WITH ORDINALITY AS e(at, state, n)',
	'SELECT item, row_number() OVER (PARTITION BY item ORDER BY at, state COLLATE "C"), at, state FROM oracle.fact');
SELECT pg_temp.same('num_events, span',
	'SELECT item, vsm.num_events(timeline), vsm.span(timeline) FROM line',
	$$ SELECT item, count(*), tstzrange(min(at), max(at), '[]') FROM oracle.fact GROUP BY item $$);
SELECT pg_temp.same('merge of overlapping parts',
	$$ SELECT item, vsm.merge(part)::text
		FROM   (SELECT item, vsm.timeline(at, state) AS part
				FROM   oracle.event, generate_series(0, 2) AS n
				WHERE  oracle.rnd(ctid::text, n::text) < 0.5 OR n = ('x' || substr(md5(ctid::text), 1, 4))::bit(16)::int % 3
				GROUP  BY item, n) AS p
		GROUP  BY item $$,
	'SELECT item, timeline::text FROM line');
SELECT pg_temp.same('||',
	$$ SELECT a.item, e.at, e.state
		FROM   line a JOIN line b ON b.item = a.item + 1
		CROSS  JOIN LATERAL vsm.events(a.timeline OPERATOR(vsm.||) b.timeline) AS e WHERE a.item <= 3000 $$,
	$$ SELECT item, at, state FROM oracle.fact WHERE item <= 3000
		UNION
		SELECT item - 1, at, state FROM oracle.fact WHERE item BETWEEN 2 AND 3001 $$);
SELECT pg_temp.same('state_at',
	'SELECT item, as_of, vsm.state_at(timeline, as_of) FROM line JOIN oracle.item_as_of USING (item)',
	'SELECT item, as_of, oracle.state_at(item, as_of) FROM oracle.item_as_of');
CREATE TEMP TABLE window_of AS
SELECT item, ats[least(a, b)] AS lower, ats[greatest(a, b)] AS upper
FROM   (SELECT item, array_agg(as_of ORDER BY nth) AS ats FROM oracle.item_as_of GROUP BY item) AS i,
		LATERAL (SELECT 1 + floor(4 * oracle.rnd('a', item::text))::int AS a,
						1 + floor(4 * oracle.rnd('b', item::text))::int AS b) AS x;
SELECT pg_temp.same('clip',
	$$ SELECT item, e.at, e.state
		FROM   line JOIN window_of USING (item)
		CROSS  JOIN LATERAL vsm.events(vsm.clip(timeline, tstzrange(lower, upper, '[]'))) AS e $$,
	'SELECT item, c.* FROM window_of, oracle.clip(item, lower, upper) AS c');
SELECT pg_temp.same('clip: nothing left is NULL',
	'SELECT item, vsm.clip(timeline, tstzrange(lower, upper)) IS NULL FROM line JOIN window_of USING (item)',
	'SELECT item, NOT EXISTS (SELECT FROM oracle.clip(item, lower, upper)) FROM window_of');
SELECT pg_temp.same('mark',
	$$ SELECT item, e.at, e.state
		FROM   line JOIN window_of USING (item)
		CROSS  JOIN LATERAL vsm.events(vsm.mark(timeline, tstzmultirange(tstzrange('2025-12-31', '2026-01-01'),
								tstzrange(coalesce(lower, upper - interval '1 hour', '2026-02-01'), upper)), 'Flagged', 'Unflagged'))
									AS e $$,
	$$ SELECT item, m.*
		FROM   window_of, oracle.mark(item, tstzmultirange(tstzrange('2025-12-31', '2026-01-01'),
								tstzrange(coalesce(lower, upper - interval '1 hour', '2026-02-01'), upper)), 'Flagged', 'Unflagged')
									AS m $$);
SELECT pg_temp.same('periods',
	$$ SELECT item, s, vsm.periods(timeline, s) FROM line, unnest('{Done,In Progress,Mystery,Flagged}'::text[]) AS s
		WHERE item <= 3000 $$,
	$$ SELECT item, s, oracle.periods(item, s)
		FROM   (SELECT DISTINCT item FROM oracle.fact) i, unnest('{Done,In Progress,Mystery,Flagged}'::text[]) AS s
		WHERE  item <= 3000 $$);
INSERT INTO oracle.seq_event
SELECT item, date_trunc('day', at), state,
		CASE WHEN oracle.rnd('seq', n::text) < 0.9 THEN floor(5 * oracle.rnd('nth', n::text))::bigint - 2 END
FROM   (SELECT *, row_number() OVER (ORDER BY item, at, state) AS n FROM oracle.event WHERE item <= 3000) AS e;
SELECT pg_temp.same('timeline(at, state, seq)',
	$$ SELECT item, e.at, e.state
		FROM   (SELECT item, vsm.timeline(at, state, seq) AS timeline
				FROM   (SELECT * FROM oracle.seq_event ORDER BY oracle.rnd(ctid::text)) AS s GROUP BY item) AS t,
			vsm.events(timeline) AS e $$,
	'SELECT item, at, state FROM oracle.seq_fact');

-- Metrics

SELECT pg_temp.same('created_at, started_at, finished_at, cancelled_at, outcome',
	$$ SELECT ask, vsm.created_at(timeline, workflow, as_of), vsm.started_at(timeline, workflow, as_of),
			vsm.finished_at(timeline, workflow, as_of), vsm.cancelled_at(timeline, workflow, as_of),
			vsm.outcome(timeline, workflow, as_of) FROM q $$,
	'SELECT ask, created_at, started_at, finished_at, cancelled_at, outcome FROM q LEFT JOIN oracle.flow USING (ask)');
SELECT pg_temp.same('flow_time, lead_time, backlog_time, item_age',
	$$ SELECT ask, vsm.flow_time(timeline, workflow, as_of => as_of), vsm.lead_time(timeline, workflow, as_of => as_of),
			vsm.backlog_time(timeline, workflow, as_of => as_of), vsm.item_age(timeline, workflow, as_of => as_of) FROM q $$,
	'SELECT ask, flow_time, lead_time, backlog_time, item_age FROM q LEFT JOIN oracle.flow USING (ask)');
SELECT pg_temp.same('blocked_time, active_time, wait_time, flow_efficiency',
	$$ SELECT ask, vsm.blocked_time(timeline, workflow, as_of => as_of), vsm.active_time(timeline, workflow, as_of => as_of),
			vsm.wait_time(timeline, workflow, as_of => as_of), vsm.flow_efficiency(timeline, workflow, as_of => as_of) FROM q $$,
	'SELECT ask, blocked_time, active_time, wait_time, flow_efficiency FROM q LEFT JOIN oracle.flow USING (ask)');
SELECT pg_temp.same('path, rework, reopened',
	$$ SELECT ask, vsm.path(timeline, workflow, as_of), vsm.rework(timeline, workflow, as_of),
			vsm.reopened(timeline, workflow, as_of) FROM q $$,
	'SELECT ask, path, rework, reopened FROM q LEFT JOIN oracle.flow USING (ask)');
SELECT pg_temp.same('path of every event as it is',
	'SELECT item, vsm.path(timeline) FROM line',
	'SELECT item, array_agg(state ORDER BY at, state COLLATE "C") FROM oracle.fact GROUP BY item');
SELECT pg_temp.same('active_periods, wait_periods, blocked_periods',
	$$ SELECT ask, vsm.active_periods(timeline, workflow, as_of), vsm.wait_periods(timeline, workflow, as_of),
			vsm.blocked_periods(timeline, workflow, as_of) FROM q $$,
	'SELECT ask, active_periods, wait_periods, blocked_periods FROM q LEFT JOIN oracle.flow USING (ask)');
SELECT pg_temp.same('flow',
	$$ SELECT ask, f.* FROM q, vsm.flow(timeline, workflow, as_of => as_of) AS f $$,
	$$ SELECT ask, created_at, started_at, finished_at, cancelled_at, outcome, flow_time, lead_time, backlog_time,
			item_age, blocked_time, active_time, wait_time, flow_efficiency, rework, reopened, stage, stage_entered_at
		FROM   q LEFT JOIN oracle.flow USING (ask) $$);
SELECT pg_temp.same('visits, with ordinality',
	$$ SELECT ask, v.*
		FROM   q, vsm.visits(timeline, workflow, as_of => as_of) WITH ORDINALITY
			AS v(visit, place, stage, class, entered_at, left_at, duration, blocked, on_clock, backward, nth) $$,
	$$ SELECT ask, visit, place, stage, class, entered_at, left_at, duration, blocked, on_clock, backward, visit
		FROM   q JOIN oracle.visit USING (ask) $$);
-- In load, since when it would be had it never paused: what goes on in the next visit has the same.
SELECT pg_temp.same('visits_with_load',
	'SELECT ask, v.* FROM q, vsm.visits_with_load(timeline, workflow) AS v WHERE as_of IS NULL',
	$$ SELECT ask, visit, place, stage, class, entered_at, left_at, duration, blocked, on_clock, backward, justify_hours(age), is_last,
			in_load AND (lag(in_load) OVER w AND lag(since) OVER w = since AND lag(left_at) OVER w = entered_at
				AND lag(on_clock) OVER w = on_clock) IS NOT TRUE,
			in_load AND left_at IS NOT NULL AND (lead(in_load) OVER w AND lead(since) OVER w = since
				AND lead(entered_at) OVER w = left_at AND lead(on_clock) OVER w = on_clock) IS NOT TRUE
		FROM   (SELECT v.*, v.class IN ('active', 'waiting') AS in_load,
					extract(epoch FROM v.entered_at) - extract(epoch FROM v.age) AS since
				FROM   (SELECT o.*, coalesce(sum(duration) FILTER (WHERE on_clock)
							OVER (PARTITION BY ask ORDER BY visit ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), '0') AS age,
							visit = max(visit) OVER (PARTITION BY ask, stage) AS is_last
						FROM q JOIN oracle.visit AS o USING (ask) WHERE as_of IS NULL) AS v) AS v
		WINDOW w AS (PARTITION BY ask ORDER BY visit) $$);
SELECT pg_temp.same('stage_times, with ordinality',
	$$ SELECT ask, s.*
		FROM   q, vsm.stage_times(timeline, workflow, as_of => as_of) WITH ORDINALITY
			AS s(place, stage, class, visits, duration, on_clock, blocked, first_entered_at, last_left_at, row) $$,
	$$ SELECT ask, place, stage, class, visits, duration, on_clock, blocked, first_entered_at, last_left_at, row
		FROM   q JOIN oracle.stage_time USING (ask) $$);
-- each stage asked by its name; (unmapped) also where it never occurred
CREATE TEMP TABLE stage_of AS
SELECT wf, stage FROM oracle.stage
UNION ALL
SELECT wf, '(unmapped)' FROM oracle.rules WHERE unmapped = 'waiting';
SELECT pg_temp.same('stage_time, stage_periods',
	$$ SELECT ask, stage, vsm.stage_time(timeline, workflow, stage, as_of => as_of),
			vsm.stage_periods(timeline, workflow, stage, as_of) FROM q JOIN stage_of USING (wf) $$,
	$$ SELECT q.ask, s.stage,
			CASE WHEN f.ask IS NULL THEN NULL WHEN t.ask IS NULL THEN interval '0' ELSE t.on_clock END,
			CASE WHEN f.ask IS NOT NULL THEN coalesce(t.periods, '{}') END
		FROM   q JOIN stage_of s USING (wf) LEFT JOIN oracle.flow f ON f.ask = q.ask
		LEFT   JOIN oracle.stage_time t ON t.ask = q.ask AND t.stage = s.stage $$);
SELECT pg_temp.same('stage_at',
	$$ SELECT ask, at, vsm.stage_at(timeline, workflow, at)
		FROM   (SELECT q.*, e.at + x * interval '1 microsecond' AS at
				FROM   q JOIN (SELECT DISTINCT item, at FROM oracle.fact) AS e USING (item), unnest('{-1,0,100000000}'::int[]) AS x
				WHERE  as_of IS NULL AND (item % 4 = 0 OR item > 1000000)) AS p $$,
	$$ SELECT ask, at, oracle.stage_at(ask, at)
		FROM   (SELECT q.*, e.at + x * interval '1 microsecond' AS at
				FROM   q JOIN (SELECT DISTINCT item, at FROM oracle.fact) AS e USING (item), unnest('{-1,0,100000000}'::int[]) AS x
				WHERE  as_of IS NULL AND (item % 4 = 0 OR item > 1000000)) AS p $$);

-- a stage of the path each time, where there is one
CREATE TEMP TABLE what AS
SELECT ask, timeline, workflow, coalesce(path[1 + floor(cardinality(path) * oracle.rnd('what', ask::text))::int],
										(SELECT stage FROM oracle.stage s WHERE s.wf = q.wf AND class <> 'blocked' LIMIT 1)) AS stage,
		oracle.pick('{0,0.1,0.25,0.5,1,1.5,3}', 'factor', ask::text)::float8 AS factor
FROM   q LEFT JOIN oracle.flow USING (ask) WHERE as_of IS NULL;
SELECT to_regproc('vsm.what_if') IS NOT NULL AS built \gset
\if :built
SELECT pg_temp.same('what_if',
	'SELECT ask, stage, factor, e.* FROM what, vsm.events(vsm.what_if(timeline, workflow, stage, factor)) AS e',
	'SELECT ask, stage, factor, e.* FROM what, oracle.what_if(ask, stage, factor) AS e');
\else
SELECT skip('what_if is not there yet');
\endif

-- Rule error

CREATE TEMP TABLE refusal (ask int, error text);
DO $$
DECLARE
	r record;
BEGIN
	FOR r IN SELECT ask, timeline, workflow, a.as_of
			FROM   oracle.ask a JOIN line USING (item) JOIN flow USING (wf)
			WHERE  ask IN (SELECT ask FROM oracle.refused) LOOP
		BEGIN
			PERFORM vsm.flow_time(r.timeline, r.workflow, as_of => r.as_of);
			INSERT INTO refusal VALUES (r.ask, 'not refused');
		EXCEPTION WHEN OTHERS THEN
			IF SQLSTATE <> '22023' OR NOT EXISTS
				(SELECT FROM oracle.refused f WHERE f.ask = r.ask AND strpos(SQLERRM, f.state) > 0) THEN
				INSERT INTO refusal VALUES (r.ask, SQLSTATE || ' ' || SQLERRM);
			END IF;
		END;
	END LOOP;
END $$;
SELECT is_empty('SELECT * FROM refusal LIMIT 5', 'rule error names the state');
SELECT throws_ok($$ SELECT vsm.stage_time(timeline, workflow, 'Nowhere') FROM q WHERE ask = (SELECT pg_temp.ask(1, 1)) $$,
				'22023', NULL, 'an unknown stage');
SELECT throws_ok($$ SELECT vsm.stage_time(timeline, workflow, '(unmapped)') FROM q WHERE ask = (SELECT pg_temp.ask(1, 6)) $$,
				'22023', NULL, '(unmapped) is no stage under rule ignore');

-- Sums of the extension's own numbers

CREATE TEMP TABLE sums AS
SELECT ask, outcome, as_of, flow_time, item_age, active_time, wait_time, f.blocked_time,
		v.on_clock, v.known, flow_efficiency
FROM   q, vsm.flow(timeline, workflow, as_of => as_of) AS f,
		LATERAL (SELECT coalesce(sum(duration) FILTER (WHERE v.on_clock), '0') AS on_clock,
						count(*) FILTER (WHERE v.on_clock) = count(duration) FILTER (WHERE v.on_clock) AS known
				FROM   vsm.visits(timeline, workflow, as_of => as_of) AS v) AS v
WHERE  outcome IS NOT NULL;
SELECT is((SELECT count(*) FROM sums), (SELECT count(*) FROM oracle.flow), 'every ask with a visit has an outcome');
SELECT is_empty($$ SELECT * FROM sums
					WHERE CASE WHEN outcome = 'done' THEN (active_time + wait_time = flow_time) IS NOT TRUE
							WHEN outcome = 'open' AND as_of IS NOT NULL THEN (active_time + wait_time = item_age) IS NOT TRUE
							WHEN outcome = 'open' THEN num_nonnulls(active_time, wait_time, item_age, flow_efficiency) > 0
							ELSE (active_time + wait_time = on_clock) IS NOT TRUE END
					LIMIT 5 $$, 'active + wait = flow time, age or sunk time');
SELECT is_empty($$ SELECT * FROM sums WHERE known AND (active_time + wait_time = on_clock) IS NOT TRUE
										OR known = (outcome = 'open' AND as_of IS NULL) LIMIT 5 $$,
				'active + wait = visits on the clock');
SELECT is_empty($$ SELECT q.ask, s.stage, t.on_clock, v.on_clock
					FROM   q JOIN oracle.stage s USING (wf),
						LATERAL (SELECT vsm.stage_time(timeline, workflow, s.stage, as_of => as_of) AS on_clock) AS t,
						LATERAL (SELECT CASE WHEN count(*) = count(v.duration) THEN coalesce(sum(v.duration), '0') END AS on_clock
									FROM   vsm.visits(timeline, workflow, as_of => as_of) AS v
									WHERE  v.on_clock AND v.stage = s.stage) AS v
					WHERE  s.class <> 'blocked' AND vsm.outcome(timeline, workflow, as_of) IS NOT NULL
					AND  t.on_clock IS DISTINCT FROM v.on_clock LIMIT 5 $$,
				'stage_time = its visits on the clock');

SELECT * FROM finish();
ROLLBACK;
