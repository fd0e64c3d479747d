-- What a payload of Jira loses when one of its members is missing, null, empty or of another type: what that member held, and nothing else.
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS vsm;
SELECT plan(9);
SET LOCAL TimeZone = 'UTC';
SET LOCAL jit = off;

CREATE TEMP TABLE sample (name text, payload jsonb);
INSERT INTO sample VALUES ('issue', '{
	"id": "10001", "key": "PAY-3", "self": "https://jira.example.com/rest/api/3/issue/10001",
	"names": {"customfield_10016": "Story Points", "customfield_10020": "Sprint"},
	"schema": {"customfield_10001": {"type": "team", "custom": "com.atlassian.jira.plugin.system.customfieldtypes:atlassian-team"}},
	"fields": {
		"summary": "Customers see the total", "issuetype": {"name": "Incident"}, "project": {"key": "PAY"}, "priority": {"name": "High"},
		"labels": ["web", "a"], "duedate": "2026-02-01", "created": "2026-01-02T16:00:00.000+0100", "updated": '
			'"2026-01-13T11:00:00.000+0100",
		"customfield_10001": {"id": "8f2c", "name": "Red"}, "customfield_10016": 5, "customfield_10020": [{"id": 7, "name": "Sprint 7"}],
		"resolutiondate": "2026-01-13T10:00:00.000+0100", "statuscategorychangedate": "2026-01-13T10:00:00.000+0100",
		"status": {"name": "Done", "id": "4", "statusCategory": {"key": "done"}},
		"parent": {"id": "9000", "key": "SHOP-1", "fields": {"issuetype": {"name": "Epic", "hierarchyLevel": 1}}},
		"issuelinks": [{"type": {"inward": "is blocked by", "outward": "blocks"}, "inwardIssue": {"id": "10002", "key": "SHOP-9"}},
			{"type": {"inward": "is caused by", "outward": "causes"}, "outwardIssue": {"id": "10005", "key": "SHOP-5"}}]},
	"changelog": {"startAt": 0, "maxResults": 4, "total": 4, "histories": [
		{"id": "507", "created": "2026-01-13T10:00:00.000+0100", "items": [
			{"field": "status", "fieldtype": "jira", "from": "3", "fromString": "In Progress", "to": "4", "toString": "Done"}]},
		{"id": "506", "created": "2026-01-12T09:00:00.000+0100", "items": [
			{"field": "Key", "fieldtype": "jira", "from": null, "fromString": "SHOP-2", "to": null, "toString": "PAY-3"}]},
		{"id": "505", "created": "2026-01-07T09:00:00.000+0100", "items": [
			{"field": "Flagged", "fieldtype": "custom", "from": "", "fromString": "", "to": "[10019]", "toString": "Impediment"},
			{"field": "priority", "fieldtype": "jira", "from": "3", "fromString": "Medium", "to": "2", "toString": "High"}]},
		{"id": "504", "created": "2026-01-06T09:00:00.000+0100", "items": [
			{"field": "Link", "fieldtype": "jira", "from": null, "fromString": null, "to": "SHOP-9", "toString": '
				'"This issue is blocked by SHOP-9"}]}]}}');
INSERT INTO sample SELECT 'present', payload - 'changelog' FROM sample WHERE name = 'issue';
INSERT INTO sample SELECT 'webhook', jsonb_build_object('timestamp', 1768294800123, 'webhookEvent', 'jira:issue_updated',
	'issue', payload - '{changelog,names,schema}'::text[], 'changelog', jsonb_build_object('id', 507, 'items',
		payload #> '{changelog,histories,0,items}')) FROM sample WHERE name = 'issue';
INSERT INTO sample SELECT 'created', (payload - 'changelog') || '{"webhookEvent": "jira:issue_created"}' FROM sample WHERE name = 'webhook';
INSERT INTO sample SELECT 'deleted', (payload - 'changelog') || '{"webhookEvent": "jira:issue_deleted"}' FROM sample WHERE name = 'webhook';
INSERT INTO sample SELECT 'transition', (payload - '{changelog,webhookEvent}'::text[])
	|| '{"comment": "", "transition": {"transitionId": 3, "transitionName": "Finish", "from_status": "In Progress", "to_status": "Done"}}'
		FROM sample WHERE name = 'webhook';
INSERT INTO sample SELECT 'bulk', jsonb_build_object('issueId', '10001', 'changeHistories', payload #> '{changelog,histories}')
	FROM sample WHERE name = 'issue';
INSERT INTO sample SELECT 'page', jsonb_build_object('self', 'https://jira.example.com/rest/api/3/issue/10001/changelog?startAt=0',
	'startAt', 0, 'total', 4,
	'values', payload #> '{changelog,histories}') FROM sample WHERE name = 'issue';
INSERT INTO sample VALUES
('link', '{"timestamp": 1768294800123, "webhookEvent": "issuelink_created", "issueLink": {"id": 1, "sourceIssueId": 10002, '
	'"destinationIssueId": 10001,
	"issueLinkType": {"name": "Blocks", "outwardName": "blocks", "inwardName": "is blocked by"}}}'),
('request', '{"issueId": "107001", "issueKey": "HELP-1", "requestTypeId": "25", "serviceDeskId": "10",
	"createdDate": {"iso8601": "2026-01-08T14:42:00+0700", "epochMillis": 1767858120000}, "requestFieldValues": [{"fieldId": "summary", '
		'"label": "What do you need?", "value": "A laptop"}],
	"currentStatus": {"status": "Waiting for support", "statusDate": {"iso8601": "2026-01-08T14:44:00+0700", "epochMillis": 1767858240000}},
	"_links": {"web": "https://jira.example.com/servicedesk/customer/portal/10/HELP-1"}}');

-- Each member of the first three levels (elements of arrays are no level) is taken away or replaced.
CREATE TEMP TABLE replacement (how text, value jsonb);
INSERT INTO replacement VALUES ('missing', NULL), ('null', 'null'), ('empty', '""'), ('empty object', '{}'), ('empty array', '[]'),
	('object', '{"x": 1}'), ('array', '[17, {"x": [2]}, null]'),
	('text', '"other"'), ('number', '17'), ('huge number', '1e300'), ('negative number', '-1'), ('time', '"2026-01-09T10:00:00Z"'),
		('long', to_jsonb(repeat('x', 3000)));
CREATE TEMP TABLE member AS
WITH RECURSIVE m (name, path, value, depth) AS (
	SELECT name, '{}'::text[], payload, 0 FROM sample
	UNION ALL
	SELECT m.name, m.path || k.key, k.value, m.depth + k.step
	FROM m, LATERAL (
		SELECT e.key, e.value, 1 FROM jsonb_each(CASE jsonb_typeof(m.value) WHEN 'object' THEN m.value ELSE '{}' END) AS e
		UNION ALL
		SELECT (e.place - 1)::text, e.value, 0 FROM jsonb_array_elements(CASE jsonb_typeof(m.value) WHEN 'array' THEN m.value
			ELSE '[]' END) WITH ORDINALITY AS e (value, place)) AS k (key, value, step)
	WHERE m.depth + k.step <= CASE WHEN m.name IN ('webhook', 'transition', 'bulk', 'page') THEN 4 ELSE 3 END)
SELECT DISTINCT name, path FROM m WHERE path <> '{}';
CREATE TEMP TABLE payload AS
SELECT name, path, how, CASE how WHEN 'missing' THEN s.payload #- path ELSE jsonb_set(s.payload, path, r.value) END AS payload
FROM sample AS s JOIN member AS m USING (name), replacement AS r
UNION ALL
SELECT name, '{}', '', payload FROM sample;
CREATE TEMP TABLE told AS SELECT p.*, k.kind, k.reason FROM payload AS p, vsm.jira_kind(p.payload) AS k;

-- Of a row each column is told by itself; of a change, who tells it.
CREATE TEMP TABLE part (name text, path text[], how text, fact text, told text);
CREATE FUNCTION pg_temp.tell(kind text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE format($sql$
		INSERT INTO part
		SELECT t.name, t.path, t.how, x.fact, x.told
		FROM told AS t, LATERAL vsm.%1$I('jira', t.payload, vsm.default_names()) AS f,
		LATERAL (
			SELECT f.fact || '.' || e.key AS fact, e.value::text AS told FROM jsonb_each(f.details) AS e WHERE f.fact IN ('item',
				'incident')
			UNION ALL
			SELECT 'version', format('%%s', f.at) WHERE f.fact IN ('item', 'incident')
			UNION ALL
			SELECT f.fact || coalesce(' ' || CASE f.fact WHEN 'change' THEN f.name WHEN 'event' THEN split_part(f.id, ':', 1) END, ''),
				format('%%s', (f.entity, f.at, f.value, f.id, f.name, f.previous, f.value_id, f.previous_id, f.method, f.until, f.details))
			WHERE f.fact NOT IN ('item', 'incident')) AS x
		WHERE t.kind = %2$L AND t.reason IS NULL$sql$, 'read_jira_' || kind, kind);
END$$;
SELECT lives_ok(format('SELECT pg_temp.tell(%L)', kind), 'nothing raises in any ' || kind)
FROM (VALUES ('issue'), ('webhook'), ('link_webhook'), ('issue_changelog'), ('changelog'), ('request')) AS k (kind);
SELECT bag_eq($$SELECT DISTINCT kind FROM told WHERE how = ''$$, $$VALUES ('issue'), ('webhook'), ('link_webhook'), ('issue_changelog'),
	('changelog'), ('request')$$, 'these are all');

-- What may be told otherwise when a member is not as it should be.
CREATE TEMP TABLE held (name text, path text, fact text, how text DEFAULT '.');
INSERT INTO held (name, path, fact) VALUES
	-- who it is, and so everything
	('%', '^(issue\.)?(id|issueId)$', '.'), ('link|transition|deleted|created|webhook', '^webhookEvent$', '.'),
		('webhook|created|deleted|transition', '^issue$', '.'),
	('page', '^self$', '.'), ('link', '^(timestamp|issueLink)', '.'),
	('issue|present|webhook|created|deleted|transition', '^(issue\.)?key$', '^(alias|item\.(key|url)|incident\.url)$'),
	('%', '^(issue\.)?self$', '^(item|incident)\.url$'),
	-- what it is
	('%', '^names', '^(item\.size|change sprint)$'), ('%', '^schema', '^change team$'),
	('%', '^(issue\.)?fields$', '^(item|incident|version|created|alias|history|link|observed|change (sprint|team))'),
	('%', 'fields\.summary$', '^(item|incident)\.title$'),
	('%', 'fields\.issuetype', '^(item\.(source_type|type)|incident|version)'),
	('%', 'fields\.project', '^item\.project$'), ('%', 'fields\.priority', '^(item\.priority|incident\.severity)$'),
	('%', 'fields\.labels', '^item\.tags$'), ('%', 'fields\.duedate$', '^item\.due_at$'),
	('%', 'fields\.created$', '^(created|alias|item\.created_at|incident\.opened_at|link|change (sprint|team))$'),
	('issue|present', 'fields\.updated$', '^(version|history|item\.changelog_until)$'),
	-- (a webhook without it has its own time)
	('webhook|created|deleted|transition', 'fields\.updated$', '^(version|history|item\.changelog_until|observed)$'),
	('%', 'fields\.customfield_10016', '^item\.size$'), ('%', 'fields\.customfield_10020', '^change sprint$'),
		('%', 'fields\.customfield_10001', '^change team$'),
	('%', 'fields\.parent', '^item\.(parent|feature)$'), ('%', 'fields\.issuelinks', '^link$'),
	('%', 'fields\.status(\.|$)', '^(observed|created|incident\.(status|resolved_at))$'),
	('present', 'fields\.(statuscategorychangedate|resolutiondate)$', '^(observed|incident\.resolved_at)$'),
	('webhook|created|deleted|transition', 'fields\.(statuscategorychangedate|resolutiondate)$', '^incident\.resolved_at$'),
	-- what changed it
	('issue', '^changelog(\.histories)?$', '^(event|change|alias|history|item\.changelog|link|observed|incident\.resolved_at)'),
	('issue', '^changelog\.total$', '^(history|item\.changelog_.*|link|change (sprint|team))$'),
	('issue', '^changelog\.histories\.\d$', '^(history|item\.changelog_.*|link|change (sprint|team))$'),
	('issue', '^changelog\.histories\.\d\.items(\.\d+)?$', '^(history|item\.changelog_.*|link|change (sprint|team))$'),
	('issue', '^changelog\.histories\.0', '^(event|observed|incident\.resolved_at)'),
	('issue', '^changelog\.histories\.\d\.created$', '^(history|item\.changelog_.*)$'),
	('issue', '^changelog\.histories\.1', '^alias$'), ('issue', '^changelog\.histories\.2', '^(event|change priority)'),
		('issue', '^changelog\.histories\.3', '^link$'),
	('bulk|page', '^(changeHistories|values)$', '.'), ('bulk|page', '^(changeHistories|values)\.0', '^(event|history)'),
	('bulk|page', '^(changeHistories|values)\.1', '^(alias|history)$'), ('bulk|page', '^(changeHistories|values)\.2',
		'^(event|change priority|history)'),
	('bulk|page', '^(changeHistories|values)\.3', '^(link|history)$'),
	('webhook', '^changelog', '^(event|observed|incident\.resolved_at)'),
	('transition', '^transition', '^(event|observed|incident\.resolved_at)'),
	-- (it names no ids: that of the status it led to is the present one's)
	('transition', 'fields(\.status(\.|$)|$)', '^event'),
	('webhook|transition', '^timestamp$', '^(event|version|incident\.resolved_at)'), ('created|deleted', '^timestamp$', '^(event|version)'),
	-- (without its own time a deletion is not read)
	('deleted', '^timestamp$', '.'),
	('request', '^issueKey$', '^(alias|item\.(key|project))$'), ('request', '^createdDate', '^(created|alias|item\.created_at)$'),
	('request', '^requestFieldValues', '^item\.title$'), ('request', '^currentStatus', '^(observed|version)$'), ('request',
		'^currentStatus$', '.'), ('request', '^_links', '^item\.url$');
-- (Nothing at all in a history is what it says: no change.)
INSERT INTO held VALUES ('issue', '^changelog\.histories\.0\.items(\.0)?$', '^created$', '^(missing|empty array)$');

CREATE TEMP TABLE difference AS
SELECT m.name, array_to_string(m.path, '.') AS path, m.how, 'lost' AS what, b.fact, b.told
FROM told AS m JOIN part AS b ON b.name = m.name AND b.how = ''
WHERE m.how <> '' AND NOT EXISTS (SELECT FROM part AS p WHERE p.name = m.name AND p.path = m.path AND p.how = m.how AND p.fact = b.fact
	AND p.told = b.told)
UNION ALL
SELECT p.name, array_to_string(p.path, '.'), p.how, 'told', p.fact, p.told
FROM part AS p
WHERE p.how <> '' AND NOT EXISTS (SELECT FROM part AS b WHERE b.name = p.name AND b.how = '' AND b.fact = p.fact AND b.told = p.told);
SELECT cmp_ok((SELECT count(*) FROM told), '>', 5000::bigint, 'thousands of payloads');
SELECT is_empty($$SELECT d.name, d.path, d.how, d.what, d.fact, left(d.told, 100) FROM difference AS d
	WHERE NOT EXISTS (SELECT FROM held AS h WHERE d.name ~ ('^(' || replace(h.name, '%', '.*') || ')$') AND d.path ~ h.path
		AND d.fact ~ h.fact AND d.how ~ h.how)
	-- a name that is too long is refused
	AND NOT (d.how = 'long' AND d.path ~ '^(issue\.)?(id|key|issueKey)$')
	ORDER BY 1, 2, 3 LIMIT 40$$, 'only what a member held is lost or told otherwise');

SELECT finish();
ROLLBACK;
