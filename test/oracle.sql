-- The oracle: every metric of one item, defined in plain SQL
--
-- Shares nothing with the extension: no vsm type or function is named here.
-- The phrases in quotation marks are the sentences that the code under them
-- implements.  Include it into a test database, then
--
--   1. fill   oracle.event, oracle.stage, oracle.stage_state,
--             oracle.stage_until, oracle.rules, oracle.ask
--             (by hand, or by oracle.generate())
--   2. call   SELECT oracle.answer();
--   3. read   oracle.flow, oracle.visit, oracle.stage_time, oracle.spell,
--             oracle.refused, oracle.stage_at(), oracle.what_if()
--
-- An ask is one question: (item, workflow, as_of).  oracle.answer() forgets the
-- answers before and answers all asks.  An ask whose item has no visit has no
-- row in the answers, which stands for NULL and for no rows.
--
-- Readings: where a sentence can be read in two ways, the oracle takes
--
--  1. The class of an (unmapped) visit is 'waiting', its place NULL.
--  2. Consecutive unmapped events fold into one visit, also if their states
--     differ.
--  3. A state that is only named by a layer (its states, its until) is neither
--     a visit nor unmapped.
--  4. A state that ends a layer may also begin another layer or enter a stage.
--  5. A layer that ends and begins at one instant has two spells that touch; an
--     end at the instant of the first beginning ends nothing, because ends apply
--     first.
--  6. Rule first cuts at the first done or cancelled visit whatever came before
--     (also an item that never started); "later events" is later in the order of
--     ties.  Layers that hold at the cut and the last visit still run up to
--     as_of.  An unmapped state after the cut does not count, also not for rule
--     error; one of the same instant does, because (unmapped) sorts first.
--  7. Rule committed and active look at the visits left after cut and erasing;
--     started is the beginning of that visit, so a removed visit's time that
--     went to it is on the clock.
--  8. Rule active without an active visit: the clock starts at the first done.
--     With continue and a later second done the flow time is not 0 then: "(flow
--     time 0)" speaks of the item that became done once.
--  9. On the clock is a matter of the order of the visits, not of instants: a
--     visit of length 0 before the one that starts, at the same instant, is off.
-- 10. Under pause an (unmapped) visit that follows a done or cancelled one is
--     off the clock like it.  So is one that follows the end.
-- 11. An item that only has (unmapped) visits is created; under start created it
--     is open, else new.
-- 12. backward, and moves, compare with the mapped visit before; the first
--     visit and an (unmapped) one are not backward.  After erasing none is.
-- 13. "(unmapped) visits with the stage they follow": one before the first stage
--     follows none and is never removed; it is "a visit before it that is left".
-- 14. "`(unmapped)` last if it occurred": it is among the visits that are left.
-- 15. The running visit's duration and blocked are NULL without as_of whatever
--     the outcome; so are that stage's duration and blocked in stage_times,
--     while on_clock (= stage_time) is NULL only for an open item.
-- 16. stage_time of a blocked stage whose layer still holds is NULL without
--     as_of only while the item is open; for every other item the clock has
--     stopped, and it is known.
-- 17. last_left_at is the latest left_at, NULLs ignored; first_entered_at the
--     earliest entered_at; for a blocked stage of its spells.
-- 18. Spells before the first visit count in stage_times, not in blocked times
--     of visits.
-- 19. blocked_time, active_time, wait_time of an item that has not started are
--     0 (not NULL) also if it is cancelled, and without as_of.
-- 20. path, visits, stage_at, what_if see the visits after cut and erasing.
-- 21. what_if: an instant belongs to the visit that holds after it (the last one
--     of that instant); instants before the first visit stay.  Instants after
--     the cut of rule first belong to the last visit.  Offset x factor is a
--     float8 product.  An item without a visit: NULL, as for every metric.
-- 22. state_at and periods agree: of tied states only the last in byte order
--     has the time after the instant; a state never held has no period, {}.
-- 23. clip: an event at the lower bound is "the last instant at or before" it.
--     A range of no length leaves nothing, whatever its bounds are.
-- 24. The k-th of an instant counts from 0, so a single event of an instant stays
--     where it is.
-- 25. Intervals have days and time as `timestamptz - timestamptz` has, also
--     where they are sums.

CREATE SCHEMA oracle;

------------------------------------------------------------------------------
-- Inputs
------------------------------------------------------------------------------

-- As the ETL left them: in any order, with duplicates and NULLs
CREATE TABLE oracle.event (item int, at timestamptz, state text);

CREATE TABLE oracle.stage (wf int, place int, stage text, class text,
                           PRIMARY KEY (wf, place));
CREATE TABLE oracle.stage_state (wf int, place int, state text);
CREATE TABLE oracle.stage_until (wf int, place int, state text);
CREATE TABLE oracle.rules (wf int PRIMARY KEY,
                           start text, reopen text, backward text, unmapped text);

CREATE TABLE oracle.ask (ask int PRIMARY KEY, item int,
                         wf int REFERENCES oracle.rules, as_of timestamptz);

-- "a NULL `at` or `state` is skipped", "duplicates collapse"
CREATE VIEW oracle.fact AS
SELECT DISTINCT item, at, state
FROM   oracle.event
WHERE  at IS NOT NULL AND state IS NOT NULL;

-- "A stage's name is always one of its states (listing it is fine)."
CREATE VIEW oracle.state_of AS
SELECT s.wf, s.place, s.stage, s.class, s.stage AS state
FROM   oracle.stage s
UNION
SELECT s.wf, s.place, s.stage, s.class, l.state
FROM   oracle.stage s JOIN oracle.stage_state l USING (wf, place);

-- What each state does to layers: it "begins with one of its `states` and ends
-- with the next of its `until`"
CREATE VIEW oracle.layer_state AS
SELECT wf, place, stage, state, true AS begins
FROM   oracle.state_of
WHERE  class = 'blocked'
UNION
SELECT s.wf, s.place, s.stage, u.state, false
FROM   oracle.stage s JOIN oracle.stage_until u USING (wf, place)
WHERE  s.class = 'blocked';

------------------------------------------------------------------------------
-- Lengths of time
------------------------------------------------------------------------------

CREATE FUNCTION oracle.micros(since timestamptz, until timestamptz) RETURNS bigint
LANGUAGE sql IMMUTABLE
RETURN (extract(epoch FROM until - since) * 1000000)::bigint;

