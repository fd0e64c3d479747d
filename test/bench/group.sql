-- GROUP BY with vsm.timeline(at, state), which is planned on a set of timelines, beside the same without sets: many groups and few,
-- much memory and little, few rows of many, one process and two; and what planning takes.
-- @needs events

-- @setup
-- What a query takes by several processes over what it takes by one: of the time that passes, and of all CPU time, which the
-- postmaster knows of processes that have ended.
CREATE FUNCTION cpu_ticks() RETURNS bigint LANGUAGE sql VOLATILE AS $$
	SELECT own[14]::bigint + own[15]::bigint + above[16]::bigint + above[17]::bigint
	FROM (SELECT string_to_array(pg_read_file('/proc/' || pg_backend_pid() || '/stat'), ' ') AS own) AS o, LATERAL (
		SELECT string_to_array(regexp_replace(pg_read_file('/proc/' || own[4] || '/stat'), '[(].*[)]', 'x'), ' ') AS above) AS a
$$;
CREATE FUNCTION group_time(processes int, OUT wall float8, OUT cpu float8) LANGUAGE plpgsql AS $$
DECLARE
	begun timestamptz;
	ticks bigint;
BEGIN
	PERFORM set_config('max_parallel_workers_per_gather', (processes - 1)::text, false), set_config('work_mem', '512MB', false);
	FOR n IN 1 .. 3 LOOP
		begun := clock_timestamp();
		ticks := cpu_ticks();
		PERFORM count(f) FROM (SELECT vsm.flow_time(vsm.timeline(at, state), (SELECT wf FROM my_workflow)) AS f
			FROM event GROUP BY item OFFSET 0) AS q;
		wall := least(wall, extract(epoch FROM clock_timestamp() - begun)::float8);
		PERFORM pg_sleep(0.2);
		cpu := least(cpu, (cpu_ticks() - ticks)::float8);
	END LOOP;
END $$;

-- Planning of a query without vsm, where the hook is there and where it is not.
-- @run plan_hooked
DO $$
BEGIN
	FOR n IN 1 .. 30000 LOOP
		EXECUTE 'EXPLAIN SELECT state, count(*), max(place) FROM state_class AS c WHERE place < 5 GROUP BY state HAVING count(*) > 1';
	END LOOP;
END $$
-- @set plan_hooked
EXPLAIN SELECT item, vsm.timeline(at, state) FROM event GROUP BY item;

-- @run plan_alone
DO $$
BEGIN
	FOR n IN 1 .. 30000 LOOP
		EXECUTE 'EXPLAIN SELECT state, count(*), max(place) FROM state_class AS c WHERE place < 5 GROUP BY state HAVING count(*) > 1';
	END LOOP;
END $$

-- @query group_hashed
SELECT item,
	vsm.flow_time(vsm.timeline(at, state), (SELECT wf FROM my_workflow)),
	vsm.flow_efficiency(vsm.timeline(at, state), (SELECT wf FROM my_workflow))
FROM event GROUP BY item
-- @set group_hashed
SET vsm.enable_group_plan = off;

-- @query group_floor
SELECT item, count(*), min(at), max(at), max(length(state)) FROM event GROUP BY item

-- @query group_counted
SELECT item, count(*), min(at), max(at),
	vsm.flow_time(vsm.timeline(at, state), (SELECT wf FROM my_workflow)),
	vsm.flow_efficiency(vsm.timeline(at, state), (SELECT wf FROM my_workflow))
FROM event GROUP BY item

-- @query group_spilled
SELECT item,
	vsm.flow_time(vsm.timeline(at, state), (SELECT wf FROM my_workflow)),
	vsm.flow_efficiency(vsm.timeline(at, state), (SELECT wf FROM my_workflow))
FROM event GROUP BY item
-- @set group_spilled
SET work_mem = '64MB';

-- @query group_few
SELECT item % 100, vsm.timeline(at, state) IS NULL FROM event GROUP BY item % 100

-- @query group_few_hashed
SELECT item % 100, vsm.timeline(at, state) IS NULL FROM event GROUP BY item % 100
-- @set group_few_hashed
SET vsm.enable_group_plan = off;

-- @query group_some
SELECT item, vsm.flow_time(vsm.timeline(at, state), (SELECT wf FROM my_workflow)) FROM event WHERE item % 1000 = 0 GROUP BY item

-- @query group_some_hashed
SELECT item, vsm.flow_time(vsm.timeline(at, state), (SELECT wf FROM my_workflow)) FROM event WHERE item % 1000 = 0 GROUP BY item
-- @set group_some_hashed
SET vsm.enable_group_plan = off;

-- @ratio group_hashed_vs_floor group_hashed / group_floor <= 1.5
-- @memory group_hashed_memory_vs_floor group_hashed / group_floor <= 2.6
-- @ratio group_counted_vs_floor group_counted / group_floor <= 1.0
-- @same group_counted_vs_floor
SELECT * FROM (
	(SELECT item, count(*), min(at), max(at), vsm.timeline(at, state) FROM event WHERE item % 10 = 0 GROUP BY item
	EXCEPT ALL
	SELECT item, count(*), min(at), max(at), vsm.timeline(at, state ORDER BY at) FROM event WHERE item % 10 = 0 GROUP BY item)
	UNION ALL
	(SELECT item, count(*), min(at), max(at), vsm.timeline(at, state ORDER BY at) FROM event WHERE item % 10 = 0 GROUP BY item
	EXCEPT ALL
	SELECT item, count(*), min(at), max(at), vsm.timeline(at, state) FROM event WHERE item % 10 = 0 GROUP BY item)) AS d LIMIT 5
-- @ratio group_spilled_vs_floor group_spilled / group_floor <= 0.45
-- @ratio group_few_vs_hashed group_few / group_few_hashed <= 0.6
-- @ratio group_planning plan_hooked / plan_alone <= 1.01
-- @value group_two_wall <= 0.75
SELECT round((two.wall / one.wall)::numeric, 2) FROM group_time(1) AS one, group_time(2) AS two
-- @value group_two_cpu <= 1.4
SELECT round((two.cpu / one.cpu)::numeric, 2) FROM group_time(1) AS one, group_time(2) AS two
-- @ratio group_some_vs_hashed group_some / group_some_hashed <= 1.1
