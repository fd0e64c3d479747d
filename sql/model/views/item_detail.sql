CREATE OR REPLACE VIEW :"schema".item_detail AS
SELECT q.item, q.key, q.title, q.url, q.value_stream, q.portfolio, q.team, q.type, q.priority, q.service, q.level, q.category, q.parent,
	q.feature, q.outcome, q.stage, q.place, q.stage_label, q.finished_at, q.finished_day, q.finished_week, q.finished_month, q.released_at,
	q.released_week, q.released_month, q.created_at, q.started_at, q.cancelled_at, q.stage_entered_at, q.first_used_at,
	q.first_finished_at, q.reopened_at, q.due_at, q.due_day, q.first_due_at, q.due_moved_count,
	CASE WHEN q.finished_at IS NOT NULL THEN q.finished_at <= q.due_at WHEN q.cancelled_at IS NULL AND q.due_at < now() THEN false END
		AS on_time,
	q.size, q.flow_time_days, q.lead_time_days, q.backlog_days, q.age_days, q.active_days, q.wait_days, q.blocked_days,
	q.working_flow_time_hours, q.working_active_hours, q.working_wait_hours, q.flow_efficiency, q.rework, q.reopened, q.part_count,
	q.assisted, q.held_days, q.untouched, q.target_days,
	CASE
		WHEN q.untouched THEN NULL
		WHEN q.finished_at IS NOT NULL THEN q.flow_time_days <= q.target_days
		WHEN q.age_days > q.target_days THEN false
	END AS target_met,
	q.first_released_at, q.route, q.urgency, q.planned_value, q.cost
FROM (
	SELECT f.item, i.key, i.title, i.url, coalesce(f.value_stream, '(none)') AS value_stream, coalesce(s.portfolio, '(none)') AS portfolio,
		coalesce(f.team, '(none)') AS team, coalesce(f.type, '(none)') AS type, f.priority, coalesce(i.service, '(none)') AS service,
		coalesce(f.level, 'item') AS level, coalesce(f.category, '(none)') AS category, f.parent, f.feature, f.outcome, f.stage,
		g.place, coalesce(lpad(g.place::text, 2, '0') || ' ', '') || f.stage AS stage_label,
		f.finished_at, f.finished_day, f.finished_week, f.finished_month, f.released_at, f.released_week, f.released_month,
		f.created_at, f.started_at, f.cancelled_at, f.stage_entered_at, f.first_used_at, f.first_finished_at, f.reopened_at,
		i.due_at, (i.due_at AT TIME ZONE (SELECT m.time_zone FROM :"schema".model AS m))::date AS due_day,
		coalesce((
			SELECT t.due
			FROM :"schema".item_change AS h
				CROSS JOIN LATERAL (
					SELECT coalesce(vsm.due_time(h.previous, n.time_zone), vsm.due_time(h.value, n.time_zone)) AS due
					FROM :"schema".model AS n OFFSET 0) AS t
			WHERE h.item = f.item AND h.attribute = 'due_at' AND t.due IS NOT NULL
			ORDER BY h.at, h.change_id <> 'created', length(h.change_id), h.change_id COLLATE "C" LIMIT 1), i.due_at) AS first_due_at,
		(
			-- Of the dates that were told one after the other; one that is taken away is not moved, but by the next.
			SELECT count(*) FILTER (WHERE s.due <> s.before)::integer
			FROM (
				SELECT t.due, lag(t.due) OVER (
					ORDER BY h.at, h.change_id <> 'created', length(h.change_id), h.change_id COLLATE "C", t.place) AS before
				FROM :"schema".item_change AS h
					CROSS JOIN LATERAL (
						SELECT v.place, vsm.due_time(v.told, n.time_zone) AS due
						FROM :"schema".model AS n, (VALUES (1, h.previous), (2, h.value)) AS v (place, told) OFFSET 0) AS t
				WHERE h.item = f.item AND h.attribute = 'due_at' AND t.due IS NOT NULL) AS s) AS due_moved_count,
		i.size::float8 AS size, date_part('epoch', f.flow_time) / 86400 AS flow_time_days,
		date_part('epoch', f.lead_time) / 86400 AS lead_time_days, date_part('epoch', f.backlog_time) / 86400 AS backlog_days,
		date_part('epoch', (l.wall).item_age) / 86400 AS age_days,
		date_part('epoch', CASE f.outcome WHEN 'open' THEN (l.wall).active_time ELSE f.active_time END) / 86400 AS active_days,
		date_part('epoch', CASE f.outcome WHEN 'open' THEN (l.wall).wait_time ELSE f.wait_time END) / 86400 AS wait_days,
		date_part('epoch', CASE f.outcome WHEN 'open' THEN (l.wall).blocked_time ELSE f.blocked_time END) / 86400 AS blocked_days,
		date_part('epoch', f.working_flow_time) / 3600 AS working_flow_time_hours,
		date_part('epoch', CASE f.outcome WHEN 'open' THEN (l.working).active_time ELSE f.working_active_time END) / 3600
			AS working_active_hours,
		date_part('epoch', CASE f.outcome WHEN 'open' THEN (l.working).wait_time ELSE f.working_wait_time END) / 3600
			AS working_wait_hours,
		CASE f.outcome WHEN 'open' THEN (l.wall).flow_efficiency ELSE f.flow_efficiency END AS flow_efficiency,
		f.rework, f.reopened, f.parts AS part_count,
		coalesce(f.assisted, false) AS assisted,
		CASE WHEN f.held_since IS NULL THEN 0
			ELSE date_part('epoch', coalesce(f.held_until, now()) - f.held_since) / 86400 END AS held_days, f.untouched,
		(
			SELECT y.days FROM :"schema".service_level AS y
			WHERE y.stage IS NULL AND (y.value_stream IS NULL OR y.value_stream = f.value_stream) AND (y.type IS NULL OR y.type = f.type)
			AND (y.priority IS NULL OR y.priority = f.priority)
			ORDER BY num_nonnulls(y.value_stream, y.type, y.priority) DESC, y.days LIMIT 1) AS target_days,
		f.first_released_at, f.route, i.urgency, i.planned_value, i.cost
	FROM :"schema".item_flow AS f
		JOIN :"schema".item AS i ON i.item = f.item
		LEFT JOIN :"schema".route AS r ON r.route = f.route
		LEFT JOIN :"schema".value_stream AS s ON s.value_stream = f.value_stream
		LEFT JOIN (
			SELECT t.route, w.stage, w.place FROM :"schema".route AS t, LATERAL vsm.stages(t.workflow) AS w) AS g
				ON g.route = f.route AND g.stage = f.stage
		CROSS JOIN LATERAL (
			SELECT CASE WHEN f.outcome = 'open' THEN vsm.flow(f.timeline, r.workflow, NULL, now()) END AS wall,
				CASE WHEN f.outcome = 'open' AND r.calendar IS NOT NULL
					THEN vsm.flow(f.timeline, r.workflow, r.calendar, now()) END AS working
			OFFSET 0) AS l) AS q
