CREATE OR REPLACE VIEW :"schema".work_span AS
-- Days of several visits, or of several periods of one, that are the same count for the first.
SELECT q.item, q.team, q.since, q.until
FROM (
	SELECT w.item, w.team, greatest(w.first_day, max(w.last_day) OVER (
			PARTITION BY w.item, w.team ORDER BY w.first_day ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)) AS since,
		w.last_day AS until
	FROM (
		SELECT v.item, coalesce(v.team, '(none)') AS team, p.first_day, p.last_day
		FROM :"schema".visit AS v
			JOIN :"schema".item_flow AS f ON f.item = v.item AND f.value_stream IS NOT NULL AND f.level IS DISTINCT FROM 'parent'
			JOIN :"schema".route AS r ON r.route = f.route
			CROSS JOIN (SELECT time_zone FROM :"schema".model LIMIT 1) AS m
			CROSS JOIN LATERAL (
				SELECT v.entered_day AS first_day, vsm.period_day(v.left_at - interval '1 microsecond', m.time_zone) + 1 AS last_day
				WHERE v.blocked = interval '0' AND v.left_at > v.entered_at
				UNION ALL
				SELECT vsm.period_day(lower(u), m.time_zone), vsm.period_day(upper(u) - interval '1 microsecond', m.time_zone) + 1
				FROM unnest(CASE WHEN (v.blocked = interval '0') IS NOT TRUE
					THEN tstzmultirange(tstzrange(v.entered_at, greatest(coalesce(v.left_at, now()), v.entered_at)))
						- vsm.blocked_periods(f.timeline, r.workflow, now()) END) AS u) AS p
		WHERE v.class = 'active' AND v.on_clock) AS w) AS q
WHERE q.since < q.until;

COMMENT ON VIEW :"schema".work_span IS 'days on which items without children were worked on, by the team that had them then';
COMMENT ON COLUMN :"schema".work_span.item IS 'the item';
COMMENT ON COLUMN :"schema".work_span.team IS 'the team; (none): of no team';
COMMENT ON COLUMN :"schema".work_span.since IS 'the first of these days';
COMMENT ON COLUMN :"schema".work_span.until IS 'the day after the last of them';
