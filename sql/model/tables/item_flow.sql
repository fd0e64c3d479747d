CREATE TABLE IF NOT EXISTS :"schema".item_flow ();
ALTER TABLE :"schema".item_flow
	ADD COLUMN IF NOT EXISTS item text NOT NULL,
	ADD COLUMN IF NOT EXISTS value_stream text,
	ADD COLUMN IF NOT EXISTS rank integer,
	ADD COLUMN IF NOT EXISTS route text,
	ADD COLUMN IF NOT EXISTS team text,
	ADD COLUMN IF NOT EXISTS type text,
	ADD COLUMN IF NOT EXISTS priority text,
	ADD COLUMN IF NOT EXISTS tracker vsm.timeline,
	ADD COLUMN IF NOT EXISTS timeline vsm.timeline,
	ADD COLUMN IF NOT EXISTS created_at timestamptz,
	ADD COLUMN IF NOT EXISTS started_at timestamptz,
	ADD COLUMN IF NOT EXISTS finished_at timestamptz,
	ADD COLUMN IF NOT EXISTS cancelled_at timestamptz,
	ADD COLUMN IF NOT EXISTS outcome text,
	ADD COLUMN IF NOT EXISTS stage text,
	ADD COLUMN IF NOT EXISTS stage_entered_at timestamptz,
	ADD COLUMN IF NOT EXISTS first_finished_at timestamptz,
	ADD COLUMN IF NOT EXISTS reopened_at timestamptz,
	ADD COLUMN IF NOT EXISTS flow_time interval,
	ADD COLUMN IF NOT EXISTS lead_time interval,
	ADD COLUMN IF NOT EXISTS backlog_time interval,
	ADD COLUMN IF NOT EXISTS active_time interval,
	ADD COLUMN IF NOT EXISTS wait_time interval,
	ADD COLUMN IF NOT EXISTS blocked_time interval,
	ADD COLUMN IF NOT EXISTS flow_efficiency float8,
	ADD COLUMN IF NOT EXISTS rework integer,
	ADD COLUMN IF NOT EXISTS reopened integer,
	ADD COLUMN IF NOT EXISTS working_flow_time interval,
	ADD COLUMN IF NOT EXISTS working_lead_time interval,
	ADD COLUMN IF NOT EXISTS working_active_time interval,
	ADD COLUMN IF NOT EXISTS working_wait_time interval,
	ADD COLUMN IF NOT EXISTS working_blocked_time interval,
	ADD COLUMN IF NOT EXISTS parts integer NOT NULL,
	ADD COLUMN IF NOT EXISTS first_released_at timestamptz,
	ADD COLUMN IF NOT EXISTS released_at timestamptz,
	ADD COLUMN IF NOT EXISTS first_used_at timestamptz,
	ADD COLUMN IF NOT EXISTS held_since timestamptz,
	ADD COLUMN IF NOT EXISTS held_until timestamptz,
	ADD COLUMN IF NOT EXISTS created_day date,
	ADD COLUMN IF NOT EXISTS started_day date,
	ADD COLUMN IF NOT EXISTS finished_day date,
	ADD COLUMN IF NOT EXISTS finished_week date,
	ADD COLUMN IF NOT EXISTS finished_month date,
	ADD COLUMN IF NOT EXISTS released_week date,
	ADD COLUMN IF NOT EXISTS released_month date,
	ADD COLUMN IF NOT EXISTS category text,
	ADD COLUMN IF NOT EXISTS parent text,
	ADD COLUMN IF NOT EXISTS feature text,
	ADD COLUMN IF NOT EXISTS untouched boolean,
	ADD COLUMN IF NOT EXISTS level text,
	ADD COLUMN IF NOT EXISTS assisted boolean,
	ADD COLUMN IF NOT EXISTS concerns_others boolean NOT NULL DEFAULT false;
