-- A Kaplan-Meier estimate of a million durations, all different, one in five of an open item,
-- beside sorting them for a percentile and beside the estimate in plain SQL.

-- @setup
SELECT setseed(0.5);
CREATE TABLE duration AS
SELECT (random() * 8.64e12)::bigint * interval '1 microsecond' AS duration, random() < 0.8 AS finished, random() < 0.5 AS changed
FROM generate_series(1, :items);
VACUUM (ANALYZE) duration;

-- @query sort
SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY duration) FROM duration

-- @query survival
SELECT vsm.percentile(vsm.survival(duration, finished), 0.5) FROM duration

-- @query two_survivals
SELECT vsm.percentile(vsm.survival(duration, finished) FILTER (WHERE changed), 0.5), vsm.percentile(vsm.survival(duration,
	finished) FILTER (WHERE NOT changed), 0.5) FROM duration

-- @query compare
SELECT vsm.compare(vsm.survival(duration, finished) FILTER (WHERE NOT changed), vsm.survival(duration, finished) FILTER (WHERE changed))
	FROM duration

-- @query sql_km
SELECT min(duration) FROM (
	SELECT duration, exp(sum(ln((at_risk - died) / at_risk)) OVER (ORDER BY duration)) AS survival
	FROM (
		SELECT duration, (count(*) FILTER (WHERE finished))::float8 AS died, (sum(count(*)) OVER (ORDER BY duration DESC))::float8
			AS at_risk
		FROM duration GROUP BY duration) AS counted
	WHERE died < at_risk) AS estimated
WHERE survival <= 0.5

-- @ratio survival_vs_sort survival / sort <= 1.5
-- @ratio compare_vs_two_survivals compare / two_survivals <= 1.5
-- @ratio sql_km_vs_survival sql_km / survival >= 3

-- @same sql_km_vs_survival
SELECT * FROM (SELECT min(duration) AS by_sql FROM (
	SELECT duration, exp(sum(ln((at_risk - died) / at_risk)) OVER (ORDER BY duration)) AS survival
	FROM (
		SELECT duration, (count(*) FILTER (WHERE finished))::float8 AS died, (sum(count(*)) OVER (ORDER BY duration DESC))::float8
			AS at_risk
		FROM duration GROUP BY duration) AS counted
	WHERE died < at_risk) AS estimated
	WHERE survival <= 0.5) AS s,
	(SELECT vsm.percentile(vsm.survival(duration, finished), 0.5) AS by_vsm FROM duration) AS v
WHERE by_sql IS DISTINCT FROM by_vsm

-- @value forecast_10000_items_seconds <= 1
SELECT round(extract(epoch FROM clock_timestamp() - since)::numeric, 3)
FROM (SELECT clock_timestamp() AS since, vsm.forecast_periods(samples, 10000, 0.85) AS periods
	FROM (SELECT array_agg((random() * 40)::int) AS samples FROM generate_series(1, 52)) AS s OFFSET 0) AS f
WHERE periods > 0

-- @value forecast_520_weeks_seconds <= 1
SELECT round(extract(epoch FROM clock_timestamp() - since)::numeric, 3)
FROM (SELECT clock_timestamp() AS since, vsm.forecast_items(samples, 520, 0.85) AS items
	FROM (SELECT array_agg((random() * 40)::int) AS samples FROM generate_series(1, 52)) AS s OFFSET 0) AS f
WHERE items > 0
