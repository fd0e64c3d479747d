/*
 * Payloads and facts: what every reader of a tool's raw JSON is made of.
 *
 * A tool is read by functions, found by their names; there is no table to register them in.
 * To add a tool, say "forge", add one file sql/reader_forge.sql with
 *
 *   vsm.forge_kind(payload jsonb) -> setof vsm.payload_kind
 *       one row: the kind of this payload by its shape, and reason NULL if it is read; else the
 *       reason why it is refused (then kind is what to call it by). It must not raise, and it
 *       checks whatever the reader of the kind cannot do without.
 *   vsm.read_forge_KIND(source text, payload jsonb) -> setof vsm.fact
 *       for each kind that forge_kind gives without a reason: the facts that payload states.
 *
 * and name the file in the Makefile, behind this one. vsm.ingest calls them for each payload of
 * vsm.model's inbox whose source is 'forge', or 'forge:' and the name of one of several
 * installations. A payload that is an array, as a page of a REST answer is, is read element by
 * element.
 *
 * Readers are pure: facts depend on the payload alone, never on the clock, the session or what
 * was read before. Both functions are SQL, IMMUTABLE and a single SELECT, so that PostgreSQL puts
 * them into the statement that reads thousands of payloads at once. Because ingest keeps the set
 * of facts, the same payload twice, or payloads in another order, end in the same rows.
 */

CREATE TYPE vsm.payload_kind AS (kind text, reason text, elements jsonb);
COMMENT ON TYPE vsm.payload_kind IS
	'what a payload is: its kind, and the reason why it is not read, NULL if it is; of a page, its elements, each of which is a payload';

CREATE TYPE vsm.fact AS (
	source      text,
	fact        text,
	entity      text,
	at          timestamptz,
	value       text,
	id          text,
	name        text,
	previous    text,
	value_id    text,
	previous_id text,
	seq         bigint,
	method      text,
	confidence  float8,
	until       timestamptz,
	details     jsonb
);
COMMENT ON TYPE vsm.fact IS
	'one thing that a payload states, before it becomes a row of the model; the column fact says what it is';
COMMENT ON COLUMN vsm.fact.source IS 'the tool, as in inbox.source';
COMMENT ON COLUMN vsm.fact.fact IS
	'event: entity got state value at that time; observed: it had that state then, when it was entered is not known; '
	'created: it was created then, in state value if that is known; change: attribute name got value; '
	'item, commit, deployment, incident: columns of that table in details, as they were at that time; '
	'alias: the item is also known as value; history: its changes up to then are known; link: entity is linked to value, name being the kind of link';
COMMENT ON COLUMN vsm.fact.entity IS 'what the fact is about: source:kind:id, or the SHA of a commit';
COMMENT ON COLUMN vsm.fact.at IS 'when; of item, deployment and incident: the version of its details; of a link: since when';
COMMENT ON COLUMN vsm.fact.value IS 'state, value of the attribute, alias, or target of the link';
COMMENT ON COLUMN vsm.fact.id IS 'of an event or change: its identity within the source, the same in every payload that tells of it';
COMMENT ON COLUMN vsm.fact.name IS 'of a change: the attribute; of a link: its kind';
COMMENT ON COLUMN vsm.fact.previous IS 'of an event or change: the value before, where the payload says it';
COMMENT ON COLUMN vsm.fact.value_id IS 'of an event: the id that the source has for the state';
COMMENT ON COLUMN vsm.fact.previous_id IS 'of an event: the id of the state before';
COMMENT ON COLUMN vsm.fact.seq IS 'of an event: its order among events of the same instant, where times are coarse';
COMMENT ON COLUMN vsm.fact.method IS 'how this is known, where not simply stated by the source';
COMMENT ON COLUMN vsm.fact.confidence IS 'of a link: from 0 to 1';
COMMENT ON COLUMN vsm.fact.until IS 'of a link: when it ended';
COMMENT ON COLUMN vsm.fact.details IS
	'of an event: its attributes; of item, commit, deployment, incident: columns and their values (absent: not known); '
	'of a link: when it was seen to stand, as a text';

