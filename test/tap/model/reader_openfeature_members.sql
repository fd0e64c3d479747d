-- Payloads of OpenFeature without one of their members, or with something else in its place.
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS vsm;
SELECT plan(4);
SET LOCAL TimeZone = 'UTC';
SET LOCAL jit = off;
SET LOCAL client_min_messages = error;

CREATE TEMP TABLE sample (sample text, payload jsonb);
INSERT INTO sample VALUES
('event', '{"name": "feature_flag.evaluation", "timestamp": "2026-03-01T09:00:00Z", "attributes": {"feature_flag.key": "SHOP-7-points",
	"feature_flag.result.variant": "gold", "feature_flag.result.reason": "targeting_match", "feature_flag.context.id": "u"}}'),
('line', '{"time": "2026-03-03T18:00:00+09:00", "level": "DEBUG", "msg": "After stage", "stage": "after", "flag_key": "new-total",
	"default_value": false, "reason": "STATIC", "variant": "on", "value": true}'),
('batch', '{"events": [{"kind": "feature", "userKey": "u", "creationDate": 1772701200, "key": "new-total", "variation": "gold",
	"value": "v", "default": false}, {"kind": "tracking", "userKey": "u", "creationDate": 1772787600, "key": "checkout done"}],
	"meta": {"hostname": "h"}}');
\set tool openfeature
\set depth 4
\ir ../../reader_members.sql

SELECT results_eq('SELECT * FROM another ORDER BY 1, path COLLATE "C"',
	$$VALUES ('batch', 'events', '[], array'), ('batch', 'events.0', '"", array, false, null, object, {}'),
		('batch', 'events.0.value', 'false'), ('batch', 'events.1', '"", array, false, null, object, {}'), ('line', 'value', 'false')$$,
	'what is null, empty or of another type is as good as none, but where that says what the payload is');
SELECT results_eq('SELECT * FROM lost ORDER BY 1, path COLLATE "C"',
	$$VALUES ('batch', 'events.0', 'usage'), ('batch', 'events.0.userKey', 'usage'), ('batch', 'events.1', 'usage'),
		('batch', 'events.1.userKey', 'usage'), ('event', 'attributes.feature_flag.context.id', 'usage')$$,
	'a member that is missing costs what it told');
SELECT results_eq('SELECT * FROM needed ORDER BY 1, path COLLATE "C"',
	$$VALUES ('batch', 'events', 'its shape is not known: neither an evaluation of a flag nor an event that was tracked'),
		('batch', 'events.0.creationDate', 'it has no time: have the hook add one, as "timestamp"'),
		('batch', 'events.0.key', 'it has no feature_flag.key'),
		('batch', 'events.0.kind', 'its shape is not known: neither an evaluation of a flag nor an event that was tracked'),
		('batch', 'events.1.creationDate', 'it has no creationDate, or that is no time'), ('batch', 'events.1.key', 'it has no key'),
		('batch', 'events.1.kind', 'its shape is not known: neither an evaluation of a flag nor an event that was tracked'),
		('event', 'attributes', 'it has no feature_flag.key'), ('event', 'attributes.feature_flag.key', 'it has no feature_flag.key'),
		('event', 'attributes.feature_flag.result.variant',
			'it does not say what it gave: neither feature_flag.result.variant nor feature_flag.result.value'),
		('event', 'timestamp', 'it has no time: have the hook add one, as "timestamp"'),
		('line', 'flag_key', 'its shape is not known: neither an evaluation of a flag nor an event that was tracked'),
		('line', 'time', 'it has no time: have the hook add one, as "timestamp"')$$,
	'a payload is not read without what it is about, and when');

SELECT finish();
ROLLBACK;
