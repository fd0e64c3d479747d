-- Linear: what its payloads state, and what comes of a story told by webhooks, by the API, in any order and twice.
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS vsm;
SELECT plan(18);
SET LOCAL TimeZone = 'Asia/Tokyo';
SET LOCAL jit = off;
SET LOCAL client_min_messages = error;

CREATE TEMP TABLE sample (place serial, way text, name text, payload jsonb);
INSERT INTO sample (way, name, payload) VALUES
('hook', 'created', '{"action": "create", "type": "Issue", "createdAt": "2026-01-05T09:00:00Z", "data": {"id": "i12", "identifier":
	"ENG-12", "title": "Show the total", "createdAt": "2026-01-05T09:00:00Z", "updatedAt": "2026-01-05T09:00:00Z", "priorityLabel": "High",
	"state": {"id": "s1", "name": "Todo", "type": "unstarted"}, "team": {"key": "ENG", "name": "Engineering"},
	"labels": [{"id": "l1", "name": "Feature"}], "projectId": "p1", "estimate": 2}}'),
('hook', 'started', '{"action": "update", "type": "Issue", "createdAt": "2026-01-06T10:00:00.500Z", "data": {"id": "i12", "identifier":
	"ENG-12", "title": "Show the total", "createdAt": "2026-01-05T09:00:00Z", "updatedAt": "2026-01-06T10:00:00.500Z", "priorityLabel":
	"High", "state": {"id": "s2", "name": "In Progress", "type": "started"}, "team": {"key": "ENG", "name": "Engineering"},
	"labels": [{"id": "l1", "name": "Feature"}, {"id": "l2", "name": "ui"}], "projectId": "p1", "estimate": 3},
	"updatedFrom": {"stateId": "s1", "estimate": 2, "labelIds": ["l1"], "updatedAt": "2026-01-05T09:00:00Z"}}'),
('hook', 'attached', '{"action": "create", "type": "Attachment", "createdAt": "2026-01-07T10:00:01Z", "data": {"id": "a1", "issueId": "i12",
	"createdAt": "2026-01-07T10:00:00Z", "url": "https://github.com/shop/web/pull/9"}}'),
('hook', 'done', '{"action": "update", "type": "Issue", "createdAt": "2026-01-08T12:00:00Z", "data": {"id": "i12", "identifier":
	"ENG-12", "title": "Show the total", "createdAt": "2026-01-05T09:00:00Z", "updatedAt": "2026-01-08T12:00:00Z", "priorityLabel": "High",
	"completedAt": "2026-01-08T12:00:00Z", "state": {"id": "s3", "name": "Done", "type": "completed"}, "team": {"key": "ENG", "name":
	"Engineering"}, "labels": [{"id": "l1", "name": "Feature"}, {"id": "l2", "name": "ui"}], "projectId": "p1", "estimate": 3},
	"updatedFrom": {"stateId": "s2", "updatedAt": "2026-01-06T10:00:00.500Z", "completedAt": null}}'),
('hook', 'project', '{"action": "update", "type": "Project", "createdAt": "2026-01-06T10:00:00Z", "data": {"id": "p1", "name": "Totals",
	"createdAt": "2026-01-01T09:00:00Z", "updatedAt": "2026-01-06T10:00:00Z", "status": {"id": "ps2", "name": "In Progress"}},
	"updatedFrom": {"statusId": "ps1"}}'),
