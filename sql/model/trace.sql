-- All that leads from the idea to the use of an item.

CREATE TYPE vsm.trace_row AS (at timestamptz, step text, entity text, event text, via text, method text, confidence float8, title text,
	url text);
COMMENT ON TYPE vsm.trace_row IS
	'a step of the way of an item from the idea to its use: when, of what, what happened, and how it is known that it belongs there';

CREATE FUNCTION vsm.trace(model text, item text) RETURNS SETOF vsm.trace_row
LANGUAGE plpgsql STABLE ROWS 50
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	found text;
BEGIN
	PERFORM vsm.check_model(model);
	-- By its name, else by its key, of the items that the reader sees.
	EXECUTE format('SELECT t.item FROM %I.item_trace AS t WHERE t.item = $1 LIMIT 1', model) INTO found USING item;
	IF found IS NULL THEN
		EXECUTE format('SELECT t.item FROM %I.flow_item AS t WHERE t.key = $1 ORDER BY t.created_at, t.item COLLATE "C" LIMIT 1', model)
		INTO found USING item;
	END IF;
	RETURN QUERY EXECUTE format('SELECT t.happened_at, t.step, t.entity, t.event, t.via, t.method, t.confidence, t.title, t.url
		FROM %I.item_trace AS t WHERE t.item = $1 ORDER BY t.place', model) USING found;
END
$$;
COMMENT ON FUNCTION vsm.trace(text, text) IS
	'all that leads from the idea to the use of an item, which is named by itself or its key: its states, requests, commits, builds, '
	'changes, deployments, incidents and use, in order, each with how it is known and how sure that is. Nothing of what the caller does '
	'not see, see the table access';
