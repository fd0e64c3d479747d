\echo Use "ALTER EXTENSION vsm UPDATE" to load this file. \quit

-- Every name below is written with its schema; this keeps any other from being found by chance.
SET LOCAL search_path = pg_catalog, pg_temp;

-- The model: what is wrong with it or with a call of it is said in a sentence

-- include model/checks.sql

CREATE OR REPLACE FUNCTION vsm.ingest_rows(model text, relation text, facts vsm.fact[], fill boolean) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET jit = off
SET enable_memoize = off
AS $$
DECLARE
	target      text;
	key         text;		-- every such table is keyed by its first column
	names       text[];		-- columns that the facts name and the table has
	entities    bigint;
	inserted    bigint;
	assignments text;
	differences text;
	-- Facts of one entity are laid over each other, from old to new.
	merged      CONSTANT text := $sql$
		WITH counted AS MATERIALIZED (
			SELECT f.entity, f.at, f.details, count(*) OVER (PARTITION BY f.entity) AS facts FROM unnest($1) AS f)
		SELECT entity, at, details FROM counted WHERE facts = 1
		UNION ALL
		SELECT entity, max(at),
			coalesce(jsonb_object_agg(e.key, e.value ORDER BY at NULLS FIRST, e.value) FILTER (WHERE e.key IS NOT NULL), '{}')
		FROM counted LEFT JOIN LATERAL jsonb_each(details) AS e ON true
		WHERE facts > 1 GROUP BY entity$sql$;
BEGIN
	PERFORM vsm.check_model(model, relation);
	IF facts IS NULL THEN
		RETURN;
	END IF;
	target := format('%I.%I', model, relation);
	SELECT quote_ident(a.attname) INTO STRICT key
	FROM pg_attribute a WHERE a.attrelid = target::regclass AND a.attnum = 1;
	SELECT array_agg(a.attname::text ORDER BY a.attnum) INTO names
	FROM pg_attribute a
	WHERE a.attrelid = target::regclass AND a.attnum > 1 AND NOT a.attisdropped AND a.attname <> 'updated_at'
	AND a.attname IN (SELECT k FROM unnest(facts) AS f, jsonb_object_keys(f.details) AS k);
	names := coalesce(names, '{}');

	EXECUTE format(
		'INSERT INTO %1$s (%2$s, updated_at%3$s)
		 SELECT m.entity, m.at%4$s FROM (%5$s) AS m, jsonb_populate_record(NULL::%1$s, m.details) AS n
		 ORDER BY m.entity COLLATE "C" ON CONFLICT (%2$s) DO NOTHING',
		target, key,
		(SELECT string_agg(format(', %I', c), '') FROM unnest(names) AS c),
		(SELECT string_agg(format(', n.%I', c), '') FROM unnest(names) AS c),
		merged) USING facts;
	GET DIAGNOSTICS inserted = ROW_COUNT;
	SELECT count(DISTINCT f.entity) INTO entities FROM unnest(facts) AS f;
	IF inserted = entities THEN
		RETURN;
	END IF;

	-- Some were there: take them in order; the next statement sees what they hold then.
	EXECUTE format(
		'SELECT FROM %1$s AS t WHERE t.%2$s IN (SELECT f.entity FROM unnest($1) AS f) ORDER BY t.%2$s COLLATE "C" FOR NO KEY UPDATE',
		target, key) USING facts;
	IF names = '{}' THEN
		RETURN;
	END IF;

	-- o: the row as it is. n: the columns that the facts name, others NULL. w: n laid over o.
	SELECT string_agg(format(', %1$I = ' ||
			CASE
				-- Who corrects the type of an item keeps it, until the tracker calls the item otherwise.
				WHEN relation = 'item' AND c = 'type' THEN
					'CASE WHEN m.age <= 0 AND w.source_type IS DISTINCT FROM o.source_type THEN w.%1$I ELSE o.%1$I END'
				WHEN relation = 'item' AND c = 'changelog_until' THEN 'greatest(o.%1$I, n.%1$I)'
				ELSE 'CASE WHEN m.age < 0 THEN w.%1$I WHEN m.age = 0 THEN greatest(o.%1$I, n.%1$I) ELSE '
					|| CASE WHEN fill THEN 'coalesce(o.%1$I, n.%1$I)' ELSE 'o.%1$I' END || ' END'
			END, c), ''),
		string_agg(
			CASE
				WHEN relation = 'item' AND c = 'type' THEN ''
				WHEN relation = 'item' AND c = 'changelog_until' THEN ' OR n.changelog_until > o.changelog_until OR o.changelog_until IS NULL AND n.changelog_until IS NOT NULL'
				ELSE format(' OR CASE WHEN m.age < 0 THEN w.%1$I IS DISTINCT FROM o.%1$I WHEN m.age = 0 THEN greatest(o.%1$I, n.%1$I) IS DISTINCT FROM o.%1$I ELSE '
				|| CASE WHEN fill THEN 'o.%1$I IS NULL AND n.%1$I IS NOT NULL' ELSE 'false' END || ' END', c)
			END, '')
	INTO assignments, differences FROM unnest(names) AS c;
	EXECUTE format(
		'UPDATE %1$s AS t SET updated_at = greatest(o.updated_at, m.at)%3$s
		 FROM (
				-- age: -1 newer than the row, 0 the same version, 1 older
				SELECT m.*, CASE WHEN m.at IS NULL THEN CASE WHEN o.updated_at IS NULL THEN 0 ELSE 1 END
					WHEN o.updated_at IS NULL OR m.at > o.updated_at THEN -1 WHEN m.at = o.updated_at THEN 0 ELSE 1 END AS age
				FROM (%5$s) AS m JOIN %1$s AS o ON o.%2$s = m.entity) AS m
			JOIN %1$s AS o ON o.%2$s = m.entity,
			LATERAL jsonb_populate_record(o, m.details) AS w,
			LATERAL jsonb_populate_record(NULL::%1$s, m.details) AS n
		 WHERE t.%2$s = o.%2$s AND (m.age < 0 AND m.at IS NOT NULL%4$s)',
		target, key, assignments, differences, merged) USING facts;
