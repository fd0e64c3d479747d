/*
 * Jira as Fivetran leaves it. A row of issue_field_history, or the rows of issue_multiselect_history
 * of one time, say which value a field has from then on: what it changed from is the value before.
 * The first value, as old as the issue, is no change. Of this the issue with its changelog is made
 * as the REST interface has it, so that it means what it means there. Histories have no ids; they
 * are known by their issue and time. Names are those that statuses, priorities and so on have now.
 *
 * Moves between statuses are nearly all of a changelog, and those that are not the last mean nothing
 * but themselves, unless the issue is an incident: they become facts past the JSON.
 */

CREATE FUNCTION vsm.fivetran_jira_tables() RETURNS SETOF vsm.attached_table
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 11
BEGIN ATOMIC
	VALUES
		('issue!', 'id! text, key text, created! time, updated time, resolved time, summary text, due_date json, parent_id text, '
			'status! text, status_category_changed time, issue_type|work_type text, priority text, project text, '
			'_fivetran_synced time, _fivetran_deleted flag', '_fivetran_synced'),
		('issue_field_history!', 'issue_id! text, field_id! text, time! time, value! text, _fivetran_deleted flag', '_fivetran_synced'),
		('issue_multiselect_history', 'issue_id! text, field_id! text, time! time, value! text, _fivetran_deleted flag',
			'_fivetran_synced'),
		('issue_link', 'issue_id! text, related_issue_id! text, relationship! text, _fivetran_synced! time, _fivetran_deleted flag',
			'_fivetran_synced'),
		('field', 'id! text, name text, is_custom flag', '='),
		('field_option', 'id! text, name text', '_fivetran_synced'),
		('status!', 'id! text, name! text, status_category_id text', '='),
		('issue_type', 'id! text, name text', '='),
		('priority', 'id! text, name text', '='),
		('project', 'id! text, key text, name text', '='),
		('sprint', 'id! text, name text', '_fivetran_synced');
END;
COMMENT ON FUNCTION vsm.fivetran_jira_tables() IS 'the tables of Jira as Fivetran leaves it; a part of vsm.attach_fivetran_jira';

