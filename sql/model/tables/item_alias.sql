CREATE TABLE IF NOT EXISTS :"schema".item_alias ();
ALTER TABLE :"schema".item_alias
	ADD COLUMN IF NOT EXISTS alias text NOT NULL,
	ADD COLUMN IF NOT EXISTS item text NOT NULL,
	ADD COLUMN IF NOT EXISTS since timestamptz,
	ADD COLUMN IF NOT EXISTS payload bigint,
	ADD COLUMN IF NOT EXISTS xid xid8;
CALL vsm.ensure_key(:'schema', 'item_alias', 'alias', 'item');
CALL vsm.ensure_limits(:'schema', 'item_alias', 'name', 'alias', 'item');
CREATE INDEX IF NOT EXISTS item_alias_xid_idx ON :"schema".item_alias (xid);
CREATE INDEX IF NOT EXISTS item_alias_item_idx ON :"schema".item_alias (item);

COMMENT ON TABLE :"schema".item_alias IS
	'other names of items: the keys that people write into branches and commits. A moved item has several';
COMMENT ON COLUMN :"schema".item_alias.alias IS 'the other name: SHOP-12, shop/checkout#12';
COMMENT ON COLUMN :"schema".item_alias.item IS 'the item';
COMMENT ON COLUMN :"schema".item_alias.since IS 'since when, where known';
COMMENT ON COLUMN :"schema".item_alias.payload IS 'the kept payload that told of the row last; NULL where none was kept';
COMMENT ON COLUMN :"schema".item_alias.xid IS 'transaction that last wrote the row';
