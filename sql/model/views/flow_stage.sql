CREATE OR REPLACE VIEW :"schema".flow_stage WITH (security_barrier) AS
SELECT q.item, q.stage, q.key, q.title, q.url, q.value_stream, q.portfolio, q.team, q.type, q.priority, q.service, q.level, q.category,
	q.outcome, q.place, q.stage_label, q.phase, q.waiting_for, q.owner, q.class, q.last_left_at, q.first_entered_at, q.visit_count,
	q.duration_days, q.on_clock_days, q.blocked_days, now() AS as_of_at
FROM (
	SELECT f.item, t.stage, f.key, f.title, f.url, f.value_stream, f.portfolio, f.team, f.type, f.priority, f.service, f.level, f.category,
		f.outcome, t.place, coalesce(lpad(t.place::text, 2, '0') || ' ', '') || t.stage AS stage_label, g.phase, g.waiting_for, g.owner,
		t.class, t.last_left_at, t.first_entered_at, t.visits AS visit_count, date_part('epoch', t.duration) / 86400 AS duration_days,
		date_part('epoch', t.on_clock) / 86400 AS on_clock_days, date_part('epoch', t.blocked) / 86400 AS blocked_days
	FROM :"schema".item_detail AS f
		JOIN :"schema".item_flow AS i ON i.item = f.item
		JOIN :"schema".route AS r ON r.route = f.route
		CROSS JOIN LATERAL vsm.stage_times(i.timeline, r.workflow, NULL, now()) AS t
		LEFT JOIN (
			SELECT u.route, w.stage, w.phase, w.waiting_for, w.owner
			FROM :"schema".route AS u, LATERAL vsm.stages(u.workflow) AS w) AS g
				ON g.route = f.route AND g.stage = t.stage
	WHERE t.visits > 0) AS q
WHERE NOT EXISTS (SELECT FROM :"schema".access) OR q.value_stream = ANY (ARRAY(
	SELECT a.value_stream FROM :"schema".access AS a JOIN pg_catalog.pg_roles AS o ON o.rolname = a.role
	WHERE pg_catalog.pg_has_role(o.oid, 'USAGE')));

COMMENT ON VIEW :"schema".flow_stage IS 'items in the stages that they have visited: one row an item and stage';
COMMENT ON COLUMN :"schema".flow_stage.item IS 'item';
COMMENT ON COLUMN :"schema".flow_stage.stage IS 'stage';
COMMENT ON COLUMN :"schema".flow_stage.key IS 'key in the tracker; NULL: not told';
COMMENT ON COLUMN :"schema".flow_stage.title IS 'title; NULL: not told';
COMMENT ON COLUMN :"schema".flow_stage.url IS 'address in the tracker; NULL: not told';
COMMENT ON COLUMN :"schema".flow_stage.value_stream IS 'value stream of the item; (none): no rule of routing matches';
COMMENT ON COLUMN :"schema".flow_stage.portfolio IS 'portfolio of the value stream; (none): in none';
COMMENT ON COLUMN :"schema".flow_stage.team IS 'team of the item, as at its end; (none): of no team';
COMMENT ON COLUMN :"schema".flow_stage.type IS 'type of the item as at its end: feature, defect, risk, debt or other; (none): not told';
COMMENT ON COLUMN :"schema".flow_stage.priority IS 'priority of the item, as at its end; NULL: not told';
COMMENT ON COLUMN :"schema".flow_stage.service IS 'service that the item is about; (none): not told';
COMMENT ON COLUMN :"schema".flow_stage.level IS 'level of the item: parent or item, see flow_item';
COMMENT ON COLUMN :"schema".flow_stage.category IS 'category of the item; (none): in none';
COMMENT ON COLUMN :"schema".flow_stage.outcome IS 'outcome of the item: new (not started), open, done or cancelled';
COMMENT ON COLUMN :"schema".flow_stage.place IS 'place of the stage in the workflow, from 1; NULL: unmapped';
COMMENT ON COLUMN :"schema".flow_stage.stage_label IS 'stage with its place, for sorting: 02 Design Review';
COMMENT ON COLUMN :"schema".flow_stage.phase IS 'phase that the stage belongs to; NULL: to none';
COMMENT ON COLUMN :"schema".flow_stage.waiting_for IS 'whom or what one waits for in the stage; NULL: not told';
COMMENT ON COLUMN :"schema".flow_stage.owner IS 'owner of the stage; NULL: not told';
COMMENT ON COLUMN :"schema".flow_stage.class IS 'class of the stage: new, active, waiting, blocked, done or cancelled; NULL: unmapped and '
	'ignored';
COMMENT ON COLUMN :"schema".flow_stage.last_left_at IS 'when a visit of it last ended; NULL: none has';
COMMENT ON COLUMN :"schema".flow_stage.first_entered_at IS 'when it was first entered';
COMMENT ON COLUMN :"schema".flow_stage.visit_count IS 'number of visits';
COMMENT ON COLUMN :"schema".flow_stage.duration_days IS 'time in the stage in days, all visits, up to now';
COMMENT ON COLUMN :"schema".flow_stage.on_clock_days IS 'of it on the clock, in days: its part of the flow time';
COMMENT ON COLUMN :"schema".flow_stage.blocked_days IS 'of it blocked, in days';
COMMENT ON COLUMN :"schema".flow_stage.as_of_at IS 'now: up to when it is measured';
