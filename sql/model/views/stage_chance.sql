CREATE OR REPLACE VIEW :"schema".stage_chance AS
-- How long others of the value stream, type and level were in each stage, and what came after it, by the last 10,000 that left the
-- stage there: more tell no more, and the way has changed since. Those who are still there, or have been cancelled, tell up to then.
-- Fewer than 20 that are done tell no chances.
SELECT z.value_stream, o.type, o.level, z.stage, z.is_urgent,
	count(*) FILTER (WHERE v.is_last AND o.finished_at IS NOT NULL) AS sample_count,
	percentile_cont(ARRAY[0.5, 0.85]) WITHIN GROUP (ORDER BY date_part('epoch', v.duration) / 86400) AS stage_days,
	-- How old those that are done were when they left it for the last time: off the clock they grow no older.
	percentile_cont(ARRAY[0.5, 0.85]) WITHIN GROUP (
		ORDER BY date_part('epoch', v.age + CASE WHEN v.on_clock OR v.left_at IS NULL THEN v.duration ELSE interval '0' END) / 86400)
		FILTER (WHERE v.is_last AND o.finished_at IS NOT NULL) AS pace_days,
	CASE WHEN count(*) FILTER (WHERE v.is_last AND o.finished_at IS NOT NULL) >= 20
		THEN vsm.survival(greatest(coalesce(v.left_at, now()) - v.entered_at, interval '0'),
			v.left_at IS NOT NULL AND (v.left_at = o.cancelled_at) IS NOT TRUE) END AS rest,
	vsm.survival(greatest(coalesce(o.finished_at, o.cancelled_at, now()) - v.left_at, interval '0'), o.finished_at IS NOT NULL)
		FILTER (WHERE v.left_at IS NOT NULL AND (v.left_at = o.cancelled_at) IS NOT TRUE) AS after
FROM (
		SELECT coalesce(u.value_stream, '(none)') AS value_stream, u.stage,
			bool_or(EXISTS (SELECT FROM :"schema".item AS i WHERE i.item = u.item AND i.urgency IS NOT NULL)
				-- (Of features it is not asked.)
				AND NOT (u.level = 'parent' AND EXISTS (
					SELECT FROM :"schema".item_flow AS e
					WHERE coalesce(e.parent, e.feature) = u.item AND e.value_stream IS NOT NULL AND e.item <> u.item
					AND e.level IS DISTINCT FROM 'parent'))) AS is_urgent
		FROM :"schema".item_flow AS u
		-- (Twice, for an index that has what is left.)
		WHERE u.outcome = 'open' AND (u.outcome IN ('done', 'cancelled')) IS NOT TRUE
		GROUP BY u.value_stream, u.stage) AS z
	CROSS JOIN LATERAL (
		SELECT x.item, x.class, x.entered_at, x.left_at, x.duration, x.on_clock, x.age, x.is_last FROM :"schema".visit AS x
		WHERE coalesce(x.value_stream, '(none)') = z.value_stream AND x.stage = z.stage AND x.left_at IS NULL
		UNION ALL
		(
			SELECT x.item, x.class, x.entered_at, x.left_at, x.duration, x.on_clock, x.age, x.is_last FROM :"schema".visit AS x
			WHERE coalesce(x.value_stream, '(none)') = z.value_stream AND x.stage = z.stage AND x.left_at IS NOT NULL
			ORDER BY x.left_at DESC, x.item, x.visit LIMIT 10000)) AS v
	JOIN :"schema".item_group AS o ON o.item = v.item AND o.value_stream = z.value_stream
WHERE (v.class IN ('active', 'waiting')) IS NOT FALSE
GROUP BY z.value_stream, o.type, o.level, z.stage, z.is_urgent;

COMMENT ON VIEW :"schema".stage_chance IS
	'what chances of open items are told from: how long others of their value stream, type and level were in the stage that they are in';
COMMENT ON COLUMN :"schema".stage_chance.value_stream IS 'value stream; (none): no rule of routing matches';
COMMENT ON COLUMN :"schema".stage_chance.type IS 'type of the others: feature, defect, risk, debt or other; (none): not told';
COMMENT ON COLUMN :"schema".stage_chance.level IS 'level of the others: parent or item';
COMMENT ON COLUMN :"schema".stage_chance.stage IS 'a stage in which an open item is';
COMMENT ON COLUMN :"schema".stage_chance.is_urgent IS 'whether one that carries an urgency and is no feature is in it';
COMMENT ON COLUMN :"schema".stage_chance.sample_count IS 'number of the others that are done';
COMMENT ON COLUMN :"schema".stage_chance.stage_days IS 'time in the stage in days within which half, and 85 %, of their visits ended';
COMMENT ON COLUMN :"schema".stage_chance.pace_days IS
	'age in days at which half, and 85 %, of those that are done had left the stage for the last time';
COMMENT ON COLUMN :"schema".stage_chance.rest IS 'how long they were in the stage; NULL: fewer than 20 are done';
COMMENT ON COLUMN :"schema".stage_chance.after IS 'how long they took after it until they were done';
