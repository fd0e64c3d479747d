CREATE OR REPLACE VIEW :"schema".aging_work WITH (security_barrier) AS
SELECT f.item, f.key, f.title, f.url, f.value_stream, f.portfolio, f.team, f.type, f.priority, f.service, f.level, f.category, f.parent,
	f.feature, f.outcome, f.stage, f.place, f.stage_label, g.phase, g.waiting_for, g.owner, f.stage_entered_at, f.started_at, f.created_at,
	f.finished_at, f.finished_day, f.finished_week, f.finished_month, f.released_at, f.released_week, f.released_month, f.cancelled_at,
	f.first_used_at, f.first_finished_at, f.reopened_at, f.due_at, f.due_day, f.first_due_at, f.due_moved_count, f.on_time, f.size,
	f.flow_time_days, f.lead_time_days, f.backlog_days, f.age_days, f.active_days, f.wait_days, f.blocked_days, f.working_flow_time_hours,
	f.working_active_hours, f.working_wait_hours, f.flow_efficiency, f.rework, f.reopened, f.part_count, f.assisted, f.held_days,
	f.untouched, f.target_days, f.target_met, t.in_stage / 86400 AS days_in_stage, g.wip_limit, s.stage_days[1] AS stage_p50_days,
	s.stage_days[2] AS stage_p85_days, s.pace_days[1] AS pace_p50_days, s.pace_days[2] AS pace_p85_days,
	t.in_stage / 86400 > s.stage_days[2] AS is_slow, coalesce(s.sample_count, 0)::integer AS sample_count,
	CASE
		WHEN f.age_days >= f.target_days THEN 0
		ELSE vsm.probability(s.rest, make_interval(secs => (f.target_days - f.age_days) * 86400), make_interval(secs => t.in_stage),
			s.after)
	END AS target_chance,
	least(vsm.breach_at(i.timeline, r.workflow, make_interval(secs => f.target_days * 86400)),
		vsm.breach_at(i.timeline, r.workflow, make_interval(secs => l.days * 86400), f.stage)) AS breach_at,
	e.eta AS eta_p85_at, vsm.period_day(e.eta, m.time_zone) AS eta_day,
	CASE
		WHEN f.due_at < now() THEN 1
		ELSE 1 - vsm.probability(s.rest, f.due_at - now(), make_interval(secs => t.in_stage), s.after)
	END AS late_probability,
	(
		SELECT vsm.delay_cost(d.urgency, m.currency, d.waiting) FROM :"schema".delay_span AS d
		WHERE d.item = f.item AND f.urgency IS NOT NULL) AS delay_cost,
	now() AS as_of_at
FROM :"schema".item_detail AS f
	JOIN :"schema".item_flow AS i ON i.item = f.item
	JOIN :"schema".route AS r ON r.route = f.route
	CROSS JOIN (SELECT time_zone, week_starts, currency FROM :"schema".model LIMIT 1) AS m
	CROSS JOIN LATERAL (SELECT greatest(date_part('epoch', now() - f.stage_entered_at), 0) AS in_stage) AS t
	LEFT JOIN (
		SELECT u.route, w.stage, w.wip_limit, w.phase, w.waiting_for, w.owner
		FROM :"schema".route AS u, LATERAL vsm.stages(u.workflow) AS w) AS g ON g.route = f.route AND g.stage = f.stage
	LEFT JOIN :"schema".stage_chance AS s
		ON s.value_stream = f.value_stream AND s.type = f.type AND s.level = f.level AND s.stage = f.stage
	LEFT JOIN LATERAL (
		SELECT y.days FROM :"schema".service_level AS y
		WHERE y.stage = f.stage AND (y.value_stream IS NULL OR y.value_stream = f.value_stream) AND (y.type IS NULL OR y.type = f.type)
		AND (y.priority IS NULL OR y.priority = f.priority)
		ORDER BY num_nonnulls(y.value_stream, y.type, y.priority) DESC, y.days LIMIT 1) AS l ON true
	CROSS JOIN LATERAL (
		-- (Days of an interval are of 24 hours, but not where they are added to a time.)
		SELECT now() + make_interval(secs => date_part('epoch', vsm.eta(s.rest, make_interval(secs => t.in_stage), s.after, 0.85))) AS eta
		OFFSET 0) AS e
-- (Twice, for an index that has what is left.)
WHERE f.outcome = 'open' AND (f.outcome IN ('done', 'cancelled')) IS NOT TRUE;

