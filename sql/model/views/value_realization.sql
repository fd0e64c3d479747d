CREATE OR REPLACE VIEW :"schema".value_realization WITH (security_barrier) AS
-- What is told of use and of what came of it, each of an item by itself or an alias.
WITH named AS MATERIALIZED (
	SELECT n.item, array_agg(n.name) AS names, min(n.used_at) AS used_at, min(n.brought_at) AS brought_at
	FROM (
		SELECT coalesce((
			-- (Of one item, as most are, the index says it all.)
			SELECT CASE WHEN count(*) < 2 THEN min(a.item) ELSE (
				SELECT b.item FROM :"schema".item_alias AS b WHERE b.alias = t.name
				ORDER BY b.since DESC NULLS LAST, b.item COLLATE "C" LIMIT 1) END
			FROM :"schema".item_alias AS a WHERE a.alias = t.name), t.name) AS item, t.name, t.used_at, t.brought_at
		FROM (
			SELECT k.name, min(k.used_at) AS used_at, min(k.brought_at) AS brought_at
			FROM (
				SELECT u.feature AS name, min(u.at) AS used_at, NULL::timestamptz AS brought_at FROM :"schema".usage AS u GROUP BY u.feature
				UNION ALL
				SELECT o.feature, NULL, min(o.at) FROM :"schema".outcome AS o GROUP BY o.feature) AS k
			GROUP BY k.name) AS t) AS n
	GROUP BY n.item),
-- (The planner does not know that they are one row each.)
named_item AS NOT MATERIALIZED (
	SELECT n.item, min(n.names) AS names, min(n.used_at) AS used_at, min(n.brought_at) AS brought_at FROM named AS n GROUP BY n.item),
-- Since when a value stream tells of them. (Hashed: looked up are some of the value stream asked for, not all that is told of.)
connected AS (
	SELECT coalesce(f.value_stream, '(none)') AS value_stream, min(n.used_at) AS used_at, min(n.brought_at) AS brought_at
	FROM :"schema".item_flow AS f LEFT JOIN named_item AS n ON n.item = f.item
	GROUP BY f.value_stream),
