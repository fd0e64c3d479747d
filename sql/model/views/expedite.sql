CREATE OR REPLACE VIEW :"schema".expedite WITH (security_barrier) AS
SELECT q.item, q.key, q.title, q.url, q.value_stream, q.portfolio, q.team, q.type, q.priority, q.service, q.level, q.category, q.outcome,
	q.stage, q.place, q.stage_label, q.due_at, q.due_day, q.eta_p85_at, q.eta_day, q.created_at, q.weekly_cost, q.delay_cost, q.size,
	q.remaining_weeks, CASE WHEN q.is_sized THEN 'size' ELSE 'weeks' END AS divisor,
	vsm.cd3(q.weekly_cost::numeric, CASE WHEN q.is_sized THEN q.size ELSE q.remaining_weeks END) AS cd3, q.late_probability, q.as_of_at
FROM (
	SELECT d.item, d.key, d.title, d.url, d.value_stream, d.portfolio, d.team, d.type, d.priority, d.service, d.level, d.category,
		d.outcome, d.stage, d.place, d.stage_label, d.due_at, d.due_day, d.eta_p85_at, d.created_at, d.weekly_cost, d.delay_cost, d.size,
		vsm.period_day(d.eta_p85_at, d.time_zone) AS eta_day, bool_and(d.size IS NOT NULL) OVER (PARTITION BY d.value_stream)
			AS is_sized,
		CASE
			WHEN d.has_children THEN d.p85_alone_weeks
			WHEN d.outcome = 'new' THEN h.flow_time_days / 7
			ELSE date_part('epoch', d.eta_p85_at - now()) / 604800
		END AS remaining_weeks,
		CASE
			WHEN d.has_children AND d.items IS NULL THEN NULL
			WHEN d.due_at < now() THEN 1
			WHEN d.has_children
				THEN 1 - vsm.joint_probability(d.samples, d.items, floor(date_part('epoch', d.due_at - now()) / 604800)::integer)
			ELSE d.late_probability
		END AS late_probability,
		now() AS as_of_at
	FROM :"schema".delay_item AS d
		-- What has not been started takes what others of its kind took.
		LEFT JOIN (
			SELECT o.value_stream, o.type, o.level, percentile_cont(0.85) WITHIN GROUP (ORDER BY o.flow_time_days) AS flow_time_days
			FROM :"schema".item_group AS o
			WHERE o.outcome = 'done' AND NOT o.untouched
			GROUP BY o.value_stream, o.type, o.level HAVING count(*) >= 20) AS h
				ON h.value_stream = d.value_stream AND h.type = d.type AND h.level = d.level
	WHERE d.outcome IN ('new', 'open')) AS q;

COMMENT ON VIEW :"schema".expedite IS 'what to do first: one row an item with an urgency that is not done';
COMMENT ON COLUMN :"schema".expedite.item IS 'item';
COMMENT ON COLUMN :"schema".expedite.key IS 'key in the tracker; NULL: not told';
COMMENT ON COLUMN :"schema".expedite.title IS 'title; NULL: not told';
COMMENT ON COLUMN :"schema".expedite.url IS 'address in the tracker; NULL: not told';
COMMENT ON COLUMN :"schema".expedite.value_stream IS 'value stream, as at its end; (none): no rule of routing matches';
COMMENT ON COLUMN :"schema".expedite.portfolio IS 'portfolio of the value stream; (none): in none';
COMMENT ON COLUMN :"schema".expedite.team IS 'team, as at its end; (none): of no team';
COMMENT ON COLUMN :"schema".expedite.type IS 'type as at its end: feature, defect, risk, debt or other; (none): not told';
COMMENT ON COLUMN :"schema".expedite.priority IS 'priority, as at its end; NULL: not told';
COMMENT ON COLUMN :"schema".expedite.service IS 'service that it is about; (none): not told';
COMMENT ON COLUMN :"schema".expedite.level IS 'level: parent (it has children that count) or item';
COMMENT ON COLUMN :"schema".expedite.category IS 'category, by its field, labels or type and the table naming; (none): in none';
COMMENT ON COLUMN :"schema".expedite.outcome IS 'outcome: new (not started) or open';
COMMENT ON COLUMN :"schema".expedite.stage IS 'stage that it is in itself; NULL: in none';
COMMENT ON COLUMN :"schema".expedite.place IS 'place of the stage in the workflow, from 1; NULL: unmapped, or in none';
COMMENT ON COLUMN :"schema".expedite.stage_label IS 'stage with its place, for sorting: 02 Design Review; NULL: in none';
COMMENT ON COLUMN :"schema".expedite.due_at IS 'when it is due, as told last; NULL: not told';
COMMENT ON COLUMN :"schema".expedite.due_day IS 'day on which it is due, in the time zone of the model; NULL: not told';
COMMENT ON COLUMN :"schema".expedite.eta_p85_at IS
	'when it will be done with 85 % chance (with children: if its teams do nothing else); NULL: not known';
COMMENT ON COLUMN :"schema".expedite.eta_day IS 'day of eta_p85_at in the time zone of the model; NULL: not known';
COMMENT ON COLUMN :"schema".expedite.created_at IS 'when it was created; NULL: not known';
COMMENT ON COLUMN :"schema".expedite.weekly_cost IS
	'cost of a week more, in the currency of the model; NULL: the urgency is in another currency, or is none';
COMMENT ON COLUMN :"schema".expedite.delay_cost IS 'cost of its waiting up to now, in the currency of the model; NULL as weekly_cost';
COMMENT ON COLUMN :"schema".expedite.size IS 'size, in the unit that the team estimates in; NULL: not estimated';
COMMENT ON COLUMN :"schema".expedite.remaining_weeks IS
	'weeks up to eta_p85_at; of what is not started, in which 85 % of those of its value stream, type and level were done; NULL: '
	'not known';
COMMENT ON COLUMN :"schema".expedite.divisor IS 'what cd3 divides by: size, where every item of its value stream here has one, else weeks';
COMMENT ON COLUMN :"schema".expedite.cd3 IS 'cost of delay divided by duration: the highest first; NULL where one of them is';
COMMENT ON COLUMN :"schema".expedite.late_probability IS
	'chance that it is late, from 0 to 1, 1 once it is; NULL: without a due date, or not known';
COMMENT ON COLUMN :"schema".expedite.as_of_at IS 'now: up to when it is measured';
