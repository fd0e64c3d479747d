CREATE TABLE IF NOT EXISTS :"schema".payload ();
ALTER TABLE :"schema".payload
	ADD COLUMN IF NOT EXISTS payload bigint NOT NULL,
	ADD COLUMN IF NOT EXISTS source text NOT NULL,
	ADD COLUMN IF NOT EXISTS body text NOT NULL,
	ADD COLUMN IF NOT EXISTS received_at timestamptz,
	ADD COLUMN IF NOT EXISTS read_at timestamptz NOT NULL DEFAULT now(),
	ADD COLUMN IF NOT EXISTS version text;
CALL vsm.ensure_key(:'schema', 'payload', 'payload');
CREATE INDEX IF NOT EXISTS payload_source_idx ON :"schema".payload (source, payload);

COMMENT ON TABLE :"schema".payload IS
	'payloads that were read and are kept for as long as model.keep_payloads says, so that vsm.read_again can read them again';
COMMENT ON COLUMN :"schema".payload.payload IS 'id that it had in the inbox';
COMMENT ON COLUMN :"schema".payload.source IS 'tool, as in inbox.source';
COMMENT ON COLUMN :"schema".payload.body IS 'the payload as it was sent';
COMMENT ON COLUMN :"schema".payload.received_at IS 'when it arrived';
COMMENT ON COLUMN :"schema".payload.read_at IS 'when it was read';
COMMENT ON COLUMN :"schema".payload.version IS 'version of vsm that last read it';
