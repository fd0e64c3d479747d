-- What readers need of raw payloads and PostgreSQL has not.

CREATE FUNCTION vsm.payload_time("time" text) RETURNS timestamptz
	AS 'MODULE_PATHNAME', 'vsm_payload_time' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.payload_time(text) IS
	'the time that a tool wrote: ISO 8601 (without a zone: UTC) or milliseconds since 1970; NULL for empty text';

CREATE FUNCTION vsm.payload_text(payload text) RETURNS text
	AS 'MODULE_PATHNAME', 'vsm_payload_text' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.payload_text(text) IS
	'the same JSON with \u0000, which PostgreSQL cannot hold, written as \ufffd';

CREATE FUNCTION vsm.payload_json(payload text) RETURNS jsonb
	AS 'MODULE_PATHNAME', 'vsm_payload_json' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.payload_json(text) IS
	'the same as jsonb, made in a fraction of the time and memory that a cast takes';

CREATE FUNCTION vsm.payload_error(payload text) RETURNS text
	AS 'MODULE_PATHNAME', 'vsm_payload_error' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.payload_error(text) IS
	'why a payload is not JSON, as a sentence; NULL if it is';

CREATE FUNCTION vsm.payload_head(payload text, elements integer) RETURNS text
	AS 'MODULE_PATHNAME', 'vsm_payload_head' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.payload_head(text, integer) IS
	'a payload with only the first elements of its longest array, by which it can be told what it is; NULL if no array at its top makes up '
	'half of it';

CREATE FUNCTION vsm.payload_parts(payload text, bytes integer) RETURNS SETOF text
	AS 'MODULE_PATHNAME', 'vsm_payload_parts' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 10;
COMMENT ON FUNCTION vsm.payload_parts(text, integer) IS
	'a payload in parts that together are it: each is all of it but has only some elements of its longest array, of together so many bytes';

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

CREATE FUNCTION vsm.whole_seconds(at timestamptz) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN floor(extract(epoch FROM at - timestamptz 'epoch'))::bigint;
COMMENT ON FUNCTION vsm.whole_seconds(timestamptz) IS
	'whole seconds since 1970, by which ways of telling of an event agree that have fractions or not';

CREATE FUNCTION vsm.epoch_microseconds(at timestamptz) RETURNS bigint
	AS 'MODULE_PATHNAME', 'vsm_epoch_microseconds' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.epoch_microseconds(timestamptz) IS 'microseconds since 1970';
