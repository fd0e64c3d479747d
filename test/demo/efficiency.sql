-- Flow time and flow efficiency, of all and by team and type where these are known.
SELECT E'\nFLOW TIME AND FLOW EFFICIENCY OF WHAT IS DONE\n';
SELECT E'Flow time runs from the start of the clock to done; efficiency is the share of it that is work.\n'
WHERE EXISTS (SELECT FROM flow WHERE outcome = 'done');
SELECT 'No item is done yet.' WHERE NOT EXISTS (SELECT FROM flow WHERE outcome = 'done');
SELECT cell('', 18), cell('items', -6), cell('median', -10), cell('85 % within', -12), cell('efficiency', -11), cell('sent back', -10),
	cell('reopened', -9)
WHERE EXISTS (SELECT FROM flow WHERE outcome = 'done');
WITH finished AS (
	SELECT f.*, 'team ' || i.team AS team, i.type FROM flow f JOIN item i USING (item) WHERE outcome = 'done')
SELECT cell(coalesce(team, type, 'all'), 18), cell(count(*)::text, -6),
	cell(say(percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds(flow_time))), -10),
	cell(say(percentile_cont(0.85) WITHIN GROUP (ORDER BY seconds(flow_time))), -12),
	cell(say((sum(seconds(active_time)) / nullif(sum(seconds(active_time + wait_time)), 0))::numeric), -11),
	cell(say(avg((rework > 0)::int)), -10), cell(say(avg((reopened > 0)::int)), -9)
FROM finished GROUP BY GROUPING SETS ((), (team), (type))
HAVING count(*) > 0 AND (GROUPING(team, type) = 3 OR coalesce(team, type) IS NOT NULL)
ORDER BY GROUPING(team, type) = 3 DESC, GROUPING(team), coalesce(team, type);