COMMENT ON VIEW :"schema".aging_work IS 'work in progress, how old it is and when it is likely to be done: one row an open item';
COMMENT ON COLUMN :"schema".aging_work.item IS 'item';
COMMENT ON COLUMN :"schema".aging_work.key IS 'key in the tracker; NULL: not told';
COMMENT ON COLUMN :"schema".aging_work.title IS 'title; NULL: not told';
COMMENT ON COLUMN :"schema".aging_work.url IS 'address in the tracker; NULL: not told';
COMMENT ON COLUMN :"schema".aging_work.value_stream IS 'value stream; (none): no rule of routing matches';
COMMENT ON COLUMN :"schema".aging_work.portfolio IS 'portfolio of the value stream; (none): in none';
COMMENT ON COLUMN :"schema".aging_work.team IS 'team; (none): of no team';
COMMENT ON COLUMN :"schema".aging_work.type IS 'type: feature, defect, risk, debt or other; (none): not told';
COMMENT ON COLUMN :"schema".aging_work.priority IS 'priority; NULL: not told';
COMMENT ON COLUMN :"schema".aging_work.service IS 'service that it is about; (none): not told';
COMMENT ON COLUMN :"schema".aging_work.level IS
	'level: parent (it has children in a value stream that are not cancelled) or item; parents are not to be counted beside their '
	'children';
COMMENT ON COLUMN :"schema".aging_work.category IS 'category, by its field, labels or type and the table naming; (none): in none';
COMMENT ON COLUMN :"schema".aging_work.parent IS 'item that it is a part of; NULL: of none';
COMMENT ON COLUMN :"schema".aging_work.feature IS 'feature that it is a part of; NULL: of none';
COMMENT ON COLUMN :"schema".aging_work.outcome IS 'outcome: open';
COMMENT ON COLUMN :"schema".aging_work.stage IS 'stage that it is in; NULL: in none';
COMMENT ON COLUMN :"schema".aging_work.place IS 'place of the stage in the workflow, from 1; NULL: unmapped, or in none';
COMMENT ON COLUMN :"schema".aging_work.stage_label IS 'stage with its place, for sorting: 02 Design Review; NULL: in none';
COMMENT ON COLUMN :"schema".aging_work.phase IS 'phase that the stage belongs to; NULL: to none';
COMMENT ON COLUMN :"schema".aging_work.waiting_for IS 'whom or what one waits for in the stage; NULL: not told';
COMMENT ON COLUMN :"schema".aging_work.owner IS 'owner of the stage; NULL: not told';
COMMENT ON COLUMN :"schema".aging_work.stage_entered_at IS 'since when it is in its stage; NULL: in none';
COMMENT ON COLUMN :"schema".aging_work.started_at IS 'when work on it began; NULL: not yet';
COMMENT ON COLUMN :"schema".aging_work.created_at IS 'when it was created; NULL: not known';
COMMENT ON COLUMN :"schema".aging_work.finished_at IS 'when it was done: NULL, as it is open';
COMMENT ON COLUMN :"schema".aging_work.finished_day IS 'day on which it was done: NULL, as it is open';
COMMENT ON COLUMN :"schema".aging_work.finished_week IS 'week in which it was done: NULL, as it is open';
COMMENT ON COLUMN :"schema".aging_work.finished_month IS 'month in which it was done: NULL, as it is open';
COMMENT ON COLUMN :"schema".aging_work.released_at IS 'when all of its parts that can be released were; NULL: not yet, or it has none';
COMMENT ON COLUMN :"schema".aging_work.released_week IS
	'week in which it was released, by its first day; NULL: not yet, or without parts';
COMMENT ON COLUMN :"schema".aging_work.released_month IS
	'month in which it was released, by its first day; NULL: not yet, or without parts';
COMMENT ON COLUMN :"schema".aging_work.cancelled_at IS 'when it was cancelled: NULL, as it is open';
COMMENT ON COLUMN :"schema".aging_work.first_used_at IS 'when it was first used after its release, or after it was done; NULL: not yet';
COMMENT ON COLUMN :"schema".aging_work.first_finished_at IS 'when it was done for the first time; NULL: never';
COMMENT ON COLUMN :"schema".aging_work.reopened_at IS 'when it was last reopened after it was done; NULL: never';
COMMENT ON COLUMN :"schema".aging_work.due_at IS 'when it is due, as told last; NULL: not told';
COMMENT ON COLUMN :"schema".aging_work.due_day IS 'day on which it is due, in the time zone of the model; NULL: not told';
COMMENT ON COLUMN :"schema".aging_work.first_due_at IS 'when it was due as first told; NULL: never told';
COMMENT ON COLUMN :"schema".aging_work.due_moved_count IS 'how often its due date was moved';
COMMENT ON COLUMN :"schema".aging_work.on_time IS
	'whether it is on time: false once its due date has passed; NULL: before it, and without one';
