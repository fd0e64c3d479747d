CREATE OR REPLACE VIEW :"schema".feature_state AS
WITH pair AS MATERIALIZED (SELECT p.feature, p.item, p.has_other_urgency FROM :"schema".feature_item AS p),
-- Items without children, each of a team; those of no team are together in their value stream.
leaf AS MATERIALIZED (
	SELECT f.item, coalesce('team ' || f.team, 'of ' || f.value_stream) AS team, f.outcome,
		CASE WHEN NOT f.untouched THEN f.finished_week END AS finished_week
	FROM :"schema".item_flow AS f
	WHERE f.value_stream IS NOT NULL AND f.level IS DISTINCT FROM 'parent'),
-- What each team finished in the last 26 whole weeks, from its first finish on.
sample AS MATERIALIZED (
	SELECT b.team, to_jsonb(array_agg(coalesce(n.items, 0) ORDER BY w.week)) AS samples
	FROM (SELECT l.team, min(l.finished_week) AS week FROM leaf AS l GROUP BY l.team) AS b
		CROSS JOIN (
			SELECT vsm.period_week(now(), m.time_zone, m.week_starts) - 7 * k AS week
			FROM :"schema".model AS m, generate_series(1, 26) AS k) AS w
		LEFT JOIN (
			SELECT l.team, l.finished_week AS week, count(*) AS items FROM leaf AS l GROUP BY l.team, l.finished_week) AS n
				ON n.team = b.team AND n.week = w.week
	WHERE w.week >= b.week
	GROUP BY b.team),
todo AS MATERIALIZED (
	SELECT p.feature, p.item, p.has_other_urgency, l.team, l.outcome IS NOT DISTINCT FROM 'open' AS is_started
	FROM pair AS p JOIN leaf AS l ON l.item = p.item
	WHERE (l.outcome IN ('done', 'cancelled')) IS NOT TRUE),
alone AS MATERIALIZED (
	SELECT t.feature, sum(t.items) AS remaining,
		CASE WHEN count(s.samples) = count(*)
			THEN vsm.joint_periods(jsonb_agg(s.samples ORDER BY t.team), array_agg(t.items ORDER BY t.team), 0.85) END AS p85
	FROM (SELECT d.feature, d.team, count(*)::integer AS items FROM todo AS d GROUP BY d.feature, d.team) AS t
		LEFT JOIN sample AS s ON s.team = t.team
	GROUP BY t.feature),
-- Value streams in which each item of expedite has a size.
sized AS MATERIALIZED (
	SELECT coalesce(f.value_stream, '(none)') AS value_stream
	FROM :"schema".item AS i JOIN :"schema".item_flow AS f ON f.item = i.item
	WHERE i.urgency IS NOT NULL AND f.outcome IN ('new', 'open')
	GROUP BY f.value_stream HAVING count(*) = count(i.size)),
-- Features are begun by what their delay costs for what they take, then by when they are due.
ranked AS MATERIALIZED (
	SELECT a.feature, i.due_at, a.remaining, a.p85, c.weekly_cost,
		CASE WHEN c.is_sized THEN vsm.cd3(c.weekly_cost::numeric, i.size::float8) ELSE vsm.cd3(c.weekly_cost::numeric, a.p85) END AS cd3
	FROM alone AS a
		JOIN :"schema".item AS i ON i.item = a.feature
		JOIN :"schema".item_flow AS f ON f.item = a.feature
		CROSS JOIN LATERAL (
			SELECT vsm.delay_cost(i.urgency, m.currency, tstzmultirange(tstzrange(
				now() + coalesce(a.p85, 0) * interval '7 days', now() + (coalesce(a.p85, 0) + 1) * interval '7 days'))) AS weekly_cost,
				coalesce(f.value_stream, '(none)') IN (SELECT u.value_stream FROM sized AS u) AS is_sized
			FROM :"schema".model AS m OFFSET 0) AS c),
place AS MATERIALIZED (
	SELECT r.*, row_number() OVER (ORDER BY r.cd3 DESC NULLS LAST, r.due_at NULLS LAST, r.feature COLLATE "C") AS place FROM ranked AS r),
