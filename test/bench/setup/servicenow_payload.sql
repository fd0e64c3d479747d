-- servicenow_payload: records of the Table API with all their fields, as a business rule sends them: for every 40
-- of :items an incident, a change, or a line of the history of one (sys_audit).
CREATE TABLE servicenow_payload AS
SELECT n AS id, CASE WHEN n % 3 = 2 THEN
	format('{"sys_id":"%s","tablename":"incident","documentkey":"%s","fieldname":"state","oldvalue":"1","newvalue":"2",'
		'"record_checkpoint":"1","user":"ann","reason":"","internal_checkpoint":"","sys_created_by":"ann","sys_created_on":"%s"}',
		md5('audit' || n), md5('task' || n - 2), day)
	ELSE format('{"parent":"","made_sla":"true","caused_by":"","watch_list":"","upon_reject":"cancel","sys_updated_on":"%1$s",'
		'"child_incidents":"0","hold_reason":"","origin_table":"","task_effective_number":"%2$s%3$s","approval_history":"",'
			'"number":"%2$s%3$s","resolved_by":%7$s,'
		'"sys_updated_by":"ann","opened_by":%7$s,"user_input":"","sys_created_on":"%4$s",'
			'"sys_domain":{"link":"https://x.service-now.com/api/now/table/sys_user_group/global","value":"global"},"state":"2",'
				'"route_reason":"","sys_created_by":"ann","knowledge":"false","order":"","calendar_stc":"","closed_at":"",'
		'"cmdb_ci":{"link":"https://x.service-now.com/api/now/table/cmdb_ci/27d32778c0a8000b00db970eeaa60f16",'
			'"value":"27d32778c0a8000b00db970eeaa60f16"},"delivery_plan":"","contract":"","impact":"2","active":"true",'
				'"work_notes_list":"","business_service":{"link":"https://x.service-now.com/api/now/table/cmdb_ci_service/c1",'
					'"value":"checkout"},'
		'"business_impact":"","priority":"3","sys_domain_path":"/","rfc":"","time_worked":"","expected_start":"","opened_at":"%4$s",'
			'"business_duration":"","group_list":"","work_end":"","caller_id":%7$s,"reopened_time":"","resolved_at":"","approval_set":"",'
				'"subcategory":"","work_notes":"","universal_request":"","short_description":"SHOP-%3$s: the total is wrong",'
		'"close_code":"","correlation_display":"","delivery_task":"","work_start":"",'
			'"assignment_group":{"link":"https://x.service-now.com/api/now/table/sys_user_group/g1","value":"g1"},'
				'"additional_assignee_list":"","business_stc":"","cause":"","description":"%5$s","origin_id":"","calendar_duration":"",'
					'"close_notes":"","notify":"1","service_offering":"",'
		'"sys_class_name":"%6$s","closed_by":"","follow_up":"","parent_incident":"","sys_id":"%8$s","contact_type":"","reopened_by":"",'
			'"incident_state":"2","urgency":"2","problem_id":"","company":"","reassignment_count":"1","activity_due":"","assigned_to":%7$s,'
				'"severity":"3","comments":"","approval":"not requested","sla_due":"","comments_and_work_notes":"",'
		'"due_date":"","sys_mod_count":"2","reopen_count":"0","sys_tags":"","escalation":"0","upon_approval":"proceed","correlation_id":"",'
			'"location":"","category":"inquiry"}',
		day, CASE n % 3 WHEN 0 THEN 'INC' ELSE 'CHG' END, lpad(n::text, 7, '0'), day,
			repeat('The total shows before the address is typed. ', 5), CASE n % 3 WHEN 0 THEN 'incident' ELSE 'change_request' END,
		'{"link":"https://x.service-now.com/api/now/table/sys_user/681ccaf9c0a8016400b98a06818d57c7",'
			'"value":"681ccaf9c0a8016400b98a06818d57c7"}', md5('task' || n)) END AS payload
FROM (SELECT n, to_char(timestamp '2024-01-01 09:00' + n * interval '7 minutes', 'YYYY-MM-DD HH24:MI:SS') AS day FROM generate_series(1,
	:items / 40) AS n) AS record;
ANALYZE servicenow_payload;
