-- The oracle of vsm.end_to_end: an item from idea to use, defined in plain SQL
--
-- Shares nothing with the extension: no vsm type or function is named here. The phrases in
-- quotation marks are the sentences that the code under them implements. Include it into a test
-- database, then
--
--   1. fill   journey.stage, journey.stage_state, journey.layer_until, journey.item,
--             journey.tracked, journey.part, journey.happened
--             (by hand, or by journey.generate())
--   2. call   SELECT journey.answer();
--   3. read   journey.verdict, journey.event; and on the way journey.tracker_held,
--             journey.attempt, journey.hold
--
-- Readings: where a sentence can be read in two ways, the oracle takes
--
--  1. "code on TIER" is whatever begins with "code on " and goes on.
--  2. "A part without such an event yet" is also one that was merged before the attempt, if none
--     of its events so far counts.
--  3. A part "has entered" a stage also by a visit of no length, as in vsm.rollup; "as if nothing
--     had been before" is before the instant at which P begins.
--  4. Of several states of a part at one instant the last by place holds, after done ones have
--     been read as others ("code alone is not done").
--  5. The tracker's events "before the whole's first stage" are those of earlier instants.
--  6. An item whose whole has no stage at all still has its unmapped events and its layers.

CREATE SCHEMA journey;

------------------------------------------------------------------------------
-- Inputs
------------------------------------------------------------------------------

-- A workflow's stages in the order of the list
CREATE TABLE journey.stage (wf int, place int, stage text, class text, PRIMARY KEY (wf, place));
-- Their states, the stages' own names left out
CREATE TABLE journey.stage_state (wf int, place int, state text);
-- What ends layers, in the order of "until"
CREATE TABLE journey.layer_until (wf int, place int, k int, state text);

CREATE TABLE journey.item (item int PRIMARY KEY, wf int);
CREATE TABLE journey.tracked (item int, at timestamptz, state text);
-- A part without a row of what happened is a NULL one
CREATE TABLE journey.part (item int, part int, releasable boolean, PRIMARY KEY (item, part));
CREATE TABLE journey.happened (item int, part int, at timestamptz, state text);
CREATE INDEX ON journey.tracked (item);
CREATE INDEX ON journey.happened (item, part);

-- "A stage's name is always one of its states"
CREATE VIEW journey.named AS
SELECT wf, place, class, stage AS state FROM journey.stage
UNION
SELECT s.wf, s.place, s.class, l.state FROM journey.stage_state l JOIN journey.stage s USING (wf, place);

CREATE FUNCTION journey.is_code(state text) RETURNS boolean LANGUAGE sql IMMUTABLE
RETURN state IN ('code opened', 'code draft', 'code ready', 'code approved', 'code rejected', 'code reopened', 'code closed',
	'code merged', 'code built', 'release requested', 'release approved', 'code released') OR state LIKE 'code on _%';

------------------------------------------------------------------------------
-- Answers, filled by journey.answer() in this order
------------------------------------------------------------------------------

-- Every state that enters a stage, or begins a layer
CREATE TABLE journey.state_of (wf int, place int, class text, state text, PRIMARY KEY (wf, state));
-- The own end of each layer that has one
CREATE TABLE journey.own_end (wf int, place int, state text, PRIMARY KEY (wf, place));
-- Parts that are neither NULL nor void
CREATE TABLE journey.part_read (item int, part int, begun timestamptz, merged timestamptz, released timestamptz,
	first_released timestamptz, releasable boolean, PRIMARY KEY (item, part));
-- What becomes of an item: 'tracker' (as it is), 'endless' (22023), 'whole'
CREATE TABLE journey.verdict (item int PRIMARY KEY, wf int, verdict text);
-- "Of its events count"
CREATE TABLE journey.part_event (item int, part int, at timestamptz, place int, class text);
-- T, at each instant at which it may change; and its moves
CREATE TABLE journey.tracker_at (item int, at timestamptz, place int, class text);
CREATE TABLE journey.move (item int, at timestamptz, place int, class text, before_place int, before_class text);
-- since and until are infinite at the ends
CREATE TABLE journey.attempt (item int, since timestamptz, until timestamptz, cancelled boolean, first_done timestamptz,
	done_counts boolean);
