-- The payloads of Jira: the same facts from whatever tells them, its present state where the changelog says otherwise, pages, and what is
-- refused.
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS vsm;
SELECT plan(44);
SET LOCAL TimeZone = 'America/Los_Angeles';
SET LOCAL jit = off;

-- What any payload states, by its kind
CREATE FUNCTION pg_temp.facts(payload jsonb) RETURNS SETOF vsm.fact LANGUAGE plpgsql AS $$
DECLARE
	element jsonb;
	k       vsm.payload_kind;
BEGIN
	FOR element IN SELECT jsonb_array_elements(coalesce(vsm.jira_elements(payload), jsonb_build_array(payload))) LOOP
		SELECT * INTO k FROM vsm.jira_kind(element);
		IF k.reason IS NULL THEN
			RETURN QUERY EXECUTE format('SELECT f.* FROM vsm.%I(''jira'', $1, $2) AS f', 'read_jira_' || k.kind) USING element,
				vsm.default_names();
		END IF;
	END LOOP;
END$$;
CREATE FUNCTION pg_temp.states(payload jsonb) RETURNS TABLE (fact text, at timestamptz, value text, id text, previous text) LANGUAGE sql
	AS $$
	SELECT fact, at AT TIME ZONE 'UTC' AT TIME ZONE 'UTC', value, id, previous FROM pg_temp.facts(payload) WHERE fact IN ('event',
		'created', 'observed') AND at IS NOT NULL ORDER BY at, fact $$;

