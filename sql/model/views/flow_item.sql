CREATE OR REPLACE VIEW :"schema".flow_item WITH (security_barrier) AS
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
	now() AS as_of_at
FROM (
	SELECT f.item, i.key, i.title, i.url, coalesce(f.value_stream, '(none)') AS value_stream, coalesce(s.portfolio, '(none)') AS portfolio,
		coalesce(f.team, '(none)') AS team, coalesce(f.type, '(none)') AS type, f.priority, coalesce(i.service, '(none)') AS service,
		coalesce(f.level, 'item') AS level, coalesce(f.category, '(none)') AS category, f.parent, f.feature, f.outcome, f.stage,
		g.place, coalesce(lpad(g.place::text, 2, '0') || ' ', '') || f.stage AS stage_label,
		f.finished_at, f.finished_day, f.finished_week, f.finished_month, f.released_at, f.released_week, f.released_month,
		f.created_at, f.started_at, f.cancelled_at, f.stage_entered_at, f.first_used_at, f.first_finished_at, f.reopened_at,
		i.due_at, (i.due_at AT TIME ZONE (SELECT m.time_zone FROM :"schema".model AS m))::date AS due_day,
		coalesce((
			SELECT coalesce(vsm.json_time(to_jsonb(h.previous)), vsm.json_time(to_jsonb(h.value)))
			FROM :"schema".item_change AS h WHERE h.item = f.item AND h.attribute = 'due_at'
			AND coalesce(vsm.json_time(to_jsonb(h.previous)), vsm.json_time(to_jsonb(h.value))) IS NOT NULL
			ORDER BY h.at, length(h.change_id), h.change_id COLLATE "C" LIMIT 1), i.due_at) AS first_due_at,
		(
			SELECT count(*) FILTER (WHERE vsm.json_time(to_jsonb(h.previous)) <> vsm.json_time(to_jsonb(h.value)))::integer
			FROM :"schema".item_change AS h WHERE h.item = f.item AND h.attribute = 'due_at') AS due_moved_count,
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
			ORDER BY num_nonnulls(y.value_stream, y.type, y.priority) DESC, y.days LIMIT 1) AS target_days
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

COMMENT ON VIEW :"schema".flow_item IS 'items with their times and where they stand: one row an item';
COMMENT ON COLUMN :"schema".flow_item.item IS 'item';
COMMENT ON COLUMN :"schema".flow_item.key IS 'key in the tracker; NULL: not told';
COMMENT ON COLUMN :"schema".flow_item.title IS 'title; NULL: not told';
COMMENT ON COLUMN :"schema".flow_item.url IS 'address in the tracker; NULL: not told';
COMMENT ON COLUMN :"schema".flow_item.value_stream IS 'value stream, as at its end; (none): no rule of routing matches';
COMMENT ON COLUMN :"schema".flow_item.portfolio IS 'portfolio of the value stream; (none): in none';
COMMENT ON COLUMN :"schema".flow_item.team IS 'team, as at its end; (none): of no team';
COMMENT ON COLUMN :"schema".flow_item.type IS 'type as at its end: feature, defect, risk, debt or other; (none): not told';
COMMENT ON COLUMN :"schema".flow_item.priority IS 'priority, as at its end; NULL: not told';
COMMENT ON COLUMN :"schema".flow_item.service IS 'service that it is about; (none): not told';
COMMENT ON COLUMN :"schema".flow_item.level IS
	'level: parent (it has children in a value stream that are not cancelled) or item; parents are not to be counted beside their children';
