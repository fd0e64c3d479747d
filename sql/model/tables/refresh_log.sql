CREATE TABLE IF NOT EXISTS :"schema".refresh_log ();
ALTER TABLE :"schema".refresh_log
	ADD COLUMN IF NOT EXISTS id bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
	ADD COLUMN IF NOT EXISTS run bigint,
	ADD COLUMN IF NOT EXISTS step text NOT NULL,
	ADD COLUMN IF NOT EXISTS done bigint,
	ADD COLUMN IF NOT EXISTS total bigint,
	ADD COLUMN IF NOT EXISTS began_at timestamptz NOT NULL DEFAULT clock_timestamp(),
	ADD COLUMN IF NOT EXISTS ended_at timestamptz,
	ADD COLUMN IF NOT EXISTS bound xid8,
	ADD COLUMN IF NOT EXISTS detail text;
CALL vsm.ensure_key(:'schema', 'refresh_log', 'id');
CREATE INDEX IF NOT EXISTS refresh_log_run_idx ON :"schema".refresh_log (run);

COMMENT ON TABLE :"schema".refresh_log IS 'runs of refresh and their steps, as they go on';
COMMENT ON COLUMN :"schema".refresh_log.id IS 'order of the steps';
COMMENT ON COLUMN :"schema".refresh_log.run IS 'id of the first step of the run';
COMMENT ON COLUMN :"schema".refresh_log.step IS
	'ingest, link_deployments, changes, releases, items or end; rebuild in place of changes where all is made anew';
COMMENT ON COLUMN :"schema".refresh_log.done IS 'how much of it has been done: payloads, links, keys, commits, items';
COMMENT ON COLUMN :"schema".refresh_log.total IS 'of how much, where that is known';
COMMENT ON COLUMN :"schema".refresh_log.began_at IS 'when the step began';
COMMENT ON COLUMN :"schema".refresh_log.ended_at IS 'when it ended; NULL: it goes on, or was ended from outside';
COMMENT ON COLUMN :"schema".refresh_log.bound IS 'transactions before this one are looked at';
COMMENT ON COLUMN :"schema".refresh_log.detail IS 'why all is made anew, or what holds the bound back';
