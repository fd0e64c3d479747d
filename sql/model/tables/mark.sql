CREATE TABLE IF NOT EXISTS :"schema".mark ();
ALTER TABLE :"schema".mark
	ADD COLUMN IF NOT EXISTS single boolean NOT NULL DEFAULT true,
	ADD COLUMN IF NOT EXISTS bound xid8,
	ADD COLUMN IF NOT EXISTS system_identifier bigint,
	ADD COLUMN IF NOT EXISTS partitions text,
	ADD COLUMN IF NOT EXISTS settings jsonb,
	ADD COLUMN IF NOT EXISTS refreshed_at timestamptz;
CALL vsm.ensure_key(:'schema', 'mark', 'single');
CALL vsm.ensure_check(:'schema', 'mark', 'mark_single_check', 'single');

COMMENT ON TABLE :"schema".mark IS 'up to where refresh has looked, and what it was made with. One row';
COMMENT ON COLUMN :"schema".mark.single IS 'true: there is one row';
COMMENT ON COLUMN :"schema".mark.bound IS 'transactions before this one have been looked at; NULL: all is to be made anew';
COMMENT ON COLUMN :"schema".mark.system_identifier IS 'the cluster whose transactions these are';
COMMENT ON COLUMN :"schema".mark.partitions IS 'tables that event consists of, where it is partitioned';
COMMENT ON COLUMN :"schema".mark.settings IS 'what value_stream, team, routing, service, naming and model said';
COMMENT ON COLUMN :"schema".mark.refreshed_at IS 'when refresh last came to its end';
