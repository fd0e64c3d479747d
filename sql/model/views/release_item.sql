CREATE OR REPLACE VIEW :"schema".release_item WITH (security_barrier) AS
SELECT q.deployment, q.item, q.value_stream, q.portfolio, q.team, q.type, q.priority, q.service, q.environment, q.key,
	q.title, q.url, q.released_at, q.released_day, q.released_week, q.released_month, q.part_count, q.method, q.confidence
FROM (
	SELECT p.deployment, p.item, coalesce(s.value_stream, '(none)') AS value_stream, coalesce(v.portfolio, '(none)') AS portfolio,
		coalesce(s.team, '(none)') AS team, coalesce(i.type, '(none)') AS type, i.priority,
		coalesce(nullif(f.service, ''), '(none)') AS service, coalesce(nullif(f.environment, ''), '(none)') AS environment,
		k.key, k.title, k.url, f.finished_at AS released_at,
		f.finished_day AS released_day, f.finished_week AS released_week, f.finished_month AS released_month,
		p.part_count, p.method, p.confidence
	FROM :"schema".deployment_flow AS f
		-- The parts that came to production with it first; how it is known that they belong to the item: the surest.
		CROSS JOIN LATERAL (
			SELECT g.deployment, g.item, count(*)::integer AS part_count,
				(array_agg(g.method ORDER BY g.confidence DESC, g.part COLLATE "C"))[1] AS method, max(g.confidence) AS confidence
			FROM :"schema".item_part AS g WHERE g.deployment = f.deployment GROUP BY g.deployment, g.item) AS p
		LEFT JOIN :"schema".item_flow AS i ON i.item = p.item
		-- Who sees the release does not see what an item of another value stream is about, unless he sees that, too.
		LEFT JOIN :"schema".item AS k ON k.item = p.item AND (NOT EXISTS (SELECT FROM :"schema".access)
			OR coalesce(i.value_stream, '(none)') = ANY (ARRAY(
			SELECT a.value_stream FROM :"schema".access AS a JOIN pg_catalog.pg_roles AS o ON o.rolname = a.role
			WHERE pg_catalog.pg_has_role(o.oid, 'USAGE'))))
		LEFT JOIN :"schema".service AS s ON s.service = f.service
		LEFT JOIN :"schema".value_stream AS v ON v.value_stream = s.value_stream) AS q
WHERE NOT EXISTS (SELECT FROM :"schema".access) OR q.value_stream = ANY (ARRAY(
	SELECT a.value_stream FROM :"schema".access AS a JOIN pg_catalog.pg_roles AS o ON o.rolname = a.role
	WHERE pg_catalog.pg_has_role(o.oid, 'USAGE')));

COMMENT ON VIEW :"schema".release_item IS
	'what releases carry: one row a deployment and item of which parts came to production with it first';
COMMENT ON COLUMN :"schema".release_item.deployment IS 'deployment';
COMMENT ON COLUMN :"schema".release_item.item IS 'item';
COMMENT ON COLUMN :"schema".release_item.value_stream IS 'value stream of the service; (none): of none';
COMMENT ON COLUMN :"schema".release_item.portfolio IS 'portfolio of the value stream; (none): in none';
COMMENT ON COLUMN :"schema".release_item.team IS 'team that runs the service; (none): of no team';
COMMENT ON COLUMN :"schema".release_item.type IS 'type of the item as at its end: feature, defect, risk, debt or other; (none): not told';
COMMENT ON COLUMN :"schema".release_item.priority IS 'priority of the item, as at its end; NULL: not told';
COMMENT ON COLUMN :"schema".release_item.service IS 'service, as told or by naming, else by the repository; (none): not known';
COMMENT ON COLUMN :"schema".release_item.environment IS 'environment by its name; (none): it has none';
COMMENT ON COLUMN :"schema".release_item.key IS
	'key of the item in the tracker; NULL: not told, or of a value stream that the reader does not see';
COMMENT ON COLUMN :"schema".release_item.title IS 'title of the item; NULL: not told, or of a value stream that the reader does not see';
COMMENT ON COLUMN :"schema".release_item.url IS
	'address of the item in the tracker; NULL: not told, or of a value stream that the reader does not see';
COMMENT ON COLUMN :"schema".release_item.released_at IS 'when it was released';
COMMENT ON COLUMN :"schema".release_item.released_day IS 'day on which it was released, in the time zone of the model';
COMMENT ON COLUMN :"schema".release_item.released_week IS 'week in which it was released, by its first day';
COMMENT ON COLUMN :"schema".release_item.released_month IS 'month in which it was released, by its first day';
COMMENT ON COLUMN :"schema".release_item.part_count IS 'number of its parts that were released';
COMMENT ON COLUMN :"schema".release_item.method IS 'how it is known that they belong to the item; NULL: not told';
COMMENT ON COLUMN :"schema".release_item.confidence IS 'how sure that is, from 0 to 1; NULL: not told';
