-- Cumulative flow and process map of all items, beside what people write by hand: a delta per day
-- and state summed up by a window, and lead() over every item's events.
-- @needs events timelines

-- @query delta_sql
WITH move AS (
	SELECT at, state, lag(state) OVER (PARTITION BY item ORDER BY at) AS before FROM event),
delta AS (
	SELECT date_trunc('day', at, 'UTC') AS day, state, count(*) AS n FROM move GROUP BY 1, 2
	UNION ALL
	SELECT date_trunc('day', at, 'UTC'), before, -count(*) FROM move WHERE before IS NOT NULL GROUP BY 1, 2),
daily AS (SELECT day, state, sum(n) AS n FROM delta GROUP BY 1, 2)
SELECT day, state, sum(n) OVER (PARTITION BY state ORDER BY day) FROM daily

-- @query cumulative_flow
SELECT r.* FROM (
	SELECT vsm.cumulative_flow(timeline, (SELECT wf FROM my_workflow), '2023-01-02 00:00+00', '2026-01-01 00:00+00', '1 day') AS flow
	FROM stored) AS f, unnest(flow) AS r

-- @query window
WITH move AS (
	SELECT state, lead(state) OVER w AS next, lead(at) OVER w - at AS duration
	FROM event WINDOW w AS (PARTITION BY item ORDER BY at))
SELECT state, next, count(*), avg(duration) FROM move WHERE next IS NOT NULL GROUP BY 1, 2

-- All items of a table of events: the set aggregate makes their timelines.
-- @query process_map
SELECT r.* FROM (
	SELECT vsm.process_map(timeline) AS map
	FROM vsm.unnest((SELECT vsm.timelines(item, at, state) FROM event)) AS t) AS m, unnest(map) AS r

-- @query process_map_grouped
SELECT r.* FROM (
	SELECT vsm.process_map(timeline) AS map
	FROM (SELECT vsm.timeline(at, state) AS timeline FROM event GROUP BY item) AS t) AS m, unnest(map) AS r

-- @query stream_floor
SELECT item, count(*), min(at), max(at), max(length(state)) FROM event GROUP BY item

-- @query process_map_stored
SELECT r.* FROM (SELECT vsm.process_map(timeline) AS map FROM stored) AS m, unnest(map) AS r

-- @query process_map_workflow
SELECT r.* FROM (SELECT vsm.process_map(timeline, (SELECT wf FROM my_workflow)) AS map FROM stored) AS m, unnest(map) AS r

-- @ratio delta_sql_vs_cumulative_flow delta_sql / cumulative_flow >= 50

-- @same delta_sql_vs_cumulative_flow
-- On every day on which something moved; the delta SQL has no rows for the others.
WITH move AS (
	SELECT at, state, lag(state) OVER (PARTITION BY item ORDER BY at, state COLLATE "C") AS before FROM event),
delta AS (
	SELECT date_trunc('day', at, 'UTC') AS day, state, count(*) AS n FROM move GROUP BY 1, 2
	UNION ALL
	SELECT date_trunc('day', at, 'UTC'), before, -count(*) FROM move WHERE before IS NOT NULL GROUP BY 1, 2),
daily AS (SELECT day, state, sum(n) AS n FROM delta GROUP BY 1, 2),
by_delta AS (SELECT day, state, sum(n) OVER (PARTITION BY state ORDER BY day)::bigint AS in_stage FROM daily),
by_vsm AS (
	SELECT bucket AS day, stage AS state, in_stage
	FROM (SELECT vsm.cumulative_flow(timeline, (SELECT wf FROM my_workflow), '2023-01-01 00:00+00', '2027-01-01 00:00+00', '1 day')
		AS flow FROM stored) AS f, unnest(flow))
SELECT * FROM by_delta d LEFT JOIN by_vsm v USING (day, state) WHERE d.in_stage IS DISTINCT FROM v.in_stage LIMIT 5

-- @ratio process_map_vs_floor process_map / stream_floor <= 0.35
-- @ratio process_map_grouped_vs_floor process_map_grouped / stream_floor <= 0.35
-- @ratio window_vs_process_map window / process_map >= 2

-- @ratio window_vs_process_map_grouped window / process_map_grouped >= 2

-- @same window_vs_process_map
WITH move AS (
	SELECT state, lead(state) OVER w AS next, lead(at) OVER w - at AS duration
	FROM event WINDOW w AS (PARTITION BY item ORDER BY at, state COLLATE "C")),
by_window AS (
	SELECT state, next, count(*) AS moves, extract(epoch FROM sum(duration)) AS total FROM move WHERE next IS NOT NULL GROUP BY 1, 2),
by_vsm AS (
	SELECT from_stage, to_stage, moves, extract(epoch FROM total)
	FROM (
		SELECT vsm.process_map(timeline) AS map
		FROM vsm.unnest((SELECT vsm.timelines(item, at, state) FROM event)) AS t) AS m, unnest(map)
	WHERE from_stage IS NOT NULL AND to_stage IS NOT NULL)
(TABLE by_window EXCEPT ALL TABLE by_vsm) UNION ALL (TABLE by_vsm EXCEPT ALL TABLE by_window) LIMIT 5

-- @ratio window_vs_process_map_stored window / process_map_stored >= 25
-- @ratio window_vs_process_map_workflow window / process_map_workflow >= 25
