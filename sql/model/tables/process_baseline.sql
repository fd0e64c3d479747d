CREATE TABLE IF NOT EXISTS :"schema".process_baseline ();
ALTER TABLE :"schema".process_baseline
	ADD COLUMN IF NOT EXISTS value_stream text NOT NULL,
	ADD COLUMN IF NOT EXISTS team text NOT NULL,
	ADD COLUMN IF NOT EXISTS since date NOT NULL;
CALL vsm.ensure_key(:'schema', 'process_baseline', 'value_stream', 'team', 'since');

COMMENT ON TABLE :"schema".process_baseline IS
	'from when on a process is another than before: natural process limits in flow_weekly are told from the 26 weeks from there on, and '
	'before the first of these from the first 26 weeks';
COMMENT ON COLUMN :"schema".process_baseline.value_stream IS 'value stream; (none): what is in none';
COMMENT ON COLUMN :"schema".process_baseline.team IS 'team; (none): what is of none';
COMMENT ON COLUMN :"schema".process_baseline.since IS 'first day of the process as it is from then on';