('api', 'answer', '{"data": {"issues": {"nodes": [{"id": "i12", "identifier": "ENG-12", "title": "Show the total", "createdAt":
	"2026-01-05T09:00:00Z", "updatedAt": "2026-01-08T12:00:00Z", "completedAt": "2026-01-08T12:00:00Z", "priorityLabel": "High",
	"estimate": 3, "state": {"id": "s3", "name": "Done", "type": "completed"}, "team": {"key": "ENG", "name": "Engineering"},
	"project": {"id": "p1"}, "labels": {"nodes": [{"id": "l1", "name": "Feature"}, {"id": "l2", "name": "ui"}]},
	"attachments": {"nodes": [{"url": "https://github.com/shop/web/pull/9", "createdAt": "2026-01-07T10:00:00Z"}]},
	"history": {"nodes": [{"id": "h3", "createdAt": "2026-01-08T12:00:00Z", "fromState": {"id": "s2", "name": "In Progress"},
	"toState": {"id": "s3", "name": "Done"}}, {"id": "h2", "createdAt": "2026-01-06T10:00:00.500Z", "fromState": {"id": "s1", "name":
	"Todo"}, "toState": {"id": "s2", "name": "In Progress"}, "fromEstimate": 2, "toEstimate": 3, "addedLabels": [{"name": "ui"}]}],
	"pageInfo": {"hasNextPage": false}}}], "pageInfo": {"hasNextPage": false}}}}');
CREATE FUNCTION pg_temp.payload(wanted text) RETURNS jsonb LANGUAGE sql AS $$SELECT payload FROM sample WHERE name = wanted$$;
CREATE FUNCTION pg_temp.read(payload jsonb) RETURNS SETOF vsm.fact LANGUAGE plpgsql AS $$
DECLARE
	k text;
BEGIN
	SELECT kind INTO STRICT k FROM vsm.linear_kind(payload) WHERE reason IS NULL;
	RETURN QUERY EXECUTE format('SELECT * FROM vsm.%I(''linear'', $1, vsm.default_names())', 'read_linear_' || k) USING payload;
END$$;

SELECT results_eq($$SELECT kind, reason FROM unnest(ARRAY['{"action": "create", "type": "Comment", "data": {"id": "c"}}',
	'{"action": "update", "type": "Cycle", "data": {"id": "c"}}', '{"action": "create", "type": "Reaction", "data": {"id": "c"}}',
	'{"action": "update", "type": "Issue", "data": {"id": "i"}}', '{"action": "update", "type": "Issue", "createdAt": "2026-01-06", "data":
	{"title": "x"}}', '{"action": "update", "type": "Issue"}', '{"errors": [{"message": "Not found"}]}', '{"fromState": null,
	"createdAt": "2026-01-06"}', '{"action": "create", "type": "Attachment", "data": {"issueId": "i", "url": "https://example.com"}}',
	'{"action": "create", "type": "IssueRelation", "data": {"issueId": "i", "relatedIssueId": "j", "type": "related"}}',
	'{"x": 1}']::jsonb[]) WITH ORDINALITY AS p (payload, o), vsm.linear_kind(p.payload) ORDER BY o$$, $$VALUES
	('Comment', 'comments change no state'), ('Cycle', 'which cycle an issue is in comes with the issue'),
	('Reaction', 'it says nothing about the flow of work'), ('Issue', 'it has no createdAt'), ('Issue', 'it has no id'),
	('Issue', 'it has no data'), ('payload', 'it is an error: Not found'), ('history', 'it has no issue.id'),
	('Attachment', 'what is attached is neither a pull nor a merge request'),
	('IssueRelation', 'it says nothing about the flow of work'),
	('payload', 'its shape is not known: neither a webhook nor an answer with issues or projects')$$, 'refused with the reason');
SELECT results_eq($$SELECT jsonb_array_length(vsm.linear_elements(p.payload)) FROM unnest(ARRAY['{"data": {"team": {"issues": {"nodes":
	[{"id":
	"i"}]}}}}', '{"data": {"issue": {"id": "i"}}}', '{"data": {"issues": {"edges": [{"node": {"id": "i"}}, {"node": {"id": "j"}}]}}}',
	'{"issues": {"nodes": []}}', '{"data": {"viewer": {"id": "u"}}}', '{"action": "create", "type": "Issue", "data": {"id":
		"i"}}']::jsonb[])
	WITH ORDINALITY AS p (payload, o) ORDER BY o$$, ARRAY[1, 1, 2, 0, NULL, NULL], 'answers of the API');