COMMENT ON COLUMN :"schema".flow_item.category IS 'category, by its field, labels or type and the table naming; (none): in none';
COMMENT ON COLUMN :"schema".flow_item.parent IS 'item that it is a part of; NULL: of none';
COMMENT ON COLUMN :"schema".flow_item.feature IS 'feature that it is a part of; NULL: of none';
COMMENT ON COLUMN :"schema".flow_item.outcome IS 'outcome: new (not started), open, done or cancelled; NULL: without a workflow or events';
COMMENT ON COLUMN :"schema".flow_item.stage IS 'stage that it is in; NULL: in none';
COMMENT ON COLUMN :"schema".flow_item.place IS 'place of the stage in the workflow, from 1; NULL: unmapped, or in none';
COMMENT ON COLUMN :"schema".flow_item.stage_label IS 'stage with its place, for sorting: 02 Design Review; NULL: in none';
COMMENT ON COLUMN :"schema".flow_item.finished_at IS 'when it was done; NULL unless it is';
COMMENT ON COLUMN :"schema".flow_item.finished_day IS 'day on which it was done, in the time zone of the model; NULL unless it is';
COMMENT ON COLUMN :"schema".flow_item.finished_week IS 'week in which it was done, by its first day; NULL unless it is';
COMMENT ON COLUMN :"schema".flow_item.finished_month IS 'month in which it was done, by its first day; NULL unless it is';
COMMENT ON COLUMN :"schema".flow_item.released_at IS 'when all of its parts that can be released were; NULL: not yet, or it has none';
COMMENT ON COLUMN :"schema".flow_item.released_week IS 'week in which it was released, by its first day; NULL: not yet, or without parts';
COMMENT ON COLUMN :"schema".flow_item.released_month IS 'month in which it was released, by its first day; NULL: not yet, or without parts';
COMMENT ON COLUMN :"schema".flow_item.created_at IS 'when it was created; NULL: not known';
COMMENT ON COLUMN :"schema".flow_item.started_at IS 'when work on it began; NULL: not yet';
COMMENT ON COLUMN :"schema".flow_item.cancelled_at IS 'when it was cancelled; NULL unless it is';
COMMENT ON COLUMN :"schema".flow_item.stage_entered_at IS 'since when it is in its stage; NULL: in none';
COMMENT ON COLUMN :"schema".flow_item.first_used_at IS 'when it was first used after its release, or after it was done; NULL: not yet';
COMMENT ON COLUMN :"schema".flow_item.first_finished_at IS 'when it was done for the first time; NULL: never';
COMMENT ON COLUMN :"schema".flow_item.reopened_at IS 'when it was last reopened after it was done; NULL: never';
COMMENT ON COLUMN :"schema".flow_item.due_at IS 'when it is due, as told last; NULL: not told';
COMMENT ON COLUMN :"schema".flow_item.due_day IS 'day on which it is due, in the time zone of the model; NULL: not told';
COMMENT ON COLUMN :"schema".flow_item.first_due_at IS 'when it was due as first told; NULL: never told';
COMMENT ON COLUMN :"schema".flow_item.due_moved_count IS 'how often its due date was moved';
COMMENT ON COLUMN :"schema".flow_item.on_time IS
	'whether it was done by its due date; false, too, once that has passed; NULL: before it, without one, and cancelled';
COMMENT ON COLUMN :"schema".flow_item.size IS 'size, in the unit that the team estimates in; NULL: not estimated';
COMMENT ON COLUMN :"schema".flow_item.flow_time_days IS 'flow time in days, from started to done on the clock; NULL unless done';
COMMENT ON COLUMN :"schema".flow_item.lead_time_days IS 'lead time in days, from created to done; NULL unless done';
COMMENT ON COLUMN :"schema".flow_item.backlog_days IS 'time in the backlog in days, from created to started; NULL: not started';
COMMENT ON COLUMN :"schema".flow_item.age_days IS 'age in days, from started to now on the clock; NULL unless open';
COMMENT ON COLUMN :"schema".flow_item.active_days IS 'active time in days, of open items up to now; NULL: without a workflow or events';
COMMENT ON COLUMN :"schema".flow_item.wait_days IS
	'waiting time in days, blocked time included, of open items up to now; NULL: without a workflow or events';
COMMENT ON COLUMN :"schema".flow_item.blocked_days IS
	'blocked time in days, of open items up to now; NULL: without a workflow or events';
COMMENT ON COLUMN :"schema".flow_item.working_flow_time_hours IS 'flow time in working hours; NULL unless done, and without a calendar';
COMMENT ON COLUMN :"schema".flow_item.working_active_hours IS
	'active time in working hours, of open items up to now; NULL: without a calendar';
COMMENT ON COLUMN :"schema".flow_item.working_wait_hours IS
	'waiting time in working hours, of open items up to now; NULL: without a calendar';
COMMENT ON COLUMN :"schema".flow_item.flow_efficiency IS
	'flow efficiency, active time / (active + waiting time), from 0 to 1; NULL where both are 0';
COMMENT ON COLUMN :"schema".flow_item.rework IS 'moves back to an earlier stage; NULL: without a workflow or events';
COMMENT ON COLUMN :"schema".flow_item.reopened IS 'how often it was reopened; NULL: without a workflow or events';
COMMENT ON COLUMN :"schema".flow_item.part_count IS 'number of merge requests and commits that implement it';
COMMENT ON COLUMN :"schema".flow_item.assisted IS 'whether an assistant helped to write one of its parts';
COMMENT ON COLUMN :"schema".flow_item.held_days IS
	'days for which the tracker said done while parts were not released, up to now where they are not; 0: it was not held';
COMMENT ON COLUMN :"schema".flow_item.untouched IS 'whether it was done without ever having been started: backlog clean-up; NULL: '
	'without a workflow or events';
COMMENT ON COLUMN :"schema".flow_item.target_days IS 'flow time in days that is expected of it, see service_level; NULL: nothing is';
COMMENT ON COLUMN :"schema".flow_item.target_met IS
	'whether its flow time is as expected; of open items false once they are older; NULL: not known yet, cancelled, untouched, no target';
COMMENT ON COLUMN :"schema".flow_item.as_of_at IS 'now: up to when open items are measured';
