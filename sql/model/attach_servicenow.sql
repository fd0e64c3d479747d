/*
 * ServiceNow's tables as Airbyte, Fivetran and exports of databases leave them: a column a field. A
 * row is a record of the Table API. References are the sys_id alone, JSON, or two columns, NAME_value
 * and NAME_link; drivers for databases put what people see into a column dv_NAME. What states are called is in the table sys_choice.
 *
 * In ServiceNow all tasks extend the table task. In a database as ServiceNow's own, which is what Fivetran makes, incident has only what
 * an incident has beyond a task, and the rest of the row is in task; from the Table API each row has all. A record is both.
 */

CREATE FUNCTION vsm.servicenow_attached() RETURNS TABLE (name text, reader text, columns text, changed text)
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 15
BEGIN ATOMIC
	SELECT t.name, 'servicenow_task', 'sys_id! text, number text, record row, _fivetran_deleted flag, _fivetran_synced time, '
		'sys_updated_on time', '_fivetran_synced|_airbyte_extracted_at|sys_updated_on'
	FROM unnest(ARRAY['incident', 'change_request', 'problem', 'change_task', 'problem_task', 'task', 'sc_request', 'sc_req_item',
		'sc_task', 'rm_story', 'rm_epic', 'rm_defect', 'rm_enhancement']) AS t (name)
	UNION ALL
	SELECT 'sysapproval_approver', 'servicenow_approval', 'sys_id! text, record row',
		'_fivetran_synced|_airbyte_extracted_at|sys_updated_on'
	UNION ALL
	SELECT 'sys_audit', 'servicenow_audit', 'sys_id! text, tablename! text, documentkey! text, fieldname! text, record row',
		'_fivetran_synced|_airbyte_extracted_at|sys_created_on'
	UNION ALL
	SELECT 'metric_instance', 'servicenow_metric', 'sys_id! text, record row', '_fivetran_synced|_airbyte_extracted_at|sys_updated_on';
END;
COMMENT ON FUNCTION vsm.servicenow_attached() IS 'the tables of ServiceNow and their readers; a part of vsm.attach_servicenow';

CREATE FUNCTION vsm.servicenow_row(record jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
	WHEN record ?| '{cmdb_ci_value,business_service_value,service_offering_value,caused_by_value,rfc_value,problem_id_value,problem_value,
		parent_incident_value,incident_value,change_request_value,request_item_value,request_value,story_value,epic_value,
		sysapproval_value,assignment_group_value,id_value}' THEN
		(SELECT jsonb_object_agg(n.name, CASE WHEN n.name <> e.key AND record ->> (n.name || '_link') <> ''
				THEN jsonb_build_object('value', e.value, 'link', record -> (n.name || '_link')) ELSE e.value END)
			FROM jsonb_each(record) AS e, LATERAL (SELECT regexp_replace(e.key, '_value$', '') AS name OFFSET 0) AS n
			WHERE e.key NOT LIKE '%\_link')
	-- (States are called the same in histories, which have none beside them.)
	WHEN record ?| '{dv_state,dv_priority,dv_cmdb_ci,dv_business_service}' THEN
		(SELECT jsonb_object_agg(e.key, CASE WHEN record ->> ('dv_' || e.key) <> '' AND jsonb_typeof(e.value) IN ('string', 'number')
				AND e.key <> 'state'
				THEN jsonb_build_object('value', e.value, 'display_value', record -> ('dv_' || e.key)) ELSE e.value END)
			FROM jsonb_each(record) AS e WHERE e.key NOT LIKE 'dv\_%')
	ELSE record END;
COMMENT ON FUNCTION vsm.servicenow_row(jsonb) IS
	'a row of a table of ServiceNow as a record: of references, which may be two columns, the value; beside a code '
	'the name that stands in a column dv_NAME; a part of vsm.attach_servicenow';

CREATE FUNCTION vsm.servicenow_tables() RETURNS SETOF vsm.attached_table
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 17
BEGIN ATOMIC
	SELECT t.name, t.columns, t.changed FROM vsm.servicenow_attached() AS t
	UNION ALL
	SELECT 'sys_choice', 'name! text, element! text, value! text, label! text, language text, inactive flag, _fivetran_deleted flag', '=';
END;
COMMENT ON FUNCTION vsm.servicenow_tables() IS 'the tables of ServiceNow; a part of vsm.attach_servicenow';

