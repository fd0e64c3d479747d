/*
 * OpenFeature: evaluations of feature flags as hooks in an application tell them, {"name": "feature_flag.evaluation",
 * "attributes": {...}} with a time, which the SDKs make for OpenTelemetry, or the lines of their logging hook,
 * {"stage": "after", "flag_key": ...}; and as the exporters of GO Feature Flag send them, {"kind": "feature", "key": ...},
 * alone or as {"events": [...]}, with the events that an application tracks. What OpenTelemetry's protocol carries is read by
 * the source otel.
 *
 * All are read as if they had the attributes of OpenTelemetry. None has an id: what tells of one flag, for one user and at one
 * time, is the same.
 */

CREATE FUNCTION vsm.openfeature_elements(payload jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN vsm.json_array(payload -> 'events');
COMMENT ON FUNCTION vsm.openfeature_elements(jsonb) IS 'the events of a batch of GO Feature Flag; NULL if it is none';

CREATE FUNCTION vsm.openfeature_attributes(event jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
	WHEN jsonb_typeof(event -> 'attributes') IN ('object', 'array') THEN vsm.otel_log_attributes(event)
	WHEN vsm.json_text(event, 'flag_key') IS NOT NULL THEN vsm.fact_details('feature_flag.key', vsm.json_text(event,
		'flag_key'),
		'feature_flag.result.variant', vsm.json_text(event, 'variant'), 'feature_flag.result.value', event -> 'value',
		'feature_flag.result.reason', vsm.json_text(event, 'reason'),
		'error.type', coalesce(vsm.json_text(event, 'error_code'), vsm.json_text(event, 'error_message')),
		'feature_flag.context.id', coalesce(vsm.json_text(event, 'evaluation_context', 'targetingKey'),
			vsm.json_text(event, 'evaluation_context', 'targeting_key')))
	WHEN vsm.json_text(event, 'kind') = 'feature' THEN vsm.fact_details('feature_flag.key', vsm.json_text(event, 'key'),
		'feature_flag.result.variant', vsm.json_text(event, 'variation'), 'feature_flag.result.value', event -> 'value',
		-- What the code falls back to where there is no answer.
		'error.type', CASE WHEN event -> 'default' = 'true' THEN 'default' END, 'feature_flag.context.id', vsm.json_text(event, 'userKey'))
	WHEN vsm.json_text(event, 'kind') = 'tracking' THEN
		vsm.fact_details('feature_flag.context.id', vsm.json_text(event, 'userKey'))
	ELSE '{}'
END;
COMMENT ON FUNCTION vsm.openfeature_attributes(jsonb) IS
	'an evaluation that a hook of OpenFeature tells with the attributes that OpenTelemetry gives it';

CREATE FUNCTION vsm.openfeature_time(event jsonb) RETURNS timestamptz
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN coalesce(vsm.json_time(event, 'creationDate'), vsm.otel_time(event -> 'timestamp'), vsm.otel_time(event -> 'time'),
	vsm.otel_time(event -> 'ts'), vsm.otel_time(event -> '@timestamp'), vsm.otel_log_time(event));
COMMENT ON FUNCTION vsm.openfeature_time(jsonb) IS 'when an evaluation that a hook of OpenFeature tells happened';

CREATE FUNCTION vsm.read_openfeature_evaluation(source text, payload jsonb, names jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 1
BEGIN ATOMIC
	SELECT u.*
	FROM (
		SELECT vsm.openfeature_attributes(e.event) AS attributes, vsm.openfeature_time(e.event) AS at
		FROM (SELECT payload || '{}' AS event OFFSET 0) AS e
		OFFSET 0) AS e,
		LATERAL vsm.read_evaluation(source, names, e.attributes, e.at, vsm.evaluation_context(e.attributes, e.at)) AS u;
END;
COMMENT ON FUNCTION vsm.read_openfeature_evaluation(text, jsonb, jsonb) IS
	'facts of an evaluation of a feature flag as a hook of OpenFeature or an exporter of GO Feature Flag tells it';

CREATE FUNCTION vsm.read_openfeature_tracking(source text, payload jsonb, names jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 1
BEGIN ATOMIC
	SELECT (vsm.fact_usage(source, vsm.used_feature(names, e.name), e.at,
		concat_ws(':', e.name, vsm.epoch_microseconds(e.at), vsm.evaluation_context(e.attributes, e.at)))).*
	FROM (
		SELECT vsm.json_text(p.event, 'key') AS name, vsm.openfeature_attributes(p.event) AS attributes, vsm.openfeature_time(p.event) AS at
		FROM (SELECT payload || '{}' AS event OFFSET 0) AS p
		OFFSET 0) AS e;
END;
COMMENT ON FUNCTION vsm.read_openfeature_tracking(text, jsonb, jsonb) IS
	'facts of an event that an application tracks by OpenFeature, as an exporter of GO Feature Flag tells it';

CREATE FUNCTION vsm.openfeature_kind(payload jsonb) RETURNS SETOF vsm.payload_kind
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 1
BEGIN ATOMIC
	SELECT k.name, CASE k.name
			WHEN 'stage' THEN 'the stage ' || left(vsm.json_text(k.event, 'stage'), 100) || ' tells no result'
			WHEN 'event' THEN 'events ' || left(coalesce(vsm.json_text(k.event, 'name'), vsm.json_text(k.event, 'kind')), 100)
				|| ' are not read'
			WHEN 'evaluation' THEN coalesce(vsm.evaluation_lacks(vsm.openfeature_attributes(k.event)),
				CASE WHEN vsm.openfeature_time(k.event) IS NULL THEN 'it has no time: have the hook add one, as "timestamp"' END)
			WHEN 'tracking' THEN coalesce(vsm.json_lacks(k.event, 'key'),
				CASE WHEN vsm.openfeature_time(k.event) IS NULL THEN 'it has no creationDate, or that is no time' END)
			ELSE 'its shape is not known: neither an evaluation of a flag nor an event that was tracked' END
	FROM (
		SELECT e.event, CASE
				WHEN vsm.json_text(e.event, 'flag_key') IS NOT NULL THEN
					CASE WHEN coalesce(lower(vsm.json_text(e.event, 'stage')), 'after') IN ('after', 'error') THEN 'evaluation'
						ELSE 'stage' END
				WHEN vsm.json_text(e.event, 'kind') IN ('feature', 'tracking') THEN
					CASE vsm.json_text(e.event, 'kind') WHEN 'feature' THEN 'evaluation' ELSE 'tracking' END
				WHEN vsm.json_text(e.event, 'name') IN ('feature_flag.evaluation', 'feature_flag')
					OR vsm.json_text(vsm.openfeature_attributes(e.event), 'feature_flag.key') IS NOT NULL THEN 'evaluation'
				WHEN vsm.json_text(e.event, 'name') IS NOT NULL OR vsm.json_text(e.event, 'kind') IS NOT NULL THEN 'event'
				ELSE 'payload' END AS name
		FROM (SELECT payload || '{}' AS event OFFSET 0) AS e
		OFFSET 0) AS k;
END;
COMMENT ON FUNCTION vsm.openfeature_kind(jsonb) IS 'which reader reads a payload of OpenFeature, or why none does';
