-- Jira as Fivetran leaves it: a row of a history a value that a field got, the first when the issue was created.
CREATE SCHEMA fivetran_jira_now;
CREATE VIEW fivetran_jira_now.issue AS
SELECT o.id::bigint AS id, o.body ->> 'key' AS key, (f.fields ->> 'created')::timestamptz AS created,
	(f.fields ->> 'updated')::timestamptz AS updated, (f.fields ->> 'resolutiondate')::timestamptz AS resolved,
		f.fields ->> 'summary' AS summary,
	(f.fields ->> 'duedate')::date AS due_date, (f.fields #>> '{parent,id}')::bigint AS parent_id,
	(f.fields #>> '{status,id}')::bigint AS status, (f.fields ->> 'statuscategorychangedate')::timestamptz AS status_category_changed,
	(f.fields #>> '{issuetype,id}')::bigint AS issue_type, (f.fields #>> '{priority,id}')::bigint AS priority,
	(f.fields #>> '{project,id}')::bigint AS project, o.is_deleted AS _fivetran_deleted
FROM made.object AS o, LATERAL (SELECT o.body -> 'fields' AS fields) AS f WHERE o.source = 'jira' AND o.kind = 'issue';
-- Each value that a field of an issue got: what the first change came from, or what it has now, and what each change led to.
CREATE VIEW made.field_value AS
WITH change AS (
	SELECT o.id, (h.history ->> 'created')::timestamptz AS at, i.item ->> 'fieldId' AS field, i.item,
		row_number() OVER (PARTITION BY o.id, i.item ->> 'fieldId' ORDER BY h.place DESC) = 1 AS is_first
	FROM made.object AS o, jsonb_array_elements(o.body #> '{changelog,histories}') WITH ORDINALITY AS h (history, place),
		jsonb_array_elements(h.history -> 'items') AS i (item)
	WHERE o.source = 'jira' AND o.kind = 'issue' AND i.item ? 'fieldId')
SELECT o.id, (o.body #>> '{fields,created}')::timestamptz AS at, n.field, coalesce(
	CASE WHEN n.field = 'issuekey' THEN c.item ->> 'fromString' ELSE c.item ->> 'from' END, CASE WHEN c.id IS NULL THEN n.value END)
		AS value
FROM made.object AS o CROSS JOIN LATERAL (VALUES
		('status', o.body #>> '{fields,status,id}'), ('priority', o.body #>> '{fields,priority,id}'),
		('issuetype', o.body #>> '{fields,issuetype,id}'), ('project', o.body #>> '{fields,project,id}'),
		('duedate', o.body #>> '{fields,duedate}'), ('issuekey', o.body ->> 'key'), ('customfield_10016',
			o.body #>> '{fields,customfield_10016}'),
		('customfield_10001', o.body #>> '{fields,customfield_10001,id}'), ('customfield_10020', ''), ('customfield_10021', ''))
		AS n (field, value)
	LEFT JOIN change AS c ON c.id = o.id AND c.field = n.field AND c.is_first
WHERE o.source = 'jira' AND o.kind = 'issue'
UNION ALL
SELECT c.id, c.at, c.field, CASE WHEN c.field = 'issuekey' THEN c.item ->> 'toString' ELSE c.item ->> 'to' END FROM change AS c;
CREATE VIEW fivetran_jira_now.issue_field_history AS
SELECT v.field AS field_id, v.id::bigint AS issue_id, v.at AS "time", v.value
FROM made.field_value AS v WHERE v.field NOT IN ('customfield_10020', 'customfield_10021');
CREATE VIEW fivetran_jira_now.issue_multiselect_history AS
SELECT md5(v.id || v.at || v.field || coalesce(w.value, '')) AS _fivetran_id, v.field AS field_id, v.id::bigint AS issue_id, v.at AS "time",
	nullif(w.value, '') AS value
FROM made.field_value AS v LEFT JOIN LATERAL string_to_table(btrim(v.value, '[]'), ', ') AS w (value) ON true
WHERE v.field IN ('customfield_10020', 'customfield_10021')
UNION ALL
SELECT md5(o.id || l.label), 'labels'::text, o.id::bigint, (o.body #>> '{fields,created}')::timestamptz, l.label
FROM made.object AS o CROSS JOIN LATERAL jsonb_array_elements_text(o.body #> '{fields,labels}') AS l (label)
WHERE o.source = 'jira' AND o.kind = 'issue';
-- Links that were taken away before the first load were never seen.
CREATE VIEW fivetran_jira_now.issue_link AS
SELECT o.id::bigint AS issue_id, coalesce(l.link #>> '{inwardIssue,id}', l.link #>> '{outwardIssue,id}')::bigint AS related_issue_id,
	CASE WHEN l.link ? 'inwardIssue' THEN l.link #>> '{type,inward}' ELSE l.link #>> '{type,outward}' END AS relationship,
	false AS _fivetran_deleted
FROM made.object AS o, jsonb_array_elements(o.body #> '{fields,issuelinks}') AS l (link) WHERE o.source = 'jira' AND o.kind = 'issue'
UNION ALL
SELECT g.issue, g.related, g.relationship, true FROM made.gone_link AS g;
CREATE VIEW fivetran_jira_now.status AS SELECT s.id::bigint AS id, s.name, s.category_id::bigint AS status_category_id FROM made.status
	AS s;
CREATE VIEW fivetran_jira_now.issue_type AS SELECT n.id::bigint AS id, n.name FROM made.named AS n WHERE n.field = 'issuetype';
CREATE VIEW fivetran_jira_now.priority AS SELECT n.id::bigint AS id, n.name FROM made.named AS n WHERE n.field = 'priority';
CREATE VIEW fivetran_jira_now.project AS SELECT p.id::bigint AS id, p.key, p.name FROM made.project AS p;
CREATE VIEW fivetran_jira_now.sprint AS SELECT s AS id, 'Sprint ' || s AS name FROM generate_series(7::bigint, 8) AS s;
CREATE VIEW fivetran_jira_now.field_option AS
SELECT n.id::bigint AS id, NULL::bigint AS parent_id, n.name FROM made.named AS n WHERE n.field = 'team'
UNION ALL SELECT 10019, NULL, 'Impediment';
CREATE VIEW fivetran_jira_now.field AS
SELECT DISTINCT n.key AS id, n.value AS name, true AS is_custom, n.value IN ('Sprint', 'Flagged') AS is_array
FROM made.object AS o, jsonb_each_text(o.body -> 'names') AS n WHERE o.source = 'jira' AND o.kind = 'issue';
CREATE FUNCTION fivetran_jira_now.comparable(relation text, "row" jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE
RETURN CASE relation
	-- Changes have no ids there.
	WHEN 'event' THEN "row" - 'event_id'
	WHEN 'item_change' THEN "row" - 'change_id'
	-- Addresses are not in the tables.
	WHEN 'item' THEN "row" - 'url'
	-- Links are told by ids, not by changes that name keys; since when they stand is not known.
	WHEN 'link' THEN CASE WHEN "row" ->> 'source' LIKE 'jira:%' AND "row" ->> 'target' LIKE 'jira:%'
		THEN "row" - '{since,changed_at}'::text[] END
	ELSE "row" END;
CREATE FUNCTION fivetran_jira_now.lasting(relation text, "row" jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE
RETURN "row";
