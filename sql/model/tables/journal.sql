CREATE TABLE IF NOT EXISTS :"schema".journal ();
ALTER TABLE :"schema".journal
	ADD COLUMN IF NOT EXISTS id bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
	ADD COLUMN IF NOT EXISTS xid xid8 NOT NULL,
	ADD COLUMN IF NOT EXISTS kind text NOT NULL,
	ADD COLUMN IF NOT EXISTS key text NOT NULL;
CALL vsm.ensure_key(:'schema', 'journal', 'id');

COMMENT ON TABLE :"schema".journal IS 'keys of rows that were deleted or got another key, until refresh has looked at what they led to';
COMMENT ON COLUMN :"schema".journal.id IS 'order of writing';
COMMENT ON COLUMN :"schema".journal.xid IS 'transaction that did it';
COMMENT ON COLUMN :"schema".journal.kind IS
	'key: of an item, a request, a commit, a build or a deployment; incident; alias; repository; rebuild: a table was truncated';
COMMENT ON COLUMN :"schema".journal.key IS 'the key as it was';
