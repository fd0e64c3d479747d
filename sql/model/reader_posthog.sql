/*
 * PostHog: events, as its destinations send them ({"event": {...}, "person": {...}}, or what a template makes of the event
 * alone), as its API answers ({"results": [...]}, or columns and rows of a query), as batch exports have them, and as
 * libraries send them to it ({"event", "properties"}, {"batch": [...]}).
 *
 * Use is what $feature_flag_called tells of a flag that was on, $feature_view and $feature_interaction of a feature in
 * early access, and every event that an application has named itself. Events are known by their uuid. Nothing about
 * the person is taken.
 */

CREATE FUNCTION vsm.posthog_elements(payload jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
	WHEN jsonb_typeof(payload -> 'columns') = 'array' AND jsonb_typeof(payload -> 'results') = 'array' THEN coalesce((
		-- The rows of a query: one without names of its columns is none.
		SELECT jsonb_agg(r.element)
		FROM (
			SELECT (SELECT jsonb_object_agg(c.name #>> '{}', v.value)
				FROM jsonb_array_elements(payload -> 'columns') WITH ORDINALITY AS c (name, place)
					JOIN jsonb_array_elements(vsm.json_array(e.value)) WITH ORDINALITY AS v (value, place) ON v.place = c.place
				WHERE jsonb_typeof(c.name) = 'string') AS element
			FROM jsonb_array_elements(payload -> 'results') AS e) AS r
		WHERE r.element IS NOT NULL), '[]')
	WHEN payload ? 'batch' THEN (
		-- What was not told when it happened was sent at once.
		SELECT CASE WHEN payload ? 'sent_at' THEN jsonb_agg(CASE WHEN jsonb_typeof(e.value) = 'object'
				AND vsm.json_time(e.value, 'timestamp') IS NULL THEN e.value || jsonb_build_object('timestamp', payload -> 'sent_at')
				ELSE e.value END) ELSE vsm.json_array(payload -> 'batch') END
		FROM jsonb_array_elements(vsm.json_array(payload -> 'batch')) AS e)
	ELSE vsm.json_array(payload -> 'results')
END;
COMMENT ON FUNCTION vsm.posthog_elements(jsonb) IS
	'the events of a page or a batch of PostHog, or the rows of a query with the names of its columns; NULL if it is none';

CREATE FUNCTION vsm.posthog_event(payload jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN coalesce(vsm.json_object(payload -> 'event'),
	CASE WHEN jsonb_typeof(payload -> 'hook') = 'object' THEN vsm.json_object(payload -> 'data') END, payload);
COMMENT ON FUNCTION vsm.posthog_event(jsonb) IS 'the event in a payload of PostHog';

CREATE FUNCTION vsm.posthog_properties(event jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN coalesce(vsm.json_object(event -> 'properties'),
	-- Exports and queries have them as text.
	CASE WHEN vsm.json_text(event -> 'properties') LIKE '{%' AND vsm.payload_error(vsm.json_text(event -> 'properties')) IS NULL THEN
		vsm.json_object(vsm.payload_json(vsm.json_text(event -> 'properties'))) END, '{}');
COMMENT ON FUNCTION vsm.posthog_properties(jsonb) IS 'the properties of an event of PostHog';

CREATE FUNCTION vsm.posthog_id(event jsonb) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN coalesce(vsm.json_text(event, 'uuid'), vsm.json_text(event, 'eventUuid'), vsm.json_text(event, 'id'),
	vsm.json_text(event, 'properties', '$insert_id'), vsm.json_text(event, 'messageId'),
	-- What a library sends has none: the same of one at one time is the same.
	md5(coalesce(vsm.json_text(event, 'distinct_id'), vsm.json_text(event, 'properties', 'distinct_id')) || vsm.json_text(event, 'event')
		|| coalesce(vsm.json_text(event, 'properties', '$feature_flag'), '') || vsm.epoch_microseconds(vsm.json_time(event, 'timestamp'))));
COMMENT ON FUNCTION vsm.posthog_id(jsonb) IS 'what an event of PostHog is known by';

CREATE FUNCTION vsm.read_posthog_event(source text, payload jsonb, names jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 1
BEGIN ATOMIC
	SELECT (vsm.fact_usage(source, vsm.used_feature(names, u.name), vsm.json_time(u.event, 'timestamp'), vsm.posthog_id(u.event))).*
	FROM (
		SELECT e.event, e.type, e.properties,
			CASE e.type
				WHEN '$feature_flag_called' THEN vsm.json_text(e.properties, '$feature_flag')
				WHEN '$feature_view' THEN vsm.json_text(e.properties, 'feature_flag')
				WHEN '$feature_interaction' THEN vsm.json_text(e.properties, 'feature_flag')
				ELSE e.type END AS name
		FROM (
			SELECT p.event, vsm.json_text(p.event, 'event') AS type, vsm.posthog_properties(p.event) AS properties
			FROM (SELECT vsm.posthog_event(payload || '{}') AS event OFFSET 0) AS p
			OFFSET 0) AS e
		OFFSET 0) AS u
	WHERE u.type <> '$feature_flag_called' OR vsm.json_text(u.properties, '$feature_flag_error') IS NULL AND CASE
		WHEN jsonb_typeof(u.properties -> '$feature_flag_response') = 'boolean' THEN u.properties -> '$feature_flag_response' = 'true'
		-- A flag that is not there answers nothing.
		WHEN vsm.json_text(u.properties, '$feature_flag_response') IS NULL THEN false
		ELSE vsm.variant_is_on(names, vsm.json_text(u.properties, '$feature_flag_response')) END;
END;
COMMENT ON FUNCTION vsm.read_posthog_event(text, jsonb, jsonb) IS
	'facts of an event of PostHog: the use of a feature whose flag was on, or of what the event names';

CREATE FUNCTION vsm.posthog_kind(payload jsonb) RETURNS SETOF vsm.payload_kind
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 1
BEGIN ATOMIC
	SELECT CASE
			WHEN k.reason IS NULL OR k.type IS NOT NULL AND left(k.type, 1) <> '$' THEN 'event'
			WHEN k.type IS NOT NULL THEN left(k.type, 100)
			WHEN k.is_flag THEN 'feature flag'
			ELSE 'payload' END, k.reason
	FROM (
		SELECT e.type, e.is_flag, CASE
			WHEN e.type IS NULL AND e.is_error THEN 'it is an error: ' || coalesce(vsm.json_text(e.body, 'detail'), vsm.json_text(e.body,
				'error'),
				'it says no more')
			WHEN e.type IS NULL AND e.is_flag THEN 'a flag says nothing of who got it: send the events $feature_flag_called'
			WHEN e.type IS NULL THEN 'its shape is not known: it has no event'
			WHEN left(e.type, 1) = '$' AND e.type NOT IN ('$feature_flag_called', '$feature_view', '$feature_interaction') THEN
				'it says nothing of the use of a feature'
			WHEN octet_length(e.type) > 1000 THEN 'its event is longer than 1,000 bytes'
			WHEN vsm.json_time(e.event, 'timestamp') IS NULL THEN vsm.json_lacks(e.event, '@timestamp')
			WHEN vsm.posthog_id(e.event) IS NULL THEN 'it has no uuid'
			WHEN octet_length(vsm.posthog_id(e.event)) > 1000 THEN 'its uuid is longer than 1,000 bytes'
			WHEN e.type = '$feature_flag_called' THEN vsm.json_lacks(e.properties, '$feature_flag')
			WHEN e.type IN ('$feature_view', '$feature_interaction') THEN vsm.json_lacks(e.properties, 'feature_flag') END AS reason
		FROM (
			SELECT o.body, o.event, vsm.json_text(o.event, 'event') AS type, vsm.posthog_properties(o.event) AS properties,
				o.body ?& '{key,filters}' AS is_flag, o.body ?| '{detail,error}' AS is_error
			FROM (SELECT payload || '{}' AS body, vsm.posthog_event(payload || '{}') AS event OFFSET 0) AS o
			OFFSET 0) AS e
		OFFSET 0) AS k;
END;
COMMENT ON FUNCTION vsm.posthog_kind(jsonb) IS 'which reader reads a payload of PostHog, or why none does';
