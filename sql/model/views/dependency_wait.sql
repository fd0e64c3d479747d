CREATE OR REPLACE VIEW :"schema".dependency_wait WITH (security_barrier) AS
SELECT d.item, d.blocker, d.key, d.title, d.url, d.value_stream, d.portfolio, d.team, d.type, d.priority, d.service, d.level, d.category,
	d.outcome, d.stage, d.place, d.stage_label, d.since, vsm.period_day(d.since, m.time_zone) AS since_day,
	vsm.period_of('week', vsm.period_day(d.since, m.time_zone), m.week_starts) AS since_week,
	vsm.period_of('month', vsm.period_day(d.since, m.time_zone), m.week_starts) AS since_month, d.until,
	vsm.period_day(d.until, m.time_zone) AS until_day, w.days AS wait_days,
	CASE WHEN cardinality(d.all_waits) = 1 THEN w.days ELSE s.days END AS shared_wait_days, d.blocker_key, d.blocker_stage, d.blocker_team,
	d.blocker_value_stream, d.blocker_outcome, now() AS as_of_at
FROM (SELECT time_zone, week_starts, currency FROM :"schema".model LIMIT 1) AS m
	CROSS JOIN (
		SELECT f.item,
			CASE WHEN n.is_seen THEN l.target ELSE '(not visible) '
				|| row_number() OVER (PARTITION BY f.value_stream, f.item, n.is_seen ORDER BY l.since, l.target COLLATE "C") END AS blocker,
			f.key, f.title, f.url, f.value_stream, f.portfolio, f.team, f.type, f.priority, f.service,
			f.level, f.category, f.outcome, f.stage, f.place, f.stage_label, p.since, p.until, p.waits,
			CASE WHEN n.is_seen THEN b.key END AS blocker_key, CASE WHEN n.is_seen THEN o.stage END AS blocker_stage,
			CASE WHEN n.is_seen THEN o.team END AS blocker_team, CASE WHEN n.is_seen THEN o.value_stream END AS blocker_value_stream,
			CASE WHEN n.is_seen THEN o.outcome END AS blocker_outcome,
			array_agg(p.waits) FILTER (WHERE NOT isempty(p.waits)) OVER (PARTITION BY f.value_stream, f.item) AS all_waits
		FROM (
				-- As in entity_link, of which only these are looked up.
				SELECT k.source, k.target, min(k.since) AS since,
					(array_agg(k.until ORDER BY k.changed_at DESC NULLS LAST, k.until NULLS LAST))[1] AS until
				FROM (
					SELECT coalesce(a.item, n.source) AS source, coalesce(b.item, n.target) AS target, n.since, n.until, n.changed_at
					FROM :"schema".link AS n
						LEFT JOIN LATERAL (SELECT o.item FROM :"schema".item_alias AS o WHERE o.alias = n.source OFFSET 0) AS a ON true
						LEFT JOIN LATERAL (SELECT o.item FROM :"schema".item_alias AS o WHERE o.alias = n.target OFFSET 0) AS b ON true
					WHERE n.kind = 'blocked_by') AS k
				WHERE k.source <> k.target
				GROUP BY k.source, k.target) AS l
			JOIN :"schema".item_detail AS f ON f.item = l.source
			JOIN :"schema".item_flow AS i ON i.item = f.item
			LEFT JOIN :"schema".route AS r ON r.route = f.route
			LEFT JOIN :"schema".item AS b ON b.item = l.target
			LEFT JOIN :"schema".item_flow AS o ON o.item = l.target
			-- That it waits is seen by who sees the item, and for what by who sees that, too.
			CROSS JOIN LATERAL (
				SELECT NOT EXISTS (SELECT FROM :"schema".access) OR coalesce(o.value_stream, '(none)') = ANY (ARRAY(
					SELECT a.value_stream FROM :"schema".access AS a JOIN pg_catalog.pg_roles AS g ON g.rolname = a.role
					WHERE pg_catalog.pg_has_role(g.oid, 'USAGE'))) AS is_seen) AS n
			CROSS JOIN LATERAL (
				SELECT greatest(l.since, f.started_at) AS since,
					least(l.until, o.finished_at, o.cancelled_at, f.finished_at, f.cancelled_at) AS until
				WHERE f.started_at IS NOT NULL
				UNION ALL
				SELECT NULL, NULL WHERE f.started_at IS NULL) AS e
			CROSS JOIN LATERAL (
				SELECT e.since, CASE WHEN e.until <= e.since THEN e.since ELSE e.until END AS until,
					CASE WHEN e.since < coalesce(e.until, now())
						THEN coalesce(vsm.wait_periods(i.timeline, r.workflow, now())
							* tstzmultirange(tstzrange(e.since, coalesce(e.until, now()))),
							'{}')
						ELSE '{}' END AS waits
				OFFSET 0) AS p) AS d
	CROSS JOIN LATERAL (
		SELECT coalesce(sum(date_part('epoch', upper(t) - lower(t))), 0) / 86400 AS days FROM unnest(d.waits) AS t) AS w
	-- What several blockers keep at once is divided among them.
	CROSS JOIN LATERAL (
		SELECT coalesce(sum(date_part('epoch', t.until - t.at) / t.blockers), 0) / 86400 AS days
		FROM (
			SELECT u.at, u.until,
				(SELECT count(*) FROM unnest(d.all_waits) AS a WHERE a @> tstzrange(u.at, u.until)) AS blockers
			FROM (
				SELECT c.at, lead(c.at) OVER (ORDER BY c.at) AS until
				FROM (
					SELECT lower(t) AS at FROM unnest(d.all_waits) AS a, LATERAL unnest(a) AS t
					UNION
					SELECT upper(t) FROM unnest(d.all_waits) AS a, LATERAL unnest(a) AS t) AS c) AS u
			WHERE u.until IS NOT NULL AND d.waits @> tstzrange(u.at, u.until)) AS t) AS s;

