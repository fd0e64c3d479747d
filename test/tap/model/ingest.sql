-- From the inbox to the model: once, twice, in any order, and what cannot be read.
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS vsm;
SELECT plan(50);
SET LOCAL client_min_messages = error;
SET LOCAL TimeZone = 'Asia/Tokyo';
CALL vsm.create_model('flow');

-- What a model holds, without when it was written.
CREATE FUNCTION pg_temp.content(model text) RETURNS TABLE (relation text, line text) LANGUAGE plpgsql AS $$
DECLARE t text;
BEGIN
	FOREACH t IN ARRAY ARRAY['item', 'item_change', 'item_alias', 'event', 'link', 'commit', 'deployment', 'incident'] LOOP
		RETURN QUERY EXECUTE format('SELECT %L, (to_jsonb(t) - ''{recorded_at,xid}''::text[])::text FROM %I.%I AS t', t, model, t);
	END LOOP;
END$$;
-- The same with the version of each row.
CREATE FUNCTION pg_temp.versions(model text) RETURNS TABLE (relation text, place tid) LANGUAGE plpgsql AS $$
DECLARE t text;
BEGIN
	FOREACH t IN ARRAY ARRAY['item', 'item_change', 'item_alias', 'event', 'link', 'commit', 'deployment', 'incident'] LOOP
		RETURN QUERY EXECUTE format('SELECT %L, t.ctid FROM %I.%I AS t', t, model, t);
	END LOOP;
END$$;

