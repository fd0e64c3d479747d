/*
 * Jira as dlt leaves it: objects are columns with __ between the names, lists are tables of their own
 * whose rows name their parent's. The issue is put together as the REST interface gives it. In a
 * table to which every load appends, an issue has several rows, each of which is read.
 */

CREATE FUNCTION vsm.dlt_jira_tables() RETURNS SETOF vsm.attached_table
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 5
BEGIN ATOMIC
	VALUES
		('issues!', '_dlt_id! text, id! text, key text, self text, changelog__total number, fields__status__id text, '
			'fields__status__name text, fields__status__status_category__key text, fields__issuetype__name text, '
			'fields__project__key text, fields__priority__name text, fields__parent__id text, fields__parent__fields__issuetype__name '
			'text, '
			'fields__summary text, fields__created! text, fields__updated text, fields__duedate text, fields__resolutiondate text, '
			'fields__statuscategorychangedate text, whole row', '_dlt_load_id'),
		('issues__changelog__histories', '_dlt_id! text, _dlt_parent_id! text, _dlt_list_idx! number, id text, created! text', NULL),
		('issues__changelog__histories__items', '_dlt_parent_id! text, _dlt_list_idx! number, field text, fieldtype text, field_id text, '
			'from text, from_string text, to text, to_string text', NULL),
		('issues__fields__labels', '_dlt_parent_id! text, _dlt_list_idx! number, value text', NULL),
		('issues__fields__issuelinks', '_dlt_parent_id! text, _dlt_list_idx! number, type__inward text, type__outward text, '
			'inward_issue__id text, inward_issue__key text, outward_issue__id text, outward_issue__key text', NULL);
END;
COMMENT ON FUNCTION vsm.dlt_jira_tables() IS 'the tables of Jira as dlt leaves it; a part of vsm.attach_dlt_jira';

CREATE FUNCTION vsm.dlt_jira_columns("row" jsonb, prefix text) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT coalesce(jsonb_object_agg(substr(e.key, length(prefix) + 1), e.value), '{}')
	FROM jsonb_each("row") AS e
	WHERE starts_with(e.key, prefix || 'customfield_') AND e.value <> 'null' AND e.key !~ ('^' || prefix || '.*__');
END;
COMMENT ON FUNCTION vsm.dlt_jira_columns(jsonb, text) IS
	'those custom fields of Jira whose values, or names, are columns that begin so; a part of vsm.attach_dlt_jira';

CREATE FUNCTION vsm.dlt_jira_parts() RETURNS SETOF vsm.attached_part
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 1
BEGIN ATOMIC
	VALUES ('issues', '{issues._dlt_id}'::text[], 'jira_issue', $sql$
		WITH item AS MATERIALIZED (
			SELECT e._dlt_parent_id, jsonb_agg(jsonb_strip_nulls(jsonb_build_object('field', e.field, 'fieldtype', e.fieldtype,
				'fieldId', e.field_id, 'from', e."from", 'fromString', e.from_string, 'to', e."to", 'toString', e.to_string))
				ORDER BY e._dlt_list_idx) AS items
			FROM [[issues__changelog__histories__items]] AS e GROUP BY e._dlt_parent_id),
		history AS MATERIALIZED (
			SELECT h._dlt_parent_id, jsonb_agg(jsonb_build_object('id', h.id, 'created', h.created, 'items', coalesce(e.items, '[]'))
				ORDER BY h._dlt_list_idx) AS histories
			FROM [[issues__changelog__histories._dlt_parent_id]] AS h LEFT JOIN item AS e ON e._dlt_parent_id = h._dlt_id
			GROUP BY h._dlt_parent_id),
		label AS MATERIALIZED (
			SELECT l._dlt_parent_id, jsonb_agg(l.value ORDER BY l._dlt_list_idx) AS labels
			FROM [[issues__fields__labels._dlt_parent_id]] AS l GROUP BY l._dlt_parent_id),
		link AS MATERIALIZED (
			SELECT l._dlt_parent_id, jsonb_agg(jsonb_strip_nulls(jsonb_build_object(
				'type', jsonb_build_object('inward', l.type__inward, 'outward', l.type__outward),
				'inwardIssue', CASE WHEN l.inward_issue__id IS NOT NULL THEN
					jsonb_build_object('id', l.inward_issue__id, 'key', l.inward_issue__key) END,
				'outwardIssue', CASE WHEN l.outward_issue__id IS NOT NULL THEN
					jsonb_build_object('id', l.outward_issue__id, 'key', l.outward_issue__key) END)) ORDER BY l._dlt_list_idx) AS links
			FROM [[issues__fields__issuelinks._dlt_parent_id]] AS l GROUP BY l._dlt_parent_id)
		SELECT jsonb_build_object('id', i.id, 'key', i.key, 'self', i.self, 'names', vsm.dlt_jira_columns(i.whole, 'names__'),
			'fields', jsonb_build_object('summary', i.fields__summary, 'created', i.fields__created, 'updated', i.fields__updated,
				'duedate', i.fields__duedate, 'resolutiondate', i.fields__resolutiondate,
				'statuscategorychangedate', i.fields__statuscategorychangedate, 'labels', coalesce(b.labels, '[]'),
				'issuelinks', coalesce(l.links, '[]'),
				'issuetype', CASE WHEN i.fields__issuetype__name IS NOT NULL THEN jsonb_build_object('name', i.fields__issuetype__name) END,
				'priority', CASE WHEN i.fields__priority__name IS NOT NULL THEN jsonb_build_object('name', i.fields__priority__name) END,
				'project', CASE WHEN i.fields__project__key IS NOT NULL THEN jsonb_build_object('key', i.fields__project__key) END,
				'parent', CASE WHEN i.fields__parent__id IS NOT NULL THEN jsonb_build_object('id', i.fields__parent__id,
					'fields', jsonb_build_object('issuetype', jsonb_build_object('name', i.fields__parent__fields__issuetype__name))) END,
				'status', jsonb_build_object('id', i.fields__status__id, 'name', i.fields__status__name,
					'statusCategory', jsonb_build_object('key', i.fields__status__status_category__key)))
				|| vsm.dlt_jira_columns(i.whole, 'fields__'),
			'changelog', CASE WHEN i.changelog__total IS NOT NULL OR h.histories IS NOT NULL THEN
				jsonb_strip_nulls(jsonb_build_object('total', i.changelog__total, 'histories', coalesce(h.histories, '[]'))) END) AS body
		FROM [[issues._dlt_id]] AS i LEFT JOIN history AS h ON h._dlt_parent_id = i._dlt_id
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
