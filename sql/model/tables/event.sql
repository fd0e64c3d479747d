CREATE TABLE IF NOT EXISTS :"schema".event ();
ALTER TABLE :"schema".event
	ADD COLUMN IF NOT EXISTS source text NOT NULL,
	ADD COLUMN IF NOT EXISTS event_id text NOT NULL,
	ADD COLUMN IF NOT EXISTS entity text NOT NULL,
	ADD COLUMN IF NOT EXISTS at timestamptz NOT NULL,
	ADD COLUMN IF NOT EXISTS state text NOT NULL,
	ADD COLUMN IF NOT EXISTS attributes jsonb,
	ADD COLUMN IF NOT EXISTS recorded_at timestamptz NOT NULL DEFAULT now(),
	ADD COLUMN IF NOT EXISTS xid xid8,
	ADD COLUMN IF NOT EXISTS state_id text,
	ADD COLUMN IF NOT EXISTS previous text,
	ADD COLUMN IF NOT EXISTS previous_id text,
	ADD COLUMN IF NOT EXISTS seq bigint,
	ADD COLUMN IF NOT EXISTS method text,
	ADD COLUMN IF NOT EXISTS told_at timestamptz,
	ADD COLUMN IF NOT EXISTS payload bigint;
-- (Of what is inserted without it the trigger need not make the row anew: events are many. A distributed table has no trigger.)
ALTER TABLE :"schema".event ALTER COLUMN xid SET DEFAULT pg_current_xact_id();
CALL vsm.ensure_key(:'schema', 'event', 'entity', 'source', 'event_id');
CALL vsm.ensure_limits(:'schema', 'event', 'time', 'at');
CALL vsm.ensure_limits(:'schema', 'event', 'name', 'entity');
CREATE INDEX IF NOT EXISTS event_xid_idx ON :"schema".event (xid);
DROP INDEX IF EXISTS :"schema".event_entity_at_idx;

COMMENT ON TABLE :"schema".event IS
	'facts: an entity got a state at a time. Rows are added and, apart from corrections, never changed. May be partitioned';
COMMENT ON COLUMN :"schema".event.source IS 'tool that told of the event, as in inbox.source';
COMMENT ON COLUMN :"schema".event.event_id IS 'its identity within the source: the same event told twice is one row';
COMMENT ON COLUMN :"schema".event.entity IS 'what the event is about: an item, a merge request, a pipeline, ...';
COMMENT ON COLUMN :"schema".event.at IS 'when';
COMMENT ON COLUMN :"schema".event.state IS 'the state that the entity got, in the words of the tool';
COMMENT ON COLUMN :"schema".event.attributes IS 'what else the tool said';
COMMENT ON COLUMN :"schema".event.recorded_at IS 'when the row was written';
COMMENT ON COLUMN :"schema".event.xid IS 'transaction that last wrote the row';
COMMENT ON COLUMN :"schema".event.state_id IS 'the tool''s id of the state: it stays when the state is renamed';
COMMENT ON COLUMN :"schema".event.previous IS 'the state before, where the tool says it';
COMMENT ON COLUMN :"schema".event.previous_id IS 'the tool''s id of the state before';
COMMENT ON COLUMN :"schema".event.seq IS 'order among events of the same instant, where the tool''s times are coarse';
COMMENT ON COLUMN :"schema".event.method IS
	'NULL: stated by the tool. inferred: the state at creation, from what the first change came from. observed: the state when '
	'looked at, entered earlier. label: a label, which is a state only if the workflow has it';
COMMENT ON COLUMN :"schema".event.told_at IS 'version of what worded the event';
COMMENT ON COLUMN :"schema".event.payload IS 'the kept payload that told of the row last; NULL where none was kept';
