-- What Jira's payloads state: readers alone, from jsonb to facts.
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS vsm;
SELECT plan(44);
SET LOCAL TimeZone = 'Asia/Tokyo';
SET LOCAL jit = off;

-- An issue created in "To Do", moved on, flagged, moved to another project, with a link, its histories newest first.
CREATE TEMP TABLE sample AS SELECT '{
	"id": "10001", "key": "PAY-3", "self": "https://jira.example.com/rest/api/3/issue/10001",
	"fields": {
		"summary": "Customers see the total", "issuetype": {"name": "Story"}, "project": {"key": "PAY"},
		"priority": {"name": "High"}, "labels": ["web"], "duedate": "2026-02-01",
		"created": "2026-01-02T16:00:00.000+0100", "updated": "2026-01-13T11:00:00.000+0100",
		"status": {"name": "Done", "id": "4", "statusCategory": {"key": "done"}},
		"parent": {"id": "9000", "key": "SHOP-1", "fields": {"issuetype": {"name": "Epic"}}},
		"issuelinks": [
			{"type": {"name": "Blocks", "inward": "is blocked by", "outward": "blocks"}, "inwardIssue": {"id": "10002", "key": "SHOP-9"}},
			{"type": {"name": "Relates", "inward": "relates to", "outward": "relates to"}, "outwardIssue": {"id": "10003", "key": '
				'"SHOP-10"}}]},
	"changelog": {"startAt": 0, "maxResults": 7, "total": 7, "histories": [
		{"id": "507", "created": "2026-01-13T10:00:00.000+0100", "items": [
			{"field": "status", "fieldtype": "jira", "from": "3", "fromString": "In Progress", "to": "4", "toString": "Done"},
			{"field": "resolution", "fieldtype": "jira", "from": null, "fromString": null, "to": "1", "toString": "Fixed"}]},
		{"id": "506", "created": "2026-01-12T09:00:00.000+0100", "items": [
			{"field": "project", "from": "1", "fromString": "Shop", "to": "2", "toString": "Payment"},
			{"field": "Key", "from": null, "fromString": "SHOP-2", "to": null, "toString": "PAY-3"}]},
		{"id": "505", "created": "2026-01-08T09:00:00.000+0100", "items": [
			{"field": "Flagged", "from": "[10019]", "fromString": "Impediment", "to": "", "toString": ""}]},
		{"id": "504", "created": "2026-01-07T09:00:00.000+0100", "items": [
			{"field": "Flagged", "from": "", "fromString": "", "to": "[10019]", "toString": "Impediment"},
			{"field": "priority", "from": "3", "fromString": "Medium", "to": "2", "toString": "High"}]},
		{"id": "503", "created": "2026-01-06T09:00:00.000+0100", "items": [
			{"field": "Link", "from": null, "fromString": null, "to": "SHOP-9", "toString": "This issue is blocked by SHOP-9"}]},
		{"id": "502", "created": "2026-01-05T09:30:00.000+0100", "items": [
			{"field": "assignee", "from": null, "fromString": null, "to": "x", "toString": "Someone"}]},
		{"id": "501", "created": "2026-01-05T09:00:00.000+0100", "items": [
			{"field": "status", "from": "1", "fromString": "To Do", "to": "3", "toString": "In Progress"},
			{"field": "Sprint", "from": "", "fromString": "", "to": "7", "toString": "Sprint 7"}]}]}}'::jsonb AS issue;

SELECT results_eq('SELECT kind, reason FROM sample, vsm.jira_kind(issue)', $$VALUES ('issue', NULL::text)$$, 'an issue is an issue');

CREATE TEMP TABLE fact AS SELECT f.* FROM sample, vsm.read_jira_issue('jira', issue, vsm.default_names()) AS f;
SELECT results_eq($$SELECT id, at, value, value_id, previous, previous_id FROM fact WHERE fact = 'event' ORDER BY at$$,
	$$VALUES ('501:3', timestamptz '2026-01-05 08:00+00', 'In Progress', '3', 'To Do', '1'),
		('504:Flagged', '2026-01-07 08:00+00', 'Flagged', NULL, NULL, NULL),
		('505:Unflagged', '2026-01-08 08:00+00', 'Unflagged', NULL, NULL, NULL),
		('507:4', '2026-01-13 09:00+00', 'Done', '4', 'In Progress', '3')$$, 'changes of status by name and id, and of the flag');
SELECT is_empty($$SELECT * FROM fact WHERE fact = 'event' AND entity <> 'jira:issue:10001'$$, 'all about the issue, by its id');
SELECT results_eq($$SELECT at, value FROM fact WHERE fact = 'created'$$,
	$$VALUES (timestamptz '2026-01-02 15:00+00', NULL::text)$$, 'it was created, in the state that its first change came from');
SELECT results_eq($$SELECT at, name, value, previous, id FROM fact WHERE fact = 'change' ORDER BY at, name$$,
	$$VALUES (timestamptz '2026-01-05 08:00+00', 'sprint', 'Sprint 7', NULL, '501'),
		('2026-01-07 08:00+00', 'priority', 'High', 'Medium', '504'),
		('2026-01-12 08:00+00', 'project', 'Payment', 'Shop', '506')$$, 'changes of attributes, several in one history');
SELECT results_eq($$SELECT value, min(at) FROM fact WHERE fact = 'alias' GROUP BY value ORDER BY 1$$,
	$$VALUES ('PAY-3', timestamptz '2026-01-12 08:00+00'), ('SHOP-2', '2026-01-02 15:00+00')$$,
		'both keys of a moved issue, and since when');
SELECT results_eq($$SELECT entity, name, value, at, until FROM fact WHERE fact = 'link' ORDER BY value$$,
	$$VALUES ('jira:issue:10001', 'blocked_by', 'SHOP-9', timestamptz '2026-01-06 08:00+00', NULL::timestamptz),
		('jira:issue:10001', 'blocked_by', 'jira:issue:10002', '2026-01-06 08:00+00', NULL)$$,
	'a link by id and by key, since the change that made it; none that only relates');
SELECT results_eq($$SELECT at, d.* FROM fact, jsonb_to_record(details) AS d
		(key text, project text, source_type text, type text, priority text, title text, url text, parent text, feature text,
			created_at timestamptz,
		 due_at text, tags jsonb, changelog_missing int) WHERE fact = 'item'$$,
	$$VALUES (timestamptz '2026-01-13 10:00+00', 'PAY-3', 'PAY', 'Story', 'feature', 'High', 'Customers see the total',
		'https://jira.example.com/browse/PAY-3', 'jira:issue:9000', 'jira:issue:9000', timestamptz '2026-01-02 15:00+00',
		'2026-02-01', '["web"]'::jsonb, NULL::int)$$, 'the columns of the item; a day without a time stays one');
SELECT results_eq($$SELECT at, until FROM fact WHERE fact = 'history'$$, $$VALUES (NULL::timestamptz,
	timestamptz '2026-01-13 10:00+00')$$, 'all its changes until then are known');
SELECT is((SELECT count(*) FROM fact WHERE fact NOT IN ('event', 'created', 'change', 'alias', 'link', 'item', 'history')), 0::bigint,
	'and nothing else');

-- Several installations
SELECT is_empty($$SELECT * FROM sample, vsm.read_jira_issue('jira:eu', issue, vsm.default_names()) AS f WHERE f.fact <> 'alias'
	AND f.entity NOT LIKE 'jira:eu:issue:%'
	AND f.value NOT LIKE 'jira:eu:issue:%'$$, 'entities of another installation have its name');

-- A search result, a page of it, and an array are the same issue.
SELECT bag_eq($$SELECT f.* FROM sample, vsm.read_jira_search('jira', jsonb_build_object('issues', jsonb_build_array(issue)),
	vsm.default_names()) AS f$$, 'TABLE fact', 'in a search result');
SELECT is((SELECT kind FROM sample, vsm.jira_kind(jsonb_build_object('startAt', 0, 'issues', jsonb_build_array(issue)))), 'search',
	'which is told by "issues"');

-- Items of a history as a JSON string
SELECT bag_eq($$SELECT f.* FROM sample, vsm.read_jira_issue('jira', jsonb_set(issue, '{changelog,histories,0,items}',
	to_jsonb(issue #>> '{changelog,histories,0,items}')), vsm.default_names()) AS f$$, 'TABLE fact', 'items that are JSON in a string');

-- Truncated
CREATE TEMP TABLE cut AS SELECT f.* FROM sample, vsm.read_jira_issue('jira', jsonb_set(issue #- '{changelog,histories,6}',
	'{changelog,total}', '240'), vsm.default_names()) AS f;
SELECT is((SELECT details -> 'changelog_missing' FROM cut WHERE fact = 'item'), '234', 'a changelog that was cut off is counted');
SELECT is((SELECT (details ->> 'changelog_from')::timestamptz FROM cut WHERE fact = 'item'), timestamptz '2026-01-05 08:30+00',
	'and from when on it is there');
SELECT is((SELECT count(*) FROM cut WHERE fact = 'event'), 3::bigint, 'what is there is read');
SELECT is((SELECT value FROM cut WHERE fact = 'created'), NULL, 'the first state is not known then');
SELECT is((SELECT value FROM sample, vsm.read_jira_issue('jira', jsonb_set(jsonb_set(issue, '{changelog,histories}', '[]'),
	'{changelog,total}', '3'), vsm.default_names()) WHERE fact = 'created'), NULL,
	'not even where no history is there');

-- Never moved
SELECT results_eq($$SELECT fact, value, value_id FROM sample, vsm.read_jira_issue('jira', jsonb_set(issue, '{changelog}',
	'{"startAt":0,"maxResults":0,"total":0,"histories":[]}'), vsm.default_names())
	WHERE fact IN ('event', 'created', 'observed')$$, $$VALUES ('created', 'Done', '4')$$,
		'an issue that nothing has moved was created in its state');
-- Flagged from the beginning
SELECT results_eq($$SELECT id, at, value, method FROM sample, vsm.read_jira_issue('jira', jsonb_set(jsonb_set(issue, '{changelog,total}',
	'1'),
		'{changelog,histories}', jsonb_build_array(issue #> '{changelog,histories,2}')), vsm.default_names()) WHERE fact = 'event'
			ORDER BY at$$,
	$$VALUES ('jira:issue:10001:created:Flagged', timestamptz '2026-01-02 15:00+00', 'Flagged', 'inferred'), ('505:Unflagged',
		'2026-01-08 08:00+00', 'Unflagged', NULL)$$,
	'a flag that is taken away first had been there from the beginning');

-- Without the changelog
SELECT results_eq($$SELECT fact, at, value, value_id, method FROM sample, vsm.read_jira_issue('jira', issue - 'changelog',
	vsm.default_names()) WHERE fact IN ('event', 'created', 'observed') ORDER BY 1$$,
	$$VALUES ('created', timestamptz '2026-01-02 15:00+00', NULL, NULL, NULL), ('observed', '2026-01-13 10:00+00', 'Done', '4',
		'observed')$$,
	'without the changelog: the present state, as observed');
SELECT is((SELECT at FROM sample, vsm.read_jira_issue('jira', jsonb_set(issue - 'changelog', '{fields,resolutiondate}',
	'"2026-01-13T10:00:00.000+0100"'), vsm.default_names()) WHERE fact = 'observed'),
	timestamptz '2026-01-13 09:00+00', 'since the resolution, if it is done');
SELECT is((SELECT at FROM sample, vsm.read_jira_issue('jira', jsonb_set(issue - 'changelog', '{fields,statuscategorychangedate}',
	'"2026-01-13T09:58:00.000+0100"'), vsm.default_names()) WHERE fact = 'observed'),
	timestamptz '2026-01-13 08:58+00', 'or since the category changed, where Jira says it');
-- A payload with a few fields
SELECT is((SELECT details FROM vsm.read_jira_issue('jira', '{"id":"1","key":"A-1","fields":{"status":{"name":"To Do"},"summary":"x",'
	'"created":"2026-01-02T16:00:00.000+0100"}}', vsm.default_names()) WHERE fact = 'item'),
	jsonb_build_object('key', 'A-1', 'source', 'jira', 'project', 'A', 'title', 'x', 'created_at', timestamptz '2026-01-02 15:00+00'),
		'columns whose fields were not asked for are not told');

-- Webhooks
CREATE TEMP TABLE hook AS SELECT jsonb_build_object('timestamp', 1768294800123, 'webhookEvent', 'jira:issue_updated', 'issue',
	issue - 'changelog',
	'changelog', jsonb_build_object('id', 507, 'items', issue #> '{changelog,histories,0,items}')) AS hook FROM sample;
SELECT is((SELECT kind FROM hook, vsm.jira_kind(hook)), 'webhook', 'a webhook');
SELECT results_eq($$SELECT id, at, value, previous FROM hook, vsm.read_jira_webhook('jira', hook, vsm.default_names())
	WHERE fact = 'event'$$,
	$$VALUES ('507:4', timestamptz '2026-01-13 09:00:00.123+00', 'Done', 'In Progress')$$,
		'its change has the id that the API gives it, and the webhook''s time in milliseconds');
SELECT results_eq($$SELECT value, at FROM hook, vsm.read_jira_webhook('jira', hook, vsm.default_names()) WHERE fact = 'created'$$,
	$$VALUES (NULL::text, timestamptz '2026-01-02 15:00+00')$$, 'one change does not say what the first state was');
SELECT is_empty($$SELECT * FROM hook, vsm.read_jira_webhook('jira', hook, vsm.default_names()) WHERE fact = 'item'
	AND details ? 'changelog_missing'$$, 'nor how long the changelog is');
SELECT is((SELECT value FROM hook, vsm.read_jira_webhook('jira', (hook - 'changelog') || '{"webhookEvent":"jira:issue_created"}',
	vsm.default_names()) WHERE fact = 'created'), 'Done', 'a new issue is in its first state');
SELECT results_eq($$SELECT value, at FROM hook, vsm.read_jira_webhook('jira', (hook - 'changelog')
	|| '{"webhookEvent":"jira:issue_deleted"}', vsm.default_names()) WHERE fact = 'event'$$,
	$$VALUES ('Deleted', timestamptz '2026-01-13 09:00:00.123+00')$$, 'a deleted issue gets an event');
SELECT results_eq($$SELECT entity, name, value, at, until FROM vsm.read_jira_link_webhook('jira',
	'{"timestamp":1768294800123,"webhookEvent":"issuelink_created",
	"issueLink":{"id":1,"sourceIssueId":10002,"destinationIssueId":10001,"issueLinkType":{"name":"Blocks","outwardName":"blocks",'
		'"inwardName":"is blocked by"}}}', vsm.default_names())$$,
	$$VALUES ('jira:issue:10001', 'blocked_by', 'jira:issue:10002', timestamptz '2026-01-13 09:00:00.123+00', NULL::timestamptz)$$,
		'a link, told from the other end');
SELECT results_eq($$SELECT entity, name, value, at, until FROM vsm.read_jira_link_webhook('jira',
	'{"timestamp":1768294800123,"webhookEvent":"issuelink_deleted",
	"issueLink":{"id":1,"sourceIssueId":10002,"destinationIssueId":10001,"issueLinkType":{"name":"Duplicate","outwardName":"duplicates",'
		'"inwardName":"is duplicated by"}}}', vsm.default_names())$$,
	$$VALUES ('jira:issue:10002', 'duplicates', 'jira:issue:10001', NULL::timestamptz, timestamptz '2026-01-13 09:00:00.123+00')$$,
		'a link that ended');
-- A link that was taken away, in the changelog
SELECT results_eq($$SELECT entity, name, value, at, until FROM vsm.read_jira_issue_changelog('jira', '{"issueId":"1","changeHistories":
	[{"id":"1","created":1768294800123,"items":[{"field":"Link","from":"SHOP-9","fromString":"This issue blocks SHOP-9","to":null,'
		'"toString":null}]}]}', vsm.default_names()) WHERE fact = 'link'$$,
	$$VALUES ('SHOP-9', 'blocked_by', 'jira:issue:1', NULL::timestamptz, timestamptz '2026-01-13 09:00:00.123+00')$$,
		'a link that was taken away');

-- Bulk changelog and pages
SELECT bag_eq($$SELECT fact, entity, at, value, id, name, previous, value_id FROM sample, vsm.read_jira_bulk_changelog('jira',
	jsonb_build_object('issueChangeLogs',
		jsonb_build_array(jsonb_build_object('issueId', '10001', 'changeHistories', issue #> '{changelog,histories}'))),
			vsm.default_names()) WHERE fact IN ('event', 'change')$$,
	$$SELECT fact, entity, at, value, id, name, previous, value_id FROM fact WHERE fact IN ('event', 'change')$$,
		'the bulk changelog has the same changes');
SELECT bag_eq($$SELECT fact, entity, at, value, id, name, previous, value_id FROM sample, vsm.read_jira_changelog('jira',
	jsonb_build_object(
		'self', 'https://jira.example.com/rest/api/3/issue/10001/changelog?startAt=0', 'values', issue #> '{changelog,histories}'),
			vsm.default_names()) WHERE fact IN ('event', 'change')$$,
	$$SELECT fact, entity, at, value, id, name, previous, value_id FROM fact WHERE fact IN ('event', 'change')$$,
		'so has a page of the changelog');
SELECT is((SELECT until FROM sample, vsm.read_jira_bulk_changelog('jira', jsonb_build_object('issueChangeLogs',
	jsonb_build_array(jsonb_build_object('issueId', '10001', 'changeHistories', issue #> '{changelog,histories}'))), vsm.default_names())
	WHERE fact = 'history'), timestamptz '2026-01-13 09:00+00', 'and says up to when the history is known');
SELECT is((SELECT at FROM vsm.read_jira_bulk_changelog('jira',
	'{"issueChangeLogs":[{"issueId":"1","changeHistories":[{"id":"5","created":1492070429000,"items":[
	{"field":"status","fieldId":"status","from":"1","fromString":"A","to":"2","toString":"B"}]}]}]}', vsm.default_names())
		WHERE fact = 'event'), timestamptz '2017-04-13 08:00:29+00', 'whose times are milliseconds');

-- What is refused
SELECT results_eq($$SELECT k.kind, k.reason FROM unnest(ARRAY[
		'{"webhookEvent":"comment_created","timestamp":1}', '{"webhookEvent":"jira:issue_updated","issue":{"id":"1"}}',
			'{"webhookEvent":"jira:issue_updated","timestamp":1}',
		'{"fields":{}}', '{"issues":[{"id":"1"},{"key":"A-2"}]}', '{"issueChangeLogs":[{}]}',
			'{"values":[],"self":"https://x/rest/api/3/issue/A-1/changelog"}',
		'{"webhookEvent":"issuelink_created","timestamp":1}', '{"errorMessages":["no"]}']::jsonb[]) WITH ORDINALITY AS p (payload, o),
			vsm.jira_kind(p.payload) AS k ORDER BY o$$,
	$$VALUES ('comment_created', 'this webhook says nothing about the state of an issue'),
		('webhook', 'it has no timestamp'), ('webhook', 'it has no issue.id'), ('issue', 'it has no id'),
			('search', 'one of its issues has no id'),
		('bulk_changelog', 'one of its entries has no issueId'),
		('changelog', 'its "self" names the issue by key: ask for the changelog by the id of the issue'),
		('link_webhook', 'it lacks the ids of the two issues or its timestamp'),
		('error', 'it is an error: no')$$, 'refused by name, with the reason');
SELECT results_eq($$SELECT fact, details, at FROM vsm.read_jira_issue('jira', '{"id":"1","key":"A-1","fields":{"created":"yesterday"}}',
	vsm.default_names()) WHERE at IS NOT NULL OR fact = 'item'$$,
	$$VALUES ('item', '{"source":"jira","key":"A-1","project":"A"}'::jsonb, NULL::timestamptz)$$,
		'a time that is none costs that time only');

-- Phrases of links
SELECT is_empty($$SELECT phrase, vsm.jira_link_kind(phrase), kind FROM (VALUES ('blocks', '-blocked_by'), ('is blocked by', 'blocked_by'),
	('This issue blocks SHOP-9', '-blocked_by'),
	('duplicates', 'duplicates'), ('is duplicated by', '-duplicates'), ('causes', '-caused_by'), ('is caused by', 'caused_by'),
		('fixes', 'fixes'), ('is fixed by', '-fixes'),
	('implements', 'implements'), ('is implemented by', '-implements'), ('is child of', 'part_of'), ('is parent of', '-part_of'),
		('depends on', 'blocked_by'),
	('is depended on by', '-blocked_by'), ('relates to', NULL), (NULL, NULL)) AS v (phrase, kind) WHERE vsm.jira_link_kind(phrase)
		IS DISTINCT FROM kind$$, 'kinds of links');

-- Readers do not depend on the session, and are put into the statement that calls them.
SET LOCAL TimeZone = 'UTC';
SELECT bag_eq($$SELECT source, fact, entity, at, value, id, name FROM sample, vsm.read_jira_issue('jira', issue, vsm.default_names())
	AS f$$, $$SELECT source, fact, entity, at, value, id, name FROM fact$$, 'the same in another time zone');
CREATE FUNCTION pg_temp.plan(query text) RETURNS SETOF text LANGUAGE plpgsql AS $$BEGIN RETURN QUERY EXECUTE 'EXPLAIN ' || query; END$$;
SELECT is_empty($$SELECT * FROM pg_temp.plan('SELECT f.* FROM sample, vsm.read_jira_issue(''jira'', issue, vsm.default_names()) AS f')
	AS line WHERE line LIKE '%read_jira%'$$, 'the reader is inlined');
SELECT is_empty($$SELECT * FROM pg_temp.plan('SELECT k.* FROM sample, vsm.jira_kind(issue) AS k') AS line WHERE line LIKE '%jira_kind%'$$,
	'so is what tells the kinds apart');

SELECT finish();
ROLLBACK;
