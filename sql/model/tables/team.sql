CREATE TABLE IF NOT EXISTS :"schema".team ();
ALTER TABLE :"schema".team
	ADD COLUMN IF NOT EXISTS team text NOT NULL,
	ADD COLUMN IF NOT EXISTS value_stream text,
	ADD COLUMN IF NOT EXISTS calendar jsonb,
	ADD COLUMN IF NOT EXISTS cost_per_day numeric,
	ADD COLUMN IF NOT EXISTS owner text;
CALL vsm.ensure_key(:'schema', 'team', 'team');
CALL vsm.ensure_limits(:'schema', 'team', 'number', 'cost_per_day');
CALL vsm.ensure_limits(:'schema', 'team', 'name', 'team', 'value_stream');
CALL vsm.ensure_check(:'schema', 'team', 'team_calendar_check', 'calendar IS NULL OR calendar::vsm.calendar IS NOT NULL');

COMMENT ON TABLE :"schema".team IS 'teams, and what a day of theirs costs';
COMMENT ON COLUMN :"schema".team.team IS 'name of the team';
COMMENT ON COLUMN :"schema".team.value_stream IS 'value stream that the team works for';
COMMENT ON COLUMN :"schema".team.calendar IS 'working time of the team: the JSON form of vsm.calendar. NULL: that of the value stream';
COMMENT ON COLUMN :"schema".team.cost_per_day IS 'what a working day of the team costs';
COMMENT ON COLUMN :"schema".team.owner IS 'whom to ask about the team';
