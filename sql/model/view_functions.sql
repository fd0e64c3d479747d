-- What the views of a model have in common.

CREATE FUNCTION vsm.days_between(since timestamptz, until timestamptz) RETURNS float8
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN until < since THEN 0 ELSE date_part('epoch', until - since) / 86400 END;
COMMENT ON FUNCTION vsm.days_between(timestamptz, timestamptz) IS
	'the time in days between two steps, for views: 0 where the second came first; NULL where one is not known';

CREATE FUNCTION vsm.due_time(told text, time_zone text) RETURNS timestamptz
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN told ~ '^\d{4}-\d\d-\d\d$'
	THEN ((vsm.json_time(to_jsonb(told)) AT TIME ZONE 'UTC')::date + 1)::timestamp AT TIME ZONE time_zone - interval '1 microsecond'
	ELSE vsm.json_time(to_jsonb(told)) END;
COMMENT ON FUNCTION vsm.due_time(text, text) IS
	'when something is due by a text that is a time, or a day, which ends in the time zone; NULL for what is neither; for views';

CREATE FUNCTION vsm.delay_cost(urgency jsonb, currency text, periods tstzmultirange) RETURNS float8
LANGUAGE plpgsql IMMUTABLE COST 100
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF urgency ? 'currency' AND (urgency ->> 'currency' = currency) IS NOT TRUE THEN
		RETURN NULL;
	END IF;
	RETURN vsm.cost_of_delay(urgency - 'currency', periods)::float8;
EXCEPTION WHEN data_exception THEN
	-- Not for parallel plans, which have no subtransactions. One item that says it wrongly would end every question about all of them.
	RETURN NULL;
END
$$;
COMMENT ON FUNCTION vsm.delay_cost(jsonb, text, tstzmultirange) IS
	'what vsm.cost_of_delay says, for views: NULL where the urgency names another currency than the model''s, or is none that can be read';
