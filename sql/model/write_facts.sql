/*
 * The door of a model: vsm.write_facts('flow') writes the facts in pg_temp.vsm_fact to the tables
 * of the model. ingest, attach and track hold theirs by vsm.hold_facts and come the same way, and
 * nothing else writes what tools say.
 *
 * There is one function for each kind of fact; the larger two are in write_observations.sql and
 * write_rows.sql. Each makes the same rows of the same facts, in any order, any number of times and
 * split into any calls: a time is the earliest that was told, a wording the one of the newest
 * version, a column of a row the one of the newest version that names it, and what is derived (the
 * state at creation, observed states) is derived anew from all that is known of an entity. Ties are
 * broken by the values themselves, never by arrival.
 *
 * Who writes holds a lock of the model until the end of his transaction, so two writers cannot
 * derive different things from what the other one has not committed. Rows that would not change
 * are not written.
 *
 * Facts are held in memory while they are written, each kind by itself (src/model/held_facts_sql.c):
 * statements read them as tables told_event, told_link, ... Statements are static and their plans
 * kept: names of tables mean those of the model through search_path, in which pg_catalog comes
 * first. Facts find rows by index, whatever their number, since they have no statistics.
 *
 * What is read again (vsm.read_again) is told from what is new by two things: its rows carry the
 * negative number of the payload that told them until they are told again, and then what is told
 * replaces what was; and of equal versions of a row the new reading holds. So it does of tables that
 * are attached, of which no payloads are kept, for events and changes, too.
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
	AS 'MODULE_PATHNAME', 'vsm_enter_model' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION vsm.enter_model(text) IS
	'lets the names of tables mean those of a model, for the rest of the function that calls; a part of vsm.write_facts';

CREATE FUNCTION vsm.open_held_facts() RETURNS void
	AS 'MODULE_PATHNAME', 'vsm_open_held_facts' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION vsm.open_held_facts() IS 'begins with no facts held; a part of vsm.write_facts';

CREATE FUNCTION vsm.hold_facts(statement text, VARIADIC arguments text[] DEFAULT '{}') RETURNS bigint
	AS 'MODULE_PATHNAME', 'vsm_hold_facts' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION vsm.hold_facts(text, text[]) IS
	'executes a statement like vsm.execute, which returns facts as pg_temp.vsm_fact has them, holds these in memory (what is more than '
	'half of work_mem in a temporary file) until they are written, and returns how many are held; a fact that lacks what it is about, its '
	'time or its target is none and left out; a part of vsm.write_facts';

CREATE FUNCTION vsm.hold_next_facts(cursor text, count bigint) RETURNS bigint
	AS 'MODULE_PATHNAME', 'vsm_hold_next_facts' LANGUAGE C VOLATILE STRICT;
COMMENT ON FUNCTION vsm.hold_next_facts(text, bigint) IS
	'holds the next facts of a cursor like vsm.hold_facts, at least so many and all of the last document, and returns the number of that, '
	'NULL if there were no more; a part of vsm.read_attached';

CREATE FUNCTION vsm.held_facts() RETURNS text[]
	AS 'MODULE_PATHNAME', 'vsm_held_facts' LANGUAGE C STABLE;
COMMENT ON FUNCTION vsm.held_facts() IS 'the kinds of the facts that are held, NULL if none is; a part of vsm.write_facts';

CREATE FUNCTION vsm.held_events(OUT count bigint, OUT is_sorted boolean)
	AS 'MODULE_PATHNAME', 'vsm_held_events' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION vsm.held_events() IS
	'how many events told_event has, and whether they are in the order of entity, source and id, byte by byte; a part of vsm.write_events';

CREATE FUNCTION vsm.refused_facts() RETURNS TABLE (document bigint, reason text)
	AS 'MODULE_PATHNAME', 'vsm_refused_facts' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION vsm.refused_facts() IS
	'the documents that state a fact that cannot be taken, with the reason: a name that is too long, a time that is later than a day after '
	'the document was received; from then on none of their facts is held; a part of vsm.write_facts';

CREATE FUNCTION vsm.release_facts() RETURNS void
	AS 'MODULE_PATHNAME', 'vsm_release_facts' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION vsm.release_facts() IS 'lets go of the facts that are held; a part of vsm.write_facts';

CREATE FUNCTION vsm.enter_facts(model text) RETURNS void
	AS 'MODULE_PATHNAME', 'vsm_enter_facts' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION vsm.enter_facts(text) IS
	'does what vsm.enter_model does, and lets the statements of the function that calls read the facts that are held as tables told_event, '
	'told_link and so on, one a kind of fact; a part of vsm.write_facts';

CREATE FUNCTION vsm.add_rows(relation text, columns text, "rows" text, otherwise text) RETURNS bigint
	AS 'MODULE_PATHNAME', 'vsm_add_rows' LANGUAGE C VOLATILE STRICT;
COMMENT ON FUNCTION vsm.add_rows(text, text, text, text) IS
	'writes the rows that a statement makes of the facts that are held to a table, in bulk those that are new; otherwise says what is done '
	'with a row o that is there and says something else, ON CONFLICT ...; returns how many are there as they were made; a part of '
	'vsm.write_facts';

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
	columns CONSTANT text := 'source, event_id, entity, at, state, state_id, previous, previous_id, seq, method, attributes, told_at, '
		'payload, recorded_at, xid';
	told    CONSTANT text :=
		'SELECT f.source, f.id, f.entity, f.at, f.value, f.value_id, f.previous, f.previous_id, f.seq, f.method, f.details, f.version,
			f.payload, now(), pg_current_xact_id()
		 FROM %I AS f';
	sorted  CONSTANT text := ' ORDER BY f.entity COLLATE "C", f.source COLLATE "C", f.id COLLATE "C"';
	facts   record;
	added   bigint;
	keys    integer;
	are_new boolean := false;	-- the events, or there as they are told, apart from those that are told again
BEGIN
	PERFORM vsm.enter_facts(model);
	SELECT i.indnkeyatts INTO keys FROM pg_index AS i WHERE i.indrelid = 'event'::regclass AND i.indisprimary;
	IF keys IS NULL THEN
		RAISE EXCEPTION USING
			ERRCODE = 'invalid_column_reference',
			MESSAGE = 'table "event" has no primary key';
	END IF;
	facts := vsm.held_events();
	IF keys = 3 THEN
		added := vsm.add_rows('event', columns, format(told, 'told_event') || CASE WHEN facts.is_sorted THEN '' ELSE sorted END,
			'ON CONFLICT DO NOTHING');
		are_new := added = facts.count;
		IF EXISTS (SELECT FROM told_event_again AS f) THEN
			-- What was told first may have been refused.
			PERFORM vsm.add_rows('event', columns, format(told, 'told_event_again') || sorted, 'ON CONFLICT DO NOTHING');
		ELSIF are_new THEN
			RETURN;
		END IF;
	ELSE
		-- Partitioned by time, so that the key would take an event once for each time that is told of it.
		INSERT INTO event (source, event_id, entity, at, state, state_id, previous, previous_id, seq, method, attributes, told_at, payload)
		SELECT DISTINCT ON (f.entity COLLATE "C", f.source COLLATE "C", f.id COLLATE "C")
			f.source, f.id, f.entity, f.at, f.value, f.value_id, f.previous, f.previous_id, f.seq, f.method, f.details, f.version, f.payload
		FROM (SELECT f.* FROM told_event AS f UNION ALL SELECT f.* FROM told_event_again AS f) AS f
		WHERE NOT EXISTS (SELECT FROM event AS e WHERE e.entity = f.entity AND e.source = f.source AND e.event_id = f.id)
		ORDER BY f.entity COLLATE "C", f.source COLLATE "C", f.id COLLATE "C"
		ON CONFLICT DO NOTHING;
		GET DIAGNOSTICS added = ROW_COUNT;
		IF added = facts.count AND NOT EXISTS (SELECT FROM told_event_again AS f) THEN
			RETURN;
		END IF;
	END IF;

	-- Some were told before, or twice: the earliest time, and the wording of the newest version. What is there as it is told
	-- changes nothing.
	WITH told AS MATERIALIZED (
		SELECT DISTINCT ON (f.entity COLLATE "C", f.source COLLATE "C", f.id COLLATE "C")
			f.entity, f.source, f.id, min(f.at) OVER same AS at, max(f.payload) OVER same AS payload, f.version, f.value, f.value_id,
			f.previous, f.previous_id, f.seq, f.method, f.details, f.again AND f.payload IS NULL AS holds,
			jsonb_build_array(f.details, f.value, f.previous, f.value_id, f.previous_id, f.seq, f.method) AS wording
		FROM (
			SELECT f.*
			FROM (SELECT f.* FROM told_event AS f WHERE NOT are_new UNION ALL SELECT f.* FROM told_event_again AS f) AS f
				JOIN event AS o ON o.entity = f.entity AND o.source = f.source AND o.event_id = f.id
			WHERE (f.at, f.value, f.value_id, f.previous, f.previous_id, f.seq, f.method, f.details, f.version, f.payload) IS DISTINCT
				FROM (o.at, o.state, o.state_id, o.previous, o.previous_id, o.seq, o.method, o.attributes, o.told_at, o.payload)
			OFFSET 0) AS f
		WINDOW same AS (PARTITION BY f.entity COLLATE "C", f.source COLLATE "C", f.id COLLATE "C")
		ORDER BY f.entity COLLATE "C", f.source COLLATE "C", f.id COLLATE "C", f.version DESC NULLS LAST,
			jsonb_build_array(f.details, f.value, f.previous, f.value_id, f.previous_id, f.seq, f.method) DESC),
	compared AS MATERIALIZED (
		SELECT t.*, o.at AS old_at, o.payload < 0 AS stale,
			-- The same wording of a newer version, too: else one between the two would replace it.
			(o.payload < 0 AND t.wording <> w.wording OR coalesce(t.version, '-infinity') > coalesce(o.told_at, '-infinity')
				OR t.version IS NOT DISTINCT FROM o.told_at
					AND (t.wording > w.wording OR t.holds AND t.wording <> w.wording)) AS newer
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
DECLARE
	holds text;
BEGIN
	PERFORM vsm.enter_facts(model);
	holds := CASE WHEN EXISTS (SELECT FROM told_change AS f WHERE f.again AND f.payload IS NULL) THEN '<>' ELSE '>' END;
	PERFORM vsm.add_rows('item_change', 'item, attribute, change_id, at, value, previous, source, told_at, payload, xid',
		'SELECT DISTINCT ON (f.entity COLLATE "C", f.name COLLATE "C", f.id COLLATE "C")
			f.entity, f.name, f.id, min(f.at) OVER same, f.value, f.previous, f.source, f.version, max(f.payload) OVER same,
			pg_current_xact_id()
		 FROM told_change AS f
		 WINDOW same AS (PARTITION BY f.entity COLLATE "C", f.name COLLATE "C", f.id COLLATE "C")
		 ORDER BY f.entity COLLATE "C", f.name COLLATE "C", f.id COLLATE "C", f.version DESC NULLS LAST,
			jsonb_build_array(f.value, f.previous, f.source) DESC',
		'ON CONFLICT (item, attribute, change_id) DO UPDATE SET
			at = CASE WHEN o.payload < 0 THEN excluded.at ELSE least(o.at, excluded.at) END,
			payload = CASE WHEN o.payload < 0 THEN excluded.payload ELSE greatest(o.payload, excluded.payload) END,
			(value, previous, source, told_at) = (
				SELECT CASE WHEN n.newer THEN excluded.value ELSE o.value END, CASE WHEN n.newer THEN excluded.previous ELSE o.previous END,
					CASE WHEN n.newer THEN excluded.source ELSE o.source END, CASE WHEN n.newer THEN excluded.told_at ELSE o.told_at END
				FROM (SELECT o.payload < 0 OR coalesce(excluded.told_at, ''-infinity'') > coalesce(o.told_at, ''-infinity'')
					OR excluded.told_at IS NOT DISTINCT FROM o.told_at
						AND jsonb_build_array(excluded.value, excluded.previous, excluded.source) ' || holds || '
							jsonb_build_array(o.value, o.previous, o.source) AS newer) AS n)
		 WHERE o.payload < 0 OR excluded.at < o.at OR excluded.payload > coalesce(o.payload, 0)
		 OR coalesce(excluded.told_at, ''-infinity'') > coalesce(o.told_at, ''-infinity'')
		 OR excluded.told_at IS NOT DISTINCT FROM o.told_at
			AND jsonb_build_array(excluded.value, excluded.previous, excluded.source) ' || holds || '
				jsonb_build_array(o.value, o.previous, o.source)');

	-- The first value of each attribute is what its earliest change came from.
	INSERT INTO item_change AS c (item, attribute, change_id, at, value, source)
	SELECT DISTINCT ON (h.item COLLATE "C", h.attribute COLLATE "C") h.item, h.attribute, 'created', o.at, h.previous, h.source
	FROM (
		SELECT f.entity FROM told_change AS f
		UNION
		-- (Of most that are created nothing has changed: that costs one lookup.)
		SELECT f.entity FROM told_created AS f WHERE (SELECT true FROM item_change AS h WHERE h.item = f.entity LIMIT 1)) AS t
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
	PERFORM vsm.enter_facts(model);
	PERFORM vsm.add_rows('item_alias', 'alias, item, since, payload, xid',
		'SELECT f.value COLLATE "C", f.entity COLLATE "C", min(f.at), max(f.payload), pg_current_xact_id()
		 FROM told_alias AS f
		 GROUP BY 1, 2
		 ORDER BY 1, 2',
		'ON CONFLICT (alias, item) DO UPDATE SET
			since = CASE WHEN o.payload < 0 THEN excluded.since ELSE least(o.since, excluded.since) END,
			payload = CASE WHEN o.payload < 0 THEN excluded.payload ELSE greatest(o.payload, excluded.payload) END
		 WHERE o.payload < 0 OR least(o.since, excluded.since) IS DISTINCT FROM o.since OR excluded.payload > coalesce(o.payload, 0)');
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
	PERFORM vsm.enter_facts(model);
	PERFORM vsm.add_rows('link', 'source, target, kind, method, confidence, since, until, changed_at, payload, xid',
		-- (A link that has ended changed when it did, so of those that changed last the ended ones have that time.)
		'SELECT f.entity, f.value, f.name, (array_agg(f.method))[1], max(f.confidence), min(f.at),
			CASE WHEN max(f.until) = max(f.changed_at) THEN max(f.until) END, max(f.changed_at), max(f.payload), pg_current_xact_id()
		 FROM (
			SELECT f.entity COLLATE "C" AS entity, f.value COLLATE "C" AS value, f.name COLLATE "C" AS name, f.method, f.confidence, f.at,
				f.until, coalesce(f.until, f.version, f.at) AS changed_at, f.payload
			FROM told_link AS f
			ORDER BY 1, 2, 3, f.confidence DESC NULLS LAST, f.method COLLATE "C") AS f
		 GROUP BY f.entity, f.value, f.name
		 ORDER BY f.entity, f.value, f.name',
		'ON CONFLICT (source, target, kind) DO UPDATE SET
			method = CASE WHEN o.payload < 0 OR excluded.confidence > coalesce(o.confidence, -1)
				OR excluded.confidence IS NOT DISTINCT FROM o.confidence AND excluded.method COLLATE "C" < coalesce(o.method, ''~'')
					THEN excluded.method ELSE o.method END,
			confidence = CASE WHEN o.payload < 0 THEN excluded.confidence ELSE greatest(o.confidence, excluded.confidence) END,
			since = CASE WHEN o.payload < 0 THEN excluded.since ELSE least(o.since, excluded.since) END,
			until = CASE
				WHEN o.payload < 0 OR coalesce(excluded.changed_at, ''-infinity'') > coalesce(o.changed_at, ''-infinity'')
					THEN excluded.until
				WHEN excluded.changed_at IS NOT DISTINCT FROM o.changed_at THEN least(o.until, excluded.until)
				ELSE o.until END,
			changed_at = CASE WHEN o.payload < 0 THEN excluded.changed_at ELSE greatest(o.changed_at, excluded.changed_at) END,
			payload = CASE WHEN o.payload < 0 THEN excluded.payload ELSE greatest(o.payload, excluded.payload) END
		 WHERE o.payload < 0 OR excluded.payload > coalesce(o.payload, 0)
		 OR excluded.confidence > coalesce(o.confidence, -1)
		 OR excluded.confidence IS NOT DISTINCT FROM o.confidence AND excluded.method COLLATE "C" < coalesce(o.method, ''~'')
		 OR least(o.since, excluded.since) IS DISTINCT FROM o.since
		 OR coalesce(excluded.changed_at, ''-infinity'') > coalesce(o.changed_at, ''-infinity'')
		 OR excluded.changed_at IS NOT DISTINCT FROM o.changed_at AND least(o.until, excluded.until) IS DISTINCT FROM o.until');
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
DECLARE
	are_told boolean;
	waiting  text[];
BEGIN
	PERFORM vsm.enter_facts(model);
	-- (What an item has already, as one that was made with it, adds nothing.)
	are_told := EXISTS (
		SELECT FROM told_history AS f
		WHERE (f.at <= f.until) IS NOT FALSE AND (
			SELECT tstzrange(f.at, f.until, '[]') <@ i.changelog FROM item AS i WHERE i.item = f.entity LIMIT 1) IS NOT TRUE);
	IF are_told THEN
		-- Of an item that is not there yet it waits.
		INSERT INTO observation AS o (entity, source, kind, at, state, since, payload)
		SELECT f.entity, f.source, f.fact, f.until, '', CASE WHEN bool_or(f.at IS NULL) THEN '-infinity' ELSE min(f.at) END, max(f.payload)
		FROM told_history AS f
		WHERE (f.at <= f.until) IS NOT FALSE AND NOT EXISTS (SELECT FROM item AS i WHERE i.item = f.entity)
		GROUP BY f.entity, f.source, f.fact, f.until
		ON CONFLICT (entity, source, kind, at, state) DO UPDATE SET since = excluded.since WHERE excluded.since < o.since;
	END IF;

	-- (Each is looked up by its key: there may be millions of observations, of which few wait.)
	waiting := ARRAY(
		SELECT w.entity
		FROM (SELECT f.entity FROM told_item AS f UNION SELECT f.entity FROM told_history AS f) AS t, LATERAL (
			SELECT o.entity FROM observation AS o WHERE o.entity = t.entity AND o.kind = 'history' LIMIT 1) AS w
		WHERE (SELECT true FROM item AS i WHERE i.item = w.entity LIMIT 1));
	IF NOT are_told AND cardinality(waiting) = 0 THEN
		RETURN;
	END IF;
	UPDATE item AS i SET changelog = n.periods, changelog_until = CASE WHEN lower_inf(n.periods) THEN upper(n.first) END
	FROM (
		SELECT u.entity, u.periods, (SELECT r FROM unnest(u.periods) AS r LIMIT 1) AS first
		FROM (
			SELECT t.entity, t.periods + coalesce(o.changelog,
				CASE WHEN o.changelog_until IS NULL THEN '{}' ELSE tstzmultirange(tstzrange(NULL, o.changelog_until, '[]')) END) AS periods
			FROM (
				SELECT h.entity, range_agg(h.period) AS periods
				FROM (
					SELECT f.entity, tstzrange(f.at, f.until, '[]') AS period
					FROM told_history AS f
					WHERE (f.at <= f.until) IS NOT FALSE AND (
						SELECT tstzrange(f.at, f.until, '[]') <@ i.changelog FROM item AS i WHERE i.item = f.entity LIMIT 1) IS NOT TRUE
					UNION ALL
					SELECT o.entity, tstzrange(nullif(o.since, '-infinity'), o.at, '[]')
					FROM observation AS o WHERE o.entity = ANY (waiting) AND o.kind = 'history') AS h
				GROUP BY h.entity) AS t
				JOIN item AS o ON o.item = t.entity) AS u) AS n
	WHERE i.item = n.entity AND n.periods IS DISTINCT FROM i.changelog;
	IF cardinality(waiting) > 0 THEN
		DELETE FROM observation AS o WHERE o.entity = ANY (waiting) AND o.kind = 'history';
	END IF;
END
$$;
COMMENT ON FUNCTION vsm.write_histories(text) IS
	'writes the facts that all changes of an item in a period are known: periods that meet are one; a part of vsm.write_facts';

/*
 * Of equal versions the greater use holds: counts of a period that is not over only grow.
 */
