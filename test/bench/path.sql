-- The way of every item: patterns in it beside the way itself, and the ways that items take, counted,
-- beside PostgreSQL's own grouping of the same events (the floor) and GROUP BY of the way.
-- @needs events timelines

-- @query floor
SELECT item, count(*), min(at), max(at), max(length(state)) FROM event GROUP BY item

-- @query path
SELECT count(vsm.path(timeline, (SELECT wf FROM my_workflow))) FROM stored

-- Done without code review ever; and back in progress after it, later done.
-- @query path_matches
SELECT count(*) FILTER (WHERE vsm.path_matches(timeline, (SELECT wf FROM my_workflow), '^[^<Code Review>]*<Done>')) FROM stored

-- @query path_matches_long
SELECT count(*) FILTER (WHERE vsm.path_matches(timeline, (SELECT wf FROM my_workflow),
	'<Code Review>.*<In Progress>.*(<Done>|<Cancelled>)$')) FROM stored

-- @ratio path_matches_vs_path path_matches / path <= 2
-- @ratio path_matches_long_vs_path path_matches_long / path <= 2

-- @same path_matches_vs_path
SELECT count(*) FROM stored, my_workflow,
	LATERAL (SELECT array_to_string(vsm.path(timeline, wf), '/') || '/' AS way) AS p
WHERE vsm.path_matches(timeline, wf, '^[^<Code Review>]*<Done>') <> (split_part(way, 'Code Review', 1) ~ 'Done')
	OR vsm.path_matches(timeline, wf, '<Code Review>.*<In Progress>.*(<Done>|<Cancelled>)$') <> (way ~ 'Code Review/.*In '
		'Progress/.*(Done|Cancelled)/$')
HAVING count(*) > 0

-- @query group_by_path
SELECT vsm.path(timeline, (SELECT wf FROM my_workflow)), count(*), count(*) FILTER (WHERE f.outcome = 'open'),
	percentile_cont('{0.5,0.85}'::float8[]) WITHIN GROUP (ORDER BY f.flow_time)
FROM stored, vsm.flow(timeline, (SELECT wf FROM my_workflow)) AS f GROUP BY 1

-- @query variants_stored
SELECT r.* FROM (SELECT vsm.variants(timeline, (SELECT wf FROM my_workflow)) AS variants FROM stored) AS v, unnest(variants) AS r

-- All items of a table of events: GROUP BY, whose node makes the timelines of all at once, and the set aggregate by name.
-- @query variants
SELECT r.* FROM (
	SELECT vsm.variants(timeline, (SELECT wf FROM my_workflow)) AS variants
	FROM (SELECT vsm.timeline(at, state) AS timeline FROM event GROUP BY item) AS t) AS v, unnest(variants) AS r

-- @query variants_of_set
SELECT r.* FROM (
	SELECT vsm.variants(timeline, (SELECT wf FROM my_workflow)) AS variants
	FROM vsm.unnest((SELECT vsm.timelines(item, at, state) FROM event)) AS t) AS v, unnest(variants) AS r

-- @ratio variants_stored_vs_floor variants_stored / floor <= 0.2
-- @ratio variants_vs_floor variants / floor <= 0.55
-- @ratio variants_of_set_vs_floor variants_of_set / floor
-- @ratio variants_stored_vs_group_by variants_stored / group_by_path <= 0.5

-- @same variants_stored_vs_floor
WITH by_vsm AS (
	SELECT path, items, open_items, flow_time_p50, flow_time_p85
	FROM (SELECT vsm.variants(timeline, (SELECT wf FROM my_workflow)) AS variants FROM stored) AS v, unnest(variants)),
by_sql AS (
	SELECT path, items, open_items, p[1], p[2] FROM (
		SELECT vsm.path(timeline, wf) AS path, count(*) AS items, count(*) FILTER (WHERE f.outcome = 'open') AS open_items,
			percentile_cont('{0.5,0.85}'::float8[]) WITHIN GROUP (ORDER BY f.flow_time) AS p
		FROM stored, my_workflow, vsm.flow(timeline, wf) AS f GROUP BY 1) AS g)
(TABLE by_vsm EXCEPT ALL TABLE by_sql) UNION ALL (TABLE by_sql EXCEPT ALL TABLE by_vsm) LIMIT 5

-- @same variants_vs_floor
WITH by_group AS (
	SELECT r.* FROM (
		SELECT vsm.variants(timeline, (SELECT wf FROM my_workflow)) AS variants
		FROM (SELECT vsm.timeline(at, state) AS timeline FROM event GROUP BY item) AS t) AS v, unnest(variants) AS r),
by_set AS (
	SELECT r.* FROM (
		SELECT vsm.variants(timeline, (SELECT wf FROM my_workflow)) AS variants
		FROM vsm.unnest((SELECT vsm.timelines(item, at, state) FROM event)) AS t) AS v, unnest(variants) AS r)
(TABLE by_group EXCEPT ALL TABLE by_set) UNION ALL (TABLE by_set EXCEPT ALL TABLE by_group) LIMIT 5

-- @value number_of_variants
SELECT cardinality(vsm.variants(timeline, (SELECT wf FROM my_workflow))) FROM stored
