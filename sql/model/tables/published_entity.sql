CREATE TABLE IF NOT EXISTS :"schema".published_entity ();
ALTER TABLE :"schema".published_entity
	ADD COLUMN IF NOT EXISTS month date NOT NULL,
	ADD COLUMN IF NOT EXISTS kind text NOT NULL,
	ADD COLUMN IF NOT EXISTS entity text NOT NULL,
	ADD COLUMN IF NOT EXISTS value_stream text NOT NULL,
	ADD COLUMN IF NOT EXISTS team text NOT NULL,
	ADD COLUMN IF NOT EXISTS type text NOT NULL,
	ADD COLUMN IF NOT EXISTS level text NOT NULL,
	ADD COLUMN IF NOT EXISTS service text NOT NULL,
	ADD COLUMN IF NOT EXISTS environment text NOT NULL,
	ADD COLUMN IF NOT EXISTS told text NOT NULL;
CALL vsm.ensure_key(:'schema', 'published_entity', 'month', 'kind', 'entity');

COMMENT ON TABLE :"schema".published_entity IS 'items and deployments that figures of a month were made of as they were published';
COMMENT ON COLUMN :"schema".published_entity.month IS 'month, by its first day';
COMMENT ON COLUMN :"schema".published_entity.kind IS 'item: it was done in that month; deployment: it ended in it';
COMMENT ON COLUMN :"schema".published_entity.entity IS 'the item or deployment';
COMMENT ON COLUMN :"schema".published_entity.value_stream IS 'value stream that it counted for';
COMMENT ON COLUMN :"schema".published_entity.team IS 'team that it counted for';
COMMENT ON COLUMN :"schema".published_entity.type IS 'type that it counted as; empty: of deployments';
COMMENT ON COLUMN :"schema".published_entity.level IS 'level that it counted at; empty: of deployments';
COMMENT ON COLUMN :"schema".published_entity.service IS 'service that it counted for; empty: of items';
COMMENT ON COLUMN :"schema".published_entity.environment IS 'environment that it counted for; empty: of items';
COMMENT ON COLUMN :"schema".published_entity.told IS 'what was known of it that counts, as a text to compare';
