/*
 * CALL vsm.ingest('flow'): raw payloads become rows of the model.
 *
 * Payloads are taken from the inbox some hundreds at a time (8 MB, or 2,000 small ones). In one transaction a batch is parsed,
 * told apart by the readers' *_kind functions and deleted, read by one statement into facts, and
 * the facts are written by one statement a table. So a payload is either in the
 * inbox or in the model, whatever happens in between. What is refused, or fails when it is read
 * alone, stays in the inbox with its error.
 *
 * (jit is off: planning and compiling a batch anew would cost more than reading it.)
 *
 * Everyone writes the tables in the same order and their rows in the order of their keys, so two
 * runs at once may wait for each other but do not deadlock.
 */

CREATE TYPE vsm.ingested AS (read bigint, refused bigint);
COMMENT ON TYPE vsm.ingested IS 'what became of payloads: how many were read, and how many stay in the inbox with an error';

/*
 * Rows whose columns come in the details of facts: item, commit, deployment, incident. A newer
 * version of a row replaces the columns that it names; of equal versions the greater value of
 * each column is kept; an older one does nothing or, if fill is true, sets the columns that are
 * still NULL, where several payloads each tell a part (it began, it ended). So payloads in any
 * order, and any number of times, end in the same row.
 */
CREATE FUNCTION vsm.ingest_rows(model text, relation text, facts vsm.fact[], fill boolean) RETURNS void
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
COMMENT ON FUNCTION vsm.ingest_rows(text, text, vsm.fact[], boolean) IS
	'writes facts about items, commits, deployments or incidents to that table of a model; a part of vsm.ingest';

/*
 * Reads these payloads, which the caller has locked, and writes what they state. Payloads that
 * their *_kind function refuses get the reason as their error; anything else that is wrong with
 * any of them raises.
 */
CREATE FUNCTION vsm.ingest_payloads(model text, payloads bigint[]) RETURNS vsm.ingested
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
	SELECT string_agg(format(
		CASE WHEN to_regprocedure(format('vsm.%I(text, jsonb, jsonb)', 'read_' || n)) IS NOT NULL THEN
			'SELECT f.source, f.fact, f.entity, f.at, f.value, f.id, f.name, f.previous, f.value_id, f.previous_id, f.seq, f.method, f.confidence, f.until,
				CASE WHEN f.fact = ''link'' THEN jsonb_build_object(''seen_at'', f.version) ELSE f.details END, f.version
			 FROM document AS d, LATERAL vsm.%I(d.source, d.document, $4) AS f WHERE d.name = %L'
		ELSE 'SELECT f.*, NULL::timestamptz FROM document AS d, LATERAL vsm.%I(d.source, d.document) AS f WHERE d.name = %L' END, 'read_' || n, n), ' UNION ALL ')
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
		SELECT array_agg(ROW (f.*)::vsm.fact) FROM fact AS f
		WHERE f.fact NOT IN (''event'', ''change'')
		-- and the events that were there already, if any
		OR f.fact = ''event'' AND (SELECT count(*) FROM new) < (SELECT count(*) FROM fact AS e WHERE e.fact = ''event'')
			AND (f.source, f.id) NOT IN (SELECT n.source, n.event_id FROM new AS n)', model, readers)
	INTO facts USING sources, names, documents, vsm.default_names();

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
COMMENT ON FUNCTION vsm.ingest_payloads(text, bigint[]) IS
	'reads these payloads of a model''s inbox, all or none, apart from those that are refused; a part of vsm.ingest';

CREATE FUNCTION vsm.ingest_batch(model text, payloads bigint[]) RETURNS vsm.ingested
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
COMMENT ON FUNCTION vsm.ingest_batch(text, bigint[]) IS
	'reads these payloads of a model''s inbox; those that cannot be read get their error and do not stop the others; a part of vsm.ingest';

CREATE TYPE vsm.inbox_batch AS (payloads bigint[], last bigint);
COMMENT ON TYPE vsm.inbox_batch IS
	'payloads of an inbox that are read together, as far as no other session reads them, and the id up to which they were looked for';

CREATE FUNCTION vsm.next_payloads(model text, after bigint, last bigint) RETURNS vsm.inbox_batch
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
COMMENT ON FUNCTION vsm.next_payloads(text, bigint, bigint) IS
	'locks the next payloads of a model''s inbox and returns their ids; last is NULL when there are no more; a part of vsm.ingest';

CREATE FUNCTION vsm.last_payload(model text) RETURNS bigint
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
COMMENT ON FUNCTION vsm.last_payload(text) IS
	'the id of the last payload in a model''s inbox that is to be read, NULL when there is none; a part of vsm.ingest';

CREATE PROCEDURE vsm.ingest(model text)
LANGUAGE plpgsql
AS $$
DECLARE
	last     bigint;
	after    bigint := 0;
	batch    vsm.inbox_batch;
	attempts integer := 0;
BEGIN
	-- A procedure that commits cannot have a SET clause; at each COMMIT this setting ends.
	PERFORM pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
	-- What arrives from now on is for the next run, so that this one ends.
	last := vsm.last_payload(model);
	LOOP
		PERFORM pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
		batch := vsm.next_payloads(model, after, last);
		EXIT WHEN batch.last IS NULL;
		BEGIN
			PERFORM vsm.ingest_batch(model, batch.payloads);
			after := batch.last;
			attempts := 0;
		EXCEPTION WHEN deadlock_detected OR serialization_failure THEN
			-- With someone who writes the tables in another order: once more, after letting go.
			attempts := attempts + 1;
			IF attempts = 10 THEN
				RAISE;
			END IF;
		END;
		COMMIT;
	END LOOP;
END
$$;
COMMENT ON PROCEDURE vsm.ingest(text) IS
	'reads the payloads in a model''s inbox and commits after every few hundred; those that cannot be read stay, with their error';

CREATE FUNCTION vsm.ingest_once(model text) RETURNS vsm.ingested
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	last     bigint := vsm.last_payload(model);
	after    bigint := 0;
	batch    vsm.inbox_batch;
	done     vsm.ingested;
	result   vsm.ingested := ROW (0, 0);
BEGIN
	LOOP
		batch := vsm.next_payloads(model, after, last);
		EXIT WHEN batch.last IS NULL;
		done := vsm.ingest_batch(model, batch.payloads);
		result := ROW (result.read + done.read, result.refused + done.refused);
		after := batch.last;
	END LOOP;
	RETURN result;
END
$$;
COMMENT ON FUNCTION vsm.ingest_once(text) IS
	'does what the procedure vsm.ingest does inside the transaction of the caller, and returns how many payloads were read and refused';
