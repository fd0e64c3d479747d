CREATE TABLE IF NOT EXISTS :"schema".link ();
ALTER TABLE :"schema".link
	ADD COLUMN IF NOT EXISTS source text NOT NULL,
	ADD COLUMN IF NOT EXISTS target text NOT NULL,
	ADD COLUMN IF NOT EXISTS kind text NOT NULL,
	ADD COLUMN IF NOT EXISTS method text,
	ADD COLUMN IF NOT EXISTS confidence float8,
	ADD COLUMN IF NOT EXISTS since timestamptz,
	ADD COLUMN IF NOT EXISTS until timestamptz,
	ADD COLUMN IF NOT EXISTS changed_at timestamptz,
	ADD COLUMN IF NOT EXISTS payload bigint,
	ADD COLUMN IF NOT EXISTS xid xid8;
CALL vsm.ensure_key(:'schema', 'link', 'source', 'target', 'kind');
CALL vsm.ensure_limits(:'schema', 'link', 'time', 'since', 'until');
CALL vsm.ensure_limits(:'schema', 'link', 'name', 'source', 'target');
CREATE INDEX IF NOT EXISTS link_xid_idx ON :"schema".link (xid);
CALL vsm.ensure_check(:'schema', 'link', 'link_confidence_check', 'confidence >= 0 AND confidence <= 1');
CREATE INDEX IF NOT EXISTS link_kind_idx ON :"schema".link (kind, source) WHERE kind IN ('caused_by', 'reverts');
CREATE INDEX IF NOT EXISTS link_image_idx ON :"schema".link (source) WHERE kind = 'deploys' AND method = 'image';
CREATE INDEX IF NOT EXISTS link_target_idx ON :"schema".link (target);
CREATE INDEX IF NOT EXISTS link_blocked_idx ON :"schema".link (target) WHERE kind = 'blocked_by';
CREATE INDEX IF NOT EXISTS link_reverts_idx ON :"schema".link (target) WHERE kind = 'reverts';

COMMENT ON TABLE :"schema".link IS
	'links as found, read "source KIND target": a merge request implements an item, a deployment deploys a commit. Ends may be '
	'aliases; the view entity_link resolves them';
COMMENT ON COLUMN :"schema".link.source IS 'entity, SHA of a commit or alias of an item';
COMMENT ON COLUMN :"schema".link.target IS 'entity, SHA of a commit or alias of an item';
COMMENT ON COLUMN :"schema".link.kind IS 'implements, part_of, builds, deploys, fixes, reverts, caused_by, blocked_by or duplicates';
COMMENT ON COLUMN :"schema".link.method IS 'how it was found: the surest of the ways';
COMMENT ON COLUMN :"schema".link.confidence IS 'how sure it is, from 0 to 1';
COMMENT ON COLUMN :"schema".link.since IS 'since when, where known';
COMMENT ON COLUMN :"schema".link.until IS 'when it ended; NULL: it stands';
COMMENT ON COLUMN :"schema".link.changed_at IS 'when it was last seen to stand or to end';
COMMENT ON COLUMN :"schema".link.payload IS 'the kept payload that told of the row last; NULL where none was kept';
COMMENT ON COLUMN :"schema".link.xid IS 'transaction that last wrote the row';
