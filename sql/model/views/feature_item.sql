CREATE OR REPLACE VIEW :"schema".feature_item AS
-- Right above an item is its parent or, where none is known, the feature that it is a part of.
WITH RECURSIVE edge AS MATERIALIZED (
	SELECT f.item, coalesce(f.parent, f.feature) AS above, i.urgency IS NOT NULL AS has_urgency, coalesce(f.level, 'item') AS level
	FROM :"schema".item_flow AS f JOIN :"schema".item AS i ON i.item = f.item
	WHERE f.value_stream IS NOT NULL AND coalesce(f.parent, f.feature) <> f.item),
-- UNION, not UNION ALL: items that are above each other end it.
below AS (
	SELECT e.above AS feature, e.item, e.level, e.has_urgency AS has_other_urgency FROM edge AS e
	UNION
	SELECT b.feature, e.item, e.level, b.has_other_urgency OR e.has_urgency FROM below AS b JOIN edge AS e ON e.above = b.item
	WHERE b.level = 'parent')
SELECT b.feature, b.item, bool_or(b.has_other_urgency) AS has_other_urgency
FROM below AS b JOIN :"schema".item_flow AS f ON f.item = b.feature AND f.level = 'parent'
WHERE b.item <> b.feature AND b.level <> 'parent'
GROUP BY b.feature, b.item;

COMMENT ON VIEW :"schema".feature_item IS
	'items with children that count, and the items below each that have none, at whatever depth: what a feature consists of';
COMMENT ON COLUMN :"schema".feature_item.feature IS 'the item with children';
COMMENT ON COLUMN :"schema".feature_item.item IS 'an item below it';
COMMENT ON COLUMN :"schema".feature_item.has_other_urgency IS
	'whether it, or an item between the two, has an urgency of its own: what it waits for counts there';