-- Length of all ranges together; NULL if one is unbounded
CREATE FUNCTION oracle.micros(periods tstzmultirange) RETURNS bigint
LANGUAGE sql IMMUTABLE
RETURN CASE WHEN periods IS NULL OR upper_inf(periods) THEN NULL
            ELSE (SELECT coalesce(sum(oracle.micros(lower(r), upper(r))), 0)::bigint
                  FROM   unnest(periods) AS r) END;

-- "sums in microseconds, turned into an interval once; wall clock as
-- PostgreSQL's own `timestamptz - timestamptz` (days and time)"
CREATE FUNCTION oracle.to_interval(micros bigint) RETURNS interval
LANGUAGE sql IMMUTABLE
RETURN justify_hours(micros * interval '1 microsecond');

------------------------------------------------------------------------------
-- Answers, filled by oracle.answer() in this order
------------------------------------------------------------------------------

-- Events of stages and unmapped ones, in the order of ties
CREATE TABLE oracle.step (ask int, k int, at timestamptz, state text,
                          place int, stage text, class text, PRIMARY KEY (ask, k));

-- The step at which rule `first` cut
CREATE TABLE oracle.cut (ask int PRIMARY KEY, k int, at timestamptz);

-- Asks that rule `error` refuses, with the states that count
CREATE TABLE oracle.refused (ask int, state text, PRIMARY KEY (ask, state));

-- Visits before erasing
CREATE TABLE oracle.raw_visit (ask int, n int, place int, stage text, class text,
                               entered_at timestamptz, PRIMARY KEY (ask, n));

-- Visits as they are left after erasing
CREATE TABLE oracle.left_visit (LIKE oracle.raw_visit, PRIMARY KEY (ask, n));

-- Spells of layers; ends_at NULL while it holds; span up to as_of or unbounded
CREATE TABLE oracle.spell (ask int, place int, stage text, begins_at timestamptz,
                           ends_at timestamptz, span tstzrange,
                           PRIMARY KEY (ask, place, begins_at));

-- All layers of an ask together: "union, never a sum"
CREATE TABLE oracle.layers (ask int PRIMARY KEY, layers tstzmultirange);

-- From which visit to before which visit the clock runs
CREATE TABLE oracle.clock (ask int PRIMARY KEY, start_n int, end_n int, outcome text);

-- Every visit; span is its time up to as_of, or unbounded
CREATE TABLE oracle.visit (ask int, visit int, place int, stage text, class text,
                           entered_at timestamptz, left_at timestamptz,
                           duration interval, blocked interval,
                           on_clock boolean, backward boolean,
                           span tstzrange, PRIMARY KEY (ask, visit));

-- One row an ask
CREATE TABLE oracle.flow (ask int PRIMARY KEY,
    created_at timestamptz, started_at timestamptz,
    finished_at timestamptz, cancelled_at timestamptz, outcome text,
    flow_time interval, lead_time interval, backlog_time interval,
    item_age interval, blocked_time interval,
    active_time interval, wait_time interval, flow_efficiency float8,
    rework int, reopened int, stage text, stage_entered_at timestamptz,
    path text[], active_periods tstzmultirange, wait_periods tstzmultirange,
    blocked_periods tstzmultirange,
    on_clock tstzmultirange);    -- sunk time of cancelled items is its length

-- One row an ask and stage, in the order of `row`; periods are stage_periods,
-- on_clock is stage_time
CREATE TABLE oracle.stage_time (ask int, row int, place int, stage text, class text,
    visits int, duration interval, on_clock interval, blocked interval,
    first_entered_at timestamptz, last_left_at timestamptz,
    periods tstzmultirange, PRIMARY KEY (ask, row));

-- "`erase`: at each move to a lower place all visits with a higher place are
-- removed (done and cancelled included, and `(unmapped)` visits with the stage
-- they follow); a removed visit's time goes to the visit before it that is left,
-- or, if none, to the one entered; equal neighbours become one visit."
-- A visit lasts until the next one is entered, so the visit before a removed one
-- takes its time by itself; only the one entered must begin earlier.
CREATE FUNCTION oracle.erase(visits oracle.raw_visit[]) RETURNS SETOF oracle.raw_visit
LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    remaining oracle.raw_visit[] := '{}';
    kept      oracle.raw_visit[];
    entered   oracle.raw_visit;
    v         oracle.raw_visit;
    place_before int;
    removed   boolean;
    n         int := 0;
BEGIN
    FOREACH entered IN ARRAY visits LOOP
        IF entered.place < place_before THEN         -- a move to a lower place
            kept := '{}';
            removed := false;
            FOREACH v IN ARRAY remaining LOOP
                IF v.place IS NOT NULL THEN          -- (unmapped): as the stage it follows
                    removed := v.place > entered.place;
                END IF;
                IF NOT removed THEN
                    kept := kept || v;
                ELSIF cardinality(kept) = 0 THEN     -- none before it is left
                    entered.entered_at := least(entered.entered_at, v.entered_at);
                END IF;
            END LOOP;
            remaining := kept;
        END IF;
        IF cardinality(remaining) = 0
           OR remaining[cardinality(remaining)].place IS DISTINCT FROM entered.place THEN
            remaining := remaining || entered;
        END IF;
        place_before := coalesce(entered.place, place_before);
    END LOOP;

    FOREACH v IN ARRAY remaining LOOP
        n := n + 1;
        v.n := n;
        RETURN NEXT v;
    END LOOP;
END $$;

