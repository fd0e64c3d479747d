CREATE TABLE IF NOT EXISTS :"schema".outcome ();
ALTER TABLE :"schema".outcome
	ADD COLUMN IF NOT EXISTS feature text NOT NULL,
	ADD COLUMN IF NOT EXISTS at timestamptz NOT NULL,
	ADD COLUMN IF NOT EXISTS measure text NOT NULL,
	ADD COLUMN IF NOT EXISTS amount numeric NOT NULL,
	ADD COLUMN IF NOT EXISTS currency text,
	ADD COLUMN IF NOT EXISTS source text,
	ADD COLUMN IF NOT EXISTS told_at timestamptz,
	ADD COLUMN IF NOT EXISTS payload bigint;
CALL vsm.ensure_key(:'schema', 'outcome', 'feature', 'at', 'measure');
CALL vsm.ensure_limits(:'schema', 'outcome', 'time', 'at');
CALL vsm.ensure_limits(:'schema', 'outcome', 'number', 'amount');
CALL vsm.ensure_limits(:'schema', 'outcome', 'name', 'feature');

COMMENT ON TABLE :"schema".outcome IS 'what a feature brought, as measured';
COMMENT ON COLUMN :"schema".outcome.feature IS 'feature: an item or an alias of it';
COMMENT ON COLUMN :"schema".outcome.at IS 'when, or the beginning of the period measured';
COMMENT ON COLUMN :"schema".outcome.measure IS 'what was measured: revenue, cost saved, ...';
COMMENT ON COLUMN :"schema".outcome.amount IS 'how much';
COMMENT ON COLUMN :"schema".outcome.currency IS 'currency of the amount; NULL: that of the model';
COMMENT ON COLUMN :"schema".outcome.source IS 'where it was measured; NULL where somebody wrote the row';
COMMENT ON COLUMN :"schema".outcome.told_at IS 'version of what worded the row';
COMMENT ON COLUMN :"schema".outcome.payload IS 'the kept payload that told of the row last; NULL where none was kept';
