/*
 * CALL vsm.read_again('flow', 'jira'): the payloads that were kept (model.keep_payloads) are read
 * once more over what is there, as after an upgrade or a change of the table naming. What they
 * told before and no longer tell is removed; what other payloads told, and what people wrote
 * themselves, stays.
 *
 * First every row that one of them told last gets the negative number of its payload; whoever
 * tells it again makes it positive; at the end those that nobody told are gone. A run that was
 * ended in between is simply run again.
 */

CREATE FUNCTION vsm.told_tables() RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ARRAY['event', 'observation', 'item_change', 'item_alias', 'link', 'item', 'merge_request', 'commit', 'build', 'deployment',
	'incident', 'usage', 'outcome'];
COMMENT ON FUNCTION vsm.told_tables() IS 'the tables of a model whose rows facts make, each with a column payload; a part of '
	'vsm.read_again';

CREATE FUNCTION vsm.mark_told(model text, source text) RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET jit = off
AS $$
DECLARE
	relation text;
	kept     bigint;
BEGIN
	PERFORM vsm.check_model(model, VARIADIC '{payload,naming,source_read}' || vsm.told_tables());
	PERFORM vsm.check_owner(model, VARIADIC '{payload,naming,naming_removed,source_read}' || vsm.told_tables());
	-- Who is changing a name has done so before this begins, or does so after it began.
	EXECUTE format('LOCK TABLE %I.naming IN SHARE MODE', model);
	PERFORM pg_advisory_xact_lock(hashtext('vsm.write_facts'), hashtext(model));
	FOREACH relation IN ARRAY vsm.told_tables() LOOP
		EXECUTE format('UPDATE %1$I.%2$I AS t SET payload = -t.payload WHERE t.payload IN (SELECT p.payload FROM %1$I.payload AS p WHERE '
			'p.source = $1)', model, relation)
		USING source;
	END LOOP;
	EXECUTE format('SELECT count(*) FROM %I.payload AS p WHERE p.source = $1', model) INTO kept USING source;
	RETURN kept;
END
$$;
COMMENT ON FUNCTION vsm.mark_told(text, text) IS
	'marks the rows that kept payloads of a source told last, and returns how many payloads there are; a part of vsm.read_again';

CREATE FUNCTION vsm.next_kept(model text, source text, after bigint) RETURNS bigint[]
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
AS $$
#variable_conflict use_column
BEGIN
	PERFORM vsm.enter_model(model);
	RETURN (
		SELECT array_agg(b.payload ORDER BY b.payload)
		FROM (
			SELECT p.payload, sum(p.size) OVER (ORDER BY p.payload) - p.size AS before
			FROM (
				SELECT k.payload, octet_length(k.body) AS size FROM payload AS k
				WHERE k.source = next_kept.source AND k.payload > next_kept.after ORDER BY k.payload LIMIT 2000) AS p) AS b
		WHERE b.before < 8 * 1024 * 1024);
END
$$;
COMMENT ON FUNCTION vsm.next_kept(text, text, bigint) IS 'the next kept payloads of a source that are read together, NULL when there are '
	'no more; a part of vsm.read_again';

CREATE FUNCTION vsm.read_kept(model text, payloads bigint[]) RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET jit = off
AS $$
#variable_conflict use_column
DECLARE
	held bigint;
BEGIN
	PERFORM vsm.release_documents();
	PERFORM vsm.open_held_facts();
	PERFORM vsm.enter_model(model);
	PERFORM vsm.hold_document(p.payload, p.source, p.received_at, vsm.payload_json(p.body))
	FROM payload AS p WHERE p.payload = ANY (payloads) AND octet_length(p.body) <= 2 * 1024 * 1024;
	GET DIAGNOSTICS held = ROW_COUNT;
	IF held < cardinality(payloads) THEN
		PERFORM vsm.add_large_document(p.payload, p.source, p.received_at, p.body)
		FROM payload AS p WHERE p.payload = ANY (payloads) AND octet_length(p.body) > 2 * 1024 * 1024;
	END IF;
	PERFORM vsm.judge_documents();
	PERFORM vsm.read_documents(model, true, true);
	PERFORM vsm.release_documents();
	UPDATE payload AS p SET version = m.version FROM model AS m WHERE p.payload = ANY (payloads) AND p.version <> m.version;
	RETURN cardinality(payloads);
END
$$;
COMMENT ON FUNCTION vsm.read_kept(text, bigint[]) IS 'reads kept payloads over what is there; a part of vsm.read_again';

