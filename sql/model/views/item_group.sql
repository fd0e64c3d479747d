CREATE OR REPLACE VIEW :"schema".item_group AS
SELECT f.item, coalesce(f.value_stream, '(none)') AS value_stream, coalesce(s.portfolio, '(none)') AS portfolio,
	coalesce(f.team, '(none)') AS team, coalesce(f.type, '(none)') AS type, coalesce(f.level, 'item') AS level, f.outcome, f.finished_at,
	f.finished_week, f.finished_month, f.cancelled_at, f.created_day, f.started_day, f.untouched,
	date_part('epoch', f.flow_time) / 86400 AS flow_time_days, date_part('epoch', f.active_time) / 86400 AS active_days,
	date_part('epoch', f.wait_time) / 86400 AS wait_days, f.flow_efficiency, f.reopened, f.route
FROM :"schema".item_flow AS f
	LEFT JOIN :"schema".value_stream AS s ON s.value_stream = f.value_stream
WHERE NOT EXISTS (SELECT FROM :"schema".access) OR coalesce(f.value_stream, '(none)') = ANY (ARRAY(
	SELECT a.value_stream FROM :"schema".access AS a JOIN pg_catalog.pg_roles AS o ON o.rolname = a.role
	WHERE pg_catalog.pg_has_role(o.oid, 'USAGE')));

COMMENT ON VIEW :"schema".item_group IS
	'results of items by what the views group them by: of flow_item what needs no other table, for views that read all items';
COMMENT ON COLUMN :"schema".item_group.item IS 'the item';
COMMENT ON COLUMN :"schema".item_group.value_stream IS 'value stream, as in flow_item';
COMMENT ON COLUMN :"schema".item_group.portfolio IS 'portfolio of the value stream, as in flow_item';
COMMENT ON COLUMN :"schema".item_group.team IS 'team, as in flow_item';
COMMENT ON COLUMN :"schema".item_group.type IS 'type, as in flow_item';
COMMENT ON COLUMN :"schema".item_group.level IS 'level: parent or item, as in flow_item';
COMMENT ON COLUMN :"schema".item_group.outcome IS 'new, open, done or cancelled';
COMMENT ON COLUMN :"schema".item_group.finished_at IS 'when it was done; NULL unless it is';
COMMENT ON COLUMN :"schema".item_group.finished_week IS 'week in which it was done; NULL unless it is';
COMMENT ON COLUMN :"schema".item_group.finished_month IS 'month in which it was done; NULL unless it is';
COMMENT ON COLUMN :"schema".item_group.cancelled_at IS 'when it was cancelled; NULL unless it is';
COMMENT ON COLUMN :"schema".item_group.created_day IS 'day on which it was created; NULL: not known';
COMMENT ON COLUMN :"schema".item_group.started_day IS 'day on which work on it began; NULL: not yet';
COMMENT ON COLUMN :"schema".item_group.untouched IS 'whether it was done without ever having been started';
COMMENT ON COLUMN :"schema".item_group.flow_time_days IS 'flow time in days; NULL unless done';
COMMENT ON COLUMN :"schema".item_group.active_days IS 'active time in days; NULL of open items';
COMMENT ON COLUMN :"schema".item_group.wait_days IS 'waiting time in days; NULL of open items';
COMMENT ON COLUMN :"schema".item_group.flow_efficiency IS 'flow efficiency from 0 to 1; NULL of open items';
COMMENT ON COLUMN :"schema".item_group.reopened IS 'how often it was reopened';
COMMENT ON COLUMN :"schema".item_group.route IS 'route whose workflow it is measured with';