CREATE FUNCTION oracle.answer() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    TRUNCATE oracle.step, oracle.cut, oracle.refused, oracle.raw_visit,
             oracle.left_visit, oracle.spell, oracle.layers, oracle.clock,
             oracle.visit, oracle.flow, oracle.stage_time;
    ANALYZE oracle.event, oracle.stage, oracle.stage_state, oracle.stage_until,
            oracle.rules, oracle.ask;

    -- "Events at or before `as_of` count"
    -- "states of one instant are ordered: `(unmapped)`, then stages by place,
    -- within each by state bytes"
    -- "`ignore`: dropped before anything else"
    -- "Layers are apart from that order": a blocked stage is "never a visit"
    INSERT INTO oracle.step
    SELECT a.ask,
           row_number() OVER (PARTITION BY a.ask
                              ORDER BY e.at, s.place NULLS FIRST, e.state COLLATE "C"),
           e.at, e.state, s.place,
           coalesce(s.stage, '(unmapped)'), coalesce(s.class, 'waiting')
    FROM   oracle.ask a
    JOIN   oracle.rules r USING (wf)
    JOIN   oracle.fact e ON e.item = a.item AND (a.as_of IS NULL OR e.at <= a.as_of)
    LEFT   JOIN oracle.state_of s
           ON s.wf = a.wf AND s.state = e.state AND s.class <> 'blocked'
    WHERE  s.place IS NOT NULL
       OR  (r.unmapped <> 'ignore'
            AND NOT EXISTS (SELECT FROM oracle.layer_state l
                            WHERE  l.wf = a.wf AND l.state = e.state));
    ANALYZE oracle.step;

    -- "`first`: the first done or cancelled ends it, later events are ignored"
    INSERT INTO oracle.cut
    SELECT DISTINCT ON (ask) ask, k, at
    FROM   oracle.step JOIN oracle.ask USING (ask) JOIN oracle.rules USING (wf)
    WHERE  reopen = 'first' AND class IN ('done', 'cancelled')
    ORDER  BY ask, k;
    ANALYZE oracle.cut;
    DELETE FROM oracle.step s USING oracle.cut c WHERE s.ask = c.ask AND s.k > c.k;

    -- "`error`: 22023 naming the state, if it is in an event that counts"
    INSERT INTO oracle.refused
    SELECT DISTINCT ask, state
    FROM   oracle.step JOIN oracle.ask USING (ask) JOIN oracle.rules USING (wf)
    WHERE  unmapped = 'error' AND place IS NULL;
    DELETE FROM oracle.step WHERE ask IN (SELECT ask FROM oracle.refused);

    -- "Consecutive equal states are kept ...; interpretation folds them."
    INSERT INTO oracle.raw_visit
    SELECT ask, row_number() OVER (PARTITION BY ask ORDER BY k), place, stage, class, at
    FROM   (SELECT *, k = min(k) OVER w
                      OR place IS DISTINCT FROM lag(place) OVER w AS enters
            FROM   oracle.step
            WINDOW w AS (PARTITION BY ask ORDER BY k)) AS s
    WHERE  enters;
    ANALYZE oracle.raw_visit;

    -- "`keep` every visit"
    INSERT INTO oracle.left_visit
    SELECT v.*
    FROM   oracle.raw_visit v JOIN oracle.ask USING (ask) JOIN oracle.rules USING (wf)
    WHERE  backward = 'keep';

    INSERT INTO oracle.left_visit
    SELECT e.*
    FROM   (SELECT array_agg(v ORDER BY v.n) AS visits
            FROM   oracle.raw_visit v JOIN oracle.ask USING (ask) JOIN oracle.rules USING (wf)
            WHERE  backward = 'erase'
            GROUP  BY v.ask) AS a, oracle.erase(a.visits) AS e;
    ANALYZE oracle.left_visit;

    -- "(layer events of that instant still count)"
    -- "nothing else ends it", "an end without a beginning is ignored; a
    -- beginning inside its own layer changes nothing", "at one instant ends apply
    -- before beginnings": false sorts before true
    INSERT INTO oracle.spell
    SELECT ask, place, stage, at, ends_at, tstzrange(at, coalesce(ends_at, as_of))
    FROM   (SELECT *, lag(begins) OVER w AS inside,
                   min(at) FILTER (WHERE NOT begins)
                   OVER (w ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING) AS ends_at
            FROM   (SELECT DISTINCT a.ask, a.as_of, l.place, l.stage, e.at, l.begins
                    FROM   oracle.ask a
                    JOIN   oracle.fact e ON e.item = a.item
                                        AND (a.as_of IS NULL OR e.at <= a.as_of)
                    JOIN   oracle.layer_state l ON l.wf = a.wf AND l.state = e.state
                    LEFT   JOIN oracle.cut c ON c.ask = a.ask
                    WHERE  c.at IS NULL OR e.at <= c.at) AS x
            WINDOW w AS (PARTITION BY ask, place ORDER BY at, begins)) AS y
    WHERE  begins AND inside IS NOT TRUE
      AND  ask IN (SELECT v.ask FROM oracle.left_visit v);   -- "item without a visit: no rows"
    ANALYZE oracle.spell;

    INSERT INTO oracle.layers
    SELECT v.ask, coalesce((SELECT range_agg(s.span) FROM oracle.spell s
                            WHERE s.ask = v.ask), '{}')
    FROM   (SELECT DISTINCT ask FROM oracle.left_visit) AS v;
    ANALYZE oracle.layers;

    INSERT INTO oracle.clock
    WITH mapped AS (
        SELECT ask, n, class,
               last_value(class) OVER (PARTITION BY ask ORDER BY n
                   ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS last_class
        FROM   oracle.left_visit
        WHERE  place IS NOT NULL
    ), entry AS (
        SELECT ask, last_class,
               -- "first entry into an active, waiting or done stage"
               min(n) FILTER (WHERE class IN ('active', 'waiting', 'done')) AS committed,
               -- "first entry into an active stage; if there is none at all, the
               -- first done"
               coalesce(min(n) FILTER (WHERE class = 'active'),
                        min(n) FILTER (WHERE class = 'done')) AS active,
               -- "where the outcome's class was last entered from another class"
               max(n) FILTER (WHERE class <> last_class) AS last_other
        FROM   mapped
        GROUP  BY ask, last_class
    ), start AS (
        SELECT v.ask, e.last_class, e.last_other,
               CASE r.start WHEN 'committed' THEN e.committed
                            WHEN 'active'    THEN e.active
                            WHEN 'created'   THEN 1 END AS start_n
        FROM   (SELECT DISTINCT ask FROM oracle.left_visit) AS v
        JOIN   oracle.ask a USING (ask)
        JOIN   oracle.rules r USING (wf)
        LEFT   JOIN entry e USING (ask)
    )
    SELECT ask, start_n,
           CASE WHEN last_class IN ('done', 'cancelled') THEN
               (SELECT min(m.n) FROM oracle.left_visit m
                WHERE m.ask = start.ask AND m.place IS NOT NULL
                  AND m.n > coalesce(start.last_other, 0)) END,
           -- "Outcome is the class of the last mapped stage: done, cancelled,
           -- else `open` if started, else `new`."
           CASE WHEN last_class IN ('done', 'cancelled') THEN last_class
                WHEN start_n IS NOT NULL THEN 'open'
                ELSE 'new' END
    FROM   start;
    ANALYZE oracle.clock;

    INSERT INTO oracle.visit
    WITH v AS (
        SELECT v.*, a.as_of, r.reopen,
               lead(v.entered_at) OVER w AS left_at,
               count(v.place) OVER w AS stages_so_far
        FROM   oracle.left_visit v JOIN oracle.ask a USING (ask) JOIN oracle.rules r USING (wf)
        WINDOW w AS (PARTITION BY ask ORDER BY n)
    ), f AS (
        SELECT v.*,
               -- the stage an (unmapped) visit follows; for a stage itself
               CASE WHEN stages_so_far > 0
                    THEN first_value(class) OVER (PARTITION BY ask, stages_so_far ORDER BY n)
                    END AS follows,
               -- "the running visit is measured up to it"
               tstzrange(entered_at, coalesce(left_at, as_of)) AS span,
               coalesce(left_at, as_of) AS until
        FROM   v
    ), b AS (
        SELECT ask, n, place < lag(place) OVER (PARTITION BY ask ORDER BY n) AS backward
        FROM   oracle.left_visit
        WHERE  place IS NOT NULL
    )
    SELECT f.ask, f.n, f.place, f.stage, f.class, f.entered_at, f.left_at,
           -- "running: left_at NULL, duration and blocked up to as_of or NULL;
           -- the final done visit likewise"
           f.until - f.entered_at,
           -- "`blocked` = its time under a layer"
           CASE WHEN f.until IS NOT NULL THEN
               oracle.to_interval(oracle.micros(l.layers * tstzmultirange(f.span))) END,
           -- "`pause`: time in done or cancelled in between is off the clock"
           coalesce(f.n >= c.start_n, false) AND coalesce(f.n < c.end_n, true)
               AND NOT coalesce(f.reopen = 'pause' AND f.follows IN ('done', 'cancelled'), false),
           -- "`backward`: lower place than the mapped visit before"
           coalesce(b.backward, false),
           f.span
    FROM   f JOIN oracle.layers l USING (ask) JOIN oracle.clock c USING (ask)
    LEFT   JOIN b USING (ask, n);
    ANALYZE oracle.visit;

    INSERT INTO oracle.flow
    WITH move AS (
        -- "Start, finish, outcome and visits are read after erasing; rework and
        -- reopened before"
        SELECT ask, place, class,
               lag(place) OVER w AS from_place, lag(class) OVER w AS from_class
        FROM   oracle.raw_visit
        WHERE  place IS NOT NULL
        WINDOW w AS (PARTITION BY ask ORDER BY n)
    ), moves AS (
        SELECT ask,
               -- "moves to a lower place, leaving done or cancelled not counted"
               count(*) FILTER (WHERE place < from_place
                                AND from_class NOT IN ('done', 'cancelled')) AS rework,
               -- "moves from done or cancelled to new, active or waiting"
               count(*) FILTER (WHERE from_class IN ('done', 'cancelled')
                                AND class IN ('new', 'active', 'waiting')) AS reopened
        FROM   move
        GROUP  BY ask
    ), periods AS (
        SELECT ask,
               coalesce(range_agg(span) FILTER (WHERE on_clock), '{}') AS on_clock,
               coalesce(range_agg(span) FILTER (WHERE on_clock AND class = 'active'), '{}')
                   AS in_active,
               min(entered_at) AS created_at,
               array_agg(stage ORDER BY visit) AS path,
               max(visit) AS last_n
        FROM   oracle.visit
        GROUP  BY ask
    ), x AS (
        SELECT a.ask, a.as_of, c.outcome, p.created_at, p.path, p.on_clock,
               s.entered_at AS started_at, e.entered_at AS ended_at,
               last.stage, last.entered_at AS stage_entered_at,
               -- "active = active stages outside layers"
               p.in_active - l.layers AS active_periods,
               p.on_clock - (p.in_active - l.layers) AS wait_periods,
               -- "on the clock under at least one layer, whatever the stage's class"
               p.on_clock * l.layers AS blocked_periods,
               -- "`as_of` NULL: for an open item active_time, wait_time,
               -- blocked_time and flow_efficiency are NULL"
               NOT (c.outcome = 'open' AND a.as_of IS NULL) AS known
        FROM   oracle.ask a
        JOIN   periods p USING (ask)
        JOIN   oracle.clock c USING (ask)
        JOIN   oracle.layers l USING (ask)
        JOIN   oracle.visit last ON last.ask = a.ask AND last.visit = p.last_n
        LEFT   JOIN oracle.visit s ON s.ask = a.ask AND s.visit = c.start_n
        LEFT   JOIN oracle.visit e ON e.ask = a.ask AND e.visit = c.end_n
    ), y AS (
        SELECT x.*,
               CASE WHEN known THEN oracle.micros(on_clock) END AS clock_us,
               CASE WHEN known THEN oracle.micros(active_periods) END AS active_us,
               CASE WHEN known THEN oracle.micros(wait_periods) END AS wait_us,
               CASE WHEN known THEN oracle.micros(blocked_periods) END AS blocked_us
        FROM   x
    )
    SELECT ask, created_at, started_at,
           CASE WHEN outcome = 'done' THEN ended_at END,
           CASE WHEN outcome = 'cancelled' THEN ended_at END,
           outcome,
           -- "interval on the clock from started to finished, done items only"
           CASE WHEN outcome = 'done' THEN oracle.to_interval(clock_us) END,
           -- "created -> finished; created -> started; never paused"
           CASE WHEN outcome = 'done' THEN ended_at - created_at END,
           started_at - created_at,
           -- "interval on the clock from started to as_of, open items only"
           CASE WHEN outcome = 'open' THEN oracle.to_interval(clock_us) END,
           oracle.to_interval(blocked_us),
           oracle.to_interval(active_us),
           oracle.to_interval(wait_us),
           -- "active / (active + wait); NULL when that is 0"
           active_us::float8 / nullif(active_us + wait_us, 0)::float8,
           coalesce(m.rework, 0), coalesce(m.reopened, 0),
           stage, stage_entered_at, path,
           active_periods, wait_periods, blocked_periods, on_clock
    FROM   y LEFT JOIN moves m USING (ask);
    ANALYZE oracle.flow;

    -- "one row a stage, visited or not ... `(unmapped)` last if it occurred"
    INSERT INTO oracle.stage_time
    WITH stage AS (
        SELECT a.ask, s.place, s.stage, s.class
        FROM   oracle.flow JOIN oracle.ask a USING (ask) JOIN oracle.stage s USING (wf)
        UNION ALL
        SELECT DISTINCT ask, place, stage, class FROM oracle.visit WHERE place IS NULL
    ), visited AS (
        SELECT ask, stage, count(*) AS visits,
               -- "never a partial sum"
               CASE WHEN count(*) = count(duration) THEN sum(duration) END AS duration,
               CASE WHEN count(*) = count(blocked) THEN sum(blocked) END AS blocked,
               min(entered_at) AS first_entered_at, max(left_at) AS last_left_at,
               range_agg(span) FILTER (WHERE on_clock) AS periods
        FROM   oracle.visit
        GROUP  BY ask, stage
        UNION  ALL
        -- "a blocked stage's row counts its spells as they are, on the clock or
        -- not (visits = spells, duration = blocked = their time, NULL while it
        -- holds without as_of)"
        SELECT ask, s.stage, count(*),
               CASE WHEN NOT bool_or(upper_inf(span)) THEN sum(upper(span) - lower(span)) END,
               CASE WHEN NOT bool_or(upper_inf(span)) THEN sum(upper(span) - lower(span)) END,
               min(begins_at), max(ends_at),
               range_agg(s.span) * f.on_clock
        FROM   (SELECT ask, stage, begins_at, ends_at,
                       -- a spell that begins at as_of has no bounds but a length, 0
                       CASE WHEN isempty(span) THEN tstzrange(begins_at, begins_at, '[]')
                            ELSE span END AS span
                FROM   oracle.spell) AS s
        JOIN   oracle.flow f USING (ask)
        GROUP  BY ask, s.stage, f.on_clock
    )
    SELECT s.ask, row_number() OVER (PARTITION BY s.ask ORDER BY s.place NULLS LAST),
           s.place, s.stage, s.class, coalesce(v.visits, 0),
           CASE WHEN v.visits IS NULL THEN interval '0' ELSE justify_hours(v.duration) END,
           oracle.to_interval(oracle.micros(coalesce(v.periods, '{}'))),
           CASE WHEN v.visits IS NULL THEN interval '0' ELSE justify_hours(v.blocked) END,
           v.first_entered_at, v.last_left_at,
           coalesce(v.periods, '{}')
    FROM   stage s LEFT JOIN visited v ON v.ask = s.ask AND v.stage = s.stage;
    ANALYZE oracle.stage_time;
END $$;

-- "the visit of the whole timeline that holds at `at`", for an ask without as_of
CREATE FUNCTION oracle.stage_at(ask int, at timestamptz) RETURNS text
LANGUAGE sql STABLE
RETURN (SELECT v.stage FROM oracle.visit v
        WHERE  v.ask = stage_at.ask AND v.span @> stage_at.at);

-- "timeline in which visits of that stage last `factor` times as long and all
-- later events move accordingly", for an answered ask without as_of
CREATE FUNCTION oracle.what_if(ask int, stage text, factor float8)
RETURNS TABLE (at timestamptz, state text) LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
DECLARE
    instant  record;
    whose    int;             -- the item
    entered  timestamptz;     -- the visit's beginning
    begin_us bigint;          -- its new beginning
    stretch  boolean := false;
    new_us   bigint;
    last_us  bigint;
    epoch    CONSTANT timestamptz := '2000-01-01 00:00+00';
BEGIN
    SELECT a.item INTO whose FROM oracle.ask a JOIN oracle.flow f USING (ask)
    WHERE  a.ask = what_if.ask;

    -- each instant with the visit that holds after it
    FOR instant IN
        SELECT e.at, oracle.micros(epoch, e.at) AS us, v.entered_at, v.stage,
               array_agg(e.state) AS states
        FROM   oracle.fact e
        LEFT   JOIN oracle.visit v ON v.ask = what_if.ask AND v.span @> e.at
        WHERE  e.item = whose
        GROUP  BY e.at, v.entered_at, v.stage
        ORDER  BY e.at
    LOOP
        -- "each instant moves to its visit's new beginning + round(offset x
        -- factor), half to even": measured in the visit that held before
        IF entered IS NULL THEN
            new_us := instant.us;
        ELSIF stretch THEN
            new_us := begin_us + round(oracle.micros(entered, instant.at)::float8 * factor)::bigint;
        ELSE
            new_us := begin_us + oracle.micros(entered, instant.at);
        END IF;
        -- "but at least one microsecond after the instant before it"
        new_us := greatest(new_us, last_us + 1);
        last_us := new_us;

        -- "a visit begins where the one before it ends"
        IF instant.entered_at IS DISTINCT FROM entered THEN
            entered := instant.entered_at;
            begin_us := new_us;
            stretch := instant.stage = what_if.stage;
        END IF;

        RETURN QUERY SELECT epoch + new_us * interval '1 microsecond', s
                     FROM   unnest(instant.states) AS s;
    END LOOP;
