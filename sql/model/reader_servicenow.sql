/*
 * ServiceNow: records of the Table API and the Change Management API ({"result": [...]}), of
 * JSONv2 ({"records": [...]}) or as a business rule sends them (one record): incident,
 * change_request, problem, tasks, stories, approvals, and the histories sys_audit and
 * metric_instance.
 *
 * Entities are SOURCE:TABLE:SYS_ID; numbers (INC0010001) are aliases. A record without
 * sys_class_name has its table by its number, beside it: {"table": "incident", "result": [...]},
 * {"table": "incident", "record": {...}}, or among its fields as table_name.
 *
 * Values come as text, as {"link", "value"} for references, or as {"display_value", "value"} with
 * sysparm_display_value=all. With =true there are only display values, whose times are in the zone
 * of whoever asked: they are refused, which is seen by references without a value, a state that is
 * no number, or a priority with a label. Values are UTC. The Change Management API writes numbers
 * as floats: -5.0.
 *
 * States are the labels that ServiceNow has out of the box, or the display value, or those of the
 * user, given beside the records by table and code, with the code in state_id:
 *   {"states": {"change_request": {"-6": "Draft"}}, "result": [...]}
 *
 * A record tells its present state (observed). A history has the update count of the record
 * (record_checkpoint, as sys_mod_count) in seq: times may be as coarse as minutes. Its first state
 * is what its first change came from.
 *
 * Approvals are events of what is to be approved with method "label": "approval requested",
 * "approval approved", ..., by its field approval in sys_audit, and by each approver's record. So
 * is the work on a change: "work started", "work ended". A workflow may have them as a blocked layer.
 */

