CREATE TABLE IF NOT EXISTS :"schema".route ();
ALTER TABLE :"schema".route
	ADD COLUMN IF NOT EXISTS route text NOT NULL,
	ADD COLUMN IF NOT EXISTS value_stream text,
	ADD COLUMN IF NOT EXISTS rank integer,
	ADD COLUMN IF NOT EXISTS workflow vsm.workflow,
	ADD COLUMN IF NOT EXISTS calendar vsm.calendar,
	ADD COLUMN IF NOT EXISTS states text[],
	ADD COLUMN IF NOT EXISTS takes_parts boolean;
CALL vsm.ensure_key(:'schema', 'route', 'route');

COMMENT ON TABLE :"schema".route IS 'workflows and calendars that items are measured with, compiled. Made by refresh';
COMMENT ON COLUMN :"schema".route.route IS 'name of the route, made of all that it says';
COMMENT ON COLUMN :"schema".route.value_stream IS 'value stream; NULL: items of none';
COMMENT ON COLUMN :"schema".route.rank IS 'routing rule whose workflow this is; NULL: the value streams own';
COMMENT ON COLUMN :"schema".route.workflow IS 'the workflow; NULL: there is none';
COMMENT ON COLUMN :"schema".route.calendar IS 'the calendar; NULL: the wall clock';
COMMENT ON COLUMN :"schema".route.states IS 'states that the workflow names';
COMMENT ON COLUMN :"schema".route.takes_parts IS 'whether vsm.end_to_end takes the workflow: each layer has an end of its own';
