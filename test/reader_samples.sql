-- What tests of readers ask of payloads, which stand in the table sample (sample text, payload jsonb); :tool is the tool.
--   pg_temp.facts(payload): the facts that it states, with the reason why it is not read
--   pg_temp.ingest(model, ways): loads all of them, in order, backwards one by one, or twice
--   pg_temp.rows(model): what came of them
SELECT set_config('reader.tool', :'tool', true) AS tool \gset

CREATE FUNCTION pg_temp.facts(payload jsonb, names jsonb DEFAULT vsm.default_names())
RETURNS TABLE (reason text, kind text, f vsm.fact) LANGUAGE plpgsql AS $$
DECLARE
	tool CONSTANT text := current_setting('reader.tool');
	elements jsonb;
	element  jsonb;
BEGIN
	IF jsonb_typeof(payload) = 'array' THEN
		elements := payload;
	ELSIF to_regprocedure(format('vsm.%I(jsonb)', tool || '_elements')) IS NOT NULL THEN
		EXECUTE format('SELECT vsm.%I($1)', tool || '_elements') INTO elements USING payload;
	END IF;
	IF elements IS NOT NULL THEN
		FOR element IN SELECT e FROM jsonb_array_elements(elements) AS e LOOP
			RETURN QUERY SELECT r.* FROM pg_temp.facts(element, names) AS r;
		END LOOP;
		RETURN;
	END IF;
	IF jsonb_typeof(payload) <> 'object' THEN
		reason := 'no object';
		RETURN NEXT;
		RETURN;
	END IF;
	EXECUTE format('SELECT k.reason, k.kind FROM vsm.%I($1) AS k', tool || '_kind') INTO reason, kind USING payload;
	IF reason IS NULL THEN
		RETURN QUERY EXECUTE format('SELECT NULL::text, $4, r::vsm.fact FROM vsm.%I($1, $2, $3) AS r', concat_ws('_', 'read', tool, kind))
			USING tool, payload, names, kind;
	ELSE
		RETURN NEXT;
	END IF;
END $$;

CREATE FUNCTION pg_temp.ingest(model text, ways text) RETURNS vsm.ingested LANGUAGE plpgsql AS $$
DECLARE
	result vsm.ingested := (0, 0);
	one    vsm.ingested;
	id     bigint;
BEGIN
	EXECUTE format('INSERT INTO %I.inbox (source, payload) SELECT $1, s.payload FROM (
		SELECT payload, row_number() OVER (ORDER BY sample COLLATE "C") AS n FROM sample) AS s, generate_series(1, $2)
		ORDER BY s.n * $3', model)
		USING current_setting('reader.tool'), CASE WHEN ways ~ 'twice' THEN 2 ELSE 1 END, CASE WHEN ways ~ 'back' THEN -1 ELSE 1 END;
	IF ways !~ 'one by one' THEN
		RETURN vsm.ingest_once(model);
	END IF;
	FOR id IN EXECUTE format('SELECT i.id FROM %I.inbox AS i ORDER BY i.id', model) LOOP
		one := vsm.ingest_payloads(model, ARRAY[id]);
		result := (result.read + one.read, result.refused + one.refused)::vsm.ingested;
	END LOOP;
	RETURN result;
END $$;

CREATE FUNCTION pg_temp.rows(model text) RETURNS TABLE (relation text, r jsonb) LANGUAGE plpgsql AS $$
BEGIN
	FOREACH relation IN ARRAY '{event,item,item_alias,item_change,link,commit,build,deployment,incident,usage}'::text[] LOOP
		-- What was only observed depends on what was known by then.
		RETURN QUERY EXECUTE format('SELECT %L, to_jsonb(t) - ''{recorded_at,xid,told,updated_at}''::text[] FROM %I.%I AS t
			WHERE to_jsonb(t) ->> ''method'' IS DISTINCT FROM ''observed''', relation, model, relation);
	END LOOP;
END $$;
