CREATE OR REPLACE VIEW :"schema".feature_queue AS
-- Items without children that are left, counted by team and what is right above them: these have the same to be a part of. Those of no
-- team are together in their value stream.
WITH RECURSIVE leaf AS MATERIALIZED (
	SELECT coalesce('team ' || f.own_team, 'of ' || f.value_stream) AS team, f.above, f.own_team, f.own_stream, f.items, f.started
	FROM (
		SELECT i.team AS own_team, min(i.value_stream) AS value_stream, CASE WHEN i.team IS NULL THEN i.value_stream END AS own_stream,
			coalesce(i.parent, i.feature) AS above, count(*) AS items,
			count(*) FILTER (WHERE i.outcome IS NOT DISTINCT FROM 'open') AS started
		FROM :"schema".item_flow AS i
		WHERE i.value_stream IS NOT NULL AND i.level IS DISTINCT FROM 'parent' AND (i.outcome IN ('done', 'cancelled')) IS NOT TRUE
		GROUP BY i.team, CASE WHEN i.team IS NULL THEN i.value_stream END, coalesce(i.parent, i.feature)) AS f),
-- What each team that has something to do finished in the last 26 whole weeks, from its first finish on: looked up week by week, and
-- by the team first, as the index has them.
sample AS MATERIALIZED (
	SELECT t.team, to_jsonb(array_agg(n.items ORDER BY w.week)) AS samples
	FROM (SELECT DISTINCT l.team, l.own_team, l.own_stream FROM leaf AS l) AS t
		CROSS JOIN (
			SELECT vsm.period_week(now(), m.time_zone, m.week_starts) - 7 * k AS week
			FROM :"schema".model AS m, generate_series(1, 26) AS k) AS w
		CROSS JOIN LATERAL (
			SELECT CASE WHEN t.own_team IS NOT NULL THEN (
				SELECT f.finished_week FROM :"schema".item_flow AS f
				WHERE f.team = t.own_team AND f.value_stream IS NOT NULL AND f.level IS DISTINCT FROM 'parent' AND NOT f.untouched
				AND f.finished_week IS NOT NULL
				ORDER BY f.team, f.finished_week LIMIT 1)
			ELSE (
				SELECT f.finished_week FROM :"schema".item_flow AS f
				WHERE f.team IS NULL AND f.value_stream = t.own_stream AND f.level IS DISTINCT FROM 'parent' AND NOT f.untouched
				AND f.finished_week IS NOT NULL
				ORDER BY f.team, f.finished_week LIMIT 1)
			END AS week OFFSET 0) AS b
		CROSS JOIN LATERAL (
			SELECT CASE WHEN t.own_team IS NOT NULL THEN (
				SELECT count(*) FROM :"schema".item_flow AS f
				WHERE f.team = t.own_team AND f.finished_week = w.week AND f.value_stream IS NOT NULL
				AND f.level IS DISTINCT FROM 'parent' AND NOT f.untouched)
			ELSE (
				SELECT count(*) FROM :"schema".item_flow AS f
				WHERE f.team IS NULL AND f.finished_week = w.week AND f.value_stream = t.own_stream
				AND f.level IS DISTINCT FROM 'parent' AND NOT f.untouched)
			END AS items OFFSET 0) AS n
	WHERE w.week >= b.week
	GROUP BY t.team),
-- From what is left up to all that it is a part of, see feature_item.
up AS (
	SELECT l.above AS start, l.above FROM leaf AS l WHERE l.above IS NOT NULL
	UNION
	SELECT u.start, coalesce(f.parent, f.feature)
	FROM up AS u JOIN :"schema".item_flow AS f ON f.item = u.above
	WHERE f.value_stream IS NOT NULL AND f.level = 'parent' AND coalesce(f.parent, f.feature) <> f.item),
todo AS MATERIALIZED (
	SELECT u.above AS feature, u.start, l.team, l.items, l.started
	FROM up AS u JOIN leaf AS l ON l.above = u.start JOIN :"schema".item_flow AS f ON f.item = u.above AND f.level = 'parent'),
team_left AS MATERIALIZED (
	SELECT t.feature, sum(t.items) AS remaining, array_agg(t.team ORDER BY t.team) AS teams, array_agg(t.items ORDER BY t.team) AS items
	FROM (SELECT d.feature, d.team, sum(d.items)::integer AS items FROM todo AS d GROUP BY d.feature, d.team) AS t
	GROUP BY t.feature),
-- (Of many features the same is left to the same teams.)
alone AS MATERIALIZED (
	SELECT k.teams, k.items,
		vsm.joint_periods((
			SELECT CASE WHEN count(s.samples) = count(*) THEN jsonb_agg(s.samples ORDER BY t.place) END
			FROM unnest(k.teams) WITH ORDINALITY AS t (team, place) LEFT JOIN sample AS s ON s.team = t.team), k.items, 0.85) AS p85
	FROM (SELECT DISTINCT l.teams, l.items FROM team_left AS l) AS k),
