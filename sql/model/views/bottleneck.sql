CREATE OR REPLACE VIEW :"schema".bottleneck WITH (security_barrier) AS
SELECT q.value_stream, q.portfolio, q.team, q.type, q.stage, q.place, coalesce(lpad(q.place::text, 2, '0') || ' ', '') || q.stage
		AS stage_label,
	q.class, q.phase, q.waiting_for, q.owner, q.since_day, q.until_day, q.load_count, q.wip_limit, q.oldest_days, q.arrival_count,
	q.departure_count, q.wait_days, q.active_days, q.total_wait_days, q.wait_days / nullif(q.total_wait_days, 0) AS wait_share,
	q.wait_p[1] AS wait_p50_days, q.wait_p[2] AS wait_p85_days, q.passed_count, q.passed_count - q.returned_count AS accurate_count,
	(q.passed_count - q.returned_count)::float8 / nullif(q.passed_count, 0) AS complete_and_accurate_rate, q.delay_cost, now() AS as_of_at
FROM (
	SELECT v.value_stream, v.portfolio, v.team, v.type, v.stage, min(v.place) AS place, min(v.class) AS class, min(g.phase) AS phase,
		min(g.waiting_for) AS waiting_for, min(g.owner) AS owner, v.since_day, v.until_day,
		count(*) FILTER (WHERE v.left_at IS NULL)::integer AS load_count, min(g.wip_limit) AS wip_limit,
		max(date_part('epoch', now() - v.entered_at) / 86400) FILTER (WHERE v.left_at IS NULL) AS oldest_days,
		count(*) FILTER (WHERE v.entered_at >= v.since)::integer AS arrival_count,
		count(*) FILTER (WHERE v.left_at IS NOT NULL)::integer AS departure_count,
		sum(CASE WHEN v.is_active THEN t.blocked ELSE t.inside END) / 86400 AS wait_days,
		sum(CASE WHEN v.is_active THEN t.inside - t.blocked ELSE 0 END) / 86400 AS active_days,
		sum(sum(CASE WHEN v.is_active THEN t.blocked ELSE t.inside END) / 86400) OVER (PARTITION BY v.value_stream, v.portfolio, v.team)
			AS total_wait_days,
		percentile_cont(ARRAY[0.5, 0.85]) WITHIN GROUP (
			ORDER BY date_part('epoch', CASE WHEN v.is_active THEN v.blocked ELSE v.duration END) / 86400) AS wait_p,
		count(DISTINCT v.item) FILTER (WHERE v.is_forward)::integer AS passed_count,
		count(DISTINCT v.item) FILTER (WHERE v.is_forward AND v.least_later <= v.place)::integer AS returned_count,
		sum(c.delay_cost) AS delay_cost
	FROM (
			SELECT x.of_stream AS value_stream, o.portfolio, coalesce(x.team, '(none)') AS team,
				coalesce(x.type, '(none)') AS type, x.item, x.stage, x.place, x.class, x.class = 'active' AS is_active, x.entered_at,
				x.left_at, x.duration, x.blocked, x.on_clock, x.least_later,
				x.next_place > x.place AND x.next_class <> 'cancelled' AS is_forward, x.since, x.since_day, x.until_day
			FROM (
					-- (A filter reaches visits by the column that they are divided by.)
					SELECT y.*, coalesce(y.value_stream, '(none)') AS of_stream, e.since, e.since_day, e.until_day,
						lead(y.place) OVER w AS next_place, lead(y.class) OVER w AS next_class,
						min(y.place) OVER (w ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING) AS least_later
					FROM :"schema".visit AS y
						CROSS JOIN (
							SELECT d.day - 90 AS since_day, d.day AS until_day, (d.day - 90)::timestamp AT TIME ZONE n.time_zone AS since
							FROM (SELECT time_zone FROM :"schema".model LIMIT 1) AS n,
								LATERAL (SELECT vsm.period_day(now(), n.time_zone) AS day) AS d) AS e
					WHERE y.left_at IS NULL OR y.left_at >= e.since
					-- Unmapped visits are neither forward nor back.
					WINDOW w AS (PARTITION BY coalesce(y.value_stream, '(none)'), y.item, y.place IS NULL ORDER BY y.visit)) AS x
				JOIN :"schema".item_group AS o ON o.item = x.item AND o.value_stream = x.of_stream
			WHERE o.level = 'item' AND x.on_clock AND x.class IN ('new', 'active', 'waiting')) AS v
		JOIN :"schema".item_flow AS i ON i.item = v.item
		JOIN :"schema".item AS k ON k.item = v.item
		JOIN :"schema".route AS r ON r.route = i.route
		CROSS JOIN (SELECT time_zone, week_starts, currency FROM :"schema".model LIMIT 1) AS m
		LEFT JOIN (
			SELECT u.route, s.stage, s.wip_limit, s.phase, s.waiting_for, s.owner
			FROM :"schema".route AS u, LATERAL vsm.stages(u.workflow) AS s) AS g ON g.route = i.route AND g.stage = v.stage
		CROSS JOIN LATERAL (
			SELECT tstzrange(greatest(v.entered_at, v.since), greatest(coalesce(v.left_at, now()), v.entered_at)) AS inside,
				-- Blocked periods of what was going on when the window began, or still is.
				CASE WHEN v.is_active
					AND (v.left_at IS NULL OR v.entered_at < v.since AND v.blocked > interval '0' OR k.urgency IS NOT NULL)
					THEN vsm.blocked_periods(i.timeline, r.workflow, now()) END AS blocked
			OFFSET 0) AS p
		CROSS JOIN LATERAL (
			-- (Of a visit of no length the range is empty, and so is it without bounds.)
			SELECT coalesce(date_part('epoch', upper(p.inside) - lower(p.inside)), 0) AS inside,
				CASE WHEN p.blocked IS NULL THEN date_part('epoch', v.blocked)
					ELSE coalesce((
						SELECT sum(date_part('epoch', upper(b) - lower(b)))
						FROM unnest(p.blocked * tstzmultirange(p.inside)) AS b), 0) END AS blocked
			OFFSET 0) AS t
		CROSS JOIN LATERAL (
			SELECT CASE WHEN k.urgency IS NOT NULL THEN vsm.delay_cost(k.urgency, m.currency,
				CASE WHEN v.is_active THEN p.blocked * tstzmultirange(p.inside) ELSE tstzmultirange(p.inside) END) END AS delay_cost
			OFFSET 0) AS c
	GROUP BY v.value_stream, v.portfolio, v.team, v.type, v.stage, v.since_day, v.until_day) AS q;