CREATE FUNCTION vsm.json_from_time(at timestamptz) RETURNS jsonb
AS 'MODULE_PATHNAME', 'vsm_json_from_time' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.json_from_time(timestamptz) IS 'the time as a JSON text, ISO 8601 in UTC, whatever the session''s settings';

/*
 * Constructors: readers write facts by naming what they know. Each argument is used once, so that
 * PostgreSQL puts the expression in their place. What a reader does not know it leaves NULL, and
 * a fact that lacks its entity, its time or its target is none: vsm.write_facts leaves it out.
 */
CREATE FUNCTION vsm.fact_event(source text, entity text, at timestamptz, state text, id text, previous text DEFAULT NULL,
	state_id text DEFAULT NULL, previous_id text DEFAULT NULL, seq bigint DEFAULT NULL, method text DEFAULT NULL, attributes jsonb DEFAULT NULL)
RETURNS vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ROW (source, 'event', entity, at, state, id, NULL, previous, state_id, previous_id, seq, method, NULL, NULL, attributes)::vsm.fact;
COMMENT ON FUNCTION vsm.fact_event(text, text, timestamptz, text, text, text, text, text, bigint, text, jsonb) IS
	'the fact that an entity got a state at a time; id is the same in every payload that tells of this event';

CREATE FUNCTION vsm.fact_observed(source text, entity text, at timestamptz, state text, state_id text DEFAULT NULL)
RETURNS vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ROW (source, 'observed', entity, at, state, NULL, NULL, NULL, state_id, NULL, NULL, 'observed', NULL, NULL, NULL)::vsm.fact;
COMMENT ON FUNCTION vsm.fact_observed(text, text, timestamptz, text, text) IS
	'the fact that an entity had a state at a time; when it was entered is not known';

CREATE FUNCTION vsm.fact_created(source text, entity text, at timestamptz, state text DEFAULT NULL, state_id text DEFAULT NULL)
RETURNS vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ROW (source, 'created', entity, at, state, NULL, NULL, NULL, state_id, NULL, NULL, NULL, NULL, NULL, NULL)::vsm.fact;
COMMENT ON FUNCTION vsm.fact_created(text, text, timestamptz, text, text) IS
	'the fact that an item was created at a time; state is its first, NULL if that is only known from what its first change came from';

CREATE FUNCTION vsm.fact_change(source text, entity text, at timestamptz, attribute text, value text, id text, previous text DEFAULT NULL)
RETURNS vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ROW (source, 'change', entity, at, value, id, attribute, previous, NULL, NULL, NULL, NULL, NULL, NULL, NULL)::vsm.fact;
COMMENT ON FUNCTION vsm.fact_change(text, text, timestamptz, text, text, text, text) IS
	'the fact that an attribute of an item got a value at a time; id is the same in every payload that tells of this change';

CREATE FUNCTION vsm.fact_row(source text, relation text, entity text, at timestamptz, columns jsonb)
RETURNS vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ROW (source, relation, entity, at, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, columns)::vsm.fact;
COMMENT ON FUNCTION vsm.fact_row(text, text, text, timestamptz, jsonb) IS
	'columns of a row of item, merge_request, commit, build, deployment or incident as they were at a time, which is the version of the row; '
	'a column that is absent is not known, one that is null is known to be empty';

CREATE FUNCTION vsm.fact_alias(source text, entity text, alias text, since timestamptz DEFAULT NULL)
RETURNS vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ROW (source, 'alias', entity, since, alias, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)::vsm.fact;
COMMENT ON FUNCTION vsm.fact_alias(text, text, text, timestamptz) IS 'the fact that an item is also known by another name';

CREATE FUNCTION vsm.fact_history(source text, entity text, until timestamptz)
RETURNS vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ROW (source, 'history', entity, until, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)::vsm.fact;
COMMENT ON FUNCTION vsm.fact_history(text, text, timestamptz) IS 'the fact that all changes of an item up to a time are known';

CREATE FUNCTION vsm.fact_link(source text, entity text, target text, kind text, method text DEFAULT NULL, confidence float8 DEFAULT 1.0,
	since timestamptz DEFAULT NULL, until timestamptz DEFAULT NULL, seen_at timestamptz DEFAULT NULL)
