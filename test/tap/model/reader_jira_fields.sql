-- What the names that an installation chose make of Jira's fields, types, labels and statuses.
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS vsm;
SELECT plan(52);
SET LOCAL TimeZone = 'UTC';
SET LOCAL jit = off;

-- default_names with names of one's own over them, each KIND:NAME:MEANING
CREATE FUNCTION pg_temp.names(VARIADIC own text[] DEFAULT '{}') RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
	SELECT vsm.default_names() || coalesce(jsonb_object_agg(k.kind, jsonb_build_object(
		'name', coalesce(vsm.default_names() #> ARRAY[k.kind, 'name'], '{}') || k.entries, 'pattern',
			coalesce(vsm.default_names() #> ARRAY[k.kind, 'pattern'], '[]'))), '{}')
	FROM (SELECT split_part(o, ':', 1) AS kind, jsonb_object_agg(lower(split_part(o, ':', 2)), split_part(o, ':', 3)) AS entries
		FROM unnest(own) AS o GROUP BY 1) AS k $$;
-- An issue that has these fields over the usual ones, and these items, one a history on each day from 2026-01-03.
CREATE FUNCTION pg_temp.issue(fields jsonb, VARIADIC items jsonb[] DEFAULT '{}') RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
	SELECT jsonb_build_object('id', '1', 'key', 'A-1', 'self', 'https://jira.example.com/rest/api/2/issue/1', 'fields',
		'{"summary": "x", "issuetype": {"name": "Story"}, "project": {"key": "A"}, "priority": {"name": "High"}, "labels": [], "duedate": '
			'null, "issuelinks": [],
		"status": {"name": "To Do", "id": "1", "statusCategory": {"key": "new"}}, "created": "2026-01-01T10:00:00.000+0000", "updated": '
			'"2026-02-01T10:00:00.000+0000"}'::jsonb || fields,
		'changelog', jsonb_build_object('total', cardinality(items), 'histories', (
			SELECT coalesce(jsonb_agg(jsonb_build_object('id', (500 + o)::text, 'created',
				to_char(timestamp '2026-01-02 10:00' + o * interval '1 day', 'YYYY-MM-DD"T"HH24:MI:SS".000+0000"'),
				'items', jsonb_build_array(i)) ORDER BY o), '[]') FROM unnest(items) WITH ORDINALITY AS u (i, o)))) $$;
CREATE FUNCTION pg_temp.item(issue jsonb, names jsonb, attribute text) RETURNS jsonb LANGUAGE sql AS $$
	SELECT details -> attribute FROM vsm.read_jira_issue('jira', issue, names) WHERE fact = 'item' $$;
CREATE FUNCTION pg_temp.changes(issue jsonb, names jsonb) RETURNS TABLE (at timestamptz, name text, value text, previous text, id text)
	LANGUAGE sql AS $$
	SELECT at, name, value, previous, id FROM vsm.read_jira_issue('jira', issue, names) WHERE fact = 'change' $$;
CREATE FUNCTION pg_temp.states(issue jsonb, names jsonb) RETURNS TABLE (at timestamptz, state text, attributes jsonb) LANGUAGE sql AS $$
	SELECT at, value, details FROM vsm.read_jira_issue('jira', issue, names) WHERE fact = 'event' $$;

-- Size: by the name that the payload gives the field, by the changelog, by Jira's own type of field, by its id
SELECT is(pg_temp.item(pg_temp.issue('{"customfield_10016": 5}') || '{"names": {"customfield_10016": "Story point estimate"}}',
	pg_temp.names(), 'size'), '5', 'a size by the name of its field');
SELECT is(pg_temp.item(pg_temp.issue('{"customfield_10016": 5.5}', '{"field": "Story Points", "fieldId": "customfield_10016", "fieldtype": '
	'"custom", "from": null, "fromString": null, "to": null, "toString": "5.5"}'),
	pg_temp.names(), 'size'), '5.5', 'or by the one that the changelog gives it');
SELECT is(pg_temp.item(pg_temp.issue('{"customfield_10016": 5}')
	|| '{"schema": {"customfield_10016": {"type": "number", "custom": "com.pyxis.greenhopper.jira:jsw-story-points"}}}', pg_temp.names(),
		'size'),
	'5', 'or by its type, whatever it is called');
SELECT is(pg_temp.item(pg_temp.issue('{"customfield_10028": "8"}'), pg_temp.names('field:customfield_10028:size'), 'size'), '8',
	'or by its id, also where it is text');
SELECT is(pg_temp.item(pg_temp.issue('{"customfield_10028": 8}'), pg_temp.names(), 'size'), NULL, 'a number that nobody names is no size');
SELECT is(pg_temp.item(pg_temp.issue('{"customfield_10028": null}'), pg_temp.names('field:customfield_10028:size'), 'size'), 'null',
	'none is told where the field is empty');
SELECT is(pg_temp.item(pg_temp.issue('{"customfield_10028": "XL"}'), pg_temp.names('field:customfield_10028:size'), 'size'), NULL,
	'and nothing where it holds no number');
SELECT is(pg_temp.item(pg_temp.issue('{"customfield_10016": null, "customfield_10028": 3}')
	|| '{"names": {"customfield_10016": "Story point estimate", "customfield_10028": "Story Points"}}', pg_temp.names(), 'size'),
	'3', 'of two fields the one that is filled in');
SELECT is(pg_temp.item(pg_temp.issue('{"customfield_10016": 5, "customfield_10028": 3}')
	|| '{"names": {"customfield_10016": "Story point estimate", "customfield_10028": "Story Points"}}', pg_temp.names(), 'size'),
	NULL, 'of two that differ none');
SELECT is(pg_temp.item(pg_temp.issue('{"customfield_10016": 5}') || '{"names": {"customfield_10016": "Story Points"}}',
	pg_temp.names('field:Story Points:none'), 'size'), NULL, 'a name that is to mean nothing');
SELECT results_eq($$SELECT name, value, previous FROM pg_temp.changes(pg_temp.issue('{}',
	'{"field": "Komplexität", "fieldId": "customfield_10028", "fieldtype": "custom", "from": null, "fromString": "3", "to": null, '
		'"toString": "5"}'), pg_temp.names('field:komplexität:size'))$$,
	$$VALUES ('size', '5', '3')$$, 'its changes, by a name in any language');

-- The flag
CREATE TEMP TABLE marked AS SELECT pg_temp.issue('{}',
	'{"field": "Markiert", "fieldId": "customfield_10021", "fieldtype": "custom", "from": "", "fromString": "", "to": "[10019]", '
		'"toString": "Hindernis"}',
	'{"field": "Markiert", "fieldId": "customfield_10021", "fieldtype": "custom", "from": "[10019]", "fromString": "Hindernis", "to": "", '
		'"toString": ""}') AS issue;
SELECT results_eq($$SELECT s.* FROM marked, pg_temp.states(issue, pg_temp.names()) AS s ORDER BY 1$$,
	$$VALUES (timestamptz '2026-01-03 10:00+00', 'Flagged', '{"flag": "Hindernis"}'::jsonb), ('2026-01-04 10:00+00', 'Unflagged',
		'{"flag": "Hindernis"}')$$, 'a flag in German, by the id that Cloud gives it');
SELECT is_empty($$SELECT s.* FROM marked, pg_temp.states(issue, pg_temp.names('field:customfield_10021:none')) AS s$$,
	'which may be said to be none');
SELECT is_empty($$SELECT s.* FROM marked, pg_temp.states(issue, pg_temp.names('field:Markiert:none')) AS s$$, 'by name as well');
SELECT results_eq($$SELECT s.state FROM marked, pg_temp.states(replace(issue::text, 'customfield_10021', 'customfield_10900')::jsonb,
	pg_temp.names('field:Markiert:flag')) AS s ORDER BY s.at$$,
	$$VALUES ('Flagged'), ('Unflagged')$$, 'under another id, by its name');
SELECT results_eq($$SELECT s.state FROM marked, pg_temp.states(replace(replace(issue::text, 'customfield_10021', 'customfield_10900'),
	'Hindernis', 'Impediment')::jsonb, pg_temp.names()) AS s ORDER BY s.at$$,
	$$VALUES ('Flagged'), ('Unflagged')$$, 'or where its box is called Impediment');
SELECT is_empty($$SELECT s.* FROM marked, pg_temp.states(replace(issue::text, 'customfield_10021', 'customfield_10900')::jsonb,
	pg_temp.names()) AS s$$, 'other boxes are no flag');
SELECT is_empty($$SELECT s.* FROM pg_temp.states(pg_temp.issue('{}', '{"field": "Cause", "fieldId": "customfield_10021", "fieldtype": '
	'"custom", "from": null, "fromString": null, "to": null, "toString": "a typo"}'),
	pg_temp.names()) AS s$$, 'nor is a field of that id that is no box');
SELECT results_eq($$SELECT s.state FROM pg_temp.states(pg_temp.issue('{}',
	'{"field": "Blocked?", "fieldId": "customfield_10300", "fieldtype": "custom", "from": null, "fromString": null, "to": "10100", '
		'"toString": "Yes"}',
	'{"field": "Blocked?", "fieldId": "customfield_10300", "fieldtype": "custom", "from": "10100", "fromString": "Yes", "to": "10101", '
		'"toString": "No"}'), pg_temp.names('field:Blocked?:flag')) AS s ORDER BY s.at$$,
	$$VALUES ('Flagged'), ('Unflagged')$$, 'a flag with Yes and No');
SELECT results_eq($$SELECT s.* FROM pg_temp.states(pg_temp.issue('{"customfield_10021": [{"value": "Impediment", "id": "10019"}]}'),
	pg_temp.names('field:customfield_10021:flag')) AS s$$,
	$$VALUES (timestamptz '2026-01-01 10:00+00', 'Flagged', '{"flag": "Impediment"}'::jsonb)$$,
		'what no change has flagged was flagged from the beginning');
SELECT is_empty($$SELECT s.* FROM pg_temp.states(pg_temp.issue('{"customfield_10021": null}'),
	pg_temp.names('field:customfield_10021:flag')) AS s$$, 'or is not flagged');

-- Sprint and team: where no change tells, as at creation
SELECT results_eq($$SELECT * FROM pg_temp.changes(pg_temp.issue('{"customfield_10020": [{"id": 7, "name": "Sprint 7", "state": "closed"}, '
	'{"id": 8, "name": "Sprint 8", "state": "active"}],
	"customfield_10001": {"id": "8f2c", "name": "Red"}}'), pg_temp.names('field:customfield_10020:sprint',
		'field:customfield_10001:team')) ORDER BY name$$,
	$$VALUES (timestamptz '2026-01-01 10:00+00', 'sprint', 'Sprint 7, Sprint 8', NULL, 'created'), ('2026-01-01 10:00+00', 'team', 'Red',
		NULL, 'created')$$, 'sprints and team that it was created in');
SELECT results_eq($$SELECT value FROM pg_temp.changes(pg_temp.issue('{"customfield_10020": '
	'["com.atlassian.greenhopper.service.sprint.Sprint@1a2b[id=7,rapidViewId=3,state=ACTIVE,name=Sprint 7, the last,'
		'startDate=2026-01-01T10:00:00.000Z,goal=]"]}'),
	pg_temp.names('field:customfield_10020:sprint'))$$, $$VALUES ('Sprint 7, the last')$$, 'a sprint as Jira Server writes it');
SELECT results_eq($$SELECT at, value, previous FROM pg_temp.changes(pg_temp.issue('{"customfield_10020": [{"id": 8, "name": "Sprint 8"}]}',
	'{"field": "Sprint", "fieldId": "customfield_10020", "fieldtype": "custom", "from": "7", "fromString": "Sprint 7", "to": "8", '
		'"toString": "Sprint 8"}'), pg_temp.names('field:customfield_10020:sprint'))$$,
	$$VALUES (timestamptz '2026-01-03 10:00+00', 'Sprint 8', 'Sprint 7')$$, 'where a change tells, it does so alone');
SELECT is_empty($$SELECT * FROM pg_temp.changes(pg_temp.issue('{"customfield_10001": {"accountId": "5b10", "displayName": "A Person", '
	'"name": "person"}}'), pg_temp.names('field:customfield_10001:team'))$$,
	'a person is no team');
SELECT is_empty($$SELECT * FROM pg_temp.changes(pg_temp.issue('{"customfield_10020": [{"id": 8, "name": "Sprint 8"}]}') - 'changelog',
	pg_temp.names('field:customfield_10020:sprint'))$$,
	'without the changelog nobody knows since when');

-- Parent and feature
SELECT results_eq($$SELECT f.details ->> 'parent', f.details ->> 'feature' FROM vsm.read_jira_issue('jira',
	pg_temp.issue('{"parent": {"id": "90", "key": "A-90", "fields": {"issuetype": {"name": "Эпик", "hierarchyLevel": 1}}}}'),
		pg_temp.names()) AS f
	WHERE fact = 'item'$$, $$VALUES ('jira:issue:90', 'jira:issue:90')$$, 'an epic by its level');
SELECT results_eq($$SELECT f.details ->> 'parent', f.details ? 'feature' FROM vsm.read_jira_issue('jira',
	pg_temp.issue('{"parent": {"id": "90", "key": "A-90", "fields": {"issuetype": {"name": "Story", "hierarchyLevel": 0}}}}'),
		pg_temp.names()) AS f
	WHERE fact = 'item'$$, $$VALUES ('jira:issue:90', false)$$, 'of a sub-task the feature is not known');
SELECT results_eq($$SELECT f.details ->> 'parent', f.details ->> 'feature' FROM vsm.read_jira_issue('jira',
	pg_temp.issue('{"customfield_10014": "A-90"}',
	'{"field": "Epic Link", "fieldId": "customfield_10014", "fieldtype": "custom", "from": null, "fromString": null, "to": "90", '
		'"toString": "A-90"}'), pg_temp.names()) AS f
	WHERE fact = 'item'$$, $$VALUES ('jira:issue:90', 'jira:issue:90')$$, 'Epic Link holds a key, the changelog the id');
SELECT results_eq($$SELECT f.details ->> 'parent', f.details ->> 'feature' FROM vsm.read_jira_issue('jira',
	pg_temp.issue('{"customfield_10014": "A-90"}') || '{"names": {"customfield_10014": "Epic Link"}}', pg_temp.names()) AS f
	WHERE fact = 'item'$$, $$VALUES ('A-90', 'A-90')$$, 'without it the key');
SELECT results_eq($$SELECT f.details ->> 'parent', f.details ->> 'feature' FROM vsm.read_jira_issue('jira',
	pg_temp.issue('{"customfield_10018": {"hasEpicLinkFieldDependency": false, "showField": true, "data": {"id": 91, "key": "B-1"}}}')
	|| '{"schema": {"customfield_10018": {"type": "any", "custom": "com.atlassian.jpo:jpo-custom-field-parent"}}}', pg_temp.names()) AS f
		WHERE fact = 'item'$$, $$VALUES ('B-1', NULL)$$, 'Parent Link');
SELECT is(pg_temp.item(pg_temp.issue('{"customfield_10500": "B-7"}'), pg_temp.names('field:customfield_10500:feature'), 'feature'),
	'"B-7"', 'a field that names the feature');
SELECT results_eq($$SELECT f.details -> 'parent', f.details -> 'feature' FROM vsm.read_jira_issue('jira', pg_temp.issue('{}'),
	pg_temp.names()) AS f WHERE fact = 'item'$$, $$VALUES ('null'::jsonb, 'null'::jsonb)$$, 'no parent at all');
SELECT is(pg_temp.item('{"id": "1", "key": "A-1", "fields": {"summary": "x", "issuetype": {"name": "Story"}, "priority": null, "labels": '
	'[]}}', pg_temp.names(), 'parent'), NULL, 'nothing is told of a parent that was not asked for');
SELECT results_eq($$SELECT name, value, previous FROM pg_temp.changes(pg_temp.issue('{}',
	'{"field": "Epic Link", "fieldId": "customfield_10014", "fieldtype": "custom", "from": "90", "fromString": "A-90", "to": "", '
		'"toString": ""}',
	'{"field": "Feature Link", "fieldId": "customfield_10500", "fieldtype": "custom", "from": null, "fromString": null, "to": "92", '
		'"toString": "B-7"}'), pg_temp.names('field:customfield_10500:feature')) ORDER BY at$$,
	$$VALUES ('parent', NULL, 'jira:issue:90'), ('feature', 'jira:issue:92', NULL)$$, 'their changes');

-- Due days
SELECT is(pg_temp.item(pg_temp.issue('{"duedate": "2026-03-10", "customfield_10060": "2026-03-12"}'),
	pg_temp.names('field:customfield_10060:due'), 'due_at'), '"2026-03-12"', 'a due date of one''s own');
SELECT is(pg_temp.item(pg_temp.issue('{"duedate": "2026-03-10", "customfield_10060": null}'),
	pg_temp.names('field:customfield_10060:due'), 'due_at'), '"2026-03-10"', 'else Jira''s, a day without a time');
SELECT is(pg_temp.item(pg_temp.issue('{"duedate": "2026-02-30"}'), pg_temp.names(), 'due_at'), NULL, 'a day that is none is not told');
SELECT results_eq($$SELECT name, value, previous FROM pg_temp.changes(pg_temp.issue('{}',
	'{"field": "duedate", "fieldtype": "jira", "from": null, "fromString": null, "to": "2026-03-10", "toString": "2026-03-10 00:00:00.0"}',
	'{"field": "End date", "fieldId": "customfield_10060", "fieldtype": "custom", "from": "2026-03-10", "fromString": "10/Mar/26", "to": '
		'"2026-03-12", "toString": "12/Mar/26"}'), pg_temp.names('field:End date:due')) ORDER BY at$$,
	$$VALUES ('due_at', '2026-03-10', NULL), ('due_at', '2026-03-12', '2026-03-10')$$, 'and how it moved');

-- Types, labels, categories, priority
CREATE TEMP TABLE typed AS SELECT source_type, labels, own, pg_temp.item(pg_temp.issue(jsonb_build_object('issuetype',
	jsonb_build_object('name', source_type), 'labels', labels)), pg_temp.names(VARIADIC own), 'type') #>> '{}' AS type, wanted
FROM (VALUES
	('Story', '[]'::jsonb, '{}'::text[], 'feature'), ('Bug', '[]', '{}', 'defect'), ('[System] Incident', '[]', '{}', 'defect'),
		('Aufgabe', '[]', '{}', 'other'), ('Fehler', '[]', '{type:fehler:defect}', 'defect'),
	('Task', '["tech-debt"]', '{}', 'debt'), ('Task', '["Wartung"]', '{label:wartung:debt}', 'debt'), ('Bug', '["tech-debt"]', '{}',
		'defect'), ('Story', '["bug", "security"]', '{}', 'feature'),
	('Story', '["bug", "incident"]', '{}', 'defect'), ('Story', '["security"]', '{label:security:none}', 'feature'), ('Aufgabe',
		'["Neu", null, 17, {}]', '{label:neu:feature}', 'feature')) AS v (source_type, labels, own, wanted);
SELECT is_empty($$SELECT * FROM typed WHERE type IS DISTINCT FROM wanted$$, 'the type says what it is, labels where it is a mere task or '
	'story');
SELECT is(pg_temp.item(pg_temp.issue('{"labels": ["a", null, 17, {"x": 1}, ""]}'), pg_temp.names(), 'tags'), '["a", "17"]',
	'tags are texts');
SELECT is(pg_temp.item(pg_temp.issue('{"labels": ["growth"]}'), pg_temp.names('category:growth:strategic'), 'category'), '"strategic"',
	'a category by label');
SELECT is(pg_temp.item(pg_temp.issue('{}'), pg_temp.names('category:Story:run'), 'category'), '"run"', 'by type');
SELECT is(pg_temp.item(pg_temp.issue('{"labels": ["growth"], "customfield_10700": {"value": "Invest", "id": "3"}}'),
	pg_temp.names('category:growth:strategic', 'field:customfield_10700:category'), 'category'), '"Invest"', 'by a field first');
SELECT is(pg_temp.item(pg_temp.issue('{"customfield_10010": {"requestType": {"id": "11", "name": "Get IT help"}, "currentStatus": '
	'{"status": "To Do"}}}'), pg_temp.names('field:customfield_10010:category', 'category:Get IT help:run'), 'category'),
	'"run"', 'whose values have meanings, too: here the customer request type');
SELECT is(pg_temp.item(pg_temp.issue('{"labels": ["other"]}'), pg_temp.names('category:growth:strategic'), 'category'), 'null',
	'none is told where none is named');
SELECT is(pg_temp.item(pg_temp.issue('{"customfield_10701": {"value": "Sev 1"}}'), pg_temp.names('field:customfield_10701:priority'),
	'priority'), '"Sev 1"', 'a priority of one''s own');

-- Incidents
CREATE FUNCTION pg_temp.incident(payload jsonb, names jsonb) RETURNS TABLE (opened_at timestamptz, acknowledged_at timestamptz,
	resolved_at timestamptz, told boolean, status text, severity text) LANGUAGE sql AS $$
	SELECT (details ->> 'opened_at')::timestamptz, (details ->> 'acknowledged_at')::timestamptz, (details ->> 'resolved_at')::timestamptz,
		details ? 'resolved_at', details ->> 'status', details ->> 'severity'
	FROM vsm.jira_kind(payload) AS k, LATERAL (
		SELECT * FROM vsm.read_jira_issue('jira', payload, names) WHERE k.kind = 'issue' UNION ALL SELECT *
			FROM vsm.read_jira_webhook('jira', payload, names) WHERE k.kind = 'webhook') AS f
	WHERE fact = 'incident' $$;
CREATE TEMP TABLE outage AS SELECT pg_temp.issue('{"issuetype": {"name": "Incident"}, "status": {"name": "Done", "id": "4", '
	'"statusCategory": {"key": "done"}}, "resolutiondate": "2026-01-05T10:00:00.000+0000"}',
	'{"field": "status", "from": "1", "fromString": "Open", "to": "2", "toString": "Investigating"}',
	'{"field": "status", "from": "2", "fromString": "Investigating", "to": "3", "toString": "Implementing solutions"}',
	'{"field": "status", "from": "3", "fromString": "Implementing solutions", "to": "4", "toString": "Done"}') AS issue;
SELECT results_eq($$SELECT i.* FROM outage, pg_temp.incident(issue, pg_temp.names()) AS i$$,
	$$VALUES (timestamptz '2026-01-01 10:00+00', NULL::timestamptz, timestamptz '2026-01-05 10:00+00', true, 'Done', 'High')$$,
		'an incident is resolved when it is done');
SELECT results_eq($$SELECT i.* FROM outage, pg_temp.incident(issue, pg_temp.names('state:Investigating:acknowledged',
	'state:Implementing solutions:resolved')) AS i$$,
	$$VALUES (timestamptz '2026-01-01 10:00+00', timestamptz '2026-01-03 10:00+00', timestamptz '2026-01-04 10:00+00', true, 'Done',
		'High')$$, 'or when a state says so');
SELECT results_eq($$SELECT i.resolved_at, i.told FROM outage, pg_temp.incident(jsonb_set(issue, '{fields,status}',
	'{"name": "Open", "id": "1", "statusCategory": {"key": "new"}}'), pg_temp.names()) AS i$$,
	$$VALUES (NULL::timestamptz, true)$$, 'one that is open again is not resolved');
SELECT results_eq($$SELECT w.place, i.resolved_at, i.told FROM outage, LATERAL (
		SELECT o AS place, jsonb_build_object('webhookEvent', 'jira:issue_updated', 'timestamp', h -> 'created', 'changelog', h,
			'issue', jsonb_set(issue - 'changelog', '{fields,status}', CASE WHEN o = 3 THEN issue #> '{fields,status}'
				ELSE jsonb_build_object('name', h #> '{items,0,toString}', 'statusCategory', '{"key": "indeterminate"}'::jsonb) END))
					AS payload
		FROM jsonb_array_elements(issue #> '{changelog,histories}') WITH ORDINALITY AS a (h, o)) AS w,
	pg_temp.incident(w.payload, pg_temp.names('state:Implementing solutions:resolved')) AS i ORDER BY 1$$,
	$$VALUES (1::bigint, NULL::timestamptz, true), (2, '2026-01-04 10:00+00', true), (3, NULL, false)$$,
		'webhooks one by one: the first that resolves says when, the next does not say otherwise');
SELECT results_eq($$SELECT count(*) FROM pg_temp.incident(pg_temp.issue('{"labels": ["Incident"]}'), pg_temp.names())$$,
	$$VALUES (1::bigint)$$, 'an incident by label');

SELECT finish();
ROLLBACK;