SELECT bag_eq($$SELECT fact, value, value_id, previous_id, name, method FROM pg_temp.read(pg_temp.payload('started'))
	WHERE fact IN ('event', 'observed', 'change', 'created')$$, $$VALUES ('created', NULL, NULL, NULL, NULL, NULL),
	('event', 'In Progress', 's2', 's1', NULL, NULL), ('event', 'ui', NULL, NULL, NULL, 'label'),
	('change', '3', NULL, NULL, 'size', NULL)$$, 'what a webhook says of a change');
SELECT is((SELECT details FROM pg_temp.read(pg_temp.payload('done')) WHERE fact = 'item'), '{"source": "linear", "key": "ENG-12",
	"project": "ENG", "source_type": "issue", "type": "feature", "priority": "High", "title": "Show the total", "size": 3,
	"created_at": "2026-01-05T18:00:00+09:00", "tags": ["Feature", "ui"], "feature": "linear:project:p1"}', 'the issue beside it');
SELECT results_eq($$SELECT f.details ->> 'key', f.details ->> 'project' FROM unnest(ARRAY[
	'{"action": "create", "type": "Issue", "data": {"id": "i", "updatedAt": "2021-01-05", "number": 12, "team": {"key": "ENG"}}}',
	'{"action": "create", "type": "Issue", "data": {"id": "i", "updatedAt": "2021-01-05", "number": 12}}']::jsonb[]) WITH ORDINALITY
	AS p (payload, o), pg_temp.read(p.payload) AS f WHERE f.fact = 'item' ORDER BY p.o$$, $$VALUES ('ENG-12', 'ENG'), (NULL, NULL)$$,
	'the identifier of an issue that has its parts alone');
SELECT bag_eq($$SELECT entity, value, name FROM pg_temp.read(pg_temp.payload('attached'))$$,
	$$VALUES ('shop/web#9', 'linear:issue:i12', 'implements')$$, 'a pull request implements an issue');
SELECT results_eq($$SELECT vsm.linear_request(u) FROM unnest(ARRAY['https://github.com/shop/web/pull/9/files',
	'https://gitlab.example.com/a/b/c/-/merge_requests/12', 'https://github.com/shop/web/issues/9', 'https://example.com']) AS u$$,
	ARRAY['shop/web#9', 'a/b/c!12', NULL, NULL], 'requests in attachments');
SELECT bag_eq($$SELECT entity, value, until AT TIME ZONE 'UTC' FROM pg_temp.read('{"action": "remove", "type": "IssueRelation", "createdAt":
	"2026-01-06T10:00:00Z", "data": {"type": "blocks", "issueId": "i12", "relatedIssueId": "i13"}}')$$,
	$$VALUES ('linear:issue:i13', 'linear:issue:i12', timestamp '2026-01-06 10:00')$$, 'a relation that ended');
SELECT results_eq($$SELECT f.details ->> 'acknowledged_at', f.details ->> 'resolved_at' FROM pg_temp.read('{"id": "i20", "identifier":
	"ENG-20", "createdAt": "2026-01-10T08:00:00Z", "updatedAt": "2026-01-10T10:00:00Z", "startedAt": "2026-01-10T08:05:00Z",
	"completedAt": "2026-01-10T09:30:00Z", "state": {"name": "Done", "type": "completed"}, "team": {"key": "ENG"}, "labels": {"nodes":
	[{"name": "Incident"}]}}') AS f WHERE f.fact = 'incident'$$, $$VALUES ('2026-01-10T17:05:00+09:00', '2026-01-10T18:30:00+09:00')$$,
	'an incident by its label');

CREATE FUNCTION pg_temp.rows(model text) RETURNS TABLE (relation text, r jsonb) LANGUAGE plpgsql AS $$
BEGIN
	FOREACH relation IN ARRAY ARRAY['event', 'item', 'item_alias', 'item_change', 'link', 'incident'] LOOP
		RETURN QUERY EXECUTE format('SELECT %L, to_jsonb(t) - ''recorded_at'' - ''xid'' FROM %I.%I AS t', relation, model, relation);
	END LOOP;
