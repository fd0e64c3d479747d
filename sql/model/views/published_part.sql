CREATE OR REPLACE VIEW :"schema".published_part AS
SELECT f.finished_month AS month, 'item' AS kind, f.item AS entity, coalesce(f.key, f.item) AS label, f.value_stream, f.team, f.type,
	f.level,
	'' AS service, '' AS environment,
	concat_ws(' ', extract(epoch FROM f.finished_at), extract(epoch FROM i.active_time), extract(epoch FROM i.wait_time), f.untouched)
		AS told
FROM :"schema".item_detail AS f JOIN :"schema".item_flow AS i ON i.item = f.item
WHERE f.finished_month IS NOT NULL
UNION ALL
SELECT d.finished_month, 'deployment', d.deployment, d.deployment, d.value_stream, d.team, '', '', d.service, d.environment,
	concat_ws(' ', extract(epoch FROM d.finished_at), d.failed, extract(epoch FROM d.recovered_at), d.is_rework, d.is_rollback)
FROM :"schema".deployment_outcome AS d
WHERE d.counted AND d.finished_month IS NOT NULL;

COMMENT ON VIEW :"schema".published_part IS 'items and deployments that figures of months are made of, as vsm.publish keeps them';
COMMENT ON COLUMN :"schema".published_part.month IS 'month, by its first day';
COMMENT ON COLUMN :"schema".published_part.kind IS 'item: it was done in that month; deployment: it ended in it';
COMMENT ON COLUMN :"schema".published_part.entity IS 'the item or deployment';
COMMENT ON COLUMN :"schema".published_part.label IS 'its key, or name';
COMMENT ON COLUMN :"schema".published_part.value_stream IS 'value stream that it counts for';
COMMENT ON COLUMN :"schema".published_part.team IS 'team that it counts for';
COMMENT ON COLUMN :"schema".published_part.type IS 'type that it counts as; empty: of deployments';
COMMENT ON COLUMN :"schema".published_part.level IS 'level that it counts at; empty: of deployments';
COMMENT ON COLUMN :"schema".published_part.service IS 'service that it counts for; empty: of items';
COMMENT ON COLUMN :"schema".published_part.environment IS 'environment that it counts for; empty: of items';
COMMENT ON COLUMN :"schema".published_part.told IS 'what is known of it that counts, as a text to compare';
