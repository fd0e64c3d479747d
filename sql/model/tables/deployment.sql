CREATE TABLE IF NOT EXISTS :"schema".deployment ();
ALTER TABLE :"schema".deployment
	ADD COLUMN IF NOT EXISTS deployment text NOT NULL,
	ADD COLUMN IF NOT EXISTS service text,
	ADD COLUMN IF NOT EXISTS repository text,
	ADD COLUMN IF NOT EXISTS environment text,
	ADD COLUMN IF NOT EXISTS environment_tier text,
	ADD COLUMN IF NOT EXISTS sha text,
	ADD COLUMN IF NOT EXISTS ref text,
	ADD COLUMN IF NOT EXISTS status text,
	ADD COLUMN IF NOT EXISTS created_at timestamptz,
	ADD COLUMN IF NOT EXISTS started_at timestamptz,
	ADD COLUMN IF NOT EXISTS finished_at timestamptz,
	ADD COLUMN IF NOT EXISTS url text,
	ADD COLUMN IF NOT EXISTS source text,
	ADD COLUMN IF NOT EXISTS updated_at timestamptz,
	ADD COLUMN IF NOT EXISTS told jsonb,
	ADD COLUMN IF NOT EXISTS payload bigint,
	ADD COLUMN IF NOT EXISTS xid xid8,
	ADD COLUMN IF NOT EXISTS build text,
	ADD COLUMN IF NOT EXISTS kind text;
CALL vsm.ensure_key(:'schema', 'deployment', 'deployment');
CALL vsm.ensure_limits(:'schema', 'deployment', 'time', 'created_at', 'started_at', 'finished_at');
CALL vsm.ensure_limits(:'schema', 'deployment', 'name', 'deployment', 'service', 'repository', 'environment', 'environment_tier', 'sha',
	'build');
CREATE INDEX IF NOT EXISTS deployment_xid_idx ON :"schema".deployment (xid);
CREATE INDEX IF NOT EXISTS deployment_build_idx ON :"schema".deployment (build);
CREATE INDEX IF NOT EXISTS deployment_sha_idx ON :"schema".deployment (sha);
CREATE INDEX IF NOT EXISTS deployment_repository_idx ON :"schema".deployment (repository, finished_at);
CREATE INDEX IF NOT EXISTS deployment_service_idx ON :"schema".deployment (service, environment, finished_at);

COMMENT ON TABLE :"schema".deployment IS 'deployments of a service to an environment, as last reported';
COMMENT ON COLUMN :"schema".deployment.deployment IS 'the deployment: source:deployment:id';
COMMENT ON COLUMN :"schema".deployment.service IS 'service, where known or set by hand; else by the repository, see routed_deployment';
COMMENT ON COLUMN :"schema".deployment.repository IS 'repository that was deployed from';
COMMENT ON COLUMN :"schema".deployment.environment IS 'environment';
COMMENT ON COLUMN :"schema".deployment.environment_tier IS 'production, staging, testing, development or other';
COMMENT ON COLUMN :"schema".deployment.sha IS 'commit that was deployed';
COMMENT ON COLUMN :"schema".deployment.ref IS 'branch or tag that was deployed';
COMMENT ON COLUMN :"schema".deployment.status IS 'last status, in the words of the tool';
COMMENT ON COLUMN :"schema".deployment.created_at IS 'when it was asked for';
COMMENT ON COLUMN :"schema".deployment.started_at IS 'when it began';
COMMENT ON COLUMN :"schema".deployment.finished_at IS 'when it ended, well or not';
COMMENT ON COLUMN :"schema".deployment.url IS 'address in the tool';
COMMENT ON COLUMN :"schema".deployment.source IS 'tool, as in inbox.source';
COMMENT ON COLUMN :"schema".deployment.updated_at IS 'version of this row: when the tool had last changed the deployment';
COMMENT ON COLUMN :"schema".deployment.told IS
	'versions of columns that the newest version did not name, in microseconds since 1970; 0: it said that the column is empty';
COMMENT ON COLUMN :"schema".deployment.payload IS 'the kept payload that told of the row last; NULL where none was kept';
COMMENT ON COLUMN :"schema".deployment.xid IS 'transaction that last wrote the row';
COMMENT ON COLUMN :"schema".deployment.build IS
	'the build that a stage of it made: sha, repository and ref are that one''s where the deployment is not told its own';
COMMENT ON COLUMN :"schema".deployment.kind IS
	'application or infrastructure, where its tool deploys only one of them; NULL: what its service is';
