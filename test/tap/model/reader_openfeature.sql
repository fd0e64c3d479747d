-- What hooks of OpenFeature tell, in every form that they have, and how the way of an item ends in its use.
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS vsm;
SELECT plan(9);
SET LOCAL TimeZone = 'Asia/Tokyo';
SET LOCAL jit = off;
SET LOCAL client_min_messages = error;

CREATE TEMP TABLE sample (sample text, payload jsonb);
INSERT INTO sample VALUES
('1', '{"name": "feature_flag.evaluation", "timestamp": "2026-03-01T09:00:00Z", "attributes": {"feature_flag.key": "new-total",
	"feature_flag.result.variant": "on", "feature_flag.context.id": "somebody@example.com", "feature_flag.provider.name": "flagd"}}'),
('2', '{"name": "feature_flag.evaluation", "timestamp": "2026-03-02T09:00:00Z", "attributes": {"feature_flag.key": "new-total",
	"feature_flag.result.reason": "error", "error.type": "flag_not_found", "feature_flag.result.variant": "on"}}'),
('3', '{"time": "2026-03-03T18:00:00+09:00", "level": "DEBUG", "msg": "After stage", "stage": "after", "flag_key": "SHOP-7_points",
	"default_value": false, "reason": "TARGETING_MATCH", "variant": "control", "value": true}'),
('4', '{"timestamp": 1772614800, "stage": "after", "flag_key": "SHOP-8", "reason": "STATIC", "value": false, "variant": "gold"}'),
('5', '{"events": [
	{"kind": "feature", "contextKind": "user", "userKey": "u", "creationDate": 1772701200, "key": "new-total", "variation": "gold",
		"value": {"a": 1}, "default": false, "version": "1", "source": "SERVER"},
	{"kind": "feature", "contextKind": "user", "userKey": "u", "creationDate": 1772701200, "key": "new-total", "variation": "SdkDefault",
		"value": true, "default": true, "version": "", "source": "SERVER"},
	{"kind": "tracking", "contextKind": "user", "userKey": "u", "creationDate": 1772787600, "key": "checkout done",
		"trackingEventDetails": {"amount": 7}}], "meta": {"hostname": "h"}}');
\set tool openfeature
\ir ../../reader_samples.sql

CALL vsm.create_model('forth');
SELECT is(pg_temp.ingest('forth', 'in order'), ROW (5, 0)::vsm.ingested, 'evaluations, lines of a logging hook, and a batch');
SELECT results_eq('SELECT feature, at, uses, users FROM forth.usage ORDER BY at', $$VALUES
	('new-total', timestamptz '2026-03-01 09:00Z', 1::bigint, NULL::bigint), ('SHOP-7', '2026-03-03 09:00Z', 1, NULL),
	('new-total', '2026-03-05 09:00Z', 1, NULL), ('checkout done', '2026-03-06 09:00Z', 1, NULL)$$,
	'what was on is use, whatever its variant is called, and what failed is not');
CALL vsm.create_model('back');
SELECT is(pg_temp.ingest('back', 'back, one by one, twice'), ROW (10, 0)::vsm.ingested, 'backwards and twice');
SELECT bag_eq($$SELECT * FROM pg_temp.rows('back')$$, $$SELECT * FROM pg_temp.rows('forth')$$, '... tells the same');

SELECT results_eq($$SELECT t.kind, t.reason FROM unnest(ARRAY['{"stage": "before", "flag_key": "x", "time": "2026-03-01"}',
	'{"name": "feature_flag.evaluation", "attributes": {"feature_flag.key": "x", "feature_flag.result.value": true}}',
	'{"name": "feature_flag.evaluation", "timestamp": "2026-03-01", "attributes": {"feature_flag.key": "x"}}',
	'{"name": "user.login", "timestamp": "2026-03-01", "attributes": {}}', '{"kind": "tracking", "key": "x"}', '{"x": 1}']::jsonb[])
	WITH ORDINALITY AS p (payload, n), pg_temp.facts(p.payload) AS t ORDER BY n$$, $$VALUES
	('stage', 'the stage before tells no result'), ('evaluation', 'it has no time: have the hook add one, as "timestamp"'),
	('evaluation', 'it does not say what it gave: neither feature_flag.result.variant nor feature_flag.result.value'),
	('event', 'events user.login are not read'), ('tracking', 'it has no creationDate, or that is no time'),
	('payload', 'its shape is not known: neither an evaluation of a flag nor an event that was tracked')$$, 'what is not read, and why');

CREATE FUNCTION pg_temp.use(flag text, is_on boolean, at timestamptz) RETURNS jsonb LANGUAGE sql AS $$
	SELECT jsonb_build_object('name', 'feature_flag.evaluation', 'timestamp', $3, 'attributes', jsonb_build_object('feature_flag.key', $1,
		'feature_flag.result.value', $2))$$;
\ir ../../usage_journey.sql

SELECT finish();
ROLLBACK;
