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
DECLARE
	entities text[];
BEGIN
	PERFORM vsm.enter_facts(model);
	PERFORM vsm.add_rows('observation', 'entity, source, kind, at, state, state_id, after, payload',
		-- What was seen without a condition holds without one.
		'SELECT f.entity, f.source, f.fact, f.at, f.state, min(f.value_id COLLATE "C"), (array_agg(f.details))[1], max(f.payload)
		 FROM (
			SELECT f.entity COLLATE "C" AS entity, f.source COLLATE "C" AS source, f.fact COLLATE "C" AS fact, f.at,
				coalesce(f.value, '''') COLLATE "C" AS state, f.value_id, f.details, f.payload
			FROM (SELECT * FROM told_created UNION ALL SELECT * FROM told_observed) AS f
			ORDER BY 1, 2, 3, 4, 5, f.details DESC NULLS FIRST) AS f
		 GROUP BY f.entity, f.source, f.fact, f.at, f.state
		 ORDER BY f.entity, f.source, f.fact, f.at, f.state',
		'ON CONFLICT (entity, source, kind, at, state) DO UPDATE SET
			state_id = least(o.state_id COLLATE "C", excluded.state_id COLLATE "C"),
			after = CASE WHEN o.after IS NOT NULL AND excluded.after IS NOT NULL THEN greatest(o.after, excluded.after) END,
			payload = CASE WHEN o.payload < 0 THEN excluded.payload ELSE greatest(o.payload, excluded.payload) END
		 WHERE least(o.state_id COLLATE "C", excluded.state_id COLLATE "C") IS DISTINCT FROM o.state_id
		 OR o.after IS NOT NULL AND (excluded.after > o.after) IS NOT FALSE
		 OR o.payload < 0 OR excluded.payload > coalesce(o.payload, 0)');

	entities := ARRAY(
		SELECT f.entity
		FROM (
			SELECT f.entity FROM told_created AS f
			UNION SELECT f.entity FROM told_observed AS f
			UNION SELECT f.entity
			FROM (
				SELECT e.entity FROM told_event AS e UNION SELECT e.entity FROM told_event_again AS e
				EXCEPT SELECT c.entity FROM told_created AS c) AS f
			WHERE (SELECT true FROM observation AS o WHERE o.entity = f.entity LIMIT 1)) AS f
		ORDER BY f.entity COLLATE "C");
	IF cardinality(entities) > 0 THEN
		PERFORM vsm.derive_states(entities);
	END IF;
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
			-- (EXISTS would read all that was ever told of any entity.)
			AND (SELECT true FROM observation AS o WHERE o.entity = e.entity AND o.source = e.source AND o.kind = 'created' LIMIT 1) IS TRUE
			AS is_derived
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

CREATE FUNCTION vsm.derive_created(entities text[]) RETURNS text[]
	AS 'MODULE_PATHNAME', 'vsm_derive_created' LANGUAGE C VOLATILE STRICT;
COMMENT ON FUNCTION vsm.derive_created(text[]) IS
	'writes the events of the creation and of states that were seen of those of these entities of which no state counts under a '
	'condition and no such event is to be changed, in the model that search_path names, and returns the others; a part of '
	'vsm.write_observations';

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
	others      CONSTANT text[] := vsm.derive_created(entities);
	differences vsm.state_difference[];
BEGIN
	IF cardinality(others) = 0 THEN
		RETURN;
	END IF;
	differences := ARRAY(SELECT d FROM vsm.state_differences(others) AS d);
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
