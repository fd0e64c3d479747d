CREATE TABLE IF NOT EXISTS :"schema".routing ();
ALTER TABLE :"schema".routing
	ADD COLUMN IF NOT EXISTS rank integer NOT NULL,
	ADD COLUMN IF NOT EXISTS source text,
	ADD COLUMN IF NOT EXISTS project text,
	ADD COLUMN IF NOT EXISTS type text,
	ADD COLUMN IF NOT EXISTS value_stream text NOT NULL,
	ADD COLUMN IF NOT EXISTS team text,
	ADD COLUMN IF NOT EXISTS workflow jsonb;
CALL vsm.ensure_key(:'schema', 'routing', 'rank');
CALL vsm.ensure_limits(:'schema', 'routing', 'name', 'value_stream', 'team');
CALL vsm.ensure_check(:'schema', 'routing', 'routing_workflow_check', 'workflow IS NULL OR workflow::vsm.workflow IS NOT NULL');

COMMENT ON TABLE :"schema".routing IS
	'which value stream, team and workflow an item has: the first rule that matches. Change a rule and every figure follows';
COMMENT ON COLUMN :"schema".routing.rank IS 'order of the rules: the lowest rank that matches decides';
COMMENT ON COLUMN :"schema".routing.source IS 'tracker, as a LIKE pattern; NULL: any';
COMMENT ON COLUMN :"schema".routing.project IS 'project of the tracker, as a LIKE pattern; NULL: any';
COMMENT ON COLUMN :"schema".routing.type IS 'type of the item (feature, defect, ...); NULL: any';
COMMENT ON COLUMN :"schema".routing.value_stream IS 'value stream of the items that match';
COMMENT ON COLUMN :"schema".routing.team IS 'their team; NULL: none';
COMMENT ON COLUMN :"schema".routing.workflow IS 'how their states are read: the JSON form of vsm.workflow. NULL: as in their value stream';
