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

-- Every member down to the fourth level, and what may stand in its place.
CREATE TEMP TABLE mutant AS
WITH RECURSIVE member (sample, path, value) AS (
	SELECT s.sample, ARRAY[]::text[], s.payload FROM sample AS s
	UNION ALL
	SELECT m.sample, m.path || c.key, c.value
	FROM member AS m, LATERAL (
		SELECT o.key, o.value FROM jsonb_each(CASE jsonb_typeof(m.value) WHEN 'object' THEN m.value END) AS o
		UNION ALL
		SELECT (a.place - 1)::text, a.value FROM jsonb_array_elements(CASE jsonb_typeof(m.value) WHEN 'array' THEN m.value END)
			WITH ORDINALITY AS a (value, place)) AS c
	WHERE cardinality(m.path) < 4)
SELECT m.sample, m.path, p.place, CASE p.place WHEN 'none' THEN s.payload #- m.path ELSE jsonb_set(s.payload, m.path, p.value) END
	AS payload
FROM member AS m JOIN sample AS s USING (sample),
	(VALUES ('none', NULL::jsonb), ('null', 'null'), ('""', '""'), ('{}', '{}'), ('[]', '[]'), ('object', '{"a": {"b": 1}}'),
		('array', '[[1], null, {"a": 1}]'), ('false', 'false'),
		('number', '-17.5'), ('huge', '1e300'), ('text', '"some text"'), ('long', to_jsonb(repeat('x', 5000)))) AS p (place, value)
WHERE m.path <> '{}'
UNION ALL
SELECT s.sample, '{}', 'whole', s.payload FROM sample AS s;

CREATE TEMP TABLE told AS
SELECT m.sample, m.path, m.place, k.reason, f.*
FROM mutant AS m
	LEFT JOIN LATERAL vsm.servicenow_kind(m.payload) AS k ON true
	LEFT JOIN LATERAL (
		SELECT r.* FROM vsm.read_servicenow_task('servicenow', m.payload, vsm.default_names()) AS r WHERE k.kind = 'task' AND k.reason
			IS NULL
		UNION ALL SELECT r.* FROM vsm.read_servicenow_approval('servicenow', m.payload, vsm.default_names()) AS r
			WHERE k.kind = 'approval' AND k.reason IS NULL
		UNION ALL SELECT r.* FROM vsm.read_servicenow_audit('servicenow', m.payload, vsm.default_names()) AS r WHERE k.kind = 'audit'
			AND k.reason IS NULL
		UNION ALL SELECT r.* FROM vsm.read_servicenow_metric('servicenow', m.payload, vsm.default_names()) AS r WHERE k.kind = 'metric'
			AND k.reason IS NULL) AS f ON true;
SELECT is((SELECT count(*) FROM (SELECT DISTINCT sample, path, place FROM told) AS t), (SELECT count(*) FROM mutant),
	'whatever stands where, nothing raises');

-- A member that is null, empty or of another type is as good as none.
CREATE TEMP TABLE digest AS
SELECT t.sample, array_to_string(t.path, '.') AS path, t.place,
	md5(string_agg(concat_ws('|', t.reason, t.fact, t.entity, t.at, t.value, t.id, t.name, t.details), E'\n'
		ORDER BY concat_ws('|', t.reason, t.fact, t.entity, t.at, t.value, t.id, t.name, t.details) COLLATE "C")) AS digest
FROM told AS t GROUP BY 1, 2, 3;
SELECT results_eq($$SELECT d.sample, d.path, string_agg(d.place, ', ' ORDER BY d.place COLLATE "C") FROM digest AS d JOIN digest AS n
	ON (n.sample, n.path, n.place) = (d.sample, d.path, 'none')
	WHERE d.place IN ('null', '""', '{}', '[]', 'object', 'array', 'false') AND d.digest <> n.digest GROUP BY 1, 2 ORDER BY 1,
		d.path COLLATE "C"$$,
	$$VALUES ('beside', 'record', 'object, {}')$$, 'what is null, empty or of another type is as good as none, but where that says '
		'something');

-- Without a member is lost what it told.
SELECT results_eq($$
	SELECT w.sample, array_to_string(m.path, '.') AS path, string_agg(DISTINCT w.fact || coalesce(' ' || coalesce(w.name, w.value), ''),
		', ')
	FROM mutant AS m JOIN told AS w ON w.sample = m.sample AND w.place = 'whole'
	WHERE m.place = 'none' AND w.fact IS NOT NULL AND NOT EXISTS (SELECT FROM told AS t WHERE (t.sample, t.path, t.place) = (m.sample,
		m.path, 'none') AND t.reason IS NOT NULL)
	AND NOT EXISTS (SELECT FROM told AS t WHERE (t.sample, t.path, t.place) = (m.sample, m.path, 'none') AND (t.fact, t.entity, t.value,
		t.id, t.name) IS NOT DISTINCT FROM (w.fact, w.entity, w.value, w.id, w.name))
	GROUP BY 1, m.path ORDER BY 1, array_to_string(m.path, '.') COLLATE "C"$$,
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
