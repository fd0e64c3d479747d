-- Tables of ServiceNow as Fivetran leaves them: a reference is two columns, numbers and times have types.
CREATE SCHEMA servicenow_now;
CREATE VIEW servicenow_now.change_request AS
SELECT o.id AS sys_id, r.number, r.short_description, r.type, r.priority, r.state, r.approval, r.cmdb_ci ->> 'value' AS cmdb_ci_value,
	r.cmdb_ci ->> 'link' AS cmdb_ci_link, r.opened_at, r.sys_created_on, r.sys_updated_on, r.sys_mod_count,
	nullif(r.work_start, '')::timestamp AS work_start, nullif(r.work_end, '')::timestamp AS work_end, nullif(r.end_date, '')::timestamp
		AS end_date, nullif(r.correlation_id, '') AS correlation_id, r.sys_class_name
FROM made.object AS o, jsonb_to_record(o.body) AS r (number text, short_description text, type text, priority int, state int, approval text,
	cmdb_ci jsonb, opened_at timestamp, sys_created_on timestamp, sys_updated_on timestamp, sys_mod_count int, work_start text,
		work_end text,
	end_date text, correlation_id text, sys_class_name text)
WHERE o.source = 'servicenow' AND o.kind = 'change_request' AND NOT o.is_deleted;
CREATE VIEW servicenow_now.incident AS
SELECT o.id AS sys_id, r.number, r.short_description, r.priority, r.severity, r.state, r.incident_state,
	r.cmdb_ci ->> 'value' AS cmdb_ci_value,
	r.cmdb_ci ->> 'link' AS cmdb_ci_link, r.opened_at, r.sys_created_on, r.sys_updated_on, r.sys_mod_count, nullif(r.resolved_at,
		'')::timestamp
		AS resolved_at, nullif(r.closed_at, '')::timestamp AS closed_at, r.caused_by ->> 'value' AS caused_by_value,
	r.caused_by ->> 'link' AS caused_by_link, r.sys_class_name
FROM made.object AS o, jsonb_to_record(o.body) AS r (number text, short_description text, priority int, severity int, state int,
	incident_state int, cmdb_ci jsonb, opened_at timestamp, sys_created_on timestamp, sys_updated_on timestamp, sys_mod_count int,
	resolved_at text, closed_at text, caused_by jsonb, sys_class_name text)
WHERE o.source = 'servicenow' AND o.kind = 'incident' AND NOT o.is_deleted;
CREATE VIEW servicenow_now.sys_audit AS
SELECT r.*
FROM made.object AS o, jsonb_to_record(o.body) AS r (sys_id text, tablename text, documentkey text, fieldname text, oldvalue text,
	newvalue text, record_checkpoint int, sys_created_on timestamp)
WHERE o.source = 'servicenow' AND o.kind = 'sys_audit';
CREATE VIEW servicenow_now.sysapproval_approver AS
SELECT r.sys_id, r.state, r.source_table, r.approver ->> 'value' AS approver_value, r.approver ->> 'link' AS approver_link,
	r.sysapproval ->> 'value' AS sysapproval_value, r.sysapproval ->> 'link' AS sysapproval_link, r.document_id ->> 'value' AS document_id,
	r.sys_created_on, r.sys_updated_on, r.sys_mod_count
FROM made.object AS o, jsonb_to_record(o.body) AS r (sys_id text, state text, source_table text, approver jsonb, sysapproval jsonb,
	document_id jsonb, sys_created_on timestamp, sys_updated_on timestamp, sys_mod_count int)
WHERE o.source = 'servicenow' AND o.kind = 'sysapproval_approver';
CREATE FUNCTION servicenow_now.comparable(relation text, "row" jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE
RETURN "row";
CREATE FUNCTION servicenow_now.lasting(relation text, "row" jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE
RETURN "row";