CREATE FUNCTION vsm.servicenow_state(record_table text, code text, states jsonb) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT coalesce(vsm.json_text(states #> ARRAY[record_table, code]), vsm.json_text(states #> ARRAY['task', code]),
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

CREATE FUNCTION vsm.servicenow_member(record jsonb, field text) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE jsonb_typeof(record -> field) WHEN 'object' THEN record -> field -> 'value' ELSE record -> field END;
COMMENT ON FUNCTION vsm.servicenow_member(jsonb, text) IS
	'the value of a field of a record of ServiceNow as JSON, whether alone or beside its display value or link';

CREATE FUNCTION vsm.servicenow_value(record jsonb, field text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN coalesce(vsm.json_text(record, field), vsm.json_text(record, field, 'value'));
COMMENT ON FUNCTION vsm.servicenow_value(jsonb, text) IS
	'the value of a field of a record of ServiceNow, whether alone or beside its display value or link; NULL if it is empty';

CREATE FUNCTION vsm.servicenow_code(value text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN value LIKE '%.0%' THEN regexp_replace(value, '^(-?\d+)\.0+$', '\1') ELSE value END;
COMMENT ON FUNCTION vsm.servicenow_code(text) IS
	'a code of ServiceNow, which what went through a spreadsheet or a data frame writes as a float: -5.0 is -5';

CREATE FUNCTION vsm.servicenow_time(record jsonb, field text) RETURNS timestamptz
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN coalesce(vsm.json_time(record, field), vsm.json_time(record, field, 'value'));
COMMENT ON FUNCTION vsm.servicenow_time(jsonb, text) IS 'the time that a field of a record of ServiceNow holds; NULL if it holds none';

CREATE FUNCTION vsm.servicenow_display(record jsonb, field text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN coalesce(vsm.json_text(record, field), vsm.json_text(record, field, 'display_value'), vsm.json_text(record, field, 'value'));
COMMENT ON FUNCTION vsm.servicenow_display(jsonb, text) IS
	'the display value of a field of a record of ServiceNow, else its value; NULL if it is empty';

CREATE FUNCTION vsm.servicenow_is_empty(record jsonb, field text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN coalesce(vsm.servicenow_member(record, field) IN ('""', 'null'), false);
COMMENT ON FUNCTION vsm.servicenow_is_empty(jsonb, text) IS
	'whether a field of a record of ServiceNow is told to be empty, which one that was not asked for is not';

CREATE FUNCTION vsm.servicenow_numbered(number text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE substring(number FROM '^([A-Z]+)\d')
	WHEN 'INC' THEN 'incident' WHEN 'CHG' THEN 'change_request' WHEN 'PRB' THEN 'problem' WHEN 'CTASK' THEN 'change_task'
	WHEN 'PTASK' THEN 'problem_task' WHEN 'RITM' THEN 'sc_req_item' WHEN 'SCTASK' THEN 'sc_task' WHEN 'REQ' THEN 'sc_request'
	WHEN 'TASK' THEN 'task' WHEN 'STRY' THEN 'rm_story' WHEN 'EPIC' THEN 'rm_epic' WHEN 'DFCT' THEN 'rm_defect' END;
COMMENT ON FUNCTION vsm.servicenow_numbered(text) IS
	'the table that a number of ServiceNow is of, CHG0030001: change_request; NULL if not known';

CREATE FUNCTION vsm.servicenow_table(record jsonb, beside text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN coalesce(vsm.servicenow_value(record, 'sys_class_name'), beside,
	-- (The table of an attachment is what it is attached to.)
	CASE WHEN record ? 'table_sys_id' THEN 'sys_attachment' ELSE vsm.servicenow_value(record, 'table_name') END,
	-- (The table of a metric is what it measures.)
	CASE WHEN record ? 'number' THEN coalesce(vsm.servicenow_value(record, 'table'),
		vsm.servicenow_numbered(vsm.servicenow_value(record, 'number'))) END);
COMMENT ON FUNCTION vsm.servicenow_table(jsonb, text) IS
	'the table that a record of ServiceNow is of: by its class, as said beside it or among its fields as table_name or table, or by its '
	'number; NULL if not known';

CREATE FUNCTION vsm.servicenow_record(payload jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN jsonb_typeof(payload -> 'record') = 'object' AND NOT payload ? 'sys_id' THEN payload -> 'record' ELSE payload END;
COMMENT ON FUNCTION vsm.servicenow_record(jsonb) IS
	'the record in a payload of ServiceNow that says something beside it, else the payload itself';

CREATE FUNCTION vsm.servicenow_beside(payload jsonb, field text) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN jsonb_typeof(payload -> 'record') = 'object' AND NOT payload ? 'sys_id' THEN payload -> field END;
COMMENT ON FUNCTION vsm.servicenow_beside(jsonb, text) IS 'what stands beside the record in a payload of ServiceNow: table, states';

CREATE FUNCTION vsm.servicenow_page(payload jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
	-- One record is an object, and none may be null.
	WHEN payload ?| '{table,states}' THEN (
		SELECT coalesce(jsonb_agg(CASE jsonb_typeof(e.record) WHEN 'object' THEN b.beside || jsonb_build_object('record', e.record)
			ELSE e.record END), '[]')
		FROM (SELECT jsonb_strip_nulls(jsonb_build_object('table', payload -> 'table', 'states',
			payload -> 'states')) AS beside OFFSET 0) AS b,
			jsonb_path_query(coalesce(nullif(payload -> 'result', 'null'), payload -> 'records'), '$[*] ? (@ != null)') AS e (record))
	ELSE jsonb_path_query_array(coalesce(nullif(payload -> 'result', 'null'), payload -> 'records'), '$[*] ? (@ != null)')
END;
COMMENT ON FUNCTION vsm.servicenow_page(jsonb) IS
	'the records of an answer of ServiceNow that has several, each with what is said beside them; a part of vsm.servicenow_elements';

-- (Apart from those of a page, so that PostgreSQL puts what is asked of each payload in its place.)
CREATE FUNCTION vsm.servicenow_elements(payload jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN NOT payload ? 'sys_id' AND payload ?| '{result,records}' THEN vsm.servicenow_page(payload) END;
COMMENT ON FUNCTION vsm.servicenow_elements(jsonb) IS
	'the records of an answer of ServiceNow, each with what is said beside them; NULL if it is one record';

/*
 * A task: whatever extends the table task. All are items; incidents are incidents, too.
 */
CREATE FUNCTION vsm.read_servicenow_task(source text, payload jsonb, names jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 8
BEGIN ATOMIC
	SELECT f.*
	FROM (
		SELECT vsm.servicenow_record(payload) || '{}' AS body, vsm.json_text(vsm.servicenow_beside(payload, 'table')) AS beside,
			vsm.servicenow_beside(payload, 'states') AS states
		OFFSET 0) AS p,
	LATERAL (
		SELECT vsm.servicenow_table(p.body, p.beside) AS of_table,
			source || ':' || vsm.servicenow_table(p.body, p.beside) || ':' || vsm.servicenow_value(p.body, 'sys_id') AS entity,
			vsm.servicenow_value(p.body, 'number') AS number,
			vsm.servicenow_code(vsm.servicenow_value(p.body, 'state')) AS code,
			vsm.servicenow_code(vsm.servicenow_display(p.body, 'state')) AS label,
			vsm.servicenow_display(p.body, 'short_description') AS title,
			coalesce(vsm.servicenow_display(p.body, 'business_service'), vsm.servicenow_display(p.body, 'service_offering'),
				vsm.servicenow_display(p.body, 'cmdb_ci')) AS service,
			coalesce(vsm.servicenow_time(p.body, 'opened_at'), vsm.servicenow_time(p.body, 'sys_created_on')) AS created_at,
			vsm.servicenow_time(p.body, 'sys_updated_on') AS updated_at,
			vsm.servicenow_code(vsm.servicenow_value(p.body, 'sys_mod_count')) = '0' AS is_new,
			vsm.servicenow_time(p.body, 'work_start') AS work_start,
			vsm.servicenow_time(p.body, 'work_end') AS work_end
		OFFSET 0) AS q,
	LATERAL (
		-- The label beside the code wins over the list of labels.
		SELECT CASE WHEN q.label IS DISTINCT FROM q.code THEN coalesce(q.label, q.code)
			ELSE vsm.servicenow_state(q.of_table, q.code, p.states) END AS state,
			coalesce(vsm.meaning(names, 'service', q.service), q.service) AS service
		OFFSET 0) AS r,
	LATERAL (
		SELECT t.*
		FROM (
			SELECT (vsm.fact_row(source, 'item', q.entity, q.updated_at,
				vsm.fact_details(
					'source', source,
					'key', q.number,
					'project', q.of_table,
					'source_type', q.of_table,
					'type', CASE
						WHEN q.of_table IN ('incident', 'problem') THEN 'defect'
						WHEN q.of_table = 'change_request' THEN 'other'
						ELSE CASE vsm.meaning(names, 'type', replace(q.of_table, '_', ' ')) WHEN 'incident' THEN 'defect'
							ELSE vsm.meaning(names, 'type', replace(q.of_table, '_', ' ')) END
					END,
					'priority', vsm.servicenow_code(vsm.servicenow_display(p.body, 'priority')),
					'title', q.title,
					'service', r.service,
					'created_at', q.created_at,
					-- normal, standard or emergency
					'tags', CASE WHEN q.of_table = 'change_request' AND vsm.servicenow_value(p.body, 'type') IS NOT NULL THEN
						jsonb_build_array(vsm.servicenow_value(p.body, 'type')) END,
					'size', vsm.json_number(vsm.servicenow_member(p.body, 'story_points')),
					'due_at', coalesce(vsm.json_day(vsm.servicenow_member(p.body, 'due_date')),
						vsm.json_day(vsm.servicenow_member(p.body, 'end_date'))))
				-- what it is known not to have
				|| CASE WHEN vsm.servicenow_is_empty(p.body, 'priority') THEN '{"priority": null}'::jsonb ELSE '{}' END
				|| CASE WHEN vsm.servicenow_is_empty(p.body, 'story_points') THEN '{"size": null}'::jsonb ELSE '{}' END
				|| CASE WHEN vsm.servicenow_is_empty(p.body, 'due_date')
					AND (NOT p.body ? 'end_date' OR vsm.servicenow_is_empty(p.body, 'end_date')) THEN '{"due_at": null}'::jsonb
					ELSE '{}' END
				|| CASE WHEN q.service IS NULL AND vsm.servicenow_is_empty(p.body, 'business_service') THEN '{"service": null}'::jsonb
					ELSE '{}' END)).*
			UNION ALL
			SELECT (vsm.fact_alias(source, q.entity, q.number, q.created_at)).*
			UNION ALL
			-- Nothing has changed it yet: its state is the first. Else the first change tells.
			SELECT (vsm.fact_created(source, q.entity, q.created_at, CASE WHEN q.is_new THEN r.state END,
				CASE WHEN q.is_new THEN q.code END)).*
			UNION ALL
			SELECT (vsm.fact_observed(source, q.entity, q.updated_at, r.state, q.code)).*
			WHERE q.is_new IS NOT TRUE
			UNION ALL
			SELECT (vsm.fact_event(source, q.entity, q.work_start, 'work started', q.entity || ':work started', method => 'label')).*
			WHERE q.work_start IS NOT NULL
			UNION ALL
			SELECT (vsm.fact_event(source, q.entity, q.work_end, 'work ended', q.entity || ':work ended', method => 'label')).*
			WHERE q.work_end IS NOT NULL AND (q.work_end < q.work_start) IS NOT TRUE
			UNION ALL
			SELECT (vsm.fact_row(source, 'incident', q.entity, q.updated_at,
				vsm.fact_details(
					'source', source,
					'service', r.service,
					'environment', coalesce(vsm.servicenow_display(p.body, 'environment'), vsm.servicenow_display(p.body, 'u_environment')),
					'opened_at', q.created_at,
					'severity', vsm.servicenow_code(coalesce(vsm.servicenow_display(p.body, 'severity'),
						vsm.servicenow_display(p.body, 'priority'))),
					'status', r.state,
					'change_caused', CASE WHEN vsm.servicenow_value(p.body, 'caused_by') IS NOT NULL THEN true END,
					'title', q.title)
				|| CASE WHEN q.service IS NULL AND vsm.servicenow_is_empty(p.body, 'business_service') THEN '{"service": null}'::jsonb
					ELSE '{}' END
				|| CASE
					-- An incident that was opened again is not resolved.
					WHEN r.state IS NOT NULL AND r.state NOT IN ('Resolved', 'Closed') AND q.code NOT IN ('6', '7')
						AND vsm.meaning(names, 'state', r.state) IS DISTINCT FROM 'resolved' THEN '{"resolved_at": null}'
					-- What was not asked for is not known.
					WHEN p.body ?| '{resolved_at,closed_at}' THEN (
						SELECT CASE
							WHEN e.at IS NOT NULL THEN jsonb_build_object('resolved_at', e.at)
							-- Nor is what cannot be read.
							WHEN coalesce(vsm.servicenow_value(p.body, 'resolved_at'), vsm.servicenow_value(p.body, 'closed_at')) IS NULL
								THEN '{"resolved_at": null}'
							ELSE '{}' END
						FROM (SELECT vsm.servicenow_time(p.body, 'resolved_at') AS resolved_at,
							vsm.servicenow_time(p.body, 'closed_at') AS closed_at OFFSET 0) AS t,
						LATERAL (SELECT coalesce(CASE WHEN (t.resolved_at < q.created_at) IS NOT TRUE THEN t.resolved_at END,
							CASE WHEN (t.closed_at < q.created_at) IS NOT TRUE THEN t.closed_at END) AS at OFFSET 0) AS e)
					ELSE '{}'
				END)).*
			WHERE q.of_table = 'incident'
			UNION ALL
			SELECT (vsm.fact_link(source, q.entity, source || ':change_request:' || c.id, 'caused_by', 'caused_by',
				seen_at => q.updated_at)).*
			FROM (SELECT vsm.servicenow_value(p.body, 'caused_by') AS id OFFSET 0) AS c
			WHERE c.id IS NOT NULL
			UNION ALL
			SELECT (vsm.fact_link(source, source || ':change_request:' || c.id, q.entity, 'fixes', 'rfc', seen_at => q.updated_at)).*
			FROM (SELECT vsm.servicenow_value(p.body, 'rfc') AS id OFFSET 0) AS c
			WHERE c.id IS NOT NULL
			UNION ALL
			SELECT (vsm.fact_link(source, q.entity, source || ':' || v.of_table || ':' || v.id, 'part_of', v.field,
				seen_at => q.updated_at)).*
			FROM (
				SELECT u.field, u.of_table, vsm.servicenow_value(p.body, u.field) AS id
				FROM unnest('{problem_id,parent_incident,change_request,problem,incident,request_item,request,story,epic}'::text[],
					'{problem,incident,change_request,problem,incident,sc_req_item,sc_request,rm_story,rm_epic}'::text[])
					AS u (field, of_table)
				WHERE p.body ?| '{problem_id,parent_incident,change_request,problem,incident,request_item,request,story,epic}'
				OFFSET 0) AS v
			WHERE v.id IS NOT NULL
			UNION ALL
			-- What deployed says so: the deployment as this model calls it, or its commit.
			SELECT (vsm.fact_link(source, q.entity, c.id, 'deploys', 'correlation_id', seen_at => q.updated_at)).*
			FROM (SELECT vsm.servicenow_value(p.body, 'correlation_id') AS id OFFSET 0) AS c
			WHERE q.of_table = 'change_request' AND (c.id ~ '^[^ ]+:deployment:[^ ]+$' OR c.id ~ '^[0-9a-f]{40}$')) AS t
		UNION ALL
		SELECT k.* FROM vsm.read_keys(source, q.entity, q.created_at, NULL, q.title,
			vsm.servicenow_display(p.body, 'description')) AS k) AS f;
END;
COMMENT ON FUNCTION vsm.read_servicenow_task(text, jsonb, jsonb) IS
	'the facts of an incident, change request, problem or another task of ServiceNow; states are the names of its states by table and code';

CREATE FUNCTION vsm.servicenow_approved(approval jsonb) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN coalesce(vsm.servicenow_value(approval, 'source_table'),
	nullif(substring(approval #>> '{document_id,link}' FROM '/table/([a-z_0-9]+)/'), 'task'),
	nullif(substring(approval #>> '{sysapproval,link}' FROM '/table/([a-z_0-9]+)/'), 'task'),
	vsm.servicenow_numbered(vsm.json_text(approval, 'sysapproval', 'display_value')))
	|| ':' || coalesce(vsm.servicenow_value(approval, 'document_id'), vsm.servicenow_value(approval, 'sysapproval'));
COMMENT ON FUNCTION vsm.servicenow_approved(jsonb) IS
	'what a record of sysapproval_approver is about, as TABLE:SYS_ID; NULL if its table is not told';

CREATE FUNCTION vsm.read_servicenow_approval(source text, payload jsonb, names jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 5
BEGIN ATOMIC
	SELECT f.*
	FROM (SELECT vsm.servicenow_record(payload) || '{}' AS body OFFSET 0) AS p,
	LATERAL (
		SELECT source || ':sysapproval_approver:' || vsm.servicenow_value(p.body, 'sys_id') AS entity,
			source || ':' || vsm.servicenow_approved(p.body) AS target,
			vsm.servicenow_value(p.body, 'sys_id') AS id,
			vsm.servicenow_value(p.body, 'state') AS state,
			vsm.servicenow_value(p.body, 'state') IN ('not requested', 'not_requested') AS is_waiting,
			vsm.servicenow_time(p.body, 'sys_created_on') AS created_at,
			CASE WHEN vsm.servicenow_value(p.body, 'state') NOT IN ('requested', 'not requested', 'not_requested') THEN
				vsm.servicenow_time(p.body, 'sys_updated_on') END AS answered_at
		OFFSET 0) AS a,
	LATERAL (
		SELECT (vsm.fact_event(source, a.entity, a.created_at, 'requested', a.entity || ':requested')).*
		WHERE a.is_waiting IS NOT TRUE
		UNION ALL
		SELECT (vsm.fact_event(source, a.entity, a.answered_at, a.state, a.entity || ':' || a.state)).*
		WHERE a.answered_at IS NOT NULL
		UNION ALL
		SELECT (vsm.fact_event(source, a.target, a.created_at, 'approval requested', a.target || ':approver:' || a.id || ':requested',
			method => 'label')).*
		WHERE a.is_waiting IS NOT TRUE
		UNION ALL
		SELECT (vsm.fact_event(source, a.target, a.answered_at, 'approval ' || a.state, a.target || ':approver:' || a.id || ':' || a.state,
			state_id => a.state, method => 'label')).*
		WHERE a.answered_at IS NOT NULL
		UNION ALL
		SELECT (vsm.fact_link(source, a.entity, a.target, 'part_of', 'approval')).*) AS f;
END;
COMMENT ON FUNCTION vsm.read_servicenow_approval(text, jsonb, jsonb) IS
	'facts of a record of sysapproval_approver: when one approver was asked and answered, which are events of what is to be approved, too';

CREATE FUNCTION vsm.read_servicenow_audit(source text, payload jsonb, names jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 1
BEGIN ATOMIC
	SELECT f.*
	FROM (SELECT vsm.servicenow_record(payload) || '{}' AS body, vsm.servicenow_beside(payload, 'states') AS states OFFSET 0) AS p,
	LATERAL (
		SELECT vsm.servicenow_value(p.body, 'tablename') AS of_table,
			source || ':' || vsm.servicenow_value(p.body, 'tablename') || ':' || vsm.servicenow_value(p.body, 'documentkey') AS entity,
			vsm.servicenow_time(p.body, 'sys_created_on') AS at,
			coalesce(vsm.json_number(vsm.servicenow_member(p.body, 'record_checkpoint')),
				vsm.json_number(vsm.servicenow_member(p.body, 'sys_mod_count'))) AS seq,
			coalesce(vsm.servicenow_value(p.body, 'record_checkpoint'), vsm.servicenow_value(p.body, 'sys_id')) AS id,
			vsm.servicenow_value(p.body, 'fieldname') AS field,
			vsm.servicenow_code(vsm.servicenow_value(p.body, 'oldvalue')) AS old_value,
			vsm.servicenow_code(vsm.servicenow_value(p.body, 'newvalue')) AS new_value
		OFFSET 0) AS a,
	LATERAL (SELECT CASE WHEN abs(a.seq) < 1e15 THEN trunc(a.seq)::bigint END AS seq OFFSET 0) AS s,
	LATERAL (
		-- state and its older twin incident_state change together: one event.
		SELECT (vsm.fact_event(source, a.entity, a.at, vsm.servicenow_state(a.of_table, a.new_value, p.states),
			a.entity || ':state:' || a.id,
			vsm.servicenow_state(a.of_table, a.old_value, p.states), a.new_value, a.old_value, s.seq)).*
		WHERE a.field IN ('state', 'incident_state')
		UNION ALL
		SELECT (vsm.fact_event(source, a.entity, a.at, 'approval ' || a.new_value, a.entity || ':approval:' || a.id,
			state_id => a.new_value, seq => s.seq,
			method => 'label')).*
		WHERE a.field = 'approval'
		UNION ALL
		SELECT (vsm.fact_event(source, a.entity, a.at, 'Deleted', a.entity || ':deleted', seq => s.seq)).*
		WHERE a.field = 'DELETED'
		UNION ALL
		SELECT (vsm.fact_change(source, a.entity, a.at, CASE a.field WHEN 'assignment_group' THEN 'team' ELSE a.field END, a.new_value,
			a.id, a.old_value)).*
		WHERE a.field IN ('assignment_group', 'priority')) AS f;
END;
COMMENT ON FUNCTION vsm.read_servicenow_audit(text, jsonb, jsonb) IS
	'facts of a record of sys_audit: a change of state, approval, assignment_group or priority, in the order of the updates';

CREATE FUNCTION vsm.read_servicenow_metric(source text, payload jsonb, names jsonb) RETURNS SETOF vsm.fact
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 1
BEGIN ATOMIC
	SELECT (vsm.fact_event(source, m.entity, vsm.servicenow_time(p.body, 'start'), vsm.servicenow_state(m.of_table, m.value, p.states),
		m.entity || ':metric:' || vsm.servicenow_value(p.body, 'sys_id'), state_id => CASE WHEN m.value ~ '^-?\d+$' THEN m.value END)).*
	FROM (SELECT vsm.servicenow_record(payload) || '{}' AS body, vsm.servicenow_beside(payload, 'states') AS states OFFSET 0) AS p,
	LATERAL (
		SELECT vsm.servicenow_value(p.body, 'table') AS of_table,
			source || ':' || vsm.servicenow_value(p.body, 'table') || ':' || vsm.servicenow_value(p.body, 'id') AS entity,
			vsm.servicenow_code(vsm.servicenow_value(p.body, 'value')) AS value
		OFFSET 0) AS m
	-- Other metrics measure other fields: who it was assigned to, and so on.
	WHERE vsm.servicenow_value(p.body, 'field') IN ('state', 'incident_state');
END;
COMMENT ON FUNCTION vsm.read_servicenow_metric(text, jsonb, jsonb) IS
	'facts of a record of metric_instance that measures the state: when a state began';

CREATE FUNCTION vsm.servicenow_lacks(record jsonb, VARIADIC fields text[]) RETURNS text
	AS 'MODULE_PATHNAME', 'vsm_servicenow_lacks' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION vsm.servicenow_lacks(jsonb, text[]) IS
	'as vsm.json_lacks, of fields of a record of ServiceNow, whose values may stand beside their display values';

CREATE FUNCTION vsm.servicenow_is_label(record jsonb, VARIADIC fields text[]) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT bool_or(record ->> f.field !~ '^(-?[0-9]+(\.0*)?)?$' AND jsonb_typeof(record -> f.field) = 'string')
	FROM unnest(fields) AS f (field);
END;
COMMENT ON FUNCTION vsm.servicenow_is_label(jsonb, text[]) IS
	'whether one of these fields of a record of ServiceNow, whose values are numbers, has something else';

CREATE FUNCTION vsm.servicenow_shows(record jsonb, of_kind text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
-- References without a value; codes as their labels, in whatever language; names of tables and answers, which are in small letters.
RETURN NOT record @? '$.*.value' AND record @? '$.* ? (exists(@.link) && !exists(@.value))'
	OR record ->> 'sys_class_name' ~ '[^a-z0-9_]' AND jsonb_typeof(record -> 'sys_class_name') = 'string'
	OR of_kind = 'task' AND (vsm.servicenow_is_label(record, 'state', 'priority', 'urgency', 'impact')
		OR record ->> 'number' LIKE 'CHG%' AND (vsm.servicenow_is_label(record, 'risk') OR record ->> 'type' ~ '^[[:upper:]]'))
	OR of_kind = 'approval' AND record ->> 'state' ~ '^[[:upper:]]'
	-- (A duration is a time since 1970.)
	OR of_kind = 'metric' AND record ->> 'duration' ~ '[[:alpha:]]' AND jsonb_typeof(record -> 'duration') = 'string';
COMMENT ON FUNCTION vsm.servicenow_shows(jsonb, text) IS 'whether a record of ServiceNow has display values only';

CREATE FUNCTION vsm.servicenow_kind(payload jsonb) RETURNS SETOF vsm.payload_kind
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 1
BEGIN ATOMIC
	SELECT n.name, k.reason
	FROM (
		SELECT vsm.servicenow_record(payload) || '{}' AS body,
			vsm.json_text(vsm.servicenow_beside(payload, 'table')) AS beside OFFSET 0) AS p,
	LATERAL (SELECT vsm.servicenow_table(p.body, p.beside) AS of_table OFFSET 0) AS t,
	LATERAL (SELECT CASE
			WHEN p.body ? 'error' AND NOT p.body ? 'sys_id' THEN 'error'
			WHEN p.body ?| '{documentkey,tablename,fieldname}' THEN 'audit'
			WHEN p.body ? 'calculation_complete' OR p.body ? 'definition' AND p.body ?| '{start,field,table}' THEN 'metric'
			WHEN p.body ?| '{sysapproval,approver}' AND coalesce(t.of_table, 'sysapproval_approver') = 'sysapproval_approver'
				THEN 'approval'
			WHEN t.of_table ~ '^(incident|change_request|problem|sc_request|sc_req_item|rm_(story|epic|defect|enhancement|feature)|.*task)$'
				THEN 'task'
			ELSE 'record'
		END AS name OFFSET 0) AS n,
	LATERAL (SELECT
		CASE
			WHEN n.name = 'error' THEN 'it is an error: '
				|| coalesce(vsm.json_text(p.body, 'error', 'message'), vsm.json_text(p.body, 'error'),
					vsm.json_text(p.body, 'error', 'detail'), 'it says no more')
			WHEN vsm.servicenow_shows(p.body, n.name) THEN
				'it has display values only, whose times are in the zone of whoever asked: ask with sysparm_display_value=all or false'
			WHEN n.name = 'audit' THEN vsm.servicenow_lacks(p.body, 'tablename', 'documentkey', 'fieldname', '@sys_created_on')
			WHEN n.name = 'metric' THEN vsm.servicenow_lacks(p.body, 'sys_id', 'id', 'table', 'field', '@start')
			WHEN n.name = 'approval' THEN vsm.servicenow_lacks(p.body, 'sys_id', 'state')
			WHEN n.name = 'task' THEN vsm.servicenow_lacks(p.body, 'sys_id', '@sys_updated_on')
			WHEN t.of_table IS NULL THEN 'its table is not known: ask for sys_class_name, or say {"table": "...", "result": [...]}'
			ELSE 'records of the table ' || left(t.of_table, 100) || ' are not read'
		END AS reason
		OFFSET 0) AS k;
END;
COMMENT ON FUNCTION vsm.servicenow_kind(jsonb) IS
	'what a record of ServiceNow is (task, approval, audit or metric), which is the reader that reads it, or why none does';
