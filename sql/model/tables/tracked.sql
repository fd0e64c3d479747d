CREATE TABLE IF NOT EXISTS :"schema".tracked ();
ALTER TABLE :"schema".tracked
	ADD COLUMN IF NOT EXISTS relation regclass NOT NULL,
	ADD COLUMN IF NOT EXISTS source text NOT NULL,
	ADD COLUMN IF NOT EXISTS columns jsonb,
	ADD COLUMN IF NOT EXISTS on_error text,
	ADD COLUMN IF NOT EXISTS since timestamptz NOT NULL DEFAULT now();
CALL vsm.ensure_key(:'schema', 'tracked', 'relation');

COMMENT ON TABLE :"schema".tracked IS
	'tables whose changes of state are events, as vsm.track was told. Without its row here a table''s trigger writes nothing';
COMMENT ON COLUMN :"schema".tracked.relation IS 'the table';
COMMENT ON COLUMN :"schema".tracked.source IS 'source of its items and events: the item of a row is SOURCE:item:ID';
COMMENT ON COLUMN :"schema".tracked.columns IS 'columns that are read: [what of an item, column] each';
COMMENT ON COLUMN :"schema".tracked.on_error IS 'what becomes of a change that cannot be tracked: warn or fail';
COMMENT ON COLUMN :"schema".tracked.since IS 'when it was last named';
