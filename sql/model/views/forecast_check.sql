CREATE OR REPLACE VIEW :"schema".forecast_check WITH (security_barrier) AS
WITH model AS MATERIALIZED (
	SELECT vsm.period_week(now(), m.time_zone, m.week_starts) AS week, m.time_zone, m.week_starts, m.currency FROM :"schema".model AS m),
-- The beginning of this week, and of each of the 33 before it: what a forecast for one of the last 26 whole weeks was made at, and what
-- it is judged at.
moment AS MATERIALIZED (
	SELECT n.n, (m.week - 7 * n.n)::timestamp AT TIME ZONE m.time_zone AS at FROM model AS m, generate_series(0, 33) AS n (n)),
leaf AS MATERIALIZED (
	SELECT f.item, f.value_stream, coalesce(f.team, '(none)') AS team, coalesce('team ' || f.team, 'of ' || f.value_stream) AS worker,
		coalesce(f.created_at, '-infinity') AS created_at, coalesce(f.started_at, 'infinity') AS started_at,
		coalesce(f.finished_at, f.cancelled_at, 'infinity') AS ended_at, f.finished_week, f.first_finished_at, f.untouched,
		f.reopened > 0 OR f.rework > 0 AS is_reworked, f.timeline, f.route
	FROM :"schema".item_flow AS f
	WHERE f.value_stream IS NOT NULL AND f.level IS DISTINCT FROM 'parent' AND f.timeline IS NOT NULL),
-- Items that were there at a moment and had not ended for good, as they were then. Of one that never went back that is known by its
-- times.
state AS MATERIALIZED (
	SELECT o.n, l.item, l.value_stream, l.team, l.worker, s.outcome, s.finished_at
	FROM leaf AS l
		JOIN moment AS o ON o.at >= l.created_at AND o.at < l.ended_at
		LEFT JOIN :"schema".route AS r ON l.is_reworked AND r.route = l.route
		CROSS JOIN LATERAL (
			SELECT CASE WHEN NOT l.is_reworked THEN CASE WHEN l.started_at <= o.at THEN 'open' ELSE 'new' END ELSE f.outcome END
					AS outcome,
				CASE WHEN f.outcome = 'done' AND (f.active_time > interval '0' OR EXISTS (
					SELECT FROM vsm.visits(l.timeline, r.workflow, NULL, o.at) AS y WHERE y.on_clock AND y.class IN ('active', 'waiting')))
					THEN f.finished_at END AS finished_at
			FROM (SELECT 1) AS i LEFT JOIN LATERAL vsm.flow(l.timeline, r.workflow, NULL, o.at) AS f ON l.is_reworked
			OFFSET 0) AS s
	WHERE l.ended_at > (SELECT min(x.at) FROM moment AS x)),
-- What was done in each week, so many weeks ago: for good, and as it looked at a moment.
finish AS MATERIALIZED (
	SELECT l.value_stream, l.team, l.worker, (m.week - l.finished_week) / 7 AS ago, count(*)::integer AS items
	FROM leaf AS l, model AS m
	WHERE l.finished_week BETWEEN m.week - 7 * 59 AND m.week - 7 AND NOT l.untouched
	GROUP BY l.value_stream, l.team, l.worker, (m.week - l.finished_week) / 7),
finish_then AS MATERIALIZED (
	SELECT s.n, s.value_stream, s.team, s.worker, (m.week - vsm.period_week(s.finished_at, m.time_zone, m.week_starts)) / 7 AS ago,
		count(*)::integer AS items
	FROM state AS s, model AS m
	WHERE s.finished_at IS NOT NULL
	GROUP BY s.n, s.value_stream, s.team, s.worker, (m.week - vsm.period_week(s.finished_at, m.time_zone, m.week_starts)) / 7),
