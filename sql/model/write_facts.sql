/*
 * The door of a model: vsm.write_facts('flow') writes the facts in pg_temp.vsm_fact to the tables
 * of the model. ingest, attach and track all come this way, and nothing else writes what tools say.
 *
 * There is one function for each kind of fact. Each makes the same rows of the same facts, in any
 * order, any number of times and split into any calls: a time is the earliest that was told, a
 * wording the one of the newest version, a column of a row the one of the newest version that
 * names it, and what is derived (the state at creation, observed states) is derived anew from all
 * that is known of an entity. Ties are broken by the values themselves, never by arrival.
 *
 * Who writes holds a lock of the model until the end of his transaction, so two writers cannot
 * derive different things from what the other one has not committed. Rows that would not change
 * are not written.
 *
 * Statements are static and their plans kept: names of tables mean those of the model through
 * search_path, in which pg_catalog comes first. Facts find rows by index, whatever their number,
 * since a temporary table has no statistics.
 *
 * What is read again (vsm.read_again) is told from what is new by two things: its rows carry the
 * negative number of the payload that told them until they are told again, and then what is told
 * replaces what was; and of equal versions of a row the new reading holds.
 */

CREATE FUNCTION vsm.execute(statement text, VARIADIC arguments text[] DEFAULT '{}') RETURNS bigint
	AS 'MODULE_PATHNAME', 'vsm_execute' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION vsm.execute(text, text[]) IS
	'executes a statement whose parameters $1, $2, ... are texts, keeping its plan for the session, and returns how many rows it '
	'processed; a part of vsm.ingest';

CREATE FUNCTION vsm.ask(statement text, VARIADIC arguments text[] DEFAULT '{}') RETURNS text
	AS 'MODULE_PATHNAME', 'vsm_ask' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION vsm.ask(text, text[]) IS
	'executes a statement like vsm.execute and returns the first column of its first row as text; a part of vsm.ingest';

CREATE FUNCTION vsm.cut_table(target regclass) RETURNS void
	AS 'MODULE_PATHNAME', 'vsm_cut_table' LANGUAGE C VOLATILE STRICT;
COMMENT ON FUNCTION vsm.cut_table(regclass) IS
	'empties a temporary table for good, whatever becomes of the transaction, and lets statements that name it keep their plans, which '
	'TRUNCATE does not; a part of vsm.write_facts';

-- To cut costs more than to delete what one payload states, and less than to pass by what many stated.
CREATE FUNCTION vsm.empty_table(target regclass) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
AS $$
BEGIN
	IF pg_relation_size(target) > 64 * 1024 THEN
		PERFORM vsm.cut_table(target);
	ELSE
		PERFORM vsm.execute(format('DELETE FROM %s', target));
	END IF;
END
$$;
COMMENT ON FUNCTION vsm.empty_table(regclass) IS 'empties a temporary table; a part of vsm.write_facts';

/*
 * Makes a temporary table of ours, or empties it. It is made anew if somebody else of this session
 * owns it, or it has not as many columns.
 */