END
$$;

CREATE OR REPLACE FUNCTION vsm.ingest_payloads(model text, payloads bigint[]) RETURNS vsm.ingested
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET jit = off
SET enable_memoize = off
AS $$
DECLARE
	tools     text[];
	kinds     text;		-- SQL: one branch for each tool that has a reader
	readers   text;		-- SQL: one branch for each kind that is to be read
	refused   bigint[];
	reasons   text[];
	sources   text[];
	names     text[];
	documents jsonb[];
	facts     vsm.fact[];	-- all but events and changes, of which there are many
	rows      vsm.fact[];
	key       text;
	result    vsm.ingested;
BEGIN
	PERFORM vsm.check_model(model);
	-- Parse, and let the tools say what each document is.
	EXECUTE format('SELECT array_agg(DISTINCT split_part(i.source, '':'', 1)) FROM %I.inbox AS i WHERE i.id = ANY ($1)', model)
	INTO tools USING payloads;
	SELECT string_agg(format(
			CASE
				WHEN to_regprocedure(format('vsm.%I(jsonb)', t || '_kind')) IS NULL THEN
					' UNION ALL SELECT NULL, ''no reader for source "'' || d.source || ''"'' WHERE d.tool = %L'
				ELSE ' UNION ALL SELECT k.kind, CASE WHEN k.reason IS NOT NULL THEN concat_ws('' '', d.tool, k.kind) || '': '' || k.reason END
					FROM vsm.%2$I(d.document) AS k WHERE d.tool = %1$L AND jsonb_typeof(d.document) = ''object'''
			END, t, t || '_kind'), '')
	INTO kinds FROM unnest(tools) AS t;
	EXECUTE format(
		'WITH known AS MATERIALIZED (
			SELECT d.id, d.source, d.tool, d.document, k.kind, k.reason
			FROM (
				SELECT p.id, p.source, p.tool, e.document
				FROM (
					SELECT i.id, i.source, split_part(i.source, '':'', 1) AS tool, vsm.payload_text(i.payload)::jsonb AS document
					FROM %1$I.inbox AS i WHERE i.id = ANY ($1) OFFSET 0) AS p,
					LATERAL (
						SELECT p.document WHERE jsonb_typeof(p.document) <> ''array''
						UNION ALL
						SELECT a FROM jsonb_array_elements(p.document) AS a WHERE jsonb_typeof(p.document) = ''array'') AS e
				OFFSET 0) AS d
				LEFT JOIN LATERAL (
					SELECT NULL::text AS kind, ''it is a JSON '' || jsonb_typeof(d.document) || '', not an object'' AS reason
					WHERE jsonb_typeof(d.document) <> ''object''%2$s) AS k ON true),
		refused AS (
			SELECT k.id, min(k.reason) AS reason FROM known AS k WHERE k.reason IS NOT NULL GROUP BY k.id)
		SELECT (SELECT array_agg(r.id ORDER BY r.id) FROM refused AS r), (SELECT array_agg(r.reason ORDER BY r.id) FROM refused AS r),
			array_agg(k.source), array_agg(k.tool || ''_'' || k.kind), array_agg(k.document)
		FROM known AS k WHERE k.id NOT IN (SELECT r.id FROM refused AS r)', model, kinds)
	INTO refused, reasons, sources, names, documents USING payloads;
	IF refused IS NOT NULL THEN
		EXECUTE format('UPDATE %I.inbox AS i SET error = r.reason FROM unnest($1, $2) AS r (id, reason) WHERE i.id = r.id', model)
		USING refused, reasons;
	END IF;
	result := ROW (cardinality(payloads) - coalesce(cardinality(refused), 0), coalesce(cardinality(refused), 0));
	EXECUTE format('DELETE FROM %I.inbox WHERE id = ANY ($1) AND error IS NULL', model) USING payloads;
	IF documents IS NULL THEN
		RETURN result;		-- all are refused, or empty lists
	END IF;

	-- Read. Events and changes go to their tables at once.
	SELECT string_agg(format('SELECT f.* FROM document AS d, LATERAL vsm.%I(d.source, d.document) AS f WHERE d.name = %L', 'read_' || n, n), ' UNION ALL ')
	INTO readers FROM (SELECT DISTINCT n FROM unnest(names) AS n) AS n;
	EXECUTE format(
		'WITH document AS MATERIALIZED (SELECT * FROM unnest($1, $2, $3) AS d (source, name, document)),
		fact AS MATERIALIZED (%2$s),
		new AS (
			INSERT INTO %1$I.event (source, event_id, entity, at, state, state_id, previous, previous_id, seq, method, attributes)
			SELECT f.source, f.id, f.entity, f.at, f.value, f.value_id, f.previous, f.previous_id, f.seq, f.method, f.details
			FROM fact AS f WHERE f.fact = ''event'' ORDER BY f.id COLLATE "C", f.at, f.details
			ON CONFLICT DO NOTHING RETURNING source, event_id),
		change AS (
			INSERT INTO %1$I.item_change (item, attribute, at, change_id, value, previous, source)
			SELECT DISTINCT ON (f.entity COLLATE "C", f.name COLLATE "C", f.id COLLATE "C")
				f.entity, f.name, f.at, f.id, f.value, f.previous, f.source
			FROM fact AS f WHERE f.fact = ''change''
			ORDER BY f.entity COLLATE "C", f.name COLLATE "C", f.id COLLATE "C", f.at
			ON CONFLICT (item, attribute, change_id) DO UPDATE SET at = excluded.at WHERE excluded.at < item_change.at)
		SELECT array_agg(f::vsm.fact) FROM fact AS f
		WHERE f.fact NOT IN (''event'', ''change'')
		-- and the events that were there already, if any
		OR f.fact = ''event'' AND (SELECT count(*) FROM new) < (SELECT count(*) FROM fact AS e WHERE e.fact = ''event'')
			AND (f.source, f.id) NOT IN (SELECT n.source, n.event_id FROM new AS n)', model, readers)
	INTO facts USING sources, names, documents;

	SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY k.o) INTO STRICT key
	FROM pg_index i, unnest(i.indkey) WITH ORDINALITY AS k (attnum, o), pg_attribute a
	WHERE i.indrelid = format('%I.event', model)::regclass AND i.indisprimary AND a.attrelid = i.indrelid AND a.attnum = k.attnum;
	IF key IS NULL THEN
		RAISE EXCEPTION USING ERRCODE = 'invalid_column_reference', MESSAGE = 'table "event" has no primary key';
	END IF;
	-- Where a webhook and the API tell of one event at two times, the earlier is kept, whichever came first.
	IF key = 'source, event_id' THEN
		EXECUTE format(
			'UPDATE %I.event AS e SET at = f.at, state = f.value, state_id = f.value_id, previous = f.previous, previous_id = f.previous_id,
				seq = f.seq, method = f.method, attributes = f.details
			 FROM (
				SELECT DISTINCT ON (f.source, f.id) f.* FROM unnest($1) AS f
				WHERE f.fact = ''event'' ORDER BY f.source, f.id, f.at, f.details) AS f
			 WHERE e.source = f.source AND e.event_id = f.id
				AND (f.at < e.at OR f.at = e.at AND (f.details < e.attributes OR f.details IS NOT NULL AND e.attributes IS NULL))', model)
		USING facts;
	END IF;

	-- Items are locked from here on: what follows looks at all that is known of them.
	SELECT array_agg(f) INTO rows FROM unnest(facts) AS f WHERE f.fact = 'item';
	PERFORM vsm.ingest_rows(model, 'item', rows, false);

	EXECUTE format(
		'UPDATE %I.item AS i SET changelog_until = f.at
		 FROM (SELECT f.entity, max(f.at) AS at FROM unnest($1) AS f WHERE f.fact = ''history'' GROUP BY f.entity) AS f
		 WHERE i.item = f.entity AND (f.at <= i.changelog_until) IS NOT TRUE AND f.at IS NOT NULL', model)
	USING facts;
	-- What was cut off where the known history had ended continues it.
	IF EXISTS (SELECT FROM unnest(facts) AS f WHERE f.fact = 'item' AND f.details ->> 'changelog_from' IS NOT NULL) THEN
		EXECUTE format(
			'UPDATE %I.item AS i SET changelog_until = i.updated_at
			 WHERE i.item IN (SELECT f.entity FROM unnest($1) AS f WHERE f.fact = ''item'')
			 AND i.changelog_from <= i.changelog_until AND i.changelog_until < i.updated_at', model)
		USING facts;
	END IF;

	EXECUTE format(
		'INSERT INTO %1$I.item_alias (alias, item, since)
		 SELECT f.value, f.entity, min(f.at) FROM unnest($1) AS f WHERE f.fact = ''alias''
		 GROUP BY f.value, f.entity ORDER BY f.value COLLATE "C", f.entity COLLATE "C"
		 ON CONFLICT (alias, item) DO UPDATE SET since = least(item_alias.since, excluded.since)
		 WHERE excluded.since < item_alias.since OR item_alias.since IS NULL AND excluded.since IS NOT NULL', model)
	USING facts;

	-- The state at creation is what the earliest change came from, whichever payload told of it.
	EXECUTE format(
		'INSERT INTO %1$I.event (source, event_id, entity, at, state, state_id, method)
		 SELECT n.source, n.entity || '':created'', n.entity, n.at, n.state, n.state_id, n.method
		 FROM (
				SELECT f.source, f.entity, min(f.at) AS at,
					(array_agg(f.value ORDER BY f.value) FILTER (WHERE f.value IS NOT NULL))[1] AS value,
					(array_agg(f.value_id ORDER BY f.value) FILTER (WHERE f.value IS NOT NULL))[1] AS value_id
				FROM unnest($1) AS f WHERE f.fact = ''created'' GROUP BY f.source, f.entity) AS c
			LEFT JOIN %1$I.item AS i ON i.item = c.entity
			LEFT JOIN LATERAL (
				SELECT e.previous, e.previous_id FROM %1$I.event AS e WHERE e.entity = c.entity AND e.previous IS NOT NULL
				ORDER BY e.at, length(e.event_id), e.event_id COLLATE "C" LIMIT 1) AS first ON true,
			LATERAL (
				SELECT c.source, c.entity, coalesce(c.at, i.created_at) AS at, coalesce(first.previous, c.value) AS state,
					CASE WHEN first.previous IS NULL THEN c.value_id ELSE first.previous_id END AS state_id,
					CASE WHEN first.previous IS NOT NULL THEN ''inferred'' END AS method OFFSET 0) AS n
		 WHERE n.at IS NOT NULL AND n.state IS NOT NULL
		 ORDER BY n.entity COLLATE "C"
		 ON CONFLICT (%2$s) DO UPDATE SET state = excluded.state, state_id = excluded.state_id, method = excluded.method
		 WHERE (event.state, event.state_id, event.method) IS DISTINCT FROM (excluded.state, excluded.state_id, excluded.method)', model, key)
	USING facts;
	-- So are the attributes.
	EXECUTE format(
		'INSERT INTO %1$I.item_change (item, attribute, at, change_id, value, source)
		 SELECT DISTINCT ON (c.item COLLATE "C", c.attribute COLLATE "C") c.item, c.attribute, i.created_at, ''created'', c.previous, c.source
		 FROM %1$I.item_change AS c JOIN %1$I.item AS i ON i.item = c.item
		 WHERE c.item IN (SELECT f.entity FROM unnest($1) AS f WHERE f.fact = ''created'') AND c.change_id <> ''created'' AND i.created_at IS NOT NULL
		 ORDER BY c.item COLLATE "C", c.attribute COLLATE "C", c.at, length(c.change_id), c.change_id COLLATE "C"
		 ON CONFLICT (item, attribute, change_id) DO UPDATE SET at = excluded.at, value = excluded.value
		 WHERE (item_change.at, item_change.value) IS DISTINCT FROM (excluded.at, excluded.value)', model)
	USING facts;

	-- A source that shows only the present: an event when it differs from what was known.
	EXECUTE format(
		'INSERT INTO %1$I.event (source, event_id, entity, at, state, state_id, method)
		 SELECT DISTINCT ON (f.entity COLLATE "C", f.at) f.source, f.entity || '':'' || extract(epoch FROM f.at) || '':'' || f.value,
			f.entity, f.at, f.value, f.value_id, ''observed''
		 FROM unnest($1) AS f
		 WHERE f.fact = ''observed''
		 AND f.value IS DISTINCT FROM
			(SELECT e.state FROM %1$I.event AS e WHERE e.entity = f.entity AND e.at <= f.at AND e.method IS DISTINCT FROM ''label''
			 ORDER BY e.at DESC, e.event_id COLLATE "C" DESC LIMIT 1)
		 ORDER BY f.entity COLLATE "C", f.at, f.value COLLATE "C"
		 ON CONFLICT DO NOTHING', model)
	USING facts;

	EXECUTE format(
		'INSERT INTO %1$I.link (source, target, kind, method, confidence, since, until, changed_at)
		 SELECT f.entity, f.value, f.name,
			(array_agg(f.method ORDER BY f.confidence DESC, f.method))[1], max(f.confidence), min(f.at),
			(array_agg(f.until ORDER BY n.changed_at DESC NULLS LAST, f.until NULLS LAST))[1], max(n.changed_at)
		 FROM unnest($1) AS f, LATERAL (SELECT coalesce(f.until, vsm.payload_time(f.details ->> ''seen_at''), f.at) AS changed_at) AS n
		 WHERE f.fact = ''link''
		 GROUP BY f.entity, f.value, f.name
		 ORDER BY f.entity COLLATE "C", f.value COLLATE "C", f.name COLLATE "C"
		 ON CONFLICT (source, target, kind) DO UPDATE SET
			method = CASE WHEN excluded.confidence > link.confidence OR excluded.confidence = link.confidence AND excluded.method < link.method
				THEN excluded.method ELSE link.method END,
			confidence = greatest(link.confidence, excluded.confidence),
			since = least(link.since, excluded.since),
			until = CASE WHEN link.changed_at IS NULL OR excluded.changed_at > link.changed_at THEN excluded.until ELSE link.until END,
			changed_at = greatest(link.changed_at, excluded.changed_at)
		 WHERE excluded.confidence > link.confidence OR excluded.confidence = link.confidence AND excluded.method < link.method
			OR excluded.since < link.since OR link.since IS NULL AND excluded.since IS NOT NULL
			OR excluded.changed_at > link.changed_at OR link.changed_at IS NULL AND excluded.changed_at IS NOT NULL', model)
	USING facts;

	SELECT array_agg(f) INTO rows FROM unnest(facts) AS f WHERE f.fact = 'commit';
	PERFORM vsm.ingest_rows(model, 'commit', rows, true);
	SELECT array_agg(f) INTO rows FROM unnest(facts) AS f WHERE f.fact = 'deployment';
	PERFORM vsm.ingest_rows(model, 'deployment', rows, true);
	SELECT array_agg(f) INTO rows FROM unnest(facts) AS f WHERE f.fact = 'incident';
	PERFORM vsm.ingest_rows(model, 'incident', rows, false);
	RETURN result;
END
$$;

CREATE OR REPLACE FUNCTION vsm.ingest_batch(model text, payloads bigint[]) RETURNS vsm.ingested
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	state   text;
	message text;
	detail  text;
	broken  bigint[];
	half    integer := cardinality(payloads) / 2;
	first   vsm.ingested;
	second  vsm.ingested;
BEGIN
	PERFORM vsm.check_model(model);
	IF coalesce(cardinality(payloads), 0) = 0 THEN
		RETURN ROW (0, 0)::vsm.ingested;
	END IF;
	BEGIN
		RETURN vsm.ingest_payloads(model, payloads);
	EXCEPTION WHEN OTHERS THEN
		GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL;
		-- Connections, transactions, privileges, disks, operators, the server, a model that lacks
		-- something: no fault of a payload.
		IF left(state, 2) IN ('08', '25', '28', '2D', '3B', '40', '42', '55', '57', '58', 'F0', '72')
			OR left(state, 2) = '53' AND state <> '53200' THEN
			PERFORM vsm.raise_model_error(model, 'vsm.ingest', state, message);
			RAISE;
		END IF;
	END;

	IF half = 0 THEN
		EXECUTE format('UPDATE %I.inbox SET error = $2 WHERE id = $1', model)
		USING payloads[1], state || ': ' || message || coalesce('. ' || nullif(detail, ''), '');
		RETURN ROW (0, 1)::vsm.ingested;
	END IF;

	-- Mostly some payloads are not JSON: they are found at once.
	IF state IN ('22P02', '22P05') THEN
		BEGIN
			EXECUTE format(
				'WITH broken AS (
					UPDATE %1$I.inbox AS i SET error = ''22P02: not JSON. '' || e.error
					FROM (SELECT i.id, vsm.payload_error(vsm.payload_text(i.payload)) AS error FROM %1$I.inbox AS i WHERE i.id = ANY ($1) OFFSET 0) AS e
					WHERE i.id = e.id AND e.error IS NOT NULL RETURNING i.id)
				 SELECT array_agg(b.id) FROM broken AS b', model)
			INTO broken USING payloads;
		EXCEPTION WHEN statement_too_complex THEN
			broken := NULL;		-- one is nested too deeply: the halves will show which
		END;
		IF broken IS NOT NULL THEN
			first := vsm.ingest_batch(model, ARRAY(SELECT p FROM unnest(payloads) AS p WHERE p <> ALL (broken)));
			RETURN ROW (first.read, first.refused + cardinality(broken))::vsm.ingested;
		END IF;
	END IF;

	-- Otherwise one half at a time, until the payload at fault is alone.
	first := vsm.ingest_batch(model, payloads[:half]);
	second := vsm.ingest_batch(model, payloads[half + 1:]);
	RETURN ROW (first.read + second.read, first.refused + second.refused)::vsm.ingested;
END
$$;

CREATE OR REPLACE FUNCTION vsm.next_payloads(model text, after bigint, last bigint) RETURNS vsm.inbox_batch
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off
SET enable_bitmapscan = off
AS $$
DECLARE
	candidates bigint[];
	result     vsm.inbox_batch;
BEGIN
	PERFORM vsm.check_inbox(model);
	-- In the order of arrival, from the index: at least one payload, then up to 8 MB.
	EXECUTE format(
		'SELECT array_agg(b.id ORDER BY b.id), max(b.id)
		 FROM (
			SELECT p.id, sum(octet_length(p.payload)) OVER (ORDER BY p.id) - octet_length(p.payload) AS before
			FROM (
				SELECT i.id, i.payload FROM %I.inbox AS i
				WHERE i.error IS NULL AND i.id > $1 AND i.id <= $2
				ORDER BY i.id LIMIT 2000) AS p) AS b
		 WHERE b.before < 8 * 1024 * 1024', model)
	INTO candidates, result.last USING after, last;
	-- What another session has locked it reads itself.
	EXECUTE format(
		'SELECT array_agg(l.id ORDER BY l.id)
		 FROM (SELECT i.id FROM %I.inbox AS i WHERE i.id = ANY ($1) AND i.error IS NULL ORDER BY i.id FOR UPDATE SKIP LOCKED) AS l', model)
	INTO result.payloads USING candidates;
	RETURN result;
END
$$;

CREATE OR REPLACE FUNCTION vsm.last_payload(model text) RETURNS bigint
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	last bigint;
BEGIN
	PERFORM vsm.check_inbox(model);
	PERFORM vsm.check_model(model, 'event', 'item', 'item_change', 'item_alias', 'link', 'commit', 'deployment', 'incident');
	EXECUTE format('SELECT max(i.id) FROM %I.inbox AS i WHERE i.error IS NULL', model) INTO last;
	RETURN last;
END
$$;

CREATE OR REPLACE FUNCTION vsm.link_deployments(model text) RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
DECLARE
	found   bigint;
	changes bigint;
	state   text;
	message text;
BEGIN
	PERFORM vsm.check_model(model, 'link', 'item', 'item_alias', 'event', 'service', 'deployment', 'incident');
	-- One session at a time: of two, each would keep what the other has just found, though it finds it no longer.
	PERFORM pg_advisory_xact_lock(hashtextextended('vsm.link_deployments ' || model, 0));
	BEGIN
		EXECUTE format('DELETE FROM %I.link WHERE (kind, method) IN ((''deploys'', ''service and time of work''), (''caused_by'', ''change''),
			(''caused_by'', ''commit''), (''caused_by'', ''latest deployment before''))', model);

		EXECUTE format(
			'INSERT INTO %1$I.link (source, target, kind, method, confidence, since, changed_at)
			 SELECT c.item, d.deployment, ''deploys'', ''service and time of work'', 0.7, d.finished_at, d.finished_at
			 FROM %1$I.item AS c
				JOIN LATERAL (SELECT min(e.at) FILTER (WHERE e.state = ''work started'') AS started_at,
						max(e.at) FILTER (WHERE e.state = ''work ended'') AS ended_at
					FROM %1$I.event AS e WHERE e.entity = c.item AND e.method = ''label'') AS w ON true
				JOIN (%1$I.deployment AS d JOIN %1$I.routed_deployment AS r ON r.deployment = d.deployment)
					ON r.service = c.service AND d.status = ''success'' AND d.finished_at >= w.started_at AND d.finished_at <= w.ended_at
			 WHERE c.project = ''change_request''
			 AND NOT EXISTS (SELECT FROM %1$I.link AS l WHERE l.source = c.item AND l.kind = ''deploys'')
			 ORDER BY c.item COLLATE "C", d.deployment COLLATE "C"
			 ON CONFLICT DO NOTHING', model);
		GET DIAGNOSTICS changes = ROW_COUNT;

		EXECUTE format(
			'INSERT INTO %1$I.link (source, target, kind, method, confidence, since, changed_at)
			 SELECT i.incident, c.deployment, ''caused_by'', c.method, c.confidence, i.opened_at, i.opened_at
			 FROM %1$I.incident AS i
				LEFT JOIN LATERAL (
					SELECT s.service FROM %1$I.service AS s WHERE s.repository = i.repository ORDER BY s.path IS NOT NULL, s.service LIMIT 1) AS s ON true,
				LATERAL (
					SELECT t.target AS deployment, ''change'' AS method, 0.95 AS confidence
					FROM %1$I.entity_link AS l JOIN %1$I.entity_link AS t ON t.source = l.target AND t.kind = ''deploys'' AND t.target LIKE ''%%:deployment:%%''
					WHERE l.source = i.incident AND l.kind = ''caused_by''
					UNION ALL
					SELECT d.deployment, CASE WHEN l.target = d.sha THEN ''commit'' ELSE ''change'' END, 0.95
					FROM %1$I.entity_link AS l
						LEFT JOIN %1$I.entity_link AS t ON t.source = l.target AND t.kind = ''deploys''
						JOIN %1$I.deployment AS d ON d.sha IN (l.target, t.target) AND d.finished_at <= i.opened_at
					WHERE l.source = i.incident AND l.kind = ''caused_by''
					UNION ALL
					(SELECT d.deployment, ''latest deployment before'', 0.5
					 FROM %1$I.deployment AS d JOIN %1$I.routed_deployment AS r ON r.deployment = d.deployment
					 WHERE r.service = coalesce(i.service, s.service, i.repository) AND d.status = ''success'' AND d.finished_at <= i.opened_at
					 AND (d.environment = i.environment OR i.environment IS NULL AND d.environment_tier = ''production'')
					 AND NOT EXISTS (SELECT FROM %1$I.link AS l WHERE l.source = i.incident AND l.kind = ''caused_by'')
					 ORDER BY d.finished_at DESC, d.deployment COLLATE "C" LIMIT 1)) AS c
			 ORDER BY i.incident COLLATE "C", c.deployment COLLATE "C", c.method
			 ON CONFLICT DO NOTHING', model);
		GET DIAGNOSTICS found = ROW_COUNT;
		RETURN found + changes;
	EXCEPTION WHEN syntax_error_or_access_rule_violation THEN
		GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT;
		PERFORM vsm.raise_model_error(model, 'vsm.link_deployments', state, message);
		RAISE;
	END;
END
$$;

CREATE OR REPLACE PROCEDURE vsm.create_model(schema text, time_zone text DEFAULT NULL, week_starts text DEFAULT NULL, currency text DEFAULT NULL)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	t       vsm.model_table;
	c       vsm.model_column;
	o       vsm.model_object;
	target  regclass;
	key     text;
	comment text;
BEGIN
	IF schema IS NULL THEN
		PERFORM vsm.check_model(schema);
	ELSIF schema = '' OR schema = 'vsm' OR schema = 'information_schema' OR starts_with(schema, 'pg_') THEN
		RAISE EXCEPTION USING
			ERRCODE = 'invalid_schema_name',
			MESSAGE = format('a model cannot be created in schema "%s"', schema),
			DETAIL = 'The schema of a model is one of your own: not "vsm", which belongs to the extension, nor one of PostgreSQL''s.',
			HINT = 'Choose another name: CALL vsm.create_model(''flow'')';
	ELSIF octet_length(schema) > 63 THEN
		RAISE EXCEPTION USING
			ERRCODE = 'name_too_long',
			MESSAGE = format('schema "%s" has too long a name', schema),
			DETAIL = 'PostgreSQL would cut it off after 63 bytes.',
			HINT = 'Choose a shorter name.';
	END IF;
	PERFORM vsm.check_settings(time_zone, week_starts);
	-- One session at a time, so that who comes second finds what the first has made.
	PERFORM pg_advisory_xact_lock(hashtextextended('vsm.create_model ' || schema, 0));
	IF EXISTS (
		SELECT FROM to_regclass(format('%I.model', schema)) AS m
		WHERE m IS NOT NULL AND NOT EXISTS (SELECT FROM pg_class AS r WHERE r.oid = m))
	THEN
		RAISE EXCEPTION USING
			ERRCODE = 'serialization_failure',
			MESSAGE = format('another session has just created the model in schema "%s"', schema),
			DETAIL = 'This transaction sees the database as it was before.',
			HINT = 'Call vsm.create_model again in a new transaction.';
	END IF;
	PERFORM vsm.check_kind(schema, m.name, 'table') FROM vsm.model_tables() AS m;
	PERFORM vsm.check_kind(schema, m.name, 'view') FROM vsm.model_views() AS m;
	PERFORM vsm.check_column(schema, m.relation, m.name, m.type) FROM vsm.model_columns() AS m;

	IF to_regnamespace(quote_ident(schema)) IS NULL THEN
		BEGIN
			EXECUTE format('CREATE SCHEMA %I', schema);
		EXCEPTION WHEN duplicate_schema OR unique_violation THEN
			NULL;	-- somebody else has just made it
		END;
	END IF;

	FOR t IN SELECT * FROM vsm.model_tables() LOOP
		IF to_regclass(format('%I.%I', schema, t.name)) IS NULL THEN
			EXECUTE format('CREATE TABLE %I.%I (%s)', schema, t.name,
				(SELECT string_agg(format('%I %s', m.name, m.type), ', ' ORDER BY m.o)
				 FROM vsm.model_columns() WITH ORDINALITY AS m (relation, name, type, comment, o) WHERE m.relation = t.name));
		END IF;
		target := format('%I.%I', schema, t.name)::regclass;

		-- Columns of a later version, or of a table that the user has made to be partitioned.
		FOR c IN SELECT m.relation, m.name, m.type, m.comment
			FROM vsm.model_columns() WITH ORDINALITY AS m (relation, name, type, comment, o)
			WHERE m.relation = t.name ORDER BY m.o
		LOOP
			IF NOT EXISTS (SELECT FROM pg_attribute AS a WHERE a.attrelid = target AND a.attname = c.name AND NOT a.attisdropped) THEN
				EXECUTE format('ALTER TABLE %s ADD COLUMN %I %s', target, c.name, c.type);
			ELSIF c.type LIKE '%NOT NULL%' AND EXISTS (
				SELECT FROM pg_attribute AS a WHERE a.attrelid = target AND a.attname = c.name AND NOT a.attnotnull)
			THEN
				EXECUTE format('ALTER TABLE %s ALTER COLUMN %I SET NOT NULL', target, c.name);
			END IF;
			EXECUTE format('COMMENT ON COLUMN %s.%I IS %L', target, c.name, c.comment);
		END LOOP;
		EXECUTE format('COMMENT ON TABLE %s IS %L', target, t.comment);

		-- The key of a partitioned table holds the columns by which it is partitioned.
		IF NOT EXISTS (SELECT FROM pg_index AS i WHERE i.indrelid = target AND i.indisprimary) THEN
			SELECT string_agg(quote_ident(k.name), ', ' ORDER BY k.o) INTO key
			FROM (
				SELECT n.name, min(n.o) AS o
				FROM (
					SELECT trim(p.name) AS name, p.o FROM string_to_table(t.key, ',') WITH ORDINALITY AS p (name, o)
					UNION ALL
					SELECT a.attname, 100 + p.o
					FROM pg_partitioned_table AS q, unnest(q.partattrs::smallint[]) WITH ORDINALITY AS p (attnum, o), pg_attribute AS a
					WHERE q.partrelid = target AND a.attrelid = target AND a.attnum = p.attnum) AS n
				GROUP BY n.name) AS k;
			IF key ~ '(recorded_at|xid)' THEN
				RAISE EXCEPTION USING
					ERRCODE = 'invalid_table_definition',
					MESSAGE = format('table %s cannot be partitioned by when its rows were written', target),
					DETAIL = format('Its key would be (%s), and an event told twice would be two rows.', key),
					HINT = 'Partition it by at, entity or source.';
			END IF;
			EXECUTE format('ALTER TABLE %s ADD CONSTRAINT %I PRIMARY KEY (%s)', target, t.name || '_pkey', key);
		END IF;
	END LOOP;

	FOR o IN SELECT * FROM vsm.model_constraints() LOOP
		target := format('%I.%I', schema, o.relation)::regclass;
		IF NOT EXISTS (SELECT FROM pg_constraint AS k WHERE k.conrelid = target AND k.conname = o.name) THEN
			EXECUTE format('ALTER TABLE %s ADD CONSTRAINT %I %s', target, o.name, o.definition);
		END IF;
	END LOOP;

	FOR o IN SELECT * FROM vsm.model_indexes() LOOP
		IF to_regclass(format('%I.%I', schema, o.name)) IS NULL THEN
			EXECUTE format('CREATE INDEX %I ON %I.%I %s', o.name, schema, o.relation, o.definition);
		END IF;
	END LOOP;

	IF NOT EXISTS (SELECT FROM pg_trigger AS g WHERE g.tgrelid = format('%I.model', schema)::regclass AND g.tgname = 'model_settings') THEN
		EXECUTE format('CREATE TRIGGER model_settings BEFORE INSERT OR UPDATE OF time_zone, week_starts ON %I.model
			FOR EACH ROW EXECUTE FUNCTION vsm.check_model_settings()', schema);
		EXECUTE format('COMMENT ON TRIGGER model_settings ON %I.model IS %L', schema, 'Says what is wrong with a time zone or a day that is none.');
	END IF;

	EXECUTE format('INSERT INTO %I.model (version, time_zone, week_starts, currency) VALUES ($1, coalesce($2, ''UTC''), coalesce($3, ''mon''), $4)
		ON CONFLICT (single) DO UPDATE SET version = $1, time_zone = coalesce($2, model.time_zone),
			week_starts = coalesce($3, model.week_starts), currency = coalesce($4, model.currency)
		WHERE (model.version, model.time_zone, model.week_starts, model.currency) IS DISTINCT FROM
			($1, coalesce($2, model.time_zone), coalesce($3, model.week_starts), coalesce($4, model.currency))', schema)
	USING (SELECT e.extversion FROM pg_extension AS e WHERE e.extname = 'vsm'), time_zone, week_starts, currency;

	FOR o IN SELECT * FROM vsm.model_views() LOOP
		EXECUTE format('CREATE OR REPLACE VIEW %1$I.%2$I AS %3$s', schema, o.name, format(o.definition, schema));
		EXECUTE format('COMMENT ON VIEW %I.%I IS %L', schema, o.name, o.comment);
		FOR key, comment IN
			SELECT a.attname, o.columns[a.attnum] FROM pg_attribute AS a
			WHERE a.attrelid = format('%I.%I', schema, o.name)::regclass AND a.attnum > 0
		LOOP
			EXECUTE format('COMMENT ON COLUMN %I.%I.%I IS %L', schema, o.name, key, comment);
		END LOOP;
	END LOOP;

	IF EXISTS (SELECT FROM pg_roles AS r WHERE r.rolname = current_user AND (r.rolsuper OR r.rolbypassrls)) THEN
		RAISE WARNING USING
			MESSAGE = format('the model in schema "%s" belongs to "%s", whom row security does not bind', schema, current_user),
			DETAIL = 'Views read the tables as their owner does, so policies on the tables would not hold for those who read the views.',
			HINT = 'Create the model as a role that is neither a superuser nor has BYPASSRLS.';
	END IF;
END
$$;
