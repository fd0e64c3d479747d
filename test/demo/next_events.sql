-- Prints the SQL to try next on someone's own events: about the stage that waits most, else the first.
SELECT coalesce((SELECT cause FROM wait WHERE place < 1000 GROUP BY cause ORDER BY sum(time) DESC, 1 LIMIT 1),
	(SELECT stage FROM stage ORDER BY place LIMIT 1)) AS stage \gset
SELECT format($$-- Which items were longest in that stage, and what else happened to them?
SELECT item, vsm.stage_time(vsm.timeline(at, state, seq), (SELECT wf FROM my_workflow), %L) AS in_stage,
       vsm.path(vsm.timeline(at, state, seq), (SELECT wf FROM my_workflow)) AS path
FROM jira_event GROUP BY item ORDER BY in_stage DESC NULLS LAST LIMIT 5;

-- Flow time and flow efficiency by month.
SELECT date_trunc('month', f.finished_at) AS month, count(*) AS items, avg(f.flow_time) AS flow_time,
       avg(f.flow_efficiency) AS flow_efficiency
FROM (SELECT item, vsm.timeline(at, state, seq) AS timeline FROM jira_event GROUP BY item) t,
     vsm.flow(timeline, (SELECT wf FROM my_workflow)) AS f
WHERE f.outcome = 'done' GROUP BY month ORDER BY month;$$, :'stage');
