CREATE OR REPLACE VIEW :"schema".routed_item AS
SELECT i.item,
	coalesce(i.value_stream, r.value_stream) AS value_stream,
	coalesce(i.team, CASE WHEN i.value_stream IS NULL OR i.value_stream = r.value_stream THEN r.team END) AS team,
	coalesce(CASE WHEN i.value_stream IS NULL OR i.value_stream = r.value_stream THEN r.workflow END, v.workflow) AS workflow,
	coalesce(t.calendar, v.calendar) AS calendar,
	r.rank
FROM :"schema".item AS i
	LEFT JOIN LATERAL (
		SELECT q.rank, q.value_stream, q.team, q.workflow
		FROM :"schema".routing AS q
		WHERE (q.source IS NULL OR i.source LIKE q.source)
		AND (q.project IS NULL OR i.project LIKE q.project)
		AND (q.type IS NULL OR i.type = q.type)
		ORDER BY q.rank LIMIT 1) AS r ON true
	LEFT JOIN :"schema".value_stream AS v ON v.value_stream = coalesce(i.value_stream, r.value_stream)
	LEFT JOIN :"schema".team AS t
		ON t.team = coalesce(i.team, CASE WHEN i.value_stream IS NULL OR i.value_stream = r.value_stream THEN r.team END);

COMMENT ON VIEW :"schema".routed_item IS 'value stream, team, workflow and calendar of every item, by hand or by routing';
COMMENT ON COLUMN :"schema".routed_item.item IS 'the item';
COMMENT ON COLUMN :"schema".routed_item.value_stream IS 'its value stream; NULL: no rule matches';
COMMENT ON COLUMN :"schema".routed_item.team IS 'its team';
COMMENT ON COLUMN :"schema".routed_item.workflow IS 'how its states are read: the JSON form of vsm.workflow';
COMMENT ON COLUMN :"schema".routed_item.calendar IS 'its working time: the JSON form of vsm.calendar';
COMMENT ON COLUMN :"schema".routed_item.rank IS 'rank of the routing rule that matched';
