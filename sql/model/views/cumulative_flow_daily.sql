CREATE OR REPLACE VIEW :"schema".cumulative_flow_daily WITH (security_barrier) AS
SELECT b.day, d.value_stream, d.portfolio, d.team, d.type, d.level, d.stage, d.place,
	coalesce(lpad(d.place::text, 2, '0') || ' ', '') || d.stage AS stage_label, d.class,
	(b.day + 1)::timestamp AT TIME ZONE m.time_zone <= now() AS is_complete, d.in_stage, d.arrived, d.departed
FROM (SELECT time_zone, week_starts, currency FROM :"schema".model LIMIT 1) AS m
	CROSS JOIN (
		SELECT r.bucket, k.value_stream, min(k.portfolio) AS portfolio, k.team, k.type, k.level, r.stage, min(r.place) AS place,
			min(r.class) AS class, sum(r.in_stage)::bigint AS in_stage, sum(r.arrived)::bigint AS arrived,
			sum(r.departed)::bigint AS departed
		FROM (
				SELECT f.value_stream, f.portfolio, f.team, f.type, f.level, vsm.cumulative_flow(i.timeline, r.workflow,
					c.since::timestamp AT TIME ZONE n.time_zone,
					(vsm.period_day(now(), n.time_zone) + 1)::timestamp AT TIME ZONE n.time_zone, interval '1 day', n.time_zone) AS buckets
				FROM :"schema".item_group AS f
					JOIN :"schema".item_flow AS i ON i.item = f.item
					JOIN :"schema".route AS r ON r.route = f.route
					JOIN (
						SELECT e.value_stream, e.portfolio, e.team, e.type, e.level, min(e.created_day) AS since
						FROM :"schema".item_group AS e
						GROUP BY e.value_stream, e.portfolio, e.team, e.type, e.level) AS c
							ON c.value_stream = f.value_stream AND c.portfolio = f.portfolio AND c.team = f.team AND c.type = f.type
							AND c.level = f.level
					CROSS JOIN (SELECT time_zone, week_starts, currency FROM :"schema".model LIMIT 1) AS n
				GROUP BY f.value_stream, f.portfolio, f.team, f.type, f.level, f.route) AS k,
			unnest(k.buckets) AS r
		GROUP BY r.bucket, k.value_stream, k.team, k.type, k.level, r.stage) AS d
	CROSS JOIN LATERAL (SELECT (d.bucket AT TIME ZONE m.time_zone)::date AS day) AS b;

COMMENT ON VIEW :"schema".cumulative_flow_daily IS
	'cumulative flow: items in each stage by day: one row a day, value stream, team, type, level and stage, from the first day to now';
COMMENT ON COLUMN :"schema".cumulative_flow_daily.day IS 'day, in the time zone of the model';
COMMENT ON COLUMN :"schema".cumulative_flow_daily.value_stream IS
	'value stream, as at the end of its items; (none): no rule of routing matches';
COMMENT ON COLUMN :"schema".cumulative_flow_daily.portfolio IS 'portfolio of the value stream; (none): in none';
COMMENT ON COLUMN :"schema".cumulative_flow_daily.team IS 'team, as at the end of its items; (none): of no team';
COMMENT ON COLUMN :"schema".cumulative_flow_daily.type IS
	'type as at the end of its items: feature, defect, risk, debt or other; (none): not told';
COMMENT ON COLUMN :"schema".cumulative_flow_daily.level IS
	'level: parent or item, see flow_item; parents are not to be counted beside their children';
COMMENT ON COLUMN :"schema".cumulative_flow_daily.stage IS 'stage';
COMMENT ON COLUMN :"schema".cumulative_flow_daily.place IS 'place of the stage in the workflow, from 1; NULL: unmapped';
COMMENT ON COLUMN :"schema".cumulative_flow_daily.stage_label IS 'stage with its place, for sorting: 02 Design Review';
COMMENT ON COLUMN :"schema".cumulative_flow_daily.class IS
	'class of the stage: new, active, waiting, done or cancelled; NULL: unmapped and ignored';
COMMENT ON COLUMN :"schema".cumulative_flow_daily.is_complete IS 'whether the day is over';
COMMENT ON COLUMN :"schema".cumulative_flow_daily.in_stage IS 'number of items that are in the stage when the day ends, or now';
COMMENT ON COLUMN :"schema".cumulative_flow_daily.arrived IS 'number of visits of the stage that began on the day';
COMMENT ON COLUMN :"schema".cumulative_flow_daily.departed IS 'number of visits of the stage that ended on the day';