CREATE FUNCTION vsm.fivetran_jira_parts() RETURNS SETOF vsm.attached_part
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 4
BEGIN ATOMIC
	VALUES
		('deleted', '{issue.id}'::text[], NULL::text, vsm.attached_ends($sql$
			SELECT $2 || ':issue:' || i.id AS entity, coalesce(i._fivetran_synced, i.updated) AS at, i._fivetran_deleted AS is_gone,
				coalesce(s.name, i.status) AS state, i.status AS state_id
			FROM [[issue.id]] AS i LEFT JOIN [[status]] AS s ON s.id = i.status$sql$, 'Deleted')),
		('issue', '{issue.id,issue_field_history.issue_id,issue_multiselect_history.issue_id}', 'told_jira_issue', $sql$
		WITH wanted AS MATERIALIZED (
			SELECT f.id, f.name, f.id LIKE 'customfield%' AS is_custom,
				CASE WHEN f.id LIKE 'customfield%' OR f.id = 'parent' THEN vsm.jira_field($3, f.id, f.name) ELSE f.id END AS what
			FROM (
				SELECT f.id, f.name FROM [[field]] AS f
				UNION
				SELECT v.id, NULL
				FROM unnest(ARRAY['status', 'priority', 'issuetype', 'project', 'duedate', 'labels', 'issuekey', 'parent']) AS v (id)
				WHERE NOT EXISTS (SELECT FROM [[field]] AS f WHERE f.id = v.id)) AS f
			WHERE f.id IN ('status', 'priority', 'issuetype', 'project', 'duedate', 'labels', 'issuekey', 'parent')
			OR f.id LIKE 'customfield%' AND vsm.jira_field($3, f.id, f.name) IS NOT NULL),
		-- Names are looked up in objects by the ids that are values: to join them would hash or sort all of the history.
		told AS (
			SELECT h.issue_id COLLATE "C" AS issue_id, w.id COLLATE "C" AS field_id, w.name AS field, w.what, w.is_custom, h.time,
				h.value AS id,
				-- (What has no name is called by its id.)
				coalesce(CASE w.id
					WHEN 'status' THEN (SELECT jsonb_object_agg(s.id, s.name) FROM [[status]] AS s WHERE s.id IS NOT NULL) ->> h.value
					WHEN 'priority' THEN (SELECT jsonb_object_agg(p.id, p.name) FROM [[priority]] AS p WHERE p.id IS NOT NULL) ->> h.value
					WHEN 'issuetype' THEN
						(SELECT jsonb_object_agg(t.id, t.name) FROM [[issue_type]] AS t WHERE t.id IS NOT NULL) ->> h.value
					WHEN 'project' THEN (SELECT jsonb_object_agg(j.id, j.name) FROM [[project]] AS j WHERE j.id IS NOT NULL) ->> h.value
					ELSE coalesce(CASE WHEN w.is_custom THEN
						(SELECT jsonb_object_agg(o.id, o.name) FROM [[field_option]] AS o WHERE o.id IS NOT NULL) ->> h.value END, h.value)
				END, h.value) AS text, NULL::jsonb AS list
			FROM [[issue_field_history.issue_id]] AS h JOIN wanted AS w ON w.id = h.field_id
			WHERE h._fivetran_deleted IS NOT TRUE AND (w.what IN ('parent', 'feature')) IS NOT TRUE
			UNION ALL
			SELECT h.issue_id, w.id, w.name, w.what, w.is_custom, h.time, h.value, coalesce(e.key, h.value), NULL
			FROM [[issue_field_history.issue_id]] AS h JOIN wanted AS w ON w.id = h.field_id AND w.what IN ('parent', 'feature')
				LEFT JOIN [[issue]] AS e ON e.id = h.value
			WHERE h._fivetran_deleted IS NOT TRUE
			UNION ALL
			SELECT h.issue_id, h.id, h.name, h.what, h.is_custom, h.time,
				coalesce(string_agg(h.value, ', ' ORDER BY length(h.value), h.value), ''),
				coalesce(string_agg(coalesce(CASE WHEN h.what = 'sprint'
						THEN (SELECT jsonb_object_agg(r.id, r.name) FROM [[sprint]] AS r WHERE r.id IS NOT NULL)
						WHEN h.is_custom
						THEN (SELECT jsonb_object_agg(o.id, o.name) FROM [[field_option]] AS o WHERE o.id IS NOT NULL)
					END ->> h.value, h.value), ', ' ORDER BY length(h.value), h.value), ''),
				CASE WHEN h.id = 'labels' THEN coalesce(jsonb_agg(h.value ORDER BY h.value) FILTER (WHERE h.value IS NOT NULL), '[]') END
			FROM (
				SELECT DISTINCT h.issue_id, w.id, w.name, w.what, w.is_custom, h.time, h.value
				FROM [[issue_multiselect_history.issue_id]] AS h JOIN wanted AS w ON w.id = h.field_id
				WHERE h._fivetran_deleted IS NOT TRUE) AS h
			GROUP BY h.issue_id, h.id, h.name, h.what, h.is_custom, h.time),
		history AS (
			SELECT g.issue_id, g.told, g.fields, vsm.any_meaning($3, 'label', g.fields -> 'labels', 'incident') AS is_incident
			FROM (
				SELECT t.issue_id, array_agg(t.told) AS told,
					CASE WHEN bool_or(t.is_custom OR t.field_id = 'labels') THEN vsm.jira_fields(array_agg(t.told)) END AS fields
				FROM (
					SELECT t.issue_id, t.is_custom, t.field_id,
						ROW(t.field_id, t.field, t.is_custom, t.time, t.id, t.text, t.list)::vsm.jira_value AS told
					FROM told AS t ORDER BY t.issue_id) AS t
				GROUP BY t.issue_id) AS g),
		epic AS MATERIALIZED (
			SELECT e.id FROM [[issue]] AS e JOIN [[issue_type]] AS t ON t.id = e.issue_type WHERE t.name = 'Epic'),
		-- Where the history has labels, an issue that never had one has no rows there.
		label AS MATERIALIZED (
			SELECT '{"labels": []}'::jsonb AS none FROM [[issue_multiselect_history]] AS h WHERE h.field_id = 'labels' LIMIT 1)
		SELECT ROW(vsm.json_build('id', i.id, 'key', i.key,
				'names', (SELECT jsonb_object_agg(w.id, w.name) FROM wanted AS w WHERE w.is_custom AND w.name IS NOT NULL),
				'fields', vsm.json_build('summary', i.summary, 'created', i.created, 'updated', i.updated, 'duedate', i.due_date,
					'resolutiondate', i.resolved, 'statuscategorychangedate', i.status_category_changed, 'issuelinks', '[]'::jsonb,
					'issuetype', CASE WHEN t.name IS NOT NULL THEN vsm.json_build('name', t.name) END,
					'priority', CASE WHEN p.name IS NOT NULL THEN vsm.json_build('name', p.name) END,
					'project', CASE WHEN j.key IS NOT NULL THEN vsm.json_build('key', j.key) END,
					'parent', CASE WHEN i.parent_id IS NOT NULL THEN vsm.json_build('id', i.parent_id,
						'fields', vsm.json_build('issuetype', vsm.json_build('name', CASE WHEN e.id IS NOT NULL THEN 'Epic' END))) END,
					'status', vsm.json_build('id', i.status, 'name', s.name, 'statusCategory', vsm.json_build('key',
						CASE s.status_category_id WHEN '2' THEN 'new' WHEN '3' THEN 'done' WHEN '4' THEN 'indeterminate' END)))
					|| coalesce((SELECT l.none FROM label AS l), '{}') || coalesce(h.fields, '{}'),
				'changelog', vsm.jira_changelog(h.told, i.created,
					h.is_incident IS TRUE OR (vsm.meaning($3, 'type', t.name) = 'incident') IS TRUE)),
			i.id, i.created, CASE WHEN h.is_incident IS NOT TRUE AND (vsm.meaning($3, 'type', t.name) = 'incident') IS NOT TRUE
				THEN h.told END)::vsm.told_jira_issue AS body
		FROM [[issue.id]] AS i
			LEFT JOIN [[status]] AS s ON s.id = i.status
			LEFT JOIN [[issue_type]] AS t ON t.id = i.issue_type
			LEFT JOIN [[priority]] AS p ON p.id = i.priority
			LEFT JOIN [[project]] AS j ON j.id = i.project
			LEFT JOIN epic AS e ON e.id = i.parent_id
			LEFT JOIN history AS h ON h.issue_id = i.id$sql$),
		('issue_link', '{issue_link.issue_id}', NULL, $sql$
		SELECT (vsm.fact_link($2, $2 || ':issue:' || CASE WHEN l.kind LIKE '-%' THEN l.related_issue_id ELSE l.issue_id END,
			$2 || ':issue:' || CASE WHEN l.kind LIKE '-%' THEN l.issue_id ELSE l.related_issue_id END, ltrim(l.kind, '-'), 'issue link',
			until => CASE WHEN l._fivetran_deleted THEN l._fivetran_synced END, seen_at => l._fivetran_synced)).*
		FROM (SELECT l.*, vsm.jira_link_kind(l.relationship) AS kind FROM [[issue_link.issue_id]] AS l OFFSET 0) AS l
		WHERE l.kind IS NOT NULL$sql$);
END;
COMMENT ON FUNCTION vsm.fivetran_jira_parts() IS 'what is read of Jira as Fivetran leaves it; a part of vsm.attach_fivetran_jira';

CREATE PROCEDURE vsm.attach_fivetran_jira(model text, source_schema text, source text DEFAULT 'jira', full_pass interval DEFAULT '1 day')
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	CALL vsm.attach(model, source_schema, 'fivetran_jira', source, full_pass);
END
$$;
COMMENT ON PROCEDURE vsm.attach_fivetran_jira(text, text, text, interval) IS
	'has vsm.refresh read the issues of Jira that Fivetran loads into tables of a schema';
