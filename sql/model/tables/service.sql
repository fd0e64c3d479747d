CREATE TABLE IF NOT EXISTS :"schema".service ();
ALTER TABLE :"schema".service
	ADD COLUMN IF NOT EXISTS service text NOT NULL,
	ADD COLUMN IF NOT EXISTS value_stream text,
	ADD COLUMN IF NOT EXISTS team text,
	ADD COLUMN IF NOT EXISTS owner text,
	ADD COLUMN IF NOT EXISTS repository text,
	ADD COLUMN IF NOT EXISTS path text,
	ADD COLUMN IF NOT EXISTS kind text NOT NULL DEFAULT 'application',
	ADD COLUMN IF NOT EXISTS since timestamptz,
	ADD COLUMN IF NOT EXISTS until timestamptz;
CALL vsm.ensure_key(:'schema', 'service', 'service');
CALL vsm.ensure_limits(:'schema', 'service', 'time', 'since', 'until');
CALL vsm.ensure_limits(:'schema', 'service', 'name', 'service', 'repository', 'value_stream');
CALL vsm.ensure_check(:'schema', 'service', 'service_kind_check', $$kind IN ('application', 'infrastructure')$$);

COMMENT ON TABLE :"schema".service IS 'what is deployed: services, applications, infrastructure, and the repositories they come from';
COMMENT ON COLUMN :"schema".service.service IS 'name of the service';
COMMENT ON COLUMN :"schema".service.value_stream IS 'value stream that the service belongs to';
COMMENT ON COLUMN :"schema".service.team IS 'team that runs the service';
COMMENT ON COLUMN :"schema".service.owner IS 'whom to ask about the service';
COMMENT ON COLUMN :"schema".service.repository IS 'repository that the service is built from, as tools name it: shop/checkout';
COMMENT ON COLUMN :"schema".service.path IS 'folder of the repository that the service is built from; NULL: all of it';
COMMENT ON COLUMN :"schema".service.kind IS 'application or infrastructure';
COMMENT ON COLUMN :"schema".service.since IS
	'when the service began: its first known deployment from then on released what it contains. NULL: not known, and so is what that '
	'released';
COMMENT ON COLUMN :"schema".service.until IS
	'when the service was retired: no week or month after it is told of, unless it is deployed; NULL: it is in use';
