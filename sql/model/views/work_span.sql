CREATE OR REPLACE VIEW :"schema".work_span AS
SELECT s.item, s.team, lower(s.days) AS since, u.until
FROM (
		SELECT v.item, coalesce(v.team, '(none)') AS team, unnest(vsm.worked_days(v.worked_since, v.worked_until, v.worked_gaps)) AS days
		FROM :"schema".visit AS v WHERE v.worked_since IS NOT NULL AND v.value_stream IS NOT NULL) AS s
	-- What goes on has been worked on up to now, and so has what is said to end later.
	CROSS JOIN LATERAL (
		SELECT least(upper(s.days), (
			SELECT vsm.period_day(now() - interval '1 microsecond', m.time_zone) + 1 FROM :"schema".model AS m LIMIT 1)) AS until) AS u
WHERE lower(s.days) < u.until;

COMMENT ON VIEW :"schema".work_span IS
	'days on which items were worked on, by the team that had them then; what items with children cost is what these do';
COMMENT ON COLUMN :"schema".work_span.item IS 'the item';
COMMENT ON COLUMN :"schema".work_span.team IS 'the team; (none): of no team';
COMMENT ON COLUMN :"schema".work_span.since IS 'the first of these days';
COMMENT ON COLUMN :"schema".work_span.until IS 'the day after the last of them';
