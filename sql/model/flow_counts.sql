/*
 * The table flow_count: what flow_weekly and flow_monthly count of events, which are many, by week and month; and how many items
 * teams work on, by day, which is what a day of theirs is shared among. What concerns some items is taken off before they are made
 * anew, and added after. Where all is made anew ('counts' in the table touched) it is counted at the end, once.
 */

CREATE TYPE vsm.flow_count AS (
	value_stream text, unit text, period date, team text, type text, level text, events bigint, created bigint, started bigint,
	cancelled bigint, reopened bigint, load_change bigint, aging_change bigint, load_since numeric,
	worked_change bigint
);
COMMENT ON TYPE vsm.flow_count IS 'a row of the table flow_count of a model; a part of vsm.refresh';

CREATE FUNCTION vsm.worked_days(since date, until date, gaps datemultirange) RETURNS datemultirange
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN since < until OR until IS NULL THEN
	CASE WHEN gaps IS NULL THEN datemultirange(daterange(since, until)) ELSE datemultirange(daterange(since, until)) - gaps END END;
COMMENT ON FUNCTION vsm.worked_days(date, date, datemultirange) IS
	'the days of a visit on which an item was worked on, by the columns worked_since, worked_until and worked_gaps of the table visit, '
	'NULL if there are none; a part of vsm.refresh and of views';

CREATE FUNCTION vsm.item_changes(created_day date, started_day date, untouched boolean, cancelled_day date)
RETURNS TABLE (what integer, day date)
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 3
BEGIN ATOMIC
	SELECT x.what, x.day
	FROM (VALUES (1, created_day), (2, CASE WHEN untouched IS NOT TRUE THEN started_day END), (3, cancelled_day)) AS x (what, day)
	WHERE x.day IS NOT NULL;
END;
COMMENT ON FUNCTION vsm.item_changes(date, date, boolean, date) IS
	'what flow_count counts of an item by itself: on which day it was created (1), started (2) and cancelled (3); a part of vsm.refresh';

CREATE FUNCTION vsm.load_changes(starts_load boolean, ends_load boolean, entered_day date, left_day date, entered_at timestamptz,
	age interval, on_clock boolean)
RETURNS TABLE (day date, change integer, aging integer, since bigint)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 2
BEGIN ATOMIC
	-- (What goes on from visit to visit comes and goes on the same day, with the same age.)
	-- Off the clock it stays as old as it is.
	SELECT x.day, x.change, CASE WHEN on_clock THEN x.change ELSE 0 END,
		CASE WHEN on_clock THEN round(date_part('epoch', entered_at) * 1000000)::bigint ELSE 0 END
			- round(date_part('epoch', age) * 1000000)::bigint
	FROM (VALUES (CASE WHEN starts_load THEN entered_day END, 1), (CASE WHEN ends_load THEN left_day END, -1)) AS x (day, change)
	WHERE x.day IS NOT NULL;
END;
COMMENT ON FUNCTION vsm.load_changes(boolean, boolean, date, date, timestamptz, interval, boolean) IS
	'what flow_count counts of a visit: on which day it came to the load and left it, whether it ages, and since when it would be if it '
	'had never paused, in microseconds; a part of vsm.refresh';

CREATE FUNCTION vsm.work_changes(worked_since date, worked_until date, worked_gaps datemultirange) RETURNS TABLE (day date, change integer)
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 2
BEGIN ATOMIC
	SELECT x.day, x.change
	FROM (SELECT unnest(vsm.worked_days(worked_since, worked_until, worked_gaps)) AS days) AS d,
		LATERAL (VALUES (lower(d.days), 1), (upper(d.days), -1)) AS x (day, change)
	WHERE x.day IS NOT NULL;
END;
COMMENT ON FUNCTION vsm.work_changes(date, date, datemultirange) IS
	'on which days work on a visit began and ended, by its columns worked_since, worked_until and worked_gaps; a part of vsm.refresh';

