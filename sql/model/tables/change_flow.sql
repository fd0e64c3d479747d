CREATE TABLE IF NOT EXISTS :"schema".change_flow ();
ALTER TABLE :"schema".change_flow
	ADD COLUMN IF NOT EXISTS sha text NOT NULL,
	ADD COLUMN IF NOT EXISTS service text NOT NULL,
	ADD COLUMN IF NOT EXISTS deployment text NOT NULL,
	ADD COLUMN IF NOT EXISTS repository text NOT NULL,
	ADD COLUMN IF NOT EXISTS is_squash boolean NOT NULL,
	ADD COLUMN IF NOT EXISTS first_commit_at timestamptz;
CALL vsm.ensure_key(:'schema', 'change_flow', 'sha', 'service');
CREATE INDEX IF NOT EXISTS change_flow_deployment_idx ON :"schema".change_flow (deployment);
CREATE INDEX IF NOT EXISTS change_flow_repository_idx ON :"schema".change_flow (repository);

COMMENT ON TABLE :"schema".change_flow IS
	'results of changes: commits and the services to whose production they came, merges and those of a first deployment left out. '
	'Made by refresh';
COMMENT ON COLUMN :"schema".change_flow.sha IS 'the commit';
COMMENT ON COLUMN :"schema".change_flow.service IS 'the service, as in deployment_flow; empty: none is known';
COMMENT ON COLUMN :"schema".change_flow.deployment IS 'the deployment that it came with';
COMMENT ON COLUMN :"schema".change_flow.repository IS 'repository of the deployment';
COMMENT ON COLUMN :"schema".change_flow.is_squash IS 'whether a request landed with it, none of whose own commits came there';
COMMENT ON COLUMN :"schema".change_flow.first_commit_at IS
	'when it was written; of a squash when the first commit of its request was; NULL: not told';
