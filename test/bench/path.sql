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
SELECT count(*) FILTER (WHERE vsm.path_matches(timeline, (SELECT wf FROM my_workflow), '<Code Review>.*<In Progress>.*(<Done>|<Cancelled>)$')) FROM stored

-- @ratio path_matches_vs_path path_matches / path <= 2
-- @ratio path_matches_long_vs_path path_matches_long / path <= 2

-- @same path_matches_vs_path
SELECT count(*) FROM stored, my_workflow,
	LATERAL (SELECT array_to_string(vsm.path(timeline, wf), '/') || '/' AS way) AS p
WHERE vsm.path_matches(timeline, wf, '^[^<Code Review>]*<Done>') <> (split_part(way, 'Code Review', 1) ~ 'Done')
	OR vsm.path_matches(timeline, wf, '<Code Review>.*<In Progress>.*(<Done>|<Cancelled>)$') <> (way ~ 'Code Review/.*In Progress/.*(Done|Cancelled)/$')
HAVING count(*) > 0