-- From done_at until released_at T counts as in place; leaves_at is when T leaves done
CREATE TABLE journey.hold (item int, done_at timestamptz, released_at timestamptz, leaves_at timestamptz, place int);
CREATE TABLE journey.instant (item int, at timestamptz);
-- T after 4, by instant
CREATE TABLE journey.tracker_held (item int, at timestamptz, since timestamptz, place int, class text);
-- P
CREATE TABLE journey.code_event (item int, since timestamptz, part int, kept boolean, at timestamptz, place int, class text);
CREATE TABLE journey.code_begin (item int, since timestamptz, at timestamptz);
CREATE TABLE journey.code_part_at (item int, since timestamptz, at timestamptz, part int, place int, class text);
CREATE TABLE journey.code_at (item int, at timestamptz, place int, class text);
-- The whole, by instant
CREATE TABLE journey.whole_at (item int, at timestamptz, place int);
CREATE TABLE journey.spell (item int, place int, since timestamptz, until timestamptz);
-- The result
CREATE TABLE journey.event (item int, at timestamptz, state text);
CREATE INDEX ON journey.part_event (item);
CREATE INDEX ON journey.attempt (item);
CREATE INDEX ON journey.move (item);
CREATE INDEX ON journey.hold (item);
CREATE INDEX ON journey.code_event (item, since, part, at);
CREATE INDEX ON journey.code_part_at (item, at);
CREATE INDEX ON journey.spell (item);
CREATE INDEX ON journey.event (item);
CREATE INDEX ON journey.tracker_held (item, at);
CREATE INDEX ON journey.code_at (item, at);

-- Spells of layers in some events: a layer "begins with one of its `states` and ends with the next of its `until`"; "at one instant
-- ends apply before beginnings"; touching ones joined; until is infinite while it holds
CREATE FUNCTION journey.spells(source regclass) RETURNS TABLE (item int, place int, since timestamptz, until timestamptz)
LANGUAGE plpgsql AS $$ BEGIN
	RETURN QUERY EXECUTE format($q$
	WITH change AS (
		SELECT e.item, s.place, e.at, true AS begins
		FROM %1$s e JOIN journey.item i USING (item) JOIN journey.state_of s ON s.wf = i.wf AND s.state = e.state AND s.class = 'blocked'
		UNION
		SELECT e.item, u.place, e.at, false
		FROM %1$s e JOIN journey.item i USING (item) JOIN journey.layer_until u ON u.wf = i.wf AND u.state = e.state),
	spell AS (
		-- ends of that instant go first: the next end is one of a later instant
		SELECT c.item, c.place, c.at, c.begins,
			coalesce(min(c.at) FILTER (WHERE NOT c.begins) OVER (PARTITION BY c.item, c.place ORDER BY c.at, c.begins
				ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING), 'infinity') AS until
		FROM change c)
	SELECT s.item, s.place, lower(r), upper(r)
	FROM (SELECT item, place, range_agg(tstzrange(at, until)) AS ranges FROM spell WHERE begins GROUP BY 1, 2) AS s, unnest(ranges)
		AS r$q$, source);
END $$;

