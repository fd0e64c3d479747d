CREATE OR REPLACE VIEW :"schema".feature_content AS
SELECT f.item, c.item_count, c.finished_count, c.cancelled_count, c.added_after_start_count,
	c.item_count - c.finished_count - c.cancelled_count AS remaining_count, c.started_at, c.active, c.waiting, c.children_stage,
	c.own_count, c.own_active, c.own_waiting
FROM :"schema".item_flow AS f
	CROSS JOIN LATERAL (
		SELECT count(*)::integer AS item_count, count(*) FILTER (WHERE b.outcome = 'done')::integer AS finished_count,
			count(*) FILTER (WHERE b.outcome = 'cancelled')::integer AS cancelled_count,
			count(*) FILTER (WHERE b.created_at > b.began_at)::integer AS added_after_start_count, min(b.began_at) AS started_at,
			range_agg(vsm.active_periods(b.timeline, b.workflow, now())) AS active,
			range_agg(vsm.wait_periods(b.timeline, b.workflow, now())) AS waiting,
			vsm.stage_at(vsm.rollup(b.timeline, b.workflow, 'least') FILTER (WHERE b.is_one),
				(array_agg(b.workflow) FILTER (WHERE b.is_one))[1], now()) AS children_stage,
			count(*) FILTER (WHERE NOT b.has_other_urgency)::integer AS own_count,
			range_agg(vsm.active_periods(b.timeline, b.workflow, now())) FILTER (WHERE NOT b.has_other_urgency) AS own_active,
			range_agg(vsm.wait_periods(b.timeline, b.workflow, now())) FILTER (WHERE NOT b.has_other_urgency) AS own_waiting
		FROM (
			SELECT i.outcome, i.created_at, i.timeline, r.workflow, p.has_other_urgency, min(i.started_at) OVER () AS began_at,
				r.workflow IS NOT NULL AND min(r.kind) OVER () = max(r.kind) OVER () AS is_one
			FROM :"schema".feature_item AS p
				JOIN :"schema".item_flow AS i ON i.item = p.item
				LEFT JOIN (
					SELECT o.route, o.workflow, dense_rank() OVER (ORDER BY o.workflow) AS kind
					FROM :"schema".route AS o WHERE o.workflow IS NOT NULL) AS r ON r.route = i.route
			WHERE p.feature = f.item) AS b
		HAVING count(*) > 0) AS c
WHERE f.level = 'parent';

COMMENT ON VIEW :"schema".feature_content IS
	'items with children, and what is true of the items below each that have none: what features consist of';
COMMENT ON COLUMN :"schema".feature_content.item IS 'the item with children';
COMMENT ON COLUMN :"schema".feature_content.item_count IS 'items below it that have no children';
COMMENT ON COLUMN :"schema".feature_content.finished_count IS 'of these done';
COMMENT ON COLUMN :"schema".feature_content.cancelled_count IS 'of these cancelled';
COMMENT ON COLUMN :"schema".feature_content.added_after_start_count IS 'of these created after the first of them was started';
COMMENT ON COLUMN :"schema".feature_content.remaining_count IS 'of these neither done nor cancelled';
COMMENT ON COLUMN :"schema".feature_content.started_at IS 'when the first of them was started';
COMMENT ON COLUMN :"schema".feature_content.active IS 'when some of them was worked on';
COMMENT ON COLUMN :"schema".feature_content.waiting IS 'when some of them waited';
COMMENT ON COLUMN :"schema".feature_content.children_stage IS
	'stage of the one that is furthest behind, of those begun; NULL where they have different workflows';
COMMENT ON COLUMN :"schema".feature_content.own_count IS 'of them without an urgency of their own, or of an item between';
COMMENT ON COLUMN :"schema".feature_content.own_active IS 'when some of those was worked on';
COMMENT ON COLUMN :"schema".feature_content.own_waiting IS 'when some of those waited';
