-- A stored value of a format that is not known is refused, in one wording, whatever the type.
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS vsm;
SET LOCAL client_min_messages = warning;
SELECT * FROM no_plan();

-- What a statement raises: SQLSTATE, message, detail and hint.
CREATE FUNCTION pg_temp.failure(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	message text; detail text; hint text;
BEGIN
	EXECUTE statement;
	RETURN 'no error';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
	RETURN concat_ws(' | ', SQLSTATE, message, nullif(detail, ''), nullif(hint, ''));
END $$;

-- The bytes of values as they are stored; the first one is the format version.
CREATE TEMP TABLE stored (type text, literal text, has_kind boolean, bytes bytea);
INSERT INTO stored (type, literal, has_kind) VALUES
	('vsm.timeline', '[["2026-01-05T10:00:00Z","A"]]', false),
	('vsm.timeline_state', '[["2026-01-05T10:00:00Z","A"]]', true),
	('vsm.text_timelines', '[["PAY-1",[["2026-01-05T10:00:00Z","A"]]]]', false),
	('vsm.bigint_timelines', '[[1,[["2026-01-05T10:00:00Z","A"]]]]', false),
	('vsm.workflow', '{"stages":[{"name":"A","class":"active"}]}', false),
	('vsm.calendar', '{}', false),
	('vsm.graph', '{"a":["b"],"b":[]}', true),
	('vsm.releases', '{"shop":[["2026-01-05T10:00:00Z","v1","4f9be21"]]}', true),
	('vsm.survival', '{"durations":[[7,2,1]]}', true);
-- The states of aggregates over many timelines: one whose configuration is unknown.
INSERT INTO stored (type, literal, has_kind)
SELECT 'vsm.' || typname, 'null', true FROM pg_type
WHERE typnamespace = 'vsm'::regnamespace AND typtype = 'b' AND typname ~ '^[a-z].*_state$' AND typname <> 'timeline_state';
CREATE FUNCTION pg_temp.take_bytes() RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
	type text;
BEGIN
	-- byteasend copies a varlena, whatever is in it
	FOR type IN SELECT s.type FROM stored s LOOP
		EXECUTE format('CREATE FUNCTION pg_temp.bytes_of(%s) RETURNS bytea LANGUAGE internal IMMUTABLE STRICT AS ''byteasend''', type);
		EXECUTE format('CREATE FUNCTION pg_temp.%I(bytea) RETURNS %s LANGUAGE internal IMMUTABLE STRICT AS ''byteasend''', type, type);
		EXECUTE format('UPDATE stored SET bytes = pg_temp.bytes_of(literal::%s) WHERE type = %L', type, type);
	END LOOP;
	RETURN (SELECT count(bytes) FROM stored);
END $$;
SELECT is(pg_temp.take_bytes(), (SELECT count(*) FROM stored), 'bytes of every type can be had');
SELECT set_eq('SELECT type::regtype::oid FROM stored',
	$$SELECT oid FROM pg_type WHERE typnamespace = 'vsm'::regnamespace AND typtype = 'b' AND typcategory <> 'A'$$, 'all types are here');

SELECT is(pg_temp.failure(format('SELECT pg_temp.%I(%L)::text', type, bytes)), 'no error', type || ': the bytes are a value') FROM stored;
SELECT is(pg_temp.failure(format('SELECT pg_temp.%I(%L)::text', type, set_byte(bytes, 0, 99))),
	format('XX001 | stored value of type %s has an unknown format | Its format version is 99; this version of vsm reads 1.', type),
	type || ': another format version')
FROM stored;
SELECT is(pg_temp.failure(format('SELECT pg_temp.%I(%L)::text', type, set_byte(bytes, 1, 200))),
	format('XX001 | stored value of type %s has an unknown format | It is damaged, or of another type.', type),
	type || ': another kind')
FROM stored WHERE has_kind;
-- what is shorter than a header
SELECT is(pg_temp.failure(format('SELECT pg_temp.%I(%L)::text', type, substr(bytes, 1, 2))),
	format('XX001 | stored value of type %s has an unknown format | It is damaged, or of another type.', type),
	type || ': cut off')
FROM stored WHERE type NOT IN ('vsm.timeline', 'vsm.workflow');

SELECT * FROM finish();
ROLLBACK;