CREATE FUNCTION vsm.open_table(name text, columns integer, definition text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET client_min_messages = warning
AS $$
DECLARE
	there pg_class;
BEGIN
	SELECT c.* INTO there FROM pg_class AS c WHERE c.oid = to_regclass(format('pg_temp.%I', name));
	IF there.relowner = current_user::regrole AND there.relnatts = columns THEN
		PERFORM vsm.empty_table(there.oid);
		RETURN;
	END IF;
	IF there.oid IS NOT NULL AND NOT pg_has_role(there.relowner, 'USAGE') THEN
		RAISE EXCEPTION USING
			ERRCODE = 'insufficient_privilege',
			MESSAGE = format('temporary table "%s" of this session belongs to "%s"', name, pg_get_userbyid(there.relowner)),
			DETAIL = format('"%s" needs a table of that name, through which facts pass on their way into a model.', current_user),
			HINT = format('Open another session, or as "%s": DROP TABLE pg_temp.%I', pg_get_userbyid(there.relowner), name);
	ELSIF there.oid IS NOT NULL THEN
		EXECUTE format('DROP TABLE pg_temp.%I', name);
	END IF;
	BEGIN
		EXECUTE format('CREATE TEMPORARY TABLE %I (%s) ON COMMIT DELETE ROWS', name, definition);
	EXCEPTION WHEN insufficient_privilege THEN
		RAISE EXCEPTION USING
			ERRCODE = 'insufficient_privilege',
			MESSAGE = format('"%s" may not create temporary tables in database "%s"', current_user, current_database()),
			DETAIL = 'Facts pass through a temporary table on their way into a model.',
			HINT = format('GRANT TEMPORARY ON DATABASE %I TO %I', current_database(), current_user);
	END;
END
$$;
COMMENT ON FUNCTION vsm.open_table(text, integer, text) IS
	'makes a temporary table of so many columns, or empties it; a part of vsm.open_facts and vsm.ingest';

CREATE FUNCTION vsm.open_facts() RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	PERFORM vsm.open_table('vsm_fact', 20, 'LIKE vsm.fact, document bigint, received_at timestamptz, payload bigint, again boolean');
END
$$;
COMMENT ON FUNCTION vsm.open_facts() IS
	'makes pg_temp.vsm_fact, the table of facts that vsm.write_facts writes, or empties it: the columns of vsm.fact, the document that '
	'states the fact, when that was received, the kept payload that it stands in, and whether that is read again';

CREATE FUNCTION vsm.enter_model(model text) RETURNS void
LANGUAGE plpgsql
AS $$
BEGIN
	IF model IS NULL OR pg_catalog.to_regclass(pg_catalog.format('%I.model', model)) IS NULL THEN
		PERFORM vsm.check_model(model);
	END IF;
	-- Whoever calls a part of it by itself is no safer than who calls the whole.
	IF NOT EXISTS (
		SELECT FROM pg_catalog.pg_class AS c
		WHERE c.oid OPERATOR(pg_catalog.=) pg_catalog.to_regclass(pg_catalog.format('%I.model', model))
		AND c.relowner OPERATOR(pg_catalog.=) current_user::pg_catalog.regrole)
	THEN
		PERFORM vsm.check_owner(model);
	END IF;
	-- Until the end of the function that called, which has a setting of its own.
	PERFORM pg_catalog.set_config('search_path', pg_catalog.format('pg_catalog, %I, pg_temp', model), true);
END
$$;
COMMENT ON FUNCTION vsm.enter_model(text) IS
	'lets the names of tables mean those of a model, for the rest of the function that calls; a part of vsm.write_facts';

/*
 * The facts that write_facts would not take: of one that is named here no fact of its document is
 * written. A fact that lacks what it is about, its time or its target is none and left out.
 */
CREATE FUNCTION vsm.refused_facts() RETURNS TABLE (document bigint, reason text)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
AS $$
#variable_conflict use_column
BEGIN
	DELETE FROM pg_temp.vsm_fact AS f
	WHERE coalesce(f.entity, '') = ''
	OR CASE f.fact
		WHEN 'event' THEN f.at IS NULL OR coalesce(f.value, '') = '' OR coalesce(f.id, '') = ''
		WHEN 'observed' THEN f.at IS NULL OR coalesce(f.value, '') = ''
		WHEN 'created' THEN f.at IS NULL
		WHEN 'change' THEN f.at IS NULL OR coalesce(f.name, '') = '' OR coalesce(f.id, '') = ''
		WHEN 'alias' THEN coalesce(f.value, '') = ''
		WHEN 'history' THEN f.until IS NULL
		WHEN 'link' THEN coalesce(f.value, '') = '' OR coalesce(f.name, '') = '' OR f.value = f.entity
		ELSE false END;
	RETURN QUERY
	SELECT f.document, coalesce(min(CASE
		WHEN greatest(octet_length(f.entity), octet_length(f.source), octet_length(f.id), octet_length(f.name)) > 1000 THEN
			format('it names %s..., which is longer than 1,000 bytes', (
				SELECT left(n.name, 60) FROM unnest(ARRAY[f.entity, f.source, f.id, f.name]) AS n (name)
					ORDER BY octet_length(n.name) DESC NULLS LAST LIMIT 1))
		WHEN octet_length(f.value) > 1000 THEN format('it names %s..., which is longer than 1,000 bytes', left(f.value, 60))
		END),
		-- Versions of earlier states are some microseconds older than what the payload says.
		'it tells of ' || to_char(max(f.at) AT TIME ZONE 'UTC' + interval '10 microseconds', 'YYYY-MM-DD HH24:MI:SS"Z"')
			|| ', which is later than when it was received ('
			|| to_char(coalesce(max(f.received_at), now()) AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS"Z"') || ')')
	FROM pg_temp.vsm_fact AS f
	WHERE greatest(octet_length(f.entity), octet_length(f.source), octet_length(f.id), octet_length(f.name)) > 1000
	OR f.fact IN ('event', 'observed', 'created', 'alias', 'link') AND octet_length(f.value) > 1000
	OR f.fact NOT IN ('alias', 'link', 'history') AND f.at > coalesce(f.received_at, now()) + interval '1 day'
	GROUP BY f.document;
END
$$;
COMMENT ON FUNCTION vsm.refused_facts() IS
	'leaves out of pg_temp.vsm_fact what is no fact, and returns the documents that state one that cannot be taken, with the reason: '
	'a name that is too long, a time that is later than a day after the document was received; a part of vsm.write_facts';

CREATE FUNCTION vsm.write_events(model text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_hashjoin = off
SET enable_mergejoin = off
SET enable_seqscan = off
SET jit = off
AS $$
#variable_conflict use_column
DECLARE
	facts bigint;
	added bigint;
	keys  integer;
BEGIN
	PERFORM vsm.enter_model(model);
	SELECT i.indnkeyatts INTO keys FROM pg_index AS i WHERE i.indrelid = 'event'::regclass AND i.indisprimary;
	IF keys IS NULL THEN
		RAISE EXCEPTION USING
			ERRCODE = 'invalid_column_reference',
			MESSAGE = 'table "event" has no primary key';
	END IF;
	SELECT count(*) INTO facts FROM pg_temp.vsm_fact AS f WHERE f.fact = 'event';
	IF keys = 3 THEN
		INSERT INTO event (source, event_id, entity, at, state, state_id, previous, previous_id, seq, method, attributes, told_at, payload,
			xid)
		SELECT f.source, f.id, f.entity, f.at, f.value, f.value_id, f.previous, f.previous_id, f.seq, f.method, f.details, f.version,
			f.payload, pg_current_xact_id()
		FROM pg_temp.vsm_fact AS f
		WHERE f.fact = 'event'
		ORDER BY f.entity COLLATE "C", f.source COLLATE "C", f.id COLLATE "C"
		ON CONFLICT DO NOTHING;
	ELSE
		-- Partitioned by time, so that the key would take an event once for each time that is told of it.
		INSERT INTO event (source, event_id, entity, at, state, state_id, previous, previous_id, seq, method, attributes, told_at, payload)
		SELECT DISTINCT ON (f.entity COLLATE "C", f.source COLLATE "C", f.id COLLATE "C")
			f.source, f.id, f.entity, f.at, f.value, f.value_id, f.previous, f.previous_id, f.seq, f.method, f.details, f.version, f.payload
		FROM pg_temp.vsm_fact AS f
		WHERE f.fact = 'event'
		AND NOT EXISTS (SELECT FROM event AS e WHERE e.entity = f.entity AND e.source = f.source AND e.event_id = f.id)
		ORDER BY f.entity COLLATE "C", f.source COLLATE "C", f.id COLLATE "C"
		ON CONFLICT DO NOTHING;
	END IF;
	GET DIAGNOSTICS added = ROW_COUNT;
	IF added = facts THEN
		RETURN;
	END IF;

	-- Some were told before, or twice: the earliest time, and the wording of the newest version. What is there as it is told
	-- changes nothing.
	WITH told AS MATERIALIZED (
		SELECT DISTINCT ON (f.entity COLLATE "C", f.source COLLATE "C", f.id COLLATE "C")
			f.entity, f.source, f.id, min(f.at) OVER same AS at, max(f.payload) OVER same AS payload, f.version, f.value, f.value_id,
			f.previous, f.previous_id, f.seq, f.method, f.details,
			jsonb_build_array(f.details, f.value, f.previous, f.value_id, f.previous_id, f.seq, f.method) AS wording
		FROM (
			SELECT f.*
			FROM pg_temp.vsm_fact AS f JOIN event AS o ON o.entity = f.entity AND o.source = f.source AND o.event_id = f.id
			WHERE f.fact = 'event'
			AND (f.at, f.value, f.value_id, f.previous, f.previous_id, f.seq, f.method, f.details, f.version, f.payload) IS DISTINCT
				FROM (o.at, o.state, o.state_id, o.previous, o.previous_id, o.seq, o.method, o.attributes, o.told_at, o.payload)
			OFFSET 0) AS f
		WINDOW same AS (PARTITION BY f.entity COLLATE "C", f.source COLLATE "C", f.id COLLATE "C")
		ORDER BY f.entity COLLATE "C", f.source COLLATE "C", f.id COLLATE "C", f.version DESC NULLS LAST,
			jsonb_build_array(f.details, f.value, f.previous, f.value_id, f.previous_id, f.seq, f.method) DESC),
	compared AS MATERIALIZED (
		SELECT t.*, o.at AS old_at, o.payload < 0 AS stale,
			-- The same wording of a newer version, too: else one between the two would replace it.
			(o.payload < 0 AND t.wording <> w.wording OR coalesce(t.version, '-infinity') > coalesce(o.told_at, '-infinity')
				OR t.version IS NOT DISTINCT FROM o.told_at AND t.wording > w.wording) AS newer
		FROM told AS t JOIN event AS o ON o.entity = t.entity AND o.source = t.source AND o.event_id = t.id,
			LATERAL (SELECT jsonb_build_array(o.attributes, o.state, o.previous, o.state_id, o.previous_id, o.seq,
				o.method) AS wording) AS w)
	UPDATE event AS e SET
		at = CASE WHEN n.stale THEN n.at ELSE least(e.at, n.at) END,
		payload = CASE WHEN n.stale THEN n.payload ELSE greatest(e.payload, n.payload) END,
		told_at = CASE WHEN n.newer THEN n.version ELSE e.told_at END,
		state = CASE WHEN n.newer THEN n.value ELSE e.state END,
		state_id = CASE WHEN n.newer THEN n.value_id ELSE e.state_id END,
		previous = CASE WHEN n.newer THEN n.previous ELSE e.previous END,
		previous_id = CASE WHEN n.newer THEN n.previous_id ELSE e.previous_id END,
		seq = CASE WHEN n.newer THEN n.seq ELSE e.seq END,
		method = CASE WHEN n.newer THEN n.method ELSE e.method END,
		attributes = CASE WHEN n.newer THEN n.details ELSE e.attributes END
	FROM compared AS n
	WHERE e.entity = n.entity AND e.source = n.source AND e.event_id = n.id
	AND (n.stale OR n.newer OR n.at < e.at OR n.payload > coalesce(e.payload, 0));
END
$$;
COMMENT ON FUNCTION vsm.write_events(text) IS 'writes the facts that an entity got a state; a part of vsm.write_facts';

/*
 * What sources said of states other than by events: the state in which an item was created, and
 * states that were seen. All of it is kept, since what it tells depends on what else is known; the
 * events that it makes are derived anew for each entity of which anything was told:
 *   the state at creation is what the earliest change came from, else what the source says;
 *   a state that was seen is an event where it differs from the state before it;
 *   one that says little alone (a request is open while it is reviewed, too) only where it contradicts
 *   what was told last of certain states, and did so for a second: times of webhooks have no parts of it.
 * An event SOURCE:KIND:ID:created of what has no such fact is one that its source states.
 */
CREATE FUNCTION vsm.write_observations(model text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_hashjoin = off
SET enable_mergejoin = off
SET enable_seqscan = off
SET jit = off
AS $$
#variable_conflict use_column
BEGIN
	PERFORM vsm.enter_model(model);
	INSERT INTO observation AS o (entity, source, kind, at, state, state_id, after, payload)
	SELECT f.entity, f.source, f.fact, f.at, coalesce(f.value, ''), min(f.value_id COLLATE "C"),
		-- What was seen without a condition holds without one.
		(array_agg(f.details ORDER BY f.details DESC NULLS FIRST))[1], max(f.payload)
	FROM pg_temp.vsm_fact AS f
	WHERE f.fact IN ('created', 'observed')
	GROUP BY f.entity, f.source, f.fact, f.at, coalesce(f.value, '')
	ORDER BY f.entity COLLATE "C", f.source COLLATE "C", f.fact COLLATE "C", f.at, coalesce(f.value, '') COLLATE "C"
	ON CONFLICT (entity, source, kind, at, state) DO UPDATE SET state_id = least(o.state_id COLLATE "C", excluded.state_id COLLATE "C"),
		after = CASE WHEN o.after IS NOT NULL AND excluded.after IS NOT NULL THEN greatest(o.after, excluded.after) END,
		payload = CASE WHEN o.payload < 0 THEN excluded.payload ELSE greatest(o.payload, excluded.payload) END
	WHERE least(o.state_id COLLATE "C", excluded.state_id COLLATE "C") IS DISTINCT FROM o.state_id
	OR o.after IS NOT NULL AND (excluded.after > o.after) IS NOT FALSE
	OR o.payload < 0 OR excluded.payload > coalesce(o.payload, 0);

	PERFORM vsm.derive_states(ARRAY(SELECT DISTINCT f.entity FROM pg_temp.vsm_fact AS f
		WHERE f.fact IN ('created', 'observed', 'event') AND EXISTS (SELECT FROM observation AS o WHERE o.entity = f.entity)));
END
$$;
COMMENT ON FUNCTION vsm.write_observations(text) IS
	'writes the facts of items'' creation and of states that were seen, and derives the events that they make; a part of vsm.write_facts';

/*
 * Entities as rows, of which PostgreSQL expects many: it then hashes what a batch brings, and still
 * looks up entity by entity what lies in a table.
 */
CREATE FUNCTION vsm.each_entity(entities text[]) RETURNS SETOF text
LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE ROWS 2000
AS 'array_unnest';
COMMENT ON FUNCTION vsm.each_entity(text[]) IS 'the elements of an array; a part of vsm.write_observations';

CREATE TYPE vsm.state_difference AS (
	is_gone  boolean,
	entity   text,
	source   text,
	event_id text,
	at       timestamptz,
	state    text,
	state_id text,
	method   text
);
COMMENT ON TYPE vsm.state_difference IS
	'an event of a creation or of a state that was seen: one that is there and should not be (is_gone), or one as it should be; a part of '
	'vsm.write_observations';

CREATE FUNCTION vsm.state_differences(entities text[]) RETURNS SETOF vsm.state_difference
LANGUAGE plpgsql STABLE
SET plan_cache_mode = force_generic_plan
SET enable_hashjoin = on
SET enable_seqscan = off
SET jit = off
AS $$
#variable_conflict use_column
BEGIN
	RETURN QUERY
	WITH present AS MATERIALIZED (
		SELECT e.*, e.method IS NOT DISTINCT FROM 'observed' OR e.event_id = e.entity || ':created'
			AND EXISTS (SELECT FROM observation AS o WHERE o.entity = e.entity AND o.source = e.source AND o.kind = 'created') AS is_derived
		FROM vsm.each_entity(entities) AS t (entity), LATERAL (
			SELECT o.entity, o.source, o.event_id, o.at, o.state, o.state_id, o.previous, o.previous_id, o.seq, o.method
			FROM event AS o WHERE o.entity = t.entity AND o.method IS DISTINCT FROM 'label' OFFSET 0) AS e),
	told AS MATERIALIZED (
		SELECT p.* FROM present AS p WHERE NOT p.is_derived),
	seen AS MATERIALIZED (
		SELECT s.* FROM vsm.each_entity(entities) AS t (entity), LATERAL (SELECT o.* FROM observation AS o
			WHERE o.entity = t.entity OFFSET 0) AS s),
	created AS MATERIALIZED (
		SELECT c.entity, c.source, c.at, coalesce(f.previous, c.state) AS state,
			CASE WHEN f.entity IS NULL THEN c.state_id ELSE f.previous_id END AS state_id,
			CASE WHEN f.entity IS NOT NULL THEN 'inferred' END AS method
		FROM (
				SELECT s.entity, s.source, min(s.at) AS at, (array_agg(s.state
					ORDER BY s.state COLLATE "C") FILTER (WHERE s.state <> ''))[1] AS state,
					(array_agg(s.state_id ORDER BY s.state COLLATE "C", s.state_id COLLATE "C")
						FILTER (WHERE s.state <> ''))[1] AS state_id
				FROM seen AS s WHERE s.kind = 'created' GROUP BY s.entity, s.source) AS c
			LEFT JOIN (
				SELECT DISTINCT ON (w.entity COLLATE "C") w.entity, w.previous, w.previous_id
				FROM (SELECT m.entity, min(m.at) AS at FROM told AS m WHERE m.previous IS NOT NULL GROUP BY m.entity) AS m
					JOIN told AS w ON w.entity = m.entity AND w.at = m.at
				WHERE w.previous IS NOT NULL
				ORDER BY w.entity COLLATE "C", w.at, w.seq NULLS FIRST, length(w.event_id), w.event_id COLLATE "C") AS f
				ON f.entity = c.entity),
	-- (Of two at once the first by name: draft says that it is open, too.)
	contradicting AS MATERIALIZED (
		SELECT DISTINCT ON (w.entity COLLATE "C", w.at) w.entity, w.source, w.at, w.state, w.state_id
		FROM (
			SELECT g.entity, g.state, b.source, b.at, b.state_id, b.after = g.after AS is_asked,
				max(b.at) FILTER (WHERE b.state <> g.state)
					OVER (same RANGE BETWEEN UNBOUNDED PRECEDING AND '1 second' PRECEDING) AS last_at,
				max(b.at) FILTER (WHERE b.state = g.state AND NOT b.is_seen)
					OVER (same RANGE BETWEEN UNBOUNDED PRECEDING AND '1 second' FOLLOWING) AS told_at,
				max(b.at) FILTER (WHERE b.state = g.state AND b.is_seen)
					OVER (same RANGE BETWEEN UNBOUNDED PRECEDING AND '1 microsecond' PRECEDING) AS seen_at
			FROM (SELECT DISTINCT s.entity, s.state, s.after FROM seen AS s WHERE s.after IS NOT NULL) AS g,
			LATERAL (
				SELECT e.source, e.at, e.state, NULL AS state_id, NULL::jsonb AS after, false AS is_seen
				FROM event AS e
				WHERE e.entity = g.entity AND e.method IS DISTINCT FROM 'label' AND e.method IS DISTINCT FROM 'observed'
				AND (e.state = g.state OR g.after ? e.state)
				UNION ALL
				SELECT o.source, o.at, o.state, o.state_id, o.after, true
				FROM observation AS o
				WHERE o.entity = g.entity AND o.kind = 'observed' AND (o.state = g.state OR o.after IS NULL AND g.after ? o.state)) AS b
			WINDOW same AS (PARTITION BY g.entity, g.state, g.after ORDER BY b.at)) AS w
		WHERE w.is_asked AND w.last_at > coalesce(w.told_at, '-infinity') AND (w.seen_at < w.last_at + interval '1 second') IS NOT FALSE
		ORDER BY w.entity COLLATE "C", w.at, w.state COLLATE "C", w.source COLLATE "C"),
	wanted AS MATERIALIZED (
		SELECT c.entity, c.source, c.entity || ':created' AS event_id, c.at, c.state, c.state_id, c.method
		FROM created AS c WHERE c.state IS NOT NULL
		UNION ALL
		SELECT a.entity, a.source, a.entity || ':' || extract(epoch FROM a.at) || ':' || a.state, a.at, a.state, a.state_id, 'observed'
		FROM (
			SELECT b.*, lag(b.state) OVER (PARTITION BY b.entity COLLATE "C" ORDER BY b.at, b.is_seen, b.seq NULLS FIRST,
				length(b.event_id), b.event_id COLLATE "C") AS before
			FROM (
				SELECT w.entity, w.source, w.event_id, w.at, w.state, NULL::text AS state_id, w.seq, false AS is_seen, false AS is_news
				FROM told AS w WHERE w.state NOT IN ('Flagged', 'Unflagged')
				AND w.entity IN (SELECT s.entity FROM seen AS s WHERE s.kind = 'observed')
				UNION ALL
				SELECT c.entity, c.source, '', c.at, c.state, NULL, NULL, false, false FROM created AS c WHERE c.state IS NOT NULL
				AND c.entity IN (SELECT s.entity FROM seen AS s WHERE s.kind = 'observed')
				UNION ALL
				(SELECT DISTINCT ON (s.entity COLLATE "C", s.at) s.entity, s.source, '', s.at, s.state, s.state_id, NULL::bigint, true,
					s.place = 0
				 FROM (
					SELECT c.*, 0 AS place FROM contradicting AS c
					UNION ALL
					SELECT s.entity, s.source, s.at, s.state, s.state_id, 1
					FROM seen AS s WHERE s.kind = 'observed' AND s.after IS NULL) AS s
				 ORDER BY s.entity COLLATE "C", s.at, s.place, s.state COLLATE "C", s.source COLLATE "C")) AS b) AS a
		WHERE a.is_seen AND (a.is_news OR a.state IS DISTINCT FROM a.before))
	SELECT true, d.entity, d.source, d.event_id, d.at, NULL, NULL, NULL
	FROM present AS d LEFT JOIN wanted AS w ON w.entity = d.entity AND w.source = d.source AND w.event_id = d.event_id AND w.at = d.at
	WHERE d.is_derived AND w.entity IS NULL
	UNION ALL
	SELECT false, w.entity, w.source, w.event_id, w.at, w.state, w.state_id, w.method
	FROM wanted AS w LEFT JOIN present AS d ON d.entity = w.entity AND d.source = w.source AND d.event_id = w.event_id AND d.at = w.at
	WHERE (d.state, d.state_id, d.method) IS DISTINCT FROM (w.state, w.state_id, w.method);
END
$$;
COMMENT ON FUNCTION vsm.state_differences(text[]) IS
	'events of these entities'' creation and of states that were seen that are there and should not be, or should be and are not so, '
	'in the model that search_path names; '
	'a part of vsm.write_observations';

CREATE FUNCTION vsm.derive_states(entities text[]) RETURNS void
LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan
SET enable_hashjoin = off
SET enable_mergejoin = off
SET enable_seqscan = off
SET jit = off
AS $$
#variable_conflict use_column
DECLARE
	differences vsm.state_difference[] := ARRAY(SELECT d FROM vsm.state_differences(entities) AS d);
BEGIN
	IF cardinality(differences) = 0 THEN
		RETURN;
	END IF;
	DELETE FROM event AS e USING unnest(differences) AS d
	WHERE d.is_gone AND e.entity = d.entity AND e.source = d.source AND e.event_id = d.event_id AND e.at = d.at;
	INSERT INTO event AS e (source, event_id, entity, at, state, state_id, method)
	SELECT d.source, d.event_id, d.entity, d.at, d.state, d.state_id, d.method
	FROM unnest(differences) AS d
	WHERE NOT d.is_gone
	ORDER BY d.entity COLLATE "C", d.source COLLATE "C", d.event_id COLLATE "C"
	ON CONFLICT ON CONSTRAINT event_pkey DO UPDATE SET at = excluded.at, state = excluded.state, state_id = excluded.state_id,
		method = excluded.method;
END
$$;
COMMENT ON FUNCTION vsm.derive_states(text[]) IS
	'derives the events of these entities'' creation and of states that were seen from all that is known of them, in the model that '
	'search_path names; a part of vsm.write_observations';

CREATE FUNCTION vsm.write_changes(model text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_hashjoin = off
SET enable_mergejoin = off
SET enable_seqscan = off
SET jit = off
AS $$
#variable_conflict use_column
BEGIN
	PERFORM vsm.enter_model(model);
	INSERT INTO item_change AS c (item, attribute, change_id, at, value, previous, source, told_at, payload, xid)
	SELECT DISTINCT ON (f.entity COLLATE "C", f.name COLLATE "C", f.id COLLATE "C")
		f.entity, f.name, f.id, min(f.at) OVER same, f.value, f.previous, f.source, f.version, max(f.payload) OVER same,
		pg_current_xact_id()
	FROM pg_temp.vsm_fact AS f
	WHERE f.fact = 'change'
	WINDOW same AS (PARTITION BY f.entity COLLATE "C", f.name COLLATE "C", f.id COLLATE "C")
	ORDER BY f.entity COLLATE "C", f.name COLLATE "C", f.id COLLATE "C", f.version DESC NULLS LAST,
		jsonb_build_array(f.value, f.previous, f.source) DESC
	ON CONFLICT (item, attribute, change_id) DO UPDATE SET
		at = CASE WHEN c.payload < 0 THEN excluded.at ELSE least(c.at, excluded.at) END,
		payload = CASE WHEN c.payload < 0 THEN excluded.payload ELSE greatest(c.payload, excluded.payload) END,
		(value, previous, source, told_at) = (
			SELECT CASE WHEN n.newer THEN excluded.value ELSE c.value END, CASE WHEN n.newer THEN excluded.previous ELSE c.previous END,
				CASE WHEN n.newer THEN excluded.source ELSE c.source END, CASE WHEN n.newer THEN excluded.told_at ELSE c.told_at END
			FROM (SELECT c.payload < 0 OR coalesce(excluded.told_at, '-infinity') > coalesce(c.told_at, '-infinity')
				OR excluded.told_at IS NOT DISTINCT FROM c.told_at
					AND jsonb_build_array(excluded.value, excluded.previous, excluded.source) > jsonb_build_array(c.value, c.previous,
						c.source) AS newer) AS n)
	WHERE c.payload < 0 OR excluded.at < c.at OR excluded.payload > coalesce(c.payload, 0)
	OR coalesce(excluded.told_at, '-infinity') > coalesce(c.told_at, '-infinity')
	OR excluded.told_at IS NOT DISTINCT FROM c.told_at
		AND jsonb_build_array(excluded.value, excluded.previous, excluded.source) > jsonb_build_array(c.value, c.previous, c.source);

	-- The first value of each attribute is what its earliest change came from.
	INSERT INTO item_change AS c (item, attribute, change_id, at, value, source)
	SELECT DISTINCT ON (h.item COLLATE "C", h.attribute COLLATE "C") h.item, h.attribute, 'created', o.at, h.previous, h.source
	FROM (SELECT DISTINCT f.entity FROM pg_temp.vsm_fact AS f WHERE f.fact IN ('created', 'change')) AS t
		JOIN LATERAL (SELECT min(o.at) AS at FROM observation AS o WHERE o.entity = t.entity AND o.kind = 'created') AS o
			ON o.at IS NOT NULL
		JOIN item_change AS h ON h.item = t.entity
	WHERE h.change_id <> 'created'
	ORDER BY h.item COLLATE "C", h.attribute COLLATE "C", h.at, length(h.change_id), h.change_id COLLATE "C"
	ON CONFLICT (item, attribute, change_id) DO UPDATE SET at = excluded.at, value = excluded.value, source = excluded.source
	WHERE (c.at, c.value, c.source) IS DISTINCT FROM (excluded.at, excluded.value, excluded.source);
END
$$;
COMMENT ON FUNCTION vsm.write_changes(text) IS
	'writes the facts that an attribute of an item changed, and its first value; a part of vsm.write_facts';

CREATE FUNCTION vsm.write_aliases(model text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET jit = off
AS $$
#variable_conflict use_column
BEGIN
	PERFORM vsm.enter_model(model);
	INSERT INTO item_alias AS a (alias, item, since, payload)
	SELECT f.value, f.entity, min(f.at), max(f.payload)
	FROM pg_temp.vsm_fact AS f
	WHERE f.fact = 'alias'
	GROUP BY f.value, f.entity
	ORDER BY f.value COLLATE "C", f.entity COLLATE "C"
	ON CONFLICT (alias, item) DO UPDATE SET
		since = CASE WHEN a.payload < 0 THEN excluded.since ELSE least(a.since, excluded.since) END,
		payload = CASE WHEN a.payload < 0 THEN excluded.payload ELSE greatest(a.payload, excluded.payload) END
	WHERE a.payload < 0 OR least(a.since, excluded.since) IS DISTINCT FROM a.since OR excluded.payload > coalesce(a.payload, 0);
END
$$;
COMMENT ON FUNCTION vsm.write_aliases(text) IS 'writes the facts that an item is also known by another name; a part of vsm.write_facts';

CREATE FUNCTION vsm.write_links(model text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET jit = off
AS $$
#variable_conflict use_column
BEGIN
	PERFORM vsm.enter_model(model);
	INSERT INTO link AS l (source, target, kind, method, confidence, since, until, changed_at, payload)
	SELECT f.entity, f.value, f.name, (array_agg(f.method ORDER BY f.confidence DESC NULLS LAST, f.method COLLATE "C"))[1],
		max(f.confidence), min(f.at),
		(array_agg(f.until ORDER BY n.changed_at DESC NULLS LAST, f.until NULLS LAST))[1], max(n.changed_at), max(f.payload)
	FROM pg_temp.vsm_fact AS f, LATERAL (SELECT coalesce(f.until, f.version, f.at) AS changed_at) AS n
	WHERE f.fact = 'link'
	GROUP BY f.entity, f.value, f.name
	ORDER BY f.entity COLLATE "C", f.value COLLATE "C", f.name COLLATE "C"
	ON CONFLICT (source, target, kind) DO UPDATE SET
		method = CASE WHEN l.payload < 0 OR excluded.confidence > coalesce(l.confidence, -1)
			OR excluded.confidence IS NOT DISTINCT FROM l.confidence AND excluded.method COLLATE "C" < coalesce(l.method, '~')
				THEN excluded.method ELSE l.method END,
		confidence = CASE WHEN l.payload < 0 THEN excluded.confidence ELSE greatest(l.confidence, excluded.confidence) END,
		since = CASE WHEN l.payload < 0 THEN excluded.since ELSE least(l.since, excluded.since) END,
		until = CASE
			WHEN l.payload < 0 OR coalesce(excluded.changed_at, '-infinity') > coalesce(l.changed_at, '-infinity') THEN excluded.until
			WHEN excluded.changed_at IS NOT DISTINCT FROM l.changed_at THEN least(l.until, excluded.until)
			ELSE l.until END,
		changed_at = CASE WHEN l.payload < 0 THEN excluded.changed_at ELSE greatest(l.changed_at, excluded.changed_at) END,
		payload = CASE WHEN l.payload < 0 THEN excluded.payload ELSE greatest(l.payload, excluded.payload) END
	WHERE l.payload < 0 OR excluded.payload > coalesce(l.payload, 0)
	OR excluded.confidence > coalesce(l.confidence, -1)
	OR excluded.confidence IS NOT DISTINCT FROM l.confidence AND excluded.method COLLATE "C" < coalesce(l.method, '~')
	OR least(l.since, excluded.since) IS DISTINCT FROM l.since
	OR coalesce(excluded.changed_at, '-infinity') > coalesce(l.changed_at, '-infinity')
	OR excluded.changed_at IS NOT DISTINCT FROM l.changed_at AND least(l.until, excluded.until) IS DISTINCT FROM l.until;
END
$$;
COMMENT ON FUNCTION vsm.write_links(text) IS 'writes the facts that an entity is linked to another; a part of vsm.write_facts';

CREATE FUNCTION vsm.write_histories(model text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_hashjoin = off
SET enable_mergejoin = off
SET enable_seqscan = off
SET jit = off
AS $$
#variable_conflict use_column
BEGIN
	PERFORM vsm.enter_model(model);
	-- Of an item that is not there yet it waits.
	INSERT INTO observation AS o (entity, source, kind, at, state, since, payload)
	SELECT f.entity, f.source, f.fact, f.until, '', CASE WHEN bool_or(f.at IS NULL) THEN '-infinity' ELSE min(f.at) END, max(f.payload)
	FROM pg_temp.vsm_fact AS f
	WHERE f.fact = 'history' AND (f.at <= f.until) IS NOT FALSE AND NOT EXISTS (SELECT FROM item AS i WHERE i.item = f.entity)
	GROUP BY f.entity, f.source, f.fact, f.until
	ON CONFLICT (entity, source, kind, at, state) DO UPDATE SET since = excluded.since WHERE excluded.since < o.since;

	WITH told AS MATERIALIZED (
		SELECT h.entity, range_agg(h.period) AS periods
		FROM (
			SELECT f.entity, tstzrange(f.at, f.until, '[]') AS period
			FROM pg_temp.vsm_fact AS f WHERE f.fact = 'history' AND (f.at <= f.until) IS NOT FALSE
			UNION ALL
			SELECT o.entity, tstzrange(nullif(o.since, '-infinity'), o.at, '[]')
			FROM pg_temp.vsm_fact AS f JOIN observation AS o ON o.entity = f.entity AND o.kind = 'history'
			WHERE f.fact = 'item') AS h
		GROUP BY h.entity),
	written AS (
		UPDATE item AS i SET changelog = n.periods, changelog_until = CASE WHEN lower_inf(n.periods) THEN upper(n.first) END
		FROM (
			SELECT u.entity, u.periods, (SELECT r FROM unnest(u.periods) AS r LIMIT 1) AS first
			FROM (
				SELECT t.entity, t.periods + coalesce(o.changelog,
					CASE WHEN o.changelog_until IS NULL THEN '{}' ELSE
						tstzmultirange(tstzrange(NULL, o.changelog_until, '[]')) END) AS periods
				FROM told AS t JOIN item AS o ON o.item = t.entity) AS u) AS n
		WHERE i.item = n.entity AND n.periods IS DISTINCT FROM i.changelog)
	DELETE FROM observation AS o USING told AS t
	WHERE o.entity = t.entity AND o.kind = 'history' AND EXISTS (SELECT FROM item AS i WHERE i.item = t.entity);
END
$$;
COMMENT ON FUNCTION vsm.write_histories(text) IS
	'writes the facts that all changes of an item in a period are known: periods that meet are one; a part of vsm.write_facts';

/*
 * Rows that are told column by column. A column has the value of the newest version that names it,
 * of equal versions the greater value; so each column has a version of its own, kept where it is
 * not plain: told holds, in microseconds since 1970, the versions of columns that the newest version
 * of the row (updated_at) did not name, and 0 for a column of which that version said that it is
 * empty. A column that is empty and not in told was never told.
 *
 * A column that says when something first happened has the earliest time that was told, whatever
 * the versions: the first review of a merge request, the first time that an incident was taken on.
 */
CREATE TYPE vsm.told_row AS (columns jsonb, told jsonb);
COMMENT ON TYPE vsm.told_row IS
	'columns of a row that change, and the versions of its columns, as the column told of a model''s tables has them; a part of '
	'vsm.write_rows';

CREATE FUNCTION vsm.epoch_microseconds(at timestamptz) RETURNS bigint
	AS 'MODULE_PATHNAME', 'vsm_epoch_microseconds' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.epoch_microseconds(timestamptz) IS 'microseconds since 1970; a part of vsm.write_rows';

CREATE FUNCTION vsm.tell_row(old jsonb, old_told jsonb, old_at timestamptz, new jsonb, new_told jsonb, new_at timestamptz, again boolean)
	RETURNS vsm.told_row
	AS 'MODULE_PATHNAME', 'vsm_tell_row' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION vsm.tell_row(jsonb, jsonb, timestamptz, jsonb, jsonb, timestamptz, boolean) IS
	'lays columns with their versions over a row as it is: of each column the newer version holds, of equal versions the greater value, or '
	'the new one if again; '
	'NULL columns if none changes; a part of vsm.write_rows';

CREATE FUNCTION vsm.lay_columns_add(state internal, "row" anyelement, columns jsonb, at timestamptz, kept text[]) RETURNS internal
	AS 'MODULE_PATHNAME', 'vsm_lay_columns_add' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION vsm.lay_columns_add(internal, anyelement, jsonb, timestamptz, text[]) IS 'transition function of vsm.lay_columns';

CREATE FUNCTION vsm.lay_columns_finish(state internal) RETURNS vsm.told_row
	AS 'MODULE_PATHNAME', 'vsm_lay_columns_finish' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION vsm.lay_columns_finish(internal) IS 'final function of vsm.lay_columns';

CREATE AGGREGATE vsm.lay_columns("row" anyelement, columns jsonb, at timestamptz, kept text[]) (
	SFUNC = vsm.lay_columns_add, STYPE = internal, SSPACE = 4096, FINALFUNC = vsm.lay_columns_finish, PARALLEL = SAFE);
COMMENT ON AGGREGATE vsm.lay_columns(anyelement, jsonb, timestamptz, text[]) IS
	'lays facts about a row of that type over each other: of each column that is not kept otherwise the value of the newest version, of '
	'equal versions the greater one, as the type of the column writes it, and the versions where there are several; a part of '
	'vsm.write_rows';

CREATE FUNCTION vsm.write_rows(model text, relation text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_hashjoin = off
SET enable_mergejoin = off
SET enable_seqscan = off
SET enable_memoize = off
SET jit = off
SET TimeZone = 'UTC'
AS $$
DECLARE
	target   CONSTANT text := format('%I.%I', model, relation);
	key      text;		-- every such table is keyed by its first column
	names    text[];	-- what facts may name: all columns but the key and what is kept of the facts themselves
	entities bigint;
	inserted bigint;
	told     text;
	-- the column whose earliest time holds
	earliest CONSTANT text := CASE relation WHEN 'merge_request' THEN 'first_review_at' WHEN 'incident' THEN 'acknowledged_at' END;
	kept     CONSTANT text[] := '{updated_at,told,payload,xid}' || CASE WHEN relation = 'item' THEN '{type,changelog,changelog_until}'
		ELSE '{}' END::text[] || CASE WHEN earliest IS NOT NULL THEN ARRAY[earliest] END;
BEGIN
	PERFORM vsm.enter_model(model);
	SELECT count(*) INTO entities FROM (SELECT f.entity FROM pg_temp.vsm_fact AS f WHERE f.fact = relation GROUP BY f.entity) AS e;
	SELECT (array_agg(a.attname::text ORDER BY a.attnum))[1],
		array_agg(a.attname::text ORDER BY a.attnum) FILTER (WHERE a.attnum > 1 AND a.attname <> ALL (kept))
	INTO key, names
	FROM pg_attribute AS a WHERE a.attrelid = target::regclass AND a.attnum > 0 AND NOT a.attisdropped;

	-- The facts of an entity laid over each other; values as the columns' types write them, so that they can be compared.
	told := format($sql$
		told AS MATERIALIZED (
			SELECT l.entity, l.at, (l.laid).columns, (l.laid).told AS versions, l.payload, l.again, l.earliest
			FROM (
				SELECT f.entity, max(f.at) AS at, max(f.payload) AS payload, bool_or(f.again) AS again, min(f.earliest) AS earliest,
					vsm.lay_columns(NULL::%2$s, f.details, f.at, %4$L::text[]) AS laid
				FROM (SELECT f.entity, f.at, f.payload, f.again, %3$s AS details, %5$s AS earliest
					FROM pg_temp.vsm_fact AS f, %1$I.model AS m WHERE f.fact = %6$L) AS f
				GROUP BY f.entity) AS l)$sql$, model, target,
		-- A day without a time ends in the model's time zone.
		CASE WHEN relation = 'item' THEN
			$sql$CASE WHEN f.details ->> 'due_at' ~ '^\d{4}-\d\d-\d\d$' THEN f.details || jsonb_build_object('due_at',
				((f.details ->> 'due_at')::date + 1)::timestamp AT TIME ZONE m.time_zone - interval '1 microsecond')
				ELSE f.details END$sql$
			ELSE 'f.details' END, kept, CASE WHEN earliest IS NOT NULL THEN format('(f.details ->> %L)::timestamptz', earliest)
			ELSE 'NULL::timestamptz' END, relation);

	inserted := vsm.execute(format($sql$
		WITH %1$s
		INSERT INTO %2$s (%3$I, updated_at, told, payload, xid%4$s%5$s)
		SELECT t.entity, t.at, (t.told_row).told, t.payload, pg_current_xact_id()%6$s%7$s
		FROM (
			SELECT t.*, vsm.tell_row(NULL, NULL, NULL, t.columns, t.versions, t.at, false) AS told_row,
				jsonb_populate_record(NULL::%2$s, t.columns) AS whole
			FROM told AS t OFFSET 0) AS t
		ORDER BY t.entity COLLATE "C" ON CONFLICT (%3$I) DO NOTHING$sql$,
		told, target, key,
		(SELECT string_agg(format(', %I', c), '') FROM unnest(names) AS c),
		CASE WHEN relation = 'item' THEN ', type' WHEN earliest IS NOT NULL THEN format(', %I', earliest) ELSE '' END,
		(SELECT string_agg(format(', (t.whole).%I', c), '') FROM unnest(names) AS c),
		CASE WHEN relation = 'item' THEN ', (t.whole).type_told' WHEN earliest IS NOT NULL THEN ', t.earliest' ELSE '' END));
	IF inserted = entities THEN
		RETURN;
	END IF;

	PERFORM vsm.execute(format($sql$
		WITH %1$s
		UPDATE %2$s AS o SET updated_at = greatest(o.updated_at, n.at), told = n.told,
			payload = CASE WHEN o.payload < 0 THEN n.payload ELSE greatest(o.payload, n.payload) END%4$s%5$s
		FROM (
			SELECT t.entity, t.at, t.payload, r.told, r.columns, w AS whole, t.earliest
			FROM told AS t JOIN %2$s AS b ON b.%3$I = t.entity,
				LATERAL vsm.tell_row(to_jsonb(b) - %6$L::text[], b.told, b.updated_at, %7$s, t.versions, t.at, t.again) AS r,
				LATERAL jsonb_populate_record(b, coalesce(r.columns, '{}')) AS w
			WHERE r.columns IS NOT NULL OR r.told IS DISTINCT FROM b.told OR t.at > b.updated_at OR t.at IS NOT NULL
				AND b.updated_at IS NULL
			OR b.payload < 0 OR t.payload > coalesce(b.payload, 0)%8$s) AS n
		WHERE o.%3$I = n.entity$sql$,
		told, target, key,
		(SELECT string_agg(format(', %1$I = (n.whole).%1$I', c), '') FROM unnest(names) AS c),
		-- Who corrects the type of an item keeps it, until the tracker calls the item otherwise.
		CASE WHEN relation = 'item' THEN
			', type = CASE WHEN o.type IS NOT DISTINCT FROM o.type_told OR (n.whole).type_told IS DISTINCT FROM o.type_told THEN '
			'(n.whole).type_told ELSE o.type END'
			WHEN earliest IS NOT NULL THEN
			format(', %1$I = CASE WHEN o.payload < 0 THEN coalesce(n.earliest, o.%1$I) ELSE least(o.%1$I, n.earliest) END', earliest)
			ELSE '' END, kept || key, 't.columns',
		CASE WHEN earliest IS NOT NULL THEN format(' OR (b.%1$I <= t.earliest) IS NOT TRUE AND t.earliest IS NOT NULL', earliest)
			ELSE '' END));
END
$$;
COMMENT ON FUNCTION vsm.write_rows(text, text) IS
	'writes the facts about rows of item, merge_request, commit, build, deployment or incident; a part of vsm.write_facts';

/*
 * A deployment that a stage of a build makes has that build's commit, repository and ref, which are
 * told apart from it, before or after. They are facts of the oldest version, so that whatever is
 * told of the deployment itself goes first.
 */
CREATE FUNCTION vsm.write_inherited(model text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET jit = off
AS $$
#variable_conflict use_column
DECLARE
	builds      text[] := ARRAY(SELECT DISTINCT f.entity FROM pg_temp.vsm_fact AS f WHERE f.fact = 'build');
	deployments text[] := ARRAY(SELECT DISTINCT f.entity FROM pg_temp.vsm_fact AS f WHERE f.fact = 'deployment');
BEGIN
	PERFORM vsm.enter_model(model);
	PERFORM vsm.empty_table('pg_temp.vsm_fact');
	INSERT INTO pg_temp.vsm_fact (source, fact, entity, at, details, payload, again)
	SELECT d.source, 'deployment', d.deployment, timestamptz 'epoch' + interval '1 microsecond',
		jsonb_strip_nulls(jsonb_build_object('sha', b.sha, 'repository', b.repository, 'ref', b.ref)), d.payload, true
	FROM (
		SELECT q.deployment FROM deployment AS q WHERE q.build = ANY (builds)
		UNION
		SELECT q.deployment FROM deployment AS q WHERE q.deployment = ANY (deployments) AND q.build IS NOT NULL) AS t
		JOIN deployment AS d ON d.deployment = t.deployment JOIN build AS b ON b.build = d.build
	-- What is being read again and has not been told yet may be gone in the end.
	WHERE (d.payload < 0) IS NOT TRUE;
	IF FOUND THEN
		PERFORM vsm.write_rows(model, 'deployment');
	END IF;
END
$$;
COMMENT ON FUNCTION vsm.write_inherited(text) IS
	'writes what deployments have from the builds that made them, where either is told in pg_temp.vsm_fact, and empties that; a part of '
	'vsm.write_facts';

CREATE FUNCTION vsm.write_judged_facts(model text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
	kinds text[];
BEGIN
	PERFORM vsm.enter_model(model);
	-- One writer at a time, so that each sees all that was told before.
	PERFORM pg_advisory_xact_lock(hashtext('vsm.write_facts'), hashtext(model));
	SELECT array_agg(DISTINCT f.fact) INTO kinds FROM pg_temp.vsm_fact AS f;
	IF kinds IS NULL THEN
		RETURN;
	END IF;
	IF 'event' = ANY (kinds) THEN
		PERFORM vsm.write_events(model);
	END IF;
	IF 'item' = ANY (kinds) THEN
		PERFORM vsm.write_rows(model, 'item');
	END IF;
	IF kinds && '{history,item}' THEN
		PERFORM vsm.write_histories(model);
	END IF;
	IF 'alias' = ANY (kinds) THEN
		PERFORM vsm.write_aliases(model);
	END IF;
	IF kinds && '{event,created,observed}' THEN
		PERFORM vsm.write_observations(model);
	END IF;
	IF kinds && '{change,created}' THEN
		PERFORM vsm.write_changes(model);
	END IF;
	IF 'link' = ANY (kinds) THEN
		PERFORM vsm.write_links(model);
	END IF;
	PERFORM vsm.write_rows(model, r.relation) FROM unnest(ARRAY['merge_request', 'commit', 'build', 'deployment',
		'incident']) AS r (relation)
	WHERE r.relation = ANY (kinds);
	IF kinds && '{build,deployment}' THEN
		PERFORM vsm.write_inherited(model);
	END IF;
	PERFORM vsm.empty_table('pg_temp.vsm_fact');
END
$$;
COMMENT ON FUNCTION vsm.write_judged_facts(text) IS
	'writes the facts in pg_temp.vsm_fact, none of which is refused, to the tables of a model and empties it; a part of vsm.write_facts';

/*
 * Readers name what there is, which their tests see to; facts made by hand may not: what no table
 * has would be left out without a word.
 */
CREATE FUNCTION vsm.check_facts(model text) RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	relations CONSTANT text[] := ARRAY['item', 'merge_request', 'commit', 'build', 'deployment', 'incident'];
	kinds     CONSTANT text[] := ARRAY['event', 'observed', 'created', 'change', 'alias', 'history', 'link'];
	told      record;
	known     text[];
BEGIN
	FOR told IN
		SELECT DISTINCT f.fact, k.name, jsonb_typeof(f.details) AS type
		FROM pg_temp.vsm_fact AS f
			LEFT JOIN LATERAL jsonb_object_keys(CASE jsonb_typeof(f.details) WHEN 'object' THEN f.details END) AS k (name) ON true
		WHERE (f.fact = ANY (kinds)) IS NOT TRUE
		ORDER BY f.fact, k.name
	LOOP
		IF (told.fact = ANY (relations)) IS NOT TRUE THEN
			RAISE EXCEPTION USING
				ERRCODE = 'undefined_table',
				MESSAGE = format('facts do not make rows of "%s"', told.fact),
				DETAIL = format('They make rows of %s.', array_to_string(relations, ', ')),
				HINT = 'A fact of another kind is made by vsm.fact_event, vsm.fact_link and the like.';
		ELSIF told.type <> 'object' THEN
			RAISE EXCEPTION USING
				ERRCODE = 'invalid_parameter_value',
				MESSAGE = format('the columns of a row of "%s" are a JSON %s', told.fact, told.type),
				DETAIL = 'They are an object: {"column": value}.';
		END IF;
		-- All but the key and what is kept of the facts themselves.
		SELECT array_agg(a.attname::text ORDER BY a.attnum) INTO known FROM pg_attribute AS a
		WHERE a.attrelid = to_regclass(format('%I.%I', model, told.fact)) AND a.attnum > 1 AND NOT a.attisdropped
		AND a.attname NOT IN ('updated_at', 'told', 'payload', 'xid', 'type_told', 'changelog', 'changelog_until');
		IF told.name IS NOT NULL AND told.name <> ALL (known) THEN
			RAISE EXCEPTION USING
				ERRCODE = 'undefined_column',
				MESSAGE = format('facts about "%s" do not tell of a column "%s"', told.fact, told.name),
				DETAIL = format('They tell of %s.', array_to_string(known, ', '));
		END IF;
	END LOOP;
END
$$;
COMMENT ON FUNCTION vsm.check_facts(text) IS
	'raises if a fact in pg_temp.vsm_fact tells of a table or a column that a model has not; a part of vsm.write_facts';

CREATE FUNCTION vsm.write_facts(model text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	refused record;
BEGIN
	PERFORM vsm.enter_model(model);
	PERFORM vsm.check_owner(model, VARIADIC vsm.told_tables());
	PERFORM vsm.check_facts(model);
	SELECT r.* INTO refused FROM vsm.refused_facts() AS r LIMIT 1;
	IF FOUND THEN
		RAISE EXCEPTION USING
			ERRCODE = 'data_exception',
			MESSAGE = format('a fact cannot be written to the model in schema "%s"', model),
			DETAIL = format('Its source says what cannot be: %s.', refused.reason);
	END IF;
	PERFORM vsm.ask('SELECT vsm.write_judged_facts($1)', model);
END
$$;
COMMENT ON FUNCTION vsm.write_facts(text) IS
	'writes the facts in pg_temp.vsm_fact to the tables of a model and empties it; the same facts make the same rows, in any order and any '
	'number of times';
