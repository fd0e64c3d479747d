CREATE TABLE IF NOT EXISTS :"schema".naming_removed ();
ALTER TABLE :"schema".naming_removed
	ADD COLUMN IF NOT EXISTS source text NOT NULL,
	ADD COLUMN IF NOT EXISTS kind text NOT NULL,
	ADD COLUMN IF NOT EXISTS name text NOT NULL,
	ADD COLUMN IF NOT EXISTS removed_at timestamptz NOT NULL;
CALL vsm.ensure_key(:'schema', 'naming_removed', 'source', 'kind', 'name');

COMMENT ON TABLE :"schema".naming_removed IS
	'names that were deleted from naming, or are called otherwise there: what was read with them has to be read again';
COMMENT ON COLUMN :"schema".naming_removed.source IS 'sources that it held for, as a LIKE pattern for inbox.source';
COMMENT ON COLUMN :"schema".naming_removed.kind IS 'what it named';
COMMENT ON COLUMN :"schema".naming_removed.name IS 'the name';
COMMENT ON COLUMN :"schema".naming_removed.removed_at IS 'since when naming says nothing of it';
