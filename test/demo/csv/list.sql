-- What can be told from a list of issues: lead time, throughput, and the age of what is open.
SELECT shown AS created FROM csv_role JOIN csv_column USING (place) WHERE role = 'created' \gset
SELECT shown AS closed FROM csv_role JOIN csv_column USING (place) WHERE role = 'closed' \gset
SELECT E'\nLEAD TIME, FROM ' || :'created' || ' TO ' || :'closed' || E'\n';
SELECT 'No item is closed yet.' WHERE NOT EXISTS (SELECT FROM flow WHERE outcome = 'done');
SELECT cell('', 18), cell('items', -6), cell('median', -10), cell('85 % within', -12), cell('average', -10) WHERE EXISTS (SELECT FROM flow
	WHERE outcome = 'done');
SELECT cell(coalesce('team ' || team, type, 'all'), 18), cell(count(*)::text, -6),
	cell(say(percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds(flow_time))), -10),
	cell(say(percentile_cont(0.85) WITHIN GROUP (ORDER BY seconds(flow_time))), -12),
	cell(say(avg(seconds(flow_time))), -10)
FROM flow JOIN item USING (item) WHERE outcome = 'done' GROUP BY GROUPING SETS ((), (team), (type))
HAVING GROUPING(team, type) = 3 OR coalesce(team, type) IS NOT NULL
ORDER BY GROUPING(team, type) = 3 DESC, GROUPING(team), coalesce(team, type);

SELECT E'\nTHROUGHPUT\n';
CREATE TABLE throughput AS
WITH bounds AS (
	SELECT date_trunc(step, min(created_at)) AS first, date_trunc(step, as_of) AS last, step, ('1 ' || step)::interval AS width
	FROM flow, demo, LATERAL (SELECT CASE WHEN (SELECT max(as_of) - min(created_at) FROM flow, demo) < interval '100 days' THEN 'week'
		ELSE 'month' END AS step) s GROUP BY step, as_of)
SELECT step, period, period + width AS ends, width FROM bounds, generate_series(greatest(first, last - 11 * width), last, width) AS period;
SELECT cell(CASE step WHEN 'week' THEN 'week of' ELSE step END, 10), cell('created', -8), cell('closed', -8), cell('open', -8), ''
	FROM throughput LIMIT 1;
SELECT cell(to_char(period, CASE step WHEN 'week' THEN 'YYYY-MM-DD' ELSE 'YYYY-MM' END), 10),
	cell(count(*) FILTER (WHERE created_at >= period AND created_at < ends)::text, -8),
	cell(count(*) FILTER (WHERE finished_at >= period AND finished_at < ends)::text, -8),
	cell(count(*) FILTER (WHERE created_at < ends AND (finished_at >= ends OR outcome NOT IN ('done', 'cancelled')))::text, -8),
	bar((count(*) FILTER (WHERE finished_at >= period AND finished_at < ends))::numeric / nullif(max(count(*) FILTER (WHERE finished_at >=
		period AND finished_at < ends)) OVER (), 0), 20)
FROM throughput, flow GROUP BY step, period, ends ORDER BY period;

SELECT E'\nOPEN FOR LONGEST\n' WHERE EXISTS (SELECT FROM flow WHERE outcome = 'open');
SELECT least(20, max(char_length(item))) AS width FROM flow \gset
SELECT cell(item, :width), cell(say(seconds(item_age)), -10), coalesce(title, '') FROM flow JOIN item USING (item), demo
	WHERE outcome = 'open' ORDER BY item_age DESC, item LIMIT 5;

SELECT E'\nSTAGES\n';
SELECT 'Where items waited in between is not in a list of issues. For that, export the changes:';
SELECT line FROM csv_changelog ORDER BY place;
