/*
 * Members of payloads, read without ever raising: a member that is null, missing, empty or of
 * another type than it should be costs that member only.
 */

CREATE FUNCTION vsm.json_time(value jsonb) RETURNS timestamptz
	AS 'MODULE_PATHNAME', 'vsm_json_time' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.json_time(jsonb) IS
	'the time that a member holds as text or number, written as for vsm.payload_time, or in seconds, microseconds (16 digits) or '
	'nanoseconds (19 digits) since 1970; NULL for what is no time (a year of five digits is none) and for what tools write for never: '
	'0 or less, and 1900-01-01 and before';

CREATE FUNCTION vsm.json_time(value jsonb, VARIADIC path text[]) RETURNS timestamptz
	AS 'MODULE_PATHNAME', 'vsm_json_time_at' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.json_time(jsonb, text[]) IS
	'the time, in the same way, of the member that a path of names and places leads to: vsm.json_time(payload, ''issue'', ''id'')';

CREATE FUNCTION vsm.json_text(value jsonb) RETURNS text
	AS 'MODULE_PATHNAME', 'vsm_json_text' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.json_text(jsonb) IS
	'the text of a member that is text or a number, 17.0 being 17; NULL if it is empty or anything else';

CREATE FUNCTION vsm.json_text(value jsonb, VARIADIC path text[]) RETURNS text
	AS 'MODULE_PATHNAME', 'vsm_json_text_at' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.json_text(jsonb, text[]) IS
	'the text, in the same way, of the member that a path of names and places leads to: vsm.json_text(payload, ''issue'', ''id'')';

CREATE FUNCTION vsm.json_number(value jsonb) RETURNS numeric
	AS 'MODULE_PATHNAME', 'vsm_json_number' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.json_number(jsonb) IS
	'the number that a member holds, also as text; NULL if it holds none, or one from 1e300 on';

CREATE FUNCTION vsm.json_number(value jsonb, VARIADIC path text[]) RETURNS numeric
	AS 'MODULE_PATHNAME', 'vsm_json_number_at' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.json_number(jsonb, text[]) IS
	'the number, in the same way, of the member that a path of names and places leads to: vsm.json_number(payload, ''issue'', ''id'')';

CREATE FUNCTION vsm.json_array(value jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE jsonb_typeof(value) WHEN 'array' THEN value END;
COMMENT ON FUNCTION vsm.json_array(jsonb) IS 'the member if it is an array, NULL if it is anything else: for jsonb_array_elements';

CREATE FUNCTION vsm.json_object(value jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE jsonb_typeof(value) WHEN 'object' THEN value END;
COMMENT ON FUNCTION vsm.json_object(jsonb) IS 'the member if it is an object, NULL if it is anything else: for jsonb_each and ?';

CREATE FUNCTION vsm.json_day(value jsonb) RETURNS jsonb
	AS 'MODULE_PATHNAME', 'vsm_json_day' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.json_day(jsonb) IS
	'a due date as a fact carries it: a day without a time stays a day, which ends in the model''s time zone, a time is a time; NULL for '
	'what is neither';

CREATE FUNCTION vsm.json_sha(value jsonb) RETURNS text
	AS 'MODULE_PATHNAME', 'vsm_json_sha' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vsm.json_sha(jsonb) IS 'the SHA that a member holds; NULL for zeros, which stand for none, and for what is no SHA';

CREATE FUNCTION vsm.json_count(value jsonb) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN vsm.json_number(value) BETWEEN 0 AND 2147483647 THEN trunc(vsm.json_number(value))::integer END;
COMMENT ON FUNCTION vsm.json_count(jsonb) IS 'the number of things that a member holds; NULL if it holds none';

CREATE FUNCTION vsm.json_lacks(payload jsonb, VARIADIC paths text[]) RETURNS text
	AS 'MODULE_PATHNAME', 'vsm_json_lacks' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION vsm.json_lacks(jsonb, text[]) IS
	'which of these members, each a path such as issue.id, or @issue.created_at where it must be a time, a payload cannot be read without '
	'and lacks, '
	'or has longer than a name may be, as the reason for refusing it; NULL if none';
