/*
 * ServiceNow: records of the Table API ({"result": [...]}) or as a business rule sends them (one
 * record): incident, change_request, problem, tasks, approvals, and the histories sys_audit and
 * metric_instance.
 *
 * Entities are SOURCE:TABLE:SYS_ID; numbers (INC0010001) are aliases. A record without
 * sys_class_name has its table by its number, or beside it: {"table": "incident", "result": [...]}.
 *
 * Values come as text, as {"link", "value"} for references, or as {"display_value", "value"} with
 * sysparm_display_value=all. With =true there are only display values, whose times are in the zone
 * of whoever asked: they are refused. Values are UTC.
 *
 * States are the labels that ServiceNow has out of the box, or the display value, or those of the
 * user, given beside the records by table and code, with the code in state_id:
 *   {"states": {"change_request": {"-6": "Draft"}}, "result": [...]}
 *
 * A record tells its present state (observed). A history has the update count of the record
 * (record_checkpoint, as sys_mod_count) in seq: times may be as coarse as minutes. Its first state
 * is what its first change came from.
 *
 * Approvals are events with method "label": "approval requested", "approval approved", ... So is
 * the work on a change: "work started", "work ended". A workflow may have them as a blocked layer.
 */

CREATE FUNCTION vsm.servicenow_state(record_table text, code text, states jsonb) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT coalesce(states #>> ARRAY[record_table, code], states #>> ARRAY['task', code],
		CASE record_table
			WHEN 'incident' THEN CASE code
				WHEN '1' THEN 'New' WHEN '2' THEN 'In Progress' WHEN '3' THEN 'On Hold'
				WHEN '6' THEN 'Resolved' WHEN '7' THEN 'Closed' WHEN '8' THEN 'Canceled' END
			WHEN 'change_request' THEN CASE code
				WHEN '-5' THEN 'New' WHEN '-4' THEN 'Assess' WHEN '-3' THEN 'Authorize' WHEN '-2' THEN 'Scheduled'
				WHEN '-1' THEN 'Implement' WHEN '0' THEN 'Review' WHEN '3' THEN 'Closed' WHEN '4' THEN 'Canceled' END
			WHEN 'problem' THEN CASE code
				WHEN '101' THEN 'New' WHEN '102' THEN 'Assess' WHEN '103' THEN 'Root Cause Analysis'
				WHEN '104' THEN 'Fix in Progress' WHEN '106' THEN 'Resolved' WHEN '107' THEN 'Closed' END
			WHEN 'problem_task' THEN CASE code
				WHEN '151' THEN 'New' WHEN '152' THEN 'Assess' WHEN '154' THEN 'Work in Progress' WHEN '157' THEN 'Closed' END
		END,
		CASE WHEN record_table NOT IN ('incident', 'change_request', 'problem', 'problem_task') THEN CASE code
			WHEN '-5' THEN 'Pending' WHEN '1' THEN 'Open' WHEN '2' THEN 'Work in Progress'
			WHEN '3' THEN 'Closed Complete' WHEN '4' THEN 'Closed Incomplete' WHEN '7' THEN 'Closed Skipped' END
		END,
		code);
END;
COMMENT ON FUNCTION vsm.servicenow_state(text, text, jsonb) IS
	'the name of a state of a table of ServiceNow: from states ({table: {code: name}}), else as delivered; the code itself where neither '
	'has it';

