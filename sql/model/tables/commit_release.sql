CREATE TABLE IF NOT EXISTS :"schema".commit_release ();
ALTER TABLE :"schema".commit_release
	ADD COLUMN IF NOT EXISTS sha text NOT NULL,
	ADD COLUMN IF NOT EXISTS service text NOT NULL,
	ADD COLUMN IF NOT EXISTS environment text NOT NULL,
	ADD COLUMN IF NOT EXISTS deployment text NOT NULL,
	ADD COLUMN IF NOT EXISTS released_at timestamptz NOT NULL,
	ADD COLUMN IF NOT EXISTS is_first boolean NOT NULL,
	ADD COLUMN IF NOT EXISTS repository text NOT NULL;
CALL vsm.ensure_key(:'schema', 'commit_release', 'sha', 'service', 'environment');
CREATE INDEX IF NOT EXISTS commit_release_deployment_idx ON :"schema".commit_release (deployment);
CREATE INDEX IF NOT EXISTS commit_release_repository_idx ON :"schema".commit_release (repository);

COMMENT ON TABLE :"schema".commit_release IS
	'where and when each commit first came to each service and tier of environments. Made by refresh';
COMMENT ON COLUMN :"schema".commit_release.sha IS 'the commit';
COMMENT ON COLUMN :"schema".commit_release.service IS 'the service, as in routed_deployment; empty: none is known';
COMMENT ON COLUMN :"schema".commit_release.environment IS 'tier: production, staging, testing, development or other';
COMMENT ON COLUMN :"schema".commit_release.deployment IS 'the earliest successful deployment whose history contains the commit';
COMMENT ON COLUMN :"schema".commit_release.released_at IS 'when that deployment ended';
COMMENT ON COLUMN :"schema".commit_release.is_first IS
	'whether it is the first known one of its repository and tier, whose history may have come there before';
COMMENT ON COLUMN :"schema".commit_release.repository IS 'repository of the deployment';
