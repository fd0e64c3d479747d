CREATE TABLE IF NOT EXISTS :"schema".published ();
ALTER TABLE :"schema".published
	ADD COLUMN IF NOT EXISTS month date NOT NULL,
	ADD COLUMN IF NOT EXISTS report text NOT NULL,
	ADD COLUMN IF NOT EXISTS value_stream text NOT NULL,
	ADD COLUMN IF NOT EXISTS team text NOT NULL,
	ADD COLUMN IF NOT EXISTS type text NOT NULL,
	ADD COLUMN IF NOT EXISTS level text NOT NULL,
	ADD COLUMN IF NOT EXISTS service text NOT NULL,
	ADD COLUMN IF NOT EXISTS environment text NOT NULL,
	ADD COLUMN IF NOT EXISTS metric text NOT NULL,
	ADD COLUMN IF NOT EXISTS value float8,
	ADD COLUMN IF NOT EXISTS published_at timestamptz NOT NULL;
CALL vsm.ensure_key(:'schema', 'published', 'month', 'report', 'value_stream', 'team', 'type', 'level', 'service', 'environment', 'metric');

COMMENT ON TABLE :"schema".published IS 'figures of months as they were published, see vsm.publish';
COMMENT ON COLUMN :"schema".published.month IS 'month, by its first day';
COMMENT ON COLUMN :"schema".published.report IS 'view that the figure is from: flow_monthly, dora_monthly or scorecard_monthly';
COMMENT ON COLUMN :"schema".published.value_stream IS 'value stream';
COMMENT ON COLUMN :"schema".published.team IS 'team';
COMMENT ON COLUMN :"schema".published.type IS 'type of items; empty: the view has none';
COMMENT ON COLUMN :"schema".published.level IS 'level of items; empty: the view has none';
COMMENT ON COLUMN :"schema".published.service IS 'service; empty: the view has none';
COMMENT ON COLUMN :"schema".published.environment IS 'environment; empty: the view has none';
COMMENT ON COLUMN :"schema".published.metric IS 'column of the view';
COMMENT ON COLUMN :"schema".published.value IS 'its value; NULL: there was none';
COMMENT ON COLUMN :"schema".published.published_at IS 'when it was published';