CREATE FUNCTION vsm.flow_counts(items text[]) RETURNS SETOF vsm.flow_count
LANGUAGE plpgsql STABLE
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET jit = off
AS $$
#variable_conflict use_column
BEGIN
	RETURN QUERY
	SELECT d.value_stream, u.unit, vsm.period_of(u.unit, d.day, m.week_starts), d.team, d.type, d.level, sum(d.events)::bigint,
		sum(d.created)::bigint, sum(d.started)::bigint, sum(d.cancelled)::bigint, sum(d.reopened)::bigint, sum(d.load_change)::bigint,
		sum(d.aging_change)::bigint, sum(d.load_since), 0::bigint
	FROM (
		SELECT coalesce(f.value_stream, '(none)') AS value_stream, coalesce(f.team, '(none)') AS team, coalesce(f.type, '(none)') AS type,
			coalesce(f.level, 'item') AS level, e.day, count(*) AS events, count(*) FILTER (WHERE e.what = 1) AS created,
			count(*) FILTER (WHERE e.what = 2) AS started, count(*) FILTER (WHERE e.what = 3) AS cancelled,
			count(*) FILTER (WHERE e.what = 4) AS reopened, sum(e.change) AS load_change, sum(e.aging) AS aging_change,
			sum(e.change * e.since) AS load_since
		FROM vsm.each_entity(items) AS t (item)
			CROSS JOIN LATERAL (
				SELECT i.item, i.value_stream, i.team, i.type, i.level, i.created_day, i.started_day, i.cancelled_at, i.untouched,
					i.reopened
				FROM item_flow AS i WHERE i.item = t.item OFFSET 0) AS f
			CROSS JOIN (SELECT k.time_zone FROM model AS k LIMIT 1) AS n
			CROSS JOIN LATERAL (
				SELECT x.what, x.day, 0 AS change, 0 AS aging, 0::bigint AS since
				FROM vsm.item_changes(f.created_day, f.started_day, f.untouched, vsm.period_day(f.cancelled_at, n.time_zone)) AS x
				UNION ALL
				SELECT 0, x.*
				FROM (
						SELECT y.entered_at, y.age, y.on_clock, y.entered_day, y.left_day, y.starts_load, y.ends_load FROM visit AS y
						WHERE y.item = f.item OFFSET 0) AS v,
					LATERAL vsm.load_changes(v.starts_load, v.ends_load, v.entered_day, v.left_day, v.entered_at, v.age, v.on_clock) AS x
				UNION ALL
				-- (What is unmapped is no move.)
				SELECT 4, v.entered_day, 0, 0, 0
				FROM (
					SELECT y.entered_day, y.class, lag(y.class) OVER (ORDER BY y.visit) AS before
					FROM visit AS y WHERE y.item = f.item AND f.reopened > 0 AND y.place IS NOT NULL) AS v
				WHERE v.before IN ('done', 'cancelled') AND v.class IN ('new', 'active', 'waiting') AND v.entered_day IS NOT NULL) AS e
		GROUP BY 1, 2, 3, 4, 5) AS d
		CROSS JOIN (SELECT k.week_starts FROM model AS k LIMIT 1) AS m
		CROSS JOIN (VALUES ('week'), ('month')) AS u (unit)
	GROUP BY 1, 2, 3, 4, 5, 6
	UNION ALL
	SELECT w.value_stream, 'day', e.day, coalesce(w.team, '(none)'), '(none)', 'item', count(*), 0, 0, 0, 0, 0, 0, 0, sum(e.change)::bigint
	FROM vsm.each_entity(items) AS t (item)
		CROSS JOIN LATERAL (
			SELECT i.item FROM item_flow AS i WHERE i.item = t.item AND i.level IS DISTINCT FROM 'parent' OFFSET 0) AS f
		CROSS JOIN LATERAL (
			SELECT y.value_stream, y.team, y.worked_since, y.worked_until, y.worked_gaps FROM visit AS y
			WHERE y.item = f.item AND y.worked_since IS NOT NULL AND y.value_stream IS NOT NULL OFFSET 0) AS w
		CROSS JOIN LATERAL vsm.work_changes(w.worked_since, w.worked_until, w.worked_gaps) AS e
	GROUP BY 1, 3, 4;
END
$$;
COMMENT ON FUNCTION vsm.flow_counts(text[]) IS
	'what the table flow_count holds of these items, in the model that search_path names; a part of vsm.refresh';

CREATE FUNCTION vsm.counts_at_end() RETURNS boolean
LANGUAGE plpgsql STABLE
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
AS $$
BEGIN
	RETURN EXISTS (SELECT FROM touched AS t WHERE t.kind = 'counts');
END
$$;
COMMENT ON FUNCTION vsm.counts_at_end() IS
	'whether all is being made anew and flow_count with it, at the end, in the model that search_path names; a part of vsm.refresh';

CREATE FUNCTION vsm.flow_counts_before(items text[]) RETURNS vsm.flow_count[]
LANGUAGE plpgsql STABLE
AS $$
BEGIN
	IF vsm.counts_at_end() OR items IS NULL THEN
		RETURN NULL;
	END IF;
	RETURN ARRAY(SELECT c FROM vsm.flow_counts(items) AS c);
