CREATE TABLE IF NOT EXISTS :"schema".source_read ();
ALTER TABLE :"schema".source_read
	ADD COLUMN IF NOT EXISTS source text NOT NULL,
	ADD COLUMN IF NOT EXISTS read_at timestamptz NOT NULL DEFAULT now();
CALL vsm.ensure_key(:'schema', 'source_read', 'source');

COMMENT ON TABLE :"schema".source_read IS
	'sources that were read again, by vsm.read_again, or were loaded anew and are named here by you: with all names as they were then';
COMMENT ON COLUMN :"schema".source_read.source IS 'tool, as in inbox.source';
COMMENT ON COLUMN :"schema".source_read.read_at IS 'when that began';
