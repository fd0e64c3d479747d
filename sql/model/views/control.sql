CREATE OR REPLACE VIEW :"schema".control WITH (security_barrier) AS
SELECT q.rule, q.item, q.key, q.title, q.url, q.value_stream, q.portfolio, q.team, q.type, q.priority, q.service, q.level, q.category,
	q.outcome, q.kind, q.of, q.broken_at, (q.broken_at AT TIME ZONE m.time_zone)::date AS broken_day,
	vsm.period_week(q.broken_at, m.time_zone, m.week_starts) AS broken_week,
	date_trunc('month', q.broken_at AT TIME ZONE m.time_zone)::date AS broken_month, q.detail
FROM (
	SELECT c.name AS rule, i.item, f.key, f.title, f.url, f.value_stream, f.portfolio, f.team, f.type, f.priority, f.service, f.level,
		f.category, f.outcome, c.kind, c.of, b.broken_at,
		array_to_string(vsm.path(t.timeline, c.workflow, b.broken_at), ' > ') AS detail
	FROM (
			-- First of all: a stage that a workflow does not have would be an error, for all rows.
			SELECT k.name, k.kind, k.of, k.pattern, r.route, r.workflow
			FROM :"schema".control_rule AS k
				JOIN :"schema".route AS r ON r.value_stream = k.value_stream OR k.value_stream IS NULL AND NOT EXISTS (
					SELECT FROM :"schema".control_rule AS o WHERE o.name = k.name AND o.value_stream = r.value_stream)
			WHERE vsm.path_pattern_stages(k.pattern) <@ (
				SELECT array_agg(s.stage) || '{(unmapped)}' FROM vsm.stages(r.workflow) AS s WHERE s.class <> 'blocked')
			OFFSET 0) AS c
		JOIN :"schema".item_flow AS i ON i.route = c.route AND (c.kind = 'must_not' OR i.outcome = 'done')
		CROSS JOIN LATERAL (SELECT CASE c.of WHEN 'tracker' THEN i.tracker ELSE i.timeline END AS timeline OFFSET 0) AS t
		CROSS JOIN LATERAL (
			SELECT CASE c.kind
				WHEN 'must' THEN i.finished_at
				ELSE (SELECT min(v.entered_at) FROM vsm.visits(t.timeline, c.workflow) AS v
					WHERE vsm.path_matches(t.timeline, c.workflow, c.pattern, v.entered_at))
				END AS broken_at OFFSET 0) AS b
		JOIN :"schema".item_detail AS f ON f.item = i.item
	WHERE vsm.path_matches(t.timeline, c.workflow, c.pattern) = (c.kind = 'must_not')) AS q
	CROSS JOIN :"schema".model AS m
WHERE NOT EXISTS (SELECT FROM :"schema".access) OR q.value_stream = ANY (ARRAY(
	SELECT a.value_stream FROM :"schema".access AS a JOIN pg_catalog.pg_roles AS o ON o.rolname = a.role
	WHERE pg_catalog.pg_has_role(o.oid, 'USAGE')));

COMMENT ON VIEW :"schema".control IS
	'items that break a rule of control_rule: one row a rule and item. Rules whose stages a workflow lacks are a finding in data_quality';
COMMENT ON COLUMN :"schema".control.rule IS 'name of the rule';
COMMENT ON COLUMN :"schema".control.item IS 'item';
COMMENT ON COLUMN :"schema".control.key IS 'key in the tracker; NULL: not told';
COMMENT ON COLUMN :"schema".control.title IS 'title; NULL: not told';
COMMENT ON COLUMN :"schema".control.url IS 'address in the tracker; NULL: not told';
COMMENT ON COLUMN :"schema".control.value_stream IS 'value stream of the item; (none): no rule of routing matches';
COMMENT ON COLUMN :"schema".control.portfolio IS 'portfolio of the value stream; (none): in none';
COMMENT ON COLUMN :"schema".control.team IS 'team of the item, as at its end; (none): of no team';
COMMENT ON COLUMN :"schema".control.type IS 'type of the item as at its end: feature, defect, risk, debt or other; (none): not told';
COMMENT ON COLUMN :"schema".control.priority IS 'priority of the item, as at its end; NULL: not told';
COMMENT ON COLUMN :"schema".control.service IS 'service that the item is about; (none): not told';
COMMENT ON COLUMN :"schema".control.level IS 'level of the item: parent or item, see flow_item';
COMMENT ON COLUMN :"schema".control.category IS 'category of the item; (none): in none';
COMMENT ON COLUMN :"schema".control.outcome IS 'outcome of the item: new (not started), open, done or cancelled';
COMMENT ON COLUMN :"schema".control.kind IS 'kind of the rule: must_not, the item took a way that it may not; must, it did not take one '
	'that it has to';
COMMENT ON COLUMN :"schema".control.of IS 'what was judged: whole, the way end to end; tracker, that of the tracker alone';
COMMENT ON COLUMN :"schema".control.broken_at IS
	'when the rule was broken: the way to there matched for the first time, or the item was done without';
COMMENT ON COLUMN :"schema".control.broken_day IS 'day on which the rule was broken, in the time zone of the model';
COMMENT ON COLUMN :"schema".control.broken_week IS 'week in which the rule was broken, by its first day';
COMMENT ON COLUMN :"schema".control.broken_month IS 'month in which the rule was broken, by its first day';
COMMENT ON COLUMN :"schema".control.detail IS 'stages visited until the rule was broken, in order';
