-- Jira as dlt leaves it, merging, lists in tables of their own and names as JSON. What it tells is all that payloads tell. An issue
-- that was loaded again is a row with another id.
CREATE SCHEMA dlt_jira_now;
CREATE VIEW dlt_jira_now.issues AS
SELECT md5(o.body::text) AS _dlt_id, o.id, o.body ->> 'key' AS key, o.body ->> 'self' AS self, o.body -> 'names' AS names,
	f.fields ->> 'summary' AS fields__summary, (f.fields ->> 'created')::timestamptz AS fields__created,
	(f.fields ->> 'updated')::timestamptz AS fields__updated, (f.fields ->> 'resolutiondate')::timestamptz AS fields__resolutiondate,
	(f.fields ->> 'statuscategorychangedate')::timestamptz AS fields__statuscategorychangedate,
	(f.fields ->> 'duedate')::date AS fields__duedate, f.fields #>> '{status,id}' AS fields__status__id,
	f.fields #>> '{status,name}' AS fields__status__name,
	(f.fields #>> '{status,statusCategory,id}')::bigint AS fields__status__status_category__id,
	f.fields #>> '{status,statusCategory,key}' AS fields__status__status_category__key,
	f.fields #>> '{issuetype,name}' AS fields__issuetype__name, f.fields #>> '{project,key}' AS fields__project__key,
	f.fields #>> '{project,name}' AS fields__project__name, f.fields #>> '{priority,name}' AS fields__priority__name,
	f.fields #>> '{parent,id}' AS fields__parent__id, f.fields #>> '{parent,key}' AS fields__parent__key,
	f.fields #>> '{parent,fields,issuetype,name}' AS fields__parent__fields__issuetype__name,
	(f.fields ->> 'customfield_10016')::float8 AS fields__customfield_10016,
	f.fields #>> '{customfield_10001,id}' AS fields__customfield_10001__id,
	f.fields #>> '{customfield_10001,name}' AS fields__customfield_10001__name,
	nullif(f.fields -> 'customfield_10020', 'null') AS fields__customfield_10020,
	nullif(f.fields -> 'customfield_10021', 'null') AS fields__customfield_10021,
	(o.body #>> '{changelog,total}')::bigint AS changelog__total
FROM made.object AS o, LATERAL (SELECT o.body -> 'fields' AS fields) AS f
WHERE o.source = 'jira' AND o.kind = 'issue' AND NOT o.is_deleted;
CREATE VIEW dlt_jira_now.issues__changelog__histories AS
SELECT md5(o.body::text || h.place) AS _dlt_id, md5(o.body::text) AS _dlt_parent_id, h.place - 1 AS _dlt_list_idx, h.history ->> 'id' AS id,
	(h.history ->> 'created')::timestamptz AS created
FROM made.object AS o, jsonb_array_elements(o.body #> '{changelog,histories}') WITH ORDINALITY AS h (history, place)
WHERE o.source = 'jira' AND o.kind = 'issue' AND NOT o.is_deleted;
CREATE VIEW dlt_jira_now.issues__changelog__histories__items AS
SELECT md5(o.body::text || h.place || i.place) AS _dlt_id, md5(o.body::text) AS _dlt_root_id,
	md5(o.body::text || h.place) AS _dlt_parent_id,
	i.place - 1 AS _dlt_list_idx, i.item ->> 'field' AS field, i.item ->> 'fieldtype' AS fieldtype, i.item ->> 'fieldId' AS field_id,
	i.item ->> 'from' AS "from", i.item ->> 'fromString' AS from_string, i.item ->> 'to' AS "to", i.item ->> 'toString' AS to_string
FROM made.object AS o, jsonb_array_elements(o.body #> '{changelog,histories}') WITH ORDINALITY AS h (history, place),
	jsonb_array_elements(h.history -> 'items') WITH ORDINALITY AS i (item, place)
WHERE o.source = 'jira' AND o.kind = 'issue' AND NOT o.is_deleted;
CREATE VIEW dlt_jira_now.issues__fields__labels AS
SELECT md5(o.body::text || l.label || l.place) AS _dlt_id, md5(o.body::text) AS _dlt_parent_id, l.place - 1 AS _dlt_list_idx,
	l.label AS value
FROM made.object AS o, jsonb_array_elements_text(o.body #> '{fields,labels}') WITH ORDINALITY AS l (label, place)
WHERE o.source = 'jira' AND o.kind = 'issue' AND NOT o.is_deleted;
CREATE VIEW dlt_jira_now.issues__fields__issuelinks AS
SELECT md5(o.body::text || 'link' || l.place) AS _dlt_id, md5(o.body::text) AS _dlt_parent_id, l.place - 1 AS _dlt_list_idx,
	l.link #>> '{type,inward}' AS type__inward, l.link #>> '{type,outward}' AS type__outward,
		l.link #>> '{inwardIssue,id}' AS inward_issue__id,
	l.link #>> '{inwardIssue,key}' AS inward_issue__key, l.link #>> '{outwardIssue,id}' AS outward_issue__id,
	l.link #>> '{outwardIssue,key}' AS outward_issue__key
FROM made.object AS o, jsonb_array_elements(o.body #> '{fields,issuelinks}') WITH ORDINALITY AS l (link, place)
WHERE o.source = 'jira' AND o.kind = 'issue' AND NOT o.is_deleted;
CREATE FUNCTION dlt_jira_now.comparable(relation text, "row" jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE
RETURN "row";
-- A row that is gone tells nothing: what is deleted stays in the model.
CREATE FUNCTION dlt_jira_now.lasting(relation text, "row" jsonb) RETURNS jsonb LANGUAGE sql STABLE
RETURN CASE WHEN NOT made.is_gone("row") THEN "row" END;
