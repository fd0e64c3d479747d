CREATE OR REPLACE VIEW :"schema".feature_item AS
-- Item by item with children, so that a question about some of them looks at no others.
SELECT f.item AS feature, b.item, b.has_other_urgency
FROM :"schema".item_flow AS f
	-- (Mostly what is right below has nothing below itself.)
	CROSS JOIN LATERAL (
		SELECT EXISTS (
			SELECT FROM :"schema".item_flow AS e
			WHERE coalesce(e.parent, e.feature) = f.item AND e.value_stream IS NOT NULL AND e.item <> f.item AND e.level = 'parent')
				AS is_deep
		OFFSET 0) AS d
	CROSS JOIN LATERAL (
		SELECT e.item, i.item IS NOT NULL AS has_other_urgency
		FROM :"schema".item_flow AS e LEFT JOIN :"schema".item AS i ON i.item = e.item AND i.urgency IS NOT NULL
		WHERE NOT d.is_deep AND coalesce(e.parent, e.feature) = f.item AND e.value_stream IS NOT NULL AND e.item <> f.item
		UNION ALL
		SELECT r.item, r.has_other_urgency
		FROM (
			-- Right above an item is its parent or, where none is known, the feature that it is a part of. UNION, not UNION ALL: items
			-- that are above each other end it.
			WITH RECURSIVE below AS (
				SELECT e.item, e.level, i.item IS NOT NULL AS has_other_urgency
				FROM :"schema".item_flow AS e LEFT JOIN :"schema".item AS i ON i.item = e.item AND i.urgency IS NOT NULL
				WHERE coalesce(e.parent, e.feature) = f.item AND e.value_stream IS NOT NULL AND e.item <> f.item
				UNION
				SELECT e.item, e.level, b.has_other_urgency OR i.item IS NOT NULL
				FROM below AS b
					JOIN :"schema".item_flow AS e ON coalesce(e.parent, e.feature) = b.item AND e.value_stream IS NOT NULL
						AND e.item <> b.item
					LEFT JOIN :"schema".item AS i ON i.item = e.item AND i.urgency IS NOT NULL
				WHERE b.level = 'parent')
			SELECT w.item, bool_or(w.has_other_urgency) AS has_other_urgency
			FROM below AS w WHERE w.level IS DISTINCT FROM 'parent' AND w.item <> f.item
			GROUP BY w.item) AS r
		WHERE d.is_deep) AS b
WHERE f.level = 'parent';

COMMENT ON VIEW :"schema".feature_item IS
	'items with children that count, and the items below each that have none, at whatever depth: what a feature consists of';
COMMENT ON COLUMN :"schema".feature_item.feature IS 'the item with children';
COMMENT ON COLUMN :"schema".feature_item.item IS 'an item below it';
COMMENT ON COLUMN :"schema".feature_item.has_other_urgency IS
	'whether it, or an item between the two, has an urgency of its own: what it waits for counts there';