COMMENT ON VIEW :"schema".bottleneck IS
	'where work waits: one row a value stream, team, type and stage of the last 90 days; items only, no parents';
COMMENT ON COLUMN :"schema".bottleneck.value_stream IS 'value stream; (none): no rule of routing matches';
COMMENT ON COLUMN :"schema".bottleneck.portfolio IS 'portfolio of the value stream; (none): in none';
COMMENT ON COLUMN :"schema".bottleneck.team IS 'team at the end of the visits, or now; (none): of no team';
COMMENT ON COLUMN :"schema".bottleneck.type IS
	'type at the end of the visits, or now: feature, defect, risk, debt or other; (none): not told';
COMMENT ON COLUMN :"schema".bottleneck.stage IS 'stage';
COMMENT ON COLUMN :"schema".bottleneck.place IS 'place of the stage in the workflow, from 1; NULL: unmapped';
COMMENT ON COLUMN :"schema".bottleneck.stage_label IS 'stage with its place, for sorting: 02 Design Review';
COMMENT ON COLUMN :"schema".bottleneck.class IS 'class of the stage: active, waiting, or new where items were sent back to it';
COMMENT ON COLUMN :"schema".bottleneck.phase IS 'phase that the stage belongs to; NULL: to none';
COMMENT ON COLUMN :"schema".bottleneck.waiting_for IS 'whom or what one waits for in the stage; NULL: not told';
COMMENT ON COLUMN :"schema".bottleneck.owner IS 'owner of the stage; NULL: not told';
COMMENT ON COLUMN :"schema".bottleneck.since_day IS 'first day of the window, in the time zone of the model';
COMMENT ON COLUMN :"schema".bottleneck.until_day IS 'last day of the window: today';
COMMENT ON COLUMN :"schema".bottleneck.load_count IS 'number of items in the stage now';
COMMENT ON COLUMN :"schema".bottleneck.wip_limit IS 'limit of work in progress of the stage; NULL: none';
COMMENT ON COLUMN :"schema".bottleneck.oldest_days IS
	'time in the stage in days of the item that has been there for longest; NULL: none is';
COMMENT ON COLUMN :"schema".bottleneck.arrival_count IS 'number of visits that began in the window';
COMMENT ON COLUMN :"schema".bottleneck.departure_count IS 'number of visits that ended in the window';
COMMENT ON COLUMN :"schema".bottleneck.wait_days IS 'waiting and blocked time in days, within the window';
COMMENT ON COLUMN :"schema".bottleneck.active_days IS 'active time in days, within the window';
COMMENT ON COLUMN :"schema".bottleneck.total_wait_days IS
	'waiting and blocked time in days in all stages and types of the value stream and team, within the window';
COMMENT ON COLUMN :"schema".bottleneck.wait_share IS
	'share of the stage in the waiting time of the value stream and team: wait_days / total_wait_days, from 0 to 1; NULL: nothing '
	'waited';
COMMENT ON COLUMN :"schema".bottleneck.wait_p50_days IS
	'waiting and blocked time in days of half of the visits that ended in the window, at most; NULL: none did';
COMMENT ON COLUMN :"schema".bottleneck.wait_p85_days IS
	'waiting and blocked time in days of 85 % of the visits that ended in the window, at most; NULL: none did';
COMMENT ON COLUMN :"schema".bottleneck.passed_count IS 'number of items that left the stage forward in the window';
COMMENT ON COLUMN :"schema".bottleneck.accurate_count IS 'number of those that have not been back at the stage, or before it, since';
COMMENT ON COLUMN :"schema".bottleneck.complete_and_accurate_rate IS
	'complete and accurate: accurate_count / passed_count, from 0 to 1; NULL: none left it forward';
COMMENT ON COLUMN :"schema".bottleneck.delay_cost IS
	'what the waiting in the window has cost, of items that carry an urgency in the currency of the model; NULL: there are none';
COMMENT ON COLUMN :"schema".bottleneck.as_of_at IS 'now: up to when it is measured';