CREATE FUNCTION vsm.servicenow_value(record jsonb, field text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT nullif(CASE jsonb_typeof(record -> field) WHEN 'object' THEN record -> field ->> 'value' ELSE record ->> field END, '');
END;
COMMENT ON FUNCTION vsm.servicenow_value(jsonb, text) IS
	'the value of a field of a record of ServiceNow, whether alone or beside its display value or link; NULL if it is empty';

CREATE FUNCTION vsm.servicenow_display(record jsonb, field text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT coalesce(CASE jsonb_typeof(record -> field) WHEN 'object' THEN nullif(record -> field ->> 'display_value', '') END,
		vsm.servicenow_value(record, field));
END;
COMMENT ON FUNCTION vsm.servicenow_display(jsonb, text) IS
	'the display value of a field of a record of ServiceNow, else its value; NULL if it is empty';

CREATE FUNCTION vsm.servicenow_table(record jsonb, beside text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT coalesce(vsm.servicenow_value(record, 'sys_class_name'), beside,
		CASE substring(vsm.servicenow_value(record, 'number') FROM '^[A-Z]+')
			WHEN 'INC' THEN 'incident' WHEN 'CHG' THEN 'change_request' WHEN 'PRB' THEN 'problem' WHEN 'CTASK' THEN 'change_task'
			WHEN 'PTASK' THEN 'problem_task' WHEN 'RITM' THEN 'sc_req_item' WHEN 'SCTASK' THEN 'sc_task' WHEN 'TASK' THEN 'task' END);
END;
COMMENT ON FUNCTION vsm.servicenow_table(jsonb, text) IS
	'the table that a record of ServiceNow is of: by its class, as said beside it, or by its number; NULL if not known';

/*
 * A task: whatever extends the table task. All are items; incidents are incidents, too.
 */
CREATE FUNCTION vsm.read_servicenow_task(source text, record_table text, record jsonb, states jsonb) RETURNS SETOF vsm.old_fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 8
BEGIN ATOMIC
	SELECT f.*
	FROM (SELECT q.*, vsm.servicenow_state(record_table, q.code,
				-- The label beside the code wins over the list of labels.
				CASE WHEN q.label IS DISTINCT FROM q.code THEN jsonb_build_object(record_table, jsonb_build_object(q.code, q.label))
					ELSE states END) AS state
		FROM (SELECT source || ':' || record_table || ':' || vsm.servicenow_value(record, 'sys_id') AS entity,
				vsm.servicenow_value(record, 'number') AS number,
				vsm.servicenow_value(record, 'state') AS code,
				vsm.servicenow_display(record, 'state') AS label,
				vsm.servicenow_display(record, 'short_description') AS title,
				coalesce(vsm.servicenow_display(record, 'business_service'), vsm.servicenow_display(record, 'service_offering'),
					vsm.servicenow_display(record, 'cmdb_ci')) AS service,
				vsm.payload_time(coalesce(vsm.servicenow_value(record, 'opened_at'),
					vsm.servicenow_value(record, 'sys_created_on'))) AS created_at,
				vsm.payload_time(vsm.servicenow_value(record, 'sys_updated_on')) AS updated_at
			OFFSET 0) AS q
		OFFSET 0) AS r,
	LATERAL (
		SELECT source, 'item', r.entity, r.updated_at, NULL::text, NULL::text, NULL::text, NULL::text, NULL::text, NULL::text, NULL::bigint,
			NULL::text, NULL::float8, NULL::timestamptz,
			jsonb_strip_nulls(jsonb_build_object(
				'source', source,
				'key', r.number,
				'project', record_table,
				'source_type', record_table,
				'type', CASE WHEN record_table IN ('incident', 'problem') THEN 'defect' WHEN record_table = 'change_request' THEN 'other'
					ELSE vsm.item_type(replace(record_table, '_', ' ')) END,
				'priority', vsm.servicenow_display(record, 'priority'),
				'title', r.title,
				'service', r.service,
				'created_at', r.created_at,
				-- normal, standard or emergency
				'tags', CASE WHEN record_table = 'change_request' AND vsm.servicenow_value(record, 'type') IS NOT NULL THEN
					jsonb_build_array(vsm.servicenow_value(record, 'type')) END,
				'due_at', vsm.payload_time(coalesce(vsm.servicenow_value(record, 'due_date'), vsm.servicenow_value(record, 'end_date')))))
		UNION ALL
		SELECT source, 'alias', r.entity, r.created_at, r.number, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
		WHERE r.number IS NOT NULL
		UNION ALL
		-- Nothing has changed it yet: its state is the first. Else the first change tells, see ingest.
		SELECT source, 'created', r.entity, r.created_at, CASE vsm.servicenow_value(record, 'sys_mod_count') WHEN '0' THEN r.state END,
			NULL, NULL, NULL, CASE vsm.servicenow_value(record, 'sys_mod_count') WHEN '0' THEN r.code END, NULL, NULL, NULL, NULL, NULL,
				NULL
		WHERE r.created_at IS NOT NULL
		UNION ALL
		SELECT source, 'observed', r.entity, r.updated_at, r.state, NULL, NULL, NULL, r.code, NULL, NULL, 'observed', NULL, NULL, NULL
		WHERE r.state IS NOT NULL AND vsm.servicenow_value(record, 'sys_mod_count') IS DISTINCT FROM '0'
		UNION ALL
		SELECT source, 'event', r.entity, w.at, w.state, r.entity || ':' || w.state, NULL, NULL, NULL, NULL, NULL, 'label', NULL, NULL, NULL
		FROM (
			SELECT vsm.payload_time(vsm.servicenow_value(record, 'work_start')) AS at, 'work started' AS state
			UNION ALL SELECT vsm.payload_time(vsm.servicenow_value(record, 'work_end')), 'work ended') AS w
		WHERE w.at IS NOT NULL
		UNION ALL
		SELECT source, 'incident', r.entity, r.updated_at, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
			jsonb_strip_nulls(jsonb_build_object(
				'source', source,
				'service', r.service,
				'environment', coalesce(vsm.servicenow_display(record, 'environment'), vsm.servicenow_display(record, 'u_environment')),
				'opened_at', r.created_at,
				'severity', coalesce(vsm.servicenow_display(record, 'severity'), vsm.servicenow_display(record, 'priority')),
				'status', r.state,
				'change_caused', CASE WHEN vsm.servicenow_value(record, 'caused_by') IS NOT NULL THEN true END,
				'title', r.title))
			-- An incident that was opened again is not resolved.
			|| jsonb_build_object('resolved_at', CASE WHEN r.state IS NULL OR r.state IN ('Resolved', 'Closed') OR r.code IN ('6', '7') THEN
				vsm.payload_time(coalesce(vsm.servicenow_value(record, 'resolved_at'), vsm.servicenow_value(record, 'closed_at'))) END)
		WHERE record_table = 'incident'
		UNION ALL
		SELECT source, 'link', CASE WHEN l.turned THEN l.target ELSE r.entity END, NULL, CASE WHEN l.turned THEN r.entity ELSE l.target END,
			NULL, l.kind, NULL, NULL, NULL, NULL, l.method, l.confidence, NULL, NULL
		FROM (
			SELECT source || ':' || v.of_table || ':' || vsm.servicenow_value(record, v.field) AS target, v.kind, v.field AS method,
				1.0::float8 AS confidence, v.turned
			FROM (SELECT 'caused_by' AS field, 'change_request' AS of_table, 'caused_by' AS kind, false AS turned
				UNION ALL SELECT 'rfc', 'change_request', 'fixes', true
				UNION ALL SELECT 'problem_id', 'problem', 'part_of', false
				UNION ALL SELECT 'parent_incident', 'incident', 'part_of', false
				UNION ALL SELECT 'change_request', 'change_request', 'part_of', false
				UNION ALL SELECT 'problem', 'problem', 'part_of', false
				UNION ALL SELECT 'incident', 'incident', 'part_of', false) AS v
			UNION ALL
			-- What deployed says so: the deployment as this model calls it, or its commit.
			SELECT c.id, 'deploys', 'correlation_id', 1.0, false
			FROM (SELECT vsm.servicenow_value(record, 'correlation_id') AS id OFFSET 0) AS c
			WHERE record_table = 'change_request' AND (c.id ~ '^[^ ]+:deployment:[^ ]+$' OR c.id ~ '^[0-9a-f]{40}$')) AS l
		WHERE l.target IS NOT NULL
		UNION ALL
		SELECT k.* FROM vsm.old_read_keys(source, r.entity, r.created_at, NULL, r.title,
			vsm.servicenow_display(record, 'description')) AS k) AS f;
END;
COMMENT ON FUNCTION vsm.read_servicenow_task(text, text, jsonb, jsonb) IS
	'the facts of an incident, change request, problem or another task of ServiceNow; states are the names of its states by table and code';

CREATE FUNCTION vsm.read_servicenow_approval(source text, record jsonb) RETURNS SETOF vsm.old_fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 4
BEGIN ATOMIC
	SELECT source, f.fact, f.entity, f.at, f.value, f.id, f.name, NULL::text, NULL::text, NULL::text, NULL::bigint,
		f.method, CASE f.fact WHEN 'link' THEN 1.0::float8 END, NULL::timestamptz, NULL::jsonb
	FROM (SELECT source || ':sysapproval_approver:' || vsm.servicenow_value(record, 'sys_id') AS entity,
			source || ':' || coalesce(vsm.servicenow_value(record, 'source_table'), 'change_request') || ':'
				|| coalesce(vsm.servicenow_value(record, 'document_id'), vsm.servicenow_value(record, 'sysapproval')) AS target,
			vsm.servicenow_value(record, 'state') AS state,
			vsm.payload_time(vsm.servicenow_value(record, 'sys_created_on')) AS created_at,
			vsm.payload_time(vsm.servicenow_value(record, 'sys_updated_on')) AS updated_at
		OFFSET 0) AS a,
	LATERAL (
		SELECT 'event' AS fact, a.entity, a.created_at AS at, 'requested' AS value, a.entity || ':requested' AS id, NULL AS name,
			NULL AS method
		WHERE a.created_at IS NOT NULL
		UNION ALL
		SELECT 'event', a.entity, a.updated_at, a.state, a.entity || ':' || a.state, NULL, NULL
		WHERE a.state NOT IN ('requested', 'not requested', 'not_requested') AND a.updated_at IS NOT NULL
		UNION ALL
		SELECT 'link', a.entity, NULL, a.target, NULL, 'part_of', 'approval'
		WHERE a.target IS NOT NULL) AS f;
END;
COMMENT ON FUNCTION vsm.read_servicenow_approval(text, jsonb) IS
	'facts of a record of sysapproval_approver: when one approver was asked and answered, and about what';

CREATE FUNCTION vsm.read_servicenow_audit(source text, record jsonb, states jsonb) RETURNS SETOF vsm.old_fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 1
BEGIN ATOMIC
	SELECT source, f.fact, a.entity, CASE WHEN f.fact <> 'created' THEN a.at END, f.value, f.id, f.name, f.previous, f.value_id,
		f.previous_id, a.seq,
		f.method, NULL::float8, NULL::timestamptz, NULL::jsonb
	FROM (SELECT vsm.servicenow_value(record, 'tablename') AS of_table,
			source || ':' || vsm.servicenow_value(record, 'tablename') || ':' || vsm.servicenow_value(record, 'documentkey') AS entity,
			vsm.payload_time(vsm.servicenow_value(record, 'sys_created_on')) AS at,
			coalesce(vsm.servicenow_value(record, 'record_checkpoint'), vsm.servicenow_value(record, 'sys_mod_count'))::bigint AS seq,
			coalesce(vsm.servicenow_value(record, 'record_checkpoint'), vsm.servicenow_value(record, 'sys_id')) AS id,
			vsm.servicenow_value(record, 'fieldname') AS field,
			vsm.servicenow_value(record, 'oldvalue') AS old_value,
			vsm.servicenow_value(record, 'newvalue') AS new_value
		OFFSET 0) AS a,
	LATERAL (
		-- state and its older twin incident_state change together: one event.
		SELECT 'event' AS fact, vsm.servicenow_state(a.of_table, a.new_value, states) AS value, a.entity || ':state:' || a.id AS id,
			NULL AS name,
			vsm.servicenow_state(a.of_table, a.old_value, states) AS previous, a.new_value AS value_id, a.old_value AS previous_id,
				NULL AS method
		WHERE a.field IN ('state', 'incident_state') AND a.new_value IS NOT NULL
		UNION ALL
		SELECT 'event', 'approval ' || a.new_value, a.entity || ':approval:' || a.id, NULL, NULL, a.new_value, NULL, 'label'
		WHERE a.field = 'approval' AND a.new_value IS NOT NULL
		UNION ALL
		SELECT 'event', 'Deleted', a.entity || ':deleted', NULL, NULL, NULL, NULL, NULL
		WHERE a.field = 'DELETED'
		UNION ALL
		SELECT 'change', a.new_value, a.id, CASE a.field WHEN 'assignment_group' THEN 'team' ELSE a.field END, a.old_value, NULL, NULL, NULL
		WHERE a.field IN ('assignment_group', 'priority')
		UNION ALL
		-- When it was created is told by the record, before or after.
		SELECT 'created', NULL, NULL, NULL, NULL, NULL, NULL, NULL
		WHERE a.field IN ('state', 'incident_state', 'assignment_group', 'priority')) AS f;
END;
COMMENT ON FUNCTION vsm.read_servicenow_audit(text, jsonb, jsonb) IS
	'facts of a record of sys_audit: a change of state, approval, assignment_group or priority, in the order of the updates';

CREATE FUNCTION vsm.read_servicenow_metric(source text, record jsonb, states jsonb) RETURNS SETOF vsm.old_fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 1
BEGIN ATOMIC
	SELECT source, 'event', m.entity, m.at, vsm.servicenow_state(m.of_table, m.value, states),
		m.entity || ':metric:' || vsm.servicenow_value(record, 'sys_id'),
		NULL::text, NULL::text, CASE WHEN m.value ~ '^-?\d+$' THEN m.value END, NULL::text, NULL::bigint, NULL::text, NULL::float8,
			NULL::timestamptz, NULL::jsonb
	FROM (SELECT vsm.servicenow_value(record, 'table') AS of_table,
			source || ':' || vsm.servicenow_value(record, 'table') || ':' || vsm.servicenow_value(record, 'id') AS entity,
			vsm.payload_time(vsm.servicenow_value(record, 'start')) AS at,
			vsm.servicenow_value(record, 'value') AS value
		OFFSET 0) AS m
	-- Other metrics measure other fields: who it was assigned to, and so on.
	WHERE vsm.servicenow_value(record, 'field') IN ('state', 'incident_state') AND m.value IS NOT NULL;
END;
COMMENT ON FUNCTION vsm.read_servicenow_metric(text, jsonb, jsonb) IS
	'facts of a record of metric_instance that measures the state: when a state began';

CREATE FUNCTION vsm.servicenow_record_kind(record jsonb, beside text) RETURNS SETOF vsm.payload_kind
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 1
BEGIN ATOMIC
	SELECT n.name, k.reason
	FROM (SELECT vsm.servicenow_table(record, beside) AS of_table,
			CASE
				WHEN record ? 'documentkey' THEN 'audit'
				WHEN record ? 'calculation_complete' OR record ? 'definition' AND record ? 'start' THEN 'metric'
				WHEN record ? 'sysapproval' OR record ? 'approver' THEN 'approval'
				WHEN vsm.servicenow_table(record, beside) ~ '^(incident|change_request|problem|sc_req_item|.*task)$' THEN 'task'
				ELSE 'record'
			END AS name OFFSET 0) AS n,
	LATERAL (SELECT
		CASE
			WHEN record @? '$.* ? (exists(@.link) && !exists(@.value))' THEN
				'it has display values only, whose times are in the zone of whoever asked: ask with sysparm_display_value=all or false'
			WHEN n.name = 'audit' THEN vsm.payload_lacks(record, 'tablename', 'documentkey', 'fieldname', 'sys_created_on')
			WHEN n.name = 'metric' THEN vsm.payload_lacks(record, 'sys_id', 'id', 'table', 'field', 'start')
			WHEN n.name = 'approval' THEN vsm.payload_lacks(record, 'sys_id', 'state', 'sys_created_on')
			WHEN n.name = 'task' THEN vsm.payload_lacks(record, 'sys_id', 'sys_updated_on')
			WHEN n.of_table IS NULL THEN 'its table is not known: ask for sys_class_name, or say {"table": "...", "result": [...]}'
			ELSE 'records of the table ' || n.of_table || ' are not read'
		END AS reason
		OFFSET 0) AS k;
END;
COMMENT ON FUNCTION vsm.servicenow_record_kind(jsonb, text) IS
	'what a record of ServiceNow is (task, approval, audit or metric), or why it is not read; beside is the table said beside it';

CREATE FUNCTION vsm.read_servicenow_records(source text, payload jsonb) RETURNS SETOF vsm.old_fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 500
BEGIN ATOMIC
	SELECT f.*
	FROM (SELECT e.record, k.kind, payload -> 'states' AS states, payload ->> 'table' AS beside
		FROM jsonb_path_query(payload, 'lax $.result[*]') AS e (record),
			LATERAL vsm.servicenow_record_kind(e.record, payload ->> 'table') AS k
		OFFSET 0) AS r,
	LATERAL (
		SELECT t.* FROM vsm.read_servicenow_task(source, vsm.servicenow_table(r.record, r.beside), r.record, r.states) AS t
			WHERE r.kind = 'task'
		UNION ALL
		SELECT a.* FROM vsm.read_servicenow_approval(source, r.record) AS a WHERE r.kind = 'approval'
		UNION ALL
		SELECT a.* FROM vsm.read_servicenow_audit(source, r.record, r.states) AS a WHERE r.kind = 'audit'
		UNION ALL
		SELECT m.* FROM vsm.read_servicenow_metric(source, r.record, r.states) AS m WHERE r.kind = 'metric') AS f;
END;
COMMENT ON FUNCTION vsm.read_servicenow_records(text, jsonb) IS
	'facts of an answer of GET /api/now/table/NAME: {"result": [...]}, with "table" and "states" beside it where needed';

CREATE FUNCTION vsm.read_servicenow_record(source text, payload jsonb) RETURNS SETOF vsm.old_fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 8
BEGIN ATOMIC
	SELECT f.* FROM vsm.read_servicenow_records(source, jsonb_build_object('result', jsonb_build_array(payload))) AS f;
END;
COMMENT ON FUNCTION vsm.read_servicenow_record(text, jsonb) IS 'facts of one record of ServiceNow, as a business rule sends it';

CREATE FUNCTION vsm.servicenow_kind(payload jsonb) RETURNS SETOF vsm.payload_kind
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 1
BEGIN ATOMIC
	SELECT CASE WHEN n.reason IS NULL THEN n.kind ELSE n.name END, n.reason
	FROM (
		SELECT 'records' AS kind, 'records' AS name,
			(SELECT min(k.reason) FROM jsonb_path_query(payload, 'lax $.result[*]') AS e (record),
				LATERAL vsm.servicenow_record_kind(e.record, payload ->> 'table') AS k) AS reason
		WHERE payload ? 'result'
		UNION ALL
		SELECT 'error', 'error', 'it is an error: ' || coalesce(payload #>> '{error,message}', payload ->> 'error')
		WHERE payload ? 'error' AND NOT payload ? 'result'
		UNION ALL
		SELECT 'record', k.kind, k.reason
		FROM vsm.servicenow_record_kind(payload, NULL) AS k
		WHERE NOT payload ? 'result' AND NOT payload ? 'error') AS n;
END;
COMMENT ON FUNCTION vsm.servicenow_kind(jsonb) IS 'which reader reads a payload of ServiceNow, or why none does';
