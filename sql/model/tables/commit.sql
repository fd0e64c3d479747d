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
	ADD COLUMN IF NOT EXISTS updated_at timestamptz,
	ADD COLUMN IF NOT EXISTS told jsonb,
	ADD COLUMN IF NOT EXISTS payload bigint,
	ADD COLUMN IF NOT EXISTS author_kind text,
	ADD COLUMN IF NOT EXISTS assisted_by text,
	ADD COLUMN IF NOT EXISTS additions integer,
	ADD COLUMN IF NOT EXISTS deletions integer,
	ADD COLUMN IF NOT EXISTS paths text[],
	ADD COLUMN IF NOT EXISTS xid xid8;
CALL vsm.ensure_key(:'schema', 'commit', 'sha');
CALL vsm.ensure_limits(:'schema', 'commit', 'time', 'authored_at', 'committed_at');
CALL vsm.ensure_limits(:'schema', 'commit', 'name', 'sha', 'repository');
CREATE INDEX IF NOT EXISTS commit_xid_idx ON :"schema".commit (xid);
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
COMMENT ON COLUMN :"schema".commit.told IS
	'versions of columns that the newest version did not name, in microseconds since 1970; 0: it said that the column is empty';
COMMENT ON COLUMN :"schema".commit.payload IS 'the kept payload that told of the row last; NULL where none was kept';
COMMENT ON COLUMN :"schema".commit.author_kind IS 'who wrote it: person or bot; NULL: not known. No name of a person is kept';
COMMENT ON COLUMN :"schema".commit.assisted_by IS
	'assistant that helped to write it, by its trailers or its author, see naming; NULL: none is known';
COMMENT ON COLUMN :"schema".commit.additions IS 'lines added';
COMMENT ON COLUMN :"schema".commit.deletions IS 'lines removed';
COMMENT ON COLUMN :"schema".commit.paths IS 'files that it touches, where a push tells them';
COMMENT ON COLUMN :"schema".commit.xid IS 'transaction that last wrote the row';