RETURNS vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ROW (source, 'link', entity, since, target, NULL, kind, NULL, NULL, NULL, NULL, method, confidence, until, vsm.json_from_time(seen_at))::vsm.fact;
COMMENT ON FUNCTION vsm.fact_link(text, text, text, text, text, float8, timestamptz, timestamptz, timestamptz) IS
	'the fact that an entity is linked to a target; seen_at: when the link was seen to stand, until: when it ended';

CREATE FUNCTION vsm.payload_time("time" text) RETURNS timestamptz
	AS 'MODULE_PATHNAME', 'vsm_payload_time' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.payload_time(text) IS
	'the time that a tool wrote: ISO 8601 (without a zone: UTC) or milliseconds since 1970; NULL for empty text';

CREATE FUNCTION vsm.payload_text(payload text) RETURNS text
	AS 'MODULE_PATHNAME', 'vsm_payload_text' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.payload_text(text) IS
	'the same JSON with \u0000, which PostgreSQL cannot hold, written as \ufffd';

CREATE FUNCTION vsm.payload_error(payload text) RETURNS text
	AS 'MODULE_PATHNAME', 'vsm_payload_error' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.payload_error(text) IS
	'why a payload is not JSON, as a sentence; NULL if it is';

CREATE FUNCTION vsm.item_type(name text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT CASE
		WHEN name ~* '\m(bug|defect|incident|error|fault)' THEN 'defect'
		WHEN name ~* '\m(risk|security|vulnerability|compliance|privacy)' THEN 'risk'
		WHEN name ~* '\m(debt|refactor|chore|maintenance|cleanup)' THEN 'debt'
		WHEN name ~* '\m(story|feature|epic|improvement|enhancement|requirement|initiative|task|issue|subtask|idea|enabler)' THEN 'feature'
		WHEN name IS NOT NULL THEN 'other'
	END;
END;
COMMENT ON FUNCTION vsm.item_type(text) IS
	'feature, defect, risk, debt or other: what the name of a type of work item in a tracker stands for, by the words in it';

CREATE FUNCTION vsm.environment_tier(environment text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT CASE
		WHEN environment ~* '(dev|review|trunk)' THEN 'development'
		WHEN environment ~* '(test|tst|int|ac(ce|)pt|qa|qc|control|quality)' THEN 'testing'
		WHEN environment ~* '(st(a|)g|mod(e|)l|pre|demo|non)' THEN 'staging'
		WHEN environment ~* '(pr(o|)d|live)' THEN 'production'
		WHEN environment IS NOT NULL THEN 'other'
	END;
END;
COMMENT ON FUNCTION vsm.environment_tier(text) IS
	'production, staging, testing, development or other: the tier that GitLab gives an environment of this name where none is set';

CREATE FUNCTION vsm.payload_lacks(payload jsonb, VARIADIC paths text[]) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT 'it has no ' || p.path
	FROM unnest(paths) WITH ORDINALITY AS p (path, place)
	WHERE payload #>> string_to_array(p.path, '.') IS NULL
	ORDER BY p.place LIMIT 1;
END;
COMMENT ON FUNCTION vsm.payload_lacks(jsonb, text[]) IS
	'which of these members, each a path such as issue.id, a payload lacks, as the reason for refusing it; NULL if none';

/*
 * The keys of items that people write where they name their work. A key in a title is meant; a
 * branch is named once and may carry another item's work; a description may mention anything.
 */
CREATE FUNCTION vsm.read_keys(source text, entity text, at timestamptz, branch text, title text, description text) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 1
BEGIN ATOMIC
	SELECT source, 'link', entity, at, k.key, NULL::text, 'implements', NULL::text, NULL::text, NULL::text, NULL::bigint,
		k.method, k.confidence, NULL::timestamptz, NULL::jsonb
	FROM (
		SELECT unnest(vsm.issue_keys(title)) AS key, 'key in title' AS method, 0.95::float8 AS confidence
		UNION ALL
		SELECT unnest(vsm.issue_keys(branch)), 'key in branch', 0.9::float8
		UNION ALL
		SELECT unnest(vsm.issue_keys(description)), 'key in description', 0.6::float8) AS k;
END;
COMMENT ON FUNCTION vsm.read_keys(text, text, timestamptz, text, text, text) IS
	'links of a commit, branch or merge request to the items whose keys stand in its branch, title (of a commit: subject) and description';
