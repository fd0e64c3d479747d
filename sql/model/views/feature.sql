CREATE OR REPLACE VIEW :"schema".feature WITH (security_barrier) AS
SELECT f.item, f.key, f.title, f.url, f.value_stream, f.portfolio, f.team, f.type, f.priority, f.service, f.level, f.category, f.outcome,
	f.stage, f.place, f.stage_label, now() + w.p85 * interval '168 hours' AS p85_at,
	vsm.period_day(now() + w.p85 * interval '168 hours', m.time_zone) AS p85_day, now() + w.p50 * interval '168 hours' AS p50_at,
	now() + w.p95 * interval '168 hours' AS p95_at, now() + s.p85_alone_weeks * interval '168 hours' AS p85_alone_at,
	f.due_at, f.due_day, f.created_at, f.started_at, f.finished_at, f.finished_day, f.finished_week, f.finished_month,
	t.item_count, t.finished_count, t.cancelled_count, t.added_after_start_count, t.remaining_count, d.active_days, d.wait_days,
	d.active_days / nullif(d.active_days + d.wait_days, 0) AS flow_efficiency,
	CASE
		WHEN t.remaining_count = 0 THEN NULL
		WHEN f.due_at < now() THEN 1
		ELSE 1 - vsm.joint_probability(s.samples, s.items, floor(date_part('epoch', f.due_at - now()) / 604800)::integer)
	END AS late_probability,
	t.children_stage, now() AS as_of_at
FROM :"schema".item_detail AS f
	-- Feature by feature, of those that are asked for.
	CROSS JOIN LATERAL (SELECT k.* FROM :"schema".feature_content AS k WHERE k.item = f.item OFFSET 0) AS t
	LEFT JOIN :"schema".feature_queue AS s ON s.item = f.item
	CROSS JOIN :"schema".model AS m
	CROSS JOIN LATERAL (
		SELECT date_part('epoch', vsm.working_time(t.active, NULL)) / 86400 AS active_days,
			date_part('epoch', vsm.working_time(t.waiting - t.active, NULL)) / 86400 AS wait_days) AS d
	CROSS JOIN LATERAL (
		SELECT vsm.joint_periods(s.samples, s.items, 0.5) AS p50, vsm.joint_periods(s.samples, s.items, 0.85) AS p85,
			vsm.joint_periods(s.samples, s.items, 0.95) AS p95 OFFSET 0) AS w
WHERE f.level = 'parent';

COMMENT ON VIEW :"schema".feature IS
	'features: items with children, what is left of them and when they will be done: one row an item with children';
COMMENT ON COLUMN :"schema".feature.item IS 'item';
COMMENT ON COLUMN :"schema".feature.key IS 'key in the tracker; NULL: not told';
COMMENT ON COLUMN :"schema".feature.title IS 'title; NULL: not told';
COMMENT ON COLUMN :"schema".feature.url IS 'address in the tracker; NULL: not told';
COMMENT ON COLUMN :"schema".feature.value_stream IS 'value stream, as at its end; (none): no rule of routing matches';
COMMENT ON COLUMN :"schema".feature.portfolio IS 'portfolio of the value stream; (none): in none';
COMMENT ON COLUMN :"schema".feature.team IS 'team, as at its end; (none): of no team';
COMMENT ON COLUMN :"schema".feature.type IS 'type as at its end: feature, defect, risk, debt or other; (none): not told';
COMMENT ON COLUMN :"schema".feature.priority IS 'priority, as at its end; NULL: not told';
COMMENT ON COLUMN :"schema".feature.service IS 'service that it is about; (none): not told';
COMMENT ON COLUMN :"schema".feature.level IS 'level: parent, all of them; a feature may be below another';
COMMENT ON COLUMN :"schema".feature.category IS 'category, by its field, labels or type and the table naming; (none): in none';
COMMENT ON COLUMN :"schema".feature.outcome IS 'outcome: new (not started), open, done or cancelled; NULL: without a workflow or events';
COMMENT ON COLUMN :"schema".feature.stage IS 'stage that it is in itself; NULL: in none';
COMMENT ON COLUMN :"schema".feature.place IS 'place of the stage in the workflow, from 1; NULL: unmapped, or in none';
COMMENT ON COLUMN :"schema".feature.stage_label IS 'stage with its place, for sorting: 02 Design Review; NULL: in none';
COMMENT ON COLUMN :"schema".feature.p85_at IS
	'when it will be done with 85 % chance, in whole weeks from now; NULL: nothing is left, or one of its teams has finished '
	'nothing yet';
COMMENT ON COLUMN :"schema".feature.p85_day IS 'day of p85_at in the time zone of the model; NULL where that is';
COMMENT ON COLUMN :"schema".feature.p50_at IS 'when it will be done with 50 % chance; NULL as p85_at';
COMMENT ON COLUMN :"schema".feature.p95_at IS 'when it will be done with 95 % chance; NULL as p85_at';
COMMENT ON COLUMN :"schema".feature.p85_alone_at IS 'when it would be done with 85 % chance if its teams did nothing else; NULL as p85_at';
COMMENT ON COLUMN :"schema".feature.due_at IS 'when it is due, as told last; NULL: not told';
COMMENT ON COLUMN :"schema".feature.due_day IS 'day on which it is due, in the time zone of the model; NULL: not told';
COMMENT ON COLUMN :"schema".feature.created_at IS 'when it was created; NULL: not known';
COMMENT ON COLUMN :"schema".feature.started_at IS 'when work on it began; NULL: not yet';
COMMENT ON COLUMN :"schema".feature.finished_at IS 'when it was done; NULL unless it is';
COMMENT ON COLUMN :"schema".feature.finished_day IS 'day on which it was done, in the time zone of the model; NULL unless it is';
COMMENT ON COLUMN :"schema".feature.finished_week IS 'week in which it was done, by its first day; NULL unless it is';
COMMENT ON COLUMN :"schema".feature.finished_month IS 'month in which it was done, by its first day; NULL unless it is';
COMMENT ON COLUMN :"schema".feature.item_count IS
	'number of items that it consists of: those below it, at whatever depth, without children of their own';
COMMENT ON COLUMN :"schema".feature.finished_count IS 'number of them that are done';
COMMENT ON COLUMN :"schema".feature.cancelled_count IS 'number of them that were cancelled';
COMMENT ON COLUMN :"schema".feature.added_after_start_count IS 'number of them that were created after the first was started';
COMMENT ON COLUMN :"schema".feature.remaining_count IS 'number of them that are left to do';
COMMENT ON COLUMN :"schema".feature.active_days IS
	'active time in days, in which one of its items or more was worked on, up to now; NULL: without a workflow';
COMMENT ON COLUMN :"schema".feature.wait_days IS
	'waiting time in days, in which items of it waited and none was worked on, up to now; NULL: without a workflow';
COMMENT ON COLUMN :"schema".feature.flow_efficiency IS
	'flow efficiency of its items together, active / (active + waiting time), from 0 to 1; NULL where both are 0';
COMMENT ON COLUMN :"schema".feature.late_probability IS
	'chance that it is late, from 0 to 1, 1 once it is; NULL: without a due date, nothing is left, or a team has finished nothing yet';
COMMENT ON COLUMN :"schema".feature.children_stage IS
	'stage of the item that is furthest behind, of those begun; NULL where they have different workflows';
COMMENT ON COLUMN :"schema".feature.as_of_at IS 'now: up to when it is measured';
