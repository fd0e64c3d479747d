CREATE TABLE IF NOT EXISTS :"schema".deployment_flow ();
ALTER TABLE :"schema".deployment_flow
	ADD COLUMN IF NOT EXISTS deployment text NOT NULL,
	ADD COLUMN IF NOT EXISTS repository text NOT NULL,
	ADD COLUMN IF NOT EXISTS service text NOT NULL,
	ADD COLUMN IF NOT EXISTS environment text NOT NULL,
	ADD COLUMN IF NOT EXISTS finished_at timestamptz,
	ADD COLUMN IF NOT EXISTS reason text,
	ADD COLUMN IF NOT EXISTS previous text,
	ADD COLUMN IF NOT EXISTS commit_known boolean,
	ADD COLUMN IF NOT EXISTS is_first boolean,
	ADD COLUMN IF NOT EXISTS is_new boolean,
	ADD COLUMN IF NOT EXISTS is_release boolean,
	ADD COLUMN IF NOT EXISTS is_rollback boolean,
	ADD COLUMN IF NOT EXISTS is_redeploy boolean,
	ADD COLUMN IF NOT EXISTS new_commits integer,
	ADD COLUMN IF NOT EXISTS failed_by text,
	ADD COLUMN IF NOT EXISTS method text,
	ADD COLUMN IF NOT EXISTS confidence float8,
	ADD COLUMN IF NOT EXISTS recovered_at timestamptz,
	ADD COLUMN IF NOT EXISTS open_incidents integer NOT NULL DEFAULT 0,
	ADD COLUMN IF NOT EXISTS rework_of text,
	ADD COLUMN IF NOT EXISTS finished_day date,
	ADD COLUMN IF NOT EXISTS finished_week date,
	ADD COLUMN IF NOT EXISTS finished_month date;
CALL vsm.ensure_key(:'schema', 'deployment_flow', 'deployment');
CREATE INDEX IF NOT EXISTS deployment_flow_repository_idx ON :"schema".deployment_flow (repository);
CREATE INDEX IF NOT EXISTS deployment_flow_service_idx ON :"schema".deployment_flow (service, environment, finished_at)
	WHERE reason IS NULL;
-- Few fail, or are made because one has.
CREATE INDEX IF NOT EXISTS deployment_flow_failed_idx ON :"schema".deployment_flow (deployment)
	WHERE failed_by IS NOT NULL OR recovered_at IS NOT NULL OR open_incidents <> 0 OR rework_of IS NOT NULL;
CREATE INDEX IF NOT EXISTS deployment_flow_rollback_idx ON :"schema".deployment_flow (previous) WHERE is_rollback;

COMMENT ON TABLE :"schema".deployment_flow IS
	'results of deployments: which of them count, and what each brought after the one before it there. Made by refresh';
COMMENT ON COLUMN :"schema".deployment_flow.deployment IS 'the deployment';
COMMENT ON COLUMN :"schema".deployment_flow.repository IS
	'repository of its commit, else the one it was deployed from; empty: none is known';
COMMENT ON COLUMN :"schema".deployment_flow.service IS 'the service, as in routed_deployment; empty: none is known';
COMMENT ON COLUMN :"schema".deployment_flow.environment IS 'environment by its name; empty: it has none';
COMMENT ON COLUMN :"schema".deployment_flow.finished_at IS 'when it ended';
COMMENT ON COLUMN :"schema".deployment_flow.reason IS
	'why it does not count: not production, infrastructure, status and the status, not finished; NULL: it counts';
COMMENT ON COLUMN :"schema".deployment_flow.previous IS
	'the last one before it of the same repository, service and environment, of those that count; NULL: there is none, or it does not '
	'count';
COMMENT ON COLUMN :"schema".deployment_flow.commit_known IS
	'whether the commit that was deployed is one of the repository; NULL where it does not count';
COMMENT ON COLUMN :"schema".deployment_flow.is_first IS
	'whether it is the first known one that counts of its repository and service, whatever the environment; NULL where it does not count';
COMMENT ON COLUMN :"schema".deployment_flow.is_new IS
	'whether no earlier one there has had its commit; NULL where it does not count';
COMMENT ON COLUMN :"schema".deployment_flow.is_release IS
	'whether its commit came to production of the service with it; NULL where it does not count';
COMMENT ON COLUMN :"schema".deployment_flow.is_rollback IS
	'whether its commit is a proper ancestor of the one before it there; NULL where it does not count, and where one of the '
	'two is not known';
COMMENT ON COLUMN :"schema".deployment_flow.is_redeploy IS
	'whether it has the commit of the one before it there; NULL where it does not count';
COMMENT ON COLUMN :"schema".deployment_flow.new_commits IS
	'how many commits, merges left out, came to production of the service with it; NULL where it does not count, where it is the first, '
	'whose history may have come there before, and where its commit is not known';
COMMENT ON COLUMN :"schema".deployment_flow.failed_by IS
	'the incident that it caused, the surest one, or the deployment that rolled it back; NULL: it is not known to have failed';
COMMENT ON COLUMN :"schema".deployment_flow.method IS 'how that is known';
COMMENT ON COLUMN :"schema".deployment_flow.confidence IS 'how sure it is, from 0 to 1';
COMMENT ON COLUMN :"schema".deployment_flow.recovered_at IS
	'when the last of its incidents was resolved, without an incident when it was rolled back; NULL while one is open';
COMMENT ON COLUMN :"schema".deployment_flow.open_incidents IS 'how many of its incidents are open';
COMMENT ON COLUMN :"schema".deployment_flow.rework_of IS
	'the incident because of which it was made, of several the first; NULL: it is none that is known of';
COMMENT ON COLUMN :"schema".deployment_flow.finished_day IS 'day of finished_at in the time zone of the model';
COMMENT ON COLUMN :"schema".deployment_flow.finished_week IS 'week of finished_at, by its first day';
COMMENT ON COLUMN :"schema".deployment_flow.finished_month IS 'month of finished_at, by its first day';
