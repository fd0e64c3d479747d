/*
 * Amplitude: events, as its Export API has them (a line of JSON each), as destinations stream them, and as libraries send
 * them to it ({"events": [...]}).
 *
 * Use is what an exposure to a variant of Experiment tells of a flag that was on ($exposure, [Experiment] Exposure), and
 * every event that an application has named itself. Events are known by their $insert_id, which libraries choose, so that
 * what was sent and what is exported are the same; else by their uuid. Nothing about the person is taken.
 */

CREATE FUNCTION vsm.amplitude_elements(payload jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN coalesce(vsm.json_array(payload -> 'events'), vsm.json_array(payload -> 'event'));
COMMENT ON FUNCTION vsm.amplitude_elements(jsonb) IS 'the events of a batch of Amplitude; NULL if it is none';

CREATE FUNCTION vsm.amplitude_time(event jsonb) RETURNS timestamptz
LANGUAGE sql IMMUTABLE PARALLEL SAFE
-- A client's clock may be wrong; event_time is its time as Amplitude has set it right.
RETURN coalesce(vsm.json_time(event, 'event_time'), vsm.json_time(event, 'time'), vsm.json_time(event, 'timestamp'),
	vsm.json_time(event, 'client_event_time'), vsm.json_time(event, 'server_received_time'), vsm.json_time(event, 'server_upload_time'));
COMMENT ON FUNCTION vsm.amplitude_time(jsonb) IS 'when an event of Amplitude happened';

CREATE FUNCTION vsm.amplitude_id(event jsonb) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN coalesce(vsm.json_text(event, '$insert_id'), vsm.json_text(event, 'insert_id'), vsm.json_text(event, 'uuid'),
	-- A library that gives none: the same of one at one time is the same, unless it is numbered.
	md5(coalesce(vsm.json_text(event, 'user_id'), vsm.json_text(event, 'device_id'), vsm.json_text(event, 'amplitude_id')) ||
		vsm.json_text(event, 'event_type')
		|| coalesce(vsm.json_text(event, 'event_properties', 'flag_key'), '') || coalesce(vsm.json_text(event, 'event_id'), '')
		|| vsm.epoch_microseconds(vsm.amplitude_time(event))));
COMMENT ON FUNCTION vsm.amplitude_id(jsonb) IS 'what an event of Amplitude is known by';

CREATE FUNCTION vsm.amplitude_exposure(event jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN lower(vsm.json_text(event, 'event_type')) IN ('$exposure', '[experiment] exposure') THEN
	(SELECT vsm.fact_details('flag', coalesce(vsm.json_text(p.properties, 'flag_key'),
			vsm.json_text(p.properties, '[Experiment] Flag Key'), vsm.json_text(p.properties, 'key')),
		'variant', coalesce(vsm.json_text(p.properties, 'variant'), vsm.json_text(p.properties, '[Experiment] Variant')))
	FROM (SELECT event -> 'event_properties' AS properties OFFSET 0) AS p) END;
COMMENT ON FUNCTION vsm.amplitude_exposure(jsonb) IS
	'the flag and the variant that an event of Amplitude is the exposure to; NULL if it is none';

CREATE FUNCTION vsm.read_amplitude_event(source text, payload jsonb, names jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 1
BEGIN ATOMIC
	SELECT (vsm.fact_usage(source, vsm.used_feature(names, coalesce(e.exposure ->> 'flag', e.type)), e.at, e.id)).*
	FROM (
		SELECT p.event, vsm.amplitude_exposure(p.event) AS exposure, vsm.amplitude_time(p.event) AS at, vsm.amplitude_id(p.event) AS id,
			vsm.json_text(p.event, 'event_type') AS type
		FROM (SELECT payload || '{}' AS event OFFSET 0) AS p
		OFFSET 0) AS e
	-- An exposure without a variant says that there is none any more.
	WHERE e.exposure IS NULL OR e.exposure ? 'variant' AND vsm.variant_is_on(names, e.exposure ->> 'variant');
END;
COMMENT ON FUNCTION vsm.read_amplitude_event(text, jsonb, jsonb) IS
	'facts of an event of Amplitude: the use of a feature whose flag was on, or of what the event names';

CREATE FUNCTION vsm.amplitude_kind(payload jsonb) RETURNS SETOF vsm.payload_kind
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 1
BEGIN ATOMIC
	SELECT CASE WHEN k.reason IS NULL OR k.is_named THEN 'event' WHEN k.type IS NOT NULL THEN left(k.type, 100) ELSE 'payload' END, k.reason
	FROM (
		SELECT e.*, CASE
			WHEN e.type IS NULL AND e.event ? 'error' THEN 'it is an error: ' || coalesce(vsm.json_text(e.event, 'error'),
				'it says no more')
			WHEN e.type IS NULL THEN 'its shape is not known: it has no event_type'
			WHEN e.exposure IS NULL AND NOT e.is_named THEN 'it says nothing of the use of a feature'
			WHEN e.exposure IS NOT NULL AND NOT e.exposure ? 'flag' THEN 'it has no event_properties.flag_key'
			WHEN octet_length(coalesce(e.exposure ->> 'flag', e.type)) > 1000 THEN 'its event_type or flag_key is longer than 1,000 bytes'
			WHEN vsm.amplitude_time(e.event) IS NULL THEN coalesce(vsm.json_lacks(e.event, CASE WHEN e.event ? 'event_time' THEN
				'@event_time'
				ELSE '@time' END), 'it has no time')
			WHEN vsm.amplitude_id(e.event) IS NULL THEN 'it has no $insert_id, no uuid, no user_id and no device_id'
			WHEN octet_length(vsm.amplitude_id(e.event)) > 1000 THEN 'its $insert_id is longer than 1,000 bytes' END AS reason
		FROM (
			SELECT p.event, vsm.json_text(p.event, 'event_type') AS type, vsm.amplitude_exposure(p.event) AS exposure,
				-- What Amplitude tells itself begins so: $identify, [Amplitude] Page Viewed, session_start.
				vsm.json_text(p.event, 'event_type') !~ '^(\$|\[|session_start$|session_end$|revenue_amount$)' AS is_named
			FROM (SELECT payload || '{}' AS event OFFSET 0) AS p
			OFFSET 0) AS e
		OFFSET 0) AS k;
END;
COMMENT ON FUNCTION vsm.amplitude_kind(jsonb) IS 'which reader reads a payload of Amplitude, or why none does';