COMMENT ON COLUMN :"schema".aging_work.size IS 'size, in the unit that the team estimates in; NULL: not estimated';
COMMENT ON COLUMN :"schema".aging_work.flow_time_days IS 'flow time in days: NULL, as it is open, see age_days';
COMMENT ON COLUMN :"schema".aging_work.lead_time_days IS 'lead time in days: NULL, as it is open';
COMMENT ON COLUMN :"schema".aging_work.backlog_days IS 'time in the backlog in days, from created to started; NULL: not started';
COMMENT ON COLUMN :"schema".aging_work.age_days IS 'age in days, from started to now on the clock';
COMMENT ON COLUMN :"schema".aging_work.active_days IS 'active time in days, up to now';
COMMENT ON COLUMN :"schema".aging_work.wait_days IS 'waiting time in days up to now, blocked time included';
COMMENT ON COLUMN :"schema".aging_work.blocked_days IS 'blocked time in days, up to now';
COMMENT ON COLUMN :"schema".aging_work.working_flow_time_hours IS 'flow time in working hours: NULL, as it is open';
COMMENT ON COLUMN :"schema".aging_work.working_active_hours IS 'active time in working hours, up to now; NULL: without a calendar';
COMMENT ON COLUMN :"schema".aging_work.working_wait_hours IS 'waiting time in working hours, up to now; NULL: without a calendar';
COMMENT ON COLUMN :"schema".aging_work.flow_efficiency IS
	'flow efficiency, active time / (active + waiting time), from 0 to 1; NULL where both are 0';
COMMENT ON COLUMN :"schema".aging_work.rework IS 'moves back to an earlier stage';
COMMENT ON COLUMN :"schema".aging_work.reopened IS 'how often it was reopened';
COMMENT ON COLUMN :"schema".aging_work.part_count IS 'number of merge requests and commits that implement it';
COMMENT ON COLUMN :"schema".aging_work.assisted IS 'whether an assistant helped to write one of its parts';
COMMENT ON COLUMN :"schema".aging_work.held_days IS
	'days for which the tracker said done while parts were not released, up to now where they are not; 0: it was not held';
COMMENT ON COLUMN :"schema".aging_work.untouched IS 'whether it was done without ever having been started: not, as it is open';
COMMENT ON COLUMN :"schema".aging_work.target_days IS 'flow time in days that is expected of it, see service_level; NULL: nothing is';
COMMENT ON COLUMN :"schema".aging_work.target_met IS
	'whether its flow time is as expected: false once it is older; NULL: not known yet, or no target';
COMMENT ON COLUMN :"schema".aging_work.days_in_stage IS 'time in the stage in days, since it entered it last';
COMMENT ON COLUMN :"schema".aging_work.wip_limit IS 'limit of work in progress of the stage; NULL: none';
COMMENT ON COLUMN :"schema".aging_work.stage_p50_days IS
	'time in the stage in days within which half of the visits of others of the value stream, type and level ended; NULL: none has';
COMMENT ON COLUMN :"schema".aging_work.stage_p85_days IS
	'time in the stage in days within which 85 % of the visits of others of the value stream, type and level ended; NULL: none has';
COMMENT ON COLUMN :"schema".aging_work.pace_p50_days IS
	'age in days at which half of those that are done had left the stage for the last time; NULL: there are none';
COMMENT ON COLUMN :"schema".aging_work.pace_p85_days IS
	'age in days at which 85 % of those that are done had left the stage for the last time; NULL: there are none';
COMMENT ON COLUMN :"schema".aging_work.is_slow IS
	'whether it has been in the stage for longer than 85 % of the others were; NULL: there are none';
COMMENT ON COLUMN :"schema".aging_work.sample_count IS
	'number of items of the value stream, type and level that were in the stage and are done: what chances are told from';
COMMENT ON COLUMN :"schema".aging_work.target_chance IS
	'chance that it is done within its target, from 0 to 1; NULL: no target, fewer than 20 items to tell from, or none was in the '
	'stage for longer';
COMMENT ON COLUMN :"schema".aging_work.breach_at IS
	'when it is older than its target, or has been in the stage for longer than the target of that, if it stays there: the earlier; '
	'NULL: no target';
COMMENT ON COLUMN :"schema".aging_work.eta_p85_at IS
	'when it is done with a chance of 85 %: the rest of the stage, and what comes after; NULL: fewer than 20 items to tell from, or '
	'none was in the stage for so long';
COMMENT ON COLUMN :"schema".aging_work.eta_day IS 'day of that in the time zone of the model; NULL: not known';
COMMENT ON COLUMN :"schema".aging_work.late_probability IS
	'chance that it is done later than its due date, from 0 to 1; NULL: not due, fewer than 20 items to tell from, or none was in '
	'the stage for longer';
COMMENT ON COLUMN :"schema".aging_work.delay_cost IS
	'what its waiting has cost so far, in the currency of the model; NULL: it carries no urgency, or one in another currency';
COMMENT ON COLUMN :"schema".aging_work.as_of_at IS 'now: up to when it is measured';
