CREATE OR REPLACE VIEW :"schema".delay_span AS
SELECT i.item, i.urgency, c.item IS NOT NULL AS has_children, CASE WHEN c.item IS NULL THEN 1 ELSE c.own_count END AS item_count,
	c.started_at,
	CASE WHEN c.item IS NULL THEN coalesce(vsm.wait_periods(f.timeline, r.workflow, now()), '{}')
		ELSE coalesce(c.own_waiting - c.own_active, '{}') END AS waiting
FROM :"schema".item AS i
	JOIN :"schema".item_flow AS f ON f.item = i.item
	LEFT JOIN :"schema".route AS r ON r.route = f.route
	LEFT JOIN LATERAL (SELECT k.* FROM :"schema".feature_content AS k WHERE k.item = f.item AND f.level = 'parent' OFFSET 0) AS c ON true
WHERE i.urgency IS NOT NULL;

COMMENT ON VIEW :"schema".delay_span IS
	'items that carry an urgency, and when they waited: those with children while those below waited and none of them was worked on, '
	'those with an urgency of their own left out';
COMMENT ON COLUMN :"schema".delay_span.item IS 'the item';
COMMENT ON COLUMN :"schema".delay_span.urgency IS 'its urgency';
COMMENT ON COLUMN :"schema".delay_span.has_children IS 'whether items without children are below it';
COMMENT ON COLUMN :"schema".delay_span.item_count IS 'items whose waits count: 1 without children';
COMMENT ON COLUMN :"schema".delay_span.started_at IS 'when the first item below it was started; NULL: not yet, or without children';
COMMENT ON COLUMN :"schema".delay_span.waiting IS 'when it waited, up to now';