END $$;

------------------------------------------------------------------------------
-- Facts
------------------------------------------------------------------------------

-- "(of tied states the last in byte order)"
CREATE FUNCTION oracle.state_at(item int, at timestamptz) RETURNS text
LANGUAGE sql STABLE
RETURN (SELECT e.state FROM oracle.fact e
        WHERE  e.item = state_at.item AND e.at <= state_at.at
        ORDER  BY e.at DESC, e.state COLLATE "C" DESC LIMIT 1);

-- "bounds as [ ); all states of the last instant at or before the lower bound
-- are kept, stamped with it"
CREATE FUNCTION oracle.clip(item int, lower timestamptz, upper timestamptz)
RETURNS TABLE (at timestamptz, state text) LANGUAGE sql STABLE AS $$
    SELECT greatest(e.at, clip.lower), e.state
    FROM   oracle.fact e
    WHERE  e.item = clip.item
      AND  (clip.upper IS NULL OR greatest(e.at, clip.lower) < clip.upper)
      AND  (clip.lower IS NULL OR e.at >= clip.lower
            OR e.at = (SELECT max(b.at) FROM oracle.fact b
                       WHERE  b.item = clip.item AND b.at <= clip.lower))
$$;

-- "adds `begins` at each lower and `ends` at each finite upper bound"
CREATE FUNCTION oracle.mark(item int, periods tstzmultirange, begins text, ends text)
RETURNS TABLE (at timestamptz, state text) LANGUAGE sql STABLE AS $$
    SELECT e.at, e.state FROM oracle.fact e WHERE e.item = mark.item
    UNION
    SELECT lower(r), mark.begins FROM unnest(mark.periods) AS r
    UNION
    SELECT upper(r), mark.ends FROM unnest(mark.periods) AS r WHERE NOT upper_inf(r)
