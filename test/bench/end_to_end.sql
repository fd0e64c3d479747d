-- Items from idea to use: made of the timelines of a tracker and of two merge requests each, beside reading the ones
-- that are made already. Both tell the flow time; what is above it is the price of keeping nothing.
-- @setup
-- Six or seven events in the tracker (one item in five goes back once), six in each merge request; a third is released after
-- the ticket is done.
CREATE TABLE delivery_workflow AS
SELECT vsm.with_delivery('{"stages":[{"name":"Backlog","class":"new"},{"name":"Ready","class":"waiting"},{"name":"In Progress",'
	'"class":"active"},
	{"name":"Code Review","class":"waiting","waiting_for":"review"},{"name":"QA","class":"active"},{"name":"Done","class":"done"}]}') AS wf;
CREATE TABLE journey AS
SELECT item, tracker, ARRAY[first_request, second_request] AS parts
FROM (
	SELECT n AS item,
		vsm.timeline(begun + hours * interval '1 hour', state) FILTER (WHERE part = 0) AS tracker,
		vsm.timeline(begun + hours * interval '1 hour', state) FILTER (WHERE part = 1) AS first_request,
		vsm.timeline(begun + hours * interval '1 hour', state) FILTER (WHERE part = 2) AS second_request
	FROM generate_series(1, :items) AS n,
		LATERAL (SELECT '2024-01-01 09:00Z'::timestamptz + n * interval '61 seconds' AS begun, n % 7 AS a, n % 11 AS b, CASE n % 3 WHEN 0
			THEN 90 ELSE 0 END AS late) AS x,
		LATERAL (VALUES (0, 0, 'Backlog'), (0, 20 + a, 'Ready'), (0, 40 + b, 'In Progress'), (0, 130 + a, 'QA'),
			(0, CASE WHEN n % 5 = 0 THEN 140 + a END, 'In Progress'), (0, 160 + b, 'QA'), (0, 200, 'Done'),
			(1, 45 + b, 'code opened'), (1, 60 + b, 'code approved'), (1, 70 + b, 'code merged'), (1, 71 + b, 'code built'), (1, 75 + b,
				'code on staging'), (1, 100 + late + b, 'code released'),
			(2, 65 + a, 'code opened'), (2, 80 + a, 'code approved'), (2, 110 + b, 'code merged'), (2, 111 + b, 'code built'),
				(2, 112 + b, 'code on staging'), (2, 150 + late + b, 'code released')) AS v (part, hours, state)
	GROUP BY n) AS q;
CREATE TABLE told AS SELECT item, vsm.end_to_end(tracker, (SELECT wf FROM delivery_workflow), parts) AS timeline FROM journey;
VACUUM (ANALYZE) journey;
VACUUM (ANALYZE) told;

-- @query end_to_end
SELECT count(vsm.flow_time(vsm.end_to_end(tracker, (SELECT wf FROM delivery_workflow), parts), (SELECT wf FROM delivery_workflow)))
	FROM journey

-- @query stored_timelines
SELECT count(vsm.flow_time(timeline, (SELECT wf FROM delivery_workflow))) FROM told

-- @ratio end_to_end_vs_timeline end_to_end / stored_timelines

-- @same end_to_end_vs_timeline
SELECT item FROM journey JOIN told USING (item)
WHERE vsm.flow_time(vsm.end_to_end(tracker, (SELECT wf FROM delivery_workflow), parts), (SELECT wf FROM delivery_workflow))
	IS DISTINCT FROM vsm.flow_time(timeline, (SELECT wf FROM delivery_workflow)) LIMIT 5