CREATE FUNCTION vsm.remove_untold(model text, source text, began timestamptz) RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET jit = off
AS $$
#variable_conflict use_column
DECLARE
	relation text;
	removed  bigint := 0;
	count    bigint;
	entities text[];
	created  text[];
BEGIN
	PERFORM pg_advisory_xact_lock(hashtext('vsm.write_facts'), hashtext(model));
	EXECUTE format(
		'SELECT array_agg(DISTINCT t.entity) FROM (
			SELECT e.entity FROM %1$I.event AS e WHERE e.payload < 0 AND -e.payload IN (SELECT p.payload FROM %1$I.payload AS p
				WHERE p.source = $1)
			UNION ALL
			SELECT o.entity FROM %1$I.observation AS o WHERE o.payload < 0 AND -o.payload IN (SELECT p.payload FROM %1$I.payload AS p
				WHERE p.source = $1)) AS t', model)
	INTO entities USING source;
	EXECUTE format(
		'SELECT array_agg(DISTINCT o.entity) FROM %1$I.observation AS o WHERE o.kind = ''created'' AND o.payload < 0
			AND -o.payload IN (SELECT p.payload FROM %1$I.payload AS p WHERE p.source = $1)', model)
	INTO created USING source;
	FOREACH relation IN ARRAY vsm.told_tables() LOOP
		EXECUTE format('DELETE FROM %1$I.%2$I AS t WHERE t.payload < 0 AND -t.payload IN (SELECT p.payload FROM %1$I.payload AS p WHERE '
			'p.source = $1)', model, relation)
		USING source;
		GET DIAGNOSTICS count = ROW_COUNT;
		removed := removed + count;
	END LOOP;
	PERFORM vsm.take_rows(model, t.relation, format('t.%I = ANY ($1)', t.key), coalesce(entities, '{}'))
	FROM vsm.distributed_tables() AS t;
	PERFORM vsm.enter_model(model);
	IF vsm.is_distributed(model) THEN
		-- No trigger has seen what was deleted on other nodes.
		INSERT INTO journal (xid, kind, key) SELECT pg_current_xact_id(), 'key', e FROM unnest(entities) AS e;
	END IF;
	DELETE FROM event AS e USING unnest(created) AS c (entity) WHERE e.entity = c.entity AND e.event_id = c.entity || ':created';
	PERFORM vsm.derive_states(coalesce(entities, '{}'));
	PERFORM vsm.return_rows(model);
	PERFORM vsm.enter_model(model);
	INSERT INTO source_read AS r (source, read_at) VALUES (remove_untold.source, began)
	ON CONFLICT (source) DO UPDATE SET read_at = excluded.read_at;
	RETURN removed;
END
$$;
COMMENT ON FUNCTION vsm.remove_untold(text, text, timestamptz) IS
	'removes the rows that kept payloads of a source told once and no longer tell, returns how many, and keeps since when the source is '
	'read again; a part of vsm.read_again';

CREATE PROCEDURE vsm.read_again(model text, source text)
LANGUAGE plpgsql
AS $$
DECLARE
	batch bigint[];
	after bigint := 0;
	began timestamptz;
BEGIN
	-- A procedure that commits cannot have a SET clause; at each COMMIT this setting ends.
	PERFORM pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
	IF vsm.ask('SELECT vsm.mark_told($1, $2)', model, source)::bigint = 0 THEN
		RAISE NOTICE USING
			MESSAGE = format('no payload of source "%s" has been kept', source),
			HINT = format('Payloads that are read from now on are kept after: UPDATE %I.model SET keep_payloads = ''1 year''', model);
		RETURN;
	END IF;
	began := clock_timestamp();
	COMMIT;
	LOOP
		PERFORM pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
		batch := vsm.ask('SELECT vsm.next_kept($1, $2, $3::bigint)::text', model, source, after::text);
		EXIT WHEN batch IS NULL;
		PERFORM vsm.ask('SELECT vsm.read_kept($1, $2::bigint[])', model, batch::text);
		after := batch[cardinality(batch)];
		COMMIT;
	END LOOP;
	PERFORM vsm.ask('SELECT vsm.remove_untold($1, $2, $3::timestamptz)', model, source, began::text);
END
$$;
COMMENT ON PROCEDURE vsm.read_again(text, text) IS
	'reads the kept payloads of a source again over what is there, and commits after every few hundred: how a new version of vsm and '
	'changed names reach old data';