$$;

-- "periods(timeline, state text) -> tstzmultirange (last one unbounded)"
CREATE FUNCTION oracle.periods(item int, state text) RETURNS tstzmultirange
LANGUAGE sql STABLE AS $$
    SELECT coalesce(range_agg(tstzrange(at, until)) FILTER (WHERE last = periods.state), '{}')
    FROM   (SELECT e.at, lead(e.at) OVER (ORDER BY e.at) AS until,
                   (array_agg(e.state ORDER BY e.state COLLATE "C" DESC))[1] AS last
            FROM   oracle.fact e
            WHERE  e.item = periods.item
            GROUP  BY e.at) AS i
$$;

-- Sources of coarse precision
CREATE TABLE oracle.seq_event (item int, at timestamptz, state text, seq bigint);

-- "distinct (at, seq, state) sorted by (at, seq, state bytes), the k-th of an
-- instant placed at + k microseconds (NULL `seq`: row skipped)"
CREATE VIEW oracle.seq_fact AS
SELECT DISTINCT item, state,
       at + (row_number() OVER (PARTITION BY item, at ORDER BY seq, state COLLATE "C") - 1)
            * interval '1 microsecond' AS at
FROM   (SELECT DISTINCT item, at, seq, state
        FROM   oracle.seq_event
        WHERE  at IS NOT NULL AND state IS NOT NULL AND seq IS NOT NULL) AS s;

