-- Flow time and flow efficiency of every item, from its events and from stored timelines, beside
-- PostgreSQL's own grouping of the same rows (the floor), window functions written by hand, and DuckDB and ClickHouse in their
-- fastest forms.
-- @needs events timelines

-- @query floor
SELECT item, count(*), min(at), max(at), max(length(state)) FROM event GROUP BY item

-- @query flow
SELECT item,
	vsm.flow_time(vsm.timeline(at, state), (SELECT wf FROM my_workflow)),
	vsm.flow_efficiency(vsm.timeline(at, state), (SELECT wf FROM my_workflow))
FROM event GROUP BY item

-- @query window
WITH visit AS (
	SELECT e.item, e.at, c.class, lead(e.at) OVER (PARTITION BY e.item ORDER BY e.at) - e.at AS duration
	FROM event e JOIN state_class c USING (state))
SELECT item,
	max(at) FILTER (WHERE class = 'done') - min(at) AS flow_time,
	extract(epoch FROM sum(duration) FILTER (WHERE class = 'active'))
		/ nullif(extract(epoch FROM sum(duration) FILTER (WHERE class <> 'done')), 0) AS flow_efficiency
FROM visit GROUP BY item

-- @query stored
SELECT item,
	vsm.flow_time(timeline, (SELECT wf FROM my_workflow)),
	vsm.flow_efficiency(timeline, (SELECT wf FROM my_workflow))
FROM stored

-- @query floor_text_key
SELECT key, count(*), min(at), max(at), max(length(state)) FROM event GROUP BY key

-- @query flow_text_key
SELECT key,
	vsm.flow_time(vsm.timeline(at, state), (SELECT wf FROM my_workflow)),
	vsm.flow_efficiency(vsm.timeline(at, state), (SELECT wf FROM my_workflow))
FROM event GROUP BY key

-- @shell flow_duckdb
sh test/bench/rivals.sh duckdb item

-- @shell flow_clickhouse
sh test/bench/rivals.sh clickhouse item

-- @ratio flow_vs_duckdb flow / flow_duckdb <= 0.65

-- @same flow_vs_duckdb
-- Of every item that is done, to the microsecond; for open ones vsm says NULL where the other sums what is there.
\set program 'cat ' :bin '/rivals/duckdb/answers.csv'
CREATE TEMP TABLE answer (item bigint, flow_time bigint, active_time bigint);
COPY answer FROM PROGRAM :'program' (FORMAT csv);
WITH by_vsm AS (
	SELECT item, (extract(epoch FROM flow_time) * 1000000)::bigint AS flow_time,
		round(flow_efficiency * extract(epoch FROM flow_time)::float8 * 1000000)::bigint AS active_time
	FROM (
		SELECT item, vsm.flow_time(timeline, wf), vsm.flow_efficiency(timeline, wf)
		FROM (SELECT item, vsm.timeline(at, state) AS timeline FROM event GROUP BY item) AS t, my_workflow
		WHERE vsm.outcome(timeline, wf) = 'done') AS f)
SELECT * FROM answer FULL JOIN by_vsm USING (item)
WHERE (answer.flow_time, answer.active_time) IS DISTINCT FROM (by_vsm.flow_time, by_vsm.active_time) LIMIT 5

-- @ratio flow_vs_clickhouse flow / flow_clickhouse <= 1.0

-- @same flow_vs_clickhouse
-- Of every item that is done, to the microsecond; for open ones vsm says NULL where the other sums what is there.
\set program 'cat ' :bin '/rivals/clickhouse/answers.csv'
CREATE TEMP TABLE answer (item bigint, flow_time bigint, active_time bigint);
COPY answer FROM PROGRAM :'program' (FORMAT csv);
WITH by_vsm AS (
	SELECT item, (extract(epoch FROM flow_time) * 1000000)::bigint AS flow_time,
		round(flow_efficiency * extract(epoch FROM flow_time)::float8 * 1000000)::bigint AS active_time
	FROM (
		SELECT item, vsm.flow_time(timeline, wf), vsm.flow_efficiency(timeline, wf)
		FROM (SELECT item, vsm.timeline(at, state) AS timeline FROM event GROUP BY item) AS t, my_workflow
		WHERE vsm.outcome(timeline, wf) = 'done') AS f)
SELECT * FROM answer FULL JOIN by_vsm USING (item)
WHERE (answer.flow_time, answer.active_time) IS DISTINCT FROM (by_vsm.flow_time, by_vsm.active_time) LIMIT 5

-- @ratio flow_vs_floor flow / floor <= 0.27
-- @ratio flow_text_key_vs_floor flow_text_key / floor_text_key <= 0.35
-- @memory memory_vs_floor flow / floor <= 1.3
-- @memory memory_text_key_vs_floor flow_text_key / floor_text_key <= 1.7
-- @ratio window_vs_flow window / flow >= 2.7

-- @same window_vs_flow
-- Of every tenth item that is done; for open ones vsm says NULL where the window sums what is there.
WITH visit AS (
	SELECT e.item, e.at, c.class, lead(e.at) OVER (PARTITION BY e.item ORDER BY e.at) - e.at AS duration
	FROM event e JOIN state_class c USING (state) WHERE e.item % 10 = 0),
by_window AS (
	SELECT item,
		extract(epoch FROM max(at) FILTER (WHERE class = 'done') - min(at)) AS flow_time,
		round(extract(epoch FROM sum(duration) FILTER (WHERE class = 'active'))
			/ nullif(extract(epoch FROM sum(duration) FILTER (WHERE class <> 'done')), 0), 9) AS flow_efficiency
	FROM visit GROUP BY item HAVING bool_or(class = 'done')),
by_vsm AS (
	SELECT item, extract(epoch FROM vsm.flow_time(timeline, wf)) AS flow_time,
		round(vsm.flow_efficiency(timeline, wf)::numeric, 9) AS flow_efficiency
	FROM (SELECT item, vsm.timeline(at, state) AS timeline FROM event WHERE item % 10 = 0 GROUP BY item) t, my_workflow
	WHERE vsm.outcome(timeline, wf) = 'done')
(TABLE by_window EXCEPT ALL TABLE by_vsm) UNION ALL (TABLE by_vsm EXCEPT ALL TABLE by_window) LIMIT 5

-- @ratio window_vs_stored window / stored >= 25

-- @value bytes_per_item <= 160
SELECT round(avg(pg_column_size(timeline)), 1) FROM stored