CALL vsm.ensure_key(:'schema', 'item_flow', 'item');
CREATE INDEX IF NOT EXISTS item_flow_month_idx ON :"schema".item_flow ((coalesce(value_stream, '(none)')), finished_month);
CREATE INDEX IF NOT EXISTS item_flow_route_idx ON :"schema".item_flow (route);
CREATE INDEX IF NOT EXISTS item_flow_above_idx ON :"schema".item_flow ((coalesce(parent, feature)));
CREATE INDEX IF NOT EXISTS item_flow_parent_idx ON :"schema".item_flow (parent);
-- What is left to do, and what has children, are few of all items.
CREATE INDEX IF NOT EXISTS item_flow_left_idx ON :"schema".item_flow ((coalesce(value_stream, '(none)')), outcome)
	INCLUDE (item, value_stream) WHERE (outcome IN ('done', 'cancelled')) IS NOT TRUE;
CREATE INDEX IF NOT EXISTS item_flow_level_idx ON :"schema".item_flow (item) WHERE level = 'parent';
-- What each team finished, week by week, without a look at the table.
CREATE INDEX IF NOT EXISTS item_flow_done_idx ON :"schema".item_flow (team, finished_week, value_stream)
	WHERE finished_week IS NOT NULL AND value_stream IS NOT NULL AND level IS DISTINCT FROM 'parent' AND NOT untouched;
-- What is left to do of what, by whom, without a look at the table.
CREATE INDEX IF NOT EXISTS item_flow_todo_idx ON :"schema".item_flow (team, value_stream) INCLUDE (parent, feature, outcome)
	WHERE value_stream IS NOT NULL AND level IS DISTINCT FROM 'parent' AND (outcome IN ('done', 'cancelled')) IS NOT TRUE;
-- By what the views filter and group; without these the planner takes a filter by value stream for one of a few rows.
CREATE STATISTICS IF NOT EXISTS :"schema".item_flow_groups ON (coalesce(value_stream, '(none)')), (coalesce(team, '(none)')),
	(coalesce(type, '(none)')), (coalesce(level, 'item')) FROM :"schema".item_flow;

COMMENT ON TABLE :"schema".item_flow IS 'results of items: their way end to end, and what vsm.flow says of it. Made by refresh';
COMMENT ON COLUMN :"schema".item_flow.item IS 'the item';
COMMENT ON COLUMN :"schema".item_flow.value_stream IS 'value stream; of an item that has ended, the one it ended in';
COMMENT ON COLUMN :"schema".item_flow.rank IS 'routing rule that led there';
COMMENT ON COLUMN :"schema".item_flow.route IS 'route whose workflow and calendar it is measured with';
COMMENT ON COLUMN :"schema".item_flow.team IS 'team, as at its end';
COMMENT ON COLUMN :"schema".item_flow.type IS 'feature, defect, risk, debt or other, as at its end';
COMMENT ON COLUMN :"schema".item_flow.priority IS 'priority, as at its end';
COMMENT ON COLUMN :"schema".item_flow.tracker IS 'its states in the tracker';
COMMENT ON COLUMN :"schema".item_flow.timeline IS 'its way from the tracker through code and release to use, as vsm.end_to_end makes it';
COMMENT ON COLUMN :"schema".item_flow.created_at IS 'when it was created';
COMMENT ON COLUMN :"schema".item_flow.started_at IS 'when work on it began';
COMMENT ON COLUMN :"schema".item_flow.finished_at IS 'when it was done';
COMMENT ON COLUMN :"schema".item_flow.cancelled_at IS 'when it was cancelled';
COMMENT ON COLUMN :"schema".item_flow.outcome IS 'done or cancelled; NULL: open';
COMMENT ON COLUMN :"schema".item_flow.stage IS 'stage that it is in';
COMMENT ON COLUMN :"schema".item_flow.stage_entered_at IS 'since when';
COMMENT ON COLUMN :"schema".item_flow.first_finished_at IS 'when it was done for the first time';
COMMENT ON COLUMN :"schema".item_flow.reopened_at IS 'when it was last reopened';
COMMENT ON COLUMN :"schema".item_flow.flow_time IS 'from started to done';
COMMENT ON COLUMN :"schema".item_flow.lead_time IS 'from created to done';
COMMENT ON COLUMN :"schema".item_flow.backlog_time IS 'from created to started';
COMMENT ON COLUMN :"schema".item_flow.active_time IS 'time in active stages';
COMMENT ON COLUMN :"schema".item_flow.wait_time IS 'time in waiting stages, and blocked';
COMMENT ON COLUMN :"schema".item_flow.blocked_time IS 'time blocked';
COMMENT ON COLUMN :"schema".item_flow.flow_efficiency IS 'active time / (active time + wait time)';
COMMENT ON COLUMN :"schema".item_flow.rework IS 'moves back';
COMMENT ON COLUMN :"schema".item_flow.reopened IS 'how often it was reopened';
COMMENT ON COLUMN :"schema".item_flow.working_flow_time IS 'from started to done in working time; NULL: no calendar applies';
COMMENT ON COLUMN :"schema".item_flow.working_lead_time IS 'from created to done in working time; NULL: no calendar applies';
COMMENT ON COLUMN :"schema".item_flow.working_active_time IS 'time in active stages in working time; NULL: no calendar applies';
COMMENT ON COLUMN :"schema".item_flow.working_wait_time IS
	'time in waiting stages, and blocked, in working time; NULL: no calendar applies';
