CREATE TABLE IF NOT EXISTS :"schema".commit ();
ALTER TABLE :"schema".commit
	ADD COLUMN IF NOT EXISTS sha text NOT NULL,
	ADD COLUMN IF NOT EXISTS repository text,
	ADD COLUMN IF NOT EXISTS authored_at timestamptz,
	ADD COLUMN IF NOT EXISTS committed_at timestamptz,
	ADD COLUMN IF NOT EXISTS title text,
	ADD COLUMN IF NOT EXISTS parents text[],
	ADD COLUMN IF NOT EXISTS url text,
	ADD COLUMN IF NOT EXISTS source text,
	ADD COLUMN IF NOT EXISTS updated_at timestamptz;
CALL vsm.ensure_key(:'schema', 'commit', 'sha');
CREATE INDEX IF NOT EXISTS commit_repository_idx ON :"schema".commit (repository, committed_at);

COMMENT ON TABLE :"schema".commit IS 'commits of version control';
COMMENT ON COLUMN :"schema".commit.sha IS 'SHA of the commit';
COMMENT ON COLUMN :"schema".commit.repository IS 'repository: shop/checkout';
COMMENT ON COLUMN :"schema".commit.authored_at IS 'when it was written';
COMMENT ON COLUMN :"schema".commit.committed_at IS 'when it was committed';
COMMENT ON COLUMN :"schema".commit.title IS 'first line of its message';
COMMENT ON COLUMN :"schema".commit.parents IS 'SHAs of its parents; NULL: not known';
COMMENT ON COLUMN :"schema".commit.url IS 'address in the version control';
COMMENT ON COLUMN :"schema".commit.source IS 'tool, as in inbox.source';
COMMENT ON COLUMN :"schema".commit.updated_at IS 'version of this row';
