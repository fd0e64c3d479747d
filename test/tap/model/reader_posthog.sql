-- What PostHog's events state, by every way that they come, and how the way of an item ends in its use.
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS vsm;
SELECT plan(13);
SET LOCAL TimeZone = 'Asia/Tokyo';
SET LOCAL jit = off;
SET LOCAL client_min_messages = error;

-- The same five events: of a flag that was on, by a variant, off; of a feature in early access; of the application's own.
CREATE TEMP TABLE sample (sample text, payload jsonb);
CREATE TEMP TABLE told AS
SELECT n, jsonb_build_object('uuid', '0190-' || n, 'event', event, 'distinct_id', 'somebody@example.com', 'timestamp',
	'2026-03-0' || n || 'T09:00:00.25Z', 'properties', properties) AS event
FROM (VALUES
	(1, '$feature_flag_called', '{"$feature_flag": "new-total", "$feature_flag_response": true, "$lib": "web"}'::jsonb),
	(2, '$feature_flag_called', '{"$feature_flag": "SHOP-7-points", "$feature_flag_response": "gold"}'),
	(3, '$feature_flag_called', '{"$feature_flag": "new-total", "$feature_flag_response": false}'),
	(4, '$feature_interaction', '{"feature_flag": "SHOP-8"}'),
	(5, 'checkout done', '{"amount": 7}')) AS t (n, event, properties);
\set tool posthog
\ir ../../reader_samples.sql

INSERT INTO sample SELECT n::text, jsonb_build_object('event', event, 'person', '{"id": "p", "properties": {}}'::jsonb) FROM told;
CALL vsm.create_model('forth');
SELECT is(pg_temp.ingest('forth', 'in order'), ROW (5, 0)::vsm.ingested, 'what a destination sends');
SELECT results_eq('SELECT event_id, feature, at, uses, users FROM forth.usage ORDER BY event_id', $$VALUES
	('0190-1', 'new-total', timestamptz '2026-03-01 09:00:00.25Z', 1::bigint, NULL::bigint),
	('0190-2', 'SHOP-7', '2026-03-02 09:00:00.25Z', 1, NULL), ('0190-4', 'SHOP-8', '2026-03-04 09:00:00.25Z', 1, NULL),
	('0190-5', 'checkout done', '2026-03-05 09:00:00.25Z', 1, NULL)$$, 'is use, and nobody''s name');
CALL vsm.create_model('back');
SELECT is(pg_temp.ingest('back', 'back, one by one, twice'), ROW (10, 0)::vsm.ingested, 'backwards and twice');
SELECT bag_eq($$SELECT * FROM pg_temp.rows('back')$$, $$SELECT * FROM pg_temp.rows('forth')$$, '... tells the same');

TRUNCATE sample;
INSERT INTO sample SELECT '1', jsonb_build_object('next', NULL, 'results',
	jsonb_agg((event - 'uuid') || jsonb_build_object('id', event -> 'uuid', 'person', NULL, 'elements', '[]'::jsonb))) FROM told;
CALL vsm.create_model('rest');
SELECT is(pg_temp.ingest('rest', 'in order'), ROW (1, 0)::vsm.ingested, 'a page of GET .../events');
SELECT bag_eq($$SELECT * FROM pg_temp.rows('rest')$$, $$SELECT * FROM pg_temp.rows('forth')$$, '... tells the same');
TRUNCATE sample;
INSERT INTO sample SELECT '1', jsonb_build_object('columns', '["uuid", "event", "timestamp", "properties"]'::jsonb, 'results', jsonb_agg(
	jsonb_build_array(event -> 'uuid', event -> 'event', event -> 'timestamp', (event -> 'properties')::text))) FROM told;
INSERT INTO sample SELECT '2' || n, event || jsonb_build_object('team_id', 1, 'properties', (event -> 'properties')::text) FROM told;
INSERT INTO sample SELECT '3', jsonb_build_object('hook', '{"id": "h", "event": "action_performed"}'::jsonb, 'data',
	(event - 'uuid') || jsonb_build_object('eventUuid', event -> 'uuid', 'distinctId', 'x')) FROM told WHERE n = 1;
CALL vsm.create_model('query');
SELECT is(pg_temp.ingest('query', 'in order'), ROW (7, 0)::vsm.ingested, 'the rows of a query, lines of an export, a hook of Zapier');
SELECT bag_eq($$SELECT * FROM pg_temp.rows('query')$$, $$SELECT * FROM pg_temp.rows('forth')$$, '... tell the same');

SELECT results_eq($$SELECT (t.f).at, t.kind, t.reason FROM unnest(ARRAY[
	'{"api_key": "k", "sent_at": "2026-03-09T09:00:00Z", "batch": [{"event": "shown", "distinct_id": "x", "properties": {}},
		{"event": "shown", "distinct_id": "x", "timestamp": "2026-03-09T08:59:00Z"}]}',
	'{"api_key": "k", "event": "$pageview", "distinct_id": "x", "timestamp": "2026-03-09T08:59:00Z"}',
	'{"event": "shown", "timestamp": "2026-03-09T08:59:00Z"}', '{"uuid": "u", "event": "$feature_flag_called", "properties": {},
	"timestamp": "2026-03-09T08:59:00Z"}', '{"id": 7, "key": "new-total", "filters": {}, "active": true}',
	'{"type": "authentication_error", "detail": "Invalid API key."}', '{"x": 1}']::jsonb[]) WITH ORDINALITY AS p (payload, n),
	pg_temp.facts(p.payload) AS t ORDER BY n, 1$$, $$VALUES (timestamptz '2026-03-09 08:59Z', 'event', NULL),
	('2026-03-09 09:00Z', 'event', NULL), (NULL, '$pageview', 'it says nothing of the use of a feature'),
	(NULL, 'event', 'it has no uuid'), (NULL, '$feature_flag_called', 'it has no $feature_flag'),
	(NULL, 'feature flag', 'a flag says nothing of who got it: send the events $feature_flag_called'),
	(NULL, 'payload', 'it is an error: Invalid API key.'), (NULL, 'payload', 'its shape is not known: it has no event')$$,
	'what a library sends, and what is not read');

CREATE FUNCTION pg_temp.use(flag text, is_on boolean, at timestamptz) RETURNS jsonb LANGUAGE sql AS $$
	SELECT jsonb_build_object('uuid', md5($1 || $3), 'event', '$feature_flag_called', 'timestamp', $3, 'properties',
		jsonb_build_object('$feature_flag', $1, '$feature_flag_response', CASE WHEN $2 THEN 'true'::jsonb ELSE '"control"' END))$$;
\ir ../../usage_journey.sql

SELECT finish();
ROLLBACK;
