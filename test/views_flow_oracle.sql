-- Views of flow by their definition in plain SQL over the model flow, as it was refreshed: a temporary table wanted_VIEW for each,
-- made from items and visits (flow_item and flow_visit, which have tests of their own), from parts, and from functions of one item.
-- pg_temp.view_differs compares what a table has with the view, numbers to the sixth place.
CREATE FUNCTION pg_temp.view_differs(name text) RETURNS TABLE (side text, line text) LANGUAGE plpgsql AS $$
DECLARE
	columns text;
BEGIN
	SELECT string_agg(CASE a.atttypid WHEN 'float8'::regtype THEN format('round(%I::numeric, 6) AS %1$I', a.attname)
		ELSE quote_ident(a.attname) END, ', '
		ORDER BY a.attnum) INTO columns
	FROM pg_attribute AS a WHERE a.attrelid = ('wanted_' || name)::regclass AND a.attnum > 0 AND NOT a.attisdropped;
	RETURN QUERY EXECUTE format('WITH w AS MATERIALIZED (SELECT %1$s FROM wanted_%2$s), f AS MATERIALIZED (SELECT %1$s FROM flow.%2$s)
		SELECT ''wanted'', d::text FROM (TABLE w EXCEPT ALL TABLE f) AS d UNION ALL SELECT ''found'', d::text
			FROM (TABLE f EXCEPT ALL TABLE w) AS d
		ORDER BY 2, 1', columns, name);
	IF name = 'aging_work' THEN
		-- Sums of more than 512 durations are made of so many points of each part.
		RETURN QUERY
		SELECT 'chances', concat_ws(' ', e.item, e.eta - a.eta, e.target_chance - a.target_chance, e.late_probability - a.late_probability)
		FROM wanted_eta AS e
			JOIN (SELECT w.*, extract(epoch FROM w.eta_p85_at)::float8 / 86400 AS eta FROM flow.aging_work AS w) AS a USING (item),
			LATERAL (SELECT CASE WHEN e.sample_count > 250 THEN 0.005 ELSE 0.000001 END AS chance,
				CASE WHEN e.sample_count > 250 THEN 0.05 * greatest(1, e.eta - extract(epoch FROM now())::float8 / 86400) ELSE 0.00001 END
					AS days) AS most
		WHERE num_nulls(e.eta, a.eta) = 1 OR num_nulls(e.target_chance, a.target_chance) = 1
		OR num_nulls(e.late_probability, a.late_probability) = 1 OR abs(e.eta - a.eta) > most.days
		OR abs(e.target_chance - a.target_chance) > most.chance OR abs(e.late_probability - a.late_probability) > most.chance;
	END IF;
END$$;
CREATE FUNCTION pg_temp.days(since timestamptz, until timestamptz) RETURNS float8 LANGUAGE sql AS
$$SELECT extract(epoch FROM until - since)::float8 / 86400$$;
CREATE TEMP TABLE zone AS SELECT time_zone AS name, strpos('montuewedthufrisatsun', week_starts) / 3 AS shift FROM flow.model;
SELECT name AS zone, shift FROM zone \gset
CREATE TEMP TABLE one AS SELECT * FROM flow.flow_item;
CREATE TEMP TABLE spell AS SELECT v.*, o.type AS item_type, o.team AS item_team, o.outcome FROM flow.flow_visit AS v
	JOIN one AS o USING (item);
CREATE TEMP TABLE way AS SELECT f.item, f.timeline, f.route, r.workflow FROM flow.item_flow AS f JOIN flow.route AS r USING (route);
CREATE TEMP TABLE stage AS SELECT r.route, s.* FROM flow.route AS r, vsm.stages(r.workflow) AS s;
CREATE INDEX ON spell (item);
ANALYZE one;
ANALYZE spell;
ANALYZE way;

-- The beginning of the week or month that a time lies in, where weeks begin on the shifted day.
CREATE FUNCTION pg_temp.start(at timestamptz, unit text) RETURNS timestamp LANGUAGE sql STABLE
RETURN date_trunc(unit, at AT TIME ZONE :'zone' - CASE unit WHEN 'week' THEN :shift ELSE 0 END * interval '1 day')
	+ CASE unit WHEN 'week' THEN :shift ELSE 0 END * interval '1 day';

-- What happened, when, and to which group of items.
CREATE TEMP TABLE happened AS
SELECT o.value_stream, o.portfolio, o.team, o.type, o.level, h.what, h.at, o.item
FROM one AS o, LATERAL (VALUES ('finished', o.finished_at), ('created', o.created_at), ('started', CASE WHEN o.untouched IS NOT TRUE
	THEN o.started_at END),
	('cancelled', o.cancelled_at)) AS h (what, at)
WHERE h.at IS NOT NULL
UNION ALL
SELECT o.value_stream, o.portfolio, o.team, o.type, o.level, 'reopened', s.entered_at, s.item
FROM (SELECT *, lag(class) OVER (PARTITION BY item ORDER BY visit) AS before FROM spell) AS s JOIN one AS o USING (item)
WHERE s.before IN ('done', 'cancelled') AND s.class IN ('new', 'active', 'waiting');
ANALYZE happened;

CREATE FUNCTION pg_temp.wanted_flow(unit text) RETURNS TABLE (period date, value_stream text, portfolio text, team text, type text,
	level text, is_complete boolean,
	finished_count int, created_count int, started_count int, cancelled_count int, reopened_count int, untouched_count int, load_count int,
	load_age_days_sum float8, flow_time_days_sum float8, active_days float8, wait_days float8, flow_efficiency float8,
		flow_efficiency_mean float8,
	flow_time_p50_days float8, flow_time_p85_days float8, flow_time_p95_days float8, flow_time_mean_days float8)
LANGUAGE sql STABLE AS $$
WITH grid AS (
	SELECT g.*, p, (p + ('1 ' || unit)::interval) AT TIME ZONE z.name AS until
	FROM (SELECT h.value_stream, h.portfolio, h.team, h.type, h.level, min(h.at) AS since, max(h.at) AS last FROM happened AS h
		GROUP BY 1, 2, 3, 4, 5) AS g, zone AS z,
		generate_series(pg_temp.start(g.since, unit), pg_temp.start(greatest(now(), g.last), unit), ('1 ' || unit)::interval) AS p),
counted AS (
	SELECT h.value_stream, h.team, h.type, h.level, pg_temp.start(h.at, unit) AS p, count(*) FILTER (WHERE h.what = 'finished') AS f,
		count(*) FILTER (WHERE h.what = 'created') AS c, count(*) FILTER (WHERE h.what = 'started') AS s, count(*)
			FILTER (WHERE h.what = 'cancelled') AS x,
		count(*) FILTER (WHERE h.what = 'reopened') AS r
	FROM happened AS h GROUP BY 1, 2, 3, 4, 5),
finished AS (
	SELECT o.value_stream, o.team, o.type, o.level, pg_temp.start(o.finished_at, unit) AS p, sum(o.flow_time_days) AS flow,
		sum(o.active_days) AS active,
		sum(o.wait_days) AS wait, avg(o.flow_efficiency) AS mean, percentile_cont(0.5) WITHIN GROUP (ORDER BY o.flow_time_days) AS p50,
		percentile_cont(0.85) WITHIN GROUP (ORDER BY o.flow_time_days) AS p85,
			percentile_cont(0.95) WITHIN GROUP (ORDER BY o.flow_time_days) AS p95, count(*) AS n
	FROM one AS o WHERE o.finished_at IS NOT NULL AND NOT o.untouched GROUP BY 1, 2, 3, 4, 5),
-- Who is on the clock when a period ends, and how old.
loaded AS (
	SELECT g.value_stream, g.team, g.type, g.level, g.p, count(*) AS n,
		sum(extract(epoch FROM vsm.item_age(w.timeline, w.workflow, NULL, least(now(), g.until))))::float8 / 86400 AS age
	FROM grid AS g JOIN one AS o ON (o.value_stream, o.team, o.type, o.level) = (g.value_stream, g.team, g.type, g.level)
		JOIN spell AS s ON s.item = o.item AND s.class IN ('active', 'waiting') AND s.entered_at < g.until AND coalesce(s.left_at,
			'infinity') >= g.until
		JOIN way AS w ON w.item = o.item
	GROUP BY 1, 2, 3, 4, 5)
SELECT g.p::date, g.value_stream, g.portfolio, g.team, g.type, g.level, g.until <= now(), coalesce(c.f, 0), coalesce(c.c, 0),
	coalesce(c.s, 0), coalesce(c.x, 0),
	coalesce(c.r, 0), coalesce(c.f, 0) - coalesce(f.n, 0), coalesce(l.n, 0), coalesce(l.age, 0), coalesce(f.flow, 0), coalesce(f.active,
		0), coalesce(f.wait, 0),
	f.active / nullif(f.active + f.wait, 0), f.mean, f.p50, f.p85, f.p95, f.flow / f.n
FROM grid AS g
	LEFT JOIN counted AS c ON (c.value_stream, c.team, c.type, c.level, c.p) = (g.value_stream, g.team, g.type, g.level, g.p)
	LEFT JOIN finished AS f ON (f.value_stream, f.team, f.type, f.level, f.p) = (g.value_stream, g.team, g.type, g.level, g.p)
	LEFT JOIN loaded AS l ON (l.value_stream, l.team, l.type, l.level, l.p) = (g.value_stream, g.team, g.type, g.level, g.p)$$;
CREATE TEMP TABLE wanted_flow_monthly AS SELECT period AS month, f.* FROM pg_temp.wanted_flow('month') AS f;
ALTER TABLE wanted_flow_monthly DROP COLUMN period, DROP COLUMN flow_time_mean_days;

-- Limits: mean and moving range of the first 26 whole weeks, or of those from the last new process on.
CREATE TEMP TABLE wanted_flow_weekly AS SELECT period AS week, f.* FROM pg_temp.wanted_flow('week') AS f;
ALTER TABLE wanted_flow_weekly DROP COLUMN period, ADD COLUMN finished_limit_mean float8, ADD COLUMN finished_limit_lower float8,
	ADD COLUMN finished_limit_upper float8,
	ADD COLUMN flow_time_limit_mean_days float8, ADD COLUMN flow_time_limit_lower_days float8, ADD COLUMN flow_time_limit_upper_days float8;
CREATE FUNCTION pg_temp.limits(points float8[]) RETURNS float8[] LANGUAGE sql AS $$
SELECT CASE WHEN count(*) >= 6 THEN ARRAY[avg(p), greatest(0, avg(p) - 2.66 * avg(abs(p - points[n - 1]))),
	avg(p) + 2.66 * avg(abs(p - points[n - 1]))] END
FROM unnest(points) WITH ORDINALITY AS u (p, n)$$;
CREATE TEMP TABLE baseline AS
SELECT w.ctid AS place, pg_temp.limits((array_agg(b.finished_count::float8 ORDER BY b.week) FILTER (WHERE b.is_complete))) AS finished,
	pg_temp.limits((array_agg(b.flow_time_mean_days ORDER BY b.week) FILTER (WHERE b.is_complete
		AND b.flow_time_mean_days IS NOT NULL))) AS flow_time
FROM (
	SELECT w.ctid, w.*, coalesce((SELECT max(p.since) FROM flow.process_baseline AS p WHERE (p.value_stream, p.team) = (w.value_stream,
		w.team) AND p.since <= w.week),
		'-infinity') AS since
	FROM wanted_flow_weekly AS w) AS w,
	LATERAL (
		SELECT * FROM wanted_flow_weekly AS b
		WHERE (b.value_stream, b.team, b.type, b.level) = (w.value_stream, w.team, w.type, w.level) AND b.week >= w.since
		AND b.week < coalesce((SELECT min(p.since) FROM flow.process_baseline AS p WHERE (p.value_stream, p.team) = (w.value_stream,
			w.team) AND p.since > w.week), 'infinity')
		ORDER BY b.week LIMIT 26) AS b
GROUP BY w.ctid;
UPDATE wanted_flow_weekly AS w SET finished_limit_mean = b.finished[1], finished_limit_lower = b.finished[2],
	finished_limit_upper = b.finished[3],
	flow_time_limit_mean_days = b.flow_time[1], flow_time_limit_lower_days = b.flow_time[2], flow_time_limit_upper_days = b.flow_time[3]
FROM baseline AS b WHERE b.place = w.ctid;

-- Days from the first creation of each group on, and all stages of its workflows; what came before and had not left is there.
CREATE TEMP TABLE stages AS
	SELECT o.value_stream, o.portfolio, o.team, o.type, o.level, s.stage, min(s.place) AS place, min(s.class) AS class,
		min(min((o.created_at AT TIME ZONE z.name)::date))
		OVER (PARTITION BY o.value_stream, o.team, o.type, o.level) AS since
	FROM one AS o JOIN way AS w USING (item) CROSS JOIN zone AS z
		JOIN (SELECT route, stage, place, class FROM stage WHERE class <> 'blocked' UNION ALL SELECT route, '(unmapped)', NULL, 'waiting'
			FROM flow.route) AS s USING (route)
	GROUP BY 1, 2, 3, 4, 5, 6;
CREATE TEMP TABLE moved AS
	SELECT o.value_stream, o.team, o.type, o.level, s.stage, (m.at AT TIME ZONE z.name)::date AS day, count(*)
		FILTER (WHERE m.comes) AS arrived,
		count(*) FILTER (WHERE NOT m.comes) AS departed
	FROM one AS o JOIN spell AS s USING (item) CROSS JOIN zone AS z CROSS JOIN LATERAL (VALUES (s.entered_at, true), (s.left_at,
		false)) AS m (at, comes)
	WHERE m.at IS NOT NULL GROUP BY 1, 2, 3, 4, 5, 6;
ANALYZE moved;
CREATE TEMP TABLE wanted_cumulative_flow_daily AS
SELECT d::date AS day, g.value_stream, g.portfolio, g.team, g.type, g.level, g.stage, g.place, coalesce(to_char(g.place, 'FM00 '),
	'') || g.stage AS stage_label, g.class,
	(d::date + 1)::timestamp AT TIME ZONE z.name <= now() AS is_complete,
	sum(coalesce(m.arrived, 0) - coalesce(m.departed, 0)) OVER (PARTITION BY g.value_stream, g.team, g.type, g.level, g.stage
		ORDER BY d)::bigint AS in_stage,
	coalesce(m.arrived, 0) AS arrived, coalesce(m.departed, 0) AS departed
FROM stages AS g CROSS JOIN zone AS z CROSS JOIN LATERAL generate_series(g.since::timestamp, now() AT TIME ZONE z.name,
	interval '1 day') AS d
	LEFT JOIN moved AS m ON (m.value_stream, m.team, m.type, m.level, m.stage, m.day) = (g.value_stream, g.team, g.type, g.level, g.stage,
		d::date);
-- Stages that are empty all the time are there for workflows' stages, not for what no workflow has.
DELETE FROM wanted_cumulative_flow_daily AS w
WHERE stage = '(unmapped)' AND (value_stream, team, type, level) NOT IN (
	SELECT value_stream, team, type, level FROM wanted_cumulative_flow_daily WHERE stage = '(unmapped)' AND arrived > 0);

-- Chances: what others took, who did not get there by cancellation or is still on the way tells up to then.
CREATE AGGREGATE pg_temp.product(float8) (SFUNC = float8mul, STYPE = float8, INITCOND = 1);
CREATE TEMP TABLE other AS
SELECT o.value_stream, o.type, o.level, s.stage, s.item, s.visit, o.outcome, s.entered_at, s.left_at, s.duration_days, s.left_at IS NULL
	OR s.left_at IS NOT DISTINCT FROM o.cancelled_at AS is_cut,
	o.finished_at, coalesce(o.finished_at, o.cancelled_at, now()) AS last,
	(SELECT sum(b.duration_days) FROM spell AS b WHERE b.item = s.item AND b.on_clock AND b.visit <= s.visit) AS age
FROM spell AS s JOIN one AS o USING (item) WHERE s.class IN ('active', 'waiting');
ANALYZE other;
CREATE TEMP TABLE known AS
SELECT value_stream, type, level, stage, count(DISTINCT item) FILTER (WHERE outcome = 'done') AS items,
	percentile_cont(0.5) WITHIN GROUP (ORDER BY duration_days) AS p50, percentile_cont(0.85) WITHIN GROUP (ORDER BY duration_days) AS p85
FROM other GROUP BY 1, 2, 3, 4;
CREATE TEMP TABLE pace AS
SELECT value_stream, type, level, stage, percentile_cont(0.5) WITHIN GROUP (ORDER BY age) AS p50,
	percentile_cont(0.85) WITHIN GROUP (ORDER BY age) AS p85
FROM (SELECT DISTINCT ON (item, stage) * FROM other WHERE outcome = 'done' ORDER BY item, stage, visit DESC) AS l GROUP BY 1, 2, 3, 4;
-- The shares of what ends after just so long, by the product of those at risk (Kaplan and Meier).
CREATE FUNCTION pg_temp.shares(lasted float8[], ended boolean[], longer_than float8) RETURNS TABLE (rest float8,
	share float8) LANGUAGE sql AS $$
WITH seen AS (SELECT d, e FROM unnest(lasted, ended) AS u (d, e)),
step AS (SELECT d, count(*) FILTER (WHERE e) AS ends, (SELECT count(*) FROM seen AS s WHERE s.d >= u.d) AS at_risk FROM seen AS u
	GROUP BY d),
curve AS (SELECT d, ends, pg_temp.product((at_risk - ends)::float8 / at_risk) OVER (ORDER BY d) AS survival FROM step),
later AS (SELECT d, ends, survival, lag(survival, 1, 1.0) OVER (ORDER BY d) AS before FROM curve),
left_over AS (SELECT coalesce((SELECT survival FROM curve WHERE d <= longer_than ORDER BY d DESC LIMIT 1), 1) AS share)
SELECT d - greatest(longer_than, 0), (before - survival) / l.share FROM later, left_over AS l WHERE d > longer_than AND ends > 0$$;
CREATE TEMP TABLE chance AS
SELECT a.item, s.days, sum(s.share) OVER (PARTITION BY a.item ORDER BY s.days) AS reached
FROM one AS a JOIN known AS k USING (value_stream, type, level, stage), LATERAL (
	SELECT r.rest + f.rest AS days, sum(r.share * f.share) AS share
	FROM (SELECT array_agg(greatest(0, pg_temp.days(o.entered_at, coalesce(o.left_at, now())))) AS rest, array_agg(NOT o.is_cut) AS ended,
			array_agg(greatest(0, pg_temp.days(o.left_at, o.last))) FILTER (WHERE o.left_at IS NOT NULL AND NOT o.is_cut) AS after,
			array_agg(o.finished_at IS NOT NULL) FILTER (WHERE o.left_at IS NOT NULL AND NOT o.is_cut) AS finished
		FROM other AS o WHERE (o.value_stream, o.type, o.level, o.stage) = (a.value_stream, a.type, a.level, a.stage)) AS g,
		pg_temp.shares(g.rest, g.ended, greatest(0, pg_temp.days(a.stage_entered_at, now()))) AS r, pg_temp.shares(g.after, g.finished,
			-1) AS f
	GROUP BY 1) AS s
WHERE a.outcome = 'open' AND k.items >= 20;
CREATE TEMP TABLE wanted_aging_work AS
SELECT a.*, greatest(0, pg_temp.days(a.stage_entered_at, now())) AS days_in_stage, s.wip_limit, k.p50 AS stage_p50_days,
	k.p85 AS stage_p85_days, p.p50 AS pace_p50_days,
	p.p85 AS pace_p85_days, greatest(0, pg_temp.days(a.stage_entered_at, now())) > k.p85 AS is_slow, coalesce(k.items,
		0)::int AS sample_count,
	CASE WHEN a.age_days >= a.target_days THEN 0 WHEN c.item IS NOT NULL AND a.target_days IS NOT NULL
		THEN coalesce((SELECT max(reached) FROM chance AS x WHERE x.item = a.item AND x.days <= a.target_days - a.age_days),
			0) END AS target_chance,
	extract(epoch FROM now())::float8 / 86400 + (SELECT min(days) FROM chance AS x WHERE x.item = a.item
		AND x.reached >= 0.85 - 1e-9) AS eta,
	CASE WHEN a.due_at < now() THEN 1 WHEN c.item IS NOT NULL AND a.due_at IS NOT NULL
		THEN 1 - coalesce((SELECT max(reached) FROM chance AS x WHERE x.item = a.item AND x.days <= pg_temp.days(now(), a.due_at)),
			0) END AS late_probability
FROM one AS a LEFT JOIN way AS w USING (item) LEFT JOIN stage AS s ON s.route = w.route AND s.stage = a.stage
	LEFT JOIN known AS k ON (k.value_stream, k.type, k.level, k.stage) = (a.value_stream, a.type, a.level, a.stage)
	LEFT JOIN pace AS p ON (p.value_stream, p.type, p.level, p.stage) = (a.value_stream, a.type, a.level, a.stage)
	LEFT JOIN (SELECT DISTINCT item FROM chance) AS c ON c.item = a.item
WHERE a.outcome = 'open';
CREATE TEMP TABLE wanted_eta AS SELECT item, eta, sample_count, target_chance, late_probability FROM wanted_aging_work;
ALTER TABLE wanted_aging_work DROP COLUMN eta, DROP COLUMN target_chance, DROP COLUMN late_probability;

-- Of the last 90 days: what of an item's waiting and active periods lies within its visits and the window.
CREATE TEMP TABLE wanted_bottleneck AS
WITH since AS (SELECT ((now() AT TIME ZONE z.name)::date - 90)::timestamp AT TIME ZONE z.name AS at FROM zone AS z),
within AS (
	SELECT s.*, (SELECT sum(pg_temp.days(lower(r), upper(r))) FROM unnest(vsm.wait_periods(w.timeline, w.workflow,
		now()) * v.span) AS r) AS waits,
		(SELECT sum(pg_temp.days(lower(r), upper(r))) FROM unnest(vsm.active_periods(w.timeline, w.workflow,
			now()) * v.span) AS r) AS works, i.at AS since,
		(SELECT n.place FROM spell AS n WHERE n.item = s.item AND n.visit > s.visit AND n.place IS NOT NULL ORDER BY n.visit
			LIMIT 1) > s.place
		AND (SELECT n.class FROM spell AS n WHERE n.item = s.item AND n.visit > s.visit AND n.place IS NOT NULL ORDER BY n.visit
			LIMIT 1) <> 'cancelled'
		AND s.left_at IS NOT NULL AS is_forward,
		EXISTS (SELECT FROM spell AS n WHERE n.item = s.item AND n.visit > s.visit AND n.place <= s.place) AS was_back
	FROM spell AS s JOIN way AS w USING (item) CROSS JOIN since AS i CROSS JOIN LATERAL (
		SELECT tstzmultirange(tstzrange(greatest(s.entered_at, i.at), greatest(coalesce(s.left_at, now()), s.entered_at))) AS span
		WHERE coalesce(s.left_at, now()) >= i.at) AS v
	WHERE s.level = 'item' AND s.on_clock AND s.class IN ('new', 'active', 'waiting')),
summed AS (
	SELECT value_stream, portfolio, team, type, stage, min(place) AS place, min(class) AS class,
		(now() AT TIME ZONE z.name)::date - 90 AS since_day,
		(now() AT TIME ZONE z.name)::date AS until_day, count(*) FILTER (WHERE left_at IS NULL)::int AS load_count,
		max(pg_temp.days(entered_at, now())) FILTER (WHERE left_at IS NULL) AS oldest_days, count(*)
			FILTER (WHERE entered_at >= since)::int AS arrival_count,
		count(left_at)::int AS departure_count, coalesce(sum(waits), 0) AS wait_days, coalesce(sum(works), 0) AS active_days,
		percentile_cont(0.5) WITHIN GROUP (ORDER BY CASE class WHEN 'active' THEN blocked_days ELSE duration_days END) AS wait_p50_days,
		percentile_cont(0.85) WITHIN GROUP (ORDER BY CASE class WHEN 'active' THEN blocked_days ELSE duration_days END) AS wait_p85_days
	FROM within CROSS JOIN zone AS z GROUP BY 1, 2, 3, 4, 5, z.name),
passed AS (
	SELECT value_stream, team, type, stage, count(*)::int AS passed_count, count(*) FILTER (WHERE NOT back)::int AS accurate_count
	FROM (SELECT value_stream, team, type, stage, item, bool_or(was_back) AS back FROM within WHERE is_forward GROUP BY 1, 2, 3, 4,
		5) AS i GROUP BY 1, 2, 3, 4)
SELECT s.*, sum(s.wait_days) OVER t AS total_wait_days, s.wait_days / nullif(sum(s.wait_days) OVER t, 0) AS wait_share,
	coalesce(p.passed_count, 0) AS passed_count,
	coalesce(p.accurate_count, 0) AS accurate_count, p.accurate_count::float8 / p.passed_count AS complete_and_accurate_rate
FROM summed AS s LEFT JOIN passed AS p USING (value_stream, team, type, stage) WINDOW t AS (PARTITION BY s.value_stream, s.team);

-- Waits cut into pieces in which nothing changes, each divided among those that keep the item then.
CREATE TEMP TABLE kept_by AS
SELECT o.item, l.target AS blocker, greatest(l.since, o.started_at) AS since,
	least(l.until, b.finished_at, b.cancelled_at, o.finished_at, o.cancelled_at) AS until
FROM flow.entity_link AS l JOIN one AS o ON o.item = l.source LEFT JOIN flow.item_flow AS b ON b.item = l.target
	WHERE l.kind = 'blocked_by';
CREATE TEMP TABLE wanted_dependency_wait AS
WITH wait AS (SELECT w.item, lower(p) AS since, upper(p) AS until FROM way AS w, unnest(vsm.wait_periods(w.timeline, w.workflow,
	now())) AS p WHERE w.item IN (SELECT item FROM kept_by)),
edge AS (
	SELECT item, since AS at FROM wait UNION SELECT item, until FROM wait UNION SELECT item, since FROM kept_by UNION SELECT item,
		coalesce(until, now()) FROM kept_by),
piece AS (SELECT item, at AS since, lead(at) OVER (PARTITION BY item ORDER BY at) AS until FROM edge WHERE at IS NOT NULL),
keeps AS (
	SELECT k.item, k.blocker, pg_temp.days(p.since, p.until) AS days, count(*) OVER (PARTITION BY k.item, p.since) AS blockers
	FROM kept_by AS k JOIN one AS o USING (item) JOIN piece AS p ON p.item = k.item AND p.since >= k.since
		AND p.until <= coalesce(k.until, now())
	WHERE o.started_at IS NOT NULL AND EXISTS (SELECT FROM wait AS w WHERE w.item = k.item AND p.since >= w.since AND p.until <= w.until))
SELECT k.item, k.blocker, o.value_stream, o.team, CASE WHEN o.started_at IS NOT NULL THEN k.since END AS since,
	CASE WHEN o.started_at IS NOT NULL THEN greatest(k.until, CASE WHEN k.until IS NOT NULL THEN k.since END) END AS until,
	coalesce(sum(s.days), 0) AS wait_days, coalesce(sum(s.days / s.blockers), 0) AS shared_wait_days
FROM kept_by AS k JOIN one AS o USING (item) LEFT JOIN keeps AS s USING (item, blocker) GROUP BY k.item, k.blocker, o.value_stream,
	o.team, o.started_at, k.since, k.until;

-- Moves from visit to visit, as if there were no unmapped ones: what goes on after them in the same stage has not moved.
CREATE TEMP TABLE wanted_process_map AS
WITH entered AS (SELECT *, lag(stage) OVER (PARTITION BY item ORDER BY visit) AS was_in FROM spell WHERE stage <> '(unmapped)'),
mapped AS (
	SELECT o.value_stream, o.portfolio, o.team, o.type, o.level, s.item, s.visit, s.stage, s.place, s.entered_at, lag(s.stage)
		OVER w AS before, lag(s.place) OVER w AS place_before,
		lag(s.entered_at) OVER w AS entered_before, lead(s.stage) OVER w IS NULL AS is_last
	FROM entered AS s JOIN one AS o USING (item) WHERE s.was_in IS DISTINCT FROM s.stage WINDOW w AS (PARTITION BY s.item
		ORDER BY s.visit)),
move AS (
	SELECT value_stream, portfolio, team, type, level, item, coalesce(before, '(start)') AS from_stage, place_before AS from_place,
		stage AS to_stage, place AS to_place,
		pg_temp.days(entered_before, entered_at) AS days FROM mapped
	UNION ALL SELECT value_stream, portfolio, team, type, level, item, stage, place, '(end)', NULL, NULL FROM mapped WHERE is_last)
SELECT value_stream, portfolio, team, type, level, from_stage, min(from_place) AS from_place, to_stage, min(to_place) AS to_place,
	count(*)::int AS move_count,
	count(DISTINCT item)::int AS item_count, sum(days) AS total_days, avg(days) AS mean_days, min(days) AS min_days, max(days) AS max_days
FROM move GROUP BY 1, 2, 3, 4, 5, 6, 8;

-- The parts of each item that are no dead ends, milestone by milestone.
CREATE TEMP TABLE part AS SELECT * FROM flow.item_part WHERE closed_at IS NULL;
CREATE TEMP TABLE wanted_journey AS
SELECT o.item, o.released_at, o.first_used_at, (SELECT min(first_commit_at) FROM part AS p WHERE p.item = o.item) AS first_commit_at,
	(SELECT min(opened_at) FROM part AS p WHERE p.item = o.item) AS code_opened_at, (SELECT min(first_review_at) FROM part AS p
		WHERE p.item = o.item) AS first_review_at,
	(SELECT max(merged_at) FROM part AS p WHERE p.item = o.item AND NOT EXISTS (SELECT FROM part AS q WHERE q.item = o.item
		AND q.merged_at IS NULL)) AS merged_at,
	(SELECT max(built_at) FROM part AS p WHERE p.item = o.item AND NOT EXISTS (SELECT FROM part AS q WHERE q.item = o.item
		AND q.built_at IS NULL)) AS built_at,
	(SELECT min(release_requested_at) FROM part AS p WHERE p.item = o.item) AS release_requested_at,
	(SELECT max(release_approved_at) FROM part AS p WHERE p.item = o.item) AS release_approved_at,
	(SELECT min(released_at) FROM flow.item_part AS p WHERE p.item = o.item) AS first_released_at, (SELECT min(reverted_at)
		FROM part AS p WHERE p.item = o.item) AS reverted_at,
	(SELECT count(*) FROM part AS p WHERE p.item = o.item)::int AS part_count, (SELECT count(released_at) FROM part AS p
		WHERE p.item = o.item)::int AS part_released_count,
	-- Each stretch of requests in review, as far as none before reaches.
	(SELECT sum(extract(epoch FROM p.merged_at - greatest(coalesce(p.ready_at, p.opened_at), p.reached))::float8 / 86400)
	FROM (
		SELECT q.*, max(q.merged_at) OVER (ORDER BY coalesce(q.ready_at, q.opened_at), q.part ROWS BETWEEN UNBOUNDED PRECEDING
			AND 1 PRECEDING) AS reached
		FROM part AS q WHERE q.item = o.item AND q.kind = 'request' AND q.merged_at > coalesce(q.ready_at, q.opened_at)) AS p
	WHERE p.reached IS NULL OR p.merged_at > p.reached) AS review_days
FROM one AS o;
ALTER TABLE wanted_journey ADD COLUMN build_days float8, ADD COLUMN approval_days float8, ADD COLUMN release_wait_days float8,
	ADD COLUMN time_to_release_days float8;
UPDATE wanted_journey AS w SET build_days = greatest(pg_temp.days(w.merged_at, w.built_at), CASE
	WHEN w.merged_at + w.built_at::time IS NOT NULL THEN 0 END),
	approval_days = pg_temp.days(w.release_requested_at, w.release_approved_at),
	release_wait_days = CASE WHEN w.released_at >= w.merged_at THEN pg_temp.days(w.merged_at, w.released_at)
		WHEN w.released_at < w.merged_at THEN 0 END,
	time_to_release_days = CASE WHEN w.released_at >= o.created_at THEN pg_temp.days(o.created_at, w.released_at)
		WHEN w.released_at < o.created_at THEN 0 END
FROM one AS o WHERE o.item = w.item;
