-- All timelines in one aggregate, vsm.timelines, from raw events: flow time and flow efficiency of
-- every item, beside PostgreSQL's own grouping of the same rows (the floor) and DuckDB.
-- @needs events

-- @setup
-- A tenth of the items, and twice as many, each in order of arrival.
CREATE TABLE event_tenth AS SELECT * FROM event WHERE item <= :items / 10;
CREATE TABLE event_twice AS
SELECT item * 2 + half AS item, at + half * interval '1 hour' AS at, state
FROM event, generate_series(0, 1) AS half ORDER BY at;
VACUUM (ANALYZE) event_tenth, event_twice;

-- @query set_floor
SELECT item, count(*), min(at), max(at), max(length(state)) FROM event GROUP BY item

-- @query set
SELECT (u).item,
	vsm.flow_time((u).timeline, (SELECT wf FROM my_workflow)),
	vsm.flow_efficiency((u).timeline, (SELECT wf FROM my_workflow))
FROM (SELECT vsm.unnest(vsm.timelines(item, at, state)) AS u FROM event) s

-- @query set_from
-- The same in FROM, where PostgreSQL keeps the rows before it goes on.
SELECT u.item,
	vsm.flow_time(u.timeline, (SELECT wf FROM my_workflow)),
	vsm.flow_efficiency(u.timeline, (SELECT wf FROM my_workflow))
FROM (SELECT vsm.timelines(item, at, state) AS items FROM event) s, vsm.unnest(s.items) AS u

-- @query set_spilled
SELECT (u).item,
	vsm.flow_time((u).timeline, (SELECT wf FROM my_workflow)),
	vsm.flow_efficiency((u).timeline, (SELECT wf FROM my_workflow))
FROM (SELECT vsm.unnest(vsm.timelines(item, at, state)) AS u FROM event) s
-- @set set_spilled
SET work_mem = '64MB';

-- @query set_floor_text
SELECT key, count(*), min(at), max(at), max(length(state)) FROM event GROUP BY key

-- @query set_text
SELECT (u).item,
	vsm.flow_time((u).timeline, (SELECT wf FROM my_workflow)),
	vsm.flow_efficiency((u).timeline, (SELECT wf FROM my_workflow))
FROM (SELECT vsm.unnest(vsm.timelines(key, at, state)) AS u FROM event) s

-- @query set_spilled_text
SELECT (u).item,
	vsm.flow_time((u).timeline, (SELECT wf FROM my_workflow)),
	vsm.flow_efficiency((u).timeline, (SELECT wf FROM my_workflow))
FROM (SELECT vsm.unnest(vsm.timelines(key, at, state)) AS u FROM event) s
-- @set set_spilled_text
SET work_mem = '64MB';

-- @shell set_duckdb
sh test/bench/duckdb.sh item

-- @shell set_duckdb_text
sh test/bench/duckdb.sh key

-- @query set_twice
SELECT (u).item,
	vsm.flow_time((u).timeline, (SELECT wf FROM my_workflow)),
	vsm.flow_efficiency((u).timeline, (SELECT wf FROM my_workflow))
FROM (SELECT vsm.unnest(vsm.timelines(item, at, state)) AS u FROM event_twice) s

-- @query set_twenty_times
-- A tenth of the items, twenty times: as many events as twice the items have.
SELECT u.item, u.flow_time, u.flow_efficiency
FROM generate_series(1, 20) AS again, LATERAL (
	SELECT (u).item,
		vsm.flow_time((u).timeline, (SELECT wf FROM my_workflow)) AS flow_time,
		vsm.flow_efficiency((u).timeline, (SELECT wf FROM my_workflow)) AS flow_efficiency
	FROM (SELECT vsm.unnest(vsm.timelines(item, at, state)) AS u FROM event_tenth WHERE item > -again) s) AS u

-- @ratio set_vs_floor set / set_floor <= 0.40
-- @same set_vs_floor
-- Of every item that is done, by window functions; for open ones vsm says NULL where the window sums
-- what is there. The times are equal to the microsecond.
WITH visit AS (
	SELECT e.item, e.at, c.class, lead(e.at) OVER (PARTITION BY e.item ORDER BY e.at) - e.at AS duration
	FROM event e JOIN state_class c USING (state)),
by_window AS (
	SELECT item,
		extract(epoch FROM max(at) FILTER (WHERE class = 'done') - min(at)) AS flow_time,
		extract(epoch FROM sum(duration) FILTER (WHERE class = 'active')) AS active_time,
		extract(epoch FROM sum(duration) FILTER (WHERE class <> 'done')) AS time
	FROM visit GROUP BY item HAVING bool_or(class = 'done')),
by_vsm AS (
	SELECT item, extract(epoch FROM vsm.flow_time(timeline, wf)) AS flow_time,
		round((vsm.flow_efficiency(timeline, wf) * extract(epoch FROM vsm.flow_time(timeline, wf)))::numeric, 6) AS active_time
	FROM (SELECT vsm.timelines(item, at, state) AS items FROM event) s, vsm.unnest(s.items) AS u, my_workflow
	WHERE vsm.outcome(timeline, wf) = 'done')
SELECT * FROM by_window FULL JOIN by_vsm USING (item)
WHERE (by_window.flow_time, by_window.active_time) IS DISTINCT FROM (by_vsm.flow_time, by_vsm.active_time)
LIMIT 5
-- @ratio set_text_vs_floor set_text / set_floor_text <= 0.6
-- @same set_text_vs_floor
SELECT * FROM (
	(SELECT key, vsm.timeline(at, state) AS timeline FROM event WHERE item % 10 = 0 GROUP BY key
	EXCEPT ALL
	SELECT u.* FROM (SELECT vsm.timelines(key, at, state) AS items FROM event WHERE item % 10 = 0) s, vsm.unnest(s.items) AS u)
	UNION ALL
	(SELECT u.* FROM (SELECT vsm.timelines(key, at, state) AS items FROM event WHERE item % 10 = 0) s, vsm.unnest(s.items) AS u
	EXCEPT ALL
	SELECT key, vsm.timeline(at, state) AS timeline FROM event WHERE item % 10 = 0 GROUP BY key)) d LIMIT 5
-- @ratio set_spilled_vs_floor set_spilled / set_floor <= 0.7
-- @ratio set_spilled_text_vs_floor set_spilled_text / set_floor_text <= 0.7
-- @ratio set_from_vs_floor set_from / set_floor
-- @ratio set_vs_duckdb set / set_duckdb <= 0.65
-- @ratio set_text_vs_duckdb set_text / set_duckdb_text <= 0.75
-- @memory set_memory_vs_floor set / set_floor
-- @memory set_memory_vs_duckdb set / set_duckdb
-- @memory set_spilled_memory_vs_floor set_spilled / set_floor
-- @ratio set_growth set_twice / set_twenty_times <= 1.3
