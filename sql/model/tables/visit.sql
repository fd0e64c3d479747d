CREATE TABLE IF NOT EXISTS :"schema".visit ();
-- (Of a visit that is no longer the last one in its stage that is written beside it.)
ALTER TABLE :"schema".visit
	ADD COLUMN IF NOT EXISTS item text NOT NULL,
	ADD COLUMN IF NOT EXISTS visit integer NOT NULL,
	ADD COLUMN IF NOT EXISTS value_stream text,
	ADD COLUMN IF NOT EXISTS team text,
	ADD COLUMN IF NOT EXISTS type text,
	ADD COLUMN IF NOT EXISTS priority text,
	ADD COLUMN IF NOT EXISTS place integer,
	ADD COLUMN IF NOT EXISTS stage text NOT NULL,
	ADD COLUMN IF NOT EXISTS class text,
	ADD COLUMN IF NOT EXISTS entered_at timestamptz NOT NULL,
	ADD COLUMN IF NOT EXISTS left_at timestamptz,
	ADD COLUMN IF NOT EXISTS left_day date,
	ADD COLUMN IF NOT EXISTS left_week date,
	ADD COLUMN IF NOT EXISTS left_month date,
	ADD COLUMN IF NOT EXISTS duration interval,
	ADD COLUMN IF NOT EXISTS blocked interval,
	ADD COLUMN IF NOT EXISTS on_clock boolean,
	ADD COLUMN IF NOT EXISTS backward boolean,
	ADD COLUMN IF NOT EXISTS entered_day date,
	ADD COLUMN IF NOT EXISTS age interval,
	ADD COLUMN IF NOT EXISTS is_last boolean,
	ADD COLUMN IF NOT EXISTS starts_load boolean,
	ADD COLUMN IF NOT EXISTS ends_load boolean,
	ADD COLUMN IF NOT EXISTS worked_since date,
	ADD COLUMN IF NOT EXISTS worked_until date,
	ADD COLUMN IF NOT EXISTS worked_gaps datemultirange,
	SET (fillfactor = 90);
CALL vsm.ensure_key(:'schema', 'visit', 'item', 'visit');
CREATE INDEX IF NOT EXISTS visit_left_idx ON :"schema".visit (left_at);
CREATE INDEX IF NOT EXISTS visit_month_idx ON :"schema".visit ((coalesce(value_stream, '(none)')), left_month);
CREATE INDEX IF NOT EXISTS visit_stage_idx ON :"schema".visit ((coalesce(value_stream, '(none)')), stage, left_at);
CREATE INDEX IF NOT EXISTS visit_load_idx ON :"schema".visit ((coalesce(value_stream, '(none)'))) WHERE starts_load OR ends_load;
-- What 0.3.0 looked up what teams work on by: flow_count says it.
DROP INDEX IF EXISTS :"schema".visit_worked_idx;
DROP INDEX IF EXISTS :"schema".visit_working_idx;
CREATE STATISTICS IF NOT EXISTS :"schema".visit_groups ON (coalesce(value_stream, '(none)')), (coalesce(team, '(none)')),
	(coalesce(type, '(none)')) FROM :"schema".visit;

COMMENT ON TABLE :"schema".visit IS 'visits of stages by items, as vsm.visits tells them. Made by refresh';
COMMENT ON COLUMN :"schema".visit.item IS 'the item';
COMMENT ON COLUMN :"schema".visit.visit IS 'number of the visit, from 1';
COMMENT ON COLUMN :"schema".visit.value_stream IS 'value stream, as in item_flow';
COMMENT ON COLUMN :"schema".visit.team IS 'team at the end of the visit';
COMMENT ON COLUMN :"schema".visit.type IS 'type at the end of the visit';
COMMENT ON COLUMN :"schema".visit.priority IS 'priority at the end of the visit';
COMMENT ON COLUMN :"schema".visit.place IS 'place of the stage in the workflow; NULL: unmapped';
COMMENT ON COLUMN :"schema".visit.stage IS 'the stage';
COMMENT ON COLUMN :"schema".visit.class IS 'new, active, waiting, blocked, done or cancelled';
COMMENT ON COLUMN :"schema".visit.entered_at IS 'when it was entered';
COMMENT ON COLUMN :"schema".visit.left_at IS 'when it was left; NULL: not yet';
COMMENT ON COLUMN :"schema".visit.left_day IS 'day of left_at in the time zone of the model';
COMMENT ON COLUMN :"schema".visit.left_week IS 'week of left_at, by its first day';
COMMENT ON COLUMN :"schema".visit.left_month IS 'month of left_at, by its first day';
COMMENT ON COLUMN :"schema".visit.duration IS 'time in it; NULL while it goes on';
COMMENT ON COLUMN :"schema".visit.blocked IS 'of it blocked';
COMMENT ON COLUMN :"schema".visit.on_clock IS 'whether its time counts as flow time';
COMMENT ON COLUMN :"schema".visit.backward IS 'whether it was entered from a later stage';
COMMENT ON COLUMN :"schema".visit.entered_day IS 'day of entered_at in the time zone of the model';
COMMENT ON COLUMN :"schema".visit.age IS 'age of the item when it was entered: its time on the clock before';
COMMENT ON COLUMN :"schema".visit.is_last IS 'whether the item has not been in the stage again';
COMMENT ON COLUMN :"schema".visit.starts_load IS
	'whether with it the item comes into load: it is active or waiting, and is not what goes on from the visit before';
COMMENT ON COLUMN :"schema".visit.ends_load IS 'whether after it the item is no longer in load: it goes on in no visit that is';
COMMENT ON COLUMN :"schema".visit.worked_since IS
	'the first of the days on which work on it was done in a visit of an active stage on the clock, those of earlier visits by the same '
	'team left out; NULL: another visit. See worked_until';
COMMENT ON COLUMN :"schema".visit.worked_until IS
	'the day after the last of these days; NULL: it goes on; not after worked_since: none are left';
COMMENT ON COLUMN :"schema".visit.worked_gaps IS 'days between on which it was blocked all the time; NULL: none';
