CREATE OR REPLACE VIEW :"schema".entity_link AS
SELECT r.source, r.target, r.kind,
	(array_agg(r.method ORDER BY r.confidence DESC, r.method))[1] AS method,
	max(r.confidence) AS confidence,
	min(r.since) AS since,
	(array_agg(r.until ORDER BY r.changed_at DESC NULLS LAST, r.until NULLS LAST))[1] AS until
FROM (
	SELECT l.source, l.target, l.kind, l.method, l.confidence, l.since, l.until, l.changed_at
	FROM :"schema".link AS l
	WHERE NOT EXISTS (SELECT FROM :"schema".item_alias AS a WHERE a.alias = l.source)
	AND NOT EXISTS (SELECT FROM :"schema".item_alias AS a WHERE a.alias = l.target)
	UNION ALL
	SELECT l.source, t.item, l.kind, l.method, l.confidence, l.since, l.until, l.changed_at
	FROM :"schema".link AS l JOIN :"schema".item_alias AS t ON t.alias = l.target
	WHERE NOT EXISTS (SELECT FROM :"schema".item_alias AS a WHERE a.alias = l.source)
	UNION ALL
	SELECT s.item, l.target, l.kind, l.method, l.confidence, l.since, l.until, l.changed_at
	FROM :"schema".link AS l JOIN :"schema".item_alias AS s ON s.alias = l.source
	WHERE NOT EXISTS (SELECT FROM :"schema".item_alias AS a WHERE a.alias = l.target)
	UNION ALL
	SELECT s.item, t.item, l.kind, l.method, l.confidence, l.since, l.until, l.changed_at
	FROM :"schema".link AS l JOIN :"schema".item_alias AS s ON s.alias = l.source JOIN :"schema".item_alias AS t ON t.alias = l.target) AS r
WHERE r.source <> r.target
GROUP BY r.source, r.target, r.kind;

COMMENT ON VIEW :"schema".entity_link IS
	'links between entities: those of the table link, with aliases replaced by the items they stand for';
COMMENT ON COLUMN :"schema".entity_link.source IS 'entity, or SHA of a commit';
COMMENT ON COLUMN :"schema".entity_link.target IS 'entity, or SHA of a commit; an alias that no item has stays as it is';
COMMENT ON COLUMN :"schema".entity_link.kind IS
	'implements, part_of, builds, deploys, fixes, caused_by, blocked_by or duplicates: "source KIND target"';
COMMENT ON COLUMN :"schema".entity_link.method IS 'how it was found: the surest of the ways';
COMMENT ON COLUMN :"schema".entity_link.confidence IS 'how sure it is, from 0 to 1';
COMMENT ON COLUMN :"schema".entity_link.since IS 'since when, where known';
COMMENT ON COLUMN :"schema".entity_link.until IS 'when it ended; NULL: it stands';
