CREATE TABLE IF NOT EXISTS :"schema".item_change ();
ALTER TABLE :"schema".item_change
	ADD COLUMN IF NOT EXISTS item text NOT NULL,
	ADD COLUMN IF NOT EXISTS at timestamptz NOT NULL,
	ADD COLUMN IF NOT EXISTS attribute text NOT NULL,
	ADD COLUMN IF NOT EXISTS value text,
	ADD COLUMN IF NOT EXISTS previous text,
	ADD COLUMN IF NOT EXISTS source text,
	ADD COLUMN IF NOT EXISTS change_id text NOT NULL DEFAULT gen_random_uuid(),
	ADD COLUMN IF NOT EXISTS told_at timestamptz,
	ADD COLUMN IF NOT EXISTS payload bigint,
	ADD COLUMN IF NOT EXISTS xid xid8;
CALL vsm.ensure_key(:'schema', 'item_change', 'item', 'attribute', 'change_id');
CALL vsm.ensure_limits(:'schema', 'item_change', 'time', 'at');
CALL vsm.ensure_limits(:'schema', 'item_change', 'name', 'item');
CALL vsm.ensure_check(:'schema', 'item_change', 'item_change_value_check',
	$$attribute NOT IN ('team', 'value_stream') OR octet_length(value) <= 1000 AND octet_length(previous) <= 1000$$);
CREATE INDEX IF NOT EXISTS item_change_xid_idx ON :"schema".item_change (xid);

COMMENT ON TABLE :"schema".item_change IS
	'history of items'' attributes: each value and since when. The first value of each stands at the creation of the item';
COMMENT ON COLUMN :"schema".item_change.item IS 'the item';
COMMENT ON COLUMN :"schema".item_change.at IS 'since when it has this value';
COMMENT ON COLUMN :"schema".item_change.attribute IS 'team, type, priority, value_stream, parent, sprint, project or size';
COMMENT ON COLUMN :"schema".item_change.value IS 'the value, in the words of the tracker; NULL: none';
COMMENT ON COLUMN :"schema".item_change.previous IS 'the value before';
COMMENT ON COLUMN :"schema".item_change.source IS 'tracker, as in inbox.source';
COMMENT ON COLUMN :"schema".item_change.change_id IS 'the source''s id of the change; "created" for the value at creation';
COMMENT ON COLUMN :"schema".item_change.told_at IS 'version of what worded the change';
COMMENT ON COLUMN :"schema".item_change.payload IS 'the kept payload that told of the row last; NULL where none was kept';
COMMENT ON COLUMN :"schema".item_change.xid IS 'transaction that last wrote the row';