------------------------------------------------------------------------------
-- Text forms, to feed the extension
------------------------------------------------------------------------------

-- "UTC, fractions only where not zero and without trailing zeros"
CREATE FUNCTION oracle.instant_text(at timestamptz) RETURNS text
LANGUAGE sql IMMUTABLE
RETURN to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS')
       || rtrim(rtrim(to_char(at AT TIME ZONE 'UTC', '.US'), '0'), '.') || 'Z';

-- "JSON `[["2026-01-05T10:00:00Z","In Progress"],...]`, no spaces", "ordered by
-- (time, state bytes)"
CREATE FUNCTION oracle.timeline_text(item int) RETURNS text
LANGUAGE sql STABLE
RETURN (SELECT '[' || string_agg(format('["%s",%s]', oracle.instant_text(e.at),
                                        to_json(e.state)),
                                 ',' ORDER BY e.at, e.state COLLATE "C") || ']'
        FROM   oracle.fact e WHERE e.item = timeline_text.item);

CREATE FUNCTION oracle.workflow_text(wf int) RETURNS text
LANGUAGE sql STABLE
RETURN (SELECT json_build_object(
            'stages', (SELECT json_agg(json_strip_nulls(json_build_object(
                           'name', s.stage, 'class', s.class,
                           'states', (SELECT json_agg(l.state) FROM oracle.stage_state l
                                      WHERE l.wf = s.wf AND l.place = s.place),
                           'until', (SELECT json_agg(u.state) FROM oracle.stage_until u
                                     WHERE u.wf = s.wf AND u.place = s.place)))
                           ORDER BY s.place)
                       FROM oracle.stage s WHERE s.wf = r.wf),
            'start', r.start, 'reopen', r.reopen,
            'backward', r.backward, 'unmapped', r.unmapped)::text
        FROM   oracle.rules r WHERE r.wf = workflow_text.wf);

------------------------------------------------------------------------------
-- Random items and workflows: the same on every version and machine
------------------------------------------------------------------------------

-- A number in [0, 1) for a key
CREATE FUNCTION oracle.rnd(VARIADIC keys text[]) RETURNS float8
LANGUAGE sql IMMUTABLE
RETURN ('x' || substr(md5(array_to_string(keys, '/')), 1, 8))::bit(32)::bigint / 4294967296.0::float8;

-- One of the choices
CREATE FUNCTION oracle.pick(choices text[], VARIADIC keys text[]) RETURNS text
LANGUAGE sql IMMUTABLE
RETURN choices[1 + floor(cardinality(choices) * oracle.rnd(VARIADIC keys))::int];

-- All states there are, roughly in the order of a stream.  The last three are in
-- no workflow.
CREATE FUNCTION oracle.states() RETURNS text[] LANGUAGE sql IMMUTABLE
RETURN ARRAY['To Do', 'Open', 'Backlog', 'Approval', 'Ready', 'Build', 'In Progress',
             'Flagged', 'Unflagged', 'On Hold', 'Review', 'In Review', 'QA', 'Überprüft',
             'Done', 'Closed', 'Released', 'Won''t Do', 'Duplicate',
             'Mystery', 'Odd "quoted" \ state', 'Zurückgestellt'];

