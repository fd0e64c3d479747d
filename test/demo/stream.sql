-- The value stream stage by stage.
SELECT least(28, greatest(10, max(char_length(stage)))) AS width FROM stage \gset
SELECT E'\nTHE VALUE STREAM, STAGE BY STAGE\n';
SELECT cell('stage', :width), cell('visits', -6), cell('median', -10), cell('85 % within', -12), cell('now', -5), '  share of all waiting';
WITH visited AS (
	SELECT stage, count(*) AS visits,
		percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds(duration)) FILTER (WHERE left_at IS NOT NULL) AS median,
		percentile_cont(0.85) WITHIN GROUP (ORDER BY seconds(duration)) FILTER (WHERE left_at IS NOT NULL) AS p85,
		count(*) FILTER (WHERE left_at IS NULL) AS now
	FROM visit GROUP BY stage
	UNION ALL
	SELECT s.stage, sum(visits),
		percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds(duration) / visits),
		percentile_cont(0.85) WITHIN GROUP (ORDER BY seconds(duration) / visits),
		NULL
	FROM timeline, demo, vsm.stage_times(timeline, (SELECT wf FROM my_workflow), NULL, as_of) AS s
	WHERE s.class = 'blocked' AND s.visits > 0 AND EXISTS (SELECT FROM stage WHERE class = 'blocked') GROUP BY s.stage),
waiting AS (
	SELECT cause AS stage, sum(seconds(time)) / (SELECT sum(seconds(time)) FROM wait) AS share FROM wait GROUP BY cause),
stream AS (
	SELECT place, stage, class, waiting_for, wip_limit FROM stage
	UNION ALL
	SELECT 1000, '(unmapped)', 'waiting', 'a place in the workflow', NULL WHERE EXISTS (SELECT FROM visit WHERE place IS NULL))
SELECT cell(stage, :width), cell(coalesce(visits, 0)::text, -6),
	cell(CASE WHEN class NOT IN ('done', 'cancelled') THEN say(median) END, -10),
	cell(CASE WHEN class NOT IN ('done', 'cancelled') THEN say(p85) END, -12),
	cell(CASE WHEN class NOT IN ('done', 'cancelled', 'blocked') THEN coalesce(now, 0)::text END, -5)
	|| CASE WHEN now > wip_limit THEN '!' ELSE ' ' END,
	cell(say(share::numeric), -5), cell(bar((share / (SELECT max(share) FROM waiting))::numeric, 20), 20),
	CASE class
		WHEN 'new' THEN CASE WHEN share > 0 THEN 'before the clock, but sent back to it' ELSE 'before the clock' END
		WHEN 'active' THEN 'work'
		WHEN 'waiting' THEN coalesce('for ' || waiting_for, 'waits')
		WHEN 'blocked' THEN coalesce('for ' || waiting_for, 'blocked')
		WHEN 'done' THEN CASE WHEN share > 0 THEN 'done, but reopened later' ELSE 'done' END
		ELSE class END
FROM stream LEFT JOIN visited USING (stage) LEFT JOIN waiting USING (stage) ORDER BY place;
SELECT format(E'\n! %s items are in %s, where the limit is %s.', count(*), stage, wip_limit)
FROM visit v JOIN stage s USING (stage) WHERE left_at IS NULL AND s.class IN ('waiting', 'active')
GROUP BY stage, wip_limit, s.place HAVING count(*) > wip_limit ORDER BY s.place;
