CREATE TABLE IF NOT EXISTS :"schema".breach_mark ();
ALTER TABLE :"schema".breach_mark
	ADD COLUMN IF NOT EXISTS single boolean NOT NULL DEFAULT true,
	ADD COLUMN IF NOT EXISTS service_levels jsonb,
	ADD COLUMN IF NOT EXISTS looked_at timestamptz;
CALL vsm.ensure_key(:'schema', 'breach_mark', 'single');
CALL vsm.ensure_check(:'schema', 'breach_mark', 'breach_mark_single_check', 'single');

COMMENT ON TABLE :"schema".breach_mark IS 'what breach_due was made with. One row';
COMMENT ON COLUMN :"schema".breach_mark.single IS 'true: there is one row';
COMMENT ON COLUMN :"schema".breach_mark.service_levels IS 'what service_level said: if it differs, all open items are looked at';
COMMENT ON COLUMN :"schema".breach_mark.looked_at IS 'when vsm.notify_breaches last looked';
