-- Views of value beside their definitions in plain SQL, on the generated model (VSM_ORACLE_ITEMS in the environment: of how many
-- tickets).
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS vsm;
\set schema flow
\getenv items VSM_ORACLE_ITEMS
\if :{?items}
\else
\set items 300
\endif
SET client_min_messages = error;
SET jit = off;
SELECT now() - make_interval(secs => 1000 * 86400) AS first_day \gset
\ir ../../bench/setup/model.sql
CALL vsm.refresh('flow');
BEGIN;
SELECT plan(6);

CREATE FUNCTION pg_temp.same(made text, wanted text, what text) RETURNS text LANGUAGE sql AS $$
SELECT is_empty(format('SELECT ''made'', d.* FROM ((%1$s) EXCEPT ALL (%2$s)) AS d
	UNION ALL SELECT ''wanted'', d.* FROM ((%2$s) EXCEPT ALL (%1$s)) AS d', made, wanted), what)$$;

-- What is below what: by parents, named by item or key.
CREATE TEMP TABLE one AS
SELECT f.item, f.value_stream, f.team, f.type, f.level, f.outcome, f.created_at, f.started_at, f.finished_at, f.cancelled_at,
	f.released_at, f.due_at,
	f.finished_week, f.untouched, f.size, f.flow_time_days, i.urgency, i.planned_value, i.cost, i.parent AS named, i.key
FROM flow.flow_item AS f JOIN flow.item AS i ON i.item = f.item;
CREATE TEMP TABLE edge AS
SELECT c.item, p.item AS above, c.urgency IS NOT NULL AS cuts FROM one AS c JOIN one AS p ON c.named IN (p.item, p.key)
	WHERE c.value_stream <> '(none)';
CREATE TEMP TABLE leaf AS
SELECT o.* FROM one AS o
WHERE o.value_stream <> '(none)' AND NOT EXISTS (SELECT FROM edge AS e JOIN one AS c ON c.item = e.item WHERE e.above = o.item
	AND c.outcome <> 'cancelled');
CREATE TEMP TABLE member AS
WITH RECURSIVE below AS (
	SELECT e.above AS feature, e.item, e.cuts FROM edge AS e
	UNION ALL SELECT b.feature, e.item, b.cuts OR e.cuts FROM below AS b JOIN edge AS e ON e.above = b.item)
SELECT b.* FROM below AS b WHERE b.item IN (SELECT l.item FROM leaf AS l) AND b.feature NOT IN (SELECT l.item FROM leaf AS l);
SELECT cmp_ok((SELECT count(*) FROM member)::integer, '>', :items / 2, 'there are features');

-- Work and waiting: visits, and what is flagged.
CREATE TEMP TABLE spell AS
SELECT v.item, v.clock, v.worked - coalesce(b.flagged, '{}') AS active, v.clock - (v.worked - coalesce(b.flagged, '{}')) AS waiting
FROM (
		SELECT x.item, coalesce(range_agg(tstzrange(x.entered_at, coalesce(x.left_at, now()))) FILTER (WHERE x.on_clock), '{}') AS clock,
			coalesce(range_agg(tstzrange(x.entered_at, coalesce(x.left_at, now()))) FILTER (WHERE x.on_clock AND x.class = 'active'),
				'{}') AS worked
		FROM flow.visit AS x GROUP BY x.item) AS v
	LEFT JOIN (
		SELECT e.entity, range_agg(tstzrange(e.at, e.until)) AS flagged
		FROM (
			SELECT e.entity, e.state, e.at, (SELECT min(u.at) FROM flow.event AS u WHERE u.entity = e.entity AND u.state = 'Unflagged'
				AND u.at >= e.at) AS until
			FROM flow.event AS e) AS e
		-- Support knows of no flags.
		WHERE e.state = 'Flagged' AND e.entity IN (SELECT o.item FROM one AS o WHERE o.value_stream <> 'Support')
		GROUP BY e.entity) AS b ON b.entity = v.item;
CREATE FUNCTION pg_temp.days(tstzmultirange) RETURNS numeric LANGUAGE sql IMMUTABLE AS
$$SELECT coalesce(sum(extract(epoch FROM upper(r) - lower(r))), 0) / 86400 FROM unnest($1) AS r$$;
CREATE FUNCTION pg_temp.cost(urgency jsonb, tstzmultirange) RETURNS numeric LANGUAGE sql IMMUTABLE AS $$
SELECT coalesce(sum(CASE urgency ->> 'profile'
	WHEN 'rate' THEN (urgency ->> 'per_week')::numeric * extract(epoch FROM upper(r) - lower(r)) / 604800
	WHEN 'deadline' THEN CASE WHEN r @> (urgency ->> 'at')::timestamptz THEN (urgency ->> 'step')::numeric ELSE 0 END
		+ greatest(0, extract(epoch FROM upper(r) - greatest(lower(r), (urgency ->> 'at')::timestamptz))) / 604800 * (urgency ->>
			'per_week')::numeric
	WHEN 'expiring' THEN (urgency ->> 'value')::numeric * greatest(0, (
		power(0.5::float8, greatest(0, extract(epoch FROM lower(r) - (urgency ->> 'from')::timestamptz)::float8) / 604800 / (urgency ->>
			'half_life_weeks')::float8)
		- power(0.5::float8, greatest(0, extract(epoch FROM upper(r) - (urgency ->> 'from')::timestamptz)::float8) / 604800 / (urgency ->>
			'half_life_weeks')::float8))::numeric)
	END), 0) FROM unnest($2) AS r$$;

-- The chance that teams are done: week by week, each team's distribution of what is left of its items.
CREATE TEMP TABLE sample AS
SELECT w.team, array_agg((SELECT count(*) FROM leaf AS l WHERE l.team = w.team AND (l.team <> '(none)' OR l.value_stream = w.value_stream)
	AND NOT l.untouched AND l.finished_week = w.week)::int) AS samples, w.value_stream
FROM (
	SELECT DISTINCT t.team, t.value_stream, (date_trunc('week', now() AT TIME ZONE 'UTC') - k * interval '7 days')::date AS week, t.first
	FROM (
		SELECT l.team, CASE l.team WHEN '(none)' THEN l.value_stream END AS value_stream, min(l.finished_week) AS first
		FROM leaf AS l WHERE NOT l.untouched GROUP BY 1, 2) AS t, generate_series(1, 26) AS k) AS w
WHERE w.week >= w.first GROUP BY w.team, w.value_stream;
CREATE FUNCTION pg_temp.chances(samples int[], items int, weeks int) RETURNS float8[] LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
	left_over float8[] := array_fill(0::float8, ARRAY[items]) || 1::float8;	-- of 0, 1, ... items
	next float8[];
	result float8[] := '{}';
BEGIN
	FOR w IN 1..weeks LOOP
		next := array_fill(0::float8, ARRAY[items + 1]);
		FOR i IN 0..items LOOP
			CONTINUE WHEN left_over[i + 1] = 0;
			FOR k IN 1..cardinality(samples) LOOP
				next[greatest(i - samples[k], 0) + 1] := next[greatest(i - samples[k], 0) + 1] + left_over[i + 1] / cardinality(samples);
			END LOOP;
		END LOOP;
		left_over := next;
		result := result || left_over[1];
	END LOOP;
	RETURN result;
END$$;
CREATE TEMP TABLE left_to_do AS
SELECT m.feature, l.item, l.team, CASE l.team WHEN '(none)' THEN l.value_stream END AS value_stream, l.outcome = 'open' AS begun
FROM member AS m JOIN leaf AS l USING (item) WHERE l.outcome IN ('new', 'open');
-- By week, up to three years, the chance that all teams are done with those of their items that are given.
CREATE FUNCTION pg_temp.joint(team_items text) RETURNS TABLE (feature text, week int, chance float8) LANGUAGE plpgsql AS $$
BEGIN
	RETURN QUERY EXECUTE format($q$
		SELECT q.feature, w.week::int, CASE WHEN min(w.chance) > 0 THEN exp(sum(ln(nullif(w.chance, 0)))) ELSE 0 END
		FROM (%s) AS q JOIN sample AS s ON s.team = q.team AND s.value_stream IS NOT DISTINCT FROM q.value_stream,
			LATERAL unnest(pg_temp.chances(s.samples, q.items::int, 150)) WITH ORDINALITY AS w (chance, week)
		GROUP BY q.feature, w.week HAVING count(*) = (SELECT count(DISTINCT (t.team, t.value_stream)) FROM left_to_do AS t
			WHERE t.feature = q.feature)$q$, team_items);
END$$;
CREATE TEMP TABLE alone AS
SELECT j.feature, min(j.week) FILTER (WHERE j.chance >= 0.85 - 1e-9) AS weeks
FROM pg_temp.joint('SELECT feature, team, value_stream, count(*) AS items FROM left_to_do GROUP BY 1, 2, 3') AS j GROUP BY j.feature;
CREATE TEMP TABLE turn AS
SELECT row_number() OVER (ORDER BY q.cd3 DESC NULLS LAST, q.due_at NULLS LAST, q.feature COLLATE "C") AS place, q.*
FROM (
	SELECT o.item AS feature, o.due_at, pg_temp.cost(o.urgency, tstzmultirange(tstzrange(now() + a.weeks * interval '168 hours',
		now() + (a.weeks + 1) * interval '168 hours')))
		/ CASE WHEN NOT EXISTS (SELECT FROM one AS x WHERE x.value_stream = o.value_stream AND x.urgency IS NOT NULL
			AND x.outcome IN ('new', 'open') AND x.size IS NULL)
			THEN o.size::numeric ELSE a.weeks END AS cd3
	FROM one AS o LEFT JOIN alone AS a ON a.feature = o.item WHERE o.item IN (SELECT feature FROM left_to_do)) AS q;
-- What each team does before it is done with a feature: what it has begun, and what is in features up to that one.
CREATE TEMP TABLE queue AS
SELECT t.feature, d.team, d.value_stream, (
	SELECT count(*) FROM leaf AS l
	WHERE l.team = d.team AND (l.team <> '(none)' OR l.value_stream = d.value_stream) AND (l.outcome = 'open' OR l.outcome = 'new'
		AND EXISTS (
		SELECT FROM left_to_do AS x JOIN turn AS y ON y.feature = x.feature WHERE x.item = l.item AND y.place <= t.place))) AS items
FROM turn AS t JOIN (SELECT DISTINCT feature, team, value_stream FROM left_to_do) AS d ON d.feature = t.feature;
CREATE TEMP TABLE joint AS SELECT * FROM pg_temp.joint('SELECT * FROM queue');
CREATE TEMP TABLE wanted_feature AS
SELECT m.feature AS item, count(*)::int AS item_count, count(*) FILTER (WHERE l.outcome = 'done')::int AS finished_count,
	count(*) FILTER (WHERE l.outcome = 'cancelled')::int AS cancelled_count, count(*) FILTER (WHERE l.created_at > b.began)::int AS added,
	count(*) FILTER (WHERE l.outcome IN ('new', 'open'))::int AS remaining_count, round(pg_temp.days(range_agg(s.active)), 6)
		AS active_days,
	round(pg_temp.days(range_agg(s.waiting) - range_agg(s.active)), 6) AS wait_days,
	(SELECT min(j.week) FROM joint AS j WHERE j.feature = m.feature AND j.chance >= 0.5 - 1e-9) AS p50,
	(SELECT min(j.week) FROM joint AS j WHERE j.feature = m.feature AND j.chance >= 0.85 - 1e-9) AS p85,
	(SELECT min(j.week) FROM joint AS j WHERE j.feature = m.feature AND j.chance >= 0.95 - 1e-9) AS p95,
	(SELECT a.weeks FROM alone AS a WHERE a.feature = m.feature) AS alone,
	CASE WHEN count(*) FILTER (WHERE l.outcome IN ('new', 'open')) > 0 THEN CASE WHEN o.due_at < now() THEN 1
		ELSE (
			SELECT round(1 - coalesce(max(j.chance) FILTER (WHERE j.week = floor(extract(epoch FROM o.due_at - now()) / 604800)),
				0)::numeric, 6)
			FROM joint AS j WHERE j.feature = m.feature HAVING count(*) > 0 AND o.due_at IS NOT NULL) END
		END AS late
FROM member AS m JOIN leaf AS l USING (item) JOIN one AS o ON o.item = m.feature LEFT JOIN spell AS s ON s.item = m.item
	JOIN (SELECT x.feature, min(y.started_at) AS began FROM member AS x JOIN leaf AS y USING (item) GROUP BY 1)
		AS b ON b.feature = m.feature
GROUP BY m.feature, o.due_at;
SELECT pg_temp.same($$
	SELECT item, item_count, finished_count, cancelled_count, added_after_start_count, remaining_count, round(active_days::numeric, 6),
		round(wait_days::numeric, 6),
		(extract(epoch FROM p50_at - now()) / 604800)::int, (extract(epoch FROM p85_at - now()) / 604800)::int, (extract(epoch
			FROM p95_at - now()) / 604800)::int,
		(extract(epoch FROM p85_alone_at - now()) / 604800)::int, round(late_probability::numeric, 6) FROM flow.feature$$,
			'TABLE wanted_feature', 'feature');

-- What waiting costs: down to the next urgency.
CREATE TEMP TABLE wanted_cost AS
SELECT o.item, CASE WHEN p.item IS NULL THEN 1 ELSE coalesce(w.items, 0) END::int AS item_count,
	round(pg_temp.cost(o.urgency, CASE WHEN p.item IS NULL THEN s.waiting ELSE coalesce(w.waiting - w.active, '{}') END), 3) AS delay_cost,
	round(pg_temp.cost(o.urgency, CASE WHEN o.created_at < b.until THEN tstzmultirange(tstzrange(o.created_at, b.until)) ELSE '{}' END),
		3) AS backlog_cost,
	CASE WHEN o.outcome IN ('new', 'open') THEN round(pg_temp.cost(o.urgency, tstzmultirange(tstzrange(e.eta,
		e.eta + interval '168 hours'))), 3) END AS weekly_cost
FROM one AS o LEFT JOIN spell AS s ON s.item = o.item
	LEFT JOIN (SELECT DISTINCT m.feature AS item FROM member AS m) AS p ON p.item = o.item
	LEFT JOIN (
		SELECT m.feature, count(*) AS items, range_agg(x.active) AS active, range_agg(x.waiting) AS waiting
		FROM member AS m JOIN spell AS x ON x.item = m.item WHERE NOT m.cuts GROUP BY m.feature) AS w ON w.feature = o.item
	LEFT JOIN flow.aging_work AS a ON a.item = o.item AND p.item IS NULL
	LEFT JOIN alone AS l ON l.feature = o.item
	CROSS JOIN LATERAL (SELECT coalesce(CASE WHEN p.item IS NULL THEN a.eta_p85_at ELSE now() + l.weeks * interval '168 hours' END, now())
		AS eta) AS e
	CROSS JOIN LATERAL (
		SELECT coalesce(least(o.started_at, (SELECT min(y.started_at) FROM member AS m JOIN leaf AS y ON y.item = m.item
			WHERE m.feature = o.item)), o.cancelled_at, now()) AS until) AS b
WHERE o.urgency IS NOT NULL;
SELECT pg_temp.same($$SELECT item, item_count, round(delay_cost::numeric, 3), round(backlog_cost::numeric, 3), round(weekly_cost::numeric,
	3)
	FROM flow.delay_cost$$,
	'TABLE wanted_cost', 'delay_cost');
CREATE TEMP TABLE wanted_order AS
SELECT o.item, w.weekly_cost, CASE WHEN z.sized THEN 'size' ELSE 'weeks' END AS divisor, round(r.weeks::numeric, 6) AS remaining_weeks,
	round((w.weekly_cost / nullif(CASE WHEN z.sized THEN o.size ELSE r.weeks END, 0)::numeric), 2) AS cd3
FROM wanted_cost AS w JOIN one AS o USING (item)
	CROSS JOIN LATERAL (SELECT NOT EXISTS (
		SELECT FROM one AS x WHERE x.value_stream = o.value_stream AND x.urgency IS NOT NULL AND x.outcome IN ('new', 'open')
			AND x.size IS NULL) AS sized) AS z
	CROSS JOIN LATERAL (SELECT CASE
		WHEN o.item IN (SELECT feature FROM member) THEN (SELECT a.weeks FROM alone AS a WHERE a.feature = o.item)
		WHEN o.outcome = 'open' THEN (SELECT extract(epoch FROM a.eta_p85_at - now()) / 604800 FROM flow.aging_work AS a
			WHERE a.item = o.item)
		ELSE (
			SELECT CASE WHEN count(*) >= 20 THEN percentile_cont(0.85) WITHIN GROUP (ORDER BY x.flow_time_days) / 7 END FROM one AS x
			WHERE x.outcome = 'done' AND NOT x.untouched AND (x.value_stream, x.type, x.level) = (o.value_stream, o.type,
				o.level)) END::float8 AS weeks) AS r
WHERE o.outcome IN ('new', 'open');
SELECT pg_temp.same('SELECT item, round(weekly_cost::numeric, 3), divisor, round(remaining_weeks::numeric, 6), round(cd3::numeric, 2)
	FROM flow.expedite',
	'TABLE wanted_order', 'expedite');

-- What days of teams cost: day by day.
CREATE TEMP TABLE worked AS
SELECT DISTINCT l.item, v.team, d::date AS day
FROM leaf AS l JOIN spell AS s ON s.item = l.item JOIN flow.visit AS v ON v.item = l.item AND v.class = 'active' AND v.on_clock,
	unnest(s.active * tstzmultirange(tstzrange(v.entered_at, coalesce(v.left_at, now())))) AS r,
	generate_series(lower(r) AT TIME ZONE 'UTC', date_trunc('day', (upper(r) - interval '1 microsecond') AT TIME ZONE 'UTC') + interval
		'1 day' - interval '1 microsecond', interval '1 day') AS d;
CREATE TEMP TABLE wanted_item_cost AS
SELECT w.item, CASE WHEN bool_and(t.cost_per_day IS NOT NULL) THEN round(sum(CASE WHEN extract(isodow FROM w.day) <= 5
	THEN t.cost_per_day / n.items ELSE 0 END), 4) END AS cost
FROM worked AS w LEFT JOIN flow.team AS t ON t.team = w.team
	JOIN (SELECT x.team, x.day, count(*) AS items FROM worked AS x GROUP BY 1, 2) AS n ON n.team IS NOT DISTINCT FROM w.team
		AND n.day = w.day
GROUP BY w.item;
SELECT pg_temp.same('SELECT item, round(cost::numeric, 4) FROM flow.item_cost', 'TABLE wanted_item_cost', 'item_cost');

-- What features brought.
CREATE TEMP TABLE told_of AS
SELECT o.item, coalesce(x.released_at, x.finished_at) AS released_at, x.item AS part, x.outcome, true AS is_leaf
FROM one AS o JOIN leaf AS x ON x.item = o.item OR x.item IN (SELECT m.item FROM member AS m WHERE m.feature = o.item);
CREATE TEMP TABLE wanted_value AS
WITH used AS (SELECT o.item, u.source, u.at, u.users, (u.at AT TIME ZONE 'UTC')::date AS day FROM flow.usage AS u JOIN one
	AS o ON u.feature IN (o.item, o.key)),
brought AS (SELECT o.item, b.at, b.amount FROM flow.outcome AS b JOIN one AS o ON b.feature IN (o.item, o.key) WHERE coalesce(b.currency,
	'USD') = 'USD'),
about AS (SELECT o.item, t.part FROM one AS o JOIN told_of AS t USING (item) UNION SELECT item, item FROM one),
released AS (
	SELECT item, CASE WHEN bool_and(released_at IS NOT NULL) THEN max(released_at) END AS released_at FROM told_of
		WHERE outcome IS DISTINCT FROM 'cancelled' GROUP BY item)
SELECT o.item, r.released_at, u.first_used_at, d.user_days::float8 AS user_days, b.amount::float8 AS realized_value, p.payback_at
FROM one AS o LEFT JOIN released AS r USING (item)
	LEFT JOIN LATERAL (SELECT min(x.at) AS first_used_at FROM about AS a JOIN used AS x ON x.item = a.part WHERE a.item = o.item
		AND x.at >= r.released_at) AS u ON true
	LEFT JOIN LATERAL (
		SELECT sum(y.users) AS user_days FROM (
			SELECT max(x.users) AS users FROM about AS a JOIN used AS x ON x.item = a.part
			WHERE a.item = o.item AND x.at >= r.released_at AND x.at < r.released_at + interval '720 hours' GROUP BY x.source, x.day) AS y)
				AS d ON true
	LEFT JOIN LATERAL (
		SELECT CASE WHEN o.value_stream IN ('Shop', 'Payments') THEN coalesce(sum(x.amount), 0) END AS amount FROM about AS a JOIN brought
			AS x ON x.item = a.part WHERE a.item = o.item) AS b ON true
	LEFT JOIN LATERAL (
		SELECT coalesce(o.cost, CASE WHEN count(*) FILTER (WHERE c.item IS NOT NULL AND c.cost IS NULL) = 0 THEN coalesce(sum(c.cost),
			0) END) AS cost
		FROM told_of AS t LEFT JOIN wanted_item_cost AS c ON c.item = t.part WHERE t.item = o.item) AS k ON true
	LEFT JOIN LATERAL (
		SELECT min(x.at) AS payback_at FROM (
			SELECT y.at, (SELECT sum(z.amount) FROM about AS a JOIN brought AS z ON z.item = a.part WHERE a.item = o.item
				AND z.at <= y.at) AS so_far
			FROM about AS a JOIN brought AS y ON y.item = a.part WHERE a.item = o.item) AS x WHERE x.so_far >= k.cost - 0.001) AS p ON true
WHERE o.item IN (SELECT feature FROM member) OR o.type = 'feature' AND o.named IS NULL OR o.planned_value IS NOT NULL
	OR o.item IN (SELECT item FROM used)
OR o.key IN (SELECT feature FROM flow.outcome);
SELECT pg_temp.same('SELECT item, released_at, first_used_at, user_days_30, realized_value, payback_at FROM flow.value_realization',
	'TABLE wanted_value', 'value_realization');
SELECT finish();
ROLLBACK;
