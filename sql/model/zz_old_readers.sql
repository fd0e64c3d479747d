-- Gone when the last reader of the old kind is: readers with two arguments, as the door calls them.
DO $$
DECLARE
	reader record;
BEGIN
	FOR reader IN
		SELECT p.proname FROM pg_catalog.pg_proc AS p
		WHERE p.pronamespace = 'vsm'::pg_catalog.regnamespace AND p.proname LIKE 'read\_%' AND p.prorettype = 'vsm.old_fact'::pg_catalog.regtype
		AND p.proargnames[1:2] = '{source,payload}' AND p.pronargs = 2
	LOOP
		EXECUTE pg_catalog.format('CREATE FUNCTION vsm.%1$I(source text, payload jsonb, names jsonb) RETURNS SETOF vsm.fact LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
			''SELECT f.source, f.fact, f.entity, CASE WHEN f.fact <> ''''history'''' THEN f.at END, f.value, f.id, f.name, f.previous, f.value_id, f.previous_id, f.seq, f.method,
				f.confidence, CASE WHEN f.fact = ''''history'''' THEN f.at ELSE f.until END, CASE WHEN f.fact <> ''''link'''' THEN f.details END, CASE WHEN f.fact = ''''link'''' THEN vsm.payload_time(f.details ->> ''''seen_at'''') END
			 FROM vsm.%1$I(source, payload) AS f''', reader.proname);
	END LOOP;
END
$$;
