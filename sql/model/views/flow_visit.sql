CREATE OR REPLACE VIEW :"schema".flow_visit WITH (security_barrier) AS
SELECT q.item, q.visit, q.key, q.title, q.url, q.value_stream, q.portfolio, q.team, q.type, q.priority, q.service, q.level, q.category,
	q.stage, q.place, q.stage_label, q.phase, q.waiting_for, q.owner, q.class, q.left_at, q.left_day, q.left_week, q.left_month,
	q.entered_at, q.duration_days, q.blocked_days, q.on_clock, q.backward, q.is_waiting
FROM (
	SELECT v.item, v.visit, f.key, f.title, f.url, f.value_stream, f.portfolio, coalesce(v.team, '(none)') AS team,
		coalesce(v.type, '(none)') AS type, v.priority, f.service, f.level, f.category, v.stage, v.place,
		coalesce(lpad(v.place::text, 2, '0') || ' ', '') || v.stage AS stage_label, g.phase, g.waiting_for, g.owner, v.class,
		v.left_at, v.left_day, v.left_week, v.left_month, v.entered_at, date_part('epoch', v.duration) / 86400 AS duration_days,
		date_part('epoch', v.blocked) / 86400 AS blocked_days, v.on_clock, v.backward, v.class = 'waiting' AND v.on_clock AS is_waiting
	FROM :"schema".visit AS v
		-- (Visits are of the value stream of their item: a filter of it reaches them by their own column.)
		JOIN :"schema".item_detail AS f ON f.item = v.item AND f.value_stream = coalesce(v.value_stream, '(none)')
		LEFT JOIN (
			SELECT t.route, w.stage, w.phase, w.waiting_for, w.owner
			FROM :"schema".route AS t, LATERAL vsm.stages(t.workflow) AS w) AS g
				ON g.route = f.route AND g.stage = v.stage) AS q
WHERE NOT EXISTS (SELECT FROM :"schema".access) OR q.value_stream = ANY (ARRAY(
	SELECT a.value_stream FROM :"schema".access AS a JOIN pg_catalog.pg_roles AS o ON o.rolname = a.role
	WHERE pg_catalog.pg_has_role(o.oid, 'USAGE')));

COMMENT ON VIEW :"schema".flow_visit IS 'visits of stages by items: one row a visit';
COMMENT ON COLUMN :"schema".flow_visit.item IS 'item';
COMMENT ON COLUMN :"schema".flow_visit.visit IS 'number of the visit, from 1';
COMMENT ON COLUMN :"schema".flow_visit.key IS 'key in the tracker; NULL: not told';
COMMENT ON COLUMN :"schema".flow_visit.title IS 'title; NULL: not told';
COMMENT ON COLUMN :"schema".flow_visit.url IS 'address in the tracker; NULL: not told';
COMMENT ON COLUMN :"schema".flow_visit.value_stream IS 'value stream of the item; (none): no rule of routing matches';
COMMENT ON COLUMN :"schema".flow_visit.portfolio IS 'portfolio of the value stream; (none): in none';
COMMENT ON COLUMN :"schema".flow_visit.team IS 'team at the end of the visit; (none): of no team';
COMMENT ON COLUMN :"schema".flow_visit.type IS 'type at the end of the visit: feature, defect, risk, debt or other; (none): not told';
COMMENT ON COLUMN :"schema".flow_visit.priority IS 'priority at the end of the visit; NULL: not told';
COMMENT ON COLUMN :"schema".flow_visit.service IS 'service that the item is about; (none): not told';
COMMENT ON COLUMN :"schema".flow_visit.level IS 'level of the item: parent or item, see flow_item';
COMMENT ON COLUMN :"schema".flow_visit.category IS 'category of the item; (none): in none';
COMMENT ON COLUMN :"schema".flow_visit.stage IS 'stage';
COMMENT ON COLUMN :"schema".flow_visit.place IS 'place of the stage in the workflow, from 1; NULL: unmapped';
COMMENT ON COLUMN :"schema".flow_visit.stage_label IS 'stage with its place, for sorting: 02 Design Review';
COMMENT ON COLUMN :"schema".flow_visit.phase IS 'phase that the stage belongs to; NULL: to none';
COMMENT ON COLUMN :"schema".flow_visit.waiting_for IS 'whom or what one waits for in the stage; NULL: not told';
COMMENT ON COLUMN :"schema".flow_visit.owner IS 'owner of the stage; NULL: not told';
COMMENT ON COLUMN :"schema".flow_visit.class IS 'class of the stage: new, active, waiting, done or cancelled; NULL: unmapped and ignored';
COMMENT ON COLUMN :"schema".flow_visit.left_at IS 'when it was left; NULL: not yet';
COMMENT ON COLUMN :"schema".flow_visit.left_day IS 'day on which it was left, in the time zone of the model; NULL: not yet';
COMMENT ON COLUMN :"schema".flow_visit.left_week IS 'week in which it was left, by its first day; NULL: not yet';
COMMENT ON COLUMN :"schema".flow_visit.left_month IS 'month in which it was left, by its first day; NULL: not yet';
COMMENT ON COLUMN :"schema".flow_visit.entered_at IS 'when it was entered';
COMMENT ON COLUMN :"schema".flow_visit.duration_days IS 'time in the stage in days; NULL while the visit goes on';
COMMENT ON COLUMN :"schema".flow_visit.blocked_days IS 'of it blocked, in days; NULL while the visit goes on';
COMMENT ON COLUMN :"schema".flow_visit.on_clock IS 'whether its time counts as flow time';
COMMENT ON COLUMN :"schema".flow_visit.backward IS 'whether it was entered from a later stage';
COMMENT ON COLUMN :"schema".flow_visit.is_waiting IS 'whether its time is waiting time as a whole: a waiting stage on the clock';