-- What a team has to do of a feature, and before it: what it has begun, and what is in features ahead. What is in several counts
-- for the first of them.
turn AS MATERIALIZED (
	SELECT d.feature, d.item, d.team, d.is_started, p.place, min(p.place) OVER (PARTITION BY d.item) AS first_place
	FROM todo AS d JOIN place AS p ON p.feature = d.feature),
queue AS MATERIALIZED (
	SELECT t.feature, t.team, t.place,
		t.items - t.started - t.in_others_before + coalesce(o.started, 0) + coalesce(sum(t.in_this_first) OVER (
			PARTITION BY t.team ORDER BY t.place ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS items
	FROM (
			SELECT d.feature, d.team, d.place, count(*) AS items, count(*) FILTER (WHERE d.is_started) AS started,
				count(*) FILTER (WHERE NOT d.is_started AND d.first_place < d.place) AS in_others_before,
				count(*) FILTER (WHERE NOT d.is_started AND d.first_place = d.place) AS in_this_first
			FROM turn AS d GROUP BY d.feature, d.team, d.place) AS t
		LEFT JOIN (
			SELECT l.team, count(*) AS started FROM leaf AS l WHERE l.outcome = 'open' GROUP BY l.team) AS o ON o.team = t.team),
forecast AS (
	SELECT q.feature,
		CASE WHEN count(s.samples) = count(*) THEN jsonb_agg(s.samples ORDER BY q.team) END AS samples,
		array_agg(q.items::integer ORDER BY q.team) AS items
	FROM queue AS q LEFT JOIN sample AS s ON s.team = q.team
	GROUP BY q.feature)
SELECT c.feature AS item, c.item_count, c.finished_count, c.cancelled_count, c.added_after_start_count,
	(c.item_count - c.finished_count - c.cancelled_count)::integer AS remaining_count,
	p.p85 AS p85_alone_weeks, p.weekly_cost, p.cd3, f.samples, f.items
FROM (
		SELECT b.feature, count(*)::integer AS item_count, count(*) FILTER (WHERE b.outcome = 'done')::integer AS finished_count,
			count(*) FILTER (WHERE b.outcome = 'cancelled')::integer AS cancelled_count,
			count(*) FILTER (WHERE b.created_at > b.began_at)::integer AS added_after_start_count
		FROM (
			SELECT a.feature, f.outcome, f.created_at, min(f.started_at) OVER (PARTITION BY a.feature) AS began_at
			FROM pair AS a JOIN :"schema".item_flow AS f ON f.item = a.item) AS b
		GROUP BY b.feature) AS c
	LEFT JOIN place AS p ON p.feature = c.feature
	LEFT JOIN forecast AS f ON f.feature = c.feature;

COMMENT ON VIEW :"schema".feature_state IS
	'what items with children consist of, in which order they are begun, and what each team has to do until it is done with its part';
COMMENT ON COLUMN :"schema".feature_state.item IS 'the item with children';
COMMENT ON COLUMN :"schema".feature_state.item_count IS 'items below it that have no children';
COMMENT ON COLUMN :"schema".feature_state.finished_count IS 'of these done';
COMMENT ON COLUMN :"schema".feature_state.cancelled_count IS 'of these cancelled';
COMMENT ON COLUMN :"schema".feature_state.added_after_start_count IS 'of these created after the first of them was started';
COMMENT ON COLUMN :"schema".feature_state.remaining_count IS 'of these neither done nor cancelled';
COMMENT ON COLUMN :"schema".feature_state.p85_alone_weeks IS
	'weeks within which they are done in 85 of 100 cases if its teams do nothing else; NULL: nothing is left, or a team has finished '
	'nothing';
COMMENT ON COLUMN :"schema".feature_state.weekly_cost IS
	'what the week after that costs, or the next where that is not known; NULL: without an urgency, or nothing is left';
COMMENT ON COLUMN :"schema".feature_state.cd3 IS
	'weekly_cost divided by its size, where all items of its value stream that have an urgency and are not done are sized, else by weeks';
COMMENT ON COLUMN :"schema".feature_state.samples IS
	'items that each of its teams finished in each of the last 26 whole weeks; NULL: a team has finished nothing';
COMMENT ON COLUMN :"schema".feature_state.items IS
	'items that each of these teams has to finish: those left here, those it has started elsewhere, those left of features ahead';
