/*
 * Jira as dlt leaves it. As deep as max_table_nesting goes, objects are columns with __ between the
 * names, lists are tables of their own whose rows name their parent's; what is deeper is JSON. The
 * issue is put together as the REST interface gives it. In a table to which every load appends, an
 * issue has several rows, each of which is read.
 */

CREATE FUNCTION vsm.dlt_jira_tables() RETURNS SETOF vsm.attached_table
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 5
BEGIN ATOMIC
	VALUES
		('issues!', '_dlt_id! text, id! text, key text, self text, fields json, changelog json, names json, whole row', '_dlt_load_id'),
		('issues__changelog__histories', '_dlt_id! text, _dlt_parent_id! text, _dlt_list_idx! number, id text, created! time', NULL),
		('issues__changelog__histories__items', '_dlt_root_id text, _dlt_parent_id! text, _dlt_list_idx! number, field text, '
			'fieldtype text, field_id text, from text, from_string text, to text, to_string text', NULL),
		('issues__fields__labels', '_dlt_parent_id! text, _dlt_list_idx! number, value text', NULL),
		('issues__fields__issuelinks', '_dlt_parent_id! text, _dlt_list_idx! number, type__inward text, type__outward text, '
			'inward_issue__id text, inward_issue__key text, outward_issue__id text, outward_issue__key text', NULL);
END;
COMMENT ON FUNCTION vsm.dlt_jira_tables() IS 'the tables of Jira as dlt leaves it; a part of vsm.attach_dlt_jira';

CREATE FUNCTION vsm.dlt_jira_object("row" jsonb) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	-- Who asks for all fields is told of those that are empty, too, but columns that were always empty are not made.
	result jsonb := jsonb_build_object('fields', '{"priority": null, "duedate": null, "parent": null, "labels": [], "issuelinks": []}'
		-- A custom field whose columns are empty has none, too.
		|| coalesce((SELECT jsonb_object_agg(c.field, NULL) FROM (
			SELECT DISTINCT substring(k.key FROM '^fields__(customfield_\d+)(?:__|$)') AS field FROM jsonb_object_keys("row") AS k (key))
				AS c
			WHERE c.field IS NOT NULL), '{}'::jsonb));
	member record;
BEGIN
	FOR member IN
		-- (What is of another type than a column had at first is in a column beside it.)
		SELECT string_to_array(replace(regexp_replace(e.key, '__v_[a-z]+$', ''), '__status_category', '__statusCategory'), '__') AS path,
			e.value
		FROM jsonb_each("row") AS e
		WHERE e.value <> 'null' AND e.key ~ ('^(fields__(summary|created|updated|duedate|resolutiondate|statuscategorychangedate|labels|'
			'issuelinks|status|issuetype|project|priority|parent|customfield_\d+)|names__customfield_\d+|changelog__(total|histories))'
			'(__.*)?$')
		ORDER BY e.key
	LOOP
		FOR depth IN 1 .. cardinality(member.path) - 1 LOOP
			IF jsonb_typeof(result #> member.path[:depth]) IS DISTINCT FROM 'object' THEN
				result := jsonb_set(result, member.path[:depth], '{}');
			END IF;
		END LOOP;
		result := jsonb_set(result, member.path, member.value);
	END LOOP;
	RETURN result;
END
$$;
COMMENT ON FUNCTION vsm.dlt_jira_object(jsonb) IS
	'the members of an issue of Jira that are columns, as an object; a part of vsm.attach_dlt_jira';

CREATE FUNCTION vsm.dlt_jira_parts() RETURNS SETOF vsm.attached_part
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 1
BEGIN ATOMIC
	VALUES ('issues', '{issues._dlt_id}'::text[], 'jira_issue', $sql$
		WITH item AS MATERIALIZED (
			SELECT e._dlt_parent_id, jsonb_agg(jsonb_strip_nulls(vsm.json_build('field', e.field, 'fieldtype', e.fieldtype,
				'fieldId', e.field_id, 'from', e."from", 'fromString', e.from_string, 'to', e."to", 'toString', e.to_string))
				ORDER BY e._dlt_list_idx) AS items
			FROM [[issues__changelog__histories__items._dlt_root_id]] AS e GROUP BY e._dlt_parent_id),
		history AS MATERIALIZED (
			SELECT h._dlt_parent_id, jsonb_agg(vsm.json_build('id', h.id, 'created', h.created, 'items', coalesce(e.items, '[]'))
				ORDER BY h._dlt_list_idx) AS histories
			FROM [[issues__changelog__histories._dlt_parent_id]] AS h LEFT JOIN item AS e ON e._dlt_parent_id = h._dlt_id
			GROUP BY h._dlt_parent_id),
		label AS MATERIALIZED (
			SELECT l._dlt_parent_id, jsonb_agg(l.value ORDER BY l._dlt_list_idx) AS labels
			FROM (SELECT DISTINCT l._dlt_parent_id, l._dlt_list_idx, l.value FROM [[issues__fields__labels._dlt_parent_id]] AS l) AS l
			GROUP BY l._dlt_parent_id),
		link AS MATERIALIZED (
			SELECT l._dlt_parent_id, jsonb_agg(jsonb_strip_nulls(vsm.json_build(
				'type', vsm.json_build('inward', l.type__inward, 'outward', l.type__outward),
				'inwardIssue', CASE WHEN l.inward_issue__id IS NOT NULL THEN
					vsm.json_build('id', l.inward_issue__id, 'key', l.inward_issue__key) END,
				'outwardIssue', CASE WHEN l.outward_issue__id IS NOT NULL THEN
					vsm.json_build('id', l.outward_issue__id, 'key', l.outward_issue__key) END)) ORDER BY l._dlt_list_idx) AS links
			FROM [[issues__fields__issuelinks._dlt_parent_id]] AS l GROUP BY l._dlt_parent_id)
		SELECT vsm.json_build('id', i.id, 'key', i.key, 'self', i.self, 'names', coalesce(i.names, o.object -> 'names'),
			'fields', coalesce(i.fields, (o.object -> 'fields') || jsonb_strip_nulls(vsm.json_build('labels', b.labels,
				'issuelinks', l.links))),
			'changelog', coalesce(i.changelog, (o.object -> 'changelog') || jsonb_strip_nulls(vsm.json_build('histories',
				coalesce(h.histories, o.object #> ARRAY['changelog', 'histories'], '[]'))))) AS body
		FROM [[issues._dlt_id]] AS i
			CROSS JOIN LATERAL (SELECT CASE WHEN i.fields IS NULL THEN vsm.dlt_jira_object(i.whole) END AS object OFFSET 0) AS o
			LEFT JOIN history AS h ON h._dlt_parent_id = i._dlt_id
			LEFT JOIN label AS b ON b._dlt_parent_id = i._dlt_id LEFT JOIN link AS l ON l._dlt_parent_id = i._dlt_id$sql$);
END;
COMMENT ON FUNCTION vsm.dlt_jira_parts() IS 'what is read of Jira as dlt leaves it; a part of vsm.attach_dlt_jira';

CREATE PROCEDURE vsm.attach_dlt_jira(model text, source_schema text, source text DEFAULT 'jira', full_pass interval DEFAULT '1 day')
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	CALL vsm.attach(model, source_schema, 'dlt_jira', source, full_pass);
END
$$;
COMMENT ON PROCEDURE vsm.attach_dlt_jira(text, text, text, interval) IS
	'has vsm.refresh read the issues of Jira that dlt loads into tables of a schema';
