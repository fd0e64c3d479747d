CREATE OR REPLACE VIEW :"schema".delay_cost WITH (security_barrier) AS
SELECT q.item, q.key, q.title, q.url, q.value_stream, q.portfolio, q.team, q.type, q.priority, q.service, q.level, q.category, q.outcome,
	q.stage, q.place, q.stage_label, q.started_at, vsm.period_day(q.started_at, q.time_zone) AS started_day, q.finished_at, q.finished_day,
	q.finished_week, q.finished_month, q.created_at, q.eta_p85_at, vsm.period_day(q.eta_p85_at, q.time_zone) AS eta_day, q.due_at,
	q.due_day, q.item_count, q.delay_cost, q.backlog_cost, q.weekly_cost, now() AS as_of_at
FROM :"schema".delay_item AS q;

COMMENT ON VIEW :"schema".delay_cost IS 'what waiting costs: one row an item that carries an urgency';
COMMENT ON COLUMN :"schema".delay_cost.item IS 'item';
COMMENT ON COLUMN :"schema".delay_cost.key IS 'key in the tracker; NULL: not told';
COMMENT ON COLUMN :"schema".delay_cost.title IS 'title; NULL: not told';
COMMENT ON COLUMN :"schema".delay_cost.url IS 'address in the tracker; NULL: not told';
COMMENT ON COLUMN :"schema".delay_cost.value_stream IS 'value stream, as at its end; (none): no rule of routing matches';
COMMENT ON COLUMN :"schema".delay_cost.portfolio IS 'portfolio of the value stream; (none): in none';
COMMENT ON COLUMN :"schema".delay_cost.team IS 'team, as at its end; (none): of no team';
COMMENT ON COLUMN :"schema".delay_cost.type IS 'type as at its end: feature, defect, risk, debt or other; (none): not told';
COMMENT ON COLUMN :"schema".delay_cost.priority IS 'priority, as at its end; NULL: not told';
COMMENT ON COLUMN :"schema".delay_cost.service IS 'service that it is about; (none): not told';
COMMENT ON COLUMN :"schema".delay_cost.level IS 'level: parent (it has children that count) or item';
COMMENT ON COLUMN :"schema".delay_cost.category IS 'category, by its field, labels or type and the table naming; (none): in none';
COMMENT ON COLUMN :"schema".delay_cost.outcome IS 'outcome: new (not started), open, done or cancelled; NULL: without a workflow or events';
COMMENT ON COLUMN :"schema".delay_cost.stage IS 'stage that it is in itself; NULL: in none';
COMMENT ON COLUMN :"schema".delay_cost.place IS 'place of the stage in the workflow, from 1; NULL: unmapped, or in none';
COMMENT ON COLUMN :"schema".delay_cost.stage_label IS 'stage with its place, for sorting: 02 Design Review; NULL: in none';
COMMENT ON COLUMN :"schema".delay_cost.started_at IS 'when work on it began; NULL: not yet';
COMMENT ON COLUMN :"schema".delay_cost.started_day IS 'day on which work on it began, in the time zone of the model; NULL: not yet';
COMMENT ON COLUMN :"schema".delay_cost.finished_at IS 'when it was done; NULL unless it is';
COMMENT ON COLUMN :"schema".delay_cost.finished_day IS 'day on which it was done, in the time zone of the model; NULL unless it is';
COMMENT ON COLUMN :"schema".delay_cost.finished_week IS 'week in which it was done, by its first day; NULL unless it is';
COMMENT ON COLUMN :"schema".delay_cost.finished_month IS 'month in which it was done, by its first day; NULL unless it is';
COMMENT ON COLUMN :"schema".delay_cost.created_at IS 'when it was created; NULL: not known';
COMMENT ON COLUMN :"schema".delay_cost.eta_p85_at IS
	'when it will be done with 85 % chance (with children: if its teams do nothing else); NULL: not known';
COMMENT ON COLUMN :"schema".delay_cost.eta_day IS 'day of eta_p85_at in the time zone of the model; NULL: not known';
COMMENT ON COLUMN :"schema".delay_cost.due_at IS 'when it is due, as told last; NULL: not told';
COMMENT ON COLUMN :"schema".delay_cost.due_day IS 'day on which it is due, in the time zone of the model; NULL: not told';
COMMENT ON COLUMN :"schema".delay_cost.item_count IS
	'number of items whose waiting it counts: 1, or those below it down to the next with an urgency of its own';
COMMENT ON COLUMN :"schema".delay_cost.delay_cost IS
	'cost of its waiting up to now, in the currency of the model; NULL: the urgency is in another currency, or is none';
COMMENT ON COLUMN :"schema".delay_cost.backlog_cost IS
	'cost of its time in the backlog, from created to started, in the currency of the model; NULL as delay_cost, or created when '
	'is not known';
COMMENT ON COLUMN :"schema".delay_cost.weekly_cost IS
	'cost of a week more, the one after its expected arrival or, without that, the next, in the currency of the model; NULL as '
	'delay_cost, and unless new or open';
COMMENT ON COLUMN :"schema".delay_cost.as_of_at IS 'now: up to when it is measured';
