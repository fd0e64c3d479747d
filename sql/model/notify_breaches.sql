/*
 * Open items that have taken too long are told, each once: what was told stands in the table
 * breach, written in the transaction that sends the notification. PostgreSQL sends it when that
 * commits and not otherwise, so it is neither lost nor told twice, whenever the server dies.
 *
 * It is to run every minute, whatever the number of open items. When an open item breaches if it
 * stays where it is follows from its way and the service levels, so that is kept in breach_due, and
 * a call looks at what is due, and at what refresh has made anew since the last one (breach_made).
 * If the service levels are others than those, it looks at all.
 *
 * Refresh and this do not wait for each other: refresh adds rows to breach_made in the transaction
 * that writes the items, and a row that commits after they were taken is taken by the next call. It
 * forgets them after two days, so after one nothing is known, and all is looked at.
 *
 * What is looked at stands in an array, and plans are made for that of each call: few are looked up
 * in indexes, and of all the tables are read.
 */
CREATE FUNCTION vsm.notify_breaches(model text) RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
SET jit = off
AS $$
#variable_conflict use_column
DECLARE
	schema CONSTANT text := notify_breaches.model;
	tables CONSTANT text[] := '{breach,breach_due,breach_made,breach_mark,item_flow,item,route,service_level}';
	levels jsonb;
	knows  boolean;
	made   text[];
	looked text[];
	told   bigint;
BEGIN
	PERFORM vsm.check_model(schema, VARIADIC tables);
	PERFORM vsm.check_owner(schema, VARIADIC tables);
	PERFORM vsm.enter_model(schema);
	-- Calls take turns: each sees what the one before has told.
	PERFORM pg_advisory_xact_lock(hashtextextended('vsm.notify_breaches ' || schema, 0));

	SELECT coalesce(jsonb_agg(jsonb_build_array(y.value_stream, y.type, y.priority, y.stage, y.days) ORDER BY y.service_level), '[]')
	INTO levels FROM service_level AS y;
	knows := EXISTS (
		SELECT FROM breach_mark AS k
		WHERE k.service_levels = levels AND k.looked_at > clock_timestamp() - interval '1 day');
	INSERT INTO breach_mark AS k (service_levels, looked_at) VALUES (levels, clock_timestamp())
	ON CONFLICT (single) DO UPDATE SET service_levels = excluded.service_levels, looked_at = excluded.looked_at;
	-- Taken before items are read: what is made after that is taken next time.
	WITH taken AS (DELETE FROM breach_made RETURNING items)
	SELECT array_agg(i.item) INTO made FROM taken AS t, unnest(t.items) AS i (item);
	IF knows THEN
		looked := ARRAY(
			SELECT m.item FROM unnest(made) AS m (item)
			UNION
			SELECT d.item FROM breach_due AS d WHERE d.due_at <= now());
	ELSE
		looked := ARRAY(
			SELECT f.item FROM item_flow AS f WHERE f.outcome = 'open' AND (f.outcome IN ('done', 'cancelled')) IS NOT TRUE
			UNION
			SELECT d.item FROM breach_due AS d
			UNION
			SELECT b.item FROM breach AS b);
	END IF;

	-- What is reopened may breach again.
	DELETE FROM breach AS b USING unnest(looked) AS t (item)
	WHERE b.item = t.item AND NOT EXISTS (SELECT FROM item_flow AS f WHERE f.item = t.item AND f.outcome = 'open');

	WITH untold AS MATERIALIZED (
		SELECT f.item, s.stage, l.days, b.at
		FROM unnest(looked) AS t (item)
			JOIN item_flow AS f ON f.item = t.item
			JOIN route AS r ON r.route = f.route
			CROSS JOIN LATERAL (VALUES (''), (f.stage)) AS s (stage)
			CROSS JOIN LATERAL (
				SELECT y.days FROM service_level AS y
				WHERE coalesce(y.stage, '') = s.stage AND (y.value_stream IS NULL OR y.value_stream = f.value_stream)
				AND (y.type IS NULL OR y.type = f.type) AND (y.priority IS NULL OR y.priority = f.priority)
				ORDER BY num_nonnulls(y.value_stream, y.type, y.priority) DESC, y.days LIMIT 1) AS l
			CROSS JOIN LATERAL (
				SELECT CASE s.stage WHEN '' THEN vsm.breach_at(f.timeline, r.workflow, make_interval(secs => l.days * 86400))
					ELSE vsm.breach_at(f.timeline, r.workflow, make_interval(secs => l.days * 86400), s.stage) END AS at OFFSET 0) AS b
		WHERE f.outcome = 'open' AND f.value_stream IS NOT NULL AND b.at IS NOT NULL
		AND NOT EXISTS (SELECT FROM breach AS k WHERE k.item = f.item AND k.stage = s.stage)),
	due AS MATERIALIZED (SELECT u.item, min(u.at) AS at FROM untold AS u WHERE u.at > now() GROUP BY u.item),
	gone AS (
		DELETE FROM breach_due AS d USING unnest(looked) AS t (item)
		WHERE d.item = t.item AND NOT EXISTS (SELECT FROM due AS e WHERE e.item = t.item)),
	known AS (
		INSERT INTO breach_due AS d (item, due_at) SELECT e.item, e.at FROM due AS e
		ON CONFLICT (item) DO UPDATE SET due_at = excluded.due_at WHERE d.due_at <> excluded.due_at),
	breached AS MATERIALIZED (SELECT u.item, u.stage, u.days, u.at FROM untold AS u WHERE u.at <= now()),
	written AS (
		INSERT INTO breach (item, stage, breached_at) SELECT b.item, b.stage, b.at FROM breached AS b),
	-- (What is written is sent, be it of an item whose row is gone, which refresh has not yet seen.)
	sent AS MATERIALIZED (
		SELECT pg_notify('vsm_breach', jsonb_build_object('model', schema, 'item', b.item, 'key', left(i.key, 200),
			'title', left(i.title, 200), 'value_stream', left(f.value_stream, 200), 'team', left(f.team, 200),
			'stage', left(nullif(b.stage, ''), 200), 'days', b.days, 'breached_at', b.at AT TIME ZONE 'UTC')::text)
		FROM breached AS b
			JOIN item_flow AS f ON f.item = b.item
			LEFT JOIN item AS i ON i.item = b.item
		ORDER BY b.at, b.item COLLATE "C", b.stage COLLATE "C")
	SELECT count(*) INTO told FROM sent;
	RETURN told;
END
$$;
COMMENT ON FUNCTION vsm.notify_breaches(text) IS
	'sends NOTIFY vsm_breach, with a JSON object, for each open item that has taken longer than service_level says, as a whole or in its '
	'stage, and of which it has not told, and returns how many: each once, when the transaction commits; for a schedule of a minute';
