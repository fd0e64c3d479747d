CREATE OR REPLACE VIEW :"schema".flow_item WITH (security_barrier) AS
SELECT f.item, f.key, f.title, f.url, f.value_stream, f.portfolio, f.team, f.type, f.priority, f.service, f.level, f.category, f.parent,
	f.feature, f.outcome, f.stage, f.place, f.stage_label, f.finished_at, f.finished_day, f.finished_week, f.finished_month,
	f.released_at, f.released_week, f.released_month, f.created_at, f.started_at, f.cancelled_at, f.stage_entered_at, f.first_used_at,
	f.first_finished_at, f.reopened_at, f.due_at, f.due_day, f.first_due_at, f.due_moved_count, f.on_time, f.size, f.flow_time_days,
	f.lead_time_days, f.backlog_days, f.age_days, f.active_days, f.wait_days, f.blocked_days, f.working_flow_time_hours,
	f.working_active_hours, f.working_wait_hours, f.flow_efficiency, f.rework, f.reopened, f.part_count, f.assisted, f.held_days,
	f.untouched, f.target_days, f.target_met, now() AS as_of_at
FROM :"schema".item_detail AS f;

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