END$$;
CALL vsm.create_model('hooks');
CALL vsm.create_model('back');
CALL vsm.create_model('api');
CALL vsm.create_model('mixed');
INSERT INTO hooks.inbox (source, payload) SELECT 'linear', payload FROM sample WHERE way = 'hook' ORDER BY place;
SELECT is(vsm.ingest_once('hooks'), ROW (5, 0)::vsm.ingested, 'webhooks are read');
INSERT INTO back.inbox (source, payload) SELECT 'linear', payload FROM sample, generate_series(1, 2) WHERE way = 'hook' ORDER BY place DESC;
DO $$BEGIN
	FOR i IN 1..2 * 5 LOOP
		PERFORM vsm.ingest_payloads('back', ARRAY(SELECT id FROM back.inbox ORDER BY id LIMIT 1));
	END LOOP;
END$$;
SELECT is_empty($$(SELECT * FROM pg_temp.rows('hooks') EXCEPT ALL SELECT * FROM pg_temp.rows('back')) UNION ALL (SELECT *
	FROM pg_temp.rows('back') EXCEPT ALL SELECT * FROM pg_temp.rows('hooks'))$$, 'backwards, one by one and twice: the same rows');
INSERT INTO api.inbox (source, payload) SELECT 'linear', payload FROM sample WHERE way = 'api';
SELECT is(vsm.ingest_once('api'), ROW (1, 0)::vsm.ingested, 'an answer of the API is read');
INSERT INTO mixed.inbox (source, payload) SELECT 'linear', payload FROM sample ORDER BY place DESC;
SELECT is(vsm.ingest_once('mixed'), ROW (6, 0)::vsm.ingested, 'and both');
SELECT results_eq($$SELECT state, at, method FROM api.event WHERE entity = 'linear:issue:i12' AND event_id NOT LIKE '%:created' ORDER BY at,
	state$$, $$SELECT state, at, method FROM hooks.event WHERE entity = 'linear:issue:i12' AND event_id NOT LIKE '%:created' ORDER BY at,
	state$$, 'states and labels are the same by either way');
SELECT results_eq($$SELECT event_id FROM mixed.event WHERE entity = 'linear:issue:i12' ORDER BY 1$$,
	$$SELECT event_id FROM hooks.event WHERE entity = 'linear:issue:i12' ORDER BY 1$$, 'together they tell nothing twice');
SELECT is_empty($$SELECT r - 'told' FROM pg_temp.rows('hooks') WHERE relation = 'item' AND r ->> 'item' LIKE '%:issue:%' AND r - 'told'
	- '{changelog,changelog_until}'::text[] NOT IN (SELECT a.r - 'told' - '{changelog,changelog_until}'::text[] FROM pg_temp.rows('api')
		AS a
	WHERE a.relation = 'item')$$, 'and so is the item');

INSERT INTO mixed.value_stream (value_stream, workflow) VALUES ('Shop', '{"stages": [{"name": "Backlog", "class": "new", "states":
	["Todo"]},
	{"name": "Build", "class": "active", "states": ["In Progress"]}, {"name": "Done", "class": "done", "states": ["Done"]}]}');
INSERT INTO mixed.routing (rank, source, project, value_stream) VALUES (10, 'linear', 'ENG', 'Shop');
SELECT cmp_ok(vsm.refresh_once('mixed'), '>', 0::bigint, 'items are made');
SELECT results_eq($$SELECT key, type, size, started_at AT TIME ZONE 'UTC', finished_at AT TIME ZONE 'UTC' FROM mixed.flow_item
	WHERE key = 'ENG-12'$$, $$VALUES ('ENG-12', 'feature', 3::float8, timestamp '2026-01-06 10:00:00.5', timestamp '2026-01-08 12:00')$$,
	'the item flows');

SELECT finish();
ROLLBACK;