WHERE NOT EXISTS (SELECT FROM :"schema".access) OR q.value_stream = ANY (ARRAY(
	SELECT a.value_stream FROM :"schema".access AS a JOIN pg_catalog.pg_roles AS o ON o.rolname = a.role
	WHERE pg_catalog.pg_has_role(o.oid, 'USAGE')));

COMMENT ON VIEW :"schema".item_detail IS
	'items as flow_item tells of them, for the views that are made of it: of it they take, item by item, what they need';
COMMENT ON COLUMN :"schema".item_detail.item IS 'the item; the columns up to target_met are those of flow_item';
COMMENT ON COLUMN :"schema".item_detail.key IS 'as in flow_item';
COMMENT ON COLUMN :"schema".item_detail.title IS 'as in flow_item';
COMMENT ON COLUMN :"schema".item_detail.url IS 'as in flow_item';
COMMENT ON COLUMN :"schema".item_detail.value_stream IS 'as in flow_item';
COMMENT ON COLUMN :"schema".item_detail.portfolio IS 'as in flow_item';
COMMENT ON COLUMN :"schema".item_detail.team IS 'as in flow_item';
COMMENT ON COLUMN :"schema".item_detail.type IS 'as in flow_item';
COMMENT ON COLUMN :"schema".item_detail.priority IS 'as in flow_item';
COMMENT ON COLUMN :"schema".item_detail.service IS 'as in flow_item';
COMMENT ON COLUMN :"schema".item_detail.level IS 'as in flow_item';
COMMENT ON COLUMN :"schema".item_detail.category IS 'as in flow_item';
COMMENT ON COLUMN :"schema".item_detail.parent IS 'as in flow_item';
COMMENT ON COLUMN :"schema".item_detail.feature IS 'as in flow_item';
COMMENT ON COLUMN :"schema".item_detail.outcome IS 'as in flow_item';
COMMENT ON COLUMN :"schema".item_detail.stage IS 'as in flow_item';
COMMENT ON COLUMN :"schema".item_detail.place IS 'as in flow_item';
COMMENT ON COLUMN :"schema".item_detail.stage_label IS 'as in flow_item';
COMMENT ON COLUMN :"schema".item_detail.finished_at IS 'as in flow_item';
COMMENT ON COLUMN :"schema".item_detail.finished_day IS 'as in flow_item';
COMMENT ON COLUMN :"schema".item_detail.finished_week IS 'as in flow_item';
COMMENT ON COLUMN :"schema".item_detail.finished_month IS 'as in flow_item';
COMMENT ON COLUMN :"schema".item_detail.released_at IS 'as in flow_item';
COMMENT ON COLUMN :"schema".item_detail.released_week IS 'as in flow_item';
COMMENT ON COLUMN :"schema".item_detail.released_month IS 'as in flow_item';
COMMENT ON COLUMN :"schema".item_detail.created_at IS 'as in flow_item';
COMMENT ON COLUMN :"schema".item_detail.started_at IS 'as in flow_item';
COMMENT ON COLUMN :"schema".item_detail.cancelled_at IS 'as in flow_item';
COMMENT ON COLUMN :"schema".item_detail.stage_entered_at IS 'as in flow_item';
COMMENT ON COLUMN :"schema".item_detail.first_used_at IS 'as in flow_item';
COMMENT ON COLUMN :"schema".item_detail.first_finished_at IS 'as in flow_item';
COMMENT ON COLUMN :"schema".item_detail.reopened_at IS 'as in flow_item';
COMMENT ON COLUMN :"schema".item_detail.due_at IS 'as in flow_item';
COMMENT ON COLUMN :"schema".item_detail.due_day IS 'as in flow_item';
COMMENT ON COLUMN :"schema".item_detail.first_due_at IS 'as in flow_item';
COMMENT ON COLUMN :"schema".item_detail.due_moved_count IS 'as in flow_item';
COMMENT ON COLUMN :"schema".item_detail.on_time IS 'as in flow_item';
COMMENT ON COLUMN :"schema".item_detail.size IS 'as in flow_item';
COMMENT ON COLUMN :"schema".item_detail.flow_time_days IS 'as in flow_item';
COMMENT ON COLUMN :"schema".item_detail.lead_time_days IS 'as in flow_item';
COMMENT ON COLUMN :"schema".item_detail.backlog_days IS 'as in flow_item';
COMMENT ON COLUMN :"schema".item_detail.age_days IS 'as in flow_item';
COMMENT ON COLUMN :"schema".item_detail.active_days IS 'as in flow_item';
COMMENT ON COLUMN :"schema".item_detail.wait_days IS 'as in flow_item';
COMMENT ON COLUMN :"schema".item_detail.blocked_days IS 'as in flow_item';
COMMENT ON COLUMN :"schema".item_detail.working_flow_time_hours IS 'as in flow_item';
COMMENT ON COLUMN :"schema".item_detail.working_active_hours IS 'as in flow_item';
COMMENT ON COLUMN :"schema".item_detail.working_wait_hours IS 'as in flow_item';
COMMENT ON COLUMN :"schema".item_detail.flow_efficiency IS 'as in flow_item';
COMMENT ON COLUMN :"schema".item_detail.rework IS 'as in flow_item';
COMMENT ON COLUMN :"schema".item_detail.reopened IS 'as in flow_item';
COMMENT ON COLUMN :"schema".item_detail.part_count IS 'as in flow_item';
COMMENT ON COLUMN :"schema".item_detail.assisted IS 'as in flow_item';
COMMENT ON COLUMN :"schema".item_detail.held_days IS 'as in flow_item';
COMMENT ON COLUMN :"schema".item_detail.untouched IS 'as in flow_item';
COMMENT ON COLUMN :"schema".item_detail.target_days IS 'as in flow_item';
COMMENT ON COLUMN :"schema".item_detail.target_met IS 'as in flow_item';
COMMENT ON COLUMN :"schema".item_detail.first_released_at IS 'when the first of its parts was released; NULL: not yet';
COMMENT ON COLUMN :"schema".item_detail.route IS 'route whose workflow it is measured with';
COMMENT ON COLUMN :"schema".item_detail.urgency IS 'its urgency; NULL: none';
COMMENT ON COLUMN :"schema".item_detail.planned_value IS 'what it is to bring; NULL: not told';
COMMENT ON COLUMN :"schema".item_detail.cost IS 'what it has cost, as told; NULL: not told';
