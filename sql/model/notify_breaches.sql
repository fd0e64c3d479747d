/*
 * Open items that have taken too long are told, each once: what was told stands in the table
 * breach, written in the transaction that sends the notification. PostgreSQL sends it when that
 * commits and not otherwise, so it is neither lost nor told twice, whenever the server dies.
 *
 * It is to run every minute, whatever the number of open items. So before a timeline is looked at,
 * an item must be old enough to have breached at all, and not told of already.
 */
CREATE FUNCTION vsm.notify_breaches(model text) RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
#variable_conflict use_column
DECLARE
	schema CONSTANT text := notify_breaches.model;
	told   bigint;
BEGIN
	PERFORM vsm.check_model(schema, 'breach', 'item_flow', 'item', 'route', 'service_level');
	PERFORM vsm.check_owner(schema, 'breach', 'item_flow', 'item', 'route', 'service_level');
	PERFORM vsm.enter_model(schema);
	-- Calls take turns: each sees what the one before has told.
	PERFORM pg_advisory_xact_lock(hashtextextended('vsm.notify_breaches ' || schema, 0));

	-- What is reopened may breach again.
	DELETE FROM breach AS b
	WHERE NOT EXISTS (SELECT FROM item_flow AS f WHERE f.item = b.item AND f.outcome = 'open');

	-- A clock goes no faster than time does.
	WITH untold AS MATERIALIZED (
		SELECT f.item, '' AS stage
		FROM item_flow AS f
		WHERE f.outcome = 'open' AND f.value_stream IS NOT NULL
		AND f.started_at <= (SELECT now() - min(y.days) * interval '1 day' FROM service_level AS y WHERE y.stage IS NULL)
		AND NOT EXISTS (SELECT FROM breach AS b WHERE b.item = f.item AND b.stage = '')
		UNION ALL
		SELECT f.item, f.stage
		FROM item_flow AS f
		WHERE f.outcome = 'open' AND f.value_stream IS NOT NULL
		AND f.stage = ANY (ARRAY(SELECT y.stage FROM service_level AS y WHERE y.stage IS NOT NULL))
		AND least(f.created_at, f.started_at)
			<= (SELECT now() - min(y.days) * interval '1 day' FROM service_level AS y WHERE y.stage IS NOT NULL)
		AND NOT EXISTS (SELECT FROM breach AS b WHERE b.item = f.item AND b.stage = f.stage)),
	breached AS MATERIALIZED (
		SELECT u.item, u.stage, l.days, b.at
		FROM untold AS u
			JOIN item_flow AS f ON f.item = u.item
			JOIN route AS r ON r.route = f.route
			CROSS JOIN LATERAL (
				SELECT y.days FROM service_level AS y
				WHERE coalesce(y.stage, '') = u.stage AND (y.value_stream IS NULL OR y.value_stream = f.value_stream)
				AND (y.type IS NULL OR y.type = f.type) AND (y.priority IS NULL OR y.priority = f.priority)
				ORDER BY num_nonnulls(y.value_stream, y.type, y.priority) DESC, y.days LIMIT 1) AS l
			CROSS JOIN LATERAL (
				SELECT CASE u.stage WHEN '' THEN vsm.breach_at(f.timeline, r.workflow, make_interval(secs => l.days * 86400))
					ELSE vsm.breach_at(f.timeline, r.workflow, make_interval(secs => l.days * 86400), u.stage) END AS at OFFSET 0) AS b
		WHERE b.at <= now()),
	written AS (
		INSERT INTO breach (item, stage, breached_at) SELECT b.item, b.stage, b.at FROM breached AS b),
	sent AS MATERIALIZED (
		SELECT pg_notify('vsm_breach', jsonb_build_object('model', schema, 'item', b.item, 'key', left(i.key, 200),
			'title', left(i.title, 200), 'value_stream', left(f.value_stream, 200), 'team', left(f.team, 200),
			'stage', left(nullif(b.stage, ''), 200), 'days', b.days, 'breached_at', b.at AT TIME ZONE 'UTC')::text)
		FROM breached AS b
			JOIN item_flow AS f ON f.item = b.item
			JOIN item AS i ON i.item = b.item
		ORDER BY b.at, b.item COLLATE "C", b.stage COLLATE "C")
	SELECT count(*) INTO told FROM sent;
	RETURN told;
END
$$;
COMMENT ON FUNCTION vsm.notify_breaches(text) IS
	'sends NOTIFY vsm_breach, with a JSON object, for each open item that has taken longer than service_level says, as a whole or in its '
	'stage, and of which it has not told, and returns how many: each once, when the transaction commits; for a schedule of a minute';