-- What teams cost, each a row of the same days: one value, in which each span of days is looked up. (By a SELECT of its own, so that it
-- is nobody's key.)
worth AS MATERIALIZED (
	SELECT min(t.since) AS since, jsonb_object_agg(t.team, t.place) AS places,
		array_agg(array_fill(0::float8, ARRAY[t.since - t.first_day]) || t.costs ORDER BY t.place) AS costs
	FROM (
		SELECT k.team, k.since, k.costs, min(k.since) OVER () AS first_day, row_number() OVER (ORDER BY k.team) AS place
		FROM :"schema".team_cost AS k) AS t)
SELECT f.item, i.key, i.title, i.url, f.value_stream, coalesce(v.portfolio, '(none)') AS portfolio, f.team, f.type, f.priority, i.service,
	f.level, f.category, f.outcome,
	r.released_at, vsm.period_day(r.released_at, m.time_zone) AS released_day,
	vsm.period_week(r.released_at, m.time_zone, m.week_starts) AS released_week,
	vsm.period_month(r.released_at, m.time_zone) AS released_month,
	a.first_used_at, a.user_days::float8 AS user_days_30, i.told_value AS planned_value,
	CASE WHEN c.brought_at IS NOT NULL THEN coalesce(e.amount, 0) END AS realized_value,
	CASE WHEN c.brought_at IS NOT NULL THEN coalesce(e.amount, 0) END / nullif(i.told_value, 0) AS realized_share,
	s.cost, s.cost_method, e.payback_at,
	CASE WHEN r.released_at + interval '720 hours' <= now() THEN
		CASE WHEN a.first_used_at IS NOT NULL THEN false WHEN c.used_at + interval '720 hours' <= now() THEN true END
		END AS unused,
	now() AS as_of_at
FROM (
		-- A feature is what has children, what is a part of nothing and of that type, and what somebody says the value of.
		SELECT d.item, d.value_stream AS own_stream, coalesce(d.value_stream, '(none)') AS value_stream,
			coalesce(d.team, '(none)') AS team, coalesce(d.type, '(none)') AS type, d.priority,
			coalesce(d.level, 'item') AS level, coalesce(d.category, '(none)') AS category, d.outcome, w.names AS own_names,
			b.items AS below, CASE WHEN b.items = '{}' THEN ARRAY[d.item] ELSE b.items END AS parts
		FROM :"schema".item_flow AS d
			LEFT JOIN named_item AS w ON w.item = d.item
			CROSS JOIN LATERAL (
				SELECT d.type = 'feature' AND d.parent IS NULL AND d.feature IS NULL OR w.item IS NOT NULL
						OR d.item IN (SELECT k.item FROM :"schema".item AS k WHERE k.planned_value IS NOT NULL) AS is_feature
				OFFSET 0) AS n
			CROSS JOIN LATERAL (
				SELECT CASE WHEN d.level = 'parent' THEN ARRAY(
					SELECT p.item FROM :"schema".feature_item AS p WHERE p.feature = d.item) ELSE '{}' END AS items
				WHERE d.level = 'parent' OR n.is_feature OFFSET 0) AS b
		WHERE b.items <> '{}' OR n.is_feature) AS f
	CROSS JOIN (SELECT time_zone, week_starts, currency FROM :"schema".model LIMIT 1) AS m
	LEFT JOIN connected AS c ON c.value_stream = f.value_stream
	CROSS JOIN LATERAL (
		-- What has parts that can be released is released when these are, whatever its tracker says.
		SELECT CASE WHEN count(e.at) = count(*) THEN max(e.at) END AS released_at
		FROM unnest(f.parts) AS p (item)
			JOIN :"schema".item_flow AS i ON i.item = p.item
			CROSS JOIN LATERAL (
				SELECT CASE
					WHEN i.released_at IS NOT NULL THEN i.released_at
					WHEN i.parts = 0 OR NOT EXISTS (
						SELECT FROM :"schema".item_part AS q WHERE q.item = i.item AND q.releasable AND q.closed_at IS NULL)
						THEN i.finished_at
				END AS at OFFSET 0) AS e
		WHERE (i.outcome = 'cancelled') IS NOT TRUE OFFSET 0) AS r
	-- (Looked up: items in their order are not asked for, but those of a value stream that were released then.)
	CROSS JOIN LATERAL (
		SELECT k.key, k.title, k.url, coalesce(k.service, '(none)') AS service, k.planned_value::float8 AS told_value,
			k.cost::float8 AS told_cost
		FROM :"schema".item AS k WHERE k.item = f.item OFFSET 0) AS i
	LEFT JOIN :"schema".value_stream AS v ON v.value_stream = f.own_stream
	CROSS JOIN LATERAL (
		-- By which names use of it and outcomes are told.
		SELECT coalesce(f.own_names, '{}') || ARRAY(
			SELECT n.name
			FROM unnest(f.below) AS p (item)
				CROSS JOIN LATERAL (
					SELECT p.item AS name WHERE NOT EXISTS (SELECT FROM :"schema".item_alias AS x WHERE x.alias = p.item)
					UNION ALL
					SELECT x.alias FROM :"schema".item_alias AS x
					WHERE x.item = p.item AND x.item = (
						SELECT y.item FROM :"schema".item_alias AS y WHERE y.alias = x.alias
						ORDER BY y.since DESC NULLS LAST, y.item COLLATE "C" LIMIT 1)) AS n
			WHERE (p.item IN (SELECT g.item FROM named AS g)) IS TRUE) AS names OFFSET 0) AS q
	CROSS JOIN LATERAL (
		SELECT min(d.at) AS first_used_at, sum(d.users) AS user_days
		FROM (
			SELECT min(u.at) AS at, max(u.users) FILTER (WHERE u.at < r.released_at + interval '720 hours') AS users
			FROM unnest(q.names) AS n (name) JOIN :"schema".usage AS u ON u.feature = n.name AND u.at >= r.released_at
			WHERE r.released_at IS NOT NULL
			GROUP BY u.source, vsm.period_day(u.at, m.time_zone)) AS d) AS a
	CROSS JOIN LATERAL (
		SELECT coalesce(i.told_cost, k.cost) AS cost,
			CASE WHEN i.told_cost IS NOT NULL THEN 'told' WHEN k.cost IS NOT NULL THEN 'team days' END AS cost_method
		FROM (
			SELECT CASE WHEN count(*) = count(t.cost) THEN coalesce(sum(t.cost), 0) END AS cost
			FROM unnest(CASE WHEN f.level = 'parent' THEN f.below ELSE f.parts END) AS p (item)
				CROSS JOIN LATERAL (
					SELECT (SELECT w.costs FROM worth AS w)[y.place][x.until - y.since + 1]
						- (SELECT w.costs FROM worth AS w)[y.place][x.since - y.since + 1] AS cost
					FROM :"schema".work_span AS x
						CROSS JOIN LATERAL (
							SELECT ((SELECT w.places FROM worth AS w) ->> x.team)::integer AS place,
								(SELECT w.since FROM worth AS w) AS since) AS y
					WHERE x.item = p.item OFFSET 0) AS t
			WHERE i.told_cost IS NULL) AS k) AS s
	CROSS JOIN LATERAL (
		SELECT sum(g.amount)::float8 AS amount, min(g.at) FILTER (WHERE g.so_far >= s.cost::numeric) AS payback_at
		FROM (
			SELECT o.at, o.amount, sum(o.amount) OVER (ORDER BY o.at) AS so_far
			FROM unnest(q.names) AS n (name)
				CROSS JOIN LATERAL (
					SELECT k.at, k.amount, k.currency FROM :"schema".outcome AS k WHERE k.feature = n.name OFFSET 0) AS o
			WHERE o.amount IS NOT NULL AND (o.currency IS NULL OR o.currency = m.currency)) AS g) AS e
WHERE NOT EXISTS (SELECT FROM :"schema".access) OR f.value_stream = ANY (ARRAY(
	SELECT a.value_stream FROM :"schema".access AS a JOIN pg_catalog.pg_roles AS o ON o.rolname = a.role
	WHERE pg_catalog.pg_has_role(o.oid, 'USAGE')));

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
	'when the last of its items was released or, of those without parts that can be, done; NULL: not all are';
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
