CREATE OR REPLACE VIEW :"schema".value_realization WITH (security_barrier) AS
-- What stands for what: items and their aliases.
WITH named AS (
	SELECT n.name, coalesce((
		SELECT a.item FROM :"schema".item_alias AS a WHERE a.alias = n.name ORDER BY a.since DESC NULLS LAST, a.item COLLATE "C" LIMIT 1),
		n.name) AS item
	FROM (SELECT u.feature AS name FROM :"schema".usage AS u UNION SELECT o.feature FROM :"schema".outcome AS o) AS n),
used AS MATERIALIZED (
	SELECT n.item, u.source, u.at, u.users, vsm.period_day(u.at, m.time_zone) AS day
	FROM :"schema".usage AS u JOIN named AS n ON n.name = u.feature CROSS JOIN :"schema".model AS m),
brought AS MATERIALIZED (
	SELECT n.item, o.at, CASE WHEN o.currency IS NULL OR o.currency = m.currency THEN o.amount END AS amount
	FROM :"schema".outcome AS o JOIN named AS n ON n.name = o.feature CROSS JOIN :"schema".model AS m),
-- Since when a value stream tells of use, and of what came of it.
connected AS MATERIALIZED (
	SELECT f.value_stream, min(c.used_at) AS used_at, min(c.brought_at) AS brought_at
	FROM (SELECT u.item, u.at AS used_at, NULL::timestamptz AS brought_at FROM used AS u UNION ALL SELECT b.item, NULL, b.at FROM brought
		AS b) AS c
		JOIN :"schema".item_flow AS f ON f.item = c.item
	GROUP BY f.value_stream),
pair AS MATERIALIZED (SELECT p.feature, p.item FROM :"schema".feature_item AS p),
-- A feature is what has children, what is a part of nothing and of that type, and what somebody says the value of.
feature AS MATERIALIZED (
	SELECT f.item, f.item IN (SELECT p.feature FROM pair AS p) AS is_parent
	FROM :"schema".flow_item AS f JOIN :"schema".item AS i ON i.item = f.item
	WHERE f.item IN (SELECT p.feature FROM pair AS p) OR f.type = 'feature' AND f.parent IS NULL AND f.feature IS NULL
		OR i.planned_value IS NOT NULL
	OR f.item IN (SELECT u.item FROM used AS u) OR f.item IN (SELECT b.item FROM brought AS b)),
part AS MATERIALIZED (
	SELECT t.item AS feature, t.item, NOT t.is_parent AS counts FROM feature AS t
	UNION ALL SELECT p.feature, p.item, true FROM pair AS p JOIN feature AS t ON t.item = p.feature),
released AS MATERIALIZED (
	SELECT p.feature, CASE WHEN count(coalesce(i.released_at, i.finished_at)) = count(*) THEN max(coalesce(i.released_at,
		i.finished_at)) END
		AS released_at
	FROM part AS p JOIN :"schema".item_flow AS i ON i.item = p.item
	WHERE p.counts AND (i.outcome = 'cancelled') IS NOT TRUE
	GROUP BY p.feature),
adopted AS (
	SELECT d.feature, min(d.at) AS first_used_at, sum(d.users) AS user_days
	FROM (
		SELECT p.feature, u.source, u.day, min(u.at) AS at, max(u.users) FILTER (WHERE u.at < r.released_at + interval '30 days') AS users
		FROM part AS p JOIN used AS u ON u.item = p.item JOIN released AS r ON r.feature = p.feature AND u.at >= r.released_at
		GROUP BY p.feature, u.source, u.day) AS d
	GROUP BY d.feature),
spent AS MATERIALIZED (
	SELECT t.item AS feature, coalesce(i.cost::float8, c.cost) AS cost, CASE WHEN i.cost IS NOT NULL THEN 'told' WHEN c.cost IS NOT NULL
		THEN 'team days' END AS cost_method
	FROM feature AS t JOIN :"schema".item AS i ON i.item = t.item
		LEFT JOIN (
			SELECT p.feature, CASE WHEN count(*) FILTER (WHERE k.item IS NOT NULL AND k.cost IS NULL) = 0 THEN coalesce(sum(k.cost),
				0) END AS cost
			FROM part AS p LEFT JOIN :"schema".item_cost AS k ON k.item = p.item
			WHERE p.counts
			GROUP BY p.feature) AS c ON c.feature = t.item),
earned AS (
	SELECT s.feature, sum(s.amount)::float8 AS amount, min(s.at) FILTER (WHERE s.so_far >= s.cost) AS payback_at
	FROM (
		SELECT p.feature, b.at, b.amount, e.cost::numeric AS cost, sum(b.amount) OVER (PARTITION BY p.feature ORDER BY b.at) AS so_far
		FROM part AS p JOIN brought AS b ON b.item = p.item JOIN spent AS e ON e.feature = p.feature
		WHERE b.amount IS NOT NULL) AS s
	GROUP BY s.feature)
