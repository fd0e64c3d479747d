CREATE TABLE IF NOT EXISTS :"schema".attempt ();
ALTER TABLE :"schema".attempt
	ADD COLUMN IF NOT EXISTS attempt bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
	ADD COLUMN IF NOT EXISTS payloads bigint[] NOT NULL,
	ADD COLUMN IF NOT EXISTS began_at timestamptz NOT NULL DEFAULT now();
CALL vsm.ensure_key(:'schema', 'attempt', 'attempt');

COMMENT ON TABLE :"schema".attempt IS
	'batches of payloads that are being read; one that nobody reads any more was ended by something that its payloads may have caused';
COMMENT ON COLUMN :"schema".attempt.attempt IS 'number of the attempt';
COMMENT ON COLUMN :"schema".attempt.payloads IS 'ids of the payloads';
COMMENT ON COLUMN :"schema".attempt.began_at IS 'when it began';
