CREATE TABLE IF NOT EXISTS :"schema".item ();
ALTER TABLE :"schema".item
	ADD COLUMN IF NOT EXISTS item text NOT NULL,
	ADD COLUMN IF NOT EXISTS value_stream text,
	ADD COLUMN IF NOT EXISTS team text,
	ADD COLUMN IF NOT EXISTS type text,
	ADD COLUMN IF NOT EXISTS priority text,
	ADD COLUMN IF NOT EXISTS title text,
	ADD COLUMN IF NOT EXISTS url text,
	ADD COLUMN IF NOT EXISTS parent text,
	ADD COLUMN IF NOT EXISTS feature text,
	ADD COLUMN IF NOT EXISTS service text,
	ADD COLUMN IF NOT EXISTS size numeric,
	ADD COLUMN IF NOT EXISTS due_at timestamptz,
	ADD COLUMN IF NOT EXISTS created_at timestamptz,
	ADD COLUMN IF NOT EXISTS tags jsonb,
	ADD COLUMN IF NOT EXISTS urgency jsonb,
	ADD COLUMN IF NOT EXISTS planned_value numeric,
	ADD COLUMN IF NOT EXISTS cost numeric,
	ADD COLUMN IF NOT EXISTS source text,
	ADD COLUMN IF NOT EXISTS key text,
	ADD COLUMN IF NOT EXISTS project text,
	ADD COLUMN IF NOT EXISTS source_type text,
	ADD COLUMN IF NOT EXISTS changelog_missing integer,
	ADD COLUMN IF NOT EXISTS changelog_from timestamptz,
	ADD COLUMN IF NOT EXISTS changelog_until timestamptz,
	ADD COLUMN IF NOT EXISTS updated_at timestamptz,
	ADD COLUMN IF NOT EXISTS told jsonb,
	ADD COLUMN IF NOT EXISTS payload bigint,
	ADD COLUMN IF NOT EXISTS type_told text,
	ADD COLUMN IF NOT EXISTS changelog tstzmultirange,
	ADD COLUMN IF NOT EXISTS xid xid8;
CALL vsm.ensure_key(:'schema', 'item', 'item');
CALL vsm.ensure_limits(:'schema', 'item', 'time', 'due_at', 'created_at');
CALL vsm.ensure_limits(:'schema', 'item', 'number', 'size', 'planned_value', 'cost');
CALL vsm.ensure_limits(:'schema', 'item', 'name', 'item', 'value_stream', 'team', 'parent', 'feature', 'service', 'key');
CREATE INDEX IF NOT EXISTS item_xid_idx ON :"schema".item (xid);
CALL vsm.ensure_check(:'schema', 'item', 'item_type_check', $$type IN ('feature', 'defect', 'risk', 'debt', 'other')$$);
CREATE INDEX IF NOT EXISTS item_parent_idx ON :"schema".item (parent);
CREATE INDEX IF NOT EXISTS item_feature_idx ON :"schema".item (feature);
CREATE INDEX IF NOT EXISTS item_change_request_idx ON :"schema".item (service) WHERE project = 'change_request';
CREATE INDEX IF NOT EXISTS item_key_idx ON :"schema".item (key);
-- Few are said to be urgent, or to bring something.
CREATE INDEX IF NOT EXISTS item_urgent_idx ON :"schema".item (item) WHERE urgency IS NOT NULL;
CREATE INDEX IF NOT EXISTS item_planned_idx ON :"schema".item (item) WHERE planned_value IS NOT NULL;

COMMENT ON TABLE :"schema".item IS 'work items of trackers: ideas, features, defects, risks, debt. One row an item, as last reported';
COMMENT ON COLUMN :"schema".item.item IS 'the item: source:kind:id, stable where keys change';
COMMENT ON COLUMN :"schema".item.value_stream IS 'value stream, where set by hand; else routing decides, see routed_item';
COMMENT ON COLUMN :"schema".item.team IS 'team, where set by hand; else routing decides, see routed_item';
COMMENT ON COLUMN :"schema".item.type IS
	'feature, defect, risk, debt or other. As the tracker tells it; a correction by hand stays until it tells another';
COMMENT ON COLUMN :"schema".item.priority IS 'priority, in the words of the tracker';
COMMENT ON COLUMN :"schema".item.title IS 'title';
COMMENT ON COLUMN :"schema".item.url IS 'address in the tracker';
COMMENT ON COLUMN :"schema".item.parent IS 'item that this one is a part of';
COMMENT ON COLUMN :"schema".item.feature IS 'feature that this item is a part of, at whatever depth';
COMMENT ON COLUMN :"schema".item.service IS 'service that the item is about';
COMMENT ON COLUMN :"schema".item.size IS 'size, in the unit that the team estimates in';
COMMENT ON COLUMN :"schema".item.due_at IS 'when it is due';
COMMENT ON COLUMN :"schema".item.created_at IS 'when it was created in the tracker';
COMMENT ON COLUMN :"schema".item.tags IS 'labels, as a JSON array of texts';
COMMENT ON COLUMN :"schema".item.urgency IS 'cost of delay: a profile as vsm.cost_of_delay reads it';
COMMENT ON COLUMN :"schema".item.planned_value IS 'what it is expected to bring';
COMMENT ON COLUMN :"schema".item.cost IS 'what it has cost, where known';
COMMENT ON COLUMN :"schema".item.source IS 'tracker, as in inbox.source';
COMMENT ON COLUMN :"schema".item.key IS 'what people call it, at present: SHOP-12, shop/checkout#12';
COMMENT ON COLUMN :"schema".item.project IS 'project of the tracker: SHOP, shop/checkout';
COMMENT ON COLUMN :"schema".item.source_type IS 'type, in the words of the tracker';
COMMENT ON COLUMN :"schema".item.changelog_missing IS 'how many entries of its history the last payload left out; NULL: none';
COMMENT ON COLUMN :"schema".item.changelog_from IS 'oldest entry of that payload, where the older ones were left out';
COMMENT ON COLUMN :"schema".item.changelog_until IS 'up to when its history is known without gaps';
COMMENT ON COLUMN :"schema".item.updated_at IS 'version of this row: when the tracker had last changed the item';
COMMENT ON COLUMN :"schema".item.told IS
	'versions of columns that the newest version did not name, in microseconds since 1970; 0: it said that the column is empty';
COMMENT ON COLUMN :"schema".item.payload IS 'the kept payload that told of the row last; NULL where none was kept';
COMMENT ON COLUMN :"schema".item.type_told IS 'type as the tracker last told it; type differs where somebody corrected it';
COMMENT ON COLUMN :"schema".item.changelog IS 'periods of which all its changes are known';
COMMENT ON COLUMN :"schema".item.xid IS 'transaction that last wrote the row';
