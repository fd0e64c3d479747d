-- Lead time and throughput by month.
SELECT date_trunc('month', f.finished_at) AS month, count(*) AS items, avg(f.flow_time) AS lead_time,
       percentile_cont(0.85) WITHIN GROUP (ORDER BY f.flow_time) AS within
FROM (SELECT item, vsm.timeline(at, state, seq) AS timeline FROM jira_event GROUP BY item) t,
     vsm.flow(timeline, (SELECT wf FROM my_workflow)) AS f
WHERE f.outcome = 'done' GROUP BY month ORDER BY month;

-- In how many weeks are ten more items done, with a chance of 85 %, if weeks go on as they did?
WITH done AS (
    SELECT f.finished_at
    FROM (SELECT item, vsm.timeline(at, state, seq) AS timeline FROM jira_event GROUP BY item) t,
         vsm.flow(timeline, (SELECT wf FROM my_workflow)) AS f
    WHERE f.outcome = 'done')
SELECT vsm.forecast_periods(array_agg(items), 10, 0.85) AS weeks
FROM (SELECT (SELECT count(*)::int FROM done WHERE finished_at >= week AND finished_at < week + interval '7 days') AS items
      FROM generate_series((SELECT date_trunc('week', min(finished_at)) FROM done), (SELECT max(finished_at) FROM done), '7 days')
	AS week) w;
