CREATE TABLE IF NOT EXISTS :"schema".observation ();
ALTER TABLE :"schema".observation
	ADD COLUMN IF NOT EXISTS entity text NOT NULL,
	ADD COLUMN IF NOT EXISTS source text NOT NULL,
	ADD COLUMN IF NOT EXISTS kind text NOT NULL,
	ADD COLUMN IF NOT EXISTS at timestamptz NOT NULL,
	ADD COLUMN IF NOT EXISTS state text NOT NULL,
	ADD COLUMN IF NOT EXISTS state_id text,
	ADD COLUMN IF NOT EXISTS since timestamptz,
	ADD COLUMN IF NOT EXISTS after jsonb,
	ADD COLUMN IF NOT EXISTS payload bigint;
CALL vsm.ensure_key(:'schema', 'observation', 'entity', 'source', 'kind', 'at', 'state');
CALL vsm.ensure_limits(:'schema', 'observation', 'time', 'at');
CALL vsm.ensure_limits(:'schema', 'observation', 'name', 'entity');

COMMENT ON TABLE :"schema".observation IS
	'what sources said of states other than by events: states in which items were created, states that were seen, and how far a history is '
	'known of an item that is not there yet. Events of method inferred and observed are derived from it';
COMMENT ON COLUMN :"schema".observation.entity IS 'what was observed';
COMMENT ON COLUMN :"schema".observation.source IS 'tool, as in inbox.source';
COMMENT ON COLUMN :"schema".observation.kind IS 'created, observed or history';
COMMENT ON COLUMN :"schema".observation.at IS 'when; of a history: until when it is known';
COMMENT ON COLUMN :"schema".observation.state IS 'the state; empty where the source does not say it';
COMMENT ON COLUMN :"schema".observation.state_id IS 'the tool''s id of the state';
COMMENT ON COLUMN :"schema".observation.since IS 'of a history: since when it is known; -infinity: from the beginning';
COMMENT ON COLUMN :"schema".observation.after IS
	'states, a JSON array: the state is news only where one of these is what was told last; NULL: wherever the state before was another';
COMMENT ON COLUMN :"schema".observation.payload IS 'the kept payload that told of the row last; NULL where none was kept';
