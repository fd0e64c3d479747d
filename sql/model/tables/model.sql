CREATE TABLE IF NOT EXISTS :"schema".model ();
ALTER TABLE :"schema".model
	ADD COLUMN IF NOT EXISTS single boolean NOT NULL DEFAULT true,
	ADD COLUMN IF NOT EXISTS version text NOT NULL,
	ADD COLUMN IF NOT EXISTS time_zone text NOT NULL,
	ADD COLUMN IF NOT EXISTS week_starts text NOT NULL,
	ADD COLUMN IF NOT EXISTS currency text,
	ADD COLUMN IF NOT EXISTS created_at timestamptz NOT NULL DEFAULT now(),
	ADD COLUMN IF NOT EXISTS keep_payloads interval,
	ADD COLUMN IF NOT EXISTS part_max_items integer NOT NULL DEFAULT 10,
	ADD COLUMN IF NOT EXISTS part_confidence float8 NOT NULL DEFAULT 0.8;
CALL vsm.ensure_key(:'schema', 'model', 'single');
CALL vsm.ensure_check(:'schema', 'model', 'model_single_check', 'single');
CALL vsm.ensure_check(:'schema', 'model', 'model_week_starts_check', $$week_starts IN ('mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun')$$);

COMMENT ON TABLE :"schema".model IS 'settings of this model: one row';
COMMENT ON COLUMN :"schema".model.single IS 'always true: there is one row';
COMMENT ON COLUMN :"schema".model.version IS 'version of vsm that made or last upgraded the model';
COMMENT ON COLUMN :"schema".model.time_zone IS 'time zone in which days, weeks and months begin';
COMMENT ON COLUMN :"schema".model.week_starts IS 'first day of the week: mon, tue, wed, thu, fri, sat or sun';
COMMENT ON COLUMN :"schema".model.currency IS 'currency of costs and values, where not said otherwise';
COMMENT ON COLUMN :"schema".model.created_at IS 'when the model was created';
COMMENT ON COLUMN :"schema".model.keep_payloads IS
	'for how long payloads are kept after they were read, for vsm.read_again; NULL: not at all. They hold names of persons';
COMMENT ON COLUMN :"schema".model.part_max_items IS 'a merge request that names more items than this is no part of any: it is a release';
COMMENT ON COLUMN :"schema".model.part_confidence IS 'links of less confidence than this make no part of an item';
