CREATE OR REPLACE VIEW :"schema".delay_item AS
SELECT q.*, vsm.delay_cost(q.urgency, q.currency, q.waiting) AS delay_cost,
	vsm.delay_cost(q.urgency, q.currency, CASE WHEN q.created_at < q.began_at THEN tstzmultirange(tstzrange(q.created_at, q.began_at))
		WHEN q.created_at IS NOT NULL THEN '{}' END) AS backlog_cost,
	CASE WHEN q.outcome IN ('new', 'open') THEN vsm.delay_cost(q.urgency, q.currency, tstzmultirange(tstzrange(
		coalesce(q.eta_p85_at, now()), coalesce(q.eta_p85_at, now()) + interval '168 hours'))) END AS weekly_cost
FROM (
	SELECT f.item, f.key, f.title, f.url, f.value_stream, f.portfolio, f.team, f.type, f.priority, f.service, f.level, f.category,
		f.outcome, f.stage, f.place, f.stage_label, f.started_at, f.finished_at, f.finished_day, f.finished_week, f.finished_month,
		f.created_at, f.due_at, f.due_day, f.size, w.urgency, w.has_children, w.item_count, w.waiting, m.currency, m.time_zone,
		CASE WHEN NOT w.has_children THEN e.eta
			WHEN f.outcome IN ('new', 'open') THEN now() + s.p85_alone_weeks * interval '168 hours' END AS eta_p85_at,
		-- Until it, or something below it, was started.
		coalesce(least(f.started_at, w.started_at), f.cancelled_at, now()) AS began_at,
		s.p85_alone_weeks, s.samples, s.items,
		-- As in aging_work.
		CASE WHEN f.outcome = 'open' AND NOT w.has_children THEN
			CASE
				WHEN f.due_at < now() THEN 1
				ELSE 1 - vsm.probability(a.rest, f.due_at - now(), make_interval(secs => t.in_stage), a.after)
			END
		END AS late_probability
	FROM :"schema".item_detail AS f
		-- Item by item, of those that are asked for.
		CROSS JOIN LATERAL (SELECT k.* FROM :"schema".delay_span AS k WHERE k.item = f.item OFFSET 0) AS w
		CROSS JOIN :"schema".model AS m
		LEFT JOIN :"schema".feature_queue AS s ON s.item = f.item
		CROSS JOIN LATERAL (SELECT greatest(date_part('epoch', now() - f.stage_entered_at), 0) AS in_stage) AS t
		-- Of the stages that are asked for: aging_work would look at all.
		LEFT JOIN :"schema".stage_chance AS a ON a.value_stream = f.value_stream AND a.type = f.type AND a.level = f.level
			AND a.stage = f.stage AND a.is_urgent AND f.outcome = 'open' AND NOT w.has_children
		CROSS JOIN LATERAL (
			SELECT now() + make_interval(secs => date_part('epoch', vsm.eta(a.rest, make_interval(secs => t.in_stage), a.after, 0.85)))
				AS eta OFFSET 0) AS e
	WHERE f.urgency IS NOT NULL) AS q;

COMMENT ON VIEW :"schema".delay_item IS 'items that carry an urgency: what their waiting costs, and what is known of their end';
COMMENT ON COLUMN :"schema".delay_item.item IS 'the item; its other columns are those of flow_item';
COMMENT ON COLUMN :"schema".delay_item.key IS 'as in flow_item';
COMMENT ON COLUMN :"schema".delay_item.title IS 'as in flow_item';
COMMENT ON COLUMN :"schema".delay_item.url IS 'as in flow_item';
COMMENT ON COLUMN :"schema".delay_item.value_stream IS 'as in flow_item';
COMMENT ON COLUMN :"schema".delay_item.portfolio IS 'as in flow_item';
COMMENT ON COLUMN :"schema".delay_item.team IS 'as in flow_item';
COMMENT ON COLUMN :"schema".delay_item.type IS 'as in flow_item';
COMMENT ON COLUMN :"schema".delay_item.priority IS 'as in flow_item';
COMMENT ON COLUMN :"schema".delay_item.service IS 'as in flow_item';
COMMENT ON COLUMN :"schema".delay_item.level IS 'as in flow_item';
COMMENT ON COLUMN :"schema".delay_item.category IS 'as in flow_item';
COMMENT ON COLUMN :"schema".delay_item.outcome IS 'as in flow_item';
COMMENT ON COLUMN :"schema".delay_item.stage IS 'as in flow_item';
COMMENT ON COLUMN :"schema".delay_item.place IS 'as in flow_item';
COMMENT ON COLUMN :"schema".delay_item.stage_label IS 'as in flow_item';
COMMENT ON COLUMN :"schema".delay_item.started_at IS 'as in flow_item';
COMMENT ON COLUMN :"schema".delay_item.finished_at IS 'as in flow_item';
COMMENT ON COLUMN :"schema".delay_item.finished_day IS 'as in flow_item';
COMMENT ON COLUMN :"schema".delay_item.finished_week IS 'as in flow_item';
COMMENT ON COLUMN :"schema".delay_item.finished_month IS 'as in flow_item';
COMMENT ON COLUMN :"schema".delay_item.created_at IS 'as in flow_item';
COMMENT ON COLUMN :"schema".delay_item.due_at IS 'as in flow_item';
COMMENT ON COLUMN :"schema".delay_item.due_day IS 'as in flow_item';
COMMENT ON COLUMN :"schema".delay_item.size IS 'as in flow_item';
COMMENT ON COLUMN :"schema".delay_item.urgency IS 'its urgency';
COMMENT ON COLUMN :"schema".delay_item.has_children IS 'whether items without children are below it';
COMMENT ON COLUMN :"schema".delay_item.item_count IS 'items whose waits count: 1 without children';
COMMENT ON COLUMN :"schema".delay_item.waiting IS 'when it waited, up to now';
COMMENT ON COLUMN :"schema".delay_item.currency IS 'currency of the model';
COMMENT ON COLUMN :"schema".delay_item.time_zone IS 'time zone of the model';
COMMENT ON COLUMN :"schema".delay_item.eta_p85_at IS 'when it will be done with 85 % chance; NULL: not known';
COMMENT ON COLUMN :"schema".delay_item.began_at IS 'when it, or the first item below it, was started, else when it was cancelled, else now';
COMMENT ON COLUMN :"schema".delay_item.p85_alone_weeks IS 'as in feature_queue';
COMMENT ON COLUMN :"schema".delay_item.samples IS 'as in feature_queue';
COMMENT ON COLUMN :"schema".delay_item.items IS 'as in feature_queue';
COMMENT ON COLUMN :"schema".delay_item.late_probability IS 'chance that it is late, as in aging_work; NULL: not known, or with children';
COMMENT ON COLUMN :"schema".delay_item.delay_cost IS
	'what its waiting has cost; NULL: an urgency that cannot be read, or in another currency';
COMMENT ON COLUMN :"schema".delay_item.backlog_cost IS 'what the time from its creation to its beginning has cost';
COMMENT ON COLUMN :"schema".delay_item.weekly_cost IS 'what the week after it is expected costs; NULL: done or cancelled';
