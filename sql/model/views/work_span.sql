CREATE OR REPLACE VIEW :"schema".work_span AS
SELECT v.item, coalesce(v.team, '(none)') AS team, v.worked_since AS since, v.worked_until AS until
FROM :"schema".visit AS v
WHERE v.worked_since < v.worked_until AND v.value_stream IS NOT NULL
AND NOT EXISTS (SELECT FROM :"schema".item_flow AS f WHERE f.item = v.item AND f.level = 'parent')
UNION ALL
-- Of visits that go on, or in which the item was blocked, what no other of the same team has.
SELECT w.item, w.team, lower(r), upper(r)
FROM (
		SELECT v.item, coalesce(v.team, '(none)') AS team,
			range_agg(daterange(vsm.period_day(lower(u), m.time_zone),
				vsm.period_day(upper(u) - interval '1 microsecond', m.time_zone) + 1)) AS days
		FROM :"schema".visit AS v
			-- (Few of all visits: looked up, whatever PostgreSQL thinks.)
			CROSS JOIN LATERAL (
				SELECT i.timeline, i.route FROM :"schema".item_flow AS i
				WHERE i.item = v.item AND i.value_stream IS NOT NULL AND i.level IS DISTINCT FROM 'parent' OFFSET 0) AS f
			JOIN :"schema".route AS r ON r.route = f.route
			CROSS JOIN (SELECT time_zone FROM :"schema".model LIMIT 1) AS m
			CROSS JOIN LATERAL unnest(tstzmultirange(tstzrange(v.entered_at, greatest(coalesce(v.left_at, now()), v.entered_at)))
				- vsm.blocked_periods(f.timeline, r.workflow, now())) AS u
		WHERE v.class = 'active' AND v.on_clock AND v.worked_until IS NULL
		GROUP BY v.item, coalesce(v.team, '(none)')) AS w
	CROSS JOIN LATERAL unnest(w.days - coalesce((
		SELECT range_agg(daterange(o.worked_since, o.worked_until)) FROM :"schema".visit AS o
		WHERE o.item = w.item AND coalesce(o.team, '(none)') = w.team AND o.worked_since < o.worked_until), '{}')) AS r;

COMMENT ON VIEW :"schema".work_span IS 'days on which items without children were worked on, by the team that had them then';
COMMENT ON COLUMN :"schema".work_span.item IS 'the item';
COMMENT ON COLUMN :"schema".work_span.team IS 'the team; (none): of no team';
COMMENT ON COLUMN :"schema".work_span.since IS 'the first of these days';
COMMENT ON COLUMN :"schema".work_span.until IS 'the day after the last of them';