-- A webhook, the API, the bulk changelog and a page of it tell the same changes under the same ids.
CREATE TEMP TABLE issue AS SELECT '{"id": "10001", "key": "PAY-3", "self": '
	'"https://api.atlassian.com/ex/jira/11111111-2222-3333-4444-555555555555/rest/api/3/issue/10001",
	"fields": {"summary": "Customers see the total", "description": {"type": "doc", "version": 1, "content": '
		'[{"type": "paragraph", "content": [{"type": "text", "text": "See SHOP-1"}]}]},
		"issuetype": {"name": "Story"}, "project": {"key": "PAY"}, "priority": {"name": "High"}, "labels": ["web"], "duedate": null, '
			'"issuelinks": [],
		"created": "2026-01-02T16:00:00.000+0100", "updated": "2026-01-13T10:00:00.000+0100", "statuscategorychangedate": '
			'"2026-01-05T09:00:00.010+0100",
		"status": {"name": "Review", "id": "5", "statusCategory": {"key": "indeterminate"}}},
	"changelog": {"startAt": 0, "maxResults": 3, "total": 3, "histories": [
		{"id": "503", "created": "2026-01-13T10:00:00.014+0100", "items": [{"field": "Status", "fieldtype": "jira", "fieldId": "status", '
			'"from": "3", "fromString": "In Progress", "to": "5", "toString": "Review"},
			{"field": "priority", "fieldtype": "jira", "fieldId": "priority", "from": "3", "fromString": "Medium", "to": "2", "toString": '
				'"High"}]},
		{"id": "502", "created": "2026-01-07T09:00:00.000+0100", "items": [{"field": "Flagged", "fieldtype": "custom", "fieldId": '
			'"customfield_10021", "from": "", "fromString": "", "to": "[10019]", "toString": "Impediment"}]},
		{"id": "501", "created": "2026-01-05T09:00:00.000+0100", "items": [{"field": "status", "fieldtype": "jira", "fieldId": "status", '
			'"from": "1", "fromString": "To Do", "to": "3", "toString": "In Progress"}]}]}}'::jsonb AS issue;
CREATE TEMP TABLE change AS SELECT f.fact, f.entity, f.id, f.name, f.value, f.previous, f.value_id, f.previous_id, f.details FROM issue,
	pg_temp.facts(issue) AS f WHERE f.fact IN ('event', 'change');
SELECT results_eq($$SELECT s.* FROM issue, pg_temp.states(issue) AS s$$,
	$$VALUES ('created', timestamptz '2026-01-02 15:00+00', NULL, NULL, NULL), ('event', '2026-01-05 08:00+00', 'In Progress', '501:3',
		'To Do'),
		('event', '2026-01-07 08:00+00', 'Flagged', '502:Flagged', NULL), ('event', '2026-01-13 09:00:00.014+00', 'Review', '503:5',
			'In Progress')$$,
	'an issue whose last change leads to its status');
SELECT bag_eq($$SELECT f.fact, f.entity, f.id, f.name, f.value, f.previous, f.value_id, f.previous_id, f.details
	FROM issue, jsonb_array_elements(issue #> '{changelog,histories}') AS h, pg_temp.facts(jsonb_build_object('webhookEvent',
		'jira:issue_updated', 'timestamp', extract(epoch FROM (h ->> 'created')::timestamptz) * 1000 + 12,
		'issue', issue - 'changelog', 'changelog', h - 'created')) AS f WHERE f.fact IN ('event', 'change')$$, 'TABLE change',
			'the same by webhooks');
SELECT bag_eq($$SELECT f.fact, f.entity, f.id, f.name, f.value, f.previous, f.value_id, f.previous_id, f.details
	FROM issue, pg_temp.facts(jsonb_build_object('issueChangeLogs', jsonb_build_array(jsonb_build_object('issueId', 10001,
		'changeHistories', issue #> '{changelog,histories}')), 'nextPageToken', 'x')) AS f
	WHERE f.fact IN ('event', 'change')$$, 'TABLE change', 'by the bulk changelog');
SELECT bag_eq($$SELECT f.fact, f.entity, f.id, f.name, f.value, f.previous, f.value_id, f.previous_id, f.details
	FROM issue, pg_temp.facts(jsonb_build_object('self', 'https://jira.example.com/rest/api/3/issue/10001/changelog?startAt=0', 'values',
		issue #> '{changelog,histories}')) AS f
	WHERE f.fact IN ('event', 'change')$$, 'TABLE change', 'by a page of the changelog');
SELECT bag_eq($$SELECT f.fact, f.entity, f.id, f.name, f.value, f.previous, f.value_id, f.previous_id, f.details
	FROM issue, jsonb_array_elements(issue #> '{changelog,histories}') AS h, pg_temp.facts(h || '{"issueId": "10001"}') AS f
		WHERE f.fact IN ('event', 'change')$$, 'TABLE change',
	'by histories that loaders store one by one, with the id of the issue');
SELECT is_empty($$SELECT f.* FROM issue, jsonb_array_elements(issue #> '{changelog,histories}') AS h, pg_temp.facts(h
	|| '{"issueId": "10001"}') AS f WHERE f.fact = 'history'$$, 'which do not say that they are all');
SELECT results_eq($$SELECT DISTINCT f.version = f.at FROM issue, pg_temp.facts(issue) AS f WHERE f.fact IN ('event', 'change')$$,
	ARRAY[true], 'each is worded as of the change, whenever the issue comes');
SELECT results_eq($$SELECT DISTINCT f.version FROM issue, pg_temp.facts(jsonb_build_object('webhookEvent', 'jira:issue_updated',
	'timestamp', 1767600000012, 'issue', issue - 'changelog',
	'changelog', issue #> '{changelog,histories,2}')) AS f WHERE f.fact IN ('event', 'change')$$,
		$$VALUES (timestamptz '2026-01-05 08:00:00.012+00')$$, 'a webhook as of its own time');
SELECT is((SELECT f.details ? 'url' FROM issue, pg_temp.facts(issue) AS f WHERE f.fact = 'item'), false,
	'the gateway of apps is no address for people');
SELECT is((SELECT f.until FROM issue, pg_temp.facts(issue) AS f WHERE f.fact = 'history'), timestamptz '2026-01-13 09:00:00.014+00',
	'its history is known up to its last entry, though that is later than the update');

-- Pages
CREATE TEMP TABLE page AS SELECT jsonb_build_object('startAt', 0, 'total', 2, 'issues', jsonb_build_array(issue
	|| '{"fields": {"customfield_10016": 5}}', '{"id": "2", "key": "PAY-4"}'::jsonb, '{"key": "PAY-5", "fields": {}}'::jsonb, 17, NULL,
		'{"id": "3"}'::jsonb),
	'names', '{"customfield_10016": "Story Points"}'::jsonb) AS page FROM issue;
SELECT results_eq($$SELECT k.kind, k.reason FROM page, jsonb_array_elements(vsm.jira_elements(page)) WITH ORDINALITY AS e (element, place)
	LEFT JOIN LATERAL vsm.jira_kind(element) AS k ON jsonb_typeof(element) = 'object' ORDER BY place$$,
	$$VALUES ('issue', NULL), ('issue', NULL), ('issue', 'it has no id'), (NULL, NULL), (NULL, NULL),
		('issue', 'it has nothing but its id: ask for its fields, too')$$, 'each issue of a page is judged by itself');
SELECT is((SELECT f.details -> 'size' FROM page, vsm.read_jira_issue('jira', vsm.jira_elements(page) -> 0, vsm.default_names()) AS f
	WHERE f.fact = 'item'), '5', 'and knows the names of fields that the page gives');
SELECT results_eq($$SELECT f.fact, f.value FROM vsm.read_jira_issue('jira', '{"id": "2", "key": "PAY-4"}', vsm.default_names()) AS f
	WHERE f.fact = 'alias'$$, $$VALUES ('alias', 'PAY-4')$$, 'one without fields has a key at least');
SELECT is_empty($$SELECT p FROM unnest(ARRAY['{"id": "1", "fields": {}}', '{"webhookEvent": "jira:issue_updated", "issues": []}',
	'{"issues": null}', '{"values": [{"name": "x"}]}', '{}']::jsonb[]) AS p WHERE vsm.jira_elements(p) IS NOT NULL$$, 'what is no page');
SELECT results_eq($$SELECT vsm.jira_elements('{"issues": [], "isLast": true}'),
	vsm.jira_elements('{"issueChangeLogs": [{"issueId": "1"}]}'),
		vsm.jira_elements('{"values": [{"issueId": "1", "currentStatus": {}}], "size": 1}')$$,
	$$VALUES ('[]'::jsonb, '[{"issueId": "1"}]'::jsonb, '[{"issueId": "1", "currentStatus": {}}]'::jsonb)$$, 'and what is one');
SELECT results_eq($$SELECT k.kind, k.reason, (SELECT count(*) FROM vsm.read_jira_search('jira', p, vsm.default_names()))
	FROM unnest(ARRAY['{"issues": null}', '{"issues": 17}']::jsonb[]) WITH ORDINALITY AS p (p, o), vsm.jira_kind(p) AS k ORDER BY o$$,
	$$VALUES ('search', NULL, 0::bigint), ('search', 'its "issues" is no array', 0)$$, 'null where an array is');

-- Its present state
CREATE FUNCTION pg_temp.present(fields jsonb, more jsonb DEFAULT '{}') RETURNS jsonb LANGUAGE sql AS $$
	SELECT jsonb_build_object('id', 7, 'key', 'SHOP-7', 'fields', '{"summary": "x", "issuetype": {"name": "Bug"}, "priority": '
		'{"name": "High"}, "labels": [], "duedate": null, "created": "2024-01-01T00:00:00.000+0000",
		"updated": "2024-01-09T00:00:00.000+0000", "status": {"name": "Done", "id": "4", "statusCategory": {"key": "done"}}}'::jsonb
			|| fields) || more $$;
SELECT results_eq($$SELECT * FROM pg_temp.states(pg_temp.present('{"created": 1608531777086, "updated": 1608719813272, '
	'"statuscategorychangedate": "2020-12-23T07:22:57.492+0100",
		"status": {"name": "Selected", "id": 10101, "statusCategory": {"key": "new"}}}',
			'{"changelog": {"startAt": 0, "maxResults": 0, "total": 0, "histories": null}, "renderedFields": null}'))$$,
	$$VALUES ('created', timestamptz '2020-12-21 06:22:57.086+00', NULL, NULL, NULL), ('observed', '2020-12-23 06:22:57.492+00',
		'Selected', NULL, NULL)$$, 'a rule''s issue without a changelog, which is not one without changes');
SELECT results_eq($$SELECT fact, at, value FROM pg_temp.states(pg_temp.present('{"statuscategorychangedate": '
	'"2024-01-08T00:00:00.000+0000", "resolutiondate": "2024-01-07T00:00:00.000+0000"}', '{"changelog": {"total": 1, "histories": [
	{"id": "1", "created": "2024-01-05T00:00:00.000+0000", "items": [{"field": "status", "from": "1", "fromString": "Open", "to": "3", '
		'"toString": "Doing"}]}]}}'))$$,
	$$VALUES ('created', timestamptz '2024-01-01 00:00+00', NULL), ('event', '2024-01-05 00:00+00', 'Doing'), ('observed',
		'2024-01-08 00:00+00', 'Done')$$, 'a state that no change led to, since its category changed');
SELECT results_eq($$SELECT at, value FROM pg_temp.states(pg_temp.present('{"statuscategorychangedate": "2024-01-04T00:00:00.000+0000", '
	'"resolutiondate": "2024-01-06T00:00:00.000+0000"}', '{"changelog": {"total": 1, "histories": [
	{"id": "1", "created": "2024-01-05T00:00:00.000+0000", "items": [{"field": "status", "from": "1", "fromString": "Open", "to": "3", '
		'"toString": "Doing"}]}]}}')) WHERE fact = 'observed'$$,
	$$VALUES (timestamptz '2024-01-06 00:00+00', 'Done')$$, 'or since the resolution, where the category changed before the last change');
SELECT is_empty($$SELECT * FROM pg_temp.states(pg_temp.present('{"status": {"name": "Renamed", "id": "3"}}',
	'{"changelog": {"total": 1, "histories": [
	{"id": "1", "created": "2024-01-05T00:00:00.000+0000", "items": [{"field": "status", "from": "1", "fromString": "Open", "to": "3", '
		'"toString": "Doing"}]}]}}')) WHERE fact = 'observed'$$, 'a status that was renamed is the same by its id');
SELECT is_empty($$SELECT * FROM pg_temp.states(pg_temp.present('{"updated": "2024-01-04T00:00:00.000+0000"}',
	'{"changelog": {"total": 1, "histories": [
	{"id": "1", "created": "2024-01-05T00:00:00.000+0000", "items": [{"field": "status", "from": "1", "fromString": "Open", "to": "3", '
		'"toString": "Doing"}]}]}}')) WHERE fact = 'observed'$$, 'what it was in before its last change is no news');
SELECT results_eq($$SELECT fact, at, value FROM pg_temp.states(pg_temp.present('{"statuscategorychangedate": '
	'"2024-01-08T00:00:00.000+0000"}', '{"changelog": {"total": 0, "histories": []}}'))$$,
	$$VALUES ('created', timestamptz '2024-01-01 00:00+00', NULL), ('observed', '2024-01-08 00:00+00', 'Done')$$,
		'no changes, and another category since: an import moved it, and it was not created so');
SELECT results_eq($$SELECT fact, at, value FROM pg_temp.states(pg_temp.present('{"statuscategorychangedate": '
	'"2024-01-01T00:00:00.400+0000"}', '{"changelog": {"total": 0, "histories": []}}'))$$,
	$$VALUES ('created', timestamptz '2024-01-01 00:00+00', 'Done')$$, 'the category that it was created in');
SELECT results_eq($$SELECT f.fact, coalesce(f.at, f.until), f.value, f.details -> 'changelog_missing'
	FROM pg_temp.facts(pg_temp.present('{}', '{"changelog": {"startAt": 0, "maxResults": 0, "total": 2, "histories": []}}')) AS f
	WHERE f.fact IN ('created', 'observed', 'history', 'item') ORDER BY f.fact$$,
	$$VALUES ('created', timestamptz '2024-01-01 00:00+00', NULL, NULL), ('item', '2024-01-09 00:00+00', NULL, '2'::jsonb), ('observed',
		'2024-01-09 00:00+00', 'Done', NULL)$$, 'a changelog of which nothing came');
SELECT results_eq($$SELECT f.at, f.until FROM pg_temp.facts(pg_temp.present('{}',
	'{"changelog": {"total": 9, "histories": [{"id": "9", "created": "2024-01-08T00:00:00.000+0000", "items": []}, {"id": "8", "created": '
		'"2024-01-05T00:00:00.000+0000", "items": []}]}}')) AS f
	WHERE f.fact = 'history'$$, $$VALUES (timestamptz '2024-01-05 00:00+00', timestamptz '2024-01-09 00:00+00')$$,
		'one that was cut off is known since its oldest entry');
SELECT is_empty($$SELECT f.* FROM pg_temp.facts(pg_temp.present('{}',
	'{"changelog": {"total": 9, "histories": [{"id": "1", "created": "2024-01-05T00:00:00.000+0000", "items": []}, {"id": "2", "created": '
		'"2024-01-08T00:00:00.000+0000", "items": []}]}}')) AS f
	WHERE f.fact = 'history'$$, 'oldest first, nobody knows since when');
SELECT is((SELECT f.details -> 'changelog_missing' FROM pg_temp.facts(pg_temp.present('{}',
	'{"changelog": {"total": 2, "histories": [{"id": "1", "created": "2024-01-05T00:00:00.000+0000"}, null]}}')) AS f
		WHERE f.fact = 'item'), '2',
	'entries that cannot be read are missing');
SELECT results_eq($$SELECT f.fact, f.at, f.value FROM pg_temp.facts('{"issues": [{"id": "1", "key": "SHOP-1", "fields": '
	'{"status": {"name": "Open", "id": "1"}}}], "isLast": true}') AS f WHERE f.fact NOT IN ('item', 'created')$$,
	$$VALUES ('alias', NULL::timestamptz, 'SHOP-1')$$, 'without its update nobody knows when it was in that state');
SELECT results_eq($$SELECT fact, at, value FROM pg_temp.states(pg_temp.present('{"customfield_10010": {"requestType": {"name": "Get help"},'
	' "currentStatus": {"status": "Done", "statusDate": {"epochMillis": 1704585600000}}}}'))$$,
	$$VALUES ('created', timestamptz '2024-01-01 00:00+00', NULL), ('observed', '2024-01-07 00:00+00', 'Done')$$,
		'the customer request says when');

-- Webhooks
SELECT results_eq($$SELECT * FROM pg_temp.states(jsonb_build_object('timestamp', 1704758400000, 'webhookEvent', 'jira:issue_updated',
	'issue', pg_temp.present('{"statuscategorychangedate": "2024-01-03T00:00:00.000+0000"}'),
	'changelog', '{"id": "9", "items": [{"field": "summary", "fromString": "a", "toString": "b"}]}'::jsonb)) WHERE fact = 'observed'$$,
	$$VALUES ('observed', timestamptz '2024-01-09 00:00+00', 'Done', NULL, NULL)$$,
		'a webhook without a change of status: the present one when it was updated, since others may lie between');
SELECT results_eq($$SELECT * FROM pg_temp.states(jsonb_build_object('timestamp', 1704758400000, 'webhookEvent', 'jira:issue_updated',
	'issue', pg_temp.present('{}'),
	'changelog', '{"items": [{"field": "status", "from": "1", "fromString": "Open", "to": "4", "toString": "Done"}]}'::jsonb))
		WHERE fact <> 'created'$$,
	$$VALUES ('event', timestamptz '2024-01-09 00:00+00', 'Done', 'jira:issue:7:1704758400000:4', 'Open')$$,
		'a change without an id has one of the issue and the time');
SELECT results_eq($$SELECT * FROM pg_temp.states(jsonb_build_object('timestamp', 1704758400777, 'comment', '', 'transition',
	'{"workflowId": 10200, "transitionName": "Finish", "from_status": "Doing", "to_status": "Done"}'::jsonb, 'issue',
		pg_temp.present('{}')))
	WHERE fact <> 'created'$$, $$VALUES ('event', timestamptz '2024-01-09 00:00:00.777+00', 'Done', 'jira:issue:7:1704758400777:4',
		'Doing')$$, 'what the post function of a transition sends');
SELECT results_eq($$SELECT fact, at, value FROM pg_temp.states(jsonb_build_object('issue', pg_temp.present('{}',
	'{"changelog": {"total": 1, "histories": [
		{"id": "1", "created": "2024-01-05T00:00:00.000+0000", "items": [{"field": "status", "from": "1", "fromString": "Open", "to": "4", '
			'"toString": "Done"}]}]}}')))$$,
	$$VALUES ('created', timestamptz '2024-01-01 00:00+00', NULL), ('event', '2024-01-05 00:00+00', 'Done')$$,
		'an issue with its changelog in the body of a rule');
CREATE TEMP TABLE created AS SELECT jsonb_build_object('timestamp', 1704067200100, 'webhookEvent', 'jira:issue_created', 'issue',
	pg_temp.present('{"status": {"name": "To Do", "id": "1"}, "customfield_10020": [{"id": 7, "name": "S7"}], "updated": '
		'"2024-01-01T00:00:00.000+0000"}'),
	'changelog', '{"id": "500", "items": [{"field": "Status", "fieldId": "status", "from": null, "fromString": null, "to": "1", '
		'"toString": "To Do"}, {"field": "priority", "fieldId": "priority", "from": null, "fromString": null, "to": "2", "toString": '
			'"High"},
		{"field": "Sprint", "fieldId": "customfield_10020", "from": "", "fromString": "", "to": "7", "toString": "S7"}]}'::jsonb)
			AS payload;
SELECT results_eq($$SELECT fact, at, value, id FROM created, pg_temp.states(payload)$$,
	$$VALUES ('created', timestamptz '2024-01-01 00:00+00', 'To Do', NULL)$$,
		'a new issue is in its first state, and was not moved into it');
SELECT results_eq($$SELECT f.at, f.name, f.value, f.id FROM created, pg_temp.facts(payload) AS f WHERE f.fact = 'change'$$,
	$$VALUES (timestamptz '2024-01-01 00:00+00', 'sprint', 'S7', 'created')$$, 'what it was created with is no change');
SELECT results_eq($$SELECT fact, at, value, id FROM pg_temp.states(jsonb_build_object('timestamp', 1704758400001, 'webhookEvent',
	'jira:issue_deleted', 'issue', pg_temp.present('{}'))) WHERE value = 'Deleted'$$,
	$$VALUES ('event', timestamptz '2024-01-09 00:00:00.001+00', 'Deleted', 'jira:issue:7:deleted')$$, 'a deleted one');
SELECT results_eq($$SELECT f.entity, f.name, f.value, f.at, f.version
	FROM pg_temp.facts('{"timestamp": 1704758400001, "webhookEvent": "issuelink_created", "issueLink": {"id": 1, "sourceIssueId": 10, '
		'"destinationIssueId": 11.0,
	"issueLinkType": {"name": "jira_subtask_link", "outwardName": "jira_subtask_outward", "inwardName": "jira_subtask_inward"}}}') AS f$$,
	$$VALUES ('jira:issue:11', 'part_of', 'jira:issue:10', timestamptz '2024-01-09 00:00:00.001+00',
		timestamptz '2024-01-09 00:00:00.001+00')$$, 'a sub-task is a part of its parent');

-- Links
SELECT results_eq($$SELECT f.value, f.at, f.version FROM pg_temp.facts(pg_temp.present('{"issuelinks": [
		{"type": {"inward": "is blocked by", "outward": "blocks"}, "inwardIssue": {"id": "20", "key": "B-1"}}, '
			'{"type": {"inward": "is blocked by", "outward": "blocks"}, "inwardIssue": {"id": "21", "key": "B-2"}},
		{"type": {"inward": "is blocked by", "outward": "blocks"}, "inwardIssue": {"id": 22}}, {"type": null}, null, '
			'{"type": {"inward": "is blocked by"}, "inwardIssue": null}]}',
	'{"changelog": {"total": 2, "histories": [{"id": "1", "created": "2024-01-03T00:00:00.000+0000", "items": [{"field": "Link", "to": '
		'"B-2", "toString": "This issue is blocked by B-2"}]},
		{"id": "2", "created": "2024-01-05T00:00:00.000+0000", "items": [{"field": "Link", "to": "B-2", "toString": '
			'"This issue is blocked by B-2"}]}]}}')) AS f WHERE f.fact = 'link' AND f.value LIKE 'jira:%' ORDER BY f.value$$,
	$$VALUES ('jira:issue:20', timestamptz '2024-01-01 00:00+00', timestamptz '2024-01-09 00:00+00'), ('jira:issue:21',
		'2024-01-05 00:00+00', '2024-01-09 00:00+00'), ('jira:issue:22', '2024-01-01 00:00+00', '2024-01-09 00:00+00')$$,
	'links as they stand, since the last change that made them, else since the beginning');
SELECT is_empty($$SELECT f.* FROM pg_temp.facts(pg_temp.present('{"issuelinks": [{"type": {"inward": "is blocked by"}, "inwardIssue": '
	'{"id": "20", "key": "B-1"}}]}')) AS f WHERE f.fact = 'link' AND f.at IS NOT NULL$$, 'without a changelog nobody knows since when');

-- Requests of Jira Service Management
SELECT results_eq($$SELECT f.fact, f.entity, f.at, f.value, f.details
	FROM pg_temp.facts('{"values": [{"issueId": "107001", "issueKey": "HELP-1", "requestTypeId": "25", "createdDate": {"iso8601": '
		'"2026-01-08T14:42:00+0700"},
		"requestFieldValues": [{"fieldId": "summary", "value": "A laptop"}, {"fieldId": "description", "value": "soon"}], "currentStatus": '
			'{"status": "Waiting for support", "statusDate": {"epochMillis": 1767858240000}},
		"_links": {"web": "https://jira.example.com/servicedesk/customer/portal/10/HELP-1"}}]}') AS f ORDER BY f.fact$$,
	$$VALUES ('alias', 'jira:issue:107001', timestamptz '2026-01-08 07:42+00', 'HELP-1', NULL::jsonb), ('created', 'jira:issue:107001',
		'2026-01-08 07:42+00', NULL, NULL),
		('item', 'jira:issue:107001', '2026-01-08 07:44+00', NULL, jsonb_build_object('source', 'jira', 'key', 'HELP-1', 'project',
			'HELP', 'title', 'A laptop',
			'url', 'https://jira.example.com/servicedesk/customer/portal/10/HELP-1', 'created_at', timestamptz '2026-01-08 07:42+00')),
		('observed', 'jira:issue:107001', '2026-01-08 07:44+00', 'Waiting for support', NULL)$$, 'a page of requests');

-- What is refused
SELECT results_eq($$SELECT k.kind, k.reason FROM unnest(ARRAY['{"webhookEvent": "worklog_updated", "timestamp": 1}',
	'{"webhookEvent": "sprint_started", "timestamp": 1, "sprint": {"id": 7}}', '{"webhookEvent": "board_created", "timestamp": 1}',
		'{"webhookEvent": "search", "issues": [{"id": "1", "fields": {}}]}',
			'{"webhookEvent": "jira:issue_deleted", "issue": {"id": "1", "fields": {"updated": "2026-01-01"}}}',
		'{"webhookEvent": "jira:issue_updated", "timestamp": "yesterday", "issue": {"id": "1", "fields": {}}}',
			'{"id": "", "fields": {}}', '{"id": {}, "fields": {}}',
		'{"action": "opened", "issue": {"id": 1, "number": 7}, "repository": {}}', '{"total": 1, "histories": []}',
			'{"id": "1", "created": "2026-01-01", "items": []}', '{"issueId": null, "changeHistories": []}',
		'{"worklogs": []}', '{"id": "10000", "key": "SHOP", "self": "https://jira.example.com/rest/api/2/project/SHOP"}',
			'{"webhookEvent": "issuelink_created", "timestamp": "x", "issueLink": {"sourceIssueId": 1, "destinationIssueId": 2}}']::jsonb[])
		WITH ORDINALITY AS p (payload, o), vsm.jira_kind(p.payload) AS k ORDER BY o$$,
	$$VALUES ('worklog_updated', 'this webhook says nothing about the state of an issue'),
		('sprint_started', 'sprints and boards say nothing about the state of an issue: which sprint it is in comes with the issue'),
		('board_created', 'sprints and boards say nothing about the state of an issue: which sprint it is in comes with the issue'),
		('search', 'this webhook says nothing about the state of an issue'), ('webhook', 'it has no timestamp'), ('webhook',
			'its timestamp is no time: yesterday'), ('issue', 'it has no id'), ('issue', 'it has no id'),
		('payload', 'its shape is not known: neither an issue with "fields", nor "issues", "issueChangeLogs", "values" nor a '
			'"webhookEvent"'),
		('histories', 'it is a part of a changelog that does not say of which issue'), ('histories',
			'it is a part of a changelog that does not say of which issue'), ('issue_changelog', 'it has no issueId'),
		('payload', 'its shape is not known: neither an issue with "fields", nor "issues", "issueChangeLogs", "values" nor a '
			'"webhookEvent"'),
		('payload', 'its shape is not known: neither an issue with "fields", nor "issues", "issueChangeLogs", "values" nor a '
			'"webhookEvent"'), ('link_webhook', 'its timestamp is no time: x')$$, 'in words');
SELECT is((SELECT k.reason FROM vsm.jira_kind(jsonb_build_object('id', repeat('1', 1001), 'fields', '{}'::jsonb)) AS k),
	'its id is longer than 1,000 bytes', 'names that are too long, too');
SELECT is_empty($$SELECT f.* FROM vsm.read_jira_issue('jira',
	'{"id": "1", "fields": {}, "changelog": {"total": 3, "histories": [{"id": "1", "created": 1, "items": "[{"}, {"id": "2", "created": 2, '
		'"items": "17"}, {"id": "3", "created": 3, "items": "[{\"field\": 1e99999}]"}]}}',
	vsm.default_names()) AS f WHERE f.fact IN ('event', 'change')$$, 'items in a string that is no JSON are left out');

-- Twice the histories and links take twice the time: an issue with 2,000 links and 5,000 histories does not take long.
SET LOCAL statement_timeout = '20s';
SELECT results_eq($$SELECT f.fact, count(*), count(f.at) FROM vsm.read_jira_issue('jira', (
		SELECT jsonb_build_object('id', '1', 'key', 'A-1', 'fields', jsonb_build_object('created', '2020-01-01', 'updated', '2026-01-01',
			'status', '{"name": "S", "id": "4"}'::jsonb, 'issuelinks', (
				SELECT jsonb_agg(jsonb_build_object('type', '{"inward": "is blocked by", "outward": "blocks"}'::jsonb, CASE l % 2 WHEN 0
					THEN 'inwardIssue' ELSE 'outwardIssue' END, jsonb_build_object('id', 9000 + l, 'key', 'B-' || l)))
				FROM generate_series(1, 2000) AS l)),
			'changelog', jsonb_build_object('total', 5000, 'histories', (
				SELECT jsonb_agg(jsonb_build_object('id', h, 'created', 1577836800000 + h * 3600000::bigint, 'items',
					jsonb_build_array(CASE WHEN h <= 2000
					THEN jsonb_build_object('field', 'Link', 'to', 'B-' || h, 'toString', 'This issue ' || CASE h % 2 WHEN 0
						THEN 'is blocked by' ELSE 'blocks' END || ' B-' || h)
					ELSE jsonb_build_object('field', 'status', 'from', (h - 1) % 5, 'fromString', 'R', 'to', h % 5, 'toString',
						'S') END))) FROM generate_series(1, 5000) AS h)))), vsm.default_names()) AS f
	WHERE f.fact IN ('event', 'link') GROUP BY f.fact ORDER BY f.fact$$, $$VALUES ('event', 3000::bigint, 3000::bigint), ('link', 4000,
		4000)$$, 'an issue with 2,000 links and 5,000 histories');

SELECT finish();
ROLLBACK;
