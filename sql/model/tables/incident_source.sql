CREATE TABLE IF NOT EXISTS :"schema".incident_source ();
ALTER TABLE :"schema".incident_source
	ADD COLUMN IF NOT EXISTS service text NOT NULL,
	ADD COLUMN IF NOT EXISTS value_stream text NOT NULL,
	ADD COLUMN IF NOT EXISTS since timestamptz NOT NULL;
CALL vsm.ensure_key(:'schema', 'incident_source', 'service', 'value_stream');

COMMENT ON TABLE :"schema".incident_source IS
	'services and value streams of which incidents are told: what is not told of there did not happen. Made by refresh';
COMMENT ON COLUMN :"schema".incident_source.service IS
	'service that was hit, or whose deployment caused it; empty: the incident is an item of a value stream, or of no known service';
COMMENT ON COLUMN :"schema".incident_source.value_stream IS
	'value stream of the incident as an item; empty: that of the service';
COMMENT ON COLUMN :"schema".incident_source.since IS 'when the first of them was opened';