CREATE FUNCTION journey.answer() RETURNS void LANGUAGE plpgsql
SET enable_mergejoin = off SET jit = off SET work_mem = '256MB' AS $$
BEGIN
	TRUNCATE journey.state_of, journey.own_end, journey.part_read, journey.verdict, journey.part_event, journey.tracker_at, journey.move,
		journey.attempt, journey.hold,
		journey.instant, journey.tracker_held, journey.code_event, journey.code_begin, journey.code_part_at, journey.code_at,
		journey.whole_at, journey.spell, journey.event;
	ANALYZE journey.stage, journey.stage_state, journey.layer_until, journey.item, journey.tracked, journey.part, journey.happened;

	INSERT INTO journey.state_of SELECT wf, place, class, state FROM journey.named;
	-- "an own end (the first of its `until` that is in no `states` and ends no other layer)"
	INSERT INTO journey.own_end
	SELECT DISTINCT ON (u.wf, u.place) u.wf, u.place, u.state
	FROM journey.layer_until u
	WHERE NOT EXISTS (SELECT FROM journey.state_of s WHERE s.wf = u.wf AND s.state = u.state)
		AND NOT EXISTS (SELECT FROM journey.layer_until o WHERE o.wf = u.wf AND o.state = u.state AND o.place <> u.place)
	ORDER BY u.wf, u.place, u.k;
	ANALYZE journey.state_of, journey.own_end;

	-- "begun = its first event, of whatever state. merged = its last `code merged`. released = its first `code released`, or merged if
	-- that is later"; "NULL or absent: true if released is known"
	INSERT INTO journey.part_read
	SELECT item, part, begun, merged, CASE WHEN first_released IS NOT NULL THEN greatest(first_released, merged) END, first_released,
		coalesce(releasable, first_released IS NOT NULL)
	FROM (SELECT item, part, p.releasable, min(at) AS begun, max(at) FILTER (WHERE state = 'code merged') AS merged,
			min(at) FILTER (WHERE state = 'code released') AS first_released,
			max(at) FILTER (WHERE state = 'code closed') AS closed,
			max(at) FILTER (WHERE state IN ('code opened', 'code reopened')) AS opened
		FROM journey.part p JOIN journey.happened h USING (item, part) GROUP BY item, part) AS f
	-- "void ones: closed, never merged, and neither opened nor reopened later than the last `code closed`"
	WHERE NOT (closed IS NOT NULL AND merged IS NULL AND (opened > closed) IS NOT TRUE);

	-- "If no part is left, or no stage (layers apart) of the workflow has one of these states or `awaiting release`: the result is
	-- `tracker` as it is. Else a layer without an own end: 22023"
	INSERT INTO journey.verdict
	SELECT item, wf, CASE
		WHEN NOT EXISTS (SELECT FROM journey.part_read p WHERE p.item = i.item)
			OR NOT EXISTS (SELECT FROM journey.state_of s WHERE s.wf = i.wf AND s.class <> 'blocked'
				AND (journey.is_code(s.state) OR s.state = 'awaiting release')) THEN 'tracker'
		WHEN EXISTS (SELECT FROM journey.stage l WHERE l.wf = i.wf AND l.class = 'blocked'
			AND NOT EXISTS (SELECT FROM journey.own_end e WHERE (e.wf, e.place) = (l.wf, l.place))) THEN 'endless'
		ELSE 'whole' END
	FROM journey.item i;
	ANALYZE journey.part_read, journey.verdict;

	-- "those whose state has a stage (no layer), at or before released: `code released` at released; `code built`, `code on TIER`,
	-- `release requested`, `release approved` from merged on (never without a merge); all others up to merged; `code closed` never"
	INSERT INTO journey.part_event
	SELECT DISTINCT p.item, p.part, CASE WHEN h.state = 'code released' THEN p.released ELSE h.at END, s.place, s.class
	FROM journey.verdict v JOIN journey.part_read p USING (item) JOIN journey.happened h USING (item, part)
		JOIN journey.state_of s ON s.wf = v.wf AND s.state = h.state AND s.class <> 'blocked'
	WHERE v.verdict = 'whole' AND CASE
		WHEN h.state = 'code closed' THEN false
		WHEN h.state = 'code released' THEN true
		WHEN h.at > p.released THEN false
		WHEN h.state IN ('code built', 'release requested', 'release approved') OR h.state LIKE 'code on _%' THEN h.at >= p.merged
		ELSE p.merged IS NULL OR h.at <= p.merged END;

	-- "T = its stage at each instant: of several states of one instant the last in the order of section 4; `(unmapped)` counts as the
	-- stage before, before any as nothing"
	INSERT INTO journey.tracker_at
	SELECT v.item, t.at, s.place, s.class
	FROM journey.verdict v JOIN journey.tracked t USING (item)
		JOIN journey.state_of s ON s.wf = v.wf AND s.state = t.state AND s.class <> 'blocked'
	WHERE v.verdict = 'whole';
	DELETE FROM journey.tracker_at a USING journey.tracker_at b WHERE (a.item, a.at) = (b.item, b.at) AND a.place < b.place;
	INSERT INTO journey.move
	SELECT * FROM (
		SELECT item, at, place, class, lag(place) OVER w AS before_place, lag(class) OVER w AS before_class
		FROM (SELECT DISTINCT * FROM journey.tracker_at) AS t WINDOW w AS (PARTITION BY item ORDER BY at)) AS m
	WHERE place IS DISTINCT FROM before_place;
	ANALYZE journey.part_event, journey.tracker_at, journey.move;

	-- "An attempt begins at each move of T to a lower place (not among done stages) and at each move into (from nothing too) or out of
	-- a cancelled stage; the first begins before everything. What happens at its very beginning belongs to it."
	INSERT INTO journey.attempt
	SELECT item, since, until, coalesce(class = 'cancelled', false), first_done,
		-- "if T has a stage at any time, in whatever attempt, but is not done (held or not) in this one"
		first_done IS NOT NULL OR NOT EXISTS (SELECT FROM journey.move m WHERE m.item = a.item)
	FROM (SELECT item, since, class, lead(since, 1, 'infinity') OVER (PARTITION BY item ORDER BY since) AS until
		FROM (SELECT item, '-infinity'::timestamptz AS since, NULL AS class FROM journey.verdict WHERE verdict = 'whole'
			UNION ALL
			SELECT item, at, class FROM journey.move
			WHERE (place < before_place AND NOT (class = 'done' AND before_class = 'done'))
				OR (class = 'cancelled' AND before_class IS DISTINCT FROM 'cancelled') OR (before_class = 'cancelled'
					AND class <> 'cancelled')) AS b) AS a,
		-- "T's first done in it (held or not)"
		LATERAL (SELECT min(at) AS first_done FROM journey.move m WHERE m.item = a.item AND m.class = 'done' AND m.at >= a.since
			AND m.at < a.until) AS d;
	ANALYZE journey.attempt;

	-- "T becomes done at d (from a stage that is not done, or from nothing). Let R be the latest released (unknown = never) of the
	-- releasable parts with merged <= d. From d until R, or until T leaves done, T counts as in the stage of `awaiting release` - or in
	-- its stage just before d, if that is of the same attempt and of a higher place."
	INSERT INTO journey.hold
	SELECT m.item, m.at, r.released_at, l.leaves_at,
		CASE WHEN m.before_place > s.place AND NOT EXISTS (SELECT FROM journey.attempt a WHERE a.item = m.item AND a.since = m.at)
			THEN m.before_place ELSE s.place END
	FROM journey.verdict v JOIN journey.move m USING (item)
		JOIN journey.state_of s ON s.wf = v.wf AND s.state = 'awaiting release' AND s.class <> 'blocked',
		LATERAL (SELECT max(coalesce(released, 'infinity')) AS released_at FROM journey.part_read p
			WHERE p.item = m.item AND p.releasable AND p.merged <= m.at) AS r,
		LATERAL (SELECT coalesce(min(n.at), 'infinity') AS leaves_at FROM journey.move n
			WHERE n.item = m.item AND n.at > m.at AND n.class <> 'done') AS l
	WHERE m.class = 'done' AND m.before_class IS DISTINCT FROM 'done' AND r.released_at > m.at;

	INSERT INTO journey.instant
	SELECT item, at FROM journey.move
	UNION SELECT item, released_at FROM journey.hold WHERE released_at < leaves_at
	UNION SELECT item, at FROM journey.part_event;
	ANALYZE journey.instant, journey.hold;

	INSERT INTO journey.tracker_held
	SELECT i.item, i.at, a.since, s.place, s.class
	FROM journey.instant i JOIN journey.verdict v USING (item)
		JOIN journey.attempt a ON a.item = i.item AND i.at >= a.since AND i.at < a.until
		LEFT JOIN LATERAL (SELECT place FROM journey.move m WHERE m.item = i.item AND m.at <= i.at ORDER BY m.at DESC LIMIT 1) AS t ON true
		LEFT JOIN LATERAL (SELECT place FROM journey.hold h
			WHERE h.item = i.item AND i.at >= h.done_at AND i.at < h.released_at AND i.at < h.leaves_at) AS h ON true
		LEFT JOIN journey.stage s ON s.wf = v.wf AND s.place = coalesce(h.place, t.place);

	-- "In an attempt that does not begin with cancelled, P is the `least` of `vsm.rollup` over the parts begun before the attempt's end
	-- and not after T's first done in it"; "a part merged (without a merge: released) before the attempt keeps its stage, that of its last
	-- event so far; any other starts afresh: only its events in this attempt count"
	INSERT INTO journey.code_event
	SELECT a.item, a.since, p.part, k.kept, e.at, f.place, f.class
	FROM journey.verdict v JOIN journey.attempt a USING (item) JOIN journey.part_read p USING (item)
		CROSS JOIN LATERAL (SELECT coalesce(p.merged, p.released) < a.since IS TRUE AS kept) AS k
		LEFT JOIN journey.part_event e ON (e.item, e.part) = (p.item, p.part) AND e.at < a.until AND (k.kept OR e.at >= a.since)
		-- "an event of a part in a done stage counts as one in the last active or waiting stage before that stage in the list (none: it
		-- does not count, nor begin P)"
		LEFT JOIN LATERAL (SELECT e.place, e.class WHERE a.done_counts OR e.class <> 'done'
			UNION ALL
			(SELECT s.place, s.class FROM journey.stage s WHERE NOT a.done_counts AND e.class = 'done' AND s.wf = v.wf
				AND s.class IN ('active', 'waiting') AND s.place < e.place ORDER BY s.place DESC LIMIT 1)) AS f ON true
	WHERE NOT a.cancelled AND p.begun < a.until AND (a.first_done IS NULL OR p.begun <= a.first_done);
	ANALYZE journey.code_event, journey.tracker_held;

	-- "P begins with the first event in this attempt of a part that starts afresh (none: no P)"
	INSERT INTO journey.code_begin SELECT item, since, min(at) FROM journey.code_event WHERE NOT kept AND place IS NOT NULL GROUP BY 1, 2;
	ANALYZE journey.code_begin;

	-- "A part without such an event yet (it need not have begun) is in the workflow's first stage that is neither layer, done nor
	-- cancelled (none: left out)"
	INSERT INTO journey.code_part_at
	SELECT t.item, t.since, t.at, p.part, s.place, s.class
	FROM journey.code_begin b JOIN journey.tracker_held t ON (t.item, t.since) = (b.item, b.since) AND t.at >= b.at
		JOIN (SELECT DISTINCT item, since, part FROM journey.code_event) AS p ON (p.item, p.since) = (t.item, t.since)
		JOIN journey.item i ON i.item = t.item
		LEFT JOIN LATERAL (SELECT place FROM journey.code_event e WHERE (e.item, e.since, e.part) = (t.item, t.since, p.part)
			AND e.at <= t.at
			AND e.place IS NOT NULL ORDER BY e.at DESC, e.place DESC LIMIT 1) AS l ON true
		JOIN journey.stage s ON s.wf = i.wf AND s.place = coalesce(l.place,
			(SELECT min(f.place) FROM journey.stage f WHERE f.wf = i.wf AND f.class IN ('new', 'active', 'waiting')));
	ANALYZE journey.code_part_at;

	-- "once a part has entered an active, waiting or done stage, parts in `new` count as being in the first active or waiting stage (if
	-- there is none: the first done)"; "left out while cancelled (all begun parts cancelled: the whole is)"
	INSERT INTO journey.code_at
	SELECT q.item, q.at, coalesce(q.least, q.least_cancelled), s.class
	FROM (
		SELECT p.item, p.at,
			min(CASE WHEN p.class = 'new' AND g.started THEN f.place ELSE p.place END) FILTER (WHERE p.class <> 'cancelled') AS least,
			min(p.place) FILTER (WHERE p.class = 'cancelled') AS least_cancelled
		FROM journey.code_part_at p JOIN journey.code_begin b USING (item, since) JOIN journey.item i USING (item),
			LATERAL (SELECT
				EXISTS (SELECT FROM journey.code_part_at o WHERE o.item = p.item AND o.at = b.at AND o.class IN ('active', 'waiting',
					'done'))
				OR EXISTS (SELECT FROM journey.code_event e WHERE (e.item, e.since) = (p.item, p.since) AND e.at >= b.at AND e.at <= p.at
					AND e.class IN ('active', 'waiting', 'done')) AS started) AS g,
			LATERAL (SELECT coalesce(min(place) FILTER (WHERE class IN ('active', 'waiting')), min(place) FILTER (WHERE class = 'done'))
				AS place
				FROM journey.stage s WHERE s.wf = i.wf) AS f
		GROUP BY 1, 2) AS q JOIN journey.item i USING (item) JOIN journey.stage s ON s.wf = i.wf AND s.place = coalesce(q.least,
			q.least_cancelled);
	ANALYZE journey.code_at;

	-- "at each instant the further of T (after 4) and P of the attempt, by `most` of `vsm.rollup`"
	INSERT INTO journey.whole_at
	SELECT t.item, t.at, CASE
		WHEN t.class = 'cancelled' AND c.class <> 'cancelled' THEN c.place
		WHEN c.class = 'cancelled' AND t.class <> 'cancelled' THEN t.place
		ELSE greatest(t.place, c.place) END
	FROM journey.tracker_held t LEFT JOIN journey.code_at c USING (item, at);
	DELETE FROM journey.whole_at WHERE place IS NULL;

	INSERT INTO journey.event
	-- "One event a change, named by the stage"
	SELECT w.item, w.at, s.stage
	FROM (SELECT *, lag(place) OVER (PARTITION BY item ORDER BY at) AS before FROM journey.whole_at) AS w
		JOIN journey.item i USING (item) JOIN journey.stage s ON s.wf = i.wf AND s.place = w.place
	WHERE w.place IS DISTINCT FROM w.before
	UNION ALL
	-- "Before the whole's first stage the tracker's `(unmapped)` events stay under their raw names"
	SELECT v.item, t.at, t.state
	FROM journey.verdict v JOIN journey.tracked t USING (item) LEFT JOIN (SELECT item, min(at) AS at FROM journey.whole_at GROUP BY item)
		AS w USING (item)
	WHERE v.verdict = 'whole' AND t.at < coalesce(w.at, 'infinity')
		AND NOT EXISTS (SELECT FROM journey.state_of s WHERE s.wf = v.wf AND s.state = t.state)
		AND NOT EXISTS (SELECT FROM journey.layer_until u WHERE u.wf = v.wf AND u.state = t.state);

	INSERT INTO journey.spell SELECT s.* FROM journey.spells('journey.tracked') AS s JOIN journey.verdict v USING (item)
		WHERE v.verdict = 'whole';
	ANALYZE journey.spell, journey.event;
	-- "for each layer `vsm.mark(whole, its spells, layer, own end)`"
	INSERT INTO journey.event
	SELECT s.item, m.at, m.state
	FROM journey.spell s JOIN journey.item i USING (item) JOIN journey.stage l ON l.wf = i.wf AND l.place = s.place
		JOIN journey.own_end e ON (e.wf, e.place) = (l.wf, l.place),
		LATERAL (VALUES (s.since, l.stage), (s.until, e.state)) AS m (at, state)
	WHERE isfinite(m.at);
	-- "Where an event of the result inside a spell would end it, the layer's name is added at that instant too"
	INSERT INTO journey.event
	WITH RECURSIVE result AS (
		SELECT item, at, state FROM journey.event
		UNION
		SELECT r.item, r.at, l.stage
		FROM result r JOIN journey.item i USING (item) JOIN journey.layer_until u ON u.wf = i.wf AND u.state = r.state
			JOIN journey.spell s ON (s.item, s.place) = (r.item, u.place) AND r.at > s.since AND r.at < s.until
			JOIN journey.stage l ON l.wf = i.wf AND l.place = s.place)
	TABLE result EXCEPT TABLE journey.event;
	ANALYZE journey.event;
