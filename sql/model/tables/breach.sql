CREATE TABLE IF NOT EXISTS :"schema".breach ();
ALTER TABLE :"schema".breach
	ADD COLUMN IF NOT EXISTS item text NOT NULL,
	ADD COLUMN IF NOT EXISTS stage text NOT NULL DEFAULT '',
	ADD COLUMN IF NOT EXISTS breached_at timestamptz NOT NULL,
	ADD COLUMN IF NOT EXISTS told_at timestamptz NOT NULL DEFAULT now();
CALL vsm.ensure_key(:'schema', 'breach', 'item', 'stage');

COMMENT ON TABLE :"schema".breach IS
	'open items that have taken longer than service_level says, of which vsm.notify_breaches has told. Rows go with the next call when the '
	'item is open no longer';
COMMENT ON COLUMN :"schema".breach.item IS 'the item';
COMMENT ON COLUMN :"schema".breach.stage IS 'stage in which it was for too long; empty: it took too long as a whole';
COMMENT ON COLUMN :"schema".breach.breached_at IS 'when its clock, or its time in the stage, reached the target';
COMMENT ON COLUMN :"schema".breach.told_at IS 'when that was told';
