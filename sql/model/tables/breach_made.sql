-- Rows, each of a batch of refresh, are added and taken whole, so that neither waits for the other.
CREATE TABLE IF NOT EXISTS :"schema".breach_made ();
ALTER TABLE :"schema".breach_made
	ADD COLUMN IF NOT EXISTS id bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
	ADD COLUMN IF NOT EXISTS items text[] NOT NULL,
	ADD COLUMN IF NOT EXISTS made_at timestamptz NOT NULL DEFAULT clock_timestamp();
CALL vsm.ensure_key(:'schema', 'breach_made', 'id');

COMMENT ON TABLE :"schema".breach_made IS
	'items that refresh has made anew, until vsm.notify_breaches has looked at them; of two days at most';
COMMENT ON COLUMN :"schema".breach_made.id IS 'order of writing';
COMMENT ON COLUMN :"schema".breach_made.items IS 'the items';
COMMENT ON COLUMN :"schema".breach_made.made_at IS 'when that was';
