CREATE TABLE IF NOT EXISTS :"schema".attached ();
ALTER TABLE :"schema".attached
	ADD COLUMN IF NOT EXISTS source_schema text NOT NULL,
	ADD COLUMN IF NOT EXISTS layout text NOT NULL,
	ADD COLUMN IF NOT EXISTS source text NOT NULL,
	ADD COLUMN IF NOT EXISTS full_pass interval,
	ADD COLUMN IF NOT EXISTS attached_at timestamptz NOT NULL DEFAULT now(),
	ADD COLUMN IF NOT EXISTS read_to jsonb,
	ADD COLUMN IF NOT EXISTS read_at timestamptz,
	ADD COLUMN IF NOT EXISTS full_at timestamptz,
	ADD COLUMN IF NOT EXISTS records bigint,
	ADD COLUMN IF NOT EXISTS refused bigint,
	ADD COLUMN IF NOT EXISTS error text,
	ADD COLUMN IF NOT EXISTS bound xid8,
	ADD COLUMN IF NOT EXISTS system_identifier bigint,
	ADD COLUMN IF NOT EXISTS files jsonb;
CALL vsm.ensure_key(:'schema', 'attached', 'source_schema', 'layout');

COMMENT ON TABLE :"schema".attached IS
	'schemas in which another tool leaves its tables, which refresh reads: see vsm.attach_devlake and the like';
COMMENT ON COLUMN :"schema".attached.source_schema IS 'the schema';
COMMENT ON COLUMN :"schema".attached.layout IS 'what its tables are: devlake, fivetran_jira, ...';
COMMENT ON COLUMN :"schema".attached.source IS 'what is read from it is of this source, as in inbox.source';
COMMENT ON COLUMN :"schema".attached.full_pass IS
	'how often all of it is read, to find rows that came late; NULL: once, and when names change';
COMMENT ON COLUMN :"schema".attached.attached_at IS 'since when it is attached';
COMMENT ON COLUMN :"schema".attached.read_to IS 'the greatest value of the column that tells of changes, by table';
COMMENT ON COLUMN :"schema".attached.read_at IS 'when it was last read';
COMMENT ON COLUMN :"schema".attached.full_at IS 'when all of it was last read; NULL: the next refresh reads all of it';
COMMENT ON COLUMN :"schema".attached.records IS 'records, or facts where a table states these, that were last read';
COMMENT ON COLUMN :"schema".attached.refused IS 'how many of them could not be taken';
COMMENT ON COLUMN :"schema".attached.error IS 'why it was not read the last time, or one of its records was not';
COMMENT ON COLUMN :"schema".attached.bound IS 'transactions before this one had ended when it was last read; NULL: not known';
COMMENT ON COLUMN :"schema".attached.system_identifier IS 'the cluster whose transactions these are';
COMMENT ON COLUMN :"schema".attached.files IS 'the files that its tables were in, of those whose rows tell which transaction wrote them';