-- Throughput of the 26 weeks before a moment as it was known then, from the first finish of a team on.
team AS MATERIALIZED (
	SELECT l.value_stream, l.team, l.worker,
		(max(m.week) - min(vsm.period_week(l.first_finished_at, m.time_zone, m.week_starts))) / 7 AS first_ago
	FROM leaf AS l, model AS m WHERE NOT l.untouched AND l.first_finished_at IS NOT NULL
	GROUP BY l.value_stream, l.team, l.worker),
worked AS MATERIALIZED (
	SELECT t.value_stream, t.team, t.worker, t.first_ago, n.n, w.ago, coalesce(f.items, 0) + coalesce(a.items, 0) AS items
	FROM team AS t
		CROSS JOIN generate_series(0, 33) AS n (n)
		CROSS JOIN LATERAL generate_series(n.n + 1, n.n + 26) AS w (ago)
		LEFT JOIN finish AS f ON f.value_stream = t.value_stream AND f.team = t.team AND f.worker = t.worker AND f.ago = w.ago
		LEFT JOIN finish_then AS a
			ON a.n = n.n AND a.value_stream = t.value_stream AND a.team = t.team AND a.worker = t.worker AND a.ago = w.ago),
-- Of each team within its value stream.
team_forecast AS MATERIALIZED (
	SELECT p.value_stream, p.team, p.n, h.weeks, p.samples, vsm.forecast_items(p.samples, h.weeks, 0.85) AS said
	FROM (
			SELECT w.value_stream, w.team, w.n, array_agg(w.items ORDER BY w.ago) AS samples
			FROM worked AS w WHERE w.n >= 4 AND w.ago <= w.first_ago
			GROUP BY w.value_stream, w.team, w.n) AS p,
		(VALUES (4), (8)) AS h (weeks)
	WHERE p.n BETWEEN h.weeks AND h.weeks + 25),
team_check AS (
	SELECT f.value_stream, f.team, f.n, f.weeks, f.said, f.samples, sum(w.items)::integer AS came
	FROM team_forecast AS f
		JOIN worked AS w ON w.value_stream = f.value_stream AND w.team = f.team AND w.n = f.n - f.weeks AND w.ago <= f.n
	WHERE f.said > 0
	GROUP BY f.value_stream, f.team, f.n, f.weeks, f.said, f.samples),
-- Features, as in feature_state, at each moment.
pair AS MATERIALIZED (SELECT p.feature, p.item FROM :"schema".feature_item AS p),
todo AS MATERIALIZED (
	SELECT s.n, p.feature, s.item, s.worker, s.outcome = 'open' AS is_started
	FROM pair AS p JOIN state AS s ON s.item = p.item
	WHERE (s.outcome IN ('done', 'cancelled')) IS NOT TRUE),
sample AS MATERIALIZED (
	SELECT q.n, q.worker, to_jsonb(array_agg(q.items ORDER BY q.ago DESC)) AS samples
	FROM (
		SELECT w.n, w.worker, w.ago, sum(w.items) AS items
		FROM worked AS w JOIN (
			SELECT t.worker, max(t.first_ago) AS first_ago FROM team AS t GROUP BY t.worker) AS b ON b.worker = w.worker
		WHERE w.n >= 4 AND w.ago <= b.first_ago
		GROUP BY w.n, w.worker, w.ago) AS q
	GROUP BY q.n, q.worker),
part AS MATERIALIZED (
	SELECT d.n, d.feature, array_agg(d.worker ORDER BY d.worker) AS workers, array_agg(d.items ORDER BY d.worker) AS items,
		sum(d.items)::integer AS remaining
	FROM (SELECT t.n, t.feature, t.worker, count(*)::integer AS items FROM todo AS t GROUP BY t.n, t.feature, t.worker) AS d
	GROUP BY d.n, d.feature),