END $$;

------------------------------------------------------------------------------
-- Random items and workflows: the same each time
------------------------------------------------------------------------------

-- A number from 0 to below n, of an item (or a workflow) and of what is asked
CREATE FUNCTION journey.dice(thing int, what text, n int) RETURNS int LANGUAGE sql IMMUTABLE
RETURN ((hashtextextended(what, thing) & 1152921504606846975) % n)::int;

CREATE FUNCTION journey.pick(thing int, what text, names text[]) RETURNS text LANGUAGE sql IMMUTABLE
RETURN names[1 + journey.dice(thing, what, cardinality(names))];

-- Workflows 1 to 6 are such as people have; the others are of any shape: classes in any order, states anywhere or nowhere
CREATE FUNCTION journey.generate_workflows(num int) RETURNS void LANGUAGE sql AS $$
INSERT INTO journey.stage
SELECT wf, v.* FROM generate_series(1, 6) AS wf, (VALUES (1, 'Backlog', 'new'), (2, 'Build', 'active'), (3, 'Blocked', 'blocked'),
	(4, 'Review', 'waiting'), (5, 'QA', 'active'), (6, 'Merged', 'waiting'), (7, 'Released', 'done'), (8, 'Dropped', 'cancelled')) AS v;
INSERT INTO journey.stage_state
SELECT wf, v.* FROM generate_series(1, 6) AS wf, (VALUES (1, 'To Do'), (2, 'In Progress'), (3, 'Flagged'), (4, 'In Review'),
	(4, 'code opened'),
	(4, 'code reopened'), (6, 'code merged'), (7, 'Done'), (7, 'code released'), (8, 'Won''t Do')) AS v (place, state)