CREATE FUNCTION vsm.servicenow_parts() RETURNS SETOF vsm.attached_part
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 29
BEGIN ATOMIC
	SELECT p.part, CASE WHEN p.reader = 'servicenow_task' OR p.reader IS NULL THEN ARRAY[p.name || '.sys_id', 'task.sys_id']
			ELSE ARRAY[p.name || '.sys_id'] END,
		p.reader, replace(replace(replace(p.statement, '{states}', $sql$(
			SELECT jsonb_object_agg(s.name, s.states) AS states
			FROM (
				-- (Of several those that are used still.)
				SELECT c.name, jsonb_object_agg(c.value, c.label
					ORDER BY c._fivetran_deleted IS NOT TRUE, c.inactive IS NOT TRUE, c.label) AS states
				FROM [[sys_choice]] AS c
				WHERE c.element = 'state' AND coalesce(c.language, 'en') = 'en' AND c.value IS NOT NULL AND c.name IS NOT NULL
				GROUP BY c.name) AS s
			OFFSET 0) AS c$sql$),
			'{rows}', CASE
				WHEN p.name = 'task' THEN '(SELECT r.* FROM [[task.sys_id]] AS r WHERE ' || (
					SELECT string_agg(format('NOT EXISTS (SELECT FROM [[%s.sys_id]] AS x WHERE x.sys_id = r.sys_id)', t.name), ' AND ')
					FROM vsm.servicenow_attached() AS t WHERE t.reader = 'servicenow_task' AND t.name <> 'task') || ')'
				WHEN p.reader = 'servicenow_task' OR p.reader IS NULL THEN $sql$(
					SELECT r.sys_id, r._fivetran_deleted, r._fivetran_synced,
						greatest(r.sys_updated_on, k.sys_updated_on) AS sys_updated_on,
						coalesce(k.record, '{}') || r.record || CASE WHEN k.sys_updated_on > r.sys_updated_on
							THEN vsm.json_build('sys_updated_on', k.sys_updated_on) ELSE '{}' END AS record
					FROM [[{table}.sys_id]] AS r LEFT JOIN [[task.sys_id]] AS k ON k.sys_id = r.sys_id)$sql$
				ELSE '[[{table}.sys_id]]' END),
			'{table}', p.name)
	FROM (
		SELECT t.name, t.name || ' deleted' AS part, NULL::text AS reader, vsm.attached_ends($sql$
			SELECT $2 || ':' || r.of_table || ':' || r.sys_id AS entity, coalesce(r._fivetran_synced, r.sys_updated_on) AS at,
				r._fivetran_deleted AS is_gone, vsm.servicenow_state(r.of_table, r.state, c.states) AS state, r.state AS state_id
			FROM (
				SELECT r.*, coalesce(vsm.servicenow_table(r.record, NULL), '{table}') AS of_table,
					vsm.servicenow_value(r.record, 'state') AS state
				FROM (
					SELECT r.sys_id, r._fivetran_deleted, r._fivetran_synced, r.sys_updated_on, vsm.servicenow_row(r.record) AS record
					FROM {rows} AS r OFFSET 0) AS r) AS r, {states}$sql$,
				'Deleted') AS statement
		FROM vsm.servicenow_attached() AS t WHERE t.reader = 'servicenow_task'
		UNION ALL
		SELECT t.name, t.name, t.reader, $sql$
			SELECT jsonb_strip_nulls(vsm.json_build('table', CASE WHEN '{table}' <> 'sysapproval_approver' THEN '{table}' END,
				'states', c.states)) || vsm.json_build('record', vsm.servicenow_row(r.record)) AS body
			FROM {rows} AS r, {states}$sql$
		FROM vsm.servicenow_attached() AS t) AS p;
END;
COMMENT ON FUNCTION vsm.servicenow_parts() IS 'what is read of the tables of ServiceNow; a part of vsm.attach_servicenow';

CREATE PROCEDURE vsm.attach_servicenow(model text, source_schema text, source text DEFAULT 'servicenow', full_pass interval DEFAULT '1 day')
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	CALL vsm.attach(model, source_schema, 'servicenow', source, full_pass);
END
$$;
COMMENT ON PROCEDURE vsm.attach_servicenow(text, text, text, interval) IS
	'has vsm.refresh read incidents, changes, problems, tasks, approvals and histories of ServiceNow that are in tables of a schema';
