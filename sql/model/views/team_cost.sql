CREATE OR REPLACE VIEW :"schema".team_cost AS
SELECT d.team, min(d.day) AS since, array_agg(d.cost ORDER BY d.day) AS costs
FROM (
	-- Each of its working days is shared among the items that it works on.
	SELECT c.team, c.day, coalesce(sum(
		CASE WHEN c.items > 0 AND c.is_working THEN c.cost_per_day::float8 / c.items::float8 ELSE 0 END) OVER (
		PARTITION BY c.team ORDER BY c.day ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS cost
	FROM (
		SELECT t.team, g.day, t.cost_per_day, sum(g.change) OVER (PARTITION BY t.team ORDER BY g.day) AS items,
			CASE WHEN t.calendar IS NULL THEN extract(isodow FROM g.day) <= 5
				-- (As the team itself counts days: those of another zone have working time of two of its days.)
				ELSE vsm.working_time(g.day::timestamp AT TIME ZONE t.time_zone, (g.day + 1)::timestamp AT TIME ZONE t.time_zone,
					t.calendar) > interval '0' END AS is_working
		FROM (
				SELECT b.team, b.first_day, b.last_day, b.days, b.changes, t.cost_per_day, y.time_zone, y.calendar
				FROM (
						-- How many items a team works on changes on some days.
						SELECT n.team, min(n.day) AS first_day,
							(SELECT vsm.period_day(now(), m.time_zone) + 1 FROM :"schema".model AS m LIMIT 1) AS last_day,
							array_agg(n.day) AS days, array_agg(n.change) AS changes
						FROM (
							SELECT c.team, c.period AS day, sum(c.worked_change) AS change
							FROM :"schema".flow_count AS c WHERE c.unit = 'day'
							GROUP BY c.team, c.period) AS n
						GROUP BY n.team) AS b
					JOIN :"schema".team AS t ON t.team = b.team AND t.cost_per_day IS NOT NULL
					LEFT JOIN :"schema".value_stream AS v ON v.value_stream = t.value_stream
					CROSS JOIN LATERAL (
						SELECT vsm.try_calendar(c.calendar) AS calendar, coalesce(c.calendar ->> 'time_zone', 'UTC') AS time_zone
						FROM (SELECT coalesce(t.calendar, v.calendar) AS calendar) AS c OFFSET 0) AS y) AS t
			CROSS JOIN LATERAL (
				SELECT w.day, k.change
				FROM (SELECT t.first_day + n AS day FROM generate_series(0, t.last_day - t.first_day) AS n) AS w
					LEFT JOIN unnest(t.days, t.changes) AS k (day, change) ON k.day = w.day) AS g) AS c) AS d
GROUP BY d.team;

COMMENT ON VIEW :"schema".team_cost IS
	'what one item has cost each team of which the cost of a day is known, if it was worked on since ever, up to each day';
COMMENT ON COLUMN :"schema".team_cost.team IS 'the team';
COMMENT ON COLUMN :"schema".team_cost.since IS 'the first of these days';
COMMENT ON COLUMN :"schema".team_cost.costs IS 'the cost up to the beginning of it, and of each day after it';