SELECT f.item, f.key, f.title, f.url, f.value_stream, f.portfolio, f.team, f.type, f.priority, f.service, f.level, f.category, f.outcome,
	r.released_at, vsm.period_day(r.released_at, m.time_zone) AS released_day,
	vsm.period_week(r.released_at, m.time_zone, m.week_starts) AS released_week,
	vsm.period_month(r.released_at, m.time_zone) AS released_month,
	a.first_used_at, a.user_days::float8 AS user_days_30, i.planned_value::float8 AS planned_value,
	CASE WHEN c.brought_at IS NOT NULL THEN coalesce(e.amount, 0) END AS realized_value,
	CASE WHEN c.brought_at IS NOT NULL THEN coalesce(e.amount, 0) END / nullif(i.planned_value::float8, 0) AS realized_share,
	s.cost, s.cost_method, e.payback_at,
	CASE WHEN a.first_used_at IS NOT NULL THEN false
		WHEN greatest(r.released_at, c.used_at) + interval '30 days' <= now() AND r.released_at IS NOT NULL AND c.used_at IS NOT NULL
			THEN true
		END AS unused,
	now() AS as_of_at
FROM feature AS t
	JOIN :"schema".flow_item AS f ON f.item = t.item
	JOIN :"schema".item AS i ON i.item = t.item
	CROSS JOIN :"schema".model AS m
	LEFT JOIN :"schema".item_flow AS o ON o.item = t.item
	LEFT JOIN released AS r ON r.feature = t.item
	LEFT JOIN adopted AS a ON a.feature = t.item
	LEFT JOIN spent AS s ON s.feature = t.item
	LEFT JOIN earned AS e ON e.feature = t.item
	LEFT JOIN connected AS c ON c.value_stream IS NOT DISTINCT FROM o.value_stream;

COMMENT ON VIEW :"schema".value_realization IS
	'what features brought: one row a feature, which is an item with children, of type feature and a part of nothing, or of a '
	'value that was told';
COMMENT ON COLUMN :"schema".value_realization.item IS 'item';
COMMENT ON COLUMN :"schema".value_realization.key IS 'key in the tracker; NULL: not told';
COMMENT ON COLUMN :"schema".value_realization.title IS 'title; NULL: not told';
COMMENT ON COLUMN :"schema".value_realization.url IS 'address in the tracker; NULL: not told';
COMMENT ON COLUMN :"schema".value_realization.value_stream IS 'value stream, as at its end; (none): no rule of routing matches';
COMMENT ON COLUMN :"schema".value_realization.portfolio IS 'portfolio of the value stream; (none): in none';
COMMENT ON COLUMN :"schema".value_realization.team IS 'team, as at its end; (none): of no team';
COMMENT ON COLUMN :"schema".value_realization.type IS 'type as at its end: feature, defect, risk, debt or other; (none): not told';
COMMENT ON COLUMN :"schema".value_realization.priority IS 'priority, as at its end; NULL: not told';
COMMENT ON COLUMN :"schema".value_realization.service IS 'service that it is about; (none): not told';
COMMENT ON COLUMN :"schema".value_realization.level IS 'level: parent (it has children that count) or item';
COMMENT ON COLUMN :"schema".value_realization.category IS 'category, by its field, labels or type and the table naming; (none): in none';
COMMENT ON COLUMN :"schema".value_realization.outcome IS
	'outcome: new (not started), open, done or cancelled; NULL: without a workflow or events';
COMMENT ON COLUMN :"schema".value_realization.released_at IS
	'when the last of its items was released or, of those without parts, done; NULL: not all are';
COMMENT ON COLUMN :"schema".value_realization.released_day IS 'day of released_at in the time zone of the model; NULL: not yet';
COMMENT ON COLUMN :"schema".value_realization.released_week IS 'week of released_at, by its first day; NULL: not yet';
COMMENT ON COLUMN :"schema".value_realization.released_month IS 'month of released_at, by its first day; NULL: not yet';
COMMENT ON COLUMN :"schema".value_realization.first_used_at IS 'when it was first used from released_at on; NULL: not yet';
COMMENT ON COLUMN :"schema".value_realization.user_days_30 IS
	'user days in the 30 days from its release: users of each source and day, the most told, summed; NULL: not told';
COMMENT ON COLUMN :"schema".value_realization.planned_value IS 'what it was to bring, in the currency of the model; NULL: not told';
COMMENT ON COLUMN :"schema".value_realization.realized_value IS
	'what it has brought, in the currency of the model; amounts in another are left out; NULL: no outcome of its value stream is told';
COMMENT ON COLUMN :"schema".value_realization.realized_share IS
	'part of the planned value that it has brought, from 0, 1: all; NULL where one of them is';
COMMENT ON COLUMN :"schema".value_realization.cost IS
	'what it has cost, in the currency of the model; NULL: a team that worked on it has no cost_per_day';
COMMENT ON COLUMN :"schema".value_realization.cost_method IS
	'how the cost is known: told, or team days: each working day of a team shared among the items it worked on; NULL: it is not';
COMMENT ON COLUMN :"schema".value_realization.payback_at IS 'when it had brought what it cost; NULL: not yet, or not known';
COMMENT ON COLUMN :"schema".value_realization.unused IS
	'whether nobody has used it; NULL: in the first 30 days, not released, or use is not told';
COMMENT ON COLUMN :"schema".value_realization.as_of_at IS 'now: up to when it is measured';
