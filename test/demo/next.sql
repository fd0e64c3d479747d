-- Which items have waited longest for approval, and what else happened to them?
SELECT item, vsm.stage_time(vsm.timeline(at, state), (SELECT wf FROM my_workflow), 'Approval') AS in_approval,
       vsm.path(vsm.timeline(at, state), (SELECT wf FROM my_workflow)) AS path
FROM jira_event GROUP BY item ORDER BY in_approval DESC NULLS LAST LIMIT 5;

-- Flow time and flow efficiency by team and month.
SELECT team, date_trunc('month', f.finished_at) AS month, count(*) AS items, avg(f.flow_time) AS flow_time,
       avg(f.flow_efficiency) AS flow_efficiency
FROM (SELECT item, vsm.timeline(at, state) AS timeline FROM jira_event GROUP BY item) t
JOIN item USING (item), vsm.flow(timeline, (SELECT wf FROM my_workflow)) AS f
WHERE f.outcome = 'done' GROUP BY team, month ORDER BY team, month;
