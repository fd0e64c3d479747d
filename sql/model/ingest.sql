/*
 * CALL vsm.ingest('flow'): raw payloads become rows of the model.
 *
 * Payloads are taken from the inbox some hundreds at a time (8 MB, or 2,000 small ones). In one
 * transaction a batch is parsed into documents, which the readers' *_kind functions tell apart and
 * their read_* functions turn into facts, and vsm.write_facts writes these. So a payload is either
 * in the inbox or in the model, whatever happens in between. What is refused stays in the inbox
 * with its error; of a page only the elements that are.
 *
 * A payload that is at fault costs itself only. Each batch is an attempt, which is committed before
 * it is made: who finds an attempt that nobody makes any more (the call was cancelled, the server
 * killed) knows that one of its payloads may have been the reason. They are read alone and last
 * from then on. A payload whose reading ends a call that began with it has failed; after three
 * such attempts it is set aside with an error. ingest_once cannot commit and leaves them to ingest.
 *
 * (jit is off: planning and compiling a batch anew would cost more than reading it.)
 */

CREATE TYPE vsm.ingested AS (read bigint, refused bigint);
COMMENT ON TYPE vsm.ingested IS 'what became of payloads: how many were read, and how many stay in the inbox with an error';

CREATE TYPE vsm.held_document AS (
	document    integer,
	payload     bigint,
	source      text,
	tool        text,
	received_at timestamptz,
	page        smallint,
	kind        text,
	reason      text
);
COMMENT ON TYPE vsm.held_document IS
	'a document that is being read, without its body: a payload or a part of one; a part of vsm.ingest';
COMMENT ON COLUMN vsm.held_document.page IS
	'NULL: it was not looked at yet; 0: it is no page; 1: it is one; 2: it is one whose elements are documents, too';
COMMENT ON COLUMN vsm.held_document.reason IS 'why it is not read; NULL if it is';

CREATE FUNCTION vsm.hold_document(payload bigint, source text, received_at timestamptz, body jsonb) RETURNS integer
	AS 'MODULE_PATHNAME', 'vsm_hold_document' LANGUAGE C VOLATILE STRICT;
COMMENT ON FUNCTION vsm.hold_document(bigint, text, timestamptz, jsonb) IS
	'holds a document of a payload in memory (what is more than a dozen megabytes in a temporary file) until the transaction ends, and '
	'returns its number; a part of vsm.ingest';

CREATE FUNCTION vsm.held_document(number integer) RETURNS jsonb
	AS 'MODULE_PATHNAME', 'vsm_held_document' LANGUAGE C STABLE STRICT;
COMMENT ON FUNCTION vsm.held_document(integer) IS 'the document that is held under that number, NULL if none is; a part of vsm.ingest';

CREATE FUNCTION vsm.held_documents() RETURNS SETOF vsm.held_document
	AS 'MODULE_PATHNAME', 'vsm_held_documents' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION vsm.held_documents() IS 'what is known of the documents that are held; a part of vsm.ingest';

CREATE FUNCTION vsm.held_tools(page smallint) RETURNS text[]
	AS 'MODULE_PATHNAME', 'vsm_held_tools' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION vsm.held_tools(smallint) IS
	'the tools of the documents that are held and whose page is that, of those that are no page (0) only those that are of no kind and not '
	'refused; NULL if there are none; a part of vsm.ingest';

CREATE FUNCTION vsm.any_refused() RETURNS boolean
	AS 'MODULE_PATHNAME', 'vsm_any_refused' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION vsm.any_refused() IS 'whether one of the documents that are held is not read; a part of vsm.ingest';

CREATE FUNCTION vsm.judge_document(number integer, page smallint, kind text, reason text) RETURNS void
	AS 'MODULE_PATHNAME', 'vsm_judge_document' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION vsm.judge_document(integer, smallint, text, text) IS
	'says of a document that is held what it is, or why it is not read; a part of vsm.ingest';

CREATE FUNCTION vsm.refuse_document(number bigint, reason text) RETURNS void
	AS 'MODULE_PATHNAME', 'vsm_refuse_document' LANGUAGE C VOLATILE STRICT;
