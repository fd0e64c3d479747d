/*
 * Jira as Airbyte leaves it: the table issues has the issue of the REST interface as columns, fields
 * and changelog as JSON. In a table to which every sync appends, an issue has several rows, each of
 * which is read.
 */

CREATE FUNCTION vsm.airbyte_jira_tables() RETURNS SETOF vsm.attached_table
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 2
BEGIN ATOMIC
	VALUES ('issues!', 'id! text, key text, self text, fields! json, changelog json', '_airbyte_extracted_at|_airbyte_emitted_at'),
		('issue_fields', 'id text, name text, schema json', '=');
END;
COMMENT ON FUNCTION vsm.airbyte_jira_tables() IS 'the tables of Jira as Airbyte leaves it; a part of vsm.attach_airbyte_jira';

CREATE FUNCTION vsm.airbyte_jira_parts() RETURNS SETOF vsm.attached_part
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 1
BEGIN ATOMIC
	VALUES ('issues', '{issues.id}'::text[], 'jira_issue', $sql$
		SELECT vsm.json_build('id', i.id, 'key', i.key, 'self', i.self, 'fields', i.fields, 'changelog', i.changelog,
			'names', f.names, 'schema', f.schemas) AS body
		FROM [[issues.id]] AS i, (
			SELECT jsonb_object_agg(c.id, c.name) AS names, jsonb_object_agg(c.id, c.schema) AS schemas
			FROM (SELECT DISTINCT ON (c.id) c.* FROM [[issue_fields]] AS c ORDER BY c.id, c.name) AS c
			WHERE c.id LIKE 'customfield%' AND (vsm.jira_field($3, c.id, c.name) IS NOT NULL
				OR vsm.jira_schema_field(c.schema ->> 'custom') IS NOT NULL)
			OFFSET 0) AS f$sql$);
END;
COMMENT ON FUNCTION vsm.airbyte_jira_parts() IS 'what is read of Jira as Airbyte leaves it; a part of vsm.attach_airbyte_jira';

CREATE PROCEDURE vsm.attach_airbyte_jira(model text, source_schema text, source text DEFAULT 'jira', full_pass interval DEFAULT '1 day')
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	CALL vsm.attach(model, source_schema, 'airbyte_jira', source, full_pass);
END
$$;
COMMENT ON PROCEDURE vsm.attach_airbyte_jira(text, text, text, interval) IS
	'has vsm.refresh read the issues of Jira that Airbyte loads into tables of a schema';
