-- What happens to ten issues of each tracker after the first load: they are moved on, lose their flag, are linked and no longer linked; one
-- is deleted. Requests are merged, changes and incidents of ServiceNow go on.
SET TimeZone = 'UTC';
CREATE TEMP TABLE moved AS
SELECT o.id, row_number() OVER (ORDER BY o.id::bigint DESC) AS n, timestamptz '2025-11-01 10:00Z' + row_number() OVER (ORDER BY o.id::bigint
	DESC) * interval '1 hour' AS at, o.body #> '{fields,status}' AS status
FROM made.object AS o WHERE o.source = 'jira' AND o.kind = 'issue' ORDER BY 2 LIMIT 10;

-- A status, of the first seven.
UPDATE made.object AS o
SET body = jsonb_set(jsonb_set(jsonb_set(o.body, '{fields}', o.body -> 'fields' || jsonb_build_object('updated', made.iso(m.at),
		'status', '{"id": "4", "name": "In Review", "statusCategory": {"id": 4, "key": "indeterminate"}}'::jsonb, 'resolutiondate', NULL,
		'statuscategorychangedate', CASE WHEN m.status #>> '{statusCategory,key}' = 'indeterminate' THEN
			o.body #>> '{fields,statuscategorychangedate}' ELSE made.iso(m.at) END)),
	'{changelog,histories}', jsonb_build_array(jsonb_build_object('id', (900000 + m.n)::text, 'created', made.iso(m.at), 'items',
		jsonb_build_array(jsonb_build_object('field', 'status', 'fieldtype', 'jira', 'fieldId', 'status', 'from', m.status -> 'id',
			'fromString', m.status -> 'name', 'to', '4', 'toString', 'In Review')))) || (o.body #> '{changelog,histories}')),
	'{changelog,total}', to_jsonb((o.body #>> '{changelog,total}')::int + 1))
FROM moved AS m
WHERE o.source = 'jira' AND o.kind = 'issue' AND o.id = m.id AND m.n <= 7 AND m.status ->> 'id' <> '4';
-- The eighth is blocked by the ninth from now on; whatever the first that is blocked was blocked by no longer blocks it.
CREATE TEMP TABLE linked AS
SELECT m.id, jsonb_build_array(jsonb_build_object('id', 'new', 'type',
	'{"id": "1", "name": "Blocks", "inward": "is blocked by", "outward": "blocks"}'::jsonb, CASE m.n WHEN 8 THEN 'inwardIssue'
	ELSE 'outwardIssue' END, jsonb_build_object('id', p.id, 'key', p.body -> 'key'))) AS links, m.at
FROM moved AS m JOIN moved AS q ON q.n = 17 - m.n JOIN made.object AS p ON p.source = 'jira' AND p.kind = 'issue' AND p.id = q.id
WHERE m.n IN (8, 9);
INSERT INTO linked
SELECT o.id, '[]', timestamptz '2025-11-02 10:00Z' FROM made.object AS o WHERE o.source = 'jira' AND o.kind = 'issue' AND o.id IN (
	SELECT e.id
	FROM (
		SELECT b.id AS blocked, b.body #>> '{fields,issuelinks,0,inwardIssue,id}' AS blocking FROM made.object AS b
		WHERE b.source = 'jira' AND b.kind = 'issue' AND b.body #> '{fields,issuelinks,0}' ? 'inwardIssue'
		AND jsonb_array_length(b.body #> '{fields,issuelinks}') = 1 ORDER BY b.id LIMIT 1) AS b,
		LATERAL (VALUES (b.blocked), (b.blocking)) AS e (id));
INSERT INTO made.gone_link
SELECT v.issue_id, v.related_issue_id, v.relationship
FROM fivetran_jira_now.issue_link AS v JOIN linked AS l ON l.id = v.issue_id::text AND l.links = '[]';
UPDATE made.object AS o
SET body = jsonb_set(jsonb_set(o.body, '{fields,issuelinks}', CASE WHEN l.links = '[]' THEN l.links ELSE (o.body #> '{fields,issuelinks}')
	|| l.links END), '{fields,updated}', to_jsonb(made.iso(l.at)))
FROM linked AS l WHERE o.source = 'jira' AND o.kind = 'issue' AND o.id = l.id;
UPDATE made.object AS o
SET body = jsonb_set(jsonb_set(o.body, '{changelog,histories}', jsonb_build_array(jsonb_build_object('id', '9001' || g.n, 'created',
	'2025-11-02T10:00:00Z', 'items', jsonb_build_array(jsonb_build_object('field', 'Link', 'fieldtype', 'jira', 'from', p.body -> 'key',
	'fromString', 'This issue ' || g.relationship || ' ' || (p.body ->> 'key'), 'to', NULL, 'toString', NULL))))
	|| (o.body #> '{changelog,histories}')), '{changelog,total}', to_jsonb((o.body #>> '{changelog,total}')::int + 1))
FROM (SELECT g.*, row_number() OVER (ORDER BY g.issue) AS n FROM made.gone_link AS g) AS g
	JOIN made.object AS p ON p.source = 'jira' AND p.kind = 'issue' AND p.id = g.related::text
WHERE o.source = 'jira' AND o.kind = 'issue' AND o.id = g.issue::text;
-- The tenth is deleted.
UPDATE made.object AS o SET is_deleted = true FROM moved AS m WHERE o.source = 'jira' AND o.kind = 'issue' AND o.id = m.id AND m.n = 10;

-- Issues of GitLab and GitHub: those that are open are closed, others reopened; a label goes, another one comes.
CREATE TEMP TABLE turned AS
SELECT o.source, o.id, t.n, t.at, CASE WHEN o.body ->> 'state' = 'closed' THEN 'reopened' ELSE 'closed' END AS state,
	CASE o.source WHEN 'gitlab' THEN '["QA"]'::jsonb ELSE '[{"id": 1, "name": "QA"}]' END AS labels
FROM (SELECT o.*, row_number() OVER (PARTITION BY o.source ORDER BY o.id::bigint DESC) AS n FROM made.object AS o
	WHERE o.source IN ('gitlab', 'github') AND o.kind = 'issue') AS o,
	LATERAL (SELECT o.n, timestamptz '2025-11-01 10:00Z' + o.n * interval '1 hour' AS at) AS t
WHERE o.n <= 10;
UPDATE made.object AS o
SET body = o.body || jsonb_build_object('state', CASE WHEN t.state = 'closed' THEN 'closed' WHEN o.source = 'gitlab' THEN 'opened'
	ELSE 'open' END, 'updated_at', made.iso(t.at), 'closed_at', CASE t.state WHEN 'closed' THEN made.iso(t.at) END, 'labels', t.labels)
	|| CASE o.source WHEN 'github' THEN jsonb_build_object('state_reason', CASE t.state WHEN 'closed' THEN 'completed' ELSE 'reopened' END)
		ELSE '{}' END
FROM turned AS t WHERE o.source = t.source AND o.kind = 'issue' AND o.id = t.id;
INSERT INTO made.object (source, kind, id, body)
SELECT 'gitlab', 'resource_event', v.id::text, jsonb_build_object('id', v.id, 'resource_type', 'Issue', 'resource_id', t.id::bigint,
	'created_at', made.iso(t.at)) || v.body
FROM turned AS t, LATERAL (VALUES (2000000000 + t.n, jsonb_build_object('state', t.state)), (2000000100 + t.n,
	'{"action": "add", "label": {"id": 6, "name": "QA"}}'::jsonb)) AS v (id, body) WHERE t.source = 'gitlab'
UNION ALL
SELECT 'github', 'issue_event', v.id::text, jsonb_build_object('id', v.id, 'created_at', made.iso(t.at), 'issue', jsonb_build_object('id',
	t.id::bigint, 'number', t.id::bigint)) || v.body
FROM turned AS t, LATERAL (VALUES (2000000000 + t.n, jsonb_build_object('event', t.state)), (2000000100 + t.n,
	'{"event": "labeled", "label": {"name": "QA"}}'::jsonb)) AS v (id, body) WHERE t.source = 'github';

-- The newest request of each that was closed or is open is merged after all.
CREATE TEMP TABLE landed AS
SELECT DISTINCT ON (q.source) q.source, q.id FROM made.request AS q WHERE q.state <> 'merged' ORDER BY q.source, q.id DESC;
UPDATE made.request AS q SET state = 'merged', merged_at = '2025-11-03 10:00Z', closed_at = NULL, updated_at = '2025-11-03 10:00Z'
FROM landed AS l WHERE l.source = q.source AND l.id = q.id;
UPDATE made.object AS o
SET body = o.body || '{"updated_at": "2025-11-03T10:00:00Z", "merged_at": "2025-11-03T10:00:00Z"}' || CASE o.source WHEN 'gitlab' THEN
	'{"state": "merged", "closed_at": null}'::jsonb ELSE '{"state": "closed", "closed_at": "2025-11-03T10:00:00Z"}' END
FROM landed AS l WHERE o.source = l.source AND o.kind IN ('merge_request', 'pull_request') AND o.id = l.id::text;

-- ServiceNow: the newest change is worked on, the newest incident is opened again.
INSERT INTO made.object (source, kind, id, body)
SELECT 'servicenow', 'sys_audit', md5('new' || o.id), jsonb_build_object('sys_id', md5('new' || o.id), 'tablename', o.kind, 'documentkey',
	o.id, 'fieldname', 'state', 'oldvalue', o.body -> 'state', 'newvalue', o.state, 'record_checkpoint', '9', 'sys_created_on',
	'2025-11-01 10:00:00')
FROM (SELECT DISTINCT ON (o.kind) o.*, CASE o.kind WHEN 'incident' THEN '2' ELSE '-1' END AS state FROM made.object AS o
	WHERE o.source = 'servicenow' AND o.kind IN ('incident', 'change_request') ORDER BY o.kind, o.body ->> 'number' DESC) AS o;
UPDATE made.object AS o
SET body = o.body || jsonb_build_object('state', a.body -> 'newvalue', 'sys_updated_on', '2025-11-01 10:00:00', 'sys_mod_count', '9')
	|| CASE o.kind WHEN 'incident' THEN '{"incident_state": "2", "resolved_at": ""}'::jsonb ELSE '{"work_start": "2025-11-01 10:00:00"}' END
FROM made.object AS a WHERE a.source = 'servicenow' AND a.id = md5('new' || o.id) AND o.source = 'servicenow' AND o.kind <> 'sys_audit';
