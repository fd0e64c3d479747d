-- Figures of a month as they were reported, so that what they were restated by can be told.

CREATE PROCEDURE vsm.publish(model text, month date)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
#variable_conflict use_column
DECLARE
	published CONSTANT date := date_trunc('month', publish.month)::date;
	today     date;
	added     text[];
BEGIN
	PERFORM vsm.check_model(model, 'published', 'published_entity', 'access');
	PERFORM vsm.check_owner(model, 'published', 'published_entity', 'flow_monthly', 'dora_monthly', 'scorecard_monthly', 'published_part',
		'published_figure');
	IF published IS NULL THEN
		RAISE EXCEPTION USING
			ERRCODE = 'null_value_not_allowed',
			MESSAGE = 'the month to publish is NULL',
			HINT = format('Name a day of it: CALL vsm.publish(%L, date ''2026-01-01'')', model);
	END IF;
	PERFORM vsm.enter_model(model);
	SELECT (now() AT TIME ZONE m.time_zone)::date INTO today FROM model AS m;
	IF today < published + interval '1 month' THEN
		RAISE EXCEPTION USING
			ERRCODE = 'invalid_parameter_value',
			MESSAGE = format('the month %s is not over', to_char(published, 'YYYY-MM')),
			DETAIL = 'Its figures still grow.',
			HINT = format('Publish it from %s on, in the time zone of the model.', to_char(published + interval '1 month', 'YYYY-MM-DD'));
	END IF;

	-- All value streams are published, whichever the owner sees in the views himself. Nobody else sees these rows.
	IF EXISTS (SELECT FROM access) THEN
		WITH a AS (
			INSERT INTO access (role, value_stream)
			SELECT current_user, s.value_stream
			FROM (
				SELECT '(none)' AS value_stream UNION SELECT v.value_stream FROM value_stream AS v
				UNION SELECT f.value_stream FROM item_flow AS f UNION SELECT r.value_stream FROM service AS r) AS s
			WHERE s.value_stream IS NOT NULL
			ON CONFLICT DO NOTHING RETURNING value_stream)
		SELECT array_agg(a.value_stream) INTO added FROM a;
	END IF;
	DELETE FROM published AS p WHERE p.month = published;
	DELETE FROM published_entity AS p WHERE p.month = published;
	INSERT INTO published (month, report, value_stream, team, type, level, service, environment, metric, value, published_at)
	SELECT f.month, f.report, f.value_stream, f.team, f.type, f.level, f.service, f.environment, f.metric, f.value, now()
	FROM published_figure AS f WHERE f.month = published;
	INSERT INTO published_entity (month, kind, entity, value_stream, team, type, level, service, environment, told)
	SELECT e.month, e.kind, e.entity, e.value_stream, e.team, e.type, e.level, e.service, e.environment, e.told
	FROM published_part AS e WHERE e.month = published;
	DELETE FROM access AS a WHERE a.role = current_user AND a.value_stream = ANY (added);
END
$$;
COMMENT ON PROCEDURE vsm.publish(text, date) IS
	'keeps the figures of flow_monthly, dora_monthly and scorecard_monthly of a month that is over as they are now, to be reported; the '
	'view restatement shows how they differ later, and through which items; a month that was published is published anew';
