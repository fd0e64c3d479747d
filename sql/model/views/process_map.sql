CREATE OR REPLACE VIEW :"schema".process_map WITH (security_barrier) AS
SELECT k.value_stream, min(k.portfolio) AS portfolio, k.team, k.type, k.level, coalesce(v.from_stage, '(start)') AS from_stage,
	min(a.place) AS from_place,
	coalesce(lpad(min(a.place)::text, 2, '0') || ' ' || v.from_stage, v.from_stage, '(start)') AS from_stage_label,
	coalesce(v.to_stage, '(end)') AS to_stage, min(b.place) AS to_place,
	coalesce(lpad(min(b.place)::text, 2, '0') || ' ' || v.to_stage, v.to_stage, '(end)') AS to_stage_label,
	sum(v.moves)::integer AS move_count, sum(v.items)::integer AS item_count,
	sum(date_part('epoch', v.total)) / 86400 AS total_days, sum(date_part('epoch', v.total)) / 86400 / sum(v.moves)::float8 AS mean_days,
	min(date_part('epoch', v.min)) / 86400 AS min_days, max(date_part('epoch', v.max)) / 86400 AS max_days
FROM (
		SELECT f.value_stream, f.portfolio, f.team, f.type, f.level, f.route, vsm.process_map(i.timeline, r.workflow) AS moves
		FROM :"schema".item_group AS f
			JOIN :"schema".item_flow AS i ON i.item = f.item
			JOIN :"schema".route AS r ON r.route = f.route
		GROUP BY f.value_stream, f.portfolio, f.team, f.type, f.level, f.route) AS k
	CROSS JOIN LATERAL unnest(k.moves) AS v
	LEFT JOIN (
		SELECT u.route, s.stage, s.place FROM :"schema".route AS u, LATERAL vsm.stages(u.workflow) AS s) AS a
			ON a.route = k.route AND a.stage = v.from_stage
	LEFT JOIN (
		SELECT u.route, s.stage, s.place FROM :"schema".route AS u, LATERAL vsm.stages(u.workflow) AS s) AS b
			ON b.route = k.route AND b.stage = v.to_stage
GROUP BY k.value_stream, k.team, k.type, k.level, v.from_stage, v.to_stage;

COMMENT ON VIEW :"schema".process_map IS
	'moves of items from stage to stage: one row a value stream, team, type, level and pair of stages';
COMMENT ON COLUMN :"schema".process_map.value_stream IS 'value stream, as at the end of its items; (none): no rule of routing matches';
COMMENT ON COLUMN :"schema".process_map.portfolio IS 'portfolio of the value stream; (none): in none';
COMMENT ON COLUMN :"schema".process_map.team IS 'team, as at the end of its items; (none): of no team';
COMMENT ON COLUMN :"schema".process_map.type IS
	'type as at the end of its items: feature, defect, risk, debt or other; (none): not told';
COMMENT ON COLUMN :"schema".process_map.level IS
	'level: parent or item, see flow_item; parents are not to be counted beside their children';
COMMENT ON COLUMN :"schema".process_map.from_stage IS 'stage that is left; (start): the other is the first of an item';
COMMENT ON COLUMN :"schema".process_map.from_place IS 'place of the stage that is left, from 1; NULL: (start), or unmapped';
COMMENT ON COLUMN :"schema".process_map.from_stage_label IS 'stage that is left with its place, for sorting: 02 Design Review';
COMMENT ON COLUMN :"schema".process_map.to_stage IS 'stage that is entered next; (end): the other is the last of an item so far';
COMMENT ON COLUMN :"schema".process_map.to_place IS 'place of the stage that is entered, from 1; NULL: (end), or unmapped';
COMMENT ON COLUMN :"schema".process_map.to_stage_label IS 'stage that is entered with its place, for sorting: 03 Build';
COMMENT ON COLUMN :"schema".process_map.move_count IS 'number of moves';
COMMENT ON COLUMN :"schema".process_map.item_count IS 'number of items that moved so';
COMMENT ON COLUMN :"schema".process_map.total_days IS
	'time in days from entering the one to entering the other, of all moves; NULL: (start) and (end)';
COMMENT ON COLUMN :"schema".process_map.mean_days IS
	'mean time in days from entering the one to entering the other; NULL: (start) and (end)';
COMMENT ON COLUMN :"schema".process_map.min_days IS
	'shortest time in days from entering the one to entering the other; NULL: (start) and (end)';
COMMENT ON COLUMN :"schema".process_map.max_days IS
	'longest time in days from entering the one to entering the other; NULL: (start) and (end)';
