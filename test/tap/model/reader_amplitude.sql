-- What Amplitude's events state, by every way that they come, and how the way of an item ends in its use.
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS vsm;
SELECT plan(11);
SET LOCAL TimeZone = 'Asia/Tokyo';
SET LOCAL jit = off;
SET LOCAL client_min_messages = error;

-- The same events as a library sends them and as they are exported: of a flag that was on, by a variant, off; one's own.
CREATE TEMP TABLE sample (sample text, payload jsonb);
CREATE TEMP TABLE told AS
SELECT n, type, properties FROM (VALUES
	(1, '$exposure', '{"flag_key": "new-total", "variant": "on", "experiment_key": "exp-1"}'::jsonb),
	(2, '$exposure', '{"flag_key": "SHOP-7-points", "variant": "treatment"}'),
	(3, '$exposure', '{"flag_key": "new-total", "variant": "off"}'), (4, '$exposure', '{"flag_key": "new-total"}'),
	(5, 'checkout done', '{"amount": 7}')) AS t (n, type, properties);
\set tool amplitude
\ir ../../reader_samples.sql

INSERT INTO sample SELECT n::text, jsonb_build_object('$insert_id', 'i' || n, 'uuid', '0190-' || n, 'event_id', n, 'event_type',
	replace(type, '$exposure', '[Experiment] Exposure'), 'event_time', '2026-03-0' || n || ' 09:00:00.250000', 'client_event_time',
	'2026-03-0' || n || ' 08:58:00.250000', 'server_upload_time', '2026-03-0' || n || ' 09:00:03.000000', 'user_id',
	'somebody@example.com', 'device_id', 'd', 'amplitude_id', 7, 'event_properties', properties, 'user_properties', '{}'::jsonb)
FROM told;
CALL vsm.create_model('forth');
SELECT is(pg_temp.ingest('forth', 'in order'), ROW (5, 0)::vsm.ingested, 'lines of an export');
SELECT results_eq('SELECT event_id, feature, at, uses, users FROM forth.usage ORDER BY event_id', $$VALUES
	('i1', 'new-total', timestamptz '2026-03-01 09:00:00.25Z', 1::bigint, NULL::bigint),
	('i2', 'SHOP-7', '2026-03-02 09:00:00.25Z', 1, NULL), ('i5', 'checkout done', '2026-03-05 09:00:00.25Z', 1, NULL)$$,
	'are use, and nobody''s name');
CALL vsm.create_model('back');
SELECT is(pg_temp.ingest('back', 'back, one by one, twice'), ROW (10, 0)::vsm.ingested, 'backwards and twice');
SELECT bag_eq($$SELECT * FROM pg_temp.rows('back')$$, $$SELECT * FROM pg_temp.rows('forth')$$, '... tells the same');

TRUNCATE sample;
INSERT INTO sample SELECT '1', jsonb_build_object('api_key', 'k', 'events', jsonb_agg(jsonb_build_object('insert_id', 'i' || n,
	'event_type',
	type, 'time', 1000 * extract(epoch FROM timestamptz '2026-02-28 09:00:00.25Z' + n * interval '1 day'), 'user_id', 'x',
	'event_properties', properties))) FROM told;
CALL vsm.create_model('sent');
SELECT is(pg_temp.ingest('sent', 'in order'), ROW (1, 0)::vsm.ingested, 'a batch as a library sends it');
SELECT bag_eq($$SELECT * FROM pg_temp.rows('sent')$$, $$SELECT * FROM pg_temp.rows('forth')$$, '... tells the same');

SELECT results_eq($$SELECT t.kind, t.reason FROM unnest(ARRAY[
	'{"event_type": "$identify", "time": 1772355600000, "user_id": "x"}', '{"event_type": "[Amplitude] Page Viewed", "event_time":
	"2026-03-01 09:00:00"}', '{"event_type": "shown", "time": 1772355600000}', '{"event_type": "shown", "user_id": "x"}',
	'{"event_type": "$exposure", "time": 1772355600000, "user_id": "x", "event_properties": {"variant": "on"}}',
	'{"code": 400, "error": "Invalid API key"}', '{"x": 1}']::jsonb[]) WITH ORDINALITY AS p (payload, n),
	pg_temp.facts(p.payload) AS t ORDER BY n$$, $$VALUES ('$identify', 'it says nothing of the use of a feature'),
	('[Amplitude] Page Viewed', 'it says nothing of the use of a feature'),
	('event', 'it has no $insert_id, no uuid, no user_id and no device_id'), ('event', 'it has no time'),
	('$exposure', 'it has no event_properties.flag_key'), ('payload', 'it is an error: Invalid API key'),
	('payload', 'its shape is not known: it has no event_type')$$, 'what is not read, and why');

CREATE FUNCTION pg_temp.use(flag text, is_on boolean, at timestamptz) RETURNS jsonb LANGUAGE sql AS $$
	SELECT jsonb_build_object('$insert_id', md5($1 || $3), 'event_type', '[Experiment] Exposure', 'event_time',
		to_char($3 AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US'), 'event_properties',
		jsonb_build_object('flag_key', $1, 'variant', CASE WHEN $2 THEN 'treatment' ELSE 'control' END))$$;
\ir ../../usage_journey.sql

SELECT finish();
ROLLBACK;
