-- Records of ServiceNow without one of their fields, or with something else in its place.
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS vsm;
SELECT plan(3);
SET LOCAL TimeZone = 'UTC';
SET LOCAL jit = off;
SET LOCAL client_min_messages = error;

CREATE TEMP TABLE sample (sample text, payload jsonb);
INSERT INTO sample VALUES
('change', '{"sys_id": {"display_value": "c1", "value": "c1"}, "sys_class_name": {"display_value": "Change Request", "value": '
	'"change_request"}, "number": {"display_value": "CHG0030001", "value": "CHG0030001"}, "state": {"display_value": "Implement", "value": '
		'-1.0}, "type": {"display_value": "Normal", "value": "normal"}, "priority": {"display_value": "3 - Moderate", "value": "3"}, '
			'"due_date": {"display_value": "x", "value": "2026-01-12 09:00:00"},
	"short_description": {"display_value": "SHOP-7: release", "value": "SHOP-7: release"}, "cmdb_ci": {"display_value": "checkout", '
		'"link": "https://x/api/now/table/cmdb_ci/s1", "value": "s1"}, "opened_at": {"display_value": "09/01/2026 17:00", "value": '
			'"2026-01-09 16:00:00"}, "sys_created_on": {"value": "2026-01-09 16:00:00"},
	"work_start": {"display_value": "", "value": "2026-01-12 09:00:00"}, "work_end": {"display_value": "", "value": "2026-01-12 10:00:00"},'
		' "sys_updated_on": {"display_value": "12/01/2026 10:00", "value": "2026-01-12 09:00:30"}, "sys_mod_count": {"display_value": "6", '
			'"value": 6.0}, "correlation_id": {"value": "github:deployment:8"}}'),
('incident', '{"sys_id": "i1", "number": "INC0010001", "state": "6", "short_description": "No total SHOP-8", "description": "SHOP-9", '
	'"cmdb_ci": {"display_value": "checkout", "value": "s1"}, "priority": "1", "severity": "1", "opened_at": "2026-01-12 09:40:00", '
		'"resolved_at": "2026-01-12 09:45:00", "closed_at": "2026-01-12 10:45:00", "sys_updated_on": "2026-01-12 10:45:00", '
			'"sys_mod_count": "2", "caused_by": {"link": "x", "value": "c1"}, "rfc": "c2", "problem_id": {"link": '
				'"https://x/api/now/table/problem/p1", "value": "p1"}}'),
('beside', '{"table": "sc_task", "states": {"sc_task": {"1": "Mine"}}, "record": {"sys_id": "t1", "state": "1", "request_item": '
	'{"value": "r1"}, "sys_updated_on": "2026-01-12 10:45:00", "sys_mod_count": "0", "sys_created_on": "2026-01-12 10:45:00"}}'),
('audit', '{"sys_id": "a3", "tablename": "change_request", "documentkey": "c1", "fieldname": "state", "oldvalue": "-3", "newvalue": "-2", '
	'"record_checkpoint": "4", "sys_created_on": "2026-01-12 08:00"}'),
('metric', '{"sys_id": "m1", "table": "incident", "id": "i1", "definition": "d", "field": "incident_state", "value": "New", "start": '
	'"2026-01-12 09:40:00", "end": "2026-01-12 09:45:00", "calculation_complete": "true"}'),
('approval', '{"sys_id": "p9", "sysapproval": {"link": "x", "value": "c1"}, "source_table": "change_request", "document_id": '
	'{"value": "c1"}, "approver": "u1", "state": "approved", "sys_created_on": "2026-01-09 16:20:00", "sys_updated_on": '
		'"2026-01-12 08:00:00"}');
\set tool servicenow
\set depth 4
\ir ../../reader_members.sql

SELECT results_eq('SELECT * FROM another ORDER BY 1, path COLLATE "C"',
	$$VALUES ('beside', 'record', 'object, {}'), ('change', 'due_date', '"", null'), ('change', 'due_date.value', '"", null'),
		('change', 'priority', '"", null'), ('change', 'priority.value', '"", null'), ('incident', 'priority', '"", null')$$,
	'what is null, empty or of another type is as good as none, but where that says something');

SELECT results_eq('SELECT * FROM lost ORDER BY 1, path COLLATE "C"',
	$$VALUES ('approval', 'source_table', 'event approval approved, event approval requested, link part_of'), ('approval',
		'sys_updated_on', 'event approval approved, event approved'), ('audit', 'newvalue', 'event Scheduled'),
		('audit', 'record_checkpoint', 'event Scheduled'), ('beside', 'record.request_item', 'link part_of'),
			('beside', 'record.request_item.value', 'link part_of'),
		('beside', 'record.state', 'created Mine'), ('beside', 'record.sys_mod_count', 'created Mine'), ('beside', 'states',
			'created Mine'),
		('beside', 'states.sc_task', 'created Mine'), ('beside', 'states.sc_task.1', 'created Mine'), ('change', 'correlation_id',
			'link deploys'),
		('change', 'correlation_id.value', 'link deploys'), ('change', 'number', 'alias CHG0030001'), ('change', 'number.value',
			'alias CHG0030001'),
		('change', 'short_description', 'link implements'), ('change', 'state', 'observed Implement'), ('change', 'work_end',
			'event work ended'), ('change', 'work_end.value', 'event work ended'), ('change', 'work_start', 'event work started'),
				('change', 'work_start.value', 'event work started'), ('incident', 'caused_by', 'link caused_by'),
		('incident', 'caused_by.value', 'link caused_by'), ('incident', 'description', 'link implements'), ('incident', 'problem_id',
			'link part_of'),
		('incident', 'problem_id.value', 'link part_of'), ('incident', 'rfc', 'link fixes'), ('incident', 'short_description',
			'link implements'),
		('incident', 'state', 'observed Resolved'), ('metric', 'value', 'event New')$$, 'a member that is missing costs what it told');

SELECT finish();
ROLLBACK;