UNION ALL VALUES (1, 6, 'awaiting release'), (2, 6, 'awaiting release'), (2, 2, 'code draft'), (2, 2, 'code rejected'),
	(2, 4, 'code ready'),
	(2, 6, 'code built'), (2, 6, 'code on staging'), (3, 4, 'awaiting release'), (4, 2, 'code draft'), (5, 6, 'awaiting release'),
	(6, 5, 'awaiting release'), (6, 5, 'code on staging'), (6, 8, 'code rejected');
INSERT INTO journey.layer_until
SELECT wf, v.* FROM generate_series(1, 6) AS wf, (VALUES (3, 1, 'Review'), (3, 2, 'Unflagged')) AS v (place, k, state) WHERE wf % 2 = 0
	OR k = 2;

INSERT INTO journey.stage
SELECT wf, p, 'S' || p, journey.pick(wf, 'class ' || p, '{new,active,active,waiting,waiting,done,done,cancelled,blocked,blocked}')
FROM generate_series(7, num) AS wf, generate_series(1, 9) AS p WHERE p <= 2 + journey.dice(wf, 'stages', 8);
INSERT INTO journey.stage_state
SELECT s.wf, s.place, n.state
FROM journey.stage s JOIN (SELECT wf, count(*) AS stages FROM journey.stage GROUP BY 1) AS c USING (wf),
	unnest('{To Do,In Progress,In Review,Done,Won''t Do,Flagged,code opened,code draft,code ready,code approved,code rejected,code reopened,
		code closed,code merged,code built,code on staging,"code on ",release requested,release approved,code released,awaiting '
			'release}'::text[]) AS n (state)