CREATE FUNCTION vsm.write_usage(model text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET jit = off
AS $$
#variable_conflict use_column
BEGIN
	PERFORM vsm.enter_facts(model);
	INSERT INTO usage AS u (source, event_id, feature, at, uses, users, told_at, payload, xid)
	SELECT DISTINCT ON (f.source COLLATE "C", f.id COLLATE "C")
		f.source, f.id, f.entity, f.at, n.uses, n.users, f.version, max(f.payload) OVER same, pg_current_xact_id()
	FROM told_usage AS f, LATERAL (SELECT coalesce(f.seq, 1) AS uses, (f.details ->> 'users')::bigint AS users) AS n
	WINDOW same AS (PARTITION BY f.source COLLATE "C", f.id COLLATE "C")
	ORDER BY f.source COLLATE "C", f.id COLLATE "C", f.version DESC NULLS LAST,
		jsonb_build_array(n.uses, n.users, vsm.epoch_microseconds(f.at), f.entity) DESC
	ON CONFLICT (source, event_id) DO UPDATE SET
		payload = CASE WHEN u.payload < 0 THEN excluded.payload ELSE greatest(u.payload, excluded.payload) END,
		(feature, at, uses, users, told_at) = (
			SELECT CASE WHEN n.newer THEN excluded.feature ELSE u.feature END, CASE WHEN n.newer THEN excluded.at ELSE u.at END,
				CASE WHEN n.newer THEN excluded.uses ELSE u.uses END, CASE WHEN n.newer THEN excluded.users ELSE u.users END,
				CASE WHEN n.newer THEN excluded.told_at ELSE u.told_at END
			FROM (SELECT u.payload < 0 OR coalesce(excluded.told_at, '-infinity') > coalesce(u.told_at, '-infinity')
				OR excluded.told_at IS NOT DISTINCT FROM u.told_at
					AND jsonb_build_array(excluded.uses, excluded.users, vsm.epoch_microseconds(excluded.at), excluded.feature)
						> jsonb_build_array(u.uses, u.users, vsm.epoch_microseconds(u.at), u.feature) AS newer) AS n)
	WHERE u.payload < 0 OR excluded.payload > coalesce(u.payload, 0)
	OR coalesce(excluded.told_at, '-infinity') > coalesce(u.told_at, '-infinity')
	OR excluded.told_at IS NOT DISTINCT FROM u.told_at
		AND jsonb_build_array(excluded.uses, excluded.users, vsm.epoch_microseconds(excluded.at), excluded.feature)
			> jsonb_build_array(u.uses, u.users, vsm.epoch_microseconds(u.at), u.feature);
END
$$;
COMMENT ON FUNCTION vsm.write_usage(text) IS 'writes the facts that features were used; a part of vsm.write_facts';

/*
 * One amount of each measure and time. A newer one holds, whether it is more or less; of equal versions the greater.
 */
CREATE FUNCTION vsm.write_outcomes(model text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET jit = off
AS $$
#variable_conflict use_column
BEGIN
	PERFORM vsm.enter_facts(model);
	INSERT INTO outcome AS o (feature, at, measure, amount, currency, source, told_at, payload)
	SELECT DISTINCT ON (f.entity COLLATE "C", f.at, f.name COLLATE "C")
		f.entity, f.at, f.name, n.amount, n.currency, f.source, f.version, max(f.payload) OVER same
	FROM told_outcome AS f, LATERAL (SELECT f.value::numeric AS amount, f.details ->> 'currency' AS currency) AS n
	WINDOW same AS (PARTITION BY f.entity COLLATE "C", f.at, f.name COLLATE "C")
	ORDER BY f.entity COLLATE "C", f.at, f.name COLLATE "C", f.version DESC NULLS LAST,
		n.amount DESC, n.currency COLLATE "C" DESC NULLS LAST, f.source COLLATE "C" DESC NULLS LAST
	ON CONFLICT (feature, at, measure) DO UPDATE SET
		payload = CASE WHEN o.payload < 0 THEN excluded.payload ELSE greatest(o.payload, excluded.payload) END,
		(amount, currency, source, told_at) = (
			SELECT CASE WHEN n.newer THEN excluded.amount ELSE o.amount END, CASE WHEN n.newer THEN excluded.currency ELSE o.currency END,
				CASE WHEN n.newer THEN excluded.source ELSE o.source END, CASE WHEN n.newer THEN excluded.told_at ELSE o.told_at END
			FROM (SELECT o.payload < 0 OR coalesce(excluded.told_at, '-infinity') > coalesce(o.told_at, '-infinity')
				OR excluded.told_at IS NOT DISTINCT FROM o.told_at
					AND (excluded.amount, coalesce(excluded.currency, '') COLLATE "C", coalesce(excluded.source, '') COLLATE "C")
						> (o.amount, coalesce(o.currency, '') COLLATE "C", coalesce(o.source, '') COLLATE "C") AS newer) AS n)
	WHERE o.payload < 0 OR excluded.payload > coalesce(o.payload, 0)
	OR coalesce(excluded.told_at, '-infinity') > coalesce(o.told_at, '-infinity')
	OR excluded.told_at IS NOT DISTINCT FROM o.told_at
		AND (excluded.amount, coalesce(excluded.currency, '') COLLATE "C", coalesce(excluded.source, '') COLLATE "C")
			> (o.amount, coalesce(o.currency, '') COLLATE "C", coalesce(o.source, '') COLLATE "C");
END
$$;
COMMENT ON FUNCTION vsm.write_outcomes(text) IS 'writes the facts that features brought something; a part of vsm.write_facts';

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
	builds      text[];
	deployments text[];
BEGIN
	PERFORM vsm.enter_facts(model);
	builds := ARRAY(SELECT DISTINCT f.entity FROM told_build AS f);
	deployments := ARRAY(SELECT DISTINCT f.entity FROM told_deployment AS f);
	-- What is being read again and has not been told yet may be gone in the end.
	IF vsm.hold_facts(format(
		'SELECT (vsm.fact_row(d.source, ''deployment'', d.deployment, timestamptz ''epoch'' + interval ''1 microsecond'',
			jsonb_strip_nulls(jsonb_build_object(''sha'', b.sha, ''repository'', b.repository, ''ref'', b.ref)))).*,
			NULL::bigint, NULL::timestamptz, d.payload, true
		 FROM (
			SELECT q.deployment FROM %1$I.deployment AS q WHERE q.build = ANY ($1::text[])
			UNION
			SELECT q.deployment FROM %1$I.deployment AS q WHERE q.deployment = ANY ($2::text[]) AND q.build IS NOT NULL) AS t
			JOIN %1$I.deployment AS d ON d.deployment = t.deployment JOIN %1$I.build AS b ON b.build = d.build
		 WHERE (d.payload < 0) IS NOT TRUE', model), builds::text, deployments::text) > 0
	THEN
		PERFORM vsm.write_rows(model, 'deployment');
	END IF;
	PERFORM vsm.release_facts();
END
$$;
COMMENT ON FUNCTION vsm.write_inherited(text) IS
	'writes what deployments have from the builds that made them, where either is told; a part of vsm.write_facts';

CREATE FUNCTION vsm.write_judged_facts(model text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
	kinds CONSTANT text[] := vsm.held_facts();
BEGIN
	PERFORM vsm.enter_model(model);
	-- One writer at a time, so that each sees all that was told before.
	PERFORM pg_advisory_xact_lock(hashtext('vsm.write_facts'), hashtext(model));
	IF kinds IS NULL THEN
		RETURN;
	END IF;
	PERFORM vsm.take_told_rows(model);
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
	IF 'usage' = ANY (kinds) THEN
		PERFORM vsm.write_usage(model);
	END IF;
	IF 'outcome' = ANY (kinds) THEN
		PERFORM vsm.write_outcomes(model);
	END IF;
	PERFORM vsm.write_rows(model, r.relation) FROM unnest(ARRAY['merge_request', 'commit', 'build', 'deployment',
		'incident']) AS r (relation)
	WHERE r.relation = ANY (kinds);
	IF kinds && '{build,deployment}' THEN
		PERFORM vsm.write_inherited(model);
	END IF;
	PERFORM vsm.release_facts();
	PERFORM vsm.return_rows(model);
END
$$;
COMMENT ON FUNCTION vsm.write_judged_facts(text) IS
	'writes the facts that are held, none of which is refused, to the tables of a model and lets go of them; a part of vsm.write_facts';

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
	kinds     CONSTANT text[] := ARRAY['event', 'observed', 'created', 'change', 'alias', 'history', 'link', 'usage', 'outcome'];
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
	PERFORM vsm.open_held_facts();
	PERFORM vsm.hold_facts('SELECT f.* FROM pg_temp.vsm_fact AS f');
	PERFORM vsm.empty_table('pg_temp.vsm_fact');
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