-- Value streams in which each item of expedite has a size.
sized AS MATERIALIZED (
	SELECT coalesce(f.value_stream, '(none)') AS value_stream
	FROM :"schema".item AS i JOIN :"schema".item_flow AS f ON f.item = i.item
	WHERE i.urgency IS NOT NULL AND f.outcome IN ('new', 'open') AND (f.outcome IN ('done', 'cancelled')) IS NOT TRUE
	GROUP BY f.value_stream HAVING count(*) = count(i.size)),
-- Features are begun by what their delay costs for what they take, then by when they are due.
ranked AS MATERIALIZED (
	SELECT l.feature, i.due_at, l.remaining, a.p85, c.weekly_cost,
		CASE WHEN c.is_sized THEN vsm.cd3(c.weekly_cost::numeric, i.size::float8) ELSE vsm.cd3(c.weekly_cost::numeric, a.p85) END AS cd3
	FROM team_left AS l
		JOIN alone AS a ON a.teams = l.teams AND a.items = l.items
		JOIN :"schema".item AS i ON i.item = l.feature
		JOIN :"schema".item_flow AS f ON f.item = l.feature
		CROSS JOIN LATERAL (
			SELECT CASE WHEN i.urgency IS NOT NULL THEN vsm.delay_cost(i.urgency, m.currency, tstzmultirange(tstzrange(
				now() + coalesce(a.p85, 0) * interval '168 hours',
				now() + (coalesce(a.p85, 0) + 1) * interval '168 hours'))) END AS weekly_cost,
				coalesce(f.value_stream, '(none)') IN (SELECT u.value_stream FROM sized AS u) AS is_sized
			FROM :"schema".model AS m OFFSET 0) AS c),
place AS MATERIALIZED (
	SELECT r.*, row_number() OVER (ORDER BY r.cd3 DESC NULLS LAST, r.due_at NULLS LAST, r.feature COLLATE "C") AS place FROM ranked AS r),
-- What a team has to do of a feature, and before it: what it has begun, and what is in features ahead. What is in several counts
-- for the first of them.
turn AS MATERIALIZED (
	SELECT d.feature, d.team, d.items, d.started, p.place, min(p.place) OVER (PARTITION BY d.start) AS first_place
	FROM todo AS d JOIN place AS p ON p.feature = d.feature),
queue AS MATERIALIZED (
	SELECT t.feature, t.team, t.place,
		t.items - t.started - t.in_others_before + coalesce(o.started, 0) + coalesce(sum(t.in_this_first) OVER (
			PARTITION BY t.team ORDER BY t.place ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS items
	FROM (
			SELECT d.feature, d.team, d.place, sum(d.items) AS items, sum(d.started) AS started,
				coalesce(sum(d.items - d.started) FILTER (WHERE d.first_place < d.place), 0) AS in_others_before,
				coalesce(sum(d.items - d.started) FILTER (WHERE d.first_place = d.place), 0) AS in_this_first
			FROM turn AS d GROUP BY d.feature, d.team, d.place) AS t
		LEFT JOIN (SELECT l.team, sum(l.started) AS started FROM leaf AS l GROUP BY l.team) AS o ON o.team = t.team)
SELECT p.feature AS item, p.p85 AS p85_alone_weeks, p.weekly_cost, p.cd3, f.samples, f.items
FROM place AS p
	JOIN (
		SELECT q.feature, CASE WHEN count(s.samples) = count(*) THEN jsonb_agg(s.samples ORDER BY q.team) END AS samples,
			array_agg(q.items::integer ORDER BY q.team) AS items
		FROM queue AS q LEFT JOIN sample AS s ON s.team = q.team
		GROUP BY q.feature) AS f ON f.feature = p.feature;

COMMENT ON VIEW :"schema".feature_queue IS
	'items with children of which something is left to do: in which order they are begun, and what each team has to do until it is done '
	'with its part';
COMMENT ON COLUMN :"schema".feature_queue.item IS 'the item with children';
COMMENT ON COLUMN :"schema".feature_queue.p85_alone_weeks IS
	'weeks within which they are done in 85 of 100 cases if its teams do nothing else; NULL: a team has finished nothing';
COMMENT ON COLUMN :"schema".feature_queue.weekly_cost IS
	'what the week after that costs, or the next where that is not known; NULL: without an urgency';
COMMENT ON COLUMN :"schema".feature_queue.cd3 IS
	'weekly_cost divided by its size, where all items of its value stream that have an urgency and are not done are sized, else by weeks';
COMMENT ON COLUMN :"schema".feature_queue.samples IS
	'items that each of its teams finished in each of the last 26 whole weeks; NULL: a team has finished nothing';
COMMENT ON COLUMN :"schema".feature_queue.items IS
	'items that each of these teams has to finish: those left here, those it has started elsewhere, those left of features ahead';
