-- Payloads of PostHog without one of their members, or with something else in its place.
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS vsm;
SELECT plan(4);
SET LOCAL TimeZone = 'UTC';
SET LOCAL jit = off;
SET LOCAL client_min_messages = error;

CREATE TEMP TABLE sample (sample text, payload jsonb);
INSERT INTO sample VALUES
('flag', '{"event": {"uuid": "u1", "event": "$feature_flag_called", "distinct_id": "d", "timestamp": "2026-03-01T09:00:00Z", "properties":
	{"$feature_flag": "SHOP-7-points", "$feature_flag_response": "gold", "$lib": "web"}}, "person": {"id": "p"}}'),
('page', '{"next": null, "results": [{"id": "u2", "event": "$feature_view", "distinct_id": "d", "timestamp": "2026-03-01T09:00:00Z",
	"properties": {"feature_flag": "new-total"}, "person": null, "elements": []}]}'),
('batch', '{"api_key": "k", "sent_at": "2026-03-01T09:00:00Z", "batch": [{"event": "shown", "distinct_id": "d", "properties": {"a": 1}}]}'),
('query', '{"columns": ["uuid", "event", "timestamp"], "results": [["u3", "shown", "2026-03-01T09:00:00Z"]]}'),
('hook', '{"hook": {"id": "h"}, "data": {"eventUuid": "u4", "event": "shown", "timestamp": "2026-03-01T09:00:00Z", "properties": {}}}');
\set tool posthog
\set depth 4
\ir ../../reader_members.sql

SELECT results_eq('SELECT * FROM another ORDER BY 1, path COLLATE "C"',
	$$VALUES ('batch', 'batch', 'array'), ('batch', 'batch.0', '"", [], array, false, null'), ('hook', 'hook', 'object, {}'),
		('page', 'results', '[], array'), ('page', 'results.0', '"", array, false, null, object, {}'), ('query', 'columns', '[], array'),
		('query', 'columns.0', '"", [], array, false, null, object, {}'), ('query', 'results', '[]'), ('query', 'results.0', 'array'),
		('query', 'results.0.0', '"", [], array, false, null, object, {}'),
		('query', 'results.0.1', '"", [], array, false, null, object, {}')$$,
	'what is null, empty or of another type is as good as none, but where that says what the payload is');
SELECT results_eq('SELECT * FROM lost ORDER BY 1, path COLLATE "C"',
	$$VALUES ('flag', 'event.properties.$feature_flag_response', 'usage'), ('flag', 'event.uuid', 'usage'),
		('page', 'results.0', 'usage'), ('page', 'results.0.id', 'usage'), ('query', 'results.0', 'usage')$$,
	'a member that is missing costs what it told');
SELECT results_eq('SELECT * FROM needed ORDER BY 1, path COLLATE "C"',
	$$VALUES ('batch', 'batch', 'its shape is not known: it has no event'),
		('batch', 'batch.0', 'its shape is not known: it has no event'), ('batch', 'batch.0.distinct_id', 'it has no uuid'),
		('batch', 'batch.0.event', 'its shape is not known: it has no event'), ('batch', 'sent_at', 'it has no timestamp'),
		('flag', 'event', 'its shape is not known: it has no event'), ('flag', 'event.event', 'its shape is not known: it has no event'),
		('flag', 'event.properties', 'it has no $feature_flag'), ('flag', 'event.properties.$feature_flag', 'it has no $feature_flag'),
		('flag', 'event.timestamp', 'it has no timestamp'), ('hook', 'data', 'its shape is not known: it has no event'),
		('hook', 'data.event', 'its shape is not known: it has no event'), ('hook', 'data.eventUuid', 'it has no uuid'),
		('hook', 'data.timestamp', 'it has no timestamp'), ('hook', 'hook', 'its shape is not known: it has no event'),
		('page', 'results', 'its shape is not known: it has no event'),
		('page', 'results.0.event', 'its shape is not known: it has no event'),
		('page', 'results.0.properties', 'it has no feature_flag'),
		('page', 'results.0.properties.feature_flag', 'it has no feature_flag'), ('page', 'results.0.timestamp', 'it has no timestamp'),
		('query', 'columns', 'no object'), ('query', 'columns.0', 'its timestamp is no time: shown'),
		('query', 'columns.1', 'its shape is not known: it has no event'), ('query', 'columns.2', 'it has no timestamp'),
		('query', 'results', 'its shape is not known: it has no event'), ('query', 'results.0.0', 'it has no timestamp'),
		('query', 'results.0.1', 'it has no timestamp'), ('query', 'results.0.2', 'it has no timestamp')$$,
	'a payload is not read without what it is about, and when');

SELECT finish();
ROLLBACK;
