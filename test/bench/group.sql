-- GROUP BY with vsm.timeline(at, state), which is planned on a set of timelines, beside the same without sets: many groups and few,
-- much memory and little, few rows of many, one process and two.
-- @needs events

-- @query group_hashed
SELECT item,
	vsm.flow_time(vsm.timeline(at, state), (SELECT wf FROM my_workflow)),
	vsm.flow_efficiency(vsm.timeline(at, state), (SELECT wf FROM my_workflow))
FROM event GROUP BY item
-- @set group_hashed
SET vsm.enable_group_plan = off;

-- @query group_floor
SELECT item, count(*), min(at), max(at), max(length(state)) FROM event GROUP BY item

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
-- @ratio group_spilled_vs_floor group_spilled / group_floor <= 0.45
-- @ratio group_few_vs_hashed group_few / group_few_hashed <= 0.6
-- @ratio group_some_vs_hashed group_some / group_some_hashed <= 1.1
