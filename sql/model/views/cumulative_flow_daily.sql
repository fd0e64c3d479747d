CREATE OR REPLACE VIEW :"schema".cumulative_flow_daily WITH (security_barrier) AS
SELECT d.day, g.value_stream, g.portfolio, g.team, g.type, g.level, g.stage, g.place,
	coalesce(lpad(g.place::text, 2, '0') || ' ', '') || g.stage AS stage_label, g.class,
	(d.day + 1)::timestamp AT TIME ZONE m.time_zone <= now() AS is_complete, g.counts[d.at + 1] AS in_stage, g.counts[d.at + 2] AS arrived,
	g.counts[d.at + 3] AS departed
FROM (SELECT time_zone, week_starts, currency FROM :"schema".model LIMIT 1) AS m
	CROSS JOIN (
		-- Of several workflows together.
		SELECT k.value_stream, min(k.portfolio) AS portfolio, k.team, k.type, k.level, w.stage, min(w.place) AS place,
			min(w.class) AS class, k.since_day, vsm.cumulative_flow_counts(w.counts) AS counts
		FROM (
				-- (What is the same for all items is reckoned once, not item by item.)
				SELECT f.value_stream, min(f.portfolio) AS portfolio, f.team, f.type, f.level, c.since_day,
					vsm.cumulative_flow_stages(f.timeline, r.workflow, c.since, (
						SELECT (vsm.period_day(now(), t.time_zone) + 1)::timestamp AT TIME ZONE t.time_zone
						FROM :"schema".model AS t LIMIT 1),
						interval '1 day', (SELECT t.time_zone FROM :"schema".model AS t LIMIT 1)) AS stages
				FROM (
						-- As in item_group, which has no timeline.
						SELECT coalesce(i.value_stream, '(none)') AS value_stream, coalesce(s.portfolio, '(none)') AS portfolio,
							coalesce(i.team, '(none)') AS team, coalesce(i.type, '(none)') AS type, coalesce(i.level, 'item') AS level,
							i.route, i.timeline
						FROM :"schema".item_flow AS i
							LEFT JOIN :"schema".value_stream AS s ON s.value_stream = i.value_stream
						WHERE NOT EXISTS (SELECT FROM :"schema".access) OR coalesce(i.value_stream, '(none)') = ANY (ARRAY(
							SELECT a.value_stream FROM :"schema".access AS a JOIN pg_catalog.pg_roles AS o ON o.rolname = a.role
							WHERE pg_catalog.pg_has_role(o.oid, 'USAGE')))) AS f
					JOIN :"schema".route AS r ON r.route = f.route
					JOIN (
						SELECT e.value_stream, e.team, e.type, e.level, min(e.created_day) AS since_day,
							min(e.created_day)::timestamp AT TIME ZONE z.time_zone AS since
						FROM :"schema".item_group AS e CROSS JOIN (SELECT time_zone FROM :"schema".model LIMIT 1) AS z
						GROUP BY e.value_stream, e.team, e.type, e.level, z.time_zone) AS c
							ON c.value_stream = f.value_stream AND c.team = f.team AND c.type = f.type AND c.level = f.level
				GROUP BY f.value_stream, f.team, f.type, f.level, f.route, c.since_day) AS k
			CROSS JOIN LATERAL unnest(k.stages) AS w
		GROUP BY k.value_stream, k.team, k.type, k.level, w.stage, k.since_day) AS g
	-- By day, not by the time at which it begins: a filter of days comes before what is looked up.
	CROSS JOIN LATERAL (
		SELECT g.since_day + n AS day, 3 * n AS at FROM generate_series(0, cardinality(g.counts) / 3 - 1) AS n) AS d;

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
