CREATE TABLE IF NOT EXISTS :"schema".build ();
ALTER TABLE :"schema".build
	ADD COLUMN IF NOT EXISTS build text NOT NULL,
	ADD COLUMN IF NOT EXISTS repository text,
	ADD COLUMN IF NOT EXISTS job text,
	ADD COLUMN IF NOT EXISTS sha text,
	ADD COLUMN IF NOT EXISTS ref text,
	ADD COLUMN IF NOT EXISTS attempt integer,
	ADD COLUMN IF NOT EXISTS status text,
	ADD COLUMN IF NOT EXISTS queued_at timestamptz,
	ADD COLUMN IF NOT EXISTS started_at timestamptz,
	ADD COLUMN IF NOT EXISTS finished_at timestamptz,
	ADD COLUMN IF NOT EXISTS url text,
	ADD COLUMN IF NOT EXISTS source text,
	ADD COLUMN IF NOT EXISTS updated_at timestamptz,
	ADD COLUMN IF NOT EXISTS told jsonb,
	ADD COLUMN IF NOT EXISTS payload bigint,
	ADD COLUMN IF NOT EXISTS xid xid8;
CALL vsm.ensure_key(:'schema', 'build', 'build');
CALL vsm.ensure_limits(:'schema', 'build', 'time', 'queued_at', 'started_at', 'finished_at');
CALL vsm.ensure_limits(:'schema', 'build', 'name', 'build', 'sha');
CREATE INDEX IF NOT EXISTS build_xid_idx ON :"schema".build (xid);
CREATE INDEX IF NOT EXISTS build_sha_idx ON :"schema".build (sha);

COMMENT ON TABLE :"schema".build IS 'builds: runs of pipelines, workflows and jobs, as last reported';
COMMENT ON COLUMN :"schema".build.build IS 'the build: source:kind:id';
COMMENT ON COLUMN :"schema".build.repository IS 'repository that was built';
COMMENT ON COLUMN :"schema".build.job IS 'pipeline, workflow or job';
COMMENT ON COLUMN :"schema".build.sha IS 'commit that was built';
COMMENT ON COLUMN :"schema".build.ref IS 'branch or tag that was built';
COMMENT ON COLUMN :"schema".build.attempt IS 'how many times it has been started; NULL: not known';
COMMENT ON COLUMN :"schema".build.status IS 'last status, in the words of the tool';
COMMENT ON COLUMN :"schema".build.queued_at IS 'when it was asked for';
COMMENT ON COLUMN :"schema".build.started_at IS 'when it began';
COMMENT ON COLUMN :"schema".build.finished_at IS 'when it ended, well or not';
COMMENT ON COLUMN :"schema".build.url IS 'address in the tool';
COMMENT ON COLUMN :"schema".build.source IS 'tool, as in inbox.source';
COMMENT ON COLUMN :"schema".build.updated_at IS 'version of this row: when the tool had last changed the build';
COMMENT ON COLUMN :"schema".build.told IS
	'versions of columns that the newest version did not name, in microseconds since 1970; 0: it said that the column is empty';
COMMENT ON COLUMN :"schema".build.payload IS 'the kept payload that told of the row last; NULL where none was kept';
COMMENT ON COLUMN :"schema".build.xid IS 'transaction that last wrote the row';
