CREATE TABLE IF NOT EXISTS :"schema".merge_request ();
ALTER TABLE :"schema".merge_request
	ADD COLUMN IF NOT EXISTS merge_request text NOT NULL,
	ADD COLUMN IF NOT EXISTS repository text,
	ADD COLUMN IF NOT EXISTS title text,
	ADD COLUMN IF NOT EXISTS url text,
	ADD COLUMN IF NOT EXISTS source_branch text,
	ADD COLUMN IF NOT EXISTS target_branch text,
	ADD COLUMN IF NOT EXISTS state text,
	ADD COLUMN IF NOT EXISTS created_at timestamptz,
	ADD COLUMN IF NOT EXISTS ready_at timestamptz,
	ADD COLUMN IF NOT EXISTS first_review_at timestamptz,
	ADD COLUMN IF NOT EXISTS approved_at timestamptz,
	ADD COLUMN IF NOT EXISTS merged_at timestamptz,
	ADD COLUMN IF NOT EXISTS closed_at timestamptz,
	ADD COLUMN IF NOT EXISTS additions integer,
	ADD COLUMN IF NOT EXISTS deletions integer,
	ADD COLUMN IF NOT EXISTS commits integer,
	ADD COLUMN IF NOT EXISTS author_kind text,
	ADD COLUMN IF NOT EXISTS assisted_by text,
	ADD COLUMN IF NOT EXISTS source text,
	ADD COLUMN IF NOT EXISTS updated_at timestamptz,
	ADD COLUMN IF NOT EXISTS told jsonb,
	ADD COLUMN IF NOT EXISTS payload bigint,
	ADD COLUMN IF NOT EXISTS xid xid8;
CALL vsm.ensure_key(:'schema', 'merge_request', 'merge_request');
CALL vsm.ensure_limits(:'schema', 'merge_request', 'time', 'created_at', 'ready_at', 'first_review_at', 'approved_at', 'merged_at',
	'closed_at');
CALL vsm.ensure_limits(:'schema', 'merge_request', 'name', 'merge_request', 'repository', 'target_branch');
CREATE INDEX IF NOT EXISTS merge_request_xid_idx ON :"schema".merge_request (xid);
CREATE INDEX IF NOT EXISTS merge_request_repository_idx ON :"schema".merge_request (repository, created_at);

COMMENT ON TABLE :"schema".merge_request IS 'merge and pull requests, as last reported';
COMMENT ON COLUMN :"schema".merge_request.merge_request IS 'the request: source:merge_request:id or source:pull_request:id';
COMMENT ON COLUMN :"schema".merge_request.repository IS 'repository that it is to be merged into: shop/checkout';
COMMENT ON COLUMN :"schema".merge_request.title IS 'title';
COMMENT ON COLUMN :"schema".merge_request.url IS 'address in the tool';
COMMENT ON COLUMN :"schema".merge_request.source_branch IS 'branch that it comes from';
COMMENT ON COLUMN :"schema".merge_request.target_branch IS 'branch that it is to be merged into';
COMMENT ON COLUMN :"schema".merge_request.state IS 'last state, in the words of the tool';
COMMENT ON COLUMN :"schema".merge_request.created_at IS 'when it was opened';
COMMENT ON COLUMN :"schema".merge_request.ready_at IS
	'when it was last made ready for review, where the tool tells; of a request that was never a draft NULL';
COMMENT ON COLUMN :"schema".merge_request.first_review_at IS 'when somebody else than its author first reviewed it';
COMMENT ON COLUMN :"schema".merge_request.approved_at IS 'when it was approved';
COMMENT ON COLUMN :"schema".merge_request.merged_at IS 'when it was merged';
COMMENT ON COLUMN :"schema".merge_request.closed_at IS 'when it was closed without being merged';
COMMENT ON COLUMN :"schema".merge_request.additions IS 'lines added';
COMMENT ON COLUMN :"schema".merge_request.deletions IS 'lines removed';
COMMENT ON COLUMN :"schema".merge_request.commits IS 'number of its commits';
COMMENT ON COLUMN :"schema".merge_request.author_kind IS 'who opened it: person or bot; NULL: not known. No name of a person is kept';
COMMENT ON COLUMN :"schema".merge_request.assisted_by IS 'assistant that opened it or helped to write it, see naming; NULL: none is known';
COMMENT ON COLUMN :"schema".merge_request.source IS 'tool, as in inbox.source';
COMMENT ON COLUMN :"schema".merge_request.updated_at IS 'version of this row: when the tool had last changed the request';
COMMENT ON COLUMN :"schema".merge_request.told IS
	'versions of columns that the newest version did not name, in microseconds since 1970; 0: it said that the column is empty';
COMMENT ON COLUMN :"schema".merge_request.payload IS 'the kept payload that told of the row last; NULL where none was kept';
COMMENT ON COLUMN :"schema".merge_request.xid IS 'transaction that last wrote the row';
