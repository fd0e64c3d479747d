-- Team by month, of whole months: a view over a view, which an upgrade of vsm leaves standing.
SELECT finished_month AS month, value_stream, team, count(*) AS finished_count,
	percentile_cont(0.85) WITHIN GROUP (ORDER BY flow_time_days) FILTER (WHERE NOT untouched) AS flow_time_p85_days,
	sum(active_days) / nullif(sum(active_days + wait_days), 0) AS flow_efficiency
FROM {{ source('flow', 'flow_item') }}
WHERE level = 'item' AND outcome = 'done' AND finished_month < date_trunc('month', current_date)
GROUP BY finished_month, value_stream, team