COMMENT ON FUNCTION vsm.refuse_document(bigint, text) IS
	'says of a document that is held why what it states is not written; a part of vsm.ingest';

CREATE FUNCTION vsm.hold_names(names jsonb) RETURNS void
	AS 'MODULE_PATHNAME', 'vsm_hold_names' LANGUAGE C VOLATILE STRICT;
COMMENT ON FUNCTION vsm.hold_names(jsonb) IS
	'holds what names mean in the documents that are being read; a part of vsm.ingest';

CREATE FUNCTION vsm.names_held() RETURNS jsonb
	AS 'MODULE_PATHNAME', 'vsm_names_held' LANGUAGE C STABLE;
COMMENT ON FUNCTION vsm.names_held() IS 'what names mean, as it was held last; a part of vsm.ingest';

CREATE FUNCTION vsm.release_documents() RETURNS void
	AS 'MODULE_PATHNAME', 'vsm_release_documents' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION vsm.release_documents() IS 'lets go of all documents that are held; a part of vsm.ingest';

/*
 * JSON in PostgreSQL takes a dozen times its text while it is parsed. So a page of megabytes is
 * parsed part by part, unless its elements depend on each other: that they do not is told by its
 * first two, with which it has one element more than with the first alone.
 */
CREATE FUNCTION vsm.add_large_document(payload bigint, source text, received_at timestamptz, body text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	tool    CONSTANT text := split_part(source, ':', 1);
	reads   CONSTANT boolean := to_regprocedure(format('vsm.%I(jsonb)', tool || '_elements')) IS NOT NULL;
	heads   CONSTANT text[] := ARRAY[vsm.payload_head(body, 1), vsm.payload_head(body, 2)];
	numbers integer[];
	head    jsonb;
BEGIN
	FOR n IN 1 .. 2 LOOP
		EXIT WHEN heads[n] IS NULL OR octet_length(heads[n]) > octet_length(body) / 2;
		head := vsm.payload_json(heads[n]);
		IF jsonb_typeof(head) = 'array' THEN
			numbers[n] := jsonb_array_length(head);
		ELSIF reads THEN
			numbers[n] := vsm.ask(format('SELECT jsonb_array_length(vsm.%I($1::jsonb))', tool || '_elements'), head::text);
		END IF;
	END LOOP;
	PERFORM vsm.hold_document(payload, source, received_at, vsm.payload_json(p.part))
	FROM vsm.payload_parts(body, CASE WHEN numbers[2] = numbers[1] + 1 THEN 1024 * 1024 ELSE octet_length(body) END) AS p (part);
END
$$;
COMMENT ON FUNCTION vsm.add_large_document(bigint, text, timestamptz, text) IS
	'holds a payload of megabytes as documents, a page in parts, so that memory is bounded; a part of vsm.ingest';

CREATE FUNCTION vsm.judge_documents() RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_memoize = off
SET jit = off
AS $$
#variable_conflict use_variable
DECLARE
	tool     text;
	elements text;
BEGIN
	-- A page may hold pages: a list of answers of the API.
	FOR level IN 1 .. 3 LOOP
		FOREACH tool IN ARRAY coalesce(vsm.held_tools(NULL), '{}') LOOP
			IF to_regprocedure(format('vsm.%I(jsonb)', tool || '_kind')) IS NULL THEN
				PERFORM vsm.judge_document(d.document, 0::smallint, NULL, format('no reader for source "%s"', d.source))
				FROM vsm.held_documents() AS d WHERE d.page IS NULL AND d.tool = tool;
				CONTINUE;
			END IF;
			PERFORM vsm.execute(format(
				'SELECT count(vsm.judge_document(d.document, j.page::smallint, j.kind, j.reason))
				 FROM vsm.held_documents() AS d, LATERAL (
					SELECT e.page, k.kind, CASE
						WHEN e.type NOT IN (''object'', ''array'') THEN ''it is a JSON '' || e.type || '', not an object''
						WHEN k.reason IS NOT NULL THEN concat_ws('' '', d.tool, k.kind) || '': '' || k.reason END AS reason
					FROM (
						SELECT b.body, b.type, CASE b.type WHEN ''array'' THEN 1 WHEN ''object'' THEN %2$s ELSE 0 END AS page
						FROM (
							SELECT b.body, jsonb_typeof(b.body) AS type FROM (SELECT vsm.held_document(d.document) AS body OFFSET 0) AS b
							OFFSET 0) AS b
						OFFSET 0) AS e
						LEFT JOIN LATERAL vsm.%1$I(e.body) AS k ON e.page = 0 AND e.type = ''object'' LIMIT 1) AS j
				 WHERE d.page IS NULL AND d.tool = $1', tool || '_kind',
				CASE WHEN to_regprocedure(format('vsm.%I(jsonb)', tool || '_elements')) IS NULL THEN '0'
					ELSE format('(vsm.%I(b.body) IS NOT NULL)::integer', tool || '_elements') END), tool);
		END LOOP;
		EXIT WHEN vsm.held_tools(1::smallint) IS NULL;
		FOREACH tool IN ARRAY vsm.held_tools(1::smallint) LOOP
			elements := CASE WHEN to_regprocedure(format('vsm.%I(jsonb)', tool || '_elements')) IS NULL THEN 'NULL'
				ELSE format('vsm.%I(d.body)', tool || '_elements') END;
			PERFORM vsm.execute(format(
				'SELECT count(vsm.hold_document(d.payload, d.source, d.received_at, e.body))
				 FROM vsm.held_documents() AS d,
					LATERAL (SELECT CASE WHEN jsonb_typeof(d.body) = ''array'' THEN d.body ELSE %s END AS elements
						FROM (SELECT vsm.held_document(d.document) AS body OFFSET 0) AS d OFFSET 0) AS p,
					jsonb_array_elements(p.elements) AS e (body)
				 WHERE d.page = 1 AND d.tool = $1', elements), tool);
		END LOOP;
		PERFORM vsm.judge_document(d.document, 2::smallint, NULL, NULL) FROM vsm.held_documents() AS d WHERE d.page = 1;
	END LOOP;
	IF coalesce(vsm.held_tools(NULL), vsm.held_tools(0::smallint), vsm.held_tools(1::smallint)) IS NOT NULL THEN
		PERFORM vsm.judge_document(d.document, 0::smallint, d.kind, CASE
			WHEN d.page = 0 THEN d.tool || ': its shape is not known'	-- an object of no kind at all, which no kind function should leave
			ELSE 'it is a list of lists of lists' END)
		FROM vsm.held_documents() AS d WHERE d.page = 1 OR d.page IS NULL OR d.page = 0 AND d.kind IS NULL AND d.reason IS NULL;
	END IF;
END
$$;
COMMENT ON FUNCTION vsm.judge_documents() IS
	'lets the tools say of each document that is held what it is or why it is not read, and holds the elements of pages beside them; a '
	'part of vsm.ingest';

CREATE FUNCTION vsm.read_documents(model text, kept boolean, again boolean) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_memoize = off
SET jit = off
AS $$
DECLARE
	part   record;
	source text;
BEGIN
	PERFORM vsm.enter_model(model);
	FOR part IN SELECT d.source, d.tool, d.kind FROM vsm.held_documents() AS d WHERE d.page = 0 AND d.reason IS NULL GROUP BY 1, 2, 3
		ORDER BY 1, 2, 3 LOOP
		IF part.source IS DISTINCT FROM source THEN
			source := part.source;
			PERFORM vsm.hold_names(vsm.names(model, source));
		END IF;
		PERFORM vsm.hold_facts(format(
			'SELECT f.*, d.document::bigint, d.received_at, %s, %L::boolean
			 FROM (SELECT vsm.names_held() AS names OFFSET 0) AS n, (
					SELECT v.document, v.payload, v.source, v.received_at, vsm.held_document(v.document) AS body
					FROM vsm.held_documents() AS v WHERE v.source = $1 AND v.kind = $2 AND v.page = 0 AND v.reason IS NULL OFFSET 0) AS d,
				LATERAL vsm.%I(d.source, d.body, n.names) AS f',
			CASE WHEN kept THEN 'd.payload' ELSE 'NULL::bigint' END, again, 'read_' || part.tool || '_' || part.kind),
			part.source, part.kind);
	END LOOP;
	PERFORM vsm.refuse_document(r.document, r.reason) FROM vsm.refused_facts() AS r;
	PERFORM vsm.write_judged_facts(model);
END
$$;
COMMENT ON FUNCTION vsm.read_documents(text, boolean, boolean) IS
	'writes what the documents that are held state, apart from those that are refused, to a model; kept: the facts carry the '
	'number of their payload, '
	'again: they replace what it told before; a part of vsm.ingest';

/*
 * Reads these payloads, which the caller has locked, and writes what they state. Documents that
 * are refused get the reason as the error of their payload; anything else that is wrong with any
 * of them raises.
 */
CREATE FUNCTION vsm.ingest_payloads(model text, payloads bigint[]) RETURNS vsm.ingested
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET jit = off
AS $$
#variable_conflict use_column
DECLARE
	keep   interval;
	held   bigint;
	result vsm.ingested := ROW (0, 0);
BEGIN
	PERFORM vsm.enter_model(model);
	PERFORM vsm.release_documents();
	SELECT m.keep_payloads INTO keep FROM model AS m;
	PERFORM vsm.hold_document(i.id, i.source, i.received_at, vsm.payload_json(i.payload))
	FROM inbox AS i WHERE i.id = ANY (payloads) AND octet_length(i.payload) <= 2 * 1024 * 1024;
	GET DIAGNOSTICS held = ROW_COUNT;
	IF held < cardinality(payloads) THEN
		PERFORM vsm.add_large_document(i.id, i.source, i.received_at, i.payload)
		FROM inbox AS i WHERE i.id = ANY (payloads) AND octet_length(i.payload) > 2 * 1024 * 1024;
	END IF;
	PERFORM vsm.judge_documents();

	PERFORM vsm.read_documents(model, keep IS NOT NULL, false);

	IF keep IS NOT NULL THEN
		INSERT INTO payload (payload, source, body, received_at, version)
		SELECT i.id, i.source, i.payload, i.received_at, m.version
		FROM inbox AS i, model AS m
		WHERE i.id IN (SELECT d.payload FROM vsm.held_documents() AS d WHERE d.page = 0 AND d.reason IS NULL)
		ORDER BY i.id ON CONFLICT DO NOTHING;
	END IF;
	IF vsm.any_refused() THEN
		-- Of a page those elements that were not read are counted.
		UPDATE inbox AS i SET error = CASE
				WHEN r.documents = 1 THEN r.reasons[1]
				ELSE format('%s of %s elements were not read: %s', r.refused, r.documents, array_to_string(r.reasons[:5], '; ') ||
					CASE WHEN cardinality(r.reasons) > 5 THEN '; ...' ELSE '' END)
			END
		FROM (
			SELECT e.payload, sum(e.documents) AS documents, sum(e.refused) AS refused,
				array_agg(CASE WHEN e.refused = 1 THEN e.reason ELSE format('%s (%s times)', e.reason, e.refused) END
					ORDER BY e.refused DESC, e.reason)
					FILTER (WHERE e.reason IS NOT NULL) AS reasons
			FROM (
				SELECT d.payload, d.reason, count(*) AS documents, count(d.reason) AS refused
				FROM vsm.held_documents() AS d WHERE d.page = 0 GROUP BY d.payload, d.reason) AS e
			GROUP BY e.payload HAVING sum(e.refused) > 0) AS r
		WHERE i.id = r.payload;
		GET DIAGNOSTICS result.refused = ROW_COUNT;
	END IF;
	DELETE FROM inbox AS i WHERE i.id = ANY (payloads) AND i.error IS NULL;
	GET DIAGNOSTICS result.read = ROW_COUNT;
	PERFORM vsm.release_documents();
	RETURN result;
END
$$;
COMMENT ON FUNCTION vsm.ingest_payloads(text, bigint[]) IS
	'reads these payloads of a model''s inbox, all or none, apart from those that are refused; a part of vsm.ingest';

CREATE FUNCTION vsm.ingest_batch(model text, payloads bigint[]) RETURNS vsm.ingested
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
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
	PERFORM vsm.enter_model(model);
	IF coalesce(cardinality(payloads), 0) = 0 THEN
		RETURN ROW (0, 0)::vsm.ingested;
	END IF;
	BEGIN
		PERFORM vsm.open_held_facts();
		RETURN vsm.ingest_payloads(model, payloads);
	EXCEPTION WHEN OTHERS THEN
		GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL;
		PERFORM vsm.release_documents();
		PERFORM vsm.release_facts();
		-- Connections, features, transactions, privileges, disks, operators, the server, a model that
		-- lacks something: no fault of a payload.
		IF left(state, 2) IN ('08', '0A', '25', '28', '2D', '3B', '40', '42', '55', '57', '58', 'F0', '72')
			OR left(state, 2) = '53' AND state <> '53200' THEN
			PERFORM vsm.raise_model_error(model, 'vsm.ingest', state, message);
			RAISE;
		END IF;
	END;

	-- Mostly some payloads are not JSON: they are found at once.
	IF state IN ('22P02', '22P05') THEN
		BEGIN
			EXECUTE format(
				'WITH broken AS (
					UPDATE %1$I.inbox AS i SET error = ''22P02: not JSON. '' || e.error
					FROM (SELECT i.id, vsm.payload_error(vsm.payload_text(i.payload)) AS error FROM %1$I.inbox AS i
						WHERE i.id = ANY ($1) OFFSET 0) AS e
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
	IF half = 0 THEN
		EXECUTE format('UPDATE %I.inbox SET error = $2 WHERE id = $1', model)
		USING payloads[1], state || ': ' || message || coalesce('. ' || nullif(detail, ''), '');
		RETURN ROW (0, 1)::vsm.ingested;
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
	'payloads of an inbox that are read together, and the id up to which they were looked for';

CREATE FUNCTION vsm.next_payloads(model text, after bigint, last bigint) RETURNS vsm.inbox_batch
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET enable_bitmapscan = off
AS $$
#variable_conflict use_variable
DECLARE
	result vsm.inbox_batch;
BEGIN
	PERFORM vsm.enter_model(model);
	-- In the order of arrival, from the index: at least one payload, then up to 8 MB.
	SELECT array_agg(b.id ORDER BY b.id), max(b.id) INTO result.payloads, result.last
	FROM (
		SELECT p.id, sum(p.size) OVER (ORDER BY p.id) - p.size AS before
		FROM (
			SELECT i.id, octet_length(i.payload) AS size FROM inbox AS i
			WHERE i.error IS NULL AND i.id > after AND i.id <= last AND i.attempts IS NULL
			ORDER BY i.id LIMIT 2000) AS p) AS b
	WHERE b.before < 8 * 1024 * 1024;
	RETURN result;
END
$$;
COMMENT ON FUNCTION vsm.next_payloads(text, bigint, bigint) IS
	'the next payloads of a model''s inbox that are read together; last is NULL when there are no more; a part of vsm.ingest';

CREATE FUNCTION vsm.lock_payloads(model text, payloads bigint[]) RETURNS bigint[]
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
AS $$
BEGIN
	PERFORM vsm.enter_model(model);
	-- What another session has locked it reads itself.
	RETURN ARRAY(SELECT i.id FROM inbox AS i WHERE i.id = ANY (payloads) AND i.error IS NULL ORDER BY i.id FOR UPDATE SKIP LOCKED);
END
$$;
COMMENT ON FUNCTION vsm.lock_payloads(text, bigint[]) IS
	'locks those of these payloads that are still to be read and that no other session reads; a part of vsm.ingest';

CREATE FUNCTION vsm.last_payload(model text) RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
AS $$
DECLARE
	last bigint;
BEGIN
	PERFORM vsm.enter_model(model);
	-- Asked one by one, what is wrong gets its own sentence; mostly nothing is.
	IF NOT vsm.owns_tables(model, '{model,inbox,naming,attempt,payload}' || vsm.told_tables())
		OR NOT vsm.has_columns(model, 'inbox', '{id,source,payload,received_at,error,attempts,attempted_at}',
			'{bigint,text,text,timestamptz,text,integer,timestamptz}')
	THEN
		PERFORM vsm.check_inbox(model);
		PERFORM vsm.check_model(model, VARIADIC '{naming,attempt,payload}' || vsm.told_tables());
		PERFORM vsm.check_owner(model, VARIADIC '{inbox,naming,attempt,payload}' || vsm.told_tables());
	END IF;
	SELECT max(i.id) INTO last FROM inbox AS i WHERE i.error IS NULL;

	-- Attempts that nobody makes any more: each of their payloads may have been the reason.
	IF EXISTS (SELECT FROM attempt AS a) THEN
		WITH ended AS (
			DELETE FROM attempt AS a WHERE pg_try_advisory_xact_lock(hashtext('vsm.attempt ' || model), (a.attempt % 2147483647)::integer)
			RETURNING a.payloads)
		UPDATE inbox AS i SET attempts = 0
		FROM (SELECT DISTINCT unnest(e.payloads) AS id FROM ended AS e) AS e
		WHERE i.id = e.id AND i.error IS NULL AND i.attempts IS NULL;
	END IF;
	RETURN last;
END
$$;
COMMENT ON FUNCTION vsm.last_payload(text) IS
	'the id of the last payload in a model''s inbox that is to be read, NULL when there is none; marks those in whose reading a call '
	'ended; a part of vsm.ingest';

CREATE FUNCTION vsm.begin_attempt(model text, payloads bigint[]) RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
AS $$
#variable_conflict use_variable
DECLARE
	number bigint;
BEGIN
	PERFORM vsm.enter_model(model);
	INSERT INTO attempt (payloads) VALUES (payloads) RETURNING attempt.attempt INTO number;
	-- Held by the session over the commit that follows, then by the transaction that reads.
	PERFORM pg_advisory_lock(hashtext('vsm.attempt ' || model), (number % 2147483647)::integer);
	RETURN number;
END
$$;
COMMENT ON FUNCTION vsm.begin_attempt(text, bigint[]) IS
	'says which payloads are going to be read, to be committed before they are; a part of vsm.ingest';

CREATE FUNCTION vsm.make_attempt(model text, attempt bigint, payloads bigint[]) RETURNS vsm.ingested
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
AS $$
#variable_conflict use_variable
DECLARE
	key    CONSTANT integer := hashtext('vsm.attempt ' || model);
	result vsm.ingested;
BEGIN
	PERFORM pg_advisory_xact_lock(key, (attempt % 2147483647)::integer);
	PERFORM pg_advisory_unlock(key, (attempt % 2147483647)::integer);
	result := vsm.ingest_batch(model, vsm.lock_payloads(model, payloads));
	PERFORM vsm.enter_model(model);
	DELETE FROM attempt AS a WHERE a.attempt = attempt;
	RETURN result;
END
$$;
COMMENT ON FUNCTION vsm.make_attempt(text, bigint, bigint[]) IS
	'reads payloads whose attempt is committed; a part of vsm.ingest';

CREATE FUNCTION vsm.next_suspect(model text, last bigint, call_began timestamptz, is_first boolean) RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
AS $$
#variable_conflict use_variable
DECLARE
	key     CONSTANT integer := hashtext('vsm.payload ' || model);
	suspect record;
BEGIN
	PERFORM vsm.enter_model(model);
	-- Those that have waited longest first, so that each comes to be the first of a call.
	FOR suspect IN
		SELECT i.id, i.attempts FROM inbox AS i
		WHERE i.attempts IS NOT NULL AND i.error IS NULL AND i.id <= last AND (i.attempted_at < call_began) IS NOT FALSE
		ORDER BY i.attempted_at NULLS FIRST, i.id
	LOOP
		CONTINUE WHEN NOT pg_try_advisory_lock(key, (suspect.id % 2147483647)::integer);
		IF suspect.attempts >= 3 THEN
			UPDATE inbox AS i SET attempts = 0,
				error = 'set aside: three times the call ended while this payload was read alone (cancelled, timed out or the server '
					'stopped). '
					'To have it read again with more time, set error to NULL'
			WHERE i.id = suspect.id;
			PERFORM pg_advisory_unlock(key, (suspect.id % 2147483647)::integer);
			CONTINUE;
		END IF;
		UPDATE inbox AS i SET attempts = i.attempts + CASE WHEN is_first THEN 1 ELSE 0 END, attempted_at = clock_timestamp()
			WHERE i.id = suspect.id;
		RETURN suspect.id;
	END LOOP;
	RETURN NULL;
END
$$;
COMMENT ON FUNCTION vsm.next_suspect(text, bigint, timestamptz, boolean) IS
	'the next payload that is read alone because an earlier call ended when it was read, with its attempt counted if it is the first that '
	'this call reads; '
	'a part of vsm.ingest';

CREATE FUNCTION vsm.read_suspect(model text, payload bigint) RETURNS vsm.ingested
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
	key CONSTANT integer := hashtext('vsm.payload ' || model);
BEGIN
	PERFORM pg_advisory_xact_lock(key, (payload % 2147483647)::integer);
	PERFORM pg_advisory_unlock(key, (payload % 2147483647)::integer);
	RETURN vsm.ingest_batch(model, vsm.lock_payloads(model, ARRAY[payload]));
END
$$;
COMMENT ON FUNCTION vsm.read_suspect(text, bigint) IS 'reads a payload alone; a part of vsm.ingest';

CREATE FUNCTION vsm.raise_again(state text, message text, detail text, hint text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF detail <> '' AND hint <> '' THEN
		RAISE EXCEPTION USING ERRCODE = state, MESSAGE = message, DETAIL = detail, HINT = hint;
	ELSIF detail <> '' THEN
		RAISE EXCEPTION USING ERRCODE = state, MESSAGE = message, DETAIL = detail;
	ELSIF hint <> '' THEN
		RAISE EXCEPTION USING ERRCODE = state, MESSAGE = message, HINT = hint;
	ELSE
		RAISE EXCEPTION USING ERRCODE = state, MESSAGE = message;
	END IF;
END
$$;
COMMENT ON FUNCTION vsm.raise_again(text, text, text, text) IS
	'raises an error once more, after a commit; its detail and hint may be empty; a part of vsm.ingest';

CREATE FUNCTION vsm.excuse_suspect(model text, payload bigint, is_first boolean) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
AS $$
#variable_conflict use_variable
BEGIN
	PERFORM pg_advisory_unlock(hashtext('vsm.payload ' || model), (payload % 2147483647)::integer);
	PERFORM vsm.enter_model(model);
	UPDATE inbox AS i SET attempts = i.attempts - 1 WHERE i.id = payload AND is_first AND i.attempts > 0;
END
$$;
COMMENT ON FUNCTION vsm.excuse_suspect(text, bigint, boolean) IS
	'takes back what vsm.next_suspect has counted, where something else than the payload ended its reading; a part of vsm.ingest';

CREATE PROCEDURE vsm.ingest(model text)
LANGUAGE plpgsql
AS $$
DECLARE
	last     bigint;
	after    bigint := 0;
	batch    vsm.inbox_batch;
	attempt  bigint;
	payload  bigint;
	attempts integer := 0;
	is_first boolean := true;
	began    timestamptz;
	state    text;
	message  text;
	detail   text;
	hint     text;
BEGIN
	-- A procedure that commits cannot have a SET clause; at each COMMIT this setting ends.
	PERFORM pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
	began := clock_timestamp();
	-- What arrives from now on is for the next run, so that this one ends.
	last := vsm.ask('SELECT vsm.last_payload($1)', model);
	COMMIT;
	WHILE after < last LOOP
		PERFORM pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
		batch := vsm.next_payloads(model, after, last);
		EXIT WHEN batch.last IS NULL;
		attempt := vsm.ask('SELECT vsm.begin_attempt($1, $2::bigint[])', model, batch.payloads::text);
		COMMIT;
		PERFORM pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
		BEGIN
			PERFORM vsm.ask('SELECT vsm.make_attempt($1, $2::bigint, $3::bigint[])::text', model, attempt::text, batch.payloads::text);
			after := batch.last;
			attempts := 0;
		EXCEPTION WHEN deadlock_detected OR serialization_failure THEN
			-- With someone who writes the tables in another order: once more, after letting go.
			attempts := attempts + 1;
			IF attempts = 10 THEN
				RAISE;
			END IF;
			PERFORM vsm.ask('SELECT vsm.drop_attempt($1, $2::bigint)', model, attempt::text);
		WHEN OTHERS THEN
			-- That is no payload's fault (vsm.ingest_batch), so none is a suspect when the call ends with it.
			GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL,
				hint = PG_EXCEPTION_HINT;
			PERFORM vsm.ask('SELECT vsm.drop_attempt($1, $2::bigint)', model, attempt::text);
		END;
		COMMIT;
		is_first := false;
		IF state IS NOT NULL THEN
			PERFORM vsm.raise_again(state, message, detail, hint);
		END IF;
	END LOOP;
	LOOP
		PERFORM pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
		payload := vsm.ask('SELECT vsm.next_suspect($1, $2::bigint, $3::timestamptz, $4::boolean)', model, last::text, began::text,
			is_first::text);
		COMMIT;
		EXIT WHEN payload IS NULL;
		PERFORM pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
		BEGIN
			PERFORM vsm.ask('SELECT vsm.read_suspect($1, $2::bigint)::text', model, payload::text);
		EXCEPTION WHEN OTHERS THEN
			GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL,
				hint = PG_EXCEPTION_HINT;
			PERFORM vsm.ask('SELECT vsm.excuse_suspect($1, $2::bigint, $3::boolean)', model, payload::text, is_first::text);
		END;
		COMMIT;
		IF state IS NOT NULL THEN
			PERFORM vsm.raise_again(state, message, detail, hint);
		END IF;
		is_first := false;
	END LOOP;
	PERFORM pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
	PERFORM vsm.ask('SELECT vsm.forget_payloads($1)', model);
END
$$;
COMMENT ON PROCEDURE vsm.ingest(text) IS
	'reads the payloads in a model''s inbox and commits after every few hundred; those that cannot be read stay, with their error';

CREATE FUNCTION vsm.drop_attempt(model text, attempt bigint) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
AS $$
#variable_conflict use_variable
BEGIN
	PERFORM pg_advisory_unlock(hashtext('vsm.attempt ' || model), (attempt % 2147483647)::integer);
	PERFORM vsm.enter_model(model);
	DELETE FROM attempt AS a WHERE a.attempt = attempt;
END
$$;
COMMENT ON FUNCTION vsm.drop_attempt(text, bigint) IS 'takes back an attempt that is made again; a part of vsm.ingest';

CREATE FUNCTION vsm.forget_payloads(model text) RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
	forgotten bigint;
BEGIN
	PERFORM vsm.enter_model(model);
	DELETE FROM payload AS p USING model AS m WHERE p.read_at < now() - coalesce(m.keep_payloads, '0');
	GET DIAGNOSTICS forgotten = ROW_COUNT;
	RETURN forgotten;
END
$$;
COMMENT ON FUNCTION vsm.forget_payloads(text) IS
	'removes the payloads of a model that have been kept for as long as its keep_payloads says, and returns how many; a part of vsm.ingest';

CREATE FUNCTION vsm.ingest_once(model text) RETURNS vsm.ingested
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
	last     bigint := vsm.ask('SELECT vsm.last_payload($1)', model);
	after    bigint := 0;
	batch    vsm.inbox_batch;
	done     vsm.ingested;
	result   vsm.ingested := ROW (0, 0);
BEGIN
	WHILE after < last LOOP
		batch := vsm.next_payloads(model, after, last);
		EXIT WHEN batch.last IS NULL;
		done := vsm.ask('SELECT vsm.ingest_batch($1, vsm.lock_payloads($1, $2::bigint[]))::text', model, batch.payloads::text);
		result := ROW (result.read + done.read, result.refused + done.refused);
		after := batch.last;
	END LOOP;
	PERFORM vsm.ask('SELECT vsm.forget_payloads($1)', model);
	RETURN result;
END
$$;
COMMENT ON FUNCTION vsm.ingest_once(text) IS
	'does what the procedure vsm.ingest does inside the transaction of the caller, and returns how many payloads were read and refused; '
	'payloads in whose reading a call ended are left to vsm.ingest';
