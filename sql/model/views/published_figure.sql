CREATE OR REPLACE VIEW :"schema".published_figure AS
SELECT r.report, (r.figures ->> 'month')::date AS month, r.figures ->> 'value_stream' AS value_stream, r.figures ->> 'team' AS team,
	coalesce(r.figures ->> 'type', '') AS type, coalesce(r.figures ->> 'level', '') AS level,
	coalesce(r.figures ->> 'service', '') AS service, coalesce(r.figures ->> 'environment', '') AS environment, f.key AS metric,
	f.value::float8 AS value
FROM (
		SELECT 'flow_monthly' AS report, to_jsonb(v) AS figures FROM :"schema".flow_monthly AS v
		UNION ALL SELECT 'dora_monthly', to_jsonb(v) FROM :"schema".dora_monthly AS v
		UNION ALL SELECT 'scorecard_monthly', to_jsonb(v) FROM :"schema".scorecard_monthly AS v) AS r,
	LATERAL jsonb_each_text(r.figures) AS f
WHERE f.key ~ '(_count|_sum|_mean|_days|_hours|_rate|_share|_efficiency)$' AND f.key !~ '^previous_';

COMMENT ON VIEW :"schema".published_figure IS
	'figures of months, one a row, as vsm.publish keeps them: those of flow_monthly, dora_monthly and scorecard_monthly';
COMMENT ON COLUMN :"schema".published_figure.report IS 'view that the figure is from';
COMMENT ON COLUMN :"schema".published_figure.month IS 'month, by its first day';
COMMENT ON COLUMN :"schema".published_figure.value_stream IS 'value stream';
COMMENT ON COLUMN :"schema".published_figure.team IS 'team';
COMMENT ON COLUMN :"schema".published_figure.type IS 'type of items; empty: the view has none';
COMMENT ON COLUMN :"schema".published_figure.level IS 'level of items; empty: the view has none';
COMMENT ON COLUMN :"schema".published_figure.service IS 'service; empty: the view has none';
COMMENT ON COLUMN :"schema".published_figure.environment IS 'environment; empty: the view has none';
COMMENT ON COLUMN :"schema".published_figure.metric IS 'column of the view';
COMMENT ON COLUMN :"schema".published_figure.value IS 'its value; NULL: there is none';
