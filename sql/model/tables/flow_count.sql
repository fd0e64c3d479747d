CREATE TABLE IF NOT EXISTS :"schema".flow_count ();
ALTER TABLE :"schema".flow_count
	ADD COLUMN IF NOT EXISTS value_stream text NOT NULL,
	ADD COLUMN IF NOT EXISTS unit text NOT NULL,
	ADD COLUMN IF NOT EXISTS period date NOT NULL,
	ADD COLUMN IF NOT EXISTS team text NOT NULL,
	ADD COLUMN IF NOT EXISTS type text NOT NULL,
	ADD COLUMN IF NOT EXISTS level text NOT NULL,
	ADD COLUMN IF NOT EXISTS events bigint NOT NULL,
	ADD COLUMN IF NOT EXISTS created bigint NOT NULL,
	ADD COLUMN IF NOT EXISTS started bigint NOT NULL,
	ADD COLUMN IF NOT EXISTS cancelled bigint NOT NULL,
	ADD COLUMN IF NOT EXISTS reopened bigint NOT NULL,
	ADD COLUMN IF NOT EXISTS load_change bigint NOT NULL,
	ADD COLUMN IF NOT EXISTS aging_change bigint NOT NULL,
	ADD COLUMN IF NOT EXISTS load_since numeric NOT NULL,
	ADD COLUMN IF NOT EXISTS worked_change bigint NOT NULL DEFAULT 0;
CALL vsm.ensure_key(:'schema', 'flow_count', 'value_stream', 'unit', 'period', 'team', 'type', 'level');

COMMENT ON TABLE :"schema".flow_count IS
	'what happened to items in each week and month, counted by what they are at their end, but for what was done; and how many of them '
	'teams work on from day to day. Made by refresh';
COMMENT ON COLUMN :"schema".flow_count.value_stream IS 'value stream, as in item_flow; (none): none';
COMMENT ON COLUMN :"schema".flow_count.unit IS 'week, month or, of worked_change alone, day';
COMMENT ON COLUMN :"schema".flow_count.period IS 'its first day';
COMMENT ON COLUMN :"schema".flow_count.team IS 'team, as in item_flow, of a day as in visit; (none): none';
COMMENT ON COLUMN :"schema".flow_count.type IS 'type, as in item_flow; (none): not told, or of a day';
COMMENT ON COLUMN :"schema".flow_count.level IS 'level, as in item_flow';
COMMENT ON COLUMN :"schema".flow_count.events IS 'how many events are counted; a row without any is not kept';
COMMENT ON COLUMN :"schema".flow_count.created IS 'items that were created';
COMMENT ON COLUMN :"schema".flow_count.started IS 'items on which work began, untouched ones left out';
COMMENT ON COLUMN :"schema".flow_count.cancelled IS 'items that were cancelled, where they still are';
COMMENT ON COLUMN :"schema".flow_count.reopened IS 'how often items that were done or cancelled were reopened';
COMMENT ON COLUMN :"schema".flow_count.load_change IS 'how many more items are in load at its end than at its beginning';
COMMENT ON COLUMN :"schema".flow_count.aging_change IS 'the same of those that are on the clock';
COMMENT ON COLUMN :"schema".flow_count.load_since IS
	'the same of the sum of the times, in microseconds since 1970, since when they would be in load had they never paused; of those off '
	'the clock less how old they are';
COMMENT ON COLUMN :"schema".flow_count.worked_change IS
	'how many more items without children the team works on than on the day before; what goes on never ends. Of a day';
