CREATE OR REPLACE VIEW :"schema".item_cost AS
-- Days on which items without children were worked on, by the team that had them then.
WITH span AS MATERIALIZED (
	SELECT d.item, d.team, lower(r) AS since, upper(r) AS until
	FROM (
			SELECT s.item, s.team, range_agg(daterange(vsm.period_day(lower(p), s.time_zone),
				vsm.period_day(upper(p) - interval '1 microsecond', s.time_zone), '[]')) AS days
			FROM (
					SELECT v.item, coalesce(v.team, '(none)') AS team, m.time_zone,
						CASE WHEN v.blocked = interval '0' THEN tstzmultirange(tstzrange(v.entered_at, v.left_at))
							ELSE tstzmultirange(tstzrange(v.entered_at, greatest(coalesce(v.left_at, now()), v.entered_at)))
								- vsm.blocked_periods(f.timeline, r.workflow, now()) END AS worked
					FROM :"schema".visit AS v
						JOIN :"schema".item_flow AS f ON f.item = v.item AND f.value_stream IS NOT NULL AND f.level IS DISTINCT
							FROM 'parent'
						JOIN :"schema".route AS r ON r.route = f.route
						CROSS JOIN :"schema".model AS m
					WHERE v.class = 'active' AND v.on_clock) AS s,
				LATERAL unnest(s.worked) AS p
			GROUP BY s.item, s.team) AS d,
		LATERAL unnest(d.days) AS r),
-- How many items a team works on changes on these days; until the next it shares each of its working days among them.
step AS (
	SELECT c.team, c.day, lead(c.day) OVER w AS next_day, sum(c.change) OVER w AS items
	FROM (
		SELECT e.team, e.day, sum(e.change) AS change
		FROM (
			SELECT s.team, s.since AS day, 1 AS change FROM span AS s
			UNION ALL SELECT s.team, s.until, -1 FROM span AS s) AS e
		GROUP BY e.team, e.day) AS c
	WINDOW w AS (PARTITION BY c.team ORDER BY c.day)),
working_day AS MATERIALIZED (
	SELECT t.team, d.day, count(*) FILTER (WHERE CASE WHEN t.calendar IS NULL THEN extract(isodow FROM d.day) <= 5
		ELSE vsm.working_time(d.day::timestamp AT TIME ZONE t.time_zone, (d.day + 1)::timestamp AT TIME ZONE t.time_zone,
			t.calendar) > interval '0' END)
			OVER (PARTITION BY t.team ORDER BY d.day ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS days_before
	FROM (
			SELECT b.team, b.first, b.last, m.time_zone, vsm.try_calendar(coalesce(t.calendar, v.calendar)) AS calendar
			FROM (SELECT s.team, min(s.since) AS first, max(s.until) AS last FROM span AS s GROUP BY s.team) AS b
				JOIN :"schema".team AS t ON t.team = b.team AND t.cost_per_day IS NOT NULL
				LEFT JOIN :"schema".value_stream AS v ON v.value_stream = t.value_stream
				CROSS JOIN :"schema".model AS m OFFSET 0) AS t,
		LATERAL (SELECT g::date AS day FROM generate_series(t.first::timestamp, t.last::timestamp, interval '1 day') AS g) AS d),
-- What one item has cost if it was worked on since ever, up to each of these days.
total AS MATERIALIZED (
	SELECT s.team, s.day, coalesce(sum(t.cost_per_day::float8 * (u.days_before - w.days_before) / nullif(s.items, 0)) OVER (
		PARTITION BY s.team ORDER BY s.day ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS cost
	FROM step AS s
		JOIN :"schema".team AS t ON t.team = s.team AND t.cost_per_day IS NOT NULL
		JOIN working_day AS w ON w.team = s.team AND w.day = s.day
		LEFT JOIN working_day AS u ON u.team = s.team AND u.day = s.next_day)
SELECT s.item, CASE WHEN count(b.cost) = count(*) THEN sum(b.cost - a.cost) END AS cost
FROM span AS s
	LEFT JOIN total AS a ON a.team = s.team AND a.day = s.since
	LEFT JOIN total AS b ON b.team = s.team AND b.day = s.until
GROUP BY s.item;

COMMENT ON VIEW :"schema".item_cost IS
	'what items without children have cost: each working day of a team is shared among the items that it worked on';
COMMENT ON COLUMN :"schema".item_cost.item IS 'item; of those that were worked on at all';
COMMENT ON COLUMN :"schema".item_cost.cost IS 'what it has cost up to now; NULL: a team that worked on it has no cost_per_day';
