CREATE OR REPLACE VIEW :"schema".restatement WITH (security_barrier) AS
WITH month AS MATERIALIZED (SELECT p.month, max(p.published_at) AS published_at FROM :"schema".published AS p GROUP BY p.month),
-- What has come to a month since, has left it, or counts otherwise, where it counted and where it counts.
changed AS MATERIALIZED (
	SELECT m.month, v.*, CASE WHEN o.entity IS NULL THEN 'added' WHEN n.entity IS NULL THEN 'gone' ELSE 'changed' END AS what,
		coalesce(n.label, o.label, o.entity) AS label
	FROM month AS m
		CROSS JOIN LATERAL (
			SELECT coalesce(a.kind, b.kind) AS kind, coalesce(a.entity, b.entity) AS entity
			FROM (SELECT e.kind, e.entity FROM :"schema".published_entity AS e WHERE e.month = m.month) AS a
				FULL JOIN (SELECT c.kind, c.entity FROM :"schema".published_part AS c WHERE c.month = m.month) AS b
					ON b.kind = a.kind AND b.entity = a.entity) AS k
		LEFT JOIN (
			SELECT e.*, i.key AS label FROM :"schema".published_entity AS e LEFT JOIN :"schema".item AS i ON i.item = e.entity) AS o
				ON o.month = m.month AND o.kind = k.kind AND o.entity = k.entity
		LEFT JOIN :"schema".published_part AS n ON n.month = m.month AND n.kind = k.kind AND n.entity = k.entity
		CROSS JOIN LATERAL (
			SELECT o.kind, o.entity, o.value_stream, o.team, o.type, o.level, o.service, o.environment WHERE o.entity IS NOT NULL
			UNION
			SELECT n.kind, n.entity, n.value_stream, n.team, n.type, n.level, n.service, n.environment WHERE n.entity IS NOT NULL) AS v
	WHERE o.entity IS NULL OR n.entity IS NULL
	OR (o.value_stream, o.team, o.type, o.level, o.service, o.environment, o.told)
		IS DISTINCT FROM (n.value_stream, n.team, n.type, n.level, n.service, n.environment, n.told)),
present AS MATERIALIZED (SELECT f.* FROM :"schema".published_figure AS f WHERE f.month = ANY (ARRAY(SELECT m.month FROM month AS m))),
figure AS (
	SELECT month, report, value_stream, team, type, level, service, environment, metric, p.value AS published_value, n.value
		AS present_value
	FROM :"schema".published AS p
		FULL JOIN present AS n USING (month, report, value_stream, team, type, level, service, environment, metric))
SELECT q.month, q.report, q.value_stream, q.portfolio, q.team, q.type, q.level, q.service, q.environment, q.metric, q.published_value,
	q.present_value, q.present_value - q.published_value AS difference, q.changed_count, q.changed, q.published_at, now() AS as_of_at
FROM (
	SELECT f.month, f.report, f.value_stream, coalesce(s.portfolio, '(none)') AS portfolio, f.team,
		coalesce(nullif(f.type, ''), '(none)') AS type, coalesce(nullif(f.level, ''), '(none)') AS level,
		coalesce(nullif(f.service, ''), '(none)') AS service, coalesce(nullif(f.environment, ''), '(none)') AS environment, f.metric,
		f.published_value, f.present_value, coalesce(c.number, 0)::integer AS changed_count, c.labels AS changed, m.published_at
	FROM figure AS f
		JOIN month AS m ON m.month = f.month
		LEFT JOIN :"schema".value_stream AS s ON s.value_stream = f.value_stream
		LEFT JOIN LATERAL (
			SELECT count(*) AS number, string_agg(c.label || ' ' || c.what, ', ' ORDER BY c.label COLLATE "C") AS labels
			FROM changed AS c
			WHERE c.month = f.month AND c.value_stream = f.value_stream AND c.team = f.team AND CASE f.report
				WHEN 'flow_monthly' THEN c.kind = 'item' AND c.type = f.type AND c.level = f.level
				WHEN 'dora_monthly' THEN c.kind = 'deployment' AND c.service = f.service AND c.environment = f.environment
				ELSE true END) AS c ON true
	-- Sums of the same numbers in another order may differ in their last digits.
	WHERE (abs(f.present_value - f.published_value) > 1e-9 * greatest(abs(f.present_value), abs(f.published_value)))
		OR num_nulls(f.present_value, f.published_value) = 1) AS q
WHERE NOT EXISTS (SELECT FROM :"schema".access) OR q.value_stream = ANY (ARRAY(
	SELECT a.value_stream FROM :"schema".access AS a JOIN pg_catalog.pg_roles AS o ON o.rolname = a.role
	WHERE pg_catalog.pg_has_role(o.oid, 'USAGE')));

COMMENT ON VIEW :"schema".restatement IS
	'figures that differ from what was published, see vsm.publish: one row a month, report, dimensions and metric';
COMMENT ON COLUMN :"schema".restatement.month IS 'month, by its first day';
COMMENT ON COLUMN :"schema".restatement.report IS 'view that the figure is from: flow_monthly, dora_monthly or scorecard_monthly';
COMMENT ON COLUMN :"schema".restatement.value_stream IS 'value stream; (none): of none';
COMMENT ON COLUMN :"schema".restatement.portfolio IS 'portfolio of the value stream; (none): in none';
COMMENT ON COLUMN :"schema".restatement.team IS 'team; (none): of none';
COMMENT ON COLUMN :"schema".restatement.type IS 'type of items; (none): not told, or the report has none';
COMMENT ON COLUMN :"schema".restatement.level IS 'level of items; (none): the report has none';
COMMENT ON COLUMN :"schema".restatement.service IS 'service; (none): not known, or the report has none';
COMMENT ON COLUMN :"schema".restatement.environment IS 'environment; (none): it has none, or the report has none';
COMMENT ON COLUMN :"schema".restatement.metric IS 'column of the report';
COMMENT ON COLUMN :"schema".restatement.published_value IS 'value as published; NULL: there was none';
COMMENT ON COLUMN :"schema".restatement.present_value IS 'value now; NULL: there is none';
COMMENT ON COLUMN :"schema".restatement.difference IS 'difference, now less published; NULL where one of them is';
COMMENT ON COLUMN :"schema".restatement.changed_count IS
	'number of items done and deployments ended in that month that were added since, are gone or count otherwise';
COMMENT ON COLUMN :"schema".restatement.changed IS 'which: each with added, gone or changed; NULL: none';
COMMENT ON COLUMN :"schema".restatement.published_at IS 'when the month was published';
COMMENT ON COLUMN :"schema".restatement.as_of_at IS 'now: up to when it is compared';