-- Many features have the same left, and only what their delay costs asks for how long they take alone.
alone AS MATERIALIZED (
	SELECT p.n, p.workers, p.items, vsm.joint_periods(c.samples, p.items, 0.85) AS p85
	FROM (
			SELECT DISTINCT a.n, a.workers, a.items
			FROM part AS a JOIN :"schema".item AS i ON i.item = a.feature
			WHERE a.n >= 4 AND i.urgency IS NOT NULL) AS p
		LEFT JOIN (
			SELECT k.n, k.workers, jsonb_agg(e.samples ORDER BY e.worker) AS samples
			FROM (SELECT DISTINCT a.n, a.workers FROM part AS a WHERE a.n >= 4) AS k
				JOIN sample AS e ON e.n = k.n AND e.worker = ANY (k.workers)
			GROUP BY k.n, k.workers HAVING count(*) = cardinality(k.workers)) AS c ON c.n = p.n AND c.workers = p.workers),
sized AS MATERIALIZED (
	SELECT o.n, f.value_stream
	FROM :"schema".item AS i
		JOIN :"schema".item_flow AS f ON f.item = i.item
		JOIN moment AS o ON o.at >= coalesce(f.created_at, '-infinity') AND o.at < coalesce(f.finished_at, f.cancelled_at, 'infinity')
	WHERE i.urgency IS NOT NULL
	GROUP BY o.n, f.value_stream HAVING count(*) = count(i.size)),
ranked AS MATERIALIZED (
	SELECT p.n, p.feature, i.due_at,
		CASE WHEN c.is_sized THEN vsm.cd3(c.weekly_cost::numeric, i.size::float8) ELSE vsm.cd3(c.weekly_cost::numeric, a.p85) END AS cd3
	FROM part AS p
		JOIN moment AS o ON o.n = p.n
		JOIN :"schema".item AS i ON i.item = p.feature
		JOIN :"schema".item_flow AS f ON f.item = p.feature
		LEFT JOIN alone AS a ON i.urgency IS NOT NULL AND a.n = p.n AND a.workers = p.workers AND a.items = p.items
		CROSS JOIN LATERAL (
			SELECT CASE WHEN i.urgency IS NOT NULL THEN vsm.delay_cost(i.urgency, m.currency, tstzmultirange(tstzrange(
				o.at + coalesce(a.p85, 0) * interval '168 hours',
				o.at + (coalesce(a.p85, 0) + 1) * interval '168 hours'))) END AS weekly_cost,
				(p.n, f.value_stream) IN (SELECT u.n, u.value_stream FROM sized AS u) AS is_sized
			FROM model AS m OFFSET 0) AS c
	WHERE p.n >= 4),
place AS MATERIALIZED (
	SELECT r.n, r.feature,
		row_number() OVER (PARTITION BY r.n ORDER BY r.cd3 DESC NULLS LAST, r.due_at NULLS LAST, r.feature COLLATE "C") AS place
	FROM ranked AS r),
turn AS MATERIALIZED (
	SELECT d.n, d.feature, d.item, d.worker, d.is_started, p.place, min(p.place) OVER (PARTITION BY d.n, d.item) AS first_place
	FROM todo AS d JOIN place AS p ON p.n = d.n AND p.feature = d.feature),
