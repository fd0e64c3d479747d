CREATE TABLE IF NOT EXISTS :"schema".breach_due ();
ALTER TABLE :"schema".breach_due
	ADD COLUMN IF NOT EXISTS item text NOT NULL,
	ADD COLUMN IF NOT EXISTS due_at timestamptz NOT NULL;
CALL vsm.ensure_key(:'schema', 'breach_due', 'item');
CREATE INDEX IF NOT EXISTS breach_due_at_idx ON :"schema".breach_due (due_at);

COMMENT ON TABLE :"schema".breach_due IS
	'open items that will have taken longer than service_level says if they stay where they are, and of which vsm.notify_breaches has '
	'not told; those that are due are looked at again';
COMMENT ON COLUMN :"schema".breach_due.item IS 'the item';
COMMENT ON COLUMN :"schema".breach_due.due_at IS 'when its clock, or its time in its stage, reaches a target: the next of both';
