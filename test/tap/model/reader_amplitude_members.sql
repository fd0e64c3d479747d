-- Payloads of Amplitude without one of their members, or with something else in its place.
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS vsm;
SELECT plan(4);
SET LOCAL TimeZone = 'UTC';
SET LOCAL jit = off;
SET LOCAL client_min_messages = error;

CREATE TEMP TABLE sample (sample text, payload jsonb);
INSERT INTO sample VALUES
('exposure', '{"$insert_id": "i1", "uuid": "u1", "event_type": "[Experiment] Exposure", "event_time": "2026-03-01 09:00:00.250000",
	"client_event_time": "2026-03-01 08:58:00.250000", "user_id": "d", "event_properties": {"flag_key": "SHOP-7-points",
		"variant": "on"}}'),
('batch', '{"api_key": "k", "events": [{"insert_id": "i2", "event_type": "shown", "time": 1772355600000, "device_id": "d",
	"event_properties": {"a": 1}}]}'),
('line', '{"uuid": "u3", "event_type": "shown", "event_time": "2026-03-01 09:00:00.250000", "server_upload_time":
	"2026-03-01 09:00:03.000000", "user_id": "d"}');
\set tool amplitude
\set depth 4
\ir ../../reader_members.sql

SELECT results_eq('SELECT * FROM another ORDER BY 1, path COLLATE "C"',
	$$VALUES ('batch', 'events', '[], array'), ('batch', 'events.0', '"", array, false, null, object, {}')$$,
	'what is null, empty or of another type is as good as none, but where that says what the payload is');
SELECT results_eq('SELECT * FROM lost ORDER BY 1, path COLLATE "C"',
	$$VALUES ('batch', 'events.0', 'usage'), ('batch', 'events.0.insert_id', 'usage'), ('exposure', '$insert_id', 'usage'),
		('exposure', 'event_properties.variant', 'usage'), ('line', 'uuid', 'usage')$$,
	'a member that is missing costs what it told');
SELECT results_eq('SELECT * FROM needed ORDER BY 1, path COLLATE "C"',
	$$VALUES ('batch', 'events', 'its shape is not known: it has no event_type'),
		('batch', 'events.0.event_type', 'its shape is not known: it has no event_type'), ('batch', 'events.0.time', 'it has no time'),
		('exposure', 'event_properties', 'it has no event_properties.flag_key'),
		('exposure', 'event_properties.flag_key', 'it has no event_properties.flag_key'),
		('exposure', 'event_type', 'its shape is not known: it has no event_type'),
		('line', 'event_type', 'its shape is not known: it has no event_type')$$,
	'a payload is not read without what it is about, and when');

SELECT finish();
ROLLBACK;