queue AS MATERIALIZED (
	SELECT t.n, t.feature, t.worker, count(*) OVER (PARTITION BY t.n, t.feature) AS workers,
		t.items - t.started - t.in_others_before + coalesce(o.started, 0) + coalesce(sum(t.in_this_first) OVER (
			PARTITION BY t.n, t.worker ORDER BY t.place ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS items
	FROM (
			SELECT d.n, d.feature, d.worker, d.place, count(*) AS items, count(*) FILTER (WHERE d.is_started) AS started,
				count(*) FILTER (WHERE NOT d.is_started AND d.first_place < d.place) AS in_others_before,
				count(*) FILTER (WHERE NOT d.is_started AND d.first_place = d.place) AS in_this_first
			FROM turn AS d GROUP BY d.n, d.feature, d.worker, d.place) AS t
		LEFT JOIN (
			SELECT s.n, s.worker, count(*) AS started FROM state AS s WHERE s.outcome = 'open' GROUP BY s.n, s.worker) AS o
				ON o.n = t.n AND o.worker = t.worker),
-- Those that were to be done just then: not a week before, by at least one of their teams or by all of them together.
bound AS MATERIALIZED (
	SELECT s.n, s.worker, h.weeks, vsm.forecast_items(a.samples, h.weeks, 0.85) AS items,
		vsm.forecast_items(a.samples, h.weeks - 1, 0.85) AS items_before
	FROM sample AS s
		CROSS JOIN LATERAL (
			SELECT array_agg(e.value::integer) AS samples FROM jsonb_array_elements_text(s.samples) AS e OFFSET 0) AS a
		JOIN (VALUES (4), (8)) AS h (weeks) ON s.n BETWEEN h.weeks AND h.weeks + 25),
feature_forecast AS MATERIALIZED (
	SELECT q.n, q.feature, b.weeks, array_agg(q.worker ORDER BY q.worker) AS workers,
		array_agg(q.items::integer ORDER BY q.worker) AS items,
		bool_or(q.items > b.items_before) AS takes_longer
	FROM queue AS q
		JOIN bound AS b ON b.n = q.n AND b.worker = q.worker
	GROUP BY q.n, q.feature, b.weeks
	HAVING bool_and(q.items <= b.items) AND count(*) = max(q.workers)),
-- (The same teams work on many features.)
crew AS MATERIALIZED (
	SELECT c.n, c.workers, jsonb_agg(e.samples ORDER BY e.worker) AS samples, min(jsonb_array_length(e.samples)) AS sample_count
	FROM (SELECT DISTINCT f.n, f.workers FROM feature_forecast AS f) AS c JOIN sample AS e ON e.n = c.n AND e.worker = ANY (c.workers)
	GROUP BY c.n, c.workers),
feature_chance AS MATERIALIZED (
	SELECT c.n, c.feature, c.weeks, c.chance, c.sample_count
	FROM (
		SELECT f.n, f.feature, f.weeks, s.sample_count, s.samples, f.items, f.takes_longer,
			vsm.joint_probability(s.samples, f.items, f.weeks) AS chance
		FROM feature_forecast AS f JOIN crew AS s ON s.n = f.n AND s.workers = f.workers
		OFFSET 0) AS c
	WHERE c.chance >= 0.85 * (1 - 1e-12)
	AND (c.takes_longer OR vsm.joint_probability(c.samples, c.items, c.weeks - 1) < 0.85 * (1 - 1e-12))),
feature_check AS (
	SELECT c.n, c.feature, c.weeks, c.chance, c.sample_count, l.said, l.said - l.kept AS came, e.feature IS NULL AS held
	FROM feature_chance AS c
		JOIN (
			SELECT b.n, b.feature, b.weeks, count(*)::integer AS said, count(e.item)::integer AS kept
			FROM (
					SELECT h.n, h.feature, h.weeks, t.item
					FROM feature_chance AS h JOIN todo AS t ON t.n = h.n AND t.feature = h.feature) AS b
				LEFT JOIN todo AS e ON e.n = b.n - b.weeks AND e.feature = b.feature AND e.item = b.item
			GROUP BY b.n, b.feature, b.weeks) AS l ON l.n = c.n AND l.feature = c.feature AND l.weeks = c.weeks
		LEFT JOIN part AS e ON e.n = c.n - c.weeks AND e.feature = c.feature)
SELECT m.week - 7 * (q.n - q.weeks + 1) AS week, true AS is_complete, q.forecast, q.value_stream,
	coalesce(v.portfolio, '(none)') AS portfolio, q.team, q.subject, i.key, i.title, i.url, q.weeks AS weeks_before,
	m.week - 7 * q.n AS made_day, q.said AS said_count,
	q.came AS came_count, q.held, q.chance AS said_chance, q.sample_count,
	avg(q.held::integer::float8) OVER (PARTITION BY q.forecast, q.value_stream, q.team, q.weeks) AS held_share,
	0.85::float8 AS promised_share
FROM (
	SELECT 'team' AS forecast, c.value_stream, c.team, c.team AS subject, c.n, c.weeks, c.said, c.came, c.came >= c.said AS held,
		vsm.forecast_probability(c.samples, c.said, c.weeks) AS chance, cardinality(c.samples) AS sample_count
	FROM team_check AS c
	UNION ALL
	SELECT 'feature', coalesce(f.value_stream, '(none)'), coalesce(f.team, '(none)'), c.feature, c.n, c.weeks, c.said, c.came, c.held,
		c.chance, c.sample_count
	FROM feature_check AS c JOIN :"schema".item_flow AS f ON f.item = c.feature) AS q
	CROSS JOIN model AS m
	LEFT JOIN :"schema".item AS i ON q.forecast = 'feature' AND i.item = q.subject
	LEFT JOIN :"schema".value_stream AS v ON v.value_stream = q.value_stream
WHERE NOT EXISTS (SELECT FROM :"schema".access) OR q.value_stream = ANY (ARRAY(
	SELECT a.value_stream FROM :"schema".access AS a JOIN pg_catalog.pg_roles AS o ON o.rolname = a.role
	WHERE pg_catalog.pg_has_role(o.oid, 'USAGE')));

COMMENT ON VIEW :"schema".forecast_check IS
	'forecasts beside what came: what those of teams and features, made four and eight weeks before, said of each of the last 26 whole '
	'weeks. One row a forecast that was to come true at the end of the week';
COMMENT ON COLUMN :"schema".forecast_check.week IS 'week at whose end the forecast was to have come true, by its first day';
COMMENT ON COLUMN :"schema".forecast_check.is_complete IS 'whether the week is over: all are';
COMMENT ON COLUMN :"schema".forecast_check.forecast IS
	'what was forecast: team, so many items of a team within its value stream are done by then; feature, it is done by then';
COMMENT ON COLUMN :"schema".forecast_check.value_stream IS 'value stream of the team''s items, or of the feature';
COMMENT ON COLUMN :"schema".forecast_check.portfolio IS 'portfolio of the value stream; (none): in none';
COMMENT ON COLUMN :"schema".forecast_check.team IS 'team, of a feature its own; (none): of no team';
COMMENT ON COLUMN :"schema".forecast_check.subject IS 'whose forecast it is: the team, or the feature''s item';
COMMENT ON COLUMN :"schema".forecast_check.key IS 'key of the feature in the tracker; NULL: of a team, or not told';
COMMENT ON COLUMN :"schema".forecast_check.title IS 'title of the feature; NULL: of a team, or not told';
COMMENT ON COLUMN :"schema".forecast_check.url IS 'address of the feature in the tracker; NULL: of a team, or not told';
COMMENT ON COLUMN :"schema".forecast_check.weeks_before IS 'weeks before the end of the week at which the forecast was made: 4 or 8';
COMMENT ON COLUMN :"schema".forecast_check.made_day IS 'day at whose beginning it was made, from what had happened by then';
COMMENT ON COLUMN :"schema".forecast_check.said_count IS
	'number of items that would be done with 85 % chance; of a feature all that were left. Forecasts of none are no rows';
COMMENT ON COLUMN :"schema".forecast_check.came_count IS 'number of items that were done by then; of a feature, of those that were left';
COMMENT ON COLUMN :"schema".forecast_check.held IS
	'whether it came true: as many items or more were done, or nothing of the feature was left, with what was added to it since';
COMMENT ON COLUMN :"schema".forecast_check.said_chance IS
	'chance that the forecast gave, from 0 to 1; 0.85 or more, as items and weeks are whole';
COMMENT ON COLUMN :"schema".forecast_check.sample_count IS 'number of weeks before that it was made of, 26 at most';
COMMENT ON COLUMN :"schema".forecast_check.held_share IS
	'share that held of the forecasts of teams, or of features, of the value stream, team and weeks before, from 0 to 1';
COMMENT ON COLUMN :"schema".forecast_check.promised_share IS 'share that was to hold: 0.85';
