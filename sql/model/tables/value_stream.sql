CREATE TABLE IF NOT EXISTS :"schema".value_stream ();
ALTER TABLE :"schema".value_stream
	ADD COLUMN IF NOT EXISTS value_stream text NOT NULL,
	ADD COLUMN IF NOT EXISTS portfolio text,
	ADD COLUMN IF NOT EXISTS workflow jsonb,
	ADD COLUMN IF NOT EXISTS calendar jsonb,
	ADD COLUMN IF NOT EXISTS product_owner text,
	ADD COLUMN IF NOT EXISTS technology_owner text;
CALL vsm.ensure_key(:'schema', 'value_stream', 'value_stream');
CALL vsm.ensure_limits(:'schema', 'value_stream', 'name', 'value_stream');
CALL vsm.ensure_check(:'schema', 'value_stream', 'value_stream_workflow_check', 'workflow IS NULL OR workflow::vsm.workflow IS NOT NULL');
CALL vsm.ensure_check(:'schema', 'value_stream', 'value_stream_calendar_check', 'calendar IS NULL OR calendar::vsm.calendar IS NOT NULL');

COMMENT ON TABLE :"schema".value_stream IS 'value streams: who is served by a flow of work, and how its states are to be read';
COMMENT ON COLUMN :"schema".value_stream.value_stream IS 'name of the value stream';
COMMENT ON COLUMN :"schema".value_stream.portfolio IS 'portfolio that the value stream belongs to';
COMMENT ON COLUMN :"schema".value_stream.workflow IS
	'how states are read, unless a routing rule says otherwise: the JSON form of vsm.workflow';
COMMENT ON COLUMN :"schema".value_stream.calendar IS 'working time: the JSON form of vsm.calendar. NULL: the wall clock';
COMMENT ON COLUMN :"schema".value_stream.product_owner IS 'who decides what is built';
COMMENT ON COLUMN :"schema".value_stream.technology_owner IS 'who decides how it is built';
