CREATE TABLE IF NOT EXISTS :"schema".access ();
ALTER TABLE :"schema".access
	ADD COLUMN IF NOT EXISTS role text NOT NULL,
	ADD COLUMN IF NOT EXISTS value_stream text NOT NULL;
CALL vsm.ensure_key(:'schema', 'access', 'role', 'value_stream');

COMMENT ON TABLE :"schema".access IS
	'which value streams a role sees in the views; empty: all roles that may read the views see all. Filled by vsm.grant_reader';
COMMENT ON COLUMN :"schema".access.role IS 'the role; its members see what it sees';
COMMENT ON COLUMN :"schema".access.value_stream IS 'value stream that it sees; (none): what is in no value stream';