END
$$;
COMMENT ON FUNCTION vsm.flow_counts_before(text[]) IS
	'what the table flow_count holds of these items, NULL if it is made anew anyway, in the model that search_path names; a part of '
	'vsm.refresh';

CREATE FUNCTION vsm.add_flow_counts(counts vsm.flow_count[]) RETURNS void
LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET jit = off
AS $$
#variable_conflict use_column
DECLARE
	emptied tid[];
BEGIN
	WITH written AS (
		INSERT INTO flow_count AS o (value_stream, unit, period, team, type, level, events, created, started, cancelled, reopened,
			load_change, aging_change, load_since, worked_change)
		SELECT n.value_stream, n.unit, n.period, n.team, n.type, n.level, n.events, n.created, n.started, n.cancelled, n.reopened,
			n.load_change, n.aging_change, n.load_since, n.worked_change
		FROM unnest(counts) AS n
		WHERE (n.events, n.created, n.started, n.cancelled, n.reopened, n.load_change, n.aging_change, n.load_since, n.worked_change)
			<> (0, 0, 0, 0, 0, 0, 0, 0, 0)
		ORDER BY n.value_stream COLLATE "C", n.unit, n.period
		ON CONFLICT (value_stream, unit, period, team, type, level) DO UPDATE SET events = o.events + excluded.events,
			created = o.created + excluded.created, started = o.started + excluded.started, cancelled = o.cancelled + excluded.cancelled,
			reopened = o.reopened + excluded.reopened, load_change = o.load_change + excluded.load_change,
			aging_change = o.aging_change + excluded.aging_change, load_since = o.load_since + excluded.load_since,
			worked_change = o.worked_change + excluded.worked_change
		RETURNING o.ctid AS place, o.events)
	SELECT array_agg(w.place) INTO emptied FROM written AS w WHERE w.events = 0;
	IF emptied IS NOT NULL THEN
		DELETE FROM flow_count AS o WHERE o.ctid = ANY (emptied);
	END IF;
END
$$;
COMMENT ON FUNCTION vsm.add_flow_counts(vsm.flow_count[]) IS
	'adds to the rows of the table flow_count, in the model that search_path names: one element a row; a part of vsm.refresh';

CREATE FUNCTION vsm.write_flow_counts(items text[], before vsm.flow_count[]) RETURNS void
LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan
SET jit = off
AS $$
#variable_conflict use_column
BEGIN
	IF before IS NOT NULL THEN
		PERFORM vsm.add_flow_counts(ARRAY(
			SELECT ROW (c.value_stream, c.unit, c.period, c.team, c.type, c.level, sum(c.sign * c.events), sum(c.sign * c.created),
				sum(c.sign * c.started), sum(c.sign * c.cancelled), sum(c.sign * c.reopened), sum(c.sign * c.load_change),
				sum(c.sign * c.aging_change), sum(c.sign * c.load_since), sum(c.sign * c.worked_change))::vsm.flow_count
			FROM (
				SELECT -1 AS sign, b.* FROM unnest(before) AS b
				UNION ALL
				SELECT 1, a.* FROM vsm.flow_counts(items) AS a) AS c
			GROUP BY c.value_stream, c.unit, c.period, c.team, c.type, c.level));
	END IF;
END
$$;
COMMENT ON FUNCTION vsm.write_flow_counts(text[], vsm.flow_count[]) IS
	'writes into the table flow_count what it holds of these items now instead of before, nothing where that is NULL; items NULL: they '
	'are gone; in the model that search_path names; a part of vsm.refresh';

