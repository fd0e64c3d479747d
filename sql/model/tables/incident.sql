CREATE TABLE IF NOT EXISTS :"schema".incident ();
ALTER TABLE :"schema".incident
	ADD COLUMN IF NOT EXISTS incident text NOT NULL,
	ADD COLUMN IF NOT EXISTS service text,
	ADD COLUMN IF NOT EXISTS repository text,
	ADD COLUMN IF NOT EXISTS environment text,
	ADD COLUMN IF NOT EXISTS opened_at timestamptz,
	ADD COLUMN IF NOT EXISTS acknowledged_at timestamptz,
	ADD COLUMN IF NOT EXISTS resolved_at timestamptz,
	ADD COLUMN IF NOT EXISTS severity text,
	ADD COLUMN IF NOT EXISTS status text,
	ADD COLUMN IF NOT EXISTS change_caused boolean,
	ADD COLUMN IF NOT EXISTS title text,
	ADD COLUMN IF NOT EXISTS url text,
	ADD COLUMN IF NOT EXISTS source text,
	ADD COLUMN IF NOT EXISTS updated_at timestamptz,
	ADD COLUMN IF NOT EXISTS told jsonb,
	ADD COLUMN IF NOT EXISTS payload bigint,
	ADD COLUMN IF NOT EXISTS xid xid8;
CALL vsm.ensure_key(:'schema', 'incident', 'incident');
CALL vsm.ensure_limits(:'schema', 'incident', 'time', 'opened_at', 'acknowledged_at', 'resolved_at');
CALL vsm.ensure_limits(:'schema', 'incident', 'name', 'incident', 'service', 'environment');
CREATE INDEX IF NOT EXISTS incident_xid_idx ON :"schema".incident (xid);
CREATE INDEX IF NOT EXISTS incident_service_idx ON :"schema".incident (service, environment, opened_at);

COMMENT ON TABLE :"schema".incident IS 'incidents in production, as last reported';
COMMENT ON COLUMN :"schema".incident.incident IS 'the incident: source:kind:id';
COMMENT ON COLUMN :"schema".incident.service IS 'service that was hit';
COMMENT ON COLUMN :"schema".incident.repository IS 'repository of the service that was hit, where the tool says only this';
COMMENT ON COLUMN :"schema".incident.environment IS 'environment that was hit';
COMMENT ON COLUMN :"schema".incident.opened_at IS 'when it began or was opened';
COMMENT ON COLUMN :"schema".incident.acknowledged_at IS 'when somebody took it on';
COMMENT ON COLUMN :"schema".incident.resolved_at IS 'when service was restored';
COMMENT ON COLUMN :"schema".incident.severity IS 'severity, in the words of the tool';
COMMENT ON COLUMN :"schema".incident.status IS 'last status, in the words of the tool';
COMMENT ON COLUMN :"schema".incident.change_caused IS 'whether a change caused it; NULL: not known';
COMMENT ON COLUMN :"schema".incident.title IS 'title';
COMMENT ON COLUMN :"schema".incident.url IS 'address in the tool';
COMMENT ON COLUMN :"schema".incident.source IS 'tool, as in inbox.source';
COMMENT ON COLUMN :"schema".incident.updated_at IS 'version of this row: when the tool had last changed the incident';
COMMENT ON COLUMN :"schema".incident.told IS
	'versions of columns that the newest version did not name, in microseconds since 1970; 0: it said that the column is empty';
COMMENT ON COLUMN :"schema".incident.payload IS 'the kept payload that told of the row last; NULL where none was kept';
COMMENT ON COLUMN :"schema".incident.xid IS 'transaction that last wrote the row';