WHERE s.wf > 6 AND s.place = 1 + journey.dice(s.wf, n.state, stages::int + (stages / 3)::int)
	AND (n.state NOT LIKE '%code%' OR journey.dice(s.wf, 'no code', 12) > 0);
INSERT INTO journey.layer_until
SELECT s.wf, s.place, u.k, u.state
FROM journey.stage s CROSS JOIN LATERAL (
	SELECT CASE k WHEN 4 THEN 'end of ' || s.stage ELSE journey.pick(s.wf, s.place || ' until ' || k, ARRAY(
			SELECT o.state FROM journey.state_of o WHERE o.wf = s.wf AND o.place <> s.place
			UNION ALL SELECT unnest('{Unflagged,Resumed}'::text[]) ORDER BY 1)) END AS state, min(k) AS k
	FROM generate_series(1, 4) AS k
	WHERE k = 4 AND journey.dice(s.wf, 'endless', 15) > 0 OR k = 1 OR k < 4 AND journey.dice(s.wf, s.place || ' ends ' || k, 2) = 0
		GROUP BY 1) AS u
WHERE s.wf > 6 AND s.class = 'blocked';
$$;

CREATE FUNCTION journey.generate(first_item int, last_item int, num_workflows int) RETURNS void LANGUAGE sql AS $$
INSERT INTO journey.item
SELECT i, CASE WHEN journey.dice(i, 'usual', 2) = 0 THEN 1 + journey.dice(i, 'workflow', 6) ELSE 7 + journey.dice(i, 'workflow',
	num_workflows - 6) END