CREATE FUNCTION vsm.recount_flow() RETURNS void
LANGUAGE plpgsql
SET jit = off
AS $$
BEGIN
	DELETE FROM flow_count;
	-- As vsm.flow_counts has it, kind by kind, of all items at once.
	INSERT INTO flow_count (value_stream, unit, period, team, type, level, events, created, started, cancelled, reopened, load_change,
		aging_change, load_since, worked_change)
	SELECT d.value_stream, u.unit, vsm.period_of(u.unit, d.day, m.week_starts), d.team, d.type, d.level, sum(d.events),
		coalesce(sum(d.events) FILTER (WHERE d.what = 'created'), 0), coalesce(sum(d.events) FILTER (WHERE d.what = 'started'), 0),
		coalesce(sum(d.events) FILTER (WHERE d.what = 'cancelled'), 0), coalesce(sum(d.events) FILTER (WHERE d.what = 'reopened'), 0),
		sum(d.events * d.change), sum(d.events * d.aging), sum(d.since * d.change), 0
	FROM (
			SELECT coalesce(e.value_stream, '(none)') AS value_stream, coalesce(e.team, '(none)') AS team,
				coalesce(e.type, '(none)') AS type, coalesce(e.level, 'item') AS level, e.day, e.what, e.change, e.aging,
				sum(e.events) AS events, sum(e.since) AS since
			FROM (
				SELECT f.value_stream, f.team, f.type, f.level, f.created_day AS day, 'created' AS what, 0 AS change, 0 AS aging,
					count(*) AS events, 0::numeric AS since
				FROM item_flow AS f
				GROUP BY 1, 2, 3, 4, 5
				UNION ALL
				SELECT f.value_stream, f.team, f.type, f.level, f.started_day, 'started', 0, 0, count(*), 0
				FROM item_flow AS f WHERE f.untouched IS NOT TRUE
				GROUP BY 1, 2, 3, 4, 5
				UNION ALL
				SELECT f.value_stream, f.team, f.type, f.level, vsm.period_day(f.cancelled_at, n.time_zone), 'cancelled', 0, 0, count(*), 0
				FROM item_flow AS f CROSS JOIN (SELECT k.time_zone FROM model AS k LIMIT 1) AS n
				WHERE f.cancelled_at IS NOT NULL
				GROUP BY 1, 2, 3, 4, 5
				UNION ALL
				SELECT f.value_stream, f.team, f.type, f.level, v.entered_day, 'load', 1, CASE WHEN v.on_clock THEN 1 ELSE 0 END, count(*),
					sum(CASE WHEN v.on_clock THEN round(date_part('epoch', v.entered_at) * 1000000)::bigint ELSE 0 END
						- round(date_part('epoch', v.age) * 1000000)::bigint)
				FROM item_flow AS f JOIN visit AS v ON v.item = f.item WHERE v.starts_load
				GROUP BY 1, 2, 3, 4, 5, 8
				UNION ALL
				SELECT f.value_stream, f.team, f.type, f.level, v.left_day, 'load', -1, CASE WHEN v.on_clock THEN -1 ELSE 0 END, count(*),
					sum(CASE WHEN v.on_clock THEN round(date_part('epoch', v.entered_at) * 1000000)::bigint ELSE 0 END
						- round(date_part('epoch', v.age) * 1000000)::bigint)
				FROM item_flow AS f JOIN visit AS v ON v.item = f.item WHERE v.ends_load
				GROUP BY 1, 2, 3, 4, 5, 8
				UNION ALL
				SELECT r.value_stream, r.team, r.type, r.level, r.entered_day, 'reopened', 0, 0, count(*), 0
				FROM (
					SELECT f.value_stream, f.team, f.type, f.level, v.entered_day, v.class,
						lag(v.class) OVER (PARTITION BY v.item ORDER BY v.visit) AS before
					FROM item_flow AS f JOIN visit AS v ON v.item = f.item WHERE f.reopened > 0 AND v.place IS NOT NULL) AS r
				WHERE r.before IN ('done', 'cancelled') AND r.class IN ('new', 'active', 'waiting')
				GROUP BY 1, 2, 3, 4, 5) AS e
			WHERE e.day IS NOT NULL
			GROUP BY 1, 2, 3, 4, 5, 6, 7, 8) AS d
		CROSS JOIN (SELECT k.week_starts FROM model AS k LIMIT 1) AS m
		CROSS JOIN (VALUES ('week'), ('month')) AS u (unit)
	GROUP BY 1, 2, 3, 4, 5, 6
	UNION ALL
	SELECT w.value_stream, 'day', e.day, coalesce(w.team, '(none)'), '(none)', 'item', count(*), 0, 0, 0, 0, 0, 0, 0, sum(e.change)
	FROM (
			SELECT v.value_stream, v.team, unnest(vsm.worked_days(v.worked_since, v.worked_until, v.worked_gaps)) AS days
			FROM visit AS v JOIN item_flow AS i ON i.item = v.item AND i.level IS DISTINCT FROM 'parent'
			WHERE v.worked_since IS NOT NULL AND v.value_stream IS NOT NULL) AS w
		CROSS JOIN LATERAL (VALUES (lower(w.days), 1), (upper(w.days), -1)) AS e (day, change)
	WHERE e.day IS NOT NULL
	GROUP BY 1, 3, 4
	ORDER BY 1, 2, 3;
END
$$;
COMMENT ON FUNCTION vsm.recount_flow() IS 'makes the table flow_count anew, in the model that search_path names; a part of vsm.refresh';