COMMENT ON VIEW :"schema".dependency_wait IS 'what items wait for: one row an item and what it is blocked by';
COMMENT ON COLUMN :"schema".dependency_wait.item IS 'item that waits';
COMMENT ON COLUMN :"schema".dependency_wait.blocker IS
	'item that it is blocked by; (not visible) and a number: of a value stream that who asks does not see';
COMMENT ON COLUMN :"schema".dependency_wait.key IS 'key in the tracker; NULL: not told';
COMMENT ON COLUMN :"schema".dependency_wait.title IS 'title; NULL: not told';
COMMENT ON COLUMN :"schema".dependency_wait.url IS 'address in the tracker; NULL: not told';
COMMENT ON COLUMN :"schema".dependency_wait.value_stream IS 'value stream of the item that waits; (none): no rule of routing matches';
COMMENT ON COLUMN :"schema".dependency_wait.portfolio IS 'portfolio of the value stream; (none): in none';
COMMENT ON COLUMN :"schema".dependency_wait.team IS 'team of the item that waits; (none): of no team';
COMMENT ON COLUMN :"schema".dependency_wait.type IS
	'type of the item that waits: feature, defect, risk, debt or other; (none): not told';
COMMENT ON COLUMN :"schema".dependency_wait.priority IS 'priority of the item that waits; NULL: not told';
COMMENT ON COLUMN :"schema".dependency_wait.service IS 'service that it is about; (none): not told';
COMMENT ON COLUMN :"schema".dependency_wait.level IS 'level: parent or item, see flow_item';
COMMENT ON COLUMN :"schema".dependency_wait.category IS 'category; (none): in none';
COMMENT ON COLUMN :"schema".dependency_wait.outcome IS
	'outcome: new (not started), open, done or cancelled; NULL: without a workflow or events';
COMMENT ON COLUMN :"schema".dependency_wait.stage IS 'stage that it is in; NULL: in none';
COMMENT ON COLUMN :"schema".dependency_wait.place IS 'place of the stage in the workflow, from 1; NULL: unmapped, or in none';
COMMENT ON COLUMN :"schema".dependency_wait.stage_label IS 'stage with its place, for sorting: 02 Design Review; NULL: in none';
COMMENT ON COLUMN :"schema".dependency_wait.since IS
	'since when it is kept: since the link stands, and it has been started; NULL: not started';
COMMENT ON COLUMN :"schema".dependency_wait.since_day IS 'day of that in the time zone of the model; NULL: not started';
COMMENT ON COLUMN :"schema".dependency_wait.since_week IS 'week of that, by its first day; NULL: not started';
COMMENT ON COLUMN :"schema".dependency_wait.since_month IS 'month of that, by its first day; NULL: not started';
COMMENT ON COLUMN :"schema".dependency_wait.until IS
	'until when it is kept: until the link ended, or either of the two was done or cancelled; NULL: it still is, or is not started';
COMMENT ON COLUMN :"schema".dependency_wait.until_day IS
	'day of that in the time zone of the model; NULL: it still is, or is not started';
COMMENT ON COLUMN :"schema".dependency_wait.wait_days IS 'time in days for which it waited or was blocked meanwhile';
COMMENT ON COLUMN :"schema".dependency_wait.shared_wait_days IS 'the same, divided among all that kept it at once, so that sums hold';
COMMENT ON COLUMN :"schema".dependency_wait.blocker_key IS 'key of what it is blocked by; NULL: not told, or not visible';
COMMENT ON COLUMN :"schema".dependency_wait.blocker_stage IS 'stage that this is in; NULL: in none, or not visible';
COMMENT ON COLUMN :"schema".dependency_wait.blocker_team IS 'team of this; NULL: of none, or not visible';
COMMENT ON COLUMN :"schema".dependency_wait.blocker_value_stream IS 'value stream of this; NULL: in none, or not visible';
COMMENT ON COLUMN :"schema".dependency_wait.blocker_outcome IS
	'outcome of this: new, open, done or cancelled; NULL: without a workflow or events, or not visible';
COMMENT ON COLUMN :"schema".dependency_wait.as_of_at IS 'now: up to when waits that go on are measured';
