/*
 * ServiceNow's tables as Airbyte, Fivetran and exports of databases leave them: a column a field. A
 * row is a record of the Table API. References are the sys_id alone, JSON, or two columns, NAME_value
 * and NAME_link; drivers for databases put what people see into a column dv_NAME. What states are called is in the table sys_choice.
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
	WHEN record ?| '{cmdb_ci_value,business_service_value,caused_by_value,sysapproval_value,assignment_group_value,id_value}' THEN
		(SELECT jsonb_object_agg(regexp_replace(e.key, '_value$', ''), e.value) FROM jsonb_each(record) AS e
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
	SELECT 'sys_choice', 'name! text, element! text, value! text, label! text, language text', '=';
END;
COMMENT ON FUNCTION vsm.servicenow_tables() IS 'the tables of ServiceNow; a part of vsm.attach_servicenow';

CREATE FUNCTION vsm.servicenow_parts() RETURNS SETOF vsm.attached_part
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 48
BEGIN ATOMIC
	SELECT p.part, p.keys, p.reader, replace(replace(p.statement, '{states}', $sql$(
			SELECT jsonb_object_agg(s.name, s.states) AS states
			FROM (
				SELECT c.name, jsonb_object_agg(c.value, c.label) AS states FROM [[sys_choice]] AS c
				WHERE c.element = 'state' AND coalesce(c.language, 'en') = 'en' AND c.value IS NOT NULL
				GROUP BY c.name) AS s
			OFFSET 0) AS c$sql$), '{table}', p.name)
	FROM (
		-- What was deleted and is there again.
		SELECT t.name, t.name || ' restored' AS part, ARRAY[t.name || '.sys_id'] AS keys, NULL::text AS reader, $sql$
			WITH there AS MATERIALIZED (
				SELECT r.sys_id, r._fivetran_synced AS at,
					coalesce(vsm.servicenow_table(vsm.servicenow_row(r.record), NULL), '{table}') AS of_table,
					vsm.servicenow_value(vsm.servicenow_row(r.record), 'state') AS state
				FROM [[{table}.sys_id]] AS r WHERE r._fivetran_deleted IS NOT TRUE AND r._fivetran_synced IS NOT NULL),
			restored AS MATERIALIZED (
				SELECT t.*, e.entity
				FROM there AS t
					JOIN event AS e ON e.entity = $2 || ':' || t.of_table || ':' || t.sys_id AND e.source = $2
						AND e.event_id = e.entity || ':deleted'
				WHERE e.at < t.at AND NOT EXISTS (SELECT FROM event AS n WHERE n.entity = e.entity AND n.at > e.at))
			SELECT (vsm.fact_observed($2, r.entity, r.at, vsm.servicenow_state(r.of_table, r.state, c.states), r.state)).*
			FROM restored AS r, {states}$sql$ AS statement
		FROM vsm.servicenow_attached() AS t WHERE t.reader = 'servicenow_task'
		UNION ALL
		SELECT t.name, t.name, ARRAY[t.name || '.sys_id'], t.reader, $sql$
			SELECT jsonb_strip_nulls(vsm.json_build('table', CASE WHEN '{table}' <> 'sysapproval_approver' THEN '{table}' END,
				'states', c.states)) || vsm.json_build('record', vsm.servicenow_row(r.record)) AS body
			FROM [[{table}.sys_id]] AS r, {states}$sql$
		FROM vsm.servicenow_attached() AS t
		UNION ALL
		SELECT t.name, t.name || ' deleted', ARRAY[t.name || '.sys_id'], NULL, $sql$
			SELECT (vsm.fact_event($2, d.entity, d.at, 'Deleted', d.entity || ':deleted')).*
			FROM (SELECT $2 || ':' || coalesce(vsm.servicenow_table(vsm.servicenow_row(r.record), NULL),
				'{table}') || ':' || r.sys_id AS entity,
					coalesce(r._fivetran_synced, r.sys_updated_on) AS at
				FROM [[{table}.sys_id]] AS r WHERE r._fivetran_deleted) AS d$sql$
		FROM vsm.servicenow_attached() AS t WHERE t.reader = 'servicenow_task') AS p;
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