-- Streams: eight by hand, the others random; each with every combination of the
-- rules.  Workflow = family * 100 + combination.
CREATE FUNCTION oracle.generate_workflows(families int) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    CREATE TEMP TABLE family_stage (family int, place int, stage text, class text,
                                    states text[], until text[]) ON COMMIT DROP;
    INSERT INTO family_stage VALUES
    -- the stages of the documentation
    (1, 1, 'Backlog',  'new',       '{To Do,Open}', NULL),
    (1, 2, 'Approval', 'waiting',   NULL, NULL),
    (1, 3, 'Build',    'active',    '{In Progress}', NULL),
    (1, 4, 'On Hold',  'blocked',   '{Flagged}', '{Unflagged}'),
    (1, 5, 'Review',   'waiting',   '{In Review,Review}', NULL),
    (1, 6, 'Released', 'done',      '{Done,Closed}', NULL),
    (1, 7, 'Duplicate', 'cancelled', '{Won''t Do}', NULL),
    -- two layers, each of which ends with what begins the other; entering Review
    -- ends one; two stages of most classes
    (2, 1, 'Backlog',  'new',       '{To Do}', NULL),
    (2, 2, 'Open',     'new',       NULL, NULL),
    (2, 3, 'Build',    'active',    '{In Progress}', NULL),
    (2, 4, 'On Hold',  'blocked',   NULL, '{Flagged,In Review}'),
    (2, 5, 'Flagged',  'blocked',   NULL, '{Unflagged,On Hold}'),
    (2, 6, 'Review',   'active',    '{In Review}', NULL),
    (2, 7, 'QA',       'waiting',   '{Überprüft}', NULL),
    (2, 8, 'Done',     'done',      NULL, NULL),
    (2, 9, 'Closed',   'done',      '{Released}', NULL),
    (2, 10, 'Won''t Do', 'cancelled', NULL, NULL),
    (2, 11, 'Duplicate', 'cancelled', NULL, NULL),
    -- nothing active
    (3, 1, 'To Do',    'new',       '{Open,Backlog}', NULL),
    (3, 2, 'Approval', 'waiting',   '{In Progress,Build}', NULL),
    (3, 3, 'On Hold',  'blocked',   NULL, '{Unflagged,Review}'),
    (3, 4, 'Review',   'waiting',   '{In Review,QA}', NULL),
    (3, 5, 'Done',     'done',      '{Closed}', NULL),
    -- nothing done
    (4, 1, 'To Do',    'new',       '{Open}', NULL),
    (4, 2, 'Build',    'active',    '{In Progress}', NULL),
    (4, 3, 'Flagged',  'blocked',   '{On Hold}', '{Unflagged}'),
    (4, 4, 'Review',   'waiting',   '{In Review}', NULL),
    (4, 5, 'Won''t Do', 'cancelled', '{Duplicate}', NULL),
    -- done and cancelled before the work: moves to done go backward
    (5, 1, 'Duplicate', 'cancelled', '{Won''t Do}', NULL),
    (5, 2, 'To Do',    'new',       '{Open}', NULL),
    (5, 3, 'Done',     'done',      '{Closed}', NULL),
    (5, 4, 'Build',    'active',    '{In Progress}', NULL),
    (5, 5, 'Flagged',  'blocked',   NULL, '{Unflagged,Done}'),
    (5, 6, 'Review',   'waiting',   '{In Review}', NULL),
    -- the clock starts and ends in one place
    (6, 1, 'Done',     'done',      '{Closed,Released,In Progress}', NULL),
    -- nothing but new, under a layer
    (7, 1, 'Flagged',  'blocked',   NULL, '{Unflagged}'),
    (7, 2, 'To Do',    'new',       '{Open,In Progress}', NULL),
    -- a long stream
    (8, 1, 'To Do',    'new',       '{Open,Backlog}', NULL),
    (8, 2, 'Approval', 'waiting',   NULL, NULL),
    (8, 3, 'Ready',    'waiting',   NULL, NULL),
    (8, 4, 'Build',    'active',    NULL, NULL),
    (8, 5, 'In Progress', 'active', NULL, NULL),
    (8, 6, 'Flagged',  'blocked',   NULL, '{Unflagged,On Hold}'),
    (8, 7, 'Review',   'waiting',   NULL, NULL),
    (8, 8, 'In Review', 'active',   NULL, NULL),
    (8, 9, 'QA',       'active',    '{Überprüft}', NULL),
    (8, 10, 'On Hold', 'blocked',   NULL, '{Unflagged}'),
    (8, 11, 'Done',    'done',      NULL, NULL),
    (8, 12, 'Closed',  'done',      NULL, NULL),
    (8, 13, 'Released', 'done',     NULL, NULL),
    (8, 14, 'Won''t Do', 'cancelled', NULL, NULL);

    -- Random: the first of the shuffled states name the stages, half of the others
    -- are states of some stage
    INSERT INTO family_stage
    WITH shuffled AS (
        SELECT f AS family, s AS state,
               row_number() OVER (PARTITION BY f ORDER BY oracle.rnd('state', f::text, s))::int AS place,
               1 + floor(10 * oracle.rnd('stages', f::text))::int AS stages
        FROM   generate_series(9, families) AS f,
               unnest((oracle.states())[1:19]) AS s
    ), stage AS (
        SELECT family, place, state AS stage, stages,
               oracle.pick(CASE WHEN place = 1
                    THEN '{new,new,waiting,active,done,cancelled}'::text[]
                    ELSE '{new,new,active,active,active,active,waiting,waiting,waiting,waiting,
                           blocked,blocked,blocked,done,done,cancelled,cancelled}' END,
                   'class', family::text, place::text) AS class
        FROM   shuffled
        WHERE  place <= stages
    ), listed AS (
        SELECT family, state, 1 + floor(stages * oracle.rnd('of', family::text, state))::int AS place
        FROM   shuffled
        WHERE  place > stages AND oracle.rnd('listed', family::text, state) < 0.5
    ), own AS (
        SELECT s.*, (SELECT array_agg(l.state ORDER BY l.state COLLATE "C") FROM listed l
                     WHERE l.family = s.family AND l.place = s.place) AS states
        FROM   stage s
    )
    SELECT family, place, stage, class, states,
           CASE WHEN class = 'blocked' THEN
               (SELECT array_agg(u.state)
                FROM   (SELECT c.state FROM shuffled c
                        WHERE  c.family = own.family AND c.state <> own.stage
                          AND  c.state <> ALL (coalesce(own.states, '{}'))
                        ORDER  BY oracle.rnd('until', own.family::text, own.stage, c.state)
                        LIMIT  1 + floor(3 * oracle.rnd('untils', own.family::text, own.stage))::int) AS u)
           END
    FROM   own;

    INSERT INTO oracle.rules
    SELECT family * 100 + row_number() OVER (PARTITION BY family ORDER BY s, r, b, u), s, r, b, u
    FROM   generate_series(1, families) AS family,
           unnest('{committed,active,created}'::text[]) WITH ORDINALITY AS starts(s, so),
           unnest('{continue,pause,first}'::text[]) AS r,
           unnest('{keep,erase}'::text[]) AS b,
           unnest('{waiting,ignore}'::text[]) AS u;
    -- the same streams under rule error, one each
    INSERT INTO oracle.rules
    SELECT family * 100 + 99, 'committed', oracle.pick('{continue,first}', 'refuse', family::text),
           'keep', 'error'
    FROM   generate_series(1, families) AS family;
    -- "`start: active` without an active stage: 22P02"
    DELETE FROM oracle.rules r
    WHERE  start = 'active' AND wf / 100 BETWEEN 1 AND families
      AND  NOT EXISTS (SELECT FROM family_stage s WHERE s.family = r.wf / 100 AND class = 'active');

    INSERT INTO oracle.stage
    SELECT wf, place, stage, class
    FROM   oracle.rules r JOIN family_stage s ON s.family = r.wf / 100;
    INSERT INTO oracle.stage_state
    SELECT wf, place, unnest(states)
    FROM   oracle.rules r JOIN family_stage s ON s.family = r.wf / 100;
    INSERT INTO oracle.stage_until
    SELECT wf, place, unnest(until)
    FROM   oracle.rules r JOIN family_stage s ON s.family = r.wf / 100;
    DROP TABLE family_stage;