-- One issue of Jira in all its shapes, and the work on it in GitLab.
CREATE TEMP TABLE payload (id int GENERATED ALWAYS AS IDENTITY, source text, payload jsonb);
INSERT INTO payload (source, payload) VALUES
('jira', '{"id":"10001","key":"PAY-3","self":"https://jira.example.com/rest/api/2/issue/10001",'
	'"fields":{"summary":"Customers see the total","issuetype":{"name":"Story"},
	"project":{"key":"PAY"},"priority":{"name":"High"},"labels":["web"],"duedate":null,"created":"2026-01-02T16:00:00.000+0100",'
		'"updated":"2026-01-13T10:00:00.000+0100",
	"status":{"name":"Done","id":"4"},"issuelinks":[]},
	"changelog":{"startAt":0,"maxResults":50,"total":5,"histories":[
	{"id":"99","created":"2026-01-05T09:00:00.000+0100","items":[{"field":"status","from":"1","fromString":"To Do","to":"3",'
		'"toString":"In Progress"},{"field":"Sprint","from":"","fromString":"","to":"7","toString":"Sprint 7"}]},
	{"id":"100","created":"2026-01-06T09:00:00.000+0100","items":[{"field":"Link","to":"SHOP-9","toString":"This issue is blocked by '
		'SHOP-9"}]},
	{"id":"101","created":"2026-01-07T09:00:00.000+0100","items":[{"field":"Link","from":"SHOP-9","fromString":"This issue is blocked by '
		'SHOP-9","to":null,"toString":null},
		{"field":"Flagged","to":"[1]","toString":"Impediment"},{"field":"priority","fromString":"Medium","toString":"High"}]},
	{"id":"102","created":"2026-01-12T09:00:00.000+0100","items":[{"field":"project","fromString":"Shop","toString":"Payment"},'
		'{"field":"Key","fromString":"SHOP-2","toString":"PAY-3"}]},
	{"id":"103","created":"2026-01-13T10:00:00.000+0100","items":[{"field":"status","from":"3","fromString":"In Progress","to":"4",'
		'"toString":"Done"}]}]}}');
INSERT INTO payload (source, payload)
SELECT 'jira', (payload - 'changelog') || jsonb_build_object('changelog', jsonb_build_object('startAt', 0, 'total', 240, 'histories',
	(payload #> '{changelog,histories}') - 0)) FROM payload WHERE id = 1;
-- Webhooks as they came, with the state and the key of their time; the second is a little later than Jira's own clock.
INSERT INTO payload (source, payload) VALUES
('jira', '{"timestamp":1767366000000,"webhookEvent":"jira:issue_created","issue":{"id":"10001","key":"SHOP-2",'
	'"self":"https://jira.example.com/rest/api/2/issue/10001",
	"fields":{"summary":"See total","issuetype":{"name":"Task"},"project":{"key":"SHOP"},"priority":{"name":"Medium"},"labels":[],'
		'"duedate":"2026-03-01","created":"2026-01-02T16:00:00.000+0100",
	"updated":"2026-01-02T16:00:00.000+0100","status":{"name":"To Do","id":"1"}}}}'),
('jira', '{"timestamp":1767600000007,"webhookEvent":"jira:issue_updated","issue":{"id":"10001","key":"SHOP-2",'
	'"self":"https://jira.example.com/rest/api/2/issue/10001",
	"fields":{"summary":"See the total","issuetype":{"name":"Story"},"project":{"key":"SHOP"},"priority":{"name":"Medium"},"labels":[],'
		'"duedate":"2026-03-01","created":"2026-01-02T16:00:00.000+0100",
	"updated":"2026-01-05T09:00:00.000+0100","status":{"name":"In Progress","id":"3"}}},
	"changelog":{"id":99,"items":[{"field":"status","from":"1","fromString":"To Do","to":"3","toString":"In Progress"},{"field":"Sprint",'
		'"from":"","fromString":"","to":"7","toString":"Sprint 7"}]}}'),
('jira', '{"timestamp":1768294800000,"webhookEvent":"jira:issue_updated","issue":{"id":"10001","key":"PAY-3",'
	'"self":"https://jira.example.com/rest/api/2/issue/10001",
	"fields":{"summary":"Customers see the total","issuetype":{"name":"Story"},"project":{"key":"PAY"},"priority":{"name":"High"},'
		'"labels":["web"],"duedate":null,
	"created":"2026-01-02T16:00:00.000+0100","updated":"2026-01-13T10:00:00.000+0100","status":{"name":"Done"}}},
	"changelog":{"id":103,"items":[{"field":"status","from":"3","fromString":"In Progress","to":"4","toString":"Done"}]}}');
INSERT INTO payload (source, payload)
SELECT 'jira', jsonb_build_object('issueChangeLogs', jsonb_build_array(jsonb_build_object('issueId', '10001', 'changeHistories',
	payload #> '{changelog,histories}'))) FROM payload WHERE id = 1;
INSERT INTO payload (source, payload) VALUES
('gitlab', '{"object_kind":"merge_request","project":{"path_with_namespace":"shop/web"},"object_attributes":{"id":7,"iid":1,'
	'"title":"SHOP-2: total","source_branch":"SHOP-2-total","target_branch":"main",
	"created_at":"2026-01-06 10:00:00 UTC","updated_at":"2026-01-06 10:00:00 UTC","state":"opened","action":"open","description":"",'
		'"last_commit":{"id":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","message":"SHOP-2 add total",'
			'"timestamp":"2026-01-06T09:00:00Z"}}}'),
('gitlab', '{"object_kind":"merge_request","project":{"path_with_namespace":"shop/web"},"object_attributes":{"id":7,"iid":1,'
	'"title":"PAY-3: total","source_branch":"SHOP-2-total","target_branch":"main",
	"created_at":"2026-01-06 10:00:00 UTC","updated_at":"2026-01-08 10:00:01 UTC","state":"merged","action":"merge",'
		'"merge_commit_sha":"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb","description":""}}'),
('gitlab', '[{"id":7,"iid":1,"title":"PAY-3: total","source_branch":"SHOP-2-total","target_branch":"main",'
	'"web_url":"https://gitlab.example.com/shop/web/-/merge_requests/1","created_at":"2026-01-06T10:00:00.123Z",
	"updated_at":"2026-01-08T10:00:02.000Z","merged_at":"2026-01-08T10:00:00.500Z","state":"merged",'
		'"sha":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","merge_commit_sha":"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"}]'),
('gitlab', '{"object_kind":"deployment","status":"running","status_changed_at":"2026-01-08 11:00:00 +0000","deployment_id":3,'
	'"deployable_id":33,"environment":"production","project":{"path_with_namespace":"shop/web"},
	"commit_url":"https://gitlab.example.com/shop/web/-/commit/bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb","ref":"main"}'),
('gitlab', '{"object_kind":"deployment","status":"success","status_changed_at":"2026-01-08 11:05:00 +0000","deployment_id":3,'
	'"deployable_id":33,"environment":"production","project":{"path_with_namespace":"shop/web"},
	"commit_url":"https://gitlab.example.com/shop/web/-/commit/bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb","ref":"main"}'),
('gitlab', '{"id":"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb","parent_ids":["aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"],"title":"Merge",'
	'"message":"Merge\n\nCloses #5","authored_date":"2026-01-08T10:00:00Z",
	"committed_date":"2026-01-08T10:00:00Z",'
		'"web_url":"https://gitlab.example.com/shop/web/-/commit/bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"}');

INSERT INTO flow.inbox (source, payload) SELECT source, payload::text FROM payload ORDER BY id;
SELECT results_eq($$SELECT * FROM vsm.ingest_once('flow')$$, $$VALUES (12::bigint, 0::bigint)$$, 'all is read');
SELECT is((SELECT count(*) FROM flow.inbox), 0::bigint, 'and gone from the inbox');
SELECT results_eq($$SELECT event_id, at, state, state_id, previous, previous_id, method FROM flow.event WHERE entity = 'jira:issue:10001'
	ORDER BY at$$,
	$$VALUES ('jira:issue:10001:created', timestamptz '2026-01-02 15:00+00', 'To Do', '1', NULL, NULL, 'inferred'),
		('99:3', '2026-01-05 08:00+00', 'In Progress', '3', 'To Do', '1', NULL), ('101:Flagged', '2026-01-07 08:00+00', 'Flagged', NULL,
			NULL, NULL, NULL),
		('103:4', '2026-01-13 09:00+00', 'Done', '4', 'In Progress', '3', NULL)$$,
			'every event once, the first state from the first change');
SELECT results_eq($$SELECT attribute, at, value, change_id FROM flow.item_change ORDER BY attribute, at$$,
	$$VALUES ('priority', timestamptz '2026-01-02 15:00+00', 'Medium', 'created'), ('priority', '2026-01-07 08:00+00', 'High', '101'),
		('project', '2026-01-02 15:00+00', 'Shop', 'created'), ('project', '2026-01-12 08:00+00', 'Payment', '102'),
		('sprint', '2026-01-02 15:00+00', NULL, 'created'), ('sprint', '2026-01-05 08:00+00', 'Sprint 7', '99')$$,
			'attributes, with what they were at creation');
SELECT results_eq('SELECT alias, item, since FROM flow.item_alias ORDER BY 1',
	$$VALUES ('PAY-3', 'jira:issue:10001', timestamptz '2026-01-02 15:00+00'), ('SHOP-2', 'jira:issue:10001', '2026-01-02 15:00+00'),
		('shop/web!1', 'gitlab:merge_request:7', '2026-01-06 10:00+00')$$, 'both keys, and what GitLab calls the request');
SELECT results_eq('SELECT key, title, type, priority, due_at, updated_at FROM flow.item',
	$$VALUES ('PAY-3', 'Customers see the total', 'feature', 'High', NULL::timestamptz, timestamptz '2026-01-13 09:00+00')$$,
		'the item as last reported');
SELECT results_eq('SELECT environment_tier, sha, status, started_at, finished_at, repository FROM flow.deployment',
	$$VALUES ('production', repeat('b', 40), 'success', timestamptz '2026-01-08 11:00+00', timestamptz '2026-01-08 11:05+00',
		'shop/web')$$, 'the deployment, from two webhooks');
SELECT results_eq($$SELECT at FROM flow.event WHERE event_id = 'gitlab:merge_request:7:merged'$$,
	$$VALUES (timestamptz '2026-01-08 10:00:00.5+00')$$,
	'of two times for one event the earlier');
SELECT results_eq($$SELECT source, target, kind FROM flow.entity_link ORDER BY source COLLATE "C", target COLLATE "C"$$,
	$$VALUES (repeat('a', 40), 'gitlab:merge_request:7', 'part_of'), (repeat('a', 40), 'jira:issue:10001', 'implements'),
		(repeat('b', 40), 'gitlab:merge_request:7', 'part_of'),
		(repeat('b', 40), 'shop/web#5', 'implements'), ('gitlab:deployment:3', repeat('b', 40), 'deploys'), ('gitlab:deployment:3',
			'gitlab:job:33', 'part_of'),
		('gitlab:merge_request:7', 'jira:issue:10001', 'implements'), ('jira:issue:10001', 'SHOP-9', 'blocked_by')$$,
			'links from the deployment to the item');
SELECT results_eq($$SELECT since, until FROM flow.entity_link WHERE kind = 'blocked_by'$$, $$VALUES (timestamptz '2026-01-06 08:00+00',
	timestamptz '2026-01-07 08:00+00')$$, 'the link that ended');

-- The same again
CREATE TEMP TABLE versions AS SELECT * FROM pg_temp.versions('flow');
INSERT INTO flow.inbox (source, payload) SELECT source, payload::text FROM payload ORDER BY id;
SELECT results_eq($$SELECT * FROM vsm.ingest_once('flow')$$, $$VALUES (12::bigint, 0::bigint)$$, 'the same payloads are read again');
SELECT bag_eq($$SELECT * FROM pg_temp.versions('flow')$$, 'TABLE versions', 'and change nothing: no row has been written');

-- In any order, any number of times, all at once or one by one
CREATE FUNCTION pg_temp.shuffled(model text, seed float8, one_by_one boolean) RETURNS text LANGUAGE plpgsql AS $$
DECLARE p record;
BEGIN
	EXECUTE format('CALL vsm.create_model(%L)', model);
	PERFORM setseed(seed);
	FOR p IN SELECT source, payload FROM (SELECT source, payload, random() AS place FROM payload, generate_series(1, 2)) AS s
		ORDER BY place LOOP
		EXECUTE format('INSERT INTO %I.inbox (source, payload) VALUES ($1, $2)', model) USING p.source, p.payload::text;
		IF one_by_one THEN
			PERFORM vsm.ingest_once(model);
		END IF;
	END LOOP;
	PERFORM vsm.ingest_once(model);
	RETURN model;
END$$;
CREATE TEMP TABLE shuffle AS SELECT pg_temp.shuffled(format('flow_%s', s), s / 100.0, s % 4 < 2) AS model FROM generate_series(1, 14) AS s;
SELECT is_empty($$SELECT s.model, d.* FROM shuffle AS s, LATERAL (
	(SELECT * FROM pg_temp.content(s.model) EXCEPT ALL SELECT * FROM pg_temp.content('flow'))
	UNION ALL (SELECT * FROM pg_temp.content('flow') EXCEPT ALL SELECT * FROM pg_temp.content(s.model))) AS d$$,
		'any order and any batches end in the same rows');
SELECT is((SELECT count(*) FROM pg_temp.content('flow')), 30::bigint, 'which are not few');

-- Webhooks alone, newest first: each change tells what it came from.
CALL vsm.create_model('hooks');
INSERT INTO hooks.inbox (source, payload) SELECT source, payload::text FROM payload WHERE id IN (4, 5) ORDER BY id DESC;
SELECT vsm.ingest_once('hooks') \g /dev/null
SELECT results_eq($$SELECT at, state, state_id, method FROM hooks.event ORDER BY at$$, $$VALUES (timestamptz '2026-01-02 15:00+00',
	'To Do', '1', 'inferred'),
	('2026-01-05 08:00:00.007+00', 'In Progress', '3', NULL), ('2026-01-13 09:00+00', 'Done', '4', NULL)$$,
		'the first state comes from the earliest change known');

-- The bulk changelog before its issue, which comes without a changelog
CALL vsm.create_model('bulk');
INSERT INTO bulk.inbox (source, payload) SELECT source, payload::text FROM payload WHERE id = 6;
SELECT vsm.ingest_once('bulk') \g /dev/null
SELECT is((SELECT count(*) FROM bulk.event WHERE event_id LIKE '%:created'), 0::bigint,
	'without its issue a changelog does not say when it was created');
INSERT INTO bulk.inbox (source, payload) SELECT source, (payload - 'changelog')::text FROM payload WHERE id = 1;
SELECT vsm.ingest_once('bulk') \g /dev/null
SELECT bag_eq($$SELECT relation, line::jsonb - 'told_at' FROM pg_temp.content('bulk') WHERE relation IN ('event', 'item_change')$$,
	$$SELECT relation, line::jsonb - 'told_at' FROM pg_temp.content('flow') WHERE relation = 'event' AND line LIKE '%jira:issue:10001%'
		OR relation = 'item_change'$$, 'with it all is there, the present state adding nothing');

-- Observed
CALL vsm.create_model('seen');
CREATE FUNCTION pg_temp.see(status text, updated text) RETURNS vsm.ingested LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO seen.inbox (source, payload) VALUES ('jira',
		format('{"id":"1","key":"A-1","fields":{"status":{"name":%s},"created":"2026-01-01","updated":%s}}', to_json(status),
			to_json(updated)));
	RETURN vsm.ingest_once('seen');
END$$;
SELECT pg_temp.see('To Do', '2026-01-02'), pg_temp.see('To Do', '2026-01-03'), pg_temp.see('Done', '2026-01-04'), pg_temp.see('Done',
	'2026-01-04'), pg_temp.see('To Do', '2026-01-05') \g /dev/null
SELECT results_eq('SELECT at, state, method FROM seen.event ORDER BY at', $$VALUES (timestamptz '2026-01-02 00:00+00', 'To Do',
	'observed'), ('2026-01-04 00:00+00', 'Done', 'observed'),
	('2026-01-05 00:00+00', 'To Do', 'observed')$$, 'a source that shows only the present: an event when it differs');

-- What is corrected by hand
UPDATE flow.item SET type = 'debt', value_stream = 'Mine', size = 8;
INSERT INTO flow.inbox (source, payload) SELECT source, jsonb_set(jsonb_set(payload, '{fields,updated}', '"2026-01-14T10:00:00Z"'),
	'{fields,summary}', '"New title"')::text FROM payload WHERE id = 1;
SELECT vsm.ingest_once('flow') \g /dev/null
SELECT results_eq('SELECT title, type, value_stream, size FROM flow.item', $$VALUES ('New title', 'debt', 'Mine', 8::numeric)$$,
	'what was corrected by hand stays');
INSERT INTO flow.inbox (source, payload) SELECT source, jsonb_set(jsonb_set(payload, '{fields,updated}', '"2026-01-15T10:00:00Z"'),
	'{fields,issuetype,name}', '"Bug"')::text FROM payload WHERE id = 1;
SELECT vsm.ingest_once('flow') \g /dev/null
SELECT results_eq('SELECT type, source_type FROM flow.item', $$VALUES ('defect', 'Bug')$$, 'until the tracker gives it another type');
INSERT INTO flow.inbox (source, payload) SELECT source, jsonb_set(payload, '{fields,summary}', '"Older"')::text FROM payload WHERE id = 1;
SELECT vsm.ingest_once('flow') \g /dev/null
SELECT is((SELECT title FROM flow.item), 'Customers see the total', 'an older version of an item changes nothing');
INSERT INTO flow.inbox (source, payload) SELECT source, (jsonb_set(payload, '{fields,updated}',
	'"2026-01-16T10:00:00Z"') #- '{fields,labels}')::text FROM payload WHERE id = 1;
SELECT vsm.ingest_once('flow') \g /dev/null
SELECT is((SELECT tags FROM flow.item), '["web"]'::jsonb, 'a field that a payload does not have is not cleared');

-- A history that was cut off
SELECT is((SELECT changelog_missing FROM flow.item), NULL, 'a whole history');
INSERT INTO flow.inbox (source, payload) SELECT source, jsonb_set(payload, '{fields,updated}', '"2026-01-17T10:00:00Z"')::text
	FROM payload WHERE id = 2;
SELECT vsm.ingest_once('flow') \g /dev/null
SELECT is((SELECT changelog_missing FROM flow.item), 236, 'one that was cut off is reported');
SELECT is((SELECT found FROM flow.data_quality WHERE finding = 'history cut off'), 1::bigint, 'in data_quality, too');
SELECT is((SELECT state FROM flow.event WHERE event_id = 'jira:issue:10001:created'), 'To Do', 'and does not undo what was known');
-- Jira cuts off the oldest: what the payload still has goes back to what is known, or the changelog alone has told it.
CREATE FUNCTION pg_temp.cut(model text, days int) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE found bigint;
BEGIN
	EXECUTE format('INSERT INTO %I.inbox (source, payload) VALUES (''jira'', $1)', model)
		USING format('{"id":"77","key":"A-77","fields":{"created":"2026-01-01","updated":%s},"changelog":{"total":240,"histories":[
		{"id":"902","created":%1$s,"items":[]},{"id":"901","created":%s,"items":[]}]}}', to_json(date '2026-02-01' + days),
			to_json(date '2026-02-01' + days - 2));
	PERFORM vsm.ingest_once(model);
	EXECUTE format('SELECT found FROM %I.data_quality WHERE finding = ''history cut off''', model) INTO found;
	RETURN found;
END$$;
CALL vsm.create_model('cut');
SELECT is(pg_temp.cut('cut', 0), 1::bigint, 'cut off, and nothing known of what was');
INSERT INTO cut.inbox (source, payload) VALUES ('jira',
	'{"issueChangeLogs":[{"issueId":"77","changeHistories":[{"id":"900","created":1769731200000,"items":[]},{"id":"902",'
		'"created":1769904000000,"items":[]}]}]}');
SELECT vsm.ingest_once('cut') \g /dev/null
SELECT is((SELECT found FROM cut.data_quality WHERE finding = 'history cut off'), 0::bigint, 'the changelog alone tells it');
SELECT is(pg_temp.cut('cut', 1), 0::bigint, 'a later payload that is cut off where that ended is whole');
SELECT is(pg_temp.cut('cut', 3), 0::bigint, 'and so is the next, which is cut off where that one ended');
SELECT is(pg_temp.cut('cut', 6), 1::bigint, 'one that is cut off later is not');

-- What cannot be read
CALL vsm.create_model('bad');
INSERT INTO bad.inbox (source, payload) VALUES
	('jira', '{"id":"1","key":"A-1","fields":{"created":"2026-01-05T10:00:00Z"},"changelog":{"total":0,"histories":[]}}'),
	('jira', '{"id":"2","key":"A-2","fields":{"created":"2026-01-0'), ('gitlab', '<html><body>502 Bad Gateway</body></html>'), ('jira', ''),
	('jira', '{"id":"3","key":"A-3","fields":{"created":"yesterday"}}'), ('forge', '{"id":"4"}'), ('', '{}'), ('jira', '"text"'),
		('jira', 'null'), ('jira', '[]'),
	('jira', '{"webhookEvent":"comment_created"}'), ('gitlab', '{"object_kind":"note"}'),
	('gitlab', '[{"object_kind":"note"},{"id":"dddddddddddddddddddddddddddddddddddddddd","parent_ids":[]}]'), ('gitlab', '[17]'),
	('jira', repeat('[', 100000)), ('jira', '{"id":"5","key":"A-5","fields":{"created":"99999999999999999"}}'),
	('jira', '{"id":"6","key":"A-6","fields":{"summary":"null \u0000 in it","created":"2026-01-05T10:00:00Z"},"changelog":{"total":0,'
		'"histories":[]}}'),
	('jira', '{"id":"7","key":"A-7","fields":{"summary":"\ud800"}}'), ('jira', '{"id":"8","fields":{"x":1e999999}}'),
	('gitlab:' || repeat('x', 100), '{"id":"cccccccccccccccccccccccccccccccccccccccc","parent_ids":[],"committed_date":"2026-01-05"}'),
	('jira', '{"id":"9","key":"A-9","fields":{"created":"0001-01-01T00:00:00Z"},"changelog":{"total":1,'
		'"histories":[{"id":"1","created":"9999-12-31T23:59:59.999Z","items":[{"field":"status","fromString":"A","toString":"B"}]}]}}'),
	('jira', '{"id":"10","key":"A-10","fields":{"created":"2026-01-05T10:00:00"},"changelog":{"total":1,'
		'"histories":[{"id":"2","created":1767780000000,"items":[{"field":"status","fromString":"A","toString":"B"}]}]}}'),
	('jira', '{"id":"11","key":"A-11","fields":{"created":"2026-01-05"},"changelog":{"total":1,'
		'"histories":[{"id":"3","items":[{"field":"status","fromString":"A","toString":"B"}]}]}}');
SELECT results_eq($$SELECT * FROM vsm.ingest_once('bad')$$, $$VALUES (9::bigint, 14::bigint)$$,
	'what can be read is read, whatever lies beside it');
CREATE TEMP TABLE reason AS SELECT id, regexp_replace(regexp_replace(error, '(^54001).*', '\1'), 'received [(].*[)]', 'received (NOW)')
	AS error FROM bad.inbox;
SELECT bag_eq('TABLE reason', $$VALUES
	(2::bigint, '22P02: not JSON. Token ""2026-01-0" is invalid.'), (3, '22P02: not JSON. Token "<" is invalid.'),
		(4, '22P02: not JSON. The input string ended unexpectedly.'),
	(6, 'no reader for source "forge"'), (7, 'no reader for source ""'), (8, 'it is a JSON string, not an object'),
		(9, 'it is a JSON null, not an object'),
	(11, 'jira comment_created: this webhook says nothing about the state of an issue'), (12, 'gitlab note: comments change no state'),
	(13, '1 of 2 elements were not read: gitlab note: comments change no state'), (14, 'it is a JSON number, not an object'),
		(15, '54001'), (19, '22003: value overflows numeric format'),
	(21, 'jira issue: it tells of 9999-12-31 23:59:59Z, which is later than when it was received (NOW)')$$,
		'the others stay, each with its reason');
SELECT results_eq('SELECT key, title FROM bad.item ORDER BY key COLLATE "C"', $$VALUES ('A-1', NULL), ('A-10', NULL), ('A-11', NULL),
	('A-3', NULL), ('A-5', NULL), ('A-6', 'null ' || chr(65533) || ' in it'), ('A-7', chr(65533))$$,
	'neither a null character in text nor half a surrogate pair nor a time that is none stops a payload');
SELECT results_eq('SELECT at, state FROM bad.event ORDER BY at', $$VALUES (timestamptz '2026-01-05 10:00+00', 'A'),
	('2026-01-07 10:00+00', 'B')$$, 'times without a zone, and in milliseconds');
SELECT results_eq($$SELECT * FROM vsm.ingest_once('bad')$$, $$VALUES (0::bigint, 0::bigint)$$, 'payloads in error are not tried again');
UPDATE bad.inbox SET payload = '{"id":"2","key":"A-2","fields":{"created":"2026-01-05"}}', error = NULL WHERE id = 2;
SELECT results_eq($$SELECT * FROM vsm.ingest_once('bad')$$, $$VALUES (1::bigint, 0::bigint)$$, 'until their error is taken away');

-- Faults that are not the payload's
CALL vsm.create_model('broken');
INSERT INTO broken.inbox (source, payload) SELECT source, payload::text FROM payload;
ALTER TABLE broken.item_alias RENAME TO gone;
SELECT throws_ok($$SELECT vsm.ingest_once('broken')$$, '42P01', 'the model in schema "broken" has no table "item_alias"',
	'a model that lacks a table is an error of the call');
SELECT is((SELECT count(*) FROM broken.inbox WHERE error IS NULL), 12::bigint, 'and no payload is blamed');


-- A statement that the server cannot do (Citus says so of some), and a model for which there is no Citus.
CREATE FUNCTION pg_temp.cannot() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE EXCEPTION USING ERRCODE = 'feature_not_supported',
	MESSAGE = 'complex joins are not supported'; END$$;
CALL vsm.create_model('unable');
CREATE TRIGGER cannot BEFORE INSERT ON unable.item FOR EACH ROW EXECUTE FUNCTION pg_temp.cannot();
INSERT INTO unable.inbox (source, payload) SELECT source, payload::text FROM payload;
SELECT throws_ok($$SELECT vsm.ingest_once('unable')$$, '0A000', 'complex joins are not supported',
	'what the server cannot do is an error of the call');
SELECT is((SELECT count(*) FROM unable.inbox WHERE error IS NULL AND attempts IS NULL), 12::bigint, 'and no payload is blamed for it');
SELECT throws_ok($$CALL vsm.distribute_model('unable')$$, '0A000', 'the model in schema "unable" cannot be distributed',
	'without Citus a model is not distributed');
SELECT throws_ok($$CALL vsm.distribute_model('nowhere')$$, '42P01', NULL, 'nor one that is not there');
SELECT is(vsm.is_distributed('unable'), false, 'it lies in one place');

-- A table of events that is partitioned by time
CREATE SCHEMA parted;
CREATE TABLE parted.event (source text, event_id text, entity text, at timestamptz, state text) PARTITION BY RANGE (at);
CREATE TABLE parted.event_2025 PARTITION OF parted.event FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE TABLE parted.event_rest PARTITION OF parted.event DEFAULT;
CALL vsm.create_model('parted');
INSERT INTO parted.inbox (source, payload) SELECT source, payload::text FROM payload WHERE id IN (1, 6, 10, 11, 12) ORDER BY id DESC;
INSERT INTO parted.inbox (source, payload) SELECT source, payload::text FROM payload WHERE id IN (1, 6, 10, 11, 12);
SELECT results_eq($$SELECT * FROM vsm.ingest_once('parted')$$, $$VALUES (10::bigint, 0::bigint)$$, 'into a partitioned table');
SELECT bag_eq($$SELECT event_id, at, state, state_id, method FROM parted.event$$, $$SELECT event_id, at, state, state_id, method
	FROM flow.event
	WHERE entity IN ('jira:issue:10001', 'gitlab:deployment:3')$$, 'the events are the same');

-- An ETL that may do nothing but fill the inbox
CREATE ROLE vsm_test_loader;
GRANT USAGE ON SCHEMA flow TO vsm_test_loader;
GRANT INSERT ON flow.inbox TO vsm_test_loader;
SET LOCAL ROLE vsm_test_loader;
SELECT lives_ok($$INSERT INTO flow.inbox (source, payload) VALUES ('jira', '{}')$$, 'who loads needs INSERT on the inbox');
SELECT throws_ok($$SELECT vsm.ingest_once('flow')$$, '42501', NULL, 'and cannot ingest with that');
RESET ROLE;

-- A trigger of the user's that objects to one row
CREATE FUNCTION pg_temp.object() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN IF NEW.item = 'jira:issue:2'
	THEN RAISE EXCEPTION 'not this one'; END IF; RETURN NEW; END$$;
CALL vsm.create_model('watched');
CREATE TRIGGER object BEFORE INSERT ON watched.item FOR EACH ROW EXECUTE FUNCTION pg_temp.object();
INSERT INTO watched.inbox (source, payload) SELECT 'jira', format('{"id":"%s","key":"A-%1$s","fields":{}}', i) FROM generate_series(1, 5)
	AS i;
SELECT results_eq($$SELECT * FROM vsm.ingest_once('watched')$$, $$VALUES (4::bigint, 1::bigint)$$, 'one objected row costs one payload');
SELECT is((SELECT error FROM watched.inbox), 'P0001: not this one', 'which says why');

SELECT finish();
ROLLBACK;
