/*
 * Values, attributes and times as OpenTelemetry writes them, which other tools have taken over.
 */

CREATE FUNCTION vsm.otel_value(value jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN jsonb_typeof(value) = 'object' THEN
	coalesce(value -> 'stringValue', value -> 'string_value', value -> 'intValue', value -> 'int_value', value -> 'boolValue',
		value -> 'bool_value', value -> 'doubleValue', value -> 'double_value', value -> 'Value')
	ELSE value END;
COMMENT ON FUNCTION vsm.otel_value(jsonb) IS
	'what a value of OTLP, {"stringValue": "x"}, holds; NULL if that is a list or an object';

CREATE FUNCTION vsm.otel_attributes(attributes jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN coalesce((
	SELECT jsonb_object_agg(k.key, k.value)
	FROM (
		SELECT coalesce(vsm.json_text(e.value, 'key'), vsm.json_text(e.value, 'Key')) AS key,
			vsm.otel_value(coalesce(e.value -> 'value', e.value -> 'Value')) AS value
		FROM jsonb_array_elements(vsm.json_array(attributes)) AS e
		UNION ALL
		SELECT o.key, o.value FROM jsonb_each(vsm.json_object(attributes)) AS o) AS k
	WHERE k.key IS NOT NULL AND (vsm.json_text(k.value) IS NOT NULL OR jsonb_typeof(k.value) = 'boolean')), '{}');
COMMENT ON FUNCTION vsm.otel_attributes(jsonb) IS
	'attributes of OTLP, a list of {"key", "value"} or an object, as an object of those that hold a text, a number or a boolean';

CREATE FUNCTION vsm.otel_time(value jsonb) RETURNS timestamptz
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
	-- Nanoseconds or microseconds, as milliseconds with a fraction.
	WHEN vsm.json_text(value) ~ '^1\d{15}(\d{3})?$' THEN
		vsm.payload_time(left(vsm.json_text(value), 13) || '.' || substr(vsm.json_text(value), 14, 3))
	ELSE vsm.json_time(value)
END;
COMMENT ON FUNCTION vsm.otel_time(jsonb) IS
	'a time of OTLP: nanoseconds since 1970 as text or as a number, or a time as other tools write it';

CREATE FUNCTION vsm.otel_log_attributes(log jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (
	-- Before version 1.32 of the conventions the value stood in the body.
	SELECT CASE WHEN b.value IS NULL THEN '{}' ELSE jsonb_build_object('feature_flag.result.value', b.value) END
		|| vsm.otel_attributes(coalesce(log -> 'attributes', log -> 'Attributes'))
	FROM (
		SELECT vsm.otel_attributes(coalesce(log #> '{body,kvlistValue,values}', log #> '{body,kvlist_value,values}', log -> 'body'))
			-> 'value' AS value OFFSET 0) AS b);
COMMENT ON FUNCTION vsm.otel_log_attributes(jsonb) IS 'the attributes of a log record of OpenTelemetry, with the value in its body';

CREATE FUNCTION vsm.otel_log_time(log jsonb) RETURNS timestamptz
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN coalesce(vsm.otel_time(coalesce(log -> 'timeUnixNano', log -> 'time_unix_nano')), vsm.otel_time(log -> 'timestamp'),
	vsm.otel_time(log -> 'Timestamp'),
	vsm.otel_time(coalesce(log -> 'observedTimeUnixNano', log -> 'observed_time_unix_nano', log -> 'observed_timestamp')));
COMMENT ON FUNCTION vsm.otel_log_time(jsonb) IS 'when what a log record of OpenTelemetry tells happened, else when it was observed';