END $$;

-- Items 1..items in sixteen kinds
CREATE FUNCTION oracle.generate_items(items int) RETURNS void
LANGUAGE plpgsql SET TimeZone = 'UTC' AS $$
BEGIN
    INSERT INTO oracle.event
    WITH item AS (
        SELECT i, i::text AS key, i % 16 AS kind,
               CASE i % 16
                   WHEN 0 THEN 1                                             -- a single event
                   WHEN 3 THEN CASE WHEN i % 160 = 3 THEN 150 ELSE 20 END    -- long ones
                               + floor(20 * oracle.rnd('n', i::text))::int
                   ELSE 2 + floor(16 * oracle.rnd('n', i::text))::int
               END AS n,
               timestamptz '2026-01-01 00:00+00' + floor(oracle.rnd('t0', i::text) * 100) * interval '1 day'
                   AS t0,
               -- days the item lasts; kinds 4 and 5 have few instants
               floor(1 + 60 * oracle.rnd('days', i::text)) AS days
        FROM   generate_series(1, items) AS i
    ), event AS (
        SELECT i, kind, key, n, k, k::text AS sub,
               t0 + CASE
                   WHEN kind IN (4, 5)
                       THEN floor(3 * oracle.rnd('at', key, k::text)) * interval '36 hours'
                   WHEN kind = 6 THEN floor(days * oracle.rnd('at', key, k::text)) * interval '1 day'
                   WHEN kind = 7 THEN floor(9 * oracle.rnd('at', key, k::text)) * interval '1 microsecond'
                   WHEN kind IN (8, 9) THEN k * interval '1 day 07:30'
                   ELSE days * oracle.rnd('at', key, k::text) * interval '1 day'
               END AS at
        FROM   item, generate_series(1, item.n) AS k
    ), placed AS (
        SELECT *, row_number() OVER (PARTITION BY i ORDER BY at, k) AS nth FROM event
    )
    SELECT i, at,
           CASE
               WHEN kind = 1 THEN oracle.pick('{Flagged,Unflagged,On Hold}', 'layer', key, sub)
               WHEN kind = 2 THEN oracle.pick((oracle.states())[20:22], 'unmapped', key, sub)
               -- finished, reopened, finished ...
               WHEN kind IN (8, 9) AND nth % 3 = 0
                   THEN oracle.pick('{Done,Done,Closed,Won''t Do,Duplicate}', 'end', key, sub)
               WHEN kind IN (8, 9)
                   THEN oracle.pick('{In Progress,Review,Flagged,Unflagged,To Do,Mystery,Closed}', 'again', key, sub)
               -- the usual: forward with some noise, often to an end
               WHEN kind >= 10 AND nth = n AND oracle.rnd('ends', key) < 0.6
                   THEN oracle.pick('{Done,Done,Done,Closed,Released,Won''t Do}', 'ending', key)
               WHEN kind >= 10 AND oracle.rnd('noise', key, sub) < 0.75
                   THEN (oracle.states())[1 + floor(15 * (nth - 1)::float8 / n)::int]
               ELSE oracle.pick(oracle.states(), 'any', key, sub)
           END
    FROM   placed;

    -- duplicates, and rows that do not count
    INSERT INTO oracle.event
    SELECT item, at, state FROM oracle.event WHERE item % 16 IN (6, 10);
    INSERT INTO oracle.event
    SELECT DISTINCT item, NULL::timestamptz, 'Done' FROM oracle.event WHERE item % 16 = 6
    UNION ALL
    SELECT DISTINCT item, timestamptz '2025-12-01 00:00+00', NULL FROM oracle.event WHERE item % 16 = 6;
END $$;

-- The four as_of of an item: all events, before, inside (half of them at an
-- instant of its own) and after (a quarter at its last instant)
CREATE TABLE oracle.item_as_of (item int, nth int, as_of timestamptz, PRIMARY KEY (item, nth));

CREATE FUNCTION oracle.generate_as_ofs() RETURNS void
LANGUAGE sql SET TimeZone = 'UTC' AS $$
    INSERT INTO oracle.item_as_of
    SELECT item, nth, as_of
    FROM   (SELECT item, item::text AS key, array_agg(at ORDER BY at) AS ats, count(*)::int AS n
            FROM   oracle.fact GROUP BY item) AS e,
           LATERAL (VALUES
               (1, NULL),
               (2, ats[1] - interval '1 microsecond'),
               (3, CASE WHEN oracle.rnd('own', key) < 0.5
                        THEN ats[1 + floor(n * oracle.rnd('inside', key))::int]
                        ELSE ats[1] + (ats[n] - ats[1]) * oracle.rnd('inside', key) END),
               (4, ats[n] + CASE WHEN oracle.rnd('last', key) < 0.25 THEN 0
                                 ELSE oracle.rnd('after', key) END * interval '20 days')) AS a(nth, as_of)
$$;

-- Items, workflows and asks.  The items from 1 get a random workflow each, the
-- last `thorough` of them every rule of one stream.
CREATE FUNCTION oracle.generate(items int DEFAULT 10000, thorough int DEFAULT 100,
                                families int DEFAULT 24) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM oracle.generate_workflows(families);
    PERFORM oracle.generate_items(items);
    PERFORM oracle.generate_as_ofs();
    CREATE INDEX ON oracle.event (item);
    CREATE INDEX ON oracle.stage_state (wf);
    CREATE INDEX ON oracle.stage_until (wf);
    ANALYZE oracle.event, oracle.item_as_of, oracle.stage, oracle.stage_state, oracle.stage_until,
            oracle.rules;

    INSERT INTO oracle.ask
    WITH wf AS (SELECT array_agg(wf::text ORDER BY wf) AS wfs FROM oracle.rules)
    SELECT row_number() OVER (ORDER BY x.item, x.wf, nth), x.item, x.wf, as_of
    FROM   (SELECT i AS item, oracle.pick(wfs, 'wf', i::text)::int AS wf
            FROM   wf, generate_series(1, items) AS i
            UNION
            SELECT i, r.wf
            FROM   generate_series(items - thorough + 1, items) AS i
            JOIN   oracle.rules r ON r.wf / 100 = 1 + i % families) AS x,
           oracle.item_as_of AS a
    WHERE  a.item = x.item;
END $$;