FROM generate_series(first_item, last_item) AS i;

-- Times are few, so that many are equal; a fifth of the items has many more
INSERT INTO journey.tracked
SELECT DISTINCT i, '2026-03-01 09:00Z'::timestamptz + journey.dice(i, 'at ' || k, CASE WHEN journey.dice(i, 'ties', 5) = 0 THEN 200
	ELSE 16 END) * interval '1 hour',
	CASE WHEN journey.dice(i, 'any ' || k, 5) > 0
		THEN journey.pick(i, 'state ' || k, '{To Do,In Progress,In Progress,In Review,QA,Done,Done,Won''t Do,Flagged,Flagged,Unflagged,'
			'Lost,Found,S1,S2,S3,S4,S5,S6,S7}')
		ELSE journey.pick(i, 'state ' || k, '{Resumed,end of S1,end of S2,end of S3,end of S4,Blocked,S8,S9,Released,Merged,code '
			'merged,awaiting release,(unmapped),Backlog}') END
FROM generate_series(first_item, last_item) AS i, generate_series(1, 9) AS k
WHERE k <= journey.dice(i, 'events', 10);

INSERT INTO journey.part
SELECT i, p, (ARRAY[true, true, false, NULL, NULL])[1 + journey.dice(i, 'releasable ' || p, 5)]
FROM generate_series(first_item, last_item) AS i, generate_series(1, 5) AS p
WHERE p <= journey.dice(i, 'parts', 11) / 2;
-- Most go the usual way, with some of its steps; the others have any states at any time
INSERT INTO journey.happened
SELECT DISTINCT i, p.part, '2026-03-01 09:00Z'::timestamptz + h.at * interval '1 hour', h.state
FROM generate_series(first_item, last_item) AS i JOIN journey.part p ON p.item = i,
	LATERAL (SELECT CASE WHEN journey.dice(i, 'ties', 5) = 0 THEN 10 ELSE 1 END AS scale, journey.dice(i, 'begin ' || p.part, 12)
		AS begin) AS s,
	LATERAL (
		SELECT (begin + sum(journey.dice(i, p.part || ' after ' || k, 4)) OVER (ORDER BY k)) * scale, step
		FROM unnest(ARRAY[journey.pick(i, 'begins ' || p.part, '{code opened,code opened,code opened,code draft}'), 'code ready',
			'code rejected', 'code approved',
			'code closed', 'code reopened', 'code merged', 'code built', 'code on staging', 'release requested', 'release approved',
				'code released']) WITH ORDINALITY AS u (step, k)
		WHERE journey.dice(i, 'usual part ' || p.part, 3) > 0 AND journey.dice(i, p.part || ' has ' || step, CASE step WHEN 'code opened'
			THEN 8 WHEN 'code merged' THEN 6
			WHEN 'code released' THEN 4 WHEN 'code draft' THEN 8 ELSE 2 END) > CASE WHEN step IN ('code closed', 'code reopened')
				THEN journey.dice(i, p.part || 'closes', 2) ELSE 0 END
		UNION ALL
		SELECT journey.dice(i, p.part || ' at ' || k, 16) * scale, journey.pick(i, p.part || ' state ' || k,
			'{code opened,code draft,code ready,code approved,code rejected,code reopened,code closed,code merged,code merged,code '
				'built,code on staging,"code on ",
			release requested,release approved,code released,code released,In Progress,Flagged,Lost,awaiting release}')
		FROM generate_series(1, 7) AS k
		WHERE journey.dice(i, 'usual part ' || p.part, 3) = 0 AND k <= journey.dice(i, p.part || ' events', 8)) AS h (at, state);
$$;

------------------------------------------------------------------------------
-- Text forms, to feed the extension
------------------------------------------------------------------------------

CREATE FUNCTION journey.workflow_text(wf int) RETURNS text LANGUAGE sql STABLE
RETURN (SELECT json_build_object('stages', json_agg(json_strip_nulls(json_build_object('name', s.stage, 'class', s.class,
		'states', (SELECT json_agg(l.state) FROM journey.stage_state l WHERE (l.wf, l.place) = (s.wf, s.place)),
		'until', (SELECT json_agg(u.state ORDER BY u.k) FROM journey.layer_until u WHERE (u.wf, u.place) = (s.wf, s.place))))
			ORDER BY s.place))::text
	FROM journey.stage s WHERE s.wf = workflow_text.wf);
