CREATE TABLE IF NOT EXISTS :"schema".usage ();
ALTER TABLE :"schema".usage
	ADD COLUMN IF NOT EXISTS source text NOT NULL,
	ADD COLUMN IF NOT EXISTS event_id text NOT NULL,
	ADD COLUMN IF NOT EXISTS feature text NOT NULL,
	ADD COLUMN IF NOT EXISTS at timestamptz NOT NULL,
	ADD COLUMN IF NOT EXISTS uses bigint NOT NULL DEFAULT 1,
	ADD COLUMN IF NOT EXISTS users bigint,
	ADD COLUMN IF NOT EXISTS xid xid8,
	ADD COLUMN IF NOT EXISTS told_at timestamptz,
	ADD COLUMN IF NOT EXISTS payload bigint;
CALL vsm.ensure_key(:'schema', 'usage', 'source', 'event_id');
CALL vsm.ensure_limits(:'schema', 'usage', 'time', 'at');
CALL vsm.ensure_limits(:'schema', 'usage', 'name', 'feature');
CREATE INDEX IF NOT EXISTS usage_xid_idx ON :"schema".usage (xid);
CREATE INDEX IF NOT EXISTS usage_feature_idx ON :"schema".usage (feature, at);

COMMENT ON TABLE :"schema".usage IS 'use of features by customers';
COMMENT ON COLUMN :"schema".usage.source IS 'where it was measured';
COMMENT ON COLUMN :"schema".usage.event_id IS 'its identity within the source';
COMMENT ON COLUMN :"schema".usage.feature IS 'feature that was used: an item or an alias of it; else what its source calls it';
COMMENT ON COLUMN :"schema".usage.at IS 'when, or the beginning of the period counted';
COMMENT ON COLUMN :"schema".usage.uses IS 'how many times';
COMMENT ON COLUMN :"schema".usage.users IS 'by how many customers, where known';
COMMENT ON COLUMN :"schema".usage.xid IS 'transaction that last wrote the row';
COMMENT ON COLUMN :"schema".usage.told_at IS 'version of what worded the row';
COMMENT ON COLUMN :"schema".usage.payload IS 'the kept payload that told of the row last; NULL where none was kept';
