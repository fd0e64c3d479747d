-- Jira as Airbyte leaves it. What it tells is all that payloads tell.
CREATE SCHEMA airbyte_jira_now;
CREATE VIEW airbyte_jira_now.issues AS
SELECT o.id, o.body ->> 'key' AS key, o.body ->> 'self' AS self, 'changelog'::text AS expand, o.body -> 'fields' AS fields,
	(o.body #>> '{fields,created}')::timestamptz AS created, (o.body #>> '{fields,updated}')::timestamptz AS updated,
	o.body -> 'changelog' AS changelog, o.body #>> '{fields,project,id}' AS "projectId", o.body #>> '{fields,project,key}' AS "projectKey"
FROM made.object AS o WHERE o.source = 'jira' AND o.kind = 'issue' AND NOT o.is_deleted;
CREATE VIEW airbyte_jira_now.issue_fields AS
SELECT DISTINCT n.key AS id, n.key, n.value AS name, true AS custom, NULL::jsonb AS schema
FROM made.object AS o, jsonb_each_text(o.body -> 'names') AS n WHERE o.source = 'jira' AND o.kind = 'issue';
CREATE FUNCTION airbyte_jira_now.comparable(relation text, "row" jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE
RETURN "row";
-- A row that is gone tells nothing: what is deleted stays in the model.
CREATE FUNCTION airbyte_jira_now.lasting(relation text, "row" jsonb) RETURNS jsonb LANGUAGE sql STABLE
RETURN CASE WHEN NOT made.is_gone("row") THEN "row" END;