COMMENT ON COLUMN :"schema".item_flow.working_blocked_time IS 'time blocked in working time; NULL: no calendar applies';
COMMENT ON COLUMN :"schema".item_flow.parts IS 'number of parts';
COMMENT ON COLUMN :"schema".item_flow.first_released_at IS 'when the first of its parts was released';
COMMENT ON COLUMN :"schema".item_flow.released_at IS 'when all of its parts that can be released were; NULL: not yet, or there are none';
COMMENT ON COLUMN :"schema".item_flow.first_used_at IS 'when it was first used after its release, or after it was done';
COMMENT ON COLUMN :"schema".item_flow.held_since IS 'since when the tracker says done while parts are not released; NULL: never held';
COMMENT ON COLUMN :"schema".item_flow.held_until IS 'when the last of them was released; NULL: not yet, or never held';
COMMENT ON COLUMN :"schema".item_flow.created_day IS 'day of created_at in the time zone of the model';
COMMENT ON COLUMN :"schema".item_flow.started_day IS 'day of started_at in the time zone of the model';
COMMENT ON COLUMN :"schema".item_flow.finished_day IS 'day of finished_at in the time zone of the model';
COMMENT ON COLUMN :"schema".item_flow.finished_week IS 'week of finished_at, by its first day';
COMMENT ON COLUMN :"schema".item_flow.finished_month IS 'month of finished_at, by its first day';
COMMENT ON COLUMN :"schema".item_flow.released_week IS 'week of released_at, by its first day';
COMMENT ON COLUMN :"schema".item_flow.released_month IS 'month of released_at, by its first day';
COMMENT ON COLUMN :"schema".item_flow.category IS 'category, as at its end: by its field, labels that agree or its type, and naming';
COMMENT ON COLUMN :"schema".item_flow.parent IS 'item that it is a part of';
COMMENT ON COLUMN :"schema".item_flow.feature IS 'feature that it is a part of, at whatever depth';
COMMENT ON COLUMN :"schema".item_flow.untouched IS 'whether it was done without ever having been started: backlog clean-up';
COMMENT ON COLUMN :"schema".item_flow.level IS 'parent: items are a part of it that are in a value stream and not cancelled; else item';
COMMENT ON COLUMN :"schema".item_flow.assisted IS 'whether an assistant helped to write one of its parts';
COMMENT ON COLUMN :"schema".item_flow.concerns_others IS
	'whether its events concern other items, too: by one of its names it is a part of the work on them, a change, an incident, a '
	'deployment or a commit. By it refresh knows how far to look';
